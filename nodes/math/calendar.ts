// Where windows begin: at multiples of a length, or at shifts, days, weeks, months and years of a time zone, in which a day
// has 23, 24 or 25 hours; and what begins anew with them. Times in ms since 1970-01-01 UTC. Zone rules are those of the
// running Node.js (IANA), by way of Luxon.
import { DateTime, IANAZone } from 'luxon'

/** start <= time < end */
export interface Cell {
  readonly start: number
  readonly end: number
}
export interface Grid {
  at(time: number): Cell
  /** The start of the cell that is so many cells in front of one that starts there. */
  before(start: number, cells: number): number
}
export interface Calendar {
  readonly unit: 'shift' | 'day' | 'week' | 'month' | 'year'
  /** IANA name: 'Europe/Berlin'. */
  readonly zone: string
  /** 'HH:MM': of shifts each of them, else at which a day begins. */
  readonly times: readonly string[]
}

/** As configs say when a total or an account begins anew. */
export interface Renewal {
  readonly period: 'none' | 'window' | 'hour' | Calendar['unit']
  /** Length of a window. */
  readonly sizeS: number
  readonly zone: string
  /** Of shifts, and of all other calendar periods. */
  readonly shifts: readonly string[]
  readonly dayStart: string
}

/** A JSON Schema pattern of Calendar's times. */
export const clockTime = '^([01][0-9]|2[0-3]):[0-5][0-9]$'
/** Undefined: it is one. */
export const zoneFault = (zone: string): string | undefined => (IANAZone.isValidZone(zone) ? undefined : `'${zone}' is not a time zone. Use an IANA name such as 'Europe/Berlin', or 'UTC'.`)

export function fixedGrid(sizeMs: number, offsetMs: number): Grid {
  return {
    at(time) {
      let k = Math.floor((time - offsetMs) / sizeMs)
      // Rounding of a fractional size must not put the end of a cell back into it.
      if ((k + 1) * sizeMs + offsetMs <= time) k++
      else if (k * sizeMs + offsetMs > time) k--
      return { start: k * sizeMs + offsetMs, end: (k + 1) * sizeMs + offsetMs }
    },
    before: (start, cells) => (Math.round((start - offsetMs) / sizeMs) - cells) * sizeMs + offsetMs,
  }
}

/** A wall clock's time, 'HH:MM', of a date. One that comes twice is its first, one that is left out as much later as the clock jumps. */
export function instantOf({ year, month, day }: DateTime, clock: string, zone: string): number {
  const made = DateTime.fromObject({ year, month, day, hour: Number(clock.slice(0, 2)), minute: Number(clock.slice(3)) }, { zone })
  return Math.min(...made.getPossibleOffsets().map((d) => d.toMillis()))
}

export function calendarGrid({ unit, zone, times }: Calendar): Grid {
  const step = { [unit === 'shift' ? 'day' : unit]: 1 }
  const period = unit === 'shift' ? 'day' : unit
  let last: Cell = { start: 0, end: 0 }
  const at = (time: number): Cell => {
    if (time >= last.start && time < last.end) return last
    // Dates without a zone: a day more is always the next date.
    const here = DateTime.fromMillis(Math.floor(time), { zone })
    if (!here.isValid) throw new RangeError(`${time} ms is beyond the calendar`)
    let date = DateTime.utc(here.year, here.month, here.day).startOf(period).minus(step)
    const starts: number[] = []
    for (let i = 0; i < 4; i++) {
      for (const clock of times) starts.push(instantOf(date, clock, zone))
      date = date.plus(step)
    }
    starts.sort((a, b) => a - b)
    const next = starts.findIndex((start) => start > time)
    if (next < 1) throw new RangeError(`${time} ms is beyond the calendar`)
    last = { start: starts[next - 1]!, end: starts[next]! }
    return last
  }
  const before = (start: number, cells: number): number => {
    let found = start
    for (let i = 0; i < cells; i++) found = at(found - 1).start
    return found
  }
  return { at, before }
}

const always: Cell = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }

/** 'none' has one cell without end. */
export function renewalGrid({ period, sizeS, zone, shifts, dayStart }: Renewal): Grid {
  if (period === 'none') return { at: () => always, before: () => always.start }
  if (period === 'window') return fixedGrid(sizeS * 1000, 0)
  if (period === 'hour') return fixedGrid(3_600_000, 0)
  return calendarGrid({ unit: period, zone, times: period === 'shift' ? shifts : [dayStart] })
}
