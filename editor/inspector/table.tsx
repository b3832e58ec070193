// A table of objects: one line a row with its first columns, opened below for the rest. Rows are added, removed, moved,
// filled down, pasted from a spreadsheet and given to one. Long tables come page by page, with a search.
import { useState, type ReactElement } from 'react'
import { ArrowDown, ArrowDownToLine, ArrowUp, ChevronLeft, ChevronRight, ClipboardPaste, Copy, Download, Plus, Trash2, TriangleAlert } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { JsonValue } from '#kit'
import { t } from '../language/index.ts'
import { inRow, keysOf, newRow, showValue, type FormField } from './form.ts'
import type { ControlProps } from './controls.tsx'
import { Fields, faultsOf } from './schema-form.tsx'
import { PasteDialog } from './paste-dialog.tsx'
import { rowsToCsv } from './table-csv.ts'
import { countDown, faultyRows, fillable, fillDown, PAGE, pageOf, pageWith, stepAt } from './table-rows.ts'
import { download } from '../dialogs/download.ts'
import { cellText, conditional, plainColumns } from './rows.ts'

const SHOWN = 3
/** Rows whose cells decide how wide the columns are. */
const MEASURED = 100
type Row = { readonly [name: string]: JsonValue }

export function Table({ field, value, context, labelledBy }: ControlProps): ReactElement {
  const given = value ?? field.default
  const rows = Array.isArray(given) ? (given as readonly JsonValue[]) : []
  const columns = summaryColumns(field)
  const mixed = columns.length < SHOWN && plainColumns(field).some((c) => c.when !== undefined && !columns.some((lead) => lead.key === c.when!.field))
  const texts = rows.map((row) => textsOf(field, columns, mixed, row as Row))
  const grid = { gridTemplateColumns: template([...columns.map((c) => c.title), ...(mixed ? [''] : [])].map((title, i) => Math.max(title.length, ...texts.slice(0, MEASURED).map((t) => t[i]!.length)))) }
  const [open, setOpen] = useState<number | null>(null)
  const [pasting, setPasting] = useState(false)
  const [find, setFind] = useState('')
  const [wanted, setWanted] = useState(0)
  const long = rows.length > PAGE
  const { shown, page, pages, found } = pageOf(texts, long ? find : '', wanted)
  const wrong = long ? faultyRows(context.faults, field.path) : []
  /** Opens a row, on whatever page it is. */
  const show = (row: number | null): void => {
    setOpen(row)
    if (row === null || shown.includes(row)) return
    setFind('')
    setWanted(pageWith(row))
  }
  const asked = context.focus !== null && context.focus.startsWith(`${field.path}/`) ? Number(keysOf(context.focus.slice(field.path.length))[0]) : null
  const [followed, setFollowed] = useState<number | null>(null)
  if (asked !== followed) {
    setFollowed(asked)
    if (asked !== null && Number.isInteger(asked)) show(asked)
  }
  const put = (next: readonly JsonValue[]): void => context.change(field.path, next)
  const move = (from: number, by: number): void => {
    const to = from + by
    if (to < 0 || to >= rows.length) return
    put(rows.toSpliced(from, 1).toSpliced(to, 0, rows[from]!))
    setOpen(open === from ? to : open)
    context.seal()
  }
  const add = (row: JsonValue, at = rows.length): void => {
    put(rows.toSpliced(at, 0, row))
    setFind('')
    setWanted(pageWith(at))
    setOpen(at)
    context.seal()
  }
  const full = field.schema.maxItems !== undefined && rows.length >= field.schema.maxItems
  return (
    <div className="in-table" role="group" aria-labelledby={labelledBy}>
      {long && (
        <div className="in-tfind">
          <span className="in-fld sansy"><input type="search" aria-label={t('Find in {title}', { title: field.title })} placeholder={t('Find in {number} rows', { number: rows.length })} value={find} spellCheck={false} onChange={(e) => { setFind(e.target.value); setWanted(0); setOpen(null) }} /></span>
          {wrong.length > 0 && <button type="button" className="in-icon in-wrongs" title={t('To the next row with a fault')} aria-label={t('{count} rows with a fault: to the next', { count: wrong.length })} onClick={() => show(wrong.find((i) => open === null || i > open) ?? wrong[0]!)}><TriangleAlert size={13} /> {wrong.length}</button>}
        </div>
      )}
      {rows.length > 0 && (
        <div className="in-trow head" aria-hidden style={grid}>
          <span />
          {columns.map((c) => <span key={c.key} className={numeric(c) ? 'n' : ''}>{c.title}</span>)}
          {mixed && <span />}
          <span />
        </div>
      )}
      {shown.map((i) => {
        const row = rows[i]!
        const path = `${field.path}/${i}`
        const here = { ...field, path }
        const faults = faultsOf(context, here)
        const name = showValue((row as Record<string, JsonValue>)?.[columns[0]?.key ?? '']) || t('row {number}', { number: i + 1 })
        return (
          <div key={i} className={`in-item${open === i ? ' open' : ''}${faults.length > 0 ? ' bad' : ''}`} data-field={path}>
            <button
              type="button" className="in-trow" style={grid} aria-expanded={open === i}
              onClick={() => setOpen(open === i ? null : i)}
              onKeyDown={(e) => {
                if (!e.altKey || (e.key !== 'ArrowUp' && e.key !== 'ArrowDown')) return
                e.preventDefault()
                move(i, e.key === 'ArrowUp' ? -1 : 1)
              }}
            >
              <ChevronRight size={12} className={open === i ? 'open' : ''} aria-hidden />
              {texts[i]!.map((text, n) => <span key={n} className={columns[n] && numeric(columns[n]) ? 'n' : ''}>{text}</span>)}
              {faults.length > 0 ? <i className="in-warn" title={faults.join(' ')} /> : <span />}
            </button>
            {open === i && (
              <div className="in-rowbody">
                <Fields fields={(field.columns ?? []).map((c) => inRow(c, path))} siblings={row as { readonly [name: string]: JsonValue }} context={context} />
                {!context.readOnly && (
                  <div className="in-rowacts">
                    <button type="button" className="in-icon" title={t('Move up (Alt+↑)')} aria-label={t('Move {name} up', { name })} disabled={i === 0} onClick={() => move(i, -1)}><ArrowUp size={13} /></button>
                    <button type="button" className="in-icon" title={t('Move down (Alt+↓)')} aria-label={t('Move {name} down', { name })} disabled={i === rows.length - 1} onClick={() => move(i, 1)}><ArrowDown size={13} /></button>
                    {i < rows.length - 1 && <FillDown field={field} rows={rows} from={i} put={(next) => { put(next); context.seal() }} />}
                    <button type="button" className="in-icon" title={t('Duplicate')} aria-label={t('Duplicate {name}', { name })} disabled={full} onClick={() => add(copyOf(row, field, rows), i + 1)}><Copy size={13} /></button>
                    <button type="button" className="in-icon" title={t('Remove')} aria-label={t('Remove {name}', { name })} onClick={() => { put(rows.toSpliced(i, 1)); setOpen(null); context.seal() }}><Trash2 size={13} /></button>
                  </div>
                )}
              </div>
            )}
          </div>
        )
      })}
      {long && found === 0 && <p className="in-help">{t('No row holds “{search}”.', { search: find.trim() })}</p>}
      {pages > 1 && (
        <div className="in-tpages" role="group" aria-label={t('Pages of {title}', { title: field.title })}>
          <button type="button" className="in-icon" aria-label={t('Page before')} disabled={page === 0} onClick={() => { setWanted(page - 1); setOpen(null) }}><ChevronLeft size={14} /></button>
          <span>{t('{first} to {last} of {found}', { first: page * PAGE + 1, last: Math.min(found, (page + 1) * PAGE), found })}</span>
          <button type="button" className="in-icon" aria-label={t('Next page')} disabled={page === pages - 1} onClick={() => { setWanted(page + 1); setOpen(null) }}><ChevronRight size={14} /></button>
        </div>
      )}
      {rows.length === 0 && <p className="in-help">{t('No rows yet. Add one, or paste a list from a spreadsheet or a device manual.')}</p>}
      {!context.readOnly && (
        <div className="in-tacts">
          <button type="button" className="in-add" disabled={full} onClick={() => add(newRow(field, rows))}><Plus size={12} />{' '}{t('Add')}</button>
          <button type="button" className="in-add" onClick={() => setPasting(true)}><ClipboardPaste size={12} />{' '}{t('Paste list…')}</button>
          {rows.length > 0 && <button type="button" className="in-add" title={t('All rows and columns as a CSV file, for a spreadsheet')} onClick={() => download(`${context.node ?? 'table'}-${field.key}.csv`, rowsToCsv(field, rows), 'text/csv')}><Download size={12} />{' '}{t('CSV')}</button>}
          <small>{rows.length > 4 ? t('{number} rows', { number: rows.length }) : ''}</small>
        </div>
      )}
      {pasting && (
        <PasteDialog
          field={field} has={rows.length} close={() => setPasting(false)}
          take={(pasted, replace) => { put(replace ? pasted : [...rows, ...pasted]); setOpen(null); setPasting(false); context.seal() }}
        />
      )}
    </div>
  )
}

/** A value of this row in all rows below, as a spreadsheet does it. */
function FillDown({ field, rows, from, put }: { readonly field: FormField; readonly rows: readonly JsonValue[]; readonly from: number; readonly put: (rows: readonly JsonValue[]) => void }): ReactElement {
  const row = rows[from] as Row
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="in-icon" title={t('Fill down')} aria-label={t('Fill a value down')}><ArrowDownToLine size={13} /></DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="in-pop" align="end" collisionPadding={8}>
          <DropdownMenu.Label className="in-poplabel">{t('Into the {count} rows below', { count: rows.length - 1 - from })}</DropdownMenu.Label>
          {fillable(field).map((c) => <DropdownMenu.Item key={c.key} className="in-popitem" onSelect={() => put(fillDown(rows, from, c.key))}>{c.title} <u>{showValue(row[c.key] ?? c.default, c)}</u></DropdownMenu.Item>)}
          {fillable(field).filter((c) => c.kind === 'integer' && typeof row[c.key] === 'number' && c.default === undefined).map((c) => {
            const step = stepAt(rows, from, c.key)
            return <DropdownMenu.Item key={`${c.key} counting`} className="in-popitem" onSelect={() => put(countDown(rows, from, c.key, step))}>{t('{title}, counting up by {step}', { title: c.title, step })}{' '}<u>{Number(row[c.key]) + step} …</u></DropdownMenu.Item>
          })}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

const texts = new WeakMap<object, WeakMap<Row, readonly string[]>>()
/** What a row's line says. A key changes one row of a thousand: those of the others are kept. */
function textsOf(field: FormField, columns: readonly FormField[], mixed: boolean, row: Row): readonly string[] {
  const make = (): readonly string[] => [...columns.map((c) => cellText(field, c, row)), ...(mixed ? [conditional(field, row, columns)] : [])]
  if (typeof row !== 'object' || row === null) return make()
  let known = texts.get(field.schema)
  if (!known) texts.set(field.schema, (known = new WeakMap()))
  let found = known.get(row)
  if (!found) known.set(row, (found = make()))
  return found
}

const numeric = (c: FormField): boolean => c.kind === 'number' || c.kind === 'integer'
/** Wide as what stands in them, so that short ones leave room. */
const template = (lengths: readonly number[]): string => `14px ${lengths.map((n) => `minmax(0, ${Math.min(22, Math.max(6, n))}fr)`).join(' ')} 10px`

/** What tells rows apart: the name, then what has no default. Columns that only some rows have come in the last cell. */
function summaryColumns(field: FormField): readonly FormField[] {
  const plain = plainColumns(field).filter((c) => c.when === undefined)
  const first = plain.slice(0, 1)
  const rest = plain.slice(1).toSorted((a, b) => Number(a.default !== undefined && !a.choices) - Number(b.default !== undefined && !b.choices))
  return [...first, ...rest].slice(0, SHOWN)
}

function copyOf(row: JsonValue, field: FormField, rows: readonly JsonValue[]): JsonValue {
  const fresh = newRow(field, rows) as Record<string, JsonValue>
  const first = field.columns?.[0]
  return first?.kind === 'text' && fresh[first.key] !== undefined ? { ...(row as Record<string, JsonValue>), [first.key]: fresh[first.key]! } : row
}
