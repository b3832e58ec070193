// What holds for every node of the catalogue, whoever wrote it.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import iconNames from 'lucide-react/dynamicIconImports'
import { describe, expect, test } from 'vitest'
import { describeNode, formatIssue, resolvePorts, schemaFaults, starterOf, withDefaults, type AnyNode, type Example, type ExampleSample, type JsonValue, type Kind, type PortDecls } from '#kit'
import { drivers, nodes } from '../../nodes/index.ts'
import { runExample } from '../../runtime/engine/example.ts'

const root = join(import.meta.dirname, '../..')
const all = [...nodes.values()]
/** Those that run by their code alone; the others have tests with real peers beside them. */
const pure = all.filter((node) => node.effects === 'none' && node.receive !== undefined)
const named = (list: readonly AnyNode[]): (readonly [string, AnyNode])[] => list.map((node) => [node.type, node] as const)

describe('the catalogue', () => {
  const families = readdirSync(join(root, 'nodes'), { withFileTypes: true }).filter((d) => d.isDirectory() && !['kit', 'math', 'drivers'].includes(d.name))

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
        else if (!from!.startsWith('#') && !from!.startsWith('node:')) outside.add(from!)
      }
    }
    visit(join(root, 'nodes/index.ts'))
    expect(seen.size).toBeGreaterThan(nodes.size)
    for (const library of outside) expect(library).toMatch(/^(typebox(\/value)?|fft\.js)$/)
  })

  test('keeps a family together, as the palette shows it', () => {
    const order = all.map((node) => node.type.split('.')[0]!)
    const runs = order.filter((family, i) => family !== order[i - 1])
    expect(runs).toEqual([...new Set(order)])
  })
})

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
    expect(node.examples.some((e) => [...e.in, ...e.out].some((s) => s.quality?.startsWith('Bad') === true))).toBe(true)
  })

  test.each(node.examples.map((e) => [e.title, e] as const))('does what its example says: %s', async (_title, example) => {
    const run = await runExample(node, example)
    expect(run.out).toEqual(example.out)
    expect(run.issues).toEqual([])
    expectBalance(run.ledger, example.in.length)
  })

  test.each(node.examples.map((e) => [e.title, e] as const))('goes on from a checkpoint anywhere in: %s', async (_title, example) => {
    for (let n = 1; n < example.in.length; n++) {
      const run = await runExample(node, example, { checkpointAfter: n })
      expect(run.out, `after ${n} samples`).toEqual(example.out)
      expectBalance(run.ledger, example.in.length)
    }
  })

  test.each(hostile(node))('takes %s: one outcome each, declared ports and reasons only, never a good NaN', async (_what, example) => {
    const run = await runExample(node, example)
    expectBalance(run.ledger, example.in.length)
    expect(run.ledger.failed, run.issues.map(formatIssue).join('\n')).toBe(0)
    const ports = Object.keys(resolvePorts(node.outputs, withDefaults(node.config, example.config)))
    for (const s of run.out) {
      expect(ports).toContain(s.at)
      if (looksBad(s.value as JsonValue)) expect(s.quality ?? 'Good', JSON.stringify(s)).toMatch(/^Bad/)
    }
    for (const reason of Object.keys(run.ledger.dropped)) expect(Object.keys(node.drops ?? {})).toContain(reason)
  })

  test('gives the same output for the same input, wherever it was checkpointed, for all of these', async () => {
    for (const [what, example] of hostile(node)) {
      const once = await runExample(node, example)
      const again = await runExample(node, example, { checkpointAfter: Math.ceil(example.in.length / 2) })
      expect(again.out, what).toEqual(once.out)
    }
  })
})

function expectBalance(ledger: { in: number; passed: number; held: number; failed: number; queued: number; dropped: Readonly<Record<string, number>> }, count: number): void {
  expect(ledger.in).toBe(count)
  expect(ledger.passed + ledger.held + ledger.failed + ledger.queued + Object.values(ledger.dropped).reduce((a, b) => a + b, 0), JSON.stringify(ledger)).toBe(ledger.in)
}

/** A missing value, NaN or an infinity, at the top: none of them may be called good or uncertain. */
function looksBad(value: JsonValue): boolean {
  return value === null || (typeof value === 'object' && Object.hasOwn(value, '$number'))
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

/** Streams that plants really send, for every input and every config that the node shows. */
function hostile(node: AnyNode): (readonly [string, Example<unknown>])[] {
  const configs = [starterOf(node), ...node.examples.map((e) => e.config)]
  return configs.flatMap((config, i) => {
    const inputs = Object.entries(resolvePorts(node.inputs, withDefaults(node.config, config)))
    return Object.entries(streams).map(([what, stream]) => {
      const fed: ExampleSample[] = inputs.flatMap(([at, port]) => valuesOf(port.kind, port.length).flatMap((values) => stream(values).map((s) => ({ at, ...s }))))
      const last = Math.max(0, ...fed.map((s) => s.time))
      return [`${what} (${i === 0 ? 'starting config' : `config of '${node.examples[i - 1]!.title}'`})`, { title: what, config, in: [...fed, ...fed.slice(0, 1).map((s) => ({ ...s, tag: 'y', time: last + 100_000 }))], out: [] }] as const
    })
  })
}

type Fed = Omit<ExampleSample, 'at'>
/** Two good values and one that is none. */
interface Values {
  readonly a: JsonValue
  readonly b: JsonValue
  readonly broken: JsonValue
}
const streams: Record<string, (v: Values) => Fed[]> = {
  'bad quality': ({ a, b }) => [
    { value: a, time: 0, quality: 'BadSensorFailure' },
    { value: a, time: 1000 },
    { value: b, time: 2000, quality: 'BadCommunicationError' },
    { value: null, time: 3000, quality: 'BadNoData' },
    { value: b, time: 4000, quality: 'Uncertain' },
    { value: a, time: 5000 },
  ],
  'NaN and nothing, called good': ({ a, broken }) => [
    { value: broken, time: 0 },
    { value: a, time: 1000 },
    { value: broken, time: 2000, quality: 'Uncertain' },
    { value: null, time: 3000 },
    { value: a, time: 4000 },
    { value: broken, time: 5000 },
  ],
  'late samples': ({ a, b }) => [
    { value: a, time: 100_000 },
    { value: b, time: 400_000 },
    { value: a, time: 150_000 },
    { value: b, time: 399_000, quality: 'Bad' },
    { value: a, time: 500_000 },
  ],
  'duplicate samples': ({ a, b }) => [
    { value: a, time: 0 },
    { value: a, time: 0 },
    { value: b, time: 1000 },
    { value: b, time: 1000, quality: 'BadTimeout' },
    { value: b, time: 1000, quality: 'BadTimeout' },
    { value: a, time: 1000 },
  ],
  'time that runs backward': ({ a, b }) => [
    { value: a, time: 9_000_000 },
    { value: b, time: 6_000_000 },
    { value: a, time: 3_000_000 },
    { value: b, time: 0 },
    { value: a, time: -5000 },
  ],
}

function valuesOf(kind: Kind, length = 4): Values[] {
  const nan: JsonValue = { $number: 'NaN' }
  const infinite: JsonValue = { $number: '-Infinity' }
  const list = (f: (i: number) => JsonValue, n: number): JsonValue => Array.from({ length: n }, (_, i) => f(i))
  const wave = (n: number): JsonValue => ({ $series: list((i) => Math.round(Math.sin(i) * 100) / 100, n) })
  switch (kind) {
    case 'number': return [{ a: 1.5, b: 90, broken: nan }, { a: -20, b: 1e300, broken: infinite }]
    case 'boolean': return [{ a: true, b: false, broken: null }]
    case 'text': return [{ a: 'on', b: '', broken: null }]
    case 'bytes': return [{ a: { $bytes: 'AAEC' }, b: { $bytes: '' }, broken: null }]
    case 'vector': return [{ a: list((i) => i + 1, length), b: list(() => 0, length), broken: list((i) => (i === 0 ? nan : 1), length) }]
    case 'series': return [{ a: wave(1024), b: { $series: list(() => 0, 1024) }, broken: { $series: list((i) => (i === 3 ? nan : 1), 1024) } }]
    case 'record':
    case 'event': return [{ a: { level: 1 }, b: {}, broken: null }]
    case 'image': return [{ a: { $image: { format: 'png', width: 1, height: 1, data: '' } }, b: null, broken: null }]
    case 'any': return [...valuesOf('number'), ...valuesOf('boolean'), ...valuesOf('text')]
  }
}
