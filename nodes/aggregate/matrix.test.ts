// Beyond the examples: the matrix against plain slicing, whatever the order within a wait, and its types.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withDefaults, type ExampleSample, type Static } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './matrix.ts'

type Config = Static<typeof node.config>
const base = withDefaults(node.config, {}) as Config
const run = (config: Partial<Config>, input: ExampleSample[]) => runExample(node, { title: '', config: { ...base, ...config }, in: input, out: [] })
const inputs = (...names: string[]) => names.map((name) => ({ name, unit: '' }))
const known = { model: () => undefined }

test('is the last rows of a plain list, by row and by column, at every hop', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 30 }), fc.constantFrom('rows', 'columns'), async (rows, hop, count, order) => {
      const table = Array.from({ length: count }, (_, i) => [i, 100 + i])
      const { out } = await run({ inputs: inputs('a', 'b'), rows, hop, order }, table.flatMap(([a, b], i) => [{ at: 'a', value: a!, time: i * 1000 }, { at: 'b', value: b!, time: i * 1000 }]))
      const first = Math.max(rows, hop)
      const expected = table.flatMap((_, i) => {
        const last = table.slice(Math.max(0, i + 1 - rows), i + 1)
        return i + 1 >= first && (i + 1 - first) % hop === 0 ? [order === 'rows' ? last.flat() : [...last.map((r) => r[0]!), ...last.map((r) => r[1]!)]] : []
      })
      expect(out.map((s) => s.value)).toEqual(expected)
    }),
    { numRuns: 60 },
  )
})

test('the order of arrival within the wait makes no difference', async () => {
  const fed = Array.from({ length: 8 }, (_, i) => ['a', 'b', 'c'].map((at, k) => ({ at, tag: at, value: i * 10 + k, time: i * 100 }))).flat()
  const all = { inputs: inputs('a', 'b', 'c'), rows: 3, waitS: 10 }
  const expected = (await run(all, fed)).out
  expect(expected).toHaveLength(6)
  expect(expected[0]).toMatchObject({ tag: 'a', time: 200 })
  await fc.assert(
    // The oldest row must not be complete before a still older one begins: it waits only while it is not.
    fc.asyncProperty(fc.shuffledSubarray(fed.slice(1), { minLength: fed.length - 1 }), async (mixed) => {
      const last = [...mixed.filter((s) => s.at !== 'c'), ...fed.filter((s) => s.at === 'c'), ...fed.slice(0, 1)]
      expect((await run(all, last)).out).toEqual(expected)
    }),
    { numRuns: 40 },
  )
})

test('each asset has a matrix of its own', async () => {
  const { out } = await run({ inputs: inputs('a', 'b'), rows: 1, join: 'asset' }, [
    { at: 'a', tag: 'P-1.a', value: 1, time: 0 },
    { at: 'b', tag: 'P-2.b', value: 20, time: 0 },
    { at: 'b', tag: 'P-1.b', value: 2, time: 0 },
    { at: 'a', tag: 'P-2.a', value: 10, time: 0 },
  ])
  expect(out).toEqual([{ at: 'value', tag: 'P-1', value: [1, 2], time: 0 }, { at: 'value', tag: 'P-2', value: [10, 20], time: 0 }])
})

test('never holds more than its limit of incomplete rows: the oldest is then a bad one', async () => {
  const { out } = await run({ inputs: inputs('a', 'b'), rows: 1, waitS: 3600 }, Array.from({ length: 66 }, (_, i) => ({ at: 'a', value: i, time: i })))
  expect(out[0]).toEqual({ at: 'value', value: null, time: 0, quality: 'BadNoData' })
  expect(out).toHaveLength(66)
})

test('zeros and restarts, as chosen', async () => {
  const zero = await run({ inputs: inputs('a'), rows: 3, padding: 'zero' }, [{ at: 'a', value: 7, time: 0 }])
  expect(zero.out).toEqual([{ at: 'value', value: [0, 0, 7], time: 0, quality: 'UncertainSubNormal' }])
  const again = await run({ inputs: inputs('a'), rows: 2, onBad: 'restart' }, [1, 2, null, 3, 4].map((value, i) => ({ at: 'a', value, time: i })))
  expect(again.out.map((s) => s.value)).toEqual([[1, 2], null, [3, 4]])
})

test('its length and labels come from the settings; names that clash and matrices too large are refused', () => {
  const typed = node.ports!({ ...base, inputs: [{ name: 'a', unit: 'bar' }, { name: 'b', unit: 'bar' }], rows: 2 }, known).outputs!['value']!
  expect(typed).toMatchObject({ length: 4, unit: 'bar', labels: ['a −1', 'b −1', 'a', 'b'] })
  expect(node.check!({ ...base, inputs: inputs('a', 'a', 'vector') }, known).map((f) => f.field)).toEqual(['/inputs/1/name', '/inputs/2/name'])
  expect(node.check!({ ...base, inputs: [] }, known)).toHaveLength(1)
  expect(node.check!({ ...base, width: 4096, rows: 4096 }, known)).toHaveLength(1)
  expect(node.carries!(base, { ...base, hop: 4, onBad: 'last' })).toBe(true)
  expect(node.carries!(base, { ...base, inputs: inputs('b') })).toBe(false)
})
