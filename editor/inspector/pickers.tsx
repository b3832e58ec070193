// Pickers of what the gateway holds: connections, models, secrets. A name that the gateway does not know stays
// chosen and says so.
import type { ReactElement } from 'react'
import { ChevronDown, Plus, Settings2 } from 'lucide-react'
import type { Health } from '#kit'
import type { ConnectionBody } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { tellsOf } from '../state/status.ts'
import { actions, useEditor } from '../state/here.ts'
import { NewKey } from './certificate-control.tsx'
import type { ControlProps } from './controls.tsx'
import { NewSecret } from './new-secret.tsx'
import { useConnections, useModels, useSecrets } from './resources.ts'

interface Option {
  readonly name: string
  readonly label: string
}

function Picker({ id, describedBy, invalid, context, field, value, options, choose, loaded, children }: ControlProps & { readonly options: readonly Option[]; readonly choose: string; readonly loaded: boolean; readonly children?: ReactElement | false }): ReactElement {
  const now = typeof value === 'string' ? value : ''
  const known = options.some((o) => o.name === now)
  return (
    <div className="in-pick">
      <span className="in-fld in-select">
        <select id={id} aria-describedby={describedBy} {...(invalid ? { 'aria-invalid': true } : {})} disabled={context.readOnly} value={now} onChange={(e) => context.change(field.path, e.target.value === '' ? undefined : e.target.value)}>
          {(now === '' || !field.required) && <option value="">{field.required ? choose : t('None')}</option>}
          {now !== '' && !known && <option value={now}>{now}{loaded ? ` (${t('not on this gateway')})` : ''}</option>}
          {options.map((o) => <option key={o.name} value={o.name}>{o.label}</option>)}
        </select>
        <ChevronDown size={13} aria-hidden />
      </span>
      {children}
    </div>
  )
}

export function ConnectionPicker(props: ControlProps): ReactElement {
  const { data } = useConnections()
  const mayEdit = useEditor((s) => s.session !== null) && actions.may('edit')
  const type = props.field.connection
  const options = (data ?? []).filter((c) => c.type === type).map((c) => ({ name: c.name, label: c.name }))
  const now = data?.find((c) => c.name === props.value)
  const { node } = props.context
  const add = (): void => actions.openDialog({ kind: 'connections', ...(type === undefined ? {} : { type }), ...(node === undefined || props.context.readOnly ? {} : { assign: { node, field: props.field.path } }) })
  return (
    <>
      <Picker {...props} options={options} choose={t('Choose a connection')} loaded={data !== null}>
        {mayEdit && (
          now
            ? <button type="button" className="btn in-square" aria-label={t('Settings of connection {name}', { name: now.name })} title={t('Settings of this connection')} onClick={() => actions.openDialog({ kind: 'connections', name: now.name })}><Settings2 size={14} /></button>
            : <button type="button" className="btn in-square" aria-label={t('Add a connection')} title={t('Add a connection')} onClick={() => add()}><Plus size={14} /></button>
        )}
      </Picker>
      {now && <p className="in-help"><HealthMark of={now} /> {describeEndpoint(now.config)}</p>}
      {data !== null && options.length === 0 && (mayEdit
        ? <p className="in-help">{t('This gateway has no connection of this kind yet.')}{' '}<button type="button" className="dg-link" onClick={add}>{t('New connection…')}</button></p>
        : <p className="in-help">{t('This gateway has no connection of this kind yet.')}</p>)}
    </>
  )
}

/** The address in a connection's config, whatever its driver calls it. */
export function describeEndpoint(config: { readonly [name: string]: unknown }): string {
  for (const key of ['url', 'endpoint', 'address', 'path']) if (typeof config[key] === 'string') return config[key]
  return typeof config['host'] === 'string' ? `${config['host']}${config['port'] === undefined ? '' : `:${String(config['port'])}`}` : ''
}

const WORDS: Readonly<Record<Health['state'], string>> = { ok: t('connected'), connecting: t('connecting'), stale: t('no fresh data'), error: t('failed') }

/** As its engine reports it, else as the nodes of the open flow that use it do. */
export function useHealth(of: ConnectionBody): Health | undefined {
  const node = useEditor((s) => (of.health ? undefined : tellsOf(s, of.name)))
  const told = useEditor((s) => (node === undefined ? undefined : s.live.nodes[node]?.health))
  return of.health ?? told
}

/** Without health: nothing holds it open, or its state is not known. */
export function HealthMark({ of }: { readonly of: ConnectionBody }): ReactElement {
  const health = useHealth(of)
  if (!health) return <span className="in-health" data-state="none">{of.usedBy.length > 0 ? t('in use') : t('not in use')}</span>
  // It works, and yet there is something to see to: a certificate that ends soon.
  const warns = health.state === 'ok' && health.issue !== undefined
  return <span className="in-health" data-state={warns ? 'stale' : health.state} title={said(health.text)}>{warns ? t('connected, with a warning') : WORDS[health.state]}</span>
}

export function ModelPicker(props: ControlProps): ReactElement {
  const { data } = useModels()
  const now = data?.find((m) => m.name === props.value)
  return (
    <>
      <Picker {...props} options={(data ?? []).map((m) => ({ name: m.name, label: m.title === '' || m.title === m.name ? m.name : `${m.name}: ${m.title}` }))} choose={t('Choose a model')} loaded={data !== null}>
        <button type="button" className="btn in-square" aria-label={t('Models of this gateway')} title={t('Models of this gateway')} onClick={() => actions.openDialog({ kind: 'models' })}><Settings2 size={14} /></button>
      </Picker>
      {now && (now.issue ? <p className="in-fault" role="alert">{said(now.issue.text)}</p> : now.summary !== '' && <p className="in-help">{said(now.summary)}</p>)}
      {data?.length === 0 && <p className="in-help">{t('No model is on this gateway yet.')}</p>}
    </>
  )
}

export function SecretPicker(props: ControlProps): ReactElement {
  const { data } = useSecrets()
  const admin = useEditor((s) => s.session?.role === 'admin')
  if (!admin) return <NameOnly {...props} />
  const New = props.field.schema.holds === 'key' ? NewKey : NewSecret
  return (
    <Picker {...props} options={(data ?? []).map((name) => ({ name, label: name }))} choose={t('Choose a secret')} loaded={data !== null}>
      {!props.context.readOnly && <New wish={typeof props.value === 'string' && !(data ?? []).includes(props.value) ? props.value : ''} known={data ?? []} stored={(name) => { props.context.change(props.field.path, name); props.context.seal() }} />}
    </Picker>
  )
}

/** The names of the secrets are an administrator's to see; others type the one they were told. */
function NameOnly({ id, describedBy, context, field, value }: ControlProps): ReactElement {
  return <span className="in-fld"><input id={id} aria-describedby={describedBy} value={typeof value === 'string' ? value : ''} placeholder={t('name of the secret')} disabled={context.readOnly} autoComplete="off" spellCheck={false} onChange={(e) => context.change(field.path, e.target.value === '' ? undefined : e.target.value)} /></span>
}
