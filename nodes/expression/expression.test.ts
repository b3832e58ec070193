import { Environment } from '@marcbachmann/cel-js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Quality, sample, truthful, type PortType, type Sample, type Value } from '#kit'
import { builtins, compileExpression, completions, issueReason, keyExpression, MAX_WINDOW, NO_KEY, type Expression, type ExpressionIssue } from '#expression'

const any: PortType = { kind: 'any' }
function compiled(text: string, variables: Record<string, PortType> = { value: any }, options = {}): Expression {
  const made = compileExpression(text, variables, options)
  if (!made.ok) throw new Error(made.issues.map((i) => issueReason(text, i)).join('\n'))
  return made.expression
}
function issuesOf(text: string, variables: Record<string, PortType> = { value: any }, options = {}): readonly ExpressionIssue[] {
  const made = compileExpression(text, variables, options)
  return made.ok ? [] : made.issues
}
const at = (value: Value, quality = 0): Sample => truthful(sample('P-1', value, 1000, quality))
/** The result of one evaluation; of a bad one its reason. */
function run(text: string, value: Value | Sample = 5, ...others: (Value | undefined)[]): unknown {
  const inputs = [value !== null && typeof value === 'object' && 'quality' in value && 'tag' in value ? (value as Sample) : at(value as Value), ...others.map((v) => (v === undefined ? undefined : at(v)))]
  const expression = compiled(text, Object.fromEntries(['value', 'b', 'c'].slice(0, inputs.length).map((name) => [name, any])))
  const result = expression.evaluate(inputs, 'P-1', 1000, expression.newState())
  expect(result.value === null, result.reason).toBe(result.quality >>> 30 >= 2)
  return result.value === null ? { bad: result.reason, quality: result.quality } : result.value
}
const isBad = (reason: RegExp, quality?: number): unknown => ({ bad: expect.stringMatching(reason), quality: quality ?? expect.any(Number) })

describe('values', () => {
  test.each<[string, unknown]>([
    ['value * 1.8 + 32', 41], ['value * 2', 10], ['7 / 2', 3.5], ['value % 2', 1], ['-value + 1', -4], ['2 + 3 * 4 - -1', 15], ['0x10 + 1', 17], ['1e3', 1000],
    ['value > 4 && value < 6', true], ['value <= 4 || !(value == 5)', false], ["value > 4 ? 'high' : 'low'", 'high'], ["'a' < 'b'", true], ['value != 5', false],
    ["'a' + 'b' == 'ab'", true], ['value in [1, 5]', true], ["'x' in {'x': 1}", true], ['2 in [1, 5]', false],
    ['max(value, 7, 2)', 7], ['min(value, 7)', 5], ['max([3, 9, 4])', 9], ['abs(-value)', 5], ['clamp(value, 0, 3)', 3], ['round(2.345, 2)', 2.35], ['round(1.005, 2)', 1.01], ['round(value / 2)', 3], ['round(1234, -2)', 1200],
    ['floor(-1.5)', -2], ['ceil(-1.5)', -1], ['trunc(-1.5)', -1], ['sign(-3)', -1], ['sqrt(16)', 4], ['pow(2, 10)', 1024], ['log10(1000)', 3], ['ln(exp(1))', 1], ['atan2(0, 1)', 0],
    ['interpolate(value, 4, 20, 0, 100)', 6.25], ["convert(value, 'bar', 'kPa')", 500], ["convert(0, 'Cel', '[degF]')", 32],
    ['sum([1, 2, 3])', 6], ['mean([1, 2, 3])', 2], ['rms([3, 3, -3])', 3], ['size([1, 2]) * 2', 4], ["size('Grüße😀')", 6], ["size({'a': 1})", 1],
    ["'P-101'.startsWith('P-')", true], ["'P-101'.endsWith('2')", false], ["'pump'.contains('um')", true], ["'P-101'.matches('^P-[0-9]+$')", true], ["'P-101'.matches('10')", true], ["'ab'.upper() + 'CD'.lower()", 'ABcd'],
    ["' a '.trim()", 'a'], ["'a.b.c'.split('.')[1]", 'b'], ["join(['a', 'b'], '-')", 'a-b'], ["'a-b-c'.replace('-', '+')", 'a+b+c'], ["'abc'.substring(1)", 'bc'], ["'abc'.substring(0, 2)", 'ab'], ["'abc'.indexOf('c')", 2],
    ["double('2.5') + double(true)", 3.5], ["string(value) + ' bar'", '5 bar'],
    ['hourOf(0)', 0], ["hourOf(0, 'Asia/Tokyo')", 9], ['dayOfWeek(0)', 4], ["dayOfWeek(86400000, 'UTC')", 5], ["dayOfWeek(0, 'America/New_York')", 3], ['dayOfMonth(0)', 1], ['monthOf(0)', 1], ["minuteOf(0, 'Asia/Kolkata')", 30], ["hourOf(54000000, 'Asia/Tokyo')", 0],
    ['[1, 2, 3].exists(x, x > 2)', true], ['[1, 2, 3].all(x, x > 2)', false], ['[1, 2, 3].exists_one(x, x > 2)', true], ['sum([1, 2, 3].map(x, x * value))', 30], ['size([1, 2, 3].filter(x, x > 1))', 2], ['[1, 2, 3].map(x, x > 1, x * 2)[0]', 4],
    ['[[1, 2], [3]].map(x, sum(x))[0]', 3], ["tag + ' ' + quality", 'P-1 good'], ['time', 1000], ['good && !bad && !uncertain', true], ['value.abs()', 5], ["size('abc'.split(''))", 3], ['// a comment\nvalue', 5],
  ])('%s', (text, result) => expect(run(text)).toEqual(result))

  test('lists and records leave as vectors and records', () => {
    expect(run('[value, 2]')).toEqual(Float64Array.of(5, 2))
    expect(run("{'load': value / 2, 'at': {'tag': tag}, 'all': [1, 2]}")).toEqual({ load: 2.5, at: { tag: 'P-1' }, all: Float64Array.of(1, 2) })
    const series = Float32Array.of(1, 2, 3)
    expect(run('value', series)).toBe(series)
    expect(run('value[1] + size(value) + max(value)', series)).toBe(8)
    expect(run('value.filter(x, x > 1)', Float64Array.of(1, 2, 3))).toEqual(Float64Array.of(2, 3))
  })

  test('fields of records, also of those that are called as what every object has', () => {
    const record = JSON.parse('{"pump":{"load":3},"__proto__":{"x":1},"constructor":7,"none":null}') as Value
    expect(run('value.pump.load', record)).toBe(3)
    expect(run("value['pump']['load']", record)).toBe(3)
    expect(run('value.constructor', record)).toBe(7)
    expect(run('has(value.pump) && !has(value.toString) && !has(value.none)', record)).toBe(true)
    for (const name of ['toString', 'hasOwnProperty', 'valueOf']) expect(run(`value.${name}`, record)).toEqual(isBad(/missing/, Quality.badNoData))
    expect(run("value['constructor']", { a: 1 })).toEqual(isBad(/missing/))
    expect(run("value['__proto__']", { a: 1 })).toEqual(isBad(/missing/))
    expect(run("'constructor' in value", { a: 1 })).toBe(false)
    expect(run('value.none', record)).toEqual(isBad(/missing/, Quality.badNoData))
    const made = run("{'__proto__': value}") as object
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
    expect(Object.keys(made)).toEqual(['__proto__'])
    for (const name of ['constructor', 'toString', '__defineGetter__']) expect(issuesOf(name)[0]?.text).toMatch(/not known/)
    expect(issuesOf('constructor(value)')[0]?.text).toMatch(/no function/)
    expect(issuesOf('value.constructor(1)')[0]?.text).toMatch(/no function/)
  })

  test('a deep comparison looks at values, not at identities', () => {
    expect(run("value == {'a': [1, 2]}", { a: Float64Array.of(1, 2) })).toBe(true)
    expect(run("value == {'a': [1, 3]}", { a: Float64Array.of(1, 2) })).toBe(false)
    expect(run('value == [1]', Float64Array.of(Number.NaN))).toEqual(isBad(/NaN/))
  })
})

describe('against the library', () => {
  const env = new Environment().registerVariable('a', 'double').registerVariable('b', 'double').registerVariable('s', 'string')
  const literal = fc.integer({ min: -50, max: 50 }).map((n) => (n < 0 ? `(-${(-n / 4).toFixed(2)})` : (n / 4).toFixed(2)))
  const { number } = fc.letrec<{ number: string; boolean: string; text: string; list: string }>((tie) => ({
    number: fc.oneof(
      { depthSize: 'small' }, literal, fc.constantFrom('a', 'b'),
      fc.tuple(tie('number'), fc.constantFrom('+', '-', '*'), tie('number')).map(([x, op, y]) => `(${x} ${op} ${y})`),
      fc.tuple(tie('number'), fc.constantFrom('2.0', '3.0', '0.5')).map(([x, y]) => `(${x} / ${y})`),
      fc.tuple(tie('boolean'), tie('number'), tie('number')).map(([c, x, y]) => `(${c} ? ${x} : ${y})`),
      tie('text').map((s) => `double(size(${s}))`), tie('list').map((l) => `double(size(${l}))`),
      fc.tuple(tie('number'), tie('number')).map(([x, y]) => `[${x}, ${y}][1]`), tie('number').map((x) => `(-${x})`),
    ),
    boolean: fc.oneof(
      { depthSize: 'small' }, fc.constantFrom('true', 'false'),
      fc.tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number')).map(([x, op, y]) => `(${x} ${op} ${y})`),
      fc.tuple(tie('text'), fc.constantFrom('<', '==', '>='), tie('text')).map(([x, op, y]) => `(${x} ${op} ${y})`),
      fc.tuple(tie('boolean'), fc.constantFrom('&&', '||'), tie('boolean')).map(([x, op, y]) => `(${x} ${op} ${y})`), tie('boolean').map((x) => `!${x}`),
      fc.tuple(tie('text'), fc.constantFrom('contains', 'startsWith', 'endsWith'), tie('text')).map(([x, f, y]) => `${x}.${f}(${y})`),
      fc.tuple(tie('number'), tie('list')).map(([x, l]) => `(${x} in ${l})`), fc.tuple(tie('list'), tie('list')).map(([x, y]) => `(${x} == ${y})`),
      fc.tuple(tie('list'), fc.constantFrom('exists', 'all', 'exists_one'), tie('number')).map(([l, f, x]) => `${l}.${f}(i, i > ${x})`),
    ),
    text: fc.oneof({ depthSize: 'small' }, fc.constantFrom("'a'", "'ba'", "''", 's'), fc.tuple(tie('text'), tie('text')).map(([x, y]) => `(${x} + ${y})`), fc.tuple(tie('boolean'), tie('text'), tie('text')).map(([c, x, y]) => `(${c} ? ${x} : ${y})`)),
    list: fc.oneof(
      { depthSize: 'small' }, fc.array(tie('number'), { minLength: 1, maxLength: 4 }).map((l) => `[${l.join(', ')}]`),
      fc.tuple(tie('list'), tie('number')).map(([l, x]) => `${l}.map(i, i * ${x})`), fc.tuple(tie('list'), tie('number')).map(([l, x]) => `${l}.filter(i, i < ${x})`), fc.tuple(tie('list'), tie('list')).map(([x, y]) => `(${x} + ${y})`),
    ),
  }))
  const variables: Record<string, PortType> = { a: { kind: 'number' }, b: { kind: 'number' }, s: { kind: 'text' } }

  test('every expression without memory gives what the library gives, with types known and not', () => {
    fc.assert(
      fc.property(fc.tuple(number, fc.nat(99)).filter(([text]) => text.length < 1500), fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), fc.constantFrom('', 'a', 'ba'), ([text], a, b, s) => {
        const theirs = env.parse(text)
        expect(theirs.check()).toMatchObject({ valid: true, type: 'double' })
        const wanted: unknown = theirs({ a, b, s })
        for (const typed of [true, false]) {
          const ours = compiled(text, typed ? variables : { a: any, b: any, s: any })
          const { value } = ours.evaluate([at(a), at(b), at(s)], 'x', 0, ours.newState())
          // -0 and 0 are one number; what overflows is bad here.
          if (Number.isFinite(wanted)) expect((value as number) + 0).toBe((wanted as number) + 0)
          else expect(value).toBeNull()
          if (typed) expect(ours.type.kind).toBe('number')
        }
      }),
      { numRuns: 400 },
    )
  })
})

describe('what is bad is never a number or a quiet false', () => {
  test.each<[string, RegExp]>([
    ['value / 0.0 + 1', /zero/], ['1 / (value - 5)', /zero/], ['value % (value - 5)', /zero/], ['1 / (1e308 * value * 10)', /not a finite/], ['sqrt(-value)', /not a finite/], ['ln(0)', /not a finite/], ['1e308 * value > 3', /not a finite/],
    ['value > sqrt(-1)', /not a finite/], ['sqrt(-1) == sqrt(-1)', /not a finite/], ['sqrt(-1) != 1', /not a finite/], ['!(sqrt(-1) > 1)', /not a finite/], ['[1, 2][2]', /no such element/], ['[1, 2][0.5]', /no such element/], ['[1, 2][-1]', /no such element/],
    ['value.x', /another type/], ["value + 'a'", /another type/], ["value == 5 ? value.x : 1", /another type/], ["double('12 bar')", /no number/], ["double('')", /no number/], ["double('0x10')", /no number/], ['mean([].map(x, 1.0))', /empty/],
    ['hourOf(1e300)', /no time/], ['clamp(1, value, 2)', /above/], ['round(1, 99)', /digits/], ["'abc'.substring(2, 9)", /place/], ['null', /no value/], ["{'a': sqrt(-1)}", /not a finite/], ['[1, sqrt(-1)]', /not a finite/], ["'a' in value", /another type/], ['max(1, sqrt(-1))', /not a finite/],
  ])('%s', (text, reason) => {
    const bare = text.replace('0.0', 'b')
    expect(run(bare, 5, 0)).toEqual(isBad(reason))
  })

  test('a bad input gives its quality, NaN called good is bad, nothing yet is no data', () => {
    expect(run('value > 3', at(9, Quality.badSensor))).toEqual({ bad: "'value' is bad.", quality: Quality.badSensor })
    expect(run('value > 3', at(Number.NaN))).toEqual(isBad(/value/, Quality.badOutOfRange))
    expect(run('value > 3', at(null))).toEqual(isBad(/value/, Quality.badNoData))
    expect(run('value + b', 1, undefined)).toEqual(isBad(/'b' has no value yet/, Quality.badNoData))
    expect(run('value[0] > 1', Float64Array.of(Number.NaN))).toEqual(isBad(/NaN/))
    expect(run('value.exists(x, x > 1)', Float64Array.of(Number.NaN, 0))).toEqual(isBad(/NaN/))
    expect(run('value.filter(x, true)', Float64Array.of(Number.NaN))).toEqual(isBad(/NaN/))
    expect(run('value + [1.0]', Float64Array.of(Number.NaN))).toEqual(isBad(/NaN/))
    expect(run('value.x > 1', { x: Number.POSITIVE_INFINITY })).toEqual(isBad(/NaN/))
  })

  test('an expression that asks for the quality is told it', () => {
    const sensor = at(9, Quality.badSensor)
    expect(run("good ? 'run' : 'stop'", sensor)).toBe('stop')
    expect([run('quality', sensor), run('bad', sensor), run('isBad(value)', sensor), run('qualityOf(value)', sensor)]).toEqual(['bad', true, true, 'bad'])
    expect([run('quality', at(9, Quality.uncertain)), run('uncertain', at(9, Quality.uncertain)), run('isUncertain(value)', at(9, Quality.uncertain)), run('isGood(value)', at(9, Quality.uncertain))]).toEqual(['uncertain', true, true, false])
    expect([run('quality', at(Number.NaN)), run('quality', at(null)), run('isBad(sqrt(-value))')]).toEqual(['bad', 'bad', true])
  })

  test('what decides wins; what is not read does not count', () => {
    const bad = at(1, Quality.bad)
    for (const [text, wanted] of [['value > 0 && false', false], ['false && value > 0', false], ['value > 0 || true', true], ['true || value > 0', true], ['true ? 1 : value', 1]] as const) expect(run(text, bad)).toBe(wanted)
    for (const text of ['value > 0 && true', 'true && value > 0', 'value > 0 || false', 'false || value > 0', 'value > 0 ? 1 : 1', '[1].exists(x, value > x)', '[1].all(x, value > x)']) expect(run(text, bad)).toEqual(isBad(/value/))
    expect(run('[0, 1].exists(x, x == 1 || value > x)', bad)).toBe(true)
  })

  test('uncertain inputs make the result uncertain, others do not; a stand-in is uncertain', () => {
    const quality = (text: string, q: number, q2 = 0): number => {
      const e = compiled(text, { value: any, b: any })
      return e.evaluate([at(4, q), at(5, q2)], 'x', 0, e.newState()).quality
    }
    expect(quality('value + 1', Quality.uncertainLastUsable)).toBe(Quality.uncertainLastUsable)
    expect(quality('true ? b : value', Quality.uncertain)).toBe(Quality.good)
    expect(quality('value > b', 0, Quality.uncertain)).toBe(Quality.uncertain)
    expect(quality('orElse(value, 0)', Quality.badSensor)).toBe(Quality.uncertain)
    expect(quality('orElse(value, b)', Quality.badSensor, Quality.badTimeout)).toBe(Quality.badTimeout)
    expect(quality('orElse(value, 0)', Quality.good)).toBe(Quality.good)
    expect(quality('isUncertain(value)', Quality.uncertain)).toBe(Quality.good)
    expect(quality('average(value, 3)', Quality.uncertain)).toBe(Quality.uncertain)
  })
})

describe('functions that remember', () => {
  /** Results for a stream at one sample a second; bad ones as null. */
  function stream(text: string, values: readonly (number | boolean | string | null)[], stepMs = 1000): unknown[] {
    const e = compiled(text)
    let state = e.newState()
    return values.map((value, i) => {
      state = structuredClone(state) // plain data, at any moment
      return e.evaluate([truthful(sample('x', value, i * stepMs))], 'x', i * stepMs, state).value
    })
  }
  test.each<[string, (number | boolean | string | null)[], unknown[]]>([
    ['previous(value)', [1, 2, null, 4], [null, 1, null, 2]],
    ['previous(value, 2)', [1, 2, 3, 4], [null, null, 1, 2]],
    ['previous(value)', ['a', true, 3], [null, 'a', true]],
    ['delta(value)', [1, 4, null, 6], [null, 3, null, 2]],
    ['rate(value)', [1, 4, null, 8], [null, 3, null, 2]],
    ['hold(value, value > 2)', [1, 3, 2, null, 5, 1], [null, 3, 3, null, 5, 5]],
    ['average(value, 2)', [1, 3, null, 5, 7], [1, 2, null, 4, 6]],
    ['minimum(value, 2)', [3, 1, 2, 5, null, 4], [3, 1, 1, 2, null, 4]],
    ['maximum(value, 3)', [1, 9, 2, 3, 4, 0], [1, 9, 9, 9, 4, 4]],
    ['count(value > 2)', [3, 3, 1, 5, null, 5], [1, 2, 0, 1, null, 2]],
    ['changed(value)', [1, 1, 2, null, 2, 1], [false, false, true, null, false, true]],
    ['since(value > 2)', [1, 3, 3, null, 4, 1, 3], [0, 0, 1, null, 3, 0, 0]],
    ['ema(value, 1)', [0, 1, null], [0, 1 - Math.exp(-1), null]],
    ['orElse(delta(value), 0)', [1, 4], [0, 3]],
    ['count(count(value > 0) > 1)', [1, 1, 1], [0, 1, 2]],
    ['average(delta(value), 2)', [1, 2, 4, 8], [null, 1, 1.5, 3]],
    ['previous(value) + previous(value)', [1, 2], [null, 2]],
  ])('%s of %j', (text, values, results) => expect(stream(text, values)).toEqual(results))

  test('see every sample, whatever is decided around them', () => {
    expect(stream('value > 2 && previous(value) == 2', [1, 2, 3])).toEqual([false, false, true])
    expect(stream('value > 2 ? previous(value) : 0', [1, 2, 3])).toEqual([0, 0, 2])
    expect(stream('value > 2 || count(true) > 1', [3, 1])).toEqual([true, true])
  })

  test('rate, since and ema by time that stands still or runs backward', () => {
    const at2 = (text: string, times: readonly number[], values: readonly number[]): unknown[] => {
      const e = compiled(text)
      const state = e.newState()
      return times.map((time, i) => e.evaluate([sample('x', values[i]!, time)], 'x', time, state).value)
    }
    expect(at2('rate(value)', [0, 0, 1000, 500, 1500], [0, 1, 2, 3, 5])).toEqual([null, null, 1, null, 2])
    expect(at2('since(value > 0)', [1000, 0, 3000], [1, 1, 1])).toEqual([0, 0, 2])
    expect(at2('ema(value, 10)', [1000, 1000, 0, 10_000], [1, 5, 9, 1])).toEqual([1, 1, 1, 1])
  })

  test('two instances of the state know nothing of each other', () => {
    const e = compiled('count(true)')
    const [a, b] = [e.newState(), e.newState()]
    const once = (state: object[]): unknown => e.evaluate([at(1)], 'x', 0, state).value
    expect([once(a), once(a), once(b), once(a)]).toEqual([1, 2, 1, 3])
  })

  const reading = fc.double({ min: -1e9, max: 1e9, noNaN: true })
  test('average, minimum and maximum are those of the window, for long streams too', () => {
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 200 }), fc.integer({ min: 1, max: 12 }), (values, n) => {
        const windows = values.map((_, i) => values.slice(Math.max(0, i - n + 1), i + 1))
        expect(stream(`minimum(value, ${n})`, values)).toEqual(windows.map((w) => Math.min(...w)))
        expect(stream(`maximum(value, ${n})`, values)).toEqual(windows.map((w) => Math.max(...w)))
        for (const [i, mean] of stream(`average(value, ${n})`, values).entries()) {
          const w = windows[i]!
          const scale = Math.max(...values.map(Math.abs), 1e-300)
          expect(Math.abs((mean as number) - w.reduce((a, b) => a + b, 0) / w.length)).toBeLessThanOrEqual(1e-12 * scale)
        }
      }),
      { numRuns: 100 },
    )
  })
  test('what ran over or was huge leaves nothing behind in an average', () => {
    const e = compiled('average(value, 3)')
    const state = e.newState()
    const all = [1.7e308, 1.7e308, 1, 2, 3, 1e300, 4, 5, 6].map((v, i) => e.evaluate([sample('x', v, i)], 'x', i, state).value)
    expect([all[1], all[4], all[8]]).toEqual([null, 2, 5])
  })

  test('have bounds on what they remember', () => {
    for (const n of ['0', '1.5', '-1', String(MAX_WINDOW + 1), 'value', '1e9']) expect(issuesOf(`average(value, ${n})`), n).toHaveLength(1)
    expect(issuesOf(`average(value, ${MAX_WINDOW})`)).toEqual([])
    expect(issuesOf(Array.from({ length: 6 }, () => `average(value, ${MAX_WINDOW})`).join(' + '))[0]?.text).toMatch(/in all/)
    expect(issuesOf('ema(value, 0)')).toHaveLength(1)
    expect(issuesOf('[1, 2].map(x, average(x, 3))')[0]?.text).toMatch(/elements of a list/)
    expect(run('previous(value)', 'x'.repeat(2000))).toEqual(isBad(/remembered/))
    expect(issuesOf('count(true)', { value: any }, { stateless: true })[0]?.text).toMatch(/remembers/)
  })
})

describe('what is wrong is said before it runs', () => {
  const number: PortType = { kind: 'number' }
  const ports: Record<string, PortType> = { value: number, name: { kind: 'text' }, on: { kind: 'boolean' }, alarm: { kind: 'record', fields: { state: { kind: 'text' }, limit: { kind: 'number', unit: 'bar' } } }, wave: { kind: 'series', periodMs: 1 }, spectrum: { kind: 'vector', unit: 'mm/s' } }
  test.each<[string, RegExp, string]>([
    ['', /empty/, ''], ['value +', /ends too early/, ''], ['value + + 1', /cannot stand here/, '+'], ['value = 3', /cannot stand here.*==/, '='], ['value > 1 and on', /cannot stand here.*&&/, 'and'], ['value > 1 & on', /&&/, '&'], ['(value', /'\)' is missing/, ''], ["'open", /no closing quote/, "'open"], ['value $ 2', /cannot stand/, '$'], ['value ^ 2', /pow/, '^'],
    ['valu * 2', /not known here.*value/, 'valu'], ['abs', /is a function/, 'abs'], ['foo(value)', /no function 'foo'/, 'foo(value)'], ['abs()', /Write abs\(x\)/, 'abs()'], ['abs(1, 2)', /abs\(x\)/, 'abs(1, 2)'], ['min()', /min\(x, y/, 'min()'],
    ['value + name', /cannot be added.*string\(x\)/, 'value + name'], ['value && on', /true or false/, 'value'], ['on + 1', /cannot be added/, 'on + 1'], ['on ? 1 : name', /different types/, "on ? 1 : name"], ['value ? 1 : 2', /x > 0/, 'value'], ['value == name', /cannot be compared/, 'value == name'], ['on > 1', /cannot be compared/, 'on > 1'], ['-name', /number/, 'name'], ['!value', /true or false/, 'value'],
    ['alarm.stat', /no field 'stat'. .*state, limit/, 'alarm.stat'], ['value.x', /no field/, 'value.x'], ['alarm.limit.x', /no field/, 'alarm.limit.x'], ['name * 2', /double\(x\)/, 'name'], ['wave > 1', /cannot be compared/, 'wave > 1'], ['abs(wave)', /mean\(list\)/, 'wave'], ['value[0]', /list/, 'value'], ["wave['a']", /number/, "'a'"],
    ['value / 0', /zero/, 'value / 0'], ["name.matches('[')", /pattern/, "'['"], ['name.matches(name)', /written as a text/, 'name'], ['clamp(value, 3, 1)', /above/, '3'], ["hourOf(time, 'Mars/Base')", /time zone/, "'Mars/Base'"], ["convert(value, 'bar', 'Cel')", /does not convert/, "'bar'"], ['name.split(\'.\')', /cannot leave/, "name.split('.')"], ['alarm.state == null', /isBad/, 'alarm.state == null'],
    ["[1, 'a']", /different types/, "[1, 'a']"], ["{'a': 1, 'a': 2}", /twice/, "'a'"], ['{name: 1}', /written as a text/, 'name'], ['has(value)', /field/, 'has(value)'], ['wave.map(1, 2)', /plain name/, '1'], ['value.map(x, x)', /list/, 'value'], ['on ? wave : spectrum', /different types|mixes/, 'on ? wave : spectrum'], ['name in [1]', /cannot be compared/, 'name in [1]'], ['5u', /no letter/, '5u'], ['if (on) 1', /reserved/, 'if'],
  ])('%s', (text, words, place) => {
    const issues = issuesOf(text, ports)
    expect(issues.length).toBeGreaterThan(0)
    const [first] = issues
    expect(`${first!.text} ${first!.remedy}`).toMatch(words)
    expect(text.slice(first!.from, first!.to)).toBe(place)
    for (const i of issues) expect(i.from <= i.to && i.to <= Math.max(text.length, i.from + 1)).toBe(true)
  })

  test('all of it at once, each thing once', () => {
    expect(issuesOf('foo + name * 2 > bar', ports).map((i) => i.text)).toEqual(["'foo' is not known here.", '* needs a number; this is a text.', "'bar' is not known here."])
  })

  test('the type of the result', () => {
    const type = (text: string): PortType => compiled(text, ports).type
    expect([type('value > 1'), type('name'), type('alarm.limit'), type("{'a': value, 'b': name}"), type('[value]'), type('wave'), type('wave.map(x, x * 2)'), type('size(name)')]).toEqual([
      { kind: 'boolean' }, { kind: 'text' }, { kind: 'number', unit: 'bar' }, { kind: 'record', fields: { a: { kind: 'number' }, b: { kind: 'text' } } }, { kind: 'vector' }, ports['wave'], { kind: 'vector' }, { kind: 'number' },
    ])
    expect(issuesOf('value + 1', ports, { wants: 'boolean' })[0]?.remedy).toMatch(/condition/)
    expect(issuesOf('value', { value: any }, { wants: 'boolean' })).toEqual([])
  })

  test('units: the same pass through, a product has none, others are refused', () => {
    const units: Record<string, PortType> = { t: { kind: 'number', unit: 'Cel' }, p: { kind: 'number', unit: 'bar' }, q: { kind: 'number', unit: 'kPa' }, r: { kind: 'number', unit: 'bar' }, x: number, v: { kind: 'vector', unit: 'bar' } }
    const unit = (text: string): string | undefined => compiled(text, units).type.unit
    for (const text of ['p + r', 'p - 1', 'max(p, r, 0)', '-p', 'abs(p)', 'clamp(p, 0, r)', 'p > 1 ? p : r', 'orElse(p, 0)', 'average(p, 3)', 'previous(p)', 'hold(p, p > 1)', 'delta(p)', 'v[0]', 'max(v)', 'mean(v)', "p + convert(q, 'kPa', 'bar')", 'x + p', 'round(p, 1)']) expect(unit(text), text).toBe('bar')
    for (const text of ['p * 2', 'p / r', 'p * r', 'x + 1', 'pow(p, 2)']) expect(unit(text), text).toBeUndefined()
    expect([unit('rate(p)'), unit('rate(t)'), unit('since(p > 1)'), unit('time')]).toEqual(['bar/s', 'K/s', 's', 'ms'])
    for (const text of ['p + q', 'p > q', 'p == q', 'max(p, q)', 'p > 1 ? p : q', 'orElse(p, q)', 'p in [q]', 'clamp(p, q, 1)', '[p, q]']) expect(issuesOf(text, units).map((i) => i.remedy), text).toEqual(["Convert one of them, for example with convert(x, 'kPa', 'bar')."])
    for (const text of ['p + t', 'p < t', 'min(p, t)']) expect(issuesOf(text, units)[0]?.text, text).toMatch(/different quantities/)
    expect(issuesOf("convert(t, 'kPa', 'bar')", units)).toHaveLength(1)
  })
})

describe('hostile expressions end', () => {
  test.each([
    ['parentheses', '('.repeat(1900) + 'value' + ')'.repeat(1900)], ['a row of nots', `${'!'.repeat(3900)}true`], ['a long sum', Array.from({ length: 1900 }, () => '1').join('+')], ['lists in lists', '['.repeat(1000) + ']'.repeat(1000)],
    ['too much text', 'value + '.repeat(600) + 'value'], ['huge indexes', `value${'[0]'.repeat(300)}`], ['choices', 'true ? 1 : '.repeat(360) + '1'],
  ])('%s', (_what, text) => expect(issuesOf(text).length).toBeGreaterThan(0))

  test('patterns take linear time, and a pattern too large is refused', () => {
    expect(run("value.matches('^(a+)+$')", `${'a'.repeat(50_000)}b`)).toBe(false)
    expect(run("value.matches('(a|a|b)*c')", 'ab'.repeat(20_000))).toBe(false)
    for (const pattern of ['((a{100}){100}){100}', 'a{2000}', 'x'.repeat(501), '(?=a)', '(']) expect(issuesOf(`'a'.matches('${pattern}')`), pattern).toHaveLength(1)
  })

  test('loops in loops and growing texts end as bad', () => {
    const list = `[${Array.from({ length: 50 }, (_, i) => i).join(',')}]`
    expect(run(`${list}.exists(a, ${list}.exists(b, ${list}.exists(c, ${list}.exists(d, d > 100))))`)).toEqual(isBad(/steps/))
    expect(run('value.exists(x, value.exists(y, x + y < 0))', new Float64Array(65_536))).toEqual(isBad(/steps/))
    expect(run('value.map(x, sum(value))', new Float64Array(65_536))).toEqual(isBad(/steps/))
    expect(run('value + value', 'x'.repeat(40_000))).toEqual(isBad(/longer than/))
    const by = 'aaaaaaaaaaaaaaaaaaaa'
    expect(run(`value${`.replace('a', '${by}')`.repeat(40)}`, 'a')).toEqual(isBad(/longer than/))
    expect(run("size(value.split('').map(x, join(value.split(''), '')))", 'x'.repeat(5000))).toEqual(isBad(/steps/))
  })

  test('any text at all is compiled or refused, never thrown at the caller', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.array(fc.constantFrom('value', '.', '(', ')', '[', ']', '{', '}', "'", '"', '+', '?', ':', '&&', '1', 'map', 'x', ',', 'has', 'rate', 'in', '!', '-', '\\', 'r"', 'null'), { maxLength: 12 }).map((l) => l.join(' '))), (text) => void issuesOf(text)), { numRuns: 2000 })
  })
})

describe('keys', () => {
  const keyOf = (text: string) => {
    const made = keyExpression(text)
    if (typeof made !== 'function') throw new Error(made[0]!.text)
    return made
  }
  test('are texts of what the expression gives', () => {
    expect(keyOf("tag.split('.')[0]")(sample('P-1.flow', 3, 0))).toBe('P-1')
    expect(keyOf('value.pump')(sample('t', { pump: 'P-2' }, 0))).toBe('P-2')
    expect(keyOf('floor(value / 10)')(sample('t', 25, 0))).toBe('2')
    expect(keyOf('quality')(sample('t', Number.NaN, 0))).toBe('bad')
  })
  test('samples without one are kept apart; what cannot be a key is refused', () => {
    expect(keyOf('value.pump')(sample('t', 3, 0))).toBe(NO_KEY)
    expect(keyOf('string(value)')(sample('t', 3, 0, Quality.badSensor))).toBe(NO_KEY)
    for (const text of ['[1, 2]', "{'a': 1}", 'string(count(true))', 'tag +']) expect(Array.isArray(keyExpression(text)), text).toBe(true)
  })
})

test('everything that is offered can be written, and is explained', () => {
  const offered = completions({ value: { kind: 'record', fields: { load: { kind: 'number', unit: '%' } } }, flow: { kind: 'number', unit: 'm3/h' } })
  expect(new Set(offered.map((c) => c.label)).size).toBe(offered.length)
  for (const { label, kind, detail, doc } of offered) {
    expect([label, doc.endsWith('.'), detail]).toEqual([label, true, expect.stringMatching(/./)])
    const text = kind === 'variable' ? label : `${detail.includes('.') && !detail.startsWith('has') ? `flow.${label}` : label}()`
    for (const i of issuesOf(text, { value: { kind: 'record', fields: { load: { kind: 'number' } } }, flow: any })) expect(i.text).not.toMatch(/not known|no function/)
  }
  expect(offered.find((c) => c.label === 'flow')?.detail).toBe('number · m³/h')
  for (const name of builtins.keys()) expect(offered.map((c) => c.label)).toContain(name)
})
