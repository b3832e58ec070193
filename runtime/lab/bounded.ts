// Plain data of any shape as JSON of a bounded size: what is left out is marked with `{ "$cut": ... }`. What JSON cannot
// say is written as in samples.
import type { JsonValue } from '#kit'

const MAX_DEPTH = 32

export function boundedJson(value: unknown, maxBytes: number): JsonValue {
  let left = maxBytes
  const list = (items: Iterable<unknown>, count: number, depth: number): JsonValue[] => {
    const out: JsonValue[] = []
    for (const item of items) {
      if (left <= 0) {
        out.push({ $cut: `${count - out.length} more` })
        break
      }
      out.push(walk(item, depth + 1))
    }
    return out
  }
  const fields = (entries: Iterable<readonly [unknown, unknown]>, count: number, depth: number): JsonValue => {
    const out: Record<string, JsonValue> = {}
    let taken = 0
    for (const [key, item] of entries) {
      const name = String(key)
      if (left <= 0) {
        define(out, '$cut', `${count - taken} more`)
        break
      }
      left -= name.length + 4
      define(out, name, walk(item, depth + 1))
      taken++
    }
    return out
  }
  function walk(v: unknown, depth: number): JsonValue {
    if (depth > MAX_DEPTH) return { $cut: 'nested deeper' }
    if (typeof v === 'string') {
      const text = v.length > left ? `${v.slice(0, Math.max(0, left))}...` : v
      left -= text.length + 2
      return text
    }
    left -= 8
    if (typeof v === 'number') return Number.isFinite(v) ? v : { $number: String(v) }
    if (typeof v === 'boolean' || v === null) return v
    if (typeof v === 'bigint') return v.toString()
    if (v === undefined) return null
    if (v instanceof Uint8Array) return { $cut: `${v.length} bytes` }
    if (v instanceof Float32Array) return { $series: list(v, v.length, depth) }
    if (ArrayBuffer.isView(v)) return list(v as unknown as Iterable<unknown>, (v as Float64Array).length, depth)
    if (Array.isArray(v)) return list(v, v.length, depth)
    if (v instanceof Map) return fields(v, v.size, depth)
    if (v instanceof Set) return list(v, v.size, depth)
    const entries = Object.entries(v as object)
    return fields(entries, entries.length, depth)
  }
  return walk(value, 0)
}

// A key may be '__proto__': assignment would change the prototype, a definition does not.
function define(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
}
