// What examples cannot show: wildcards against a reference, and what the settings refuse.
import { expect, test } from 'vitest'
import fc from 'fast-check'
import { withDefaults } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './switch.ts'

type Config = Parameters<NonNullable<typeof node.check>>[0]
type Rule = Config['rules'][number]

/** By trying every split of the tag. */
const reference = (tag: string, pattern: string): boolean => {
  if (pattern === '') return tag === ''
  if (pattern[0] === '*') return Array.from({ length: tag.length + 1 }, (_, i) => reference(tag.slice(i), pattern.slice(1))).some(Boolean)
  return tag !== '' && (pattern[0] === '?' || pattern[0] === tag[0]) && reference(tag.slice(1), pattern.slice(1))
}

test('wildcards match what trying every split matches', async () => {
  const letters = (from: string[], maxLength: number) => fc.array(fc.constantFrom(...from), { minLength: 1, maxLength }).map((l) => l.join(''))
  await fc.assert(
    fc.asyncProperty(letters(['a', 'b', '.'], 8), letters(['a', 'b', '.', '*', '?'], 7), async (tag, pattern) => {
      const { out } = await runExample(node, { title: '', config: { rules: [{ name: 'met', when: 'tag', tag: pattern }], matches: 'first' }, in: [{ at: 'value', tag, value: 1, time: 0 }], out: [] })
      expect(out[0]?.at).toBe(reference(tag, pattern) ? 'met' : 'otherwise')
    }),
  )
})

test('a missing value is of no kind', async () => {
  const { out } = await runExample(node, { title: '', config: { rules: [{ name: 'met', when: 'kind', kind: 'number' }], matches: 'first' }, in: [{ at: 'value', value: null, time: 0 }], out: [] })
  expect(out).toEqual([{ at: 'otherwise', value: null, time: 0, quality: 'BadNoData' }])
})

test('a rule without what it compares with, and two of one name, are refused', () => {
  const faults = (...rules: Rule[]) => node.check!({ rules, matches: 'first' }, { model: () => undefined }).map((f) => f.field)
  expect(faults({ name: 'a', when: 'tag' }, { name: 'a', when: 'kind' }, { name: 'otherwise', when: '>' })).toEqual(['/rules/0/tag', '/rules/1/name', '/rules/1/kind', '/rules/2/name', '/rules/2/value'])
  const filled = withDefaults(node.config, { rules: [{ name: 'a', when: 'tag' }] }) as Config
  expect(node.check!(filled, { model: () => undefined })).toEqual([])
})
