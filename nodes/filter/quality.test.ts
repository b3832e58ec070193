// What examples cannot show: every severity at every setting, the age of what stands in, and configs that change.
import { describe, expect, test } from 'vitest'
import { withDefaults, type ExampleSample } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './quality.ts'

type Config = Parameters<NonNullable<typeof node.state>>[0]
const config = (some: Partial<Config>): Config => withDefaults(node.config, some) as Config
const run = (some: Partial<Config>, input: readonly Omit<ExampleSample, 'at'>[]) => runExample(node, { title: '', config: config(some), in: input.map((s) => ({ at: 'value', ...s })), out: [] })

test.each<[Config['pass'], string[]]>([
  ['good', ['Good']],
  ['usable', ['Good', 'Uncertain', 'UncertainSubNormal']],
  ['bad', ['Bad', 'BadTimeout']],
])('%s passes %o and rejects the rest', async (pass, passing) => {
  const all = ['Good', 'Uncertain', 'UncertainSubNormal', 'Bad', 'BadTimeout']
  const { out } = await run({ pass, standIn: false }, all.map((quality, time) => ({ value: 1, time, quality })))
  expect(out.map((s) => s.at)).toEqual(all.map((quality) => (passing.includes(quality) ? 'value' : 'rejected')))
})

describe('the last usable value', () => {
  const standIns = async (some: Partial<Config>, input: readonly Omit<ExampleSample, 'at'>[]) => (await run(some, input)).out.filter((s) => s.quality === 'UncertainLastUsableValue')

  test('stands in to the very end of its time, and not after', async () => {
    const input = [{ value: 5, time: 0 }, ...[59_999, 60_000, 60_001].map((time) => ({ value: 0, time, quality: 'Bad' }))]
    expect((await standIns({ standIn: true, standInS: 60 }, input)).map((s) => [s.value, s.time])).toEqual([[5, 59_999], [5, 60_000]])
  })

  test('is not made younger by standing in', async () => {
    const input = [{ value: 5, time: 0 }, ...[1, 2, 3, 4].map((s) => ({ value: 0, time: s * 1000, quality: 'Bad' }))]
    expect(await standIns({ standIn: true, standInS: 2 }, input)).toHaveLength(2)
  })

  test('is as old before as after a step of the clock', async () => {
    const input = [{ value: 5, time: 100_000 }, { value: 0, time: 99_000, quality: 'Bad' }, { value: 0, time: 10_000, quality: 'Bad' }]
    expect((await standIns({ standIn: true, standInS: 60 }, input)).map((s) => s.time)).toEqual([99_000])
  })

  test('never stands in for good samples where bad ones pass', async () => {
    expect(await standIns({ pass: 'bad', standIn: true }, [{ value: 1, time: 0, quality: 'Bad' }, { value: 2, time: 1 }])).toEqual([])
  })

  test('is of each tag', async () => {
    const input = [{ tag: 'a', value: 1, time: 0 }, { tag: 'b', value: 9, time: 1, quality: 'Bad' }, { tag: 'a', value: 9, time: 2, quality: 'Bad' }]
    expect((await standIns({ standIn: true }, input)).map((s) => [s.tag, s.value])).toEqual([['a', 1]])
  })

  test('goes on under a longer time, and not where other samples pass', () => {
    expect(node.carries!(config({}), config({ standIn: true, standInS: 5 }))).toBe(true)
    expect(node.carries!(config({ pass: 'usable' }), config({ pass: 'good' }))).toBe(false)
  })
})
