// Payloads to values, and samples to payloads. Pure; a fault is thrown as a DecodeFault in words.
import { isBad, isFiniteValue, Quality, qualityName, valueToJson, type Sample, type Value } from '#kit'
import { MAX_DEPTH, fromPlainJson, hasGap, plainJson, readTime } from '#math/json'
import { readNumeral, readTruth } from '#math/numeral'
import { parsePath, readPath } from '#math/path'
import { perConfig } from '#math/remember'

export const payloadFormats = ['auto', 'number', 'boolean', 'text', 'json', 'bytes'] as const
export type PayloadFormat = (typeof payloadFormats)[number]

export class DecodeFault extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true })

export interface Decoded {
  readonly value: Value
  /** From the payload, ms; undefined: it has none. */
  readonly time?: number
  readonly quality: number
}
export interface DecodeOptions {
  readonly payload: PayloadFormat
  /** Path of the value in a JSON payload, see nodes/math/path.ts; '' is the whole. */
  readonly path: string
  readonly timePath: string
}

/** What is no path is one key, as it stands. */
const keysOf = perConfig(({ path, timePath }: DecodeOptions) => ({ value: parsePath(path) ?? [path], time: parsePath(timePath) ?? [timePath] }))

/** Throws a DecodeFault. NaN keeps its value with the quality BadSensorFailure; a JSON null is no value: BadNoData. */
export function decodePayload(bytes: Uint8Array, options: DecodeOptions): Decoded {
  const { payload, path, timePath } = options
  if (payload === 'bytes') return { value: Uint8Array.from(bytes), quality: Quality.good }
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw new DecodeFault('it is no UTF-8 text')
  }
  if (path === '' && timePath === '') {
    if (payload === 'text') return { value: text, quality: Quality.good }
    const trimmed = text.trim()
    if (payload === 'number') return graded(numberOf(trimmed))
    if (payload === 'boolean') return { value: truthOf(trimmed), quality: Quality.good }
    if (payload === 'auto') {
      if (trimmed === 'true' || trimmed === 'false') return { value: trimmed === 'true', quality: Quality.good }
      const number = readNumeral(trimmed)
      if (number !== undefined) return graded(number)
      if (!/^[[{"]|^null$/.test(trimmed)) return { value: text, quality: Quality.good }
    }
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    if (payload === 'auto' && path === '' && timePath === '') return { value: text, quality: Quality.good }
    throw new DecodeFault(`it is no JSON: ${shown(text)}`)
  }
  const found = readPath(json, keysOf(options).value)
  if (found === undefined) throw new DecodeFault(`there is no '${path}' in ${shown(text)}`)
  const decoded = graded(fit(found, payload))
  if (timePath === '') return decoded
  const time = readTime(readPath(json, keysOf(options).time))
  return Number.isNaN(time) ? { ...decoded, quality: isBad(decoded.quality) ? decoded.quality : Quality.uncertain } : { ...decoded, time }
}

function fit(json: unknown, payload: PayloadFormat): Value {
  if (json === null) return null
  switch (payload) {
    case 'number': return typeof json === 'number' ? json : typeof json === 'string' ? numberOf(json.trim()) : wrong('a number', json)
    case 'boolean': return typeof json === 'boolean' ? json : typeof json === 'number' || typeof json === 'string' ? truthOf(String(json)) : wrong('a boolean', json)
    case 'text': return typeof json === 'string' ? json : JSON.stringify(json)
    default: {
      const value = fromPlainJson(json)
      if (value === undefined) throw new DecodeFault(`it is nested deeper than ${MAX_DEPTH} levels`)
      return value
    }
  }
}

function graded(value: Value): Decoded {
  if (value === null) return { value, quality: Quality.badNoData }
  return { value, quality: isFiniteValue(value) ? Quality.good : Quality.badSensor }
}

function numberOf(text: string): number {
  return readNumeral(text) ?? wrong('a number', text)
}
function truthOf(text: string): boolean {
  return readTruth(text) ?? wrong('a boolean', text)
}
function wrong(wanted: string, found: unknown): never {
  throw new DecodeFault(`${shown(typeof found === 'string' ? found : JSON.stringify(found))} is not ${wanted}`)
}
const shown = (text: string): string => `'${text.length > 60 ? `${text.slice(0, 60)}...` : text}'`

// ---- the way out --------------------------------------------------------------------------------------------------

/** Like kit's JSON of a sample, for other systems: what is not finite is null, and then the quality is never Good. */
export function encodeJson(s: Sample): string {
  const value = plainJson(valueToJson(s.value))
  const quality = hasGap(value) && !isBad(s.quality) ? (s.value === null ? Quality.badNoData : Quality.badOutOfRange) : s.quality
  return JSON.stringify({ tag: s.tag, value, time: s.time, ...(quality === Quality.good ? {} : { quality: qualityName(quality) }) })
}

/** The bare value. Undefined where it cannot say what it is: missing, not finite, or of bad quality. */
export function encodeValue(s: Sample): string | Uint8Array | undefined {
  const { value } = s
  if (value === null || isBad(s.quality)) return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Uint8Array) return value
  const json = plainJson(valueToJson(value))
  return Array.isArray(json) && json.includes(null) ? undefined : JSON.stringify(json)
}
