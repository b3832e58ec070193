// Ties the live socket to the store: it follows the session, the open flow and the pinned taps, and fills the taps'
// buffers. Tap samples go into the buffers only: plots are drawn from there, many times a second, without React.
import { useEffect } from 'react'
import { actions, store, useEditor, type State } from '../state/store.ts'
import { createLiveSocket, type LiveSocket, type SocketLike, type TapTarget } from './socket.ts'
import { startPresence } from './presence.ts'
import { createSpread } from './spread.ts'
import type { TapBuffer } from './buffer.ts'
import { createBuffers } from './buffers.ts'

const buffers = createBuffers((id) => store.getState().live.taps.some((t) => t.id === id))
/** The buffer of a tap, made when it is first asked for. */
export const bufferOf = (tap: string): TapBuffer => buffers.of(tap)

// ---- taps of a view, which come and go with it; the pinned ones are the store's

interface Viewed extends TapTarget {
  users: number
}
const viewed = new Map<string, Viewed>()
/** Beside the pinned ones: the gateway gives a socket no more than 32. */
export const MOST_VIEWED = 20

/** The buffer of an output while somebody looks at it; several views of one share it. Undefined: there are too many. */
export function viewTap(target: TapTarget): { readonly buffer: TapBuffer; readonly release: () => void } | undefined {
  const id = `view:${target.flow} ${target.node}.${target.port}`
  const known = viewed.get(id)
  if (!known && viewed.size >= MOST_VIEWED) return undefined
  const of = known ?? { ...target, users: 0 }
  of.users++
  if (!known) {
    viewed.set(id, of)
    socket?.tap(id, target)
  }
  const release = (): void => {
    if (--of.users > 0) return
    viewed.delete(id)
    buffers.delete(id)
    socket?.untap(id)
  }
  return { buffer: bufferOf(id), release }
}

let socket: LiveSocket | undefined
/** Tries at once to get a lost line back. */
export const retryLive = (): void => socket?.retry()

/** The nodes of the flow in front that are looked at; null: all. */
export const lookAt = (nodes: readonly string[] | null): void => socket?.look(nodes)

/** Call once, where the workbench is shown. */
export function useLiveLink(): void {
  const user = useEditor((s) => s.session?.user)
  useEffect(() => {
    if (user === undefined) return
    return startLink()
  }, [user])
}

/** A flow that was never deployed has nothing to watch: the gateway does not know it. */
const watched = (state: State): string | null => (state.base.version === null ? null : state.flowId)

function startLink(): () => void {
  const spread = createSpread(actions.applyServerMessage, (run) => void requestAnimationFrame(run))
  const live = createLiveSocket({
    connect: () => new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/live`) as unknown as SocketLike,
    onMessage(message) {
      if (message.type === 'tap') bufferOf(message.id).push(message.samples, message.skipped, performance.now())
      else spread.take(message)
    },
    onState: (state, reason) => {
      const before = store.getState().live.state
      actions.setConnection(state, reason)
      if (state === 'lost') buffers.gap()
      // What happened meanwhile: another version may run now, or the session may have ended.
      if (state === 'open' && before === 'connecting' && lostBefore) void actions.start(store.getState().flowId)
      lostBefore = state === 'lost' || (state === 'connecting' && lostBefore)
    },
  })
  let lostBefore = false
  const tapped = new Set<string>()
  const follow = (state: State): void => {
    live.watch(watched(state))
    const now = new Set(state.live.taps.map((t) => t.id))
    for (const id of tapped) {
      if (now.has(id)) continue
      live.untap(id)
      tapped.delete(id)
    }
    buffers.keep(now)
    for (const { id, flow, node, port } of state.live.taps) {
      if (tapped.has(id)) continue
      tapped.add(id)
      live.tap(id, { flow, node, port })
    }
  }
  follow(store.getState())
  const stop = store.subscribe((state, before) => {
    if (watched(state) !== watched(before) || state.live.taps !== before.live.taps) follow(state)
  })
  const wake = (): void => live.retry()
  addEventListener('online', wake)
  socket = live
  for (const [id, { flow, node, port }] of viewed) live.tap(id, { flow, node, port })
  live.start()
  const leave = startPresence(live.here)
  return () => {
    removeEventListener('online', wake)
    leave()
    stop()
    live.stop()
    spread.drop()
    if (socket === live) socket = undefined
  }
}
