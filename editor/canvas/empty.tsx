// Where to begin.
import { t } from '../language/index.ts'
import { mayEdit } from '../state/change.ts'
import { actions, useEditor } from '../state/here.ts'
import { askInsert } from './ask.ts'

export function Empty() {
  const flow = useEditor((s) => s.document !== null)
  const some = useEditor((s) => s.flows.length > 0)
  const edits = useEditor(mayEdit)
  if (!edits) return <div className="empty"><h2>{flow ? t('This flow is empty') : t('No flow is open')}</h2><p>{flow ? t('Somebody with the role editor can draw it.') : some ? t('Choose a flow above.') : t('Nothing runs on this gateway yet. Somebody with the role editor can make a flow.')}</p></div>
  return (
    <div className="empty">
      <h2>{flow ? t('This flow is empty') : t('No flow is open')}</h2>
      {flow ? (
        <p>{t('Drag a node from the left, or press')}{' '}<kbd>/</kbd>{' '}{t('or double-click here, type, and press Enter. Begin with a source: what the plant tells.')}</p>
      ) : (
        <p>{some ? t('Choose a flow above, make a new one, or import one: a file dropped here will do.') : t('Make a new flow, or import one: a file dropped here will do.')}</p>
      )}
      <div>
        {flow ? (
          <button type="button" className="btn primary" onClick={askInsert}>{t('Find a node')}</button>
        ) : (
          <button type="button" className="btn primary" onClick={() => actions.openDialog({ kind: 'new-flow' })}>{t('New flow…')}</button>
        )}
        <button type="button" className="btn" onClick={() => actions.openDialog({ kind: 'examples' })}>{t('Begin from an example…')}</button>
        <button type="button" className="btn" onClick={() => actions.openDialog({ kind: 'import' })}>{t('Import…')}</button>
      </div>
    </div>
  )
}
