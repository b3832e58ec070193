// The inputs of a test as a table, typed or pasted from a spreadsheet, and the ports that it holds the flow to. Saving works out
// nothing: the next run shows what differs, and 'Accept new result' takes it over.
import { useMemo, useState, type ReactElement } from 'react'
import { ClipboardPaste, Plus, X } from 'lucide-react'
import { MAX_TEST_SAMPLES, type FlowTest } from '#format'
import { t } from '../language/index.ts'
import { titleOf } from '../state/status.ts'
import { candidatesOf, freeName } from '../state/test-making.ts'
import { actions, useEditor } from '../state/store.ts'
import { Field, Modal } from '../dialogs/modal.tsx'
import { COLUMNS, emptyRow, faultOf, inOrder, pastedRows, recordedOf, rowOf, type Column, type Row } from './test-rows.ts'
import { inputsOf, samplesOf } from './words.ts'
import './replay.css'

const PAGE = 100
const TITLES: Readonly<Record<Column, string>> = { at: t('Comes in at'), tag: t('Tag'), value: t('Value'), time: t('Time, ms'), quality: t('Quality') }

export default function EditTest(): ReactElement {
  const name = useEditor((s) => (s.ui.dialog?.kind === 'edit-test' ? s.ui.dialog.name : null))
  const flow = useEditor((s) => s.document?.flow)
  const ports = useEditor((s) => s.ports)
  const types = useEditor((s) => s.types)
  const old: FlowTest | undefined = name === null ? undefined : flow?.tests?.[name]
  const [title, setTitle] = useState(() => name ?? freeName(flow?.tests, 'test'))
  const [rows, setRows] = useState<readonly Row[]>(() => old?.input.map(rowOf) ?? [])
  const candidates = useMemo(() => (flow ? candidatesOf({ flow, ports, types }) : []), [flow, ports, types])
  const [ends, setEnds] = useState<ReadonlySet<string>>(() => new Set(old ? Object.keys(old.expect) : candidates.filter((c) => c.wanted).map((c) => c.end)))
  const [page, setPage] = useState(0)
  const [pasting, setPasting] = useState<string | null>(null)
  const known = useMemo(() => new Set(Object.entries(ports).flatMap(([id, p]) => [...Object.keys(p.inputs), ...Object.keys(p.outputs)].map((port) => `${id}.${port}`))), [ports])
  const inputs = useMemo(() => [...known].filter((end) => { const id = end.slice(0, end.indexOf('.')); return types.get(flow?.nodes[id]?.type ?? '')?.effects === 'reads' || Object.hasOwn(ports[id]?.inputs ?? {}, end.slice(end.indexOf('.') + 1)) }).toSorted(), [known, flow, types, ports])
  const close = actions.closeDialog
  if (!flow) return <Modal title={t('Tests')} close={close}><p className="dg-note">{t('No flow is open.')}</p></Modal>
  const faults = rows.map((row) => faultOf(row, known))
  const wrong = faults.flatMap((f, i) => (f ? [{ ...f, row: i }] : []))
  const taken = title.trim() !== name && Object.hasOwn(flow.tests ?? {}, title.trim())
  const hint = title.trim() === '' ? t('It needs a name.') : taken ? t('Another test has this name.') : rows.length > MAX_TEST_SAMPLES ? t('A test holds {most} inputs.', { most: MAX_TEST_SAMPLES }) : ends.size === 0 ? t('Choose at least one port.') : wrong[0] ? t('Row {number}: {fault}', { number: wrong[0].row + 1, fault: wrong[0].text }) : ''
  const pages = Math.max(1, Math.ceil(rows.length / PAGE))
  const shown = Math.min(page, pages - 1)
  const set = (i: number, column: Column, value: string): void => setRows(rows.with(i, { ...rows[i]!, [column]: value }))
  const add = (more: readonly Row[]): void => {
    setRows([...rows, ...more])
    setPage(Math.ceil((rows.length + more.length) / PAGE) - 1)
  }
  const next = (): Row => {
    const last = rows.findLast((r) => !r.act)
    return last ? { at: last.at, tag: last.tag, value: '', time: Number.isFinite(Number(last.time)) ? String(Number(last.time) + 1000) : '', quality: '' } : { ...emptyRow, at: inputs[0] ?? '', tag: 'test', time: '0' }
  }
  const save = (): void => {
    if (hint !== '') return
    const test: FlowTest = { ...(old?.tolerance === undefined ? {} : { tolerance: old.tolerance }), input: inOrder(rows.map(recordedOf)), expect: Object.fromEntries([...ends].map((end) => [end, old?.expect[end] ?? []])) }
    actions.putTest(title.trim(), test, name ?? undefined)
    close()
    actions.setDrawerTab('tests')
    void actions.runTests([title.trim()])
  }
  return (
    <Modal title={name === null ? t('New test') : t("Edit test '{name}'", { name })} close={close} wide onSubmit={save} actions={<><span className="dg-hint" role="status">{hint}</span><button type="button" className="btn" onClick={close}>{t('Cancel')}</button><button type="submit" className="btn primary" disabled={hint !== ''}>{t('Save and run')}</button></>}>
      <Field label={t('Name')}><input className="dg-input" value={title} maxLength={200} onChange={(e) => setTitle(e.target.value)} /></Field>
      <h4>{inputsOf(rows.length)}</h4>
      <div className="ft-table">
        <table>
          <thead><tr>{COLUMNS.map((c) => <th key={c} scope="col">{TITLES[c]}</th>)}<th /></tr></thead>
          <tbody>
            {rows.slice(shown * PAGE, (shown + 1) * PAGE).map((row, k) => {
              const i = shown * PAGE + k
              const fault = faults[i]
              return (
                <tr key={i}>
                  {COLUMNS.map((c) => <td key={c}><input aria-label={t('{column}, row {number}', { column: TITLES[c], number: i + 1 })} value={row[c]} disabled={row.act !== undefined} spellCheck={false} list={c === 'at' ? 'ft-ends' : undefined} aria-invalid={fault?.column === c} title={fault?.column === c ? fault.text : row.act ? t('An act of a person, as it was recorded') : undefined} onChange={(e) => set(i, c, e.target.value)} /></td>)}
                  <td><button type="button" className="icon-btn" aria-label={t('Remove row {number}', { number: i + 1 })} onClick={() => setRows(rows.toSpliced(i, 1))}><X size={13} /></button></td>
                </tr>
              )
            })}
          </tbody>
        </table>
        {rows.length === 0 && <p className="rp-note">{t('No inputs yet. Add a row, or paste columns from a spreadsheet: at, tag, value, time, quality.')}</p>}
      </div>
      <datalist id="ft-ends">{inputs.map((end) => <option key={end} value={end} />)}</datalist>
      <p>
        <button type="button" className="btn" onClick={() => add([next()])}><Plus size={13} aria-hidden="true" />{' '}{t('Row')}</button>{' '}
        <button type="button" className="btn" aria-expanded={pasting !== null} onClick={() => setPasting(pasting === null ? '' : null)}><ClipboardPaste size={13} aria-hidden="true" />{' '}{t('Paste CSV…')}</button>
        {pages > 1 && <> <button type="button" className="btn" disabled={shown === 0} onClick={() => setPage(shown - 1)}>{t('Earlier')}</button>{' '}{t('rows {first} to {last}', { first: shown * PAGE + 1, last: Math.min(rows.length, (shown + 1) * PAGE) })}{' '}<button type="button" className="btn" disabled={shown === pages - 1} onClick={() => setPage(shown + 1)}>{t('Later')}</button></>}
      </p>
      {pasting !== null && (
        <>
          <Field label={t('Rows of CSV or of a spreadsheet')} hint={t('A first line may name the columns: at, tag, value, time, quality.')}><textarea className="dg-input mono" rows={5} value={pasting} onChange={(e) => setPasting(e.target.value)} /></Field>
          <p><button type="button" className="btn" disabled={pasting.trim() === ''} onClick={() => { add(pastedRows(pasting)); setPasting(null) }}>{t('Add {count} rows', { count: pastedRows(pasting).length })}</button></p>
        </>
      )}
      <h4>{t('Hold the flow to what leaves here')}</h4>
      <ul className="ft-pick">{[...new Set([...candidates.map((c) => c.end), ...ends])].map((end) => <li key={end}><label><input type="checkbox" checked={ends.has(end)} onChange={(e) => setEnds((before) => { const now = new Set(before); if (e.target.checked) now.add(end); else now.delete(end); return now })} /> <span>{titleOf(flow.nodes, types, end.slice(0, end.indexOf('.')))}{end.slice(end.indexOf('.'))}</span>{old?.expect[end] ? <small>{t('{samples} expected', { samples: samplesOf(old.expect[end].length) })}</small> : null}</label></li>)}</ul>
    </Modal>
  )
}
