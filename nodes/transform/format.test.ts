import { describe, expect, test } from 'vitest'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { resolvePorts, withDefaults, type ExampleSample, type JsonValue } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './format.ts'

type Config = Parameters<NonNullable<typeof node.check>>[0]
const config = (over: object): Config => withDefaults(node.config, over) as Config
async function sampleOf(over: object, value: JsonValue, sample: Partial<ExampleSample> = {}): Promise<ExampleSample> {
  const { out } = await runExample(node, { title: '', config: config(over), in: [{ at: 'value', tag: 'T', value, time: 0, ...sample }], out: [] })
  return out[0]!
}
const text = async (over: object, value: JsonValue, sample: Partial<ExampleSample> = {}): Promise<unknown> => (await sampleOf(over, value, sample)).value
const faults = (over: object): string[] => node.check!(config(over), { model: () => undefined }).map((f) => f.field)

describe('format as text', () => {
  test.each([
    [{}, 0.1, '0.1'], [{}, true, 'true'], [{}, 'a{tag}', 'a{tag}'], [{}, [1, 2], '[1,2]'], [{}, { a: { $series: [0.1] } }, '{"a":[0.1]}'],
    [{ digits: 'fixed', places: 1 }, 0.05, '0.1'], [{ digits: 'significant', places: 2 }, 1234, '1200'], [{ digits: 'fixed', group: "'" }, 1234567.5, "1'234'567.50"],
    [{ template: '{tag}={value}{{{unit}}} {quality}', unit: 'Cel' }, 20, 'T=20{°C} Good'],
  ])('%j of %j', async (over, value, out) => expect(await text(over, value)).toBe(out))

  test('a bad value is never written out, whatever it is', async () => {
    for (const value of [5, 'text', true, [1], { a: 1 }]) expect(await sampleOf({ bad: '?' }, value, { quality: 'BadTimeout' })).toMatchObject({ value: '?', quality: 'BadTimeout' })
    expect(await sampleOf({}, null)).toMatchObject({ value: '---', quality: 'BadNoData' })
    expect(await text({}, 5, { quality: 'Uncertain' })).toBe('5')
  })

  test('times stand in their zone, across daylight saving', async () => {
    const at = (time: number): Promise<unknown> => text({ template: '{time}', time: 'pattern', pattern: 'HH:mm ZZ cccc', zone: 'Europe/Berlin' }, 1, { time })
    expect(await at(Date.UTC(2026, 2, 29, 0, 59))).toBe('01:59 +01:00 Sunday')
    expect(await at(Date.UTC(2026, 2, 29, 1, 0))).toBe('03:00 +02:00 Sunday')
    expect(await text({ template: '{time}', zone: 'Asia/Kolkata' }, 1, { time: 0.75 })).toBe('1970-01-01T05:30:00.000+05:30')
    expect(await text({ template: '{time}', time: 'ms' }, 1, { time: 0.75 })).toBe('0.75')
  })
})

describe('format as JSON', () => {
  test('of a value, missing where it is bad', async () => {
    expect(await text({ as: 'json', json: 'value' }, { a: [1], b: 'x' })).toBe('{"a":[1],"b":"x"}')
    expect(await sampleOf({ as: 'json', json: 'value' }, 5, { quality: 'BadTimeout' })).toMatchObject({ value: 'null', quality: 'BadTimeout' })
    expect(await sampleOf({ as: 'json', json: 'value' }, [1, { $number: 'NaN' }])).toMatchObject({ value: 'null', quality: 'BadOutOfRange' })
  })
  test('of a sample, with its quality beside a bad value', async () => {
    expect(await text({ as: 'json' }, 5, { quality: 'BadTimeout' })).toBe('{"tag":"T","value":5,"time":"1970-01-01T00:00:00.000Z","quality":"BadTimeout"}')
    expect(await sampleOf({ as: 'json', time: 'ms' }, [1, { $number: 'NaN' }])).toMatchObject({ value: '{"tag":"T","value":[1,null],"time":0,"quality":"BadOutOfRange"}', quality: 'BadOutOfRange' })
  })
})

describe('format as CSV', () => {
  test('a CSV reader finds what was written, in any separator', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', '\t') })
    await fc.assert(fc.asyncProperty(fc.array(field, { minLength: 2, maxLength: 4 }), fc.constantFrom(',', ';', '\t', '|'), async (fields, delimiter) => {
      const line = await text({ as: 'csv', delimiter, columns: fields.map((_, i) => `value.f${i}`), end: '\r\n' }, Object.fromEntries(fields.map((f, i) => [`f${i}`, f])))
      expect(parse(line as string, { delimiter, record_delimiter: '\r\n' })).toEqual([fields])
    }), { numRuns: 80 })
  })
  test('numbers with a comma are quoted between commas', async () => {
    expect(await text({ as: 'csv', columns: ['value', 'tag'], decimal: ',' }, 1.5)).toBe('"1,5",T')
  })
})

test('bytes are UTF-8, and the port says so', async () => {
  expect(await text({ output: 'bytes', template: '°' }, 1)).toEqual({ $bytes: 'wrA=' })
  expect(resolvePorts(node.outputs, config({ output: 'bytes' }))).toEqual({ value: { kind: 'bytes' } })
  expect(resolvePorts(node.outputs, config({ unit: 'Cel' }))).toEqual({ value: { kind: 'text' } })
})

test('settings that cannot be are named', () => {
  expect(faults({})).toEqual([])
  expect(faults({ template: '{field}' })).toEqual(['/template'])
  expect(faults({ as: 'csv', columns: ['time', 'speed', 'value.a..b', 'value.a', 'value'] })).toEqual(['/columns/1', '/columns/2'])
  expect(faults({ digits: 'significant', places: 16 })).toEqual(['/places'])
  expect(faults({ digits: 'significant', places: 0 })).toEqual(['/places'])
  expect(faults({ group: ',', decimal: ',' })).toEqual(['/group'])
  expect(faults({ zone: 'Mars/Base' })).toEqual(['/zone'])
  expect(faults({ zone: 'Mars/Base', time: 'ms' })).toEqual([])
})
