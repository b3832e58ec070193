// A thread that runs models too slow for the flow's own. It ends by its own exit when it is asked to and idle: ending it
// from outside during a run aborts the whole process.
import { parentPort } from 'node:worker_threads'
import { reasonOf, type ModelPort, type Tensor } from '#kit'
import { openSession, zeros, type Session } from './session.ts'

export type WorkerRequest =
  | { readonly id: number; readonly open: string; readonly bytes: Uint8Array }
  | { readonly id: number; readonly run: string; readonly inputs: Readonly<Record<string, Tensor>> }
  | { readonly id: number; readonly release: string }
  | { readonly id: number; readonly exit: true }
export interface WorkerOpened {
  readonly inputs: readonly ModelPort[]
  readonly outputs: readonly ModelPort[]
  /** Infinity when it could not be run on zeros. */
  readonly medianMs: number
}
export type WorkerAnswer = { readonly id: number; readonly opened?: WorkerOpened; readonly outputs?: Record<string, Tensor>; readonly reason?: string }

const sessions = new Map<string, Session>()
const port = parentPort!
/** One request after the other: a session is released after the runs that were asked for before. */
let queue: Promise<void> = Promise.resolve()

port.on('message', (request: WorkerRequest) => {
  queue = queue.then(() => answer(request))
})

async function answer(request: WorkerRequest): Promise<void> {
  const { id } = request
  try {
    if ('open' in request) {
      const session = await openSession(request.bytes)
      sessions.set(request.open, session)
      post({ id, opened: { inputs: session.inputs, outputs: session.outputs, medianMs: await warmUp(session) } })
    } else if ('run' in request) {
      const outputs = await sessions.get(request.run)!.run(request.inputs)
      post({ id, outputs })
    } else if ('release' in request) {
      const session = sessions.get(request.release)
      sessions.delete(request.release)
      await session?.release()
      post({ id })
    } else {
      for (const session of sessions.values()) await session.release()
      sessions.clear()
      post({ id })
      port.close() // nothing else keeps the thread, so it ends by itself
    }
  } catch (thrown) {
    post({ id, reason: reasonOf(thrown) })
  }
}

function post(message: WorkerAnswer): void {
  port.postMessage(message)
}

/** Median of up to 30 runs on zeros after the first three, within about 300 ms, ms. */
async function warmUp(session: Session): Promise<number> {
  const feeds = zeros(session.inputs)
  if (!feeds) return Number.POSITIVE_INFINITY
  const times: number[] = []
  const end = performance.now() + 300
  try {
    for (let i = 0; i < 33 && (i < 4 || performance.now() < end); i++) {
      const began = performance.now()
      await session.run(feeds)
      if (i >= 3) times.push(performance.now() - began)
    }
  } catch {
    return Number.POSITIVE_INFINITY // zeros are not for every model; a real run's failure is told
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!
}
