// What the shape of a waveform says about impacts: factors that do not depend on its size, and velocity from acceleration.
// Factors: ISO 13373-1:2002, annex; clearance and impulse factor as Caesarendra & Tjahjowidodo 2017, Machines 5(4), table 1.
import { bandEnergies, moments, powerSpectrum, type Taper } from './spectrum.ts'

export interface Shape {
  readonly mean: number
  /** About the mean, in the unit of the readings, as all that follows. */
  readonly rms: number
  /** Largest distance from the mean. */
  readonly peak: number
  readonly peakToPeak: number
  /** Peak over RMS: 1.41 of a sine. */
  readonly crest: number
  /** 3 of noise, 1.5 of a sine, more with impacts. */
  readonly kurtosis: number
  /** Third moment over the cube of the RMS: 0 when both sides are alike. */
  readonly skewness: number
  /** RMS over the mean size. */
  readonly shape: number
  /** Peak over the mean size. */
  readonly impulse: number
  /** Peak over the square of the mean root of the size. */
  readonly clearance: number
  /** Changes of sign. */
  readonly crossings: number
}

/** Undefined when all readings are equal: nothing vibrates so. */
export function shapeOf(block: ArrayLike<number>): Shape | undefined {
  const { mean, rms, crest, kurtosis } = moments(block)
  if (!(rms > 0)) return undefined
  const n = block.length
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  let third = 0
  let size = 0
  let root = 0
  let crossings = 0
  let side = 0
  for (let i = 0; i < n; i++) {
    const d = block[i]! - mean
    const a = Math.abs(d)
    if (d < low) low = d
    if (d > high) high = d
    third += (d / rms) ** 3
    size += a
    root += Math.sqrt(a)
    const sign = Math.sign(d)
    if (sign !== 0) {
      if (side !== 0 && sign !== side) crossings++
      side = sign
    }
  }
  size /= n
  root /= n
  const peak = Math.max(high, -low)
  return { mean, rms, peak, peakToPeak: high - low, crest, kurtosis, skewness: third / n, shape: rms / size, impulse: peak / size, clearance: peak / (root * root), crossings }
}

/**
 * RMS velocity, u.s, between two frequencies of an acceleration in u: its spectrum over the square of 2 pi f. The band
 * must begin above 0, and the block be long enough to tell it from a drift: two lines below its lower edge.
 */
export function velocityRms(block: ArrayLike<number>, rateHz: number, lowHz: number, highHz: number, taper: Taper = 'hann'): number {
  const { mean } = moments(block)
  const { power, stepHz } = powerSpectrum(Float64Array.from(block, (v) => v - mean), rateHz, taper)
  power[0] = 0
  for (let k = 1; k < power.length; k++) power[k]! /= (2 * Math.PI * k * stepHz) ** 2
  return Math.sqrt(bandEnergies({ power, stepHz }, lowHz, highHz, 1)[0]!)
}
