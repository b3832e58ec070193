// Types along the wires: the one propagation that the editor (while dragging) and the compiler share.
import { assignable, displayUnit, formatType, issue, parseUnit, relateUnits, resolvePorts, type CatalogueNode, type Issue, type PortType, type ResolvedPort, type ResolvedPorts, type TypedPorts } from '#kit'
import { equalJson } from './diff.ts'
import { formatEnd, formatWire, parseWire, type Flow, type Wire } from './document.ts'

export interface NodePorts {
  readonly inputs: ResolvedPorts
  readonly outputs: ResolvedPorts
}
/** Ports of every node whose type is known, `same` resolved as far as the wires say. */
export type FlowPorts = { readonly [node: string]: NodePorts }

/** Of nodes whose outputs follow from what really comes in: their code, so on the gateway only. */
export type Typing = ReadonlyMap<string, (inputs: ResolvedPorts) => TypedPorts>

type Declared = Pick<CatalogueNode, 'inputs' | 'outputs' | 'config'>

export interface TypedFlow {
  readonly ports: FlowPorts
  /** Wires whose two ends exist. */
  readonly wires: readonly Wire[]
  readonly issues: readonly Issue[]
  /** Wires into which each sample is checked as it comes: `any` into a type. */
  readonly checked: ReadonlySet<string>
}

/**
 * Types every port and checks every wire. `lookup` gives the declaration of a node type; `given` overrides the ports
 * of nodes that only the gateway can resolve, `typing` asks those that must know what feeds them. `configs` are the nodes'
 * configs with parameters and defaults put in.
 */
export function typeFlow(
  flow: Flow,
  lookup: (type: string) => Declared | undefined,
  configs: { readonly [node: string]: unknown } = {},
  given: { readonly [node: string]: Partial<NodePorts> } = {},
  typing: Typing = new Map(),
): TypedFlow {
  const issues: Issue[] = []
  const declared = new Map<string, NodePorts>()
  for (const [id, node] of Object.entries(flow.nodes)) {
    const type = lookup(node.type)
    if (!type) continue
    const config = configs[id] ?? node.config
    declared.set(id, { inputs: given[id]?.inputs ?? resolvePorts(type.inputs, config), outputs: given[id]?.outputs ?? resolvePorts(type.outputs, config) })
  }

  const wires: Wire[] = []
  const seen = new Set<string>()
  /** Inputs that a wire names, also a broken one: it has its own issue. */
  const claimed = new Set<string>()
  for (const [i, text] of flow.wires.entries()) {
    const wire = parseWire(text)
    const place = { wire: text, field: `/wires/${i}` }
    if (!wire) {
      issues.push(issue('WIRE_FORMAT', place, { wire: text }))
      continue
    }
    if (seen.has(text)) {
      issues.push(issue('WIRE_DUPLICATE', place, { wire: text }))
      continue
    }
    seen.add(text)
    claimed.add(formatEnd(wire.to))
    if (endExists(wire, 'from', place) && endExists(wire, 'to', place)) wires.push(wire)
  }

  function endExists(wire: Wire, end: 'from' | 'to', place: { wire: string }): boolean {
    const { node, port } = wire[end]
    if (!Object.hasOwn(flow.nodes, node)) {
      issues.push(issue('WIRE_NODE', place, { wire: formatWire(wire), node }))
      return false
    }
    const ports = declared.get(node)
    if (!ports) return false // an unknown type has its own issue
    const side = end === 'from' ? ports.outputs : ports.inputs
    if (Object.hasOwn(side, port)) return true
    const direction = end === 'from' ? 'output' : 'input'
    issues.push(issue('WIRE_PORT', { ...place, node, port }, { node, port, direction, ports: Object.keys(side).join(', ') || `none: it has no ${direction}s` }))
    return false
  }

  const feeding = new Map<string, Wire[]>()
  const fedBy = new Map<string, Wire[]>()
  for (const wire of wires) {
    push(feeding, formatEnd(wire.to), wire)
    push(fedBy, formatEnd(wire.from), wire)
  }
  const { outputType, inputType, inputsOf, unresolved } = propagate(declared, feeding, fedBy, typing)

  /** What their code says is wrong: that the type of their outputs is not known follows from it. */
  const faulty = new Set<string>()
  for (const [id, told] of typing) {
    if (!declared.has(id)) continue
    for (const { field, reason } of told(inputsOf(id)).issues ?? []) {
      faulty.add(id)
      issues.push(issue('NODE_CONFIG', { node: id, field }, { reason }))
    }
  }

  const ports: Record<string, NodePorts> = {}
  for (const [id, { inputs, outputs }] of declared) {
    ports[id] = {
      inputs: Object.fromEntries(Object.entries(inputs).map(([name, p]) => [name, { ...inputType(id, name), ...pick(p), kind: p.kind === 'any' ? inputType(id, name).kind : p.kind }])),
      outputs: Object.fromEntries(Object.entries(outputs).map(([name]) => [name, outputType(id, name) as ResolvedPort])),
    }
  }

  const checked = new Set<string>()
  for (const wire of wires) {
    const from = outputType(wire.from.node, wire.from.port)
    const to = declared.get(wire.to.node)!.inputs[wire.to.port]!
    const fit = assignable(from, to)
    const text = formatWire(wire)
    if (!fit.ok) {
      const place = { wire: text, node: wire.to.node, port: wire.to.port }
      issues.push(issue(fit.code, place, { from: formatType(from), to: formatType(to), hint: fit.hint }))
    } else if (fit.checked) checked.add(text)
  }
  for (const [id, { inputs, outputs }] of declared) {
    // Where nothing leaves and anything may come (an uplink, a log), each tag keeps its own unit.
    const ends = Object.keys(outputs).length === 0
    for (const [name, p] of Object.entries(inputs)) {
      const into = feeding.get(`${id}.${name}`)
      if (!into) {
        if (!p.optional && !claimed.has(`${id}.${name}`)) issues.push(issue('PORT_OPEN', { node: id, port: name }, { port: name }))
        continue
      }
      if (ends && p.kind === 'any') continue
      const units = [...new Set(into.map((w) => outputType(w.from.node, w.from.port).unit).filter((u) => u !== undefined))]
      if (units.some((u) => relateUnits(u, units[0]) !== 'same')) {
        issues.push(issue('PORT_MIXED', { node: id, port: name }, { units: units.map((u) => displayUnit(u) || 'none').join(', ') }))
      }
    }
  }
  for (const [id, { inputs, outputs }] of declared) {
    for (const [name, p] of [...Object.entries(inputs), ...Object.entries(outputs)]) {
      if (typeof p.unit === 'string' && parseUnit(p.unit) === undefined) issues.push(issue('UNIT_UNKNOWN', { node: id, port: name }, { unit: p.unit }))
    }
    for (const name of Object.keys(outputs)) {
      const key = `${id}.${name}`
      if (unresolved.has(key) && !faulty.has(id)) issues.push(issue('PORT_UNRESOLVED', { node: id, port: name }, { port: name }))
    }
  }
  return { ports, wires, issues, checked }
}

function pick(p: ResolvedPort): Partial<ResolvedPort> {
  return { ...(p.title === undefined ? {} : { title: p.title }), ...(p.help === undefined ? {} : { help: p.help }), ...(p.optional === undefined ? {} : { optional: p.optional }) }
}
function stripUndefined(p: ResolvedPort): Partial<ResolvedPort> {
  return Object.fromEntries(Object.entries(p).filter(([, v]) => v !== undefined))
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}

/** Recomputations of one output: more than the types of its feeders can change, it stops a loop of them. */
const MAX_ROUNDS = 16

/**
 * `same` along the wires, until nothing changes; loops are fine. Feeders of several kinds make `any`: a sample of each
 * may come.
 */
function propagate(declared: ReadonlyMap<string, NodePorts>, feeding: ReadonlyMap<string, readonly Wire[]>, fedBy: ReadonlyMap<string, readonly Wire[]>, typing: Typing) {
  const known = new Map<string, ResolvedPort>()
  const rounds = new Map<string, number>()
  const any: PortType = { kind: 'any' }

  /** What an input really gets: its declared kind, with the unit and shape of what feeds it. Undefined: not known yet. */
  const inputOf = (node: string, name: string): PortType | undefined => {
    const decl = declared.get(node)?.inputs[name]
    if (!decl) return any
    const wires = feeding.get(`${node}.${name}`) ?? []
    if (wires.length === 0) return decl
    const sources = wires.map((w) => known.get(formatEnd(w.from))).filter((p) => p !== undefined)
    const first = sources[0]
    if (first === undefined) return decl.kind === 'any' ? undefined : decl
    const kind = sources.every((p) => p.kind === first.kind) ? first.kind : 'any'
    if (decl.kind !== 'any' && decl.kind !== kind) return decl
    if (kind === 'any') return { ...decl, kind }
    const { optional: _optional, title: _title, help: _help, same: _same, length, unit: _unit, ...shape } = first
    // Of several units none: a reading in one of them must not be shown in another.
    const units = sources.map((p) => p.unit).filter((u) => u !== undefined)
    const unit = units.every((u) => relateUnits(u, units[0]) === 'same') ? units[0] : undefined
    return {
      ...shape,
      ...(unit === undefined ? {} : { unit }),
      ...(length !== undefined && sources.every((p) => p.length === length) ? { length } : {}),
      ...stripUndefined(decl),
      kind,
    }
  }

  /** An output's type as far as the types before it are known. */
  const typeOf = (id: string, name: string, decl: ResolvedPort): ResolvedPort | undefined => {
    const told = typing.get(id)?.(inputsOf(id)).outputs
    if (told && Object.hasOwn(told, name)) return { ...stripUndefined({ ...decl, same: undefined } as unknown as ResolvedPort), ...told[name]! }
    if (decl.same === undefined) return decl
    const base = inputOf(id, decl.same)
    if (base === undefined) return undefined
    const { same: _same, kind: _kind, ...own } = decl
    const { optional: _optional, title: _title, help: _help, ...shape } = base as ResolvedPort
    return { ...shape, ...own }
  }
  const inputsOf = (id: string): ResolvedPorts => Object.fromEntries(Object.keys(declared.get(id)!.inputs).map((input) => [input, inputOf(id, input) ?? any]))

  // Outputs whose type stands in the declaration come first; the others follow them along the wires.
  // First come, first served, each once: an input with thousands of feeders is looked at when they are known.
  const waiting = new Map<string, readonly [node: string, output: string]>()
  const followers = new Map<string, string[]>() // 'node.input' -> its outputs that are `same`, or all where its code types them
  for (const [id, { inputs, outputs }] of declared) {
    for (const [name, decl] of Object.entries(outputs)) {
      const follows = typing.has(id) ? Object.keys(inputs) : decl.same === undefined ? [] : [decl.same]
      for (const input of follows) push(followers, `${id}.${input}`, name)
      if (decl.same === undefined && !typing.has(id)) known.set(`${id}.${name}`, decl)
      else waiting.set(`${id}.${name}`, [id, name])
    }
  }
  for (const [key, [id, name]] of waiting) {
    waiting.delete(key)
    const decl = declared.get(id)!.outputs[name]!
    const round = rounds.get(key) ?? 0
    const type = typeOf(id, name, decl)
    if (type === undefined || round >= MAX_ROUNDS) continue
    if (equalJson(type, known.get(key))) continue
    known.set(key, type)
    rounds.set(key, round + 1)
    for (const wire of fedBy.get(key) ?? []) for (const output of followers.get(formatEnd(wire.to)) ?? []) waiting.set(`${wire.to.node}.${output}`, [wire.to.node, output])
  }

  const unresolved = new Set<string>()
  for (const [id, { outputs }] of declared) {
    for (const [name, decl] of Object.entries(outputs)) {
      const key = `${id}.${name}`
      if ((decl.same !== undefined || typing.has(id)) && (known.get(key)?.kind ?? 'any') === 'any') unresolved.add(key)
    }
  }
  return {
    inputsOf,
    outputType: (node: string, name: string): PortType => known.get(`${node}.${name}`) ?? any,
    inputType: (node: string, name: string): PortType => inputOf(node, name) ?? any,
    unresolved,
  }
}
