import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sample, type AnyNode, type Outcome, type Sample } from '#kit'
import type { Attached } from './flow.ts'
import { testNodes, testPlan } from './harness.ts'
import { outputLine, replay, Replay, type RecordedSample } from './replay.ts'

const nodes = new Map<string, AnyNode>(testNodes.map((n) => [n.type, n]))
const plan = testPlan({ s: 'source.test', a: 'inference.test', b: 'inference.test', c: 'inference.test', any: 'filter.any', end: 'aggregate.count' }, ['s -> a', 's -> b', 'a -> c', 'c -> any', 'b -> any', 'any -> end'])

/** Models that take as many turns of the event loop as the stream of numbers says. */
const slow = (turns: () => number) => async (): Promise<Attached> => ({
  opened: {
    health: () => ({ state: 'ok', text: '' }),
    close: async () => undefined,
    async receive(s: Sample): Promise<Outcome> {
      for (let i = turns(); i > 0; i--) await new Promise(setImmediate)
      return { emit: [['value', s]] }
    },
  },
  go: () => undefined, uses: () => true, exclusive: () => false, close: async () => undefined,
})
const line = (at: string, value: Sample['value'], time: number, tag = 't'): RecordedSample => ({ at, sample: sample(tag, value, time) })

test('the same recording gives the same lines, whichever model is quicker', async () => {
  const input = Array.from({ length: 12 }, (_, i) => line('s.value', i % 3 === 0 ? 'twice' : 'emit', i, `tag${i % 2}`))
  const run = async (turns: () => number): Promise<string[]> => {
    const out: string[] = []
    await replay(plan, { nodes, open: slow(turns) }, input, ['any.value', 'end.value'], (at, s) => out.push(outputLine(at, s)))
    return out
  }
  const once = await run(() => 0)
  expect(once.length).toBe(64)
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat(3)), async (stream) => {
      expect(await run(() => stream.next().value)).toEqual(once)
    }),
    { numRuns: 5 },
  )
})

test('timers fire at their own time, between the samples and at the end', async () => {
  const out: unknown[] = []
  await replay(testPlan({ s: 'source.test', d: 'flow.delay' }, ['s -> d']), { nodes }, [line('s.value', 1, 0), line('s.value', 2, 50, 'u'), line('s.value', 3, 120)], ['d.value'], (_, s) => out.push([s.tag, s.value]))
  expect(out).toEqual([['t', 1]])
  const run = await Replay.open(testPlan({ s: 'source.test', d: 'flow.delay' }, ['s -> d']), { nodes })
  const times: number[] = []
  run.tap('d.value', () => times.push(run.now))
  await run.put(line('s.value', 1, 0))
  await run.put(line('s.value', 2, 10, 'u'))
  await run.advance(500)
  expect(times).toEqual([100, 110])
  await run.close()
})

test('a place that is not in the flow is an issue', async () => {
  const run = await Replay.open(testPlan({ s: 'source.test', d: 'flow.delay' }, ['s -> d']), { nodes })
  for (const at of ['x.value', 's.x', 'nonsense']) await expect(run.put(line(at, 1, 0))).rejects.toThrow('REQUEST')
  expect(() => run.tap('d.x', () => undefined)).toThrow('REQUEST')
  await run.close()
})
