// A run of the lab, gone through: what a moment shows, what led to a step and what came of it.
import { expect, test } from 'vitest'
import fc from 'fast-check'
import type { JsonSample } from '#kit'
import type { Ledger, Step, Trace } from '#format'
import { causesOf, heldBefore, momentAt, pathOf, placeAt, placeWhere, stateBefore, strideFrom, viewOf } from './trace.ts'

const ledger: Ledger = { in: 0, passed: 0, held: 0, failed: 0, queued: 0, dropped: {} }
const sample = (value: number, time: number): JsonSample => ({ tag: 't', value, time })
const step = (id: number, node: string, now: number, rest: Partial<Step>): Step => ({ id, cause: null, now, node, what: 'receive', out: [], outcome: 'passed', ...rest })
const traceOf = (steps: readonly Step[], nodes: readonly string[]): Trace => ({ steps, skipped: 0, version: 1, from: 0, to: 100, ledger: Object.fromEntries(nodes.map((n) => [n, ledger])), issues: [] })

/** 1 passes the band, 2 is dropped, 3 passes; a window keeps what passes and gives when its time is due. */
const steps: readonly Step[] = [
  step(10, 'temp', 1000, { what: 'source', port: 'value', sample: sample(1, 990), out: [{ port: 'value', sample: sample(1, 990) }] }),
  step(11, 'band', 1000, { cause: 10, port: 'value', sample: sample(1, 990), out: [{ port: 'value', sample: sample(1, 990) }], state: { last: 1 } }),
  step(12, 'window', 1000, { cause: 11, port: 'value', sample: sample(1, 990), outcome: 'held', state: { sum: 1 } }),
  step(13, 'temp', 2000, { what: 'source', port: 'value', sample: sample(2, 1990), out: [{ port: 'value', sample: sample(2, 1990) }] }),
  step(14, 'band', 2000, { cause: 13, port: 'value', sample: sample(2, 1990), outcome: 'dropped', reason: 'It has not moved.', state: { last: 1 } }),
  step(15, 'temp', 3000, { what: 'source', port: 'value', sample: sample(3, 2990), out: [{ port: 'value', sample: sample(3, 2990) }] }),
  step(16, 'band', 3000, { cause: 15, port: 'value', sample: sample(3, 2990), out: [{ port: 'value', sample: sample(3, 2990) }], state: { last: 3 } }),
  step(17, 'window', 3000, { cause: 16, port: 'value', sample: sample(3, 2990), outcome: 'held', state: { sum: 4 } }),
  step(18, 'window', 4000, { what: 'timer', outcome: 'fired', out: [{ port: 'mean', sample: sample(2, 3000) }], state: { sum: 0 } }),
  step(19, 'plc', 4000, { cause: 18, port: 'value', sample: sample(2, 3000), outcome: 'failed', reason: 'No envelope.' }),
]
const view = viewOf(traceOf(steps, ['temp', 'band', 'window', 'plc', 'idle']))

test('a moment shows the last value of every port until then, and counts what became of samples', () => {
  const { nodes, trends } = momentAt(view, 4)
  expect(nodes['temp']!.outputs['value']!.last).toEqual(sample(2, 1990))
  expect(nodes['band']!.outputs['value']!.last, 'what was dropped never left').toEqual(sample(1, 990))
  expect(nodes['band']!.ledger).toMatchObject({ in: 2, passed: 1, dropped: { 'It has not moved.': 1 } })
  expect(nodes['plc']!.inputs['value']!.last).toBeNull()
  expect(nodes['idle'], 'a node that did nothing is there, without values').toMatchObject({ inputs: {}, outputs: {} })
  expect(trends['temp.value']).toEqual([1, 2])
  expect(momentAt(view, 9).nodes['plc']!.health, 'what failed does not look normal').toEqual({ state: 'error', text: 'No envelope.' })
})

test('going back shows the same as going there, and what did not change keeps its identity', () => {
  const there = momentAt(view, 5)
  const band = there.nodes['band']
  expect(momentAt(view, 6).nodes['band']).not.toBe(band)
  const back = momentAt(view, 5)
  expect(back.nodes).toEqual(there.nodes)
  expect(momentAt(view, 5).nodes['band']).toBe(back.nodes['band'])
  const plc = momentAt(view, 4).nodes['plc']
  expect(momentAt(view, 5).nodes['plc']).toBe(plc)
})

test('a moment is the one that counting step by step gives, in whatever order it is asked for', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -1, max: steps.length - 1 }), { minLength: 1, maxLength: 12 }), (places) => {
    const fresh = viewOf(traceOf(steps, ['temp', 'band', 'window', 'plc']))
    for (const place of places) {
      const { nodes } = momentAt(fresh, place)
      const until = steps.slice(0, place + 1)
      for (const id of ['temp', 'band', 'window', 'plc']) {
        const out = until.filter((s) => s.node === id).flatMap((s) => s.out)
        const shown = Object.values(nodes[id]!.outputs)[0]
        expect(shown?.last ?? null).toEqual(out.at(-1)?.sample ?? null)
        expect(shown?.count ?? 0).toBe(out.length)
        expect(nodes[id]!.ledger.in).toBe(until.filter((s) => s.node === id && s.what === 'receive').length)
      }
    }
  }))
})

test('the path of a sample: from where it came to all that it became, with what was dropped', () => {
  expect(causesOf(view, 2)).toEqual([0, 1, 2])
  expect(pathOf(view, 1).lines).toEqual([{ place: 0, depth: 0 }, { place: 1, depth: 1 }, { place: 2, depth: 2 }])
  expect(pathOf(view, 3).lines.map((l) => steps[l.place]!.outcome)).toEqual(['passed', 'dropped'])
  expect(heldBefore(view, 8), 'what the window gave is made of what it kept').toEqual([7, 2])
  expect(heldBefore(view, 7), 'what keeps nothing: what came in').toEqual([2])
  const alarm = viewOf(traceOf([...steps.slice(0, 7), step(20, 'band', 3500, { what: 'timer', outcome: 'fired', out: [{ port: 'active', sample: sample(1, 3500) }] })], ['band']))
  expect(heldBefore(alarm, 7), 'what led to an alarm whose delay was over').toEqual([6, 4, 1])
})

test('a cause that lies before what was asked for ends the path there', () => {
  const cut = viewOf(traceOf(steps.slice(1), ['band', 'window']))
  expect(causesOf(cut, 1)).toEqual([0, 1])
  expect(strideFrom(cut, 1, -1, 'sample', null), 'and counts as where a sample comes in').toBe(0)
})

test('steps go by every step, by sample and by node, in both directions', () => {
  expect(strideFrom(view, 3, 1, 'step', 'temp')).toBe(4)
  expect(strideFrom(view, 3, 1, 'sample', 'temp')).toBe(5)
  expect(strideFrom(view, 5, 1, 'sample', 'temp'), 'time that is due is one too').toBe(8)
  expect(strideFrom(view, 7, -1, 'node', 'window')).toBe(2)
  expect(strideFrom(view, 9, 1, 'step', 'plc')).toBeNull()
})

test('a step is found by the sample that passed there, else the last until then', () => {
  expect(placeWhere(view, { node: 'band', port: 'value', time: 990 })).toBe(1)
  expect(placeWhere(view, { node: 'band', now: 2500 })).toBe(4)
  expect(placeWhere(view, { node: 'idle' })).toBe(-1)
  expect(placeAt(view, 999)).toBe(-1)
  expect(placeAt(view, 2000)).toBe(4)
})

test('what a node kept before a step is that of its step before', () => {
  expect(stateBefore(view, 6)).toEqual({ last: 1 })
  expect(stateBefore(view, 8)).toEqual({ sum: 4 })
  expect(stateBefore(view, 1)).toBeUndefined()
})
