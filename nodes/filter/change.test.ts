// The kinds of value that examples of plain numbers do not show.
import { expect, test } from 'vitest'
import type { ExampleSample, JsonValue } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './change.ts'

const run = (input: readonly Omit<ExampleSample, 'at'>[], maxSilenceS = 0) => runExample(node, { title: '', config: { maxSilenceS }, in: input.map((s) => ({ at: 'value', ...s })), out: [] })

test.each<[string, JsonValue, JsonValue]>([
  ['vector', [1, 2, 3], [1, 2, 4]],
  ['series', { $series: [0.5, 1] }, { $series: [0.5, 1, 1] }],
  ['bytes', { $bytes: 'AAEC' }, { $bytes: 'AAED' }],
  ['image', { $image: { format: 'png', width: 1, height: 1, data: 'AA==' } }, { $image: { format: 'png', width: 1, height: 1, data: 'AQ==' } }],
  ['boolean', true, false],
  ['number', 0.1, 0.2],
  ['record', { a: { b: [1, 2] } }, { a: { b: [1, 3] } }],
])('a %s passes when it has changed, and only then', async (_kind, a, b) => {
  const { out, ledger } = await run([a, a, b, b, a].map((value, time) => ({ value, time })))
  expect(out.map((s) => s.time)).toEqual([0, 2, 4])
  expect(ledger.dropped).toEqual({ unchanged: 2 })
})

test('values of different kinds are different', async () => {
  const { out } = await run([0, false, '', '0', null].map((value, time) => ({ value, time })))
  expect(out).toHaveLength(5)
})

test('another quality of the same value passes, also among bad ones', async () => {
  const { out } = await run(['Good', 'Uncertain', 'Uncertain', 'Bad', 'BadTimeout', 'BadTimeout', 'Good'].map((quality, time) => ({ value: 1, time, quality })))
  expect(out.map((s) => s.time)).toEqual([0, 1, 3, 4, 6])
})

test('each tag is compared with itself', async () => {
  const { out } = await run([{ tag: 'a', value: 1, time: 0 }, { tag: 'b', value: 1, time: 1 }, { tag: 'a', value: 1, time: 2 }])
  expect(out.map((s) => s.tag)).toEqual(['a', 'b'])
})

test('a step of the clock back counts as silence', async () => {
  const { out } = await run([{ value: 1, time: 100_000 }, { value: 1, time: 95_000 }, { value: 1, time: 40_000 }, { value: 1, time: 50_000 }], 60)
  expect(out.map((s) => s.time)).toEqual([100_000, 40_000])
})

test('the last sample that passed is right under any config', () => {
  expect(node.carries!({ maxSilenceS: 0 }, { maxSilenceS: 9 })).toBe(true)
})
