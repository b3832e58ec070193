// What examples cannot show: the bound on the error for any stream, timers, and what a changed config may keep.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sample, withDefaults, type Context, type ExampleSample, type Sample } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './swinging-door.ts'

type Config = Parameters<NonNullable<typeof node.state>>[0]
const config = (some: Partial<Config>): Config => withDefaults(node.config, { deviation: 1, maxSilenceS: 0, ...some }) as Config
const run = (some: Partial<Config>, input: readonly (readonly [time: number, value: number, more?: Partial<ExampleSample>])[]) =>
  runExample(node, { title: '', config: config(some), in: input.map(([time, value, more]) => ({ at: 'value', value, time, ...more })), out: [] })
const points = (out: readonly ExampleSample[]) => out.map((s) => [s.time, s.value])

const stream = (times: fc.Arbitrary<number>, values: fc.Arbitrary<number>) =>
  fc.array(fc.record({ step: times, value: values }), { minLength: 1, maxLength: 200 }).map((list) => {
    let time = 0
    return list.map(({ step, value }) => [(time += step), value] as const)
  })
const walk = stream(fc.integer({ min: 1, max: 5000 }), fc.oneof(fc.double({ min: -5, max: 5, noNaN: true }), fc.integer({ min: -3, max: 3 })))

/** The farthest that a reading is from the line through the points, each of which must be a reading. */
function worst(readings: readonly (readonly [number, number])[], out: readonly ExampleSample[]): number {
  const values = new Map(readings)
  let farthest = 0
  let i = 0
  for (const p of out) expect(values.get(p.time)).toBe(p.value)
  for (const [time, value] of readings) {
    while (i + 1 < out.length && out[i + 1]!.time <= time) i++
    const a = out[i]!
    const b = out[i + 1] ?? a
    const line = time === a.time ? (a.value as number) : (a.value as number) + ((b.value as number) - (a.value as number)) * ((time - a.time) / (b.time - a.time))
    farthest = Math.max(farthest, Math.abs(line - value))
  }
  return farthest
}

describe('straight lines between the points that leave', () => {
  test('are within the deviation of every reading, the last of which leaves too', async () => {
    await fc.assert(
      fc.asyncProperty(walk, fc.constantFrom(0, 0.1, 1, 4), fc.constantFrom(0, 3, 60), async (readings, deviation, maxSilenceS) => {
        const { out, ledger } = await run({ deviation, maxSilenceS }, readings)
        expect(worst(readings, out)).toBeLessThanOrEqual(deviation + 1e-9)
        expect(out.at(-1)!.time).toBe(readings.at(-1)![0])
        expect(out.length + (ledger.dropped['compressed'] ?? 0)).toBe(readings.length)
      }),
      { numRuns: 150 },
    )
  })

  test('keep to it in percent of the range', async () => {
    await fc.assert(
      fc.asyncProperty(walk, async (readings) => {
        const { out } = await run({ mode: 'percent', percent: 10, low: -5, high: 5 }, readings)
        expect(worst(readings, out)).toBeLessThanOrEqual(1 + 1e-9)
      }),
      { numRuns: 50 },
    )
  })

  test('are no farther apart than the longest silence, where readings are not', async () => {
    await fc.assert(
      fc.asyncProperty(stream(fc.integer({ min: 1, max: 2000 }), fc.constant(7)), async (readings) => {
        const { out } = await run({ maxSilenceS: 10 }, readings)
        for (const [i, p] of out.entries()) if (i > 0) expect(p.time - out[i - 1]!.time).toBeLessThanOrEqual(10_000)
      }),
      { numRuns: 50 },
    )
  })

  test('become two points of a noisy ramp', async () => {
    const ramp = Array.from({ length: 1000 }, (_, i) => [i * 1000, i * 0.25 + 0.4 * Math.sin(i * 7)] as const)
    const { out } = await run({}, ramp)
    expect(out).toHaveLength(2)
  })

  test('close on slopes too large for a number', async () => {
    const readings = [[0, -1.7e308], [1, 1.7e308], [2, 1.7e308], [3, 5], [4, 5]] as const
    const { out } = await run({}, readings)
    expect(points(out)).toEqual([[0, -1.7e308], [1, 1.7e308], [2, 1.7e308], [3, 5], [4, 5]])
  })
})

test('the held reading leaves on the gateway clock, whose time is not the source time', async () => {
  const { out } = await runExample(node, {
    title: '', config: config({ maxSilenceS: 60 }),
    in: [
      { at: 'value', tag: 'now', value: 0, time: 100_000 },
      { at: 'value', tag: 'slow', value: 1, time: 0 },
      { at: 'value', tag: 'slow', value: 1, time: 20_000 },
      { at: 'value', tag: 'now', value: 0, time: 139_000, quality: 'Bad' },
      { at: 'value', tag: 'now', value: 0, time: 141_000, quality: 'Bad' },
    ],
    out: [],
  })
  expect(out.map((s) => [s.tag, s.time])).toEqual([['now', 100_000], ['slow', 0], ['now', 139_000], ['slow', 20_000], ['now', 141_000]])
})

test('readings that were stored and come all at once are no farther apart than the longest silence, with no timer yet due', () => {
  type Memory = ReturnType<NonNullable<typeof node.state>>
  const full = config({ maxSilenceS: 10 })
  const times: number[] = []
  const ctx = { config: full, state: node.state!(full), now: 0, emit: { value: (s: Sample) => void times.push(s.time) }, drop: () => undefined, hold: () => undefined, wakeAt: () => undefined, wakeAtWatermark: () => undefined }
  for (const time of [0, 4000, 9000, 12_000, 19_000, 19_500, 50_000, 51_000]) node.receive!(sample('x', 7, time), 'value', ctx as unknown as Context<Config, Memory>)
  expect(times).toEqual([0, 9000, 12_000, 19_500, 50_000])
})

describe('what else comes', () => {
  test('a change between good and uncertain leaves both sides of it', async () => {
    const { out } = await run({ deviation: 100 }, [[0, 1], [1000, 2], [2000, 3], [3000, 4, { quality: 'Uncertain' }], [4000, 5, { quality: 'Uncertain' }], [5000, 6]])
    expect(points(out)).toEqual([[0, 1], [2000, 3], [3000, 4], [4000, 5], [5000, 6]])
  })

  test('a duplicate of the held reading and of the last point is left out, another value at the same time passes', async () => {
    const { out, ledger } = await run({}, [[0, 1], [0, 1], [1000, 1], [1000, 1], [1000, 4], [2000, 1]])
    expect(points(out)).toEqual([[0, 1], [1000, 4], [2000, 1]])
    expect(ledger.dropped).toEqual({ duplicate: 2, compressed: 1 })
  })

  test('a late reading changes nothing of what follows', async () => {
    const readings = [[0, 0], [1000, 1], [2000, 5], [3000, 9], [4000, 9]] as const
    const { out } = await run({}, readings)
    const { out: mixed } = await run({}, [...readings.slice(0, 3), [500, -50], ...readings.slice(3)])
    expect(mixed.filter((s) => s.value !== -50)).toEqual(out)
    expect(mixed.filter((s) => s.value === -50)).toHaveLength(1)
  })

  test('a reading that closes the door within the shortest interval is left out with the rest', async () => {
    const { out, ledger } = await run({ minIntervalS: 5 }, [[0, 0], [6000, 0], [7000, 50], [12_000, 0]])
    expect(points(out)).toEqual([[0, 0], [6000, 0], [12_000, 0]])
    expect(ledger.dropped).toEqual({ soon: 1 })
  })
})

test('state goes on under another shortest interval, and not under another deviation or silence', () => {
  const carries = (to: Partial<Config>) => node.carries!(config({}), config(to))
  expect(carries({ minIntervalS: 9 })).toBe(true)
  expect(carries({ mode: 'percent', percent: 1, low: 0, high: 100 })).toBe(true)
  expect(carries({ deviation: 2 })).toBe(false)
  expect(carries({ maxSilenceS: 60 })).toBe(false)
})
