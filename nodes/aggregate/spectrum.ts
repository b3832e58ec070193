// aggregate.spectrum: a waveform becomes numbers that alarms and models work on.
import { defineNode, field, isBad, issue, port, Quality, sample, Type, worse, type ResolvedPorts, type Static, type Value } from '#kit'
import { blockFeatures, tapers } from '#math/spectrum'

const config = Type.Object({
  samplePeriodMs: field.number({ title: 'Time between readings', unit: 'ms', exclusiveMinimum: 0, default: 1, description: 'As the device samples: 1 ms is 1000 readings a second, and shows frequencies up to 500 Hz.' }),
  unit: field.unit({ default: 'm/s2', description: 'Of the waveform. A model is trained for one unit.' }),
  bandUnit: field.choice(['Hz', 'orders'], { title: 'Bands in', default: 'Hz', description: 'Orders are multiples of the shaft speed: a fault stays in its band when the speed changes.' }),
  bands: field.integer({ title: 'Bands', minimum: 1, maximum: 1024, default: 40 }),
  low: field.number({ title: 'From', minimum: 0, default: 0, description: 'Lower edge of the first band, in the unit of the bands.' }),
  high: field.number({ title: 'To', exclusiveMinimum: 0, default: 500, description: 'Upper edge of the last band.' }),
  taper: field.choice(tapers, { title: 'Taper', default: 'hann', advanced: true, description: 'Hann suits vibration. Rectangular only for blocks that hold whole periods.' }),
  speedMaxAgeMs: field.number({ title: 'Speed is good for', unit: 'ms', exclusiveMinimum: 0, default: 5000, advanced: true, when: { field: 'bandUnit', is: ['orders'] } }),
  envelope: field.flag({ title: 'Envelope spectrum', default: false, description: 'Adds as many bands of the envelope: impacts of a damaged bearing show there at their rate.' }),
  envelopeLowHz: field.number({ title: 'Resonance from', unit: 'Hz', minimum: 0, default: 200, when: { field: 'envelope', is: [true] }, description: 'The impacts ring somewhere in this range; above the harmonics of the shaft.' }),
  envelopeHighHz: field.number({ title: 'Resonance to', unit: 'Hz', exclusiveMinimum: 0, default: 490, when: { field: 'envelope', is: [true] } }),
}, { additionalProperties: false })
type Config = Static<typeof config>

interface State {
  /** The newest by its time; of bad quality when it was no number. */
  speed: { readonly hz: number; readonly time: number; readonly quality: number } | null
}

const outputs = ['bands', 'rms', 'crest', 'kurtosis', 'features'] as const
/** A block of more readings than this is a mistake, not a waveform: it would hold up the flow. */
const longest = 1 << 20

export default defineNode({
  type: 'aggregate.spectrum',
  version: 1,
  title: 'Spectrum',
  summary: 'Turns a waveform into band energies, RMS, crest factor and kurtosis.',
  help: `Each waveform that comes in gives one sample at every output, with the waveform's tag and time.

**bands**: energy in each of equally wide bands, in the square of the waveform's unit. The sum over all frequencies is the square of the RMS; a sine of amplitude A gives A²/2. **rms**, **crest** (peak over RMS) and **kurtosis** (3 for noise, more with impacts) are about the mean. **features** is all of it in one vector: bands, envelope bands where chosen, RMS, crest, kurtosis. That is what a model takes.

Bands in orders need the shaft's speed in Hz at the input *speed*. A waveform without any speed yet is dropped; with a bad or an old one every output is bad; at standstill, or so slow that a band is narrower than a spectral line, it is dropped. A highest band beyond half the sampling rate gives bad outputs: nothing is known there.

A bad waveform, one with NaN or infinity in it, or one in which all readings are equal (a dead sensor) gives bad outputs without a value. An uncertain one gives uncertain outputs. Each waveform is computed by itself, so late, repeated and backward ones are too; a speed older than the one in use is dropped.

Sources: scaling as in Heinzel, Rüdiger and Schilling (2002); envelope analysis as in Randall and Antoni (2011). The speed is taken as constant over a waveform.`,
  keywords: ['fft', 'vibration', 'frequency', 'order', 'envelope', 'rms', 'crest', 'kurtosis', 'bearing'],
  icon: 'audio-waveform',
  effects: 'none',
  config,
  inputs: {
    signal: port.series({ unit: { config: 'unit' }, title: 'Waveform', help: 'A block of equally spaced readings; a power of two (1024) is quickest.' }),
    speed: port.number({ unit: 'Hz', optional: true, title: 'Shaft speed', help: 'Turns of the shaft per second; needed for bands in orders.' }),
  },
  outputs: {
    bands: port.vector({ length: { config: 'bands' }, title: 'Band energies' }),
    rms: port.number({ unit: { config: 'unit' }, title: 'RMS' }),
    crest: port.number({ unit: '1', title: 'Crest factor' }),
    kurtosis: port.number({ unit: '1', title: 'Kurtosis' }),
    features: port.vector({ title: 'All in one', help: 'Bands, envelope bands, RMS, crest factor, kurtosis.' }),
  },
  drops: { no_speed: 'no speed has come yet', slow: 'the shaft stands still or turns too slowly', old_speed: 'a newer speed is in use' },
  scope: 'node',
  state: (): State => ({ speed: null }),

  receive(s, at, ctx) {
    const { config, state } = ctx
    if (at === 'speed') {
      if (state.speed && s.time < state.speed.time) return ctx.drop('old_speed')
      const usable = typeof s.value === 'number' && Number.isFinite(s.value)
      state.speed = { hz: usable ? Math.abs(s.value as number) : 0, time: s.time, quality: usable ? s.quality : worse(s.quality, Quality.bad) }
      return ctx.hold()
    }

    const all = (value: Value, quality: number): void => {
      for (const name of outputs) ctx.emit[name]!(sample(s.tag, value, s.time, quality))
    }
    if (isBad(s.quality)) return all(null, s.quality)
    if (s.value === null) return all(null, Quality.badNoData)
    if (!(s.value instanceof Float32Array)) return ctx.fail(issue('SAMPLE_TYPE', {}, { port: 'signal', expected: 'a waveform', found: typeof s.value }))
    const block = s.value
    if (block.length < 16 || block.length > longest) return ctx.fail(`A waveform has 16 to ${longest} readings; this one has ${block.length}.`)
    if (!block.every(Number.isFinite)) return all(null, Quality.bad)

    let unitHz = 1
    let quality = s.quality
    if (config.bandUnit === 'orders') {
      const { speed } = state
      if (!speed) return ctx.drop('no_speed')
      if (isBad(speed.quality)) return all(null, speed.quality)
      if (Math.abs(s.time - speed.time) > config.speedMaxAgeMs) return all(null, Quality.badTimeout)
      unitHz = speed.hz
      quality = worse(quality, speed.quality)
    }
    const rateHz = 1000 / config.samplePeriodMs
    const bandHz = ((config.high - config.low) * unitHz) / config.bands
    if (bandHz < rateHz / block.length) {
      if (config.bandUnit === 'orders') return ctx.drop('slow')
      return ctx.fail(`A band is ${round(bandHz)} Hz wide; ${block.length} readings only tell ${round(rateHz / block.length)} Hz apart. Choose fewer bands or longer waveforms.`)
    }
    // A hair above is rounding of a speed or period, not a band without data.
    if (config.high * unitHz > (rateHz / 2) * 1.001) return all(null, Quality.badOutOfRange)

    const f = blockFeatures(block, { ...config, rateHz, lowHz: config.low * unitHz, highHz: config.high * unitHz })
    if (!f) return all(null, Quality.badSensor)
    const give = (name: (typeof outputs)[number], value: Value): void => ctx.emit[name]!(sample(s.tag, value, s.time, quality))
    give('bands', f.bands)
    give('rms', f.rms)
    give('crest', f.crest)
    give('kurtosis', f.kurtosis)
    give('features', f.features)
  },

  ports(config): { outputs: ResolvedPorts } {
    const unit = config.unit === '' ? {} : { unit: config.unit }
    const suffix = config.bandUnit === 'Hz' ? ' Hz' : '×'
    const width = (config.high - config.low) / config.bands
    const labels = Array.from({ length: config.bands }, (_, i) => `${round(config.low + (i + 0.5) * width)}${suffix}`)
    const all = [...labels, ...(config.envelope ? labels.map((l) => `envelope ${l}`) : []), 'rms', 'crest', 'kurtosis']
    return {
      outputs: {
        bands: { kind: 'vector', length: config.bands, labels, title: 'Band energies' },
        rms: { kind: 'number', ...unit, title: 'RMS' },
        crest: { kind: 'number', unit: '1', title: 'Crest factor' },
        kurtosis: { kind: 'number', unit: '1', title: 'Kurtosis' },
        features: { kind: 'vector', length: all.length, labels: all, title: 'All in one', help: 'Bands, envelope bands, RMS, crest factor, kurtosis.' },
      },
    }
  },
  check(config: Config) {
    const faults: { field: string; reason: string }[] = []
    const nyquist = 500 / config.samplePeriodMs
    if (config.low >= config.high) faults.push({ field: '/high', reason: `It must be above 'From' (${config.low}).` })
    if (config.bandUnit === 'Hz' && config.high > nyquist) faults.push({ field: '/high', reason: `Readings every ${config.samplePeriodMs} ms show frequencies up to ${round(nyquist)} Hz.` })
    if (config.envelope && config.envelopeLowHz >= config.envelopeHighHz) faults.push({ field: '/envelopeHighHz', reason: `It must be above 'Resonance from' (${config.envelopeLowHz} Hz).` })
    if (config.envelope && config.envelopeHighHz > nyquist) faults.push({ field: '/envelopeHighHz', reason: `Readings every ${config.samplePeriodMs} ms show frequencies up to ${round(nyquist)} Hz.` })
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
      out: outputs.map((at) => ({ at, value: null, time: 0, quality: 'BadCommunicationError' })),
    },
    {
      title: 'Bands in orders wait for the speed of the shaft',
      config: { samplePeriodMs: 1, unit: 'm/s2', bandUnit: 'orders', bands: 4, low: 0, high: 10, taper: 'hann', speedMaxAgeMs: 5000, envelope: false, envelopeLowHz: 200, envelopeHighHz: 490 },
      in: [{ at: 'signal', value: { $series: [1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1] }, time: 0 }],
      out: [],
    },
  ],
})

const round = (v: number): number => Number(v.toPrecision(4))
