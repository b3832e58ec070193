import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addSpeed, equalAngles, faultOrders, readAt, speedAt, speedRange, type SpeedAt } from './order.ts'

describe('the speed', () => {
  const speeds: SpeedAt[] = [{ time: 0, hz: 10 }, { time: 100, hz: 20 }]
  test('is a line between readings and theirs beyond', () => {
    expect([-5, 0, 50, 100, 900].map((t) => speedAt(speeds, t))).toEqual([10, 10, 15, 20, 20])
    expect(speedRange([...speeds, { time: 150, hz: 4 }], 50, 200)).toEqual({ low: 4, high: 20 })
  })
  test('keeps the newest readings, in order', () => {
    const kept: SpeedAt[] = []
    for (const time of [1, 3, 2, 4]) addSpeed(kept, { time, hz: time }, 3)
    expect(kept.map((s) => s.time)).toEqual([2, 3, 4])
  })
})

describe('equal angles', () => {
  test('of a steady shaft are the readings themselves', () => {
    const { positions, perRevolution } = equalAngles([{ time: 0, hz: 25 }], 0, 1, 500)
    expect(perRevolution).toBe(40)
    expect(positions).toHaveLength(500)
    for (const [i, p] of positions.entries()) expect(p).toBeCloseTo(i, 6)
  })
  test('are equal in the angle, whatever the speed does', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 5, max: 20, noNaN: true }), { minLength: 1, maxLength: 6 }), (hz) => {
      const speeds = hz.map((v, i) => ({ time: i * 100, hz: v }))
      const { positions, perRevolution } = equalAngles(speeds, 0, 1, 500)
      // The angle by a sum a hundred times finer.
      let angle = 0
      let n = 0
      for (let t = 0; t < 499 && n < positions.length; t += 0.01) {
        if (t >= positions[n]!) {
          expect(angle * perRevolution).toBeCloseTo(n, 0)
          n++
        }
        angle += speedAt(speeds, t) / 100_000
      }
      expect(n).toBeGreaterThan(positions.length - 3)
    }), { numRuns: 20 })
  })
})

test('a cubic is read exactly between its readings', () => {
  const f = (x: number): number => 2 - x + 0.5 * x ** 2 - 0.1 * x ** 3
  const block = Float64Array.from({ length: 20 }, (_, i) => f(i))
  const at = Float64Array.from([0, 1.5, 7.25, 17.9, 19])
  for (const [i, v] of readAt(block, at).entries()) expect(v).toBeCloseTo(f(at[i]!), 9)
})

test('faults of an SKF 6205 are those of its maker', () => {
  const f = faultOrders({ balls: 9, ballDiameterMm: 7.94, pitchDiameterMm: 39.04, contactAngleDeg: 0 })
  expect([f.bpfo, f.bpfi, f.bsf, f.ftf].map((v) => Number(v.toFixed(3)))).toEqual([3.585, 5.415, 2.357, 0.398])
})
