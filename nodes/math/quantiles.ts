// Percentiles: exact of so many readings, beyond that from summaries that know every rank to 0.5 % of the readings at most.
// Exact: as nodes/math/sorted.ts. Summaries:
// M. B. Greenwald, S. Khanna, PODS 2004, 3.1 (combine, prune), in a binary counter of levels, one prune a level. Plain data.
import { valueAtRank, type Sorted } from './sorted.ts'

/** Values in order, each with the least and the greatest rank that it can have among `count` readings. */
interface Summary {
  readonly values: Float64Array
  readonly least: Float64Array
  readonly most: Float64Array
  readonly count: number
}
export interface Quantiles {
  /** As they came; exact while nothing has been put into levels. */
  recent: number[]
  readonly levels: (Summary | null)[]
}

/** Entries of a pruned summary: each prune costs half an entry's share, 0.012 % of the readings, and 20 levels hold more readings than any window has. */
const ENTRIES = 4096

export const newQuantiles = (): Quantiles => ({ recent: [], levels: [] })
export const isExact = (q: Quantiles): boolean => q.levels.length === 0

/** `limit`: readings that are kept as they are. */
export function addToQuantiles(q: Quantiles, value: number, limit: number): void {
  q.recent.push(value)
  if (q.recent.length < limit) return
  let carried: Summary = prune(exact(q.recent))
  q.recent = []
  let i = 0
  for (; i < q.levels.length && q.levels[i] !== null; i++) {
    carried = prune(combine(q.levels[i]!, carried))
    q.levels[i] = null
  }
  q.levels[i] = carried
}

function exact(readings: readonly number[]): Summary {
  const values = Float64Array.from(readings).sort()
  const ranks = Float64Array.from(values, (_, i) => i + 1)
  return { values, least: ranks, most: ranks, count: values.length }
}

function combine(a: Summary, b: Summary): Summary {
  const n = a.values.length + b.values.length
  const values = new Float64Array(n)
  const least = new Float64Array(n)
  const most = new Float64Array(n)
  let i = 0
  let k = 0
  while (i + k < n) {
    // Of equal values those of `a` come first, so that ranks are unambiguous.
    const ofA = k >= b.values.length || (i < a.values.length && a.values[i]! <= b.values[k]!)
    const own = ofA ? a : b
    const other = ofA ? b : a
    const x = ofA ? i : k
    const y = ofA ? k : i
    values[i + k] = own.values[x]!
    least[i + k] = own.least[x]! + (y > 0 ? other.least[y - 1]! : 0)
    most[i + k] = own.most[x]! + (y < other.values.length ? other.most[y]! - 1 : other.count)
    if (ofA) i++
    else k++
  }
  return { values, least, most, count: a.count + b.count }
}

function prune(s: Summary): Summary {
  if (s.values.length <= ENTRIES + 1) return s
  const kept: number[] = []
  let at = 0
  for (let i = 0; i <= ENTRIES; i++) {
    at = nearest(s, 1 + ((s.count - 1) * i) / ENTRIES, at)
    if (kept.at(-1) !== at) kept.push(at)
  }
  return { values: Float64Array.from(kept, (j) => s.values[j]!), least: Float64Array.from(kept, (j) => s.least[j]!), most: Float64Array.from(kept, (j) => s.most[j]!), count: s.count }
}

/** The entry whose rank is known to be nearest; looks from `from` on, ranks that are asked for in rising order. */
function nearest(s: Summary, rank: number, from = 0): number {
  const distance = (i: number): number => Math.max(rank - s.least[i]!, s.most[i]! - rank)
  let best = from
  let least = distance(from)
  for (let i = from + 1; i < s.values.length; i++) {
    const d = distance(i)
    if (d < least) {
      best = i
      least = d
    }
    // Ranks only rise from here.
    if (s.least[i]! > rank) break
  }
  return best
}

/** Of all parts together; empty of no reading. `percents` 0 to 100, in any order. */
export function percentilesOf(parts: readonly Quantiles[], percents: readonly number[]): number[] {
  let count = 0
  for (const part of parts) count += part.recent.length
  if (parts.every(isExact)) {
    const values = new Float64Array(count)
    let at = 0
    for (const { recent } of parts) for (let i = 0; i < recent.length; i++) values[at++] = recent[i]!
    return percentilesOfSorted({ values: values.sort(), count }, percents)
  }
  let all: Summary | undefined
  const take = (s: Summary): void => void (all = all ? combine(all, s) : s)
  for (const { recent, levels } of parts) {
    for (const level of levels) if (level) take(level)
    if (recent.length > 0) take(exact(recent))
  }
  return percents.map((p) => all!.values[nearest(all!, 1 + ((all!.count - 1) * p) / 100)]!)
}

/** Empty of no reading. */
export const percentilesOfSorted = (sorted: Sorted, percents: readonly number[]): number[] => (sorted.count === 0 ? [] : percents.map((p) => valueAtRank(sorted, ((sorted.count - 1) * p) / 100)))
