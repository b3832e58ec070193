// What left one port of the live flow and of its shadow: paired by tag and time while both are waited for, then counted.
// Bounded: what waits too long, or too much of it, counts as given by one side only.
import { qualityName, valueToJson, type Sample, type Value } from '#kit'
import type { ShadowPort } from '#format'
import { sizeOf } from '../tap/tap.ts'
import { shorten } from '../tap/shorten.ts'

export type Side = 'live' | 'draft'
/** The other side may come this much later, ms. */
const WINDOW_MS = 5000
/** What waits of one tag; of one port, in samples and in elements of their values. A device gives thousands of tags in one call. */
const MAX_OF_TAG = 2000
export const MAX_WAITING = 20_000
const MAX_ELEMENTS = 200_000
/** Times that hang on the clock and not on a reading differ by a little, ms. */
const NEAR_MS = 100
/** Numbers count as the same within this part. */
const TOLERANCE = 1e-9

interface Waiting {
  readonly side: Side
  readonly sample: Sample
  readonly arrived: number
  /** Found its other, or was counted. */
  done: boolean
}

export class Comparison {
  private same = 0
  private differ = 0
  private only: Record<Side, number> = { live: 0, draft: 0 }
  private last: { readonly live: Sample; readonly draft: Sample } | undefined
  private readonly line: Waiting[] = []
  private head = 0
  private elements = 0
  private readonly most: number
  private readonly byTag = new Map<string, Record<Side, Waiting[]>>()

  constructor(most = MAX_WAITING) {
    this.most = most
  }

  /** `steady`: ms that never step. */
  take(side: Side, sample: Sample, steady: number): void {
    let tag = this.byTag.get(sample.tag)
    if (!tag) this.byTag.set(sample.tag, (tag = { live: [], draft: [] }))
    const others = tag[side === 'live' ? 'draft' : 'live']
    const at = others.findIndex((w) => w.sample.time === sample.time)
    if (at >= 0) {
      const [other] = others.splice(at, 1)
      this.pair(other!, sample, side)
      if (tag.live.length + tag.draft.length === 0) this.byTag.delete(sample.tag)
      return
    }
    const waiting: Waiting = { side, sample, arrived: steady, done: false }
    const [oldest] = tag[side]
    if (oldest && tag[side].length >= MAX_OF_TAG) this.giveUp(oldest, tag)
    tag[side].push(waiting)
    this.line.push(waiting)
    this.elements += sizeOf(sample)
    this.expire(steady)
  }

  private pair(other: Waiting, sample: Sample, side: Side): void {
    this.settle(other)
    const [live, draft] = side === 'live' ? [sample, other.sample] : [other.sample, sample]
    if (live.quality === draft.quality && equal(live.value, draft.value)) {
      this.same++
      return
    }
    this.differ++
    this.last = { live, draft }
  }

  private settle(waiting: Waiting): void {
    waiting.done = true
    this.elements -= sizeOf(waiting.sample)
  }

  /** Counts what has waited long enough. */
  expire(steady: number): void {
    for (; this.head < this.line.length; this.head++) {
      const first = this.line[this.head]!
      if (first.done) continue
      if (steady - first.arrived <= WINDOW_MS && this.line.length - this.head <= this.most && this.elements <= MAX_ELEMENTS) break
      this.giveUp(first, this.byTag.get(first.sample.tag)!)
    }
    if (this.head <= 1000 && this.head < this.line.length) return
    this.line.splice(0, this.head)
    this.head = 0
  }

  /** The nearest of the other side, or none. */
  private giveUp(first: Waiting, lists: Record<Side, Waiting[]>): void {
    const { tag, time } = first.sample
    lists[first.side].splice(lists[first.side].indexOf(first), 1)
    const others = lists[first.side === 'live' ? 'draft' : 'live']
    let near = -1
    others.forEach((w, i) => {
      const off = Math.abs(w.sample.time - time)
      if (off <= NEAR_MS && (near < 0 || off < Math.abs(others[near]!.sample.time - time))) near = i
    })
    if (near >= 0) {
      const [other] = others.splice(near, 1)
      this.settle(first)
      this.pair(other!, first.sample, first.side)
    } else {
      this.settle(first)
      this.only[first.side]++
    }
    if (lists.live.length + lists.draft.length === 0) this.byTag.delete(tag)
  }

  get waiting(): number {
    return this.line.length - this.head
  }

  port(): ShadowPort {
    const { same, differ, only, last } = this
    return { same, differ, onlyLive: only.live, onlyDraft: only.draft, ...(last ? { last: told(last.live, last.draft) } : {}) }
  }
}

function told(live: Sample, draft: Sample): NonNullable<ShadowPort['last']> {
  return { tag: live.tag, time: live.time, live: valueToJson(shorten(live).value), draft: valueToJson(shorten(draft).value), liveQuality: qualityName(live.quality), draftQuality: qualityName(draft.quality) }
}

function equal(a: Value, b: Value): boolean {
  if (Object.is(a, b)) return true
  if (typeof a === 'number' && typeof b === 'number') return a === b || Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    const [x, y] = [a as Float64Array, b as Float64Array]
    return x.constructor === y.constructor && x.length === y.length && x.every((v, i) => equal(v, y[i]!))
  }
  const keys = Object.keys(a)
  const [x, y] = [a, b] as unknown as readonly Record<string, Value>[]
  return keys.length === Object.keys(b).length && keys.every((k) => Object.hasOwn(b, k) && equal(x![k]!, y![k]!))
}
