// What the page's main thread does while something happens: script, and all work, of every frame. From Chromium's own trace;
// a frame is what lies between two animation frames of the page.
import type { Browser, CDPSession, Page } from 'playwright-core'

export interface Frames {
  /** ms of script of each frame, CPU time. */
  readonly script: readonly number[]
  /** ms between one animation frame and the next. */
  readonly between: readonly number[]
}
interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly ts: number
  readonly dur?: number
  /** CPU time of the thread, µs: what other programs took meanwhile is not in it. */
  readonly tdur?: number
  readonly pid: number
  readonly tid: number
}
/** Where script runs; the outermost counts. */
const SCRIPT = new Set(['FunctionCall', 'EvaluateScript', 'v8.run', 'RunMicrotasks', 'FireAnimationFrame', 'TimerFire', 'V8.GC_MINOR_MC', 'MinorGC', 'MajorGC'])

/** Keeps the page asking for frames: without that a page at rest has none to count. */
export const keepFrames = (page: Page): Promise<void> => page.evaluate(() => {
  const again = (): void => void requestAnimationFrame(again)
  again()
})

export async function framesOf(browser: Browser, page: Page, act: () => Promise<void>): Promise<Frames> {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'v8.execute', 'disabled-by-default-v8.gc', 'v8'] })
  await act()
  const trace = JSON.parse((await browser.stopTracing()).toString('utf8')) as { readonly traceEvents: readonly TraceEvent[] }
  return readTrace(trace.traceEvents)
}

export function readTrace(events: readonly TraceEvent[]): Frames {
  // The page's thread is the one with the animation frames.
  const counts = new Map<string, number>()
  const threadOf = (e: TraceEvent): string => `${e.pid} ${e.tid}`
  for (const e of events) if (e.name === 'FireAnimationFrame') counts.set(threadOf(e), (counts.get(threadOf(e)) ?? 0) + 1)
  const thread = [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0]
  const own = events.filter((e) => threadOf(e) === thread && e.ph === 'X' && SCRIPT.has(e.name)).toSorted((a, b) => a.ts - b.ts)
  const starts: number[] = []
  // Several callbacks of one frame follow each other at once.
  for (const e of own) if (e.name === 'FireAnimationFrame' && e.ts - (starts.at(-1) ?? -Infinity) > 4000) starts.push(e.ts)
  const script = starts.map(() => 0)
  let until = -Infinity
  let frame = 0
  for (const { ts, dur = 0, tdur } of own) {
    // Inside of one that counts already.
    if (ts < until) continue
    until = ts + dur
    while (frame + 1 < starts.length && starts[frame + 1]! <= ts) frame++
    if (starts.length > 0 && ts >= starts[0]!) script[frame]! += (tdur ?? dur) / 1000
  }
  return { script: script.slice(0, -1), between: starts.slice(1).map((t, i) => (t - starts[i]!) / 1000) }
}

/** Where the script's time went while `act` ran: share of the thread, by function. */
export async function profileOf(page: Page, act: () => Promise<void>, most = 40): Promise<readonly string[]> {
  const session: CDPSession = await page.context().newCDPSession(page)
  await session.send('Profiler.enable')
  await session.send('Profiler.setSamplingInterval', { interval: 200 })
  await session.send('Profiler.start')
  await act()
  const { profile } = await session.send('Profiler.stop')
  await session.detach()
  const own = new Map<number, number>()
  for (const [i, id] of (profile.samples ?? []).entries()) own.set(id, (own.get(id) ?? 0) + (profile.timeDeltas?.[i] ?? 0))
  const names = new Map<string, number>()
  for (const node of profile.nodes) {
    const { functionName, url, lineNumber } = node.callFrame
    const name = `${functionName || '(anonymous)'} ${url.split('/').at(-1) ?? ''}:${lineNumber + 1}`
    names.set(name, (names.get(name) ?? 0) + (own.get(node.id) ?? 0))
  }
  const total = profile.endTime - profile.startTime
  return [...names].toSorted(([, a], [, b]) => b - a).slice(0, most).map(([name, time]) => `${((100 * time) / total).toFixed(1).padStart(5)} %  ${name}`)
}

/** `part` of 1: 0.5 is the median. NaN of nothing. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted.length === 0 ? Number.NaN : sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!
}
