// In front of a node whose work takes time: a bounded queue, a number of receives under way, results in the order of
// arrival. A full queue pauses the sources behind it that can wait; what still comes is dropped and counted.
import { IssueError, reasonOf, type Issue, type Outcome, type Sample } from '#kit'
import type { Enter, NodeRun, Origin } from './run.ts'

/** block: pause what can wait, then drop the newest. latest: only the newest of each tag waits (commands are never late). */
export type Policy = 'block' | 'latest'

export interface BoundaryOptions {
  readonly inFlight: number
  readonly limit: number
  readonly policy: Policy
  /** `again`: the sample is of before a restart. */
  readonly receive: (sample: Sample, port: string, again: boolean) => Outcome | Promise<Outcome>
  /** The queue became full, or has room again. */
  readonly block: () => void
  /** Something left the boundary: event time behind it may have moved on. */
  readonly progress: () => void
  /** Results wait for `handOn` (a replay, whose order must not hang on which of two nodes is quicker). */
  readonly stepped?: boolean
}

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
  private slots: Slot[] = []
  private reached = Number.NEGATIVE_INFINITY
  /** The queue is full, so that sources wait. */
  blocked = false
  private started = false
  private pumping = false
  /** Who waits until it is empty, and until nothing is under way. */
  private empty: (() => void)[] = []
  private quiet: (() => void)[] = []
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
  get policy(): Policy {
    return this.options.policy
  }

  /** Samples that come before the node is in place wait here. `receive`: that of the node opened anew. */
  start(receive = this.options.receive): void {
    this.options = { ...this.options, receive }
    this.started = true
    this.pump()
    this.options.progress()
  }

  /** Begins nothing more; what is under way goes on. */
  halt(): void {
    this.started = false
  }

  /** What is under way counts as waiting again; how it ends is nobody's. */
  giveUp(): void {
    this.queue = [...this.slots, ...this.queue.slice(this.head)]
    this.head = 0
    this.slots = []
  }

  /** Takes out all that waits. */
  take(): Item[] {
    const rest = this.queue.slice(this.head)
    this.queue = []
    this.head = 0
    this.setBlocked(false)
    return rest
  }

  /** Before all that waits, what waited for another one in this place. */
  put(waiting: readonly Item[]): void {
    const behind = this.queue.slice(this.head)
    this.queue = [...waiting]
    this.head = 0
    for (const { port } of waiting) this.run.inputs.get(port)!.count++
    for (const item of behind) {
      if (this.options.policy === 'latest') this.supersede(item.sample.tag, item.port)
      this.queue.push(item)
    }
    if (this.depth >= this.options.limit && this.options.policy === 'block') this.setBlocked(true)
  }

  entry(name: string): Enter {
    const port = this.run.inputs.get(name)!
    return (sample) => {
      port.count++
      if (this.options.policy === 'latest') this.supersede(sample.tag, name)
      else if (this.depth >= 2 * this.options.limit && !this.run.around.replaying) {
        this.run.drop('queue_full')
        return
      }
      const { around } = this.run
      this.queue.push({ sample, port: name, mark: this.run.watermark(around.now()), again: around.replaying })
      if (this.options.policy === 'block' && this.depth >= this.options.limit) this.setBlocked(true)
      this.pump()
    }
  }

  private supersede(tag: string, port: string): void {
    const at = this.queue.findIndex((i, k) => k >= this.head && i.sample.tag === tag && i.port === port)
    if (at < 0) return
    this.queue.splice(at, 1)
    this.run.drop('superseded')
  }

  /** Begins what may begin and hands on what is finished, in the order of arrival; one loop, however deep the calls. */
  private pump(): void {
    if (this.pumping) return
    this.pumping = true
    try {
      do {
        while (this.started && this.slots.length < this.options.inFlight && this.depth > 0) this.begin(this.next())
      } while (!this.options.stepped && this.release())
    } finally {
      this.pumping = false
    }
  }

  private next(): Item {
    const item = this.queue[this.head++]!
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
    while (this.slots[0]?.settled) {
      const slot = this.slots.shift()!
      moved = true
      this.reached = Math.max(this.reached, slot.mark)
      around.replaying = slot.again
      this.finish(slot)
    }
    if (!moved) return false
    this.options.progress()
    around.replaying = outer
    if (this.pending === 0) for (const go of this.empty.splice(0)) go()
    return true
  }

  private finish({ outcome, failure }: Slot): void {
    const { run } = this
    if (failure !== undefined) run.fail(failure)
    else if (outcome === undefined) run.done()
    else if ('drop' in outcome) run.drop(outcome.drop)
    else if ('hold' in outcome) run.hold()
    else {
      run.done()
      for (const [port, sample] of outcome.emit) {
        const exit = run.ctx.emit[port]
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
  mark(now: number): number {
    return this.started && this.pending === 0 ? this.run.watermark(now) : this.reached
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
