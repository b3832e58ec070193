// The spectrum of a block of equally spaced readings, scaled so that energies mean something: the sum over a one-sided
// power spectrum is the block's variance, and a sine of amplitude A stands in it with A^2/2 (Heinzel, Ruediger &
// Schilling 2002, Spectrum and spectral density estimation by the DFT, section 9). Units: u of the readings, u^2 of power.
import FFT from 'fft.js'

export const tapers = ['hann', 'hamming', 'blackman', 'rectangular', 'flattop'] as const
export type Taper = (typeof tapers)[number]

/** Cosine-sum coefficients of the periodic form (Harris 1978, On the use of windows, table 1; flat top: D'Antona & Ferrero 2006, section 4.3). */
const cosines: Readonly<Record<Taper, readonly number[]>> = {
  hann: [0.5, -0.5],
  hamming: [0.54, -0.46],
  blackman: [0.42, -0.5, 0.08],
  rectangular: [1],
  flattop: [0.21557895, -0.41663158, 0.277263158, -0.083578947, 0.006947368],
}

/** Kept between blocks: tapers and transforms by length. */
const taperCache = new Map<string, Float64Array>()
const fftCache = new Map<number, FFT>()

export function taper(kind: Taper, length: number): Float64Array {
  const key = `${kind} ${length}`
  const known = taperCache.get(key)
  if (known) return known
  const w = new Float64Array(length)
  for (let i = 0; i < length; i++) for (const [k, a] of cosines[kind].entries()) w[i]! += a * Math.cos((2 * Math.PI * k * i) / length)
  taperCache.set(key, w)
  return w
}

function fftOf(size: number): FFT {
  let fft = fftCache.get(size)
  if (!fft) fftCache.set(size, (fft = new FFT(size)))
  return fft
}

/** The power of two that the transform works on: at least `length`. The rest is zeros, which changes no energy. */
export const fftSize = (length: number): number => Math.max(2, 2 ** Math.ceil(Math.log2(length)))

export interface PowerSpectrum {
  /** Energy of each bin, u^2: bin k lies at k * stepHz, the last one at half the sampling rate. */
  readonly power: Float64Array
  readonly stepHz: number
}

/** What a line shows too much of a sine's energy because of the taper (equivalent noise bandwidth in lines, Harris 1978): divide by it. */
export function lineGain(kind: Taper, length: number): number {
  const w = taper(kind, length)
  let sum = 0
  let squares = 0
  for (const v of w) {
    sum += v
    squares += v * v
  }
  return (sum * sum) / (squares * fftSize(length))
}

/** One-sided power spectrum of at least 2 finite readings, `rateHz` a second. Take the mean off first (see `moments`). */
export function powerSpectrum(block: ArrayLike<number>, rateHz: number, kind: Taper = 'hann'): PowerSpectrum {
  const size = fftSize(block.length)
  const w = taper(kind, block.length)
  const input = new Float64Array(size)
  let gain = 0
  for (let i = 0; i < block.length; i++) {
    input[i] = block[i]! * w[i]!
    gain += w[i]! * w[i]!
  }
  const fft = fftOf(size)
  const out = fft.createComplexArray() as number[]
  fft.realTransform(out, input)
  const half = size / 2
  const power = new Float64Array(half + 1)
  for (let k = 0; k <= half; k++) {
    const square = out[2 * k]! * out[2 * k]! + out[2 * k + 1]! * out[2 * k + 1]!
    power[k] = ((k === 0 || k === half ? 1 : 2) * square) / (size * gain)
  }
  return { power, stepHz: rateHz / size }
}

/**
 * The mean power spectrum of overlapping segments (P. D. Welch 1967, IEEE Trans. Audio Electroacoust. 15, 70-73): less
 * noise for less resolution. The last readings that fill no segment are left out; a segment as long as the block is all of it.
 */
export function welch(block: Float64Array, rateHz: number, kind: Taper, segment: number, overlap: number): PowerSpectrum {
  if (segment >= block.length) return powerSpectrum(block, rateHz, kind)
  const hop = Math.max(1, Math.round(segment * (1 - overlap)))
  const first = powerSpectrum(block.subarray(0, segment), rateHz, kind)
  const { power, stepHz } = first
  let count = 1
  for (let from = hop; from + segment <= block.length; from += hop, count++) {
    const next = powerSpectrum(block.subarray(from, from + segment), rateHz, kind).power
    for (let k = 0; k < power.length; k++) power[k]! += next[k]!
  }
  for (let k = 0; k < power.length; k++) power[k]! /= count
  return { power, stepHz }
}

export interface Peak {
  readonly hz: number
  /** Of the sine that such a peak is, u. */
  readonly amplitude: number
}

/**
 * The `count` highest peaks, the highest first: a parabola through the logarithms of a line and its neighbours tells what
 * lies between two lines (Gasior & Gonzalez 2004, CERN-AB-2004-023). `gain`: of the taper, see lineGain.
 */
export function highestPeaks({ power, stepHz }: PowerSpectrum, gain: number, count: number): Peak[] {
  const peaks: Peak[] = []
  for (let k = 1; k + 1 < power.length; k++) {
    const [a, b, c] = [power[k - 1]!, power[k]!, power[k + 1]!]
    if (!(b > a && b >= c)) continue
    let shift = 0
    let top = b
    if (a > 0 && c > 0) {
      const [la, lb, lc] = [Math.log(a), Math.log(b), Math.log(c)]
      shift = (la - lc) / (2 * (la - 2 * lb + lc))
      top = Math.exp(lb - ((la - lc) * shift) / 4)
    }
    peaks.push({ hz: (k + shift) * stepHz, amplitude: Math.sqrt((2 * top) / gain) })
  }
  return peaks.sort((a, b) => b.amplitude - a.amplitude).slice(0, count)
}

/**
 * Energy in `count` bands of equal width between two frequencies. A bin's energy is spread evenly over its width, so
 * that a band's edge between two bins divides it and no energy is lost or counted twice.
 */
export function bandEnergies(spectrum: PowerSpectrum, lowHz: number, highHz: number, count: number): Float64Array {
  const { power, stepHz } = spectrum
  const bands = new Float64Array(count)
  const width = (highHz - lowHz) / count
  const nyquist = (power.length - 1) * stepHz
  for (let k = 0; k < power.length; k++) {
    const from = Math.max(0, (k - 0.5) * stepHz)
    const to = Math.min(nyquist, (k + 0.5) * stepHz)
    const first = Math.max(0, Math.floor((from - lowHz) / width))
    const last = Math.min(count - 1, Math.floor((to - lowHz) / width))
    for (let b = first; b <= last; b++) {
      const overlap = Math.min(to, lowHz + (b + 1) * width) - Math.max(from, lowHz + b * width)
      if (overlap > 0) bands[b]! += (power[k]! * overlap) / (to - from)
    }
  }
  return bands
}

/**
 * The envelope of what lies between two frequencies: the magnitude of the band's analytic signal, u. Impacts that ring a
 * resonance show in its spectrum at their rate (Randall & Antoni 2011, Mechanical Systems and Signal Processing 25, section 4).
 */
export function envelope(block: ArrayLike<number>, rateHz: number, lowHz: number, highHz: number): Float64Array {
  const size = fftSize(block.length)
  const fft = fftOf(size)
  const input = new Float64Array(size)
  for (let i = 0; i < block.length; i++) input[i] = block[i]!
  const bins = fft.createComplexArray() as number[]
  fft.realTransform(bins, input)
  const analytic = new Float64Array(2 * size)
  for (let k = 1; k < size / 2; k++) {
    const hz = (k * rateHz) / size
    if (hz < lowHz || hz > highHz) continue
    analytic[2 * k] = 2 * bins[2 * k]!
    analytic[2 * k + 1] = 2 * bins[2 * k + 1]!
  }
  const out = fft.createComplexArray() as number[]
  fft.inverseTransform(out, analytic)
  const magnitude = new Float64Array(block.length)
  for (let i = 0; i < magnitude.length; i++) magnitude[i] = Math.hypot(out[2 * i]!, out[2 * i + 1]!)
  return magnitude
}

export interface Moments {
  readonly mean: number
  /** Root of the mean square about the mean, u. */
  readonly rms: number
  /** Largest distance from the mean over the rms; NaN when all readings are equal. */
  readonly crest: number
  /** Fourth moment over the square of the second (Pearson): 3 for Gaussian noise, 1.5 for a sine. NaN when all are equal. */
  readonly kurtosis: number
}

/** Two passes, so that a large mean costs no digits. Population moments: divided by n. */
export function moments(block: ArrayLike<number>): Moments {
  const n = block.length
  let sum = 0
  for (let i = 0; i < n; i++) sum += block[i]!
  const mean = sum / n
  let second = 0
  let fourth = 0
  let peak = 0
  for (let i = 0; i < n; i++) {
    const d = block[i]! - mean
    const square = d * d
    second += square
    fourth += square * square
    if (square > peak) peak = square
  }
  second /= n
  fourth /= n
  const rms = Math.sqrt(second)
  return { mean, rms, crest: Math.sqrt(peak) / rms, kurtosis: fourth / (second * second) }
}

/** Energy around the first harmonics of a frequency, `half` to each side as a share of it and at least three lines in all. */
export function harmonicEnergy(spectrum: PowerSpectrum, hz: number, half: number, harmonics: number): number {
  const nyquist = (spectrum.power.length - 1) * spectrum.stepHz
  let energy = 0
  for (let h = 1; h <= harmonics && h * hz <= nyquist; h++) {
    const reach = Math.max(half * h * hz, 1.5 * spectrum.stepHz)
    energy += bandEnergies(spectrum, Math.max(0, h * hz - reach), h * hz + reach, 1)[0]!
  }
  return energy
}

export interface FeatureOptions {
  readonly rateHz: number
  /** Of the bands: Hz, or orders where the waveform is tracked. */
  readonly lowHz: number
  readonly highHz: number
  readonly bands: number
  readonly taper: Taper
  readonly envelope: boolean
  readonly envelopeLowHz: number
  readonly envelopeHighHz: number
  /** Length of Welch's segments; the whole block unless given, and how much of one is in the next, 0 to below 1. */
  readonly segment?: number
  readonly overlap?: number
  /** Order tracking: brings readings of equal times to equal angles, so many a revolution. */
  readonly track?: { readonly rate: number; readonly resample: (block: Float64Array) => Float64Array }
}
export interface Features {
  /** u^2 in each band. */
  readonly bands: Float64Array
  readonly rms: number
  readonly crest: number
  readonly kurtosis: number
  /** Bands, then as many bands of the envelope's spectrum where asked for, rms, crest, kurtosis. */
  readonly features: Float64Array
  readonly spectrum: PowerSpectrum
  readonly envelopeSpectrum: PowerSpectrum | undefined
}

/** What a block says in numbers; its mean is taken off first. Undefined when all readings are equal: nothing vibrates so. */
export function blockFeatures(block: ArrayLike<number>, o: FeatureOptions): Features | undefined {
  const { mean, rms, crest, kurtosis } = moments(block)
  if (!(rms > 0)) return undefined
  const spectrumOf = (even: Float64Array): PowerSpectrum => {
    const tracked = o.track ? o.track.resample(even) : even
    return welch(tracked, o.track?.rate ?? o.rateHz, o.taper, o.segment ?? tracked.length, o.overlap ?? 0)
  }
  const centred = Float64Array.from(block, (v) => v - mean)
  const spectrum = spectrumOf(centred)
  const bands = bandEnergies(spectrum, o.lowHz, o.highHz, o.bands)
  const features = new Float64Array(o.bands * (o.envelope ? 2 : 1) + 3)
  features.set(bands)
  let envelopeSpectrum: PowerSpectrum | undefined
  if (o.envelope) {
    const around = envelope(centred, o.rateHz, o.envelopeLowHz, o.envelopeHighHz)
    const level = moments(around).mean
    envelopeSpectrum = spectrumOf(around.map((v) => v - level))
    features.set(bandEnergies(envelopeSpectrum, o.lowHz, o.highHz, o.bands), o.bands)
  }
  features.set([rms, crest, kurtosis], features.length - 3)
  return { bands, rms, crest, kurtosis, features, spectrum, envelopeSpectrum }
}
