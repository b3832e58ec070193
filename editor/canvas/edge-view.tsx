// A wire: hot when it belongs to what is selected, broken when its ends do not fit, dashed when what it carries is stale.
import { memo } from 'react'
import { BaseEdge, EdgeLabelRenderer, useStore, type EdgeProps, type ReactFlowState, type Rect } from 'reactflow'
import { parseWire } from '#format'
import { formatRate, formatValue, severityOf } from '../state/format.ts'
import type { State } from '../state/model.ts'
import { hearingOf, issueOfWire } from '../state/status.ts'
import { useEditor } from '../state/here.ts'
import { useTakes } from './drag.ts'
import { isBackwards, routeWire } from './route.ts'
import { useDetour, useLane } from './use-routes.ts'

/** One short text, so that a wire redraws only when it changes. Slow truth values show themselves, as they matter more than their rate. */
function labelOf(s: State, source: string, port: string): string {
  const out = s.live.nodes[source]?.outputs[port]
  if (!out || hearingOf(s) !== 'open') return ''
  const kind = s.ports[source]?.outputs[port]?.kind
  if ((kind === 'boolean' || kind === 'event') && out.last) return formatValue(out.last.value)
  return formatRate(out.rate)
}

function conditionOf(s: State, source: string, port: string): 'live' | 'idle' | 'bad' {
  const status = s.live.nodes[source]
  if (hearingOf(s) !== 'open' || !status || (status.health.state !== 'ok' && status.health.state !== 'connecting')) return 'idle'
  const last = status.outputs[port]?.last
  return last && severityOf(last) === 'bad' ? 'bad' : 'live'
}

const same = (a: Rect | undefined, b: Rect | undefined): boolean => a === b || (a !== undefined && b !== undefined && a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height)
/** Where a node lies; undefined while `wanted` is false. */
const useBox = (node: string, wanted: boolean): Rect | undefined =>
  useStore((s: ReactFlowState) => {
    const found = wanted ? s.nodeLookup.get(node) : undefined
    return found ? { ...found.internals.positionAbsolute, width: found.measured.width ?? 0, height: found.measured.height ?? 0 } : undefined
  }, same)

export const EdgeView = memo(function EdgeView({ id, source, target, sourceX, sourceY, targetX, targetY, selected }: EdgeProps) {
  const port = parseWire(id)?.from.port ?? ''
  const label = useEditor((s) => labelOf(s, source, port))
  const fault = useEditor((s) => issueOfWire(s.issues, id))
  const kind = useEditor((s) => s.ports[source]?.outputs[port]?.kind ?? 'any')
  const condition = useEditor((s) => conditionOf(s, source, port))
  const hot = useEditor((s) => {
    const nodes = s.document?.selection.nodes ?? []
    return nodes.length > 0 && nodes.length < 4 && (nodes.includes(source) || nodes.includes(target))
  })
  const back = isBackwards({ sourceX, targetX })
  const [path, x, y] = routeWire({ sourceX, sourceY, targetX, targetY }, useBox(source, back), useBox(target, back), useDetour(id), useLane(id))
  const takes = useTakes(id)
  return (
    <>
      <BaseEdge path={path} interactionWidth={14} className={`wire kind-${kind} is-${condition}${selected ? ' sel' : hot ? ' hot' : ''}${fault ? ' broken' : ''}${takes ? ' takes' : ''}`} />
      {fault || label !== '' || condition === 'bad' ? (
        <EdgeLabelRenderer>
          <div className={`wire-label${fault ? ' broken' : condition === 'bad' ? ' bad' : ''}${selected || hot ? ' hot' : ''}`} title={fault ? `${fault.text} ${fault.remedy}` : undefined} style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
            {fault ? '▲ does not fit' : condition === 'bad' ? `✕ bad ${label}` : label}
          </div>
        </EdgeLabelRenderer>
      ) : null}
    </>
  )
})
