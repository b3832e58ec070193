// The newest readings of a stream with their times: a ring that grows to its limit and then lets the oldest go. Plain
// data: it travels in checkpoints. Values and times are finite; times do not fall.
import { addToSum, newSum, totalOf } from './sum.ts'

export interface Trail {
  times: Float64Array
  values: Float64Array
  /** 1: this reading is in doubt. */
  doubts: Uint8Array
  /** Place of the oldest, and how many there are. */
  first: number
  count: number
  /** How many are in doubt. */
  doubtful: number
}

/** `capacity` of at least 1 is what is reserved at once. */
export const newTrail = (capacity: number): Trail => ({ times: new Float64Array(capacity), values: new Float64Array(capacity), doubts: new Uint8Array(capacity), first: 0, count: 0, doubtful: 0 })

const placeOf = (t: Trail, i: number): number => {
  const at = t.first + i
  return at < t.values.length ? at : at - t.values.length
}

/** Of the i-th reading, 0 the oldest. */
export const valueOf = (t: Trail, i: number): number => t.values[placeOf(t, i)]!
export const timeOf = (t: Trail, i: number): number => t.times[placeOf(t, i)]!

/** Makes room when there is none; the caller keeps the limit by letting the oldest go before. */
export function addToTrail(t: Trail, time: number, value: number, doubt: boolean): void {
  if (t.count === t.values.length) grow(t)
  const at = placeOf(t, t.count)
  t.times[at] = time
  t.values[at] = value
  t.doubts[at] = doubt ? 1 : 0
  t.count++
  if (doubt) t.doubtful++
}

/** Lets the oldest go and gives its value; there is one. */
export function leaveTrail(t: Trail): number {
  const value = t.values[t.first]!
  t.doubtful -= t.doubts[t.first]!
  t.first = placeOf(t, 1)
  t.count--
  return value
}

export function clearTrail(t: Trail): void {
  t.first = 0
  t.count = 0
  t.doubtful = 0
}

function grow(t: Trail): void {
  const { times, values, doubts, first, count } = t
  const capacity = Math.max(8, 2 * count)
  const moved = <A extends Float64Array | Uint8Array>(from: A, to: A): A => {
    to.set(from.subarray(first))
    to.set(from.subarray(0, first), count - first)
    return to
  }
  t.times = moved(times, new Float64Array(capacity))
  t.values = moved(values, new Float64Array(capacity))
  t.doubts = moved(doubts, new Uint8Array(capacity))
  t.first = 0
}

/** Compensated, and reckoned anew each time, so that nothing drifts over months; NaN of none. */
export function meanOf(t: Trail): number {
  const sum = newSum()
  for (let i = 0, at = t.first; i < t.count; i++) {
    addToSum(sum, t.values[at]!)
    if (++at === t.values.length) at = 0
  }
  return totalOf(sum) / t.count
}

/** Rise per ms of the straight line that fits best (least squares); NaN when all have one time. */
export function slopeOf(t: Trail): number {
  // About the newest time, then about the mean: times since 1970 have no digits left for their squares.
  const newest = timeOf(t, t.count - 1)
  let middle = 0
  for (let i = 0; i < t.count; i++) middle += timeOf(t, i) - newest
  middle /= t.count
  const mean = meanOf(t)
  let across = 0
  let along = 0
  for (let i = 0; i < t.count; i++) {
    const dt = timeOf(t, i) - newest - middle
    across += dt * (valueOf(t, i) - mean)
    along += dt * dt
  }
  return across / along
}
