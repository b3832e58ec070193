// What examples cannot show: two clocks that disagree, the timer that is not renewed, and what stands still.
import { describe, expect, test } from 'vitest'
import { Quality, qualityName, sample, withDefaults, type Context, type ExampleSample, type Sample, type Value } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './stale.ts'

type Config = Parameters<NonNullable<typeof node.state>>[0]
type Memory = ReturnType<NonNullable<typeof node.state>>
const config = (some: Partial<Config>): Config => withDefaults(node.config, some) as Config

/** One tag of the node under a clock of its own, with what it said. */
function bench(some: Partial<Config>) {
  const full = config({ staleAfterS: 10, ...some })
  const said: string[] = []
  const clock = { now: 0, wake: Number.POSITIVE_INFINITY, set: 0 }
  const say = (port: string) => (s: Sample) => void said.push(`${port} ${s.time} ${String(s.value)}${s.quality === Quality.good ? '' : ` ${qualityName(s.quality)}`}`)
  const unused = (): never => {
    throw new Error('not used by this node')
  }
  const ctx: Context<Config, Memory> = {
    config: full, state: node.state!(full), tag: 'P', watermark: 0, due: 'now',
    get now() {
      return clock.now
    },
    emit: { value: say('value'), stale: say('stale'), frozen: say('frozen') },
    wakeAt(time) {
      clock.wake = time
      clock.set++
    },
    drop: unused, hold: unused, wakeAtWatermark: unused, alarm: unused, fail: unused, done: unused, log: unused, forget: unused,
  }
  const until = (now: number): void => {
    while (clock.wake <= now) {
      clock.now = clock.wake
      clock.wake = Number.POSITIVE_INFINITY
      node.tick!(ctx)
    }
    clock.now = now
  }
  return {
    said, clock, until,
    /** What it said since the last call. */
    news: () => said.splice(0),
    feed(value: Value, time: number, now = time, quality: number = Quality.good) {
      until(now)
      node.receive!(sample('P', value, time, quality), 'value', ctx)
    },
  }
}

describe('silence', () => {
  test('is told once, with source time, however far the clocks are apart', () => {
    const b = bench({})
    b.feed(4, 500, 3_600_000)
    b.news()
    b.until(3_609_999)
    expect(b.news()).toEqual([])
    b.until(3_610_000)
    expect(b.news()).toEqual(['value 10500 4 BadTimeout', 'stale 10500 true'])
    b.until(9_000_000)
    expect(b.news()).toEqual([])
    b.feed(5, 20_000, 9_000_001)
    expect(b.news()).toEqual(['value 20000 5', 'stale 20000 false'])
    b.feed(6, 21_000, 9_001_001)
    expect(b.news()).toEqual(['value 21000 6'])
    b.until(9_011_001)
    expect(b.news()).toEqual(['value 31000 6 BadTimeout', 'stale 31000 true'])
  })

  test('counts from the last arrival, late and repeated readings included', () => {
    const b = bench({})
    b.feed(1, 9000)
    b.feed(1, 9000, 15_000)
    b.feed(2, 100, 24_000)
    b.news()
    b.until(33_999)
    expect(b.news()).toEqual([])
    b.until(34_000)
    expect(b.news()).toHaveLength(2)
  })

  test('sets its timer anew only when it fires', () => {
    const b = bench({})
    for (let i = 0; i < 10_000; i++) b.feed(i, i)
    expect(b.clock.set).toBe(1)
    b.until(10_000)
    expect(b.clock.set).toBe(2)
    expect(b.clock.wake).toBe(19_999)
  })

  test.each<[Config['as'], number, string]>([
    ['bad', Quality.good, 'value 10000 7 BadTimeout'],
    ['bad', Quality.badSensor, 'value 10000 7 BadSensorFailure'],
    ['uncertain', Quality.good, 'value 10000 7 UncertainLastUsableValue'],
    ['uncertain', Quality.badSensor, 'value 10000 7 BadSensorFailure'],
    ['missing', Quality.good, 'value 10000 null BadTimeout'],
    ['missing', Quality.uncertain, 'value 10000 null BadTimeout'],
  ])('as %s after a reading of quality %i: %s', (as, quality, expected) => {
    const b = bench({ as })
    b.feed(7, 0, 0, quality)
    b.until(20_000)
    expect(b.said.filter((line) => line.startsWith('value')).at(-1)).toBe(expected)
  })
})

describe('a value that stands still', () => {
  const frozen = async (some: Partial<Config>, input: readonly Omit<ExampleSample, 'at'>[]) => {
    const { out } = await runExample(node, { title: '', config: config({ frozenS: 10, ...some }), in: input.map((s) => ({ at: 'value', ...s })), out: [] })
    return out.filter((s) => s.at === 'frozen').map((s) => [s.time, s.value])
  }

  test('is frozen at the very end of its time, until it moves', async () => {
    expect(await frozen({}, [0, 9999, 10_000, 11_000, 12_000].map((time) => ({ value: time === 12_000 ? 6 : 5, time })))).toEqual([[0, false], [10_000, true], [12_000, false]])
  })

  test('drifts within the band are measured from where it last moved, so that a slow drift is no frozen one', async () => {
    const drift = Array.from({ length: 60 }, (_, i) => ({ value: i * 0.1, time: i * 1000 }))
    expect(await frozen({ frozenBand: 0.5 }, drift)).toEqual([[0, false]])
    expect(await frozen({ frozenBand: 2 }, drift)).toContainEqual([10_000, true])
  })

  test('bad readings neither freeze nor thaw it', async () => {
    const bad = (time: number, value: number) => ({ value, time, quality: 'BadTimeout' })
    expect(await frozen({}, [{ value: 5, time: 0 }, bad(11_000, 5), { value: 5, time: 12_000 }, bad(13_000, 8), { value: 5, time: 14_000 }])).toEqual([[0, false], [12_000, true]])
  })

  test('a step of the source clock back is no time gone by, and what follows counts from there', async () => {
    const times = [100_000, 105_000, 1000, 10_999, 11_000]
    expect(await frozen({}, times.map((time) => ({ value: 5, time })))).toEqual([[100_000, false], [11_000, true]])
  })

  test('is one of vectors and texts too', async () => {
    expect(await frozen({}, [0, 10_000].map((time) => ({ value: [1, 2], time })))).toEqual([[0, false], [10_000, true]])
    expect(await frozen({}, [0, 10_000].map((time) => ({ value: 'open', time })))).toEqual([[0, false], [10_000, true]])
  })

  test.each<[Config['as'], string]>([['bad', 'value 10000 5 BadSensorFailure'], ['uncertain', 'value 10000 5 Uncertain'], ['missing', 'value 10000 null BadSensorFailure']])('passes as %s', (as, expected) => {
    const b = bench({ as, frozenS: 10, staleAfterS: 60 })
    b.feed(5, 0)
    b.feed(5, 10_000)
    expect(b.said.filter((line) => line.startsWith('value')).at(-1)).toBe(expected)
  })
})

test('what it knows goes on unless the timer would be another', () => {
  expect(node.carries!(config({}), config({ as: 'missing', frozenS: 5, frozenBand: 1 }))).toBe(true)
  expect(node.carries!(config({}), config({ staleAfterS: 61 }))).toBe(false)
})
