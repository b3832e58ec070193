import { describe, expect, test } from 'vitest'
import { withDefaults, type AnyNode, type Example, type ExampleSample, type ResolvedPorts } from '#kit'
import { runExample } from '../../runtime/engine/example.ts'
import expression from './expression.ts'

const node = expression as unknown as AnyNode
type Given = Omit<ExampleSample, 'at'> & { readonly at?: string }
const run = (config: Record<string, unknown>, given: readonly Given[]) =>
  runExample(node, { title: 't', config: withDefaults(expression.config, config), in: given.map((s) => ({ at: 'value', ...s })), out: [] } as Example<unknown>)
const config = (some: Record<string, unknown>) => withDefaults(expression.config, some) as Parameters<NonNullable<typeof expression.typed>>[0]
const typed = (some: Record<string, unknown>, inputs: ResolvedPorts) => expression.typed!(config(some), inputs)

test('a reading that the expression leaves as it is passes as the very same sample', async () => {
  expect((await run({ expression: 'value' }, [{ value: 3, time: 0 }])).out).toEqual([{ at: 'value', value: 3, time: 0 }])
})

describe('several inputs', () => {
  const two = { expression: 'value + b', inputs: [{ name: 'b' }] }
  test('by default only value brings a result; the other is held', async () => {
    const { out, ledger } = await run(two, [{ at: 'b', tag: 'B', value: 1, time: 0 }, { value: 10, time: 1 }, { at: 'b', tag: 'B', value: 2, time: 2 }, { value: 20, time: 3 }])
    expect(out).toEqual([{ at: 'value', value: 11, time: 1 }, { at: 'value', value: 22, time: 3 }])
    expect(ledger).toMatchObject({ in: 4, passed: 2, held: 2 })
  })
  test('on any input every tag of value gets its result, with the time of the cause', async () => {
    const { out } = await run({ ...two, trigger: 'any' }, [{ tag: 'P', value: 1, time: 0 }, { tag: 'Q', value: 2, time: 1 }, { at: 'b', tag: 'B', value: 10, time: 2 }])
    expect(out.slice(2)).toEqual([{ at: 'value', tag: 'P', value: 11, time: 2 }, { at: 'value', tag: 'Q', value: 12, time: 2 }])
    expect(out.slice(0, 2).map((s) => s.quality)).toEqual(['BadNoData', 'BadNoData'])
  })
  test('a kept value that is too old is bad, at the limit it is not; value itself too', async () => {
    const { out } = await run({ ...two, trigger: 'any', staleAfterS: 1 }, [{ value: 1, time: 0 }, { at: 'b', value: 2, time: 1000 }, { at: 'b', value: 3, time: 1001 }, { value: 4, time: 2001 }, { value: 4, time: 2002 }])
    expect(out.map((s) => [s.value, s.quality])).toEqual([[null, 'BadNoData'], [3, undefined], [null, 'BadTimeout'], [7, undefined], [null, 'BadTimeout']])
  })
  test('the latest counts in order of arrival, also when its time is older', async () => {
    expect((await run(two, [{ at: 'b', value: 1, time: 5000 }, { at: 'b', value: 2, time: 0 }, { value: 10, time: 1 }])).out).toEqual([{ at: 'value', value: 12, time: 1 }])
  })
  test('a bad one makes the result bad with its quality, until it is good again', async () => {
    const { out } = await run(two, [{ at: 'b', value: 1, time: 0, quality: 'BadSensorFailure' }, { value: 1, time: 1 }, { at: 'b', value: { $number: 'NaN' }, time: 2 }, { value: 1, time: 3 }, { at: 'b', value: 1, time: 4 }, { value: 1, time: 5 }])
    expect(out.map((s) => [s.value, s.quality])).toEqual([[null, 'BadSensorFailure'], [null, 'BadOutOfRange'], [2, undefined]])
  })
  test('functions that remember keep the tags of value apart', async () => {
    const { out } = await run({ ...two, expression: 'count(b > 0)', trigger: 'value' }, [{ at: 'b', value: 1, time: 0 }, { tag: 'P', value: 1, time: 1 }, { tag: 'P', value: 1, time: 2 }, { tag: 'Q', value: 1, time: 3 }, { tag: 'P', value: 1, time: 4 }])
    expect(out.map((s) => s.value)).toEqual([1, 2, 1, 3])
  })
  test('too many tags at value fail, one by one, and are named', async () => {
    const { ledger, issues } = await run(two, Array.from({ length: 1002 }, (_, i) => ({ tag: `t${i}`, value: 1, time: i })))
    expect(ledger).toMatchObject({ in: 1002, passed: 1000, failed: 2 })
    expect(issues.map((i) => i.code)).toEqual(['NODE_KEYS'])
  })
})

test('an expression that does not compile fails each sample, none disappears', async () => {
  expect((await run({ expression: 'value +' }, [{ value: 1, time: 0 }, { value: 2, time: 1 }])).ledger).toMatchObject({ in: 2, failed: 2 })
})

describe('types', () => {
  test('follow from the wires; the stated unit is that of a result without one', () => {
    const volt = { value: { kind: 'number', unit: 'V' }, current: { kind: 'number', unit: 'A' } } as const
    const inputs = [{ name: 'current' }]
    expect(typed({ expression: 'value * current', inputs, unit: 'W' }, volt)).toEqual({ outputs: { value: { kind: 'number', unit: 'W' } }, issues: [] })
    expect(typed({ expression: 'value' }, volt).outputs).toEqual({ value: { kind: 'number', unit: 'V' } })
    expect(typed({ expression: 'value > 3', unit: 'W' }, volt).outputs).toEqual({ value: { kind: 'boolean' } })
    expect(typed({ expression: 'value' }, {}).outputs).toEqual({ value: { kind: 'any' } })
  })
  test('what does not fit them is an issue at the expression, with its place', () => {
    const inputs = [{ name: 'current' }]
    const [found] = typed({ expression: 'value + current', inputs }, { value: { kind: 'number', unit: 'kPa' }, current: { kind: 'number', unit: 'bar' } }).issues!
    expect(found).toEqual({ field: '/expression', reason: "This mixes kPa and bar. Convert one of them, for example with convert(x, 'bar', 'kPa')." })
    expect(typed({ expression: 'value * 2 + x' }, { value: { kind: 'text' } }).issues!.map((i) => i.reason)).toEqual([
      "* needs a number; this is a text. At character 1, 'value'. Write double(x) if the text is a number.", expect.stringContaining("'x' is not known here. At character 13, 'x'."),
    ])
    expect(typed({ expression: 'value', unit: 'bar' }, { value: { kind: 'number', unit: 'kPa' } }).issues).toEqual([{ field: '/unit', reason: "The result is in kPa, not in bar. Leave the unit empty, or write convert(x, 'kPa', 'bar')." }])
  })
  test('names of inputs that mean something else are refused', () => {
    const faults = expression.check!(config({ inputs: [{ name: 'flow' }, { name: 'time' }, { name: 'in' }, { name: 'flow' }, { name: 'value' }] }), { model: () => undefined })
    expect(faults.map((f) => f.field)).toEqual(['/inputs/1/name', '/inputs/2/name', '/inputs/3/name', '/inputs/4/name'])
  })
})

test('what is remembered goes on under a change of unit, tag or staleness, not under another expression or other inputs', () => {
  const carries = (a: Record<string, unknown>, b: Record<string, unknown>): boolean => expression.carries!(config(a), config(b))
  expect(carries({ unit: 'bar', tag: 'a', staleAfterS: 1 }, { unit: '', tag: 'b', trigger: 'any' })).toBe(true)
  expect(carries({ expression: 'value' }, { expression: 'value + 1' })).toBe(false)
  expect(carries({ inputs: [{ name: 'a' }, { name: 'b' }] }, { inputs: [{ name: 'b' }, { name: 'a' }] })).toBe(false)
  expect(carries({ inputs: [] }, { inputs: [{ name: 'a' }] })).toBe(false)
})
