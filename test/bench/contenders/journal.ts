// A source that hands samples over and has them acknowledged, a window of them under way, through the pipeline. Bytes to
// the disk are what Linux counts for this process: the log, its copying into the file, checkpoints.
import { setImmediate as turn } from 'node:timers/promises'
import { sample } from '#kit'
import { startEngine } from '../engine.ts'
import { answer, task } from '../process.ts'
import { diskBytes } from '../proc.ts'
import { FIRST_TIME, reading } from '../readings.ts'
import { pipelineFlow } from '../shapes.ts'

export interface JournalResult {
  readonly perSecond: number
  /** The same source without acknowledgement. */
  readonly plainPerSecond: number
  readonly commitsPerSecond: number
  readonly checkpoints: number
  /** For a sample. */
  readonly payloadBytes: number
  readonly diskBytes: number
  readonly cpuUs: number
}

const { window, ms } = task<{ window: number; ms: number }>()
const engine = await startEngine([pipelineFlow])
let next = 0
const make = () => sample('raw', reading(next), FIRST_TIME + next++)

async function acknowledged(ms: number): Promise<{ readonly count: number; readonly seconds: number }> {
  let under = 0
  let count = 0
  let refused: unknown
  async function one(): Promise<void> {
    under++
    try {
      await engine.deliver(make())
      under--
      count++
    } catch (thrown) {
      refused ??= thrown
    }
  }
  const began = performance.now()
  while (performance.now() - began < ms) {
    while (under < window) void one()
    await turn()
    if (refused !== undefined) throw refused
  }
  const sent = next
  while (under > 0 && refused === undefined) await turn()
  if (sent !== next || refused !== undefined) throw new Error('not every sample was acknowledged', { cause: refused })
  return { count, seconds: (performance.now() - began) / 1000 }
}

async function plain(ms: number): Promise<number> {
  const [emit] = engine.emits
  const began = performance.now()
  const first = next
  while (performance.now() - began < ms) {
    for (let i = 0; i < window; i++) emit!(make())
    await turn()
  }
  return (next - first) / ((performance.now() - began) / 1000)
}

await plain(300)
const plainPerSecond = await plain(ms / 4)
await acknowledged(300)
const before = engine.journal.stats()
const disk = diskBytes()
const used = process.cpuUsage()
const { count, seconds } = await acknowledged(ms)
await engine.host.checkpoint()
const { user, system } = process.cpuUsage(used)
const after = engine.journal.stats()
const written = diskBytes() - disk
if (after.entries - before.entries !== count || after.rejected > 0) throw new Error(`${count} samples were acknowledged, ${after.entries - before.entries} are in the journal`)
await engine.close()
answer<JournalResult>({
  perSecond: count / seconds, plainPerSecond,
  commitsPerSecond: (after.commits - before.commits) / seconds, checkpoints: after.checkpoints - before.checkpoints,
  payloadBytes: (after.bytes - before.bytes) / count, diskBytes: written / count, cpuUs: (user + system) / count,
})
