// Two people's edits of one flow, put together (three-way, against what both began from). Settings merge by their leaves,
// rows of a table by their name, wires as sets; places take the last. What both changed differently is a conflict: the
// merged flow has the preferred side there, and the conflict has both, so that nothing is lost. Chosen by `settle`.
import { isFields, own, withWires, type Body, type Conflict, type Fields, type Path, type Side } from './conflict.ts'
import { equalJson } from './diff.ts'
import { parseWire, type Flow, type NodeEntry, type Subflow } from './document.ts'
import type { Group } from './group.ts'
import { renameIds, type IdRenames } from './rename.ts'

export interface Merged {
  readonly flow: Flow
  readonly conflicts: readonly Conflict[]
}

interface Run {
  readonly conflicts: Conflict[]
  readonly prefer: Side
}
type Merge = (run: Run, path: Path, base: unknown, mine: unknown, theirs: unknown) => unknown

const same = equalJson
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
  // Only what they touched needs a look: a history of hundreds of steps is merged while somebody else types.
  const nodes = { ...mine.nodes }
  for (const id of touched(base, theirs)) {
    const merged = node(run, [...path, 'nodes', id], own(base.nodes, id), own(mine.nodes, id), own(theirs.nodes, id)) as NodeEntry | undefined
    if (merged) nodes[id] = merged
    else delete nodes[id]
  }
  const [had, has, ours] = [new Set(base.wires), new Set(theirs.wires), new Set(mine.wires)]
  let wires = mine.wires
  if (same(base.wires, mine.wires)) wires = theirs.wires
  else if (!same(base.wires, theirs.wires)) wires = [...mine.wires.filter((w) => !had.has(w) || has.has(w)), ...theirs.wires.filter((w) => !had.has(w) && !ours.has(w))]
  for (const c of run.conflicts.slice(before)) if (c.wires) wires = withWires(wires, nodes, c.path.at(-1)!, c.wires[run.prefer])
  return { nodes, wires }
}

const changed = new WeakMap<Body, { readonly of: Body; readonly ids: readonly string[] }>()
/** Nodes that differ, and those that got a wire. */
function touched(base: Body, theirs: Body): readonly string[] {
  let known = changed.get(theirs)
  if (known?.of !== base) {
    const had = new Set(base.wires)
    const wired = theirs.wires.flatMap((text) => {
      const wire = had.has(text) ? undefined : parseWire(text)
      return wire ? [wire.from.node, wire.to.node] : []
    })
    const all = new Set([...Object.keys(theirs.nodes), ...Object.keys(base.nodes)])
    known = { of: base, ids: [...new Set([...[...all].filter((id) => !same(own(base.nodes, id), own(theirs.nodes, id))), ...wired])] }
    changed.set(theirs, known)
  }
  return known.ids
}

type WiresAt = ReadonlyMap<string, readonly string[]>
const wireMaps = new WeakMap<readonly string[], WiresAt>()
function touching(wires: readonly string[]): WiresAt {
  const known = wireMaps.get(wires)
  if (known) return known
  const found = new Map<string, string[]>()
  wireMaps.set(wires, found)
  for (const text of wires) {
    const wire = parseWire(text)
    for (const id of wire ? new Set([wire.from.node, wire.to.node]) : []) found.set(id, [...(found.get(id) ?? []), text])
  }
  return found
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

/** The same flow as `theirs`, made of `base`'s own parts where they are equal: what did not change is seen at a glance. */
export const sharing = (base: Flow, theirs: Flow): Flow => share(base, theirs) as Flow
function share(a: unknown, b: unknown): unknown {
  if (Object.is(a, b) || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return b
  if (Array.isArray(a) && Array.isArray(b)) {
    const list = b.map((item, i) => share(a[i], item))
    return a.length === b.length && list.every((item, i) => Object.is(item, a[i])) ? a : list
  }
  const entries = Object.entries(b).map(([key, value]) => [key, share(own(a, key), value)] as const)
  return entries.length === Object.keys(a).length && entries.every(([key, value]) => Object.hasOwn(a, key) && Object.is(value, own(a, key))) ? a : Object.fromEntries(entries)
}
