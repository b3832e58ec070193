// What a flow will cost on this gateway, before it runs: rates along its wires, from them the time on the processor, memory
// and the time of the connections that answer one request at a time. What runs already is measured; the rest goes by the
// nodes' own settings and a table of costs by kind. An estimate to decide by, within a factor of two, not a promise.
import { issue, type AnyDriver, type AnyNode, type Issue, type Rate } from '#kit'
import { equalJson, formatEnd, type CapacityBody, type NodeStatus } from '#format'
import type { FlowReport, Plan, PlanNode } from './engine/contract.ts'
import costs from './node-costs.json' with { type: 'json' }

export interface CapacityOf {
  readonly nodes: ReadonlyMap<string, AnyNode>
  readonly drivers: ReadonlyMap<string, AnyDriver>
  /** What runs of this flow now, and what was seen of it. */
  readonly running: Plan | undefined
  readonly report: FlowReport | undefined
  /** No other flow shares its engine: what the engine takes is the flow's. */
  readonly alone: boolean
  /** Of other flows: they share its connections. */
  readonly others?: readonly Plan[]
}

const measuredNs: { readonly [type: string]: number } = costs.nsPerSample
/** A kind that is not in the table. */
const USUAL_NS = 1000
/** What crosses a driver: decoding, and the journal where it is acknowledged. */
const OUTSIDE_NS = 20_000
/** An engine without a flow. */
const BASE_MB = 70
const NODE_MB = 0.006
const TAG_MB = 0.0008
const QUEUED_MB = 0.0002
/** A core, or a connection, above this part is told. */
const MUCH = 0.7
const nothing: Rate = { perS: 0, tags: 0 }
const plus = (a: Rate, b: Rate): Rate => ({ perS: a.perS + b.perS, tags: a.tags + b.tags })

interface Estimate {
  readonly cpu: number
  readonly memoryMb: number
  readonly samplesPerS: number
  /** Of each node's inputs. */
  readonly into: ReadonlyMap<string, { readonly [input: string]: Rate }>
  /** Sources whose rate nobody knows. */
  readonly unknown: readonly string[]
  readonly measured: number
}

function estimate(plan: Plan, nodes: CapacityOf['nodes'], seen: (node: PlanNode) => NodeStatus | undefined): Estimate {
  const rates = new Map<string, Rate>()
  const into = new Map<string, Record<string, Rate>>()
  const unknown: string[] = []
  const feeding = Map.groupBy(plan.wires, (w) => w.to.node)
  let cpu = 0
  let memoryMb = 0
  let samplesPerS = 0
  let measured = 0
  for (const node of plan.nodes) {
    const def = nodes.get(node.type)
    const inputs: Record<string, Rate> = Object.fromEntries(Object.keys(node.ports.inputs).map((name) => [name, nothing]))
    // In topological order; what a loop brings back is not known yet, and is no more than what went in.
    for (const { from, to } of feeding.get(node.id) ?? []) inputs[to.port] = plus(inputs[to.port] ?? nothing, rates.get(formatEnd(from)) ?? nothing)
    into.set(node.id, inputs)
    const all = Object.values(inputs).reduce(plus, nothing)
    const status = seen(node)
    const said = def?.rates?.(node.config, inputs)
    const begins = Object.keys(inputs).length === 0
    if (status) measured++
    else if (begins && said === undefined && Object.keys(node.ports.outputs).length > 0) unknown.push(node.title)
    let out = 0
    for (const name of Object.keys(node.ports.outputs)) {
      const now = status?.outputs[name]
      const rate = said === undefined ? (begins ? { perS: 0, tags: 1 } : all) : (said[name] ?? said['*'] ?? nothing)
      // A device that is away for a moment says nothing of what it will give.
      const perS = now && now.count > 0 ? Math.max(now.rate, 0) : rate.perS
      rates.set(`${node.id}.${name}`, { perS, tags: rate.tags })
      out += perS
    }
    const work = begins ? out : all.perS
    if (begins) samplesPerS += out
    const outside = def !== undefined && def.effects !== 'none'
    const ns = status?.p99Us != null && !outside ? status.p99Us * 1000 : (measuredNs[node.type] ?? USUAL_NS) + (outside ? OUTSIDE_NS : 0)
    cpu += (work * ns) / 1e9
    const keeps = def?.state !== undefined && def.scope !== 'node' ? Math.max(1, all.tags) : 0
    const waits = def?.open && Object.keys(inputs).length > 0 ? (status?.queue?.depth ?? 0) : 0
    memoryMb += NODE_MB + keeps * TAG_MB + waits * QUEUED_MB
  }
  return { cpu, memoryMb, samplesPerS, into, unknown, measured }
}

export function capacityOf(plan: Plan, { nodes, drivers, running, report, alone, others = [] }: CapacityOf): CapacityBody {
  const was = new Map(running?.nodes.map((n) => [n.id, n]))
  const unchanged = (node: PlanNode): boolean => {
    const before = was.get(node.id)
    return before !== undefined && before.type === node.type && equalJson(before.config, node.config)
  }
  const status = (id: string): NodeStatus | undefined => (report && Object.hasOwn(report.nodes, id) ? report.nodes[id] : undefined)
  const fresh = (id: string): boolean => ['ok', undefined].includes(status(id)?.health.state)
  // A node behind a changed one gives something else than it did.
  const changed = new Set<string>()
  const upstream = Map.groupBy(plan.wires, (w) => w.to.node)
  const before = new Set(running?.wires.map((w) => `${formatEnd(w.from)} ${formatEnd(w.to)}`))
  for (const node of plan.nodes) {
    const wires = upstream.get(node.id) ?? []
    if (!unchanged(node) || !fresh(node.id) || wires.some((w) => changed.has(w.from.node) || !before.has(`${formatEnd(w.from)} ${formatEnd(w.to)}`))) changed.add(node.id)
  }
  const next = estimate(plan, nodes, (node) => (changed.has(node.id) ? undefined : status(node.id)))
  const now = running && report && alone ? estimate(running, nodes, (node) => status(node.id)) : undefined
  const known = now !== undefined && report !== undefined
  const cpu = known ? Math.max(next.cpu, report.totals.cpu + next.cpu - now.cpu) : next.cpu
  const memoryMb = known ? report.totals.memoryMb + next.memoryMb - now.memoryMb : BASE_MB + next.memoryMb

  const asked = new Map<string, { perS: number; busy: number }>()
  let timed = 0
  const ask = (of: Plan, into: Estimate['into']): void => {
    for (const node of of.nodes) {
      for (const { connection, perS, bytes } of nodes.get(node.type)?.asks?.(node.config, into.get(node.id) ?? {}) ?? []) {
        const entry = of.connections[connection]
        const measuredMs = report?.requestMs?.[connection]
        const ms = measuredMs ?? (entry && drivers.get(entry.type)?.requestMs?.(entry.config, bytes))
        if (ms === undefined) continue
        if (measuredMs !== undefined) timed++
        const sum = asked.get(connection) ?? { perS: 0, busy: 0 }
        asked.set(connection, { perS: sum.perS + perS, busy: sum.busy + (perS * ms) / 1000 })
      }
    }
  }
  ask(plan, next.into)
  const mine = new Set(asked.keys())
  for (const other of others) if (Object.keys(other.connections).some((name) => mine.has(name))) ask(other, estimate(other, nodes, () => undefined).into)
  const buses = [...asked].filter(([name]) => mine.has(name)).map(([connection, { perS, busy }]) => ({ connection, busy, requestsPerS: perS }))

  const basis = [
    next.measured === 0 ? `${!running ? 'Nothing of it runs yet' : report ? 'None of its nodes runs unchanged' : 'What runs was not measured yet'}: rates from the settings of its sources, costs by kind of node.` : next.measured === plan.nodes.length ? 'Measured: all of its nodes run already.' : `Measured for the ${next.measured} nodes that run unchanged; for the other ${plan.nodes.length - next.measured} by their settings and kind.`,
    ...(known ? ['Processor and memory: what the engine takes now, and the difference.'] : []),
    ...(buses.length === 0 ? [] : [timed > 0 ? 'Requests as they take now.' : 'Requests at 5 ms each, as most devices answer.']),
    ...(next.unknown.length === 0 ? [] : [`Not counted, as nobody knows how often they speak: ${next.unknown.slice(0, 3).join(', ')}${next.unknown.length > 3 ? ` and ${next.unknown.length - 3} more` : ''}.`]),
  ].join(' ')
  return { cpu: figure(cpu), memoryMb: Math.round(memoryMb), samplesPerS: figure(next.samplesPerS), buses: buses.map((b) => ({ ...b, busy: figure(b.busy), requestsPerS: figure(b.requestsPerS) })), basis }
}

/** No more digits than it is worth. */
const figure = (n: number): number => (Number.isFinite(n) ? Number(n.toPrecision(3)) : 0)

export function capacityIssues(flow: string, { cpu, buses }: CapacityBody): Issue[] {
  const percent = (part: number): number => Math.round(part * 100)
  return [
    ...(cpu > MUCH ? [issue('CAPACITY_CPU', { flow }, { percent: percent(cpu) })] : []),
    ...buses.filter((b) => b.busy > MUCH).map((b) => issue('CAPACITY_BUS', { flow, field: `/connections/${b.connection}` }, { name: b.connection, percent: percent(b.busy) })),
  ]
}
