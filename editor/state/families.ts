// The families of node types, by the first part of the type, in the order of the palette.
import type { CatalogueNode } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'

const known: readonly (readonly [family: string, title: string, one: string])[] = [
  ['source', t('Sources'), t('Source')],
  ['filter', t('Filters'), t('Filter')],
  ['aggregate', t('Aggregates'), t('Aggregate')],
  ['transform', t('Transforms'), t('Transform')],
  ['inference', t('Inference'), t('Inference')],
  ['rule', t('Rules'), t('Rule')],
  ['actuator', t('Actuators'), t('Actuator')],
  ['uplink', t('Uplinks'), t('Uplink')],
  ['flow', t('Flow'), t('Flow')],
]

export interface Family {
  readonly id: string
  readonly title: string
  readonly nodes: readonly CatalogueNode[]
}

const familyId = (type: string): string => type.split('.')[0]!
/** 'Filter' */
export const familyName = (type: string): string => known.find(([id]) => id === familyId(type))?.[2] ?? familyId(type)

/** By family, in the order of the palette; families of somebody else's come last. Empty ones are left out. */
export function familiesOf(nodes: readonly CatalogueNode[]): readonly Family[] {
  const ids = [...known.map(([id]) => id), ...new Set(nodes.map((n) => familyId(n.type)).filter((id) => !known.some(([k]) => k === id)))]
  return ids.flatMap((id) => {
    const of = nodes.filter((n) => familyId(n.type) === id)
    return of.length === 0 ? [] : [{ id, title: known.find(([k]) => k === id)?.[1] ?? id, nodes: of }]
  })
}

/** The families, with what this person starred and used last on top. What is not installed any more is left out. */
export function withShelves(families: readonly Family[], nodes: readonly CatalogueNode[], favourites: readonly string[], recent: readonly string[]): readonly Family[] {
  const shelf = (id: string, title: string, types: readonly string[]): readonly Family[] => {
    const of = types.flatMap((type) => nodes.find((n) => n.type === type) ?? [])
    return of.length === 0 ? [] : [{ id, title, nodes: of }]
  }
  return [...shelf('favourites', t('Favourites'), favourites), ...shelf('recent', t('Recently used'), recent), ...families]
}

/** Nodes that have every word of the search, best first: in the title, then in a keyword, then in what it does. */
export function searchNodes(nodes: readonly CatalogueNode[], search: string): readonly CatalogueNode[] {
  const words = search.toLowerCase().split(/\s+/).filter((w) => w !== '')
  const ranked = nodes.flatMap((node) => {
    const ranks = words.map((w) => rank(node, w))
    return ranks.includes(MISS) ? [] : [{ node, rank: Math.max(0, ...ranks) }]
  })
  return ranked.toSorted((a, b) => a.rank - b.rank).map((r) => r.node)
}

const MISS = 9
/** What begins with the word comes before what has it inside. */
function rank(node: CatalogueNode, word: string): number {
  const title = said(node.title).toLowerCase()
  // Its English name finds it in every language.
  const keywords = (said(node.title) === node.title ? node.keywords : [...node.keywords, ...node.keywords.map(said), node.title]).map((k) => k.toLowerCase())
  if (title.startsWith(word)) return 0
  if (keywords.includes(word)) return 1
  if (title.includes(` ${word}`)) return 2
  if (keywords.some((k) => k.startsWith(word) || k.includes(` ${word}`))) return 3
  if (title.includes(word)) return 4
  if (`${node.type} ${familyName(node.type)}`.toLowerCase().includes(word)) return 5
  if (said(node.summary).toLowerCase().includes(word)) return 6
  return keywords.some((k) => k.includes(word)) ? 7 : MISS
}
