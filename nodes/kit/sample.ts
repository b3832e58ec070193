// What travels on a wire. Samples are immutable: fan-out shares them, nothing is cloned, a node that changes
// something emits a new one. Unit and shape belong to the wire (see port.ts), not to each sample.

/** An image as encoded bytes. */
export interface Image {
  readonly format: 'jpeg' | 'png' | 'webp'
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** number, boolean, text, bytes, vector (Float64Array) or series (Float32Array, first element at `time`), image, record. */
export type Value =
  | number
  | boolean
  | string
  | Uint8Array
  | Float32Array
  | Float64Array
  | Image
  | { readonly [field: string]: Value }
  | null

export interface Sample<V = Value> {
  /** What was measured: 'P-101.vibration'. */
  readonly tag: string
  readonly value: V
  /** Source time, ms since the Unix epoch, UTC; fractions allowed. */
  readonly time: number
  /** OPC UA StatusCode (Part 4, 7.39): the two top bits are the severity. 0 is Good. */
  readonly quality: number
}

/** The one way to make a sample: keeps every sample the same hidden class, which the engine's speed rests on. */
export function sample<V extends Value>(tag: string, value: V, time: number, quality: number = Quality.good): Sample<V> {
  return { tag, value, time, quality }
}

/** What a tag is of, by the text before its last dot or slash: 'P-101.vibration' is of 'P-101'; '' where it has none. */
export const assetOf = (tag: string): string => tag.slice(0, Math.max(0, tag.lastIndexOf('.'), tag.lastIndexOf('/')))

/**
 * Status codes of OPC UA Part 4 and Part 8 that Headgate itself gives. One for each situation, in every node:
 * - no value: missing, not known yet, nothing to reckon with: BadNoData
 * - a number that is none (NaN, infinity), or a value outside of what is allowed or can be reckoned: BadOutOfRange
 * - NaN or infinity as a device itself gives it, a signal that is frozen or flat: BadSensorFailure
 * - a value of another kind than is needed: BadTypeMismatch; a text or bytes that cannot be read: BadDecodingError
 * - nothing heard for too long: BadTimeout; no connection: BadCommunicationError
 * - an older value stands in: UncertainLastUsableValue; a made-up one (a median, a default): UncertainSubstituteValue
 * - a value set to its limit, or beyond a range that is only marked: UncertainEngineeringUnitsExceeded
 * - made from less than all that belongs to it (bad readings left out, a gap, a cut period): UncertainSubNormal
 * - in doubt for a reason of its own, with the value as it is: Uncertain. No other reason is known: Bad
 * What is only passed on keeps the code that it came with; of several, the first of the worst severity.
 */
export const Quality = {
  good: 0x00000000,
  uncertain: 0x40000000,
  uncertainLastUsable: 0x40900000,
  uncertainSubstitute: 0x40910000,
  uncertainUnitsExceeded: 0x40940000,
  uncertainSubNormal: 0x40950000,
  bad: 0x80000000,
  badCommunication: 0x80050000,
  badDecoding: 0x80070000,
  badTimeout: 0x800a0000,
  badOutOfRange: 0x803c0000,
  badSensor: 0x808c0000,
  badNoData: 0x809b0000,
  badTypeMismatch: 0x80740000,
} as const

const names = new Map<number, string>([
  [Quality.good, 'Good'],
  [Quality.uncertain, 'Uncertain'],
  [Quality.uncertainLastUsable, 'UncertainLastUsableValue'],
  [Quality.uncertainSubstitute, 'UncertainSubstituteValue'],
  [Quality.uncertainUnitsExceeded, 'UncertainEngineeringUnitsExceeded'],
  [Quality.uncertainSubNormal, 'UncertainSubNormal'],
  [Quality.bad, 'Bad'],
  [Quality.badCommunication, 'BadCommunicationError'],
  [Quality.badDecoding, 'BadDecodingError'],
  [Quality.badTimeout, 'BadTimeout'],
  [Quality.badOutOfRange, 'BadOutOfRange'],
  [Quality.badSensor, 'BadSensorFailure'],
  [Quality.badNoData, 'BadNoData'],
  [Quality.badTypeMismatch, 'BadTypeMismatch'],
])
const codes = new Map([...names].map(([code, name]) => [name, code]))

export type Severity = 'good' | 'uncertain' | 'bad'

export const isGood = (quality: number): boolean => quality >>> 30 === 0
export const isBad = (quality: number): boolean => quality >>> 30 >= 2
export const severity = (quality: number): Severity => (isGood(quality) ? 'good' : isBad(quality) ? 'bad' : 'uncertain')

/** The worse of two qualities by severity; the first on a tie. */
export const worse = (a: number, b: number): number => (b >>> 30 > a >>> 30 ? b : a)

/**
 * Whether two values are the same, whatever their kind: numbers by value (NaN is NaN, 0 is -0), arrays element by element,
 * records and images field by field. Allocates nothing for single values and arrays.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a === 'number') return Number.isNaN(a) && Number.isNaN(b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (isList(a) || isList(b)) return isList(a) && isList(b) && sameList(a, b)
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  for (const key of keys) {
    if (!Object.hasOwn(b, key) || !sameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])) return false
  }
  return true
}

type List = Uint8Array | Float32Array | Float64Array
const isList = (value: object): value is List => ArrayBuffer.isView(value)

function sameList(a: List, b: List): boolean {
  if (a.constructor !== b.constructor || a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false
  }
  return true
}

/** A duplicate: the same reading (tag, time, quality and value) as the one before it. */
export const repeats = (s: Sample, before: Sample | null | undefined): boolean => before != null && s.time === before.time && s.quality === before.quality && s.tag === before.tag && sameValue(s.value, before.value)

/** Whether no number in it is NaN or infinite; of a vector or series each. Records are not looked into. */
export const isFiniteValue = (value: Value): boolean => (typeof value === 'number' ? Number.isFinite(value) : value instanceof Float64Array || value instanceof Float32Array ? value.every(Number.isFinite) : true)

/** A number to reckon with: finite, and its quality not bad. */
export const isUsable = (s: Sample): s is Sample<number> => typeof s.value === 'number' && Number.isFinite(s.value) && !isBad(s.quality)

/**
 * No number that is none may look good: NaN and infinities become BadOutOfRange, a missing value BadNoData. The very
 * same sample when its quality says the truth already. Looks at single values, not into vectors, series and records.
 */
export function truthful(s: Sample): Sample {
  if (typeof s.value === 'number' ? Number.isFinite(s.value) : s.value !== null) return s
  return isBad(s.quality) ? s : sample(s.tag, s.value, s.time, s.value === null ? Quality.badNoData : Quality.badOutOfRange)
}

/** The status code's name; an unknown code reads 'Bad (0x80340000)', so that nothing is lost in a round trip. */
export function qualityName(quality: number): string {
  const known = names.get(quality >>> 0)
  if (known) return known
  const s = severity(quality)
  return `${s[0]!.toUpperCase()}${s.slice(1)} (0x${(quality >>> 0).toString(16).padStart(8, '0')})`
}

/** Reads what qualityName wrote. Undefined means Good; an unknown name is undefined and the caller's error to report. */
export function qualityCode(name: string | undefined): number | undefined {
  if (name === undefined) return Quality.good
  const known = codes.get(name)
  if (known !== undefined) return known
  const hex = /\(0x([0-9a-f]{8})\)$/i.exec(name)
  return hex ? Number.parseInt(hex[1]!, 16) : undefined
}

// ---- JSON ---------------------------------------------------------------------------------------------------------
// Plain JSON for what JSON can say; what it cannot is an object with one key that begins with '$'.

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

export interface JsonSample {
  readonly tag: string
  readonly value: JsonValue
  readonly time: number
  /** The quality's name; left out when Good. */
  readonly quality?: string
}

export function valueToJson(value: Value): JsonValue {
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) }
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Float64Array) return Array.from(value, valueToJson)
  if (value instanceof Float32Array) return { $series: Array.from(value, (v) => valueToJson(shortest(v))) }
  if (value instanceof Uint8Array) return { $bytes: toBase64(value) }
  if (isImage(value)) return { $image: { format: value.format, width: value.width, height: value.height, data: toBase64(value.data) } }
  const out: Record<string, JsonValue> = {}
  const keys = Object.keys(value)
  for (const key of keys) define(out, key, valueToJson((value as Record<string, Value>)[key]!))
  // A record that looks like one of ours is wrapped, so that it comes back as what it was.
  return keys.length === 1 && keys[0]!.startsWith('$') ? { $record: out } : out
}

/** Throws a TypeError that says what is wrong; the caller knows the place. */
export function valueFromJson(json: JsonValue): Value {
  if (json === null || typeof json !== 'object') return json
  if (Array.isArray(json)) return Float64Array.from(json as readonly JsonValue[], toNumber)
  const object = json as { readonly [key: string]: JsonValue }
  const keys = Object.keys(object)
  const inner = object[keys[0]!]
  switch (keys.length === 1 ? keys[0] : '') {
    case '$number':
      return toNumber(object)
    case '$series':
      if (!Array.isArray(inner)) throw new TypeError('$series takes an array of numbers')
      return Float32Array.from(inner as readonly JsonValue[], toNumber)
    case '$bytes':
      return fromBase64(inner)
    case '$image': {
      const image = (inner ?? {}) as Record<string, JsonValue>
      const { format, width, height } = image
      if ((format !== 'jpeg' && format !== 'png' && format !== 'webp') || typeof width !== 'number' || typeof height !== 'number') throw new TypeError('$image takes format (jpeg, png or webp), width, height and data')
      return { format, width, height, data: fromBase64(image['data']) }
    }
    case '$record':
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) throw new TypeError('$record takes an object')
      return recordFromJson(inner as { readonly [key: string]: JsonValue })
    default:
      return recordFromJson(object)
  }
}

function recordFromJson(object: { readonly [key: string]: JsonValue }): Value {
  const out: Record<string, Value> = {}
  for (const key of Object.keys(object)) define(out, key, valueFromJson(object[key]!))
  return out
}

export function sampleToJson(s: Sample): JsonSample {
  const base = { tag: s.tag, value: valueToJson(s.value), time: s.time }
  return s.quality === Quality.good ? base : { ...base, quality: qualityName(s.quality) }
}

export function sampleFromJson(json: JsonSample): Sample {
  if (typeof json !== 'object' || json === null) throw new TypeError('a sample is an object with tag, value and time')
  const quality = qualityCode(json.quality)
  if (quality === undefined) throw new TypeError(`unknown quality '${json.quality}'`)
  if (typeof json.tag !== 'string') throw new TypeError('tag must be text')
  if (typeof json.time !== 'number' || !Number.isFinite(json.time)) throw new TypeError('time must be ms since the Unix epoch')
  if (json.value === undefined) throw new TypeError('value is missing; a missing reading is null')
  return sample(json.tag, valueFromJson(json.value), json.time, quality)
}

export function isImage(value: Value): value is Image {
  if (typeof value !== 'object' || value === null || !((value as Image).data instanceof Uint8Array)) return false
  const { format, width, height } = value as Image
  return (format === 'jpeg' || format === 'png' || format === 'webp') && typeof width === 'number' && typeof height === 'number'
}

function toNumber(json: JsonValue): number {
  if (typeof json === 'number') return json
  const named = typeof json === 'object' && json !== null ? (json as { $number?: JsonValue }).$number : undefined
  if (named === 'NaN') return Number.NaN
  if (named === 'Infinity') return Number.POSITIVE_INFINITY
  if (named === '-Infinity') return Number.NEGATIVE_INFINITY
  throw new TypeError(`not a number: ${JSON.stringify(json)}`)
}

// A user's record may be named '__proto__': assignment would change the prototype, a definition does not.
function define<T>(object: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
}

/** The shortest decimal that reads back as the same float32: 0.1, not 0.10000000149011612. */
function shortest(v: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(v.toPrecision(digits))
    if (Math.fround(short) === v) return short
  }
  return v
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(text)
}

function fromBase64(text: JsonValue | undefined): Uint8Array {
  if (typeof text !== 'string') throw new TypeError('bytes are base64 text')
  let chars: string
  try {
    chars = atob(text)
  } catch {
    throw new TypeError('bytes are base64 text; this is none')
  }
  return Uint8Array.from(chars, (c) => c.charCodeAt(0))
}
