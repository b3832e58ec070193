// aggregate.waveform: one block of readings becomes the numbers that limits of machines are written in. Stateless.
import { conversion, defineNode, field, isBad, isFiniteValue, issue, port, Quality, sample, Type, type ResolvedPorts, type Static, type Value } from '#kit'
import { shapeOf, velocityRms } from '#math/shape'

const config = Type.Object({
  samplePeriodMs: field.number({ title: 'Time between readings', unit: 'ms', exclusiveMinimum: 0, default: 1, description: 'As the device samples: 1 ms is 1000 readings a second.' }),
  unit: field.unit({ default: 'm/s2', description: 'Of the waveform.' }),
  velocity: field.flag({ title: 'Velocity from acceleration', default: false, description: 'Adds the RMS velocity in a band, in mm/s, as limits of ISO 20816 are given.' }),
  velocityLowHz: field.number({ title: 'Velocity from', unit: 'Hz', exclusiveMinimum: 0, default: 10, when: { field: 'velocity', is: [true] }, description: 'ISO 20816: 10 Hz; 2 Hz for machines below 600 turns a minute.' }),
  velocityHighHz: field.number({ title: 'Velocity to', unit: 'Hz', exclusiveMinimum: 0, default: 1000, when: { field: 'velocity', is: [true] }, description: 'At most half the sampling rate.' }),
}, { additionalProperties: false })
type Config = Static<typeof config>

const factors = ['rms', 'peak', 'peakToPeak', 'mean', 'crest', 'kurtosis', 'skewness', 'shape', 'impulse', 'clearance'] as const
/** A block of more readings than this is a mistake, not a waveform: it would hold up the flow. */
const longest = 1 << 20

export default defineNode({
  type: 'aggregate.waveform',
  version: 1,
  title: 'RMS and shape factors',
  summary: 'Turns a waveform into RMS, peak, crest factor, kurtosis and the other shape factors, and into velocity.',
  help: `Each waveform that comes in gives one sample at every output, with the waveform's tag and time.

**rms**, **peak**, **peakToPeak** and the factors are about the mean, which is an output of its own. **crest**: peak over RMS, 1.41 of a sine. **kurtosis**: 3 of noise, 1.5 of a sine, more with impacts. **skewness**: 0 when both sides are alike. **shape**: RMS over the mean size. **impulse**: peak over the mean size. **clearance**: peak over the square of the mean root of the size; it rises first when a bearing begins to fail. **crossings**: changes of sign a second. **features**: RMS, peak, peak to peak, mean, crest, kurtosis, skewness, shape, impulse, clearance, crossings in one vector.

**velocity** (only when chosen): RMS of the velocity in the band, from the acceleration's spectrum divided by 2πf, with a Hann taper. Nothing is integrated in time, so nothing drifts. A waveform that is shorter than two periods of the band's lower edge gives a bad velocity without a value.

A **bad** waveform, one with **NaN** or infinity in it, or one in which all readings are equal (a dead sensor) gives bad outputs without a value; an uncertain one uncertain outputs. Each waveform is computed by itself: **late, duplicate and backward-time** ones are too.

Sources: ISO 13373-1:2002 (factors); Caesarendra and Tjahjowidodo, Machines 5 (2017), table 1 (impulse, clearance); ISO 20816-1:2016, 4.2 (velocity and its band).`,
  keywords: ['vibration', 'crest', 'kurtosis', 'skewness', 'peak', 'ISO 20816', 'ISO 10816', 'velocity', 'mm/s', 'bearing', 'severity', 'zero crossing'],
  icon: 'activity',
  effects: 'none',
  config,
  inputs: { signal: port.series({ unit: { config: 'unit' }, title: 'Waveform', help: 'A block of equally spaced readings.' }) },
  outputs: {
    rms: port.number({ unit: { config: 'unit' }, title: 'RMS' }),
    peak: port.number({ unit: { config: 'unit' }, title: 'Peak' }),
    peakToPeak: port.number({ unit: { config: 'unit' }, title: 'Peak to peak' }),
    mean: port.number({ unit: { config: 'unit' }, title: 'Mean' }),
    crest: port.number({ unit: '1', title: 'Crest factor' }),
    kurtosis: port.number({ unit: '1', title: 'Kurtosis' }),
    skewness: port.number({ unit: '1', title: 'Skewness' }),
    shape: port.number({ unit: '1', title: 'Shape factor' }),
    impulse: port.number({ unit: '1', title: 'Impulse factor' }),
    clearance: port.number({ unit: '1', title: 'Clearance factor' }),
    crossings: port.number({ unit: '/s', title: 'Zero crossings' }),
    features: port.vector({ length: factors.length + 1, labels: [...factors, 'crossings'], title: 'All in one' }),
    velocity: port.number({ unit: 'mm/s', title: 'RMS velocity' }),
  },

  receive(s, _at, ctx) {
    const { config } = ctx
    const give = (name: string, value: Value, quality: number): void => ctx.emit[name]!(sample(s.tag, value, s.time, quality))
    const none = (quality: number): void => {
      for (const name of [...factors, 'crossings', 'features']) give(name, null, quality)
      if (config.velocity) give('velocity', null, quality)
    }
    if (isBad(s.quality)) return none(s.quality)
    if (s.value === null) return none(Quality.badNoData)
    if (!(s.value instanceof Float32Array)) return ctx.fail(issue('SAMPLE_TYPE', {}, { port: 'signal', expected: 'a waveform', found: typeof s.value }))
    const block = s.value
    if (block.length < 4 || block.length > longest) return ctx.fail(`A waveform has 4 to ${longest} readings; this one has ${block.length}.`)
    if (!isFiniteValue(block)) return none(Quality.badOutOfRange)
    const shape = shapeOf(block)
    if (!shape) return none(Quality.badSensor)
    const seconds = (block.length * config.samplePeriodMs) / 1000
    const features = new Float64Array(factors.length + 1)
    for (const [i, name] of factors.entries()) {
      features[i] = shape[name]
      give(name, shape[name], s.quality)
    }
    features[factors.length] = shape.crossings / seconds
    give('crossings', shape.crossings / seconds, s.quality)
    give('features', features, s.quality)
    if (!config.velocity) return
    const toMmPerS = 1000 * (conversion(config.unit, 'm/s2')?.factor ?? Number.NaN)
    const told = seconds * config.velocityLowHz >= 2 && Number.isFinite(toMmPerS)
    give('velocity', told ? toMmPerS * velocityRms(block, 1000 / config.samplePeriodMs, config.velocityLowHz, config.velocityHighHz) : null, told ? s.quality : Quality.badOutOfRange)
  },

  ports(config): { outputs: ResolvedPorts } {
    const unit = config.unit === '' ? {} : { unit: config.unit }
    const one = (title: string) => ({ kind: 'number', unit: '1', title }) as const
    const inUnit = (title: string) => ({ kind: 'number', ...unit, title }) as const
    return {
      outputs: {
        rms: inUnit('RMS'),
        peak: inUnit('Peak'),
        peakToPeak: inUnit('Peak to peak'),
        mean: inUnit('Mean'),
        crest: one('Crest factor'),
        kurtosis: one('Kurtosis'),
        skewness: one('Skewness'),
        shape: one('Shape factor'),
        impulse: one('Impulse factor'),
        clearance: one('Clearance factor'),
        crossings: { kind: 'number', unit: '/s', title: 'Zero crossings' },
        features: { kind: 'vector', length: factors.length + 1, labels: [...factors, 'crossings'], title: 'All in one' },
        ...(config.velocity ? { velocity: { kind: 'number', unit: 'mm/s', title: 'RMS velocity' } as const } : {}),
      },
    }
  },
  check(config: Config) {
    if (!config.velocity) return []
    const faults: { field: string; reason: string }[] = []
    const nyquist = 500 / config.samplePeriodMs
    if (conversion(config.unit, 'm/s2') === undefined) faults.push({ field: '/unit', reason: `Velocity comes from an acceleration, such as 'm/s2' or '[g]'; '${config.unit}' is none.` })
    if (config.velocityLowHz >= config.velocityHighHz) faults.push({ field: '/velocityHighHz', reason: `It must be above 'Velocity from' (${config.velocityLowHz} Hz).` })
    if (config.velocityHighHz > nyquist) faults.push({ field: '/velocityHighHz', reason: `Readings every ${config.samplePeriodMs} ms show frequencies up to ${Number(nyquist.toPrecision(4))} Hz.` })
    return faults
  },

  examples: [
    {
      title: 'Four readings, one of them an impact',
      config: { samplePeriodMs: 1, unit: 'm/s2', velocity: false, velocityLowHz: 10, velocityHighHz: 1000 },
      in: [{ at: 'signal', value: { $series: [0, 0, 0, 8] }, time: 0 }],
      out: [
        { at: 'rms', value: 3.4641016151377544, time: 0 },
        { at: 'peak', value: 6, time: 0 },
        { at: 'peakToPeak', value: 8, time: 0 },
        { at: 'mean', value: 2, time: 0 },
        { at: 'crest', value: 1.7320508075688774, time: 0 },
        { at: 'kurtosis', value: 2.3333333333333335, time: 0 },
        { at: 'skewness', value: 1.1547005383792517, time: 0 },
        { at: 'shape', value: 1.1547005383792515, time: 0 },
        { at: 'impulse', value: 2, time: 0 },
        { at: 'clearance', value: 2.1435935394489816, time: 0 },
        { at: 'crossings', value: 250, time: 0 },
        { at: 'features', value: [3.4641016151377544, 6, 8, 2, 1.7320508075688774, 2.3333333333333335, 1.1547005383792517, 1.1547005383792515, 2, 2.1435935394489816, 250], time: 0 },
      ],
    },
    {
      title: 'A bad waveform, a dead sensor and NaN give bad outputs',
      config: { samplePeriodMs: 1, unit: 'm/s2', velocity: true, velocityLowHz: 10, velocityHighHz: 500 },
      in: [
        { at: 'signal', value: null, time: 0, quality: 'BadCommunicationError' },
        { at: 'signal', value: { $series: [2, 2, 2, 2] }, time: 1000 },
        { at: 'signal', value: { $series: [2, { $number: 'NaN' }, 2, 2] }, time: 2000 },
      ],
      out: [[0, 'BadCommunicationError'], [1000, 'BadSensorFailure'], [2000, 'BadOutOfRange']].flatMap(([time, quality]) => [...factors, 'crossings', 'features', 'velocity'].map((at) => ({ at, value: null, time: Number(time), quality: String(quality) }))),
    },
    {
      title: 'Velocity of a square wave of 10 m/s², 125 Hz; too short a waveform tells none',
      config: { samplePeriodMs: 1, unit: 'm/s2', velocity: true, velocityLowHz: 100, velocityHighHz: 500 },
      in: [
        { at: 'signal', value: { $series: Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? 10 : -10)) }, time: 0 },
        { at: 'signal', value: { $series: [10, 10, -10, -10] }, time: 1000 },
      ],
      out: [
        { at: 'rms', value: 10, time: 0 },
        { at: 'peak', value: 10, time: 0 },
        { at: 'peakToPeak', value: 20, time: 0 },
        { at: 'mean', value: 0, time: 0 },
        { at: 'crest', value: 1, time: 0 },
        { at: 'kurtosis', value: 1, time: 0 },
        { at: 'skewness', value: 0, time: 0 },
        { at: 'shape', value: 1, time: 0 },
        { at: 'impulse', value: 1, time: 0 },
        { at: 'clearance', value: 0.9999999999999991, time: 0 },
        { at: 'crossings', value: 218.75, time: 0 },
        { at: 'features', value: [10, 10, 20, 0, 1, 1, 0, 1, 1, 0.9999999999999991, 218.75], time: 0 },
        { at: 'velocity', value: 11.043757653001212, time: 0 },
        { at: 'rms', value: 10, time: 1000 },
        { at: 'peak', value: 10, time: 1000 },
        { at: 'peakToPeak', value: 20, time: 1000 },
        { at: 'mean', value: 0, time: 1000 },
        { at: 'crest', value: 1, time: 1000 },
        { at: 'kurtosis', value: 1, time: 1000 },
        { at: 'skewness', value: 0, time: 1000 },
        { at: 'shape', value: 1, time: 1000 },
        { at: 'impulse', value: 1, time: 1000 },
        { at: 'clearance', value: 0.9999999999999998, time: 1000 },
        { at: 'crossings', value: 250, time: 1000 },
        { at: 'features', value: [10, 10, 20, 0, 1, 1, 0, 1, 1, 0.9999999999999998, 250], time: 1000 },
        { at: 'velocity', value: null, time: 1000, quality: 'BadOutOfRange' },
      ],
    },
  ],
})
