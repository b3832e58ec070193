// Headgate's engine in this process as the engine process runs it, its host, its journal, its ledger; with a source that
// the bench speaks through and a sink that counts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnyNode, Io, ModelInfo, Sample } from '#kit'
import type { Flow } from '#format'
import { drivers } from '../../nodes/index.ts'
import { compile } from '../../runtime/compile/index.ts'
import type { Journal, ModelFile, Plan } from '../../runtime/engine/contract.ts'
import { engineClock } from '../../runtime/engine/clock.ts'
import { EngineHost } from '../../runtime/engine/host.ts'
import { openJournal } from '../../runtime/store/journal.ts'
import { benchSink, benchSource, vectorSource, withBenchNodes } from './nodes.ts'

export interface BenchEngine {
  /** A sample of the node 'source' of each flow, in their order, through what a source is given. */
  readonly emits: readonly ((sample: Sample) => void)[]
  /** Of the first flow: handed over with acknowledgement. */
  deliver(sample: Sample): Promise<void>
  /** Samples that the nodes 'flow.sink' have got, and the value of the last. */
  arrived(): number
  last(): number
  readonly host: EngineHost
  readonly journal: Journal
  deploy(plan: Plan): Promise<void>
  /** Throws when a node's ledger does not balance, or something failed or was dropped for another reason than the node's own. */
  check(): void
  /** Checks, ends it and removes its folder. */
  close(): Promise<void>
}
export interface BenchOptions {
  readonly models?: Readonly<Record<string, ModelFile>>
  /** Beside the catalogue's, or in place of one. */
  readonly nodes?: readonly AnyNode[]
  /** Called with each sample at a sink, after it was counted. */
  readonly seen?: () => void
}

/** A plan of a flow that is right; throws when it is not. */
export function planOf(flow: Flow, nodes: ReadonlyMap<string, AnyNode>, models: Readonly<Record<string, ModelFile>> = {}, version = 1): Plan {
  const model = (name: string): ModelInfo | undefined => models[name]?.info
  const { plan, issues } = compile(flow, { nodes, drivers, resources: { model, models: () => Object.keys(models), issue: () => undefined }, connections: flow.connections, secrets: new Set(), version })
  if (!plan) throw new Error(issues.map((i) => i.text).join(' '))
  return plan
}

export async function startEngine(flows: readonly Flow[], { models = {}, nodes: own = [], seen }: BenchOptions = {}): Promise<BenchEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-'))
  const granted = new Map<string, Io>()
  let arrived = 0
  let last = null as Sample | null
  const grant = (io: Io): void => void granted.set(io.flow, io)
  const nodes = withBenchNodes([
    benchSource(grant) as AnyNode, vectorSource(grant),
    // Two closures, so that the plain one has nothing to look at.
    benchSink(seen ? (s) => (arrived++, (last = s), seen()) : (s) => (arrived++, (last = s))) as AnyNode,
    ...own,
  ])
  const journal = await openJournal(join(folder, 'engine.db'))
  const troubles: string[] = []
  const host = new EngineHost({
    nodes, drivers, journal, folder,
    now: engineClock(),
    alarm: () => undefined,
    write: () => undefined,
    log: ({ level, text }) => void (level !== 'info' && troubles.length < 20 && troubles.push(text)),
  })
  await host.start()
  const deploy = async (plan: Plan): Promise<void> => void (await host.deploy({ plan, armed: false, secrets: {}, models }))
  for (const flow of flows) await deploy(planOf(flow, nodes, models))
  const ios = flows.map((flow) => granted.get(flow.id)!)
  const check = (): void => {
    if (troubles.length > 0) throw new Error(`the engine complains: ${troubles.join(' ')}`)
    for (const { id } of flows) {
      for (const [node, { ledger, inputs }] of Object.entries(host.report(id).nodes)) {
        const dropped = Object.values(ledger.dropped).reduce((a, b) => a + b, 0)
        const balances = Object.keys(inputs).length === 0 || ledger.in === ledger.passed + dropped + ledger.held + ledger.failed + ledger.queued
        if (!balances || ledger.failed > 0 || (ledger.dropped['queue_full'] ?? 0) > 0) throw new Error(`the ledger of '${node}' is wrong: ${JSON.stringify(ledger)}`)
      }
    }
  }
  return {
    emits: ios.map((io) => (sample) => io.emit('value', sample)),
    deliver: (sample) => ios[0]!.deliver('value', sample),
    arrived: () => arrived,
    last: () => (typeof last?.value === 'number' ? last.value : Number.NaN),
    host, journal, deploy, check,
    async close() {
      check()
      await host.close('the bench is done')
      rmSync(folder, { recursive: true })
    },
  }
}
