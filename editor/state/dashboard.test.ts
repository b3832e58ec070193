// The operator's view as a part of the draft, and what it takes for a present value.
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { describeNode, type AnyNode, type CatalogueNode } from '#kit'
import { emptyFlow, GRID_COLUMNS, readFlow, type Flow, type NodeStatus, type Widget } from '#format'
import { addWidget, changeWidget, clampPlace, freePlace, placeWidget, proposeDashboard, removeWidget, settle, widgetsOf, type Place } from './dashboard.ts'
import { setConfig } from './commands.ts'
import { createDocument, redo, undo, type Document } from './document.ts'
import { open, running } from './harness.ts'
import { against, doubtOf, drivenBy, formatFixed, landing, readingOf, setFault, setpointOf, setterOf, upstream } from './operating.ts'

const overlap = ([ax, ay, aw, ah]: Place, [bx, by, bw, bh]: Place): boolean => ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah
const apart = (widgets: readonly Widget[]): boolean => widgets.every((a, i) => widgets.every((b, j) => i === j || !overlap(a.place, b.place)))
const placed = fc.tuple(fc.integer({ min: -3, max: 14 }), fc.integer({ min: -3, max: 20 }), fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 6 })).map((p) => clampPlace(p))
const widget = placed.map((place): Widget => ({ kind: 'value', ports: ['temp.value'], place }))

describe('places', () => {
  test('no two widgets ever lie on each other, and the one that was moved lies where it was put', () => {
    fc.assert(fc.property(fc.array(widget, { minLength: 1, maxLength: 20 }), fc.nat(), (widgets, n) => {
      const fixed = n % widgets.length
      const next = settle(widgets, fixed)
      expect(next[fixed]!.place).toEqual(widgets[fixed]!.place)
      expect(apart(next)).toBe(true)
      for (const [i, w] of next.entries()) expect([w.place[0], w.place[2], w.place[3]], 'only ever down').toEqual([widgets[i]!.place[0], widgets[i]!.place[2], widgets[i]!.place[3]])
    }))
  })
  test('a new one takes the first free place, within the grid', () => {
    fc.assert(fc.property(fc.array(widget, { maxLength: 12 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), (widgets, width, height) => {
      const place = freePlace(widgets, [width, height])
      expect(place[0] + place[2]).toBeLessThanOrEqual(GRID_COLUMNS)
      expect(widgets.some((w) => overlap(w.place, place))).toBe(false)
    }))
    expect(freePlace([{ kind: 'value', place: [0, 0, 3, 2] }], [3, 2])).toEqual([3, 0, 3, 2])
  })
})

type Edit = (document: Document) => Document
const edit: fc.Arbitrary<Edit> = fc.oneof(
  widget.map(({ place: _place, ...w }): Edit => (d) => addWidget(d, w)),
  fc.tuple(fc.nat(5), placed).map(([i, place]): Edit => (d) => placeWidget(d, i, place)),
  fc.nat(5).map((i): Edit => (d) => removeWidget(d, i)),
  fc.tuple(fc.nat(5), fc.option(fc.string({ maxLength: 9 }), { nil: undefined })).map(([i, title]): Edit => (d) => changeWidget(d, i, { title })),
)
test('any edits leave a view that the format reads, and undone they leave the flow as it was', () => {
  fc.assert(fc.property(fc.array(edit, { maxLength: 20 }), (edits) => {
    const begin = createDocument(running)
    let document = begin
    for (const e of edits) document = e(document)
    expect(readFlow(JSON.parse(JSON.stringify(document.flow))).issues).toEqual([])
    expect(apart(widgetsOf(document.flow))).toBe(true)
    const end = document.flow
    while (document.past.length > 0) document = undo(document)
    expect(document.flow).toBe(begin.flow)
    while (document.future.length > 0) document = redo(document)
    expect(document.flow).toBe(end)
  }))
})

test('a drag is one step, and what made room for it comes back when it goes on', () => {
  let d = createDocument(running)
  d = addWidget(addWidget(d, { kind: 'value' }), { kind: 'value' })
  const from = widgetsOf(d.flow)
  const steps = d.past.length
  d = placeWidget(d, 0, [3, 0, 3, 2], 'drag', from)
  expect(widgetsOf(d.flow)[1]!.place).toEqual([3, 2, 3, 2])
  d = placeWidget(d, 0, [6, 0, 3, 2], 'drag', from)
  expect(widgetsOf(d.flow)[1]!.place).toEqual([3, 0, 3, 2])
  expect(d.past.length).toBe(steps + 1)
})

test('the last widget that goes takes the dashboard out of the document; a widget follows the new id of its node', async () => {
  const f = await open()
  f.actions.showToOperator('temp')
  expect(f.s().document!.flow.dashboard!.widgets).toEqual([{ kind: 'value', ports: ['temp.value'], place: [0, 0, 3, 2] }])
  expect(f.s().changes.map((c) => c.what)).toEqual(['dashboard'])
  f.actions.renameNode('temp', 'hot')
  expect(f.s().document!.flow.dashboard!.widgets[0]!.ports).toEqual(['hot.value'])
  f.actions.undo()
  f.actions.removeWidget(0)
  expect('dashboard' in f.s().document!.flow).toBe(false)
  expect(f.s().changes).toEqual([])
})

test('a widget follows a tag that gets another name, letter by letter, and back by one undo', () => {
  const tags = describeNode({ type: 'source.tags', version: 1, title: 'Tags', summary: '', help: '', icon: 'box', effects: 'reads', config: { type: 'object', properties: {} }, inputs: {}, outputs: { '*': { each: 'tags', name: 'name', port: { kind: 'number' } } }, examples: [] } as unknown as AnyNode)
  const named = (name: string): Flow => ({ ...emptyFlow('f', 'F'), nodes: { plc: { type: 'source.tags', config: { tags: [{ name: 'level' }, { name }] }, at: [0, 0] } } })
  const begin = addWidget(createDocument(named('speed')), { kind: 'trend', ports: ['plc.speed', 'plc.level'] })
  const ports = (d: Document): readonly string[] | undefined => widgetsOf(d.flow)[0]!.ports
  let d = begin
  for (const name of ['spee', 'sp', 'spin']) d = setConfig(d, 'plc', '/tags/1/name', name, tags)
  expect(ports(d)).toEqual(['plc.spin', 'plc.level'])
  expect(undo(d).flow).toBe(begin.flow)
})

// ---- what is shown

const node = (type: string, rest: object): CatalogueNode => describeNode({ type, version: 1, title: type, summary: '', help: '', icon: 'box', effects: 'none', config: { type: 'object', properties: {} }, inputs: {}, outputs: {}, examples: [], ...rest } as unknown as AnyNode)
const number = { type: 'number' }
const types = new Map([
  node('source.temp', { effects: 'reads', outputs: { value: { kind: 'number', unit: 'Cel' } } }),
  node('source.operator', {
    config: { type: 'object', properties: { kind: { type: 'string', default: 'number' }, minimum: { ...number, default: 0 }, maximum: { ...number, default: 100 }, step: { ...number, default: 1 }, decimals: { ...number, default: 1 } } },
    outputs: { value: { kind: 'number', unit: 'Hz' } }, acts: { set: () => undefined }, actArguments: { set: { type: 'object', properties: { value: { anyOf: [number, { type: 'boolean' }, { type: 'string' }] } } } },
  }),
  node('rule.alarm', { acts: { acknowledge: () => undefined, shelve: () => undefined }, actArguments: { shelve: { type: 'object', properties: { durationS: { ...number, unit: 's' } } } }, inputs: { value: { kind: 'number' } }, outputs: { active: { kind: 'boolean' } } }),
  node('rule.pid', { acts: { auto: () => undefined, manual: () => undefined }, actArguments: { manual: { type: 'object', properties: { output: number } } }, outputs: { output: { kind: 'number', unit: '%' } } }),
  node('actuator.drive', { effects: 'writes', envelope: 'envelope', inputs: { value: { kind: 'number' } } }),
  node('flow.link-out', { inputs: { value: { kind: 'any' } } }),
  node('flow.link-in', { outputs: { value: { kind: 'any' } } }),
].map((n) => [n.type, n] as const))
const flow: Flow = {
  ...emptyFlow('pump', 'Pump'),
  parameters: { top: 50 },
  nodes: {
    temp: { type: 'source.temp', config: {}, at: [0, 0] },
    hand: { type: 'source.operator', config: { minimum: 20, maximum: { $parameter: 'top' }, step: 0.5 }, at: [0, 0] },
    out: { type: 'flow.link-out', config: { name: 'speed' }, at: [0, 0] },
    in: { type: 'flow.link-in', config: { name: 'speed' }, at: [0, 0] },
    drive: { type: 'actuator.drive', name: 'Slow pump', config: { envelope: { minimum: 20, maximum: 50 } }, at: [0, 0] },
    wear: { type: 'rule.alarm', config: {}, at: [0, 0] },
  },
  wires: ['hand.value -> out.value', 'in.value -> drive.value', 'temp.value -> wear.value'],
}
const ports = { temp: { inputs: {}, outputs: { value: { kind: 'number', unit: 'Cel' } } }, hand: { inputs: {}, outputs: { value: { kind: 'number', unit: 'Hz' } } }, wear: { inputs: {}, outputs: { active: { kind: 'boolean' } } } } as const

test('what can be set, within which limits, and what it drives', () => {
  expect(setpointOf(flow, types, ports, 'hand')).toMatchObject({ act: 'set', argument: 'value', kind: 'number', minimum: 20, maximum: 50, step: 0.5, unit: 'Hz', shows: 'hand.value' })
  expect(drivenBy(flow, types, 'hand'), 'through a link').toEqual(['drive'])
  expect(drivenBy(flow, types, 'temp')).toEqual([])
  expect(setterOf(types.get('rule.pid'))).toMatchObject({ act: 'manual', argument: 'output' })
  expect(setterOf(types.get('rule.alarm')), 'how long an alarm is shelved is no setpoint').toBeUndefined()
  const hand = setpointOf(flow, types, ports, 'hand')!
  expect([20, 50, 35.5].map((v) => setFault(hand, v))).toEqual(['', '', ''])
  for (const v of [19.9, 50.1, Number.NaN, undefined, '30', true]) expect(setFault(hand, v as number)).not.toBe('')
})

test('a first view shows alarms, what is set, what is written and what is measured, none on another', () => {
  const widgets = proposeDashboard({ flow, ports, types })
  expect(widgets.map((w) => w.kind)).toEqual(['alarms', 'setpoint', 'gauge', 'state', 'value', 'trend'])
  expect(widgets[2]).toMatchObject({ title: 'Command to Slow pump', ports: ['in.value'], low: 20, high: 50 })
  expect(apart(widgets)).toBe(true)
  expect(readFlow({ ...flow, dashboard: { widgets } }).issues).toEqual([])
  expect(proposeDashboard({ flow: emptyFlow('x', 'X'), ports: {}, types })).toEqual([])
})

describe('a value is present only when', () => {
  const healthy = { state: 'ok', text: '' } as const
  const status = (health: NodeStatus['health']): NodeStatus => ({ health, ledger: { in: 0, passed: 0, held: 0, failed: 0, queued: 0, dropped: {} }, inputs: {}, outputs: {}, p99Us: null, issues: [] })
  const state = (change: object = {}, temp: NodeStatus['health'] = healthy) =>
    ({ live: { state: 'open', nodes: { temp: status(temp), wear: status(healthy) }, ...change }, flows: [{ id: 'pump', state: 'running' }], flowId: 'pump', base: { version: 1, flow } }) as unknown as Parameters<typeof doubtOf>[0]

  test('the line is up, the flow runs, and all that it comes from is well', () => {
    expect(doubtOf(state(), 'wear')).toBe('')
    expect(upstream(flow, 'drive')).toEqual(['drive', 'in', 'out', 'hand'])
    expect(doubtOf(state({ state: 'lost' }), 'wear')).toMatch(/no connection/)
    expect(doubtOf({ ...state(), flows: [{ id: 'pump', state: 'restarting' }] } as never, 'wear')).toMatch(/does not run/)
    expect(doubtOf(state({}, { state: 'stale', text: 'no data for 9 s' }), 'wear'), 'what it is reckoned from').toBe('temp: no data for 9 s')
    expect(doubtOf(state({}, { state: 'connecting', text: '' }), 'temp')).toBe('connecting')
    expect(doubtOf(state(), 'gone')).toMatch(/not in the version/)
  })
  test('its quality is good and it is a number', () => {
    const sample = { tag: 't', value: 4, time: 0 }
    expect(readingOf(sample, '')).toEqual({ sample, level: 'good', why: '' })
    expect(readingOf(sample, 'connecting').level).toBe('stale')
    expect(readingOf({ ...sample, quality: 'BadSensorFailure' }, '')).toMatchObject({ level: 'bad', why: 'bad sensor failure' })
    expect(readingOf({ ...sample, quality: 'UncertainSubNormal' }, '').level).toBe('uncertain')
    expect(readingOf({ ...sample, value: { $number: 'NaN' } }, '')).toMatchObject({ level: 'bad', why: 'no number' })
    expect(readingOf(null, '').level).toBe('none')
  })
  test('and it is marked outside of its band', () => {
    expect([against(5, 1, 4), against(0, 1, 4), against(4, 1, 4), against(true, undefined, 0), against('x', 0, 1), against(9, undefined, undefined)]).toEqual(['high', 'low', '', 'high', '', ''])
  })
})

test('numbers with fixed decimals never read as another number', () => {
  const auto = String
  expect([formatFixed(1234.56, 1, auto), formatFixed(-0.04, 1, auto), formatFixed(-1234, 0, auto), formatFixed(5, undefined, auto), formatFixed(Number.NaN, 1, auto)]).toEqual(['1,234.6', '0.0', '−1,234', '5', 'NaN'])
})

test('who may only operate lands in the operator view once; everybody else in the editor', async () => {
  const operator = await open({ session: async () => ({ user: 'otto', role: 'operator', gateway: 'g', version: '0' }) })
  expect(operator.s().view).toBe('operator')
  operator.actions.setView('editor')
  await operator.actions.start()
  expect(operator.s().view, 'not again while he is in').toBe('editor')
  for (const role of ['viewer', 'editor', 'admin'] as const) expect(landing({ user: 'u', role, gateway: '', version: '' }, { session: null, view: 'editor' })).toBe('editor')
})
