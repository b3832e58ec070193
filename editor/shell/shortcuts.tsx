// Keys that work everywhere outside of a text field, and the clipboard's events (which work without HTTPS too).
import { useEffect } from 'react'
import { ask, askInsert, tabInserts } from '../canvas/ask.ts'
import { mayEdit } from '../state/change.ts'
import { isClipText, isFlowText } from '../state/clipboard.ts'
import { actions, store } from '../state/store.ts'
import { tabKey } from './flow-tabs.tsx'

/** Keys go to a field, a menu or a dialog rather than to the flow. */
export function takesKeys(target: EventTarget | null): boolean {
  if (store.getState().ui.dialog !== null) return true
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.closest('input, textarea, select, dialog, [role="dialog"], [role="menu"], [role="listbox"]') !== null
}

export function Shortcuts() {
  useEffect(() => {
    const keys = (e: KeyboardEvent): void => {
      if (store.getState().ui.dialog === null && tabKey(e)) return
      const command = e.ctrlKey || e.metaKey
      const key = e.key.toLowerCase()
      // Also out of a field; the browser's own would save the page.
      const deploy = command && key === 's' && !e.altKey
      if (deploy) e.preventDefault()
      if (e.defaultPrevented && !deploy) return
      if (e.altKey || (deploy ? store.getState().ui.dialog !== null : takesKeys(e.target))) return
      const run = shortcut(key, command, e.shiftKey)
      if (!run) return
      e.preventDefault()
      run()
    }
    const busy = (e: ClipboardEvent): boolean => takesKeys(e.target) || (document.getSelection()?.toString() ?? '') !== ''
    const put = (e: ClipboardEvent, text: string): void => {
      if (text === '') return
      e.clipboardData?.setData('text/plain', text)
      e.preventDefault()
    }
    const copy = (e: ClipboardEvent): void => {
      if (!busy(e)) put(e, actions.copySelected())
    }
    const cut = (e: ClipboardEvent): void => {
      if (!busy(e)) put(e, actions.cutSelected())
    }
    const paste = (e: ClipboardEvent): void => {
      const text = e.clipboardData?.getData('text/plain') ?? ''
      if (takesKeys(e.target) || !(isClipText(text) || isFlowText(text))) return
      e.preventDefault()
      actions.pasteText(text)
    }
    document.addEventListener('keydown', keys)
    document.addEventListener('copy', copy)
    document.addEventListener('cut', cut)
    document.addEventListener('paste', paste)
    return () => {
      document.removeEventListener('keydown', keys)
      document.removeEventListener('copy', copy)
      document.removeEventListener('cut', cut)
      document.removeEventListener('paste', paste)
    }
  }, [])
  return null
}

const searchPalette = (): void => document.getElementById('palette-search')?.focus()

/** Of who may not edit: the keys of the others do nothing, and nothing opens that could not be used. */
function looking(key: string, command: boolean): (() => void) | undefined {
  if (command) return key === 'a' ? actions.selectAll : key === 's' ? () => undefined : undefined
  if (key === '?') return () => actions.openDialog({ kind: 'shortcuts' })
  return key === 'escape' ? () => actions.select({}) : undefined
}

function shortcut(key: string, command: boolean, shift: boolean): (() => void) | undefined {
  if (!mayEdit(store.getState())) return looking(key, command)
  if (command && key === 'z') return shift ? actions.redo : actions.undo
  if (command && key === 'y') return actions.redo
  if (command && key === 'd') return actions.duplicateSelected
  if (command && key === 'a') return actions.selectAll
  if (command && (key === 'delete' || key === 'backspace')) return actions.removeJoined
  if (command && key === 's') return () => actions.openDialog({ kind: 'deploy' })
  if (command) return undefined
  if (key === 'delete' || key === 'backspace') return actions.removeSelected
  if (key === '/') return document.activeElement?.closest('.palette') ? searchPalette : askInsert
  if (key === 'tab') return !shift && tabInserts(document.activeElement) ? askInsert : undefined
  if (key === 'p') return searchPalette
  const { nodes } = store.getState().document?.selection ?? { nodes: [] }
  if (key === 'w' && nodes.length === 1) return () => ask({ kind: 'connect', node: nodes[0]! })
  if (key === 'r' && nodes.length === 1) return () => ask({ kind: 'replace', node: nodes[0]! })
  if (key === '?') return () => actions.openDialog({ kind: 'shortcuts' })
  if (key === 'escape') return () => actions.select({})
  return undefined
}
