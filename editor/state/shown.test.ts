// How values, states and layouts are shown.
import { describe, expect, it, test } from 'vitest'
import type { JsonValue } from '#kit'
import { emptyFlow, type AlarmBody, type NodeStatus } from '#format'
import { familiesOf, searchNodes } from './families.ts'
import { formatAge, formatDuration, formatNumber, formatRate, formatValue, numbersOf, severityOf } from './format.ts'
import { alarmOf, isQuiet, isWaiting, conditionOf, ghostsOf, hearingOf, tellsOf } from './status.ts'
import { noLive } from './model.ts'

test('numbers keep four significant digits and never an exponent in the ordinary range', () => {
  expect([4.8213, 71.4, 1024, 0, -0.5, 12_345.6, 1e9, 1e-7, 0.0123456].map(formatNumber)).toEqual(['4.821', '71.4', '1,024', '0', '−0.5', '12,346', '1.00e+9', '1.00e-7', '0.0123'])
})

test('values that are none never look like a number', () => {
  expect(formatValue(null)).toBe('—')
  expect(formatValue({ $number: 'NaN' })).toBe('NaN')
  expect(formatValue({ $number: '-Infinity' })).toBe('−∞')
  expect(severityOf({ tag: 't', value: { $number: 'NaN' }, time: 0 })).toBe('bad')
  expect(severityOf({ tag: 't', value: null, time: 0 })).toBe('bad')
  expect(severityOf({ tag: 't', value: 1, time: 0, quality: 'what is this' })).toBe('bad')
  expect(severityOf({ tag: 't', value: 1, time: 0, quality: 'Uncertain' })).toBe('uncertain')
  expect(severityOf({ tag: 't', value: 1, time: 0 })).toBe('good')
  expect(numbersOf([1, { $number: 'NaN' }])).toEqual([1, Number.NaN])
})

test('vectors, series, records and bytes show their size', () => {
  const values: JsonValue[] = [[1, 2, 3], { $series: [1, 2] }, { a: 1, b: 2 }, { $bytes: 12 }, true, 'outer race']
  expect(values.map(formatValue)).toEqual(['[3]', '[2]', '2 fields', '12 B', 'true', 'outer race'])
})

test('rates, ages and durations', () => {
  expect([0, 0.05, 0.15, 0.97, 1, 1.94, 12.34, 1024.4].map(formatRate)).toEqual(['', '3/min', '0.15/s', '1/s', '1/s', '1.9/s', '12/s', '1,024/s'])
  expect([12_000, 300_000, 9_000_000].map(formatAge)).toEqual(['12 s', '5 min', '3 h'])
  expect([41_000, 3_723_000].map(formatDuration)).toEqual(['00:41', '1:02:03'])
})

const ok: NodeStatus = { health: { state: 'ok', text: '' }, ledger: { in: 0, passed: 0, held: 0, failed: 0, queued: 0, dropped: {} }, inputs: {}, outputs: {}, p99Us: null, issues: [] }
const alarm: AlarmBody = { flow: 'f', node: 'n', tag: '', time: 1, since: 1, state: 'unacknowledged', priority: 'high', message: 'Too hot', value: 1, limit: 0 }

test('only a connected, running, fresh node is shown as ok', () => {
  expect(conditionOf(ok, undefined, 'open')).toEqual({ shape: 'ok', text: 'running', stale: false })
  expect(conditionOf(ok, undefined, 'lost')).toMatchObject({ shape: 'idle', stale: true })
  expect(conditionOf(undefined, undefined, 'open')).toMatchObject({ shape: 'idle', stale: true })
  expect(conditionOf({ ...ok, health: { state: 'stale', text: 'no data for 9 s' } }, undefined, 'open')).toEqual({ shape: 'warn', text: 'no data for 9 s', stale: true })
  expect(conditionOf({ ...ok, health: { state: 'error', text: 'refused' } }, undefined, 'open')).toMatchObject({ shape: 'bad', stale: true })
  expect(conditionOf({ ...ok, health: { state: 'connecting', text: '' } }, undefined, 'open')).toMatchObject({ shape: 'idle', stale: true })
  expect(conditionOf(ok, alarm, 'open')).toMatchObject({ shape: 'bad', text: 'Too hot' })
  expect(conditionOf(ok, { ...alarm, priority: 'low' }, 'open')).toMatchObject({ shape: 'warn' })
})

test('while the flow restarts nothing is shown as present, though the line is up', () => {
  const flow = (state: string) => ({ flows: [{ id: 'f', state }], flowId: 'f' }) as never as Parameters<typeof hearingOf>[0]
  const live = { ...noLive, state: 'open' as const }
  expect(['running', 'restarting', 'stopped'].map((state) => hearingOf({ ...flow(state), live }))).toEqual(['open', 'halted', 'halted'])
  expect(hearingOf({ ...flow('running'), live: { ...live, state: 'lost' } })).toBe('lost')
  expect(conditionOf(ok, alarm, 'halted')).toMatchObject({ shape: 'idle', stale: true })
})

test('a connection is as well as the worst node that uses it, and nothing is said of it while nothing is heard', () => {
  const at = [0, 0] as const
  const uses = (connection: string) => ({ type: 'x', config: { connection }, at })
  const base = { version: 1, flow: { ...emptyFlow('f', 'F'), nodes: { a: uses('plc'), b: uses('plc'), c: uses('broker'), d: { type: 'y', config: { connection: 'plc' }, at } } } }
  const types = new Map([['x', { config: { properties: { connection: { widget: 'connection' } } } }]]) as never
  const bad = { ...ok, health: { state: 'error' as const, text: 'refused' } }
  const live = { ...noLive, state: 'open' as const, nodes: { a: ok, b: bad, c: ok, d: bad } }
  expect(['plc', 'broker', 'nobody'].map((name) => tellsOf({ base, types, live }, name))).toEqual(['b', 'c', undefined])
  expect(tellsOf({ base, types, live: { ...live, state: 'lost' } }, 'plc')).toBeUndefined()
})

test('a node shows its gravest alarm of this flow', () => {
  const live = { ...noLive, alarms: [{ ...alarm, priority: 'low' as const }, { ...alarm, tag: 'b', priority: 'critical' as const }, { ...alarm, flow: 'g' }] }
  expect(alarmOf({ live, flowId: 'f' }, 'n')?.priority).toBe('critical')
  expect(alarmOf({ live, flowId: 'f' }, 'm')).toBeUndefined()
})

test('what is shelved, suppressed or out of service marks no node and waits for nobody', () => {
  const states = ['normal', 'unacknowledged', 'acknowledged', 'returned', 'latched', 'shelved', 'suppressed', 'out-of-service'] as const
  const alarms = states.map((state) => ({ ...alarm, state }))
  expect(alarms.filter(isQuiet).map((a) => a.state)).toEqual(['shelved', 'suppressed', 'out-of-service'])
  expect(alarms.filter(isWaiting).map((a) => a.state)).toEqual(['unacknowledged', 'returned', 'latched'])
  expect(alarmOf({ live: { ...noLive, alarms: [{ ...alarm, state: 'shelved', priority: 'critical' }, { ...alarm, tag: 'b', priority: 'low' }] }, flowId: 'f' }, 'n')).toMatchObject({ tag: 'b' })
  expect(alarmOf({ live: { ...noLive, alarms: [{ ...alarm, state: 'suppressed' }] }, flowId: 'f' }, 'n')).toBeUndefined()
})

test('ports that only wires name are drawn, so that no wire vanishes', () => {
  const flow = { ...emptyFlow('f', 'F'), nodes: { a: { type: 'x', config: {}, at: [0, 0] as const }, b: { type: 'y', config: {}, at: [0, 0] as const } }, wires: ['a.old -> b.in'] }
  const ports = { a: { inputs: {}, outputs: { new: { kind: 'number' as const } } } }
  expect(ghostsOf(flow, ports, 'a')).toEqual({ inputs: [], outputs: ['old'] })
  expect(ghostsOf(flow, ports, 'b')).toEqual({ inputs: ['in'], outputs: [] })
})

describe('the palette', () => {
  const n = (type: string, title: string, keywords: string[] = [], summary = `${title} it.`) => ({ type, title, summary, keywords }) as never
  const nodes = [n('filter.deadband', 'Deadband', ['hysteresis']), n('source.mqtt', 'MQTT subscribe'), n('aggregate.window', 'Window', ['average', 'moving average']), n('zz.own', 'Own'), n('transform.smooth', 'Smooth', ['filter'], 'Takes the average of several.')]
  const found = (search: string): string[] => searchNodes(nodes, search).map((f: { type: string }) => f.type)

  it('has families in one order, those of somebody else last', () => {
    expect(familiesOf(nodes).map((f) => f.id)).toEqual(['source', 'filter', 'aggregate', 'transform', 'zz'])
  })
  it('finds by every word, in title, summary, type and keywords', () => {
    expect(found('hyster')).toEqual(['filter.deadband'])
    expect(found('mqtt source')).toEqual(['source.mqtt'])
    expect(found('mqtt window')).toEqual([])
    expect(found('nothing')).toEqual([])
  })
  it('puts first what is called so, then what people call so, then what only tells of it', () => {
    expect(found('average')).toEqual(['aggregate.window', 'transform.smooth'])
    expect(found('w')[0]).toBe('aggregate.window')
  })
})
