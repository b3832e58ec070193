// What examples cannot show: acts, and the alarm list.
import { describe, expect, test } from 'vitest'
import { Quality, qualityName, sample, type AlarmChange, type Context, type Sample } from '#kit'
import alarm from './alarm.ts'

type Config = Parameters<NonNullable<typeof alarm.state>>[0]
type Memory = ReturnType<NonNullable<typeof alarm.state>>

/** One tag of the node, with what it said. */
function bench(config: Partial<Config>) {
  const full: Config = { direction: 'high', limit: 10, hysteresis: 0, onDelayS: 0, offDelayS: 0, latch: false, priority: 'high', message: '{tag} {value} > {limit}', ...config }
  const said: string[] = []
  const alarms: AlarmChange[] = []
  const drops: string[] = []
  const clock = { now: 0, wake: Number.POSITIVE_INFINITY }
  const unused = (): never => {
    throw new Error('not used by this node')
  }
  const ctx: Context<Config, Memory> = {
    config: full, state: alarm.state!(full), tag: 'P', watermark: 0, due: 'now',
    get now() {
      return clock.now
    },
    emit: {
      active: (s: Sample) => void said.push(`${s.time} ${String(s.value)}${s.quality === Quality.good ? '' : ` ${qualityName(s.quality)}`}`),
      event: (s: Sample) => void said.push(`${s.time} ${(s.value as { state: string }).state}`),
    },
    drop: (reason) => void drops.push(reason),
    wakeAt: (time) => void (clock.wake = time),
    alarm: (change) => void alarms.push(change),
    hold: unused, fail: unused, done: unused, wakeAtWatermark: unused, log: unused,
  }
  return {
    said, alarms, drops, clock,
    feed(value: number, time: number, quality: number = Quality.good, now = time) {
      clock.now = now
      alarm.receive!(sample('P', value, time, quality), 'value', ctx)
    },
    tick(now: number) {
      clock.now = now
      alarm.tick!(ctx)
    },
    acknowledge(now: number) {
      clock.now = now
      alarm.acts!['acknowledge']!(ctx)
    },
    states: () => alarms.map((a) => a.state),
  }
}

describe('an alarm and its operator', () => {
  test('raised, acknowledged, back to normal', () => {
    const b = bench({})
    b.feed(11, 1000)
    b.acknowledge(2000)
    b.feed(9, 3000)
    expect(b.states()).toEqual(['unacknowledged', 'acknowledged', 'normal'])
    expect(b.alarms[0]).toEqual({ state: 'unacknowledged', priority: 'high', message: 'P 11 > 10', value: 11, limit: 10 })
    expect(b.said).toEqual(['1000 unacknowledged', '1000 true', '2000 acknowledged', '3000 normal', '3000 false'])
  })

  test('returned before anybody looked: it stays in the list until acknowledged', () => {
    const b = bench({})
    b.feed(11, 1000)
    b.feed(9, 2000)
    b.acknowledge(3000)
    b.acknowledge(4000)
    expect(b.states()).toEqual(['unacknowledged', 'returned', 'normal'])
  })

  test('raised again while returned: unacknowledged again', () => {
    const b = bench({})
    b.feed(11, 1000)
    b.feed(9, 2000)
    b.feed(12, 3000)
    expect(b.states()).toEqual(['unacknowledged', 'returned', 'unacknowledged'])
  })

  test('latched: active until returned and acknowledged, in either order', () => {
    const first = bench({ latch: true })
    first.feed(11, 1000)
    first.feed(9, 2000)
    first.acknowledge(3000)
    expect(first.said.filter((s) => /true|false/.test(s))).toEqual(['1000 true', '2000 true', '3000 false'])
    const second = bench({ latch: true })
    second.feed(11, 1000)
    second.acknowledge(2000)
    second.feed(12, 2500)
    second.feed(9, 3000)
    expect(second.said.filter((s) => /true|false/.test(s))).toEqual(['1000 true', '2500 true', '3000 false'])
  })

  test('acknowledging what is normal changes nothing', () => {
    const b = bench({})
    b.acknowledge(0)
    b.feed(9, 1000)
    b.acknowledge(2000)
    expect(b.alarms).toEqual([])
  })
})

describe('delays', () => {
  test('run on source time, also when the source clock is an hour slow', () => {
    const b = bench({ onDelayS: 5 })
    b.feed(11, 0, Quality.good, 3_600_000)
    expect(b.clock.wake).toBe(3_605_000)
    b.feed(11, 4000, Quality.good, 3_604_000)
    expect(b.states()).toEqual([])
    b.tick(3_605_000)
    expect(b.said.slice(-2)).toEqual(['5000 unacknowledged', '5000 true'])
  })

  test('a reading that comes after the delay but before its timer does not undo it', () => {
    const b = bench({ onDelayS: 5 })
    b.feed(11, 0)
    b.feed(9, 60_000)
    expect(b.said).toEqual(['0 false', '5000 unacknowledged', '5000 true', '60000 returned', '60000 false'])
  })

  test('the timer is cancelled when the reading goes back in time', () => {
    const b = bench({ onDelayS: 5 })
    b.feed(11, 0)
    b.feed(9, 1000)
    expect(b.clock.wake).toBe(Number.POSITIVE_INFINITY)
    b.tick(5000)
    expect(b.states()).toEqual([])
  })

  test('a bad reading does not stop an on delay', () => {
    const b = bench({ onDelayS: 5 })
    b.feed(11, 0)
    b.feed(Number.NaN, 2000)
    b.tick(5000)
    expect(b.states()).toEqual(['unacknowledged'])
    expect(b.said.at(-1)).toBe('5000 true BadOutOfRange')
  })
})

describe('time that runs backward', () => {
  test('an old reading beyond the limit raises, with the newest time; an old normal one clears nothing', () => {
    const b = bench({})
    b.feed(9, 10_000)
    b.feed(11, 4000)
    b.feed(9, 5000)
    expect(b.said).toEqual(['10000 false', '10000 unacknowledged', '10000 true'])
    expect(b.drops).toEqual(['old'])
    b.feed(9, 11_000)
    expect(b.states()).toEqual(['unacknowledged', 'returned'])
  })
})
