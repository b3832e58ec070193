// The detours of what is drawn, worked out once after every move and given to each wire by its id.
import { useEffect, useRef } from 'react'
import { useStoreApi, type Edge, type Node, type Rect } from 'reactflow'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { Detours, type Detour, type Wired } from './detours.ts'
import { NODE } from './graph.ts'

const routes = createStore<{ readonly detours: ReadonlyMap<string, Detour>; readonly lanes: ReadonlyMap<string, number> }>()(() => ({ detours: new Map(), lanes: new Map() }))
export const useDetour = (wire: string): Detour | undefined => useStore(routes, (s) => s.detours.get(wire))
/** Wires between the same two nodes keep apart by their lanes. */
export const useLane = (wire: string): number => useStore(routes, (s) => s.lanes.get(wire) ?? 0)
const LANES = 5

/** To be called where the nodes and wires are handed to React Flow: after it took them over. From afar (`shown` false) no wire is drawn by its way: what is known is kept, so that coming near works out only what moved. */
export function useRoutes(nodes: readonly Node[], edges: readonly Edge[], shown: boolean): void {
  const drawing = useStoreApi()
  const kept = useRef<Detours | null>(null)
  useEffect(() => {
    if (!shown) return
    const { nodeLookup } = drawing.getState()
    const detours = (kept.current ??= new Detours())
    const boxes = new Map<string, Rect>()
    for (const { id, type } of nodes) {
      const node = nodeLookup.get(id)
      const { width, height } = node?.measured ?? {}
      // Frames of groups are no obstacle.
      if (node && type === NODE && width !== undefined && height !== undefined) boxes.set(id, { ...node.internals.positionAbsolute, width, height })
    }
    const wires = new Map<string, Wired>()
    for (const edge of edges) {
      const end = (id: string, side: 'source' | 'target', handle: string | null | undefined): { x: number; y: number; n: number } | undefined => {
        const node = nodeLookup.get(id)
        const all = node?.internals.handleBounds?.[side] ?? []
        const n = all.findIndex((h) => h.id === handle)
        const at = all[n]
        return node && at ? { x: node.internals.positionAbsolute.x + at.x + (side === 'source' ? at.width : 0), y: node.internals.positionAbsolute.y + at.y + at.height / 2, n } : undefined
      }
      const from = end(edge.source, 'source', edge.sourceHandle)
      const to = end(edge.target, 'target', edge.targetHandle)
      if (from && to) wires.set(edge.id, { source: edge.source, target: edge.target, sourceX: from.x, sourceY: from.y, targetX: to.x, targetY: to.y, lane: (2 * from.n + to.n) % LANES })
    }
    const found = detours.update(boxes, wires)
    const before = routes.getState()
    if (found !== before.detours || wires.size !== before.lanes.size || detours.worked > 0) {
      const lanes = new Map([...wires].map(([id, w]) => [id, w.lane] as const))
      routes.setState({ detours: found, lanes })
    }
  }, [nodes, edges, shown, drawing])
}
