// Copy and paste as JSON text, so that nodes travel between flows, browsers and a chat: {headgateClip: 1, nodes, wires}.
import { issue, IssueError, reasonOf } from '#kit'
import { FORMAT, parseWire, readFlow, type Flow, type Group, type NodeEntry } from '#format'
import { t } from '../language/index.ts'
import { freshId } from './commands.ts'
import { commit, wireText, type Document } from './document.ts'
import { groupsOf, withGroups } from './groups.ts'

export interface Clip {
  readonly headgateClip: 1
  readonly nodes: { readonly [id: string]: NodeEntry }
  readonly wires: readonly string[]
  /** Those of which all nodes are copied. */
  readonly groups?: Flow['groups']
}

/** The nodes with the wires between them; '' when none of the ids is in the flow. */
export function copyText(flow: Flow, ids: readonly string[]): string {
  const nodes = Object.fromEntries(ids.filter((id) => Object.hasOwn(flow.nodes, id)).map((id) => [id, flow.nodes[id]!]))
  if (Object.keys(nodes).length === 0) return ''
  const wires = flow.wires.filter((text) => {
    const wire = parseWire(text)
    return wire !== undefined && Object.hasOwn(nodes, wire.from.node) && Object.hasOwn(nodes, wire.to.node)
  })
  const whole = Object.entries(groupsOf(flow)).filter(([, g]) => g.nodes.every((n) => Object.hasOwn(nodes, n)))
  return JSON.stringify({ headgateClip: 1, nodes, wires, ...(whole.length === 0 ? {} : { groups: Object.fromEntries(whole) }) } satisfies Clip, null, 2)
}

/** Throws an IssueError that says what is wrong. Whole flows are read too: see `isFlowText`. */
export function readClip(text: string): Clip {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (thrown) {
    throw new IssueError(issue('FLOW_JSON', {}, { reason: reasonOf(thrown) }))
  }
  if (typeof json !== 'object' || json === null || (json as Partial<Clip>).headgateClip !== 1) {
    throw new IssueError(issue('FLOW_FORMAT', { field: '' }, { reason: t('The clipboard holds no Headgate nodes.') }))
  }
  const { nodes, wires, groups } = json as Clip
  const { flow, issues } = readFlow({ headgate: FORMAT, id: 'clip', name: 'clip', nodes, wires, ...(groups === undefined ? {} : { groups }) })
  if (!flow) throw new IssueError(...issues)
  return { headgateClip: 1, nodes: flow.nodes, wires: flow.wires, ...(flow.groups === undefined ? {} : { groups: flow.groups }) }
}

export const isClipText = (text: string): boolean => text.length < 8e6 && /^\s*\{\s*"headgateClip"/.test(text)
export const isFlowText = (text: string): boolean => text.length < 8e6 && /^\s*\{/.test(text) && /"headgate"\s*:/.test(text.slice(0, 2000))

/** Pastes with fresh ids, selected. `at` is where the top left of the clip comes to lie; without it, a little beside the original. */
export function paste(document: Document, clip: Clip, at?: readonly [number, number], label = t('Paste')): { document: Document; added: readonly string[] } {
  const entries = Object.entries(clip.nodes)
  if (entries.length === 0) return { document, added: [] }
  const left = Math.min(...entries.map(([, n]) => n.at[0]))
  const top = Math.min(...entries.map(([, n]) => n.at[1]))
  let [dx, dy] = at ? [Math.round(at[0] - left), Math.round(at[1] - top)] : [32, 32]
  const places = new Set(Object.values(document.flow.nodes).map((n) => `${n.at[0]},${n.at[1]}`))
  while (entries.some(([, n]) => places.has(`${n.at[0] + dx},${n.at[1] + dy}`))) [dx, dy] = [dx + 32, dy + 32]
  const ids = new Map<string, string>()
  const nodes: Record<string, NodeEntry> = { ...document.flow.nodes }
  for (const [id, node] of entries) {
    const fresh = freshId((wish) => Object.hasOwn(nodes, wish), id)
    ids.set(id, fresh)
    nodes[fresh] = { ...node, at: [node.at[0] + dx, node.at[1] + dy] }
  }
  const wires = clip.wires.flatMap((text) => {
    const wire = parseWire(text)
    const from = wire && ids.get(wire.from.node)
    const to = wire && ids.get(wire.to.node)
    return from && to ? [wireText(from, wire.from.port, to, wire.to.port)] : []
  })
  const added = [...ids.values()]
  const groups: Record<string, Group> = { ...groupsOf(document.flow) }
  for (const [id, group] of Object.entries(clip.groups ?? {})) groups[freshId((wish) => Object.hasOwn(groups, wish), id)] = { ...group, nodes: group.nodes.flatMap((n) => ids.get(n) ?? []) }
  const flow = { ...document.flow, nodes, wires: [...document.flow.wires, ...wires] }
  return { document: commit(document, clip.groups ? withGroups(flow, groups) : flow, { label, selection: { nodes: added, wires } }), added }
}

/** `at` as in paste. */
export function duplicate(document: Document, ids: readonly string[], at?: readonly [number, number]): { document: Document; added: readonly string[] } {
  const text = copyText(document.flow, ids)
  return text === '' ? { document, added: [] } : paste(document, readClip(text), at, t('Duplicate'))
}
