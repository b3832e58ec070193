// From the draft to what React Flow draws. Selection and places come from the draft, sizes from React Flow.
import type { Edge, Node } from 'reactflow'
import type { CatalogueNode } from '#kit'
import { parseWire, type Flow } from '#format'
import type { Selection } from '../state/document.ts'
import { INPUTS, isPortsNode } from '../state/inside.ts'

export const NODE = 'headgate'
/** The ports of the subflow that is open. */
export const PORTS = 'ports'
const noData: Record<string, never> = {}

/** Keeps what did not change, and the place of what is just being dragged. */
export function nodesOf(flow: Flow, selection: Selection, types: ReadonlyMap<string, CatalogueNode>, before: readonly Node[]): Node[] {
  const known = new Map(before.map((n) => [n.id, n]))
  const chosen = new Set(selection.nodes)
  return Object.entries(flow.nodes).map(([id, entry]) => {
    const selected = chosen.has(id)
    const ports = isPortsNode(id)
    const title = ports ? (id === INPUTS ? 'Inputs of the subflow' : 'Outputs of the subflow') : (types.get(entry.type)?.title ?? entry.type)
    const ariaLabel = entry.name ? `${entry.name}, ${title}` : title
    const old = known.get(id)
    const [x, y] = entry.at
    if (old && old.selected === selected && old.ariaLabel === ariaLabel && (old.dragging || (old.position.x === x && old.position.y === y))) return old
    const position = old?.dragging ? old.position : { x, y }
    return { ...old, id, type: ports ? PORTS : NODE, position, data: noData, selected, ariaLabel, ...(ports ? { draggable: false, selectable: false, focusable: false } : {}) }
  })
}

/** Wires between nodes that exist; the others are in the problems panel. */
export function edgesOf(flow: Flow, selection: Selection): Edge[] {
  const chosen = new Set(selection.wires)
  const seen = new Set<string>()
  return flow.wires.flatMap((text) => {
    const wire = parseWire(text)
    if (!wire || seen.has(text) || !Object.hasOwn(flow.nodes, wire.from.node) || !Object.hasOwn(flow.nodes, wire.to.node)) return []
    seen.add(text)
    return [{ id: text, type: NODE, source: wire.from.node, sourceHandle: wire.from.port, target: wire.to.node, targetHandle: wire.to.port, selected: chosen.has(text), ariaLabel: `wire from ${text.replace(' -> ', ' to ')}` }]
  })
}
