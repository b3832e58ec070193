// What goes wrong in a node's own code, or comes at an awkward moment of a swap, must stay where it is.
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { defineNode, port, same, sample, Type, type AnyNode, type Context, type Heard, type Sample } from '#kit'
import type { Plan, StateItem } from './contract.ts'
import { prepareHops } from './hops.ts'
import { testFlow, testNodes, testPlan, type TestFlow } from './harness.ts'

const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [], effects: 'none', config: Type.Object({ n: Type.Number({ default: 0 }) }), inputs: { value: port.any() }, outputs: { value: same('value') } } as const
type C = Context<{ n: number }, { total: number }>
const pass = (s: Sample, _port: string, ctx: Context): void => ctx.emit['value']!(s)
/** Throws where n is 13. */
const unlucky = ({ n }: { n: number }): void => {
  if (n === 13) throw new Error('unlucky')
}
const nodes = [
  ...testNodes,
  defineNode({ ...about, type: 'filter.gain', receive: (s: Sample, _p: string, ctx: C) => ctx.emit['value']!(sample(s.tag, (s.value as number) * (1 + ctx.config.n), s.time)) }),
  defineNode({ ...about, type: 'aggregate.key', state: () => ({ total: 0 }), carries: () => true, key: (c: { n: number }) => (unlucky(c), (s: Sample) => s.tag), receive: (s: Sample, _p: string, ctx: C) => ctx.emit['value']!(sample(s.tag, ++ctx.state.total, s.time)) }),
  defineNode({ ...about, type: 'aggregate.complete', state: () => ({ total: 0 }), carries: () => true, complete: (c: { n: number }) => (unlucky(c), (mark: number) => (c.n === 7 ? (unlucky({ n: 13 }), 0) : mark)), receive: pass }),
  defineNode({ ...about, type: 'aggregate.carries', state: () => ({ total: 0 }), carries: (c: { n: number }) => (unlucky(c), true), receive: (s: Sample, _p: string, ctx: C) => ctx.emit['value']!(sample(s.tag, ++ctx.state.total, s.time)) }),
  defineNode({ ...about, type: 'flow.queue', queue: (c: { n: number }) => (unlucky(c), { limit: 3 + c.n, policy: 'block' as const }), carries: () => true, receive: () => undefined }),
  defineNode({ ...about, type: 'inference.count', inFlight: (c: { n: number }) => (unlucky(c), 1), state: () => ({ total: 0 }), scope: 'node', carries: (c: { n: number }) => (unlucky(c), true), open: () => Promise.reject(new Error('opened by the test')) }),
  /** Ticks every 100 ms for ever. */
  defineNode({ ...about, type: 'rule.beat', state: () => ({ total: 0 }), receive: (s: Sample, _p: string, ctx: C) => (ctx.hold(), ctx.wakeAtWatermark(s.time + 50)), tick: (ctx: C) => (ctx.wakeAt(ctx.now + 100), ctx.emit['value']!(sample('beat', ++ctx.state.total, ctx.now))) }),
  defineNode({ ...about, type: 'flow.catch', inputs: {}, outputs: { value: port.any() }, scope: 'node', hears: 'failures', hear: (heard: Heard, ctx: Context) => void (heard.what === 'failure' && heard.sample && ctx.emit['value']!(heard.sample)) }),
  defineNode({ ...about, type: 'flow.status', inputs: {}, outputs: { value: port.any() }, scope: 'node', hears: 'health', hear: (heard: Heard, ctx: Context) => void (heard.what === 'health' && ctx.emit['value']!(sample(heard.node, `${heard.health.state} ${heard.health.text}`, ctx.now))) }),
] as unknown as AnyNode[]

type Entries = Record<string, string | readonly [string, number]>
function plan(list: Entries, wires: string[], version = 1): Plan {
  const base = testPlan(Object.fromEntries(Object.keys(list).map((id) => [id, 'filter.any'])), wires, version)
  return {
    ...base,
    nodes: base.nodes.map((node) => {
      const entry = list[node.id]!
      const [type, n] = typeof entry === 'string' ? [entry, 0] : entry
      const def = nodes.find((d) => d.type === type)!
      const ports = (names: object) => Object.fromEntries(Object.keys(names).map((name) => [name, { kind: 'any' as const }]))
      return { ...node, type, config: { n }, ports: { inputs: ports(def.inputs), outputs: ports(def.outputs) } }
    }),
  }
}
const values = (seen: readonly Sample[]): unknown[] => seen.map((s) => s.value)
const balanced = (t: TestFlow): void => {
  for (const run of t.flow.runs.values()) expect([run.plan.id, run.imbalance(), run.lost]).toEqual([run.plan.id, 0, 0])
}
const turns = async (n = 20): Promise<void> => {
  for (let i = 0; i < n; i++) await new Promise(setImmediate)
}

beforeAll(() => prepareHops(64))

describe('code that throws at a deploy', () => {
  test.each(['aggregate.key', 'aggregate.complete', 'aggregate.carries', 'flow.queue', 'inference.count'])('of %s makes it fail, and what ran runs on', async (type) => {
    const t = testFlow(true, nodes)
    const flow = (n: number): Plan => plan({ s: 'source.test', g: ['filter.gain', n], x: [type, n === 0 ? 0 : 13], end: 'flow.sink' }, ['s -> g', 'g -> x', 'x -> end'])
    // The one that is asked with what it had before throws then.
    if (type === 'aggregate.carries') {
      await t.deploy(plan({ s: 'source.test', g: ['filter.gain', 0], x: [type, 13], end: 'flow.sink' }, ['s -> g', 'g -> x', 'x -> end']))
      await expect(t.deploy(plan({ s: 'source.test', g: ['filter.gain', 1], x: [type, 1], end: 'flow.sink' }, ['s -> g', 'g -> x', 'x -> end']))).rejects.toThrow('unlucky')
    } else {
      await t.deploy(flow(0))
      await expect(t.deploy(flow(1))).rejects.toThrow('unlucky')
    }
    const seen = t.watch('g')
    t.emit('s', 5)
    await turns(3)
    expect(values(seen)).toEqual([5])
    expect(t.flow.runs.get('end')!.ledger().in).toBe(1)
    balanced(t)
    await t.deploy(plan({ s: 'source.test', g: ['filter.gain', 2], end: 'flow.sink' }, ['s -> g', 'g -> end']))
    t.emit('s', 5)
    expect(t.flow.runs.get('g')!.outputs.get('value')!.last!.value).toBe(15)
  })

  test('about state of a form that it no longer knows begins anew, and says so', async () => {
    const t = testFlow(true, nodes)
    const of = (n: number): Plan => plan({ s: 'source.test', x: ['aggregate.carries', n], y: 'aggregate.count' }, ['s -> x', 's -> y'])
    await t.deploy(of(13))
    t.emit('s', 1)
    const again = testFlow(true, nodes)
    await again.deploy(of(1), structuredClone(t.flow.save()))
    again.emit('s', 1)
    expect([again.flow.runs.get('x')!.outputs.get('value')!.last!.value, again.flow.runs.get('y')!.outputs.get('value')!.last!.value]).toEqual([1, 2])
    expect(again.log.filter((l) => l.startsWith('warning x'))).toHaveLength(1)
  })
})

describe('code that throws as a flow runs', () => {
  test('about event time stops that time behind the node, and nothing else', async () => {
    const t = testFlow(true, nodes)
    await t.deploy(plan({ s: 'source.test', x: ['aggregate.complete', 7], span: 'aggregate.span' }, ['s -> x', 'x -> span']))
    for (const time of [1000, 1020]) t.emit('s', 1, time)
    t.flow.advanceIdle(t.now)
    expect(t.flow.runs.get('span')!.ledger()).toMatchObject({ in: 2, held: 2 })
    expect([...t.flow.runs.get('x')!.issues.values()].map((i) => i.issue.text)).toEqual([expect.stringContaining('unlucky')])
  })

  test('about its health is an error of that node, told as such', async () => {
    const t = testFlow(true, nodes)
    await t.deploy(plan({ s: 'source.test', h: 'flow.status' }, []))
    t.flow.runs.get('s')!.opened = { health: () => { throw new Error('no idea') }, close: async () => undefined }
    const seen = t.watch('h')
    t.flow.advanceIdle(t.now)
    expect(values(seen)).toEqual([expect.stringContaining('no idea')])
    expect(t.flow.runs.get('s')!.health()).toMatchObject({ state: 'error', issue: { code: 'NODE_FAILED' } })
  })
})

describe('catches', () => {
  test('whose branches fail do not hand failures to each other for ever', async () => {
    const t = testFlow(true, nodes)
    await t.deploy(plan({ s: 'source.test', a: 'filter.any', c: 'flow.catch', x: 'filter.any', d: 'flow.catch', y: 'filter.any' }, ['s -> a', 'c -> x', 'd -> y']))
    t.emit('s', 'fail')
    expect(['a', 'x', 'y'].map((id) => t.flow.runs.get(id)!.ledger().failed)).toEqual([1, 1, 1])
    balanced(t)
  })
})

describe('a source that speaks at once when it may', () => {
  /** Its pause keeps what it has to say, as a gate does. */
  function eager(t: TestFlow, node: string): { say(value: number): void } {
    const run = t.flow.runs.get(node)!
    const waiting: number[] = []
    let full = false
    const attached = t.flow.attached.get(run) as { pause?: (full: boolean) => void }
    attached.pause = (now) => {
      full = now
      while (!full && waiting.length > 0) t.emit(node, waiting.shift()!)
    }
    return { say: (value) => void (full ? waiting.push(value) : t.emit(node, value)) }
  }

  test('says it to the new nodes of a swap, and behind what waits', async () => {
    const t = testFlow(false, nodes)
    // A gain of 1, then of 1001: what it gives is the same but for thousands.
    const of = (n: number, limit: number): Plan => ({ ...plan({ s: 'source.test', g: ['filter.gain', 1000 * n], q: ['flow.queue', n], up: 'inference.test' }, ['s -> g', 'g -> q', 'q -> up']), settings: { queue: limit } })
    await t.deploy(of(0, 2))
    const source = eager(t, 's')
    const all: number[] = []
    for (let i = 1; i <= 30; i++) {
      source.say(i)
      all.push(i)
      await turns(2)
    }
    await t.deploy(of(1, 20))
    const order: unknown[] = []
    while (t.receiving.length > 0) {
      order.push((t.receiving[0]!.sample.value as number) % 1000)
      await t.receiving[0]!.end()
      await turns(2)
    }
    expect(order).toEqual(all)
    expect(t.flow.runs.get('up')!.ledger()).toMatchObject({ in: 30, passed: 30, dropped: {} })
    expect(t.flow.runs.get('g')!.ledger()).toMatchObject({ in: 30, passed: 30, failed: 0 })
    balanced(t)
  })

  test('finds a new node started', async () => {
    const begun: string[] = []
    const starter = defineNode({ ...about, type: 'rule.starter', scope: 'node', state: () => ({ total: 0 }), start: () => void begun.push('start'), receive: (s: Sample, _p: string, ctx: Context) => (begun.push(String(s.value)), ctx.emit['value']!(s)) })
    nodes.push(starter as unknown as AnyNode)
    const t = testFlow(false, nodes)
    const of = (list: Entries, wires: string[]): Plan => plan({ s: 'source.test', up: 'inference.test', ...list }, wires)
    await t.deploy({ ...of({}, ['s -> up']), settings: { queue: 2 } })
    const source = eager(t, 's')
    for (let i = 1; i <= 9; i++) source.say(i)
    await t.deploy({ ...of({ r: 'rule.starter' }, ['s -> up', 's -> r']), settings: { queue: 20 } })
    expect(begun).toEqual(['start', '7', '8', '9'])
    nodes.pop()
  })

  test('is paused when it is taken back in front of a queue that is still full', async () => {
    const t = testFlow(false, nodes)
    const flow = plan({ s: 'source.test', up: 'inference.test', more: 'source.test' }, ['s -> up', 'more -> up'])
    await t.deploy({ ...flow, settings: { queue: 2 } })
    for (let i = 0; i < 6; i++) t.emit('s', i)
    expect(t.log).toContain('pause s')
    t.exclusive.add('s')
    t.broken.add('more')
    t.log.length = 0
    const other = plan({ s: ['source.test', 1], up: 'inference.test', more: ['source.test', 1] }, ['s -> up', 'more -> up'])
    await expect(t.deploy({ ...other, settings: { queue: 2 } })).rejects.toThrow('NODE_OPEN')
    expect(t.log.slice(t.log.lastIndexOf('open s'))).toEqual(['open s', 'pause s', 'go s'])
  })
})

describe('a node that has left', () => {
  test('is not woken any more, whatever the source that leaves with it still says', async () => {
    const t = testFlow(true, nodes)
    const of = (n: number): Plan => plan({ s: ['source.test', n], b: ['rule.beat', n], end: 'aggregate.count' }, ['s -> b', 'b -> end'])
    await t.deploy(of(0))
    const [source, beat] = [t.flow.runs.get('s')!, t.flow.runs.get('b')!]
    t.emit('s', 1, 1000)
    let close = (): void => undefined
    t.flow.attached.get(source)!.close = () => new Promise((go) => (close = go))
    const swap = t.deploy(of(1))
    await turns()
    t.flow.inject(source, 'value', sample('t', 2, 1100))
    close()
    await swap
    for (let i = 0; i < 5; i++) t.flow.fireTimers((t.now += 100))
    expect(beat.outputs.get('value')!.count).toBe(0)
  })

  test('with its flow gives nothing more, though it was busy then', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const t = testFlow(false, nodes)
    await t.deploy(plan({ s: 'source.test', slow: 'inference.test', d: 'flow.delay', end: 'flow.sink' }, ['s -> slow', 'slow -> d', 'd -> end']))
    t.emit('s', 1)
    t.emit('s', 2)
    const delay = t.flow.runs.get('d')!
    await t.receiving[0]!.end()
    await t.flow.close()
    await t.receiving[0]!.end()
    expect(delay.ledger().in).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })
})

describe('what is kept', () => {
  test('of a node whose place another type takes is gone from the checkpoint', async () => {
    const t = testFlow(true, nodes)
    await t.deploy(plan({ s: 'source.test', x: 'aggregate.count', end: 'flow.sink' }, ['s -> x', 'x -> end']))
    t.emit('s', 1)
    const store = new Map<string, StateItem>()
    const save = (): void => {
      const { drop, put } = t.flow.takeChanges(false)
      for (const d of drop) for (const [key, i] of store) if ((d.node ?? i.node) === i.node && (d.item ?? i.item) === i.item) store.delete(key)
      for (const i of put) store.set(`${i.node} ${i.item}`, i)
    }
    save()
    expect([...store.keys()]).toContain('x key:t')
    await t.deploy(plan({ s: 'source.test', x: 'source.test', end: 'flow.sink' }, ['s -> end', 'x -> end']))
    t.emit('x', 1)
    save()
    expect([...store.keys()].toSorted()).toEqual(['s node', 'x node'])
  })

  test('by a node that still ends is in a checkpoint made meanwhile, not the beginning of the one in its place', async () => {
    const t = testFlow(false, nodes)
    const of = (n: number): Plan => plan({ s: 'source.test', x: ['inference.count', n], end: 'flow.sink' }, ['s -> x', 'x -> end'])
    await t.deploy(of(0))
    t.emit('s', 1)
    const old = t.flow.runs.get('x')!
    old.ctx.state = { total: 5 }
    const total = (items: readonly StateItem[]): unknown => (items.find((i) => i.node === 'x' && i.item === 'key:')?.value as { state?: { total?: unknown } } | undefined)?.state?.total
    expect(total(structuredClone(t.flow.takeChanges(true)).put)).toBe(5)
    const swap = t.deploy(of(1))
    await turns()
    expect(t.flow.runs.get('x')).not.toBe(old)
    expect(total(structuredClone(t.flow.takeChanges(false)).put)).toBe(5)
    old.ctx.state = { total: 6 }
    await t.receiving[0]!.end()
    await swap
    expect(t.flow.runs.get('x')!.ctx.state).toEqual({ total: 6 })
    expect(total(structuredClone(t.flow.takeChanges(false)).put)).toBe(6)
  })

  test('after a restart is closed what was closed before, also what time alone has closed', async () => {
    const flow = plan({ s: 'source.test', span: 'aggregate.span' }, ['s -> span'])
    const t = testFlow(true, nodes)
    await t.deploy(flow)
    t.emit('s', 1, 1000)
    t.flow.advanceIdle((t.now += 10_050))
    expect(t.flow.runs.get('span')!.outputs.get('value')!.count).toBe(1)
    const { put } = structuredClone(t.flow.takeChanges(true))
    expect(put).toContainEqual({ flow: 'f', node: 'span', item: 'reached', value: 1050 })
    const again = testFlow(true, nodes)
    again.now = t.now + 1000
    await again.deploy(flow, structuredClone(t.flow.save()))
    again.emit('s', 1, 1001)
    expect(again.flow.runs.get('span')!.ledger()).toMatchObject({ in: 1, held: 0, dropped: { late: 1 } })
  })

  test('of tags that are forgotten takes no room, also where no checkpoint is made', async () => {
    const forgetful = defineNode({ ...about, type: 'rule.forgets', state: () => ({ total: 0 }), receive: (s: Sample, _p: string, ctx: Context) => (ctx.emit['value']!(s), ctx.forget()) })
    nodes.push(forgetful as unknown as AnyNode)
    const t = testFlow(true, nodes)
    await t.deploy(plan({ s: 'source.test', x: 'rule.forgets', end: 'flow.sink' }, ['s -> x', 'x -> end']))
    for (let i = 0; i < 1000; i++) t.emit('s', i, 1000, `tag${i}`)
    const run = t.flow.runs.get('x')! as unknown as { dirty: unknown[]; forgotten: unknown[] }
    expect([run.dirty.length, run.forgotten.length]).toEqual([0, 0])
    t.flow.takeChanges(false)
    t.emit('s', 1, 1000, 'more')
    expect(t.flow.takeChanges(false).drop).toEqual([{ flow: 'f', node: 'x', item: 'key:more' }])
    nodes.pop()
  })
})

describe('a queue that the user placed', () => {
  test('hands on no more than what follows has room for', async () => {
    const t = testFlow(false, nodes)
    await t.deploy({ ...plan({ s: 'source.test', q: ['flow.queue', 500], slow: 'inference.test' }, ['s -> q', 'q -> slow']), settings: { queue: 2 } })
    for (let i = 0; i < 100; i++) t.emit('s', i)
    await turns()
    expect(t.flow.runs.get('slow')!.ledger().dropped).toEqual({})
    const seen = t.watch('slow')
    while (t.receiving.length > 0) {
      await t.receiving[0]!.end()
      await turns(2)
    }
    expect(values(seen)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    balanced(t)
  })

  test('that is full behind a loop of its own does not wait for itself', async () => {
    const t = testFlow(true, nodes)
    await t.deploy(plan({ s: 'source.test', q: 'flow.queue', g: 'filter.any', d: 'flow.delay' }, ['s -> q', 'd -> q', 'q -> g', 'g -> d']))
    for (let i = 0; i < 5; i++) t.emit('s', 'emit')
    await turns()
    expect(t.flow.runs.get('q')!.ledger()).toMatchObject({ in: 5, passed: 5, queued: 0 })
  })
})
