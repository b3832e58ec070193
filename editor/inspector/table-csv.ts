// A table of a config as CSV (RFC 4180) for a spreadsheet, such that pasting it gives the same rows again. A text that a
// spreadsheet would take for a formula gets an apostrophe in front, which pasting takes away.
import type { JsonValue } from '#kit'
import type { FormField } from './form.ts'

type Row = { readonly [name: string]: JsonValue }
const FORMULA = /^'*[=+\-@\t\r]/

export function rowsToCsv(field: FormField, rows: readonly JsonValue[]): string {
  const columns = field.columns ?? []
  const lines = [columns.map((c) => c.key), ...rows.map((row) => columns.map((c) => cellOf((row as Row | null)?.[c.key])))]
  // With a byte order mark, or some spreadsheets read the units wrongly.
  return `\uFEFF${lines.map((cells) => cells.map(quoted).join(',')).join('\r\n')}\r\n`
}

function cellOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return FORMULA.test(value) ? `'${value}` : value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
const quoted = (cell: string): string => (/[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** A pasted text as it was before it went to a spreadsheet. */
export const withoutApostrophe = (cell: string): string => (cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell)
