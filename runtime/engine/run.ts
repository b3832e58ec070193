// One node of a running flow: its ports, its ledger, its state per tag, and the context that its code sees. Hot path:
// a hop is one closure call; nothing is allocated by the engine. The closures are made again when the wires change.
// Longer than 300 lines: node, context and event time read each other's fields on every sample.
import { issue, reasonOf, type AlarmChange, type AnyNode, type Context, type Issue, type IssueLevel, type Opened, type Sample } from '#kit'
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
  /** `time` on the gateway's clock; not finite: cancelled. */
  wake(key: Key, time: number): void
  alarm(run: NodeRun, tag: string, change: AlarmChange): void
  log(run: NodeRun, level: IssueLevel, text: string, sample?: Sample): void
}

export interface Key {
  readonly run: NodeRun
  readonly tag: string
  state: unknown
  /** Due times on the two clocks; Infinity: none. */
  wakeNow: number
  wakeMark: number
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
  last: Sample | null = null
  /** Set while a view has pinned this port. */
  tap: Enter | undefined
  constructor(name: string) {
    this.name = name
  }
}

/** Tags that one node keeps state for. */
const MAX_KEYS = 100_000
/** The key before the first sample: no source names a tag so. */
const NO_TAG = '\0'
/** Lines that one node may log a second. */
const MAX_LINES = 10
// Outcome bit of the sample under way; hop.ts has the other, for 'emitted'.
const EXPLICIT = 2

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
  /** The watermark while its timers fire. */
  reached: number | undefined
  passed = 0
  held = 0
  failed = 0
  /** Returns without an outcome: a fault of the node's code, shown as such. */
  lost = 0
  readonly dropped = new Map<string, number>()
  /** Recent issues by code and text, with the time they were last seen. */
  readonly issues = new Map<string, { issue: Issue; time: number; count: number }>()
  private lines = { since: Number.NEGATIVE_INFINITY, count: 0 }
  private highest = Number.NEGATIVE_INFINITY
  /** Event time: the sources and boundaries whose samples reach this node first-hand. */
  origins: readonly Origin[] = []
  /** Of a source: how far its samples have come. */
  readonly progress: Progress
  boundary: Boundary | undefined
  opened: Opened | undefined
  readonly keyed: boolean
  readonly hop: Hop = takeHop()

  constructor(plan: PlanNode, def: AnyNode, around: Surroundings) {
    this.plan = plan
    this.def = def
    this.around = around
    for (const name of Object.keys(plan.ports.inputs)) this.inputs.set(name, new InPort(name))
    for (const name of Object.keys(plan.ports.outputs)) this.outputs.set(name, new OutPort(name))
    this.keyed = def.scope !== 'node' && (def.state !== undefined || def.tick !== undefined)
    this.ctx = new RunContext(this)
    this.key = this.newKey(this.keyed ? NO_TAG : '')
    if (!this.keyed) this.keys.set('', this.key)
    this.ctx.state = this.key.state
    this.progress = new Progress(around.now())
  }

  private newKey(tag: string): Key {
    return { run: this, tag, state: this.def.state?.(this.plan.config), wakeNow: Number.POSITIVE_INFINITY, wakeMark: Number.POSITIVE_INFINITY }
  }

  /** Brings a tag's state into the context. False: there are too many tags, and the sample has failed. */
  select(tag: string): boolean {
    this.key.state = this.ctx.state
    let key = this.keys.get(tag)
    if (key === undefined) {
      if (this.keys.size >= MAX_KEYS) {
        this.fail(issue('NODE_KEYS', {}, { limit: MAX_KEYS }))
        return false
      }
      key = this.newKey(tag)
      this.keys.set(tag, key)
    }
    this.key = key
    this.ctx.state = key.state
    return true
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

  fail(what: Issue | string): void {
    this.outcome |= EXPLICIT
    this.failed++
    if (this.ticking) this.held--
    this.note(what)
  }

  /** Remembers and logs an issue that concerns no sample. The same one is logged once a second at most, all of them a few times. */
  note(what: Issue | string): void {
    const found: Issue = { ...(typeof what === 'string' ? issue('NODE_FAILED', {}, { reason: what }) : what), flow: this.around.flow, node: this.plan.id }
    const now = this.around.now()
    const key = `${found.code} ${found.text}`
    const known = this.issues.get(key)
    const repeated = known !== undefined && now - known.time < 1000
    if (known) known.count++
    else if (this.issues.size >= 50) this.issues.delete(this.issues.keys().next().value!)
    if (repeated) return
    this.issues.set(key, { issue: found, time: now, count: known?.count ?? 1 })
    if (!(now - this.lines.since < 1000)) this.lines = { since: now, count: 0 }
    if (this.lines.count++ < MAX_LINES) this.around.log(this, found.level, `${found.text} ${found.remedy}`)
  }

  tick(key: Key, due: 'now' | 'watermark'): void {
    if (this.keyed && key !== this.key) this.select(key.tag)
    this.ctx.due = due
    this.ticking = true
    try {
      this.def.tick?.(this.ctx)
    } catch (thrown) {
      this.note(reasonOf(thrown))
    }
    this.ticking = false
  }

  /** Event time that is complete at this node: it never goes back. Origins that never spoke and are idle do not hold it back. */
  watermark(now: number): number {
    let least = Number.POSITIVE_INFINITY
    for (const origin of this.origins) {
      const mark = origin.mark(now)
      if (mark < least) least = mark
    }
    if (least > this.highest && least !== Number.POSITIVE_INFINITY) this.highest = least
    return this.highest
  }

  /** Fires the watermark timers that are due. At the end of a recording the watermark is +Infinity. */
  fireMarks(now: number, watermark = this.watermark(now)): void {
    for (let due = this.marks.take(watermark); due; due = this.marks.take(watermark)) {
      const key = due.item
      key.wakeMark = Number.POSITIVE_INFINITY
      this.reached = watermark
      this.tick(key, 'watermark')
      this.reached = undefined
    }
  }

  ledger(): Ledger {
    let into = 0
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
    return [...this.keys.values()].map(({ tag, state, wakeNow, wakeMark }) => ({ tag, state, wakeNow, wakeMark }))
  }

  restoreState(saved: readonly SavedKey[]): void {
    this.keys.clear()
    for (const s of saved) {
      const key: Key = { ...s, run: this }
      this.keys.set(s.tag, key)
      this.around.wake(key, key.wakeNow)
      this.marks.set(key, key.wakeMark)
    }
    this.key = this.keyed ? this.newKey(NO_TAG) : (this.keys.get('') ?? this.newKey(''))
    if (!this.keyed) this.keys.set('', this.key)
    this.ctx.state = this.key.state
  }

  /** Runs an operator's act for one tag or every tag. */
  act(name: string, tag: string | undefined): void {
    const act = this.def.acts?.[name]
    if (!act) throw new Error(`'${this.def.type}' has no act '${name}'`)
    for (const key of this.keys.values()) {
      if (tag !== undefined && this.keyed && key.tag !== tag) continue
      if (key !== this.key) this.select(key.tag)
      this.ticking = true
      try {
        act(this.ctx)
      } finally {
        this.ticking = false
      }
    }
  }
}

/** A source that is silent for longer no longer holds event time back, ms. */
export const IDLE_MS = 10_000

/** What event time hangs on: a source, or a boundary that samples wait in. */
export interface Origin {
  /** Event time reached; +Infinity: has no say. */
  mark(now: number): number
  /** The ticking nodes that hear of its progress. */
  timed: NodeRun[]
}

/** A source's event time: that of its latest sample, going on with the gateway's clock once it is silent. */
export class Progress implements Origin {
  timed: NodeRun[] = []
  maxTime = Number.NEGATIVE_INFINITY
  lastArrival: number
  private arrived = false
  constructor(now: number) {
    this.lastArrival = now
  }
  advance(time: number): void {
    if (time > this.maxTime) this.maxTime = time
    this.arrived = true
  }
  /** Puts down when samples came. Called every second at least: reading the clock for each sample would cost more than a node. */
  notice(now: number): void {
    if (!this.arrived) return
    this.arrived = false
    this.lastArrival = now
  }
  mark(now: number): number {
    this.notice(now)
    const silent = now - this.lastArrival - IDLE_MS
    if (this.maxTime === Number.NEGATIVE_INFINITY) return silent > 0 ? Number.POSITIVE_INFINITY : this.maxTime
    return silent > 0 ? this.maxTime + silent : this.maxTime
  }
}

/** Plain data. */
export type SavedKey = Omit<Key, 'run'>

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
    return this.run.reached ?? this.run.watermark(this.run.around.now())
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
  alarm(change: AlarmChange): void {
    this.run.around.alarm(this.run, this.tag, change)
  }
  log(level: IssueLevel, text: string, sample?: Sample): void {
    this.run.around.log(this.run, level, text, sample)
  }
}
