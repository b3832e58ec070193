import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addTo, deviationOf, newRunning } from './running.ts'
import { totalOf } from './sum.ts'

const of = (values: readonly number[]) => {
  const r = newRunning()
  for (const v of values) addTo(r, v)
  return r
}
const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 200 })

describe('running statistics', () => {
  test('are those of the two-pass formulas', () => {
    fc.assert(fc.property(values, (list) => {
      const r = of(list)
      const mean = list.reduce((a, b) => a + b, 0) / list.length
      const variance = list.length === 1 ? 0 : list.reduce((a, b) => a + (b - mean) ** 2, 0) / (list.length - 1)
      const size = Math.max(1, ...list.map(Math.abs))
      expect(r.count).toBe(list.length)
      expect(Math.abs(r.mean - mean)).toBeLessThanOrEqual(1e-12 * size)
      expect(Math.abs(deviationOf(r) - Math.sqrt(variance))).toBeLessThanOrEqual(1e-7 * size)
      expect([r.min, r.max]).toEqual([list.reduce((a, b) => Math.min(a, b)), list.reduce((a, b) => Math.max(a, b))])
    }))
  })

  test('keep a small spread on a large level, where the sum of squares loses it', () => {
    expect(deviationOf(of([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]))).toBeCloseTo(Math.sqrt(30), 9)
  })

  test('lose nothing of a sum to a large value in between', () => {
    expect(totalOf(of([1, 1e100, 1, -1e100]))).toBe(2)
    expect(totalOf(of(Array.from({ length: 10 }, () => 0.1)))).toBe(1)
  })

  test('of one value and of none', () => {
    expect(deviationOf(of([5]))).toBe(0)
    expect(deviationOf(of([]))).toBeNaN()
  })

  test('travel in a checkpoint', () => {
    fc.assert(fc.property(values, values, (before, after) => {
      const whole = of([...before, ...after])
      const resumed = structuredClone(of(before))
      for (const v of after) addTo(resumed, v)
      expect(resumed).toEqual(whole)
    }))
  })
})
