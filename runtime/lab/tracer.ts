// Sees a replay step by step: each visit of a sample at a node is one step with its cause, what it became and what left.
// It goes around the nodes as `Visits`, so that the engine's own path knows nothing of it and gives the same bytes. Steps
// are texts as soon as they end: what is told is bounded in number and in size.
import { sampleToJson, type ActCall, type ActResult, type AnyNode, type Heard, type Issue, type JsonValue, type Sample } from '#kit'
import { MAX_STEPS_TOLD, type Step } from '#format'
import type { PlanNode } from '../engine/contract.ts'
import type { Visits } from '../engine/flow.ts'
import { NodeRun, type Enter, type Key, type Surroundings } from '../engine/run.ts'
import { bytesOf } from '../engine/segment.ts'
import { boundedJson } from './bounded.ts'

export interface TracerOptions {
  /** Steps in this time are told; all unless given. */
  readonly show?: { readonly from: number; readonly to: number }
  readonly states?: boolean
  readonly maxSteps?: number
  readonly maxBytes?: number
}
const MAX_TOLD_BYTES = 24 * 1024 * 1024
const MAX_STATE_BYTES = 64 * 1024
/** A value that is larger is told by its size. */
const MAX_VALUE_BYTES = 256 * 1024
/** What the engine itself drops for. */
const REASONS: Readonly<Record<string, string>> = { queue_full: 'The queue in front of it was full.', superseded: 'A newer sample of the same tag took its place in the queue.' }

interface Open {
  readonly id: number
  readonly cause: number | null
  readonly now: number
  readonly run: NodeRun
  readonly what: Step['what']
  port: string | undefined
  sample: Sample | undefined
  readonly out: { readonly port: string; readonly sample: Sample }[]
  outcome: Step['outcome'] | undefined
  reason: string | undefined
}

export class Tracer implements Visits {
  skipped = 0
  /** What comes is of the end of a recording. */
  ending = false
  private readonly options: TracerOptions
  private readonly told: { readonly id: number; readonly text: string }[] = []
  private bytes = 0
  private next = 0
  private readonly stack: Open[] = []
  /** What waits in front of nodes that take their time, or is under way there. */
  private readonly waiting = new Map<NodeRun, Open[]>()
  /** Where a sample left last: a loop gives it back outside of any call. */
  private readonly emittedBy = new WeakMap<Sample, Open>()

  constructor(options: TracerOptions = {}) {
    this.options = options
  }

  create(plan: PlanNode, def: AnyNode, around: Surroundings): NodeRun {
    return new TracedRun(plan, def, around, this)
  }

  /** JSON of all steps, in order. */
  steps(): string {
    // What still waits has no outcome yet: it is held.
    for (const open of [...this.waiting.values()].flat()) this.conclude(open)
    this.waiting.clear()
    return `[${this.told.toSorted((a, b) => a.id - b.id).map((t) => t.text).join(',')}]`
  }

  // ---- around the nodes ---------------------------------------------------------------------------------------------

  entry(run: NodeRun, port: string, enter: Enter): Enter {
    const muted = !run.boundary && !run.def.receive
    return (sample) => {
      const step = this.begin(run, 'receive', port, sample, run.def.delays === true ? (this.emittedBy.get(sample)?.id ?? null) : this.cause)
      const waits = run.boundary !== undefined
      if (waits) this.lineOf(run).push(step)
      try {
        enter(sample)
      } finally {
        this.stack.pop()
      }
      if (waits && step.outcome === undefined) return
      if (waits) this.takeOut(run, (one) => one === step)
      if (muted) step.outcome = 'muted'
      this.conclude(step)
    }
  }

  exit(run: NodeRun, port: string, exit: Enter): Enter {
    return (sample) => {
      const top = this.stack.at(-1)
      const own = top?.run === run ? top : undefined
      const step = own ?? this.begin(run, 'source', port, sample, this.cause)
      step.out.push({ port, sample })
      this.emittedBy.set(sample, step)
      try {
        exit(sample)
      } finally {
        if (!own) this.stack.pop()
      }
      if (!own) this.conclude(step)
    }
  }

  handing(run: NodeRun, sample: Sample): void {
    // Taken over from before the beginning: it waits in no line of ours.
    const step = this.takeOut(run, (one) => one.sample === sample)
    if (step) this.stack.push(step)
    else this.begin(run, 'receive', undefined, sample, null)
  }
  handed(): void {
    const step = this.stack.pop()!
    step.outcome ??= step.out.length > 0 ? 'passed' : 'done'
    this.conclude(step)
  }

  // ---- what a node says of the step under way -----------------------------------------------------------------------

  /** A call that no sample brought. */
  aside<T>(run: NodeRun, what: Step['what'], call: () => T, sample?: Sample, cause: number | null = null): T {
    const step = this.begin(run, this.ending && what === 'timer' ? 'end' : what, undefined, sample, cause)
    try {
      return call()
    } finally {
      this.stack.pop()
      step.outcome ??= 'fired'
      this.conclude(step)
    }
  }

  get cause(): number | null {
    return this.stack.at(-1)?.id ?? null
  }

  /** Of the step under way at this node. */
  became(run: NodeRun, outcome: Step['outcome'], reason?: string): void {
    const step = this.concerned(run, outcome)
    if (!step) return
    step.outcome = outcome
    if (reason !== undefined) step.reason = reason
  }

  /** A full queue drops what waits in it, not what came. */
  private concerned(run: NodeRun, outcome: Step['outcome']): Open | undefined {
    const top = this.stack.at(-1)
    if (top?.run !== run) return undefined
    const policy = run.boundary?.policy
    if (outcome !== 'dropped' || top.what !== 'receive' || (policy !== 'oldest' && policy !== 'latest') || !this.lineOf(run).includes(top)) return top
    const old = this.takeOut(run, (one) => one !== top && (policy === 'oldest' || (one.sample!.tag === top.sample!.tag && one.port === top.port)))
    if (!old) return top
    old.outcome = outcome
    old.reason = REASONS[policy === 'oldest' ? 'queue_full' : 'superseded']
    this.conclude(old)
    return undefined
  }

  /** Whether a step of this node is the one under way. */
  at(run: NodeRun): boolean {
    return this.stack.at(-1)?.run === run
  }

  begin(run: NodeRun, what: Step['what'], port: string | undefined, sample: Sample | undefined, cause: number | null): Open {
    const step: Open = { id: this.next++, cause, now: run.around.now(), run, what, port, sample, out: [], outcome: undefined, reason: undefined }
    this.stack.push(step)
    return step
  }
  /** Ends a step that `begin` began by itself. */
  end(step: Open): void {
    this.stack.pop()
    this.conclude(step)
  }

  private lineOf(run: NodeRun): Open[] {
    let line = this.waiting.get(run)
    if (!line) this.waiting.set(run, (line = []))
    return line
  }
  private takeOut(run: NodeRun, which: (step: Open) => boolean): Open | undefined {
    const line = this.waiting.get(run)
    const at = line?.findIndex(which) ?? -1
    return at < 0 ? undefined : line!.splice(at, 1)[0]
  }

  // ---- told ---------------------------------------------------------------------------------------------------------

  private conclude(step: Open): void {
    const { show, maxSteps = MAX_STEPS_TOLD, maxBytes = MAX_TOLD_BYTES } = this.options
    if (show && !(step.now >= show.from && step.now <= show.to)) return
    if (this.told.length >= maxSteps || this.bytes >= maxBytes) {
      this.skipped++
      return
    }
    const { id, cause, now, run, what, port, sample, reason } = step
    const out = step.out.map((o) => ({ port: o.port, sample: told(o.sample) }))
    const outcome = step.outcome ?? (out.length > 0 ? 'passed' : run.boundary ? 'held' : 'failed')
    const json: Step = {
      id, cause, now, node: run.plan.id, what,
      ...(port === undefined ? {} : { port }),
      ...(sample === undefined ? {} : { sample: told(sample) }),
      out, outcome,
      ...(reason === undefined ? (step.outcome === undefined && outcome === 'failed' ? { reason: 'The node ended without an outcome.' } : {}) : { reason }),
      ...(this.options.states === true && run.def.state !== undefined ? { state: boundedJson(run.ctx.state, MAX_STATE_BYTES) } : {}),
    }
    const text = JSON.stringify(json)
    this.bytes += text.length
    this.told.push({ id, text })
  }
}

function told(sample: Sample): ReturnType<typeof sampleToJson> {
  const bytes = bytesOf(sample.value)
  if (bytes <= MAX_VALUE_BYTES) return sampleToJson(sample)
  const value: JsonValue = { $cut: `${Math.round(bytes / 1024)} kB` }
  return { ...sampleToJson({ ...sample, value: null }), value }
}

class TracedRun extends NodeRun {
  private readonly tracer: Tracer
  private stray: ReturnType<Tracer['begin']> | undefined

  constructor(plan: PlanNode, def: AnyNode, around: Surroundings, tracer: Tracer) {
    super(plan, def, around)
    this.tracer = tracer
  }
  override hold(): void {
    super.hold()
    if (!this.ticking) this.tracer.became(this, 'held')
  }
  override drop(reason: string): void {
    super.drop(reason)
    this.tracer.became(this, 'dropped', this.def.drops?.[reason] ?? REASONS[reason] ?? reason)
  }
  override done(): void {
    super.done()
    // What an asynchronous node answers with is told by what leaves.
    if (!this.boundary || this.outputs.size === 0) this.tracer.became(this, 'done')
  }
  override fail(what: Issue | string): void {
    // A wire that takes any kind found one that does not fit: the node was not even asked.
    if (!this.ticking && !this.tracer.at(this)) this.stray = this.tracer.begin(this, 'receive', undefined, undefined, this.tracer.cause)
    super.fail(what)
    this.tracer.became(this, 'failed', this.failure!.text)
  }
  override conclude(sample: Sample, port: string): void {
    const { stray } = this
    this.stray = undefined
    if (stray) Object.assign(stray, { sample, port })
    try {
      super.conclude(sample, port)
    } finally {
      if (stray) this.tracer.end(stray)
    }
  }
  override tick(key: Key, due: 'now' | 'watermark'): void {
    this.tracer.aside(this, 'timer', () => super.tick(key, due))
  }
  override begin(): void {
    if (this.def.start) this.tracer.aside(this, 'start', () => super.begin())
  }
  override hear(heard: Heard): void {
    this.tracer.aside(this, 'receive', () => super.hear(heard), heard.what === 'failure' ? (heard.sample ?? undefined) : undefined, this.tracer.cause)
  }
  override act(name: string, tag: string | undefined, args: ActCall['args'] = {}): ActResult {
    return this.tracer.aside(this, 'act', () => super.act(name, tag, args))
  }
}
