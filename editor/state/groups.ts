// Groups: frames around nodes, with a title and a quiet tint. A node is in one group at most, a group without nodes is none;
// `withoutGone` keeps that true after every edit, whoever makes it. Their place follows from their nodes'.
import { groupColours, type Flow, type Group, type GroupColour } from '#format'
import { t } from '../language/index.ts'
import type { Box } from './arrange.ts'
import { freshId, moveNodes } from './commands.ts'
import { commit, type Document } from './document.ts'

type Groups = NonNullable<Flow['groups']>
const noGroups: Groups = {}
export const groupsOf = (flow: Flow): Groups => flow.groups ?? noGroups

/** Space between the nodes of a group and its frame, px; on top the title stands. */
export const PAD = 18
export const TITLE = 30

/** The frame around boxes; undefined around none. */
export function frameOf(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) return undefined
  const x = Math.min(...boxes.map((b) => b.x)) - PAD
  const y = Math.min(...boxes.map((b) => b.y)) - PAD - TITLE
  return { x, y, width: Math.max(...boxes.map((b) => b.x + b.width)) + PAD - x, height: Math.max(...boxes.map((b) => b.y + b.height)) + PAD - y }
}

/** The group that a node is in. */
export const groupAt = (flow: Flow, node: string): string | undefined => Object.keys(groupsOf(flow)).find((id) => groupsOf(flow)[id]!.nodes.includes(node))
/** The group whose nodes are just these. */
export function groupOfExactly(flow: Flow, nodes: readonly string[]): string | undefined {
  const first = nodes[0] === undefined ? undefined : groupAt(flow, nodes[0])
  const members = first === undefined ? undefined : groupsOf(flow)[first]!.nodes
  return members?.length === nodes.length && nodes.every((id) => members.includes(id)) ? first : undefined
}

/** The flow with other groups; without any it has no such field. */
export function withGroups(flow: Flow, groups: Groups): Flow {
  const { groups: _before, ...rest } = flow
  return Object.keys(groups).length === 0 ? rest : { ...rest, groups }
}

/** Groups without the nodes that an edit took away. */
export function withoutGone(flow: Flow, before: Flow): Flow {
  if (flow.groups === undefined || (flow.groups === before.groups && flow.nodes === before.nodes)) return flow
  const seen = new Set<string>()
  const kept = Object.entries(flow.groups).flatMap(([id, group]): [string, Group][] => {
    const nodes = group.nodes.filter((n) => Object.hasOwn(flow.nodes, n) && !seen.has(n) && seen.add(n) !== undefined)
    return nodes.length === 0 ? [] : [[id, nodes.length === group.nodes.length ? group : { ...group, nodes }]]
  })
  const same = kept.length === Object.keys(flow.groups).length && kept.every(([id, group]) => group === flow.groups![id])
  return same ? flow : withGroups(flow, Object.fromEntries(kept))
}

const without = (groups: Groups, nodes: ReadonlySet<string>): Groups => Object.fromEntries(Object.entries(groups).map(([id, g]) => [id, g.nodes.some((n) => nodes.has(n)) ? { ...g, nodes: g.nodes.filter((n) => !nodes.has(n)) } : g]))

/** A group around these nodes, which leave the ones that they were in. Undefined when there are none, or just this group is there. */
export function addGroup(document: Document, ids: readonly string[], title = t('Group')): { document: Document; added: string } | undefined {
  const { flow } = document
  const nodes = ids.filter((id) => Object.hasOwn(flow.nodes, id))
  if (nodes.length === 0 || groupOfExactly(flow, nodes) !== undefined) return undefined
  const added = freshId((id) => Object.hasOwn(groupsOf(flow), id), 'group')
  const groups = { ...without(groupsOf(flow), new Set(nodes)), [added]: { title, nodes } }
  return { document: commit(document, withGroups(flow, groups), { label: t('Group {count} nodes', { count: nodes.length }) }), added }
}

/** Takes frames away; their nodes stay. */
export function dissolve(document: Document, ids: readonly string[]): Document {
  const left = Object.fromEntries(Object.entries(groupsOf(document.flow)).filter(([id]) => !ids.includes(id)))
  const gone = Object.keys(groupsOf(document.flow)).length - Object.keys(left).length
  return gone === 0 ? document : commit(document, withGroups(document.flow, left), { label: gone === 1 ? t('Ungroup') : t('Ungroup {count} groups', { count: gone }) })
}

function change(document: Document, id: string, edit: (group: Group) => Group, label: string, merge?: string): Document {
  const group = Object.hasOwn(groupsOf(document.flow), id) ? groupsOf(document.flow)[id]! : undefined
  const next = group && edit(group)
  return !next || next === group ? document : commit(document, withGroups(document.flow, { ...groupsOf(document.flow), [id]: next }), { label, ...(merge === undefined ? {} : { merge }) })
}
export const setGroupTitle = (document: Document, id: string, title: string): Document => change(document, id, (g) => (g.title === title ? g : { ...g, title: title.slice(0, 200) }), t('Rename group'), `group:${id}`)
/** Grey is the plain one: it is left out. */
export const setGroupColour = (document: Document, id: string, colour: GroupColour): Document =>
  change(document, id, (g) => {
    const { colour: before, ...rest } = g
    return (before ?? groupColours[0]) === colour ? g : colour === groupColours[0] ? rest : { ...rest, colour }
  }, t('Colour group'))

/** Nodes that are put into a group (null: out of theirs), with their new places, in one step. */
export function regroup(document: Document, places: { readonly [id: string]: readonly [number, number] }, into: { readonly [node: string]: string | null }): Document {
  const { flow } = document
  const moving = Object.entries(into).filter(([node, group]) => Object.hasOwn(flow.nodes, node) && (groupAt(flow, node) ?? null) !== group && (group === null || Object.hasOwn(groupsOf(flow), group)))
  if (moving.length === 0) return moveNodes(document, places)
  const moved = moveNodes(document, places).flow
  const left = without(groupsOf(moved), new Set(moving.map(([node]) => node)))
  const groups = Object.fromEntries(Object.entries(left).map(([id, g]) => {
    const joining = moving.filter(([, group]) => group === id).map(([node]) => node)
    return [id, joining.length === 0 ? g : { ...g, nodes: [...g.nodes, ...joining] }]
  }))
  const names = [...new Set(moving.map(([, group]) => group))]
  const only = names.length === 1 && names[0] !== null ? groups[names[0]!]?.title : undefined
  return commit(document, withGroups(moved, groups), { label: names.every((n) => n === null) ? t('Take out of the group') : only === undefined || only === '' ? t('Move into the group') : t("Move into '{group}'", { group: only }) })
}

/** Where what is dragged would go: into the frame that its middle is over, or out of its group when it lies wholly beside that. `frames` are as they were when the drag began. */
export function targetOf(box: Box, own: string | undefined, frames: ReadonlyMap<string, Box>): string | null {
  const middle = [box.x + box.width / 2, box.y + box.height / 2] as const
  const inside = (f: Box): boolean => middle[0] >= f.x && middle[0] <= f.x + f.width && middle[1] >= f.y && middle[1] <= f.y + f.height
  const touches = (f: Box): boolean => box.x < f.x + f.width && box.x + box.width > f.x && box.y < f.y + f.height && box.y + box.height > f.y
  const over = [...frames].filter(([, f]) => inside(f)).toSorted(([, a], [, b]) => a.width * a.height - b.width * b.height)
  // A frame over a frame: one stays where one is.
  if (own !== undefined && over.some(([id]) => id === own)) return own
  if (over[0]) return over[0][0]
  const frame = own === undefined ? undefined : frames.get(own)
  return own !== undefined && (!frame || touches(frame)) ? own : null
}
