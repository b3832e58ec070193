// What left against what must leave: by port and order. One sample that is missing does not make all that follow differ.
import { diffArrays } from 'diff'
import type { JsonSample, JsonValue } from '#kit'
import type { FlowTest, TestFault } from '#format'

/** Numbers may differ by this part of the expected one, unless the test says otherwise. */
export const TOLERANCE = 1e-9
/** More faults of a port are not told. */
const MAX_FAULTS = 200
/** Samples that are missing or extra before two lists count as different throughout. */
const MAX_EDITS = 400

export function compareOutputs(expect: FlowTest['expect'], got: { readonly [end: string]: readonly JsonSample[] }, tolerance = TOLERANCE): TestFault[] {
  return Object.keys(expect).flatMap((at) => comparePort(at, expect[at]!, got[at] ?? [], tolerance).slice(0, MAX_FAULTS))
}

function comparePort(at: string, expected: readonly JsonSample[], got: readonly JsonSample[], tolerance: number): TestFault[] {
  const parts = diffArrays([...expected], [...got], { comparator: (a, b) => sameSample(a, b, tolerance), maxEditLength: MAX_EDITS })
  if (!parts) return inPlace(at, expected, got, tolerance)
  const faults: TestFault[] = []
  let index = 0
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!
    if (!part.added && !part.removed) {
      index += part.value.length
      continue
    }
    // What was expected and what came instead are one stretch, in either order.
    const after = parts[i + 1]
    const other = after && (after.added || after.removed) ? after : undefined
    if (other) i++
    const lost = part.removed ? part.value : other?.removed === true ? other.value : []
    const new_ = part.added ? part.value : other?.added === true ? other.value : []
    faults.push(...stretch(at, index, lost, new_))
    index += lost.length
  }
  return faults
}

function stretch(at: string, from: number, expected: readonly JsonSample[], got: readonly JsonSample[]): TestFault[] {
  return Array.from({ length: Math.max(expected.length, got.length) }, (_, i): TestFault => {
    const [e, g] = [expected[i], got[i]]
    if (e && g) return { at, index: from + i, what: 'differs', expected: e, got: g }
    return e ? { at, index: from + i, what: 'missing', expected: e } : { at, index: from + Math.min(i, expected.length), what: 'extra', got: g! }
  })
}

/** One by one. */
function inPlace(at: string, expected: readonly JsonSample[], got: readonly JsonSample[], tolerance: number): TestFault[] {
  const common = Math.min(expected.length, got.length)
  const differing = Array.from({ length: common }, (_, i) => i).filter((i) => !sameSample(expected[i]!, got[i]!, tolerance))
  return [...differing.flatMap((i) => stretch(at, i, [expected[i]!], [got[i]!])), ...stretch(at, common, expected.slice(common), got.slice(common))]
}

/** Time exactly; a quality that is left out is Good. */
export function sameSample(a: JsonSample, b: JsonSample, tolerance = TOLERANCE): boolean {
  return a.tag === b.tag && a.time === b.time && (a.quality ?? 'Good') === (b.quality ?? 'Good') && sameValue(a.value, b.value, tolerance)
}

/** `expected` first: the tolerance is a part of it. */
export function sameValue(expected: JsonValue, got: JsonValue, tolerance = TOLERANCE): boolean {
  if (typeof expected === 'number' && typeof got === 'number') return expected === got || Math.abs(expected - got) <= tolerance * Math.abs(expected)
  if (typeof expected !== 'object' || typeof got !== 'object' || expected === null || got === null) return expected === got
  if (Array.isArray(expected) !== Array.isArray(got)) return false
  // NaN is { $number: 'NaN' } in JSON, so that it equals itself.
  const keys = Object.keys(expected)
  return keys.length === Object.keys(got).length && keys.every((k) => Object.hasOwn(got, k) && sameValue((expected as Record<string, JsonValue>)[k]!, (got as Record<string, JsonValue>)[k]!, tolerance))
}
