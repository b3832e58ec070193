// Samples per second through flows of other shapes: long, wide, many, keyed; each beside its hand-written loop.
import type { ShapeName } from '../shapes.ts'
import { rounds } from '../rounds.ts'
import type { Case, Row } from '../report.ts'

const list: readonly { readonly shape: ShapeName; readonly n: number; readonly title: string; readonly samples: number; readonly note: string }[] = [
  { shape: 'chain', n: 10, title: 'chain of 10', samples: 1e6, note: 'transform.scale ten times' },
  { shape: 'chain', n: 100, title: 'chain of 100', samples: 6e4, note: 'transform.scale a hundred times' },
  { shape: 'fan', n: 10, title: 'fan-out to 10', samples: 8e5, note: 'one output, ten transform.scale, one sink; a sample in counts once' },
  { shape: 'flows', n: 1000, title: '1,000 flows at once', samples: 8e5, note: 'scale, deadband, sink; a sample to each in turn' },
  { shape: 'window', n: 10_000, title: 'window over 10,000 tags', samples: 1e6, note: 'tumbling means of 10 s, a reading a second of each tag' },
]

export const shapesCase: Case = {
  name: 'shapes',
  async run(options) {
    const rows: Row[] = []
    for (const { shape, n, title, samples, note } of list) {
      const r = await rounds(title, { headgate: { name: 'shape', task: { shape, n, samples }, engine: true }, hand: { name: 'shape', task: { shape, n, hand: true, samples } } }, options)
      const unit = 'samples/s'
      rows.push(
        { contender: title, unit, ...r.row('headgate'), ratios: [{ to: 'hand-written', value: r.ratio('headgate', 'hand') }], note },
        { contender: `${title}, hand-written`, unit, ...r.row('hand'), ratios: [], note: '' },
      )
    }
    return rows
  },
}
