import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bandEnergies, blockFeatures, envelope, fftSize, moments, powerSpectrum, taper, tapers } from './spectrum.ts'

const wave = (n: number, f: (t: number) => number, rate = 1000): Float64Array => Float64Array.from({ length: n }, (_, i) => f(i / rate))
const sum = (a: Float64Array): number => a.reduce((x, y) => x + y, 0)
const sine = (hz: number, amplitude: number) => (t: number) => amplitude * Math.sin(2 * Math.PI * hz * t + 0.3)

describe('powerSpectrum', () => {
  it('sums to the mean square of the tapered block, whatever its length and taper (Parseval)', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 300 }), fc.constantFrom(...tapers), (values, kind) => {
        const w = taper(kind, values.length)
        const gain = w.reduce((a, b) => a + b * b, 0)
        const energy = values.reduce((a, v, i) => a + (v * w[i]!) ** 2, 0) / gain
        expect(sum(powerSpectrum(values, 1000, kind).power)).toBeCloseTo(energy, 6 - Math.ceil(Math.log10(1 + energy)))
      }),
      { numRuns: 100 },
    )
  })
  it.each(tapers)('shows a sine of amplitude A as A^2/2 around its frequency (%s)', (kind) => {
    const block = wave(1000, sine(125, 3))
    const spectrum = powerSpectrum(block, 1000, kind)
    expect(sum(spectrum.power)).toBeCloseTo(4.5, 2)
    expect(bandEnergies(spectrum, 100, 150, 1)[0]).toBeCloseTo(4.5, 1)
    expect(spectrum.power.indexOf(Math.max(...spectrum.power)) * spectrum.stepHz).toBeCloseTo(125, 0)
  })
  it('agrees with the transform written out', () => {
    const block = wave(16, (t) => Math.sin(700 * t) + 0.3 * Math.cos(1900 * t) + 0.1)
    const { power } = powerSpectrum(block, 1000, 'rectangular')
    for (let k = 0; k <= 8; k++) {
      let re = 0
      let im = 0
      for (let i = 0; i < 16; i++) {
        re += block[i]! * Math.cos((2 * Math.PI * k * i) / 16)
        im -= block[i]! * Math.sin((2 * Math.PI * k * i) / 16)
      }
      expect(power[k]).toBeCloseTo(((k === 0 || k === 8 ? 1 : 2) * (re * re + im * im)) / 256, 12)
    }
  })
  it('works on the next power of two', () => {
    expect([2, 3, 1000, 1024, 1025].map(fftSize)).toEqual([2, 4, 1024, 1024, 2048])
  })
})

describe('bandEnergies', () => {
  it('neither loses nor doubles energy, wherever the edges lie', () => {
    const spectrum = powerSpectrum(wave(1024, (t) => Math.sin(900 * t) + Math.sin(1333 * t) + Math.cos(50 * t)), 1000)
    for (const count of [1, 3, 7, 40, 333]) expect(sum(bandEnergies(spectrum, 0, 500, count))).toBeCloseTo(sum(spectrum.power), 10)
    const cut = 123.4567
    expect(bandEnergies(spectrum, 0, cut, 1)[0]! + bandEnergies(spectrum, cut, 500, 1)[0]!).toBeCloseTo(sum(spectrum.power), 10)
  })
})

describe('envelope', () => {
  it('finds the rate at which a carrier is modulated', () => {
    const block = wave(1024, (t) => (1 + 0.5 * Math.cos(2 * Math.PI * 31.25 * t)) * Math.sin(2 * Math.PI * 350 * t))
    const around = envelope(block, 1000, 250, 450)
    const { mean } = moments(around)
    expect(mean).toBeCloseTo(1, 1)
    const { power, stepHz } = powerSpectrum(around.map((v) => v - mean), 1000)
    expect(power.indexOf(Math.max(...power)) * stepHz).toBeCloseTo(31.25, 0)
    expect(bandEnergies({ power, stepHz }, 25, 38, 1)[0]).toBeCloseTo(0.125, 1)
  })
})

describe('moments', () => {
  it('gives the known values of a sine and of two values', () => {
    const m = moments(wave(1000, (t) => 7 + 2 * Math.sin(2 * Math.PI * 10 * t)))
    expect(m.mean).toBeCloseTo(7, 9)
    expect(m.rms).toBeCloseTo(Math.SQRT2, 9)
    expect(m.crest).toBeCloseTo(Math.SQRT2, 4)
    expect(m.kurtosis).toBeCloseTo(1.5, 9)
    expect(moments([1, -1, 1, -1])).toEqual({ mean: 0, rms: 1, crest: 1, kurtosis: 1 })
  })
  it('keeps its digits beside a large mean', () => {
    expect(moments([1e9 + 1, 1e9 - 1, 1e9 + 1, 1e9 - 1]).rms).toBe(1)
  })
})

describe('blockFeatures', () => {
  const options = { rateHz: 1000, lowHz: 0, highHz: 500, bands: 10, taper: 'hann', envelope: true, envelopeLowHz: 200, envelopeHighHz: 490 } as const
  it('lists bands, envelope bands, rms, crest and kurtosis, without the mean', () => {
    const f = blockFeatures(wave(1024, (t) => 50 + sine(225, 2)(t)), options)!
    expect(f.features).toHaveLength(23)
    expect(f.bands[4]).toBeCloseTo(2, 1)
    expect(f.bands[0]).toBeLessThan(1e-3)
    expect(Array.from(f.features.slice(0, 10))).toEqual(Array.from(f.bands))
    expect(Array.from(f.features.slice(20))).toEqual([f.rms, f.crest, f.kurtosis])
    expect(f.rms ** 2).toBeCloseTo(sum(f.bands), 1)
  })
  it('has none for a block in which nothing moves', () => {
    expect(blockFeatures(new Float32Array(64).fill(3), options)).toBeUndefined()
  })
})
