// The plant's time. Real time drives the protocol side (watchdog, latch, update rates); the physics runs on simulated
// time, which world.ts derives from it. Tests inject a ManualClock and so decide when anything happens.

export interface Clock {
  /** Wall clock, ms since the Unix epoch: what a device puts on its readings. */
  time(): number
  /** Monotonic, ms: for intervals only, so that a corrected wall clock trips no watchdog. */
  now(): number
  /** Calls back every so many ms until the returned function is called. */
  every(periodMs: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  time: () => Date.now(),
  now: () => performance.now(),
  every(periodMs, callback) {
    const timer = setInterval(callback, periodMs)
    return () => clearInterval(timer)
  },
}

interface Repeat {
  readonly periodMs: number
  readonly callback: () => void
  due: number
}

/** Stands still until advanced. Starts at 0 ms, at a fixed day of the wall clock unless told another. */
export class ManualClock implements Clock {
  readonly #start: number
  readonly #repeats = new Set<Repeat>()
  #now = 0

  constructor(startTime = Date.UTC(2026, 0, 1)) {
    this.#start = startTime
  }

  time(): number {
    return this.#start + this.#now
  }

  now(): number {
    return this.#now
  }

  every(periodMs: number, callback: () => void): () => void {
    const repeat: Repeat = { periodMs, callback, due: this.#now + periodMs }
    this.#repeats.add(repeat)
    return () => void this.#repeats.delete(repeat)
  }

  /** Moves on by `ms` and makes every call that falls due, in the order of time. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      let next: Repeat | undefined
      for (const repeat of this.#repeats) if (repeat.due <= end && (!next || repeat.due < next.due)) next = repeat
      if (!next) break
      this.#now = next.due
      next.due += next.periodMs
      next.callback()
    }
    this.#now = end
  }
}
