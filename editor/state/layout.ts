// The tidy layout, on either side of ELK (Eclipse Layout Kernel, layered: Sugiyama et al. 1981): what it is given and what
// its answer means. Left to right, ports as they stand on the cards, groups kept together, a comment beside what it was beside.
import type { ElkExtendedEdge, ElkNode, ElkPort } from 'elkjs/lib/elk-api.js'
import type { ResolvedPorts } from '#kit'
import { parseWire, type Flow } from '#format'
import { around, type Box, type Places } from './arrange.ts'
import { groupsOf, PAD, TITLE } from './groups.ts'

/** A card with the heights at which its ports stand, px from its top. */
export interface Card extends Box {
  readonly inputs: { readonly [port: string]: number }
  readonly outputs: { readonly [port: string]: number }
}
export interface LayoutTask {
  readonly graph: ElkNode
  /** How many find a place. */
  readonly count: number
  /** From the answer to places on the canvas, on the grid. */
  readonly places: (answer: ElkNode) => Places
}

const COMMENT = 'flow.comment'
const GRID = 10
/** A comment at most this far from a node is about it, px. */
const BESIDE = 90
const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'POLYLINE',
  'elk.spacing.nodeNode': '40',
  'elk.spacing.componentComponent': '70',
  'elk.layered.spacing.nodeNodeBetweenLayers': '100',
  'elk.layered.spacing.edgeNodeBetweenLayers': '30',
  'elk.spacing.edgeNode': '24',
  'elk.layered.nodePlacement.favorStraightEdges': 'true',
}
/** Nodes are given from top to bottom: of two layouts as good, the one that is like the present. With groups ELK 0.11 breaks on it. */
const likePresent = { 'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES' }

/** The layout of these nodes; undefined when there are none to move. */
export function layoutTask(flow: Flow, cards: { readonly [id: string]: Card }, ids: readonly string[]): LayoutTask | undefined {
  const known = ids.filter((id) => Object.hasOwn(flow.nodes, id) && Object.hasOwn(cards, id)).toSorted((a, b) => cards[a]!.y - cards[b]!.y || cards[a]!.x - cards[b]!.x)
  const owner = new Map(Object.entries(groupsOf(flow)).flatMap(([group, { nodes }]) => nodes.map((n) => [n, group] as const)))
  const comments = known.filter((id) => flow.nodes[id]!.type === COMMENT)
  const nodes = known.filter((id) => flow.nodes[id]!.type !== COMMENT)
  const beside = new Map<string, string[]>()
  const alone: string[] = []
  for (const comment of comments) {
    const near = nodes.filter((n) => owner.get(n) === owner.get(comment)).map((n) => [n, gap(cards[comment]!, cards[n]!)] as const).filter(([, d]) => d <= BESIDE).toSorted(([, a], [, b]) => a - b)[0]
    if (near) beside.set(near[0], [...(beside.get(near[0]) ?? []), comment])
    // What belongs to a group goes with it; any other stays where it is.
    else if (owner.has(comment)) alone.push(comment)
  }
  const moving = [...nodes, ...alone]
  if (moving.length === 0) return undefined

  /** What a node takes up, its comments included. */
  const taken = new Map(moving.map((id) => [id, around([cards[id]!, ...(beside.get(id) ?? []).map((c) => cards[c]!)])]))
  const child = (id: string): ElkNode => {
    const card = cards[id]!
    const box = taken.get(id)!
    const port = (side: 'WEST' | 'EAST', kind: string) => ([name, y]: [string, number]): ElkPort => ({ id: `${kind}:${id}.${name}`, x: side === 'WEST' ? 0 : box.width, y: card.y - box.y + y, width: 0, height: 0, layoutOptions: { 'elk.port.side': side } })
    return { id, width: box.width, height: box.height, ports: [...Object.entries(card.inputs).map(port('WEST', 'in')), ...Object.entries(card.outputs).map(port('EAST', 'out'))], layoutOptions: { 'elk.portConstraints': 'FIXED_POS' } }
  }
  const whole = new Map(Object.entries(groupsOf(flow)).filter(([, g]) => g.nodes.every((n) => known.includes(n))))
  const inGroup = (id: string): string | undefined => { const group = owner.get(id); return group !== undefined && whole.has(group) ? group : undefined }
  const children: ElkNode[] = []
  const compound = new Map<string, ElkNode>()
  for (const id of moving) {
    const group = inGroup(id)
    if (group === undefined) children.push(child(id))
    else {
      let of = compound.get(group)
      if (!of) {
        of = { id: `group:${group}`, children: [], layoutOptions: { ...options, 'elk.padding': `[top=${PAD + TITLE},left=${PAD},bottom=${PAD},right=${PAD}]` } }
        compound.set(group, of)
        children.push(of)
      }
      of.children!.push(child(id))
    }
  }
  const edges: ElkExtendedEdge[] = flow.wires.flatMap((text, i) => {
    const wire = parseWire(text)
    if (!wire || wire.from.node === wire.to.node || !taken.has(wire.from.node) || !taken.has(wire.to.node)) return []
    const end = (kind: 'in' | 'out', { node, port }: { node: string; port: string }): string => (Object.hasOwn(cards[node]![kind === 'in' ? 'inputs' : 'outputs'], port) ? `${kind}:${node}.${port}` : node)
    return [{ id: `wire:${i}`, sources: [end('out', wire.from)], targets: [end('in', wire.to)] }]
  })
  return {
    count: moving.length,
    graph: { id: 'flow', layoutOptions: compound.size === 0 ? { ...options, ...likePresent } : options, children, edges },
    places(answer) {
      const found = new Map<string, readonly [number, number]>()
      for (const top of answer.children ?? []) {
        if (!top.id.startsWith('group:')) found.set(top.id, [top.x ?? 0, top.y ?? 0])
        else for (const inner of top.children ?? []) found.set(inner.id, [(top.x ?? 0) + (inner.x ?? 0), (top.y ?? 0) + (inner.y ?? 0)])
      }
      const before = around([...taken.values()])
      const after = around([...found].map(([id, [x, y]]) => ({ x, y, width: taken.get(id)!.width, height: taken.get(id)!.height })))
      const snap = (v: number): number => Math.round(v / GRID) * GRID
      const places: Record<string, readonly [number, number]> = {}
      for (const [id, [x, y]] of found) {
        const box = taken.get(id)!
        const at = [snap(before.x + x - after.x + cards[id]!.x - box.x), snap(before.y + y - after.y + cards[id]!.y - box.y)] as const
        places[id] = at
        for (const c of beside.get(id) ?? []) places[c] = [at[0] + cards[c]!.x - cards[id]!.x, at[1] + cards[c]!.y - cards[id]!.y]
      }
      return places
    },
  }
}

function gap(a: Box, b: Box): number {
  const dx = Math.max(0, a.x - (b.x + b.width), b.x - (a.x + a.width))
  const dy = Math.max(0, a.y - (b.y + b.height), b.y - (a.y + a.height))
  return Math.hypot(dx, dy)
}

const [WIDTH, HEADER, ROW, GLANCE] = [200, 49, 25, 30]
/** As a card will be about, of a node that was never drawn: only what is in view is. */
export function estimatedCard(at: readonly [number, number], inputs: ResolvedPorts, outputs: ResolvedPorts): Card {
  const ins = Object.keys(inputs)
  const outs = Object.keys(outputs)
  const shared = ins.length === 1 && outs.length === 1
  const middle = (row: number): number => HEADER + row * ROW + ROW / 2
  const kinds = Object.values(outputs).map((p) => p.kind)
  const glance = kinds.some((k) => k === 'vector' || k === 'series') || (outs.length === 1 && kinds[0] === 'number')
  return {
    x: at[0], y: at[1], width: WIDTH, height: HEADER + (shared ? 1 : ins.length + outs.length) * ROW + (glance ? GLANCE : 0) + 4,
    inputs: Object.fromEntries(ins.map((port, i) => [port, middle(i)])),
    outputs: Object.fromEntries(outs.map((port, i) => [port, middle(shared ? 0 : ins.length + i)])),
  }
}
