import { expect, test } from 'vitest'
import { issue } from '#kit'
import { clearPlace } from './commands.ts'
import { CHECK_AFTER_MS } from './editor.ts'
import { refusedOf } from './derive.ts'
import { open } from './harness.ts'

test('types answer at once, the gateway a moment after the last edit', async () => {
  const { actions, s, state, pass } = await open()
  actions.addNode('actuator.bar', [10, 10])
  expect(s().issues.map((i) => i.code)).toContain('PORT_OPEN')
  expect(s().changes).toMatchObject([{ what: 'node', how: 'added', id: 'bar-2' }])
  expect(s().check.pending).toBe(true)
  actions.setName('bar-2', 'Valve')
  expect(state.checks).toHaveLength(1)
  await pass(CHECK_AFTER_MS)
  expect(state.checks).toHaveLength(2)
  expect(s().check.of).toBe(s().document!.flow)
  expect(s().issues.map((i) => i.code)).toEqual(['SECRET_UNKNOWN'])
})

test('names and places are no part of a type: the types stay the same object, with another setting they do not', async () => {
  const { actions, s } = await open()
  const { typed, ports } = s()
  actions.setName('band', 'B')
  actions.moveNodes({ temp: [50, 60] })
  expect(s().typed).toBe(typed)
  expect(s().ports).toBe(ports)
  actions.removeNodes(['temp'])
  expect(s().typed).not.toBe(typed)
  expect(Object.keys(s().ports)).not.toContain('temp')
  actions.undo()
  actions.setConfig('band', '/x', 1)
  expect(s().typed).not.toBe(typed)
})

test('while a check is under way, what the gateway alone knows stays, for nodes that are still there', async () => {
  const { actions, s } = await open()
  actions.setName('band', 'B')
  expect(s().issues.map((i) => i.code)).toContain('SECRET_UNKNOWN')
  actions.removeNodes(['temp'])
  expect(s().issues.map((i) => i.code)).not.toContain('SECRET_UNKNOWN')
})

test('a check that found no gateway is asked again', async () => {
  const { actions, s, state, pass } = await open()
  state.away = true
  actions.setName('band', 'B')
  await pass(CHECK_AFTER_MS)
  expect(s().check.failed[0]!.code).toBe('GATEWAY_AWAY')
  state.away = false
  await pass(6000)
  expect(s().check.failed).toEqual([])
  expect(s().check.of).toBe(s().document!.flow)
})

test('a wire of another dimension is refused with reason and remedy, and nothing changes', async () => {
  const { actions, s } = await open()
  const before = s().document
  expect(actions.connect({ node: 'band', port: 'value' }, { node: 'bar', port: 'value' })).toBe(false)
  expect(s().document).toBe(before)
  expect(s().ui.toasts[0]).toMatchObject({ level: 'error', text: 'number · °C cannot feed number · bar.' })
  expect(s().ui.toasts[0]!.action).toBeUndefined()
})

test('a wire of another unit of the same quantity offers to insert a converter, wired and set', async () => {
  const { actions, s } = await open()
  expect(actions.connect({ node: 'band', port: 'value' }, { node: 'kelvin', port: 'value' })).toBe(false)
  const mend = s().ui.toasts[0]!.action!
  expect(mend.label).toBe('Insert Convert')
  mend.run()
  expect(s().document!.flow.wires).toEqual(['temp.value -> band.value', 'band.value -> convert.value', 'convert.value -> kelvin.value'])
  expect(s().document!.flow.nodes['convert']!.config).toEqual({ to: 'K' })
  expect(s().issues.filter((i) => i.code.startsWith('PORT_CONVERT'))).toEqual([])
})

test('a new node that reads takes the only connection of its kind; several, or one to write to, are left to the person', async () => {
  const config = { type: 'object', properties: { connection: { type: 'string', widget: 'connection', connection: 'plc' } } }
  const own = (type: string, effects: string) => ({ type, version: 1, title: type, effects, config, inputs: {}, outputs: {}, starter: { connection: 'example' }, keywords: [], acts: [], drops: {} })
  const body = (name: string) => ({ name, type: 'plc', config: {}, usedBy: [] })
  const added = async (type: string, names: string[]): Promise<unknown> => {
    const { actions, s, pass } = await open({ catalogue: async () => ({ nodes: [own('source.plc', 'reads'), own('actuator.plc', 'writes')], drivers: [] }) as never, connections: async () => [...names.map(body), { ...body('broker'), type: 'mqtt' }] as never })
    actions.addNode(type, [0, 0])
    await pass(10)
    expect(s().document!.past).toHaveLength(1)
    return s().document!.flow.nodes['plc']!.config['connection']
  }
  expect(await added('source.plc', ['line-3'])).toBe('line-3')
  expect(await added('source.plc', ['line-3', 'line-4'])).toBe('example')
  expect(await added('source.plc', [])).toBe('example')
  expect(await added('source.plc', ['example'])).toBe('example')
  expect(await added('actuator.plc', ['line-3'])).toBe('example')
})

test('moving an end of a wire is one step in its place, judged as if the old wire was not there', async () => {
  const { actions, s } = await open()
  const temp = { node: 'temp', port: 'value' }
  expect(actions.connect(temp, { node: 'convert', port: 'value' }, 'temp.value -> band.value')).toBe(false)
  expect(s().document!.flow.wires).toEqual(['temp.value -> band.value'])
  actions.addNode('filter.deadband', [0, 300])
  expect(actions.connect(temp, { node: 'deadband', port: 'value' }, 'temp.value -> band.value')).toBe(true)
  expect(s().document!.flow.wires).toEqual(['temp.value -> deadband.value'])
  expect(actions.connect(temp, { node: 'deadband', port: 'value' }, 'temp.value -> deadband.value')).toBe(true)
  actions.undo()
  expect(s().document!.flow.wires).toEqual(['temp.value -> band.value'])
})

test('an end moved to another unit keeps the wire, and the converter offered takes its place', async () => {
  const { actions, s } = await open()
  expect(actions.connect({ node: 'temp', port: 'value' }, { node: 'kelvin', port: 'value' }, 'temp.value -> band.value')).toBe(false)
  expect(s().document!.flow.wires).toEqual(['temp.value -> band.value'])
  s().ui.toasts[0]!.action!.run()
  expect(s().document!.flow.wires).toEqual(['temp.value -> convert.value', 'convert.value -> kelvin.value'])
})

test('a wire that would close a loop, one there already, and a port that is not there are refused', async () => {
  const { actions, s } = await open()
  const b = actions.addNode('filter.deadband', [0, 0])!
  expect(actions.connect({ node: 'band', port: 'value' }, { node: b, port: 'value' })).toBe(true)
  expect(actions.connect({ node: b, port: 'value' }, { node: 'band', port: 'value' })).toBe(false)
  expect(s().ui.toasts.at(-1)!.text).toMatch(/loop/)
  expect(actions.connect({ node: 'band', port: 'value' }, { node: b, port: 'value' })).toBe(false)
  expect(actions.connect({ node: 'band', port: 'nothing' }, { node: b, port: 'value' })).toBe(false)
})

test('pasting a whole flow asks how to import it; pasting rubbish says what it is', async () => {
  const { actions, s } = await open()
  actions.pasteText('{"headgate": 1}')
  expect(s().ui.dialog).toMatchObject({ kind: 'import', text: '{"headgate": 1}' })
  expect(actions.pasteText('{"headgateClip": 2}')[0]!.code).toBe('FLOW_FORMAT')
})

test('a node type that is not installed is told, not added', async () => {
  const { actions, s } = await open()
  expect(actions.addNode('source.nowhere', [0, 0])).toBeNull()
  expect(s().ui.toasts[0]!.text).toMatch(/source.nowhere/)
})

test('an input is judged by what it declares, not by what feeds it now; mixed units are refused and a converter is offered', async () => {
  const { actions, s } = await open()
  const kelvin = actions.addNode('transform.convert', [0, 500])!
  actions.setConfig(kelvin, '/to', 'K')
  const bar = actions.addNode('transform.convert', [0, 700])!
  actions.setConfig(bar, '/to', 'bar')
  const plain = actions.addNode('source.temp', [0, 900])!
  expect(actions.connect({ node: plain, port: 'value' }, { node: 'band', port: 'value' })).toBe(true)
  expect(actions.connect({ node: bar, port: 'value' }, { node: 'band', port: 'value' })).toBe(false)
  expect(s().ui.toasts.at(-1)!.text).toBe('This input gets several units: °C, bar.')
  expect(s().ui.toasts.at(-1)!.action).toBeUndefined()
  expect(actions.connect({ node: kelvin, port: 'value' }, { node: 'band', port: 'value' })).toBe(false)
  s().ui.toasts.at(-1)!.action!.run()
  expect(s().document!.flow.nodes['convert-3']!.config).toEqual({ to: 'Cel' })
  expect(s().issues.map((i) => i.code)).not.toContain('PORT_MIXED')
})

test('the place for a new node covers no other', () => {
  const nodes = { a: { type: 'x', config: {}, at: [0, 0] as const }, b: { type: 'x', config: {}, at: [220, 0] as const } }
  const [x, y] = clearPlace(nodes, [100, 20])
  for (const n of Object.values(nodes)) expect(Math.abs(n.at[0] - x) >= 220 || Math.abs(n.at[1] - y) >= 150).toBe(true)
  expect(clearPlace({}, [101, 19])).toEqual([100, 20])
})

test('what a deploy was refused for stays at its node until that is changed, and does not stop the next try', async () => {
  const { actions, s } = await open()
  const sent = s().document!.flow
  actions.refused(sent, [issue('NODE_CONFIG', { node: 'band', field: '/code' }, { reason: 'Line 2: no' }), issue('DEPLOY_CONFLICT', {}, { running: 2, basedOn: 1 })])
  expect(refusedOf(s()).map((i) => [i.code, i.node])).toEqual([['NODE_CONFIG', 'band']])
  expect(s().issues.map((i) => i.code)).not.toContain('NODE_CONFIG')
  actions.setName('temp', 'T')
  expect(refusedOf(s())).toHaveLength(1)
  actions.setConfig('band', '/x', 1)
  expect(refusedOf(s())).toEqual([])
  actions.undo()
  expect(refusedOf(s())).toHaveLength(1)
  actions.deployed({ version: 4, changes: [], kept: [], carried: [], restarted: [], gaps: [], armed: false, issues: [] }, sent)
  expect(refusedOf(s())).toEqual([])
})

test('an issue inside of a subflow leads to its instance', async () => {
  const { actions, s } = await open()
  actions.revealIssue(issue('NODE_CONFIG', { node: 'band/inner', field: '/tauS' }, { reason: 'no' }))
  expect(s().document!.selection.nodes).toEqual(['band'])
  expect(s().ui.focusField).toBeNull()
  actions.show('kelvin/deep/alarm')
  expect([s().document!.selection.nodes, s().ui.reveal!.nodes]).toEqual([['kelvin'], ['kelvin']])
  actions.show('gone/x')
  expect(s().document!.selection.nodes).toEqual(['kelvin'])
})

test('the palette remembers which families are folded', async () => {
  const { actions, s, storage } = await open()
  actions.foldFamily('filter', true)
  actions.foldFamily('rule', true)
  actions.foldFamily('filter', false)
  expect(s().ui.foldedFamilies).toEqual(['rule'])
  const later = await open({}, storage)
  later.actions.restoreScreen()
  expect(later.s().ui.foldedFamilies).toEqual(['rule'])
})
