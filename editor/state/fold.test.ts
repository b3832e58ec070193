import { expect, test } from 'vitest'
import { foldOutputs, wiredOutputs } from './fold.ts'

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
