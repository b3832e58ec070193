// What a pinned tap has shown so far, bounded: points of a trend, the last block of a waveform or vector, runs of a
// state, and the last samples as a log. A sample that is bad or no number is a gap with a mark, never a zero.
import type { JsonSample, JsonValue, Severity } from '#kit'
import { severityOf } from '../state/format.ts'

export const MAX_POINTS = 20_000
export const MAX_LOG = 300
export const MAX_RUNS = 200

export type TapShape = 'none' | 'trend' | 'waveform' | 'bars' | 'states' | 'other'

export interface Run {
  readonly value: JsonValue
  readonly severity: Severity
  /** Source times of its first and last sample, ms. */
  readonly from: number
  readonly until: number
  readonly count: number
}
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
}
export interface LogEntry {
  /** Increases by one a sample. */
  readonly id: number
  readonly sample: JsonSample
}

export class TapBuffer {
  /** Grows with every push: what views compare. */
  revision = 0
  received = 0
  skipped = 0
  shape: TapShape = 'none'
  last: JsonSample | null = null
  /** Newest last. */
  readonly log: LogEntry[] = []
  /** Newest last. */
  readonly runs: Run[] = []
  private times: number[] = []
  private values: (number | null)[] = []
  private severities: Severity[] = []
  private newest = 0
  private newestAt = 0

  /** `now`: the browser's clock, ms, used only to let the window go on while nothing comes. */
  push(samples: readonly JsonSample[], skipped: number, now: number): void {
    this.skipped += skipped
    this.received += samples.length
    for (const sample of samples) {
      this.last = sample
      const shape = shapeOf(sample.value)
      if (shape !== 'none') this.shape = shape
      this.log.push({ id: (this.log.at(-1)?.id ?? 0) + 1, sample })
      const s = severityOf(sample)
      if (this.shape === 'trend' || this.shape === 'none') this.point(sample.time, s === 'bad' ? null : numberOf(sample.value), s)
      if (this.shape === 'states') this.run(sample, s)
      if (sample.time >= this.newest || this.received === samples.length) [this.newest, this.newestAt] = [Math.max(this.newest, sample.time), now]
    }
    if (this.log.length > MAX_LOG) this.log.splice(0, this.log.length - MAX_LOG)
    if (this.runs.length > MAX_RUNS) this.runs.splice(0, this.runs.length - MAX_RUNS)
    // In strides, so that not every push moves the whole array.
    if (this.times.length > MAX_POINTS * 1.1) {
      const over = this.times.length - MAX_POINTS
      for (const list of [this.times, this.values, this.severities]) list.splice(0, over)
    }
    this.revision++
  }

  get points(): number {
    return this.times.length
  }

  /** Source time at the right edge: the newest sample's, going on with the browser's clock. */
  endAt(now: number): number {
    return this.newest + Math.max(0, now - this.newestAt)
  }

  /** The points from `end - widthMs` to `end`, with one before it so that the line enters from the edge. */
  window(end: number, widthMs: number): TrendWindow {
    const first = Math.max(0, lowerBound(this.times, end - widthMs) - 1)
    const past = upperBound(this.times, end)
    const x: number[] = []
    const y: (number | null)[] = []
    const marks: Mark[] = []
    for (let i = first; i < past; i++) {
      const s = this.severities[i]!
      x.push(this.times[i]! / 1000)
      y.push(this.values[i]!)
      if (s !== 'good') marks.push({ time: this.times[i]!, severity: s })
    }
    return { x, y, marks }
  }

  clear(): void {
    this.times = []
    this.values = []
    this.severities = []
    this.log.length = 0
    this.runs.length = 0
    this.last = null
    this.shape = 'none'
    this.received = 0
    this.skipped = 0
    this.newest = 0
    this.revision++
  }

  /** Late samples go where they belong: a plot needs ascending times. */
  private point(time: number, value: number | null, s: Severity): void {
    if (!Number.isFinite(time)) return
    const end = this.times.length
    if (end === 0 || time >= this.times[end - 1]!) {
      this.times.push(time)
      this.values.push(value)
      this.severities.push(s)
      return
    }
    const at = upperBound(this.times, time)
    this.times.splice(at, 0, time)
    this.values.splice(at, 0, value)
    this.severities.splice(at, 0, s)
  }

  private run(sample: JsonSample, s: Severity): void {
    const before = this.runs.at(-1)
    if (before && before.severity === s && before.value === sample.value) this.runs[this.runs.length - 1] = { ...before, until: sample.time, count: before.count + 1 }
    else this.runs.push({ value: sample.value, severity: s, from: sample.time, until: sample.time, count: 1 })
  }
}

const numberOf = (value: JsonValue): number | null => (typeof value === 'number' ? value : null)

function shapeOf(value: JsonValue): TapShape {
  if (typeof value === 'number') return 'trend'
  if (typeof value === 'boolean' || typeof value === 'string') return 'states'
  if (value === null) return 'none'
  if (Array.isArray(value)) return 'bars'
  if ('$number' in value) return 'trend'
  return seriesOf(value) ? 'waveform' : 'other'
}

/** The elements of a waveform, NaN as null; undefined when it is none. */
export function seriesOf(value: JsonValue): (number | null)[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const series = (value as { readonly $series?: JsonValue }).$series
  return Array.isArray(series) ? (series as readonly JsonValue[]).map(numberOf) : undefined
}
export const vectorOf = (value: JsonValue): (number | null)[] | undefined => (Array.isArray(value) ? (value as readonly JsonValue[]).map(numberOf) : undefined)

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
