// A device's tree as a list of lines: what is open, what is chosen, what has come. Pure; editor/devices draws it and
// asks for what is missing.
import type { BrowseItem, Issue } from '#kit'
import { equalJson } from '#format'
import type { DeviceTag } from './tag-rows.ts'

/** The children of one place, as they came last. */
export interface Branch {
  readonly items: readonly BrowseItem[]
  readonly cut: boolean
  /** Why the last question failed; the items are those of before. */
  readonly issues: readonly Issue[]
}
export interface Tree {
  /** By what was asked for: a path, or '' for the root. */
  readonly branches: ReadonlyMap<string, Branch>
  /** Keys of open lines. */
  readonly open: ReadonlySet<string>
  /** What was told where a line asks: by its path. */
  readonly told: ReadonlyMap<string, readonly string[]>
  /** By key. */
  readonly chosen: ReadonlyMap<string, DeviceTag>
  /** Where a choice with Shift begins. */
  readonly anchor: string | null
}
export const noTree: Tree = { branches: new Map(), open: new Set(), told: new Map(), chosen: new Map(), anchor: null }

export type Line =
  | { readonly kind: 'item'; readonly key: string; readonly depth: number; readonly item: BrowseItem; readonly trail: readonly string[]; readonly open: boolean; readonly asks: string | null }
  | { readonly kind: 'ask'; readonly key: string; readonly depth: number; readonly item: BrowseItem; readonly values: readonly string[] }
  | { readonly kind: 'word'; readonly key: string; readonly depth: number; readonly what: 'loading' | 'nothing' | 'cut' }
  | { readonly kind: 'fault'; readonly key: string; readonly depth: number; readonly issues: readonly Issue[] }

export const ROOT = ''
const SEPARATOR = '\n'

/** What to ask for the children of a line: its path, with what was told or the defaults behind it. Null: it has none. */
export function asked(item: BrowseItem, told: Tree['told']): string | null {
  if (item.path === null) return null
  return item.ask ? [item.path, ...valuesOf(item, told)].join('/') : item.path
}
export const valuesOf = (item: BrowseItem, told: Tree['told']): readonly string[] => told.get(item.path ?? '') ?? (item.ask ?? []).map((f) => String(f.default))

/** Every visible line in order. `minor` items come last. */
export function linesOf(tree: Tree): readonly Line[] {
  const lines: Line[] = []
  const walk = (at: string, parent: string, depth: number, trail: readonly string[]): void => {
    const branch = tree.branches.get(at)
    if (!branch) return void lines.push({ kind: 'word', key: `${parent}${SEPARATOR}~`, depth, what: 'loading' })
    if (branch.issues.length > 0) lines.push({ kind: 'fault', key: `${parent}${SEPARATOR}!`, depth, issues: branch.issues })
    const shown = branch.items.some((i) => i.minor) ? [...branch.items.filter((i) => !i.minor), ...branch.items.filter((i) => i.minor)] : branch.items
    const seen = new Set<string>()
    for (const [i, item] of shown.entries()) {
      const own = `${item.path ?? item.title}${item.path === null ? '' : '/'}`
      const key = `${parent}${SEPARATOR}${seen.has(own) ? `${own}#${i}` : own}`
      seen.add(own)
      const asks = asked(item, tree.told)
      const open = asks !== null && tree.open.has(key)
      const way = item.trail ?? trail
      lines.push({ kind: 'item', key, depth, item, trail: way, open, asks })
      if (!open) continue
      if (item.ask) lines.push({ kind: 'ask', key: `${key}${SEPARATOR}?`, depth: depth + 1, item, values: valuesOf(item, tree.told) })
      walk(asks, key, depth + 1, [...way, item.title])
    }
    if (branch.items.length === 0 && branch.issues.length === 0) lines.push({ kind: 'word', key: `${parent}${SEPARATOR}0`, depth, what: 'nothing' })
    if (branch.cut) lines.push({ kind: 'word', key: `${parent}${SEPARATOR}...`, depth, what: 'cut' })
  }
  walk(ROOT, '', 0, [])
  return lines
}

/** What the open lines show, nearest to the root first: what must be asked for, and again to be fresh. */
export function wanted(lines: readonly Line[]): string[] {
  return [...new Set([ROOT, ...lines.flatMap((l) => (l.kind === 'item' && l.open && l.asks !== null ? [l.asks] : []))])]
}

/** An answer put in place. What did not change keeps its identity, so that it need not be drawn again. */
export function withBranch(tree: Tree, at: string, items: readonly BrowseItem[], cut: boolean): Tree {
  const before = tree.branches.get(at)
  const next = items.map((item, i) => (before?.items[i] && equalJson(before.items[i], item) ? before.items[i]! : item))
  const same = before !== undefined && before.items.length === next.length && next.every((item, i) => item === before.items[i])
  if (same && before.cut === cut && before.issues.length === 0) return tree
  return { ...tree, branches: new Map(tree.branches).set(at, { items: same ? before.items : next, cut, issues: [] }) }
}
export function withFault(tree: Tree, at: string, issues: readonly Issue[]): Tree {
  const before = tree.branches.get(at)
  return { ...tree, branches: new Map(tree.branches).set(at, { items: before?.items ?? [], cut: before?.cut ?? false, issues }) }
}

export function toggled(tree: Tree, key: string, open = !tree.open.has(key)): Tree {
  const next = new Set(tree.open)
  if (open) next.add(key)
  else next.delete(key)
  return { ...tree, open: next }
}

/** Other values for a line that asks. */
export const told = (tree: Tree, path: string, values: readonly string[]): Tree => ({ ...tree, told: new Map(tree.told).set(path, values) })

export type Choice = 'only' | 'toggle' | 'range'
/** A line is chosen: alone, beside the others (Ctrl, the box), or with all between it and the anchor (Shift). Lines without a tag are passed over. */
export function choose(tree: Tree, lines: readonly Line[], key: string, how: Choice): Tree {
  const tags = lines.flatMap((l) => (l.kind === 'item' && l.item.row !== null ? [[l.key, tagOf(l)] as const] : []))
  const at = tags.find(([k]) => k === key)
  if (how === 'range') {
    const order = lines.map((l) => l.key)
    const [a, b] = [order.indexOf(tree.anchor ?? key), order.indexOf(key)].toSorted((x, y) => x - y) as [number, number]
    const between = new Set(order.slice(Math.max(0, a), b + 1))
    return { ...tree, chosen: new Map(tags.filter(([k]) => between.has(k))), anchor: tree.anchor ?? key }
  }
  if (!at) return how === 'only' ? { ...tree, chosen: new Map(), anchor: key } : tree
  if (how === 'only') return { ...tree, chosen: new Map([at]), anchor: key }
  const chosen = new Map(tree.chosen)
  if (!chosen.delete(key)) chosen.set(...at)
  return { ...tree, chosen, anchor: key }
}
/** Every tag that is visible. */
export const chooseAll = (tree: Tree, lines: readonly Line[]): Tree => ({ ...tree, chosen: new Map(lines.flatMap((l) => (l.kind === 'item' && l.item.row !== null ? [[l.key, tagOf(l)] as const] : []))) })
export const chooseNone = (tree: Tree): Tree => (tree.chosen.size === 0 ? tree : { ...tree, chosen: new Map(), anchor: null })

export function tagOf({ item, trail }: Extract<Line, { kind: 'item' }>): DeviceTag {
  return { title: item.title, trail: item.trail ?? trail, row: item.row!, ...(item.node ? { node: item.node } : {}) }
}
