import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineNode, port, Type, type AnyNode, type Context, type Sample } from '#kit'
import { fates, settle, testFlow, testPlan } from './harness.ts'
import { runExample } from './example.ts'

describe('the ledger', () => {
  test('balances at every node, whatever becomes of the samples', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...fates), fc.constantFrom('a', 'b', '')), { maxLength: 40 }), async (stream) => {
        const t = testFlow()
        await t.deploy(testPlan({ s: 'source.test', any: 'filter.any', slow: 'inference.test', count: 'aggregate.count', end: 'flow.sink' }, ['s -> any', 'any -> slow', 'slow -> count', 'count -> end', 'any -> end']))
        for (const [fate, tag] of stream) t.emit('s', fate, t.now++, tag)
        await t.flow.idle()
        for (const run of t.flow.runs.values()) {
          expect(run.imbalance(), run.plan.id).toBe(0)
          expect(t.flow.issuesOf(run, t.now).filter((i) => i.code === 'LEDGER' || i.code === 'NO_OUTCOME')).toEqual([])
        }
        const { in: into, dropped, failed, held, passed } = t.flow.runs.get('any')!.ledger()
        const of = (...of: string[]): number => stream.filter(([f]) => of.includes(f)).length
        expect({ into, dropped: dropped['why'] ?? 0, failed, held, passed }).toEqual({ into: stream.length, dropped: of('drop'), failed: of('fail', 'throw', 'emit, throw'), held: of('hold', 'emit, hold'), passed: of('emit', 'twice', 'done') })
      }),
      { numRuns: 12 },
    )
  })

  // Sabotage: each of these miscounts, and the check says so.
  test.each<[string, (s: Sample, ctx: Context) => void, string]>([
    ['a return without an outcome', () => undefined, 'NO_OUTCOME'],
    ['two outcomes', (_s, ctx) => (ctx.hold(), ctx.drop('x')), 'LEDGER'],
    ['an outcome and a second one that throws', (_s, ctx) => { ctx.done(); throw new Error('x') }, 'LEDGER'],
  ])('is found wrong after %s', async (_what, receive, code) => {
    const node = defineNode({ type: 'x.y', version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', effects: 'none', config: Type.Object({}), inputs: { value: port.any() }, outputs: {}, receive: (s: Sample, _p: string, ctx: Context) => receive(s, ctx), examples: [] })
    const { issues } = await runExample(node as unknown as AnyNode, { title: 't', config: {}, in: [{ at: 'value', value: 1, time: 0 }], out: [] })
    expect(issues.map((i) => i.code)).toContain(code)
  })

  test('is found wrong when the engine itself miscounts', async () => {
    const t = testFlow()
    await t.deploy(testPlan({ s: 'source.test', any: 'filter.any' }, ['s -> any']))
    t.emit('s', 'done')
    const run = t.flow.runs.get('any')!
    expect(run.imbalance()).toBe(0)
    run.inputs.get('value')!.count++
    expect(t.flow.issuesOf(run, t.now).map((i) => i.code)).toEqual(['LEDGER'])
  })
})

describe('what a node remembers', () => {
  test('is kept by tag, also of a tag without a name', async () => {
    const t = testFlow()
    await t.deploy(testPlan({ s: 'source.test', c: 'aggregate.count' }, ['s -> c']))
    const seen = t.watch('c')
    for (const tag of ['', 'a', '', 'a', '', '__proto__', '__proto__']) t.emit('s', 0, t.now, tag)
    expect(seen.map((s) => `${s.tag} ${s.value}`)).toEqual([' 1', 'a 1', ' 2', 'a 2', ' 3', '__proto__ 1', '__proto__ 2'])
    const saved = structuredClone(t.flow.save())
    const again = testFlow()
    await again.deploy(t.flow.plan, saved)
    const more = again.watch('c')
    for (const tag of ['', 'a', 'new']) again.emit('s', 0, 1, tag)
    expect(more.map((s) => s.value)).toEqual([4, 3, 1])
  })

  test("is an operator's to change, for one tag or all", async () => {
    const t = testFlow()
    await t.deploy(testPlan({ s: 'source.test', c: 'aggregate.count' }, ['s -> c']))
    const seen = t.watch('c')
    const all = (): void => ['a', 'b'].forEach((tag) => t.emit('s', 0, t.now, tag))
    all()
    all()
    t.flow.runs.get('c')!.act('reset', 'a')
    all()
    t.flow.runs.get('c')!.act('reset', undefined)
    all()
    expect(seen.map((s) => s.value)).toEqual([1, 1, 2, 2, 1, 3, 1, 1])
    expect(() => t.flow.runs.get('c')!.act('nothing', undefined)).toThrow("no act 'nothing'")
  })

  test('holds its timers too: one that became due while it was away fires at once', async () => {
    const t = testFlow()
    const plan = testPlan({ s: 'source.test', d: 'flow.delay' }, ['s -> d'])
    await t.deploy(plan)
    t.emit('s', 7)
    t.emit('s', 8, 1000, 'u')
    const later = testFlow()
    later.now = 1050
    await later.deploy(plan, structuredClone(t.flow.save()))
    const seen = later.watch('d')
    later.flow.fireTimers(1099)
    expect(seen).toEqual([])
    later.flow.fireTimers((later.now = 1100))
    expect(seen.map((s) => s.value)).toEqual([7, 8])
    expect(later.flow.runs.get('d')!.key.wakeNow).toBe(Infinity)
    await t.flow.close()
    await later.flow.close()
  })

  test('the same trouble is logged once a second, and all kinds of it a few times a second', async () => {
    const t = testFlow()
    await t.deploy(testPlan({ s: 'source.test', any: 'filter.any' }, ['s -> any']))
    const run = t.flow.runs.get('any')!
    const lines = (): number => t.log.filter((l) => l.startsWith('error')).length
    for (let i = 0; i < 1000; i++) run.note('the same')
    expect(lines()).toBe(1)
    for (let i = 0; i < 1000; i++) run.note(`another ${i}`)
    expect(lines()).toBe(10)
    expect(run.issues.size).toBeLessThanOrEqual(50)
    t.now += 1000
    run.note('the same')
    expect(lines()).toBe(11)
  })
})

describe('event time', () => {
  const two = testPlan({ a: 'source.test', b: 'source.test', span: 'aggregate.span' }, ['a -> span', 'b -> span'])
  const ends = (seen: readonly Sample[]): number[] => seen.map((s) => s.time)

  test('is what all sources have reached', async () => {
    const t = testFlow()
    await t.deploy(two)
    const seen = t.watch('span')
    t.emit('a', 0, 1)
    t.emit('a', 0, 35)
    expect(ends(seen)).toEqual([])
    t.emit('b', 0, 12)
    expect(ends(seen)).toEqual([10])
    t.emit('b', 0, 40)
    expect(ends(seen)).toEqual([10, 20])
    t.emit('b', 0, 3)
    expect(t.flow.runs.get('span')!.ledger().dropped).toEqual({ late: 1 })
    t.emit('a', 0, 40)
    expect(ends(seen)).toEqual([10, 20, 40])
  })

  test('goes on with the clock once a source is silent, and never back when it speaks again', async () => {
    const t = testFlow()
    await t.deploy(two)
    const seen = t.watch('span')
    const start = t.now
    t.emit('b', 0, start - 90)
    t.emit('a', 0, start)
    t.now += 10_000
    t.flow.advanceIdle(t.now)
    expect(ends(seen)).toEqual([])
    t.now += 10
    t.flow.advanceIdle(t.now)
    expect(ends(seen)).toEqual([start - 80])
    t.now += 100
    t.flow.advanceIdle(t.now)
    expect(ends(seen)).toEqual([start - 80, start + 10])
    const span = t.flow.runs.get('span')!
    const reached = span.watermark(t.now)
    t.emit('b', 0, start)
    expect(span.watermark(t.now)).toBe(reached)
  })

  test('does not wait for a source that never spoke', async () => {
    const t = testFlow()
    await t.deploy(two)
    const seen = t.watch('span')
    t.emit('a', 0, 1)
    t.emit('a', 0, 25)
    expect(ends(seen)).toEqual([])
    t.now += 10_001
    t.emit('a', 0, 26)
    expect(ends(seen)).toEqual([10])
  })

  test('is held back by what waits in front of a node, and passes an empty one at once', async () => {
    const t = testFlow(false)
    await t.deploy(testPlan({ a: 'source.test', b: 'source.test', slow: 'inference.test', span: 'aggregate.span' }, ['a -> slow', 'slow -> span', 'b -> span']))
    const seen = t.watch('span')
    t.emit('b', 0, 5)
    t.emit('a', 0, 6)
    t.emit('b', 0, 100)
    t.emit('a', 0, 100)
    expect(ends(seen)).toEqual([])
    await t.receiving[0]!.end()
    expect(ends(seen)).toEqual([])
    await t.receiving[0]!.end({ drop: 'x' })
    expect(ends(seen)).toEqual([10])
    expect(t.flow.runs.get('span')!.ledger().dropped).toEqual({})
    t.emit('a', 0, 200)
    t.emit('b', 0, 200)
    await t.receiving[0]!.end({ drop: 'x' })
    expect(ends(seen)).toEqual([10, 110])
    await settle()
  })

  test('ends with a recording: all that is open closes', async () => {
    const t = testFlow()
    await t.deploy(two)
    const seen = t.watch('span')
    t.emit('a', 0, 1)
    t.emit('a', 0, 25)
    await t.flow.flush(() => undefined)
    expect(ends(seen)).toEqual([10, 30])
  })
})

