import { expect, test } from 'vitest'
import type { Ledger, NodeStatus, ServerMessage } from '#format'
import { open } from './harness.ts'
import { countsOf, imbalance, ledgerRows, MARK_MS, since, totalOf } from './ledger.ts'
import { limitsOf } from './limits.ts'

const status = (ledger: Partial<Ledger>, out = 0): NodeStatus => ({
  health: { state: 'ok', text: '' }, ledger: { in: 0, passed: 0, held: 0, failed: 0, queued: 0, dropped: {}, ...ledger }, inputs: ledger.in === undefined ? {} : { value: { count: ledger.in, rate: 1, last: null } },
  outputs: { value: { count: out, rate: 1, last: null } }, p99Us: null, issues: [],
})
const message = (time: number, nodes: Record<string, NodeStatus>): ServerMessage => ({ type: 'status', flow: 'pump', version: 3, time, nodes, totals: { inRate: 1, outRate: 1, loopP99Ms: 1, cpu: 1, memoryMb: 1 } })

test('what was lost in the last minute is told, and forgotten after it', async () => {
  const { actions, s } = await open()
  const at = (seconds: number, dropped: number, failed = 0): void => actions.applyServerMessage(message(seconds * 1000, { band: status({ in: dropped + failed, dropped: { inside: dropped }, failed }) }))
  at(0, 100)
  expect(s().live.losses, 'what was lost before anybody looked is not of this minute').toEqual({})
  at(5, 110, 2)
  expect(s().live.losses['band']).toEqual({ dropped: 10, failed: 2 })
  const before = s().live.losses
  at(7, 130, 2)
  expect(s().live.losses, 'reckoned every few seconds only').toBe(before)
  for (let t = 10; t <= 80; t += 5) at(t, 130, 2)
  expect(s().live.losses).toEqual({})
  expect(s().live.marks.length).toBeLessThanOrEqual(60_000 / MARK_MS + 1)
})

test('a quiet flow wakes nobody who looks at losses', async () => {
  const { actions, s } = await open()
  for (let t = 0; t <= 30; t += 5) actions.applyServerMessage(message(t * 1000, { band: status({ in: 10 + t, dropped: { inside: 10 + t } }), temp: status({}, t) }))
  const { losses } = s().live
  actions.applyServerMessage(message(35_000, { temp: status({}, 99) }))
  expect(s().live.losses['band']).toBe(losses['band'])
})

test('a node that started anew counts from its start, not below zero', () => {
  const then = countsOf(status({ in: 50, passed: 40, dropped: { late: 10 } }, 40))
  expect(since(countsOf(status({ in: 60, passed: 45, dropped: { late: 12, bad: 3 } }, 45)), then).ledger).toMatchObject({ in: 10, passed: 5, dropped: { late: 2, bad: 3 } })
  expect(since(countsOf(status({ in: 3, passed: 3 }, 3)), then).ledger).toMatchObject({ in: 3, passed: 3 })
  expect(since(then, undefined)).toBe(then)
})

test('every node is listed with its reasons in its own words, and an imbalance is a loss', async () => {
  const { actions, s } = await open()
  actions.applyServerMessage(message(1000, { temp: status({}, 20), band: status({ in: 20, passed: 5, held: 2, queued: 1, dropped: { inside: 9, late: 3 } }, 5), kelvin: status({ in: 5, passed: 4 }) }))
  const types = new Map(s().types)
  types.set('filter.deadband', { ...types.get('filter.deadband')!, drops: { inside: 'Inside the band.' } })
  const rows = ledgerRows({ ...s(), types }, 'start')
  expect(rows.map((r) => [r.id, r.lost, r.source, r.off])).toEqual([['temp', false, true, 0], ['band', true, false, 0], ['kelvin', true, false, 1]])
  expect(rows[1]!.reasons).toEqual([{ reason: 'inside', words: 'Inside the band', count: 9 }, { reason: 'late', words: 'late', count: 3 }])
  expect(totalOf(rows)).toMatchObject({ in: 25, passed: 9, lost: 12, off: 1 })
  expect(imbalance({ in: 1, passed: 0, held: 0, failed: 0, queued: 2, dropped: {} })).toBe(-1)
})

test('a person counts from now on, and the other flow begins anew', async () => {
  const { actions, s } = await open()
  actions.applyServerMessage(message(1000, { band: status({ in: 20, passed: 20 }, 20) }))
  actions.countFromNow()
  actions.applyServerMessage(message(2000, { band: status({ in: 23, passed: 22, dropped: { inside: 1 } }, 22) }))
  expect(ledgerRows(s(), 'zero')[0]!.counts.ledger).toMatchObject({ in: 3, passed: 2, dropped: { inside: 1 } })
  expect(ledgerRows(s(), 'start')[0]!.counts.ledger.in).toBe(23)
})

test('the limits of what an output feeds are lines of its plot', () => {
  const node = (type: string, config: object) => ({ type, config: config as never, at: [0, 0] as const })
  const flow = {
    headgate: 1 as const, id: 'f', name: 'F', parameters: { top: 90 }, connections: {},
    nodes: {
      a: node('source.temp', {}),
      alarm: node('rule.alarm', { limits: [{ condition: 'high-high', limit: { $parameter: 'top' } }, { condition: 'high', limit: 80 }, { condition: 'rate', limit: 3 }] }),
      gate: node('filter.range', { limits: 'low', low: 1, high: 7 }),
      other: node('transform.scale', { low: 4 }),
    },
    wires: ['a.value -> alarm.value', 'a.value -> gate.value', 'a.value -> other.value'],
  }
  expect(limitsOf(flow, 'a', 'value').map((l) => [l.label, l.value, l.level])).toEqual([['high-high', 90, 'alarm'], ['high', 80, 'alarm'], ['lowest', 1, 'limit']])
  expect(limitsOf({ ...flow, wires: ['a.value -> alarm.setpoint'] }, 'a', 'value')).toEqual([])
  expect(limitsOf(null, 'a', 'value')).toEqual([])
})
