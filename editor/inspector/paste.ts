// Tables from a spreadsheet or a device manual: CSV or TSV text into rows of a config's table. A cell that does not
// fit its column is kept as text and reported, so that nothing of the pasted list is lost.
import { withDefaults, type JsonValue, type TSchema } from '#kit'
import { markOf, readNumber, type Mark } from '../state/numbers.ts'
import { t } from '../language/index.ts'
import type { FormField } from './form.ts'
import { withoutApostrophe } from './table-csv.ts'

export interface Pasted {
  readonly rows: readonly JsonValue[]
  /** The columns that were recognised, in the order of the text; null: left out. */
  readonly columns: readonly (string | null)[]
  readonly notes: readonly string[]
}

/** Cells of CSV (RFC 4180: quotes, doubled quotes, line breaks in quotes) with `,` or `;`, or of TSV. Blank lines are left out. */
export function parseCells(text: string): string[][] {
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n').replaceAll('\r', '\n')
  const separator = separatorOf(source)
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < source.length; i++) {
    const c = source[i]!
    if (quoted) {
      if (c !== '"') cell += c
      else if (source[i + 1] === '"') { cell += '"'; i++ } else quoted = false
    } else if (c === '"' && cell.trim() === '') { cell = ''; quoted = true } else if (c === separator) { row.push(cell.trim()); cell = '' } else if (c === '\n') { row.push(cell.trim()); rows.push(row); row = []; cell = '' } else cell += c
  }
  row.push(cell.trim())
  rows.push(row)
  return rows.filter((r) => r.some((x) => x !== ''))
}

/** The separator of the first line outside quotes: tab before semicolon before comma (a comma may be a decimal one). */
function separatorOf(text: string): string {
  const first = (text.split('\n').find((l) => l.trim() !== '') ?? '').replace(/"[^"]*"/g, '')
  return first.includes('\t') ? '\t' : first.includes(';') ? ';' : ','
}

const plain = (s: string): string => s.toLowerCase().replace(/\[[^\]]*\]|\([^)]*\)/g, '').replace(/[^a-z0-9]/g, '')

/** Rows for a table. A first line of column names (or titles) is recognised; without one the columns come in the form's order. */
export function pasteRows(text: string, field: FormField): Pasted {
  const cells = parseCells(text)
  const columns = field.columns ?? []
  if (cells.length === 0) return { rows: [], columns: [], notes: [t('There is nothing in it.')] }
  const named = cells[0]!.map((name) => columns.find((c) => plain(name) !== '' && (plain(c.key) === plain(name) || plain(c.title) === plain(name))))
  const header = named.filter((c) => c !== undefined).length * 2 > cells[0]!.length || (named[0] !== undefined && cells.length > 1)
  const map = header ? named : columns.slice(0, cells[0]!.length)
  const notes: string[] = []
  if (header) {
    const left = cells[0]!.filter((_, i) => named[i] === undefined).filter((n) => n !== '')
    if (left.length > 0) notes.push(t('Left out: {names}. No column has this name.', { names: left.join(', ') }))
  }
  const body = header ? cells.slice(1) : cells
  const most = Math.max(0, ...body.map((r) => r.length))
  if (most > map.length) notes.push(t('Some lines have {most} cells; {count} columns are taken.', { most, count: map.length }))
  // Of the list itself, not of the language: it comes from a machine or from somebody else.
  const mark = markOf(body.flat())
  const rows = body.map((line, l) => {
    const row: Record<string, JsonValue> = {}
    map.forEach((column, i) => {
      const cell = line[i] ?? ''
      if (!column || cell === '') return
      const value = readCell(cell, column, mark)
      if (value === undefined) {
        notes.push(t("Line {line}: '{text}' does not fit {column}.", { line: l + 1 + (header ? 1 : 0), text: cell, column: column.title }))
        row[column.key] = cell
      } else row[column.key] = value
    })
    return withDefaults(field.schema.items as unknown as TSchema, row) as JsonValue
  })
  return { rows, columns: map.map((c) => c?.key ?? null), notes: notes.length > 8 ? [...notes.slice(0, 8), t('and {number} more', { number: notes.length - 8 })] : notes }
}

/** Undefined when the cell does not fit. */
function readCell(cell: string, column: FormField, mark: Mark | undefined): JsonValue | undefined {
  switch (column.kind) {
    case 'number': case 'integer': {
      const hex = /^0x[0-9a-f]+$/i.test(cell) ? Number(cell) : readNumber(cell, mark)
      return typeof hex === 'number' ? hex : undefined
    }
    case 'flag':
      if (/^(true|yes|y|1|x|on)$/i.test(cell)) return true
      return /^(false|no|n|0|off)$/i.test(cell) ? false : undefined
    case 'choice': return column.choices?.find((c) => plain(String(c.value)) === plain(cell) || plain(c.label) === plain(cell))?.value
    case 'scalar': {
      const number = readNumber(cell, mark)
      return typeof number === 'number' ? number : cell
    }
    case 'list': case 'json': case 'object': case 'table': case 'envelope':
      try {
        return JSON.parse(cell) as JsonValue
      } catch {
        return undefined // not JSON: the caller notes it
      }
    default: return withoutApostrophe(cell)
  }
}
