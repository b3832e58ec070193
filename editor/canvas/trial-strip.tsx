// Over the canvas while the version that runs is under watch: what it must keep to, how long still, and the way out.
// How it ended stays until it is read.
import { CircleCheck, Eye, TriangleAlert, X } from 'lucide-react'
import { may } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
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
    const text = returned ? <><b>{t('Version {version} was taken back:', { version: trial.version })}</b>{' '}{t('{reason}. Version {previous} runs again.', { reason: said(trial.reason), previous: trial.previous })}</> : trial.state === 'passed' ? <><b>{t('Version {version} has kept to its criteria;', { version: trial.version })}</b>{' '}{t('it stays.')}</> : <><b>{t('The watch over version {version} has ended:', { version: trial.version })}</b> {said(trial.reason)}.</>
    return (
      <div className={`trial-strip${returned ? ' bad' : ''}`} role={returned ? 'alert' : 'status'}>
        {returned ? <TriangleAlert size={15} aria-hidden="true" /> : <CircleCheck size={15} aria-hidden="true" />}
        <span className="what">{text}</span>
        <button type="button" className="icon-btn" aria-label={t('Close')} onClick={() => actions.dismissTrial(flow)}><X size={14} /></button>
      </div>
    )
  }
  const failing = trial.criteria.some((c) => !c.ok)
  return (
    <section className={`trial-strip${failing ? ' warn' : ''}`} aria-label={t('Version {version} is under watch', { version: trial.version })}>
      {failing ? <TriangleAlert size={15} aria-hidden="true" /> : <Eye size={15} aria-hidden="true" />}
      <div className="what">
        <b>{t('Version {version} is under watch', { version: trial.version })}</b> <span className="mono" role="timer">{formatDuration(Math.max(0, trial.until - (clock || trial.since)))}</span>{' '}{t('left')}{trial.reason === '' ? '' : <>; {t('going back to version {previous}: {reason}', { previous: trial.previous, reason: said(trial.reason) })}</>}
        {trial.criteria.length === 0 ? null : <details key={String(failing)} open={failing}><summary>{failing ? t('{failing} of {all} criteria not kept', { failing: trial.criteria.filter((c) => !c.ok).length, all: trial.criteria.length }) : trial.criteria.length === 1 ? t('Its criterion is kept') : t('All {all} criteria are kept', { all: trial.criteria.length })}</summary><ul>{trial.criteria.map((c) => <li key={c.what} data-ok={c.ok}><i aria-label={c.ok ? t('kept') : t('not kept')}>{c.ok ? '✓' : '✕'}</i> {said(c.text)}</li>)}</ul></details>}
      </div>
      {allowed ? <><button type="button" className="btn" onClick={() => void actions.decideTrial(flow, 'return')}>{t('Back to version {previous}', { previous: trial.previous })}</button><button type="button" className="btn" onClick={() => void actions.decideTrial(flow, 'keep')}>{t('Keep it')}</button></> : null}
    </section>
  )
}
