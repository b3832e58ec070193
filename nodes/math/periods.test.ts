import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isZone, markAfter, periodAt, type PeriodRule } from './periods.ts'

const rule = (r: Partial<PeriodRule>): PeriodRule => ({ per: 'window', sizeS: 60, zone: 'UTC', shifts: [], ...r })
const at = (iso: string): number => Date.parse(iso)
const hours = (r: PeriodRule, iso: string): number => {
  const { start, end } = periodAt(r, at(iso))
  return (end - start) / 3_600_000
}

describe('periods', () => {
  test('windows begin at whole multiples, also before 1970', () => {
    expect(periodAt(rule({}), 61_000)).toEqual({ start: 60_000, end: 120_000 })
    expect(periodAt(rule({}), -1)).toEqual({ start: -60_000, end: 0 })
    expect(periodAt(rule({ per: 'none' }), 5)).toEqual({ start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY })
  })
  test('days of a place have 23 and 25 hours when its clock changes', () => {
    const berlin = rule({ per: 'day', zone: 'Europe/Berlin' })
    expect(new Date(periodAt(berlin, at('2025-06-01T12:00:00Z')).start).toISOString()).toBe('2025-05-31T22:00:00.000Z')
    expect(['2025-03-30T12:00:00Z', '2025-10-26T12:00:00Z', '2025-10-27T12:00:00Z'].map((t) => hours(berlin, t))).toEqual([23, 25, 24])
  })
  test('shifts last until the next one, across midnight and a change of the clock', () => {
    const shifts = rule({ per: 'shift', zone: 'Europe/Berlin', shifts: ['22:00', '06:00', '14:00'] })
    expect(periodAt(shifts, at('2025-06-01T21:00:00Z'))).toEqual({ start: at('2025-06-01T20:00:00Z'), end: at('2025-06-02T04:00:00Z') })
    expect(hours(shifts, '2025-03-30T01:30:00Z')).toBe(7)
    expect(hours(shifts, '2025-10-26T01:30:00Z')).toBe(9)
    expect(hours(rule({ per: 'shift', shifts: ['06:00'] }), '2025-06-01T05:59:00Z')).toBe(24)
  })
  test('every time lies in its period, and the next begins where it ends', () => {
    const time = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') })
    const any = fc.constantFrom(rule({ per: 'day', zone: 'America/New_York' }), rule({ per: 'shift', zone: 'Europe/Berlin', shifts: ['02:15', '02:45', '14:00'] }), rule({ sizeS: 7 }), rule({ per: 'day', zone: 'America/Sao_Paulo' }))
    fc.assert(fc.property(any, time, (r, t) => {
      const { start, end } = periodAt(r, t)
      expect(start <= t && t < end).toBe(true)
      expect(periodAt(r, end).start).toBe(end)
      expect(periodAt(r, end - 1)).toEqual({ start, end })
    }))
  })
  test('a time that no calendar has still has a day', () => {
    expect(periodAt(rule({ per: 'day' }), 9e15).end).toBeGreaterThan(9e15)
    expect([isZone('Europe/Berlin'), isZone('Mars/Olympus')]).toEqual([true, false])
    expect([markAfter(0, 10), markAfter(9.5, 10), markAfter(-1, 10)]).toEqual([10, 10, 0])
  })
})
