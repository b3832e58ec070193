// What examples cannot show: many tags, a control that is never sure, and time that is not in order.
import { describe, expect, test } from 'vitest'
import { withDefaults, type ExampleSample } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './sample-hold.ts'

type Config = Parameters<NonNullable<typeof node.state>>[0]
const config = (some: Partial<Config>): Config => withDefaults(node.config, some) as Config
const run = (some: Partial<Config>, input: readonly ExampleSample[]) => runExample(node, { title: '', config: config(some), in: input, out: [] })
const value = (value: ExampleSample['value'], time: number, more: Partial<ExampleSample> = {}): ExampleSample => ({ at: 'value', value, time, ...more })
const hold = (on: boolean | null, time: number, quality?: string): ExampleSample => ({ at: 'hold', tag: 'control', value: on, time, ...(quality === undefined ? {} : { quality }) })

test('one control holds all tags, and releases each with its newest reading', async () => {
  const { out, ledger } = await run({}, [value(1, 0, { tag: 'a' }), value(10, 0, { tag: 'b' }), value(7, 0, { tag: 'c' }), hold(true, 1000), value(2, 2000, { tag: 'a' }), value(3, 3000, { tag: 'a' }), value(20, 3000, { tag: 'b' }), hold(false, 4000)])
  expect(out.slice(3).map((s) => [s.tag, s.value, s.time])).toEqual([['a', 1, 2000], ['a', 1, 3000], ['b', 10, 3000], ['a', 3, 4000], ['b', 20, 4000]])
  expect(ledger).toMatchObject({ in: 8, passed: 6, held: 2 })
})

describe('the release', () => {
  test('is of what came during this hold only', async () => {
    const { out } = await run({}, [value(1, 0), hold(true, 1000), value(2, 2000), hold(false, 3000), hold(true, 4000), hold(false, 5000)])
    expect(out.map((s) => [s.value, s.time])).toEqual([[1, 0], [1, 2000], [2, 3000]])
  })

  test('keeps the time of a reading that is ahead of it', async () => {
    const { out } = await run({}, [hold(true, 0), value(2, 9000), hold(false, 3000)])
    expect(out.at(-1)).toEqual(value(2, 9000))
  })

  test('brings a bad reading as bad', async () => {
    const { out } = await run({}, [value(1, 0), hold(true, 1000), value(2, 2000, { quality: 'Bad' }), hold(false, 3000)])
    expect(out.at(-1)).toEqual(value(2, 3000, { quality: 'Bad' }))
  })

  test('repeats nothing of before when the next hold begins', async () => {
    const { out } = await run({ atRelease: true }, [value(1, 0), hold(true, 1000), value(2, 2000), hold(false, 3000), hold(true, 4000), value(3, 5000)])
    expect(out.at(-1)).toEqual(value(2, 5000, { quality: 'UncertainLastUsableValue' }))
  })
})

describe('quality', () => {
  test('what was bad before the hold is repeated as bad', async () => {
    for (const quality of ['same', 'uncertain'] as const) {
      const { out } = await run({ quality }, [value(1, 0, { quality: 'BadSensorFailure' }), hold(true, 1000), value(2, 2000)])
      expect(out.at(-1)).toEqual(value(1, 2000, { quality: 'BadSensorFailure' }))
    }
  })

  test('no good value is repeated on the word of a bad control', async () => {
    const { out } = await run({ quality: 'same', onBad: 'hold' }, [value(1, 0), hold(true, 1000), value(2, 2000), hold(true, 2500, 'Bad'), value(3, 3000)])
    expect(out.slice(1).map((s) => s.quality)).toEqual([undefined, 'UncertainLastUsableValue'])
  })

  test('an uncertain control makes good readings uncertain and leaves the others their own', async () => {
    const { out } = await run({}, [hold(false, 0, 'UncertainSubNormal'), value(1, 1000), value(2, 2000, { quality: 'BadTimeout' }), value(3, 3000, { quality: 'UncertainSubNormal' }), hold(false, 4000), value(4, 5000)])
    expect(out.map((s) => s.quality)).toEqual(['Uncertain', 'BadTimeout', 'UncertainSubNormal', undefined])
  })
})

test('a bad control holds nothing and releases nothing unless it is told to', async () => {
  const { out } = await run({ onBad: 'keep' }, [value(1, 0), hold(null, 500), value(2, 1000), hold(true, 2000), hold(false, 3000, 'BadTimeout'), value(3, 4000)])
  expect(out.map((s) => s.value)).toEqual([1, 2, 2])
})

test('goes on under any config', () => {
  expect(node.carries!(config({}), config({ quality: 'same', onBad: 'hold', initially: 'hold', atRelease: false }))).toBe(true)
})
