// Other ids for nodes and groups, wherever a flow names them: wires, groups, the dashboard, tests.
import { formatWire, parseEnd, parseWire, type Flow } from './document.ts'
import type { Recorded } from './recording.ts'

export type Renames = ReadonlyMap<string, string>
export interface IdRenames {
  readonly nodes: Renames
  readonly groups: Renames
}

/** The same flow when nothing of it is called so. The new ids must be free. */
export function renameIds(flow: Flow, { nodes, groups }: IdRenames): Flow {
  const hit = [...nodes.keys()].some((id) => Object.hasOwn(flow.nodes, id)) || [...groups.keys()].some((id) => flow.groups && Object.hasOwn(flow.groups, id))
  if (!hit) return flow
  const node = (id: string): string => nodes.get(id) ?? id
  const end = (text: string): string => {
    const e = parseEnd(text)
    return e && nodes.has(e.node) ? `${node(e.node)}.${e.port}` : text
  }
  const keys = <T>(of: { readonly [key: string]: T }, to: (key: string) => string): { [key: string]: T } => Object.fromEntries(Object.entries(of).map(([k, v]) => [to(k), v]))
  const wires = flow.wires.map((text) => {
    const w = parseWire(text)
    return w && (nodes.has(w.from.node) || nodes.has(w.to.node)) ? formatWire({ from: { ...w.from, node: node(w.from.node) }, to: { ...w.to, node: node(w.to.node) } }) : text
  })
  const recorded = (r: Recorded): Recorded => ('at' in r ? { ...r, at: end(r.at) } : { ...r, node: node(r.node) })
  return {
    ...flow,
    nodes: keys(flow.nodes, node),
    wires,
    ...(flow.groups ? { groups: Object.fromEntries(Object.entries(flow.groups).map(([id, g]) => [groups.get(id) ?? id, { ...g, nodes: g.nodes.map(node) }])) } : {}),
    ...(flow.tests ? { tests: Object.fromEntries(Object.entries(flow.tests).map(([name, t]) => [name, { ...t, input: t.input.map(recorded), expect: keys(t.expect, end) }])) } : {}),
    ...(flow.dashboard
      ? { dashboard: { ...flow.dashboard, widgets: flow.dashboard.widgets.map((w) => ({ ...w, ...(w.ports ? { ports: w.ports.map(end) } : {}), ...(w.node === undefined ? {} : { node: node(w.node) }) })) } }
      : {}),
  }
}
