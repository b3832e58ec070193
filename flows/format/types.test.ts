import { describe, expect, test } from 'vitest'
import { Type, type ResolvedPorts, type TypedPorts, each, fromConfig, fromItem, port, same, type PortDecls } from '#kit'
import { emptyFlow, type Flow } from './document.ts'
import { typeFlow, type TypedFlow, type Typing } from './types.ts'

const types: Record<string, { inputs: PortDecls; outputs: PortDecls }> = {
  source: { inputs: {}, outputs: { '*': each('tags', 'name', { kind: fromItem('kind', { '*': 'number', text: 'text', any: 'any', vector: 'vector' }), unit: fromItem('unit'), length: fromItem('length') }) } },
  pass: { inputs: { value: port.any() }, outputs: { value: same('value') } },
  number: { inputs: { value: port.number() }, outputs: { value: same('value') } },
  scale: { inputs: { value: port.number() }, outputs: { value: same('value', { unit: fromConfig('unit') }) } },
  convert: { inputs: { value: port.number({ unit: fromConfig('from') }) }, outputs: { value: port.number({ unit: fromConfig('to') }) } },
  sink: { inputs: { value: port.any({ optional: true }) }, outputs: {} },
  decide: { inputs: { value: port.boolean() }, outputs: {} },
}
const tag = (name: string, unit?: string, kind?: string, length?: number) => ({ name, ...(unit === undefined ? {} : { unit }), ...(kind === undefined ? {} : { kind }), ...(length === undefined ? {} : { length }) })
function build(nodes: Record<string, [type: string, config?: Record<string, unknown>]>, ...wires: string[]): TypedFlow {
  return buildTyped(nodes, new Map(), ...wires)
}
function buildTyped(nodes: Record<string, [type: string, config?: Record<string, unknown>]>, typing: Typing, ...wires: string[]): TypedFlow {
  const flow: Flow = { ...emptyFlow('f', 'F'), nodes: Object.fromEntries(Object.entries(nodes).map(([id, [type, config]]) => [id, { type, config: (config ?? {}) as never, at: [0, 0] as const }])), wires }
  return typeFlow(flow, (type) => (types[type] ? { ...types[type]!, config: Type.Object({}) } : undefined), {}, {}, typing)
}
const codes = (typed: TypedFlow): string[] => typed.issues.map((i) => i.code)
const plant = (...tags: ReturnType<typeof tag>[]): ['source', Record<string, unknown>] => ['source', { tags }]

describe('types along the wires', () => {
  test('unit and kind pass through a chain of same, and end where a node states its own', () => {
    const typed = build(
      { s: plant(tag('t', 'Cel')), a: ['pass'], b: ['number'], c: ['convert', { from: 'Cel', to: 'K' }], d: ['pass'] },
      's.t -> a.value', 'a.value -> b.value', 'b.value -> c.value', 'c.value -> d.value',
    )
    expect(typed.issues).toEqual([])
    expect(typed.ports['b']!.outputs['value']).toEqual({ kind: 'number', unit: 'Cel' })
    expect(typed.ports['b']!.inputs['value']).toEqual({ kind: 'number', unit: 'Cel' })
    expect(typed.ports['d']!.outputs['value']).toEqual({ kind: 'number', unit: 'K' })
  })

  test('a chain of thousands is no deeper than one of two', () => {
    const n = 20_000
    const typed = build(
      { s: plant(tag('t', 'bar')), ...Object.fromEntries(Array.from({ length: n }, (_, i) => [`n${i}`, ['pass']])) },
      's.t -> n0.value', ...Array.from({ length: n - 1 }, (_, i) => `n${i}.value -> n${i + 1}.value`),
    )
    expect(typed.issues).toEqual([])
    expect(typed.ports[`n${n - 1}`]!.outputs['value']).toEqual({ kind: 'number', unit: 'bar' })
  })

  test('an input with thousands of feeders is typed in one go', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => `n${i}`)
    const nodes = Object.fromEntries([['s', plant(tag('t', 'bar'))], ...ids.map((id) => [id, ['pass']])]) as Record<string, [string, Record<string, unknown>?]>
    const typed = build(nodes, ...ids.slice(1).flatMap((id) => [`s.t -> ${id}.value`, `${id}.value -> n0.value`]))
    expect(codes(typed)).toEqual([])
    expect(typed.ports['n0']!.outputs['value']).toMatchObject({ unit: 'bar' })
  })

  test('another quantity is refused, the same quantity in another unit asks for a Convert node', () => {
    const typed = build({ s: plant(tag('t', 'Cel'), tag('p', 'kPa')), c: ['convert', { from: 'bar', to: '[psi]' }] }, 's.t -> c.value')
    expect(typed.issues).toMatchObject([{ code: 'PORT_UNIT', node: 'c', port: 'value', wire: 's.t -> c.value', text: 'number · °C cannot feed number · bar.' }])
    expect(codes(build({ s: plant(tag('p', 'kPa')), c: ['convert', { from: 'bar', to: '[psi]' }] }, 's.p -> c.value'))).toEqual(['PORT_CONVERT'])
  })

  test('an override of the unit counts for what follows', () => {
    const nodes = { s: plant(tag('raw')), scale: ['scale', { unit: 'Cel' }], c: ['convert', { from: 'bar', to: 'kPa' }] } as Record<string, [string, Record<string, unknown>?]>
    expect(codes(build(nodes, 's.raw -> scale.value', 'scale.value -> c.value'))).toEqual(['PORT_UNIT'])
  })

  test('several units into one input are an error, one unit under two names is none', () => {
    expect(codes(build({ s: plant(tag('a', 'bar'), tag('b', 'kPa')), n: ['number'] }, 's.a -> n.value', 's.b -> n.value'))).toEqual(['PORT_MIXED'])
    expect(codes(build({ s: plant(tag('a', 'L/s'), tag('b', 'l/s'), tag('c')), n: ['number'] }, 's.a -> n.value', 's.b -> n.value', 's.c -> n.value'))).toEqual([])
  })

  test('where several units may come, none is shown: it would be wrong for all but one', () => {
    const typed = build({ s: plant(tag('a', 'bar'), tag('b', 'mm/s'), tag('c', 'bar'), tag('d')), mixed: ['sink'], alike: ['sink'] }, 's.a -> mixed.value', 's.b -> mixed.value', 's.a -> alike.value', 's.c -> alike.value', 's.d -> alike.value')
    expect(typed.issues).toEqual([])
    expect(typed.ports['mixed']!.inputs['value']!.unit).toBeUndefined()
    expect(typed.ports['alike']!.inputs['value']!.unit).toBe('bar')
  })

  test('several kinds through one node are any afterwards, and checked where it matters', () => {
    const typed = build({ s: plant(tag('n', 'bar'), tag('w', undefined, 'text')), p: ['pass'], n: ['number'] }, 's.n -> p.value', 's.w -> p.value', 'p.value -> n.value')
    expect(typed.ports['p']!.outputs['value']!.kind).toBe('any')
    expect([...typed.checked]).toEqual(['p.value -> n.value'])
    expect(codes(typed)).toEqual(['PORT_UNRESOLVED'])
  })

  test('a length that is not the same for all is none', () => {
    const typed = build({ s: plant(tag('a', undefined, 'vector', 3), tag('b', undefined, 'vector', 4)), p: ['pass'] }, 's.a -> p.value', 's.b -> p.value')
    expect(typed.ports['p']!.outputs['value']).toEqual({ kind: 'vector' })
  })

  test('any into a type is checked sample by sample', () => {
    const typed = build({ s: plant(tag('x', undefined, 'any')), n: ['number'], d: ['decide'] }, 's.x -> n.value', 's.x -> d.value')
    expect(codes(typed)).toEqual([])
    expect([...typed.checked]).toEqual(['s.x -> n.value', 's.x -> d.value'])
  })

  test('an open input is an error where it is needed, and only there', () => {
    expect(build({ n: ['number'], k: ['sink'] }).issues).toMatchObject([{ code: 'PORT_OPEN', node: 'n', port: 'value' }])
  })

  test('an untyped node that nothing feeds is told, not guessed', () => {
    expect(codes(build({ p: ['pass'] }))).toEqual(['PORT_OPEN', 'PORT_UNRESOLVED'])
  })

  test('a loop of same ends as any, one that something feeds has its type', () => {
    const loop = build({ a: ['pass'], b: ['pass'] }, 'a.value -> b.value', 'b.value -> a.value')
    expect(codes(loop)).toEqual(['PORT_UNRESOLVED', 'PORT_UNRESOLVED'])
    const fed = build({ s: plant(tag('t', 'bar')), a: ['pass'], b: ['pass'] }, 'b.value -> a.value', 's.t -> a.value', 'a.value -> b.value')
    expect(fed.issues).toEqual([])
    expect(fed.ports['b']!.outputs['value']).toEqual({ kind: 'number', unit: 'bar' })
  })

  test('a loop whose unit never settles ends, with an issue', () => {
    const typed = build({ s: plant(tag('t', 'bar')), a: ['pass'], b: ['scale', { unit: 'kPa' }] }, 'b.value -> a.value', 's.t -> a.value', 'a.value -> b.value')
    expect(codes(typed)).toContain('PORT_MIXED')
  })

  test('ports that only the gateway knows take the place of the declared ones', () => {
    const flow: Flow = { ...emptyFlow('f', 'F'), nodes: { m: { type: 'pass', config: {}, at: [0, 0] } }, wires: [] }
    const typed = typeFlow(flow, () => ({ ...types['pass']!, config: Type.Object({}) }), {}, { m: { outputs: { score: { kind: 'vector', length: 4 } } } })
    expect(typed.ports['m']!.outputs).toEqual({ score: { kind: 'vector', length: 4 } })
  })
})

describe('wires that are none', () => {
  const nodes = { s: plant(tag('t')), n: ['number'] } as Record<string, [string, Record<string, unknown>?]>
  test.each([
    ['s.t > n.value', 'WIRE_FORMAT'],
    ['s.t -> nobody.value', 'WIRE_NODE'],
    ['s.t -> constructor.value', 'WIRE_NODE'],
    ['s.nothing -> n.value', 'WIRE_PORT'],
    ['s.constructor -> n.value', 'WIRE_PORT'],
    ['n.value -> s.t', 'WIRE_PORT'],
  ])('%s: %s', (wire, code) => {
    const typed = build(nodes, wire)
    expect(codes(typed)).toContain(code)
    expect(typed.issues[0]).toMatchObject({ wire, field: '/wires/0' })
    expect(typed.wires).toEqual([])
  })

  test('a wire that is there twice counts once', () => {
    const typed = build(nodes, 's.t -> n.value', 's.t -> n.value')
    expect(codes(typed)).toEqual(['WIRE_DUPLICATE'])
    expect(typed.wires).toHaveLength(1)
  })

  test('a node of an unknown type brings no second complaint', () => {
    expect(codes(build({ x: ['unheard.of'], n: ['number'] }, 'x.out -> n.value'))).toEqual([])
  })

  test('a unit that is none is told at each port that has it', () => {
    const typed = build({ s: plant(tag('t', '°C')), c: ['convert', { from: 'degrees', to: 'K' }] }, 's.t -> c.value')
    expect(codes(typed).toSorted()).toEqual(['PORT_UNIT', 'UNIT_UNKNOWN', 'UNIT_UNKNOWN'])
  })
})

describe('outputs that follow from what comes in', () => {
  /** A list of what it gets: the kind and unit of `value`, and a second output by `same`. */
  const wrap = ({ value }: ResolvedPorts): TypedPorts => ({
    outputs: { value: { kind: 'record', fields: { inner: value! } } },
    issues: value!.kind === 'text' ? [{ field: '/expression', reason: 'A text.' }] : [],
  })
  const double = ({ value }: ResolvedPorts): TypedPorts => ({ outputs: { value: value!.kind === 'number' ? { kind: 'number', ...(value!.unit ? { unit: value!.unit } : {}) } : { kind: 'any' } } })

  test('are asked with the types of the wires, also when these are known later', () => {
    // The nodes stand in the document in the reverse order of the wires.
    const typed = buildTyped({ end: ['pass'], b: ['pass'], a: ['pass'], s: plant(tag('t', 'Cel')) }, new Map([['a', double], ['b', wrap]]), 's.t -> a.value', 'a.value -> b.value', 'b.value -> end.value')
    expect(typed.issues).toEqual([])
    expect(typed.ports['a']!.outputs['value']).toEqual({ kind: 'number', unit: 'Cel' })
    expect(typed.ports['end']!.outputs['value']).toEqual({ kind: 'record', fields: { inner: { kind: 'number', unit: 'Cel' } } })
  })
  test('their issues are those of the final types, each once', () => {
    const typed = buildTyped({ b: ['pass'], a: ['pass'], s: plant(tag('t', undefined, 'text')) }, new Map([['b', wrap]]), 's.t -> a.value', 'a.value -> b.value')
    expect(typed.issues).toMatchObject([{ code: 'NODE_CONFIG', node: 'b', field: '/expression', text: 'A text.' }])
    expect(buildTyped({ b: ['pass'], s: plant(tag('t')) }, new Map([['b', wrap]]), 's.t -> b.value').issues).toEqual([])
  })
  test('what they do not name stays as declared; what stays open is told', () => {
    const named = build({ s: plant(tag('t', 'bar')), a: ['pass'] }, 's.t -> a.value')
    expect(buildTyped({ s: plant(tag('t', 'bar')), a: ['pass'] }, new Map([['a', () => ({})]]), 's.t -> a.value').ports).toEqual(named.ports)
    expect(codes(buildTyped({ s: plant(tag('t', undefined, 'any')), a: ['pass'] }, new Map([['a', double]]), 's.t -> a.value'))).toEqual(['PORT_UNRESOLVED'])
  })
  test('a loop of them ends', () => {
    const typed = buildTyped({ a: ['pass'], b: ['pass'] }, new Map([['a', wrap], ['b', wrap]]), 'a.value -> b.value', 'b.value -> a.value')
    expect(typed.ports['a']!.outputs['value']!.kind).toBe('record')
  })
  test('an output that they type feeds what follows only if it fits', () => {
    expect(codes(buildTyped({ s: plant(tag('t', 'bar')), a: ['pass'], n: ['number'] }, new Map([['a', wrap]]), 's.t -> a.value', 'a.value -> n.value'))).toContain('PORT_KIND')
  })
})
