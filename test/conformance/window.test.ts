// Beyond the examples: any order of arrival within the allowed lateness gives the same windows.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Example, ExampleSample } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from '../../nodes/aggregate/window.ts'

const run = (config: Partial<Example<unknown>['config'] & object>, input: ExampleSample[]) =>
  runExample(node, { title: '', config: { sizeS: 10, latenessS: 0, minGoodPercent: 100, ...config }, in: input, out: [] })
const readings = fc.uniqueArray(fc.record({ time: fc.integer({ min: 0, max: 60_000 }), value: fc.integer({ min: -1000, max: 1000 }) }), { selector: (r) => r.time, minLength: 1, maxLength: 60 })
const fed = (list: readonly { time: number; value: number }[]): ExampleSample[] => list.map((r) => ({ at: 'value', ...r }))

test('the windows are those of a plain grouping by time', async () => {
  await fc.assert(
    fc.asyncProperty(readings, async (list) => {
      const { out, ledger } = await run({ latenessS: 60 }, fed(list))
      const groups = Map.groupBy(list.toSorted((a, b) => a.time - b.time), (r) => Math.floor(r.time / 10_000) * 10_000)
      const expected = [...groups].map(([time, group]) => ({ time, count: group.length, sum: group.reduce((a, r) => a + r.value, 0), first: group[0]!.value, last: group.at(-1)!.value, min: Math.min(...group.map((r) => r.value)), max: Math.max(...group.map((r) => r.value)) }))
      const found = [...Map.groupBy(out, (s) => s.time)].map(([time, samples]) => {
        const at = (name: string) => samples.find((s) => s.at === name)!.value
        return { time, count: at('count'), sum: at('sum'), first: at('first'), last: at('last'), min: at('min'), max: at('max') }
      })
      expect(found).toEqual(expected)
      expect(ledger.held).toBe(list.length)
    }),
    { numRuns: 50 },
  )
})

test('the order of arrival makes no difference within the allowed lateness', async () => {
  await fc.assert(
    fc.asyncProperty(readings.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))), async ([list, shuffled]) => {
      const inOrder = await run({ latenessS: 60 }, fed(list.toSorted((a, b) => a.time - b.time)))
      const mixed = await run({ latenessS: 60 }, fed(shuffled))
      const exact = (out: ExampleSample[]) => out.filter((s) => !['mean', 'stddev'].includes(s.at))
      expect(exact(mixed.out)).toEqual(exact(inOrder.out))
    }),
    { numRuns: 50 },
  )
})

test('every reading is in exactly one window or leaves as late', async () => {
  await fc.assert(
    fc.asyncProperty(readings, fc.integer({ min: 0, max: 20 }), async (list, latenessS) => {
      const { out, ledger } = await run({ latenessS }, fed(list))
      const late = out.filter((s) => s.at === 'late').length
      const counted = out.filter((s) => s.at === 'count').reduce((a, s) => a + (s.value as number), 0)
      expect(counted + late).toBe(list.length)
      expect([ledger.held, ledger.passed]).toEqual([counted, late])
    }),
    { numRuns: 50 },
  )
})

test('a window closes when another tag of the source moves time on, each tag by itself', async () => {
  const { out } = await run({}, [
    { at: 'value', tag: 'a', value: 1, time: 0 },
    { at: 'value', tag: 'b', value: 2, time: 25_000 },
    { at: 'value', tag: 'a', value: 3, time: 5000 },
  ])
  expect(out.filter((s) => ['mean', 'late'].includes(s.at)).map((s) => [s.at, s.tag, s.value, s.time])).toEqual([
    ['mean', 'a', 1, 0],
    ['late', 'a', 3, 5000],
    ['mean', 'b', 2, 20_000],
  ])
})

test('values too large for a sum make bad results, not infinite ones', async () => {
  const { out } = await run({}, [
    { at: 'value', value: 1.7e308, time: 0 },
    { at: 'value', value: 1.6e308, time: 1 },
  ])
  expect(out.find((s) => s.at === 'sum')).toMatchObject({ quality: 'BadOutOfRange' })
  expect(out.find((s) => s.at === 'max')).toEqual({ at: 'max', value: 1.7e308, time: 0 })
})
