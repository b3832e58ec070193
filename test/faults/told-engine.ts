// The engine that kill.ts kills: the real one and its real journal, with few nodes so that it starts quickly, checkpoints
// often, and tells (by its log) when one begins and what a durable one contains. HEADGATE_SABOTAGE breaks one promise, to
// prove that the books find it.
import { openJournal } from '../../runtime/store/journal.ts'
import { serve } from '../../runtime/engine/serve.ts'
import type { Checkpoint, Journal, StateItem } from '../../runtime/engine/contract.ts'
import type { AnyDriver, AnyNode, Sample } from '#kit'
import mqttDriver from '../../nodes/drivers/mqtt/index.ts'
import source from '../../nodes/source/mqtt.ts'
import uplink from '../../nodes/uplink/mqtt.ts'
import { tally } from './tally.ts'
import { tell, type Identity, type Sabotage } from './telling.ts'

/** What the host does every 5 s: it has no option for that. */
const CHECKPOINT_MS = 400
const every = globalThis.setInterval
globalThis.setInterval = ((act: () => void, ms?: number) => every(act, ms === 5000 ? CHECKPOINT_MS : ms)) as typeof setInterval

const sabotage = process.env['HEADGATE_SABOTAGE'] as Sabotage | undefined
const [file, folder] = process.argv.slice(2)
const real = await openJournal(file!)

/** 'early': acknowledged while it is still in memory, as a disk without synchronous=FULL has it after a power cut. */
const EARLY_MS = 150
let early = real.position
function appendEarly(flow: string, node: string, port: string, sample: Sample): ReturnType<Journal['append']> {
  setTimeout(() => void real.append(flow, node, port, sample), EARLY_MS)
  return { position: ++early, committed: Promise.resolve() }
}

function broken(c: Checkpoint): Checkpoint {
  switch (sabotage) {
    case 'repeats': return { ...c, position: Math.max(0, c.position - 20) }
    case 'skips': return { ...c, position: c.position + 20 }
    case 'forgets': return { ...c, put: c.put.filter((item, i) => !item.item.startsWith('key:') || i % 3 > 0) }
    case 'drains': return { ...c, put: c.put.filter((item) => item.item !== 'node') }
    default: return c
  }
}

const counts = new Map<string, number>()
let waiting: string[] = []
/** What is in it, as the state items say. */
function contents({ put, drop }: Checkpoint): void {
  if (drop.some((scope) => scope.node === undefined || scope.node === 'up')) waiting = []
  for (const { node, item, value } of put as readonly (StateItem & { value: { tag: string; state: { count: number }; pending: { sample: Sample }[] } })[]) {
    if (node === 'tally' && item.startsWith('key:')) counts.set(value.tag, value.state.count)
    if (node === 'up' && item === 'node') waiting = value.pending.map(({ sample }) => `${sample.tag} ${(sample.value as { count: number }).count}`)
  }
}

let kept: Identity[] = []
/** Those of one commit in one line. */
function keep(sample: Sample): void {
  if (kept.length === 0) {
    setImmediate(() => {
      tell({ what: 'kept', samples: kept })
      kept = []
    })
  }
  kept.push([sample.tag, sample.value as number, sample.time])
}

const journal: Journal = {
  get position() {
    return sabotage === 'early' ? early : real.position
  },
  append(flow, node, port, sample) {
    const appended = sabotage === 'early' ? appendEarly(flow, node, port, sample) : real.append(flow, node, port, sample)
    appended.committed.then(() => keep(sample), () => undefined) // its source hears of a failure
    return appended
  },
  async checkpoint(checkpoint) {
    tell({ what: 'checkpoint begins' })
    contents(checkpoint)
    const said = { what: 'checkpoint', counts: [...counts], waiting } as const
    if (sabotage !== 'never') await real.checkpoint(broken(checkpoint))
    tell(said)
  },
  async recover() {
    const found = await real.recover()
    tell({ what: 'recovery', entries: found.entries.length })
    return found
  },
  stats: () => real.stats(),
  close: () => real.close(),
}
const nodes = new Map([source, uplink, tally].map((node) => [node.type, node as unknown as AnyNode]))
await serve({ nodes, drivers: new Map([[mqttDriver.type, mqttDriver as unknown as AnyDriver]]), journal, folder: folder! })
