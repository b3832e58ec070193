// All flows of one engine process: opens their nodes with what they are granted, holds connections, models, the guard,
// the journal and the checkpoints. Process and messages are main.ts's. Longer than 300 lines: it is where all of these
// meet, and each is a module of its own.
import { join } from 'node:path'
import { formatIssue, issue, IssueError, reasonOf, sampleToJson, schemaFaults, Type, withDefaults, type ActCall, type ActResult, type AnyDriver, type AnyNode, type Browsed, type Envelope, type Health, type Io, type Issue, type Model, type Opened, type Sample, type ScriptState } from '#kit'
import type { ConnectionTestBody, NodeStatus, PortStatus } from '#format'
import { createGuard, type Guard } from '../guard/guard.ts'
import { createModelHost, type ModelHost } from '../models/host.ts'
import { createScriptHost, type ScriptHost } from '../script/host.ts'
import { Pins } from '../tap/pins.ts'
import { shorten } from '../tap/shorten.ts'
import type { Tap } from '../tap/tap.ts'
import type { AlarmReport, DeviceRequest, EngineDeploy, EngineDeployed, FlowReport, Journal, LogReport, ModelFile, Plan, ShadowReport, StateItem, StateScope, WriteReport } from './contract.ts'
import { Browsing } from './browse.ts'
import { ConnectionPool } from './connections.ts'
import { FlowRun, type Attached, type SavedNode, type Services } from './flow.ts'
import { Gate } from './gate.ts'
import { Recorder, RecorderPool, type RecorderLimits, type RecordingReport } from './recorder.ts'
import type { NodeRun } from './run.ts'
import { Scrubber } from './scrub.ts'
import type { SegmentData } from './segment.ts'
import { Shadow } from './shadow.ts'

export interface HostOptions {
  readonly nodes: ReadonlyMap<string, AnyNode>
  readonly drivers: ReadonlyMap<string, AnyDriver>
  readonly journal: Journal
  /** For what drivers keep. */
  readonly folder: string
  readonly alarm: (alarm: AlarmReport) => void
  readonly log: (log: LogReport) => void
  readonly write: (write: WriteReport) => void
  readonly now?: () => number
  /** Never steps; `now` unless given. */
  readonly steady?: () => number
  /** Told the time of the last checkpoint: the clock goes on from there at the earliest. */
  readonly goesOnFrom?: (time: number) => void
  /** Outputs may take this long to reach their safe value; their device's own fall-back takes over then. */
  readonly safeMs?: number
  readonly recording?: Partial<RecorderLimits>
}

interface Flow {
  readonly run: FlowRun
  /** What its nodes are opened with now. */
  deploy: EngineDeploy
  /** What each node was opened with, to open it again as it was. */
  readonly openedWith: WeakMap<NodeRun, EngineDeploy>
  readonly guards: Map<NodeRun, Guard>
  readonly pins: Pins
  readonly recorder: Recorder
  loopP99Ms: number
  armed: boolean
  /** Armed as from the swap that is under way; a person may disarm it before. */
  arming: boolean
  /** A draft that is tried beside it. */
  shadow: Shadow | undefined
}
/** A flow as a checkpoint keeps it: its nodes, and what a restart has found in the journal and not taken up yet. */
interface Kept {
  readonly nodes: Record<string, SavedNode & { keys: SavedNode['keys'][number][] }>
  readonly entries: { readonly node: string; readonly port: string; readonly sample: Sample }[]
}

/** Puts an item of a checkpoint where it belongs. */
function take({ nodes, entries }: Kept, { node, item, value }: StateItem): void {
  if (item === 'entries' || item === 'waiting') {
    entries.push(...(value as Kept['entries']))
    return
  }
  const kept = (nodes[node] ??= { type: '', config: undefined, inputs: {}, keys: [], pending: [], maxTime: Number.NEGATIVE_INFINITY })
  if (item === 'node') nodes[node] = { ...kept, ...(value as SavedNode), keys: kept.keys }
  else if (item === 'reached') nodes[node] = { ...kept, reached: value as number }
  else kept.keys.push(value as SavedNode['keys'][number])
}

function itemsOf(flow: string, { nodes, entries }: Kept): StateItem[] {
  const items: StateItem[] = entries.length > 0 ? [{ flow, node: '', item: 'entries', value: entries }] : []
  for (const [node, { keys, reached, ...record }] of Object.entries(nodes)) {
    items.push({ flow, node, item: 'node', value: record })
    if (reached !== undefined) items.push({ flow, node, item: 'reached', value: reached })
    for (const key of keys) items.push({ flow, node, item: `key:${key.tag}`, value: key })
  }
  return items
}

const CHECKPOINT_MS = 5000
const SAFE_MS = 5000
const noArguments = Type.Object({}, { additionalProperties: false })
/** Samples from before a restart that no flow has taken up by then are told of. */
const ORPHAN_MS = 60_000

export class EngineHost {
  private readonly options: HostOptions
  private readonly flows = new Map<string, Flow>()
  private readonly pool: ConnectionPool
  private readonly browsing: Browsing
  private readonly models: ModelHost = createModelHost()
  private readonly scripts: ScriptHost = createScriptHost()
  private readonly scrubber = new Scrubber()
  private readonly recorders: RecorderPool
  private readonly timers: NodeJS.Timeout[] = []
  /** Flows from before a restart that are not deployed again yet. */
  private readonly recovered = new Map<string, Kept>()
  /** Flows that were removed since the last checkpoint. */
  private readonly gone: string[] = []
  /** The next checkpoint replaces all that is stored. */
  private whole = true
  /** Positions of the journal that its disk has not taken yet, ascending. */
  private readonly uncommitted = new Set<number>()
  /** What is durable and has not passed on yet, by position. */
  private readonly waiting = new Map<number, { readonly flow: string; readonly node: string; readonly port: string; readonly sample: Sample }>()
  /** Flows that the last checkpoint has such samples of. */
  private waited = new Set<string>()
  private held = false
  private turn: Promise<unknown> = Promise.resolve()
  private checkpointing: Promise<void> = Promise.resolve()
  private cpu = process.cpuUsage()
  private cpuTime = performance.now()
  private load = 0
  private memoryMb = process.memoryUsage.rss() / 1048576

  constructor(options: HostOptions) {
    this.options = options
    this.recorders = new RecorderPool(options.recording)
    this.pool = new ConnectionPool({
      drivers: options.drivers,
      folder: (name) => join(options.folder, 'connections', name),
      now: () => this.now(),
      log: (level, text) => this.log({ time: this.now(), level, text }),
    })
    this.browsing = new Browsing(this.pool, { drivers: options.drivers, folder: options.folder, now: () => this.now(), log: (level, text) => this.log({ time: this.now(), level, text }) })
  }

  private now(): number {
    return this.options.now?.() ?? Date.now()
  }

  private log(report: LogReport): void {
    this.options.log({ ...report, text: this.scrubber.text(report.text) })
  }

  async start(): Promise<void> {
    const { checkpoint, entries, issues } = await this.options.journal.recover()
    if (checkpoint) this.options.goesOnFrom?.(checkpoint.time)
    for (const i of issues ?? []) this.log({ time: this.now(), level: i.level, text: formatIssue(i) })
    for (const item of checkpoint?.state ?? []) take(this.keptOf(item.flow), item)
    for (const { flow, node, port, sample } of entries) this.keptOf(flow).entries.push({ node, port, sample })
    this.timers.push(setInterval(() => this.second(), 1000), setInterval(() => void this.checkpoint(), CHECKPOINT_MS), setTimeout(() => this.tellOrphans(), ORPHAN_MS))
  }

  private keptOf(flow: string): Kept {
    let kept = this.recovered.get(flow)
    if (!kept) this.recovered.set(flow, (kept = { nodes: {}, entries: [] }))
    return kept
  }

  private tellOrphans(): void {
    for (const [flow, { entries }] of this.recovered) {
      if (entries.length > 0) this.log({ time: this.now(), level: 'warning', flow, text: `${entries.length} samples from before the restart wait for this flow to be deployed again.` })
    }
  }

  private second(): void {
    const now = this.now()
    for (const flow of this.flows.values()) {
      flow.run.meter(now)
      flow.run.advanceIdle(now)
      flow.recorder.second(now)
      flow.loopP99Ms = p99(flow.run)
      flow.shadow?.second(now)
    }
    this.memoryMb = process.memoryUsage.rss() / 1048576
    const used = process.cpuUsage(this.cpu)
    const elapsed = performance.now() - this.cpuTime
    this.load = (used.user + used.system) / 1000 / elapsed
    this.cpu = process.cpuUsage()
    this.cpuTime = performance.now()
  }

  // ---- deploy -------------------------------------------------------------------------------------------------------

  /** One flow after another; a swap is never begun while another is under way. */
  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.turn.then(act)
    this.turn = result.catch(() => undefined) // the caller has it
    return result
  }

  deploy(request: EngineDeploy): Promise<EngineDeployed> {
    this.scrubber.keep(Object.values(request.secrets))
    return this.inTurn(() => this.swap(request)).then(
      (done) => ({ ...done, issues: done.issues.map((i) => this.scrubber.issue(i)) }),
      (thrown: unknown) => {
        throw thrown instanceof IssueError ? new IssueError(...thrown.issues.map((i) => this.scrubber.issue(i))) : new Error(this.scrubber.text(reasonOf(thrown)), { cause: thrown })
      },
    )
  }

  private async swap(request: EngineDeploy): Promise<EngineDeployed> {
    const { plan } = request
    await this.browsing.letGo(Object.keys(plan.connections))
    const running = this.flows.get(plan.flow)
    const flow = running ?? this.create(request)
    const before = flow.deploy
    flow.deploy = request
    flow.arming = request.armed
    try {
      const done = await flow.run.deploy(plan, this.recovered.get(plan.flow)?.nodes, {
        cut: () => {
          flow.recorder.stop(`Version ${plan.version} was deployed.`)
          // At once, before a new model or a new device has anything to say.
          flow.armed = flow.arming
          this.endShadow(flow)
          if (!flow.armed) void this.guards((g) => g.arm(false), [flow])
        },
        linked: () => {
          this.takeUp(flow)
          flow.pins.place()
        },
      })
      flow.recorder.begin(request)
      await this.guards((g) => g.arm(flow.armed), [flow])
      // A crash from here on begins with these nodes, not with those that they replaced.
      void this.checkpoint()
      return done
    } catch (thrown) {
      flow.deploy = before
      if (!running) {
        this.flows.delete(plan.flow)
        flow.recorder.close()
        await flow.run.close()
      }
      throw thrown
    }
  }

  private create(request: EngineDeploy): Flow {
    const run = new FlowRun(request.plan.flow, this.services())
    const recorder = new Recorder(run, this.recorders, (level, text) => this.log({ time: this.now(), level, flow: run.flow, text }))
    const flow: Flow = { run, deploy: request, openedWith: new WeakMap(), guards: new Map(), pins: new Pins(run), recorder, loopP99Ms: 0, armed: false, arming: false, shadow: undefined }
    this.flows.set(request.plan.flow, flow)
    return flow
  }

  /** What was acknowledged but is not in the checkpoint passes through again; nothing is written to a plant by it. */
  private takeUp({ run }: Flow): void {
    const kept = this.recovered.get(run.flow)
    if (!kept) return
    this.recovered.delete(run.flow)
    let taken = 0
    run.again(() => {
      for (const { node, port, sample } of kept.entries) {
        const source = run.runs.get(node)
        if (!source?.outputs.has(port)) continue
        run.inject(source, port, sample)
        taken++
      }
      run.fireTimers(this.now())
      run.advanceIdle(this.now())
    })
    const say = (level: 'info' | 'warning', text: string): void => this.log({ time: this.now(), level, flow: run.flow, text })
    if (taken > 0) say('info', `${taken} samples from before the restart were taken up again.`)
    if (taken < kept.entries.length) say('warning', `${kept.entries.length - taken} samples from before the restart were discarded: their source is not in the flow any more.`)
  }

  private services(): Services {
    return {
      now: () => this.now(),
      steady: this.options.steady ?? (() => this.now()),
      live: true,
      definition: (type) => {
        const found = this.options.nodes.get(type)
        if (!found) throw new IssueError(issue('NODE_TYPE', {}, { type }))
        return found
      },
      open: (run, flow) => this.open(run, flow),
      alarm: (flow, node, tag, change) => this.options.alarm({ ...change, message: this.scrubber.text(change.message), flow, node, tag, time: this.now() }),
      log: (flow, node, level, text, sample) => this.log({ time: this.now(), level, flow, node, text, ...(sample ? { sample: sampleToJson(sample) } : {}) }),
    }
  }

  private async open(run: NodeRun, flow: FlowRun): Promise<Attached> {
    const { plan, def } = run
    const held = this.flows.get(flow.flow)!
    const request = held.openedWith.get(run) ?? held.deploy
    held.openedWith.set(run, request)
    const place = { flow: flow.flow, node: plan.id }
    const uses = { connections: new Map<string, string>(), secrets: new Map<string, string>(), models: new Map<string, string>() }
    const releases: (() => Promise<void>)[] = []
    const gate = new Gate()
    const io: Io = {
      ...place,
      now: () => this.now(),
      emit: (port, sample) => {
        if (gate.free) flow.inject(run, port, sample)
        else if (!gate.through(() => flow.inject(run, port, sample))) run.refuse('queue_full')
      },
      deliver: (port, sample) => {
        if (gate.free) return this.deliver(flow, run, gate, port, sample)
        return new Promise((resolve, reject) => void gate.through(() => void this.deliver(flow, run, gate, port, sample).then(resolve, reject), reject))
      },
      connection: async <T>(name: string) => {
        const entry = Object.hasOwn(request.plan.connections, name) ? request.plan.connections[name] : undefined
        if (!entry) throw new IssueError(issue('CONNECTION_UNKNOWN', place, { name }))
        const { connection, key, release } = await this.pool.acquire(name, entry, request.secrets)
        uses.connections.set(name, key)
        releases.push(release)
        return connection as T
      },
      secret: (name) => {
        const value = Object.hasOwn(request.secrets, name) ? request.secrets[name] : undefined
        if (value === undefined) throw new IssueError(issue('SECRET_UNKNOWN', place, { name }))
        uses.secrets.set(name, value)
        return value
      },
      model: async (name): Promise<Model> => {
        const entry: ModelFile | undefined = Object.hasOwn(request.models, name) ? request.models[name] : undefined
        if (!entry) throw new IssueError(issue('MODEL_UNKNOWN', place, { name, models: Object.keys(request.models).join(', ') || 'none' }))
        const model = await this.models.open(entry)
        uses.models.set(name, entry.info.hash)
        releases.push(() => this.models.release(model))
        return model
      },
      script: (source) => this.scripts.open(source, { ...place, now: () => flow.now(), state: () => run.ctx.state as ScriptState, log: io.log }),
      fail: (what) => run.note(what),
      log: (level, text) => this.log({ time: this.now(), level, ...place, text }),
    }
    const release = async (): Promise<void> => {
      for (const one of releases.splice(0)) await one()
    }
    let opened: Opened
    try {
      opened = await def.open!(plan.config, io)
    } catch (thrown) {
      gate.end()
      await release()
      if (thrown instanceof IssueError) throw new IssueError(...thrown.issues.map((i) => ({ ...i, ...place })))
      throw new IssueError(issue('NODE_OPEN', place, { reason: reasonOf(thrown) }))
    }
    const guard = def.envelope === undefined ? undefined : this.guard(held, run, opened, (plan.config as Record<string, unknown>)[def.envelope] as Envelope)
    const keyIn = (next: Plan, name: string): string | undefined => {
      const entry = Object.hasOwn(next.connections, name) ? next.connections[name] : undefined
      return entry && this.pool.key(name, entry, held.deploy.secrets)
    }
    return {
      opened,
      ...(guard ? { receive: async (s: Sample, _port: string, again: boolean) => (again ? { drop: 'recovery' } : guard.submit(s)), policy: 'latest' as const } : {}),
      go: () => {
        gate.go()
        if (guard && held.armed) void this.guards((g) => g.arm(true), [held])
      },
      pause: (full) => {
        gate.pause(full)
        if (full) opened.pause?.()
        else opened.resume?.()
      },
      uses: (next) =>
        [...uses.connections].every(([name, key]) => key === keyIn(next, name)) &&
        [...uses.secrets].every(([name, value]) => held.deploy.secrets[name] === value) &&
        [...uses.models].every(([name, hash]) => held.deploy.models[name]?.info.hash === hash),
      exclusive: (next) =>
        [...uses.connections].some(([name, key]) => {
          const other = keyIn(next, name)
          return other !== undefined && other !== key && this.pool.exclusive(next.connections[name]!.type)
        }),
      close: async (removed) => {
        try {
          if (guard) {
            if (removed) await this.toSafe([guard], 'the output was removed')
            held.guards.delete(run)
            await guard.close()
          }
          await opened.close()
        } finally {
          gate.end()
          await release()
        }
      },
    }
  }

  /** Armed only once its node is in place: until then another may hold the device. */
  private guard(held: Flow, run: NodeRun, opened: Opened, envelope: Envelope): Guard {
    const heartbeatMs = run.def.heartbeatMs?.(run.plan.config)
    const guard = createGuard({
      opened,
      envelope,
      now: () => this.now(),
      armed: false,
      held: this.held,
      ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
      report: (w) => this.options.write({ ...w, reason: this.scrubber.text(w.reason), flow: held.run.flow, node: run.plan.id }),
      fail: (what: Issue) => run.note(what),
    })
    held.guards.set(run, guard)
    return guard
  }

  /**
   * Journalled, then passed on, then acknowledged by the caller. Only what is durable passes on: after a crash it comes
   * again with the same time, and what the journal refuses (a full disk) leaves no trace and stays with its sender.
   */
  private async deliver(flow: FlowRun, run: NodeRun, gate: Gate, port: string, raw: Sample): Promise<void> {
    const sample = flow.sound(run, raw)
    const { position, committed } = this.options.journal.append(flow.flow, run.plan.id, port, sample)
    this.uncommitted.add(position)
    try {
      await committed
    } finally {
      this.uncommitted.delete(position)
    }
    if (gate.free) return flow.inject(run, port, sample)
    // Durable, and no room for it yet.
    this.waiting.set(position, { flow: flow.flow, node: run.plan.id, port, sample })
    await new Promise<void>((resolve, reject) => {
      const pass = (): void => {
        this.waiting.delete(position)
        flow.inject(run, port, sample)
        resolve()
      }
      gate.through(pass, (reason) => {
        this.waiting.delete(position)
        reject(reason)
      })
    })
  }

  /** Every entry up to here is in the state of the flows, or waits for room and goes into the checkpoint itself. */
  private get reached(): number {
    const [first] = this.uncommitted
    return first === undefined ? this.options.journal.position : first - 1
  }

  // ---- acts ---------------------------------------------------------------------------------------------------------

  remove(id: string): Promise<void> {
    return this.inTurn(async () => {
      this.recovered.delete(id)
      const flow = this.flows.get(id)
      if (flow) {
        await this.toSafe(flow.guards.values(), 'the flow was stopped')
        this.endShadow(flow)
        flow.pins.close()
        flow.recorder.close()
        await flow.run.close()
        this.flows.delete(id)
      }
      // Only now: a checkpoint meanwhile has put its state once more.
      this.gone.push(id)
      await this.checkpoint()
    })
  }

  async arm(id: string, armed: boolean): Promise<void> {
    const flow = this.flow(id)
    flow.armed = armed
    // What is about to come may be disarmed, not armed: nobody has seen it yet.
    flow.arming &&= armed
    await this.guards((g) => g.arm(armed), [flow])
  }

  async hold(held: boolean): Promise<void> {
    this.held = held
    await this.guards((g) => g.hold(held))
  }

  /** All at once: one device that hangs does not keep the others waiting. */
  private async guards(act: (guard: Guard) => Promise<void>, flows: Iterable<Flow> = this.flows.values()): Promise<void> {
    const done = await Promise.allSettled([...flows].flatMap((flow) => [...flow.guards.values()].map(act)))
    for (const d of done) if (d.status === 'rejected') this.log({ time: this.now(), level: 'error', text: `An output did not obey: ${reasonOf(d.reason)}` })
  }

  private async toSafe(guards: Iterable<Guard>, reason: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((go) => {
      timer = setTimeout(() => {
        this.log({ time: this.now(), level: 'warning', text: 'An output has not reached its safe value in time; its device takes over.' })
        go()
      }, this.options.safeMs ?? SAFE_MS)
    })
    await Promise.race([Promise.all([...guards].map((g) => g.safe(reason))), late])
    clearTimeout(timer)
  }

  act(id: string, node: string, act: string, tag: string | undefined, args: ActCall['args'] = {}): ActResult {
    const { run: running } = this.flow(id)
    const run = running.runs.get(node)
    if (!run?.def.acts || !Object.hasOwn(run.def.acts, act)) throw new IssueError(issue('REQUEST', { flow: id, node }, { reason: `This node has no act '${act}'.` }))
    const schema = run.def.actArguments?.[act] ?? noArguments
    const full = withDefaults(schema, args) as ActCall['args']
    const faults = schemaFaults(schema, full)
    if (faults.length > 0) throw new IssueError(...faults.map((f) => issue('REQUEST', { flow: id, node }, { reason: `'${act}' ${f.field.slice(1)}: ${f.reason}` })))
    return running.act(run, act, tag, full)
  }

  // ---- the recording ------------------------------------------------------------------------------------------------

  recording(id: string, buckets: number): RecordingReport {
    return this.flow(id).recorder.report(buckets)
  }

  /** Undefined: it has fallen off. */
  segment(id: string, segment: number): SegmentData | undefined {
    return this.flow(id).recorder.segment(segment)
  }

  forget(id: string): void {
    this.flow(id).recorder.clear()
  }

  private flow(id: string): Flow {
    const flow = this.flows.get(id)
    if (!flow) throw new IssueError(issue('FLOW_UNKNOWN', { flow: id }, { id }))
    return flow
  }

  // ---- a draft beside a flow ------------------------------------------------------------------------------------------

  shadow(request: EngineDeploy): Promise<void> {
    return this.inTurn(async () => {
      const flow = this.flow(request.plan.flow)
      this.endShadow(flow)
      flow.shadow = await Shadow.open({ request, live: flow.run, pins: flow.pins, nodes: this.options.nodes, models: this.models, now: () => this.now(), steady: this.options.steady ?? (() => this.now()) })
    })
  }

  async unshadow(id: string): Promise<void> {
    // One that is opening is ended once it is open.
    await this.inTurn(async () => this.endShadow(this.flow(id)))
  }

  shadowReport(id: string): ShadowReport | null {
    const report = this.flow(id).shadow?.report(this.now()) ?? null
    return report && { ...report, issues: report.issues.map((i) => this.scrubber.issue(i)) }
  }

  private endShadow(flow: Flow): void {
    const { shadow } = flow
    flow.shadow = undefined
    shadow?.close().catch((thrown: unknown) => this.log({ time: this.now(), level: 'warning', flow: flow.run.flow, text: `The draft beside the flow did not close: ${reasonOf(thrown)}` }))
  }

  // ---- views --------------------------------------------------------------------------------------------------------

  report(id: string): FlowReport {
    const flow = this.flow(id)
    const now = this.now()
    const nodes: Record<string, NodeStatus> = {}
    let inRate = 0
    let outRate = 0
    for (const [node, run] of flow.run.runs) {
      const inputs: Record<string, PortStatus> = {}
      const outputs: Record<string, PortStatus> = {}
      for (const [name, port] of run.inputs) {
        const last = this.lastInto(flow.run, node, name)
        inputs[name] = { count: port.count, rate: port.meter.rate, last: last && sampleToJson(shorten(last)) }
        if (run.outputs.size === 0) outRate += port.meter.rate
      }
      for (const [name, port] of run.outputs) {
        outputs[name] = { count: port.count, rate: port.meter.rate, last: port.last && sampleToJson(shorten(port.last)) }
        if (run.inputs.size === 0) inRate += port.meter.rate
      }
      const guard = flow.guards.get(run)
      const { boundary } = run
      const health = this.healthOf(run)
      nodes[node] = {
        health,
        ledger: run.ledger(),
        inputs,
        outputs,
        p99Us: boundary?.p99Us() ?? null,
        ...(boundary ? { queue: { depth: boundary.depth, limit: boundary.limit, policy: boundary.policy } } : {}),
        ...(guard ? { actuator: this.statusOf(guard) } : {}),
        issues: [...(health.issue ? [{ ...health.issue, flow: id, node }] : []), ...flow.run.issuesOf(run, now).map((i) => this.scrubber.issue(i))],
      }
    }
    return { version: flow.run.plan.version, requestMs: this.pool.requestMs(), nodes, totals: { inRate, outRate, loopP99Ms: flow.loopP99Ms, cpu: this.load, memoryMb: this.memoryMb } }
  }

  /** To the disk since the start, for the journal and for checkpoints. */
  written(): { bytes: number; commits: number } {
    const { bytes, commits, checkpoints } = this.options.journal.stats()
    return { bytes, commits: commits + checkpoints }
  }

  connections(): Record<string, Health> {
    return Object.fromEntries(Object.entries(this.pool.health()).map(([name, health]) => [name, this.scrubbed(health)]))
  }

  // ---- looking at devices: beside the flows, not in their turn ----------------------------------------------------

  browse(request: DeviceRequest, path: string | null, search?: string): Promise<Browsed> {
    return this.clean(request, this.browsing.browse(request, path, search))
  }
  async testConnection(request: DeviceRequest): Promise<ConnectionTestBody> {
    const told = await this.clean(request, this.browsing.test(request))
    return { ...told, health: this.scrubbed(told.health), lines: told.lines.map((line) => this.scrubber.text(line)), issues: told.issues.map((i) => this.scrubber.issue(i)) }
  }
  trust(request: DeviceRequest, fingerprint: string): Promise<void> {
    return this.clean(request, this.browsing.trust(request, fingerprint))
  }
  private async clean<T>(request: DeviceRequest, work: Promise<T>): Promise<T> {
    this.scrubber.keep(Object.values(request.secrets))
    try {
      return await work
    } catch (thrown) {
      throw thrown instanceof IssueError ? new IssueError(...thrown.issues.map((i) => this.scrubber.issue(i))) : new Error(this.scrubber.text(reasonOf(thrown)), { cause: thrown })
    }
  }

  private lastInto(run: FlowRun, node: string, port: string): Sample | null {
    let latest: Sample | null = null
    for (const from of run.feeders(node, port)) {
      const last = run.runs.get(from.node)?.outputs.get(from.port)?.last ?? null
      if (last && (!latest || last.time > latest.time)) latest = last
    }
    return latest
  }

  private healthOf(run: NodeRun): Health {
    return this.scrubbed(run.health() ?? { state: 'ok', text: '' })
  }

  private scrubbed(health: Health): Health {
    return { ...health, text: this.scrubber.text(health.text), ...(health.issue ? { issue: this.scrubber.issue(health.issue) } : {}) }
  }

  private statusOf(guard: Guard): NonNullable<NodeStatus['actuator']> {
    const status = guard.status()
    return { ...status, denied: this.scrubber.text(status.denied) }
  }

  tap(id: string, node: string, port: string, send: Tap['send']): () => void {
    const flow = this.flow(id)
    const run = flow.run.runs.get(node)
    if (!run?.outputs.has(port) && !run?.inputs.has(port)) {
      throw new IssueError(issue('WIRE_PORT', { flow: id, node, port }, { node, port, direction: 'port', ports: [...(run?.inputs.keys() ?? []), ...(run?.outputs.keys() ?? [])].join(', ') || 'none' }))
    }
    return flow.pins.add({ node, port }, send)
  }

  // ---- state --------------------------------------------------------------------------------------------------------

  /** Everything as it is between two samples; one at a time. */
  checkpoint(): Promise<void> {
    this.checkpointing = this.checkpointing.then(async () => {
      const { whole } = this
      const gone = this.gone.splice(0)
      this.whole = false
      try {
        const drop: StateScope[] = whole ? [{}] : gone.map((flow) => ({ flow }))
        const put: StateItem[] = []
        // A flow that is being opened has not taken up yet what it was: that stays as it is.
        for (const [id, { run }] of this.flows) {
          if (this.recovered.has(id)) continue
          const changes = run.takeChanges(whole)
          drop.push(...changes.drop)
          for (const item of changes.put) put.push(item)
        }
        if (whole) for (const [flow, kept] of this.recovered) put.push(...itemsOf(flow, kept))
        for (const flow of this.waited) drop.push({ flow, node: '', item: 'waiting' })
        const waiting = Map.groupBy(this.waiting.values(), (w) => w.flow)
        this.waited = new Set(waiting.keys())
        for (const [flow, samples] of waiting) put.push({ flow, node: '', item: 'waiting', value: samples.map(({ node, port, sample }) => ({ node, port, sample })) })
        await this.options.journal.checkpoint({ position: this.reached, time: this.now(), drop, put })
      } catch (thrown) {
        // What was taken for it is lost to the next one, unless that begins anew.
        this.whole = true
        this.log({ time: this.now(), level: 'error', text: `The checkpoint was not written: ${reasonOf(thrown)}` })
      }
    })
    return this.checkpointing
  }

  /** Outputs to their safe state, then a last checkpoint. */
  async close(reason: string): Promise<void> {
    for (const timer of this.timers) clearInterval(timer)
    await this.toSafe([...this.flows.values()].flatMap((flow) => [...flow.guards.values()]), reason)
    await this.checkpoint()
    for (const flow of this.flows.values()) {
      this.endShadow(flow)
      flow.pins.close()
      await flow.run.close()
    }
    await this.browsing.close()
    await this.models.close()
    await this.scripts.close()
    await this.options.journal.close()
  }
}

function p99(run: FlowRun): number {
  const n = Math.min(512, run.measured)
  if (n === 0) return 0
  return run.loops.slice(0, n).toSorted()[Math.min(n - 1, Math.floor(n * 0.99))]!
}
