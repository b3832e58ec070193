// Beyond the examples: the account against a naive one, in any order of arrival; periods, marks, silence, deploys.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sample, withDefaults, type ExampleSample, type Sample, type Static } from '#kit'
import { runExample, soloPlan } from '../../runtime/engine/example.ts'
import { Replay } from '../../runtime/engine/replay.ts'
import node from './duration.ts'

type Config = Static<typeof node.config>
const base = withDefaults(node.config, {}) as Config
const known = { model: () => undefined }
const run = (config: Partial<Config>, input: ExampleSample[]) => runExample(node, { title: '', config: { ...base, everyS: 0, ...config }, in: input, out: [] })
const at = (out: readonly ExampleSample[], port: string) => out.filter((s) => s.at === port)
const readings = fc.uniqueArray(fc.record({ time: fc.integer({ min: 0, max: 600_000 }), value: fc.constantFrom(true, false, 'x', null) }), { selector: (r) => r.time, minLength: 2, maxLength: 40 }).map((l) => l.toSorted((a, b) => a.time - b.time))
const name = (v: unknown): string => (v === true ? 'on' : v === false ? 'off' : v === null ? 'unknown' : 'other')

test('totals are those of a plain sum over the stretches between readings', async () => {
  await fc.assert(
    fc.asyncProperty(readings, async (list) => {
      const { out } = await run({ everyS: 7 }, list.map((r) => ({ at: 'value', ...r })))
      const expected: Record<string, number> = { on: 0, off: 0, other: 0, unknown: 0 }
      for (const [i, r] of list.entries()) if (i > 0) expected[name(list[i - 1]!.value)]! += (r.time - list[i - 1]!.time) / 1000
      // A change shows at once; where the last reading brings none, the last mark or change before it is what shows.
      const shown = at(out, 'totals').at(-1)!
      const totals = shown.value as Record<string, number>
      const rest = (list.at(-1)!.time - shown.time) / 1000
      for (const state of Object.keys(expected)) expect(totals[state]! + (state === at(out, 'state').at(-1)!.value ? rest : 0)).toBeCloseTo(expected[state]!, 9)
    }),
    { numRuns: 80 },
  )
})

test('any order of arrival within the wait gives the same results, periods and marks included', async () => {
  await fc.assert(
    fc.asyncProperty(readings.chain((l) => fc.tuple(fc.constant(l), fc.shuffledSubarray(l, { minLength: l.length }))), async ([list, mixed]) => {
      const config: Partial<Config> = { period: 'window', sizeS: 60, everyS: 25, staleAfterS: 90, latenessS: 600 }
      const fed = (l: typeof list) => l.map((r) => ({ at: 'value', ...r }))
      expect((await run(config, fed(mixed))).out).toEqual((await run(config, fed(list))).out)
    }),
    { numRuns: 40 },
  )
})

test('each whole period adds up to its length, the day of a changed clock too', async () => {
  const start = Date.parse('2025-10-25T10:00:00Z')
  const { out } = await run({ period: 'day', zone: 'Europe/Berlin' }, [{ at: 'value', value: true, time: start }, { at: 'value', value: false, time: start + 3 * 86_400_000 }])
  const hours = at(out, 'period').map((p) => [(p.value as { on: number }).on / 3600, p.quality])
  expect(hours).toEqual([[12, 'UncertainSubNormal'], [25, undefined], [24, undefined], [11, 'UncertainSubNormal']])
})

test('a tag that says nothing shows at every mark, by the time of another', async () => {
  const { out } = await run({ everyS: 10 }, [
    { at: 'value', tag: 'a', value: true, time: 0 },
    { at: 'value', tag: 'b', value: true, time: 25_000 },
    { at: 'value', tag: 'a', value: true, time: 5000 },
  ])
  expect(at(out, 'current').filter((s) => s.tag === 'a').map((s) => [s.time, s.value])).toEqual([[0, 0], [10_000, 10], [20_000, 20]])
})

test('what comes after its time is accounted for is dropped, and a silence of years is passed over, in doubt', async () => {
  const { out, ledger } = await run({ period: 'window', sizeS: 1 }, [
    { at: 'value', value: true, time: 0 },
    { at: 'value', value: false, time: 1e11 + 500 },
    { at: 'value', value: true, time: 1e11 },
  ])
  expect(at(out, 'period').length).toBeLessThan(1020)
  // The one in which the account begins anew, and the unfinished one.
  expect(at(out, 'period').filter((p) => p.quality === 'UncertainSubNormal')).toHaveLength(2)
  expect(ledger).toMatchObject({ held: 2, dropped: { late: 1 } })
})

test('an uncertain reading makes its period uncertain', async () => {
  const { out } = await run({ period: 'window', sizeS: 10 }, [
    { at: 'value', value: true, time: 0, quality: 'Uncertain' },
    { at: 'value', value: true, time: 5000 },
    { at: 'value', value: true, time: 25_000 },
  ])
  expect(at(out, 'period').map((p) => p.quality)).toEqual(['UncertainSubNormal', undefined, 'UncertainSubNormal'])
})

test('refuses names and values that clash, and keeps its account through other deploys', () => {
  const states = [{ value: 'a', state: 'unknown' }, { value: 'a', state: 'b' }]
  expect(node.check!({ ...base, states, everyS: 0.5, period: 'day', zone: 'Mars' }, known).map((f) => f.field)).toEqual(['/zone', '/states/0/state', '/states/1/value', '/everyS'])
  expect(node.carries!(base, { ...base, everyS: 10, staleAfterS: 5 })).toBe(true)
  expect(node.carries!(base, { ...base, states })).toBe(false)
  expect(Object.keys(node.ports!(base, known).outputs!['totals']!.fields!)).toEqual(['on', 'off', 'other', 'unknown'])
})

test('a reset begins anew at the time that is reached, not at the last change', async () => {
  const run = await Replay.open(soloPlan(node, { everyS: 0 }), { nodes: new Map([[node.type, node]]) })
  const totals: Sample[] = []
  run.tap('node.totals', (_at, s) => void totals.push(s))
  const put = (tag: string, value: boolean, time: number) => run.put({ at: 'node.value', sample: sample(tag, value, time) })
  await put('a', true, 0)
  await put('b', true, 8000)
  run.flow.runs.get('node')!.act('reset', 'a')
  await put('a', false, 9000)
  await run.close()
  expect(totals.filter((s) => s.tag === 'a').map((s) => [s.time, (s.value as { on: number }).on])).toEqual([[0, 0], [8000, 0], [9000, 1]])
})
