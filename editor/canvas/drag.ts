// While a wire is dragged: what every port would say to it. Judged once when the drag begins, so that moving is cheap.
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { WireEnd } from '#format'
import { store } from '../state/here.ts'
import { partnersOf, withoutWire, type Verdict } from '../state/wiring.ts'

export interface Drag {
  readonly from: WireEnd
  readonly side: 'output' | 'input'
  /** The wire whose other end is being moved, as text. */
  readonly moving: string | null
  /** By 'node.port' of the other side. */
  readonly verdicts: ReadonlyMap<string, Verdict>
}

const drags = createStore<{ readonly drag: Drag | null }>()(() => ({ drag: null }))

export function beginDrag(from: WireEnd, side: 'output' | 'input', moving: string | null = null): void {
  const state = store.getState()
  const verdicts = new Map(partnersOf(moving === null ? state : withoutWire(state, moving), from, side).map((p) => [`${p.end.node}.${p.end.port}`, p.verdict]))
  drags.setState({ drag: { from, side, moving, verdicts } })
}
export const dragNow = (): Drag | null => drags.getState().drag
export const endDrag = (): void => drags.setState({ drag: null })
export const useDrag = (): Drag | null => useStore(drags, (s) => s.drag)

/** While a wire looks for an output, folded outputs open. */
export const useSeekingOutput = (): boolean => useStore(drags, ({ drag }) => drag?.side === 'input')

/** How a port stands to the wire under the cursor: null while none is dragged. */
export function usePortMark(node: string, port: string, side: 'output' | 'input'): 'from' | 'ok' | 'no' | null {
  return useStore(drags, ({ drag }) => {
    if (!drag) return null
    if (drag.side === side) return drag.from.node === node && drag.from.port === port ? 'from' : 'no'
    return drag.verdicts.get(`${node}.${port}`)?.ok ? 'ok' : 'no'
  })
}
