// Every edit of the draft as an action. Each ends in a commit of the document, then the draft is kept and checked.
import { issue, IssueError, type Issue, type JsonValue } from '#kit'
import { formatWire, type WireEnd } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { changer } from './change.ts'
import { copyText, duplicate, isFlowText, paste, readClip } from './clipboard.ts'
import * as commands from './commands.ts'
import { seal, select, selectAll, type Document, type Selection } from './document.ts'
import type { Core } from './editor.ts'
import { starterEntry } from './mending.ts'
import { ownConnections } from './own-connections.ts'
import type { Screen } from './screen.ts'
import { judgeWire, mendBetween, withoutWire } from './wiring.ts'

type Place = readonly [number, number]

export function editing(core: Core, screen: Screen) {
  const put = changer(core, screen)
  const change = (edit: (document: Document) => Document): void => void put(edit)
  const starter = (type: string) => core.get().types.get(type)
  const selected = (): Selection => core.get().document?.selection ?? { nodes: [], wires: [] }

  /** Puts a node of this type between two ends that do not fit. */
  const insertBetween = (from: WireEnd, to: WireEnd, type: string, moving?: string): string | null => {
    const known = starter(type)
    const { document } = core.get()
    const mend = known && mendBetween(core.get(), from, to, known)
    if (!mend || !document) return null
    const [a, b] = [from, to].map((end) => document.flow.nodes[end.node]?.at ?? [0, 0]) as [Place, Place]
    let id: string | null = null
    change((d) => {
      const between = commands.newNode(0)
      const { document: grown, added } = commands.graft(d, {
        nodes: [mend.entry],
        at: [[(a[0] + b[0]) / 2, (a[1] + b[1]) / 2 + 40]],
        wires: [{ from, to: { node: between, port: mend.input } }, { from: { node: between, port: mend.output }, to }],
        cut: [formatWire({ from, to }), ...(moving === undefined ? [] : [moving])],
        label: t('Insert {name}', { name: said(known.title) }),
      })
      id = added[0] ?? null
      return grown
    })
    return id
  }

  return {
    /** The next edit is a step of its own: a field lost focus, a drag ended. */
    seal: (): void => change(seal),
    select: (selection: Partial<Selection>): void => change((d) => select(d, { nodes: [], wires: [], ...selection })),
    selectAll: (): void => change(selectAll),
    /** A node of this type with its starting config; its id, or null when the type is not installed. */
    addNode(type: string, at: Place): string | null {
      const known = starter(type)
      if (!known) {
        screen.toastIssue(issue('NODE_TYPE', {}, { type }))
        return null
      }
      let id: string | null = null
      change((d) => {
        const { document, added } = commands.addNode(d, { ...starterEntry(known), at })
        id = added
        return document
      })
      screen.noteUsed(type)
      if (id !== null) void ownConnections(core, screen, id, known)
      return id
    },
    removeSelected: (): void => change((d) => commands.remove(d, d.selection.nodes, d.selection.wires)),
    removeNodes: (ids: readonly string[]): void => change((d) => commands.removeNodes(d, ids)),
    removeWires: (wires: readonly string[]): void => change((d) => commands.removeWires(d, wires)),
    moveNodes: (places: { readonly [id: string]: Place }, merge?: string): void => change((d) => commands.moveNodes(d, places, merge)),
    nudge: (dx: number, dy: number): void =>
      change((d) => commands.moveNodes(d, Object.fromEntries(d.selection.nodes.map((id) => [id, [d.flow.nodes[id]!.at[0] + dx, d.flow.nodes[id]!.at[1] + dy] as Place])), `nudge:${d.selection.nodes.join(',')}`)),
    setName: (node: string, name: string): void => change((d) => commands.setName(d, node, name)),
    /** `pointer` is a JSON pointer into the node's config; undefined removes what is there, so that the default holds. */
    setConfig: (node: string, pointer: string, value: JsonValue | undefined): void => change((d) => commands.setConfig(d, node, pointer, value, starter(d.flow.nodes[node]?.type ?? ''))),
    renameNode: (from: string, to: string): void => change((d) => commands.renameNode(d, from, to)),
    setFlowName: (name: string): void => change((d) => commands.setFlowName(d, name)),
    setParameter: (name: string, value: JsonValue | undefined): void => change((d) => commands.setParameter(d, name, value)),

    /** Connects, or says in a toast why not and how to mend it. With `moving` the new wire takes the place of that one. */
    connect(from: WireEnd, to: WireEnd, moving?: string): boolean {
      if (moving === formatWire({ from, to })) return true
      const verdict = judgeWire(moving === undefined ? core.get() : withoutWire(core.get(), moving), from, to)
      if (verdict.ok) {
        change((d) => (moving === undefined ? commands.addWire(d, from, to) : commands.replaceWire(d, moving, from, to)))
        return true
      }
      const insert = verdict.insert !== undefined && starter(verdict.insert) ? verdict.insert : undefined
      screen.toastIssue(verdict.issue, insert === undefined ? undefined : { label: t('Insert {name}', { name: said(starter(insert)!.title) }), run: () => insertBetween(from, to, insert, moving) })
      return false
    },
    insertBetween,
    disconnect: (from: WireEnd, to: WireEnd): void => change((d) => commands.removeWires(d, [formatWire({ from, to })])),

    /** '' when nothing is selected. */
    copySelected: (): string => {
      const { document } = core.get()
      return document ? copyText(document.flow, selected().nodes) : ''
    },
    cutSelected: (): string => {
      const { document } = core.get()
      const text = document ? copyText(document.flow, selected().nodes) : ''
      if (text !== '') change((d) => commands.removeNodes(d, d.selection.nodes))
      return text
    },
    /** Nodes are pasted; a whole flow opens the import dialog; anything else is said. */
    pasteText(text: string, at?: Place): readonly Issue[] {
      if (isFlowText(text)) {
        screen.openDialog({ kind: 'import', text, source: 'clipboard' })
        return []
      }
      try {
        const clip = readClip(text)
        change((d) => paste(d, clip, at).document)
        return []
      } catch (thrown) {
        if (!(thrown instanceof IssueError)) throw thrown
        for (const i of thrown.issues.slice(0, 3)) screen.toastIssue(i)
        return thrown.issues
      }
    },
    duplicateSelected: (): void => change((d) => duplicate(d, d.selection.nodes).document),
  }
}

