// Keys as they are written, pressed and shown. Written 'Mod+Shift+Z': Mod is Ctrl, on a Mac Cmd. Letters and signs are those
// of the person's own keyboard layout; with Alt, which makes other letters on a Mac, the place of the key counts.
import { t } from '../language/index.ts'

/** What a keyboard event tells. */
export interface KeyPress {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  /** It is held down. */
  readonly repeat?: boolean
}

interface Parts {
  readonly mod: boolean
  readonly ctrl: boolean
  readonly alt: boolean
  readonly shift: boolean
  readonly key: string
}
function partsOf(keys: string): Parts {
  const all = keys.split('+')
  const key = all.at(-1) === 'Plus' ? '+' : all.at(-1)!
  return { mod: all.includes('Mod'), ctrl: all.includes('Ctrl'), alt: all.includes('Alt'), shift: all.includes('Shift'), key }
}

/** A sign such as '?' lies under Shift on some keyboards and not on others. */
const isSign = (key: string): boolean => key.length === 1 && !/[a-z0-9]/i.test(key)

export function pressed(keys: string, e: KeyPress): boolean {
  const { mod, ctrl, alt, shift, key } = partsOf(keys)
  if (mod ? !(e.ctrlKey || e.metaKey) : ctrl !== e.ctrlKey || e.metaKey) return false
  if (alt !== e.altKey || (shift !== e.shiftKey && !isSign(key))) return false
  if (alt && /^[A-Z0-9]$/.test(key)) return e.code === `Key${key}` || e.code === `Digit${key}`
  if (key === 'Space') return e.key === ' '
  // The larger key of a Mac.
  if (key === 'Delete' && e.key === 'Backspace') return true
  return e.key.toLowerCase() === key.toLowerCase()
}

const words: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', PageUp: t('Page ↑'), PageDown: t('Page ↓'), Escape: t('Esc'), Delete: t('Del'), Enter: t('Enter'), mod: t('Ctrl'), ctrl: t('Ctrl'), alt: t('Alt'), shift: t('Shift') }
const signs: Readonly<Record<string, string>> = { mod: '⌘', ctrl: '⌃', alt: '⌥', shift: '⇧', Delete: '⌫', Escape: 'esc', Enter: '↩', Tab: '⇥' }

/** 'Ctrl Shift Z', on a Mac '⇧⌘Z', each key by itself. */
export function keyNames(keys: string, mac: boolean): readonly string[] {
  const parts = partsOf(keys)
  const name = (part: string): string => (mac ? signs[part] : undefined) ?? words[part] ?? part
  // In the order of each system.
  const held = (mac ? (['ctrl', 'alt', 'shift', 'mod'] as const) : (['mod', 'ctrl', 'alt', 'shift'] as const)).filter((part) => parts[part])
  return [...held, parts.key].map(name)
}
export const keyText = (keys: string, mac: boolean): string => keyNames(keys, mac).join(mac ? '' : ' ')

/** How keys are named to a screen reader: aria-keyshortcuts. */
export function ariaKeys(keys: readonly string[], mac: boolean): string {
  return keys.map((k) => k.replace('Mod', mac ? 'Meta' : 'Control').replace(/\bCtrl\b/, 'Control')).join(' ')
}
