// The engine's side of a jail process: starts it with as little as it can live with, hands it lines in turn, kills it when
// it does not answer or takes too much memory, and starts it again with back-off when it is next needed.
import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { reasonOf } from '#kit'
import { confined, residentMb, yieldTo } from './confine.ts'
import { MAX_LINE, type Hello, type Interpreter } from './messages.ts'

export interface JailOptions {
  /** Tried in this order until one loads. */
  readonly interpreters?: readonly Interpreter[]
  /** Beyond what a request may take by itself: then the process hangs, ms. */
  readonly hangMs?: number
  readonly backOffMs?: number
  readonly maxBackOffMs?: number
}

/** The process ended under a request. `guilty`: this one was being run. */
export class JailDied extends Error {
  readonly guilty: boolean
  constructor(reason: string, guilty: boolean) {
    super(reason)
    this.guilty = guilty
  }
}

interface Request {
  readonly limitMs: number
  resolve(answer: string): void
  reject(reason: Error): void
}

const LOOK_MS = 100
const START_MS = 20_000
/** It ran this long: the next failure is a new one. */
const STABLE_MS = 60_000
/** What a jail needs beside its sandboxes, MB. */
const OWN_MB = 160

export class Jail {
  interpreter: Interpreter | undefined
  /** Counts the processes: what was opened in an earlier one is gone. */
  generation = 0
  /** Of the sandboxes in it, MB together. */
  memoryMb = 0
  /** Why it is not up; '' while it is, or is not needed. */
  trouble = ''
  private readonly options: Required<JailOptions>
  private interpreters: readonly Interpreter[]
  private child: ChildProcess | undefined
  private starting: Promise<void> | undefined
  private readonly requests: Request[] = []
  private looks = 0
  private failures = 0
  private startedAt = 0
  private killed = ''
  private ended = false
  private readonly stop = new AbortController()

  constructor(options: JailOptions) {
    this.options = { interpreters: ['isolated-vm', 'quickjs'], hangMs: 5000, backOffMs: 250, maxBackOffMs: 10_000, ...options }
    this.interpreters = this.options.interpreters
  }

  get pid(): number | undefined {
    return this.child?.pid
  }
  get notes(): readonly string[] {
    return this.refusals
  }
  /** Why interpreters were passed over. */
  private refusals: readonly string[] = []

  /** Resolves once a process is ready; rejects when none starts. */
  async up(): Promise<void> {
    if (this.ended) throw new Error('the jail is closed')
    if (this.child && !this.starting) return
    this.starting ??= this.start().finally(() => (this.starting = undefined))
    await this.starting
  }

  private async start(): Promise<void> {
    if (this.failures > 0) {
      const { backOffMs, maxBackOffMs } = this.options
      await delay(Math.min(maxBackOffMs, backOffMs * 2 ** (this.failures - 1)), undefined, { signal: this.stop.signal })
    }
    for (;;) {
      const [name] = this.interpreters
      if (name === undefined) throw new Error(`no interpreter starts: ${this.refusals.join('; ')}`)
      const reason = await this.spawn(name)
      if (reason === undefined) {
        this.interpreter = name
        this.trouble = ''
        return
      }
      if (this.ended) throw new Error('the jail is closed')
      // One that has run here before is not given up for another: it ran out of something.
      if (this.interpreter !== undefined) {
        this.failed(reason)
        throw new JailDied(reason, false)
      }
      this.refusals = [...this.refusals, `${name} does not run here (${reason})`]
      this.interpreters = this.interpreters.slice(1)
    }
  }

  private failed(reason: string): void {
    this.failures = performance.now() - this.startedAt > STABLE_MS ? 1 : this.failures + 1
    this.trouble = reason
  }

  /** Undefined once it is ready, else why not. */
  private async spawn(name: Interpreter): Promise<string | undefined> {
    const { command, args, env } = await confined(name)
    if (this.ended) return 'closed'
    this.startedAt = performance.now()
    this.killed = ''
    const child = spawn(command, args, { cwd: '/', env, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
    let lastWords = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-4000)
    })
    // A jail that is gone does not read: its exit says so.
    child.stdin.on('error', () => undefined)
    const first = Promise.withResolvers<string | undefined>()
    let ready = false
    const late = setTimeout(() => child.kill('SIGKILL'), START_MS)
    this.read(child, (line) => {
      if (ready) {
        const request = this.requests.shift()
        this.looks = 0
        if (request) request.resolve(line)
        else this.kill(child, 'it spoke without being asked')
        return
      }
      ready = true
      try {
        const hello = JSON.parse(line) as Hello
        first.resolve('missing' in hello ? hello.missing : undefined)
      } catch {
        first.resolve('it did not say what it is')
      }
    })
    const gone = (reason: string): void => {
      first.resolve(reason)
      this.gone(child, reason)
    }
    child.on('error', (error) => {
      if (child.pid === undefined) gone(reasonOf(error))
    })
    child.on('exit', (code, signal) => gone(this.killed || crashReason(code, signal, lastWords)))
    if (child.pid !== undefined) yieldTo(child.pid)
    const reason = await first.promise
    clearTimeout(late)
    if (reason !== undefined) {
      child.kill('SIGKILL')
      return reason
    }
    if (child.exitCode !== null || child.signalCode !== null) return 'it ended at once'
    this.child = child
    this.generation++
    const look = setInterval(() => this.look(child), LOOK_MS)
    look.unref()
    child.once('exit', () => clearInterval(look))
    return undefined
  }

  private read(child: ChildProcess, take: (line: string) => void): void {
    let rest = ''
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      let from = 0
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
        const line = rest + chunk.slice(from, end)
        rest = ''
        from = end + 1
        take(line)
      }
      rest += chunk.slice(from)
      if (rest.length > MAX_LINE) this.kill(child, `it answered with more than ${MAX_LINE / 1048576} MB`)
    })
  }

  private kill(child: ChildProcess, reason: string): void {
    this.killed ||= reason
    child.kill('SIGKILL')
  }
  /** What it says is not what a jail says: it is not believed any more. */
  distrust(reason: string): void {
    if (this.child) this.kill(this.child, reason)
  }

  private gone(child: ChildProcess, reason: string): void {
    if (this.child !== child) return
    this.child = undefined
    if (!this.ended) this.failed(reason)
    for (const [i, request] of this.requests.splice(0).entries()) request.reject(new JailDied(reason, i === 0))
  }

  /** Counted, not timed: an engine that slept itself finds the answer waiting. */
  private look(child: ChildProcess): void {
    const [request] = this.requests
    if (!request) return
    const { hangMs } = this.options
    if (++this.looks * LOOK_MS > request.limitMs + hangMs) return this.kill(child, `it did not answer for ${Math.round((request.limitMs + hangMs) / 100) / 10} s`)
    const mb = residentMb(child.pid!)
    const most = OWN_MB + 3 * this.memoryMb
    if (mb > most) this.kill(child, `it took ${Math.round(mb)} MB of memory; ${most} MB are enough for what it runs`)
  }

  /** Sends a line and gives its answer, in the order of sending. Rejects with JailDied. */
  ask(line: string, limitMs: number): Promise<string> {
    const { child } = this
    if (!child) return Promise.reject(new JailDied(this.trouble || 'it is not running', false))
    return new Promise((resolve, reject) => {
      if (this.requests.length === 0) this.looks = 0
      this.requests.push({ limitMs, resolve, reject })
      child.stdin!.write(`${line}\n`)
    })
  }

  /** Ends the process; resolves when it is gone. */
  async end(): Promise<void> {
    this.ended = true
    this.stop.abort()
    await this.starting?.catch(() => undefined) // told to who waits for it
    const { child } = this
    if (!child) return
    const gone = new Promise<void>((go) => child.once('exit', () => go()))
    child.stdin!.end()
    const kill = setTimeout(() => child.kill('SIGKILL'), 1000)
    await gone
    clearTimeout(kill)
  }
}

function crashReason(code: number | null, signal: NodeJS.Signals | null, lastWords: string): string {
  const line = lastWords.split('\n').findLast((l) => /out of memory|bad_alloc|fatal|error/i.test(l))?.replace(/^#+ */, '').trim()
  const how = signal ? `signal ${signal}` : `exit code ${code}`
  return line ? `${line.slice(0, 200)} (${how})` : how
}
