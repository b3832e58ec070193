// One client of a broker, shared by all nodes that name it. QoS 1 and 2 are acknowledged by us, not by MQTT.js: a
// message is acknowledged once every handler's promise has resolved, many at a time and in any order of commits, while
// the next messages are already being read. QoS 2 is delivered at PUBLISH and acknowledged by PUBREC after the commit
// (MQTT 5, 4.3.3, method A keeps only the packet id), so a crash in between repeats a message and never loses one.
// Longer than most files: session, subscriptions and acknowledgements share one state.
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import { reasonOf, type Connection, type DriverIo, type Health } from '#kit'
import { backOff, delayOf } from '../backoff.ts'
import { plainReason } from '../reason.ts'
import { identityOf, type Identity } from '../identity.ts'
import { covers } from './topic.ts'

export interface MqttSettings {
  readonly url: string
  readonly version: '3.1.1' | '5'
  readonly clientId: string
  readonly username: string
  readonly passwordSecret: string
  readonly ca: string
  readonly certificate: string
  readonly key: string
  readonly will: MqttWill
  readonly keepaliveS: number
  readonly session: 'clean' | 'keep'
  readonly sessionExpiryS: number
}
export type QoS = 0 | 1 | 2
/** Said by the broker when the connection breaks, and by us as we leave; `birth` when we come. An empty topic: nothing. */
export interface MqttWill {
  readonly topic: string
  readonly payload: string
  readonly birth: string
  readonly qos: QoS
  readonly retain: boolean
}
export interface MqttMessage {
  readonly topic: string
  readonly payload: Uint8Array
  /** As it came: the lower of the publisher's and the subscription's. */
  readonly qos: QoS
  /** Kept by the broker and sent because of a new subscription. */
  readonly retain: boolean
}
/** Above QoS 0 the message is acknowledged when the promise resolves; a rejection leaves it to the broker to send again. */
export type MqttHandler = (message: MqttMessage) => void | Promise<void>

interface Handler {
  readonly run: MqttHandler
  readonly qos: QoS
  /** The filter's SUBSCRIBE that this handler has seen: retained messages go to those of the last one. */
  since: number
}
interface Filter {
  readonly filter: string
  readonly handlers: Set<Handler>
  qos: QoS
  count: number
  refused: string
  unsubscribe: NodeJS.Timeout | undefined
}

/** Publishes that are not acknowledged, either way: of ours more wait here, of the broker's there. */
const MAX_IN_FLIGHT = 1000
/** Topics whose filters are remembered. */
const CACHE_LIMIT = 10_000
/** A filter that nobody wants for this long is unsubscribed; a hot deploy takes it over before. */
const LINGER_MS = 2000
/** What a broker gets to read our last acknowledgements and to end the connection. */
const CLOSE_MS = 2000
const HANDLED = new Error('handled by headgate')

export class MqttConnection implements Connection {
  readonly #io: DriverIo
  readonly #at: string
  readonly #identity: Identity
  readonly #will: MqttWill
  readonly #client: MqttClient
  readonly #filters = new Map<string, Filter>()
  readonly #byTopic = new Map<string, readonly Filter[]>()
  readonly #listeners = new Set<(connected: boolean) => void>()
  readonly #pending = new Set<(reason: Error) => void>()
  readonly #waiting: (() => void)[] = []
  /** QoS 2 packet ids that the broker has not released yet: a repeated PUBLISH is not delivered twice. */
  readonly #exactlyOnce = new Map<number, { acknowledged: boolean; generation: number }>()
  #inFlight = 0
  #generation = 0
  #attempt = 0
  #up = false
  #wasConnected = false
  #closed = false
  #fault = ''
  #refused = false
  #redeliver: NodeJS.Timeout | undefined

  constructor(settings: MqttSettings, io: DriverIo) {
    this.#io = io
    const url = new URL(settings.url)
    this.#at = url.host
    const encrypted = url.protocol === 'mqtts:' || url.protocol === 'wss:'
    if (!encrypted && settings.certificate !== '') throw new Error(`a certificate is shown over an encrypted connection only: begin the broker's address with ${url.protocol === 'ws:' ? 'wss' : 'mqtts'}://`)
    this.#identity = identityOf(settings, io)
    this.#will = settings.will
    const clientId = settings.clientId || `headgate-${createHash('sha256').update(`${hostname()} ${io.folder}`).digest('hex').slice(0, 12)}`
    const five = settings.version === '5'
    const options: IClientOptions = {
      protocolVersion: five ? 5 : 4,
      clientId,
      clean: settings.session === 'clean',
      keepalive: settings.keepaliveS,
      connectTimeout: 10_000,
      reconnectPeriod: backOff.baseMs,
      reconnectOnConnackError: true,
      // We subscribe ourselves after every connect.
      resubscribe: false,
      queueQoSZero: true,
      ...(settings.username === '' ? {} : { username: settings.username }),
      ...(settings.passwordSecret === '' ? {} : { password: io.secret(settings.passwordSecret) }),
      ...(encrypted ? this.#identity.options : {}),
      ...(this.#will.topic === '' ? {} : { will: { topic: this.#will.topic, payload: Buffer.from(this.#will.payload), qos: this.#will.qos, retain: this.#will.retain } }),
      // What is not acknowledged yet is in memory here: a broker that knows no limit of its own is given one.
      ...(five ? { properties: { receiveMaximum: MAX_IN_FLIGHT, ...(settings.session === 'keep' ? { sessionExpiryInterval: settings.sessionExpiryS } : {}) } } : {}),
    }
    this.#client = mqtt.connect(settings.url, options)
    this.#client.options.customHandleAcks = (topic, payload, packet, over) => {
      this.#acknowledging(topic, payload, packet as IPublishPacket)
      // Tells MQTT.js to go on with the next packet and to send nothing: the acknowledgement is ours.
      over(HANDLED)
    }
    this.#client.on('message', (topic, payload, packet) => this.#dispatch(topic, payload, packet, 0))
    this.#client.on('packetreceive', (packet) => {
      if (packet.cmd === 'pubrel' && packet.messageId !== undefined) this.#exactlyOnce.delete(packet.messageId)
    })
    this.#client.on('connect', ({ sessionPresent }) => this.#connected(sessionPresent))
    this.#client.on('close', () => this.#lost())
    this.#client.on('reconnect', () => {
      this.#attempt++
      this.#client.options.reconnectPeriod = delayOf(this.#attempt)
    })
    this.#client.on('disconnect', (packet) => {
      this.#fault = `${this.#at} ends the connection (reason ${packet.reasonCode ?? 0})`
    })
    this.#client.on('error', (error) => {
      if (error === HANDLED) return
      const code = (error as { code?: unknown }).code
      this.#refused = code === 4 || code === 5 || code === 134 || code === 135
      // Without a code, before there was a session: the library could not read what came, or nothing did.
      const stranger = code === undefined && !this.#up
      this.#fault = this.#refused ? `${this.#at} refuses user and password` : stranger ? `${this.#at} does not answer as an MQTT broker` : plainReason(error, this.#at)
    })
  }

  get connected(): boolean {
    return this.#client.connected && !this.#closed
  }

  health(): Health {
    if (this.#closed) return { state: 'stale', text: 'closed' }
    const own = this.#identity.standing(this.#io.now())
    if (this.#client.connected) {
      const refused = [...this.#filters.values()].find((f) => f.refused !== '')
      return refused ? { state: 'error', text: refused.refused } : own ? { state: 'ok', text: own.text, issue: own } : { state: 'ok', text: '' }
    }
    if (own?.level === 'error') return { state: 'error', issue: own, text: `${this.#fault || `connecting to ${this.#at}`}. ${own.text}` }
    if (this.#refused) return { state: 'error', text: this.#fault }
    return { state: this.#wasConnected ? 'stale' : 'connecting', text: this.#fault || `connecting to ${this.#at}` }
  }

  /** Called with each change between connected and not. Returns what ends it. */
  listen(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Handles what a filter covers, now and after every reconnect. Nodes with equal filters share one subscription; each
   * gets the retained messages once. Filters that overlap may give a message twice: that is left to the broker.
   */
  subscribe(filter: string, qos: QoS, run: MqttHandler): () => void {
    let entry = this.#filters.get(filter)
    if (!entry) {
      entry = { filter, handlers: new Set(), qos, count: 0, refused: '', unsubscribe: undefined }
      this.#filters.set(filter, entry)
      this.#byTopic.clear()
    }
    const shared = entry
    clearTimeout(shared.unsubscribe)
    shared.qos = Math.max(qos, shared.handlers.size === 0 ? 0 : shared.qos) as QoS
    const handler: Handler = { run, qos, since: shared.count + 1 }
    shared.handlers.add(handler)
    if (this.#client.connected) this.#subscribeNow([shared])
    return () => {
      if (!shared.handlers.delete(handler) || shared.handlers.size > 0 || this.#closed) return
      shared.unsubscribe = setTimeout(() => {
        this.#filters.delete(filter)
        this.#byTopic.clear()
        if (this.#client.connected) this.#client.unsubscribe(filter, (error) => error && this.#io.log('warning', `'${filter}' could not be unsubscribed: ${reasonOf(error)}`))
      }, LINGER_MS)
    }
  }

  /**
   * Resolves when the message is sent (QoS 0) or acknowledged (QoS 1, 2). While the broker is away it waits; it rejects
   * when the connection is closed, or when the broker refuses.
   */
  async publish(topic: string, payload: string | Uint8Array, options: { readonly qos: QoS; readonly retain: boolean }): Promise<void> {
    if (this.#closed) throw new Error('the connection was closed')
    if (this.#inFlight >= MAX_IN_FLIGHT) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    if (this.#closed) throw new Error('the connection was closed')
    this.#inFlight++
    try {
      await new Promise<void>((resolve, reject) => {
        this.#pending.add(reject)
        const body = typeof payload === 'string' ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
        this.#client.publish(topic, body, options, (error) => {
          this.#pending.delete(reject)
          if (error) reject(new Error(plainReason(error, this.#at)))
          else resolve()
        })
      })
    } finally {
      this.#inFlight--
      this.#waiting.shift()?.()
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#redeliver)
    for (const { unsubscribe } of this.#filters.values()) clearTimeout(unsubscribe)
    this.#filters.clear()
    this.#byTopic.clear()
    this.#listeners.clear()
    const connected = this.#client.connected
    const reason = new Error('the connection was closed before the broker had it')
    for (const reject of this.#pending) reject(reason)
    this.#pending.clear()
    for (const go of this.#waiting.splice(0)) go()
    // Politely (DISCONNECT) where the broker listens; one that hangs is not waited for longer. A socket that is cut before
    // the broker has read it loses acknowledgements, and their messages come again.
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => this.#client.end(true, () => resolve()), CLOSE_MS)
      this.#client.outgoing = {}
      // A broker forgets the will of a client that takes leave. Without an acknowledgement: it is sent before the leave.
      const { topic, payload, retain } = this.#will
      if (connected && topic !== '') this.#client.publish(topic, payload, { qos: 0, retain })
      this.#client.end(!connected, () => {
        clearTimeout(force)
        resolve()
      })
      if (!connected) setImmediate(() => (clearTimeout(force), resolve()))
    })
    this.#client.stream?.destroy()
  }

  // ---- the session --------------------------------------------------------------------------------------------------

  #connected(sessionPresent: boolean): void {
    if (this.#closed) return
    this.#up = true
    this.#generation++
    this.#wasConnected = true
    this.#attempt = 0
    this.#client.options.reconnectPeriod = delayOf(0)
    this.#fault = ''
    this.#refused = false
    if (!sessionPresent) this.#exactlyOnce.clear()
    if (this.#filters.size > 0) this.#subscribeNow([...this.#filters.values()].filter((f) => f.handlers.size > 0), true)
    const { topic, birth, qos, retain } = this.#will
    if (topic !== '' && birth !== '') this.#client.publish(topic, birth, { qos, retain })
    for (const listener of this.#listeners) listener(true)
  }

  #lost(): void {
    if (this.#closed) return
    this.#generation++
    if (this.#fault === '') this.#fault = `${this.#at} closed the connection`
    if (this.#up) for (const listener of this.#listeners) listener(false)
    this.#up = false
  }

  #subscribeNow(filters: readonly Filter[], anew = false): void {
    for (const f of filters) {
      f.count++
      if (anew) for (const handler of f.handlers) handler.since = f.count
      this.#client.subscribe(f.filter, { qos: f.qos }, (error, granted) => {
        const refused = error ?? (granted?.some((g) => (g.qos as number) >= 128) ? new Error('not allowed') : undefined)
        if (refused && !this.#closed && this.#client.connected) {
          f.refused = `${this.#at} refuses the subscription '${f.filter}': ${reasonOf(refused)}`
          this.#io.log('error', f.refused)
        } else if (!refused) f.refused = ''
      })
    }
  }

  // ---- messages -----------------------------------------------------------------------------------------------------

  #acknowledging(topic: string, payload: Buffer, packet: IPublishPacket): void {
    const id = packet.messageId!
    const entry = { acknowledged: false, generation: this.#generation }
    if (packet.qos === 2) {
      const before = this.#exactlyOnce.get(id)
      if (before) {
        before.generation = this.#generation
        if (before.acknowledged) this.#send(before.generation, { cmd: 'pubrec', messageId: id })
        return
      }
      this.#exactlyOnce.set(id, entry)
    }
    const kept = this.#dispatch(topic, payload, packet, packet.qos)
    const acknowledge = (): void => {
      entry.acknowledged = true
      this.#send(entry.generation, { cmd: packet.qos === 2 ? 'pubrec' : 'puback', messageId: id })
    }
    if (kept === undefined) return acknowledge()
    kept.then(acknowledge, (thrown: unknown) => {
      this.#exactlyOnce.delete(id)
      this.#io.log('error', `A message on '${topic}' was not kept and stays with the broker: ${reasonOf(thrown)}`)
      this.#askAgain()
    })
  }

  /** All handlers' promises, or undefined when nobody waits. */
  #dispatch(topic: string, payload: Buffer, packet: IPublishPacket, qos: QoS): Promise<unknown> | undefined {
    const message: MqttMessage = { topic, payload, qos, retain: packet.retain }
    let waits: Promise<void>[] | undefined
    for (const f of this.#matching(topic)) {
      for (const handler of f.handlers) {
        if (packet.retain && handler.since !== f.count) continue
        const kept = handler.run(handler.qos < qos ? { ...message, qos: handler.qos } : message)
        if (kept) (waits ??= []).push(kept)
      }
    }
    return waits === undefined ? undefined : waits.length === 1 ? waits[0] : Promise.all(waits)
  }

  #matching(topic: string): readonly Filter[] {
    let found = this.#byTopic.get(topic)
    if (!found) {
      found = [...this.#filters.values()].filter((f) => covers(f.filter, topic))
      if (this.#byTopic.size >= CACHE_LIMIT) this.#byTopic.clear()
      this.#byTopic.set(topic, found)
    }
    return found
  }

  /** An acknowledgement belongs to the connection its message came on; after a reconnect the broker sends it again. */
  #send(generation: number, packet: { cmd: 'puback' | 'pubrec'; messageId: number }): void {
    if (generation !== this.#generation || this.#closed || !this.#client.connected) return
    // MQTT.js has no public way to send an acknowledgement later.
    ;(this.#client as unknown as { _sendPacket(packet: object): void })._sendPacket(packet)
  }

  /** A broker sends again only after a reconnect. */
  #askAgain(): void {
    this.#redeliver ??= setTimeout(() => {
      this.#redeliver = undefined
      if (!this.#closed) this.#client.stream.destroy()
    }, 2000)
  }
}
