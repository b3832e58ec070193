// Weights that fit a polynomial to equally spaced readings and give its value at one of them. Computed, not tabled, so
// the misprints of the first tables (corrected by J. Steinier, Y. Termonia, J. Deltour, Analytical Chemistry 44 (1972),
// 1906) cannot come back. A. Savitzky, M. J. E. Golay, Analytical Chemistry 36 (1964), 1627; at points other than the
// middle one by Gram polynomials: P. A. Gorry, Analytical Chemistry 62 (1990), 570, equations 7, 8 and 10.

/**
 * Weights of `length` readings (odd), in order, for the value at the reading `at` (0: the oldest) of the polynomial of
 * `order` (below length) that fits them best. Their sum is 1.
 */
export function smoothingWeights(length: number, order: number, at: number): Float64Array {
  const m = (length - 1) / 2
  const here = gram(at - m, m, order)
  const weights = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    const there = gram(i - m, m, order)
    let weight = 0
    for (let k = 0; k <= order; k++) weight += ((2 * k + 1) * falling(2 * m, k) * there[k]! * here[k]!) / falling(2 * m + k + 1, k + 1)
    weights[i] = weight
  }
  return weights
}

/** The Gram polynomials of degree 0 to `order` over 2m + 1 points, at point i of -m to m. */
function gram(i: number, m: number, order: number): Float64Array {
  const p = new Float64Array(order + 1)
  p[0] = 1
  for (let k = 1; k <= order; k++) {
    const before = k > 1 ? p[k - 2]! : 0
    p[k] = (2 * (2 * k - 1) * i * p[k - 1]! - (k - 1) * (2 * m + k) * before) / (k * (2 * m - k + 1))
  }
  return p
}

/** a (a - 1) ... of b factors. */
function falling(a: number, b: number): number {
  let product = 1
  for (let j = a - b + 1; j <= a; j++) product *= j
  return product
}
