import fc from 'fast-check'
import { expect, test } from 'vitest'
import { insertByTime, justAfter, lastUpTo } from './by-time.ts'

test('a list is always in the order of time, what has the same time in that of arrival, and is searched right', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 40 }), fc.integer({ min: -1, max: 21 }), (times, at) => {
    const list: { time: number; n: number }[] = []
    for (const [n, time] of times.entries()) insertByTime(list, { time, n })
    expect(list).toEqual(times.map((time, n) => ({ time, n })).toSorted((a, b) => a.time - b.time || a.n - b.n))
    expect(lastUpTo(list, at)).toBe(list.findLastIndex((i) => i.time <= at))
  }))
})
test('just after is after, and next to nothing', () => {
  fc.assert(fc.property(fc.double({ min: -4e15, max: 4e15, noNaN: true }), (t) => {
    expect(justAfter(t)).toBeGreaterThan(t)
    expect(justAfter(t) - t).toBeLessThanOrEqual(Math.max(1e-300, Math.abs(t) * 5e-16))
  }))
})
