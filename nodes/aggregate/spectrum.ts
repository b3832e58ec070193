// aggregate.spectrum: a waveform becomes numbers that alarms and models work on. Settings that came later change nothing
// where they are left as they begin: models are trained on these numbers.
// Longer than 300 lines: one waveform, one pass; speed, averages and outputs share what is computed of it.
import { defineNode, field, isBad, isFiniteValue, isGood, issue, port, Quality, sample, Type, worse, type Context, type ResolvedPort, type ResolvedPorts, type Sample, type Static, type Value } from '#kit'
import { addSpeed, bearingFaults, equalAngles, faultOrders, readAt, speedRange, type SpeedAt } from '#math/order'
import { blockFeatures, harmonicEnergy, highestPeaks, lineGain, tapers, type Features } from '#math/spectrum'

const config = Type.Object({
  samplePeriodMs: field.number({ title: 'Time between readings', unit: 'ms', exclusiveMinimum: 0, default: 1, description: 'As the device samples: 1 ms is 1000 readings a second, and shows frequencies up to 500 Hz.' }),
  unit: field.unit({ default: 'm/s2', description: 'Of the waveform. A model is trained for one unit.' }),
  bandUnit: field.choice(['Hz', 'orders'], { title: 'Bands in', default: 'Hz', description: 'Orders are multiples of the shaft speed: a fault stays in its band when the speed changes.' }),
  bands: field.integer({ title: 'Bands', minimum: 1, maximum: 1024, default: 40 }),
  low: field.number({ title: 'From', minimum: 0, default: 0, description: 'Lower edge of the first band, in the unit of the bands.' }),
  high: field.number({ title: 'To', exclusiveMinimum: 0, default: 500, description: 'Upper edge of the last band.' }),
  show: field.choice(['energy', 'rms', 'amplitude', 'density'], { title: 'Bands as', labels: ['Energy', 'RMS', 'Amplitude', 'Density'], default: 'energy', description: 'Energy: square of the unit. RMS and amplitude: that of a sine with the energy of the band. Density (PSD): energy over the width of the band.' }),
  taper: field.choice(tapers, { title: 'Taper', default: 'hann', advanced: true, description: 'Hann suits vibration, flat top the amplitudes of peaks. Rectangular only for blocks that hold whole periods.' }),
  segment: field.integer({ title: 'Segment', minimum: 0, maximum: 1 << 20, default: 0, advanced: true, description: 'Readings of one segment; the spectra of all segments of a waveform are averaged (Welch). 0: the whole waveform.' }),
  overlapPercent: field.number({ title: 'Overlap of segments', unit: '%', minimum: 0, maximum: 90, default: 50, advanced: true }),
  averaging: field.choice(['none', 'linear', 'exponential'], { title: 'Average over waveforms', labels: ['None', 'Of so many', 'Running'], default: 'none', advanced: true, description: 'Of so many: one result of every so many waveforms. Running: each result moves by 1/n towards the newest.' }),
  averages: field.integer({ title: 'Waveforms', minimum: 2, maximum: 10_000, default: 10, advanced: true, when: { field: 'averaging', is: ['linear', 'exponential'] } }),
  tracking: field.choice(['scale', 'resample'], { title: 'Order tracking', labels: ['By one speed', 'By angle'], default: 'scale', advanced: true, when: { field: 'bandUnit', is: ['orders'] }, description: 'By one speed: the bands follow the newest speed. By angle: the waveform is read anew at equal angles, for a speed that changes within it.' }),
  speedMaxAgeMs: field.number({ title: 'Speed is good for', unit: 'ms', exclusiveMinimum: 0, default: 5000, advanced: true }),
  maxSpeedChangePercent: field.number({ title: 'Steady speed', unit: '%', minimum: 0, default: 5, advanced: true, description: 'When the speed changes by more than this within a waveform, results by one speed are uncertain.' }),
  envelope: field.flag({ title: 'Envelope spectrum', default: false, description: 'Adds as many bands of the envelope: impacts of a damaged bearing show there at their rate.' }),
  envelopeLowHz: field.number({ title: 'Resonance from', unit: 'Hz', minimum: 0, default: 200, when: { field: 'envelope', is: [true] }, description: 'The impacts ring somewhere in this range; above the harmonics of the shaft.' }),
  envelopeHighHz: field.number({ title: 'Resonance to', unit: 'Hz', exclusiveMinimum: 0, default: 490, when: { field: 'envelope', is: [true] } }),
  peaks: field.integer({ title: 'Peaks', minimum: 0, maximum: 32, default: 0, advanced: true, description: 'So many highest peaks between From and To. 0: none.' }),
  balls: field.integer({ title: 'Balls of the bearing', minimum: 0, maximum: 200, default: 0, advanced: true, description: 'Rolling elements in a row. With the geometry the faults of a bearing are outputs; they need the speed. 0: none.' }),
  ballDiameterMm: field.number({ title: 'Ball diameter', unit: 'mm', exclusiveMinimum: 0, default: 8, advanced: true }),
  pitchDiameterMm: field.number({ title: 'Pitch diameter', unit: 'mm', exclusiveMinimum: 0, default: 40, advanced: true }),
  contactAngleDeg: field.number({ title: 'Contact angle', unit: 'deg', minimum: 0, maximum: 89, default: 0, advanced: true }),
  faultHarmonics: field.integer({ title: 'Harmonics of a fault', minimum: 1, maximum: 20, default: 3, advanced: true }),
  faultWidthPercent: field.number({ title: 'Width of a fault', unit: '%', minimum: 0, maximum: 20, default: 2, advanced: true, description: 'To each side of its frequency, for slip; three lines at least.' }),
}, { additionalProperties: false })
type Config = Static<typeof config>

interface Average {
  /** Waveforms in it. */
  n: number
  /** Energies (bands, of the envelope, of faults), then the squares of the RMS, crest factor, kurtosis. */
  levels: Float64Array
  /** Waveforms for which an uncertain one still counts, and its quality. */
  doubt: number
  quality: number
  time: number
}
interface State {
  /** The newest by its time; of bad quality when it was no number. */
  speed: { readonly hz: number; readonly time: number; readonly quality: number } | null
  /** Usable ones in the order of time, for what happens within a waveform. */
  speeds: SpeedAt[]
  averages: Map<string, Average>
}
type Ctx = Context<Config, State>

/** A block of more readings than this is a mistake, not a waveform: it would hold up the flow. */
const longest = 1 << 20
const keptSpeeds = 256
const maxTags = 10_000
/** By angle a waveform may become this much longer; a speed that changes by more is no one machine state. */
const mostChange = 4

const outputsOf = (config: Config): string[] => ['bands', 'rms', 'crest', 'kurtosis', 'features', ...(config.peaks > 0 ? ['peakFrequencies', 'peakAmplitudes'] : []), ...(config.balls > 0 ? bearingFaults : [])]

function giveNone(ctx: Ctx, s: Sample, quality: number): void {
  for (const name of outputsOf(ctx.config)) ctx.emit[name]!(sample(s.tag, null, s.time, quality))
}

function takeSpeed(ctx: Ctx, s: Sample): void {
  const { state } = ctx
  if (state.speed && s.time < state.speed.time) return ctx.drop('late_speed')
  const usable = typeof s.value === 'number' && Number.isFinite(s.value)
  const hz = usable ? Math.abs(s.value as number) : 0
  state.speed = { hz, time: s.time, quality: usable ? s.quality : worse(s.quality, s.value === null ? Quality.badNoData : typeof s.value === 'number' ? Quality.badOutOfRange : Quality.badTypeMismatch) }
  if (usable && !isBad(s.quality)) addSpeed(state.speeds, { time: s.time, hz }, keptSpeeds)
  ctx.hold()
}

/** Energies of one waveform, in the order of Average.levels. */
function levelsOf(config: Config, f: Features, unitHz: number): Float64Array {
  const energies = f.features.slice(0, f.features.length - 3)
  const faults = config.balls > 0 ? faultOrders(config) : undefined
  const out = new Float64Array(energies.length + (faults ? bearingFaults.length : 0) + 3)
  out.set(energies)
  let i = energies.length
  if (faults) for (const name of bearingFaults) out[i++] = harmonicEnergy(f.envelopeSpectrum ?? f.spectrum, faults[name] * unitHz, config.faultWidthPercent / 100, config.faultHarmonics)
  out.set([f.rms * f.rms, f.crest, f.kurtosis], i)
  return out
}

/** The average with this waveform; undefined while it is not complete. */
function averaged(ctx: Ctx, s: Sample, levels: Float64Array, quality: number): { levels: Float64Array; quality: number } | undefined {
  const { config, state } = ctx
  let a = state.averages.get(s.tag)
  if (!a || a.levels.length !== levels.length) state.averages.set(s.tag, (a = { n: 0, levels: new Float64Array(levels.length), doubt: 0, quality: Quality.good, time: s.time }))
  a.time = s.time
  a.n = Math.min(a.n + 1, config.averages)
  for (let i = 0; i < levels.length; i++) a.levels[i]! += (levels[i]! - a.levels[i]!) / a.n
  if (!isGood(quality)) {
    a.doubt = config.averages
    a.quality = quality
  } else if (a.doubt > 0 && --a.doubt === 0) a.quality = Quality.good
  const result = { levels: a.levels.slice(), quality: a.quality }
  if (config.averaging === 'exponential') return result
  if (a.n < config.averages) return undefined
  a.n = 0
  a.doubt = 0
  a.quality = Quality.good
  a.levels.fill(0)
  return result
}

function give(ctx: Ctx, s: Sample, f: Features, levels: Float64Array, quality: number, bandWidth: number): void {
  const { config } = ctx
  const emit = (name: string, value: Value): void => ctx.emit[name]!(sample(s.tag, value, s.time, quality))
  const shown = (energy: number, width: number): number => (config.show === 'energy' ? energy : config.show === 'density' ? energy / width : Math.sqrt(config.show === 'rms' ? energy : 2 * energy))
  const vectors = config.bands * (config.envelope ? 2 : 1)
  const [square, crest, kurtosis] = levels.subarray(levels.length - 3) as unknown as [number, number, number]
  // One waveform's own RMS, not the root of its square: models are trained on it to the last digit.
  const rms = config.averaging === 'none' ? f.rms : Math.sqrt(square)
  const features = new Float64Array(vectors + 3)
  for (let i = 0; i < vectors; i++) features[i] = shown(levels[i]!, bandWidth)
  features.set([rms, crest, kurtosis], vectors)
  emit('bands', features.slice(0, config.bands))
  emit('rms', rms)
  emit('crest', crest)
  emit('kurtosis', kurtosis)
  emit('features', features)
  if (config.balls > 0) for (const [i, name] of bearingFaults.entries()) emit(name, shown(levels[vectors + i]!, 1))
}

const gainOf = (config: Config, length: number): number => lineGain(config.taper, config.segment > 0 ? Math.min(config.segment, length) : length)
const round = (v: number): number => Number(v.toPrecision(4))

function receiveWaveform(ctx: Ctx, s: Sample): void {
  const { config, state } = ctx
  if (isBad(s.quality)) return giveNone(ctx, s, s.quality)
  if (s.value === null) return giveNone(ctx, s, Quality.badNoData)
  if (!(s.value instanceof Float32Array)) return ctx.fail(issue('SAMPLE_TYPE', {}, { port: 'signal', expected: 'a waveform', found: typeof s.value }))
  const block = s.value
  if (block.length < 16 || block.length > longest) return ctx.fail(`A waveform has 16 to ${longest} readings; this one has ${block.length}.`)
  if (!isFiniteValue(block)) return giveNone(ctx, s, Quality.badOutOfRange)
  if (config.averaging !== 'none') {
    const before = state.averages.get(s.tag)
    if (before && s.time <= before.time) return ctx.drop('late')
    if (!before && state.averages.size >= maxTags) return ctx.fail(`More than ${maxTags} tags reach this node.`)
  }

  const inOrders = config.bandUnit === 'orders'
  let shaftHz = 1
  let fastestHz = 1
  let quality = s.quality
  let track: { rate: number; resample: (b: Float64Array) => Float64Array } | undefined
  let length = config.segment > 0 ? Math.min(config.segment, block.length) : block.length
  const rateHz = 1000 / config.samplePeriodMs
  if (inOrders || config.balls > 0) {
    const { speed } = state
    if (!speed) return ctx.drop('no_speed')
    if (isBad(speed.quality)) return giveNone(ctx, s, speed.quality)
    if (Math.abs(s.time - speed.time) > config.speedMaxAgeMs) return giveNone(ctx, s, Quality.badTimeout)
    shaftHz = speed.hz
    fastestHz = shaftHz
    quality = worse(quality, speed.quality)
    if (!(shaftHz > 0)) return ctx.drop('slow')
    const { low, high } = speedRange(state.speeds, s.time, s.time + (block.length - 1) * config.samplePeriodMs)
    if (inOrders && config.tracking === 'resample') {
      if (!(low > 0)) return ctx.drop('slow')
      if (high > mostChange * low) return giveNone(ctx, s, Quality.badOutOfRange)
      fastestHz = high
      const { positions, perRevolution } = equalAngles(state.speeds, s.time, config.samplePeriodMs, block.length)
      if (positions.length < 16) return ctx.drop('slow')
      length = config.segment > 0 ? Math.min(config.segment, positions.length) : positions.length
      track = { rate: perRevolution, resample: (b) => readAt(b, positions) }
    } else if (high - low > (config.maxSpeedChangePercent / 100) * shaftHz) quality = worse(quality, Quality.uncertainSubNormal)
  }
  const unitHz = inOrders ? shaftHz : 1
  // By angle the spectrum is in orders itself.
  const axis = track ? 1 : unitHz
  const rate = track ? track.rate : rateHz
  const bandWidth = ((config.high - config.low) * axis) / config.bands
  if (bandWidth < rate / length) {
    if (inOrders) return ctx.drop('slow')
    return ctx.fail(`A band is ${round(bandWidth)} Hz wide; ${length} readings only tell ${round(rate / length)} Hz apart. Choose fewer bands or longer waveforms.`)
  }
  // A hair above is rounding of a speed or period, not a band without data.
  if (config.high * (inOrders ? fastestHz : 1) > (rateHz / 2) * 1.001) return giveNone(ctx, s, Quality.badOutOfRange)

  const options = { ...config, rateHz, lowHz: config.low * axis, highHz: config.high * axis, ...(config.segment > 0 ? { segment: config.segment, overlap: config.overlapPercent / 100 } : { segment: longest * mostChange }), ...(track ? { track } : {}) }
  const f = blockFeatures(block, options)
  if (!f) return giveNone(ctx, s, Quality.badSensor)
  let levels = levelsOf(config, f, track ? 1 : shaftHz)
  if (config.averaging !== 'none') {
    const a = averaged(ctx, s, levels, quality)
    if (!a) return ctx.hold()
    levels = a.levels
    quality = a.quality
  }
  give(ctx, s, f, levels, quality, bandWidth)
  if (config.peaks === 0) return
  const frequencies = new Float64Array(config.peaks)
  const amplitudes = new Float64Array(config.peaks)
  const { power, stepHz } = f.spectrum
  const inside = { power: power.map((p, k) => (k * stepHz >= config.low * axis && k * stepHz <= config.high * axis ? p : 0)), stepHz }
  for (const [i, peak] of highestPeaks(inside, gainOf(config, track ? length : block.length), config.peaks).entries()) {
    frequencies[i] = peak.hz / axis
    amplitudes[i] = peak.amplitude
  }
  ctx.emit['peakFrequencies']!(sample(s.tag, frequencies, s.time, quality))
  ctx.emit['peakAmplitudes']!(sample(s.tag, amplitudes, s.time, quality))
}

export default defineNode({
  type: 'aggregate.spectrum',
  version: 1,
  title: 'Spectrum',
  summary: 'Turns a waveform into bands, peaks, RMS, crest factor, kurtosis and the faults of a bearing.',
  help: `Each waveform that comes in gives one sample at every output, with the waveform's tag and time.

**bands**: energy in each of equally wide bands, in the square of the waveform's unit. The sum over all frequencies is the square of the RMS; a sine of amplitude A gives A²/2 whatever the taper, which is corrected for (by its energy; peaks by its height). By choice as RMS, amplitude or density. **rms**, **crest** (peak over RMS) and **kurtosis** (3 for noise, more with impacts) are about the mean. **features** is all of it in one vector: bands, envelope bands where chosen, RMS, crest, kurtosis. That is what a model takes. **peakFrequencies** and **peakAmplitudes** (where chosen): the highest peaks of the waveform between From and To, the highest first, between lines by a parabola; where there are fewer, 0 and 0.

**Averages:** within a waveform over overlapping segments (Welch), and over waveforms, of so many or running; energies and squares of the RMS are averaged, crest factor and kurtosis as they are; peaks are of the newest waveform.

Bands in **orders** need the shaft's speed in Hz at the input *speed*. A waveform without any speed yet is dropped; with a bad or an old one every output is bad; at standstill, or so slow that a band is narrower than a spectral line, it is dropped. A highest band beyond half the sampling rate gives bad outputs: nothing is known there. **Order tracking** by one speed takes the newest one for all of the waveform, and a speed that changes within it makes results uncertain. By angle the speed between its readings is a line, the waveform is read at equal angles by a cubic, and only a speed that changes more than fourfold gives bad outputs.

**bpfo, bpfi, bsf, ftf** (with the geometry of a bearing): energy (or RMS, amplitude) around the first harmonics of outer race, inner race, ball and cage faults, in the envelope's spectrum where there is one. They need the speed too.

A **bad** waveform, one with **NaN** or infinity in it, or one in which all readings are equal (a dead sensor) gives bad outputs without a value, and is in no average. An uncertain one gives uncertain outputs, and makes averages uncertain for as long as it counts. Each waveform is computed by itself, so **late, repeated and backward** ones are too; with averages over waveforms, one that is not newer than the last of its tag is dropped. A speed older than the one in use is dropped.

Sources: scaling as in Heinzel, Rüdiger and Schilling (2002); averages as in Welch (1967); envelope and fault frequencies as in Randall and Antoni (2011); order tracking by angle as in Fyfe and Munck (1997); peaks as in Gasior and Gonzalez (2004).`,
  keywords: ['fft', 'vibration', 'frequency', 'order', 'envelope', 'rms', 'crest', 'kurtosis', 'bearing', 'psd', 'welch', 'bpfo', 'bpfi', 'peak', 'order tracking', 'demodulation'],
  icon: 'audio-waveform',
  effects: 'none',
  config,
  inputs: {
    signal: port.series({ unit: { config: 'unit' }, title: 'Waveform', help: 'A block of equally spaced readings; a power of two (1024) is quickest.' }),
    speed: port.number({ unit: 'Hz', optional: true, title: 'Shaft speed', help: 'Turns of the shaft per second; needed for bands in orders and for faults.' }),
  },
  outputs: {
    bands: port.vector({ length: { config: 'bands' }, title: 'Band energies' }),
    rms: port.number({ unit: { config: 'unit' }, title: 'RMS' }),
    crest: port.number({ unit: '1', title: 'Crest factor' }),
    kurtosis: port.number({ unit: '1', title: 'Kurtosis' }),
    features: port.vector({ title: 'All in one', help: 'Bands, envelope bands, RMS, crest factor, kurtosis.' }),
    peakFrequencies: port.vector({ length: { config: 'peaks' }, title: 'Peak frequencies', help: 'The highest first, in the unit of the bands.' }),
    peakAmplitudes: port.vector({ length: { config: 'peaks' }, unit: { config: 'unit' }, title: 'Peak amplitudes' }),
    bpfo: port.number({ title: 'Outer race' }),
    bpfi: port.number({ title: 'Inner race' }),
    bsf: port.number({ title: 'Ball' }),
    ftf: port.number({ title: 'Cage' }),
  },
  rates(config, into) {
    const { perS, tags } = into['signal'] ?? { perS: 0, tags: 0 }
    return { '*': { perS: config.averaging === 'linear' ? perS / config.averages : perS, tags } }
  },
  drops: { no_speed: 'No speed has come yet.', slow: 'The shaft stands still or turns too slowly.', late_speed: 'A newer speed is in use.', late: 'A newer waveform of this tag is in the average.' },
  scope: 'node',
  state: (): State => ({ speed: null, speeds: [], averages: new Map() }),
  // Averages are energies: how they show makes no difference. What they are of does.
  carries: (from, to) => Object.entries(from).every(([name, value]) => ['show', 'peaks', 'speedMaxAgeMs', 'maxSpeedChangePercent'].includes(name) || value === to[name as keyof Config]),
  receive(s, at, ctx) {
    // A checkpoint from before there were averages and order tracking has the speed alone.
    const { speed } = ctx.state
    ctx.state.speeds ??= speed && !isBad(speed.quality) ? [{ time: speed.time, hz: speed.hz }] : []
    ctx.state.averages ??= new Map()
    if (at === 'speed') takeSpeed(ctx, s)
    else receiveWaveform(ctx, s)
  },

  ports(config): { outputs: ResolvedPorts } {
    const unit = config.unit === '' ? {} : { unit: config.unit }
    const suffix = config.bandUnit === 'Hz' ? ' Hz' : '×'
    const width = (config.high - config.low) / config.bands
    const labels = Array.from({ length: config.bands }, (_, i) => `${round(config.low + (i + 0.5) * width)}${suffix}`)
    const all = [...labels, ...(config.envelope ? labels.map((l) => `envelope ${l}`) : []), 'rms', 'crest', 'kurtosis']
    const inUnit = config.show === 'rms' || config.show === 'amplitude' ? unit : {}
    const outputs: Record<string, ResolvedPort> = {
      bands: { kind: 'vector', length: config.bands, labels, ...inUnit, title: config.show === 'energy' ? 'Band energies' : 'Bands' },
      rms: { kind: 'number', ...unit, title: 'RMS' },
      crest: { kind: 'number', unit: '1', title: 'Crest factor' },
      kurtosis: { kind: 'number', unit: '1', title: 'Kurtosis' },
      features: { kind: 'vector', length: all.length, labels: all, title: 'All in one', help: 'Bands, envelope bands, RMS, crest factor, kurtosis.' },
    }
    if (config.peaks > 0) {
      outputs['peakFrequencies'] = { kind: 'vector', length: config.peaks, ...(config.bandUnit === 'Hz' ? { unit: 'Hz' } : {}), title: 'Peak frequencies', help: 'The highest first, in the unit of the bands.' }
      outputs['peakAmplitudes'] = { kind: 'vector', length: config.peaks, ...unit, title: 'Peak amplitudes' }
    }
    if (config.balls > 0) for (const [i, name] of bearingFaults.entries()) outputs[name] = { kind: 'number', ...inUnit, title: ['Outer race', 'Inner race', 'Ball', 'Cage'][i]! }
    return { outputs }
  },
  check(config: Config) {
    const faults: { field: string; reason: string }[] = []
    const nyquist = 500 / config.samplePeriodMs
    if (config.low >= config.high) faults.push({ field: '/high', reason: `It must be above 'From' (${config.low}).` })
    if (config.bandUnit === 'Hz' && config.high > nyquist) faults.push({ field: '/high', reason: `Readings every ${config.samplePeriodMs} ms show frequencies up to ${round(nyquist)} Hz.` })
    if (config.envelope && config.envelopeLowHz >= config.envelopeHighHz) faults.push({ field: '/envelopeHighHz', reason: `It must be above 'Resonance from' (${config.envelopeLowHz} Hz).` })
    if (config.envelope && config.envelopeHighHz > nyquist) faults.push({ field: '/envelopeHighHz', reason: `Readings every ${config.samplePeriodMs} ms show frequencies up to ${round(nyquist)} Hz.` })
    if (config.segment > 0 && config.segment < 16) faults.push({ field: '/segment', reason: 'A segment has 16 readings or more; 0 is the whole waveform.' })
    if (config.balls > 0 && config.ballDiameterMm >= config.pitchDiameterMm) faults.push({ field: '/pitchDiameterMm', reason: `It must be above the ball's diameter (${config.ballDiameterMm} mm).` })
    return faults
  },

  examples: [
    {
      title: 'A square wave of ±1: all of its energy, in four bands',
      config: { samplePeriodMs: 1, unit: 'm/s2', bandUnit: 'Hz', bands: 4, low: 0, high: 500, taper: 'rectangular', speedMaxAgeMs: 5000, envelope: false, envelopeLowHz: 200, envelopeHighHz: 490 },
      in: [{ at: 'signal', value: { $series: [1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1] }, time: 0 }],
      out: [
        { at: 'bands', value: [0, 0, 0, 1], time: 0 },
        { at: 'rms', value: 1, time: 0 },
        { at: 'crest', value: 1, time: 0 },
        { at: 'kurtosis', value: 1, time: 0 },
        { at: 'features', value: [0, 0, 0, 1, 1, 1, 1], time: 0 },
      ],
    },
    {
      title: 'A bad waveform gives bad outputs',
      config: { samplePeriodMs: 1, unit: 'm/s2', bandUnit: 'Hz', bands: 4, low: 0, high: 500, taper: 'hann', speedMaxAgeMs: 5000, envelope: false, envelopeLowHz: 200, envelopeHighHz: 490 },
      in: [{ at: 'signal', value: null, time: 0, quality: 'BadCommunicationError' }],
      out: ['bands', 'rms', 'crest', 'kurtosis', 'features'].map((at) => ({ at, value: null, time: 0, quality: 'BadCommunicationError' })),
    },
    {
      title: 'Bands in orders wait for the speed of the shaft',
      config: { samplePeriodMs: 1, unit: 'm/s2', bandUnit: 'orders', bands: 4, low: 0, high: 10, taper: 'hann', speedMaxAgeMs: 5000, envelope: false, envelopeLowHz: 200, envelopeHighHz: 490 },
      in: [{ at: 'signal', value: { $series: [1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1] }, time: 0 }],
      out: [],
    },
    {
      title: 'RMS of bands over two waveforms, and the highest peak of the newest',
      config: { samplePeriodMs: 1, bands: 2, averaging: 'linear', averages: 2, show: 'rms', peaks: 1 },
      in: [
        { at: 'signal', value: { $series: Array.from({ length: 64 }, (_, i) => [0, 3, 0, -3][i % 4]!) }, time: 0 },
        { at: 'signal', value: { $series: Array.from({ length: 64 }, (_, i) => [0, 1, 0, -1][i % 4]!) }, time: 64 },
      ],
      out: [
        { at: 'bands', value: [1.118033988749895, 1.118033988749895], time: 64 },
        { at: 'rms', value: 1.5811388300841895, time: 64 },
        { at: 'crest', value: 1.414213562373095, time: 64 },
        { at: 'kurtosis', value: 2, time: 64 },
        { at: 'features', value: [1.118033988749895, 1.118033988749895, 1.5811388300841895, 1.414213562373095, 2], time: 64 },
        { at: 'peakFrequencies', value: [250], time: 64 },
        { at: 'peakAmplitudes', value: [1], time: 64 },
      ],
    },
  ],
})
