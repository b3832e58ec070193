// A wire: hot when it belongs to what is selected, broken when its ends do not fit, dashed when what it carries is stale.
import { memo } from 'react'
import { BaseEdge, EdgeLabelRenderer, useStore, type EdgeProps, type ReactFlowState, type Rect } from 'reactflow'
import { parseWire } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { issueOfWire } from '../state/status.ts'
import { useEditor } from '../state/here.ts'
import { useTakes } from './drag.ts'
import { useWireDrawn } from './detail.tsx'
import { conditionOf, labelOf, WORDS, type WireCondition } from './wire-state.ts'
import { thenOnWire, wireClass } from '../replay/marks.tsx'
import { isBackwards, routeWire } from './route.ts'
import { useDetour, useLane } from './use-routes.ts'

const same = (a: Rect | undefined, b: Rect | undefined): boolean => a === b || (a !== undefined && b !== undefined && a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height)
/** Where a node lies; undefined while `wanted` is false. */
const useBox = (node: string, wanted: boolean): Rect | undefined =>
  useStore((s: ReactFlowState) => {
    const found = wanted ? s.nodeLookup.get(node) : undefined
    return found ? { ...found.internals.positionAbsolute, width: found.measured.width ?? 0, height: found.measured.height ?? 0 } : undefined
  }, same)

export const EdgeView = memo(function EdgeView(props: EdgeProps) {
  return useWireDrawn() ? <Wire {...props} /> : null
})

function Wire({ id, source, target, sourceX, sourceY, targetX, targetY, selected }: EdgeProps) {
  const port = parseWire(id)?.from.port ?? ''
  const fault = useEditor((s) => issueOfWire(s.issues, id))
  // One text for all that is told of it: each subscription is asked at every status, for every wire in view.
  const told = useEditor((s) => {
    const nodes = s.document?.selection.nodes ?? []
    const hot = nodes.length > 0 && nodes.length < 4 && (nodes.includes(source) || nodes.includes(target))
    return `${conditionOf(s, source, port)}|${s.ports[source]?.outputs[port]?.kind ?? 'any'}|${hot ? 'hot' : ''}|${wireClass(s, id)}|${thenOnWire(s, source, port) || labelOf(s, source, port)}`
  })
  const [is = 'idle', kind = 'any', heat = '', onPath = '', ...words] = told.split('|')
  const condition = is as WireCondition
  const hot = heat !== ''
  const label = words.join('|')
  const back = isBackwards({ sourceX, targetX })
  const [path, x, y] = routeWire({ sourceX, sourceY, targetX, targetY }, useBox(source, back), useBox(target, back), useDetour(id), useLane(id))
  const takes = useTakes(id)
  return (
    <>
      <BaseEdge path={path} interactionWidth={14} className={`wire kind-${kind} is-${condition}${selected ? ' sel' : hot ? ' hot' : ''}${fault ? ' broken' : ''}${takes ? ' takes' : ''}${onPath}`} />
      {fault || label !== '' || WORDS[condition] !== '' ? (
        <EdgeLabelRenderer>
          <div className={`wire-label${fault ? ' broken' : ` is-${condition}`}${selected || hot ? ' hot' : ''}`} title={fault ? `${said(fault.text)} ${said(fault.remedy)}` : undefined} style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
            {fault ? `▲ ${t('does not fit')}` : `${WORDS[condition]} ${label}`.trim()}
          </div>
        </EdgeLabelRenderer>
      ) : null}
    </>
  )
}
