// Writes nodes/index.ts, the list of every node and driver there is: one file, one node; one folder, one driver.
// `npm run generate` runs it; a test holds the list against the files.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const folder = join(import.meta.dirname, '../../nodes')
/** In the order of the palette: from the plant to the cloud. */
export const families = ['source', 'filter', 'transform', 'aggregate', 'inference', 'rule', 'actuator', 'uplink', 'flow'] as const

const camel = (...words: string[]): string => words.flatMap((w) => w.split('-')).map((w, i) => (i === 0 ? w : w[0]!.toUpperCase() + w.slice(1))).join('')

export function catalogueText(): string {
  const nodes = families.map((family) => [family, readdirSync(join(folder, family)).filter((f) => f.endsWith('.ts') && !f.endsWith('.test.ts')).toSorted()] as const)
  const drivers = readdirSync(join(folder, 'drivers'), { withFileTypes: true }).filter((d) => d.isDirectory()).map((d) => d.name).toSorted()
  const name = (family: string, file: string): string => camel(family, file.replace(/\.ts$/, ''))
  return `// The catalogue: every node and driver that this gateway has, in the order of the palette. Importing it loads no
// protocol library: drivers load theirs when a connection opens. Written by \`npm run generate\`.
import type { AnyDriver, AnyNode } from '#kit'
${nodes.flatMap(([family, files]) => files.map((f) => `import ${name(family, f)} from './${family}/${f}'`)).join('\n')}
${drivers.map((d) => `import ${camel(d, 'driver')} from './drivers/${d}/index.ts'`).join('\n')}

const byType = <T extends { readonly type: string }>(list: readonly T[]): ReadonlyMap<string, T> => new Map(list.map((item) => [item.type, item]))

export const nodes: ReadonlyMap<string, AnyNode> = byType<AnyNode>([
${nodes.map(([family, files]) => `  ${files.map((f) => name(family, f)).join(', ')},`).join('\n')}
])

export const drivers: ReadonlyMap<string, AnyDriver> = byType<AnyDriver>([${drivers.map((d) => camel(d, 'driver')).join(', ')}])
`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(join(folder, 'index.ts'), catalogueText())
