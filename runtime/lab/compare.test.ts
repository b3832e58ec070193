import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonSample, JsonValue } from '#kit'
import { compareOutputs, sameValue } from './compare.ts'

const one = (value: JsonValue, time = 0, quality?: string): JsonSample => ({ tag: 't', value, time, ...(quality === undefined ? {} : { quality }) })
const many = (...values: number[]): JsonSample[] => values.map((v, i) => one(v, i))
const faults = (expected: readonly JsonSample[], got: readonly JsonSample[], tolerance?: number): string[] => compareOutputs({ 'a.b': [...expected] }, { 'a.b': got }, tolerance).map((f) => `${f.what} ${f.index}`)

describe('values', () => {
  test.each<[JsonValue, JsonValue, boolean]>([
    [1, 1 + 1e-10, true], [1, 1 + 1e-8, false], [0, 1e-300, false], [1e9, 1e9 + 0.5, true], [-2, 2, false],
    [{ $number: 'NaN' }, { $number: 'NaN' }, true], [{ $number: 'NaN' }, 1, false], [{ $number: 'Infinity' }, { $number: '-Infinity' }, false],
    [[1, 2], [1, 2 + 1e-10], true], [[1, 2], [1], false], [[1, 2], { 0: 1, 1: 2 }, false], [{ a: { b: 1 } }, { a: { b: 1 + 1e-10 } }, true], [{ a: 1 }, { a: 1, b: 1 }, false],
    [{ $series: [1, 2] }, { $series: [1, 3] }, false], ['x', 'x', true], [true, 1, false], [null, null, true], [null, { a: 1 }, false], [{ toString: 1 }, { b: 1 }, false],
  ])('%j and %j: %j', (a, b, same) => expect(sameValue(a, b)).toBe(same))
})

describe('samples', () => {
  test('are compared by tag, time to the digit, quality, and value within the tolerance', () => {
    expect(faults([one(1)], [one(1)])).toEqual([])
    expect(faults([one(1)], [{ ...one(1), tag: 'u' }])).toEqual(['differs 0'])
    expect(faults([one(1, 5)], [one(1, 5.0001)])).toEqual(['differs 0'])
    expect(faults([one(1)], [one(1, 0, 'Good')])).toEqual([])
    expect(faults([one(1)], [one(1, 0, 'Bad')])).toEqual(['differs 0'])
    expect(faults([one(100)], [one(101)], 0.02)).toEqual([])
  })

  test('one that is missing or too many is one fault, not a fault of all that follow', () => {
    expect(faults(many(1, 2, 3, 4), many(1, 2, 3, 4).filter((s) => s.value !== 2))).toEqual(['missing 1'])
    expect(faults(many(1, 2, 3, 4).filter((s) => s.value !== 2), many(1, 2, 3, 4))).toEqual(['extra 1'])
    expect(faults(many(1, 2, 3), many(1, 7, 3))).toEqual(['differs 1'])
    expect(faults(many(1, 2, 3), [])).toEqual(['missing 0', 'missing 1', 'missing 2'])
    expect(faults([], many(1))).toEqual(['extra 0'])
  })

  test('long lists that differ throughout are compared one by one, and not without end', () => {
    const long = Array.from({ length: 5000 }, (_, i) => one(i, i))
    const found = faults(long, long.map((s) => ({ ...s, value: -1 })))
    expect(found).toHaveLength(200)
    expect(found[1]).toBe('differs 1')
  })

  test('no fault if and only if the lists are the same', () => {
    const list = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 8 })
    fc.assert(fc.property(list, list, (a, b) => {
      const samples = (values: number[]): JsonSample[] => values.map((v) => one(v))
      expect(faults(samples(a), samples(b)).length === 0).toBe(JSON.stringify(a) === JSON.stringify(b))
      // What is told makes one of the other.
      const told = compareOutputs({ x: samples(a) }, { x: samples(b) })
      expect(b.length - a.length).toBe(told.filter((f) => f.what === 'extra').length - told.filter((f) => f.what === 'missing').length)
    }))
  })
})
