// Edges of windows. What holds for all kinds against a reference is in test/conformance/window.test.ts.
import { describe, expect, test } from 'vitest'
import { resolvePorts, withDefaults, type ExampleSample, type JsonValue } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './window.ts'

type Config = Parameters<NonNullable<typeof node.check>>[0]
const full = (config: object): Config => withDefaults(node.config, { latenessS: 0, ...config }) as Config
const run = (config: object, input: ExampleSample[], checkpointAfter?: number) => runExample(node, { title: '', config: full(config), in: input, out: [] }, checkpointAfter === undefined ? {} : { checkpointAfter })
const v = (time: number, value: JsonValue, more: Partial<ExampleSample> = {}): ExampleSample => ({ at: 'value', value, time, ...more })
const go = (time: number, value: JsonValue = true, more: Partial<ExampleSample> = {}): ExampleSample => ({ at: 'trigger', tag: 'go', value, time, ...more })
const of = (out: readonly ExampleSample[], at: string): unknown[][] => out.filter((s) => s.at === at).map((s) => [s.time, s.value, ...(s.quality ? [s.quality] : [])])
const faults = (config: object): string[] => node.check!(full(config), { model: () => undefined }).map((f) => f.field)

describe('the settings', () => {
  test('of version 1 keep their meaning, and their ten outputs', () => {
    const config = full(node.migrations![1]!({ sizeS: 10, latenessS: 1, minGoodPercent: 50 }) as object)
    expect(config).toMatchObject({ kind: 'tumbling', sizeS: 10, latenessS: 1, minGoodPercent: 50, resultTime: 'start', empty: 'none', offsetS: 0 })
    expect(Object.keys(node.ports!(config, { model: () => undefined }).outputs!)).toEqual(['mean', 'min', 'max', 'range', 'stddev', 'sum', 'first', 'last', 'count', 'goodPercent', 'late'])
  })
  test('of version 1 that were edited since keep what was chosen', () => {
    expect(node.migrations![1]!({ sizeS: 10, statistics: ['mean'] })).toEqual({ sizeS: 10, statistics: ['mean'] })
  })
  test.each<[string, object, string[]]>([
    ['a hop that does not divide the length', { kind: 'hopping', sizeS: 60, hopS: 25 }, ['/hopS']],
    ['a hop that is longer', { kind: 'hopping', sizeS: 10, hopS: 20 }, ['/hopS']],
    ['very many hops', { kind: 'hopping', sizeS: 86_400, hopS: 1 }, ['/hopS']],
    ['a decimal hop', { kind: 'hopping', sizeS: 0.3, hopS: 0.1 }, []],
    ['no such zone', { kind: 'calendar', zone: 'Mars/Base' }, ['/zone']],
    ['two shifts at one time', { kind: 'calendar', period: 'shift', shifts: ['06:00', '06:00'] }, ['/shifts']],
    ['more new readings than there are', { kind: 'count', readings: 5, every: 6 }, ['/every']],
    ['nothing to reckon', { statistics: [] }, ['/statistics']],
    ['a percentile that is called as an output is', { percentiles: [{ name: 'mean', percent: 1 }, { name: 'p5', percent: 5 }, { name: 'p5', percent: 6 }] }, ['/percentiles/0/name', '/percentiles/2/name']],
    ['a key that cannot be read', { key: 'tag +' }, ['/key']],
  ])('%s', (_what, config, expected) => expect(faults(config)).toEqual(expected))

  test('give the outputs, with their units', () => {
    const config = full({ statistics: ['slope', 'max', 'count'], slopeUnit: 'bar/min', percentiles: [{ name: 'p95', percent: 95 }] })
    const { outputs } = node.ports!(config, { model: () => undefined })
    expect(Object.keys(outputs!)).toEqual(['max', 'count', 'slope', 'p95', 'late'])
    expect(outputs).toMatchObject({ max: { same: 'value' }, count: { unit: '1' }, slope: { kind: 'number', unit: 'bar/min' }, p95: { same: 'value' } })
    expect(Object.keys(resolvePorts(node.outputs, config))).toEqual(expect.arrayContaining(Object.keys(outputs!)))
    expect(node.ports!(full({ output: 'record', statistics: ['max'] }), { model: () => undefined }).outputs).toMatchObject({ result: { kind: 'record', fields: { max: { kind: 'number' } } }, late: { same: 'value' } })
  })

  test('that say nothing about what is remembered leave it as it is', () => {
    const from = full({ sizeS: 10 })
    for (const more of [{ minGoodPercent: 1 }, { resultTime: 'end' }, { output: 'record' }, { statistics: ['sum', 'range'] }, { slopePer: 's' }, { empty: 'noData' }]) expect(node.carries!(from, full({ sizeS: 10, ...more })), JSON.stringify(more)).toBe(true)
    for (const more of [{ sizeS: 20 }, { kind: 'hopping' }, { latenessS: 5 }, { statistics: ['slope'] }, { statistics: ['timeMean'] }, { statistics: ['median'] }, { offsetS: 1 }, { key: 'tag' }, { empty: 'hold' }]) expect(node.carries!(from, full({ sizeS: 10, ...more })), JSON.stringify(more)).toBe(false)
    const held = full({ empty: 'hold' })
    expect(node.carries!(held, full({ empty: 'hold', statistics: ['max'] }))).toBe(false)
  })
})

describe('windows', () => {
  test('may be shifted', async () => {
    const { out } = await run({ sizeS: 10, offsetS: 3, statistics: ['count'] }, [v(2999, 1), v(3000, 1), v(12_999, 1), v(13_000, 1)])
    expect(of(out, 'count')).toEqual([[-7000, 1], [3000, 2], [13_000, 1]])
  })
  test('of the last days, at the end of each local day', async () => {
    const day = 86_400_000
    const { out } = await run({ kind: 'calendar', periods: 3, zone: 'Asia/Tokyo', statistics: ['sum'], resultTime: 'end' }, [v(-9 * 3_600_000, 1), v(day, 2), v(2 * day, 4)])
    const tokyo = (n: number): number => n * day - 9 * 3_600_000
    expect(of(out, 'sum')).toEqual([[tokyo(1), 1], [tokyo(2), 3], [tokyo(3), 7], [tokyo(4), 6], [tokyo(5), 4]])
  })
  test('of a session end at the longest length, silence or not', async () => {
    const { out } = await run({ kind: 'session', gapS: 5, longestS: 6, statistics: ['count'] }, [v(0, 1), v(3000, 1), v(5999, 1), v(6000, 1), v(9000, 1)])
    expect(of(out, 'count')).toEqual([[0, 3], [6000, 2]])
  })
  test('of a session end with the gap itself', async () => {
    const { out } = await run({ kind: 'session', gapS: 5, statistics: ['count'] }, [v(0, 1), v(4999, 1), v(9999, 1)])
    expect(of(out, 'count')).toEqual([[0, 2], [9999, 1]])
  })
  test('of readings that are not full give nothing', async () => {
    const { out, ledger } = await run({ kind: 'count', readings: 3 }, [v(0, 1), v(1, 2)])
    expect([out, ledger.held]).toEqual([[], 2])
  })
  test('in order of time: what is later than the wait leaves as late, unchanged', async () => {
    const { out } = await run({ kind: 'sliding', sizeS: 10, latenessS: 2, statistics: ['count'] }, [v(10_000, 1), v(8000, 2), v(7999, 3), v(20_000, 4)])
    expect(of(out, 'late')).toEqual([[7999, 3]])
    expect(of(out, 'count')).toEqual([[8000, 1], [10_000, 2], [20_000, 1]])
  })
  test('that hop take a reading into all of theirs or none: late once the first has closed', async () => {
    const { out } = await run({ kind: 'hopping', sizeS: 10, hopS: 5, statistics: ['count'] }, [v(0, 1, { tag: 'a' }), v(7000, 1, { tag: 'b' }), v(1000, 1, { tag: 'a' }), v(5000, 1, { tag: 'a' })])
    expect(of(out.filter((s) => s.tag === 'a'), 'late')).toEqual([[1000, 1]])
    expect(of(out.filter((s) => s.tag === 'a'), 'count')).toEqual([[-5000, 1], [0, 2], [5000, 1]])
  })
  test('kept for each key', async () => {
    const { out } = await run({ sizeS: 10, statistics: ['count'], key: 'tag.split("/")[0]' }, [v(0, 1, { tag: 'a/1' }), v(0, 1, { tag: 'a/2' }), v(0, 2, { tag: 'b/1' })])
    expect(out).toEqual([{ at: 'count', tag: 'a', value: 2, time: 0 }, { at: 'count', tag: 'b', value: 1, time: 0 }])
  })
})

describe('a window without readings', () => {
  test('gives nothing unless asked for', async () => {
    expect(of((await run({ sizeS: 10, statistics: ['count'] }, [v(0, 1), v(35_000, 2)])).out, 'count')).toEqual([[0, 1], [30_000, 1]])
  })
  test('is bad, between readings and after them, so many times', async () => {
    const input = [v(0, 1, { tag: 'a' }), v(0, 1, { tag: 'b' }), v(55_000, 2, { tag: 'b' })]
    const { out } = await run({ sizeS: 10, statistics: ['count'], empty: 'noData', emptyMax: 3 }, input)
    expect(of(out.filter((s) => s.tag === 'a'), 'count')).toEqual([[0, 1], [10_000, 0, 'BadNoData'], [20_000, 0, 'BadNoData'], [30_000, 0, 'BadNoData']])
    expect(of(out.filter((s) => s.tag === 'b'), 'count')).toEqual([[0, 1], [10_000, 0, 'BadNoData'], [20_000, 0, 'BadNoData'], [30_000, 0, 'BadNoData'], [50_000, 1]])
  })
  test('holds the last result that had a value, not a bad one', async () => {
    const { out } = await run({ sizeS: 10, statistics: ['mean'], empty: 'hold' }, [v(0, 1), v(10_000, 9, { quality: 'Bad' }), v(35_000, 2)])
    expect(of(out, 'mean')).toEqual([[0, 1], [10_000, null, 'BadNoData'], [20_000, 1, 'UncertainLastUsableValue'], [30_000, 2]])
  })
  test('counts from the last reading on: a new silence may be as long', async () => {
    const { out } = await run({ sizeS: 10, statistics: ['count'], empty: 'noData', emptyMax: 1 }, [v(0, 1), v(30_000, 2), v(60_000, 3)])
    expect(of(out, 'count')).toEqual([[0, 1], [10_000, 0, 'BadNoData'], [30_000, 1], [40_000, 0, 'BadNoData'], [60_000, 1]])
  })
})

describe('a trigger', () => {
  const config = { kind: 'trigger', statistics: ['sum'], resultTime: 'end' }
  test('takes the reading of its own moment, and ends windows once however long it is on', async () => {
    const { out, ledger } = await run(config, [v(0, 1), v(1000, 2), go(1000), go(1500), v(2000, 4), go(2500, 1), go(3000, 0), go(4000, 2)])
    expect(of(out, 'sum')).toEqual([[1000, 3], [4000, 4]])
    expect(ledger.dropped).toEqual({ unchanged: 3 })
  })
  test('waits for readings of its own moment, as long as for late ones', async () => {
    const { out } = await run({ ...config, latenessS: 1 }, [v(0, 1), go(1000), v(1000, 2), v(1001, 4), go(5000, 'next'), v(9000, 0)])
    expect(of(out, 'sum')).toEqual([[1000, 3], [5000, 4]])
  })
  test('that is bad, missing or late is none, and is counted', async () => {
    const { out, ledger } = await run(config, [v(0, 1), go(100, true, { quality: 'Bad' }), go(200, null), go(300, { $number: 'NaN' }), v(5000, 2), go(4000)])
    expect(out).toEqual([])
    expect(ledger.dropped).toEqual({ bad_trigger: 3, late_trigger: 1 })
  })
  test('of text ends a window each time', async () => {
    expect(of((await run(config, [v(0, 1), go(1, 'A'), v(2, 2), go(3, 'B')])).out, 'sum')).toEqual([[1, 1], [3, 2]])
  })
  test('is dropped where windows take none', async () => {
    expect((await run({}, [go(0)])).ledger.dropped).toEqual({ no_trigger: 1 })
    expect((await run({ kind: 'session' }, [go(0)])).ledger.dropped).toEqual({ no_trigger: 1 })
  })
  test('forgets a tag that is silent for so many windows', async () => {
    const silent = { ...config, statistics: ['count'], empty: 'noData', emptyMax: 2 }
    const { out } = await run(silent, [v(0, 1), ...[1, 2, 3, 4, 5].map((t) => go(t, `batch ${t}`))])
    expect(of(out, 'count')).toEqual([[1, 1], [2, 0, 'BadNoData'], [3, 0, 'BadNoData']])
  })
  test('keeps a value of before, for what is weighted by time', async () => {
    const { out } = await run({ ...config, statistics: ['timeMean'] }, [v(0, 10), go(1000, 'a'), v(1500, 20), go(2000, 'b')])
    expect(of(out, 'timeMean')).toEqual([[1000, 10], [2000, 15]])
  })
  test('serves ten thousand tags, and counts those beyond', async () => {
    const { ledger } = await run(config, Array.from({ length: 10_003 }, (_, i) => v(0, 1, { tag: `t${i}` })))
    expect(ledger).toMatchObject({ held: 10_000, dropped: { tags: 3 } })
  })
})

describe('more readings than are kept', () => {
  const wave = (n: number): ExampleSample[] => Array.from({ length: n }, (_, i) => v(i, i % 100))
  test('make a sliding window uncertain while some are missing', async () => {
    const { out } = await run({ kind: 'sliding', sizeS: 0.15, maxReadings: 100, statistics: ['count', 'median'] }, [...wave(300), v(1000, 5)])
    const counts = of(out, 'count')
    expect(counts[99]).toEqual([99, 100])
    expect(counts[100]).toEqual([100, 100, 'UncertainSubNormal'])
    expect(counts.at(-1)).toEqual([1000, 1])
    expect(of(out, 'median').at(-2)).toEqual([299, 49.5, 'UncertainSubNormal'])
  })
  test('go early out of a delayed sliding window, each with its result', async () => {
    const { out } = await run({ kind: 'sliding', sizeS: 1, delayS: 1, maxReadings: 100, statistics: ['count'] }, wave(250))
    expect(of(out, 'count').map(([time]) => time)).toEqual(Array.from({ length: 250 }, (_, i) => i))
  })
  test('are put into order as far as they are kept', async () => {
    const { out, ledger } = await run({ kind: 'count', readings: 150, latenessS: 60, maxReadings: 100, statistics: ['first'] }, [...wave(150), v(3, 0), v(149.5, 7), v(151, 8)])
    expect(of(out, 'late')).toEqual([[3, 0]])
    expect(of(out, 'first')).toEqual([[0, 0]])
    expect(ledger).toMatchObject({ held: 152, passed: 1 })
  })
  test('leave the mean over time exact in order, uncertain after a late one', async () => {
    const config = { sizeS: 1, maxReadings: 100, statistics: ['timeMean', 'count'] }
    const input = wave(500)
    // 0 to 98 stand 1 ms each in the first four hundreds; the last 99 stands to the end of the second.
    const expected = (5 * 4950 + 99 * 500) / 1000
    expect(of((await run(config, input)).out, 'timeMean')).toEqual([[0, expected]])
    expect(of((await run(config, [...input, v(10.5, 50)])).out, 'timeMean')).toEqual([[0, expected, 'UncertainSubNormal']])
    expect(of((await run(config, [...input, v(10.5, 50)])).out, 'count')).toEqual([[0, 501]])
    for (const at of [99, 100, 101, 250]) expect((await run(config, input, at)).out).toEqual((await run(config, input)).out)
  })
  test('give percentiles whose rank is near', async () => {
    const { out } = await run({ sizeS: 100, maxReadings: 100, percentiles: [{ name: 'p90', percent: 90 }] }, Array.from({ length: 5000 }, (_, i) => v(i, (i * 7919) % 5000)))
    expect(Math.abs((of(out, 'p90')[0]![1] as number) - 4500)).toBeLessThanOrEqual(25)
  })
})

describe('numbers', () => {
  test('a result of uncertain readings is uncertain', async () => {
    expect(of((await run({ statistics: ['mean'] }, [v(0, 1, { quality: 'Uncertain' })])).out, 'mean')).toEqual([[0, 1, 'UncertainSubNormal']])
  })
  test('a slope of one reading is missing and bad, in a record too', async () => {
    expect(of((await run({ statistics: ['slope', 'mean'] }, [v(0, 4)])).out, 'slope')).toEqual([[0, null, 'BadNoData']])
    expect((await run({ statistics: ['slope', 'mean'], output: 'record' }, [v(0, 4)])).out).toEqual([{ at: 'result', value: { mean: 4, slope: null }, time: 0, quality: 'BadNoData' }])
  })
  test('a mean over time is as good as the share of time that is known', async () => {
    const late = [v(5000, 2)]
    expect(of((await run({ sizeS: 10, statistics: ['timeMean', 'goodTimePercent'] }, late)).out, 'timeMean')).toEqual([[0, 2, 'UncertainSubNormal']])
    expect(of((await run({ sizeS: 10, statistics: ['timeMean', 'goodTimePercent'], minGoodPercent: 50 }, late)).out, 'goodTimePercent')).toEqual([[0, 50]])
  })
  test('a reading stands no longer than it may: silence is not the last value', async () => {
    const { out } = await run({ sizeS: 10, statistics: ['timeMean'], maxGapS: 4, empty: 'noData' }, [v(0, 2), v(25_000, 3)])
    expect(of(out, 'timeMean')).toEqual([[0, 2, 'UncertainSubNormal'], [10_000, null, 'BadNoData'], [20_000, 3, 'UncertainSubNormal']])
  })
  test('a moving average leaves no drift behind', async () => {
    const input = [v(0, 1e15), ...Array.from({ length: 20_000 }, (_, i) => v(1000 * (i + 1), 0.1))]
    const { out } = await run({ kind: 'sliding', sizeS: 60, statistics: ['sum', 'stddev'] }, input)
    expect(of(out, 'sum').at(-1)![1]).toBeCloseTo(6, 12)
    expect(of(out, 'stddev').at(-1)![1]).toBeCloseTo(0, 12)
  })
})
