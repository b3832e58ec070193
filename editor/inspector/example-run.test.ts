import { expect, test } from 'vitest'
import fc from 'fast-check'
import type { ExampleSample, JsonValue } from '#kit'
import { asSaid, lineOf, samplesOf } from './example-run.ts'

const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).filter((v) => !Object.is(v, -0)), fc.boolean(), fc.constant(null), fc.string(), fc.constantFrom('12', 'true', 'null', '', 'NaN', '"x"', ' a'), fc.constantFrom({ $number: 'NaN' }, { $number: '-Infinity' }, [1, 2], { level: 1 })) as fc.Arbitrary<JsonValue>
const sample: fc.Arbitrary<ExampleSample> = fc.record({ at: fc.constant('value'), value, time: fc.integer({ min: -1e6, max: 1e9 }), quality: fc.constantFrom('BadTimeout', 'Uncertain', undefined), tag: fc.constantFrom('y', undefined) }).map(({ quality, tag, ...s }) => ({ ...s, ...(quality === undefined ? {} : { quality }), ...(tag === undefined ? {} : { tag }) }))

test('what stands in the table is what is run: every sample comes back as it was', () => {
  fc.assert(fc.property(fc.array(sample), (samples) => {
    expect(samplesOf(samples.map(lineOf))).toEqual({ samples })
  }))
})

test('a line that cannot be meant is told, and nothing is run', () => {
  const line = lineOf({ at: 'value', value: 1, time: 0 })
  expect(samplesOf([line, { ...line, time: 'soon' }])).toEqual({ fault: "Line 2: 'soon' is no time in seconds." })
  expect(samplesOf([{ ...line, quality: 'Fine' }])).toEqual({ fault: "Line 1: 'Fine' is no quality." })
  expect(samplesOf([{ ...line, time: '1,5' }])).toEqual({ samples: [{ at: 'value', value: 1, time: 1500 }] })
})

test('what differs from the example is found at its place', () => {
  const said: ExampleSample[] = [{ at: 'value', value: 1, time: 0 }, { at: 'value', value: 2, time: 1000, quality: 'Bad' }]
  expect(asSaid([said[0]!, { ...said[1]!, quality: 'Good' }, said[0]!], said)).toEqual([true, false, false])
  expect(asSaid(said, undefined)).toEqual([true, true])
})
