// What a node says of its settings, its samples and its expressions is known in German: a text that a new node brings is
// missed here, not by who reads it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { schemaFaults } from '#kit'
import { words } from '../../editor/language/de-gateway.ts'
import { templatesOf, translate } from '../../editor/language/said.ts'
import modbus from '../../nodes/drivers/modbus/index.ts'
import type { ModbusConnection } from '../../nodes/drivers/modbus/connection.ts'
import { compileExpression, completions, issueReason } from '../../nodes/expression/index.ts'
import { nodes } from '../../nodes/index.ts'
import { judge } from '../../runtime/trial.ts'
import { driverIo, openDriver, until } from '../io.ts'
import { freePort } from '../peers.ts'
import { filesIn, isTest, parse, place, root, walk, type Source, type Syntax } from './sources.ts'

const templates = templatesOf(words)
const german = (text: string): string => translate(text, words, templates)
/** Where a text stands that a person reads: `{ reason: ... }`, `ctx.fail(...)`, `throw new DecodeFault(...)`. */
const FIELDS = /^(reason|doc|remedy)$/
const CALLS = /^(fail|fault|complain)$|Fault$/
const nameOf = (node: Syntax | undefined): string => (node === undefined ? '' : typeof node['name'] === 'string' ? node['name'] : nameOf(node['property'] as Syntax | undefined))

/** The registry of issues is held by language.test.ts. */
const ISSUES = 'nodes/kit/issue.ts'

/** The texts that an expression can give, each place filled with something; none where it holds no text of its own. */
function textsOf(node: Syntax | undefined): string[] {
  switch (node?.type) {
    case 'Literal': return typeof node['value'] === 'string' ? [node['value']] : []
    case 'ConditionalExpression': return [...textsOf(node['consequent'] as Syntax), ...textsOf(node['alternate'] as Syntax)]
    case 'TemplateLiteral': {
      const places = (node['expressions'] as Syntax[]).map((e) => (textsOf(e).length > 0 ? textsOf(e) : ['P-7']))
      return (node['quasis'] as { value: { cooked: string } }[]).reduce<string[]>((all, { value }, i) => all.flatMap((before) => (i === 0 ? [''] : places[i - 1]!).map((filled) => `${before}${filled}${value.cooked}`)), [''])
    }
    default: return []
  }
}

function unknown(source: Source): string[] {
  const said = [...walk(source.program)].flatMap((node): (Syntax | undefined)[] => {
    if (node.type === 'Property') return FIELDS.test(nameOf(node['key'] as Syntax)) ? [node['value'] as Syntax] : []
    if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return []
    return CALLS.test(nameOf(node['callee'] as Syntax)) ? (node['arguments'] as Syntax[]) : []
  })
  return said.flatMap((node) => textsOf(node).filter((text) => /[a-z]{2} [A-Za-z'{]/.test(text.replaceAll('P-7', '')) && /[a-z]{4}|[a-z]{2} [a-z]{2,} [a-z]/i.test(text.replaceAll('P-7', '')) && german(text) === text).map((text) => `${place(source, node!.start)} ${text}`))
}

test('every reason that a node, a driver or an expression gives is known in German', () => {
  expect(filesIn('nodes', ['.ts']).map((path) => parse(path, readFileSync(join(root, path), 'utf8'))).filter(({ path }) => !isTest(path) && path !== ISSUES).flatMap(unknown)).toEqual([])
})

test('a reason that is not known is found, also where it is filled in or one of two', () => {
  const found = (text: string): number => unknown(parse('nodes/x/y.ts', text)).length
  expect(found("export const check = () => [{ field: '/a', reason: 'Nobody has put this into German.' }]")).toBe(1)
  expect(found("export const check = (a: boolean, n: number) => [{ field: '/a', reason: a ? `Nobody puts ${n} of this into German.` : 'This setting is missing.' }]")).toBe(1)
  expect(found("export const step = () => ctx.fail('Nobody has put this into German.')")).toBe(1)
  expect(found("export const check = (n: number) => [{ field: '/a', reason: `It must be more than ${n}.` }]")).toBe(0)
})

test('what the real nodes say of their settings comes out in German wholly', () => {
  const deadband = nodes.get('filter.deadband')!
  const config = { mode: 'percent', percent: 1, low: 5, high: 5, maxSilenceS: 0 }
  const said = [...schemaFaults(deadband.config, { ...config, threshold: 'x', nonsense: 1 }), ...(deadband.check?.(config as never, { models: new Map() } as never) ?? [])].map((f) => german(f.reason))
  expect(said).toContain('Verlangt ist: eine Zahl.')
  expect(said).toContain("Eine Einstellung 'nonsense' gibt es nicht.")
  expect(said).toContain("'Bereich bis' muss über 'Bereich von' liegen.")
})

test('what is wrong with an expression comes out in German wholly: what, where and what to do', () => {
  const said = (text: string, wants?: 'boolean'): string[] => {
    const made = compileExpression(text, { value: { kind: 'number', unit: 'bar' }, ok: { kind: 'boolean' }, warm: { kind: 'number', unit: 'Cel' } }, wants ? { wants } : {})
    return made.ok ? [] : made.issues.map((i) => german(issueReason(text, i)))
  }
  expect(said('mean(value)')).toEqual(["mean(): verlangt ist eine Liste; das hier ist eine Zahl. Bei Zeichen 6, 'value'. Einen Wert dieser Art verwenden."])
  expect(said('value + warm')).toEqual(['Das mischt bar und °C: verschiedene Größen. Nur Werte der gleichen Einheit lassen sich addieren, vergleichen oder wählen.'])
  expect(said('value *')).toEqual(['Der Ausdruck endet zu früh. Vervollständigen: am Ende fehlt ein Wert.'])
  expect(said('valu > 3')).toEqual(["'valu' ist hier nicht bekannt. Bei Zeichen 1, 'valu'. Eines von diesen verwenden: tag, time, quality, good, uncertain, bad, value, ok, warm. Ein Text braucht Anführungszeichen."])
  expect(said('value', 'boolean')).toEqual(['Das Ergebnis ist eine Zahl in bar. Eine Bedingung schreiben, etwa value > 80.'])
  for (const { doc } of completions({ value: { kind: 'number' } })) expect(german(doc), doc).not.toBe(doc)
})

test('a device that is away and a version that failed its watch are said in German wholly', async () => {
  const dio = driverIo()
  const port = await freePort()
  const connection = await openDriver<ModbusConnection>(modbus, { host: '127.0.0.1', port, timeoutMs: 500 }, dio)
  try {
    expect(german(connection.health().text)).toBe(`Verbindung zu 127.0.0.1:${port} wird aufgebaut`)
    await until('refused', () => connection.health().text.includes('refuses'))
    expect(german(connection.health().text)).toBe(`127.0.0.1:${port} lehnt die Verbindung ab`)
  } finally {
    await connection.close()
    dio.remove()
  }
  const look = { time: 60_000, failed: 0, given: 0, taken: 0, queues: 0.93, fullest: 'in', sources: new Map() }
  expect(judge({ queuePart: 0.8 }, {} as never, [look as never], new Map()).map((c) => german(`version 3: ${c.text}`))).toEqual(['Version 3: die vollste Warteschlange (in) bei 93 %, höchstens 80 %'])
})
