import { describe, expect, it } from 'vitest'
import { ManualClock } from './clock.ts'
import { faultFrequencies, pumpBearing } from './vibration.ts'
import { World } from './world.ts'

const rms = (block: Float32Array) => Math.sqrt(block.reduce((sum, v) => sum + v * v, 0) / block.length)

/** Amplitude of one frequency in a block at 1 kHz (a single bin of a Fourier transform). */
function amplitude(block: Float32Array, hz: number): number {
  let re = 0
  let im = 0
  block.forEach((v, i) => {
    re += v * Math.cos((2 * Math.PI * hz * i) / 1000)
    im += v * Math.sin((2 * Math.PI * hz * i) / 1000)
  })
  return (2 * Math.hypot(re, im)) / block.length
}

describe('the pump', () => {
  it('has a whole block of vibration before anyone connects', () => {
    const { pump } = new World(1)
    expect(pump.blocks).toBe(1)
    expect(rms(pump.block)).toBeGreaterThan(0.1)
    expect(pump.velocityMmS).toBeGreaterThan(0.1)
  })

  it('makes a new block every 1.024 s of simulated time and leaves the old one as it was', () => {
    const world = new World(1)
    const first = world.pump.block
    const copy = first.slice()
    world.advance(1023)
    expect(world.pump.blocks).toBe(1)
    world.advance(1)
    expect(world.pump.blocks).toBe(2)
    expect(world.pump.block).not.toBe(first)
    expect(first).toEqual(copy)
  })

  it('follows its drive with a ramp of 10 Hz a second', () => {
    const world = new World(1)
    world.pump.targetHz = 25
    world.advance(1024)
    expect(world.pump.speedHz).toBeCloseTo(45 - 10.24, 6)
    world.advance(2000)
    expect(world.pump.speedHz).toBe(25)
  })

  it('vibrates and draws much less when slowed, and shows its new shaft speed', () => {
    const fast = new World(1)
    const slow = new World(1)
    slow.pump.targetHz = 25
    fast.advance(8000)
    slow.advance(8000)
    expect(rms(slow.pump.block)).toBeLessThan(0.5 * rms(fast.pump.block))
    expect(slow.pump.velocityMmS).toBeLessThan(0.6 * fast.pump.velocityMmS)
    expect(slow.pump.currentA).toBeLessThan(0.6 * fast.pump.currentA)
    expect(amplitude(fast.pump.block, 45)).toBeGreaterThan(3 * amplitude(fast.pump.block, 25))
    expect(amplitude(slow.pump.block, 25)).toBeGreaterThan(3 * amplitude(slow.pump.block, 45))
  })

  it('wears: within a minute the outer race is plainly worse, vibration and temperature rise', () => {
    const world = new World(1)
    const before = { wear: world.pump.wear, rms: rms(world.pump.block), velocity: world.pump.velocityMmS, celsius: world.pump.bearingC }
    expect(before.wear).toBeLessThan(0.15)
    world.advance(10_000)
    for (let s = 10; s < 40; s += 5) world.advance(5000)
    expect(world.pump.wear).toBeGreaterThan(0.35)
    expect(rms(world.pump.block)).toBeGreaterThan(1.8 * before.rms)
    expect(world.pump.velocityMmS).toBeGreaterThan(before.velocity)
    expect(world.pump.bearingC).toBeGreaterThan(before.celsius)
  })

  it('wears faster at higher speed', () => {
    const fast = new World(1)
    const slow = new World(1)
    slow.pump.targetHz = 25
    for (let i = 0; i < 6; i++) for (const world of [fast, slow]) world.advance(5000)
    expect(fast.pump.wear - 0.1).toBeGreaterThan(3 * (slow.pump.wear - 0.1))
  })

  it('is repaired four to five minutes after the start, and wears again', () => {
    const world = new World(1)
    const seconds: number[] = []
    let worst = 0
    for (let s = 1; s <= 600; s++) {
      const repairs = world.pump.repairs
      worst = Math.max(worst, rms(world.pump.block))
      world.advance(1000)
      if (world.pump.repairs > repairs) seconds.push(s)
    }
    expect(seconds).toHaveLength(2)
    expect(seconds[0]).toBeGreaterThan(240)
    expect(seconds[0]).toBeLessThan(300)
    world.pump.repair()
    world.advance(2048)
    expect(rms(world.pump.block)).toBeLessThan(0.25 * worst)
    const healed = world.pump.wear
    world.advance(10_000)
    expect(world.pump.wear).toBeGreaterThan(healed)
  })

  it('standing still it draws nothing and is quiet', () => {
    const world = new World(1)
    world.pump.targetHz = 0
    world.advance(9000)
    expect(world.pump.speedHz).toBe(0)
    expect(world.pump.currentA).toBe(0)
    expect(rms(world.pump.block)).toBeLessThan(0.1)
  })
})

describe('the plant as a whole', () => {
  const run = (seed: number, chunks: readonly number[]) => {
    const world = new World(seed)
    const levels: number[] = []
    for (const ms of chunks) {
      world.advance(ms)
      levels.push(world.levelM)
    }
    return { end: [world.levelM, world.hallC, world.compressorBar, world.powerKw, world.pump.velocityMmS], block: world.pump.block, levels }
  }

  it('gives the same series for the same seed, whatever pieces time came in', () => {
    const a = run(7, Array.from({ length: 100 }, () => 320))
    const b = run(7, Array.from({ length: 16 }, () => 2000))
    expect(a.end).toEqual(b.end)
    expect(a.block).toEqual(b.block)
    expect(run(7, [3200]).levels).toEqual(run(7, [3200]).levels)
  })

  it('gives another series for another seed', () => {
    expect(run(7, [5000]).block).not.toEqual(run(8, [5000]).block)
  })

  it('fills the tank with the valve shut, drains it with the valve open, and stays within its walls', () => {
    const shut = new World(1)
    const open = new World(1)
    shut.valve = 0
    open.valve = 100
    const start = shut.levelM
    for (const world of [shut, open]) for (let i = 0; i < 6; i++) world.advance(10_000)
    expect(shut.levelM).toBeGreaterThan(start + 0.3)
    expect(open.levelM).toBeLessThan(start - 0.2)
    for (const world of [shut, open]) for (let i = 0; i < 60; i++) world.advance(10_000)
    expect(shut.levelM).toBe(4)
    expect(open.levelM).toBeGreaterThanOrEqual(0)
  })

  it('keeps all readings finite and plausible over an hour', () => {
    const world = new World(3)
    for (let s = 0; s < 3600; s += 10) {
      world.advance(10_000)
      const { pump } = world
      const readings = [pump.currentA, pump.bearingC, pump.velocityMmS, pump.load, world.levelM, world.waterC, world.hallC, world.humidity, world.compressorBar, world.powerKw]
      for (const reading of readings) expect(reading).toSatisfy(Number.isFinite)
      expect(pump.wear).toBeLessThanOrEqual(1)
      expect(world.compressorBar).toBeGreaterThan(6)
      expect(world.compressorBar).toBeLessThan(8)
    }
  })

  it('goes on from where it stood after a long pause of the machine', () => {
    const world = new World(1)
    world.advance(3_600_000)
    expect(world.timeMs).toBeLessThanOrEqual(10_000)
  })

  it('shows an outer race fault at the frequency that the geometry gives', () => {
    const world = new World(1)
    for (let i = 0; i < 12; i++) world.advance(10_000)
    const bpfo = faultFrequencies(pumpBearing).bpfo * 45
    const near = (hz: number) => Math.max(...[-3, -2, -1, 0, 1, 2, 3].map((d) => amplitude(world.pump.block, hz + d)))
    expect(near(bpfo)).toBeGreaterThan(1.5 * near(bpfo * 1.25))
  })
})

describe('the manual clock', () => {
  it('calls back in the order of time and not after it was stopped', () => {
    const clock = new ManualClock(1000)
    const calls: string[] = []
    const stop = clock.every(30, () => calls.push(`a${clock.now()}`))
    clock.every(50, () => calls.push(`b${clock.now()}`))
    clock.advance(70)
    stop()
    clock.advance(40)
    expect(calls).toEqual(['a30', 'b50', 'a60', 'b100'])
    expect(clock.time()).toBe(1110)
  })
})
