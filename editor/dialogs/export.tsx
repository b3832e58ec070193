// Several flows in one file: a backup, a way to another gateway, something for git. Secrets are never in it.
import { useState, type ReactElement } from 'react'
import { Download } from 'lucide-react'
import type { Issue } from '#kit'
import { formatBundle, formatFlow, parseFlow, type Flow } from '#format'
import { t } from '../language/index.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { download } from './download.ts'
import { IssueList, Modal } from './modal.tsx'

export function ExportDialog(): ReactElement {
  const flows = useEditor((s) => s.flows)
  const open = useEditor((s) => s.document?.flow)
  const changed = useEditor((s) => s.base.version === null || s.changes.length > 0)
  const gateway = useEditor((s) => s.session?.gateway ?? 'headgate')
  const all = [...flows.map((f) => ({ id: f.id, name: f.name, version: f.version })), ...(open && !flows.some((f) => f.id === open.id) ? [{ id: open.id, name: open.name, version: null }] : [])].toSorted((a, b) => a.name.localeCompare(b.name))
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [draft, setDraft] = useState(true)
  const [busy, setBusy] = useState(false)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  const chosen = all.filter((f) => !left.has(f.id))
  const textOf = async (id: string): Promise<Flow> => {
    if (id !== open?.id || (!draft && flows.some((f) => f.id === id))) return (await api.flow(id)).flow
    return parseFlow(await actions.exportText()).flow ?? open
  }
  const go = (): void => {
    if (busy || chosen.length === 0) return
    setBusy(true)
    setIssues([])
    Promise.all(chosen.map((f) => textOf(f.id)))
      .then((found) => {
        const [only] = found
        if (found.length === 1 && only) download(`${only.id}.flow.json`, formatFlow(only))
        else download(`${gateway.replaceAll(/[^A-Za-z0-9._-]+/g, '-')}.flows.json`, formatBundle(found))
        actions.closeDialog()
      })
      .catch((thrown: unknown) => setIssues(actions.failed(thrown)))
      .finally(() => setBusy(false))
  }
  return (
    <Modal
      title={t('Export flows')} close={actions.closeDialog} onSubmit={go}
      actions={
        <>
          <span className="dg-hint">{t('{count} flows in one file.', { count: chosen.length })}</span>
          <button type="button" className="btn" onClick={actions.closeDialog}>{t('Cancel')}</button>
          <button type="submit" className="btn primary" disabled={busy || chosen.length === 0}><Download size={13} /> {busy ? t('Reading…') : t('Export')}</button>
        </>
      }
    >
      <p className="dg-note">{t('With copies of the connections that they use; secrets never leave the gateway. The same flows give the same bytes, so the file suits git.')}</p>
      <IssueList issues={issues} />
      {all.length === 0 ? <p className="dg-note">{t('There is no flow yet.')}</p> : (
        <>
          <label className="dg-check"><input type="checkbox" checked={left.size === 0} ref={(box) => { if (box) box.indeterminate = left.size > 0 && left.size < all.length }} onChange={(e) => setLeft(new Set(e.target.checked ? [] : all.map((f) => f.id)))} /><span><b>{t('Everything')}</b></span></label>
          <ul className="dg-rows bn-list">
            {all.map((f) => (
              <li key={f.id}><label className="dg-check"><input type="checkbox" checked={!left.has(f.id)} onChange={(e) => setLeft((s) => { const next = new Set(s); if (e.target.checked) next.delete(f.id); else next.add(f.id); return next })} /><span>{f.name} <small className="mono">{f.id}</small></span></label><span className="sp" /><small>{f.version === null ? t('draft') : t('version {version}', { version: f.version })}</small></li>
            ))}
          </ul>
          {open && changed && flows.some((f) => f.id === open.id) && !left.has(open.id) && <label className="dg-check"><input type="checkbox" checked={draft} onChange={(e) => setDraft(e.target.checked)} /><span>{t('Of ‘{name}’ the draft on the canvas, not what runs', { name: open.name })}</span></label>}
        </>
      )}
    </Modal>
  )
}
