import { afterAll, describe, expect, test } from 'vitest'
import { IssueError, sample, withDefaults, type Example } from '#kit'
import { openPure } from '../../runtime/engine/open-pure.ts'
import type { Plan, Recovered, StateItem } from '../../runtime/engine/contract.ts'
import { runExample, soloPlan } from '../../runtime/engine/example.ts'
import { EngineHost } from '../../runtime/engine/host.ts'
import { replay } from '../../runtime/engine/replay.ts'
import { openNode, TestIo, until } from '../../test/io.ts'
import node from './function.ts'

const pure = openPure(() => undefined, () => undefined)
afterAll(() => pure.close())
const open = pure.open.bind(pure)
type Config = Parameters<NonNullable<typeof node.check>>[0]
const configOf = (config: object) => withDefaults(node.config, config) as Config

describe('its examples', () => {
  test.each(node.examples.map((e) => [e.title, e] as const))('%s', async (_title, example) => {
    const { out, ledger, issues } = await runExample(node, example as Example<unknown>, { open })
    expect(out).toEqual(example.out)
    expect(issues).toEqual([])
    const { in: into, passed, held, failed, queued, dropped } = ledger
    expect(passed + held + failed + queued + Object.values(dropped).reduce((a, b) => a + b, 0)).toBe(into)
  })

  test.each(node.examples.filter((e) => e.in.length > 1).map((e) => [e.title, e] as const))('go on from a checkpoint anywhere: %s', async (_title, example) => {
    for (let after = 1; after < example.in.length; after++) {
      const { out } = await runExample(node, example as Example<unknown>, { open, checkpointAfter: after })
      expect(out).toEqual(example.out)
    }
  })
})

describe('a sample', () => {
  const ends = async (code: string, values: readonly number[]) => {
    const { ledger, issues, out } = await runExample(node, { title: 't', config: configOf({ code }), in: values.map((value, time) => ({ at: 'value', value, time })), out: [] }, { open })
    return { ...ledger, texts: issues.map((i) => i.text), out: out.map((o) => o.value) }
  }

  test('ends as held, dropped by its reason, failed or passed', async () => {
    const found = await ends("if (sample.value === 0) state.seen = true\nif (sample.value === 1) drop('low')\nif (sample.value === 2) for (;;);\nif (sample.value > 2) emit(sample.value)", [0, 1, 1, 2, 3, -1])
    expect(found).toEqual({ in: 6, held: 1, dropped: { low: 2, silent: 1 }, failed: 1, passed: 1, queued: 0, texts: ['The code took longer than 100 ms.'], out: [3] })
  })

  test('gives the same bytes in every replay', async () => {
    const code = 'state.sum = (state.sum ?? 0) + Math.random(); emit(state.sum + now)'
    const first = await ends(code, [1, 2, 3])
    expect(await ends(code, [1, 2, 3])).toEqual(first)
    expect(new Set(first.out).size).toBe(3)
  })
})

test('code that does not parse fails the deploy, at its line', async () => {
  const plan = soloPlan(node, { code: 'emit(1)\nemit(' })
  const thrown = await replay(plan, { nodes: new Map([[node.type, node]]), open }, [{ at: 'node.value', sample: sample('x', 1, 0) }], ['node.value'], () => undefined).catch((e: unknown) => e)
  expect((thrown as IssueError).issues).toMatchObject([{ code: 'NODE_CONFIG', flow: 'example', node: 'node', field: '/code', text: expect.stringContaining('Line ') as string }])
})

test('names its ports, and not twice', () => {
  const twice = { inputs: [{ name: 'a' }, { name: 'a' }], outputs: [{ name: 'b', kind: 'any' as const }, { name: 'c', kind: 'any' as const }, { name: 'c', kind: 'any' as const }] }
  expect(node.check!(configOf(twice), { model: () => undefined })).toEqual([{ field: '/inputs', reason: "'a' is there twice." }, { field: '/outputs', reason: "'c' is there twice." }])
  const { ports } = soloPlan(node, { outputs: [{ name: 't', kind: 'number', unit: 'Cel' }, { name: 'ok', kind: 'boolean' }] }).nodes[0]!
  expect(ports).toEqual({ inputs: { value: { kind: 'any' } }, outputs: { t: { kind: 'number', unit: 'Cel' }, ok: { kind: 'boolean' } } })
})

test('keeps its state while the code is the same', () => {
  const of = (more: object) => configOf({ code: 'emit(1)', ...more })
  expect(node.carries!(of({}), of({ timeLimitMs: 5, memoryLimitMb: 64, outputs: [] }))).toBe(true)
  expect(node.carries!(of({}), of({ keep: 'node' }))).toBe(false)
  expect(node.carries!(of({}), of({ code: 'emit(2)' }))).toBe(false)
})

test('does not open where no script runs', async () => {
  await expect(openNode(node, {}, new TestIo('n'))).rejects.toThrow('no scripts here')
})

describe('in an engine', () => {
  const source = { type: 'source.given', version: 1, title: 'Given', summary: 'Given.', help: '', icon: 'circle', effects: 'reads', config: node.config, inputs: {}, outputs: { value: { kind: 'any' } }, examples: [] } as const
  const plan = (version: number, config: object): Plan => {
    const solo = soloPlan(node, config)
    const given = { id: 'given', type: source.type, title: 'Given', config: {}, ports: { inputs: {}, outputs: { value: { kind: 'any' as const } } } }
    return { ...solo, version, nodes: [given, ...solo.nodes], wires: [{ from: { node: 'given', port: 'value' }, to: { node: 'node', port: 'value' }, checked: false }] }
  }
  const engine = () => {
    let give!: (v: number) => void
    let saved: Recovered = { position: 0, time: 0, state: [] }
    const host = new EngineHost({
      nodes: new Map<string, never>([
        [node.type, node as never],
        [source.type, { ...source, open: async (_c: unknown, io: { emit(port: string, s: unknown): void }) => ((give = (v) => io.emit('value', sample('x', v, v))), { health: () => ({ state: 'ok', text: '' }), close: async () => undefined }) } as never],
      ]),
      drivers: new Map(),
      journal: {
        position: 0,
        append: () => ({ position: 0, committed: Promise.resolve() }),
        async checkpoint(c) {
          const { drop, put, position, time } = structuredClone(c)
          const gone = (i: StateItem) => drop.some((d) => (d.flow ?? i.flow) === i.flow && (d.node ?? i.node) === i.node && (d.item ?? i.item) === i.item) || put.some((p) => p.flow === i.flow && p.node === i.node && p.item === i.item)
          saved = { position, time, state: [...saved.state.filter((i) => !gone(i)), ...put] }
        },
        recover: async () => ({ checkpoint: saved, entries: [] }),
        stats: () => ({ entries: 0, commits: 0, bytes: 0, checkpoints: 0, rejected: 0 }), close: async () => undefined,
      },
      folder: '/nowhere', alarm: () => undefined, log: () => undefined, write: () => undefined,
    })
    return { host, give: (v: number) => give(v), last: () => host.report('example').nodes['node']!.outputs['value']?.last?.value, saved: () => saved, recover: (from: Recovered) => (saved = from) }
  }
  const deploy = (version: number, config: object) => ({ plan: plan(version, config), armed: false, secrets: {}, models: {} })
  const counting = { code: 'state.n = (state.n ?? 0) + 1; emit(state.n)' }

  test('its state outlives a deploy that leaves the code, and an engine', async () => {
    const one = engine()
    await one.host.start()
    await one.host.deploy(deploy(1, counting))
    for (const v of [1, 2, 3]) one.give(v)
    await until('three were counted', () => one.last() === 3)
    await one.host.deploy(deploy(2, { ...counting, timeLimitMs: 200 }))
    one.give(4)
    await until('the fourth was counted', () => one.last() === 4)
    await one.host.checkpoint()
    // Not on its way in at one checkpoint and out of it at the next: between the two.
    one.give(5)
    const under = one.host.checkpoint()
    await until('the fifth was counted', () => one.last() === 5)
    await under
    await one.host.close('test')

    const two = engine()
    two.recover(one.saved())
    await two.host.start()
    await two.host.deploy(deploy(2, { ...counting, timeLimitMs: 200 }))
    two.give(6)
    await until('the sixth was counted', () => two.last() === 6)
    await two.host.deploy(deploy(3, { code: `${counting.code}\n` }))
    two.give(7)
    await until('other code begins anew', () => two.last() === 1)
    await two.host.close('test')
  })

  test('code that does not parse leaves what runs', async () => {
    const { host, give, last } = engine()
    await host.start()
    await host.deploy(deploy(1, counting))
    await expect(host.deploy(deploy(2, { code: 'emit(' }))).rejects.toThrow(/NODE_CONFIG: Line/)
    give(1)
    await until('it goes on', () => last() === 1)
    expect(host.report('example').nodes['node']).toMatchObject({ health: { state: 'ok' }, ledger: { in: 1, passed: 1 } })
    await host.close('test')
  })
})
