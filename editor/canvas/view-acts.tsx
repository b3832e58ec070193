// What only the drawing can do, for the commands (shell/commands.ts has their keys): zoom, fit, align, group, tidy, rename.
import { useEffect } from 'react'
import { useReactFlow } from 'reactflow'
import { gapOfWire } from '../state/fitting.ts'
import { actions, store } from '../state/here.ts'
import { selectedNodes, useSelectedBoxes } from './cards.ts'
import { COMMENT } from './comment-view.tsx'
import { editComment, editGroup } from './group-edit.ts'
import { useTidy } from './tidy.tsx'
import { useFit } from './use-fit.ts'
import { setViewActs } from './view.ts'

export function ViewActs() {
  const { zoomIn, zoomOut, zoomTo, screenToFlowPosition } = useReactFlow()
  const fit = useFit()
  const boxes = useSelectedBoxes()
  const tidy = useTidy()
  useEffect(() => {
    setViewActs({
      drop(type, point, wire) {
        const { x, y } = screenToFlowPosition(point)
        const place = [Math.round((x - 100) / 10) * 10, Math.round((y - 20) / 10) * 10] as const
        const gap = wire === null ? undefined : gapOfWire(wire)
        if (gap) actions.insertInto(type, gap, place)
        else actions.addNode(type, place)
      },
      fit, zoomIn: () => void zoomIn(), zoomOut: () => void zoomOut(), zoomTo: (zoom) => void zoomTo(zoom), tidy: (nodes) => void tidy(nodes),
      align: (how) => actions.align(boxes(), how), distribute: (axis) => actions.distribute(boxes(), axis),
      group: () => editGroup(actions.groupSelected()), rename: () => rename(selectedNodes()),
    })
    return () => setViewActs(null)
  }, [zoomIn, zoomOut, zoomTo, screenToFlowPosition, fit, boxes, tidy])
  return null
}

/** The title of a group, the text of a comment, or the name of a node in the inspector. */
function rename(chosen: readonly string[]): void {
  const group = actions.selectedGroup()
  if (group !== undefined) return editGroup(group)
  const [only, another] = chosen
  if (only === undefined || another !== undefined) return
  if (store.getState().document?.flow.nodes[only]?.type === COMMENT) return editComment(only)
  actions.setInspectorTab('settings')
  requestAnimationFrame(() => {
    const field = document.getElementById('in-name')
    if (field instanceof HTMLInputElement) { field.focus(); field.select() }
  })
}
