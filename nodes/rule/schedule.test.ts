// What examples cannot show: daylight saving, a week against a naive reference, restarts and clocks that jump.
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { Quality, withDefaults, type Context, type Sample } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import schedule from './schedule.ts'

type Config = Parameters<NonNullable<typeof schedule.check>>[0]
type Memory = ReturnType<NonNullable<typeof schedule.state>>
const HOUR = 3_600_000

/** Values with the times at which they begin, from one time to another. */
async function run(config: Partial<Config>, from: string, to: string): Promise<[string, unknown][]> {
  const { out } = await runExample(schedule, { title: '', config, in: [from, to].map((t) => ({ at: 'enable', value: true, time: Date.parse(t) })), out: [] })
  return out.filter((o) => o.at === 'value').map((o) => [new Date(o.time).toISOString().slice(0, 16), o.value])
}
const row = (days: Config['rows'][number]['days'], from: string, to: string, value = 1) => ({ days, from, to, value })

describe('daylight saving in Berlin', () => {
  const zone = 'Europe/Berlin'
  test('06:00 stays 06:00 on the clock', async () => {
    expect(await run({ zone, rows: [row('daily', '06:00', '07:00')] }, '2026-03-28T00:00Z', '2026-03-30T00:00Z')).toEqual([
      ['2026-03-28T00:00', 0], ['2026-03-28T05:00', 1], ['2026-03-28T06:00', 0], ['2026-03-29T04:00', 1], ['2026-03-29T05:00', 0],
    ])
  })

  test('a time that is left out is as much later; one that comes twice counts once', async () => {
    const rows = [row('daily', '02:30', '02:45')]
    expect(await run({ zone, rows }, '2026-03-29T00:00Z', '2026-03-29T12:00Z')).toEqual([['2026-03-29T00:00', 0], ['2026-03-29T01:30', 1], ['2026-03-29T01:45', 0]])
    expect(await run({ zone, rows }, '2026-10-24T22:00Z', '2026-10-25T12:00Z')).toEqual([['2026-10-24T22:00', 0], ['2026-10-25T00:30', 1], ['2026-10-25T00:45', 0]])
  })

  test('a night is an hour longer in autumn and an hour shorter in spring', async () => {
    const rows = [row('daily', '22:00', '06:00')]
    const length = async (from: string, to: string): Promise<number> => {
      const [, on, off] = await run({ zone, rows }, from, to)
      return (Date.parse(`${off![0]}Z`) - Date.parse(`${on![0]}Z`)) / HOUR
    }
    expect(await length('2026-10-24T12:00Z', '2026-10-25T12:00Z')).toBe(9)
    expect(await length('2026-03-28T12:00Z', '2026-03-29T12:00Z')).toBe(7)
  })

  test('cron keeps to the clock as well', async () => {
    expect(await run({ zone, by: 'cron', cron: '30 6 * * *', durationS: 60 }, '2026-03-28T00:00Z', '2026-03-29T12:00Z')).toEqual([
      ['2026-03-28T00:00', 0], ['2026-03-28T05:30', 1], ['2026-03-28T05:31', 0], ['2026-03-29T04:30', 1], ['2026-03-29T04:31', 0],
    ])
  })
})

test('at any minute of a week it is what the rows say, read off the clock', async () => {
  const zone = 'America/New_York'
  const start = Date.parse('2026-06-01T00:00Z')
  const clock = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '17', '30')).map(([h, m]) => `${String(h).padStart(2, '0')}:${m}`)
  const days = fc.constantFrom(...(['daily', 'weekdays', 'weekend', 'mon', 'thu', 'sun', 'holidays'] as const))
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', month: '2-digit', day: '2-digit', hourCycle: 'h23' })
  const read = (t: number) => Object.fromEntries(parts.formatToParts(t).map((p) => [p.type, p.value]))
  const holiday = '06-03'
  const on = (d: string, t: number): boolean => {
    const p = read(t)
    if (`${p['month']}-${p['day']}` === holiday) return d === 'holidays'
    const weekend = ['Sat', 'Sun'].includes(p['weekday']!)
    return d === 'daily' || (d === 'weekdays' && !weekend) || (d === 'weekend' && weekend) || p['weekday']!.toLowerCase() === d
  }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(days, clock, clock), { maxLength: 4 }), async (rows) => {
      const changes = await run({ zone, holidays: [{ date: holiday }], rows: rows.map(([d, from, to], i) => row(d, from, to, i + 1)) }, '2026-06-01T00:00Z', '2026-06-08T00:00Z')
      for (let t = start; t < start + 7 * 24 * HOUR; t += 37 * 60_000) {
        const now = `${read(t)['hour']}:${read(t)['minute']}`
        const expected = rows.findIndex(([d, from, to]) => (to > from ? on(d, t) && from <= now && now < to : (on(d, t) && from <= now) || (on(d, t - 24 * HOUR) && now < to))) + 1
        expect(changes.findLast(([at]) => Date.parse(`${at}Z`) <= t)![1], new Date(t).toISOString()).toBe(expected)
      }
    }),
    { numRuns: 12 },
  )
})

describe('a gateway', () => {
  function bench(config: Partial<Config>) {
    const full = withDefaults(schedule.config, config) as Config
    const said: Sample[] = []
    const clock = { now: 0, wake: Number.POSITIVE_INFINITY }
    const unused = (): never => {
      throw new Error('not used here')
    }
    const ctx: Context<Config, Memory> = {
      config: full, state: schedule.state!(full), tag: '', watermark: 0, due: 'now',
      get now() {
        return clock.now
      },
      emit: { value: (s) => void said.push(s), active: () => undefined },
      wakeAt: (time) => void (clock.wake = time),
      alarm: unused, hold: unused, drop: unused, fail: unused, done: unused, forget: unused, wakeAtWatermark: unused, log: unused,
    }
    return { said, clock, start: (now: number) => ((clock.now = now), schedule.start!(ctx)), tick: (now: number) => ((clock.now = now), schedule.tick!(ctx)) }
  }

  test('that was down over changes gives what holds now, once', () => {
    const b = bench({ rows: [row('daily', '06:00', '07:00'), row('daily', '08:00', '09:00', 2)] })
    b.start(0)
    b.tick(8.5 * HOUR)
    expect(b.said.map((s) => [s.value, s.time, s.quality])).toEqual([[0, 0, Quality.good], [2, 8.5 * HOUR, Quality.good]])
  })

  test('whose clock was set back is right again within the hour', () => {
    const b = bench({ rows: [row('daily', '06:00', '07:00')] })
    b.start(10 * HOUR)
    expect(b.clock.wake).toBeLessThanOrEqual(11 * HOUR)
    b.tick(6.5 * HOUR)
    expect(b.said.at(-1)).toMatchObject({ value: 1 })
  })

  test('without rows never changes', () => {
    const b = bench({ otherwise: 7 })
    b.start(0)
    for (let h = 1; h < 50; h++) b.tick(h * HOUR)
    expect(b.said.map((s) => s.value)).toEqual([7])
  })
})

test('cron: a time that comes while it is active begins the while anew', async () => {
  expect(await run({ by: 'cron', cron: '0,1 0 * * *', durationS: 90 }, '2026-01-01T00:00Z', '2026-01-01T12:00Z')).toEqual([['2026-01-01T00:00', 1], ['2026-01-01T00:02', 0]])
})

test('zones, dates, times and expressions that are none are refused', () => {
  const faults = (config: Partial<Config>) => schedule.check!(withDefaults(schedule.config, config) as Config, { model: () => undefined }).map((f) => f.field)
  expect(faults({ zone: 'Mars/Base' })).toEqual(['/zone'])
  expect(faults({ by: 'cron', cron: '61 * * * *' })).toEqual(['/cron'])
  expect(faults({ by: 'cron', cron: '0 0 30 2 *' })).toEqual(['/cron'])
  expect(faults({ holidays: [{ date: '02-29' }, { date: '2026-02-29' }] })).toEqual(['/holidays/1/date'])
  expect(faults({ rows: [row('daily', '24:00', '06:00')] })).toEqual(['/rows/0/from'])
})
