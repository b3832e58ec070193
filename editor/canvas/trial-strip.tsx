// Over the canvas while the version that runs is under watch: what it must keep to, how long still, and the way out.
// How it ended stays until it is read.
import { CircleCheck, Eye, TriangleAlert, X } from 'lucide-react'
import { may } from '#format'
import { formatDuration } from '../state/format.ts'
import { actions, useEditor } from '../state/here.ts'
import './trying.css'

export function TrialStrip() {
  const flow = useEditor((s) => s.flowId ?? '')
  const trial = useEditor((s) => (Object.hasOwn(s.trying.trials, flow) ? s.trying.trials[flow] : undefined))
  const clock = useEditor((s) => (trial?.state === 'watching' ? s.live.clock : 0))
  const allowed = useEditor((s) => s.session !== null && may(s.session.role, 'operate'))
  if (!trial) return null
  if (trial.state !== 'watching') {
    const returned = trial.state === 'returned'
    const text = returned ? <><b>Version {trial.version} was taken back:</b> {trial.reason}. Version {trial.previous} runs again.</> : trial.state === 'passed' ? <><b>Version {trial.version} has kept to its criteria;</b> it stays.</> : <><b>The watch over version {trial.version} has ended:</b> {trial.reason}.</>
    return (
      <div className={`trial-strip${returned ? ' bad' : ''}`} role={returned ? 'alert' : 'status'}>
        {returned ? <TriangleAlert size={15} aria-hidden="true" /> : <CircleCheck size={15} aria-hidden="true" />}
        <span className="what">{text}</span>
        <button type="button" className="icon-btn" aria-label="Close" onClick={() => actions.dismissTrial(flow)}><X size={14} /></button>
      </div>
    )
  }
  const failing = trial.criteria.some((c) => !c.ok)
  return (
    <section className={`trial-strip${failing ? ' warn' : ''}`} aria-label={`Version ${trial.version} is under watch`}>
      {failing ? <TriangleAlert size={15} aria-hidden="true" /> : <Eye size={15} aria-hidden="true" />}
      <div className="what">
        <b>Version {trial.version} is under watch</b> <span className="mono" role="timer">{formatDuration(Math.max(0, trial.until - (clock || trial.since)))}</span> left{trial.reason === '' ? '' : <>; going back to version {trial.previous}: {trial.reason}</>}
        {trial.criteria.length === 0 ? null : <details key={String(failing)} open={failing}><summary>{failing ? `${trial.criteria.filter((c) => !c.ok).length} of ${trial.criteria.length} criteria not kept` : trial.criteria.length === 1 ? 'Its criterion is kept' : `All ${trial.criteria.length} criteria are kept`}</summary><ul>{trial.criteria.map((c) => <li key={c.what} data-ok={c.ok}><i aria-label={c.ok ? 'kept' : 'not kept'}>{c.ok ? '✓' : '✕'}</i> {c.text}</li>)}</ul></details>}
      </div>
      {allowed ? <><button type="button" className="btn" onClick={() => void actions.decideTrial(flow, 'return')}>Back to version {trial.previous}</button><button type="button" className="btn" onClick={() => void actions.decideTrial(flow, 'keep')}>Keep it</button></> : null}
    </section>
  )
}
