// Node-RED embedded in this process, headless: a folder of its own, no editor, no log, no telemetry, nothing from the net.
import { mkdtempSync, rmSync } from 'node:fs'
import type { RequestListener, Server } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface NodeRedNode {
  send(message: object): void
  on(event: 'input', listener: (message: { payload: unknown }, send: (message: object) => void, done: () => void) => void): void
}
interface NodeRed {
  init(server: Server | undefined, settings: object): void
  start(): Promise<void>
  stop(): Promise<void>
  readonly httpAdmin: RequestListener
  readonly events: {
    on(event: 'flows:started', listener: (of: { config: { flows?: readonly object[] } }) => void): void
  }
  readonly nodes: {
    registerType(set: string, type: string, constructor: (this: NodeRedNode, config: object) => void): void
    createNode(node: NodeRedNode, config: object): void
    setFlows(flow: readonly object[], type: 'full'): Promise<void>
  }
}

export interface NodeRedSetup {
  readonly flow: readonly object[]
  /** Node types of the bench: each is called with a new node of it. */
  readonly types?: Readonly<Record<string, (node: NodeRedNode) => void>>
  /** With its editor, served by this server. */
  readonly server?: Server
  /** Called with the editor's handler as soon as it can be served, before the flow is set. */
  serve?(editor: RequestListener): Promise<void>
}
export interface RunningNodeRed {
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** Resolves when the flow runs. */
export async function startNodeRed(setup: NodeRedSetup): Promise<RunningNodeRed> {
  const red = createRequire(import.meta.url)('node-red') as NodeRed
  const userDir = mkdtempSync(join(tmpdir(), 'headgate-bench-red-'))
  red.init(setup.server, {
    userDir,
    flowFile: 'flows.json',
    ...(setup.server ? { httpAdminRoot: '/', httpNodeRoot: false } : { httpAdminRoot: false, httpNodeRoot: false }),
    httpStatic: undefined,
    credentialSecret: false,
    logging: { console: { level: 'off', metrics: false, audit: false } },
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, projects: { enabled: false }, palette: { catalogues: [] } },
    externalModules: { autoInstall: false, palette: { allowInstall: false, allowUpload: false }, modules: { allowInstall: false } },
    functionExternalModules: false,
    diagnostics: { enabled: false, ui: false },
  })
  await red.start()
  await setup.serve?.(red.httpAdmin)
  for (const [type, made] of Object.entries(setup.types ?? {})) {
    red.nodes.registerType('headgate-bench', type, function (config) {
      red.nodes.createNode(this, config)
      made(this)
    })
  }
  // setFlows resolves before the nodes run; and the empty flow of the start reports too, perhaps later.
  const started = new Promise<void>((resolve) => red.events.on('flows:started', ({ config }) => (config.flows ?? []).length > 0 && resolve()))
  // A node without a place on the canvas would be taken for a configuration.
  await red.nodes.setFlows(setup.flow.map((node) => ('z' in node ? { ...node, x: 100, y: 100 } : node)), 'full')
  await started
  return {
    async stop() {
      await red.stop()
      rmSync(userDir, { recursive: true, force: true })
    },
  }
}
