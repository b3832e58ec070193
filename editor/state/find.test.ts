import { expect, test } from 'vitest'
import { describeNode, issue, IssueError, Type, type AnyNode } from '#kit'
import { emptyFlow, type Flow } from '#format'
import { findIn, readQuery } from './find.ts'
import { open, running } from './harness.ts'

const source = describeNode({ type: 'source.plc', version: 1, title: 'PLC', summary: '', help: '', icon: 'box', effects: 'reads', inputs: {}, outputs: {}, examples: [], config: Type.Object({
  connection: Type.String({ title: 'Connection', widget: 'connection', connection: 'plc' }),
  tagPrefix: Type.String({ title: 'Tag prefix' }),
  tags: Type.Array(Type.Object({ name: Type.String({ title: 'Name' }), address: Type.Number({ title: 'Address' }) }), { title: 'Tags' }),
  password: Type.String({ title: 'Password', widget: 'secret' }),
}) } as unknown as AnyNode)
const types = new Map([[source.type, source]])
const flow: Flow = {
  ...emptyFlow('press', 'Press line'),
  parameters: { limit: 80 },
  connections: { south: { type: 'plc', config: { host: '10.1.4.7', password: 'plc-key' } } },
  nodes: {
    drive: { type: 'source.plc', name: 'Drive P-101', config: { connection: 'south', tagPrefix: 'P-101', tags: [{ name: 'speed', address: 4001 }, { name: 'current', address: 4002 }], password: 'plc-key' }, at: [0, 0] },
    high: { type: 'rule.alarm', config: { limit: { $parameter: 'limit' } }, at: [0, 0] },
    note: { type: 'flow.comment', config: { text: `${'The limit is what the maker says. '.repeat(8)}Ask Dana about the gearbox.` }, at: [0, 0] },
    watch: { type: 'flow.subflow', config: { subflow: 'guard' }, at: [0, 0] },
  },
  subflows: { guard: { name: 'Guard', parameters: {}, inputs: {}, outputs: {}, nodes: { inner: { type: 'source.plc', name: 'Reserve drive', config: { connection: 'south' }, at: [0, 0] } }, wires: [] } },
}
const find = (text: string) => findIn(flow, types, readQuery(text))

test('a tag is found by its whole name, with the setting that makes it', () => {
  expect(find('p-101.speed')).toMatchObject([{ node: 'drive', field: '/tags/0/name', what: 'Tags › 1 › Name', text: 'P-101.speed', marks: [[0, 11]] }])
})

test('names, ids, addresses of registers and of connections, parameters and comments are found', () => {
  expect(find('4002')).toMatchObject([{ node: 'drive', field: '/tags/1/address' }])
  expect(find('10.1.4')).toMatchObject([{ connection: 'south', place: 'Connection south' }])
  expect(find('drive p-101').map((h) => h.what)).toContain('name')
  expect(find('limit').map((h) => h.place)).toContain('Parameters')
})

test('all words must be there', () => {
  expect(find('drive 999')).toEqual([])
  expect(find('   ')).toEqual([])
})

test('a long text is cut around the words, and they are still marked', () => {
  const [hit] = find('gearbox')
  expect(hit!.text.length).toBeLessThanOrEqual(122)
  expect(hit!.marks.map(([a, b]) => hit!.text.slice(a, b).toLowerCase())).toEqual(['gearbox'])
})

test('where a connection, a secret, a parameter, a subflow or a type is used', () => {
  expect(find('connection:south').map((h) => h.place)).toEqual(['Drive P-101', 'Guard › Reserve drive'])
  expect(find('secret:plc-key').map((h) => [h.node, h.field])).toEqual([['drive', '/password']])
  expect(find('parameter:limit').map((h) => h.node)).toEqual(['high'])
  expect(find('subflow:guard').map((h) => h.node)).toEqual(['watch'])
  expect(find('type:source.plc')).toHaveLength(2)
  expect(find('connection:sou')).toEqual([])
})

test('what is inside of a subflow is shown in its instance', () => {
  expect(find('reserve')[0]).toMatchObject({ node: 'watch/inner', place: 'Guard › Reserve drive' })
})

test('a hit opens its flow, selects the node, brings it into view and its setting to the inspector', async () => {
  const other: Flow = { ...flow, id: 'press' }
  const summary = { id: 'press', name: 'Press', version: 1, state: 'running' as const, armed: false, actuators: 0 }
  const f = await open()
  const { flow: own, flows } = f.api
  f.api.flows = async () => [...await flows(), summary]
  f.api.flow = async (id) => (id === 'press' ? { ...summary, flow: other, issues: [] } : own(id))
  await f.actions.refresh()
  await f.actions.goTo('press', { node: 'drive', field: '/tags/0/name' })
  expect(f.s()).toMatchObject({ flowId: 'press', tabs: ['pump', 'press'], document: { selection: { nodes: ['drive'] } }, ui: { reveal: { nodes: ['drive'] }, focusField: { node: 'drive', field: '/tags/0/name' }, inspectorTab: 'settings' } })
  await f.actions.goTo('press', { node: 'watch/inner' })
  expect(f.s().document).toMatchObject({ inside: ['watch'], selection: { nodes: ['inner'] } })
  await f.actions.goTo('press', { connection: 'south' })
  expect(f.s().ui.dialog).toEqual({ kind: 'connections', name: 'south' })
})

test('the open draft is searched as it is here, other flows are fetched once a version', async () => {
  const other: Flow = { ...running, id: 'other', name: 'Other', nodes: { far: { type: 'filter.deadband', name: 'Quench', config: {}, at: [0, 0] } }, wires: [] }
  let asked = 0
  let version = 1
  const summary = () => ({ id: 'other', name: 'Other', version, state: 'running' as const, armed: false, actuators: 0 })
  const f = await open()
  const { flow: own, flows } = f.api
  f.api.flows = async () => [...await flows(), summary()]
  f.api.flow = async (id) => (id === 'other' ? (asked++, { ...summary(), flow: other, issues: [] }) : own(id))
  await f.actions.refresh()
  f.actions.setName('band', 'Quench here')
  expect((await f.actions.findAll('quench')).found.map((x) => [x.flow, x.draft, x.hits.length])).toEqual([['pump', true, 1], ['other', false, 1]])
  await f.actions.findAll('quench')
  expect(asked).toBe(1)
  version = 2
  await f.actions.refresh()
  await f.actions.findAll('quench')
  expect(asked).toBe(2)
})

test('a flow that cannot be fetched is named, and the others are searched', async () => {
  const f = await open()
  const { flows } = f.api
  f.api.flows = async () => [...await flows(), { id: 'far', name: 'Far away', version: 1, state: 'running', armed: false, actuators: 0 }]
  await f.actions.refresh()
  f.api.flow = async () => { throw new IssueError(issue('GATEWAY_AWAY', {}, { reason: 'test' })) }
  const { found, missing } = await f.actions.findAll('deadband')
  expect(missing).toEqual(['Far away'])
  expect(found.map((x) => x.flow)).toEqual(['pump'])
})
