// Points of a curve and the room that they need. Pure.
import type { JsonValue } from '#kit'

export interface Point {
  readonly x: number
  readonly y: number
}
type Range = readonly [low: number, high: number]

/** The rows that are points; half-typed ones are left out. */
export function pointsOf(rows: readonly JsonValue[]): readonly Point[] {
  return rows.flatMap((row) => {
    const { x, y } = (typeof row === 'object' && row !== null ? row : {}) as { readonly x?: JsonValue; readonly y?: JsonValue }
    return typeof x === 'number' && typeof y === 'number' && Number.isFinite(x) && Number.isFinite(y) ? [{ x, y }] : []
  })
}

/** With some air around, so that a point can be dragged out of it. */
export function spanOf(points: readonly Point[]): { readonly x: Range; readonly y: Range } {
  const range = (of: readonly number[]): Range => {
    const low = Math.min(...of)
    const high = Math.max(...of)
    const air = (high - low || Math.abs(high) || 1) * 0.08
    return points.length === 0 ? [0, 1] : [low - air, high + air]
  }
  return { x: range(points.map((p) => p.x)), y: range(points.map((p) => p.y)) }
}

/** Where a point may go: between its neighbours, and not onto one. */
export function moved(points: readonly Point[], index: number, to: Point): Point {
  const before = points[index - 1]?.x ?? Number.NEGATIVE_INFINITY
  const after = points[index + 1]?.x ?? Number.POSITIVE_INFINITY
  const here = points[index]!.x
  return { x: to.x > before && to.x < after ? to.x : here, y: to.y }
}
