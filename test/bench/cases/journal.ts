// What durability costs: samples that are acknowledged after their commit, with checkpoints on, on this machine's disk; and
// how long a checkpoint of 10,000 tags, all of them changed, keeps the flow's thread.
import { ENGINE_FLAGS } from '../../../runtime/engine/supervisor.ts'
import { median } from '../measure.ts'
import { contend } from '../process.ts'
import type { CheckpointResult } from '../contenders/checkpoint.ts'
import type { JournalResult } from '../contenders/journal.ts'
import type { Case, Row } from '../report.ts'

const windows = [[1000, '1,000 under way'], [100, '100 under way'], [1, 'one at a time']] as const

export const journal: Case = {
  name: 'journal',
  async run({ quick, say }) {
    const rows: Row[] = []
    for (const [window, title] of windows) {
      const rounds = quick || window !== 1000 ? 1 : 2
      const results: JournalResult[] = []
      for (let round = 0; round < rounds; round++) {
        say(`journal, ${title}, round ${round + 1} of ${rounds}`)
        // Beyond 5 s, so that the engine's own checkpoint is in it.
        results.push(await contend<JournalResult>('journal', { window, ms: quick ? 1000 : 6000 }, 60_000, ENGINE_FLAGS))
      }
      const of = (what: keyof JournalResult): number => median(results.map((r) => r[what]))
      rows.push({
        contender: title, rate: of('perSecond'), unit: 'samples/s', ratios: [{ to: 'the same without acknowledgement', value: median(results.map((r) => r.perSecond / r.plainPerSecond)) }],
        note: `${Math.round(of('commitsPerSecond')).toLocaleString('en-US')} commits/s; bytes a sample: ${Math.round(of('payloadBytes'))} of entries, ${Math.round(of('diskBytes'))} to the disk; ${of('checkpoints')} checkpoints; ${of('cpuUs').toFixed(1)} µs of CPU time a sample, all threads`,
        rounds: results.map((r) => r.perSecond), results,
      })
    }
    const checkpoints: CheckpointResult[] = []
    const rounds = quick ? 1 : 2
    for (let round = 0; round < rounds; round++) {
      say(`checkpoint, round ${round + 1} of ${rounds}`)
      checkpoints.push(await contend<CheckpointResult>('checkpoint', { tags: 10_000, times: quick ? 3 : 8 }, 60_000, ENGINE_FLAGS))
    }
    const at = (what: keyof CheckpointResult): number => median(checkpoints.map((c) => c[what]))
    rows.push({
      contender: 'checkpoint of 10,000 changed tags', rate: at('stallMs'), unit: 'ms', ratios: [],
      note: `the longest that the flow's thread stood still; it took ${Math.round(at('ms'))} ms in all and wrote ${(at('bytes') / 1e6).toFixed(1)} MB of state (aggregate.window), ${(at('diskBytes') / 1e6).toFixed(1)} MB to the disk`,
      rounds: checkpoints.map((c) => c.stallMs), results: checkpoints,
    })
    return rows
  },
}
