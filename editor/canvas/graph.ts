// From the draft to what React Flow draws. Selection and places come from the draft, sizes from React Flow.
import { Position, type Edge, type Node, type NodeChange, type NodeHandle } from 'reactflow'
import type { CatalogueNode } from '#kit'
import { parseWire, type Flow, type NodeEntry } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import type { Selection } from '../state/document.ts'
import { INPUTS, isPortsNode } from '../state/inside.ts'
import type { Card } from '../state/layout.ts'

export const NODE = 'headgate'
/** The ports of the subflow that is open. */
export const PORTS = 'ports'
const noData: Record<string, never> = {}

/** What React Flow takes for measured until it has measured, so that it need not draw thousands of cards once to know where they end. */
function guessed(card: Card): Pick<Node, 'measured' | 'handles'> {
  const at = (type: 'source' | 'target', position: Position, x: number) => ([id, y]: [string, number]): NodeHandle => ({ id, type, position, x, y: y - 5, width: 10, height: 10 })
  return {
    measured: { width: card.width, height: card.height },
    handles: [...Object.entries(card.inputs).map(at('target', Position.Left, -5)), ...Object.entries(card.outputs).map(at('source', Position.Right, card.width - 5))],
  }
}

/** Measured, a node's guessed handles are gone: React Flow would take them for truer than what it sees. */
export function withoutGuess(nodes: Node[], changes: readonly NodeChange[]): Node[] {
  const measured = new Set(changes.flatMap((c) => (c.type === 'dimensions' ? [c.id] : [])))
  if (measured.size === 0) return nodes
  return nodes.map((node) => {
    if (!node.handles || !measured.has(node.id)) return node
    const { handles: _guess, ...rest } = node
    return rest
  })
}

const isAt = ({ position }: Node, { at: [x, y] }: NodeEntry): boolean => position.x === x && position.y === y
/** What a node was made of: while that stays, nothing of it need be worked out again, at every frame of a drag. */
const madeOf = new WeakMap<Node, { readonly entry: NodeEntry; readonly types: ReadonlyMap<string, CatalogueNode> }>()
const WIRE = t('wire from {from} to {to}')
/** Filled by hand: a large flow has thousands. */
const wireWords = (wire: string): string => { const [from = '', to = ''] = wire.split(' -> '); return WIRE.replace('{from}', () => from).replace('{to}', () => to) }

/** Keeps what did not change, and the place of what is just being dragged. `guess`: how large a card is that was never drawn. */
export function nodesOf(flow: Flow, selection: Selection, types: ReadonlyMap<string, CatalogueNode>, before: readonly Node[], guess: (id: string, nodes: number) => Card | undefined = () => undefined): Node[] {
  const entries = Object.entries(flow.nodes)
  const count = entries.length
  let known: ReadonlyMap<string, Node> | undefined
  const chosen = new Set(selection.nodes)
  return entries.map(([id, entry], i) => {
    const selected = chosen.has(id)
    // Mostly they come in the same order.
    const old = before[i]?.id === id ? before[i] : (known ??= new Map(before.map((n) => [n.id, n]))).get(id)
    if (old && old.selected === selected) {
      const from = madeOf.get(old)
      if (from?.entry === entry && from.types === types && (old.dragging || isAt(old, entry))) return old
    }
    const ports = isPortsNode(id)
    const title = ports ? (id === INPUTS ? t('Inputs of the subflow') : t('Outputs of the subflow')) : said(types.get(entry.type)?.title ?? entry.type)
    const ariaLabel = entry.name ? `${entry.name}, ${title}` : title
    const [x, y] = entry.at
    if (old && old.selected === selected && old.ariaLabel === ariaLabel && (old.dragging || isAt(old, entry))) {
      madeOf.set(old, { entry, types })
      return old
    }
    const position = old?.dragging ? old.position : { x, y }
    const card = old?.measured ? undefined : guess(id, count)
    return { ...old, ...(card ? guessed(card) : {}), id, type: ports ? PORTS : NODE, position, data: noData, selected, ariaLabel, ...(ports ? { draggable: false, selectable: false, focusable: false } : {}) }
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
    return [{ id: text, type: NODE, source: wire.from.node, sourceHandle: wire.from.port, target: wire.to.node, targetHandle: wire.to.port, selected: chosen.has(text), ariaLabel: wireWords(text) }]
  })
}
