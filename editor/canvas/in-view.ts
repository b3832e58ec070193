// Tells the gateway which cards of a large flow are looked at: those are told ten times a second, the others about once. Asked
// a moment after the view or the selection changed, never at every frame.
import { useEffect } from 'react'
import { useStoreApi, type ReactFlowState } from 'reactflow'
import { MAX_WATCHED } from '#format'
import { lookAt } from '../live/link.ts'
import { engineIdOf, store } from '../state/here.ts'
import { detailOf, MANY } from './detail.tsx'

const AFTER_MS = 150
/** Beside the view on each side, as a part of it: what comes in next has its values already. */
const MARGIN = 0.25

type Drawn = Pick<ReactFlowState, 'nodeLookup' | 'transform' | 'width' | 'height'>
/** Cards that show values now, and what is selected; null: the flow is small enough for all. From afar only states are shown. */
export function lookedAt({ nodeLookup, transform: [x, y, zoom], width, height }: Drawn, selected: readonly string[]): readonly string[] | null {
  if (nodeLookup.size <= MANY) return null
  const found = new Set(selected)
  if (detailOf(zoom, nodeLookup.size) === 'whole') {
    const [left, top] = [(-x - width * MARGIN) / zoom, (-y - height * MARGIN) / zoom]
    const [right, bottom] = [(width * (1 + MARGIN) - x) / zoom, (height * (1 + MARGIN) - y) / zoom]
    for (const [id, node] of nodeLookup) {
      const at = node.internals.positionAbsolute
      if (at.x < right && at.x + (node.measured.width ?? 200) > left && at.y < bottom && at.y + (node.measured.height ?? 100) > top) found.add(id)
    }
  }
  return [...found].slice(0, MAX_WATCHED)
}

export function InView(): null {
  const drawing = useStoreApi()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = (): void => {
      timer = undefined
      // Inside of a subflow all is told.
      lookAt(engineIdOf('node') === 'node' ? lookedAt(drawing.getState(), store.getState().document?.selection.nodes ?? []) : null)
    }
    const soon = (): void => void (timer ??= setTimeout(look, AFTER_MS))
    let known: readonly unknown[] = []
    const stops = [drawing.subscribe(soon), store.subscribe(() => {
      const { document, flowId, base, live } = store.getState()
      const now = [document?.selection, flowId, base.version, live.state]
      if (now.every((part, i) => part === known[i])) return
      known = now
      soon()
    })]
    soon()
    return () => {
      clearTimeout(timer)
      for (const stop of stops) stop()
      lookAt(null)
    }
  }, [drawing])
  return null
}
