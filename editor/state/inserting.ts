// Drawing by intent: a node into a gap, on a wire, in another's place, or out with its neighbours joined. What is decided
// by types is decided in fitting, replacing and joining; here it becomes one step of history and what is said about it.
import { issue } from '#kit'
import type { Flow, WireEnd } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { changer } from './change.ts'
import { duplicate } from './clipboard.ts'
import * as commands from './commands.ts'
import { select, undo } from './document.ts'
import type { Core } from './editor.ts'
import { BESIDE, fitInto, gapOfWire, graftExisting, graftInto, type Fitted, type Gap } from './fitting.ts'
import { joinAround, makeRoom, reach } from './joining.ts'
import { starterEntry } from './mending.ts'
import { ownConnections } from './own-connections.ts'
import { replacementOf } from './replacing.ts'
import type { Screen } from './screen.ts'

type Place = readonly [number, number]
/** Wires named in a message; the others are counted. */
const NAMED = 3

export function inserting(core: Core, screen: Screen) {
  const change = changer(core, screen)
  /** Only while that edit is the last one: a toast stays longer than a step. */
  const undoOf = (made: Flow) => (): void => {
    if (core.get().document?.flow === made) void change(undo)
    else screen.toast({ level: 'info', text: t('The flow was edited since then.'), remedy: t('Ctrl Z takes back one step after the other.') })
  }
  const plant = (graft: commands.Graft): string | null => {
    let added: readonly string[] = []
    change((d) => {
      const made = commands.graft(d, graft)
      added = made.added
      return made.document
    })
    for (const [n, id] of added.entries()) {
      const type = core.get().types.get(graft.nodes[n]!.type)
      if (type) void ownConnections(core, screen, id, type)
    }
    return added[0] ?? null
  }

  /** The gap after a node: its first output that this type takes. */
  const gapAfter = (type: string, node: string): { readonly gap: Gap; readonly fitted: Fitted } | undefined => {
    const state = core.get()
    const known = state.types.get(type)
    if (!known) return undefined
    const tries = Object.keys(state.ports[node]?.outputs ?? {}).map((port) => {
      const gap: Gap = { from: { node, port } }
      return { gap, fitted: fitInto(state, starterEntry(known), undefined, gap, true) }
    })
    return tries.find((t) => t.fitted.ok && t.fitted.joint.grade !== 'later' && t.fitted.joint.grade !== 'mended') ?? tries.find((t) => t.fitted.ok)
  }

  /** A new node wired into a gap, at this place; its id. Null: it does not fit, which is said. */
  const insertInto = (type: string, gap: Gap, at: Place): string | null => {
    const known = core.get().types.get(type)
    if (!known) {
      screen.toastIssue(issue('NODE_TYPE', {}, { type }))
      return null
    }
    const fitted = fitInto(core.get(), starterEntry(known), undefined, gap, gap.instead === undefined)
    if (!fitted.ok) {
      screen.toast({ level: 'error', ...fitted.why })
      return null
    }
    const { flow } = core.get().document!
    const room = gap.from && gap.to ? makeRoom(flow, gap.from.node, gap.to.node, at) : { at, moves: {} }
    const graft = { ...graftInto(known, gap, fitted.joint, room.at), moves: room.moves }
    const { nodes } = flow
    const id = plant(fitted.joint.mend ? { ...graft, at: [commands.levelPlace(nodes, graft.at[0]!), ...graft.at.slice(1)] } : graft)
    screen.noteUsed(type)
    if (fitted.joint.grade === 'later') screen.toast({ level: 'info', text: t('{title} gets its ports by its settings.', { title: said(known.title) }), remedy: t('Fill them in, then wire it.') })
    return id
  }

  return {
    insertInto,
    /** Whether a new node of this type could follow a node. */
    follows: (type: string, node: string): boolean => gapAfter(type, node) !== undefined,
    /** A new node to the right of another, wired to its first output that fits. */
    insertAfter(type: string, node: string): string | null {
      const { document } = core.get()
      const after = gapAfter(type, node)
      if (!document || !after) return null
      return insertInto(type, after.gap, commands.placeBeside(document.flow.nodes, node, BESIDE))
    },
    /** Wires a node that is there already into a wire, at this place. False: it does not fit. */
    spliceInto(id: string, wire: string, at: Place): boolean {
      const { document, ports } = core.get()
      const gap = gapOfWire(wire)
      const entry = document?.flow.nodes[id]
      if (!document || !gap || !entry) return false
      const fitted = fitInto(core.get(), entry, ports[id], gap)
      if (!fitted.ok) return false
      const room = makeRoom(document.flow, gap.from!.node, gap.to!.node, at)
      const graft = graftExisting(id, gap, fitted.joint, room.at, t('Insert {name}', { name: entry.name ?? id }))
      change((d) => commands.graft(d, { ...graft, moves: { ...room.moves, ...graft.moves } }).document)
      return true
    },
    /** Another type in the place of a node, with the wires that fit. */
    replaceNode(id: string, type: string): boolean {
      const state = core.get()
      const known = state.types.get(type)
      const plan = known && replacementOf(state, id, known)
      if (!plan) return false
      const made = change((d) => commands.replaceNode(d, id, plan.entry, plan.rewired))
      screen.noteUsed(type)
      if (made) void ownConnections(core, screen, id, plan.type)
      const lost = [...plan.rewired].filter(([, now]) => now === null).map(([old]) => old)
      if (made && lost.length > 0) screen.toast({ level: 'warning', text: t('{count} wires do not fit {title} and were removed.', { count: lost.length, title: said(plan.type.title) }), remedy: listed(lost), action: { label: t('Undo'), run: undoOf(made.flow) } })
      return made !== null
    },
    /** Removes what is selected; where nodes stood between others, these are joined as far as they fit. */
    removeJoined(): void {
      const { document } = core.get()
      if (!document) return
      const { nodes, wires } = document.selection
      if (nodes.length === 0) return void change((d) => commands.removeWires(d, wires))
      const joined = joinAround(core.get(), nodes)
      const made = change((d) => commands.removeJoined(d, nodes, joined.wires))
      if (made && joined.refused.length > 0) screen.toast({ level: 'warning', text: joined.refused.length === 1 ? t('The neighbours could not be joined: {reason}', { reason: said(joined.refused[0]!.why) }) : t('{count} wires could not be joined.', { count: joined.refused.length }), remedy: listed(joined.refused.map((r) => r.wire)), action: { label: t('Undo'), run: undoOf(made.flow) } })
    },
    /** Copies of nodes, with the wires between them, at new places; the originals stay where they are. */
    duplicateTo(places: { readonly [id: string]: Place }): void {
      const all = Object.values(places)
      if (all.length > 0) change((d) => duplicate(d, Object.keys(places), [Math.min(...all.map(([x]) => x)), Math.min(...all.map(([, y]) => y))]).document)
    },
    selectConnected: (way: 'upstream' | 'downstream'): void => void change((d) => select(d, { nodes: reach(d.flow, d.selection.nodes, way), wires: [] })),
    /** What a drop of this type, or of this node, on a wire would come to. */
    wouldFit(what: { readonly type: string } | { readonly node: string }, wire: string): Fitted {
      const state = core.get()
      const gap = gapOfWire(wire)
      const known = 'type' in what ? state.types.get(what.type) : undefined
      const entry = 'node' in what ? state.document?.flow.nodes[what.node] : known && starterEntry(known)
      if (!gap || !entry) return { ok: false, why: { text: t('This does not go on a wire.'), remedy: t('Put it beside the wire.') } }
      return fitInto(state, entry, 'node' in what ? state.ports[what.node] : undefined, gap)
    },
  }
}

const listed = (wires: readonly string[]): string => wires.length > NAMED ? t('{wires}; and {more} more', { wires: wires.slice(0, NAMED).join('; '), more: wires.length - NAMED }) : wires.join('; ')
/** Of an end at the drag of a wire. */
export const gapOf = (end: WireEnd, side: 'output' | 'input'): Gap => (side === 'output' ? { from: end } : { to: end })
