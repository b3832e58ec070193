// The gateway's clock jumps by an hour while flows run: what waits on it, what waits on event time, and what is kept from
// before. The flow is the real one; its clock is the test's.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defineNode, port, same, Type, type AnyNode, type Sample } from '#kit'
import delay from '../../nodes/flow/delay.ts'
import generate from '../../nodes/flow/generate.ts'
import window from '../../nodes/aggregate/window.ts'
import { engineClock } from '../../runtime/engine/clock.ts'
import { testFlow, testNodes, type TestFlow } from '../../runtime/engine/harness.ts'
import { planOf } from './plan.ts'

const HOUR = 3_600_000
const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [], config: Type.Object({}) } as const
/** Ticks every second, as long as it lives. */
let ticks = 0
const beat = defineNode({
  ...about, type: 'flow.beat', effects: 'none', inputs: { value: port.any() }, outputs: { value: same('value') }, state: () => ({}),
  receive: (_s, _p, ctx) => (ctx.hold(), ctx.wakeAt(ctx.now + 1000)),
  tick: (ctx) => (ticks++, ctx.wakeAt(ctx.now + 1000)),
})
const nodes = [...testNodes, delay, generate, window, beat] as unknown as AnyNode[]
const known = new Map(nodes.map((n) => [n.type, n]))

let wall = 0
let flow: TestFlow
let passed: Sample[]
/** Real time goes on: the clock, the flow's own timer, and what the host does each second. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1000) {
    wall += Math.min(left, 1000)
    await vi.advanceTimersByTimeAsync(Math.min(left, 1000))
    flow.flow.advanceIdle(flow.now)
  }
}
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  ticks = 0
  wall = 1_700_000_000_000
  flow = testFlow(true, nodes)
  const clock = engineClock({ wall: () => wall, steady: () => performance.now() })
  flow.steady = () => performance.now()
  Object.defineProperty(flow, 'now', { get: clock })
})
afterEach(async () => {
  await flow.flow.close()
  vi.useRealTimers()
})
async function deploy(list: Parameters<typeof planOf>[1], wires: string[], watched: string, out = 'value'): Promise<void> {
  await flow.deploy(planOf(known, list, wires))
  passed = flow.watch(watched, out)
}

describe.each([['forward', HOUR], ['back', -HOUR]])('a clock that jumps an hour %s', (_where, jump) => {
  test('closes the windows of readings that have the time of the gateway, each reading once', async () => {
    await deploy({ s: 'source.test', w: ['aggregate.window', { sizeS: 10, latenessS: 1, statistics: ['count'] }] }, ['s.value -> w.value'], 'w', 'count')
    let sent = 0
    const read = async (s: number): Promise<void> => {
      for (let i = 0; i < s; i++) {
        flow.emit('s', ++sent)
        await pass(1000)
      }
    }
    await read(60)
    wall += jump
    await read(120)
    await pass(30_000)
    expect(passed.reduce((sum, s) => sum + (s.value as number), 0)).toBe(sent)
    expect(flow.flow.runs.get('w')!.ledger().dropped).toEqual({})
    expect(passed.length).toBeLessThan(40)
  })

  test('neither stops a timer nor lets it storm', async () => {
    await deploy({ s: 'source.test', b: 'flow.beat' }, ['s.value -> b.value'], 's')
    flow.emit('s', 1)
    await pass(10_000)
    const before = ticks
    const set = vi.spyOn(globalThis, 'setTimeout')
    wall += jump
    await pass(600_000)
    // Back, the clock goes on at nine tenths of its pace; the flow looks at it again for the tenth that is missing.
    expect(ticks - before).toBeGreaterThanOrEqual(jump > 0 ? 595 : 530)
    expect(ticks - before).toBeLessThanOrEqual(602)
    expect(set.mock.calls.length).toBeLessThan(6 * 600)
  })

  test('a generator goes on at its pace and gives nothing twice', async () => {
    await deploy({ g: ['flow.generate', { periodS: 1 }] }, [], 'g')
    await pass(10_000)
    wall += jump
    await pass(60_000)
    expect(passed.length).toBeGreaterThanOrEqual(60)
    expect(passed.length).toBeLessThanOrEqual(73)
    expect(new Set(passed.map((s) => s.time)).size).toBe(passed.length)
    expect(passed.map((s) => s.time)).toEqual(passed.map((s) => s.time).toSorted((a, b) => a - b))
  })
})

test('a delay that has ended when the clock is set forward is over at once', async () => {
  await deploy({ s: 'source.test', d: ['flow.delay', { delayS: 1800 }] }, ['s.value -> d.value'], 'd')
  flow.emit('s', 1)
  await pass(10_000)
  wall += HOUR
  await pass(2000)
  expect(passed.map((s) => s.value)).toEqual([1])
})

test('readings of a device whose own clock does not jump are not late because of it', async () => {
  await deploy({ s: 'source.test', w: ['aggregate.window', { sizeS: 10, latenessS: 1, statistics: ['count'] }] }, ['s.value -> w.value'], 'w', 'late')
  let device = wall
  const read = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      flow.emit('s', i, (device += 5000))
      await pass(5000)
    }
  }
  await read(10)
  // In the middle of the pause between two of them.
  flow.emit('s', 10, (device += 5000))
  await pass(2000)
  wall += HOUR
  await pass(3000)
  await read(20)
  expect(passed).toEqual([])
})
