// The gateway's side of its engine process: starts it, watches it, kills it when it hangs, starts it again with back-off
// and gives it its flows again. A crash there is an issue here, never more. Longer than 300 lines: one state machine.
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { issue, IssueError, reasonOf, type ActCall, type ActResult, type Browsed, type Health, type Issue, type JsonSample } from '#kit'
import type { ConnectionTestBody, EngineStatus } from '#format'
import type { DeviceRequest, EngineDeploy, EngineDeployed, EngineListener, Engines, FlowReport, ShadowReport } from './contract.ts'
import type { FromEngine, Pulse, Request } from './messages.ts'
import type { RecordingReport } from './recorder.ts'
import type { SegmentData } from './segment.ts'

export interface SupervisorOptions {
  /** For the engine's journal and what its drivers keep. */
  readonly folder: string
  readonly id?: string
  /** The process's program; a test gives its own. */
  readonly main?: string
  readonly pingMs?: number
  /** No answer for this long: it hangs. */
  readonly hangMs?: number
  readonly backOffMs?: number
  /** Not ready for this long: it hangs. */
  readonly startMs?: number
  /** To bring outputs to their safe state and end by itself. */
  readonly closeMs?: number
}

// A long inlining budget: a chain of nodes becomes one piece of machine code (five nodes: 60 to 70 ns a sample, not 80).
export const ENGINE_FLAGS: readonly string[] = ['--max-semi-space-size=2', '--max-inlined-bytecode-size-cumulative=4000', '--enable-experimental-regexp-engine-on-excessive-backtracks', '--disable-proto=delete']
const MAX_BACKOFF_MS = 30_000
/** It ran this long: the next failure is a new one. */
const STABLE_MS = 60_000

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: Error) => void
}
type TapListener = (samples: readonly JsonSample[], skipped: number) => void
interface LiveTap {
  readonly flow: string
  readonly node: string
  readonly port: string
  readonly listener: TapListener
  /** The process knows it. */
  live: boolean
}

export function createEngines(options: SupervisorOptions): Engines {
  return new Supervisor(options)
}

class Supervisor implements Engines {
  private readonly options: Required<SupervisorOptions>
  private readonly deploys = new Map<string, EngineDeploy>()
  private readonly listeners = new Set<EngineListener>()
  private readonly pending = new Map<number, Pending>()
  private readonly taps = new Map<number, LiveTap>()
  private child: ChildProcess | undefined
  /** Resolves with the first process that is ready. */
  private started: PromiseWithResolvers<void> | undefined
  /** The process at hand: ready, and given what the one before had. */
  private up: Promise<void> = Promise.resolve()
  private next = 1
  private held = false
  private closing = false
  private restarts = 0
  private failures = 0
  private startedAt = 0
  private memoryMb = 0
  private readonly written = new WriteRate()
  private state: EngineStatus['state'] = 'stopped'
  private trouble: Issue | undefined
  private timer: NodeJS.Timeout | undefined
  private restartTimer: NodeJS.Timeout | undefined
  private killed = ''

  constructor(options: SupervisorOptions) {
    this.options = { id: 'engine-1', main: join(import.meta.dirname, 'main.ts'), pingMs: 1000, hangMs: 5000, backOffMs: 500, startMs: 60_000, closeMs: 8000, ...options }
  }

  /** Tries until the engine is ready: `status` says why it is not. */
  start(): Promise<void> {
    if (!this.started) {
      this.started = Promise.withResolvers()
      this.begin()
    }
    return this.started.promise
  }

  private begin(): void {
    this.up = this.spawn().then(() => this.restore())
    this.up.then(
      () => this.started?.resolve(),
      () => undefined, // its exit is handled where it is noticed
    )
  }

  private spawn(): Promise<void> {
    this.set('starting')
    this.startedAt = performance.now()
    this.killed = ''
    const { folder, id, main, startMs } = this.options
    const child = fork(main, [join(folder, `${id}.db`), folder], { execArgv: [...ENGINE_FLAGS], serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.child = child
    let lastWords = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-2000)
    })
    const late = setTimeout(() => this.kill(child, `it was not ready within ${startMs / 1000} s`), startMs)
    return new Promise<void>((resolve, reject) => {
      const gone = (reason: string): void => {
        clearTimeout(late)
        reject(new IssueError(issue('ENGINE_DOWN', {}, { reason })))
        this.exited(child, reason)
      }
      child.on('message', (message: FromEngine) => {
        if (message.type === 'ready') {
          clearTimeout(late)
          this.set('running')
          this.watch(child)
          resolve()
        } else this.receive(message)
      })
      // Without a process there is no exit; other errors are of a message that could not be sent, and have their call.
      child.on('error', (error) => {
        if (child.pid === undefined) gone(reasonOf(error))
      })
      child.on('exit', (code, signal) => gone(this.killed || crashReason(code, signal, lastWords)))
    })
  }

  private kill(child: ChildProcess, reason: string): void {
    this.killed = reason
    child.kill('SIGKILL')
  }

  private set(state: EngineStatus['state'], trouble?: Issue): void {
    this.state = state
    this.trouble = trouble
    for (const l of this.listeners) l.engine?.(this.status()[0]!)
  }

  private watch(child: ChildProcess): void {
    const { pingMs, hangMs } = this.options
    clearInterval(this.timer)
    // Counted, not timed: a gateway that slept itself, or whose clock was set, finds the answer waiting.
    let unanswered = 0
    this.timer = setInterval(() => {
      if (unanswered * pingMs >= hangMs) return this.kill(child, `it did not answer for ${hangMs / 1000} s`)
      if (unanswered++ > 0) return
      this.call({ call: 'ping' }).then(
        (pulse) => {
          unanswered = 0
          const { memoryMb, written } = pulse as Pulse
          this.memoryMb = memoryMb
          if (this.written.note(performance.now(), written)) for (const l of this.listeners) l.engine?.(this.status()[0]!)
        },
        () => undefined, // the exit says why
      )
    }, pingMs)
  }

  private receive(message: FromEngine): void {
    switch (message.type) {
      case 'answer': {
        const waiting = this.pending.get(message.id)
        this.pending.delete(message.id)
        if (message.issues) waiting?.reject(new IssueError(...message.issues))
        else waiting?.resolve(message.result)
        return
      }
      case 'alarm':
        for (const l of this.listeners) l.alarm?.(message.alarm)
        return
      case 'log':
        for (const l of this.listeners) l.log?.(message.log)
        return
      case 'write':
        for (const l of this.listeners) l.write?.(message.write)
        return
      case 'tap':
        this.taps.get(message.tap)?.listener(message.samples, message.skipped)
        return
      case 'ready':
    }
  }

  private exited(child: ChildProcess, reason: string): void {
    if (this.child !== child) return
    this.child = undefined
    clearInterval(this.timer)
    const down = issue('ENGINE_DOWN', {}, { reason })
    for (const waiting of this.pending.values()) waiting.reject(new IssueError(down))
    this.pending.clear()
    for (const tap of this.taps.values()) tap.live = false
    if (this.closing) {
      this.set('stopped')
      return
    }
    this.failures = performance.now() - this.startedAt > STABLE_MS ? 1 : this.failures + 1
    this.restarts++
    this.set('restarting', down)
    for (const l of this.listeners) {
      l.log?.({ time: Date.now(), level: 'error', text: `${down.text} ${down.remedy}` })
      for (const flow of this.deploys.keys()) l.flow?.(flow, 'restarting', down)
    }
    const wait = Math.min(MAX_BACKOFF_MS, this.options.backOffMs * 2 ** (this.failures - 1))
    this.restartTimer = setTimeout(() => this.begin(), wait)
  }

  /** Gives a new process what the old one had. */
  private async restore(): Promise<void> {
    if (this.held) await this.call({ call: 'hold', held: true })
    for (const [flow, deploy] of this.deploys) {
      try {
        await this.call({ call: 'deploy', deploy })
        for (const l of this.listeners) l.flow?.(flow, 'running')
      } catch (thrown) {
        if (!this.child) return
        const why = thrown instanceof IssueError ? thrown.issues[0] : undefined
        for (const l of this.listeners) l.flow?.(flow, 'failed', why)
      }
    }
    for (const flow of this.deploys.keys()) await this.retap(flow)
  }

  /** Views stay while the process or the flow under them changes. */
  private async retap(of: string): Promise<void> {
    for (const [tap, entry] of this.taps) {
      const { flow, node, port } = entry
      if (flow !== of || entry.live) continue
      entry.live = true
      await this.call({ call: 'tap', tap, flow, node, port }).catch(() => {
        entry.live = false // the port is not there; perhaps after the next deploy
      })
    }
  }

  private call(request: Request): Promise<unknown> {
    const { child } = this
    if (!child?.connected) return Promise.reject(new IssueError(this.trouble ?? issue('ENGINE_DOWN', {}, { reason: 'it is not running' })))
    const id = this.next++
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject })
      child.send({ ...request, id }, (error) => {
        if (!error) return
        this.pending.delete(id)
        reject(new IssueError(issue('ENGINE_DOWN', {}, { reason: error.message })))
      })
    })
  }

  async deploy(deploy: EngineDeploy): Promise<EngineDeployed> {
    await this.up
    const done = (await this.call({ call: 'deploy', deploy })) as EngineDeployed
    this.deploys.set(deploy.plan.flow, deploy)
    await this.retap(deploy.plan.flow)
    return done
  }

  async remove(flow: string): Promise<void> {
    await this.up
    await this.call({ call: 'remove', flow })
    this.deploys.delete(flow)
    for (const tap of this.taps.values()) if (tap.flow === flow) tap.live = false
  }

  async arm(flow: string, armed: boolean): Promise<void> {
    const known = this.deploys.get(flow)
    if (armed) {
      await this.up
      await this.call({ call: 'arm', flow, armed })
      const now = this.deploys.get(flow)
      if (now) this.deploys.set(flow, { ...now, armed })
      return
    }
    // Disarming is remembered first: an engine that is down, or not given the flow again yet, comes back disarmed.
    if (known) this.deploys.set(flow, { ...known, armed })
    await this.orDown(() => this.call({ call: 'arm', flow, armed }), known !== undefined)
  }

  async hold(held: boolean): Promise<void> {
    this.held = held
    await this.orDown(() => this.call({ call: 'hold', held }), true)
  }

  /** What an engine that is not there need not be told, as it will begin so. */
  private async orDown(act: () => Promise<unknown>, remembered: boolean): Promise<void> {
    try {
      await act()
    } catch (thrown) {
      const code = thrown instanceof IssueError ? thrown.issues[0]?.code : undefined
      if (!remembered || (code !== 'ENGINE_DOWN' && code !== 'FLOW_UNKNOWN')) throw thrown
    }
  }

  async act(flow: string, node: string, act: string, tag?: string, args?: ActCall['args']): Promise<ActResult> {
    return ((await this.call({ call: 'act', flow, node, act, ...(tag === undefined ? {} : { tag }), ...(args === undefined ? {} : { args }) })) as ActResult | undefined) ?? null
  }

  async report(flow: string): Promise<FlowReport> {
    return (await this.call({ call: 'report', flow })) as FlowReport
  }

  async recording(flow: string, buckets: number): Promise<RecordingReport> {
    return (await this.call({ call: 'recording', flow, buckets })) as RecordingReport
  }

  async segment(flow: string, segment: number): Promise<SegmentData | undefined> {
    return (await this.call({ call: 'segment', flow, segment })) as SegmentData | undefined
  }

  async forget(flow: string): Promise<void> {
    await this.call({ call: 'forget', flow })
  }

  async connections(): Promise<Readonly<Record<string, Health>>> {
    return (await this.call({ call: 'connections' })) as Readonly<Record<string, Health>>
  }

  async browse(of: DeviceRequest, path: string | null, search?: string): Promise<Browsed> {
    return (await this.call({ call: 'browse', of, path, ...(search === undefined ? {} : { search }) })) as Browsed
  }

  async testConnection(of: DeviceRequest): Promise<ConnectionTestBody> {
    return (await this.call({ call: 'testConnection', of })) as ConnectionTestBody
  }

  async trust(of: DeviceRequest, fingerprint: string): Promise<void> {
    await this.call({ call: 'trust', of, fingerprint })
  }

  async tap(flow: string, node: string, port: string, listener: TapListener): Promise<() => void> {
    const tap = this.next++
    this.taps.set(tap, { flow, node, port, listener, live: true })
    try {
      await this.call({ call: 'tap', tap, flow, node, port })
    } catch (thrown) {
      this.taps.delete(tap)
      throw thrown
    }
    return () => {
      if (this.taps.delete(tap)) this.call({ call: 'untap', tap }).catch(() => undefined) // gone with the process
    }
  }

  async shadow(deploy: EngineDeploy): Promise<void> {
    await this.up
    await this.call({ call: 'shadow', deploy })
  }

  async unshadow(flow: string): Promise<void> {
    await this.call({ call: 'unshadow', flow })
  }

  async shadowReport(flow: string): Promise<ShadowReport | null> {
    return (await this.call({ call: 'shadow-report', flow })) as ShadowReport | null
  }

  status(): readonly EngineStatus[] {
    const { id } = this.options
    return [{ id, state: this.state, pid: this.child?.pid ?? null, restarts: this.restarts, memoryMb: Math.round(this.memoryMb), written: this.written.rate(), ...(this.trouble ? { issue: this.trouble } : {}) }]
  }

  listen(listener: EngineListener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.closing = true
    clearTimeout(this.restartTimer)
    clearInterval(this.timer)
    if (this.started) {
      this.started.promise.catch(() => undefined) // told to who waits for it
      this.started.reject(new IssueError(issue('ENGINE_DOWN', {}, { reason: 'the gateway stopped it' })))
    }
    const { child } = this
    if (!child) {
      this.set('stopped')
      return
    }
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    this.call({ call: 'close' }).catch(() => undefined) // it may be gone already
    const kill = setTimeout(() => child.kill('SIGKILL'), this.options.closeMs)
    await gone
    clearTimeout(kill)
  }
}

function crashReason(code: number | null, signal: NodeJS.Signals | null, lastWords: string): string {
  const line = lastWords.split('\n').findLast((l) => /error|engine:/i.test(l))?.trim()
  return line ?? (signal ? `signal ${signal}` : `exit code ${code}`)
}

/** Views hear of it this often, and it is over that time. */
const RATE_MS = 10_000

/** Writes a second over the last RATE_MS, from counts that begin at 0 with each engine process. */
class WriteRate {
  private told = 0
  private readonly seen: { readonly at: number; readonly bytes: number; readonly commits: number }[] = []

  /** Whether it is time to tell. */
  note(at: number, { bytes, commits }: Pulse['written']): boolean {
    if (bytes < (this.seen.at(-1)?.bytes ?? 0)) this.seen.length = 0
    this.seen.push({ at, bytes, commits })
    while (this.seen.length > 2 && at - this.seen[1]!.at >= RATE_MS) this.seen.shift()
    if (at - this.told < RATE_MS) return false
    this.told = at
    return true
  }

  rate(): EngineStatus['written'] {
    const first = this.seen[0]
    const last = this.seen.at(-1)
    const s = first && last ? (last.at - first.at) / 1000 : 0
    if (!first || !last || s === 0) return { bytesPerS: 0, commitsPerS: 0 }
    return { bytesPerS: Math.round((last.bytes - first.bytes) / s), commitsPerS: Math.round((10 * (last.commits - first.commits)) / s) / 10 }
  }
}
