import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { hasIcon } from './icon.tsx'

test('every node and driver of the catalogue has its own icon in the editor', () => {
  const nodes = resolve(import.meta.dirname, '../../nodes')
  const named = globSync('**/*.ts', { cwd: nodes }).filter((f) => !f.endsWith('.test.ts')).flatMap((f) => [...readFileSync(resolve(nodes, f), 'utf8').matchAll(/^ {2}icon: '([^']+)'/gm)].map(([, icon]) => `${f}: ${icon}`))
  expect(named.length).toBeGreaterThan(60)
  expect(named.filter((n) => !hasIcon(n.split(': ')[1]!))).toEqual([])
})
