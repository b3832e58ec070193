// Functions that remember: each call has a state of its own, plain data, per tag. A value that is bad is not taken in and
// gives no result; the state stays. Windows are rings of constant length, so memory is bounded by the text.
import { isGood, Quality, worse } from '#kit'
import { BOOLEAN, inUnit, NUMBER, type Frame, type FunctionDoc, type ValueType } from './language.ts'
import { rateUnit } from './unit.ts'

export interface StreamFunction extends FunctionDoc {
  /** The second argument is constant: a number of samples, or a positive number. */
  readonly constant?: 'samples' | 'positive'
  type(x: ValueType): ValueType
  newState(n: number): object
  /** x and y as they are now; undefined is bad. Gives undefined where there is no result. */
  next(state: object, f: Frame, x: unknown, y: unknown, n: number): unknown
}
type Definition<S extends object> = Omit<StreamFunction, 'newState' | 'next'> & { newState(n: number): S; next(state: S, f: Frame, x: unknown, y: unknown, n: number): unknown }
const stream = <S extends object>(definition: Definition<S>): StreamFunction => definition as unknown as StreamFunction

const sameAs = (x: ValueType): ValueType => x
const NOTHING_YET = 'There is no earlier value yet.'
/** Texts that are remembered: longer ones would fill the memory. */
const LONGEST = 1000

/** What can be remembered. */
function scalar(f: Frame, x: unknown): number | boolean | string | undefined {
  if (typeof x === 'number' || typeof x === 'boolean') return x
  if (typeof x === 'string') return x.length <= LONGEST ? x : f.fail(`A text of more than ${LONGEST} characters cannot be remembered.`)
  return f.wrong(x)
}

/** Which of the last n were uncertain. */
interface Doubt {
  readonly ring: Uint8Array
  at: number
  count: number
}
const newDoubt = (n: number): Doubt => ({ ring: new Uint8Array(n), at: 0, count: 0 })
function doubt(d: Doubt, f: Frame): void {
  const now = isGood(f.quality) ? 0 : 1
  d.count += now - d.ring[d.at]!
  d.ring[d.at] = now
  d.at = d.at + 1 === d.ring.length ? 0 : d.at + 1
  if (d.count > 0) f.quality = worse(f.quality, Quality.uncertain)
}

interface Mean {
  readonly ring: Float64Array
  readonly doubt: Doubt
  at: number
  count: number
  sum: number
  /** What rounding took from the sum (Neumaier). */
  rest: number
}
function add(m: Mean, x: number): void {
  const sum = m.sum + x
  m.rest += Math.abs(m.sum) >= Math.abs(x) ? m.sum - sum + x : x - sum + m.sum
  m.sum = sum
}
function recount(m: Mean): void {
  m.sum = 0
  m.rest = 0
  for (let i = 0; i < m.count; i++) add(m, m.ring[i]!)
}

/** The extremes of a window: those that none behind them beats, oldest first, in a ring. */
interface Extreme {
  readonly values: Float64Array
  readonly at: Float64Array
  readonly doubt: Doubt
  head: number
  size: number
  next: number
}
function extreme(name: string, word: string, beats: (a: number, b: number) => boolean): StreamFunction {
  return stream<Extreme>({
    name, signature: `${name}(x, n)`, doc: `The ${word} of the last n samples.`, params: ['number', 'number'], constant: 'samples', type: sameAs,
    newState: (n) => ({ values: new Float64Array(n), at: new Float64Array(n), doubt: newDoubt(n), head: 0, size: 0, next: 0 }),
    next(s, f, x, _y, n) {
      if (typeof x !== 'number') return f.wrong(x)
      doubt(s.doubt, f)
      if (s.size > 0 && s.at[s.head]! <= s.next - n) {
        s.head = (s.head + 1) % n
        s.size--
      }
      while (s.size > 0 && !beats(s.values[(s.head + s.size - 1) % n]!, x)) s.size--
      const slot = (s.head + s.size) % n
      s.values[slot] = x
      s.at[slot] = s.next++
      s.size++
      return s.values[s.head]
    },
  })
}

interface Ring {
  readonly values: (number | boolean | string | null)[]
  readonly qualities: Float64Array
  at: number
  count: number
}
interface Last {
  value: number | null
  quality: number
  time: number
}
const newLast = (): Last => ({ value: null, quality: 0, time: 0 })

const list: readonly StreamFunction[] = [
  stream<Ring>({
    name: 'previous', signature: 'previous(x, n)', doc: 'The value of x one sample ago, or n samples ago.', params: ['scalar', 'number'], least: 1, constant: 'samples', type: sameAs,
    newState: (n) => ({ values: Array.from({ length: n }, () => null), qualities: new Float64Array(n), at: 0, count: 0 }),
    next(s, f, given, _y, n) {
      const x = scalar(f, given)
      if (x === undefined) return undefined
      const old = s.values[s.at]
      const quality = s.qualities[s.at]!
      s.values[s.at] = x
      s.qualities[s.at] = f.quality
      s.at = s.at + 1 === n ? 0 : s.at + 1
      if (s.count < n) {
        s.count++
        return f.fail(NOTHING_YET, Quality.badNoData)
      }
      f.quality = quality
      return old
    },
  }),
  stream<Last>({
    name: 'delta', signature: 'delta(x)', doc: 'How much x has changed since the last sample.', params: ['number'], type: sameAs, newState: newLast,
    next(s, f, x) {
      if (typeof x !== 'number') return f.wrong(x)
      const { value, quality } = s
      s.value = x
      s.quality = f.quality
      if (value === null) return f.fail(NOTHING_YET, Quality.badNoData)
      f.quality = worse(f.quality, quality)
      return f.number(x - value)
    },
  }),
  stream<Last>({
    name: 'rate', signature: 'rate(x)', doc: "The change of x per second, by the samples' own time.", params: ['number'], type: (x) => inUnit(rateUnit(x.unit)), newState: newLast,
    next(s, f, x) {
      if (typeof x !== 'number') return f.wrong(x)
      const { value, quality, time } = s
      s.value = x
      s.quality = f.quality
      s.time = f.time
      if (value === null) return f.fail(NOTHING_YET, Quality.badNoData)
      if (!(f.time > time)) return f.fail('No time has passed since the last sample.', Quality.badNoData)
      f.quality = worse(f.quality, quality)
      return f.number((x - value) / ((f.time - time) / 1000))
    },
  }),
  stream<{ value: number | boolean | string | null; quality: number }>({
    name: 'hold', signature: 'hold(x, condition)', doc: 'The last x for which the condition was true.', params: ['scalar', 'boolean'], type: sameAs, newState: () => ({ value: null, quality: 0 }),
    next(s, f, x, y) {
      if (y === true) {
        const now = scalar(f, x)
        if (now === undefined) return undefined
        s.value = now
        s.quality = f.quality
      } else if (y !== false) return f.wrong(y)
      if (s.value === null) return f.fail('The condition has not been true yet.', Quality.badNoData)
      f.quality = s.quality
      return s.value
    },
  }),
  stream<Mean>({
    name: 'average', signature: 'average(x, n)', doc: 'The mean of the last n samples; of fewer at the start.', params: ['number', 'number'], constant: 'samples', type: sameAs,
    newState: (n) => ({ ring: new Float64Array(n), doubt: newDoubt(n), at: 0, count: 0, sum: 0, rest: 0 }),
    next(s, f, x, _y, n) {
      if (typeof x !== 'number') return f.wrong(x)
      doubt(s.doubt, f)
      if (s.count === n) add(s, -s.ring[s.at]!)
      else s.count++
      s.ring[s.at] = x
      add(s, x)
      s.at = s.at + 1 === n ? 0 : s.at + 1
      // Counted anew once a round, and where it ran over: no drift over months.
      if (s.at === 0 || !Number.isFinite(s.sum + s.rest)) recount(s)
      return f.number((s.sum + s.rest) / s.count)
    },
  }),
  extreme('minimum', 'smallest', (a, b) => a < b),
  extreme('maximum', 'largest', (a, b) => a > b),
  stream<{ count: number }>({
    name: 'count', signature: 'count(condition)', doc: 'For how many samples in a row the condition has been true; 0 when it is not.', params: ['boolean'], type: () => NUMBER, newState: () => ({ count: 0 }),
    next(s, f, x) {
      if (typeof x !== 'boolean') return f.wrong(x)
      s.count = x ? s.count + 1 : 0
      return s.count
    },
  }),
  stream<{ last: number | boolean | string | null }>({
    name: 'changed', signature: 'changed(x)', doc: 'True when x is another than at the last sample; false at the first.', params: ['scalar'], type: () => BOOLEAN, newState: () => ({ last: null }),
    next(s, f, given) {
      const x = scalar(f, given)
      if (x === undefined) return undefined
      const { last } = s
      s.last = x
      return last !== null && last !== x
    },
  }),
  stream<{ since: number | null }>({
    name: 'since', signature: 'since(condition)', doc: "For how many seconds the condition has been true, by the samples' own time; 0 when it is not.", params: ['boolean'], type: () => inUnit('s'), newState: () => ({ since: null }),
    next(s, f, x) {
      if (typeof x !== 'boolean') return f.wrong(x)
      if (!x) s.since = null
      else s.since ??= f.time
      return s.since === null ? 0 : Math.max(0, (f.time - s.since) / 1000)
    },
  }),
  stream<{ value: number | null; time: number }>({
    name: 'ema', signature: 'ema(x, tauS)', doc: 'x smoothed by a first-order low-pass with this time constant in seconds.', params: ['number', 'number'], constant: 'positive', type: sameAs, newState: () => ({ value: null, time: 0 }),
    next(s, f, x, _y, tauS) {
      if (typeof x !== 'number') return f.wrong(x)
      const { value, time } = s
      s.time = f.time
      if (value === null) s.value = x
      else if (f.time > time) {
        const share = -Math.expm1(-(f.time - time) / 1000 / tauS)
        s.value = value * (1 - share) + x * share
      }
      return s.value
    },
  }),
]

export const streamFunctions: ReadonlyMap<string, StreamFunction> = new Map(list.map((fn) => [fn.name, fn]))
