// The sabotage of full-disk.slow.test.ts: the real engine, but for that it acknowledges also what its journal rejects.
import { drivers, nodes } from '../../nodes/index.ts'
import type { Journal } from '../../runtime/engine/contract.ts'
import { serve } from '../../runtime/engine/serve.ts'
import { openJournal } from '../../runtime/store/journal.ts'

const [file, folder] = process.argv.slice(2)
const real = await openJournal(file!)
const journal: Journal = {
  get position() {
    return real.position
  },
  append(flow, node, port, sample) {
    const { position, committed } = real.append(flow, node, port, sample)
    return { position, committed: committed.catch(() => undefined) } // on purpose
  },
  checkpoint: (checkpoint) => real.checkpoint(checkpoint),
  recover: () => real.recover(),
  stats: () => real.stats(),
  close: () => real.close(),
}
await serve({ nodes, drivers, journal, folder: folder! })
