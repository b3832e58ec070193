import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffFlows, equalJson, formatChange } from './diff.ts'
import { emptyFlow, type Flow, type NodeEntry } from './document.ts'

const node = (config: NodeEntry['config'], more: Partial<NodeEntry> = {}): NodeEntry => ({ type: 'filter.deadband', config, at: [0, 0], ...more })
const flow = (nodes: Flow['nodes'], more: Partial<Flow> = {}): Flow => ({ ...emptyFlow('f', 'F'), nodes, ...more })

describe('what changes between two flows', () => {
  test('nothing between equal ones, also when their keys stand in another order', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<never>), (config) => {
      const a = flow({ n: node(config), m: node({}) })
      const b = flow({ m: node({}, { version: 1 }), n: node(Object.fromEntries(Object.entries(structuredClone(config)).toReversed())) })
      expect(diffFlows(a, a)).toEqual([])
      expect(diffFlows(a, b)).toEqual([])
    }))
  })

  test('one setting is one change, with its place and both values', () => {
    const changes = diffFlows(flow({ deadband: node({ threshold: 0.5, tags: [{ name: 'a', 'x/y': 1 }] }) }), flow({ deadband: node({ threshold: 2, tags: [{ name: 'b', 'x/y': 2 }] }) }))
    expect(changes).toEqual([
      { what: 'node', how: 'changed', id: 'deadband', field: '/threshold', from: 0.5, to: 2 },
      { what: 'node', how: 'changed', id: 'deadband', field: '/tags/0/name', from: 'a', to: 'b' },
      { what: 'node', how: 'changed', id: 'deadband', field: '/tags/0/x~1y', from: 1, to: 2 },
    ])
    expect(formatChange(changes[0]!)).toBe('deadband threshold: 0.5 → 2')
  })

  test('a setting that comes or goes has no other value, whatever its name', () => {
    for (const name of ['limit', 'constructor', '__proto__', 'toString']) {
      const config = Object.fromEntries([[name, 1]])
      expect(diffFlows(flow({ n: node({}) }), flow({ n: node(config) }))).toEqual([{ what: 'node', how: 'changed', id: 'n', field: `/${name}`, from: undefined, to: 1 }])
      expect(formatChange(diffFlows(flow({ n: node(config) }), flow({ n: node({}) }))[0]!)).toBe(`n ${name}: 1 → (default)`)
    }
  })

  test('nodes, wires, parameters, connections, names, types, versions and places', () => {
    const a = flow({ gone: node({}), kept: node({}, { name: 'Old' }) }, { name: 'A', wires: ['gone.value -> kept.value'], parameters: { p: 1, q: 1 }, connections: { c: { type: 'mqtt', config: {} } } })
    const b = flow({ come: node({}), kept: node({}, { type: 'transform.scale', version: 2, at: [5, 5] }) }, { name: 'B', wires: ['come.value -> kept.value'], parameters: { p: 2, r: 1 } })
    expect(diffFlows(a, b).map(formatChange)).toEqual([
      'name: "A" → "B"',
      'come: added',
      'gone: removed',
      'kept type: "filter.deadband" → "transform.scale"',
      'kept name: "Old" → (default)',
      'kept version: 1 → 2',
      'kept: moved',
      'gone.value -> kept.value: removed (wire)',
      'come.value -> kept.value: added (wire)',
      'p: 1 → 2',
      'q: removed (parameter)',
      'r: added (parameter)',
      'c: removed (connection)',
    ])
  })
})

describe('equality of JSON', () => {
  test('tells lists from objects, null from nothing, and does not look at prototypes', () => {
    expect(equalJson([], {})).toBe(false)
    expect(equalJson(null, {})).toBe(false)
    expect(equalJson({ a: undefined }, {})).toBe(false)
    expect(equalJson({ a: 1 }, { b: 1 })).toBe(false)
    expect(equalJson({}, JSON.parse('{"__proto__": 1}'))).toBe(false)
    expect(equalJson({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true)
  })
})
