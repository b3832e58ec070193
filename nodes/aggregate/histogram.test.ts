// Beyond the examples: against plain counting, forgetting against its definition, long runs.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withDefaults, type ExampleSample, type Static } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './histogram.ts'

type Config = Static<typeof node.config>
const base = withDefaults(node.config, {}) as Config
const run = (config: Partial<Config>, input: ExampleSample[]) => runExample(node, { title: '', config: { ...base, ...config }, in: input, out: [] })
const at = (out: readonly ExampleSample[], port: string) => out.filter((s) => s.at === port)
const known = { model: () => undefined }

test('counts what a plain search counts, whatever the edges, and loses none', async () => {
  const edges = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 12 }).map((e) => e.toSorted((a, b) => a - b))
  await fc.assert(
    fc.asyncProperty(edges, fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 1, maxLength: 50 }), async (edges, values) => {
      const { out } = await run({ bins: 'edges', edges, over: 'readings', readings: values.length }, values.map((value, i) => ({ at: 'value', value, time: i })))
      const last = edges.length - 1
      const expected = edges.slice(0, -1).map((low, i) => values.filter((v) => v >= low && (v < edges[i + 1]! || (i === last - 1 && v === edges[last]))).length)
      expect(at(out, 'bins')[0]!.value).toEqual(expected)
      expect((at(out, 'below')[0]!.value as number) + (at(out, 'above')[0]!.value as number) + expected.reduce((a, b) => a + b, 0)).toBe(values.length)
      expect(at(out, 'total')[0]!.value).toBe(values.length)
    }),
    { numRuns: 60 },
  )
})

test('the order of arrival within the wait makes no difference, nor does it when forgetting', async () => {
  const readings = fc.uniqueArray(fc.record({ time: fc.integer({ min: 0, max: 60_000 }), value: fc.integer({ min: -5, max: 105 }) }), { selector: (r) => r.time, minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(readings.chain((l) => fc.tuple(fc.constant(l), fc.shuffledSubarray(l, { minLength: l.length }))), async ([list, mixed]) => {
      const fed = (l: typeof list) => l.map((r) => ({ at: 'value', ...r }))
      expect((await run({ sizeS: 10, latenessS: 60 }, fed(mixed))).out).toEqual((await run({ sizeS: 10, latenessS: 60 }, fed(list))).out)
      const forgetting = { over: 'forgetting', readings: list.length, halfLifeS: 7 } as const
      const newest = Math.max(...list.map((r) => r.time))
      const weight = list.filter((r) => r.value >= 0 && r.value < 10).reduce((a, r) => a + 2 ** ((r.time - newest) / 7000), 0)
      for (const l of [list, mixed]) expect(((at((await run(forgetting, fed(l))).out, 'bins')[0]?.value ?? [0]) as number[])[0]).toBeCloseTo(weight, 9)
    }),
    { numRuns: 40 },
  )
})

test('forgetting stays exact over a million half-lives', async () => {
  const { out } = await run({ over: 'forgetting', readings: 1, halfLifeS: 1, low: 0, high: 10, count: 1 }, Array.from({ length: 3000 }, (_, i) => ({ at: 'value', value: 5, time: i * 1000 + (i > 2000 ? 1e9 : 0) })))
  expect((at(out, 'total').at(-1)!.value as number)).toBeCloseTo(2, 12) // 1 + 1/2 + 1/4 + ...
  expect(at(out, 'goodPercent').at(-1)).toEqual({ at: 'goodPercent', value: 100, time: 2_999_000 + 1e9 })
})

test('density is 1 over the whole range, and edges must rise', async () => {
  const { out } = await run({ bins: 'edges', edges: [0, 1, 10], over: 'readings', readings: 4, show: 'density' }, [0.5, 2, 3, 4].map((value, i) => ({ at: 'value', value, time: i })))
  const [a, b] = at(out, 'bins')[0]!.value as number[]
  expect(a! * 1 + b! * 9).toBeCloseTo(1, 12)
  expect(node.check!({ ...base, bins: 'edges', edges: [0, 2, 2] }, known).map((f) => f.field)).toEqual(['/edges/2'])
  expect(node.check!({ ...base, high: 0 }, known).map((f) => f.field)).toEqual(['/high'])
  expect(node.ports!({ ...base, count: 3, high: 1 }, known).outputs!['bins']).toMatchObject({ length: 3, labels: ['0 to 0.333333', '0.333333 to 0.666667', '0.666667 to 1'] })
})

test('counts outlive a deploy that only shows them in another way', () => {
  expect(node.carries!(base, { ...base, show: 'shares', minGoodPercent: 1 })).toBe(true)
  expect(node.carries!(base, { ...base, edges: [0, 1] })).toBe(false)
  expect(node.carries!(base, { ...base, high: 99 })).toBe(false)
})
