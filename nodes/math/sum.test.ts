import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addToSum, newSum, totalOf } from './sum.ts'

test('a sum is the exact one, rounded once, also of many small and few large parts', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 300 }), fc.integer({ min: 0, max: 20 }), (list, shift) => {
      const s = newSum()
      let exact = 0n
      for (const v of list) {
        addToSum(s, v / 2 ** shift)
        exact += BigInt(v)
      }
      expect(totalOf(s)).toBe(Number(exact) / 2 ** shift)
    }),
  )
})

test('nothing is lost to a large value in between, nor over a million parts', () => {
  const s = newSum()
  for (const v of [1, 1e100, 1, -1e100]) addToSum(s, v)
  expect(totalOf(s)).toBe(2)
  const many = newSum(1e9)
  for (let i = 0; i < 1_000_000; i++) addToSum(many, 0.1)
  expect(totalOf(many)).toBe(1_000_100_000)
})
