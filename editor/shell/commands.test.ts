import { expect, test } from 'vitest'
import { initialState, type State } from '../state/model.ts'
import { open } from '../state/harness.ts'
import type { KeyPress } from '../state/keys.ts'
import { command, commandOf, commands, groups, isOn, titleOfCommand } from './commands.ts'
import { ranked } from './entries.ts'

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held })
const ctrl = (key: string): KeyPress => press(key, { ctrlKey: true })
const idOf = (e: KeyPress, s: State, busy = false): string | undefined => commandOf(e, s, busy).command?.id

test('every command has its own id, a group of the page, and words', () => {
  expect(new Set(commands.map((c) => c.id)).size).toBe(commands.length)
  for (const c of commands) expect([c.id, groups.includes(c.group), titleOfCommand(c, initialState).length > 2]).toEqual([c.id, true, true])
})

test('no key is said twice', () => {
  const keys = commands.flatMap((c) => [...(c.keys ?? []), ...(c.shown === undefined ? [] : [c.shown])])
  // Escape takes back what is selected, and with nothing selected it leads out of a subflow.
  expect(keys.filter((k, i) => keys.indexOf(k) !== i)).toEqual(['Escape'])
})

test('a key that is held down does once what should be done once, and goes on with what may be repeated', async () => {
  const f = await open()
  f.actions.select({ nodes: ['band'] })
  expect(idOf(press('g', { ctrlKey: true, repeat: true }), f.s())).toBeUndefined()
  expect(idOf(ctrl('g'), f.s())).toBe('group')
  expect(idOf(press('+', { repeat: true }), f.s())).toBe('zoom-in')
})

test('before anybody is signed in nothing can be edited, deployed or administered', () => {
  const on = commands.filter((c) => isOn(c, initialState)).map((c) => c.id)
  for (const id of ['deploy', 'delete', 'arm', 'hold', 'secrets', 'users', 'new-flow', 'insert']) expect(on).not.toContain(id)
})

test('a key does what it says when it makes sense, and nothing otherwise', async () => {
  const f = await open()
  expect(idOf(press('w'), f.s())).toBeUndefined()
  f.actions.select({ nodes: ['band'] })
  expect(idOf(press('w'), f.s())).toBe('connect')
  expect(idOf(press('Delete'), f.s())).toBe('delete')
  expect(idOf(ctrl('Delete'), f.s())).toBe('remove-join')
  expect(idOf(ctrl('z'), f.s())).toBeUndefined()
  f.actions.setName('band', 'x')
  expect(idOf(ctrl('z'), f.s())).toBe('undo')
  expect(idOf(press('Z', { ctrlKey: true, shiftKey: true }), f.s())).toBeUndefined()
  f.actions.undo()
  expect(idOf(press('Z', { ctrlKey: true, shiftKey: true }), f.s())).toBe('redo')
})

test('in a text field only the keys that say so count; the page is never saved by the browser', async () => {
  const f = await open()
  expect(idOf(press('p'), f.s(), true)).toBeUndefined()
  expect(idOf(ctrl('k'), f.s(), true)).toBe('commands')
  expect(idOf(ctrl('s'), f.s(), true)).toBe('deploy')
  expect(commandOf(ctrl('s'), initialState, true)).toEqual({ command: null, take: true })
  expect(commandOf(press('p'), f.s(), true).take).toBe(false)
})

test('an open dialog has the keys', async () => {
  const f = await open()
  f.actions.openDialog({ kind: 'shortcuts' })
  expect(commandOf(ctrl('k'), f.s(), true)).toEqual({ command: null, take: true })
})

test('a viewer is offered nothing that changes a flow', async () => {
  const f = await open({ session: async () => ({ user: 'v', role: 'viewer', gateway: 'g', version: '1' }) })
  f.actions.select({ nodes: ['band'] })
  const on = commands.filter((c) => isOn(c, f.s())).map((c) => c.id)
  for (const id of ['delete', 'cut', 'duplicate', 'replace', 'deploy', 'arm', 'hold', 'import', 'tour', 'discard']) expect(on).not.toContain(id)
  expect(on).toEqual(expect.arrayContaining(['copy', 'export', 'connections', 'find']))
})

test('the search finds a command by other words for it, and puts the title first', () => {
  const entries = commands.map((c) => ({ id: c.id, group: 'x', title: titleOfCommand(c, initialState), words: c.words ?? '', run: c.run }))
  const found = (search: string): string[] => ranked(entries, search).map((e) => e.id)
  expect(found('deploy')[0]).toBe('deploy')
  expect(found('publish')).toContain('deploy')
  expect(found('theme dark')[0]).toBe('theme-dark')
  expect(found('qqzz')).toEqual([])
  expect(() => command('no such')).toThrow()
})
