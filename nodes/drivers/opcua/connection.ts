// One session with an OPC UA server, shared by all nodes that name it. The library's own reconnection is off: after a
// loss everything is built anew by the same few lines that built it first, so a restarted server is no special case.
// Longer than most files: the library's many ways to fail are put into words here.
import { connect } from 'node:net'
import { format } from 'node:util'
import type { ClientMonitoredItemGroup as Group, ClientSession, ClientSubscription as Subscription, OPCUAClient as Client } from 'node-opcua-client'
import { issue, reasonOf, type Connection, type DriverIo, type Health } from '#kit'
import { delayOf } from '../backoff.ts'
import { plainReason } from '../reason.ts'
import type { UaDataValue } from './value.ts'

export interface OpcuaSettings {
  readonly endpoint: string
  readonly securityMode: 'None' | 'Sign' | 'SignAndEncrypt'
  readonly securityPolicy: 'Basic256Sha256' | 'Aes128_Sha256_RsaOaep' | 'Aes256_Sha256_RsaPss'
  readonly user: string
  readonly passwordSecret: string
}
export interface MonitorItem {
  readonly nodeId: string
  readonly samplingMs: number
}
export interface MonitorListener {
  changed(index: number, data: UaDataValue): void
  /** The server does not give this item; in words. */
  refused(index: number, reason: string): void
  /** Nothing more comes until the connection is back; then all items are given anew. */
  lost(): void
}
interface Monitor {
  readonly items: readonly MonitorItem[]
  readonly queueSize: number
  readonly listener: MonitorListener
  subscription: Subscription | undefined
}

type Library = typeof import('node-opcua-client')

/** An attempt that takes longer has failed: a server that accepts and never answers. */
const ATTEMPT_MS = 20_000
const REQUEST_MS = 8_000
const ITEMS_PER_CALL = 500

export class OpcuaConnection implements Connection {
  readonly #settings: OpcuaSettings
  readonly #io: DriverIo
  readonly #at: string
  readonly #monitors = new Set<Monitor>()
  readonly #running: Promise<void>
  readonly #stop = new AbortController()
  readonly #closing: Promise<never>
  #session: ClientSession | undefined
  #library: Library | undefined
  #wasConnected = false
  #fault = ''
  #mustAct = false
  #untrusted = false

  constructor(settings: OpcuaSettings, io: DriverIo) {
    this.#settings = settings
    this.#io = io
    this.#at = new URL(settings.endpoint.replace(/^opc\.tcp:/, 'http:')).host
    this.#closing = new Promise((_, reject) => this.#stop.signal.addEventListener('abort', () => reject(new Error('closed'))))
    // Whoever waits for it hears it; nobody need wait.
    this.#closing.catch(() => undefined)
    this.#running = this.#run()
  }

  get connected(): boolean {
    return this.#session !== undefined
  }

  health(): Health {
    if (this.#session) return { state: 'ok', text: '' }
    if (this.#stop.signal.aborted) return { state: 'stale', text: 'closed' }
    const text = this.#fault || `connecting to ${this.#at}`
    if (this.#untrusted) return { state: 'error', text, issue: issue('CERTIFICATE_UNTRUSTED', {}, { at: this.#at }) }
    if (this.#mustAct) return { state: 'error', text, issue: issue('CONNECTION_FAILED', {}, { name: this.#at, reason: text }) }
    return { state: this.#wasConnected ? 'stale' : 'connecting', text }
  }

  /** The session as it is now, for browsing. Throws in words when there is none. */
  current(): { readonly session: ClientSession; readonly library: Library } {
    if (!this.#session || !this.#library) throw new Error(this.health().text)
    return { session: this.#session, library: this.#library }
  }

  /** Items that are sampled by the server, each at its own rate, and sent as they change. Returns what ends it. */
  monitor(items: readonly MonitorItem[], queueSize: number, listener: MonitorListener): () => Promise<void> {
    const monitor: Monitor = { items, queueSize, listener, subscription: undefined }
    this.#monitors.add(monitor)
    if (this.#session) void this.#begin(this.#session, monitor)
    return async () => {
      if (!this.#monitors.delete(monitor)) return
      const { subscription } = monitor
      monitor.subscription = undefined
      if (subscription && this.#session) await within(REQUEST_MS, subscription.terminate()).catch((thrown: unknown) => this.#io.log('info', `a subscription did not end: ${reasonOf(thrown)}`))
    }
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  // ---- connect, hold, again -----------------------------------------------------------------------------------------

  async #run(): Promise<void> {
    const { signal } = this.#stop
    for (let attempt = 0; !signal.aborted; attempt++) {
      let client: Client | undefined
      try {
        const library = (this.#library ??= await loadLibrary(this.#io))
        client = await this.#client(library)
        const lost = this.#lossOf(client)
        const session = await within(ATTEMPT_MS, Promise.race([this.#connect(client, library), this.#closing]))
        if (signal.aborted) throw new Error('closed')
        session.on('session_closed', () => lost.now(new Error('the server ended the session')))
        session.on('keepalive_failure', () => lost.now(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })))
        this.#session = session
        this.#wasConnected = true
        this.#mustAct = false
        this.#fault = ''
        attempt = 0
        await Promise.race([Promise.all([...this.#monitors].map((m) => this.#begin(session, m))), lost.promise, this.#closing])
        await Promise.race([lost.promise, this.#closing])
      } catch (thrown) {
        if (!signal.aborted) this.#note(await this.#closer(thrown))
      }
      const was = this.#session
      this.#session = undefined
      for (const monitor of this.#monitors) {
        monitor.subscription = undefined
        if (was && !signal.aborted) monitor.listener.lost()
      }
      await this.#end(client, was)
      if (!signal.aborted) await pause(delayOf(attempt), signal)
    }
  }

  async #client(library: Library): Promise<Client> {
    const { securityMode, securityPolicy } = this.#settings
    const { certificateStore } = await import('./certificate.ts')
    const certificates = await certificateStore(this.#io.folder)
    return library.OPCUAClient.create({
      applicationName: 'Headgate',
      connectionStrategy: { maxRetry: 0, initialDelay: 500, maxDelay: 500 },
      securityMode: library.MessageSecurityMode[securityMode],
      securityPolicy: securityMode === 'None' ? library.SecurityPolicy.None : library.SecurityPolicy[securityPolicy],
      endpointMustExist: false,
      clientCertificateManager: certificates,
      keepSessionAlive: true,
      keepAliveInterval: 4000,
      requestedSessionTimeout: 60_000,
      transportTimeout: REQUEST_MS,
      defaultTransactionTimeout: REQUEST_MS,
    })
  }

  async #connect(client: Client, library: Library): Promise<ClientSession> {
    const { endpoint, user, passwordSecret } = this.#settings
    await client.connect(endpoint)
    if (user === '') return client.createSession({ type: library.UserTokenType.Anonymous })
    return client.createSession({ type: library.UserTokenType.UserName, userName: user, password: passwordSecret === '' ? '' : this.#io.secret(passwordSecret) })
  }

  #lossOf(client: Client): { promise: Promise<never>; now: (reason: Error) => void } {
    let now!: (reason: Error) => void
    const promise = new Promise<never>((_, reject) => {
      now = reject
    })
    // Before the session stands nobody waits for it yet.
    promise.catch(() => undefined)
    client.on('connection_lost', () => now(Object.assign(new Error('lost'), { code: 'ECONNRESET' })))
    client.on('close', (error) => now(error ?? Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
    return { promise, now }
  }

  async #end(client: Client | undefined, session: ClientSession | undefined): Promise<void> {
    if (!client) return
    try {
      // Also ends a connection that is being made. A server that is gone is not waited for.
      if (session && !session.isReconnecting) await within(2000, session.close(true))
    } catch (thrown) {
      if (!this.#stop.signal.aborted) this.#io.log('info', `the session did not end: ${reasonOf(thrown)}`)
    }
    try {
      await within(3000, client.disconnect())
      await (client.clientCertificateManager as { dispose?: () => Promise<void> }).dispose?.()
    } catch (thrown) {
      this.#io.log('info', `the connection did not end: ${reasonOf(thrown)}`)
    }
  }

  /** The library hides why a connection was not made: a look of our own says it. */
  async #closer(thrown: unknown): Promise<unknown> {
    if (!/connection cannot be established|rejected by server|ECONN/i.test(reasonOf(thrown))) return thrown
    const { hostname, port } = new URL(this.#settings.endpoint.replace(/^opc\.tcp:/, 'http:'))
    return new Promise((resolve) => {
      const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 4840 : Number(port), timeout: 2000 })
      const say = (found: unknown): void => {
        socket.destroy()
        resolve(found)
      }
      socket.once('error', say)
      socket.once('timeout', () => say(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })))
      socket.once('connect', () => say(new Error('it does not answer as an OPC UA server')))
    })
  }

  #note(thrown: unknown): void {
    const text = reasonOf(thrown)
    const names = /(Bad[A-Z]\w+)/.exec(text)?.[1] ?? ''
    this.#untrusted = /BadCertificateUntrusted|not trusted|BadSecurityChecksFailed/i.test(text)
    if (this.#untrusted) {
      this.#mustAct = true
      this.#fault = `the certificate of ${this.#at} is not trusted`
    } else if (/BadUserAccessDenied|BadIdentityToken\w*/.test(names)) {
      this.#mustAct = true
      this.#fault = `${this.#at} refuses user and password`
    } else if (/endpoint|BadSecurityPolicyRejected|BadSecurityModeRejected/i.test(text) && /security|policy|mode/i.test(text)) {
      this.#mustAct = true
      this.#fault = `${this.#at} offers no endpoint with ${this.#settings.securityMode}${this.#settings.securityMode === 'None' ? '' : ` and ${this.#settings.securityPolicy}`}`
    } else {
      this.#mustAct = false
      this.#fault = plainReason(thrown, this.#at)
    }
  }

  // ---- monitored items ----------------------------------------------------------------------------------------------

  async #begin(session: ClientSession, monitor: Monitor): Promise<void> {
    const library = this.#library!
    const current = (): boolean => this.#session === session && this.#monitors.has(monitor)
    try {
      const fastest = Math.min(...monitor.items.map((i) => i.samplingMs))
      const subscription = await session.createSubscription2({
        requestedPublishingInterval: Math.max(50, fastest), requestedLifetimeCount: 600, requestedMaxKeepAliveCount: 10, maxNotificationsPerPublish: 0, publishingEnabled: true, priority: 1,
      })
      if (!current()) return void (await subscription.terminate())
      monitor.subscription = subscription
      const namespaces = monitor.items.some((i) => i.nodeId.startsWith('nsu=')) ? await session.readNamespaceArray() : []
      const groups = new Map<number, number[]>()
      monitor.items.forEach((item, index) => {
        const list = groups.get(item.samplingMs) ?? groups.set(item.samplingMs, []).get(item.samplingMs)!
        list.push(index)
      })
      for (const [samplingMs, indexes] of groups) {
        for (let from = 0; from < indexes.length; from += ITEMS_PER_CALL) await this.#group(library, subscription, monitor, samplingMs, indexes.slice(from, from + ITEMS_PER_CALL), namespaces, current)
      }
    } catch (thrown) {
      if (!current()) return
      const reason = plainReason(thrown, this.#at)
      monitor.items.forEach((_, index) => monitor.listener.refused(index, reason))
    }
  }

  async #group(library: Library, subscription: Subscription, monitor: Monitor, samplingMs: number, all: readonly number[], namespaces: readonly string[], current: () => boolean): Promise<void> {
    const indexes: number[] = []
    const wanted: { nodeId: string; attributeId: number }[] = []
    for (const index of all) {
      const nodeId = withIndex(monitor.items[index]!.nodeId, namespaces)
      if (nodeId === undefined) {
        monitor.listener.refused(index, `the server has no namespace of '${monitor.items[index]!.nodeId}'`)
        continue
      }
      indexes.push(index)
      wanted.push({ nodeId, attributeId: library.AttributeIds.Value })
    }
    if (wanted.length === 0) return
    const group: Group = library.ClientMonitoredItemGroup.create(subscription, wanted, { samplingInterval: samplingMs, queueSize: monitor.queueSize, discardOldest: true }, library.TimestampsToReturn.Both)
    group.on('changed', (_, data, at) => {
      if (current()) monitor.listener.changed(indexes[at]!, data)
    })
    await within(REQUEST_MS * 2, new Promise<void>((resolve, reject) => {
      group.on('initialized', () => resolve())
      group.on('err', (message) => reject(new Error(message)))
    }))
    group.monitoredItems.forEach((item, at) => {
      const status = item.result?.statusCode ?? item.statusCode
      if (status && status.value >>> 30 >= 2) monitor.listener.refused(indexes[at]!, `the server refuses '${wanted[at]!.nodeId}' (${status.name})`)
    })
  }
}

let said = false
/** The library, its own printing turned into our log. */
export async function loadLibrary(io: DriverIo): Promise<Library> {
  const [library, debug] = await Promise.all([import('node-opcua-client'), import('node-opcua-debug')])
  if (!said) {
    said = true
    const log = (...words: unknown[]): void => io.log('info', `OPC UA library: ${format(...words.filter((word) => typeof word !== 'object')).split('\n')[0]!.trim().slice(0, 200)}`)
    debug.setErrorLogger(log)
    debug.setWarningLogger(log)
    debug.setDebugLogger(log)
  }
  return library
}

/** 'nsu=urn:plant;s=Level' by the server's table of namespaces: 'ns=2;s=Level'. Undefined: it has none of that name. */
function withIndex(nodeId: string, namespaces: readonly string[]): string | undefined {
  const named = /^nsu=([^;]+);(.*)$/.exec(nodeId)
  if (!named) return nodeId
  const index = namespaces.indexOf(named[1]!)
  return index < 0 ? undefined : `ns=${index};${named[2]!}`
}

export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), ms)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
    // What comes too late is nobody's any more.
    work.catch(() => undefined)
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
