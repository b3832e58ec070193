// Curves through given points (x rising). Cubic by Hermite pieces with slopes that keep what rises rising and what falls
// falling: F. N. Fritsch, R. E. Carlson, Monotone Piecewise Cubic Interpolation, SIAM J. Numer. Anal. 17 (1980), 238-246.

/** The last point at or below x: 0 to length - 1; -1 when x is below the first. */
export function pointBelow(xs: Float64Array, x: number): number {
  let low = 0
  let high = xs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (xs[middle]! <= x) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** On the line between two points, or beyond them; exact at both. */
export function onLine(x0: number, y0: number, x1: number, y1: number, x: number): number {
  const share = (x - x0) / (x1 - x0)
  return y0 * (1 - share) + y1 * share
}

/** The slope at every point; two points or more. */
export function monotoneSlopes(xs: Float64Array, ys: Float64Array): Float64Array {
  const n = xs.length
  const secant = (i: number): number => (ys[i + 1]! - ys[i]!) / (xs[i + 1]! - xs[i]!)
  const slopes = new Float64Array(n)
  slopes[0] = secant(0)
  slopes[n - 1] = secant(n - 2)
  for (let i = 1; i < n - 1; i++) {
    const before = secant(i - 1)
    const after = secant(i)
    // At a peak or on a flat the curve is level; else the three-point difference.
    if (before * after > 0) {
      const left = xs[i]! - xs[i - 1]!
      const right = xs[i + 1]! - xs[i]!
      slopes[i] = (right * before + left * after) / (left + right)
    }
  }
  for (let i = 0; i < n - 1; i++) {
    const d = secant(i)
    if (d === 0) {
      slopes[i] = 0
      slopes[i + 1] = 0
      continue
    }
    const a = slopes[i]! / d
    const b = slopes[i + 1]! / d
    const size = Math.hypot(a, b)
    if (size > 3) {
      slopes[i] = (3 / size) * a * d
      slopes[i + 1] = (3 / size) * b * d
    }
  }
  return slopes
}

/** Between two points by their values and slopes; exact at both. */
export function onCurve(x0: number, y0: number, slope0: number, x1: number, y1: number, slope1: number, x: number): number {
  const h = x1 - x0
  const t = (x - x0) / h
  const u = 1 - t
  return u * u * ((1 + 2 * t) * y0 + t * h * slope0) + t * t * ((1 + 2 * u) * y1 - u * h * slope1)
}
