import { describe, expect, test } from 'vitest'
import { fill, parseTemplate, type Template } from './placeholders.ts'

const known = (name: string): boolean => ['tag', 'field', '1'].includes(name)
const values: Readonly<Record<string, string>> = { tag: '{field}', field: '$&' }
const filled = (text: string): string | undefined => fill(parseTemplate(text, known) as Template, (name, from: typeof values) => from[name], values)

describe('placeholders', () => {
  test.each([
    ['', ''], ['a', 'a'], ['{tag}', '{field}'], ['{tag}.{field}!', '{field}.$&!'], ['{{tag}}', '{tag}'], ['{{{tag}}}', '{{field}}'], ['{tag}{tag}', '{field}{field}'],
  ])('%s: what fills a place is not looked into', (text, out) => expect(filled(text)).toBe(out))

  test('a place without a value makes no text', () => expect(filled('{tag}.{1}')).toBeUndefined())

  test.each([
    ['{tga}', "'{tga}' is not known here."], ['{}', "'{}' is not known here."], ['{tag', "'{' stands alone: write '{{' for a brace."], ['tag}', "'}' stands alone: write '}}' for a brace."],
  ])('%s is a fault in words', (text, fault) => expect(parseTemplate(text, known)).toBe(fault))
})
