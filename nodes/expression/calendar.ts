// Calendar functions of a time in ms UTC, in a named zone (IANA). The zone is constant: its rules are looked up once.
import { NUMBER, type Frame, type Run, type Term } from './language.ts'
import type { PlainFunction } from './functions.ts'

type Part = 'hour' | 'minute' | 'day' | 'month' | 'weekday'
const days: Readonly<Record<string, number>> = { Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6, Sun: 7 }
/** What the calendar of ECMAScript reaches, in ms to both sides of 1970. */
const FARTHEST = 8.64e15

const inUtc: Readonly<Record<Part, (d: Date) => number>> = {
  hour: (d) => d.getUTCHours(), minute: (d) => d.getUTCMinutes(), day: (d) => d.getUTCDate(), month: (d) => d.getUTCMonth() + 1, weekday: (d) => d.getUTCDay() || 7,
}

function formatOf(zone: string, part: Part): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone, calendar: 'gregory', ...(part === 'weekday' ? { weekday: 'short' } : { [part]: 'numeric', hourCycle: 'h23' }) })
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined
    throw thrown
  }
}

function read(part: Part, [time, zone]: readonly Term[]): Run {
  const { run } = time!
  const name = zone === undefined ? 'UTC' : String(zone.constant)
  const at = (f: Frame): Date | undefined => {
    const t = run(f)
    if (typeof t !== 'number') return f.wrong(t)
    return Math.abs(t) <= FARTHEST ? new Date(t) : f.fail('This is no time in ms since 1970.')
  }
  if (name === 'UTC') {
    return (f) => {
      const d = at(f)
      return d && inUtc[part](d)
    }
  }
  const format = formatOf(name, part)
  return (f) => {
    const d = at(f)
    if (d === undefined || format === undefined) return undefined
    const shown = format.format(d)
    return part === 'weekday' ? days[shown]! : Number(shown)
  }
}

const calendar = (name: string, part: Part, doc: string): PlainFunction => ({
  name, signature: `${name}(time, 'zone')`, doc, params: ['number', 'text'], least: 1,
  type([, zone], complain) {
    if (zone !== undefined && typeof zone.constant !== 'string') complain(zone, 'The time zone must be written as a text.', "Write for example 'Europe/Berlin'.")
    else if (zone !== undefined && formatOf(zone.constant as string, part) === undefined) complain(zone, `There is no time zone '${zone.constant}'.`, "Use a name such as 'Europe/Berlin', or 'UTC'.")
    return NUMBER
  },
  make: (args) => read(part, args),
})

export const calendarFunctions: readonly PlainFunction[] = [
  calendar('hourOf', 'hour', 'The hour, 0 to 23; UTC without a zone.'),
  calendar('minuteOf', 'minute', 'The minute, 0 to 59; UTC without a zone.'),
  calendar('dayOfWeek', 'weekday', '1 is Monday, 7 is Sunday (ISO 8601); UTC without a zone.'),
  calendar('dayOfMonth', 'day', 'The day of the month, 1 to 31; UTC without a zone.'),
  calendar('monthOf', 'month', 'The month, 1 to 12; UTC without a zone.'),
]
