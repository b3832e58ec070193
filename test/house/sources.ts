// The project's own source files, parsed: what the house rules look at. A rule takes sources, so that each can be proved
// on sources that break it.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, resolve } from 'node:path'
import { parseSync } from 'vite'

export const root = resolve(import.meta.dirname, '../..')
const folders = ['nodes', 'flows', 'models', 'runtime', 'editor', 'test']

/** A node of the syntax tree (ESTree with TypeScript). */
export interface Syntax {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [name: string]: unknown
}
export interface Source {
  /** From the project's root, with slashes. */
  readonly path: string
  readonly text: string
  readonly program: Syntax
  readonly comments: readonly { readonly value: string; readonly start: number; readonly end: number }[]
}

export function parse(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`)
  return { path, text, program: program as unknown as Syntax, comments }
}

/** Paths of all files with these ends below a folder of the project. */
export function filesIn(folder: string, ends: readonly string[]): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ends.some((end) => entry.name.endsWith(end)) && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted()
}

let all: readonly Source[] | undefined
/** Every .ts, .tsx and .mjs of the project; read once. */
export function sources(): readonly Source[] {
  all ??= [...folders.flatMap((folder) => filesIn(folder, ['.ts', '.tsx', '.mjs'])), 'vite.config.ts', 'vitest.config.ts'].map((path) => parse(path, readFileSync(join(root, path), 'utf8')))
  return all
}

export function* walk(node: Syntax): Generator<Syntax> {
  yield node
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === 'object' && typeof (child as Syntax).type === 'string') yield* walk(child as Syntax)
    }
  }
}

export const lineOf = (source: Source, at: number): number => source.text.slice(0, at).split('\n').length
/** 'runtime/gateway.ts:12' */
export const place = (source: Source, at: number): string => `${source.path}:${lineOf(source, at)}`

export interface Import {
  /** As it is written: '#kit', './run.ts', 'mqtt'. */
  readonly specifier: string
  /** The project's file it means; undefined for a package and for 'node:'. */
  readonly file: string | undefined
  /** Only of types: nothing is loaded. */
  readonly typeOnly: boolean
  /** import('x'): loaded when it is reached. */
  readonly dynamic: boolean
  readonly at: number
}

const string = (node: unknown): string | undefined => {
  const { type, value } = (node ?? {}) as { type?: string; value?: unknown }
  return type === 'Literal' && typeof value === 'string' ? value : undefined
}

/** Everything that a file imports or exports from elsewhere, also in types and at run time. */
export function imports(source: Source): Import[] {
  const found: Import[] = []
  for (const node of walk(source.program)) {
    const add = (specifier: string | undefined, typeOnly: boolean, dynamic: boolean): void => {
      if (specifier !== undefined) found.push({ specifier, file: fileOf(source.path, specifier), typeOnly, dynamic, at: node.start })
    }
    switch (node.type) {
      case 'ImportDeclaration': {
        const names = node['specifiers'] as { importKind?: string }[]
        add(string(node['source']), node['importKind'] === 'type' || (names.length > 0 && names.every((n) => n.importKind === 'type')), false)
        break
      }
      case 'ExportAllDeclaration':
      case 'ExportNamedDeclaration':
        add(string(node['source']), node['exportKind'] === 'type', false)
        break
      case 'ImportExpression':
        add(string(node['source']), false, true)
        break
      case 'TSImportType':
        add(string(node['source'] ?? node['argument']), true, false)
        break
      case 'CallExpression': {
        // require('x'), createRequire(...)('x'), import.meta.resolve('x'): all load or find a module.
        const callee = source.text.slice((node['callee'] as Syntax).start, (node['callee'] as Syntax).end)
        if (/^(require|createRequire\(.*\))(\.resolve)?$/.test(callee) || callee === 'import.meta.resolve') add(string((node['arguments'] as unknown[])[0]), false, true)
        break
      }
      default:
    }
  }
  return found
}

function fileOf(from: string, specifier: string): string | undefined {
  const path = specifier.replace(/\?.*$/, '')
  if (path === '#kit') return 'nodes/kit/index.ts'
  if (path === '#format') return 'flows/format/index.ts'
  if (path === '#expression') return 'nodes/expression/index.ts'
  if (path.startsWith('#math/')) return `nodes/math/${path.slice(6)}.ts`
  if (path.startsWith('.')) return posix.join(dirname(from), path)
  return undefined
}

/** 'reactflow' of 'reactflow/dist/style.css'; undefined for our own files and what Node.js has. */
export function packageOf({ specifier, file }: Import): string | undefined {
  if (file !== undefined || specifier.startsWith('node:') || specifier.startsWith('#')) return undefined
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!
}

export const isTest = (path: string): boolean => path.startsWith('test/') || /\.test\.tsx?$/.test(path)
