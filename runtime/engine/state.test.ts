// What nodes keep: by key, over a deploy that changes them, in checkpoints that hold only what changed, until they forget.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineNode, port, same, sample, type AnyNode, type Context, type Heard, type Sample } from '#kit'
import type { StateItem, StateScope } from './contract.ts'
import type { SavedNode } from './flow.ts'
import { testFlow, testNodes, testPlan } from './harness.ts'

interface Sum {
  total: number
}
type Ctx = Context<{ n: number }, Sum>
const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [], config: testNodes[0]!.config, inputs: { value: port.any() }, outputs: { value: same('value') } } as const
const nodes = [
  ...testNodes,
  /** Sums by the tag's first letter; forgets at a negative value, and at the text 'done' of a timer. */
  defineNode({
    ...about, type: 'aggregate.letters', effects: 'none', state: () => ({ total: 0 }),
    key: () => (s: Sample) => {
      if (s.tag === '') throw new Error('no letter')
      return s.tag[0]!
    },
    carries: (from: { n: number }, to: { n: number }) => from.n < 10 && to.n < 10,
    receive(s: Sample, _port: string, ctx: Ctx) {
      ctx.state.total += s.value as number
      ctx.emit['value']!(sample(ctx.tag, ctx.state.total * (1 + ctx.config.n), s.time))
      if ((s.value as number) < 0) ctx.forget()
      else ctx.wakeAt(ctx.now + 1000)
    },
    tick(ctx: Ctx) {
      ctx.forget()
    },
  }),
  defineNode({ ...about, type: 'flow.begin', effects: 'none', inputs: {}, outputs: { value: port.any() }, scope: 'node', state: () => ({ total: 0 }), start: (ctx: Ctx) => void (ctx.state.total++, ctx.emit['value']!(sample('begin', ctx.state.total, ctx.now))) }),
  defineNode({ ...about, type: 'flow.catch', effects: 'none', inputs: {}, outputs: { value: port.any() }, scope: 'node', hears: 'failures', hear: (heard: Heard, ctx: Context) => void (heard.what === 'failure' && ctx.emit['value']!(heard.sample ?? sample(heard.node, heard.issue.text, 0))) }),
  defineNode({ ...about, type: 'flow.queue', effects: 'none', queue: () => ({ limit: 3, policy: 'block' }), receive: () => undefined }),
] as unknown as AnyNode[]

/** Plans of these nodes, with their own ports. */
function plan(list: Record<string, string | readonly [string, number]>, wires: string[], version = 1) {
  const known = Object.fromEntries(Object.entries(list).map(([id, e]) => [id, testNodes.some((n) => n.type === (typeof e === 'string' ? e : e[0])) ? e : 'filter.any'] as const))
  const p = testPlan(known, wires, version)
  return {
    ...p,
    nodes: p.nodes.map((node) => {
      const entry = list[node.id]!
      const [type, n] = typeof entry === 'string' ? [entry, 0] : entry
      const def = nodes.find((d) => d.type === type)!
      const ports = (names: object) => Object.fromEntries(Object.keys(names).map((name) => [name, { kind: 'any' as const }]))
      return { ...node, type, config: { n }, ports: { inputs: ports(def.inputs), outputs: ports(def.outputs) } }
    }),
  }
}
const letters = (n = 0, version = 1) => plan({ s: 'source.test', l: ['aggregate.letters', n] }, ['s -> l'], version)

describe('state by a key of its own', () => {
  test('is shared by the tags that have the key, and a key that cannot be told fails the sample', async () => {
    const t = testFlow(true, nodes)
    await t.deploy(letters())
    const seen = t.watch('l')
    for (const [tag, value] of [['ab', 1], ['ac', 2], ['b', 5], ['', 1], ['ad', 4]] as const) t.emit('s', value, 1000, tag)
    expect(seen.map((s) => [s.tag, s.value])).toEqual([['a', 1], ['a', 3], ['b', 5], ['a', 7]])
    expect(t.flow.runs.get('l')!.ledger()).toMatchObject({ in: 5, passed: 4, failed: 1 })
    expect(t.flow.runs.get('l')!.imbalance()).toBe(0)
  })

  test('is gone when it was forgotten, and its timer with it', async () => {
    const t = testFlow(true, nodes)
    await t.deploy(letters())
    const seen = t.watch('l')
    t.emit('s', 5, 1000, 'a')
    t.emit('s', -1, 1000, 'a')
    expect(t.flow.runs.get('l')!.keys.size).toBe(0)
    t.emit('s', 5, 1000, 'a')
    expect(seen.map((s) => s.value)).toEqual([5, 4, 5])
    t.now = 2000
    t.flow.fireTimers(2000)
    expect(t.flow.runs.get('l')!.keys.size).toBe(0)
    expect(t.flow.runs.get('l')!.imbalance()).toBe(0)
  })
})

describe('a deploy that changes a node', () => {
  test('keeps its state and its counts where the new settings can hold them', async () => {
    const t = testFlow(true, nodes)
    await t.deploy(letters(0))
    t.emit('s', 5, 1000, 'a')
    const done = await t.deploy(letters(1, 2))
    expect(done).toMatchObject({ kept: ['s'], carried: ['l'], restarted: [] })
    const seen = t.watch('l')
    t.emit('s', 1, 1000, 'a')
    expect(seen.map((s) => s.value)).toEqual([12])
    expect(t.flow.runs.get('l')!.ledger()).toMatchObject({ in: 2, passed: 2 })
  })

  test('begins anew where they cannot, or where another kind of sample comes in', async () => {
    const t = testFlow(true, nodes)
    await t.deploy(letters(0))
    t.emit('s', 5, 1000, 'a')
    expect(await t.deploy(letters(10, 2))).toMatchObject({ carried: [], restarted: ['l'] })
    expect(t.flow.runs.get('l')!.keys.size).toBe(0)
    const other = letters(10, 3)
    t.emit('s', 5, 1000, 'a')
    const kelvin = { ...other, nodes: other.nodes.map((n) => (n.id === 'l' ? { ...n, ports: { ...n.ports, inputs: { value: { kind: 'number' as const, unit: 'K' } } } } : n)) }
    expect(await t.deploy(kelvin)).toMatchObject({ kept: ['s'], carried: [], restarted: ['l'] })
  })

  test('starts a node that begins a stream once: not when it is kept, not from a checkpoint', async () => {
    const t = testFlow(true, nodes)
    const one = plan({ b: 'flow.begin', sink: 'filter.any' }, ['b -> sink'])
    await t.deploy(one)
    expect(t.flow.runs.get('sink')!.ledger().in).toBe(1)
    await t.deploy({ ...one, version: 2 })
    expect(t.flow.runs.get('sink')!.ledger().in).toBe(1)
    const again = testFlow(true, nodes)
    await again.deploy(one, structuredClone(t.flow.save()))
    expect(again.flow.runs.get('sink')!.ledger().in).toBe(0)
    expect(again.flow.runs.get('b')!.ctx.state).toEqual({ total: 1 })
  })

  test('a stream that a node begins by itself moves event time on', async () => {
    const t = testFlow(true, nodes)
    await t.deploy(plan({ b: 'flow.begin', span: 'aggregate.span' }, ['b -> span']))
    expect(t.flow.runs.get('span')!.watermark(t.now)).toBe(1000)
  })
})

describe('a checkpoint of what changed', () => {
  test('put on the one before says the same as all of it, whatever happened in between', async () => {
    const act = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constantFrom('a', 'b', 'c', 'd1', 'd2'), fc.integer({ min: -1, max: 3 })) },
      { weight: 2, arbitrary: fc.constant('save' as const) },
      { weight: 1, arbitrary: fc.constant('whole' as const) },
      { weight: 1, arbitrary: fc.constant('time' as const) },
      { weight: 1, arbitrary: fc.constantFrom(0, 1, 10, -1) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
        const t = testFlow(true, nodes)
        const flow = (n: number, version: number) => (n < 0 ? plan({ s: 'source.test', c: 'aggregate.count' }, ['s -> c'], version) : plan({ s: 'source.test', l: ['aggregate.letters', n], c: 'aggregate.count', u: 'flow.begin' }, ['s -> l', 's -> c'], version))
        await t.deploy(flow(0, 1))
        const store = new Map<string, StateItem>()
        const save = (whole: boolean): void => {
          const { drop, put } = structuredClone(t.flow.takeChanges(whole))
          if (whole) store.clear()
          const covers = (scope: StateScope, i: StateItem): boolean => (scope.node ?? i.node) === i.node && (scope.item ?? i.item) === i.item
          for (const scope of drop) for (const [key, item] of store) if (covers(scope, item)) store.delete(key)
          for (const item of put) store.set(`${item.node} ${item.item}`, item)
        }
        let version = 1
        for (const a of acts) {
          if (a === 'save' || a === 'whole') save(a === 'whole')
          else if (a === 'time') t.flow.fireTimers((t.now += 600))
          else if (typeof a === 'number') await t.deploy(flow(a, ++version))
          else t.emit('s', a[1], t.now, a[0])
        }
        save(false)
        const stored: Record<string, SavedNode> = {}
        for (const item of store.values()) if (item.item === 'node') stored[item.node] = { ...(item.value as SavedNode), keys: [] }
        for (const item of store.values()) if (item.item.startsWith('key:')) (stored[item.node]!.keys as unknown[]).push(item.value)
        const sorted = (saved: Record<string, SavedNode>) => Object.fromEntries(Object.entries(saved).filter(([, n]) => n.keys.length > 0 || n.pending.length > 0 || n.maxTime > Number.NEGATIVE_INFINITY).toSorted().map(([id, { reached: _reached, ...n }]) => [id, { ...n, keys: n.keys.toSorted((x, y) => (x.tag < y.tag ? -1 : 1)) }]))
        expect(sorted(stored)).toEqual(sorted(structuredClone(t.flow.save())))
      }),
      { numRuns: 150 },
    )
  })
})

describe('a node that hears of failures', () => {
  test('is given each failed sample of the others, not those of nodes behind it', async () => {
    const t = testFlow(true, nodes)
    await t.deploy(plan({ s: 'source.test', a: 'filter.any', c: 'flow.catch', after: 'filter.any' }, ['s -> a', 'c -> after']))
    const seen = t.watch('c')
    for (const value of ['fail', 'emit', 'throw']) t.emit('s', value)
    expect(seen.map((s) => s.value)).toEqual(['fail', 'throw'])
    // What it hands on fails behind it, too: that is not caught again.
    expect(t.flow.runs.get('after')!.ledger()).toMatchObject({ in: 2, failed: 2 })
  })
})

describe('a queue that the user placed', () => {
  test('takes the pressure of a slow output: the source goes on until the queue is full', async () => {
    const t = testFlow(false, nodes)
    await t.deploy(plan({ s: 'source.test', q: 'flow.queue', up: 'uplink.test' }, ['s -> q', 'q -> up']))
    const up = t.flow.runs.get('up')!.boundary!
    const queue = t.flow.runs.get('q')!.boundary!
    const turns = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await new Promise(setImmediate)
    }
    for (let i = 0; i < 1001; i++) {
      t.emit('s', i)
      if (queue.depth > 0) await turns()
    }
    await turns()
    expect(up.blocked).toBe(true)
    expect(t.log.filter((l) => /pause|resume/.test(l))).toEqual([])
    for (let i = 0; i < 3; i++) t.emit('s', i)
    expect([queue.depth, queue.blocked]).toEqual([3, true])
    expect(t.log.filter((l) => /pause|resume/.test(l))).toEqual(['pause s'])
    while (t.receiving.length > 0) await t.receiving[0]!.end()
    await turns()
    while (t.receiving.length > 0) await t.receiving[0]!.end()
    expect(t.log.filter((l) => /pause|resume/.test(l))).toEqual(['pause s', 'resume s'])
    expect(t.flow.runs.get('up')!.ledger()).toMatchObject({ in: 1004, passed: 1004, dropped: {} })
  })
})
