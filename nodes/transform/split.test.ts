import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withDefaults, type ExampleSample, type JsonValue } from '#kit'
import { runExample, type ExampleRun } from '../../runtime/engine/example.ts'
import node from './split.ts'

type Config = Parameters<NonNullable<typeof node.check>>[0]
const config = (over: object): Config => withDefaults(node.config, over) as Config
const isSample = (v: JsonValue | ExampleSample): v is ExampleSample => typeof v === 'object' && v !== null && Object.hasOwn(v, 'at')
const run = (over: object, ...values: readonly (JsonValue | ExampleSample)[]): Promise<ExampleRun> =>
  runExample(node, { title: '', config: config(over), in: values.map((v, i) => (isSample(v) ? v : { at: 'value', value: v, time: i * 1000 })), out: [] })
const pairs = (r: ExampleRun): unknown[] => r.out.map((s) => [s.tag ?? 'x', s.value])

describe('split', () => {
  test('elements without a name are called by their number', async () => {
    expect(pairs(await run({ names: ['L1'], firstIndex: 1 }, [1, 2]))).toEqual([['x.L1', 1], ['x.2', 2]])
    expect(pairs(await run({ tag: '{index}/{tag}', names: ['L1'] }, [1, 2]))).toEqual([['0/x', 1], ['1/x', 2]])
  })

  test('readings of a waveform are equally spaced from its time, bit for bit', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 }), fc.double({ min: 0.001, max: 1000, noNaN: true }), async (list, samplePeriodMs) => {
      const { out } = await run({ of: 'series', samplePeriodMs }, { at: 'value', value: { $series: list }, time: 7 })
      expect(out.map((s) => s.value)).toEqual(list)
      expect(out.map((s) => s.time)).toEqual(list.map((_, i) => 7 + i * samplePeriodMs))
    }), { numRuns: 30 })
  })

  test('long vectors have a tag for each element, also beyond those that are kept', async () => {
    const { out } = await run({}, Array.from({ length: 600 }, (_, i) => i), Array.from({ length: 600 }, (_, i) => -i))
    expect(out).toHaveLength(1200)
    expect(new Set(out.map((s) => s.tag)).size).toBe(600)
    expect(out[599]).toEqual({ at: 'value', tag: 'x.599', value: 599, time: 0 })
    expect(out[600]!.tag).toBe('x.0')
  })

  test('a missing whole is missing in each part that is known, of this tag', async () => {
    expect(pairs(await run({}, null))).toEqual([['x', null]])
    expect(pairs(await run({ names: ['a', 'b'] }, null))).toEqual([['x.a', null], ['x.b', null]])
    expect(pairs(await run({ of: 'text' }, 'a,b', null)).slice(2)).toEqual([['x.0', null], ['x.1', null]])
    expect(pairs(await run({ of: 'record' }, { a: 1 }, { b: 1, c: 2 }, null)).slice(3)).toEqual([['x.b', null], ['x.c', null]])
    expect(pairs(await run({ of: 'series' }, { $series: [1] }, null)).slice(1)).toEqual([['x', null]])
    const other = await run({}, { at: 'value', tag: 'y', value: [1, 2], time: 0 }, { at: 'value', tag: 'z', value: null, time: 1 })
    expect(pairs(other).slice(2)).toEqual([['z', null]])
    const empty = await run({}, [1, 2], { at: 'value', value: [], time: 1, quality: 'BadTimeout' })
    expect(empty.out.slice(2).map((s) => [s.tag, s.value, s.quality])).toEqual([['x.0', null, 'BadTimeout'], ['x.1', null, 'BadTimeout']])
  })

  test.each([[{}, []], [{ of: 'series' }, { $series: [] }], [{ of: 'record' }, {}], [{ of: 'text' }, ''], [{ of: 'text', skipEmpty: true }, ' , ,']])('%j: an empty one of good quality is dropped', async (over, value) => {
    const { out, ledger } = await run(over, value)
    expect(out).toEqual([])
    expect(ledger.dropped).toEqual({ empty: 1 })
  })

  test('texts are cut at the separator', async () => {
    expect(pairs(await run({ of: 'text' }, ' a , ,b'))).toEqual([['x.0', 'a'], ['x.1', ''], ['x.2', 'b']])
    expect(pairs(await run({ of: 'text', trim: false, separator: '\\n' }, ' a\nb'))).toEqual([['x.0', ' a'], ['x.1', 'b']])
    expect(pairs(await run({ of: 'text', separator: '\\t' }, 'a\tb'))).toEqual([['x.0', 'a'], ['x.1', 'b']])
  })

  test.each([[{}, [1, 2, 3]], [{ of: 'series' }, { $series: [1, 2, 3] }], [{ of: 'record' }, { a: 1, b: 2, c: 3 }], [{ of: 'text' }, 'a,b,c'], [{ of: 'text', skipEmpty: true }, 'a,,,,']])('%j: more parts than the limit fail as a whole', async (over, value) => {
    const { out, ledger, issues } = await run({ ...over, maxParts: 2 }, value)
    expect(out).toEqual([])
    expect(ledger.failed).toBe(1)
    expect(issues[0]!.text).toBe('It has more than 2 parts.')
  })

  test('fields of any name', async () => {
    expect(pairs(await run({ of: 'record', tag: '{name}#{index}' }, { 'a b': 1, constructor: true, '{tag}': { in: 2 } }))).toEqual([['a b#0', 1], ['constructor#1', true], ['{tag}#2', { in: 2 }]])
  })

  test('settings that cannot be are named', () => {
    const faults = (over: object) => node.check!(config(over), { model: () => undefined }).map((f) => f.field)
    expect(faults({ tag: '{field}' })).toEqual(['/tag'])
    expect(faults({ tag: '{field}', of: 'series' })).toEqual([])
    expect(faults({ names: ['a', 'b', 'a'] })).toEqual(['/names/2'])
  })

  test('what is known of the parts stays over a deploy, unless it is split otherwise', () => {
    expect(node.carries!(config({}), config({ tag: '{name}', maxParts: 5 }))).toBe(true)
    expect(node.carries!(config({}), config({ of: 'record' }))).toBe(false)
  })
})
