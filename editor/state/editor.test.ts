import { expect, test } from 'vitest'
import { describeNode, issue, IssueError, type AnyNode, type Catalogue } from '#kit'
import { emptyFlow, type Flow, type FlowBody, type FlowSummary, type NodeStatus, type ServerMessage } from '#format'
import { createApi, type Api } from './api.ts'
import { clearPlace } from './commands.ts'
import { memoryStorage, type Storage } from './drafts.ts'
import { CHECK_AFTER_MS, createEditor } from './editor.ts'

const node = (type: string, rest: object): AnyNode => ({ type, version: 1, title: type, summary: '', help: '', icon: 'box', effects: 'none', config: { type: 'object', properties: {} }, inputs: {}, outputs: {}, examples: [], ...rest }) as never
const catalogue: Catalogue = {
  nodes: [
    node('source.temp', { effects: 'reads', outputs: { value: { kind: 'number', unit: 'Cel' } } }),
    node('filter.deadband', { inputs: { value: { kind: 'number' } }, outputs: { value: { same: 'value' } } }),
    node('transform.convert', { title: 'Convert', config: { type: 'object', properties: { to: { type: 'string' } } }, inputs: { value: { kind: 'number' } }, outputs: { value: { kind: 'number', unit: { config: 'to' } } } }),
    node('actuator.kelvin', { effects: 'writes', inputs: { value: { kind: 'number', unit: 'K' } } }),
    node('actuator.bar', { effects: 'writes', inputs: { value: { kind: 'number', unit: 'bar' } } }),
  ].map(describeNode),
  drivers: [],
}
const running: Flow = {
  ...emptyFlow('pump', 'Pump'),
  nodes: {
    temp: { type: 'source.temp', config: {}, at: [0, 0] },
    band: { type: 'filter.deadband', config: {}, at: [200, 0] },
    kelvin: { type: 'actuator.kelvin', config: {}, at: [400, 0] },
    bar: { type: 'actuator.bar', config: {}, at: [400, 100] },
  },
  wires: ['temp.value -> band.value'],
}

function fixture(change: Partial<Api> = {}, storage: Storage = memoryStorage()) {
  const state = { version: 3, flow: running, checks: [] as Flow[], away: false }
  const timers = new Set<{ at: number; task: () => void }>()
  let now = 1000
  const summary = (): FlowSummary => ({ id: state.flow.id, name: state.flow.name, version: state.version, state: 'running', armed: false, actuators: 2 })
  const never = (): never => {
    throw new Error('not used here')
  }
  const api: Api = {
    health: async () => ({ version: '0.1.0', claimed: true, uptimeS: 1, engines: [], flows: [] }),
    session: async () => ({ user: 'anna', role: 'admin', gateway: 'line-3', version: '0.1.0' }),
    catalogue: async () => catalogue,
    flows: async () => [summary()],
    flow: async (): Promise<FlowBody> => ({ ...summary(), flow: state.flow, issues: [] }),
    alarms: async () => [],
    check: async (flow) => {
      if (state.away) throw new IssueError(issue('GATEWAY_AWAY', {}, { reason: 'test' }))
      state.checks.push(flow)
      return { issues: [issue('SECRET_UNKNOWN', { node: 'temp' }, { name: 's' })], ports: {}, changes: [] }
    },
    connections: async () => [],
    logout: async () => undefined,
    claim: never, login: never, deploy: never, versions: never, version: never, rollback: never, arm: never, hold: never, acknowledge: never,
    putConnection: never, deleteConnection: never, secrets: never, putSecret: never, deleteSecret: never, models: never, users: never, addUser: never, changeUser: never, deleteUser: never,
    ...change,
  }
  const editor = createEditor({
    api, storage, now: () => now,
    later: (ms, task) => {
      const timer = { at: now + ms, task }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  })
  const pass = async (ms: number): Promise<void> => {
    const end = now + ms
    for (;;) {
      const next = [...timers].filter((t) => t.at <= end).toSorted((a, b) => a.at - b.at)[0]
      if (!next) break
      timers.delete(next)
      now = next.at
      next.task()
      for (let i = 0; i < 20; i++) await Promise.resolve()
    }
    now = end
  }
  return { ...editor, s: editor.store.getState, state, storage, pass }
}

async function open(change: Partial<Api> = {}, storage?: Storage) {
  const f = fixture(change, storage)
  await f.actions.start()
  await f.pass(1000)
  return f
}

test('it opens the running flow, without changes, and checks it', async () => {
  const { s, state } = await open()
  expect(s().gate).toBe('ready')
  expect(s().document?.flow).toBe(running)
  expect(s().changes).toEqual([])
  expect(s().basedOn).toBe(3)
  expect(state.checks).toEqual([running])
})

test('an unclaimed gateway shows the claim, a missing session the login', async () => {
  const unclaimed = await open({ health: async () => ({ version: '1', claimed: false, uptimeS: 0, engines: [], flows: [] }) })
  expect(unclaimed.s().gate).toBe('claim')
  const signedOut = await open({ session: async () => { throw new IssueError(issue('AUTH_NEEDED')) } })
  expect(signedOut.s().gate).toBe('login')
})

test('a gateway that is away is tried again until it answers', async () => {
  let calls = 0
  const f = await open({
    health: async () => {
      if (++calls < 3) throw new IssueError(issue('GATEWAY_AWAY', {}, { reason: 'no route' }))
      return { version: '1', claimed: true, uptimeS: 0, engines: [], flows: [] }
    },
  })
  expect(f.s().gate).toBe('away')
  expect(f.s().gateIssues[0]!.code).toBe('GATEWAY_AWAY')
  await f.pass(10_000)
  expect(f.s().gate).toBe('ready')
})

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

test('a wire that would close a loop, one there already, and a port that is not there are refused', async () => {
  const { actions, s } = await open()
  const b = actions.addNode('filter.deadband', [0, 0])!
  expect(actions.connect({ node: 'band', port: 'value' }, { node: b, port: 'value' })).toBe(true)
  expect(actions.connect({ node: b, port: 'value' }, { node: 'band', port: 'value' })).toBe(false)
  expect(s().ui.toasts.at(-1)!.text).toMatch(/loop/)
  expect(actions.connect({ node: 'band', port: 'value' }, { node: b, port: 'value' })).toBe(false)
  expect(actions.connect({ node: 'band', port: 'nothing' }, { node: b, port: 'value' })).toBe(false)
})

test('a reload loses nothing: the draft comes back with the version it was made from', async () => {
  const storage = memoryStorage()
  const first = await open({}, storage)
  first.actions.setName('band', 'Mine')
  first.actions.flush()
  const again = await open({}, storage)
  expect(again.s().document!.flow.nodes['band']!.name).toBe('Mine')
  expect(again.s().changes).toHaveLength(1)
  expect(again.s().basedOn).toBe(3)
})

test('a draft made from an older version keeps saying so, and can be discarded and brought back', async () => {
  const storage = memoryStorage()
  const first = await open({}, storage)
  first.actions.setName('band', 'Mine')
  first.actions.flush()
  const again = fixture({}, storage)
  again.state.version = 5
  await again.actions.start()
  expect(again.s().basedOn).toBe(3)
  expect(again.s().base.version).toBe(5)
  expect(again.s().ui.toasts[0]!.text).toMatch(/Version 5 is running/)
  again.actions.discardDraft()
  expect(again.s().changes).toEqual([])
  expect(again.s().basedOn).toBe(5)
  again.actions.undo()
  expect(again.s().document!.flow.nodes['band']!.name).toBe('Mine')
})

test('a draft that can not be read is passed over', async () => {
  const storage = memoryStorage()
  storage.setItem('headgate.draft.pump', '{"flow":')
  expect((await open({}, storage)).s().document!.flow).toBe(running)
})

test('a full storage is told once, and editing goes on', async () => {
  const storage = { ...memoryStorage(), length: 0, setItem: () => { throw new Error('quota exceeded') } }
  const { actions, s, pass } = await open({}, storage)
  actions.setName('band', 'B')
  await pass(1000)
  expect(s().document!.flow.nodes['band']!.name).toBe('B')
  expect(s().ui.toasts.map((t) => t.text)).toEqual([expect.stringMatching(/could not be kept.*quota/)])
})

test('edits made while a deploy is under way stay edits', async () => {
  const { actions, s, state } = await open()
  actions.setName('band', 'Deployed')
  const sent = s().document!.flow
  actions.setName('temp', 'Later')
  state.version = 4
  state.flow = sent
  actions.deployed({ version: 4, changes: [], kept: [], restarted: [], gaps: [], armed: false, issues: [] }, sent)
  expect(s().base.version).toBe(4)
  expect(s().basedOn).toBe(4)
  expect(s().changes).toMatchObject([{ id: 'temp', field: '@name' }])
})

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

test('a lost session leads to the login, and the draft is there after it', async () => {
  let signedIn = true
  const f = await open({ check: async () => { if (!signedIn) throw new IssueError(issue('AUTH_NEEDED')); return { issues: [], ports: {}, changes: [] } } })
  f.actions.setName('band', 'Mine')
  signedIn = false
  await f.pass(1000)
  expect(f.s().gate).toBe('login')
  await f.actions.signedIn({ user: 'anna', role: 'admin', gateway: 'line-3', version: '1' })
  expect(f.s().gate).toBe('ready')
  expect(f.s().document!.flow.nodes['band']!.name).toBe('Mine')
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

test('log and taps are bounded, alarms leave when they are normal', async () => {
  const { actions, s } = await open()
  const id = actions.pinTap('temp', 'value')
  expect(actions.pinTap('temp', 'value')).toBe(id)
  for (let i = 0; i < 600; i++) {
    actions.applyServerMessage({ type: 'log', time: i, level: 'info', text: `line ${i}` })
    actions.applyServerMessage({ type: 'tap', id, samples: Array.from({ length: 10 }, () => ({ tag: 't', value: i, time: i })), skipped: 1 })
  }
  expect(s().live.log).toHaveLength(500)
  expect(s().live.log.at(-1)!.text).toBe('line 599')
  expect(s().live.tapData[id]!.samples).toHaveLength(2000)
  expect(s().live.tapData[id]!.skipped).toBe(600)
  actions.unpinTap(id)
  expect(s().live.tapData).toEqual({})
  const alarm = { flow: 'pump', node: 'band', tag: '', time: 1, since: 1, state: 'unacknowledged', priority: 'high', message: 'm', value: 1, limit: 0 } as const
  actions.applyServerMessage({ type: 'alarm', alarm })
  expect(s().live.alarms).toHaveLength(1)
  actions.applyServerMessage({ type: 'alarm', alarm: { ...alarm, state: 'normal' } })
  expect(s().live.alarms).toEqual([])
})

test('a new flow and an imported one are drafts of this browser until they are deployed', async () => {
  const { actions, s } = await open()
  expect(actions.newFlow('Tank 7')).toBe('tank-7')
  expect(s().base).toEqual({ version: null, flow: null })
  expect(actions.localDrafts()).toEqual(['tank-7'])
  expect(actions.importFlow(running, 'new')).toBe('pump-2')
  expect(s().changes.filter((c) => c.what === 'node')).toHaveLength(4)
  await actions.openFlow('tank-7')
  expect(s().document!.flow.name).toBe('Tank 7')
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

test("the gateway's issues, a proxy's page and a cut line each become issues", async () => {
  const answer = (status: number, body: string) => createApi(async () => new Response(body, { status })).flows()
  const codes = async (p: Promise<unknown>): Promise<readonly string[]> => p.then(() => [], (e: IssueError) => e.issues.map((i) => i.code))
  expect(await codes(answer(409, JSON.stringify({ issues: [issue('DEPLOY_CONFLICT', {}, { running: 2, basedOn: 1 })] })))).toEqual(['DEPLOY_CONFLICT'])
  expect(await codes(answer(502, '<html>bad gateway</html>'))).toEqual(['GATEWAY_AWAY'])
  expect(await codes(answer(401, ''))).toEqual(['AUTH_NEEDED'])
  expect(await codes(answer(500, 'oops'))).toEqual(['INTERNAL'])
  expect(await codes(answer(200, '<html>'))).toEqual(['GATEWAY_AWAY'])
  expect(await codes(createApi(async () => { throw new TypeError('Failed to fetch') }).flows())).toEqual(['GATEWAY_AWAY'])
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
