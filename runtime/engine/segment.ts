// A stretch of a recording: the state of all nodes at its beginning, and what moved the flow from then on. Kept in columns,
// so that numbers lie outside of the garbage collector's heap and the size is known to the byte. Plain data: it crosses
// processes as it is.
import { deserialize, serialize } from 'node:v8'
import { qualityName, sample as makeSample, valueToJson, type ActCall, type JsonValue, type Sample, type Value } from '#kit'
import { formatEnd, type Recorded } from '#format'
import type { EngineDeploy, Plan } from './contract.ts'
import type { Standing } from './flow.ts'

/** What moved the flow: a number, another sample, an operator's act, timers, silence, a result that was handed on. */
const NUMBER = 0
const OTHER = 1
const ACT = 2
const TIMERS = 3
const SILENCE = 4
const RESULT = 5

/** Of a row in all columns. */
const ROW_BYTES = 43
const FIRST_ROWS = 64
/** A text, an object: what V8 needs beside the contents. */
const OBJECT_BYTES = 64

export interface Act {
  readonly act: string
  readonly tag?: string
  readonly args: ActCall['args']
}
interface Columns {
  readonly kind: Uint8Array
  readonly now: Float64Array
  readonly steady: Float64Array
  /** Of `places`. */
  readonly place: Uint16Array
  /** Of `tags`; of a result its place among those under way. */
  readonly tag: Uint32Array
  readonly time: Float64Array
  readonly value: Float64Array
  readonly quality: Uint32Array
}
export interface SegmentData extends Columns {
  readonly id: number
  readonly plan: Plan
  readonly models: EngineDeploy['models']
  /** The gateway's clock and the steady one when it began. */
  readonly from: number
  readonly to: number
  readonly steadyFrom: number
  /** It goes on where the one before ended. */
  readonly joined: boolean
  readonly state: Uint8Array
  readonly rows: number
  /** 'node.port', or a node. */
  readonly places: readonly string[]
  readonly tags: readonly string[]
  /** Values that are no numbers, and acts, by row. */
  readonly others: ReadonlyMap<number, Value | Act>
}

const columns = (rows: number): Columns => ({
  kind: new Uint8Array(rows), now: new Float64Array(rows), steady: new Float64Array(rows), place: new Uint16Array(rows),
  tag: new Uint32Array(rows), time: new Float64Array(rows), value: new Float64Array(rows), quality: new Uint32Array(rows),
})

/** The first or all of the columns, in arrays of this length. */
function resized(from: Columns, rows: number, kept: number): Columns {
  const to = columns(rows)
  for (const name of Object.keys(to) as (keyof Columns)[]) to[name].set(from[name].subarray(0, kept))
  return to
}

export class Segment {
  readonly id: number
  readonly from: number
  readonly joined: boolean
  /** The last moment that it knows of. */
  to: number
  rows = 0
  /** Samples and acts. */
  inputs = 0
  bytes: number
  private readonly plan: Plan
  private readonly models: EngineDeploy['models']
  private readonly steadyFrom: number
  private readonly state: Uint8Array
  private c = columns(FIRST_ROWS)
  private readonly places = new Map<string, Map<string, number>>()
  private readonly placeNames: string[] = []
  private readonly tags = new Map<string, number>()
  private readonly others = new Map<number, Value | Act>()

  /** Throws where the state of a node is no plain data. */
  constructor(id: number, { plan, models }: Pick<EngineDeploy, 'plan' | 'models'>, now: number, joined: boolean, standing: Standing) {
    this.id = id
    this.plan = plan
    this.models = models
    this.from = this.to = now
    this.steadyFrom = standing.steady
    this.joined = joined
    this.state = serialize(standing)
    this.bytes = this.state.byteLength + FIRST_ROWS * ROW_BYTES
  }

  sample(now: number, steady: number, node: string, port: string, { tag, value, time, quality }: Sample): void {
    this.inputs++
    const row = this.row(typeof value === 'number' ? NUMBER : OTHER, now, steady, this.placeOf(node, port))
    const { c } = this
    c.tag[row] = this.tagOf(tag)
    c.time[row] = time
    c.quality[row] = quality
    if (typeof value === 'number') c.value[row] = value
    else this.other(row, owned(value), bytesOf(value))
  }
  act(now: number, steady: number, node: string, act: string, tag: string | undefined, args: ActCall['args']): void {
    this.inputs++
    const one: Act = { act, args, ...(tag === undefined ? {} : { tag }) }
    this.other(this.row(ACT, now, steady, this.placeOf(node, '')), one, serialize(one).byteLength)
  }
  timers(now: number, steady: number): void {
    this.row(TIMERS, now, steady, 0)
  }
  silence(now: number, steady: number): void {
    this.row(SILENCE, now, steady, 0)
  }
  result(now: number, steady: number, node: string, place: number): void {
    this.c.tag[this.row(RESULT, now, steady, this.placeOf(node, ''))] = place
  }

  private row(kind: number, now: number, steady: number, place: number): number {
    const row = this.rows++
    if (row === this.c.kind.length) {
      this.bytes += row * ROW_BYTES
      this.c = resized(this.c, 2 * row, row)
    }
    const { c } = this
    c.kind[row] = kind
    c.now[row] = now
    c.steady[row] = steady
    c.place[row] = place
    this.to = now
    return row
  }

  private placeOf(node: string, port: string): number {
    let ports = this.places.get(node)
    if (!ports) this.places.set(node, (ports = new Map()))
    let at = ports.get(port)
    if (at === undefined) {
      at = this.placeNames.push(port === '' ? node : formatEnd({ node, port })) - 1
      ports.set(port, at)
      this.bytes += OBJECT_BYTES
    }
    return at
  }

  private tagOf(tag: string): number {
    let at = this.tags.get(tag)
    if (at === undefined) {
      this.tags.set(tag, (at = this.tags.size))
      this.bytes += OBJECT_BYTES + 2 * tag.length
    }
    return at
  }

  private other(row: number, value: Value | Act, bytes: number): void {
    this.others.set(row, value)
    this.bytes += OBJECT_BYTES + bytes
  }

  /** Inputs from this moment on, in parts of so many ms, added to those that are there. */
  count(from: number, partMs: number, into: number[]): void {
    for (let row = 0; row < this.rows; row++) {
      if (this.c.kind[row]! > ACT) continue
      const at = Math.min(into.length - 1, Math.floor((this.c.now[row]! - from) / partMs))
      if (at >= 0) into[at]!++
    }
  }

  data(to = this.to): SegmentData {
    const { id, plan, models, from, joined, state, rows, steadyFrom } = this
    return { id, plan, models, from, to, joined, state, rows, steadyFrom, ...resized(this.c, rows, rows), places: this.placeNames.slice(), tags: [...this.tags.keys()], others: new Map(this.others) }
  }
}

/** Of a value that lies in a larger buffer only its own part is kept. */
function owned(value: Value): Value {
  if (ArrayBuffer.isView(value) && value.buffer.byteLength > 2 * value.byteLength) return value.slice()
  return value
}

/** What a value takes in memory, near enough. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length
  if (ArrayBuffer.isView(value)) return OBJECT_BYTES + value.byteLength
  if (typeof value !== 'object' || value === null) return 8
  let sum = OBJECT_BYTES
  for (const [key, inner] of Object.entries(value)) sum += 8 + 2 * key.length + bytesOf(inner)
  return sum
}

// ---- read again -----------------------------------------------------------------------------------------------------

/** One thing that moved the flow, as it was. */
export type Stimulus = { readonly now: number; readonly steady: number } & (
  | { readonly what: 'sample'; readonly at: string; readonly sample: Sample }
  | { readonly what: 'act'; readonly node: string; readonly act: Act }
  | { readonly what: 'timers' | 'silence' }
  | { readonly what: 'result'; readonly node: string; readonly place: number }
)

export const standingOf = (segment: SegmentData): Standing => deserialize(segment.state) as Standing

export function* stimuliOf(s: SegmentData): Generator<Stimulus> {
  for (let row = 0; row < s.rows; row++) {
    const moment = { now: s.now[row]!, steady: s.steady[row]! }
    const at = s.places[s.place[row]!] ?? ''
    switch (s.kind[row]) {
      case NUMBER:
      case OTHER: {
        const value = s.kind[row] === NUMBER ? s.value[row]! : (s.others.get(row) as Value)
        yield { ...moment, what: 'sample', at, sample: makeSample(s.tags[s.tag[row]!]!, value, s.time[row]!, s.quality[row]!) }
        break
      }
      case ACT:
        yield { ...moment, what: 'act', node: at, act: s.others.get(row) as Act }
        break
      case TIMERS:
        yield { ...moment, what: 'timers' }
        break
      case SILENCE:
        yield { ...moment, what: 'silence' }
        break
      case RESULT:
        yield { ...moment, what: 'result', node: at, place: s.tag[row]! }
        break
    }
  }
}

/** How many inputs came in this time. */
export function inputsIn(s: SegmentData, from: number, to: number): number {
  let count = 0
  for (let row = 0; row < s.rows; row++) if (s.kind[row]! <= ACT && s.now[row]! >= from && s.now[row]! <= to) count++
  return count
}

/** What a person reads, and a test keeps: the inputs alone. */
export function* recordedOf(segment: SegmentData, from: number, to: number): Generator<Recorded> {
  for (const s of stimuliOf(segment)) {
    if (s.now < from || s.now > to) continue
    if (s.what === 'sample') {
      const { tag, value, time, quality } = s.sample
      yield { at: s.at, tag, value: valueToJson(value), time, ...(quality === 0 ? {} : { quality: qualityName(quality) }), now: s.now }
    } else if (s.what === 'act') {
      const { act, tag, args } = s.act
      yield { act, node: s.node, now: s.now, ...(tag === undefined ? {} : { tag }), ...(Object.keys(args).length === 0 ? {} : { arguments: args as { readonly [name: string]: JsonValue } }) }
    }
  }
}

