import { describe, expect, it } from 'vitest'
import { Quality, resolvePorts, sample, sampleFromJson, schemaFaults, withDefaults, type Context, type Sample, type Static } from '#kit'
import node from './spectrum.ts'

type Config = Static<typeof node.config>
const base = withDefaults(node.config, {}) as Config
const orders: Config = { ...base, bandUnit: 'orders', bands: 36, low: 0.125, high: 9.125 }

function open(config: Config) {
  const out: { at: string; sample: Sample }[] = []
  const ends: string[] = []
  const emit = Object.fromEntries(['bands', 'rms', 'crest', 'kurtosis', 'features'].map((at) => [at, (s: Sample) => void out.push({ at, sample: s })]))
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
      expect(schemaFaults(node.config, example.config)).toEqual([])
      const give = open(example.config)
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
    expect(give('signal', tone(50), 6000).by['rms']).toMatchObject({ value: null, quality: Quality.bad })
    give('speed', 45, 6500, Quality.badCommunication)
    expect(give('signal', tone(50), 6500).by['bands']).toMatchObject({ value: null, quality: Quality.badCommunication })
    give('speed', 45, 7000, Quality.uncertain)
    expect(give('signal', tone(50), 7000).by['bands']!.quality).toBe(Quality.uncertain)
    expect(give('speed', 10, 6900).ends).toEqual(['drop old_speed'])
    give('speed', 0, 8000)
    expect(give('signal', tone(50), 8000).ends).toEqual(['drop slow'])
    give('speed', 60, 9000)
    expect(give('signal', tone(50), 9000).by['bands']).toMatchObject({ value: null, quality: Quality.badOutOfRange })
  })
  it('never calls a broken waveform good', () => {
    const give = open(base)
    const broken = tone(50)
    broken[500] = Number.NaN
    expect(give('signal', broken).by['features']).toMatchObject({ value: null, quality: Quality.bad })
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
})
