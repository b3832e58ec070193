import fc from 'fast-check'
import { expect, test } from 'vitest'
import { monotoneSlopes, onCurve, onLine, pointBelow } from './interpolate.ts'

/** Points with rising x. */
const points = fc
  .uniqueArray(fc.record({ x: fc.integer({ min: -1000, max: 1000 }), y: fc.integer({ min: -1000, max: 1000 }) }), { selector: (p) => p.x, minLength: 2, maxLength: 20 })
  .map((list) => list.toSorted((a, b) => a.x - b.x))
  .map((list) => ({ xs: Float64Array.from(list, (p) => p.x), ys: Float64Array.from(list, (p) => p.y) }))

test('the point below is that of a plain search', () => {
  fc.assert(
    fc.property(points, fc.integer({ min: -1100, max: 1100 }), ({ xs }, x) => {
      expect(pointBelow(xs, x)).toBe(xs.findLastIndex((v) => v <= x))
    }),
  )
})

test('the curve passes its points and never leaves the two values that it runs between', () => {
  fc.assert(
    fc.property(points, fc.double({ min: 0, max: 1, noNaN: true }), ({ xs, ys }, share) => {
      const slopes = monotoneSlopes(xs, ys)
      for (let i = 0; i < xs.length - 1; i++) {
        const at = (x: number): number => onCurve(xs[i]!, ys[i]!, slopes[i]!, xs[i + 1]!, ys[i + 1]!, slopes[i + 1]!, x)
        expect([at(xs[i]!), at(xs[i + 1]!)]).toEqual([ys[i], ys[i + 1]])
        const y = at(onLine(0, xs[i]!, 1, xs[i + 1]!, share))
        expect(y).toBeGreaterThanOrEqual(Math.min(ys[i]!, ys[i + 1]!) - 1e-9)
        expect(y).toBeLessThanOrEqual(Math.max(ys[i]!, ys[i + 1]!) + 1e-9)
      }
    }),
  )
})

test('the curve of a rising table rises', () => {
  fc.assert(
    fc.property(points, ({ xs, ys }) => {
      const rising = ys.toSorted()
      const slopes = monotoneSlopes(xs, rising)
      for (let i = 0; i < xs.length - 1; i++) {
        let last = rising[i]!
        for (let k = 1; k <= 16; k++) {
          const y = onCurve(xs[i]!, rising[i]!, slopes[i]!, xs[i + 1]!, rising[i + 1]!, slopes[i + 1]!, xs[i]! + ((xs[i + 1]! - xs[i]!) * k) / 16)
          expect(y).toBeGreaterThanOrEqual(last - 1e-9)
          last = y
        }
      }
    }),
  )
})

test('a straight table gives a straight curve', () => {
  const xs = Float64Array.of(0, 1, 3, 10)
  const slopes = monotoneSlopes(xs, xs.map((x) => 2 * x + 1))
  expect([...slopes]).toEqual([2, 2, 2, 2])
  expect(onCurve(3, 7, 2, 10, 21, 2, 5)).toBeCloseTo(11, 12)
})
