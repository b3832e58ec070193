// Computed order tracking: a waveform read at equal times becomes one at equal angles of the shaft, so that a fault stays
// at its order while the speed changes (Fyfe & Munck 1997, Mechanical Systems and Signal Processing 11, 187-205; the
// angle is the integral of a speed signal here, not that of a keyphasor's pulses). And the fault frequencies of bearings.
import { insertByTime, lastUpTo } from './by-time.ts'

export interface SpeedAt {
  /** ms */
  readonly time: number
  /** Turns per second. */
  readonly hz: number
}

/** Keeps the newest `limit` in the order of time. */
export function addSpeed(speeds: SpeedAt[], speed: SpeedAt, limit: number): void {
  insertByTime(speeds, speed)
  if (speeds.length > limit) speeds.shift()
}

/** On the line between two readings; the nearest one's before the first and behind the last. At least one is there. */
export function speedAt(speeds: readonly SpeedAt[], time: number): number {
  const i = lastUpTo(speeds, time)
  const before = speeds[i]
  const after = speeds[i + 1]
  if (before === undefined) return after!.hz
  if (after === undefined) return before.hz
  return before.hz + ((after.hz - before.hz) * (time - before.time)) / (after.time - before.time)
}

/** Slowest, fastest and mean of the speed from one time to another, ms. */
export function speedRange(speeds: readonly SpeedAt[], from: number, to: number): { readonly low: number; readonly high: number } {
  let low = speedAt(speeds, from)
  let high = low
  for (const hz of [speedAt(speeds, to), ...speeds.filter((s) => s.time > from && s.time < to).map((s) => s.hz)]) {
    low = Math.min(low, hz)
    high = Math.max(high, hz)
  }
  return { low, high }
}

export interface Angles {
  /** Where in the waveform, in readings, the equal angles lie. */
  readonly positions: Float64Array
  readonly perRevolution: number
}

/**
 * Equal angles along a waveform of `count` readings, `periodMs` apart. They lie close enough that the slowest stretch is
 * not coarser than it was read, so nothing folds back. The speed is above 0 throughout.
 */
export function equalAngles(speeds: readonly SpeedAt[], start: number, periodMs: number, count: number): Angles {
  const phase = new Float64Array(count)
  let before = speedAt(speeds, start)
  let slowest = before
  for (let i = 1; i < count; i++) {
    const hz = speedAt(speeds, start + i * periodMs)
    phase[i] = phase[i - 1]! + ((before + hz) / 2) * (periodMs / 1000)
    before = hz
    slowest = Math.min(slowest, hz)
  }
  const perRevolution = 1000 / periodMs / slowest
  // A hair above: the rounding of a steady speed's sum must not take the last angle off.
  const positions = new Float64Array(Math.floor(phase[count - 1]! * perRevolution * (1 + 1e-9)) + 1)
  let i = 0
  for (let n = 0; n < positions.length; n++) {
    const angle = n / perRevolution
    while (i + 2 < count && phase[i + 1]! < angle) i++
    positions[n] = Math.min(count - 1, i + (angle - phase[i]!) / (phase[i + 1]! - phase[i]!))
  }
  return { positions, perRevolution }
}

/** Readings between readings, by the cubic through the four around (Lagrange); by fewer at the ends. */
export function readAt(block: ArrayLike<number>, positions: Float64Array): Float64Array {
  const out = new Float64Array(positions.length)
  const last = block.length - 1
  for (const [n, p] of positions.entries()) {
    const i = Math.min(Math.max(0, Math.floor(p)), last)
    const x = p - i
    if (x < 1e-9 || i >= last) out[n] = block[i]!
    else if (i === 0 || i + 2 > last) out[n] = block[i]! * (1 - x) + block[i + 1]! * x
    else {
      const [a, b, c, d] = [block[i - 1]!, block[i]!, block[i + 1]!, block[i + 2]!]
      out[n] = (-a * x * (x - 1) * (x - 2)) / 6 + (b * (x + 1) * (x - 1) * (x - 2)) / 2 - (c * (x + 1) * x * (x - 2)) / 2 + (d * (x + 1) * x * (x - 1)) / 6
    }
  }
  return out
}

export interface Bearing {
  readonly balls: number
  readonly ballDiameterMm: number
  readonly pitchDiameterMm: number
  readonly contactAngleDeg: number
}
export const bearingFaults = ['bpfo', 'bpfi', 'bsf', 'ftf'] as const

/**
 * Orders of a bearing's faults: ball pass outer and inner race, ball spin, cage. Kinematics without slip, the inner race
 * turning (Randall & Antoni 2011, Mechanical Systems and Signal Processing 25, equations 1 to 4).
 */
export function faultOrders(b: Bearing): Readonly<Record<(typeof bearingFaults)[number], number>> {
  const ratio = (b.ballDiameterMm / b.pitchDiameterMm) * Math.cos((b.contactAngleDeg * Math.PI) / 180)
  return { bpfo: (b.balls / 2) * (1 - ratio), bpfi: (b.balls / 2) * (1 + ratio), bsf: (b.pitchDiameterMm / (2 * b.ballDiameterMm)) * (1 - ratio * ratio), ftf: (1 - ratio) / 2 }
}
