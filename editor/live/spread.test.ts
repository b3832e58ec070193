// A large status goes in by parts, a frame each, and nothing of it is lost, doubled or taken in late.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NodeStatus, ServerMessage } from '#format'
import { createSpread, PART } from './spread.ts'

type Status = Extract<ServerMessage, { type: 'status' }>
const node = (n: number): NodeStatus => ({ health: { state: 'ok', text: '' }, ledger: { in: n, passed: n, held: 0, failed: 0, queued: 0, dropped: {} }, inputs: {}, outputs: {}, p99Us: null, issues: [] })
const status = (time: number, count: number): Status => ({ type: 'status', flow: 'f', version: 1, time, nodes: Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, node(time)])), totals: { inRate: 0, outRate: 0, loopP99Ms: 0, cpu: 0, memoryMb: 0 } })
const hold: ServerMessage = { type: 'hold', held: false }

function rig() {
  const told: ServerMessage[] = []
  const frames: (() => void)[] = []
  const spread = createSpread((m) => void told.push(m), (run) => void frames.push(run))
  return { told, spread, frame: () => frames.splice(0).forEach((run) => run()) }
}
const sizes = (told: readonly ServerMessage[]): readonly number[] => told.map((m) => (m.type === 'status' ? Object.keys(m.nodes).length : 0))

test('a small status goes in as it is', () => {
  const { told, spread } = rig()
  const small = status(1, PART)
  spread.take(small)
  expect(told).toEqual([small])
})
test('a large one takes a frame for each part', () => {
  const { told, spread, frame } = rig()
  spread.take(status(1, 2 * PART + 1))
  expect(sizes(told)).toEqual([PART])
  frame()
  expect(sizes(told)).toEqual([PART, PART])
  frame()
  frame()
  expect(sizes(told)).toEqual([PART, PART, 1])
})
test('what comes meanwhile finds all of it taken in, and a closed line brings nothing more', () => {
  const { told, spread, frame } = rig()
  spread.take(status(1, 3 * PART))
  spread.take(hold)
  frame()
  expect(sizes(told)).toEqual([PART, 2 * PART, 0])
  spread.take(status(2, 3 * PART))
  spread.drop()
  frame()
  expect(sizes(told)).toEqual([PART, 2 * PART, 0, PART])
})
test('whatever comes between the frames, every node is told once a status, and in the order of the statuses', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.constant('frame' as const), fc.integer({ min: 0, max: 4 * PART })), { maxLength: 40 }), (steps) => {
    const { told, spread, frame } = rig()
    let time = 0
    const sent: number[] = []
    for (const step of steps) {
      if (step === 'frame') frame()
      else {
        spread.take(status(++time, step))
        sent.push(step)
      }
    }
    spread.take(hold)
    const of = (t: number) => told.filter((m): m is Status => m.type === 'status' && m.time === t)
    expect(sent.map((_, i) => of(i + 1).flatMap((m) => Object.keys(m.nodes)))).toEqual(sent.map((count) => Object.keys(status(0, count).nodes)))
    const times = told.flatMap((m) => (m.type === 'status' ? [m.time] : []))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  }))
})
