import { expect, test } from 'vitest'
import type { Rect, Viewport } from 'reactflow'
import { fitInto, inView, MIN_ZOOM } from './fit.ts'

const frame = { width: 900, height: 600 }
const overview: Rect = { x: 740, y: 500, width: 150, height: 88 }
const bar: Rect = { x: 12, y: 562, width: 186, height: 24 }
const seen = (n: Rect, v: Viewport): Rect => ({ x: n.x * v.zoom + v.x, y: n.y * v.zoom + v.y, width: n.width * v.zoom, height: n.height * v.zoom })
const apart = (a: Rect, b: Rect): boolean => a.x >= b.x + b.width || a.x + a.width <= b.x || a.y >= b.y + b.height || a.y + a.height <= b.y
const grid = (columns: number, rows: number): Rect[] => Array.from({ length: columns * rows }, (_, i) => ({ x: (i % columns) * 260 - 500, y: Math.floor(i / columns) * 180 + 90, width: 200, height: 120 }))

test.each([[1, 1], [2, 1], [5, 2], [5, 4], [3, 9], [12, 2]])('%i by %i nodes all lie inside the frame and under nothing', (columns, rows) => {
  const nodes = grid(columns, rows)
  const view = fitInto(nodes, frame, [overview, bar])!
  for (const node of nodes.map((n) => seen(n, view))) {
    expect(node.x).toBeGreaterThanOrEqual(0)
    expect(node.y).toBeGreaterThanOrEqual(50)
    expect(node.x + node.width).toBeLessThanOrEqual(frame.width)
    expect(node.y + node.height).toBeLessThanOrEqual(frame.height)
    for (const over of [overview, bar]) expect(apart(node, over)).toBe(true)
  }
})

test('a small flow is not blown up', () => expect(fitInto(grid(2, 1), frame, [])!.zoom).toBe(1))
test('an overlay that covers no node takes no room', () => {
  const left = grid(1, 5)
  expect(fitInto(left, frame, [overview])).toEqual(fitInto(left, frame, []))
})
test('a huge flow stops at the smallest zoom, and no nodes or no frame give no view', () => {
  expect(fitInto(grid(200, 1), frame, [])!.zoom).toBe(MIN_ZOOM)
  expect(fitInto([], frame, [])).toBeNull()
  expect(fitInto(grid(1, 1), { width: 0, height: 0 }, [])).toBeNull()
})

test('what can be read where it is does not make the view jump', () => {
  const [first] = grid(1, 1)
  expect(inView([first!], { x: 600, y: 0, zoom: 1 }, frame)).toBe(true)
  expect(inView([first!], { x: 0, y: 0, zoom: 1 }, frame)).toBe(false)
  expect(inView([first!], { x: 600, y: 0, zoom: 0.3 }, frame)).toBe(false)
})
