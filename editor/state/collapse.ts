// Nodes put together as a subflow, and an instance taken apart again: the one undoes the other, up to places and ids. Wires
// that cross the edge become ports, named after the inner ones; parameters are passed on; what names a node follows it.
import { issue, type Issue, type JsonValue } from '#kit'
import { followIds, formatEnd, formatWire, parseEnd, parseWire, SUBFLOW, withParameters, type Flow, type Group, type NodeEntry, type Subflow, type Wire } from '#format'
import { t } from '../language/index.ts'
import { freshId } from './commands.ts'
import { commit, type Document } from './document.ts'
import { groupsOf, withGroups } from './groups.ts'
import { shownBy, usesOf } from './inside.ts'

type Nodes = Flow['nodes']
type Taken = { readonly document: Document; readonly added: string } | { readonly issue: Issue }
/** A card as most are, px. */
const CARD = [200, 100] as const

/** Which node delays a sample: a loop through it is no loop. */
export type Delays = (type: string) => boolean

/** The selected nodes as a subflow, one instance of it in their middle. */
export function collapse(document: Document, ids: readonly string[], title = t('Subflow'), delays: Delays = () => false): Taken {
  const { flow } = document
  const inner = new Set(ids.filter((id) => Object.hasOwn(flow.nodes, id)))
  const loop = wayBack(flow, inner, delays)
  if (loop) return { issue: issue('SUBFLOW_LOOP', { node: loop[0] }, { path: loop.map((id) => flow.nodes[id]?.name ?? id).join(' -> ') }) }
  const name = freshId((id) => Object.hasOwn(flow.subflows ?? {}, id), title)
  const added = freshId((id) => Object.hasOwn(flow.nodes, id), title)
  const crossing = portsOf(flow, inner)

  const entries = [...inner].map((id) => [id, flow.nodes[id]!] as const)
  const left = Math.min(...entries.map(([, n]) => n.at[0]))
  const top = Math.min(...entries.map(([, n]) => n.at[1]))
  const right = Math.max(...entries.map(([, n]) => n.at[0])) + CARD[0]
  const bottom = Math.max(...entries.map(([, n]) => n.at[1])) + CARD[1]
  const used = parametersOf(entries.map(([, n]) => n.config)).filter((p) => Object.hasOwn(flow.parameters, p))
  const whole = Object.entries(groupsOf(flow)).filter(([, g]) => g.nodes.every((n) => inner.has(n)))
  const subflow: Subflow = {
    name: title,
    parameters: Object.fromEntries(used.map((p) => [p, flow.parameters[p]!])),
    inputs: crossing.inputs,
    outputs: crossing.outputs,
    nodes: Object.fromEntries(entries.map(([id, n]) => [id, { ...n, at: [n.at[0] - left, n.at[1] - top] }])),
    wires: crossing.inside,
    ...(whole.length === 0 ? {} : { groups: Object.fromEntries(whole) }),
  }
  const parameters = Object.fromEntries(used.map((p) => [p, { $parameter: p } as JsonValue]))
  const at = [snap((left + right - CARD[0]) / 2), snap((top + bottom - CARD[1]) / 2)] as const
  const instance: NodeEntry = { type: SUBFLOW, name: title, config: { subflow: name, ...(used.length === 0 ? {} : { parameters }) }, at }
  // The instance stands where the first of its nodes stood, and in the group that they all were in.
  const nodes: Nodes = Object.fromEntries(Object.entries(flow.nodes).flatMap(([id, n]): [string, NodeEntry][] => (!inner.has(id) ? [[id, n]] : id === entries[0]![0] ? [[added, instance]] : [])))
  const groups = Object.fromEntries(Object.entries(groupsOf(flow)).filter(([id]) => !whole.some(([w]) => w === id)).map(([id, g]) => [id, replaced(g, inner, [...inner].every((n) => g.nodes.includes(n)) ? [added] : [])]).filter(([, g]) => (g as Group).nodes.length > 0))
  const wires = [...new Set(crossing.outside.map((w) => w(added)))]
  // Groups hold ids of their own place: they are done. Tests and the dashboard name nodes as the engine does.
  const followed = followIds({ ...withGroups(flow, {}), nodes, wires }, { nodes: new Map(entries.map(([id]) => [id, `${added}/${id}`])) })
  const next = withGroups({ ...followed, subflows: { ...flow.subflows, [name]: subflow } }, groups)
  return { document: commit(document, next, { label: t('Collapse {count} nodes', { count: inner.size }), selection: { nodes: [added], wires: [] } }), added }
}

/** The instance's nodes in its place; ids as inside, where they are free. A subflow that nothing uses any more goes with its last instance. */
export function expandInstance(document: Document, id: string): { readonly document: Document; readonly added: readonly string[]; readonly lost: readonly string[] } | { readonly issue: Issue } {
  const { flow } = document
  const instance = Object.hasOwn(flow.nodes, id) ? flow.nodes[id]! : undefined
  const name = instance?.type === SUBFLOW && typeof instance.config['subflow'] === 'string' ? instance.config['subflow'] : ''
  const subflow = Object.hasOwn(flow.subflows ?? {}, name) ? flow.subflows![name]! : undefined
  if (!instance || !subflow) return { issue: issue('SUBFLOW_UNKNOWN', { node: id, field: '/subflow' }, { name, subflows: Object.keys(flow.subflows ?? {}).join(', ') || t('none yet') }) }
  const entries = Object.entries(subflow.nodes)
  const ids = new Map<string, string>()
  const taken = new Set(Object.keys(flow.nodes).filter((n) => n !== id))
  for (const [inner] of entries) {
    const fresh = freshId((wish) => taken.has(wish), inner)
    taken.add(fresh)
    ids.set(inner, fresh)
  }
  const values = { ...subflow.parameters, ...(isObject(instance.config['parameters']) ? instance.config['parameters'] : {}) }
  const xs = entries.map(([, n]) => n.at[0])
  const ys = entries.map(([, n]) => n.at[1])
  const dx = entries.length === 0 ? 0 : snap(instance.at[0] - (Math.min(...xs) + Math.max(...xs)) / 2)
  const dy = entries.length === 0 ? 0 : snap(instance.at[1] - (Math.min(...ys) + Math.max(...ys)) / 2)
  const placed = entries.map(([inner, n]): [string, NodeEntry] => [ids.get(inner)!, { ...n, config: withParameters(n.config, values, () => undefined) as NodeEntry['config'], at: [n.at[0] + dx, n.at[1] + dy] }])
  const nodes: Nodes = Object.fromEntries(Object.entries(flow.nodes).flatMap(([n, entry]) => (n === id ? placed : [[n, entry] as [string, NodeEntry]])))

  const out = (text: string): string => {
    const end = parseEnd(text)
    return end ? formatEnd({ node: ids.get(end.node) ?? end.node, port: end.port }) : text
  }
  const lost: string[] = []
  const outer = flow.wires.flatMap((text): string[] => {
    const wire = parseWire(text)
    if (!wire || (wire.from.node !== id && wire.to.node !== id)) return [text]
    const starts = wire.from.node !== id ? [formatEnd(wire.from)] : Object.hasOwn(subflow.outputs, wire.from.port) ? [out(subflow.outputs[wire.from.port]!)] : []
    const ends = wire.to.node !== id ? [formatEnd(wire.to)] : Object.hasOwn(subflow.inputs, wire.to.port) ? subflow.inputs[wire.to.port]!.map(out) : []
    if (starts.length === 0 || (ends.length === 0 && !Object.hasOwn(subflow.inputs, wire.to.port))) lost.push(text)
    return starts.flatMap((start) => ends.map((end) => `${start} -> ${end}`))
  })
  const own = subflow.wires.map((text) => {
    const wire = parseWire(text)
    return wire ? `${out(formatEnd(wire.from))} -> ${out(formatEnd(wire.to))}` : text
  })
  const wires = [...new Set([...outer, ...own])]

  const frames: Record<string, Group> = {}
  const framed = new Set(Object.values(subflow.groups ?? {}).flatMap((g) => g.nodes))
  for (const [gid, g] of Object.entries(groupsOf(flow))) frames[gid] = replaced(g, new Set([id]), [...ids].filter(([inner]) => !framed.has(inner)).map(([, n]) => n))
  for (const [gid, g] of Object.entries(subflow.groups ?? {})) frames[freshId((wish) => Object.hasOwn(frames, wish), gid)] = { ...g, nodes: g.nodes.flatMap((n) => ids.get(n) ?? []) }

  const followed = followIds({ ...withGroups(flow, {}), nodes, wires }, { nodes: new Map([...ids].map(([inner, n]) => [`${id}/${inner}`, n])) })
  const next = withoutUnused(withGroups(followed, frames), name, shownBy(flow))
  const added = [...ids.values()]
  return { document: commit(document, next, { label: t('Expand {name}', { name: instance.name ?? id }), selection: { nodes: added, wires: [] } }), added, lost }
}

/** Without this subflow, when nothing is an instance of it. */
export function withoutUnused(flow: Flow, name: string, shown?: string): Flow {
  if (!Object.hasOwn(flow.subflows ?? {}, name) || name === shown || usesOf(flow, name, shown) > 0) return flow
  const { [name]: _gone, ...left } = flow.subflows!
  const { subflows: _all, ...rest } = flow
  return Object.keys(left).length === 0 ? rest : { ...rest, subflows: left }
}

/** Nodes of a group that become others; none of them twice. */
function replaced(group: Group, gone: ReadonlySet<string>, by: readonly string[]): Group {
  const first = group.nodes.findIndex((n) => gone.has(n))
  return first < 0 ? group : { ...group, nodes: [...group.nodes.slice(0, first), ...by, ...group.nodes.slice(first).filter((n) => !gone.has(n))] }
}

/** Wires as they are inside and outside of a subflow of these nodes, and its ports. Inputs that take the same are one, and so is an output for all that it feeds. */
function portsOf(flow: Flow, inner: ReadonlySet<string>) {
  const inside: string[] = []
  const outputs = new Map<string, string>()
  const feeds = new Map<string, { from: Wire['from']; ends: string[] }>()
  const parsed = flow.wires.map((text) => ({ text, wire: parseWire(text) }))
  for (const { text, wire } of parsed) {
    if (!wire) continue
    const [from, to] = [inner.has(wire.from.node), inner.has(wire.to.node)]
    if (from && to) inside.push(text)
    else if (to) {
      const known = feeds.get(formatEnd(wire.from)) ?? { from: wire.from, ends: [] }
      known.ends.push(formatEnd(wire.to))
      feeds.set(formatEnd(wire.from), known)
    } else if (from) outputs.set(formatEnd(wire.from), '')
  }
  const inputs = new Map<string, readonly string[]>()
  const keyOf = (ends: readonly string[]): string => [...new Set(ends)].toSorted().join('\n')
  for (const { ends } of feeds.values()) inputs.set(keyOf(ends), [...new Set(ends)])
  const inputNames = named([...inputs].map(([key, [first]]) => [key, first!]))
  for (const [end, name] of named([...outputs.keys()].map((end) => [end, end]))) outputs.set(end, name)
  const done = new Set<string>()
  const outside = parsed.flatMap(({ text, wire }): ((instance: string) => string)[] => {
    const [from, to] = wire ? [inner.has(wire.from.node), inner.has(wire.to.node)] : [false, false]
    if (!wire || (!from && !to)) return [() => text]
    if (from && to) return []
    if (from) return [(instance) => formatWire({ from: { node: instance, port: outputs.get(formatEnd(wire.from))! }, to: wire.to })]
    const feed = formatEnd(wire.from)
    if (done.has(feed)) return []
    done.add(feed)
    const port = inputNames.get(keyOf(feeds.get(feed)!.ends))!
    return [(instance) => formatWire({ from: wire.from, to: { node: instance, port } })]
  })
  return { inside, outside, inputs: Object.fromEntries([...inputs].map(([key, ends]) => [inputNames.get(key)!, ends])), outputs: Object.fromEntries([...outputs].map(([end, name]) => [name, end])) }
}

/** Names of ports after the inner ones; those that would be called alike have their node's id before it. */
function named(ends: readonly (readonly [key: string, end: string])[]): Map<string, string> {
  const portOf = (end: string): string => parseEnd(end)!.port
  const count = Map.groupBy(ends, ([, end]) => portOf(end))
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const [key, end] of ends) {
    const wish = count.get(portOf(end))!.length === 1 ? portOf(end) : `${parseEnd(end)!.node}-${portOf(end)}`
    let name = wish
    for (let n = 2; taken.has(name); n++) name = `${wish}-${n}`
    taken.add(name)
    names.set(key, name)
  }
  return names
}

/** Nodes outside by which the wires come back into these ones; a node that delays ends a way. The first lies outside. */
function wayBack(flow: Flow, inner: ReadonlySet<string>, delays: Delays): readonly string[] | undefined {
  const next = new Map<string, Set<string>>()
  for (const text of flow.wires) {
    const wire = parseWire(text)
    if (wire && Object.hasOwn(flow.nodes, wire.from.node)) next.set(wire.from.node, (next.get(wire.from.node) ?? new Set()).add(wire.to.node))
  }
  const before = new Map<string, string | null>()
  const queue: string[] = []
  const visit = (id: string, from: string | null): void => {
    if (inner.has(id) || before.has(id) || delays(flow.nodes[id]?.type ?? '')) return
    before.set(id, from)
    queue.push(id)
  }
  for (const id of inner) for (const to of next.get(id) ?? []) visit(to, null)
  for (const id of queue) {
    for (const to of next.get(id) ?? []) {
      if (inner.has(to)) {
        const path: string[] = []
        for (let at: string | null = id; at !== null; at = before.get(at) ?? null) path.unshift(at)
        return path
      }
      visit(to, id)
    }
  }
  return undefined
}

/** Names of parameters that settings use, in their order. */
export function parametersOf(value: unknown): string[] {
  const found = new Set<string>()
  const look = (v: unknown): void => {
    if (typeof v !== 'object' || v === null) return
    const name = (v as { readonly $parameter?: unknown }).$parameter
    if (!Array.isArray(v) && Object.keys(v).length === 1 && typeof name === 'string') found.add(name)
    else for (const inner of Object.values(v)) look(inner)
  }
  look(value)
  return [...found]
}

const snap = (v: number): number => Math.round(v / 10) * 10
const isObject = (value: unknown): value is { readonly [name: string]: JsonValue } => typeof value === 'object' && value !== null && !Array.isArray(value)
