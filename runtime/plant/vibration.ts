// The vibration of a pump's rolling bearing as physics: what an accelerometer on the housing would read. Shaft harmonics
// from imbalance, impacts of the balls on a damaged race that ring a resonance of the housing, and broadband noise.
// Thin on purpose: one resonance, one load zone, no ball or cage defects. Seeded: the same calls give the same signal.

export interface BearingGeometry {
  readonly balls: number
  readonly ballDiameterMm: number
  readonly pitchDiameterMm: number
  readonly contactAngleRad: number
}
export interface Condition {
  /** Turns of the shaft per second. */
  readonly speedHz: number
  /** 0 idle to 1 rated. */
  readonly load: number
  /** Broadband, m/s2 rms. */
  readonly noise: number
  /** 0 well balanced to 1 must be stopped. */
  readonly imbalance: number
  /** Damage of the outer race: 0 none to 1 must be stopped. */
  readonly outer: number
  /** Damage of the inner race, likewise. */
  readonly inner: number
}

/** SKF 6205 deep groove ball bearing: 9 balls. BPFO is 3.585 and BPFI 5.415 times the shaft's speed. */
export const pumpBearing: BearingGeometry = { balls: 9, ballDiameterMm: 7.94, pitchDiameterMm: 39.04, contactAngleRad: 0 }

/**
 * Fault frequencies in orders (multiples of the shaft's speed): ball pass outer race, ball pass inner race, ball spin,
 * cage. Kinematics without slip: Randall & Antoni, Rolling element bearing diagnostics - a tutorial, Mechanical Systems
 * and Signal Processing 25 (2011) 485-520, equations 1 to 4.
 */
export function faultFrequencies(g: BearingGeometry): { readonly bpfo: number; readonly bpfi: number; readonly bsf: number; readonly ftf: number } {
  const ratio = (g.ballDiameterMm / g.pitchDiameterMm) * Math.cos(g.contactAngleRad)
  return {
    bpfo: (g.balls / 2) * (1 - ratio),
    bpfi: (g.balls / 2) * (1 + ratio),
    bsf: (g.pitchDiameterMm / (2 * g.ballDiameterMm)) * (1 - ratio * ratio),
    ftf: (1 - ratio) / 2,
  }
}

/** Even numbers in [0, 1) from a seed (mulberry32). Not for secrets. */
export function random(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), a | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Speed at which the amplitudes below hold; forces grow with the square of the speed. */
const ratedHz = 45
/** m/s2 at rated speed: the 1x amplitude of a well balanced shaft, what full imbalance adds, and an impact at full damage. */
const residual = 0.15
const imbalanced = 3
const impact = 10
/** 2x and 3x beside 1x: some misalignment and looseness is always there. */
const harmonics = [1, 0.25, 0.1] as const
/** The balls slip a little: standard deviation of an interval between impacts (1 to 2 %: Randall & Antoni 2011, section 2). */
const slip = 0.012
/** Reach of the load zone (epsilon of Stribeck's equation; below 0.5: positive clearance), and the exponent for balls. */
const zone = 0.45
const zoneExponent = 1.5

/** Share of the load that a point of the inner race carries at an angle from the middle of the load zone (Stribeck). */
function loadZone(angle: number): number {
  return Math.max(0, 1 - (1 - Math.cos(angle)) / (2 * zone)) ** zoneExponent
}

/** Impacts of the balls on one damaged race, told as the shaft angle of the next one. */
interface Race {
  /** Shaft angle between two impacts, rad. */
  readonly step: number
  /** Shaft angle of the next impact, rad. */
  next: number
}

/**
 * One bearing in one housing. The seed draws what differs between two machines of a kind: the housing's resonance
 * (320 to 410 Hz, so that it is seen at 1 kHz), its damping, phases.
 */
export class Vibration {
  readonly resonanceHz: number
  readonly #decayMs: number
  readonly #random: () => number
  readonly #outer: Race
  readonly #inner: Race
  readonly #phases: readonly number[]
  #spare: number | undefined
  /** Shaft angle at the next sample, rad. Wrapped now and then, with the races' next impacts. */
  #angle: number
  /** The resonance as a turning, decaying phasor; its imaginary part is the acceleration. */
  #re = 0
  #im = 0

  constructor(geometry: BearingGeometry, seed: number) {
    this.#random = random(seed)
    const { bpfo, bpfi } = faultFrequencies(geometry)
    this.resonanceHz = 320 + 90 * this.#random()
    this.#decayMs = 2.5 + 1.5 * this.#random()
    this.#phases = harmonics.map(() => 2 * Math.PI * this.#random())
    this.#angle = 2 * Math.PI * this.#random()
    this.#outer = { step: (2 * Math.PI) / bpfo, next: this.#angle + ((2 * Math.PI) / bpfo) * this.#random() }
    this.#inner = { step: (2 * Math.PI) / bpfi, next: this.#angle + ((2 * Math.PI) / bpfi) * this.#random() }
  }

  /** `count` readings, acceleration in m/s2, `periodMs` apart; goes on where the last block ended. Throws a RangeError for a condition that is not finite. */
  block(condition: Condition, count: number, periodMs: number): Float32Array {
    for (const [name, v] of Object.entries(condition)) if (!Number.isFinite(v)) throw new RangeError(`${name} is ${v}`)
    const { speedHz, load, noise, imbalance, outer, inner } = condition
    const force = (speedHz / ratedHz) ** 2
    const shaft = (residual + imbalanced * imbalance) * force
    const strike = impact * (0.5 + 0.5 * load) * force
    const perMs = (2 * Math.PI * speedHz) / 1000
    const turn = (2 * Math.PI * this.resonanceHz * periodMs) / 1000
    const fade = Math.exp(-periodMs / this.#decayMs)
    const cos = fade * Math.cos(turn)
    const sin = fade * Math.sin(turn)

    const out = new Float32Array(count)
    for (let i = 0; i < count; i++) {
      let a = noise * this.#gauss()
      for (let h = 0; h < harmonics.length; h++) a += shaft * harmonics[h]! * Math.sin((h + 1) * this.#angle + this.#phases[h]!)
      out[i] = a + this.#im

      const angle = this.#angle + perMs * periodMs
      const re = this.#re * cos - this.#im * sin
      this.#im = this.#re * sin + this.#im * cos
      this.#re = re
      if (perMs > 0) {
        this.#impacts(this.#outer, angle, perMs, () => strike * outer)
        this.#impacts(this.#inner, angle, perMs, (at) => strike * inner * loadZone(at))
      }
      this.#angle = angle
    }
    this.#wrap()
    return out
  }

  /** Adds the impacts up to this shaft angle, each where it falls between the two readings. */
  #impacts(race: Race, angle: number, perMs: number, strength: (at: number) => number): void {
    while (race.next <= angle) {
      const ageMs = (angle - race.next) / perMs
      const size = strength(race.next) * (1 + 0.1 * this.#gauss()) * Math.exp(-ageMs / this.#decayMs)
      const phase = (2 * Math.PI * this.resonanceHz * ageMs) / 1000
      this.#re += size * Math.cos(phase)
      this.#im += size * Math.sin(phase)
      race.next += race.step * Math.max(0.5, 1 + slip * this.#gauss())
    }
  }

  /** Angles stay small, or the sine loses its digits after days. */
  #wrap(): void {
    const turns = 2 * Math.PI * Math.floor(this.#angle / (2 * Math.PI))
    this.#angle -= turns
    this.#outer.next -= turns
    this.#inner.next -= turns
  }

  /** Normal, mean 0, deviation 1 (Box and Muller 1958). */
  #gauss(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare
      this.#spare = undefined
      return spare
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random()))
    const angle = 2 * Math.PI * this.#random()
    this.#spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}
