// What the others on this flow are told of this window: the flow, the selected nodes, the pointer. Said when it changes, at
// most eight times a second, and the pointer only while somebody else is there.
import type { ClientMessage } from '#format'
import { nothing } from '../state/document.ts'
import { store } from '../state/store.ts'

type Here = Extract<ClientMessage, { type: 'here' }>
const PACE_MS = 125
/** As many as a message may name. */
const MOST = 200

let pointer: Here['pointer'] = null
let changed: () => void = () => undefined

/** On the canvas; null: the pointer is elsewhere. */
export function pointAt(place: readonly [number, number] | null): void {
  const next = place && ([Math.round(place[0]), Math.round(place[1])] as const)
  if (next?.[0] === pointer?.[0] && next?.[1] === pointer?.[1]) return
  pointer = next
  if (store.getState().people.length > 0) changed()
}

/** Calls `say` from now on; answers how to end it. */
export function startPresence(say: (here: Here) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let said = -PACE_MS
  const tell = (): void => {
    timer = undefined
    said = performance.now()
    const { flowId, document, people } = store.getState()
    // In a subflow ids are told with their way there; a pointer has no place of its own to tell, so that of the flow is told alone.
    const inside = document?.inside ?? []
    say({ type: 'here', flow: flowId, selection: (document?.selection ?? nothing).nodes.slice(0, MOST).map((id) => [...inside, id].join('/')), pointer: people.length > 0 && inside.length === 0 ? pointer : null })
  }
  changed = () => {
    timer ??= setTimeout(tell, Math.max(0, said + PACE_MS - performance.now()))
  }
  const stop = store.subscribe((now, before) => {
    if (now.flowId !== before.flowId || now.document?.selection.nodes !== before.document?.selection.nodes || now.document?.inside !== before.document?.inside || (now.people.length > 0) !== (before.people.length > 0)) changed()
  })
  tell()
  return () => {
    stop()
    clearTimeout(timer)
    changed = () => undefined
  }
}
