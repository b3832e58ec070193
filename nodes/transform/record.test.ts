import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assignable, withDefaults, type ExampleSample, type PortType } from '#kit'
import { runExample, type ExampleRun } from '../../runtime/engine/example.ts'
import record from './record.ts'

const fields = [{ name: 'a', kind: 'number' as const, unit: 'Hz' }, { name: 'b', kind: 'number' as const, unit: '' }]
const config = (over: object = {}) => withDefaults(record.config, { fields, ...over }) as Parameters<NonNullable<typeof record.check>>[0]
const run = (input: readonly ExampleSample[], over: object = {}): Promise<ExampleRun> => runExample(record, { title: '', config: config(over), in: input, out: [] })
const at = (name: string, value: number | null, time: number, quality?: string): ExampleSample => ({ at: name, value, time, ...(quality ? { quality } : {}) })

describe('a record', () => {
  test('has fields of their own kind and unit, which a wire is held to', () => {
    const { outputs } = record.ports!(config(), { model: () => undefined })
    expect(outputs!['value']).toMatchObject({ kind: 'record', fields: { a: { kind: 'number', unit: 'Hz' }, b: { kind: 'number' } } })
    const type = outputs!['value'] as PortType
    expect(assignable(type, { kind: 'record', fields: { a: { kind: 'number', unit: 'Hz' } } }).ok).toBe(true)
    expect(assignable(type, { kind: 'record', fields: { a: { kind: 'number', unit: 'bar' } } }).ok).toBe(false)
  })

  test('on one input: what comes at others waits, and counts as held', async () => {
    const { out, ledger } = await run([at('b', 1, 0), at('b', 2, 1000), at('a', 5, 2000)], { emit: 'field', trigger: 'a' })
    expect(out.map((s) => s.value)).toEqual([{ a: 5, b: 2 }])
    expect(ledger).toMatchObject({ in: 3, held: 2, passed: 1 })
  })

  test('when all are new: a repeated sample is not new', async () => {
    const { out, ledger } = await run([at('a', 1, 0), at('b', 1, 0), at('a', 1, 0), at('b', 2, 1000), at('a', 2, 1000)], { emit: 'fresh' })
    expect(out.map((s) => s.value)).toEqual([{ a: 1, b: 1 }, { a: 2, b: 2 }])
    expect(ledger.dropped).toEqual({ duplicate: 1 })
  })

  test('a field is stale only when it is older by more than the limit', async () => {
    const { out } = await run([at('a', 1, 0), at('b', 1, 5000), at('b', 2, 5001)], { staleAfterS: 5 })
    expect(out.slice(1)).toEqual([
      { at: 'value', tag: 'record', value: { a: 1, b: 1 }, time: 5000 },
      { at: 'value', tag: 'record', value: { a: null, b: 2 }, time: 5001, quality: 'BadTimeout' },
    ])
  })

  test('a correction at the same time replaces, an older one does not', async () => {
    const { out, ledger } = await run([at('b', 0, 0), at('a', 1, 1000), at('a', 2, 1000), at('a', 3, 999)])
    expect(out.at(-1)).toEqual({ at: 'value', tag: 'record', value: { a: 2, b: 0 }, time: 1000 })
    expect(ledger.dropped).toEqual({ late: 1 })
  })

  test('is never good with a value that is none, and its time never runs backward', async () => {
    const input = fc.record({ at: fc.constantFrom('a', 'b'), value: fc.constantFrom<ExampleSample['value']>(1, 2, null, { $number: 'NaN' }), time: fc.nat(20).map((t) => t * 1000), quality: fc.constantFrom('Good', 'Uncertain', 'BadTimeout') })
    await fc.assert(fc.asyncProperty(fc.array(input, { maxLength: 20 }), fc.constantFrom('change', 'fresh'), fc.constantFrom(0, 3), async (list, emit, staleAfterS) => {
      const { out, ledger } = await run(list, { emit, staleAfterS })
      const known: Record<string, { value: unknown; bad: boolean; time: number }> = {}
      for (const s of out) if (Object.values(s.value as object).includes(null)) expect(s.quality).toMatch(/^Bad/)
      for (const [i, s] of out.entries()) expect(s.time).toBeGreaterThanOrEqual(out[i - 1]?.time ?? 0)
      // The last record, against the newest of each input.
      for (const s of list) {
        const before = known[s.at]
        if (before === undefined || s.time >= before.time) known[s.at] = { value: s.value, bad: typeof s.value !== 'number' || s.quality === 'BadTimeout', time: s.time }
      }
      const last = out.at(-1)
      if (emit === 'change' && last) {
        const newest = Math.max(...Object.values(known).map((k) => k.time))
        for (const name of ['a', 'b']) {
          const k = known[name]
          const there = k !== undefined && !k.bad && !(staleAfterS > 0 && newest - k.time > staleAfterS * 1000)
          expect((last.value as Record<string, unknown>)[name]).toBe(there ? k.value : null)
        }
      }
      expect(ledger.failed).toBe(0)
    }), { numRuns: 60 })
  })

  test('keeps what came over a deploy that changes only when it is given', () => {
    expect(record.carries!(config(), config({ emit: 'fresh', staleAfterS: 9, tag: 'y' }))).toBe(true)
    expect(record.carries!(config(), config({ fields: [fields[0]] }))).toBe(false)
    expect(record.carries!(config(), config({ fields: [fields[0], { name: 'c', kind: 'number', unit: '' }] }))).toBe(false)
    expect(record.carries!(config(), config({ fields: [{ ...fields[0], unit: 'kHz' }, fields[1]] }))).toBe(false)
  })

  test('settings that contradict each other are named', () => {
    const faults = (over: object) => record.check!(config(over), { model: () => undefined }).map((f) => f.field)
    expect(faults({})).toEqual([])
    expect(faults({ fields: [fields[0], fields[0]] })).toEqual(['/fields/1/name'])
    expect(faults({ emit: 'field', trigger: 'c' })).toEqual(['/trigger'])
    expect(faults({ emit: 'field', trigger: 'b' })).toEqual([])
  })
})
