// While the list is open for a wire that was pulled into the open: the wire, from its port to where the node will be.
import { getBezierPath, Position, useReactFlow, useStore, ViewportPortal } from 'reactflow'
import type { Gap } from '../state/fitting.ts'
import type { Point } from './ask.ts'

export function PulledWire({ gap, point }: { readonly gap: Gap; readonly point: Point }) {
  const { screenToFlowPosition } = useReactFlow()
  const end = gap.from ?? gap.to
  const side = gap.from ? 'source' : 'target'
  const node = useStore((s) => (end ? s.nodeLookup.get(end.node) : undefined))
  const handle = node?.internals.handleBounds?.[side]?.find((h) => h.id === end?.port)
  if (!node || !handle || (gap.from && gap.to)) return null
  const here = { x: node.internals.positionAbsolute.x + handle.x + (side === 'source' ? handle.width : 0), y: node.internals.positionAbsolute.y + handle.y + handle.height / 2 }
  const there = screenToFlowPosition(point)
  const [from, to] = side === 'source' ? [here, there] : [there, here]
  const [path] = getBezierPath({ sourceX: from.x, sourceY: from.y, targetX: to.x, targetY: to.y, sourcePosition: Position.Right, targetPosition: Position.Left, curvature: 0.35 })
  return (
    <ViewportPortal>
      <svg className="pulled-wire" aria-hidden="true"><path d={path} /></svg>
    </ViewportPortal>
  )
}
