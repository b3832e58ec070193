// What can be done to a draft: each a pure function from document to document, one step of history.
import { resolvePorts, type CatalogueNode, type JsonValue } from '#kit'
import { NODE_ID, parseWire, type Flow, type NodeEntry } from '#format'
import { beganFrom, commit, wireText, type Document } from './document.ts'
import { followIds } from './references.ts'

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
  const at = freePlace(document.flow, entry.at)
  const flow = { ...document.flow, nodes: { ...document.flow.nodes, [added]: { ...entry, at } } }
  return { document: commit(document, flow, { label: `Add ${entry.name ?? added}`, selection: { nodes: [added], wires: [] } }), added }
}

/** Not exactly on top of another node: it would hide it. */
function freePlace(flow: Flow, at: readonly [number, number]): readonly [number, number] {
  let [x, y] = [Math.round(at[0]), Math.round(at[1])]
  const taken = new Set(Object.values(flow.nodes).map((n) => `${n.at[0]},${n.at[1]}`))
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
  const count = gone.size > 0 ? `${gone.size} node${gone.size === 1 ? '' : 's'}` : `${document.flow.wires.length - left.length} wire${document.flow.wires.length - left.length === 1 ? '' : 's'}`
  return commit(document, { ...document.flow, nodes, wires: left }, { label: `Remove ${count}` })
}
export const removeNodes = (document: Document, ids: readonly string[]): Document => remove(document, ids)
export const removeWires = (document: Document, wires: readonly string[]): Document => remove(document, [], wires)

/** New places. With `merge`, moves in a row (arrow keys held down) are one step. */
export function moveNodes(document: Document, places: { readonly [id: string]: readonly [number, number] }, merge?: string): Document {
  let moved = 0
  const nodes = { ...document.flow.nodes }
  for (const [id, [x, y]] of Object.entries(places)) {
    const node = Object.hasOwn(nodes, id) ? nodes[id] : undefined
    if (!node || !Number.isFinite(x) || !Number.isFinite(y) || (node.at[0] === Math.round(x) && node.at[1] === Math.round(y))) continue
    nodes[id] = { ...node, at: [Math.round(x), Math.round(y)] }
    moved++
  }
  return moved === 0 ? document : commit(document, { ...document.flow, nodes }, { label: `Move ${moved} node${moved === 1 ? '' : 's'}`, ...(merge === undefined ? {} : { merge }) })
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
  return updateNode(document, id, change, 'Rename', `name:${id}`)
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
  const wires = declared && Object.hasOwn(base.nodes, id) ? followPorts(base, id, config, declared) : document.flow.wires
  const flow = { ...document.flow, nodes: { ...document.flow.nodes, [id]: { ...node, config } }, wires }
  return commit(document, flow, { label: `Change ${pointer.split('/').findLast((k) => k !== '' && !/^\d+$/.test(k)) ?? 'settings'}`, merge })
}

/** Wires of `base` with the ports of `id` called as the new config calls them: one gone and one new, at the same count, is a rename. */
function followPorts(base: Flow, id: string, config: NodeEntry['config'], declared: CatalogueNode): readonly string[] {
  const renamed = (decls: CatalogueNode['inputs']): [string, string] | undefined => {
    const before = Object.keys(resolvePorts(decls, base.nodes[id]!.config))
    const after = Object.keys(resolvePorts(decls, config))
    const gone = before.filter((p) => !after.includes(p))
    const come = after.filter((p) => !before.includes(p))
    return before.length === after.length && gone.length === 1 && come.length === 1 ? [gone[0]!, come[0]!] : undefined
  }
  const input = renamed(declared.inputs)
  const output = renamed(declared.outputs)
  if (!input && !output) return base.wires
  return base.wires.map((text) => {
    const wire = parseWire(text)
    if (!wire) return text
    const from = output && wire.from.node === id && wire.from.port === output[0] ? output[1] : wire.from.port
    const to = input && wire.to.node === id && wire.to.port === input[0] ? input[1] : wire.to.port
    return wireText(wire.from.node, from, wire.to.node, to)
  })
}

export function addWire(document: Document, from: { node: string; port: string }, to: { node: string; port: string }): Document {
  const text = wireText(from.node, from.port, to.node, to.port)
  if (document.flow.wires.includes(text)) return document
  return commit(document, { ...document.flow, wires: [...document.flow.wires, text] }, { label: 'Connect' })
}

/** Another wire in the place of one: moving an end of it. One step. */
export function replaceWire(document: Document, old: string, from: { node: string; port: string }, to: { node: string; port: string }): Document {
  const text = wireText(from.node, from.port, to.node, to.port)
  if (text === old || !document.flow.wires.includes(old)) return document
  const wires = document.flow.wires.includes(text) ? document.flow.wires.filter((w) => w !== old) : document.flow.wires.map((w) => (w === old ? text : w))
  return commit(document, { ...document.flow, wires }, { label: 'Rewire' })
}

/** A node between the two ends of a wished wire: both wires and the node are one step. `instead` is the wire whose end was to be moved there. */
export function insertBetween(document: Document, from: { node: string; port: string }, to: { node: string; port: string }, entry: NodeEntry, input: string, output: string, instead?: string): { document: Document; added: string } {
  const { document: grown, added } = addNode(document, entry)
  const direct = wireText(from.node, from.port, to.node, to.port)
  const wires = [...grown.flow.wires.filter((w) => w !== direct && w !== instead), wireText(from.node, from.port, added, input), wireText(added, output, to.node, to.port)]
  return { document: commit(document, { ...grown.flow, wires }, { label: `Insert ${entry.name ?? added}`, selection: { nodes: [added], wires: [] } }), added }
}

/** Another id; wires follow. Unchanged when the new id is taken or cannot be one. */
export function renameNode(document: Document, from: string, to: string): Document {
  if (from === to || !NODE_ID.test(to) || !takenIn(document.flow)(from) || takenIn(document.flow)(to)) return document
  const nodes = Object.fromEntries(Object.entries(document.flow.nodes).map(([id, n]) => [id === from ? to : id, n]))
  const wires = document.flow.wires.map((text) => {
    const w = parseWire(text)
    return w ? wireText(w.from.node === from ? to : w.from.node, w.from.port, w.to.node === from ? to : w.to.node, w.to.port) : text
  })
  const selection = { nodes: document.selection.nodes.map((id) => (id === from ? to : id)), wires: [] }
  return commit(document, followIds({ ...document.flow, nodes, wires }, new Map([[from, to]])), { label: 'Change id', selection })
}

export function setFlowName(document: Document, name: string): Document {
  return name === document.flow.name ? document : commit(document, { ...document.flow, name }, { label: 'Rename flow', merge: 'flow:name' })
}
/** Undefined removes the parameter. */
export function setParameter(document: Document, name: string, value: JsonValue | undefined): Document {
  const parameters = withAt(document.flow.parameters, [name], value) as Flow['parameters']
  return parameters === document.flow.parameters ? document : commit(document, { ...document.flow, parameters }, { label: `Change parameter ${name}`, merge: `parameter:${name}` })
}
/** Another flow in place of this one, under this one's id: import, going back to a version. */
export function replaceFlow(document: Document, flow: Flow, label = 'Import'): Document {
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
