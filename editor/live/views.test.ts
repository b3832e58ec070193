// What plots, pictures and files are made of.
import { expect, test } from 'vitest'
import { boxesOf } from './boxes.ts'
import { createBuffers } from './buffers.ts'
import { cell, samplesCsv, trendCsv } from './csv.ts'
import { axisOf, nearestPeak, peaksOf } from './frequency.ts'

test('names with one unit are the axis of a spectrum, words and mixtures are none', () => {
  expect(axisOf(['6.25 Hz', '18.75 Hz'], 2)).toEqual({ at: [6.25, 18.75], unit: 'Hz' })
  expect(axisOf(['0.5×', '1.5×', '2.5×'], 3)).toEqual({ at: [0.5, 1.5, 2.5], unit: '×' })
  for (const labels of [['1 Hz', '2 Hz', 'rms'], ['good', 'outer'], ['2 Hz', '1 Hz'], ['1 Hz', '2 ×']]) expect(axisOf(labels, labels.length)).toBeUndefined()
  expect(axisOf(['1 Hz', '2 Hz'], 3)).toBeUndefined()
  expect(axisOf(undefined, 3)).toBeUndefined()
})

test('peaks are found highest first, and the cursor goes to the one nearby', () => {
  const values = [0, 3, 1, null, 9, 2, 5, 5, 1]
  expect(peaksOf(values, 3)).toEqual([{ index: 4, value: 9 }, { index: 7, value: 5 }, { index: 1, value: 3 }])
  expect(nearestPeak(values, 5, 2)).toBe(4)
  expect(nearestPeak([0, 0, 0], 1, 1)).toBe(1)
})

test('detections become boxes, however they are called', () => {
  const picture = { width: 200, height: 100 }
  const expected = { x: 0.1, y: 0.2, width: 0.25, height: 0.5 }
  expect(boxesOf({ d0: { x: 20, y: 20, width: 50, height: 50, label: 'crack', score: 0.9 } }, picture)).toEqual([{ ...expected, label: 'crack', score: 0.9 }])
  expect(boxesOf({ x1: 20, y1: 20, x2: 70, y2: 70, class: 3 }, picture)).toEqual([{ ...expected, label: '3', score: null }])
  expect(boxesOf({ x: 0.1, y: 0.2, w: 0.25, h: 0.5 }, picture)).toEqual([{ ...expected, label: '', score: null }])
  expect(boxesOf({ boxes: [20, 20, 70, 70, 0, 0, 200, 100], scores: [0.5, 0.4], classes: [1, 2] }, picture)).toMatchObject([{ ...expected, label: '1', score: 0.5 }, { x: 0, width: 1, label: '2' }])
  expect(boxesOf({ x: 5, y: 5, temperature: 4 }, picture)).toEqual([])
  expect(boxesOf({ $image: { width: 3, height: 2, x: 0, y: 0 } }, picture)).toEqual([])
})

test('CSV has a line a time, the quality beside each value, and nothing that a spreadsheet runs', () => {
  const a = { x: [1, 2, 3], y: [1.5, null, 2], marks: [{ time: 2000, severity: 'bad' as const }, { time: 3000, severity: 'uncertain' as const }], exactFrom: 0 }
  const b = { x: [2, 2.5], y: [7, null], marks: [], exactFrom: 0 }
  expect(trendCsv([{ title: 'a, mm/s', data: a }, { title: 'b', data: b }], 0, 2500).split('\r\n')).toEqual(['time,"a, mm/s","a, mm/s quality",b,b quality', '1970-01-01T00:00:01.000Z,1.5,good,,', '1970-01-01T00:00:02.000Z,,bad,7,good', ''])
  expect(trendCsv([{ title: 'a', data: a }], 0, 9000)).toContain('1970-01-01T00:00:03.000Z,2,uncertain')
  expect(cell('=HYPERLINK("x")')).toBe('"\'=HYPERLINK(""x"")"')
  expect(cell('-5')).toBe('-5')
  expect(samplesCsv([{ tag: 't', time: 0, value: { a: 1 }, quality: 'Bad' }])).toBe('time,tag,value,quality\r\n1970-01-01T00:00:00.000Z,t,"{""a"":1}",Bad\r\n')
})

test('pinned and unpinned a thousand times, no buffer is left, also not by a view that asks late', () => {
  const pinned = new Set<string>()
  const buffers = createBuffers((id) => pinned.has(id))
  for (let i = 0; i < 1000; i++) {
    const id = `tap-${i}`
    pinned.add(id)
    buffers.keep(pinned)
    buffers.of(id).push([{ tag: 't', time: i, value: i }], 0, 0)
    expect(buffers.of(id).points).toBe(1)
    pinned.delete(id)
    buffers.keep(pinned)
    expect(buffers.of(id).points).toBe(0)
  }
  expect(buffers.size).toBe(0)
})
