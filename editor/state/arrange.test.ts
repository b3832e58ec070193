import fc from 'fast-check'
import { expect, test } from 'vitest'
import { align, alignments, around, distribute, type Boxes } from './arrange.ts'

const boxes: Boxes = { a: { x: 0, y: 0, width: 200, height: 100 }, b: { x: 30, y: 140, width: 100, height: 40 }, c: { x: 310, y: 60, width: 200, height: 60 } }

test('each way of aligning puts the edges or the middles of all on one line of the box around them', () => {
  expect(align(boxes, 'left')).toEqual({ a: [0, 0], b: [0, 140], c: [0, 60] })
  expect(align(boxes, 'right')).toEqual({ a: [310, 0], b: [410, 140], c: [310, 60] })
  expect(align(boxes, 'centre')).toEqual({ a: [155, 0], b: [205, 140], c: [155, 60] })
  expect(align(boxes, 'top')).toEqual({ a: [0, 0], b: [30, 0], c: [310, 0] })
  expect(align(boxes, 'bottom')).toEqual({ a: [0, 80], b: [30, 140], c: [310, 120] })
  expect(align(boxes, 'middle')).toEqual({ a: [0, 40], b: [30, 70], c: [310, 60] })
})

test('distributing leaves the ends and makes the gaps alike, in the order of the middles', () => {
  expect(distribute({ a: { x: 0, y: 0, width: 100, height: 10 }, far: { x: 700, y: 5, width: 100, height: 10 }, b: { x: 110, y: 9, width: 200, height: 10 } }, 'horizontally')).toEqual({ a: [0, 0], b: [300, 9], far: [700, 5] })
  expect(distribute({ a: { x: 0, y: 0, width: 10, height: 100 }, b: { x: 0, y: 110, width: 10, height: 100 }, c: { x: 0, y: 400, width: 10, height: 100 } }, 'vertically')).toEqual({ a: [0, 0], b: [0, 200], c: [0, 400] })
})

test('where there is no room between the ends they are spread with a small gap, never one on the other', () => {
  expect(distribute({ a: { x: 0, y: 0, width: 100, height: 10 }, b: { x: 10, y: 0, width: 100, height: 10 }, c: { x: 20, y: 0, width: 100, height: 10 } }, 'horizontally')).toEqual({ a: [0, 0], b: [120, 0], c: [240, 0] })
})

test('one box is not aligned, two are not distributed', () => {
  expect(align({ a: boxes['a']! }, 'left')).toEqual({})
  expect(distribute({ a: boxes['a']!, b: boxes['b']! }, 'vertically')).toEqual({})
})

const box = fc.record({ x: fc.integer({ min: -2000, max: 2000 }), y: fc.integer({ min: -2000, max: 2000 }), width: fc.integer({ min: 10, max: 400 }), height: fc.integer({ min: 10, max: 400 }) })
test('aligned boxes stay in the box around them, and aligning again changes nothing', () => {
  fc.assert(fc.property(fc.array(box, { minLength: 2, maxLength: 8 }), fc.constantFrom(...alignments), (list, how) => {
    const all: Boxes = Object.fromEntries(list.map((b, i) => [`n${i}`, b]))
    const places = align(all, how)
    const moved: Boxes = Object.fromEntries(Object.entries(places).map(([id, [x, y]]) => [id, { ...all[id]!, x, y }]))
    const [before, after] = [around(Object.values(all)), around(Object.values(moved))]
    expect(after.x).toBeGreaterThanOrEqual(before.x - 1)
    expect(after.x + after.width).toBeLessThanOrEqual(before.x + before.width + 1)
    // Halves of a pixel are rounded.
    for (const [id, [x, y]] of Object.entries(align(moved, how))) expect(Math.hypot(x - places[id]![0], y - places[id]![1])).toBeLessThanOrEqual(1)
  }))
})
