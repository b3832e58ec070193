// Which texts of the editor a person reads that do not go through its dictionaries (editor/language), and which of the
// editor's own texts those dictionaries lack or keep for nothing.
import { isTest, place, walk, type Source, type Syntax } from './sources.ts'

/** Attributes and fields that a person reads. */
const READ: ReadonlySet<string> = new Set(['title', 'aria-label', 'placeholder', 'alt', 'label', 'hint', 'aria-description', 'aria-roledescription', 'description', 'summary', 'heading', 'text', 'note', 'detail', 'words', 'remedy'])
/** Attributes and fields that no person reads. */
const UNREAD: ReadonlySet<string> = new Set(['selectionKeyCode', 'multiSelectionKeyCode', 'className', 'style', 'd', 'points', 'viewBox', 'transform', 'key', 'id', 'type', 'href', 'rel', 'autoComplete', 'gridTemplateColumns', 'font', 'accept', 'data-state'])
/** Calls whose texts no person reads: queries, patterns, programming errors. */
const CALLS: ReadonlySet<string> = new Set(['t', 'said', 'querySelector', 'querySelectorAll', 'closest', 'matches', 'Error', 'TypeError', 'RangeError', 'RegExp', 'DateTimeFormat', 'NumberFormat', 'DisplayNames', 'setAttribute', 'getAttribute', 'addEventListener', 'matchMedia', 'getPropertyValue', 'startsWith', 'endsWith', 'includes', 'replace', 'replaceAll', 'split', 'createElement', 'fetch', 'textCsv'])

/** The product's name, and of the keyboard what a key event calls a key that is held. */
const NAMES: ReadonlySet<string> = new Set(['Headgate', 'Control', 'Meta', 'Mod', 'Ctrl', 'Alt', 'Shift'])
/** Styles, JSON and the words of a search (`type:rule.alarm`). */
const CODE = /^-----BEGIN|^openssl |^(Good|Cel|Infinity|\d+px .*|([a-z]+:)+\{\}.*|\[[a-z]+=.*|color-mix\(.*)$|\{(px|fr|vw|vh|%)|^\{ "|^[a-z][a-z0-9]*[:_./][\w{}./]*$/
const worded = (text: string): boolean => !NAMES.has(text) && !CODE.test(text) && (/[A-Za-z]{2,}[,.:;!?]? [A-Za-z(‘“{]/.test(text) || /^[A-Z][a-z]{2,}[.…:]?$/.test(text.trim()))
/** Keys of the keyboard as shell/commands.ts writes them: a word is one, several are a text. */
const isKeys = (value: Syntax): boolean => (value.type === 'ArrayExpression' ? (value['elements'] as Syntax[]).every(isKeys) : value.type === 'TemplateLiteral' || (value.type === 'Literal' && !/[a-z] [a-z]/i.test(String(value['value']))))
const nameOf = (node: Syntax | undefined): string => {
  if (!node) return ''
  const { name, value, property } = node as unknown as { name?: unknown; value?: unknown; property?: Syntax }
  return typeof name === 'string' ? name : typeof value === 'string' ? value : property ? nameOf(property) : ''
}

/** Places of texts that are said in English whatever the language. */
export function unsaid(source: Source): string[] {
  if (!source.path.startsWith('editor/') || source.path.startsWith('editor/language/') || isTest(source.path) || source.path.endsWith('/harness.ts')) return []
  const found: string[] = []
  const visit = (node: Syntax, read: boolean): void => {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ImportExpression':
      case 'ExportAllDeclaration':
      case 'ExportNamedDeclaration':
        if (node['source']) return
        break
      case 'JSXText':
        if (/[A-Za-z]{2}/.test(String(node['value']).replaceAll(/&\w+;/g, '')) && !NAMES.has(String(node['value']).trim())) found.push(`${place(source, node.start)} ${String(node['value']).trim().slice(0, 60)}`)
        return
      case 'JSXElement': {
        const tag = nameOf((node['openingElement'] as Syntax)['name'] as Syntax)
        if (tag === 'code' || tag === 'kbd') return
        break
      }
      case 'JSXAttribute':
        if (UNREAD.has(nameOf(node['name'] as Syntax)) || nameOf(node['name'] as Syntax).startsWith('data-')) return
        if (node['value']) visit(node['value'] as Syntax, READ.has(nameOf(node['name'] as Syntax)))
        return
      case 'Property':
        if (UNREAD.has(nameOf(node['key'] as Syntax)) || (/^(keys|shown)$/.test(nameOf(node['key'] as Syntax)) && isKeys(node['value'] as Syntax))) return
        visit(node['value'] as Syntax, READ.has(nameOf(node['key'] as Syntax)))
        return
      case 'CallExpression':
      case 'NewExpression':
        if (CALLS.has(nameOf(node['callee'] as Syntax))) {
          // What a text is filled with may hold texts itself.
          for (const argument of (node['arguments'] as Syntax[]).slice(1)) visit(argument, false)
          return
        }
        break
      case 'BinaryExpression':
        if (['===', '!==', 'in'].includes(String(node['operator']))) return
        break
      case 'SwitchCase':
        for (const statement of node['consequent'] as Syntax[]) visit(statement, false)
        return
      case 'TemplateLiteral': {
        const text = (node['quasis'] as { value: { cooked: string } }[]).map((q) => q.value.cooked).join('{}')
        if (worded(text.replaceAll('{}', '{')) || (read && /[A-Za-z]{2}/.test(text.replaceAll('{}', '')) && !CODE.test(text))) found.push(`${place(source, node.start)} ${text.slice(0, 60)}`)
        break
      }
      case 'Literal': {
        const value = node['value']
        if (typeof value === 'string' && (worded(value) || (read && /[A-Za-z]{2}/.test(value) && !CODE.test(value)))) found.push(`${place(source, node.start)} ${value.slice(0, 60)}`)
        return
      }
      default:
        if (node.type.startsWith('TS') && !/^TS(As|Satisfies|NonNull)/.test(node.type)) return
    }
    for (const [name, value] of Object.entries(node)) {
      if (name === 'typeAnnotation' || name === 'typeArguments' || name === 'returnType' || name === 'typeParameters') continue
      for (const child of Array.isArray(value) ? value : [value]) if (child !== null && typeof child === 'object' && typeof (child as Syntax).type === 'string') visit(child as Syntax, read && /^(ConditionalExpression|LogicalExpression|JSXExpressionContainer|ParenthesizedExpression)$/.test(node.type))
    }
  }
  visit(source.program, false)
  return found
}

/** The texts that `t` is called with, each with its first place. */
export function ownTexts(all: readonly Source[]): Map<string, { readonly at: string; readonly counts: boolean }> {
  const texts = new Map<string, { at: string; counts: boolean }>()
  for (const source of all) {
    if (!source.path.startsWith('editor/') || isTest(source.path)) continue
    for (const node of walk(source.program)) {
      if (node.type !== 'CallExpression' || nameOf(node['callee'] as Syntax) !== 't') continue
      const [text, values] = node['arguments'] as Syntax[]
      const english = text?.type === 'Literal' ? text['value'] : undefined
      if (typeof english !== 'string') continue
      const counts = ((values?.['properties'] ?? []) as Syntax[]).some((p) => nameOf(p['key'] as Syntax) === 'count')
      texts.set(english, { at: texts.get(english)?.at ?? place(source, node.start), counts: counts || texts.get(english)?.counts === true })
    }
  }
  return texts
}
