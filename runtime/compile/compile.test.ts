import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineDriver, defineNode, each, field, fromConfig, fromItem, issue, port, same, Type, type AnyDriver, type AnyNode, type Issue, type ModelInfo } from '#kit'
import { FORMAT, formatWire, type ConnectionEntry, type Flow, type NodeEntry } from '#format'
import { compile, type CompileEnv } from './index.ts'
import { findCycles, topological } from './order.ts'

const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', effects: 'none', examples: [] } as const
const receive = (): void => undefined
const broker = defineDriver({
  type: 'broker', title: 'B', summary: 's', icon: 'x',
  config: Type.Object({ url: field.text({ default: 'mqtt://localhost' }), port: field.integer({ default: 1883, maximum: 65535 }), password: field.secret({ default: '' }) }),
  open: () => Promise.reject(new Error('never')),
})
const list = [
  defineNode({ ...about, type: 'source.test', config: Type.Object({ unit: Type.Optional(Type.String()) }), inputs: {}, outputs: { value: port.number({ unit: fromConfig('unit') }) }, open: () => Promise.reject(new Error('never')) }),
  defineNode({ ...about, type: 'source.any', config: Type.Object({}), inputs: {}, outputs: { value: port.any() }, open: () => Promise.reject(new Error('never')) }),
  defineNode({ ...about, type: 'source.list', config: Type.Object({ tags: Type.Array(Type.Object({ name: Type.String() })) }), inputs: {}, outputs: { '*': each('tags', 'name', port.number({ unit: fromItem('unit') })) }, open: () => Promise.reject(new Error('never')) }),
  defineNode({ ...about, type: 'source.wave', config: Type.Object({ kind: Type.String({ default: 'series' }), unit: Type.Integer({ maximum: 9, default: 1 }) }), inputs: {}, outputs: { value: port.number() }, open: () => Promise.reject(new Error('never')),
    ports: ({ kind }) => ({ outputs: { value: { kind: kind.trim() as 'series' } } }) }),
  defineNode({ ...about, type: 'transform.typed', config: Type.Object({ wants: Type.String({ default: 'number' }), rows: Type.Array(Type.Integer(), { default: [] }) }), inputs: { value: port.any() }, outputs: { value: port.any() }, receive,
    typed: ({ wants, rows }, { value }) => ({ outputs: { value: { kind: value!.kind, ...(rows.length > 0 ? { length: rows.length } : {}) } }, issues: wants.trim() === value!.kind ? [] : [{ field: '/wants', reason: `It is ${value!.kind}.` }] }) }),
  defineNode({ ...about, type: 'aggregate.wave', config: Type.Object({}), inputs: { value: port.series() }, outputs: {}, receive }),
  defineNode({ ...about, type: 'filter.pass', version: 3, config: Type.Object({ limit: Type.Number({ default: 1, minimum: 0 }), rows: Type.Array(Type.Object({ n: Type.Integer() }), { default: [] }) }), inputs: { value: port.any() }, outputs: { value: same('value') }, receive,
    migrations: { 1: (c) => ({ ...(c as object), limit: 7 }), 2: (c) => ({ ...(c as { rows: unknown[] }), rows: (c as { rows?: unknown[] }).rows!.map((x) => x) }) } }),
  defineNode({ ...about, type: 'filter.celsius', config: Type.Object({}), inputs: { value: port.number({ unit: 'Cel' }), more: port.number({ optional: true }) }, outputs: {}, receive }),
  defineNode({ ...about, type: 'filter.text', config: Type.Object({}), inputs: { value: port.text() }, outputs: {}, receive }),
  defineNode({ ...about, type: 'flow.delay', delays: true, config: Type.Object({}), inputs: { value: port.any() }, outputs: { value: same('value') }, receive }),
  defineNode({ ...about, type: 'uplink.test', effects: 'notifies', config: Type.Object({ connection: field.connection('broker'), token: field.secret({ default: '' }) }), inputs: { value: port.any({ optional: true }) }, outputs: {}, open: () => Promise.reject(new Error('never')) }),
  defineNode({ ...about, type: 'inference.test', config: Type.Object({ model: field.model() }), inputs: { value: port.any({ optional: true }) }, outputs: {}, receive }),
  defineNode({ ...about, type: 'actuator.test', effects: 'writes', envelope: 'envelope', config: Type.Object({ even: Type.Integer({ default: 2 }) }), inputs: { value: port.number({ optional: true }) }, outputs: {}, receive,
    check: (c) => (c.even % 2 === 0 ? [] : [{ field: '/even', reason: 'It must be even.' }]) }),
]
const nodes = new Map<string, AnyNode>(list.map((n) => [n.type, n as unknown as AnyNode]))
const model: ModelInfo = { name: 'bearing', hash: 'h', title: 'B', inputs: [], outputs: [] }
const env = (extra: Partial<CompileEnv> = {}): CompileEnv => ({
  nodes, drivers: new Map<string, AnyDriver>([['broker', broker as unknown as AnyDriver]]), connections: {}, secrets: new Set(['known']), version: 1,
  resources: { model: (name) => (name === 'bearing' ? model : undefined), models: () => ['bearing'], issue: (name) => (name === 'broken' ? issue('MODEL_LOAD', {}, { name, reason: 'why' }) : undefined) }, ...extra,
})
type Entries = Record<string, Partial<NodeEntry> & { readonly type: string }>
const flow = (entries: Entries, wires: readonly string[] = [], rest: Partial<Flow> = {}): Flow => ({
  headgate: FORMAT, id: 'f', name: 'F', parameters: {}, connections: {},
  nodes: Object.fromEntries(Object.entries(entries).map(([id, e]) => [id, { config: {}, at: [0, 0], ...e }])), wires, ...rest,
})
const seen = (issues: readonly Issue[]): string[] => issues.map((i) => [i.code, i.node, i.port, i.wire, i.field].filter((x) => x !== undefined).join(' '))
const errors = (f: Flow, e = env()): string[] => seen(compile(f, e).issues)

describe('what is wrong with a flow', () => {
  test('is reported all at once, each with its place', () => {
    const connections: Record<string, ConnectionEntry> = {
      wrong: { type: 'modbus', config: {} },
      bad: { type: 'broker', config: { port: 70_000, password: 'nowhere' } },
    }
    const found = errors(
      flow(
        {
          ghost: { type: 'source.gone' },
          old: { type: 'filter.pass', version: 9 },
          limit: { type: 'filter.pass', version: 3, config: { limit: -1, rows: [{ n: 1 }, { n: 1.5 }], extra: true } },
          param: { type: 'filter.pass', version: 3, config: { limit: { $parameter: 'nope' } } },
          open: { type: 'filter.celsius' },
          none: { type: 'uplink.test', config: { connection: 'missing' } },
          other: { type: 'uplink.test', config: { connection: 'wrong' } },
          secret: { type: 'uplink.test', config: { connection: 'bad', token: 'unknown' } },
          model: { type: 'inference.test', config: { model: 'gone' } },
        broken: { type: 'inference.test', config: { model: 'broken' } },
          act: { type: 'actuator.test', config: { even: 3 } },
        },
        ['ghost.value -> limit.value', 'limit.value -> param.value', 'nobody.value -> act.value', 'limit.no -> act.value', 'nonsense', 'limit.value -> param.value'],
        { connections },
      ),
    )
    expect(found.toSorted()).toEqual(
      [
        'NODE_TYPE ghost', 'NODE_VERSION old', 'NODE_CONFIG limit /limit', 'NODE_CONFIG limit /rows/1/n', 'NODE_CONFIG limit /extra', 'PARAMETER_UNKNOWN param /limit',
        'PORT_OPEN open value', 'CONNECTION_UNKNOWN none /connection', 'CONNECTION_DRIVER /connections/wrong', 'CONNECTION_TYPE other /connection',
        'NODE_CONFIG /connections/bad/port', 'SECRET_UNKNOWN /connections/bad/password', 'SECRET_UNKNOWN secret /token', 'MODEL_UNKNOWN model /model', 'MODEL_LOAD broken /model', 'NODE_CONFIG act /even',
        'WIRE_NODE nobody.value -> act.value /wires/2', 'WIRE_PORT limit no limit.no -> act.value /wires/3', 'WIRE_FORMAT nonsense /wires/4', 'WIRE_DUPLICATE limit.value -> param.value /wires/5',
        'PORT_OPEN old value', 'PORT_UNRESOLVED limit value', 'PORT_UNRESOLVED old value', 'PORT_UNRESOLVED param value',
      ].toSorted(),
    )
  })

  test.each<[string, Entries, readonly string[], readonly string[]]>([
    ['another quantity', { s: { type: 'source.test', config: { unit: 'bar' } }, c: { type: 'filter.celsius' } }, ['s.value -> c.value'], ['PORT_UNIT c value s.value -> c.value']],
    ['the same quantity in another unit', { s: { type: 'source.test', config: { unit: 'K' } }, c: { type: 'filter.celsius' } }, ['s.value -> c.value'], ['PORT_CONVERT c value s.value -> c.value']],
    ['another kind', { s: { type: 'source.test' }, t: { type: 'filter.text' } }, ['s.value -> t.value'], ['PORT_KIND t value s.value -> t.value']],
    ['several units at one input', { a: { type: 'source.test', config: { unit: 'bar' } }, b: { type: 'source.test', config: { unit: 'Cel' } }, c: { type: 'filter.celsius' } }, ['b.value -> c.value', 'a.value -> c.more', 'b.value -> c.more'], ['PORT_MIXED c more']],
    ['a unit through a node that passes on', { s: { type: 'source.test', config: { unit: 'bar' } }, p: { type: 'filter.pass', version: 3 }, c: { type: 'filter.celsius' } }, ['s.value -> p.value', 'p.value -> c.value'], ['PORT_UNIT c value p.value -> c.value']],
    ['no unit at all', { s: { type: 'source.test', config: { unit: 'furlong' } }, p: { type: 'filter.pass', version: 3 } }, ['s.value -> p.value'], ['UNIT_UNKNOWN s value']],
  ])('%s', (_what, entries, wires, expected) => {
    expect(errors(flow(entries, wires)).filter((e) => !e.startsWith('UNIT_UNKNOWN p'))).toEqual(expected)
  })

  test('a wrong setting is one problem: the wires of a node that tells its own ports raise no second', () => {
    const wave = { type: 'aggregate.wave' }
    expect(errors(flow({ w: { type: 'source.wave', config: { unit: 999 } }, a: wave }, ['w.value -> a.value']))).toEqual(['NODE_CONFIG w /unit'])
    // Where not even the ports can be told, what the declaration says counts.
    expect(errors(flow({ w: { type: 'source.wave', config: { kind: 7 } } }))).toEqual(['NODE_CONFIG w /kind'])
  })

  test('loops are named by their path, once each, unless a node in them delays', () => {
    const loop = { a: { type: 'filter.pass', version: 3 }, b: { type: 'filter.pass', version: 3 }, me: { type: 'filter.pass', version: 3 } }
    const found = compile(flow(loop, ['a.value -> b.value', 'b.value -> a.value', 'me.value -> me.value']), env()).issues.filter((i) => i.code === 'WIRE_CYCLE')
    expect(found.map((i) => [i.node, i.text])).toEqual([['a', 'The wires form a loop: a -> b -> a.'], ['me', 'The wires form a loop: me -> me.']])
    const delayed = compile(flow({ a: { type: 'filter.pass', version: 3 }, d: { type: 'flow.delay' } }, ['a.value -> d.value', 'd.value -> a.value']), env())
    expect(delayed.plan?.nodes.map((n) => n.id)).toEqual(['a', 'd'])
  })

  test("a copy of a connection that says something else than the gateway's is told of, and the gateway's is used", () => {
    const connections = { main: { type: 'broker', config: { url: 'mqtt://a' } } }
    const made = (config: ConnectionEntry['config']) => compile(flow({ up: { type: 'uplink.test', config: { connection: 'main' } } }, [], { connections: { main: { type: 'broker', config } } }), env({ connections }))
    const other = made({ url: 'mqtt://b' })
    expect(other.issues).toMatchObject([{ code: 'CONNECTION_DIFFERS', field: '/connections/main', level: 'warning' }])
    expect(other.issues[0]!.text).toContain('(url)')
    expect(other.plan!.connections['main']).toEqual({ type: 'broker', config: { url: 'mqtt://a', port: 1883, password: '' } })
    expect(made({ url: 'mqtt://a', port: 1883 }).issues).toEqual([]) // the default, written down
  })

  test('settings that an older version wrote and that cannot be read are told of', () => {
    const found = compile(flow({ s: { type: 'source.test' }, p: { type: 'filter.pass', version: 2, config: { limit: 1 } } }, ['s.value -> p.value']), env()).issues
    expect(found).toMatchObject([{ code: 'NODE_CONFIG', node: 'p' }])
    expect(found[0]!.text).toContain('version 2')
  })
})

describe('a plan', () => {
  const whole = flow(
    { s: { type: 'source.test', config: { unit: 'Cel' } }, x: { type: 'source.any' }, p: { type: 'filter.pass', version: 1, name: 'Mine', config: { limit: { $parameter: 'top' }, rows: [] } }, c: { type: 'filter.celsius' }, up: { type: 'uplink.test', config: { connection: 'main', token: 'known' } }, m: { type: 'inference.test', config: { model: 'bearing' } }, a: { type: 'actuator.test' } },
    ['s.value -> p.value', 'p.value -> c.value', 'x.value -> c.more', 'p.value -> up.value'],
    { parameters: { top: 3 }, connections: { main: { type: 'broker', config: { password: 'known' } } } },
  )

  test('has parameters, defaults and migrations put in, types along the wires, names of what it needs', () => {
    const { plan, issues, actuators } = compile(whole, env())
    expect(issues).toEqual([])
    expect(actuators).toEqual(['a'])
    const node = (id: string) => plan!.nodes.find((n) => n.id === id)!
    expect(node('p')).toMatchObject({ title: 'Mine', config: { limit: 7, rows: [] }, ports: { outputs: { value: { kind: 'number', unit: 'Cel' } } } })
    expect(plan!.wires.filter((w) => w.checked).map(formatWire)).toEqual(['x.value -> c.more'])
    expect(plan).toMatchObject({ flow: 'f', version: 1, secrets: ['known'], models: ['bearing'], connections: { main: { type: 'broker', config: { url: 'mqtt://localhost' } } } })
    const order = plan!.nodes.map((n) => n.id)
    for (const { from, to } of plan!.wires) expect(order.indexOf(from.node)).toBeLessThan(order.indexOf(to.node))
  })

  test('is the same for the same flow, however its document is ordered', () => {
    const turned = { ...whole, nodes: Object.fromEntries(Object.entries(whole.nodes).toReversed()) }
    expect(compile(turned, env()).plan!.nodes).toEqual(compile(whole, env()).plan!.nodes)
    expect(compile(whole, env()).plan).toEqual(compile(whole, env()).plan)
  })

  test('takes names that JavaScript objects already have', () => {
    const { plan, issues } = compile(
      flow(
        { constructor: { type: 'source.list', config: JSON.parse('{"tags": [{"name": "__proto__"}, {"name": "constructor"}, {"name": "toString"}]}') }, valueof: { type: 'filter.pass', version: 3 } },
        ['constructor.__proto__ -> valueof.value', 'constructor.toString -> valueof.value'],
      ),
      env(),
    )
    expect(issues).toEqual([])
    expect(Object.keys(plan!.nodes.find((n) => n.id === 'constructor')!.ports.outputs)).toEqual(['__proto__', 'constructor', 'toString'])
    const strange = (config: string) => errors(flow({ s: { type: 'source.test' }, p: { type: 'filter.pass', version: 3, config: JSON.parse(config) } }, ['s.value -> p.value']))
    expect(strange('{"limit": {"$parameter": "constructor"}}')).toContain('PARAMETER_UNKNOWN p /limit')
    expect(errors(flow({ up: { type: 'uplink.test', config: { connection: 'constructor', token: '__proto__' } } }))).toEqual(['CONNECTION_UNKNOWN up /connection', 'SECRET_UNKNOWN up /token'])
    expect(errors(flow({ s: { type: 'constructor' }, m: { type: '__proto__' } }))).toEqual(['NODE_TYPE s', 'NODE_TYPE m'])
    expect(errors(flow({ s: { type: 'source.test' }, c: { type: 'filter.celsius' } }, ['s.constructor -> c.value', '__proto__.value -> c.more']))).toEqual(['WIRE_PORT s constructor s.constructor -> c.value /wires/0', 'WIRE_NODE __proto__.value -> c.more /wires/1'])
  })

  test.each<[string, (n: number) => Flow]>([
    ['a chain', (n) => chain(n)],
    ['one output to all', (n) => flow({ s: { type: 'source.test' }, ...many(n) }, ids(n).map((id) => `s.value -> ${id}.value`))],
    ['all into one input', (n) => flow({ ...Object.fromEntries(ids(n).map((id) => [id, { type: 'source.test' }])), p: { type: 'filter.pass', version: 3 } }, ids(n).map((id) => `${id}.value -> p.value`))],
  ])('of %s costs work in proportion to its size', (_what, make) => {
    // Visits of nodes are counted, not time: a quadratic one needs a hundred times the look-ups.
    let looked = 0
    const counting = new Map(nodes)
    counting.get = (type: string) => {
      looked++
      return nodes.get(type)
    }
    expect(compile(make(2000), env({ nodes: counting })).plan).toBeDefined()
    expect(looked).toBeLessThan(2000 * 12)
  })
})

const ids = (n: number): string[] => Array.from({ length: n }, (_, i) => `n${i}`)
const many = (n: number): Entries => Object.fromEntries(ids(n).map((id) => [id, { type: 'filter.pass', version: 3 }]))
const chain = (n: number): Flow => flow({ s: { type: 'source.test' }, ...many(n) }, ['s.value -> n0.value', ...ids(n - 1).map((id, i) => `${id}.value -> n${i + 1}.value`)])

test('an order of any graph has every node once, after all that feed it, or there is a loop', () => {
  const graph = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 })), { maxLength: 16 })
  fc.assert(
    fc.property(graph, (pairs) => {
      const f = flow(Object.fromEntries(ids(8).map((id) => [id, { type: 'filter.pass' }])))
      const wires = pairs.map(([a, b]) => ({ from: { node: `n${a}`, port: 'value' }, to: { node: `n${b}`, port: 'value' } }))
      const loops = findCycles(f, wires, () => false)
      const order = topological(f, wires, () => false)
      expect(loops.length === 0).toBe(order.length === 8)
      for (const { from, to } of wires) if (loops.length === 0) expect(order.indexOf(from.node)).toBeLessThan(order.indexOf(to.node))
      for (const loop of loops) {
        expect(loop[0]).toBe(loop.at(-1))
        for (const [i, id] of loop.slice(1).entries()) expect(wires.some((w) => w.from.node === loop[i] && w.to.node === id)).toBe(true)
      }
    }),
  )
})

describe('a node whose types follow from its wires', () => {
  const wired = (config: Record<string, unknown>) => compile(flow({ s: { type: 'source.test' }, t: { type: 'transform.typed', config: config as never }, end: { type: 'filter.text' } }, ['s.value -> t.value', 't.value -> end.value']), env())
  test('is asked with them, and its issues have their field', () => {
    expect(seen(wired({ wants: 'text' }).issues)).toEqual(['NODE_CONFIG t /wants', 'PORT_KIND end value t.value -> end.value'])
    expect(wired({}).ports['t']!.outputs['value']!.kind).toBe('number')
  })
  test('is not asked with settings that are wrong already: one problem, one issue', () => {
    expect(seen(wired({ wants: 7 }).issues)).toEqual(['NODE_CONFIG t /wants'])
  })
})
