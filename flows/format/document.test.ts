import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '#kit'
import { emptyFlow, formatFlow, formatWire, parseEnd, parseFlow, parseWire, pointer, readFlow, type Flow } from './document.ts'

const data = join(import.meta.dirname, '../../../shared/data/json')
const naughty = JSON.parse(readFileSync(join(data, 'blns.json'), 'utf8')) as string[]

const small = (): Record<string, unknown> => ({
  headgate: 1,
  id: 'press',
  name: 'Press 4',
  parameters: { limit: 80 },
  connections: { broker: { type: 'mqtt', config: { host: '127.0.0.1' } } },
  nodes: {
    sensors: { type: 'source.mqtt', config: { connection: 'broker' }, at: [40, 60] },
    high: { type: 'rule.alarm', name: 'Too warm', config: { limit: { $parameter: 'limit' } }, at: [320, 60] },
  },
  wires: ['sensors.temperature -> high.value'],
})
describe('reading a flow', () => {
  test('takes a right one as it is', () => {
    expect(readFlow(small())).toEqual({ flow: small(), issues: [] })
    expect(parseFlow(`\ufeff${JSON.stringify(small())}`).issues).toEqual([])
  })

  test('keeps groups, tests and the dashboard, one sample and one widget a line, and points at what is wrong in them', () => {
    const line = { at: 'sensors.temperature', tag: 't', value: 91, time: 5, now: 7 }
    const annexes = {
      groups: { hot: { title: 'Heat', colour: 'sand', nodes: ['sensors', 'high'] } },
      tests: { 'too warm': { input: [line, { act: 'shelve', node: 'high', now: 9 }], expect: { 'high.state': [{ tag: 't', value: true, time: 5 }] }, tolerance: 0.01 } },
      dashboard: { widgets: [{ kind: 'gauge', ports: ['sensors.temperature'], place: [0, 0, 3, 2], low: 0, high: 100 }] },
    }
    const flow = readFlow({ ...small(), ...annexes }).flow!
    expect(flow).toMatchObject(annexes)
    const text = formatFlow(flow)
    expect(readFlow(JSON.parse(text)).flow).toEqual(flow)
    expect(text.split('\n')).toContain(`        ${JSON.stringify(line)},`)
    const wrong = readFlow({ ...small(), groups: { a: { title: 1, nodes: [] } }, tests: { b: { input: [{ at: 'x' }], expect: {} } }, dashboard: { widgets: [{ kind: 'clock', place: [0, 0, 1, 1] }] } })
    expect(wrong.flow).toBeUndefined()
    expect([...new Set(wrong.issues.map((i) => i.field!.split('/').slice(0, 4).join('/')))].toSorted()).toEqual(['/dashboard/widgets/0', '/groups/a/title', '/tests/b/input'])
  })

  test('takes one without parameters, connections, nodes and wires for an empty one', () => {
    expect(readFlow({ headgate: 1, id: 'a', name: 'A' }).flow).toEqual(emptyFlow('a', 'A'))
  })

  test('tells every fault at once, each with a pointer to it', () => {
    const { issues, flow } = readFlow({
      headgate: 1, id: 'Big', name: 7, extra: 1, wires: ['a.b -> c.d', 5], connections: { 'a/b': { type: 'mqtt', config: {}, password: 'x' }, c: 1 },
      nodes: { '1st': { type: 'x', config: {}, at: [0, 0] }, a: 1, b: { type: 5, version: 0, name: 1, config: [], at: [1], colour: 'red' } },
    })
    expect(flow).toBeUndefined()
    expect(issues.map((i) => `${i.code} ${i.field}`).toSorted()).toEqual([
      'CONNECTION_NAME /connections/a~1b', 'FLOW_FORMAT /connections/a~1b/password', 'FLOW_FORMAT /connections/c', 'FLOW_FORMAT /extra', 'FLOW_FORMAT /id', 'FLOW_FORMAT /name',
      'FLOW_FORMAT /nodes/a', 'FLOW_FORMAT /nodes/b/at', 'FLOW_FORMAT /nodes/b/colour', 'FLOW_FORMAT /nodes/b/config', 'FLOW_FORMAT /nodes/b/name',
      'FLOW_FORMAT /nodes/b/type', 'FLOW_FORMAT /nodes/b/version', 'FLOW_FORMAT /wires/1', 'NODE_ID /nodes/1st',
    ])
  })

  test.each([
    ['something else', '{"nodes": []}', 'FLOW_FORMAT'],
    ['a Node-RED export', '[{"id": "1", "type": "inject"}]', 'FLOW_FORMAT'],
    ['nothing', '', 'FLOW_JSON'],
    ['null', 'null', 'FLOW_FORMAT'],
    ['a later format', '{"headgate": 2}', 'FLOW_VERSION'],
    ['a format that is no number', '{"headgate": "1"}', 'FLOW_VERSION'],
    ['half a file', JSON.stringify(small()).slice(0, 100), 'FLOW_JSON'],
    ['more than it can hold', `"${'x'.repeat(9 * 1024 * 1024)}"`, 'FLOW_JSON'],
    ['a well', `{"headgate": 1, "id": "a", "name": "", "parameters": ${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`, 'FLOW_FORMAT'],
  ])('%s gets a clear issue', (_what, text, code) => {
    const { flow, issues } = parseFlow(text)
    expect(flow).toBeUndefined()
    expect(issues.map((i) => i.code)).toEqual([code])
    expect(issues[0]!.text.length).toBeLessThan(400)
  })

  test('every file of the JSON test suite gives an issue with a code, and never throws', () => {
    const files = readdirSync(join(data, 'test_parsing'))
    expect(files.length).toBeGreaterThan(300)
    for (const file of files) {
      for (const encoding of ['utf8', 'latin1', 'utf16le'] as const) {
        const { flow, issues } = parseFlow(readFileSync(join(data, 'test_parsing', file), encoding))
        expect(flow, file).toBeUndefined()
        expect(issues.length, file).toBeGreaterThan(0)
        for (const i of issues) expect(i.code, file).toMatch(/^FLOW_/)
      }
    }
  })

  test('names that come from anywhere are refused or kept, and never reach a prototype', () => {
    for (const text of [...naughty, '__proto__', 'constructor', 'hasOwnProperty']) {
      const json: unknown = JSON.parse(JSON.stringify(small()).replace('"high"', JSON.stringify(text)).replace('"broker":', `${JSON.stringify(text)}:`).replace('"limit":80', `${JSON.stringify(text)}:1`))
      const { flow, issues } = readFlow(json)
      if (/^[a-z][a-z0-9_-]{0,63}$/.test(text)) expect(Object.keys(flow!.nodes)).toContain(text)
      else expect(issues.map((i) => i.code)).toContain('NODE_ID')
    }
    expect(({} as Record<string, unknown>)['type']).toBeUndefined()
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['a place that is no number', { nodes: { high: { type: 'rule.alarm', config: {}, at: [1, Number.NaN] } } }, '/nodes/high/at'],
    ['wires that are an object', { wires: {} }, '/wires'],
    ['parameters that are a list', { parameters: [] }, '/parameters'],
    ['nodes that are a list', { nodes: [] }, '/nodes'],
  ])('%s: told with its place', (_what, change, field) => {
    const { flow, issues } = readFlow({ ...small(), ...change })
    expect(flow).toBeUndefined()
    expect(issues).toMatchObject([{ code: 'FLOW_FORMAT', field }])
  })
})

describe('writing a flow', () => {
  test('is the text that people review: nodes by id, a wire a line, a place a line, nothing but what says something', () => {
    const flow = readFlow(small()).flow!
    expect(formatFlow({ ...flow, nodes: { ...flow.nodes, high: { ...flow.nodes['high']!, version: 1, at: [319.6, 60.2] } } })).toBe(`{
  "headgate": 1,
  "id": "press",
  "name": "Press 4",
  "parameters": {
    "limit": 80
  },
  "connections": {
    "broker": {
      "type": "mqtt",
      "config": {
        "host": "127.0.0.1"
      }
    }
  },
  "nodes": {
    "high": {
      "type": "rule.alarm",
      "name": "Too warm",
      "config": {
        "limit": {
          "$parameter": "limit"
        }
      },
      "at": [320, 60]
    },
    "sensors": {
      "type": "source.mqtt",
      "config": {
        "connection": "broker"
      },
      "at": [40, 60]
    }
  },
  "wires": [
    "sensors.temperature -> high.value"
  ]
}
`)
    expect(formatFlow(emptyFlow('a', 'A'))).toContain('"nodes": {},\n  "wires": []')
  })

  test('read and written again it is the same text', () => {
    fc.assert(fc.property(anyFlow, (flow) => {
      const text = formatFlow(flow)
      const { flow: read, issues } = parseFlow(text)
      expect(issues).toEqual([])
      expect(formatFlow(read!)).toBe(text)
    }))
  })

  test('does not depend on the order in which nodes came', () => {
    fc.assert(fc.property(anyFlow, (flow) => {
      const turned = { ...flow, nodes: Object.fromEntries(Object.entries(flow.nodes).toReversed()), connections: Object.fromEntries(Object.entries(flow.connections).toReversed()) }
      expect(formatFlow(turned)).toBe(formatFlow(flow))
    }))
  })

  test('a text in a config that looks like a place stays as it is', () => {
    const flow: Flow = { ...emptyFlow('a', 'A'), nodes: { n: { type: 't', config: { text: '"at": [\n  1,\n  2\n]', at: [1, 2] }, at: [0, 0] } } }
    expect(parseFlow(formatFlow(flow)).flow).toEqual(flow)
  })
})

test('the example in docs/flow-format.md is a flow, written as Headgate writes it', () => {
  const doc = readFileSync(join(import.meta.dirname, '../../docs/flow-format.md'), 'utf8')
  const text = /```json\n([\s\S]*?)```/.exec(doc)![1]!
  const { flow, issues } = parseFlow(text)
  expect(issues).toEqual([])
  expect(formatFlow(flow!)).toBe(text)
})

describe('wires', () => {
  test('a port may have dots, a node may not', () => {
    expect(parseWire('drive.vibration.x -> spectrum.signal')).toEqual({ from: { node: 'drive', port: 'vibration.x' }, to: { node: 'spectrum', port: 'signal' } })
  })
  test('read and written again they are the same', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((s) => !/\s/.test(s))
    fc.assert(fc.property(fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/), word, word, (node, a, b) => {
      const wire = { from: { node, port: a }, to: { node, port: b } }
      expect(parseWire(formatWire(wire))).toEqual(wire)
    }))
  })
  test.each(['', 'a.b->c.d', 'a.b -> c', 'a -> b.c', '.b -> c.d', 'a. -> b.c', 'a.b  -> c.d', 'a.b -> c.d ', 'a.b -> c.d -> e.f'])("'%s' is none", (text) => {
    expect(parseWire(text)).toBeUndefined()
  })
  test('ends and pointers', () => {
    expect(parseEnd('a.b.c')).toEqual({ node: 'a', port: 'b.c' })
    expect(parseEnd('a')).toBeUndefined()
    expect(pointer('a/b~c')).toBe('a~1b~0c')
  })
})

const id = fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}$/)
const words = fc.oneof(fc.string({ maxLength: 50 }), fc.constantFrom<string>(...naughty.filter((t) => t.length <= 200)))
const config = fc.dictionary(words, fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>, { maxKeys: 5, noNullPrototype: true })
const anyFlow: fc.Arbitrary<Flow> = fc.record(
  {
    headgate: fc.constant(1 as const),
    id,
    name: words,
    parameters: config,
    connections: fc.dictionary(fc.stringMatching(/^[a-z0-9][a-zü0-9 ._-]{0,20}$/), fc.record({ type: words, config }, { noNullPrototype: true }), { maxKeys: 3, noNullPrototype: true }),
    nodes: fc.dictionary(
      id,
      fc.record({ type: words, version: fc.integer({ min: 1, max: 3 }), name: words, config, at: fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()) }, { requiredKeys: ['type', 'config', 'at'], noNullPrototype: true }),
      { maxKeys: 5, noNullPrototype: true },
    ),
    wires: fc.array(words),
  },
  { noNullPrototype: true },
)

test('how long a flow is remembered is a setting, and nothing is a choice', () => {
  for (const record of [0, 0.5, 120]) expect(readFlow({ ...small(), settings: { record } })).toMatchObject({ flow: { settings: { record } }, issues: [] })
  for (const record of [-1, 121, '15']) expect(readFlow({ ...small(), settings: { record } }).issues).toMatchObject([{ code: 'FLOW_FORMAT', field: '/settings/record' }])
  expect(readFlow({ ...small(), settings: { queue: 0 } }).issues).toMatchObject([{ field: '/settings/queue' }])
})
