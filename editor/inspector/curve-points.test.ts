import { expect, test } from 'vitest'
import fc from 'fast-check'
import { moved, pointsOf, spanOf } from './curve-points.ts'

test('a point that is dragged anywhere leaves a curve that rises', () => {
  const rising = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 9 }).map((xs) => xs.toSorted((a, b) => a - b).map((x) => ({ x, y: 0 })))
  fc.assert(fc.property(rising, fc.nat(), fc.double({ noNaN: true, min: -2000, max: 2000 }), fc.integer(), (points, n, x, y) => {
    const index = n % points.length
    const next = points.with(index, moved(points, index, { x, y }))
    expect(next[index]!.y).toBe(y)
    for (let i = 1; i < next.length; i++) expect(next[i]!.x).toBeGreaterThan(next[i - 1]!.x)
  }))
})

test('half-typed rows are no points, and all points have room', () => {
  expect(pointsOf([{ x: 1, y: 2 }, { x: '1', y: 2 }, { x: 1 }, null, 4])).toEqual([{ x: 1, y: 2 }])
  const { x, y } = spanOf([{ x: 0, y: 5 }, { x: 10, y: 5 }])
  expect([x[0] < 0, x[1] > 10, y[0] < 5, y[1] > 5]).toEqual([true, true, true, true])
})
