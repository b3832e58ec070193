// Pasting a list into a table: what was read is shown before it is taken.
import { useMemo, useState, type ReactElement } from 'react'
import type { JsonValue } from '#kit'
import { t } from '../language/index.ts'
import { Rich } from '../shell/rich.tsx'
import { Modal } from '../dialogs/modal.tsx'
import { showValue, type FormField } from './form.ts'
import { pasteRows } from './paste.ts'

export function PasteDialog({ field, has, take, close }: { readonly field: FormField; readonly has: number; readonly take: (rows: readonly JsonValue[], replace: boolean) => void; readonly close: () => void }): ReactElement {
  const [text, setText] = useState('')
  const pasted = useMemo(() => (text.trim() === '' ? null : pasteRows(text, field)), [text, field])
  const columns = field.columns ?? []
  const shown = columns.filter((c) => pasted?.columns.includes(c.key))
  const count = pasted?.rows.length ?? 0
  return (
    <Modal
      title={t('Paste into {title}', { title: field.title })} close={close} wide
      actions={
        <>
          {has > 0 && <button type="button" className="btn" disabled={count === 0} onClick={() => take(pasted!.rows, true)}>{t('Replace the {has} there', { has })}</button>}
          <button type="button" className="btn primary" disabled={count === 0} onClick={() => take(pasted!.rows, false)}>{count === 0 ? t('Add') : t('Add {count} rows', { count })}</button>
        </>
      }
    >
      <p className="dg-note">
        <Rich text={t('Cells separated by tab, semicolon or comma. A first line with column names is recognised; without one the order is <mono>{columns}</mono>.', { columns: columns.map((c) => c.key).join(', ') })} />
      </p>
      <textarea className="dg-text" rows={7} autoFocus aria-label={t('List to paste')} value={text} placeholder={t('name\taddress\ttype\nspeed\t100\tfloat32')} spellCheck={false} onChange={(e) => setText(e.target.value)} />
      {pasted && (
        <>
          {pasted.notes.map((note) => <p key={note} className="in-fault" role="status">{note}</p>)}
          {count > 0 && (
            <div className="dg-scroll">
              <table className="dg-table">
                <thead><tr>{shown.map((c) => <th key={c.key}>{c.title}</th>)}</tr></thead>
                <tbody>
                  {pasted.rows.slice(0, 50).map((row, i) => <tr key={i}>{shown.map((c) => <td key={c.key} className="mono">{showValue((row as Record<string, JsonValue>)[c.key], c)}</td>)}</tr>)}
                </tbody>
              </table>
              {count > 50 && <p className="dg-note">{t('and {count} more rows', { count: count - 50 })}</p>}
            </div>
          )}
        </>
      )}
    </Modal>
  )
}
