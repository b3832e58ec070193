// The sabotage of engine.slow.test.ts: an engine that acknowledges before the commit. Its journal says at once that all
// is kept, and keeps nothing.
import { drivers, nodes } from '../../nodes/index.ts'
import type { Journal } from '../../runtime/engine/contract.ts'
import { serve } from '../../runtime/engine/serve.ts'

let position = 0
const journal: Journal = {
  get position() {
    return position
  },
  append: () => ({ position: ++position, committed: Promise.resolve() }),
  checkpoint: () => Promise.resolve(),
  recover: () => Promise.resolve({ checkpoint: undefined, entries: [] }),
  stats: () => ({ entries: position, commits: 0, bytes: 0, checkpoints: 0, rejected: 0 }),
  close: () => Promise.resolve(),
}
await serve({ nodes, drivers, journal, folder: process.argv[3]! })
