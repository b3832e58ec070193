import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addToTrail, clearTrail, leaveTrail, meanOf, newTrail, slopeOf, timeOf, valueOf } from './trail.ts'

const readings = fc.array(fc.record({ value: fc.integer({ min: -1000, max: 1000 }), doubt: fc.boolean() }), { minLength: 1, maxLength: 100 })

test('is the end of the list, at any capacity, also after a checkpoint', () => {
  fc.assert(
    fc.property(readings, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (list, capacity, limit) => {
      let t = newTrail(capacity)
      for (const [i, r] of list.entries()) {
        if (t.count === limit) expect(leaveTrail(t)).toBe(list[i - limit]!.value)
        addToTrail(t, i * 10, r.value, r.doubt)
        if (i % 7 === 0) t = structuredClone(t)
        const window = list.slice(Math.max(0, i - limit + 1), i + 1)
        expect(Array.from({ length: t.count }, (_, k) => valueOf(t, k))).toEqual(window.map((w) => w.value))
        expect([timeOf(t, 0), timeOf(t, t.count - 1)]).toEqual([(i - window.length + 1) * 10, i * 10])
        expect(t.doubtful).toBe(window.filter((w) => w.doubt).length)
        expect(meanOf(t)).toBe(window.reduce((a, w) => a + w.value, 0) / window.length)
      }
      clearTrail(t)
      expect([t.count, t.doubtful, meanOf(t)]).toEqual([0, 0, Number.NaN])
    }),
  )
})

test('the slope is that of the line through the readings, today as in 1970', () => {
  fc.assert(
    fc.property(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -500, max: 500 }), fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 40 }), (slope, level, steps) => {
      const t = newTrail(4)
      let time = 1_700_000_000_000
      addToTrail(t, time, level, false)
      let passed = 0
      for (const step of steps) {
        passed += step
        addToTrail(t, (time += step), level + slope * passed, false)
      }
      expect(slopeOf(t)).toBeCloseTo(slope, 6)
    }),
  )
})

test('the slope of scattered readings is that of the normal equations', () => {
  const t = newTrail(3)
  for (const [time, value] of [[0, 1], [1, 3], [3, 2], [4, 6]] as const) addToTrail(t, time, value, false)
  // n = 4, sums t 8, v 12, tv 33, tt 26.
  expect(slopeOf(t)).toBeCloseTo((4 * 33 - 8 * 12) / (4 * 26 - 64), 12)
  const once = newTrail(2)
  addToTrail(once, 5, 1, false)
  expect(slopeOf(once)).toBeNaN()
})

test('a huge value that came and went leaves no trace in the mean', () => {
  const t = newTrail(2)
  for (const v of [1e300, 0.1, 0.3]) {
    if (t.count === 2) leaveTrail(t)
    addToTrail(t, 0, v, false)
  }
  expect(meanOf(t)).toBe(0.2)
})
