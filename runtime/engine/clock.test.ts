import fc from 'fast-check'
import { expect, test } from 'vitest'
import { engineClock } from './clock.ts'

function clock() {
  let time = 1_000_000
  let offset = 0
  const told: number[] = []
  const now = engineClock({ wall: () => time + offset, steady: () => time, stepped: (ms) => told.push(ms) })
  return { now, told, pass: (ms: number) => (time += ms), set: (ms: number) => (offset += ms), system: () => time + offset }
}

test('it is the system clock, also when that is set forward', () => {
  const c = clock()
  c.pass(500)
  expect(c.now()).toBe(c.system())
  c.set(3_600_000)
  expect(c.now()).toBe(c.system())
  expect(c.told).toEqual([])
})

test('set back by an hour it goes on at nine tenths, tells it once, and is the system clock again when that has caught up', () => {
  const c = clock()
  const before = c.now()
  c.set(-3_600_000)
  c.pass(1000)
  expect(c.now()).toBe(before + 900)
  c.pass(1000)
  expect(c.now()).toBe(before + 1800)
  expect(c.told).toEqual([3_600_000 - 100])
  c.pass(36_000_000)
  expect(c.now()).toBe(c.system())
})

test('what a time server corrects is followed without a word', () => {
  const c = clock()
  c.set(-400)
  c.pass(10)
  c.now()
  expect(c.told).toEqual([])
})

test('it never goes back, whatever the system clock does', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ pass: fc.nat(10_000), set: fc.integer({ min: -1e7, max: 1e7 }) })), (steps) => {
      const c = clock()
      let last = c.now()
      for (const { pass, set } of steps) {
        c.pass(pass)
        c.set(set)
        const now = c.now()
        if (now < last) return false
        last = now
      }
      return true
    }),
  )
})
