// The flows that are open, above the canvas, with what wants to be seen of each: alarms and failures by a shape, edits that
// do not run yet by a dot. Dragged, or moved with Ctrl Shift Page up and down; a middle click closes. A list of buttons
// and no ARIA tab list: each has a second button, to close it.
import { useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react'
import { Plus, X } from 'lucide-react'
import { ContextMenu } from 'radix-ui'
import { t } from '../language/index.ts'
import { mayEdit } from '../state/change.ts'
import { actions, useEditor, type State } from '../state/store.ts'
import { FLOW_STATES, isQuiet } from '../state/status.ts'
import { SaveState } from './save-state.tsx'
import './flow-tabs.css'

export function FlowTabs({ children }: { readonly children: ReactNode }): ReactElement {
  const tabs = useEditor((s) => s.tabs)
  const edits = useEditor(mayEdit)
  return (
    <div className="tabbed">
      {tabs.length === 0 ? null : (
        <div className="tab-strip">
          <nav aria-label={t('Open flows')}><Strip tabs={tabs} /></nav>
          {edits ? <button type="button" className="icon-btn" aria-label={t('New flow')} title={t('New flow')} onClick={() => actions.openDialog({ kind: 'new-flow' })}><Plus size={15} /></button> : null}
          <span className="sp" />
          <SaveState />
        </div>
      )}
      <div className="tabbed-body">{children}</div>
    </div>
  )
}

function Strip({ tabs }: { readonly tabs: readonly string[] }): ReactElement {
  const [dragged, setDragged] = useState<string | null>(null)
  return (
    <ul className="tabs-open">
      {tabs.map((id, i) => (
        <li
          key={id} className={dragged === id ? 'dragged' : undefined} draggable
          onDragStart={(e) => {
            e.dataTransfer.effectAllowed = 'move'
            e.dataTransfer.setData('application/x-headgate-tab', id)
            setDragged(id)
          }}
          onDragOver={(e) => {
            if (dragged === null) return
            e.preventDefault()
            if (dragged !== id) actions.moveTab(dragged, i)
          }}
          onDrop={(e) => e.preventDefault()}
          onDragEnd={() => setDragged(null)}
        >
          <Tab id={id} />
        </li>
      ))}
    </ul>
  )
}

const nameOf = (s: State, id: string): string =>
  (id === s.flowId ? s.document : s.parked[id]?.document)?.flow.name || (s.flows.find((f) => f.id === id) ?? s.drafts.find((d) => d.id === id))?.name || actions.draftName(id)

/** 'bad', 'warn', 'idle' or nothing, with the reason in words. */
function markOf(s: State, id: string): string {
  const flow = s.flows.find((f) => f.id === id)
  if (flow?.state === 'failed') return ['bad', t('the flow does not run')].join(' ')
  const alarms = s.live.alarms.filter((a) => a.flow === id && !isQuiet(a))
  const grave = alarms.filter((a) => a.priority === 'high' || a.priority === 'critical')
  if (grave.length > 0) return ['bad', t('{count} alarms of high priority', { count: grave.length })].join(' ')
  if (alarms.length > 0) return ['warn', t('{count} alarms', { count: alarms.length })].join(' ')
  return flow && flow.state !== 'running' ? ['idle', FLOW_STATES[flow.state]].join(' ') : ''
}
const changedIn = (s: State, id: string): boolean => (id === s.flowId ? s.base.version === null || s.changes.length > 0 : (s.parked[id]?.changed ?? true) && (s.drafts.some((d) => d.id === id) || s.shared[id]?.keeping === 'local'))

function Tab({ id }: { readonly id: string }): ReactElement {
  const front = useEditor((s) => s.flowId === id)
  const name = useEditor((s) => nameOf(s, id))
  const mark = useEditor((s) => markOf(s, id))
  const changed = useEditor((s) => changedIn(s, id))
  const isDraft = useEditor((s) => !s.flows.some((f) => f.id === id))
  const editor = useEditor(mayEdit)
  const only = useEditor((s) => s.tabs.length === 1)
  const [shape, ...why] = mark.split(' ')
  const own = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (front) own.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [front])
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild>
        <div
          ref={own} className={`flow-tab${front ? ' front' : ''}`}
          onAuxClick={(e) => {
            if (e.button === 1) actions.closeTab(id)
          }}
          onMouseDown={(e) => {
            // The browser's scrolling with the middle button.
            if (e.button === 1) e.preventDefault()
          }}
        >
          <button
            type="button" className="flow-tab-name" aria-current={front ? 'page' : undefined} title={[name, ...why.length > 0 ? [why.join(' ')] : [], ...(changed ? [isDraft ? t('never deployed') : t('not all of it runs')] : [])].join(' · ')}
            onClick={() => void actions.openFlow(id)}
            onKeyDown={(e) => {
              const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key]
              if (by !== undefined) neighbour(e.currentTarget, by)?.focus()
              else if (e.key === 'Delete') actions.closeTab(id)
              else return
              e.preventDefault()
              e.stopPropagation()
            }}
          >
            {shape === '' ? null : <span className={`tab-mark ${shape}`} role="img" aria-label={why.join(' ')} />}
            <span className="label">{name}</span>
            {changed ? <span className="tab-dot" role="img" aria-label={isDraft ? t('never deployed') : t('not all of it runs')} /> : null}
          </button>
          <button type="button" className="flow-tab-close" tabIndex={front ? 0 : -1} aria-label={t('Close {name}', { name })} title={t('Close (middle click). Its draft is kept.')} onClick={() => actions.closeTab(id)}><X size={13} /></button>
        </div>
      </ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className="menu">
          <ContextMenu.Item className="menu-item" onSelect={() => actions.closeTab(id)}><span className="name">{t('Close')}</span><small>{t('middle click')}</small></ContextMenu.Item>
          <ContextMenu.Item className="menu-item" disabled={only} onSelect={() => actions.closeOtherTabs(id)}><span className="name">{t('Close the others')}</span></ContextMenu.Item>
          {isDraft && editor ? <div className="menu-line" /> : null}
          {isDraft && editor ? <ContextMenu.Item className="menu-item" onSelect={() => void actions.removeDraft(id)}><span className="name">{t('Remove this draft')}</span></ContextMenu.Item> : null}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  )
}

function neighbour(of: HTMLElement, by: number): HTMLElement | undefined {
  const all = [...(of.closest('ul')?.querySelectorAll<HTMLElement>('.flow-tab-name') ?? [])]
  return all[(all.indexOf(of) + by + all.length) % all.length]
}
