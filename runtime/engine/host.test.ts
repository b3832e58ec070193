import { afterEach, describe, expect, test } from 'vitest'
import { defineDriver, defineNode, Envelope, field, issue, IssueError, port, same, sample, Type, type AnyDriver, type AnyNode, type Connection, type Io, type Opened, type Sample } from '#kit'
import { parseWire } from '#format'
import { until } from '../../test/io.ts'
import type { Checkpoint, EngineDeploy, Journal, JournalEntry, LogReport, Plan, Recovered, StateItem, StateScope, WriteReport } from './contract.ts'
import { EngineHost } from './host.ts'
import { recordedOf } from './segment.ts'

const PASSWORD = 'hunter2-and-more'

/** In memory; commits when told, or at once. */
class MemoryJournal implements Journal {
  position = 0
  entries: JournalEntry[] = []
  saved: Recovered | undefined
  issues = [issue('JOURNAL_DAMAGED', {}, { reason: 'x', file: 'y', kept: 'z' })]
  full = false
  readonly commits: (() => void)[] | undefined
  constructor(manual = false) {
    this.commits = manual ? [] : undefined
  }
  append(flow: string, node: string, port: string, sample: Sample) {
    const position = ++this.position
    if (this.full) return { position, committed: Promise.reject(new IssueError(issue('JOURNAL_WRITE', {}, { file: 'f', reason: 'the disk is full' }))) }
    this.entries.push({ position, flow, node, port, sample })
    return { position, committed: this.commits ? new Promise<void>((go) => void this.commits!.push(go)) : Promise.resolve() }
  }
  async checkpoint(checkpoint: Checkpoint): Promise<void> {
    const { drop, put, position, time } = structuredClone(checkpoint)
    const covers = (scope: StateScope, i: StateItem): boolean => (scope.flow ?? i.flow) === i.flow && (scope.node ?? i.node) === i.node && (scope.item ?? i.item) === i.item
    const same = (a: StateItem, b: StateItem): boolean => a.flow === b.flow && a.node === b.node && a.item === b.item
    const rest = (this.saved?.state ?? []).filter((i) => !drop.some((scope) => covers(scope, i)) && !put.some((p) => same(p, i)))
    this.saved = { position, time, state: [...rest, ...put] }
    this.entries = this.entries.filter((e) => e.position > checkpoint.position)
  }
  async recover() {
    return { checkpoint: this.saved, entries: this.entries, issues: this.issues }
  }
  stats() {
    return { entries: 0, commits: 0, bytes: 0, checkpoints: 0, rejected: 0 }
  }
  async close(): Promise<void> {}
}

const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [] } as const
const hosts: EngineHost[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close('the test is over')
})

/** A plant of one register, one source, one model that takes its time. */
function world(journal = new MemoryJournal()) {
  const ios = new Map<string, Io>()
  const w = {
    journal, ios,
    now: 1_000_000,
    log: [] as LogReport[],
    writes: [] as WriteReport[],
    register: 0,
    written: [] as number[],
    connections: [] as string[],
    seen: [] as unknown[],
    broken: new Set<string>(),
    /** What a source says while it opens. */
    early: [] as number[],
    opening: undefined as Promise<void> | undefined,
    thinking: undefined as (() => void)[] | undefined,
  }
  const line = defineDriver({
    type: 'line', title: 'L', summary: 's', icon: 'x', exclusive: true, config: Type.Object({ at: Type.String(), password: field.secret({ default: '' }) }),
    open: async (config, io) => {
      const password = config.password === '' ? '' : io.secret(config.password)
      w.connections.push(`open ${config.at} ${password}`)
      if (config.at === 'nowhere') throw new Error(`no route to user:${encodeURIComponent(password)}@nowhere`)
      io.log('warning', `hello ${password}`)
      return { health: () => ({ state: 'ok' as const, text: '' }), close: async () => void w.connections.push(`close ${config.at}`) } as Connection
    },
  })
  const idle: Opened = { health: () => ({ state: 'ok', text: '' }), close: async () => undefined }
  const config = Type.Object({ n: Type.Number({ default: 0 }), line: Type.Optional(Type.String()), envelope: Type.Optional(Envelope) })
  const open = async (c: { line?: string }, io: Io, more: Partial<Opened> = {}): Promise<Opened> => {
    ios.set(io.node, io)
    if (c.line) await io.connection(c.line)
    await w.opening
    for (const v of w.early) io.emit('value', sample('t', v, w.now))
    if (w.broken.has(io.node)) throw new Error(`broken ${PASSWORD}`)
    return { ...idle, ...more }
  }
  const nodes = [
    defineNode({ ...about, type: 'source.test', effects: 'reads', config, inputs: {}, outputs: { value: port.number() }, open }),
    defineNode({ ...about, type: 'flow.see', effects: 'none', config, inputs: { value: port.any() }, outputs: { value: same('value') }, receive: (s, _p, ctx) => (w.seen.push(s.value), ctx.emit['value']!(s)) }),
    defineNode({ ...about, type: 'flow.say', effects: 'none', config, inputs: { value: port.any() }, outputs: {}, receive: (_s, _p, ctx) => ctx.fail(`it holds ${PASSWORD}`),
      acts: { tell: (_ctx, call) => void w.seen.push([call.tag, call.args]), hush: (_ctx, call) => void w.seen.push(call.args) },
      actArguments: { tell: Type.Object({ forS: Type.Number({ minimum: 1, default: 60 }) }, { additionalProperties: false }) } }),
    defineNode({
      ...about, type: 'inference.test', effects: 'none', config, inputs: { value: port.any() }, outputs: { value: same('value') },
      open: (c, io) => open(c, io, { receive: async (s) => (w.thinking && (await new Promise<void>((go) => void w.thinking!.push(go))), { emit: [['value', s]] }) }),
    }),
    defineNode({
      ...about, type: 'flow.delay', effects: 'none', config, inputs: { value: port.any() }, outputs: { value: same('value') }, state: () => ({ last: null as Sample | null }),
      receive: (s, _p, ctx) => ((ctx.state.last = s), ctx.hold(), ctx.wakeAt(ctx.now + 1000)),
      tick: (ctx) => ctx.emit['value']!(sample('t', ctx.state.last!.value, ctx.now)),
    }),
    defineNode({
      ...about, type: 'actuator.test', effects: 'writes', envelope: 'envelope', config, inputs: { value: port.number() }, outputs: {},
      open: (c, io) => open(c, io, { receive: () => undefined, read: async () => w.register, write: async (v) => void w.written.push((w.register = v)) }),
    }),
  ]
  const make = async (): Promise<EngineHost> => {
    const host = new EngineHost({
      nodes: new Map(nodes.map((n) => [n.type, n as unknown as AnyNode])), drivers: new Map([['line', line as unknown as AnyDriver]]), journal, folder: '/nowhere', safeMs: 50,
      alarm: () => undefined, log: (l) => void w.log.push(l), write: (r) => void w.writes.push(r), now: () => w.now,
    })
    hosts.push(host)
    await host.start()
    return host
  }
  return { ...w, w, make }
}

const envelope: Envelope = { minimum: 0, maximum: 100, maxRatePerS: 1e9, onBad: 'hold', staleAfterMs: 60_000, safe: 10, readBackTolerance: 0 }
type Entry = string | readonly [type: string, config: Record<string, unknown>]
const deployOf = (entries: Record<string, Entry>, wires: readonly string[], extra: Partial<EngineDeploy> & { connections?: Plan['connections']; flow?: string } = {}): EngineDeploy => ({
  armed: false, secrets: {}, models: {}, ...extra,
  plan: {
    flow: extra.flow ?? 'f', name: 'f', version: 1, connections: extra.connections ?? {}, secrets: [], models: [],
    nodes: Object.entries(entries).map(([id, e]) => {
      const [type, config] = typeof e === 'string' ? [e, {}] : e
      const any = { value: { kind: 'any' as const } }
      return { id, type, title: id, config: { n: 0, ...(type === 'actuator.test' ? { envelope } : {}), ...config }, ports: { inputs: type.startsWith('source') ? {} : any, outputs: type === 'actuator.test' || type === 'flow.say' ? {} : any } }
    }),
    wires: wires.map((t) => ({ ...parseWire(t.replaceAll(/(\w+)(?= |$)/g, '$1.value').replace(/\.value\.value/g, '.value'))!, checked: false })),
  },
})
const pump = { s: 'source.test', out: 'actuator.test' } as const

describe('a source', () => {
  test('that speaks before its flow is ready is heard afterwards, in order', async () => {
    const { w, make, ios } = world()
    const host = await make()
    w.early = [1, 2]
    await host.deploy(deployOf({ s: 'source.test', see: 'flow.see' }, ['s -> see']))
    ios.get('s')!.emit('value', sample('t', 3, w.now))
    expect(w.seen).toEqual([1, 2, 3])
  })

  test('may acknowledge what is committed, and nothing else', async () => {
    const journal = new MemoryJournal(true)
    const { w, make, ios } = world(journal)
    const host = await make()
    let opened = (): void => undefined
    w.opening = new Promise((go) => (opened = go))
    const deploy = host.deploy(deployOf({ s: 'source.test', see: 'flow.see' }, ['s -> see']))
    const io = await until('it opens', () => ios.get('s'))
    const kept: number[] = []
    const deliver = (v: number): Promise<void> => io.deliver('value', sample('t', v, w.now)).then(() => void kept.push(v))
    const one = deliver(1)
    expect(journal.entries).toEqual([])
    opened()
    await deploy
    const two = deliver(2)
    expect(journal.entries.map((e) => e.sample.value)).toEqual([1, 2])
    await new Promise(setImmediate)
    expect([kept, w.seen]).toEqual([[], []])
    for (const commit of journal.commits!.splice(0)) commit()
    await Promise.all([one, two])
    expect(w.seen).toEqual([1, 2])
    journal.full = true
    await expect(deliver(3)).rejects.toThrow('JOURNAL_WRITE')
    expect(w.seen).toEqual([1, 2])
    expect(kept.toSorted()).toEqual([1, 2])
  })

  test('is not asked for more than a full queue takes: what is not acknowledged stays with its sender', async () => {
    const { w, make, ios, journal } = world()
    const host = await make()
    w.thinking = []
    await host.deploy(deployOf({ s: 'source.test', slow: 'inference.test', see: 'flow.see' }, ['s -> slow', 'slow -> see']))
    const io = ios.get('s')!
    let kept = 0
    for (let i = 0; i < 5000; i++) void io.deliver('value', sample('t', i, w.now)).then(() => kept++)
    await new Promise(setImmediate)
    expect(kept).toBe(1001)
    // What is durable and has no room yet is in the next checkpoint, and not acknowledged.
    await host.checkpoint()
    const waiting = journal.saved!.state.find((i) => i.item === 'waiting')!.value as unknown[]
    expect([journal.saved!.position, waiting.length]).toEqual([5000, 3999])
    const { thinking } = w
    w.thinking = undefined
    thinking.forEach((go) => go())
    await until('all are through', () => w.seen.length === 5000)
    expect(w.seen).toEqual(Array.from({ length: 5000 }, (_, i) => i))
    expect(host.report('f').nodes['slow']!.ledger.dropped).toEqual({})
    await host.checkpoint()
    expect(journal.saved!.state.filter((i) => i.item === 'waiting')).toEqual([])
    // A node that goes leaves what it has not taken to its sender.
    w.thinking = []
    for (let i = 0; i < 1001; i++) void io.deliver('value', sample('t', i, w.now))
    const refused = io.deliver('value', sample('t', 0, w.now))
    const removed = host.remove('f')
    await expect(refused).rejects.toThrow('closed')
    w.thinking.forEach((go) => go())
    await removed
    await expect(io.deliver('value', sample('t', 0, w.now))).rejects.toThrow('closed')
    io.emit('value', sample('t', 0, w.now))
  })

  test('whose node was closed is not listened to any more, nor is its sample acknowledged', async () => {
    const { w, make, ios, journal } = world()
    const host = await make()
    await host.deploy(deployOf({ s: 'source.test', see: 'flow.see' }, ['s -> see']))
    const old = ios.get('s')!
    await host.deploy(deployOf({ s: ['source.test', { n: 1 }], see: 'flow.see' }, ['s -> see']))
    old.emit('value', sample('t', 1, w.now))
    await expect(old.deliver('value', sample('t', 2, w.now))).rejects.toThrow('closed')
    expect([w.seen, journal.position]).toEqual([[], 0])
  })
})

describe('a connection', () => {
  const line = (at: string, password = '') => ({ line: { type: 'line', config: { at, password } } })
  const two = { a: ['source.test', { line: 'line' }], b: ['source.test', { line: 'line' }] } as const

  test('is shared, and closed after the last that uses it', async () => {
    const { w, make } = world()
    const host = await make()
    await host.deploy(deployOf(two, [], { connections: line('x') }))
    await host.deploy(deployOf({ c: two.a }, [], { connections: line('x'), flow: 'g', secrets: { other: 'thing' } }))
    expect(w.connections).toEqual(['open x '])
    await host.remove('f')
    expect(w.connections).toEqual(['open x '])
    await host.remove('g')
    expect(w.connections).toEqual(['open x ', 'close x'])
  })

  test('is opened anew when its settings or its secret change, closed first where the device takes one holder', async () => {
    const { w, make } = world()
    const host = await make()
    await host.deploy(deployOf(two, [], { connections: line('x', 'key'), secrets: { key: 'old' } }))
    expect(await host.deploy(deployOf(two, [], { connections: line('x', 'key'), secrets: { key: 'old', more: 'secrets' } }))).toMatchObject({ kept: ['a', 'b'] })
    expect(await host.deploy(deployOf(two, [], { connections: line('x', 'key'), secrets: { key: 'new' } }))).toMatchObject({ kept: [], gaps: ['a', 'b'] })
    await host.deploy(deployOf(two, [], { connections: line('y') }))
    expect(w.connections).toEqual(['open x old', 'close x', 'open x new', 'close x', 'open y '])
  })

  test('that was let go for a plan that fails is taken back as it was', async () => {
    const { w, make, ios } = world()
    const host = await make()
    await host.deploy(deployOf({ a: two.a, see: 'flow.see' }, ['a -> see'], { connections: line('x', 'key'), secrets: { key: 'old' } }))
    w.broken.add('b')
    await expect(host.deploy(deployOf({ ...two, c: ['source.test', { line: 'line' }], b: 'source.test', see: 'flow.see' }, ['a -> see'], { connections: line('y') }))).rejects.toThrow('NODE_OPEN')
    expect(w.connections).toEqual(['open x old', 'close x', 'open y ', 'close y', 'open x old'])
    ios.get('a')!.emit('value', sample('t', 5, w.now))
    expect(w.seen).toEqual([5])
  })

  test('is released by a node that does not open', async () => {
    const { w, make } = world()
    const host = await make()
    w.broken.add('b')
    await expect(host.deploy(deployOf(two, [], { connections: line('x') }))).rejects.toThrow('NODE_OPEN')
    expect(w.connections).toEqual(['open x ', 'close x'])
    expect(() => host.report('f')).toThrow('FLOW_UNKNOWN')
  })
})

describe('an output', () => {
  const command = (w: ReturnType<typeof world>['w'], v: number): void => w.ios.get('s')!.emit('value', sample('t', v, ++w.now))

  test('is written only while armed and not held', async () => {
    const { w, make } = world()
    const host = await make()
    await host.deploy(deployOf(pump, ['s -> out']))
    command(w, 20)
    await until('it is refused', () => host.report('f').nodes['out']!.ledger.dropped['disarmed'] === 1)
    await host.arm('f', true)
    command(w, 30)
    await until('it is written', () => w.register === 30)
    await host.hold(true)
    command(w, 40)
    await until('it is held', () => host.report('f').nodes['out']!.ledger.dropped['held'] === 1)
    await host.hold(false)
    command(w, 50)
    await until('it is written again', () => w.register === 50)
    expect(w.written).toEqual([30, 50])
    expect(w.writes.map((r) => [r.node, r.value, r.outcome])).toEqual([['out', 30, 'written'], ['out', 50, 'written']])
    expect(host.report('f').nodes['out']!.actuator).toMatchObject({ armed: true, mode: 'auto', written: 50 })
  })

  test('is disarmed at the moment of a deploy that disarms, before what is new can speak', async () => {
    const { w, make } = world()
    const host = await make()
    await host.deploy(deployOf(pump, ['s -> out'], { armed: true }))
    command(w, 30)
    await until('it is written', () => w.register === 30)
    w.early = [99]
    await host.deploy(deployOf({ ...pump, s: ['source.test', { n: 1 }] }, ['s -> out'], { armed: false }))
    await until('it is refused', () => host.report('f').nodes['out']!.ledger.dropped['disarmed'] === 1)
    expect(w.written).toEqual([30])
  })

  test('stays armed when such a deploy fails, and is armed by one that arms', async () => {
    const { w, make } = world()
    const host = await make()
    await host.deploy(deployOf(pump, ['s -> out'], { armed: true }))
    w.broken.add('s')
    await expect(host.deploy(deployOf({ ...pump, s: ['source.test', { n: 1 }] }, ['s -> out']))).rejects.toThrow('NODE_OPEN')
    w.broken.clear()
    w.ios.clear()
    await host.deploy(deployOf({ ...pump, s: ['source.test', { n: 2 }], out: ['actuator.test', { n: 2 }] }, ['s -> out'], { armed: true }))
    command(w, 30)
    await until('it is written', () => w.register === 30)
  })

  test('that somebody disarms while a deploy is under way stays disarmed', async () => {
    const { w, make } = world()
    const host = await make()
    await host.deploy(deployOf(pump, ['s -> out'], { armed: true }))
    let opened = (): void => undefined
    w.opening = new Promise((go) => (opened = go))
    const deploy = host.deploy(deployOf({ ...pump, s: ['source.test', { n: 1 }] }, ['s -> out'], { armed: true }))
    await new Promise(setImmediate)
    await host.arm('f', false)
    opened()
    await deploy
    expect(host.report('f').nodes['out']!.actuator!.armed).toBe(false)
  })

  test('is not armed by an act that was meant for what ran before the deploy', async () => {
    const { w, make } = world()
    const host = await make()
    await host.deploy(deployOf(pump, ['s -> out']))
    let opened = (): void => undefined
    w.opening = new Promise((go) => (opened = go))
    const deploy = host.deploy(deployOf({ ...pump, s: ['source.test', { n: 1 }] }, ['s -> out'], { armed: false }))
    await new Promise(setImmediate)
    await host.arm('f', true)
    expect(host.report('f').nodes['out']!.actuator!.armed).toBe(true)
    opened()
    await deploy
    expect(host.report('f').nodes['out']!.actuator!.armed).toBe(false)
    await host.arm('f', true)
    expect(host.report('f').nodes['out']!.actuator!.armed).toBe(true)
  })

  test('goes to its safe value before its line is let go for other settings that it is not part of', async () => {
    const { w, make } = world()
    const host = await make()
    const line = (at: string) => ({ line: { type: 'line', config: { at, password: '' } } })
    const out = ['actuator.test', { line: 'line' }] as const
    await host.deploy(deployOf({ s: 'source.test', out }, ['s -> out'], { armed: true, connections: line('x') }))
    command(w, 77)
    await until('it is written', () => w.register === 77)
    w.now += 1000
    await host.deploy(deployOf({ s: 'source.test', b: ['source.test', { line: 'line' }] }, [], { armed: true, connections: line('y') }))
    expect(w.register).toBe(10)
    expect(w.connections).toEqual(['open x ', 'close x', 'open y '])
  })

  test('goes to its safe value when it is taken away, when its flow is, and when the engine ends', async () => {
    const { w, make } = world()
    const host = await make()
    for (const away of [() => host.deploy(deployOf({ s: 'source.test' }, [], { armed: true })), () => host.remove('f'), () => host.close('over')]) {
      await host.deploy(deployOf(pump, ['s -> out'], { armed: true }))
      command(w, 77)
      await until('it is written', () => w.register === 77)
      w.now += 1000
      await away()
      expect(w.register).toBe(10)
    }
    hosts.length = 0
  })

  test('does not keep the engine from ending by a ramp that takes longer', async () => {
    const { w, make } = world()
    const host = await make()
    await host.deploy(deployOf({ ...pump, out: ['actuator.test', { envelope: { ...envelope, maxRatePerS: 0.001 } }] }, ['s -> out'], { armed: true }))
    command(w, 0)
    w.register = 90
    await host.close('over')
    hosts.length = 0
    expect(w.log.some((l) => l.text.includes('safe value in time'))).toBe(true)
  })
})

describe('after a restart', () => {
  const plan = deployOf({ s: 'source.test', slow: 'inference.test', late: 'flow.delay', see: 'flow.see', out: 'actuator.test' }, ['s -> slow', 'slow -> see', 's -> late', 'late -> see', 'see -> out'], { armed: true })

  test('what was acknowledged passes again, and no plant is written because of it, by whatever way it comes', async () => {
    const before = world()
    before.w.thinking = []
    const first = await before.make()
    await first.deploy(plan)
    const deliver = (v: number): Promise<void> => before.ios.get('s')!.deliver('value', sample('t', v, before.w.now))
    await deliver(1) // under way in the model at the checkpoint
    await first.checkpoint()
    await deliver(2) // in the journal only
    hosts.length = 0

    const after = world(before.journal)
    after.w.thinking = []
    after.w.now = before.w.now + 5000 // the delay became due in between
    const host = await after.make()
    expect(after.w.log.some((l) => l.text.includes('JOURNAL_DAMAGED'))).toBe(true)
    await host.deploy(plan)
    await until('the model has the first', () => after.w.thinking!.length === 1)
    after.w.thinking.shift()!()
    await until('and the second', () => after.w.thinking!.length === 1)
    // What is new may be written; what is old comes after it here and may not.
    after.w.thinking.shift()!()
    await until('both have passed', () => after.w.seen.filter((v) => v === 2).length > 0 && after.w.seen.includes(1))
    await until('all of it was refused', () => host.report('f').nodes['out']!.ledger.queued === 0)
    expect(after.w.written).toEqual([])
    expect(Object.keys(host.report('f').nodes['out']!.ledger.dropped).every((r) => r === 'recovery' || r === 'superseded')).toBe(true)
    after.ios.get('s')!.emit('value', sample('t', 60, after.w.now))
    await until('the model has the new one', () => after.w.thinking!.length === 1)
    after.w.thinking.shift()!()
    await until('a new one is written', () => after.w.register === 60)
  })

  test('nothing is forgotten of a flow that is not there yet, until it is there or removed', async () => {
    const journal = new MemoryJournal()
    journal.issues = []
    const before = world(journal)
    const first = await before.make()
    const count = deployOf({ s: 'source.test', late: 'flow.delay' }, ['s -> late'])
    const sources: Io[] = []
    for (const flow of ['f', 'g']) {
      await first.deploy({ ...count, plan: { ...count.plan, flow } })
      sources.push(before.ios.get('s')!)
    }
    // That of the deploys is past: what comes now is in the journal alone.
    await first.checkpoint()
    for (const source of sources) await source.deliver('value', sample('t', 1, before.w.now))
    hosts.length = 0
    const after = world(journal)
    const host = await after.make()
    await host.checkpoint()
    await host.checkpoint()
    expect(journal.entries).toEqual([])
    // Opening takes its time, and a checkpoint comes in between.
    let opened = (): void => undefined
    after.w.opening = new Promise((go) => (opened = go))
    const deploy = host.deploy(count)
    await until('it opens', () => after.ios.get('s'))
    await host.checkpoint()
    expect(journal.saved!.state.filter((i) => i.item === 'entries').map((i) => [i.flow, (i.value as unknown[]).length])).toEqual([['f', 1], ['g', 1]])
    opened()
    await deploy
    expect(host.report('f').nodes['late']!.ledger).toMatchObject({ in: 1, held: 1 })
    await host.remove('g')
    expect([...new Set(journal.saved!.state.map((i) => i.flow))]).toEqual(['f'])
  })

  test('nothing is left of a flow that was removed while a checkpoint was made', async () => {
    const journal = new MemoryJournal()
    const { w, make, ios } = world(journal)
    const host = await make()
    await host.deploy(deployOf({ s: 'source.test', late: 'flow.delay' }, ['s -> late']))
    await ios.get('s')!.deliver('value', sample('t', 1, w.now))
    const removed = host.remove('f')
    await Promise.all([host.checkpoint(), removed])
    expect(journal.saved!.state).toEqual([])
  })

  test('more than a queue holds is taken up whole', async () => {
    const journal = new MemoryJournal()
    for (let i = 0; i < 5000; i++) journal.append('f', 's', 'value', sample('t', i, 1))
    const { w, make } = world(journal)
    const host = await make()
    await host.deploy(plan)
    await until('all have passed', () => w.seen.length >= 5000)
    expect(w.seen.filter((v) => typeof v === 'number')).toEqual(Array.from({ length: 5000 }, (_, i) => i))
    expect(host.report('f').nodes['slow']!.ledger.dropped).toEqual({})
    expect(w.written).toEqual([])
  })
})

describe('what an engine says', () => {
  test('never holds a secret: not in logs, issues, health or errors', async () => {
    const { w, make, ios } = world()
    const host = await make()
    const connections = { line: { type: 'line', config: { at: 'x', password: 'key' } } }
    const secrets = { key: PASSWORD, spaced: 'pass word/%' }
    await host.deploy(deployOf({ s: ['source.test', { line: 'line' }], say: 'flow.say' }, ['s -> say'], { connections, secrets }))
    ios.get('s')!.emit('value', sample('t', 1, w.now))
    ios.get('s')!.fail(`cannot log in with ${PASSWORD} or ${encodeURIComponent('pass word/%')}`)
    ios.get('s')!.log('info', `trying ${PASSWORD}`)
    w.broken.add('more')
    const thrown = [
      await host.deploy(deployOf({ s: ['source.test', { line: 'line' }], more: 'source.test' }, [], { connections, secrets })).catch((e: unknown) => e),
      await host.deploy(deployOf({ s: ['source.test', { line: 'line' }] }, [], { connections: { line: { type: 'line', config: { at: 'nowhere', password: 'spaced' } } }, secrets })).catch((e: unknown) => e),
    ]
    const said = JSON.stringify([w.log, host.report('f'), thrown.map((e) => [(e as IssueError).issues, String(e)])])
    expect(said).toContain('•••')
    expect(said).toContain('no route to user')
    for (const secret of [PASSWORD, 'pass word', encodeURIComponent('pass word/%')]) expect(said).not.toContain(secret)
  })

  test('shows the last sample of an input, also of one that has no wire yet, and knows its ports', async () => {
    const { w, make, ios } = world()
    const host = await make()
    await host.deploy(deployOf({ s: 'source.test', see: 'flow.see', alone: 'flow.see' }, ['s -> see']))
    ios.get('s')!.emit('value', sample('t', 7, w.now))
    expect(host.report('f').nodes['see']!.inputs['value']).toMatchObject({ count: 1, last: { value: 7 } })
    expect(host.report('f').nodes['alone']!.inputs['value']).toMatchObject({ count: 0, last: null })
    host.tap('f', 'alone', 'value', () => undefined)()
    expect(() => host.tap('f', 'see', 'nothing', () => undefined)).toThrow('WIRE_PORT')
    expect(() => host.act('f', 'see', 'acknowledge', undefined)).toThrow('no act')
  })

  test('takes an act with what its schema allows, filled up, and refuses the rest', async () => {
    const { w, make } = world()
    const host = await make()
    await host.deploy(deployOf({ say: 'flow.say' }, []))
    host.act('f', 'say', 'tell', 'P', { forS: 5 })
    host.act('f', 'say', 'tell', undefined)
    host.act('f', 'say', 'hush', undefined)
    expect(w.seen).toEqual([['P', { forS: 5 }], [undefined, { forS: 60 }], {}])
    expect(() => host.act('f', 'say', 'tell', 'P', { forS: 0 })).toThrow("'tell' forS: It must be 1 or more.")
    expect(() => host.act('f', 'say', 'tell', 'P', { forS: 5, loud: true })).toThrow('loud')
    expect(() => host.act('f', 'say', 'hush', 'P', { forS: 5 })).toThrow('forS')
    expect(() => host.act('f', 'say', 'toString', 'P')).toThrow('no act')
    expect(w.seen).toHaveLength(3)
  })

  test('is of one deploy after another', async () => {
    const { make, w } = world()
    const host = await make()
    const done = await Promise.all([1, 2, 3].map((n) => host.deploy(deployOf({ s: ['source.test', { n }], see: 'flow.see' }, ['s -> see']))))
    expect(done.map((d) => d.restarted)).toEqual([['s', 'see'], ['s'], ['s']])
    w.ios.get('s')!.emit('value', sample('t', 1, w.now))
    expect(w.seen).toEqual([1])
  })
})

test('a recording goes on across a deploy as a break, is the version that ran, and goes with its flow', async () => {
  const { w, make, ios } = world()
  const host = await make()
  const wires = ['s -> see']
  await host.deploy(deployOf({ s: 'source.test', see: 'flow.see' }, wires, { secrets: { pin: PASSWORD } }))
  ios.get('s')!.emit('value', sample('t', 1, w.now))
  const next = deployOf({ s: 'source.test', see: ['flow.see', { n: 1 }] }, wires)
  await host.deploy({ ...next, plan: { ...next.plan, version: 2 } })
  ios.get('s')!.emit('value', sample('t', 2, w.now))
  const { state, samples, breaks, segments } = host.recording('f', 4)
  expect({ state, samples, breaks }).toEqual({ state: 'on', samples: 2, breaks: [{ time: w.now, reason: 'Version 2 was deployed.' }] })
  const pieces = segments.map(({ id }) => host.segment('f', id)!)
  expect(pieces.map((p) => [p.plan.version, p.joined, [...recordedOf(p, 0, Number.POSITIVE_INFINITY)].map((r) => 'value' in r && r.value)])).toEqual([[1, false, [1]], [2, false, [2]]])
  expect(JSON.stringify(pieces)).not.toContain(PASSWORD)
  // A deploy that fails leaves the recording as it goes.
  w.broken.add('other')
  await expect(host.deploy(deployOf({ s: 'source.test', other: 'inference.test' }, ['s -> other']))).rejects.toThrow()
  ios.get('s')!.emit('value', sample('t', 3, w.now))
  expect(host.recording('f', 1)).toMatchObject({ samples: 3, breaks })
  host.forget('f')
  expect(host.recording('f', 1).samples).toBe(0)
  const off = deployOf({ s: 'source.test', see: 'flow.see' }, wires)
  await host.deploy({ ...off, plan: { ...off.plan, settings: { record: 0 } } })
  ios.get('s')!.emit('value', sample('t', 4, w.now))
  expect(host.recording('f', 1)).toMatchObject({ state: 'off', samples: 0 })
  await host.remove('f')
  expect(() => host.recording('f', 1)).toThrow('FLOW_UNKNOWN')
})
