// Values as user code sees them, from and to the kit's JSON (nodes/kit/sample.ts; codec.test.ts holds the two together).
// One function without imports: its text is run inside the sandbox.

/** What an output may carry; the kit's kinds. */
export type Carries = 'number' | 'boolean' | 'text' | 'bytes' | 'vector' | 'series' | 'image' | 'record' | 'event' | 'any'

export interface Codec {
  /** Throws a TypeError that says what no wire carries. */
  encode(value: unknown): unknown
  decode(json: unknown): unknown
  /** Whether what `encode` takes has this kind; null has every kind. */
  is(value: unknown, kind: Carries): boolean
  /** 'a text', 'a vector': what a value is, for people. */
  name(value: unknown): string
}

export function makeCodec(): Codec {
  // Taken before any user code runs.
  const { isFinite: finite, isInteger } = Number
  const { isArray } = Array
  const { keys: keysOf, getPrototypeOf, defineProperty } = Object
  const objectPrototype = Object.prototype
  const isView = ArrayBuffer.isView
  const { fround } = Math
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const deepest = 64

  type Fields = { [key: string]: unknown }
  const put = (object: object, key: string, value: unknown): void => void defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })

  function toBase64(bytes: Uint8Array): string {
    let text = ''
    for (let i = 0; i < bytes.length; i += 3) {
      const left = bytes.length - i
      const bits = (bytes[i]! << 16) | ((left > 1 ? bytes[i + 1]! : 0) << 8) | (left > 2 ? bytes[i + 2]! : 0)
      text += letters[bits >> 18]! + letters[(bits >> 12) & 63]! + (left > 1 ? letters[(bits >> 6) & 63]! : '=') + (left > 2 ? letters[bits & 63]! : '=')
    }
    return text
  }
  function fromBase64(text: string): Uint8Array {
    const end = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
    const bytes = new Uint8Array((text.length / 4) * 3 - end)
    for (let i = 0, at = 0; i < text.length; i += 4) {
      let bits = 0
      for (let k = 0; k < 4; k++) bits = (bits << 6) | (text[i + k] === '=' ? 0 : letters.indexOf(text[i + k]!))
      for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) bytes[at++] = (bits >> shift) & 255
    }
    return bytes
  }
  function shortest(v: number): number {
    for (let digits = 6; digits < 9; digits++) {
      const short = Number(v.toPrecision(digits))
      if (fround(short) === v) return short
    }
    return v
  }
  const number = (v: number): unknown => (finite(v) ? v : { $number: String(v) })
  function list(values: ArrayLike<unknown>, of: (v: number) => unknown): unknown[] {
    const out: unknown[] = []
    for (let i = 0; i < values.length; i++) {
      const v = values[i]
      if (typeof v !== 'number') throw new TypeError(`a list with ${name(v)} in it, and a vector holds numbers only`)
      put(out, String(i), of(v))
    }
    return out
  }
  const isImage = (v: Fields): boolean => (v['format'] === 'jpeg' || v['format'] === 'png' || v['format'] === 'webp') && typeof v['width'] === 'number' && typeof v['height'] === 'number' && v['data'] instanceof Uint8Array
  function isPlain(v: object): boolean {
    const prototype: unknown = getPrototypeOf(v)
    return prototype === null || prototype === objectPrototype
  }

  function encode(value: unknown, depth = 0): unknown {
    if (depth > deepest) throw new TypeError(`a record deeper than ${deepest} levels`)
    if (typeof value === 'number') return number(value)
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value !== 'object') throw new TypeError(name(value))
    if (value instanceof Float32Array) return { $series: list(value, (v) => number(shortest(v))) }
    if (value instanceof Uint8Array) return { $bytes: toBase64(value) }
    if (isArray(value) || (isView(value) && !(value instanceof DataView))) return list(value as ArrayLike<unknown>, number)
    if (!isPlain(value)) throw new TypeError(name(value))
    const fields = value as Fields
    if (isImage(fields)) return { $image: { format: fields['format'], width: fields['width'], height: fields['height'], data: toBase64(fields['data'] as Uint8Array) } }
    const out = {}
    const keys = keysOf(fields)
    for (const key of keys) put(out, key, encode(fields[key], depth + 1))
    return keys.length === 1 && keys[0]!.startsWith('$') ? { $record: out } : out
  }

  function toNumber(json: unknown): number {
    if (typeof json === 'number') return json
    return Number((json as { $number: string }).$number)
  }
  function record(json: Fields): unknown {
    const out = {}
    for (const key of keysOf(json)) put(out, key, decode(json[key]))
    return out
  }
  function decode(json: unknown): unknown {
    if (json === null || typeof json !== 'object') return json
    if (isArray(json)) return Float64Array.from(json, toNumber)
    const object = json as Fields
    const keys = keysOf(object)
    const inner = object[keys[0]!]
    switch (keys.length === 1 ? keys[0] : '') {
      case '$number': return toNumber(object)
      case '$series': return Float32Array.from(inner as unknown[], toNumber)
      case '$bytes': return fromBase64(inner as string)
      case '$image': {
        const { format, width, height, data } = inner as Fields
        return { format, width, height, data: fromBase64(data as string) }
      }
      case '$record': return record(inner as Fields)
      default: return record(object)
    }
  }

  function is(value: unknown, kind: Carries): boolean {
    if (value === null || kind === 'any') return true
    const object = typeof value === 'object'
    switch (kind) {
      case 'number': case 'boolean': return typeof value === kind
      case 'text': return typeof value === 'string'
      case 'bytes': return value instanceof Uint8Array
      case 'series': return value instanceof Float32Array
      case 'vector': return object && (isArray(value) || (isView(value) && !(value instanceof Uint8Array) && !(value instanceof Float32Array)))
      case 'image': return object && !isView(value) && isImage(value as Fields)
      default: return object && !isArray(value) && !isView(value) && !isImage(value as Fields)
    }
  }
  function name(value: unknown): string {
    if (value === null) return 'nothing (null)'
    switch (typeof value) {
      case 'undefined': return 'nothing (undefined)'
      case 'string': return 'a text'
      case 'number': return isInteger(value) || finite(value) ? 'a number' : String(value)
      case 'bigint': return 'a BigInt'
      case 'object': break
      default: return `a ${typeof value}`
    }
    if (value instanceof Uint8Array) return 'bytes'
    if (value instanceof Float32Array) return 'a series'
    if (isArray(value) || (isView(value) && !(value instanceof DataView))) return 'a vector'
    if (isPlain(value as object)) return isImage(value as Fields) ? 'an image' : 'a record'
    const { constructor } = value as { constructor?: { name?: unknown } }
    return `a ${typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'object of a class'}`
  }
  return { encode: (value) => encode(value), decode, is, name }
}
