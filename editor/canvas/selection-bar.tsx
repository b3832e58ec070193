// Over several selected nodes: align, distribute, group, tidy, collapse. It stays out of the way while something is dragged.
import { useCallback, useMemo, type ReactNode } from 'react'
import { AlignCenterHorizontal, AlignCenterVertical, AlignEndHorizontal, AlignEndVertical, AlignHorizontalDistributeCenter, AlignStartHorizontal, AlignStartVertical, AlignVerticalDistributeCenter, Group, Network, Package, Ungroup } from 'lucide-react'
import { useStore, type ReactFlowState } from 'reactflow'
import { useStore as useZustand } from 'zustand'
import { may } from '#format'
import { t } from '../language/index.ts'
import { keyOf } from '../shell/key-hint.ts'
import { around, LEAST, type Alignment, type Axis } from '../state/arrange.ts'
import { frameOf, groupOfExactly } from '../state/groups.ts'
import { actions, useEditor } from '../state/here.ts'
import { useSelectedBoxes } from './cards.ts'
import { editGroup } from './group-edit.ts'
import { boxIn } from './group-view.tsx'
import { covered } from './notices.tsx'
import { useTidy } from './tidy.tsx'

export const aligning: readonly (readonly [Alignment, string, ReactNode])[] = [
  ['left', t('Align left'), <AlignStartVertical key="l" size={15} />],
  ['centre', t('Align centres'), <AlignCenterVertical key="c" size={15} />],
  ['right', t('Align right'), <AlignEndVertical key="r" size={15} />],
  ['top', t('Align top'), <AlignStartHorizontal key="t" size={15} />],
  ['middle', t('Align middles'), <AlignCenterHorizontal key="m" size={15} />],
  ['bottom', t('Align bottom'), <AlignEndHorizontal key="b" size={15} />],
]
export const distributing: readonly (readonly [Axis, string, ReactNode])[] = [
  ['horizontally', t('Distribute horizontally'), <AlignHorizontalDistributeCenter key="h" size={15} />],
  ['vertically', t('Distribute vertically'), <AlignVerticalDistributeCenter key="v" size={15} />],
]

/** Height of the bar with its distance to the nodes, px. */
const BAR = 44
const EDGE = 8
const WIDTH = 420

interface Place {
  readonly x: number
  readonly y: number
}
const same = (a: Place | null, b: Place | null): boolean => a === b || (a !== null && b !== null && a.x === b.x && a.y === b.y)

export function SelectionBar() {
  const chosen = useEditor((s) => s.document?.selection.nodes) ?? none
  const allowed = useEditor((s) => s.session !== null && may(s.session.role, 'edit'))
  const groups = useEditor((s) => s.document?.flow.groups)
  // Above the titles of the groups that they are in.
  const taken = useZustand(covered)
  const framed = useMemo(() => Object.values(groups ?? {}).map((g) => g.nodes).filter((nodes) => nodes.some((n) => chosen.includes(n))), [groups, chosen])
  const where = useStore(useCallback((s: ReactFlowState): Place | null => {
    if (chosen.length < LEAST.align || s.paneDragging || s.userSelectionActive) return null
    if (chosen.some((id) => s.nodeLookup.get(id)?.dragging === true)) return null
    const boxes = chosen.flatMap((id) => boxIn(s.nodeLookup, id) ?? [])
    const all = around([...boxes, ...framed.flatMap((nodes) => frameOf(nodes.flatMap((n) => boxIn(s.nodeLookup, n) ?? [])) ?? [])])
    const own = around(boxes)
    const [dx, dy, zoom] = s.transform
    const half = Math.min(WIDTH, s.width - 2 * EDGE) / 2
    const x = Math.min(Math.max((own.x + own.width / 2) * zoom + dx, half + EDGE), Math.max(half + EDGE, s.width - half - EDGE))
    const above = all.y * zoom + dy - BAR
    const highest = EDGE + (x - half < taken.right && x + half > taken.left ? taken.bottom : 0)
    // Where there is no room above it stands below, and at least in view.
    const y = above >= highest ? above : Math.max(highest, (all.y + all.height) * zoom + dy + EDGE)
    return { x: Math.round(x), y: Math.round(Math.min(y, s.height - BAR)) }
  }, [chosen, framed, taken]), same)
  if (!where || !allowed) return null
  return <Bar where={where} chosen={chosen} />
}
const none: readonly string[] = []

function Bar({ where, chosen }: { readonly where: Place; readonly chosen: readonly string[] }) {
  const boxes = useSelectedBoxes()
  const tidy = useTidy()
  const group = useEditor((s) => (s.document ? groupOfExactly(s.document.flow, chosen) : undefined))
  const few = chosen.length < LEAST.distribute
  return (
    <div className="selection-bar" role="toolbar" aria-label={t('{count} nodes selected', { count: chosen.length })} style={{ transform: `translate(${where.x}px, ${where.y}px) translateX(-50%)` }} onPointerDown={(e) => e.stopPropagation()}>
      {aligning.map(([how, title, icon]) => <Tool key={how} title={title} keys={keyOf(`align-${how}`)} run={() => actions.align(boxes(), how)}>{icon}</Tool>)}
      <i />
      {distributing.map(([axis, title, icon]) => <Tool key={axis} title={few ? t('{title}: select three or more', { title }) : title} keys={keyOf(`distribute-${axis}`)} disabled={few} run={() => actions.distribute(boxes(), axis)}>{icon}</Tool>)}
      <i />
      <Tool title={t('Tidy the selected nodes')} keys={keyOf('tidy')} run={() => void tidy(chosen)}><Network size={15} /></Tool>
      {group === undefined
        ? <Tool title={t('Group')} keys={keyOf('group')} run={() => editGroup(actions.groupSelected())}><Group size={15} /></Tool>
        : <Tool title={t('Ungroup')} keys={keyOf('ungroup')} run={() => actions.ungroup(group)}><Ungroup size={15} /></Tool>}
      <Tool title={t('Collapse into a subflow')} run={() => void actions.collapseSelected()}><Package size={15} /></Tool>
    </div>
  )
}

function Tool({ title, keys = '', disabled = false, run, children }: { readonly title: string; readonly keys?: string; readonly disabled?: boolean; readonly run: () => void; readonly children: ReactNode }) {
  return <button type="button" aria-label={title} title={keys === '' ? title : `${title} (${keys})`} disabled={disabled} onClick={run}>{children}</button>
}
