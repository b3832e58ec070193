import fc from 'fast-check'
import { expect, test } from 'vitest'
import { insertInto, medianOf, newSorted, quantileOf, removeFrom } from './sorted.ts'

const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 80 })

test('is the sorted list of a sliding window, whatever comes and goes', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 20 }), (list, n) => {
      const s = newSorted(n > 10 ? 0 : n)
      for (const [i, x] of list.entries()) {
        if (i >= n) removeFrom(s, list[i - n]!)
        insertInto(s, x)
        const window = list.slice(Math.max(0, i - n + 1), i + 1).toSorted((a, b) => a - b)
        // 0 and -0 are equal and may stand in either order.
        expect(Array.from(s.values.subarray(0, s.count), (v) => v + 0)).toEqual(window.map((v) => v + 0))
      }
    }),
  )
})

test('median and quartiles are those of the textbook', () => {
  const s = newSorted(4)
  expect(medianOf(s)).toBeNaN()
  for (const x of [3, 1, 4, 2]) insertInto(s, x)
  expect([quantileOf(s, 0), quantileOf(s, 0.25), medianOf(s), quantileOf(s, 0.75), quantileOf(s, 1)]).toEqual([1, 1.75, 2.5, 3.25, 4])
  insertInto(s, 5)
  expect(medianOf(s)).toBe(3)
})

test('the median of two huge values does not overflow', () => {
  const s = newSorted(2)
  insertInto(s, -1.7e308)
  insertInto(s, 1.7e308)
  expect(medianOf(s)).toBe(0)
})
