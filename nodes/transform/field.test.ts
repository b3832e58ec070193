import { describe, expect, test } from 'vitest'
import { resolvePorts, withDefaults, type ExampleSample, type JsonValue } from '#kit'
import { runExample, type ExampleRun } from '../../runtime/engine/example.ts'
import node from './field.ts'

type Config = Parameters<NonNullable<typeof node.check>>[0]
const config = (fields: readonly object[], over: object = {}): Config => withDefaults(node.config, { fields, ...over }) as Config
const run = (value: JsonValue, fields: readonly object[], over: object = {}): Promise<ExampleRun> =>
  runExample(node, { title: '', config: config(fields, over), in: [{ at: 'value', tag: 'T', value, time: 5 }], out: [] })
const one = async (value: JsonValue, field: object): Promise<ExampleSample | undefined> => (await run(value, [{ name: 'f', ...field }])).out[0]

describe('pick fields', () => {
  test.each([
    [{ f: 1 }, {}, 1], [{ f: { $series: [1, 2] } }, { kind: 'series' }, { $series: [1, 2] }], [[4, 5], { path: '[1]' }, 5], [{ 'a.b': 7 }, { path: '["a.b"]' }, 7],
    [{ f: { g: 1 } }, { kind: 'record' }, { g: 1 }], [{ f: 'x' }, { kind: 'any' }, 'x'], [{ f: { $bytes: 'AAEC' } }, { kind: 'bytes' }, { $bytes: 'AAEC' }], [{ f: [1, 2] }, { path: 'f[0]' }, 1],
  ])('%j by %j', async (value, field, out) => expect(await one(value, field)).toEqual({ at: 'f', tag: 'T.f', value: out, time: 5 }))

  test.each([
    [{ f: '1' }, {}, 'BadTypeMismatch'], [{ f: 1 }, { kind: 'boolean' }, 'BadTypeMismatch'], [{ f: [1] }, { kind: 'series' }, 'BadTypeMismatch'], [{}, {}, 'BadNoData'], [{ f: null }, {}, 'BadNoData'],
    ['text', { path: 'length' }, 'BadNoData'], [5, {}, 'BadNoData'], [{ a: 1 }, { path: 'constructor', kind: 'any' }, 'BadNoData'], [[1], { path: '[1]' }, 'BadNoData'],
  ])('%j by %j is a missing value: %s', async (value, field, quality) => expect(await one(value, field)).toEqual({ at: 'f', tag: 'T.f', value: null, time: 5, quality }))

  test('nothing where nothing lies: a sample without any of the fields is dropped, a null field is not nothing', async () => {
    const fields = [{ name: 'a' }, { name: 'b' }]
    expect((await run({ b: 1 }, fields, { missing: 'nothing' })).out.map((s) => s.at)).toEqual(['b'])
    const none = await run({ c: 1 }, fields, { missing: 'nothing' })
    expect(none.out).toEqual([])
    expect(none.ledger.dropped).toEqual({ missing: 1 })
    expect((await run({ a: null }, fields, { missing: 'nothing' })).out).toEqual([{ at: 'a', tag: 'T.a', value: null, time: 5, quality: 'BadNoData' }])
    expect((await run(null, fields, { missing: 'nothing' })).out.map((s) => [s.at, s.quality])).toEqual([['a', 'BadNoData'], ['b', 'BadNoData']])
  })

  test('a wrong kind in a bad record keeps the cause', async () => {
    const { out } = await runExample(node, { title: '', config: config([{ name: 'f' }]), in: [{ at: 'value', value: { f: 'x' }, time: 0, quality: 'BadSensorFailure' }], out: [] })
    expect(out).toEqual([{ at: 'f', tag: 'x.f', value: null, time: 0, quality: 'BadSensorFailure' }])
  })

  test('outputs have the kind and unit of their row', () => {
    expect(resolvePorts(node.outputs, config([{ name: 'a', unit: 'bar' }, { name: 'b', kind: 'text', unit: 'bar' }]))).toEqual({ a: { kind: 'number', unit: 'bar' }, b: { kind: 'text' } })
  })

  test('settings that cannot be are named', () => {
    const faults = (fields: readonly object[], over: object = {}) => node.check!(config(fields, over), { model: () => undefined }).map((f) => f.field)
    expect(faults([{ name: 'a' }, { name: 'a', path: 'b..c' }], { tag: '{node}' })).toEqual(['/fields/1/name', '/fields/1/path', '/tag'])
    expect(faults([{ name: 'a', path: 'b[0].c' }], { tag: '{field}@{tag}' })).toEqual([])
  })
})
