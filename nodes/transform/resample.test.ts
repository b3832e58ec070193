// Points against a plain reckoning with all readings at hand; order of arrival, silence, gaps and what waits.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ExampleSample, Static } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './resample.ts'

type Config = Static<typeof node.config>
const none = { model: () => undefined }
const base: Config = { periodS: 1, interpolation: 'last', maxGapS: 60, onGap: 'bad', whileSilent: false, latenessS: 0 }
const run = (config: Partial<Config>, input: ExampleSample[]) => runExample(node, { title: '', config: { ...base, ...config }, in: input, out: [] })
const at = (value: number, time: number, quality?: string): ExampleSample => ({ at: 'value', value, time, ...(quality === undefined ? {} : { quality }) })
const missing = (time: number) => ({ at: 'value', value: null, time, quality: 'BadNoData' })

interface Reading {
  readonly time: number
  readonly value: number
}
const readings = fc
  .array(fc.record({ step: fc.integer({ min: 1, max: 8000 }), value: fc.integer({ min: -1000, max: 1000 }) }), { minLength: 1, maxLength: 40 })
  .map((list) => {
    let time = 1_700_000_000_000
    return list.map(({ step, value }): Reading => ({ time: (time += step), value }))
  })
const interpolations = fc.constantFrom<Config['interpolation']>('last', 'linear', 'nearest')

/** The value at a point with all readings at hand; null: nothing is known. */
function valueAt(list: readonly Reading[], interpolation: Config['interpolation'], gap: number, point: number): number | null {
  const a = list.findLast((r) => r.time <= point)!
  const b = list.find((r) => r.time > point)
  if (a.time === point) return a.value
  if (interpolation === 'last') return point - a.time <= gap ? a.value : null
  if (interpolation === 'linear') return b !== undefined && b.time - a.time <= gap ? a.value + ((b.value - a.value) * (point - a.time)) / (b.time - a.time) : null
  const near = b !== undefined && b.time - point < point - a.time ? b : a
  return Math.abs(near.time - point) <= gap ? near.value : null
}
function expected(list: readonly Reading[], { interpolation, maxGapS, periodS, onGap }: Config): { time: number; value: number | null }[] {
  const period = periodS * 1000
  const points: { time: number; value: number | null }[] = []
  for (let time = Math.ceil(list[0]!.time / period) * period; time <= list.at(-1)!.time; time += period) {
    const value = valueAt(list, interpolation, maxGapS * 1000, time)
    if (value !== null || onGap === 'bad') points.push({ time, value })
  }
  return points
}

describe('points', () => {
  const settings = fc.record({ interpolation: interpolations, onGap: fc.constantFrom<Config['onGap']>('bad', 'nothing'), maxGapS: fc.integer({ min: 1, max: 9 }), periodS: fc.constantFrom(0.25, 1, 3), whileSilent: fc.boolean() })

  test('are those of a plain reckoning with all readings at hand', async () => {
    await fc.assert(
      fc.asyncProperty(readings, settings, async (list, config) => {
        const { out, ledger } = await run(config, list.map((r) => at(r.value, r.time)))
        const want = expected(list, { ...base, ...config })
        expect(out.map((s) => [s.time, s.quality ?? 'Good'])).toEqual(want.map((w) => [w.time, w.value === null ? 'BadNoData' : 'Good']))
        for (const [i, { value }] of want.entries()) {
          if (value === null) expect(out[i]!.value).toBeNull()
          else expect(out[i]!.value as number).toBeCloseTo(value, 8)
        }
        expect(ledger.held).toBe(list.length)
      }),
      { numRuns: 100 },
    )
  })

  test('are the same in any order of arrival that the wait for late readings allows', async () => {
    const shuffled = readings.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list.slice(1), { minLength: list.length - 1 })))
    await fc.assert(
      fc.asyncProperty(shuffled, interpolations, async ([list, later], interpolation) => {
        const { out } = await run({ interpolation, latenessS: 1000 }, [list[0]!, ...later].map((r) => at(r.value, r.time)))
        expect(out.map((s) => s.time)).toEqual(expected(list, { ...base, interpolation }).map((w) => w.time))
        for (const [i, { value }] of expected(list, { ...base, interpolation }).entries()) expect(out[i]!.value as number).toBeCloseTo(value!, 8)
      }),
      { numRuns: 60 },
    )
  })
})

test('a line waits until no late reading can come between its ends', async () => {
  const { out } = await run({ interpolation: 'linear', latenessS: 2 }, [at(0, 0), at(4, 4000), at(9, 2500), at(5, 7000)])
  expect(out.slice(0, 3)).toEqual([at(0, 0), at(3.5999999999999996, 1000), at(7.2, 2000)].map((s) => ({ ...s, value: expect.closeTo(s.value as number, 9) })))
})

describe('a silent tag', () => {
  /** A second tag moves event time on. */
  const other = (time: number): ExampleSample => ({ ...at(0, time), tag: 'other' })
  const ofX = async (config: Partial<Config>, input: ExampleSample[]) => (await run(config, input)).out.filter((s) => s.tag === undefined)

  test('goes on with its last value, then as bad', async () => {
    expect(await ofX({ maxGapS: 2, whileSilent: true }, [at(1, 0), other(4500)])).toEqual([at(1, 0), at(1, 1000), at(1, 2000), missing(3000), missing(4000)])
    expect(await ofX({ maxGapS: 2, whileSilent: true, onGap: 'nothing' }, [at(1, 0), other(4500)])).toEqual([at(1, 0), at(1, 1000), at(1, 2000)])
    expect(await ofX({ maxGapS: 2, whileSilent: true, interpolation: 'linear' }, [at(1, 0), other(1500), other(4500)])).toEqual([at(1, 0), missing(1000), missing(2000), missing(3000), missing(4000)])
    expect(await ofX({ maxGapS: 2, whileSilent: true, interpolation: 'nearest' }, [at(1, 0), other(5500), other(6000)])).toEqual([at(1, 0), at(1, 1000), at(1, 2000), missing(3000), missing(4000)])
  })

  test('gives a nearest point as soon as no reading could be nearer', async () => {
    expect(await ofX({ whileSilent: true, interpolation: 'nearest' }, [at(1, 0), other(1900), other(2500)])).toEqual([at(1, 0), at(1, 1000)])
  })

  test('waits for its next reading when it shall not go on', async () => {
    expect(await ofX({ maxGapS: 2 }, [at(1, 0), other(4500)])).toEqual([at(1, 0)])
    expect(await ofX({ maxGapS: 2 }, [at(1, 0), other(4500), at(2, 5000)])).toEqual([at(1, 0), at(1, 1000), at(1, 2000), missing(3000), missing(4000), at(2, 5000)])
  })

  test('whose reading comes when later points were given counts from the next one on', async () => {
    expect(await ofX({ whileSilent: true }, [at(1, 0), other(2500), at(7, 1500), other(3500)])).toEqual([at(1, 0), at(1, 1000), at(1, 2000), at(7, 3000)])
  })
})

test('a gap of a year gives a bounded number of bad points, then the readings again', async () => {
  const year = 366 * 86_400_000
  for (const whileSilent of [true, false]) {
    for (const interpolation of ['last', 'linear', 'nearest'] as const) {
      const { out } = await run({ maxGapS: 1, whileSilent, interpolation }, [at(1, 0), at(2, year), at(3, year + 1000)])
      expect(out.filter((s) => s.value === null)).toHaveLength(1000)
      expect(out.slice(-2).map((s) => [s.value, s.time])).toEqual([[2, year], [3, year + 1000]])
    }
  }
})

test('a fast source keeps two readings for each point that waits', () => {
  const state = node.state!(base)
  const ctx = { config: { ...base, latenessS: 10 }, state, hold: () => undefined, wakeAtWatermark: () => undefined } as unknown as Parameters<NonNullable<typeof node.receive>>[2]
  for (let i = 0; i < 10_000; i++) node.receive!({ tag: 'x', value: i, time: i, quality: 0 }, 'value', ctx)
  expect(state.kept.length).toBeLessThanOrEqual(2 * 10 + 1)
})

test('a line has the worse quality of its ends, and none where one is bad', async () => {
  const { out } = await run({ interpolation: 'linear' }, [at(0, 0), at(2, 2000, 'Uncertain'), at(4, 4000), at(9, 6000, 'BadTimeout'), at(8, 8000)])
  expect(out).toEqual([at(0, 0), at(1, 1000, 'Uncertain'), at(2, 2000, 'Uncertain'), at(3, 3000, 'Uncertain'), at(4, 4000), { ...missing(5000), quality: 'BadTimeout' }, at(9, 6000, 'BadTimeout'), { ...missing(7000), quality: 'BadTimeout' }, at(8, 8000)])
})

test('one time counts once: a repeated reading is left out, another one replaces it', async () => {
  const { out, ledger } = await run({}, [at(1, 0), at(1, 500), at(1, 500), at(2, 500), at(3, 1500), at(9, -5)])
  expect(out).toEqual([at(1, 0), at(2, 1000)])
  expect(ledger.dropped).toEqual({ duplicate: 1, late: 1 })
})

test('a gap of more points than can be given at once is refused; readings that wait are right for any interpolation', () => {
  expect(node.check!({ ...base, periodS: 0.001, maxGapS: 101 }, none).map((f) => f.field)).toEqual(['/maxGapS'])
  expect(node.check!({ ...base, periodS: 0.001, maxGapS: 100 }, none)).toEqual([])
  expect(node.carries!(base, { ...base, interpolation: 'linear', maxGapS: 3, onGap: 'nothing', whileSilent: true, latenessS: 4 })).toBe(true)
  expect(node.carries!(base, { ...base, periodS: 2 })).toBe(false)
})
