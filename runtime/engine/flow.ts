// A running flow: nodes linked by direct calls, its clocks, and the swap to another plan between two samples. It knows
// neither processes nor files; `Services` gives it what is outside. Longer than 300 lines: wires, event time, pauses and
// the swap change together or not at all.
import { hasKind, isGood, issue, Quality, reasonOf, sample as makeSample, truthful, type ActCall, type ActResult, type AlarmChange, type AnyNode, type Issue, type IssueLevel, type Opened, type QueuePolicy, type ResolvedPorts, type Sample } from '#kit'
import { formatEnd, type WireEnd } from '#format'
import type { Checkpoint, EngineDeployed, Plan, PlanNode, PlanWire, StateItem, StateScope } from './contract.ts'
import { Boundary, type BoundaryOptions, type Waiting } from './boundary.ts'
import { prepareHops } from './hops.ts'
import { fateOf, holdsState, type Made } from './fate.ts'
import { ask, IDLE_MS, MAX_KEYS, NodeRun, Progress, type Enter, type Key, type Origin, type Said, type SavedKey, type Surroundings } from './run.ts'
import { Timers } from './timers.ts'

export interface Services {
  now(): number
  /** ms that never step, for what counts as silence; a replay's is its clock. */
  steady(): number
  /** Fires timers by the gateway's clock; a replay moves its own. */
  readonly live: boolean
  definition(type: string): AnyNode
  /** Opens a node with what its effects grant. What it emits goes to `inject` once the flow says go. Undefined: stays shut (replay). */
  open(run: NodeRun, flow: FlowRun): Promise<Attached | undefined>
  /** A recording says when timers fire, silence counts and results are handed on: nothing of it happens by itself. */
  readonly exact?: boolean
  /** The lab: sees each visit of a sample. */
  readonly visits?: Visits
  alarm(flow: string, node: string, tag: string, change: AlarmChange): void
  log(flow: string, node: string, level: IssueLevel, text: string, sample?: Sample): void
  /** Runs what timers do: a shadow counts what it takes. */
  measured?(work: () => void): void
}
/** An opened node and how the engine treats it. */
export interface Attached {
  readonly opened: Opened
  /** What takes its samples: the node itself, or the guard in front of it. */
  readonly receive?: BoundaryOptions['receive']
  readonly policy?: QueuePolicy
  /** Lets through what the node emitted while it waited. */
  go(): void
  /** A queue behind this source is full, or has room again. */
  pause?(full: boolean): void
  /** Whether it holds what the next plan would give it. */
  uses(next: Plan): boolean
  /** Whether the next plan's connection needs a device that takes one holder only, and that this node holds. */
  exclusive(next: Plan): boolean
  /** `removed`: no node takes its place, so that an output goes to its safe value first. */
  close(removed: boolean): Promise<void>
}
export interface SwapHooks {
  /** At the moment of the swap: what was opened is not linked yet. */
  cut?(): void
  /** The nodes have the states that were saved; event time is not worked out yet. */
  restored?(): void
  /** The nodes are linked, and the new sources do not speak yet. */
  linked?(): void
}

/**
 * Hears of what moves a running flow beside the samples of `feed`, each time before it happens. The clocks stand until it
 * has happened, so that a replay can give the same times again.
 */
export interface Witness {
  /** What is due now fires. */
  timers(): void
  /** The time of silent sources goes on. */
  silence(): void
  /** A result of a node without effects is handed on, that in this place of those under way. */
  result(run: NodeRun, place: number): void
  act(run: NodeRun, act: string, tag: string | undefined, args: ActCall['args']): void
}
/** What the lab puts around the nodes; asked when a node is made and when wires are linked. */
export interface Visits {
  create(plan: PlanNode, def: AnyNode, around: Surroundings): NodeRun
  entry(run: NodeRun, port: string, enter: Enter): Enter
  exit(run: NodeRun, port: string, exit: Enter): Enter
  /** Around the call that hands on the result for this sample. */
  handing(run: NodeRun, sample: Sample): void
  handed(run: NodeRun, sample: Sample): void
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
  readonly inputs: ResolvedPorts
  readonly keys: readonly SavedKey[]
  readonly pending: readonly { readonly sample: Sample; readonly port: string }[]
  readonly maxTime: number
  /** Event time that the node had come to when its state changed last: what it closed stays closed, though it fell silent. */
  readonly reached?: number
}
export type SavedFlow = { readonly [node: string]: SavedNode }
/** Where a state is kept. */
export type KeyPlace = readonly [node: string, tag: string]
/** The state of a flow between two samples, complete: from here the same input gives the same. Plain data. */
export interface Standing {
  readonly nodes: SavedFlow
  /** The steady clock, and when the last sample of each source came by it. */
  readonly steady: number
  readonly arrivals: Readonly<Record<string, number>>
  /** Event time of each node: that it has come to, that is told behind it, and behind what is under way in it. */
  readonly eventTimes: Readonly<Record<string, readonly [highest: number, behind: number, boundary: number]>>
  /** Timers that are due at the same time as others, in the order in which they fire. */
  readonly ties: readonly KeyPlace[]
}

export class FlowRun implements Surroundings {
  readonly flow: string
  readonly runs = new Map<string, NodeRun>()
  readonly attached = new Map<NodeRun, Attached>()
  plan: Plan
  private readonly services: Services
  replaying = false
  private readonly timers = new Timers<Key>()
  private readonly entries = new Map<string, Enter>()
  private readonly inlets = new Map<string, Progress>()
  private timeout: NodeJS.Timeout | undefined
  private timeoutAt = Number.POSITIVE_INFINITY
  /** Nodes of the plan before, while they finish what is under way; and those whose state goes to the one in their place then. */
  private readonly leaving = new Set<NodeRun>()
  private heirs: Map<NodeRun, NodeRun> = new Map()
  /** Wires by the output that they leave from ('node.port'), outputs by the input that they feed, and nodes by the node. */
  private wires = new Map<string, PlanWire[]>()
  private fedBy = new Map<string, WireEnd[]>()
  private upstream = new Map<string, Set<string>>()
  private paused = new Set<NodeRun>()
  /** Between two samples: nobody goes on before the new nodes are in place. */
  private cutting = false
  private closed = false
  /** Nodes that the checkpoint knows. */
  private savedNodes = new Map<string, NodeRun>()
  private savedOnce = false
  /** Durations of whole synchronous runs from a source, ms; every 64th. */
  readonly loops = new Float64Array(512)
  measured = 0
  private injected = 0
  /** The gateway's clock when it was last read, about a second ago at most. */
  private clock = Number.NEGATIVE_INFINITY
  /** Told of every sample from outside before it enters; undefined while nobody listens. */
  feed: ((run: NodeRun, port: string, sample: Sample) => void) | undefined
  witness: Witness | undefined
  /** The clocks stand at these while something is under way that a witness was told of. */
  private stopped = false
  private nowAt = 0
  private steadyAt = 0
  /** What fails comes from outside: so does what is heard of it. */
  private outside = false

  constructor(flow: string, services: Services) {
    this.flow = flow
    this.services = services
    this.plan = { flow, name: flow, version: 0, nodes: [], wires: [], connections: {}, secrets: [], models: [] }
  }

  now(): number {
    return this.stopped ? this.nowAt : this.services.now()
  }
  steady(): number {
    return this.stopped ? this.steadyAt : this.services.steady()
  }

  /** Stops the clocks while a witness is there. False: they stand already, or nobody looks. */
  private stand(now?: number): boolean {
    if (this.witness === undefined || this.stopped) return false
    this.nowAt = now ?? this.services.now()
    this.steadyAt = this.services.steady()
    this.stopped = true
    return true
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
   * not open: then everything is as it was. `saved` is the state to begin with, from a checkpoint. Not to be called
   * again before it has ended.
   */
  async deploy(next: Plan, saved: SavedFlow = {}, hooks: SwapHooks = {}): Promise<EngineDeployed> {
    await prepareHops(next.nodes.length)
    // All that a node's code is asked is asked here: where it throws nothing has been touched.
    const fresh: NodeRun[] = []
    const kept = new Map<NodeRun, PlanNode>()
    const carried = new Map<NodeRun, readonly [PlanNode, Said]>()
    const heirs = new Map<NodeRun, NodeRun>()
    for (const node of next.nodes) {
      const old = this.runs.get(node.id)
      const fate = old && (this.attached.get(old)?.uses(next) ?? true) ? fateOf(old.plan, node, old.def) : 'anew'
      if (fate === 'kept') kept.set(old!, node)
      else if (fate === 'carried') carried.set(old!, [node, ask(old!.def, node.config)])
      else {
        const run = this.create(node)
        fresh.push(run)
        if (old && old.plan.type === node.type && run.def.open && run.def.state && holdsState(madeOf(old.plan), madeOf(node), run.def)) heirs.set(run, old)
      }
    }
    const leaving = [...this.runs.values()].filter((run) => !kept.has(run) && !carried.has(run))

    // A device that takes only one holder is let go first, and taken back as it was when the new plan fails.
    const gap = leaving.filter((run) => this.attached.get(run)?.exclusive(next) === true)
    const stays = new Set(next.nodes.map((node) => node.id))
    for (const run of gap) await this.letGo(run, !stays.has(run.plan.id))
    const opened = new Map<NodeRun, Attached>()
    try {
      for (const run of fresh) {
        const attached = run.def.open && (await this.services.open(run, this))
        if (attached) opened.set(run, attached)
      }
    } catch (thrown) {
      await Promise.all([...opened].map(([run, attached]) => this.shut(run, attached, false)))
      for (const run of gap) await this.takeBack(run)
      throw thrown
    }

    // Nothing waits from here to the end of it: this is 'between two samples'.
    this.cutting = true
    hooks.cut?.()
    this.plan = next
    this.heirs = heirs
    for (const run of leaving) {
      this.runs.delete(run.plan.id)
      this.leaving.add(run)
      run.boundary?.halt()
      for (const key of run.keys.values()) this.timers.set(key, Number.POSITIVE_INFINITY)
    }
    for (const [run, { title }] of kept) run.plan = { ...run.plan, title }
    for (const run of kept.keys()) run.boundary?.limitTo(next.settings?.queue ?? QUEUE_LIMIT)
    for (const [run, [node, said]] of carried) {
      run.reconfigure(node, said)
      if (said.queue) run.boundary?.reconfigure(said.queue)
    }
    for (const run of fresh) {
      this.runs.set(run.plan.id, run)
      const attached = opened.get(run)
      if (attached) this.attach(run, attached)
      else if (run.said.queue) this.enqueue(run, run.said.queue)
    }
    // Where a replay fed inputs, their event time is known before the next sample.
    if (!this.services.live) for (const run of fresh) if (run.inputs.size > 0 && Number.isFinite(saved[run.plan.id]?.maxTime)) this.inlet(run.plan.id).maxTime = saved[run.plan.id]!.maxTime
    this.link()
    const restored = new Set<NodeRun>()
    this.again(() => this.restore(fresh, saved, restored))
    hooks.restored?.()
    // Before anything comes, in the order of the nodes: what was late before a restart is late.
    if (this.services.exact !== true) for (const run of restored) run.behind?.advance(this.steady())
    hooks.linked?.()
    for (const run of fresh) if (!restored.has(run)) run.begin()
    this.cutting = false
    this.pause()

    // Each node begins when the one in whose place it is has ended: order is kept, and two never act on one device.
    const before = new Map(leaving.map((run) => [run.plan.id, this.retire(run)]))
    const begin = (run: NodeRun): void => {
      run.boundary?.start()
      opened.get(run)?.go()
    }
    for (const run of fresh) if (!before.has(run.plan.id)) begin(run)
    await Promise.all(before.values())
    for (const run of fresh) if (before.has(run.plan.id)) begin(run)

    const issues = fresh.flatMap((run) => {
      const health = run.health()
      return health?.issue ? [{ ...health.issue, level: 'warning' as const, flow: this.flow, node: run.plan.id }] : []
    })
    const ids = (runs: Iterable<NodeRun>): string[] => [...runs].map((r) => r.plan.id)
    return { kept: ids(kept.keys()), carried: ids(carried.keys()), restarted: fresh.map((r) => r.plan.id), gaps: gap.map((r) => r.plan.id), issues }
  }

  private create(node: PlanNode): NodeRun {
    const def = this.services.definition(node.type)
    const run = this.services.visits?.create(node, def, this) ?? new NodeRun(node, def, this)
    if (run.inputs.size > 0 && !def.open && !def.receive) throw new Error(`'${node.type}' neither receives nor opens`)
    return run
  }

  private attach(run: NodeRun, attached: Attached): void {
    this.attached.set(run, attached)
    const { opened, policy } = attached
    run.opened = opened
    const receive = attached.receive ?? (opened.receive && ((sample: Sample, port: string) => opened.receive!(sample, port)))
    if (run.inputs.size === 0 || !receive) return
    if (run.boundary) {
      // Taken back: the ports lead to the boundary that was there, and what waits is in it.
      run.boundary.start(receive)
      return
    }
    const { inFlight, unordered } = run.said
    run.boundary = new Boundary(run, {
      inFlight,
      unordered,
      limit: this.plan.settings?.queue ?? QUEUE_LIMIT,
      policy: policy ?? 'block',
      receive,
      block: () => this.pause(),
      progress: () => this.progressed(run.boundary!),
      stepped: !this.services.live,
    })
  }

  /** A queue that the user placed. */
  private enqueue(run: NodeRun, queue: NonNullable<Said['queue']>): void {
    run.boundary = new Boundary(run, {
      ...queue,
      inFlight: 64,
      queue: true,
      receive: (sample) => ({ emit: [['value', truthful(sample)]] }),
      block: () => this.pause(),
      progress: () => this.progressed(run.boundary!),
      stepped: !this.services.live,
      waits: this.services.exact === true,
    })
  }

  /** State, and what waited, from a checkpoint. */
  private restore(fresh: readonly NodeRun[], saved: SavedFlow, restored: Set<NodeRun>): void {
    for (const run of fresh) {
      const state = Object.hasOwn(saved, run.plan.id) ? saved[run.plan.id] : undefined
      if (!state) continue
      if (state.type !== run.plan.type) {
        this.discarded(run.plan.id, state.pending.length)
        continue
      }
      if (this.holds(run, state)) {
        restored.add(run)
        run.restoreState(state.keys)
        run.progress.maxTime = state.maxTime
        run.highest = state.reached ?? run.highest
      }
      const fit = state.pending.filter((w) => takes(run, w))
      for (const { sample, port } of fit) this.entries.get(`${run.plan.id}.${port}`)!(sample)
      this.discarded(run.plan.id, state.pending.length - fit.length)
    }
    for (const [id, { pending }] of Object.entries(saved)) if (!this.runs.has(id)) this.discarded(id, pending.length)
  }

  /** An earlier version may have kept it, in a form that the code of today does not know. */
  private holds(run: NodeRun, state: SavedNode): boolean {
    try {
      return holdsState(state, madeOf(run.plan), run.def)
    } catch (thrown) {
      this.log(run, 'warning', `It begins anew: its state from before cannot be read (${reasonOf(thrown)}).`)
      return false
    }
  }

  /** Runs what was there before a restart: nothing is written to a plant because of it. */
  again(act: () => void): void {
    this.replaying = true
    try {
      act()
    } finally {
      this.replaying = false
    }
  }

  /** Ends a node that has left the plan; what it could not finish in time goes to the one in its place, to an heir its state, too. */
  private async retire(run: NodeRun): Promise<void> {
    const { boundary } = run
    const successor = this.runs.get(run.plan.id)
    await this.comeToRest(run)
    await this.detach(run, successor === undefined)
    this.leaving.delete(run)
    // What opens changes its state until it is closed: only then it goes over.
    if (successor && this.heirs.delete(successor)) successor.restoreState(run.saveState())
    const rest = boundary?.take() ?? []
    const fit = successor?.plan.type === run.plan.type ? rest.filter((w) => takes(successor, w)) : []
    if (fit.length > 0) successor!.boundary!.put(fit)
    this.discarded(run.plan.id, rest.length - fit.length)
  }

  private discarded(node: string, count: number): void {
    if (count > 0) this.services.log(this.flow, node, 'warning', `${count} samples that waited in front of this node were discarded: what is in its place cannot take them.`)
  }

  /** What is under way may end in time; after that it counts as waiting. */
  private async comeToRest({ boundary }: NodeRun): Promise<void> {
    if (!boundary) return
    boundary.halt()
    let timer: NodeJS.Timeout | undefined
    await Promise.race([boundary.settled(), new Promise((go) => (timer = setTimeout(go, RETIRE_MS)))])
    clearTimeout(timer)
    boundary.giveUp()
  }

  /** Closes a node before what comes next has opened: its samples wait. */
  private async letGo(run: NodeRun, removed: boolean): Promise<void> {
    await this.comeToRest(run)
    await this.detach(run, removed)
  }

  private async takeBack(run: NodeRun): Promise<void> {
    try {
      const attached = await this.services.open(run, this)
      if (!attached) return
      this.attach(run, attached)
      if (this.paused.has(run)) attached.pause?.(true)
      attached.go()
    } catch (thrown) {
      const failure = run.note(issue('NODE_OPEN', {}, { reason: reasonOf(thrown) }))
      run.opened = { health: () => ({ state: 'error', text: failure.text, issue: failure }), close: async () => undefined }
    }
  }

  private async detach(run: NodeRun, removed: boolean): Promise<void> {
    const attached = this.attached.get(run)
    this.attached.delete(run)
    if (attached) await this.shut(run, attached, removed)
  }

  /** A node that does not close does not keep the others from it. */
  private async shut(run: NodeRun, attached: Attached, removed: boolean): Promise<void> {
    try {
      await attached.close(removed)
    } catch (thrown) {
      this.log(run, 'error', `It did not close: ${reasonOf(thrown)}`)
    }
  }

  // ---- wires --------------------------------------------------------------------------------------------------------

  /** Makes the calls from port to port, and who hears of whose event time. */
  private link(): void {
    this.entries.clear()
    const { idleS, maxTags } = this.plan.settings ?? {}
    for (const run of this.runs.values()) {
      run.maxKeys = maxTags ?? MAX_KEYS
      run.progress.idleMs = idleS === undefined ? IDLE_MS : idleS * 1000
      for (const name of run.inputs.keys()) this.entries.set(`${run.plan.id}.${name}`, this.entryOf(run, name))
    }
    this.wires = new Map()
    this.fedBy = new Map()
    this.upstream = new Map()
    for (const wire of this.plan.wires) {
      listIn(this.wires, formatEnd(wire.from)).push(wire)
      listIn(this.fedBy, formatEnd(wire.to)).push(wire.from)
      const nodes = this.upstream.get(wire.to.node)
      if (nodes) nodes.add(wire.from.node)
      else this.upstream.set(wire.to.node, new Set([wire.from.node]))
    }
    for (const run of this.runs.values()) for (const name of run.outputs.keys()) this.linkOutput(run, name)
    for (const run of this.leaving) for (const name of run.outputs.keys()) this.linkOutput(run, name)
    this.linkTime()
    this.linkCatchers()
    this.pause()
  }

  private linkOutput(run: NodeRun, name: string): void {
    // Of a node that leaves, what was under way goes where its successor's results go; its type may be another.
    const unsure = this.leaving.has(run)
    const targets = (this.wires.get(`${run.plan.id}.${name}`) ?? []).map(({ to, checked }) => {
      const enter = this.entries.get(formatEnd(to))!
      const target = this.runs.get(to.node)!
      return checked || unsure ? target.hop.checkedEntry(target, to.port, enter) : enter
    })
    const plain = run.hop.exit(run, name, targets)
    const exit = (run.exits[name] = this.services.visits?.exit(run, name, plain) ?? plain)
    // What a node without inputs emits by itself (a generator, a schedule) begins a stream, like what a source brings.
    run.ctx.emit[name] = this.begins(run) ? (sample) => this.inject(run, name, sample) : exit
  }

  private linkTime(): void {
    for (const run of [...this.runs.values(), ...this.leaving]) {
      run.origins = []
      run.progress.timed = []
      if (run.boundary) run.boundary.timed = []
      if (run.behind) run.behind.timed = []
    }
    const { idleS } = this.plan.settings ?? {}
    for (const inlet of this.inlets.values()) {
      inlet.timed = []
      inlet.idleMs = idleS === undefined ? IDLE_MS : idleS * 1000
    }
    // The plan is in topological order but for wires that lead back out of a node that delays: they say nothing of event time.
    const linked = new Set<NodeRun>()
    for (const node of this.plan.nodes) {
      const run = this.runs.get(node.id)!
      const origins = new Set<Origin>()
      const inlet = this.inlets.get(node.id)
      if (inlet) origins.add(inlet)
      for (const from of this.upstream.get(node.id) ?? []) {
        const source = this.runs.get(from)!
        if (!linked.has(source)) continue
        if (source.boundary) origins.add(source.boundary)
        else if (this.begins(source)) origins.add(source.progress)
        else if (source.behind) origins.add(source.behind)
        else for (const origin of source.origins) origins.add(origin)
      }
      run.origins = [...origins]
      linked.add(run)
      if (!run.def.tick && !run.boundary && !run.behind) continue
      for (const origin of origins) origin.timed.push(run)
    }
  }

  /** Nothing is wired into it: a source, a generator, a schedule. */
  private begins(run: NodeRun): boolean {
    return run.inputs.size === 0 || (!this.upstream.has(run.plan.id) && !this.inlets.has(run.plan.id) && !this.leaving.has(run))
  }

  private entryOf(run: NodeRun, name: string): Enter {
    const plain = this.plainEntry(run, name)
    const enter = this.services.visits?.entry(run, name, plain) ?? plain
    return !run.boundary && run.def.receive && run.def.delays === true ? run.looped(enter, run.inputs.get(name)!) : enter
  }

  private plainEntry(run: NodeRun, name: string): Enter {
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
    this.linkOutput(this.runs.get(node)!, port)
    return true
  }

  /** Outputs that feed an input. */
  feeders(node: string, port: string): readonly WireEnd[] {
    return this.fedBy.get(`${node}.${port}`) ?? []
  }

  // ---- samples in ---------------------------------------------------------------------------------------------------

  /** A source's sample, as if it came from outside. */
  inject(run: NodeRun, port: string, raw: Sample): void {
    const sample = this.sound(run, raw)
    if (this.feed === undefined) this.enter(run, port, sample)
    else this.fed(run, port, sample)
  }

  private fed(run: NodeRun, port: string, sample: Sample): void {
    const stood = this.stand()
    try {
      if (this.comesFromOutside(run)) this.feed?.(run, port, sample)
      this.enter(run, port, sample)
    } finally {
      if (stood) this.stopped = false
    }
  }

  /** Not what a generator or a schedule gives: that follows from its state and the time. */
  private comesFromOutside({ def }: NodeRun): boolean {
    return def.effects !== 'none' || def.hears === 'health' || (def.hears === 'failures' && this.outside)
  }

  private enter(run: NodeRun, port: string, sample: Sample): void {
    const { progress } = run
    progress.advance(sample.time)
    if (!this.services.live && this.services.exact !== true) progress.notice(this.steady())
    const exit = run.exits[port]
    if (!exit) run.note(`it has no output '${port}'`)
    else if ((this.injected++ & 63) === 0) this.timed(exit, sample)
    else exit(sample)
    if (progress.timed.length > 0) this.advanceTimed(progress)
  }

  private timed(exit: Enter, sample: Sample): void {
    const began = performance.now()
    exit(sample)
    this.loops[this.measured++ & 511] = performance.now() - began
  }

  private advanceTimed(progress: Progress): void {
    let steady: number | undefined
    for (const timed of progress.timed) if (timed.mayMove(progress.maxTime)) this.advanceMarks(timed, (steady ??= this.steady()))
  }

  /** A sample straight into an input (replay, examples). */
  injectInput(node: string, port: string, sample: Sample): void {
    const known = this.inlets.has(node)
    const inlet = this.inlet(node)
    if (!known) this.link()
    inlet.advance(sample.time)
    inlet.notice(this.steady())
    this.entries.get(`${node}.${port}`)?.(sample)
    this.advanceTimed(inlet)
  }

  /** An operator's act; the node has it, and the arguments fit. */
  act(run: NodeRun, act: string, tag: string | undefined, args: ActCall['args']): ActResult {
    const stood = this.stand()
    try {
      const result = run.act(act, tag, args)
      // What the node refused has moved nothing.
      // What the act gave may have been too much for a recording: it has ended.
      if (stood) this.witness?.act(run, act, tag, args)
      return result
    } finally {
      if (stood) this.stopped = false
    }
  }

  // What a boundary hands on: its node's work took time.

  /** A result is about to leave; `place` of those under way. Answers whether the clocks were stopped for it. */
  handing(run: NodeRun, sample: Sample, place: number): boolean {
    this.services.visits?.handing(run, sample)
    const stood = this.stand()
    if (stood && run.def.effects === 'none') this.witness!.result(run, place)
    return stood
  }
  handed(run: NodeRun, sample: Sample, stood: boolean): void {
    if (stood) this.stopped = false
    this.services.visits?.handed(run, sample)
  }
  /** A sample that a node with effects answers with: no replay can find it again. */
  answered(run: NodeRun, port: string, sample: Sample): void {
    if (run.def.effects !== 'none') this.feed?.(run, port, sample)
  }

  private inlet(node: string): Progress {
    let inlet = this.inlets.get(node)
    if (!inlet) this.inlets.set(node, (inlet = new Progress(this.steady())))
    return inlet
  }

  private advanceMarks(run: NodeRun, steady: number): void {
    if (run.marks.size > 0) run.fireMarks(steady)
    // An empty boundary hands event time on.
    if (run.boundary && run.boundary.pending === 0) this.progressed(run.boundary)
    if (run.behind?.advance(steady)) for (const timed of run.behind.timed) this.advanceMarks(timed, steady)
  }

  private progressed(boundary: Boundary): void {
    const steady = this.steady()
    for (const timed of boundary.timed) this.advanceMarks(timed, steady)
  }

  /**
   * NaN never counts as good; a clock that runs ahead is not believed. Reading the clock costs as much as several nodes:
   * a time that is fine by an earlier reading is fine.
   */
  sound(run: NodeRun, s: Sample): Sample {
    if (typeof s.value === 'number' && !Number.isFinite(s.value) && isGood(s.quality)) return this.sound(run, makeSample(s.tag, s.value, s.time, Quality.bad))
    if (!this.services.live) return s
    if (Number.isFinite(s.time) && s.time - this.clock <= MAX_AHEAD_MS) return s
    const now = (this.clock = this.services.now())
    if (Number.isFinite(s.time) && s.time - now <= MAX_AHEAD_MS) return s
    run.note(issue('SAMPLE_AHEAD', {}, { aheadMs: Math.round((s.time - now) / 1000) * 1000 }))
    return makeSample(s.tag, s.value, now, isGood(s.quality) ? Quality.uncertain : s.quality)
  }

  // ---- back-pressure ------------------------------------------------------------------------------------------------

  /** Pauses the sources behind full queues, and lets those go on that no full queue is behind any more. */
  private pause(): void {
    if (this.cutting) return
    const wait = this.sourcesOf([...this.runs.values()].filter((run) => run.boundary?.blocked))
    const before = this.paused
    this.paused = wait
    const tell = (run: NodeRun, full: boolean): void => {
      if (run.def.queue) run.boundary?.hold(full)
      else this.attached.get(run)?.pause?.(full)
    }
    // First those that must wait: a queue that goes on may fill what is behind it at once.
    for (const source of wait) if (!before.has(source)) tell(source, true)
    for (const source of before) if (!wait.has(source) && !this.paused.has(source)) tell(source, false)
  }

  private sourcesOf(full: readonly NodeRun[]): Set<NodeRun> {
    const found = new Set<NodeRun>()
    for (const { plan } of full) {
      // A queue that the user placed takes the pressure until it is full itself.
      for (const id of this.before(plan.id, (from) => this.runs.get(from)?.def.queue !== undefined)) {
        const run = this.runs.get(id)
        if (!run || (run.inputs.size > 0 && !run.def.queue)) continue
        // In a loop of both, one would wait for the other for ever.
        if (!run.def.queue || !this.before(id).has(plan.id)) found.add(run)
      }
    }
    return found
  }

  /** The nodes in front of a node, of those that `ends` names the nearest. */
  private before(node: string, ends: (node: string) => boolean = () => false): Set<string> {
    const seen = new Set<string>()
    const todo = [node]
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      for (const from of this.upstream.get(id) ?? []) {
        if (seen.has(from)) continue
        seen.add(from)
        if (!ends(from)) todo.push(from)
      }
    }
    return seen
  }

  // ---- what nodes hear of others ----------------------------------------------------------------------------------------

  private catchers: NodeRun[] = []
  /** They and the nodes behind any of them: what fails there is not caught again, or two could go on for ever. */
  private readonly handlers = new Set<string>()
  private told = new WeakMap<NodeRun, string>()

  failed(run: NodeRun, failure: Issue, sample: Sample | null, port: string): void {
    const { id, title } = run.plan
    if (this.catchers.length === 0 || this.handlers.has(id)) return
    const outer = this.outside
    this.outside = run.def.effects !== 'none'
    for (const catcher of this.catchers) catcher.hear({ what: 'failure', node: id, title, issue: failure, sample, port })
    this.outside = outer
  }

  /** Changes of health; called about once a second. */
  private tellHealth(): void {
    const listeners = [...this.runs.values()].filter((run) => run.def.hears === 'health')
    if (listeners.length === 0) return
    for (const run of this.runs.values()) {
      const health = run.health()
      if (!health) continue
      const now = `${health.state} ${health.text}`
      if (this.told.get(run) === now) continue
      this.told.set(run, now)
      for (const listener of listeners) listener.hear({ what: 'health', node: run.plan.id, title: run.plan.title, health })
    }
  }

  private linkCatchers(): void {
    const next = new Map<string, string[]>()
    for (const [to, froms] of this.upstream) for (const from of froms) listIn(next, from).push(to)
    this.catchers = [...this.runs.values()].filter((run) => run.def.hears === 'failures')
    this.handlers.clear()
    const todo = this.catchers.map((run) => run.plan.id)
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      if (this.handlers.has(id)) continue
      this.handlers.add(id)
      todo.push(...(next.get(id) ?? []))
    }
  }

  // ---- time ---------------------------------------------------------------------------------------------------------

  wake(key: Key, time: number): void {
    this.timers.set(key, time)
    if (this.services.live && !this.closed) this.schedule()
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
        if (this.services.measured) this.services.measured(() => this.fireTimers(this.services.now()))
        else this.fireTimers(this.services.now())
        this.schedule()
      },
      Math.min(Math.max(0, next - this.services.now()), 0x7fffffff),
    )
  }

  /** Fires what is due; `at` tells a replay's clock each time before its timers fire. */
  fireTimers(until: number, at?: (time: number) => void): void {
    if (!(this.timers.next <= until)) return
    const stood = this.stand(until)
    try {
      if (stood) this.witness!.timers()
      this.fireDue(until, at)
    } finally {
      if (stood) this.stopped = false
    }
  }

  private fireDue(until: number, at?: (time: number) => void): void {
    for (let due = this.timers.take(until); due; due = this.timers.take(until)) {
      const key = due.item
      key.wakeNow = Number.POSITIVE_INFINITY
      at?.(due.time)
      key.run.tick(key, 'now')
    }
  }

  /** Lets silent sources' event time go on; called about once a second, and by a replay at each step. */
  advanceIdle(now: number): void {
    this.clock = now
    if (this.services.live && this.timers.next <= now) {
      // The clock was set forward: what waits for a time that has come does not wait for as long as it would have.
      this.fireTimers(now)
      this.timeoutAt = Number.POSITIVE_INFINITY
      this.schedule()
    }
    const stood = this.stand(now)
    try {
      if (stood) this.witness!.silence()
      const steady = this.steady()
      this.noticeAll(steady)
      for (const { id } of this.plan.nodes) this.advanceMarks(this.runs.get(id)!, steady)
      // A recording has what was heard of it.
      if (this.services.exact !== true) this.tellHealth()
    } finally {
      if (stood) this.stopped = false
    }
  }

  private noticeAll(steady: number): void {
    for (const run of this.runs.values()) run.progress.notice(steady)
  }

  /** All that a replay begins with, between two samples. */
  standing(): Standing {
    const steady = this.steady()
    this.noticeAll(steady)
    const place = ({ run, tag }: Key): KeyPlace => [run.plan.id, tag]
    return {
      nodes: this.save(),
      steady,
      eventTimes: Object.fromEntries([...this.runs].map(([id, { highest, behind, boundary }]) => [id, [highest, behind?.reached ?? Number.NEGATIVE_INFINITY, boundary?.reached ?? Number.NEGATIVE_INFINITY]])),
      arrivals: Object.fromEntries([...this.runs].map(([id, run]) => [id, run.progress.lastArrival])),
      ties: [...this.timers.ties().map(place), ...[...this.runs.values()].flatMap((run) => run.marks.ties().map(place))],
    }
  }
  /** What the nodes' own states do not say; in a deploy with those. */
  goOnFrom({ steady, arrivals, ties, eventTimes }: Standing): void {
    const shift = this.steady() - steady
    for (const [id, at] of Object.entries(arrivals)) {
      const progress = this.runs.get(id)?.progress
      if (progress) progress.lastArrival = at + shift
    }
    // Another plan works them out anew.
    if (this.services.exact === true) {
      for (const [id, [highest, behind, boundary]] of Object.entries(eventTimes)) {
        const run = this.runs.get(id)
        if (!run) continue
        run.highest = highest
        if (run.behind) run.behind.reached = behind
        if (run.boundary) run.boundary.reached = boundary
      }
    }
    const keys = ties.flatMap(([node, tag]) => this.runs.get(node)?.keys.get(tag) ?? [])
    this.timers.reorder(keys)
    for (const run of this.runs.values()) run.marks.reorder(keys.filter((key) => key.run === run))
  }
  /** Nothing waits in a node without effects: what is under way there is no part of a state. */
  get rests(): boolean {
    for (const { def, boundary } of this.runs.values()) if (boundary && def.effects === 'none' && boundary.pending > 0) return false
    return true
  }

  /**
   * The end of a recording: in the order of the nodes windows close, and timers go on where they let go what is held. `at` tells
   * the recording's clock. Waits for what is under way.
   */
  async flush(at: (time: number) => void): Promise<void> {
    for (const node of this.plan.nodes) {
      await this.idle()
      const run = this.runs.get(node.id)!
      run.fireMarks(this.steady(), Number.POSITIVE_INFINITY)
      this.release(run, at)
    }
    await this.idle()
  }

  /** Fires the timers of a node whose timers let go what it holds. */
  private release(run: NodeRun, at: (time: number) => void): void {
    // What a loop lets go comes back to it, for ever.
    if (run.def.drains?.(run.plan.config) !== true || this.before(run.plan.id).has(run.plan.id)) return
    const due = new Timers<Key>()
    for (const key of run.keys.values()) due.set(key, key.wakeNow)
    for (let next = due.take(Number.POSITIVE_INFINITY); next; next = due.take(Number.POSITIVE_INFINITY)) {
      const key = next.item
      this.timers.set(key, Number.POSITIVE_INFINITY)
      key.wakeNow = Number.POSITIVE_INFINITY
      at(next.time)
      run.tick(key, 'now')
      due.set(key, key.wakeNow)
    }
  }

  /** Resolves once no sample waits anywhere. In a replay, results are handed on in the order of the nodes. */
  async idle(): Promise<void> {
    for (;;) {
      const busy = [...this.runs.values()].flatMap(({ boundary }) => (boundary && boundary.pending > 0 ? [boundary] : []))
      if (busy.length === 0) return
      await Promise.all(busy.map((boundary) => (this.services.live ? boundary.idle() : boundary.settled())))
      if (!this.services.live) for (const boundary of busy) boundary.handOn()
    }
  }

  meter(now: number): void {
    for (const run of this.runs.values()) {
      for (const port of run.inputs.values()) port.meter.read(port.count, now)
      for (const port of run.outputs.values()) port.meter.read(port.count, now)
    }
  }

  // ---- state --------------------------------------------------------------------------------------------------------

  /**
   * Changes since it was last asked, as state items: of each node its own record under 'node', the event time that it has
   * come to under 'reached' and each tag's state under `key:<tag>`. `whole`: everything, for a checkpoint that begins anew. Asking is taking.
   */
  takeChanges(whole: boolean): Pick<Checkpoint, 'drop' | 'put'> {
    const { flow } = this
    // What an earlier engine left of this flow is taken up by now, or past.
    const drop: StateScope[] = this.savedOnce || whole ? [] : [{ flow }]
    this.savedOnce = true
    const put: StateItem[] = []
    for (const [node, run] of this.savedNodes) {
      if (this.runs.get(node) !== run) drop.push({ flow, node })
    }
    const saved = new Map<string, NodeRun>()
    for (const [node, run] of this.runs) {
      const record = this.recordOf(run)
      const keeps = run.def.state !== undefined || run.def.tick !== undefined
      const known = !whole && this.savedNodes.get(node) === run
      const heirOf = this.heirs.get(run)
      const changes = keeps ? (heirOf ?? run).takeChanges(whole || (heirOf !== undefined && !known)) : undefined
      if (changes?.whole === true && known) drop.push({ flow, node })
      for (const tag of changes?.forgotten ?? []) drop.push({ flow, node, item: `key:${tag}` })
      for (const key of changes?.keys ?? []) put.push({ flow, node, item: `key:${key.tag}`, value: key })
      if (changes && run.highest !== Number.NEGATIVE_INFINITY && run.def.tick) put.push({ flow, node, item: 'reached', value: run.highest })
      const light = record.pending.length === 0 && record.maxTime === Number.NEGATIVE_INFINITY
      if (!keeps && light) {
        if (known) drop.push({ flow, node })
        continue
      }
      saved.set(node, run)
      if (!known || changes?.whole === true || record.pending.length > 0 || run.savedPending > 0 || record.maxTime !== run.savedMaxTime) put.push({ flow, node, item: 'node', value: record })
      run.savedPending = record.pending.length
      run.savedMaxTime = record.maxTime
    }
    this.savedNodes = saved
    return { drop, put }
  }

  private recordOf(run: NodeRun): Omit<SavedNode, 'keys'> {
    const { id, type, config } = run.plan
    const ending = [...this.leaving].filter((one) => one.plan.id === id).flatMap((one) => one.boundary?.unfinished() ?? [])
    // A command is never sent late.
    const pending = run.def.envelope === undefined ? [...ending, ...(run.boundary?.unfinished() ?? [])] : []
    const maxTime = Math.max(run.progress.maxTime, this.inlets.get(id)?.maxTime ?? Number.NEGATIVE_INFINITY)
    return { type, config, inputs: run.plan.ports.inputs, pending, maxTime }
  }

  /** Everything as it is now. */
  save(): SavedFlow {
    const out: Record<string, SavedNode> = {}
    for (const [id, run] of this.runs) {
      const keys = run.def.state || run.def.tick ? (this.heirs.get(run) ?? run).saveState() : []
      const record = this.recordOf(run)
      if (keys.length > 0 || record.pending.length > 0 || record.maxTime !== Number.NEGATIVE_INFINITY) out[id] = { ...record, keys, ...(run.def.tick && run.highest !== Number.NEGATIVE_INFINITY ? { reached: run.highest } : {}) }
    }
    return out
  }

  /** Issues that a view should show: recent ones, and faults of the node's own accounting. */
  issuesOf(run: NodeRun, now: number): Issue[] {
    const recent = [...run.issues.values()].filter((i) => now - i.time < 30_000).map((i) => i.issue)
    const place = { flow: this.flow, node: run.plan.id }
    const off = run.imbalance()
    return [...recent, ...(run.lost > 0 ? [issue('NO_OUTCOME', place, { count: run.lost })] : []), ...(off === 0 ? [] : [issue('LEDGER', place, { count: Math.abs(off) })])]
  }

  /** What is under way then is nobody's. */
  async close(): Promise<void> {
    this.closed = true
    clearTimeout(this.timeout)
    for (const { boundary } of this.runs.values()) {
      boundary?.halt()
      boundary?.giveUp()
    }
    for (const run of this.runs.values()) await this.detach(run, false)
    this.runs.clear()
  }
}

const madeOf = ({ config, ports }: PlanNode): Made => ({ config, inputs: ports.inputs })

/** Whether what waited for another node in this place can wait for this one. */
function takes(run: NodeRun, { sample, port }: Waiting): boolean {
  const { inputs } = run.plan.ports
  return run.boundary !== undefined && Object.hasOwn(inputs, port) && hasKind(sample.value, inputs[port]!.kind)
}

function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  let list = lists.get(key)
  if (!list) lists.set(key, (list = []))
  return list
}
