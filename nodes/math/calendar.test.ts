import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calendarGrid, fixedGrid, renewalGrid, zoneFault, type Calendar, type Grid, type Renewal } from './calendar.ts'

const iso = (time: number): string => new Date(time).toISOString().slice(0, 16)
const cell = (grid: Grid, time: string): string[] => {
  const { start, end } = grid.at(Date.parse(time))
  return [iso(start), iso(end)]
}
const hours = (grid: Grid, time: string): number => {
  const { start, end } = grid.at(Date.parse(time))
  return (end - start) / 3_600_000
}

describe('days of a time zone', () => {
  const berlin = calendarGrid({ unit: 'day', zone: 'Europe/Berlin', times: ['00:00'] })
  test('have 23 and 25 hours when summer time begins and ends', () => {
    expect(hours(berlin, '2026-03-28T12:00Z')).toBe(24)
    expect(hours(berlin, '2026-03-29T12:00Z')).toBe(23)
    expect(hours(berlin, '2026-10-25T12:00Z')).toBe(25)
    expect(cell(berlin, '2026-10-24T22:00Z')).toEqual(['2026-10-24T22:00', '2026-10-25T23:00'])
  })
  test('may begin at another hour', () => {
    const grid = calendarGrid({ unit: 'day', zone: 'Europe/Berlin', times: ['06:00'] })
    expect(cell(grid, '2026-01-07T04:59Z')).toEqual(['2026-01-06T05:00', '2026-01-07T05:00'])
    expect(cell(grid, '2026-01-07T05:00Z')).toEqual(['2026-01-07T05:00', '2026-01-08T05:00'])
  })
  test('begin at the first of a time that comes twice, and after a jump where it does not come', () => {
    const grid = calendarGrid({ unit: 'day', zone: 'Europe/Berlin', times: ['02:30'] })
    expect(cell(grid, '2026-10-25T01:00Z')[0]).toBe('2026-10-25T00:30')
    expect(cell(grid, '2026-03-29T12:00Z')[0]).toBe('2026-03-29T01:30')
  })
})

test.each<[Calendar['unit'], string, string, string[]]>([
  ['week', 'UTC', '2026-01-01T00:00Z', ['2025-12-29T00:00', '2026-01-05T00:00']],
  ['month', 'Asia/Kolkata', '2026-02-28T18:29Z', ['2026-01-31T18:30', '2026-02-28T18:30']],
  ['month', 'Asia/Kolkata', '2026-02-28T18:30Z', ['2026-02-28T18:30', '2026-03-31T18:30']],
  ['year', 'America/Chicago', '2024-06-01T00:00Z', ['2024-01-01T06:00', '2025-01-01T06:00']],
  ['day', 'Asia/Kathmandu', '1969-12-31T23:00Z', ['1969-12-31T18:30', '1970-01-01T18:30']], // 5 h 30 min ahead then, 15 min more today
])('a %s of %s', (unit, zone, time, expected) => {
  expect(cell(calendarGrid({ unit, zone, times: ['00:00'] }), time)).toEqual(expected)
})

test('a date that a country left out is no day', () => {
  // Samoa went from 29 to 31 December 2011.
  const grid = calendarGrid({ unit: 'day', zone: 'Pacific/Apia', times: ['00:00'] })
  expect(cell(grid, '2011-12-30T09:59Z')).toEqual(['2011-12-29T10:00', '2011-12-30T10:00'])
  expect(cell(grid, '2011-12-30T10:00Z')).toEqual(['2011-12-30T10:00', '2011-12-31T10:00'])
})

test('a month of a day that begins at 06:00 begins so too', () => {
  expect(cell(calendarGrid({ unit: 'month', zone: 'UTC', times: ['06:00'] }), '2026-03-01T05:59Z')).toEqual(['2026-02-01T06:00', '2026-03-01T06:00'])
})

describe('shifts', () => {
  const grid = calendarGrid({ unit: 'shift', zone: 'Europe/Berlin', times: ['22:00', '06:00', '14:00'] })
  test('go from one to the next, over midnight', () => {
    expect(cell(grid, '2026-01-07T03:00Z')).toEqual(['2026-01-06T21:00', '2026-01-07T05:00'])
    expect(cell(grid, '2026-01-07T05:00Z')).toEqual(['2026-01-07T05:00', '2026-01-07T13:00'])
  })
  test('of the night are an hour shorter or longer when summer time begins or ends', () => {
    expect(hours(grid, '2026-03-29T01:00Z')).toBe(7)
    expect(hours(grid, '2026-10-25T01:00Z')).toBe(9)
  })
  test('before: so many back', () => {
    expect(iso(grid.before(Date.parse('2026-01-07T05:00Z'), 2))).toBe('2026-01-06T13:00')
  })
})

test('cells lie side by side, and hold their times, whatever the zone and the day', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Casablanca', 'America/Sao_Paulo')
  const clocks = fc.uniqueArray(fc.tuple(fc.nat(23), fc.nat(59)).map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`), { minLength: 1, maxLength: 5 })
  const times = fc.integer({ min: Date.UTC(2005), max: Date.UTC(2035) })
  fc.assert(fc.property(zones, clocks, times, fc.constantFrom('shift' as const, 'day' as const, 'week' as const, 'month' as const), (zone, list, time, unit) => {
    const grid = calendarGrid({ unit, zone, times: unit === 'shift' ? list : list.slice(0, 1) })
    let { start, end } = grid.at(time)
    expect(start <= time && time < end).toBe(true)
    expect(grid.before(end, 1)).toBe(start)
    for (let i = 0; i < 5; i++) {
      const next = grid.at(end)
      expect(next.start).toBe(end)
      expect(next.end).toBeGreaterThan(end)
      expect(grid.at(end - 0.5)).toEqual({ start, end })
      ;({ start, end } = next)
    }
  }), { numRuns: 200 })
})

test('a time beyond the calendar is refused', () => {
  expect(() => calendarGrid({ unit: 'day', zone: 'UTC', times: ['00:00'] }).at(1e300)).toThrow(/beyond the calendar/)
  expect([zoneFault('Europe/Berlin'), zoneFault('UTC'), zoneFault('Berlin'), zoneFault('')]).toEqual([undefined, undefined, expect.stringContaining("'Berlin'"), expect.any(String)])
})

test('a renewal is never, at windows, hours, or of the calendar with its shifts or the beginning of its day', () => {
  const at = (r: Partial<Renewal>, time: string): unknown => cell(renewalGrid({ period: 'day', sizeS: 7200, zone: 'Europe/Berlin', shifts: ['06:00', '14:00', '22:00'], dayStart: '05:00', ...r }), time)
  expect(renewalGrid({ period: 'none', sizeS: 1, zone: '', shifts: [], dayStart: '' }).at(5)).toEqual({ start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY })
  expect(at({ period: 'window' }, '2025-06-01T21:00Z')).toEqual(['2025-06-01T20:00', '2025-06-01T22:00'])
  expect(at({ period: 'window' }, '1969-12-31T23:59Z')).toEqual(['1969-12-31T22:00', '1970-01-01T00:00'])
  expect(at({ period: 'hour' }, '2025-06-01T21:10Z')).toEqual(['2025-06-01T21:00', '2025-06-01T22:00'])
  expect(at({ period: 'shift' }, '2025-06-01T21:00Z')).toEqual(['2025-06-01T20:00', '2025-06-02T04:00'])
  expect(at({}, '2025-06-01T02:59Z')).toEqual(['2025-05-31T03:00', '2025-06-01T03:00'])
  expect(at({ period: 'month' }, '2025-06-01T03:00Z')).toEqual(['2025-06-01T03:00', '2025-07-01T03:00'])
})

test('cells of a fixed length lie side by side, also of a fraction', () => {
  fc.assert(fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: -1e9, max: 2e12 }), (size, offset, time) => {
    fc.pre(time / size < 1e12)
    const grid = fixedGrid(size, offset)
    const { start, end } = grid.at(time)
    expect(start <= time && time < end).toBe(true)
    expect(grid.at(end).start).toBe(end)
    expect(grid.before(end, 1)).toBe(start)
  }))
})
