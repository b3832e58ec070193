// `headgate reference`: nodes/REFERENCE.md, made of the catalogue. The same catalogue gives the same bytes.
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { describeCatalogue, displayUnit, type Catalogue, type CatalogueNode, type PortDecl, type PortDecls, type TSchema } from '#kit'
import { drivers, nodes } from '../../nodes/index.ts'
import type { Command } from './command.ts'

export const referenceFile = resolve(import.meta.dirname, '../../nodes/REFERENCE.md')

export const referenceCommand: Command = {
  usage: `Usage: headgate reference [--write | --check]

Prints the reference of all nodes, made from their definitions.
  --write   into nodes/REFERENCE.md
  --check   exit code 1 when that file is not up to date
`,
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: { write: { type: 'boolean' }, check: { type: 'boolean' } } })
    const text = reference(describeCatalogue(nodes.values(), drivers.values()))
    if (values.check) {
      const found = await readFile(referenceFile, 'utf8').catch(() => '') // a missing one is not up to date either
      if (found === text) return 0
      process.stderr.write(`${join('nodes', 'REFERENCE.md')} is not up to date. Run: npm run generate\n`)
      return 1
    }
    if (values.write) await writeFile(referenceFile, text)
    else process.stdout.write(text)
    return 0
  },
}

const effects: Readonly<Record<CatalogueNode['effects'], string>> = {
  none: 'none: it computes, nothing else', reads: 'reads from outside', notifies: 'tells the outside', writes: 'writes to a plant, behind the guard',
}

export function reference(catalogue: Catalogue): string {
  const parts = ['# Nodes', '', "Generated from the nodes' definitions by `npm run generate`. Do not edit.", '']
  for (const node of catalogue.nodes) parts.push(`- [${node.title}](#${anchor(node.type)}) \`${node.type}\`: ${node.summary}`)
  parts.push('')
  for (const node of catalogue.nodes) parts.push(...nodeSection(node))
  parts.push('# Connections', '')
  for (const driver of catalogue.drivers) parts.push(`## ${driver.title}`, '', `\`${driver.type}\` · ${driver.summary}`, '', ...configTable(driver.config))
  return `${parts.join('\n').replace(/\n{3,}/g, '\n\n').trimEnd()}\n`
}

const anchor = (type: string): string => type.replace('.', '')

function nodeSection(node: CatalogueNode): string[] {
  const parts = [`## ${node.type}`, '', `**${node.title}.** ${node.summary}`, '', `Effects: ${effects[node.effects]}.${node.delays ? ' It delays: a loop of wires may go through it.' : ''}${node.acts.length > 0 ? ` Operator's acts: ${node.acts.join(', ')}.` : ''}`, '']
  if (node.help.trim() !== '') parts.push(node.help.trim(), '')
  parts.push(...ports('Inputs', node.inputs), ...ports('Outputs', node.outputs))
  if (node.dynamic) parts.push('Some ports are known to the gateway alone: they follow from a model or from other settings.', '')
  parts.push('### Settings', '', ...configTable(node.config))
  const drops = Object.entries(node.drops)
  if (drops.length > 0) parts.push('### Drops', '', '| reason | when |', '| --- | --- |', ...drops.map(([reason, text]) => `| \`${reason}\` | ${cell(text)} |`), '')
  if (node.examples.length > 0) parts.push('### Examples', '')
  for (const example of node.examples) {
    parts.push(`${example.title}:`, '', '```', `config ${JSON.stringify(example.config)}`, ...example.in.map((s) => `in     ${JSON.stringify(s)}`), ...example.out.map((s) => `out    ${JSON.stringify(s)}`), '```', '')
  }
  return parts
}

function ports(title: string, decls: PortDecls): string[] {
  const rows = Object.entries(decls).map(([name, decl]) => {
    if ('each' in decl) return `| one for each of \`${decl.each}\`, by its \`${decl.name}\` | ${kind(decl.port)} | ${cell(decl.port.help ?? '')} |`
    const port = decl as PortDecl
    return `| \`${name}\`${port.optional ? ' (optional)' : ''} | ${kind(port)} | ${cell(port.help ?? port.title ?? '')} |`
  })
  return rows.length === 0 ? [] : [`### ${title}`, '', '| port | type | |', '| --- | --- | --- |', ...rows, '']
}

function kind(decl: PortDecl): string {
  const source = (value: unknown): string => (typeof value === 'object' && value !== null ? ('config' in value ? `from the setting \`${String(value.config)}\`` : `from its \`${String((value as { item?: string }).item)}\``) : String(value))
  const base = decl.same !== undefined ? `same as ${typeof decl.same === 'string' ? `\`${decl.same}\`` : `the input that \`${decl.same.config}\` names`}` : source(decl.kind)
  const unit = decl.unit === undefined ? '' : typeof decl.unit === 'string' ? ` · ${displayUnit(decl.unit) || '1'}` : ` · unit ${source(decl.unit)}`
  return `${base}${decl.length === undefined ? '' : `, length ${source(decl.length)}`}${unit}`
}

type Schema = {
  readonly type?: string; readonly title?: string; readonly description?: string; readonly default?: unknown; readonly unit?: string; readonly enum?: readonly unknown[]
  readonly minimum?: number; readonly maximum?: number; readonly exclusiveMinimum?: number; readonly minLength?: number; readonly maxLength?: number; readonly minItems?: number; readonly maxItems?: number
  readonly properties?: Readonly<Record<string, Schema>>; readonly required?: readonly string[]; readonly items?: Schema; readonly anyOf?: readonly Schema[]; readonly const?: unknown; readonly widget?: string; readonly connection?: string
}

function configTable(config: TSchema): string[] {
  const rows = fields(config as Schema, '')
  return rows.length === 0 ? ['None.', ''] : ['| setting | what | type | default |', '| --- | --- | --- | --- |', ...rows, '']
}

function fields(schema: Schema, path: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const full = path === '' ? name : `${path}.${name}`
    const inner = field.items?.properties ? fields(field.items, `${full}[]`) : field.properties ? fields(field, full) : []
    const needed = schema.required?.includes(name) === true && field.default === undefined
    const what = [field.title, field.description].filter((t) => t !== undefined && t !== '').map((t) => t!.replace(/\.$/, '')).join('. ')
    return [`| \`${full}\` | ${cell(what)} | ${cell(typeOf(field))} | ${field.default === undefined ? (needed ? 'needed' : '') : `\`${cell(JSON.stringify(field.default))}\``} |`, ...inner]
  })
}

function typeOf(field: Schema): string {
  if (field.widget === 'connection') return `a ${field.connection ?? ''} connection`
  if (field.widget === 'model') return 'a model'
  if (field.widget === 'secret') return 'the name of a secret'
  if (field.widget === 'unit') return 'UCUM unit'
  if (field.enum) return field.enum.map((v) => JSON.stringify(v)).join(', ')
  if (field.const !== undefined) return JSON.stringify(field.const)
  if (field.anyOf) return field.anyOf.map(typeOf).join(' or ')
  const kinds: Readonly<Record<string, string>> = { string: 'text', number: 'number', integer: 'whole number', boolean: 'true or false', array: 'list', object: 'group' }
  const [from, to] = [field.minimum ?? field.minLength ?? field.minItems, field.maximum ?? field.maxLength ?? field.maxItems]
  const size = field.type === 'string' ? ' characters' : field.type === 'array' ? ' items' : ''
  const range = field.exclusiveMinimum !== undefined ? `above ${field.exclusiveMinimum}` : from !== undefined && to !== undefined ? `${from} to ${to}${size}` : from !== undefined ? `at least ${from}${size}` : to !== undefined ? `at most ${to}${size}` : ''
  return [kinds[field.type ?? ''] ?? 'any', range, displayUnit(field.unit)].filter((x) => x !== '').join(', ')
}

/** Inside a table's cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
