import { describe, expect, test } from 'vitest'
import { rules } from './code.ts'
import { parse, sources } from './sources.ts'

const broken: Readonly<Record<string, readonly [path: string, text: string][]>> = {
  'no file is a heap of things': [['runtime/utils.ts', ''], ['editor/helpers/x.ts', ''], ['nodes/common/a.ts', '']],
  'nothing is printed with console': [['runtime/a.ts', "console.log('x')"], ['editor/a.tsx', 'const f = console.error']],
  'nothing is left to be done': [['runtime/a.ts', `// TO${'DO'}: later`], ['runtime/a.ts', `/* FIX${'ME'} */`]],
  'no test is skipped, alone or only planned': [['runtime/a.test.ts', "test.skip('x', () => {})"], ['test/a.ts', "describe.only('x', () => {})"], ['test/a.ts', "it.todo('x')"]],
  'nothing is cast to any': [['runtime/a.ts', 'const x = y as any'], ['runtime/a.ts', 'f((y as any).z)']],
  'no error is ignored by the compiler': [['runtime/a.ts', '// @ts-expect-error because\nf()']],
  'no catch is empty': [['runtime/a.ts', 'try { f() } catch {}'], ['runtime/a.ts', 'try { f() } catch (e) { /* why */ }']],
  'no rejection is swallowed without a word why': [['runtime/a.ts', '// f\nf()\n\n\np.catch(() => undefined)\n'], ['runtime/a.ts', 'p.catch(() => {})']],
  'a file over 300 lines says in its first six why': [['runtime/a.ts', 'f()\n'.repeat(301)]],
}

describe.each(Object.entries(rules))('%s', (name, rule) => {
  test('in the whole house', () => expect(sources().flatMap(rule)).toEqual([]))

  test('and a violation is found', () => {
    expect(broken[name]?.length).toBeGreaterThan(0)
    for (const [path, text] of broken[name]!) expect(rule(parse(path, text))).toHaveLength(1)
  })
})

test('what only looks like a violation passes', () => {
  const text = "// Longer than 300 lines: an example.\nconst t = 'console.log TO' + 'DO'; log.console; test.each([1]); x as unknown; try { f() } catch { g() }\np.catch(() => undefined) // it was told above\n"
  for (const rule of Object.values(rules)) expect(rule(parse('runtime/a.ts', text))).toEqual([])
})
