// Where the draft is kept, in a few quiet words; louder only when it is in this browser alone, or when somebody must choose.
import type { ReactElement } from 'react'
import { CloudCheck, CloudOff, CloudUpload, Eye, GitCompareArrows } from 'lucide-react'
import { t } from '../language/index.ts'
import { clashesOf } from '../state/clashes.ts'
import { notShared } from '../state/model.ts'
import { actions, useEditor } from '../state/store.ts'
import { formatMinute, timeTitle } from '../state/format.ts'

export function SaveState(): ReactElement | null {
  const { keeping, reason, author, time } = useEditor((s) => s.shared[s.flowId ?? ''] ?? notShared)
  const clashes = useEditor(clashesOf).length
  const me = useEditor((s) => s.session?.user)
  const others = author !== '' && author !== me
  return (
    <>
      {clashes > 0 ? <button type="button" className="btn save-clash" onClick={() => actions.openDialog({ kind: 'conflicts' })}><GitCompareArrows size={14} aria-hidden="true" />{t('{count} changed by two: choose…', { count: clashes })}</button> : null}
      <span className={`save-state${keeping === 'local' ? ' alone' : ''}`} role="status" title={reason || (time > 0 ? timeTitle(time) : undefined)}>
        {keeping === 'saving' ? <><CloudUpload size={14} aria-hidden="true" />{t('Saving…')}</> : null}
        {keeping === 'saved' ? <><CloudCheck size={14} aria-hidden="true" /><span className="words">{t('Saved on the gateway')}</span> <b>{formatMinute(time)}</b>{others ? <span className="words"> {t('by {author}', { author })}</span> : null}</> : null}
        {keeping === 'watched' ? <><Eye size={14} aria-hidden="true" /><span className="words">{others ? t('Draft by {author}', { author }) : t('Draft')}</span> <b>{formatMinute(time)}</b>, {t('read only')}</> : null}
        {keeping === 'local' ? <><CloudOff size={14} aria-hidden="true" />{t('Only in this browser')}</> : null}
      </span>
    </>
  )
}
