// What can be done to a draft: each a pure function from document to document, one step of history.
import { resolvePorts, type CatalogueNode, type JsonValue } from '#kit'
import { followIds, NODE_ID, parseWire, renameIds, type Flow, type NodeEntry, type WireEnd } from '#format'
import { t } from '../language/index.ts'
import { beganFrom, commit, wireText, type Document } from './document.ts'

/** A free id: the wish itself, or the wish with the next free number: 'deadband', 'deadband-2'. */
export function freshId(taken: (id: string) => boolean, wish: string): string {
  const base = wish.toLowerCase().replace(/[^a-z0-9_-]+/g, '-').replace(/^[^a-z]+/, '').replace(/-+$/, '').slice(0, 48) || 'node'
  if (!taken(base)) return base
  const stem = base.replace(/-\d+$/, '')
  for (let n = 2; ; n++) if (!taken(`${stem}-${n}`)) return `${stem}-${n}`
}
const takenIn = (flow: Flow) => (id: string): boolean => Object.hasOwn(flow.nodes, id)

/** A new node; `added` is its id. It is selected. */
export function addNode(document: Document, entry: NodeEntry, wish = entry.type.split('.').at(-1)!): { document: Document; added: string } {
  const added = freshId(takenIn(document.flow), wish)
  const at = freePlace(document.flow.nodes, entry.at)
  const flow = { ...document.flow, nodes: { ...document.flow.nodes, [added]: { ...entry, at } } }
  return { document: commit(document, flow, { label: t('Add {name}', { name: entry.name ?? added }), selection: { nodes: [added], wires: [] } }), added }
}

/** Not exactly on top of another node: it would hide it. */
function freePlace(nodes: Flow['nodes'], at: readonly [number, number]): readonly [number, number] {
  let [x, y] = [Math.round(at[0]), Math.round(at[1])]
  const taken = new Set(Object.values(nodes).map((n) => `${n.at[0]},${n.at[1]}`))
  while (taken.has(`${x},${y}`)) [x, y] = [x + 24, y + 24]
  return [x, y]
}

/** What most nodes cover at most, px. */
const [WIDTH, HEIGHT] = [220, 240]
/** The place nearest to the wished one where a new node covers no other. */
export function clearPlace(nodes: Flow['nodes'], wish: readonly [number, number]): readonly [number, number] {
  const free = (x: number, y: number): boolean => Object.values(nodes).every((n) => Math.abs(n.at[0] - x) >= WIDTH || Math.abs(n.at[1] - y) >= HEIGHT)
  const [x, y] = [Math.round(wish[0] / 10) * 10, Math.round(wish[1] / 10) * 10]
  for (let ring = 0; ring < 40; ring++) {
    let best: readonly [number, number] | undefined
    for (let i = 0; i < Math.max(1, ring * 8); i++) {
      const angle = (i / Math.max(1, ring * 8)) * 2 * Math.PI
      const at = [x + Math.round(Math.cos(angle) * ring * 4) * 10, y + Math.round(Math.sin(angle) * ring * 4) * 10] as const
      if (free(at[0], at[1]) && (!best || Math.hypot(at[0] - x, at[1] - y) < Math.hypot(best[0] - x, best[1] - y))) best = at
    }
    if (best) return best
  }
  return [x, y]
}

/** Beside a node, `step` px to the right (or, negative, to the left). */
export function placeBeside(nodes: Flow['nodes'], id: string, step: number): readonly [number, number] {
  const [x, y] = nodes[id]?.at ?? [0, 0]
  return levelPlace(nodes, [x + step, y])
}
/** Level with the wished place, or as little above or below as it takes to cover no other node. */
export function levelPlace(nodes: Flow['nodes'], [x, y0]: readonly [number, number]): readonly [number, number] {
  const free = (y: number): boolean => Object.values(nodes).every((n) => Math.abs(n.at[0] - x) >= WIDTH || Math.abs(n.at[1] - y) >= HEIGHT / 2)
  for (let off = 0; off < 4000; off += 20) {
    if (free(y0 + off)) return [x, y0 + off]
    if (free(y0 - off)) return [x, y0 - off]
  }
  return [x, y0]
}

/** Removes nodes with their wires, and wires. */
export function remove(document: Document, ids: readonly string[], wires: readonly string[] = []): Document {
  const gone = new Set(ids.filter(takenIn(document.flow)))
  const cut = new Set(wires)
  const left = document.flow.wires.filter((text) => {
    const wire = parseWire(text)
    return !cut.has(text) && !(wire && (gone.has(wire.from.node) || gone.has(wire.to.node)))
  })
  if (gone.size === 0 && left.length === document.flow.wires.length) return document
  const nodes = Object.fromEntries(Object.entries(document.flow.nodes).filter(([id]) => !gone.has(id)))
  return commit(document, { ...document.flow, nodes, wires: left }, { label: gone.size > 0 ? t('Remove {count} nodes', { count: gone.size }) : t('Remove {count} wires', { count: document.flow.wires.length - left.length }) })
}
export const removeNodes = (document: Document, ids: readonly string[]): Document => remove(document, ids)
export const removeWires = (document: Document, wires: readonly string[]): Document => remove(document, [], wires)

/** New places. With `merge`, moves in a row (arrow keys held down) are one step. */
export function moveNodes(document: Document, places: { readonly [id: string]: readonly [number, number] }, merge?: string): Document {
  const nodes = placed(document.flow.nodes, places)
  if (nodes === document.flow.nodes) return document
  const moved = Object.keys(places).filter((id) => nodes[id] !== document.flow.nodes[id]).length
  return commit(document, { ...document.flow, nodes }, { label: t('Move {count} nodes', { count: moved }), ...(merge === undefined ? {} : { merge }) })
}

/** The same when nothing moves. */
function placed(before: Flow['nodes'], places: { readonly [id: string]: readonly [number, number] }): Flow['nodes'] {
  const nodes = { ...before }
  let moved = false
  for (const [id, [x, y]] of Object.entries(places)) {
    const node = Object.hasOwn(before, id) ? before[id] : undefined
    if (!node || !Number.isFinite(x) || !Number.isFinite(y) || (node.at[0] === Math.round(x) && node.at[1] === Math.round(y))) continue
    nodes[id] = { ...node, at: [Math.round(x), Math.round(y)] }
    moved = true
  }
  return moved ? nodes : before
}

export function updateNode(document: Document, id: string, change: (node: NodeEntry) => NodeEntry, label: string, merge?: string): Document {
  const node = Object.hasOwn(document.flow.nodes, id) ? document.flow.nodes[id]! : undefined
  const next = node && change(node)
  if (!next || next === node) return document
  return commit(document, { ...document.flow, nodes: { ...document.flow.nodes, [id]: next } }, { label, ...(merge === undefined ? {} : { merge }) })
}

/** '' takes the type's title again. */
export function setName(document: Document, id: string, name: string): Document {
  const change = (node: NodeEntry): NodeEntry => {
    if ((node.name ?? '') === name) return node
    const { name: _old, ...rest } = node
    return name === '' ? rest : { ...rest, name }
  }
  return updateNode(document, id, change, t('Rename'), `name:${id}`)
}

/**
 * Sets one place of a node's config by JSON pointer ('/tags/0/address', '/tags/-' appends, '' is the whole config);
 * undefined removes it. With the node's declaration, wires follow a port that is renamed by this (a tag's name).
 */
export function setConfig(document: Document, id: string, pointer: string, value: JsonValue | undefined, declared?: CatalogueNode): Document {
  const node = Object.hasOwn(document.flow.nodes, id) ? document.flow.nodes[id]! : undefined
  if (!node) return document
  const config = withAt(node.config, keysOf(pointer), value) as NodeEntry['config']
  if (config === node.config) return document
  const merge = `config:${id}:${pointer}`
  const base = beganFrom(document, merge) ?? document.flow
  const followed = declared && Object.hasOwn(base.nodes, id) ? followPorts(base, id, config, declared) : {}
  const flow = { ...document.flow, nodes: { ...document.flow.nodes, [id]: { ...node, config } }, ...followed }
  return commit(document, flow, { label: t('Change {field}', { field: pointer.split('/').findLast((k) => k !== '' && !/^\d+$/.test(k)) ?? t('settings') }), merge })
}

/** Wires, operator's view and tests of `base` with the ports of `id` called as the new config calls them: one gone and one new, at the same count, is a rename. */
function followPorts(base: Flow, id: string, config: NodeEntry['config'], declared: CatalogueNode): Pick<Flow, 'wires' | 'dashboard' | 'tests'> {
  const renamed = (decls: CatalogueNode['inputs']): [string, string] | undefined => {
    const before = Object.keys(resolvePorts(decls, base.nodes[id]!.config))
    const after = Object.keys(resolvePorts(decls, config))
    const gone = before.filter((p) => !after.includes(p))
    const come = after.filter((p) => !before.includes(p))
    return before.length === after.length && gone.length === 1 && come.length === 1 ? [gone[0]!, come[0]!] : undefined
  }
  const input = renamed(declared.inputs)
  const output = renamed(declared.outputs)
  const { dashboard, tests } = output ? followIds(base, { outputs: new Map([[`${id}.${output[0]}`, `${id}.${output[1]}`]]) }) : base
  const wires = !input && !output ? base.wires : base.wires.map((text) => {
    const wire = parseWire(text)
    if (!wire) return text
    const from = output && wire.from.node === id && wire.from.port === output[0] ? output[1] : wire.from.port
    const to = input && wire.to.node === id && wire.to.port === input[0] ? input[1] : wire.to.port
    return wireText(wire.from.node, from, wire.to.node, to)
  })
  return { wires, ...(dashboard ? { dashboard } : {}), ...(tests ? { tests } : {}) }
}

export function addWire(document: Document, from: { node: string; port: string }, to: { node: string; port: string }): Document {
  const text = wireText(from.node, from.port, to.node, to.port)
  if (document.flow.wires.includes(text)) return document
  return commit(document, { ...document.flow, wires: [...document.flow.wires, text] }, { label: t('Connect') })
}

/** Another wire in the place of one: moving an end of it. One step. */
export function replaceWire(document: Document, old: string, from: { node: string; port: string }, to: { node: string; port: string }): Document {
  const text = wireText(from.node, from.port, to.node, to.port)
  if (text === old || !document.flow.wires.includes(old)) return document
  const wires = document.flow.wires.includes(text) ? document.flow.wires.filter((w) => w !== old) : document.flow.wires.map((w) => (w === old ? text : w))
  return commit(document, { ...document.flow, wires }, { label: t('Rewire') })
}

/** New nodes with the wires that take them in. */
export interface Graft {
  /** The first is the one that was asked for; it is selected. Empty: only wires change. */
  readonly nodes: readonly Omit<NodeEntry, 'at'>[]
  /** As many as nodes. */
  readonly at: readonly (readonly [number, number])[]
  /** An end at one of the new nodes names it by its number: '#0'. */
  readonly wires: readonly { readonly from: WireEnd; readonly to: WireEnd }[]
  /** Wires that they take the place of, as text. */
  readonly cut?: readonly string[]
  /** Nodes that are there already, put elsewhere. */
  readonly moves?: { readonly [id: string]: readonly [number, number] }
  readonly label: string
}
/** The name of a graft's node while it has no id. */
export const newNode = (n: number): string => `#${n}`

/** All of it is one step. New wires stand where the first one cut did, so that the file shows what took its place. */
export function graft(document: Document, { nodes: fresh, at, wires: joints, cut = [], moves = {}, label }: Graft): { document: Document; added: readonly string[] } {
  let nodes = placed(document.flow.nodes, moves)
  const added = fresh.map((entry, n) => {
    const id = freshId((wish) => Object.hasOwn(nodes, wish), entry.type.split('.').at(-1)!)
    nodes = { ...nodes, [id]: { ...entry, at: freePlace(nodes, at[n]!) } }
    return id
  })
  const named = (end: WireEnd): string => (end.node.startsWith('#') ? added[Number(end.node.slice(1))]! : end.node)
  const gone = new Set(cut)
  const first = document.flow.wires.findIndex((w) => gone.has(w))
  const left = document.flow.wires.filter((w) => !gone.has(w))
  const here = first === -1 ? left.length : first
  const come = joints.map(({ from, to }) => wireText(named(from), from.port, named(to), to.port)).filter((w, i, all) => !left.includes(w) && all.indexOf(w) === i)
  if (nodes === document.flow.nodes && come.length === 0 && left.length === document.flow.wires.length) return { document, added }
  const wires = come.length === 0 && left.length === document.flow.wires.length ? document.flow.wires : left.toSpliced(here, 0, ...come)
  return { document: commit(document, { ...document.flow, nodes, wires }, { label, ...(added.length === 0 ? {} : { selection: { nodes: added.slice(0, 1), wires: [] } }) }), added }
}

/** Another node under the same id, name and place, with these wires for those at it. One step. */
export function replaceNode(document: Document, id: string, entry: Omit<NodeEntry, 'at' | 'name'>, rewired: ReadonlyMap<string, string | null>): Document {
  const old = Object.hasOwn(document.flow.nodes, id) ? document.flow.nodes[id]! : undefined
  if (!old) return document
  const { type, version, config } = entry
  const next: NodeEntry = { type, ...(version === undefined ? {} : { version }), ...(old.name === undefined ? {} : { name: old.name }), config, at: old.at }
  const wires = [...new Set(document.flow.wires.flatMap((w) => (rewired.has(w) ? (rewired.get(w) ?? []) : w)))]
  return commit(document, { ...document.flow, nodes: { ...document.flow.nodes, [id]: next }, wires }, { label: t('Replace {name}', { name: old.name ?? id }), selection: { nodes: [id], wires: [] } })
}

/** Removes nodes, and wires what fed them to what they fed. One step. */
export function removeJoined(document: Document, ids: readonly string[], wires: readonly string[]): Document {
  const without = remove(document, ids)
  if (without === document) return document
  const come = wires.filter((w, i) => !without.flow.wires.includes(w) && wires.indexOf(w) === i)
  return commit(document, { ...without.flow, wires: [...without.flow.wires, ...come] }, { label: without.past.at(-1)!.label, selection: { nodes: [], wires: come } })
}

/** Another id; wires follow. Unchanged when the new id is taken or cannot be one. */
export function renameNode(document: Document, from: string, to: string): Document {
  if (from === to || !NODE_ID.test(to) || !takenIn(document.flow)(from) || takenIn(document.flow)(to)) return document
  const selection = { nodes: document.selection.nodes.map((id) => (id === from ? to : id)), wires: [] }
  return commit(document, renameIds(document.flow, { nodes: new Map([[from, to]]), groups: new Map() }), { label: t('Change id'), selection })
}

export function setFlowName(document: Document, name: string): Document {
  return name === document.flow.name ? document : commit(document, { ...document.flow, name }, { label: t('Rename flow'), merge: 'flow:name' })
}
/** Undefined removes the parameter. */
export function setParameter(document: Document, name: string, value: JsonValue | undefined): Document {
  const parameters = withAt(document.flow.parameters, [name], value) as Flow['parameters']
  return parameters === document.flow.parameters ? document : commit(document, { ...document.flow, parameters }, { label: t('Change parameter {name}', { name }), merge: `parameter:${name}` })
}
/** Another flow in place of this one, under this one's id: import, going back to a version. */
export function replaceFlow(document: Document, flow: Flow, label = t('Import')): Document {
  return commit(document, { ...flow, id: document.flow.id }, { label, selection: { nodes: [], wires: [] } })
}

/** The keys of a JSON pointer (RFC 6901). */
export const keysOf = (pointer: string): string[] => (pointer === '' ? [] : pointer.split('/').slice(1).map((k) => k.replaceAll('~1', '/').replaceAll('~0', '~')))

/** What lies at a JSON pointer, undefined when nothing does. */
export function valueAt(root: JsonValue | undefined, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = root
  for (const key of keysOf(pointer)) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined
    value = (value as { readonly [key: string]: JsonValue })[key]
  }
  return value
}

function withAt(root: JsonValue | undefined, keys: readonly string[], value: JsonValue | undefined): JsonValue | undefined {
  const [key, ...rest] = keys
  if (key === undefined) return value
  if (Array.isArray(root)) {
    const index = key === '-' ? root.length : Number(key)
    if (!Number.isInteger(index) || index < 0 || index > root.length) return root
    const inner = withAt(root[index] as JsonValue | undefined, rest, value)
    if (inner === undefined) return index === root.length ? root : root.toSpliced(index, 1)
    return inner === root[index] ? root : root.toSpliced(index, 1, inner)
  }
  const object = (typeof root === 'object' && root !== null ? root : {}) as { readonly [key: string]: JsonValue }
  const before = Object.hasOwn(object, key) ? object[key] : undefined
  const inner = withAt(before, rest, value)
  if (inner === before && (inner !== undefined || !Object.hasOwn(object, key))) return root
  if (inner !== undefined) return Object.hasOwn(object, key) ? Object.fromEntries(Object.entries(object).map(([k, v]) => [k, k === key ? inner : v])) : Object.fromEntries([...Object.entries(object), [key, inner]])
  return Object.fromEntries(Object.entries(object).filter(([k]) => k !== key))
}
