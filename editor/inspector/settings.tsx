// Settings of one node: name, the form of its config, its ports and its counters.
import { useDeferredValue, useMemo, type ReactElement } from 'react'
import { formatType, type Issue, type JsonValue } from '#kit'
import { SUBFLOW } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { Rich } from '../shell/rich.tsx'
import type { NodeEntry, NodeStatus, ResolvedPortsOf } from './types.ts'
import { refusedOf } from '../state/derive.ts'
import { actions, useEditor } from '../state/here.ts'
import { formatCount, kindClass } from '../live/values.ts'
import { formFaults, type Config } from './form.ts'
import { SchemaForm } from './schema-form.tsx'
import { instanceSchema } from './subflow.ts'

const none: readonly Issue[] = []

export function Settings({ id, node }: { readonly id: string; readonly node: NodeEntry }): ReactElement {
  const type = useEditor((s) => s.types.get(node.type))
  const parameters = useEditor((s) => s.document!.flow.parameters) as Config
  const ports = useEditor((s) => s.ports[id])
  const focusField = useEditor((s) => s.ui.focusField)
  const allIssues = useEditor((s) => s.issues)
  const refused = useEditor(refusedOf)
  const pending = useEditor((s) => s.check.pending)
  const readOnly = useEditor((s) => s.session?.role === 'viewer' || s.session?.role === 'operator')
  const subflows = useEditor((s) => s.document!.flow.subflows)
  const schema = useMemo(() => (type && node.type === SUBFLOW ? instanceSchema(type.config, subflows ?? {}, node.config) : type?.config), [type, node.type, node.config, subflows])
  const issues = useMemo(() => { const own = [...allIssues, ...refused].filter((i) => i.node === id); return own.length === 0 ? none : own }, [allIssues, refused, id])
  // After the key is drawn: a table of a thousand rows takes a while to judge.
  const judged = useDeferredValue(node.config)
  const faults = useMemo(() => (schema ? formFaults(schema, judged as Config, parameters) : []), [schema, judged, parameters])
  const change = (path: string, value: JsonValue | undefined): void => actions.setConfig(id, path, value)
  return (
    <>
      <div className="in-f" data-field="@name">
        <div className="in-label"><label htmlFor="in-name">{t('Name')}</label><em className="mono">{id}</em></div>
        <span className="in-fld sansy"><input id="in-name" value={node.name ?? ''} placeholder={said(type?.title) ?? node.type} maxLength={200} disabled={readOnly} autoComplete="off" onChange={(e) => actions.setName(id, e.target.value)} onBlur={() => actions.seal()} /></span>
      </div>
      {schema ? (
        <SchemaForm
          key={id} node={id} schema={schema} config={node.config as Config} faults={faults} issues={pending ? issues.filter((i) => i.code !== 'NODE_CONFIG' || refused.includes(i)) : issues}
          change={change} seal={() => actions.seal()} parameters={parameters} readOnly={readOnly}
          unitOf={(input) => ports?.inputs[input]?.unit}
          focus={focusField?.node === id ? focusField.field : null}
        />
      ) : (
        <Unknown node={node} />
      )}
      <OtherIssues issues={issues} fields={schema ? new Set(Object.keys((schema as { properties?: object }).properties ?? {})) : new Set()} />
      <Ports inputs={ports?.inputs} outputs={ports?.outputs} />
      <Counters id={id} />
    </>
  )
}

function Unknown({ node }: { readonly node: NodeEntry }): ReactElement {
  return (
    <div className="in-pad">
      <p className="in-fault"><Rich text={t('This gateway has no node type <mono>{type}</mono>. Its settings are kept as they are; install the type or replace the node.', { type: node.type })} /></p>
      <pre className="in-code">{JSON.stringify(node.config, null, 2)}</pre>
    </div>
  )
}

/** Issues that have no field to stand at. */
function OtherIssues({ issues, fields }: { readonly issues: readonly Issue[]; readonly fields: ReadonlySet<string> }): ReactElement | null {
  const left = issues.filter((i) => !fields.has(i.field?.split('/')[1] ?? ''))
  if (left.length === 0) return null
  return (
    <ul className="in-issues">
      {left.map((i, n) => (
        <li key={n} data-level={i.level}>
          <b>{i.port === undefined ? '' : `${i.port}: `}{said(i.text)}</b> {said(i.remedy)}
        </li>
      ))}
    </ul>
  )
}

export function Ports({ inputs, outputs }: { readonly inputs: ResolvedPortsOf; readonly outputs: ResolvedPortsOf }): ReactElement | null {
  const ins = Object.entries(inputs ?? {})
  const outs = Object.entries(outputs ?? {})
  if (ins.length + outs.length === 0) return null
  const row = (side: string) => ([name, type]: [string, NonNullable<ResolvedPortsOf>[string]]): ReactElement => (
    <tr key={`${side} ${name}`} title={said(type.help ?? type.title ?? '')}>
      <td><span className="in-side">{side === 'in' ? '→' : ''}</span>{name}{type.optional === true && <small>{' '}{t('optional')}</small>}{side === 'out' && <span className="in-side"> →</span>}</td>
      <td className={`in-kind ${kindClass(type.kind)}`}>{formatType(type)}{type.periodMs === undefined ? '' : ` · ${type.periodMs} ms`}</td>
    </tr>
  )
  return (
    <>
      <h3 className="in-sec">{t('Ports')}</h3>
      <table className="in-c"><tbody>{ins.map(row('in'))}{outs.map(row('out'))}</tbody></table>
    </>
  )
}

function Counters({ id }: { readonly id: string }): ReactElement | null {
  const status: NodeStatus | undefined = useEditor((s) => s.live.nodes[id])
  if (!status) return null
  const { ledger } = status
  const out = Object.values(status.outputs).reduce((sum, p) => sum + p.count, 0)
  const dropped = Object.values(ledger.dropped).reduce((sum, n) => sum + n, 0)
  return (
    <>
      <h3 className="in-sec">{t('Counters')}</h3>
      <table className="in-c">
        <tbody>
          {Object.keys(status.inputs).length > 0 && <tr><td>{t('in')}</td><td>{formatCount(ledger.in)}</td></tr>}
          {Object.keys(status.outputs).length > 0 && <tr><td>{t('out')}</td><td>{formatCount(out)}</td></tr>}
          {Object.keys(status.inputs).length > 0 && <tr><td>{t('dropped')}</td><td>{formatCount(dropped)}</td></tr>}
          {ledger.failed > 0 && <tr className="bad"><td>{t('failed')}</td><td>{formatCount(ledger.failed)}</td></tr>}
          {status.p99Us !== null && <tr><td>{t('time per sample p99')}</td><td>{status.p99Us < 1000 ? `${formatCount(Math.round(status.p99Us * 10) / 10)} µs` : `${formatCount(Math.round(status.p99Us / 10) / 100)} ms`}</td></tr>}
        </tbody>
      </table>
    </>
  )
}
