import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assignable, each, fieldFor, formatType, fromConfig, fromItem, hasKind, port, resolvePorts, same, type Kind, type PortType } from './port.ts'
import { valueFromJson } from './sample.ts'

const kinds: readonly Kind[] = ['number', 'boolean', 'text', 'bytes', 'vector', 'series', 'image', 'record', 'event', 'any']
const unit = fc.option(fc.constantFrom('bar', 'kPa', 'Cel', '1', '{rpm}', 'nonsense'), { nil: undefined })
const type: fc.Arbitrary<PortType> = fc.letrec<{ type: PortType; flat: PortType }>((tie) => ({
  flat: fc.record({ kind: fc.constantFrom(...kinds), unit, length: fc.option(fc.nat(64), { nil: undefined }) }),
  type: fc.oneof(tie('flat'), fc.record({ kind: fc.constant('record' as Kind), fields: fc.dictionary(fc.string(), tie('flat'), { maxKeys: 4 }) })),
})).type

describe('what may feed what', () => {
  test('every type feeds itself, and anything feeds any', () => {
    fc.assert(fc.property(type, (t) => {
      expect(assignable(t, t).ok).toBe(true)
      expect(assignable(t, { kind: 'any' })).toEqual({ ok: true })
    }))
  })

  test('any into a type passes, and each sample is checked', () => {
    expect(assignable({ kind: 'any' }, { kind: 'number', unit: 'bar' })).toEqual({ ok: true, checked: true })
    expect(assignable({ kind: 'any', unit: 'Cel' }, { kind: 'number', unit: 'bar' })).toMatchObject({ ok: false, code: 'PORT_UNIT' })
    expect(assignable({ kind: 'any', unit: 'kPa' }, { kind: 'number', unit: 'bar' })).toMatchObject({ ok: false, code: 'PORT_CONVERT' })
  })

  test('the same quantity in another unit offers a Convert node', () => {
    expect(assignable({ kind: 'number', unit: 'Cel' }, { kind: 'number', unit: '[degF]' })).toMatchObject({ ok: false, code: 'PORT_CONVERT', insert: 'transform.convert' })
  })

  test('another quantity, kind or length is refused with a hint', () => {
    expect(assignable({ kind: 'number', unit: 'Cel' }, { kind: 'number', unit: 'bar' })).toMatchObject({ ok: false, code: 'PORT_UNIT' })
    expect(assignable({ kind: 'number' }, { kind: 'boolean' })).toMatchObject({ ok: false, code: 'PORT_KIND' })
    expect(assignable({ kind: 'vector', length: 3 }, { kind: 'vector', length: 4 })).toMatchObject({ ok: false, code: 'PORT_KIND', hint: 'The vector has 3 elements, 4 are needed.' })
    for (const a of kinds) {
      for (const b of kinds) {
        const fit = assignable({ kind: a }, { kind: b })
        if (!fit.ok) expect(fit.hint).toMatch(/\.$/)
      }
    }
  })

  test('where a node between would make it fit, it is named; a record whose fields are known needs one that fits', () => {
    const insert = (out: PortType, to: PortType): string | undefined => {
      const fit = assignable(out, to)
      return fit.ok ? 'fits' : fit.insert
    }
    expect(insert({ kind: 'text' }, { kind: 'number', unit: 'bar' })).toBe('transform.parse')
    expect(insert({ kind: 'bytes' }, { kind: 'record' })).toBe('transform.parse')
    expect(insert({ kind: 'record' }, { kind: 'number' })).toBe('transform.field')
    const record: PortType = { kind: 'record', fields: { state: { kind: 'text' }, hot: { kind: 'number', unit: 'Cel' }, p: { kind: 'number', unit: 'bar' } } }
    expect(insert(record, { kind: 'number', unit: 'bar' })).toBe('transform.field')
    expect(fieldFor(record, { kind: 'number', unit: 'bar' })).toBe('p')
    expect(insert(record, { kind: 'number', unit: 'Hz' })).toBeUndefined()
    expect(insert({ kind: 'boolean' }, { kind: 'number' })).toBe('transform.select')
    expect(insert({ kind: 'number' }, { kind: 'text' })).toBe('transform.format')
    expect(insert({ kind: 'number' }, { kind: 'boolean' }), 'a limit is a choice of a person').toBeUndefined()
  })

  test('a record needs the fields, and names the one that does not fit', () => {
    const want: PortType = { kind: 'record', fields: { level: { kind: 'number', unit: 'm' } } }
    expect(assignable({ kind: 'record' }, want).ok).toBe(true)
    expect(assignable({ kind: 'record', fields: {} }, want)).toMatchObject({ ok: false, hint: "The record has no field 'level'." })
    expect(assignable({ kind: 'record', fields: { level: { kind: 'number', unit: 'bar' } } }, want)).toMatchObject({ ok: false, code: 'PORT_UNIT' })
  })
})

describe('declared ports with a config put in', () => {
  test('take units, lengths and kinds from the config', () => {
    const decls = { out: port.vector({ unit: fromConfig('unit'), length: fromConfig('bands.length') }), free: port.number({ unit: fromConfig('nothing') }) }
    expect(resolvePorts(decls, { unit: 'mm/s', bands: [1, 2, 3] })).toEqual({ out: { kind: 'vector', unit: 'mm/s', length: 3 }, free: { kind: 'number' } })
  })

  test('give one port for each item, in order, and none for one without a name', () => {
    const decls = { '*': each('tags', 'name', { kind: fromItem('type', { bool: 'boolean', '*': 'number' }), unit: fromItem('unit') }) }
    const tags = [{ name: 'speed', type: 'int16', unit: 'Hz' }, { name: '', type: 'bool' }, { type: 'bool' }, { name: 'run', type: 'bool' }]
    expect(Object.entries(resolvePorts(decls, { tags }))).toEqual([
      ['speed', { kind: 'number', unit: 'Hz' }],
      ['run', { kind: 'boolean' }],
    ])
    expect(resolvePorts(decls, {})).toEqual({})
    expect(resolvePorts(decls, { tags: 'no list' })).toEqual({})
  })

  test('an item named __proto__ or constructor is a port like others', () => {
    const ports = resolvePorts({ '*': each('tags', 'name', port.number()) }, { tags: [{ name: '__proto__' }, { name: 'constructor' }] })
    expect(Object.keys(ports)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(ports)).toBe(Object.prototype)
  })

  test('same may depend on the config', () => {
    const decls = { out: { same: fromConfig('value', { keep: 'in' }), kind: fromConfig('value'), unit: fromConfig('unit') } }
    expect(resolvePorts(decls, { value: 'keep', unit: '' })).toEqual({ out: { kind: 'any', same: 'in' } })
    expect(resolvePorts(decls, { value: 'number', unit: 'Hz' })).toEqual({ out: { kind: 'number', unit: 'Hz' } })
    expect(resolvePorts(decls, { value: 'text', unit: 'Hz' })).toEqual({ out: { kind: 'text' } })
    expect(resolvePorts({ out: same('in') }, {})).toEqual({ out: { kind: 'any', same: 'in' } })
  })
})

describe('a value and its kind', () => {
  test('each value has its kind and any, and no other but event for records', () => {
    const values: [Kind, unknown][] = [['number', 1], ['boolean', false], ['text', ''], ['bytes', { $bytes: 'AA==' }], ['vector', [1]], ['series', { $series: [1] }], ['image', { $image: { format: 'png', width: 1, height: 1, data: '' } }], ['record', { a: 1 }]]
    for (const [kind, json] of values) {
      const own = kinds.filter((k) => hasKind(valueFromJson(json as never), k))
      expect(own).toEqual(kind === 'record' ? ['record', 'event', 'any'] : [kind, 'any'])
    }
    for (const kind of kinds) expect(hasKind(null, kind)).toBe(true)
  })

  test('is written for people', () => {
    expect(formatType({ kind: 'number', unit: 'Cel' })).toBe('number · °C')
    expect(formatType({ kind: 'vector', length: 32, unit: 'mm/s' })).toBe('vector[32] · mm/s')
    expect(formatType({ kind: 'any' })).toBe('any')
  })
})
