// One of the shapes, in Headgate's engine or by hand.
import { sample, type Sample } from '#kit'
import { startEngine } from '../engine.ts'
import { measure, type Measured, type MeasureTask, type Work } from '../measure.ts'
import { answer, task } from '../process.ts'
import { FIRST_TIME, reading } from '../readings.ts'
import { shapes, type Shape, type ShapeName } from '../shapes.ts'

export interface ShapeTask {
  readonly shape: ShapeName
  readonly n: number
  readonly hand?: boolean
}

const { shape: name, n, hand, ...how } = task<ShapeTask & MeasureTask>()
const shape: Shape = shapes[name]
const next = shape.reading?.(n) ?? ((i: number): Sample => sample('raw', reading(i), FIRST_TIME + i))
const checked = shape.checked?.(n)

async function run(work: Omit<Work, 'checked'>): Promise<Measured> {
  return measure(how, { ...work, settleMs: 2500, ...(checked === undefined ? {} : { checked }) })
}

if (hand === true) {
  const loop = shape.hand!(n)
  const flows = shape.flows(n).length
  answer(await run({ ...loop, feed(from, to) {
    for (let i = from; i < to; i++) loop.take(next(i), i % flows)
  } }))
} else {
  const engine = await startEngine(shape.flows(n))
  const { emits } = engine
  const [emit] = emits
  const feed = emits.length === 1
    ? (from: number, to: number): void => {
        for (let i = from; i < to; i++) emit!(next(i))
      }
    : (from: number, to: number): void => {
        for (let i = from; i < to; i++) emits[i % emits.length]!(next(i))
      }
  const result = await run({ feed, arrived: () => engine.arrived(), last: () => engine.last() })
  await engine.close()
  answer(result)
}
