// The frames of groups, below wires and cards. A frame follows its nodes; by its title it is dragged, named, and selected.
import { memo, useCallback, useRef, useState, type PointerEvent } from 'react'
import { Ellipsis, Network, Package, Pencil, Ungroup } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useStore, useStoreApi, ViewportPortal, type NodeChange, type ReactFlowState } from 'reactflow'
import { groupColours, may, type Flow, type Group, type GroupColour } from '#format'
import { t } from '../language/index.ts'
import type { Box } from '../state/arrange.ts'
import { frameOf, groupOfExactly, groupsOf } from '../state/groups.ts'
import { actions, store, useEditor } from '../state/here.ts'
import { editGroup, useDragSign, useEditingGroup, useFrozenFrame } from './group-edit.ts'
import { useTidy } from './tidy.tsx'
import './group.css'

const GRID = 10
const noGroups: NonNullable<Flow['groups']> = {}

export function GroupFrames() {
  const groups = useEditor((s) => s.document?.flow.groups) ?? noGroups
  const ids = Object.keys(groups)
  if (ids.length === 0) return null
  return <ViewportPortal>{ids.map((id) => <Frame key={id} id={id} group={groups[id]!} />)}</ViewportPortal>
}

/** Where a node lies on the canvas at this moment, with what it measures. */
export function boxIn(lookup: ReactFlowState['nodeLookup'], id: string): Box | undefined {
  const node = lookup.get(id)
  return node && { ...node.internals.positionAbsolute, width: node.measured.width ?? 200, height: node.measured.height ?? 100 }
}
const same = (a: Box | undefined, b: Box | undefined): boolean => a === b || (a !== undefined && b !== undefined && a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height)
export const useFrame = (nodes: readonly string[]): Box | undefined => useStore(useCallback((s: ReactFlowState) => frameOf(nodes.flatMap((n) => boxIn(s.nodeLookup, n) ?? [])), [nodes]), same)

const Frame = memo(function Frame({ id, group }: { readonly id: string; readonly group: Group }) {
  const live = useFrame(group.nodes)
  const frozen = useFrozenFrame(id)
  const whole = useStore(useCallback((s: ReactFlowState) => group.nodes.every((n) => s.nodeLookup.get(n)?.dragging), [group.nodes]))
  const sign = useDragSign(id)
  const selected = useEditor((s) => s.document !== null && groupOfExactly(s.document.flow, s.document.selection.nodes) === id)
  const editing = useEditingGroup(id)
  const allowed = useEditor((s) => s.session !== null && may(s.session.role, 'edit'))
  const [menu, setMenu] = useState(false)
  const drag = useFrameDrag(group.nodes)
  const box = whole ? live : (frozen ?? live)
  if (!box) return null
  const title = group.title === '' ? t('Group') : group.title
  return (
    <div className={`group tint-${group.colour ?? 'grey'}${selected ? ' sel' : ''}${sign === null ? '' : ` ${sign}`}`} style={{ transform: `translate(${box.x}px, ${box.y}px)`, width: box.width, height: box.height }}>
      <div className="group-head nopan">
        {editing ? (
          <Title id={id} title={group.title} />
        ) : (
          <button
            type="button"
            className="group-title"
            aria-label={t('Group {title}, {count} nodes', { title, count: group.nodes.length })}
            aria-pressed={selected}
            onClick={() => actions.selectGroup(id)}
            onDoubleClick={(e) => { e.stopPropagation(); if (allowed) editGroup(id) }}
            onContextMenu={(e) => { e.preventDefault(); actions.selectGroup(id); setMenu(true) }}
            onKeyDown={(e) => { if (e.key === 'F2' && allowed) { e.preventDefault(); e.stopPropagation(); editGroup(id) } }}
            {...(allowed ? drag : {})}
          >
            {title}
          </button>
        )}
        {sign === null ? null : <span className="group-sign" role="status">{sign === 'join' ? t('+ joins this group') : t('− leaves this group')}</span>}
        {editing || !allowed ? null : <GroupMenu id={id} group={group} open={menu} onOpen={setMenu} />}
      </div>
    </div>
  )
})

function Title({ id, title }: { readonly id: string; readonly title: string }) {
  const [text, setText] = useState(title)
  const dropped = useRef(false)
  const done = (): void => {
    if (!dropped.current) actions.setGroupTitle(id, text.trim())
    actions.seal()
    editGroup(null)
  }
  return (
    <input
      className="group-title nodrag nopan"
      aria-label={t('Title of the group')}
      value={text}
      maxLength={200}
      autoFocus
      size={Math.min(60, Math.max(12, text.length + 2))}
      onFocus={(e) => e.target.select()}
      onChange={(e) => setText(e.target.value)}
      onBlur={done}
      onKeyDown={(e) => {
        e.stopPropagation()
        if (e.key === 'Escape') dropped.current = true
        if (e.key === 'Enter' || e.key === 'Escape') e.currentTarget.blur()
      }}
    />
  )
}

const colourNames: { readonly [C in GroupColour]: string } = { grey: t('Grey'), blue: t('Blue'), teal: t('Teal'), green: t('Green'), sand: t('Sand'), violet: t('Violet') }

function GroupMenu({ id, group, open, onOpen }: { readonly id: string; readonly group: Group; readonly open: boolean; readonly onOpen: (open: boolean) => void }) {
  const tidy = useTidy()
  const renaming = useRef(false)
  const within = (run: () => void) => (): void => {
    actions.selectGroup(id)
    run()
  }
  return (
    <DropdownMenu.Root modal={false} open={open} onOpenChange={onOpen}>
      <DropdownMenu.Trigger asChild><button type="button" className="group-more" aria-label={t('Options of group {title}', { title: group.title || t('Group') })}><Ellipsis size={14} /></button></DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu" align="start" sideOffset={4} aria-label={t('Group')}
          onCloseAutoFocus={(e) => {
            // The title takes the focus, not the button that the menu came from.
            if (!renaming.current) return
            e.preventDefault()
            renaming.current = false
            editGroup(id)
          }}
        >
          <DropdownMenu.Item className="menu-item" onSelect={() => (renaming.current = true)}><Pencil size={15} /><span className="name">{t('Rename')}</span><small>F2</small></DropdownMenu.Item>
          <DropdownMenu.RadioGroup className="tints" aria-label={t('Tint')} value={group.colour ?? 'grey'} onValueChange={(c) => actions.setGroupColour(id, c as GroupColour)}>
            {groupColours.map((c) => <DropdownMenu.RadioItem key={c} value={c} className={`tint tint-${c}`} aria-label={colourNames[c]} title={colourNames[c]} />)}
          </DropdownMenu.RadioGroup>
          <div className="menu-line" />
          <DropdownMenu.Item className="menu-item" onSelect={() => void tidy(group.nodes)}><Network size={15} /><span className="name">{t('Tidy')}</span></DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={within(() => void actions.collapseSelected())}><Package size={15} /><span className="name">{t('Collapse into a subflow')}</span></DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={() => actions.ungroup(id)}><Ungroup size={15} /><span className="name">{t('Ungroup')}</span><small>{t('Ctrl Shift G')}</small></DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** Dragging the title moves the nodes: in React Flow meanwhile, in the draft once, at the end. Escape puts them back. */
function useFrameDrag(nodes: readonly string[]) {
  const drawing = useStoreApi()
  const from = useRef<{ readonly x: number; readonly y: number; readonly at: ReadonlyMap<string, { readonly x: number; readonly y: number }>; dx: number; dy: number; moved: boolean } | null>(null)
  const put = (dx: number, dy: number, dragging: boolean): void => {
    const { at } = from.current!
    drawing.getState().triggerNodeChanges([...at].map(([id, p]): NodeChange => ({ id, type: 'position', dragging, position: { x: p.x + dx, y: p.y + dy } })))
  }
  const end = (keep: boolean): void => {
    const began = from.current
    if (!began) return
    if (began.moved) put(keep ? began.dx : 0, keep ? began.dy : 0, false)
    from.current = null
    if (began.moved && keep) actions.moveNodes(Object.fromEntries([...began.at].map(([id, p]) => [id, [p.x + began.dx, p.y + began.dy] as const])))
  }
  return {
    onPointerDown: (e: PointerEvent<HTMLElement>): void => {
      if (e.button !== 0) return
      e.currentTarget.setPointerCapture(e.pointerId)
      const { document } = store.getState()
      const at = new Map(nodes.flatMap((id) => { const entry = document?.flow.nodes[id]; return entry ? [[id, { x: entry.at[0], y: entry.at[1] }] as const] : [] }))
      from.current = { x: e.clientX, y: e.clientY, at, dx: 0, dy: 0, moved: false }
    },
    onPointerMove: (e: PointerEvent<HTMLElement>): void => {
      const began = from.current
      if (!began) return
      const zoom = drawing.getState().transform[2]
      if (!began.moved && Math.hypot(e.clientX - began.x, e.clientY - began.y) < 4) return
      const snap = (v: number): number => Math.round(v / zoom / GRID) * GRID
      const [dx, dy] = [snap(e.clientX - began.x), snap(e.clientY - began.y)]
      if (began.moved && dx === began.dx && dy === began.dy) return
      Object.assign(began, { dx, dy, moved: true })
      put(dx, dy, true)
    },
    onPointerUp: (): void => end(true),
    onPointerCancel: (): void => end(false),
    onKeyDownCapture: (e: { readonly key: string; stopPropagation(): void }): void => {
      if (e.key !== 'Escape' || !from.current) return
      e.stopPropagation()
      end(false)
    },
  }
}

const leaders = new WeakMap<object, ReadonlyMap<string, readonly string[]>>()
/** The first node of each group, with all of them. */
function leadersOf(flow: Flow): ReadonlyMap<string, readonly string[]> {
  const groups = groupsOf(flow)
  let known = leaders.get(groups)
  if (!known) leaders.set(groups, (known = new Map(Object.values(groups).flatMap((g) => (g.nodes[0] === undefined ? [] : [[g.nodes[0], g.nodes]])))))
  return known
}
/** On the overview a group's frame is drawn with the first of its nodes. */
export function MapFrame({ node }: { readonly node: string }) {
  const nodes = useEditor((s) => (s.document ? leadersOf(s.document.flow).get(node) : undefined))
  return nodes ? <MapRect nodes={nodes} /> : null
}
function MapRect({ nodes }: { readonly nodes: readonly string[] }) {
  const box = useFrame(nodes)
  return box ? <rect className="map-group" {...box} rx={12} /> : null
}
