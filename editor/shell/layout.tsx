// The panes and the two edges that can be dragged (or moved with the arrow keys).
import { useEffect, useRef, type ReactNode } from 'react'
import { t } from '../language/index.ts'
import { mayEdit } from '../state/change.ts'
import { actions, useEditor } from '../state/store.ts'
import './layout.css'

interface Panes {
  readonly top: ReactNode
  readonly palette: ReactNode
  readonly canvas: ReactNode
  readonly inspector: ReactNode
  readonly drawer: ReactNode
}

export function Layout({ top, palette, canvas, inspector, drawer }: Panes) {
  const open = useEditor((s) => s.ui.drawerOpen)
  const height = useEditor((s) => s.ui.drawerHeight)
  const width = useEditor((s) => s.ui.inspectorWidth)
  const left = useEditor((s) => s.ui.leftTab)
  // Messages stand over the drawing, not over what the drawer shows.
  useEffect(() => {
    document.documentElement.style.setProperty('--drawer', open ? `min(${height}px, 60vh)` : '35px')
    return () => void document.documentElement.style.removeProperty('--drawer')
  }, [open, height])
  // Who only looks on has nothing to put into a flow.
  const draws = useEditor(mayEdit)
  const first = draws ? `${left === 'devices' ? 'min(330px, 30vw)' : '216px'} ` : ''
  return (
    <div className={`layout${draws ? '' : ' looks-on'}`} style={{ gridTemplateRows: `44px minmax(120px, 1fr) ${open ? `min(${height}px, 60vh)` : '35px'}`, gridTemplateColumns: `${first}minmax(200px, 1fr) min(${width}px, 45vw)` }}>
      <header className="pane-top">{top}</header>
      {draws ? <nav className="pane-palette" aria-label={t('Nodes and devices')}>{palette}</nav> : null}
      <main className="pane-canvas">{canvas}</main>
      <aside className="pane-inspector" aria-label={t('Inspector')}>
        <Edge label={t('Width of the inspector')} axis="x" size={width} onSize={actions.setInspectorWidth} />
        {inspector}
      </aside>
      <section className="pane-drawer" aria-label={t('Taps, problems, alarms and log')}>
        {open ? <Edge label={t('Height of the drawer')} axis="y" size={height} onSize={actions.setDrawerHeight} /> : null}
        {drawer}
      </section>
    </div>
  )
}

/** Both panes lie after their edge: dragging towards the start makes them larger. */
function Edge({ label, axis, size, onSize }: { readonly label: string; readonly axis: 'x' | 'y'; readonly size: number; readonly onSize: (px: number) => void }) {
  const from = useRef<{ at: number; size: number } | null>(null)
  const at = (e: { clientX: number; clientY: number }): number => (axis === 'x' ? e.clientX : e.clientY)
  return (
    <div
      className={`edge edge-${axis}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={120}
      aria-valuemax={900}
      onPointerDown={(e) => {
        e.currentTarget.setPointerCapture(e.pointerId)
        from.current = { at: at(e), size }
      }}
      onPointerMove={(e) => {
        if (from.current) onSize(from.current.size + from.current.at - at(e))
      }}
      onPointerUp={() => (from.current = null)}
      onPointerCancel={() => (from.current = null)}
      onKeyDown={(e) => {
        const step = { ArrowLeft: 16, ArrowUp: 16, ArrowRight: -16, ArrowDown: -16 }[e.key]
        if (step === undefined) return
        e.preventDefault()
        onSize(size + step)
      }}
    />
  )
}
