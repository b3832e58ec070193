// While a wire is dragged: what every port would say to it. Judged once when the drag begins, so that moving is cheap.
// While a node is dragged over a wire: whether the wire would take it.
import { useMemo } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { WireEnd } from '#format'
import type { Refusal } from '../state/fitting.ts'
import { actions, store } from '../state/here.ts'
import { partnersOf, withoutWire, type Verdict } from '../state/wiring.ts'
import type { Point } from './ask.ts'

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

const none: readonly string[] = []
/** Of hundreds of ports that would take a wire, so many are shown for it. */
const MOST_SOUGHT = 12
/** While a wire is dragged, folded ports that would take it are shown: those. The same list for one drag. */
export function useSought(node: string, side: 'output' | 'input', folded: readonly string[]): readonly string[] {
  const drag = useStore(drags, (s) => (s.drag !== null && s.drag.side !== side && folded.some((port) => s.drag!.verdicts.get(`${node}.${port}`)?.ok) ? s.drag : null))
  return useMemo(() => (drag ? folded.filter((port) => drag.verdicts.get(`${node}.${port}`)?.ok).slice(0, MOST_SOUGHT) : none), [drag, node, folded])
}

/** How a port stands to the wire under the cursor: null while none is dragged. */
export function usePortMark(node: string, port: string, side: 'output' | 'input'): 'from' | 'ok' | 'no' | null {
  return useStore(drags, ({ drag }) => {
    if (!drag) return null
    if (drag.side === side) return drag.from.node === node && drag.from.port === port ? 'from' : 'no'
    return drag.verdicts.get(`${node}.${port}`)?.ok ? 'ok' : 'no'
  })
}

// ---- a node over a wire

/** What is dragged: a type from the palette, or a node that is there already. */
export type Dragged = { readonly type: string } | { readonly node: string }
export interface Drop {
  readonly wire: string
  /** Null: the wire takes it. */
  readonly why: Refusal | null
  readonly point: Point
}
const drops = createStore<{ readonly drop: Drop | null }>()(() => ({ drop: null }))
export const useDrop = (): Drop | null => useStore(drops, (s) => s.drop)
export const useTakes = (wire: string): boolean => useStore(drops, ({ drop }) => drop?.wire === wire && drop.why === null)

/** The wire drawn at one of these points of the window. */
export function wireAt(points: readonly Point[]): string | null {
  for (const { x, y } of points) {
    for (const element of document.elementsFromPoint(x, y)) {
      const wire = element.closest('.react-flow__edge')?.getAttribute('data-id')
      if (wire) return wire
    }
  }
  return null
}

/** Marks the wire under what is dragged. The first point is the pointer. */
export function dragOver(what: Dragged, points: readonly Point[]): void {
  const wire = wireAt(points)
  const now = drops.getState().drop
  if (wire === null) {
    if (now) drops.setState({ drop: null })
    return
  }
  if (now?.wire === wire) {
    if (now.why) drops.setState({ drop: { ...now, point: points[0]! } })
    return
  }
  const fitted = actions.wouldFit(what, wire)
  drops.setState({ drop: { wire, why: fitted.ok ? null : fitted.why, point: points[0]! } })
}
/** Ends it; the answer is the wire that takes what was dragged. */
export function endDragOver(): string | null {
  const { drop } = drops.getState()
  if (drop) drops.setState({ drop: null })
  return drop && drop.why === null ? drop.wire : null
}
