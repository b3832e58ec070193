import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readNumeral, readTruth, writeNumeral, type NumeralStyle } from './numeral.ts'

const style = (s: Partial<NumeralStyle> = {}): NumeralStyle => ({ digits: 'shortest', places: 2, decimal: '.', group: '', ...s })
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })

describe('numerals', () => {
  test.each([
    ['21.5', 21.5], ['-1e3', -1000], ['+.5', 0.5], ['7.', 7], ['nan', Number.NaN], ['-Inf', Number.NEGATIVE_INFINITY], ['+infinity', Number.POSITIVE_INFINITY],
    ['', undefined], ['1,5', undefined], ['0x10', undefined], ['1 000', undefined], ['12 °C', undefined], ['--1', undefined], ['e3', undefined], ['.', undefined],
  ])('with a point: %s', (text, value) => expect(readNumeral(text)).toEqual(value))

  test.each([
    ['21,5', 21.5], ['-1,25e-2', -0.0125], ['7', 7], ['1.5', undefined], ['1.500', undefined], ['1,2,3', undefined], ['1.234,5', undefined],
  ])('with a comma: %s', (text, value) => expect(readNumeral(text, ',')).toEqual(value))

  test.each([
    ['1,234.5', '.', 1234.5], ['1 234 567', '.', 1_234_567], ["-1'000.25", '.', -1000.25], ['1.234,5', ',', 1234.5], ['1\u202f234', ',', 1234], ['12', '.', 12], ['1234.5', '.', 1234.5],
    ['1,23', '.', undefined], ['1,2345', '.', undefined], ['1,234 567', '.', undefined], ['1.234', '.', 1.234], ['1.234', ',', 1234],
  ] as const)('in groups: %s with %s', (text, decimal, value) => expect(readNumeral(text, decimal, true)).toEqual(value))

  test('come back as they were written, with either sign and any grouping', () => {
    fc.assert(fc.property(finite, fc.constantFrom('.' as const, ',' as const), fc.constantFrom('', ' ', "'"), (x, decimal, group) => {
      const text = writeNumeral(x, style({ decimal, group }))
      expect(readNumeral(/e/.test(text) ? text.replaceAll(group, '') : text, decimal, group !== '')).toBe(x === 0 ? 0 : x)
    }))
  })

  test('keep so many digits', () => {
    expect(writeNumeral(1234567.891, style({ digits: 'fixed', group: ',' }))).toBe('1,234,567.89')
    expect(writeNumeral(1234567.891, style({ digits: 'fixed', decimal: ',', group: '.' }))).toBe('1.234.567,89')
    expect(writeNumeral(-999, style({ group: ',' }))).toBe('-999')
    expect(writeNumeral(123456, style({ digits: 'significant', places: 3 }))).toBe('123000')
    expect(writeNumeral(0.05, style({ digits: 'significant', places: 3 }))).toBe('0.0500')
    expect(writeNumeral(1e25, style({ digits: 'significant', places: 3 }))).toBe('1.00e+25')
    expect(writeNumeral(5, style({ digits: 'fixed', places: 0 }))).toBe('5')
  })

  test('that round to zero have no sign', () => {
    expect(writeNumeral(-0.004, style({ digits: 'fixed' }))).toBe('0.00')
    expect(writeNumeral(-0, style())).toBe('0')
    expect(writeNumeral(-0.006, style({ digits: 'fixed' }))).toBe('-0.01')
  })

  test('to fixed digits are nearest to the number', () => {
    fc.assert(fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.nat(6), (x, places) => {
      expect(Math.abs(readNumeral(writeNumeral(x, style({ digits: 'fixed', places, decimal: ',' })), ',')! - x)).toBeLessThanOrEqual(0.5 * 10 ** -places + 1e-6)
    }))
  })
})

test('truths in words', () => {
  expect([' ON', 'yes', '1', 'true', 'Off', 'no', '0', 'false'].map(readTruth)).toEqual([true, true, true, true, false, false, false, false])
  expect(['', '2', 'ja', '__proto__'].map(readTruth)).toEqual([undefined, undefined, undefined, undefined])
})
