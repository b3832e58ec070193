// What other people have selected and where they point, drawn over the nodes; and at nodes that two people changed
// differently, the button that leads to the choice. Only what is named is looked at: ten people cost next to nothing.
import { useEffect, useMemo } from 'react'
import { GitCompareArrows, MousePointer2 } from 'lucide-react'
import { useReactFlow, useStore, ViewportPortal, type ReactFlowState } from 'reactflow'
import type { Person } from '#format'
import { t } from '../language/index.ts'
import { pointAt } from '../live/presence.ts'
import { clashesOf, clashingNodes } from '../state/clashes.ts'
import { outside, subflowAt, type Inside } from '../state/inside.ts'
import { initialsOf, peopleByName, seenFrom, tintsOf } from '../state/people.ts'
import { actions, useEditor } from '../state/here.ts'
import { useEditor as useDraft } from '../state/store.ts'
import './others.css'

/** Outlines of one person. */
const MOST = 40

export function Others() {
  const people = useEditor((s) => s.people)
  const names = useEditor((s) => peopleByName(s.people))
  const tints = useMemo(() => tintsOf(names), [names])
  // Conflicts are those of the whole draft.
  const clashes = useDraft(clashesOf)
  const subflow = useDraft((s) => (s.document?.inside === undefined ? undefined : subflowAt(s.document.flow, s.document.inside)))
  const inside = useDraft((s) => s.document?.inside) ?? outside
  usePointer()
  if (people.length === 0 && clashes.length === 0) return null
  return (
    <ViewportPortal>
      {people.map((p) => <Selected key={p.id} person={p} inside={inside} tint={tints.get(p.user) ?? 0} />)}
      {people.map((p) => (p.pointer && inside.length === 0 ? <Pointer key={`${p.id} pointer`} person={p} at={p.pointer} tint={tints.get(p.user) ?? 0} /> : null))}
      <Clashes nodes={clashingNodes(clashes, subflow)} author={clashes[0]?.author ?? ''} />
    </ViewportPortal>
  )
}

/** 'x y width height' of each, as drawn now: a drag moves its outlines too. */
const boxes = (ids: readonly string[]) => (s: ReactFlowState): string =>
  ids.map((id) => {
    const n = s.nodeLookup.get(id)
    return n ? `${n.internals.positionAbsolute.x} ${n.internals.positionAbsolute.y} ${n.measured.width ?? 200} ${n.measured.height ?? 100}` : ''
  }).join(',')
function useBoxes(ids: readonly string[]): readonly (readonly [number, number, number, number] | null)[] {
  return useStore(boxes(ids)).split(',').map((text) => (text === '' ? null : (text.split(' ').map(Number) as [number, number, number, number])))
}

function Selected({ person, inside, tint }: { readonly person: Person; readonly inside: Inside; readonly tint: number }) {
  const ids = seenFrom(inside, person.selection).slice(0, MOST)
  const at = useBoxes(ids)
  return at.map((box, i) =>
    box ? (
      <div key={ids[i]} className={`other-sel tint-${tint}`} style={{ transform: `translate(${box[0] - 5}px, ${box[1] - 5}px)`, width: box[2] + 10, height: box[3] + 10 }}>
        <span title={person.user}><b>{initialsOf(person.user)}</b> {person.user}</span>
      </div>
    ) : null,
  )
}

function Pointer({ person, at, tint }: { readonly person: Person; readonly at: readonly [number, number]; readonly tint: number }) {
  const zoom = useStore((s: ReactFlowState) => s.transform[2])
  return (
    <div className={`other-pointer tint-${tint}`} aria-hidden="true" style={{ transform: `translate(${at[0]}px, ${at[1]}px) scale(${1 / zoom})` }}>
      <MousePointer2 size={14} /><span>{initialsOf(person.user)}</span>
    </div>
  )
}

function Clashes({ nodes, author }: { readonly nodes: readonly string[]; readonly author: string }) {
  const at = useBoxes(nodes)
  return at.map((box, i) =>
    box && nodes[i] !== undefined ? (
      <button key={nodes[i]} type="button" className="clash-badge nodrag nopan" style={{ transform: `translate(${box[0] + box[2] - 14}px, ${box[1] - 12}px)` }} aria-label={t('{node}: {author} changed this too. Choose', { node: nodes[i], author })} title={t('{author} changed this too: choose', { author })} onClick={() => actions.openDialog({ kind: 'conflicts' })}>
        <GitCompareArrows size={14} aria-hidden="true" />
      </button>
    ) : null,
  )
}

/** Tells where this person points. */
function usePointer(): void {
  const { screenToFlowPosition } = useReactFlow()
  const frame = useStore((s: ReactFlowState) => s.domNode)
  useEffect(() => {
    if (!frame) return
    const move = (e: PointerEvent): void => {
      const { x, y } = screenToFlowPosition({ x: e.clientX, y: e.clientY }, { snapToGrid: false })
      pointAt([x, y])
    }
    const leave = (): void => pointAt(null)
    frame.addEventListener('pointermove', move)
    frame.addEventListener('pointerleave', leave)
    return () => {
      frame.removeEventListener('pointermove', move)
      frame.removeEventListener('pointerleave', leave)
      leave()
    }
  }, [frame, screenToFlowPosition])
}
