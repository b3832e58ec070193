import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyFlow, formatFlow, type Flow } from '#format'
import { copyText, duplicate, paste, readClip } from './clipboard.ts'
import * as commands from './commands.ts'
import { createDocument, MAX_STEPS, redo, seal, select, undo, type Document } from './document.ts'

const entry = (type: string, x = 0, y = 0) => ({ type, config: {}, at: [x, y] as const })
const pick = (d: Document, n: number): string => {
  const ids = Object.keys(d.flow.nodes)
  return ids.length === 0 ? 'none' : ids[n % ids.length]!
}
const int = fc.nat(1000)
const edit: fc.Arbitrary<(d: Document) => Document> = fc.oneof(
  fc.tuple(fc.constantFrom('filter.deadband', 'source.mqtt', 'rule.alarm'), int, int).map(([t, x, y]) => (d: Document) => commands.addNode(d, entry(t, x, y)).document),
  fc.tuple(int, int).map(([a, b]) => (d: Document) => commands.addWire(d, { node: pick(d, a), port: 'out' }, { node: pick(d, b), port: 'in' })),
  int.map((n) => (d: Document) => commands.removeNodes(d, [pick(d, n)])),
  int.map((n) => (d: Document) => commands.removeWires(d, d.flow.wires.slice(n % 3, (n % 3) + 1))),
  fc.tuple(int, int, int).map(([n, x, y]) => (d: Document) => commands.moveNodes(d, { [pick(d, n)]: [x, y] }, x % 2 === 0 ? 'drag' : undefined)),
  fc.tuple(int, fc.constantFrom('/threshold', '/tags/-', '/tags/0', '/a/b', ''), fc.option(fc.jsonValue(), { nil: undefined })).map(([n, p, v]) => (d: Document) => {
    const value = p === '' ? { whole: 1 } : (v as never)
    return commands.setConfig(d, pick(d, n), p, value)
  }),
  fc.tuple(int, fc.string()).map(([n, name]) => (d: Document) => commands.setName(d, pick(d, n), name)),
  fc.tuple(int, fc.constantFrom('p', 'q', 'deadband-9')).map(([n, id]) => (d: Document) => commands.renameNode(d, pick(d, n), id)),
  fc.string().map((name) => (d: Document) => commands.setFlowName(d, name)),
  fc.tuple(fc.constantFrom('x', 'y'), fc.option(int, { nil: undefined })).map(([name, v]) => (d: Document) => commands.setParameter(d, name, v)),
  int.map((n) => (d: Document) => duplicate(d, [pick(d, n)]).document),
  int.map((n) => (d: Document) => commands.replaceFlow(d, { ...emptyFlow('other', 'Other'), nodes: { n: entry('flow.debug', n, 0) } })),
  fc.tuple(int, int, fc.boolean()).map(([a, b, both]) => (d: Document) => {
    const cut = d.flow.wires.slice(a % 3, (a % 3) + 1)
    const me = { node: commands.newNode(0), port: 'in' }
    const wires = [{ from: { node: pick(d, a), port: 'out' }, to: me }, ...(both ? [{ from: { node: commands.newNode(1), port: 'out' }, to: me }] : [])]
    return commands.graft(d, { nodes: [entry('filter.range'), ...(both ? [entry('transform.parse')] : [])], at: [[a, b], [b, a]], wires, cut, moves: { [pick(d, b)]: [a, a] }, label: 'Insert' }).document
  }),
  fc.tuple(int, int).map(([n, w]) => (d: Document) => commands.replaceNode(d, pick(d, n), { type: 'filter.change', config: {} }, new Map(d.flow.wires.map((text, i) => [text, (i + w) % 2 === 0 ? null : text])))),
  int.map((n) => (d: Document) => commands.removeJoined(d, [pick(d, n)], ['p.out -> q.in'])),
  fc.tuple(int, int).map(([n, x]) => (d: Document) => duplicate(d, [pick(d, n)], [x, x]).document),
  int.map((n) => (d: Document) => select(d, { nodes: [pick(d, n)], wires: [] })),
  fc.constant(seal),
)

const start = (): Document => {
  let d = createDocument(emptyFlow('f', 'F'))
  d = commands.addNode(d, entry('source.mqtt')).document
  d = commands.addNode(d, entry('filter.deadband', 200, 0)).document
  return createDocument(commands.addWire(d, { node: 'mqtt', port: 'out' }, { node: 'deadband', port: 'in' }).flow)
}

test('any sequence of edits, undone, gives the same document, and redone, the edited one', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 40 }), (edits) => {
      const before = start()
      const frozen = formatFlow(before.flow)
      const after = edits.reduce((d, e) => e(d), before)
      let back = after
      while (back.past.length > 0) back = undo(back)
      expect(back.flow).toBe(before.flow)
      expect(formatFlow(back.flow)).toBe(frozen)
      let forth = back
      while (forth.future.length > 0) forth = redo(forth)
      expect(forth.flow).toEqual(after.flow)
    }),
    { numRuns: 300 },
  )
})

test('an edit that changes nothing is no step', () => {
  const d = start()
  expect(commands.setName(d, 'mqtt', '')).toBe(d)
  expect(commands.moveNodes(d, { mqtt: [0, 0] })).toBe(d)
  expect(commands.addWire(d, { node: 'mqtt', port: 'out' }, { node: 'deadband', port: 'in' })).toBe(d)
  expect(commands.setConfig(d, 'mqtt', '/absent', undefined)).toBe(d)
  expect(commands.removeNodes(d, ['nobody'])).toBe(d)
  expect(undo(d)).toBe(d)
})

test('typing in one field is one step; leaving the field begins another', () => {
  let d = start()
  for (const text of ['P', 'Pu', 'Pump']) d = commands.setName(d, 'mqtt', text)
  expect(d.past).toHaveLength(1)
  d = commands.setName(seal(d), 'mqtt', 'Pump 1')
  expect(d.past).toHaveLength(2)
  expect(undo(d).flow.nodes['mqtt']!.name).toBe('Pump')
})

test('an edit after an undo forgets what could be redone', () => {
  const d = commands.setName(undo(commands.setName(start(), 'mqtt', 'a')), 'mqtt', 'b')
  expect(d.future).toHaveLength(0)
})

test('the history is bounded', () => {
  let d = start()
  for (let i = 1; i <= MAX_STEPS + 20; i++) d = commands.moveNodes(d, { mqtt: [i, 0] })
  expect(d.past).toHaveLength(MAX_STEPS)
})

test('removing a node takes its wires; undo brings both back', () => {
  const d = commands.removeNodes(start(), ['mqtt'])
  expect(d.flow.wires).toEqual([])
  expect(undo(d).flow.wires).toEqual(['mqtt.out -> deadband.in'])
})

test('a config is set, extended and cut by JSON pointer, in stable key order', () => {
  let d = commands.setConfig(start(), 'mqtt', '', { topic: 'a', tags: [{ name: 'x' }] })
  d = commands.setConfig(d, 'mqtt', '/tags/-', { name: 'y' })
  d = commands.setConfig(d, 'mqtt', '/tags/0/name', 'z')
  expect(d.flow.nodes['mqtt']!.config).toEqual({ topic: 'a', tags: [{ name: 'z' }, { name: 'y' }] })
  d = commands.setConfig(d, 'mqtt', '/topic', 'b')
  expect(Object.keys(d.flow.nodes['mqtt']!.config)).toEqual(['topic', 'tags'])
  d = commands.setConfig(commands.setConfig(d, 'mqtt', '/tags/0', undefined), 'mqtt', '/topic', undefined)
  expect(d.flow.nodes['mqtt']!.config).toEqual({ tags: [{ name: 'y' }] })
  expect(commands.valueAt(d.flow.nodes['mqtt']!.config, '/tags/0/name')).toBe('y')
})

test('wires follow a port that is renamed by its setting, letter by letter, and a name that is another port for a moment', () => {
  const declared = { inputs: {}, outputs: { '*': { each: 'tags', name: 'name', port: { kind: 'number' } } } } as never
  let d = createDocument({ ...start().flow, nodes: { drive: { type: 'source.modbus', config: { tags: [{ name: 'speed' }, { name: 't' }] }, at: [0, 0] }, sink: entry('flow.debug') }, wires: ['drive.speed -> sink.in', 'drive.t -> sink.in'] })
  for (const name of ['spee', 'spe', '', 't', 'tacho']) d = commands.setConfig(d, 'drive', '/tags/0/name', name, declared)
  expect(d.flow.wires).toEqual(['drive.tacho -> sink.in', 'drive.t -> sink.in'])
  expect(undo(d).flow.wires).toEqual(['drive.speed -> sink.in', 'drive.t -> sink.in'])
})

test('what is copied is pasted with fresh ids, its inner wires and a free place', () => {
  const d = start()
  const clip = readClip(copyText(d.flow, ['mqtt', 'deadband']))
  const { document, added } = paste(d, clip)
  expect(added).toEqual(['mqtt-2', 'deadband-2'])
  expect(document.flow.wires).toContain('mqtt-2.out -> deadband-2.in')
  expect(document.selection.nodes).toEqual(added)
  expect(document.flow.nodes['mqtt-2']!.at).not.toEqual(d.flow.nodes['mqtt']!.at)
  expect(undo(document).flow).toBe(d.flow)
})

test('a clipboard that holds something else says so', () => {
  expect(() => readClip('hello')).toThrow(/not a JSON document/)
  expect(() => readClip('{"a":1}')).toThrow(/no Headgate nodes/)
  expect(() => readClip('{"headgateClip":1,"nodes":{"a":{"type":3}},"wires":[]}')).toThrow(/type/)
})

test('ids are made of what was wished, and are always free and valid', () => {
  expect(commands.freshId((id) => id === 'pump', 'pump')).toBe('pump-2')
  expect(commands.freshId((id) => ['pump-2', 'pump-3'].includes(id), 'pump-2')).toBe('pump-4')
  expect(commands.freshId(() => false, '1 Ünit')).toMatch(/^[a-z][a-z0-9_-]*$/)
  expect(commands.freshId(() => false, '!!!')).toBe('node')
})

test('importing keeps the id of the open flow', () => {
  const flow: Flow = emptyFlow('elsewhere', 'Elsewhere')
  const d = commands.replaceFlow(start(), flow)
  expect(d.flow.id).toBe('f')
  expect(d.flow.name).toBe('Elsewhere')
})
