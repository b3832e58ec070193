// What holds for every node of the catalogue, whoever wrote it.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { catalogueText } from '../../runtime/cli/catalogue.ts'
import { drivers, nodes } from '../../nodes/index.ts'
import { conform } from './conform.ts'

const root = join(import.meta.dirname, '../..')
const all = [...nodes.values()]

describe('the catalogue', () => {
  const families = readdirSync(join(root, 'nodes'), { withFileTypes: true }).filter((d) => d.isDirectory() && !['kit', 'math', 'expression', 'drivers'].includes(d.name))

  test("is what the files say: 'npm run generate' writes it", () => {
    expect(readFileSync(join(root, 'nodes/index.ts'), 'utf8')).toBe(catalogueText())
  })

  test('holds every node file, by its path', () => {
    const files = families.flatMap(({ name }) =>
      readdirSync(join(root, 'nodes', name), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .map((file) => `${name}.${file.replace(/\.ts$/, '').replaceAll('/', '.')}`),
    )
    expect([...nodes.keys()].toSorted()).toEqual(files.toSorted())
  })

  test('holds every driver folder, by its name', () => {
    const folders = readdirSync(join(root, 'nodes/drivers'), { withFileTypes: true }).filter((d) => d.isDirectory()).map((d) => d.name)
    expect([...drivers.keys()].toSorted()).toEqual(folders.toSorted())
  })

  test('loads no protocol library before a flow opens one', () => {
    const seen = new Set<string>()
    const outside = new Set<string>()
    const visit = (file: string): void => {
      if (seen.has(file)) return
      seen.add(file)
      for (const [, from] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)(?! type)[^'\n]*from '([^']+)'/gm)) {
        if (from!.startsWith('.')) visit(join(file, '..', from!))
        else if (from!.startsWith('#math/')) visit(join(root, 'nodes/math', `${from!.slice(6)}.ts`))
        else if (from === '#expression') visit(join(root, 'nodes/expression/index.ts'))
        else if (!from!.startsWith('#') && !from!.startsWith('node:')) outside.add(from!)
      }
    }
    visit(join(root, 'nodes/index.ts'))
    expect(seen.size).toBeGreaterThan(nodes.size)
    for (const library of outside) expect(library).toMatch(/^(typebox(\/value)?|fft\.js|luxon|croner|re2js|csv-parse\/sync|@marcbachmann\/cel-js)$/)
  })

  test('keeps a family together, as the palette shows it', () => {
    const order = all.map((node) => node.type.split('.')[0]!)
    const runs = order.filter((family, i) => family !== order[i - 1])
    expect(runs).toEqual([...new Set(order)])
  })
})

conform(all)
