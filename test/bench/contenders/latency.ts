// Open loop through the pipeline: samples are due at even times whatever the flow does; the sink counts from then. The loop
// that sends lets the engine's own work (timers, journal) have the thread every millisecond, as a source's callbacks do.
import { setImmediate as turn } from 'node:timers/promises'
import { sample } from '#kit'
import { startEngine } from '../engine.ts'
import { answer, task } from '../process.ts'
import { FIRST_TIME, reading } from '../readings.ts'
import { pipelineFlow } from '../shapes.ts'

/** µs from when a sample was due until it was at the sink. */
export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly longest: number
  readonly perSecond: number
}
export interface LatencyResult {
  /** Samples a second, as fast as they go. */
  readonly most: number
  readonly half: Spread
  readonly slow: Spread
}

/** Steps of 0.1 µs up to 100 ms; what is longer is in the last. */
const STEP_MS = 1e-4
const counts = new Uint32Array(1_000_001)
let due = 0
let longest = 0
const engine = await startEngine([pipelineFlow], {
  seen() {
    const took = performance.now() - due
    if (took > longest) longest = took
    counts[Math.min(1_000_000, Math.max(0, Math.floor(took / STEP_MS)))]!++
  },
})
const [emit] = engine.emits
let next = 0
const send = (): void => {
  emit!(sample('raw', reading(next), FIRST_TIME + next))
  next++
}

function begin(): void {
  counts.fill(0)
  longest = 0
}

/** As fast as they go, with the same measuring. */
async function fastest(ms: number): Promise<number> {
  begin()
  const began = performance.now()
  const first = next
  let now = began
  while (now - began < ms) {
    for (const until = now + 1; now < until; now = performance.now()) {
      due = now
      send()
    }
    await turn()
  }
  return (next - first) / ((performance.now() - began) / 1000)
}

async function paced(perSecond: number, ms: number): Promise<Spread> {
  begin()
  const arrived = engine.arrived()
  const total = Math.floor((perSecond * ms) / 1000)
  const gap = 1000 / perSecond
  const began = performance.now()
  let now = began
  for (let i = 0; i < total; ) {
    for (const until = now + 1; now < until && i < total; now = performance.now()) {
      due = began + i * gap
      if (due > now) continue
      send()
      i++
    }
    await turn()
  }
  const took = performance.now() - began
  const seen = counts.reduce((a, b) => a + b, 0)
  if (seen === 0 || seen !== engine.arrived() - arrived) throw new Error(`${engine.arrived() - arrived} samples arrived, ${seen} were timed`)
  const at = (share: number): number => {
    let left = Math.ceil(seen * share)
    const step = counts.findIndex((n) => (left -= n) <= 0)
    return (step + 1) * STEP_MS * 1000
  }
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), longest: longest * 1000, perSecond: total / (took / 1000) }
}

const { ms } = task<{ ms: number }>()
await fastest(500)
const most = await fastest(ms / 2)
const half = await paced(most / 2, ms)
const slow = await paced(100_000, ms)
await engine.close()
answer<LatencyResult>({ most, half, slow })
