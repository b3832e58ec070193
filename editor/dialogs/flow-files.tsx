// Flows in from text or a file, and a new one.
import { useMemo, useRef, useState, type DragEvent, type ReactElement } from 'react'
import { FileUp } from 'lucide-react'
import { reasonOf, type Issue } from '#kit'
import { isBundleText, parseBundle, parseFlow, type Flow } from '#format'
import { t } from '../language/index.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { useConnections } from '../inspector/resources.ts'
import { Rich } from '../shell/rich.tsx'
import { BundleList } from './import-bundle.tsx'
import { Field, IssueList, Modal } from './modal.tsx'

export function ImportDialog({ text: given = '', source: from = '' }: { readonly text?: string; readonly source?: string }): ReactElement {
  const [text, setText] = useState(given)
  const [source, setSource] = useState(from)
  const [over, setOver] = useState(false)
  const [failed, setFailed] = useState<readonly Issue[]>([])
  const [add, setAdd] = useState(true)
  const [busy, setBusy] = useState(false)
  const file = useRef<HTMLInputElement>(null)
  const open = useEditor((s) => s.document !== null)
  const bundle = useMemo(() => (isBundleText(text) ? parseBundle(text) : null), [text])
  const read = useMemo(() => (text.trim() === '' || isBundleText(text) ? null : parseFlow(text)), [text])
  const missing = useMissing(read?.flow)
  const mayEdit = actions.may('edit')
  const take = (chosen: File | undefined): void => {
    if (!chosen) return
    setSource(chosen.name)
    chosen.text().then(setText).catch((thrown: unknown) => actions.toast({ level: 'error', text: t("'{name}' could not be read: {reason}", { name: chosen.name, reason: reasonOf(thrown) }) }))
  }
  const accept = (mode: 'replace' | 'new'): void => {
    const flow = read?.flow
    if (!flow || busy) return
    const put = async (): Promise<void> => {
      if (add) for (const name of missing) await api.putConnection(name, flow.connections[name]!)
      actions.importFlow(flow, mode)
      actions.closeDialog()
    }
    setBusy(true)
    put().catch((thrown: unknown) => setFailed(actions.failed(thrown))).finally(() => setBusy(false))
  }
  const drop = (e: DragEvent): void => {
    e.preventDefault()
    setOver(false)
    const dropped = e.dataTransfer.files[0]
    if (dropped) take(dropped)
    else setText(e.dataTransfer.getData('text/plain'))
  }
  return (
    <Modal
      title={bundle ? t('Import several flows') : t('Import a flow')} close={actions.closeDialog} wide
      actions={
        <>
          <span className="dg-hint">{t('An imported flow is a draft: nothing runs before you deploy it.')}</span>
          {open && !bundle && <button type="button" className="btn" disabled={!read?.flow || busy} title={t('Keeps the id of the open flow; can be undone')} onClick={() => accept('replace')}>{t('Replace the open draft')}</button>}
          {!bundle && <button type="button" className="btn primary" disabled={!read?.flow || busy} onClick={() => accept('new')}>{t('Open as a new flow')}</button>}
        </>
      }
    >
      <div className={`dg-drop${over ? ' over' : ''}`} onDragOver={(e) => { e.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={drop}>
        <div className="dg-acts">
          <button type="button" className="btn" onClick={() => file.current?.click()}><FileUp size={13} />{' '}{t('Choose a file…')}</button>
          <span className="dg-hint">{source === '' ? t('or drop it here, or paste its text') : source}</span>
        </div>
        <input ref={file} type="file" accept=".json,application/json" hidden onChange={(e) => { take(e.target.files?.[0]); e.target.value = '' }} />
        <textarea className="dg-text" rows={bundle ? 3 : read?.flow ? 5 : 9} aria-label={t('Text of the flow')} spellCheck={false} value={text} placeholder={'{ "headgate": 1, "id": "pump", … }'} autoFocus={given === ''} onChange={(e) => { setText(e.target.value); setSource('') }} />
      </div>
      {read && <IssueList issues={read.issues} />}
      {bundle && <IssueList issues={bundle.issues} />}
      <IssueList issues={failed} />
      {bundle && bundle.entries.length > 0 && <BundleList entries={bundle.entries} busy={busy} onImport={(run) => { setBusy(true); setFailed([]); run().catch((thrown: unknown) => setFailed(actions.failed(thrown))).finally(() => setBusy(false)) }} />}
      {read?.flow && <Summary flow={read.flow} />}
      {missing.length > 0 && (
        <label className="dg-check">
          <input type="checkbox" checked={add && mayEdit} disabled={!mayEdit} onChange={(e) => setAdd(e.target.checked)} />
          <span><Rich text={t('Add the connections <b>{names}</b> to this gateway. They are not here yet.', { names: missing.join(', '), count: missing.length })} /></span>
        </label>
      )}
    </Modal>
  )
}

function useMissing(flow: Flow | undefined): readonly string[] {
  const { data } = useConnections()
  return flow && data ? Object.keys(flow.connections).filter((name) => !data.some((c) => c.name === name)) : []
}

function Summary({ flow }: { readonly flow: Flow }): ReactElement {
  const types = useEditor((s) => s.types)
  const unknown = [...new Set(Object.values(flow.nodes).map((n) => n.type).filter((type) => !types.has(type)))]
  return (
    <>
      <dl className="dg-facts">
        <dt>{t('Name')}</dt><dd><b>{flow.name}</b> <span className="mono">{flow.id}</span></dd>
        <dt>{t('Nodes, wires')}</dt><dd>{Object.keys(flow.nodes).length}, {flow.wires.length}</dd>
        {Object.keys(flow.parameters).length > 0 && <><dt>{t('Parameters')}</dt><dd>{Object.keys(flow.parameters).join(', ')}</dd></>}
        {Object.keys(flow.connections).length > 0 && <><dt>{t('Connections')}</dt><dd>{Object.keys(flow.connections).join(', ')}</dd></>}
      </dl>
      {unknown.length > 0 && <p className="dg-warn">{t('This gateway does not have: {types}. Those nodes are kept as they are and stop a deploy.', { types: unknown.join(', ') })}</p>}
    </>
  )
}

export function NewFlowDialog(): ReactElement {
  const [name, setName] = useState('')
  const go = (): void => {
    if (name.trim() === '') return
    actions.newFlow(name.trim())
    actions.closeDialog()
  }
  return (
    <Modal
      title={t('New flow')} close={actions.closeDialog} onSubmit={go}
      actions={<><button type="button" className="btn dg-left" onClick={() => actions.openDialog({ kind: 'examples' })}>{t('Begin from an example…')}</button><button type="button" className="btn" onClick={actions.closeDialog}>{t('Cancel')}</button><button type="submit" className="btn primary" disabled={name.trim() === ''}>{t('Create')}</button></>}
    >
      <Field label={t('Name')} hint={t('What people call it. It can be changed later; it stays in this browser until its first deploy.')}>
        <input className="dg-input" value={name} maxLength={200} autoFocus placeholder={t('Pump P-102 health')} onChange={(e) => setName(e.target.value)} />
      </Field>
    </Modal>
  )
}
