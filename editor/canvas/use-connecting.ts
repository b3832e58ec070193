// Wires drawn with the pointer: from port to port, an end moved, into the open, onto the body of a node.
import { useCallback, useMemo, useRef } from 'react'
import type { Connection, Edge, OnConnectEnd, OnConnectStart } from 'reactflow'
import { formatEnd, type WireEnd } from '#format'
import { t } from '../language/index.ts'
import { gapOf } from '../state/inserting.ts'
import { actions, store } from '../state/here.ts'
import { judgeWire } from '../state/wiring.ts'
import { ask, pointOf, type Point } from './ask.ts'
import { beginDrag, dragNow, endDrag, type Drag } from './drag.ts'

function endsOf(c: Connection | Edge): { from: WireEnd; to: WireEnd } {
  return { from: { node: c.source, port: c.sourceHandle ?? '' }, to: { node: c.target, port: c.targetHandle ?? '' } }
}

/** A wire shorter than this was a click, px. */
const PULLED = 24

/** A wire let go in the open asks for a node that fits; on the body of a node, it takes the first port that fits. */
function letGo(drag: Drag, point: Point): void {
  const target = document.elementFromPoint(point.x, point.y)
  const id = target?.closest('.react-flow__node')?.getAttribute('data-id')
  if (id === drag.from.node) return
  if (id == null) {
    if (target?.closest('.canvas')) ask({ kind: 'insert', point, gap: gapOf(drag.from, drag.side) })
    return
  }
  const ports = [...drag.verdicts.keys()].filter((end) => end.startsWith(`${id}.`))
  const end = ports.find((p) => drag.verdicts.get(p)!.ok) ?? ports[0]
  if (end === undefined) return void actions.toast({ level: 'info', text: drag.side === 'output' ? t('This node has no input.') : t('This node has no output.') })
  const other = { node: id, port: end.slice(id.length + 1) }
  if (drag.side === 'output') actions.connect(drag.from, other)
  else actions.connect(other, drag.from)
}

/** What React Flow calls while a wire is drawn. */
export function useConnecting() {
  // An end of a wire that is moved: React Flow says so first, then begins to draw a connection from the other end.
  const moving = useRef<string | null>(null)
  const began = useRef<Point | null>(null)
  const onConnectStart = useCallback<OnConnectStart>((event, { nodeId, handleId, handleType }) => {
    began.current = pointOf(event)
    if (nodeId !== null && handleId !== null) beginDrag({ node: nodeId, port: handleId }, handleType === 'source' ? 'output' : 'input', moving.current)
  }, [])
  const onReconnectStart = useCallback((_event: unknown, edge: Edge) => {
    moving.current = edge.id
  }, [])
  const onReconnect = useCallback((old: Edge, c: Connection) => {
    const { from, to } = endsOf(c)
    actions.connect(from, to, old.id)
  }, [])
  const onReconnectEnd = useCallback(() => {
    moving.current = null
  }, [])
  const onConnectEnd = useCallback<OnConnectEnd>((event, { isValid, fromHandle, toHandle }) => {
    const drag = dragNow()
    const instead = drag?.moving ?? undefined
    endDrag()
    if (isValid || !fromHandle) return
    if (!toHandle) {
      const point = pointOf(event)
      const start = began.current
      // A moved end that is let go in the open stays where it was; a click on a port pulls no wire.
      if (drag && point && start && instead === undefined && Math.hypot(point.x - start.x, point.y - start.y) > PULLED) letGo(drag, point)
      return
    }
    // Dropped on a port that refuses it: say why, and offer the mend.
    const [from, to] = fromHandle.type === 'source' ? [fromHandle, toHandle] : [toHandle, fromHandle]
    if (from.type === 'source' && to.type === 'target') actions.connect({ node: from.nodeId, port: from.id ?? '' }, { node: to.nodeId, port: to.id ?? '' }, instead)
    else actions.toast({ level: 'info', text: t('A wire goes from an output (right) to an input (left).') })
  }, [])
  return useMemo(() => ({ onConnectStart, onConnectEnd, onReconnectStart, onReconnect, onReconnectEnd, onConnect, isValidConnection }), [onConnectStart, onConnectEnd, onReconnectStart, onReconnect, onReconnectEnd])
}

const onConnect = (c: Connection): void => {
  const { from, to } = endsOf(c)
  actions.connect(from, to)
}
const isValidConnection = (c: Connection | Edge): boolean => {
  const { from, to } = endsOf(c)
  const drag = dragNow()
  if (!drag) return judgeWire(store.getState(), from, to).ok
  return drag.verdicts.get(formatEnd(drag.side === 'output' ? to : from))?.ok ?? false
}
