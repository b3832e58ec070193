// Numbers in rising order in one typed array: quantiles of a sliding window, a reading in and a reading out at a time.
// Insertion moves memory (O(n), a few microseconds for a thousand). Plain data: it travels in checkpoints.

export interface Sorted {
  /** Rising; only the first `count` are there. */
  values: Float64Array
  count: number
}

export const newSorted = (capacity: number): Sorted => ({ values: new Float64Array(capacity), count: 0 })

/** The first place whose value is not below x; `count` when all are. */
export function placeOf(s: Sorted, x: number): number {
  let low = 0
  let high = s.count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (s.values[middle]! < x) low = middle + 1
    else high = middle
  }
  return low
}

/** x is finite. Grows when it is full. */
export function insertInto(s: Sorted, x: number): void {
  if (s.count === s.values.length) {
    const grown = new Float64Array(Math.max(8, 2 * s.count))
    grown.set(s.values)
    s.values = grown
  }
  const at = placeOf(s, x)
  s.values.copyWithin(at + 1, at, s.count)
  s.values[at] = x
  s.count++
}

/** Takes one x out; x is in it. */
export function removeFrom(s: Sorted, x: number): void {
  const at = placeOf(s, x)
  s.values.copyWithin(at, at + 1, s.count)
  s.count--
}

/** At a rank from 0 to count - 1: between two readings on the line between them. There is one at least. */
export function valueAtRank({ values, count }: Sorted, rank: number): number {
  const below = Math.floor(rank)
  const low = values[below]!
  const high = values[Math.min(below + 1, count - 1)]!
  const share = rank - below
  const between = low + share * (high - low)
  // The difference of large values of two signs is none.
  return Number.isFinite(between) ? between : low * (1 - share) + high * share
}

/** Definition 7 (a spreadsheet's PERCENTILE.INC) of R. J. Hyndman, Y. Fan, Am. Statistician 50 (1996); NaN of none. */
export const quantileOf = (s: Sorted, share: number): number => (s.count === 0 ? Number.NaN : valueAtRank(s, share * (s.count - 1)))

export const medianOf = (s: Sorted): number => quantileOf(s, 0.5)
