// Beyond the examples: the count against a naive one, days of a place, silence, and what a deploy keeps.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withDefaults, type ExampleSample, type Static } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './counter.ts'

type Config = Static<typeof node.config>
const base = withDefaults(node.config, {}) as Config
const run = (config: Partial<Config>, input: ExampleSample[]) => runExample(node, { title: '', config: { ...base, ...config }, in: input, out: [] })
const at = (out: readonly ExampleSample[], port: string) => out.filter((s) => s.at === port)

describe('counting', () => {
  test('is that of a plain loop over the readings, for each kind of edge', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 80 }), fc.constantFrom('rising', 'falling', 'edges', 'changes', 'readings'), async (values, counts) => {
        const { out } = await run({ counts }, values.map((value, i) => ({ at: 'value', value, time: i * 1000 })))
        let n = 0
        for (const [i, v] of values.entries()) {
          const edge = i > 0 && v !== values[i - 1]
          if (counts === 'readings' || (edge && (counts === 'edges' || counts === 'changes' || v === (counts === 'rising')))) n++
        }
        expect(at(out, 'total').at(-1)!.value).toBe(n)
      }),
      { numRuns: 60 },
    )
  })
  test('the counts of all periods sum up to the total', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 60 }), async (gaps) => {
        let time = 0
        const { out } = await run({ counts: 'readings', period: 'window', sizeS: 60 }, gaps.map((gap, i) => ({ at: 'value', value: i, time: (time += gap) })))
        const periods = at(out, 'period')
        expect(periods.reduce((a, s) => a + (s.value as number), 0)).toBe(at(out, 'total').at(-1)!.value)
        for (const [i, p] of periods.entries()) if (i > 0) expect(p.time - periods[i - 1]!.time).toBe(60_000)
      }),
      { numRuns: 60 },
    )
  })
})

test('days begin at midnight of the place, and the day of a changed clock has its own length', async () => {
  const noon = Date.parse('2025-10-25T12:00:00Z')
  const { out } = await run({ counts: 'readings', period: 'day', zone: 'Europe/Berlin', ratePer: 'h' }, [0, 1, 2, 3].map((d) => ({ at: 'value', value: d, time: noon + d * 86_400_000 })))
  expect(at(out, 'period').map((s) => new Date(s.time).toISOString())).toEqual(['2025-10-24T22:00:00.000Z', '2025-10-25T22:00:00.000Z', '2025-10-26T23:00:00.000Z', '2025-10-27T23:00:00.000Z'])
  expect(at(out, 'rate')[1]!.value).toBe(1 / 25)
})

test('a tag that fell silent still has its periods closed, by the time of another, and a late reading is dropped', async () => {
  const { out, ledger } = await run({ counts: 'readings', period: 'window', sizeS: 60 }, [
    { at: 'value', tag: 'a', value: 1, time: 0 },
    { at: 'value', tag: 'b', value: 1, time: 130_000 },
    { at: 'value', tag: 'a', value: 2, time: 60_000 },
  ])
  expect(at(out, 'period').filter((s) => s.tag === 'a').map((s) => [s.time, s.value, s.quality])).toEqual([[0, 1, undefined], [60_000, 0, undefined], [120_000, 0, 'UncertainSubNormal']])
  expect(ledger.dropped).toEqual({ late: 1 })
})

test('a silence of years does not close millions of windows', async () => {
  const { out } = await run({ counts: 'readings', period: 'window', sizeS: 1 }, [{ at: 'value', value: 1, time: 0 }, { at: 'value', value: 2, time: 1e12 }])
  expect(at(out, 'period').length).toBeLessThan(1020)
})

test('a reset that is false or bad resets nothing', async () => {
  const { ledger } = await run({}, [
    { at: 'reset', value: false, time: 0 },
    { at: 'reset', value: true, time: 1, quality: 'BadTimeout' },
  ])
  expect(ledger.dropped).toEqual({ no_reset: 2 })
})

test('totals outlive a deploy unless something else is counted; zones must exist', () => {
  expect(node.carries!(base, { ...base, period: 'day', ratePer: 'd' })).toBe(true)
  expect(node.carries!(base, { ...base, counts: 'falling' })).toBe(false)
  expect(node.check!({ ...base, period: 'day', zone: 'Mars' }, { model: () => undefined })).toHaveLength(1)
  expect(node.check!({ ...base, zone: 'Mars' }, { model: () => undefined })).toEqual([])
})
