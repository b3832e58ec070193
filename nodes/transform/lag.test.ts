import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ExampleSample, Static } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './lag.ts'

type Config = Static<typeof node.config>
const base: Config = { by: 'readings', readings: 1, agoS: 60, interpolation: 'last', maxGapS: 3600, maxReadings: 10_000 }
const run = (config: Partial<Config>, input: ExampleSample[]) => runExample(node, { title: '', config: { ...base, ...config }, in: input, out: [] })
const at = (value: number, time: number, quality?: string): ExampleSample => ({ at: 'value', value, time, ...(quality === undefined ? {} : { quality }) })

const readings = fc
  .array(fc.record({ step: fc.integer({ min: 1, max: 20_000 }), value: fc.integer({ min: -1000, max: 1000 }) }), { minLength: 1, maxLength: 120 })
  .map((list) => {
    let time = 1_700_000_000_000
    return list.map(({ step, value }) => ({ time: (time += step), value }))
  })

test('by readings it is the list, shifted', async () => {
  await fc.assert(
    fc.asyncProperty(readings, fc.integer({ min: 1, max: 70 }), async (list, count) => {
      const { out, ledger } = await run({ readings: count }, list.map((r) => at(r.value, r.time)))
      expect(out).toEqual(list.slice(count).map((r, i) => at(list[i]!.value, r.time)))
      expect(ledger.held).toBe(Math.min(count, list.length))
    }),
    { numRuns: 50 },
  )
})

test('by time it is what a plain search for the two neighbours finds', async () => {
  await fc.assert(
    fc.asyncProperty(readings, fc.integer({ min: 1, max: 120 }), fc.constantFrom<Config['interpolation']>('last', 'linear'), fc.integer({ min: 5, max: 30 }), async (list, agoS, between, maxGapS) => {
      const { out } = await run({ by: 'time', agoS, interpolation: between, maxGapS }, list.map((r) => at(r.value, r.time)))
      const expected = list.flatMap((r) => {
        const then = r.time - agoS * 1000
        const i = list.findLastIndex((x) => x.time <= then)
        if (i < 0) return []
        const [a, b] = [list[i]!, list[i + 1]!]
        if (then > a.time && b.time - a.time > maxGapS * 1000) return [{ at: 'value', value: null, time: r.time, quality: 'BadNoData' }]
        return [at(between === 'linear' ? a.value + ((b.value - a.value) * (then - a.time)) / (b.time - a.time) : a.value, r.time)]
      })
      expect(out.map(({ time, quality }) => ({ time, quality }))).toEqual(expected.map(({ time, quality }: { time: number; quality?: string }) => ({ time, quality })))
      for (const [i, s] of out.entries()) {
        if (s.value === null) expect(expected[i]!.value).toBeNull()
        else expect(s.value as number).toBeCloseTo(expected[i]!.value as number, 8)
      }
    }),
    { numRuns: 50 },
  )
})

describe('what is kept', () => {
  test('is bounded: with more readings than that, then is not known', async () => {
    const { out } = await run({ by: 'time', agoS: 10, maxReadings: 4 }, Array.from({ length: 14 }, (_, i) => at(i, i * 1000)))
    expect(out[0]).toEqual({ at: 'value', value: null, time: 4000, quality: 'BadNoData' })
    expect(out.every((s) => s.value === null && s.quality === 'BadNoData')).toBe(true)
  })

  test('is enough again once readings come more slowly', async () => {
    const slow = [0, 1000, 2000, 3000, 12_000, 22_000, 32_000]
    const { out } = await run({ by: 'time', agoS: 10, maxReadings: 3 }, slow.map((time, i) => at(i, time)))
    expect(out.map((s) => [s.value, s.time])).toEqual([[null, 3000], [2, 12_000], [4, 22_000], [5, 32_000]])
  })

  test('does not grow with the number of readings', () => {
    const state = node.state!(base)
    const ctx = { config: { ...base, readings: 50 }, state, emit: { value: () => undefined }, hold: () => undefined } as unknown as Parameters<NonNullable<typeof node.receive>>[2]
    for (let i = 0; i < 10_000; i++) node.receive!({ tag: 'x', value: i, time: i, quality: 0 }, 'value', ctx)
    expect(state.kept.length).toBeLessThanOrEqual(2 * 50 + 33)
  })
})

test('the line has the worse quality of its ends; next to a bad end there is none', async () => {
  const line = { by: 'time', agoS: 1, interpolation: 'linear' } as const
  expect((await run(line, [at(0, 0), at(10, 2000, 'Uncertain'), at(10, 2500)])).out).toEqual([at(5, 2000, 'Uncertain'), at(7.5, 2500, 'Uncertain')])
  expect((await run(line, [at(0, 0), at(10, 2000, 'BadTimeout')])).out).toEqual([at(0, 2000)])
})

test('a clock that is set back begins anew; what is only late is left out', async () => {
  const { out, ledger } = await run({ by: 'time', agoS: 1, maxGapS: 10 }, [at(1, 100_000), at(2, 101_000), at(9, 100_500), at(5, 50_000), at(6, 51_000)])
  expect(out).toEqual([at(1, 101_000), at(5, 51_000)])
  expect(ledger.dropped).toEqual({ late: 1 })
})

test('what is kept is right for a shorter time, not for a longer one', () => {
  const timed: Config = { ...base, by: 'time' }
  expect(node.carries!(base, { ...base, agoS: 5 })).toBe(true)
  expect(node.carries!(base, { ...base, readings: 2 })).toBe(false)
  expect(node.carries!(timed, { ...timed, agoS: 5, interpolation: 'linear', maxGapS: 4 })).toBe(true)
  expect(node.carries!(timed, { ...timed, agoS: 61 })).toBe(false)
  expect(node.carries!(timed, { ...timed, maxReadings: 5 })).toBe(false)
})
