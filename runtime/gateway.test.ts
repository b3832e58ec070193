import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { issue, IssueError } from '#kit'
import type { ServerMessage } from '#format'
import { envelope, testFlow, testGateway, type TestGateway } from './api/harness.ts'

let made: TestGateway
let said: ServerMessage[]
beforeEach(async () => {
  made = await testGateway()
  said = []
  made.gateway.listen((message) => void said.push(message))
})
afterEach(() => made.close())

const deploy = (flow: unknown, basedOn: number | null = null, id = 'pump') => made.gateway.deploy(id, { flow, basedOn, comment: 'why' }, 'ada')
const codes = async (act: Promise<unknown>): Promise<string[]> => {
  try {
    await act
  } catch (thrown) {
    if (thrown instanceof IssueError) return thrown.issues.map((i) => i.code)
    throw thrown
  }
  return []
}
const acts = () => made.gateway.audit(100).map((a) => a.act)

describe('deploying', () => {
  test('a new flow starts disarmed as version 1, and brings its connections', async () => {
    const body = await deploy(testFlow())
    expect(body).toMatchObject({ version: 1, armed: false, restarted: expect.arrayContaining(['drive', 'wear', 'slow']) })
    expect(made.gateway.flows()).toEqual([{ id: 'pump', name: 'Pump', version: 1, state: 'running', armed: false, actuators: 1 }])
    expect(await made.gateway.connections()).toEqual([{ name: 'plc', type: 'test', config: { host: '127.0.0.1', port: 502 }, usedBy: ['pump'], health: { state: 'ok', text: '' } }])
    made.engines.connections = () => Promise.reject(new IssueError(issue('ENGINE_DOWN', {}, { reason: 'gone' })))
    expect((await made.gateway.connections())[0]).not.toHaveProperty('health')
    expect(said.at(-1)).toMatchObject({ type: 'flow', flow: { id: 'pump', version: 1 } })
    expect(acts()).toEqual(['deploy'])
  })

  test('the next version tells what changed and what was kept', async () => {
    await deploy(testFlow())
    const body = await deploy(testFlow('pump', 7), 1)
    expect(body).toMatchObject({ version: 2, kept: ['drive', 'slow'], restarted: ['wear'] })
    expect(body.changes).toEqual([{ what: 'node', how: 'changed', id: 'wear', field: '/limit', from: 5, to: 7 }])
    expect(made.gateway.versions('pump').map((v) => [v.version, v.running, v.comment])).toEqual([[2, true, 'why'], [1, false, 'why']])
  })

  test('a draft of another version than the running one is a conflict, and changes nothing', async () => {
    await deploy(testFlow())
    await deploy(testFlow('pump', 7), 1)
    expect(await codes(deploy(testFlow('pump', 9), 1))).toEqual(['DEPLOY_CONFLICT'])
    expect(await codes(deploy(testFlow('pump', 9), null))).toEqual(['DEPLOY_CONFLICT'])
    expect(await codes(deploy(testFlow('other'), 3, 'other'))).toEqual(['DEPLOY_CONFLICT'])
    expect(made.engines.running.get('pump')?.plan.version).toBe(2)
  })

  test('of two deploys at once from one version, one wins and the other is a conflict', async () => {
    await deploy(testFlow())
    const results = await Promise.allSettled([deploy(testFlow('pump', 7), 1), deploy(testFlow('pump', 9), 1)])
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected'])
    expect(made.gateway.flow('pump').version).toBe(2)
  })

  test('what does not compile gives every issue at once, and the old version runs on', async () => {
    await deploy(testFlow())
    const bad = testFlow()
    const wrong = { ...bad, nodes: { ...bad.nodes, wear: { ...bad.nodes['wear']!, config: { limit: 'high' } }, odd: { type: 'magic.node', config: {}, at: [0, 0] } }, wires: [...bad.wires, 'drive.gone -> wear.value'] }
    expect((await codes(deploy(wrong, 1))).toSorted()).toEqual(['NODE_CONFIG', 'NODE_TYPE', 'WIRE_PORT'])
    expect(await codes(deploy({ headgate: 1 }, 1))).toContain('FLOW_FORMAT')
    expect(await codes(deploy({ ...testFlow(), id: 'other' }, 1))).toEqual(['REQUEST'])
    expect(made.engines.calls.filter((c) => c.startsWith('deploy'))).toHaveLength(1)
    expect(made.gateway.versions('pump')).toHaveLength(1)
  })

  test('what an engine refuses is stored nowhere', async () => {
    await deploy(testFlow())
    made.engines.refuse = new IssueError(issue('NODE_OPEN', { node: 'drive' }, { reason: 'no' }))
    expect(await codes(deploy(testFlow('pump', 7), 1))).toEqual(['NODE_OPEN'])
    expect(made.gateway.flow('pump')).toMatchObject({ version: 1, state: 'running' })
    expect(made.gateway.versions('pump')).toHaveLength(1)
    await deploy(testFlow('pump', 7), 1)
  })

  test('when the store cannot keep it, the engine goes back to what it ran', async () => {
    await deploy(testFlow())
    const save = made.store.saveVersion
    Object.assign(made.store, { saveVersion: () => { throw new Error('disk full') } })
    await expect(deploy(testFlow('pump', 7), 1)).rejects.toThrow('disk full')
    await expect(deploy(testFlow('new'), null, 'new')).rejects.toThrow('disk full')
    Object.assign(made.store, { saveVersion: save })
    expect(made.engines.calls.slice(-4)).toEqual(['deploy pump v2 disarmed', 'deploy pump v1 disarmed', 'deploy new v1 disarmed', 'remove new'])
    expect(made.engines.running.get('pump')?.plan.version).toBe(1)
    expect(made.gateway.flow('pump').version).toBe(1)
    expect((await deploy(testFlow('pump', 7), 1)).version).toBe(2)
  })

  test("a flow's copy of a connection that differs is named, the gateway's is used and stored", async () => {
    await deploy(testFlow())
    const other = { ...testFlow('other'), connections: { plc: { type: 'test', config: { host: '10.0.0.9', port: 502 } } } }
    expect((await deploy(other, null, 'other')).issues.map((i) => i.code)).toContain('CONNECTION_DIFFERS')
    expect(made.engines.running.get('other')?.plan.connections).toEqual(testFlow().connections)
    expect(made.gateway.versionText('other', 1).connections).toEqual(testFlow().connections)
    const bare = { ...testFlow('bare'), connections: {} }
    await deploy(bare, null, 'bare')
    expect(made.gateway.flow('bare').flow.connections).toEqual(testFlow().connections)
    expect(made.gateway.check(bare).changes).toEqual([])
  })

  test('a secret is handed to the engine and to nobody else', async () => {
    const flow = testFlow()
    const secretive = { ...flow, nodes: { ...flow.nodes, slow: { ...flow.nodes['slow']!, config: { connection: 'plc', envelope, secret: 'plc-password' } } } }
    expect(await codes(deploy(secretive))).toEqual(['SECRET_UNKNOWN'])
    await made.gateway.putSecret('plc-password', 'hunter2', 'ada')
    await deploy(secretive)
    expect(made.engines.running.get('pump')?.secrets).toEqual({ 'plc-password': 'hunter2' })
    const outside = JSON.stringify([made.gateway.flow('pump'), await made.gateway.connections(), made.gateway.audit(100), made.gateway.secretNames(), said, made.logged, made.gateway.check(secretive)])
    expect(outside).not.toContain('hunter2')
  })
})

describe('arming', () => {
  test('survives a deploy that leaves the actuator and what feeds it, and no other', async () => {
    await deploy(testFlow())
    await made.gateway.arm('pump', true, 'looked at it', 'olga')
    expect(made.gateway.flow('pump').armed).toBe(true)
    expect((await deploy(testFlow('pump', 7), 1)).armed).toBe(true)
    const flow = testFlow('pump', 7)
    const faster = { ...flow, nodes: { ...flow.nodes, slow: { ...flow.nodes['slow']!, config: { connection: 'plc', envelope: { ...envelope, maximum: 60 } } } } }
    expect((await deploy(faster, 2)).armed).toBe(false)
    expect(made.engines.running.get('pump')?.armed).toBe(false)
    await made.gateway.arm('pump', true, 'again', 'olga')
    expect((await deploy({ ...faster, wires: ['drive.value -> wear.value', 'drive.value -> slow.value'], nodes: { ...faster.nodes, drive2: { ...flow.nodes['drive']! } } }, 3)).armed).toBe(true)
    expect((await deploy({ ...faster, nodes: { ...faster.nodes, drive2: { ...flow.nodes['drive']! } }, wires: ['drive.value -> wear.value', 'drive2.value -> slow.value'] }, 4)).armed).toBe(false)
    expect(acts()).toEqual(expect.arrayContaining(['arm', 'deploy']))
  })

  test('a rollback restores the arming of that version', async () => {
    await deploy(testFlow())
    await made.gateway.arm('pump', true, 'looked at it', 'olga')
    const flow = testFlow()
    await deploy({ ...flow, nodes: { ...flow.nodes, slow: { ...flow.nodes['slow']!, config: { connection: 'plc', envelope: { ...envelope, safe: 30 } } } } }, 1)
    expect(made.gateway.flow('pump').armed).toBe(false)
    const back = await made.gateway.rollback('pump', 1, '', 'ada')
    expect(back).toMatchObject({ version: 3, armed: true })
    expect(made.gateway.versionText('pump', 3)).toEqual(made.gateway.versionText('pump', 1))
    expect(made.gateway.versions('pump')[0]).toMatchObject({ comment: 'Back to version 1', running: true })
    expect(await codes(made.gateway.rollback('pump', 9, '', 'ada'))).toEqual(['VERSION_UNKNOWN'])
  })

  test('a flow without actuators, and one that does not run, cannot be armed', async () => {
    const flow = testFlow()
    const { slow: _slow, ...nodes } = flow.nodes
    await deploy({ ...flow, nodes, wires: ['drive.value -> wear.value'] })
    expect(await codes(made.gateway.arm('pump', true, 'x', 'olga'))).toEqual(['REQUEST'])
    await deploy(testFlow(), 1)
    made.engines.say.flow('pump', 'restarting', issue('ENGINE_DOWN', {}, { reason: 'signal SIGSEGV' }))
    expect(await codes(made.gateway.arm('pump', true, 'x', 'olga'))).toEqual(['REQUEST'])
  })

  test('a connection of the actuator that is changed disarms; the flow takes it at once', async () => {
    await deploy(testFlow())
    await made.gateway.arm('pump', true, 'looked at it', 'olga')
    await made.gateway.putConnection('plc', { type: 'test', config: { port: 503 } }, 'ada')
    expect(made.gateway.flow('pump')).toMatchObject({ armed: false, version: 1 })
    expect(made.engines.running.get('pump')).toMatchObject({ armed: false, plan: { connections: { plc: { config: { host: '127.0.0.1', port: 503 } } } } })
    expect(await codes(deploy(made.gateway.flow('pump').flow, 1))).toEqual([])
    expect(await codes(made.gateway.rollback('pump', 1, '', 'ada'))).toEqual([])
    expect(made.gateway.flow('pump').armed).toBe(false)
  })
})

describe('connections', () => {
  test('one that an engine refuses stays as it was', async () => {
    await deploy(testFlow())
    made.engines.refuse = new IssueError(issue('NODE_OPEN', {}, { reason: 'no' }))
    expect(await codes(made.gateway.putConnection('plc', { type: 'test', config: { port: 503 } }, 'ada'))).toEqual(['NODE_OPEN'])
    expect((await made.gateway.connection('plc')).config['port']).toBe(502)
  })

  test("one whose name leads out of its folder is refused, also as a flow's copy", async () => {
    for (const name of ['..', '.hidden', '../../etc', 'a/b', 'a\\b', 'a\0b', '', '__proto__', 'x'.repeat(64)]) {
      expect(await codes(made.gateway.putConnection(name, { type: 'test', config: { port: 502 } }, 'ada'))).toEqual(['CONNECTION_NAME'])
      const copy = { ...testFlow(), connections: Object.fromEntries([[name, { type: 'test', config: { port: 502 } }]]) }
      expect(await codes(deploy(copy))).toEqual(['CONNECTION_NAME'])
    }
    await made.gateway.putConnection('Pumpe Süd 2', { type: 'test', config: { port: 502 } }, 'ada')
    expect((await made.gateway.connections()).map((c) => c.name)).toEqual(['Pumpe Süd 2'])
  })

  test('the audit trail tells what of it changed', async () => {
    await made.gateway.putConnection('plc', { type: 'test', config: { port: 502 } }, 'ada')
    await made.gateway.putConnection('plc', { type: 'test', config: { port: 503 } }, 'ada')
    expect(made.gateway.audit(2).map((a) => a.detail)).toEqual([expect.stringMatching(/502.*503/), 'plc: added (connection)'])
  })

  test('a wrong one and one in use get a clear issue', async () => {
    await deploy(testFlow())
    expect(await codes(made.gateway.putConnection('new', { type: 'test', config: { port: 70000 } }, 'ada'))).toEqual(['NODE_CONFIG'])
    expect(await codes(made.gateway.putConnection('new', { type: 'profibus', config: {} }, 'ada'))).toEqual(['CONNECTION_DRIVER'])
    expect(await codes(made.gateway.removeConnection('plc', 'ada'))).toEqual(['CONNECTION_USED'])
    expect(await codes(made.gateway.removeConnection('gone', 'ada'))).toEqual(['CONNECTION_UNKNOWN'])
    await made.gateway.remove('pump', 'ada')
    await made.gateway.removeConnection('plc', 'ada')
    expect(await made.gateway.connections()).toEqual([])
  })
})

describe('a full disk', () => {
  const full = (): never => {
    throw new IssueError(issue('STORE_WRITE', {}, { file: 'gateway.db', reason: 'the disk is full' }))
  }

  test('does not keep anybody from holding all outputs, and is told', async () => {
    Object.assign(made.store, { setHeld: full, audit: full })
    await made.gateway.hold(true, 'now', 'olga')
    expect(made.engines.heldNow).toBe(true)
    expect(said).toContainEqual({ type: 'hold', held: true })
    expect(said).toContainEqual(expect.objectContaining({ type: 'log', level: 'error', text: expect.stringContaining('released by a restart') }))
    await made.gateway.hold(false, '', 'olga')
    expect([made.engines.heldNow, made.gateway.held()]).toEqual([false, false])
  })

  test('does not keep anybody from disarming, and nothing is armed on it', async () => {
    await deploy(testFlow())
    await made.gateway.arm('pump', true, 'looked at it', 'olga')
    Object.assign(made.store, { setArmed: full })
    expect((await made.gateway.arm('pump', false, '', 'olga')).armed).toBe(false)
    expect(made.engines.calls).toContain('arm pump false')
    expect(made.logged.join()).toContain('armed again after a restart')
    expect(await codes(made.gateway.arm('pump', true, 'again', 'olga'))).toEqual(['STORE_WRITE'])
    expect(made.engines.calls.at(-1)).toBe('arm pump false')
  })

  test('leaves a connection, and the arming on it, as they were', async () => {
    await deploy(testFlow())
    await made.gateway.arm('pump', true, 'looked at it', 'olga')
    Object.assign(made.store, { putConnection: full })
    expect(await codes(made.gateway.putConnection('plc', { type: 'test', config: { port: 503 } }, 'ada'))).toEqual(['STORE_WRITE'])
    expect(made.engines.running.get('pump')).toMatchObject({ armed: true, plan: { connections: { plc: { config: { port: 502 } } } } })
    expect(made.gateway.flow('pump').armed).toBe(true)
  })
})

describe('starting again', () => {
  test('every flow runs as it ran: version, arming, hold', async () => {
    await deploy(testFlow())
    await deploy(testFlow('pump', 7), 1)
    await made.gateway.arm('pump', true, 'looked at it', 'olga')
    await made.gateway.hold(true, 'maintenance', 'olga')
    made = await made.restart()
    expect(made.engines.calls).toEqual(['start', 'hold true', 'deploy pump v2 armed'])
    expect(made.gateway.held()).toBe(true)
    expect(made.gateway.flows()).toMatchObject([{ version: 2, armed: true, state: 'running' }])
  })

  test('a flow that does not compile any more is failed with its issues; the others run', async () => {
    await deploy(testFlow('a'), null, 'a')
    await deploy(testFlow('b'), null, 'b')
    const flow = made.store.version('a', 1)!.flow
    made.store.saveVersion({ ...made.store.version('a', 1)!, version: 2, flow: { ...flow, nodes: { ...flow.nodes, odd: { type: 'gone.node', config: {}, at: [0, 0] } } } }, {})
    made = await made.restart()
    expect(made.gateway.flows().map((f) => [f.id, f.state])).toEqual([['a', 'failed'], ['b', 'running']])
    expect(made.gateway.flow('a').issues.map((i) => i.code)).toContain('NODE_TYPE')
    expect(made.gateway.health().flows).toEqual([{ id: 'a', version: 2, state: 'failed' }, { id: 'b', version: 1, state: 'running' }])
    expect((await deploy(testFlow('a'), 2, 'a')).version).toBe(3)
    expect(made.gateway.flow('a').state).toBe('running')
  })

  test('a flow that did not compile and runs again on a connection that was changed meanwhile is disarmed', async () => {
    await deploy(testFlow())
    await made.gateway.arm('pump', true, 'looked at it', 'olga')
    made.store.putConnection('plc', { type: 'test', config: { host: '127.0.0.1', port: 99_999 } }, [])
    made = await made.restart()
    expect(made.gateway.flows()).toMatchObject([{ state: 'failed', armed: true }])
    await made.gateway.putConnection('plc', { type: 'test', config: { host: 'another.device', port: 502 } }, 'ada')
    expect(made.gateway.flows()).toMatchObject([{ state: 'running', armed: false }])
    expect(made.engines.running.get('pump')?.armed).toBe(false)
    expect(made.store.version('pump', 1)?.armed).toBe(false)
  })

  test('flows that found no engine run when there is one', async () => {
    await deploy(testFlow())
    await made.gateway.arm('pump', true, 'looked at it', 'olga')
    const down = new IssueError(issue('ENGINE_DOWN', {}, { reason: 'exit code 1' }))
    made = await made.restart((engines) => (engines.refuse = down))
    expect(made.gateway.flows()).toMatchObject([{ state: 'failed', armed: true }])
    made.engines.say.engine({ id: 'engine-1', state: 'running', pid: 2, restarts: 1, memoryMb: 1, written: { bytesPerS: 0, commitsPerS: 0 } })
    await vi.waitFor(() => expect(made.gateway.flows()).toMatchObject([{ state: 'running', armed: true }]))
    expect(made.engines.running.get('pump')?.armed).toBe(true)
  })

  test('a model that changed meanwhile disarms, and says why in the audit trail', async () => {
    const flow = testFlow()
    const judged = { ...flow, nodes: { ...flow.nodes, judge: { type: 'inference.test', config: { model: 'bearing' }, at: [0, 200] as const } }, wires: [...flow.wires, 'drive.value -> judge.value'] }
    await deploy(judged)
    await made.gateway.arm('pump', true, 'looked at it', 'olga')
    made = await made.restart()
    expect(made.gateway.flow('pump').armed).toBe(true)
    made.models.hash = 'b'
    expect((await deploy(judged, 1)).armed).toBe(false)
    await made.gateway.arm('pump', true, 'looked at it', 'olga')
    made = await made.restart()
    expect(made.gateway.flow('pump').armed).toBe(false)
    expect(made.gateway.audit(1)).toMatchObject([{ act: 'disarm', subject: 'pump', detail: "the model 'bearing' changed" }])
    // Going back to the version of the other model: a person must look again, too.
    expect((await made.gateway.rollback('pump', 2, '', 'ada')).armed).toBe(false)
  })

  test('a number is never used twice, also after a removal', async () => {
    await deploy(testFlow())
    await made.gateway.remove('pump', 'ada')
    expect(said.at(-1)).toMatchObject({ type: 'flow', flow: { id: 'pump', version: null, state: 'stopped' } })
    expect((await deploy(testFlow())).version).toBe(2)
  })
})

describe('what engines say', () => {
  const alarm = { flow: 'pump', node: 'wear', tag: 'P-101', priority: 'high', message: 'Wear', value: 9, limit: 5 } as const

  test('an alarm keeps when it was raised, who acknowledged it, and survives a restart', async () => {
    await deploy(testFlow())
    made.engines.say.alarm({ ...alarm, state: 'unacknowledged', time: 1000 })
    made.engines.say.alarm({ ...alarm, state: 'unacknowledged', time: 2000, value: 10 })
    expect(made.gateway.alarms()).toMatchObject([{ since: 1000, time: 2000, value: 10 }])
    const acknowledging = made.gateway.acknowledge('pump', 'wear', undefined, 'olga')
    made.engines.say.alarm({ ...alarm, state: 'acknowledged', time: 3000 })
    await acknowledging
    expect(made.engines.calls).toContain('act pump.wear acknowledge *')
    expect(made.gateway.alarms()).toMatchObject([{ since: 1000, state: 'acknowledged', acknowledgedBy: 'olga' }])
    made = await made.restart()
    expect(made.gateway.alarms()).toMatchObject([{ since: 1000, acknowledgedBy: 'olga' }])
    made.engines.say.alarm({ ...alarm, state: 'normal', time: 4000 })
    expect(made.gateway.alarms()).toEqual([])
    made.engines.say.alarm({ ...alarm, state: 'unacknowledged', time: 5000 })
    expect(made.gateway.alarms()[0]).toMatchObject({ since: 5000 })
    expect(made.gateway.alarms()[0]).not.toHaveProperty('acknowledgedBy')
  })

  test('who tried to acknowledge while the engine was away did not', async () => {
    await deploy(testFlow())
    made.engines.say.alarm({ ...alarm, state: 'unacknowledged', time: 1000 })
    const { act } = made.engines
    made.engines.act = () => Promise.reject(new IssueError(issue('ENGINE_DOWN', {}, { reason: 'x' })))
    expect(await codes(made.gateway.acknowledge('pump', 'wear', undefined, 'olga'))).toEqual(['ENGINE_DOWN'])
    made.engines.say.alarm({ ...alarm, state: 'returned', time: 2000 })
    expect(made.gateway.alarms()[0]).not.toHaveProperty('acknowledgedBy')
    // Once more on what is acknowledged changes nothing, and is not told with what comes later.
    made.engines.act = async (...call) => (made.engines.say.alarm({ ...alarm, state: 'acknowledged', time: 3000 }), act(...call))
    await made.gateway.acknowledge('pump', 'wear', undefined, 'bob')
    made.engines.act = act
    await made.gateway.acknowledge('pump', 'wear', undefined, 'olga')
    made.engines.say.alarm({ ...alarm, state: 'acknowledged', time: 4000, value: 11 })
    expect(made.gateway.alarms()[0]).toMatchObject({ acknowledgedBy: 'bob', value: 11 })
  })

  test('the alarms of a node that is gone are told as normal', async () => {
    await deploy(testFlow())
    made.engines.say.alarm({ ...alarm, state: 'unacknowledged', time: 1000 })
    const flow = testFlow()
    const { wear: _wear, ...nodes } = flow.nodes
    await deploy({ ...flow, nodes, wires: ['drive.value -> slow.value'] }, 1)
    expect(made.gateway.alarms()).toEqual([])
    expect(said).toContainEqual(expect.objectContaining({ type: 'alarm', alarm: expect.objectContaining({ state: 'normal', node: 'wear' }) }))
  })

  test("an operator's act goes to the node with its arguments, and into the audit trail", async () => {
    await deploy(testFlow())
    expect(await made.gateway.act('pump', 'wear', 'shelve', 'P-101', { durationS: 60 }, 'olga'), 'what the engine says that holds now').toBe(60)
    expect(made.engines.calls).toContain('act pump.wear shelve P-101 {"durationS":60}')
    expect(made.gateway.audit(1)).toMatchObject([{ user: 'olga', act: 'shelve', subject: 'pump.wear', detail: 'P-101 {"durationS":60}' }])
    expect(await codes(made.gateway.act('pump', 'wear', 'toString', undefined, undefined, 'olga'))).toEqual(['REQUEST'])
  })

  test('an alarm tells the type and the name of its node, for lists that look at another flow', async () => {
    const flow = testFlow()
    await deploy({ ...flow, nodes: { ...flow.nodes, wear: { ...flow.nodes['wear']!, name: 'Bearing wear' } } })
    made.engines.say.alarm({ ...alarm, state: 'unacknowledged', time: 1000 })
    expect(made.gateway.alarms()).toMatchObject([{ nodeType: 'rule.test', nodeName: 'Bearing wear' }])
    made.engines.say.alarm({ ...alarm, state: 'normal', time: 2000 })
    const log = made.gateway.alarmLog(10)
    expect(log.map((e) => [e.state, e.nodeType])).toEqual([['normal', 'rule.test'], ['unacknowledged', 'rule.test']])
    expect(made.gateway.alarmLog(10, log[0]!.id)).toEqual([log[1]])
  })

  test('each restart of an engine is one entry of the audit trail, however often it is told', async () => {
    const engine = { id: 'engine-1', state: 'restarting', pid: null, restarts: 1, memoryMb: 0, written: { bytesPerS: 0, commitsPerS: 0 }, issue: issue('ENGINE_DOWN', {}, { reason: 'signal SIGKILL' }) } as const
    made.engines.say.engine({ ...engine, restarts: 0 })
    for (let i = 0; i < 3; i++) made.engines.say.engine(engine)
    made.engines.say.engine({ ...engine, state: 'running' })
    made.engines.say.engine({ ...engine, restarts: 2 })
    expect(made.gateway.audit(10).map((a) => [a.user, a.act, a.subject])).toEqual([['gateway', 'engine.restart', 'engine-1'], ['gateway', 'engine.restart', 'engine-1']])
    expect(made.gateway.audit(1)[0]!.detail).toContain('SIGKILL')
  })

  test('only what can be acknowledged is', async () => {
    await deploy(testFlow())
    expect(await codes(made.gateway.acknowledge('pump', 'drive', undefined, 'olga'))).toEqual(['REQUEST'])
    expect(await codes(made.gateway.acknowledge('pump', 'constructor', undefined, 'olga'))).toEqual(['REQUEST'])
    expect(await codes(made.gateway.acknowledge('gone', 'wear', undefined, 'olga'))).toEqual(['FLOW_UNKNOWN'])
  })

  test('each write is in the audit trail; a denial that repeats is there once', async () => {
    const write = { flow: 'pump', node: 'slow', time: 1, value: 25 }
    made.engines.say.write({ ...write, outcome: 'written', reason: '' })
    for (let i = 0; i < 5; i++) made.engines.say.write({ ...write, outcome: 'denied', reason: 'disarmed' })
    made.engines.say.write({ ...write, outcome: 'denied', reason: 'stale' })
    made.engines.say.write({ ...write, outcome: 'written', reason: '' })
    expect(made.gateway.audit(10).map((a) => [a.act, a.detail])).toEqual([['write.written', '25'], ['write.denied', '25 · stale'], ['write.denied', '25 · disarmed'], ['write.written', '25']])
  })

  test('an engine that restarts shows at its flows, and the issue goes when they run again', async () => {
    await deploy(testFlow())
    made.engines.say.flow('pump', 'restarting', issue('ENGINE_DOWN', {}, { reason: 'signal SIGSEGV' }))
    expect(made.gateway.flow('pump')).toMatchObject({ state: 'restarting', issues: [{ code: 'ENGINE_DOWN' }] })
    made.engines.say.flow('pump', 'running')
    expect(made.gateway.flow('pump')).toMatchObject({ state: 'running', issues: [] })
  })

  test('holding all outputs does not wait for a deploy that takes its time', async () => {
    let go = (): void => undefined
    made.engines.gate = new Promise((resolve) => (go = resolve))
    const slow = deploy(testFlow())
    await made.gateway.hold(true, 'now', 'olga')
    expect(made.engines.heldNow).toBe(true)
    expect(said).toContainEqual({ type: 'hold', held: true })
    go()
    await slow
  })
})
