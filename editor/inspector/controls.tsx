// One control for each kind of field. Values that do not fit are kept as typed, shown and reported, never corrected.
import { useState, type ReactElement } from 'react'
import { ChevronDown, Plus, X } from 'lucide-react'
import { displayUnit, parseUnit, reasonOf, type JsonValue } from '#kit'
import { t } from '../language/index.ts'
import { readNumber } from '../state/numbers.ts'
import { readScalar, showValue, type Choice, type FormField, type Json } from './form.ts'
import { EnvelopeFields } from './envelope.tsx'
import { Fields, type FormContext } from './schema-form.tsx'
import { Code } from './code.tsx'
import { Expression } from './expression.tsx'
import { ConnectionPicker, ModelPicker, SecretPicker } from './pickers.tsx'
import { CertificateControl } from './certificate-control.tsx'
import { Curve } from './curve.tsx'
import { NumberControl } from './number-control.tsx'
import { CronTimes, WeekSchedule } from './schedule.tsx'
import { Table } from './table.tsx'
import { inputProps, useTyped } from './typed.ts'
import { ZoneControl } from './zone-control.tsx'
import { isZone } from './zones.ts'

export interface ControlProps {
  readonly id: string
  readonly labelledBy: string
  readonly describedBy: string
  readonly field: FormField
  readonly value: Json
  /** As people read it. */
  readonly unit: string
  readonly invalid: boolean
  readonly context: FormContext
}

export function Control(props: ControlProps): ReactElement {
  const { field, value, context } = props
  switch (field.kind) {
    case 'number': case 'integer': return <NumberControl {...props} />
    case 'flag': return <Flag {...props} />
    case 'choice': return field.segments ? <Segments {...props} choices={field.choices!} /> : <Select {...props} choices={field.choices!} />
    case 'connection': return <ConnectionPicker {...props} />
    case 'model': return <ModelPicker {...props} />
    case 'secret': return <SecretPicker {...props} />
    case 'certificate': return <CertificateControl {...props} />
    case 'unit': return <UnitControl {...props} />
    case 'zone': return <ZoneControl {...props} />
    case 'table': return field.schema.widget === 'schedule' ? <WeekSchedule {...props} /> : field.schema.widget === 'curve' ? <Curve {...props} /> : <Table {...props} />
    case 'list': return <List {...props} />
    case 'choices': return <Choices {...props} />
    case 'code': return <Code {...props} />
    case 'expression': return <Expression {...props} />
    case 'object': return <div className="in-nest" role="group" aria-labelledby={props.labelledBy}><Fields fields={field.fields!} siblings={asConfig(value)} context={context} /></div>
    case 'envelope': return <EnvelopeFields {...props} />
    case 'scalar': return <Typed {...props} read={(text) => readScalar(text, field.schema.anyOf?.map((v) => v.type) ?? [])} />
    case 'json': return <JsonControl {...props} />
    default: return field.schema.widget === 'cron' ? <CronControl {...props} /> : <Typed {...props} read={(text) => (text === '' ? undefined : text)} />
  }
}

const asConfig = (value: Json): { readonly [name: string]: JsonValue } => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { readonly [name: string]: JsonValue }) : {})

function CronControl(props: ControlProps): ReactElement {
  const { field, value, context } = props
  const zone = context.config['zone']
  return (
    <>
      <Typed {...props} read={(text) => (text === '' ? undefined : text)} />
      <CronTimes expression={String(value ?? field.default ?? '')} zone={typeof zone === 'string' && isZone(zone) ? zone : 'UTC'} />
    </>
  )
}

/** Texts that may be as long as this get several lines. */
const LONG = 5000

function Typed({ read, ...props }: ControlProps & { readonly read: (text: string) => Json }): ReactElement {
  const { field, value, unit, context } = props
  const { text, type, leave } = useTyped(value, read, (v) => context.change(field.path, v))
  const long = field.schema.widget === 'text' || (field.schema.maxLength ?? 0) >= LONG || (typeof value === 'string' && (value.length > 60 || value.includes('\n')))
  const placeholder = field.default === undefined || field.default === null || field.default === '' ? (field.example ?? '') : showValue(field.default)
  if (long) return <textarea className="in-fld" {...inputProps(props)} rows={Math.min(12, Math.max(3, text.split('\n').length))} value={text} placeholder={placeholder} onChange={(e) => type(e.target.value)} onBlur={leave} />
  return (
    <span className="in-fld">
      <input {...inputProps(props)} value={text} placeholder={placeholder} maxLength={field.schema.maxLength} onChange={(e) => type(e.target.value)} onBlur={leave} />
      {field.kind === 'scalar' && value !== undefined && <u>{typeof value === 'boolean' ? t('yes/no') : typeof value === 'number' ? t('number') : t('text')}</u>}
      {unit !== '' && <u>{unit}</u>}
    </span>
  )
}

const COMMON_UNITS = ['1', '%', 'Cel', 'K', 'bar', 'mbar', 'kPa', 'Pa', 'm', 'mm', 'um', 'mm/s', 'm/s', 'm/s2', '[g]', 'Hz', '{rpm}', 'A', 'mA', 'V', 'W', 'kW', 'kW.h', 'N', 'N.m', 'kg', 't', 'l', 'm3', 'l/min', 'm3/h', 'kg/h', 's', 'ms', 'min', 'h', '[ppm]', 'S/m', 'deg', '[degF]', '[psi]']
const UNIT_NAMES: Readonly<Record<string, string>> = { '1': t('no unit'), Cel: '°C', um: 'µm', 'm/s2': 'm/s²', '[g]': t('standard gravity'), '{rpm}': t('revolutions per minute'), m3: 'm³', 'm3/h': 'm³/h', '[degF]': '°F', '[psi]': 'psi', deg: '°', 'kW.h': 'kWh' }

function UnitControl(props: ControlProps): ReactElement {
  const { field, value, context } = props
  const { text, type, leave } = useTyped(value, (t) => (t === '' ? undefined : t), (v) => context.change(field.path, v))
  const code = text === '' && typeof field.default === 'string' ? field.default : text
  const known = parseUnit(code) !== undefined
  return (
    <span className="in-fld">
      <input {...inputProps(props)} list={`${props.id}-units`} value={text} placeholder={typeof field.default === 'string' && field.default !== '' ? field.default : t('none')} onChange={(e) => type(e.target.value)} onBlur={leave} />
      <datalist id={`${props.id}-units`}>{COMMON_UNITS.map((u) => <option key={u} value={u}>{UNIT_NAMES[u] ?? displayUnit(u)}</option>)}</datalist>
      {code !== '' && <u className={known ? '' : 'wrong'} aria-live="polite">{known ? (code === '1' ? t('no unit') : displayUnit(code)) : t('no unit of UCUM')}</u>}
    </span>
  )
}

function Flag(props: ControlProps): ReactElement {
  const { field, value, context, id, describedBy } = props
  const on = value === undefined ? field.default === true : value === true
  return (
    <button type="button" role="switch" id={id} aria-describedby={describedBy} aria-checked={on} disabled={context.readOnly} className="in-switch" onClick={() => context.change(field.path, !on)}>
      <i /> <span>{on ? t('Yes') : t('No')}</span>
    </button>
  )
}

export function Segments(props: ControlProps & { readonly choices: readonly Choice[] }): ReactElement {
  const { field, value, context, choices, labelledBy, describedBy } = props
  const now = value === undefined ? field.default : value
  const at = choices.findIndex((c) => c.value === now)
  const choose = (i: number): void => context.change(field.path, choices[(i + choices.length) % choices.length]!.value)
  return (
    <div className="in-seg" role="radiogroup" aria-labelledby={labelledBy} aria-describedby={describedBy}>
      {choices.map((c, i) => (
        <button
          key={String(c.value)} type="button" role="radio" aria-checked={i === at} disabled={context.readOnly} tabIndex={i === at || (at < 0 && i === 0) ? 0 : -1}
          onClick={() => choose(i)}
          onKeyDown={(e) => {
            const by = e.key === 'ArrowRight' || e.key === 'ArrowDown' ? 1 : e.key === 'ArrowLeft' || e.key === 'ArrowUp' ? -1 : 0
            if (by === 0) return
            e.preventDefault()
            choose(i + by)
            const next = e.currentTarget.parentElement?.children[(i + by + choices.length) % choices.length]
            if (next instanceof HTMLElement) next.focus()
          }}
        >
          {c.label}
        </button>
      ))}
    </div>
  )
}

export function Select(props: ControlProps & { readonly choices: readonly Choice[] }): ReactElement {
  const { field, value, context, choices } = props
  const now = value === undefined ? field.default : value
  const at = choices.findIndex((c) => c.value === now)
  return (
    <span className="in-fld in-select">
      <select {...inputProps(props)} value={at} onChange={(e) => context.change(field.path, choices[Number(e.target.value)]?.value)}>
        {at < 0 && <option value={-1}>{now === undefined || now === '' ? t('Choose') : t('{value} (not one of these)', { value: showValue(now) })}</option>}
        {choices.map((c, i) => <option key={String(c.value)} value={i}>{c.label}{c.value === field.default && choices.length > 3 ? ` (${t('default')})` : ''}</option>)}
      </select>
      <ChevronDown size={13} aria-hidden />
    </span>
  )
}

/** Several of a few: each is in or out. They keep the order they were chosen in. */
function Choices(props: ControlProps): ReactElement {
  const { field, value, context, labelledBy, describedBy } = props
  const given = value ?? field.default
  const now = Array.isArray(given) ? (given as readonly JsonValue[]) : []
  const strange = now.filter((v) => !field.choices!.some((c) => c.value === v))
  const put = (next: readonly JsonValue[]): void => context.change(field.path, next)
  const box = (v: JsonValue, label: string): ReactElement => {
    const on = now.includes(v)
    return <label key={String(v)} className={on ? 'on' : ''}><input type="checkbox" checked={on} disabled={context.readOnly} onChange={() => put(on ? now.filter((x) => x !== v) : [...now, v])} /> {label}</label>
  }
  return (
    <div className="in-choices" role="group" aria-labelledby={labelledBy} aria-describedby={describedBy}>
      {field.choices!.map((c) => box(c.value, c.label))}
      {strange.map((v) => box(v, t('{value} (not one of these)', { value: showValue(v) })))}
    </div>
  )
}

/** A list of numbers, texts or choices, one a line; pasting several fills several. */
function List(props: ControlProps): ReactElement {
  const { field, value, context, labelledBy, unit } = props
  const given = value ?? field.default
  const items = Array.isArray(given) ? (given as readonly JsonValue[]) : []
  const numeric = field.item?.kind === 'number' || field.item?.kind === 'integer'
  const put = (next: readonly JsonValue[]): void => context.change(field.path, next)
  const read = (text: string): JsonValue => (numeric ? (readNumber(text) ?? '') : text)
  return (
    <div className="in-list" role="group" aria-labelledby={labelledBy}>
      {items.map((item, i) => (
        <span key={i} className="in-fld" data-field={`${field.path}/${i}`}>
          {field.item?.choices ? (
            <select value={String(item)} disabled={context.readOnly} aria-label={`${field.title} ${i + 1}`} onChange={(e) => put(items.with(i, field.item!.choices!.find((c) => String(c.value) === e.target.value)?.value ?? e.target.value))}>
              {field.item.choices.map((c) => <option key={String(c.value)} value={String(c.value)}>{c.label}</option>)}
            </select>
          ) : (
            <ItemInput
              label={`${field.title} ${i + 1}`} item={item} read={read} disabled={context.readOnly} numeric={numeric} change={(v) => put(items.with(i, v))}
              paste={(texts) => put(items.toSpliced(i, 1, ...texts.map(read)))}
            />
          )}
          {unit !== '' && <u>{unit}</u>}
          {!context.readOnly && <button type="button" className="in-icon" aria-label={t('Remove {title} {number}', { title: field.title, number: i + 1 })} onClick={() => put(items.toSpliced(i, 1))}><X size={12} /></button>}
        </span>
      ))}
      {items.length === 0 && <p className="in-help">{t('None yet.')}</p>}
      {!context.readOnly && <button type="button" className="in-add" onClick={() => put([...items, field.item?.choices?.[0]?.value ?? (numeric ? 0 : '')])}><Plus size={12} />{' '}{t('Add')}</button>}
    </div>
  )
}

function ItemInput({ label, item, read, change, paste, disabled, numeric }: { label: string; item: JsonValue; read: (text: string) => JsonValue; change: (v: JsonValue) => void; paste: (texts: string[]) => void; disabled: boolean; numeric: boolean }): ReactElement {
  const { text, type, leave } = useTyped(item, read, (v) => change(v ?? ''))
  return (
    <input
      value={text} aria-label={label} disabled={disabled} spellCheck={false} {...(numeric ? { inputMode: 'decimal' as const } : {})}
      onChange={(e) => type(e.target.value)} onBlur={leave}
      onPaste={(e) => {
        const texts = e.clipboardData.getData('text').split(/[\n\t;]+|,(?!\d)|, /).map((t) => t.trim()).filter((t) => t !== '')
        if (texts.length < 2) return
        e.preventDefault()
        leave()
        paste(texts)
      }}
    />
  )
}

/** What no other control can show: JSON, checked while it is typed, put in place when it reads. */
function JsonControl(props: ControlProps): ReactElement {
  const { field, value, context } = props
  const shown = value === undefined ? '' : JSON.stringify(value, null, 2)
  const [text, setText] = useState(shown)
  const [fault, setFault] = useState('')
  const [from, setFrom] = useState(shown)
  if (from !== shown) {
    setFrom(shown)
    setText(shown)
    setFault('')
  }
  const put = (next: string): void => {
    setText(next)
    try {
      const json = next.trim() === '' ? undefined : (JSON.parse(next) as JsonValue)
      setFault('')
      if (next.trim() === '' || JSON.stringify(json, null, 2) === next) context.change(field.path, json)
    } catch (thrown) {
      setFault(reasonOf(thrown))
    }
  }
  const leave = (): void => {
    if (fault === '') context.change(field.path, text.trim() === '' ? undefined : (JSON.parse(text) as JsonValue))
  }
  return (
    <>
      <textarea className="in-fld" {...inputProps(props)} rows={Math.min(10, Math.max(3, text.split('\n').length))} value={text} placeholder={t('JSON')} onChange={(e) => put(e.target.value)} onBlur={leave} />
      {fault !== '' && <p className="in-fault" role="alert">{t('Not put in place yet: {fault}', { fault })}</p>}
    </>
  )
}
