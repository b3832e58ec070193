// Statistics of the readings of one stretch of time that can be merged: a hopping window is the sum of its panes, a
// sliding one of its blocks, and nothing is ever subtracted, so nothing drifts. Plain data. Merging of moments: T. F. Chan,
// G. H. Golub, R. J. LeVeque, Stanford STAN-CS-79-773 (1979); least squares against time with the same co-moments.
import { addTo, newRunning, type Running } from './running.ts'
import { addToSum } from './sum.ts'

/** 0 good, 1 uncertain, 2 not usable. */
export type State = 0 | 1 | 2

export interface Span {
  /** Of usable readings. */
  readonly stats: Running
  /** Readings of all qualities, and good ones. */
  all: number
  good: number
  first: number
  firstTime: number
  last: number
  lastTime: number
  /** Times count from here, so that a year in milliseconds costs no digits; NaN before the first reading. */
  origin: number
  meanT: number
  sumTT: number
  sumTX: number
}

export const newSpan = (): Span => ({
  stats: newRunning(), all: 0, good: 0, first: 0, firstTime: Number.POSITIVE_INFINITY, last: 0, lastTime: Number.NEGATIVE_INFINITY, origin: Number.NaN, meanT: 0, sumTT: 0, sumTX: 0,
})

/** As new. */
export function clearSpan(s: Span): void {
  const { stats } = s
  stats.count = stats.mean = stats.squares = stats.sum = stats.lost = 0
  stats.min = s.firstTime = Number.POSITIVE_INFINITY
  stats.max = s.lastTime = Number.NEGATIVE_INFINITY
  s.all = s.good = s.first = s.last = s.meanT = s.sumTT = s.sumTX = 0
  s.origin = Number.NaN
}

/** In any order of time. `slope`: whether the sums for it are kept. */
export function addToSpan(s: Span, time: number, value: number, state: State, slope: boolean): void {
  s.all++
  if (state === 2) return
  if (state === 0) s.good++
  const { stats } = s
  addTo(stats, value)
  if (time < s.firstTime) {
    s.first = value
    s.firstTime = time
  }
  if (time >= s.lastTime) {
    s.last = value
    s.lastTime = time
  }
  if (!slope) return
  if (stats.count === 1) s.origin = time
  const delta = time - s.origin - s.meanT
  s.meanT += delta / stats.count
  s.sumTT += delta * (time - s.origin - s.meanT)
  s.sumTX += delta * (value - stats.mean)
}

/** `into` becomes the whole of both. Of equal times its own first, and the last of `from`, are kept. */
export function mergeSpan(into: Span, from: Span): void {
  into.all += from.all
  into.good += from.good
  const a = into.stats
  const b = from.stats
  if (b.count === 0) return
  if (from.firstTime < into.firstTime) {
    into.first = from.first
    into.firstTime = from.firstTime
  }
  if (from.lastTime >= into.lastTime) {
    into.last = from.last
    into.lastTime = from.lastTime
  }
  if (a.count === 0) {
    Object.assign(a, b)
    into.origin = from.origin
    into.meanT = from.meanT
    into.sumTT = from.sumTT
    into.sumTX = from.sumTX
    return
  }
  const count = a.count + b.count
  const share = b.count / count
  const delta = b.mean - a.mean
  const deltaT = from.origin - into.origin + (from.meanT - into.meanT)
  into.sumTT += from.sumTT + deltaT * deltaT * a.count * share
  into.sumTX += from.sumTX + deltaT * delta * a.count * share
  into.meanT += deltaT * share
  a.squares += b.squares + delta * delta * a.count * share
  a.mean += delta * share
  addToSum(a, b.sum)
  a.lost += b.lost
  a.count = count
  if (b.min < a.min) a.min = b.min
  if (b.max > a.max) a.max = b.max
}

/** Least squares, per ms; null unless readings stand at two times at least. */
export const slopeOf = (s: Span): number | null => (s.stats.count > 1 && s.sumTT > 0 ? s.sumTX / s.sumTT : null)
