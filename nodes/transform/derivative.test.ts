import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseUnit, relateUnits, resolvePorts, type ExampleSample, type Static } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './derivative.ts'

type Config = Static<typeof node.config>
const none = { model: () => undefined }
const base: Config = { unit: '', per: 's', over: 'two', readings: 5, windowS: 60, tauS: 0, maxGapS: 3600 }
const run = (config: Partial<Config>, input: ExampleSample[]) => runExample(node, { title: '', config: { ...base, ...config }, in: input, out: [] })

const readings = fc
  .array(fc.record({ step: fc.integer({ min: 1, max: 30_000 }), value: fc.integer({ min: -1000, max: 1000 }) }), { minLength: 2, maxLength: 30 })
  .map((list) => {
    let time = 1_700_000_000_000
    return list.map(({ step, value }) => ({ time: (time += step), value }))
  })
/** The normal equations, about the first time: nothing of the node's way to it. */
function slope(list: readonly { time: number; value: number }[]): number {
  const t = list.map((r) => (r.time - list[0]!.time) / 1000)
  const v = list.map((r) => r.value)
  const sum = (f: (i: number) => number): number => t.reduce((a, _, i) => a + f(i), 0)
  const n = t.length
  return (n * sum((i) => t[i]! * v[i]!) - sum((i) => t[i]!) * sum((i) => v[i]!)) / (n * sum((i) => t[i]! ** 2) - sum((i) => t[i]!) ** 2)
}

describe('the change', () => {
  test.each<[string, Partial<Config>, (list: readonly { time: number; value: number }[]) => readonly { time: number; value: number }[]]>([
    ['of two readings', { over: 'two' }, (list) => list.slice(-2)],
    ['of six readings', { over: 'readings', readings: 6 }, (list) => list.slice(-6)],
    ['of a minute, of two readings at least', { over: 'time', windowS: 60 }, (list) => list.filter((r, i) => i >= list.length - 2 || r.time >= list.at(-1)!.time - 60_000)],
  ])('%s is the slope of the best line, per minute', async (_name, config, window) => {
    await fc.assert(
      fc.asyncProperty(readings, async (list) => {
        const { out, ledger } = await run({ ...config, per: 'min' }, list.map((r) => ({ at: 'value', ...r })))
        expect(out.map((s) => s.time)).toEqual(list.slice(1).map((r) => r.time))
        expect(ledger.held).toBe(1)
        for (const [i, s] of out.entries()) {
          const expected = 60 * slope(window(list.slice(0, i + 2)))
          expect(Math.abs((s.value as number) - expected)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(expected)))
        }
      }),
      { numRuns: 40 },
    )
  })

  test('is smoothed by its time constant', async () => {
    const { out } = await run({ tauS: 1 }, [0, 10, 20, 20].map((value, i) => ({ at: 'value', value, time: i * 1000 })))
    expect(out[1]!.value).toBe(10)
    expect(out[2]!.value as number).toBeCloseTo(10 * Math.exp(-1), 12)
  })

  test('that is too large for a number is bad, and the next one is right again', async () => {
    const { out } = await run({ tauS: 5 }, [-1.7e308, 1.7e308, 1.7e308, 1.7e308].map((value, i) => ({ at: 'value', value, time: i * 1000 })))
    expect(out.map((s) => s.quality ?? 'Good')).toEqual(['BadOutOfRange', 'Good', 'Good'])
    expect(out[2]!.value).toBe(0)
  })
})

test('a clock that is set back begins anew; what is only late is left out', async () => {
  const at = (value: number, time: number): ExampleSample => ({ at: 'value', value, time })
  const { out, ledger } = await run({ maxGapS: 60 }, [at(1, 1_000_000), at(2, 1_001_000), at(5, 990_000), at(50, 500_000), at(53, 501_000)])
  expect(out.map((s) => [s.value, s.time])).toEqual([[1, 1_001_000], [3, 501_000]])
  expect(ledger).toMatchObject({ held: 2, dropped: { late: 1 } })
})

describe('the unit', () => {
  const result = (unit: string, per: Config['per'] = 's', wire?: string) => node.typed!({ ...base, unit, per }, { value: { kind: 'number', ...(wire === undefined ? {} : { unit: wire }) } }).outputs!['value']!.unit

  test('is that of the reading per time, and one that converts', () => {
    for (const unit of ['l', 'bar', 'm/s', 'kW.h', '%', '1', '{pieces}', 'm3/h']) {
      for (const per of ['s', 'min', 'h', 'd'] as const) expect(parseUnit(result(unit, per)!), `${unit} per ${per}`).toBeDefined()
    }
    expect(relateUnits(result('m/s'), 'm/s2')).toBe('same')
    expect(result('Cel', 'min')).toBe('K/min')
    expect(result('')).toBeUndefined()
    expect([result('', 'h', 'bar'), result('', 'min', 'Cel'), result('l', 's', 'L')]).toEqual(['bar/h', 'K/min', 'l/s'])
    expect(resolvePorts(node.inputs, { ...base, unit: 'bar' })['value']).toEqual({ kind: 'number', unit: 'bar' })
  })

  test('of °F on the wire alone is not enough', () => {
    expect(node.typed!(base, { value: { kind: 'number', unit: '[degF]' } })).toEqual({ issues: [{ field: '/unit', reason: 'Changes of °F are given in kelvins: state the unit here.' }] })
    expect(result('[degF]', 's', '[degF]')).toBe('K/s')
  })

  test('that is none is refused', () => {
    expect(result('gallons')).toBeUndefined()
    expect(node.check!({ ...base, unit: 'gallons' }, none).map((f) => f.field)).toEqual(['/unit'])
    expect(node.check!({ ...base, unit: 'l' }, none)).toEqual([])
  })
})

test('what is kept is right for a result per another time, and for no other window', () => {
  expect(node.carries!(base, { ...base, per: 'h', maxGapS: 10 })).toBe(true)
  for (const other of [{ over: 'readings' }, { readings: 3 }, { windowS: 1 }, { tauS: 1 }, { unit: 'l' }] as Partial<Config>[]) expect(node.carries!(base, { ...base, ...other })).toBe(false)
})
