// From a flow document to a plan that an engine runs. Reports every issue at once, each with its place.
import { issue, schemaFaults, withDefaults, hasErrors, IssueError, type AnyDriver, type AnyNode, type Annotations, type Issue, type ResolvedPorts, type Resources, type TSchema, type TypedPorts } from '#kit'
import { equalJson, expandFlow, formatWire, typeFlow, withParameters, type ConnectionEntry, type Flow, type FlowPorts, type NodePorts, type Wire } from '#format'
import type { Plan, PlanNode } from '../engine/contract.ts'
import { findCycles, topological } from './order.ts'
import { migrate } from './upgrade.ts'

export interface CompileEnv {
  readonly nodes: ReadonlyMap<string, AnyNode>
  readonly drivers: ReadonlyMap<string, AnyDriver>
  readonly resources: Resources & {
    models(): readonly string[]
    /** Why a model that is there cannot be used (it does not load, it is still being looked at). */
    issue(name: string): Issue | undefined
  }
  /** The gateway's own; they win over the flow's copies. */
  readonly connections: Readonly<Record<string, ConnectionEntry>>
  readonly secrets: ReadonlySet<string>
  readonly version: number
}

export interface Compiled {
  /** Absent when an issue is an error. */
  readonly plan?: Plan
  readonly issues: Issue[]
  readonly ports: FlowPorts
  /** Ids of the nodes that write to a plant. */
  readonly actuators: string[]
}

export function compile(document: Flow, env: CompileEnv): Compiled {
  const expanded = expandFlow(document)
  const { flow } = expanded
  const issues: Issue[] = [...expanded.issues]
  const configs: Record<string, unknown> = {}
  const given: Record<string, Partial<NodePorts>> = {}
  const typing = new Map<string, (inputs: ResolvedPorts) => TypedPorts>()
  const used = { connections: new Map<string, ConnectionEntry>(), secrets: new Set<string>(), models: new Set<string>() }
  const actuators: string[] = []

  for (const [id, entry] of Object.entries(flow.nodes)) {
    const node = env.nodes.get(entry.type)
    if (!node) {
      issues.push(issue('NODE_TYPE', { node: id }, { type: entry.type }))
      continue
    }
    if (node.envelope !== undefined) actuators.push(id)
    const wrong = (field: string, reason: string): void => void issues.push(issue('NODE_CONFIG', { node: id, field }, { reason }))
    let config: unknown = withParameters(entry.config, flow.parameters, (name, field) => issues.push(issue('PARAMETER_UNKNOWN', { node: id, field }, { name })))
    try {
      config = migrate(node, entry.version ?? 1, config)
    } catch (thrown) {
      if (!(thrown instanceof IssueError)) throw thrown
      issues.push(...thrown.issues.map((i) => ({ ...i, node: id })))
      continue
    }
    config = withDefaults(node.config, config)
    configs[id] = config
    const faults = schemaFaults(node.config, config)
    for (const fault of faults) wrong(fault.field, fault.reason)
    references(id, node.config, config)
    if (faults.length === 0) for (const fault of node.check?.(config, env.resources) ?? []) wrong(fault.field, fault.reason)
    const ports = portsOf(node, config, faults.length > 0)
    if (ports) given[id] = ports
    if (node.typed && faults.length === 0) typing.set(id, (inputs) => node.typed!(config, inputs))
  }

  /** A wrong setting is one problem: where the ports can still be told they are, so that the wires raise no second one. */
  function portsOf(node: AnyNode, config: unknown, faulty: boolean): Partial<NodePorts> | undefined {
    try {
      return node.ports?.(config, env.resources)
    } catch (thrown) {
      if (faulty) return undefined
      throw thrown
    }
  }

  /** Names that a config takes from the gateway: connections, secrets, models. */
  function references(id: string, schema: TSchema, config: unknown): void {
    visit(schema, config, '', (note, name, field) => {
      const place = { node: id, field }
      if (note.widget === 'connection') {
        const entry = connection(name, place)
        if (entry && entry.type !== note.connection) issues.push(issue('CONNECTION_TYPE', place, { name, found: entry.type, needed: note.connection ?? '' }))
      } else if (note.widget === 'model') {
        if (env.resources.model(name)) used.models.add(name)
        else if (env.resources.issue(name)) issues.push({ ...env.resources.issue(name)!, ...place })
        else issues.push(issue('MODEL_UNKNOWN', place, { name, models: env.resources.models().join(', ') || 'none yet' }))
      } else if (note.widget === 'secret') secret(name, place)
    })
  }

  function secret(name: string, place: { node?: string; field?: string }): void {
    used.secrets.add(name)
    if (!env.secrets.has(name)) issues.push(issue('SECRET_UNKNOWN', place, { name }))
  }

  function connection(name: string, place: { node: string; field: string }): ConnectionEntry | undefined {
    const known = used.connections.get(name)
    if (known) return known
    const copy = Object.hasOwn(flow.connections, name) ? flow.connections[name] : undefined
    const own = Object.hasOwn(env.connections, name) ? env.connections[name] : undefined
    const entry = own ?? copy
    if (!entry) {
      issues.push(issue('CONNECTION_UNKNOWN', place, { name }))
      return undefined
    }
    const field = `/connections/${name}`
    const driver = env.drivers.get(entry.type)
    if (!driver) {
      issues.push(issue('CONNECTION_DRIVER', { field }, { type: entry.type, types: [...env.drivers.keys()].join(', ') || 'none' }))
      used.connections.set(name, entry)
      return entry
    }
    const config = withDefaults(driver.config, entry.config) as ConnectionEntry['config']
    const other = own && copy && (withDefaults(driver.config, copy.config) as ConnectionEntry['config'])
    if (other && !(own.type === copy.type && equalJson(config, other))) {
      const fields = [...new Set([...Object.keys(config), ...Object.keys(other)])].filter((k) => !equalJson(config[k], other[k]))
      issues.push(issue('CONNECTION_DIFFERS', { field }, { name, fields: fields.join(', ') || 'type' }))
    }
    for (const fault of schemaFaults(driver.config, config)) issues.push(issue('NODE_CONFIG', { field: `${field}${fault.field}` }, { reason: fault.reason }))
    visit(driver.config, config, field, (note, value, at) => {
      if (note.widget === 'secret') secret(value, { field: at })
    })
    const full = { type: entry.type, config }
    used.connections.set(name, full)
    return full
  }

  const typed = typeFlow(flow, (type) => env.nodes.get(type), configs, given, typing)
  issues.push(...typed.issues)
  for (const path of findCycles(flow, typed.wires, (id) => env.nodes.get(flow.nodes[id]!.type)?.delays === true)) {
    issues.push(issue('WIRE_CYCLE', { node: path[0]! }, { path: path.join(' -> ') }))
  }
  const placed = issues.map((i) => ({ ...i, flow: flow.id }))
  const ports = expanded.withInstances(typed.ports)
  if (hasErrors(placed)) return { issues: placed, ports, actuators }
  const nodes: PlanNode[] = topological(flow, typed.wires, (id) => env.nodes.get(flow.nodes[id]!.type)?.delays === true).map((id) => {
    const entry = flow.nodes[id]!
    return { id, type: entry.type, title: entry.name ?? env.nodes.get(entry.type)!.title, config: configs[id], ports: typed.ports[id]! }
  })
  const wires = typed.wires.map((w: Wire) => ({ ...w, checked: typed.checked.has(formatWire(w)) }))
  const plan: Plan = {
    flow: flow.id,
    name: flow.name,
    version: env.version,
    nodes,
    wires,
    connections: Object.fromEntries(used.connections),
    secrets: [...used.secrets],
    models: [...used.models],
    ...(flow.settings === undefined ? {} : { settings: flow.settings }),
  }
  return { plan, issues: placed, ports, actuators }
}

type Json = { readonly [key: string]: unknown }

/** Calls back for every annotated field that holds a name. */
function visit(schema: TSchema, value: unknown, field: string, found: (note: Annotations, name: string, field: string) => void): void {
  const s = schema as unknown as Annotations & { properties?: Record<string, TSchema>; items?: TSchema }
  if (s.widget === 'connection' || s.widget === 'model' || s.widget === 'secret') {
    if (typeof value === 'string' && value !== '') found(s, value, field)
    return
  }
  if (s.properties && typeof value === 'object' && value !== null) {
    for (const [key, sub] of Object.entries(s.properties)) visit(sub, (value as Json)[key], `${field}/${key}`, found)
  } else if (s.items && Array.isArray(value)) value.forEach((v, i) => visit(s.items!, v, `${field}/${i}`, found))
}
