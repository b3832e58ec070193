// The plant as physics: the pump fills a tank that a valve and the consumers drain, in a hall with a compressor. Stepped
// with a fixed step of simulated time, so a seed and the same commands give the same plant whatever the real time did.
import { blockLength, blockPeriodMs, Pump, stepMs } from './pump.ts'
import { random } from './vibration.ts'

export const tankHeightM = 4
const tankAreaM2 = 1.5

export class World {
  /** Simulated time since the start, ms. */
  timeMs = 0
  readonly pump: Pump
  /** Opening of the tank's valve, 0..100 %. Set by the tank's server. */
  valve = 50
  levelM = 1.6
  waterC = 15.5
  hallC = 21
  humidity = 46
  compressorBar = 6.9
  compressorLoaded = true
  doorOpen = false
  powerKw = 0
  energyKwh = 18240

  readonly #random: () => number
  #demand = 0
  #doorUntilMs = 0
  #debtMs = 0

  constructor(seed: number) {
    this.pump = new Pump(seed)
    this.#random = random(seed ^ 0x51ed270b)
    // The accelerometer has a whole block to show, and the wear a place to start from, before anyone can connect.
    const wear = this.pump.wear
    for (let ms = 0; ms < blockLength * blockPeriodMs; ms += stepMs) this.#step()
    this.pump.wear = wear
    this.timeMs = 0
  }

  /**
   * Lets `ms` of simulated time pass, in whole steps; the rest waits for the next call. At most 10 s at once: after a
   * pause of the machine the plant goes on from where it stood.
   */
  advance(ms: number): void {
    this.#debtMs += Math.max(0, Math.min(ms, 10_000))
    while (this.#debtMs >= stepMs) {
      this.#debtMs -= stepMs
      this.#step()
    }
  }

  #step(): void {
    const dt = stepMs / 1000
    const t = this.timeMs / 1000
    this.timeMs += stepMs
    this.pump.step(this.hallC, this.levelM)

    // Tank: outflow through the valve by Torricelli, consumers with a slow swing and a drifting part.
    const even = () => this.#random() - 0.5
    this.#demand += (even() * 0.004 - this.#demand * 0.05) * dt
    const demand = Math.max(0, 0.012 + 0.004 * Math.sin((2 * Math.PI * t) / 180) + this.#demand)
    const out = this.levelM > 0 ? 0.04 * (this.valve / 100) * Math.sqrt(this.levelM / 2) + demand : 0
    const volume = tankAreaM2 * Math.max(0.2, this.levelM)
    this.waterC += (((14 - this.waterC) * this.pump.flow) / volume + (this.hallC - this.waterC) / 60) * dt
    this.levelM = Math.max(0, Math.min(tankHeightM, this.levelM + ((this.pump.flow - out) / tankAreaM2) * dt))

    // Hall: a slow swing and drift; open doors let the weather in.
    const outsideC = this.doorOpen ? 12 : 21.2 + 0.8 * Math.sin((2 * Math.PI * t) / 600)
    this.hallC += ((outsideC - this.hallC) / (this.doorOpen ? 90 : 200)) * dt + even() * 0.02 * dt
    this.humidity = Math.max(20, Math.min(90, this.humidity + ((this.doorOpen ? 62 : 46) - this.humidity) * (dt / 120) + even() * 0.3 * dt))
    if (this.doorOpen ? this.timeMs >= this.#doorUntilMs : this.#random() < dt / 90) {
      this.doorOpen = !this.doorOpen
      this.#doorUntilMs = this.timeMs + 8000 + 12_000 * this.#random()
    }

    // Compressor: loads at 6.5 bar, idles at 7.3 bar.
    this.compressorBar += (this.compressorLoaded ? 0.06 : -0.045) * dt + even() * 0.02 * dt
    if (this.compressorBar >= 7.3) this.compressorLoaded = false
    if (this.compressorBar <= 6.5) this.compressorLoaded = true

    // Three phases at 400 V, power factor 0.85; lights and controls use 1.2 kW.
    this.powerKw = (Math.sqrt(3) * 400 * this.pump.currentA * 0.85) / 1000 + (this.compressorLoaded ? 7.5 : 2.4) + 1.2 + 0.05 * even()
    this.energyKwh += (this.powerKw * dt) / 3600
  }
}
