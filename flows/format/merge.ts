// Two people's edits of one flow, put together (three-way, against what both began from). Settings merge by their leaves,
// rows of a table by their name, wires as sets; places take the last. What both changed differently is a conflict: the
// merged flow has the preferred side there, and the conflict has both, so that nothing is lost. Chosen by `settle`.
import { equalJson } from './diff.ts'
import { parseWire, pointer, type Flow, type NodeEntry, type Subflow } from './document.ts'
import type { Change } from './diff.ts'
import type { Group } from './group.ts'
import { renameIds, type IdRenames } from './rename.ts'

export type Side = 'mine' | 'theirs'
/** Undefined on a side: it is not there. */
export interface Conflict {
  /** Keys from the flow down: ['nodes', 'band', 'config', 'items', 'name=level', 'unit']; rows by their name. */
  readonly path: readonly string[]
  readonly base: unknown
  readonly mine: unknown
  readonly theirs: unknown
  /** Of a node that one side removed or made another: its wires come and go with it. */
  readonly wires?: { readonly mine: readonly string[]; readonly theirs: readonly string[] }
}
export interface Merged {
  readonly flow: Flow
  readonly conflicts: readonly Conflict[]
}

type Path = readonly string[]
type Body = Pick<Flow, 'nodes' | 'wires'>
interface Run {
  readonly conflicts: Conflict[]
  readonly prefer: Side
}
type Merge = (run: Run, path: Path, base: unknown, mine: unknown, theirs: unknown) => unknown
interface Fields {
  readonly [key: string]: unknown
}

const same = equalJson
const own = (of: unknown, key: string): unknown => (isFields(of) && Object.hasOwn(of, key) ? of[key] : undefined)
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
/** `{ $parameter }`, `{ $bytes }`: one value, never put together from two. */
const isPlain = (value: unknown): value is Fields => isFields(value) && !Object.keys(value).some((k) => k.startsWith('$'))

/** What both did to `base`. Nodes that both added under one id are two nodes: mine gets another id. */
export function mergeFlows(base: Flow, mine: Flow, theirs: Flow, prefer: Side = 'mine'): Merged {
  if (same(mine, theirs) || same(base, theirs)) return { flow: mine, conflicts: [] }
  if (same(base, mine)) return { flow: theirs, conflicts: [] }
  return mergeRenamed(base, renameIds(mine, clashes(base, [mine], theirs)), theirs, prefer)
}

/** The same for flows whose clashing ids were given others before. */
export function mergeRenamed(base: Flow, mine: Flow, theirs: Flow, prefer: Side): Merged {
  const run: Run = { conflicts: [], prefer }
  const body = mergeBody(run, [], base, mine, theirs)
  const part = (key: keyof Flow, merge: Merge): unknown => merge(run, [key], base[key], mine[key], theirs[key])
  const groups = mergeGroups(run, base, mine, theirs, body.nodes)
  const others = { subflows: part('subflows', records(mergeSubflow)), settings: part('settings', mergeValue), groups, tests: part('tests', records(mergeLeaf)), dashboard: part('dashboard', mergeValue) }
  const flow = {
    headgate: mine.headgate, id: mine.id, name: part('name', mergeLeaf), parameters: part('parameters', mergeValue), connections: part('connections', mergeValue), ...body,
    ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)),
  } as Flow
  return { flow, conflicts: run.conflicts }
}

// ---- values

function conflict(run: Run, path: Path, base: unknown, mine: unknown, theirs: unknown, wires?: Conflict['wires']): unknown {
  run.conflicts.push({ path, base, mine, theirs, ...(wires ? { wires } : {}) })
  return run.prefer === 'mine' ? mine : theirs
}

const mergeLeaf: Merge = (run, path, base, mine, theirs) => (same(mine, theirs) || same(base, theirs) ? mine : same(base, mine) ? theirs : conflict(run, path, base, mine, theirs))

const mergeValue: Merge = (run, path, base, mine, theirs) => {
  if (same(mine, theirs) || same(base, theirs)) return mine
  if (same(base, mine)) return theirs
  if (isPlain(mine) && isPlain(theirs) && (base === undefined || isPlain(base))) return mergeFields(run, path, base ?? {}, mine, theirs, mergeValue)
  if (Array.isArray(mine) && Array.isArray(theirs) && Array.isArray(base)) {
    const rows = mergeRows(run, path, base, mine, theirs)
    if (rows) return rows
  }
  return conflict(run, path, base, mine, theirs)
}

function mergeFields(run: Run, path: Path, base: Fields, mine: Fields, theirs: Fields, merge: Merge): Fields {
  const entries: [string, unknown][] = []
  for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const value = merge(run, [...path, key], own(base, key), own(mine, key), own(theirs, key))
    if (value !== undefined) entries.push([key, value])
  }
  return Object.fromEntries(entries)
}

/** Entries under a name, each by `merge`. */
const records = (merge: Merge): Merge => (run, path, base, mine, theirs) =>
  same(mine, theirs) || same(base, theirs) ? mine : same(base, mine) ? theirs : mergeFields(run, path, (base ?? {}) as Fields, (mine ?? {}) as Fields, (theirs ?? {}) as Fields, merge)

/** What a table's rows may be known by. */
const ROW_KEYS = ['name', 'id', 'tag'] as const

function rowKey(lists: readonly (readonly unknown[])[]): string | undefined {
  return ROW_KEYS.find((key) => lists.every((rows) => rows.every((r) => typeof own(r, key) === 'string') && new Set(rows.map((r) => own(r, key))).size === rows.length))
}

/** Undefined where rows have no names of their own, or both sides brought them into another order. */
function mergeRows(run: Run, path: Path, base: readonly unknown[], mine: readonly unknown[], theirs: readonly unknown[]): readonly unknown[] | undefined {
  const key = rowKey([base, mine, theirs])
  if (key === undefined) return undefined
  const [b, m, t] = [base, mine, theirs].map((rows) => new Map(rows.map((r) => [own(r, key) as string, r]))) as [Map<string, unknown>, Map<string, unknown>, Map<string, unknown>]
  const common = (of: Map<string, unknown>, others: Map<string, unknown>): string => JSON.stringify([...of.keys()].filter((k) => others.has(k)))
  const [mineMoved, theirsMoved] = [common(m, b) !== common(b, m), common(t, b) !== common(b, t)]
  if (mineMoved && theirsMoved && common(m, t) !== common(t, m)) return undefined
  const [first, second] = theirsMoved && !mineMoved ? [t, m] : [m, t]
  return [...new Set([...first.keys(), ...second.keys()])].flatMap((name) => {
    const row = mergeValue(run, [...path, `${key}=${name}`], b.get(name), m.get(name), t.get(name))
    return row === undefined ? [] : [row]
  })
}

// ---- nodes and wires

function mergeBody(run: Run, path: Path, base: Body, mine: Body, theirs: Body): Body {
  const before = run.conflicts.length
  const wiresAt = { base: touching(base.wires), mine: touching(mine.wires), theirs: touching(theirs.wires) }
  const node: Merge = (r, at, b, m, t) => mergeNode(r, at, b as NodeEntry | undefined, m as NodeEntry | undefined, t as NodeEntry | undefined, wiresAt)
  if (same(base.nodes, mine.nodes) && same(base.wires, mine.wires)) return { nodes: theirs.nodes, wires: theirs.wires }
  if (same(base.nodes, theirs.nodes) && same(base.wires, theirs.wires)) return { nodes: mine.nodes, wires: mine.wires }
  const nodes = mergeFields(run, [...path, 'nodes'], base.nodes, mine.nodes, theirs.nodes, node) as Flow['nodes']
  const [had, has] = [new Set(base.wires), new Set(theirs.wires)]
  const ours = new Set(mine.wires)
  let wires: readonly string[] = same(base.wires, mine.wires) ? theirs.wires : [...mine.wires.filter((w) => !had.has(w) || has.has(w)), ...theirs.wires.filter((w) => !had.has(w) && !ours.has(w))]
  for (const c of run.conflicts.slice(before)) if (c.wires) wires = withWires(wires, nodes, c.path.at(-1)!, c.wires[run.prefer])
  return { nodes, wires }
}

type WiresAt = ReadonlyMap<string, readonly string[]>
function touching(wires: readonly string[]): WiresAt {
  const found = new Map<string, string[]>()
  for (const text of wires) {
    const wire = parseWire(text)
    for (const id of wire ? new Set([wire.from.node, wire.to.node]) : []) found.set(id, [...(found.get(id) ?? []), text])
  }
  return found
}

/** The wires of one node replaced by these, as far as their other ends are there. */
function withWires(wires: readonly string[], nodes: Body['nodes'], node: string, its: readonly string[]): readonly string[] {
  const others = wires.filter((text) => {
    const w = parseWire(text)
    return w?.from.node !== node && w?.to.node !== node
  })
  const fit = its.filter((text) => {
    const w = parseWire(text)
    return w && Object.hasOwn(nodes, w.from.node) && Object.hasOwn(nodes, w.to.node)
  })
  return [...others, ...fit]
}

const kindOf = (n: NodeEntry | undefined): unknown => n && [n.type, n.version ?? 1]
const madeOf = (n: NodeEntry | undefined): unknown => n && [n.type, n.version ?? 1, n.config]
/** All but its place. */
const sameNode = (a: NodeEntry, b: NodeEntry): boolean => same(madeOf(a), madeOf(b)) && (a.name ?? '') === (b.name ?? '')

function mergeNode(run: Run, path: Path, base: NodeEntry | undefined, mine: NodeEntry | undefined, theirs: NodeEntry | undefined, at: { readonly base: WiresAt; readonly mine: WiresAt; readonly theirs: WiresAt }): NodeEntry | undefined {
  const id = path.at(-1)!
  const wires = { mine: at.mine.get(id) ?? [], theirs: at.theirs.get(id) ?? [] }
  if (!mine || !theirs) {
    const [left, side] = mine ? [mine, 'mine' as const] : [theirs, 'theirs' as const]
    if (!left || !base) return left
    // Somebody removed it. Whoever changed it meanwhile, or wired something to it, wanted it.
    const wired = wires[side].some((w) => !(at.base.get(id) ?? []).includes(w))
    return sameNode(base, left) && !wired ? undefined : (conflict(run, path, base, mine, theirs, wires) as NodeEntry | undefined)
  }
  if (same(mine, theirs) || same(base, theirs)) return mine
  if (same(base, mine)) return theirs
  let made: Pick<NodeEntry, 'type' | 'version' | 'config'>
  const [mineMade, theirsMade] = [!same(madeOf(base), madeOf(mine)), !same(madeOf(base), madeOf(theirs))]
  if (same(kindOf(mine), kindOf(theirs))) made = { ...mine, config: mergeValue(run, [...path, 'config'], base?.config, mine.config, theirs.config) as NodeEntry['config'] }
  else if (mineMade && theirsMade) return conflict(run, path, base, mine, theirs, wires) as NodeEntry
  else made = mineMade ? mine : theirs
  const name = mergeLeaf(run, [...path, 'name'], base?.name, mine.name, theirs.name) as string | undefined
  const place = same(base?.at, mine.at) || (run.prefer === 'theirs' && !same(base?.at, theirs.at)) ? theirs.at : mine.at
  return { type: made.type, ...(made.version === undefined ? {} : { version: made.version }), ...(name === undefined ? {} : { name }), config: made.config, at: place }
}

const mergeSubflow: Merge = (run, path, base, mine, theirs) => {
  if (same(mine, theirs) || same(base, theirs)) return mine
  if (same(base, mine)) return theirs
  if (base === undefined || mine === undefined || theirs === undefined) return conflict(run, path, base, mine, theirs)
  const [b, m, t] = [base, mine, theirs] as [Subflow, Subflow, Subflow]
  const part = (key: keyof Subflow): unknown => mergeValue(run, [...path, key], b[key], m[key], t[key])
  return { name: part('name'), parameters: part('parameters'), inputs: part('inputs'), outputs: part('outputs'), ...mergeBody(run, path, b, m, t) }
}

// ---- groups: titles are settings, membership is a place

function mergeGroups(run: Run, base: Flow, mine: Flow, theirs: Flow, nodes: Flow['nodes']): Flow['groups'] {
  if (same(mine.groups, theirs.groups) || same(base.groups, theirs.groups)) return mine.groups
  if (same(base.groups, mine.groups)) return theirs.groups
  const group: Merge = (r, path, b, m, t) => {
    if (m === undefined || t === undefined) return same(headOf(b), headOf(m ?? t)) && b !== undefined ? undefined : b === undefined ? (m ?? t) : conflict(r, path, b, m, t)
    return { ...mergeFields(r, path, headOf(b), headOf(m), headOf(t), mergeLeaf), nodes: (m as Group).nodes }
  }
  const merged = mergeFields(run, ['groups'], base.groups ?? {}, mine.groups ?? {}, theirs.groups ?? {}, group) as NonNullable<Flow['groups']>
  const [b, m, t] = [groupsOf(base), groupsOf(mine), groupsOf(theirs)]
  const members = new Map<string, string[]>()
  for (const id of new Set([...m.keys(), ...t.keys()])) {
    const to = b.get(id) === m.get(id) || (run.prefer === 'theirs' && b.get(id) !== t.get(id)) ? t.get(id) : m.get(id)
    if (to !== undefined && Object.hasOwn(nodes, id)) members.set(to, [...(members.get(to) ?? []), id])
  }
  return Object.fromEntries(Object.entries(merged).map(([id, g]) => [id, { ...g, nodes: members.get(id) ?? [] }]))
}
const headOf = (group: unknown): Fields => {
  if (!isFields(group)) return {}
  const { nodes: _nodes, ...head } = group
  return head
}
const groupsOf = (flow: Flow): ReadonlyMap<string, string> => new Map(Object.entries(flow.groups ?? {}).flatMap(([id, g]) => g.nodes.map((n) => [n, id] as const)))

// ---- ids that both gave

/** Other ids for what each of `flows` and theirs added under the same id. Free in all of them. */
export function clashes(base: Flow, flows: readonly Flow[], theirs: Flow): IdRenames {
  const find = (part: 'nodes' | 'groups', one: (mine: unknown, its: unknown) => boolean): Map<string, string> => {
    const found = new Map<string, string>()
    const of = (flow: Flow): Fields => flow[part] ?? {}
    let taken: Set<string> | undefined
    for (const [id, its] of Object.entries(of(theirs))) {
      if (Object.hasOwn(of(base), id) || !flows.some((f) => Object.hasOwn(of(f), id) && !one(of(f)[id], its))) continue
      taken ??= new Set([base, theirs, ...flows].flatMap((f) => Object.keys(of(f))))
      const stem = id.replace(/-\d+$/, '').slice(0, 56)
      let n = 2
      while (taken.has(`${stem}-${n}`)) n++
      taken.add(`${stem}-${n}`)
      found.set(id, `${stem}-${n}`)
    }
    return found
  }
  // The same type at the same place is one node: what was sent before its answer was lost.
  const oneNode = (a: unknown, b: unknown): boolean => same(own(a, 'type'), own(b, 'type')) && same(own(a, 'at'), own(b, 'at'))
  return { nodes: find('nodes', oneNode), groups: find('groups', same) }
}

// ---- choosing

const rowOf = (segment: string): [key: string, name: string] => [segment.slice(0, segment.indexOf('=')), segment.slice(segment.indexOf('=') + 1)]
const rowIndex = (list: readonly unknown[], segment: string): number => {
  const [key, name] = rowOf(segment)
  return list.findIndex((r) => own(r, key) === name)
}

/** What the flow has there now. */
export function valueOf(flow: Flow, conflict: Pick<Conflict, 'path'>): unknown {
  let value: unknown = flow
  for (const key of conflict.path) value = Array.isArray(value) ? value[rowIndex(value, key)] : own(value, key)
  return value
}

/** The flow with one side's value in its place. What lies in something that is gone stays gone. */
export function settle(flow: Flow, conflict: Conflict, side: Side): Flow {
  const next = put(flow, conflict.path, conflict[side]) as Flow
  if (!conflict.wires) return next
  const [head, name] = conflict.path
  const its = conflict.wires[side]
  const node = conflict.path.at(-1)!
  if (head !== 'subflows') return { ...next, wires: withWires(next.wires, next.nodes, node, its) }
  const sub = next.subflows?.[name!]
  return sub ? { ...next, subflows: { ...next.subflows, [name!]: { ...sub, wires: withWires(sub.wires, sub.nodes, node, its) } } } : next
}

function put(of: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(of)) {
    const i = rowIndex(of, key)
    if (i < 0) return rest.length === 0 && value !== undefined ? [...(of as unknown[]), value] : of
    const next = put(of[i], rest, value)
    return next === undefined ? of.toSpliced(i, 1) : next === of[i] ? of : of.toSpliced(i, 1, next)
  }
  if (!isFields(of)) return of
  const before = own(of, key)
  if (before === undefined && (rest.length > 0 || value === undefined)) return of
  const next = put(before, rest, value)
  if (next === before) return of
  if (next === undefined) return Object.fromEntries(Object.entries(of).filter(([k]) => k !== key))
  return Object.hasOwn(of, key) ? Object.fromEntries(Object.entries(of).map(([k, v]) => [k, k === key ? next : v])) : Object.fromEntries([...Object.entries(of), [key, next]])
}

/** As a change is told: what, which, and its place in the node's settings as they stand in `flow`. */
export function placeOf(conflict: Pick<Conflict, 'path'>, flow: Flow): Pick<Change, 'what' | 'id' | 'field'> {
  const [head, id = ''] = conflict.path
  if (head === 'nodes') {
    const [, , part, ...rest] = conflict.path
    if (part === undefined) return { what: 'node', id }
    if (part !== 'config') return { what: 'node', id, field: `@${part}` }
    let value: unknown = flow.nodes[id]?.config
    let field = ''
    for (const key of rest) {
      const at = Array.isArray(value) ? String(rowIndex(value, key)) : key
      field += `/${pointer(at)}`
      value = Array.isArray(value) ? value[Number(at)] : own(value, key)
    }
    return { what: 'node', id, field }
  }
  if (head === 'name') return { what: 'flow', id: 'name' }
  if (head === 'dashboard') return { what: 'dashboard', id: 'dashboard' }
  return { what: head!.slice(0, -1) as Change['what'], id }
}
