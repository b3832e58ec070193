import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Timers } from './timers.ts'

test('what is due comes in the order of its time, then of its setting, each item once at its last time', () => {
  const step = fc.oneof(
    fc.record({ item: fc.integer({ min: 0, max: 9 }), time: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(Infinity, NaN, -Infinity)) }),
    fc.record({ until: fc.oneof(fc.integer({ min: -1, max: 21 }), fc.constant(Infinity)) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const timers = new Timers<number>()
      let model: { time: number; item: number }[] = []
      for (const s of steps) {
        if ('item' in s) {
          timers.set(s.item, s.time)
          model = model.filter((m) => m.item !== s.item)
          if (Number.isFinite(s.time)) model.push({ time: s.time, item: s.item })
          model.sort((a, b) => a.time - b.time) // stable: the order of setting stays
        } else {
          const due = timers.take(s.until)
          const expected = model[0] && model[0].time <= s.until ? model.shift() : undefined
          expect(due && { time: due.time, item: due.item }).toEqual(expected)
        }
        expect(timers.size).toBe(model.length)
        expect(timers.next).toBe(model[0]?.time ?? Infinity)
      }
    }),
  )
})

test('a timer that is renewed with every sample leaves nothing behind', () => {
  const timers = new Timers<string>()
  for (let i = 0; i < 10_000; i++) timers.set('tag', i + 3_600_000)
  expect(timers.size).toBe(1)
  expect(timers.take(Infinity)).toMatchObject({ time: 3_609_999, item: 'tag' })
})

test('those that are due at the same time are named in the order in which they fire, and fire so in another heap', () => {
  const timers = new Timers<string>()
  for (const [item, time] of [['d', 5], ['a', 5], ['x', 3], ['c', 5], ['y', 4], ['b', 4], ['d', 5]] as const) timers.set(item, time)
  expect(timers.ties()).toEqual(['a', 'c', 'y', 'b', 'd'])
  const other = new Timers<string>()
  for (const [item, time] of [['a', 5], ['b', 4], ['c', 5], ['d', 5], ['x', 3], ['y', 4]] as const) other.set(item, time)
  other.reorder(timers.ties())
  const fired = (of: Timers<string>): (string | undefined)[] => Array.from({ length: 6 }, () => of.take(9)?.item)
  expect(fired(other)).toEqual(fired(timers))
})
