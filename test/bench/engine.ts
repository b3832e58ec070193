// Headgate's engine in this process as the engine process runs it, its host, its journal, its ledger; with a source that
// the bench speaks through and a sink that counts.
import { join } from 'node:path'
import { defineNode, port, Type, type AnyNode, type Context, type Io, type ModelInfo, type Sample } from '#kit'
import type { Flow } from '#format'
import { drivers, nodes as catalogue } from '../../nodes/index.ts'
import { compile } from '../../runtime/compile/index.ts'
import type { ModelFile } from '../../runtime/engine/contract.ts'
import { EngineHost } from '../../runtime/engine/host.ts'
import { openJournal } from '../../runtime/store/journal.ts'

export interface BenchEngine {
  /** A sample of the node 'source', through what a source is given. */
  readonly emit: (sample: Sample) => void
  /** Samples that the node 'sink' has got. */
  arrived(): number
  /** Throws when a node's ledger does not balance or something failed. */
  check(): void
  close(): Promise<void>
}

export async function startEngine(flow: Flow, folder: string, models: Readonly<Record<string, ModelFile>> = {}): Promise<BenchEngine> {
  let io: Io | undefined
  let arrived = 0
  const source = defineNode({
    type: 'source.bench', version: 1, title: 'Bench source', summary: '', help: '', icon: 'x', effects: 'reads', config: Type.Object({}),
    inputs: {}, outputs: { value: port.any() },
    open(_config, given: Io) {
      io = given
      return Promise.resolve({ health: () => ({ state: 'ok' as const, text: '' }), close: () => Promise.resolve() })
    },
    examples: [],
  })
  const sink = defineNode({
    type: 'flow.sink', version: 1, title: 'Bench sink', summary: '', help: '', icon: 'x', effects: 'none', config: Type.Object({}),
    inputs: { value: port.any() }, outputs: {},
    receive(_sample: Sample, _port: string, ctx: Context) {
      arrived++
      ctx.done()
    },
    examples: [],
  })
  const nodes = new Map<string, AnyNode>([...catalogue, [source.type, source as AnyNode], [sink.type, sink as AnyNode]])
  const model = (name: string): ModelInfo | undefined => models[name]?.info
  const { plan, issues } = compile(flow, { nodes, drivers, resources: { model, models: () => Object.keys(models), issue: () => undefined }, connections: {}, secrets: new Set(), version: 1 })
  if (!plan) throw new Error(issues.map((i) => i.text).join(' '))
  const ignored = (): void => undefined
  const host = new EngineHost({ nodes, drivers, journal: await openJournal(join(folder, 'engine.db')), folder, alarm: ignored, log: ignored, write: ignored })
  await host.start()
  await host.deploy({ plan, armed: false, secrets: {}, models })
  const given = io!
  return {
    emit: (sample) => given.emit('value', sample),
    arrived: () => arrived,
    check() {
      for (const [id, { ledger, inputs }] of Object.entries(host.report(flow.id).nodes)) {
        const dropped = Object.values(ledger.dropped).reduce((a, b) => a + b, 0)
        const balances = Object.keys(inputs).length === 0 || ledger.in === ledger.passed + dropped + ledger.held + ledger.failed + ledger.queued
        if (!balances || ledger.failed > 0) throw new Error(`the ledger of '${id}' is wrong: ${JSON.stringify(ledger)}`)
      }
    },
    close: () => host.close('the bench is done'),
  }
}
