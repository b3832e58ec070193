import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { difference, LEVELS, MAX_POINTS, Track } from './track.ts'

const HOUR = 3_600_000

describe('an hour of a fast signal', () => {
  it('stays bounded, keeps every peak and knows what is exact', () => {
    const track = new Track()
    // 500 a second for an hour; one peak in each ten minutes.
    for (let t = 0; t <= HOUR; t += 2) track.push(t, t % 600_000 === 300_000 ? 1000 + t / 600_000 : Math.sin(t), 'good')
    expect(track.points).toBeLessThanOrEqual(MAX_POINTS * 1.1)
    expect(track.spans).toBeLessThanOrEqual(LEVELS.reduce((sum, l) => sum + l.count * 1.1, 0))
    const { x, y, exactFrom } = track.window(HOUR, HOUR)
    expect(y.filter((v) => v !== null && v >= 1000)).toEqual([1000.5, 1001.5, 1002.5, 1003.5, 1004.5, 1005.5])
    expect(x[0]).toBeLessThanOrEqual(2)
    expect(x.every((v, i) => i === 0 || v >= x[i - 1]!)).toBe(true)
    expect(exactFrom).toBeGreaterThan(HOUR - 50_000)
    expect(track.window(HOUR, 10_000).exactFrom).toBe(Number.NEGATIVE_INFINITY)
  })
  it('keeps a bad reading as a gap with its mark when it is old', () => {
    const track = new Track(() => 100)
    for (let t = 0; t < 60_000; t += 10) track.push(t, t === 5000 ? null : 1, t === 5000 ? 'bad' : 'good')
    const { x, y, marks } = track.window(60_000, 60_000)
    const at = x.indexOf(5)
    expect(at).toBeGreaterThan(0)
    expect(y[at]).toBeNull()
    expect(marks.map((m) => m.severity)).toEqual(['bad'])
  })
})

it('never shows a value that did not come, and always the lowest and the highest', () => {
  fc.assert(fc.property(fc.array(fc.record({ step: fc.integer({ min: 0, max: 400 }), value: fc.integer({ min: -1000, max: 1000 }) }), { minLength: 1, maxLength: 400 }), (steps) => {
    const track = new Track(() => 20)
    let time = 0
    for (const { step, value } of steps) track.push((time += step), value, 'good')
    const { x, y } = track.window(time, time + 1)
    const came = new Set(steps.map((s) => s.value))
    const shown = y.filter((v) => v !== null)
    return x.every((v, i) => i === 0 || v >= x[i - 1]!) && shown.every((v) => came.has(v)) && Math.max(...shown) === Math.max(...came) && Math.min(...shown) === Math.min(...came)
  }))
})

describe('gaps', () => {
  it('a silence far longer than usual is one; a slow signal is none', () => {
    const fast = new Track()
    for (const t of [0, 1000, 2000, 3000, 60_000, 61_000]) fast.push(t, 1, 'good')
    expect(fast.window(61_000, 61_000).y).toEqual([1, 1, 1, 1, null, 1, 1])
    const slow = new Track()
    for (const t of [0, 30_000, 60_000, 120_000]) slow.push(t, 1, 'good')
    expect(slow.window(120_000, 120_000).y).toEqual([1, 1, 1, 1])
  })
  it('a lost line to the gateway is one, told once', () => {
    const track = new Track()
    track.push(1000, 1, 'good')
    track.gap()
    track.gap()
    track.push(2000, 2, 'good')
    expect(track.window(2000, 2000).y).toEqual([1, null, 2])
  })
})

it('one series less another, each with the value it had last; a gap of either is a gap', () => {
  const of = (...points: readonly [number, number | null][]) => ({ x: points.map(([t]) => t), y: points.map(([, v]) => v), marks: [], exactFrom: 0 })
  expect(difference(of([1, 10], [3, 12], [5, null], [6, 20]), of([2, 1], [4, 2], [6, 5]))).toMatchObject({ x: [1, 2, 3, 4, 5, 6], y: [null, 9, 11, 10, null, 15] })
  expect(difference(of(), of([1, 1])).y).toEqual([null])
})
