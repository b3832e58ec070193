// The window against one that is sorted anew for each reading, and what examples cannot show.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withDefaults, type ExampleSample } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './outlier.ts'

type Config = Parameters<NonNullable<typeof node.state>>[0]
const config = (some: Partial<Config>): Config => withDefaults(node.config, some) as Config
const run = (some: Partial<Config>, values: readonly number[]) =>
  runExample(node, { title: '', config: config(some), in: values.map((value, i) => ({ at: 'value', value, time: i })), out: [] })
const found = (out: readonly ExampleSample[]) => out.filter((s) => s.at === 'outliers').map((s) => s.time)

const ascending = (list: readonly number[]) => list.toSorted((a, b) => a - b)
function quantile(list: readonly number[], share: number): number {
  const sorted = ascending(list)
  const at = share * (sorted.length - 1)
  return sorted[Math.floor(at)]! * (1 - (at % 1)) + (sorted[Math.floor(at) + 1] ?? 0) * (at % 1)
}
const mean = (list: readonly number[]) => list.reduce((a, x) => a + x, 0) / list.length
const naive: Record<string, (w: readonly number[], x: number, k: number) => boolean> = {
  hampel: (w, x, k) => Math.abs(x - quantile(w, 0.5)) > k * 1.4826 * quantile(w.map((v) => Math.abs(v - quantile(w, 0.5))), 0.5),
  zscore: (w, x, k) => Math.abs(x - mean(w)) > k * Math.sqrt(w.reduce((a, v) => a + (v - mean(w)) ** 2, 0) / (w.length - 1)),
  iqr: (w, x, k) => x < quantile(w, 0.25) - k * (quantile(w, 0.75) - quantile(w, 0.25)) || x > quantile(w, 0.75) + k * (quantile(w, 0.75) - quantile(w, 0.25)),
}

// Eighths and these factors keep a reading off the very border, where rounding decides.
const readings = fc.array(fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -40, max: 40 }) }, { weight: 1, arbitrary: fc.integer({ min: -4000, max: 4000 }) }).map((v) => v / 8), { minLength: 1, maxLength: 120 })

describe.each(['hampel', 'zscore', 'iqr'] as const)('%s', (method) => {
  test('finds what a window that is sorted anew finds', async () => {
    await fc.assert(
      fc.asyncProperty(readings, fc.integer({ min: 3, max: 30 }), fc.constantFrom(0.777, 1.513, 3.0137), async (values, n, k) => {
        const distinct = values.filter((v, i) => v !== values[i - 1])
        const { out } = await run({ method, readings: n, deviations: k, fences: k, minReadings: 3 }, distinct)
        const expected = distinct.flatMap((x, i) => (i >= 3 && naive[method]!(distinct.slice(Math.max(0, i - n), i), x, k) ? [i] : []))
        expect(found(out)).toEqual(expected)
      }),
      { numRuns: 150 },
    )
  })

  test('takes the largest numbers there are without an unusable result that looks good', async () => {
    const { out } = await run({ method, readings: 4, minReadings: 2, action: 'replace', replacement: 'mean' }, [1.7e308, -1.7e308, 1.7e308, 0, -1.7e308, 5, 1.7e308])
    for (const s of out) if (typeof s.value !== 'number') expect(s.quality).toBe('BadOutOfRange')
  })
})

test('replaces by the mean or the median of the window without the outlier', async () => {
  const values = [1, 2, 6, 100]
  const value = async (replacement: 'mean' | 'median' | 'last') => (await run({ readings: 3, minReadings: 3, action: 'replace', replacement }, values)).out.at(-1)
  expect(await value('mean')).toEqual({ at: 'value', value: 3, time: 3, quality: 'UncertainSubstituteValue' })
  expect(await value('median')).toEqual({ at: 'value', value: 2, time: 3, quality: 'UncertainSubstituteValue' })
  expect(await value('last')).toEqual({ at: 'value', value: 6, time: 3, quality: 'UncertainLastUsableValue' })
})

test('keeps the last one that was no outlier through a row of them', async () => {
  const { out } = await run({ readings: 9, minReadings: 3, action: 'replace', replacement: 'last' }, [1, 2, 3, 500, 600, 700])
  expect(out.filter((s) => s.at === 'value').map((s) => s.value)).toEqual([1, 2, 3, 3, 3, 3])
})

test.each(['hampel', 'zscore', 'iqr'] as const)('%s leaves a quiet signal alone within the tolerance, and only there', async (method) => {
  const quiet = [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7.5]
  expect(found((await run({ method, tolerance: 0.52, minReadings: 3 }, quiet)).out)).toEqual([])
  expect(found((await run({ method, tolerance: 0.48, minReadings: 3 }, quiet)).out)).toEqual([13])
})

test('judges nothing before it has enough readings, bad ones not counted', async () => {
  const { out } = await run({ minReadings: 4 }, [1, 2, Number.NaN, 3, 900, 900])
  expect(found(out)).toEqual([5])
})

test('uncertain stays at least uncertain, whatever is done with an outlier', async () => {
  const { out } = await runExample(node, {
    title: '', config: config({ minReadings: 2, action: 'mark' }),
    in: [...[1, 2, 3].map((value, time) => ({ at: 'value', value, time })), { at: 'value', value: 99, time: 9, quality: 'UncertainSubNormal' }],
    out: [],
  })
  expect(out.at(-1)).toEqual({ at: 'value', value: 99, time: 9, quality: 'UncertainSubNormal' })
})

test('counts a repeated reading once', async () => {
  const { ledger } = await runExample(node, { title: '', config: config({}), in: [0, 0, 1].map((time) => ({ at: 'value', value: 5, time })), out: [] })
  expect(ledger).toMatchObject({ passed: 2, dropped: { duplicate: 1 } })
})

test('refuses to wait for more readings than the window has', () => {
  expect(node.check!(config({ readings: 5, minReadings: 6 }), { model: () => undefined }).map((f) => f.field)).toEqual(['/minReadings'])
})

test('the window goes on under any config of the same length', () => {
  expect(node.carries!(config({}), config({ method: 'iqr', fences: 9, tolerance: 4, action: 'mark', minReadings: 2 }))).toBe(true)
  expect(node.carries!(config({}), config({ readings: 22 }))).toBe(false)
})

test('the mean of numbers whose sum is too large is a number', async () => {
  const { out } = await run({ readings: 3, minReadings: 3, action: 'replace', replacement: 'mean' }, [1.6e308, 1.5e308, 1.6e308, 0])
  expect(out.at(-1)!.quality).toBe('UncertainSubstituteValue')
  expect((out.at(-1)!.value as number) / 1e308).toBeCloseTo(4.7 / 3, 10)
})
