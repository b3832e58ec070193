// How much of a large flow is drawn, by the zoom: whole cards, boxes with title and state, or marks. Beyond whole cards no text
// of a card could be read, and a thousand of them with live values would stop the view. Small flows are always drawn whole.
// Where the detail changes, cards follow a few a frame (pace.ts), and the wires from afar stay until the last whole card is there.
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useStore as useDrawing, type ReactFlowState } from 'reactflow'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { createPace } from './pace.ts'

export type Detail = 'whole' | 'box' | 'mark'
/** What a card shows of itself; 'frame': it will be whole in a moment. */
export type Drawn = Detail | 'frame'
/** Above this only what is in view is drawn, and from afar with less detail. */
export const MANY = 150
/** Zoom below which cards are boxes, and boxes marks. */
export const BOXES = 0.6
export const MARKS = 0.25

export const detailOf = (zoom: number, nodes: number): Detail => (nodes <= MANY || zoom >= BOXES ? 'whole' : zoom >= MARKS ? 'box' : 'mark')

interface Details {
  readonly detail: Detail
  /** Of a flow this large. */
  readonly many: boolean
  /** From afar to whole cards, and not all have followed. */
  readonly coming: boolean
}
const details = createStore<Details>()(() => ({ detail: detailOf(1, 0), many: false, coming: false }))
export const useDetail = (): Detail => useStore(details, (s) => s.detail)
/** The wires from afar are drawn. */
export const useFarWires = (): boolean => useStore(details, (s) => s.detail !== 'whole' || s.coming)

/** What a frame may take, in about tenths of a millisecond of script. */
const BUDGET = 36
const COST: Readonly<Record<Detail, number>> = { whole: 12, box: 2, mark: 2 }
const WIRE_COST = 4
const pace = createPace(BUDGET, (run) => void requestAnimationFrame(run), () => {
  if (details.getState().coming) details.setState({ coming: false })
})

/** What this card is to show now. A card that is drawn keeps what it shows until its turn; a new one waits as a frame. */
export function useDrawn(): Drawn {
  const [drawn, setDrawn] = useState((): Drawn => {
    const { detail, many } = details.getState()
    return !many || pace.claim(COST[detail]) ? detail : detail === 'whole' ? 'frame' : detail
  })
  const shown = useRef(drawn)
  useEffect(() => {
    let callOff = (): void => undefined
    const follow = (): void => {
      callOff()
      const { detail, many } = details.getState()
      if (detail === shown.current) return
      const now = (): void => {
        shown.current = detail
        setDrawn(detail)
      }
      if (many) callOff = pace.turn(COST[detail], now)
      else now()
    }
    follow()
    const stop = details.subscribe(follow)
    return () => {
      callOff()
      stop()
    }
  }, [])
  return drawn
}

/** Whether this wire is drawn yet. */
export function useWireDrawn(): boolean {
  const [drawn, setDrawn] = useState(() => !details.getState().many || pace.claim(WIRE_COST))
  useEffect(() => (drawn ? undefined : pace.turn(WIRE_COST, () => setDrawn(true))), [drawn])
  return drawn
}

/** Follows the view: one place asks at every frame of a zoom, all others hear of a change only. */
export function DetailWatch(): null {
  const detail = useDrawing((s: ReactFlowState) => detailOf(s.transform[2], s.nodeLookup.size))
  const many = useDrawing((s: ReactFlowState) => s.nodeLookup.size > MANY)
  useLayoutEffect(() => {
    details.setState((before) => ({ detail, many, coming: many && detail === 'whole' && (before.coming || (before.many && before.detail !== 'whole')) }))
    // Where no card had to follow nobody tells that all have.
    if (pace.idle()) details.setState({ coming: false })
  }, [detail, many])
  return null
}
