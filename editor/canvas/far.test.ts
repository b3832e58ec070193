// Large flows: what is drawn from how far, what is told of it, and that one node's news are no other's.
import { expect, test } from 'vitest'
import { emptyFlow, type Flow, type NodeStatus, type ServerMessage } from '#format'
import { nothing } from '../state/document.ts'
import { applyMessage } from '../state/live.ts'
import { initialState, type State } from '../state/model.ts'
import { alarmOf, ghostsOf, issuesAt } from '../state/status.ts'
import { BOXES, detailOf, MANY, MARKS } from './detail.tsx'
import { farState } from './far-card.tsx'
import { wireNear } from './far-pick.ts'
import { farPaths } from './far-wires.ts'
import { nodesOf, withoutGuess } from './graph.ts'
import { lookedAt } from './in-view.ts'
import { conditionOf, labelOf } from './wire-state.ts'

test('small flows are drawn whole at any distance, large ones as boxes and marks', () => {
  expect([0.1, 0.3, 1].map((zoom) => detailOf(zoom, MANY))).toEqual(['whole', 'whole', 'whole'])
  expect([1, BOXES, BOXES - 0.01, MARKS, MARKS - 0.01].map((zoom) => detailOf(zoom, MANY + 1))).toEqual(['whole', 'whole', 'box', 'box', 'mark'])
})

const lookup = (count: number) => new Map(Array.from({ length: count }, (_, i) => [`n${i}`, { internals: { positionAbsolute: { x: i * 300, y: 0 } }, measured: { width: 200, height: 100 } }])) as never
test('of a large flow the cards in view and a little beside are looked at, and what is selected', () => {
  const view = { nodeLookup: lookup(MANY + 1), width: 1000, height: 500 }
  expect(lookedAt({ ...view, nodeLookup: lookup(MANY), transform: [0, 0, 1] }, [])).toBeNull()
  expect(lookedAt({ ...view, transform: [-3000, 0, 1] }, ['n100'])).toEqual(['n100', 'n9', 'n10', 'n11', 'n12', 'n13', 'n14'])
  expect(lookedAt({ ...view, transform: [0, 0, 0.2] }, ['n100']), 'from afar no values are shown').toEqual(['n100'])
})

test('wires from afar are one path for each state and region, each wire in one of them', () => {
  const wires = [0, 10, 4000].map((x, i) => ({ id: `w${i}`, sourceX: x, sourceY: 0, targetX: x + 100, targetY: 50 }))
  const paths = farPaths(wires, (id) => (id === 'w1' ? 'bad' : 'live'), true)
  expect([...paths]).toEqual([['live 0 0', 'M0 0L100 50'], ['bad 0 0', 'M10 0L110 50'], ['live 1 0', 'M4000 0L4100 50']])
  expect(farPaths(wires, () => 'live', false).get('live 0 0')).toBe('M0 0C50 0 50 50 100 50M10 0C60 0 60 50 110 50')
})

const flow: Flow = { ...emptyFlow('f', 'F'), nodes: { a: { type: 'x', config: {}, at: [0, 0] }, b: { type: 'x', config: {}, at: [300, 0] } }, wires: ['a.value -> b.value'] }
test('a card that was never drawn is as large as it is guessed, until it is measured', () => {
  const guess = () => ({ x: 0, y: 0, width: 200, height: 90.25, inputs: { value: 60 }, outputs: { value: 60 } })
  const nodes = nodesOf(flow, nothing, new Map(), [], guess)
  expect(nodes[0]).toMatchObject({ measured: { width: 200, height: 90.25 }, handles: [{ id: 'value', type: 'target', x: -5, y: 55 }, { id: 'value', type: 'source', x: 195, y: 55 }] })
  const measured = withoutGuess(nodes.map((n) => ({ ...n, measured: { width: 200, height: 104 } })), [{ id: 'a', type: 'dimensions', dimensions: { width: 200, height: 104 } }])
  expect(measured.map((n) => n.handles === undefined)).toEqual([true, false])
  expect(nodesOf(flow, { nodes: ['a'], wires: [] }, new Map(), measured, guess)[0]).toMatchObject({ measured: { height: 104 }, selected: true })
  expect(nodesOf(flow, { nodes: ['a'], wires: [] }, new Map(), measured, guess)[0]!.handles).toBeUndefined()
})

test('dragging one node leaves every other the same object', () => {
  const before = nodesOf(flow, nothing, new Map(), []).map((n) => ({ ...n, measured: { width: 200, height: 90 } }))
  const dragged = before.map((n) => (n.id === 'a' ? { ...n, dragging: true, position: { x: 9, y: 9 } } : n))
  expect(nodesOf(flow, nothing, new Map(), dragged)[1]).toBe(before[1])
})

const status = (n: number, state: 'ok' | 'error' = 'ok'): NodeStatus => ({ health: { state, text: '' }, ledger: { in: n, passed: n, held: 0, failed: 0, queued: 0, dropped: {} }, inputs: {}, outputs: { value: { count: n, rate: 1, last: { tag: 't', value: n, time: 0 } } }, p99Us: null, issues: [] })
const message = (nodes: { [id: string]: NodeStatus }): ServerMessage => ({ type: 'status', flow: 'f', version: 1, time: 1000, nodes, totals: { inRate: 0, outRate: 0, loopP99Ms: 0, cpu: 0, memoryMb: 0 } })
test("a status of one node changes nothing of what any other card and wire shows, also from afar", () => {
  const open: State = { ...initialState, flowId: 'f', document: { flow, selection: nothing, past: [], future: [], merging: null }, live: { ...initialState.live, state: 'open' } }
  const before = applyMessage(open, message({ a: status(1), b: status(1) }))
  const after = applyMessage(before, message({ a: status(2) }))
  const shown = (s: State, id: string): readonly unknown[] => [s.document, s.ports[id], ghostsOf(s.document!.flow, s.ports, id), s.live.nodes[id], alarmOf(s, id), issuesAt(s.issues, id), s.live.trends[`${id}.value`], s.live.losses[id], labelOf(s, id, 'value'), conditionOf(s, id, 'value'), farState(s, id)]
  for (const [i, part] of shown(after, 'b').entries()) expect(part, `part ${i}`).toBe(shown(before, 'b')[i])
  expect(after.live.nodes['a']).not.toBe(before.live.nodes['a'])
  expect(farState(after, 'a'), 'counting on is no news from afar').toBe(farState(before, 'a'))
  expect(farState(applyMessage(after, message({ a: status(3, 'error') })), 'a')).toMatch(/^bad\|alarm\|/)
})

test('the wire under the pointer is the nearest one within reach, by the line that is drawn', () => {
  const wires = [{ id: 'level', sourceX: 0, sourceY: 0, targetX: 100, targetY: 0 }, { id: 'curve', sourceX: 0, sourceY: 10, targetX: 100, targetY: 110 }]
  expect(wireNear(wires, { x: 50, y: 4 }, 7, false)).toBe('level')
  expect(wireNear(wires, { x: 10, y: 7 }, 7, false), 'between both').toBe('curve')
  expect(wireNear(wires, { x: 50, y: 60 }, 7, false)).toBe('curve')
  expect(wireNear(wires, { x: 25, y: 35 }, 7, false), 'the curve leaves level, the line does not').toBeUndefined()
  expect(wireNear(wires, { x: 25, y: 35 }, 7, true)).toBe('curve')
  expect(wireNear(wires, { x: 130, y: 0 }, 7, false)).toBeUndefined()
})
