// The draft: a flow, its history and its selection. Every edit is a pure function from document to document; flows are
// immutable and share structure, so a step of history is a reference, and undo can not miss anything.
import { formatWire, type Flow } from '#format'
import { withoutGone } from './groups.ts'
import { isPortsNode, reachable, subflowView, type Inside } from './inside.ts'

export interface Selection {
  readonly nodes: readonly string[]
  /** Wires as text. */
  readonly wires: readonly string[]
}
export interface Step {
  readonly flow: Flow
  readonly selection: Selection
  /** What the edit after this state did: 'Move 2 nodes'. */
  readonly label: string
  /** Where it was done: going back leads there. */
  readonly inside?: Inside
}
export interface Document {
  readonly flow: Flow
  readonly selection: Selection
  /** Oldest first. */
  readonly past: readonly Step[]
  /** Next redo first. */
  readonly future: readonly Step[]
  /** While an edit with the same key follows, it belongs to the same step. */
  readonly merging: string | null
  /** The subflow that is open, by its instances; what is selected lies there. Left out: the flow itself. */
  readonly inside?: Inside
}

export const MAX_STEPS = 500
export const nothing: Selection = { nodes: [], wires: [] }

export const createDocument = (flow: Flow): Document => ({ flow, selection: nothing, past: [], future: [], merging: null })

export interface Edit {
  readonly label: string
  /** Edits in a row with one key are one step: a drag, typing in one field. */
  readonly merge?: string
  readonly selection?: Selection
}

/** Puts `flow` in place as one undoable step. The same flow is no step. Groups lose the nodes that are gone. */
export function commit(document: Document, flow: Flow, edit: Edit): Document {
  if (flow === document.flow) return edit.selection ? { ...document, selection: edit.selection } : document
  const next = withoutGone(flow, document.flow)
  const inside = placed(next, document.inside)
  const selection = prune(edit.selection ?? document.selection, next, inside.inside)
  if (edit.merge !== undefined && edit.merge === document.merging) return { ...document, ...inside, flow: next, selection, future: [] }
  const past = [...document.past, { flow: document.flow, selection: document.selection, label: edit.label, ...placed(document.flow, document.inside) }].slice(-MAX_STEPS)
  return { flow: next, selection, past, future: [], merging: edit.merge ?? null, ...inside }
}

/** Where one is, as far as it is still there. */
const placed = (flow: Flow, inside: Inside | undefined): { readonly inside?: Inside } => {
  const found = reachable(flow, inside)
  return found.length === 0 ? {} : { inside: found }
}

/** Goes into a subflow by its instances, or out; no step of history. */
export function goInside(document: Document, inside: Inside, selection: Selection = nothing): Document {
  const { inside: _before, ...rest } = document
  const place = placed(document.flow, inside)
  return { ...rest, ...place, merging: null, selection: prune(selection, document.flow, place.inside) }
}

/** Ends merging: the next edit is a step of its own. */
export const seal = (document: Document): Document => (document.merging === null ? document : { ...document, merging: null })

/** Where the step under way began; null unless an edit with this key is under way. */
export const beganFrom = (document: Document, merge: string): Flow | null => (document.merging === merge ? (document.past.at(-1)?.flow ?? null) : null)

export function undo(document: Document): Document {
  const step = document.past.at(-1)
  if (!step) return document
  const future = [{ flow: document.flow, selection: document.selection, label: step.label, ...placed(document.flow, document.inside) }, ...document.future]
  return { flow: step.flow, selection: step.selection, past: document.past.slice(0, -1), future, merging: null, ...placed(step.flow, step.inside) }
}

export function redo(document: Document): Document {
  const step = document.future[0]
  if (!step) return document
  const past = [...document.past, { flow: document.flow, selection: document.selection, label: step.label, ...placed(document.flow, document.inside) }]
  return { flow: step.flow, selection: step.selection, past, future: document.future.slice(1), merging: null, ...placed(step.flow, step.inside) }
}

/** Selecting is no step of history. */
export function select(document: Document, selection: Selection): Document {
  const next = prune(selection, document.flow, document.inside)
  const same = next.nodes.length === document.selection.nodes.length && next.wires.length === document.selection.wires.length
    && next.nodes.every((id, i) => id === document.selection.nodes[i]) && next.wires.every((w, i) => w === document.selection.wires[i])
  return same ? document : { ...document, selection: next }
}

export const selectAll = (document: Document): Document => select(document, { nodes: Object.keys(document.flow.nodes), wires: [...document.flow.wires] })

/** The text of a wire between two ends. */
export const wireText = (from: string, output: string, to: string, input: string): string => formatWire({ from: { node: from, port: output }, to: { node: to, port: input } })

function prune(selection: Selection, whole: Flow, inside: Inside | undefined): Selection {
  const flow = inside === undefined ? whole : subflowView(whole, inside)
  // The ports of a subflow are no nodes of it: nothing is done to them as to nodes.
  const nodes = selection.nodes.filter((id) => Object.hasOwn(flow.nodes, id) && !isPortsNode(id))
  const all = selection.wires.length > 1 ? new Set(flow.wires) : null
  const wires = selection.wires.length === 0 ? selection.wires : selection.wires.filter((w) => (all ? all.has(w) : flow.wires.includes(w)))
  return nodes.length === selection.nodes.length && wires.length === selection.wires.length ? selection : { nodes, wires }
}
