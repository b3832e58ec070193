// One measured quantity tracked through noise, by a Kalman filter in closed form: a random walk (one state) or a constant
// velocity (level and slope). Any spacing of the readings. Plain data: it travels in checkpoints.
// R. E. Kalman, Trans. ASME J. Basic Eng. 82 (1960), 35; noise of the continuous models: Y. Bar-Shalom, X. R. Li,
// T. Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), 6.2.2.

export interface Track {
  level: number
  /** Per second; stays 0 in a random walk. */
  slope: number
  /** Covariance: of the level, of both, of the slope. */
  p00: number
  p01: number
  p11: number
}

/** The first reading is the level; its slope is unknown, as wide as one measurement's deviation in a second. */
export const newTrack = (level: number, measured: number): Track => ({ level, slope: 0, p00: measured * measured, p01: 0, p11: measured * measured })

/**
 * Takes a reading `seconds` (0 or more) after the last. `process`: deviation of the level (random walk) or of the slope
 * (velocity) that one second brings; `measured`: that of a reading, above 0. Gives the gain, 0 to 1: the reading's share.
 */
export function follow(t: Track, x: number, seconds: number, process: number, measured: number, velocity: boolean): number {
  const q = process * process
  if (velocity) {
    t.level += t.slope * seconds
    t.p00 += seconds * (2 * t.p01 + seconds * t.p11) + (q * seconds ** 3) / 3
    t.p01 += seconds * t.p11 + (q * seconds * seconds) / 2
    t.p11 += q * seconds
  } else t.p00 += q * seconds
  const r = measured * measured
  const total = t.p00 + r
  const gain = t.p00 / total
  const miss = x - t.level
  t.level += gain * miss
  if (velocity) {
    const slopeGain = t.p01 / total
    t.slope += slopeGain * miss
    t.p11 -= slopeGain * t.p01
    t.p01 *= r / total
  }
  t.p00 *= r / total
  return gain
}
