// A tidy layout: columns by the longest way from a source, rows by the middle of what feeds a node (Sugiyama et al.
// 1981, two barycentre sweeps each way). Enough for flows of some hundred nodes; loops are cut where they close.
import { parseWire, type Flow } from '#format'

export interface Size {
  readonly width: number
  readonly height: number
}
const GAP_X = 90
const GAP_Y = 36

/** New places of all nodes, from the top left corner of the present ones. */
export function tidy(flow: Flow, sizeOf: (id: string) => Size): { readonly [id: string]: readonly [number, number] } {
  const ids = Object.keys(flow.nodes).toSorted((a, b) => flow.nodes[a]!.at[1] - flow.nodes[b]!.at[1] || flow.nodes[a]!.at[0] - flow.nodes[b]!.at[0])
  if (ids.length === 0) return {}
  const after = new Map<string, string[]>(ids.map((id) => [id, []]))
  const before = new Map<string, string[]>(ids.map((id) => [id, []]))
  for (const text of flow.wires) {
    const w = parseWire(text)
    if (!w || w.from.node === w.to.node || !after.has(w.from.node) || !after.has(w.to.node)) continue
    after.get(w.from.node)!.push(w.to.node)
    before.get(w.to.node)!.push(w.from.node)
  }
  const layers = columns(layersOf(ids, before))
  for (const [neighbours, order] of [[before, layers], [after, layers.toReversed()], [before, layers], [after, layers.toReversed()]] as const) sweep(neighbours, order, layers)
  const left = Math.min(...ids.map((id) => flow.nodes[id]!.at[0]))
  const top = Math.min(...ids.map((id) => flow.nodes[id]!.at[1]))
  const heights = layers.map((layer) => layer.reduce((sum, id) => sum + sizeOf(id).height + GAP_Y, -GAP_Y))
  const tallest = Math.max(...heights)
  const places: Record<string, readonly [number, number]> = {}
  let x = left
  for (const [i, layer] of layers.entries()) {
    let y = top + (tallest - heights[i]!) / 2
    for (const id of layer) {
      places[id] = [Math.round(x / 10) * 10, Math.round(y / 10) * 10]
      y += sizeOf(id).height + GAP_Y
    }
    x += Math.max(...layer.map((id) => sizeOf(id).width)) + GAP_X
  }
  return places
}

function layersOf(ids: readonly string[], before: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const layer = new Map<string, number>()
  const under = new Set<string>()
  const visit = (id: string): number => {
    const known = layer.get(id)
    if (known !== undefined) return known
    if (under.has(id)) return -1
    under.add(id)
    const found = Math.max(-1, ...before.get(id)!.map(visit)) + 1
    under.delete(id)
    layer.set(id, found)
    return found
  }
  for (const id of ids) visit(id)
  return layer
}

function columns(layer: ReadonlyMap<string, number>): string[][] {
  const found: string[][] = []
  for (const [id, n] of layer) (found[n] ??= []).push(id)
  return found.filter((l) => l !== undefined)
}

function sweep(neighbours: ReadonlyMap<string, readonly string[]>, order: readonly string[][], layers: readonly string[][]): void {
  const rank = new Map<string, number>()
  for (const layer of layers) for (const [i, id] of layer.entries()) rank.set(id, i / Math.max(1, layer.length - 1))
  for (const layer of order) {
    const middle = new Map(layer.map((id) => {
      const of = neighbours.get(id)!
      return [id, of.length === 0 ? rank.get(id)! : of.reduce((sum, n) => sum + rank.get(n)!, 0) / of.length]
    }))
    layer.sort((a, b) => middle.get(a)! - middle.get(b)!)
    for (const [i, id] of layer.entries()) rank.set(id, i / Math.max(1, layer.length - 1))
  }
}
