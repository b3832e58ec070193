import { expect, test } from 'vitest'
import { defineNode, IssueError, issue, port, same, sample, Type, type AnyNode, type Context, type Opened, type Outcome, type ResolvedPorts, type Sample } from '#kit'
import { parseWire } from '#format'
import type { Plan } from './contract.ts'
import { FlowRun, type Attached, type Services } from './flow.ts'

// Nodes of a test's own, opened by the test: a source, a counter with state, a slow asynchronous node.
const source = defineNode({
  type: 'source.test', version: 1, title: 'Source', summary: 's', help: 'h', icon: 'x', effects: 'reads', config: Type.Object({ n: Type.Number({ default: 0 }) }),
  inputs: {}, outputs: { value: port.number() }, open: () => Promise.reject(new Error('opened by the test')), examples: [],
})
const counter = defineNode({
  type: 'aggregate.counter', version: 1, title: 'Counter', summary: 's', help: 'h', icon: 'x', effects: 'none', config: Type.Object({ n: Type.Number({ default: 0 }) }),
  inputs: { value: port.number() }, outputs: { value: same('value') }, state: () => ({ count: 0 }),
  receive(s: Sample, _p: string, ctx: Context<unknown, { count: number }>) {
    ctx.state.count++
    ctx.emit['value']!(sample(s.tag, ctx.state.count, s.time))
  },
  examples: [],
})
const slow = defineNode({
  type: 'inference.slow', version: 1, title: 'Slow', summary: 's', help: 'h', icon: 'x', effects: 'none', config: Type.Object({ n: Type.Number({ default: 0 }) }),
  inputs: { value: port.number() }, outputs: { value: same('value') }, inFlight: 4, open: () => Promise.reject(new Error('opened by the test')), examples: [],
})
const nodes = new Map<string, AnyNode>([source, counter, slow].map((n) => [n.type, n as AnyNode]))

interface Bench {
  flow: FlowRun
  emit: (value: number, time?: number) => void
  seen: Sample[]
  log: string[]
  setNow(time: number): void
}

function bench(options: { receive?: (s: Sample, port: string) => Outcome | Promise<Outcome>; failOpen?: () => boolean; exclusive?: () => boolean } = {}): Bench {
  let now = 1000
  const log: string[] = []
  const seen: Sample[] = []
  const sources = new Map<string, (s: Sample) => void>()
  const services: Services = {
    now: () => now,
    steady: () => now,
    live: true,
    definition: (type) => nodes.get(type)!,
    async open(run, flow): Promise<Attached> {
      if (options.failOpen?.()) throw new IssueError(issue('NODE_OPEN', {}, { reason: 'the test says so' }))
      log.push(`open ${run.plan.id}`)
      const opened: Opened = {
        health: () => ({ state: 'ok', text: '' }),
        close: async () => undefined,
        ...(run.inputs.size > 0 ? { receive: options.receive ?? ((s: Sample) => ({ emit: [['value', s]] as const })) } : {}),
      }
      return {
        opened,
        pause: (full) => void log.push(`${full ? 'pause' : 'resume'} ${run.plan.id}`),
        go: () => void sources.set(run.plan.id, (s) => flow.inject(run, 'value', s)),
        uses: () => true,
        exclusive: () => options.exclusive?.() ?? false,
        close: async () => void log.push(`close ${run.plan.id}`),
      }
    },
    alarm: () => undefined,
    log: (_f, node, level, text) => void log.push(`${level} ${node}: ${text}`),
  }
  const flow = new FlowRun('f', services)
  return { flow, seen, log, emit: (value, time = now) => sources.get('source')!(sample('t', value, time)), setNow: (time) => (now = time) }
}

const number = { kind: 'number' as const }
function plan(config: Record<string, { type: string; n?: number }>, wires: string[]): Plan {
  return {
    flow: 'f', name: 'f', version: 1, connections: {}, secrets: [], models: [],
    nodes: Object.entries(config).map(([id, { type, n }]) => ({
      id, type, title: id, config: { n: n ?? 0 },
      ports: { inputs: (type.startsWith('source') ? {} : { value: number }) as ResolvedPorts, outputs: { value: number } },
    })),
    wires: wires.map((w) => ({ ...parseWire(w)!, checked: false })),
  }
}
const chain = ['source.value -> counter.value']

test('a hot deploy keeps unchanged nodes with their state and replaces changed ones', async () => {
  const b = bench()
  await b.flow.deploy(plan({ source: { type: 'source.test' }, counter: { type: 'aggregate.counter' } }, chain))
  b.flow.tap('counter', 'value', (s) => b.seen.push(s))
  b.emit(1)
  b.emit(1)
  const done = await b.flow.deploy(plan({ source: { type: 'source.test' }, counter: { type: 'aggregate.counter' }, more: { type: 'aggregate.counter' } }, [...chain, 'counter.value -> more.value']))
  expect(done).toMatchObject({ kept: ['source', 'counter'], restarted: ['more'], gaps: [] })
  b.emit(1)
  expect(b.seen.map((s) => s.value)).toEqual([1, 2, 3])
  expect(b.flow.runs.get('more')!.ledger().in).toBe(1)
  const changed = await b.flow.deploy(plan({ source: { type: 'source.test' }, counter: { type: 'aggregate.counter', n: 1 } }, chain))
  expect(changed).toMatchObject({ kept: ['source'], restarted: ['counter'] })
  b.flow.tap('counter', 'value', (s) => b.seen.push(s))
  b.emit(1)
  expect(b.seen.at(-1)!.value).toBe(1)
  expect(b.log.filter((l) => l.startsWith('open'))).toEqual(['open source'])
})

test('a thousand deploys under load lose nothing', async () => {
  const b = bench()
  let sent = 0
  for (let i = 0; i < 1000; i++) {
    const deploy = b.flow.deploy(plan({ source: { type: 'source.test' }, counter: { type: 'aggregate.counter' }, more: { type: 'aggregate.counter', n: i } }, [...chain, 'source.value -> more.value']))
    if (i > 0) {
      b.emit(i)
      sent++
    }
    await deploy
  }
  b.emit(0)
  expect(b.flow.runs.get('counter')!.ledger()).toMatchObject({ in: sent + 1, passed: sent + 1 })
})

test('what fails to open leaves everything as it was', async () => {
  let fail = false
  const b = bench({ failOpen: () => fail })
  await b.flow.deploy(plan({ source: { type: 'source.test' }, counter: { type: 'aggregate.counter' } }, chain))
  b.emit(1)
  fail = true
  await expect(b.flow.deploy(plan({ source: { type: 'source.test', n: 2 }, counter: { type: 'aggregate.counter' } }, chain))).rejects.toThrow('NODE_OPEN')
  b.emit(1)
  expect(b.flow.runs.get('counter')!.ledger().in).toBe(2)
  expect(b.log).not.toContain('close source')
})

test('an exclusive device is let go before it is opened anew, and taken back when that fails', async () => {
  let fail = 0
  const b = bench({ exclusive: () => true, failOpen: () => fail-- > 0 })
  await b.flow.deploy(plan({ source: { type: 'source.test' }, counter: { type: 'aggregate.counter' } }, chain))
  const done = await b.flow.deploy(plan({ source: { type: 'source.test', n: 2 }, counter: { type: 'aggregate.counter' } }, chain))
  expect(done.gaps).toEqual(['source'])
  expect(b.log).toEqual(['open source', 'close source', 'open source'])
  fail = 1
  await expect(b.flow.deploy(plan({ source: { type: 'source.test', n: 3 }, counter: { type: 'aggregate.counter' } }, chain))).rejects.toThrow('NODE_OPEN')
  expect(b.log.slice(3)).toEqual(['close source', 'open source'])
  expect(b.flow.runs.get('source')!.plan.config).toEqual({ n: 2 })
})

test('an asynchronous node hands on in order, whatever finishes first, and its ledger balances', async () => {
  const waiting: (() => void)[] = []
  const b = bench({ receive: (s) => new Promise((go) => void waiting.push(() => go((s.value as number) === 2 ? { drop: 'odd' } : { emit: [['value', s]] }))) })
  await b.flow.deploy(plan({ source: { type: 'source.test' }, slow: { type: 'inference.slow' }, counter: { type: 'aggregate.counter' } }, ['source.value -> slow.value', 'slow.value -> counter.value']))
  b.flow.tap('slow', 'value', (s) => b.seen.push(s))
  for (const v of [0, 1, 2, 3, 4, 5]) b.emit(v)
  const run = b.flow.runs.get('slow')!
  expect(run.ledger()).toMatchObject({ in: 6, passed: 0, queued: 6 })
  while (run.boundary!.pending > 0) {
    const go = waiting.pop()
    if (go) go()
    await Promise.resolve()
    await Promise.resolve()
  }
  expect(b.seen.map((s) => s.value)).toEqual([0, 1, 3, 4, 5])
  expect(run.ledger()).toEqual({ in: 6, passed: 5, held: 0, failed: 0, queued: 0, dropped: { odd: 1 } })
})

test('a full queue pauses the source, lets it go on, and counts what comes all the same', async () => {
  const waiting: (() => void)[] = []
  const b = bench({ receive: () => new Promise((go) => void waiting.push(() => go(undefined))) })
  await b.flow.deploy(plan({ source: { type: 'source.test' }, slow: { type: 'inference.slow' } }, ['source.value -> slow.value']))
  for (let i = 0; i < 1010; i++) b.emit(i)
  expect(b.log).toContain('pause source')
  for (let i = 0; i < 3000; i++) b.emit(i)
  const run = b.flow.runs.get('slow')!
  const { in: into, queued, dropped } = run.ledger()
  expect(queued + dropped['queue_full']!).toBe(into)
  expect(queued).toBeLessThanOrEqual(2004)
  while (run.boundary!.pending > 0) {
    for (const go of waiting.splice(0)) go()
    await Promise.resolve()
  }
  expect(b.log).toContain('resume source')
})

test('a clock that runs ahead is not believed, and NaN is never good', async () => {
  const b = bench()
  await b.flow.deploy(plan({ source: { type: 'source.test' }, counter: { type: 'aggregate.counter' } }, chain))
  b.flow.tap('source', 'value', (s) => b.seen.push(s))
  b.emit(1, 1000 + 6000)
  b.emit(Number.NaN, 900)
  expect(b.seen.map((s) => [s.time, s.quality >>> 30])).toEqual([[1000, 1], [900, 2]])
  expect(b.log.join('\n')).toContain('ahead')
})

test('state and waiting samples come back from a checkpoint', async () => {
  const b = bench({ receive: () => new Promise(() => undefined) })
  const p = plan({ source: { type: 'source.test' }, counter: { type: 'aggregate.counter' }, slow: { type: 'inference.slow' } }, [...chain, 'counter.value -> slow.value'])
  await b.flow.deploy(p)
  for (let i = 0; i < 6; i++) b.emit(i)
  const saved = structuredClone(b.flow.save())
  const seen: Sample[] = []
  const again = bench({ receive: (s) => { seen.push(s) } })
  await again.flow.deploy(p, saved)
  expect(seen.map((s) => s.value)).toEqual([1, 2, 3, 4, 5, 6])
  again.flow.tap('counter', 'value', (s) => again.seen.push(s))
  again.emit(1)
  expect(again.seen.map((s) => s.value)).toEqual([7])
})
