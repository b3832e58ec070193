// Compiles and deploys a flow of n nodes, here and in an engine process under its supervisor.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { AnyNode } from '#kit'
import { formatFlow, parseFlow, type Flow } from '#format'
import { planOf, startEngine } from '../engine.ts'
import { median } from '../measure.ts'
import { benchSink, benchSource, withBenchNodes } from '../nodes.ts'
import { answer, task } from '../process.ts'
import { flowOf } from '../shapes.ts'
import { createEngines } from '../../../runtime/engine/supervisor.ts'

/** ms, and bytes of the heap. */
export interface DeployResult {
  readonly readMs: number
  readonly compileMs: number
  readonly compileWarmMs: number
  readonly deployMs: number
  readonly changeMs: number
  readonly processMs: number
  readonly processChangeMs: number
  readonly bytesPerNode: number
}

const { nodes: n } = task<{ nodes: number }>()
const kinds = [
  ['transform.scale', { factor: 0.1, offset: -40 }], ['filter.deadband', { threshold: 0.5 }], ['transform.convert', { to: '' }], ['transform.set', { tag: 'line1' }], ['aggregate.window', { sizeS: 60 }],
] as const

/** Rows of five nodes: scale, deadband, scale, set, window, each with a place on the canvas. */
function rows(offset: number): Flow {
  const parts = Array.from({ length: n }, (_, k) => {
    const [type, config] = kinds[k % 5 === 2 ? 0 : k % 5]!
    return [`n${k}`, [type, k === 0 ? { factor: 0.1, offset } : config]] as const
  })
  const wires = Array.from({ length: n }, (_, k) => `${k % 5 === 0 ? 'source' : `n${k - 1}`}.value -> n${k}.value`)
  const flow = flowOf({ ...Object.fromEntries(parts), sink: ['flow.sink', {}] }, [...wires, 'n0.value -> sink.value'])
  return { ...flow, nodes: Object.fromEntries(Object.entries(flow.nodes).map(([id, node], i) => [id, { ...node, at: [(i % 5) * 200, Math.floor(i / 5) * 80] as const }])) }
}

async function timed<T>(run: () => T | Promise<T>): Promise<readonly [ms: number, result: T]> {
  const began = performance.now()
  const result = await run()
  return [performance.now() - began, result]
}
async function heap(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await globalThis.gc!({ type: 'major', execution: 'async' })
    await wait(20)
  }
  return process.memoryUsage().heapUsed
}

const nothing = (): void => undefined
const nodes = withBenchNodes([benchSource(nothing) as AnyNode, benchSink(nothing) as AnyNode])
const text = formatFlow(rows(-40))
const [readMs, { flow }] = await timed(() => parseFlow(text))
const [compileMs] = await timed(() => planOf(flow!, nodes))
const warm: number[] = []
for (let i = 0; i < 5; i++) warm.push((await timed(() => planOf(rows(-41 - i), nodes)))[0])

// In this process. The engine is up and has run a small flow: what the first deploy of a process loads is not the flow's.
const engine = await startEngine([flowOf({ sink: ['flow.sink', {}] }, ['source.value -> sink.value'], 'small')])
const before = await heap()
let plan: ReturnType<typeof planOf> | undefined = planOf(flow!, nodes)
const [deployMs] = await timed(() => engine.deploy(plan!))
plan = undefined
const after = await heap()
const changed = planOf(rows(-50), nodes, {}, 2)
const [changeMs] = await timed(() => engine.deploy(changed))
const deployed = Object.keys(engine.host.report('bench').nodes).length
if (deployed !== n + 2) throw new Error(`${deployed} nodes run, not ${n + 2}`)
await engine.close()

// In a process of its own.
const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-'))
const engines = createEngines({ folder, main: join(import.meta.dirname, 'engine-main.ts') })
await engines.start()
const through = (document: Flow, version: number): Promise<unknown> => engines.deploy({ plan: planOf(document, nodes, {}, version), armed: false, secrets: {}, models: {} })
await through(flowOf({ sink: ['flow.sink', {}] }, ['source.value -> sink.value'], 'small'), 1)
const [processMs] = await timed(() => through(rows(-40), 1))
const [processChangeMs] = await timed(() => through(rows(-50), 2))
const { version, nodes: running } = await engines.report('bench')
if (version !== 2 || Object.keys(running).length !== n + 2) throw new Error('the engine process runs something else')
await engines.close()
rmSync(folder, { recursive: true })

answer<DeployResult>({ readMs, compileMs, compileWarmMs: median(warm), deployMs, changeMs, processMs, processChangeMs, bytesPerNode: (after - before) / n })
