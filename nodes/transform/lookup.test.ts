import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Quality, resolvePorts, sample, type Context, type Sample, type Static, type Value } from '#kit'
import node from './lookup.ts'

type Config = Static<typeof node.config>
const none = { model: () => undefined }
const base: Config = { mode: 'linear', points: [{ x: 0, y: 0 }, { x: 10, y: 100 }], outside: 'clamp', entries: [], unknown: 'bad', other: '', unit: '' }

function look(config: Partial<Config>, value: Value, quality: number = Quality.good): Sample {
  let out: Sample | undefined
  node.receive!(sample('x', value, 0, quality), 'value', { config: { ...base, ...config }, emit: { value: (s: Sample) => void (out = s) } } as unknown as Context<Config>)
  return out!
}

describe('points', () => {
  const points = fc
    .uniqueArray(fc.record({ x: fc.integer({ min: -100, max: 100 }), y: fc.integer({ min: -100, max: 100 }) }), { selector: (p) => p.x, minLength: 2, maxLength: 12 })
    .map((list) => list.toSorted((a, b) => a.x - b.x))

  test('every way of reading gives every point exactly, as good', () => {
    fc.assert(
      fc.property(points, fc.constantFrom<Config['mode']>('linear', 'cubic', 'step'), fc.constantFrom<Config['outside']>('clamp', 'extrapolate', 'bad'), (list, mode, outside) => {
        for (const p of list) expect(look({ mode, outside, points: list }, p.x)).toEqual(sample('x', p.y, 0))
      }),
    )
  })

  test('straight lines are those of a plain search for the two neighbours', () => {
    fc.assert(
      fc.property(points, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
        const x = list[0]!.x + share * (list.at(-1)!.x - list[0]!.x)
        const above = Math.max(1, list.findIndex((p) => p.x >= x))
        const [a, b] = [list[above - 1]!, list[above]!]
        expect(look({ points: list }, x).value as number).toBeCloseTo(a.y + ((x - a.x) / (b.x - a.x)) * (b.y - a.y), 9)
      }),
    )
  })

  test('beyond the ends: the nearest, the line going on, or bad; never good', () => {
    for (const mode of ['linear', 'cubic'] as const) {
      expect(look({ mode }, 12)).toEqual(sample('x', 100, 0, Quality.uncertainUnitsExceeded))
      expect(look({ mode }, -2)).toEqual(sample('x', 0, 0, Quality.uncertainUnitsExceeded))
      expect(look({ mode, outside: 'extrapolate' }, 12)).toEqual(sample('x', 120, 0, Quality.uncertainUnitsExceeded))
      expect(look({ mode, outside: 'extrapolate' }, -2)).toEqual(sample('x', -20, 0, Quality.uncertainUnitsExceeded))
      expect(look({ mode, outside: 'bad' }, -2)).toEqual(sample('x', null, 0, Quality.badOutOfRange))
    }
    expect(look({ mode: 'step', outside: 'bad' }, -2)).toEqual(sample('x', null, 0, Quality.badOutOfRange))
    expect(look({ mode: 'step', outside: 'bad' }, 1e9)).toEqual(sample('x', 100, 0))
    expect(look({ outside: 'extrapolate' }, 1e308).quality).toBe(Quality.badOutOfRange)
  })
})

describe('codes', () => {
  const entries = [{ code: ' 1 ', gives: 'on' }, { code: 'true', gives: 'yes' }, { code: 'constructor', gives: 'word' }]

  test('are found as number, text or boolean, and only when they are in the table', () => {
    expect([1, '1', ' 1', true, 'true', 'constructor'].map((v) => look({ mode: 'text', entries }, v).value)).toEqual(['on', 'on', 'on', 'yes', 'yes', 'word'])
    for (const v of [1.5, 'toString', '', false]) expect(look({ mode: 'text', entries }, v)).toEqual(sample('x', null, 0, Quality.badOutOfRange))
    expect(look({ mode: 'text', entries }, new Float64Array(2)).quality).toBe(Quality.badTypeMismatch)
  })

  test('an unknown code of bad quality stays bad, whatever it gives', () => {
    expect(look({ mode: 'text', entries, unknown: 'other', other: '?' }, 9, Quality.badSensor)).toEqual(sample('x', '?', 0, Quality.badSensor))
    expect(look({ mode: 'text', entries, unknown: 'other', other: '?' }, 9)).toEqual(sample('x', '?', 0, Quality.uncertainSubstitute))
  })
})

test('ports follow the way of reading', () => {
  const kinds = (mode: Config['mode']) => [resolvePorts(node.inputs, { ...base, mode, unit: 'm3' })['value'], resolvePorts(node.outputs, { ...base, mode, unit: 'm3' })['value']]
  expect(kinds('cubic')).toEqual([{ kind: 'number' }, { kind: 'number', unit: 'm3' }])
  expect(kinds('text')).toEqual([{ kind: 'any' }, { kind: 'text' }])
  expect(kinds('number')).toEqual([{ kind: 'any' }, { kind: 'number', unit: 'm3' }])
})

test('tables that cannot be read are refused, row by row', () => {
  const fields = (config: Partial<Config>) => node.check!({ ...base, ...config }, none).map((f) => f.field)
  expect(fields({})).toEqual([])
  expect(fields({ points: [{ x: 0, y: 0 }] })).toEqual(['/points'])
  expect(fields({ mode: 'step', points: [{ x: 0, y: 0 }] })).toEqual([])
  expect(fields({ points: [{ x: 0, y: 0 }, { x: 0, y: 1 }, { x: -1, y: 1 }] })).toEqual(['/points/1/x', '/points/2/x'])
  expect(fields({ mode: 'text' })).toEqual(['/entries'])
  expect(fields({ mode: 'number', unknown: 'other', other: 'x', entries: [{ code: '1', gives: '2' }, { code: '1 ', gives: '' }] })).toEqual(['/entries/1/code', '/entries/1/gives', '/other'])
})
