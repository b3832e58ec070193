import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyFlow, formatFlow, parseFlow, type Flow, type NodeEntry } from '#format'
import { copyText, paste, readClip } from './clipboard.ts'
import * as commands from './commands.ts'
import { createDocument, undo, type Document } from './document.ts'
import { addGroup, dissolve, frameOf, groupOfExactly, groupsOf, PAD, regroup, setGroupColour, setGroupTitle, targetOf, TITLE } from './groups.ts'

const node = (x = 0): NodeEntry => ({ type: 'filter.x', config: {}, at: [x, 0] })
const flow: Flow = { ...emptyFlow('f', 'F'), nodes: { a: node(0), b: node(300), c: node(600), d: node(900) }, wires: ['a.value -> b.value'] }
const grouped = (nodes = ['a', 'b']): Document => addGroup(createDocument(flow), nodes, 'Pump')!.document

test('a group is made around nodes, which leave the groups that they were in; one step', () => {
  const d = addGroup(grouped(), ['b', 'c'], 'Motor')!
  expect(groupsOf(d.document.flow)).toEqual({ group: { title: 'Pump', nodes: ['a'] }, 'group-2': { title: 'Motor', nodes: ['b', 'c'] } })
  expect(d.added).toBe('group-2')
  expect(undo(d.document).flow).toEqual(grouped().flow)
  expect(addGroup(grouped(), ['b', 'a'])).toBeUndefined()
  expect(addGroup(grouped(), ['nobody'])).toBeUndefined()
})

test('a group without nodes is none: whoever takes the last away takes the frame', () => {
  const one = commands.removeNodes(grouped(), ['a'])
  expect(groupsOf(one.flow)).toEqual({ group: { title: 'Pump', nodes: ['b'] } })
  const none = commands.removeNodes(one, ['b'])
  expect('groups' in none.flow).toBe(false)
  expect(undo(none).flow).toEqual(one.flow)
  expect('groups' in addGroup(grouped(), ['a', 'b', 'c'], 'All')!.document.flow.groups!).toBe(false)
})

test('title and colour are edits; typing is one step, grey is left out', () => {
  let d = grouped()
  for (const t of ['Pu', 'Pump', 'Pump 2']) d = setGroupTitle(d, 'group', t)
  expect(d.past).toHaveLength(2)
  d = setGroupColour(d, 'group', 'teal')
  expect(groupsOf(d.flow)['group']).toEqual({ title: 'Pump 2', colour: 'teal', nodes: ['a', 'b'] })
  d = setGroupColour(d, 'group', 'grey')
  expect('colour' in groupsOf(d.flow)['group']!).toBe(false)
  expect(setGroupColour(d, 'group', 'grey')).toBe(d)
  expect(dissolve(d, ['group']).flow).toEqual({ ...flow })
})

test('the id of a node that is renamed is renamed in its group, in tests and on the dashboard', () => {
  const d = grouped()
  const more: Flow = {
    ...d.flow,
    nodes: { ...d.flow.nodes, watch: { type: 'flow.catch', config: { nodes: 'b, a' }, at: [0, 300] } },
    tests: { t: { input: [{ at: 'a.value', tag: 'x', value: 1, time: 0 }, { act: 'reset', node: 'a', now: 0 }], expect: { 'a.value': [] } } },
    dashboard: { widgets: [{ kind: 'value', ports: ['a.value'], node: 'a', place: [0, 0, 1, 1] }] },
  }
  const renamed = commands.renameNode(createDocument(more), 'a', 'pump').flow
  expect(groupsOf(renamed)['group']!.nodes).toEqual(['pump', 'b'])
  expect(renamed.tests).toEqual({ t: { input: [{ at: 'pump.value', tag: 'x', value: 1, time: 0 }, { act: 'reset', node: 'pump', now: 0 }], expect: { 'pump.value': [] } } })
  expect(renamed.dashboard!.widgets[0]).toMatchObject({ ports: ['pump.value'], node: 'pump' })
  expect(renamed.nodes['watch']!.config).toEqual({ nodes: 'b, pump' })
  expect(JSON.stringify(renamed)).not.toContain('"a"')
})

test('copy and paste keep a group that is copied as a whole', () => {
  const d = grouped()
  const { document } = paste(d, readClip(copyText(d.flow, ['a', 'b', 'c'])))
  expect(groupsOf(document.flow)).toEqual({ group: { title: 'Pump', nodes: ['a', 'b'] }, 'group-2': { title: 'Pump', nodes: ['a-2', 'b-2'] } })
  expect(groupsOf(paste(d, readClip(copyText(d.flow, ['a', 'c']))).document.flow)).toEqual(d.flow.groups)
})

test('moving into a frame or out of it is one step with the move, and says so', () => {
  const d = regroup(grouped(), { c: [420, 50] }, { c: 'group' })
  expect([groupsOf(d.flow)['group']!.nodes, d.flow.nodes['c']!.at]).toEqual([['a', 'b', 'c'], [420, 50]])
  expect(d.past.at(-1)!.label).toBe("Move into 'Pump'")
  expect(undo(d).flow).toBe(undo(d).flow)
  expect(undo(d).flow).toEqual(grouped().flow)
  const out = regroup(d, { a: [0, 900] }, { a: null })
  expect(groupsOf(out.flow)['group']!.nodes).toEqual(['b', 'c'])
  expect(out.past.at(-1)!.label).toBe('Take out of the group')
  expect(regroup(d, { a: [0, 0] }, { a: 'group' })).toBe(d)
  expect(regroup(d, { a: [5, 0] }, { a: 'no such' }).flow.groups).toBe(d.flow.groups)
})

test('dropped with its middle over a frame a node joins it; it leaves when it lies wholly beside', () => {
  const frames = new Map([['g', { x: 0, y: 0, width: 500, height: 300 }], ['small', { x: 100, y: 100, width: 100, height: 100 }]])
  const box = (x: number, y: number) => ({ x, y, width: 200, height: 100 })
  expect(targetOf(box(350, 220), undefined, frames)).toBe('g')
  expect(targetOf(box(450, 50), undefined, frames)).toBeNull()
  expect(targetOf(box(450, 50), 'g', frames)).toBe('g')
  expect(targetOf(box(501, 50), 'g', frames)).toBeNull()
  expect(targetOf(box(60, 100), undefined, frames)).toBe('small')
  expect(targetOf(box(60, 100), 'g', frames)).toBe('g')
})

test('the frame lies around its nodes with room for the title', () => {
  expect(frameOf([{ x: 100, y: 100, width: 200, height: 80 }, { x: 400, y: 50, width: 200, height: 300 }])).toEqual({ x: 100 - PAD, y: 50 - PAD - TITLE, width: 500 + 2 * PAD, height: 300 + 2 * PAD + TITLE })
  expect(frameOf([])).toBeUndefined()
  expect(groupOfExactly(grouped().flow, ['b', 'a'])).toBe('group')
  expect(groupOfExactly(grouped().flow, ['a'])).toBeUndefined()
})

test('whatever is done to groups and nodes: each node is in one group at most, no group is empty, and the text can be read again', () => {
  const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'a-2', 'b-2'), { maxLength: 4 })
  const edit = fc.oneof(
    ids.map((of) => (d: Document) => addGroup(d, of)?.document ?? d),
    ids.map((of) => (d: Document) => commands.removeNodes(d, of)),
    ids.map((of) => (d: Document) => { const text = copyText(d.flow, of); return text === '' ? d : paste(d, readClip(text)).document }),
    fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('group', 'group-2', null)).map(([n, g]) => (d: Document) => regroup(d, { [n]: [1, 1] }, { [n]: g })),
    fc.constantFrom('group', 'group-2').map((g) => (d: Document) => dissolve(d, [g])),
    fc.constantFrom('a', 'b').map((n) => (d: Document) => commands.renameNode(d, n, `${n}x`)),
  )
  fc.assert(fc.property(fc.array(edit, { maxLength: 20 }), (edits) => {
    let d = edits.reduce((doc, e) => e(doc), createDocument(flow))
    const groups = Object.values(groupsOf(d.flow))
    expect(groups.every((g) => g.nodes.length > 0 && g.nodes.every((n) => Object.hasOwn(d.flow.nodes, n)))).toBe(true)
    const members = groups.flatMap((g) => g.nodes)
    expect(new Set(members).size).toBe(members.length)
    expect(parseFlow(formatFlow(d.flow)).issues).toEqual([])
    while (d.past.length > 0) d = undo(d)
    expect(d.flow).toBe(flow)
  }))
})
