// What docs/semantics.md says and no other test holds: real nodes, compiled, in the real engine. Longer than 300 lines: it
// holds one page of rules.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { defineNode, issueTexts, port, sample, Type, type AnyNode, type JsonValue, type Sample } from '#kit'
import { emptyFlow, formatFlow, parseFlow, type Flow } from '#format'
import { nodes as catalogue } from '../../nodes/index.ts'
import { compileFile } from '../../runtime/cli/flow-file.ts'
import { readRecording } from '../../runtime/cli/recording.ts'
import { run as runCommand } from '../../runtime/cli/run.ts'
import { openPure } from '../../runtime/engine/open-pure.ts'
import { compile } from '../../runtime/compile/index.ts'
import type { Plan } from '../../runtime/engine/contract.ts'
import { settle, testFlow, testPlan } from '../../runtime/engine/harness.ts'
import { prepareHops } from '../../runtime/engine/hops.ts'
import { outputLine, replay, Replay } from '../../runtime/engine/replay.ts'

const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [], config: Type.Object({}) } as const
const shut = () => Promise.reject(new Error('a replay opens no source'))
const nodes = new Map<string, AnyNode>([
  ...catalogue,
  ...[
    defineNode({ ...about, type: 'source.test', effects: 'reads', inputs: {}, outputs: { value: port.number() }, open: shut }),
  ].map((n) => [n.type, n as unknown as AnyNode] as const),
])

type Entries = Record<string, readonly [type: string, config?: { readonly [name: string]: JsonValue }]>
/** `{ s: ['source.test'], w: ['aggregate.window', { sizeS: 10 }] }` */
function flowOf(entries: Entries, wires: readonly string[], more: Partial<Flow> = {}): Flow {
  const list = Object.entries(entries).map(([id, [type, config = {}]]) => [id, { type, version: nodes.get(type)!.version, config, at: [0, 0] as const }] as const)
  return { ...emptyFlow('f', 'F'), nodes: Object.fromEntries(list), wires, ...more }
}
const env = { nodes, drivers: new Map(), resources: { model: () => undefined, models: () => [], issue: () => undefined }, connections: {}, secrets: new Set<string>(), version: 1 }
function planOf(...args: Parameters<typeof flowOf>): Plan {
  const { plan, issues } = compile(flowOf(...args), env)
  if (!plan) throw new Error(JSON.stringify(issues, null, 2))
  return plan
}

interface Reading {
  readonly at: string
  readonly tag: string
  readonly time: number
  readonly value: number | boolean
}
interface Seen {
  readonly at: string
  readonly sample: Sample
  /** When it was seen, on the recording's clock. */
  readonly now: number
}
/** What is seen at `taps` while these readings come, in this order. With `cut` the flow is taken up again from a checkpoint there. */
async function run(plan: Plan, input: readonly Reading[], taps: readonly string[], cut = Number.POSITIVE_INFINITY): Promise<Seen[]> {
  const seen: Seen[] = []
  let one: Replay
  const show = (at: string, s: Sample): void => void seen.push({ at, sample: s, now: one?.now ?? 0 })
  one = await Replay.open(plan, { nodes, start: input[0]?.time ?? 0 }, taps, show)
  for (const [i, r] of input.entries()) {
    if (i === cut) {
      const saved = structuredClone(one.flow.save())
      const { now } = one
      await one.close()
      one = await Replay.open(plan, { nodes, start: now }, taps, show, saved)
    }
    await one.put({ at: r.at, sample: sample(r.tag, r.value, r.time) })
  }
  await one.end()
  // A ledger counts from where its node began.
  if (cut > input.length) for (const node of one.flow.runs.values()) expect(node.imbalance(), node.plan.id).toBe(0)
  await one.close()
  return seen
}
const of = (seen: readonly Seen[], at: string): Sample[] => seen.filter((s) => s.at === at).map((s) => s.sample)
const byTime = (list: readonly Sample[]): (readonly [string, number, unknown])[] => list.map((s) => [s.tag, s.time, s.value] as const).toSorted((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))

/**
 * Readings of 300 s, of a source 's' with the tags a and b and one 'u' with c, in an order of arrival in which none is
 * behind the newest of its source by more than the lateness; 'u' may lag by a minute.
 */
const arrivals = (latenessMs: number) =>
  fc
    .tuple(
      fc.uniqueArray(fc.record({ tag: fc.constantFrom('a', 'b', 'c'), time: fc.integer({ min: 0, max: 1200 }).map((n) => n * 250), value: fc.integer({ min: -50, max: 50 }), delay: fc.integer({ min: 0, max: latenessMs }) }), { selector: (r) => `${r.tag} ${r.time}`, minLength: 1, maxLength: 120, size: 'max' }),
      fc.constantFrom(0, 60_000),
    )
    .map(([list, lag]) =>
      list
        .map((r) => ({ ...r, comes: r.time + r.delay + (r.tag === 'c' ? lag : 0) }))
        .toSorted((a, b) => a.comes - b.comes || a.time - b.time)
        .map(({ tag, time, value }): Reading => ({ at: tag === 'c' ? 'u.value' : 's.value', tag, time, value })),
    )
/** A source that lags is waited for. */
const patient = { settings: { idleS: 3600 } }

describe('event time behind a node that emits older times than it has reached', () => {
  test('sums of sums are the sums: 60 s of 10 s, in any order of arrival within the lateness, with none late', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 20 }).chain((latenessS) => fc.tuple(fc.constant(latenessS), arrivals(latenessS * 1000))),
        fc.integer({ min: 0, max: 3 }),
        fc.nat(120),
        async ([latenessS, input], second, cut) => {
          const sum = (sizeS: number, wait: number) => ['aggregate.window', { sizeS, latenessS: wait, statistics: ['sum'] }] as const
          const plan = planOf({ s: ['source.test'], u: ['source.test'], ten: sum(10, latenessS), sixty: sum(60, second), direct: sum(60, latenessS) }, ['s.value -> ten.value', 'u.value -> ten.value', 'ten.sum -> sixty.value', 's.value -> direct.value', 'u.value -> direct.value'], patient)
          const taps = ['sixty.sum', 'direct.sum', 'ten.late', 'sixty.late', 'direct.late']
          const expected = new Map<string, number>()
          for (const r of input) {
            const window = `${r.tag} ${Math.floor(r.time / 60_000) * 60_000}`
            expected.set(window, (expected.get(window) ?? 0) + (r.value as number))
          }
          for (const at of [undefined, cut % input.length]) {
            const seen = await run(plan, input, taps, at)
            expect(seen.filter((s) => s.at.endsWith('.late'))).toEqual([])
            expect(byTime(of(seen, 'sixty.sum'))).toEqual(byTime(of(seen, 'direct.sum')))
            expect(new Map(of(seen, 'sixty.sum').map((s) => [`${s.tag} ${s.time}`, s.value]))).toEqual(expected)
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  /** `into`: inputs that both sources feed, or wires. */
  type Case = readonly [what: string, entry: Entries[string], latenessS: number, out?: string, into?: readonly string[]]
  const windowed = (kind: string, config: { readonly [name: string]: JsonValue }): Entries[string] => ['aggregate.window', { kind, latenessS: 3, statistics: ['last'], ...config }]
  const cases: readonly Case[] = [
    ['tumbling windows', windowed('tumbling', { sizeS: 10, offsetS: 3 }), 3],
    ['tumbling windows that give their end', windowed('tumbling', { sizeS: 10, resultTime: 'end' }), 3],
    ['hopping windows', windowed('hopping', { sizeS: 40, hopS: 10 }), 3],
    ['calendar windows', windowed('calendar', { period: 'shift', shifts: ['00:00', '00:01', '00:03'], zone: 'Europe/Berlin' }), 3],
    ['rolling calendar windows', windowed('calendar', { period: 'shift', shifts: ['00:00', '00:01', '00:03'], periods: 2 }), 3],
    ['windows that tell silence', windowed('tumbling', { sizeS: 10, empty: 'noData' }), 3],
    ['sliding windows', windowed('sliding', { sizeS: 10 }), 3],
    ['sliding windows with a delay', windowed('sliding', { sizeS: 10, delayS: 7 }), 3],
    ['sessions that give their end', windowed('session', { gapS: 5, resultTime: 'end' }), 3],
    ['sessions of a longest length', windowed('session', { gapS: 15, longestS: 30 }), 3],
    ['windows of so many readings that give their end', windowed('count', { readings: 3, resultTime: 'end' }), 3],
    ['points of the last reading', ['transform.resample', { periodS: 4, latenessS: 3, maxGapS: 20 }], 3],
    ['points on the line', ['transform.resample', { periodS: 4, latenessS: 3, maxGapS: 20, interpolation: 'linear' }], 3],
    ['points of the nearest reading', ['transform.resample', { periodS: 4, latenessS: 3, maxGapS: 20, interpolation: 'nearest' }], 3],
    ['a centred filter', ['transform.smooth', { method: 'savitzky-golay', position: 'middle', readings: 5, maxGapS: 20 }], 0],
    ['a swinging door', ['filter.swinging-door', { deviation: 20, maxSilenceS: 30 }], 0],
    ['a merge', ['flow.merge', { latenessS: 3 }], 3],
    ['joined readings', ['aggregate.align', { latenessS: 3, toleranceS: 5, match: 'nearest' }], 3, 'value', ['a', 'b']],
    ['rows of a matrix', ['aggregate.matrix', { rows: 2, waitS: 3, inputs: [{ name: 'a' }, { name: 'b' }] }], 3, 'value', ['s.value -> x.a', 'u.value -> x.b']],
    ['histograms', ['aggregate.histogram', { sizeS: 10, latenessS: 3 }], 3, 'total'],
    ['times in a state', ['aggregate.duration', { states: [{ value: '0', state: 'none' }], everyS: 7, latenessS: 3 }], 3, 'current'],
    ['joined readings at a fixed rate', ['aggregate.align', { latenessS: 3, toleranceS: 5, at: 'rate', periodS: 2 }], 3, 'value', ['a', 'b']],
  ]
  const outOf = ([, [type], , out]: Case): string => out ?? (type === 'aggregate.window' ? 'last' : 'value')
  /** A merge that waits for nobody takes as late all that is older than event time behind the node. */
  async function behind(one: Case, input: readonly Reading[]): Promise<{ late: number; all: number }> {
    const [, entry, , , into = ['value']] = one
    const wires = into.flatMap((name) => (name.includes(' -> ') ? [name] : [`s.value -> x.${name}`, `u.value -> x.${name}`]))
    const plan = planOf({ s: ['source.test'], u: ['source.test'], x: entry, strict: ['flow.merge', { latenessS: 0 }] }, [...wires, `x.${outOf(one)} -> strict.value`], patient)
    const seen = await run(plan, input, [`x.${outOf(one)}`, 'strict.late', 'strict.value'])
    const times = of(seen, 'strict.value').map((s) => s.time)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    return { late: of(seen, 'strict.late').length, all: of(seen, `x.${outOf(one)}`).length }
  }

  test.each(cases.map((one) => [one[0], one] as const))('%s: none of them is late', async (_what, one) => {
    let all = 0
    await fc.assert(
      fc.asyncProperty(arrivals(one[2] * 1000), async (input) => {
        const found = await behind(one, input)
        all += found.all
        expect(found.late).toBe(0)
      }),
      { numRuns: 40 },
    )
    expect(all).toBeGreaterThan(40)
  })

  test('is known again after a restart: what was late is late, and no window closes twice', async () => {
    const sum = (sizeS: number): Entries[string] => ['aggregate.window', { sizeS, latenessS: 1, statistics: ['sum'] }]
    // Late readings go on to the second window, which knows by itself whether they are late for it, too.
    const plan = planOf({ s: ['source.test'], u: ['source.test'], ten: sum(10), sixty: sum(60) }, ['s.value -> ten.value', 'u.value -> ten.value', 'ten.sum -> sixty.value', 'ten.late -> sixty.value'], patient)
    await fc.assert(
      fc.asyncProperty(arrivals(90_000), fc.nat(200), async (input, cut) => {
        const taps = ['ten.sum', 'ten.late', 'sixty.sum', 'sixty.late']
        // Tags whose windows close at one time may change places: the order is that of each tag.
        const byTag = (seen: readonly Seen[]) => Object.groupBy(seen, (s) => `${s.at} ${s.sample.tag}`)
        expect(byTag(await run(plan, input, taps, cut % input.length))).toEqual(byTag(await run(plan, input, taps)))
      }),
      { numRuns: 60 },
    )
  })

  test('is known before the first sample after a restart', async () => {
    const sum = (sizeS: number): Entries[string] => ['aggregate.window', { sizeS, latenessS: 0, statistics: ['sum'] }]
    const plan = planOf({ s: ['source.test'], ten: sum(10), sixty: sum(60) }, ['s.value -> ten.value', 'ten.sum -> sixty.value', 'ten.late -> sixty.value'])
    const first = testFlow(true, [...nodes.values()])
    first.now = 200_000
    await first.deploy(plan)
    for (const time of [1000, 100_000, 200_000]) first.emit('s', 1, time)
    const again = testFlow(true, [...nodes.values()])
    again.now = 200_000
    await again.deploy(plan, structuredClone(first.flow.save()))
    const seen = [again.watch('sixty', 'sum'), again.watch('sixty', 'late')]
    again.emit('s', 5, 1000)
    again.flow.advanceIdle(again.now)
    expect(seen.map((list) => list.map((s) => s.time))).toEqual([[], [1000]])
  })

  // Sabotage: the same readings behind the same nodes, but that they no longer say how far back they reach.
  test.each(cases.map((one) => [one[0], one] as const))('%s: some would be late without it', async (_what, one) => {
    const known = nodes.get(one[1][0])!
    const { complete: _complete, ...rest } = known
    nodes.set(known.type, rest)
    try {
      let late = 0
      for (const input of fc.sample(arrivals(one[2] * 1000), { numRuns: 25, seed: 1 })) late += (await behind(one, input)).late
      expect(late).toBeGreaterThan(0)
    } finally {
      nodes.set(known.type, known)
    }
  })
})

describe('a source that is silent', () => {
  const sum = (sizeS: number): Entries[string] => ['aggregate.window', { sizeS, latenessS: 0, statistics: ['sum'] }]
  test.each([[undefined, 10], [30, 30]])('with the idle time-out %s holds windows behind windows up for %d s of the clock, and no longer', async (idleS, waitS) => {
    const plan = planOf({ s: ['source.test'], u: ['source.test'], ten: sum(10), sixty: sum(60) }, ['s.value -> ten.value', 'u.value -> ten.value', 'ten.sum -> sixty.value'], idleS === undefined ? {} : { settings: { idleS } })
    const input: Reading[] = [{ at: 'u.value', tag: 'u', time: 0, value: 1 }]
    for (let time = 0; time <= 200_000; time += 1000) input.push({ at: 's.value', tag: 's', time, value: 1 })
    const seen = await run(plan, input, ['sixty.sum', 'sixty.late', 'ten.late'])
    // Its own event time stands at 0, and goes on with the clock after the time-out.
    expect(seen.filter((s) => s.sample.time === 0).map((s) => [s.at, s.sample.tag, s.sample.value, s.now])).toEqual([
      ['sixty.sum', 'u', 1, 60_000 + waitS * 1000],
      ['sixty.sum', 's', 60, 60_000 + waitS * 1000],
    ])
    expect(seen.filter((s) => s.at.endsWith('.late'))).toEqual([])
  })
})

test('windows behind a delay close while it goes on, take what it let go, and what it still held at the end of a recording', async () => {
  const plan = planOf({ s: ['flow.generate', { count: 60, periodS: 1 }], d: ['flow.delay', { delayS: 20 }], w: ['aggregate.window', { sizeS: 10, latenessS: 0, statistics: ['count'] }] }, ['s.value -> d.value', 'd.value -> w.value'])
  const seen: (readonly [string, number, unknown, number])[] = []
  const one: Replay = await Replay.open(plan, { nodes }, ['w.count', 'w.late'], (at, s) => void seen.push([at, s.time, s.value, one.now]))
  for (let now = 0; now < 70_000; now += 1000) await one.advance(now)
  await one.end()
  await one.close()
  expect(seen.map(([at, time, value]) => [at, time, value])).toEqual(Array.from({ length: 6 }, (_, i) => ['w.count', i * 10_000, 10]))
  expect(seen.slice(0, 3).map(([, , , now]) => now)).toEqual([30_000, 40_000, 50_000])
})

describe('the settings of a flow', () => {
  test('bound the tags that a node keeps state for, and what waits in front of a slow one', async () => {
    const plan = testPlan({ s: 'source.test', c: 'aggregate.count', slow: 'inference.test' }, ['s -> c', 's -> slow'])
    const t = testFlow(false)
    await t.deploy({ ...plan, settings: { maxTags: 3, queue: 5 } })
    for (let i = 0; i < 100; i++) t.emit('s', i, t.now, `tag${i % 10}`)
    expect(t.flow.runs.get('c')!.keys.size).toBe(3)
    expect(t.flow.runs.get('c')!.ledger()).toMatchObject({ in: 100, passed: 30, failed: 70 })
    expect(t.flow.issuesOf(t.flow.runs.get('c')!, t.now).map((i) => i.code)).toEqual(['NODE_KEYS'])
    expect(t.flow.runs.get('slow')!.ledger()).toMatchObject({ in: 100, queued: 14, dropped: { queue_full: 86 } })
  })
})

test('the order of each tag is kept through two nodes whose results come in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 40 }), fc.infiniteStream(fc.nat(20)), async (tags, picks) => {
      const t = testFlow(false)
      await t.deploy(testPlan({ s: 'source.test', one: 'inference.test', two: 'inference.test', end: 'aggregate.count' }, ['s -> one', 'one -> two', 'two -> end']))
      const seen = t.watch('two')
      const pick = async (): Promise<void> => void (await t.receiving[picks.next().value % t.receiving.length]?.end())
      for (const [i, tag] of tags.entries()) {
        t.emit('s', i, t.now, tag)
        if (picks.next().value % 2 === 0) await pick()
      }
      while (t.receiving.length > 0) await pick()
      await settle()
      for (const tag of ['a', 'b', 'c']) expect(seen.filter((s) => s.tag === tag).map((s) => s.value)).toEqual(tags.flatMap((other, i) => (other === tag ? [i] : [])))
      for (const node of t.flow.runs.values()) expect(node.imbalance(), node.plan.id).toBe(0)
    }),
    { numRuns: 30 },
  )
})

test('a source a thousand times too fast fills no memory: what waits is bounded, the rest is counted', async () => {
  const t = testFlow(false)
  await t.deploy(testPlan({ s: 'source.test', slow: 'inference.test' }, ['s -> slow']))
  for (let i = 0; i < 100_000; i++) t.emit('s', i)
  // Four under way, and twice the queue from a source that does not stop when it is told.
  expect(t.flow.runs.get('slow')!.ledger()).toEqual({ in: 100_000, passed: 0, held: 0, failed: 0, queued: 2004, dropped: { queue_full: 97_996 } })
  expect(t.log.filter((line) => line === 'pause s')).toHaveLength(1)
})

describe('a thousand deploys under load', () => {
  beforeAll(() => prepareHops(64))

  test('are not noticed by nodes that they leave, and leave nothing of those that they replace', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const t = testFlow()
    const plan = (n: number): Plan => testPlan({ s: 'source.test', model: 'inference.test', c: 'aggregate.count', other: ['aggregate.count', n], slow: ['inference.test', n] }, ['s -> model', 'model -> c', 's -> other', 'other -> slow'], n)
    await t.deploy(plan(0))
    const stay = ['s', 'model', 'c'].map((id) => t.flow.runs.get(id)!)
    const opened = stay.map((node) => t.flow.attached.get(node))
    const seen = t.watch('c')
    const gone: WeakRef<object>[] = []
    let sent = 0
    for (let n = 1; n <= 1000; n++) {
      for (const id of ['other', 'slow']) gone.push(new WeakRef(t.flow.runs.get(id)!))
      const swap = t.deploy(plan(n))
      t.emit('s', sent, t.now, `tag${sent++ % 3}`)
      await swap
      t.emit('s', sent, t.now, `tag${sent++ % 3}`)
    }
    await t.flow.idle()
    expect(['s', 'model', 'c'].map((id) => t.flow.runs.get(id)!)).toEqual(stay)
    for (const [i, node] of stay.entries()) expect(t.flow.attached.get(node)).toBe(opened[i])
    expect(t.log.filter((line) => /^(open|close|pause|resume) (s|model)$/.test(line))).toEqual(['open s', 'open model'])
    // Its state went on, of each tag from 1 without a gap.
    expect(seen.map((s) => s.value)).toEqual(Array.from({ length: sent }, (_, i) => Math.floor(i / 3) + 1))
    for (const node of t.flow.runs.values()) expect(node.imbalance(), node.plan.id).toBe(0)
    seen.length = 0
    await new Promise(setImmediate)
    collect()
    // A few of the last may still be held by what is under way in V8 itself.
    expect(gone.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(20)
  })
})

describe('a replay', () => {
  // Timers on both clocks, state by key, noise, a node that delays, a loop, and JavaScript of a user's own.
  const everything = (): Flow =>
    flowOf(
      {
        noise: ['flow.generate', { shape: 'noise', tag: 'line-1.noise', periodS: 0.7, count: 100, deviation: 3, seed: 7 }],
        s: ['flow.generate', { shape: 'sine', tag: 'line-2.sine', periodS: 1.3, count: 60, cycleS: 20, deviation: 0.2 }],
        code: ['transform.function', { code: 'state.n = (state.n ?? 0) + 1; emit(sample.value + Math.random() + state.n / 1000)' }],
        late: ['flow.delay', { delayS: 2.5 }],
        quiet: ['filter.debounce', {}],
        window: ['aggregate.window', { sizeS: 10, statistics: ['mean', 'count'], key: 'tag.split(".")[0]' }],
        hour: ['aggregate.window', { sizeS: 30, statistics: ['sum'], empty: 'noData' }],
        loop: ['flow.delay', { delayS: 20 }],
        fewer: ['filter.rate-limit', { periodS: 15 }],
      },
      ['noise.value -> code.value', 's.value -> code.value', 'code.value -> late.value', 'noise.value -> window.value', 's.value -> window.value', 'window.count -> hour.value', 'code.value -> fewer.value', 'fewer.value -> loop.value', 'loop.value -> fewer.value', 's.value -> quiet.value'],
    )
  const taps = ['noise.value', 's.value', 'code.value', 'late.value', 'quiet.value', 'window.mean', 'window.late', 'hour.sum', 'fewer.value']
  const input = Array.from({ length: 90 }, (_, i) => ({ at: 's.value', sample: sample(i % 4 === 0 ? 'line-1.x' : 'line-2.x', Math.sin(i) * 10, 1_000_000 + i * 900 - (i % 7) * 300) }))

  test('of timers, keys, noise and code gives the same bytes each time, from `headgate run` as from the engine', async () => {
    const { plan, issues } = compile(everything(), env)
    expect(issues.filter((i) => i.level === 'error')).toEqual([])
    const pure = openPure(() => undefined, () => undefined)
    const folder = await mkdtemp(join(tmpdir(), 'headgate-semantics-'))
    try {
      const engine = async (): Promise<string> => {
        const lines: string[] = []
        await replay(plan!, { nodes, open: (node, flow) => pure.open(node, flow) }, input, taps, (at, s) => lines.push(`${outputLine(at, s)}\n`))
        return lines.join('')
      }
      const once = await engine()
      for (const at of taps.filter((tap) => tap !== 'window.late')) expect(once, at).toContain(`"at":"${at}"`)
      expect(await engine()).toBe(once)
      const file = (name: string): string => join(folder, name)
      await writeFile(file('f.flow.json'), formatFlow(everything()))
      await writeFile(file('in.jsonl'), input.map(({ at, sample: s }) => `${JSON.stringify({ at, tag: s.tag, value: s.value, time: s.time })}\n`).join(''))
      for (const name of ['one', 'two']) {
        expect(await runCommand.run([file('f.flow.json'), '--in', file('in.jsonl'), '--out', file(name), ...taps.flatMap((tap) => ['--tap', tap])])).toBe(0)
        expect(await readFile(file(name), 'utf8')).toBe(once)
      }
    } finally {
      await pure.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
})

const examples = join(import.meta.dirname, '../../flows/examples')
const recordings = readdirSync(examples).flatMap((name) => (name.endsWith('.in.jsonl') ? [name.slice(0, -'.in.jsonl'.length)] : []))
test.each(recordings)('the recording %s gives the same bytes from the engine, twice, as from `headgate run`', { timeout: 120_000 }, async (name) => {
  const file = join(examples, `${name.split('.')[0]!}.flow.json`)
  const { plan, model } = await compileFile(file)
  const wanted = (await readFile(join(examples, `${name}.out.jsonl`), 'utf8')).trim().split('\n')
  const at = [...new Set(wanted.map((line) => (JSON.parse(line) as { at: string }).at))]
  const pure = openPure(model, () => undefined)
  const folder = await mkdtemp(join(tmpdir(), 'headgate-semantics-'))
  try {
    const engine = async (): Promise<string> => {
      const lines: string[] = []
      await replay(plan!, { nodes, open: (node, flow) => pure.open(node, flow) }, readRecording(join(examples, `${name}.in.jsonl`)), at, (port, s) => lines.push(`${outputLine(port, s)}\n`))
      return lines.join('')
    }
    const once = await engine()
    expect(once.split('\n').length).toBeGreaterThanOrEqual(wanted.length)
    expect(await engine()).toBe(once)
    expect(await runCommand.run([file, '--in', join(examples, `${name}.in.jsonl`), '--out', join(folder, 'out'), ...at.flatMap((tap) => ['--tap', tap])])).toBe(0)
    expect(await readFile(join(folder, 'out'), 'utf8')).toBe(once)
  } finally {
    await pure.close()
    await rm(folder, { recursive: true, force: true })
  }
})

test('every flow in docs/flow-format.md is one, written as Headgate writes it, and the second runs as it stands', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/flow-format.md'), 'utf8')
  const flows = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map((m) => m[1]!)
  for (const one of flows) {
    const { flow, issues } = parseFlow(one)
    expect(issues).toEqual([])
    expect(formatFlow(flow!)).toBe(one)
  }
  const { plan, issues } = compile(parseFlow(flows[1]!).flow!, env)
  expect(issues).toEqual([])
  expect(plan!.nodes.map((n) => n.id).toSorted()).toEqual(['left/limit', 'left/mean', 'oil', 'right/limit', 'right/mean', 'show'])
  expect(plan!.nodes.filter((n) => n.type === 'rule.alarm').map((n) => (n.config as { limits: { limit: number }[] }).limits[0]!.limit)).toEqual([80, 75])
  expect(plan!.settings).toEqual({ idleS: 30, queue: 200 })
})

describe('docs/semantics.md', () => {
  const root = join(import.meta.dirname, '../..')
  const text = existsSync(join(root, 'docs/semantics.md')) ? readFileSync(join(root, 'docs/semantics.md'), 'utf8') : ''

  test('names issues that there are', () => {
    const codes = [...new Set(text.match(/\b[A-Z]{3,}_[A-Z_]+\b/g))]
    expect(codes.length).toBeGreaterThan(5)
    expect(codes.filter((code) => !Object.hasOwn(issueTexts, code))).toEqual([])
  })

  test('names nodes that there are, and tests that are where it says', () => {
    const types = [...new Set(text.match(/(?<=`)(source|filter|aggregate|transform|inference|rule|actuator|uplink|flow)\.[a-z-]+(?=`)/g))]
    expect(types.filter((type) => !catalogue.has(type))).toEqual([])
    const files = [...new Set([...text.matchAll(/\]\(([^)#]+)\)/g)].map((m) => m[1]!))].filter((path) => !path.startsWith('http'))
    expect(files.length).toBeGreaterThan(15)
    expect(files.filter((path) => !existsSync(join(root, 'docs', path)))).toEqual([])
  })
})
