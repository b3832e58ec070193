import { expect, test, vi } from 'vitest'
import type { FlowSummary, NodeStatus, ServerMessage } from '#format'
import { fixture, open } from './harness.ts'

test('when somebody else deploys, an unchanged draft follows and a changed one says so', async () => {
  const { actions, s, state, pass } = await open()
  const tell = async (version: number): Promise<void> => {
    state.version = version
    state.flow = { ...state.flow, name: `Pump ${version}` }
    actions.applyServerMessage({ type: 'flow', flow: { id: 'pump', name: state.flow.name, version, state: 'running', armed: false, actuators: 2 } })
    await pass(1000)
    await pass(0)
  }
  await tell(4)
  expect(s().document!.flow.name).toBe('Pump 4')
  expect(s().basedOn).toBe(4)
  actions.setName('band', 'Mine')
  await tell(5)
  expect(s().document!.flow.name).toBe('Pump 4')
  expect(s().basedOn).toBe(4)
  expect(s().base.version).toBe(5)
})

test('a flow that the gateway gets after the editor was opened is opened', async () => {
  const flows: FlowSummary[] = []
  const { actions, s } = fixture({ flows: async () => [...flows] })
  await actions.start()
  expect([s().gate, s().flowId]).toEqual(['ready', null])
  const example: FlowSummary = { id: 'pump', name: 'Pump', version: 1, state: 'running', armed: false, actuators: 2 }
  flows.push(example)
  actions.applyServerMessage({ type: 'flow', flow: example })
  await vi.waitFor(() => expect(s().flowId).toBe('pump'))
  expect(s().document!.flow.name).toBe('Pump')
})

const status = (value: number, count: number): NodeStatus => ({
  health: { state: 'ok', text: '' }, ledger: { in: 0, passed: 0, held: 0, failed: 0, queued: 0, dropped: {} }, inputs: {},
  outputs: { value: { count, rate: 1, last: { tag: 't', value, time: count * 1000 } } }, p99Us: null, issues: [],
})

const statusMessage = (nodes: Record<string, NodeStatus>, flow = 'pump'): ServerMessage => ({ type: 'status', flow, version: 3, time: 5000, nodes, totals: { inRate: 1, outRate: 1, loopP99Ms: 1, cpu: 1, memoryMb: 1 } })

test('live values change only what they are about', async () => {
  const { actions, s } = await open()
  actions.applyServerMessage(statusMessage({ temp: status(1, 1), band: status(2, 1) }))
  const before = s()
  actions.applyServerMessage(statusMessage({ temp: status(3, 2) }))
  expect(s().live.nodes['temp']!.outputs['value']!.last!.value).toBe(3)
  expect(s().live.nodes['band']).toBe(before.live.nodes['band'])
  expect(s().live.totals).toBe(before.live.totals)
  expect(s().typed).toBe(before.typed)
  expect(s().live.trends['temp.value']).toEqual([1, 3])
  expect(s().live.trends['band.value']).toEqual([2])
})

test('status of another flow and samples of a tap that is gone are passed over', async () => {
  const { actions, s } = await open()
  const before = s()
  actions.applyServerMessage(statusMessage({ temp: status(1, 1) }, 'other'))
  actions.applyServerMessage({ type: 'tap', id: 'tap-9', samples: [], skipped: 0 })
  expect(s()).toBe(before)
})

test('the log is bounded, a port is pinned once, alarms leave when they are normal', async () => {
  const { actions, s } = await open()
  const id = actions.pinTap('temp', 'value')
  expect(actions.pinTap('temp', 'value')).toBe(id)
  for (let i = 0; i < 600; i++) {
    actions.applyServerMessage({ type: 'log', time: i, level: 'info', text: `line ${i}` })
  }
  expect(s().live.log).toHaveLength(500)
  expect(s().live.log.at(-1)!.text).toBe('line 599')
  actions.unpinTap(id)
  expect(s().live.taps).toEqual([])
  const alarm = { flow: 'pump', node: 'band', tag: '', time: 1, since: 1, state: 'unacknowledged', priority: 'high', message: 'm', value: 1, limit: 0 } as const
  actions.applyServerMessage({ type: 'alarm', alarm })
  expect(s().live.alarms).toHaveLength(1)
  actions.applyServerMessage({ type: 'alarm', alarm: { ...alarm, state: 'normal' } })
  expect(s().live.alarms).toEqual([])
})

test('after the line was down, what ended meanwhile is gone and what was deployed meanwhile is known', async () => {
  const { actions, s, state, pass } = await open()
  const alarm = { flow: 'pump', node: 'band', tag: '', time: 1, since: 1, state: 'unacknowledged', priority: 'high', message: 'm', value: 1, limit: 0 } as const
  actions.applyServerMessage({ type: 'alarm', alarm })
  actions.setConnection('lost', 'cable')
  expect(s().live).toMatchObject({ state: 'lost', reason: 'cable' })
  state.version = 9
  actions.setConnection('open')
  actions.applyServerMessage({ type: 'hello', session: s().session!, time: 9000 })
  await pass(0)
  await pass(1000)
  expect(s().live.alarms).toEqual([])
  expect(s().base.version).toBe(9)
})
