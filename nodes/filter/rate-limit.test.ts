// Against a token bucket that is filled millisecond by millisecond, and what examples cannot show: timers and clocks.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Quality, sample, withDefaults, type Context, type Sample } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './rate-limit.ts'

type Config = Parameters<NonNullable<typeof node.state>>[0]
type Memory = ReturnType<NonNullable<typeof node.state>>
const config = (some: Partial<Config>): Config => withDefaults(node.config, some) as Config
const run = (some: Partial<Config>, times: readonly number[]) =>
  runExample(node, { title: '', config: config(some), in: times.map((time, value) => ({ at: 'value', value, time })), out: [] })

/** Credit of 1 a ms; a reading costs the spacing. Values of those that pass. */
function bucket(times: readonly number[], spacing: number, burst: number, latest: boolean): number[] {
  const out: number[] = []
  let credit = burst * spacing
  let held: number | undefined
  let next = 0
  const pass = (i: number): void => {
    credit -= spacing
    out.push(i)
  }
  for (let t = times[0]!; t <= times.at(-1)!; t++) {
    if (t > times[0]!) credit = Math.min(credit + 1, burst * spacing)
    if (held !== undefined && credit >= spacing) {
      pass(held)
      held = undefined
    }
    for (; times[next] === t; next++) {
      if (credit >= spacing) pass(next)
      else if (latest) held = next
    }
  }
  return held === undefined ? out : [...out, held]
}
const rising = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 80 }).map((steps) => {
  let time = 0
  return steps.map((step) => (time += step))
})

describe.each(['first', 'latest'] as const)('keeping the %s', (keep) => {
  test('passes what a token bucket passes', async () => {
    await fc.assert(
      fc.asyncProperty(rising, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 6 }), async (times, spacing, burst) => {
        const { out, ledger } = await run({ readings: 1, periodS: spacing / 1000, burst, keep }, times)
        expect(out.map((s) => s.value)).toEqual(bucket(times, spacing, burst, keep === 'latest'))
        expect(out.length + (ledger.dropped['excess'] ?? 0)).toBe(times.length)
      }),
      { numRuns: 200 },
    )
  })
})

test('the last reading always arrives when the latest waits, at the end of a recording too', async () => {
  const { out } = await run({ readings: 1, periodS: 60 }, [0, 1, 2, 3])
  expect(out.map((s) => s.value)).toEqual([0, 3])
})

/** One tag of the node under a clock of its own. */
function bench(some: Partial<Config>) {
  const full = config({ readings: 1, periodS: 10, ...some })
  const said: number[] = []
  const clock = { now: 0, wake: Number.POSITIVE_INFINITY }
  const unused = (): never => {
    throw new Error('not used by this node')
  }
  const ctx: Context<Config, Memory> = {
    config: full, state: node.state!(full), tag: 'P', watermark: 0, due: 'now',
    get now() {
      return clock.now
    },
    emit: { value: (s: Sample) => void said.push(s.value as number) },
    drop: () => undefined, hold: () => undefined,
    wakeAt: (time) => void (clock.wake = time),
    wakeAtWatermark: () => undefined,
    alarm: unused, fail: unused, done: unused, log: unused, forget: unused,
  }
  /** Timers that are due by then fire first. */
  const until = (now: number): void => {
    if (clock.wake <= now) {
      clock.now = clock.wake
      clock.wake = Number.POSITIVE_INFINITY
      node.tick!(ctx)
    }
    clock.now = now
  }
  return {
    said, until,
    feed(value: number, time: number, now: number, quality: number = Quality.good) {
      until(now)
      node.receive!(sample('P', value, time, quality), 'value', ctx)
    },
  }
}

describe('clocks', () => {
  test('what waits leaves by the gateway clock when the source is silent, its own clock an hour slow', () => {
    const b = bench({})
    b.feed(1, 0, 3_600_000)
    b.feed(2, 4000, 3_604_000)
    b.until(3_609_999)
    expect(b.said).toEqual([1])
    b.until(3_610_000)
    expect(b.said).toEqual([1, 2])
  })

  test.each(['first', 'latest'] as const)('a source whose clock is set back by a day goes on at its rate, keeping the %s', (keep) => {
    const b = bench({ keep })
    const day = 86_400_000
    for (let i = 0; i < 60; i++) b.feed(i, i < 30 ? day + i * 1000 : i * 1000, day + i * 1000)
    expect(b.said).toHaveLength(6)
    const gaps = b.said.map((value, i) => value - (b.said[i - 1] ?? -10))
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(9)
  })

  test('a source whose clock was behind and catches up is limited by its own time again', () => {
    const b = bench({ keep: 'latest' })
    for (let i = 0; i < 100; i++) b.feed(i, 1_000_000 - (i > 0 ? 90_000 - i * 500 : 0), 1_000_000 + i * 1000)
    const before = b.said.length
    // All that was stored arrives at once: its own time counts.
    for (let i = 0; i < 10; i++) b.feed(1000 + i, 1_050_000 + i * 10_000, 1_100_000)
    expect(b.said.length - before).toBeGreaterThanOrEqual(10)
  })

  test('one late reading does not open the limit for those after it', async () => {
    const { out } = await run({ readings: 1, periodS: 10, keep: 'first' }, [100_000, 50_000, 101_000, 51_000, 102_000, 110_000])
    expect(out.map((s) => s.time)).toEqual([100_000, 110_000])
  })
})

test('a change of quality uses up a turn, and no more than the next', async () => {
  const { out } = await runExample(node, {
    title: '', config: config({ readings: 1, periodS: 10, keep: 'first' }),
    in: [
      { at: 'value', value: 1, time: 0 },
      { at: 'value', value: 2, time: 1000, quality: 'Bad' },
      { at: 'value', value: 3, time: 2000 },
      { at: 'value', value: 4, time: 11_999 },
      { at: 'value', value: 5, time: 12_000 },
    ],
    out: [],
  })
  expect(out.map((s) => s.value)).toEqual([1, 2, 3, 5])
})

test('turns go on under what does not count them', () => {
  const carries = (to: Partial<Config>) => node.carries!(config({}), config(to))
  expect(carries({ keep: 'first', qualityAtOnce: false })).toBe(true)
  expect(carries({ readings: 10, periodS: 10 })).toBe(true)
  expect(carries({ periodS: 2 })).toBe(false)
  expect(carries({ burst: 2 })).toBe(false)
})
