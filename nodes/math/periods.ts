// Periods that totals belong to: windows since 1970, days and shifts of a place. A day of 23 or 25 hours and a shift
// across a change of the clock are as long as they really are. Bounds in ms UTC: start <= time < end.
import { DateTime, IANAZone } from 'luxon'

export interface PeriodRule {
  readonly per: 'none' | 'window' | 'day' | 'shift'
  /** Length of a window. */
  readonly sizeS: number
  /** IANA name of the place whose clock days and shifts go by. */
  readonly zone: string
  /** Starts of shifts on that clock, 'HH:MM'; each lasts until the next. */
  readonly shifts: readonly string[]
}
export interface Period {
  readonly start: number
  readonly end: number
}

export const isZone = (zone: string): boolean => IANAZone.isValidZone(zone)
export const shiftStart = '^([01][0-9]|2[0-3]):[0-5][0-9]$'

/** The period that a time lies in; 'none' has one without end. */
export function periodAt(rule: PeriodRule, time: number): Period {
  if (rule.per === 'none') return { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }
  if (rule.per === 'window') return windowAt(time, rule.sizeS * 1000)
  const local = DateTime.fromMillis(time, { zone: rule.zone })
  if (!local.isValid) return windowAt(time, 86_400_000) // beyond what a calendar reaches
  const midnight = local.startOf('day')
  if (rule.per === 'day' || rule.shifts.length === 0) return { start: midnight.toMillis(), end: midnight.plus({ days: 1 }).startOf('day').toMillis() }
  const starts: number[] = []
  for (const days of [-1, 0, 1]) {
    const day = midnight.plus({ days })
    for (const shift of rule.shifts) starts.push(day.set({ hour: Number(shift.slice(0, 2)), minute: Number(shift.slice(3, 5)) }).toMillis())
  }
  starts.sort((a, b) => a - b)
  // Two shifts that begin in the hour that a spring day lacks begin at once: the bounds must differ all the same.
  let i = starts.length - 1
  while (i > 0 && starts[i]! > time) i--
  return { start: starts[i]!, end: starts.find((s) => s > time) ?? starts[i]! + 86_400_000 }
}

function windowAt(time: number, size: number): Period {
  const start = Math.floor(time / size) * size
  return { start, end: start + size }
}

/** The next whole multiple of `every` after a time, ms. */
export const markAfter = (time: number, every: number): number => (Math.floor(time / every) + 1) * every
