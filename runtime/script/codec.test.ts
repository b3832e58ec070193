import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasKind, valueFromJson, valueToJson, type JsonValue, type Value } from '#kit'
import { makeCodec, type Carries } from './codec.ts'

const { encode, decode, is, name } = makeCodec()
const kinds: readonly Carries[] = ['number', 'boolean', 'text', 'bytes', 'vector', 'series', 'image', 'record', 'event', 'any']

const image = fc.record({ format: fc.constantFrom('jpeg' as const, 'png' as const, 'webp' as const), width: fc.nat(), height: fc.nat(), data: fc.uint8Array({ maxLength: 20 }) }, { noNullPrototype: true })
const leaf: fc.Arbitrary<Value> = fc.oneof(fc.double(), fc.boolean(), fc.string(), fc.uint8Array(), fc.float64Array(), fc.float32Array(), image, fc.constant(null))
const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', '$number', '$record', 'constructor', 'toString'))
const value: fc.Arbitrary<Value> = fc.oneof(leaf, fc.array(fc.tuple(key, fc.oneof(leaf, fc.array(fc.tuple(key, leaf), { maxLength: 3 }).map((entries) => Object.fromEntries(entries) as Value))), { maxLength: 3 }).map((entries) => Object.fromEntries(entries) as Value))

describe("the sandbox's codec", () => {
  test('writes what the kit writes', () => {
    fc.assert(fc.property(value, (v) => {
      expect(encode(v)).toEqual(valueToJson(v))
    }))
  })

  test('reads what the kit writes, to the same value', () => {
    fc.assert(fc.property(value, (v) => {
      const json = JSON.parse(JSON.stringify(valueToJson(v))) as JsonValue
      expect(decode(json)).toEqual(valueFromJson(json))
    }))
  })

  test('knows the kinds that the kit knows', () => {
    fc.assert(fc.property(value, fc.constantFrom(...kinds), (v, kind) => {
      expect(is(v, kind)).toBe(hasKind(v, kind))
    }))
  })

  test('takes plain lists and other typed arrays as vectors', () => {
    expect(encode([1, Number.NaN])).toEqual([1, { $number: 'NaN' }])
    expect(encode(Int16Array.of(-3, 4))).toEqual([-3, 4])
    expect(is([1], 'vector')).toBe(true)
  })

  test.each([
    ['a function', () => 1], ['a BigInt', 1n], ['a symbol', Symbol('s')], ['nothing (undefined)', undefined], ['a Date', new Date(0)], ['a Map', new Map()],
    ['a list with a text in it, and a vector holds numbers only', ['a']], ['a list with a BigInt in it, and a vector holds numbers only', BigInt64Array.of(1n)],
  ])('says that it cannot write %s', (says, v) => {
    expect(() => encode(v)).toThrow(says)
  })

  test('does not follow a circle', () => {
    const a: Record<string, unknown> = {}
    a['a'] = a
    expect(() => encode(a)).toThrow('deeper than 64 levels')
    expect(name(a)).toBe('a record')
  })
})
