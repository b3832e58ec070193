// Where to begin.
import { actions, useEditor } from '../state/here.ts'
import { askInsert } from './ask.ts'

export function Empty() {
  const flow = useEditor((s) => s.document !== null)
  const some = useEditor((s) => s.flows.length > 0)
  return (
    <div className="empty">
      <h2>{flow ? 'This flow is empty' : 'No flow is open'}</h2>
      {flow ? (
        <p>Drag a node from the left, or press <kbd>/</kbd> or double-click here, type, and press Enter. Begin with a source: what the plant tells.</p>
      ) : (
        <p>{some ? 'Choose a flow above, make a new one, or import one' : 'Make a new flow, or import one'}: a file dropped here will do.</p>
      )}
      <div>
        {flow ? (
          <button type="button" className="btn primary" onClick={askInsert}>Find a node</button>
        ) : (
          <button type="button" className="btn primary" onClick={() => actions.openDialog({ kind: 'new-flow' })}>New flow…</button>
        )}
        <button type="button" className="btn" onClick={() => actions.openDialog({ kind: 'examples' })}>Begin from an example…</button>
        <button type="button" className="btn" onClick={() => actions.openDialog({ kind: 'import' })}>Import…</button>
      </div>
    </div>
  )
}
