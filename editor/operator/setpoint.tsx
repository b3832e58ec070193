// What an operator sets. Nothing is set by one touch: a dialog names the old and the new value, the unit and what it
// drives, and whether that is written to the plant at this moment. The node has the last word and says what holds.
import { useRef, useState, type ReactElement } from 'react'
import { Minus, PencilLine, Plus } from 'lucide-react'
import type { Issue, JsonValue } from '#kit'
import type { Widget } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { Field, IssueList, Modal } from '../dialogs/modal.tsx'
import { formatNumber } from '../state/format.ts'
import { readNumber, twoReadings, typed } from '../state/numbers.ts'
import { drivenBy, formatFixed, runningPorts, setFault, setpointOf, type Setpoint } from '../state/operating.ts'
import { titleOf } from '../state/status.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { useReading, type Shown } from './reading.ts'
import { Foot, Value } from './widget.tsx'

/** What can be set at this widget's node; undefined: nothing. */
function useSetpoint(node: string | undefined): Setpoint | undefined {
  const flow = useEditor((s) => s.base.flow)
  const types = useEditor((s) => s.types)
  const ports = useEditor(runningPorts)
  return node === undefined ? undefined : setpointOf(flow, types, ports, node)
}

const wordOf = (of: Setpoint, value: JsonValue | undefined): string =>
  typeof value === 'number' ? `${formatFixed(value, of.decimals, formatNumber)}${of.unit === '' ? '' : ` ${of.unit}`}` : (of.choices.find(([c]) => c === value)?.[1] ?? (value === undefined || value === null ? t('nothing') : String(value)))

/** 'At most 80 bar. '; '' without limits. */
function rangeOf({ minimum, maximum, unit }: Setpoint): string {
  if (minimum === undefined && maximum === undefined) return ''
  const of = (limit: number): string => `${formatNumber(limit)}${unit === '' ? '' : ` ${unit}`}`
  return `${minimum === undefined ? t('At most {maximum}', { maximum: of(maximum!) }) : maximum === undefined ? t('{minimum} or more', { minimum: of(minimum) }) : t('{minimum} to {maximum}', { minimum: formatNumber(minimum), maximum: of(maximum) })}. `
}

export function SetpointBody({ widget, title }: { readonly widget: Widget; readonly title: string }): ReactElement {
  const of = useSetpoint(widget.node)
  const shown = useReading(widget.ports?.[0] ?? of?.shows)
  const allowed = useEditor((s) => s.session !== null) && actions.may('operate')
  const heard = useEditor((s) => s.live.state === 'open')
  const flow = useEditor((s) => s.flowId)
  const [asked, setAsked] = useState<JsonValue | null | undefined>(undefined)
  if (!of || widget.node === undefined || flow === null) return <p className="op-note">{widget.node === undefined ? t('No node is chosen.') : t("'{node}' is not in the version that runs, or has nothing to set.", { node: widget.node })}</p>
  const words = widget.words ?? Object.fromEntries(of.choices.map(([value, word]) => [String(value), word]))
  const decimals = widget.decimals ?? of.decimals
  const disabled = !allowed || !heard
  const why = !allowed ? t('Needs the role operator') : !heard ? t('No connection to the gateway') : ''
  const now = shown.sample?.value
  return (
    <>
      <div className="op-body"><Value widget={{ kind: of.kind === 'boolean' ? 'state' : 'value', words, ...(decimals === undefined ? {} : { decimals }) }} shown={shown} band="" /></div>
      <div className="op-set">
        {of.kind === 'boolean'
          ? of.choices.map(([value, word]) => <button key={word} type="button" className="btn big" aria-pressed={now === value} disabled={disabled || now === value} title={why} onClick={() => setAsked(value)}>{words[String(value)] ?? word}</button>)
          : <button type="button" className="btn big" disabled={disabled} title={why} onClick={() => setAsked(null)}><PencilLine size={16} />{' '}{t('Change…')}</button>}
      </div>
      <Foot shown={shown} />
      {asked !== undefined && <SetDialog flow={flow} node={widget.node} title={title} of={of} shown={shown} wish={asked ?? undefined} close={() => setAsked(undefined)} />}
    </>
  )
}

function SetDialog({ flow, node, title, of, shown, wish, close }: { readonly flow: string; readonly node: string; readonly title: string; readonly of: Setpoint; readonly shown: Shown; readonly wish: JsonValue | undefined; readonly close: () => void }): ReactElement {
  const now = shown.level === 'none' ? undefined : shown.sample?.value
  const [began] = useState(now)
  const [value, setValue] = useState<JsonValue | undefined>(wish ?? now)
  const [text, setText] = useState(typeof now === 'number' ? typed(Number(now.toFixed(of.decimals ?? 9))) : '')
  const [issues, setIssues] = useState<readonly Issue[]>([])
  const [busy, setBusy] = useState(false)
  // A second click comes before React has drawn the first.
  const sent = useRef(false)
  const two = twoReadings(text)
  const fault = two ? t('This can be read as {many} or as {decimals}: write one of them.', { many: typed(two[0]), decimals: typed(two[1]) }) : setFault(of, value)
  const type = (next: string): void => {
    setText(next)
    const read = readNumber(next)
    setValue(typeof read === 'number' ? read : undefined)
  }
  const step = (by: number): void => {
    const from = typeof value === 'number' ? value : typeof now === 'number' ? now : (of.minimum ?? 0)
    const next = Number((from + by * of.step).toPrecision(12))
    type(typed(Math.min(of.maximum ?? next, Math.max(of.minimum ?? next, next))))
  }
  const go = (): void => {
    if (fault !== '' || sent.current || value === undefined) return
    sent.current = true
    setBusy(true)
    api.act({ flow, node, act: of.act, arguments: { [of.argument]: value } })
      .then((answer) => {
        actions.toast({ level: 'success', text: answer === undefined ? t('{title}: {value} was sent.', { title, value: wordOf(of, value) }) : t('{title}: {value} is in force.', { title, value: wordOf(of, answer.result) }) })
        close()
      })
      .catch((thrown: unknown) => { sent.current = false; setIssues(actions.failed(thrown)) })
      .finally(() => setBusy(false))
  }
  const same = value === now && shown.level === 'good'
  return (
    <Modal
      title={of.title === '' ? t('Set {title}', { title }) : t('Set {title}: {what}', { title, what: said(of.title) })} close={close} onSubmit={go}
      actions={<><button type="button" className="btn big" onClick={close}>{t('Cancel')}</button><button type="submit" className="btn primary big" disabled={busy || fault !== '' || same}>{busy ? t('Setting…') : fault === '' ? t('Set to {value}', { value: wordOf(of, value) }) : t('Set')}</button></>}
    >
      {of.kind === 'number' ? (
        <Field label={of.unit === '' ? t('New value') : t('New value, {unit}', { unit: of.unit })} hint={`${rangeOf(of)}${t('Arrow keys go by {step}.', { step: formatNumber(of.step) })}`}>
          <NumberStep text={text} type={type} step={step} invalid={fault !== ''} />
        </Field>
      ) : of.kind === 'choice' ? (
        <div className="op-choices" role="radiogroup" aria-label={t('New value')}>
          {of.choices.map(([choice, word]) => <label key={word} className={value === choice ? 'on' : ''}><input type="radio" name="op-choice" checked={value === choice} onChange={() => setValue(choice)} /> {word}</label>)}
        </div>
      ) : null}
      {fault !== '' && (text !== '' || of.kind !== 'number') && <p className="dg-warn" role="alert">{fault}</p>}
      <div className="op-change" aria-live="polite">
        <span><small>{t('In force now')}</small><b>{wordOf(of, now)}</b>{shown.level !== 'good' && shown.level !== 'none' && <em>{shown.why}</em>}</span>
        <i aria-hidden="true">→</i>
        <span><small>{t('New')}</small><b>{fault === '' ? wordOf(of, value) : '—'}</b></span>
      </div>
      {now !== began && <p className="dg-warn" role="alert">{t('It was {before} when you opened this, and is {now} now: somebody else set it.', { before: wordOf(of, began), now: wordOf(of, now) })}</p>}
      {same && <p className="dg-note">{t('This is in force already.')}</p>}
      <Drives node={node} />
      <IssueList issues={issues} />
    </Modal>
  )
}

function NumberStep({ text, type, step, invalid, ...field }: { readonly text: string; readonly type: (text: string) => void; readonly step: (by: number) => void; readonly invalid: boolean; readonly id?: string; readonly 'aria-describedby'?: string }): ReactElement {
  return (
    <span className="op-step">
      <button type="button" className="btn big" aria-label={t('Less')} onClick={() => step(-1)}><Minus size={18} /></button>
      <input
        {...field} className="dg-input" inputMode="decimal" autoFocus autoComplete="off" value={text} aria-invalid={invalid} onFocus={(e) => e.target.select()} onChange={(e) => type(e.target.value)}
        onKeyDown={(e) => {
          if (e.key !== 'ArrowUp' && e.key !== 'ArrowDown') return
          e.preventDefault()
          step((e.key === 'ArrowUp' ? 1 : -1) * (e.shiftKey ? 10 : 1))
        }}
      />
      <button type="button" className="btn big" aria-label={t('More')} onClick={() => step(1)}><Plus size={18} /></button>
    </span>
  )
}

/** What this value reaches, and whether it is written now. */
function Drives({ node }: { readonly node: string }): ReactElement {
  const flow = useEditor((s) => s.base.flow)
  const types = useEditor((s) => s.types)
  const armed = useEditor((s) => s.flows.find((f) => f.id === s.flowId)?.armed === true)
  const held = useEditor((s) => s.live.held)
  const driven = drivenBy(flow, types, node)
  if (driven.length === 0) return <p className="dg-note">{t("It feeds this flow's calculations. No output to the plant depends on it.")}</p>
  const names = driven.map((id) => titleOf(flow?.nodes, types, id)).join(', ')
  return <p className={armed && !held ? 'dg-warn' : 'dg-note'}>{t('It drives')}{' '}<b>{names}</b>. {held ? t('All outputs are held: nothing is written until they are released.') : armed ? t('The flow is armed: this is written to the plant.') : t('The flow is disarmed: nothing is written to the plant.')}</p>
}
