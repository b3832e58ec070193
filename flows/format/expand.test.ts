import { describe, expect, test } from 'vitest'
import { formatIssue } from '#kit'
import { emptyFlow, formatFlow, parseFlow, type Flow, type NodeEntry, type Subflow } from './document.ts'
import { expandFlow } from './expand.ts'

const node = (type: string, config: NodeEntry['config'] = {}): NodeEntry => ({ type, config, at: [0, 0] })
const instance = (subflow: string, parameters = {}): NodeEntry => node('flow.subflow', { subflow, parameters })
const limitAndScale: Subflow = {
  name: 'Limit and scale',
  parameters: { limit: 80, factor: 1 },
  inputs: { raw: ['scale.value', 'count.value'] },
  outputs: { high: 'alarm.active' },
  nodes: { scale: node('transform.scale', { factor: { $parameter: 'factor' } }), alarm: node('rule.alarm', { limit: { $parameter: 'limit' } }), count: node('aggregate.counter') },
  wires: ['scale.value -> alarm.value'],
}
const flow = (nodes: Flow['nodes'], wires: string[], subflows: Flow['subflows'] = { ls: limitAndScale }): Flow => ({ ...emptyFlow('f', 'F'), nodes, wires, subflows: subflows! })

describe('a subflow', () => {
  test('is put in place of each instance, with the values of its parameters', () => {
    const { flow: flat, issues } = expandFlow(flow({ a: node('source.mqtt'), one: instance('ls'), two: instance('ls', { limit: 90 }), z: node('flow.debug') }, ['a.value -> one.raw', 'a.value -> two.raw', 'one.high -> z.value', 'two.high -> z.value']))
    expect(issues).toEqual([])
    expect(Object.keys(flat.nodes)).toEqual(['a', 'one/scale', 'one/alarm', 'one/count', 'two/scale', 'two/alarm', 'two/count', 'z'])
    expect([flat.nodes['one/alarm']!.config, flat.nodes['two/alarm']!.config, flat.nodes['two/scale']!.config]).toEqual([{ limit: 80 }, { limit: 90 }, { factor: 1 }])
    expect(flat.wires).toContain('a.value -> two/count.value')
    expect(flat.wires).toContain('one/alarm.active -> z.value')
    expect(flat.wires).toContain('one/scale.value -> one/alarm.value')
    expect(flat.wires).toHaveLength(8)
  })

  test('may contain others, and passes its parameters on to them', () => {
    const outer: Subflow = { name: 'Outer', parameters: { top: 5 }, inputs: { x: ['inner.raw'] }, outputs: { y: 'inner.high' }, nodes: { inner: instance('ls', { limit: { $parameter: 'top' } }) }, wires: [] }
    const { flow: flat, issues } = expandFlow(flow({ a: node('source.mqtt'), o: instance('outer', { top: 7 }), z: node('flow.debug') }, ['a.value -> o.x', 'o.y -> z.value'], { ls: limitAndScale, outer }))
    expect(issues).toEqual([])
    expect(flat.nodes['o/inner/alarm']!.config).toEqual({ limit: 7 })
    expect(flat.wires).toEqual(expect.arrayContaining(['a.value -> o/inner/scale.value', 'o/inner/alarm.active -> z.value']))
  })

  test('shows the types of the ports behind its own', () => {
    const { withInstances } = expandFlow(flow({ one: instance('ls') }, []))
    const ports = withInstances({ 'one/scale': { inputs: { value: { kind: 'number', unit: 'bar', title: 'Value' } }, outputs: {} }, 'one/alarm': { inputs: {}, outputs: { active: { kind: 'boolean', title: 'Active' } } } })
    expect(ports['one']).toEqual({ inputs: { raw: { kind: 'number', unit: 'bar' } }, outputs: { high: { kind: 'boolean' } } })
  })

  test.each([
    ['unknown', flow({ one: instance('nope') }, []), /SUBFLOW_UNKNOWN.*'nope'.*At f?.*one\/subflow.*ls/],
    ['in itself', flow({ one: instance('a') }, [], { a: { ...limitAndScale, nodes: { b: instance('b') } }, b: { ...limitAndScale, nodes: { a: instance('a') } } }), /SUBFLOW_CYCLE.*a -> b -> a/],
    ['with a parameter that it has not', flow({ one: instance('ls', { speed: 1 }) }, []), /no parameter 'speed'/],
    ['that uses a parameter that is not there', flow({ one: instance('x') }, [], { x: { ...limitAndScale, parameters: {} } }), /PARAMETER_UNKNOWN.*one\/scale\/factor/],
    ['wired where it has no input', flow({ a: node('source.mqtt'), one: instance('ls') }, ['a.value -> one.other']), /WIRE_PORT.*no input 'other'.*raw/],
    ['wired where it has no output', flow({ z: node('flow.debug'), one: instance('ls') }, ['one.low -> z.value']), /WIRE_PORT.*no output 'low'.*high/],
  ])('%s is an issue with its place', (_what, of, words) => {
    expect(expandFlow(of).issues.map(formatIssue).join('\n')).toMatch(words)
  })

  test('that multiplies ends at a limit, not in memory', () => {
    const subflows: Record<string, Subflow> = { s0: { ...limitAndScale, inputs: {}, outputs: {} } }
    for (let i = 1; i < 15; i++) subflows[`s${i}`] = { ...limitAndScale, inputs: {}, outputs: {}, wires: [], nodes: Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, instance(`s${i - 1}`)])) }
    const { issues, flow: flat } = expandFlow(flow({ one: instance('s14') }, [], subflows))
    expect(issues.map((i) => i.code)).toContain('SUBFLOW_LARGE')
    expect(Object.keys(flat.nodes).length).toBeLessThanOrEqual(20_000)
  })

  test('of many wires, or of ports that lead to one place many times over, does not fill the memory', () => {
    const many: Subflow = { ...limitAndScale, inputs: {}, outputs: {}, nodes: { a: node('flow.debug') }, wires: Array.from({ length: 1000 }, (_, i) => `a.x${i} -> a.y${i}`) }
    const wide = expandFlow(flow(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`i${i}`, instance('many')])), [], { many }))
    expect(wide.issues.map(formatIssue)).toEqual([expect.stringContaining('more than 200000 wires')])
    expect(wide.flow.wires.length).toBeLessThanOrEqual(202_000)
    const deep: Record<string, Subflow> = {}
    for (let i = 0; i < 14; i++) {
      const last = i === 13
      deep[`s${i}`] = { ...limitAndScale, parameters: {}, inputs: { in: Array.from({ length: 8 }, () => (last ? 'a.value' : 'a.in')) }, outputs: {}, nodes: { a: last ? node('flow.debug') : node('flow.subflow', { subflow: `s${i + 1}` }) }, wires: [] }
    }
    const { flow: flat, issues } = expandFlow(flow({ s: node('source.mqtt'), i: node('flow.subflow', { subflow: 's0' }) }, ['s.value -> i.in'], deep))
    expect([issues, flat.wires]).toEqual([[], [`s.value -> i/${'a/'.repeat(13)}a.value`]])
  })
})

describe('links', () => {
  const link = (way: 'in' | 'out', name: string): NodeEntry => node(`flow.link-${way}`, { name })

  test('of one name are wires: from each that goes in to each that comes out, through other links too', () => {
    const { flow: flat, issues } = expandFlow(
      flow({ a: node('source.mqtt'), b: node('source.mqtt'), o1: link('out', 'x'), o2: link('out', 'x'), i: link('in', 'x'), o3: link('out', 'y'), j: link('in', 'y'), z: node('flow.debug'), w: node('flow.debug') }, ['a.value -> o1.value', 'b.value -> o2.value', 'i.value -> z.value', 'i.value -> o3.value', 'j.value -> w.value']),
    )
    expect(issues).toEqual([])
    expect(Object.keys(flat.nodes)).toEqual(['a', 'b', 'z', 'w'])
    expect(flat.wires.toSorted()).toEqual(['a.value -> w.value', 'a.value -> z.value', 'b.value -> w.value', 'b.value -> z.value'])
  })

  test('have the type of what goes in', () => {
    const { withInstances } = expandFlow(flow({ a: node('source.mqtt'), o: link('out', 'x'), i: link('in', 'x') }, ['a.value -> o.value']))
    const ports = withInstances({ a: { inputs: {}, outputs: { value: { kind: 'number', unit: 'bar' } } } })
    expect(ports['i']).toEqual({ inputs: {}, outputs: { value: { kind: 'number', unit: 'bar' } } })
    expect(ports['o']).toEqual({ inputs: { value: { kind: 'number', unit: 'bar' } }, outputs: {} })
  })

  test('that fork and join again and again are followed once each', () => {
    const nodes: Record<string, NodeEntry> = { s: node('source.mqtt'), e: node('flow.debug') }
    const wires = ['s.value -> out0a.value', 'in39.value -> e.value']
    for (let i = 0; i < 40; i++) {
      nodes[`in${i}`] = link('in', `l${i}`)
      for (const c of ['a', 'b']) {
        nodes[`out${i}${c}`] = link('out', `l${i}`)
        if (i > 0) wires.push(`in${i - 1}.value -> out${i}${c}.value`)
      }
    }
    expect(expandFlow(flow(nodes, wires)).flow.wires).toEqual(['s.value -> e.value'])
    // And what each of them joins does not multiply without end.
    const ends = (type: string): [string, NodeEntry][] => Array.from({ length: 600 }, (_, i) => [`${type}${i}`, node('flow.debug')])
    const all = { o: link('out', 'x'), i: link('in', 'x'), ...Object.fromEntries([...ends('a'), ...ends('b')]) }
    const joined = expandFlow(flow(all, Array.from({ length: 600 }, (_, i) => [`a${i}.value -> o.value`, `i.value -> b${i}.value`]).flat()))
    expect(joined.issues.map(formatIssue)).toEqual([expect.stringContaining('more than 200000 wires')])
  })

  test('that go round end, and an open end is told', () => {
    const round = expandFlow(flow({ o: link('out', 'x'), i: link('in', 'x'), z: node('flow.debug') }, ['i.value -> o.value', 'i.value -> z.value']))
    expect(round.flow.wires).toEqual([])
    expect(expandFlow(flow({ o: link('out', 'x') }, [])).issues.map(formatIssue)).toEqual([expect.stringMatching(/LINK_OPEN: The link 'x' has no other end.*Link in/)])
  })
})

test('a document with subflows and settings is read, written the same each time, and refused where it is wrong', () => {
  const text = formatFlow({ ...flow({ one: instance('ls') }, []), settings: { idleS: 30, queue: 50 } })
  const { flow: read, issues } = parseFlow(text)
  expect(issues).toEqual([])
  expect(formatFlow(read!)).toBe(text)
  expect(read!.subflows!['ls']).toEqual(limitAndScale)
  const broken = JSON.parse(text) as Record<string, Record<string, Record<string, unknown>>>
  broken['subflows']!['ls']!['outputs'] = { high: 7 }
  broken['subflows']!['ls']!['nodes'] = { Bad: {} }
  broken['settings'] = { idleS: -1, speed: 3 } as never
  expect(parseFlow(JSON.stringify(broken)).issues.map((i) => i.field).toSorted()).toEqual(['/settings/idleS', '/settings/speed', '/subflows/ls/nodes/Bad', '/subflows/ls/nodes/Bad/at', '/subflows/ls/nodes/Bad/config', '/subflows/ls/nodes/Bad/type', '/subflows/ls/outputs/high'])
})
