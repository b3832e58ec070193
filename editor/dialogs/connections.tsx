// Connections of the gateway: brokers, PLCs, servers. The form comes from the driver's schema, as a node's does.
import { useMemo, useState, type ReactElement } from 'react'
import { Plus, Trash2 } from 'lucide-react'
import { withDefaults, type CatalogueDriver, type Issue } from '#kit'
import { equalJson, type ConnectionBody } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { formFaults, withValue, type Config } from '../inspector/form.ts'
import { describeEndpoint, HealthMark, useHealth } from '../inspector/pickers.tsx'
import { reloadConnections, useConnections } from '../inspector/resources.ts'
import { SchemaForm } from '../inspector/schema-form.tsx'
import { Rich } from '../shell/rich.tsx'
import { TestResult, useTest } from '../devices/test-result.tsx'
import { IssueList, Modal } from './modal.tsx'

const HEALTH_EVERY_MS = 2000
const NAME = /^[^/]{1,100}$/
const noDrivers: readonly CatalogueDriver[] = []

export function ConnectionsDialog({ name, type, assign }: { readonly name?: string; readonly type?: string; readonly assign?: { readonly node: string; readonly field: string } }): ReactElement {
  const { data, issues } = useConnections(HEALTH_EVERY_MS)
  const drivers = useEditor((s) => s.catalogue?.drivers) ?? noDrivers
  const [picked, setPicked] = useState<string | null>(name ?? null)
  const [adding, setAdding] = useState<string | null>(name === undefined && type !== undefined ? type : null)
  const mayEdit = actions.may('edit')
  const list = data ?? []
  const chosen = list.find((c) => c.name === picked)
  const driver = (of: string) => drivers.find((d) => d.type === of)
  return (
    <Modal title={t('Connections')} close={actions.closeDialog} wide>
      <IssueList issues={issues} />
      <div className="dg-split">
        <div className="dg-side">
          <ul aria-label={t('Connections')}>
            {list.map((c) => (
              <li key={c.name}>
                <button type="button" aria-current={adding === null && picked === c.name} onClick={() => { setPicked(c.name); setAdding(null) }}>
                  <b>{c.name}</b><small>{said(driver(c.type)?.title) ?? c.type}</small><HealthMark of={c} />
                </button>
              </li>
            ))}
          </ul>
          {data !== null && list.length === 0 && <p className="dg-note">{t('None yet.')}{mayEdit ? ` ${t('Choose below what the first one is to.')}` : ''}</p>}
          {mayEdit && (
            <div className="dg-add">
              <span>{t('Add')}</span>
              {drivers.map((d) => <button key={d.type} type="button" className="btn" aria-current={adding === d.type} title={said(d.summary)} onClick={() => setAdding(d.type)}><Plus size={12} /> {said(d.title)}</button>)}
            </div>
          )}
        </div>
        <div className="dg-main">
          {adding !== null && driver(adding) ? <Edit key={`new ${adding}`} driver={driver(adding)!} taken={list.map((c) => c.name)} saved={(n) => { setAdding(null); setPicked(n); if (assign) { actions.setConfig(assign.node, assign.field, n); actions.seal() } }} />
            : chosen ? <Edit key={chosen.name} driver={driver(chosen.type)} connection={chosen} taken={[]} saved={() => undefined} removed={() => setPicked(null)} />
              : <p className="dg-note"><Rich text={t('A connection is shared by all nodes and flows that name it: one broker, PLC or server, with its address and the <i>names</i> of its secrets. Choose one, or add one.')} /></p>}
        </div>
      </div>
    </Modal>
  )
}

function Edit({ driver, connection, taken, saved, removed }: { readonly driver: CatalogueDriver | undefined; readonly connection?: ConnectionBody; readonly taken: readonly string[]; readonly saved: (name: string) => void; readonly removed?: () => void }): ReactElement {
  const stored = connection?.config as Config | undefined
  const [config, setConfig] = useState<Config>(() => stored ?? (driver ? (withDefaults(driver.config, {}) as Config) : {}))
  const [name, setName] = useState(connection?.name ?? '')
  const [busy, setBusy] = useState(false)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  const [sure, setSure] = useState(false)
  const test = useTest(() => ({ ...(name.trim() === '' ? {} : { name: name.trim() }), type: driver?.type ?? '', config }))
  const faults = useMemo(() => (driver ? formFaults(driver.config, config) : []), [driver, config])
  const mayEdit = actions.may('edit')
  if (!driver) return <p className="dg-warn">{t("This gateway has no driver '{type}'. Its settings are kept.", { type: connection?.type ?? '' })}</p>
  const usedBy = connection?.usedBy ?? []
  const wrongName = connection === undefined && (!NAME.test(name.trim()) || taken.includes(name.trim()))
  const changed = connection === undefined || !equalJson(config, stored)
  const run = (work: Promise<unknown>, then: () => void): void => {
    setBusy(true)
    setIssues([])
    work
      .then(async () => {
        await reloadConnections()
        actions.recheck()
        then()
      })
      .catch((thrown: unknown) => setIssues(actions.failed(thrown)))
      .finally(() => setBusy(false))
  }
  const save = (): void => {
    if (busy || wrongName || faults.length > 0 || !changed) return
    run(api.putConnection(name.trim(), { type: driver.type, config }), () => saved(name.trim()))
  }
  return (
    <form className="dg-edit" onSubmit={(e) => { e.preventDefault(); save() }}>
      <header>
        <h3>{connection ? connection.name : t('New {title} connection', { title: said(driver.title) })}</h3>
        {connection && <State of={connection} />}
        {!connection && <p>{said(driver.summary)}</p>}
      </header>
      {!connection && (
        <div className="in-f">
          <div className="in-label"><label htmlFor="dg-cname">{t('Name')}</label></div>
          <span className="in-fld"><input id="dg-cname" value={name} autoFocus placeholder={t('for example: line-3-plc')} maxLength={100} onChange={(e) => setName(e.target.value)} /></span>
          {taken.includes(name.trim()) && <p className="in-fault">{t('There is one of this name already.')}</p>}
        </div>
      )}
      <SchemaForm
        schema={driver.config} config={config} faults={faults} issues={issues} change={(path, value) => setConfig((c) => withValue(c, path, value))} seal={() => undefined}
        unitOf={() => undefined} parameters={{}} focus={null} readOnly={!mayEdit}
      />
      <IssueList issues={issues} />
      {mayEdit && <TestResult {...test} />}
      {usedBy.length > 0 && <p className="dg-note">{t('Used by {flows}. Saving opens them again with the new settings; when one refuses, nothing changes.', { flows: usedBy.join(', ') })}</p>}
      {connection && <div className="dg-acts"><button type="button" className="btn quiet" onClick={() => actions.openDialog({ kind: 'find', text: `connection:${connection.name}` })}>{t('Where it is used')}</button></div>}
      {mayEdit && (
        <div className="dg-acts">
          {connection && (
            usedBy.length > 0
              ? <span className="dg-hint">{t('It cannot be deleted while flows use it.')}</span>
              : sure
                ? <button type="button" className="btn danger" disabled={busy} onClick={() => run(api.deleteConnection(connection.name), () => removed?.())}><Trash2 size={13} />{' '}{t('Really delete')}</button>
                : <button type="button" className="btn" onClick={() => setSure(true)}><Trash2 size={13} />{' '}{t('Delete')}</button>
          )}
          <span className="sp" />
          <button type="button" className="btn" disabled={test.busy || faults.length > 0} title={t('Try these settings, without saving them')} onClick={test.run}>{test.busy ? t('Testing…') : t('Test')}</button>
          {connection && changed && <button type="button" className="btn" onClick={() => setConfig(stored!)}>{t('Undo')}</button>}
          <button type="submit" className="btn primary" disabled={busy || wrongName || faults.length > 0 || !changed}>{busy ? t('Saving…') : connection ? t('Save') : t('Add')}</button>
        </div>
      )}
    </form>
  )
}

/** How it is, and where it leads unless that is said already. */
function State({ of }: { readonly of: ConnectionBody }): ReactElement {
  const text = said(useHealth(of)?.text ?? '')
  const where = describeEndpoint(of.config)
  return <p><HealthMark of={of} />{text === '' ? '' : `: ${text}`}{text.includes(where.replace(/^[a-z.]+:\/\//, '')) ? null : <> <span className="mono">{where}</span></>}</p>
}
