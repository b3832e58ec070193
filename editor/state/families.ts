// The families of node types, by the first part of the type, in the order of the palette.
import type { CatalogueNode } from '#kit'

const known: readonly (readonly [family: string, title: string, one: string])[] = [
  ['source', 'Sources', 'Source'],
  ['filter', 'Filters', 'Filter'],
  ['aggregate', 'Aggregates', 'Aggregate'],
  ['transform', 'Transforms', 'Transform'],
  ['inference', 'Inference', 'Inference'],
  ['rule', 'Rules', 'Rule'],
  ['actuator', 'Actuators', 'Actuator'],
  ['uplink', 'Uplinks', 'Uplink'],
  ['flow', 'Flow', 'Flow'],
]

export interface Family {
  readonly id: string
  readonly title: string
  readonly nodes: readonly CatalogueNode[]
}

const familyId = (type: string): string => type.split('.')[0]!
/** 'Filter' */
export const familyName = (type: string): string => known.find(([id]) => id === familyId(type))?.[2] ?? familyId(type)

/** Nodes that match every word of the search, by family; families of somebody else's come last. Empty families are left out. */
export function familiesOf(nodes: readonly CatalogueNode[], search = ''): readonly Family[] {
  const words = search.toLowerCase().split(/\s+/).filter((w) => w !== '')
  const found = nodes.filter((n) => {
    const text = [n.title, n.summary, n.type, familyName(n.type), ...n.keywords].join(' ').toLowerCase()
    return words.every((w) => text.includes(w))
  })
  const ids = [...known.map(([id]) => id), ...new Set(found.map((n) => familyId(n.type)).filter((id) => !known.some(([k]) => k === id)))]
  return ids.flatMap((id) => {
    const of = found.filter((n) => familyId(n.type) === id)
    return of.length === 0 ? [] : [{ id, title: known.find(([k]) => k === id)?.[1] ?? id, nodes: of.toSorted((a, b) => rank(a, words) - rank(b, words)) }]
  })
}

/** What begins with the searched word comes first; else the catalogue's order stays. */
const rank = (n: CatalogueNode, words: readonly string[]): number => (words.length > 0 && n.title.toLowerCase().startsWith(words[0]!) ? 0 : 1)
