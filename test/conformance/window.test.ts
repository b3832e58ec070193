// Beyond the examples: every kind of window against a reference that keeps all readings, in any order of arrival within
// the allowed lateness, with repeated readings, and gone on with from a checkpoint anywhere.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withDefaults, type Example, type ExampleSample } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import { testFlow, testNodes, testPlan } from '../../runtime/engine/harness.ts'
import node from '../../nodes/aggregate/window.ts'

type Config = Example<unknown>['config'] & object
const ten = ['mean', 'min', 'max', 'range', 'stddev', 'sum', 'first', 'last', 'count', 'goodPercent']
const all = [...ten, 'median', 'change', 'slope', 'timeMean', 'goodTimePercent']
const run = (config: Partial<Config>, input: ExampleSample[], checkpointAfter?: number) =>
  runExample(node, { title: '', config: { sizeS: 10, latenessS: 0, statistics: ten, ...config }, in: input, out: [] }, checkpointAfter === undefined ? {} : { checkpointAfter })
const readings = fc.uniqueArray(fc.record({ time: fc.integer({ min: 0, max: 60_000 }), value: fc.integer({ min: -1000, max: 1000 }) }), { selector: (r) => r.time, minLength: 1, maxLength: 60 })
const fed = (list: readonly { time: number; value: number }[]): ExampleSample[] => list.map((r) => ({ at: 'value', ...r }))

test('every reading is in exactly one window or leaves as late', async () => {
  await fc.assert(
    fc.asyncProperty(readings, fc.integer({ min: 0, max: 20 }), async (list, latenessS) => {
      const { out, ledger } = await run({ latenessS }, fed(list))
      const late = out.filter((s) => s.at === 'late').length
      const counted = out.filter((s) => s.at === 'count').reduce((a, s) => a + (s.value as number), 0)
      expect(counted + late).toBe(list.length)
      expect([ledger.held, ledger.passed]).toEqual([counted, late])
    }),
    { numRuns: 50 },
  )
})

test('a window closes when another tag of the source moves time on, each tag by itself', async () => {
  const { out } = await run({}, [
    { at: 'value', tag: 'a', value: 1, time: 0 },
    { at: 'value', tag: 'b', value: 2, time: 25_000 },
    { at: 'value', tag: 'a', value: 3, time: 5000 },
  ])
  expect(out.filter((s) => ['mean', 'late'].includes(s.at)).map((s) => [s.at, s.tag, s.value, s.time])).toEqual([
    ['mean', 'a', 1, 0],
    ['late', 'a', 3, 5000],
    ['mean', 'b', 2, 20_000],
  ])
})

test('values too large for a sum make bad results, not infinite ones', async () => {
  const input: ExampleSample[] = [{ at: 'value', value: 1.7e308, time: 0 }, { at: 'value', value: 1.6e308, time: 1 }]
  const { out } = await run({}, input)
  expect(out.find((s) => s.at === 'sum')).toMatchObject({ quality: 'BadOutOfRange' })
  expect(out.find((s) => s.at === 'max')).toEqual({ at: 'max', value: 1.7e308, time: 0 })
  expect((await run({ output: 'record', statistics: ['sum', 'max'] }, input)).out).toEqual([{ at: 'result', value: { max: 1.7e308, sum: null }, time: 0, quality: 'BadOutOfRange' }])
})

/** A source, and windows behind it one after the other: the first statistic of each feeds the next. */
async function chain(...configs: Partial<Config>[]) {
  const t = testFlow(true, [...testNodes, node])
  const ids = configs.map((_, i) => `w${i}`)
  const plan = testPlan({ a: 'source.test', ...Object.fromEntries(ids.map((id) => [id, 'aggregate.count'])) }, ids.map((id, i) => (i === 0 ? `a -> ${id}` : `${ids[i - 1]} -> ${id}`)))
  const full = configs.map((c) => withDefaults(node.config, c) as { statistics: string[] })
  const number = { kind: 'number' as const }
  const nodes = plan.nodes.map((n) => {
    const config = full[ids.indexOf(n.id)]
    return config ? { ...n, type: node.type, config, ports: { inputs: { value: number }, outputs: Object.fromEntries([...config.statistics, 'late'].map((name) => [name, number])) } } : n
  })
  const wires = plan.wires.map((w) => (w.from.node === 'a' ? w : { ...w, from: { ...w.from, port: full[ids.indexOf(w.from.node)]!.statistics[0]! } }))
  await t.deploy({ ...plan, nodes, wires })
  return t
}

describe('a source that falls silent', () => {
  test.each([['tumbling', {}], ['session', { gapS: 5 }], ['sliding', { delayS: 5 }]])('does not hold a %s window open', async (kind, more) => {
    const t = await chain({ kind, sizeS: 10, latenessS: 1, statistics: ['count'], ...more })
    const seen = t.watch('w0', 'count')
    const start = Math.floor(t.now / 10_000) * 10_000
    t.now = start
    t.emit('a', 7, start)
    t.now += 10_000
    t.flow.advanceIdle(t.now)
    expect(seen).toEqual([])
    // The clock goes on with the silence after ten seconds; the window needs 6 or 11 seconds more.
    t.now += 11_001
    t.flow.advanceIdle(t.now)
    expect(seen.map((s) => [s.value, s.time])).toEqual([[1, start]])
  })
})

test('windows behind windows do not disturb each other', async () => {
  const t = await chain({ kind: 'count', readings: 2, latenessS: 0, resultTime: 'end', statistics: ['mean', 'max'] }, { kind: 'count', readings: 1, latenessS: 0, statistics: ['mean'] })
  const seen = [t.watch('w0', 'max'), t.watch('w1', 'mean')]
  t.emit('a', 1, t.now)
  t.emit('a', 3, t.now + 1)
  expect(seen.map((list) => list.map((s) => s.value))).toEqual([[3], [2]])
})

// ---- the reference --------------------------------------------------------------------------------------------------------

interface Reading {
  readonly time: number
  readonly value: number
  readonly quality: 'Good' | 'Uncertain' | 'Bad'
}
interface Window {
  readonly start: number
  readonly end: number
  readonly at: number
  readonly members: readonly Reading[]
}
const usable = (r: Reading): boolean => r.quality !== 'Bad'

function percentile(sorted: readonly number[], p: number): number {
  const rank = ((sorted.length - 1) * p) / 100
  const low = sorted[Math.floor(rank)]!
  return low + (rank % 1) * ((sorted[Math.ceil(rank)] ?? low) - low)
}

/** Each ms of a window by itself would be the definition; each stretch between two readings is the same. */
function standing(w: Window, history: readonly Reading[], linear: boolean): { mean: number | null; good: number } {
  const before = history.findLast((r) => r.time <= w.start && !w.members.includes(r))
  const list = before ? [before, ...w.members] : w.members
  let area = 0
  let ms = 0
  let good = 0
  for (const [i, r] of list.entries()) {
    const next = list[i + 1]
    const from = Math.max(r.time, w.start)
    const to = next?.time ?? w.end
    if (!usable(r) || to <= from) continue
    const sloped = linear && next !== undefined && usable(next)
    const at = (time: number): number => (sloped ? r.value + ((next.value - r.value) * (time - r.time)) / (next.time - r.time) : r.value)
    area += ((at(from) + at(to)) / 2) * (to - from)
    ms += to - from
    if (r.quality === 'Good' && !(sloped && next.quality === 'Uncertain')) good += to - from
  }
  return { mean: ms > 0 ? area / ms : null, good: (100 * good) / (w.end - w.start) }
}

function statistics(w: Window, history: readonly Reading[], linear: boolean): Record<string, number | null> {
  const list = w.members.filter(usable)
  const values = list.map((r) => r.value)
  const n = values.length
  const sum = values.reduce((a, b) => a + b, 0)
  const mean = sum / n
  const sorted = values.toSorted((a, b) => a - b)
  const meanT = list.reduce((a, r) => a + r.time, 0) / n
  const goodPercent = (100 * w.members.filter((r) => r.quality === 'Good').length) / w.members.length
  const { mean: timeMean, good } = w.end > w.start ? standing(w, history, linear) : { mean: values.at(-1) ?? null, good: goodPercent }
  const of = (v: number | undefined): number | null => (n === 0 || v === undefined || !Number.isFinite(v) ? null : v)
  return {
    mean: of(mean), min: of(sorted[0]), max: of(sorted.at(-1)), range: of(sorted.at(-1)! - sorted[0]!), sum: of(sum), first: of(values[0]), last: of(values.at(-1)), count: n, goodPercent,
    stddev: of(n === 1 ? 0 : Math.sqrt(values.reduce((a, v) => a + (v - mean) ** 2, 0) / (n - 1))),
    median: n === 0 ? null : percentile(sorted, 50), p90: n === 0 ? null : percentile(sorted, 90),
    change: of(values.at(-1)! - values[0]!),
    slope: of((3_600_000 * list.reduce((a, r) => a + (r.time - meanT) * (r.value - mean), 0)) / list.reduce((a, r) => a + (r.time - meanT) ** 2, 0)),
    timeMean, goodTimePercent: good,
  }
}

const size = 10_000
/** The windows of readings in order of time. */
const reference: Record<string, (list: readonly Reading[], triggers: readonly number[]) => Window[]> = {
  tumbling: (list) => [...Map.groupBy(list, (r) => Math.floor(r.time / size) * size)].map(([start, members]) => ({ start, end: start + size, at: start, members })),
  hopping: (list) => {
    const windows: Window[] = []
    for (let start = -size; start <= 120_000; start += 2000) {
      const members = list.filter((r) => r.time >= start && r.time < start + size)
      if (members.length > 0) windows.push({ start, end: start + size, at: start, members })
    }
    return windows
  },
  calendar: (list) => [...Map.groupBy(list, (r) => (r.time < 60_000 ? Number.NEGATIVE_INFINITY : 60_000))].map(([half, members]) => (half === 60_000 ? { start: 60_000, end: 86_460_000, at: 60_000, members } : { start: 60_000 - 86_400_000, end: 60_000, at: 60_000 - 86_400_000, members })),
  sliding: (list) => list.map((r) => ({ start: r.time - size, end: r.time, at: r.time, members: list.filter((o) => o.time > r.time - size && o.time <= r.time) })),
  delayed: (list) => list.map((r) => ({ start: r.time - size, end: r.time + 3000, at: r.time, members: list.filter((o) => o.time > r.time - size && o.time <= r.time + 3000) })),
  session: (list) => {
    const groups: Reading[][] = []
    for (const r of list) {
      const last = groups.at(-1)
      if (last && r.time - last.at(-1)!.time < 3000 && r.time - last[0]!.time < 20_000) last.push(r)
      else groups.push([r])
    }
    return groups.map((members) => ({ start: members[0]!.time, end: members.at(-1)!.time, at: members[0]!.time, members }))
  },
  count: (list) => {
    const windows: Window[] = []
    for (let i = 0; i + 7 <= list.length; i += 3) windows.push({ start: list[i]!.time, end: list[i + 6]!.time, at: list[i]!.time, members: list.slice(i, i + 7) })
    return windows
  },
  trigger: (list, triggers) => {
    const windows: Window[] = []
    let left = [...list]
    let last: number | undefined
    for (const t of triggers) {
      const members = left.filter((r) => r.time <= t)
      left = left.filter((r) => r.time > t)
      if (members.length > 0) windows.push({ start: last ?? members[0]!.time, end: t, at: last ?? members[0]!.time, members })
      last = t
    }
    return windows
  },
}
const configs: Record<string, Partial<Config>> = {
  tumbling: { kind: 'tumbling' },
  hopping: { kind: 'hopping', hopS: 2 },
  calendar: { kind: 'calendar', period: 'day', dayStart: '00:01' },
  sliding: { kind: 'sliding' },
  delayed: { kind: 'sliding', delayS: 3 },
  session: { kind: 'session', gapS: 3, longestS: 20 },
  count: { kind: 'count', readings: 7, every: 3 },
  trigger: { kind: 'trigger' },
}

const time = fc.integer({ min: 0, max: 120_000 })
const arrivals = fc.record({
  list: fc.uniqueArray(fc.record({ time, value: fc.integer({ min: -1000, max: 1000 }), quality: fc.constantFrom('Good' as const, 'Good' as const, 'Good' as const, 'Uncertain' as const, 'Bad' as const) }), { selector: (r) => r.time, minLength: 1, maxLength: 80 }),
  triggers: fc.uniqueArray(time, { maxLength: 6 }),
  delays: fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 100, maxLength: 100 }),
  repeats: fc.array(fc.boolean(), { minLength: 100, maxLength: 100 }),
  checkpoint: fc.nat(100),
  linear: fc.boolean(),
})

describe.each(Object.keys(reference))('%s windows', (kind) => {
  test('are those of a reference that keeps everything, in any order of arrival within the lateness', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ list, triggers: drawn, delays, repeats, checkpoint, linear }) => {
        const history = list.toSorted((a, b) => a.time - b.time)
        const triggers = drawn.filter((t) => !list.some((r) => r.time === t)).toSorted((a, b) => a - b)
        const events: ExampleSample[] = [
          ...list.map(({ quality, ...r }) => ({ at: 'value', ...r, ...(quality === 'Good' ? {} : { quality }) })),
          ...(kind === 'trigger' ? triggers.map((t) => ({ at: 'trigger', tag: 'go', value: 'batch', time: t })) : []),
        ]
        const input = events
          .map((e, i) => ({ e, arrives: e.time + delays[i % delays.length]! }))
          .toSorted((a, b) => a.arrives - b.arrives)
          .flatMap(({ e }, i) => (e.at === 'value' && repeats[i % repeats.length] ? [e, e] : [e]))
        const config = { ...configs[kind], latenessS: 5, statistics: all, percentiles: [{ name: 'p90', percent: 90 }], interpolation: linear ? 'linear' : 'step', output: 'record' }
        const { out, ledger } = await run(config, input)
        const windows = reference[kind]!(history, triggers)
        expect(out.map((s) => [s.at, s.time])).toEqual(windows.map((w) => ['result', w.at]))
        for (const [i, w] of windows.entries()) {
          const expected = statistics(w, history, linear)
          const found = out[i]!.value as Record<string, number | null>
          expect(Object.keys(found).toSorted()).toEqual(Object.keys(expected).toSorted())
          for (const [name, value] of Object.entries(expected)) {
            if (value === null) expect(found[name], `${name} of window ${i}`).toBeNull()
            else expect(Math.abs(found[name]! - value), `${name} of window ${i}: ${found[name]} is not ${value}`).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)) * (name === 'slope' ? 1000 : 1))
          }
        }
        expect(ledger.dropped['duplicate'] ?? 0).toBe(input.length - events.length)
        expect((await run(config, input, 1 + (checkpoint % input.length))).out).toEqual(out)
      }),
      { numRuns: 60 },
    )
  })
})
