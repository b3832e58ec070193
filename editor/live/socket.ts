// The live socket: one WebSocket to the gateway that comes back by itself, and then watches and taps again what was
// watched and tapped. Knows no store and no DOM: WebSocket, timers and chance are given.
import { reasonOf } from '#kit'
import type { ClientMessage, ServerMessage } from '#format'
import { t } from '../language/index.ts'

export type SocketState = 'off' | 'connecting' | 'open' | 'lost'

/** The part of the browser's WebSocket that is used. */
export interface SocketLike {
  readonly readyState: number
  onopen: (() => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null
  onerror: (() => void) | null
  send(text: string): void
  close(): void
}
export interface SocketOptions {
  /** Opens a socket; a throw counts as a lost connection. */
  connect(): SocketLike
  onMessage(message: ServerMessage): void
  onState(state: SocketState, reason: string): void
  setTimer?(run: () => void, ms: number): unknown
  clearTimer?(timer: unknown): void
  /** 0 to 1. */
  random?(): number
}
export interface TapTarget {
  readonly flow: string
  readonly node: string
  readonly port: string
}
export interface LiveSocket {
  start(): void
  /** Idempotent; nothing is sent or reported after it. What is watched and tapped is kept for the next start. */
  stop(): void
  /** Try at once instead of waiting out the pause. */
  retry(): void
  watch(flow: string | null): void
  /** Nodes of the watched flow that are told at once, the others about once a second; null: all at once. */
  look(nodes: readonly string[] | null): void
  tap(id: string, target: TapTarget): void
  untap(id: string): void
  /** Said again when the line is back. */
  here(message: Here): void
}
type Here = Extract<ClientMessage, { type: 'here' }>

/** First pause, longest pause, ms. Each failure doubles it; up to half is left to chance, so that many editors do not return in step. */
export const BACK_OFF = { first: 500, longest: 10_000 } as const
/** Silence after which the gateway is asked again, and after which the line counts as dead, ms. */
export const SILENCE = { ask: 10_000, dead: 5_000 } as const
const OPEN = 1

export function createLiveSocket(options: SocketOptions): LiveSocket {
  const setTimer = options.setTimer ?? ((run: () => void, ms: number): unknown => globalThis.setTimeout(run, ms))
  const clearTimer = options.clearTimer ?? ((timer: unknown): void => globalThis.clearTimeout(timer as number))
  const random = options.random ?? Math.random
  const taps = new Map<string, TapTarget>()
  let watched: string | null = null
  let looked: readonly string[] | null = null
  let place: Here | null = null
  let socket: SocketLike | null = null
  let running = false
  let failures = 0
  let retryTimer: unknown
  let silenceTimer: unknown
  let sawStatus = false

  function open(): void {
    clearTimer(retryTimer)
    options.onState('connecting', '')
    try {
      socket = options.connect()
    } catch (thrown) {
      lost(reasonOf(thrown))
      return
    }
    const mine = socket
    mine.onopen = () => {
      if (mine !== socket) return
      failures = 0
      sawStatus = false
      options.onState('open', '')
      if (watched !== null) sayWatched()
      for (const [id, target] of taps) send({ type: 'tap', id, ...target })
      if (place) send(place)
      listen()
    }
    mine.onmessage = (event) => {
      if (mine !== socket) return
      let message: ServerMessage
      try {
        message = JSON.parse(String(event.data)) as ServerMessage
      } catch (thrown) {
        lost(t('the gateway sent something unreadable ({reason})', { reason: reasonOf(thrown) }))
        return
      }
      if (message.type === 'status') sawStatus = true
      listen()
      options.onMessage(message)
    }
    mine.onerror = null // a close follows, and tells more
    mine.onclose = (event) => {
      if (mine === socket) lost(event.reason !== '' ? event.reason : event.code === 1006 ? t('the gateway does not answer') : t('closed with code {code}', { code: event.code }))
    }
  }

  /** A cut cable closes nothing: after a silence the gateway is asked for a full status, and when that stays out the line is dead. */
  function listen(): void {
    clearTimer(silenceTimer)
    if (watched === null || !sawStatus) return
    silenceTimer = setTimer(() => {
      sayWatched()
      silenceTimer = setTimer(() => lost(t('nothing was heard for {seconds} s', { seconds: (SILENCE.ask + SILENCE.dead) / 1000 })), SILENCE.dead)
    }, SILENCE.ask)
  }

  const sayWatched = (): void => send({ type: 'watch', flow: watched, ...(looked === null ? {} : { nodes: looked }) })

  function drop(): void {
    clearTimer(silenceTimer)
    const old = socket
    socket = null
    if (!old) return
    old.onopen = old.onmessage = old.onclose = old.onerror = null
    old.close()
  }

  function lost(reason: string): void {
    drop()
    if (!running) return
    options.onState('lost', reason)
    const pause = Math.min(BACK_OFF.longest, BACK_OFF.first * 2 ** failures)
    failures++
    retryTimer = setTimer(open, pause * (0.5 + random() / 2))
  }

  function send(message: ClientMessage): void {
    if (socket?.readyState === OPEN) socket.send(JSON.stringify(message))
  }

  return {
    start() {
      if (running) return
      running = true
      failures = 0
      open()
    },
    stop() {
      if (!running) return
      running = false
      clearTimer(retryTimer)
      drop()
      options.onState('off', '')
    },
    retry() {
      if (!running || socket !== null) return
      failures = 0
      open()
    },
    watch(flow) {
      if (flow === watched) return
      watched = flow
      // What is in view of another flow is told later.
      looked = null
      sawStatus = false
      clearTimer(silenceTimer)
      send({ type: 'watch', flow })
    },
    look(nodes) {
      if (looked === nodes || (looked !== null && nodes !== null && looked.length === nodes.length && looked.every((id, i) => id === nodes[i]))) return
      looked = nodes
      if (watched !== null) sayWatched()
    },
    tap(id, target) {
      taps.set(id, target)
      send({ type: 'tap', id, ...target })
    },
    untap(id) {
      if (taps.delete(id)) send({ type: 'untap', id })
    },
    here(message) {
      place = message
      send(message)
    },
  }
}
