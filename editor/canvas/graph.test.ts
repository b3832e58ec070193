import { expect, test } from 'vitest'
import { emptyFlow, type Flow } from '#format'
import { nothing } from '../state/document.ts'
import { edgesOf, nodesOf } from './graph.ts'

const flow: Flow = {
  ...emptyFlow('f', 'F'),
  nodes: { a: { type: 'source.x', name: 'Pump', config: {}, at: [10, 20] }, b: { type: 'filter.y', config: {}, at: [200, 20] } },
  wires: ['a.out.put -> b.in', 'a.out.put -> b.in', 'a.out -> gone.in', 'no wire'],
}
const types = new Map([['source.x', { title: 'Source X' }]]) as never

test('every node has an accessible name, also one of a type that is not installed', () => {
  expect(nodesOf(flow, nothing, types, []).map((n) => n.ariaLabel)).toEqual(['Pump, Source X', 'filter.y'])
})

test('a node that did not change stays the same object, with the size React Flow measured', () => {
  const first = nodesOf(flow, nothing, types, []).map((n) => ({ ...n, measured: { width: 200, height: 80 } }))
  const again = nodesOf({ ...flow, nodes: { ...flow.nodes, b: { ...flow.nodes['b']!, at: [300, 20] } } }, nothing, types, first)
  expect(again[0]).toBe(first[0])
  expect(again[1]).toMatchObject({ position: { x: 300, y: 20 }, measured: { width: 200, height: 80 } })
})

test('what is being dragged stays under the pointer when it is selected', () => {
  const dragged = nodesOf(flow, nothing, types, []).map((n) => (n.id === 'a' ? { ...n, dragging: true, position: { x: 55, y: 66 } } : n))
  expect(nodesOf(flow, { nodes: ['a'], wires: [] }, types, dragged)[0]).toMatchObject({ selected: true, position: { x: 55, y: 66 } })
})

test('wires are drawn once, between nodes that exist, to ports whose names have dots', () => {
  expect(edgesOf(flow, { nodes: [], wires: ['a.out.put -> b.in'] })).toEqual([
    expect.objectContaining({ source: 'a', sourceHandle: 'out.put', target: 'b', targetHandle: 'in', selected: true }),
  ])
})
