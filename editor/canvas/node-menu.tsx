// What can be done with a node: by right click, or by the menu key on a focused one.
import { ArrowLeftToLine, ArrowRightToLine, ChartSpline, Copy, CopyPlus, LayoutDashboard, Replace, Scissors, Settings2, Spline, Trash2, Unplug } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { copyText } from '../shell/export.ts'
import { mayEdit } from '../state/change.ts'
import { setterOf } from '../state/operating.ts'
import { actions, useEditor } from '../state/here.ts'
import { ask } from './ask.ts'
import { ArrangeItems } from './arrange-menu.tsx'

export interface MenuAt {
  readonly node: string
  readonly x: number
  readonly y: number
}

/** Above this a node's outputs are pinned from its Live tab. */
const MAX_PINS = 8

export function NodeMenu({ at, onClose }: { readonly at: MenuAt; readonly onClose: () => void }) {
  const outputs = useEditor((s) => s.ports[at.node]?.outputs)
  const many = useEditor((s) => (s.document?.selection.nodes.length ?? 0) > 1)
  const settable = useEditor((s) => setterOf(s.types.get(s.document?.flow.nodes[at.node]?.type ?? '')) !== undefined)
  const edits = useEditor(mayEdit)
  const pins = Object.keys(outputs ?? {})
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(open) => !open && onClose()}>
      <DropdownMenu.Trigger asChild>
        <span className="menu-anchor" aria-hidden="true" style={{ left: at.x, top: at.y }} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" side="bottom" sideOffset={2} aria-label="Node">
          {many ? null : (
            <>
              <DropdownMenu.Item className="menu-item" onSelect={() => actions.setInspectorTab('settings')}><Settings2 size={15} />Settings</DropdownMenu.Item>
              {edits ? <DropdownMenu.Item className="menu-item" onSelect={() => ask({ kind: 'connect', node: at.node })}><Spline size={15} />Connect…<small>W</small></DropdownMenu.Item> : null}
              {edits ? <DropdownMenu.Item className="menu-item" onSelect={() => ask({ kind: 'replace', node: at.node })}><Replace size={15} />Replace…<small>R</small></DropdownMenu.Item> : null}
              {pins.length > 0 ? <div className="menu-line" /> : null}
              {pins.slice(0, MAX_PINS).map((port) => (
                <DropdownMenu.Item key={port} className="menu-item" onSelect={() => actions.pinTap(at.node, port)}><ChartSpline size={15} /><span className="name">Plot {port}</span></DropdownMenu.Item>
              ))}
              {pins.length > MAX_PINS ? <DropdownMenu.Item className="menu-item" onSelect={() => actions.setInspectorTab('live')}><ChartSpline size={15} />More outputs…</DropdownMenu.Item> : null}
              {edits && (pins.length > 0 || settable) ? <DropdownMenu.Item className="menu-item" onSelect={() => actions.showToOperator(at.node)}><LayoutDashboard size={15} />Add to operator's view</DropdownMenu.Item> : null}
              <div className="menu-line" />
            </>
          )}
          <DropdownMenu.Item className="menu-item" onSelect={() => actions.selectConnected('upstream')}><ArrowLeftToLine size={15} />Select what feeds it</DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={() => actions.selectConnected('downstream')}><ArrowRightToLine size={15} />Select what it feeds</DropdownMenu.Item>
          <div className="menu-line" />
          <ArrangeItems node={at.node} />
          <DropdownMenu.Item className="menu-item" onSelect={() => copied(actions.copySelected())}><Copy size={15} />Copy<small>Ctrl C</small></DropdownMenu.Item>
          {edits ? <>
          <DropdownMenu.Item className="menu-item" onSelect={() => copied(actions.cutSelected())}><Scissors size={15} />Cut<small>Ctrl X</small></DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={actions.duplicateSelected}><CopyPlus size={15} />Duplicate<small>Ctrl D</small></DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={actions.removeJoined}><Unplug size={15} />Remove and join<small>Ctrl Del</small></DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={actions.removeSelected}><Trash2 size={15} />Delete<small>Del</small></DropdownMenu.Item>
          </> : null}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function copied(text: string): void {
  try {
    copyText(text)
  } catch (thrown) {
    actions.toastFailed(thrown)
  }
}
