import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_DEPTH, fromPlainJson, hasGap, plainJson, readTime, type Json } from './json.ts'

test.each([
  [{ $number: 'NaN' }, null],
  [{ $series: [1, { $number: 'Infinity' }] }, [1, null]],
  [{ a: { $series: [1] }, b: [{ $number: '-Infinity' }, 2] }, { a: [1], b: [null, 2] }],
  [{ $record: { $number: 'a field' } }, { $number: 'a field' }],
  [{ $number: 1, other: 2 }, { $number: 1, other: 2 }],
  [{ $bytes: 'AAEC' }, { $bytes: 'AAEC' }],
  [{}, {}],
] as const)('%j is %j to others', (kit, plain) => expect(plainJson(kit)).toEqual(plain))

test("a field of any name stays, '__proto__' too", () => {
  expect(Object.keys(plainJson(JSON.parse('{"__proto__": 1, "b": 2}') as Json) as object)).toEqual(['__proto__', 'b'])
})

test('JSON without a $ is as it was', () => {
  fc.assert(fc.property(fc.jsonValue().filter((json) => !JSON.stringify(json).includes('$')), (json) => {
    expect(plainJson(json as Json)).toEqual(json)
  }))
})

test('a gap is a null at the top or in a list', () => {
  expect([null, [1, null], [1], { a: null }, 0].map((json) => hasGap(json))).toEqual([true, true, false, false, false])
})

test('JSON of others: lists of numbers are vectors, other lists records, and what is too deep is none', () => {
  expect(fromPlainJson([1, null, 2.5])).toEqual(Float64Array.of(1, Number.NaN, 2.5))
  expect(fromPlainJson({ a: [1, 'x', [true]], b: null })).toEqual({ a: { 0: 1, 1: 'x', 2: { 0: true } }, b: null })
  expect(Object.keys(fromPlainJson(JSON.parse('{"__proto__":1}')) as object)).toEqual(['__proto__'])
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })
  expect([fromPlainJson(null), fromPlainJson(nested(MAX_DEPTH)) === undefined, fromPlainJson(nested(MAX_DEPTH + 1))]).toEqual([null, false, undefined])
})

test('times are ms or ISO 8601, in UTC where no zone is said, whatever the zone of the gateway', () => {
  const times = [5.5, '2026-01-01', '2026-01-01T00:00:01', '2026-01-01 00:00:02', '2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00.25Z'].map(readTime)
  expect(times).toEqual([5.5, ...[0, 1000, 2000, 0, 250].map((ms) => Date.UTC(2026, 0, 1) + ms)])
  for (const none of [9e15, Number.NaN, '5', 'Thu, 01 Jan 2026 00:00:00 GMT', '2026-13-01', null, undefined, {}]) expect(readTime(none)).toBeNaN()
})
