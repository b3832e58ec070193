import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { Quality, sample, type Value } from '#kit'
import { DecodeFault, decodePayload, encodeJson, encodeValue, type DecodeOptions } from './payload.ts'
import { covers, filterFault, publishable } from './topic.ts'

const decode = (text: string, o: Partial<DecodeOptions> = {}) => decodePayload(new TextEncoder().encode(text), { payload: 'auto', path: '', timePath: '', ...o })
const value = (text: string, o: Partial<DecodeOptions> = {}): Value => decode(text, o).value

describe('MQTT payloads', () => {
  it('are taken as they look', () => {
    expect(value(' 21.5 ')).toBe(21.5)
    expect(value('-1e3')).toBe(-1000)
    expect(value('true')).toBe(true)
    expect(value('open')).toBe('open')
    expect(value('')).toBe('')
    expect(value('0x10')).toBe('0x10')
    expect(value('1,5')).toBe('1,5')
    expect(value('{"a": {"b": 2}}')).toEqual({ a: { b: 2 } })
    expect(value('[1, 2.5]')).toEqual(Float64Array.of(1, 2.5))
    expect(value('{broken')).toBe('{broken')
    expect(Object.keys(value('{"__proto__": 1}') as object)).toEqual(['__proto__'])
  })

  it('are looked into by a path, with a time of their own', () => {
    const json = '{"data": [{"t": 21.5}], "ts": "2026-01-01T00:00:00.250Z", "ms": 1700000000000}'
    expect(decode(json, { path: 'data.0.t', timePath: 'ts', payload: 'number' })).toEqual({ value: 21.5, quality: 0, time: Date.UTC(2026, 0, 1) + 250 })
    expect(decode(json, { path: 'data.0.t', timePath: 'ms' }).time).toBe(1700000000000)
    expect(decode(json, { path: 'data[0].t' }).value).toBe(21.5)
    expect(decode('{"a b[":1}', { path: 'a b[' }).value).toBe(1)
    expect(decode('["a",{"b":2}]', { payload: 'json' }).value).toEqual({ 0: 'a', 1: { b: 2 } })
    expect(decode(json, { path: 'data.0.t', timePath: 'none' })).toEqual({ value: 21.5, quality: Quality.uncertain })
    expect(() => value(json, { path: 'data.1.t' })).toThrow(/there is no 'data.1.t'/)
  })

  it('NaN, infinity and null never look normal', () => {
    expect(decode('NaN')).toEqual({ value: Number.NaN, quality: Quality.badSensor })
    expect(decode('-inf', { payload: 'number' })).toEqual({ value: Number.NEGATIVE_INFINITY, quality: Quality.badSensor })
    expect(decode('null')).toEqual({ value: null, quality: Quality.badNoData })
    expect(decode('{"v": null}', { path: 'v', payload: 'number' })).toEqual({ value: null, quality: Quality.badNoData })
    expect(decode('[1, null]').quality).toBe(Quality.badSensor)
    expect(decode('{"v": null}', { path: 'v', timePath: 'x' }).quality).toBe(Quality.badNoData)
  })

  it('that are not what was stated are a fault in words', () => {
    expect(() => value('hot', { payload: 'number' })).toThrow("'hot' is not a number")
    expect(() => value('', { payload: 'number' })).toThrow(DecodeFault)
    expect(() => value('maybe', { payload: 'boolean' })).toThrow("'maybe' is not a boolean")
    expect(value('ON', { payload: 'boolean' })).toBe(true)
    expect(value('0', { payload: 'boolean' })).toBe(false)
    expect(() => value('{', { payload: 'json' })).toThrow(/it is no JSON/)
    expect(() => value(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`, { payload: 'json' })).toThrow(/nested/)
    expect(() => decodePayload(Uint8Array.of(0xff, 0xfe), { payload: 'text', path: '', timePath: '' })).toThrow('it is no UTF-8 text')
    expect(decodePayload(Uint8Array.of(0xff), { payload: 'bytes', path: '', timePath: '' }).value).toEqual(Uint8Array.of(0xff))
  })

  it('decoding never throws anything but its own fault, and a number is never invented', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom('auto' as const, 'number' as const, 'boolean' as const, 'text' as const, 'json' as const), (bytes, payload) => {
        try {
          const { value: v, quality } = decodePayload(bytes, { payload, path: '', timePath: '' })
          if (typeof v === 'number' && !Number.isFinite(v)) expect(quality >>> 30).toBe(2)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(DecodeFault)
        }
      }),
    )
  })

  it('on the way out say null and a bad quality for what is no number', () => {
    const json = (v: Value, q = 0) => JSON.parse(encodeJson(sample('t', v, 5, q))) as unknown
    expect(json(1.5)).toEqual({ tag: 't', value: 1.5, time: 5 })
    expect(json(Number.NaN)).toEqual({ tag: 't', value: null, time: 5, quality: 'BadOutOfRange' })
    expect(json(null)).toEqual({ tag: 't', value: null, time: 5, quality: 'BadNoData' })
    expect(json(null, Quality.badTimeout)).toEqual({ tag: 't', value: null, time: 5, quality: 'BadTimeout' })
    expect(json(3, Quality.badTimeout)).toEqual({ tag: 't', value: 3, time: 5, quality: 'BadTimeout' })
    expect(json(Float32Array.of(1, Number.NaN))).toEqual({ tag: 't', value: [1, null], time: 5, quality: 'BadOutOfRange' })
    expect(json({ a: Number.NaN, b: true })).toMatchObject({ value: { a: null, b: true } })
    expect(encodeValue(sample('t', 2, 0))).toBe('2')
    expect(encodeValue(sample('t', false, 0))).toBe('false')
    for (const s of [sample('t', Number.NaN, 0), sample('t', null, 0), sample('t', 2, 0, Quality.bad), sample('t', Float64Array.of(Number.NaN), 0)]) expect(encodeValue(s)).toBeUndefined()
  })
})

describe('MQTT topics', () => {
  it('are covered as the standard says', () => {
    for (const [filter, topic, yes] of [
      ['a/b', 'a/b', true], ['a/+', 'a/b', true], ['a/+', 'a', false], ['a/#', 'a', true], ['a/#', 'a/b/c', true], ['#', 'a', true], ['#', '$SYS/x', false], ['+/x', '$SYS/x', false],
      ['$SYS/#', '$SYS/x', true], ['a/+/c', 'a//c', true], ['a', 'a/b', false], ['$share/g/a/+', 'a/b', true],
    ] as const) expect([filter, topic, covers(filter, topic)]).toEqual([filter, topic, yes])
  })
  it('are checked in words', () => {
    expect(filterFault('a/#/b')).toBe('# may only be the last level.')
    expect(filterFault('a/b+')).toBe("'b+': + and # stand for whole levels.")
    expect(filterFault('')).toBe('A topic is needed.')
    expect(filterFault('a/+/#')).toBeUndefined()
    expect(publishable('plant/a+b#')).toBe('plant/a_b_')
  })
})
