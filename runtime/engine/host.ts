// All flows of one engine process: opens their nodes with what they are granted, holds connections, models, the guard,
// the journal and the checkpoints. Process and messages are main.ts's.
import { join } from 'node:path'
import { IssueError, issue, reasonOf, sampleToJson, type AnyDriver, type AnyNode, type Envelope, type Health, type Issue, type Io, type Model, type Sample } from '#kit'
import { equalJson, parseEnd, type NodeStatus, type PortStatus } from '#format'
import { createGuard, type Guard } from '../guard/guard.ts'
import { createModelHost, type ModelHost } from '../models/host.ts'
import { Tap } from '../tap/tap.ts'
import type { AlarmReport, EngineDeploy, EngineDeployed, FlowReport, Journal, LogReport, ModelFile, Plan, WriteReport } from './contract.ts'
import { ConnectionPool } from './connections.ts'
import { FlowRun, type Attached, type SavedFlow, type Services } from './flow.ts'
import type { NodeRun } from './run.ts'

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
}

interface Flow {
  readonly run: FlowRun
  deploy: EngineDeploy
  readonly guards: Map<NodeRun, Guard>
  /** Views by the output that they pin. */
  readonly taps: Map<string, Set<Tap>>
  armed: boolean
}

/** Samples that a source may hand over before its flow says go. */
const GATE_LIMIT = 10_000
const CHECKPOINT_MS = 5000
const RECOVERY_MS = 5000
/** Journalled samples wait this long for their flow to be deployed again after a restart. */
const ORPHAN_MS = 60_000

export class EngineHost {
  private readonly options: HostOptions
  private readonly flows = new Map<string, Flow>()
  private readonly pool: ConnectionPool
  private readonly models: ModelHost = createModelHost()
  private readonly timers: NodeJS.Timeout[] = []
  private recovered: { flows: Record<string, unknown>; entries: Map<string, { node: string; port: string; sample: Sample }[]> } = { flows: {}, entries: new Map() }
  private held = false
  private readonly recovering = new Set<Flow>()
  private checkpointing: Promise<void> = Promise.resolve()
  private cpu = process.cpuUsage()
  private cpuTime = performance.now()
  private load = 0

  constructor(options: HostOptions) {
    this.options = options
    this.pool = new ConnectionPool({
      drivers: options.drivers,
      folder: (name) => join(options.folder, name),
      now: () => this.now(),
      log: (level, text) => options.log({ time: this.now(), level, text }),
    })
  }

  private now(): number {
    return this.options.now?.() ?? Date.now()
  }

  async start(): Promise<void> {
    const { checkpoint, entries } = await this.options.journal.recover()
    const byFlow = new Map<string, { node: string; port: string; sample: Sample }[]>()
    for (const e of entries) byFlow.set(e.flow, [...(byFlow.get(e.flow) ?? []), e])
    this.recovered = { flows: { ...checkpoint?.flows }, entries: byFlow }
    this.timers.push(setInterval(() => this.second(), 1000), setInterval(() => void this.checkpoint(), CHECKPOINT_MS), setTimeout(() => this.forgetOrphans(), ORPHAN_MS))
  }

  private forgetOrphans(): void {
    for (const [flow, entries] of this.recovered.entries) {
      this.options.log({ time: this.now(), level: 'warning', flow, text: `${entries.length} samples of a flow that is not there any more were discarded.` })
    }
    this.recovered = { flows: {}, entries: new Map() }
  }

  private second(): void {
    const now = this.now()
    for (const { run } of this.flows.values()) {
      run.meter(now)
      run.advanceIdle(now)
    }
    const used = process.cpuUsage(this.cpu)
    const elapsed = performance.now() - this.cpuTime
    this.load = (used.user + used.system) / 1000 / elapsed
    this.cpu = process.cpuUsage()
    this.cpuTime = performance.now()
  }

  // ---- deploy -------------------------------------------------------------------------------------------------------

  async deploy(request: EngineDeploy): Promise<EngineDeployed> {
    const { plan } = request
    const running = this.flows.get(plan.flow)
    if (running) {
      const before = running.deploy
      running.deploy = request
      running.armed &&= request.armed
      try {
        const done = await running.run.deploy(plan)
        await this.arm(plan.flow, request.armed)
        this.retap(running)
        return done
      } catch (thrown) {
        running.deploy = before
        throw thrown
      }
    }
    const flow: Flow = { run: new FlowRun(plan.flow, this.services()), deploy: request, guards: new Map(), taps: new Map(), armed: request.armed }
    this.flows.set(plan.flow, flow)
    try {
      const saved = (this.recovered.flows[plan.flow] ?? {}) as SavedFlow
      const done = await flow.run.deploy(plan, saved, () => this.replayJournal(flow))
      delete this.recovered.flows[plan.flow]
      return done
    } catch (thrown) {
      this.flows.delete(plan.flow)
      await flow.run.close()
      throw thrown
    }
  }

  /** What was acknowledged but is not in the checkpoint passes through again; nothing is written to a plant by it. */
  private async replayJournal(flow: Flow): Promise<void> {
    const entries = this.recovered.entries.get(flow.run.flow) ?? []
    this.recovered.entries.delete(flow.run.flow)
    if (entries.length === 0) return
    this.recovering.add(flow)
    for (const { node, port, sample } of entries) {
      const run = flow.run.runs.get(node)
      if (run?.outputs.has(port)) flow.run.inject(run, port, sample)
    }
    // An uplink without its broker never comes to rest; the way to an actuator does.
    await Promise.race([flow.run.idle(), new Promise((go) => setTimeout(go, RECOVERY_MS))])
    this.recovering.delete(flow)
    this.options.log({ time: this.now(), level: 'info', flow: flow.run.flow, text: `${entries.length} samples from before the restart were taken up again.` })
  }

  private services(): Services {
    return {
      now: () => this.now(),
      live: true,
      definition: (type) => {
        const found = this.options.nodes.get(type)
        if (!found) throw new IssueError(issue('NODE_TYPE', {}, { type }))
        return found
      },
      open: (run, flow) => this.open(run, flow),
      alarm: (flow, node, tag, change) => this.options.alarm({ ...change, flow, node, tag, time: this.now() }),
      log: (flow, node, level, text, sample) => this.options.log({ time: this.now(), level, flow, node, text, ...(sample ? { sample: sampleToJson(sample) } : {}) }),
    }
  }

  private async open(run: NodeRun, flow: FlowRun): Promise<Attached> {
    const { plan, def } = run
    const held = this.flows.get(flow.flow)!
    const request = held.deploy
    const uses = { connections: new Map<string, unknown>(), secrets: new Map<string, string>(), models: new Map<string, string>() }
    const releases: (() => Promise<void>)[] = []
    let gate: (() => void)[] | undefined = []
    const through = (act: () => void): void => {
      if (!gate) act()
      else if (gate.length < GATE_LIMIT) gate.push(act)
      else run.drop('queue_full')
    }
    const io: Io = {
      flow: flow.flow,
      node: plan.id,
      now: () => this.now(),
      emit: (port, sample) => {
        if (gate) through(() => flow.inject(run, port, sample))
        else flow.inject(run, port, sample)
      },
      deliver: (port, sample) => {
        if (!gate) return this.deliver(flow, run, port, sample)
        return new Promise((resolve, reject) => through(() => void this.deliver(flow, run, port, sample).then(resolve, reject)))
      },
      connection: async <T>(name: string) => {
        const entry = request.plan.connections[name]
        if (!entry) throw new IssueError(issue('CONNECTION_UNKNOWN', { flow: flow.flow, node: plan.id }, { name }))
        uses.connections.set(name, entry)
        const { connection, release } = await this.pool.acquire(name, entry, request.secrets)
        releases.push(release)
        return connection as T
      },
      secret: (name) => {
        const value = request.secrets[name]
        if (value === undefined) throw new IssueError(issue('SECRET_UNKNOWN', { flow: flow.flow, node: plan.id }, { name }))
        uses.secrets.set(name, value)
        return value
      },
      model: async (name): Promise<Model> => {
        const entry: ModelFile | undefined = request.models[name]
        if (!entry) throw new IssueError(issue('MODEL_UNKNOWN', { flow: flow.flow, node: plan.id }, { name, models: Object.keys(request.models).join(', ') || 'none' }))
        uses.models.set(name, entry.info.hash)
        const model = await this.models.open(entry)
        releases.push(async () => this.models.release(model))
        return model
      },
      fail: (what) => run.note(what),
      log: (level, text) => this.options.log({ time: this.now(), level, flow: flow.flow, node: plan.id, text }),
    }
    const release = async (): Promise<void> => {
      for (const one of releases.splice(0)) await one()
    }
    let opened
    try {
      opened = await def.open!(plan.config, io)
    } catch (thrown) {
      await release()
      if (thrown instanceof IssueError) throw new IssueError(...thrown.issues.map((i) => ({ ...i, flow: flow.flow, node: plan.id })))
      throw new IssueError(issue('NODE_OPEN', { flow: flow.flow, node: plan.id }, { reason: reasonOf(thrown) }))
    }
    const guard = def.envelope === undefined ? undefined : this.guard(held, run, opened, (plan.config as Record<string, unknown>)[def.envelope] as Envelope)
    const sameAs = (next: Plan): boolean =>
      [...uses.connections].every(([name, entry]) => equalJson(entry, next.connections[name])) &&
      [...uses.secrets].every(([name, value]) => held.deploy.secrets[name] === value) &&
      [...uses.models].every(([name, hash]) => held.deploy.models[name]?.info.hash === hash)
    return {
      opened,
      ...(guard ? { receive: async (s: Sample) => (this.recovering.has(held) ? { drop: 'recovery' } : guard.submit(s)), policy: 'latest' as const } : {}),
      go: () => {
        const waiting = gate ?? []
        gate = undefined
        for (const act of waiting) act()
      },
      uses: sameAs,
      exclusive: (next) => [...uses.connections].some(([name, entry]) => !equalJson(entry, next.connections[name]) && this.pool.exclusive((entry as { type: string }).type)),
      close: async () => {
        if (guard) {
          held.guards.delete(run)
          await guard.close()
        }
        await opened.close()
        await release()
      },
    }
  }

  private guard(held: Flow, run: NodeRun, opened: Attached['opened'], envelope: Envelope): Guard {
    const heartbeatMs = run.def.heartbeatMs?.(run.plan.config)
    const guard = createGuard({
      opened,
      envelope,
      now: () => this.now(),
      armed: held.armed,
      held: this.held,
      ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
      report: (w) => this.options.write({ ...w, flow: held.run.flow, node: run.plan.id }),
      fail: (what: Issue) => run.note(what),
    })
    held.guards.set(run, guard)
    return guard
  }

  /** Journalled, passed on at once, acknowledged by the caller once committed. */
  private async deliver(flow: FlowRun, run: NodeRun, port: string, sample: Sample): Promise<void> {
    const { committed } = this.options.journal.append(flow.flow, run.plan.id, port, sample)
    flow.inject(run, port, sample)
    await committed
  }

  // ---- acts ---------------------------------------------------------------------------------------------------------

  async remove(id: string): Promise<void> {
    const flow = this.flows.get(id)
    if (!flow) return
    this.flows.delete(id)
    for (const guard of flow.guards.values()) await guard.safe('the flow was stopped')
    await flow.run.close()
  }

  async arm(id: string, armed: boolean): Promise<void> {
    const flow = this.flow(id)
    flow.armed = armed
    for (const guard of flow.guards.values()) await guard.arm(armed)
  }

  async hold(held: boolean): Promise<void> {
    this.held = held
    for (const flow of this.flows.values()) for (const guard of flow.guards.values()) await guard.hold(held)
  }

  act(id: string, node: string, act: string, tag: string | undefined): void {
    const run = this.flow(id).run.runs.get(node)
    if (!run?.def.acts?.[act]) throw new IssueError(issue('REQUEST', { flow: id, node }, { reason: `This node has no act '${act}'.` }))
    run.act(act, tag)
  }

  private flow(id: string): Flow {
    const flow = this.flows.get(id)
    if (!flow) throw new IssueError(issue('FLOW_UNKNOWN', { flow: id }, { id }))
    return flow
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
      nodes[node] = {
        health: healthOf(run),
        ledger: run.ledger(),
        inputs,
        outputs,
        p99Us: boundary?.p99Us() ?? null,
        ...(boundary ? { queue: { depth: boundary.depth, limit: boundary.limit, policy: boundary.policy } } : {}),
        ...(guard ? { actuator: guard.status() } : {}),
        issues: flow.run.issuesOf(run, now),
      }
    }
    return { version: flow.run.plan.version, nodes, totals: { inRate, outRate, loopP99Ms: p99(flow.run), cpu: this.load, memoryMb: process.memoryUsage.rss() / 1048576 } }
  }

  private lastInto(run: FlowRun, node: string, port: string): Sample | null {
    let latest: Sample | null = null
    for (const from of run.feeders(node, port)) {
      const last = run.runs.get(from.node)?.outputs.get(from.port)?.last ?? null
      if (last && (!latest || last.time > latest.time)) latest = last
    }
    return latest
  }

  tap(id: string, node: string, port: string, send: Tap['send']): () => void {
    const flow = this.flow(id)
    const run = flow.run.runs.get(node)
    const ends = run?.outputs.has(port) ? [{ node, port }] : run?.inputs.has(port) ? flow.run.feeders(node, port) : []
    if (ends.length === 0) throw new IssueError(issue('WIRE_PORT', { flow: id, node, port }, { node, port, direction: 'port', ports: [...(run?.outputs.keys() ?? [])].join(', ') || 'none' }))
    const tap = new Tap(ends, send)
    for (const end of ends) this.pin(flow, end, tap)
    return () => {
      tap.close()
      for (const end of ends) this.pin(flow, end, undefined, tap)
    }
  }

  /** Several views may pin one port: they share one relinked call. */
  private pin(flow: Flow, end: { node: string; port: string }, add: Tap | undefined, remove?: Tap): void {
    const key = `${end.node}.${end.port}`
    const set = flow.taps.get(key) ?? new Set()
    if (add) set.add(add)
    if (remove) set.delete(remove)
    if (set.size === 0) flow.taps.delete(key)
    else flow.taps.set(key, set)
    show(flow, key, set)
  }

  /** After a swap the ports of changed nodes are new: pinned taps move to them. */
  private retap(flow: Flow): void {
    for (const [key, set] of flow.taps) show(flow, key, set)
  }

  // ---- state --------------------------------------------------------------------------------------------------------

  /** Everything as it is between two samples; one at a time. */
  checkpoint(): Promise<void> {
    this.checkpointing = this.checkpointing.then(async () => {
      const flows: Record<string, unknown> = { ...this.recovered.flows }
      for (const [id, { run }] of this.flows) flows[id] = run.save()
      // Samples of flows that are not deployed again yet stay in the journal.
      if (this.recovered.entries.size > 0) return
      await this.options.journal.checkpoint({ position: this.options.journal.position, time: this.now(), flows })
    }).catch((thrown: unknown) => this.options.log({ time: this.now(), level: 'error', text: `The checkpoint was not written: ${reasonOf(thrown)}` }))
    return this.checkpointing
  }

  /** Outputs to their safe state, then a last checkpoint. */
  async close(reason: string): Promise<void> {
    for (const timer of this.timers) clearInterval(timer)
    for (const flow of this.flows.values()) for (const guard of flow.guards.values()) await guard.safe(reason)
    await this.checkpoint()
    for (const flow of this.flows.values()) await flow.run.close()
    await this.models.close()
    await this.options.journal.close()
  }
}

function show(flow: Flow, key: string, taps: ReadonlySet<Tap>): void {
  const end = parseEnd(key)!
  const all = [...taps]
  flow.run.tap(end.node, end.port, all.length === 0 ? undefined : (s) => all.forEach((t) => t.take(s)))
}

function healthOf(run: NodeRun): Health {
  const own = run.opened?.health()
  if (own && own.state !== 'ok') return own
  return own ?? { state: 'ok', text: '' }
}

function p99(run: FlowRun): number {
  const n = Math.min(512, run.looped >> 4)
  if (n === 0) return 0
  return run.loops.slice(0, n).toSorted()[Math.min(n - 1, Math.floor(n * 0.99))]!
}

/** What a status shows of a large value. */
function shorten(s: Sample): Sample {
  const v = s.value
  if ((v instanceof Float32Array || v instanceof Float64Array) && v.length > 64) return { ...s, value: v.slice(0, 64) }
  if (v instanceof Uint8Array) return { ...s, value: `${v.length} bytes` }
  return s
}
