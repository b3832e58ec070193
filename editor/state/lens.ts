// The editor as if the subflow that is open were the whole: `here` is the state as the canvas and the inspector see it, `lens`
// gives actions a store in which edits of that part become edits of the whole draft, with one history for all.
// Whoever deploys, saves, checks or compares takes the state itself.
import { formatEnd, parseWire, type AlarmBody, type Flow, type FlowPorts, type NodeStatus, type WireEnd } from '#format'
import type { Issue, ResolvedPort, ResolvedPorts } from '#kit'
import { seal, select, type Document, type Step } from './document.ts'
import { engineIssue } from './derive.ts'
import type { Core } from './editor.ts'
import { INPUTS, NEW_PORT, outside, OUTPUTS, reachable, subflowAt, subflowView, withSubflowView, type Inside } from './inside.ts'
import { runningOutput, standInStatuses } from './instances.ts'
import type { State } from './model.ts'

export const insideOf = (state: Pick<State, 'document'>): Inside => state.document?.inside ?? outside
/** What the engine calls a node that lies where the canvas looks: 'instance/node'. */
export const engineId = (state: Pick<State, 'document'>, id: string): string => [...insideOf(state), id].join('/')

// ---- documents

const views = new WeakMap<Document, Document>()
const original = new WeakMap<Step, Step>()

/** The open subflow's document: its flow is that part, its history the whole draft's. Itself where none is open. */
export function viewOf(document: Document): Document {
  const { inside, ...rest } = document
  if (inside === undefined) return document
  let view = views.get(document)
  if (!view) {
    // Only the last step is looked at by edits: where the one under way began.
    const last = document.past.at(-1)
    const shown = last && { ...last, flow: subflowView(last.flow, inside) }
    if (shown) original.set(shown, last)
    view = { ...rest, flow: subflowView(document.flow, inside), past: shown ? [...document.past.slice(0, -1), shown] : document.past }
    views.set(document, view)
  }
  return view
}

/** The whole document after an edit of its view. */
export function putBack(whole: Document, view: Document): Document {
  const { inside } = whole
  if (inside === undefined) return view
  const before = viewOf(whole)
  if (view === before) return whole
  const { selection } = view
  if (view.flow === before.flow && view.past === before.past) return view.merging === whole.merging ? select(whole, selection) : select(seal(whole), selection)
  const flowOf = (flow: Flow): Flow => (flow === before.flow ? whole.flow : withSubflowView(whole.flow, inside, flow))
  const past = view.past.map((step) => original.get(step) ?? (step.flow === before.flow ? { ...step, flow: whole.flow, inside } : step))
  const flow = flowOf(view.flow)
  const place = reachable(flow, inside)
  const next: Document = { flow, selection: view.selection, past, future: view.future, merging: view.merging, ...(place.length === 0 ? {} : { inside: place }) }
  // A wire to a new port has another name by now: what is no more is not selected.
  return { ...select(next, { nodes: [], wires: [] }), selection: select(next, selection).selection }
}

// ---- the state

/** The last result for one source object and one place: there is one store a page, and it looks at one place. */
function remembered<K extends object, T>(make: (key: K, inside: Inside) => T): (key: K, inside: Inside) => T {
  const known = new WeakMap<K, { readonly inside: string; readonly value: T }>()
  return (key, inside) => {
    const path = inside.join('/')
    const found = known.get(key)
    if (found?.inside === path) return found.value
    const value = make(key, inside)
    known.set(key, { inside: path, value })
    return value
  }
}

/** What lies under ids that begin with the way, by the rest of them. */
function under<T>(of: { readonly [id: string]: T }, inside: Inside, direct: boolean): Record<string, T> {
  const prefix = `${inside.join('/')}/`
  return Object.fromEntries(Object.entries(of).flatMap(([id, value]) => (id.startsWith(prefix) && !(direct && id.includes('/', prefix.length)) ? [[id.slice(prefix.length), value]] : [])))
}

const any: ResolvedPort = { kind: 'any' }
type Typed = Pick<State, 'ports'> & { readonly flow: Flow }

/** Ports of the nodes in a subflow, and those of the subflow as they are from inside: an input gives what feeds the instance. */
function portsAt({ ports, flow }: Typed, inside: Inside): FlowPorts {
  const instance = inside.at(-1)
  const name = subflowAt(flow, inside)
  if (instance === undefined || name === undefined) return ports
  const around = inside.slice(0, -1)
  const outer = portsAt({ ports, flow }, around)
  const subflow = flow.subflows![name]!
  const feeds = new Map<string, ResolvedPort>()
  for (const text of subflowView(flow, around).wires) {
    const wire = parseWire(text)
    if (wire?.to.node !== instance || feeds.has(wire.to.port)) continue
    const from = outer[wire.from.node]?.outputs[wire.from.port]
    if (from) feeds.set(wire.to.port, untitled(from))
  }
  const inputs: ResolvedPorts = Object.fromEntries(Object.keys(subflow.inputs).map((port) => [port, feeds.get(port) ?? outer[instance]?.inputs[port] ?? any]))
  const outputs: ResolvedPorts = Object.fromEntries(Object.keys(subflow.outputs).map((port) => [port, any]))
  return { ...under(ports, inside, true), [INPUTS]: { inputs: {}, outputs: { ...inputs, [NEW_PORT]: any } }, [OUTPUTS]: { inputs: { ...outputs, [NEW_PORT]: { ...any, optional: true } }, outputs: {} } }
}
function untitled(port: ResolvedPort): ResolvedPort {
  const { title: _title, help: _help, ...type } = port
  return type
}

const issuesUnder = remembered((issues: readonly Issue[], inside): readonly Issue[] => {
  const prefix = `${inside.join('/')}/`
  return issues.flatMap((shown) => {
    const { field, wire, ...issue } = engineIssue(shown)
    if (issue.node?.startsWith(prefix) !== true) return []
    const ends = wire === undefined ? undefined : parseWire(wire)
    const local = ends?.from.node.startsWith(prefix) === true && ends.to.node.startsWith(prefix) ? `${formatEnd(ends.from).slice(prefix.length)} -> ${formatEnd(ends.to).slice(prefix.length)}` : undefined
    return [{ ...issue, node: issue.node.slice(prefix.length), ...(local === undefined ? {} : { wire: local }), ...(field === undefined || field.startsWith('/wires/') ? {} : { field }) }]
  })
})
const alarmsUnder = remembered((alarms: readonly AlarmBody[], inside): readonly AlarmBody[] => {
  const prefix = `${inside.join('/')}/`
  return alarms.flatMap((a) => (a.node.startsWith(prefix) ? [{ ...a, node: a.node.slice(prefix.length) }] : []))
})
const lossesUnder = remembered((losses: State['live']['losses'], inside) => under(losses, inside, false))
function statusesUnder(nodes: State['live']['nodes'], running: Flow | null, inside: Inside): State['live']['nodes'] {
  const own = under(nodes, inside, false)
  const outer = nodes[inside.join('/')] ?? standInAt(nodes, running, inside)
  const behind = running !== null && subflowAt(running, inside) !== undefined ? standInStatuses(subflowView(running, inside), own) : {}
  if (!outer) return { ...own, ...behind }
  const ports: NodeStatus = { ...outer, inputs: {}, outputs: {}, issues: [], health: { state: 'ok', text: '' } }
  return { ...own, ...behind, [INPUTS]: { ...ports, outputs: outer.inputs }, [OUTPUTS]: { ...ports, inputs: outer.outputs } }
}
/** The status of an instance that lies in another: nothing of the top knows it. */
function standInAt(nodes: State['live']['nodes'], running: Flow | null, inside: Inside): NodeStatus | undefined {
  const around = inside.slice(0, -1)
  return running === null || around.length === 0 || subflowAt(running, around) === undefined ? undefined : standInStatuses(subflowView(running, around), under(nodes, around, false))[inside.at(-1)!]
}

/** The output that a node's port gives, as the engine calls it; of an input of the open subflow, the output that feeds it. */
export function outputAt(flow: Flow | null, inside: Inside, node: string, port: string): WireEnd {
  const around = inside.slice(0, -1)
  if (node !== INPUTS || flow === null || subflowAt(flow, inside) === undefined) return runningOutput(flow, [...inside, node].join('/'), port)
  for (const text of subflowView(flow, around).wires) {
    const wire = parseWire(text)
    if (wire?.to.node === inside.at(-1) && wire?.to.port === port) return outputAt(flow, around, wire.from.node, wire.from.port)
  }
  return { node: [...inside, node].join('/'), port }
}
/** Last values and trends of what comes in at the edge are those of the outputs that feed it. */
function withFeeds<T>(all: { readonly [end: string]: T }, own: Record<string, T>, running: Flow | null, inside: Inside): Record<string, T> {
  const name = running === null ? undefined : subflowAt(running, inside)
  if (running === null || name === undefined) return own
  const feeds = Object.keys(running.subflows![name]!.inputs).flatMap((port) => { const value = all[formatEnd(outputAt(running, inside, INPUTS, port))]; return value === undefined ? [] : [[`${INPUTS}.${port}`, value] as const] })
  return feeds.length === 0 ? own : { ...own, ...Object.fromEntries(feeds) }
}

/** Kept by what they are made of, so that what did not change keeps its identity. */
function latest<A extends readonly unknown[], T>(make: (...from: A) => T): (...from: A) => T {
  let last: { readonly from: A; readonly value: T } | undefined
  return (...from) => {
    if (!last || from.some((f, i) => f !== last!.from[i])) last = { from, value: make(...from) }
    return last.value
  }
}
const portsHere = latest((ports: FlowPorts, flow: Flow, path: string): FlowPorts => portsAt({ ports, flow }, path.split('/')))
const nodesHere = latest((nodes: State['live']['nodes'], running: Flow | null, path: string) => statusesUnder(nodes, running, path.split('/')))
const trendsHere = latest((trends: State['live']['trends'], running: Flow | null, path: string) => withFeeds(trends, under(trends, path.split('/'), false), running, path.split('/')))
const recentHere = latest((recent: State['live']['recent'], running: Flow | null, path: string) => withFeeds(recent, under(recent, path.split('/'), false), running, path.split('/')))
const liveHere = latest((live: State['live'], running: Flow | null, path: string): State['live'] => {
  const inside = path.split('/')
  return { ...live, nodes: nodesHere(live.nodes, running, path), trends: trendsHere(live.trends, running, path), recent: recentHere(live.recent, running, path), losses: lossesUnder(live.losses, inside), alarms: alarmsUnder(live.alarms, inside) }
})

const states = new WeakMap<State, State>()
/** The state of what the canvas looks at. The state itself unless a subflow is open. */
export function here(state: State): State {
  const { document } = state
  const inside = document?.inside
  if (!document || inside === undefined) return state
  let scoped = states.get(state)
  if (!scoped) {
    const path = inside.join('/')
    scoped = { ...state, document: viewOf(document), ports: portsHere(state.ports, document.flow, path), issues: issuesUnder(state.issues, inside), live: liveHere(state.live, state.base.flow, path) }
    states.set(state, scoped)
  }
  return scoped
}

/** A core whose draft is what the canvas looks at: for actions that edit nodes and wires. */
export function lens(core: Core): Core {
  return {
    ...core,
    get: () => here(core.get()),
    set: (change) =>
      core.set((state) => {
        const patch = typeof change === 'function' ? change(here(state)) : change
        const { document, ports: _ports, issues: _issues, live: _live, ...rest } = patch
        return { ...rest, ...(document === undefined ? {} : { document: document === null || !state.document ? document : putBack(state.document, document) }) }
      }),
  }
}

/** Where an end of the engine's ('instance/node.port') lies, and what it is called there. */
export function placeOf(id: string): { readonly inside: Inside; readonly node: string } {
  const path = id.split('/')
  return { inside: path.slice(0, -1), node: path.at(-1)! }
}
