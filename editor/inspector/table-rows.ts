// What is done to many rows of a table at once: looked through page by page, found by a text, filled down. Pure.
import type { JsonValue } from '#kit'
import type { FormField } from './form.ts'

type Row = { readonly [name: string]: JsonValue }

/** More are shown page by page. */
export const PAGE = 100

export interface PageOf {
  /** Of all rows, which are on this page, in order. */
  readonly shown: readonly number[]
  readonly page: number
  readonly pages: number
  /** Rows that hold what is looked for. */
  readonly found: number
}
/** `texts` are the rows as they are shown. */
export function pageOf(texts: readonly (readonly string[])[], find: string, wanted: number): PageOf {
  const needle = find.trim().toLowerCase()
  const all = [...texts.keys()]
  const found = needle === '' ? all : all.filter((i) => texts[i]!.some((t) => t.toLowerCase().includes(needle)))
  const pages = Math.max(1, Math.ceil(found.length / PAGE))
  const page = Math.min(Math.max(0, wanted), pages - 1)
  return { shown: found.slice(page * PAGE, (page + 1) * PAGE), page, pages, found: found.length }
}

/** The page that a row is on while nothing is looked for. */
export const pageWith = (row: number): number => Math.floor(row / PAGE)

/** Rows with a fault, in order. */
export function faultyRows(faults: readonly { readonly field: string }[], path: string): number[] {
  const rows = new Set<number>()
  for (const { field } of faults) {
    if (!field.startsWith(`${path}/`)) continue
    const row = Number(field.slice(path.length + 1).split('/', 1)[0])
    if (Number.isInteger(row)) rows.add(row)
  }
  return [...rows].toSorted((a, b) => a - b)
}

/** Columns that make sense to fill down: all but the one that tells rows apart. */
export const fillable = (field: FormField): readonly FormField[] => (field.columns ?? []).slice(1)

/** The value of one row's column in all rows below. What is not set there is not set below either. */
export function fillDown(rows: readonly JsonValue[], from: number, column: string): readonly JsonValue[] {
  const value = (rows[from] as Row)[column]
  return rows.map((row, i) => {
    if (i <= from) return row
    const { [column]: _old, ...rest } = row as Row
    if (value === undefined) return rest
    return Object.hasOwn(row as Row, column) ? { ...(row as Row), [column]: value } : { ...rest, [column]: value }
  })
}

/** How far the next row counts on from this one; 1 where it does not. */
export function stepAt(rows: readonly JsonValue[], from: number, column: string): number {
  const [a, b] = [rows[from], rows[from + 1]].map((row) => (row as Row | undefined)?.[column])
  return typeof a === 'number' && typeof b === 'number' && b > a ? b - a : 1
}
/** Numbers that go on from one row by `step`: addresses one behind the other. */
export function countDown(rows: readonly JsonValue[], from: number, column: string, step: number): readonly JsonValue[] {
  const start = (rows[from] as Row)[column]
  if (typeof start !== 'number') return rows
  return rows.map((row, i) => (i <= from ? row : { ...(row as Row), [column]: start + step * (i - from) }))
}
