// What names nodes by their ids, besides the wires: groups, the dashboard, tests, and settings that list nodes. When ids
// change (a rename, a subflow made or dissolved), these follow.
import { parseEnd, type Flow } from '#format'

/** Types whose setting `nodes` is a list of ids with commas between. */
const LISTING: ReadonlySet<string> = new Set(['flow.catch', 'flow.status'])

/** `moved`: from the old id to the new one, as the engine calls them ('instance/node' inside of a subflow). */
export function followIds(flow: Flow, moved: ReadonlyMap<string, string>): Flow {
  if (moved.size === 0) return flow
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
    const end = parseEnd(text)
    return end ? `${nodeOf(end.node)}.${end.port}` : text
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
  const tests = flow.tests && Object.fromEntries(Object.entries(flow.tests).map(([name, test]) => [name, {
    ...test,
    input: test.input.map((r) => ('at' in r ? { ...r, at: endOf(r.at) } : { ...r, node: nodeOf(r.node) })),
    expect: Object.fromEntries(Object.entries(test.expect).map(([at, samples]) => [endOf(at), samples])),
  }]))
  const dashboard = flow.dashboard && { ...flow.dashboard, widgets: flow.dashboard.widgets.map((w) => ({ ...w, ...(w.ports ? { ports: w.ports.map(endOf) } : {}), ...(w.node === undefined ? {} : { node: nodeOf(w.node) }) })) }
  return { ...flow, nodes, ...(groups ? { groups } : {}), ...(tests ? { tests } : {}), ...(dashboard ? { dashboard } : {}) }
}
