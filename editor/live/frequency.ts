// A vector whose elements are named by numbers with one unit ('12.5 Hz', '3×') is a spectrum: those are its axis.
export interface ElementAxis {
  readonly at: readonly number[]
  /** 'Hz', '×'; '' when the names are bare numbers. */
  readonly unit: string
}

/** Undefined where the names say no axis: words, a mixture, not ascending. */
export function axisOf(labels: readonly string[] | undefined, length: number): ElementAxis | undefined {
  if (!labels || labels.length < 2 || labels.length !== length) return undefined
  const at: number[] = []
  let unit: string | undefined
  for (const label of labels) {
    const found = /^(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(\S{0,8})$/i.exec(label.trim())
    if (!found || (unit !== undefined && found[2] !== unit)) return undefined
    unit = found[2]!
    const n = Number(found[1])
    if (at.length > 0 && n <= at.at(-1)!) return undefined
    at.push(n)
  }
  return { at, unit: unit ?? '' }
}

export interface Peak {
  readonly index: number
  readonly value: number
}
/** Elements higher than both neighbours, the highest first. */
export function peaksOf(values: readonly (number | null)[], most: number): readonly Peak[] {
  const found: Peak[] = []
  for (const [index, value] of values.entries()) {
    if (value === null || value <= 0) continue
    if (value >= (values[index - 1] ?? Number.NEGATIVE_INFINITY) && value > (values[index + 1] ?? Number.NEGATIVE_INFINITY)) found.push({ index, value })
  }
  return found.toSorted((a, b) => b.value - a.value).slice(0, most)
}

/** The peak within `reach` elements of a place, the highest; the place itself where there is none. */
export function nearestPeak(values: readonly (number | null)[], index: number, reach: number): number {
  let best = index
  for (const p of peaksOf(values.slice(Math.max(0, index - reach), index + reach + 1), 1)) best = Math.max(0, index - reach) + p.index
  return best
}
