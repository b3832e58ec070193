// Beyond the examples: the account against a naive one in any order of arrival, counters, silence, deploys.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withDefaults, type ExampleSample, type Static } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import node from './oee.ts'

type Config = Static<typeof node.config>
const base = withDefaults(node.config, {}) as Config
const run = (config: Partial<Config>, input: ExampleSample[]) => runExample(node, { title: '', config: { ...base, period: 'window', sizeS: 600, everyS: 0, latenessS: 600, ...config }, in: input, out: [] })
const periods = (out: readonly ExampleSample[]) => out.filter((s) => s.at === 'period').map((s) => ({ time: s.time, status: s.quality, ...(s.value as Record<'oee' | 'availability' | 'performance' | 'quality' | 'total' | 'runS', number>) }))

const events = fc.uniqueArray(fc.record({ at: fc.constantFrom('running', 'planned'), time: fc.integer({ min: 1, max: 599_000 }), value: fc.constantFrom(true, false, null) }), { selector: (r) => r.time, minLength: 1, maxLength: 30 })

test('times are those of a plain walk along the events, in any order of arrival', async () => {
  await fc.assert(
    fc.asyncProperty(events.chain((l) => fc.tuple(fc.constant(l), fc.shuffledSubarray(l, { minLength: l.length }))), async ([list, mixed]) => {
      const begin: ExampleSample[] = [{ at: 'running', value: false, time: 0 }, { at: 'planned', value: true, time: 0 }]
      const end: ExampleSample = { at: 'running', value: true, time: 600_000 }
      const { out } = await run({ plannedBy: 'input' }, [...begin, ...mixed, end])
      const state: Record<string, boolean | null> = { running: false, planned: true }
      const ms = { planned: 0, run: 0, unknown: 0 }
      let at = 0
      for (const e of [...list.toSorted((a, b) => a.time - b.time), end]) {
        if (state['planned'] !== false) {
          ms.planned += e.time - at
          if (state['planned'] === null || state['running'] === null) ms.unknown += e.time - at
          else if (state['running']) ms.run += e.time - at
        }
        at = e.time
        state[e.at] = e.value as boolean | null
      }
      const [first] = periods(out)
      expect(first).toMatchObject({ time: 0, plannedS: ms.planned / 1000, runS: ms.run / 1000, unknownS: ms.unknown / 1000, downS: (ms.planned - ms.run - ms.unknown) / 1000 })
      expect(first!.status).toBe(ms.planned === 0 ? 'BadNoData' : ms.unknown > 0 ? 'UncertainSubNormal' : undefined)
    }),
    { numRuns: 80 },
  )
})

test('OEE is availability times performance times quality', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 599 }), fc.integer({ min: 1, max: 500 }), fc.nat(500), async (runS, total, scrap) => {
      const { out } = await run({ counts: 'increment', qualityBy: 'scrap', idealCycleS: 0.7 }, [
        { at: 'running', value: true, time: 0 },
        { at: 'total', value: total, time: 500 },
        { at: 'scrap', value: Math.min(scrap, total), time: 500 },
        { at: 'running', value: false, time: runS * 1000 },
        { at: 'running', value: false, time: 600_000, quality: 'Uncertain' },
      ])
      const p = periods(out)[0]!
      expect(p.oee).toBeCloseTo((p.availability * p.performance * p.quality) / 10_000, 9)
      expect(p.total).toBe(total)
    }),
    { numRuns: 40 },
  )
})

describe('counters', () => {
  const items = async (config: Partial<Config>, ...numbers: (number | null)[]) => {
    const { out } = await run(config, [{ at: 'running', value: true, time: 0 }, ...numbers.map((value, i) => ({ at: 'total', value, time: i * 1000 })), { at: 'running', value: true, time: 600_000 }])
    const p = periods(out)[0]!
    return [p.total, p.status]
  }
  test('begin with their first number, and catch up behind a bad one', async () => {
    expect(await items({}, 500, 510, null, 530)).toEqual([30, undefined])
    expect(await items({}, 500, 510, null)).toEqual([10, 'UncertainSubNormal'])
  })
  test('roll over where they are said to; else a smaller number is a restart, in doubt', async () => {
    expect(await items({ rollover: 65_536 }, 65_530, 4)).toEqual([10, undefined])
    expect(await items({}, 65_530, 4)).toEqual([4, 'UncertainSubNormal'])
  })
  test('new items that were not read are in doubt', async () => {
    expect(await items({ counts: 'increment' }, 5, null, 5)).toEqual([10, 'UncertainSubNormal'])
  })
})

test('silence beyond its limit is unknown, not running', async () => {
  const { out } = await run({ staleAfterS: 100 }, [{ at: 'running', value: true, time: 0 }, { at: 'total', value: 1, time: 600_000 }])
  expect(periods(out)[0]).toMatchObject({ runS: 100, unknownS: 500, status: 'UncertainSubNormal' })
})

test('each asset has its own, and what comes too late is dropped', async () => {
  const { out, ledger } = await run({ join: 'asset', latenessS: 1 }, [
    { at: 'running', tag: 'M-1.running', value: true, time: 0 },
    { at: 'running', tag: 'M-2.running', value: false, time: 0 },
    { at: 'running', tag: 'M-1.running', value: true, time: 600_000 },
    { at: 'running', tag: 'M-2.running', value: false, time: 600_000 },
    { at: 'running', tag: 'M-1.running', value: false, time: 500_000 },
  ])
  expect(out.filter((s) => s.at === 'period' && s.time === 0).map((s) => [s.tag, (s.value as { runS: number }).runS])).toEqual([['M-1', 600], ['M-2', 0]])
  expect(ledger.dropped).toEqual({ late: 1 })
})

test('its account outlives a deploy that does not change what it is of', () => {
  expect(node.carries!(base, { ...base, idealCycleS: 3, staleAfterS: 9, everyS: 30 })).toBe(true)
  expect(node.carries!(base, { ...base, counts: 'increment' })).toBe(false)
  expect(node.check!({ ...base, zone: 'Mars', everyS: 0.2 }, { model: () => undefined }).map((f) => f.field)).toEqual(['/zone', '/everyS'])
})
