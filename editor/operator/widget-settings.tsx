// Settings of one widget of the draft, by its kind. A number that does not read yet stays in its field and is not put in
// place: the document never holds half of one.
import { useId, useState, type ReactElement, type ReactNode } from 'react'
import { Copy, Plus, Trash2, X } from 'lucide-react'
import { formatEnd, type Widget, type WidgetKind } from '#format'
import { t } from '../language/index.ts'
import { readNumber, typed } from '../state/numbers.ts'
import { said } from '../language/said.ts'
import { hasAlarms, setterOf } from '../state/operating.ts'
import { actions, useEditor } from '../state/store.ts'
import { kindTitles } from './kinds.ts'
import { useTitle } from './reading.ts'
import '../inspector/inspector.css'

/** Kinds that show the same outputs: one can be made into another. */
const ALIKE: readonly WidgetKind[] = ['value', 'gauge', 'state', 'trend']
type Change = Parameters<typeof actions.changeWidget>[1]

export function WidgetSettings({ index, widget, allowed, choose }: { readonly index: number; readonly widget: Widget; readonly allowed: boolean; readonly choose: (index: number | null) => void }): ReactElement {
  const change = (edit: Change): void => void actions.changeWidget(index, edit)
  const title = useTitle({ ...widget, title: '' }, 'draft')
  const { kind } = widget
  const number = (key: 'low' | 'high' | 'normalLow' | 'normalHigh' | 'decimals' | 'windowS', label: string, hint: string, limits: { readonly least?: number; readonly most?: number; readonly whole?: boolean } = {}): ReactElement => (
    <NumberField key={key} label={label} hint={hint} value={widget[key]} {...limits} change={(value) => change({ [key]: value })} />
  )
  return (
    <aside className="ob-settings" aria-label={t('Settings of the widget')}>
      <header><h3>{kindTitles[kind]}</h3><button type="button" className="icon-btn" aria-label={t('Close the settings')} onClick={() => choose(null)}><X size={14} /></button></header>
      <fieldset disabled={!allowed} onBlur={() => actions.seal()}>
        {ALIKE.includes(kind) && <Row label={t('Shown as')}>{(id) => <Select id={id} value={kind} options={ALIKE.map((k) => [k, kindTitles[k]])} change={(k) => change({ kind: k as WidgetKind, ...(k === 'trend' ? {} : { ports: widget.ports?.slice(0, 1) }) })} />}</Row>}
        <Row label={t('Title')}>{(id) => <span className="in-fld sansy"><input id={id} value={widget.title ?? ''} placeholder={title} maxLength={200} autoComplete="off" onChange={(e) => change({ title: e.target.value === '' ? undefined : e.target.value })} /></span>}</Row>
        {kind === 'setpoint' && <NodeRow label={t('Sets')} node={widget.node} of="setters" change={(node) => change({ node })} />}
        {kind === 'alarms' && <NodeRow label={t('Alarms of')} node={widget.node} of="alarms" change={(node) => change({ node })} />}
        {(ALIKE.includes(kind)) && <Ports widget={widget} change={change} />}
        {kind === 'text' && <Row label={t('Text')} hint={t('Headings with #, lists with -, **bold**, `code`, links.')}>{(id) => <textarea id={id} className="in-fld" rows={8} maxLength={5000} value={widget.text ?? ''} onChange={(e) => change({ text: e.target.value })} />}</Row>}
        {(kind === 'gauge' || kind === 'trend') && <div className="ob-pair">{number('low', kind === 'gauge' ? t('Scale from') : t('Axis from'), kind === 'gauge' ? '' : t('Empty: as needed.'))}{number('high', t('to'), '')}</div>}
        {(kind === 'value' || kind === 'gauge' || kind === 'trend') && <div className="ob-pair">{number('normalLow', t('Normal from'), t('Outside it is marked.'))}{number('normalHigh', t('to'), '')}</div>}
        {kind === 'state' && <Row label={t('Normal state')} hint={t('Of an output that is true or false: the other one is marked.')}>{(id) => <Select id={id} value={widget.normalHigh === 0 ? 'false' : widget.normalLow === 1 ? 'true' : ''} options={[['', t('Neither is marked')], ['true', t('True is normal')], ['false', t('False is normal')]]} change={(v) => change({ normalLow: v === 'true' ? 1 : undefined, normalHigh: v === 'false' ? 0 : undefined })} />}</Row>}
        {(kind === 'state' || kind === 'setpoint') && <Words widget={widget} change={change} />}
        {(kind === 'value' || kind === 'gauge' || kind === 'trend' || kind === 'setpoint') && number('decimals', t('Decimals'), t('Empty: as many as it needs.'), { least: 0, most: 9, whole: true })}
        {kind === 'trend' && number('windowS', t('Window, s'), t('300 when empty.'), { least: 1, most: 86_400 })}
        <div className="ob-acts">
          <button type="button" className="btn" onClick={() => actions.duplicateWidget(index)}><Copy size={13} />{' '}{t('Duplicate')}</button>
          <button type="button" className="btn" onClick={() => { actions.removeWidget(index); choose(null) }}><Trash2 size={13} />{' '}{t('Remove')}</button>
        </div>
      </fieldset>
    </aside>
  )
}

function Row({ label, hint, children }: { readonly label: string; readonly hint?: string; readonly children: (id: string) => ReactNode }): ReactElement {
  const id = useId()
  return <div className="in-f"><div className="in-label"><label htmlFor={id}>{label}</label></div>{children(id)}{hint !== undefined && hint !== '' && <p className="in-help">{hint}</p>}</div>
}

function Select({ id, value, options, change, label }: { readonly id?: string; readonly value: string; readonly options: readonly (readonly [value: string, label: string])[]; readonly change: (value: string) => void; readonly label?: string }): ReactElement {
  const known = options.some(([v]) => v === value)
  return <span className="in-fld in-select"><select id={id} aria-label={label} value={value} onChange={(e) => change(e.target.value)}>{!known && <option value={value}>{t('{value} (not in this flow)', { value })}</option>}{options.map(([v, text]) => <option key={v} value={v}>{text}</option>)}</select></span>
}

function NumberField({ label, hint, value, change, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, whole = false }: { readonly label: string; readonly hint: string; readonly value: number | undefined; readonly change: (value: number | undefined) => void; readonly least?: number; readonly most?: number; readonly whole?: boolean }): ReactElement {
  const [typing, setTyping] = useState<string | null>(null)
  const text = typing ?? (value === undefined ? '' : typed(value))
  const read = readNumber(text)
  const fits = read === undefined || (typeof read === 'number' && read >= least && read <= most && (!whole || Number.isInteger(read)))
  return (
    <Row label={label} hint={fits ? hint : Number.isFinite(least) ? (whole ? t('A whole number from {least} to {most}.', { least, most }) : t('A number from {least} to {most}.', { least, most })) : whole ? t('A whole number.') : t('A number.')}>
      {(id) => <span className="in-fld"><input id={id} inputMode="decimal" value={text} aria-invalid={!fits} autoComplete="off" onBlur={() => setTyping(null)} onChange={(e) => {
        setTyping(e.target.value)
        const next = readNumber(e.target.value)
        if (next === undefined || (typeof next === 'number' && next >= least && next <= most && (!whole || Number.isInteger(next)))) change(next as number | undefined)
      }} /></span>}
    </Row>
  )
}

function NodeRow({ label, node, of, change }: { readonly label: string; readonly node: string | undefined; readonly of: 'setters' | 'alarms'; readonly change: (node: string | undefined) => void }): ReactElement {
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const options = Object.entries(nodes ?? {}).flatMap(([id, n]): (readonly [string, string])[] => {
    const type = types.get(n.type)
    return type && (of === 'setters' ? setterOf(type) !== undefined : hasAlarms(type)) ? [[id, n.name ?? said(type.title)]] : []
  })
  const none: readonly (readonly [string, string])[] = of === 'alarms' ? [['', t('The whole flow')]] : node === undefined ? [['', t('Choose a node')]] : []
  return <Row label={label} hint={of === 'setters' && options.length === 0 ? t('Add an Operator input to the flow first.') : ''}>{(id) => <Select id={id} value={node ?? ''} options={[...none, ...options]} change={(v) => change(v === '' ? undefined : v)} />}</Row>
}

const MOST_PORTS = 8
function Ports({ widget, change }: { readonly widget: Widget; readonly change: (edit: Change) => void }): ReactElement {
  const nodes = useEditor((s) => s.document?.flow.nodes)
  const types = useEditor((s) => s.types)
  const ports = useEditor((s) => s.ports)
  const id = useId()
  const options = Object.entries(nodes ?? {}).flatMap(([node, n]) => Object.entries(ports[node]?.outputs ?? {}).map(([port, type]) => [formatEnd({ node, port }), `${n.name ?? said(types.get(n.type)?.title) ?? node} · ${port}`, type.kind] as const)).filter(([, , kind]) => widget.kind !== 'trend' || kind === 'number' || kind === 'any').map(([end, name]) => [end, name] as const)
  const now = widget.ports ?? []
  const many = widget.kind === 'trend'
  const rows = many ? now : now.slice(0, 1)
  return (
    <div className="in-f" role="group" aria-labelledby={id}>
      <div className="in-label"><span id={id}>{many ? t('Outputs') : t('Output')}</span></div>
      {(rows.length === 0 ? [''] : rows).map((end, i) => (
        <div key={`${i} ${end}`} className="in-pick ob-port">
          <Select label={many ? t('Output {number}', { number: i + 1 }) : t('Output')} value={end} options={end === '' ? [['', t('Choose an output')], ...options] : options} change={(v) => change({ ports: many ? (end === '' ? [v] : now.with(i, v)) : [v] })} />
          {many && end !== '' && <button type="button" className="in-icon" aria-label={t('Remove output {name}', { name: i + 1 })} onClick={() => change({ ports: now.toSpliced(i, 1) })}><X size={13} /></button>}
        </div>
      ))}
      {many && now.length > 0 && now.length < MOST_PORTS && <button type="button" className="in-add" onClick={() => { const next = options.find(([end]) => !now.includes(end)); if (next) change({ ports: [...now, next[0]] }) }}><Plus size={12} />{' '}{t('Add output')}</button>}
    </div>
  )
}

/** Words in place of values: of true and false at once, of others one a row. */
function Words({ widget, change }: { readonly widget: Widget; readonly change: (edit: Change) => void }): ReactElement {
  const words = widget.words ?? {}
  const [fresh, setFresh] = useState('')
  const put = (value: string, word: string | undefined): void => {
    const { [value]: _before, ...rest } = words
    const next = word === undefined ? rest : { ...words, [value]: word }
    change({ words: Object.keys(next).length === 0 ? undefined : next })
  }
  const keys = [...new Set(['true', 'false', ...Object.keys(words)])]
  return (
    <div className="in-f ob-words" role="group" aria-label={t('Words for values')}>
      <div className="in-label"><span>{t('Words for values')}</span></div>
      {keys.map((value) => (
        <span key={value} className="in-fld sansy"><code>{value}</code><input aria-label={t('Word for {value}', { value })} value={words[value] ?? ''} placeholder={value} maxLength={100} onChange={(e) => put(value, e.target.value === '' ? undefined : e.target.value)} /></span>
      ))}
      <form onSubmit={(e) => { e.preventDefault(); if (fresh.trim() !== '') put(fresh.trim(), fresh.trim()); setFresh('') }}>
        <span className="in-fld sansy"><input aria-label={t('Another value')} value={fresh} placeholder={t('another value, such as 2')} maxLength={100} onChange={(e) => setFresh(e.target.value)} /><button type="submit" className="in-icon" aria-label={t('Add this value')}><Plus size={13} /></button></span>
      </form>
    </div>
  )
}
