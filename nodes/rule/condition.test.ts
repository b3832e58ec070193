import { describe, expect, test } from 'vitest'
import { withDefaults, type AnyNode, type Example, type ExampleSample } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import condition from './condition.ts'

const node = condition as unknown as AnyNode
const run = async (config: Record<string, unknown>, given: readonly Omit<ExampleSample, 'at'>[]) => {
  const { out, ...rest } = await runExample(node, { title: 't', config: withDefaults(condition.config, config), in: given.map((s) => ({ at: 'value', ...s })), out: [] } as Example<unknown>)
  return { ...rest, out, results: out.filter((s) => s.at === 'result').map((s) => [s.time, s.value]), passed: out.filter((s) => s.at !== 'result').map((s) => s.at) }
}
const config = (some: Record<string, unknown>) => withDefaults(condition.config, some) as Parameters<NonNullable<typeof condition.typed>>[0]
const values = (...list: (number | null)[]): Omit<ExampleSample, 'at'>[] => list.map((value, i) => ({ value, time: i * 1000 }))
/** Another tag's: it alone shows that time goes on. */
const elsewhere = { tag: 'y', value: 0, time: 20_000 }

test('every sample leaves at exactly one of true, false and unknown', async () => {
  const { passed, ledger } = await run({ expression: 'value > 1' }, values(1, 2, null, 3))
  expect(passed).toEqual(['false', 'true', 'unknown', 'true'])
  expect(ledger).toMatchObject({ in: 4, passed: 4 })
})

describe('delays', () => {
  test('a short peak turns nothing, the delay begins anew', async () => {
    const { results } = await run({ expression: 'value > 1', onDelayS: 2 }, values(2, 0, 2, 2, 2))
    expect(results).toEqual([[0, false], [1000, false], [2000, false], [3000, false], [4000, true], [4000, true]])
  })
  test('off delay: a short gap is bridged, a lasting one ends it, also without a further sample', async () => {
    const { results } = await run({ expression: 'value > 1', offDelayS: 2 }, [...values(2, 0, 2, 0), elsewhere])
    expect(results).toEqual([[0, true], [1000, true], [2000, true], [3000, true], [5000, false], [20_000, false]])
  })
  test('a bad sample does not stop an on delay, and breaks an off delay', async () => {
    expect((await run({ expression: 'value > 1', onDelayS: 2 }, values(2, null, 2))).results).toEqual([[0, false], [1000, null], [2000, true], [2000, true]])
    expect((await run({ expression: 'value > 1', offDelayS: 2 }, [...values(2, 0, null, 0), elsewhere])).results).toEqual([[0, true], [1000, true], [2000, null], [3000, true], [5000, false], [20_000, false]])
  })
  test('time that runs backward does not shorten a delay', async () => {
    const { results } = await run({ expression: 'value > 1', onDelayS: 2 }, [{ value: 2, time: 10_000 }, { value: 2, time: 0 }, { value: 2, time: 11_000 }, { value: 2, time: 12_000 }])
    expect(results.map(([, v]) => v)).toEqual([false, false, false, true, true])
  })
})

test('a result that is no boolean at run time is bad, not false', async () => {
  const { out } = await run({ expression: 'value' }, [{ value: 1, time: 0 }, { value: true, time: 1 }])
  expect(out).toEqual([
    { at: 'result', value: null, time: 0, quality: 'BadTypeMismatch' }, { at: 'unknown', value: 1, time: 0 },
    { at: 'result', value: true, time: 1 }, { at: 'true', value: true, time: 1 },
  ])
})

test('a condition may ask for the quality, and is then told by it', async () => {
  expect((await run({ expression: "quality == 'bad'" }, [{ value: 1, time: 0 }, { value: 1, time: 1, quality: 'BadTimeout' }])).passed).toEqual(['false', 'true'])
})

test('tags are judged for themselves', async () => {
  const { results } = await run({ expression: 'count(value > 1) >= 2' }, [{ tag: 'a', value: 2, time: 0 }, { tag: 'b', value: 2, time: 1 }, { tag: 'a', value: 2, time: 2 }])
  expect(results).toEqual([[0, false], [1, false], [2, true]])
})

test('what is no condition is an issue before it runs', () => {
  expect(condition.typed!(config({ expression: 'value + 1' }), { value: { kind: 'number' } }).issues).toEqual([{ field: '/expression', reason: 'The result is a number. Write a condition, such as value > 80.' }])
  expect(condition.typed!(config({ expression: 'value > 1' }), { value: { kind: 'text' } }).issues).toHaveLength(1)
  expect(condition.typed!(config({ expression: 'value > 1' }), { value: { kind: 'number' } })).toEqual({})
})

test('state goes on when only a delay has changed', () => {
  expect(condition.carries!(config({ onDelayS: 1 }), config({ onDelayS: 5, offDelayS: 2 }))).toBe(true)
  expect(condition.carries!(config({}), config({ expression: 'value > 2' }))).toBe(false)
})
