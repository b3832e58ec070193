// What examples cannot show: acts. On the real engine, so that what is refused, carried and restored is what a plant gets.
import { expect, test } from 'vitest'
import { IssueError, withDefaults, type JsonValue } from '#kit'
import { soloPlan } from '../../runtime/engine/example.ts'
import { Replay } from '../../runtime/engine/replay.ts'
import operator from './operator.ts'

type Config = Parameters<NonNullable<typeof operator.carries>>[0]
const limits = { minimum: 20, maximum: 50, initial: 45, unit: 'Hz', repeatS: 10 }

async function bench(config: Partial<Config>, saved?: Parameters<typeof Replay.open>[4], start = 0) {
  const said: (readonly [value: JsonValue, time: number])[] = []
  const run = await Replay.open(soloPlan(operator, config), { nodes: new Map([[operator.type, operator]]), start }, ['node.value'], (_at, s) => void said.push([s.value as JsonValue, s.time]), saved)
  return { said, run, set: (value: unknown) => run.flow.runs.get('node')!.act('set', undefined, { value }) }
}
const refused = (act: () => unknown): string => {
  try {
    act()
  } catch (thrown) {
    return (thrown as IssueError).issues.map((i) => `${i.code}: ${i.text} ${i.remedy}`).join()
  }
  return 'not refused'
}

test('gives its first value at once, what is set at once, and answers with what holds then', async () => {
  const b = await bench(limits)
  expect(b.said).toEqual([[45, 0]])
  expect(b.set(30)).toBe(30)
  expect(b.said.at(-1)).toEqual([30, 0])
})

test('refuses what lies outside of its limits, and says what stays in force', async () => {
  const b = await bench(limits)
  b.set(30)
  for (const value of [19.999, 50.001, Number.NaN, Number.POSITIVE_INFINITY, true, '30', null, undefined]) expect(refused(() => b.set(value)), String(value)).toMatch(/^ACT_REFUSED: .*'30' stays in force/)
  expect(b.said).toEqual([[45, 0], [30, 0]])
  expect(b.set(20)).toBe(20)
  expect(b.set(50)).toBe(50)
})

test('on or off takes true and false alone, a choice its own words alone', async () => {
  const flag = await bench({ kind: 'boolean', repeatS: 0 })
  expect(flag.said).toEqual([[false, 0]])
  expect(flag.set(true)).toBe(true)
  for (const value of [1, 'true', 'On']) expect(refused(() => flag.set(value))).toMatch(/^ACT_REFUSED/)
  const mode = await bench({ kind: 'choice', choices: ['a', 'b'], repeatS: 0 })
  expect(mode.set('b')).toBe('b')
  expect(refused(() => mode.set('c'))).toMatch(/none of its choices: a, b/)
  expect(mode.said).toEqual([['a', 0], ['b', 0]])
})

test('repeats what was set, from when it was set', async () => {
  const b = await bench(limits)
  await b.run.advance(4000)
  b.set(30)
  await b.run.advance(25_000)
  expect(b.said).toEqual([[45, 0], [30, 4000], [30, 14_000], [30, 24_000]])
  const quiet = await bench({ ...limits, repeatS: 0 })
  await quiet.run.advance(1e6)
  expect(quiet.said).toEqual([[45, 0]])
})

test('what was set outlasts a restart', async () => {
  const b = await bench(limits)
  b.set(30)
  const again = await bench(limits, structuredClone(b.run.flow.save()), 60_000)
  await again.run.advance(80_000)
  expect(again.said.map(([value]) => value)).toContain(30)
  expect(again.said.map(([value]) => value)).not.toContain(45)
})

test('a deploy keeps it only under settings that still allow every value that it may have', () => {
  const of = (config: Partial<Config>): Config => withDefaults(operator.config, config) as Config
  const carries = (from: Partial<Config>, to: Partial<Config>): boolean => operator.carries!(of(from), of(to))
  expect(carries(limits, { ...limits, maximum: 60, step: 5, initial: 20 })).toBe(true)
  expect(carries(limits, { ...limits, maximum: 49 })).toBe(false)
  expect(carries(limits, { ...limits, unit: '1/s' })).toBe(false)
  expect(carries(limits, { ...limits, kind: 'boolean' })).toBe(false)
  expect(carries({ kind: 'choice', choices: ['a', 'b'] }, { kind: 'choice', choices: ['b', 'c', 'a'] })).toBe(true)
  expect(carries({ kind: 'choice', choices: ['a', 'b'] }, { kind: 'choice', choices: ['a', 'c'] })).toBe(false)
})

test('settings that leave nothing to set are faults', () => {
  const faults = (config: Partial<Config>): string[] => operator.check!(withDefaults(operator.config, config) as Config, { model: () => undefined }).map((f) => f.field)
  expect(faults({ minimum: 5, maximum: 5 })).toEqual(['/maximum'])
  expect(faults({ minimum: 5, maximum: 9, initial: 4 })).toEqual(['/initial'])
  expect(faults({ kind: 'boolean', on: 'x', off: 'x' })).toEqual(['/off'])
  expect(faults({ kind: 'choice', choices: ['a', 'a'] })).toEqual(['/choices'])
  expect(faults({ kind: 'choice', choices: [] })).toEqual(['/choices'])
})
