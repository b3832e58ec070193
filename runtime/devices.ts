// What a person may find out about devices from the gateway: the connection as stored or as just written, its secrets put
// in by name, asked of the engine. Nothing here waits for a deploy, and no deploy waits for it.
import { issue, IssueError, schemaFaults, secretFields, withDefaults, type AnyDriver, type JsonValue } from '#kit'
import { CONNECTION_NAME, type BrowseBody, type ConnectionEntry, type ConnectionOf, type ConnectionTestBody } from '#format'
import type { DeviceRequest, Engines } from './engine/contract.ts'

export interface DevicesParts {
  readonly connections: () => Readonly<Record<string, ConnectionEntry>>
  readonly secret: (name: string) => string | undefined
  readonly drivers: ReadonlyMap<string, AnyDriver>
  readonly engines: Pick<Engines, 'browse' | 'testConnection' | 'trust'>
  readonly note: (user: string, act: string, subject: string, detail: string) => void
}

export function createDevices({ connections, secret, drivers, engines, note }: DevicesParts) {
  function request(of: ConnectionOf): DeviceRequest {
    const written = 'type' in of ? of : undefined
    const name = of.name ?? null
    if (name !== null && !CONNECTION_NAME.test(name)) throw new IssueError(issue('CONNECTION_NAME', {}, { name }))
    const stored = name !== null && Object.hasOwn(connections(), name) ? connections()[name] : undefined
    const entry = written ?? stored
    if (!entry) throw new IssueError(issue('CONNECTION_UNKNOWN', {}, { name: name ?? '' }))
    const driver = drivers.get(entry.type)
    if (!driver) throw new IssueError(issue('CONNECTION_DRIVER', {}, { type: entry.type, types: [...drivers.keys()].join(', ') }))
    const config = withDefaults(driver.config, entry.config) as ConnectionEntry['config']
    const faults = schemaFaults(driver.config, config)
    if (faults.length > 0) throw new IssueError(...faults.map(({ field, reason }) => issue('NODE_CONFIG', { field: `/config${field}` }, { reason })))
    const secrets: Record<string, string> = {}
    for (const path of secretFields(driver.config)) {
      const named = valueAt(config, path)
      if (typeof named !== 'string' || named === '') continue
      const value = secret(named)
      if (value === undefined) throw new IssueError(issue('SECRET_UNKNOWN', { field: `/config/${path.replaceAll('.', '/')}` }, { name: named }))
      secrets[named] = value
    }
    return { name, entry: { type: entry.type, config }, secrets }
  }

  return {
    async browse(of: ConnectionOf, path: string | null, search?: string): Promise<BrowseBody> {
      const asked = request(of)
      const { items, cut } = await engines.browse(asked, path, search)
      const source = drivers.get(asked.entry.type)?.source
      return { items, cut, source: source ? { type: source.type, connectionField: source.connectionField, rowsField: source.rowsField } : null }
    },
    testConnection: async (of: ConnectionOf): Promise<ConnectionTestBody> => engines.testConnection(request(of)),
    /** Of a connection that is stored, or is about to be under this name. */
    async trustCertificate(of: ConnectionOf & { readonly name: string }, fingerprint: string, user: string): Promise<void> {
      await engines.trust(request(of), fingerprint)
      note(user, 'connection.trust', of.name, fingerprint)
    },
  }
}

const valueAt = (config: unknown, path: string): unknown => path.split('.').reduce<unknown>((value, key) => (typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, JsonValue>)[key] : undefined), config)
