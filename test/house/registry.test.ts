import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { issueTexts } from '#kit'
import { filesIn, imports, isTest, packageOf, parse, root, sources, walk, type Source } from './sources.ts'

const REGISTRY = 'nodes/kit/issue.ts'
/** Codes of the registry that nothing raises yet, and what they wait for. */
const reserved: Readonly<Record<string, string>> = {}

/** Texts that stand alone in the code: 'PORT_UNIT', also in a type or a comparison. */
const literals = (source: Source): string[] => [...walk(source.program)].filter((n) => n.type === 'Literal' && typeof n['value'] === 'string').map((n) => n['value'] as string)

/** First arguments of issue(...), also those of a conditional. */
function raised(source: Source): string[] {
  return [...walk(source.program)]
    .filter((n) => n.type === 'CallExpression' && (n['callee'] as { name?: string }).name === 'issue')
    .flatMap((n) => {
      const code = (n['arguments'] as Record<string, unknown>[])[0]
      const branches = code?.['type'] === 'ConditionalExpression' ? [code['consequent'], code['alternate']] : [code]
      return branches.map((b) => (b as { value?: unknown } | undefined)?.value).filter((v) => typeof v === 'string')
    })
}

describe('issue codes', () => {
  const known = new Set(Object.keys(issueTexts))

  test('every one that is raised exists', () => {
    const unknown = sources().filter((s) => !isTest(s.path)).flatMap((s) => raised(s).filter((code) => !known.has(code)).map((code) => `${s.path}: ${code}`))
    expect(unknown).toEqual([])
    expect(raised(parse('a.ts', "issue('NO_SUCH', {}); issue(x ? 'A_B' : 'C_D')"))).toEqual(['NO_SUCH', 'A_B', 'C_D'])
  })

  test('every one that exists is raised somewhere, or reserved', () => {
    const used = new Set(sources().filter((s) => s.path !== REGISTRY && !isTest(s.path)).flatMap(literals))
    expect([...known].filter((code) => !used.has(code) && !(code in reserved))).toEqual([])
    expect(Object.keys(reserved).filter((code) => used.has(code) || !known.has(code))).toEqual([])
  })
})

describe('derived files', () => {
  test('nodes/REFERENCE.md is what the command line prints', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['runtime/cli/main.ts', 'reference'], { cwd: root, maxBuffer: 1 << 26 })
    expect(readFileSync(join(root, 'nodes/REFERENCE.md'), 'utf8') === stdout, 'run: npm run generate').toBe(true)
  })
})

describe('package.json', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string>; devDependencies: Record<string, string>; scripts: Record<string, string> }
  /** Called by their programs, or only there for the compiler. */
  const programs: Readonly<Record<string, string>> = { node: 'runs the npm scripts', typescript: 'tsc', oxlint: 'oxlint', oxfmt: 'oxfmt' }
  const styles = filesIn('editor', ['.css', '.html']).flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/@import\s+['"]([^'".][^'"]*)['"]/g)].map((m) => m[1]!))
  const from = (all: readonly Source[]): Set<string> => new Set(all.flatMap((s) => imports(s).map(packageOf)).filter((name) => name !== undefined))
  const used = from(sources())
  for (const id of styles) used.add(id.startsWith('@') ? id.split('/').slice(0, 2).join('/') : id.split('/')[0]!)

  test('every dependency is imported somewhere', () => {
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    const types = (name: string): boolean => name.startsWith('@types/') && (name === '@types/node' || used.has(name.slice(7)))
    expect(declared.filter((name) => !used.has(name) && !(name in programs) && !types(name))).toEqual([])
  })

  test('every package that is imported is declared, and those of the running gateway not among the tools', () => {
    const { dependencies, devDependencies } = manifest
    expect([...used].filter((name) => !(name in dependencies) && !(name in devDependencies))).toEqual([])
    const running = from(sources().filter((s) => /^(nodes|flows|runtime)\//.test(s.path) && !isTest(s.path)))
    // The editor is built where the tools are.
    const tools = new Set(['vite'])
    expect([...running].filter((name) => !(name in dependencies) && !tools.has(name))).toEqual([])
  })
})
