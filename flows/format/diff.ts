// What changes between two versions of a flow, in words, and which nodes it touches.
import { pointer, type Flow, type NodeEntry } from './document.ts'

export interface Change {
  readonly what: 'node' | 'wire' | 'parameter' | 'connection' | 'subflow' | 'setting' | 'group' | 'test' | 'dashboard' | 'flow'
  readonly how: 'added' | 'removed' | 'changed' | 'moved'
  /** Node id, wire text, parameter or connection name, or the flow's field. */
  readonly id: string
  /** JSON pointer into the node's config; '@name', '@type' and '@version' are the node's own. */
  readonly field?: string
  readonly from?: unknown
  readonly to?: unknown
}

/** Stable equality of JSON values. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((k) => Object.hasOwn(b, k) && equalJson((a as Record<string, unknown>)[k], (b as Record<string, unknown>)[k]))
}

export function diffFlows(from: Flow, to: Flow): Change[] {
  const changes: Change[] = []
  if (from.name !== to.name) changes.push({ what: 'flow', how: 'changed', id: 'name', from: from.name, to: to.name })
  each(from.nodes, to.nodes, (id, a, b) => {
    if (!a) changes.push({ what: 'node', how: 'added', id, to: b!.type })
    else if (!b) changes.push({ what: 'node', how: 'removed', id, from: a.type })
    else changes.push(...diffNode(id, a, b))
  })
  const before = new Set(from.wires)
  const after = new Set(to.wires)
  for (const w of before) if (!after.has(w)) changes.push({ what: 'wire', how: 'removed', id: w })
  for (const w of after) if (!before.has(w)) changes.push({ what: 'wire', how: 'added', id: w })
  for (const what of ['parameter', 'connection', 'subflow', 'setting', 'group', 'test'] as const) {
    each((from[`${what}s`] ?? {}) as Record<string, unknown>, (to[`${what}s`] ?? {}) as Record<string, unknown>, (id, a, b) => {
      if (!equalJson(a, b)) changes.push({ what, how: a === undefined ? 'added' : b === undefined ? 'removed' : 'changed', id, from: a, to: b })
    })
  }
  if (!equalJson(from.dashboard ?? { widgets: [] }, to.dashboard ?? { widgets: [] })) changes.push({ what: 'dashboard', how: 'changed', id: 'dashboard' })
  return changes
}

function diffNode(id: string, a: NodeEntry, b: NodeEntry): Change[] {
  const changes: Change[] = []
  if (a.type !== b.type) changes.push({ what: 'node', how: 'changed', id, field: '@type', from: a.type, to: b.type })
  if ((a.name ?? '') !== (b.name ?? '')) changes.push({ what: 'node', how: 'changed', id, field: '@name', from: a.name, to: b.name })
  if ((a.version ?? 1) !== (b.version ?? 1)) changes.push({ what: 'node', how: 'changed', id, field: '@version', from: a.version ?? 1, to: b.version ?? 1 })
  leaves(a.config, b.config, '', (field, from, to) => changes.push({ what: 'node', how: 'changed', id, field, from, to }))
  if (a.at[0] !== b.at[0] || a.at[1] !== b.at[1]) changes.push({ what: 'node', how: 'moved', id })
  return changes
}

function leaves(a: unknown, b: unknown, path: string, found: (field: string, from: unknown, to: unknown) => void): void {
  if (equalJson(a, b)) return
  const nested = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null
  if (nested(a) && nested(b) && Array.isArray(a) === Array.isArray(b)) {
    const own = (o: Record<string, unknown>, key: string): unknown => (Object.hasOwn(o, key) ? o[key] : undefined)
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) leaves(own(a, key), own(b, key), `${path}/${pointer(key)}`, found)
  } else found(path, a, b)
}

function each<T>(a: { readonly [id: string]: T }, b: { readonly [id: string]: T }, visit: (id: string, a: T | undefined, b: T | undefined) => void): void {
  for (const id of new Set([...Object.keys(a), ...Object.keys(b)].toSorted())) {
    visit(id, Object.hasOwn(a, id) ? a[id] : undefined, Object.hasOwn(b, id) ? b[id] : undefined)
  }
}

/** 'deadband threshold: 0.5 → 2' */
export function formatChange(c: Change): string {
  const show = (v: unknown): string => (v === undefined ? '(default)' : JSON.stringify(v))
  if (c.how === 'changed') return `${c.id}${c.field === undefined ? '' : ` ${c.field.replace('@', '').replace(/^\//, '')}`}: ${show(c.from)} → ${show(c.to)}`
  return `${c.id}: ${c.how}${c.what === 'node' ? '' : ` (${c.what})`}`
}
