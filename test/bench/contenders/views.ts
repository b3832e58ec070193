// The engine process under its supervisor, and a client that watches its flow in turns.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { AnyNode } from '#kit'
import { planOf } from '../engine.ts'
import { benchSink, benchSource, withBenchNodes } from '../nodes.ts'
import { runMs } from '../proc.ts'
import { answer, task } from '../process.ts'
import { pipelineFlow } from '../shapes.ts'
import { createEngines } from '../../../runtime/engine/supervisor.ts'

/** µs of CPU time for a sample, by rounds. */
export interface ViewsResult {
  readonly none: readonly number[]
  readonly status: readonly number[]
  readonly pinned: readonly number[]
}
const PER_SECOND = 100_000
const outputs = [['source', 'value'], ['set', 'value'], ['scale', 'value'], ['deadband', 'value'], ['route', 'high'], ['route', 'otherwise']] as const

const { ms, rounds } = task<{ ms: number; rounds: number }>()
const nothing = (): void => undefined
const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-'))
const engines = createEngines({ folder, main: join(import.meta.dirname, 'engine-main.ts') })
await engines.start()
const flow = { ...pipelineFlow, nodes: { ...pipelineFlow.nodes, source: { type: 'source.paced', config: { perSecond: PER_SECOND }, at: [0, 0] as const } } }
await engines.deploy({ plan: planOf(flow, withBenchNodes([benchSource(nothing) as AnyNode, benchSink(nothing) as AnyNode])), armed: false, secrets: {}, models: {} })
const pid = engines.status()[0]!.pid!
const sent = async (): Promise<number> => (await engines.report('bench')).nodes['source']!.outputs['value']!.count

/** µs for a sample while somebody watches in this way. */
async function watched(watch: () => Promise<() => Promise<void>>): Promise<number> {
  const stop = await watch()
  await wait(200)
  const from = await sent()
  const used = runMs(pid)
  const began = performance.now()
  await wait(ms)
  const cpu = runMs(pid) - used
  const elapsed = performance.now() - began
  const count = (await sent()) - from
  await stop()
  if (count / (elapsed / 1000) < PER_SECOND * 0.9) throw new Error(`the engine does not keep up: ${Math.round(count / (elapsed / 1000))} samples/s`)
  return (1000 * cpu) / count
}
const unwatched = async () => async () => undefined
async function statusOften() {
  let asked = 0
  let answered = 0
  const timer = setInterval(() => {
    asked++
    void engines.report('bench').then(() => answered++)
  }, 50)
  return async () => {
    clearInterval(timer)
    await wait(100)
    if (answered !== asked || asked < (ms / 50) * 0.8) throw new Error(`${asked} times asked, ${answered} times answered`)
  }
}
async function pinAll() {
  let seen = 0
  const stops = await Promise.all(outputs.map(([node, port]) => engines.tap('bench', node, port, (samples) => (seen += samples.length))))
  return async () => {
    for (const stop of stops) stop()
    if (seen === 0) throw new Error('nothing was seen')
  }
}

// V8 compiles as it goes: a quarter of a million samples first, watched in each way.
await wait(2500)
const none: number[] = []
const status: number[] = []
const pinned: number[] = []
for (let round = 0; round < rounds; round++) {
  none.push(await watched(unwatched))
  status.push(await watched(statusOften))
  pinned.push(await watched(pinAll))
}
await engines.close()
rmSync(folder, { recursive: true })
answer<ViewsResult>({ none, status, pinned })
