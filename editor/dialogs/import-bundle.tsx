// A file of several flows: which of them come in, and what becomes of one whose id is taken here. All become drafts.
import { useState, type ReactElement } from 'react'
import type { BundleEntry, Flow } from '#format'
import { t } from '../language/index.ts'
import { useConnections } from '../inspector/resources.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { Rich } from '../shell/rich.tsx'
import { IssueList } from './modal.tsx'

type As = 'replace' | 'new' | 'skip'

export function BundleList({ entries, busy, onImport }: { readonly entries: readonly BundleEntry[]; readonly busy: boolean; readonly onImport: (run: () => Promise<void>) => void }): ReactElement {
  const flows = useEditor((s) => s.flows)
  const types = useEditor((s) => s.types)
  const { data } = useConnections()
  const taken = new Set([...flows.map((f) => f.id), ...actions.localDrafts()])
  const [as, setAs] = useState<{ readonly [id: string]: As }>({})
  const [add, setAdd] = useState(true)
  const modeOf = (flow: Flow): As => as[flow.id] ?? (taken.has(flow.id) ? 'skip' : 'new')
  const readable = entries.flatMap((e) => (e.flow ? [e.flow] : []))
  const chosen = readable.filter((f) => modeOf(f) !== 'skip')
  const missing = [...new Set(chosen.flatMap((f) => Object.keys(f.connections)))].filter((name) => data !== undefined && data !== null && !data.some((c) => c.name === name))
  const mayEdit = actions.may('edit')
  const run = async (): Promise<void> => {
    if (add && mayEdit) for (const name of missing) await api.putConnection(name, chosen.find((f) => Object.hasOwn(f.connections, name))!.connections[name]!)
    let done = 0
    for (const flow of chosen) {
      if (modeOf(flow) === 'replace' && !(await actions.openFlow(flow.id))) continue
      actions.importFlow(flow, modeOf(flow) === 'replace' ? 'replace' : 'new')
      done++
    }
    actions.closeDialog()
    actions.toast({ level: 'success', text: t('{count} flows are imported as drafts.', { count: done }), remedy: t('Nothing runs before you deploy it.') })
  }
  return (
    <>
      <ul className="dg-rows bn-list">
        {entries.map((e, n) => {
          if (!e.flow) return <li key={n} className="bn-bad"><span><Rich text={t('<b>{name}</b> cannot be read', { name: e.name })} /></span><IssueList issues={e.issues.slice(0, 3)} /></li>
          const flow = e.flow
          const mode = modeOf(flow)
          const unknown = [...new Set(Object.values(flow.nodes).map((node) => node.type).filter((type) => !types.has(type)))]
          return (
            <li key={n}>
              <label className="dg-check"><input type="checkbox" checked={mode !== 'skip'} onChange={(c) => setAs({ ...as, [flow.id]: c.target.checked ? (taken.has(flow.id) ? 'replace' : 'new') : 'skip' })} /><span>{flow.name} <small className="mono">{flow.id}</small> <small>{t('{count} nodes', { count: Object.keys(flow.nodes).length })}{unknown.length > 0 ? ` · ${t('not here: {types}', { types: unknown.join(', ') })}` : ''}</small></span></label>
              <span className="sp" />
              {taken.has(flow.id) ? (
                <select className="dg-input" aria-label={t("'{id}' is here already", { id: flow.id })} value={mode} onChange={(c) => setAs({ ...as, [flow.id]: c.target.value as As })}>
                  <option value="skip">{t('Here already: skip')}</option>
                  <option value="replace">{t('Replace its draft')}</option>
                  <option value="new">{t('Under a new id')}</option>
                </select>
              ) : <small>{t('new')}</small>}
            </li>
          )
        })}
      </ul>
      {missing.length > 0 && <label className="dg-check"><input type="checkbox" checked={add && mayEdit} disabled={!mayEdit} onChange={(e) => setAdd(e.target.checked)} /><span><Rich text={t('Add the connections <b>{names}</b> to this gateway.', { names: missing.join(', '), count: missing.length })} /></span></label>}
      <div className="dg-acts"><span className="sp" /><button type="button" className="btn primary" disabled={busy || chosen.length === 0} onClick={() => onImport(run)}>{busy ? t('Importing…') : t('Import {count} flows', { count: chosen.length })}</button></div>
    </>
  )
}
