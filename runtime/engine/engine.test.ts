import { describe, expect, test } from 'vitest'
import { defineNode, port, same, sample, Type, type AnyNode, type Context, type Sample } from '#kit'
import { parseWire } from '#format'
import type { Plan, PlanNode } from './contract.ts'
import { Replay } from './replay.ts'
import { runExample } from './example.ts'

const double = defineNode({
  type: 'transform.double', version: 1, title: 'Double', summary: 's', help: 'h', icon: 'x', effects: 'none', config: Type.Object({}),
  inputs: { value: port.number() }, outputs: { value: same('value') },
  receive(s: Sample, _port: string, ctx: Context) {
    ctx.emit['value']!(sample(s.tag, (s.value as number) * 2, s.time, s.quality))
  },
  examples: [{ title: 'doubles', config: {}, in: [{ at: 'value', value: 2, time: 0 }], out: [{ at: 'value', value: 4, time: 0 }] }],
})
const sumUp = defineNode({
  type: 'aggregate.sum', version: 1, title: 'Sum', summary: 's', help: 'h', icon: 'x', effects: 'none', config: Type.Object({}),
  inputs: { value: port.number() }, outputs: { value: same('value') },
  state: () => ({ open: {} as Record<number, number> }),
  receive(s: Sample, _port: string, ctx: Context<unknown, { open: Record<number, number> }>) {
    const start = Math.floor(s.time / 10) * 10
    ctx.state.open[start] = (ctx.state.open[start] ?? 0) + (s.value as number)
    ctx.wakeAtWatermark(Math.min(...Object.keys(ctx.state.open).map(Number)) + 10)
    ctx.hold()
  },
  tick(ctx: Context<unknown, { open: Record<number, number> }>) {
    for (const start of Object.keys(ctx.state.open).map(Number)) {
      if (start + 10 > ctx.watermark && ctx.watermark !== -Infinity) continue
      ctx.emit['value']!(sample(ctx.tag, ctx.state.open[start]!, start))
      delete ctx.state.open[start]
    }
    const left = Object.keys(ctx.state.open).map(Number)
    if (left.length > 0) ctx.wakeAtWatermark(Math.min(...left) + 10)
  },
  examples: [],
})
const silent = defineNode({
  type: 'flow.silent', version: 1, title: 'Silent', summary: 's', help: 'h', icon: 'x', effects: 'none', config: Type.Object({}),
  inputs: { value: port.any() }, outputs: {}, receive() {}, examples: [],
})
const nodes = new Map<string, AnyNode>([double, sumUp, silent].map((n) => [n.type, n as AnyNode]))

function plan(types: Record<string, string>, wires: string[]): Plan {
  const list: PlanNode[] = Object.entries(types).map(([id, type]) => {
    const def = nodes.get(type)!
    const resolved = (names: string[]) => Object.fromEntries(names.map((n) => [n, { kind: 'any' as const }]))
    return { id, type, title: id, config: {}, ports: { inputs: resolved(Object.keys(def.inputs)), outputs: resolved(Object.keys(def.outputs)) } }
  })
  return { flow: 'f', name: 'f', version: 1, nodes: list, wires: wires.map((w) => ({ ...parseWire(w)!, checked: false })), connections: {}, secrets: [], models: [] }
}

describe('a running flow', () => {
  test('an example runs on the engine', async () => {
    const { out, ledger } = await runExample(double as AnyNode, double.examples[0]!)
    expect(out).toEqual(double.examples[0]!.out)
    expect(ledger).toEqual({ in: 1, passed: 1, held: 0, failed: 0, queued: 0, dropped: {} })
  })

  test('samples fan out by reference, and each port counts them', async () => {
    const run = await Replay.open(plan({ a: 'transform.double', b: 'transform.double', c: 'transform.double' }, ['a.value -> b.value', 'a.value -> c.value']), { nodes })
    const seen: Sample[] = []
    run.tap('b.value', (_, s) => seen.push(s))
    run.tap('c.value', (_, s) => seen.push(s))
    await run.put({ at: 'a.value', sample: sample('t', 1, 0) })
    expect(seen.map((s) => s.value)).toEqual([4, 4])
    expect(run.flow.runs.get('a')!.outputs.get('value')!.count).toBe(1)
  })

  test('windows close by the watermark, and at the end of the recording', async () => {
    const run = await Replay.open(plan({ a: 'aggregate.sum' }, []), { nodes })
    const seen: unknown[] = []
    run.tap('a.value', (_, s) => seen.push([s.time, s.value]))
    for (const time of [1, 5, 12, 13]) await run.put({ at: 'a.value', sample: sample('t', 1, time) })
    expect(seen).toEqual([[0, 2]])
    await run.end()
    expect(seen).toEqual([[0, 2], [10, 2]])
  })

  test('a sample without an outcome is found', async () => {
    const { ledger, issues } = await runExample(silent as AnyNode, { title: 's', config: {}, in: [{ at: 'value', value: 1, time: 0 }], out: [] })
    expect(ledger.in).toBe(1)
    expect(ledger.passed).toBe(0)
    expect(issues.map((i) => i.code)).toEqual(['NO_OUTCOME'])
  })

  test('state survives a checkpoint as plain data', async () => {
    const example = { title: 's', config: {}, in: [1, 2, 11].map((time) => ({ at: 'value', value: 1, time })), out: [] }
    const whole = await runExample(sumUp as AnyNode, example)
    for (const checkpointAfter of [1, 2]) expect((await runExample(sumUp as AnyNode, example, { checkpointAfter })).out).toEqual(whole.out)
    expect(whole.out.map((o) => o.value)).toEqual([2, 1])
  })
})
