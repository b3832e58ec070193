import fc from 'fast-check'
import { expect, test } from 'vitest'
import { smoothingWeights } from './savitzky-golay.ts'

const close = (found: Float64Array, expected: readonly number[], of: number): void => {
  expect(found).toHaveLength(expected.length)
  for (const [i, e] of expected.entries()) expect(found[i]).toBeCloseTo(e / of, 12)
}

test('the middle weights are those of the corrected tables', () => {
  close(smoothingWeights(5, 2, 2), [-3, 12, 17, 12, -3], 35)
  close(smoothingWeights(7, 3, 3), [-2, 3, 6, 7, 6, 3, -2], 21)
  close(smoothingWeights(7, 4, 3), [5, -30, 75, 131, 75, -30, 5], 231)
  close(smoothingWeights(9, 2, 4), [-21, 14, 39, 54, 59, 54, 39, 14, -21], 231)
})

test('the end-point weights are those of Gorry', () => {
  close(smoothingWeights(5, 2, 4), [3, -5, -3, 9, 31], 35)
  close(smoothingWeights(5, 2, 0), [31, 9, -3, -5, 3], 35)
  close(smoothingWeights(3, 1, 2), [-1, 2, 5], 6)
})

test('a polynomial of the order passes unchanged, at every point', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 0, max: 6 }), fc.nat(), fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 7, maxLength: 7 }), (m, wanted, where, coefficients) => {
      const length = 2 * m + 1
      const order = Math.min(wanted, length - 1)
      const at = where % length
      // Over -1 to 1, so that the powers stay of one size.
      const value = (i: number): number => coefficients.slice(0, order + 1).reduce((sum, c, k) => sum + c * ((i - m) / m) ** k, 0)
      const fitted = smoothingWeights(length, order, at).reduce((sum, w, i) => sum + w * value(i), 0)
      expect(Math.abs(fitted - value(at))).toBeLessThan(1e-9)
    }),
  )
})
