// A command as an item of a menu: its words, its key and whether it can be done now come from the list of commands.
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { useEditor } from '../state/here.ts'
import { command, isOn, titleOfCommand } from './commands.ts'
import { keyOf } from './key-hint.ts'

/** `hidden`: left out rather than shown as disabled when it makes no sense; `title` where the menu says it shorter. */
export function CommandItem({ id, icon, title, hidden = false }: { readonly id: string; readonly icon: ReactNode; readonly title?: string; readonly hidden?: boolean }) {
  const own = command(id)
  const on = useEditor((s) => isOn(own, s))
  const text = useEditor((s) => titleOfCommand(own, s))
  const key = keyOf(id)
  if (hidden && !on) return null
  return (
    <DropdownMenu.Item className="menu-item" disabled={!on} onSelect={own.run}>
      {icon}
      <span className="name">{title ?? text}</span>
      {key === '' ? null : <small>{key}</small>}
    </DropdownMenu.Item>
  )
}
