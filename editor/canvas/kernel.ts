// The layout kernel (elkjs) in a worker of its own: loaded when it is first needed, kept for the next time, ended when a
// layout is cancelled. It blocks nothing; a thousand nodes take it a second or two.
import type { ELK, ElkNode } from 'elkjs/lib/elk-api.js'

interface Kernel {
  readonly elk: ELK
  /** Rejects when the worker cannot be loaded or breaks. */
  readonly broken: Promise<never>
  readonly end: () => void
}
let kernel: Promise<Kernel> | undefined

async function load(): Promise<Kernel> {
  const [{ default: api }, { default: workerUrl }] = await Promise.all([import('elkjs/lib/elk-api.js'), import('elkjs/lib/elk-worker.min.js?url')])
  // A CommonJS module: whether its own default or the whole comes as ours is the bundler's choice.
  const Elk = ('default' in api ? api.default : api) as typeof api.default
  const failed = Promise.withResolvers<never>()
  // Whoever waits for a layout hears of it; without one under way there is nobody to tell.
  failed.promise.catch(() => undefined)
  let worker: Worker | undefined
  const elk = new Elk({
    workerFactory: () => {
      worker = new Worker(workerUrl)
      worker.addEventListener('error', (e) => failed.reject(new Error(e.message || 'its worker could not be loaded')))
      return worker
    },
  })
  return { elk, broken: failed.promise, end: () => worker?.terminate() }
}

/** Throws what the kernel says, or the signal's reason when it is cancelled. */
export async function layOut(graph: ElkNode, signal: AbortSignal): Promise<ElkNode> {
  const mine = (kernel ??= load())
  const forget = (): void => {
    if (kernel === mine) kernel = undefined
    // What never loaded has nothing to end.
    mine.then((k) => k.end()).catch(() => undefined)
  }
  const cancelled = Promise.withResolvers<never>()
  const cancel = (): void => cancelled.reject(signal.reason)
  signal.addEventListener('abort', cancel)
  try {
    signal.throwIfAborted()
    const { elk, broken } = await Promise.race([mine, cancelled.promise])
    return await Promise.race([elk.layout(graph), broken, cancelled.promise])
  } catch (thrown) {
    forget()
    throw thrown
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
