// In the deploy dialog: the flow's tests run over what is about to be deployed. A failure is a warning that a person must take
// note of; it stops nobody, because a plant may need the change now.
import { useEffect, useState, type ReactElement } from 'react'
import { CircleCheck, LoaderCircle, TriangleAlert } from 'lucide-react'
import type { Flow, TestResult } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { actions, api } from '../state/store.ts'
import './replay.css'

/** none: no tests. running: not known yet. */
export type TestVerdict = 'none' | 'running' | 'passed' | 'failed' | 'unknown'
export interface Tested {
  readonly verdict: TestVerdict
  readonly failing: readonly string[]
  readonly count: number
  /** Why they did not run. */
  readonly reason: string
  readonly seen: boolean
  readonly setSeen: (seen: boolean) => void
  /** For the result, or for a person to take note of it. */
  readonly waits: boolean
}

type Ran = { readonly of: Flow['tests']; readonly results: { readonly [name: string]: TestResult } | null; readonly reason: string }

/** Runs them once for a flow; `ready` is false while it has errors, which would only be told twice. */
export function useTested(flow: Flow | undefined, ready: boolean): Tested {
  const [ran, setRan] = useState<(Ran & { readonly flow: Flow }) | null>(null)
  const [seen, setSeen] = useState(false)
  const count = Object.keys(flow?.tests ?? {}).length
  useEffect(() => {
    if (!flow || !ready || count === 0 || !actions.may('edit')) return
    const asked = new AbortController()
    api.labTests({ flow }, asked.signal)
      .then(({ results }) => setRan({ flow, of: flow.tests, results, reason: '' }))
      .catch((thrown: unknown) => { if (!asked.signal.aborted) setRan({ flow, of: flow.tests, results: null, reason: actions.failed(thrown)[0]?.text ?? '' }) })
    return () => asked.abort()
  }, [flow, ready, count])
  const now = ran?.flow === flow ? ran : null
  const failing = Object.entries(now?.results ?? {}).filter(([, r]) => !r.passed).map(([name]) => name)
  const verdict: TestVerdict = count === 0 ? 'none' : !now ? 'running' : now.results === null ? 'unknown' : failing.length > 0 ? 'failed' : 'passed'
  return { verdict, failing, count, reason: now?.reason ?? '', seen, setSeen, waits: verdict !== 'none' && verdict !== 'passed' && !seen }
}

const NAMED = 4

export function TestsBefore({ tested: { verdict, failing, count, reason, seen, setSeen } }: { readonly tested: Tested }): ReactElement | null {
  if (verdict === 'none') return null
  const lead = (
    <button type="button" className="btn" onClick={() => { actions.closeDialog(); actions.setDrawerTab('tests'); void actions.runTests() }}>{t('Show the tests')}</button>
  )
  if (verdict === 'running') return <div className="dt" role="status"><LoaderCircle size={15} className="turns" aria-hidden="true" /><p>{t('Tests: {count} are being run over this draft…', { count })}</p><label><input type="checkbox" checked={seen} onChange={(e) => setSeen(e.target.checked)} />{' '}{t('Deploy without waiting')}</label></div>
  if (verdict === 'passed') return <div className="dt" role="status"><CircleCheck size={15} aria-hidden="true" /><p><b>{t('Tests:')}</b>{' '}{t('{passing} of {all} pass.', { passing: count, all: count })}</p></div>
  return (
    <div className="dt bad" role="alert">
      <TriangleAlert size={15} aria-hidden="true" />
      <div>
        <p>{verdict === 'unknown' ? <><b>{t('The tests could not be run:')}</b> {said(reason)}</> : <><b>{t('Tests:')}{' '}{t('{passing} of {all} pass.', { passing: count - failing.length, all: count })}</b>{' '}{t('Failed: {failed}', { failed: failing.slice(0, NAMED).join(', ') })}{failing.length > NAMED ? ` ${t('and {number} more', { number: failing.length - NAMED })}` : ''}.</>}</p>
        <label><input type="checkbox" checked={seen} onChange={(e) => setSeen(e.target.checked)} /> {verdict === 'unknown' ? t('Deploy without them') : t('I know, and deploy it so')}</label>
      </div>
      {lead}
    </div>
  )
}
