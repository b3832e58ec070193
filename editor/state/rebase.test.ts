import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffFlows, emptyFlow, type Flow } from '#format'
import { addNode, moveNodes, removeNodes, setConfig, setName } from './commands.ts'
import { commit, createDocument, goInside, redo, undo, type Document } from './document.ts'
import { rebased } from './rebase.ts'

const entry = { type: 'filter.deadband', config: { threshold: 1 }, at: [0, 0] as const }
const base: Flow = { ...emptyFlow('f', 'F'), nodes: { a: entry, b: { ...entry, at: [200, 0] }, c: { ...entry, at: [400, 0] } }, wires: ['a.value -> b.value'] }
const onC: Flow = { ...base, nodes: { ...base.nodes, c: { ...base.nodes['c']!, name: 'Theirs', config: { threshold: 9 } } }, wires: [...base.wires, 'b.value -> c.value'] }

type Edit = (d: Document) => Document
const mine: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'b', 'deadband'), fc.integer({ min: 0, max: 3 })).map(([id, v]): Edit => (d) => setConfig(d, id, '/threshold', v)),
  fc.tuple(fc.constantFrom('a', 'b', 'deadband'), fc.constantFrom('X', 'Y')).map(([id, name]): Edit => (d) => setName(d, id, name)),
  fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 50 })).map(([id, x]): Edit => (d) => moveNodes(d, { [id]: [x, x] })),
  fc.constantFrom('a', 'b', 'deadband').map((id): Edit => (d) => removeNodes(d, [id])),
  fc.integer({ min: 0, max: 90 }).map((x): Edit => (d) => addNode(d, { ...entry, at: [x, 500] }).document),
  fc.constant<Edit>(undo),
  fc.constant<Edit>(redo),
)

test('any edits of mine, undone after somebody saved, leave exactly what the other did; redone, exactly both', () => {
  fc.assert(fc.property(fc.array(mine, { maxLength: 20 }), (edits) => {
    const document = edits.reduce((d, e) => e(d), createDocument(base))
    const { document: after, conflicts, theirs } = rebased(document, base, structuredClone(onC))
    fc.pre(conflicts.length === 0) // b is gone here and got a wire there
    expect(theirs).toEqual(onC)
    let back = after
    while (back.past.length > 0) back = undo(back)
    // A step back to where b was removed meets the wire that it got: theirs counts there.
    expect(diffFlows(onC, back.flow)).toEqual([])
    let forth = after
    let was = document
    while (forth.past.length < after.past.length) forth = redo(forth)
    expect(forth.flow).toBe(after.flow)
    while (was.future.length > 0) [was, forth] = [redo(was), redo(forth)]
    for (const id of ['a', 'deadband']) expect(forth.flow.nodes[id]).toEqual(was.flow.nodes[id])
    expect(forth.flow.nodes['c']).toEqual(onC.nodes['c'])
  }), { numRuns: 300 })
})

test('a long history is rebased in its every step, and shares what did not change', () => {
  const nodes = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`n${i}`, { ...entry, at: [i, 0] as const }]))
  const large: Flow = { ...emptyFlow('f', 'F'), nodes, wires: Array.from({ length: 999 }, (_, i) => `n${i}.value -> n${i + 1}.value`) }
  let document = createDocument(large)
  for (let i = 0; i < 500; i++) document = setName(document, `n${i}`, 'Mine')
  const { document: after } = rebased(document, large, structuredClone({ ...large, nodes: { ...nodes, n999: { ...nodes['n999']!, name: 'Theirs' } } }))
  expect(after.past.every((s) => s.flow.nodes['n999']!.name === 'Theirs')).toBe(true)
  expect(after.past[7]!.flow.nodes['n6']).toBe(document.past[7]!.flow.nodes['n6'])
})

test('who is inside of a subflow stays there with what is selected, whatever another changes meanwhile', () => {
  const subflow = { name: 'S', parameters: {}, inputs: {}, outputs: {}, nodes: { band: entry, other: entry }, wires: [] }
  const whole: Flow = { ...base, nodes: { ...base.nodes, s: { type: 'flow.subflow', config: { subflow: 'sub' }, at: [0, 300] } }, subflows: { sub: subflow } }
  const within = { ...goInside(createDocument(whole), ['s'], { nodes: ['band'], wires: [] }) }
  const elsewhere = rebased(within, whole, { ...whole, nodes: { ...whole.nodes, c: { ...entry, at: [400, 0], name: 'Theirs' } } }).document
  expect(elsewhere).toMatchObject({ inside: ['s'], selection: { nodes: ['band'] } })
  expect(elsewhere.flow.nodes['c']!.name).toBe('Theirs')

  // A step done in there leads there again, over the edit of the other.
  const edited = commit(within, { ...whole, subflows: { sub: { ...subflow, name: 'Mine' } } }, { label: 'Name' })
  const after = rebased(edited, whole, { ...whole, nodes: { ...whole.nodes, c: { ...entry, at: [400, 0], name: 'Theirs' } } }).document
  expect(undo(goInside(after, []))).toMatchObject({ inside: ['s'], selection: { nodes: ['band'] } })

  const { s: _gone, ...left } = whole.nodes
  const out = rebased(within, whole, { ...whole, nodes: left }).document
  expect(out.inside).toBeUndefined()
  expect(out.selection).toEqual({ nodes: [], wires: [] })
})
