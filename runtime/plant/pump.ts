// Pump P-101 and its drive's motor as physics: speed, load, current, bearing temperature, wear and the accelerometer on
// the bearing housing. Stepped with a fixed step by world.ts; the same seed and the same commands give the same readings.
import { pumpBearing, random, Vibration } from './vibration.ts'

/** The accelerometer's buffer: 1024 readings at 1 kHz. */
export const blockLength = 1024
export const blockPeriodMs = 1
/** Gear of the whole plant: one step of the physics, ms. A block is 16 of them. */
export const stepMs = 64

const rampHzPerS = 10
const ratedHz = 45
/** Where a growing fault of the outer race stands when the plant starts (plain to see some 35 s later), and on a new bearing. */
const wearAtStart = 0.1
const wearNew = 0.02
/** Growth of wear at rated speed, 1/s. Wear w grows by w(1 - w): slowly, then fast, then levelling off at 1. */
const growth = 0.045
/** A new bearing is fitted so long after the last one, simulated seconds. */
const repairAfterS = 270
/** Lower corner of the vibration velocity, Hz (ISO 20816-1: 10 to 1000 Hz; the upper one is the sampling's 500 Hz). */
const velocityCornerHz = 10

export class Pump {
  /** What the drive's terminals ask for, 0 when it does not run. Set by the drive. */
  targetHz = ratedHz
  speedHz = ratedHz
  /** Torque beside the rated one, 0..1. */
  load = 0.8
  currentA = 0
  bearingC = 45
  /** Damage of the bearing's outer race, 0 new to 1 must be stopped. */
  wear = wearAtStart
  repairs = 0
  /** The last complete block, acceleration in m/s2; never changed once here. */
  block: Float32Array = new Float32Array(blockLength)
  /** Blocks made so far. */
  blocks = 0
  /** Vibration velocity over the last block, mm/s RMS. */
  velocityMmS = 0

  readonly #vibration: Vibration
  readonly #random: () => number
  #filling = new Float32Array(blockLength)
  #filled = 0
  #sinceRepairS = 0
  /** The velocity: a high pass over the acceleration, a leaky integrator in m/s, the square sum over the block being filled. */
  #last = 0
  #passed = 0
  #velocity = 0
  #squares = 0

  constructor(seed: number) {
    this.#vibration = new Vibration(pumpBearing, seed)
    this.#random = random(seed ^ 0x9e3779b9)
  }

  /** Delivered flow, m3/s: proportional to speed (affinity law), at 45 Hz 0.03 m3/s. */
  get flow(): number {
    return 0.03 * (this.speedHz / ratedHz)
  }

  /** One step of physics. `ambientC` is the hall's temperature; `headM` the level that the pump works against. */
  step(ambientC: number, headM: number): void {
    const dt = stepMs / 1000
    const reach = rampHzPerS * dt
    this.speedHz += Math.max(-reach, Math.min(reach, this.targetHz - this.speedHz))
    const relative = this.speedHz / ratedHz

    // Affinity laws: torque goes with the square of the speed, a little more against a full tank, above the seals' friction.
    const turning = relative > 0.01
    this.load = turning ? Math.min(1, 0.1 + relative ** 2 * (0.62 + 0.05 * headM)) : 0
    this.currentA = !turning ? 0 : 2.1 + 8.5 * this.load * (1 + 0.06 * this.wear) + 0.05 * (this.#random() - 0.5)

    this.#sinceRepairS += dt
    this.wear += growth * relative ** 3 * this.wear * (1 - this.wear) * dt
    if (this.#sinceRepairS >= repairAfterS) this.repair()

    const heat = 14 * relative + 9 * this.load + 28 * this.wear * relative
    this.bearingC += ((ambientC + heat - this.bearingC) * dt) / 60

    this.#listen()
  }

  /** Fits a new bearing. */
  repair(): void {
    this.wear = wearNew
    this.#sinceRepairS = 0
    this.repairs++
  }

  #listen(): void {
    const relative = this.speedHz / ratedHz
    const count = stepMs / blockPeriodMs
    const signal = this.#vibration.block(
      { speedHz: this.speedHz, load: this.load, noise: 0.05 + 0.2 * relative ** 2, imbalance: 0.06, outer: this.wear, inner: 0 },
      count,
      blockPeriodMs,
    )
    const leak = Math.exp((-2 * Math.PI * velocityCornerHz * blockPeriodMs) / 1000)
    for (const a of signal) {
      this.#passed = leak * (this.#passed + a - this.#last)
      this.#last = a
      this.#velocity = leak * (this.#velocity + (this.#passed * blockPeriodMs) / 1000)
      this.#squares += this.#velocity ** 2
    }
    this.#filling.set(signal, this.#filled)
    this.#filled += count
    if (this.#filled < blockLength) return
    this.block = this.#filling
    this.blocks++
    this.velocityMmS = 1000 * Math.sqrt(this.#squares / blockLength)
    this.#filling = new Float32Array(blockLength)
    this.#filled = 0
    this.#squares = 0
  }
}
