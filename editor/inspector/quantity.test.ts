import { expect, test } from 'vitest'
import fc from 'fast-check'
import { readQuantity, timeInWords } from './quantity.ts'

test.each([
  ['2 bar', 'kPa', 200], ['2bar', 'kPa', 200], ['1,5 bar', 'mbar', 1500], ['-4 °C', 'K', 269.15], ['212 F', 'Cel', 100], ['3 m³/h', 'l/min', 50], ['30 psi', 'bar', 2.06842718795],
  ['50 kPa', 'kPa', 50], ['1e3 Pa', 'kPa', 1], ['90 s', 's', 90], ['1.5 min', 's', 90], ['2 h', 's', 7200], ['1h30m', 's', 5400], ['1 d 2 h', 'h', 26], ['90 s', 'ms', 90_000], ['250ms', 's', 0.25],
  ['2 hours', 'min', 120], ['0 s', 'ms', 0],
])('%s in a field in %s is %d', (text, code, value) => {
  expect(readQuantity(text, code)).toBeCloseTo(value, 9)
})

test.each([['2 bar', 's'], ['2 kg', 'kPa'], ['90', 's'], ['', 's'], ['bar', 'kPa'], ['2 bar', '1'], ['2 bar', undefined], ['1h30x', 's'], ['2 constructor', 'kPa'], ['5 constructor', 's'], ['1e999 bar', 'kPa'], ['5 m', 'kPa']])('%s is none for %s', (text, code) => {
  expect(readQuantity(text, code)).toBeUndefined()
})

test('a time goes there and back in every unit', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom(['s', 1], ['min', 60], ['h', 3600]), (n, [unit, size]) => {
    expect(readQuantity(`${n} ${unit}`, 's')).toBe(n * (size as number))
  }))
})

test('a time is said in the largest unit that is exact', () => {
  expect([timeInWords(5400, 's'), timeInWords(90_000, 'ms'), timeInWords(86_400, 's'), timeInWords(30, 's'), timeInWords(3601, 's'), timeInWords(0, 's'), timeInWords(100, 'bar'), timeInWords('x', 's'), timeInWords(500, 'ms')]).toEqual(['1.5 h', '1.5 min', '1 d', '', '', '', '', '', ''])
})
