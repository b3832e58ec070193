import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasGap, plainJson, type Json } from './json.ts'

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
