// The gateway's side of the lab: forks processes when there is something to run, two at once, and ends what is silent,
// cancelled or too long. One that is done is kept warm for a minute. Jobs are alone in their process while they run.
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { issue, IssueError } from '#kit'
import { ENGINE_FLAGS } from '../engine/supervisor.ts'
import { yieldTo } from '../script/confine.ts'
import type { FromLab, Job } from './messages.ts'

export interface LabSettings {
  /** The process's program; a test gives its own. */
  readonly main?: string
  readonly atOnce?: number
  readonly queue?: number
  /** Not ready for this long: it hangs. */
  readonly startMs?: number
  /** No sign of life for this long: it hangs. */
  readonly silentMs?: number
  readonly longestMs?: number
  readonly warmMs?: number
  readonly memoryMb?: number
}
export interface Lab {
  /** JSON of the answer. Rejects with LAB_BUSY, LAB_STOPPED or what the job itself says. */
  run(job: Job, signal?: AbortSignal): Promise<string>
  /** Processes that are there. */
  readonly processes: readonly number[]
  close(): Promise<void>
}

interface Waiting {
  readonly job: Job
  readonly signal: AbortSignal | undefined
  readonly resolve: (text: string) => void
  readonly reject: (reason: Error) => void
}
interface Room {
  readonly child: ChildProcess
  readonly gone: Promise<void>
  ready: boolean
  busy: boolean
  idle: NodeJS.Timeout | undefined
  /** Tells the job at hand that its process ended. A job that is over is held by nothing here: its answer is large. */
  ended: ((code: number | null, signal: NodeJS.Signals | null) => void) | undefined
}

export function createLab(settings: LabSettings = {}): Lab {
  const { main = join(import.meta.dirname, 'main.ts'), atOnce = 2, queue = 10, startMs = 60_000, silentMs = 30_000, longestMs = 120_000, warmMs = 60_000, memoryMb = 512 } = settings
  const rooms = new Set<Room>()
  const waiting: Waiting[] = []
  let closed = false

  function open(): Room {
    const child = fork(main, [], { execArgv: [...ENGINE_FLAGS, `--max-old-space-size=${memoryMb}`], serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    // Read so that it cannot fill up; why it ended is told by its exit.
    child.stderr?.resume()
    // Any number of replays never slows what runs.
    if (child.pid !== undefined) yieldTo(child.pid)
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      // Not once: a second one that nobody hears would end the gateway.
      child.on('error', () => child.pid === undefined && resolve())
    })
    const room: Room = { child, gone, ready: false, busy: false, idle: undefined, ended: undefined }
    rooms.add(room)
    void gone.then(() => {
      clearTimeout(room.idle)
      rooms.delete(room)
      room.ended?.(child.exitCode, child.signalCode)
      admit()
    })
    return room
  }

  function admit(): void {
    while (waiting.length > 0) {
      const free = [...rooms].find((r) => !r.busy && r.child.connected)
      if (!free && rooms.size >= atOnce) return
      const one = waiting.shift()!
      if (one.signal?.aborted === true) one.reject(stopped('it was cancelled'))
      else perform(free ?? open(), one)
    }
  }

  function rest(room: Room): void {
    room.busy = false
    room.idle = setTimeout(() => {
      room.busy = true // it takes no more
      room.child.kill('SIGKILL')
    }, warmMs).unref()
  }

  function perform(room: Room, { job, signal, resolve, reject }: Waiting): void {
    const { child } = room
    room.busy = true
    clearTimeout(room.idle)
    let over = false
    let why = ''
    const kill = (reason: string): void => {
      why = reason
      child.kill('SIGKILL')
    }
    const hangs = (): void => kill(`it was silent for ${silentMs / 1000} s`)
    const tooLong = (): void => kill(`it took longer than ${longestMs / 1000} s`)
    // The time of a process that has to start first counts from when it is ready.
    let silence = setTimeout(room.ready ? hangs : () => kill(`it was not ready within ${startMs / 1000} s`), room.ready ? silentMs : startMs)
    let long = room.ready ? setTimeout(tooLong, longestMs) : undefined
    const cancel = (): void => kill('it was cancelled')
    const end = (tell: () => void): void => {
      if (over) return
      over = true
      clearTimeout(silence)
      clearTimeout(long)
      signal?.removeEventListener('abort', cancel)
      child.off('message', hear)
      room.ended = undefined
      tell()
    }
    const hear = (message: FromLab): void => {
      clearTimeout(silence)
      silence = setTimeout(hangs, silentMs)
      if (message.type === 'ready') {
        room.ready = true
        long = setTimeout(tooLong, longestMs)
      }
      if (message.type !== 'done' && message.type !== 'failed') return
      end(() => (message.type === 'done' ? resolve(message.text) : reject(new IssueError(...message.issues))))
      rest(room)
      admit()
    }
    child.on('message', hear)
    signal?.addEventListener('abort', cancel)
    room.ended = (code, killed) => {
      // Out of memory ends V8 with an abort.
      const reason = why || (killed === 'SIGABRT' || code === 134 ? `it needed more than ${memoryMb} MB` : `its process ended (${killed ?? `exit code ${code}`})`)
      end(() => reject(stopped(reason)))
    }
    child.send(job, (error) => {
      if (error) kill(`the job could not be handed over (${error.message})`)
    })
  }

  return {
    get processes() {
      return [...rooms].flatMap(({ child }) => (child.pid === undefined ? [] : [child.pid]))
    },
    run(job, signal) {
      if (closed) return Promise.reject(stopped('the gateway is stopping'))
      if (signal?.aborted === true) return Promise.reject(stopped('it was cancelled'))
      const full = [...rooms].filter((r) => r.busy).length >= atOnce
      if (full && waiting.length >= queue) return Promise.reject(new IssueError(issue('LAB_BUSY', {}, { waiting: waiting.length })))
      return new Promise((resolve, reject) => {
        const one: Waiting = { job, signal, resolve, reject }
        waiting.push(one)
        signal?.addEventListener(
          'abort',
          () => {
            const at = waiting.indexOf(one)
            if (at < 0) return
            waiting.splice(at, 1)
            reject(stopped('it was cancelled'))
          },
          { once: true },
        )
        admit()
      })
    },
    async close() {
      closed = true
      for (const one of waiting.splice(0)) one.reject(stopped('the gateway is stopping'))
      const all = [...rooms]
      for (const { child } of all) child.kill('SIGKILL')
      await Promise.all(all.map((r) => r.gone))
    },
  }
}

const stopped = (reason: string): IssueError => new IssueError(issue('LAB_STOPPED', {}, { reason }))
