import { describe, expect, it } from 'vitest'
import { faultFrequencies, pumpBearing, random, Vibration, type Condition } from './vibration.ts'

const calm: Condition = { speedHz: 45, load: 0.8, noise: 0.05, imbalance: 0, outer: 0, inner: 0 }
const { bpfo, bpfi } = faultFrequencies(pumpBearing)
const rms = (block: Float32Array): number => Math.sqrt(block.reduce((s, v) => s + v * v, 0) / block.length)
/** Amplitude at one frequency, over a Hann taper. */
function at(block: Float32Array, hz: number): number {
  let re = 0
  let im = 0
  for (let i = 0; i < block.length; i++) {
    const w = 1 - Math.cos((2 * Math.PI * i) / block.length)
    re += w * block[i]! * Math.cos((2 * Math.PI * hz * i) / 1000)
    im += w * block[i]! * Math.sin((2 * Math.PI * hz * i) / 1000)
  }
  return (2 * Math.hypot(re, im)) / block.length
}
/** The largest around a frequency: slip moves the lines a little. */
const near = (block: Float32Array, hz: number): number => Math.max(...Array.from({ length: 21 }, (_, i) => at(block, hz * (1 + (i - 10) * 0.0015))))
const take = (condition: Partial<Condition>, seed = 3): Float32Array => new Vibration(pumpBearing, seed).block({ ...calm, ...condition }, 4096, 1)

describe('vibration of a pump bearing', () => {
  it('has the published fault frequencies of the SKF 6205', () => {
    expect(bpfo).toBeCloseTo(3.5848, 3)
    expect(bpfi).toBeCloseTo(5.4152, 3)
    expect(faultFrequencies(pumpBearing).ftf).toBeCloseTo(0.3983, 3)
    expect(2 * faultFrequencies(pumpBearing).bsf).toBeCloseTo(4.7135, 3)
  })
  it('gives the same signal for the same seed, whole or in blocks', () => {
    const whole = new Vibration(pumpBearing, 9).block({ ...calm, outer: 1 }, 3000, 1)
    const machine = new Vibration(pumpBearing, 9)
    const parts = [700, 1, 1299, 1000].flatMap((n) => [...machine.block({ ...calm, outer: 1 }, n, 1)])
    for (let i = 0; i < 3000; i++) expect(parts[i]).toBeCloseTo(whole[i]!, 4)
  })
  it('shakes at the speed of the shaft, with its imbalance and the square of its speed', () => {
    expect(at(take({ imbalance: 1 }), 45)).toBeCloseTo(3.15, 1)
    expect(at(take({}), 45)).toBeCloseTo(0.15, 1)
    expect(at(take({ imbalance: 1, speedHz: 22.5 }), 22.5)).toBeCloseTo(3.15 / 4, 1)
  })
  it('shows an outer race at BPFO and an inner race at BPFI with sidebands one order apart', () => {
    const outer = take({ outer: 1 })
    expect(near(outer, 2 * bpfo * 45)).toBeGreaterThan(10 * near(take({}), 2 * bpfo * 45))
    const inner = take({ inner: 1 })
    for (const order of [bpfi - 1, bpfi, bpfi + 1]) expect(near(inner, order * 45)).toBeGreaterThan(5 * near(take({}), order * 45))
    expect(near(inner, (bpfi + 1) * 45)).toBeGreaterThan(2 * near(outer, (bpfi + 1) * 45))
  })
  it('grows with wear and load, and falls when the pump is slowed', () => {
    const levels = [0, 0.2, 0.5, 1].map((outer) => rms(take({ outer })))
    for (let i = 1; i < levels.length; i++) expect(levels[i]).toBeGreaterThan(levels[i - 1]!)
    expect(rms(take({ outer: 1, load: 0.2 }))).toBeLessThan(rms(take({ outer: 1, load: 1 })))
    expect(rms(take({ outer: 1, speedHz: 25 }))).toBeLessThan(0.4 * rms(take({ outer: 1 })))
  })
  it('only hisses at standstill, and starts again', () => {
    const machine = new Vibration(pumpBearing, 1)
    machine.block({ ...calm, outer: 1 }, 100, 1)
    machine.block({ ...calm, outer: 1, speedHz: 0 }, 1000, 1)
    expect(rms(machine.block({ ...calm, outer: 1, speedHz: 0 }, 1000, 1))).toBeCloseTo(0.05, 2)
    expect(rms(machine.block({ ...calm, outer: 1 }, 1000, 1))).toBeGreaterThan(1)
  })
  it('refuses a condition that is not a number', () => {
    expect(() => take({ speedHz: Number.NaN })).toThrow('speedHz is NaN')
  })
  it('draws even numbers from a seed', () => {
    const r = random(1)
    const values = Array.from({ length: 20_000 }, r)
    expect(values.reduce((a, b) => a + b) / values.length).toBeCloseTo(0.5, 1)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
  })
})
