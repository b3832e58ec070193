// What examples cannot show: any two streams against a reference, and that nothing unknown looks alike.
import { expect, test } from 'vitest'
import fc from 'fast-check'
import { withDefaults, type ExampleSample } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import compare from './compare.ts'

const run = (config: object, input: ExampleSample[]) => runExample(compare, { title: '', config, in: input, out: [] })

test('difference, ratio and likeness are those of the latest readings', async () => {
  const reading = fc.record({ at: fc.constantFrom('a', 'b'), value: fc.double({ min: -1e6, max: 1e6, noNaN: true }) })
  await fc.assert(
    fc.asyncProperty(fc.array(reading, { maxLength: 30 }), fc.integer({ min: 0, max: 1000 }), async (readings, tolerance) => {
      const { out } = await run({ tolerance, maxApartS: 0 }, readings.map((r, i) => ({ ...r, time: i })))
      const latest: Record<string, number> = {}
      const expected: Record<string, unknown>[] = []
      for (const r of readings) {
        latest[r.at] = r.value
        const { a, b } = latest
        if (a === undefined || b === undefined) continue
        const alike = Math.abs(a - b) <= tolerance
        expected.push({ difference: a - b, alike, larger: alike ? 'neither' : a > b ? 'a' : 'b' })
      }
      for (const [i, e] of expected.entries()) for (const o of out.slice(4 * i, 4 * i + 4)) if (o.at !== 'ratio') expect(o.value).toBe(e[o.at])
      expect(out).toHaveLength(4 * expected.length)
    }),
  )
})

test('an old reading is left out, one of the same time is not', async () => {
  const { out, ledger } = await run({ on: 'a' }, [{ at: 'b', value: 1, time: 0 }, { at: 'a', value: 5, time: 2000 }, { at: 'a', value: 9, time: 1000 }, { at: 'a', value: 6, time: 2000 }])
  expect(out.filter((o) => o.at === 'difference').map((o) => o.value)).toEqual([4, 5])
  expect(ledger.dropped).toEqual({ late: 1 })
})

test('an input that turns bad makes the other one\'s readings bad too', async () => {
  const { out } = await run({}, [{ at: 'a', value: 1, time: 0 }, { at: 'b', value: { $number: 'NaN' }, time: 0 }, { at: 'a', value: 1, time: 1000 }])
  expect(new Set(out.map((o) => `${String(o.value)} ${o.quality}`))).toEqual(new Set(['null BadOutOfRange']))
  expect(out).toHaveLength(8)
})

test('a hysteresis wider than the tolerance is refused', () => {
  const config = withDefaults(compare.config, { tolerance: 1, hysteresis: 2 }) as Parameters<NonNullable<typeof compare.check>>[0]
  expect(compare.check!(config, { model: () => undefined }).map((f) => f.field)).toEqual(['/hysteresis'])
})
