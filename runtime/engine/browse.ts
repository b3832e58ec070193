// A person looks at devices: tests a connection, browses it, trusts a certificate. What is open for flows is shared; what
// is not is opened for the look and closed when nobody has looked for a while. Never in the turn of a deploy, every act
// with a time limit, so that a device that is away ends in words.
import { join } from 'node:path'
import { IssueError, issue, reasonOf, type AnyDriver, type Browsed, type Connection, type DriverIo, type Issue, type IssueLevel } from '#kit'
import type { ConnectionEntry, ConnectionTestBody } from '#format'
import type { DeviceRequest } from './contract.ts'
import type { ConnectionPool } from './connections.ts'

export interface BrowsingOptions {
  readonly drivers: ReadonlyMap<string, AnyDriver>
  readonly folder: string
  readonly now: () => number
  readonly log: (level: IssueLevel, text: string) => void
  /** ms */
  readonly idleMs?: number
  readonly readyMs?: number
  readonly answerMs?: number
  readonly closeMs?: number
}
interface Hold {
  readonly name: string
  readonly type: string
  readonly acquired: Promise<{ readonly connection: Connection; readonly release: () => Promise<void> }>
  timer: NodeJS.Timeout | undefined
  /** Until it is up: one wait for all who look, who hear the same. One that failed stays: it is closed then. */
  coming: Promise<void> | undefined
}

const IDLE_MS = 30_000
/** Loading a library and a first session take their time. */
const READY_MS = 20_000
const ANSWER_MS = 15_000
/** A deploy waits for a look that ends no longer than this. */
const CLOSE_MS = 2000
const LOOK_MS = 25
/** More at once are refused: one page asks for a few. */
const AT_ONCE = 16

export class Browsing {
  private readonly pool: ConnectionPool
  private readonly options: Required<BrowsingOptions>
  private readonly holds = new Map<string, Hold>()
  private underWay = 0

  constructor(pool: ConnectionPool, options: BrowsingOptions) {
    this.pool = pool
    this.options = { idleMs: IDLE_MS, readyMs: READY_MS, answerMs: ANSWER_MS, closeMs: CLOSE_MS, ...options }
  }

  browse(request: DeviceRequest, path: string | null, search?: string): Promise<Browsed> {
    return this.counted(async () => {
      const driver = this.driver(request.entry.type)
      if (!driver.browse) throw new IssueError(issue('REQUEST', {}, { reason: `A connection of type '${request.entry.type}' cannot be browsed.` }))
      const { connection, hold, key } = await this.hold(request)
      await this.ready(connection, request, key, hold)
      const signal = AbortSignal.timeout(this.options.answerMs)
      try {
        return await within(signal, driver.browse(connection, { path, signal, ...(search === undefined ? {} : { search }) }))
      } catch (thrown) {
        if (thrown instanceof IssueError) throw thrown
        throw new IssueError(issue('BROWSE_FAILED', {}, { name: nameOf(request), reason: signal.aborted ? `no answer within ${this.options.answerMs / 1000} s` : reasonOf(thrown) }))
      }
    })
  }

  /** What can be found out, and whether it comes up. A device that is away is an answer, not a throw. */
  test(request: DeviceRequest): Promise<ConnectionTestBody> {
    return this.counted(async () => {
      const began = performance.now()
      const driver = this.driver(request.entry.type)
      const lines: string[] = []
      let certificate: ConnectionTestBody['certificate']
      if (driver.probe) {
        const signal = AbortSignal.timeout(this.options.readyMs)
        try {
          const probed = await within(signal, driver.probe(request.entry.config, this.io(request), signal))
          lines.push(...probed.lines)
          certificate = probed.certificate
        } catch (thrown) {
          // Opening it says the same in better words.
          this.options.log('info', `${nameOf(request)}: the probe failed: ${reasonOf(thrown)}`)
        }
      }
      const told = (issues: readonly Issue[], health: ConnectionTestBody['health']): ConnectionTestBody => ({ ok: issues.length === 0, health, ms: Math.round(performance.now() - began), lines, ...(certificate ? { certificate } : {}), issues })
      try {
        const { connection, hold, key } = await this.hold(request)
        const there = connection.health().state === 'ok'
        await this.ready(connection, request, key, hold)
        lines.push(there ? 'It was connected already' : `Connected after ${Math.round(performance.now() - began)} ms`)
        if (driver.tell) {
          const signal = AbortSignal.timeout(this.options.answerMs)
          try {
            lines.push(...(await within(signal, driver.tell(connection, signal))))
          } catch (thrown) {
            lines.push(`It tells nothing of itself: ${reasonOf(thrown)}`)
          }
        }
        return told([], connection.health())
      } catch (thrown) {
        if (!(thrown instanceof IssueError)) throw thrown
        const [first] = thrown.issues
        return told(thrown.issues, { state: 'error', text: first?.text ?? '' })
      }
    })
  }

  trust(request: DeviceRequest, fingerprint: string): Promise<void> {
    return this.counted(async () => {
      const driver = this.driver(request.entry.type)
      if (!driver.trust) throw new IssueError(issue('REQUEST', {}, { reason: `A connection of type '${request.entry.type}' has no certificates to trust.` }))
      try {
        await within(AbortSignal.timeout(this.options.readyMs), driver.trust(request.entry.config, this.io(request), fingerprint))
      } catch (thrown) {
        throw new IssueError(issue('CERTIFICATE_TRUST', {}, { name: nameOf(request), reason: reasonOf(thrown) }))
      }
    })
  }

  /** A deploy is about to open these: what only one may hold is not held by a look. */
  async letGo(names: Iterable<string>): Promise<void> {
    const wanted = new Set(names)
    await Promise.all([...this.holds].filter(([, h]) => wanted.has(h.name) && this.pool.exclusive(h.type)).map(([key]) => this.drop(key)))
  }

  async close(): Promise<void> {
    await Promise.all([...this.holds.keys()].map((key) => this.drop(key)))
  }

  private driver(type: string): AnyDriver {
    const driver = this.options.drivers.get(type)
    if (!driver) throw new IssueError(issue('CONNECTION_DRIVER', {}, { type, types: [...this.options.drivers.keys()].join(', ') }))
    return driver
  }

  private async counted<T>(act: () => Promise<T>): Promise<T> {
    if (this.underWay >= AT_ONCE) throw new IssueError(issue('AUTH_BUSY'))
    this.underWay++
    try {
      return await act()
    } finally {
      this.underWay--
    }
  }

  private async hold(request: DeviceRequest): Promise<{ connection: Connection; hold: Hold; key: string }> {
    const { type, config } = request.entry
    const { apart } = this.driver(type)
    const entry: ConnectionEntry = apart ? { type, config: apart(config) as ConnectionEntry['config'] } : request.entry
    // A look on a connection of its own has a folder of its own, too: its client id comes from it.
    const name = apart ? `${nameOf(request)} (look)` : (this.pool.sharedName(entry) ?? nameOf(request))
    const key = this.pool.key(name, entry, request.secrets)
    let hold = this.holds.get(key)
    if (!hold) this.holds.set(key, (hold = { name, type, acquired: this.pool.acquire(name, entry, request.secrets), timer: undefined, coming: undefined }))
    this.stay(key, hold)
    try {
      const { connection } = await within(AbortSignal.timeout(this.options.readyMs), hold.acquired)
      return { connection, hold, key }
    } catch (thrown) {
      // One that opens in the end is closed then; meanwhile another may have taken its place.
      if (this.holds.get(key) === hold) void this.drop(key)
      throw thrown instanceof IssueError ? thrown : new IssueError(issue('CONNECTION_FAILED', {}, { name: nameOf(request), reason: reasonOf(thrown) }))
    }
  }

  private stay(key: string, hold: Hold): void {
    clearTimeout(hold.timer)
    hold.timer = setTimeout(() => void this.drop(key), this.options.idleMs)
  }

  private async drop(key: string): Promise<void> {
    const hold = this.holds.get(key)
    if (!hold) return
    this.holds.delete(key)
    clearTimeout(hold.timer)
    try {
      await within(AbortSignal.timeout(this.options.closeMs), hold.acquired.then(({ release }) => release(), () => undefined /* there is nothing to close */))
    } catch (thrown) {
      this.options.log('info', `${hold.name}: it was not closed: ${reasonOf(thrown)}`)
    }
  }

  private async ready(connection: Connection, request: DeviceRequest, key: string, hold: Hold): Promise<void> {
    await (hold.coming ??= this.comeUp(connection, request, key, hold))
    hold.coming = undefined
  }

  /** Waits until it is connected, or has failed once: then it is let go, so that a wrong password is tried no more. */
  private async comeUp(connection: Connection, request: DeviceRequest, key: string, hold: Hold): Promise<void> {
    const end = performance.now() + this.options.readyMs
    let health = connection.health()
    const first = health.text
    // One that has been away for a while already has been tried.
    const known = health.issue !== undefined
    while (!known && health.state !== 'ok' && health.state !== 'error' && performance.now() < end && (health.text === first || health.text === '')) {
      await new Promise((go) => setTimeout(go, LOOK_MS))
      health = connection.health()
    }
    if (health.state === 'ok') return
    const failed = new IssueError(health.issue && health.issue.code !== 'CONNECTION_FAILED' ? health.issue : issue('CONNECTION_FAILED', {}, { name: nameOf(request), reason: health.text }))
    if (this.holds.get(key) === hold) await this.drop(key)
    throw failed
  }

  private io(request: DeviceRequest): DriverIo {
    const name = nameOf(request)
    return {
      now: this.options.now,
      secret: (secret) => {
        const value = Object.hasOwn(request.secrets, secret) ? request.secrets[secret] : undefined
        if (value === undefined) throw new IssueError(issue('SECRET_UNKNOWN', {}, { name: secret }))
        return value
      },
      log: (level, text) => this.options.log(level, `${name}: ${text}`),
      folder: join(this.options.folder, 'connections', name),
    }
  }
}

/** One that is not stored has no name yet; no stored one can be called so. */
const nameOf = (request: DeviceRequest): string => request.name ?? '(new)'

async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const say = (): void => late.reject(new Error('no answer in time'))
  signal.addEventListener('abort', say, { once: true })
  try {
    return await Promise.race([work, late.promise])
  } finally {
    signal.removeEventListener('abort', say)
    work.catch(() => undefined) // what comes too late is nobody's any more
    late.promise.catch(() => undefined)
  }
}
