// The checks of this folder, held against nodes that break each rule once: a check that does not turn red is none.
import { describe, expect, test } from 'vitest'
import { Type, defineNode, port, sample, type AnyNode, type Example, type NodeDefinition } from '#kit'
import { expectExample, expectResumes, expectSound, hostile } from './rules.ts'

const node = (code: Pick<NodeDefinition, 'receive' | 'tick' | 'state' | 'drops'>): AnyNode =>
  defineNode({
    type: 'test.sabotaged', version: 1, title: 'T', summary: 'S.', help: '', icon: 'bug', effects: 'none', config: Type.Object({}),
    inputs: { value: port.number() }, outputs: { value: port.number() }, examples: [], ...code,
  })
const good = node({ receive: (s, _port, ctx) => ctx.emit['value']!(Number.isFinite(s.value) ? s : sample(s.tag, s.value, s.time, 0x80000000)) })
const feed = (...values: number[]): Example<unknown> => ({ title: '', config: {}, in: values.map((value, i) => ({ at: 'value', value, time: i * 1000 })), out: values.map((value, i) => ({ at: 'value', value, time: i * 1000 })) })
const allOf = (check: (n: AnyNode, e: Example<unknown>) => Promise<void>, n: AnyNode) => Promise.all(hostile(n).map(([, example]) => check(n, example)))

describe('the checks of conformance', () => {
  test('pass a node that keeps the rules', async () => {
    await allOf(expectSound, good)
    await allOf(expectResumes, good)
    await expectExample(good, feed(1, 2, 3))
  })

  test.each<[string, AnyNode]>([
    ['a sample without an outcome', node({ receive: (s, _port, ctx) => (s.value === 90 ? undefined : ctx.emit['value']!(s)) })],
    ['two outcomes for one sample', node({ receive: (_s, _port, ctx) => [ctx.drop('x'), ctx.drop('x')], drops: { x: 'X.' } })],
    ['NaN that stays good', node({ receive: (s, _port, ctx) => ctx.emit['value']!(s) })],
    ['bad quality that is washed off', node({ receive: (s, _port, ctx) => ctx.emit['value']!(sample(s.tag, s.value, s.time)) })],
    ['a reason that is not declared', node({ receive: (_s, _port, ctx) => ctx.drop('mood') })],
    ['a port that is not declared', node({ receive: (s, _port, ctx) => ctx.emit['other']!(s) })],
    ['a throw', node({ receive: () => { throw new TypeError('undefined is not a function') } })],
  ])('find %s', async (_what, broken) => {
    await expect(allOf(expectSound, broken)).rejects.toThrow()
  })

  test('find state that is kept outside of the state', async () => {
    const hidden = (): AnyNode => {
      const runs = new WeakMap<object, number>()
      return node({
        receive: (s, _port, ctx) => {
          const n = (runs.get(ctx) ?? 0) + 1
          runs.set(ctx, n)
          ctx.emit['value']!(sample(s.tag, n, s.time))
        },
      })
    }
    await expect(expectResumes(hidden(), feed(1, 2, 3))).rejects.toThrow(/after 1 samples/)
  })

  test('find state that is no plain data', async () => {
    const coded = node({
      state: () => ({ next: () => 1 }),
      receive: (s, _port, ctx) => ctx.emit['value']!(s),
    })
    await expect(expectResumes(coded, feed(1, 2))).rejects.toThrow()
  })

  test('find an example that is not true', async () => {
    await expect(expectExample(good, { ...feed(1, 2), out: [] })).rejects.toThrow()
  })
})
