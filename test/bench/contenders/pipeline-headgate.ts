// set -> scale -> deadband -> switch -> sink in Headgate's engine as the engine process runs it: its host, its journal,
// its ledger. Fed through what a source node is given, `io.emit`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineNode, port, sample, Type, type AnyNode, type Context, type Io, type Sample } from '#kit'
import { FORMAT, type Flow } from '#format'
import { drivers, nodes as catalogue } from '../../../nodes/index.ts'
import { compile } from '../../../runtime/compile/index.ts'
import { EngineHost } from '../../../runtime/engine/host.ts'
import { openJournal } from '../../../runtime/store/journal.ts'
import { answer, task } from '../process.ts'
import { FIRST_TIME, measure, reading } from '../readings.ts'

let io: Io | undefined
const source = defineNode({
  type: 'source.bench', version: 1, title: 'Bench source', summary: '', help: '', icon: 'x', effects: 'reads', config: Type.Object({}),
  inputs: {}, outputs: { value: port.number() },
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
    ctx.done()
  },
  examples: [],
})
const nodes = new Map<string, AnyNode>([...catalogue, [source.type, source as AnyNode], [sink.type, sink as AnyNode]])

const flow: Flow = {
  headgate: FORMAT, id: 'bench', name: 'bench', parameters: {}, connections: {},
  nodes: {
    source: { type: 'source.bench', config: {}, at: [0, 0] },
    set: { type: 'transform.set', config: { tag: 'line1' }, at: [0, 0] },
    scale: { type: 'transform.scale', config: { factor: 0.1, offset: -40 }, at: [0, 0] },
    deadband: { type: 'filter.deadband', config: { threshold: 0.5 }, at: [0, 0] },
    route: { type: 'rule.switch', config: { rules: [{ name: 'high', when: '>', value: 50 }] }, at: [0, 0] },
    sink: { type: 'flow.sink', config: {}, at: [0, 0] },
  },
  wires: ['source.value -> set.value', 'set.value -> scale.value', 'scale.value -> deadband.value', 'deadband.value -> route.value', 'route.high -> sink.value', 'route.otherwise -> sink.value'],
}

const { samples, passes } = task<{ samples: number; passes: number }>()
const { plan, issues } = compile(flow, { nodes, drivers, resources: { model: () => undefined, models: () => [] }, connections: {}, secrets: new Set(), version: 1 })
if (!plan) throw new Error(issues.map((i) => i.text).join(' '))
const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-'))
const ignored = (): void => undefined
const host = new EngineHost({ nodes, drivers, journal: await openJournal(join(folder, 'engine.db')), folder, alarm: ignored, log: ignored, write: ignored })
await host.start()
await host.deploy({ plan, armed: false, secrets: {}, models: {} })
const given = io!
const result = measure(
  samples,
  passes,
  (from, to) => {
    for (let i = from; i < to; i++) given.emit('value', sample('raw', reading(i), FIRST_TIME + i))
  },
  () => host.report('bench').nodes['sink']!.ledger.passed,
)
// The ledger balances: what went in came out, was left out by the deadband, or it is no benchmark.
for (const [id, { ledger }] of Object.entries(host.report('bench').nodes)) {
  const dropped = Object.values(ledger.dropped).reduce((a, b) => a + b, 0)
  if (ledger.in !== ledger.passed + dropped + ledger.held + ledger.failed + ledger.queued) throw new Error(`the ledger of '${id}' does not balance: ${JSON.stringify(ledger)}`)
}
await host.close('the bench is done')
rmSync(folder, { recursive: true })
answer(result)
