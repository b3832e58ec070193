import { expect, test } from 'vitest'
import { nextState, normalOf, uniformOf } from './random.ts'

test('even and normal numbers have the moments that they should', () => {
  let state = 42
  const draw = (): number => uniformOf((state = nextState(state)))
  const even = Array.from({ length: 20_000 }, draw)
  expect(even.every((x) => x >= 0 && x < 1)).toBe(true)
  const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length
  expect(mean(even)).toBeCloseTo(0.5, 1.5)
  expect(mean(even.map((x) => (x - 0.5) ** 2))).toBeCloseTo(1 / 12, 2)
  const normal = Array.from({ length: 20_000 }, () => normalOf(draw(), draw()))
  expect(mean(normal)).toBeCloseTo(0, 1)
  expect(mean(normal.map((x) => x * x))).toBeCloseTo(1, 1)
  expect(normal.every(Number.isFinite)).toBe(true)
})

test('the same seed gives the same numbers', () => {
  const first = (seed: number): number => uniformOf(nextState(seed))
  expect(first(1)).toBe(first(1))
  expect(first(1)).not.toBe(first(2))
})
