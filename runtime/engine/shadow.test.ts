import { afterEach, describe, expect, test } from 'vitest'
import { defineNode, Envelope, port, sample, same, Type, type AnyNode, type Io, type Opened, type Sample } from '#kit'
import { parseWire } from '#format'
import { until } from '../../test/io.ts'
import { Comparison } from './compare.ts'
import type { EngineDeploy, Journal, Plan, ShadowReport } from './contract.ts'
import { EngineHost } from './host.ts'

const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [] } as const
const config = Type.Object({ n: Type.Number({ default: 1 }), envelope: Type.Optional(Envelope) })
const value = { value: port.any() }
const hosts: EngineHost[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close('the test is over')
})

const journal = (): Journal => ({ position: 0, append: () => ({ position: 1, committed: Promise.resolve() }), checkpoint: async () => undefined, recover: async () => ({ checkpoint: undefined, entries: [] }), stats: () => ({ entries: 0, commits: 0, bytes: 0, checkpoints: 0, rejected: 0 }), close: async () => undefined })

async function world() {
  const w = { now: 1_000_000, ios: new Map<string, Io>(), opened: [] as string[], sent: [] as unknown[], written: [] as number[], alarms: 0, log: [] as string[], spin: 0, running: [] as string[] }
  const idle: Opened = { health: () => ({ state: 'ok', text: '' }), close: async () => undefined }
  const open = async (io: Io, more: Partial<Opened> = {}): Promise<Opened> => {
    w.opened.push(io.node)
    w.ios.set(io.node, io)
    return { ...idle, ...more }
  }
  const nodes = [
    defineNode({ ...about, type: 'source.test', effects: 'reads', config, inputs: {}, outputs: { value: port.number() }, open: (_c, io) => open(io) }),
    defineNode({ ...about, type: 'flow.times', effects: 'none', config, inputs: value, outputs: { value: same('value') }, receive: (s: Sample, _p: string, ctx) => ctx.emit['value']!(sample(s.tag, (s.value as number) * ctx.config.n, s.time)) }),
    defineNode({ ...about, type: 'flow.sum', effects: 'none', config, inputs: value, outputs: { value: same('value') }, state: () => ({ sum: 0 }), receive: (s: Sample, _p: string, ctx) => ctx.emit['value']!(sample(s.tag, (ctx.state.sum += s.value as number), s.time)) }),
    defineNode({ ...about, type: 'flow.bad', effects: 'none', config, inputs: value, outputs: { value: same('value') }, receive(s: Sample, _p: string, ctx) { ctx.alarm({ state: 'unacknowledged', priority: 'high', message: 'x', value: 1, limit: 0 }); ctx.log('error', 'loud'); if (ctx.config.n > 1) throw new Error('the draft is wrong'); ctx.emit['value']!(s) } }),
    defineNode({ ...about, type: 'flow.slow', effects: 'none', config, inputs: value, outputs: { value: same('value') }, receive(s: Sample, _p: string, ctx) { const until = performance.now() + (ctx.config.n > 1 ? w.spin : 0); while (performance.now() < until); ctx.emit['value']!(s) } }),
    defineNode({ ...about, type: 'flow.beat', effects: 'none', config, inputs: {}, outputs: { value: port.number() }, scope: 'node', state: () => ({ given: 0 }), start: (ctx) => ctx.wakeAt(ctx.now + 1000), tick(ctx) { ctx.emit['value']!(sample('beat', ++ctx.state.given, ctx.now)); ctx.wakeAt(ctx.now + 1000) } }),
    defineNode({ ...about, type: 'uplink.test', effects: 'notifies', config, inputs: value, outputs: {}, open: (_c, io) => open(io, { receive: (s) => void w.sent.push(s.value) }) }),
    defineNode({ ...about, type: 'actuator.test', effects: 'writes', envelope: 'envelope', config, inputs: { value: port.number() }, outputs: {}, open: (_c, io) => open(io, { receive: () => undefined, read: async () => 0, write: async (v) => void w.written.push(v) }) }),
  ]
  const host = new EngineHost({
    nodes: new Map(nodes.map((n) => [n.type, n as unknown as AnyNode])), drivers: new Map(), journal: journal(), folder: '/nowhere', safeMs: 50,
    alarm: () => void w.alarms++, log: (l) => void w.log.push(l.text), write: () => undefined, now: () => w.now,
  })
  hosts.push(host)
  await host.start()
  const emit = (v: number, time = w.now): void => w.ios.get('in')!.emit('value', sample('t', v, time))
  const found = (what: string, ready: (r: ShadowReport) => unknown): Promise<ShadowReport> => until(what, () => {
    const report = host.shadowReport('f')
    return report && ready(report) ? report : undefined
  }) as Promise<ShadowReport>
  return { w, host, emit, found }
}

const envelope: Envelope = { minimum: 0, maximum: 100, maxRatePerS: 1e9, onBad: 'hold', staleAfterMs: 60_000, safe: 10, readBackTolerance: 0 }
function request(nodes: Record<string, string | readonly [type: string, n: number]>, wires: readonly string[], version = 1): EngineDeploy {
  const plan: Plan = {
    flow: 'f', name: 'f', version, connections: {}, secrets: [], models: [],
    nodes: Object.entries(nodes).map(([id, entry]): Plan['nodes'][number] => {
      const [type, n] = typeof entry === 'string' ? [entry, 1] : entry
      const sink = type.startsWith('uplink') || type.startsWith('actuator')
      const begins = type === 'source.test' || type === 'flow.beat'
      return { id, type, title: id, config: { n, ...(type === 'actuator.test' ? { envelope } : {}) }, ports: { inputs: begins ? {} : { value: { kind: 'any' as const } }, outputs: sink ? {} : { value: { kind: 'number' as const } } } }
    }),
    wires: wires.map((x) => ({ ...parseWire(x.replaceAll(/(^|-> )(\w+)(?= |$)/g, '$1$2.value'))!, checked: false })),
  }
  return { plan, armed: true, secrets: {}, models: {} }
}

describe('a draft beside its live flow', () => {
  test('gets the live inputs, begins with the live state, opens and writes nothing, and is compared by tag and time', async () => {
    const { w, host, emit, found } = await world()
    const wires = ['in -> sum', 'sum -> times', 'times -> out', 'times -> act']
    await host.deploy(request({ in: 'source.test', sum: 'flow.sum', times: 'flow.times', out: 'uplink.test', act: 'actuator.test' }, wires))
    for (const v of [1, 2, 3]) emit(v)
    await until('sent', () => w.sent.length === 3)
    const opened = [...w.opened]
    await host.shadow(request({ in: 'source.test', sum: 'flow.sum', times: ['flow.times', 2], out: 'uplink.test', act: 'actuator.test' }, wires))
    expect(w.opened, 'no connection of its own').toEqual(opened)
    w.now += 1000
    for (const v of [4, 5]) emit(v, w.now++)
    const report = await found('two are compared', (r) => (r.ports['act.value']?.differ ?? 0) === 2)
    expect(report).toMatchObject({ state: 'running', issues: [], onlyLive: [], onlyDraft: [] })
    expect(report.ports['sum.value'], 'the sum went on from 6 in both').toEqual({ same: 2, differ: 0, onlyLive: 0, onlyDraft: 0 })
    expect(report.ports['times.value']).toMatchObject({ same: 0, differ: 2, last: { tag: 't', live: 15, draft: 30, liveQuality: 'Good', draftQuality: 'Good' } })
    expect(report.ports['out.value'], 'what it would have sent').toMatchObject({ differ: 2 })
    expect(Object.keys(report.ports)).not.toContain('in.value')
    expect(w.sent).toEqual([1, 3, 6, 10, 15])
    expect(w.written.every((v) => v !== 20 && v !== 30), 'the draft never writes').toBe(true)
  })

  test('what differs in the sources is said: a changed one stays as it is live, a new one is silent', async () => {
    const { w, host, emit, found } = await world()
    await host.deploy(request({ in: 'source.test', gone: 'flow.times', sum: 'flow.sum' }, ['in -> sum', 'in -> gone']))
    await host.shadow(request({ in: ['source.test', 7], more: 'source.test', sum: 'flow.sum', other: 'flow.sum' }, ['in -> sum', 'more -> other']))
    emit(1)
    const report = await found('fed all the same', (r) => (r.ports['sum.value']?.same ?? 0) === 1)
    expect(report.issues.map((i) => [i.code, i.node])).toEqual([['SHADOW_SOURCE', 'in'], ['SHADOW_SILENT', 'more']])
    expect([report.onlyLive, report.onlyDraft]).toEqual([['gone'], ['more', 'other']])
    expect(w.opened).toEqual(['in'])
  })

  test('a generator that is the same gives its live values, so that nothing drifts; a changed one runs by itself', async () => {
    const { w, host, found } = await world()
    await host.deploy(request({ in: 'source.test', beat: 'flow.beat', b: 'flow.beat', sum: 'flow.sum', too: 'flow.sum' }, ['beat -> sum', 'b -> too']))
    await host.shadow(request({ in: 'source.test', beat: 'flow.beat', b: ['flow.beat', 2], sum: 'flow.sum', too: 'flow.sum' }, ['beat -> sum', 'b -> too']))
    const report = await found('both have spoken', (r) => (r.ports['sum.value']?.same ?? 0) > 0 || void (w.now += 500))
    expect(report.ports['sum.value']).toMatchObject({ differ: 0, onlyLive: 0, onlyDraft: 0 })
    expect(Object.keys(report.ports)).toContain('b.value')
    expect(Object.keys(report.ports)).not.toContain('beat.value')
  })

  test('its faults, alarms and log lines stay its own', async () => {
    const { w, host, emit, found } = await world()
    await host.deploy(request({ in: 'source.test', x: 'flow.bad', out: 'uplink.test' }, ['in -> x', 'x -> out']))
    await host.shadow(request({ in: 'source.test', x: ['flow.bad', 2], out: 'uplink.test' }, ['in -> x', 'x -> out']))
    emit(1)
    await until('sent', () => w.sent.length === 1)
    const report = await found('its fault is told', (r) => r.issues.length > 0)
    expect(report).toMatchObject({ state: 'running', issues: [{ code: 'NODE_FAILED', node: 'x', text: 'the draft is wrong' }] })
    expect([w.alarms, w.log.filter((l) => l === 'loud').length], 'once, by the live node').toEqual([1, 1])
    expect(host.report('f').nodes['x']!.ledger).toMatchObject({ passed: 1, failed: 0 })
  })

  test('it is ended when it takes too much of the loop, and the live flow goes on', async () => {
    const { w, host, emit, found } = await world()
    await host.deploy(request({ in: 'source.test', x: 'flow.slow', out: 'uplink.test' }, ['in -> x', 'x -> out']))
    await host.shadow(request({ in: 'source.test', x: ['flow.slow', 2], out: 'uplink.test' }, ['in -> x', 'x -> out']))
    w.spin = 150
    for (let i = 0; i < 12; i++) emit(i, w.now + i)
    const report = await found('ended', (r) => r.state === 'failed')
    expect(report.issues[0]).toMatchObject({ code: 'SHADOW_ENDED' })
    expect(report.issues[0]!.text).toMatch(/% of the engine's time/)
    expect(w.sent).toHaveLength(12)
    emit(99)
    expect(w.sent).toHaveLength(13)
  })

  test('a line that grows without end ends it', async () => {
    const { w, host, emit, found } = await world()
    await host.deploy(request({ in: 'source.test', x: 'flow.times', out: 'uplink.test' }, ['in -> x', 'x -> out']))
    await host.shadow(request({ in: 'source.test', x: ['flow.times', 2], out: 'uplink.test' }, ['in -> x', 'x -> out']))
    for (let i = 0; i < 20_001; i++) emit(i, w.now + i / 1000)
    const report = await found('ended', (r) => r.state === 'failed')
    expect(report.issues[0]!.text).toContain('more than 20000 readings wait')
  })

  test('a source of many tags that all come at once is compared as it is', async () => {
    const { w, host, found } = await world()
    await host.deploy(request({ in: 'source.test', x: 'flow.times', out: 'uplink.test' }, ['in -> x', 'x -> out']))
    await host.shadow(request({ in: 'source.test', x: 'flow.times', out: 'uplink.test' }, ['in -> x', 'x -> out'], 2))
    for (let i = 0; i < 10_000; i++) w.ios.get('in')!.emit('value', sample(`tag-${i}`, i, w.now))
    const { ports } = await found('all are compared', (r) => { const p = r.ports['x.value']; return p && p.same + p.onlyLive >= 10_000 && p.same + p.onlyDraft >= 10_000 })
    expect(ports).toMatchObject({ 'x.value': { same: 10_000, differ: 0, onlyLive: 0, onlyDraft: 0 }, 'out.value': { same: 10_000, onlyLive: 0 } })
  })

  test('a deploy, a removal and a second one end it', async () => {
    const { host } = await world()
    const draft = request({ in: 'source.test', x: ['flow.times', 2] }, ['in -> x'], 2)
    await expect(host.shadow(draft), 'nothing runs yet').rejects.toMatchObject({ issues: [{ code: 'FLOW_UNKNOWN' }] })
    await host.deploy(request({ in: 'source.test', x: 'flow.times' }, ['in -> x']))
    await host.shadow(draft)
    await host.shadow(draft)
    expect(host.shadowReport('f')).not.toBeNull()
    await host.deploy(draft)
    expect(host.shadowReport('f')).toBeNull()
    await host.shadow(draft)
    await host.unshadow('f')
    expect(host.shadowReport('f')).toBeNull()
    await host.shadow(draft)
    await host.remove('f')
    expect(() => host.shadowReport('f')).toThrow()
  })
})

describe('a comparison', () => {
  const s = (value: Sample['value'], time: number, quality = 0, tag = 't'): Sample => sample(tag, value, time, quality)
  test('pairs by tag and exact time in whatever order they come', () => {
    const c = new Comparison()
    c.take('draft', s(1, 10), 0)
    c.take('live', s(2, 20), 0)
    c.take('live', s(1, 10, 0, 'u'), 0)
    c.take('live', s(1, 10), 1)
    c.take('draft', s(3, 20), 1)
    expect(c.port()).toMatchObject({ same: 1, differ: 1, onlyLive: 0, onlyDraft: 0, last: { live: 2, draft: 3, time: 20 } })
    c.expire(6000)
    expect(c.port()).toMatchObject({ onlyLive: 1 })
    expect(c.waiting).toBe(0)
  })
  test('times that differ by the clock alone are paired late; others are counted on their side', () => {
    const c = new Comparison()
    c.take('live', s(1, 1000), 0)
    c.take('draft', s(1, 1003), 5)
    c.take('draft', s(1, 2000), 6)
    c.expire(5100)
    expect(c.port()).toEqual({ same: 1, differ: 0, onlyLive: 0, onlyDraft: 1 })
  })
  test('NaN equals NaN, a quality is part of a value, the last digit of a sum is not, arrays go by their elements', () => {
    const c = new Comparison()
    const both = (a: Sample, b: Sample): void => (c.take('live', a, 0), c.take('draft', b, 0))
    both(s(Number.NaN, 1), s(Number.NaN, 1))
    both(s(0.1 + 0.2, 2), s(0.3, 2))
    both(s(Float64Array.of(1, 2), 3), s(Float64Array.of(1, 2), 3))
    both(s({ a: 1, b: 'x' }, 4), s({ a: 1, b: 'x' }, 4))
    expect(c.port().same).toBe(4)
    both(s(1, 5), s(1, 5, 0x40000000))
    both(s(Float64Array.of(1, 2), 6), s(Float64Array.of(1, 3), 6))
    both(s(Float64Array.of(1), 7), s(Float32Array.of(1), 7))
    both(s({ a: 1 }, 8), s({ b: 1 }, 8))
    both(s(0, 9), s(null, 9))
    expect(c.port()).toMatchObject({ same: 4, differ: 5 })
  })
  test('what waits is bounded', () => {
    const c = new Comparison()
    for (let i = 0; i < 10_000; i++) c.take('live', s(i, i * 1000), 0)
    expect(c.waiting).toBeLessThanOrEqual(2001)
    expect(c.port().onlyLive).toBeGreaterThanOrEqual(7999)
    const wide = new Comparison()
    for (let i = 0; i < 100; i++) wide.take('live', s(new Float32Array(50_000), i * 1000), 0)
    expect(wide.waiting).toBeLessThanOrEqual(5)
  })
})
