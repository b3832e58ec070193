// For tests of the gateway and its API: a gateway whose engines are a recording stand-in that obeys the contract, with
// three nodes of its own. Everything else is real. Longer than 300 lines: all of the engines' contract in one.
import { tmpdir } from 'node:os'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { defineDriver, defineNode, Envelope, field, fromConfig, issue, IssueError, port, Type, type AnyDriver, type AnyNode, type JsonSample } from '#kit'
import { emptyFlow, type Flow, type NodeStatus, type Role } from '#format'
import type { EngineDeploy, EngineListener, Engines, FlowReport, Plan, ShadowReport } from '../engine/contract.ts'
import type { RecordingReport } from '../engine/recorder.ts'
import type { SegmentData } from '../engine/segment.ts'
import { createGateway, type Gateway } from '../gateway.ts'
import { perform } from '../lab/jobs.ts'
import type { Lab } from '../lab/lab.ts'
import type { Job } from '../lab/messages.ts'
import { openSecrets } from '../store/secrets.ts'
import { openStore, type Store } from '../store/gateway.ts'
import type { Auth } from './contract.ts'
import { COOKIE } from './security.ts'
import { createApi, type Api } from './server.ts'

const source = defineNode({
  type: 'source.test', version: 1, title: 'Test source', summary: 'Gives numbers.', help: '', icon: 'circle', effects: 'reads',
  config: Type.Object({ connection: field.connection('test'), unit: Type.Optional(field.unit()) }, { additionalProperties: false }),
  inputs: {}, outputs: { value: port.number({ unit: fromConfig('unit') }) },
  open: async () => ({ health: () => ({ state: 'ok' as const, text: '' }), close: async () => undefined }),
  examples: [],
})
const alarm = defineNode({
  type: 'rule.test', version: 1, title: 'Test alarm', summary: 'Raises alarms.', help: '', icon: 'circle', effects: 'none',
  config: Type.Object({ limit: Type.Number({ default: 5 }) }, { additionalProperties: false }),
  inputs: { value: port.number() }, outputs: { active: port.boolean() },
  receive: (_sample, _port, ctx) => ctx.done(),
  acts: { acknowledge: () => undefined, shelve: () => undefined },
  examples: [],
})
const actuator = defineNode({
  type: 'actuator.test', version: 1, title: 'Test actuator', summary: 'Writes numbers.', help: '', icon: 'circle', effects: 'writes', envelope: 'envelope',
  config: Type.Object({ connection: field.connection('test'), envelope: Envelope, secret: Type.Optional(field.secret()) }, { additionalProperties: false }),
  inputs: { value: port.number() }, outputs: {},
  open: async () => ({ health: () => ({ state: 'ok' as const, text: '' }), close: async () => undefined }),
  examples: [],
})
const model = defineNode({
  type: 'inference.test', version: 1, title: 'Test model', summary: 'Judges.', help: '', icon: 'circle', effects: 'none',
  config: Type.Object({ model: field.model() }, { additionalProperties: false }),
  inputs: { value: port.number() }, outputs: {},
  receive: (_sample, _port, ctx) => ctx.done(),
  examples: [],
})
const driver = defineDriver({
  type: 'test', title: 'Test', summary: 'A connection.', icon: 'circle',
  config: Type.Object({ host: Type.String({ default: '127.0.0.1' }), port: Type.Integer({ minimum: 1, maximum: 65535 }) }, { additionalProperties: false }),
  open: async () => ({ health: () => ({ state: 'ok' as const, text: '' }), close: async () => undefined }),
})
export const testNodes: ReadonlyMap<string, AnyNode> = new Map([source, alarm, actuator, model].map((n) => [n.type, n as AnyNode]))
export const testDrivers: ReadonlyMap<string, AnyDriver> = new Map([[driver.type, driver as AnyDriver]])

export const envelope = { minimum: 20, maximum: 50, maxRatePerS: 10, onBad: 'hold', staleAfterMs: 5000, safe: 25, readBackTolerance: 1 } as const

/** A source that feeds an alarm and an actuator. */
export function testFlow(id = 'pump', limit = 5): Flow {
  return {
    ...emptyFlow(id, 'Pump'),
    connections: { plc: { type: 'test', config: { host: '127.0.0.1', port: 502 } } },
    nodes: {
      drive: { type: 'source.test', config: { connection: 'plc' }, at: [0, 0] },
      wear: { type: 'rule.test', config: { limit }, at: [200, 0] },
      slow: { type: 'actuator.test', config: { connection: 'plc', envelope }, at: [400, 0] },
    },
    wires: ['drive.value -> wear.value', 'drive.value -> slow.value'],
  }
}

export interface FakeEngines extends Engines {
  readonly running: Map<string, EngineDeploy>
  readonly calls: string[]
  readonly say: Required<EngineListener>
  readonly taps: Map<string, (samples: readonly JsonSample[], skipped: number) => void>
  nodes: Record<string, NodeStatus>
  reports: number
  readonly shadows: Map<string, EngineDeploy>
  /** What the engine says of each of them. */
  shadowSays: ShadowReport
  restarts: number
  /** The next deploy or removal fails with this. */
  refuse: IssueError | undefined
  /** Deploys wait for this. */
  gate: Promise<void> | undefined
  heldNow: boolean
  recorded: Partial<RecordingReport>
  pieces: SegmentData[]
}

export const status = (count: number): NodeStatus => ({
  health: { state: 'ok', text: '' }, ledger: { in: count, passed: count, held: 0, failed: 0, queued: 0, dropped: {} }, inputs: {}, outputs: { value: { count, rate: 1, last: null } }, p99Us: null, issues: [],
})

export function fakeEngines(): FakeEngines {
  const listeners = new Set<EngineListener>()
  const each = (what: (l: EngineListener) => void): void => listeners.forEach(what)
  const known = (flow: string): Plan => {
    const found = engines.running.get(flow)?.plan
    if (!found) throw new IssueError(issue('FLOW_UNKNOWN', { flow }, { id: flow }))
    return found
  }
  const engines: FakeEngines = {
    running: new Map(), calls: [], taps: new Map(), nodes: { drive: status(1), wear: status(1), slow: status(1) }, reports: 0, shadows: new Map(), shadowSays: { state: 'running', issues: [], ports: {}, onlyLive: [], onlyDraft: [] }, restarts: 0, refuse: undefined, gate: undefined, heldNow: false, recorded: {}, pieces: [],
    say: {
      alarm: (a) => each((l) => l.alarm?.(a)), log: (a) => each((l) => l.log?.(a)), write: (a) => each((l) => l.write?.(a)),
      engine: (a) => each((l) => l.engine?.(a)), flow: (id, state, why) => each((l) => l.flow?.(id, state, why)),
    },
    start: async () => void engines.calls.push('start'),
    async deploy(request) {
      engines.calls.push(`deploy ${request.plan.flow} v${request.plan.version} ${request.armed ? 'armed' : 'disarmed'}`)
      await engines.gate
      if (engines.refuse) {
        const refused = engines.refuse
        engines.refuse = undefined
        throw refused
      }
      const before = engines.running.get(request.plan.flow)
      engines.running.set(request.plan.flow, request)
      const same = request.plan.nodes.filter((n) => before?.plan.nodes.some((b) => b.id === n.id && JSON.stringify(b) === JSON.stringify(n))).map((n) => n.id)
      return { kept: same, carried: [], restarted: request.plan.nodes.map((n) => n.id).filter((id) => !same.includes(id)), gaps: [], issues: [] }
    },
    async remove(flow) {
      engines.calls.push(`remove ${flow}`)
      engines.running.delete(flow)
    },
    async arm(flow, armed) {
      known(flow)
      engines.calls.push(`arm ${flow} ${armed}`)
    },
    async hold(held) {
      engines.heldNow = held
      engines.calls.push(`hold ${held}`)
    },
    async act(flow, node, act, tag, args) {
      known(flow)
      engines.calls.push(`act ${flow}.${node} ${act} ${tag ?? '*'}${args === undefined ? '' : ` ${JSON.stringify(args)}`}`)
      return act === 'shelve' ? (args?.['durationS'] as number) : null
    },
    async report(flow): Promise<FlowReport> {
      engines.reports++
      return { version: known(flow).version, nodes: engines.nodes, totals: { inRate: 1, outRate: 1, loopP99Ms: 0, cpu: 0, memoryMb: 1 } }
    },
    async recording(flow) {
      known(flow)
      return { flow, state: 'on', from: null, to: null, samples: 0, bytes: 0, limitBytes: 1, limitMs: 1, activity: [], breaks: [], segments: [], ...engines.recorded }
    },
    async segment(flow, segment) {
      known(flow)
      return engines.pieces.find((s) => s.id === segment)
    },
    async forget(flow) {
      known(flow)
      engines.calls.push(`forget ${flow}`)
    },
    connections: async () => ({ plc: { state: 'ok', text: '' } }),
    browse: async (of, path) => {
      engines.calls.push(`browse ${of.name} ${path} ${JSON.stringify(of.secrets)}`)
      return { items: [{ path: null, title: 'speed', detail: 'number', value: 45, quality: 'Good', row: { name: 'speed' } }], cut: false }
    },
    testConnection: async (of) => {
      engines.calls.push(`test ${of.name} ${JSON.stringify(of.entry)} ${JSON.stringify(of.secrets)}`)
      return { ok: true, health: { state: 'ok', text: '' }, ms: 3, lines: ['Connected'], issues: [] }
    },
    trust: async (of, fingerprint) => void engines.calls.push(`trust ${of.name} ${fingerprint.slice(0, 5)}`),
    async tap(flow, node, port, listener) {
      if (!known(flow).nodes.some((n) => n.id === node)) throw new IssueError(issue('REQUEST', { flow, node }, { reason: `There is no node '${node}'.` }))
      const key = `${flow}.${node}.${port}`
      engines.taps.set(key, listener)
      return () => void engines.taps.delete(key)
    },
    async shadow(request) {
      known(request.plan.flow)
      engines.calls.push(`shadow ${request.plan.flow}`)
      engines.shadows.set(request.plan.flow, request)
    },
    async unshadow(flow) {
      engines.calls.push(`unshadow ${flow}`)
      engines.shadows.delete(flow)
    },
    shadowReport: async (flow) => (engines.shadows.has(flow) ? engines.shadowSays : null),
    status: () => [{ id: 'engine-1', state: 'running', pid: 1, restarts: engines.restarts, memoryMb: 1, written: { bytesPerS: 0, commitsPerS: 0 } }],
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => void engines.calls.push('close'),
  }
  return engines
}

/** Accounts in memory: the token of a session is the user's name, the password is 'secret'. */
export function fakeAuth(claimed = true): Auth & { readonly sessions: Set<string> } {
  const users = new Map<string, Role>(claimed ? [['viewer', 'viewer'], ['operator', 'operator'], ['editor', 'editor'], ['admin', 'admin']] : [])
  const sessions = new Set(users.keys())
  const enter = (user: string) => {
    sessions.add(user)
    return { user, role: users.get(user)!, token: user }
  }
  return {
    sessions,
    claimed: () => users.size > 0,
    async claim(token, user) {
      if (users.size > 0 || token !== 'claim-me') throw new IssueError(issue('CLAIM_TOKEN'))
      users.set(user, 'admin')
      return enter(user)
    },
    async login(user, password) {
      if (!users.has(user) || password !== 'secret') throw new IssueError(issue('AUTH_FAILED'))
      return enter(user)
    },
    logout: (token) => void sessions.delete(token),
    session: (token) => (sessions.has(token) && users.has(token) ? { user: token, role: users.get(token)! } : undefined),
    users: () => [...users].map(([name, role]) => ({ name, role })),
    addUser: async (name, _password, role) => void users.set(name, role),
    async changeUser(name, change) {
      users.set(name, change.role ?? users.get(name)!)
      sessions.delete(name)
    },
    removeUser: (name) => void (users.delete(name), sessions.delete(name)),
  }
}

export interface TestGateway {
  readonly gateway: Gateway
  readonly engines: FakeEngines
  readonly store: Store
  readonly models: { hash: string }
  readonly logged: string[]
  /** Ends it and gives what a new one would start with. */
  restart(prepare?: (engines: FakeEngines) => void): Promise<TestGateway>
  close(): Promise<void>
}

/** A gateway on a real store in a folder of its own. */
export async function testGateway(options: { folder?: string; claimed?: () => boolean; prepare?: ((engines: FakeEngines) => void) | undefined } = {}): Promise<TestGateway> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'headgate-')))
  const store = openStore(join(folder, 'data'))
  const secrets = openSecrets(store, { keyFile: join(folder, 'secrets.key') })
  const engines = fakeEngines()
  options.prepare?.(engines)
  const models = { hash: 'a' }
  const info = () => ({ name: 'bearing', hash: models.hash, title: 'Bearing', inputs: [], outputs: [] })
  const logged: string[] = []
  const gateway = createGateway({
    name: 'test', version: '0.0.0', store, secrets, engines, nodes: testNodes, drivers: testDrivers,
    models: {
      model: (name) => (name === 'bearing' ? info() : undefined), models: () => ['bearing'], issue: () => undefined,
      list: () => [{ ...info(), summary: 'A model.', bytes: 1 }], file: (name) => (name === 'bearing' ? { info: info(), file: '/nowhere' } : undefined),
    },
    claimed: options.claimed ?? (() => true),
    log: (_level, text) => void logged.push(text),
  })
  await gateway.start()
  const end = async (): Promise<void> => {
    await gateway.close()
    store.close()
  }
  return {
    gateway, engines, store, models, logged,
    async restart(prepare) {
      await end()
      return testGateway({ ...options, folder, prepare })
    },
    async close() {
      await end()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export interface TestApi extends TestGateway {
  readonly api: Api
  readonly auth: ReturnType<typeof fakeAuth>
  /** What the lab was given; it works in this process. */
  readonly jobs: Job[]
  /** A request as a browser at the gateway's own address would send it. */
  call(method: string, url: string, as?: Role | null, body?: unknown, headers?: Record<string, string>): Promise<{ status: number; body: any; headers: Record<string, unknown> }> // eslint-disable-line typescript/no-explicit-any -- tests read answers freely
}

export const HOST = '127.0.0.1:1890'

export async function testApi(options: { claimed?: boolean; host?: string; behindProxy?: string; editorFolder?: string } = {}): Promise<TestApi> {
  const auth = fakeAuth(options.claimed ?? true)
  const made = await testGateway({ claimed: () => auth.claimed() })
  const jobs: Job[] = []
  const lab: Lab = {
    processes: [],
    run: (job) => {
      jobs.push(job)
      return perform(job, { nodes: testNodes })
    },
    close: async () => undefined,
  }
  const api = await createApi({
    gateway: made.gateway, auth, lab, host: options.host ?? '127.0.0.1', ...(options.behindProxy === undefined ? {} : { behindProxy: options.behindProxy }),
    editorFolder: options.editorFolder ?? join(tmpdir(), 'no-editor-here'), log: (text) => void made.logged.push(text),
  })
  return {
    ...made, api, auth, jobs,
    async call(method, url, as = null, body, headers = {}) {
      const answer = await api.app.inject({
        method: method as 'GET', url,
        headers: Object.fromEntries(Object.entries({ host: HOST, ...(method === 'GET' ? {} : { origin: `http://${HOST}` }), ...(as === null ? {} : { cookie: `${COOKIE}=${as}` }), ...headers }).filter(([, value]) => value !== undefined)),
        ...(body === undefined ? {} : { payload: body as object }),
      })
      const json = String(answer.headers['content-type'] ?? '').includes('application/json') && answer.body !== ''
      return { status: answer.statusCode, body: json ? answer.json() : answer.body, headers: answer.headers }
    },
    async close() {
      await api.close()
      await made.close()
    },
  }
}
