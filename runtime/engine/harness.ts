// For tests of a running flow without a process: nodes that a test holds in its hands, and a clock that it moves.
import { defineNode, IssueError, issue, port, same, sample, Type, type AnyNode, type Context, type Opened, type Outcome, type ResolvedPorts, type Sample } from '#kit'
import { parseWire } from '#format'
import type { Plan } from './contract.ts'
import { FlowRun, type Attached, type Services } from './flow.ts'
import type { NodeRun } from './run.ts'

const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [] } as const
const config = Type.Object({ n: Type.Number({ default: 0 }) })
const value = { value: port.any() }
const shut = (): Promise<Opened> => Promise.reject(new Error('opened by the test'))

/** What becomes of a sample in `filter.any`: its value. */
export type Fate = 'emit' | 'twice' | 'hold' | 'drop' | 'fail' | 'throw' | 'done' | 'emit, hold' | 'emit, throw'
export const fates: readonly Fate[] = ['emit', 'twice', 'hold', 'drop', 'fail', 'throw', 'done', 'emit, hold', 'emit, throw']

export const testNodes: readonly AnyNode[] = (
  [
    defineNode({ ...about, type: 'source.test', effects: 'reads', config, inputs: {}, outputs: { value: port.any() }, open: shut }),
    /** Its receives are the test's. */
    defineNode({ ...about, type: 'inference.test', effects: 'none', config, inputs: value, outputs: { value: same('value') }, inFlight: 4, open: shut }),
    defineNode({ ...about, type: 'uplink.test', effects: 'notifies', config, inputs: value, outputs: {}, open: shut }),
    defineNode({ ...about, type: 'flow.sink', effects: 'none', config, inputs: value, outputs: {}, receive: (_s, _p, ctx) => ctx.done() }),
    defineNode({
      ...about, type: 'filter.any', effects: 'none', config, inputs: value, outputs: { value: same('value') },
      receive(s: Sample, _port: string, ctx: Context) {
        for (const fate of String(s.value).split(', ')) {
          if (fate === 'emit' || fate === 'twice') ctx.emit['value']!(s)
          if (fate === 'twice') ctx.emit['value']!(s)
          if (fate === 'hold') ctx.hold()
          if (fate === 'drop') ctx.drop('why')
          if (fate === 'fail') ctx.fail('why')
          if (fate === 'throw') throw new Error('why')
          if (fate === 'done') ctx.done()
        }
      },
    }),
    defineNode({
      ...about, type: 'aggregate.count', effects: 'none', config, inputs: value, outputs: { value: same('value') }, state: () => ({ count: 0 }),
      receive(s: Sample, _port: string, ctx: Context<unknown, { count: number }>) {
        ctx.emit['value']!(sample(s.tag, ++ctx.state.count, s.time))
      },
      acts: {
        reset(ctx: Context<unknown, { count: number }>) {
          ctx.state = { count: 0 }
        },
      },
    }),
    /** Gives the watermark when a span of 10 ms is complete. */
    defineNode({
      ...about, type: 'aggregate.span', effects: 'none', config, inputs: value, outputs: { value: port.number() }, state: () => ({ open: [] as number[] }),
      receive(s: Sample, _port: string, ctx: Context<unknown, { open: number[] }>) {
        const end = Math.floor(s.time / 10) * 10 + 10
        if (end <= ctx.watermark) return ctx.drop('late')
        if (!ctx.state.open.includes(end)) ctx.state.open = [...ctx.state.open, end].toSorted((a, b) => a - b)
        ctx.hold()
        ctx.wakeAtWatermark(ctx.state.open[0]!)
      },
      tick(ctx: Context<unknown, { open: number[] }>) {
        while (ctx.state.open.length > 0 && ctx.state.open[0]! <= ctx.watermark) ctx.emit['value']!(sample(ctx.tag, 0, ctx.state.open.shift()!))
        if (ctx.state.open.length > 0) ctx.wakeAtWatermark(ctx.state.open[0]!)
      },
    }),
    /** Gives a sample on after 100 ms of the gateway's clock. */
    defineNode({
      ...about, type: 'flow.delay', effects: 'none', delays: true, config, inputs: value, outputs: { value: same('value') }, state: () => ({ last: null as Sample | null }),
      receive(s: Sample, _port: string, ctx: Context<unknown, { last: Sample | null }>) {
        ctx.state.last = s
        ctx.hold()
        ctx.wakeAt(ctx.now + 100)
      },
      tick(ctx: Context<unknown, { last: Sample | null }>) {
        ctx.emit['value']!(ctx.state.last!)
      },
    }),
  ] as unknown as AnyNode[]
)

/** A receive that the test ends: in any order. */
export interface Receiving {
  readonly node: string
  readonly sample: Sample
  end(outcome?: Outcome): Promise<void>
  fail(reason: string): Promise<void>
}

export interface TestFlow {
  readonly flow: FlowRun
  readonly log: string[]
  readonly receiving: Receiving[]
  now: number
  /** Another clock than `now` for what counts as silence. */
  steady?: () => number
  /** Nodes whose opening fails. */
  readonly broken: Set<string>
  /** Nodes whose connection takes one holder only and has changed. */
  readonly exclusive: Set<string>
  emit(node: string, value: Sample['value'], time?: number, tag?: string): void
  /** Pins a port and gives what passes. */
  watch(node: string, port?: string): Sample[]
  deploy(plan: Plan, saved?: Parameters<FlowRun['deploy']>[1]): ReturnType<FlowRun['deploy']>
}

/** `auto`: asynchronous nodes pass on at once. */
export function testFlow(auto = true, nodes: readonly AnyNode[] = testNodes): TestFlow {
  const definitions = new Map(nodes.map((n) => [n.type, n]))
  const sources = new Map<string, NodeRun>()
  const receive = (node: string) => (s: Sample): Outcome | Promise<Outcome> => {
    if (auto) return node.startsWith('up') ? undefined : { emit: [['value', s]] }
    return new Promise((resolve, reject) => {
      const take = (): void => void t.receiving.splice(t.receiving.indexOf(one), 1)
      const one: Receiving = {
        node, sample: s,
        end: async (outcome = node.startsWith('up') ? undefined : { emit: [['value', s]] }) => (take(), resolve(outcome), settle()),
        fail: async (reason) => (take(), reject(new Error(reason)), settle()),
      }
      t.receiving.push(one)
    })
  }
  const services: Services = {
    now: () => t.now,
    steady: () => t.steady?.() ?? t.now,
    live: true,
    definition: (type) => definitions.get(type)!,
    async open(run): Promise<Attached> {
      const id = run.plan.id
      if (t.broken.has(id)) throw new IssueError(issue('NODE_OPEN', { node: id }, { reason: 'the test says so' }))
      t.log.push(`open ${id}`)
      return {
        opened: { health: () => ({ state: 'ok', text: '' }), close: async () => undefined, ...(run.inputs.size > 0 ? { receive: receive(id) } : {}) },
        go: () => {
          t.log.push(`go ${id}`)
          if (run.inputs.size === 0) sources.set(id, run)
        },
        pause: (full) => void t.log.push(`${full ? 'pause' : 'resume'} ${id}`),
        uses: () => !t.exclusive.has(id),
        exclusive: () => t.exclusive.has(id),
        close: async (removed) => void t.log.push(`close ${id}${removed ? ' for good' : ''}`),
      }
    },
    alarm: () => undefined,
    log: (_flow, node, level, text) => void t.log.push(`${level} ${node}: ${text}`),
  }
  const flow = new FlowRun('f', services)
  const t: TestFlow = {
    flow, log: [], receiving: [], now: 1000, broken: new Set(), exclusive: new Set(),
    emit: (node, v, time = t.now, tag = 't') => flow.inject(sources.get(node)!, 'value', sample(tag, v, time)),
    watch(node, name = 'value') {
      const seen: Sample[] = []
      flow.tap(node, name, (s) => seen.push(s))
      return seen
    },
    deploy: (plan, saved) => flow.deploy(plan, saved),
  }
  return t
}

/** Lets promises that are settled run on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

/** `{ a: 'source.test', b: ['filter.any', 1] }`: ids with their type, and n of their config. */
export function testPlan(nodes: Record<string, string | readonly [type: string, n: number]>, wires: readonly string[], version = 1): Plan {
  return {
    flow: 'f', name: 'f', version, connections: {}, secrets: [], models: [],
    nodes: Object.entries(nodes).map(([id, entry]) => {
      const [type, n] = typeof entry === 'string' ? [entry, 0] : entry
      const def = testNodes.find((d) => d.type === type)!
      const ports = (names: object): ResolvedPorts => Object.fromEntries(Object.keys(names).map((name) => [name, { kind: 'any' as const }]))
      return { id, type, title: id, config: { n }, ports: { inputs: ports(def.inputs), outputs: ports(def.outputs) } }
    }),
    wires: wires.map((w) => ({ ...parseWire(w.replaceAll(/(^|-> )(\w+)(?= |$)/g, '$1$2.value'))!, checked: false })),
  }
}
