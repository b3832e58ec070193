import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDocument, render, TooLong, type Document } from './mustache.ts'

const kinds = { upper: 'none', fixed: 'number', default: 'text' } as const
const names = new Set(['tag', 'index'])
const parsed = (source: string): Document => {
  const document = parseDocument(source, kinds, names)
  if (typeof document === 'string') throw new Error(document)
  return document
}
const rendered = (source: string, root: unknown, limits: { maxLength?: number; maxSteps?: number } = {}): string =>
  render(parsed(source), root, {
    maxLength: 1000, maxSteps: 1000, ...limits,
    data: (name) => (name === 'tag' ? 'P-101' : undefined),
    write: (value, filters) => (value === undefined ? '?' : typeof value === 'object' ? JSON.stringify(value) : String(value)) + filters.map((f) => `|${f.name}${f.argument ?? ''}`).join(''),
  })

describe('a template', () => {
  const root = { motor: { speed: 5, run: true, off: false }, list: Float64Array.of(1, 2, 3), zero: 0, none: null, empty: '', people: { 0: { name: 'a' }, 1: { name: 'b' } }, nothing: {}, name: 'outer' }
  test.each([
    ['plain } text { }}', 'plain } text { }}'],
    ['{{motor.speed}}', '5'], ['{{ motor.speed }}', '5'], ['{{list[1]}}', '2'], ['{{missing}}', '?'], ['{{@tag}}', 'P-101'],
    ['{"a":{{motor.speed}}}', '{"a":5}'], ['{{{zero}}}', '{0}'],
    ['{{motor.speed | fixed(2) | upper}}', '5|fixed2|upper'], ["{{x | default('n/a')}}", '?|defaultn/a'], ['{{x | default("it\'s")}}', "?|defaultit's"],
    ['{{#motor}}{{speed}}{{run}}{{name}}{{/motor}}', '5trueouter'],
    ['{{#list}}[{{@index}}={{.}}]{{/list}}', '[0=1][1=2][2=3]'],
    ['{{#people}}{{name}},{{/people}}{{name}}', 'a,b,outer'],
    ['{{#motor.run}}on{{/motor.run}}{{#motor.off}}off{{/motor.off}}', 'on'],
    ['{{^motor.off}}still{{/motor.off}}{{^motor.run}}x{{/motor.run}}', 'still'],
    ['{{#zero}}zero {{.}}{{/zero}}', 'zero 0'],
    ['{{#none}}x{{/none}}{{#empty}}x{{/empty}}{{#nothing}}x{{/nothing}}{{#missing}}x{{/missing}}{{^nothing}}none{{/nothing}}', 'none'],
    ['a{{! a comment }}b', 'ab'],
    ['{{#list}}{{#people}}{{@index}}{{/people}};{{/list}}', '01;01;01;'],
  ])('%s', (source, out) => expect(rendered(source, root)).toBe(out))

  test("a section's tag alone in its line leaves no line behind", () => {
    expect(rendered('a\n  {{#list}}\n- {{.}}\n  {{/list}}\nb\n', root)).toBe('a\n- 1\n- 2\n- 3\nb\n')
    expect(rendered('{{#motor}}\r\nx\r\n{{/motor}}', root)).toBe('x\r\n')
    expect(rendered('{{#motor}} x {{/motor}}\n', root)).toBe(' x \n')
    expect(rendered('x {{! c }}\ny', root)).toBe('x \ny')
  })

  test('what a value says is not looked into', () => expect(rendered('{{name}}', { name: '{{motor}}' })).toBe('{{motor}}'))

  test('nothing but own fields is found', () => {
    for (const path of ['constructor', '__proto__', 'toString', 'list.length', 'name.length']) expect(rendered(`{{${path}}}`, root), path).toBe('?')
  })

  test.each([
    ['{{#a}}x', "The section 'a' is not closed."],
    ['{{/a}}', "Nothing is open at '{{/a}}'."],
    ['{{#a}}{{/b}}', "'a' is open at '{{/b}}'."],
    ['{{a', "A '{{' is not closed: '{{a'."],
    ['{{a {{b}}', "A '{{' is not closed: '{{a '."],
    ['{{}}', "There is no path at '{{}}'."],
    ['{{a..b}}', "There is no path at '{{a..b}}'."],
    ['{{@when}}', "There is no path at '{{@when}}'."],
    ['{{a | eval}}', "There is no filter 'eval' at '{{a | eval}}'."],
    ['{{a | fixed}}', "The filter 'fixed' needs a whole number in brackets at '{{a | fixed}}'."],
    ['{{a | constructor}}', "There is no filter 'constructor' at '{{a | constructor}}'."],
    ["{{a | upper('x')}}", "The filter 'upper' takes nothing in brackets at '{{a | upper('x')}}'."],
    ['{{#a}}'.repeat(21), "Sections are nested deeper than 20 at '{{#a}}'."],
  ])('%s: a fault in words', (source, fault) => expect(parseDocument(source, kinds, names)).toBe(fault))

  test('is bounded in length and in steps', () => {
    const long = { list: new Float64Array(400) }
    expect(() => rendered('{{#list}}{{.}}xx{{/list}}', long)).toThrow(TooLong)
    expect(() => rendered('{{#list}}{{#list}}{{/list}}{{/list}}', long)).toThrow('it takes more than 1000 steps')
    expect(rendered('{{#list}}{{.}}{{/list}}', long)).toHaveLength(400)
    expect(() => rendered('12345678', {}, { maxLength: 7 })).toThrow('it is longer than 7 characters')
  })

  test('either says what is wrong or gives a text, whatever is written', () => {
    const pieces = fc.array(fc.constantFrom('{{', '}}', '#', '/', '^', '!', 'a', '.', '|', 'upper', '@tag', ' ', '\n', '{', '}'), { maxLength: 30 })
    fc.assert(fc.property(pieces, (list) => {
      const document = parseDocument(list.join(''), kinds, names)
      if (typeof document !== 'string') expect(typeof rendered(list.join(''), { a: { a: Float64Array.of(1) } })).toBe('string')
    }))
  })
})
