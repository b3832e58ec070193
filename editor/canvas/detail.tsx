// How much of a large flow is drawn, by the zoom: whole cards, boxes with title and state, or marks. Beyond whole cards no text
// of a card could be read, and a thousand of them with live values would stop the view. Small flows are always drawn whole.
import { useLayoutEffect } from 'react'
import { useStore as useDrawing, type ReactFlowState } from 'reactflow'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export type Detail = 'whole' | 'box' | 'mark'
/** Above this only what is in view is drawn, and from afar with less detail. */
export const MANY = 150
/** Zoom below which cards are boxes, and boxes marks. */
export const BOXES = 0.6
export const MARKS = 0.25

export const detailOf = (zoom: number, nodes: number): Detail => (nodes <= MANY || zoom >= BOXES ? 'whole' : zoom >= MARKS ? 'box' : 'mark')

const details = createStore<{ readonly detail: Detail }>()(() => ({ detail: detailOf(1, 0) }))
export const useDetail = (): Detail => useStore(details, (s) => s.detail)

/** Follows the view: one place asks at every frame of a zoom, all others hear of a change only. */
export function DetailWatch(): null {
  const detail = useDrawing((s: ReactFlowState) => detailOf(s.transform[2], s.nodeLookup.size))
  useLayoutEffect(() => details.setState({ detail }), [detail])
  return null
}
