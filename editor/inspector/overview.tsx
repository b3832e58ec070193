// With nothing selected: the flow itself. With several: what can be done to them.
import { useMemo, useState, type ReactElement } from 'react'
import { Copy, Plus, Search, Trash2, X } from 'lucide-react'
import type { CatalogueNode, Issue, JsonValue } from '#kit'
import { expandFlow, parseWire, type Flow, type FlowSummary } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { Rich, type Parts } from '../shell/rich.tsx'
import { actions, useEditor } from '../state/here.ts'
import { readScalar, showValue } from './form.ts'
import { SubflowList } from './subflows.tsx'

export function FlowOverview({ flow }: { readonly flow: Flow }): ReactElement {
  const issues = useEditor((s) => s.issues)
  const types = useEditor((s) => s.types)
  const summary = useEditor((s) => s.flows.find((f) => f.id === s.flowId))
  const readOnly = useEditor((s) => s.session?.role === 'viewer' || s.session?.role === 'operator')
  const count = Object.keys(flow.nodes).length
  return (
    <>
      <div className="in-f">
        <div className="in-label"><label htmlFor="in-flow">{t('Flow')}</label><em className="mono">{flow.id}</em></div>
        <span className="in-fld sansy"><input id="in-flow" value={flow.name} maxLength={200} disabled={readOnly} autoComplete="off" onChange={(e) => actions.setFlowName(e.target.value)} onBlur={() => actions.seal()} /></span>
      </div>
      <State summary={summary} />
      <table className="in-c">
        <tbody>
          <tr><td>{t('nodes')}</td><td>{count}</td></tr>
          <tr><td>{t('wires')}</td><td>{flow.wires.length}</td></tr>
          <tr className={issues.some((i) => i.level === 'error') ? 'bad' : issues.length > 0 ? 'warn' : ''}><td>{t('issues')}</td><td>{issueCount(issues)}</td></tr>
        </tbody>
      </table>
      {issues.length > 0 && <div className="in-pad"><button type="button" className="btn" onClick={() => actions.setDrawerTab('problems')}>{t('Show issues')}</button></div>}
      {count === 0 && <p className="in-pad in-note"><Rich text={t('An empty flow. Drag a source from the left, for example <b>Modbus</b> or <b>MQTT</b>, then wire its outputs to what should happen with them.')} /></p>}
      <Does flow={flow} types={types} />
      <Parameters flow={flow} readOnly={readOnly} />
      <SubflowList flow={flow} readOnly={readOnly} />
      {count > 0 && <p className="in-pad in-note">{t('Select a node to see its settings, live values and help.')}</p>}
    </>
  )
}

const asFailed: Parts = { b: (word) => <b className="bad">{word}</b> }

function State({ summary }: { readonly summary: FlowSummary | undefined }): ReactElement {
  if (!summary || summary.version === null) return <p className="in-pad in-note">{t('Not deployed yet: it is a draft.')}</p>
  const { version, state } = summary
  const words = { running: t('Version {version} is <b>running</b>', { version }), stopped: t('Version {version} is <b>stopped</b>', { version }), failed: t('Version {version} is <b>failed</b>', { version }), restarting: t('Version {version} is <b>restarting</b>', { version }) }[state]
  return (
    <p className="in-pad in-note">
      <Rich text={words} {...(state === 'failed' ? { as: asFailed } : {})} />
      {summary.actuators > 0 && <>, <Rich text={summary.armed ? t('<b>armed</b>: it may write to the plant.') : t('<b>disarmed</b>: it watches and does not write.')} /></>}
      {summary.actuators === 0 && `. ${t('It has no actuator, so there is nothing to arm.')}`}
    </p>
  )
}

export function issueCount(issues: readonly Issue[]): string {
  const of = (level: Issue['level']): number => issues.filter((i) => i.level === level).length
  const [errors, warnings, notes] = [of('error'), of('warning'), of('info')]
  return [errors > 0 ? t('{count} errors', { count: errors }) : '', warnings > 0 ? t('{count} warnings', { count: warnings }) : '', notes > 0 ? t('{count} notes', { count: notes }) : ''].filter((w) => w !== '').join(', ') || t('none')
}

/** What it takes in, tells and moves, and which connections, models and secrets it needs. */
function Does({ flow, types }: { readonly flow: Flow; readonly types: ReadonlyMap<string, CatalogueNode> }): ReactElement | null {
  // Those in subflows too, by their place: 'instance/node'.
  const nodes = useMemo(() => Object.entries(expandFlow(flow).flow.nodes), [flow]).map(([id, node]) => ({ id, node, type: types.get(node.type) }))
  const by = (effects: CatalogueNode['effects']) => nodes.filter((n) => n.type?.effects === effects)
  const needs = new Map<string, Set<string>>()
  for (const { node, type } of nodes) {
    for (const [key, schema] of Object.entries((type?.config as { properties?: Record<string, { widget?: string }> } | undefined)?.properties ?? {})) {
      const value = node.config[key]
      if (typeof value !== 'string' || value === '' || !['connection', 'model', 'secret'].includes(schema.widget ?? '')) continue
      needs.set(schema.widget!, (needs.get(schema.widget!) ?? new Set()).add(value))
    }
  }
  const groups = [[t('Reads'), by('reads')], [t('Tells'), by('notifies')], [t('Writes (verb)'), by('writes')]] as const
  if (groups.every(([, list]) => list.length === 0) && needs.size === 0) return null
  return (
    <>
      <h3 className="in-sec">{t('What it does')}</h3>
      <dl className="in-does">
        {groups.filter(([, list]) => list.length > 0).map(([title, list]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{list.map(({ id, node, type }) => <button key={id} type="button" className="in-link" onClick={() => actions.show(id)}>{node.name ?? said(type?.title) ?? id}</button>)}</dd>
          </div>
        ))}
        {needs.has('connection') && <div><dt>{t('Connections')}</dt><dd>{[...needs.get('connection')!].map((name) => <button key={name} type="button" className="in-link" onClick={() => actions.openDialog({ kind: 'connections', name })}>{name}</button>)}</dd></div>}
        {needs.has('model') && <div><dt>{t('Models')}</dt><dd>{[...needs.get('model')!].map((name) => <button key={name} type="button" className="in-link" onClick={() => actions.openDialog({ kind: 'models' })}>{name}</button>)}</dd></div>}
        {needs.has('secret') && <div><dt>{t('Secrets')}</dt><dd>{[...needs.get('secret')!].map((name) => <button key={name} type="button" className="in-link" onClick={() => actions.openDialog({ kind: 'secrets' })}>{name}</button>)}</dd></div>}
      </dl>
    </>
  )
}

const PARAMETER_NAME = /^[A-Za-z][\w-]{0,63}$/

export function Parameters({ flow, readOnly }: { readonly flow: Flow; readonly readOnly: boolean }): ReactElement {
  const [name, setName] = useState('')
  const entries = Object.entries(flow.parameters)
  const text = JSON.stringify(flow.nodes)
  const add = (): void => {
    actions.setParameter(name, 0)
    actions.seal()
    setName('')
  }
  const taken = Object.hasOwn(flow.parameters, name)
  return (
    <>
      <h3 className="in-sec">{t('Parameters')}{' '}<small>{t('values that settings share')}</small></h3>
      <div className="in-params">
        {entries.map(([key, value]) => {
          const used = text.split(`{"$parameter":${JSON.stringify(key)}}`).length - 1
          return (
            <div key={key} className="in-paramrow">
              <label htmlFor={`in-p-${key}`} title={used === 0 ? t('No setting uses it') : t('Used by {count} settings', { count: used })}>{key}</label>
              <ParameterValue id={`in-p-${key}`} value={value} readOnly={readOnly} change={(v) => actions.setParameter(key, v)} />
              {used > 0 && <button type="button" className="in-icon" aria-label={t('Where parameter {key} is used', { key })} title={t('Where it is used: {count} settings', { count: used })} onClick={() => actions.openDialog({ kind: 'find', text: `parameter:${key}` })}><Search size={12} /></button>}
              {!readOnly && <button type="button" className="in-icon" aria-label={t('Remove parameter {key}', { key })} disabled={used > 0} title={used > 0 ? t('Used by {count} settings', { count: used }) : t('Remove')} onClick={() => { actions.setParameter(key, undefined); actions.seal() }}><X size={12} /></button>}
            </div>
          )
        })}
        {!readOnly && (
          <form className="in-paramrow" onSubmit={(e) => { e.preventDefault(); if (PARAMETER_NAME.test(name) && !taken) add() }}>
            <span className="in-fld"><input value={name} placeholder={t('name of a new one')} aria-label={t('Name of a new parameter')} onChange={(e) => setName(e.target.value)} /></span>
            <button type="submit" className="in-add" disabled={!PARAMETER_NAME.test(name) || taken}><Plus size={12} />{' '}{t('Add')}</button>
          </form>
        )}
      </div>
    </>
  )
}

function ParameterValue({ id, value, readOnly, change }: { readonly id: string; readonly value: JsonValue; readonly readOnly: boolean; readonly change: (value: JsonValue) => void }): ReactElement {
  const shown = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const [typing, setTyping] = useState<string | null>(null)
  return (
    <span className="in-fld">
      <input id={id} value={typing ?? shown} disabled={readOnly || (typeof value === 'object' && value !== null)} onChange={(e) => { setTyping(e.target.value); change(readScalar(e.target.value, ['number', 'boolean', 'string']) ?? '') }} onBlur={() => { setTyping(null); actions.seal() }} />
      <u>{typeof value === 'number' ? t('number') : typeof value === 'boolean' ? t('yes/no') : typeof value === 'string' ? t('text') : showValue(value)}</u>
    </span>
  )
}

export function ManySelected({ nodes, wires }: { readonly nodes: readonly string[]; readonly wires: readonly string[] }): ReactElement {
  const readOnly = useEditor((s) => s.session?.role === 'viewer' || s.session?.role === 'operator')
  const wire = nodes.length === 0 && wires.length === 1 ? parseWire(wires[0]!) : undefined
  return (
    <>
      <h3 className="in-sec first">{wires.length === 0 ? t('{count} nodes selected', { count: nodes.length }) : nodes.length === 0 ? t('{count} wires selected', { count: wires.length }) : t('{nodes} and {wires} selected', { nodes: t('{count} nodes', { count: nodes.length }), wires: t('{count} wires', { count: wires.length }) })}</h3>
      {wire && <p className="in-pad mono in-wrap">{wires[0]}</p>}
      <div className="in-pad in-acts">
        {nodes.length > 0 && !readOnly && <button type="button" className="btn" onClick={() => actions.duplicateSelected()}><Copy size={13} />{' '}{t('Duplicate')}</button>}
        {wire && <button type="button" className="btn" onClick={() => actions.pinTap(wire.from.node, wire.from.port)}>{t('Plot it')}</button>}
        {!readOnly && <button type="button" className="btn" onClick={() => actions.removeSelected()}><Trash2 size={13} />{' '}{t('Delete')}</button>}
      </div>
    </>
  )
}
