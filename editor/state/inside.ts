// A subflow that is open, as a flow of its own: what the canvas shows and what edits act on. Its ports are two nodes at the
// edges, with wires to what is behind them. `subflowView` makes it, `withSubflowView` puts what became of it back.
import { formatEnd, parseWire, SUBFLOW, type Flow, type NodeEntry, type Subflow } from '#format'

/** The instances one is in, outermost first; empty: the flow itself. */
export type Inside = readonly string[]
export const outside: Inside = []

/** The nodes that stand for the ports. Their ids can be no ids of nodes. */
export const INPUTS = '@inputs'
export const OUTPUTS = '@outputs'
export const PORTS_TYPE = 'subflow.ports'
/** The port of these nodes that makes a new one when something is wired to it. */
export const NEW_PORT = '+'
export const isPortsNode = (id: string): boolean => id === INPUTS || id === OUTPUTS

/** The subflow that the way leads into; undefined where there is none, or none yet. */
export function subflowAt(flow: Flow, inside: Inside): string | undefined {
  let nodes = flow.nodes
  let found: string | undefined
  for (const id of inside) {
    const entry = Object.hasOwn(nodes, id) ? nodes[id]! : undefined
    const name = entry?.type === SUBFLOW ? entry.config['subflow'] : undefined
    if (typeof name !== 'string' || !Object.hasOwn(flow.subflows ?? {}, name)) return undefined
    found = name
    nodes = flow.subflows![name]!.nodes
  }
  return found
}

/** As far as the way still leads somewhere. */
export function reachable(flow: Flow, inside: Inside | undefined): Inside {
  for (let n = inside?.length ?? 0; n > 0; n--) if (subflowAt(flow, inside!.slice(0, n)) !== undefined) return n === inside!.length ? inside! : inside!.slice(0, n)
  return outside
}

const WIDTH = 200
/** Between the ports and the nodes next to them, px. */
const APART = 110

const drawn = new WeakMap<Subflow, Pick<Flow, 'nodes' | 'wires'>>()
function drawnOf(subflow: Subflow): Pick<Flow, 'nodes' | 'wires'> {
  let known = drawn.get(subflow)
  if (!known) {
    const places = Object.values(subflow.nodes).map((n) => n.at)
    const xs = places.map(([x]) => x)
    const ys = places.map(([, y]) => y)
    const [left, right, middle] = places.length === 0 ? [WIDTH + APART, 0, 0] : [Math.min(...xs), Math.max(...xs) + WIDTH, Math.round((Math.min(...ys) + Math.max(...ys)) / 20) * 10]
    const ports = (at: readonly [number, number]): NodeEntry => ({ type: PORTS_TYPE, config: {}, at })
    known = {
      nodes: { [INPUTS]: ports([left - WIDTH - APART, middle]), ...subflow.nodes, [OUTPUTS]: ports([right + APART, middle]) },
      wires: [
        ...Object.entries(subflow.inputs).flatMap(([port, ends]) => ends.map((end) => `${INPUTS}.${port} -> ${end}`)),
        ...subflow.wires,
        ...Object.entries(subflow.outputs).map(([port, end]) => `${end} -> ${OUTPUTS}.${port}`),
      ],
    }
    drawn.set(subflow, known)
  }
  return known
}

const views = new WeakMap<Flow, Map<string, Flow>>()
const wholes = new WeakMap<Flow, { readonly whole: Flow; readonly name: string }>()
/** The subflow that a flow is the view of; undefined of the flow itself. */
export const shownBy = (view: Flow): string | undefined => wholes.get(view)?.name
/** The subflow as a flow: the same object for the same flow. The flow itself where the way leads nowhere. */
export function subflowView(whole: Flow, inside: Inside): Flow {
  const name = inside.length === 0 ? undefined : subflowAt(whole, inside)
  if (name === undefined) return whole
  let known = views.get(whole)
  if (!known) views.set(whole, (known = new Map()))
  let view = known.get(name)
  if (!view) {
    const subflow = whole.subflows![name]!
    // Tests and the dashboard name nodes of the flow: no edit in here may take them for its own.
    const { tests: _tests, dashboard: _dashboard, ...rest } = whole
    view = { ...rest, name: subflow.name, parameters: subflow.parameters, ...drawnOf(subflow), groups: subflow.groups ?? {} }
    known.set(name, view)
    wholes.set(view, { whole, name })
  }
  return view
}

/** The flow with what became of a view of its subflow. A view that nobody changed gives the flow that it was made of. */
export function withSubflowView(whole: Flow, inside: Inside, view: Flow): Flow {
  const made = wholes.get(view)
  if (made) return made.whole
  const name = inside.length === 0 ? undefined : subflowAt(whole, inside)
  if (name === undefined) return view
  const before = whole.subflows![name]!
  const inputs = new Map<string, string[]>(Object.keys(before.inputs).map((port) => [port, []]))
  const outputs = new Map<string, string>()
  const wires: string[] = []
  const fresh = (of: ReadonlyMap<string, unknown>, others: object, wish: string): string => {
    for (let n = 1; ; n++) {
      const port = n === 1 ? wish : `${wish}-${n}`
      if (!of.has(port) && !Object.hasOwn(others, port)) return port
    }
  }
  for (const text of view.wires) {
    const wire = parseWire(text)
    if (wire?.from.node === INPUTS && wire.to.node === OUTPUTS) continue // an output comes from a node: judged before
    if (wire?.from.node === INPUTS) {
      const port = wire.from.port === NEW_PORT && !inputs.has(NEW_PORT) ? fresh(inputs, before.inputs, wire.to.port) : wire.from.port
      inputs.set(port, [...(inputs.get(port) ?? []), formatEnd(wire.to)])
    } else if (wire?.to.node === OUTPUTS) {
      const port = wire.to.port === NEW_PORT && !Object.hasOwn(before.outputs, NEW_PORT) ? fresh(outputs, before.outputs, wire.from.port) : wire.to.port
      // One output has one source: the newest wire takes the place of the older.
      outputs.set(port, formatEnd(wire.from))
    } else wires.push(text)
  }
  const { [INPUTS]: _in, [OUTPUTS]: _out, ...nodes } = view.nodes
  const kept = Object.keys(before.outputs).filter((port) => outputs.has(port))
  const { groups: _groups, ...bare } = before
  const subflow: Subflow = {
    ...bare,
    name: view.name,
    parameters: view.parameters,
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries([...kept, ...[...outputs.keys()].filter((port) => !kept.includes(port))].map((port) => [port, outputs.get(port)!])),
    nodes,
    wires,
    ...(Object.keys(view.groups ?? {}).length === 0 ? {} : { groups: view.groups! }),
  }
  const { name: _name, parameters: _parameters, nodes: _nodes, wires: _wires, groups: _of, ...others } = view
  return { ...others, ...(whole.tests === undefined ? {} : { tests: whole.tests }), ...(whole.dashboard === undefined ? {} : { dashboard: whole.dashboard }), name: whole.name, parameters: whole.parameters, nodes: whole.nodes, wires: whole.wires, ...(whole.groups === undefined ? {} : { groups: whole.groups }), subflows: { ...view.subflows, [name]: subflow } }
}

/** All instances of a subflow that can be opened, by their way, in the order of the document. */
export function instancesOf(flow: Flow, name: string, most = 50): readonly Inside[] {
  const found: Inside[] = []
  const seen = new Set<string>()
  const look = (nodes: Flow['nodes'], way: Inside, path: readonly string[]): void => {
    for (const [id, entry] of Object.entries(nodes)) {
      const of = entry.type === SUBFLOW ? entry.config['subflow'] : undefined
      if (typeof of !== 'string' || !Object.hasOwn(flow.subflows ?? {}, of) || path.includes(of) || found.length >= most) continue
      if (of === name) found.push([...way, id])
      // Below the same subflow the same ones lie: once is enough for those that hold none of it.
      else if (!seen.has(of) || contains(flow, of, name)) {
        seen.add(of)
        look(flow.subflows![of]!.nodes, [...way, id], [...path, of])
      }
    }
  }
  look(flow.nodes, outside, [])
  return found
}

function contains(flow: Flow, outer: string, name: string, path: readonly string[] = []): boolean {
  return Object.values(flow.subflows?.[outer]?.nodes ?? {}).some(({ type, config }) => {
    const of = type === SUBFLOW ? config['subflow'] : undefined
    return typeof of === 'string' && !path.includes(of) && (of === name || contains(flow, of, name, [...path, of]))
  })
}

/** How many nodes of the flow and of all its subflows are instances of it; `shown` is the one that the flow is a view of, so that its nodes are those of the flow. */
export function usesOf(flow: Flow, name: string, shown?: string): number {
  const count = (nodes: Flow['nodes']): number => Object.values(nodes).filter((n) => n.type === SUBFLOW && n.config['subflow'] === name).length
  return count(flow.nodes) + Object.entries(flow.subflows ?? {}).reduce((sum, [key, s]) => sum + (key === shown ? 0 : count(s.nodes)), 0)
}
