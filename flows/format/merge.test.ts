import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { placeOf, settle, valueOf } from './conflict.ts'
import { diffFlows, equalJson, type Change } from './diff.ts'
import { emptyFlow, parseFlow, formatFlow, type Flow, type NodeEntry } from './document.ts'
import { mergeFlows } from './merge.ts'
import { followIds } from './rename.ts'

const node = (config: NodeEntry['config'] = {}, more: Partial<NodeEntry> = {}): NodeEntry => ({ type: 'filter.deadband', config, at: [0, 0], ...more })
const flow = (nodes: Flow['nodes'], more: Partial<Flow> = {}): Flow => ({ ...emptyFlow('f', 'F'), nodes, ...more })
const base = flow({ a: node({ threshold: 1, mode: 'abs' }), b: node(), c: node() }, { wires: ['a.value -> b.value', 'b.value -> c.value'] })
const change = (id: string, to: Partial<NodeEntry>, from = base): Flow => ({ ...from, nodes: { ...from.nodes, [id]: { ...from.nodes[id]!, ...to } } })
const without = (id: string, from = base): Flow => ({ ...from, nodes: Object.fromEntries(Object.entries(from.nodes).filter(([k]) => k !== id)), wires: from.wires.filter((w) => !w.includes(`${id}.`)) })

describe('two edits of one flow', () => {
  test('different settings of one node come together', () => {
    const { flow: merged, conflicts } = mergeFlows(base, change('a', { config: { threshold: 2, mode: 'abs' } }), change('a', { config: { threshold: 1, mode: 'rel' }, name: 'Theirs' }))
    expect(conflicts).toEqual([])
    expect(merged.nodes['a']).toEqual(node({ threshold: 2, mode: 'rel' }, { name: 'Theirs' }))
  })

  test('one setting changed to two values is a conflict with all three, and stays mine until it is chosen', () => {
    const { flow: merged, conflicts } = mergeFlows(base, change('a', { config: { threshold: 2, mode: 'abs' } }), change('a', { config: { threshold: 3, mode: 'rel' } }))
    expect(conflicts).toEqual([{ path: ['nodes', 'a', 'config', 'threshold'], base: 1, mine: 2, theirs: 3 }])
    expect(placeOf(conflicts[0]!, merged)).toEqual({ what: 'node', id: 'a', field: '/threshold' })
    expect(merged.nodes['a']!.config).toEqual({ threshold: 2, mode: 'rel' })
    expect(settle(merged, conflicts[0]!, 'theirs').nodes['a']!.config).toEqual({ threshold: 3, mode: 'rel' })
    expect(settle(merged, conflicts[0]!, 'mine')).toBe(merged)
  })

  test('a node that one removed goes, unless the other changed it or wired something to it', () => {
    expect(mergeFlows(base, without('c'), change('a', { name: 'A' }))).toMatchObject({ conflicts: [], flow: { wires: ['a.value -> b.value'] } })
    expect(mergeFlows(base, without('c'), change('c', { at: [50, 50] })).flow.nodes).not.toHaveProperty('c')
    const wired = { ...base, wires: [...base.wires, 'a.value -> c.value'] }
    for (const theirs of [change('c', { name: 'C' }), wired]) {
      const { flow: merged, conflicts } = mergeFlows(base, without('c'), theirs)
      expect(conflicts).toMatchObject([{ path: ['nodes', 'c'], mine: undefined, theirs: theirs.nodes['c'] }])
      expect(merged.wires).toEqual(['a.value -> b.value'])
      const back = settle(merged, conflicts[0]!, 'theirs')
      expect(back.nodes['c']).toEqual(theirs.nodes['c'])
      expect(back.wires.toSorted()).toEqual(theirs.wires.toSorted())
      expect(settle(back, conflicts[0]!, 'mine')).toEqual(merged)
      const other = mergeFlows(base, theirs, without('c'))
      expect(other.flow.nodes['c']).toEqual(theirs.nodes['c'])
      expect(other.flow.wires.toSorted()).toEqual(theirs.wires.toSorted())
      expect(settle(other.flow, other.conflicts[0]!, 'theirs').wires).toEqual(['a.value -> b.value'])
    }
  })

  test('a node replaced by another type keeps its settings together', () => {
    const replaced = change('a', { type: 'filter.lowpass', config: { tauS: 5 } })
    expect(mergeFlows(base, replaced, change('a', { name: 'A' }))).toMatchObject({ conflicts: [], flow: { nodes: { a: { type: 'filter.lowpass', name: 'A', config: { tauS: 5 } } } } })
    const { conflicts } = mergeFlows(base, replaced, change('a', { config: { threshold: 9, mode: 'abs' } }))
    expect(conflicts.map((c) => c.path)).toEqual([['nodes', 'a']])
  })

  test('a node that both dropped under the same id is two nodes, wherever the flow names it', () => {
    const mine = { ...base, nodes: { ...base.nodes, d: node({}, { at: [300, 0] }) }, wires: [...base.wires, 'c.value -> d.value'], groups: { g: { title: 'Mine', nodes: ['d'] } }, dashboard: { widgets: [{ kind: 'value' as const, ports: ['d.value'], place: [0, 0, 2, 2] as const }] }, tests: { t: { input: [{ at: 'd.value', tag: 'x', value: 1, time: 0 }], expect: { 'd.value': [] } } } }
    const theirs = { ...base, nodes: { ...base.nodes, d: node({}, { at: [300, 200] }) }, wires: [...base.wires, 'a.value -> d.value'], groups: { g: { title: 'Theirs', nodes: ['d'] } } }
    const { flow: merged, conflicts } = mergeFlows(base, mine, theirs)
    expect(conflicts).toEqual([])
    expect(merged.nodes['d']!.at).toEqual([300, 200])
    expect(merged.nodes['d-2']!.at).toEqual([300, 0])
    expect(merged.wires.slice(2).toSorted()).toEqual(['a.value -> d.value', 'c.value -> d-2.value'])
    expect(merged.groups).toEqual({ g: { title: 'Theirs', nodes: ['d'] }, 'g-2': { title: 'Mine', nodes: ['d-2'] } })
    expect(merged.dashboard!.widgets[0]!.ports).toEqual(['d-2.value'])
    expect(merged.tests!['t']).toMatchObject({ input: [{ at: 'd-2.value' }], expect: { 'd-2.value': [] } })
  })

  test('what was sent before its answer was lost is not there twice', () => {
    const sent = { ...base, nodes: { ...base.nodes, d: node({ threshold: 1 }, { at: [300, 0] }) } }
    const { flow: merged, conflicts } = mergeFlows(base, change('d', { config: { threshold: 2 } }, sent), sent)
    expect(Object.keys(merged.nodes)).toEqual(['a', 'b', 'c', 'd'])
    expect(conflicts).toMatchObject([{ mine: 2, theirs: 1 }])
  })

  test('rows of a table are matched by their name, whoever adds, removes or sorts', () => {
    const rows = (...items: readonly (readonly [string, string])[]): Flow => change('a', { config: { items: items.map(([name, address]) => ({ name, address })) } })
    const from = rows(['x', '1'], ['y', '2'], ['z', '3'])
    const items = (f: Flow): unknown => (f.nodes['a']!.config['items'] as readonly { readonly name: string; readonly address: string }[]).map((r) => `${r.name}${r.address}`).join(' ')
    expect(items(mergeFlows(from, rows(['x', '9'], ['y', '2'], ['z', '3'], ['m', '4']), rows(['y', '2'], ['x', '1'], ['t', '5'])).flow)).toBe('y2 x9 t5 m4')
    const { flow: merged, conflicts } = mergeFlows(from, rows(['n', '0'], ['x', '1'], ['y', '8'], ['z', '3']), rows(['x', '1'], ['y', '7'], ['z', '3']))
    expect(conflicts).toMatchObject([{ path: ['nodes', 'a', 'config', 'items', 'name=y', 'address'], mine: '8', theirs: '7' }])
    expect(placeOf(conflicts[0]!, merged)).toEqual({ what: 'node', id: 'a', field: '/items/2/address' })
    expect(items(settle(merged, conflicts[0]!, 'theirs'))).toBe('n0 x1 y7 z3')
    expect(mergeFlows(from, rows(['z', '3'], ['y', '2'], ['x', '1']), rows(['y', '2'], ['x', '1'], ['z', '3'])).conflicts).toHaveLength(1)
  })

  test('a value that is one thing is never put together from two', () => {
    const from = change('a', { config: { threshold: { $parameter: 'p' } } })
    const { conflicts } = mergeFlows(from, change('a', { config: { threshold: { $parameter: 'q' } } }), change('a', { config: { threshold: { $secret: 's' } } }))
    expect(conflicts.map((c) => c.path.join('/'))).toEqual(['nodes/a/config/threshold'])
  })

  test('names, parameters, tests and subflows merge by their own parts', () => {
    const sub = { name: 'S', parameters: { p: 1 }, inputs: {}, outputs: {}, nodes: { n: node({ threshold: 1 }), m: node() }, wires: ['n.value -> m.value'] }
    const from = flow({}, { parameters: { p: 1 }, subflows: { s: sub } })
    const mine = { ...from, name: 'Mine', parameters: { p: 1, q: 2 }, subflows: { s: { ...sub, nodes: { n: node({ threshold: 2 }) }, wires: [] } } }
    const theirs = { ...from, name: 'Theirs', parameters: { p: 5 }, subflows: { s: { ...sub, nodes: { n: node({ threshold: 3 }), m: node({}, { name: 'M' }) } } } }
    const { flow: merged, conflicts } = mergeFlows(from, mine, theirs)
    expect(merged.parameters).toEqual({ p: 5, q: 2 })
    expect(conflicts.map((c) => c.path.join('/')).toSorted()).toEqual(['name', 'subflows/s/nodes/m', 'subflows/s/nodes/n/config/threshold'])
    const chosen = conflicts.reduce((f, c) => settle(f, c, 'theirs'), merged)
    expect(chosen).toEqual({ ...theirs, parameters: { p: 5, q: 2 } })
  })
})

// ---- any edits

const ids = ['a', 'b', 'c', 'd', 'e', 'f'] as const
const config = fc.record({ limit: fc.integer({ min: 0, max: 3 }), deep: fc.record({ on: fc.boolean(), n: fc.integer({ min: 0, max: 2 }) }), list: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }), rows: fc.uniqueArray(fc.record({ name: fc.constantFrom('x', 'y', 'z'), v: fc.integer({ min: 0, max: 2 }) }), { selector: (r) => r.name, maxLength: 3 }) }, { requiredKeys: [] })
const entry = fc.record({ type: fc.constantFrom('t.one', 't.two'), name: fc.constantFrom('A', 'B'), config, at: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })) }, { requiredKeys: ['type', 'config', 'at'] }) as unknown as fc.Arbitrary<NodeEntry>
type Edit = (f: Flow) => Flow
const edits = (on: readonly string[]): fc.Arbitrary<Edit> => {
  const id = fc.constantFrom(...on)
  const put = (i: string, n: NodeEntry): Edit => (f) => ({ ...f, nodes: { ...f.nodes, [i]: n } })
  const one: fc.Arbitrary<Edit> = fc.oneof(
    fc.tuple(id, entry).map(([i, n]) => put(i, n)),
    fc.tuple(id, config).map(([i, c]): Edit => (f) => (f.nodes[i] ? put(i, { ...f.nodes[i], config: { ...f.nodes[i].config, ...c } as NodeEntry['config'] })(f) : f)),
    id.map((i): Edit => (f) => ({ ...without(i, f), ...(f.groups ? { groups: Object.fromEntries(Object.entries(f.groups).map(([k, g]) => [k, { ...g, nodes: g.nodes.filter((n) => n !== i) }])) } : {}) })),
    fc.tuple(id, id).map(([x, y]): Edit => (f) => (f.nodes[x] && f.nodes[y] && !f.wires.includes(`${x}.o -> ${y}.i`) ? { ...f, wires: [...f.wires, `${x}.o -> ${y}.i`] } : f)),
    fc.integer({ min: 0, max: 5 }).map((n): Edit => (f) => ({ ...f, wires: f.wires.filter((_w, i) => i !== n || !on.some((x) => f.wires[i]!.includes(`${x}.`))) })),
    fc.tuple(fc.constantFrom(...on.map((o) => `p${o}`)), fc.integer({ min: 0, max: 2 })).map(([p, v]): Edit => (f) => ({ ...f, parameters: { ...f.parameters, [p]: v } })),
    fc.tuple(fc.constantFrom(...on.map((o) => `g${o}`)), id, fc.constantFrom('One', 'Two')).map(([g, i, title]): Edit => (f) => (f.nodes[i] ? { ...f, groups: { ...Object.fromEntries(Object.entries(f.groups ?? {}).map(([k, x]) => [k, { ...x, nodes: x.nodes.filter((n) => n !== i) }])), [g]: { title, nodes: [...(f.groups?.[g]?.nodes ?? []).filter((n) => n !== i), i] } } } : f)),
  )
  return fc.array(one, { maxLength: 6 }).map((all): Edit => (f) => all.reduce((x, e) => e(x), f))
}
const start = edits(ids.slice(0, 5)).map((e) => e(emptyFlow('f', 'F')))
const apart = (a: Flow, b: Flow): Change[] => diffFlows(a, b).filter((c) => c.how !== 'moved' && c.what !== 'group')

describe('any edits', () => {
  test('an edit against nothing is that edit', () => {
    fc.assert(fc.property(start, edits(ids), (from, edit) => {
      const x = edit(from)
      expect(mergeFlows(from, x, structuredClone(from))).toEqual({ flow: x, conflicts: [] })
      expect(mergeFlows(from, structuredClone(from), x)).toEqual({ flow: x, conflicts: [] })
      expect(mergeFlows(from, x, structuredClone(x)).conflicts).toEqual([])
    }))
  })

  test('edits of different parts commute and lose nothing', () => {
    fc.assert(fc.property(start, edits(['a', 'b', 'f']), edits(['c', 'd', 'e']), (from, left, right) => {
      const [x, y] = [left(from), right(from)]
      const [one, two] = [mergeFlows(from, x, y), mergeFlows(from, y, x)]
      expect(one.conflicts.length).toBe(two.conflicts.length)
      if (one.conflicts.length > 0) return // a wire from here to a node that is gone there
      expect(diffFlows(one.flow, two.flow)).toEqual([])
    }))
  })

  test('nothing that either side did is lost: it is in the flow, or in a conflict that brings it back', () => {
    fc.assert(fc.property(start, edits(ids), edits(ids), (from, left, right) => {
      const [x, y] = [left(from), right(from)]
      const { flow: merged, conflicts } = mergeFlows(from, x, y)
      // Nodes that both added go by two ids.
      const twice = new Set(Object.keys(x.nodes).filter((id) => !Object.hasOwn(from.nodes, id) && Object.hasOwn(y.nodes, id)))
      const rowsOf = (f: Flow, id: string): ReadonlyMap<string, unknown> => new Map(((f.nodes[id]?.config['rows'] ?? []) as readonly { readonly name: string; readonly v: number }[]).map((r) => [r.name, r.v]))
      /** Whoever chooses one side everywhere has every change of that side. */
      const kept = (side: Flow, chosen: Flow): void => {
        const told = apart(from, chosen)
        for (const c of apart(from, side)) {
          if (twice.has(c.id) || [...twice].some((id) => c.what === 'wire' && c.id.includes(`${id}.`))) continue
          if (c.what === 'node' && c.how === 'added') expect(chosen.nodes[c.id]).toEqual(side.nodes[c.id])
          else if (c.field?.startsWith('/rows')) for (const [name, v] of rowsOf(side, c.id)) { if (rowsOf(from, c.id).get(name) !== v) expect(rowsOf(chosen, c.id).get(name)).toBe(v) }
          else expect(told, JSON.stringify({ c, told, conflicts })).toContainEqual(c)
        }
      }
      const theirs = conflicts.reduce((f, c) => settle(f, c, 'theirs'), merged)
      kept(x, merged)
      kept(y, theirs)
      for (const c of conflicts) {
        expect(equalJson(c.mine, c.theirs)).toBe(false)
        expect(equalJson(c.base, c.mine) && !c.wires).toBe(false)
        expect(equalJson(c.base, c.theirs) && !c.wires).toBe(false)
      }
      const added = (f: Flow): number => Object.keys(f.nodes).filter((id) => !Object.hasOwn(from.nodes, id)).length
      const both = Object.keys(x.nodes).filter((id) => !Object.hasOwn(from.nodes, id) && y.nodes[id] && y.nodes[id].type === x.nodes[id]!.type && equalJson(x.nodes[id]!.at, y.nodes[id].at)).length
      expect(added(merged)).toBe(added(x) + added(y) - both)
    }), { numRuns: 500 })
  })

  test('the chosen side is there after choosing, and the flow stays a flow', () => {
    fc.assert(fc.property(start, edits(ids), edits(ids), fc.constantFrom('mine' as const, 'theirs' as const), (from, left, right, side) => {
      const { flow: merged, conflicts } = mergeFlows(from, left(from), right(from))
      let chosen = merged
      for (const c of conflicts) {
        expect(equalJson(valueOf(merged, c), c.mine)).toBe(true)
        chosen = settle(chosen, c, side)
        expect(equalJson(valueOf(chosen, c), c[side])).toBe(true)
      }
      expect(parseFlow(formatFlow(chosen)).issues).toEqual([])
      const dangling = chosen.wires.filter((w) => w.match(/[a-z0-9-]+(?=\.)/g)!.some((id) => !Object.hasOwn(chosen.nodes, id)))
      expect(dangling).toEqual([])
      const members = Object.values(merged.groups ?? {}).flatMap((g) => g.nodes)
      expect(new Set(members).size).toBe(members.length)
    }))
  })
})

describe('a node that gets another id', () => {
  const node2 = (type: string, config: NodeEntry['config']): NodeEntry => ({ type, config, at: [9, 9] })
  test('is followed by what lists nodes, and by what names a node inside of it', () => {
    const mine = flow(
      { ...base.nodes, pump: node2('flow.subflow', { subflow: 's' }), caught: node2('flow.catch', { nodes: 'a, pump' }) },
      { wires: base.wires, dashboard: { widgets: [{ kind: 'value', place: [0, 0, 3, 2], ports: ['pump/speed.value', 'a.value'] }] }, tests: { t: { input: [{ at: 'a.value', tag: 'x', value: 1, time: 0 }], expect: { 'pump/speed.value': [] } } } },
    )
    const theirs = flow({ ...base.nodes, pump: node() }, { wires: base.wires })
    const { flow: merged } = mergeFlows(base, mine, theirs)
    expect(Object.keys(merged.nodes)).toEqual(expect.arrayContaining(['pump', 'pump-2', 'caught']))
    expect(merged.nodes['caught']!.config).toEqual({ nodes: 'a, pump-2' })
    expect(merged.dashboard!.widgets[0]!.ports).toEqual(['pump-2/speed.value', 'a.value'])
    expect(Object.keys(merged.tests!['t']!.expect)).toEqual(['pump-2/speed.value'])
  })

  test('an output that is called otherwise is followed by widgets and tests', () => {
    const shown = flow(base.nodes, { dashboard: { widgets: [{ kind: 'value', place: [0, 0, 3, 2], ports: ['a.level', 'b.level'] }] }, tests: { t: { input: [{ at: 'a.level', tag: 'x', value: 1, time: 0 }], expect: { 'a.level': [] } } } })
    const after = followIds(shown, { outputs: new Map([['a.level', 'a.depth']]) })
    expect(after.dashboard!.widgets[0]!.ports).toEqual(['a.depth', 'b.level'])
    expect([after.tests!['t']!.input[0], Object.keys(after.tests!['t']!.expect)]).toMatchObject([{ at: 'a.depth' }, ['a.depth']])
  })
})
