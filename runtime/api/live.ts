// The live socket, /api/live: status of the watched flow at 10 Hz, taps, alarms, log. Watching never slows a flow and
// never grows memory: an engine is asked once per flow whoever watches, a slow client gets fewer frames, then is let go.
// Longer than 300 lines: the rules of one socket.
import type { FastifyInstance } from 'fastify'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { issue, IssueError, reasonOf, type Issue, type JsonSample } from '#kit'
import { may, MAX_WATCHED, type ClientMessage, type NodeStatus, type ServerMessage } from '#format'
import type { Gateway } from '../gateway.ts'
import type { Auth, SessionOf } from './contract.ts'
import { createPeople, MAX_SELECTED } from './people.ts'
import { COOKIE, hostAllowed, originAllowed, type Reach } from './security.ts'

const POLL_MS = 100
/** A node that nobody looks at is told in every so manieth status. */
const OUT_OF_VIEW = 10
const HEARTBEAT_MS = 15_000
const MAX_CLIENTS = 64
/** One person's: the others keep their view. */
const MAX_OF_USER = 16
const MAX_TAPS = 32
/** What a client may ask at once, and a second for long: each tap is work for the engine that runs the flow. */
const ASKS_AT_ONCE = 200
const ASKS_PER_S = 50
/** Bytes waiting for one client: above the first, status and taps wait; above the last, the client is let go. */
const SLOW_BYTES = 512 * 1024
const DEAD_BYTES = 16 * 1024 * 1024

export interface Live {
  /** Closes the sockets whose session has ended. */
  recheck(): void
  readonly clients: number
  close(): void
}

interface Client {
  readonly socket: WebSocket
  readonly token: string
  session: SessionOf
  flow: string | null
  /** What this client knows of the watched flow's nodes, as JSON. */
  seen: Map<string, string>
  /** Of nodes that are not looked at, the condition that this client knows: another one is told at once. */
  conditions: Map<string, string>
  /** Nodes that are told at once; null: all. */
  looked: ReadonlySet<string> | null
  /** Statuses told: whose turn it is of the others. */
  round: number
  readonly taps: Map<string, Tap>
  alive: boolean
  /** Below 0: it asked faster than it may. */
  asksLeft: number
  askedAt: number
}
interface Tap {
  /** Undefined while the engine links it. */
  stop: (() => void) | undefined
  ended: boolean
  /** Samples that this client could not take; told with the next that it can. */
  skipped: number
}

export function installLive(app: FastifyInstance, gateway: Gateway, auth: Auth, options: Reach & { log(text: string, thrown?: unknown): void }): Live {
  const server = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024, perMessageDeflate: false })
  const clients = new Set<Client>()
  const polling = new Set<string>()
  const people = createPeople<Client>((client, message) => !slow(client) && (send(client, message), true), (client) => client.session.user)
  let closed = false

  app.server.on('upgrade', (request, raw, head) => {
    const refuse = (status: string): void => {
      // The other side may keep its half open for ever; no time limit of the server holds after an upgrade.
      raw.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => raw.destroy())
    }
    raw.on('error', () => raw.destroy())
    const { host, origin } = request.headers
    if (closed || request.url?.split('?')[0] !== '/api/live') return refuse('404 Not Found')
    if (!hostAllowed(host, options)) return refuse('421 Misdirected Request')
    if (!originAllowed(origin, host, options)) return refuse('403 Forbidden')
    const token = cookieOf(app, request.headers.cookie)
    const session = token === undefined || !auth.claimed() ? undefined : auth.session(token)
    if (token === undefined || !session) return refuse('401 Unauthorized')
    if (!may(session.role, 'view')) return refuse('403 Forbidden')
    if (clients.size >= MAX_CLIENTS) return refuse('503 Service Unavailable')
    if ([...clients].filter((c) => c.session.user === session.user).length >= MAX_OF_USER) return refuse('429 Too Many Requests')
    server.handleUpgrade(request, raw, head, (socket) => join(socket, token, session))
  })

  function join(socket: WebSocket, token: string, session: SessionOf): void {
    const client: Client = { socket, token, session, flow: null, seen: new Map(), conditions: new Map(), looked: null, round: 0, taps: new Map(), alive: true, asksLeft: ASKS_AT_ONCE, askedAt: performance.now() }
    clients.add(client)
    socket.on('message', (data, binary) => {
      pace(client)
      receive(client, data, binary)
    })
    socket.on('pong', () => (client.alive = true))
    // A broken frame or connection: 'close' follows, and there it is tidied up.
    socket.on('error', () => socket.terminate())
    socket.on('close', () => leave(client))
    send(client, { type: 'hello', session: { user: session.user, role: session.role, gateway: gateway.name, version: gateway.version }, time: Date.now() })
    send(client, { type: 'hold', held: gateway.held() })
    for (const engine of gateway.engineStatus()) send(client, { type: 'engine', engine })
    for (const flow of gateway.flows()) send(client, { type: 'flow', flow })
    for (const alarm of gateway.alarms()) send(client, { type: 'alarm', alarm })
    for (const trial of gateway.trials()) send(client, { type: 'trial', trial })
  }

  function leave(client: Client): void {
    clients.delete(client)
    people.leave(client)
    for (const tap of client.taps.values()) endTap(tap)
    client.taps.clear()
    client.flow = null
  }

  function send(client: Client, message: ServerMessage): void {
    sendText(client, JSON.stringify(message))
  }
  function sendText(client: Client, text: string): void {
    if (client.socket.readyState !== client.socket.OPEN) return
    if (client.socket.bufferedAmount > DEAD_BYTES) return client.socket.terminate()
    client.socket.send(text)
  }
  const slow = (client: Client): boolean => client.socket.bufferedAmount > SLOW_BYTES

  // ---- what clients ask for

  /** Who asks too fast is read from again when its time has come. */
  function pace(client: Client): void {
    const time = performance.now()
    client.asksLeft = Math.min(ASKS_AT_ONCE, client.asksLeft + ((time - client.askedAt) / 1000) * ASKS_PER_S) - 1
    client.askedAt = time
    if (client.asksLeft >= 0 || client.socket.isPaused) return
    client.socket.pause()
    setTimeout(() => client.socket.resume(), (-client.asksLeft / ASKS_PER_S) * 1000).unref()
  }

  function receive(client: Client, data: RawData, binary: boolean): void {
    const message = binary ? undefined : readMessage(String(data))
    if (message === undefined) return complain(client, issue('REQUEST', {}, { reason: "The live socket takes JSON messages of type 'watch', 'tap', 'untap' and 'here'." }))
    switch (message.type) {
      case 'watch':
        if (message.flow !== null && !gateway.has(message.flow)) return complain(client, issue('FLOW_UNKNOWN', { flow: message.flow }, { id: message.flow }))
        // Other nodes of the same flow: what was told stays known.
        if (message.nodes === undefined || client.flow !== message.flow) client.seen = new Map()
        client.flow = message.flow
        client.looked = message.nodes === undefined ? null : new Set(message.nodes)
        if (message.flow !== null) void poll(message.flow)
        return
      case 'tap':
        return void startTap(client, message)
      case 'here':
        return people.at(client, message)
      case 'untap': {
        const tap = client.taps.get(message.id)
        client.taps.delete(message.id)
        return tap && endTap(tap)
      }
    }
  }

  function complain(client: Client, about: Issue): void {
    send(client, { type: 'log', time: Date.now(), level: about.level, ...(about.flow === undefined ? {} : { flow: about.flow }), ...(about.node === undefined ? {} : { node: about.node }), text: `${about.text} ${about.remedy}` })
  }

  async function startTap(client: Client, { id, flow, node, port }: Extract<ClientMessage, { type: 'tap' }>): Promise<void> {
    const before = client.taps.get(id)
    if (before) endTap(before)
    if (!before && client.taps.size >= MAX_TAPS) return complain(client, issue('REQUEST', { flow, node }, { reason: `One view can have ${MAX_TAPS} taps.` }))
    if (!gateway.has(flow)) return complain(client, issue('FLOW_UNKNOWN', { flow }, { id: flow }))
    const tap: Tap = { stop: undefined, ended: false, skipped: 0 }
    client.taps.set(id, tap)
    try {
      const stop = await gateway.tap(flow, node, port, (samples, skipped) => tapped(client, id, tap, samples, skipped))
      // The client may have gone, or asked for another, while the engine linked this one.
      if (tap.ended) stop()
      else tap.stop = stop
    } catch (thrown) {
      if (client.taps.get(id) === tap) client.taps.delete(id)
      tap.ended = true
      complain(client, thrown instanceof IssueError ? thrown.issues[0]! : issue('NODE_FAILED', { flow, node, port }, { reason: `This port cannot be tapped: ${reasonOf(thrown)}` }))
    }
  }

  function tapped(client: Client, id: string, tap: Tap, samples: readonly JsonSample[], skipped: number): void {
    if (tap.ended) return
    if (slow(client)) {
      tap.skipped += samples.length + skipped
      return
    }
    send(client, { type: 'tap', id, samples, skipped: skipped + tap.skipped })
    tap.skipped = 0
  }

  function endTap(tap: Tap): void {
    tap.ended = true
    tap.stop?.()
    tap.stop = undefined
  }

  // ---- status of watched flows

  /** One loop per watched flow, alive while anybody watches it; the next question waits for the last answer. */
  async function poll(flow: string): Promise<void> {
    if (polling.has(flow)) return
    polling.add(flow)
    while (watchers(flow).length > 0) {
      const next = performance.now() + POLL_MS
      try {
        if (watchers(flow).some((client) => !slow(client))) await show(flow)
      } catch (thrown) {
        // The flow is gone, or its engine restarts: both are told by their own messages; the next round tries again.
        if (!(thrown instanceof IssueError)) options.log(`The status of '${flow}' cannot be read: ${reasonOf(thrown)}`, thrown)
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(10, next - performance.now())))
    }
    polling.delete(flow)
  }

  const watchers = (flow: string): Client[] => (closed ? [] : [...clients]).filter((c) => c.flow === flow && c.socket.readyState === c.socket.OPEN)

  async function show(flow: string): Promise<void> {
    const report = await gateway.report(flow)
    const nodes = Object.entries<NodeStatus>(report.nodes)
    // Once for all clients, and not at all for what no client is told now.
    const texts = new Map<string, string>()
    const textOf = (id: string, status: NodeStatus): string => {
      const known = texts.get(id) ?? JSON.stringify(status)
      texts.set(id, known)
      return known
    }
    const rest = JSON.stringify({ type: 'status', flow, version: report.version, time: Date.now(), totals: report.totals }).slice(0, -1)
    for (const client of watchers(flow)) {
      // What a slow client misses here it gets with a later frame: a status is a state, only the last counts.
      if (slow(client)) continue
      const { looked, seen } = client
      const turn = client.round++ % OUT_OF_VIEW
      // An instance on the canvas stands for all nodes in it.
      const told = looked === null ? nodes : nodes.filter(([id, status], i) => {
        const now = conditionOf(status)
        const stirred = client.conditions.get(id) !== now
        if (stirred) client.conditions.set(id, now)
        return stirred || i % OUT_OF_VIEW === turn || !seen.has(id) || looked.has(id.split('/', 1)[0]!)
      })
      const changed = told.map(([id, status]) => [id, textOf(id, status)] as const).filter(([id, text]) => seen.get(id) !== text)
      for (const [id, text] of changed) seen.set(id, text)
      sendText(client, `${rest},"nodes":{${changed.map(([id, text]) => `${JSON.stringify(id)}:${text}`).join(',')}}}`)
    }
  }

  // ---- what the gateway tells everybody

  const stopListening = gateway.listen((message) => {
    if (clients.size === 0) return
    // A new version may have the same nodes with the same status: it is shown whole.
    if (message.type === 'flow') for (const client of clients) if (client.flow === message.flow.id) client.seen = new Map()
    const text = JSON.stringify(message)
    for (const client of clients) {
      if (message.type === 'log' && slow(client)) continue
      // Long, and told again in a second.
      if (message.type === 'shadow' && message.shadow !== null && (client.flow !== message.flow || slow(client))) continue
      sendText(client, text)
    }
  })

  function recheck(): void {
    for (const client of clients) {
      const session = auth.session(client.token)
      if (!session) client.socket.close(4401, 'Signed out')
      else client.session = session
    }
  }

  const heartbeat = setInterval(() => {
    recheck()
    for (const client of clients) {
      if (!client.alive) {
        client.socket.terminate()
        continue
      }
      client.alive = false
      client.socket.ping()
    }
  }, HEARTBEAT_MS)
  heartbeat.unref()

  return {
    recheck,
    get clients() {
      return clients.size
    },
    close() {
      closed = true
      clearInterval(heartbeat)
      stopListening()
      people.close()
      for (const client of clients) {
        client.socket.close(1001, 'The gateway stops')
        client.socket.terminate()
      }
      server.close()
    },
  }
}

function cookieOf(app: FastifyInstance, header: string | undefined): string | undefined {
  return header === undefined ? undefined : app.parseCookie(header)[COOKIE]
}

const conditionOf = ({ health, issues }: NodeStatus): string => `${health.state} ${health.text} ${issues.map((i) => i.text).join()}`

const text = (value: unknown, max: number): value is string => typeof value === 'string' && value.length > 0 && value.length <= max

/** Undefined when it is none of ours. */
function readMessage(data: string): ClientMessage | undefined {
  let json: unknown
  try {
    json = JSON.parse(data)
  } catch {
    return undefined // not JSON: the caller says so to the client
  }
  if (typeof json !== 'object' || json === null) return undefined
  const m = json as Record<string, unknown>
  if (m['type'] === 'watch' && (m['flow'] === null || text(m['flow'], 64)) && (m['nodes'] === undefined || isNodes(m['nodes'], MAX_WATCHED))) return { type: 'watch', flow: m['flow'], ...(m['nodes'] === undefined ? {} : { nodes: m['nodes'] }) }
  if (m['type'] === 'untap' && text(m['id'], 200)) return { type: 'untap', id: m['id'] }
  if (m['type'] === 'tap' && text(m['id'], 200) && text(m['flow'], 64) && text(m['node'], 64) && text(m['port'], 200)) return { type: 'tap', id: m['id'], flow: m['flow'], node: m['node'], port: m['port'] }
  if (m['type'] === 'here' && (m['flow'] === null || text(m['flow'], 64)) && isNodes(m['selection'], MAX_SELECTED) && (m['pointer'] === null || isPoint(m['pointer']))) return { type: 'here', flow: m['flow'], selection: m['selection'], pointer: m['pointer'] }
  return undefined
}
/** A node in a subflow is told with its way there: ids of 64 characters, some deep. */
const MAX_PATH = 512
const isNodes = (value: unknown, most: number): value is readonly string[] => Array.isArray(value) && value.length <= most && value.every((id) => text(id, MAX_PATH))
const isPoint = (value: unknown): value is readonly [number, number] => Array.isArray(value) && value.length === 2 && value.every((n) => typeof n === 'number' && Number.isFinite(n))
