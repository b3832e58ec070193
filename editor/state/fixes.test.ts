import { expect, test } from 'vitest'
import { issue, issueTexts } from '#kit'
import { fixes } from './fixes.ts'
import { open } from './harness.ts'

test('every code that has a mend exists', () => {
  expect(Object.keys(fixes).filter((code) => !(code in issueTexts))).toEqual([])
})

test('a wire between units gets a converter in one step, or goes', async () => {
  const { actions, s } = await open()
  const wire = 'temp.value -> kelvin.value'
  actions.replaceFlow({ ...s().document!.flow, wires: [wire] })
  const [insert, remove] = actions.fixesFor(issue('PORT_CONVERT', { wire }))
  expect([insert!.label, remove!.label]).toEqual(['Insert Convert', 'Remove the wire'])
  const before = s().document!.past.length
  insert!.run!()
  expect(s().document!.flow.wires).toEqual(['temp.value -> convert.value', 'convert.value -> kelvin.value'])
  expect(s().document!.past.length).toBe(before + 1)
  actions.undo()
  remove!.run!()
  expect(s().document!.flow.wires).toEqual([])
  expect(actions.fixesFor(issue('PORT_CONVERT', { wire })), 'the wire is not there any more').toEqual([])
})

test('an open input shows what fits, and takes it by one click', async () => {
  const { actions, s } = await open()
  const [fix] = actions.fixesFor(issue('PORT_OPEN', { node: 'band', port: 'value' }))
  actions.replaceFlow({ ...s().document!.flow, wires: [] })
  const choices = actions.fixesFor(issue('PORT_OPEN', { node: 'band', port: 'value' }))[0]!.choices!
  expect(choices.map((c) => c.label)).toContain('source.temp.value')
  choices.find((c) => c.label === 'source.temp.value')!.run()
  expect(s().document!.flow.wires).toEqual(['temp.value -> band.value'])
  expect(fix?.run, 'there is no one answer').toBeUndefined()
})

test('a wire that is there twice stays once', async () => {
  const { actions, s } = await open()
  const wire = 'temp.value -> band.value'
  actions.replaceFlow({ ...s().document!.flow, wires: [wire, wire] })
  actions.fixesFor(issue('WIRE_DUPLICATE', { wire }))[0]!.run!()
  expect(s().document!.flow.wires).toEqual([wire])
})

test('a wrong setting is led to, and goes back to its default', async () => {
  const { actions, s } = await open()
  const types = new Map(s().types)
  types.set('filter.deadband', { ...types.get('filter.deadband')!, config: { type: 'object', properties: { threshold: { type: 'number', default: 0.5 } } } as never })
  actions.setConfig('band', '/threshold', -3)
  const state = { ...s(), types }
  const made = actions.fixesFor(issue('NODE_CONFIG', { node: 'band', field: '/threshold' }, { reason: 'x' }), state)
  expect(made.map((f) => f.label)).toEqual(['Go to the setting', 'Use 0.5'])
  made[0]!.run!()
  expect(s().ui.focusField).toEqual({ node: 'band', field: '/threshold' })
  made[1]!.run!()
  expect(s().document!.flow.nodes['band']!.config).toEqual({})
})

test('connections, secrets and models lead to their dialogs; a secret is for an administrator', async () => {
  const { actions, s } = await open()
  const types = new Map(s().types)
  types.set('source.temp', { ...types.get('source.temp')!, config: { type: 'object', properties: { plc: { type: 'string', widget: 'connection', connection: 'modbus' } } } as never })
  actions.setConfig('temp', '/plc', 'gone')
  const state = { ...s(), types }
  actions.fixesFor(issue('CONNECTION_UNKNOWN', { node: 'temp', field: '/plc' }, { name: 'gone' }), state)[0]!.run!()
  expect(s().ui.dialog).toEqual({ kind: 'connections', type: 'modbus' })
  actions.fixesFor(issue('CONNECTION_FAILED', { node: 'temp' }, { name: 'gone', reason: 'x' }), state)[0]!.run!()
  expect(s().ui.dialog).toEqual({ kind: 'connections', name: 'gone' })
  actions.fixesFor(issue('MODEL_UNKNOWN', { node: 'temp' }, { name: 'm' }))[0]!.run!()
  expect(s().ui.dialog).toEqual({ kind: 'models' })
  const secret = issue('SECRET_UNKNOWN', { node: 'temp' }, { name: 's' })
  actions.fixesFor(secret)[0]!.run!()
  expect(s().ui.dialog).toEqual({ kind: 'secrets' })
  expect(actions.fixesFor(secret, { ...s(), session: { ...s().session!, role: 'editor' } })).toEqual([])
  expect(actions.fixesFor(issue('WIRE_PORT', { wire: 'temp.value -> band.value' }), { ...s(), session: { ...s().session!, role: 'viewer' } }), 'a viewer changes nothing').toEqual([])
})

test('a toast offers the mend, but never to take something away', async () => {
  const { actions, s } = await open()
  actions.toastIssue(issue('MODEL_UNKNOWN', { node: 'temp' }, { name: 'm' }))
  expect(s().ui.toasts.at(-1)!.action!.label).toBe('Models…')
  actions.toastIssue(issue('WIRE_PORT', { wire: 'temp.value -> band.value' }, { node: 'temp' }))
  expect(s().ui.toasts.at(-1)!.action).toBeUndefined()
})
