// What must not be overlooked: no connection, another version running, or a draft that is not what runs.
import { CloudOff, GitCompareArrows } from 'lucide-react'
import { may } from '#format'
import { t } from '../language/index.ts'
import { changeSummary } from '../state/derive.ts'
import { LocalTime } from '../shell/local-time.tsx'
import { actions, useEditor } from '../state/here.ts'

export function Banner() {
  const live = useEditor((s) => s.live.state)
  const since = useEditor((s) => s.live.since)
  const reason = useEditor((s) => s.live.reason)
  const changes = useEditor((s) => s.changes)
  const base = useEditor((s) => s.base.version)
  const basedOn = useEditor((s) => s.basedOn)
  const open = useEditor((s) => s.document !== null)
  const editor = useEditor((s) => s.session !== null && may(s.session.role, 'edit'))
  if (live === 'lost') {
    return (
      <div className="banner grave" role="alert">
        <CloudOff size={15} aria-hidden="true" />
        <span><b>{t('No connection to the gateway')}</b>{' '}{t('since')}{' '}<LocalTime ms={since} />{reason === '' ? '' : `: ${reason}`}{'. '}{t('Values are not live; trying again. The draft is safe.')}</span>
      </div>
    )
  }
  if (!open) return null
  if (base === null) return <div className="banner" role="status"><span><b>{t('New flow:')}</b>{' '}{t('it does not run until it is deployed')}</span></div>
  if (changes.length === 0) return null
  const behind = basedOn !== base
  return (
    <div className={`banner${behind ? ' warn' : ''}`} role="status">
      {behind ? <GitCompareArrows size={15} aria-hidden="true" /> : null}
      <span>{behind ? <><b>{t('Version {base} is running;', { base })}</b>{' '}{basedOn === null ? t('this draft was made from no version') : t('this draft was made from version {basedOn}', { basedOn })}: </> : <b>{t('Draft differs from what runs:')}{' '}</b>}{changeSummary(changes)}</span>
      {editor ? <button type="button" onClick={actions.discardDraft} title={t('Take what runs instead, for everybody; Ctrl Z brings the draft back')}>{t('Discard')}</button> : null}
    </div>
  )
}
