// What is being written on the canvas (a group's title, a comment), and where what is dragged would go: shared by the frames,
// the cards, the keys and the drag.
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Box } from '../state/arrange.ts'
import { frameOf, groupAt, groupsOf, targetOf } from '../state/groups.ts'
import { store } from '../state/here.ts'

interface GroupUi {
  readonly editing: string | null
  /** While nodes are dragged: the frames as they were when that began. */
  readonly frames: ReadonlyMap<string, Box> | null
  /** Node -> group it would be in; null: none. Only those that change. */
  readonly into: { readonly [node: string]: string | null }
}
const nowhere: GroupUi['into'] = {}
const groupUi = createStore<GroupUi>()(() => ({ editing: null, frames: null, into: nowhere }))

/** Begins writing a group's title; null ends it. */
export const editGroup = (id: string | null): void => groupUi.setState({ editing: id === null ? null : `group:${id}` })
export const useEditingGroup = (id: string): boolean => useStore(groupUi, (s) => s.editing === `group:${id}`)
/** The same for the text of a comment. */
export const editComment = (id: string | null): void => groupUi.setState({ editing: id === null ? null : `node:${id}` })
export const useEditingComment = (id: string): boolean => useStore(groupUi, (s) => s.editing === `node:${id}`)

/** The frame as it was when the drag began, and what the drag would do to this group. */
export const useFrozenFrame = (id: string): Box | undefined => useStore(groupUi, (s) => s.frames?.get(id))
export const useDragSign = (id: string): 'join' | 'leave' | null =>
  useStore(groupUi, (s) => {
    if (s.frames === null) return null
    let leaves = false
    for (const [node, group] of Object.entries(s.into)) {
      if (group === id) return 'join'
      leaves ||= ownGroup(node) === id
    }
    return leaves ? 'leave' : null
  })

const ownGroup = (node: string): string | undefined => { const { document } = store.getState(); return document ? groupAt(document.flow, node) : undefined }

type Dragged = { readonly id: string; readonly position: { readonly x: number; readonly y: number }; readonly measured?: { readonly width?: number; readonly height?: number } }

/** `boxOf` gives where a node lies now. */
export function beginGroupDrag(boxOf: (id: string) => Box | undefined): void {
  const flow = store.getState().document?.flow
  const frames = new Map(Object.entries(flow ? groupsOf(flow) : {}).flatMap(([id, g]) => { const frame = frameOf(g.nodes.flatMap((n) => boxOf(n) ?? [])); return frame ? [[id, frame]] : [] }))
  groupUi.setState({ frames: frames.size === 0 ? null : frames, into: nowhere })
}

export function overGroups(dragged: readonly Dragged[]): void {
  const { frames, into: before } = groupUi.getState()
  const flow = store.getState().document?.flow
  if (!frames || !flow) return
  const ids = new Set(dragged.map((n) => n.id))
  const into: Record<string, string | null> = {}
  for (const { id, position, measured } of dragged) {
    const own = groupAt(flow, id)
    // A group that is dragged as a whole takes its frame along.
    if (own !== undefined && groupsOf(flow)[own]!.nodes.every((n) => ids.has(n))) continue
    const target = targetOf({ ...position, width: measured?.width ?? 200, height: measured?.height ?? 100 }, own, frames)
    if (target !== (own ?? null)) into[id] = target
  }
  const keys = Object.keys(into)
  if (keys.length !== Object.keys(before).length || keys.some((k) => before[k] !== into[k])) groupUi.setState({ into })
}

/** Ends the drag; answers who joins or leaves what. */
export function endGroupDrag(): GroupUi['into'] {
  const { into } = groupUi.getState()
  groupUi.setState({ frames: null, into: nowhere })
  return into
}
