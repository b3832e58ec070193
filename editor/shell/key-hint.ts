// A command's key and title for tool tips and menus.
import { keyText } from '../state/keys.ts'
import { store } from '../state/here.ts'
import { command, isMac, titleOfCommand } from './commands.ts'

/** 'Ctrl K'; empty for a command without a key. */
export function keyOf(id: string): string {
  const { keys, shown } = command(id)
  const key = keys?.[0] ?? shown
  return key === undefined ? '' : keyText(key, isMac())
}
/** 'Zoom in (+)' */
export function hintOf(id: string): string {
  const key = keyOf(id)
  const title = titleOfCommand(command(id), store.getState())
  return key === '' ? title : `${title} (${key})`
}
