import { describe, expect, test } from 'vitest'
import { withDefaults } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './rename.ts'

type Config = Parameters<NonNullable<typeof node.check>>[0]
const config = (over: object): Config => withDefaults(node.config, over) as Config
async function renamed(tag: string, over: object): Promise<string> {
  const { out } = await runExample(node, { title: '', config: config(over), in: [{ at: 'value', tag, value: 1, time: 0 }], out: [] })
  return out.length === 0 ? 'dropped' : (out[0]!.tag ?? 'x')
}

describe('rename', () => {
  test.each([
    ['a.b.c', '{1}/{-1}', 'a/c'], ['a.b.c', '{-3}{2}', 'ab'], ['a', '{1}-{-1}', 'a-a'], ['a.b', 'hall/{tag}!', 'hall/a.b!'], ['a', '{{{1}}}', '{a}'],
    ['a.b', '{3}', 'a.b'], ['a.b', '{-3}', 'a.b'], ['', '{1}', ''], ['a..c', '[{2}]', '[]'],
  ])('by parts: %s with %s', async (tag, template, out) => expect(await renamed(tag, { template })).toBe(out))

  test.each([
    ['a_b_c', '_', '.', 'a.b.c'], ['PT-7', '^([A-Z]+)-(\\d+)$', '{2}.{1}', '7.PT'], ['temp', 't(?P<x>e)(?P<y>z)?', '<{x}{y}{0}>', '<ete>mp'], ['abc', 'x*', '-', '-a-b-c-'],
    ['Pump', '(?i)PUMP', 'P', 'P'], ['a', 'z', 'q', 'a'], ['tag', '^tag$', '', 'tag'], ['$&', '&', '$1', '$$1'],
  ])('by pattern: %s, %s with %s', async (tag, pattern, template, out) => expect(await renamed(tag, { mode: 'pattern', pattern, template })).toBe(out))

  test.each([
    [{ template: '{5}' }], [{ mode: 'pattern', pattern: 'z', template: '' }], [{ mode: 'pattern', pattern: '.*', template: '' }], [{ mode: 'table', table: [{ from: 'T', to: 'y' }] }],
  ])('what the rule does not fit is dropped where chosen: %j', async (over) => expect(await renamed('t', { ...over, unknown: 'drop' })).toBe('dropped'))

  test('a table is taken letter by letter', async () => {
    const table = [{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }]
    expect(await renamed('a', { mode: 'table', table })).toBe('b')
    expect(await renamed('A', { mode: 'table', table })).toBe('A')
  })

  test('a pattern that would hang a backtracking engine is done at once', async () => {
    expect(await renamed(`${'a'.repeat(5000)}!`, { mode: 'pattern', pattern: '^(a|a?)+$', template: 'x' })).toMatch(/^a+!$/)
  })

  test('a sample whose tag stays passes as the very same', async () => {
    const s = { tag: 'a', value: 1, time: 0, quality: 0 }
    const out: unknown[] = []
    node.receive!(s, 'value', { config: config({}), emit: { value: (x: unknown) => void out.push(x) } } as never)
    expect(out[0]).toBe(s)
  })

  test('settings that cannot be are named, with what there is', () => {
    const faults = (over: object) => node.check!(config(over), { model: () => undefined })
    expect(faults({ template: '{tag}.{0}' })).toEqual([{ field: '/template', reason: "'{0}' is not known here. There are {tag}, {1}, {2} ... and {-1}, {-2} ..." }])
    expect(faults({ template: '' }).map((f) => f.field)).toEqual(['/template'])
    expect(faults({ mode: 'pattern' }).map((f) => f.field)).toContain('/pattern')
    expect(faults({ mode: 'pattern', pattern: '(a', template: 'x' })).toEqual([{ field: '/pattern', reason: 'This is no regular expression: missing closing ): `(a`.' }])
    expect(faults({ mode: 'pattern', pattern: '(?P<a>b)', template: '{c}' })).toEqual([{ field: '/template', reason: "'{c}' is not known here. There are {0} to {1}, {a}." }])
    expect(faults({ mode: 'pattern', pattern: '(?P<a>b)', template: '{a}{1}{0}' })).toEqual([])
    expect(faults({ mode: 'table' }).map((f) => f.field)).toEqual(['/table'])
    expect(faults({ mode: 'table', table: [{ from: 'a', to: 'b' }, { from: 'a', to: 'c' }] }).map((f) => f.field)).toEqual(['/table/1/from'])
  })
})
