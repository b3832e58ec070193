// Rules about single files: names, leftovers, long files. Each gives the places where it is broken.
import { posix } from 'node:path'
import { isTest, lineOf, place, walk, type Source, type Syntax } from './sources.ts'

const named = (node: unknown, name: string): boolean => (node as Syntax | undefined)?.type === 'Identifier' && (node as unknown as { name: string }).name === name
const member = (node: Syntax): string => ((node['property'] as { name?: string }).name ?? '')
const places = (source: Source, is: (node: Syntax) => boolean): string[] => [...walk(source.program)].filter(is).map((node) => place(source, node.start))
/** Whether a comment lies on the lines of a stretch of the text, or on the two before. */
function explained(source: Source, from: number, to: number): boolean {
  const lines = [lineOf(source, from) - 2, lineOf(source, to)] as const
  return source.comments.some((c) => lineOf(source, c.end) >= lines[0] && lineOf(source, c.start) <= lines[1])
}

const emptyFunction = (node: Syntax | undefined): boolean => {
  if (node?.type !== 'ArrowFunctionExpression' && node?.type !== 'FunctionExpression') return false
  const body = node['body'] as Syntax
  if (body.type === 'BlockStatement') return (body['body'] as unknown[]).length === 0
  return named(body, 'undefined') || (body.type === 'Literal' && body['value'] === null) || (body.type === 'UnaryExpression' && body['operator'] === 'void' && (body['argument'] as Syntax).type === 'Literal')
}

export const rules: Readonly<Record<string, (source: Source) => string[]>> = {
  'no file is a heap of things': ({ path }) => (/(^|\/)(utils?|helpers?|common|misc)(\/|\.|$)/.test(path) ? [posix.normalize(path)] : []),
  'nothing is printed with console': (source) => places(source, (node) => node.type === 'MemberExpression' && named(node['object'], 'console')),
  'nothing is left to be done': (source) => source.comments.filter((c) => /\b(TO[D]O|FIX[M]E|X{3}|HA[C]K)\b/.test(c.value)).map((c) => place(source, c.start)),
  'no test is skipped, alone or only planned': (source) =>
    places(source, (node) => node.type === 'MemberExpression' && ['test', 'it', 'describe', 'suite'].some((name) => named(node['object'], name)) && ['skip', 'only', 'todo', 'skipIf', 'runIf', 'fails'].includes(member(node))),
  'nothing is cast to any': (source) => places(source, (node) => (node.type === 'TSAsExpression' || node.type === 'TSTypeAssertion') && (node['typeAnnotation'] as Syntax).type === 'TSAnyKeyword'),
  'no error is ignored by the compiler': (source) => source.comments.filter((c) => /@ts-(ignore|expect-error|nocheck)/.test(c.value)).map((c) => place(source, c.start)),
  'no catch is empty': (source) => places(source, (node) => node.type === 'CatchClause' && ((node['body'] as Syntax)['body'] as unknown[]).length === 0),
  'no rejection is swallowed without a word why': (source) =>
    [...walk(source.program)]
      .filter((node) => node.type === 'CallExpression' && (node['callee'] as Syntax).type === 'MemberExpression' && member(node['callee'] as Syntax) === 'catch' && emptyFunction((node['arguments'] as Syntax[])[0]))
      .filter((node) => !isTest(source.path) && !explained(source, (node['callee'] as Syntax).end, node.end))
      .map((node) => place(source, (node['callee'] as Syntax).end)),
  'a file over 300 lines says in its first six why': ({ path, text }) => {
    const lines = text.split('\n')
    return lines.length - 1 > 300 && !path.endsWith('.test.ts') && !/\b(300 lines|longer than)\b/i.test(lines.slice(0, 6).join('\n')) ? [`${path} (${lines.length - 1} lines)`] : []
  },
}
