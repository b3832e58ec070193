// A source of feature vectors -> inference.onnx -> sink in Headgate's engine. The source keeps a window under way.
import { setImmediate as turn } from 'node:timers/promises'
import { sample, type ModelInfo } from '#kit'
import { card, features, MODEL_FILE } from '../features.ts'
import { startEngine } from '../engine.ts'
import { measure, type MeasureTask } from '../measure.ts'
import { answer, task } from '../process.ts'
import { FIRST_TIME } from '../readings.ts'
import { flowOf } from '../shapes.ts'

const WINDOW = 100
const flow = flowOf({ source: ['source.vectors', {}], model: ['inference.onnx', { model: 'bearing' }], sink: ['flow.sink', {}] }, ['source.value -> model.features', 'model.fault -> sink.value'])
const info: ModelInfo = { name: 'bearing', hash: card.hash, title: card.title, inputs: card.inputs, outputs: card.outputs }
const engine = await startEngine([flow], { models: { bearing: { info, file: MODEL_FILE } } })
const [emit] = engine.emits
const result = await measure(task<MeasureTask>(), {
  async feed(from, to) {
    for (let i = from; i < to; i++) {
      emit!(sample('bearing', features[i % features.length]!, FIRST_TIME + i))
      while (i - engine.arrived() >= WINDOW) await turn()
    }
    while (engine.arrived() < to) await turn()
  },
  arrived: () => engine.arrived(),
})
await engine.close()
answer(result)
