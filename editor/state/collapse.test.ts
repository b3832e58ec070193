import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatIssue } from '#kit'
import { emptyFlow, expandFlow, formatFlow, parseFlow, SUBFLOW, type Flow, type NodeEntry } from '#format'
import { collapse, expandInstance } from './collapse.ts'
import { createDocument, undo, type Document } from './document.ts'

const node = (x = 0, config: NodeEntry['config'] = {}): NodeEntry => ({ type: 'filter.x', config, at: [x, 0] })
const flow: Flow = {
  ...emptyFlow('f', 'F'),
  parameters: { limit: 80, other: 1 },
  nodes: { drive: node(0), mean: node(300), alarm: node(600, { limit: { $parameter: 'limit' } }), log: node(600), show: node(900) },
  wires: ['drive.value -> mean.value', 'drive.value -> log.value', 'mean.value -> alarm.value', 'alarm.active -> show.a', 'alarm.active -> show.b'],
}
const made = (ids: readonly string[], of: Flow = flow): { document: Document; added: string } => {
  const found = collapse(createDocument(of), ids, 'Too warm')
  if ('issue' in found) throw new Error(formatIssue(found.issue))
  return found
}
const expanded = (d: Document, id: string): Document => {
  const found = expandInstance(d, id)
  if ('issue' in found) throw new Error(formatIssue(found.issue))
  return found.document
}

test('crossing wires become ports named after the inner ones; several wires from one output are one port', () => {
  const { document, added } = made(['mean', 'alarm', 'log'])
  expect(added).toBe('too-warm')
  expect(document.flow.wires).toEqual(['drive.value -> too-warm.value', 'too-warm.active -> show.a', 'too-warm.active -> show.b'])
  expect(document.flow.subflows!['too-warm']).toMatchObject({ name: 'Too warm', inputs: { value: ['mean.value', 'log.value'] }, outputs: { active: 'alarm.active' }, wires: ['mean.value -> alarm.value'] })
  expect(document.flow.nodes['too-warm']!.at).toEqual([450, 0])
  expect(document.selection.nodes).toEqual(['too-warm'])
  expect(document.past).toHaveLength(1)
  expect(undo(document).flow).toBe(flow)
})

test('ports that would be called alike have the id of their node before the name', () => {
  const { document } = made(['alarm', 'log'])
  expect(Object.keys(document.flow.subflows!['too-warm']!.inputs)).toEqual(['log-value', 'alarm-value'])
})

test('parameters are passed on, with the values of the flow as defaults, and come back', () => {
  const { document, added } = made(['alarm'])
  expect(document.flow.subflows!['too-warm']!.parameters).toEqual({ limit: 80 })
  expect(document.flow.nodes[added]!.config).toEqual({ subflow: 'too-warm', parameters: { limit: { $parameter: 'limit' } } })
  expect(expanded(document, added).flow.nodes['alarm']!.config).toEqual({ limit: { $parameter: 'limit' } })
})

test('what names a node of the subflow names it inside: tests and the dashboard, there and back', () => {
  const named: Flow = { ...flow, dashboard: { widgets: [{ kind: 'value', ports: ['mean.value', 'drive.value'], place: [0, 0, 1, 1] }] }, tests: { t: { input: [], expect: { 'alarm.active': [] } } } }
  const { document, added } = made(['mean', 'alarm'], named)
  expect(document.flow.dashboard!.widgets[0]!.ports).toEqual(['too-warm/mean.value', 'drive.value'])
  expect(Object.keys(document.flow.tests!['t']!.expect)).toEqual(['too-warm/alarm.active'])
  const back = expanded(document, added).flow
  expect([back.dashboard, back.tests]).toEqual([named.dashboard, named.tests])
})

test('a group goes in with its nodes; in one that holds all of them the instance takes their place', () => {
  const grouped: Flow = { ...flow, groups: { g: { title: 'Heat', colour: 'teal', nodes: ['mean', 'alarm'] }, h: { title: 'Rest', nodes: ['log', 'show'] } } }
  const all: Flow = { ...flow, groups: { h: { title: 'All', nodes: ['drive', 'mean', 'alarm', 'log', 'show'] } } }
  expect(made(['mean', 'alarm'], all).document.flow.groups).toEqual({ h: { title: 'All', nodes: ['drive', 'too-warm', 'log', 'show'] } })
  const { document, added } = made(['mean', 'alarm', 'log'], grouped)
  expect(document.flow.groups).toEqual({ h: { title: 'Rest', nodes: ['show'] } })
  expect(document.flow.subflows!['too-warm']!.groups).toEqual({ g: grouped.groups!['g'] })
  expect(parseFlow(formatFlow(document.flow)).flow!.subflows).toEqual(document.flow.subflows)
  expect(expanded(document, added).flow.groups!['g']).toEqual(grouped.groups!['g'])
})

test('nodes that the wires leave and come back to are refused, with the way; a node that delays ends it', () => {
  const found = collapse(createDocument(flow), ['drive', 'alarm'], 'X')
  expect('issue' in found && formatIssue(found.issue)).toMatch(/SUBFLOW_LOOP.*come back by mean/)
  expect('issue' in collapse(createDocument(flow), ['drive', 'alarm'], 'X', () => true)).toBe(false)
})

test('expanding takes ids that are free, others get a number; the subflow goes with its last instance', () => {
  const { document, added } = made(['mean', 'alarm'])
  const twice = { ...document, flow: { ...document.flow, nodes: { ...document.flow.nodes, second: { ...document.flow.nodes[added]!, at: [0, 500] as const }, mean: node(0) } } }
  const one = expandInstance(twice, added)
  if ('issue' in one) throw new Error(formatIssue(one.issue))
  expect(one.added).toEqual(['mean-2', 'alarm'])
  expect(one.document.flow.wires).toContain('mean-2.value -> alarm.value')
  expect(Object.keys(one.document.flow.subflows!)).toEqual(['too-warm'])
  const two = expanded(one.document, 'second')
  expect('subflows' in two.flow).toBe(false)
})

test('an instance of no subflow cannot be expanded; wires to ports that it does not have are told', () => {
  const { document, added } = made(['mean', 'alarm'])
  const broken = { ...document, flow: { ...document.flow, wires: [...document.flow.wires, `drive.value -> ${added}.gone`] } }
  const found = expandInstance(broken, added)
  expect('lost' in found && found.lost).toEqual([`drive.value -> ${added}.gone`])
  const unknown = expandInstance(createDocument({ ...flow, nodes: { x: { type: SUBFLOW, config: { subflow: 'nope' }, at: [0, 0] } } }), 'x')
  expect('issue' in unknown && unknown.issue.code).toBe('SUBFLOW_UNKNOWN')
})

// ---- any flow, any selection

const ids = ['a', 'b', 'c', 'd', 'e', 'f']
const wire = fc.tuple(fc.constantFrom(...ids), fc.constantFrom('x', 'y'), fc.constantFrom(...ids), fc.constantFrom('x', 'z')).filter(([from, , to]) => from < to).map(([from, out, to, into]) => `${from}.${out} -> ${to}.${into}`)
const flows = fc.record({ wires: fc.uniqueArray(wire, { maxLength: 14 }), chosen: fc.subarray(ids, { minLength: 1 }), parameters: fc.subarray(ids), group: fc.subarray(ids), places: fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 12, maxLength: 12 }) }).map(({ wires, chosen, parameters, group, places }) => {
  const nodes: Flow['nodes'] = Object.fromEntries(ids.map((id, i): [string, NodeEntry] => [id, { type: 'filter.x', config: parameters.includes(id) ? { v: { $parameter: 'p' }, list: [{ $parameter: 'p' }, 1] } : { v: i }, at: [places[i]!, places[i + 6]!] as const }]))
  const made: Flow = { ...emptyFlow('f', 'F'), parameters: { p: 7 }, nodes, wires, ...(group.length > 0 ? { groups: { g: { title: 'G', nodes: group } } } : {}) }
  return { flow: made, chosen }
})
const placeless = (of: Flow) => ({ ...of, nodes: Object.fromEntries(Object.keys(of.nodes).toSorted().map((id) => [id, { ...of.nodes[id]!, at: [0, 0] }])), wires: of.wires.toSorted(), groups: Object.values(of.groups ?? {}).map((g) => ({ ...g, nodes: g.nodes.toSorted() })) })

test('what is collapsed runs with the same wiring, and expanded it is the same flow up to places', () => {
  let collapsed = 0
  fc.assert(fc.property(flows, ({ flow: of, chosen }) => {
    const found = collapse(createDocument(of), chosen, 'Sub')
    if ('issue' in found) return
    collapsed++
    expect(parseFlow(formatFlow(found.document.flow)).issues).toEqual([])
    const flat = expandFlow(found.document.flow)
    expect(flat.issues).toEqual([])
    const inner = (text: string): string => text.replaceAll(`${found.added}/`, '')
    expect(flat.flow.wires.map(inner).toSorted()).toEqual(of.wires.toSorted())
    expect(Object.keys(flat.flow.nodes).map(inner).toSorted()).toEqual(ids)
    // Of a group that the edge of the subflow cuts, the part inside is in none.
    const cut = (of.groups?.['g']?.nodes ?? []).some((n) => chosen.includes(n)) && !(of.groups!['g']!.nodes.every((n) => chosen.includes(n)) || chosen.every((n) => of.groups!['g']!.nodes.includes(n)))
    const [back, before] = [placeless(expanded(found.document, found.added).flow), placeless(of)]
    expect(cut ? { ...back, groups: [] } : back).toEqual(cut ? { ...before, groups: [] } : before)
  }), { numRuns: 400 })
  expect(collapsed).toBeGreaterThan(100)
})
