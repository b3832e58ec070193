// What a pinned tap has shown so far, bounded: a track a tag of a trend, the last block of a waveform or vector and the
// rows of a waterfall, runs of a state, and the last samples as a log. What is bad or no number is a gap, never a zero.
import type { JsonSample, JsonValue, Severity } from '#kit'
import { severityOf } from '../state/format.ts'
import { MAX_POINTS, Track, type TrendWindow } from './track.ts'

export { MAX_POINTS, type Mark, type TrendWindow } from './track.ts'
export const MAX_LOG = 300
export const MAX_RUNS = 2000
/** Tags of one output that are drawn as lines; further ones are counted. */
export const MAX_TAGS = 8
/** Rows of a waterfall, and all their elements together. */
export const MAX_ROWS = 240
const MAX_ELEMENTS = 500_000
/** Characters of JSON, about: a log of pictures must not fill the memory. */
const MAX_LOG_SIZE = 4_000_000

export type TapShape = 'none' | 'trend' | 'waveform' | 'bars' | 'states' | 'image' | 'other'

export interface Run {
  readonly tag: string
  readonly value: JsonValue
  readonly severity: Severity
  /** Source times of its first and last sample, ms. */
  readonly from: number
  readonly until: number
  readonly count: number
}
export interface LogEntry {
  /** Increases by one a sample. */
  readonly id: number
  readonly sample: JsonSample
}
/** One vector of a waterfall. */
export interface Row {
  readonly time: number
  /** NaN: no number. Empty: the sample was bad. */
  readonly values: Float32Array
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
  /** Newest last. */
  readonly rows: Row[] = []
  /** Samples of tags beyond the first MAX_TAGS. */
  otherTags = 0
  private readonly tracks = new Map<string, Track>()
  private readonly running = new Map<string, number>()
  private newest = 0
  private newestAt = 0
  private elements = 0
  private logSize = 0
  private readonly sizes: number[] = []

  /** `now`: the browser's clock, ms, used only to let the window go on while nothing comes. */
  push(samples: readonly JsonSample[], skipped: number, now: number): void {
    this.skipped += skipped
    this.received += samples.length
    for (const sample of samples) {
      this.last = sample
      const shape = shapeOf(sample.value)
      if (shape !== 'none') this.shape = shape
      this.remember(sample)
      const s = severityOf(sample)
      if (this.shape === 'trend' || this.shape === 'none') this.trackFor(sample.tag)?.push(sample.time, s === 'bad' ? null : numberOf(sample.value), s)
      if (this.shape === 'states') this.run(sample, s)
      if (this.shape === 'bars') this.row(sample, s)
      if (sample.time >= this.newest || this.received === samples.length) [this.newest, this.newestAt] = [Math.max(this.newest, sample.time), now]
    }
    if (this.runs.length > MAX_RUNS) {
      this.runs.splice(0, this.runs.length - MAX_RUNS)
      this.running.clear()
      for (const [i, run] of this.runs.entries()) this.running.set(run.tag, i)
    }
    this.revision++
  }

  get points(): number {
    return [...this.tracks.values()].reduce((sum, t) => sum + t.points, 0)
  }
  /** In the order they came. */
  get tags(): readonly string[] {
    return [...this.tracks.keys()]
  }

  /** Source time at the right edge: the newest sample's, going on with the browser's clock. */
  endAt(now: number): number {
    return this.newest + Math.max(0, now - this.newestAt)
  }

  /** The points of a tag, the first unless said, from `end - widthMs` to `end`. */
  window(end: number, widthMs: number, tag?: string): TrendWindow {
    const track = tag === undefined ? this.tracks.values().next().value : this.tracks.get(tag)
    return track?.window(end, widthMs) ?? { x: [], y: [], marks: [], exactFrom: Number.NEGATIVE_INFINITY }
  }

  /** The newest number of a tag, the first unless said; null: a gap. */
  lastOf(tag?: string): number | null | undefined {
    return (tag === undefined ? this.tracks.values().next().value : this.tracks.get(tag))?.last
  }

  /** Nothing was heard for a while: lines break here. */
  gap(): void {
    for (const track of this.tracks.values()) track.gap()
    this.running.clear()
  }

  clear(): void {
    this.tracks.clear()
    this.running.clear()
    this.log.length = 0
    this.sizes.length = 0
    this.logSize = 0
    this.runs.length = 0
    this.rows.length = 0
    this.elements = 0
    this.otherTags = 0
    this.last = null
    this.shape = 'none'
    this.received = 0
    this.skipped = 0
    this.newest = 0
    this.revision++
  }

  private trackFor(tag: string): Track | undefined {
    let track = this.tracks.get(tag)
    if (!track && this.tracks.size < MAX_TAGS) this.tracks.set(tag, (track = new Track(() => Math.max(2500, Math.floor(MAX_POINTS / this.tracks.size)))))
    if (!track) this.otherTags++
    return track
  }

  private remember(sample: JsonSample): void {
    const size = sizeOf(sample.value)
    this.log.push({ id: (this.log.at(-1)?.id ?? 0) + 1, sample })
    this.sizes.push(size)
    this.logSize += size
    while (this.log.length > 1 && (this.log.length > MAX_LOG || this.logSize > MAX_LOG_SIZE)) {
      this.log.shift()
      this.logSize -= this.sizes.shift()!
    }
  }

  private run(sample: JsonSample, s: Severity): void {
    const at = this.running.get(sample.tag)
    const before = at === undefined ? undefined : this.runs[at]
    if (before && before.severity === s && before.value === sample.value) this.runs[at!] = { ...before, until: Math.max(before.until, sample.time), count: before.count + 1 }
    else {
      this.running.set(sample.tag, this.runs.length)
      this.runs.push({ tag: sample.tag, value: sample.value, severity: s, from: sample.time, until: sample.time, count: 1 })
    }
  }

  private row(sample: JsonSample, s: Severity): void {
    const values = s === 'bad' ? new Float32Array() : Float32Array.from(vectorOf(sample.value) ?? [], (v) => v ?? Number.NaN)
    this.rows.push({ time: sample.time, values })
    this.elements += values.length
    while (this.rows.length > 1 && (this.rows.length > MAX_ROWS || this.elements > MAX_ELEMENTS)) this.elements -= this.rows.shift()!.values.length
  }
}

const numberOf = (value: JsonValue): number | null => (typeof value === 'number' ? value : null)

function sizeOf(value: JsonValue): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  if (Array.isArray(value)) return value.length * 8
  return Object.values(value).reduce<number>((sum, v) => sum + 8 + sizeOf(v), 0)
}

function shapeOf(value: JsonValue): TapShape {
  if (typeof value === 'number') return 'trend'
  if (typeof value === 'boolean' || typeof value === 'string') return 'states'
  if (value === null) return 'none'
  if (Array.isArray(value)) return 'bars'
  if ('$number' in value) return 'trend'
  if (seriesOf(value)) return 'waveform'
  return imageOf(value) ? 'image' : 'other'
}

/** The elements of a waveform, NaN as null; undefined when it is none. */
export function seriesOf(value: JsonValue): (number | null)[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const series = (value as { readonly $series?: JsonValue }).$series
  return Array.isArray(series) ? (series as readonly JsonValue[]).map(numberOf) : undefined
}
export const vectorOf = (value: JsonValue): (number | null)[] | undefined => (Array.isArray(value) ? (value as readonly JsonValue[]).map(numberOf) : undefined)

export interface Picture {
  readonly format: 'jpeg' | 'png' | 'webp'
  readonly width: number
  readonly height: number
  /** base64 */
  readonly data: string
}
/** An image, or the image in a record's field. */
export function imageOf(value: JsonValue): Picture | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const image = (value as { readonly $image?: Partial<Picture> }).$image
  if (image === undefined) return Object.values(value as { readonly [field: string]: JsonValue }).map((v) => (typeof v === 'object' && v !== null && '$image' in v ? imageOf(v) : undefined)).find((v) => v !== undefined)
  const { format, width, height, data } = image
  if ((format !== 'jpeg' && format !== 'png' && format !== 'webp') || typeof width !== 'number' || typeof height !== 'number' || typeof data !== 'string') return undefined
  return { format, width, height, data }
}
