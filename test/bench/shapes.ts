// Flows of every size that the bench runs, each with the readings it is fed and, where there is one, the loop that somebody
// would write by hand for just this case. A hand-written loop allocates the samples that it passes on and keeps the last of
// each step, as whoever shows values must; that also makes V8 really allocate them.
import { parse } from '@marcbachmann/cel-js'
import { sample, type JsonValue, type Sample } from '#kit'
import { FORMAT, type Flow } from '#format'
import { FIRST_TIME, reading } from './readings.ts'

export interface ByHand {
  /** `flow`: which one it is for, where there are several. */
  take(sample: Sample, flow: number): void
  arrived(): number
  last(): number
}
export interface Shape {
  /** `n`: whatever it grows by. */
  flows(n: number): readonly Flow[]
  hand?(n: number): ByHand
  /** Which reading comes as the i-th; a plain one of the tag 'raw' unless given. */
  reading?(n: number): (i: number) => Sample
  /** Fed before it is checked. */
  checked?(n: number): number
}

type Nodes = Record<string, readonly [type: string, config: { readonly [name: string]: JsonValue }]>

export function flowOf(nodes: Nodes, wires: readonly string[], id = 'bench'): Flow {
  const all: Nodes = { source: ['source.bench', {}], ...nodes }
  return { headgate: FORMAT, id, name: id, parameters: {}, connections: {}, nodes: Object.fromEntries(Object.entries(all).map(([name, [type, config]]) => [name, { type, config, at: [0, 0] as const }])), wires }
}

/** Up by two and down again: values stay as they are, to the last digit. */
const factor = (k: number): number => (k % 2 === 0 ? 2 : 0.5)
const sink = ['flow.sink', {}] as const
const scaled = (s: Sample, by: number, offset = 0): Sample => sample(s.tag, (s.value as number) * by + offset, s.time, s.quality)

/** set, scale, deadband, switch, sink. */
export const pipelineFlow = flowOf(
  {
    set: ['transform.set', { tag: 'line1' }], scale: ['transform.scale', { factor: 0.1, offset: -40 }], deadband: ['filter.deadband', { threshold: 0.5 }],
    route: ['rule.switch', { rules: [{ name: 'high', when: '>', value: 50 }] }], sink,
  },
  ['source.value -> set.value', 'set.value -> scale.value', 'scale.value -> deadband.value', 'deadband.value -> route.value', 'route.high -> sink.value', 'route.otherwise -> sink.value'],
)

function pipelineByHand(): ByHand {
  const shown: { raw: Sample | null; set: Sample | null; scaled: Sample | null } = { raw: null, set: null, scaled: null }
  let last: Sample | null = null
  let high = 0
  let low = 0
  return {
    take(s) {
      shown.raw = s
      const set = sample('line1', s.value, s.time, s.quality)
      const result = scaled(set, 0.1, -40)
      shown.set = set
      shown.scaled = result
      if (last !== null && Math.abs((result.value as number) - (last.value as number)) <= 0.5) return
      last = result
      if ((result.value as number) > 50) high++
      else low++
    },
    arrived: () => high + low,
    last: () => last!.value as number,
  }
}

function chain(n: number): Nodes {
  return Object.fromEntries(Array.from({ length: n }, (_, k) => [`n${k}`, ['transform.scale', { factor: factor(k) }]]))
}
const chainWires = (n: number): string[] => Array.from({ length: n }, (_, k) => `${k === 0 ? 'source' : `n${k - 1}`}.value -> n${k}.value`)

/** Tags in turn, each with a reading a second. */
function byTags(n: number): (i: number) => Sample {
  const tags = Array.from({ length: n }, (_, k) => `line1.tag${k}`)
  return (i) => sample(tags[i % n]!, reading(Math.floor(i / n)), FIRST_TIME + Math.floor(i / n) * 1000)
}

function meansByHand(): ByHand {
  const open = new Map<number, Map<string, { sum: number; count: number }>>()
  let closing = Number.POSITIVE_INFINITY
  let arrived = 0
  let last: Sample | null = null
  return {
    take(s) {
      const start = Math.floor(s.time / 10_000) * 10_000
      let tags = open.get(start)
      if (tags === undefined) {
        open.set(start, (tags = new Map()))
        closing = Math.min(closing, start)
      }
      let pane = tags.get(s.tag)
      if (pane === undefined) tags.set(s.tag, (pane = { sum: 0, count: 0 }))
      pane.sum += s.value as number
      pane.count++
      // A second for late readings.
      while (closing + 11_000 <= s.time) {
        for (const [tag, { sum, count }] of open.get(closing) ?? []) {
          last = sample(tag, sum / count, closing)
          arrived++
        }
        open.delete(closing)
        closing += 10_000
      }
    },
    arrived: () => arrived,
    last: () => last!.value as number,
  }
}

const celEvaluate = parse('value * 1.8 + 32.0') as (variables: { value: number }) => number
function converted(convert: (x: number) => number): ByHand {
  let arrived = 0
  const shown: { raw: Sample | null; result: Sample | null } = { raw: null, result: null }
  return {
    take(s) {
      shown.raw = s
      shown.result = sample(s.tag, convert(s.value as number), s.time, s.quality)
      arrived++
    },
    arrived: () => arrived,
    last: () => shown.result!.value as number,
  }
}
const one = (type: string, config: { readonly [name: string]: JsonValue }): readonly Flow[] => [flowOf({ node: [type, config], sink }, ['source.value -> node.value', 'node.value -> sink.value'])]

export const shapes = {
  /** The five nodes that Node-RED is measured by. */
  pipeline: { flows: () => [pipelineFlow], hand: pipelineByHand },

  /** n nodes, one after the other. */
  chain: {
    flows: (n) => [flowOf({ ...chain(n), sink }, [...chainWires(n), `n${n - 1}.value -> sink.value`])],
    hand(n) {
      const by = Array.from({ length: n }, (_, k) => factor(k))
      const shown: (Sample | null)[] = by.map(() => null)
      let arrived = 0
      return {
        take(s) {
          let now = s
          for (let k = 0; k < n; k++) shown[k] = now = scaled(now, by[k]!)
          arrived++
        },
        arrived: () => arrived,
        last: () => shown[n - 1]!.value as number,
      }
    },
  },

  /** One output to n nodes. */
  fan: {
    flows: (n) => [flowOf({ ...chain(n), sink }, Array.from({ length: n }, (_, k) => [`source.value -> n${k}.value`, `n${k}.value -> sink.value`]).flat())],
    hand(n) {
      const by = Array.from({ length: n }, (_, k) => factor(k))
      const shown: (Sample | null)[] = by.map(() => null)
      let arrived = 0
      return {
        take(s) {
          for (let k = 0; k < n; k++) {
            shown[k] = scaled(s, by[k]!)
            arrived++
          }
        },
        arrived: () => arrived,
        last: () => shown[n - 1]!.value as number,
      }
    },
  },

  /** n flows at once, each scale, deadband, sink; a reading to each in turn. */
  flows: {
    flows: (n) => Array.from({ length: n }, (_, k) => flowOf({ scale: ['transform.scale', { factor: 0.1, offset: -40 }], deadband: ['filter.deadband', { threshold: 0.5 }], sink }, ['source.value -> scale.value', 'scale.value -> deadband.value', 'deadband.value -> sink.value'], `flow${k}`)),
    hand(n) {
      const states = Array.from({ length: n }, () => ({ raw: null as Sample | null, scaled: null as Sample | null, last: null as Sample | null }))
      let arrived = 0
      let latest: Sample | null = null
      return {
        take(s, flow) {
          const state = states[flow]!
          state.raw = s
          const result = (state.scaled = scaled(s, 0.1, -40))
          if (state.last !== null && Math.abs((result.value as number) - (state.last.value as number)) <= 0.5) return
          state.last = latest = result
          arrived++
        },
        arrived: () => arrived,
        last: () => latest!.value as number,
      }
    },
    reading: (n) => (i) => sample('raw', reading(Math.floor(i / n)), FIRST_TIME + i),
  },

  /** Tumbling means of 10 s of n tags. */
  window: {
    flows: () => [flowOf({ window: ['aggregate.window', { sizeS: 10, statistics: ['mean'] }], sink }, ['source.value -> window.value', 'window.mean -> sink.value'])],
    hand: meansByHand,
    reading: byTags,
    checked: (n) => Math.max(20_000, n * 25),
  },

  /** The state of n tags. */
  tags: {
    flows: () => [flowOf({ deadband: ['filter.deadband', { threshold: 0.5 }], sink }, ['source.value -> deadband.value', 'deadband.value -> sink.value'])],
    hand() {
      const states = new Map<string, Sample>()
      let arrived = 0
      let latest: Sample | null = null
      return {
        take(s) {
          const last = states.get(s.tag)
          if (last !== undefined && Math.abs((s.value as number) - (last.value as number)) <= 0.5) return
          states.set(s.tag, s)
          latest = s
          arrived++
        },
        arrived: () => arrived,
        last: () => latest!.value as number,
      }
    },
    reading: byTags,
    checked: (n) => Math.max(20_000, n * 2),
  },

  /** n nodes, ten in a row, all rows fed by one source. */
  rows: {
    flows(n) {
      const wires = Array.from({ length: n }, (_, k) => [`${k % 10 === 0 ? 'source' : `n${k - 1}`}.value -> n${k}.value`, ...(k % 10 === 9 ? [`n${k}.value -> sink.value`] : [])]).flat()
      return [flowOf({ ...chain(n), sink }, wires)]
    },
    checked: (n) => Math.max(10, Math.ceil(200_000 / n)),
  },

  /** n nodes, each wired to each of n others. */
  mesh: {
    flows(n) {
      const ends = Object.fromEntries(Array.from({ length: n }, (_, k) => [`s${k}`, sink]))
      const wires = Array.from({ length: n }, (_, k) => [`source.value -> n${k}.value`, ...Array.from({ length: n }, (_, to) => `n${k}.value -> s${to}.value`)]).flat()
      return [flowOf({ ...chain(n), ...ends }, wires)]
    },
    checked: (n) => Math.max(10, Math.ceil(200_000 / n ** 2)),
  },

  /** Degrees Fahrenheit by the node for it. */
  scale: { flows: () => one('transform.scale', { factor: 1.8, offset: 32 }), hand: () => converted((x) => x * 1.8 + 32) },

  /** The same by an expression; by hand: what the grammar's own library makes of it. */
  expression: { flows: () => one('transform.expression', { expression: 'value * 1.8 + 32' }), hand: () => converted((value) => celEvaluate({ value })) },
} as const satisfies Readonly<Record<string, Shape>>

export type ShapeName = keyof typeof shapes
