// Code of the user's own, and single nodes beside what one would write: the function node in both interpreters, an
// expression beside the node for it and beside its grammar's own library, a window's mean beside a loop.
import { rounds } from '../rounds.ts'
import type { Case } from '../report.ts'

export const code: Case = {
  name: 'code',
  async run(options) {
    const unit = 'samples/s'
    const f = await rounds('function node', {
      isolate: { name: 'function', task: { interpreter: 'isolated-vm', samples: 12_000 }, engine: true, uncounted: true },
      quickjs: { name: 'function', task: { interpreter: 'quickjs', samples: 12_000 }, engine: true, uncounted: true },
    }, options)
    const shape = (name: string, hand = false, n = 1) => ({ name: 'shape', task: { shape: name, n, hand, samples: 1e6 }, engine: !hand })
    const e = await rounds('expression', { expression: shape('expression'), scale: shape('scale'), library: shape('expression', true), hand: shape('scale', true) }, options)
    const w = await rounds('window', { window: shape('window'), hand: shape('window', true) }, options)
    return [
      { contender: 'transform.function, isolated-vm', unit, ...f.row('isolate'), ratios: [], expected: 'above 10,000', note: "value * 1.8 + 32; per second of CPU time of engine and jail together" },
      { contender: 'transform.function, QuickJS', unit, ...f.row('quickjs'), ratios: [{ to: 'isolated-vm', value: f.ratio('quickjs', 'isolate') }], note: '' },
      { contender: 'transform.expression', unit, ...e.row('expression'), ratios: [{ to: 'transform.scale', value: e.ratio('expression', 'scale') }, { to: "cel-js' own evaluate", value: e.ratio('expression', 'library') }], note: 'value * 1.8 + 32, in a flow of one node' },
      { contender: 'transform.scale', unit, ...e.row('scale'), ratios: [{ to: 'hand-written', value: e.ratio('scale', 'hand') }], note: '' },
      { contender: "cel-js' own evaluate", unit, ...e.row('library'), ratios: [], note: 'parsed once; a loop, no flow' },
      { contender: 'scale, hand-written', unit, ...e.row('hand'), ratios: [], note: '' },
      { contender: 'aggregate.window, mean of 10 s', unit, ...w.row('window'), ratios: [{ to: 'hand-written', value: w.ratio('window', 'hand') }], note: 'one tag, a reading a second' },
      { contender: 'mean of 10 s, hand-written', unit, ...w.row('hand'), ratios: [], note: '' },
    ]
  },
}
