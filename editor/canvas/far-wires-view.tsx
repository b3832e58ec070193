// The wires of a large flow from afar, below its cards. What is selected is drawn by React Flow as ever, over them.
import { memo, useEffect, useMemo } from 'react'
import { useStoreApi, ViewportPortal, type Edge, type Node } from 'reactflow'
import { parseWire } from '#format'
import { issueOfWire } from '../state/status.ts'
import type { State } from '../state/model.ts'
import { store, useEditor } from '../state/here.ts'
import { setFarShown } from './far-pick.ts'
import { farPaths, type FarState, type FarWire } from './far-wires.ts'
import { conditionOf } from './wire-state.ts'

/** Of every wire its state, in their order, as one text: the paths are made anew when one changes. */
function statesOf(edges: readonly Edge[]): (s: State) => string {
  let known: { readonly of: readonly unknown[]; readonly text: string } | null = null
  return (s) => {
    const of = [s.live.nodes, s.live.state, s.issues, s.flows, s.flowId]
    if (known && of.every((part, i) => part === known!.of[i])) return known.text
    known = { of, text: edges.map((e) => letters[issueOfWire(s.issues, e.id) ? 'broken' : conditionOf(s, e.source, e.sourceHandle ?? '')]).join('') }
    return known.text
  }
}
const letters: Readonly<Record<FarState, string>> = { live: 'l', idle: 'i', stale: 's', uncertain: 'u', bad: 'b', broken: 'x' }
const states = Object.fromEntries(Object.entries(letters).map(([state, letter]) => [letter, state])) as Readonly<Record<string, FarState>>

export const FarWires = memo(function FarWires({ edges, nodes, straight }: { readonly edges: readonly Edge[]; readonly nodes: readonly Node[]; readonly straight: boolean }) {
  const told = useEditor(useMemo(() => statesOf(edges), [edges]))
  const drawing = useStoreApi()
  const wires = useMemo((): readonly FarWire[] => {
    const { nodeLookup } = drawing.getState()
    const at = new Map(nodes.map((n) => [n.id, n]))
    const end = (id: string, side: 'source' | 'target', port: string): readonly [number, number] | undefined => {
      const node = at.get(id)
      const handle = nodeLookup.get(id)?.internals.handleBounds?.[side]?.find((h) => h.id === port)
      if (!node) return undefined
      const { width = 200, height = 100 } = node.measured ?? {}
      return [node.position.x + (side === 'source' ? width : 0), node.position.y + (handle ? handle.y + handle.height / 2 : height / 2)]
    }
    return edges.flatMap((e) => {
      const wire = parseWire(e.id)
      const from = wire && end(wire.from.node, 'source', wire.from.port)
      const to = wire && end(wire.to.node, 'target', wire.to.port)
      return from && to ? [{ id: e.id, sourceX: from[0], sourceY: from[1], targetX: to[0], targetY: to[1] }] : []
    })
  }, [edges, nodes, drawing])
  useEffect(() => {
    setFarShown({ wires, straight })
    return () => setFarShown(null)
  }, [wires, straight])
  const paths = useMemo(() => {
    const of = new Map(edges.map((e, i) => [e.id, states[told[i] ?? 'i'] ?? 'idle']))
    return [...farPaths(wires, (id) => of.get(id) ?? 'idle', straight)]
  }, [wires, edges, told, straight])
  return (
    <ViewportPortal>
      <svg className="far-wires" aria-hidden="true">
        {paths.map(([key, d]) => { const state = key.split(' ', 1)[0]!; return <path key={key} className={state === 'broken' ? state : `is-${state}`} d={d} /> })}
      </svg>
    </ViewportPortal>
  )
})

/** Those that React Flow draws from afar: what is selected or pointed at, and the wires of a few selected cards. */
export function nearWires(edges: readonly Edge[], pointed: string | null): readonly Edge[] {
  const chosen = store.getState().document?.selection.nodes ?? []
  const few = chosen.length > 0 && chosen.length < 4
  return edges.filter((e) => e.selected || e.id === pointed || (few && (chosen.includes(e.source) || chosen.includes(e.target))))
}
