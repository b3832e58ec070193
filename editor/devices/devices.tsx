// The devices of this gateway: their health, a test, and of the open one the tree of its tags, to be dragged into the flow.
import { useEffect, useState, type ReactElement } from 'react'
import { useStore } from 'zustand'
import { ChevronRight, Plus, RotateCw, Settings2, Stethoscope, X } from 'lucide-react'
import type { CatalogueDriver } from '#kit'
import type { ConnectionBody } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { viewCentre } from '../canvas/view.ts'
import { describeEndpoint, HealthMark } from '../inspector/pickers.tsx'
import { useConnections } from '../inspector/resources.ts'
import { Icon } from '../shell/icon.tsx'
import { clearPlace } from '../state/commands.ts'
import { chooseNone } from '../state/device-tree.ts'
import { actions, api, store, useEditor } from '../state/store.ts'
import type { DeviceTag } from '../state/tag-rows.ts'
import { createBrowser } from './browser.ts'
import { TestResult, useTest } from './test-result.tsx'
import { DeviceTree } from './tree.tsx'
import './devices.css'

const HEALTH_EVERY_MS = 2000
const noDrivers: readonly CatalogueDriver[] = []

/** What is open stays open while the other tab is looked at. */
const browser = createBrowser({
  api,
  failed: (thrown) => actions.failed(thrown),
  later: (ms, task) => {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
})

export function DevicesPane(): ReactElement {
  const { data, issues } = useConnections(HEALTH_EVERY_MS)
  const drivers = useEditor((s) => s.catalogue?.drivers) ?? noDrivers
  const mayEdit = useEditor((s) => s.session !== null) && actions.may('edit')
  const open = useStore(browser.store, (s) => s.connection)
  useEffect(() => {
    const look = (): void => browser.watch(document.visibilityState === 'visible')
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      browser.watch(false)
    }
  }, [])
  // One that was removed meanwhile is open no more.
  useEffect(() => {
    if (data && open !== null && !data.some((c) => c.name === open)) browser.open(null)
  }, [data, open])
  return (
    <div className="dv">
      <div className="dv-list">
        {issues.map((i) => <p key={i.text} className="dv-note" role="alert">{said(i.text)} {said(i.remedy)}</p>)}
        {data === null && issues.length === 0 && <p className="dv-note">{t('Asking the gateway…')}</p>}
        {data?.length === 0 && <NoDevices drivers={drivers} mayEdit={mayEdit} />}
        {data?.map((c) => <Device key={c.name} connection={c} driver={drivers.find((d) => d.type === c.type)} open={open === c.name} mayEdit={mayEdit} />)}
      </div>
      {mayEdit && data !== null && data.length > 0 && (
        <div className="dv-foot"><button type="button" className="in-add" onClick={() => actions.openDialog({ kind: 'connections' })}><Plus size={12} aria-hidden />{' '}{t('New connection…')}</button></div>
      )}
    </div>
  )
}

function NoDevices({ drivers, mayEdit }: { readonly drivers: readonly CatalogueDriver[]; readonly mayEdit: boolean }): ReactElement {
  return (
    <div className="dv-empty">
      <b>{t('No device yet')}</b>
      <p>{t("Add the PLC, the broker or the server that the plant's values come from. Then its tags are listed here and can be dragged into the flow.")}</p>
      {mayEdit
        ? drivers.map((d) => <button key={d.type} type="button" className="btn" title={said(d.summary)} onClick={() => actions.openDialog({ kind: 'connections', type: d.type })}><Icon name={d.icon} /> {said(d.title)}…</button>)
        : <p>{t('Your role may not add one: ask somebody who edits flows.')}</p>}
    </div>
  )
}

function Device({ connection, driver, open, mayEdit }: { readonly connection: ConnectionBody; readonly driver: CatalogueDriver | undefined; readonly open: boolean; readonly mayEdit: boolean }): ReactElement {
  const { name } = connection
  return (
    <section className={`dv-device${open ? ' open' : ''}`} aria-label={name}>
      <h3>
        <button type="button" className="dv-head" aria-expanded={open} title={describeEndpoint(connection.config)} onClick={() => browser.open(open ? null : name)}>
          <ChevronRight size={13} className={open ? 'open' : ''} aria-hidden />
          <Icon name={driver?.icon ?? 'plug'} />
          <b>{name}</b>
          <HealthMark of={connection} />
        </button>
      </h3>
      {open && <Inside connection={connection} driver={driver} mayEdit={mayEdit} />}
    </section>
  )
}

function Inside({ connection, driver, mayEdit }: { readonly connection: ConnectionBody; readonly driver: CatalogueDriver | undefined; readonly mayEdit: boolean }): ReactElement {
  const { name, type } = connection
  const tree = useStore(browser.store, (s) => s.tree)
  const search = useStore(browser.store, (s) => s.search)
  const editable = useEditor((s) => s.document !== null)
  const test = useTest(() => ({ name }))
  const [shown, setShown] = useState(false)
  const browses = driver?.browses === true
  const add = (tags: readonly DeviceTag[]): void => {
    if (!editable || tags.length === 0) return
    const [x, y] = viewCentre()
    const onto = actions.taker({ connection: name, type, tags })
    const nodes = actions.addTags({ connection: name, type, tags }, clearPlace(store.getState().document?.flow.nodes ?? {}, [x - 100, y - 60]), onto)
    if (nodes.length === 0) return
    actions.reveal(nodes)
    browser.change(chooseNone)
  }
  if (!mayEdit) return <p className="dv-note">{t('{endpoint}. Your role may not browse devices.', { endpoint: describeEndpoint(connection.config) })}</p>
  return (
    <>
      <div className="dv-tools">
        {browses && driver.searches && (
          <input
            type="search" placeholder={t('Search tags')} aria-label={t('Search the tags of {name}', { name })} autoComplete="off" spellCheck={false} defaultValue={search}
            onChange={(e) => browser.search(e.target.value.trim())}
            onKeyDown={(e) => { if (e.key === 'Escape') { e.currentTarget.value = ''; browser.search('') } }}
          />
        )}
        <span className="sp" />
        <button type="button" className="icon-btn" aria-label={t('Test {name}', { name })} title={t('Test this connection')} onClick={() => { setShown(true); test.run() }}><Stethoscope size={14} /></button>
        <button type="button" className="icon-btn" aria-label={t('Browse {name} anew', { name })} title={t('Ask the device anew')} onClick={browser.again}><RotateCw size={14} /></button>
        <button type="button" className="icon-btn" aria-label={t('Settings of connection {name}', { name })} title={t('Settings of this connection')} onClick={() => actions.openDialog({ kind: 'connections', name })}><Settings2 size={14} /></button>
      </div>
      {shown && <div className="dv-testbox"><button type="button" className="icon-btn dv-x" aria-label={t('Close the result')} onClick={() => setShown(false)}><X size={13} /></button><TestResult {...test} /></div>}
      {browses ? <DeviceTree tree={tree} browser={browser} connection={name} type={type} add={add} editable={editable} /> : <p className="dv-note">{t('Devices of this kind tell no list of their tags.')}</p>}
      {browses && <Chosen connection={name} type={type} tags={[...tree.chosen.values()]} add={add} editable={editable} />}
    </>
  )
}

/** What to do with what is chosen. */
function Chosen({ connection, type, tags, add, editable }: { readonly connection: string; readonly type: string; readonly tags: readonly DeviceTag[]; readonly add: (tags: readonly DeviceTag[]) => void; readonly editable: boolean }): ReactElement {
  const taker = useEditor((s) => (s.document === null ? undefined : actions.taker({ connection, type, tags })))
  const title = useEditor((s) => (taker === undefined ? '' : (s.document?.flow.nodes[taker]?.name ?? taker)))
  if (tags.length === 0) return <p className="dv-hint">{t('Drag tags to the canvas, or choose them and add them.')}</p>
  return (
    <div className="dv-bar">
      <span aria-live="polite">{t('{count} tags', { count: tags.length })}</span>
      <button type="button" className="btn primary" disabled={!editable} onClick={() => add(tags)}>{taker === undefined ? t('Add to flow') : t('Add to {title}', { title })}</button>
      <button type="button" className="icon-btn" aria-label={t('Choose none')} onClick={() => browser.change(chooseNone)}><X size={14} /></button>
    </div>
  )
}
