// The bench's own nodes: a source that the bench speaks through, one that speaks by itself at a given pace, a sink that
// counts; and the whole catalogue beside them.
import { defineNode, port, sample, Type, type AnyNode, type Context, type Io, type Opened, type Sample } from '#kit'
import { nodes as catalogue } from '../../nodes/index.ts'
import expression from '../../nodes/transform/expression.ts'
import functionNode from '../../nodes/transform/function.ts'
import { FIRST_TIME, reading } from './readings.ts'

const about = { version: 1, title: 'Bench', summary: '', help: '', icon: 'x', examples: [] }
const ok = { state: 'ok' as const, text: '' }

/** `granted`: what each source.bench is given when it opens. */
export const benchSource = (granted: (io: Io) => void) =>
  defineNode({
    ...about, type: 'source.bench', effects: 'reads', config: Type.Object({}), inputs: {}, outputs: { value: port.number() },
    open(_config, io): Promise<Opened> {
      granted(io)
      return Promise.resolve({ health: () => ok, close: () => Promise.resolve() })
    },
  })

/** Gives vectors, for the model. */
export const vectorSource = (granted: (io: Io) => void): AnyNode => ({ ...(benchSource(granted) as AnyNode), type: 'source.vectors', outputs: { value: port.any() } })

/** Readings at an even pace by the clock, in a batch every 5 ms. */
const paced = defineNode({
  ...about, type: 'source.paced', effects: 'reads', config: Type.Object({ perSecond: Type.Number({ default: 1000 }) }), inputs: {}, outputs: { value: port.number() },
  open({ perSecond }, io): Promise<Opened> {
    const began = performance.now()
    let sent = 0
    const timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) * perSecond) / 1000)
      for (; sent < due; sent++) io.emit('value', sample('raw', reading(sent), FIRST_TIME + sent))
    }, 5)
    return Promise.resolve({
      health: () => ok,
      close() {
        clearInterval(timer)
        return Promise.resolve()
      },
    })
  },
})

/** `seen` gets every sample that arrives. */
export const benchSink = (seen: (sample: Sample) => void) =>
  defineNode({
    ...about, type: 'flow.sink', effects: 'none', config: Type.Object({}), inputs: { value: port.any() }, outputs: {},
    receive(s: Sample, _port: string, ctx: Context) {
      seen(s)
      ctx.done()
    },
  })

export function withBenchNodes(own: readonly AnyNode[]): ReadonlyMap<string, AnyNode> {
  return new Map([...catalogue, ...([expression, functionNode, paced, ...own] as AnyNode[]).map((n) => [n.type, n] as const)])
}
