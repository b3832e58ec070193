import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sample, type Outcome, type Sample } from '#kit'
import { Boundary, type BoundaryOptions } from './boundary.ts'
import { settle, testFlow, testPlan, testNodes } from './harness.ts'
import { NodeRun } from './run.ts'

interface Held {
  readonly value: unknown
  end(outcome?: Outcome): Promise<void>
}
function boundary(extra: Partial<BoundaryOptions> = {}) {
  const run = new NodeRun(testPlan({ node: 'inference.test' }, []).nodes[0]!, testNodes.find((n) => n.type === 'inference.test')!, testFlow().flow)
  const out: unknown[] = []
  const blocks: boolean[] = []
  const held: Held[] = []
  const b = new Boundary(run, {
    inFlight: 2, limit: 4, policy: 'block',
    receive: (s) => new Promise((resolve) => void held.push({ value: s.value, end: (o = { emit: [['value', s]] }) => (resolve(o), settle()) })),
    block: () => void blocks.push(b.blocked),
    progress: () => undefined,
    ...extra,
  })
  run.boundary = b
  run.ctx.emit['value'] = (s: Sample) => void out.push(s.value)
  const enter = b.entry('value')
  return { b, run, out, blocks, held, put: (value: number, tag = 't') => enter(sample(tag, value, value)) }
}
const balance = (run: NodeRun): number => {
  const { in: into, passed, held, failed, queued, dropped } = run.ledger()
  return into - passed - held - failed - queued - Object.values(dropped).reduce((a, b) => a + b, 0)
}

describe('a queue in front of a node', () => {
  test('hands on in the order of arrival and balances, however its receives end', async () => {
    const outcomes: readonly (Outcome | 'throw')[] = [{ emit: [['value', sample('t', 1, 1)]] }, { drop: 'why' }, { hold: true }, undefined, 'throw', { emit: [] }]
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5), { maxLength: 12 }), fc.infiniteStream(fc.nat(9)), fc.boolean(), async (kinds, picks, sync) => {
        const waiting: (() => void)[] = []
        const order: number[] = []
        const made = boundary({
          limit: 3,
          receive: (s) => {
            const give = (): Outcome => {
              const o = outcomes[kinds[s.value as number]!]!
              if (o === 'throw') throw new Error('why')
              return o && 'emit' in o && o.emit.length > 0 ? { emit: [['value', s]] } : o
            }
            if (sync) return give()
            return new Promise((resolve) => void waiting.push(() => resolve(new Promise((r) => r(give())))))
          },
        })
        made.run.ctx.emit['value'] = (s: Sample) => void order.push(s.value as number)
        made.b.start()
        for (const i of kinds.keys()) made.put(i)
        while (waiting.length > 0) {
          expect(balance(made.run)).toBe(0)
          waiting.splice(picks.next().value % waiting.length, 1)[0]!()
          await settle()
        }
        expect(made.b.pending).toBe(0)
        expect(balance(made.run)).toBe(0)
        expect(order).toEqual(order.toSorted((x, y) => x - y))
      }),
      { numRuns: 60 },
    )
  })

  test('of thousands that end at once does not run out of stack', () => {
    const { b, run, out, put } = boundary({ limit: 100_000, receive: (s) => ({ emit: [['value', s]] }) })
    for (let i = 0; i < 20_000; i++) put(i)
    b.start()
    expect(out.length).toBe(20_000)
    expect(balance(run)).toBe(0)
  })

  test('blocks at its limit, drops at twice that, and lets go at half', async () => {
    const { b, run, blocks, held, put } = boundary()
    b.start()
    for (let i = 0; i < 15; i++) put(i)
    expect(blocks).toEqual([true])
    expect(b).toMatchObject({ depth: 8, pending: 10, blocked: true })
    expect(run.ledger().dropped).toEqual({ queue_full: 5 })
    while (blocks.length < 2) await held.shift()!.end()
    expect(blocks).toEqual([true, false])
    expect(b.depth).toBe(2)
    expect(balance(run)).toBe(0)
  })

  test('that keeps the latest has one command of each tag waiting', async () => {
    const { b, run, out, held, put } = boundary({ policy: 'latest', limit: 10, inFlight: 1 })
    b.start()
    for (const [value, tag] of [[1, 'a'], [2, 'a'], [3, 'b'], [4, 'a'], [5, 'b']] as const) put(value, tag)
    expect(b.depth).toBe(2)
    while (held.length > 0) await held.shift()!.end()
    expect(out).toEqual([1, 4, 5])
    expect(run.ledger()).toMatchObject({ in: 5, passed: 3, dropped: { superseded: 2 } })
  })

  test.each(['block', 'oldest', 'newest', 'latest'] as const)('is bounded and balances with the policy %s, whatever comes and goes', async (policy) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.nat(3), fc.constant('end' as const)), { maxLength: 60 }), async (acts) => {
        const { b, run, held, put } = boundary({ policy, limit: 3, inFlight: 2 })
        const given: Record<string, number[]> = {}
        run.ctx.emit['value'] = (s: Sample) => void (given[s.tag] ??= []).push(s.value as number)
        b.start()
        let value = 0
        for (const act of acts) {
          if (act === 'end') await held.shift()?.end()
          else put(value++, `t${act}`)
          expect(b.depth).toBeLessThanOrEqual(policy === 'block' ? 6 : 3)
          expect(balance(run)).toBe(0)
        }
        while (held.length > 0) await held.shift()!.end()
        expect(balance(run)).toBe(0)
        for (const values of Object.values(given)) expect(values).toEqual(values.toSorted((x, y) => x - y))
      }),
      { numRuns: 60 },
    )
  })

  test('that is full drops by its policy: the oldest, the newest', () => {
    const oldest = boundary({ policy: 'oldest', limit: 3 })
    const newest = boundary({ policy: 'newest', limit: 3 })
    for (let i = 0; i < 5; i++) {
      oldest.put(i)
      newest.put(i)
    }
    expect(oldest.b.unfinished().map((w) => w.sample.value)).toEqual([2, 3, 4])
    expect(newest.b.unfinished().map((w) => w.sample.value)).toEqual([0, 1, 2])
    expect([oldest.run.ledger().dropped, newest.run.ledger().dropped]).toEqual([{ queue_full: 2 }, { queue_full: 2 }])
  })

  test('given another limit or policy, goes by it at once', () => {
    const { b, run, put, blocks } = boundary({ policy: 'oldest', limit: 10 })
    for (let i = 0; i < 8; i++) put(i, i % 2 === 0 ? 'even' : 'odd')
    b.reconfigure({ policy: 'oldest', limit: 5 })
    expect(b.unfinished().map((w) => w.sample.value)).toEqual([3, 4, 5, 6, 7])
    b.reconfigure({ policy: 'latest', limit: 5 })
    expect(b.unfinished().map((w) => w.sample.value).toSorted()).toEqual([6, 7])
    b.reconfigure({ policy: 'block', limit: 2 })
    expect(blocks).toEqual([true])
    expect(balance(run)).toBe(0)
  })

  test('told that order does not matter hands on what is ready, and event time waits for the oldest', async () => {
    const { b, run, out, held, put } = boundary({ unordered: true, inFlight: 3 })
    const now = 0
    let mark = 0
    run.watermark = () => mark
    b.start()
    for (const i of [1, 2, 3]) {
      mark = i
      put(i)
    }
    await held[2]!.end()
    await held[1]!.end()
    expect(out).toEqual([3, 2])
    expect(b.mark(now)).toBe(Number.NEGATIVE_INFINITY)
    await held[0]!.end()
    expect(out).toEqual([3, 2, 1])
    expect(b.mark(now)).toBe(3)
  })

  test('of the user waits while what follows is full, and goes on in turns of its own', async () => {
    const { b, run, out, put } = boundary({ queue: true, inFlight: 64, limit: 1000, receive: (s) => ({ emit: [['value', s]] }) })
    b.start()
    put(1)
    expect(out).toEqual([])
    await new Promise(setImmediate)
    expect(out).toEqual([1])
    b.hold(true)
    for (const i of [2, 3]) put(i)
    await new Promise(setImmediate)
    expect([out, b.depth]).toEqual([[1], 2])
    b.hold(false)
    await new Promise(setImmediate)
    expect(out).toEqual([1, 2, 3])
    expect(balance(run)).toBe(0)
  })

  test('drops nothing of what was acknowledged before a restart', () => {
    const { b, run, put } = boundary()
    run.around.replaying = true
    for (let i = 0; i < 100; i++) put(i)
    expect(b.unfinished().length).toBe(100)
    expect(run.ledger().dropped).toEqual({})
  })

  test('tells what comes of samples from before a restart, however late it is handed on', async () => {
    const again: boolean[] = []
    const { b, run, held, put } = boundary({ inFlight: 1 })
    run.ctx.emit['value'] = () => void again.push(run.around.replaying)
    b.start()
    run.around.replaying = true
    put(1)
    run.around.replaying = false
    put(2)
    await held.shift()!.end()
    await held.shift()!.end()
    expect(again).toEqual([true, false])
    expect(run.around.replaying).toBe(false)
  })
})

describe('a queue that changes hands', () => {
  test('gives what is under way and what waits, in order, and never takes a late end for its own', async () => {
    const old = boundary()
    old.b.start()
    for (const i of [1, 2, 3]) old.put(i)
    old.b.halt()
    old.put(4)
    expect(old.b.unfinished().map((w) => w.sample.value)).toEqual([1, 2, 3, 4])
    let quiet = false
    void old.b.settled().then(() => (quiet = true))
    await old.held[1]!.end()
    expect([quiet, old.out]).toEqual([false, []])
    old.b.giveUp()
    await old.held[0]!.end()
    expect(old.out).toEqual([])

    const next = boundary({ inFlight: 1 })
    next.put(5)
    next.b.put(old.b.take())
    expect(old.b.pending).toBe(0)
    expect(next.b.blocked).toBe(true)
    next.b.start()
    while (next.held.length > 0) await next.held.shift()!.end()
    expect(next.out).toEqual([1, 2, 3, 4, 5])
    expect(next.run.ledger()).toMatchObject({ in: 5, passed: 5 })
  })

  test('of commands keeps the newest', async () => {
    const old = boundary({ policy: 'latest', limit: 10 })
    const next = boundary({ policy: 'latest', limit: 10 })
    old.put(1, 'a')
    old.put(2, 'b')
    next.put(3, 'a')
    next.b.put(old.b.take())
    expect(next.b.unfinished().map((w) => w.sample.value)).toEqual([3, 2])
    expect(balance(next.run)).toBe(0)
  })
})
