// A row of a table in one line: its first columns, each with what follows from its choice. Pure.
import { displayUnit, type JsonValue } from '#kit'
import { isShown, showValue, type FormField } from './form.ts'

type Row = { readonly [name: string]: JsonValue }
/** The columns of a table that a line can show. */
export const plainColumns = (field: FormField): readonly FormField[] => (field.columns ?? []).filter((c) => c.fields === undefined && c.columns === undefined && c.kind !== 'json' && !c.advanced)

const followers = (field: FormField, row: Row): readonly FormField[] => plainColumns(field).filter((c) => c.when !== undefined && isShown(c, row, field.columns ?? []))
const valueIn = (c: FormField, row: Row): string => {
  const text = showValue(row?.[c.key] ?? c.default, c)
  return text === '' || c.unit === undefined ? text : `${text} ${displayUnit(c.unit)}`
}

/** The cell of a column, with what follows from its choice: 'at least 90', 'after 30 s'. */
export function cellText(field: FormField, column: FormField, row: Row): string {
  const own = showValue(row?.[column.key] ?? column.default, column)
  if (column.choices === undefined) return own
  // Another choice that is as it nearly always is would only be in the way.
  const told = followers(field, row).filter((c) => c.when!.field === column.key && (c.choices === undefined || (row?.[c.key] ?? c.default) !== c.default))
  return [own, ...told.map((c) => valueIn(c, row))].filter((t) => t !== '').join(' ')
}

/** The values of the columns that this row has and others may not, as far as no shown column tells them. */
export const conditional = (field: FormField, row: Row, shown: readonly FormField[]): string =>
  followers(field, row).filter((c) => !shown.some((lead) => lead.key === c.when!.field)).map((c) => valueIn(c, row)).filter((t) => t !== '').join(' … ')
