// Beside the cursor: while a wire is dragged what it carries, and over a port that refuses it, why; while a node is dragged
// over a wire that does not take it, why not.
import { useConnection, useReactFlow, ViewportPortal } from 'reactflow'
import { formatType } from '#kit'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { useEditor } from '../state/here.ts'
import { useDrag, useDrop } from './drag.ts'

/** It lies in the drawing: from afar it is as large as anything else on the screen. */
const readable = (zoom: number): string => (zoom < 1 ? `scale(${1 / zoom})` : '')

export function DropReason() {
  const drop = useDrop()
  const { screenToFlowPosition, getZoom } = useReactFlow()
  if (!drop?.why) return null
  const { x, y } = screenToFlowPosition(drop.point)
  return (
    <ViewportPortal>
      <div className="drag-reason no" role="status" style={{ transform: `translate(${x + 14}px, ${y + 12}px) ${readable(getZoom())}` }}>
        <b>{said(drop.why.text)}</b>
        <span>{said(drop.why.remedy)}</span>
      </div>
    </ViewportPortal>
  )
}

export function DragReason() {
  const drag = useDrag()
  const connection = useConnection()
  const { getZoom } = useReactFlow()
  const carried = useEditor((s) => (drag ? s.ports[drag.from.node]?.[drag.side === 'output' ? 'outputs' : 'inputs'][drag.from.port] : undefined))
  if (!drag || !connection.inProgress || !connection.to) return null
  const over = connection.toHandle
  const verdict = over ? drag.verdicts.get(`${over.nodeId}.${over.id}`) : undefined
  const same = over && over.nodeId === drag.from.node && over.id === drag.from.port
  const wrongWay = over && !same && !verdict
  const none = ![...drag.verdicts.values()].some((v) => v.ok)
  return (
    <ViewportPortal>
      <div className={`drag-reason${verdict && !verdict.ok ? ' no' : verdict ? ' yes' : ''}`} role="status" style={{ transform: `translate(${connection.to.x + 14}px, ${connection.to.y + 12}px) ${readable(getZoom())}` }}>
        {verdict && !verdict.ok ? (
          <>
            <b>{said(verdict.issue.text)}</b>
            <span>{said(verdict.issue.remedy)}</span>
          </>
        ) : wrongWay ? (
          <span>{t('A wire goes from an output to an input of another node.')}</span>
        ) : (
          <span className="mono">{carried ? formatType(carried) : ''}{verdict?.ok && verdict.checked ? ` · ${t('checked per sample')}` : ''}{!over && none ? ` · ${t('no port here takes this')}` : ''}</span>
        )}
      </div>
    </ViewportPortal>
  )
}
