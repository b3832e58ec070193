// Whether two values of a wire are the same, whatever their kind: numbers by value (NaN is NaN, 0 is -0), arrays element
// by element, records and images field by field. Allocates nothing for single values and arrays.

export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a === 'number') return Number.isNaN(a) && Number.isNaN(b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (isList(a) || isList(b)) return isList(a) && isList(b) && equalLists(a, b)
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  for (const key of keys) {
    if (!Object.hasOwn(b, key) || !equal((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])) return false
  }
  return true
}

type List = Uint8Array | Float32Array | Float64Array
const isList = (value: object): value is List => ArrayBuffer.isView(value)

function equalLists(a: List, b: List): boolean {
  if (a.constructor !== b.constructor || a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false
  }
  return true
}
