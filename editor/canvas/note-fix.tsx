// The mend of a node's fault, right at the node: the first that is known for its code.
import { useMemo, type ReactElement } from 'react'
import type { Issue } from '#kit'
import { actions, store } from '../state/here.ts'

export function NoteFix({ issue }: { readonly issue: Issue }): ReactElement | null {
  const fix = useMemo(() => actions.fixesFor(issue, store.getState())[0], [issue])
  if (!fix || fix.run === undefined) return null
  return <div className="note-fix"><button type="button" className="nodrag nopan" tabIndex={-1} onClick={(e) => { e.stopPropagation(); fix.run?.() }}>{fix.label}</button></div>
}
