// Wires that lead back to where they came from, through a node that delays.
import { beforeAll, expect, test } from 'vitest'
import { defineNode, port, same, sample, Type, type AnyNode, type Context, type Sample } from '#kit'
import type { Plan } from './contract.ts'
import { prepareHops } from './hops.ts'
import { testFlow, testNodes, testPlan, type TestFlow } from './harness.ts'
import { replay } from './replay.ts'

interface Line {
  samples: Sample[]
}
/** A delay line of 100 ms for n samples of a tag; when it is full the oldest leaves at once. Counts its timers' ends. */
const line = defineNode({
  version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [], type: 'flow.line', effects: 'none', delays: true, drains: () => true,
  config: Type.Object({ n: Type.Number({ default: 0 }) }), inputs: { value: port.any() }, outputs: { value: same('value') }, state: (): Line => ({ samples: [] }),
  receive(s: Sample, _port: string, ctx: Context<{ n: number }, Line>) {
    ctx.state.samples.push(s)
    if (ctx.state.samples.length > ctx.config.n) ctx.emit['value']!(ctx.state.samples.shift()!)
    else ctx.hold()
    ctx.wakeAt(ctx.now + 100)
  },
  tick(ctx: Context<{ n: number }, Line>) {
    const { samples } = ctx.state
    ctx.state.samples = []
    for (const s of samples) ctx.emit['value']!(s)
  },
})
/** Gives each sample another tag: a, b, a, b, ... */
const rename = defineNode({
  version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [], type: 'transform.rename', effects: 'none', config: Type.Object({ n: Type.Number({ default: 0 }) }),
  inputs: { value: port.any() }, outputs: { value: same('value') },
  receive: (s: Sample, _port: string, ctx: Context) => ctx.emit['value']!(sample(s.tag === 'a' ? 'b' : 'a', s.value, s.time)),
})
const nodes = [...testNodes, line, rename] as unknown as AnyNode[]

function loop(limit: number): Plan {
  const plan = testPlan({ s: 'source.test', r: 'filter.any', d: 'filter.any' }, ['s -> r', 'd -> r', 'r -> d'])
  return { ...plan, nodes: plan.nodes.map((n) => (n.id === 'r' ? { ...n, type: 'transform.rename' } : n.id === 'd' ? { ...n, type: 'flow.line', config: { n: limit } } : n)) }
}
const ledger = (t: TestFlow, id: string) => t.flow.runs.get(id)!.ledger()
const sound = (t: TestFlow): void => {
  for (const run of t.flow.runs.values()) expect([run.plan.id, run.imbalance(), run.lost]).toEqual([run.plan.id, 0, 0])
}

beforeAll(() => prepareHops(64))

test('a sample that comes back under another tag is held in the state of that tag', async () => {
  const t = testFlow(true, nodes)
  await t.deploy(loop(10))
  t.emit('s', 1, 1000, 'a')
  t.emit('s', 2, 1000, 'a')
  t.emit('s', 3, 1000, 'b')
  for (let i = 0; i < 5; i++) t.flow.fireTimers((t.now += 100))
  const keys = t.flow.runs.get('d')!.saveState()
  expect(keys.flatMap((k) => (k.state as Line).samples.map((s) => s.value)).toSorted()).toEqual([1, 2, 3])
  for (const k of keys) expect((k.state as Line).samples.every((s) => s.tag === k.tag)).toBe(true)
  sound(t)
})

test('a delay that is full fails what comes back at once, and does not go round in it', async () => {
  const t = testFlow(true, nodes)
  await t.deploy(loop(1))
  for (let i = 0; i < 6; i++) t.emit('s', i, 1000, 'a')
  expect(ledger(t, 'd').failed).toBeGreaterThan(0)
  expect(ledger(t, 'd').in).toBeLessThan(20)
  for (let i = 0; i < 5; i++) t.flow.fireTimers((t.now += 100))
  sound(t)
})

test('a recording ends, though a loop never does', async () => {
  const seen: unknown[] = []
  const input = [1, 2].map((value) => ({ at: 's.value', sample: sample('a', value, 1000 + value) }))
  await replay(loop(10), { nodes: new Map(nodes.map((n) => [n.type, n])) }, input, ['r.value'], (_at, s) => void seen.push(s.value))
  expect(seen).toEqual([1, 2])
})
