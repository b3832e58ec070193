// Samples per second through set, scale, deadband, switch, sink.
import { rounds } from '../rounds.ts'
import type { Case } from '../report.ts'

export const pipeline: Case = {
  name: 'pipeline',
  async run(options) {
    const r = await rounds(
      'pipeline',
      {
        headgate: { name: 'shape', task: { shape: 'pipeline', n: 5, samples: 2e6 }, engine: true },
        hand: { name: 'shape', task: { shape: 'pipeline', n: 5, hand: true, samples: 4e6 } },
        red: { name: 'pipeline-node-red', task: { samples: 3e4, window: 100 } },
        redOne: { name: 'pipeline-node-red', task: { samples: 1e4, window: 1 } },
      },
      options,
      { rounds: 5, passes: 3 },
    )
    const unit = 'samples/s'
    return [
      {
        contender: 'Headgate engine, ledger on', unit, ...r.row('headgate'),
        ratios: [{ to: 'hand-written', value: r.ratio('headgate', 'hand'), expected: 0.3 }, { to: 'Node-RED', value: r.ratio('headgate', 'red'), expected: 400 }, { to: 'Node-RED, one at a time', value: r.ratio('headgate', 'redOne') }],
        note: `per second of the thread's CPU time; each passes on ${r.arrived} of the first 20,000`,
      },
      { contender: 'hand-written loop', unit, ...r.row('hand'), ratios: [], note: 'allocates the same samples' },
      { contender: 'Node-RED 5 core nodes', unit, ...r.row('red'), ratios: [], note: '100 messages under way' },
      { contender: 'Node-RED 5 core nodes, one at a time', unit, ...r.row('redOne'), ratios: [], note: 'the next when the last has arrived' },
    ]
  },
}
