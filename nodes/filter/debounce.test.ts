// Against a plain reading of the rule, run by run, and what examples cannot show: clocks, late samples, other kinds.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withDefaults, type ExampleSample, type JsonValue } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './debounce.ts'

type Config = Parameters<NonNullable<typeof node.state>>[0]
const config = (some: Partial<Config>): Config => withDefaults(node.config, some) as Config
const run = (some: Partial<Config>, input: readonly Omit<ExampleSample, 'at'>[]) => runExample(node, { title: '', config: config(some), in: input.map((s) => ({ at: 'value', ...s })), out: [] })
const leaves = (out: readonly ExampleSample[]) => out.map((s) => [s.time, s.value])

type Reading = { readonly time: number; readonly value: JsonValue }
function naive(readings: readonly Reading[], delayOf: (value: JsonValue) => number): unknown[] {
  const out: unknown[] = []
  const runs: Reading[][] = []
  for (const r of readings) {
    const last = runs.at(-1)
    if (last?.[0]!.value === r.value) last.push(r)
    else runs.push([r])
  }
  let stable: JsonValue | undefined
  for (const [i, list] of runs.entries()) {
    const { time, value } = list[0]!
    const until = runs[i + 1]?.[0]!.time ?? readings.at(-1)!.time
    const passesAt = time + delayOf(value)
    const waits = value !== stable && passesAt > time
    if (waits && passesAt > until) continue
    if (waits) out.push([passesAt, value])
    stable = value
    for (const r of list) if (!waits || r.time >= passesAt) out.push([r.time, value])
  }
  return out
}

const readings = (value: fc.Arbitrary<JsonValue>) =>
  fc.array(fc.record({ step: fc.integer({ min: 1, max: 20 }), value }), { minLength: 1, maxLength: 80 }).map((list) => {
    let time = 0
    return list.map(({ step, value }) => ({ time: (time += step), value }))
  })

describe('what leaves', () => {
  test.each<[string, fc.Arbitrary<JsonValue>]>([['true and false', fc.boolean()], ['states', fc.constantFrom('a', 'b', 'c')], ['numbers', fc.constantFrom(1, 2)]])('are the %s that stood for long enough', async (_what, value) => {
    await fc.assert(
      fc.asyncProperty(readings(value), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }), fc.boolean(), async (list, on, off, separate) => {
        const { out } = await run({ delayS: on / 1000, separate, offDelayS: off / 1000 }, list)
        expect(leaves(out)).toEqual(naive(list, (v) => (separate && v === false ? off : on)))
      }),
      { numRuns: 150 },
    )
  })
})

test('a value passes by the gateway clock when the source is silent, its own clock an hour slow', async () => {
  const { out } = await run({ delayS: 5 }, [
    { tag: 'now', value: 1, time: 3_600_000, quality: 'Bad' },
    { tag: 'slow', value: true, time: 0 },
    { tag: 'now', value: 2, time: 3_604_999, quality: 'Bad' },
    { tag: 'now', value: 3, time: 3_605_001, quality: 'Bad' },
  ])
  expect(out.map((s) => [s.tag, s.time, s.value])).toEqual([['now', 3_600_000, 1], ['now', 3_604_999, 2], ['slow', 5000, true], ['now', 3_605_001, 3]])
})

test('late samples count as if they were the newest: a wait under way goes on, another value breaks it', async () => {
  const { out } = await run({ delayS: 2 }, [{ value: 1, time: 10_000 }, { value: 1, time: 3000 }, { value: 1, time: 12_000 }])
  expect(leaves(out)).toEqual([[12_000, 1], [12_000, 1]])
  const broken = await run({ delayS: 2 }, [{ value: 1, time: 10_000 }, { value: 2, time: 3000 }, { value: 1, time: 11_000 }, { value: 1, time: 12_999 }])
  expect(leaves(broken.out)).toEqual([])
})

test('a bad sample ends a wait and leaves the value that stood', async () => {
  const { out } = await run({ delayS: 1 }, [
    { value: false, time: 0 },
    { value: true, time: 1500 },
    { value: true, time: 2000, quality: 'Bad' },
    { value: false, time: 2100 },
    { value: true, time: 2200 },
    { value: true, time: 3100 },
    { value: true, time: 3300 },
  ])
  expect(out.map((s) => [s.time, s.value, s.quality ?? 'Good'])).toEqual([[1000, false, 'Good'], [2000, true, 'Bad'], [2100, false, 'Good'], [3200, true, 'Good'], [3300, true, 'Good']])
})

test('vectors and records wait by what is in them', async () => {
  const { out } = await run({ delayS: 1 }, [0, 500, 1000].map((time) => ({ value: { mode: [1, 2] }, time })))
  expect(out.map((s) => s.time)).toEqual([1000, 1000])
})

test('bounces are counted', async () => {
  const { ledger } = await run({ delayS: 1 }, [1, 2, 3, 3, 4].map((value, i) => ({ value, time: i * 10 })))
  expect(ledger).toMatchObject({ held: 1, dropped: { bounced: 3, waiting: 1 } })
})

test('a wait under way ends as it began', () => {
  expect(node.carries!(config({}), config({ delayS: 60, separate: true }))).toBe(true)
})
