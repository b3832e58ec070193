// Another node type in a node's place: which of its wires survive, through which ports, and which of its settings the new
// type understands. Ports are matched by name, then in their order where the types fit.
import { assignable, schemaFaults, type CatalogueNode, type JsonValue, type PortType, type ResolvedPorts, type TSchema } from '#kit'
import { formatWire, parseWire, type Flow, type NodeEntry, type Wire } from '#format'
import { portsFed } from './fitting.ts'
import { starterEntry } from './mending.ts'
import { judgeTypes, outputAt, inputAt, type Drawn } from './wiring.ts'

export interface Replacement {
  readonly type: CatalogueNode
  readonly entry: Omit<NodeEntry, 'at' | 'name'>
  /** The wires at the node: what they become, null where they do not fit. */
  readonly rewired: ReadonlyMap<string, string | null>
  /** How many of them stay. */
  readonly kept: number
}

type Field = { readonly widget?: string; readonly connection?: string }
const isParameter = (value: JsonValue): value is { readonly $parameter: string } => typeof value === 'object' && value !== null && '$parameter' in value

/** The new type's starting config, with the settings of the old one that have the same name and are right there too. */
export function configFor(type: CatalogueNode, old: NodeEntry['config'], before: CatalogueNode | undefined, parameters: Flow['parameters']): NodeEntry['config'] {
  const fields = (type.config as { readonly properties?: { readonly [name: string]: TSchema } }).properties ?? {}
  const olds = (before?.config as { readonly properties?: { readonly [name: string]: Field } } | undefined)?.properties ?? {}
  const config: Record<string, JsonValue> = { ...starterEntry(type).config }
  for (const [name, value] of Object.entries(old)) {
    const schema = Object.hasOwn(fields, name) ? fields[name]! : undefined
    if (!schema) continue
    const now = schema as Field
    // The name of a connection means nothing to a node of another driver; a text in code is no expression.
    if (now.widget !== olds[name]?.widget || now.connection !== olds[name]?.connection) continue
    const meant = isParameter(value) ? parameters[value.$parameter] : value
    if (meant === undefined || schemaFaults(schema, meant).length > 0) continue
    config[name] = value
  }
  return config
}

interface Ends {
  readonly into: ReadonlyMap<string, readonly Wire[]>
  readonly out: ReadonlyMap<string, readonly Wire[]>
}
function wiresAt(flow: Flow, id: string): Ends {
  const into = new Map<string, Wire[]>()
  const out = new Map<string, Wire[]>()
  for (const text of flow.wires) {
    const wire = parseWire(text)
    if (wire?.to.node === id) into.set(wire.to.port, [...(into.get(wire.to.port) ?? []), wire])
    if (wire?.from.node === id) out.set(wire.from.port, [...(out.get(wire.from.port) ?? []), wire])
  }
  return { into, out }
}

/** Old port -> new port. A name that is there again keeps its wires as far as one fits; the rest go by order. */
function matched(olds: ReadonlyMap<string, readonly Wire[]>, news: ResolvedPorts, fits: (wire: Wire, port: string) => boolean): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const taken = new Set<string>()
  const take = (old: string, port: string): void => {
    found.set(old, port)
    taken.add(port)
  }
  for (const [old, wires] of olds) if (Object.hasOwn(news, old) && wires.some((w) => fits(w, old))) take(old, old)
  for (const [old, wires] of olds) {
    if (found.has(old)) continue
    const port = Object.keys(news).find((p) => !taken.has(p) && wires.some((w) => fits(w, p)))
    if (port !== undefined) take(old, port)
  }
  return found
}

export function replacementOf(state: Drawn, id: string, type: CatalogueNode): Replacement | undefined {
  const flow = state.document?.flow
  const old = flow?.nodes[id]
  if (!flow || !old) return undefined
  const entry = { ...starterEntry(type), config: configFor(type, old.config, state.types.get(old.type), flow.parameters) }
  const without: Drawn = { ...state, document: { ...state.document!, flow: { ...flow, wires: flow.wires.filter((w) => { const wire = parseWire(w); return wire?.to.node !== id && wire?.from.node !== id }) } } }
  const { into, out } = wiresAt(flow, id)
  const unfed = portsFed(without, entry, undefined)
  const rewired = new Map<string, string | null>()

  const given = (wire: Wire): PortType | undefined => outputAt(state, wire.from)
  const takes = (wire: Wire, port: string): boolean => {
    const fed = given(wire)
    // A wire from the node to itself follows neither end.
    return fed !== undefined && wire.from.node !== id && assignable(fed, unfed.inputs[port]!).ok
  }
  const ins = matched(into, unfed.inputs, takes)
  const feeds: Record<string, PortType[]> = {}
  for (const [port, wires] of into) {
    for (const wire of wires) {
      const to = ins.get(port)
      const fits = to !== undefined && takes(wire, to)
      rewired.set(formatWire(wire), fits ? formatWire({ from: wire.from, to: { node: id, port: to } }) : null)
      if (fits) (feeds[to] ??= []).push(given(wire)!)
    }
  }
  const { outputs } = portsFed(without, entry, undefined, feeds)
  const feedsIt = (wire: Wire, port: string): boolean => {
    const target = wire.to.node === id ? undefined : inputAt(state, wire.to)
    return target !== undefined && judgeTypes(without, outputs[port]!, target, wire.to, '').ok
  }
  const outs = matched(out, outputs, feedsIt)
  for (const [port, wires] of out) {
    for (const wire of wires) {
      const from = outs.get(port)
      rewired.set(formatWire(wire), from !== undefined && feedsIt(wire, from) ? formatWire({ from: { node: id, port: from }, to: wire.to }) : null)
    }
  }
  return { type, entry, rewired, kept: [...rewired.values()].filter((w) => w !== null).length }
}

/** Every other type, those that keep most wires first, then those of the same family. */
export function replacementsFor(state: Drawn, nodes: readonly CatalogueNode[], id: string): readonly Replacement[] {
  const old = state.document?.flow.nodes[id]
  if (!old) return []
  const family = (type: string): string => type.split('.')[0]!
  return nodes
    .flatMap((type) => (type.type === old.type ? [] : (replacementOf(state, id, type) ?? [])))
    .toSorted((a, b) => b.kept - a.kept || Number(family(b.type.type) === family(old.type)) - Number(family(a.type.type) === family(old.type)))
}
