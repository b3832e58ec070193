// Says that the gateway runs a newer version than this page, and offers to load it. The draft is kept over it.
import { RefreshCw } from 'lucide-react'
import { t } from '../language/index.ts'
import { actions, useEditor } from '../state/store.ts'
import './updated.css'

export function Updated() {
  const version = useEditor((s) => s.updated)
  if (version === null) return null
  return (
    <div className="updated" role="status">
      <RefreshCw size={14} aria-hidden="true" />
      <span>{t('The gateway was updated to version {version}; this page is of the version before. Your draft is kept.', { version })}</span>
      <button type="button" className="btn primary" onClick={() => { actions.flush(); location.reload() }}>{t('Load the new editor')}</button>
    </div>
  )
}
