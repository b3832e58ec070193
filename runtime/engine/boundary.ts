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
  readonly receive: (sample: Sample, port: string) => Outcome | Promise<Outcome>
  /** Sources upstream are to wait, or may go on. */
  readonly block: (blocked: boolean) => void
  /** Something left the boundary: event time behind it may have moved on. */
  readonly progress: () => void
}

interface Item {
  readonly sample: Sample
  readonly port: string
  /** Event time in front of the boundary when it came. */
  readonly mark: number
}
interface Slot extends Item {
  settled: boolean
  outcome: Outcome
  failure: Issue | string | undefined
}

export class Boundary implements Origin {
  timed: readonly NodeRun[] = []
  private readonly run: NodeRun
  private options: BoundaryOptions
  private queue: Item[] = []
  private head = 0
  private readonly slots: Slot[] = []
  private reached = Number.NEGATIVE_INFINITY
  private blocked = false
  private started = false
  private stopped = false
  private waiting: (() => void)[] = []
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

  /** Samples that came before the node is in place wait here. */
  start(): void {
    this.started = true
    this.pump()
  }

  entry(name: string): Enter {
    const port = this.run.inputs.get(name)!
    return (sample) => {
      port.count++
      if (this.options.policy === 'latest') this.supersede(sample.tag, name)
      else if (this.depth >= 2 * this.options.limit) {
        this.run.drop('queue_full')
        return
      }
      this.queue.push({ sample, port: name, mark: this.run.watermark(this.run.around.now()) })
      if (!this.blocked && this.options.policy === 'block' && this.depth >= this.options.limit) this.setBlocked(true)
      this.pump()
    }
  }

  private supersede(tag: string, port: string): void {
    const at = this.queue.findIndex((i, k) => k >= this.head && i.sample.tag === tag && i.port === port)
    if (at < 0) return
    this.queue.splice(at, 1)
    this.run.drop('superseded')
  }

  private pump(): void {
    while (this.started && this.slots.length < this.options.inFlight && this.depth > 0) {
      const item = this.queue[this.head++]!
      if (this.head > 1024 && this.head * 2 > this.queue.length) {
        this.queue = this.queue.slice(this.head)
        this.head = 0
      } else if (this.head === this.queue.length) {
        this.queue.length = 0
        this.head = 0
      }
      this.begin(item)
      if (this.blocked && this.depth <= this.options.limit / 2) this.setBlocked(false)
    }
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
      this.flush()
    }
    const failed = (thrown: unknown): void => settle(undefined, thrown instanceof IssueError ? thrown.issues[0]! : reasonOf(thrown))
    try {
      const result = this.options.receive(item.sample, item.port)
      if (result instanceof Promise) result.then((o) => settle(o), failed)
      else settle(result)
    } catch (thrown) {
      failed(thrown)
    }
  }

  /** Hands on what is finished, in the order of arrival. */
  private flush(): void {
    if (this.stopped) return
    let moved = false
    while (this.slots[0]?.settled) {
      const slot = this.slots.shift()!
      moved = true
      this.reached = Math.max(this.reached, slot.mark)
      this.finish(slot)
    }
    if (!moved) return
    this.options.progress()
    this.pump()
    if (this.pending === 0) {
      const waiting = this.waiting
      this.waiting = []
      for (const go of waiting) go()
    }
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
    this.blocked = blocked
    this.options.block(blocked)
  }

  /** Event time behind the boundary: what was complete in front when the last handed-on sample came; all of it once it is empty. */
  mark(now: number): number {
    return this.pending === 0 ? this.run.watermark(now) : this.reached
  }

  /** Resolves once nothing waits and nothing is under way. */
  idle(): Promise<void> {
    if (this.pending === 0) return Promise.resolve()
    return new Promise((go) => void this.waiting.push(go))
  }

  /** What has not arrived yet: for a checkpoint, and for the node that takes this one's place. Under way counts as not arrived. */
  unfinished(): { sample: Sample; port: string }[] {
    return [...this.slots, ...this.queue.slice(this.head)].map(({ sample, port }) => ({ sample, port }))
  }

  /** Gives up: what settles from now on is nobody's. */
  stop(): void {
    this.stopped = true
  }

  /** Takes what waits (not what is under way) out of the queue. */
  takeQueue(): { sample: Sample; port: string }[] {
    const rest = this.queue.slice(this.head).map(({ sample, port }) => ({ sample, port }))
    this.queue = []
    this.head = 0
    if (this.blocked) this.setBlocked(false)
    return rest
  }

  /** 99th percentile of the time a receive takes, µs; null before the first. */
  p99Us(): number | null {
    const n = Math.min(this.measured, 256)
    if (n === 0) return null
    const sorted = this.durations.slice(0, n).toSorted()
    return Math.round(sorted[Math.min(n - 1, Math.floor(n * 0.99))]! * 1000)
  }
}
