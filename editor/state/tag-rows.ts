// Tags that were found at a device as rows of a source node's table: named after the way to them, each name once, and
// nothing twice. Pure functions on the document.
import { withDefaults, type CatalogueNode, type DriverSource, type JsonValue, type TSchema } from '#kit'
import { equalJson, type NodeEntry } from '#format'
import { t } from '../language/index.ts'
import { freshId } from './commands.ts'
import { commit, type Document } from './document.ts'

/** A tag as it is dragged: what its device tells of it, and the titles on the way to it. */
export interface DeviceTag {
  readonly title: string
  readonly trail: readonly string[]
  readonly row: Row
  /** Settings of the node that this row needs. */
  readonly node?: Row
}
export type Row = { readonly [name: string]: JsonValue }
/** What is dropped: tags of one connection. */
export interface TagDrop {
  readonly connection: string
  /** The driver's type. */
  readonly type: string
  readonly tags: readonly DeviceTag[]
}
export interface AddedTags {
  readonly document: Document
  /** Nodes that were made or have grown, in order. */
  readonly nodes: readonly string[]
  readonly added: number
  /** Rows that a node had already, whatever their name. */
  readonly known: number
  /** Rows that no table had room for. */
  readonly over: number
}

/** As many as come to one place, one below the other. */
const STEP = 60
const LONGEST = 64

/** Adds the tags to `onto` where that node reads this connection with their settings, else to a new node at `at`. One step. */
export function addTags(document: Document, drop: TagDrop, source: DriverSource, known: CatalogueNode, at: readonly [number, number], onto?: string): AddedTags {
  const nodes: Record<string, NodeEntry> = { ...document.flow.nodes }
  const touched: string[] = []
  let [added, twice, over] = [0, 0, 0]
  for (const tags of Map.groupBy(drop.tags, (t) => JSON.stringify(t.node ?? {})).values()) {
    const settings = tags[0]!.node ?? {}
    const grown = onto !== undefined && takes(nodes[onto], drop.connection, source, known, settings) ? onto : undefined
    const before = grown === undefined ? [] : rowsOf(nodes[grown]!, source)
    const { rows, known: had } = newRows(tags, before, known, source)
    const room = Math.max(0, limitOf(known, source) - before.length)
    const taken = rows.slice(0, room)
    twice += had
    over += rows.length - taken.length
    if (taken.length === 0) continue
    added += taken.length
    if (grown !== undefined) {
      nodes[grown] = { ...nodes[grown]!, config: { ...nodes[grown]!.config, [source.rowsField]: [...before, ...taken] } }
      touched.push(grown)
      continue
    }
    const name = nameOf(tags, drop.connection)
    const id = freshId((wish) => Object.hasOwn(nodes, wish), name)
    nodes[id] = {
      type: known.type,
      ...(known.version === 1 ? {} : { version: known.version }),
      name,
      config: { ...(structuredClone(known.starter) as Row), ...source.config, ...settings, [source.connectionField]: drop.connection, [source.rowsField]: taken },
      at: [at[0], at[1] + STEP * touched.length],
    }
    touched.push(id)
  }
  const next = added === 0 ? document : commit(document, { ...document.flow, nodes }, { label: t('Add {count} tags of {connection}', { count: added, connection: drop.connection }), selection: { nodes: touched, wires: [] } })
  return { document: next, nodes: touched, added, known: twice, over }
}

/** Reads this node this connection, with these settings? */
export function takes(node: NodeEntry | undefined, connection: string, source: DriverSource, known: CatalogueNode, settings: Row = {}): boolean {
  if (!node || node.type !== source.type || node.config[source.connectionField] !== connection) return false
  const full = withDefaults(known.config, node.config) as Row
  return Object.entries(settings).every(([name, value]) => equalJson(full[name], value))
}

const rowsOf = (node: NodeEntry, source: DriverSource): readonly Row[] => {
  const rows = node.config[source.rowsField]
  return Array.isArray(rows) ? (rows as readonly Row[]) : []
}
type Table = { readonly items?: TSchema; readonly maxItems?: number }
const tableOf = (known: CatalogueNode, source: DriverSource): Table => (known.config as unknown as { readonly properties?: { readonly [name: string]: Table } }).properties?.[source.rowsField] ?? {}
const limitOf = (known: CatalogueNode, source: DriverSource): number => tableOf(known, source).maxItems ?? Number.POSITIVE_INFINITY

/** Rows with all their defaults, without those that are there; one dragged twice comes once. */
function newRows(tags: readonly DeviceTag[], before: readonly Row[], known: CatalogueNode, source: DriverSource): { rows: Row[]; known: number } {
  const { items } = tableOf(known, source)
  const full = (row: Row): Row => (items ? (withDefaults(items, row) as Row) : row)
  // A person may have changed how often it is asked for, or its unit: what the driver told is the tag.
  const seen = new Set<string>()
  const fresh = tags.filter((tag) => {
    const key = JSON.stringify(Object.entries(tag.row).filter(([name]) => name !== 'name').toSorted())
    const there = seen.has(key) || before.some((row) => Object.entries(tag.row).every(([name, value]) => name === 'name' || name === 'unit' || name === 'kind' || equalJson(row[name], value)))
    seen.add(key)
    return !there
  })
  const names = uniqueNames(fresh, new Set(before.map((row) => String(row['name']))))
  return { rows: fresh.map((tag, i) => full({ ...tag.row, name: names[i]! })), known: tags.length - fresh.length }
}

/** 'Level'; where two are called so, 'Tank_1.Level' and 'Tank_2.Level'; where that is not enough, a number. */
export function uniqueNames(tags: readonly DeviceTag[], taken: ReadonlySet<string>): string[] {
  const clean = (text: string): string => text.trim().replaceAll(/\s+/g, '_')
  const named = (tag: DeviceTag, up: number): string => [...tag.trail.slice(tag.trail.length - Math.min(up, tag.trail.length)).map(clean), String(tag.row['name'] ?? clean(tag.title))].join('.').slice(-LONGEST)
  const ups = tags.map(() => 0)
  for (let round = 0; round < 12; round++) {
    const names = tags.map((tag, i) => named(tag, ups[i]!))
    const counts = Map.groupBy(names.keys(), (i) => names[i]!)
    let grew = false
    for (const [name, of] of counts) {
      if (of.length === 1 && !taken.has(name)) continue
      for (const i of of) {
        if (ups[i]! >= tags[i]!.trail.length) continue
        ups[i]!++
        grew = true
      }
    }
    if (!grew) break
  }
  const used = new Set(taken)
  return tags.map((tag, i) => {
    const wish = named(tag, ups[i]!)
    let name = wish
    for (let n = 2; used.has(name); n++) name = `${wish.slice(0, LONGEST - 5)}_${n}`
    used.add(name)
    return name
  })
}

/** Where all tags come from: the last title that their ways have in common, else the connection. */
function nameOf(tags: readonly DeviceTag[], connection: string): string {
  const first = tags[0]!.trail
  const common = first.filter((title, i) => tags.every((t) => t.trail[i] === title))
  return common.at(-1) ?? connection
}
