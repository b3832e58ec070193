// Subflows beside the canvas: those of the flow, and of the one that is open its name, its ports and its parameters.
import { useState, type ReactElement } from 'react'
import { FolderOpen, Package, PackagePlus, Plus, Search, Trash2, X } from 'lucide-react'
import { formatType } from '#kit'
import type { Flow } from '#format'
import { t } from '../language/index.ts'
import { INPUTS, NEW_PORT, OUTPUTS, subflowAt, usesOf } from '../state/inside.ts'
import { actions, useEditor } from '../state/here.ts'
import { useEditor as useDraft } from '../state/store.ts'
import type { Side } from '../state/subflows.ts'
import { Parameters } from './overview.tsx'

/** Of the flow: how often each is used, and what can be done with it. */
export function SubflowList({ flow, readOnly }: { readonly flow: Flow; readonly readOnly: boolean }): ReactElement | null {
  const entries = Object.entries(flow.subflows ?? {})
  if (entries.length === 0) return null
  return (
    <>
      <h3 className="in-sec">{t('Subflows')}</h3>
      <ul className="in-subflows">
        {entries.map(([name, subflow]) => {
          const uses = usesOf(flow, name)
          const title = subflow.name || name
          return (
            <li key={name}>
              <Package size={13} aria-hidden="true" />
              <span title={name}>{title} <small>{uses === 0 ? t('not used') : uses === 1 ? t('used once') : t('used {uses} times', { uses })}</small></span>
              {uses > 0 && <button type="button" className="in-icon" aria-label={t('Where {title} is used', { title })} title={t('Where {title} is used', { title })} onClick={() => actions.openDialog({ kind: 'find', text: `subflow:${name}` })}><Search size={13} /></button>}
              {uses > 0 && <button type="button" className="in-icon" aria-label={t('Open {title}', { title })} title={t('Open')} onClick={() => actions.openSubflow(name)}><FolderOpen size={13} /></button>}
              {!readOnly && <button type="button" className="in-icon" aria-label={t('Place an instance of {title}', { title })} title={t('Place another instance')} onClick={() => place(name)}><PackagePlus size={13} /></button>}
              {!readOnly && <button type="button" className="in-icon" aria-label={t('Remove {title}', { title })} disabled={uses > 0} title={uses > 0 ? t('Used: remove or expand its instances first') : t('Remove')} onClick={() => actions.removeSubflow(name)}><Trash2 size={13} /></button>}
            </li>
          )
        })}
      </ul>
    </>
  )
}

/** Right of what is there: the canvas brings it into view. */
function place(name: string): void {
  const id = actions.placeSubflow(name, [80, 80])
  if (id !== null) actions.reveal([id])
}

/** Inside, with nothing selected: the subflow itself. */
export function SubflowOverview({ flow }: { readonly flow: Flow }): ReactElement {
  const whole = useDraft((s) => s.document?.flow)
  const name = useDraft((s) => (s.document?.inside && subflowAt(s.document.flow, s.document.inside)) ?? '')
  const readOnly = useEditor((s) => s.session?.role === 'viewer' || s.session?.role === 'operator')
  const uses = whole ? usesOf(whole, name) : 0
  return (
    <>
      <div className="in-f">
        <div className="in-label"><label htmlFor="in-subflow">{t('Subflow')}</label><em className="mono">{name}</em></div>
        <span className="in-fld sansy"><input id="in-subflow" value={flow.name} maxLength={200} disabled={readOnly} autoComplete="off" onChange={(e) => actions.setSubflowName(name, e.target.value)} onBlur={() => actions.seal()} /></span>
      </div>
      <p className="in-pad in-note">{uses === 1 ? t('One instance uses it.') : t('{uses} instances use it: a change here changes all of them.', { uses })}{' '}{t('Live values are those of the instance that is named above the canvas.')}</p>
      <PortList side="inputs" readOnly={readOnly} />
      <PortList side="outputs" readOnly={readOnly} />
      <Parameters flow={flow} readOnly={readOnly} />
    </>
  )
}

function PortList({ side, readOnly }: { readonly side: Side; readonly readOnly: boolean }): ReactElement {
  const ports = useEditor((s) => (side === 'inputs' ? s.ports[INPUTS]?.outputs : s.ports[OUTPUTS]?.inputs)) ?? {}
  const names = Object.keys(ports).filter((p) => p !== NEW_PORT)
  return (
    <>
      <h3 className="in-sec">{side === 'inputs' ? t('Inputs') : t('Outputs')}</h3>
      <div className="in-params">
        {names.map((name) => <PortRow key={name} side={side} name={name} type={side === 'inputs' ? formatType(ports[name]!) : ''} readOnly={readOnly} />)}
        {names.length === 0 && <p className="in-pad in-note">{side === 'inputs' ? t("None yet: pull a wire from the plus of the inputs' card to a node.") : t("None yet: pull a wire from a node to the plus of the outputs' card.")}</p>}
        {side === 'inputs' && !readOnly && <div className="in-paramrow"><button type="button" className="in-add" onClick={() => actions.addInput()}><Plus size={12} />{' '}{t('Add input')}</button></div>}
      </div>
    </>
  )
}

function PortRow({ side, name, type, readOnly }: { readonly side: Side; readonly name: string; readonly type: string; readonly readOnly: boolean }): ReactElement {
  const [text, setText] = useState<string | null>(null)
  const fault = text !== null && text !== name && (text === '' || /\s/.test(text))
  const done = (): void => {
    if (text !== null && text !== name && !actions.renamePort(side, name, text)) actions.toast({ level: 'warning', text: side === 'inputs' ? t("'{text}' can be no name of an input here.", { text }) : t("'{text}' can be no name of an output here.", { text }), remedy: t('Take one without blanks that no other has.') })
    setText(null)
  }
  return (
    <div className="in-paramrow in-portrow">
      <span className="in-fld">
        <input aria-label={side === 'inputs' ? t('Name of the input {name}', { name }) : t('Name of the output {name}', { name })} aria-invalid={fault} value={text ?? name} maxLength={64} disabled={readOnly} spellCheck={false} autoComplete="off" onChange={(e) => setText(e.target.value)} onBlur={done} onKeyDown={(e) => { if (e.key === 'Enter') e.currentTarget.blur() }} />
        <u>{type}</u>
      </span>
      {!readOnly && <button type="button" className="in-icon" aria-label={side === 'inputs' ? t('Remove input {name}', { name }) : t('Remove output {name}', { name })} title={t('Remove, with the wires of all instances')} onClick={() => actions.removePort(side, name)}><X size={12} /></button>}
    </div>
  )
}
