import { describe, expect, it } from 'vitest'
import { Quality, resolvePorts, sample, sampleFromJson, schemaFaults, withDefaults, type Context, type Sample, type Static } from '#kit'
import node from './spectrum.ts'

type Config = Static<typeof node.config>
const base = withDefaults(node.config, {}) as Config
const orders: Config = { ...base, bandUnit: 'orders', bands: 36, low: 0.125, high: 9.125 }

function open(config: Config) {
  const out: { at: string; sample: Sample }[] = []
  const ends: string[] = []
  const emit = Object.fromEntries(['bands', 'rms', 'crest', 'kurtosis', 'features', 'peakFrequencies', 'peakAmplitudes', 'bpfo', 'bpfi', 'bsf', 'ftf'].map((at) => [at, (s: Sample) => void out.push({ at, sample: s })]))
  const ctx = {
    config, state: node.state!(config), tag: '', now: 0, watermark: 0, due: 'now', emit,
    hold: () => void ends.push('hold'), drop: (r: string) => void ends.push(`drop ${r}`), fail: (i: unknown) => void ends.push(`fail ${typeof i === 'string' ? i : (i as { text: string }).text}`),
    done: () => undefined, wakeAt: () => undefined, wakeAtWatermark: () => undefined, alarm: () => undefined, log: () => undefined,
  } as unknown as Context<Config, ReturnType<NonNullable<typeof node.state>>>
  const give = (at: string, value: Sample['value'], time = 0, quality: number = Quality.good) => {
    out.length = 0
    ends.length = 0
    node.receive!(sample(at === 'speed' ? 'drive.speed' : 'P-101.waveform', value, time, quality), at, ctx)
    return { out: [...out], ends: [...ends], by: Object.fromEntries(out.map((o) => [o.at, o.sample])) }
  }
  return give
}
const tone = (hz: number, n = 1024): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * hz * i) / 1000))

describe('aggregate.spectrum', () => {
  it('gives what its examples say', () => {
    for (const example of node.examples) {
      expect(schemaFaults(node.config, withDefaults(node.config, example.config))).toEqual([])
      const give = open(withDefaults(node.config, example.config) as Config)
      const got = example.in.flatMap((i) => {
        const s = sampleFromJson({ tag: 'x', ...i })
        return give(i.at, s.value, s.time, s.quality).out
      })
      const want = example.out.map((o) => ({ at: o.at, sample: sampleFromJson({ tag: 'P-101.waveform', ...o }) }))
      expect(got.map((g) => g.at)).toEqual(want.map((w) => w.at))
      for (const [i, w] of want.entries()) {
        expect(got[i]!.sample.quality).toBe(w.sample.quality)
        if (w.sample.value instanceof Float64Array) for (const [k, v] of w.sample.value.entries()) expect((got[i]!.sample.value as Float64Array)[k]).toBeCloseTo(v, 9)
        else expect(got[i]!.sample.value).toBe(w.sample.value)
      }
    }
  })
  it('puts a tone into its band, with the tag and time of the waveform', () => {
    const { by } = open({ ...base, bands: 10 })('signal', tone(125), 77)
    expect((by['bands']!.value as Float64Array)[2]).toBeCloseTo(0.5, 2)
    expect(by['rms']).toMatchObject({ tag: 'P-101.waveform', time: 77, quality: Quality.good })
    expect(by['rms']!.value).toBeCloseTo(Math.SQRT1_2, 2)
    expect(by['features']!.value).toHaveLength(13)
  })
  it('keeps the second order in its band while the speed changes', () => {
    const give = open(orders)
    for (const [i, hz] of [25, 31.7, 45].entries()) {
      expect(give('speed', hz, i).ends).toEqual(['hold'])
      const bands = give('signal', tone(2 * hz), i).by['bands']!.value as Float64Array
      expect(bands.indexOf(Math.max(...bands))).toBe(7)
    }
  })
  it('gives no spectrum in orders without a good, recent speed', () => {
    const give = open(orders)
    expect(give('signal', tone(50)).ends).toEqual(['drop no_speed'])
    give('speed', 45, 0)
    expect(give('signal', tone(50), 4000).by['rms']!.quality).toBe(Quality.good)
    expect(give('signal', tone(50), 6000).by['rms']).toMatchObject({ value: null, quality: Quality.badTimeout })
    give('speed', Number.NaN, 6000)
    expect(give('signal', tone(50), 6000).by['rms']).toMatchObject({ value: null, quality: Quality.badOutOfRange })
    give('speed', 45, 6500, Quality.badCommunication)
    expect(give('signal', tone(50), 6500).by['bands']).toMatchObject({ value: null, quality: Quality.badCommunication })
    give('speed', 45, 7000, Quality.uncertain)
    expect(give('signal', tone(50), 7000).by['bands']!.quality).toBe(Quality.uncertain)
    expect(give('speed', 10, 6900).ends).toEqual(['drop late_speed'])
    give('speed', 0, 8000)
    expect(give('signal', tone(50), 8000).ends).toEqual(['drop slow'])
    give('speed', 60, 9000)
    expect(give('signal', tone(50), 9000).by['bands']).toMatchObject({ value: null, quality: Quality.badOutOfRange })
  })
  it('never calls a broken waveform good', () => {
    const give = open(base)
    const broken = tone(50)
    broken[500] = Number.NaN
    expect(give('signal', broken).by['features']).toMatchObject({ value: null, quality: Quality.badOutOfRange })
    expect(give('signal', new Float32Array(1024)).by['rms']).toMatchObject({ value: null, quality: Quality.badSensor })
    expect(give('signal', null, 0, Quality.badTimeout).by['kurtosis']).toMatchObject({ value: null, quality: Quality.badTimeout })
    expect(give('signal', null).by['rms']!.quality).toBe(Quality.badNoData)
    expect(give('signal', tone(50), 0, Quality.uncertain).out.every((o) => o.sample.quality === Quality.uncertain)).toBe(true)
    expect(give('signal', new Float32Array(4)).ends[0]).toMatch(/^fail A waveform has 16/)
    expect(give('signal', tone(50, 64)).ends[0]).toMatch(/^fail A band is 12.5 Hz wide; 64 readings only tell 15.63 Hz apart/)
  })
  it('types its features by the config, and refuses settings that contradict each other', () => {
    const ports = node.ports!({ ...orders, envelope: true }, { model: () => undefined })
    expect(ports.outputs!['features']).toMatchObject({ kind: 'vector', length: 75 })
    expect(ports.outputs!['features']!.labels!.slice(0, 2)).toEqual(['0.25×', '0.5×'])
    expect(resolvePorts(node.inputs, base)['signal']).toMatchObject({ kind: 'series', unit: 'm/s2' })
    expect(node.check!({ ...base, samplePeriodMs: 2 }, { model: () => undefined })).toEqual([{ field: '/high', reason: 'Readings every 2 ms show frequencies up to 250 Hz.' }])
    expect(node.check!({ ...base, low: 500 }, { model: () => undefined })).toHaveLength(1)
    expect(node.check!({ ...base, envelope: true, envelopeLowHz: 490 }, { model: () => undefined })[0]!.field).toBe('/envelopeHighHz')
  })

  it('shows a sine by its energy, RMS or amplitude, and noise by its density', () => {
    for (const [show, value] of [['energy', 4.5], ['rms', Math.sqrt(4.5)], ['amplitude', 3], ['density', 4.5 / 100]] as const) {
      const bands = open({ ...base, bands: 5, show })('signal', tone(150).map((v) => 3 * v)).by['bands']!.value as Float64Array
      expect(bands[1]).toBeCloseTo(value, 2)
    }
    expect(node.ports!({ ...base, show: 'rms' }, { model: () => undefined }).outputs!['bands']!.unit).toBe('m/s2')
  })
  it('averages segments: as much energy, less scatter', () => {
    let seed = 1
    const noise = Float32Array.from({ length: 8192 }, () => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5))
    const of = (config: Partial<Config>) => open({ ...base, bands: 50, ...config })('signal', noise).by['bands']!.value as Float64Array
    const spread = (v: Float64Array): number => {
      const mean = v.reduce((a, b) => a + b, 0) / v.length
      return Math.sqrt(v.reduce((a, b) => a + (b - mean) ** 2, 0) / v.length) / mean
    }
    const welch = of({ segment: 256 })
    expect(welch.reduce((a, b) => a + b, 0)).toBeCloseTo(1 / 12, 2)
    expect(spread(welch)).toBeLessThan(0.6 * spread(of({ segment: 256 * 32, taper: 'hann', bands: 500 })))
  })
  it('averages waveforms, of so many or running, never a bad one, and in doubt while an uncertain one counts', () => {
    const linear = open({ ...base, averaging: 'linear', averages: 3, bands: 5 })
    const level = (by: Record<string, Sample>) => by['rms']?.value
    expect(linear('signal', tone(150), 1).ends).toEqual(['hold'])
    expect(level(linear('signal', null, 2, Quality.bad).by)).toBe(null)
    expect(linear('signal', tone(150), 1).ends).toEqual(['drop late'])
    linear('signal', tone(150).map((v) => 2 * v), 3, Quality.uncertain)
    const third = linear('signal', tone(150).map((v) => 3 * v), 4)
    expect(level(third.by)).toBeCloseTo(Math.sqrt((1 + 4 + 9) / 6), 2)
    expect(third.by['rms']!.quality).toBe(Quality.uncertain)
    expect(linear('signal', tone(150), 5).ends).toEqual(['hold'])
    const running = open({ ...base, averaging: 'exponential', averages: 2, bands: 5 })
    const seen = [1, 3, 3].map((a, i) => level(running('signal', tone(150).map((v) => a * v), i).by) as number)
    for (const [i, square] of [1, 5, 7].entries()) expect(seen[i]! ** 2).toBeCloseTo(square / 2, 1)
  })
  it('finds peaks between the lines, by their height whatever the taper', () => {
    const both = Float32Array.from(tone(123.4), (v, i) => 3 * v + Math.sin((2 * Math.PI * 310.2 * i) / 1000))
    for (const taper of ['hann', 'flattop', 'blackman'] as const) {
      const { by } = open({ ...base, peaks: 2, taper })('signal', both)
      const [hz, amplitude] = [by['peakFrequencies']!.value as Float64Array, by['peakAmplitudes']!.value as Float64Array]
      expect(hz[0]).toBeCloseTo(123.4, 0)
      expect(hz[1]).toBeCloseTo(310.2, 0)
      expect(amplitude[0]! / 3).toBeCloseTo(1, 1)
      expect(amplitude[1]).toBeCloseTo(1, 1)
    }
    const none = open({ ...base, bands: 4, low: 400, high: 500, peaks: 3, taper: 'rectangular' })('signal', Float32Array.from({ length: 64 }, (_, i) => (i % 2 ? 1 : -1)))
    expect(none.by['peakFrequencies']!.value).toEqual(new Float64Array(3))
  })
  it('follows a speed that runs up within a waveform by angle; by one speed that is uncertain', () => {
    // 20 to 40 turns a second in 2.048 s; the fourth order of it.
    const chirp = Float32Array.from({ length: 2048 }, (_, i) => Math.sin(2 * Math.PI * 4 * (20 * (i / 1000) + ((20 / 2.048) * (i / 1000) ** 2) / 2)))
    const of = (tracking: 'scale' | 'resample') => {
      const give = open({ ...base, bandUnit: 'orders', bands: 18, low: 0.25, high: 9.25, tracking, peaks: 1 })
      give('speed', 20, 0)
      give('speed', 40, 2048)
      return give('signal', chirp).by
    }
    const tracked = of('resample')
    const bands = tracked['bands']!.value as Float64Array
    expect(tracked['bands']!.quality).toBe(Quality.good)
    expect(bands[7]! / bands.reduce((a, b) => a + b, 0)).toBeGreaterThan(0.95)
    expect((tracked['peakFrequencies']!.value as Float64Array)[0]).toBeCloseTo(4, 1)
    const scaled = of('scale')
    expect(scaled['bands']!.quality).toBe(Quality.uncertainSubNormal)
    expect((scaled['bands']!.value as Float64Array)[7]! / bands[7]!).toBeLessThan(0.5)
  })
  it('is the same by angle as by one speed while the speed is steady', () => {
    const of = (tracking: 'scale' | 'resample') => {
      const give = open({ ...orders, tracking })
      give('speed', 31.25, 0)
      return give('signal', tone(62.5)).by['bands']!.value as Float64Array
    }
    const [a, b] = [of('scale'), of('resample')]
    for (const [i, v] of a.entries()) expect(b[i]).toBeCloseTo(v, 6)
  })
  it('gives the faults of a bearing by its geometry', () => {
    const give = open({ ...base, balls: 9, ballDiameterMm: 7.94, pitchDiameterMm: 39.04, show: 'amplitude', faultHarmonics: 1, envelope: true, envelopeLowHz: 250, envelopeHighHz: 450 })
    expect(give('signal', tone(50)).ends).toEqual(['drop no_speed'])
    give('speed', 20, 0)
    // A resonance of 350 Hz that rings with each ball over the outer race: 3.585 times 20 Hz.
    const impacts = Float32Array.from({ length: 4096 }, (_, i) => (1 + 0.5 * Math.cos((2 * Math.PI * 71.7 * i) / 1000)) * Math.sin((2 * Math.PI * 350 * i) / 1000))
    const { by } = give('signal', impacts)
    expect(by['bpfo']!.value).toBeCloseTo(0.5, 1)
    for (const other of ['bpfi', 'bsf', 'ftf']) expect(by[other]!.value).toBeLessThan(0.02)
    expect(Object.keys(node.ports!({ ...base, balls: 9 }, { model: () => undefined }).outputs!)).toContain('bpfo')
    expect(node.check!({ ...base, balls: 9, pitchDiameterMm: 5, segment: 8 }, { model: () => undefined }).map((f) => f.field)).toEqual(['/segment', '/pitchDiameterMm'])
  })
  it('keeps its averages through a deploy that only shows them in another way', () => {
    expect(node.carries!(base, { ...base, show: 'rms', peaks: 3 })).toBe(true)
    expect(node.carries!(base, { ...base, segment: 64 })).toBe(false)
  })
  it('goes on from a checkpoint that an earlier Headgate wrote', () => {
    const ctx = { config: orders, state: { speed: { hz: 25, time: 0, quality: Quality.good } }, hold: () => undefined, emit: {}, drop: () => undefined, fail: () => undefined } as unknown as Parameters<NonNullable<typeof node.receive>>[2]
    node.receive!(sample('drive.speed', 30, 1), 'speed', ctx)
    expect(ctx.state.speeds).toEqual([{ hz: 25, time: 0 }, { hz: 30, time: 1 }])
  })
})
