// JSON of other systems, both ways: of the kit's wrappers for what JSON itself cannot tell, those of bytes and images
// leave as they are; of what comes, lists of numbers are vectors.
import { DateTime } from 'luxon'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Kit JSON as plain JSON: a series is a list, what is not finite is null, a record with a '$' is as it was. */
export function plainJson(json: Json): Json {
  if (json === null || typeof json !== 'object') return json
  if (Array.isArray(json)) return (json as readonly Json[]).map(plainJson)
  const object = json as { readonly [key: string]: Json }
  const keys = Object.keys(object)
  const inner = object[keys[0]!]!
  switch (keys.length === 1 ? keys[0] : '') {
    case '$number': return null
    case '$series': return plainJson(inner)
    case '$record': return fields(inner as { readonly [key: string]: Json })
    default: return fields(object)
  }
}

// Definitions, not assignments: a field may be called '__proto__'.
const fields = (object: { readonly [key: string]: Json }): Json => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, plainJson(value)]))

/** Whether a null stands in it where a number was to be: at the top or in a list. */
export const hasGap = (json: Json): boolean => json === null || (Array.isArray(json) && json.includes(null))

export type Plain = null | boolean | number | string | Float64Array | { readonly [field: string]: Plain }

/** Levels of JSON that are read. */
export const MAX_DEPTH = 32
/** A list of numbers is a vector (null in it is NaN), any other a record with the fields 0, 1, 2 ... Undefined: it is nested deeper. */
export function fromPlainJson(json: unknown, depth = 0): Plain | undefined {
  if (depth > MAX_DEPTH) return undefined
  if (json === null || typeof json !== 'object') return json as Plain
  if (Array.isArray(json) && json.every((v) => typeof v === 'number' || v === null)) return Float64Array.from(json, (v: number | null) => v ?? Number.NaN)
  const entries: [string, Plain][] = []
  for (const [key, value] of Object.entries(json)) {
    const inner = fromPlainJson(value, depth + 1)
    if (inner === undefined) return undefined
    entries.push([key, inner])
  }
  // Definitions, not assignments: a device may name a field '__proto__'.
  return Object.fromEntries(entries)
}

/** The last time that a Date can hold, ms. */
const LAST_MS = 8.64e15
/**
 * Milliseconds since 1970, or an ISO 8601 date with or without a time; NaN: it is neither. Without a zone it is UTC: the
 * gateway's own zone must not change what a message means.
 */
export function readTime(found: unknown): number {
  if (typeof found === 'number') return Math.abs(found) <= LAST_MS ? found : Number.NaN
  if (typeof found !== 'string' || !/^\d{4}-\d\d-\d\d/.test(found)) return Number.NaN
  return DateTime.fromISO(found.replace(' ', 'T'), { zone: 'utc' }).toMillis()
}
