// How long to wait before the next attempt: doubling from the base to the limit, with jitter so that a plant's
// gateways do not knock at a restarted server in step.

export interface BackOff {
  readonly baseMs: number
  readonly limitMs: number
}
export const backOff: BackOff = { baseMs: 500, limitMs: 30_000 }

/** ms before attempt `n` (0 is the first repetition): between half and all of base * 2^n, at most limit. */
export function delayOf(n: number, { baseMs, limitMs }: BackOff = backOff, random: () => number = Math.random): number {
  const full = Math.min(limitMs, baseMs * 2 ** Math.min(n, 30))
  return full / 2 + (full / 2) * random()
}
