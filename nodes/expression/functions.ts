// Functions of numbers, lists and quality, which remember nothing. All reckon with doubles; what is not finite is no result.
import { conversion, isGood, Quality, severity } from '#kit'
import { ANY, BOOLEAN, inUnit, isList, isRecord, isSeries, listOf, NUMBER, TEXT, type Complain, type Frame, type FunctionDoc, type List, type Run, type Term, type ValueType } from './language.ts'
import { calendarFunctions } from './calendar.ts'
import { textFunctions } from './text.ts'
import { sharedUnit, unitOf } from './unit.ts'

export interface PlainFunction extends FunctionDoc {
  /** The arguments have the declared kinds; complains about the rest. */
  type(args: readonly Term[], complain: Complain): ValueType
  make(args: readonly Term[]): Run
}

/** Of one number. Those that keep the unit: the result is a value of the same kind. */
const one = (name: string, doc: string, fn: (x: number) => number, keeps = false): PlainFunction => ({
  name, signature: `${name}(x)`, doc, params: ['number'],
  type: ([x]) => (keeps ? inUnit(x!.type.unit) : NUMBER),
  make: ([x]) => {
    const { run } = x!
    return (f) => {
      const v = run(f)
      return typeof v === 'number' ? f.number(fn(v)) : f.wrong(v)
    }
  },
})
const two = (name: string, names: string, doc: string, fn: (x: number, y: number) => number): PlainFunction => ({
  name, signature: `${name}(${names})`, doc, params: ['number', 'number'], type: () => NUMBER,
  make: ([x, y]) => (f) => {
    const a = x!.run(f)
    const b = y!.run(f)
    return typeof a === 'number' && typeof b === 'number' ? f.number(fn(a, b)) : f.wrongPair(a, b)
  },
})

/** One pass over a list of numbers. */
function fold(f: Frame, v: unknown, begin: number, step: (sum: number, x: number) => number, end: (sum: number, count: number) => number): number | undefined {
  if (!isList(v)) return f.wrong(v)
  if (!f.work(1 + v.length / 16)) return undefined
  let sum = begin
  for (let i = 0; i < v.length; i++) {
    const x = v[i]
    if (typeof x !== 'number' || !Number.isFinite(x)) return f.fail('The list holds something that is not a finite number.', Quality.badOutOfRange)
    sum = step(sum, x)
  }
  return v.length === 0 ? f.fail('The list is empty.', Quality.badNoData) : f.number(end(sum, v.length))
}
const ofList = (name: string, doc: string, begin: number, step: (sum: number, x: number) => number, end: (sum: number, count: number) => number): PlainFunction => ({
  name, signature: `${name}(list)`, doc, params: ['list'], type: ([list]) => inUnit(list!.type.of?.unit), make: ([list]) => (f) => fold(f, list!.run(f), begin, step, end),
})

const itself = (x: number): number => x

/** The least or the greatest: of several numbers, or of one list. */
function pick(name: 'min' | 'max'): PlainFunction {
  const least = name === 'min'
  const step = (a: number, b: number): number => (least ? Math.min(a, b) : Math.max(a, b))
  const begin = least ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  return {
    name, signature: `${name}(x, y, ...)`, doc: `The ${least ? 'smallest' : 'largest'} of several numbers, or of one list.`, params: ['any'], rest: true,
    type(args, complain) {
      if (args.length === 1) {
        const { kind } = args[0]!.type
        if (kind !== 'list' && kind !== 'any' && kind !== 'number') complain(args[0]!, `${name}() needs numbers or a list here.`, `Write ${name}(x, y).`)
      } else for (const arg of args) if (arg.type.kind !== 'number' && arg.type.kind !== 'any') complain(arg, `${name}() needs numbers.`, 'Correct this value.')
      return inUnit(sharedUnit(args, complain))
    },
    make(args) {
      const runs = args.map((a) => a.run)
      const [first, second] = runs
      if (runs.length === 1) {
        return (f) => {
          const v = first!(f)
          return typeof v === 'number' ? v : fold(f, v, begin, step, itself)
        }
      }
      if (runs.length === 2) {
        return (f) => {
          const a = first!(f)
          const b = second!(f)
          return typeof a === 'number' && typeof b === 'number' ? step(a, b) : f.wrongPair(a, b)
        }
      }
      return (f) => {
        let best = begin
        for (const run of runs) {
          const v = run(f)
          if (typeof v !== 'number') return f.wrong(v)
          best = step(best, v)
        }
        return best
      }
    },
  }
}

/** What is said of a value without asking for it: quality and reason stay as they were. */
function about(name: string, doc: string, type: ValueType, answer: (value: unknown, quality: number, badQuality: number) => unknown): PlainFunction {
  return {
    name, signature: `${name}(x)`, doc, params: ['any'], type: () => type,
    make: ([x]) => {
      const { run } = x!
      return (f) => {
        const { quality } = f
        f.quality = Quality.good
        const said = answer(run(f), f.quality, f.badQuality)
        f.quality = quality
        return said
      }
    },
  }
}

const list: readonly PlainFunction[] = [
  one('abs', 'The size of x without its sign.', Math.abs, true),
  one('sign', '-1, 0 or 1.', (x) => (x > 0 ? 1 : x < 0 ? -1 : 0)),
  one('floor', 'The whole number below x.', Math.floor, true),
  one('ceil', 'The whole number above x.', Math.ceil, true),
  one('trunc', 'x without what is behind the point.', Math.trunc, true),
  one('sqrt', 'The square root; of a negative number there is none.', Math.sqrt),
  one('exp', 'e to the power of x.', Math.exp),
  one('ln', 'The natural logarithm.', Math.log),
  one('log10', 'The logarithm to base 10.', Math.log10),
  one('sin', 'The sine; x in radians.', Math.sin),
  one('cos', 'The cosine; x in radians.', Math.cos),
  one('tan', 'The tangent; x in radians.', Math.tan),
  one('asin', 'The arc sine, in radians.', Math.asin),
  one('acos', 'The arc cosine, in radians.', Math.acos),
  one('atan', 'The arc tangent, in radians.', Math.atan),
  two('atan2', 'y, x', 'The angle of the point (x, y), in radians.', Math.atan2),
  two('pow', 'x, y', 'x to the power of y.', (x, y) => x ** y),
  pick('min'),
  pick('max'),
  {
    name: 'round', signature: 'round(x, digits)', doc: 'x to so many digits behind the point; without digits to a whole number. A half is rounded up.', params: ['number', 'number'], least: 1,
    type: ([x]) => inUnit(x!.type.unit),
    make: ([x, digits]) => (f) => {
      const v = x!.run(f)
      const d = digits === undefined ? 0 : digits.run(f)
      if (typeof v !== 'number' || typeof d !== 'number') return f.wrongPair(v, d)
      if (!Number.isInteger(d) || d < -15 || d > 15) return f.fail('round() takes -15 to 15 whole digits.')
      // By decimal exponents: 1.005 is a little less than its digits say, and 10 to the power of d is not exact.
      const shifted = shift(v, d)
      return Number.isFinite(shifted) ? f.number(shift(Math.round(shifted), -d)) : v
    },
  },
  {
    name: 'clamp', signature: 'clamp(x, low, high)', doc: 'x, but not below low nor above high.', params: ['number', 'number', 'number'],
    type(args, complain) {
      const [, low, high] = args
      if (typeof low!.constant === 'number' && typeof high!.constant === 'number' && low!.constant > high!.constant) complain(low!, 'The lower bound is above the upper one.', 'Swap them.')
      return inUnit(sharedUnit(args, complain))
    },
    make: ([x, low, high]) => (f) => {
      const v = x!.run(f)
      const a = low!.run(f)
      const b = high!.run(f)
      if (typeof v !== 'number' || typeof a !== 'number' || typeof b !== 'number') return f.wrongPair(v, a === undefined ? a : b)
      return a > b ? f.fail('clamp(): the lower bound is above the upper one.') : Math.min(Math.max(v, a), b)
    },
  },
  {
    name: 'interpolate', signature: 'interpolate(x, inLow, inHigh, outLow, outHigh)', doc: 'The straight line through two points, also beyond them.', params: ['number', 'number', 'number', 'number', 'number'],
    type([x, inLow, inHigh, outLow, outHigh], complain) {
      sharedUnit([x!, inLow!, inHigh!], complain)
      return inUnit(sharedUnit([outLow!, outHigh!], complain))
    },
    make: ([a, b, c, d, e]) => (f) => {
      const x = a!.run(f)
      const inLow = b!.run(f)
      const inHigh = c!.run(f)
      const outLow = d!.run(f)
      const outHigh = e!.run(f)
      if (typeof x !== 'number' || typeof inLow !== 'number' || typeof inHigh !== 'number') return f.wrongPair(x, inLow === undefined ? inLow : inHigh)
      if (typeof outLow !== 'number' || typeof outHigh !== 'number') return f.wrongPair(outLow, outHigh)
      if (inLow === inHigh) return f.fail('interpolate(): the two points are one.')
      const share = (x - inLow) / (inHigh - inLow)
      return f.number(outLow * (1 - share) + outHigh * share)
    },
  },
  {
    name: 'convert', signature: "convert(x, 'from', 'to')", doc: 'x in another unit of the same quantity, by UCUM codes.', params: ['number', 'text', 'text'],
    type([x, from, to], complain) {
      if (typeof from!.constant !== 'string' || typeof to!.constant !== 'string') {
        complain(from!, 'convert() needs two units written as texts.', "Write for example convert(value, 'kPa', 'bar').")
        return NUMBER
      }
      if (!conversion(from!.constant, to!.constant)) complain(from!, `'${from!.constant}' does not convert to '${to!.constant}'.`, 'Use two UCUM codes of the same quantity.')
      else sharedUnit([{ ...x!, to: from!.to }, { ...from!, type: inUnit(from!.constant) }], complain)
      return inUnit(to!.constant)
    },
    make([x, from, to]) {
      const { factor, offset } = conversion(String(from!.constant), String(to!.constant)) ?? { factor: Number.NaN, offset: 0 }
      return (f) => {
        const v = x!.run(f)
        return typeof v === 'number' ? f.number(v * factor + offset) : f.wrong(v)
      }
    },
  },
  ofList('sum', 'The sum of a list.', 0, (a, x) => a + x, itself),
  ofList('mean', 'The mean of a list.', 0, (a, x) => a + x, (a, n) => a / n),
  ofList('rms', 'The root of the mean square of a list.', 0, (a, x) => a + x * x, (a, n) => Math.sqrt(a / n)),
  {
    name: 'size', signature: 'size(x)', doc: 'Characters of a text, elements of a list, fields of a record, bytes.', params: ['any'],
    type([x], complain) {
      if (['number', 'boolean', 'image'].includes(x!.type.kind)) complain(x!, 'This has no size.', 'size() takes a text, a list, a record or bytes.')
      return NUMBER
    },
    make: ([x]) => (f) => {
      const v = x!.run(f)
      if (typeof v === 'string') return f.work(v.length / 16) ? [...v].length : undefined
      if (isList(v) || v instanceof Uint8Array) return (v as List | Uint8Array).length
      return isRecord(v) ? Object.keys(v).length : f.wrong(v)
    },
  },
  about('isBad', 'True when x is bad, missing or cannot be told.', BOOLEAN, (v) => v === undefined),
  about('isGood', 'True when x is there and its quality is good.', BOOLEAN, (v, quality) => v !== undefined && isGood(quality)),
  about('isUncertain', 'True when x is there and its quality is uncertain.', BOOLEAN, (v, quality) => v !== undefined && !isGood(quality)),
  about('qualityOf', "'good', 'uncertain' or 'bad'.", TEXT, (v, quality) => (v === undefined ? 'bad' : severity(quality))),
  {
    name: 'orElse', signature: 'orElse(x, instead)', doc: 'x, or the other value where x is bad; the result is then uncertain.', params: ['any', 'any'],
    type(args, complain) {
      const [x, y] = args
      const unit = sharedUnit(args, complain)
      if (x!.type.kind === 'any' || y!.type.kind === 'any') return ANY
      if (x!.type.kind !== y!.type.kind || isSeries(x!.type) !== isSeries(y!.type)) complain(y!, 'The two values of orElse() are of different types.', 'Give a value of the same type.')
      return x!.type.kind === 'number' ? inUnit(unit) : x!.type.kind === 'record' ? { kind: 'record' } : x!.type.kind === 'list' && !isSeries(x!.type) ? listOf(x!.type.of?.kind === 'number' ? inUnit(unit) : (x!.type.of ?? ANY)) : x!.type
    },
    make: ([x, y]) => (f) => {
      const { quality } = f
      const v = x!.run(f)
      if (v !== undefined) return v
      f.quality = isGood(quality) ? Quality.uncertain : quality
      return y!.run(f)
    },
  },
  {
    name: 'double', signature: 'double(x)', doc: 'The number that a text writes; true is 1.', params: ['any'],
    type([x], complain) {
      if (!['number', 'text', 'boolean', 'any'].includes(x!.type.kind)) complain(x!, 'This cannot become a number.', 'double() takes a text, a number, or true and false.')
      return inUnit(unitOf(x!.type))
    },
    make: ([x]) => (f) => {
      const v = x!.run(f)
      if (typeof v === 'number') return v
      if (typeof v === 'boolean') return v ? 1 : 0
      if (typeof v !== 'string') return f.wrong(v)
      const n = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(v.trim()) ? Number(v) : Number.NaN
      return Number.isFinite(n) ? n : f.fail('This text is no number.', Quality.badDecoding)
    },
  },
  {
    name: 'string', signature: 'string(x)', doc: 'x as a text.', params: ['scalar'], type: () => TEXT,
    make: ([x]) => (f) => {
      const v = x!.run(f)
      return typeof v === 'number' || typeof v === 'boolean' || typeof v === 'string' ? String(v) : f.wrong(v)
    },
  },
  ...textFunctions,
  ...calendarFunctions,
]

/** x times 10 to the power of d, by its decimal digits. */
function shift(x: number, d: number): number {
  const [digits, exponent = '0'] = String(x).split('e') as [string, string?]
  return Number(`${digits}e${Number(exponent) + d}`)
}

export const plainFunctions: ReadonlyMap<string, PlainFunction> = new Map(list.map((fn) => [fn.name, fn]))
