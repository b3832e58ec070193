// A flow without subflows and links: what stands for other nodes is replaced by them before types are looked at, so that
// neither costs anything when it runs. Inner nodes are called 'instance/node'. Done alike by the editor and the compiler.
import { issue, type Issue, type JsonValue, type PortType, type ResolvedPort } from '#kit'
import { formatEnd, parseWire, type Flow, type NodeEntry, type Subflow, type WireEnd } from './document.ts'
import type { FlowPorts } from './types.ts'

export const SUBFLOW = 'flow.subflow'
export const LINK_IN = 'flow.link-in'
export const LINK_OUT = 'flow.link-out'
/** Subflows inside of subflows. */
const MAX_DEPTH = 16
/** Nodes of a flow with all its subflows put in. */
const MAX_NODES = 20_000
/** Its wires then: an instance or a link makes many of one. */
const MAX_WIRES = 200_000
const tooManyWires = (): Issue => issue('FLOW_FORMAT', { field: '/wires' }, { reason: `With its subflows and links put in, the flow has more than ${MAX_WIRES} wires: split it.` })

export interface Expanded {
  /** No node of it is a subflow or a link. */
  readonly flow: Flow
  readonly issues: readonly Issue[]
  /** Adds the ports of what was replaced, with the types of the ports that stand behind them. */
  withInstances(ports: FlowPorts): FlowPorts
}

/** Where the ports of an instance lead. */
interface Instance {
  readonly subflow: Subflow
  /** To ports of nodes that are no instances. */
  readonly inputs: ReadonlyMap<string, readonly string[]>
  readonly outputs: ReadonlyMap<string, string>
}
type Parameters = { readonly [name: string]: JsonValue }

export function expandFlow(flow: Flow): Expanded {
  const issues: Issue[] = []
  const nodes: Record<string, NodeEntry> = {}
  const wires: string[] = []
  const instances = new Map<string, Instance>()
  let count = 0

  function body(prefix: string, of: Pick<Flow, 'nodes' | 'wires'>, parameters: Parameters | undefined, path: readonly string[]): void {
    for (const [name, entry] of Object.entries(of.nodes)) {
      const id = prefix + name
      // The parameters of the flow itself are the compiler's matter: it knows the place of each fault.
      const config = parameters === undefined ? entry.config : (withParameters(entry.config, parameters, (missing, field) => issues.push(issue('PARAMETER_UNKNOWN', { node: id, field }, { name: missing }))) as NodeEntry['config'])
      if (++count === MAX_NODES + 1) issues.push(issue('SUBFLOW_LARGE', { node: id }, { limit: MAX_NODES }))
      if (count > MAX_NODES) return
      if (entry.type === SUBFLOW) instance(id, config, path)
      else nodes[id] = { ...entry, config }
    }
    for (const text of of.wires) {
      if (wires.length > MAX_WIRES) return
      const wire = parseWire(text)
      if (!wire) {
        wires.push(text)
        continue
      }
      const from = { node: prefix + wire.from.node, port: wire.from.port }
      const to = { node: prefix + wire.to.node, port: wire.to.port }
      const out = instances.get(from.node)
      const into = instances.get(to.node)
      const starts = out ? [out.outputs.get(from.port)].filter((e) => e !== undefined) : [formatEnd(from)]
      const ends = into ? (into.inputs.get(to.port) ?? []) : [formatEnd(to)]
      if (out && starts.length === 0) noPort(prefix + text, from, 'output', out.outputs)
      if (into && !into.inputs.has(to.port)) noPort(prefix + text, to, 'input', into.inputs)
      for (const start of starts) for (const end of ends) wires.push(`${start} -> ${end}`)
    }
  }

  function noPort(wire: string, { node, port }: { node: string; port: string }, direction: 'input' | 'output', ports: ReadonlyMap<string, unknown>): void {
    issues.push(issue('WIRE_PORT', { wire, node, port }, { node, port, direction, ports: [...ports.keys()].join(', ') || `none: it has no ${direction}s` }))
  }

  function instance(id: string, config: NodeEntry['config'], path: readonly string[]): void {
    const name = typeof config['subflow'] === 'string' ? config['subflow'] : ''
    const subflow = Object.hasOwn(flow.subflows ?? {}, name) ? flow.subflows![name]! : undefined
    const place = { node: id, field: '/subflow' }
    if (!subflow) {
      issues.push(issue('SUBFLOW_UNKNOWN', place, { name, subflows: Object.keys(flow.subflows ?? {}).join(', ') || 'none yet' }))
      return
    }
    if (path.includes(name) || path.length >= MAX_DEPTH) {
      issues.push(issue('SUBFLOW_CYCLE', place, { path: [...path, name].join(' -> ') }))
      return
    }
    const given = isObject(config['parameters']) ? config['parameters'] : {}
    for (const key of Object.keys(given)) {
      if (!Object.hasOwn(subflow.parameters, key)) issues.push(issue('NODE_CONFIG', { node: id, field: `/parameters/${key}` }, { reason: `The subflow '${name}' has no parameter '${key}'.` }))
    }
    body(`${id}/`, subflow, { ...subflow.parameters, ...given }, [...path, name])
    const behind = (end: string, side: 'inputs' | 'outputs'): readonly string[] => {
      const dot = end.indexOf('.')
      const inner = instances.get(`${id}/${end.slice(0, dot)}`)
      const port = end.slice(dot + 1)
      if (!inner) return [`${id}/${end}`]
      const found = side === 'inputs' ? inner.inputs.get(port) : inner.outputs.has(port) ? [inner.outputs.get(port)!] : undefined
      return found ?? []
    }
    instances.set(id, {
      subflow,
      inputs: new Map(Object.entries(subflow.inputs).map(([port, ends]) => [port, [...new Set(ends.flatMap((end) => behind(end, 'inputs')))]])),
      outputs: new Map(Object.entries(subflow.outputs).flatMap(([port, end]) => behind(end, 'outputs').map((e) => [port, e] as const))),
    })
  }

  body('', flow, undefined, [])
  if (wires.length > MAX_WIRES) issues.push(tooManyWires())
  const linked = withoutLinks(nodes, wires)
  return {
    flow: { ...flow, nodes: linked.nodes, wires: linked.wires },
    issues: [...issues, ...linked.issues],
    withInstances(ports) {
      const all: Record<string, FlowPorts[string]> = { ...ports }
      const typeOf = (end: string, side: 'inputs' | 'outputs'): PortType => {
        const dot = end.indexOf('.')
        return (ports[end.slice(0, dot)]?.[side][end.slice(dot + 1)] as PortType | undefined) ?? { kind: 'any' }
      }
      for (const [id, { inputs, outputs }] of instances) {
        all[id] = {
          inputs: Object.fromEntries([...inputs].map(([name, ends]) => [name, bare(ends[0] === undefined ? { kind: 'any' } : typeOf(ends[0], 'inputs'))])),
          outputs: Object.fromEntries([...outputs].map(([name, end]) => [name, bare(typeOf(end, 'outputs'))])),
        }
      }
      for (const [id, feeders] of linked.outs) all[id] = { inputs: { value: bare(feeders[0] === undefined ? { kind: 'any' } : typeOf(feeders[0], 'outputs')) }, outputs: {} }
      for (const [id, feeders] of linked.ins) all[id] = { inputs: {}, outputs: { value: bare(feeders[0] === undefined ? { kind: 'any' } : typeOf(feeders[0], 'outputs')) } }
      return all
    },
  }
}

/** A port of an instance has the type of the one behind it, and a title of its own. */
function bare(port: PortType): ResolvedPort {
  const { title: _title, help: _help, same: _same, ...type } = port as ResolvedPort
  return type
}

/** Wires what goes into each link out to what comes from the links in of its name. */
function withoutLinks(all: Record<string, NodeEntry>, wires: readonly string[]) {
  const nameOf = (entry: NodeEntry): string => (typeof entry.config['name'] === 'string' ? entry.config['name'] : '')
  const links = Object.entries(all).filter(([, e]) => e.type === LINK_IN || e.type === LINK_OUT)
  if (links.length === 0) return { nodes: all, wires, issues: [], outs: new Map<string, string[]>(), ins: new Map<string, string[]>() }
  const issues: Issue[] = []
  const nodes = Object.fromEntries(Object.entries(all).filter(([, e]) => e.type !== LINK_IN && e.type !== LINK_OUT))
  const outs = new Map(links.filter(([, e]) => e.type === LINK_OUT).map(([id]) => [id, [] as string[]]))
  const ins = new Map(links.filter(([, e]) => e.type === LINK_IN).map(([id]) => [id, [] as string[]]))
  const parsed = wires.map((text) => ({ text, wire: parseWire(text) }))
  const wiredInto = new Map([...outs.keys()].map((id) => [id, [] as WireEnd[]]))
  for (const { wire } of parsed) if (wire) wiredInto.get(wire.to.node)?.push(wire.from)
  const outsOf = Map.groupBy(outs.keys(), (id) => nameOf(all[id]!))
  /** What goes into these links out: also through other links, of which each name is looked at once. */
  const feeders = (of: readonly string[]): string[] => {
    const found = new Set<string>()
    const seen = new Set<string>()
    const todo = [...of]
    for (const out of todo) {
      for (const from of wiredInto.get(out)!) {
        const name = ins.has(from.node) ? nameOf(all[from.node]!) : undefined
        if (name === undefined) found.add(formatEnd(from))
        else if (!seen.has(name)) {
          seen.add(name)
          for (const next of outsOf.get(name) ?? []) todo.push(next)
        }
      }
    }
    return [...found]
  }
  const byName = new Map([...outsOf].map(([name, ids]) => [name, feeders(ids)]))
  for (const id of ins.keys()) ins.set(id, byName.get(nameOf(all[id]!)) ?? [])
  for (const id of outs.keys()) outs.set(id, feeders([id]))
  const names = (of: ReadonlyMap<string, unknown>): Set<string> => new Set([...of.keys()].map((id) => nameOf(all[id]!)))
  for (const [id, entry] of links) {
    const name = nameOf(entry)
    if (name === '') issues.push(issue('NODE_CONFIG', { node: id, field: '/name' }, { reason: 'A link needs a name; the other end has the same.' }))
    else if (!(entry.type === LINK_IN ? names(outs) : names(ins)).has(name)) issues.push(issue('LINK_OPEN', { node: id }, { name, other: entry.type === LINK_IN ? 'Link out' : 'Link in' }))
  }
  const rest: string[] = []
  for (const { text, wire } of parsed) {
    if (rest.length > MAX_WIRES) {
      issues.push(tooManyWires())
      break
    }
    if (wire && outs.has(wire.to.node)) {
      if (wire.to.port !== 'value') issues.push(issue('WIRE_PORT', { wire: text, node: wire.to.node, port: wire.to.port }, { node: wire.to.node, port: wire.to.port, direction: 'input', ports: 'value' }))
    } else if (wire && ins.has(wire.from.node)) {
      if (wire.from.port !== 'value') issues.push(issue('WIRE_PORT', { wire: text, node: wire.from.node, port: wire.from.port }, { node: wire.from.node, port: wire.from.port, direction: 'output', ports: 'value' }))
      else for (const from of ins.get(wire.from.node)!) rest.push(`${from} -> ${formatEnd(wire.to)}`)
    } else rest.push(text)
  }
  return { nodes, wires: [...new Set(rest)], issues, outs, ins }
}

const isObject = (value: unknown): value is Parameters => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Puts values in place of `{ "$parameter": "name" }`; `missing` is told of each that is not there. */
export function withParameters(value: unknown, parameters: Parameters, missing: (name: string, field: string) => void, field = ''): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((v, i) => withParameters(v, parameters, missing, `${field}/${i}`))
  const keys = Object.keys(value)
  const name = (value as Parameters)['$parameter']
  if (keys.length === 1 && typeof name === 'string') {
    if (Object.hasOwn(parameters, name)) return parameters[name]
    missing(name, field)
    return undefined
  }
  return Object.fromEntries(keys.map((k) => [k, withParameters((value as Parameters)[k], parameters, missing, `${field}/${k}`)]))
}
