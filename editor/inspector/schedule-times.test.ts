import { Cron } from 'croner'
import { expect, test } from 'vitest'
import { barsOf, daysOf, nextOfCron, nextOfWeek, wordFor, WEEKDAYS } from './schedule-times.ts'

const at = (text: string): number => Date.parse(text)
const iso = (starts: readonly { readonly time: number; readonly row: number }[]): string[] => starts.map((s) => `${new Date(s.time).toISOString().slice(0, 16)} ${s.row}`)

test('the next starts of a week are on the clock of its zone, also over the change of time', () => {
  const rows = [{ days: 'weekdays', from: '06:00', to: '18:00' }, { days: 'sun', from: '22:00', to: '02:00' }]
  // 29 March 2026, 2 o'clock: the clocks of Berlin go forward.
  expect(iso(nextOfWeek(rows, [], 'Europe/Berlin', at('2026-03-27T12:00Z'), 3, Cron))).toEqual(['2026-03-29T20:00 1', '2026-03-30T04:00 0', '2026-03-31T04:00 0'])
  expect(iso(nextOfWeek(rows, [], 'UTC', at('2026-03-27T12:00Z'), 1, Cron))).toEqual(['2026-03-29T22:00 1'])
})

test('on a holiday only rows for holidays begin', () => {
  const rows = [{ days: 'daily', from: '06:00', to: '18:00' }, { days: 'holidays', from: '10:00', to: '12:00' }]
  expect(iso(nextOfWeek(rows, ['12-25', '2026-12-26'], 'UTC', at('2026-12-24T12:00Z'), 3, Cron))).toEqual(['2026-12-25T10:00 1', '2026-12-26T10:00 1', '2026-12-27T06:00 0'])
})

test('half-typed rows are left out; a cron expression that is none says so', () => {
  expect(nextOfWeek([{ days: 'daily', from: '6' }, {}, { days: 'x', from: '06:00' }, { days: 'daily', from: '24:00' }], [], 'UTC', 0, 5, Cron)).toEqual([])
  expect(iso(nextOfCron('0 6 * * MON-FRI', 'Europe/Berlin', at('2026-07-03T05:00Z'), 2, Cron))).toEqual(['2026-07-06T04:00 0', '2026-07-07T04:00 0'])
  expect(() => nextOfCron('often', 'UTC', 0, 1, Cron)).toThrow()
})

test('days have the words that the table knows, and bars go over midnight', () => {
  for (const word of ['daily', 'weekdays', 'weekend', ...WEEKDAYS]) expect(wordFor(daysOf(word))).toBe(word)
  expect(wordFor(daysOf('holidays'))).toBeUndefined()
  expect(wordFor([true, true, false, false, false, false, false])).toBeUndefined()
  expect(barsOf([{ days: 'sun', from: '22:00', to: '02:00' }, { days: 'mon', from: '06:00', to: '24:00' }, { days: 'mon', from: 'x', to: '1' }])).toEqual([{ day: 6, from: 1320, to: 1440, row: 0 }, { day: 0, from: 0, to: 120, row: 0 }, { day: 0, from: 360, to: 1440, row: 1 }])
})
