// What every contender of the pipeline case is fed: the same readings at the same times.

/** A slow swing from a table (the bench is not about sines); nearly all readings pass a deadband of 0.5 after scaling. */
const table = Float64Array.from({ length: 4096 }, (_, i) => 500 + 400 * Math.sin((i * 2 * Math.PI * 33) / 4096))

export const reading = (i: number): number => table[i & 4095]!

/** ms UTC; in the past, as real readings are. */
export const FIRST_TIME = Date.UTC(2026, 0, 1)

/** Fed first, as warm-up, and counted at the sink: every contender must pass on the same number. */
export const CHECKED = 20_000

/** What a contender's process answers. */
export interface PipelineResult {
  /** Samples per second of the flow thread's CPU time: what other programs take from this machine does not count. */
  readonly perSecond: number
  /** The same by the clock. */
  readonly byClock: number
  /** Of the first CHECKED readings, those that reached the sink. */
  readonly arrived: number
}

/** Feeds CHECKED readings as a check and warm-up, then measures `passes` times; medians. */
export async function measure(samples: number, passes: number, feed: (from: number, to: number) => void | Promise<void>, arrived: () => number): Promise<PipelineResult> {
  await feed(0, CHECKED)
  const checked = arrived()
  let at = CHECKED
  const cpu: number[] = []
  const clock: number[] = []
  // One pass more than counts: the compiler is still at work in the first.
  for (let pass = 0; pass <= passes; pass++) {
    const began = performance.now()
    const used = process.threadCpuUsage()
    await feed(at, at + samples)
    const { user, system } = process.threadCpuUsage(used)
    if (pass > 0) {
      cpu.push(samples / ((user + system) / 1e6))
      clock.push(samples / ((performance.now() - began) / 1000))
    }
    at += samples
  }
  return { perSecond: median(cpu), byClock: median(clock), arrived: checked }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
