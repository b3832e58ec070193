// A source of feature vectors -> inference.onnx -> sink in Headgate's engine. The source keeps a window under way.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { sample, type ModelInfo } from '#kit'
import { FORMAT, type Flow } from '#format'
import { card, features, MODEL_FILE } from '../features.ts'
import { startEngine } from '../engine.ts'
import { answer, task } from '../process.ts'
import { FIRST_TIME, measure, type PipelineResult } from '../readings.ts'

const WINDOW = 100
const { samples, passes } = task<{ samples: number; passes: number }>()
const flow: Flow = {
  headgate: FORMAT, id: 'bench', name: 'bench', parameters: {}, connections: {},
  nodes: {
    source: { type: 'source.bench', config: {}, at: [0, 0] },
    model: { type: 'inference.onnx', config: { model: 'bearing' }, at: [0, 0] },
    sink: { type: 'flow.sink', config: {}, at: [0, 0] },
  },
  wires: ['source.value -> model.features', 'model.fault -> sink.value'],
}
const info: ModelInfo = { name: 'bearing', hash: card.hash, title: card.title, inputs: card.inputs, outputs: card.outputs }
const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-'))
const engine = await startEngine(flow, folder, { bearing: { info, file: MODEL_FILE } })
const result = await measure(
  samples,
  passes,
  async (from, to) => {
    for (let i = from; i < to; i++) {
      engine.emit(sample('bearing', features[i % features.length]!, FIRST_TIME + i))
      while (i - engine.arrived() >= WINDOW) await turn()
    }
    while (engine.arrived() < to) await turn()
  },
  () => engine.arrived(),
)
engine.check()
await engine.close()
rmSync(folder, { recursive: true })
answer<PipelineResult>(result)
