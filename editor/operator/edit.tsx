// The operator's view of the draft, to edit: the same board with the values that run now. Drag a widget or its corner, or
// use the arrow keys (with Shift its size). Every change is a step of the draft's history; it reaches operators by a deploy.
import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactElement } from 'react'
import { LayoutDashboard, Plus, Redo2, Rocket, Sparkles, Undo2, X } from 'lucide-react'
import { Dialog, Popover } from 'radix-ui'
import { GRID_COLUMNS, type Widget } from '#format'
import { t } from '../language/index.ts'
import { said } from '../language/said.ts'
import { widgetFor, widgetsOf, type Place } from '../state/dashboard.ts'
import { setterOf } from '../state/operating.ts'
import { actions, store, useEditor } from '../state/store.ts'
import { kindWords } from './kinds.ts'
import { cellStyle, readingOrder } from './board.tsx'
import { useTitle } from './reading.ts'
import { WidgetSettings } from './widget-settings.tsx'
import { WidgetView } from './widget.tsx'
import './operator.css'
import './edit.css'

export default function DashboardDialog(): ReactElement {
  const name = useEditor((s) => s.document?.flow.name ?? '')
  const widgets = useEditor((s) => widgetsOf(s.document?.flow))
  const undo = useEditor((s) => s.document?.past.at(-1)?.label)
  const redo = useEditor((s) => s.document?.future[0]?.label)
  const changed = useEditor((s) => s.changes.some((c) => c.what === 'dashboard'))
  const [chosen, setChosen] = useState<number | null>(null)
  const selected = chosen !== null && widgets[chosen] ? chosen : null
  const allowed = actions.may('edit')
  const keys = (e: KeyboardEvent): void => {
    if (!(e.ctrlKey || e.metaKey) || (e.target instanceof HTMLElement && e.target.closest('input, textarea') !== null)) return
    const key = e.key.toLowerCase()
    if (key !== 'z' && key !== 'y') return
    e.preventDefault()
    if (key === 'y' || e.shiftKey) actions.redo()
    else actions.undo()
  }
  const propose = (): void => {
    setChosen(null)
    if (!actions.proposeDashboard()) actions.toast({ level: 'info', text: t('There is nothing in this flow to show yet.'), remedy: t('Add a source, an alarm or an operator input to it first.') })
  }
  return (
    <Dialog.Root open onOpenChange={(open) => { if (!open) actions.closeDialog() }}>
      <Dialog.Portal>
        <Dialog.Content className="ob" aria-describedby={undefined} onKeyDown={keys} onInteractOutside={(e) => e.preventDefault()} onEscapeKeyDown={(e) => { if (selected !== null) { e.preventDefault(); setChosen(null) } }}>
          <header className="ob-head">
            <LayoutDashboard size={17} aria-hidden="true" />
            <Dialog.Title>{t("Operator's view of {name}", { name })}</Dialog.Title>
            <span className="ob-state">{changed ? t('Changed in your draft. Operators see it after the next deploy.') : t('As deployed.')}</span>
            <AddWidget disabled={!allowed} added={setChosen} />
            <button type="button" className="btn" disabled={!allowed} title={t('Alarms, setpoints, outputs and measured values of this flow, arranged')} onClick={propose}><Sparkles size={14} />{' '}{t('Propose from this flow')}</button>
            <button type="button" className="icon-btn" disabled={undo === undefined} aria-label={undo === undefined ? t('Undo') : t('Undo: {label}', { label: undo })} title={undo === undefined ? t('Undo') : t('Undo: {label}', { label: undo })} onClick={actions.undo}><Undo2 size={15} /></button>
            <button type="button" className="icon-btn" disabled={redo === undefined} aria-label={redo === undefined ? t('Redo') : t('Redo: {label}', { label: redo })} title={redo === undefined ? t('Redo') : t('Redo: {label}', { label: redo })} onClick={actions.redo}><Redo2 size={15} /></button>
            {changed && <button type="button" className="btn primary" onClick={() => actions.openDialog({ kind: 'deploy' })}><Rocket size={14} />{' '}{t('Deploy…')}</button>}
            <Dialog.Close className="btn" title={t('Back to the flow; the draft keeps what was changed')}><X size={14} />{' '}{t('Done')}</Dialog.Close>
          </header>
          <div className="ob-body">
            <div className="ob-board op" data-heard="true" onPointerDown={(e) => { if (e.target instanceof HTMLElement && e.target.closest('.op-cell') === null) setChosen(null) }}>
              {widgets.length === 0 ? (
                <div className="op-empty"><h2>{t('Nothing here yet')}</h2><p>{t('Begin with a proposal made from this flow, or add single widgets. Nothing here changes what the flow does.')}{' '}<button type="button" className="btn primary" disabled={!allowed} onClick={propose}><Sparkles size={14} />{' '}{t('Propose from this flow')}</button></p></div>
              ) : (
                <div className="op-board"><div className="op-grid edit">{readingOrder(widgets).map((i) => <EditCell key={i} index={i} widget={widgets[i]!} selected={selected === i} choose={setChosen} allowed={allowed} />)}</div></div>
              )}
            </div>
            {selected !== null && <WidgetSettings key={selected} index={selected} widget={widgets[selected]!} allowed={allowed} choose={setChosen} />}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

interface Drag {
  readonly x: number
  readonly y: number
  readonly how: 'move' | 'size'
  readonly place: Place
  readonly widgets: readonly Widget[]
  /** px of a column and of a row, with the gap. */
  readonly pitch: readonly [number, number]
}

function EditCell({ index, widget, selected, choose, allowed }: { readonly index: number; readonly widget: Widget; readonly selected: boolean; readonly choose: (index: number | null) => void; readonly allowed: boolean }): ReactElement {
  const title = useTitle(widget, 'draft')
  const drag = useRef<Drag | null>(null)
  const [x, y, w, h] = widget.place
  const begin = (e: PointerEvent<HTMLElement>): void => {
    if (e.button !== 0) return
    choose(index)
    const cell = e.currentTarget
    const grid = cell.parentElement
    if (!allowed || !grid) return
    const style = getComputedStyle(grid)
    const gap = Number.parseFloat(style.columnGap) || 0
    const how = e.target instanceof Element && e.target.closest('.ob-grip') ? 'size' : 'move'
    drag.current = { x: e.clientX, y: e.clientY, how, place: widget.place, widgets: widgetsOf(store.getState().document?.flow), pitch: [(grid.clientWidth - Number.parseFloat(style.paddingLeft) * 2 + gap) / GRID_COLUMNS, (cell.offsetHeight + gap) / h] }
    cell.setPointerCapture(e.pointerId)
  }
  const move = (e: PointerEvent): void => {
    const d = drag.current
    if (!d) return
    const dx = Math.round((e.clientX - d.x) / d.pitch[0])
    const dy = Math.round((e.clientY - d.y) / d.pitch[1])
    const [px, py, pw, ph] = d.place
    actions.placeWidget(index, d.how === 'move' ? [px + dx, py + dy, pw, ph] : [px, py, Math.min(GRID_COLUMNS - px, pw + dx), ph + dy], `widget:place:${index}`, d.widgets)
  }
  const end = (): void => {
    if (!drag.current) return
    drag.current = null
    actions.seal()
  }
  const keys = (e: KeyboardEvent<HTMLElement>): void => {
    if (e.target !== e.currentTarget || !allowed) return
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key]
    if (by) {
      e.preventDefault()
      const [dx, dy] = by as [number, number]
      actions.placeWidget(index, e.shiftKey ? [x, y, Math.min(GRID_COLUMNS - x, w + dx), h + dy] : [x + dx, y + dy, w, h], `widget:keys:${index}:${e.shiftKey ? 'size' : 'move'}`)
    } else if (e.key === 'Delete' || e.key === 'Backspace') {
      e.preventDefault()
      actions.removeWidget(index)
      choose(null)
    } else if (e.key === 'Enter' || e.key === ' ') {
      e.preventDefault()
      choose(index)
      requestAnimationFrame(() => document.querySelector<HTMLElement>('.ob-settings :is(input, select, textarea)')?.focus())
    }
  }
  return (
    <div
      className={`op-cell ob-cell${selected ? ' selected' : ''}`} style={cellStyle(widget)} tabIndex={0} role="group" aria-roledescription={t('widget')}
      aria-label={t('{kind} {title}, columns {left} to {right}, rows {top} to {bottom}. Arrow keys move it, with Shift its size, Enter opens its settings', { kind: kindWords[widget.kind], title, left: x + 1, right: x + w, top: y + 1, bottom: y + h })}
      onPointerDown={begin} onPointerMove={move} onPointerUp={end} onPointerCancel={end} onKeyDown={keys} onFocus={() => choose(index)} onBlur={() => actions.seal()}
    >
      <div inert><WidgetView widget={widget} of="draft" /></div>
      <i className="ob-grip" aria-hidden="true" title={t('Drag to change the size')} />
    </div>
  )
}

interface Offer {
  readonly key: string
  readonly name: string
  readonly what: string
  readonly widget: Omit<Widget, 'place'>
}

/** Everything of the flow that can be shown, and what needs no node; found by typing. */
function AddWidget({ disabled, added }: { readonly disabled: boolean; readonly added: (index: number) => void }): ReactElement {
  const [open, setOpen] = useState(false)
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className="btn" disabled={disabled}><Plus size={14} />{' '}{t('Add widget')}</Popover.Trigger>
      <Popover.Portal><Popover.Content className="in-pop ob-add" align="end" sideOffset={4} aria-label={t('Add a widget')}><Offers take={(widget) => { if (actions.addWidget(widget)) { setOpen(false); added(widgetsOf(store.getState().document?.flow).length - 1) } }} /></Popover.Content></Popover.Portal>
    </Popover.Root>
  )
}

function Offers({ take }: { readonly take: (widget: Omit<Widget, 'place'>) => void }): ReactElement {
  const [search, setSearch] = useState('')
  const flow = useEditor((s) => s.document?.flow)
  const ports = useEditor((s) => s.ports)
  const types = useEditor((s) => s.types)
  const offers: Offer[] = [{ key: 'alarms', name: t('Alarms of this flow'), what: t('list'), widget: { kind: 'alarms' } }, { key: 'text', name: t('Text'), what: t('heading, instructions'), widget: { kind: 'text', text: t('## Heading') } }]
  for (const [id, node] of Object.entries(flow?.nodes ?? {})) {
    const type = types.get(node.type)
    const name = node.name ?? said(type?.title) ?? id
    if (setterOf(type)) offers.push({ key: `${id} set`, name, what: kindWords.setpoint, widget: { kind: 'setpoint', node: id } })
    for (const [port, { kind }] of Object.entries(ports[id]?.outputs ?? {})) {
      const widget = widgetFor({ flow: flow!, ports, types }, id, port)
      if (widget && kind !== 'bytes' && kind !== 'image') offers.push({ key: `${id} ${port}`, name: `${name} · ${port}`, what: kindWords[widget.kind], widget })
      if (widget && kind === 'number') offers.push({ key: `${id} ${port} trend`, name: `${name} · ${port}`, what: kindWords.trend, widget: { ...widget, kind: 'trend' } })
    }
  }
  const words = search.toLowerCase().split(/\s+/)
  const found = offers.filter((o) => words.every((word) => `${o.name} ${o.what}`.toLowerCase().includes(word)))
  return (
    <>
      <span className="in-fld"><input type="search" value={search} placeholder={t('Search outputs of this flow')} aria-label={t('Search')} autoFocus onChange={(e) => setSearch(e.target.value)} onKeyDown={(e) => { if (e.key === 'Enter' && found[0]) take(found[0].widget) }} /></span>
      <ul>{found.slice(0, 200).map((o) => <li key={o.key}><button type="button" onClick={() => take(o.widget)}><span>{o.name}</span><u>{o.what}</u></button></li>)}</ul>
      {found.length === 0 && <p className="in-help">{t('Nothing of this name.')}</p>}
    </>
  )
}
