// Zoom, fit, tidy, and the overview.
import { MiniMap, useReactFlow, useViewport, type Node } from 'reactflow'
import { alarmOf, conditionOf, hearingOf, issuesAt } from '../state/status.ts'
import { tidy } from '../state/tidy.ts'
import { actions, store, useEditor } from '../state/here.ts'
import { useFit } from './use-fit.ts'

export function Controls() {
  const { zoom } = useViewport()
  const { zoomIn, zoomOut, zoomTo, getNode } = useReactFlow()
  const fit = useFit()
  const arrange = (): void => {
    const flow = store.getState().document?.flow
    if (!flow) return
    actions.moveNodes(tidy(flow, (id) => ({ width: getNode(id)?.measured?.width ?? 200, height: getNode(id)?.measured?.height ?? 100 })))
    actions.reveal([])
  }
  return (
    <div className="zoom" role="group" aria-label="View">
      <button type="button" aria-label="Zoom out" onClick={() => void zoomOut()}>−</button>
      <button type="button" aria-label="Zoom to 100%" title="Zoom to 100%" onClick={() => void zoomTo(1)}>{Math.round(zoom * 100)}%</button>
      <button type="button" aria-label="Zoom in" onClick={() => void zoomIn()}>+</button>
      <button type="button" title="Bring the whole flow into view" onClick={fit}>Fit</button>
      <button type="button" title="Arrange the nodes in columns" onClick={arrange}>Tidy</button>
    </div>
  )
}

/** Nodes out of the ordinary, as one text: the overview redraws when one becomes so. */
const abnormal = (): string => {
  const s = store.getState()
  const hearing = hearingOf(s)
  return Object.keys(s.document?.flow.nodes ?? {})
    .flatMap((id) => {
      const { shape } = conditionOf(s.live.nodes[id], alarmOf(s, id), hearing)
      const grave = shape === 'bad' || issuesAt(s.issues, id)[0]?.level === 'error'
      return grave ? [`${id}!`] : shape === 'warn' && hearing === 'open' ? [`${id}?`] : []
    })
    .join(' ')
}

export function Overview() {
  const marks = new Set(useEditor(abnormal).split(' '))
  const few = useEditor((s) => Object.keys(s.document?.flow.nodes ?? {}).length < 2)
  if (few) return null
  const colour = (n: Node): string => (marks.has(`${n.id}!`) ? 'var(--alarm1)' : marks.has(`${n.id}?`) ? 'var(--alarm2)' : 'var(--dot)')
  return <MiniMap pannable zoomable ariaLabel="Overview" nodeColor={colour} nodeStrokeWidth={0} nodeBorderRadius={8} maskColor="color-mix(in srgb, var(--bg) 60%, transparent)" bgColor="var(--panel)" />
}
