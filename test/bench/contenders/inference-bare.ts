// onnxruntime-node alone: session.run in a loop, one after the other, with tensors that are ready.
import { readFileSync } from 'node:fs'
import * as ort from 'onnxruntime-node'
import { answer, task } from '../process.ts'
import { features, MODEL_FILE } from '../features.ts'
import { measure, type MeasureTask } from '../measure.ts'

const session = await ort.InferenceSession.create(readFileSync(MODEL_FILE), { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all', logSeverityLevel: 4 })
const tensors = features.map((f) => ({ features: new ort.Tensor('float32', Float32Array.from(f), [1, f.length]) }))
let done = 0
const result = await measure(task<MeasureTask>(), {
  async feed(from, to) {
    for (let i = from; i < to; i++) {
      await session.run(tensors[i % tensors.length]!)
      done++
    }
  },
  arrived: () => done,
})
await session.release()
answer(result)
