// The spectrum of a block of equally spaced readings, scaled so that energies mean something: the sum over a one-sided
// power spectrum is the block's variance, and a sine of amplitude A stands in it with A^2/2 (Heinzel, Ruediger &
// Schilling 2002, Spectrum and spectral density estimation by the DFT, section 9). Units: u of the readings, u^2 of power.
import FFT from 'fft.js'

export const tapers = ['hann', 'hamming', 'blackman', 'rectangular'] as const
export type Taper = (typeof tapers)[number]

/** Cosine-sum coefficients of the periodic form (Harris 1978, On the use of windows, table 1). */
const cosines: Readonly<Record<Taper, readonly number[]>> = {
  hann: [0.5, -0.5],
  hamming: [0.54, -0.46],
  blackman: [0.42, -0.5, 0.08],
  rectangular: [1],
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

export interface FeatureOptions {
  readonly rateHz: number
  readonly lowHz: number
  readonly highHz: number
  readonly bands: number
  readonly taper: Taper
  readonly envelope: boolean
  readonly envelopeLowHz: number
  readonly envelopeHighHz: number
}
export interface Features {
  /** u^2 in each band. */
  readonly bands: Float64Array
  readonly rms: number
  readonly crest: number
  readonly kurtosis: number
  /** Bands, then as many bands of the envelope's spectrum where asked for, rms, crest, kurtosis. */
  readonly features: Float64Array
}

/** What a block says in numbers; its mean is taken off first. Undefined when all readings are equal: nothing vibrates so. */
export function blockFeatures(block: ArrayLike<number>, o: FeatureOptions): Features | undefined {
  const { mean, rms, crest, kurtosis } = moments(block)
  if (!(rms > 0)) return undefined
  const centred = Float64Array.from(block, (v) => v - mean)
  const bands = bandEnergies(powerSpectrum(centred, o.rateHz, o.taper), o.lowHz, o.highHz, o.bands)
  const features = new Float64Array(o.bands * (o.envelope ? 2 : 1) + 3)
  features.set(bands)
  if (o.envelope) {
    const around = envelope(centred, o.rateHz, o.envelopeLowHz, o.envelopeHighHz)
    const level = moments(around).mean
    features.set(bandEnergies(powerSpectrum(around.map((v) => v - level), o.rateHz, o.taper), o.lowHz, o.highHz, o.bands), o.bands)
  }
  features.set([rms, crest, kurtosis], features.length - 3)
  return { bands, rms, crest, kurtosis, features }
}
