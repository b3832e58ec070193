import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatCount, inForm, markOf, readNumber, twoReadings, typed, type Mark } from './numbers.ts'

const marks: readonly Mark[] = ['.', ',']

test('what is shown is read again as the same number, typed or grouped, in both forms', () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(...marks), (value, mark) => {
    expect(readNumber(typed(value, mark), mark)).toBe(value === 0 ? 0 : value)
  }))
  fc.assert(fc.property(fc.integer({ min: 10_000_000, max: 1e12 }), fc.constantFrom(...marks), (value, mark) => {
    expect(readNumber(formatCount(value, mark), mark)).toBe(value)
  }))
})

test('a German never reads a group as decimals', () => {
  expect([formatCount(1024, ','), formatCount(1024.5, ','), inForm('1,234,567.8', ','), typed(0.5, ',')]).toEqual(['1\u202f024', '1\u202f024,5', '1\u202f234\u202f567,8', '0,5'])
  expect([formatCount(1024, '.'), typed(0.5, '.')]).toEqual(['1,024', '0.5'])
})

test('either form is read while it can mean one number only', () => {
  for (const mark of marks) expect(['0,5', '0.5', '12.25', '12,25', '0,125', '0.125', '1234.567', '1,234,567', '1.234.567', '1,024.5', '1.024,5', '1 024', '−3', '1e3', '1,5e-7'].map((text) => readNumber(text, mark))).toEqual([0.5, 0.5, 12.25, 12.25, 0.125, 0.125, 1234.567, 1234567, 1234567, 1024.5, 1024.5, 1024, -3, 1000, 1.5e-7])
})

test('what could be two numbers is not read, and both are told', () => {
  expect([readNumber('1,024', '.'), readNumber('1.024', ','), readNumber('-12,500', '.')]).toEqual(['1,024', '1.024', '-12,500'])
  expect([twoReadings('1,024', '.'), twoReadings('1.024', ','), twoReadings('1.024', '.'), twoReadings('1,02', '.')]).toEqual([[1024, 1.024], [1024, 1.024], undefined, undefined])
  expect([readNumber('1.024', '.'), readNumber('1,024', ',')]).toEqual([1.024, 1.024])
})

test('what is no number stays the text it is', () => {
  expect(['', '12 bar', '1,2,3', '10.0.0.1', 'Infinity', '1 2'].map((text) => readNumber(text, '.'))).toEqual([undefined, '12 bar', '1,2,3', '10.0.0.1', 'Infinity', '1 2'])
})

test('a list from elsewhere says what sets its decimals apart', () => {
  expect([markOf(['pump', '1.024', '0.5']), markOf(['1,024', '12,25']), markOf(['1,024', '7']), markOf(['1.024,5'])]).toEqual(['.', ',', undefined, ','])
})
