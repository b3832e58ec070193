// A lab process for tests of what goes wrong in one: nodes that never return, that take all memory, that end the process.
import { defineNode, port, Type, type AnyNode, type Context, type Sample } from '#kit'
import { serveLab } from './serve.ts'

const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [], effects: 'none', config: Type.Object({}), inputs: { value: port.any() }, outputs: { value: port.any() } } as const
const kept: unknown[] = []
const nodes: readonly AnyNode[] = [
  defineNode({ ...about, type: 'filter.pass', receive: (s: Sample, _p: string, ctx: Context) => ctx.emit['value']!(s) }),
  defineNode({
    ...about, type: 'filter.hang',
    receive() {
      for (;;) kept.length = 0
    },
  }),
  defineNode({
    ...about, type: 'filter.grow',
    receive() {
      for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })))
    },
  }),
  defineNode({
    ...about, type: 'filter.end',
    receive() {
      process.exit(3)
    },
  }),
  /** Takes its time, and says that it goes on. */
  defineNode({
    ...about, type: 'inference.slow',
    open: async () => ({
      health: () => ({ state: 'ok' as const, text: '' }),
      close: async () => undefined,
      receive: () => new Promise<void>((done) => setTimeout(done, 600_000)),
    }),
  }),
] as unknown as AnyNode[]

serveLab(new Map(nodes.map((n) => [n.type, n])))
