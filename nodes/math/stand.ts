// How long values stood: the integral over time of readings in the order of time, and how much of that time was usable and
// good. Two stretches that follow each other merge. Plain data. Time in ms. Stepped and sloped interpolation: OPC 10000-13,
// 5.4.2 and 5.4.3.6 (TimeAverage); after the last reading of a stretch the value is held in both.
import type { State } from './span.ts'

export interface Rule {
  /** Straight lines between usable readings; else each value stands until the next reading. */
  readonly linear: boolean
  /** A reading says nothing about the time after this long. */
  readonly standsMs: number
}
export interface Reading {
  readonly time: number
  readonly value: number
  readonly state: State
}
export interface Stand {
  /** Value times ms, over the usable time. */
  area: number
  usableMs: number
  goodMs: number
  /** Whether there is a first and a last reading. */
  any: boolean
  headTime: number
  headValue: number
  headState: State
  tailTime: number
  tailValue: number
  tailState: State
}

export const newStand = (): Stand => ({ area: 0, usableMs: 0, goodMs: 0, any: false, headTime: 0, headValue: 0, headState: 2, tailTime: 0, tailValue: 0, tailState: 2 })

export function clearStand(s: Stand): void {
  s.area = s.usableMs = s.goodMs = s.headTime = s.headValue = s.tailTime = s.tailValue = 0
  s.any = false
  s.headState = s.tailState = 2
}

/** The part from `from` on of the time between two readings that follow each other; state 2 at the end: held until there. */
function between(s: Stand, from: number, t0: number, v0: number, state0: State, t1: number, v1: number, state1: State, rule: Rule): void {
  if (state0 === 2 || !(t1 > from)) return
  const sloped = rule.linear && state1 !== 2 && t1 - t0 <= rule.standsMs
  const ms = Math.min(t1, t0 + rule.standsMs) - from
  if (!(ms > 0)) return
  const v = sloped && t1 > t0 ? v0 + ((v1 - v0) * (from - t0)) / (t1 - t0) : v0
  s.area += sloped ? ms * (v / 2 + v1 / 2) : ms * v
  s.usableMs += ms
  if (state0 === 0 && !(sloped && state1 === 1)) s.goodMs += ms
}

/** Not before the last one. */
export function addToStand(s: Stand, time: number, value: number, state: State, rule: Rule): void {
  if (s.any) between(s, s.tailTime, s.tailTime, s.tailValue, s.tailState, time, value, state, rule)
  else {
    s.any = true
    s.headTime = time
    s.headValue = value
    s.headState = state
  }
  s.tailTime = time
  s.tailValue = value
  s.tailState = state
}

/** `from` follows `into`. */
export function mergeStand(into: Stand, from: Stand, rule: Rule): void {
  if (!from.any) return
  addToStand(into, from.headTime, from.headValue, from.headState, rule)
  into.area += from.area
  into.usableMs += from.usableMs
  into.goodMs += from.goodMs
  into.tailTime = from.tailTime
  into.tailValue = from.tailValue
  into.tailState = from.tailState
}

/** Adds what stood from `start` to the first reading of the stretch (the end, when it has none), and from the last one to the `end`. */
export function finishStand(s: Stand, carry: Reading | null, start: number, end: number, rule: Rule): void {
  if (carry !== null) {
    const from = Math.max(start, carry.time)
    if (s.any) between(s, from, carry.time, carry.value, carry.state, s.headTime, s.headValue, s.headState, rule)
    else between(s, from, carry.time, carry.value, carry.state, end, 0, 2, rule)
  }
  if (s.any) between(s, s.tailTime, s.tailTime, s.tailValue, s.tailState, end, 0, 2, rule)
}

/** What stands after the stretch. */
export const tailOf = (s: Stand, before: Reading | null): Reading | null => (s.any ? { time: s.tailTime, value: s.tailValue, state: s.tailState } : before)
