// Subflows: made of a selection, taken apart, opened to edit them inside, and their names, ports and copies. What concerns a
// subflow as such is done on the whole draft; what is selected lies where the canvas looks.
import { issue, type Issue } from '#kit'
import { formatEnd, parseEnd, parseWire, SUBFLOW, type Flow, type Subflow } from '#format'
import { t } from '../language/index.ts'
import { changer } from './change.ts'
import { collapse, expandInstance, withoutUnused } from './collapse.ts'
import { addNode, clearPlace, freshId } from './commands.ts'
import { commit, goInside, redo, seal, undo, wireText, type Document } from './document.ts'
import type { Core } from './editor.ts'
import { groupOfExactly, groupsOf } from './groups.ts'
import { instancesOf, outside, subflowAt, usesOf, type Inside } from './inside.ts'
import type { Screen } from './screen.ts'

export type Side = 'inputs' | 'outputs'

export function subflows(core: Core, here: Core, screen: Screen) {
  const edit = (of: Core) => {
    const put = changer(of, screen)
    return (change: (document: Document) => Document): void => void put(change)
  }
  const whole = edit(core)
  const local = edit(here)
  const go = (inside: Inside): void => {
    whole((d) => seal(goInside(d, inside)))
    screen.reveal([])
  }
  const openName = (): string | undefined => {
    const { document } = core.get()
    return document?.inside && subflowAt(document.flow, document.inside)
  }

  return {
    /** One history for the flow and all its subflows: going back leads to where the edit was done. */
    undo: (): void => whole(undo),
    redo: (): void => whole(redo),
    replaceFlow: (flow: Flow, label = t('Import')): void => whole((d) => commit(goInside(d, outside), { ...flow, id: d.flow.id }, { label, selection: { nodes: [], wires: [] } })),

    /** What is selected becomes a subflow; answers the instance, or what stands in the way, which is also told. */
    collapseSelected(title?: string): string | readonly Issue[] {
      const { document, types } = here.get()
      if (!document || document.selection.nodes.length === 0) return []
      const group = groupOfExactly(document.flow, document.selection.nodes)
      const made = collapse(document, document.selection.nodes, title ?? ((group && groupsOf(document.flow)[group]!.title) || t('Subflow')), (type) => types.get(type)?.delays ?? false)
      if ('issue' in made) {
        screen.toastIssue(made.issue)
        return [made.issue]
      }
      local(() => made.document)
      return made.added
    },
    /** An instance taken apart; what was wired to ports that it did not have is told. */
    expand(id: string): readonly Issue[] {
      const { document } = here.get()
      if (!document) return []
      const made = expandInstance(document, id)
      if ('issue' in made) {
        screen.toastIssue(made.issue)
        return [made.issue]
      }
      local(() => made.document)
      if (made.lost.length > 0) screen.toast({ level: 'warning', text: t('{count} wires went to ports that the subflow does not have: {wires}.', { count: made.lost.length, wires: made.lost.slice(0, 3).join(', ') }), remedy: t('They are gone with it. Undo brings them back.') })
      return []
    },

    /** Opens the subflow of an instance that the canvas shows. */
    enter: (instance: string): void => go([...(core.get().document?.inside ?? []), instance]),
    /** To any place: [] is the flow. */
    goInside: go,
    /** One level out; the instance is selected there. False where nothing is open. */
    leave(): boolean {
      const inside = core.get().document?.inside
      if (inside === undefined) return false
      whole((d) => goInside(d, inside.slice(0, -1), { nodes: [inside.at(-1)!], wires: [] }))
      screen.reveal([])
      return true
    },
    /** Opens a subflow by its name, by the first of its instances. False when it has none. */
    openSubflow(name: string): boolean {
      const { document } = core.get()
      const first = document && instancesOf(document.flow, name, 1)[0]
      if (!first) return false
      go(first)
      return true
    },

    setSubflowName: (name: string, title: string): void => whole((d) => changed(d, name, (s) => (s.name === title ? s : { ...s, name: title.slice(0, 200) }), t('Rename subflow'), `subflow:${name}`)),
    /** Removes a subflow that nothing uses; else says by what. */
    removeSubflow(name: string): boolean {
      const { document } = core.get()
      if (!document) return false
      const uses = usesOf(document.flow, name)
      if (uses > 0) {
        screen.toastIssue(issue('SUBFLOW_USED', {}, { name: document.flow.subflows![name]!.name || name, uses: t('{count} instances', { count: uses }) }))
        return false
      }
      whole((d) => commit(d, withoutUnused(d.flow, name), { label: t('Remove subflow') }))
      return true
    },
    /** A copy of its subflow for one instance: 'make it its own'. */
    makeOwn(instance: string): void {
      local((d) => {
        const entry = d.flow.nodes[instance]
        const name = entry?.config['subflow']
        if (entry?.type !== SUBFLOW || typeof name !== 'string' || !Object.hasOwn(d.flow.subflows ?? {}, name)) return d
        const copy = freshId((id) => Object.hasOwn(d.flow.subflows!, id), name)
        const own = d.flow.subflows![name]!
        return commit(d, { ...d.flow, nodes: { ...d.flow.nodes, [instance]: { ...entry, config: { ...entry.config, subflow: copy } } }, subflows: { ...d.flow.subflows, [copy]: { ...own, name: t('{name} (own)', { name: own.name || name }).slice(0, 200) } } }, { label: t('Make the subflow its own') })
      })
    },
    /** Another instance, beside what is there. */
    placeSubflow(name: string, at: readonly [number, number]): string | null {
      let id: string | null = null
      local((d) => {
        const subflow = d.flow.subflows?.[name]
        if (!subflow) return d
        const { document, added } = addNode(d, { type: SUBFLOW, ...(subflow.name === '' ? {} : { name: subflow.name }), config: { subflow: name }, at: clearPlace(d.flow.nodes, at) }, name)
        id = added
        return document
      })
      return id
    },

    /** Inputs may be there before anything is wired to them; an output comes with its wire. */
    addInput(wish = 'input'): void {
      const name = openName()
      if (name === undefined) return
      whole((d) => changed(d, name, (s) => ({ ...s, inputs: { ...s.inputs, [portName(s.inputs, wish)]: [] } }), t('Add input')))
    },
    /** Wires of all instances follow. False when the name is taken or cannot be one. */
    renamePort(side: Side, from: string, to: string): boolean {
      const name = openName()
      const subflow = name === undefined ? undefined : core.get().document?.flow.subflows?.[name]
      if (!subflow || name === undefined || from === to || to === '' || /\s/.test(to) || !Object.hasOwn(subflow[side], from) || Object.hasOwn(subflow[side], to)) return false
      whole((d) => {
        const { flow } = d
        const renamed = Object.fromEntries(Object.entries(flow.subflows![name]![side]).map(([port, ends]) => [port === from ? to : port, ends]))
        const next = mapInstanceWires({ ...flow, subflows: { ...flow.subflows, [name]: { ...flow.subflows![name]!, [side]: renamed } } }, name, side, (port) => (port === from ? to : port))
        return commit(d, next, { label: side === 'inputs' ? t('Rename input') : t('Rename output') })
      })
      return true
    },
    /** With the wires that its instances have there. */
    removePort(side: Side, port: string): void {
      const name = openName()
      if (name === undefined) return
      whole((d) => {
        const { flow } = d
        const subflow = flow.subflows![name]!
        if (!Object.hasOwn(subflow[side], port)) return d
        const left = Object.fromEntries(Object.entries(subflow[side]).filter(([p]) => p !== port))
        return commit(d, mapInstanceWires({ ...flow, subflows: { ...flow.subflows, [name]: { ...subflow, [side]: left } } }, name, side, (p) => (p === port ? null : p)), { label: side === 'inputs' ? t('Remove input') : t('Remove output') })
      })
    },
  }
}

function changed(document: Document, name: string, change: (subflow: Subflow) => Subflow, label: string, merge?: string): Document {
  const subflow = document.flow.subflows?.[name]
  const next = subflow && change(subflow)
  return !next || next === subflow ? document : commit(document, { ...document.flow, subflows: { ...document.flow.subflows, [name]: next } }, { label, ...(merge === undefined ? {} : { merge }) })
}

function portName(taken: object, wish: string): string {
  for (let n = 1; ; n++) if (!Object.hasOwn(taken, n === 1 ? wish : `${wish}-${n}`)) return n === 1 ? wish : `${wish}-${n}`
}

/** Ports of all instances of a subflow called otherwise, in the flow and in all subflows; null takes what is there away. */
export function mapInstanceWires(flow: Flow, name: string, side: Side, rename: (port: string) => string | null): Flow {
  const body = <B extends Pick<Flow, 'nodes' | 'wires'>>(of: B): B => {
    const instances = new Set(Object.entries(of.nodes).filter(([, n]) => n.type === SUBFLOW && n.config['subflow'] === name).map(([id]) => id))
    if (instances.size === 0) return of
    const wires = of.wires.flatMap((text) => {
      const wire = parseWire(text)
      const end = wire && (side === 'inputs' ? wire.to : wire.from)
      if (!wire || !end || !instances.has(end.node)) return [text]
      const port = rename(end.port)
      return port === null ? [] : [side === 'inputs' ? wireText(wire.from.node, wire.from.port, wire.to.node, port) : wireText(wire.from.node, port, wire.to.node, wire.to.port)]
    })
    return { ...of, wires }
  }
  const ends = (of: Subflow): Subflow => {
    const instances = new Set(Object.entries(of.nodes).filter(([, n]) => n.type === SUBFLOW && n.config['subflow'] === name).map(([id]) => id))
    if (instances.size === 0) return of
    const follow = (text: string): string[] => {
      const end = parseEnd(text)
      if (!end || !instances.has(end.node)) return [text]
      const port = rename(end.port)
      return port === null ? [] : [formatEnd({ node: end.node, port })]
    }
    if (side === 'inputs') return { ...of, inputs: Object.fromEntries(Object.entries(of.inputs).map(([port, to]) => [port, to.flatMap(follow)])) }
    return { ...of, outputs: Object.fromEntries(Object.entries(of.outputs).flatMap(([port, from]) => follow(from).map((end) => [port, end] as const))) }
  }
  return { ...body(flow), subflows: Object.fromEntries(Object.entries(flow.subflows ?? {}).map(([key, s]) => [key, ends(body(s))])) }
}
