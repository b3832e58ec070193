import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shapeOf, velocityRms } from './shape.ts'

const wave = (n: number, f: (t: number) => number, rate: number): Float64Array => Float64Array.from({ length: n }, (_, i) => f(i / rate))

describe('the shape of a waveform', () => {
  test('of a sine is the one that its formulas give', () => {
    const s = shapeOf(wave(10_000, (t) => 5 + 2 * Math.sin(2 * Math.PI * 10 * t + 0.1), 10_000))!
    expect(s.mean).toBeCloseTo(5, 9)
    expect(s.rms).toBeCloseTo(Math.SQRT2, 9)
    expect(s.peak).toBeCloseTo(2, 4)
    expect(s.peakToPeak).toBeCloseTo(4, 4)
    expect(s.shape).toBeCloseTo(Math.PI / (2 * Math.SQRT2), 5)
    expect(s.impulse).toBeCloseTo(Math.PI / 2, 4)
    expect(s.clearance).toBeCloseTo(2 / (2 * 0.762759763501814 ** 2), 3) // mean root of |sin| is 0.76276
    expect(s.skewness).toBeCloseTo(0, 9)
    expect(s.crossings).toBe(20)
  })
  test('knows to which side impacts go', () => {
    expect(shapeOf([0, 0, 0, 9])!.skewness).toBeGreaterThan(1)
    expect(shapeOf([0, 0, 0, -9])!.skewness).toBeLessThan(-1)
    expect(shapeOf([3, 3, 3])).toBeUndefined()
  })
  test('its factors do not change with size and offset', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 4, maxLength: 60 }), fc.constantFrom(0.5, 4, 1024), fc.integer({ min: -100, max: 100 }), (block, by, offset) => {
      const a = shapeOf(block)
      const b = shapeOf(block.map((v) => v * by + offset))
      expect(b === undefined).toBe(a === undefined)
      if (!a || !b) return
      for (const name of ['crest', 'kurtosis', 'skewness', 'shape', 'impulse', 'clearance'] as const) expect(b[name]).toBeCloseTo(a[name], 6)
      expect(b.rms / by).toBeCloseTo(a.rms, 6)
    }))
  })
})

describe('velocity', () => {
  test.each([20, 159.155, 700])('of an acceleration of 10 m/s2 rms at %d Hz is 10 over 2 pi f', (hz) => {
    const block = wave(8192, (t) => 3 + 10 * Math.SQRT2 * Math.sin(2 * Math.PI * hz * t), 4096)
    expect(velocityRms(block, 4096, 10, 1000) / (10 / (2 * Math.PI * hz))).toBeCloseTo(1, 1)
  })
  test('leaves out what is beside the band', () => {
    const block = wave(8192, (t) => Math.sin(2 * Math.PI * 4 * t) + Math.sin(2 * Math.PI * 1500 * t), 4096)
    expect(velocityRms(block, 4096, 10, 1000)).toBeLessThan(1e-4)
  })
})
