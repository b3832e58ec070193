// Certificates in a form: pasted, dropped or chosen as a file, then shown by what they say. The PEM text is a setting like
// others. A private key goes to the gateway's secrets at once and nowhere else; the setting is its name.
import { useEffect, useId, useState, type ChangeEvent, type DragEvent, type ReactElement } from 'react'
import { CircleAlert, FileUp, KeyRound, TriangleAlert } from 'lucide-react'
import type { Issue } from '#kit'
import type { CertificateBody } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { actions, api } from '../state/here.ts'
import type { ControlProps } from './controls.tsx'
import { StoreSecret, type SecretKind, type StoreProps } from './new-secret.tsx'
import { dayOf, standingOf, takeCertificates, takeKey, textOf, type Taken } from './pem.ts'
import './certificate.css'

/** Shown of a bundle of authorities; the rest is counted. */
const SHOWN = 3
/** No PEM text is near this. */
const MOST_BYTES = 1_000_000

export function CertificateControl({ id, describedBy, labelledBy, field, value, context }: ControlProps): ReactElement {
  const [replacing, setReplacing] = useState(false)
  const [note, setNote] = useState('')
  const pem = typeof value === 'string' ? value : ''
  const put = (next: string | undefined): void => {
    context.change(field.path, next)
    context.seal()
    setReplacing(false)
  }
  return (
    <div className="ct" role="group" aria-labelledby={labelledBy} aria-describedby={describedBy}>
      {pem !== '' && <Shown pem={pem} own={field.schema.holds !== 'ca'} />}
      {note !== '' && <p className="in-help" role="status">{note}</p>}
      {pem !== '' && !context.readOnly && !replacing && (
        <div className="ct-acts">
          <button type="button" className="btn" id={id} onClick={() => { setReplacing(true); setNote('') }}>{t('Replace…')}</button>
          <button type="button" className="btn quiet" onClick={() => { put(undefined); setNote('') }}>{t('Clear')}</button>
        </div>
      )}
      {(pem === '' || replacing) && !context.readOnly && (
        <PemInput id={id} label={field.title} what="certificate" take={takeCertificates} taken={(next, left) => { put(next); setNote(left) }} {...(replacing ? { leave: () => setReplacing(false) } : {})} />
      )}
      {pem === '' && context.readOnly && <p className="in-help">{t('None.')}</p>}
    </div>
  )
}

type Inspected = { readonly of: string; readonly certificates: readonly CertificateBody[]; readonly issues: readonly Issue[] }
const none: Inspected = { of: '', certificates: [], issues: [] }

function Shown({ pem, own }: { readonly pem: string; readonly own: boolean }): ReactElement {
  const [found, setFound] = useState<Inspected>(none)
  useEffect(() => {
    const ending = new AbortController()
    api.inspectCertificates(pem, ending.signal).then(
      ({ certificates }) => setFound({ of: pem, certificates, issues: [] }),
      (thrown: unknown) => {
        if (!ending.signal.aborted) setFound({ of: pem, certificates: [], issues: actions.failed(thrown) })
      },
    )
    return () => ending.abort()
  }, [pem])
  if (found.of !== pem) return <p className="in-help">{t('Reading the certificate…')}</p>
  if (found.issues.length > 0) return <>{found.issues.map((i) => <p key={i.text} className="in-fault" role="alert">{said(i.text)} {said(i.remedy)}</p>)}</>
  // Of our own certificate the others are the way to its authority.
  const shown = own ? found.certificates.slice(0, 1) : found.certificates.slice(0, SHOWN)
  const more = found.certificates.length - shown.length
  return (
    <>
      {shown.map((c) => <Card key={c.fingerprint} of={c} />)}
      {more > 0 && <p className="in-help">{own ? t('With {more} more between it and its authority.', { more }) : t('And {more} more.', { more })}</p>}
      {own && shown[0]?.authority === true && <p className="in-fault" role="alert">{t('This is the certificate of an authority, not of one device.')}</p>}
      {!own && shown.some((c) => !c.authority) && <p className="in-help">{t('It is no authority: only exactly this certificate is trusted.')}</p>}
    </>
  )
}

function Card({ of }: { readonly of: CertificateBody }): ReactElement {
  const [now] = useState(() => Date.now())
  const standing = standingOf(of, now)
  return (
    <dl className="ct-card" data-level={standing.level}>
      <dt>{t('Subject')}</dt><dd>{of.subject || t('none stated')}{of.names.length > 0 && <small>{of.names.join(', ')}</small>}</dd>
      <dt>{t('Issuer')}</dt><dd>{of.issuer === of.subject ? t('itself') : of.issuer}</dd>
      <dt>{t('Valid until')}</dt>
      <dd>
        <time dateTime={new Date(of.validUntil).toISOString()} title={t('From {day}', { day: dayOf(of.validFrom) })}>{dayOf(of.validUntil)}</time>
        {standing.text !== '' && <b role="status">{standing.level === 'bad' ? <CircleAlert size={12} aria-hidden /> : <TriangleAlert size={12} aria-hidden />} {standing.text}</b>}
      </dd>
      <dt>{t('Key')}</dt><dd>{of.keyType}</dd>
      <dt title={t('SHA-256')}>{t('Fingerprint')}</dt><dd className="ct-print" title={of.fingerprint}>{of.fingerprint}</dd>
    </dl>
  )
}

const INPUTS = {
  certificate: { paste: t('Paste or drop the certificate (PEM)'), file: t('File with the certificate') },
  key: { paste: t('Paste or drop the private key (PEM)'), file: t('File with the private key') },
}

interface PemInputProps {
  readonly id: string
  readonly label: string
  readonly what: keyof typeof INPUTS
  readonly take: (text: string) => Taken
  readonly taken: (pem: string, note: string) => void
  readonly leave?: () => void
}

/** What is pasted is taken at once; what is typed when the field is left. */
function PemInput({ id, label, what, take, taken, leave }: PemInputProps): ReactElement {
  const chooser = useId()
  const [text, setText] = useState('')
  const [over, setOver] = useState(false)
  const [fault, setFault] = useState('')
  const read = (given: string): void => {
    const answer = take(given)
    if ('fault' in answer) {
      setFault(answer.fault)
      return
    }
    setFault('')
    setText('')
    taken(answer.pem, answer.note)
  }
  const readFile = (file: File | undefined): void => {
    if (!file) return
    if (/\.(p12|pfx)$/i.test(file.name)) return setFault(t('A PKCS #12 file holds certificate and key under a password. Take them apart first: {command}', { command: 'openssl pkcs12 -in file.p12 -nodes -out both.pem' }))
    if (file.size > MOST_BYTES) return setFault(t("'{name}' is too large for this.", { name: file.name }))
    file.arrayBuffer().then((bytes) => read(textOf(new Uint8Array(bytes))), () => setFault(t("'{name}' cannot be read.", { name: file.name })))
  }
  const drop = (e: DragEvent): void => {
    e.preventDefault()
    e.stopPropagation()
    setOver(false)
    const [file] = e.dataTransfer.files
    if (file) readFile(file)
    else read(e.dataTransfer.getData('text'))
  }
  return (
    <div className={`ct-drop${over ? ' over' : ''}`} onDragOver={(e) => { e.preventDefault(); e.stopPropagation(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={drop}>
      <textarea
        className="in-fld" id={id} aria-label={t('{label} as PEM text', { label })} rows={2} value={text} spellCheck={false} autoComplete="off" placeholder={INPUTS[what].paste}
        onChange={(e) => setText(e.target.value)}
        onPaste={(e) => { e.preventDefault(); read(e.clipboardData.getData('text')) }}
        onBlur={() => { if (text.trim() !== '') read(text) }}
      />
      {fault !== '' && <p className="in-fault" role="alert">{fault}</p>}
      <div className="ct-acts">
        <label className="btn" htmlFor={chooser}><FileUp size={13} aria-hidden />{' '}{t('Choose a file…')}</label>
        <input id={chooser} className="sr-only" type="file" aria-label={INPUTS[what].file} accept=".pem,.crt,.cer,.der,.key,.txt,.p12,.pfx" onChange={(e: ChangeEvent<HTMLInputElement>) => { readFile(e.target.files?.[0]); e.target.value = '' }} />
        {leave && <button type="button" className="btn quiet" onClick={leave}>{t('Cancel')}</button>}
      </div>
    </div>
  )
}

/** What was taken is not shown, not even before it is stored. */
const KEY: SecretKind = {
  title: t('Store a private key'),
  icon: <KeyRound size={14} />,
  label: t('Private key'),
  example: t('for example: broker-key'),
  replaces: t('There is a secret of this name: it is replaced, for all that use it.'),
  kept: t('Stored encrypted on the gateway. The settings keep the name only.'),
  input: (id, pem, set) => pem === ''
    ? <PemInput id={id} label={t('Private key')} what="key" take={takeKey} taken={set} />
    : <p className="ct-ready" role="status"><KeyRound size={13} aria-hidden /> <span>{t('A private key is read and not shown again.')}</span> <button type="button" className="dg-link" onClick={() => set('')}>{t('Another one')}</button></p>,
}
export const NewKey = (props: StoreProps): ReactElement => <StoreSecret {...props} kind={KEY} />
