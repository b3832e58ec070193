// Everything that is not needed every minute.
import { Boxes, Cable, Copy, Download, FileUp, History, Keyboard, KeyRound, LayoutDashboard, LogOut, Monitor, MonitorCheck, Moon, Package, Plus, Redo2, Sun, Undo2, Users } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { may } from '#format'
import { actions, useEditor, type Theme } from '../state/store.ts'
import { copyFlow, downloadFlow } from './export.ts'

const themes: readonly (readonly [Theme, string, ReactNode])[] = [
  ['system', 'Like the system', <Monitor key="s" size={15} />],
  ['light', 'Light', <Sun key="l" size={15} />],
  ['dark', 'Dark', <Moon key="d" size={15} />],
]

export function MainMenu({ trigger }: { readonly trigger: ReactNode }) {
  const theme = useEditor((s) => s.ui.theme)
  const flow = useEditor((s) => s.document !== null)
  const deployed = useEditor((s) => s.base.version !== null)
  const user = useEditor((s) => s.session?.user)
  const role = useEditor((s) => s.session?.role)
  const undo = useEditor((s) => s.document?.past.at(-1)?.label)
  const redo = useEditor((s) => s.document?.future[0]?.label)
  const admin = role !== undefined && may(role, 'administer')
  const edits = role !== undefined && may(role, 'edit')
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          {edits ? <>
          <Item icon={<Undo2 size={15} />} hint="Ctrl Z" disabled={undo === undefined} run={actions.undo}>{undo === undefined ? 'Undo' : `Undo: ${undo}`}</Item>
          <Item icon={<Redo2 size={15} />} hint="Ctrl Y" disabled={redo === undefined} run={actions.redo}>{redo === undefined ? 'Redo' : `Redo: ${redo}`}</Item>
          <div className="menu-line" />
          <Item icon={<Plus size={15} />} run={() => actions.openDialog({ kind: 'new-flow' })}>New flow…</Item>
          <Item icon={<FileUp size={15} />} run={() => actions.openDialog({ kind: 'import' })}>Import…</Item>
          </> : null}
          <Item icon={<Download size={15} />} disabled={!flow} run={() => void downloadFlow()}>Export as file</Item>
          <Item icon={<Package size={15} />} run={() => actions.openDialog({ kind: 'export' })}>Export several…</Item>
          <Item icon={<Copy size={15} />} disabled={!flow} run={() => void copyFlow()}>Copy as JSON</Item>
          <Item icon={<History size={15} />} disabled={!deployed} run={() => actions.openDialog({ kind: 'versions' })}>Versions and rollback…</Item>
          <div className="menu-line" />
          <Item icon={<MonitorCheck size={15} />} run={() => actions.setView('operator')}>Operator's view</Item>
          {edits ? <Item icon={<LayoutDashboard size={15} />} disabled={!flow} run={actions.editDashboard}>Edit the operator's view…</Item> : null}
          <div className="menu-line" />
          <Item icon={<Cable size={15} />} run={() => actions.openDialog({ kind: 'connections' })}>Connections…</Item>
          {admin ? <Item icon={<KeyRound size={15} />} run={() => actions.openDialog({ kind: 'secrets' })}>Secrets…</Item> : null}
          {admin ? <Item icon={<Users size={15} />} run={() => actions.openDialog({ kind: 'users' })}>Users…</Item> : null}
          <Item icon={<Boxes size={15} />} run={() => actions.openDialog({ kind: 'models' })}>Models…</Item>
          <div className="menu-line" />
          <div className="menu-label">Theme</div>
          <DropdownMenu.RadioGroup value={theme} onValueChange={(t) => actions.setTheme(t as Theme)}>
            {themes.map(([id, title, icon]) => (
              <DropdownMenu.RadioItem key={id} value={id} className="menu-item">{icon}<span className="name">{title}</span><small><DropdownMenu.ItemIndicator>●</DropdownMenu.ItemIndicator></small></DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <div className="menu-line" />
          <Item icon={<Keyboard size={15} />} hint="?" run={() => actions.openDialog({ kind: 'shortcuts' })}>Keyboard shortcuts</Item>
          <Item icon={<LogOut size={15} />} hint={role ?? ''} run={() => void actions.signOut()}>Sign out {user}</Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function Item({ icon, hint, disabled, run, children }: { readonly icon: ReactNode; readonly hint?: string; readonly disabled?: boolean; readonly run: () => void; readonly children: ReactNode }) {
  return (
    <DropdownMenu.Item className="menu-item" disabled={disabled ?? false} onSelect={run}>
      {icon}
      <span className="name">{children}</span>
      {hint ? <small>{hint}</small> : null}
    </DropdownMenu.Item>
  )
}
