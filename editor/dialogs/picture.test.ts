import { expect, it } from 'vitest'
import { emptyFlow, type Flow } from '#format'
import { pictureOf } from './picture.ts'
import { suggested } from './words.ts'

const before: Flow = {
  ...emptyFlow('f', 'F'), wires: ['a.value -> b.value', 'b.value -> c.value'],
  nodes: { a: { type: 't', config: {}, at: [0, 0] }, b: { type: 't', name: 'Band', config: { n: 1, m: 1 }, at: [300, 0] }, c: { type: 't', config: {}, at: [600, 0] }, far: { type: 't', config: {}, at: [0, 900] } },
}
const { c: _c, ...rest } = before.nodes
const after: Flow = { ...before, wires: ['a.value -> b.value', 'b.value -> d.value'], nodes: { ...rest, b: { ...before.nodes['b']!, config: { n: 2, m: 2 } }, d: { type: 't', config: {}, at: [600, 200] }, far: { ...before.nodes['far']!, at: [0, 500] } } }

it('draws all of both versions, each node and wire with what became of it', () => {
  const picture = pictureOf(before, after, new Map())
  expect(Object.fromEntries(picture.nodes.map((n) => [n.id, n.mark]))).toEqual({ a: 'same', b: 'changed', c: 'removed', d: 'added', far: 'moved' })
  expect(picture.nodes.find((n) => n.id === 'b')).toMatchObject({ title: 'Band', fields: 2, x: 300 })
  expect(picture.nodes.find((n) => n.id === 'far')).toMatchObject({ y: 500, from: [0, 900] })
  expect(Object.fromEntries(picture.wires.map((w) => [w.text, w.mark]))).toEqual({ 'a.value -> b.value': 'same', 'b.value -> c.value': 'removed', 'b.value -> d.value': 'added' })
  expect(picture.box).toEqual({ x: -40, y: -40, width: 880, height: 1032 })
})
it('draws thousands of nodes, and none', () => {
  const many: Flow = { ...before, nodes: Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`n${i}`, { type: 't', config: {}, at: [i, 0] as const }])) }
  expect(pictureOf(many, many, new Map()).box.width).toBe(199_999 + 200 + 80)
  expect(pictureOf(emptyFlow('f', 'F'), emptyFlow('f', 'F'), new Map()).nodes).toEqual([])
})
it('suggests a comment where the changes are few', () => {
  const change = { how: 'changed', where: 'Deadband', what: 'Threshold', from: '0.5 °C', to: '2 °C' } as const
  expect(suggested([change, { how: 'moved', where: '3 nodes', what: 'place on the canvas' }])).toBe('Deadband: Threshold 0.5 °C → 2 °C')
  expect(suggested([{ how: 'added', where: 'Debug', what: 'Debug' }, change])).toBe('Debug added; Deadband: Threshold 0.5 °C → 2 °C')
  expect(suggested(Array.from({ length: 4 }, () => change))).toBe('')
  expect(suggested([])).toBe('')
})
