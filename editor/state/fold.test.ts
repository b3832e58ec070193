import { expect, test } from 'vitest'
import { foldInputs, foldOutputs, MOST_OPEN, openPorts, wiredInputs, wiredOutputs } from './fold.ts'

const many = ['mean', 'min', 'max', 'range', 'stddev', 'sum', 'first', 'last', 'count']
const wires = ['w.last -> a.in', 'w.last -> b.in', 'w.count -> a.in', 'x.mean -> a.in', 'torn']

test('wired outputs are always shown, then the first ones, in their order', () => {
  expect(foldOutputs(many, wiredOutputs(wires, 'w'))).toEqual({ shown: ['mean', 'min', 'last', 'count'], folded: ['max', 'range', 'stddev', 'sum', 'first'] })
  expect(foldOutputs(many, new Set(many.slice(0, 6))).shown).toEqual(many.slice(0, 6))
  expect(foldOutputs(many, new Set(many)).folded).toEqual([])
})
test('a few outputs are not folded: a row of its own would save nothing', () => {
  expect(foldOutputs(many.slice(0, 6), wiredOutputs(wires, 'nobody')).folded).toEqual([])
  expect(foldOutputs(many.slice(0, 7), wiredOutputs(wires, 'nobody')).shown).toEqual(many.slice(0, 4))
})
test('optional inputs without a wire are folded, when there are two or more; one is always left to wire', () => {
  const pid = { value: {}, setpoint: {}, tracking: { optional: true }, auto: { optional: true }, manual: { optional: true } }
  expect(foldInputs(pid, wiredInputs(['a.x -> pid.value', 'a.y -> pid.auto'], 'pid'))).toEqual({ shown: ['value', 'setpoint', 'auto'], folded: ['tracking', 'manual'] })
  expect(foldInputs(pid, wiredInputs(['a.x -> pid.auto', 'a.y -> pid.tracking'], 'pid')).folded, 'one alone stays').toEqual([])
  const align = { a: { optional: true }, b: { optional: true }, c: { optional: true } }
  expect(foldInputs(align, wiredInputs([], 'align'))).toEqual({ shown: ['a'], folded: ['b', 'c'] })
})
test('an opened node shows all of its ports, of hundreds what is wired or wanted and the first, in their order', () => {
  expect(openPorts(many, ['mean'])).toEqual(many)
  const hundreds = Array.from({ length: 300 }, (_, i) => `p${i}`)
  const opened = openPorts(hundreds, ['p0', 'p150'], ['p299'])
  expect(opened).toHaveLength(MOST_OPEN)
  expect(opened).toEqual([...hundreds.slice(0, MOST_OPEN - 2), 'p150', 'p299'])
  expect(openPorts(hundreds, hundreds), 'what is wired is never hidden').toEqual(hundreds)
  expect(openPorts(hundreds.slice(0, MOST_OPEN + 2), ['p0']), 'two are not worth a row').toHaveLength(MOST_OPEN + 2)
})
