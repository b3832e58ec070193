// Listens for the keys of shell/commands.ts, and for the clipboard's events (which work without HTTPS too).
import { useEffect } from 'react'
import { isClipText, isFlowText } from '../state/clipboard.ts'
import { actions, store } from '../state/here.ts'
import { commandOf } from './commands.ts'

/** Keys go to a field, a menu or a dialog rather than to the flow. */
export function takesKeys(target: EventTarget | null): boolean {
  if (store.getState().ui.dialog !== null) return true
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.closest('input, textarea, select, dialog, [role="dialog"], [role="menu"], [role="listbox"]') !== null
}

export function Shortcuts() {
  useEffect(() => {
    const keys = (e: KeyboardEvent): void => {
      const { command, take } = commandOf(e, store.getState(), e.defaultPrevented || takesKeys(e.target))
      if (take) e.preventDefault()
      command?.run()
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
    // So that the first letters after Ctrl K are not lost; when it cannot be had, opening it says so.
    const soon = setTimeout(() => void import('./command-palette.tsx').catch(() => undefined), 1500)
    document.addEventListener('keydown', keys)
    document.addEventListener('copy', copy)
    document.addEventListener('cut', cut)
    document.addEventListener('paste', paste)
    return () => {
      clearTimeout(soon)
      document.removeEventListener('keydown', keys)
      document.removeEventListener('copy', copy)
      document.removeEventListener('cut', cut)
      document.removeEventListener('paste', paste)
    }
  }, [])
  return null
}
