import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { prepareHops } from './hops.ts'
import { settle, testFlow, testPlan, type TestFlow } from './harness.ts'

const base = { s: 'source.test', slow: 'inference.test', end: 'aggregate.count' } as const
const wires = ['s -> slow', 'slow -> end']
const values = (seen: readonly { readonly value: unknown }[]): unknown[] => seen.map((s) => s.value)
const balanced = (t: TestFlow): void => {
  for (const run of t.flow.runs.values()) expect(run.imbalance(), run.plan.id).toBe(0)
}

// All of them, so that a deploy waits for nothing but its nodes.
beforeAll(() => prepareHops(64))
afterEach(() => void vi.useRealTimers())

describe('a swap', () => {
  test('of a node with samples under way and waiting loses none, and keeps their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(9)), fc.nat(8), fc.boolean(), async (picks, before, late) => {
        const t = testFlow(false)
        await t.deploy(testPlan(base, wires))
        const seen = t.watch('slow')
        let sent = 0
        const send = (n: number): void => {
          for (let i = 0; i < n; i++) t.emit('s', sent, sent++, `tag${sent % 2}`)
        }
        send(before)
        const pick = async (): Promise<void> => {
          const one = t.receiving[picks.next().value % t.receiving.length]
          if (one) await one.end()
        }
        await pick()
        const swap = t.deploy(testPlan({ ...base, slow: ['inference.test', 1] }, wires))
        await settle()
        t.flow.tap('slow', 'value', (s) => seen.push(s))
        send(3)
        if (late) send(3)
        let done = false
        void swap.then(() => (done = true))
        while (!done || t.receiving.length > 0) {
          await pick()
          await settle()
          await new Promise(setImmediate)
        }
        expect(values(seen)).toEqual(Array.from({ length: sent }, (_, i) => i))
        balanced(t)
      }),
      { numRuns: 20 },
    )
  })

  test('hands on what an old node cannot finish in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const t = testFlow(false)
    await t.deploy(testPlan(base, wires))
    for (let i = 0; i < 6; i++) t.emit('s', i)
    const stuck = [...t.receiving]
    const swap = t.deploy(testPlan({ ...base, slow: ['inference.test', 1] }, wires))
    await vi.advanceTimersByTimeAsync(1000)
    await swap
    const seen = t.watch('slow')
    while (t.receiving.length > stuck.length) await t.receiving.at(-1)!.end()
    for (const one of stuck) await one.end()
    while (t.receiving.length > 0) await t.receiving[0]!.end()
    expect(values(seen)).toEqual([0, 1, 2, 3, 4, 5])
    balanced(t)
  })

  test('that takes a node away says what waited in front of it', async () => {
    const t = testFlow(false)
    await t.deploy(testPlan(base, wires))
    for (let i = 0; i < 6; i++) t.emit('s', i)
    const swap = t.deploy(testPlan({ s: 'source.test', end: 'aggregate.count' }, ['s -> end']))
    await settle()
    while (t.receiving.length > 0) await t.receiving[0]!.end()
    await swap
    expect(t.log.filter((l) => l.startsWith('warning'))).toEqual(['warning slow: 2 samples that waited in front of this node were discarded: what is in its place cannot take them.'])
    expect(t.log.at(-2)).toBe('close slow for good')
  })

  test('closes a changed node before the one in its place begins', async () => {
    const t = testFlow()
    await t.deploy(testPlan(base, wires))
    t.log.length = 0
    await t.deploy(testPlan({ ...base, s: ['source.test', 1], more: 'source.test' }, [...wires, 'more -> end']))
    expect(t.log).toEqual(['open s', 'open more', 'go more', 'close s', 'go s'])
  })

  test('of wires, titles and places alone keeps every node, its state and its views', async () => {
    const t = testFlow()
    await t.deploy(testPlan(base, wires))
    const seen = t.watch('end')
    t.emit('s', 0)
    const plan = testPlan(base, ['s -> slow', 's -> end', 'slow -> end'], 2)
    const done = await t.deploy({ ...plan, nodes: plan.nodes.map((n) => ({ ...n, title: `my ${n.id}` })) })
    expect(done).toMatchObject({ kept: ['s', 'slow', 'end'], restarted: [], gaps: [] })
    expect(t.flow.runs.get('end')!.plan.title).toBe('my end')
    t.emit('s', 0)
    expect(values(seen)).toEqual([1, 2, 3])
  })

  test('goes on when a node does not close', async () => {
    const t = testFlow()
    await t.deploy(testPlan(base, wires))
    const attached = t.flow.attached.get(t.flow.runs.get('slow')!)!
    attached.close = () => Promise.reject(new Error('stuck'))
    await t.deploy(testPlan({ ...base, slow: ['inference.test', 1] }, wires))
    expect(t.log).toContain('error slow: It did not close: stuck')
    const seen = t.watch('end')
    t.emit('s', 0)
    await t.flow.idle()
    expect(seen.length).toBe(1)
  })

  test('of two thousand nodes links them in one go', async () => {
    const nodes: Record<string, string> = { s: 'source.test' }
    for (let i = 0; i < 2000; i++) nodes[`n${i}`] = 'filter.any'
    const t = testFlow()
    await t.deploy(testPlan(nodes, Object.keys(nodes).slice(1).map((id) => `s -> ${id}`)))
    t.emit('s', 'done')
    expect([...t.flow.runs.values()].reduce((sum, run) => sum + run.passed, 0)).toBe(2000)
  })
})

describe('an exclusive device', () => {
  test('is taken back as it was when the new plan fails: what waits goes on, sources speak', async () => {
    const t = testFlow(false)
    await t.deploy(testPlan({ ...base, more: 'source.test' }, [...wires, 'more -> end']))
    t.emit('s', 1)
    t.exclusive.add('slow').add('s')
    t.broken.add('more')
    t.log.length = 0
    const swap = t.deploy(testPlan({ s: ['source.test', 1], slow: ['inference.test', 1], end: 'aggregate.count', more: ['source.test', 1] }, [...wires, 'more -> end']))
    await settle()
    t.emit('s', 2)
    await t.receiving[0]!.end()
    await expect(swap).rejects.toThrow('NODE_OPEN')
    expect(t.log).toEqual(['close s', 'close slow', 'open s', 'open slow', 'close s', 'close slow', 'open s', 'go s', 'open slow', 'go slow'])
    const seen = t.watch('slow')
    t.emit('s', 3)
    while (t.receiving.length > 0) await t.receiving[0]!.end()
    expect(values(seen)).toEqual([2, 3])
    expect(t.flow.runs.get('slow')!.ledger()).toMatchObject({ in: 3, passed: 3, queued: 0 })
    balanced(t)
  })

  test('moves with its samples when the new plan opens', async () => {
    const t = testFlow(false)
    await t.deploy(testPlan(base, wires))
    t.exclusive.add('slow')
    for (let i = 0; i < 6; i++) t.emit('s', i)
    const swap = t.deploy(testPlan({ ...base, slow: ['inference.test', 1] }, wires))
    await settle()
    const seen = t.watch('slow')
    for (let i = 0; i < 4; i++) await t.receiving[0]!.end()
    expect((await swap).gaps).toEqual(['slow'])
    t.flow.tap('slow', 'value', (s) => seen.push(s))
    while (t.receiving.length > 0) await t.receiving[0]!.end()
    expect(values(seen)).toEqual([0, 1, 2, 3, 4, 5])
  })
})

describe('a full queue', () => {
  test('no longer pauses a source that a swap has taken from in front of it, and pauses the new one', async () => {
    const t = testFlow(false)
    const nodes = { s: 'source.test', r: 'source.test', slow: 'inference.test' }
    await t.deploy(testPlan(nodes, ['s -> slow']))
    for (let i = 0; i < 1010; i++) t.emit('s', i)
    expect(t.log).toContain('pause s')
    await t.deploy(testPlan(nodes, ['r -> slow']))
    expect(t.log).toContain('resume s')
    expect(t.log).toContain('pause r')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const removed = t.deploy(testPlan({ s: 'source.test', r: 'source.test' }, []))
    await vi.advanceTimersByTimeAsync(1000)
    await removed
    expect(t.log).toContain('resume r')
  })
})

test('two flows side by side know nothing of each other', async () => {
  const [a, b] = [testFlow(), testFlow()]
  await Promise.all([a.deploy(testPlan(base, wires)), b.deploy(testPlan(base, wires))])
  const seen = [a.watch('end'), b.watch('end')]
  a.emit('s', 0)
  a.emit('s', 0)
  b.emit('s', 0)
  await a.flow.close()
  b.emit('s', 0)
  expect(seen.map(values)).toEqual([[1, 2], [1, 2]])
})
