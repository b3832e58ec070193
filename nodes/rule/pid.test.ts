// What examples cannot show: a simulated process under control, limits, bumps, and a naive reference of the algorithm.
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { Quality, sample, withDefaults, type Context, type Sample, type Value } from '#kit'
import pid from './pid.ts'

type Config = Parameters<NonNullable<typeof pid.carries>>[0]
type Memory = ReturnType<NonNullable<typeof pid.state>>

/** One controller; `config` may change under it, as a deploy does. */
function bench(config: Partial<Config>) {
  const said: Sample[] = []
  const drops: string[] = []
  const clock = { now: 0, wake: Number.POSITIVE_INFINITY }
  const unused = (): never => {
    throw new Error('not used by this node')
  }
  const full = withDefaults(pid.config, config) as Config
  const ctx: { -readonly [K in keyof Context<Config, Memory>]: Context<Config, Memory>[K] } = {
    config: full, state: pid.state!(full), tag: '', watermark: 0, due: 'now', now: 0,
    emit: { output: (s) => void said.push(s) },
    drop: (reason) => void drops.push(reason),
    wakeAt: (time) => void (clock.wake = time),
    hold: () => undefined,
    alarm: unused, fail: unused, done: unused, forget: unused, wakeAtWatermark: unused, log: unused,
  }
  const b = {
    said, drops, ctx,
    feed(at: string, value: Value, s: number, quality: number = Quality.good): number | undefined {
      b.pass(s)
      const before = said.length
      pid.receive!(sample('PV', value, s * 1000, quality), at, ctx)
      return said.length > before ? (said.at(-1)!.value as number) : undefined
    },
    pass(s: number) {
      while (clock.wake <= s * 1000) {
        ctx.now = clock.wake
        clock.wake = Number.POSITIVE_INFINITY
        pid.tick!(ctx)
      }
      ctx.now = s * 1000
    },
    act: (name: string, args: Record<string, unknown> = {}) => pid.acts![name]!(ctx, { tag: undefined, args }),
    set: (next: Partial<Config>) => void (ctx.config = { ...(ctx.config as Config), ...next }),
    output: () => said.at(-1)!.value as number,
  }
  return b
}

/** First order with dead time: gain 2, 10 s, 2 s; sampled each 0.1 s. */
function process(start = 0) {
  const line = Array.from({ length: 20 }, () => start / 2)
  let y = start
  return (u: number, disturbance = 0): number => {
    line.push(u)
    y += (0.1 / 10) * (2 * (line.shift()! + disturbance) - y)
    return y
  }
}

/** Tuned by AMIGO (Åström and Hägglund, 2006, 7.5) for that process. */
const tuned = { gain: 1.225, integralS: 5.87, derivativeS: 0.943, low: 0, high: 100 } as const

function loop(b: ReturnType<typeof bench>, setpoint: number, seconds: number, options: { readonly from?: number; readonly y?: number; readonly step?: ReturnType<typeof process>; readonly disturbance?: number } = {}): { readonly trace: number[]; readonly y: number } {
  const { from = 0, step = process(), disturbance = 0 } = options
  let y = options.y ?? 0
  const trace: number[] = []
  b.feed('setpoint', setpoint, from)
  for (let i = 1; i <= seconds * 10; i++) {
    const u = b.feed('value', y, from + i / 10)!
    expect(u).toBeGreaterThanOrEqual(0)
    expect(u).toBeLessThanOrEqual(100)
    y = step(u, disturbance)
    trace.push(y)
  }
  return { trace, y }
}

describe('a process of first order with dead time', () => {
  test.each([['standard', tuned], ['parallel', { form: 'parallel', gain: 1.225, integralGain: 1.225 / 5.87, derivativeGain: 1.225 * 0.943, low: 0, high: 100 }]] as const)('%s form: a step settles, without much overshoot', (_form, config) => {
    const { trace } = loop(bench(config), 50, 120)
    expect(Math.max(...trace)).toBeLessThan(50 * 1.2)
    for (const y of trace.slice(600)) expect(Math.abs(y - 50)).toBeLessThan(0.05)
  })

  test('less setpoint weight overshoots less', () => {
    const peak = (weight: number): number => Math.max(...loop(bench({ ...tuned, weight }), 50, 120).trace)
    expect(peak(0)).toBeLessThan(50 * 1.05)
    expect(peak(0)).toBeLessThan(peak(1))
  })

  test('a disturbance is worked off', () => {
    const step = process()
    const b = bench(tuned)
    const first = loop(b, 50, 60, { step })
    const { trace } = loop(b, 50, 120, { from: 60, step, y: first.y, disturbance: 10 })
    expect(Math.max(...trace)).toBeGreaterThan(52)
    expect(Math.abs(trace.at(-1)! - 50)).toBeLessThan(0.01)
  })

  test('direct action cools', () => {
    const step = process()
    const b = bench({ ...tuned, action: 'direct' })
    // The process turned over: its output falls as the controller's rises.
    let y = 100
    b.feed('setpoint', 50, 0)
    for (let i = 1; i <= 1200; i++) y = 100 - step(b.feed('value', y, i / 10)!)
    expect(Math.abs(y - 50)).toBeLessThan(0.05)
  })

  test.each(['back', 'clamp'] as const)('windup is recovered from: %s', (windup) => {
    const overshoot = (config: Partial<Config>): number => {
      const step = process()
      const b = bench({ ...tuned, high: 100, windup, ...config })
      // A setpoint out of reach for five minutes: the output stands at its limit.
      const first = loop(b, 300, 300, { step })
      expect(b.output()).toBe(100)
      const { trace } = loop(b, 100, 60, { from: 300, step, y: first.y })
      // From 200 down to 100: with windup the output would stay at its limit for minutes.
      expect(trace.findIndex((y) => y < 110) / 10).toBeLessThan(25)
      return Math.abs(trace.at(-1)! - 100)
    }
    expect(overshoot({})).toBeLessThan(1)
  })

  test('tracking: what another one holds back does not wind up either', () => {
    const b = bench({ ...tuned, derivativeS: 0, trackS: 5 })
    b.feed('setpoint', 50, 0)
    for (let i = 1; i <= 3000; i++) {
      b.feed('value', 20, i / 10)
      b.feed('tracking', 30, i / 10)
    }
    // At rest what it asks for stands off by the error's share: trackS / integralS * gain * error.
    expect(Math.abs(b.output() - (30 + (5 * 1.225 * 30) / 5.87))).toBeLessThan(0.5)
  })
})

describe('no bumps', () => {
  const steady = (): ReturnType<typeof bench> => {
    const b = bench({ ...tuned, start: 10 })
    b.feed('setpoint', 52, 0)
    for (let i = 0; i < 50; i++) b.feed('value', 50, i)
    return b
  }

  test('from auto to manual and back', () => {
    const b = steady()
    const before = b.output()
    b.feed('auto', false, 50)
    expect(Math.abs(b.feed('value', 50, 50)! - before)).toBeLessThan(1e-9)
    expect(b.feed('manual', 33, 51)).toBe(33)
    for (let i = 52; i < 80; i++) expect(b.feed('value', 50, i)).toBe(33)
    b.feed('auto', true, 80)
    expect(Math.abs(b.feed('value', 50, 81)! - 33)).toBeLessThan(1e-9)
    expect(b.feed('value', 50, 82)! - 33).toBeCloseTo((1.225 / 5.87) * 2, 9)
  })

  test('by act, with an output of its own and without', () => {
    const b = steady()
    const before = b.output()
    b.act('manual')
    expect(b.feed('value', 50, 50)).toBe(before)
    b.act('manual', { output: 200 })
    expect(b.output()).toBe(100)
    b.act('manual', { output: 44 })
    b.act('auto')
    expect(Math.abs(b.feed('value', 50, 51)! - 44)).toBeLessThan(1e-9)
  })

  test.each([{ gain: 5 }, { integralS: 100 }, { derivativeS: 20 }, { weight: 0 }, { form: 'parallel' as const, integralGain: 0.1 }, { gain: 0.1, integralS: 3, derivativeS: 0 }])('when the settings become %o', (next) => {
    const b = steady()
    const before = b.output()
    b.set(next)
    expect(Math.abs(b.feed('value', 50, 50)! - before)).toBeLessThan(1e-9)
    expect(b.feed('value', 50, 51)).toBeGreaterThan(before)
  })

  test('after a bad value, and after a gap', () => {
    const b = steady()
    const before = b.output()
    b.feed('value', 1e6, 50, Quality.badSensor)
    expect(b.said.at(-1)).toMatchObject({ value: before, quality: Quality.badSensor })
    expect(Math.abs(b.feed('value', 49, 51)! - before)).toBeLessThan(1e-9)
    b.pass(1000)
    expect(b.said.at(-1)).toMatchObject({ quality: Quality.badTimeout })
    expect(Math.abs(b.feed('value', 45, 1000)! - before)).toBeLessThan(1e-9)
  })

  test('it begins where the actuator is', () => {
    const b = bench({ ...tuned, start: 10 })
    b.feed('tracking', 62, 0)
    b.feed('setpoint', 50, 0)
    expect(Math.abs(b.feed('value', 20, 0)! - 62)).toBeLessThan(1e-9)
  })
})

describe('without knowing', () => {
  test('no setpoint, no output', () => {
    const b = bench({})
    b.feed('value', 1, 0)
    b.feed('value', 1, 1)
    expect(b.said).toEqual([])
  })

  test('a bad setpoint is as a bad value, a hand goes on', () => {
    const b = bench({ ...tuned, start: 20 })
    b.feed('setpoint', 50, 0)
    b.feed('value', 40, 1)
    b.feed('setpoint', null, 2)
    b.feed('value', 40, 3)
    expect(b.said.at(-1)).toMatchObject({ value: 20, quality: Quality.badNoData })
    b.feed('auto', false, 3)
    b.feed('manual', 35, 3)
    b.feed('value', Number.NaN, 4)
    expect(b.said.at(-1)).toMatchObject({ value: 35, quality: Quality.good })
  })

  test('a bad feed-forward holds and makes uncertain; a bad auto changes nothing', () => {
    const b = bench({ ...tuned, start: 20 })
    b.feed('setpoint', 50, 0)
    b.feed('value', 50, 1)
    b.feed('feedforward', 5, 2)
    expect(b.feed('value', 50, 2)).toBeCloseTo(25, 9)
    b.feed('feedforward', 0, 3, Quality.badTimeout)
    b.feed('auto', false, 3, Quality.bad)
    expect(b.feed('value', 50, 3)).toBeCloseTo(25, 9)
    expect(b.said.at(-1)!.quality).toBe(Quality.uncertainLastUsable)
  })

  test('back to auto with a value that has gone: it is noticed', () => {
    const b = bench({ ...tuned, staleAfterS: 10 })
    b.feed('setpoint', 50, 0)
    b.feed('value', 40, 0)
    b.feed('auto', false, 1)
    b.pass(100)
    expect(b.said).toHaveLength(1)
    b.feed('auto', true, 100)
    b.pass(110)
    expect(b.said.at(-1)).toMatchObject({ quality: Quality.badTimeout, time: 110_000 })
  })

  test('values that come too soon, again, or backward are left out', () => {
    const b = bench({ ...tuned, intervalS: 1 })
    b.feed('setpoint', 50, 0)
    for (const s of [0, 0.5, 0.9999, 1, 1, 0.5]) b.feed('value', 40, s)
    expect(b.said.map((s) => s.time)).toEqual([0, 1000])
    expect(b.drops).toEqual(['sooner', 'sooner', 'late', 'late'])
  })
})

test('inside of its limits it is the textbook sum', () => {
  const step = fc.record({ h: fc.double({ min: 0.1, max: 5, noNaN: true }), y: fc.double({ min: 40, max: 60, noNaN: true }) })
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 40 }), fc.double({ min: 0.1, max: 3, noNaN: true }), fc.double({ min: 5, max: 100, noNaN: true }), fc.double({ min: 0, max: 5, noNaN: true }), (steps, gain, integralS, derivativeS) => {
      const b = bench({ gain, integralS, derivativeS, low: -1e6, high: 1e6, weight: 0.7 })
      b.feed('setpoint', 50, 0)
      let s = 0
      let y = 0
      let i = 0
      let d = 0
      for (const [n, next] of steps.entries()) {
        s = Math.round((s + next.h) * 1000) / 1000
        const h = s - (b.said.length > 0 ? b.said.at(-1)!.time / 1000 : s)
        const n_ = derivativeS / 10
        if (n === 0) i = -gain * (0.7 * 50 - next.y)
        else {
          d = derivativeS === 0 ? 0 : (n_ / (n_ + h)) * d - ((gain * derivativeS) / (n_ + h)) * (next.y - y)
          i += (gain / integralS) * (50 - next.y) * h
        }
        y = next.y
        expect(Math.abs(b.feed('value', y, s)! - (gain * (0.7 * 50 - y) + i + d))).toBeLessThan(1e-6)
      }
    }),
  )
})

test('limits and values outside of them are refused', () => {
  const faults = (config: Partial<Config>) => pid.check!(withDefaults(pid.config, config) as Config, { model: () => undefined }).map((f) => f.field)
  expect(faults({})).toEqual([])
  expect(faults({ low: 5, high: 5, start: 5, badOutput: 5 })).toEqual(['/high'])
  expect(faults({ start: 101, badOutput: -1 })).toEqual(['/start', '/badOutput'])
  expect(faults({ intervalS: 30, staleAfterS: 30 })).toEqual(['/staleAfterS'])
})
