// The numbers of one tag over time, bounded: the newest as they came, older ones as lowest and highest of short spans, so
// that an hour of a fast signal keeps its peaks. A reading that is bad or no number, and a silence, are gaps with a mark.
import type { Severity } from '#kit'

/** Points as they came. */
export const MAX_POINTS = 20_000
/** Spans of older points, finest first: two minutes, twenty minutes and more than an hour. With the points about 1.5 MB. */
export const LEVELS: readonly { readonly ms: number; readonly count: number }[] = [{ ms: 50, count: 2400 }, { ms: 500, count: 2400 }, { ms: 2000, count: 2100 }]
/** A silence is a gap when it is so many times as long as usual, and longer than this, ms. */
const SILENCE = { times: 10, ms: 10_000 } as const

export interface Mark {
  /** ms */
  readonly time: number
  readonly severity: 'uncertain' | 'bad'
}
export interface TrendWindow {
  /** Seconds, as uPlot wants them, ascending. */
  readonly x: number[]
  /** Null: a gap. */
  readonly y: (number | null)[]
  readonly marks: readonly Mark[]
  /** ms: what lies before is lowest and highest of spans; Infinity when all points are as they came. */
  readonly exactFrom: number
}

interface Span {
  readonly from: number
  low: number
  lowAt: number
  high: number
  highAt: number
  /** When the first gap in it was; NaN: none. */
  gapAt: number
  worst: Severity
}

export class Track {
  private times: number[] = []
  private values: (number | null)[] = []
  private severities: Severity[] = []
  /** Made when the first points must go: a slow signal never pays for them. */
  private levels: Span[][] | null = null
  /** How long between two samples, about; 0: not known yet. */
  private pace = 0
  private readonly limit: () => number

  constructor(limit: () => number = () => MAX_POINTS) {
    this.limit = limit
  }

  get points(): number {
    return this.times.length
  }
  get last(): number | null | undefined {
    return this.values.at(-1)
  }
  get spans(): number {
    return (this.levels ?? []).reduce((sum, l) => sum + l.length, 0)
  }

  /** Null: there was no number. Late samples go where they belong: a plot needs ascending times. */
  push(time: number, value: number | null, severity: Severity): void {
    if (!Number.isFinite(time)) return
    const last = this.times.at(-1)
    if (last === undefined || time >= last) {
      const apart = last === undefined ? 0 : time - last
      if (last !== undefined && this.pace > 0 && apart > Math.max(SILENCE.ms, this.pace * SILENCE.times)) this.put(last + this.pace, null, 'good')
      else if (apart > 0) this.pace = this.pace === 0 ? apart : this.pace + (apart - this.pace) * 0.1
      this.put(time, value, severity)
    } else {
      const at = upperBound(this.times, time)
      this.times.splice(at, 0, time)
      this.values.splice(at, 0, value)
      this.severities.splice(at, 0, severity)
      this.intoLevels(time, value, severity)
    }
    // In strides, so that not every push moves the whole array.
    const limit = this.limit()
    if (this.times.length > limit * 1.1) this.trim(this.times.length - limit)
  }

  /** What was not heard is not drawn: the line to the gateway was down. */
  gap(): void {
    const last = this.times.at(-1)
    if (last !== undefined && this.values.at(-1) !== null) this.put(last + 1, null, 'good')
  }

  private put(time: number, value: number | null, severity: Severity): void {
    this.times.push(time)
    this.values.push(value)
    this.severities.push(severity)
    this.intoLevels(time, value, severity)
  }

  private trim(over: number): void {
    if (this.levels === null) {
      this.levels = LEVELS.map(() => [])
      for (let i = 0; i < this.times.length; i++) this.intoLevels(this.times[i]!, this.values[i]!, this.severities[i]!)
    }
    for (const list of [this.times, this.values, this.severities]) list.splice(0, over)
  }

  private intoLevels(time: number, value: number | null, severity: Severity): void {
    this.levels?.forEach((spans, n) => {
      const { ms, count } = LEVELS[n]!
      const from = Math.floor(time / ms) * ms
      let at = spans.length - 1
      while (at >= 0 && spans[at]!.from > from) at--
      let span = spans[at]
      if (span?.from !== from) {
        // Older than all that is kept.
        if (at < 0 && spans.length >= count) return
        span = { from, low: Number.POSITIVE_INFINITY, lowAt: 0, high: Number.NEGATIVE_INFINITY, highAt: 0, gapAt: Number.NaN, worst: 'good' }
        spans.splice(at + 1, 0, span)
        if (spans.length > count * 1.1) spans.splice(0, spans.length - count)
      }
      if (value === null) span.gapAt = Number.isNaN(span.gapAt) ? time : Math.min(span.gapAt, time)
      else {
        if (value < span.low) [span.low, span.lowAt] = [value, time]
        if (value > span.high) [span.high, span.highAt] = [value, time]
      }
      if (severity === 'bad' || span.worst === 'good') span.worst = severity
    })
  }

  /** The points from `end - widthMs` to `end`, with one before it so that the line enters from the edge. */
  window(end: number, widthMs: number): TrendWindow {
    const begin = end - widthMs
    const x: number[] = []
    const y: (number | null)[] = []
    const marks: Mark[] = []
    const add = (time: number, value: number | null, severity: Severity): void => {
      x.push(time / 1000)
      y.push(value)
      if (severity !== 'good') marks.push({ time, severity })
    }
    const rawFrom = this.levels === null ? Number.NEGATIVE_INFINITY : (this.times[0] ?? Number.POSITIVE_INFINITY)
    // The coarsest level goes back furthest; each ends where the next finer one begins.
    const older = (n: number, until: number): void => {
      const spans = this.levels![n]!
      const starts = spans[0]?.from ?? until
      if (n + 1 < LEVELS.length && starts > begin) older(n + 1, Math.min(starts, until))
      for (let i = Math.max(0, bySpan(spans, begin) - 1); i < spans.length && spans[i]!.from < until; i++) {
        const s = spans[i]!
        const known = Number.isFinite(s.low)
        const points: [number, number | null][] = [...(known ? ([[s.lowAt, s.low]] as [number, number][]) : []), ...(known && s.highAt !== s.lowAt ? ([[s.highAt, s.high]] as [number, number][]) : []), ...(Number.isNaN(s.gapAt) ? [] : ([[s.gapAt, null]] as [number, null][]))]
        const shown = points.filter(([time]) => time < until && time <= end).toSorted(([a], [b]) => a - b)
        for (const [k, [time, value]] of shown.entries()) add(time, value, k === 0 ? s.worst : 'good')
      }
    }
    const exact = rawFrom <= begin
    if (!exact) older(0, rawFrom)
    const first = exact ? Math.max(0, lowerBound(this.times, begin) - 1) : 0
    const past = upperBound(this.times, end)
    for (let i = first; i < past; i++) add(this.times[i]!, this.values[i]!, this.severities[i]!)
    return { x, y, marks, exactFrom: exact ? Number.NEGATIVE_INFINITY : rawFrom }
  }
}

function bySpan(spans: readonly Span[], time: number): number {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (spans[middle]!.from < time) low = middle + 1
    else high = middle
  }
  return low
}
/** The first index whose time is not below `time`. */
function lowerBound(times: readonly number[], time: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle]! < time) low = middle + 1
    else high = middle
  }
  return low
}
/** The first index whose time is above `time`. */
function upperBound(times: readonly number[], time: number): number {
  let at = lowerBound(times, time)
  while (at < times.length && times[at]! <= time) at++
  return at
}

/** One track less another: wherever either has a point, with the value that the other had last. A gap of either is one. */
export function difference(a: TrendWindow, b: TrendWindow): TrendWindow {
  const x: number[] = []
  const y: (number | null)[] = []
  let [i, k] = [0, 0]
  let [left, right]: [number | null, number | null] = [null, null]
  while (i < a.x.length || k < b.x.length) {
    const time = Math.min(a.x[i] ?? Number.POSITIVE_INFINITY, b.x[k] ?? Number.POSITIVE_INFINITY)
    while (i < a.x.length && a.x[i]! <= time) left = a.y[i++]!
    while (k < b.x.length && b.x[k]! <= time) right = b.y[k++]!
    x.push(time)
    y.push(left === null || right === null ? null : left - right)
  }
  return { x, y, marks: [], exactFrom: Math.max(a.exactFrom, b.exactFrom) }
}
