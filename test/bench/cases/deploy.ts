// How long a deploy takes as flows grow: reading the document, compiling it, the swap in the engine, and compile and swap
// through the real engine process under its supervisor; and the memory that an idle node takes.
import { ENGINE_FLAGS } from '../../../runtime/engine/supervisor.ts'
import { median } from '../measure.ts'
import { contend } from '../process.ts'
import type { DeployResult } from '../contenders/deploy.ts'
import type { Case, Row } from '../report.ts'

export const deploy: Case = {
  name: 'deploy',
  async run({ quick, say }) {
    const rows: Row[] = []
    for (const n of quick ? [10, 1000] : [10, 100, 1000, 10_000]) {
      const rounds = quick || n === 10_000 ? 1 : 3
      const results: DeployResult[] = []
      for (let round = 0; round < rounds; round++) {
        say(`deploy: ${n} nodes, round ${round + 1} of ${rounds}`)
        results.push(await contend<DeployResult>('deploy', { nodes: n }, 120_000, ['--expose-gc', ...ENGINE_FLAGS]))
      }
      const of = (what: keyof DeployResult): number => median(results.map((r) => r[what]))
      const title = n.toLocaleString('en-US')
      const row = (contender: string, what: keyof DeployResult, note: string, more: Partial<Row> = {}): Row => ({ contender: `${title} nodes: ${contender}`, rate: of(what), unit: 'ms', ratios: [], note, rounds: results.map((r) => r[what]), ...more })
      rows.push(
        row('compile', 'compileMs', `the first in a fresh process; ${of('compileWarmMs').toFixed(1)} ms once warm; reading the document ${of('readMs').toFixed(1)} ms`),
        row('deploy in the engine', 'deployMs', `the first; with one node changed ${of('changeMs').toFixed(1)} ms`),
        row('compile and deploy', 'processMs', `to a real engine process, first; with one node changed ${of('processChangeMs').toFixed(1)} ms`, n === 1000 ? { expected: 'below 200 ms' } : {}),
        { contender: `${title} nodes: idle node`, rate: of('bytesPerNode') / 1024, unit: 'kB', ratios: [], note: 'of the heap, in the engine; the plan of the flow with it', rounds: results.map((r) => r.bytesPerNode / 1024) },
      )
    }
    return rows
  },
}
