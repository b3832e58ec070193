// A window of many tags, each changed, then a checkpoint: the longest time between two turns of the event loop while it is
// under way is how long the flow stood still.
import { setImmediate as turn } from 'node:timers/promises'
import { sample } from '#kit'
import { startEngine } from '../engine.ts'
import { median } from '../measure.ts'
import { answer, task } from '../process.ts'
import { diskBytes } from '../proc.ts'
import { FIRST_TIME, reading } from '../readings.ts'
import { flowOf } from '../shapes.ts'

export interface CheckpointResult {
  readonly stallMs: number
  readonly ms: number
  readonly bytes: number
  readonly diskBytes: number
}

const { tags, times } = task<{ tags: number; times: number }>()
const names = Array.from({ length: tags }, (_, k) => `line1.tag${k}`)
// Windows so long that none closes: the state is what it is at their end.
const engine = await startEngine([flowOf({ window: ['aggregate.window', { sizeS: 86_400 }], sink: ['flow.sink', {}] }, ['source.value -> window.value', 'window.mean -> sink.value'])])
const [emit] = engine.emits
let round = 0
function change(): void {
  for (const tag of names) emit!(sample(tag, reading(round), FIRST_TIME + round * 1000))
  round++
}

async function once(): Promise<CheckpointResult> {
  change()
  await turn()
  const { bytes } = engine.journal.stats()
  const disk = diskBytes()
  let under = true
  let stallMs = 0
  const began = performance.now()
  const done = engine.host.checkpoint().then(() => (under = false))
  for (let last = began; under; ) {
    await turn()
    const now = performance.now()
    stallMs = Math.max(stallMs, now - last)
    last = now
  }
  await done
  return { stallMs, ms: performance.now() - began, bytes: engine.journal.stats().bytes - bytes, diskBytes: diskBytes() - disk }
}

// The first holds everything, and what follows is not compiled yet.
change()
await once()
await once()
const all: CheckpointResult[] = []
for (let i = 0; i < times; i++) all.push(await once())
const of = (what: keyof CheckpointResult): number => median(all.map((c) => c[what]))
if (!(of('bytes') > tags * 20)) throw new Error(`the checkpoint holds ${of('bytes')} bytes: not all tags`)
const saved = (await engine.journal.recover()).checkpoint!.state.filter(({ item }) => item.startsWith('key:')).length
if (saved !== tags) throw new Error(`${saved} tags were saved, not ${tags}`)
await engine.close()
answer<CheckpointResult>({ stallMs: of('stallMs'), ms: of('ms'), bytes: of('bytes'), diskBytes: of('diskBytes') })
