// Everything that is not needed every minute, out of the list of commands.
import { Boxes, Cable, Copy, Download, FileUp, History, KeyRound, Keyboard, Languages, LayoutDashboard, LayoutTemplate, ListChecks, LogOut, Monitor, MonitorCheck, Moon, Package, Plus, Redo2, Rewind, Search, Signpost, Sun, TextSearch, Undo2, Users } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { language, languages, t } from '../language/index.ts'
import { mayEdit } from '../state/change.ts'
import { actions, useEditor, type Theme } from '../state/store.ts'
import { CommandItem } from './menu-command.tsx'

const themes: readonly (readonly [Theme, string, ReactNode])[] = [
  ['system', t('Like the system'), <Monitor key="s" size={15} />],
  ['light', t('Light'), <Sun key="l" size={15} />],
  ['dark', t('Dark'), <Moon key="d" size={15} />],
]

export function MainMenu({ trigger }: { readonly trigger: ReactNode }) {
  const theme = useEditor((s) => s.ui.theme)
  const edits = useEditor(mayEdit)
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          {edits ? <>
          <CommandItem id="undo" icon={<Undo2 size={15} />} />
          <CommandItem id="redo" icon={<Redo2 size={15} />} />
          <div className="menu-line" />
          </> : null}
          <CommandItem id="commands" icon={<TextSearch size={15} />} title={t('All commands…')} />
          <CommandItem id="find" icon={<Search size={15} />} />
          <div className="menu-line" />
          {edits ? <>
          <CommandItem id="new-flow" icon={<Plus size={15} />} />
          <CommandItem id="examples" icon={<LayoutTemplate size={15} />} />
          <CommandItem id="import" icon={<FileUp size={15} />} />
          </> : null}
          <CommandItem id="export" icon={<Download size={15} />} />
          <CommandItem id="export-several" icon={<Package size={15} />} title={t('Export several…')} />
          <CommandItem id="copy-json" icon={<Copy size={15} />} />
          <CommandItem id="versions" icon={<History size={15} />} />
          <CommandItem id="look-back" icon={<Rewind size={15} />} />
          <CommandItem id="tests" icon={<ListChecks size={15} />} />
          <div className="menu-line" />
          <CommandItem id="operator" icon={<MonitorCheck size={15} />} />
          {edits ? <CommandItem id="edit-operator" icon={<LayoutDashboard size={15} />} /> : null}
          <div className="menu-line" />
          <CommandItem id="connections" icon={<Cable size={15} />} />
          <CommandItem id="secrets" icon={<KeyRound size={15} />} hidden />
          <CommandItem id="users" icon={<Users size={15} />} hidden />
          <CommandItem id="models" icon={<Boxes size={15} />} />
          <div className="menu-line" />
          <div className="menu-label">{t('Theme')}</div>
          <DropdownMenu.RadioGroup value={theme} onValueChange={(chosen) => actions.setTheme(chosen as Theme)}>
            {themes.map(([id, title, icon]) => (
              <DropdownMenu.RadioItem key={id} value={id} className="menu-item">{icon}<span className="name">{title}</span><small><DropdownMenu.ItemIndicator>●</DropdownMenu.ItemIndicator></small></DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <div className="menu-line" />
          {languages.filter(([id]) => id !== language).map(([id]) => <CommandItem key={id} id={`language-${id}`} icon={<Languages size={15} />} />)}
          <CommandItem id="shortcuts" icon={<Keyboard size={15} />} />
          <CommandItem id="tour" icon={<Signpost size={15} />} title={t('Take the tour')} hidden />
          <CommandItem id="sign-out" icon={<LogOut size={15} />} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
