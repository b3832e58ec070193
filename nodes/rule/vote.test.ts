// What examples cannot show: every combination of votes and faults, time-outs, and the discrepancy alarm with its operator.
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { Quality, sample, withDefaults, type AlarmChange, type Context, type ExampleSample, type Sample, type Value } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import vote from './vote.ts'

type Config = Parameters<NonNullable<typeof vote.state>>[0]
type Memory = ReturnType<NonNullable<typeof vote.state>>
const three = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]
const run = (config: object, input: ExampleSample[]) => runExample(vote, { title: '', config: { channels: three, ...config }, in: input, out: [] })

type State = 'trip' | 'normal' | 'bad'
const states: State[] = ['trip', 'normal', 'bad']
const all = states.flatMap((a) => states.flatMap((b) => states.map((c) => [a, b, c] as const)))

describe.each([1, 2, 3])('%ioo3', (needed) => {
  test.each(['trip', 'leave'] as const)('every combination, with faulty channels that %s', async (onFault) => {
    for (const tripOn of ['true', 'false']) {
      for (const channels of all) {
        const feed = channels.map((s, i): ExampleSample => ({ at: three[i]!.name, value: (s === 'trip') === (tripOn === 'true'), time: 0, ...(s === 'bad' ? { quality: 'BadTimeout' } : {}) }))
        const { out } = await run({ needed, onFault, tripOn, discrepancyS: 3600 }, feed)
        const trips = channels.filter((s) => s === 'trip').length
        const bad = channels.filter((s) => s === 'bad').length
        const votes = trips + (onFault === 'trip' ? bad : 0)
        const blind = onFault === 'leave' && votes < needed && 3 - bad < needed
        const last = out.findLast((o) => o.at === 'result')!
        expect([last.value, last.quality], channels.join()).toEqual(blind ? [null, 'BadNoData'] : [votes >= needed, bad > 0 ? 'UncertainSubNormal' : undefined])
      }
    }
  })
})

test('the selected value is that of sorted usable channels', async () => {
  const value = fc.double({ min: -1e9, max: 1e9, noNaN: true })
  const names = Array.from({ length: 7 }, (_, i) => ({ name: `c${i}` }))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ value, bad: fc.boolean() }), { minLength: 2, maxLength: 7 }), fc.constantFrom('median', 'mean', 'high', 'low'), async (channels, select) => {
      const feed = channels.map((c, i): ExampleSample => ({ at: `c${i}`, value: c.value, time: 0, ...(c.bad ? { quality: 'Bad' } : {}) }))
      const { out } = await runExample(vote, { title: '', config: { of: 'values', select, channels: names.slice(0, channels.length), needed: 1 }, in: feed, out: [] })
      const last = out.findLast((o) => o.at === 'result')!
      const usable = channels.filter((c) => !c.bad).map((c) => c.value).toSorted((a, b) => a - b)
      if (usable.length === 0) {
        expect(last).toMatchObject({ value: null, quality: 'BadNoData' })
        return
      }
      const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length
      const n = usable.length
      const expected = { high: usable[n - 1]!, low: usable[0]!, mean: mean(usable), median: n % 2 === 1 ? usable[n >> 1]! : mean([usable[n / 2 - 1]!, usable[n / 2]!]) }[select]!
      expect(Math.abs((last.value as number) - expected)).toBeLessThanOrEqual(1e-12 * Math.max(...usable.map(Math.abs)) * n + 1e-300)
    }),
  )
})

test('nothing is voted before every channel was heard; one that is never heard is faulty after its time', async () => {
  const { out, ledger } = await run({ staleAfterS: 10, onFault: 'trip' }, [{ at: 'a', value: false, time: 0 }, { at: 'b', value: false, time: 1000 }, { at: 'a', value: false, time: 9999 }, { at: 'a', value: true, time: 10_500 }])
  expect(ledger.held).toBe(3)
  expect(out.filter((o) => ['result', 'c'].includes(o.at)).map((o) => [o.at, o.value, o.time])).toEqual([['result', false, 10_000], ['c', true, 10_000], ['result', true, 10_500]])
})

test('a channel that falls silent becomes faulty without any sample, and is well again when it speaks', async () => {
  const feed: ExampleSample[] = three.map(({ name }) => ({ at: name, value: false, time: 0 }))
  const { out } = await run({ staleAfterS: 5 }, [...feed, { at: 'a', value: false, time: 4000 }, { at: 'b', value: false, time: 4000 }, { at: 'a', value: false, time: 8000 }, { at: 'c', value: false, time: 8500 }])
  expect(out.filter((o) => o.at === 'c').map((o) => [o.value, o.time])).toEqual([[false, 0], [true, 5000], [false, 8500]])
  expect(out.filter((o) => o.at === 'degraded').map((o) => [o.value, o.time])).toEqual([[false, 0], [true, 5000], [false, 8500]])
})

describe('discrepancy', () => {
  function bench(config: Partial<Config>) {
    const full = withDefaults(vote.config, { channels: three, staleAfterS: 0, ...config }) as Config
    const alarms: AlarmChange[] = []
    const results: Sample[] = []
    const clock = { now: 0, wake: Number.POSITIVE_INFINITY }
    const unused = (): never => {
      throw new Error('not used here')
    }
    const ctx: Context<Config, Memory> = {
      config: full, state: vote.state!(full), tag: '', watermark: 0, due: 'now',
      get now() {
        return clock.now
      },
      emit: { result: (s) => void results.push(s), degraded: () => undefined, a: () => undefined, b: () => undefined, c: () => undefined },
      wakeAt: (time) => void (clock.wake = time),
      alarm: (change, tag) => {
        expect(tag).toBe('vote')
        alarms.push(change)
      },
      hold: () => undefined, drop: unused, fail: unused, done: unused, forget: unused, wakeAtWatermark: unused, log: unused,
    }
    return {
      alarms, results,
      feed: (at: string, value: Value, time: number) => {
        while (clock.wake <= time) {
          clock.now = clock.wake
          clock.wake = Number.POSITIVE_INFINITY
          vote.tick!(ctx)
        }
        clock.now = time
        vote.receive!(sample('x', value, time, Quality.good), at, ctx)
      },
      acknowledge: () => vote.acts!['acknowledge']!(ctx, { tag: undefined, args: {} }),
      states: () => alarms.map((a) => a.state),
    }
  }

  test('raises an alarm after its time, which is acknowledged and goes', () => {
    const b = bench({ of: 'values', tolerance: 2, discrepancyS: 5 })
    for (const [at, value] of [['a', 10], ['b', 11], ['c', 14]] as const) b.feed(at, value, 0)
    b.feed('a', 10, 4999)
    expect(b.alarms).toEqual([])
    b.feed('a', 10, 5000)
    expect(b.alarms).toMatchObject([{ state: 'unacknowledged', message: 'Not like the others: c', condition: 'discrepancy' }])
    expect(b.results.at(-1)).toMatchObject({ value: 11, quality: Quality.good })
    b.acknowledge()
    b.feed('c', 12, 6000)
    expect(b.states()).toEqual(['unacknowledged', 'acknowledged', 'normal'])
    b.feed('c', 20, 7000)
    b.feed('c', 12, 13_000)
    b.acknowledge()
    expect(b.states().slice(3)).toEqual(['unacknowledged', 'returned', 'normal'])
  })

  test('of booleans it is the one against the majority', () => {
    const b = bench({ discrepancyS: 0 })
    for (const [at, value] of [['a', false], ['b', false], ['c', true]] as const) b.feed(at, value, 0)
    expect(b.alarms.at(-1)).toMatchObject({ message: 'Not like the others: c' })
  })

  test('of two channels both are, and with a short difference none', () => {
    const b = bench({ channels: [{ name: 'a' }, { name: 'b' }], of: 'values', tolerance: 2, discrepancyS: 0, excludeDiscrepant: true })
    b.feed('a', 10, 0)
    b.feed('b', 11.9, 0)
    expect(b.alarms).toEqual([])
    b.feed('b', 12.1, 1000)
    expect(b.alarms.at(-1)).toMatchObject({ message: 'Not like the others: a, b' })
    expect(b.results.at(-1)).toMatchObject({ value: null, quality: Quality.badNoData })
  })
})

test('two channels of one name, and more votes than channels, are refused', () => {
  const config = withDefaults(vote.config, { channels: [{ name: 'a' }, { name: 'a' }, { name: 'result' }], needed: 4 }) as Config
  expect(vote.check!(config, { model: () => undefined }).map((f) => f.field)).toEqual(['/channels/1/name', '/channels/2/name', '/needed'])
})
