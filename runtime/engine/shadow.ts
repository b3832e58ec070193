// A draft beside its live flow, in the same engine: it gets what the live flow's sources and other nodes with effects
// give, opens none of its own, and what it would write or send ends where it is compared. What it takes of the loop, of
// memory and of the line in front of it is bounded: beyond that it is ended. The live flow never waits for it.
// Longer than 300 lines: its inputs, its bounds and its end are one state.
import { issue, IssueError, reasonOf, type AnyNode, type Io, type Issue, type Model, type Opened, type Sample, type ScriptState } from '#kit'
import { formatEnd, type WireEnd } from '#format'
import type { ModelHost } from '../models/host.ts'
import { createScriptHost, type ScriptHost } from '../script/host.ts'
import { Pins } from '../tap/pins.ts'
import { Comparison, MAX_WAITING } from './compare.ts'
import type { EngineDeploy, Plan, ShadowReport } from './contract.ts'
import { FlowRun, type Attached, type SavedFlow, type SavedNode, type Services } from './flow.ts'
import type { NodeRun } from './run.ts'
import { FED, muted, planShadow, type ShadowPlan } from './shadow-plan.ts'

export interface ShadowParts {
  readonly request: EngineDeploy
  readonly live: FlowRun
  /** The live flow's. */
  readonly pins: Pins
  readonly nodes: ReadonlyMap<string, AnyNode>
  readonly models: ModelHost
  now(): number
  steady(): number
  /** The part of the loop's time that it may take, over some seconds. */
  readonly maxShare?: number
  /** That of the process; a test gives its own. */
  memoryMb?(): number
}

const MAX_SHARE = 0.25
/** The share is that of so many seconds. */
const SPAN_S = 5
/** Inputs that wait for it. */
const MAX_LINE = 20_000
/** It works this long at a stretch, ms. */
const TURN_MS = 2
/** Tags that one of its nodes keeps state for; more of the live flow's are not copied. */
const MAX_TAGS = 10_000
const MAX_MORE_MB = 256
const MAX_PORTS = 500
/** What waits of all ports together, and of each at least. */
const MAX_COMPARED = 400_000
const LEAST_COMPARED = 2000

interface Fed {
  readonly run: NodeRun
  readonly port: string
  readonly sample: Sample
  readonly now: number
}

export class Shadow {
  private readonly parts: ShadowParts
  private readonly flow: FlowRun
  private readonly pins: Pins
  private readonly scripts: ScriptHost = createScriptHost()
  private readonly comparisons = new Map<string, Comparison>()
  private readonly prepared: ShadowPlan
  private readonly notes: Issue[]
  private stops: (() => void)[] = []
  private line: Fed[] = []
  private head = 0
  private turn: NodeJS.Immediate | undefined
  /** The live flow's clock when the input at hand came; undefined between inputs. */
  private at: number | undefined
  private busyMs = 0
  private readonly spans: number[] = []
  private readonly memoryBefore: number
  private working = false
  private ended: Issue | undefined
  private closing: Promise<void> | undefined

  private constructor(parts: ShadowParts) {
    this.parts = parts
    this.prepared = planShadow(parts.live.plan, parts.request.plan, (type) => this.definition(type), MAX_TAGS)
    this.notes = [...this.prepared.notes]
    this.memoryBefore = this.memoryMb()
    const services: Services = {
      now: () => this.at ?? parts.now(),
      steady: parts.steady,
      live: true,
      definition: (type) => this.definition(type),
      open: (run) => this.open(run),
      alarm: () => undefined,
      log: () => undefined,
      measured: (work) => this.measure(work),
    }
    this.flow = new FlowRun(parts.request.plan.flow, services)
    this.pins = new Pins(this.flow)
  }

  /** Throws an IssueError when a model or a script does not open. */
  static async open(parts: ShadowParts): Promise<Shadow> {
    const shadow = new Shadow(parts)
    const { plan, fed } = shadow.prepared
    // Filled at the cut: the state is that of the moment from which on inputs come.
    const saved: Record<string, SavedNode> = {}
    try {
      await shadow.flow.deploy(plan, saved, {
        cut: () => void Object.assign(saved, shadow.stateFor(plan)),
        linked: () => shadow.watch(plan, fed),
      })
    } catch (thrown) {
      await shadow.close()
      throw thrown
    }
    return shadow
  }

  // ---- what runs ------------------------------------------------------------------------------------------------------

  private definition(type: string): AnyNode {
    const own = type.startsWith(FED) ? type.slice(FED.length) : type
    const found = this.parts.nodes.get(own)
    if (!found) throw new IssueError(issue('NODE_TYPE', {}, { type: own }))
    return own === type ? found : muted(found)
  }

  /** A copy of what the live nodes keep, as far as it is right in the draft. */
  private stateFor(plan: Plan): SavedFlow {
    const live = this.parts.live.save()
    const types = new Map(plan.nodes.map((n) => [n.id, n]))
    const out: Record<string, SavedNode> = {}
    let tags = 0
    for (const [id, saved] of Object.entries(live)) {
      const node = types.get(id)
      if (!node) continue
      if (node.type.startsWith(FED)) {
        out[id] = { ...saved, type: node.type, config: node.config, inputs: node.ports.inputs, keys: [], pending: [] }
        continue
      }
      tags += saved.keys.length
      if (tags > MAX_TAGS) {
        this.notes.push(issue('SHADOW_STATE', { flow: plan.flow }, { limit: MAX_TAGS }))
        return {}
      }
      out[id] = saved
    }
    return structuredClone(out)
  }

  /** Models and scripts run, in processes and threads that are not the live flow's own; nothing else is granted. */
  private async open(run: NodeRun): Promise<Attached | undefined> {
    const { plan, def } = run
    if (def.effects !== 'none') return undefined
    const { request, models } = this.parts
    const place = { flow: request.plan.flow, node: plan.id }
    const held: Model[] = []
    const refuse = (what: string): never => {
      throw new IssueError(issue('NODE_OPEN', place, { reason: `beside the live flow no ${what} is opened` }))
    }
    const io: Io = {
      ...place,
      now: () => this.at ?? this.parts.now(),
      emit: (port, sample) => this.feed(run, port, sample),
      deliver: async (port, sample) => this.feed(run, port, sample),
      connection: async () => refuse('connection'),
      secret: () => refuse('secret'),
      model: async (name) => {
        const entry = Object.hasOwn(request.models, name) ? request.models[name] : undefined
        if (!entry) throw new IssueError(issue('MODEL_UNKNOWN', place, { name, models: Object.keys(request.models).join(', ') || 'none' }))
        const model = await models.open(entry)
        held.push(model)
        return model
      },
      script: (source) => this.scripts.open(source, { ...place, now: io.now, state: () => run.ctx.state as ScriptState, log: io.log }),
      fail: (what) => run.note(what),
      log: () => undefined,
    }
    const release = async (): Promise<void> => {
      for (const model of held.splice(0)) await models.release(model)
    }
    let opened: Opened
    try {
      opened = await def.open!(plan.config, io)
    } catch (thrown) {
      await release()
      throw thrown instanceof IssueError ? thrown : new IssueError(issue('NODE_OPEN', place, { reason: reasonOf(thrown) }))
    }
    return {
      opened,
      ...(opened.receive ? { receive: (sample: Sample, port: string) => this.measure(() => opened.receive!(sample, port)) } : {}),
      go: () => undefined,
      uses: () => true,
      exclusive: () => false,
      close: async () => {
        await opened.close()
        await release()
      },
    }
  }

  // ---- inputs ---------------------------------------------------------------------------------------------------------

  /** Called between two samples of the live flow, and before the shadow's first. */
  private watch(plan: Plan, fed: readonly WireEnd[]): void {
    const { pins, live, steady } = this.parts
    const feeding = fed.map(({ node, port }) => {
      const run = this.flow.runs.get(node)!
      return [{ node, port }, (sample: Sample) => this.feed(run, port, sample)] as const
    })
    const known = new Set(fed.map(formatEnd))
    const ends: WireEnd[] = []
    for (const { id, ports } of plan.nodes) {
      const was = live.runs.get(id)
      for (const port of Object.keys(ports.outputs)) if (was?.outputs.has(port) && !known.has(`${id}.${port}`)) ends.push({ node: id, port })
      // Muted: what it would have written or sent is what comes in.
      if (this.flow.runs.get(id)!.plan.type.startsWith(FED)) for (const port of Object.keys(ports.inputs)) if (was?.inputs.has(port)) ends.push({ node: id, port })
    }
    if (ends.length > MAX_PORTS) this.notes.push(issue('SHADOW_PORTS', { flow: plan.flow }, { ports: ends.length, limit: MAX_PORTS }))
    const compared = ends.slice(0, MAX_PORTS)
    const most = Math.max(LEAST_COMPARED, Math.min(MAX_WAITING, Math.floor(MAX_COMPARED / Math.max(1, compared.length))))
    for (const end of compared) this.comparisons.set(formatEnd(end), new Comparison(most))
    const takers = (side: 'live' | 'draft') => compared.map((end) => {
      const comparison = this.comparisons.get(formatEnd(end))!
      return [end, (sample: Sample) => comparison.take(side, sample, steady())] as const
    })
    this.stops.push(pins.watch([...feeding, ...takers('live').map(([end, take]) => [end, (sample: Sample) => this.safely(() => take(sample))] as const)]))
    this.stops.push(this.pins.watch(takers('draft')))
  }

  /** Only a line: what the draft makes of it never delays the live flow. */
  private feed(run: NodeRun, port: string, sample: Sample): void {
    if (this.ended || this.closing) return
    if (this.line.length - this.head >= MAX_LINE) return this.end(`more than ${MAX_LINE} readings wait for it`)
    this.line.push({ run, port, sample, now: this.parts.now() })
    this.turn ??= setImmediate(() => this.work())
  }

  private work(): void {
    this.turn = undefined
    this.measure(() => {
      const until = performance.now() + TURN_MS
      while (this.head < this.line.length && !this.ended) {
        const { run, port, sample, now } = this.line[this.head++]!
        this.at = now
        this.safely(() => this.flow.inject(run, port, sample))
        this.at = undefined
        if ((this.head & 15) === 0 && performance.now() > until) break
      }
    })
    this.line.splice(0, this.head)
    this.head = 0
    if (this.line.length > 0 && !this.ended) this.turn = setImmediate(() => this.work())
  }

  private measure<T>(work: () => T): T {
    if (this.working) return work()
    this.working = true
    const began = performance.now()
    try {
      return work()
    } finally {
      this.busyMs += performance.now() - began
      this.working = false
    }
  }

  private safely(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      this.end(`it failed: ${reasonOf(thrown)}`)
    }
  }

  /** Called about once a second. */
  second(now: number): void {
    if (this.ended || this.closing) return
    this.measure(() => this.safely(() => {
      this.flow.advanceIdle(now)
      for (const comparison of this.comparisons.values()) comparison.expire(this.parts.steady())
    }))
    this.spans.push(this.busyMs)
    this.busyMs = 0
    if (this.spans.length > SPAN_S) this.spans.shift()
    const share = this.spans.reduce((sum, ms) => sum + ms, 0) / (1000 * SPAN_S)
    const limit = this.parts.maxShare ?? MAX_SHARE
    if (share > limit) this.end(`it took ${Math.round(share * 100)} % of the engine's time, more than ${Math.round(limit * 100)} %`)
    else if (this.memoryMb() - this.memoryBefore > MAX_MORE_MB) this.end(`the engine needs ${MAX_MORE_MB} MB more than before it began`)
  }

  private memoryMb(): number {
    return this.parts.memoryMb?.() ?? process.memoryUsage.rss() / 1048576
  }

  // ---- the end --------------------------------------------------------------------------------------------------------

  private end(reason: string): void {
    if (this.ended) return
    this.ended = issue('SHADOW_ENDED', { flow: this.flow.flow }, { reason })
    // Not in the call that the live flow is in.
    setImmediate(() => void this.close())
  }

  /** What was found stays to be read. Idempotent. */
  close(): Promise<void> {
    return (this.closing ??= (async () => {
      for (const stop of this.stops.splice(0)) stop()
      clearImmediate(this.turn)
      this.line = []
      this.pins.close()
      await this.flow.close()
      await this.scripts.close()
    })())
  }

  report(now: number): ShadowReport {
    const running = [...this.flow.runs.values()].flatMap((run) => this.flow.issuesOf(run, now)).slice(0, 50)
    return {
      state: this.ended ? 'failed' : 'running',
      issues: [...(this.ended ? [this.ended] : []), ...this.notes, ...running],
      ports: Object.fromEntries([...this.comparisons].map(([end, comparison]) => [end, comparison.port()])),
      onlyLive: this.prepared.onlyLive,
      onlyDraft: this.prepared.onlyDraft,
    }
  }
}
