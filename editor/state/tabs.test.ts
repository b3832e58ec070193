import { expect, test } from 'vitest'
import { emptyFlow, type Flow } from '#format'
import { memoryStorage } from './drafts.ts'
import { fixture, running, type Fixture } from './harness.ts'

const tank: Flow = { ...emptyFlow('tank', 'Tank'), nodes: { level: { type: 'source.temp', config: {}, at: [0, 0] } } }
const flows = new Map([['pump', running], ['tank', tank], ['mixer', { ...tank, id: 'mixer', name: 'Mixer' }]])
const summary = (id: string) => ({ id, name: flows.get(id)!.name, version: 3, state: 'running' as const, armed: false, actuators: 0 })
async function opened(storage = memoryStorage()): Promise<Fixture> {
  const f = fixture({ flows: async () => [...flows.keys()].map(summary), flow: async (id) => ({ ...summary(id), flow: flows.get(id)!, issues: [] }) }, storage)
  await f.actions.start()
  await f.pass(2000)
  return f
}

test('each flow keeps its history, selection and taps while another one is in front', async () => {
  const { actions, s, pass } = await opened()
  actions.setName('band', 'Mine')
  actions.pinTap('temp', 'value')
  await actions.openFlow('tank')
  expect(s().tabs).toEqual(['pump', 'tank'])
  expect(s().document!.past).toEqual([])
  actions.select({ nodes: ['level'] })
  actions.pinTap('level', 'value')
  await actions.openFlow('pump')
  expect(s().document!.flow.nodes['band']!.name).toBe('Mine')
  expect(s().live.taps.map((t) => t.flow)).toEqual(['pump', 'tank'])
  actions.undo()
  expect(s().document!.flow).toEqual(running)
  await actions.openFlow('tank')
  expect(s().document!.selection.nodes).toEqual(['level'])
  expect(s().parked['pump']!.changed).toBe(false)
  await pass(1000)
})

test('the tab beside comes to the front when one is closed, and what was in it is kept', async () => {
  const { actions, s, pass, state } = await opened()
  await actions.openFlow('mixer')
  await actions.openFlow('tank')
  expect(s().tabs).toEqual(['pump', 'mixer', 'tank'])
  actions.setName('level', 'Kept')
  actions.pinTap('level', 'value')
  actions.closeTab('tank')
  await pass(2000)
  expect([s().flowId, s().tabs, s().live.taps]).toEqual(['mixer', ['pump', 'mixer'], []])
  expect(state.drafts.get('tank')!.flow.nodes['level']!.name).toBe('Kept')
  actions.closeTab('pump')
  actions.closeTab('mixer')
  await pass(2000)
  expect([s().flowId, s().document, s().tabs, s().shared]).toEqual([null, null, [], {}])
  await actions.openFlow('tank')
  expect(s().document!.flow.nodes['level']!.name).toBe('Kept')
})

test('a closed tab leaves its draft in the browser when the gateway is away', async () => {
  const storage = memoryStorage()
  const { actions, s, state, pass } = await opened(storage)
  await actions.openFlow('tank')
  state.away = true
  actions.setName('level', 'Alone')
  actions.closeTab('tank')
  await pass(2000)
  state.away = false
  await actions.openFlow('tank')
  await pass(2000)
  expect(s().document!.flow.nodes['level']!.name).toBe('Alone')
  expect(state.drafts.get('tank')!.flow.nodes['level']!.name).toBe('Alone')
})

test('tabs outlive a reload; the one in front is fetched, the others when they are looked at', async () => {
  const storage = memoryStorage()
  const first = await opened(storage)
  await first.actions.openFlow('tank')
  await first.actions.openFlow('mixer')
  first.actions.moveTab('mixer', 0)
  await first.actions.openFlow('tank')
  const again = await opened(storage)
  expect([again.s().tabs, again.s().flowId, Object.keys(again.s().parked)]).toEqual([['mixer', 'pump', 'tank'], 'tank', []])
  again.actions.tabAt(2)
  await again.pass(1000)
  expect([again.s().flowId, Object.keys(again.s().parked)]).toEqual(['pump', ['tank']])
})

test('a tab of a flow that is gone is not opened again', async () => {
  const storage = memoryStorage()
  storage.setItem('headgate.tabs', JSON.stringify(['tank', 'nowhere', 7]))
  expect((await opened(storage)).s().tabs).toEqual(['tank', 'pump'])
  storage.setItem('headgate.tabs', '{')
  expect((await opened(storage)).s().tabs).toEqual(['pump'])
})

test('stepping goes round, nine is the last, and moving stays among the tabs', async () => {
  const { actions, s, pass } = await opened()
  await actions.openFlow('tank')
  await actions.openFlow('mixer')
  const step = async (act: () => void): Promise<string | null> => {
    act()
    await pass(500)
    return s().flowId
  }
  expect(await step(() => actions.stepTab(1))).toBe('pump')
  expect(await step(() => actions.stepTab(-1))).toBe('mixer')
  expect(await step(() => actions.tabAt(1))).toBe('pump')
  expect(await step(() => actions.tabAt(9))).toBe('mixer')
  expect(await step(() => actions.tabAt(7))).toBe('mixer')
  actions.moveTab('pump', 99)
  expect(s().tabs).toEqual(['tank', 'mixer', 'pump'])
  actions.closeOtherTabs('tank')
  await pass(500)
  expect([s().tabs, s().flowId]).toEqual([['tank'], 'tank'])
})

test('a flow that was asked for last is the one in front, however slow an answer is', async () => {
  const { actions, s, pass } = await opened()
  const one = actions.openFlow('tank')
  const two = actions.openFlow('mixer')
  await pass(500)
  expect(await Promise.all([one, two])).toEqual([false, true])
  expect(s().flowId).toBe('mixer')
})

test('what a parked flow got meanwhile is there when it comes to the front', async () => {
  const { actions, s, pass, state } = await opened()
  actions.setName('band', 'Mine')
  await pass(1000)
  await actions.openFlow('tank')
  const { flow, ...rest } = state.drafts.get('pump')!
  state.drafts.set('pump', { ...rest, flow: { ...flow, nodes: { ...flow.nodes, temp: { ...flow.nodes['temp']!, name: 'Bob' } } }, author: 'bob', revision: rest.revision + 100 })
  actions.applyServerMessage({ type: 'draft', flow: 'pump', revision: rest.revision + 100, author: 'bob' })
  await actions.openFlow('pump')
  expect(s().document!.flow.nodes['temp']!.name).toBe('Bob')
  actions.undo()
  expect(s().document!.flow.nodes['band']!.name).toBeUndefined()
  expect(s().document!.flow.nodes['temp']!.name).toBe('Bob')
})

test('signing out closes everything; a link to a flow that is not there says so', async () => {
  const { actions, s } = await opened()
  await actions.openFlow('tank')
  await actions.signOut()
  expect([s().tabs, s().parked, s().shared, s().flowId]).toEqual([[], {}, {}, null])
  await actions.start('nowhere')
  expect(s().ui.toasts.at(-1)!.text).toMatch(/nowhere/)
  expect(s().flowId).not.toBeNull()
})
