// A form from a config schema. Edits leave as (JSON pointer, value); undefined means: the default holds. Faults are
// shown at their field, gateway issues too. Used for node settings and for connections.
import { useEffect, useId, useRef, useState, type ReactElement, type ReactNode } from 'react'
import { ChevronRight, CornerDownLeft, MoreHorizontal, X } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { displayUnit, type Issue, type SchemaFault, type TSchema } from '#kit'
import { equalJson } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { fieldsOf, isShown, keysOf, parameterOf, showValue, valueAt, type Config, type FormField, type Json } from './form.ts'
import { Control } from './controls.tsx'
import './inspector.css'

export interface FormContext {
  readonly config: Config
  readonly faults: readonly SchemaFault[]
  readonly issues: readonly Issue[]
  readonly change: (path: string, value: Json) => void
  /** A field was left: the next edit is a step of its own. */
  readonly seal: () => void
  /** Unit of an input's wire. */
  readonly unitOf: (input: string) => string | undefined
  /** Names and values of the flow's parameters; none where parameters make no sense. */
  readonly parameters: Config
  /** The field that asks for attention, as a JSON pointer. */
  readonly focus: string | null
  readonly readOnly: boolean
  /** The node whose settings these are; none of a connection or an act. */
  readonly node?: string
}

export function SchemaForm({ schema, ...context }: FormContext & { readonly schema: TSchema }): ReactElement {
  const root = useRef<HTMLDivElement>(null)
  const { focus } = context
  useEffect(() => {
    if (focus === null || !root.current) return
    // The field itself, or the nearest one around it.
    for (let keys = keysOf(focus); keys.length > 0; keys = keys.slice(0, -1)) {
      const path = keys.map((k) => `/${k}`).join('')
      const found = [...root.current.querySelectorAll<HTMLElement>('[data-field]')].find((e) => e.dataset['field'] === path)
      if (!found) continue
      found.scrollIntoView({ block: 'center' })
      const into = found.querySelector<HTMLElement>(':is(input:not([type=hidden]), select, textarea):not(:disabled)') ?? found.querySelector<HTMLElement>('button')
      into?.focus()
      return
    }
  }, [focus])
  const fields = fieldsOf(schema)
  const known = new Set(fields.map((f) => f.key))
  const stray = context.faults.filter((f) => !known.has(keysOf(f.field)[0] ?? '')).map((f) => `${f.field.slice(1)}${f.field === '' ? '' : ': '}${f.reason}`)
  return (
    <div className="in-form" ref={root}>
      {stray.map((text) => (
        <p key={text} className="in-fault in-pad" role="alert">{text}</p>
      ))}
      <Fields fields={fields} siblings={context.config} context={context} />
    </div>
  )
}

/** Fields of one level: shown ones, then the advanced ones folded. */
export function Fields({ fields, siblings, context }: { readonly fields: readonly FormField[]; readonly siblings: Config; readonly context: FormContext }): ReactElement {
  const shown = fields.filter((f) => isShown(f, siblings, fields))
  const advanced = shown.filter((f) => f.advanced)
  const asked = advanced.some((f) => isWithin(context.focus, f.path) || faultsOf(context, f).length > 0)
  return (
    <>
      {shown.filter((f) => !f.advanced).map((f) => <Row key={f.path} field={f} context={context} />)}
      {advanced.length > 0 && (
        <Disclosure title={t('Advanced')} note={String(advanced.length)} open={asked}>
          {advanced.map((f) => <Row key={f.path} field={f} context={context} />)}
        </Disclosure>
      )}
    </>
  )
}

const isWithin = (path: string | null, of: string): boolean => path !== null && (path === of || path.startsWith(`${of}/`))

/** What is wrong at this field itself; with `deep` also within it. */
export function faultsOf(context: FormContext, field: FormField, deep = true): string[] {
  const at = (path: string | undefined): boolean => path !== undefined && (deep ? isWithin(path, field.path) : path === field.path)
  const own = context.faults.filter((f) => at(f.field)).map((f) => f.reason)
  const fromGateway = context.issues.filter((i) => at(i.field) && !context.faults.some((f) => f.field === i.field)).map((i) => (i.code === 'NODE_CONFIG' ? said(i.text) : `${said(i.text)} ${said(i.remedy)}`))
  return [...new Set([...own, ...fromGateway])]
}

function Row({ field, context }: { readonly field: FormField; readonly context: FormContext }): ReactElement {
  const id = useId()
  const value = valueAt(context.config, field.path)
  const parameter = parameterOf(value)
  const nested = field.kind === 'table' || field.kind === 'object' || field.kind === 'envelope' || field.kind === 'list'
  const faults = parameter !== undefined || !nested ? faultsOf(context, field) : faultsOf(context, field, false)
  const unit = field.unit ?? (field.unitOf === undefined ? undefined : context.unitOf(field.unitOf))
  const changed = value !== undefined && field.default !== undefined && !equalJson(value, field.default)
  const group = nested || field.kind === 'choices' || (field.kind === 'choice' && field.segments === true)
  return (
    <div className={`in-f${faults.length > 0 ? ' bad' : ''}`} data-field={field.path} onKeyDown={(e) => { if (!e.defaultPrevented && e.altKey && e.key === 'Backspace' && changed && !context.readOnly) { e.preventDefault(); e.stopPropagation(); context.change(field.path, undefined); context.seal() } }} onBlur={(e) => { if (!e.currentTarget.contains(e.relatedTarget)) context.seal() }}>
      <div className="in-label">
        {group ? <span id={`${id}-l`}>{field.title}</span> : <label htmlFor={id} id={`${id}-l`}>{field.title}</label>}
        {field.required && value === undefined && <em>{t('needed')}</em>}
        {value === undefined && field.default !== undefined && field.default !== '' && !nested && <em className="in-default">{t('default')}</em>}
        <FieldMenu field={field} value={value} changed={changed} context={context} />
      </div>
      {parameter === undefined ? (
        <Control id={id} labelledBy={`${id}-l`} describedBy={`${id}-d`} field={field} value={value} unit={unit === undefined ? '' : displayUnit(unit)} invalid={faults.length > 0} context={context} />
      ) : (
        <span className="in-fld in-param">
          <span className="in-chip" title={t('This value comes from a parameter of the flow')}>
            {parameter}
            {!context.readOnly && (
              <button type="button" aria-label={t('Type a value instead of parameter {parameter}', { parameter })} onClick={() => context.change(field.path, context.parameters[parameter])}><X size={11} /></button>
            )}
          </span>
          <u>{Object.hasOwn(context.parameters, parameter) ? showValue(context.parameters[parameter]) : t('unknown')}</u>
        </span>
      )}
      <div id={`${id}-d`}>
        {faults.map((text) => <p key={text} className="in-fault" role="alert">{text}</p>)}
        {field.help !== '' && <p className="in-help">{field.help}</p>}
      </div>
    </div>
  )
}

/** Reset and parameters, kept out of sight until wanted. */
function FieldMenu({ field, value, changed, context }: { readonly field: FormField; readonly value: Json; readonly changed: boolean; readonly context: FormContext }): ReactNode {
  const names = Object.keys(context.parameters)
  const bindable = names.length > 0 && !['connection', 'table', 'object', 'envelope', 'list', 'secret', 'certificate'].includes(field.kind)
  if (context.readOnly || (!changed && !bindable)) return null
  const plain = field.default === undefined || typeof field.default === 'object' ? '' : showValue(field.default, field)
  return (
    <span className="in-menu">
      {changed && (
        <button type="button" className="in-reset" title={plain === '' ? t('Back to the default (Alt+Backspace)') : t('Back to the default: {value} (Alt+Backspace)', { value: plain })} aria-label={plain === '' ? t('Reset {title} to its default', { title: field.title }) : t('Reset {title} to its default: {value}', { title: field.title, value: plain })} onClick={() => context.change(field.path, undefined)}>
          <CornerDownLeft size={11} /> {plain === '' ? t('default') : plain}
        </button>
      )}
      {bindable && (
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger className="in-icon" aria-label={t('More for {title}', { title: field.title })}><MoreHorizontal size={13} /></DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content className="in-pop" align="end" sideOffset={4}>
              <DropdownMenu.Label className="in-poplabel">{t('Use a parameter of the flow')}</DropdownMenu.Label>
              {names.map((name) => (
                <DropdownMenu.Item key={name} className="in-popitem" disabled={parameterOf(value) === name} onSelect={() => context.change(field.path, { $parameter: name })}>
                  <span>{name}</span><u>{showValue(context.parameters[name])}</u>
                </DropdownMenu.Item>
              ))}
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      )}
    </span>
  )
}

export function Disclosure({ title, note, open = false, children }: { readonly title: string; readonly note?: string; readonly open?: boolean; readonly children: ReactNode }): ReactElement {
  const [isOpen, setOpen] = useState(open)
  const [asked, setAsked] = useState(open)
  if (asked !== open) {
    setAsked(open)
    if (open) setOpen(true)
  }
  const id = useId()
  return (
    <div className="in-disc">
      <button type="button" className="in-dischead" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
        <ChevronRight size={13} className={isOpen ? 'open' : ''} /> {title} {note !== undefined && <small>{note}</small>}
      </button>
      <div id={id} hidden={!isOpen}>{isOpen && children}</div>
    </div>
  )
}
