import fc from 'fast-check'
import { expect, test } from 'vitest'
import { follow, newTrack } from './kalman.ts'

/** Textbook matrices, nothing simplified: predict with F and Q, update with H = [1 0]. */
function reference(readings: readonly { x: number; dt: number }[], process: number, measured: number): number[] {
  let [level, slope, a, b, d] = [readings[0]!.x, 0, measured ** 2, 0, measured ** 2]
  const out = [level]
  for (const { x, dt } of readings.slice(1)) {
    level += dt * slope
    const [pa, pb, pd] = [a + 2 * dt * b + dt * dt * d + (process ** 2 * dt ** 3) / 3, b + dt * d + (process ** 2 * dt ** 2) / 2, d + process ** 2 * dt]
    const s = pa + measured ** 2
    const [k0, k1] = [pa / s, pb / s]
    const miss = x - level
    level += k0 * miss
    slope += k1 * miss
    ;[a, b, d] = [(1 - k0) * pa, (1 - k0) * pb, pd - k1 * pb]
    out.push(level)
  }
  return out
}

test('a constant velocity is tracked as by the textbook matrices', () => {
  const readings = fc.array(fc.record({ x: fc.double({ min: -100, max: 100, noNaN: true }), dt: fc.double({ min: 0, max: 30, noNaN: true }) }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(readings, fc.double({ min: 0.01, max: 10, noNaN: true }), fc.double({ min: 0.1, max: 10, noNaN: true }), (list, process, measured) => {
      const t = newTrack(list[0]!.x, measured)
      const found = [t.level]
      for (const { x, dt } of list.slice(1)) {
        follow(t, x, dt, process, measured, true)
        found.push(t.level)
      }
      // The textbook's 1 - gain loses digits where a reading is far better than the prediction.
      for (const [i, e] of reference(list, process, measured).entries()) expect(Math.abs(found[i]! - e)).toBeLessThan(1e-4)
    }),
  )
})

test('a random walk settles at the known steady gain', () => {
  const t = newTrack(0, 1)
  let gain = 1
  for (let i = 0; i < 500; i++) gain = follow(t, 1, 1, 0.5, 1, false)
  // p = q + p r / (p + r) solved for p: the gain is p / (p + r).
  const p = (0.25 + Math.sqrt(0.25 ** 2 + 4 * 0.25)) / 2
  expect(gain).toBeCloseTo(p / (p + 1), 12)
  expect(t.level).toBeCloseTo(1, 12)
})

test('without process noise the random walk is the mean of all readings', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 100 }), (list) => {
      const t = newTrack(list[0]!, 2)
      for (const x of list.slice(1)) follow(t, x, 5, 0, 2, false)
      expect(Math.abs(t.level - list.reduce((a, b) => a + b, 0) / list.length)).toBeLessThan(1e-6)
    }),
  )
})

test('a ramp is followed without lag', () => {
  const t = newTrack(0, 0.1)
  for (let i = 1; i <= 300; i++) follow(t, i, 1, 0.01, 0.1, true)
  expect(t.level).toBeCloseTo(300, 6)
  expect(t.slope).toBeCloseTo(1, 6)
})
