import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conversion, displayUnit, parseUnit, relateUnits } from './units.ts'

const convert = (v: number, from: string, to: string): number => {
  const line = conversion(from, to)!
  return v * line.factor + line.offset
}
// Units of one quantity each.
const families = [
  ['Cel', 'K', '[degF]', 'mK'],
  ['Pa', 'kPa', 'bar', 'mbar', '[psi]', 'atm', 'm[H2O]', 'mm[Hg]', 'MPa', 'N/mm2'],
  ['m/s', 'mm/s', 'km/h', '[in_i]/s', '[ft_i]/min'],
  ['m3/h', 'l/s', 'L/min', '[gal_us]/min', 'm3/s'],
  ['W', 'kW', '[HP]', 'J/s', 'kg.m2/s3'],
  ['J', 'kW.h', 'MJ', 'cal', '[Btu_IT]'],
  ['Hz', '/min', '1/min', 'kHz', '/s'],
  ['%', '1', '[ppm]', '{count}'],
  ['rad', 'deg', 'circ'],
] as const
const pair = fc.constantFrom(...families).chain((family) => fc.tuple(fc.constantFrom(...family), fc.constantFrom(...family)))

describe('unit conversion', () => {
  test.each([
    [20, 'Cel', '[degF]', 68],
    [-40, '[degF]', 'Cel', -40],
    [0, 'K', 'Cel', -273.15],
    [1, 'bar', 'kPa', 100],
    [1, '[psi]', 'Pa', 6894.757293168361],
    [36, 'm3/h', 'l/s', 10],
    [1, 'kW.h', 'MJ', 3.6],
    [1500, '/min', 'Hz', 25],
    [1, '[in_i]', 'mm', 25.4],
    [1, '[gal_us]', 'l', 3.785411784],
    [180, 'deg', 'rad', Math.PI],
    [1, '10*3', '1', 1000],
    [50, '%', '1', 0.5],
  ])('%d %s is in %s: %d', (value, from, to, expected) => {
    expect(convert(value, from, to)).toBeCloseTo(expected, 10)
  })

  test('there and back is the same value', () => {
    fc.assert(
      fc.property(pair, fc.double({ min: -1e6, max: 1e6, noNaN: true }), ([from, to], v) => {
        const there = conversion(from, to)!
        const back = convert(convert(v, from, to), to, from)
        // Offsets of temperatures are near 300 and leave their rounding.
        const size = Math.max(1, Math.abs(v), Math.abs(there.offset / there.factor))
        expect(Math.abs(back - v)).toBeLessThanOrEqual(1e-12 * size)
      }),
    )
  })

  test('never happens between quantities', () => {
    for (const [i, a] of families.entries()) {
      for (const [k, b] of families.entries()) if (i !== k) expect(conversion(a[0], b[0]), `${a[0]} ${b[0]}`).toBeUndefined()
    }
  })
})

describe('unit codes', () => {
  test.each(['', '1', 'm', 'kg.m/s2', '/min', '(kg.m)/(s2.A)', 'm3.(s-1)', '{rpm}', '10*6/l', 'm[H2O]', 'cm[H2O]', 'mm/s', 'dar', '%'])("'%s' is read", (code) => {
    expect(parseUnit(code)).toBeDefined()
  })
  test.each(['°C', 'C/', '.', '//s', 'm..s', 'kCel', 'kmin', '(m', 'm)', 'm/', 'furlong', '2m', '0', 'km9999', 'constructor', 'toString', 'mtoString', '__proto__', 'k__proto__', 'Cel/s', ' m', '{', 'x'.repeat(200)])("'%s' is none", (code) => {
    expect(parseUnit(code)).toBeUndefined()
  })
  test('any text is read or refused, never thrown at', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'mskgAKCel[]{}()./-+*^10 deinPa%\'') }), (code) => {
      const unit = parseUnit(code)
      if (unit) expect(unit.factor > 0 && Number.isFinite(unit.factor)).toBe(true)
    }))
  })
})

describe('how units relate', () => {
  test('absent says nothing, codes of one unit are the same, a count is what its annotation says', () => {
    expect(relateUnits(undefined, 'bar')).toBe('same')
    expect(relateUnits('L/s', 'l/s')).toBe('same')
    expect(relateUnits('W', 'J/s')).toBe('same')
    expect(relateUnits('bar', 'kPa')).toBe('convertible')
    expect(relateUnits('{rpm}', '{count}')).toBe('convertible')
    expect(relateUnits('bar', 'Cel')).toBe('different')
    expect(relateUnits('nonsense', 'Cel')).toBe('different')
    expect(relateUnits('nonsense', 'nonsense')).toBe('same')
  })
  test('is the same in both directions, and of a unit with itself always same', () => {
    const any = fc.constantFrom<string>(...families.flat())
    fc.assert(fc.property(any, any, (a, b) => {
      expect(relateUnits(a, b)).toBe(relateUnits(b, a))
      expect(relateUnits(a, a)).toBe('same')
    }))
  })
  test('people read the usual signs', () => {
    expect(displayUnit('Cel')).toBe('°C')
    expect(displayUnit('1')).toBe('')
    expect(displayUnit('{rpm}')).toBe('rpm')
    expect(displayUnit(undefined)).toBe('')
    expect(displayUnit('constructor')).toBe('constructor')
  })
})
