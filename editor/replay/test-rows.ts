// The inputs of a flow test as rows of text that a person edits or pastes from a spreadsheet, and back. An operator's act stays as
// it was recorded: it is a row that is only moved or removed. Pure.
import type { JsonSample, JsonValue } from '#kit'
import { qualityCode } from '#kit'
import { parseEnd, type Recorded, type RecordedAct } from '#format'
import { t } from '../language/index.ts'
import { parseCells } from '../inspector/paste.ts'
import { readNumber } from '../state/numbers.ts'

export const COLUMNS = ['at', 'tag', 'value', 'time', 'quality'] as const
export type Column = (typeof COLUMNS)[number]
export interface Row {
  /** 'node.port' */
  readonly at: string
  readonly tag: string
  /** JSON, or a text without quotes. */
  readonly value: string
  /** ms */
  readonly time: string
  /** '' is Good. */
  readonly quality: string
  /** The gateway's clock when it came, kept where the time is as it was. */
  readonly now?: { readonly of: string; readonly ms: number }
  readonly act?: RecordedAct
}

export const emptyRow: Row = { at: '', tag: '', value: '', time: '', quality: '' }

export function rowOf(one: Recorded): Row {
  if ('act' in one) return { at: `${one.node}: ${one.act}`, tag: one.tag ?? '', value: one.arguments ? JSON.stringify(one.arguments) : '', time: String(one.now), quality: '', act: one }
  const { at, tag, value, time, quality, now } = one
  return { at, tag, value: textOf(value), time: String(time), quality: quality ?? '', ...(now === undefined ? {} : { now: { of: String(time), ms: now } }) }
}
const textOf = (value: JsonValue): string => (typeof value === 'string' && !readsAsJson(value) ? value : JSON.stringify(value))
const readsAsJson = (text: string): boolean => valueOf(text) !== text

function valueOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    // A decimal comma of a spreadsheet, else a text as it stands.
    const number = readNumber(text)
    return typeof number === 'number' ? number : text
  }
}

/** What is wrong with a row; null: nothing. */
export function faultOf(row: Row, ends: ReadonlySet<string>): { readonly column: Column; readonly text: string } | null {
  if (row.act) return null
  if (!parseEnd(row.at)) return { column: 'at', text: t("Where it comes in, as 'node.port'.") }
  if (!ends.has(row.at)) return { column: 'at', text: t("The flow has no port '{port}'.", { port: row.at }) }
  if (row.value.trim() === '') return { column: 'value', text: t('A value is missing.') }
  if (row.time.trim() === '' || !Number.isFinite(Number(row.time))) return { column: 'time', text: t('The time is a number of milliseconds.') }
  if (row.quality !== '' && qualityCode(row.quality) === undefined) return { column: 'quality', text: t("There is no quality '{quality}'.", { quality: row.quality }) }
  return null
}

export function recordedOf(row: Row): Recorded {
  if (row.act) return row.act
  const { at, tag, value, time, quality, now } = row
  return { at, ...(now !== undefined && now.of === time ? { now: now.ms } : {}), ...sampleOf({ tag, value, time, quality }) }
}
const sampleOf = ({ tag, value, time, quality }: Pick<Row, 'tag' | 'value' | 'time' | 'quality'>): JsonSample => ({ tag, value: valueOf(value), time: Number(time), ...(quality === '' || quality === 'Good' ? {} : { quality }) })

/** In the order in which they come. */
export const inOrder = (input: readonly Recorded[]): Recorded[] => input.toSorted((a, b) => momentOf(a) - momentOf(b))
const momentOf = (one: Recorded): number => one.now ?? ('act' in one ? 0 : one.time)

/** Rows of pasted CSV or TSV; a first line of column names is recognised. */
export function pastedRows(text: string): readonly Row[] {
  const cells = parseCells(text)
  const named = (cells[0] ?? []).map((c) => COLUMNS.find((name) => name === c.trim().toLowerCase()))
  const header = named.some((n) => n !== undefined)
  const columns = header ? named : COLUMNS
  return (header ? cells.slice(1) : cells).map((line) => {
    const row: { -readonly [C in Column]: string } = { at: '', tag: '', value: '', time: '', quality: '' }
    for (const [i, column] of columns.entries()) if (column !== undefined) row[column] = line[i] ?? ''
    return row
  })
}
