import { expect, test } from 'vitest'
import { createPace } from './pace.ts'

function rig(budget = 10) {
  const frames: (() => void)[] = []
  let calm = 0
  const pace = createPace(budget, (run) => void frames.push(run), () => void calm++)
  return { pace, calm: () => calm, frame: () => frames.splice(0).forEach((run) => run()) }
}

test('who comes alone does not wait, who comes with many waits for a frame', () => {
  const { pace, frame } = rig()
  expect([pace.claim(5), pace.claim(5), pace.claim(5)]).toEqual([true, true, false])
  frame()
  expect(pace.claim(5)).toBe(true)
})
test('turns are taken in the order of asking, as many a frame as its budget allows', () => {
  const { pace, frame, calm } = rig()
  const done: number[] = []
  for (const n of [1, 2, 3, 4, 5]) pace.turn(4, () => void done.push(n))
  expect(pace.claim(1), 'nobody overtakes those who wait').toBe(false)
  frame()
  expect(done).toEqual([1, 2])
  frame()
  expect([done, calm()]).toEqual([[1, 2, 3, 4], 0])
  frame()
  expect([done, calm(), pace.idle()]).toEqual([[1, 2, 3, 4, 5], 1, true])
  frame()
  expect(calm(), 'told once').toBe(1)
})
test('what is called off has no turn, and what costs more than a frame has one of its own', () => {
  const { pace, frame } = rig()
  const done: string[] = []
  pace.turn(4, () => void done.push('small'))
  const off = pace.turn(1, () => void done.push('gone'))
  pace.turn(99, () => void done.push('large'))
  off()
  frame()
  expect(done).toEqual(['small'])
  frame()
  expect(done).toEqual(['small', 'large'])
})
test('where all that waited are called off, that is told, too', () => {
  const { pace, frame, calm } = rig()
  const off = [pace.turn(4, () => undefined), pace.turn(4, () => undefined)]
  for (const one of off) one()
  frame()
  expect([calm(), pace.idle()]).toEqual([1, true])
})
