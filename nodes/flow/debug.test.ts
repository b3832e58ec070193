import { expect, test } from 'vitest'
import { Quality, sample, type Context, type Sample, type Value } from '#kit'
import debug from './debug.ts'

type Memory = ReturnType<NonNullable<typeof debug.state>>

function bench(maxPerS: number, label = '') {
  const config = { label, maxPerS }
  const lines: string[] = []
  const clock = { now: 0, wake: Number.POSITIVE_INFINITY, done: 0 }
  const unused = (): never => {
    throw new Error('not used by this node')
  }
  const ctx: Context<typeof config, Memory> = {
    config, state: debug.state!(config), tag: '', watermark: 0, due: 'now', emit: {},
    get now() {
      return clock.now
    },
    log: (level, text) => void lines.push(`${level}: ${text}`),
    done: () => void clock.done++,
    wakeAt: (time) => void (clock.wake = time),
    hold: unused, drop: unused, fail: unused, alarm: unused, wakeAtWatermark: unused, forget: unused,
  }
  const feed = (s: Sample, now: number): void => {
    clock.now = now
    debug.receive!(s, 'value', ctx)
  }
  const tick = (now: number): void => {
    clock.now = now
    debug.tick!(ctx)
  }
  return { lines, clock, feed, tick }
}

test('shows so many a second, and says how many it did not show', () => {
  const b = bench(2, 'tank')
  for (let i = 0; i < 5; i++) b.feed(sample('level', i, i), 100 + i)
  expect(b.lines).toEqual(['info: tank: level = 0', 'info: tank: level = 1'])
  expect(b.clock).toMatchObject({ wake: 1000, done: 5 })
  b.tick(1000)
  b.feed(sample('level', 9, 9), 1001)
  expect(b.lines.slice(2)).toEqual(['info: tank: 3 more not shown', 'info: tank: level = 9'])
  b.tick(2000)
  expect(b.lines).toHaveLength(4)
})

test('a limit of 0 shows nothing at all', () => {
  const b = bench(0)
  b.feed(sample('x', 1, 0), 0)
  b.tick(1000)
  expect(b.lines).toEqual([])
  expect(b.clock.done).toBe(1)
})

test.each<[string, Value, string]>([
  ['a text that is long', 'x'.repeat(1000), `x = ${'x'.repeat(200)}…`],
  ['a vector', Float64Array.of(1, 2.5), 'x = [1, 2.5]'],
  ['a series', new Float32Array(1024), 'x = [0, 0, 0, 0, 0, 0, 0, 0, … 1024 values]'],
  ['bytes', new Uint8Array(5), 'x = 5 bytes'],
  ['an image', { format: 'png', width: 640, height: 480, data: new Uint8Array(1) }, 'x = png image, 640 × 480'],
  ['a record', { level: 1, valve: true }, 'x = {level, valve}'],
  ['NaN', Number.NaN, 'x = NaN (BadOutOfRange)'],
  ['nothing', null, 'x = null (BadNoData)'],
])('a line for %s', (_what, value, line) => {
  const b = bench(10)
  b.feed(sample('x', value, 0), 0)
  expect(b.lines).toEqual([`info: ${line}`])
})

test('a quality that is not good is shown', () => {
  const b = bench(10)
  b.feed(sample('x', 1, 0, Quality.badSensor), 0)
  expect(b.lines).toEqual(['info: x = 1 (BadSensorFailure)'])
})
