// Inferences per second of the bearing model, in a flow and bare.
import { rounds } from '../rounds.ts'
import type { Case } from '../report.ts'

export const inference: Case = {
  name: 'inference',
  async run(options) {
    const task = { samples: 20_000 }
    const r = await rounds('inference', { flow: { name: 'inference-headgate', task }, bare: { name: 'inference-bare', task } }, options)
    const unit = 'inferences/s'
    return [
      { contender: 'inference.onnx in the engine', unit, ...r.row('flow'), ratios: [{ to: 'bare session.run', value: r.ratio('flow', 'bare') }], note: "bearing model; per second of the thread's CPU time, one run after the other" },
      { contender: 'onnxruntime-node, bare', unit, ...r.row('bare'), ratios: [], note: 'tensors made beforehand' },
    ]
  },
}
