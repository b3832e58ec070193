// Somebody else's edits put into the open draft and into every step of its history, so that undoing my steps undoes mine
// only. In the draft a conflict stays mine until it is chosen; in older and later steps it is theirs.
import { clashes, mergeRenamed, renameIds, sharing, type Conflict, type Flow } from '#format'
import type { Document, Step } from './document.ts'
import { reachable, subflowView, type Inside } from './inside.ts'

export interface Rebased {
  readonly document: Document
  readonly conflicts: readonly Conflict[]
  /** Theirs, made of the parts that were here before. */
  readonly theirs: Flow
}

/** `base` is what was the same on both sides last. */
export function rebased(document: Document, base: Flow, incoming: Flow): Rebased {
  const theirs = sharing(base, incoming)
  if (theirs === base) return { document, conflicts: [], theirs }
  const steps = [...document.past, ...document.future]
  const ids = clashes(base, [document.flow, ...steps.map((s) => s.flow)], theirs)
  const onto = (flow: Flow, prefer: 'mine' | 'theirs') => (flow === base ? { flow: theirs, conflicts: [] } : mergeRenamed(base, renameIds(flow, ids), theirs, prefer))
  const { flow, conflicts } = onto(document.flow, 'mine')
  // Who has a subflow open stays in it, as far as it is still there, with what is selected in it.
  const placed = (of: { readonly inside?: Inside; readonly selection: Document['selection'] }, after: Flow): { readonly inside?: Inside; readonly selection: Document['selection'] } => {
    const way = of.inside?.map((id, i) => (i === 0 ? (ids.nodes.get(id) ?? id) : id))
    const inside = reachable(after, way)
    if (inside.length !== (way?.length ?? 0)) return { ...(inside.length === 0 ? {} : { inside }), selection: { nodes: [], wires: [] } }
    const within = way === undefined ? after : subflowView(after, way)
    const { nodes, wires } = of.selection
    return {
      ...(way === undefined ? {} : { inside: way }),
      selection: { nodes: (way === undefined ? nodes.map((id) => ids.nodes.get(id) ?? id) : nodes).filter((id) => Object.hasOwn(within.nodes, id)), wires: wires.length === 0 ? wires : wires.filter((w) => within.wires.includes(w)) },
    }
  }
  const step = ({ inside, ...s }: Step): Step => {
    const after = onto(s.flow, 'theirs').flow
    return { ...s, flow: after, ...placed({ ...(inside === undefined ? {} : { inside }), selection: s.selection }, after) }
  }
  return { document: { flow, past: document.past.map(step), future: document.future.map(step), merging: document.merging, ...placed(document, flow) }, conflicts, theirs }
}
