// The five-node pipeline, set -> scale -> deadband -> switch -> sink, in Headgate's engine (ledger on) and as a
// hand-written loop that allocates the same samples.
import { defineNode, port, sample, Type, type AnyNode, type Context, type Sample } from '#kit'
import { FORMAT, type Flow } from '#format'
import { compile } from '../../runtime/compile/index.ts'
import { Replay } from '../../runtime/engine/replay.ts'
import { nodes as catalogue, drivers } from '../../nodes/index.ts'

const source = defineNode({
  type: 'source.bench', version: 1, title: 'Bench source', summary: '', help: '', icon: 'x', effects: 'reads', config: Type.Object({}),
  inputs: {}, outputs: { value: port.number() }, open: () => Promise.reject(new Error('only replayed')), examples: [],
})
const sink = defineNode({
  type: 'flow.sink', version: 1, title: 'Bench sink', summary: '', help: '', icon: 'x', effects: 'none', config: Type.Object({}),
  inputs: { value: port.any() }, outputs: {},
  receive(_s: Sample, _p: string, ctx: Context) {
    ctx.done()
  },
  examples: [],
})
export const nodes = new Map<string, AnyNode>([...catalogue, ['source.bench', source as AnyNode], ['flow.sink', sink as AnyNode]])

export const flow: Flow = {
  headgate: FORMAT, id: 'bench', name: 'bench', parameters: {}, connections: {},
  nodes: {
    source: { type: 'source.bench', config: {}, at: [0, 0] },
    set: { type: 'transform.set', config: { tag: 'line1' }, at: [0, 0] },
    scale: { type: 'transform.scale', config: { factor: 0.1, offset: -40 }, at: [0, 0] },
    deadband: { type: 'filter.deadband', config: { threshold: 0.5 }, at: [0, 0] },
    route: { type: 'rule.switch', config: { rules: [{ name: 'high', when: '>', value: 50 }] }, at: [0, 0] },
    sink: { type: 'flow.sink', config: {}, at: [0, 0] },
  },
  wires: ['source.value -> set.value', 'set.value -> scale.value', 'scale.value -> deadband.value', 'deadband.value -> route.value', 'route.high -> sink.value', 'route.otherwise -> sink.value'],
}

export interface Rate {
  readonly perSecond: number
  readonly arrived: number
}

/** Readings of a slow swing; nearly all pass the deadband. From a table: the bench is not about sines. */
const readings = Float64Array.from({ length: 4096 }, (_, i) => 500 + 400 * Math.sin((i * 2 * Math.PI * 33) / 4096))
export const reading = (i: number): number => readings[i & 4095]!

export async function headgate(samples: number): Promise<Rate> {
  const none = { model: () => undefined, models: () => [] }
  const { plan, issues } = compile(flow, { nodes, drivers, resources: none, connections: {}, secrets: new Set(), version: 1 })
  if (!plan) throw new Error(JSON.stringify(issues))
  const replay = await Replay.open(plan, { nodes })
  const { flow: run } = replay
  const from = run.runs.get('source')!
  const go = (n: number): void => {
    for (let i = 0; i < n; i++) run.inject(from, 'value', sample('raw', reading(i), i))
  }
  go(samples / 10)
  const began = performance.now()
  go(samples)
  const seconds = (performance.now() - began) / 1000
  const arrived = run.runs.get('sink')!.ledger().passed
  await replay.close()
  return { perSecond: samples / seconds, arrived }
}

/** What each step saw last: kept, as whoever shows values must, which also makes V8 really allocate the samples. */
const shown: { raw: Sample | null; set: Sample | null; scaled: Sample | null } = { raw: null, set: null, scaled: null }

export function handWritten(samples: number): Rate {
  let last: Sample | null = null
  let high = 0
  let low = 0
  const one = (s: Sample): void => {
    shown.raw = s
    const set = sample('line1', s.value, s.time, s.quality)
    const scaled = sample(set.tag, (set.value as number) * 0.1 - 40, set.time, set.quality)
    shown.set = set
    shown.scaled = scaled
    if (last !== null && Math.abs((scaled.value as number) - (last.value as number)) <= 0.5) return
    last = scaled
    if ((scaled.value as number) > 50) high++
    else low++
  }
  const go = (n: number): void => {
    for (let i = 0; i < n; i++) one(sample('raw', reading(i), i))
  }
  go(samples / 10)
  const began = performance.now()
  go(samples)
  return { perSecond: samples / ((performance.now() - began) / 1000), arrived: high + low }
}
