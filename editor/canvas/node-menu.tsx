// What can be done with a node: by right click, or by the menu key on a focused one.
import { ArrowLeftToLine, ArrowRightToLine, ChartSpline, CircleHelp, Copy, CopyPlus, LayoutDashboard, Replace, Rewind, Scissors, Settings2, Spline, Trash2, Unplug } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { t } from '../language/index.ts'
import { CommandItem } from '../shell/menu-command.tsx'
import { mayEdit } from '../state/change.ts'
import { setterOf } from '../state/operating.ts'
import { actions, engineIdOf, useEditor } from '../state/here.ts'
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
  const runs = useEditor((s) => s.base.flow !== null && Object.hasOwn(s.live.nodes, at.node))
  const edits = useEditor(mayEdit)
  const pins = Object.keys(outputs ?? {})
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(open) => !open && onClose()}>
      <DropdownMenu.Trigger asChild>
        <span className="menu-anchor" aria-hidden="true" style={{ left: at.x, top: at.y }} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" side="bottom" sideOffset={2} aria-label={t('Node')}>
          {many ? null : (
            <>
              <CommandItem id="settings-tab" icon={<Settings2 size={15} />} title={t('Settings')} />
              <CommandItem id="help-tab" icon={<CircleHelp size={15} />} title={t('Help')} />
              {edits ? <>
              <CommandItem id="connect" icon={<Spline size={15} />} title={t('Connect…')} />
              <CommandItem id="replace" icon={<Replace size={15} />} title={t('Replace…')} />
              </> : null}
              {pins.length > 0 ? <div className="menu-line" /> : null}
              {pins.slice(0, MAX_PINS).map((port) => (
                <DropdownMenu.Item key={port} className="menu-item" onSelect={() => actions.pinTap(at.node, port)}><ChartSpline size={15} /><span className="name">{t('Plot {port}', { port })}</span></DropdownMenu.Item>
              ))}
              {pins.length > MAX_PINS ? <DropdownMenu.Item className="menu-item" onSelect={() => actions.setInspectorTab('live')}><ChartSpline size={15} />{t('More outputs…')}</DropdownMenu.Item> : null}
              {edits && (pins.length > 0 || settable) ? <DropdownMenu.Item className="menu-item" onSelect={() => actions.showToOperator(at.node)}><LayoutDashboard size={15} />{t("Add to operator's view")}</DropdownMenu.Item> : null}
              {runs ? <DropdownMenu.Item className="menu-item" onSelect={() => void actions.lookBack({ want: { node: engineIdOf(at.node) }, tracing: true })}><Rewind size={15} />{t('What led to its last value?')}</DropdownMenu.Item> : null}
              <div className="menu-line" />
            </>
          )}
          <CommandItem id="select-upstream" icon={<ArrowLeftToLine size={15} />} />
          <CommandItem id="select-downstream" icon={<ArrowRightToLine size={15} />} />
          <div className="menu-line" />
          <ArrangeItems node={at.node} />
          <CommandItem id="copy" icon={<Copy size={15} />} title={t('Copy')} />
          {edits ? <>
          <CommandItem id="cut" icon={<Scissors size={15} />} title={t('Cut')} />
          <CommandItem id="duplicate" icon={<CopyPlus size={15} />} />
          <CommandItem id="remove-join" icon={<Unplug size={15} />} title={t('Remove and join')} />
          <CommandItem id="delete" icon={<Trash2 size={15} />} title={t('Delete')} />
          </> : null}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
