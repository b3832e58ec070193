// Puts streams in the order of their times. Readings wait in one heap, so that all tags are in one order; equal times
// leave in the order of arrival.
import { Type, defineNode, port, same, truthful, type Context, type Sample } from '#kit'

interface Waiting {
  readonly sample: Sample
  readonly order: number
}
interface Memory {
  heap: Waiting[]
  order: number
  /** Time up to which all has left. */
  left: number
}
interface Config {
  readonly latenessS: number
  readonly limit: number
}
type Ctx = Context<Config, Memory>

export default defineNode({
  type: 'flow.merge',
  version: 1,
  title: 'Merge by time',
  summary: 'Brings several streams together in the order of their times.',
  help: `Several wires into one input are enough to bring streams together in the order in which samples **arrive**. This node brings them together in the order of their own **times**: a sample leaves once every source behind this node has come that far and the wait for late ones is over. A source that is silent for 10 s no longer holds the others up.

**Late** and **backward-time** samples take their place while the wait lasts; those that come too late leave by **late**, unchanged. When more wait than you allow, the oldest leave early, and what is older than they are is late. **Duplicates** and **bad** samples pass like any other; **NaN** passes as bad.

Source: watermarks as in Akidau et al., The Dataflow Model, VLDB 8 (2015).`,
  keywords: ['sort', 'order', 'reorder', 'join', 'union', 'combine', 'event time', 'interleave'],
  icon: 'merge',
  effects: 'none',
  config: Type.Object(
    {
      latenessS: Type.Number({ title: 'Wait for late readings', unit: 's', minimum: 0, maximum: 86_400, default: 1 }),
      limit: Type.Integer({ title: 'Samples that may wait', minimum: 1, maximum: 1_000_000, default: 10_000, advanced: true }),
    },
    { additionalProperties: false },
  ),
  inputs: { value: port.any() },
  outputs: { value: same('value'), late: same('value', { title: 'Late', help: 'What came after its turn, unchanged.' }) },
  scope: 'node',
  state: (): Memory => ({ heap: [], order: 0, left: Number.NEGATIVE_INFINITY }),
  carries: () => true,
  complete: (config) => (watermark) => watermark - config.latenessS * 1000,
  receive(sample, _port, ctx) {
    const m = ctx.state
    const s = truthful(sample)
    if (s.time < m.left || s.time + ctx.config.latenessS * 1000 < ctx.watermark) {
      ctx.emit['late']!(s)
      return
    }
    push(m.heap, { sample: s, order: m.order++ })
    ctx.hold()
    while (m.heap.length > ctx.config.limit) leave(ctx)
    wake(ctx)
  },
  tick(ctx) {
    while (ctx.state.heap.length > 0 && dueAt(ctx) <= ctx.watermark) leave(ctx)
    wake(ctx)
  },
  examples: [
    {
      title: 'Two sources, one of them behind',
      config: { latenessS: 2 },
      in: [
        { at: 'value', tag: 'a', value: 1, time: 1000 },
        { at: 'value', tag: 'a', value: 2, time: 3000 },
        { at: 'value', tag: 'b', value: 10, time: 2000, quality: 'BadSensorFailure' },
        { at: 'value', tag: 'a', value: 3, time: 6000 },
        { at: 'value', tag: 'b', value: 11, time: 2500 },
      ],
      out: [
        { at: 'value', tag: 'a', value: 1, time: 1000 },
        { at: 'value', tag: 'b', value: 10, time: 2000, quality: 'BadSensorFailure' },
        { at: 'value', tag: 'a', value: 2, time: 3000 },
        { at: 'late', tag: 'b', value: 11, time: 2500 },
        { at: 'value', tag: 'a', value: 3, time: 6000 },
      ],
    },
  ],
})

const dueAt = (ctx: Ctx): number => ctx.state.heap[0]!.sample.time + ctx.config.latenessS * 1000

function wake(ctx: Ctx): void {
  ctx.wakeAtWatermark(ctx.state.heap.length > 0 ? dueAt(ctx) : Number.POSITIVE_INFINITY)
}

function leave(ctx: Ctx): void {
  const { sample } = pop(ctx.state.heap)
  ctx.state.left = sample.time
  ctx.emit['value']!(sample)
}

const before = (a: Waiting, b: Waiting): boolean => a.sample.time < b.sample.time || (a.sample.time === b.sample.time && a.order < b.order)

function push(heap: Waiting[], item: Waiting): void {
  let at = heap.push(item) - 1
  for (let parent = (at - 1) >> 1; at > 0 && before(item, heap[parent]!); parent = (at - 1) >> 1) {
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = item
}

function pop(heap: Waiting[]): Waiting {
  const first = heap[0]!
  const item = heap.pop()!
  if (heap.length === 0) return first
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
    if (!before(heap[child]!, item)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = item
  return first
}
