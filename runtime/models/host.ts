// The models of an engine: one open session per file, shared by the nodes that use it. A new one is opened and timed on a
// thread of its own, so that the flows do not wait; quick ones (warm-up below 0.2 ms) then run on the flow's thread, the
// others stay on the pool. Each model lives on one thread, so its runs keep their order.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { issue, IssueError, reasonOf, type Model, type ModelInfo, type Tensor } from '#kit'
import type { Session } from './session.ts'
import type { WorkerAnswer, WorkerOpened, WorkerRequest } from './worker.ts'

export interface ModelHost {
  /** Rejects with MODEL_LOAD. Each open is ended by a release; a released model's runs reject. */
  open(entry: { readonly info: ModelInfo; readonly file: string }): Promise<Model>
  release(model: Model): Promise<void>
  /** Waits for runs under way. */
  close(): Promise<void>
}
export interface ModelHostOptions {
  /** A warm-up median below this runs inline, ms. */
  readonly inlineBelowMs?: number
  /** A run on the pool longer than this rejects, and its thread takes no more work, ms. */
  readonly runTimeoutMs?: number
  /** Threads of the pool. */
  readonly threads?: number
}

interface Shared {
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
  readonly latencyMs: number
  readonly where: Model['where']
  close(): Promise<void>
}
interface Holding {
  readonly shared: Promise<Shared>
  users: number
}

export function createModelHost(options: ModelHostOptions = {}): ModelHost {
  const inlineBelowMs = options.inlineBelowMs ?? 0.2
  const pool = createPool(options.threads ?? Math.max(1, Math.min(2, availableParallelism() - 1)), options.runTimeoutMs ?? 30_000)
  const held = new Map<string, Holding>()
  const models = new Map<Model, { readonly hash: string; readonly running: Set<Promise<unknown>> }>()
  let closed = false

  const openShared = async (info: ModelInfo, file: string): Promise<Shared> => {
    const failed = (reason: string): IssueError => new IssueError(issue('MODEL_LOAD', {}, { name: info.name, reason }))
    let bytes: Uint8Array
    try {
      bytes = await readFile(file)
    } catch (thrown) {
      throw failed(reasonOf(thrown))
    }
    if (createHash('sha256').update(bytes).digest('hex') !== info.hash) throw failed('its file has changed since it was checked')
    try {
      const lane = await pool.open(info.hash, bytes)
      if (lane.opened.medianMs >= inlineBelowMs) return { latencyMs: lane.opened.medianMs, where: 'pool', run: lane.run, close: lane.close }
      await lane.close()
      const { openSession } = await import('./session.ts')
      const session: Session = await openSession(bytes)
      return { latencyMs: lane.opened.medianMs, where: 'inline', run: (inputs) => session.run(inputs), close: () => session.release() }
    } catch (thrown) {
      throw failed(reasonOf(thrown))
    }
  }
  const letGo = async (hash: string): Promise<void> => {
    const holding = held.get(hash)
    if (!holding || --holding.users > 0) return
    held.delete(hash)
    await (await holding.shared).close()
  }

  const host: ModelHost = {
    async open({ info, file }) {
      if (closed) throw new IssueError(issue('MODEL_LOAD', {}, { name: info.name, reason: 'the engine is stopping' }))
      let holding = held.get(info.hash)
      if (!holding) held.set(info.hash, (holding = { shared: openShared(info, file), users: 0 }))
      holding.users++
      let shared: Shared
      try {
        shared = await holding.shared
      } catch (thrown) {
        if (held.get(info.hash) === holding) held.delete(info.hash)
        throw thrown
      }
      const failed = (reason: string): IssueError => new IssueError(issue('MODEL_RUN', {}, { name: info.name, reason }))
      const running = new Set<Promise<unknown>>()
      const model: Model = {
        ...info,
        latencyMs: shared.latencyMs,
        where: shared.where,
        async run(inputs) {
          if (!models.has(model)) throw failed('it was released')
          const result = shared.run(inputs)
          running.add(result)
          try {
            return await result
          } catch (thrown) {
            throw failed(reasonOf(thrown))
          } finally {
            running.delete(result)
          }
        },
      }
      models.set(model, { hash: info.hash, running })
      return model
    },
    async release(model) {
      const entry = models.get(model)
      if (!entry) return
      models.delete(model)
      await Promise.allSettled(entry.running)
      await letGo(entry.hash)
    },
    async close() {
      closed = true
      await Promise.allSettled([...models.keys()].map((m) => host.release(m)))
      await Promise.allSettled([...held.values()].map((h) => h.shared)) // opens under way
      await pool.close()
    },
  }
  return host
}

// ---- the pool ---------------------------------------------------------------------------------------------------------

interface Lane {
  readonly opened: WorkerOpened
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
  close(): Promise<void>
}
type Body<T> = T extends unknown ? Omit<T, 'id'> : never

/** Threads start with the first model and end with their last one. */
function createPool(threads: number, runTimeoutMs: number) {
  const all = new Set<Thread>()

  const threadFor = (): Thread => {
    const usable = [...all].filter((t) => t.usable).sort((a, b) => a.models - b.models)
    const idlest = usable[0]
    if (idlest && (idlest.models === 0 || usable.length >= threads)) return idlest
    const thread = startThread(runTimeoutMs, () => all.delete(thread))
    all.add(thread)
    return thread
  }

  return {
    async open(hash: string, bytes: Uint8Array): Promise<Lane> {
      const thread = threadFor()
      thread.models++
      const close = async (): Promise<void> => {
        await thread.ask({ release: hash }).catch(() => undefined) // a thread that is gone has released everything
        if (--thread.models === 0) await thread.end()
      }
      try {
        const { opened } = await thread.ask({ open: hash, bytes })
        return { opened: opened!, run: async (inputs) => (await thread.ask({ run: hash, inputs })).outputs!, close }
      } catch (thrown) {
        await close()
        throw thrown
      }
    },
    async close(): Promise<void> {
      await Promise.all([...all].map((t) => t.end()))
    },
  }
}

/** For reading, optimising and timing a large model, ms. */
const openTimeoutMs = 120_000
/** How long a thread that is stuck in a run may hold up the end of the engine, ms. */
const patienceMs = 5000

interface Thread {
  models: number
  readonly usable: boolean
  ask(request: Body<WorkerRequest>): Promise<WorkerAnswer>
  /** Cooperative; resolves when the thread has ended, or has been waited for long enough. */
  end(): Promise<void>
}

function startThread(timeoutMs: number, gone: () => void): Thread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { name: 'headgate-models' })
  const waiting = new Map<number, { resolve(answer: WorkerAnswer): void; reject(reason: Error): void; timer: NodeJS.Timeout }>()
  let next = 1
  let failure: Error | undefined
  let ending: Promise<void> | undefined
  const exited = new Promise<void>((resolve) => void worker.once('exit', () => resolve()))

  const fail = (reason: Error): void => {
    failure ??= reason
    for (const w of waiting.values()) {
      clearTimeout(w.timer)
      w.reject(failure)
    }
    waiting.clear()
  }
  worker.on('error', (error) => fail(new Error(`its thread failed: ${reasonOf(error)}`)))
  worker.on('exit', () => {
    gone()
    fail(new Error('its thread has ended'))
  })
  worker.on('message', (answer: WorkerAnswer) => {
    const w = waiting.get(answer.id)
    if (!w) return
    waiting.delete(answer.id)
    clearTimeout(w.timer)
    if (answer.reason === undefined) w.resolve(answer)
    else w.reject(new Error(answer.reason))
  })

  const ask = (request: Body<WorkerRequest>): Promise<WorkerAnswer> => {
    if (failure) return Promise.reject(failure)
    const id = next++
    const limitMs = 'open' in request ? openTimeoutMs : timeoutMs
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // The run cannot be stopped, and ending the thread under it would abort the process: it ends after that run.
        worker.unref()
        worker.postMessage({ id: 0, exit: true } satisfies WorkerRequest)
        fail(new Error(`it took longer than ${limitMs / 1000} s`))
      }, limitMs)
      waiting.set(id, { resolve, reject, timer })
      worker.postMessage({ ...request, id })
    })
  }
  return {
    models: 0,
    get usable() {
      return failure === undefined && ending === undefined
    },
    ask,
    end() {
      ending ??= (async () => {
        if (!failure) await ask({ exit: true }).catch(() => undefined) // then it has ended, or is stuck
        await Promise.race([exited, delay(patienceMs, undefined, { ref: false })])
      })()
      return ending
    },
  }
}
