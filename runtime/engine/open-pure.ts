// Opens nodes without effects for a replay: models and scripts are real, everything outside stays shut.
import { issue, IssueError, reasonOf, type Io, type Model, type ScriptState } from '#kit'
import type { ModelFile } from './contract.ts'
import type { Attached, FlowRun } from './flow.ts'
import type { NodeRun } from './run.ts'
import { createModelHost, type ModelHost } from '../models/host.ts'
import { createScriptHost, type ScriptHost } from '../script/host.ts'

export interface PureNodes {
  open(run: NodeRun, flow: FlowRun): Promise<Attached | undefined>
  close(): Promise<void>
}

/** Models and user code; with `keep` each model stays open until the end: opening one takes half a second. */
export interface PureHosts {
  readonly models: ModelHost
  readonly scripts: ScriptHost
  open(entry: ModelFile): Promise<Model>
  close(): Promise<void>
}

/** Models that are kept. */
const MAX_KEPT = 8

export function pureHosts(keep = false): PureHosts {
  const models = createModelHost()
  const scripts = createScriptHost()
  const kept = new Map<string, Model>()
  return {
    models,
    scripts,
    async open(entry) {
      const model = await models.open(entry)
      const { hash } = entry.info
      if (!keep || kept.has(hash)) return model
      kept.set(hash, await models.open(entry))
      const [oldest] = kept
      if (kept.size > MAX_KEPT && oldest) {
        kept.delete(oldest[0])
        await models.release(oldest[1])
      }
      return model
    },
    async close() {
      await models.close()
      await scripts.close()
    },
  }
}

/** With hosts of another they stay open when it closes. */
export function openPure(file: (name: string) => ModelFile | undefined, log: (text: string) => void, shared?: PureHosts): PureNodes {
  const hosts = shared ?? pureHosts()
  const { models: host, scripts } = hosts
  return {
    async open(run, flow) {
      const { plan, def } = run
      if (!def.open) return undefined
      const place = { flow: flow.flow, node: plan.id }
      const shut = (what: string): never => {
        throw new IssueError(issue('NODE_OPEN', place, { reason: `${what} is not open in a replay` }))
      }
      const taken: Model[] = []
      const io: Io = {
        ...place,
        now: () => flow.now(),
        emit: () => shut('its source'),
        deliver: () => shut('its source'),
        connection: async (name) => shut(`the connection '${name}'`),
        secret: (name) => shut(`the secret '${name}'`),
        async model(name) {
          const entry = file(name)
          if (!entry) throw new IssueError(issue('MODEL_UNKNOWN', place, { name, models: 'those that come with Headgate' }))
          const model = await hosts.open(entry)
          taken.push(model)
          return model
        },
        script: (source) => scripts.open(source, { ...place, now: io.now, state: () => run.ctx.state as ScriptState, log: io.log }),
        fail: (what) => run.note(what),
        log: (_level, text) => log(`${plan.id}: ${text}`),
      }
      const release = async (): Promise<void> => {
        for (const model of taken.splice(0)) await host.release(model)
      }
      try {
        const opened = await def.open(plan.config, io)
        return {
          opened,
          go: () => undefined,
          uses: () => true,
          exclusive: () => false,
          async close() {
            await opened.close()
            await release()
          },
        }
      } catch (thrown) {
        await release()
        if (thrown instanceof IssueError) throw new IssueError(...thrown.issues.map((i) => ({ ...i, ...place })))
        throw new IssueError(issue('NODE_OPEN', place, { reason: reasonOf(thrown) }))
      }
    },
    async close() {
      if (!shared) await hosts.close()
    },
  }
}
