// A queue of readings in the order of time whose statistics are always at hand: readings come at the end and go at the
// beginning. Two stacks (as in K. Tangwongsan et al., DEBS 2017, 'Low-latency sliding-window aggregation'): merged from the
// middle back to the beginning and from the middle to the end, so that nothing is subtracted and nothing drifts. Of the
// first only every 32nd is kept. Amortised O(1) for a reading, 32 steps at most for a question. Plain data.
import { addToSpan, clearSpan, mergeSpan, newSpan, type Span, type State } from './span.ts'
import { addToStand, clearStand, mergeStand, newStand, type Reading, type Rule, type Stand } from './stand.ts'
import { insertInto, newSorted, removeFrom, type Sorted } from './sorted.ts'

/** What is kept beside the plain statistics. */
export interface Kept {
  readonly slope: boolean
  /** How values stand, where that is asked for. */
  readonly rule: Rule | null
  readonly sorted: boolean
}
interface Part {
  readonly span: Span
  readonly stand: Stand
}
export interface Slide {
  times: number[]
  values: number[]
  states: State[]
  /** The window is [low, end); what comes before is only not yet given back. */
  low: number
  /** Where the two stacks meet. */
  middle: number
  /** Merged from `middle - 32 (i + 1)` to `middle`. */
  marks: Part[]
  /** From `middle` on. */
  back: Part
  /** The last reading that went. */
  gone: Reading | null
  sorted: Sorted
}

const BLOCK = 32
const newPart = (): Part => ({ span: newSpan(), stand: newStand() })

export const newSlide = (): Slide => ({ times: [], values: [], states: [], low: 0, middle: 0, marks: [], back: newPart(), gone: null, sorted: newSorted(8) })
export const sizeOfSlide = (s: Slide): number => s.times.length - s.low

function put(part: Part, s: Slide, i: number, kept: Kept): void {
  addToSpan(part.span, s.times[i]!, s.values[i]!, s.states[i]!, kept.slope)
  if (kept.rule) addToStand(part.stand, s.times[i]!, s.values[i]!, s.states[i]!, kept.rule)
}
function join(into: Part, from: Part, kept: Kept): void {
  mergeSpan(into.span, from.span)
  if (kept.rule) mergeStand(into.stand, from.stand, kept.rule)
}

/** Not before the last one. */
export function pushSlide(s: Slide, time: number, value: number, state: State, kept: Kept): void {
  s.times.push(time)
  s.values.push(value)
  s.states.push(state)
  put(s.back, s, s.times.length - 1, kept)
  if (kept.sorted && state !== 2) insertInto(s.sorted, value)
}

/** The first reading goes. Gives how far the places of the others have moved, mostly 0. */
export function shiftSlide(s: Slide, kept: Kept): number {
  const { low } = s
  s.gone = { time: s.times[low]!, value: s.values[low]!, state: s.states[low]! }
  if (kept.sorted && s.gone.state !== 2) removeFrom(s.sorted, s.gone.value)
  s.low++
  if (s.low === s.times.length) {
    const moved = s.low
    s.times.length = s.values.length = s.states.length = 0
    s.low = s.middle = 0
    s.marks.length = 0
    clearSpan(s.back.span)
    clearStand(s.back.stand)
    return moved
  }
  if (s.low > s.middle) turn(s, kept)
  if (s.low < 1024 || s.low * 2 < s.times.length) return 0
  const moved = s.low
  s.times = s.times.slice(moved)
  s.values = s.values.slice(moved)
  s.states = s.states.slice(moved)
  s.middle -= moved
  s.low = 0
  return moved
}

/** The stack from the middle back is used up: all there is goes into it. */
function turn(s: Slide, kept: Kept): void {
  s.middle = s.times.length
  s.marks = []
  for (let from = s.middle - BLOCK; from >= s.low; from -= BLOCK) {
    const part = newPart()
    for (let i = from; i < from + BLOCK; i++) put(part, s, i, kept)
    const after = s.marks.at(-1)
    if (after) join(part, after, kept)
    s.marks.push(part)
  }
  clearSpan(s.back.span)
  clearStand(s.back.stand)
}

/** Of all readings in it, into `out`, which is cleared first. */
export function askSlide(s: Slide, out: Part, kept: Kept): void {
  clearSpan(out.span)
  clearStand(out.stand)
  const marks = Math.floor((s.middle - s.low) / BLOCK)
  for (let i = s.low; i < s.middle - marks * BLOCK; i++) put(out, s, i, kept)
  if (marks > 0) join(out, s.marks[marks - 1]!, kept)
  join(out, s.back, kept)
}
