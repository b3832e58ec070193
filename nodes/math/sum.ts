// A sum that keeps what rounding takes away, so that a total runs for years. Plain data: it travels in checkpoints.
// A. Neumaier, ZAMM 54 (1974), 39-51.

export interface Sum {
  sum: number
  /** What rounding has lost of the sum so far. */
  lost: number
}

export const newSum = (start = 0): Sum => ({ sum: start, lost: 0 })

export function addToSum(s: Sum, x: number): void {
  const sum = s.sum + x
  s.lost += Math.abs(s.sum) >= Math.abs(x) ? s.sum - sum + x : x - sum + s.sum
  s.sum = sum
}

export const totalOf = (s: Sum): number => s.sum + s.lost
