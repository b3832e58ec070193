// The gateway's side of its engine process: starts it, watches it, kills it when it hangs, starts it again with back-off
// and gives it its flows again. A crash there is an issue here, never more.
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { issue, IssueError, type Issue, type JsonSample } from '#kit'
import type { EngineStatus } from '#format'
import type { EngineDeploy, EngineDeployed, EngineListener, Engines, FlowReport } from './contract.ts'
import type { FromEngine, Request } from './messages.ts'

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
}

export const ENGINE_FLAGS: readonly string[] = ['--max-semi-space-size=2', '--enable-experimental-regexp-engine-on-excessive-backtracks', '--disable-proto=delete']
const MAX_BACKOFF_MS = 30_000
/** It ran this long: the next failure is a new one. */
const STABLE_MS = 60_000
const CLOSE_MS = 8000

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
  private starting: Promise<void> | undefined
  private next = 1
  private held = false
  private closing = false
  private restarts = 0
  private failures = 0
  private startedAt = 0
  private memoryMb = 0
  private state: EngineStatus['state'] = 'stopped'
  private trouble: Issue | undefined
  private timer: NodeJS.Timeout | undefined
  private restartTimer: NodeJS.Timeout | undefined
  private killed = ''

  constructor(options: SupervisorOptions) {
    this.options = { id: 'engine-1', main: join(import.meta.dirname, 'main.ts'), pingMs: 1000, hangMs: 5000, backOffMs: 500, ...options }
  }

  start(): Promise<void> {
    this.starting ??= this.spawn()
    return this.starting
  }

  private spawn(): Promise<void> {
    this.set('starting')
    this.startedAt = Date.now()
    this.killed = ''
    const { folder, id, main } = this.options
    const child = fork(main, [join(folder, `${id}.db`), folder], { execArgv: [...ENGINE_FLAGS], serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.child = child
    let lastWords = ''
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-2000)
    })
    const ready = new Promise<void>((resolve, reject) => {
      child.on('message', (message: FromEngine) => {
        if (message.type === 'ready') {
          this.set('running')
          this.watch(child)
          resolve()
        } else this.receive(message)
      })
      child.on('error', reject)
      child.on('exit', (code, signal) => {
        const reason = this.killed || crashReason(code, signal, lastWords)
        reject(new IssueError(issue('ENGINE_DOWN', {}, { reason })))
        this.exited(child, reason)
      })
    })
    return ready
  }

  private set(state: EngineStatus['state'], trouble?: Issue): void {
    this.state = state
    this.trouble = trouble
    for (const l of this.listeners) l.engine?.(this.status()[0]!)
  }

  private watch(child: ChildProcess): void {
    clearInterval(this.timer)
    let asked = 0
    let answered = Date.now()
    this.timer = setInterval(() => {
      if (asked === 0) {
        asked = Date.now()
        this.call({ call: 'ping' }).then(
          (mb) => {
            asked = 0
            answered = Date.now()
            this.memoryMb = mb as number
          },
          () => undefined, // the exit says why
        )
      }
      if (asked > 0 && Date.now() - Math.max(asked, answered) > this.options.hangMs) {
        this.killed = `it did not answer for ${this.options.hangMs / 1000} s`
        child.kill('SIGKILL')
      }
    }, this.options.pingMs)
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
    if (this.closing) {
      this.set('stopped')
      return
    }
    this.failures = Date.now() - this.startedAt > STABLE_MS ? 1 : this.failures + 1
    this.restarts++
    this.set('restarting', down)
    for (const l of this.listeners) {
      l.log?.({ time: Date.now(), level: 'error', text: `${down.text} ${down.remedy}` })
      for (const flow of this.deploys.keys()) l.flow?.(flow, 'restarting', down)
    }
    const wait = Math.min(MAX_BACKOFF_MS, this.options.backOffMs * 2 ** (this.failures - 1))
    this.restartTimer = setTimeout(() => {
      this.starting = this.spawn()
      this.starting.then(() => this.restore()).catch(() => undefined) // its exit was handled above
    }, wait)
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
    for (const [tap, { flow, node, port }] of this.taps) await this.call({ call: 'tap', tap, flow, node, port }).catch(() => this.taps.delete(tap))
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
    await this.starting
    const done = (await this.call({ call: 'deploy', deploy })) as EngineDeployed
    this.deploys.set(deploy.plan.flow, deploy)
    return done
  }

  async remove(flow: string): Promise<void> {
    this.deploys.delete(flow)
    await this.call({ call: 'remove', flow })
  }

  async arm(flow: string, armed: boolean): Promise<void> {
    const known = this.deploys.get(flow)
    // Disarming is remembered first: an engine that is down comes back disarmed.
    if (known && !armed) this.deploys.set(flow, { ...known, armed })
    if (this.child || armed) await this.call({ call: 'arm', flow, armed })
    if (known) this.deploys.set(flow, { ...known, armed })
  }

  async hold(held: boolean): Promise<void> {
    this.held = held
    if (this.child) await this.call({ call: 'hold', held })
  }

  async act(flow: string, node: string, act: string, tag?: string): Promise<void> {
    await this.call({ call: 'act', flow, node, act, ...(tag === undefined ? {} : { tag }) })
  }

  async report(flow: string): Promise<FlowReport> {
    return (await this.call({ call: 'report', flow })) as FlowReport
  }

  async tap(flow: string, node: string, port: string, listener: TapListener): Promise<() => void> {
    const tap = this.next++
    this.taps.set(tap, { flow, node, port, listener })
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

  status(): readonly EngineStatus[] {
    const { id } = this.options
    return [{ id, state: this.state, pid: this.child?.pid ?? null, restarts: this.restarts, memoryMb: Math.round(this.memoryMb), ...(this.trouble ? { issue: this.trouble } : {}) }]
  }

  listen(listener: EngineListener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.closing = true
    clearTimeout(this.restartTimer)
    clearInterval(this.timer)
    const { child } = this
    if (!child) {
      this.set('stopped')
      return
    }
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    this.call({ call: 'close' }).catch(() => undefined) // it may be gone already
    const kill = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS)
    await gone
    clearTimeout(kill)
  }
}

function crashReason(code: number | null, signal: NodeJS.Signals | null, lastWords: string): string {
  const line = lastWords.split('\n').findLast((l) => /error|engine:/i.test(l))?.trim()
  return line ?? (signal ? `signal ${signal}` : `exit code ${code}`)
}
