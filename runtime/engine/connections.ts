// The open connections of an engine: one per name and settings, shared by all nodes and flows that name it, closed when
// the last of them lets go.
import { IssueError, issue, reasonOf, secretFields, type AnyDriver, type Connection, type Health, type IssueLevel } from '#kit'
import { equalJson, type ConnectionEntry } from '#format'

interface Held {
  readonly name: string
  readonly entry: ConnectionEntry
  readonly connection: Promise<Connection>
  open?: Connection
  users: number
}

export interface PoolOptions {
  readonly drivers: ReadonlyMap<string, AnyDriver>
  /** A folder per connection for what drivers keep (certificates). */
  readonly folder: (name: string) => string
  readonly now: () => number
  readonly log: (level: IssueLevel, text: string) => void
}

/** A first attempt may take this long before it is trouble, ms. */
const FIRST_MS = 2000

export class ConnectionPool {
  private readonly held = new Map<string, Held>()
  private readonly options: PoolOptions

  constructor(options: PoolOptions) {
    this.options = options
  }

  exclusive(type: string): boolean {
    return this.options.drivers.get(type)?.exclusive === true
  }

  /** What an equal connection that only one may hold is called where it is open: it is shared, whatever it is called here. */
  sharedName(entry: ConnectionEntry): string | undefined {
    if (!this.exclusive(entry.type)) return undefined
    return [...this.held.values()].find((h) => h.entry.type === entry.type && equalJson(h.entry.config, entry.config))?.name
  }

  /** Equal for two uses of one open connection: name, settings, and the secrets that these name. */
  key(name: string, entry: ConnectionEntry, secrets: Readonly<Record<string, string>>): string {
    const driver = this.options.drivers.get(entry.type)
    const named = (driver ? secretFields(driver.config) : []).map((path) => at(entry.config, path))
    return JSON.stringify([name, entry, named.map((secret) => (typeof secret === 'string' && Object.hasOwn(secrets, secret) ? secrets[secret] : null))])
  }

  /** The connection and the way to let it go. Rejects with CONNECTION_FAILED when its settings cannot work. */
  async acquire(name: string, entry: ConnectionEntry, secrets: Readonly<Record<string, string>>): Promise<{ connection: Connection; key: string; release: () => Promise<void> }> {
    const key = this.key(name, entry, secrets)
    let held = this.held.get(key)
    if (!held) {
      held = { name, entry, connection: this.open(name, entry, secrets), users: 0 }
      this.held.set(key, held)
    }
    held.users++
    let released = false
    const release = async (): Promise<void> => {
      if (released) return
      released = true
      if (--held.users > 0) return
      this.held.delete(key)
      await (await held.connection).close()
    }
    try {
      const connection = (held.open = await held.connection)
      return { connection, key, release }
    } catch (thrown) {
      if (--held.users === 0) this.held.delete(key)
      throw thrown instanceof IssueError ? thrown : new IssueError(issue('CONNECTION_FAILED', { field: `/connections/${name}` }, { name, reason: reasonOf(thrown) }))
    }
  }

  /** Every open connection by its name; of two with other settings (during a swap) the newer. One that hangs as it opens keeps none. */
  health(): Record<string, Health> {
    const all: Record<string, Health> = {}
    for (const { name, open } of this.held.values()) if (open) all[name] = open.health()
    return all
  }

  /** Of connections that answer one request at a time: how long one takes, ms. */
  requestMs(): Record<string, number> {
    const all: Record<string, number> = {}
    for (const { name, open } of this.held.values()) {
      const ms = open?.requestMs?.()
      if (ms !== undefined) all[name] = ms
    }
    return all
  }

  private async open(name: string, entry: ConnectionEntry, secrets: Readonly<Record<string, string>>): Promise<Connection> {
    const driver = this.options.drivers.get(entry.type)
    if (!driver) throw new IssueError(issue('CONNECTION_DRIVER', { field: `/connections/${name}` }, { type: entry.type, types: [...this.options.drivers.keys()].join(', ') }))
    const connection = await driver.open(entry.config, {
      now: this.options.now,
      secret: (secret) => {
        const value = Object.hasOwn(secrets, secret) ? secrets[secret] : undefined
        if (value === undefined) throw new IssueError(issue('SECRET_UNKNOWN', { field: `/connections/${name}` }, { name: secret }))
        return value
      },
      log: (level, text) => this.options.log(level, `${name}: ${text}`),
      folder: this.options.folder(name),
    })
    return this.explained(name, connection)
  }

  /** What is away for longer than a first attempt takes is an issue of every node that needs it, with the driver's words. */
  private explained(name: string, connection: Connection): Connection {
    const began = this.options.now()
    const health = connection.health.bind(connection)
    connection.health = () => {
      const own = health()
      if (own.state === 'ok' || own.issue || (own.state === 'connecting' && this.options.now() - began < FIRST_MS)) return own
      return { ...own, issue: issue('CONNECTION_FAILED', {}, { name, reason: own.text }) }
    }
    return connection
  }
}

function at(config: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined), config)
}
