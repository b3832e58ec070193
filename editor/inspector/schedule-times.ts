// When a weekly table or a cron expression begins next, on the wall clock of its zone: a preview of what rule.schedule does.
// Pure; croner (which counts the times) is handed in, as it is fetched when a schedule is first looked at.
import type { Cron } from 'croner'

export type Crons = typeof Cron
export interface WeekRow {
  readonly days?: string
  readonly from?: string
  readonly to?: string
  readonly value?: number
}
export interface Start {
  /** ms UTC */
  readonly time: number
  /** Index of the row; of a cron expression 0. */
  readonly row: number
}
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)$|^24:00$/
/** A holiday may be a year off. */
const MOST_DAYS = 400

/** Which days of the week, from Monday; empty for holidays. */
export function daysOf(days: string | undefined): readonly boolean[] {
  return WEEKDAYS.map((day, i) => days === 'daily' || (days === 'weekdays' && i < 5) || (days === 'weekend' && i > 4) || days === day)
}
/** The entry that means just these days; undefined: it takes several. */
export function wordFor(days: readonly boolean[]): string | undefined {
  const set = days.flatMap((on, i) => (on ? [i] : []))
  const is = (list: readonly number[]): boolean => set.length === list.length && list.every((d) => set.includes(d))
  return is([0, 1, 2, 3, 4, 5, 6]) ? 'daily' : is([0, 1, 2, 3, 4]) ? 'weekdays' : is([5, 6]) ? 'weekend' : set.length === 1 ? WEEKDAYS[set[0]!] : undefined
}
/** Minutes of the day; undefined when it is no time. */
export function minutesOf(clock: string | undefined): number | undefined {
  return clock !== undefined && CLOCK.test(clock) ? Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3)) : undefined
}
export const clockOf = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** 'YYYY-MM-DD' of an instant in a zone. */
function dateIn(zone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return (ms) => format.format(ms)
}

/** The next starts of a weekly table, soonest first. Throws when the zone is none. */
export function nextOfWeek(rows: readonly WeekRow[], holidays: readonly string[], zone: string, now: number, count: number, Crons: Crons): readonly Start[] {
  const date = dateIn(zone)
  const off = new Set(holidays)
  const isHoliday = (ms: number): boolean => { const d = date(ms); return off.has(d) || off.has(d.slice(5)) }
  return rows.flatMap((row, i) => {
    const from = minutesOf(row.from)
    const holiday = row.days === 'holidays'
    const days = daysOf(row.days).flatMap((on, d) => (on ? [(d + 1) % 7] : []))
    if (from === undefined || from >= 1440 || (!holiday && days.length === 0)) return []
    const cron = new Crons(`${from % 60} ${Math.floor(from / 60)} * * ${holiday ? '*' : days.join(',')}`, { timezone: zone, paused: true })
    const found: Start[] = []
    let at: Date | null = new Date(now)
    for (let n = 0; n < MOST_DAYS && found.length < count; n++) {
      at = cron.nextRun(at)
      if (!at) break
      if (isHoliday(at.getTime()) === holiday) found.push({ time: at.getTime(), row: i })
    }
    return found
  }).toSorted((a, b) => a.time - b.time || a.row - b.row).slice(0, count)
}

/** The next times of a cron expression. Throws, in words, when it is none. */
export function nextOfCron(expression: string, zone: string, now: number, count: number, Crons: Crons): readonly Start[] {
  return new Crons(expression, { timezone: zone, paused: true }).nextRuns(count, new Date(now)).map((d) => ({ time: d.getTime(), row: 0 }))
}

export interface Bar {
  readonly day: number
  /** Minutes. */
  readonly from: number
  readonly to: number
  readonly row: number
}
/** What the rows cover of an ordinary week; over midnight into the next day. Where several do, the first row counts. */
export function barsOf(rows: readonly WeekRow[]): readonly Bar[] {
  return rows.flatMap((row, i): readonly Bar[] => {
    const from = minutesOf(row.from)
    const to = minutesOf(row.to)
    if (from === undefined || to === undefined) return []
    return daysOf(row.days).flatMap((on, day): readonly Bar[] => (!on ? [] : to > from ? [{ day, from, to, row: i }] : [{ day, from, to: 1440, row: i }, ...(to > 0 ? [{ day: (day + 1) % 7, from: 0, to, row: i }] : [])]))
  })
}
