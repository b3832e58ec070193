// Each scale against its plain definition; vectors, models' cards, and what is not learned from.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Type, defineNode, port, type AnyNode, type ExampleSample, type ModelPort, type Resources, type Static } from '#kit'
import { FORMAT, type Flow } from '#format'
import { compile } from '../../runtime/compile/index.ts'
import { runExample } from '../../runtime/engine/example.ts'
import node from './normalise.ts'

type Config = Static<typeof node.config>
const none: Resources = { model: () => undefined }
const base: Config = { method: 'zscore', from: 'window', ranges: [{ low: 0, high: 100 }], spreads: [{ centre: 0, spread: 1 }], readings: 5, minReadings: 2, model: '', input: '', outLow: 0, outHigh: 1, clamp: false, flat: 'bad' }
const run = (config: Partial<Config>, input: ExampleSample[]) => runExample(node, { title: '', config: { ...base, ...config }, in: input, out: [] })
const at = (value: ExampleSample['value'], time: number, quality?: string): ExampleSample => ({ at: 'value', value, time, ...(quality === undefined ? {} : { quality }) })

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length
const deviation = (x: readonly number[]): number => Math.sqrt(x.reduce((a, b) => a + (b - mean(x)) ** 2, 0) / (x.length - 1))
function quantile(x: readonly number[], share: number): number {
  const sorted = x.toSorted((a, b) => a - b)
  const place = share * (sorted.length - 1)
  return sorted[Math.floor(place)]! + (place % 1) * ((sorted[Math.floor(place) + 1] ?? 0) - sorted[Math.floor(place)]!)
}
/** Undefined: nothing varies. */
function scaled(method: Config['method'], x: number, seen: readonly number[]): number | undefined {
  const [a, spread] =
    method === 'minmax' ? [Math.min(...seen), Math.max(...seen) - Math.min(...seen)] : method === 'zscore' ? [mean(seen), deviation(seen)] : [quantile(seen, 0.5), quantile(seen, 0.75) - quantile(seen, 0.25)]
  return spread > 0 ? (x - a) / spread : undefined
}
const methods = fc.constantFrom<Config['method']>('minmax', 'zscore', 'robust')
const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 })

function expectScaled(s: ExampleSample, expected: number | undefined): void {
  if (expected === undefined) expect(s).toMatchObject({ value: null, quality: 'BadNoData' })
  else expect(s.value as number).toBeCloseTo(expected, 8)
}

describe('learned', () => {
  test('from the last readings: what the definition says of them', async () => {
    await fc.assert(
      fc.asyncProperty(values, methods, fc.integer({ min: 2, max: 12 }), async (list, method, count) => {
        const { out, ledger } = await run({ method, readings: count }, list.map((x, i) => at(x, i)))
        expect(ledger.held).toBe(1)
        for (const [i, s] of out.entries()) expectScaled(s, scaled(method, list[i + 1]!, list.slice(Math.max(0, i + 2 - count), i + 2)))
      }),
      { numRuns: 60 },
    )
  })

  test('from the first readings, and then fixed', async () => {
    await fc.assert(
      fc.asyncProperty(values, methods, fc.integer({ min: 2, max: 12 }), async (list, method, count) => {
        const { out, ledger } = await run({ method, from: 'first', readings: count }, list.map((x, i) => at(x, i)))
        expect(ledger.held).toBe(Math.min(list.length, count - 1))
        for (const [i, s] of out.entries()) expectScaled(s, scaled(method, list[i + count - 1]!, list.slice(0, count)))
      }),
      { numRuns: 60 },
    )
  })

  test('from all readings, older ones less: weights fall by a constant share', async () => {
    const list = Array.from({ length: 300 }, (_, i) => Math.sin(i) * 3 + 20)
    const { out } = await run({ from: 'exponential', readings: 9, minReadings: 10 }, list.map((x, i) => at(x, i)))
    // 2 / (9 + 1) of the way each time; what came before the last 300 weighs nothing.
    const weights = list.map((_, i) => 0.2 * 0.8 ** (list.length - 1 - i))
    const average = list.reduce((sum, x, i) => sum + weights[i]! * x, 0)
    const variance = list.reduce((sum, x, i) => sum + weights[i]! * (x - average) ** 2, 0)
    expect(out).toHaveLength(291)
    expect(out.at(-1)!.value as number).toBeCloseTo((list.at(-1)! - average) / Math.sqrt(variance), 9)
  })

  test('of a vector, each element is by itself, and a NaN in one spoils the whole', async () => {
    const list = [[1, 10], [2, 30], [4, 20]]
    const { out } = await run({}, [...list.map((v, i) => at(v, i)), at([5, { $number: 'NaN' }], 3), at([1, 2, 3], 4)])
    const of = (i: number): number => scaled('zscore', list[2]![i]!, list.map((v) => v[i]!))!
    expect((out[1]!.value as number[])[0]).toBeCloseTo(of(0), 12)
    expect((out[1]!.value as number[])[1]).toBeCloseTo(of(1), 12)
    // The vector of another length begins anew: it is held.
    expect(out.slice(2)).toEqual([at(null, 3, 'BadOutOfRange')])
  })

  test('only from good readings, and from a repeated one once', async () => {
    const { out, ledger } = await run({ method: 'minmax', readings: 10 }, [at(1, 0), at(1, 0), at(900, 1, 'Uncertain'), at(900, 2, 'BadTimeout'), at(3, 3), at(900, 4, 'Uncertain'), at(2, 5), at(2, 5)])
    expect(out).toEqual([at(null, 1, 'BadNoData'), at(null, 2, 'BadTimeout'), at(1, 3), at(449.5, 4, 'Uncertain'), at(0.5, 5), at(0.5, 5)])
    expect(ledger).toMatchObject({ held: 1, dropped: { duplicate: 1 } })
  })

  test('where nothing varies: bad, or the centre as uncertain', async () => {
    expect((await run({}, [at(4, 0), at(4, 1)])).out).toEqual([at(null, 1, 'BadNoData')])
    expect((await run({ flat: 'centre' }, [at(4, 0), at(4, 1)])).out).toEqual([at(0, 1, 'UncertainSubNormal')])
    expect((await run({ flat: 'centre', method: 'minmax', outLow: -1, outHigh: 3 }, [at(4, 0), at(4, 1)])).out).toEqual([at(1, 1, 'UncertainSubNormal')])
  })

  test('values too large for a deviation never look normal, and are forgotten', async () => {
    for (const from of ['window', 'exponential'] as const) {
      const { out } = await run({ from, readings: 3 }, [at(1, 0), at(1.7e308, 1), at(-1.7e308, 2), ...Array.from({ length: 5 }, (_, i) => at(i, 3 + i))])
      expect(out.slice(0, 2).every((s) => s.value === null && s.quality!.startsWith('Bad'))).toBe(true)
      expect(out.at(-1)!.quality ?? 'Good').toBe('Good')
    }
  })

  test('from more numbers than may be kept fails, and says so', async () => {
    const { ledger, issues } = await run({ readings: 10_000 }, [at(Array.from({ length: 101 }, () => 1), 0)])
    expect(ledger.failed).toBe(1)
    expect(issues[0]!.text).toContain('101 elements over 10000 readings')
  })
})

describe('by a model', () => {
  const input: ModelPort = { name: 'features', type: 'float32', shape: [-1, 2], labels: ['a', 'b'], mean: [1, 2], std: [3, 4] }
  const resources = (port: ModelPort): Resources => ({ model: (name) => (name === 'pump' ? { name, hash: '', title: 'Pump', inputs: [port], outputs: [] } : undefined) })
  const fields = (config: Partial<Config>, r: Resources = resources(input)) => node.check!({ ...base, from: 'model', model: 'pump', ...config }, r).map((f) => f.field)

  test('the plan gets the numbers of its card; the document keeps none', () => {
    const config = { from: 'model', model: 'pump' }
    const flow: Flow = { headgate: FORMAT, id: 'f', name: 'F', parameters: {}, connections: {}, nodes: { n: { type: node.type, config, at: [0, 0] }, s: { type: 'source.test', config: {}, at: [0, 0] } }, wires: ['s.value -> n.value'] }
    const source = defineNode({ type: 'source.test', version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', effects: 'none', config: Type.Object({}), inputs: {}, outputs: { value: port.vector() }, open: () => Promise.reject(new Error('never')), examples: [] })
    const known = resources(input)
    const { plan, issues, ports } = compile(flow, {
      nodes: new Map<string, AnyNode>([[node.type, node], [source.type, source]]), drivers: new Map(), connections: {}, secrets: new Set(), version: 1,
      resources: { ...known, models: () => ['pump'], issue: () => undefined },
    })
    expect(issues).toEqual([])
    expect((plan!.nodes.find((n) => n.id === 'n')!.config as Config).spreads).toEqual([{ centre: 1, spread: 3 }, { centre: 2, spread: 4 }])
    expect(ports['n']!.outputs['value']).toMatchObject({ kind: 'vector', unit: '1' })
    expect(config).toEqual({ from: 'model', model: 'pump' })
  })

  test('that says nothing of its input, or not what is wanted, is refused', () => {
    expect(fields({})).toEqual([])
    expect(fields({ input: 'features' })).toEqual([])
    expect(fields({ model: '' })).toEqual(['/model'])
    expect(fields({ method: 'minmax' })).toEqual(['/model'])
    expect(fields({ method: 'minmax' }, resources({ ...input, min: [0, 0], max: [1, 1] }))).toEqual([])
    expect(fields({ method: 'robust' })).toEqual(['/method'])
    expect(fields({ input: 'other' })).toEqual(['/input'])
    expect(fields({ model: 'gone' })).toEqual([])
  })
})

test('settings that cannot be are refused; what was learned is right for another range', () => {
  const fields = (config: Partial<Config>) => node.check!({ ...base, ...config }, none).map((f) => f.field)
  expect(fields({})).toEqual([])
  expect(fields({ minReadings: 6 })).toEqual(['/minReadings'])
  expect(fields({ from: 'exponential', method: 'robust' })).toEqual(['/from'])
  expect(fields({ from: 'given', method: 'minmax', ranges: [{ low: 0, high: 1 }, { low: 5, high: 5 }] })).toEqual(['/ranges/1/high'])
  expect(fields({ from: 'given', spreads: [] })).toEqual(['/spreads'])
  expect(fields({ from: 'given', spreads: [{ centre: 0, spread: 0 }] })).toEqual(['/spreads/0/spread'])
  expect(node.carries!(base, { ...base, outHigh: 5, clamp: true, flat: 'centre', minReadings: 4 })).toBe(true)
  for (const other of [{ method: 'robust' }, { from: 'first' }, { readings: 6 }] as Partial<Config>[]) expect(node.carries!(base, { ...base, ...other })).toBe(false)
})
