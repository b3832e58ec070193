import { describe, expect, test } from 'vitest'
import { defineNode, port, same, sample, Type, type AnyNode, type Context, type JsonValue, type Sample } from '#kit'
import type { Step } from '#format'
import { testNodes, testPlan } from '../engine/harness.ts'
import type { Plan } from '../engine/contract.ts'
import { outputLine, Replay, type RecordedSample } from '../engine/replay.ts'
import type { Attached } from '../engine/flow.ts'
import { boundedJson } from './bounded.ts'
import { Tracer, type TracerOptions } from './tracer.ts'

const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [] } as const
const own = [
  defineNode({
    ...about, type: 'filter.words', effects: 'none', config: Type.Object({ n: Type.Number() }), inputs: { value: port.any() }, outputs: { value: same('value') },
    drops: { low: 'It is below the limit.' },
    receive: (_s: Sample, _p: string, ctx: Context) => ctx.drop('low'),
  }),
  /** What comes back to it goes round once more after 100 ms, three times in all. */
  defineNode({
    ...about, type: 'flow.round', effects: 'none', delays: true, config: Type.Object({ n: Type.Number() }), inputs: { value: port.any() }, outputs: { value: same('value') }, state: () => ({ last: null as Sample | null }),
    receive(s: Sample, _p: string, ctx: Context<unknown, { last: Sample | null }>) {
      if ((s.value as number) >= 3) return ctx.drop('enough')
      ctx.state.last = sample(s.tag, (s.value as number) + 1, s.time)
      ctx.hold()
      ctx.wakeAt(ctx.now + 100)
    },
    tick: (ctx: Context<unknown, { last: Sample | null }>) => ctx.emit['value']!(ctx.state.last!),
  }),
] as unknown as AnyNode[]
const all = [...testNodes, ...own]
const nodes = new Map<string, AnyNode>(all.map((n) => [n.type, n]))
const passOn = (): Promise<Attached> =>
  Promise.resolve({
    opened: { health: () => ({ state: 'ok' as const, text: '' }), close: async () => undefined, receive: async (s: Sample) => (s.value === 'drop' ? { drop: 'why' } : s.value === 'fail' ? Promise.reject(new Error('no')) : { emit: [['value', s]] as const }) },
    go: () => undefined, uses: () => true, exclusive: () => false, close: async () => undefined,
  })

function plan(of: Record<string, string>, wires: readonly string[], checked: readonly string[] = []): Plan {
  const made = testPlan(Object.fromEntries(Object.entries(of).map(([id, type]) => [id, nodes.has(type) && testNodes.some((n) => n.type === type) ? type : 'filter.any'])), wires)
  return {
    ...made,
    nodes: made.nodes.map((n) => ({ ...n, type: of[n.id]!, ports: checked.includes(n.id) ? { ...n.ports, inputs: { value: { kind: 'number' as const } } } : n.ports })),
    wires: made.wires.map((w) => ({ ...w, checked: checked.includes(w.to.node) })),
  }
}
const at = (end: string, value: Sample['value'], now: number): RecordedSample => ({ at: end, sample: sample('t', value, now), now })

async function traced(p: Plan, input: readonly RecordedSample[], options: TracerOptions = {}): Promise<{ steps: Step[]; skipped: number }> {
  const tracer = new Tracer(options)
  const run = await Replay.open(p, { nodes, open: passOn, visits: tracer })
  for (const one of input) await run.put(one)
  await run.advance(10_000)
  await run.close()
  return { steps: JSON.parse(tracer.steps()) as Step[], skipped: tracer.skipped }
}
const brief = (steps: readonly Step[]): unknown[] => steps.map((s) => [s.id, s.cause, s.node, s.what, s.outcome, ...(s.reason === undefined ? [] : [s.reason])])

test.each([
  ['emit', 'passed', undefined], ['hold', 'held', undefined], ['drop', 'dropped', 'why'], ['fail', 'failed', 'why'], ['throw', 'failed', 'why'], ['done', 'done', undefined], ['emit, hold', 'held', undefined], ['nothing', 'failed', 'The node ended without an outcome.'],
])("'%s' is told as %s", async (value, outcome, reason) => {
  const { steps } = await traced(plan({ s: 'source.test', a: 'filter.any' }, ['s -> a']), [at('s.value', value, 0)])
  expect(brief(steps)).toEqual([[0, null, 's', 'source', 'passed'], [1, 0, 'a', 'receive', outcome, ...(reason === undefined ? [] : [reason])]])
  expect(steps[1]!.out).toHaveLength(value.startsWith('emit') ? 1 : 0)
})

test("a drop is told in the node's own words", async () => {
  const { steps } = await traced(plan({ s: 'source.test', a: 'filter.words' }, ['s -> a']), [at('s.value', 1, 0)])
  expect(steps[1]).toMatchObject({ outcome: 'dropped', reason: 'It is below the limit.' })
})

test('each visit has its exact cause: through branches, nodes that take their time, and outputs that stay shut', async () => {
  const p = plan({ s: 'source.test', a: 'filter.any', b: 'inference.test', c: 'filter.any', up: 'uplink.test' }, ['s -> a', 's -> b', 'a -> c', 'b -> c', 'c -> up'])
  const { steps } = await traced(p, [at('s.value', 'emit', 0), at('s.value', 'drop', 5)])
  expect(brief(steps)).toEqual([
    [0, null, 's', 'source', 'passed'], [1, 0, 'a', 'receive', 'passed'], [2, 1, 'c', 'receive', 'passed'], [3, 2, 'up', 'receive', 'muted'],
    [4, 0, 'b', 'receive', 'passed'], [5, 4, 'c', 'receive', 'passed'], [6, 5, 'up', 'receive', 'muted'],
    [7, null, 's', 'source', 'passed'], [8, 7, 'a', 'receive', 'dropped', 'why'], [9, 7, 'b', 'receive', 'dropped', 'why'],
  ])
  expect(steps.every((s) => s.cause === null || s.cause < s.id)).toBe(true)
})

test('a timer is a step of its own, and what comes back in a loop has the step that sent it as its cause', async () => {
  const { steps } = await traced(plan({ s: 'source.test', r: 'flow.round' }, ['s -> r', 'r -> r']), [at('s.value', 1, 0)])
  expect(brief(steps)).toEqual([
    [0, null, 's', 'source', 'passed'], [1, 0, 'r', 'receive', 'held'], [2, null, 'r', 'timer', 'fired'], [3, 2, 'r', 'receive', 'held'], [4, null, 'r', 'timer', 'fired'], [5, 4, 'r', 'receive', 'dropped', 'enough'],
  ])
  expect(steps[2]).toMatchObject({ now: 100, out: [{ port: 'value', sample: { value: 2 } }] })
})

test('a sample that a wire of any kind may not bring is a failed step of the node', async () => {
  const { steps } = await traced(plan({ s: 'source.test', a: 'filter.any' }, ['s -> a'], ['a']), [at('s.value', 'text', 3)])
  expect(steps[1]).toMatchObject({ cause: 0, node: 'a', port: 'value', outcome: 'failed', sample: { value: 'text' } })
})

test('what an asynchronous node fails with is told, and acts are', async () => {
  const { steps } = await traced(plan({ s: 'source.test', b: 'inference.test' }, ['s -> b']), [at('s.value', 'fail', 0)])
  expect(steps[1]).toMatchObject({ outcome: 'failed', reason: 'no' })
  const tracer = new Tracer({ states: true })
  const run = await Replay.open(plan({ s: 'source.test', c: 'aggregate.count' }, ['s -> c']), { nodes, visits: tracer })
  await run.put(at('s.value', 1, 0))
  await run.act('c', { act: 'reset', args: {} }, 5)
  await expect(run.act('c', { act: 'no', args: {} }, 6)).rejects.toThrow("'c' has no act 'no'")
  await run.close()
  const told = JSON.parse(tracer.steps()) as Step[]
  expect(told.map((s) => [s.node, s.what, s.state])).toEqual([['s', 'source', undefined], ['c', 'receive', { count: 1 }], ['c', 'act', { count: 0 }]])
})

test('with a tracer or without, the same leaves', async () => {
  const p = plan({ s: 'source.test', a: 'filter.any', b: 'inference.test', c: 'aggregate.count', w: 'aggregate.span' }, ['s -> a', 's -> b', 'a -> c', 'b -> c', 'c -> w'])
  const input = Array.from({ length: 60 }, (_, i) => at('s.value', ['emit', 'twice', 'drop', 'throw'][i % 4]!, i * 3))
  const run = async (visits?: Tracer): Promise<string[]> => {
    const out: string[] = []
    const replay = await Replay.open(p, { nodes, open: passOn, ...(visits ? { visits } : {}) }, ['a.value', 'c.value', 'w.value'], (end, s) => void out.push(outputLine(end, s)))
    for (const one of input) await replay.put(one)
    await replay.end()
    await replay.close()
    return out
  }
  const plain = await run()
  expect(plain.length).toBeGreaterThan(100)
  expect(await run(new Tracer({ states: true }))).toEqual(plain)
})

describe('what is told is bounded', () => {
  const p = plan({ s: 'source.test', a: 'filter.any' }, ['s -> a'])
  const many = Array.from({ length: 100 }, (_, i) => at('s.value', 'emit', i))

  test('in steps: the rest is counted', async () => {
    const { steps, skipped } = await traced(p, many, { maxSteps: 30 })
    expect([steps.length, skipped]).toEqual([30, 170])
  })
  test('in bytes', async () => {
    const { steps, skipped } = await traced(p, many, { maxBytes: 1000 })
    expect(steps.length).toBeLessThan(20)
    expect(steps.length + skipped).toBe(200)
  })
  test('in time: what is outside is not told, and not counted as left out; the numbers go on', async () => {
    const { steps, skipped } = await traced(p, many, { show: { from: 10, to: 12 } })
    expect([steps.map((s) => s.id), skipped]).toEqual([[20, 21, 22, 23, 24, 25], 0])
  })
  test('in the size of a value', async () => {
    const { steps } = await traced(p, [at('s.value', new Uint8Array(300_000), 0)])
    expect(steps[0]!.sample!.value).toEqual({ $cut: '293 kB' })
  })
})

test.each<[unknown, JsonValue]>([
  [{ a: 1, b: [true, null, 'x'] }, { a: 1, b: [true, null, 'x'] }],
  [{ n: Number.NaN, i: -Infinity }, { n: { $number: 'NaN' }, i: { $number: '-Infinity' } }],
  [new Map([['k', new Float64Array([1, 2])]]), { k: [1, 2] }],
  [{ s: new Float32Array([1]), b: new Uint8Array(9), u: undefined, g: 5n, set: new Set([1]) }, { s: { $series: [1] }, b: { $cut: '9 bytes' }, u: null, g: '5', set: [1] }],
])('plain data of any kind becomes JSON: %o', (value, json) => {
  expect(boundedJson(value, 1000)).toEqual(json)
})

test('a large state is cut, and says so', () => {
  const json = boundedJson({ list: Array.from({ length: 10_000 }, (_, i) => i), rest: 'x'.repeat(5000) }, 800)
  expect(JSON.stringify(json).length).toBeLessThan(1000)
  expect(JSON.stringify(json)).toContain('$cut')
  let deep: unknown = 1
  for (let i = 0; i < 1000; i++) deep = { deep }
  expect(JSON.stringify(boundedJson(deep, 100_000))).toContain('nested deeper')
})
