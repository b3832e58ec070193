// The last minutes of a flow, in memory: all that came from outside, and a state to begin with every half minute. Whole
// oldest segments fall off. Where more comes in than can be kept it stops, costs a branch, and looks again every 10 s.
// What `flow.generate` and `rule.schedule` give is not kept: it follows from their state and the time.
import { reasonOf, type ActCall, type Sample } from '#kit'
import type { RecordingBody } from '#format'
import type { EngineDeploy } from './contract.ts'
import type { FlowRun, Witness } from './flow.ts'
import type { NodeRun } from './run.ts'
import { Segment, type SegmentData } from './segment.ts'

export interface RecorderLimits {
  /** Of a flow. */
  readonly bytes: number
  /** Of all flows of an engine. */
  readonly allBytes: number
  /** A new segment begins after this time, so many inputs or bytes. */
  readonly segmentMs: number
  readonly segmentInputs: number
  readonly segmentBytes: number
  /** Less than this is no recording, ms. */
  readonly leastMs: number
  readonly retryMs: number
  /** Keeping states may take this part of the time: a large one is kept less often. */
  readonly stateShare: number
}
export const LIMITS: RecorderLimits = { bytes: 16 * 1024 * 1024, allBytes: 64 * 1024 * 1024, segmentMs: 30_000, segmentInputs: 20_000, segmentBytes: 2 * 1024 * 1024, leastMs: 10_000, retryMs: 10_000, stateShare: 0.001 }
/** Unless the flow says otherwise. */
export const RECORD_MINUTES = 15
const MAX_BREAKS = 100

export interface RecordingReport extends RecordingBody {
  readonly segments: readonly { readonly id: number; readonly from: number; readonly to: number; readonly joined: boolean }[]
}

/** What the recorders of an engine share. */
export class RecorderPool {
  readonly recorders = new Set<Recorder>()
  readonly limits: RecorderLimits
  constructor(limits: Partial<RecorderLimits> = {}) {
    this.limits = { ...LIMITS, ...limits }
  }
  /** Of the flow that keeps most, the oldest goes. */
  trim(): void {
    const all = [...this.recorders]
    let sum = all.reduce((a, r) => a + r.bytes, 0)
    while (sum > this.limits.allBytes) {
      const largest = all.reduce((a, b) => (b.bytes > a.bytes ? b : a))
      const freed = largest.dropOldest()
      if (freed === 0) return
      sum -= freed
    }
  }
}

export class Recorder implements Witness {
  bytes = 0
  private state: RecordingBody['state'] = 'off'
  private readonly run: FlowRun
  private readonly pool: RecorderPool
  private readonly say: (level: 'info' | 'warning', text: string) => void
  private deploy: EngineDeploy | undefined
  private segments: Segment[] = []
  private open: Segment | undefined
  private breaks: { readonly time: number; readonly reason: string }[] = []
  private next = 1
  /** At the last look in an overrun: inputs that came so far, and when. */
  private looked = { count: 0, time: 0 }
  private bytesPerInput = 0
  private stateMs = 0

  constructor(run: FlowRun, pool: RecorderPool, say: Recorder['say']) {
    this.run = run
    this.pool = pool
    this.say = say
    pool.recorders.add(this)
  }

  private get limitMs(): number {
    return (this.deploy?.plan.settings?.record ?? RECORD_MINUTES) * 60_000
  }

  // ---- on and off ---------------------------------------------------------------------------------------------------

  /** Another plan is about to run: no replay goes across. */
  stop(reason: string): void {
    if (this.open) this.noteBreak(reason)
    this.open = undefined
    this.unhook()
  }

  /** Between two samples, once the plan runs. */
  begin(deploy: EngineDeploy): void {
    this.deploy = { ...deploy, secrets: {} }
    this.state = this.limitMs > 0 ? 'on' : 'off'
    if (this.state === 'off') this.clear()
    else this.turn(false)
  }

  /** The recording goes; it goes on from here. */
  clear(): void {
    const on = this.state === 'on' && this.open !== undefined
    this.segments = []
    this.breaks = []
    this.open = undefined
    this.count()
    if (on) this.turn(false)
  }

  close(): void {
    this.stop('')
    this.segments = []
    this.pool.recorders.delete(this)
  }

  private unhook(): void {
    if (this.run.feed === this.feed) this.run.feed = undefined
    this.run.witness = undefined
  }

  /** A new segment begins. */
  private turn(joined: boolean): void {
    const began = performance.now()
    try {
      this.open = new Segment(this.next++, this.deploy!, this.run.now(), joined, this.run.standing())
    } catch (thrown) {
      this.stop('The state of a node cannot be kept.')
      this.state = 'off'
      this.say('warning', `The flow is not recorded: its state cannot be kept (${reasonOf(thrown)}).`)
      return
    }
    this.stateMs = performance.now() - began
    this.segments.push(this.open)
    this.run.feed = this.feed
    this.run.witness = this
    this.count()
    this.fit()
  }

  // ---- what moves the flow ------------------------------------------------------------------------------------------

  private readonly feed = (run: NodeRun, port: string, sample: Sample): void => {
    const { open } = this
    if (!open) return
    const before = open.bytes
    open.sample(this.run.now(), this.run.steady(), run.plan.id, port, sample)
    this.grown(open.bytes - before)
  }
  act(run: NodeRun, act: string, tag: string | undefined, args: ActCall['args']): void {
    const before = this.open!.bytes
    this.open!.act(this.run.now(), this.run.steady(), run.plan.id, act, tag, args)
    this.grown(this.open!.bytes - before)
  }
  timers(): void {
    const before = this.open!.bytes
    this.open!.timers(this.run.now(), this.run.steady())
    this.grown(this.open!.bytes - before)
  }
  silence(): void {
    this.open!.silence(this.run.now(), this.run.steady())
  }
  result(run: NodeRun, place: number): void {
    const before = this.open!.bytes
    this.open!.result(this.run.now(), this.run.steady(), run.plan.id, place)
    this.grown(this.open!.bytes - before)
  }

  private grown(bytes: number): void {
    if (bytes === 0) return
    this.bytes += bytes
    if (this.bytes > this.pool.limits.bytes) this.fit()
  }

  /** About once a second, between two samples. */
  second(now: number): void {
    if (this.state === 'overrun') return this.look(now)
    if (!this.open) return
    this.count()
    const { segmentMs, segmentInputs, segmentBytes, stateShare } = this.pool.limits
    const { from, inputs, bytes } = this.open
    const age = now - from
    const full = inputs >= segmentInputs || bytes >= segmentBytes
    // Best while nothing is under way in a model or a function, but not for ever.
    const due = full || age >= Math.max(segmentMs, this.stateMs / stateShare)
    if (due && (this.run.rests || full || age >= 2 * segmentMs)) this.turn(true)
    while (this.segments.length > 1 && this.segments[1]!.from < now - this.limitMs) this.dropOldest()
    this.pool.trim()
  }

  // ---- bounds -------------------------------------------------------------------------------------------------------

  private count(): void {
    this.bytes = this.segments.reduce((a, s) => a + s.bytes, 0)
  }

  /** Answers the bytes that became free; what is being written stays. */
  dropOldest(): number {
    const [first] = this.segments
    if (!first || first === this.open) return 0
    this.segments.shift()
    this.bytes -= first.bytes
    const from = this.segments[0]?.from ?? Number.POSITIVE_INFINITY
    this.breaks = this.breaks.filter((b) => b.time >= from)
    return first.bytes
  }

  private fit(): void {
    const { bytes, leastMs } = this.pool.limits
    const { open } = this
    if (!open || this.bytes <= bytes) return
    while (this.bytes > bytes && this.dropOldest() > 0);
    const first = this.segments[0]!
    // What went was of this stretch, and what is left of it is too short.
    if (this.bytes > bytes || (first.joined && open.to - first.from < leastMs)) this.overrun(open)
  }

  private overrun(open: Segment): void {
    this.bytesPerInput = open.bytes / Math.max(1, open.inputs)
    this.stop('More came in than can be kept.')
    this.looked = { count: this.inputs(), time: open.to }
    // Said once, not at every try.
    if (this.state !== 'overrun') this.say('info', 'More comes in than the recording can keep: it stops, and begins again when less comes.')
    this.state = 'overrun'
  }

  /** Begins again where twice the least fits. The ports' own counts say what comes: nothing listens meanwhile. */
  private look(now: number): void {
    const { bytes, leastMs, retryMs } = this.pool.limits
    while (this.segments.length > 0 && this.segments[0]!.to < now - this.limitMs) this.dropOldest()
    const elapsed = now - this.looked.time
    if (elapsed < retryMs) return
    const count = this.inputs()
    const perMs = ((count - this.looked.count) * this.bytesPerInput) / elapsed
    this.looked = { count, time: now }
    if (perMs * leastMs * 2 > bytes) return
    this.state = 'on'
    this.turn(false)
  }

  private inputs(): number {
    let sum = 0
    for (const { def, outputs } of this.run.runs.values()) if (def.effects !== 'none') for (const port of outputs.values()) sum += port.count
    return sum
  }

  private noteBreak(reason: string): void {
    this.breaks = [...this.breaks, { time: this.open!.to, reason }].slice(-MAX_BREAKS)
  }

  // ---- read ---------------------------------------------------------------------------------------------------------

  /** `buckets`: parts of the time line. */
  report(buckets: number): RecordingReport {
    const { segments } = this
    const from = segments[0]?.from ?? null
    const to = this.open ? Math.max(this.open.to, this.run.now()) : (segments.at(-1)?.to ?? null)
    const activity: number[] = Array.from({ length: buckets }, () => 0)
    if (from !== null) for (const s of segments) s.count(from, Math.max(1, to! - from) / buckets, activity)
    return {
      flow: this.run.flow, state: this.state, from, to,
      samples: segments.reduce((a, s) => a + s.inputs, 0), bytes: this.bytes, limitBytes: this.pool.limits.bytes, limitMs: this.limitMs,
      activity, breaks: this.breaks,
      segments: segments.map((s) => ({ id: s.id, from: s.from, to: s === this.open ? to! : s.to, joined: s.joined })),
    }
  }

  /** Undefined: it has fallen off. */
  segment(id: number): SegmentData | undefined {
    const found = this.segments.find((s) => s.id === id)
    return found?.data(found === this.open ? Math.max(found.to, this.run.now()) : found.to)
  }
}
