// What expressions are made of: types, the frame that one evaluation runs in, and the limits. A closure gives a finite
// number, a boolean, a text, bytes, a list or a record; `undefined` says that there is no value, and the frame why.
import { displayUnit, Quality, type PortType, type Sample, type Value } from '#kit'

/** Characters of one expression. */
export const MAX_LENGTH = 4000
/** Rounds of list functions in one evaluation; then it is bad. */
export const MAX_STEPS = 100_000
/** Characters of a text that an expression makes. */
export const MAX_TEXT = 65_536
/** Samples that one stream function looks back, and all of one expression together. */
export const MAX_WINDOW = 10_000
export const MAX_WINDOWS = 50_000

/** Where in the text (characters, `to` not included), what is wrong, what to do. */
export interface ExpressionIssue {
  readonly from: number
  readonly to: number
  readonly text: string
  readonly remedy: string
}

export interface ValueType {
  readonly kind: 'number' | 'boolean' | 'text' | 'bytes' | 'list' | 'record' | 'image' | 'any'
  readonly unit?: string
  /** Elements of a list. */
  readonly of?: ValueType
  /** Of a record; absent: any name may be there. */
  readonly fields?: ReadonlyMap<string, ValueType>
  /** Of a list: as it came by a wire, for a result that is this very value. */
  readonly port?: PortType
}
export const NUMBER: ValueType = { kind: 'number' }
export const BOOLEAN: ValueType = { kind: 'boolean' }
export const TEXT: ValueType = { kind: 'text' }
export const ANY: ValueType = { kind: 'any' }
export const inUnit = (unit: string | undefined): ValueType => (unit === undefined ? NUMBER : { kind: 'number', unit })
export const listOf = (of: ValueType): ValueType => ({ kind: 'list', of })

/** Equally spaced readings stay what they are; every other list leaves as a vector. */
export const isSeries = (type: ValueType): boolean => type.port?.kind === 'series'

const words: Readonly<Record<ValueType['kind'], string>> = {
  number: 'a number', boolean: 'true or false', text: 'a text', bytes: 'bytes', list: 'a list', record: 'a record', image: 'an image', any: 'anything',
}
export const kindWords = (kind: ValueType['kind']): string => words[kind]
export function typeWords(type: ValueType): string {
  const unit = displayUnit(type.unit)
  return unit === '' ? words[type.kind] : `${words[type.kind]} in ${unit}`
}

export function fromPort(port: PortType): ValueType {
  switch (port.kind) {
    case 'number': return inUnit(port.unit)
    case 'vector':
    case 'series': return { kind: 'list', of: inUnit(port.unit), port }
    case 'record':
    case 'event': return { kind: 'record', port, ...(port.fields ? { fields: new Map(Object.entries(port.fields).map(([name, field]) => [name, fromPort(field)])) } : {}) }
    default: return { kind: port.kind }
  }
}

/** What travels on a wire; undefined where no wire carries it: a list of texts. */
export function toPort(type: ValueType): PortType | undefined {
  if (type.port) return type.port
  switch (type.kind) {
    case 'list': {
      const of = type.of ?? ANY
      if (of.kind === 'any') return { kind: 'any' }
      return of.kind === 'number' ? { kind: 'vector', ...(of.unit === undefined ? {} : { unit: of.unit }) } : undefined
    }
    case 'record': {
      if (!type.fields) return { kind: 'record' }
      const fields = [...type.fields].map(([name, field]) => [name, toPort(field)] as const)
      if (fields.some(([, field]) => field === undefined)) return undefined
      return { kind: 'record', fields: Object.fromEntries(fields as (readonly [string, PortType])[]) }
    }
    default: return type.unit === undefined ? { kind: type.kind } : { kind: type.kind, unit: type.unit }
  }
}

// ---- running --------------------------------------------------------------------------------------------------------

/** Plain data of the stream functions of one expression, in the order of their calls. */
export type ExpressionState = object[]

/** What came out; the next evaluation of the same expression overwrites it. */
export interface Evaluated {
  /** Null where there is none; the quality is bad then. */
  readonly value: Value
  readonly quality: number
  /** Why there is no value; '' where there is one. */
  readonly reason: string
}

/** What a stream function gave in this evaluation. */
export interface SiteResult {
  value: unknown
  quality: number
  reason: string
  badQuality: number
}

/** One evaluation. Kept and used again: nothing is allocated for a sample but what the expression itself makes. */
export class Frame implements Evaluated {
  value: Value = null
  quality: number = Quality.good
  reason = ''
  /** Of what has no value. */
  badQuality: number = Quality.bad
  inputs: readonly (Sample | undefined)[] = []
  tag = ''
  time = 0
  steps = 0
  state: ExpressionState = []
  /** Variables of list functions, by depth. */
  readonly locals: unknown[] = []
  readonly sites: SiteResult[] = []

  fail(reason: string, quality: number = Quality.bad): undefined {
    this.reason = reason
    this.badQuality = quality
  }

  /** What was reckoned, if it is a number. */
  number(v: number): number | undefined {
    return v - v === 0 ? v : this.fail('The result is not a finite number.', Quality.badOutOfRange)
  }

  /** An operand of another type; undefined ones have said why. */
  wrong(a: unknown): undefined {
    return a === undefined ? undefined : this.fail('A value is of another type than this needs.', Quality.badTypeMismatch)
  }
  wrongPair(a: unknown, b: unknown): undefined {
    return b === undefined ? undefined : this.wrong(a)
  }

  /** Something out of a record, a list or a sample. */
  taken(v: unknown): unknown {
    if (typeof v === 'number') return v - v === 0 ? v : this.fail('A number is NaN or infinite.', Quality.badOutOfRange)
    return v === null || v === undefined ? this.fail('A value is missing.', Quality.badNoData) : v
  }

  /** Counts work that grows with the data. False: it is too much. */
  work(rounds: number): boolean {
    this.steps += rounds
    if (this.steps <= MAX_STEPS) return true
    this.fail(`This takes more than ${MAX_STEPS} steps.`)
    return false
  }

  text(v: string): string | undefined {
    return v.length <= MAX_TEXT ? v : this.fail(`A text is longer than ${MAX_TEXT} characters.`)
  }
}

export type Run = (f: Frame) => unknown
export type List = readonly unknown[] | Float64Array | Float32Array
export const isList = (v: unknown): v is List => Array.isArray(v) || v instanceof Float64Array || v instanceof Float32Array
export const isRecord = (v: unknown): v is { readonly [name: string]: unknown } => typeof v === 'object' && v !== null && !Array.isArray(v) && !ArrayBuffer.isView(v)

/** A value as wires carry it: a list of numbers is a vector. */
export function settled(f: Frame, v: unknown): Value | undefined {
  if (!Array.isArray(v)) return v as Value | undefined
  const out = new Float64Array(v.length)
  for (let i = 0; i < out.length; i++) {
    const x: unknown = v[i]
    if (typeof x !== 'number') return f.fail('Only lists of numbers can leave on a wire.', Quality.badTypeMismatch)
    if (f.taken(x) === undefined) return undefined
    out[i] = x
  }
  return out
}

/** A compiled part: its type, its code and where it stands in the text. */
export interface Term {
  readonly type: ValueType
  readonly run: Run
  readonly constant?: number | boolean | string
  readonly from: number
  readonly to: number
}

/** How functions are declared and shown. `rest`: the last parameter may come again. */
export interface FunctionDoc {
  readonly name: string
  /** 'clamp(x, low, high)', 'text.contains(part)' */
  readonly signature: string
  readonly doc: string
  readonly params: readonly Param[]
  /** Fewer than `params`. */
  readonly least?: number
  readonly rest?: boolean
}
export type Param = ValueType['kind'] | 'scalar'

/** Says what is wrong at a place, and goes on. */
export type Complain = (at: { readonly from: number; readonly to: number }, text: string, remedy: string) => void
