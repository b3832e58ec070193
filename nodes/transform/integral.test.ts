// Totals against a plain reckoning, over any spacing of readings; calendars, meters, resets, clocks that are set back.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sample, type ExampleSample, type Sample, type Static } from '#kit'
import { runExample, soloPlan } from '../../runtime/engine/example.ts'
import { Replay } from '../../runtime/engine/replay.ts'
import node from './integral.ts'

type Config = Static<typeof node.config>
const none = { model: () => undefined }
const base: Config = { mode: 'rate', unit: '', per: 's', interpolation: 'linear', maxGapS: 300, rollover: 0, maxIncrement: 0, onLower: 'restart', initial: 0, period: 'none', zone: 'UTC', dayStart: '00:00' }
const run = (config: Partial<Config>, input: ExampleSample[]) => runExample(node, { title: '', config: { ...base, ...config }, in: input, out: [] })
const at = (value: number, time: number, quality?: string): ExampleSample => ({ at: 'value', value, time, ...(quality === undefined ? {} : { quality }) })
const of = (out: readonly ExampleSample[], port: string) => out.filter((s) => s.at === port).map((s) => [s.value, s.time, s.quality ?? 'Good'])

interface Reading {
  readonly time: number
  readonly value: number
}
const readings = (longest: number) =>
  fc.array(fc.record({ step: fc.integer({ min: 1, max: longest }), value: fc.integer({ min: -1000, max: 1000 }) }), { minLength: 2, maxLength: 40 }).map((list) => {
    let time = Date.UTC(2024, 4, 1)
    return list.map(({ step, value }): Reading => ({ time: (time += step), value }))
  })

describe('a rate', () => {
  test.each<[Config['interpolation'], (a: Reading, b: Reading) => number]>([
    ['linear', (a, b) => (a.value + b.value) / 2],
    ['last', (a) => a.value],
    ['next', (_, b) => b.value],
  ])('is summed by the rule %s, without gaps that are too long', async (rule, rateOf) => {
    await fc.assert(
      fc.asyncProperty(readings(40_000), async (list) => {
        const { out } = await run({ interpolation: rule, maxGapS: 20, initial: 7 }, list.map((r) => at(r.value, r.time)))
        let total = 7
        let missing = false
        const expected = list.map((r, i) => {
          const before = list[i - 1]
          if (before && r.time - before.time > 20_000) missing = true
          else if (before) total += (rateOf(before, r) * (r.time - before.time)) / 1000
          return [total, missing ? 'UncertainSubNormal' : 'Good'] as const
        })
        const found = out.filter((s) => s.at === 'total')
        expect(found.map((s) => s.quality ?? 'Good')).toEqual(expected.map(([, quality]) => quality))
        for (const [i, [value]] of expected.entries()) expect(found[i]!.value as number).toBeCloseTo(value, 6)
        const increments = out.filter((s) => s.at === 'increment').reduce((sum, s) => sum + ((s.value as number | null) ?? 0), 7)
        expect(increments).toBeCloseTo(total, 6)
      }),
      { numRuns: 50 },
    )
  })

  test('is divided where periods end: what was closed and what is open are the whole', async () => {
    await fc.assert(
      fc.asyncProperty(readings(5 * 3_600_000), fc.constantFrom<Config['interpolation']>('linear', 'last', 'next'), async (list, rule) => {
        const fed = list.map((r) => at(r.value, r.time))
        const whole = await run({ interpolation: rule, per: 'h', maxGapS: 366 * 86_400 }, fed)
        const hourly = await run({ interpolation: rule, per: 'h', maxGapS: 366 * 86_400, period: 'hour' }, fed)
        const closed = hourly.out.filter((s) => s.at === 'closed')
        expect(closed.map((s) => s.time)).toEqual(Array.from({ length: closed.length }, (_, i) => Math.floor(list[0]!.time / 3_600_000 + i) * 3_600_000))
        // The last one is cut short by the end of the recording.
        expect(closed.reduce((sum, s) => sum + (s.value as number), 0)).toBeCloseTo(whole.out.at(-1)!.value as number, 6)
        expect(closed.at(-1)!.quality).toBe('UncertainSubNormal')
      }),
      { numRuns: 40 },
    )
  })

  test('loses nothing in a million small steps', () => {
    const state = node.state!(base)
    let total = 0
    const emit = { total: (s: Sample) => void (total = s.value as number), increment: () => undefined, closed: () => undefined }
    const ctx = { config: { ...base, initial: 1e9 }, state, emit, wakeAtWatermark: () => undefined } as unknown as Parameters<NonNullable<typeof node.receive>>[2]
    for (let i = 0; i <= 1_000_000; i++) node.receive!(sample('x', 0.1, i * 1000), 'value', ctx)
    expect(total).toBe(1_000_100_000)
  })

  test('too large for a number is bad, and does not stay', async () => {
    const { out } = await run({}, [at(1.7e308, 0), at(1.7e308, 60_000), at(2, 1_000_000), at(2, 1_001_000)])
    expect(of(out, 'total').map(([, , quality]) => quality)).toEqual(['Good', 'BadOutOfRange', 'UncertainSubNormal', 'UncertainSubNormal'])
    expect(out.at(-1)!.value).toBe(2)
  })

  test('goes on, uncertain, after the clock was set back; a reading that is only late is left out', async () => {
    const { out, ledger } = await run({ maxGapS: 60 }, [at(1, 1_000_000), at(1, 1_010_000), at(9, 1_005_000), at(1, 500_000), at(1, 505_000)])
    expect(of(out, 'total')).toEqual([[0, 1_000_000, 'Good'], [10, 1_010_000, 'Good'], [10, 500_000, 'UncertainSubNormal'], [15, 505_000, 'UncertainSubNormal']])
    expect(ledger.dropped).toEqual({ late: 1 })
  })

  test('that was uncertain makes the total so until the reset', async () => {
    const { out } = await run({}, [at(1, 0), at(1, 1000, 'Uncertain'), at(1, 2000), at(1, 3000), { at: 'reset', value: true, time: 3000 }, at(1, 4000)])
    expect(of(out, 'total').map(([, , quality]) => quality)).toEqual(['Good', 'Uncertain', 'UncertainSubNormal', 'UncertainSubNormal', 'Good', 'Good'])
    expect(of(out, 'increment').map(([, , quality]) => quality)).toEqual(['Uncertain', 'Uncertain', 'Good', 'Good'])
  })
})

describe('a calendar', () => {
  const berlin = { period: 'day', zone: 'Europe/Berlin', per: 'h', maxGapS: 3600 } as const
  const hourly = (from: number, hours: number): ExampleSample[] => Array.from({ length: hours + 1 }, (_, i) => at(1, from + i * 3_600_000))

  test('has days of 23 and 25 hours', async () => {
    const spring = await run(berlin, hourly(Date.UTC(2024, 2, 30, 23), 23 + 24))
    expect(of(spring.out, 'closed').slice(0, 2)).toEqual([[23, Date.UTC(2024, 2, 30, 23), 'Good'], [24, Date.UTC(2024, 2, 31, 22), 'Good']])
    const autumn = await run(berlin, hourly(Date.UTC(2024, 9, 26, 22), 25))
    expect(of(autumn.out, 'closed')[0]).toEqual([25, Date.UTC(2024, 9, 26, 22), 'Good'])
  })

  test('begins the day at six, and the month with it', async () => {
    const { out } = await run({ ...berlin, zone: 'UTC', period: 'month', dayStart: '06:00' }, hourly(Date.UTC(2024, 1, 1, 6), 29 * 24))
    expect(of(out, 'closed')[0]).toEqual([29 * 24, Date.UTC(2024, 1, 1, 6), 'Good'])
  })

  test('a first day that began before the first reading is uncertain', async () => {
    const { out } = await run(berlin, hourly(Date.UTC(2024, 4, 1, 10), 13))
    expect(of(out, 'total')[0]).toEqual([0, Date.UTC(2024, 4, 1, 10), 'UncertainSubNormal'])
    expect(of(out, 'closed')[0]).toEqual([12, Date.UTC(2024, 3, 30, 22), 'UncertainSubNormal'])
    expect(of(out, 'total').at(-1)).toEqual([1, Date.UTC(2024, 4, 1, 23), 'Good'])
  })

  test('closes a day whose readings stopped, and none of the days without any', async () => {
    const day = 86_400_000
    const { out } = await run({ ...base, period: 'day', maxGapS: 3600, per: 'h' }, [
      at(1, 0),
      at(1, 3_600_000),
      ...[1, 2, 3].map((i): ExampleSample => ({ at: 'value', tag: 'other', value: 0, time: i * day + 7_200_000 })),
      at(1, 3 * day + 7_200_000),
      at(1, 3 * day + 10_800_000),
    ])
    const closed = out.filter((s) => s.at === 'closed' && s.tag === undefined)
    expect(closed).toEqual([
      { at: 'closed', value: 1, time: 0, quality: 'UncertainSubNormal' },
      { at: 'closed', value: 1, time: 3 * day, quality: 'UncertainSubNormal' },
    ])
    expect(out.indexOf(closed[0]!)).toBeLessThan(out.findIndex((s) => s.tag === 'other' && s.time === day + 7_200_000) + 3)
  })
})

describe('a period that is over', () => {
  const hour = 3_600_000

  test('and closed takes nothing of a reading that reaches across its end: the rest counts for the next', async () => {
    const { out } = await run({ period: 'hour' }, [at(1, 3_500_000), { ...at(0, 3_950_000), tag: 'other' }, at(1, 3_650_000), at(1, 3_660_000)])
    const x = out.filter((s) => s.tag === undefined && s.at !== 'increment').map((s) => [s.at, s.value, s.time, s.quality ?? 'Good'])
    expect(x).toEqual([
      ['total', 0, 3_500_000, 'UncertainSubNormal'], ['closed', 0, 0, 'UncertainSubNormal'],
      ['total', 50, 3_650_000, 'Good'], ['total', 60, 3_660_000, 'Good'], ['closed', 60, hour, 'UncertainSubNormal'],
    ])
  })

  test('is closed by a reading after a gap, and those within the gap have no total', () => {
    const closed: [number, number][] = []
    const config: Config = { ...base, period: 'hour' }
    const emit = { total: () => undefined, increment: () => undefined, closed: (s: Sample) => void closed.push([s.value as number, s.time]) }
    const ctx = { config, state: node.state!(config), emit, wakeAtWatermark: () => undefined } as unknown as Parameters<NonNullable<typeof node.receive>>[2]
    for (const time of [0, 60_000, 50 * hour + 60_000, 50 * hour + 120_000, 51 * hour]) node.receive!(sample('x', 1, time), 'value', ctx)
    expect(closed).toEqual([[60, 0], [60, 50 * hour]])
  })
})

describe('a meter', () => {
  const meter = { mode: 'counter' } as const
  const totals = async (config: Partial<Config>, values: readonly number[]) => of((await run({ ...meter, ...config }, values.map((v, i) => at(v, i * 1000)))).out, 'total').map(([value, , quality]) => [value, quality === 'Good'])

  test('that rolls over any number of times gives what went through it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 49 }), { minLength: 1, maxLength: 60 }), fc.integer({ min: 0, max: 99 }), async (steps, start) => {
        let through = start
        const values = [start, ...steps.map((step) => (through += step) % 100)]
        expect((await totals({ rollover: 100 }, values)).at(-1)).toEqual([through - start, true])
      }),
      { numRuns: 50 },
    )
  })

  test('that was changed counts from 0, or not, and leaves the total uncertain', async () => {
    expect(await totals({}, [500, 510, 4, 6])).toEqual([[0, true], [10, true], [14, false], [16, false]])
    expect(await totals({ onLower: 'ignore' }, [500, 510, 4, 6])).toEqual([[0, true], [10, true], [10, false], [12, false]])
    // Far from its end it cannot have rolled over.
    expect(await totals({ rollover: 1000 }, [300, 310, 4])).toEqual([[0, true], [10, true], [14, false]])
  })

  test('that jumps is not believed', async () => {
    expect(await totals({ maxIncrement: 20 }, [0, 20, 41, 42])).toEqual([[0, true], [20, true], [20, false], [21, false]])
    expect(await totals({ maxIncrement: 20, rollover: 100 }, [95, 2, 90])).toEqual([[0, true], [7, true], [7, false]])
    expect(await totals({ maxIncrement: 20 }, [500, 100, 101])).toEqual([[0, true], [0, false], [1, false]])
  })

  test('read over any gap gives its increment; an old lower reading is late', async () => {
    const { out, ledger } = await run({ ...meter, maxGapS: 10 }, [at(5, 0), at(8, 1_000_000), at(6, 500_000), at(9, 1_001_000)])
    expect(of(out, 'total').at(-1)).toEqual([4, 1_001_000, 'Good'])
    expect(ledger.dropped).toEqual({ late: 1 })
  })

  test('counts an increment for the day in which it was read', async () => {
    const day = 86_400_000
    const { out } = await run({ ...meter, period: 'day' }, [at(5, 0), at(8, day - 1000), at(10, day + 1000), at(11, day + 2000)])
    expect(of(out, 'closed')).toEqual([[3, 0, 'Good'], [3, day, 'UncertainSubNormal']])
  })
})

describe('a reset', () => {
  test('is for all tags, at its own time, and closes what was counted', async () => {
    const { out, ledger } = await run({ initial: 100 }, [
      { ...at(1, 0), tag: 'a' }, { ...at(2, 0), tag: 'b' }, { ...at(1, 5000), tag: 'a' },
      { at: 'reset', tag: 'button', value: true, time: 6000 },
      { at: 'reset', tag: 'button', value: true, time: 6500, quality: 'BadTimeout' },
      { at: 'reset', tag: 'button', value: true, time: 7000, quality: 'UncertainLastUsableValue' },
    ])
    expect(out.filter((s) => s.time >= 6000 || s.at === 'closed').map((s) => [s.at, s.tag, s.value, s.time])).toEqual([
      ['closed', 'a', 105, 0], ['total', 'a', 100, 6000], ['closed', 'b', 100, 0], ['total', 'b', 100, 6000],
      ['closed', 'a', 100, 6000], ['total', 'a', 100, 7000], ['closed', 'b', 100, 6000], ['total', 'b', 100, 7000],
    ])
    expect(ledger).toMatchObject({ held: 2, passed: 3, dropped: { no_reset: 1 } })
  })

  test('by the operator does the same, with the time of the gateway', async () => {
    const shown: unknown[] = []
    const options = { nodes: new Map([[node.type, node]]), start: 0 }
    const replay = await Replay.open(soloPlan(node, base), options, ['node.total', 'node.closed'], (name, s) => void shown.push([name.slice(5), s.value, s.time]))
    for (const time of [0, 4000]) await replay.put({ at: 'node.value', sample: sample('x', 2, time) })
    replay.flow.runs.get('node')!.act('reset', undefined)
    await replay.put({ at: 'node.value', sample: sample('x', 2, 5000) })
    await replay.close()
    expect(shown).toEqual([['total', 0, 0], ['total', 8, 4000], ['closed', 8, 0], ['total', 0, 4000], ['total', 2, 5000]])
  })
})

test('the unit of the total is that of the rate times its time', () => {
  const total = (unit: string, per: Config['per'], mode: Config['mode'] = 'rate', wire?: string) =>
    node.typed!({ ...base, unit, per, mode }, { value: { kind: 'number', ...(wire === undefined ? {} : { unit: wire }) } }).outputs!['total']!.unit
  expect([total('m3/h', 'h'), total('l/min', 'min'), total('kW', 'h'), total('m3/h', 's'), total('1', 'h'), total('/h', 'h')]).toEqual(['m3', 'l', 'kW.h', 'm3/h.s', 'h', '1'])
  expect([total('', 'h', 'rate', 'm3/h'), total('', 'h', 'counter', 'kW.h'), total('l/h', 'h', 'rate', 'L/h')]).toEqual(['m3', 'kW.h', 'l'])
  expect([total('m3', 'h', 'counter'), total('', 'h'), total('Cel', 'h'), total('gallons', 'h')]).toEqual(['m3', undefined, undefined, undefined])
})

test('settings that cannot be are refused; a total goes on under other rules, not in another unit', () => {
  const fields = (config: Partial<Config>) => node.check!({ ...base, ...config }, none).map((f) => f.field)
  expect(fields({})).toEqual([])
  expect(fields({ unit: 'gallons', period: 'day', zone: 'Berlin' })).toEqual(['/unit', '/zone'])
  expect(fields({ mode: 'counter', rollover: 100, maxIncrement: 100 })).toEqual(['/maxIncrement'])
  expect(node.carries!(base, { ...base, interpolation: 'next', maxGapS: 5, initial: 4, maxIncrement: 3 })).toBe(true)
  for (const other of [{ unit: 'l' }, { per: 'h' }, { mode: 'counter' }, { period: 'day' }, { zone: 'Europe/Rome' }, { dayStart: '06:00' }] as Partial<Config>[]) expect(node.carries!(base, { ...base, ...other })).toBe(false)
})
