import { describe, expect, it } from 'vitest'
import { formatTime, formatWhole, qualityText } from './values.ts'

describe('values in words', () => {
  it('never shows NaN or a missing value as something normal', () => {
    expect([formatWhole({ $number: 'NaN' }), formatWhole(null), formatWhole({ $number: '-Infinity' }), formatTime(Number.NaN)]).toEqual(['no number', 'no value', '−∞', 'no time'])
  })
  it('says what is in a block', () => {
    expect([formatWhole([1, 2, 3, 4, 5]), formatWhole([1.5, 2]), formatWhole({ $series: [1, 2] }), formatWhole({ a: 1, b: true }), formatWhole([0.9, 0.1], ['healthy', 'worn'])]).toEqual(['[5]', '[1.5, 2]', 'waveform of 2', 'a: 1, b: true', 'healthy 0.9 · worn 0.1'])
  })
  it('parts the words of a quality', () => expect(qualityText({ quality: 'BadSensorFailure' })).toBe('Bad sensor failure'))
})
