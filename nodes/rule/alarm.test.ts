// What examples cannot show: acts, and the alarm list.
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { Quality, qualityName, sample, schemaFaults, withDefaults, type AlarmChange, type Context, type Sample, type Value } from '#kit'
import alarm from './alarm.ts'

type Config = Parameters<NonNullable<typeof alarm.state>>[0]
type Memory = ReturnType<NonNullable<typeof alarm.state>>
type Limit = Config['limits'][number]

const HIGH = { condition: 'high', limit: 10, priority: 'high', message: '{tag} {value} > {limit}' } as const

/** The node, with what it said. */
function bench(config: Partial<Config>, limit: Partial<Limit> = {}) {
  const full = withDefaults(alarm.config, { limits: [{ ...HIGH, ...limit }], ...config }) as Config
  const said: string[] = []
  const alarms: AlarmChange[] = []
  const tags: (string | undefined)[] = []
  const drops: string[] = []
  const clock = { now: 0, wake: Number.POSITIVE_INFINITY }
  const unused = (): never => {
    throw new Error('not used by this node')
  }
  const ctx: Context<Config, Memory> = {
    config: full, state: alarm.state!(full), tag: '', watermark: 0, due: 'now',
    get now() {
      return clock.now
    },
    emit: {
      active: (s: Sample) => void said.push(`${s.time} ${String(s.value)}${s.quality === Quality.good ? '' : ` ${qualityName(s.quality)}`}`),
      event: (s: Sample) => void said.push(`${s.time} ${(s.value as { state: string }).state}`),
    },
    drop: (reason) => void drops.push(reason),
    wakeAt: (time) => void (clock.wake = time),
    alarm: (change, tag) => {
      alarms.push(change)
      tags.push(tag)
    },
    hold: () => undefined,
    fail: unused, done: unused, forget: unused, wakeAtWatermark: unused, log: unused,
  }
  return {
    said, alarms, tags, drops, clock, ctx,
    feed(value: Value, time: number, quality: number = Quality.good, now = time, tag = 'P', port = 'value') {
      this.pass(now)
      alarm.receive!(sample(tag, value, time, quality), port, ctx)
    },
    /** The clock goes on, and timers fire on time. */
    pass(now: number) {
      while (clock.wake <= now) {
        clock.now = Math.max(clock.now, clock.wake)
        clock.wake = Number.POSITIVE_INFINITY
        alarm.tick!(ctx)
      }
      clock.now = now
    },
    act(name: string, now: number, args: Record<string, unknown> = {}, tag?: string) {
      this.pass(now)
      alarm.acts![name]!(ctx, { tag, args })
    },
    states: () => alarms.map((a) => a.state),
    active: () => said.filter((s) => /true|false/.test(s)),
  }
}

describe('an alarm and its operator', () => {
  test('raised, acknowledged, back to normal', () => {
    const b = bench({})
    b.feed(11, 1000)
    b.act('acknowledge', 2000)
    b.feed(9, 3000)
    expect(b.states()).toEqual(['unacknowledged', 'acknowledged', 'normal'])
    expect(b.alarms[0]).toEqual({ state: 'unacknowledged', priority: 'high', message: 'P 11 > 10', value: 11, limit: 10, condition: 'high' })
    expect(b.tags).toEqual(['P', 'P', 'P'])
    expect(b.said).toEqual(['1000 unacknowledged', '1000 true', '2000 acknowledged', '3000 normal', '3000 false'])
  })

  test('returned before anybody looked: it stays in the list until acknowledged', () => {
    const b = bench({})
    b.feed(11, 1000)
    b.feed(9, 2000)
    b.act('acknowledge', 3000)
    b.act('acknowledge', 4000)
    expect(b.states()).toEqual(['unacknowledged', 'returned', 'normal'])
  })

  test('raised again while returned: unacknowledged again', () => {
    const b = bench({})
    b.feed(11, 1000)
    b.feed(9, 2000)
    b.feed(12, 3000)
    expect(b.states()).toEqual(['unacknowledged', 'returned', 'unacknowledged'])
  })

  test('latched until acknowledged: active until returned and acknowledged, in either order', () => {
    const first = bench({ latch: 'acknowledge' })
    first.feed(11, 1000)
    first.feed(9, 2000)
    first.act('acknowledge', 3000)
    expect(first.active()).toEqual(['1000 true', '2000 true', '3000 false'])
    const second = bench({ latch: 'acknowledge' })
    second.feed(11, 1000)
    second.act('acknowledge', 2000)
    second.feed(12, 2500)
    second.feed(9, 3000)
    expect(second.active()).toEqual(['1000 true', '2500 true', '3000 false'])
  })

  test('latched until reset: a reset does nothing before it is acknowledged and gone', () => {
    const b = bench({ latch: 'reset' })
    b.feed(11, 1000)
    b.act('reset', 1100)
    b.act('acknowledge', 1500)
    b.act('reset', 1600)
    b.feed(9, 2000)
    expect(b.states()).toEqual(['unacknowledged', 'acknowledged', 'latched'])
    b.act('reset', 3000)
    expect(b.states().at(-1)).toBe('normal')
    expect(b.active()).toEqual(['1000 true', '2000 true', '3000 false'])
    const other = bench({ latch: 'reset' })
    other.feed(11, 1000)
    other.feed(9, 2000)
    other.act('reset', 2500)
    other.act('acknowledge', 3000)
    expect(other.states()).toEqual(['unacknowledged', 'returned', 'latched'])
    expect(other.active().at(-1)).toBe('2000 true')
  })

  test('acknowledging what is normal changes nothing, and one tag leaves the other', () => {
    const b = bench({})
    b.act('acknowledge', 0)
    b.feed(9, 1000)
    b.act('acknowledge', 2000)
    expect(b.alarms).toEqual([])
    b.feed(11, 3000)
    b.feed(11, 3000, Quality.good, 3000, 'Q')
    b.act('acknowledge', 4000, {}, 'Q')
    expect(b.tags).toEqual(['P', 'Q', 'Q'])
    b.act('acknowledge', 5000)
    expect(b.tags).toEqual(['P', 'Q', 'Q', 'P'])
  })
})

describe('several limits of one tag', () => {
  const both = [{ condition: 'high-high', limit: 20, priority: 'critical' }, HIGH] as const
  test('an acknowledged one is unacknowledged again when a graver one comes', () => {
    const b = bench({ limits: [...both] })
    b.feed(11, 1000)
    b.act('acknowledge', 2000)
    b.feed(21, 3000)
    expect(b.alarms.map((a) => `${a.state} ${a.condition}`)).toEqual(['unacknowledged high', 'acknowledged high', 'unacknowledged high-high'])
  })

  test('a graver one that went before anybody looked still waits, though the other is known', () => {
    const b = bench({ limits: [...both] })
    b.feed(11, 1000)
    b.act('acknowledge', 1500)
    b.feed(21, 2000)
    b.feed(11, 3000)
    expect(b.alarms.at(-1)).toMatchObject({ state: 'unacknowledged', condition: 'high-high' })
    b.act('acknowledge', 4000)
    expect(b.alarms.at(-1)).toMatchObject({ state: 'acknowledged', condition: 'high' })
    b.feed(9, 5000)
    expect(b.alarms.at(-1)).toMatchObject({ state: 'normal' })
  })

  test('a bad setpoint takes the certainty from what it raised', () => {
    const b = bench({}, { condition: 'deviation', limit: 5 })
    b.feed(10, 0, Quality.good, 0, 'SP', 'setpoint')
    b.feed(20, 1000)
    b.feed(10, 2000, Quality.badCommunication, 2000, 'SP', 'setpoint')
    b.feed(10, 3000)
    expect(b.active()).toEqual(['1000 true', '2000 true UncertainLastUsableValue', '3000 true UncertainLastUsableValue'])
  })

  test('an older setpoint and an older suppression are left out', () => {
    const b = bench({}, { condition: 'deviation', limit: 5 })
    b.feed(10, 5000, Quality.good, 5000, 'SP', 'setpoint')
    b.feed(50, 4000, Quality.good, 5000, 'SP', 'setpoint')
    b.feed(false, 5000, Quality.good, 5000, 'off', 'suppress')
    b.feed(true, 4000, Quality.good, 5000, 'off', 'suppress')
    b.feed(12, 6000)
    expect(b.drops).toEqual(['late_input', 'late_input'])
    expect(b.said).toEqual(['6000 false'])
  })
})

describe('put aside', () => {
  test('shelved for a time: silent, comes back by itself, and what still stands is told', () => {
    const b = bench({})
    b.feed(11, 0)
    b.act('shelve', 1000, { durationS: 10 })
    expect(b.alarms.at(-1)).toMatchObject({ state: 'shelved', until: 11_000 })
    b.feed(9, 2000)
    b.feed(12, 3000)
    expect(b.states()).toEqual(['unacknowledged', 'shelved'])
    b.pass(10_999)
    expect(b.states()).toHaveLength(2)
    b.pass(11_000)
    expect(b.alarms.at(-1)).toMatchObject({ state: 'unacknowledged', value: 12 })
    expect(b.active()).toEqual(['0 true', '2000 false', '3000 true'])
  })

  test('what came and went while shelved is forgotten; with a latch it waits', () => {
    const run = (latch: 'no' | 'acknowledge') => {
      const b = bench({ latch })
      b.feed(9, 0)
      b.act('shelve', 500)
      b.feed(11, 1000)
      b.feed(9, 2000)
      b.act('unshelve', 3000)
      return b.states()
    }
    expect(run('no')).toEqual(['shelved', 'normal'])
    expect(run('acknowledge')).toEqual(['shelved', 'returned'])
  })

  test('never longer than the node allows, and as long as it says when nothing is said', () => {
    const b = bench({ shelveS: 60, shelveMaxS: 100 })
    b.feed(11, 0)
    b.act('shelve', 0, { durationS: 1e6 })
    expect(b.alarms.at(-1)?.until).toBe(100_000)
    b.act('shelve', 0, { durationS: 0 })
    expect(b.alarms.at(-1)?.until).toBe(60_000)
  })

  test('a shelf that ends does not end an off delay of another tag early', () => {
    const b = bench({}, { offDelayS: 60 })
    b.feed(11, 0)
    b.feed(11, 0, Quality.good, 0, 'Q')
    b.feed(9, 1000)
    b.act('shelve', 1000, { durationS: 5 }, 'Q')
    b.pass(60_999)
    expect(b.states()).toEqual(['unacknowledged', 'unacknowledged', 'shelved', 'unacknowledged'])
    b.pass(61_000)
    expect(b.states().at(-1)).toBe('returned')
  })

  test('out of service stands above suppressed, that above shelved', () => {
    const b = bench({})
    b.feed(9, 0)
    b.act('shelve', 1)
    b.act('suppress', 2)
    b.act('out-of-service', 3)
    b.act('unsuppress', 4)
    b.act('return-to-service', 5)
    b.act('unshelve', 6)
    expect(b.states()).toEqual(['shelved', 'suppressed', 'out-of-service', 'shelved', 'normal'])
  })

  test.each([['a bad one', true, Quality.badCommunication], ['none', null, Quality.good], ['a false one', false, Quality.good]])('%s suppresses nothing', (_what, value, quality) => {
    const b = bench({})
    b.feed(9, 0)
    b.feed(value, 500, quality, 500, 'off', 'suppress')
    b.feed(11, 1000)
    expect(b.states()).toEqual(['unacknowledged'])
  })

  test('a suppression that turns bad ends', () => {
    const b = bench({})
    b.feed(11, 0)
    b.feed(true, 500, Quality.good, 500, 'off', 'suppress')
    b.feed(true, 600, Quality.badTimeout, 600, 'off', 'suppress')
    expect(b.states()).toEqual(['unacknowledged', 'suppressed', 'unacknowledged'])
  })
})

describe('first-out', () => {
  test('the mark stays until a reset, then the next new alarm has it', () => {
    const b = bench({ firstOut: true })
    b.feed(11, 0, Quality.good, 0, 'A')
    b.feed(11, 1000, Quality.good, 1000, 'B')
    b.feed(9, 2000, Quality.good, 2000, 'A')
    expect(b.alarms.map((a) => a.first === true)).toEqual([true, false, true])
    b.act('reset', 3000)
    expect(b.alarms.at(-1)).toMatchObject({ state: 'returned' })
    expect(b.alarms.at(-1)).not.toHaveProperty('first')
    b.feed(11, 4000, Quality.good, 4000, 'C')
    expect(b.alarms.at(-1)).toMatchObject({ first: true })
    expect(b.tags.at(-1)).toBe('C')
  })

  test('one that is shelved is not the first', () => {
    const b = bench({ firstOut: true })
    b.feed(9, 0, Quality.good, 0, 'A')
    b.act('shelve', 1)
    b.feed(11, 1000, Quality.good, 1000, 'A')
    b.feed(11, 2000, Quality.good, 2000, 'B')
    expect(b.alarms.at(-1)).toMatchObject({ state: 'unacknowledged', first: true })
    expect(b.tags.at(-1)).toBe('B')
  })
})

describe('delays', () => {
  test('run on source time, also when the source clock is an hour slow', () => {
    const b = bench({}, { onDelayS: 5 })
    b.feed(11, 0, Quality.good, 3_600_000)
    expect(b.clock.wake).toBe(3_605_000)
    b.feed(11, 4000, Quality.good, 3_604_000)
    expect(b.states()).toEqual([])
    b.pass(3_605_000)
    expect(b.said.slice(-2)).toEqual(['5000 unacknowledged', '5000 true'])
  })

  test('a reading that comes after the delay but before its timer does not undo it', () => {
    const b = bench({}, { onDelayS: 5 })
    b.feed(11, 0)
    b.feed(9, 60_000, Quality.good, 1000)
    expect(b.said).toEqual(['0 false', '5000 unacknowledged', '5000 true', '60000 returned', '60000 false'])
  })

  test('a reading that is back in time raises nothing when the timer fires', () => {
    const b = bench({}, { onDelayS: 5 })
    b.feed(11, 0)
    b.feed(9, 1000)
    b.pass(100_000)
    expect(b.states()).toEqual([])
  })

  test('a bad reading does not stop an on delay', () => {
    const b = bench({}, { onDelayS: 5 })
    b.feed(11, 0)
    b.feed(Number.NaN, 2000)
    b.pass(5000)
    expect(b.states()).toEqual(['unacknowledged'])
    expect(b.said.at(-1)).toBe('5000 true BadOutOfRange')
  })

  test('after a bad reading an off delay needs the hysteresis again', () => {
    const b = bench({}, { hysteresis: 5, offDelayS: 5 })
    b.feed(11, 0)
    b.feed(4, 1000)
    b.feed(4, 2000, Quality.badTimeout)
    b.feed(8, 3000)
    b.pass(60_000)
    expect(b.states()).toEqual(['unacknowledged'])
  })

  test('timers of many tags each fire at their own time, in order', () => {
    const b = bench({}, { onDelayS: 5 })
    for (const [i, tag] of ['C', 'A', 'B'].entries()) b.feed(11, i * 1000, Quality.good, i * 1000, tag)
    b.pass(6000)
    expect(b.tags).toEqual(['C', 'A'])
    b.pass(7000)
    expect(b.tags).toEqual(['C', 'A', 'B'])
  })
})

describe('time that runs backward', () => {
  test('an old reading beyond the limit raises, with the newest time; an old normal one clears nothing', () => {
    const b = bench({})
    b.feed(9, 10_000)
    b.feed(11, 4000, Quality.good, 10_000)
    b.feed(9, 5000, Quality.good, 10_000)
    expect(b.said).toEqual(['10000 false', '10000 unacknowledged', '10000 true'])
    expect(b.drops).toEqual(['late'])
    b.feed(9, 11_000)
    expect(b.states()).toEqual(['unacknowledged', 'returned'])
  })
})

describe('settings', () => {
  test('of version 1 mean the same', () => {
    const old = { direction: 'low', limit: 3, hysteresis: 1, onDelayS: 2, offDelayS: 4, latch: true, priority: 'critical', message: 'm' }
    const migrated = withDefaults(alarm.config, alarm.migrations![1]!(old))
    expect(schemaFaults(alarm.config, migrated)).toEqual([])
    expect(migrated).toMatchObject({ latch: 'acknowledge', limits: [{ condition: 'low', limit: 3, hysteresis: 1, onDelayS: 2, offDelayS: 4, priority: 'critical', message: 'm' }] })
    expect(alarm.migrations![1]!({ direction: 'low', limit: 7, latch: 'reset', limits: [HIGH], firstOut: true })).toMatchObject({ latch: 'reset', firstOut: true, limits: [HIGH] })
    expect(alarm.migrations![1]!({ limit: 7 })).toMatchObject({ latch: 'no', limits: [{ condition: 'high', limit: 7, priority: 'medium' }] })
  })

  test('limits are in order, each once, and a distance can come back', () => {
    const faults = (...limits: Limit[]) => alarm.check!(withDefaults(alarm.config, { limits }) as Config, { model: () => undefined }).map((f) => f.field)
    expect(faults({ ...HIGH }, { ...HIGH, condition: 'low', limit: 2 })).toEqual([])
    expect(faults({ ...HIGH }, { ...HIGH })).toEqual(['/limits/1/condition'])
    expect(faults({ ...HIGH }, { ...HIGH, condition: 'low', limit: 10 })).toEqual(['/limits/1/limit'])
    expect(faults({ ...HIGH }, { ...HIGH, condition: 'high-high', limit: 9 })).toEqual(['/limits/0/limit'])
    expect(faults({ ...HIGH, condition: 'deviation', hysteresis: 10 })).toEqual(['/limits/0/hysteresis'])
  })
})

test('whatever comes and whatever is done, the list says what the limits say', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ value: fc.integer({ min: 0, max: 30 }) }) },
    fc.record({ act: fc.constantFrom('acknowledge', 'shelve', 'unshelve', 'suppress', 'unsuppress', 'out-of-service', 'return-to-service', 'reset') }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom('no' as const, 'acknowledge' as const, 'reset' as const), (steps, latch) => {
      const b = bench({ latch, limits: [{ condition: 'high-high', limit: 20, priority: 'critical' }, HIGH] })
      let value = 0
      let told = 'normal'
      for (const [i, s] of steps.entries()) {
        const before = b.alarms.length
        if ('act' in s) b.act(s.act, i, { durationS: 1e6 })
        else b.feed((value = s.value), i)
        // One change at most, and only to another state or limit.
        expect(b.alarms.length - before).toBeLessThanOrEqual(1)
        told = b.alarms.at(-1)?.state ?? told
        const quiet = ['shelved', 'suppressed', 'out-of-service'].includes(told)
        if (!quiet && b.active().length > 0) {
          expect(['unacknowledged', 'acknowledged'].includes(told)).toBe(value > 10)
          if (value > 10 || latch === 'no') expect(b.active().at(-1)).toMatch(value > 10 ? /true/ : /false/)
        }
      }
    }),
  )
})
