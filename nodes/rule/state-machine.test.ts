// What examples cannot show: circles, events that are used up, and what the table refuses.
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { withDefaults, type ExampleSample } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import machine from './state-machine.ts'

type Config = Parameters<NonNullable<typeof machine.check>>[0]
const names = (...list: string[]) => list.map((name) => ({ name }))
const run = (config: Partial<Config>, input: ExampleSample[]) =>
  runExample(machine, { title: '', config: { states: names('a', 'b', 'c'), initial: 'a', inputs: names('in'), transitions: [], outputs: [], entries: [], ...config }, in: input, out: [] })
const path = async (transitions: Config['transitions'], input: ExampleSample[], more: Partial<Config> = {}) => (await run({ transitions, ...more }, input)).out.map((o) => `${String(o.value)} ${o.time}`)

test('an event brings one transition, not all that ask for it', async () => {
  expect(await path([{ from: 'a', when: 'text', input: 'in', text: 'go', to: 'b' }, { from: 'b', when: 'text', input: 'in', text: 'go', to: 'c' }], [{ at: 'in', value: 'go', time: 0 }, { at: 'in', value: 'go', time: 1 }])).toEqual(['a 0', 'b 0', 'c 1'])
})

test('a level that holds already is followed when the state is entered', async () => {
  expect(await path([{ from: 'a', when: 'true', input: 'run', to: 'b' }, { from: 'b', when: '>', input: 'in', value: 5, to: 'c' }], [{ at: 'in', value: 9, time: 0 }, { at: 'run', value: true, time: 1 }], { inputs: names('in', 'run') })).toEqual(['a 0', 'b 1', 'c 1'])
})

test('a circle whose conditions all hold ends, says so, and the node goes on', async () => {
  const circle: Config['transitions'] = [{ from: 'a', when: '>', input: 'in', value: 0, to: 'b' }, { from: 'b', when: '>', input: 'in', value: 0, to: 'a' }, { from: '*', when: '<', input: 'in', value: 0, to: 'c' }]
  const { out, ledger } = await run({ transitions: circle }, [{ at: 'in', value: 1, time: 0 }, { at: 'in', value: -1, time: 1 }])
  expect(out).toHaveLength(1 + 100 + 1)
  expect(out.at(-1)).toMatchObject({ value: 'c', time: 1 })
  expect(ledger).toMatchObject({ passed: 2, failed: 0 })
})

test('time in a state counts from its entry, and leaving it in time stops the clock', async () => {
  const transitions: Config['transitions'] = [{ from: 'a', when: 'after', afterS: 5, to: 'b' }, { from: 'b', when: 'text', input: 'in', text: 'back', to: 'a' }]
  expect(await path(transitions, [{ at: 'in', value: 'x', time: 0 }, { at: 'in', value: 'back', time: 7000 }, { at: 'in', value: 'x', time: 11_999 }, { at: 'in', value: 'x', time: 12_000 }])).toEqual(['a 0', 'b 5000', 'a 7000', 'b 12000'])
})

test('of several waits the shortest is taken; from any state does not lead to itself', async () => {
  expect(await path([{ from: '*', when: 'after', afterS: 3, to: 'c' }, { from: 'a', when: 'after', afterS: 2, to: 'b' }], [{ at: 'in', value: 1, time: 0 }, { at: 'in', value: 1, time: 60_000 }])).toEqual(['a 0', 'b 2000', 'c 5000'])
})

describe('what does not count', () => {
  test.each([
    ['another tag', { at: 'in', tag: 'other', value: 9, time: 1 }, 'ignored'],
    ['an event that fits nowhere', { at: 'free', value: 'stop', time: 1 }, 'ignored'],
    ['an old sample', { at: 'in', tag: 'x', value: 9, time: -1 }, 'late'],
  ] as const)('%s', async (_what, late, reason) => {
    const { out, ledger } = await run({ inputs: [{ name: 'in', tag: 'x' }, { name: 'free' }], transitions: [{ from: 'a', when: '>', input: 'in', value: 5, to: 'b' }] }, [{ at: 'in', value: 1, time: 0 }, late])
    expect(out).toHaveLength(1)
    expect(ledger).toMatchObject({ held: 1, dropped: { [reason]: 1 } })
  })

  test('a bad event', async () => {
    expect(await path([{ from: 'a', when: 'text', input: 'in', text: 'go', to: 'b' }], [{ at: 'in', value: 'go', time: 0, quality: 'BadTimeout' }])).toEqual(['a 0'])
  })
})

test('values, NaN and bad ones meet what they are', async () => {
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN), fc.boolean())
  await fc.assert(
    fc.asyncProperty(value, fc.boolean(), fc.constantFrom('>', '>=', '<', '<=', '=', '!=', 'true', 'false', 'bad'), async (v, bad, when) => {
      const json = typeof v === 'number' && Number.isNaN(v) ? { $number: 'NaN' } : v
      const found = await path([{ from: 'a', when, input: 'in', value: 1, to: 'b' }], [{ at: 'in', value: json, time: 0, ...(bad ? { quality: 'Bad' } : {}) }])
      const isBad = bad || Number.isNaN(v)
      const n = typeof v === 'number' ? v : null
      const meets = { '>': n !== null && n > 1, '>=': n !== null && n >= 1, '<': n !== null && n < 1, '<=': n !== null && n <= 1, '=': n === 1, '!=': n !== null && n !== 1, true: v === true, false: v === false, bad: true }[when as '>']
      expect(found.length === 2).toBe(when === 'bad' ? isBad : !isBad && meets)
    }),
  )
})

test('a table that names what is not there is refused, field by field', () => {
  const config = withDefaults(machine.config, {
    states: names('a', 'a'), initial: 'z', inputs: names('in'), outputs: [{ name: 'state', kind: 'text' }, { name: 'n', kind: 'number' }],
    transitions: [{ from: 'q', when: '>', input: 'no', to: 'r' }, { from: 'a', when: 'after', to: 'a' }], entries: [{ state: 'a', output: 'n', value: 'x' }, { state: 's', output: 'o', value: '1' }], tag: 't',
  }) as Config
  expect(machine.check!(config, { model: () => undefined }).map((f) => f.field)).toEqual([
    '/states/1/name', '/outputs/0/name', '/initial', '/transitions/0/from', '/transitions/0/to', '/transitions/0/input', '/transitions/1/afterS', '/entries/0/value', '/entries/1/state', '/entries/1/output',
  ])
})
