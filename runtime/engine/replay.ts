// A flow run over recorded input, at full speed: its sources and outputs stay shut, `now` follows the recording, and the
// same input gives the same bytes. Used by `headgate run`, by examples and by tests.
import { issue, IssueError, qualityName, valueToJson, type AnyNode, type IssueLevel, type JsonSample, type Sample } from '#kit'
import { parseEnd } from '#format'
import type { LogReport, Plan } from './contract.ts'
import { FlowRun, type Attached, type Services, type Standing, type Visits } from './flow.ts'
import type { NodeRun } from './run.ts'
import type { Act, Stimulus } from './segment.ts'

export interface RecordedSample {
  /** 'node.port': an input takes the sample directly; a source's output stands in for the source. */
  readonly at: string
  readonly sample: Sample
  /** When it came; at its own time unless given. */
  readonly now?: number
}

export interface ReplayOptions {
  readonly nodes: ReadonlyMap<string, AnyNode>
  /** Opens nodes without effects that need more than their code: models. */
  readonly open?: (run: NodeRun, flow: FlowRun) => Promise<Attached | undefined>
  readonly log?: (log: LogReport) => void
  /** ms; `now` before the first sample. */
  readonly start?: number
  /** Follows a recording to the letter (`follow`), by its own flow; else timers fire at their time and results leave at once. */
  readonly exact?: boolean
  readonly steadyStart?: number
  /** Goes on from here. */
  readonly standing?: Standing
  readonly visits?: Visits
}

/** One flow under a clock that only the recording moves. */
export class Replay {
  readonly flow: FlowRun
  private time: number
  /** The recording's steady clock, where it is followed to the letter. */
  private steadyAt: number

  private constructor(plan: Plan, options: ReplayOptions) {
    this.time = options.start ?? 0
    this.steadyAt = options.steadyStart ?? this.time
    const exact = options.exact ?? false
    const services: Services = {
      now: () => this.time,
      steady: () => (exact ? this.steadyAt : this.time),
      live: false,
      exact,
      ...(options.visits ? { visits: options.visits } : {}),
      definition: (type) => {
        const found = options.nodes.get(type)
        if (!found) throw new IssueError(issue('NODE_TYPE', {}, { type }))
        return found
      },
      open: async (run, flow) => (run.def.effects === 'none' ? options.open?.(run, flow) : undefined),
      alarm: () => undefined,
      log: (flow: string, node: string, level: IssueLevel, text: string) => options.log?.({ time: this.time, level, flow, node, text }),
    }
    this.flow = new FlowRun(plan.flow, services)
  }

  /** `show` gets every sample at the ports `taps`, outputs or inputs, from the first on. */
  static async open(plan: Plan, options: ReplayOptions, taps: readonly string[] = [], show: (at: string, sample: Sample) => void = () => undefined, saved?: Parameters<FlowRun['deploy']>[1]): Promise<Replay> {
    const replay = new Replay(plan, options)
    const { standing } = options
    await replay.flow.deploy(plan, saved ?? standing?.nodes, { restored: () => standing && replay.flow.goOnFrom(standing), linked: () => taps.forEach((at) => replay.tap(at, show)) })
    return replay
  }

  get now(): number {
    return this.time
  }

  private readonly tell = (time: number): void => {
    if (time > this.time) this.time = time
  }

  /** Timers due by then fire in order, then event time goes on for sources that fell silent. */
  async advance(to: number): Promise<void> {
    this.flow.fireTimers(to, this.tell)
    if (to > this.time) this.time = to
    this.flow.advanceIdle(this.time)
    await this.flow.idle()
  }

  async put({ at, sample, now = sample.time }: RecordedSample): Promise<void> {
    await this.advance(now)
    this.enter(at, sample)
    await this.flow.idle()
  }

  /** An operator's act. */
  async act(node: string, act: Act, now: number): Promise<void> {
    await this.advance(now)
    this.perform(node, act)
    await this.flow.idle()
  }

  private enter(at: string, sample: Sample): void {
    const end = parseEnd(at)
    const run = end && this.flow.runs.get(end.node)
    if (!end || !run) throw new IssueError(issue('REQUEST', {}, { reason: `The flow has no port '${at}'.` }))
    // What a node with effects answers with stands in for it; its own inputs lead nowhere here.
    const out = run.outputs.has(end.port) && (run.def.effects !== 'none' || !run.inputs.has(end.port))
    if (out) this.flow.inject(run, end.port, sample)
    else if (run.inputs.has(end.port)) this.flow.injectInput(end.node, end.port, sample)
    else throw new IssueError(issue('REQUEST', {}, { reason: `'${end.node}' has no port '${end.port}'.` }))
  }

  private perform(node: string, { act, tag, args }: Act): void {
    const run = this.flow.runs.get(node)
    if (!run?.def.acts || !Object.hasOwn(run.def.acts, act)) throw new IssueError(issue('REQUEST', { node }, { reason: `'${node}' has no act '${act}'.` }))
    this.flow.act(run, act, tag, args)
  }

  /** What moved the flow, once more and at the same times. False: the recording is of something else. */
  async follow(stimulus: Stimulus): Promise<boolean> {
    this.time = stimulus.now
    this.steadyAt = stimulus.steady
    switch (stimulus.what) {
      case 'sample':
        this.enter(stimulus.at, stimulus.sample)
        return true
      case 'act':
        this.perform(stimulus.node, stimulus.act)
        return true
      case 'timers':
        this.flow.fireTimers(this.time)
        return true
      case 'silence':
        this.flow.advanceIdle(this.time)
        return true
      case 'result':
        return (await this.flow.runs.get(stimulus.node)?.boundary?.handOver(stimulus.place)) ?? false
    }
  }

  /** The end of the recording: what is due fires, open windows close. */
  async end(): Promise<void> {
    this.flow.fireTimers(this.time, this.tell)
    await this.flow.flush(this.tell)
  }

  /** Shows every sample at a port, an output or an input. */
  tap(at: string, show: (at: string, sample: Sample) => void): void {
    const end = parseEnd(at)
    const run = end && this.flow.runs.get(end.node)
    const ports = !end || !run ? [] : run.outputs.has(end.port) ? [end] : run.inputs.has(end.port) ? this.flow.feeders(end.node, end.port) : []
    if (ports.length === 0) throw new IssueError(issue('REQUEST', {}, { reason: `There is nothing to tap at '${at}'.` }))
    for (const p of ports) this.flow.tap(p.node, p.port, (sample) => show(at, sample))
  }

  async close(): Promise<void> {
    await this.flow.close()
  }
}

/** One line of a replay's output; the quality is always there. */
export function outputLine(at: string, s: Sample): string {
  const line: { at: string } & JsonSample = { at, tag: s.tag, value: valueToJson(s.value), time: s.time, quality: qualityName(s.quality) }
  return JSON.stringify(line)
}

/** Runs a whole recording; `out` gets each tapped sample in order. */
export async function replay(plan: Plan, options: ReplayOptions, input: Iterable<RecordedSample> | AsyncIterable<RecordedSample>, taps: readonly string[], out: (at: string, sample: Sample) => void): Promise<void> {
  let first = true
  let run: Replay | undefined
  try {
    for await (const line of input) {
      if (first) {
        run = await Replay.open(plan, { ...options, start: line.sample.time }, taps, out)
        first = false
      }
      await run!.put(line)
    }
    await run?.end()
  } finally {
    await run?.close()
  }
}

