// What a plot shows as CSV (RFC 4180): one line a time, a column a series with its quality beside it. Times in UTC.
import type { JsonSample } from '#kit'
import { severityOf } from '../state/format.ts'
import type { TrendWindow } from './track.ts'

export interface Column {
  readonly title: string
  readonly data: TrendWindow
}

export const cell = (text: string): string => {
  // A cell that a spreadsheet would take for a formula is text.
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function trendCsv(columns: readonly Column[], from: number, until: number): string {
  const rows = new Map<number, (readonly [value: string, quality: string] | undefined)[]>()
  for (const [n, { data }] of columns.entries()) {
    const marks = new Map(data.marks.map((m) => [m.time, m.severity]))
    for (const [i, seconds] of data.x.entries()) {
      const time = seconds * 1000
      if (time < from || time > until) continue
      const value = data.y[i]!
      const severity = marks.get(Math.round(time * 1000) / 1000) ?? marks.get(time)
      // A silence is no sample.
      if (value === null && severity === undefined) continue
      const row = rows.get(time) ?? []
      row[n] = [value === null ? '' : String(value), severity ?? 'good']
      rows.set(time, row)
    }
  }
  const head = ['time', ...columns.flatMap(({ title }) => [title, `${title} quality`])].map(cell).join(',')
  const lines = [...rows].toSorted(([a], [b]) => a - b).map(([time, row]) => [new Date(time).toISOString(), ...columns.flatMap((_, n) => row[n] ?? ['', ''])].join(','))
  return `${[head, ...lines].join('\r\n')}\r\n`
}

/** Samples as they came: what is no trend. */
export function samplesCsv(samples: readonly JsonSample[]): string {
  const lines = samples.map((s) => [new Date(s.time).toISOString(), cell(s.tag), cell(typeof s.value === 'string' ? s.value : JSON.stringify(s.value)), s.quality ?? severityOf(s)].join(','))
  return `${['time,tag,value,quality', ...lines].join('\r\n')}\r\n`
}

/** Rows of texts, for lists. */
export const textCsv = (head: readonly string[], rows: readonly (readonly string[])[]): string => `${[head, ...rows].map((r) => r.map(cell).join(',')).join('\r\n')}\r\n`
