import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deviationOf } from './running.ts'
import { totalOf } from './sum.ts'
import { addToSpan, clearSpan, mergeSpan, newSpan, slopeOf, type Span, type State } from './span.ts'

interface Reading {
  readonly time: number
  readonly value: number
  readonly state: State
}
const epoch = 1_767_592_800_000
const readings = fc.array(fc.record({ time: fc.integer({ min: epoch, max: epoch + 1e7 }), value: fc.double({ min: -1e6, max: 1e6, noNaN: true }), state: fc.constantFrom<State>(0, 1, 2) }), { maxLength: 60 })
const of = (list: readonly Reading[]): Span => {
  const s = newSpan()
  for (const r of list) addToSpan(s, r.time, r.value, r.state, true)
  return s
}

test('parts merge to what the whole would have been, in any cut', () => {
  fc.assert(fc.property(fc.array(readings, { maxLength: 8 }), (parts) => {
    const merged = newSpan()
    for (const part of parts) mergeSpan(merged, of(part))
    const list = parts.flat()
    const whole = of(list)
    const size = 1e-9 * Math.max(1, ...list.map((r) => Math.abs(r.value)))
    expect([merged.all, merged.good, merged.stats.count]).toEqual([whole.all, whole.good, whole.stats.count])
    expect([merged.stats.min, merged.stats.max, merged.first, merged.firstTime, merged.last, merged.lastTime]).toEqual([whole.stats.min, whole.stats.max, whole.first, whole.firstTime, whole.last, whole.lastTime])
    expect(Math.abs(totalOf(merged.stats) - totalOf(whole.stats))).toBeLessThanOrEqual(size)
    if (whole.stats.count === 0) return
    expect(Math.abs(merged.stats.mean - whole.stats.mean)).toBeLessThanOrEqual(size)
    expect(Math.abs(deviationOf(merged.stats) - deviationOf(whole.stats))).toBeLessThanOrEqual(1e3 * size)
    const slope = slopeOf(whole)
    if (slope === null) expect(slopeOf(merged)).toBeNull()
    else expect(Math.abs(slopeOf(merged)! - slope)).toBeLessThanOrEqual(1e-6 * Math.max(size, Math.abs(slope)))
  }))
})

test('the slope of a straight line is its own, in our days in milliseconds', () => {
  const s = newSpan()
  for (let i = 0; i < 1000; i++) addToSpan(s, epoch + i * 10, 5 + i * 0.25, 0, true)
  expect(slopeOf(s)! * 1000).toBeCloseTo(25, 9)
})

test('there is no slope of readings at one time', () => {
  expect(slopeOf(of([{ time: 5, value: 1, state: 0 }, { time: 5, value: 9, state: 0 }]))).toBeNull()
  expect(slopeOf(newSpan())).toBeNull()
})

test('cleared, it is as new', () => {
  const s = of([{ time: 5, value: 1, state: 0 }, { time: 8, value: 9, state: 2 }])
  clearSpan(s)
  expect(s).toEqual(newSpan())
})
