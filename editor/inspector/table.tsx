// A table of objects: one line a row with its first columns, opened below for the rest. Rows are added, removed,
// moved and pasted from a spreadsheet.
import { useState, type ReactElement } from 'react'
import { ArrowDown, ArrowUp, ChevronRight, ClipboardPaste, Copy, Plus, Trash2 } from 'lucide-react'
import type { JsonValue } from '#kit'
import { inRow, keysOf, newRow, showValue, type FormField } from './form.ts'
import type { ControlProps } from './controls.tsx'
import { Fields, faultsOf } from './schema-form.tsx'
import { PasteDialog } from './paste-dialog.tsx'
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
  const texts = rows.map((row) => [...columns.map((c) => cellText(field, c, row as Row)), ...(mixed ? [conditional(field, row as Row, columns)] : [])])
  const grid = { gridTemplateColumns: template([...columns.map((c) => c.title), ...(mixed ? [''] : [])].map((title, i) => Math.max(title.length, ...texts.slice(0, MEASURED).map((t) => t[i]!.length)))) }
  const [open, setOpen] = useState<number | null>(null)
  const [pasting, setPasting] = useState(false)
  const asked = context.focus !== null && context.focus.startsWith(`${field.path}/`) ? Number(keysOf(context.focus.slice(field.path.length))[0]) : null
  const [followed, setFollowed] = useState<number | null>(null)
  if (asked !== followed) {
    setFollowed(asked)
    if (asked !== null && Number.isInteger(asked)) setOpen(asked)
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
    setOpen(at)
    context.seal()
  }
  const full = field.schema.maxItems !== undefined && rows.length >= field.schema.maxItems
  return (
    <div className="in-table" role="group" aria-labelledby={labelledBy}>
      {rows.length > 0 && (
        <div className="in-trow head" aria-hidden style={grid}>
          <span />
          {columns.map((c) => <span key={c.key} className={numeric(c) ? 'n' : ''}>{c.title}</span>)}
          {mixed && <span />}
          <span />
        </div>
      )}
      {rows.map((row, i) => {
        const path = `${field.path}/${i}`
        const here = { ...field, path }
        const faults = faultsOf(context, here)
        const name = showValue((row as Record<string, JsonValue>)?.[columns[0]?.key ?? '']) || `row ${i + 1}`
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
                    <button type="button" className="in-icon" title="Move up (Alt+↑)" aria-label={`Move ${name} up`} disabled={i === 0} onClick={() => move(i, -1)}><ArrowUp size={13} /></button>
                    <button type="button" className="in-icon" title="Move down (Alt+↓)" aria-label={`Move ${name} down`} disabled={i === rows.length - 1} onClick={() => move(i, 1)}><ArrowDown size={13} /></button>
                    <button type="button" className="in-icon" title="Duplicate" aria-label={`Duplicate ${name}`} disabled={full} onClick={() => add(copyOf(row, field, rows), i + 1)}><Copy size={13} /></button>
                    <button type="button" className="in-icon" title="Remove" aria-label={`Remove ${name}`} onClick={() => { put(rows.toSpliced(i, 1)); setOpen(null); context.seal() }}><Trash2 size={13} /></button>
                  </div>
                )}
              </div>
            )}
          </div>
        )
      })}
      {rows.length === 0 && <p className="in-help">No rows yet. Add one, or paste a list from a spreadsheet or a device manual.</p>}
      {!context.readOnly && (
        <div className="in-tacts">
          <button type="button" className="in-add" disabled={full} onClick={() => add(newRow(field, rows))}><Plus size={12} /> Add</button>
          <button type="button" className="in-add" onClick={() => setPasting(true)}><ClipboardPaste size={12} /> Paste list…</button>
          <small>{rows.length > 4 ? `${rows.length} rows` : ''}</small>
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
