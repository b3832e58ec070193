// Somebody else's edits put into the open draft and into every step of its history, so that undoing my steps undoes mine
// only. In the draft a conflict stays mine until it is chosen; in older and later steps it is theirs.
import { clashes, mergeRenamed, renameIds, sharing, type Conflict, type Flow } from '#format'
import type { Document, Step } from './document.ts'

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
  const selected = (of: Document['selection'], within: Flow): Document['selection'] => ({
    nodes: of.nodes.map((id) => ids.nodes.get(id) ?? id).filter((id) => Object.hasOwn(within.nodes, id)),
    wires: of.wires.length === 0 ? of.wires : of.wires.filter((w) => within.wires.includes(w)),
  })
  const step = (s: Step): Step => {
    const after = onto(s.flow, 'theirs').flow
    return { ...s, flow: after, selection: selected(s.selection, after) }
  }
  return { document: { flow, selection: selected(document.selection, flow), past: document.past.map(step), future: document.future.map(step), merging: document.merging }, conflicts, theirs }
}
