// What a test of a connection found out, with the certificate that the server shows and the way to trust it.
import { useEffect, useRef, useState, type ReactElement } from 'react'
import { Check, RotateCw, ShieldCheck } from 'lucide-react'
import { issue, type Issue } from '#kit'
import type { ConnectionEntry, ConnectionOf, ConnectionTestBody } from '#format'
import { t } from '../language/index.ts'
import { actions, api } from '../state/store.ts'
import { formatDateTime } from '../live/values.ts'
import { IssueList } from '../dialogs/modal.tsx'
import './devices.css'

export interface TestState {
  readonly busy: boolean
  readonly body: ConnectionTestBody | null
  readonly issues: readonly Issue[]
}

/** `of` is asked for when it is run: the form may have changed. */
export function useTest(of: () => ConnectionOf): TestState & { readonly run: () => void; readonly trust: () => void } {
  const [state, setState] = useState<TestState>({ busy: false, body: null, issues: [] })
  const act = (work: () => Promise<ConnectionTestBody>): void => {
    setState((s) => ({ ...s, busy: true, issues: [] }))
    work()
      .then((body) => setState({ busy: false, body, issues: [] }))
      .catch((thrown: unknown) => setState((s) => ({ ...s, busy: false, issues: actions.failed(thrown) })))
  }
  return {
    ...state,
    run: () => act(() => api.testConnection(of())),
    trust() {
      const { body } = state
      const now = of()
      const { name } = now
      if (!body?.certificate) return
      if (name === undefined || name === '') return setState((s) => ({ ...s, issues: [issue('REQUEST', {}, { reason: t('Give the connection a name first: the certificate is trusted for it alone.') })] }))
      const { fingerprint } = body.certificate
      const written: { type?: string; config?: ConnectionEntry['config'] } = 'type' in now ? { type: now.type, config: now.config } : {}
      act(async () => {
        await api.trustCertificate(name, { ...written, fingerprint })
        return api.testConnection(now)
      })
    },
  }
}

export function TestResult({ busy, body, issues, run, trust }: ReturnType<typeof useTest>): ReactElement | null {
  const [now] = useState(() => Date.now())
  const root = useRef<HTMLDivElement>(null)
  // Below a long form it would be found by scrolling only.
  const told = busy || body !== null || issues.length > 0
  useEffect(() => {
    if (told && !busy) root.current?.scrollIntoView({ block: 'nearest' })
  }, [told, busy])
  if (!told) return null
  const certificate = body?.certificate
  return (
    <div className="dv-test" ref={root} role="status" aria-busy={busy}>
      {busy && <p className="dv-busy"><RotateCw size={13} aria-hidden />{' '}{t('Testing…')}</p>}
      {!busy && body?.ok && <p className="dv-ok"><Check size={14} aria-hidden />{' '}{t('It answers.')}</p>}
      <IssueList issues={[...issues, ...(busy ? [] : (body?.issues ?? []))]} />
      {!busy && body && body.lines.length > 0 && <ul>{body.lines.map((line) => <li key={line}>{line}</li>)}</ul>}
      {!busy && certificate && (
        <section className="dv-cert" aria-label={t('Certificate of the server')}>
          <b>{certificate.trusted ? <><ShieldCheck size={13} aria-hidden />{' '}{t('Trusted certificate')}</> : t('The server shows this certificate')}</b>
          <dl>
            <dt>{t('Subject')}</dt><dd>{certificate.subject}</dd>
            {certificate.issuer !== certificate.subject && <><dt>{t('Issuer')}</dt><dd>{certificate.issuer}</dd></>}
            <dt>{t('Valid')}</dt>
            <dd>
              {t('{from} to {to}', { from: formatDateTime(certificate.validFrom).slice(0, 10), to: formatDateTime(certificate.validTo).slice(0, 10) })}
              {now > certificate.validTo ? <em>{' '}{t('It has expired.')}</em> : now < certificate.validFrom ? <em>{' '}{t('It is not valid yet.')}</em> : null}
            </dd>
            <dt>{t('SHA-256')}</dt><dd className="mono">{certificate.fingerprint}</dd>
          </dl>
          {!certificate.trusted && (
            <>
              <p>{t('Compare the fingerprint with the one that the server itself shows. Trust it only when they are the same: this is written to the audit trail.')}</p>
              <button type="button" className="btn" onClick={trust}>{t('Trust this certificate')}</button>
            </>
          )}
        </section>
      )}
      {!busy && body && !body.ok && <button type="button" className="btn" onClick={run}>{t('Test again')}</button>}
    </div>
  )
}
