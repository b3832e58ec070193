// What a subflow's instance and a link do now. The engine runs only what stands behind them ('instance/node'): their status
// is put together from that, so that they are shown like any other node.
import { LINK_IN, LINK_OUT, parseEnd, parseWire, SUBFLOW, type Flow, type NodeEntry, type NodeStatus, type PortStatus, type WireEnd } from '#format'
import type { Health } from '#kit'

type Nodes = { readonly [id: string]: NodeStatus }

/** The node on the canvas that an id of the engine belongs to. */
export const onCanvas = (id: string): string => id.split('/', 1)[0]!

/** A node by its id in the engine, through the subflows it lies in. */
function entryAt(flow: Flow | undefined, id: string): NodeEntry | undefined {
  let of: Pick<Flow, 'nodes'> | undefined = flow
  const path = id.split('/')
  for (const [i, name] of path.entries()) {
    const entry = of && Object.hasOwn(of.nodes, name) ? of.nodes[name] : undefined
    if (!entry || i === path.length - 1) return entry
    of = flow && subflowOf(flow, entry.config)
  }
  return undefined
}
export const typeAt = (flow: Flow | undefined, id: string): string | undefined => entryAt(flow, id)?.type

const standing = new WeakMap<Flow['nodes'], readonly string[]>()
/** The flow's nodes that nothing runs for. */
export function standIns(flow: Flow): readonly string[] {
  let ids = standing.get(flow.nodes)
  if (!ids) standing.set(flow.nodes, (ids = Object.keys(flow.nodes).filter((id) => { const { type } = flow.nodes[id]!; return type === SUBFLOW || type === LINK_IN || type === LINK_OUT })))
  return ids
}

/** Statuses of instances and links that the nodes in `changed` stand behind; without it of all of them. */
export function standInStatuses(flow: Flow | null, nodes: Nodes, changed?: readonly string[]): Nodes {
  if (!flow) return {}
  const found: Record<string, NodeStatus> = {}
  const links: string[] = []
  for (const id of standIns(flow)) {
    if (flow.nodes[id]!.type !== SUBFLOW) links.push(id)
    else if (changed === undefined || changed.some((c) => c.startsWith(`${id}/`))) {
      const status = instanceStatus(flow, nodes, id)
      if (status) found[id] = status
    }
  }
  if (links.length > 0) {
    const all = { ...nodes, ...found }
    const touched = changed && new Set([...changed, ...Object.keys(found)])
    for (const id of links) {
      const ends = feeders(flow, id)
      if (touched && !ends.some(({ node }) => touched.has(node))) continue
      const status = linkStatus(flow.nodes[id]!.type, ends.flatMap(({ node, port }) => all[node]?.outputs[port] ?? []), ends.some(({ node }) => Object.hasOwn(all, node)))
      if (status) found[id] = status
    }
  }
  return found
}

/** Inner nodes of an instance by their names in it, deeper ones with their path. */
export function innerStatuses(nodes: Nodes, id: string): readonly (readonly [name: string, status: NodeStatus])[] {
  const prefix = `${id}/`
  return Object.entries(nodes).filter(([key]) => key.startsWith(prefix)).map(([key, status]) => [key.slice(prefix.length), status] as const)
}

const GRAVITY = ['ok', 'connecting', 'stale', 'error'] as const
function instanceStatus(flow: Flow, nodes: Nodes, id: string): NodeStatus | undefined {
  const inner = innerStatuses(nodes, id)
  if (inner.length === 0) return undefined
  const subflow = subflowOf(flow, flow.nodes[id]?.config)
  let health: Health = { state: 'ok', text: '' }
  const sum = (of: (s: NodeStatus) => number): number => inner.reduce((total, [, s]) => total + of(s), 0)
  const dropped: Record<string, number> = {}
  for (const [name, status] of inner) {
    if (GRAVITY.indexOf(status.health.state) > GRAVITY.indexOf(health.state)) health = { ...status.health, text: `${name}: ${status.health.text || status.health.state}` }
    for (const [reason, n] of Object.entries(status.ledger.dropped)) if (n > 0) dropped[`${name}: ${reason}`] = n
  }
  const ports = (side: 'inputs' | 'outputs'): { readonly [port: string]: PortStatus } =>
    Object.fromEntries(Object.keys(subflow?.[side] ?? {}).flatMap((port) => { const status = portBehind(flow, nodes, id, port, side); return status ? [[port, status]] : [] }))
  const inputs = ports('inputs')
  const outputs = ports('outputs')
  const count = (of: { readonly [port: string]: PortStatus }): number => Object.values(of).reduce((total, p) => total + p.count, 0)
  return {
    health,
    // What comes in and goes out of the whole; what is inside is each inner node's.
    ledger: { in: count(inputs), passed: count(outputs), held: sum((s) => s.ledger.held), failed: sum((s) => s.ledger.failed), queued: sum((s) => s.ledger.queued), dropped },
    inputs, outputs, p99Us: null,
    issues: inner.flatMap(([name, s]) => s.issues.map((i) => ({ ...i, text: `${name}: ${i.text}` }))),
  }
}

const subflowOf = (flow: Flow, config: { readonly [name: string]: unknown } | undefined) => {
  const name = config?.['subflow']
  return typeof name === 'string' && Object.hasOwn(flow.subflows ?? {}, name) ? flow.subflows![name]! : undefined
}

/** Through instances in instances, to the node that runs; undefined where the subflow has no such port. */
function endBehind(flow: Flow, id: string, config: { readonly [name: string]: unknown }, port: string, side: 'inputs' | 'outputs', depth = 0): WireEnd | undefined {
  const subflow = subflowOf(flow, config)
  const text = side === 'inputs' ? subflow?.inputs[port]?.[0] : subflow?.outputs[port]
  const end = text === undefined ? undefined : parseEnd(text)
  const inner = end && subflow!.nodes[end.node]
  if (!end || !inner || depth > 16) return undefined
  return inner.type === SUBFLOW ? endBehind(flow, `${id}/${end.node}`, inner.config, end.port, side, depth + 1) : { node: `${id}/${end.node}`, port: end.port }
}
function portBehind(flow: Flow, nodes: Nodes, id: string, port: string, side: 'inputs' | 'outputs'): PortStatus | undefined {
  const end = endBehind(flow, id, flow.nodes[id]!.config, port, side)
  return end && nodes[end.node]?.[side][end.port]
}

/** The output that the engine knows for one on the canvas: of an instance or a link that of the node behind it. */
export function runningOutput(flow: Flow | null | undefined, node: string, port: string): WireEnd {
  const entry = entryAt(flow ?? undefined, node)
  if (!flow || !entry) return { node, port }
  if (entry.type === SUBFLOW) return endBehind(flow, node, entry.config, port, 'outputs') ?? { node, port }
  const [first] = entry.type === LINK_IN && Object.hasOwn(flow.nodes, node) ? feeders(flow, node) : []
  return first && first.node !== node ? runningOutput(flow, first.node, first.port) : { node, port }
}

/** Outputs that a link passes on: those wired into it, or into the links out of its name. */
function feeders(flow: Flow, id: string): readonly WireEnd[] {
  const entry = flow.nodes[id]!
  const into = entry.type === LINK_OUT ? [id] : Object.keys(flow.nodes).filter((n) => flow.nodes[n]!.type === LINK_OUT && flow.nodes[n]!.config['name'] === entry.config['name'])
  return flow.wires.flatMap((text) => { const wire = parseWire(text); return wire && into.includes(wire.to.node) ? [wire.from] : [] })
}

function linkStatus(type: string, ports: readonly PortStatus[], known: boolean): NodeStatus | undefined {
  if (!known) return undefined
  const count = ports.reduce((sum, p) => sum + p.count, 0)
  const last = ports.map((p) => p.last).reduce((a, b) => (a === null || (b !== null && b.time > a.time) ? b : a), null)
  const value: PortStatus = { count, rate: ports.reduce((sum, p) => sum + p.rate, 0), last }
  return {
    health: { state: 'ok', text: '' },
    ledger: { in: type === LINK_OUT ? count : 0, passed: count, held: 0, failed: 0, queued: 0, dropped: {} },
    inputs: type === LINK_OUT ? { value } : {}, outputs: type === LINK_IN ? { value } : {}, p99Us: null, issues: [],
  }
}
