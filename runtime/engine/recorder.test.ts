import { expect, test } from 'vitest'
import { defineNode, port, sample, Type, type AnyNode } from '#kit'
import type { Recorded } from '#format'
import type { Plan } from './contract.ts'
import { testFlow, testNodes, testPlan, type TestFlow } from './harness.ts'
import { LIMITS, Recorder, RecorderPool, type RecorderLimits } from './recorder.ts'
import { bytesOf, recordedOf, standingOf, stimuliOf } from './segment.ts'

const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [] } as const
/** Gives a number each 10 ms by itself. */
const generator = defineNode({
  ...about, type: 'flow.test-generator', effects: 'none', config: Type.Object({ n: Type.Number() }), inputs: {}, outputs: { value: port.number() }, scope: 'node', state: () => ({ n: 0 }),
  start: (ctx) => ctx.wakeAt(ctx.now + 10),
  tick(ctx) {
    ctx.emit['value']!(sample('g', ctx.state.n++, ctx.now))
    ctx.wakeAt(ctx.now + 10)
  },
})
const nodes: AnyNode[] = [...testNodes, generator as AnyNode]

interface World {
  readonly t: TestFlow
  readonly recorder: Recorder
  readonly said: string[]
  second(ms?: number): void
}
async function world(limits: Partial<RecorderLimits> = {}, settings: Plan['settings'] = {}, pool = new RecorderPool({ stateShare: 1, ...limits }), plan = testPlan({ s: 'source.test', c: 'aggregate.count' }, ['s -> c'])): Promise<World> {
  const t = testFlow(true, nodes)
  const said: string[] = []
  const recorder = new Recorder(t.flow, pool, (level, text) => void said.push(`${level}: ${text}`))
  const full = { ...plan, settings }
  await t.deploy(full)
  recorder.begin({ plan: full, armed: false, secrets: { pin: 'hunter2' }, models: {} })
  return {
    t, recorder, said,
    second(ms = 1000) {
      t.now += ms
      t.flow.advanceIdle(t.now)
      recorder.second(t.now)
    },
  }
}
const inputs = ({ recorder }: World): Recorded[] => recorder.report(1).segments.flatMap(({ id }) => [...recordedOf(recorder.segment(id)!, 0, Number.POSITIVE_INFINITY)])

test('what comes from outside is kept with its time, of every kind, and acts; what follows from them is not', async () => {
  const plan = testPlan({ s: 'source.test', c: 'aggregate.count' }, ['s -> c'])
  const w = await world({}, {}, undefined, { ...plan, nodes: [...plan.nodes, { id: 'g', type: 'flow.test-generator', title: 'g', config: { n: 1 }, ports: { inputs: {}, outputs: { value: { kind: 'number' } } } }] })
  const { t } = w
  t.emit('s', 1.5)
  t.now += 20
  t.flow.fireTimers(t.now)
  t.emit('s', 'text', 7, 'u')
  t.emit('s', new Float32Array([1, 2]))
  t.emit('s', { a: 1 })
  t.flow.act(t.flow.runs.get('c')!, 'reset', 't', {})
  expect(inputs(w)).toEqual([
    { at: 's.value', tag: 't', value: 1.5, time: 1000, now: 1000 },
    { at: 's.value', tag: 'u', value: 'text', time: 7, now: 1020 },
    { at: 's.value', tag: 't', value: { $series: [1, 2] }, time: 1020, now: 1020 },
    { at: 's.value', tag: 't', value: { a: 1 }, time: 1020, now: 1020 },
    { act: 'reset', node: 'c', now: 1020, tag: 't' },
  ])
  expect(w.recorder.report(4)).toMatchObject({ state: 'on', from: 1000, to: 1020, samples: 5, activity: [1, 0, 0, 4], breaks: [] })
  // No secret is in it.
  expect(JSON.stringify(w.recorder.segment(1))).not.toContain('hunter2')
})

test('the clocks stand while something is under way, and go on after it, also when it throws', async () => {
  const { t, recorder } = await world()
  let reads = 0
  Object.defineProperty(t, 'now', { get: () => 2000 + reads++ })
  const seen: number[] = []
  t.flow.tap('s', 'value', () => {
    seen.push(t.flow.now(), t.flow.now())
    throw new Error('a view broke')
  })
  expect(() => t.emit('s', 1, 0)).toThrow('a view broke')
  expect(seen[0]).toBe(seen[1])
  expect(t.flow.now()).not.toBe(t.flow.now())
  const [stimulus] = stimuliOf(recorder.segment(1)!)
  expect(stimulus!.now).toBe(seen[0])
})

test('a new segment begins with the state as it is then; the oldest goes with its time', async () => {
  const w = await world({ segmentMs: 3000 }, { record: 0.1 })
  for (let s = 0; s < 20; s++) {
    w.t.emit('s', s)
    w.second()
  }
  const { segments, from, to, limitMs } = w.recorder.report(1)
  expect(limitMs).toBe(6000)
  expect(segments.every((s, i) => i === 0 || (s.joined && s.from >= segments[i - 1]!.to))).toBe(true)
  expect(to! - from!).toBeGreaterThanOrEqual(6000)
  expect(to! - from!).toBeLessThanOrEqual(9000)
  for (const { id } of segments) {
    const piece = w.recorder.segment(id)!
    const first = [...recordedOf(piece, 0, Number.POSITIVE_INFINITY)][0]
    // The count so far is the number of samples before.
    const { state } = standingOf(piece).nodes['c']!.keys[0]!
    if (first && 'value' in first) expect(state).toEqual({ count: first.value })
  }
  expect(w.recorder.segment(1)).toBe(undefined)
})

test('a state is a copy: what the node does later does not change it', async () => {
  const w = await world({ segmentMs: 1 })
  w.t.emit('s', 1)
  w.second()
  w.t.emit('s', 1)
  const { segments } = w.recorder.report(1)
  expect(standingOf(w.recorder.segment(segments.at(-1)!.id)!).nodes['c']!.keys[0]!.state).toEqual({ count: 1 })
})

test('a deploy is a break; the recording goes on behind it', async () => {
  const w = await world()
  w.t.emit('s', 1)
  w.t.now += 100
  w.recorder.stop('Version 2 was deployed.')
  w.t.emit('s', 2)
  const plan = testPlan({ s: 'source.test', c: ['aggregate.count', 1] }, ['s -> c'], 2)
  await w.t.deploy(plan)
  w.recorder.begin({ plan, armed: false, secrets: {}, models: {} })
  w.t.emit('s', 3)
  const { breaks, segments } = w.recorder.report(1)
  expect(breaks).toEqual([{ time: 1000, reason: 'Version 2 was deployed.' }])
  expect(segments.map((s) => s.joined)).toEqual([false, false])
  expect(w.recorder.segment(segments[1]!.id)!.plan.version).toBe(2)
  expect(inputs(w).map((r) => ('value' in r ? r.value : 0))).toEqual([1, 3])
})

test('off is off: nothing listens', async () => {
  const { t, recorder } = await world({}, { record: 0 })
  expect([t.flow.feed, t.flow.witness]).toEqual([undefined, undefined])
  t.emit('s', 1)
  expect(recorder.report(3)).toMatchObject({ state: 'off', from: null, to: null, samples: 0, bytes: 0, activity: [0, 0, 0] })
})

test('more than can be kept is an overrun: nothing listens, and it begins again once less comes', async () => {
  const w = await world({ bytes: 20_000, segmentBytes: 4000 })
  for (let i = 0; i < 5000; i++) w.t.emit('s', i)
  expect(w.recorder.report(1).state).toBe('overrun')
  expect([w.t.flow.feed, w.t.flow.witness]).toEqual([undefined, undefined])
  expect(w.recorder.report(1).breaks.map((b) => b.reason)).toEqual(['More came in than can be kept.'])
  expect(w.said).toEqual(['info: More comes in than the recording can keep: it stops, and begins again when less comes.'])
  // As much as before: it does not even try.
  for (let s = 0; s < 11; s++) {
    for (let i = 0; i < 500; i++) w.t.emit('s', i)
    w.second()
  }
  expect(w.recorder.report(1).state).toBe('overrun')
  for (let s = 0; s < 21; s++) {
    w.t.emit('s', s)
    w.second()
  }
  const { state, segments } = w.recorder.report(1)
  expect(state).toBe('on')
  expect(segments.at(-1)!.joined).toBe(false)
  expect(w.said).toHaveLength(1)
})

test('it stays within its bytes, and all flows within theirs; the largest gives way', async () => {
  const pool = new RecorderPool({ stateShare: 1, bytes: 60_000, allBytes: 80_000, segmentMs: 2000, segmentBytes: 10_000 })
  const [a, b] = [await world({}, {}, pool), await world({}, {}, pool)]
  for (let s = 0; s < 200; s++) {
    for (let i = 0; i < 10; i++) a.t.emit('s', i)
    if (s % 2 === 0) b.t.emit('s', s)
    a.second()
    b.second()
    const [x, y] = [a.recorder.report(1).bytes, b.recorder.report(1).bytes]
    expect(x).toBeLessThanOrEqual(70_000)
    expect(x + y).toBeLessThanOrEqual(80_000)
  }
  expect([a.recorder.report(1).state, b.recorder.report(1).state]).toEqual(['on', 'on'])
  expect(a.recorder.report(1).samples).toBeGreaterThan(100)
  b.recorder.close()
  expect(pool.recorders.size).toBe(1)
})

test('sizes are honest: texts, series and images by what they hold, and a small part of a large buffer is copied', async () => {
  expect(bytesOf('x'.repeat(1000))).toBe(2000)
  expect(bytesOf(new Float32Array(1000))).toBeGreaterThanOrEqual(4000)
  expect(bytesOf({ format: 'png', width: 1, height: 1, data: new Uint8Array(5000) })).toBeGreaterThanOrEqual(5000)
  const w = await world()
  const before = w.recorder.report(1).bytes
  w.t.emit('s', new Uint8Array(new ArrayBuffer(1_000_000), 10, 100))
  expect(w.recorder.report(1).bytes - before).toBeLessThan(1000)
  const [value] = w.recorder.segment(1)!.others.values()
  expect((value as Uint8Array).buffer.byteLength).toBe(100)
  // 43 bytes a number, in whole columns.
  for (let i = 0; i < 1000; i++) w.t.emit('s', i)
  const grown = w.recorder.report(1).bytes - before
  expect(grown).toBeGreaterThan(43 * (1000 - 64))
  expect(grown).toBeLessThan(2 * 43 * 1100)
})

test('tags that never end are counted, too', async () => {
  const w = await world({ bytes: 200_000 })
  for (let i = 0; i < 5000; i++) w.t.emit('s', i, w.t.now, `plant/line/${i}/temperature`)
  expect(w.recorder.report(1).state).toBe('overrun')
})

test('a state that is no plain data stops the recording, not the flow', async () => {
  const odd = defineNode({ ...about, type: 'filter.any', effects: 'none', config: Type.Object({}), inputs: { value: port.any() }, outputs: {}, state: () => ({ call: () => 1 }), receive: (_s, _p, ctx) => ctx.hold() })
  const t = testFlow(true, [...testNodes.filter((n) => n.type !== 'filter.any'), odd as AnyNode])
  const said: string[] = []
  const pool = new RecorderPool({ segmentMs: 1, stateShare: 1 })
  const recorder = new Recorder(t.flow, pool, (level, text) => void said.push(`${level}: ${text}`))
  const plan = testPlan({ s: 'source.test', a: 'filter.any' }, ['s -> a'])
  await t.deploy(plan)
  recorder.begin({ plan, armed: false, secrets: {}, models: {} })
  t.emit('s', 1)
  t.now += 1000
  recorder.second(t.now)
  expect(recorder.report(1).state).toBe('off')
  expect(said).toEqual([expect.stringMatching(/^warning: The flow is not recorded/)])
  t.emit('s', 2)
  expect(t.flow.runs.get('a')!.ledger().in).toBe(2)
})

test('clearing forgets all and goes on', async () => {
  const w = await world()
  w.t.emit('s', 1)
  w.recorder.clear()
  expect(w.recorder.report(1)).toMatchObject({ samples: 0, state: 'on', breaks: [] })
  w.t.emit('s', 2)
  expect(inputs(w)).toMatchObject([{ value: 2 }])
})

test('the limits are those that the documentation names', () => {
  expect(LIMITS).toMatchObject({ bytes: 16 * 1024 ** 2, allBytes: 64 * 1024 ** 2, segmentMs: 30_000, segmentInputs: 20_000, leastMs: 10_000, retryMs: 10_000 })
})
