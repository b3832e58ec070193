// Payloads to values, and samples to payloads. Pure; a fault is thrown as a DecodeFault in words.
import { isBad, Quality, qualityName, valueToJson, type Sample, type Value } from '#kit'
import { hasGap, plainJson } from '#math/json'
import { readNumeral } from '#math/numeral'

export const payloadFormats = ['auto', 'number', 'boolean', 'text', 'json', 'bytes'] as const
export type PayloadFormat = (typeof payloadFormats)[number]

export class DecodeFault extends Error {}

const MAX_DEPTH = 16
const truths: Readonly<Record<string, boolean>> = { true: true, false: false, on: true, off: false, '1': true, '0': false, yes: true, no: false }
const utf8 = new TextDecoder('utf-8', { fatal: true })

export interface Decoded {
  readonly value: Value
  /** From the payload, ms; undefined: it has none. */
  readonly time?: number
  readonly quality: number
}
export interface DecodeOptions {
  readonly payload: PayloadFormat
  /** Dotted path of the value in a JSON payload; '' is the whole. */
  readonly path: string
  readonly timePath: string
}

/** Throws a DecodeFault. NaN keeps its value with the quality BadSensorFailure; a JSON null is no value: BadNoData. */
export function decodePayload(bytes: Uint8Array, { payload, path, timePath }: DecodeOptions): Decoded {
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
  const found = at(json, path)
  if (found === undefined) throw new DecodeFault(`there is no '${path}' in ${shown(text)}`)
  const decoded = graded(fit(found, payload))
  if (timePath === '') return decoded
  const time = timeOf(at(json, timePath))
  return time === undefined ? { ...decoded, quality: isBad(decoded.quality) ? decoded.quality : Quality.uncertain } : { ...decoded, time }
}

function fit(json: unknown, payload: PayloadFormat): Value {
  if (json === null) return null
  switch (payload) {
    case 'number': return typeof json === 'number' ? json : typeof json === 'string' ? numberOf(json.trim()) : wrong('a number', json)
    case 'boolean': return typeof json === 'boolean' ? json : typeof json === 'number' || typeof json === 'string' ? truthOf(String(json)) : wrong('a boolean', json)
    case 'text': return typeof json === 'string' ? json : JSON.stringify(json)
    default: return valueOf(json, 0)
  }
}

/** A JSON value as a sample's value: a list of numbers is a vector. */
function valueOf(json: unknown, depth: number): Value {
  if (depth > MAX_DEPTH) throw new DecodeFault(`it is nested deeper than ${MAX_DEPTH} levels`)
  if (json === null || typeof json === 'number' || typeof json === 'string' || typeof json === 'boolean') return json
  if (Array.isArray(json)) {
    if (!json.every((v) => typeof v === 'number' || v === null)) throw new DecodeFault('a list must hold numbers only')
    return Float64Array.from(json, (v: number | null) => v ?? Number.NaN)
  }
  // Definitions, not assignments: a device may name a field '__proto__'.
  return Object.fromEntries(Object.entries(json as object).map(([key, value]) => [key, valueOf(value, depth + 1)]))
}

function graded(value: Value): Decoded {
  if (value === null) return { value, quality: Quality.badNoData }
  const broken = typeof value === 'number' ? !Number.isFinite(value) : value instanceof Float64Array && value.some((v) => !Number.isFinite(v))
  return { value, quality: broken ? Quality.badSensor : Quality.good }
}

function numberOf(text: string): number {
  return readNumeral(text) ?? wrong('a number', text)
}
function truthOf(text: string): boolean {
  const key = text.toLowerCase()
  return Object.hasOwn(truths, key) ? truths[key]! : wrong('a boolean', text)
}

/** Milliseconds since the epoch, or an ISO 8601 time. */
function timeOf(json: unknown): number | undefined {
  const time = typeof json === 'number' ? json : typeof json === 'string' ? Date.parse(json) : Number.NaN
  return Number.isFinite(time) ? time : undefined
}

function at(json: unknown, path: string): unknown {
  if (path === '') return json
  let value = json
  for (const key of path.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

function wrong(wanted: string, found: unknown): never {
  throw new DecodeFault(`${shown(typeof found === 'string' ? found : JSON.stringify(found))} is not ${wanted}`)
}
const shown = (text: string): string => `'${text.length > 60 ? `${text.slice(0, 60)}...` : text}'`

// ---- the way out --------------------------------------------------------------------------------------------------

/** Like kit's JSON of a sample, for other systems: what is not finite is null, and then the quality is never Good. */
export function encodeJson(s: Sample): string {
  const value = plainJson(valueToJson(s.value))
  const quality = hasGap(value) && !isBad(s.quality) ? (s.value === null ? Quality.badNoData : Quality.bad) : s.quality
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
