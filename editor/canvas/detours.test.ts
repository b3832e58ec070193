import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Rect } from 'reactflow'
import { detourOf, Detours, type Detour, type Wired } from './detours.ts'
import { roundPath, routeWire } from './route.ts'

const box = (x: number, y: number, width = 200, height = 100): Rect => ({ x, y, width, height })
const between = (a: Rect, b: Rect, lane = 0): Wired => ({ source: 'a', target: 'b', sourceX: a.x + a.width, sourceY: a.y + 50, targetX: b.x, targetY: b.y + 50, lane })
const near = (boxes: Record<string, Rect>): ReadonlyMap<string, Rect> => new Map(Object.entries(boxes))
/** The lines of a way, without the first and last few px at the ports. */
const lines = (w: Wired, d: Detour): [number, number, number, number][] => [[w.sourceX, w.sourceY, d.x1, w.sourceY], [d.x1, w.sourceY, d.x1, d.y], [d.x1, d.y, d.x2, d.y], [d.x2, d.y, d.x2, w.targetY], [d.x2, w.targetY, w.targetX, w.targetY]]
const touches = (b: Rect, [x1, y1, x2, y2]: [number, number, number, number]): boolean => Math.min(x1, x2) < b.x + b.width && Math.max(x1, x2) > b.x && Math.min(y1, y2) < b.y + b.height && Math.max(y1, y2) > b.y

test('a wire with nothing in its way stays a curve', () => {
  const [a, b] = [box(0, 0), box(600, 0)]
  expect(detourOf(between(a, b), near({ a, b }))).toBeUndefined()
  expect(detourOf(between(a, b), near({ a, b, above: box(300, -200), below: box(300, 80) }))).toBeUndefined()
})

test('a node in its way is gone round, on the nearer side', () => {
  const [a, b] = [box(0, 0), box(600, 0)]
  const low = between(a, b)
  const above = detourOf(low, near({ a, b, c: box(300, 20, 200, 200) }))!
  expect(above.y).toBeLessThan(20)
  const below = detourOf(low, near({ a, b, c: box(300, -120, 200, 200) }))!
  expect(below.y).toBeGreaterThan(80)
  for (const [d, c] of [[above, box(300, 20, 200, 200)], [below, box(300, -120, 200, 200)]] as const) expect(lines(low, d).some((l) => touches(c, l))).toBe(false)
})

test('where only one of the ends is blocked, it goes at the height of the other', () => {
  const [a, b, c] = [box(0, 0), box(700, 400), box(280, 150, 200, 260)]
  const wire = between(a, b)
  const d = detourOf(wire, near({ a, b, c }))!
  expect(d.y).toBe(wire.sourceY)
  expect(d.x2).toBeGreaterThan(480)
})

test('backwards, or where there is no room, there is no detour', () => {
  const [a, b] = [box(600, 0), box(0, 0)]
  expect(detourOf(between(a, b), near({ a, b, c: box(300, 0) }))).toBeUndefined()
  const wall = near({ a: box(0, 0), b: box(600, 0), c: box(300, -2000, 100, 4000) })
  expect(detourOf(between(box(0, 0), box(600, 0)), wall)).toBeUndefined()
})

test('whatever lies around, a detour runs behind no node', () => {
  const boxes = fc.array(fc.record({ x: fc.integer({ min: 100, max: 900 }), y: fc.integer({ min: -300, max: 300 }) }), { minLength: 1, maxLength: 10 })
  let found = 0
  fc.assert(fc.property(boxes, fc.integer({ min: -200, max: 200 }), fc.nat(4), (places, y, lane) => {
    const [a, b] = [box(-250, 0), box(1000, y)]
    const others = places.map((p) => box(p.x - 50, p.y, 120, 80))
    const wire = between(a, b, lane)
    const all = near({ a, b, ...Object.fromEntries(others.map((o, i) => [`n${i}`, o])) })
    const d = detourOf(wire, all)
    if (!d) return
    found++
    expect(others.some((o) => lines(wire, d).some((l) => touches(o, l)))).toBe(false)
    expect(detourOf(wire, all)).toEqual(d)
  }), { numRuns: 300 })
  expect(found).toBeGreaterThan(50)
})

test('two wires round one node, into one node, do not lie on each other', () => {
  const [a, b, c] = [box(0, 0), box(600, 0, 200, 160), box(300, -40, 200, 200)]
  const all = near({ a, b, c })
  const one = detourOf(between(a, b, 0), all)!
  const two = detourOf({ ...between(a, b, 1), targetY: 80 }, all)!
  expect(one.x2).not.toBe(two.x2)
  expect(one.y).not.toBe(two.y)
})

test('only wires near what moved are worked out again; what did not change keeps its identity', () => {
  const boxes = new Map<string, Rect>()
  const wires = new Map<string, Wired>()
  for (let i = 0; i < 1000; i++) {
    const [x, y] = [(i % 25) * 300, Math.floor(i / 25) * 900]
    boxes.set(`n${i}`, box(x, y))
    if (i % 25 < 23) wires.set(`w${i}`, { ...between(box(x, y), box(x + 600, y)), source: `n${i}`, target: `n${i + 2}` })
  }
  const detours = new Detours()
  const first = detours.update(boxes, wires)
  expect(detours.worked).toBe(wires.size)
  expect(first.size, 'each passes behind the node between').toBe(wires.size)
  expect(detours.update(boxes, wires)).toBe(first)
  expect(detours.worked).toBe(0)
  const moved = new Map(boxes).set('n500', box(0, 20 * 900 + 10))
  const second = detours.update(moved, new Map(wires).set('w500', { ...wires.get('w500')!, sourceY: wires.get('w500')!.sourceY + 10 }))
  expect(detours.worked).toBeGreaterThan(0)
  expect(detours.worked).toBeLessThan(30)
  expect(second.get('w10')).toBe(first.get('w10'))
  const without = new Map(moved)
  without.delete('n501')
  expect(detours.update(without, wires).has('w500')).toBe(false)
})

test('a detour is drawn with round corners, labelled on its long level; one that lies outside of its ends is not', () => {
  const ends = { sourceX: 0, sourceY: 0, targetX: 400, targetY: 100 }
  const [path, x, y] = routeWire(ends, undefined, undefined, { x1: 30, y: -50, x2: 370 })
  expect(path).toMatch(/^M0,0 L.*Q30,0 .*Q370,100 .* L400,100$/)
  expect(path).not.toContain('C')
  expect([x, y]).toEqual([200, -50])
  expect(routeWire(ends, undefined, undefined, { x1: 30, y: -50, x2: 500 })[0]).toContain('C')
  expect(roundPath([[0, 0], [10, 0], [10, 0], [20, 0]])).not.toContain('NaN')
})
