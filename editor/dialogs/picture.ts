// Two versions of a flow as one drawing: every node and wire of both, with what became of it. Pure geometry; picture.tsx draws.
import type { CatalogueNode } from '#kit'
import { diffFlows, parseWire, type Flow } from '#format'
import { nodeName } from './words.ts'

export type Mark = 'same' | 'added' | 'removed' | 'changed' | 'moved'
export interface DrawnNode {
  readonly id: string
  readonly title: string
  readonly mark: Mark
  readonly x: number
  readonly y: number
  /** Where it was. */
  readonly from?: readonly [x: number, y: number]
  /** Fields that changed. */
  readonly fields: number
}
export interface DrawnWire {
  readonly text: string
  readonly mark: 'same' | 'added' | 'removed'
  readonly path: string
}
export interface Picture {
  readonly nodes: readonly DrawnNode[]
  readonly wires: readonly DrawnWire[]
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
}

export const NODE_WIDTH = 200
export const NODE_HEIGHT = 52
const MARGIN = 40

export function pictureOf(before: Flow, after: Flow, types: ReadonlyMap<string, CatalogueNode>): Picture {
  const context = { before, after, types }
  const fields = new Map<string, number>()
  for (const c of diffFlows(before, after)) if (c.what === 'node' && c.how === 'changed') fields.set(c.id, (fields.get(c.id) ?? 0) + 1)
  const nodes = new Map<string, DrawnNode>()
  for (const id of new Set([...Object.keys(before.nodes), ...Object.keys(after.nodes)])) {
    const was = Object.hasOwn(before.nodes, id) ? before.nodes[id] : undefined
    const is = Object.hasOwn(after.nodes, id) ? after.nodes[id] : undefined
    const [x, y] = (is ?? was)!.at
    const moved = was !== undefined && is !== undefined && (was.at[0] !== x || was.at[1] !== y)
    const mark: Mark = !was ? 'added' : !is ? 'removed' : fields.has(id) ? 'changed' : moved ? 'moved' : 'same'
    nodes.set(id, { id, title: nodeName(id, context), mark, x, y, fields: fields.get(id) ?? 0, ...(moved ? { from: was.at } : {}) })
  }
  const had = new Set(before.wires)
  const has = new Set(after.wires)
  const wires = [...new Set([...before.wires, ...after.wires])].flatMap((text): DrawnWire[] => {
    const wire = parseWire(text)
    const a = wire && nodes.get(wire.from.node)
    const b = wire && nodes.get(wire.to.node)
    if (!a || !b) return []
    const [x1, y1, x2, y2] = [a.x + NODE_WIDTH, a.y + NODE_HEIGHT / 2, b.x, b.y + NODE_HEIGHT / 2]
    const bend = Math.max(30, Math.abs(x2 - x1) / 2)
    return [{ text, mark: !had.has(text) ? 'added' : !has.has(text) ? 'removed' : 'same', path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }]
  })
  const places = [...nodes.values()].flatMap((n) => [[n.x, n.y] as const, ...(n.from ? [n.from] : [])])
  if (places.length === 0) return { nodes: [], wires, box: { x: 0, y: 0, width: NODE_WIDTH, height: NODE_HEIGHT } }
  // Not by spreading: a large flow has more nodes than a call may have arguments.
  const [left, top, right, bottom] = places.reduce(([l, t, r, b], [x, y]) => [Math.min(l, x), Math.min(t, y), Math.max(r, x), Math.max(b, y)] as const, [Infinity, Infinity, -Infinity, -Infinity] as const)
  return { nodes: [...nodes.values()], wires, box: { x: left - MARGIN, y: top - MARGIN, width: right - left + NODE_WIDTH + 2 * MARGIN, height: bottom - top + NODE_HEIGHT + 2 * MARGIN } }
}
