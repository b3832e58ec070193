// Zoom, fit, tidy, and the overview.
import { useMemo } from 'react'
import { MiniMap, MiniMapNode, useReactFlow, useViewport, type MiniMapNodeProps, type Node } from 'reactflow'
import { t } from '../language/index.ts'
import { mayEdit } from '../state/change.ts'
import { alarmOf, conditionOf, hearingOf, issuesAt } from '../state/status.ts'
import { store, useEditor } from '../state/here.ts'
import { MANY } from './detail.tsx'
import { MapFrame } from './group-view.tsx'
import { OverviewMap } from './overview-map.tsx'
import { useTidy } from './tidy.tsx'
import { hintOf } from '../shell/key-hint.ts'
import { useFit } from './use-fit.ts'

export function Controls() {
  const { zoom } = useViewport()
  const { zoomIn, zoomOut, zoomTo } = useReactFlow()
  const fit = useFit()
  const tidy = useTidy()
  const edits = useEditor(mayEdit)
  return (
    <div className="zoom" role="group" aria-label={t('View')}>
      <button type="button" aria-label={t('Zoom out')} title={hintOf('zoom-out')} onClick={() => void zoomOut()}>−</button>
      <button type="button" title={hintOf('zoom-100')} onClick={() => void zoomTo(1)}>{Math.round(zoom * 100)}%<span className="sr-only">: {t('Zoom to 100%')}</span></button>
      <button type="button" aria-label={t('Zoom in')} title={hintOf('zoom-in')} onClick={() => void zoomIn()}>+</button>
      <button type="button" title={hintOf('view-fit')} onClick={() => fit()}>{t('Fit')}</button>
      {edits ? <button type="button" title={hintOf('tidy')} onClick={() => void tidy()}>{t('Tidy')}</button> : null}
    </div>
  )
}

function MapNode(props: MiniMapNodeProps) {
  return (
    <>
      <MapFrame node={props.id} />
      <MiniMapNode {...props} />
    </>
  )
}

/** Nodes out of the ordinary, as one text: the overview redraws when one becomes so. */
const abnormal = (): string => {
  const s = store.getState()
  const hearing = hearingOf(s)
  let told = ''
  for (const id in s.document?.flow.nodes) {
    const status = s.live.nodes[id]
    const alarm = alarmOf(s, id)
    const fault = issuesAt(s.issues, id)[0]?.level === 'error'
    // Asked for every node at every status: most are in order, and that is seen without a word made for it.
    if (!fault && alarm === undefined && status?.health.state === 'ok' && status.issues.length === 0) continue
    const { shape } = conditionOf(status, alarm, hearing)
    if (fault || shape === 'bad') told += ` ${id}!`
    else if (shape === 'warn' && hearing === 'open') told += ` ${id}?`
  }
  return told
}

export function Overview() {
  const told = useEditor(abnormal)
  const marks = useMemo(() => new Set(told.split(' ')), [told])
  const [grave, odd] = useMemo(() => ['!', '?'].map((sign) => new Set([...marks].filter((m) => m.endsWith(sign)).map((m) => m.slice(0, -1)))) as [Set<string>, Set<string>], [marks])
  const few = useEditor((s) => Object.keys(s.document?.flow.nodes ?? {}).length < 2)
  const many = useEditor((s) => Object.keys(s.document?.flow.nodes ?? {}).length > MANY)
  const grouped = useEditor((s) => Object.keys(s.document?.flow.groups ?? {}).length > 0)
  if (few) return null
  if (many) return <OverviewMap grave={grave} odd={odd} />
  const colour = (n: Node): string => (marks.has(`${n.id}!`) ? 'var(--alarm1)' : marks.has(`${n.id}?`) ? 'var(--alarm2)' : 'var(--dot)')
  return <MiniMap pannable zoomable ariaLabel={t('Overview')} nodeColor={colour} {...(grouped ? { nodeComponent: MapNode } : {})} nodeStrokeWidth={0} nodeBorderRadius={8} maskColor="color-mix(in srgb, var(--bg) 60%, transparent)" bgColor="var(--panel)" />
}
