// Beyond the examples: shuffled arrival, a naive join that keeps everything, bounds, types.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withDefaults, type ExampleSample, type Static } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './align.ts'

type Config = Static<typeof node.config>
const base = withDefaults(node.config, {}) as Config
const known = { model: () => undefined }
const inputs = (...names: string[]) => names.map((name) => ({ name, kind: 'number', unit: '', match: '' }) as const)
const run = (config: Partial<Config>, input: ExampleSample[]) => runExample(node, { title: '', config: { ...base, ...config }, in: input, out: [] })
interface Reading {
  at: string
  time: number
  value: number
}
const readings = fc.uniqueArray(fc.record({ at: fc.constantFrom('a', 'b', 'c'), time: fc.integer({ min: 0, max: 300 }).map((t) => t * 100), value: fc.integer({ min: 0, max: 1000 }) }), { selector: (r) => `${r.at} ${r.time}`, minLength: 2, maxLength: 40 })
const byTime = (a: Reading, b: Reading): number => a.time - b.time || (a.at < b.at ? -1 : 1)

function naive(list: readonly Reading[], input: string, time: number, match: string, tolerance: number): number | null {
  const own = list.filter((r) => r.at === input && Math.abs(r.time - time) <= tolerance).toSorted(byTime)
  const before = own.findLast((r) => r.time <= time)
  const after = own.find((r) => r.time >= time)
  if (match === 'last') return before?.value ?? null
  if (match === 'nearest') return before && after ? (after.time - time < time - before.time ? after.value : before.value) : ((before ?? after)?.value ?? null)
  if (before?.time === time) return before.value
  if (!before || !after) return null
  const share = (time - before.time) / (after.time - before.time)
  return before.value * (1 - share) + after.value * share
}

describe('whatever the order of arrival within the wait', () => {
  const shuffled = readings.chain((l) => fc.tuple(fc.constant(l.toSorted(byTime)), fc.shuffledSubarray(l, { minLength: l.length })))
  test('the results are those of a join that has everything before it', async () => {
    await fc.assert(
      fc.asyncProperty(shuffled, fc.constantFrom('lead', 'any', 'rate'), fc.constantFrom('last', 'nearest', 'linear'), async ([list, mixed], at, match) => {
        const config = { inputs: inputs('a', 'b', 'c'), at, match, toleranceS: 3, latenessS: 60, periodS: 0.7 } as const
        const { out, ledger } = await run(config, mixed)
        const last = list.at(-1)!.time
        const times = at === 'rate' ? Array.from({ length: Math.floor(last / 700) + 1 }, (_, i) => i * 700).filter((t) => t >= list[0]!.time) : [...new Set(list.filter((r) => at === 'any' || r.at === 'a').map((r) => r.time))]
        const expected = times.flatMap((time) => {
          const value = Object.fromEntries(['a', 'b', 'c'].map((input) => [input, naive(list, input, time, match, 3000)]))
          const has = Object.values(value).filter((v) => v !== null).length
          return has === 0 ? [] : [{ at: 'value', value, time, ...(has < 3 ? { quality: 'BadNoData' } : {}) }]
        })
        expect(out).toEqual(expected)
        expect(ledger.held).toBe(list.length)
      }),
      { numRuns: 150 },
    )
  })
  test('also with a short wait, as long as nothing comes later than that', async () => {
    await fc.assert(
      fc.asyncProperty(readings, fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 40, maxLength: 40 }), fc.constantFrom('lead', 'any'), fc.constantFrom('last', 'nearest', 'linear'), async (list, delays, at, match) => {
        const config = { inputs: inputs('a', 'b', 'c'), at, match, toleranceS: 2, latenessS: 1 } as const
        const late = list.map((r, i) => ({ r, arrives: r.time + delays[i]! })).toSorted((a, b) => a.arrives - b.arrives).map(({ r }) => r)
        const { out } = await run(config, late)
        expect(out).toEqual((await run({ ...config, latenessS: 60 }, list.toSorted(byTime))).out)
      }),
      { numRuns: 100 },
    )
  })
})

test('a reading behind the wait is dropped, a repeated one too, and a corrected one counts', async () => {
  const { out, ledger } = await run({ inputs: inputs('a', 'b'), latenessS: 1 }, [
    { at: 'a', value: 1, time: 5000 },
    { at: 'a', value: 1, time: 5000 },
    { at: 'a', value: 2, time: 5000 },
    { at: 'b', value: 9, time: 4500 },
    { at: 'b', value: 3, time: 1000 },
  ])
  expect(out).toEqual([{ at: 'value', value: { a: 2, b: 9 }, time: 5000 }])
  expect(ledger).toMatchObject({ held: 3, dropped: { duplicate: 1, late: 1 } })
})

test('missing values: the others, a bad result, or nothing', async () => {
  const one: ExampleSample[] = [{ at: 'a', value: 1, time: 0 }]
  const of = async (missing: Config['missing'], as: Config['as']) => (await run({ inputs: inputs('a', 'b'), missing, as }, one)).out
  expect(await of('null', 'record')).toEqual([{ at: 'value', value: { a: 1, b: null }, time: 0, quality: 'BadNoData' }])
  expect(await of('null', 'vector')).toEqual([{ at: 'value', value: [1, { $number: 'NaN' }], time: 0, quality: 'BadNoData' }])
  expect(await of('bad', 'record')).toEqual([{ at: 'value', value: null, time: 0, quality: 'BadNoData' }])
  expect(await of('nothing', 'record')).toEqual([])
})

test('assets are joined each by itself, and named', async () => {
  const { out } = await run({ inputs: inputs('a', 'b'), join: 'asset' }, [
    { at: 'b', tag: 'P-1/b', value: 1, time: 0 },
    { at: 'b', tag: 'P-2/b', value: 2, time: 0 },
    { at: 'a', tag: 'P-1/a', value: 10, time: 100 },
    { at: 'a', tag: 'P-2/a', value: 20, time: 100 },
  ])
  expect(out).toEqual([{ at: 'value', tag: 'P-1', value: { a: 10, b: 1 }, time: 100 }, { at: 'value', tag: 'P-2', value: { a: 20, b: 2 }, time: 100 }])
})

test('a silence gives no results by itself, and what waits is bounded', async () => {
  const { out } = await run({ inputs: inputs('a'), at: 'rate', periodS: 1, toleranceS: 2 }, [{ at: 'a', value: 1, time: 0 }, { at: 'a', value: 2, time: 1e12 }])
  expect(out.map((s) => s.time)).toEqual([0, 1000, 2000, 1e12])
  const many = await run({ inputs: inputs('a', 'b'), limit: 10, latenessS: 3600 }, Array.from({ length: 30 }, (_, i) => ({ at: 'a', value: i, time: i })))
  expect(many.out.map((s) => s.time)).toEqual(Array.from({ length: 30 }, (_, i) => i))
  const behind = await run({ inputs: inputs('a', 'b'), limit: 10 }, Array.from({ length: 1000 }, (_, i) => ({ at: 'b', value: i, time: i })))
  expect(behind.ledger.held).toBe(1000)
})

test('its type is that of its settings', () => {
  const units = [{ name: 'a', kind: 'number', unit: 'bar', match: '' }, { name: 'b', kind: 'boolean', unit: '', match: '' }] as const
  expect(node.ports!({ ...base, inputs: [...units] }, known).outputs!['value']).toMatchObject({ kind: 'record', fields: { a: { kind: 'number', unit: 'bar' }, b: { kind: 'boolean' } } })
  expect(node.ports!({ ...base, as: 'vector' }, known).outputs!['value']).toMatchObject({ kind: 'vector', length: 2, labels: ['a', 'b'] })
  expect(node.check!({ ...base, as: 'vector', at: 'rate', periodS: 0.0001, inputs: [{ name: 'a', kind: 'text', unit: '', match: '' }, ...units] }, known).map((f) => f.field)).toEqual(['/inputs/0/kind', '/inputs/1/name', '/toleranceS'])
  expect(node.carries!(base, { ...base, match: 'linear', toleranceS: 1, as: 'vector' })).toBe(true)
  expect(node.carries!(base, { ...base, inputs: inputs('x', 'y') })).toBe(false)
})
