// Case 3: inferences per second of the bearing model, in a flow and bare.
import { contend } from '../process.ts'
import { median, type PipelineResult } from '../readings.ts'
import type { Case } from '../report.ts'

export const inference: Case = {
  name: 'inference',
  async run({ quick, say }) {
    const rounds = quick ? 2 : 4
    const task = { samples: quick ? 10_000 : 20_000, passes: 3 }
    const flow: PipelineResult[] = []
    const bare: PipelineResult[] = []
    for (let round = 0; round < rounds; round++) {
      say(`inference, round ${round + 1} of ${rounds}`)
      flow.push(await contend<PipelineResult>('inference-headgate', task))
      bare.push(await contend<PipelineResult>('inference-bare', task))
    }
    const row = (of: PipelineResult[]) => ({ unit: 'inferences/s', rate: median(of.map((r) => r.perSecond)), rounds: of.map((r) => r.perSecond), byClock: median(of.map((r) => r.byClock)) })
    return [
      {
        contender: 'inference.onnx in the engine', ...row(flow),
        ratios: [{ to: 'bare session.run', value: median(flow.map((r, i) => r.perSecond / bare[i]!.perSecond)) }],
        note: "bearing model; per second of the thread's CPU time, one run after the other",
      },
      { contender: 'onnxruntime-node, bare', ...row(bare), ratios: [], note: 'tensors made beforehand' },
    ]
  },
}
