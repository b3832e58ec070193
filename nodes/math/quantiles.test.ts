import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addToQuantiles, isExact, newQuantiles, percentilesOf, percentilesOfSorted, type Quantiles } from './quantiles.ts'

const of = (values: Iterable<number>, limit: number): Quantiles => {
  const q = newQuantiles()
  for (const v of values) addToQuantiles(q, v, limit)
  return q
}

describe('percentiles', () => {
  test.each([
    [[1, 2, 3, 4], 50, 2.5],
    [[4, 1, 3, 2], 25, 1.75],
    [[15, 20, 35, 40, 50], 40, 29],
    [[7], 99, 7],
    [[-1.7e308, 1.7e308], 50, 0],
  ])('of %j: %d %% is %d', (values, p, expected) => {
    expect(percentilesOf([of(values, 100)], [p])[0]).toBeCloseTo(expected, 12)
  })
  test('of nothing are none', () => {
    expect(percentilesOf([newQuantiles()], [50])).toEqual([])
    expect(percentilesOfSorted({ values: new Float64Array(4), count: 0 }, [50])).toEqual([])
  })
  test('of several parts are those of all their readings', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true })
    fc.assert(fc.property(fc.array(fc.array(value, { maxLength: 20 }), { minLength: 1, maxLength: 6 }), fc.double({ min: 0, max: 100, noNaN: true }), (parts, p) => {
      expect(percentilesOf(parts.map((part) => of(part, 1000)), [p])).toEqual(percentilesOf([of(parts.flat(), 1000)], [p]))
    }))
  })
})

describe('beyond what is kept', () => {
  const orders: Record<string, (n: number) => number[]> = {
    'in a wave': (n) => Array.from({ length: n }, (_, i) => Math.round(1000 * Math.sin(i)) / 10),
    rising: (n) => Array.from({ length: n }, (_, i) => i),
    falling: (n) => Array.from({ length: n }, (_, i) => n - i),
    'of few values': (n) => Array.from({ length: n }, (_, i) => (i * 7919) % 5),
    'with far outliers': (n) => Array.from({ length: n }, (_, i) => (i % 1000 === 0 ? 1e12 : ((i * 2654435761) % 4294967296) / 4294967296)),
  }
  test.each(Object.keys(orders))('the rank is true to 0.5 %% of the readings: %s', (order) => {
    for (const [n, limit] of [[20_000, 100], [150_000, 5000]] as const) {
      const values = orders[order]!(n)
      const third = Math.floor(n / 3)
      const sorted = Float64Array.from(values).sort()
      const rankOf = (v: number): [number, number] => {
        const from = sorted.findIndex((x) => x >= v)
        const to = sorted.findLastIndex((x) => x <= v)
        return [from + 1, to + 1]
      }
      const percents = [0, 1, 10, 50, 90, 95, 99, 99.9, 100]
      for (const parts of [[of(values, limit)], [of(values.slice(0, third), limit), of(values.slice(third), limit)]]) {
        expect(parts.every(isExact)).toBe(false)
        for (const [i, v] of percentilesOf(parts, percents).entries()) {
          const asked = 1 + ((n - 1) * percents[i]!) / 100
          const [from, to] = rankOf(v)
          expect(from, 'it is one of the readings').toBeGreaterThan(0)
          const miss = Math.max(0, from - asked, asked - to)
          expect(miss / n, `${percents[i]} % of ${n}`).toBeLessThanOrEqual(0.005)
        }
      }
    }
  })
  test('memory is bounded', () => {
    const q = of(orders['in a wave']!(1_000_000), 1000)
    expect(q.recent.length).toBeLessThan(1000)
    expect(q.levels.length).toBeLessThanOrEqual(11)
    for (const level of q.levels) expect(level?.values.length ?? 0).toBeLessThanOrEqual(4097)
  })
  test('it travels in a checkpoint', () => {
    const values = orders['in a wave']!(5000)
    const half = structuredClone(of(values.slice(0, 2345), 100))
    for (const v of values.slice(2345)) addToQuantiles(half, v, 100)
    expect(half).toEqual(of(values, 100))
  })
})
