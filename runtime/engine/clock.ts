// The engine's clock: the system's, but never backwards. Set forward, it is followed at once. Set back, time goes on at
// nine tenths of its pace until the system's has caught up, as adjtime(3) does: windows, delays and the age of values
// stay true to a tenth, where a step back would make every value stale for as long as the step was.

const PACE = 0.9
/** A step back from here on is told, ms; what a time server corrects is not. */
const TOLD_MS = 1000

export interface ClockOptions {
  /** ms UTC; may step. */
  readonly wall?: () => number
  /** ms since any moment; never steps. */
  readonly steady?: () => number
  /** The system's clock was set back by this much, ms. */
  readonly stepped?: (byMs: number) => void
}

/** A clock that is further ahead than this is not taken over from before a restart, ms: it was wrong, not set back. */
const MOST_AHEAD_MS = 24 * 3_600_000

export interface EngineClock {
  (): number
  /** Time goes on from here at the earliest: what was kept before a restart must not be in the future. */
  notBefore(time: number): void
}

/** Gives ms UTC, never less than before. */
export function engineClock({ wall = Date.now, steady = () => performance.now(), stepped }: ClockOptions = {}): EngineClock {
  let last = wall()
  let at = steady()
  let told = false
  const read = (): number => {
    const now = steady()
    const system = wall()
    const slow = last + (now - at) * PACE
    at = now
    if (system >= slow) {
      last = system
      told = false
    } else {
      last = slow
      if (!told && slow - system >= TOLD_MS) {
        told = true
        stepped?.(slow - system)
      }
    }
    return last
  }
  return Object.assign(read, {
    notBefore(time: number): void {
      const now = read()
      if (time > now && time - now <= MOST_AHEAD_MS) last = time
    },
  })
}
