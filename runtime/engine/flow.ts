// A running flow: nodes linked by direct calls, its clocks, and the swap to another plan between two samples. It knows
// neither processes nor files; `Services` gives it what is outside.
import { isGood, issue, Quality, sample as makeSample, type AlarmChange, type AnyNode, type Issue, type IssueLevel, type Opened, type Sample } from '#kit'
import { equalJson } from '#format'
import type { EngineDeployed, Plan, PlanNode, PlanWire } from './contract.ts'
import { Boundary, type Policy } from './boundary.ts'
import { prepareHops } from './hops.ts'
import { NodeRun, Progress, type Enter, type Key, type Origin, type SavedKey, type Surroundings } from './run.ts'
import { Timers } from './timers.ts'

export interface Services {
  now(): number
  /** Fires timers by the gateway's clock; a replay moves its own. */
  readonly live: boolean
  definition(type: string): AnyNode
  /** Opens a node with what its effects grant. What it emits goes to `inject` once the flow says go. Undefined: stays shut (replay). */
  open(run: NodeRun, flow: FlowRun): Promise<Attached | undefined>
  alarm(flow: string, node: string, tag: string, change: AlarmChange): void
  log(flow: string, node: string, level: IssueLevel, text: string, sample?: Sample): void
}
/** An opened node and how the engine treats it. */
export interface Attached {
  readonly opened: Opened
  /** What takes its samples: the node itself, or the guard in front of it. */
  readonly receive?: Opened['receive']
  readonly policy?: Policy
  /** Lets through what the node emitted while it waited. */
  go(): void
  /** Names of connections it holds, with the entry they were opened with. */
  uses(next: Plan): boolean
  exclusive(next: Plan): boolean
  close(): Promise<void>
}

/** Samples that wait in front of an asynchronous node. */
const QUEUE_LIMIT = 1000
/** What is under way in a node that leaves may take this long, ms. */
const RETIRE_MS = 1000
/** A source's sample may be this far ahead of the gateway's clock, ms. */
const MAX_AHEAD_MS = 5000

export interface SavedNode {
  readonly type: string
  readonly config: unknown
  readonly keys: readonly SavedKey[]
  readonly pending: readonly { readonly sample: Sample; readonly port: string }[]
  readonly maxTime: number
}
export type SavedFlow = { readonly [node: string]: SavedNode }

export class FlowRun implements Surroundings {
  readonly flow: string
  readonly runs = new Map<string, NodeRun>()
  readonly attached = new Map<NodeRun, Attached>()
  plan: Plan
  private readonly services: Services
  private readonly timers = new Timers<{ run: NodeRun; key: Key }>()
  private readonly entries = new Map<string, Enter>()
  private readonly inlets = new Map<string, Progress>()
  private timeout: NodeJS.Timeout | undefined
  private timeoutAt = Number.POSITIVE_INFINITY
  private blockedBy = new Map<NodeRun, Set<Boundary>>()
  /** Durations of whole synchronous runs from a source, ms; every 16th. */
  readonly loops = new Float64Array(512)
  looped = 0

  constructor(flow: string, services: Services) {
    this.flow = flow
    this.services = services
    this.plan = { flow, name: flow, version: 0, nodes: [], wires: [], connections: {}, secrets: [], models: [] }
  }

  now(): number {
    return this.services.now()
  }
  alarm(run: NodeRun, tag: string, change: AlarmChange): void {
    this.services.alarm(this.flow, run.plan.id, tag, change)
  }
  log(run: NodeRun, level: IssueLevel, text: string, sample?: Sample): void {
    this.services.log(this.flow, run.plan.id, level, text, sample)
  }

  // ---- deploy -------------------------------------------------------------------------------------------------------

  /**
   * Swaps to another plan. Unchanged nodes go on with their state; changed ones are opened first. Throws when one does
   * not open: then everything is as it was. `saved` is the state to begin with, from a checkpoint; `before` runs when
   * the nodes are linked and the sources do not speak yet.
   */
  async deploy(next: Plan, saved: SavedFlow = {}, before?: () => Promise<void>): Promise<EngineDeployed> {
    await prepareHops(next.nodes.length)
    const fresh: NodeRun[] = []
    const kept: NodeRun[] = []
    for (const node of next.nodes) {
      const old = this.runs.get(node.id)
      if (old && this.unchanged(old, node, next)) kept.push(old)
      else fresh.push(new NodeRun(node, this.services.definition(node.type), this))
    }
    const staying = new Set(kept)
    const leaving = [...this.runs.values()].filter((run) => !staying.has(run))

    // A device that takes only one holder is let go first, and taken back as it was when the new plan fails.
    const gap = leaving.filter((run) => this.attached.get(run)?.exclusive(next) === true)
    const gaps = gap.map((run) => run.plan.id)
    for (const run of gap) await this.detach(run)
    const opened = new Map<NodeRun, Attached>()
    try {
      for (const run of fresh) {
        if (!run.def.open) continue
        const attached = await this.services.open(run, this)
        if (attached) opened.set(run, attached)
      }
    } catch (thrown) {
      for (const attached of opened.values()) await attached.close()
      for (const run of gap) {
        const attached = await this.services.open(run, this)
        if (attached) this.attach(run, attached)
      }
      if (gap.length > 0) this.link()
      throw thrown
    }

    // From here to the end of link() nothing waits: this is 'between two samples'.
    const waiting = new Map(leaving.filter((run) => run.boundary).map((run) => [run.plan.id, run.boundary!.takeQueue()]))
    for (const run of leaving) this.runs.delete(run.plan.id)
    for (const run of kept) run.plan = { ...run.plan, title: next.nodes.find((n) => n.id === run.plan.id)!.title }
    for (const run of fresh) {
      this.runs.set(run.plan.id, run)
      const attached = opened.get(run)
      if (attached) this.attach(run, attached)
      else if (run.def.open === undefined && run.def.receive === undefined && run.inputs.size > 0) throw new Error(`'${run.def.type}' neither receives nor opens`)
    }
    this.plan = next
    this.link()
    for (const run of fresh) {
      const state = saved[run.plan.id]
      const pending = [...(waiting.get(run.plan.id) ?? [])]
      if (state && state.type === run.plan.type && equalJson(state.config, run.plan.config)) {
        run.restoreState(state.keys)
        run.progress.maxTime = state.maxTime
        pending.push(...state.pending)
      }
      for (const { sample, port } of pending) this.entries.get(`${run.plan.id}.${port}`)?.(sample)
    }
    for (const run of fresh) run.boundary?.start()
    await before?.()
    for (const run of fresh) opened.get(run)?.go()
    for (const run of leaving) {
      if (gap.includes(run)) continue
      for (const { sample, port } of await this.retire(run)) this.entries.get(`${run.plan.id}.${port}`)?.(sample)
    }
    const issues = fresh.flatMap((run) => {
      const health = run.opened?.health()
      return health?.issue ? [{ ...health.issue, level: 'warning' as const, flow: this.flow, node: run.plan.id }] : []
    })
    return { kept: kept.map((r) => r.plan.id), restarted: fresh.map((r) => r.plan.id), gaps, issues }
  }

  private unchanged(old: NodeRun, node: PlanNode, next: Plan): boolean {
    if (old.plan.type !== node.type || !equalJson(old.plan.config, node.config) || !equalJson(old.plan.ports, node.ports)) return false
    return this.attached.get(old)?.uses(next) ?? true
  }

  private attach(run: NodeRun, attached: Attached): void {
    this.attached.set(run, attached)
    run.opened = attached.opened
    const receive = attached.receive ?? attached.opened.receive?.bind(attached.opened)
    if (run.inputs.size === 0 || !receive) return
    const limit = attached.policy === 'latest' ? 1 : QUEUE_LIMIT
    run.boundary = new Boundary(run, {
      inFlight: run.def.inFlight ?? 1,
      limit,
      policy: attached.policy ?? 'block',
      receive,
      block: (blocked) => this.block(run, blocked),
      progress: () => this.progressed(run.boundary!),
    })
  }

  /** Closes a node that has left; what it could not finish in time goes to the one in its place. */
  private async retire(run: NodeRun): Promise<{ sample: Sample; port: string }[]> {
    const { boundary } = run
    if (boundary) await Promise.race([boundary.idle(), new Promise((go) => setTimeout(go, RETIRE_MS))])
    const successor = this.runs.get(run.plan.id)
    const rest = boundary && successor?.plan.type === run.plan.type && run.def.envelope === undefined ? boundary.unfinished() : []
    boundary?.stop()
    await this.detach(run)
    return rest
  }

  private async detach(run: NodeRun): Promise<void> {
    const attached = this.attached.get(run)
    this.attached.delete(run)
    if (run.boundary) this.block(run, false)
    await attached?.close()
  }

  // ---- wires --------------------------------------------------------------------------------------------------------

  /** Makes the calls from port to port, and who hears of whose event time. */
  private link(): void {
    this.entries.clear()
    for (const run of this.runs.values()) {
      for (const name of run.inputs.keys()) this.entries.set(`${run.plan.id}.${name}`, this.entryOf(run, name))
    }
    const out = new Map<string, PlanWire[]>()
    const into = new Map<string, Set<string>>()
    for (const wire of this.plan.wires) {
      const key = `${wire.from.node}.${wire.from.port}`
      out.set(key, [...(out.get(key) ?? []), wire])
      into.set(wire.to.node, (into.get(wire.to.node) ?? new Set()).add(wire.from.node))
    }
    for (const run of this.runs.values()) {
      for (const name of run.outputs.keys()) {
        const targets = (out.get(`${run.plan.id}.${name}`) ?? []).map((wire) => {
          const enter = this.entries.get(`${wire.to.node}.${wire.to.port}`)!
          if (!wire.checked) return enter
          const to = this.runs.get(wire.to.node)!
          return to.hop.checkedEntry(to, wire.to.port, enter)
        })
        run.ctx.emit[name] = run.hop.exit(run, name, targets)
      }
    }
    for (const run of this.runs.values()) {
      run.origins = []
      run.progress.timed = []
      if (run.boundary) run.boundary.timed = []
    }
    // The plan is in topological order; wires out of a node that delays may point back and say nothing of event time.
    for (const node of this.plan.nodes) {
      const run = this.runs.get(node.id)!
      const origins = new Set<Origin>()
      const inlet = this.inlets.get(node.id)
      if (inlet) origins.add(inlet)
      for (const from of into.get(node.id) ?? []) {
        const upstream = this.runs.get(from)!
        if (upstream.boundary) origins.add(upstream.boundary)
        else if (upstream.inputs.size === 0) origins.add(upstream.progress)
        else for (const origin of upstream.origins) origins.add(origin)
      }
      run.origins = [...origins]
      if (!run.def.tick && !run.boundary) continue
      for (const origin of origins) origin.timed = [...origin.timed, run]
    }
  }

  private entryOf(run: NodeRun, name: string): Enter {
    if (run.boundary) return run.boundary.entry(name)
    if (run.def.receive) return run.hop.entry(run, name)
    // A node with effects that is not opened (replay): its samples end here.
    const port = run.inputs.get(name)!
    return () => {
      port.count++
      run.done()
    }
  }

  /** Pins a port: every sample that leaves it is shown to `tap` first. Undefined unpins. */
  tap(node: string, port: string, tap: Enter | undefined): boolean {
    const out = this.runs.get(node)?.outputs.get(port)
    if (!out) return false
    out.tap = tap
    this.link()
    return true
  }

  /** Outputs that feed an input. */
  feeders(node: string, port: string): { node: string; port: string }[] {
    return this.plan.wires.filter((w) => w.to.node === node && w.to.port === port).map((w) => w.from)
  }

  // ---- samples in ---------------------------------------------------------------------------------------------------

  /** A source's sample, as if it came from outside. */
  inject(run: NodeRun, port: string, raw: Sample): void {
    const now = this.services.now()
    const sample = this.sound(run, raw, now)
    const { progress } = run
    progress.advance(sample.time, now)
    const measure = (this.looped++ & 15) === 0
    const began = measure ? performance.now() : 0
    run.ctx.emit[port]?.(sample)
    if (measure) this.loops[(this.looped >> 4) & 511] = performance.now() - began
    for (const timed of progress.timed) this.advanceMarks(timed, now)
  }

  /** A sample straight into an input (replay, examples). */
  injectInput(node: string, port: string, sample: Sample): void {
    let inlet = this.inlets.get(node)
    if (!inlet) {
      inlet = new Progress(this.services.now())
      inlet.maxTime = this.runs.get(node)?.progress.maxTime ?? Number.NEGATIVE_INFINITY
      this.inlets.set(node, inlet)
      this.link()
    }
    const now = this.services.now()
    inlet.advance(sample.time, now)
    this.entries.get(`${node}.${port}`)?.(sample)
    for (const timed of inlet.timed) this.advanceMarks(timed, now)
  }

  private advanceMarks(run: NodeRun, now: number): void {
    if (run.marks.size > 0) run.fireMarks(now)
    // An empty boundary hands event time on.
    if (run.boundary && run.boundary.pending === 0) this.progressed(run.boundary)
  }

  private progressed(boundary: Boundary): void {
    const now = this.services.now()
    for (const timed of boundary.timed) this.advanceMarks(timed, now)
  }

  /** NaN never counts as good; a clock that runs ahead is not believed. */
  private sound(run: NodeRun, s: Sample, now: number): Sample {
    if (typeof s.value === 'number' && !Number.isFinite(s.value) && isGood(s.quality)) return this.sound(run, makeSample(s.tag, s.value, s.time, Quality.bad), now)
    if (!this.services.live) return s
    if (Number.isFinite(s.time) && s.time - now <= MAX_AHEAD_MS) return s
    run.note(issue('SAMPLE_AHEAD', {}, { aheadMs: Math.round(s.time - now) }))
    return makeSample(s.tag, s.value, now, isGood(s.quality) ? Quality.uncertain : s.quality)
  }

  // ---- back-pressure ------------------------------------------------------------------------------------------------

  private block(at: NodeRun, blocked: boolean): void {
    for (const source of this.sourcesOf(at)) {
      const by = this.blockedBy.get(source) ?? new Set()
      const before = by.size > 0
      if (blocked) by.add(at.boundary!)
      else by.delete(at.boundary!)
      this.blockedBy.set(source, by)
      if (by.size > 0 === before) continue
      if (by.size > 0) source.opened?.pause?.()
      else source.opened?.resume?.()
    }
  }

  isBlocked(source: NodeRun): boolean {
    return (this.blockedBy.get(source)?.size ?? 0) > 0
  }

  private sourcesOf(at: NodeRun): NodeRun[] {
    const seen = new Set<string>([at.plan.id])
    const found: NodeRun[] = []
    const todo = [at.plan.id]
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      for (const { from } of this.plan.wires.filter((w) => w.to.node === id)) {
        if (seen.has(from.node)) continue
        seen.add(from.node)
        todo.push(from.node)
        const run = this.runs.get(from.node)
        if (run && run.inputs.size === 0) found.push(run)
      }
    }
    return found
  }

  // ---- time ---------------------------------------------------------------------------------------------------------

  wake(time: number, run: NodeRun, key: Key): void {
    this.timers.add(time, { run, key })
    if (this.services.live) this.schedule()
  }

  private schedule(): void {
    const next = this.timers.next
    if (next === this.timeoutAt) return
    clearTimeout(this.timeout)
    this.timeoutAt = next
    if (!Number.isFinite(next)) return
    // setTimeout counts to 24 days; a longer wait looks again in between.
    this.timeout = setTimeout(
      () => {
        this.timeoutAt = Number.POSITIVE_INFINITY
        this.fireTimers(this.services.now())
        this.schedule()
      },
      Math.min(Math.max(0, next - this.services.now()), 0x7fffffff),
    )
  }

  /** Fires what is due; `at` tells a replay's clock each time before its timers fire. */
  fireTimers(until: number, at?: (time: number) => void): void {
    for (let due = this.timers.take(until); due; due = this.timers.take(until)) {
      const { run, key } = due.item
      if (key.wakeNow !== due.time || this.runs.get(run.plan.id) !== run) continue
      key.wakeNow = Number.POSITIVE_INFINITY
      at?.(due.time)
      run.tick(key, 'now')
    }
  }

  /** Lets silent sources' event time go on; called about once a second, and by a replay at each step. */
  advanceIdle(now: number): void {
    for (const run of this.runs.values()) if (run.marks.size > 0) run.fireMarks(now)
  }

  /** The end of a recording: windows close in the order of the nodes. Waits for what is under way. */
  async flush(): Promise<void> {
    const now = this.services.now()
    for (const node of this.plan.nodes) {
      await this.idle()
      this.runs.get(node.id)!.fireMarks(now, Number.POSITIVE_INFINITY)
    }
    await this.idle()
  }

  /** Resolves once no sample waits anywhere. */
  async idle(): Promise<void> {
    for (;;) {
      const busy = [...this.runs.values()].filter((r) => r.boundary && r.boundary.pending > 0)
      if (busy.length === 0) return
      for (const run of busy) await run.boundary!.idle()
    }
  }

  meter(now: number): void {
    for (const run of this.runs.values()) {
      for (const port of run.inputs.values()) port.meter.read(port.count, now)
      for (const port of run.outputs.values()) port.meter.read(port.count, now)
    }
  }

  // ---- state --------------------------------------------------------------------------------------------------------

  save(): SavedFlow {
    const out: Record<string, SavedNode> = {}
    for (const [id, run] of this.runs) {
      const keys = run.def.state ? run.saveState() : []
      const pending = run.def.envelope === undefined ? (run.boundary?.unfinished() ?? []) : []
      const maxTime = Math.max(run.progress.maxTime, this.inlets.get(id)?.maxTime ?? Number.NEGATIVE_INFINITY)
      if (keys.length === 0 && pending.length === 0 && maxTime === Number.NEGATIVE_INFINITY) continue
      out[id] = { type: run.plan.type, config: run.plan.config, keys, pending, maxTime }
    }
    return out
  }

  /** Issues that a view should show: recent ones, and faults of the node's own accounting. */
  issuesOf(run: NodeRun, now: number): Issue[] {
    const recent = [...run.issues.values()].filter((i) => now - i.time < 30_000).map((i) => i.issue)
    return run.lost > 0 ? [...recent, issue('NO_OUTCOME', { flow: this.flow, node: run.plan.id }, { count: run.lost })] : recent
  }

  async close(): Promise<void> {
    clearTimeout(this.timeout)
    for (const run of this.runs.values()) await this.detach(run)
    this.runs.clear()
  }
}

