// One node of a running flow: its ports, its ledger, its state per tag, and the context that its code sees. Hot path:
// a hop is one closure call; nothing is allocated by the engine. The closures are made again when the wires change.
// Longer than 300 lines: node, context and event time read each other's fields on every sample.
import { issue, reasonOf, sample as makeSample, type ActCall, type ActResult, type AlarmChange, type AnyNode, type Context, type Health, type Heard, type Issue, type IssueLevel, type Opened, type QueuePolicy, type Sample } from '#kit'
import type { Ledger } from '#format'
import type { PlanNode } from './contract.ts'
import type { Boundary } from './boundary.ts'
import { takeHop, type Hop } from './hops.ts'
import { Timers } from './timers.ts'

export type Enter = (sample: Sample) => void

/** What a node needs of the flow that it runs in. */
export interface Surroundings {
  readonly flow: string
  /** What is under way was taken up again after a restart: nothing is written to a plant because of it. */
  replaying: boolean
  now(): number
  /** ms since any moment; never steps, however the gateway's clock is set. Silence is measured by it. In a replay the recording's time. */
  steady(): number
  /** `time` on the gateway's clock; not finite: cancelled. */
  wake(key: Key, time: number): void
  alarm(run: NodeRun, tag: string, change: AlarmChange): void
  log(run: NodeRun, level: IssueLevel, text: string, sample?: Sample): void
  /** A sample failed; null: a timer did. */
  failed(run: NodeRun, failure: Issue, sample: Sample | null, port: string): void
  /** Before and after a boundary hands on what came of this sample. */
  handing(run: NodeRun, sample: Sample, place: number): boolean
  handed(run: NodeRun, sample: Sample, stood: boolean): void
  answered(run: NodeRun, port: string, sample: Sample): void
}

export interface Key {
  readonly run: NodeRun
  readonly tag: string
  state: unknown
  /** Due times on the two clocks; Infinity: none. */
  wakeNow: number
  wakeMark: number
  /** Touched since the last checkpoint. */
  dirty: boolean
}

/** Samples a second, from a count that is read about once a second. */
export class Meter {
  rate = 0
  private count = 0
  private time = 0
  read(count: number, now: number): void {
    const s = (now - this.time) / 1000
    if (this.time > 0 && s > 0) this.rate = (count - this.count) / s
    this.count = count
    this.time = now
  }
}

export class InPort {
  readonly name: string
  count = 0
  readonly meter = new Meter()
  constructor(name: string) {
    this.name = name
  }
}

export class OutPort {
  readonly name: string
  count = 0
  readonly meter = new Meter()
  /**
   * The last sample: of a number its parts, in place. Holding on to each sample would make it outlive the garbage
   * collector's nursery, and keep V8 from never making it at all where the hops are one piece of machine code.
   */
  tag = ''
  readonly parts = new Float64Array(3)
  other: Sample | null = null
  /** Set while a view has pinned this port. */
  tap: Enter | undefined
  constructor(name: string) {
    this.name = name
  }
  get last(): Sample | null {
    if (this.other !== null || this.count === 0) return this.other
    const [value, time, quality] = this.parts
    return makeSample(this.tag, value!, time!, quality!)
  }
}

/** What a node's code says of a config. It may throw: a deploy asks before it touches anything. */
export interface Said {
  readonly key: ((sample: Sample) => string) | undefined
  readonly complete: ((watermark: number) => number) | undefined
  readonly queue: { readonly limit: number; readonly policy: QueuePolicy } | undefined
  readonly inFlight: number
  readonly unordered: boolean
}
export function ask({ key, complete, queue, inFlight, ordered }: AnyNode, config: unknown): Said {
  return {
    key: key?.(config),
    complete: complete?.(config),
    queue: queue?.(config),
    inFlight: (typeof inFlight === 'function' ? inFlight(config) : inFlight) ?? 1,
    unordered: ordered?.(config) === false,
  }
}

/** Tags that one node keeps state for, unless the flow says otherwise. */
export const MAX_KEYS = 100_000
/** The key before the first sample: no source names a tag so. */
const NO_TAG = '\0'
/** Lines that one node may log a second. */
const MAX_LINES = 10
// Outcome bits of the sample under way. An explicit outcome wins over emissions on behalf of earlier samples.
const EMITTED = 1
const EXPLICIT = 2
const FAILED = 4
const FORGET = 8

export class NodeRun {
  readonly def: AnyNode
  plan: PlanNode
  readonly around: Surroundings
  readonly inputs = new Map<string, InPort>()
  readonly outputs = new Map<string, OutPort>()
  readonly ctx: RunContext
  readonly keys = new Map<string, Key>()
  readonly marks = new Timers<Key>()
  key: Key
  outcome = 0
  ticking = false
  private receiving = false
  /** In a loop: what came back while it was ticking. */
  private readonly returned: { readonly enter: Enter; readonly sample: Sample }[] = []
  /** The watermark while its timers fire. */
  reached: number | undefined
  passed = 0
  held = 0
  failed = 0
  /** Returns without an outcome: a fault of the node's code, shown as such. */
  lost = 0
  /** Of a source: dropped before they entered the flow. */
  private refused = 0
  readonly dropped = new Map<string, number>()
  /** Recent issues by code and text, with the time they were last seen. */
  readonly issues = new Map<string, { issue: Issue; time: number; count: number }>()
  private lines = { since: Number.NEGATIVE_INFINITY, count: 0 }
  /** Event time that it has come to; it never goes back. */
  highest = Number.NEGATIVE_INFINITY
  /** Whether anything can be due, or move on, once a source has come to this time. Cheaper than reading the clock. */
  mayMove(time: number): boolean {
    if (this.boundary !== undefined || (this.behind !== undefined && this.behind.timed.length > 0)) return true
    const { next } = this.marks
    return next <= time || next <= this.highest
  }
  /** Event time: the sources and boundaries whose samples reach this node first-hand. */
  origins: readonly Origin[] = []
  /** Of a source: how far its samples have come. */
  readonly progress: Progress
  boundary: Boundary | undefined
  behind: Behind | undefined
  opened: Opened | undefined
  said: Said
  readonly keyed: boolean
  /** Where state is not kept by tag. */
  keyOf: ((sample: Sample) => string) | undefined
  /** Sends out of a port; `ctx.emit` is the same but for nodes that begin a stream. */
  exits: Record<string, Enter> = {}
  /** Of the sample that failed last. */
  failure: Issue | undefined
  maxKeys = MAX_KEYS
  readonly hop: Hop = takeHop()
  /** No key may be left out of the next checkpoint: the node is new to it. */
  private whole = true
  private readonly dirty: Key[] = []
  private readonly forgotten: string[] = []
  private savedAt = 0
  /** Of its record in the last checkpoint. */
  savedPending = 0
  savedMaxTime = Number.NEGATIVE_INFINITY
  private ticks = 0

  constructor(plan: PlanNode, def: AnyNode, around: Surroundings) {
    this.plan = plan
    this.def = def
    this.around = around
    for (const name of Object.keys(plan.ports.inputs)) this.inputs.set(name, new InPort(name))
    for (const name of Object.keys(plan.ports.outputs)) this.outputs.set(name, new OutPort(name))
    this.keyed = def.scope !== 'node' && (def.state !== undefined || def.tick !== undefined)
    this.said = ask(def, plan.config)
    this.ctx = new RunContext(this)
    this.key = this.newKey(this.keyed ? NO_TAG : '')
    if (!this.keyed) this.keys.set('', this.key)
    this.ctx.state = this.key.state
    this.progress = new Progress(around.steady())
    this.look()
  }

  /** What follows from the config alone. */
  private look(): void {
    const { key, complete } = this.said
    this.keyOf = key
    this.behind = complete && new Behind(this, complete)
  }

  private newKey(tag: string): Key {
    return { run: this, tag, state: this.def.state?.(this.plan.config), wakeNow: Number.POSITIVE_INFINITY, wakeMark: Number.POSITIVE_INFINITY, dirty: false }
  }

  /** Goes on under another config: state, clocks and counts stay. Its inputs have the same names. */
  reconfigure(plan: PlanNode, said: Said): void {
    this.plan = plan
    this.said = said
    this.ctx.config = plan.config
    for (const name of this.outputs.keys()) if (!Object.hasOwn(plan.ports.outputs, name)) this.outputs.delete(name)
    for (const name of Object.keys(plan.ports.outputs)) if (!this.outputs.has(name)) this.outputs.set(name, new OutPort(name))
    this.ctx.emit = {}
    this.exits = {}
    this.whole = true
    this.look()
  }

  /** Brings a tag's state into the context. False: there are too many tags, and the sample has failed. */
  select(tag: string): boolean {
    this.key.state = this.ctx.state
    let key = this.keys.get(tag)
    if (key === undefined) {
      if (this.keys.size >= this.maxKeys) {
        this.fail(issue('NODE_KEYS', {}, { limit: this.maxKeys }))
        return false
      }
      key = this.newKey(tag)
      this.keys.set(tag, key)
    }
    if (!key.dirty && !this.whole) {
      key.dirty = true
      this.dirty.push(key)
    }
    this.key = key
    this.ctx.state = key.state
    return true
  }

  /** After the call in which it was asked for. */
  private forgetNow(): void {
    this.outcome &= ~FORGET
    const { key } = this
    if (!this.keyed || this.keys.get(key.tag) !== key) return
    this.keys.delete(key.tag)
    if (!this.whole) this.forgotten.push(key.tag)
    this.around.wake(key, Number.POSITIVE_INFINITY)
    this.marks.set(key, Number.POSITIVE_INFINITY)
    this.park()
  }

  /** No key is under way: the next sample selects its own. */
  private park(): void {
    this.key.state = this.ctx.state
    this.key = this.newKey(NO_TAG)
    this.ctx.state = this.key.state
  }

  forget(): void {
    this.outcome |= FORGET
  }

  hold(): void {
    if (this.ticking) return
    this.held++
    this.outcome |= EXPLICIT
  }

  drop(reason: string): void {
    this.outcome |= EXPLICIT
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + 1)
    if (this.ticking) this.held--
  }

  done(): void {
    this.outcome |= EXPLICIT
    this.passed++
  }

  /** A sample of this source did not even enter the flow. */
  refuse(reason: string): void {
    this.refused++
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + 1)
  }

  fail(what: Issue | string): void {
    this.outcome |= EXPLICIT | FAILED
    this.failed++
    if (this.ticking) this.held--
    this.failure = this.note(what)
    if (this.ticking) this.around.failed(this, this.failure, null, '')
  }

  /** Remembers and logs an issue that concerns no sample. The same one is logged once a second at most, all of them a few times. */
  note(what: Issue | string): Issue {
    const found: Issue = { ...(typeof what === 'string' ? issue('NODE_FAILED', {}, { reason: what }) : what), flow: this.around.flow, node: this.plan.id }
    const now = this.around.now()
    const key = `${found.code} ${found.text}`
    const known = this.issues.get(key)
    const repeated = known !== undefined && now - known.time < 1000
    if (known) known.count++
    else if (this.issues.size >= 50) this.issues.delete(this.issues.keys().next().value!)
    if (repeated) return found
    this.issues.set(key, { issue: found, time: now, count: known?.count ?? 1 })
    if (!(now - this.lines.since < 1000)) this.lines = { since: now, count: 0 }
    if (this.lines.count++ < MAX_LINES) this.around.log(this, found.level, `${found.text} ${found.remedy}`)
    return found
  }

  tick(key: Key, due: 'now' | 'watermark'): void {
    if (this.keyed && key !== this.key) this.select(key.tag)
    this.ctx.due = due
    this.aside(() => this.def.tick?.(this.ctx))
  }

  /** A call that no sample brought. */
  private aside(call: () => void): void {
    this.ticks++
    this.ticking = true
    this.outcome = 0
    try {
      call()
    } catch (thrown) {
      this.around.failed(this, this.note(reasonOf(thrown)), null, '')
    } finally {
      this.endAside()
    }
  }

  private endAside(): void {
    this.ticking = false
    if (this.outcome & FORGET) this.forgetNow()
    for (const { enter, sample } of this.returned.splice(0)) enter(sample)
  }

  /** The entry of a node that wires may lead back to: what comes back while it sends waits until it is done. */
  looped(enter: Enter, port: InPort): Enter {
    const looped: Enter = (sample) => {
      if (this.ticking) {
        this.returned.push({ enter: looped, sample })
      } else if (this.receiving) {
        // It could not keep what it was given before, and this is it again: no end to it.
        const outer = this.outcome
        this.outcome = 0
        port.count++
        this.fail('It came back in a loop to a node that had no room for it.')
        this.conclude(sample, port.name)
        this.outcome = outer
      } else {
        this.receiving = true
        enter(sample)
        this.receiving = false
      }
    }
    return looped
  }

  /** What it says of itself; undefined: it is not open. */
  health(): Health | undefined {
    try {
      return this.opened?.health()
    } catch (thrown) {
      const text = reasonOf(thrown)
      return { state: 'error', text, issue: issue('NODE_FAILED', {}, { reason: text }) }
    }
  }

  /** Once, where it begins anew. */
  begin(): void {
    if (this.def.start) this.aside(() => this.def.start!(this.ctx))
  }

  hear(heard: Heard): void {
    this.aside(() => this.def.hear?.(heard, this.ctx))
  }

  /** How a sample ended whose outcome is not plainly 'emitted'. */
  conclude(sample: Sample, port: string): void {
    if (this.outcome & FORGET) this.forgetNow()
    if (this.outcome === EMITTED) this.passed++
    else if (this.outcome === 0) this.lost++
    else if (this.outcome & FAILED) this.around.failed(this, this.failure!, sample, port)
  }

  /** Event time that is complete at this node: it never goes back. Origins that never spoke and are idle do not hold it back. */
  watermark(steady: number): number {
    let least = Number.POSITIVE_INFINITY
    for (const origin of this.origins) {
      const mark = origin.mark(steady)
      if (mark < least) least = mark
    }
    if (least > this.highest && least !== Number.POSITIVE_INFINITY) this.highest = least
    return this.highest
  }

  /** Fires the watermark timers that are due. At the end of a recording the watermark is +Infinity. */
  fireMarks(steady: number, watermark = this.watermark(steady)): void {
    for (let due = this.marks.take(watermark); due; due = this.marks.take(watermark)) {
      const key = due.item
      key.wakeMark = Number.POSITIVE_INFINITY
      this.reached = watermark
      this.tick(key, 'watermark')
      this.reached = undefined
    }
  }

  ledger(): Ledger {
    let into = this.refused
    for (const port of this.inputs.values()) into += port.count
    return { in: into, passed: this.passed, held: this.held, failed: this.failed, queued: this.boundary?.pending ?? 0, dropped: Object.fromEntries(this.dropped) }
  }

  /** Samples that came in and are counted nowhere; below 0, that are counted twice. 0 unless code is at fault. */
  imbalance(): number {
    const { in: into, passed, held, failed, queued, dropped } = this.ledger()
    return into - this.lost - passed - held - failed - queued - Object.values(dropped).reduce((a, b) => a + b, 0)
  }

  /** Plain data of every tag. */
  saveState(): SavedKey[] {
    this.key.state = this.ctx.state
    return [...this.keys.values()].map(plain)
  }

  /**
   * What changed since it was last asked: of every tag when the node is new to the checkpoint (`whole`). Undefined:
   * nothing. Asking is taking: the next one begins from here.
   */
  takeChanges(whole: boolean): { readonly whole: boolean; readonly keys: readonly SavedKey[]; readonly forgotten: readonly string[] } | undefined {
    const all = whole || this.whole
    this.whole = false
    const forgotten = this.forgotten.splice(0).filter((tag) => !this.keys.has(tag))
    for (const key of this.dirty) key.dirty = false
    const dirty = this.dirty.splice(0)
    if (this.keyed) this.park()
    else this.key.state = this.ctx.state
    if (all) return { whole: true, keys: [...this.keys.values()].map(plain), forgotten: [] }
    if (this.keyed) {
      const keys = dirty.filter((key) => this.keys.get(key.tag) === key).map(plain)
      return keys.length + forgotten.length === 0 ? undefined : { whole: false, keys, forgotten }
    }
    let count = this.ticks
    for (const port of this.inputs.values()) count += port.count
    // What is under way changes the state of a node that opens when it ends.
    count -= this.boundary?.pending ?? 0
    if (count === this.savedAt) return undefined
    this.savedAt = count
    return { whole: false, keys: [...this.keys.values()].map(plain), forgotten: [] }
  }

  restoreState(saved: readonly SavedKey[]): void {
    this.whole = true
    this.keys.clear()
    for (const s of saved) {
      const key: Key = { ...s, run: this, dirty: false }
      this.keys.set(s.tag, key)
      this.around.wake(key, key.wakeNow)
      this.marks.set(key, key.wakeMark)
    }
    this.key = this.keyed ? this.newKey(NO_TAG) : (this.keys.get('') ?? this.newKey(''))
    if (!this.keyed) this.keys.set('', this.key)
    this.ctx.state = this.key.state
  }

  /** Runs an operator's act for one tag or every tag; `args` fit the act's schema. Answers what holds now, where the act tells. */
  act(name: string, tag: string | undefined, args: ActCall['args'] = {}): ActResult {
    const act = this.def.acts?.[name]
    const call: ActCall = { tag, args }
    if (!act) throw new Error(`'${this.def.type}' has no act '${name}'`)
    let result: ActResult = null
    for (const key of this.keys.values()) {
      if (tag !== undefined && this.keyed && key.tag !== tag) continue
      if (key !== this.key) this.select(key.tag)
      this.ticks++
      this.ticking = true
      this.outcome = 0
      try {
        result = act(this.ctx, call) ?? result
      } finally {
        this.endAside()
      }
    }
    return result
  }
}

const plain = ({ tag, state, wakeNow, wakeMark }: Key): SavedKey => ({ tag, state, wakeNow, wakeMark })

/** A source that is silent for longer no longer holds event time back, ms, unless the flow says otherwise. */
export const IDLE_MS = 10_000

/** What event time hangs on: a source, or a boundary that samples wait in. */
export interface Origin {
  /** Event time reached; +Infinity: has no say. */
  mark(steady: number): number
  /** The ticking nodes that hear of its progress. */
  timed: NodeRun[]
}

/** A source's event time: that of its latest sample, going on as time goes on once it is silent. */
export class Progress implements Origin {
  timed: NodeRun[] = []
  idleMs = IDLE_MS
  maxTime = Number.NEGATIVE_INFINITY
  lastArrival: number
  private arrived = false
  constructor(steady: number) {
    this.lastArrival = steady
  }
  advance(time: number): void {
    if (time > this.maxTime) this.maxTime = time
    this.arrived = true
  }
  /** Puts down when samples came. Called every second at least: reading the clock for each sample would cost more than a node. */
  notice(steady: number): void {
    if (!this.arrived) return
    this.arrived = false
    this.lastArrival = steady
  }
  mark(steady: number): number {
    this.notice(steady)
    const silent = steady - this.lastArrival - this.idleMs
    if (this.maxTime === Number.NEGATIVE_INFINITY) return silent > 0 ? Number.POSITIVE_INFINITY : this.maxTime
    return silent > 0 ? this.maxTime + silent : this.maxTime
  }
}

/** Event time behind a node that emits older times than it has reached: it moves on once what was due has left. */
export class Behind implements Origin {
  timed: NodeRun[] = []
  reached = Number.NEGATIVE_INFINITY
  private readonly run: NodeRun
  private readonly complete: (watermark: number) => number

  constructor(run: NodeRun, complete: (watermark: number) => number) {
    this.run = run
    this.complete = complete
  }
  /** After its timers have fired. Whether it moved. */
  advance(steady: number): boolean {
    const watermark = this.run.watermark(steady)
    try {
      const reached = Number.isFinite(watermark) ? this.complete(watermark) : watermark
      if (!(reached > this.reached)) return false
      this.reached = reached
      return true
    } catch (thrown) {
      this.run.note(reasonOf(thrown))
      return false
    }
  }
  mark(steady: number): number {
    // Where nobody waits to hear of it, it is looked up when it is asked for, unless something has yet to leave.
    if (this.timed.length === 0 && this.run.marks.next > this.run.watermark(steady)) this.advance(steady)
    return this.reached
  }
}

/** Plain data. */
export type SavedKey = Omit<Key, 'run' | 'dirty'>

export class RunContext implements Context {
  config: unknown
  state: unknown = undefined
  due: 'now' | 'watermark' = 'now'
  emit: Record<string, Enter> = {}
  private readonly run: NodeRun

  constructor(run: NodeRun) {
    this.run = run
    this.config = run.plan.config
  }
  get tag(): string {
    return this.run.key.tag
  }
  get now(): number {
    return this.run.around.now()
  }
  get watermark(): number {
    return this.run.reached ?? this.run.watermark(this.run.around.steady())
  }
  hold(): void {
    this.run.hold()
  }
  drop(reason: string): void {
    this.run.drop(reason)
  }
  fail(what: Issue | string): void {
    this.run.fail(what)
  }
  done(): void {
    this.run.done()
  }
  wakeAt(time: number): void {
    const { run } = this
    if (run.key.wakeNow === time) return
    run.key.wakeNow = time
    run.around.wake(run.key, time)
  }
  wakeAtWatermark(time: number): void {
    const { run } = this
    if (run.key.wakeMark === time) return
    run.key.wakeMark = time
    run.marks.set(run.key, time)
  }
  forget(): void {
    this.run.forget()
  }
  alarm(change: AlarmChange, tag: string = this.tag): void {
    this.run.around.alarm(this.run, tag, change)
  }
  log(level: IssueLevel, text: string, sample?: Sample): void {
    this.run.around.log(this.run, level, text, sample)
  }
}
