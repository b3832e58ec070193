// The gallery of example flows: what each looks like, what it shows and what it needs. It is opened as a draft of its own.
import { useEffect, useMemo, useState, type ReactElement } from 'react'
import { Cable, Check } from 'lucide-react'
import type { Issue } from '#kit'
import type { ExampleFlow, Flow } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { reloadConnections, useConnections } from '../inspector/resources.ts'
import { actions, api, useEditor } from '../state/store.ts'
import { IssueList, Modal } from './modal.tsx'
import { NODE_HEIGHT, NODE_WIDTH, pictureOf } from './picture.ts'
import './examples.css'

export default function ExamplesDialog(): ReactElement {
  const [examples, setExamples] = useState<readonly ExampleFlow[] | null>(null)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  const [search, setSearch] = useState('')
  const [busy, setBusy] = useState('')
  const { data } = useConnections()
  const mayEdit = useEditor((s) => s.session?.role === 'editor' || s.session?.role === 'admin')
  useEffect(() => {
    let gone = false
    api.examples().then((all) => { if (!gone) setExamples(all) }).catch((thrown: unknown) => { if (!gone) setIssues(actions.failed(thrown)) })
    return () => { gone = true }
  }, [])
  const words = search.toLowerCase().split(/\s+/).filter((w) => w !== '')
  const shown = (examples ?? []).filter((e) => words.every((w) => `${e.flow.name} ${e.summary} ${said(e.summary)} ${e.shows.join(' ')} ${e.shows.map((s) => said(s)).join(' ')} ${Object.values(e.flow.nodes).map((n) => n.type).join(' ')}`.toLowerCase().includes(w)))
  const missingOf = (flow: Flow): readonly string[] => (data ? Object.keys(flow.connections).filter((name) => !data.some((c) => c.name === name)) : [])
  const begin = (e: ExampleFlow): void => {
    const put = async (): Promise<void> => {
      const missing = missingOf(e.flow)
      for (const name of missing) await api.putConnection(name, e.flow.connections[name]!)
      if (missing.length > 0) void reloadConnections()
      // Where the gateway has a connection of that name and kind, the flow goes by it.
      const own = Object.fromEntries(Object.entries(e.flow.connections).map(([name, entry]) => { const here = data?.find((c) => c.name === name && c.type === entry.type); return [name, here ? { type: here.type, config: here.config } : entry] }))
      actions.importFlow({ ...e.flow, connections: own }, 'new')
      actions.closeDialog()
    }
    setBusy(e.id)
    setIssues([])
    put().catch((thrown: unknown) => setIssues(actions.failed(thrown))).finally(() => setBusy(''))
  }
  return (
    <Modal title={t('Examples')} close={actions.closeDialog} wide>
      <p className="dg-note">{t('Flows to begin from. One that you open is a draft of your own: nothing runs before you deploy it, and it starts disarmed. Each carries tests of what it does.')}</p>
      <input className="dg-input" type="search" autoFocus aria-label={t('Search examples')} placeholder={t('Search, such as alarm, energy or batch')} autoComplete="off" spellCheck={false} value={search} onChange={(e) => setSearch(e.target.value)} />
      <IssueList issues={issues} />
      {examples === null && issues.length === 0 && <p className="dg-note" role="status">{t('Asking the gateway…')}</p>}
      {examples !== null && shown.length === 0 && <p className="dg-note">{t('No example has that.')}{' '}<button type="button" className="dg-link" onClick={() => setSearch('')}>{t('Show all')}</button></p>}
      <ul className="ex-cards">
        {shown.map((e) => {
          const missing = missingOf(e.flow)
          return (
            <li key={e.id} aria-label={e.flow.name}>
              <Drawing flow={e.flow} />
              <h3>{e.flow.name}</h3>
              <p>{said(e.summary)}</p>
              <p className="ex-shows">{e.shows.map((s) => <span key={s}>{said(s)}</span>)}</p>
              <p className="ex-needs">
                <Cable size={13} aria-hidden="true" /> {Object.keys(e.flow.connections).map((name) => <span key={name}>{missing.includes(name) ? t('{name}: not here yet', { name }) : <>{name} <Check size={12} aria-label={t('is here')} /></>}</span>)}
              </p>
              <button type="button" className="btn" disabled={!mayEdit || busy !== '' || (missing.length > 0 && data === null)} title={mayEdit ? undefined : t('Your role may not edit flows')} onClick={() => begin(e)}>{missing.length > 0 ? t('Open as draft, add {count} connections', { count: missing.length }) : t('Open as draft')}</button>
            </li>
          )
        })}
      </ul>
    </Modal>
  )
}

/** Boxes and wires; words would be too small to read. */
function Drawing({ flow }: { readonly flow: Flow }): ReactElement {
  const types = useEditor((s) => s.types)
  const { nodes, wires, box } = useMemo(() => {
    const drawn = { ...flow, nodes: Object.fromEntries(Object.entries(flow.nodes).filter(([, n]) => n.type !== 'flow.comment')) }
    return pictureOf(drawn, drawn, types)
  }, [flow, types])
  return (
    <svg className="ex-drawing" viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`} role="img" aria-label={`${t('{count} nodes', { count: nodes.length })}, ${t('{count} wires', { count: wires.length })}`}>
      {wires.map((w) => <path key={w.text} d={w.path} />)}
      {nodes.map((n) => (
        <g key={n.id} data-family={flow.nodes[n.id]?.type.split('.')[0]}>
          <rect x={n.x} y={n.y} width={NODE_WIDTH} height={NODE_HEIGHT + 30} rx={10} />
          <rect className="line" x={n.x + 22} y={n.y + 32} width={110} height={12} rx={6} />
        </g>
      ))}
    </svg>
  )
}
