// Other ids for nodes and groups, other names for outputs, wherever a flow names them: wires, groups, the dashboard, tests,
// and settings that list nodes. A rename, a subflow made or dissolved, and a merge of two drafts all go through here.
import { formatEnd, formatWire, parseEnd, parseWire, type Flow } from './document.ts'
import type { Recorded } from './recording.ts'

export type Renames = ReadonlyMap<string, string>
export interface IdRenames {
  readonly nodes: Renames
  readonly groups: Renames
}
export interface Moves {
  /** As the engine calls them: 'instance/node' inside of a subflow. What lies in an instance goes with it. */
  readonly nodes?: Renames
  /** Ends of outputs, 'node.port'. */
  readonly outputs?: Renames
}

/** Types whose setting `nodes` is a list of ids with commas between. */
const LISTING: ReadonlySet<string> = new Set(['flow.catch', 'flow.status'])
const none: Renames = new Map()

/** All that names nodes beside the nodes themselves and the wires. */
export function followIds(flow: Flow, { nodes: moved = none, outputs = none }: Moves): Flow {
  if (moved.size === 0 && outputs.size === 0) return flow
  const nodeOf = (id: string): string => {
    const known = moved.get(id)
    if (known !== undefined) return known
    // What lies in an instance that is called otherwise now.
    for (let slash = id.lastIndexOf('/'); slash > 0; slash = id.lastIndexOf('/', slash - 1)) {
      const head = moved.get(id.slice(0, slash))
      if (head !== undefined) return head + id.slice(slash)
    }
    return id
  }
  const endOf = (text: string): string => {
    const end = parseEnd(outputs.get(text) ?? text)
    return end ? formatEnd({ node: nodeOf(end.node), port: end.port }) : text
  }
  const listOf = (text: string): string => {
    const ids = text.split(',').map((id) => id.trim())
    return ids.every((id) => nodeOf(id) === id) ? text : ids.map(nodeOf).join(', ')
  }
  const nodes = Object.fromEntries(Object.entries(flow.nodes).map(([id, node]) => {
    const list = LISTING.has(node.type) ? node.config['nodes'] : undefined
    return [id, typeof list === 'string' && listOf(list) !== list ? { ...node, config: { ...node.config, nodes: listOf(list) } } : node]
  }))
  const groups = flow.groups && Object.fromEntries(Object.entries(flow.groups).map(([id, group]) => [id, group.nodes.some((n) => moved.has(n)) ? { ...group, nodes: group.nodes.map((n) => moved.get(n) ?? n) } : group]))
  const recorded = (r: Recorded): Recorded => ('at' in r ? { ...r, at: endOf(r.at) } : { ...r, node: nodeOf(r.node) })
  const tests = flow.tests && Object.fromEntries(Object.entries(flow.tests).map(([name, test]) => [name, { ...test, input: test.input.map(recorded), expect: rekeyed(test.expect, endOf) }]))
  const dashboard = flow.dashboard && { ...flow.dashboard, widgets: flow.dashboard.widgets.map((w) => ({ ...w, ...(w.ports ? { ports: w.ports.map(endOf) } : {}), ...(w.node === undefined ? {} : { node: nodeOf(w.node) }) })) }
  return { ...flow, nodes, ...(groups ? { groups } : {}), ...(tests ? { tests } : {}), ...(dashboard ? { dashboard } : {}) }
}

/** The same flow when nothing of it is called so. The new ids must be free. */
export function renameIds(flow: Flow, { nodes, groups }: IdRenames): Flow {
  const hit = [...nodes.keys()].some((id) => Object.hasOwn(flow.nodes, id)) || [...groups.keys()].some((id) => flow.groups && Object.hasOwn(flow.groups, id))
  if (!hit) return flow
  const node = (id: string): string => nodes.get(id) ?? id
  const wires = flow.wires.map((text) => {
    const w = parseWire(text)
    return w && (nodes.has(w.from.node) || nodes.has(w.to.node)) ? formatWire({ from: { ...w.from, node: node(w.from.node) }, to: { ...w.to, node: node(w.to.node) } }) : text
  })
  const followed = followIds(flow, { nodes })
  return { ...followed, nodes: rekeyed(followed.nodes, node), wires, ...(followed.groups ? { groups: rekeyed(followed.groups, (id) => groups.get(id) ?? id) } : {}) }
}

const rekeyed = <T>(of: { readonly [key: string]: T }, to: (key: string) => string): { [key: string]: T } => Object.fromEntries(Object.entries(of).map(([k, v]) => [to(k), v]))
