// Keys for looking and arranging, wherever the focus is outside of a field: zoom, fit, align, group, tidy, and out of a subflow.
import { useEffect } from 'react'
import { useReactFlow } from 'reactflow'
import { may } from '#format'
import { takesKeys } from '../shell/shortcuts.tsx'
import { LEAST, type Alignment } from '../state/arrange.ts'
import { actions, store } from '../state/here.ts'
import { selectedNodes, useSelectedBoxes } from './cards.ts'
import { COMMENT } from './comment-view.tsx'
import { editComment, editGroup } from './group-edit.ts'
import { useTidy } from './tidy.tsx'
import { useFit } from './use-fit.ts'

const edges: { readonly [key: string]: Alignment } = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'top', ArrowDown: 'bottom' }

export function ViewKeys() {
  const { zoomIn, zoomOut, zoomTo } = useReactFlow()
  const fit = useFit()
  const boxes = useSelectedBoxes()
  const tidy = useTidy()
  useEffect(() => {
    const run = (e: KeyboardEvent): (() => void) | undefined => {
      const { session, document } = store.getState()
      if (!document) return undefined
      const chosen = selectedNodes()
      const edits = session !== null && may(session.role, 'edit')
      const command = e.ctrlKey || e.metaKey
      if (command && e.key.toLowerCase() === 'g' && edits) return e.shiftKey ? () => actions.ungroup() : () => editGroup(actions.groupSelected())
      const edge = edges[e.key]
      if (e.altKey && !command && edge !== undefined && edits) {
        if (e.shiftKey) return chosen.length < LEAST.distribute ? undefined : () => actions.distribute(boxes(), edge === 'left' || edge === 'right' ? 'horizontally' : 'vertically')
        return chosen.length < LEAST.align ? undefined : () => actions.align(boxes(), edge)
      }
      if (command || e.altKey) return undefined
      switch (e.key) {
        case '1': return () => void zoomTo(1)
        case 'f': return () => fit()
        case 'F': return () => fit(chosen.length > 0 ? chosen : undefined)
        case '+': case '=': return () => void zoomIn()
        case '-': return () => void zoomOut()
        case 't': case 'T': return edits ? () => void tidy(chosen.length >= LEAST.align ? chosen : undefined) : undefined
        case 'F2': return edits ? rename(chosen) : undefined
        // With nothing selected Escape leads out.
        case 'Escape': return chosen.length + document.selection.wires.length === 0 ? () => actions.leave() : undefined
        default: return undefined
      }
    }
    const keys = (e: KeyboardEvent): void => {
      if (e.defaultPrevented || (e.repeat && !'+-='.includes(e.key)) || takesKeys(e.target)) return
      const act = run(e)
      if (!act) return
      e.preventDefault()
      act()
    }
    // Before those that Escape only takes the selection from.
    document.addEventListener('keydown', keys, true)
    return () => document.removeEventListener('keydown', keys, true)
  }, [zoomIn, zoomOut, zoomTo, fit, boxes, tidy])
  return null
}

/** The title of a group, the text of a comment, or the name of a node in the inspector. */
function rename(chosen: readonly string[]): (() => void) | undefined {
  const group = actions.selectedGroup()
  if (group !== undefined) return () => editGroup(group)
  const [only, another] = chosen
  if (only === undefined || another !== undefined) return undefined
  if (store.getState().document?.flow.nodes[only]?.type === COMMENT) return () => editComment(only)
  return () => {
    actions.setInspectorTab('settings')
    requestAnimationFrame(() => {
      const field = document.getElementById('in-name')
      if (field instanceof HTMLInputElement) { field.focus(); field.select() }
    })
  }
}
