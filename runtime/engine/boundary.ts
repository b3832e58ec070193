// In front of a node whose work takes time: a bounded queue, a number of receives under way, results in the order of
// arrival. A full queue pauses the sources behind it that can wait; what still comes is dropped and counted. Longer than
// 300 lines: what waits, what is under way and who takes it over are one state.
import { IssueError, reasonOf, type Issue, type Outcome, type QueuePolicy, type Sample } from '#kit'
import type { Enter, NodeRun, Origin } from './run.ts'

export interface BoundaryOptions {
  readonly inFlight: number
  readonly limit: number
  /** block: what can wait is paused; what comes all the same is dropped above twice the limit. */
  readonly policy: QueuePolicy
  /** Results leave as they come, not in the order of arrival. */
  readonly unordered?: boolean
  /** A queue that the user placed: samples leave it in turns of their own, and wait while what follows is full. */
  readonly queue?: boolean
  /** `again`: the sample is of before a restart. */
  readonly receive: (sample: Sample, port: string, again: boolean) => Outcome | Promise<Outcome>
  /** The queue became full, or has room again. */
  readonly block: () => void
  /** Something left the boundary: event time behind it may have moved on. */
  readonly progress: () => void
  /** Results wait for `handOn` (a replay, whose order must not hang on which of two nodes is quicker). */
  readonly stepped?: boolean
  /** Of a queue, stepped: nothing leaves the line before it is handed on. */
  readonly waits?: boolean
}

/** A queue works this long at a stretch before others have their turn, ms. */
const TURN_MS = 5

export interface Waiting {
  readonly sample: Sample
  readonly port: string
}
export interface Item extends Waiting {
  /** Taken up again after a restart; so is what comes of it. */
  readonly again: boolean
  /** Event time in front of the boundary when it came. */
  readonly mark: number
}
interface Slot extends Item {
  settled: boolean
  outcome: Outcome
  failure: Issue | string | undefined
}

export class Boundary implements Origin {
  timed: NodeRun[] = []
  private readonly run: NodeRun
  private options: BoundaryOptions
  private queue: Item[] = []
  private head = 0
  /** With policy 'latest': where each tag's one waits, counted from the first sample that ever did. */
  private readonly places = new Map<string, number>()
  private passedOn = 0
  private slots: Slot[] = []
  reached = Number.NEGATIVE_INFINITY
  /** The queue is full, so that sources wait. */
  blocked = false
  private started = false
  private pumping = false
  /** What follows is full. */
  private held = false
  private scheduled: NodeJS.Immediate | undefined
  /** Who waits until it is empty, and until nothing is under way. */
  private empty: (() => void)[] = []
  private quiet: (() => void)[] = []
  private settling: (() => void)[] = []
  /** ms a receive takes, the last 256. */
  readonly durations = new Float64Array(256)
  measured = 0

  constructor(run: NodeRun, options: BoundaryOptions) {
    this.run = run
    this.options = options
  }

  get depth(): number {
    return this.queue.length - this.head
  }
  get pending(): number {
    return this.depth + this.slots.length
  }
  get limit(): number {
    return this.options.limit
  }
  get policy(): QueuePolicy {
    return this.options.policy
  }

  /** Samples that come before the node is in place wait here. `receive`: that of the node opened anew. */
  start(receive = this.options.receive): void {
    this.options = { ...this.options, receive }
    this.started = true
    this.pump()
    this.options.progress()
  }

  /** Another length, unless the user placed it: that one has its own. */
  limitTo(limit: number): void {
    if (this.options.queue !== true && limit !== this.options.limit) this.reconfigure({ limit, policy: this.options.policy })
  }

  /** Another limit or policy; what waits above it goes by it. */
  reconfigure(options: Pick<BoundaryOptions, 'limit' | 'policy'>): void {
    this.options = { ...this.options, ...options }
    this.lineAnew([], this.clear())
    // One that makes sources wait drops nothing that it has taken.
    if (options.policy !== 'block') while (this.depth > this.most) this.dropOldest()
  }

  /** Keeps what waits while what follows is full. */
  hold(held: boolean): void {
    this.held = held
    if (held) return
    if (this.options.stepped !== true) this.schedule()
    else if (this.options.waits !== true) this.pump()
  }

  /** Begins nothing more; what is under way goes on. */
  halt(): void {
    this.started = false
    clearImmediate(this.scheduled)
    this.scheduled = undefined
  }

  /** What is under way counts as waiting again; how it ends is nobody's. */
  giveUp(): void {
    const { slots } = this
    this.slots = []
    this.lineAnew(slots, this.clear())
  }

  /** Takes out all that waits. */
  take(): Item[] {
    const rest = this.clear()
    this.setBlocked(false)
    return rest
  }

  private clear(): Item[] {
    const rest = this.queue.slice(this.head)
    this.queue = []
    this.head = 0
    this.places.clear()
    this.passedOn = 0
    return rest
  }

  /** Before all that waits, what waited for another one in this place. */
  put(waiting: readonly Item[]): void {
    for (const { port } of waiting) this.run.inputs.get(port)!.count++
    this.lineAnew(waiting, this.clear())
  }

  /** Only then who waits for room is told: what comes at once comes behind these. */
  private lineAnew(first: readonly Item[], behind: readonly Item[]): void {
    const { limit, policy } = this.options
    for (const items of [first, behind]) for (const item of items) if (policy !== 'latest' || !this.supersede(item)) this.queue.push(item)
    this.setBlocked(policy === 'block' && this.depth >= limit)
  }

  entry(name: string): Enter {
    const port = this.run.inputs.get(name)!
    return (sample) => {
      port.count++
      const { around } = this.run
      const { policy, limit } = this.options
      const item: Item = { sample, port: name, mark: this.run.watermark(around.steady()), again: around.replaying }
      if (policy === 'latest' && this.supersede(item)) return
      if (this.depth >= this.most && !around.replaying) {
        if (policy === 'newest' || policy === 'block') {
          this.run.drop('queue_full')
          return
        }
        this.dropOldest()
      }
      this.queue.push(item)
      if (policy === 'block' && this.depth >= limit) this.setBlocked(true)
      if (this.options.queue === true && !this.options.stepped) this.schedule()
      else if (this.options.waits !== true) this.pump()
    }
  }

  /** Samples that may wait. Sources that are paused may have some under way, and some cannot be paused. */
  private get most(): number {
    const { policy, limit } = this.options
    return policy === 'block' ? 2 * limit : limit
  }

  private dropOldest(): void {
    this.next()
    this.run.drop('queue_full')
  }

  /** With policy 'latest': takes the place of the tag's one that waits. False: none does, and this is where it will wait. */
  private supersede(item: Item): boolean {
    const key = `${item.port}\0${item.sample.tag}`
    const place = this.places.get(key)
    if (place === undefined) {
      this.places.set(key, this.passedOn + this.depth)
      return false
    }
    const at = this.head + place - this.passedOn
    // Event time of the place, not of the sample: those behind it are not late.
    this.queue[at] = { ...item, mark: this.queue[at]!.mark }
    this.run.drop('superseded')
    return true
  }

  private schedule(): void {
    this.scheduled ??= setImmediate(() => {
      this.scheduled = undefined
      this.pump()
    })
  }

  /** Begins what may begin and hands on what is finished, in the order of arrival; one loop, however deep the calls. */
  private pump(): void {
    if (this.pumping) return
    this.pumping = true
    const until = this.options.queue === true && !this.options.stepped ? performance.now() + TURN_MS : Number.POSITIVE_INFINITY
    try {
      do {
        while (this.started && !this.held && this.slots.length < this.options.inFlight && this.depth > 0) this.begin(this.next())
        if (until < Number.POSITIVE_INFINITY && this.depth > 0 && performance.now() > until) this.schedule()
      } while (!this.options.stepped && this.release() && this.scheduled === undefined)
    } finally {
      this.pumping = false
    }
  }

  private next(): Item {
    const item = this.queue[this.head++]!
    this.passedOn++
    if (this.options.policy === 'latest') this.places.delete(`${item.port}\0${item.sample.tag}`)
    if (this.head === this.queue.length || (this.head > 1024 && this.head * 2 > this.queue.length)) {
      this.queue = this.queue.slice(this.head)
      this.head = 0
    }
    if (this.depth <= this.options.limit / 2) this.setBlocked(false)
    return item
  }

  private begin(item: Item): void {
    const slot: Slot = { ...item, settled: false, outcome: undefined, failure: undefined }
    this.slots.push(slot)
    const began = performance.now()
    const settle = (outcome: Outcome, failure?: Issue | string): void => {
      slot.settled = true
      slot.outcome = outcome
      slot.failure = failure
      this.durations[this.measured++ & 255] = performance.now() - began
      this.pump()
      for (const go of this.settling.splice(0)) go()
      if (this.quiet.length > 0 && this.isQuiet()) for (const go of this.quiet.splice(0)) go()
    }
    const failed = (thrown: unknown): void => settle(undefined, thrown instanceof IssueError ? thrown.issues[0]! : reasonOf(thrown))
    try {
      const result = this.options.receive(item.sample, item.port, item.again)
      if (result instanceof Promise) result.then((o) => settle(o), failed)
      else settle(result)
    } catch (thrown) {
      failed(thrown)
    }
  }

  /** Whether anything left. */
  private release(): boolean {
    const { around } = this.run
    const outer = around.replaying
    let moved = false
    let told = true
    // What follows may become full by any of them.
    for (let at = this.nextSettled(); at >= 0 && !this.held; at = this.nextSettled()) {
      told = this.leave(at) && told
      moved = true
    }
    if (!moved) return false
    if (!told) this.options.progress()
    around.replaying = outer
    if (this.pending === 0) for (const go of this.empty.splice(0)) go()
    return true
  }

  /** True where event time behind it was told already: at the same reading of the clocks, for who records them. */
  private leave(at: number): boolean {
    const { around } = this.run
    const slot = this.slots.splice(at, 1)[0]!
    // What is complete behind it: no more than in front of the oldest that is still under way.
    this.reached = Math.max(this.reached, at === 0 ? slot.mark : Number.NEGATIVE_INFINITY)
    around.replaying = slot.again
    const stood = around.handing(this.run, slot.sample, at)
    try {
      this.finish(slot)
      if (stood) this.options.progress()
    } finally {
      around.handed(this.run, slot.sample, stood)
    }
    return stood
  }

  /** Hands on the one in this place alone, once it is finished, as a recording says. False: none is there. */
  async handOver(place: number): Promise<boolean> {
    if (place === this.slots.length && this.started && this.depth > 0) this.begin(this.next())
    const slot = this.slots[place]
    if (!slot) return false
    while (!slot.settled) await new Promise<void>((go) => void this.settling.push(go))
    const outer = this.run.around.replaying
    this.leave(this.slots.indexOf(slot))
    this.options.progress()
    this.run.around.replaying = outer
    if (this.options.waits !== true) this.pump()
    return true
  }

  private nextSettled(): number {
    if (this.options.unordered === true) return this.slots.findIndex((s) => s.settled)
    return this.slots[0]?.settled === true ? 0 : -1
  }

  private finish({ outcome, failure, sample, port }: Slot): void {
    const { run } = this
    run.outcome = 0
    if (failure !== undefined) {
      run.fail(failure)
      run.conclude(sample, port)
    } else if (outcome === undefined) run.done()
    else if ('drop' in outcome) run.drop(outcome.drop)
    else if ('hold' in outcome) run.hold()
    else {
      run.done()
      for (const [port, sample] of outcome.emit) {
        const exit = run.ctx.emit[port]
        if (exit) run.around.answered(run, port, sample)
        if (exit) exit(sample)
        else run.note(`it has no output '${port}'`)
      }
    }
  }

  private setBlocked(blocked: boolean): void {
    if (blocked === this.blocked) return
    this.blocked = blocked
    this.options.block()
  }

  /** Event time behind the boundary: what was complete in front when the last handed-on sample came; all of it once it is empty. */
  mark(steady: number): number {
    return this.started && this.pending === 0 ? this.run.watermark(steady) : this.reached
  }

  /** Resolves once nothing waits and nothing is under way. */
  idle(): Promise<void> {
    if (this.pending === 0) return Promise.resolve()
    return new Promise((go) => void this.empty.push(go))
  }

  /** Resolves once nothing is under way; what waits may stay. */
  settled(): Promise<void> {
    if (this.isQuiet()) return Promise.resolve()
    return new Promise((go) => void this.quiet.push(go))
  }

  private isQuiet(): boolean {
    return this.slots.every((s) => s.settled)
  }

  /** Hands on what is finished, where results wait for it. */
  handOn(): void {
    this.release()
    this.pump()
  }

  /** What has not arrived yet, for a checkpoint. Under way counts as not arrived. */
  unfinished(): Waiting[] {
    return [...this.slots, ...this.queue.slice(this.head)].map(({ sample, port }) => ({ sample, port }))
  }

  /** 99th percentile of the time a receive takes, µs; null before the first. */
  p99Us(): number | null {
    const n = Math.min(this.measured, 256)
    if (n === 0) return null
    const sorted = this.durations.slice(0, n).toSorted()
    return Math.round(sorted[Math.min(n - 1, Math.floor(n * 0.99))]! * 1000)
  }
}
