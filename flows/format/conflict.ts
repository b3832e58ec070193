// What two people changed differently, and choosing one of the two. A conflict's path leads from the flow down; rows of a
// table go by their name, as the other rows may have moved since.
import type { Change } from './diff.ts'
import { parseWire, pointer, type Flow } from './document.ts'

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
export type Path = readonly string[]
export type Body = Pick<Flow, 'nodes' | 'wires'>
export interface Fields {
  readonly [key: string]: unknown
}
export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
export const own = (of: unknown, key: string): unknown => (isFields(of) && Object.hasOwn(of, key) ? of[key] : undefined)

/** The wires of one node replaced by these, as far as their other ends are there. */
export function withWires(wires: readonly string[], nodes: Body['nodes'], node: string, its: readonly string[]): readonly string[] {
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
