// Starts everything: stores, engines, API, the simulated plant, and on the very first start the example flow. What takes
// time runs side by side; what fails takes down all that was started. Ending takes 5 s at most.
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { formatIssue, issue, IssueError, reasonOf } from '#kit'
import { parseFlow, type ConnectionEntry, type Flow } from '#format'
import { isLoopback } from './api/security.ts'
import type { Gateway } from './gateway.ts'
import { openLog, type Log } from './log.ts'
import { startPlantProcess, type PlantPorts, type PlantProcess } from './plant-process.ts'

export interface StartOptions {
  /** The data folder; made when it is missing (0700). */
  readonly data: string
  /** 0 takes any free one. */
  readonly port: number
  readonly host: string
  /** The address that people use, when a proxy with TLS stands before the gateway: 'https://gw.example.com'. */
  readonly behindProxy?: string
  readonly plant: boolean
  /** Simulated time over real time. */
  readonly plantSpeed: number
  readonly seed: number
  readonly name: string
  /** Any free ports for the plant, not its usual ones. */
  readonly plantAnyPort?: boolean
  /** The built editor; dist/editor unless given. */
  readonly editorFolder?: string
  /** Where the key of the secrets lies; see store/secrets.ts. */
  readonly keyFile?: string
}

export interface RunningGateway {
  readonly url: string
  readonly port: number
  /** Undefined once it is claimed. */
  claimToken(): string | undefined
  readonly gateway: Gateway
  /** Resolves when every flow was given to its engine, and the plant's connections and example are there. */
  readonly settled: Promise<void>
  readonly plantPid: number | undefined
  readonly log: Log
  close(): Promise<void>
}

const root = resolve(import.meta.dirname, '..')
const EXAMPLE = 'pump-p101'

export const versionOf = (): string => (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version

export async function startGateway(options: StartOptions): Promise<RunningGateway> {
  const data = resolve(options.data)
  const closers: (() => unknown)[] = []
  const closeAll = async (): Promise<void> => {
    // The last started ends first; one that fails to end does not keep the others.
    for (const close of closers.splice(0).reverse()) {
      try {
        await close()
      } catch (thrown) {
        process.stderr.write(`headgate: while it ended: ${reasonOf(thrown)}\n`)
      }
    }
  }
  try {
    const { openStore } = await import('./store/gateway.ts')
    const store = openStore(data)
    closers.push(() => store.close())
    const log = openLog(join(data, 'gateway.log'))
    closers.push(() => log.close())

    // From here on side by side: the plant loads its protocol servers, the engine its flows, this process its API.
    const plant = options.plant ? startPlantProcess({ seed: options.seed, speed: options.plantSpeed, anyPort: options.plantAnyPort ?? false }) : undefined
    if (plant) closers.push(() => plant.close())
    const loading = [import('./api/server.ts'), import('../nodes/index.ts'), import('./gateway.ts')] as const
    const { createEngines } = await import('./engine/supervisor.ts')
    mkdirSync(join(data, 'engines'), { recursive: true, mode: 0o700 })
    const engines = createEngines({ folder: join(data, 'engines') })
    // Outputs go to their safe state first, which takes as long as their rate of change demands; the supervisor ends what hangs.
    closers.push(() => engines.close())
    // Forked now, awaited by the gateway's start: an engine needs a second, the API loads meanwhile.
    engines.start().catch(() => undefined)

    const [{ openSecrets }, { createAuth }, { openRegistry, shippedModels }] = await Promise.all([import('./store/secrets.ts'), import('./auth/auth.ts'), import('./models/registry.ts')])
    const [auth, registry] = await Promise.all([createAuth(store, { log: (text, thrown) => log.write('error', text, thrown) }), openRegistry({ folders: [shippedModels, join(data, 'models')], cache: join(data, 'models', 'probed.json') })])
    closers.push(() => registry.close())
    if (!auth.claimed() && options.behindProxy === undefined && !isLoopback(options.host)) throw new IssueError(issue('HOST_OPEN', {}, { host: options.host }))

    const [{ createApi }, { nodes, drivers }, { createGateway }] = await Promise.all(loading)
    const gateway = createGateway({
      name: options.name,
      version: versionOf(),
      store,
      secrets: openSecrets(store, options.keyFile === undefined ? {} : { keyFile: options.keyFile }),
      models: { model: (name) => registry.get(name)?.info, models: () => registry.list().map((m) => m.name), issue: (name) => registry.issue(name), list: () => registry.list(), file: (name) => registry.get(name) },
      engines,
      nodes,
      drivers,
      claimed: () => auth.claimed(),
      log: (level, text, thrown) => log.write(level, text, thrown),
    })
    const { createLab } = await import('./lab/lab.ts')
    const lab = createLab()
    closers.push(() => lab.close())
    const api = await createApi({
      gateway, auth, lab, host: options.host, ...(options.behindProxy === undefined ? {} : { behindProxy: options.behindProxy }),
      editorFolder: options.editorFolder ?? join(root, 'dist/editor'),
      log: (text, thrown) => log.write('error', text, thrown),
    })
    const port = await api.listen(options.port)
    // Before everything else: nobody changes anything any more while the rest ends.
    closers.push(() => api.close())

    const settled = (async () => {
      try {
        await gateway.start()
        if (plant) await connectPlant(gateway, store, plant, log)
      } catch (thrown) {
        log.write('error', `The start did not complete: ${reasonOf(thrown)}`, thrown)
      }
    })()

    let ending: Promise<void> | undefined
    const shown = isLoopback(options.host) || options.host === '0.0.0.0' || options.host === '::' ? '127.0.0.1' : options.host
    return {
      url: options.behindProxy ?? `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`,
      port,
      claimToken: () => auth.claimToken(),
      gateway,
      settled,
      plantPid: plant?.pid,
      log,
      close: () => (ending ??= closeAll()),
    }
  } catch (thrown) {
    await closeAll()
    throw thrown
  }
}

// ---- the plant's connections and the example ---------------------------------------------------------------------------

interface Seeds {
  connections(): Readonly<Record<string, ConnectionEntry>>
  versions(id: string): readonly unknown[]
}

/** Aims the plant's connections at its ports and, where it never was, deploys the example flow: disarmed. */
async function connectPlant(gateway: Gateway, store: Seeds, plant: PlantProcess, log: Log): Promise<void> {
  void plant.ended.then((reason) => gateway.say('warning', formatIssue(issue('PLANT_DOWN', {}, { reason }))))
  let ports: PlantPorts
  try {
    ports = await plant.ready
  } catch {
    return // `ended` has said why
  }
  const example = readExample(log)
  const attempt = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    try {
      await act()
    } catch (thrown) {
      log.write('error', `${what}: ${reasonOf(thrown)}`, thrown instanceof IssueError ? undefined : thrown)
    }
  }
  for (const [name, port] of [['plant-modbus', ports.modbus], ['plant-mqtt', ports.mqtt], ['plant-opcua', ports.opcua]] as const) {
    const base = store.connections()[name] ?? example?.connections[name]
    if (base) await attempt(`The connection '${name}' could not follow the plant to port ${port}`, () => gateway.putConnection(name, aimed(base, port), 'gateway'))
  }
  if (example && store.versions(example.id).length === 0) {
    await attempt('The example does not run', () => gateway.deploy(example.id, { flow: example, basedOn: null, comment: 'The example that comes with Headgate' }, 'gateway'))
  }
}

function readExample(log: Log): Flow | undefined {
  const file = join(root, 'flows/examples', `${EXAMPLE}.flow.json`)
  try {
    const { flow, issues } = parseFlow(readFileSync(file, 'utf8'))
    if (!flow) throw new IssueError(...issues)
    return flow
  } catch (thrown) {
    log.write('error', `The example ${file} cannot be read: ${reasonOf(thrown)}`, thrown)
    return undefined
  }
}

/** The same connection at another port: 'port' itself, or the port inside an address such as 'mqtt://127.0.0.1:1883'. */
export function aimed(entry: ConnectionEntry, port: number): ConnectionEntry {
  const config = Object.fromEntries(
    Object.entries(entry.config).map(([key, value]) => {
      if (key === 'port') return [key, port]
      return [key, typeof value === 'string' && /^[a-z.+]+:\/\/[^/]+/.test(value) ? value.replace(/^([a-z.+]+:\/\/(?:\[[^\]]*\]|[^/:]+))(?::\d+)?/, `$1:${port}`) : value]
    }),
  )
  return { type: entry.type, config }
}
