// Which list is open over the canvas, and where. Keys, menus and the ends of drags ask here; the canvas shows it.
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { gapOfWire, type Gap } from '../state/fitting.ts'
import { store } from '../state/here.ts'
import { wireAt } from './drag.ts'

/** A point of the window, px. */
export interface Point {
  readonly x: number
  readonly y: number
}
export type Ask =
  /** A new node: at a point, or in the middle of the view; into a gap, if given. */
  | { readonly kind: 'insert'; readonly point: Point | null; readonly gap: Gap | null }
  | { readonly kind: 'connect'; readonly node: string }
  | { readonly kind: 'replace'; readonly node: string }

const asks = createStore<{ readonly ask: Ask | null }>()(() => ({ ask: null }))
export const useAsk = (): Ask | null => useStore(asks, (s) => s.ask)
export const ask = (what: Ask): void => asks.setState({ ask: what })
export const endAsk = (): void => asks.setState({ ask: null })

let pointer: Point | null = null
/** Where the pointer is; null: not over the drawing. */
export const notePointer = (at: Point | null): void => {
  pointer = at
}
export const isPointerHere = (): boolean => pointer !== null

/** The quick list, where the pointer is. A wire under it, or the one that is selected, takes the node in. */
export function askInsert(): void {
  const { document } = store.getState()
  if (!document) return
  const { nodes, wires } = document.selection
  const wire = (pointer && wireAt([pointer])) ?? (nodes.length === 0 && wires.length === 1 ? wires[0] : undefined)
  ask({ kind: 'insert', point: pointer, gap: wire === undefined ? null : (gapOfWire(wire) ?? null) })
}

/** Tab goes on to the next part for those who are on their way through them: only with the pointer on the drawing, and the focus nowhere in particular, it opens the list. */
export function tabInserts(focused: Element | null): boolean {
  const free = focused === null || focused === document.body || (focused.closest('.canvas') !== null && focused.closest('button, input, .react-flow__node, .react-flow__edge') === null)
  return isPointerHere() && free && store.getState().document !== null
}

/** Of a mouse or a finger; null when the event has no place. */
export function pointOf(event: object): Point | null {
  const at = 'changedTouches' in event ? (event as TouchEvent).changedTouches[0] : (event as MouseEvent)
  return at && Number.isFinite(at.clientX) ? { x: at.clientX, y: at.clientY } : null
}
