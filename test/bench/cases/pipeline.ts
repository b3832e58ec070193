// Case 1: samples per second through set, scale, deadband, switch, sink.
import { contend } from '../process.ts'
import type { PipelineResult } from '../readings.ts'
import { median } from '../readings.ts'
import { ENGINE_FLAGS } from '../../../runtime/engine/supervisor.ts'
import type { Case } from '../report.ts'

export const pipeline: Case = {
  name: 'pipeline',
  async run({ quick, say }) {
    const rounds = quick ? 2 : 5
    const scale = quick ? 0.5 : 1
    const contenders = {
      headgate: { name: 'pipeline-headgate', samples: 2e6 * scale, extra: {}, flags: ENGINE_FLAGS },
      hand: { name: 'pipeline-hand', samples: 4e6 * scale, extra: {}, flags: [] },
      red: { name: 'pipeline-node-red', samples: 3e4 * scale, extra: { window: 100 }, flags: [] },
      redOne: { name: 'pipeline-node-red', samples: 1e4 * scale, extra: { window: 1 }, flags: [] },
    }
    const results: Record<keyof typeof contenders, PipelineResult[]> = { headgate: [], hand: [], red: [], redOne: [] }
    for (let round = 0; round < rounds; round++) {
      say(`pipeline, round ${round + 1} of ${rounds}`)
      for (const [key, { name, samples, extra, flags }] of Object.entries(contenders)) {
        results[key as keyof typeof contenders].push(await contend<PipelineResult>(name, { samples, passes: 3, ...extra }, 60_000, flags))
      }
    }
    const counts = new Set(Object.values(results).flatMap((r) => r.map((x) => x.arrived)))
    if (counts.size !== 1) throw new Error(`the contenders did not pass on the same number of readings: ${[...counts].join(', ')}`)
    const [arrived] = counts
    // Each ratio is of one round, measured within seconds; the median of those.
    const ratio = (to: keyof typeof contenders): number => median(results.headgate.map((r, i) => r.perSecond / results[to][i]!.perSecond))
    const row = (contender: string, key: keyof typeof contenders) => ({
      contender, unit: 'samples/s', rate: median(results[key].map((r) => r.perSecond)), rounds: results[key].map((r) => r.perSecond), byClock: median(results[key].map((r) => r.byClock)),
    })
    return [
      {
        ...row('Headgate engine, ledger on', 'headgate'),
        ratios: [
          { to: 'hand-written', value: ratio('hand'), expected: 0.3 },
          { to: 'Node-RED', value: ratio('red'), expected: 400 },
          { to: 'Node-RED, one at a time', value: ratio('redOne') },
        ],
        note: `per second of the thread's CPU time; each passes on ${arrived} of the first 20,000`,
      },
      { ...row('hand-written loop', 'hand'), ratios: [], note: 'allocates the same samples' },
      { ...row('Node-RED 5 core nodes', 'red'), ratios: [], note: '100 messages under way' },
      { ...row('Node-RED 5 core nodes, one at a time', 'redOne'), ratios: [], note: 'the next when the last has arrived' },
    ]
  },
}
