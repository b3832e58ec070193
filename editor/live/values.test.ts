import { describe, expect, it } from 'vitest'
import { formatTime, formatWhole, qualityText } from './values.ts'

describe('values in words', () => {
  it('never shows NaN or a missing value as something normal', () => {
    expect([formatWhole({ $number: 'NaN' }), formatWhole(null), formatWhole({ $number: '-Infinity' }), formatTime(Number.NaN)]).toEqual(['no number', 'no value', '−∞', 'no time'])
  })
  it('says what is in a block', () => {
    expect([formatWhole([1, 2, 3, 4, 5]), formatWhole([1.5, 2]), formatWhole({ $series: [1, 2] }), formatWhole({ a: 1, b: true }), formatWhole([0.9, 0.1], ['healthy', 'worn'])]).toEqual(['[5]', '[1.5, 2]', 'waveform of 2', 'a: 1, b: true', 'healthy 0.9 · worn 0.1'])
  })
  it('does not take the beginning of a block for the whole', () => {
    const first = Array.from({ length: 64 }, () => 0)
    expect([formatWhole({ $series: first }, undefined, 64, 1024), formatWhole({ $series: first }, undefined, 64), formatWhole(first, undefined, 64, 75), formatWhole([1, 2, 3, 4, 5], undefined, 64, 75)]).toEqual(['waveform of 1024', 'waveform of 64 or more', '[75]', '[5]'])
  })
  it('parts the words of a quality', () => expect(qualityText({ quality: 'BadSensorFailure' })).toBe('Bad sensor failure'))
})
