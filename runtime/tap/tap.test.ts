import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sample, type JsonSample } from '#kit'
import { testFlow, testPlan } from '../engine/harness.ts'
import { Pins } from './pins.ts'
import { Tap } from './tap.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

interface Batch {
  readonly values: unknown[]
  readonly skipped: number
}
const collect = () => {
  const batches: Batch[] = []
  return { batches, send: (samples: readonly JsonSample[], skipped: number) => void batches.push({ values: samples.map((s) => s.value), skipped }) }
}

test('a few samples arrive all, ten times a second at most, and nothing is sent where nothing came', () => {
  const { batches, send } = collect()
  const tap = new Tap(send)
  for (let i = 0; i < 5; i++) tap.take(sample('t', i, i))
  vi.advanceTimersByTime(100)
  vi.advanceTimersByTime(1000)
  tap.take(sample('t', 5, 5))
  vi.advanceTimersByTime(100)
  expect(batches).toEqual([{ values: [0, 1, 2, 3, 4], skipped: 0 }, { values: [5], skipped: 0 }])
  tap.close()
})

test.each([199, 200, 201, 1000, 50_000])('%d at once are thinned evenly to what a view shows, and the rest is counted', (n) => {
  const { batches, send } = collect()
  const tap = new Tap(send)
  for (let i = 0; i < n; i++) tap.take(sample('t', i, i))
  vi.advanceTimersByTime(100)
  const { values, skipped } = batches[0]!
  expect(values.length + skipped).toBe(n)
  expect(values.length).toBeLessThanOrEqual(200)
  expect(values.length).toBeGreaterThanOrEqual(Math.min(n, 100))
  const steps = new Set(values.slice(1).map((v, i) => (v as number) - (values[i] as number)))
  expect(steps.size).toBe(1)
  // The next time it begins with every sample again.
  for (let i = 0; i < 3; i++) tap.take(sample('t', i, i))
  vi.advanceTimersByTime(100)
  expect(batches[1]).toEqual({ values: [0, 1, 2], skipped: 0 })
  tap.close()
})

test('large values are thinned by their size', () => {
  const { batches, send } = collect()
  const tap = new Tap(send)
  for (let i = 0; i < 100; i++) tap.take(sample('t', new Float32Array(10_000), i))
  vi.advanceTimersByTime(100)
  const { values, skipped } = batches[0]!
  expect(values.length).toBeLessThanOrEqual(2)
  expect(values.length + skipped).toBe(100)
  for (let i = 0; i < 3; i++) tap.take(sample('t', new Float32Array(50_000), i))
  vi.advanceTimersByTime(100)
  expect(batches[1]).toMatchObject({ skipped: 2 })
  tap.close()
})

test('a closed view gets nothing more', () => {
  const { batches, send } = collect()
  const tap = new Tap(send)
  tap.take(sample('t', 1, 1))
  tap.close()
  vi.advanceTimersByTime(1000)
  expect(batches).toEqual([])
})

test('several views of one output, and of an input, each see all; a swap under them changes nothing', async () => {
  const t = testFlow()
  const pins = new Pins(t.flow)
  const nodes = { a: 'source.test', b: 'source.test', end: 'flow.sink' } as const
  await t.deploy(testPlan(nodes, ['a -> end', 'b -> end']))
  const [one, two, input] = [collect(), collect(), collect()]
  pins.add({ node: 'a', port: 'value' }, one.send)
  const endTwo = pins.add({ node: 'a', port: 'value' }, two.send)
  const endInput = pins.add({ node: 'end', port: 'value' }, input.send)
  const round = (): Batch[] => {
    for (const { batches } of [one, two, input]) batches.length = 0
    t.emit('a', 1)
    t.emit('b', 2)
    vi.advanceTimersByTime(100)
    return [one, two, input].map(({ batches }) => batches[0] ?? { values: [], skipped: 0 })
  }
  const shown = (): unknown[] => round().map((b) => b.values)
  expect(shown()).toEqual([[1], [1], [1, 2]])
  endTwo()
  endTwo()
  expect(shown()).toEqual([[1], [], [1, 2]])
  // The source is another node now, and the input has one wire less.
  await t.deploy(testPlan({ ...nodes, a: ['source.test', 1] }, ['b -> end']))
  pins.place()
  expect(shown()).toEqual([[1], [], [2]])
  // The node is gone for a while.
  await t.deploy(testPlan({ b: 'source.test', end: 'flow.sink' }, ['b -> end']))
  pins.place()
  await t.deploy(testPlan(nodes, ['a -> end', 'b -> end']))
  pins.place()
  expect(shown()).toEqual([[1], [], [1, 2]])
  endInput()
  expect(t.flow.runs.get('b')!.outputs.get('value')!.tap).toBeUndefined()
  pins.close()
  expect(shown()).toEqual([[], [], []])
})
