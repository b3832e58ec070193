import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { State } from './span.ts'
import { addToStand, clearStand, finishStand, mergeStand, newStand, tailOf, type Reading, type Rule, type Stand } from './stand.ts'

const step: Rule = { linear: false, standsMs: Number.POSITIVE_INFINITY }
const line: Rule = { linear: true, standsMs: Number.POSITIVE_INFINITY }
const of = (list: readonly Reading[], rule: Rule): Stand => {
  const s = newStand()
  for (const r of list) addToStand(s, r.time, r.value, r.state, rule)
  return s
}
const at = (time: number, value: number, state: State = 0): Reading => ({ time, value, state })
const finished = (list: readonly Reading[], rule: Rule, carry: Reading | null, start: number, end: number): number[] => {
  const s = of(list, rule)
  finishStand(s, carry, start, end, rule)
  return [s.area, s.usableMs, s.goodMs]
}

test.each<[string, readonly Reading[], Rule, Reading | null, number[]]>([
  ['a value stands to the end', [at(10, 2), at(14, 3)], step, null, [2 * 4 + 3 * 6, 10, 10]],
  ['what stood before counts from the start', [at(14, 3)], step, at(0, 5), [5 * 4 + 3 * 6, 10, 10]],
  ['also without a reading', [], step, at(0, 5, 1), [50, 10, 0]],
  ['bad time does not count', [at(10, 2), at(12, 0, 2), at(15, 4)], step, null, [2 * 2 + 4 * 5, 7, 7]],
  ['a line from before the start', [at(15, 4)], line, at(5, 2), [5 * 3.5 + 4 * 5, 10, 10]],
  ['a line is not drawn to a bad reading', [at(10, 2), at(12, 9, 2)], line, null, [4, 2, 2]],
  ['a line to an uncertain reading is not good', [at(10, 2), at(12, 4, 1)], line, null, [6 + 32, 10, 0]],
  ['a reading stands for so long only', [at(10, 2), at(18, 1)], { linear: false, standsMs: 3 }, null, [2 * 3 + 2, 5, 5]],
  ['no line over a longer gap', [at(10, 2), at(18, 4)], { linear: true, standsMs: 3 }, null, [2 * 3 + 2 * 4, 5, 5]],
  ['what stood before ends with its time', [], { linear: false, standsMs: 12 }, at(0, 5), [10, 2, 2]],
])('%s', (_what, list, rule, carry, expected) => {
  expect(finished(list, rule, carry, 10, 20)).toEqual(expected)
})

test('stretches that follow each other merge to the whole', () => {
  const reading = fc.record({ time: fc.integer({ min: 0, max: 1000 }), value: fc.integer({ min: -100, max: 100 }), state: fc.constantFrom<State>(0, 1, 2) })
  fc.assert(fc.property(fc.array(reading, { maxLength: 30 }), fc.array(fc.nat(30), { maxLength: 4 }), fc.boolean(), fc.constantFrom(50, Number.POSITIVE_INFINITY), (drawn, cuts, linear, standsMs) => {
    const rule = { linear, standsMs }
    const list = drawn.toSorted((a, b) => a.time - b.time)
    const merged = newStand()
    const places = [0, ...cuts.map((c) => Math.min(c, list.length)).toSorted((a, b) => a - b), list.length]
    for (let i = 1; i < places.length; i++) mergeStand(merged, of(list.slice(places[i - 1], places[i]), rule), rule)
    const whole = of(list, rule)
    expect(merged.area).toBeCloseTo(whole.area, 6)
    expect({ ...merged, area: 0 }).toEqual({ ...whole, area: 0 })
  }))
})

test('after a stretch its last reading stands, after an empty one what stood before', () => {
  expect(tailOf(of([at(1, 2), at(3, 4, 1)], step), at(0, 9))).toEqual(at(3, 4, 1))
  expect(tailOf(newStand(), at(0, 9))).toEqual(at(0, 9))
  const s = of([at(1, 2)], step)
  clearStand(s)
  expect(s).toEqual(newStand())
})
