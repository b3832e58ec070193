// What the bearing model is trained and tested on: waveforms of bearings whose geometry, speed, load, noise and wear are
// drawn at random, and the features that aggregate.spectrum makes of them.
import { blockFeatures, type FeatureOptions } from '#math/spectrum'
import { faultFrequencies, pumpBearing, random, Vibration, type BearingGeometry, type Condition } from '../../runtime/plant/vibration.ts'

export const classes = ['healthy', 'outer_race', 'inner_race', 'imbalance'] as const

/** The config of the aggregate.spectrum node that the model wants in front of it; also in card.json. */
export const preprocessing = {
  samplePeriodMs: 1,
  unit: 'm/s2',
  bandUnit: 'orders',
  bands: 36,
  low: 0.125,
  high: 9.125,
  taper: 'hann',
  speedMaxAgeMs: 5000,
  envelope: true,
  envelopeLowHz: 200,
  envelopeHighHz: 490,
} as const
export const blockLength = 1024

/** What is drawn, evenly between the two. */
export const ranges = {
  speedHz: [20, 52],
  load: [0.2, 1],
  noise: [0.05, 0.45],
  balls: [7, 12],
  /** Ball over pitch diameter, times the cosine of the contact angle. */
  ratio: [0.15, 0.28],
  /** A fault's wear or imbalance; what lies between this and mild is nobody's class. */
  fault: [0.3, 1],
  /** Wear and imbalance that count as healthy; every signal has some. */
  mild: [0, 0.12],
  /** Relative error of the measured speed. */
  speedError: [-0.003, 0.003],
} as const
/** A geometry is kept out of the training when its BPFO and BPFI both lie closer than this (in orders) to a test geometry's. */
export const apart = 0.05

export interface Drawn {
  readonly features: Float64Array
  readonly label: number
  readonly condition: Condition
}

const between = (r: () => number, [low, high]: readonly [number, number]): number => low + (high - low) * r()

export function drawGeometries(seed: number, count: number, unlike: readonly BearingGeometry[] = [], distance: number = apart): BearingGeometry[] {
  const r = random(seed)
  const taken = unlike.map(faultFrequencies)
  const geometries: BearingGeometry[] = []
  while (geometries.length < count) {
    const [few, many] = ranges.balls
    const g = { balls: few + Math.floor(r() * (many - few + 1)), ballDiameterMm: 50 * between(r, ranges.ratio), pitchDiameterMm: 50, contactAngleRad: 0 }
    const { bpfo, bpfi } = faultFrequencies(g)
    if (!taken.some((t) => Math.abs(t.bpfo - bpfo) < distance && Math.abs(t.bpfi - bpfi) < distance)) geometries.push(g)
  }
  return geometries
}

export const seeds = { trainGeometries: 101, trainSignals: 102, testGeometries: 201, testSignals: 202, weights: 301, wearCurve: 401 } as const
/** Bearings the training never sees, the simulated plant's pump among them. */
export const testGeometries = (): BearingGeometry[] => [pumpBearing, ...drawGeometries(seeds.testGeometries, 23, [pumpBearing])]
export const trainGeometries = (): BearingGeometry[] => drawGeometries(seeds.trainGeometries, 400, testGeometries())

/** One waveform and its features. `wear` sets the fault's size instead of drawing it. */
export function draw(r: () => number, geometry: BearingGeometry, label: number, wear?: number): Drawn {
  const fault = wear ?? between(r, ranges.fault)
  const mild = (): number => (r() < 0.5 ? 0 : between(r, ranges.mild))
  const condition = {
    speedHz: between(r, ranges.speedHz),
    load: between(r, ranges.load),
    noise: between(r, ranges.noise),
    outer: label === 1 ? fault : mild(),
    inner: label === 2 ? fault : mild(),
    imbalance: label === 3 ? fault : between(r, ranges.mild),
  }
  const machine = new Vibration(geometry, Math.floor(r() * 2 ** 32))
  machine.block(condition, 64, preprocessing.samplePeriodMs) // the resonance rings already
  const block = machine.block(condition, blockLength, preprocessing.samplePeriodMs)
  return { features: featuresOf(block, condition.speedHz * (1 + between(r, ranges.speedError))), label, condition }
}

/** As aggregate.spectrum computes them. */
export function featuresOf(block: Float32Array, speedHz: number): Float64Array {
  const options: FeatureOptions = { ...preprocessing, rateHz: 1000 / preprocessing.samplePeriodMs, lowHz: preprocessing.low * speedHz, highHz: preprocessing.high * speedHz }
  return blockFeatures(block, options)!.features
}

/** Equally many of each class, over the geometries in turn. */
export function drawSet(seed: number, count: number, geometries: readonly BearingGeometry[]): Drawn[] {
  const r = random(seed)
  return Array.from({ length: count }, (_, i) => draw(r, geometries[Math.floor(i / classes.length) % geometries.length]!, i % classes.length))
}
