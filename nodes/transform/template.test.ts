import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { withDefaults, type ExampleSample, type JsonValue } from '#kit'
import { runExample, type ExampleRun } from '../../runtime/engine/example.ts'
import node from './template.ts'

type Config = Parameters<NonNullable<typeof node.check>>[0]
const config = (over: object): Config => withDefaults(node.config, over) as Config
const run = (template: string, value: JsonValue, over: object = {}, sample: Partial<ExampleSample> = {}): Promise<ExampleRun> =>
  runExample(node, { title: '', config: config({ template, ...over }), in: [{ at: 'value', tag: 'T', value, time: 0, ...sample }], out: [] })
const text = async (template: string, value: JsonValue, over: object = {}): Promise<unknown> => (await run(template, value, over)).out[0]!.value
const faults = (over: object): string[] => node.check!(config(over), { model: () => undefined }).map((f) => f.field)

const root = { speed: 48.55, name: 'Pump "A" <1>', time: 0, list: [1.5, 2], on: true }

describe('a document', () => {
  test.each([
    ['{{speed}} {{on}} {{name}}', {}, '48.55 true Pump "A" <1>'], ['{{speed | fixed(1)}} {{speed | significant(2)}}', { decimal: ',' }, '48,5 49'], ['{{speed}}', { decimal: ',' }, '48,55'],
    ['{{name}}', { escape: 'json' }, 'Pump \\"A\\" <1>'], ['{{name | json}}', { escape: 'json' }, '"Pump \\"A\\" <1>"'], ['{{name}}', { escape: 'html' }, 'Pump &quot;A&quot; &lt;1&gt;'], ['{{name | raw}}', { escape: 'html' }, 'Pump "A" <1>'],
    ['{{name | upper}}|{{name | lower | raw}}', {}, 'PUMP "A" <1>|pump "a" <1>'], ['{{list}}', {}, '[1.5,2]'], ['{{list | json}}', { escape: 'html' }, '[1.5,2]'], ['{{. | json}}', { escape: 'json' }, '{"speed":48.55,"name":"Pump \\"A\\" <1>","time":0,"list":[1.5,2],"on":true}'],
    ['{{time | iso}} {{time | time(\'HH:mm\')}}', { zone: 'Europe/Berlin' }, '1970-01-01T01:00:00.000+01:00 01:00'], ['{{name | fixed(1)}}', {}, 'Pump "A" <1>'], ['{{@tag}} {{@value.speed}} {{@time}} {{@quality}}', {}, 'T 48.55 0 Good'],
    ["{{none | fixed(1) | default('-')}}", {}, '-'], ['{{#list}}{{@index}}:{{.}} {{/list}}', {}, '0:1.5 1:2 '],
  ])('%s with %j', async (template, over, out) => {
    const { out: [s] } = await run(template, root, over)
    expect(s).toEqual({ at: 'value', tag: 'T', value: out, time: 0 })
  })

  test('with a gap is uncertain, unless a default stands in', async () => {
    for (const template of ['{{none}}', '{{list[5]}}', '{{#list}}{{x}}{{/list}}', '{{bad}}', '{{. | json}}', '{{gaps | json}}']) {
      const { out: [s] } = await run(template, { ...root, bad: { $number: 'NaN' }, gaps: [1, { $number: 'NaN' }] })
      expect(s!.quality, template).toBe('Uncertain')
    }
    expect((await run("{{none | default('')}}{{^none}}x{{/none}}", root)).out[0]).toEqual({ at: 'value', tag: 'T', value: 'x', time: 0 })
  })

  test('of a bad sample shows its values only where chosen', async () => {
    const sample = { quality: 'BadTimeout' }
    expect((await run('{{speed}} {{@value.speed}} {{. | json}} {{#list}}x{{/list}}', root, { missing: '?' }, sample)).out[0]).toMatchObject({ value: '? ? ? ', quality: 'BadTimeout' })
    expect((await run('{{speed}} {{none}}', root, { missing: '?', whenBad: 'write' }, sample)).out[0]).toMatchObject({ value: '48.55 ?', quality: 'BadTimeout' })
  })

  test('that grows too long, or takes too long, fails', async () => {
    const long = await run('{{#list}}xxxx{{/list}}', { list: Array.from({ length: 100 }, () => 1) }, { maxLength: 399 })
    expect(long.ledger.failed).toBe(1)
    expect(long.issues[0]!.text).toBe('The document cannot be written: it is longer than 399 characters.')
    const slow = await run('{{#list}}{{#list}}{{/list}}{{/list}}', { list: Array.from({ length: 1000 }, () => 1) })
    expect(slow.issues[0]!.text).toBe('The document cannot be written: it takes more than 100000 steps.')
    expect((await run('{{#list}}xxxx{{/list}}', { list: Array.from({ length: 100 }, () => 1) }, { maxLength: 400 })).ledger.failed).toBe(0)
  })

  test('of JSON is JSON, and of HTML has no tags, whatever the texts in it say', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary' }).map((s) => s.toWellFormed()), fc.double({ noNaN: true, noDefaultInfinity: true }), async (s, x) => {
      const json = await text('{"a":"{{s}}","b":{{x}},"c":{{. | json}}}', { s, x: x + 0 }, { escape: 'json' })
      expect(JSON.parse(json as string)).toEqual({ a: s, b: x + 0, c: { s, x: x + 0 } })
      expect(await text('{{s}}{{. | json}}', { s, x }, { escape: 'html' })).not.toMatch(/[<>"']/)
    }), { numRuns: 60 })
  })
})

test('settings that cannot be are named', () => {
  expect(faults({ template: '{{a | fixed(2)}}{{#b}}{{c | significant(15)}}{{/b}}' })).toEqual([])
  expect(faults({ template: '{{#a}}' })).toEqual(['/template'])
  expect(faults({ template: '{{a | fixed(21)}}' })).toEqual(['/template'])
  expect(faults({ template: '{{#b}}{{^c}}{{c | significant(0)}}{{/c}}{{/b}}' })).toEqual(['/template'])
  expect(faults({ escape: 'json', decimal: ',' })).toEqual(['/decimal'])
  expect(faults({ zone: 'nowhere' })).toEqual(['/zone'])
})
