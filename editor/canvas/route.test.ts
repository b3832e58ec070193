import { expect, test } from 'vitest'
import type { Rect } from 'reactflow'
import { routeWire, wayBack } from './route.ts'

const box = (x: number, y: number, height = 100): Rect => ({ x, y, width: 200, height })
const ends = (source: Rect, target: Rect) => ({ sourceX: source.x + 200, sourceY: source.y + 50, targetX: target.x, targetY: target.y + 50 })
const back = (source: Rect, target: Rect): number => wayBack(source, target, ends(source, target))

test('backwards to a node below or above, it goes through the gap between the two', () => {
  expect(back(box(0, 0), box(0, 160))).toBe(130)
  expect(back(box(0, 160), box(0, 0))).toBe(130)
})
test('backwards to a node beside, it goes round the nearer side of both', () => {
  expect(back(box(300, 0), box(0, 10, 300))).toBeLessThan(0)
  const [from, to] = [box(300, 150), box(0, 0, 260)]
  expect(wayBack(from, to, { ...ends(from, to), targetY: 240 })).toBeGreaterThan(260)
})
test('forwards it is a curve, backwards straight lines with round corners, labelled in the gap', () => {
  const [from, to] = [box(0, 0), box(400, 0)]
  expect(routeWire(ends(from, to), from, to)[0]).toContain('C')
  const below = box(0, 160)
  const [path, x, y] = routeWire(ends(from, below), from, below)
  expect(path).not.toContain('C')
  expect([x, y]).toEqual([100, 130])
  expect(routeWire(ends(from, below), undefined, undefined)[0]).toContain('C')
})
