// The bench's processes. Each contender runs in a fresh one, so that none has another's warmed-up or spoilt machine code;
// each is bounded in time and ended by its own id, whatever happens.
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const running = new Set<ChildProcess>()

export interface Started {
  readonly pid: number
  /** The next thing that the process answers. */
  next<T>(): Promise<T>
  /** Rejects with its last words when it ends. */
  readonly failed: Promise<never>
  send(message: object): void
  /** Resolves when it is gone. Asks first, kills after two seconds. */
  end(): Promise<void>
}

/** Starts one of contenders/ with its task; `limitMs`: it is killed then, and whoever waits for it learns why. */
export function startContender(name: string, task: object, limitMs: number, execArgv: readonly string[] = []): Started {
  const child = fork(join(import.meta.dirname, 'contenders', `${name}.ts`), [JSON.stringify(task)], { execArgv: [...execArgv], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  return follow(child, name, limitMs)
}

/** Any other program; what it prints on its standard output comes line by line from `next`. */
export function startProgram(program: string, args: readonly string[], limitMs: number, env: NodeJS.ProcessEnv = process.env, cwd = process.cwd()): Started {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd })
  const started = follow(child, program, limitMs)
  let rest = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) child.emit('message', line)
  })
  return started
}

function follow(child: ChildProcess, name: string, limitMs: number): Started {
  running.add(child)
  let words = ''
  let failure: Error | undefined
  const answers: unknown[] = []
  const waiting: { resolve: (value: unknown) => void; reject: (reason: Error) => void }[] = []
  const { promise: failed, reject: give } = Promise.withResolvers<never>()
  failed.catch(() => undefined) // for those who look
  const fail = (reason: string): void => {
    failure ??= new Error(`${name}: ${reason}${words === '' ? '' : `\n${words}`}`)
    for (const w of waiting.splice(0)) w.reject(failure)
    give(failure)
  }
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-3000)))
  child.on('message', (message) => {
    const first = waiting.shift()
    if (first) first.resolve(message)
    else answers.push(message)
  })
  const limit = setTimeout(() => {
    fail(`it was not done after ${limitMs / 1000} s`)
    child.kill('SIGKILL')
  }, limitMs)
  const gone = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      fail(error.message)
      running.delete(child)
      resolve()
    })
    // 'close', not 'exit': by then its last words have been read.
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      running.delete(child)
      fail(`it ended (${signal ?? `exit code ${code}`})`)
      resolve()
    })
  })
  return {
    pid: child.pid ?? 0,
    failed,
    next: <T>() =>
      new Promise<T>((resolve, reject) => {
        if (answers.length > 0) resolve(answers.shift() as T)
        else if (failure) reject(failure)
        else waiting.push({ resolve: resolve as (value: unknown) => void, reject })
      }),
    send: (message) => {
      child.send(message)
    },
    end: async () => {
      if (!running.has(child)) return gone
      child.kill('SIGTERM')
      const kill = setTimeout(() => child.kill('SIGKILL'), 2000)
      await gone
      clearTimeout(kill)
    },
  }
}

/** One task, one answer, in a fresh process. */
export async function contend<T>(name: string, task: object, limitMs = 60_000, execArgv: readonly string[] = []): Promise<T> {
  const started = startContender(name, task, limitMs, execArgv)
  try {
    return await started.next<T>()
  } finally {
    await started.end()
  }
}

/** For the end of the bench, also a bad one. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

// ---- in a contender's process

export const task = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T

/** The last answer: nothing keeps the process afterwards. */
export function answer<T>(result: T): void {
  process.send!(result, undefined, undefined, () => process.exit(0))
}

/** An answer with more to come. */
export function tell<T>(message: T): void {
  process.send!(message)
}
