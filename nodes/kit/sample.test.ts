import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Quality, assetOf, isBad, isFiniteValue, isGood, isUsable, qualityCode, qualityName, repeats, sample, sampleFromJson, sampleToJson, sameValue, severity, truthful, valueFromJson, worse, type JsonSample, type JsonValue, type Value } from './sample.ts'

const naughty = JSON.parse(readFileSync(join(import.meta.dirname, '../../../shared/data/json/blns.json'), 'utf8')) as string[]

// JSON has no -0; everything else comes back as it was.
const number = fc.double().map((v) => (Object.is(v, -0) ? 0 : v))
const leaf: fc.Arbitrary<Value> = fc.oneof(
  number,
  fc.boolean(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom<string>(...naughty),
  fc.constant(null),
  fc.uint8Array().map((v) => new Uint8Array(v)),
  fc.float32Array().map((v) => v.map((x) => (Object.is(x, -0) ? 0 : x))),
  fc.float64Array().map((v) => v.map((x) => (Object.is(x, -0) ? 0 : x))),
  fc.record({ format: fc.constantFrom('jpeg' as const, 'png' as const, 'webp' as const), width: fc.nat(), height: fc.nat(), data: fc.uint8Array().map((v) => new Uint8Array(v)) }, { noNullPrototype: true }),
)
const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', '$number', '$series', '$bytes', '$image', '$record', '$other'), fc.constantFrom<string>(...naughty))
const record = (inner: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.array(fc.tuple(key, inner), { maxLength: 5 }).map((entries) => Object.fromEntries(entries) as Value)
const value: fc.Arbitrary<Value> = fc.oneof(leaf, record(leaf), record(record(leaf)))
// Vitest's own equality reads a field named 'constructor' as the class.
function expectSame(found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) expect(found).toStrictEqual(expected)
  expect(isDeepStrictEqual(found, expected)).toBe(true)
}
const throughText = (json: unknown): JsonSample => JSON.parse(JSON.stringify(json)) as JsonSample

describe('a sample as JSON', () => {
  test('comes back as it was, whatever its value', () => {
    fc.assert(
      fc.property(fc.string(), value, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(0xffffffff), (tag, v, time, quality) => {
        const before = sample(tag, v, time === 0 ? 0 : time, quality)
        expectSame(sampleFromJson(throughText(sampleToJson(before))), before)
      }),
      { numRuns: 500 },
    )
  })

  test('keeps every naughty string as tag, value and field name', () => {
    for (const text of naughty) {
      const before = sample(text, Object.fromEntries([[text, text]]) as Value, 1)
      expectSame(sampleFromJson(throughText(sampleToJson(before))), before)
    }
  })

  test('does not let a field named __proto__ change what a record is', () => {
    const back = valueFromJson(JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as JsonValue) as Record<string, Value>
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
    expect(back['polluted']).toBeUndefined()
    expect(Object.keys(back)).toEqual(['__proto__', 'a'])
  })

  test('writes a float32 as people do', () => {
    expect(sampleToJson(sample('x', Float32Array.of(0.1, -2.5, Number.NaN), 0)).value).toEqual({ $series: [0.1, -2.5, { $number: 'NaN' }] })
  })

  test.each([
    ['an unknown quality', { tag: 'x', value: 1, time: 0, quality: 'Splendid' }, /quality 'Splendid'/],
    ['a tag that is no text', { tag: 1, value: 1, time: 0 }, /tag/],
    ['a time that is none', { tag: 'x', value: 1, time: null }, /time/],
    ['no value', { tag: 'x', time: 0 }, /value is missing/],
    ['no object', null, /object/],
    ['texts in a vector', { tag: 'x', value: ['a'], time: 0 }, /not a number/],
    ['a number that is none', { tag: 'x', value: { $number: 'seven' }, time: 0 }, /not a number/],
    ['bytes that are no base64', { tag: 'x', value: { $bytes: '***' }, time: 0 }, /base64/],
    ['bytes that are no text', { tag: 'x', value: { $bytes: 5 }, time: 0 }, /base64/],
    ['a series that is no list', { tag: 'x', value: { $series: 5 }, time: 0 }, /series/],
    ['half an image', { tag: 'x', value: { $image: { format: 'gif' } }, time: 0 }, /image/],
  ])('refuses %s and says why', (_what, json, reason) => {
    expect(() => sampleFromJson(json as unknown as JsonSample)).toThrow(TypeError)
    expect(() => sampleFromJson(json as unknown as JsonSample)).toThrow(reason)
  })
})

describe('quality', () => {
  test('names and codes are one to one, known or not', () => {
    for (const code of Object.values(Quality)) expect(qualityCode(qualityName(code))).toBe(code)
    fc.assert(fc.property(fc.nat(0xffffffff), (code) => {
      expect(qualityCode(qualityName(code))).toBe(code)
    }))
    expect(qualityCode(undefined)).toBe(Quality.good)
    expect(qualityCode('nonsense')).toBeUndefined()
  })

  test('its two top bits are the severity', () => {
    expect(severity(Quality.good)).toBe('good')
    expect(severity(Quality.uncertainSubNormal)).toBe('uncertain')
    expect(severity(Quality.badSensor)).toBe('bad')
    expect(severity(0xc0000000)).toBe('bad') // reserved: not good by any means
    fc.assert(fc.property(fc.nat(0xffffffff), (code) => {
      expect([isGood(code), isBad(code)]).toEqual([severity(code) === 'good', severity(code) === 'bad'])
    }))
  })

  test('the worse of two is the more severe, the first on a tie', () => {
    expect(worse(Quality.good, Quality.uncertain)).toBe(Quality.uncertain)
    expect(worse(Quality.badSensor, Quality.uncertain)).toBe(Quality.badSensor)
    expect(worse(Quality.badSensor, Quality.badTimeout)).toBe(Quality.badSensor)
  })
})

describe('what a value can be', () => {
  test('no NaN, infinity or missing value looks usable, whatever quality it claims', () => {
    for (const v of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null]) {
      for (const q of [Quality.good, Quality.uncertain, Quality.badSensor]) {
        const s = truthful(sample('x', v, 5, q))
        expect(isBad(s.quality)).toBe(true)
        expect(isUsable(s)).toBe(false)
        expect([s.tag, s.value, s.time]).toEqual(['x', v, 5])
      }
    }
  })

  test('the very same sample when nothing is wrong', () => {
    for (const s of [sample('x', 1, 0), sample('x', 'a', 0), sample('x', Number.NaN, 0, Quality.badSensor), sample('x', 1, 0, Quality.bad), sample('x', false, 0)]) expect(truthful(s)).toBe(s)
  })
})

// ---- the same

const picture = (byte: number) => ({ format: 'png', width: 1, height: 1, data: Uint8Array.of(byte) })

test.each<[unknown, unknown]>([
  [1, 1],
  [0, -0],
  [Number.NaN, Number.NaN],
  [null, null],
  ['', ''],
  [Float64Array.of(1, Number.NaN), Float64Array.of(1, Number.NaN)],
  [Float64Array.of(0), Float64Array.of(-0)],
  [Float32Array.of(), Float32Array.of()],
  [{ a: 1, b: { c: 'x' } }, { b: { c: 'x' }, a: 1 }],
  [JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')],
  [picture(1), picture(1)],
])('%o is %o', (a, b) => {
  expect(sameValue(a, b)).toBe(true)
  expect(sameValue(b, a)).toBe(true)
})

test.each<[unknown, unknown]>([
  [1, 2],
  [1, '1'],
  [0, false],
  [0, null],
  [Number.NaN, 0],
  [Number.NaN, 'NaN'],
  [null, {}],
  ['a', 'b'],
  [Float64Array.of(1, 2), Float64Array.of(1, 3)],
  [Float64Array.of(1, 2), Float64Array.of(1)],
  [Float64Array.of(1), Float32Array.of(1)],
  [Float64Array.of(1), { 0: 1 }],
  [{ a: 1 }, { a: 2 }],
  [{ a: 1 }, { b: 1 }],
  [{ a: 1 }, { a: 1, b: 1 }],
  [{}, JSON.parse('{"__proto__":1}')],
  [{ toString: 1 }, { valueOf: 1 }],
  [picture(1), picture(2)],
])('%o is not %o', (a, b) => {
  expect(sameValue(a, b)).toBe(false)
  expect(sameValue(b, a)).toBe(false)
})

test('a copy of plain data is equal, and one that was changed anywhere is not', () => {
  const plain = fc.jsonValue({ maxDepth: 3 }).filter((v) => !JSON.stringify(v).includes('['))
  fc.assert(fc.property(plain, (value) => {
    expect(sameValue(value, structuredClone(value))).toBe(true)
    expect(sameValue({ value }, { value: { value } })).toBe(false)
  }))
})

test('a reading repeats the one before it when tag, time, quality and value are the same', () => {
  const s = sample('x', Float64Array.of(1, 2), 5)
  expect([repeats(s, null), repeats(s, undefined), repeats(s, sample('x', Float64Array.of(1, 2), 5))]).toEqual([false, false, true])
  for (const other of [sample('y', s.value, 5), sample('x', Float64Array.of(1, 3), 5), sample('x', s.value, 6), sample('x', s.value, 5, Quality.uncertain)]) expect(repeats(s, other)).toBe(false)
})

test('the asset of a tag is what stands before its last dot or slash', () => {
  expect(['P-101.vibration', 'line/P-101.x', 'line.P-101/x', 'plain', '.x'].map(assetOf)).toEqual(['P-101', 'line/P-101', 'line.P-101', '', ''])
})

test('a value is finite when no number in it is NaN or infinite', () => {
  expect([1, 'NaN', null, true, Float64Array.of(1), Float32Array.of(), { a: Number.NaN }].map(isFiniteValue)).toEqual([true, true, true, true, true, true, true])
  expect([Number.NaN, Number.NEGATIVE_INFINITY, Float64Array.of(1, Number.NaN), Float32Array.of(Number.POSITIVE_INFINITY)].map(isFiniteValue)).toEqual([false, false, false, false])
})
