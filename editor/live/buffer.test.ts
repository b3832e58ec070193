import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { JsonSample, JsonValue } from '#kit'
import { imageOf, MAX_LOG, MAX_POINTS, MAX_ROWS, MAX_RUNS, MAX_TAGS, seriesOf, TapBuffer } from './buffer.ts'

const s = (time: number, value: JsonValue, quality?: string): JsonSample => ({ tag: 'x', time, value, ...(quality === undefined ? {} : { quality }) })
const filled = (...samples: JsonSample[]): TapBuffer => {
  const buffer = new TapBuffer()
  buffer.push(samples, 0, 0)
  return buffer
}

describe('a trend', () => {
  it('draws good and uncertain values and leaves gaps with a mark for bad ones and NaN', () => {
    const { x, y, marks } = filled(s(1000, 1), s(2000, 5, 'BadTimeout'), s(3000, { $number: 'NaN' }), s(4000, 3, 'Uncertain'), s(5000, null)).window(5000, 10_000)
    expect(x).toEqual([1, 2, 3, 4, 5])
    expect(y).toEqual([1, null, null, 3, null])
    expect(marks).toEqual([{ time: 2000, severity: 'bad' }, { time: 3000, severity: 'bad' }, { time: 4000, severity: 'uncertain' }, { time: 5000, severity: 'bad' }])
  })
  it('takes an unknown quality for bad', () => expect(filled(s(1, 1, 'Splendid')).window(1, 1)).toMatchObject({ y: [null], marks: [{ severity: 'bad' }] }))
  it('gives its window with one point before it', () => {
    expect(filled(...[0, 1, 2, 3, 4].map((t) => s(t * 1000, t))).window(4000, 1500).x).toEqual([2, 3, 4])
  })
  it('puts late samples where they belong', () => {
    expect(filled(s(3000, 3), s(1000, 1), s(2000, 2)).window(3000, 5000).y).toEqual([1, 2, 3])
  })
  it('has ascending times whatever comes', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })), (times) => {
      const { x } = filled(...times.map((t) => s(t, 1))).window(2e6, 2e6)
      return times.every((t) => x.includes(t / 1000)) && x.every((v, i) => i === 0 || v >= x[i - 1]!)
    }))
  })
  it('moves on while nothing comes', () => {
    const buffer = new TapBuffer()
    buffer.push([s(5000, 1)], 0, 100)
    expect(buffer.endAt(100)).toBe(5000)
    expect(buffer.endAt(2100)).toBe(7000)
  })
  it('stays bounded and keeps the newest', () => {
    const buffer = new TapBuffer()
    for (let i = 0; i < 30; i++) buffer.push(Array.from({ length: 1000 }, (_, k) => s(i * 1000 + k, i)), 0, 0)
    expect(buffer.points).toBeLessThanOrEqual(MAX_POINTS * 1.1)
    expect(buffer.log).toHaveLength(MAX_LOG)
    expect(buffer.log.at(-1)!.sample.time).toBe(29_999)
    expect(buffer.window(29_999, 10).y.at(-1)).toBe(29)
    expect(buffer.received).toBe(30_000)
  })
})

describe('other shapes', () => {
  it('keeps runs of a state', () => {
    const buffer = filled(s(1, false), s(2, false), s(3, true), s(4, true, 'Bad'))
    expect(buffer.shape).toBe('states')
    expect(buffer.runs).toEqual([
      { tag: 'x', value: false, severity: 'good', from: 1, until: 2, count: 2 }, { tag: 'x', value: true, severity: 'good', from: 3, until: 3, count: 1 }, { tag: 'x', value: true, severity: 'bad', from: 4, until: 4, count: 1 },
    ])
    buffer.push(Array.from({ length: 2 * MAX_RUNS }, (_, i) => s(i, i % 2 === 0)), 0, 0)
    expect(buffer.runs).toHaveLength(MAX_RUNS)
  })
  it('knows a waveform and a vector, with holes where there is no number', () => {
    expect(filled(s(1, { $series: [1, { $number: 'NaN' }, 3] })).shape).toBe('waveform')
    expect(seriesOf({ $series: [1, { $number: 'NaN' }, 3] })).toEqual([1, null, 3])
    expect(filled(s(1, [1, 2])).shape).toBe('bars')
    expect(filled(s(1, { a: 1 })).shape).toBe('other')
  })
  it('keeps its shape when a value is missing', () => {
    const buffer = filled(s(1, 'on'), s(2, null, 'Bad'))
    expect(buffer.shape).toBe('states')
    expect(buffer.runs.at(-1)).toMatchObject({ value: null, severity: 'bad' })
  })
  it('counts what was left out of view and forgets on clear', () => {
    const buffer = new TapBuffer()
    buffer.push([s(1, 1)], 7, 0)
    buffer.push([], 3, 0)
    expect(buffer.skipped).toBe(10)
    buffer.clear()
    expect([buffer.skipped, buffer.points, buffer.shape, buffer.last]).toEqual([0, 0, 'none', null])
  })
  it('draws each tag of an output for itself, and only so many', () => {
    const buffer = new TapBuffer()
    for (let i = 0; i < 3; i++) buffer.push([{ tag: 'a', time: i, value: 1 }, { tag: 'b', time: i, value: 100 }], 0, 0)
    expect(buffer.window(10, 10, 'a').y).toEqual([1, 1, 1])
    expect(buffer.window(10, 10, 'b').y).toEqual([100, 100, 100])
    for (let i = 0; i < 20; i++) buffer.push([{ tag: `t${i}`, time: 5, value: 1 }], 0, 0)
    expect(buffer.tags).toHaveLength(MAX_TAGS)
    expect(buffer.otherTags).toBe(20 - (MAX_TAGS - 2))
  })
  it('keeps two tags that alternate as two runs', () => {
    const buffer = new TapBuffer()
    for (let i = 0; i < 5; i++) buffer.push([{ tag: 'a', time: i, value: true }, { tag: 'b', time: i, value: false }], 0, 0)
    expect(buffer.runs.map((r) => [r.tag, r.value, r.count])).toEqual([['a', true, 5], ['b', false, 5]])
  })
  it('keeps rows of vectors for a waterfall, a bad one as an empty row', () => {
    const buffer = filled(s(1, [1, 2]), s(2, [3, 4], 'Bad'))
    expect(buffer.rows.map((r) => [...r.values])).toEqual([[1, 2], []])
    for (let i = 0; i < 500; i++) buffer.push([s(i, [i])], 0, 0)
    expect(buffer.rows).toHaveLength(MAX_ROWS)
    expect([...buffer.rows.at(-1)!.values]).toEqual([499])
  })
  it('lets pictures go before they fill the memory', () => {
    const picture = (i: number): JsonValue => ({ $image: { format: 'jpeg', width: 4, height: 3, data: String(i).padStart(500_000, 'A') } })
    const buffer = new TapBuffer()
    for (let i = 0; i < 50; i++) buffer.push([s(i, picture(i))], 0, 0)
    expect(buffer.shape).toBe('image')
    expect(buffer.log.length).toBeLessThanOrEqual(8)
    expect(imageOf(buffer.last!.value)).toMatchObject({ width: 4, height: 3 })
    expect(imageOf({ frame: picture(1), count: 2 })).toMatchObject({ width: 4 })
    expect(imageOf({ $image: { format: 'gif' } })).toBeUndefined()
  })
})
