import fc from 'fast-check'
import { expect, test } from 'vitest'
import { equal } from './equal.ts'

const image = (byte: number) => ({ format: 'png', width: 1, height: 1, data: Uint8Array.of(byte) })

test.each<[unknown, unknown]>([
  [1, 1],
  [0, -0],
  [Number.NaN, Number.NaN],
  [null, null],
  ['', ''],
  [Float64Array.of(1, Number.NaN), Float64Array.of(1, Number.NaN)],
  [Float64Array.of(0), Float64Array.of(-0)],
  [Float32Array.of(), Float32Array.of()],
  [{ a: 1, b: { c: 'x' } }, { b: { c: 'x' }, a: 1 }],
  [JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')],
  [image(1), image(1)],
])('%o is %o', (a, b) => {
  expect(equal(a, b)).toBe(true)
  expect(equal(b, a)).toBe(true)
})

test.each<[unknown, unknown]>([
  [1, 2],
  [1, '1'],
  [0, false],
  [0, null],
  [Number.NaN, 0],
  [Number.NaN, 'NaN'],
  [null, {}],
  ['a', 'b'],
  [Float64Array.of(1, 2), Float64Array.of(1, 3)],
  [Float64Array.of(1, 2), Float64Array.of(1)],
  [Float64Array.of(1), Float32Array.of(1)],
  [Float64Array.of(1), { 0: 1 }],
  [{ a: 1 }, { a: 2 }],
  [{ a: 1 }, { b: 1 }],
  [{ a: 1 }, { a: 1, b: 1 }],
  [{}, JSON.parse('{"__proto__":1}')],
  [{ toString: 1 }, { valueOf: 1 }],
  [image(1), image(2)],
])('%o is not %o', (a, b) => {
  expect(equal(a, b)).toBe(false)
  expect(equal(b, a)).toBe(false)
})

test('a copy of plain data is equal, and one that was changed anywhere is not', () => {
  const plain = fc.jsonValue({ maxDepth: 3 }).filter((v) => !JSON.stringify(v).includes('['))
  fc.assert(fc.property(plain, (value) => {
    expect(equal(value, structuredClone(value))).toBe(true)
    expect(equal({ value }, { value: { value } })).toBe(false)
  }))
})
