// Statistics of a stream of finite numbers in one pass and constant space. Plain data: it travels in checkpoints.
// Mean and variance: B. P. Welford, Technometrics 4 (1962), 419-420.
import { addToSum, type Sum } from './sum.ts'

export interface Running extends Sum {
  count: number
  mean: number
  /** Sum of squared differences from the mean. */
  squares: number
  min: number
  max: number
}

export const newRunning = (): Running => ({ count: 0, mean: 0, squares: 0, sum: 0, lost: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY })

export function addTo(r: Running, x: number): void {
  r.count++
  const delta = x - r.mean
  r.mean += delta / r.count
  r.squares += delta * (x - r.mean)
  addToSum(r, x)
  if (x < r.min) r.min = x
  if (x > r.max) r.max = x
}

/** Sample standard deviation (n - 1); 0 of a single value, as OPC 10000-13 has it; NaN of none. */
export const deviationOf = (r: Running): number => (r.count === 0 ? Number.NaN : r.count === 1 ? 0 : Math.sqrt(r.squares / (r.count - 1)))
