// What holds for every node, whoever wrote it: nodes.test.ts asks it of the whole catalogue.
import iconNames from 'lucide-react/dynamicIconImports'
import { describe, expect, test } from 'vitest'
import { describeNode, resolvePorts, schemaFaults, starterOf, withDefaults, type AnyNode, type PortDecls } from '#kit'
import { expectExample, expectResumes, expectSound, hostile } from './rules.ts'

const named = (list: readonly AnyNode[]): (readonly [string, AnyNode])[] => list.map((node) => [node.type, node] as const)

/** Declares the tests of these nodes. */
export function conform(all: readonly AnyNode[]): void {
  /** Those that run by their code alone; the others have tests with real peers beside them. */
  const pure = all.filter((node) => node.effects === 'none' && (node.receive !== undefined || node.start !== undefined))

  describe.each(named(all))('%s', (_type, node) => {
    test('says what it is, in words', () => {
      expect(node.title).not.toBe('')
      expect(node.summary.endsWith('.')).toBe(true)
      expect(node.help.length).toBeGreaterThan(100)
      expect(Object.keys(iconNames)).toContain(node.icon)
      for (const reason of Object.values(node.drops ?? {})) expect(reason).not.toBe('')
    })

    test('states its rules for bad, NaN, late, duplicate and backward-time samples', () => {
      for (const rule of [/\bbad(\b|[A-Z])/i, /NaN/, /\blate\b/i, /duplicate|repeated|redeliver/i, /backward|out of order/i]) expect(node.help).toMatch(rule)
    })

    test('has a starting config that its schema takes', () => {
      const starter = starterOf(node)
      // A connection or a model is chosen on the gateway: an empty name is the one thing that a starter may leave open.
      const open = schemaFaults(node.config, starter).filter((f) => !chosenOnGateway(node, f.field))
      expect(open).toEqual([])
      expect(schemaFaults(node.config, withDefaults(node.config, starter)).filter((f) => !chosenOnGateway(node, f.field))).toEqual([])
    })

    test('refuses settings that it does not have', () => {
      expect(schemaFaults(node.config, { ...starterOf(node), notASetting: 1 }).map((f) => f.field)).toContain('/notASetting')
    })

    test('titles every setting', () => {
      for (const [path, field] of fieldsOf(node.config)) expect(field.title, path).toBeTruthy()
    })

    test('names secrets, and holds none', () => {
      for (const [path, field] of fieldsOf(node.config)) if (/password|secret|token|passphrase|privatekey/i.test(path)) expect(field.widget, path).toBe('secret')
    })

    test('is plain data but for its code', () => {
      const described = describeNode(node)
      expect(JSON.parse(JSON.stringify(described))).toEqual(described)
    })

    test('names ports by what a wire can carry: no blanks', () => {
      for (const decls of [node.inputs, node.outputs]) {
        for (const decl of Object.values(decls)) {
          if (!('each' in decl)) continue
          const name = fieldsOf(node.config).find(([path]) => path === `/${decl.each.replaceAll('.', '/')}/*/${decl.name}`)?.[1] as { pattern?: string } | undefined
          expect(name?.pattern, `${decl.each}.${decl.name} needs a pattern`).toBeDefined()
          expect('two words').not.toMatch(new RegExp(name!.pattern!))
        }
      }
    })

    test('declares ports that its starting config resolves', () => {
      for (const decls of [node.inputs, node.outputs] as PortDecls[]) {
        const ports = resolvePorts(decls, starterOf(node))
        for (const [name, port] of Object.entries(ports)) {
          expect(name).toMatch(/^\S+$/)
          if (port.same !== undefined) expect(Object.keys(resolvePorts(node.inputs, starterOf(node)))).toContain(port.same)
        }
      }
    })

    test('has examples whose configs its schema and its own check take', () => {
      for (const example of node.examples) {
        expect(schemaFaults(node.config, withDefaults(node.config, example.config)), example.title).toEqual([])
        if (node.ports === undefined) expect(node.check?.(withDefaults(node.config, example.config), { model: () => undefined }) ?? [], example.title).toEqual([])
      }
    })
  })

  describe.each(named(pure))('%s, run alone', (_type, node) => {
    test('has several examples, one of them with what is bad', () => {
      expect(node.examples.length).toBeGreaterThan(0)
      if (Object.keys(node.inputs).length === 0) return
      expect(node.examples.some((e) => [...e.in, ...e.out].some((s) => s.quality?.startsWith('Bad') === true))).toBe(true)
    })

    test.each(node.examples.map((e) => [e.title, e] as const))('does what its example says: %s', async (_title, example) => {
      await expectExample(node, example)
    })

    test.each(node.examples.map((e) => [e.title, e] as const))('goes on from a checkpoint anywhere in: %s', async (_title, example) => {
      await expectResumes(node, example)
    })

    test.each(hostile(node))('takes %s: one outcome each, declared ports and reasons only, never a good NaN', async (_what, example) => {
      await expectSound(node, example)
      await expectResumes(node, example)
    })
  })
}

interface Field {
  readonly title?: string
  readonly widget?: string
  readonly properties?: Record<string, Field>
  readonly items?: Field
  readonly minLength?: number
}
function fieldsOf(schema: unknown, path = ''): [string, Field][] {
  const { properties = {}, items } = schema as Field
  const own = Object.entries(properties).flatMap(([name, field]) => [[`${path}/${name}`, field] as [string, Field], ...fieldsOf(field, `${path}/${name}`)])
  return items ? [...own, ...fieldsOf(items, `${path}/*`)] : own
}
function chosenOnGateway(node: AnyNode, field: string): boolean {
  const found = fieldsOf(node.config).find(([path]) => path === field)
  return found !== undefined && ['connection', 'model'].includes(found[1].widget ?? '')
}
