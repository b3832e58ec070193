// The gateway without its edges: checks, deploys, arms and watches flows. It owns which version runs; engines run it, the
// store keeps it. Acts that change something are done one at a time, in the order they came. Longer than other files:
// all of its verbs share that one order and one list of flows.
import { describeCatalogue, issue, IssueError, reasonOf, schemaFaults, withDefaults, type ActCall, type ActResult, type AnyDriver, type AnyNode, type Catalogue, type Health, type Issue, type JsonSample, type Resources } from '#kit'
import { CONNECTION_NAME, diffFlows, emptyFlow, equalJson, formatChange, readFlow, type AlarmBody, type AlarmLogBody, type AuditBody, type AuditEntry, type CheckBody, type ConnectionBody, type ConnectionEntry, type DeployBody, type EngineStatus, type Flow, type FlowBody, type FlowState, type FlowSummary, type HealthBody, type ModelBody, type ServerMessage, type ShadowBody, type TrialBody, type TrialRequest, type VersionSummary } from '#format'
import { createAlarms } from './alarms.ts'
import { disarming, disarms, type ModelHashes } from './arming.ts'
import { capacityOf, capacityIssues } from './capacity.ts'
import { compile, type Compiled } from './compile/index.ts'
import { createDrafts, type DraftStore } from './drafts.ts'
import { upgradeFlow } from './compile/upgrade.ts'
import { createDevices } from './devices.ts'
import { fatesOf } from './engine/fate.ts'
import type { EngineDeploy, EngineDeployed, Engines, FlowReport, ModelFile, Plan, WriteReport } from './engine/contract.ts'
import type { RecordingReport } from './engine/recorder.ts'
import type { SegmentData } from './engine/segment.ts'
import { createShadows } from './shadows.ts'
import { createTrials, type KeptTrial } from './trial.ts'

export interface StoredVersion {
  readonly id: string
  readonly version: number
  readonly flow: Flow
  readonly armed: boolean
  /** SHA-256 of the models it was deployed with. */
  readonly models: ModelHashes
  readonly author: string
  readonly comment: string
  readonly time: number
}
/** What the gateway keeps. Every verb is one transaction, durable when it returns; a throw means that nothing changed. */
export interface GatewayStore extends DraftStore {
  /** The running version of every flow. */
  flows(): readonly StoredVersion[]
  /** Newest first. */
  versions(id: string): readonly StoredVersion[]
  version(id: string, version: number): StoredVersion | undefined
  /** The next version of a flow, from now on the running one, and the connections that came with it. */
  saveVersion(version: StoredVersion, connections: Readonly<Record<string, ConnectionEntry>>): void
  /** Of the running version. */
  setArmed(id: string, armed: boolean): void
  removeFlow(id: string): void
  connections(): Readonly<Record<string, ConnectionEntry>>
  /** And disarms the running version of these flows. */
  putConnection(name: string, entry: ConnectionEntry, disarmed: readonly string[]): void
  removeConnection(name: string): void
  audit(entry: AuditBody): void
  /** Newest first, those older than the entry `before`. */
  auditLog(limit: number, before?: number): readonly AuditEntry[]
  alarms(): readonly AlarmBody[]
  /** Changes of alarms, as above; the oldest are forgotten above a bound. */
  alarmLog(limit: number, before?: number): readonly AlarmLogBody[]
  putAlarm(alarm: AlarmBody): void
  held(): boolean
  setHeld(held: boolean): void
  /** Versions under watch. */
  trials(): readonly KeptTrial[]
  keepTrials(trials: readonly KeptTrial[]): void
}
export interface SecretStore {
  names(): readonly string[]
  get(name: string): string | undefined
  put(name: string, value: string): void | Promise<void>
  remove(name: string): void | Promise<void>
}
export interface ModelStore extends Resources {
  models(): readonly string[]
  issue(name: string): Issue | undefined
  list(): readonly ModelBody[]
  file(name: string): ModelFile | undefined
}

export interface GatewayParts {
  readonly name: string
  readonly version: string
  readonly store: GatewayStore
  readonly secrets: SecretStore
  readonly models: ModelStore
  readonly engines: Engines
  readonly nodes: ReadonlyMap<string, AnyNode>
  readonly drivers: ReadonlyMap<string, AnyDriver>
  claimed(): boolean
  log(level: 'error' | 'warning' | 'info', text: string, thrown?: unknown): void
  now?(): number
}

export interface DeployDraft {
  readonly flow: unknown
  /** The version that the draft was made from; null: the flow is new. */
  readonly basedOn: number | null
  readonly comment: string
  /** Watch it, and go back when it fails. */
  readonly watch?: TrialRequest
}

export type Gateway = ReturnType<typeof createGateway>

/** A flow as the gateway knows it now. */
interface Live {
  readonly id: string
  readonly stored: StoredVersion
  /** Absent when the stored version does not compile any more. */
  readonly plan: Plan | undefined
  readonly actuators: number
  armed: boolean
  state: FlowState
  issues: readonly Issue[]
}

/** A view does not wait longer for an engine that may hang, ms. */
const ENGINE_ANSWER_MS = 1000

export function createGateway(parts: GatewayParts) {
  const { store, secrets, models, engines, nodes, drivers } = parts
  const now = parts.now ?? Date.now
  const startedAt = performance.now()
  const catalogue: Catalogue = describeCatalogue(nodes.values(), drivers.values())
  const flows = new Map<string, Live>()
  const listeners = new Set<(message: ServerMessage) => void>()
  const alarms = createAlarms(now, store.alarms())
  let held = store.held()

  const tell = (message: ServerMessage): void => {
    for (const listener of listeners) listener(message)
  }
  /** Into the log, and to everybody who looks. */
  const say = (level: 'error' | 'warning' | 'info', text: string, thrown?: unknown): void => {
    parts.log(level, text, thrown)
    tell({ type: 'log', time: now(), level, text })
  }
  const summary = (f: Live): FlowSummary => ({ id: f.id, name: f.stored.flow.name, version: f.stored.version, state: f.state, armed: f.armed, actuators: f.actuators })
  const tellFlow = (f: Live): void => tell({ type: 'flow', flow: summary(f) })
  const find = (id: string): Live => {
    const found = flows.get(id)
    if (!found) throw new IssueError(issue('FLOW_UNKNOWN', { flow: id }, { id }))
    return found
  }
  /** For what has happened already, or makes the plant safe: a full disk must not undo or keep it. It is said instead. */
  const keep = (otherwise: string, write: () => void): void => {
    try {
      write()
    } catch (thrown) {
      say('error', `${otherwise}: ${reasonOf(thrown)}`, thrown)
    }
  }
  const note = (user: string, act: string, subject: string, detail: string): void =>
    keep(`The audit entry '${act} ${subject}' by ${user} could not be written`, () => store.audit({ time: now(), user, act, subject, detail }))

  const shadows = createShadows({ engines, now, tell, note, say })
  const trials = createTrials({
    report: (id) => engines.report(id),
    restarts: () => engines.status().reduce((sum, e) => sum + e.restarts, 0),
    state: (id) => {
      const live = flows.get(id)
      return live && { version: live.stored.version, state: live.state }
    },
    running: () => [...flows.keys()],
    back: (id, version, previous, reason, still) =>
      rollback(id, previous, reason, 'gateway', () => {
        if (flows.get(id)?.stored.version !== version) throw new IssueError(issue('DEPLOY_CONFLICT', { flow: id }, { running: flows.get(id)?.stored.version ?? 'none', basedOn: version }))
        return still()
      }),
    keep: (kept) => keep('What is under watch could not be stored: a restart forgets it', () => store.keepTrials(kept)),
    now, steady: () => performance.now(), tell, note, say,
  })

  // One act at a time.
  let last: Promise<unknown> = Promise.resolve()
  function inOrder<T>(act: () => Promise<T>): Promise<T> {
    const result = last.then(act)
    // The caller gets the failure; the queue goes on.
    last = result.catch(() => undefined)
    return result
  }

  /** An operator's act on a node, for one tag or all; the engine checks the arguments. */
  async function actOn(flow: string, node: string, act: string, tag: string | undefined, args: ActCall['args'] | undefined, user: string): Promise<ActResult> {
    // Of the plan, not of the document: a node inside of a subflow is only there.
    const type = typeIn(find(flow).plan, node)
    const acts = type === undefined ? undefined : nodes.get(type)?.acts
    if (!acts || !Object.hasOwn(acts, act)) throw new IssueError(issue('REQUEST', { flow, node }, { reason: act === 'acknowledge' ? `'${node}' has nothing to acknowledge.` : `'${node}' has no act '${act}'.` }))
    const answered = act === 'acknowledge' ? alarms.acknowledging(flow, node, tag, user) : undefined
    let result: ActResult
    try {
      result = await engines.act(flow, node, act, tag, args)
    } finally {
      answered?.()
    }
    note(user, act, `${flow}.${node}`, `${tag ?? 'all tags'}${args === undefined ? '' : ` ${JSON.stringify(args)}`}`)
    return result
  }

  // ---- compiling

  const compileFlow = (flow: Flow, version: number, connections = store.connections()): Compiled => compile(flow, { nodes, drivers, resources: models, connections, secrets: new Set(secrets.names()), version })

  /** The flow with the gateway's own connections in the place of its copies. */
  function settled(flow: Flow, connections = store.connections()): Flow {
    return { ...flow, connections: Object.fromEntries(Object.entries(flow.connections).map(([name, copy]) => [name, Object.hasOwn(connections, name) ? connections[name]! : copy])) }
  }
  /** The flow with an export copy of every connection that it uses, as the gateway has it. */
  const complete = (flow: Flow, plan: Plan | undefined): Flow => (plan ? { ...flow, connections: { ...flow.connections, ...plan.connections } } : flow)
  const typeIn = (plan: Plan | undefined, node: string): string | undefined => plan?.nodes.find((n) => n.id === node)?.type
  const today = (flow: Flow): Flow => upgradeFlow(flow, nodes)

  function read(input: unknown): Flow {
    const { flow, issues } = readFlow(input)
    if (!flow) throw new IssueError(...issues)
    return flow
  }

  const hashesOf = (plan: Plan): ModelHashes => Object.fromEntries(plan.models.map((name) => [name, models.model(name)?.hash ?? '']))

  /** Throws when a model is gone since it was compiled. */
  function modelFiles(plan: Plan): Record<string, ModelFile> {
    const files: Record<string, ModelFile> = {}
    for (const name of plan.models) {
      const file = models.file(name)
      if (!file) throw new IssueError(issue('MODEL_UNKNOWN', { flow: plan.flow }, { name, models: models.models().join(', ') || 'none yet' }))
      files[name] = file
    }
    return files
  }

  /** Throws when a model or secret is gone since it was compiled. */
  function engineDeploy(plan: Plan, armed: boolean): Promise<EngineDeployed> {
    const models = modelFiles(plan)
    const values: Record<string, string> = {}
    for (const name of plan.secrets) {
      const value = secrets.get(name)
      if (value === undefined) throw new IssueError(issue('SECRET_UNKNOWN', { flow: plan.flow }, { name }))
      values[name] = value
    }
    return engines.deploy({ plan, armed, secrets: values, models })
  }

  // ---- deploying

  async function swap(id: string, flow: Flow, compiled: Compiled, armed: boolean, by: { readonly author: string; readonly comment: string; readonly act: string }): Promise<DeployBody> {
    const plan = compiled.plan!
    const before = flows.get(id)
    const known = store.connections()
    const added = Object.fromEntries(Object.entries(plan.connections).filter(([name]) => !Object.hasOwn(known, name)))
    const version: StoredVersion = { id, version: plan.version, flow: complete(flow, plan), armed, models: hashesOf(plan), author: by.author, comment: by.comment, time: now() }
    const changes = before ? diffFlows(complete(today(before.stored.flow), before.plan), version.flow) : diffFlows({ ...flow, nodes: {}, wires: [], parameters: {}, connections: {} }, version.flow)
    const deployed = await engineDeploy(plan, armed)
    try {
      store.saveVersion(version, added)
    } catch (thrown) {
      // What runs must be what is stored: the engine goes back to what it ran.
      await back({ id, plan: before?.plan, armed: before?.armed ?? false })
      throw thrown
    }
    const live: Live = { id, stored: version, plan, actuators: compiled.actuators.length, armed, state: 'running', issues: [...compiled.issues, ...deployed.issues] }
    flows.set(id, live)
    shadows.ended(id, `version ${version.version} was deployed`)
    trials.ended(id, `version ${version.version} was deployed`)
    for (const alarm of alarms.keep(id, (node) => typeIn(plan, node) !== undefined && typeIn(plan, node) === typeIn(before?.plan, node))) tellAlarm(alarm)
    note(by.author, by.act, id, [`version ${version.version}`, by.comment, changes.slice(0, 20).map(formatChange).join('; ')].filter((x) => x !== '').join(' · '))
    tellFlow(live)
    return { version: version.version, changes, kept: deployed.kept, carried: deployed.carried, restarted: deployed.restarted, gaps: deployed.gaps, armed, issues: live.issues }
  }

  async function back({ id, plan, armed }: Pick<Live, 'id' | 'plan' | 'armed'>): Promise<void> {
    try {
      await (plan ? engineDeploy(plan, armed) : engines.remove(id))
    } catch (thrown) {
      parts.log('error', `The flow '${id}' could not go back to what it ran: ${reasonOf(thrown)}`, thrown)
    }
  }

  const deploy = (id: string, draft: DeployDraft, user: string): Promise<DeployBody> =>
    inOrder(async () => {
      const flow = today(read(draft.flow))
      if (flow.id !== id) throw new IssueError(issue('REQUEST', { field: '/flow/id' }, { reason: `The flow's id is '${flow.id}', the address says '${id}'.` }))
      const before = flows.get(id)
      const running = before?.stored.version ?? null
      if (draft.basedOn !== running) throw new IssueError(issue('DEPLOY_CONFLICT', { flow: id }, { running: running ?? 'none', basedOn: draft.basedOn ?? 'none' }))
      const compiled = compileFlow(flow, nextVersion(id))
      if (!compiled.plan) throw new IssueError(...compiled.issues)
      if (draft.watch && running === null) throw new IssueError(issue('TRIAL_FIRST', { flow: id }))
      const baseline = draft.watch && (await trials.baseline(id))
      const armed = (before?.armed ?? false) && before?.plan !== undefined && disarms({ plan: before.plan, models: before.stored.models }, { plan: compiled.plan, models: hashesOf(compiled.plan) }, nodes) === undefined
      const done = await swap(id, flow, compiled, armed, { author: user, comment: draft.comment, act: 'deploy' })
      keep(`The draft of '${id}' is deployed and could not be removed`, () => drafts.deployed(id, read(draft.flow), user))
      if (draft.watch && baseline) trials.begin(id, done.version, running!, draft.watch, baseline, user)
      return done
    })

  /** `still`: throws when it is not wanted any more by the time that its turn comes; answers whether it may be armed. */
  const rollback = (id: string, version: number, comment: string, user: string, still: () => boolean = () => true): Promise<DeployBody> =>
    inOrder(async () => {
      find(id)
      const mayArm = still()
      const old = store.version(id, version)
      if (!old) throw new IssueError(issue('VERSION_UNKNOWN', { flow: id }, { version }))
      const flow = settled(old.flow)
      const compiled = compileFlow(flow, nextVersion(id))
      if (!compiled.plan) throw new IssueError(...compiled.issues)
      // Its arming was for its devices and models; when those have changed since, a person must look again.
      const then = compile(old.flow, { nodes, drivers, resources: models, connections: old.flow.connections, secrets: new Set(secrets.names()), version }).plan
      const armed = mayArm && old.armed && then !== undefined && disarms({ plan: then, models: old.models }, { plan: compiled.plan, models: hashesOf(compiled.plan) }, nodes) === undefined
      return swap(id, flow, compiled, armed, { author: user, comment: comment === '' ? `Back to version ${version}` : comment, act: 'rollback' })
    })

  /** Numbers are never used twice, also not after a flow was removed and made again. */
  const nextVersion = (id: string): number => (store.versions(id)[0]?.version ?? 0) + 1

  /** A stored flow as it is shown until its engine has it. */
  function register(stored: StoredVersion): Live {
    const compiled = compileFlow(settled(stored.flow), stored.version)
    const live: Live = { id: stored.id, stored, plan: compiled.plan, actuators: compiled.actuators.length, armed: stored.armed, state: compiled.plan ? 'restarting' : 'failed', issues: compiled.issues }
    flows.set(stored.id, live)
    return live
  }

  /** Runs what the store says runs. A flow that does not come up is 'failed' with its issues; the others run. */
  async function boot(stored: StoredVersion): Promise<void> {
    const live = register(stored)
    try {
      if (!live.plan) throw new IssueError(...live.issues)
      const changed = modelChange(stored.models, hashesOf(live.plan))
      if (live.armed && changed !== undefined) {
        live.armed = false
        store.setArmed(stored.id, false)
        note('gateway', 'disarm', stored.id, changed)
      }
      const deployed = await engineDeploy(live.plan, live.armed)
      live.state = 'running'
      live.issues = [...live.issues, ...deployed.issues]
    } catch (thrown) {
      live.state = 'failed'
      live.issues = thrown instanceof IssueError ? thrown.issues : [issue('INTERNAL', { flow: stored.id }, { reason: reasonOf(thrown) })]
      parts.log('error', `The flow '${stored.id}' does not run: ${live.issues.map((i) => i.text).join(' ')}`, thrown instanceof IssueError ? undefined : thrown)
    }
    tellFlow(live)
  }

  /** Flows that failed only because there was no engine: it is there now. */
  function retry(): void {
    const waiting = (f: Live): boolean => f.state === 'failed' && f.issues.some((i) => i.code === 'ENGINE_DOWN')
    if (![...flows.values()].some(waiting)) return
    void inOrder(async () => {
      for (const f of [...flows.values()].filter(waiting)) await boot(store.version(f.id, f.stored.version) ?? f.stored)
    })
  }

  const modelChange = (before: ModelHashes, after: ModelHashes): string | undefined => {
    const name = Object.keys(after).find((n) => before[n] !== after[n])
    return name === undefined ? undefined : `the model '${name}' changed`
  }

  const drafts = createDrafts({ store, read, now, tell })

  // ---- what engines say

  const tellAlarm = (alarm: AlarmBody): void => {
    tell({ type: 'alarm', alarm })
    keep(`The alarm of ${alarm.flow}: ${alarm.node} could not be stored`, () => store.putAlarm(alarm))
  }
  /** What the lists need of its node, also those that look at another flow. */
  const whoseAlarm = (flow: string, node: string): Pick<AlarmBody, 'nodeType' | 'nodeName'> => {
    const of = flows.get(flow)
    const type = typeIn(of?.plan, node)
    const name = of?.stored.flow.nodes[node.split('/', 1)[0]!]?.name
    return { ...(type === undefined ? {} : { nodeType: type }), ...(name === undefined ? {} : { nodeName: name }) }
  }
  /** A disarmed flow denies every sample: the trail gets each reason once until it changes. */
  const denied = new Map<string, string>()
  function write(report: WriteReport): void {
    const key = `${report.flow}\n${report.node}`
    if (report.outcome === 'denied') {
      if (denied.get(key) === report.reason) return
      denied.set(key, report.reason)
    } else denied.delete(key)
    note(`flow ${report.flow}`, `write.${report.outcome}`, `${report.flow}.${report.node}`, [String(report.value), report.reason].filter((x) => x !== '').join(' · '))
  }

  /** Told many times a second; each restart is one event. */
  const restarts = new Map<string, number>()
  const stopListening = engines.listen({
    alarm: (report) => tellAlarm(alarms.report({ ...report, ...whoseAlarm(report.flow, report.node) })),
    log: (report) => {
      if (report.level !== 'info') parts.log(report.level, [[report.flow, report.node].filter(Boolean).join('.'), report.text].filter(Boolean).join(': '))
      tell({ type: 'log', ...report })
    },
    write,
    engine(engine) {
      tell({ type: 'engine', engine })
      const known = restarts.get(engine.id) ?? 0
      restarts.set(engine.id, engine.restarts)
      if (engine.restarts > known) note('gateway', 'engine.restart', engine.id, engine.issue?.text ?? '')
      if (engine.state === 'running') retry()
    },
    flow: (id, state, why) => {
      const live = flows.get(id)
      if (!live) return
      if (state === 'restarting') shadows.ended(id, 'the engine was restarted')
      live.state = state
      if (why) live.issues = [...live.issues.filter((i) => i.code !== why.code), why]
      else if (state === 'running') live.issues = live.issues.filter((i) => i.code !== 'ENGINE_DOWN')
      tellFlow(live)
    },
  })

  // ---- connections

  const usersOf = (name: string): Live[] => [...flows.values()].filter((f) => (f.plan ? Object.hasOwn(f.plan.connections, name) : Object.hasOwn(f.stored.flow.connections, name)))

  const putConnection = (name: string, entry: { readonly type: string; readonly config: Readonly<Record<string, unknown>> }, user: string): Promise<void> =>
    inOrder(async () => {
      if (!CONNECTION_NAME.test(name)) throw new IssueError(issue('CONNECTION_NAME', {}, { name }))
      const driver = drivers.get(entry.type)
      if (!driver) throw new IssueError(issue('CONNECTION_DRIVER', { field: '/type' }, { type: entry.type, types: [...drivers.keys()].join(', ') }))
      const config = withDefaults(driver.config, entry.config) as ConnectionEntry['config']
      const faults = schemaFaults(driver.config, config)
      if (faults.length > 0) throw new IssueError(...faults.map(({ field, reason }) => issue('NODE_CONFIG', { field: `/config${field}` }, { reason })))
      const old = store.connections()
      const next: ConnectionEntry = { type: entry.type, config }
      if (equalJson(old[name], next)) return
      // Compile all before touching any; a refusal later puts the others back.
      const using = usersOf(name).filter((f) => f.plan !== undefined)
      const planned = using.map((f) => {
        const compiled = compileFlow(settled(f.stored.flow, { ...old, [name]: next }), f.stored.version, { ...old, [name]: next })
        if (!compiled.plan) throw new IssueError(...compiled.issues.map((i) => ({ ...i, flow: f.id })))
        const armed = f.armed && disarms({ plan: f.plan!, models: f.stored.models }, { plan: compiled.plan, models: f.stored.models }, nodes) === undefined
        return { f, plan: compiled.plan, armed }
      })
      // Of one that does not compile now nobody can tell whether its outputs were on it.
      const disarmed = [...planned.flatMap(({ f, armed }) => (f.armed && !armed ? [f.id] : [])), ...usersOf(name).flatMap((f) => (f.armed && f.plan === undefined ? [f.id] : []))]
      const done: Live[] = []
      try {
        for (const { f, plan, armed } of planned) {
          await engineDeploy(plan, armed)
          done.push(f)
        }
        store.putConnection(name, next, disarmed)
      } catch (thrown) {
        for (const f of done) await back(f)
        throw thrown
      }
      const alone = (connections: Flow['connections']): Flow => ({ ...emptyFlow('', ''), connections })
      note(user, 'connection.put', name, diffFlows(alone(Object.hasOwn(old, name) ? { [name]: old[name]! } : {}), alone({ [name]: next })).map(formatChange).join('; '))
      for (const id of disarmed) note('gateway', 'disarm', id, `the connection '${name}' changed`)
      for (const { f, plan, armed } of planned) {
        const live: Live = { ...f, plan, armed }
        flows.set(f.id, live)
        tellFlow(live)
      }
      // What did not run because of it may run now.
      for (const f of usersOf(name)) if (f.state === 'failed') await boot(store.version(f.id, f.stored.version) ?? f.stored)
    })

  const removeConnection = (name: string, user: string): Promise<void> =>
    inOrder(async () => {
      await connection(name)
      const users = usersOf(name).map((f) => f.id)
      if (users.length > 0) throw new IssueError(issue('CONNECTION_USED', {}, { name, flows: users.join(', ') }))
      store.removeConnection(name)
      note(user, 'connection.remove', name, '')
    })

  /** Health is told for connections that are open; none while the engine is down, which has its own issue. */
  async function connections(): Promise<ConnectionBody[]> {
    const silent = new Promise<Readonly<Record<string, Health>>>((give) => setTimeout(give, ENGINE_ANSWER_MS, {}).unref())
    const health = await Promise.race([engines.connections().catch(() => ({}) as Readonly<Record<string, Health>>), silent])
    return Object.entries(store.connections())
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, entry]) => ({ name, ...entry, usedBy: usersOf(name).map((f) => f.id), ...(Object.hasOwn(health, name) ? { health: health[name]! } : {}) }))
  }
  async function connection(name: string): Promise<ConnectionBody> {
    const found = (await connections()).find((c) => c.name === name)
    if (!found) throw new IssueError(issue('CONNECTION_UNKNOWN', {}, { name }))
    return found
  }

  const devices = createDevices({ connections: () => store.connections(), secret: (name) => secrets.get(name), drivers, engines, note })

  return {
    ...devices,
    name: parts.name,
    version: parts.version,
    catalogue,
    read,
    say,
    note,
    drafts,
    deploy,
    rollback,
    connections,
    connection,
    putConnection,
    removeConnection,

    /** Starts the engines, and on them every flow's running version. */
    async start(): Promise<void> {
      const stored = store.flows()
      for (const one of stored) register(one)
      await inOrder(async () => {
        try {
          await engines.start()
        } catch (thrown) {
          // Its supervisor goes on trying; the flows fail now and run when an engine is there.
          parts.log('error', `The engine does not start: ${reasonOf(thrown)}`)
        }
        if (held) await engines.hold(true)
        for (const one of stored) await boot(one)
      })
      trials.start(store.trials())
    },

    has: (id: string): boolean => flows.has(id),
    flows: (): FlowSummary[] => [...flows.values()].map(summary),
    flow(id: string): FlowBody {
      const live = find(id)
      return { ...summary(live), flow: today(complete(settled(live.stored.flow), live.plan)), issues: live.issues }
    },

    check(input: unknown): CheckBody {
      const { flow: given, issues } = readFlow(input)
      if (!given) return { issues, ports: {}, changes: [] }
      const flow = today(given)
      const upgraded = flow === given ? {} : { upgraded: flow }
      const running = flows.get(flow.id)
      const compiled = compileFlow(flow, (running?.stored.version ?? 0) + 1)
      const changes = running ? diffFlows(today(complete(settled(running.stored.flow), running.plan)), complete(flow, compiled.plan ?? running.plan)) : []
      const [then, next] = [running?.plan, compiled.plan]
      const said = { issues: compiled.issues, ports: compiled.ports, changes, ...upgraded }
      if (!next) return said
      const cost = capacityOf(next, { nodes, drivers, running: then, report: trials.measured(flow.id), alone: flows.size <= 1, others: [...flows.values()].flatMap((f) => (f.id !== flow.id && f.plan ? [f.plan] : [])) })
      const [capacity, warnings] = [{ capacity: cost }, capacityIssues(flow.id, cost)]
      if (!then) return { ...said, issues: [...compiled.issues, ...warnings], ...capacity }
      const hashes = hashesOf(next)
      const differs = (name: string): boolean => !equalJson(then.connections[name], next.connections[name]) || running!.stored.models[name] !== hashes[name]
      const off = running!.armed ? disarming({ plan: then, models: running!.stored.models }, { plan: next, models: hashes }, nodes) : undefined
      return { ...said, issues: [...compiled.issues, ...warnings], ...capacity, fates: fatesOf(then, next, (type) => nodes.get(type), differs), ...(off ? { disarms: off } : {}) }
    },

    versions(id: string): VersionSummary[] {
      const live = find(id)
      const list = store.versions(id)
      return list.map((v, i) => {
        const older = list[i + 1]
        const from = older ? older.flow : { ...v.flow, nodes: {}, wires: [], parameters: {}, connections: {} }
        return { version: v.version, author: v.author, comment: v.comment, time: v.time, changes: diffFlows(from, v.flow), running: v.version === live.stored.version }
      })
    },
    versionText(id: string, version: number): Flow {
      find(id)
      const found = store.version(id, version)
      if (!found) throw new IssueError(issue('VERSION_UNKNOWN', { flow: id }, { version }))
      return found.flow
    },

    arm: (id: string, armed: boolean, reason: string, user: string): Promise<FlowSummary> =>
      inOrder(async () => {
        const live = find(id)
        if (armed && live.actuators === 0) throw new IssueError(issue('REQUEST', { flow: id }, { reason: 'This flow has no actuator: there is nothing to arm.' }))
        if (armed && live.state !== 'running') throw new IssueError(issue('REQUEST', { flow: id }, { reason: `The flow is ${live.state}; only a running one can be armed.` }))
        // Armed is first written down, then done; disarming is done first: what fails in between leaves the safe side.
        if (armed) {
          store.setArmed(id, true)
          try {
            await engines.arm(id, true)
          } catch (thrown) {
            keep(`'${id}' is disarmed, and armed after a restart`, () => store.setArmed(id, false))
            throw thrown
          }
        } else {
          await engines.arm(id, false)
          keep(`'${id}' is disarmed, and armed again after a restart`, () => store.setArmed(id, false))
        }
        live.armed = armed
        trials.armed(id, armed)
        note(user, armed ? 'arm' : 'disarm', id, reason)
        tellFlow(live)
        return summary(live)
      }),

    remove: (id: string, user: string): Promise<void> =>
      inOrder(async () => {
        const live = find(id)
        await engines.remove(id)
        store.removeFlow(id)
        flows.delete(id)
        shadows.ended(id, 'the flow was removed')
        trials.ended(id, 'the flow was removed')
        for (const alarm of alarms.keep(id, () => false)) tellAlarm(alarm)
        note(user, 'remove', id, `version ${live.stored.version}`)
        tell({ type: 'flow', flow: { ...summary(live), version: null, state: 'stopped', armed: false } })
      }),

    /** A draft beside its live flow: the same engine, the same inputs, nothing outward. */
    shadow: (id: string, input: unknown, user: string): Promise<ShadowBody> =>
      inOrder(async () => {
        const flow = today(read(input))
        if (flow.id !== id) throw new IssueError(issue('REQUEST', { field: '/flow/id' }, { reason: `The flow's id is '${flow.id}', the address says '${id}'.` }))
        const live = find(id)
        if (live.state !== 'running') throw new IssueError(issue('REQUEST', { flow: id }, { reason: `The flow is ${live.state}; a draft can be tried beside a running one only.` }))
        const compiled = compileFlow(flow, live.stored.version + 1)
        if (!compiled.plan) throw new IssueError(...compiled.issues)
        // No secret goes with it: nothing that needs one is opened.
        const request: EngineDeploy = { plan: compiled.plan, armed: false, secrets: {}, models: modelFiles(compiled.plan) }
        return shadows.begin(id, flow, live.stored.version, request, user)
      }),
    endShadow: (id: string, user: string): Promise<void> =>
      inOrder(async () => {
        find(id)
        await shadows.end(id, user)
      }),
    shadowOf(id: string): ShadowBody | null {
      find(id)
      return shadows.get(id)
    },
    trialOf(id: string): TrialBody | null {
      find(id)
      return trials.get(id)
    },
    trials: (): readonly TrialBody[] => trials.watching(),
    decideTrial: (id: string, act: 'keep' | 'return', user: string): Promise<void> => trials.decide(id, act, user),
    /** What a second does to what is under watch; by itself once a second. */
    watchNow: (): Promise<void> => trials.tick(),

    held: (): boolean => held,
    /** Not behind a deploy that takes its time: holding must be at once. */
    async hold(next: boolean, reason: string, user: string): Promise<void> {
      // Held is first written down, then done; released is done first: what fails in between leaves the safe side.
      const write = (): void => keep(next ? 'The outputs are held, and released by a restart' : 'The outputs are released, and held again by a restart', () => store.setHeld(next))
      if (next) {
        held = true
        write()
      }
      await engines.hold(next)
      if (!next) {
        held = false
        write()
      }
      note(user, next ? 'hold' : 'release', 'all outputs', reason)
      tell({ type: 'hold', held })
    },

    alarms: () => alarms.all(),
    acknowledge: async (flow: string, node: string, tag: string | undefined, user: string): Promise<void> => void (await actOn(flow, node, 'acknowledge', tag, undefined, user)),
    act: actOn,

    secretNames: (): readonly string[] => secrets.names(),
    putSecret: (name: string, value: string, user: string): Promise<void> =>
      inOrder(async () => {
        await secrets.put(name, value)
        note(user, 'secret.put', name, '')
      }),
    removeSecret: (name: string, user: string): Promise<void> =>
      inOrder(async () => {
        if (!secrets.names().includes(name)) throw new IssueError(issue('SECRET_UNKNOWN', {}, { name }))
        await secrets.remove(name)
        note(user, 'secret.remove', name, '')
      }),

    models: (): readonly ModelBody[] => models.list(),
    audit: (limit: number, before?: number): readonly AuditEntry[] => store.auditLog(limit, before),
    alarmLog: (limit: number, before?: number): readonly AlarmLogBody[] => store.alarmLog(limit, before),
    engineStatus: (): readonly EngineStatus[] => engines.status(),
    health: (): HealthBody => ({
      version: parts.version,
      claimed: parts.claimed(),
      uptimeS: Math.round((performance.now() - startedAt) / 100) / 10,
      engines: engines.status(),
      flows: [...flows.values()].map((f) => ({ id: f.id, version: f.stored.version, state: f.state })),
    }),

    report(id: string): Promise<FlowReport> {
      find(id)
      return engines.report(id)
    },
    recording(id: string, buckets: number): Promise<RecordingReport> {
      find(id)
      return engines.recording(id, buckets)
    },
    /** Undefined once it has fallen off. */
    segment(id: string, segment: number): Promise<SegmentData | undefined> {
      find(id)
      return engines.segment(id, segment)
    },
    async forgetRecording(id: string, user: string): Promise<void> {
      find(id)
      await engines.forget(id)
      note(user, 'recording.clear', id, '')
    },
    /** A draft made ready to run where nothing is open, and every model. Throws its errors. */
    prepare(input: unknown): { readonly flow: Flow; readonly plan: Plan } {
      const flow = today(read(input))
      const compiled = compileFlow(flow, 0)
      if (!compiled.plan) throw new IssueError(...compiled.issues)
      return { flow, plan: compiled.plan }
    },
    modelFiles: (names: readonly string[] = models.models()): Record<string, ModelFile> => Object.fromEntries(names.flatMap((name) => [[name, models.file(name)] as const]).filter((e): e is readonly [string, ModelFile] => e[1] !== undefined)),
    /** For who must keep them out of what is said. */
    secretValues: (names: readonly string[]): string[] => names.map((name) => secrets.get(name)).filter((v) => v !== undefined),
    typeOf: (type: string): AnyNode | undefined => nodes.get(type),

    tap: (flow: string, node: string, port: string, listener: (samples: readonly JsonSample[], skipped: number) => void): Promise<() => void> => engines.tap(flow, node, port, listener),

    listen(listener: (message: ServerMessage) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** Waits for the act under way, then ends the engines. */
    async close(): Promise<void> {
      await last
      shadows.close()
      trials.close()
      stopListening()
      await engines.close()
    },
  }
}

