import { expect, test } from 'vitest'
import { ariaKeys, keyText, pressed, type KeyPress } from './keys.ts'

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held })

test('Mod is Ctrl or Cmd, Ctrl is Ctrl alone', () => {
  expect(pressed('Mod+Z', press('z', { ctrlKey: true }))).toBe(true)
  expect(pressed('Mod+Z', press('z', { metaKey: true }))).toBe(true)
  expect(pressed('Mod+Z', press('z'))).toBe(false)
  expect(pressed('Ctrl+PageDown', press('PageDown', { ctrlKey: true }))).toBe(true)
  expect(pressed('Ctrl+PageDown', press('PageDown', { metaKey: true }))).toBe(false)
})

test('what is held besides makes it another key', () => {
  expect(pressed('Mod+Z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(false)
  expect(pressed('Mod+Shift+Z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(true)
  expect(pressed('P', press('p', { altKey: true }))).toBe(false)
  expect(pressed('P', press('p', { ctrlKey: true }))).toBe(false)
  expect(pressed('P', press('p', { metaKey: true }))).toBe(false)
})

test('a letter counts with Caps Lock too, a sign wherever the layout has it', () => {
  expect(pressed('P', press('P'))).toBe(true)
  expect(pressed('?', press('?', { shiftKey: true }))).toBe(true)
  expect(pressed('?', press('?'))).toBe(true)
  expect(pressed('Plus', press('+', { shiftKey: true }))).toBe(true)
  expect(pressed('Shift+F', press('F'))).toBe(false)
})

test('with Alt the place of the key counts: a Mac makes other letters', () => {
  expect(pressed('Alt+3', press('£', { altKey: true, code: 'Digit3' }))).toBe(true)
  expect(pressed('Alt+3', press('3', { code: 'Digit3' }))).toBe(false)
})

test('the delete keys of both systems delete', () => {
  expect(pressed('Delete', press('Delete'))).toBe(true)
  expect(pressed('Delete', press('Backspace'))).toBe(true)
  expect(pressed('Mod+Delete', press('Backspace'))).toBe(false)
})

test('keys are shown as each system writes them', () => {
  expect(keyText('Mod+Shift+Z', false)).toBe('Ctrl Shift Z')
  expect(keyText('Mod+Shift+Z', true)).toBe('⇧⌘Z')
  expect(keyText('Alt+ArrowUp', false)).toBe('Alt ↑')
  expect(keyText('Ctrl+PageDown', true)).toBe('⌃Page ↓')
  expect(keyText('Plus', false)).toBe('+')
  expect(ariaKeys(['Mod+K', '?'], false)).toBe('Control+K ?')
})
