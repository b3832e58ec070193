// How a contender's process measures itself. Rates are per second of the measuring thread's CPU time: what other programs
// take from the machine does not count; nor do V8's own threads (garbage, compiler). Bytes are the growth of the heap over
// a stretch in which nothing was collected (a young heap of 256 MB, a 'gc' observer that must stay silent): exact for what
// JavaScript allocates, blind to memory outside of the heap. Hot functions are V8's sampling profiler's, of the passes.
import { Session, type Profiler } from 'node:inspector/promises'
import { PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'

/** What every measuring contender is told beside its own task. */
export interface MeasureTask {
  /** In one pass. */
  readonly samples: number
  readonly passes: number
  /** Counts allocations, instead of speed. */
  readonly bytes?: boolean
  readonly profile?: boolean
}
export interface Work {
  feed(from: number, to: number): void | Promise<void>
  /** Samples at the sink. */
  arrived(): number
  /** The value of the last one. */
  last?(): number
  /** Fed first, as warm-up; then counted at the sink: every contender must pass on the same. */
  readonly checked?: number
  /** Fed for this long before it counts, with turns of the event loop in between: what an engine does each second it does. */
  readonly settleMs?: number
}
/** What a measuring contender answers. */
export interface Measured {
  readonly perSecond: number
  /** The same by the clock. */
  readonly byClock: number
  /** Of the first samples, those that reached the sink, and the value of the last. */
  readonly arrived: number
  readonly last: number | null
  readonly bytesPerSample?: number
  readonly top?: readonly Hot[]
}
/** Where the time went: a function by itself, without what it calls. */
export interface Hot {
  readonly name: string
  readonly at: string
  readonly percent: number
}
/** V8's options of a process that counts allocations. */
export const BYTES_FLAGS: readonly string[] = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256']
const CHECKED = 20_000
const LEAST = 50

/** Feeds the check, then measures `passes` times; medians. One pass more than counts: the compiler is still at work in the first. */
export async function measure({ samples, passes, bytes, profile }: MeasureTask, work: Work): Promise<Measured> {
  const checked = work.checked ?? CHECKED
  await work.feed(0, checked)
  const seen = { arrived: work.arrived(), last: work.last?.() ?? null }
  let at = checked
  for (const until = performance.now() + (work.settleMs ?? 0); performance.now() < until; at += samples) {
    await work.feed(at, at + samples)
    await wait(1)
  }
  if (bytes === true) return { ...seen, perSecond: Number.NaN, byClock: Number.NaN, bytesPerSample: await allocated(work, at, samples) }
  const cpu: number[] = []
  const clock: number[] = []
  const run = async (count: number): Promise<void> => {
    for (let pass = 0; pass < count; pass++) {
      const began = performance.now()
      const used = process.threadCpuUsage()
      await work.feed(at, at + samples)
      const { user, system } = process.threadCpuUsage(used)
      cpu.push(samples / ((user + system) / 1e6))
      clock.push(samples / ((performance.now() - began) / 1000))
      at += samples
    }
  }
  await run(1)
  cpu.length = clock.length = 0
  const top = await profiled(profile === true, () => run(passes))
  return { ...seen, perSecond: median(cpu), byClock: median(clock), ...(top ? { top } : {}) }
}

/** Bytes of the heap that one sample takes, all that is made on its way together. */
async function allocated(work: Work, from: number, most: number): Promise<number> {
  const { gc } = globalThis
  if (!gc) throw new Error('this process was not started to count allocations')
  let collections = 0
  const observer = new PerformanceObserver((list) => (collections += list.getEntries().length))
  observer.observe({ entryTypes: ['gc'] })
  let at = from
  const feed = async (n: number): Promise<void> => {
    await work.feed(at, at + n)
    at += n
  }
  // Compiled first: what V8's optimising compiler proves to be unneeded is not allocated.
  await feed(most)
  await feed(most)
  const found: number[] = []
  let n = most
  while (found.length < 3) {
    await gc({ type: 'major', execution: 'async' })
    await wait(20)
    collections = 0
    const before = process.memoryUsage().heapUsed
    await feed(n)
    const after = process.memoryUsage().heapUsed
    // The observer is told after the turn.
    await wait(20)
    if (collections === 0) found.push((after - before) / n)
    else if ((n = Math.floor(n / 2)) < LEAST) throw new Error('no stretch was without a collection of garbage')
  }
  observer.disconnect()
  return Math.max(0, median(found))
}

/** Runs it, under V8's profiler when asked: the functions that took most time by themselves. */
export async function profiled(wanted: boolean, run: () => Promise<void>): Promise<readonly Hot[] | undefined> {
  if (!wanted) {
    await run()
    return undefined
  }
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 200 })
  await session.post('Profiler.start')
  await run()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  return hottest(profile)
}

function hottest({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Hot[] {
  const functions = new Map(nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
    const file = url.replace(/^.*\/headgate\/|^.*\/main\/|^file:\/\//, '').replace(/^.*node_modules\//, '').replace(/\?.*$/, '')
    return [id, { name: functionName || '(anonymous)', at: file === '' ? '' : `${file}:${lineNumber + 1}` }] as const
  }))
  const times = new Map<string, { name: string; at: string; us: number }>()
  let all = 0
  for (const [i, id] of samples.entries()) {
    const { name, at } = functions.get(id)!
    if (name === '(idle)' || at.startsWith('node:inspector')) continue
    const key = `${name} ${at}`
    const us = timeDeltas[i] ?? 0
    const entry = times.get(key)
    if (entry) entry.us += us
    else times.set(key, { name, at, us })
    all += us
  }
  return [...times.values()].toSorted((a, b) => b.us - a.us).slice(0, 12).map(({ name, at, us }) => ({ name, at, percent: (100 * us) / all }))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
