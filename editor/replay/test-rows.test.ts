// Inputs of a test as text and back.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue } from '#kit'
import type { RecordedSample } from '#format'
import { faultOf, inOrder, pastedRows, recordedOf, rowOf } from './test-rows.ts'

test('what is recorded comes back from its row as it was', () => {
  const value = fc.jsonValue({ maxDepth: 2, noUnicodeString: true } as never) as fc.Arbitrary<JsonValue>
  fc.assert(fc.property(fc.record({ at: fc.constant('a.b'), tag: fc.string(), value: fc.oneof(value, fc.constantFrom<JsonValue>('1', 'true', '1,5', 'null', ' x', '[1]')), time: fc.integer(), now: fc.option(fc.integer(), { nil: undefined }), quality: fc.constantFrom(undefined, 'BadSensorFailure') }), ({ now, quality, ...rest }) => {
    const one: RecordedSample = { ...rest, ...(now === undefined ? {} : { now }), ...(quality === undefined ? {} : { quality }) }
    expect(recordedOf(rowOf(one))).toEqual(JSON.parse(JSON.stringify(one)))
  }))
})

test('another time is another arrival; an act stays as it was recorded', () => {
  const row = rowOf({ at: 'a.b', tag: 't', value: 1, time: 5, now: 9 })
  expect(recordedOf({ ...row, value: '2' })).toMatchObject({ value: 2, now: 9 })
  expect(recordedOf({ ...row, time: '6' })).toEqual({ at: 'a.b', tag: 't', value: 1, time: 6 })
  const act = { act: 'acknowledge', node: 'wear', now: 5 }
  expect(recordedOf(rowOf(act))).toBe(act)
  expect(inOrder([{ at: 'a.b', tag: '', value: 1, time: 9 }, act])[0]).toBe(act)
})

test('rows of a spreadsheet are read with or without a header, a decimal comma is a number', () => {
  expect(pastedRows('time;value;at\n0;1,5;a.b\n1000;2;a.b').map(recordedOf)).toEqual([{ at: 'a.b', tag: '', value: 1.5, time: 0 }, { at: 'a.b', tag: '', value: 2, time: 1000 }])
  expect(pastedRows('a.b\tP-101\ttrue\t0\tGood').map(recordedOf)).toEqual([{ at: 'a.b', tag: 'P-101', value: true, time: 0 }])
})

test('what is wrong with a row is said at its cell', () => {
  const good = rowOf({ at: 'a.b', tag: 't', value: 1, time: 5 })
  const ends = new Set(['a.b'])
  expect(faultOf(good, ends)).toBeNull()
  expect(faultOf({ ...good, at: 'a.c' }, ends)?.column).toBe('at')
  expect(faultOf({ ...good, time: 'noon' }, ends)?.column).toBe('time')
  expect(faultOf({ ...good, value: ' ' }, ends)?.column).toBe('value')
  expect(faultOf({ ...good, quality: 'Fine' }, ends)?.column).toBe('quality')
})
