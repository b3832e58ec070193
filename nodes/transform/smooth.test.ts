// Each filter against its plain definition, over any spacing of readings; and what ends or spoils a window.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ExampleSample, Static } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './smooth.ts'

type Config = Static<typeof node.config>
const none = { model: () => undefined }
const base: Config = { method: 'mean', over: 'readings', readings: 5, windowS: 10, tauS: 10, order: 2, position: 'newest', model: 'walk', measurementNoise: 1, processNoise: 0.1, maxGapS: 3600 }
const run = (config: Partial<Config>, input: ExampleSample[]) => runExample(node, { title: '', config: { ...base, ...config }, in: input, out: [] })

interface Reading {
  readonly time: number
  readonly value: number
}
/** Rising times, spaced by 1 ms to 20 s. */
const readings = fc
  .array(fc.record({ step: fc.integer({ min: 1, max: 20_000 }), value: fc.integer({ min: -1000, max: 1000 }) }), { minLength: 1, maxLength: 40 })
  .map((list) => {
    let time = 1_700_000_000_000
    return list.map(({ step, value }): Reading => ({ time: (time += step), value }))
  })
const fed = (list: readonly Reading[]): ExampleSample[] => list.map((r) => ({ at: 'value', ...r }))

async function expectAll(config: Partial<Config>, expected: (list: readonly Reading[], i: number) => number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(readings, async (list) => {
      const { out } = await run(config, fed(list))
      expect(out.map((s) => s.time)).toEqual(list.map((r) => r.time))
      for (const [i, s] of out.entries()) expect(s.value as number).toBeCloseTo(expected(list, i), 7)
    }),
    { numRuns: 40 },
  )
}
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2
}
const newest = (n: number) => (list: readonly Reading[], i: number) => list.slice(Math.max(0, i - n + 1), i + 1).map((r) => r.value)
const within = (s: number) => (list: readonly Reading[], i: number) => list.slice(0, i + 1).filter((r) => r.time > list[i]!.time - s * 1000).map((r) => r.value)

describe('each filter is what its textbook says', () => {
  test('moving average', () => expectAll({ readings: 7 }, (list, i) => mean(newest(7)(list, i))))
  test('moving average over time', () => expectAll({ over: 'time', windowS: 30 }, (list, i) => mean(within(30)(list, i))))
  test('moving median', () => expectAll({ method: 'median', readings: 4 }, (list, i) => median(newest(4)(list, i))))
  test('moving median over time', () => expectAll({ method: 'median', over: 'time', windowS: 45 }, (list, i) => median(within(45)(list, i))))
  test('exponential', () =>
    expectAll({ method: 'exponential', tauS: 12 }, (list, n) => {
      let y = list[0]!.value
      for (let i = 1; i <= n; i++) y += (1 - Math.exp((list[i - 1]!.time - list[i]!.time) / 12_000)) * (list[i]!.value - y)
      return y
    }))
  test('Kalman, a random walk', () =>
    expectAll({ method: 'kalman', processNoise: 0.5, measurementNoise: 3 }, (list, n) => {
      let [y, p] = [list[0]!.value, 9]
      for (let i = 1; i <= n; i++) {
        p += (0.25 * (list[i]!.time - list[i - 1]!.time)) / 1000
        const gain = p / (p + 9)
        y += gain * (list[i]!.value - y)
        p *= 1 - gain
      }
      return y
    }))
})

describe('Savitzky-Golay', () => {
  const parabola = Array.from({ length: 12 }, (_, i): Reading => ({ time: i * 1000, value: i * i - 3 * i + 1 }))

  test('leaves a parabola as it is, from the first reading to the last, at both positions', async () => {
    for (const position of ['newest', 'middle'] as const) {
      const { out, ledger } = await run({ method: 'savitzky-golay', readings: 7, position }, fed(parabola))
      // The newest position has a window of one first, and of three, then of five, before it is full.
      expect(out.map((s) => s.time)).toEqual(parabola.map((r) => r.time))
      for (const [i, s] of out.entries()) expect(s.value as number).toBeCloseTo(parabola[i]!.value, 9)
      expect(ledger).toMatchObject(position === 'newest' ? { passed: 12, held: 0 } : { passed: 0, held: 12 })
    }
  })

  test('in the middle, a bad reading ends the window: what waited comes first, the bad one then, in order', async () => {
    const broken: ExampleSample[] = [...fed(parabola.slice(0, 7)), { at: 'value', value: 1, time: 7000, quality: 'BadTimeout' }, ...fed(parabola.slice(8, 10))]
    const { out } = await run({ method: 'savitzky-golay', readings: 7, position: 'middle' }, broken)
    expect(out.map((s) => s.time)).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000])
    expect(out.map((s) => s.quality ?? 'Good')).toEqual([...Array.from({ length: 7 }, () => 'Good'), 'BadTimeout', 'UncertainSubNormal', 'UncertainSubNormal'])
    expect(out[7]!.value as number).toBeCloseTo(parabola[6]!.value, 9)
    expect([out[8]!.value, out[9]!.value]).toEqual([parabola[8]!.value, parabola[9]!.value])
  })

  test('in the middle, a gap gives what waited, without a further reading', async () => {
    const { out } = await run({ method: 'savitzky-golay', readings: 3, order: 1, position: 'middle', maxGapS: 60 }, [
      ...fed([0, 3, 6].map((value, i) => ({ time: i * 1000, value }))),
      { at: 'value', tag: 'other', value: 5, time: 100_000 },
    ])
    expect(out.map((s) => [s.tag ?? 'x', s.time])).toEqual([['x', 0], ['x', 1000], ['x', 2000], ['other', 100_000]])
    expect(out[2]!.value as number).toBeCloseTo(6, 9)
  })

  test('an even or too short window is refused', () => {
    expect(node.check!({ ...base, method: 'savitzky-golay', readings: 4, order: 4 }, none).map((f) => f.field)).toEqual(['/readings', '/readings'])
    expect(node.check!({ ...base, method: 'savitzky-golay', readings: 5, order: 4 }, none)).toEqual([])
    expect(node.check!({ ...base, method: 'mean', readings: 4, order: 6 }, none)).toEqual([])
  })
})

describe('quality', () => {
  const one = (value: number, time: number, quality?: string): ExampleSample => ({ at: 'value', value, time, ...(quality === undefined ? {} : { quality }) })
  const qualities = async (config: Partial<Config>, list: ExampleSample[]) => (await run(config, list)).out.map((s) => s.quality ?? 'Good')

  test('an uncertain reading makes results uncertain until it has left the window, or has a hundredth of the weight', async () => {
    const list = [one(1, 0), one(5, 1000, 'Uncertain'), ...Array.from({ length: 8 }, (_, i) => one(i, 2000 + i * 1000))]
    expect(await qualities({ readings: 3 }, list)).toEqual(['Good', 'Uncertain', 'Uncertain', 'Uncertain', ...Array.from({ length: 6 }, () => 'Good')])
    // Its share is (1 - exp(-1)) exp(-n): below 0.01 from the fifth reading after it.
    expect(await qualities({ method: 'exponential', tauS: 1 }, list)).toEqual(['Good', ...Array.from({ length: 5 }, () => 'Uncertain'), ...Array.from({ length: 4 }, () => 'Good')])
  })

  test('a clock that is set back by more than the longest gap begins anew, by less it is late', async () => {
    const { out, ledger } = await run({ readings: 3, maxGapS: 60 }, [one(4, 1_000_000), one(8, 1_001_000), one(9, 990_000), one(100, 100_000), one(200, 101_000)])
    expect(out.map((s) => [s.value, s.time])).toEqual([[4, 1_000_000], [6, 1_001_000], [100, 100_000], [150, 101_000]])
    expect(ledger.dropped).toEqual({ late: 1 })
  })

  test('values too large for a result are bad once, not for ever', async () => {
    for (const method of ['mean', 'exponential', 'kalman', 'savitzky-golay'] as const) {
      const { out } = await run({ method, readings: 3 }, [one(1.7e308, 0), one(-1.7e308, 1000), one(1.7e308, 2000), one(1, 3000), one(1, 4000), one(1, 5000), one(1, 6000)])
      expect(out.every((s) => typeof s.value === 'number' || s.quality === 'BadOutOfRange')).toBe(true)
      expect(out.at(-1)!.quality ?? 'Good').toBe('Good')
    }
  })
})

test('what is kept is right under another gap, and under nothing else that shapes it', () => {
  expect(node.carries!(base, { ...base, maxGapS: 5, tauS: 3, processNoise: 2 })).toBe(true)
  for (const other of [{ method: 'median' }, { readings: 4 }, { over: 'time' }, { windowS: 3 }, { order: 1 }, { position: 'middle' }, { model: 'velocity' }, { measurementNoise: 2 }] as Partial<Config>[]) expect(node.carries!(base, { ...base, ...other })).toBe(false)
})
