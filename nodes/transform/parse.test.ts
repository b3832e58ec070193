import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withDefaults, type ExampleSample, type JsonValue } from '#kit'
import { runExample, type ExampleRun } from '../../runtime/engine/example.ts'
import node from './parse.ts'

type Config = Parameters<NonNullable<typeof node.check>>[0]
const config = (over: object): Config => withDefaults(node.config, over) as Config
const run = (over: object, value: JsonValue, sample: Partial<ExampleSample> = {}): Promise<ExampleRun> =>
  runExample(node, { title: '', config: config(over), in: [{ at: 'value', value, time: 1_000_000, ...sample }], out: [] })
async function value(over: object, text: JsonValue): Promise<unknown> {
  const { out } = await run(over, text)
  return out[0]!.at === 'value' ? (out[0]!.quality === undefined ? out[0]!.value : [out[0]!.value, out[0]!.quality]) : `failed: ${String(out[1]!.value)}`
}
const faults = (over: object): string[] => node.check!(config(over), { model: () => undefined }).map((f) => f.field)
const bytes = (hex: string): JsonValue => ({ $bytes: Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('base64') })

describe('JSON', () => {
  test.each([
    ['21.5', {}, 21.5], ['"a"', {}, 'a'], ['true', {}, true], ['[1,2]', {}, [1, 2]], ['[]', {}, []], ['{"a":{"b":[1]}}', {}, { a: { b: [1] } }],
    ['[{"a":1},"x",[1,2]]', {}, { 0: { a: 1 }, 1: 'x', 2: [1, 2] }], ['[{"a":1},{"a":2}]', { path: '[1].a' }, 2], ['{"a":null}', {}, { a: null }],
    ['{"v":"1,5"}', { path: 'v', kind: 'number', decimal: ',' }, 1.5], ['{"v":"on"}', { path: 'v', kind: 'boolean' }, true], ['{"v":0}', { path: 'v', kind: 'boolean' }, false], ['{"v":12}', { path: 'v', kind: 'text' }, '12'],
    ['null', {}, [null, 'BadNoData']], ['1e999', {}, [{ $number: 'Infinity' }, 'BadSensorFailure']], ['[1,null]', { kind: 'vector' }, [[1, { $number: 'NaN' }], 'BadSensorFailure']],
    ['{"a":{"b":1e999},"c":1}', {}, [{ a: { b: null }, c: 1 }, 'BadSensorFailure']], ['{"a":[1,null]}', {}, [{ a: null }, 'BadSensorFailure']],
    ['{', {}, "failed: it is no JSON: '{'"], ['{"a":1}', { path: 'b' }, "failed: there is no 'b'"], ['"x"', { kind: 'number' }, "failed: 'x' is not a number"], ['{}', { kind: 'number' }, "failed: 'a record' is not a number"],
    ['2', { kind: 'boolean' }, "failed: '2' is not true or false"], ['[1]', { kind: 'record' }, "failed: 'a list of numbers' is not a record"], ['{"a":1}', { path: 'constructor' }, "failed: there is no 'constructor'"],
    [`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`, {}, 'failed: it is nested deeper than 32 levels'],
  ])('%s with %j', async (text, over, out) => expect(await value(over, text)).toEqual(out))

  test("a field may be called '__proto__'", async () => {
    const { out } = await run({}, '{"__proto__":{"x":1},"a":2}')
    expect(Object.keys(out[0]!.value as object)).toEqual(['__proto__', 'a'])
  })

  test('what JSON writes is what is read', async () => {
    const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0), fc.string(), fc.boolean(), fc.array(fc.integer(), { minLength: 1 }), fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie('value'))),
    })).value
    await fc.assert(fc.asyncProperty(json, async (v) => {
      expect(await value({}, JSON.stringify(v))).toEqual(v)
    }), { numRuns: 60 })
  })
})

describe('numbers', () => {
  test.each([
    ['21.5\n', {}, 21.5], ['1,5', {}, "failed: '1,5' is not a number"], ['1,5', { decimal: ',' }, 1.5], ['1,500', {}, "failed: '1,500' is not a number"], ['1,500', { groups: true }, 1500], ['1.500', { decimal: ',', groups: true }, 1500],
    ['12 kg', {}, "failed: '12 kg' is not a number"], ['', {}, "failed: '' is not a number"], ['nan', {}, [{ $number: 'NaN' }, 'BadSensorFailure']], [{ $bytes: '/w==' }, {}, 'failed: it is no UTF-8 text'],
  ])('%j with %j', async (text, over, out) => expect(await value({ format: 'number', ...over }, text)).toEqual(out))
})

describe('CSV', () => {
  const columns = [{ name: 'a', kind: 'number' }, { name: 'b', kind: 'text' }, { name: 'c', kind: 'boolean' }]
  const lines = async (over: object, text: string): Promise<unknown[]> => (await run({ format: 'csv', ...over }, text)).out.map((s) => s.value)
  test('each line is a record', async () => {
    expect(await lines({ columns }, '1,007,yes\r\n-2.5," x,""y""",off\n')).toEqual([{ a: 1, b: '007', c: true }, { a: -2.5, b: ' x,"y"', c: false }])
    expect(await lines({ columns }, ',,\n')).toEqual([{ a: null, b: '', c: null }])
    expect(await lines({ columns: columns.slice(0, 1), delimiter: ';', decimal: ',' }, '1,5')).toEqual([{ a: 1.5 }])
  })
  test('names come from the first line, and what is not listed is as it looks', async () => {
    expect(await lines({ header: true, columns: [{ name: 'id', kind: 'text' }] }, '\ufeffid,x,y\n007,008,true\n')).toEqual([{ id: '007', x: 8, y: true }])
    expect(await lines({ header: true, path: 'x y' }, 'x y\n1\n2\n')).toEqual([1, 2])
  })
  test.each([
    ['1,2', { columns }, 'a line has 2 fields, 3 are set'], ['1,a,on\n2,b', { columns }, 'Invalid Record Length'], ['x,a,on', { columns }, "'x' is not a number"], ['1,a,maybe', { columns }, "'maybe' is not true or false"],
    ['1,"a,on', { columns }, 'Quote Not Closed'], ['', { columns }, 'it has no line'], ['a,b', { header: true }, 'it has no line'], ['a,a\n1,2', { header: true }, "two columns are called 'a'"],
  ])('%j is not read at all', async (text, over, reason) => {
    const { out } = await run({ format: 'csv', ...over }, text)
    expect(out.map((s) => s.at)).toEqual(['failed', 'reason'])
    expect(out[0]!.value).toBe(text)
    expect(out[1]!.value).toContain(reason)
  })
  test('each line has a time and a tag of its own', async () => {
    const { out } = await run({ format: 'csv', header: true, path: 'v', timePath: 't', tagPath: 'id' }, 't,id,v\n1970-01-01 00:00:01,A,1\n1970-01-01T01:00:02+01:00,B,2\n3000,C,3\nlater,D,4\n')
    expect(out).toEqual([
      { at: 'value', tag: 'A', value: 1, time: 1000 }, { at: 'value', tag: 'B', value: 2, time: 2000 }, { at: 'value', tag: 'C', value: 3, time: 3000 },
      { at: 'value', tag: 'D', value: 4, time: 1_000_000, quality: 'Uncertain' },
    ])
  })
})

describe('text patterns', () => {
  const over = { format: 'pattern', pattern: '(?P<a>\\d+)(?:/(?P<b>\\w+))?' }
  test('groups are fields', async () => {
    expect(await value(over, '> 12/x <')).toEqual({ a: 12, b: 'x' })
    expect(await value({ ...over, columns: [{ name: 'a', kind: 'text' }] }, '012')).toEqual({ a: '012', b: null })
    expect(await value({ ...over, path: 'b' }, '12/yes')).toBe('yes')
    expect(await value(over, 'none')).toBe("failed: the pattern is not in 'none'")
  })
  test('one that would hang a backtracking engine is done at once', async () => {
    expect(await value({ format: 'pattern', pattern: '^(?P<a>(x+x+)+)y' }, 'x'.repeat(20_000))).toContain('failed')
  })
})

describe('binary', () => {
  const layout = (...rows: object[]) => ({ format: 'binary', layout: rows })
  test.each([
    [{ name: 'v', type: 'int16', offset: 1 }, 'aa fffe', { v: -2 }], [{ name: 'v', type: 'uint32', order: 'CDAB', scale: 0.1 }, '000a 0000', { v: 1 }], [{ name: 'v', type: 'float32', order: 'DCBA' }, '0000ac41', { v: 21.5 }],
    [{ name: 'v', type: 'bcd', length: 2, order: 'DCBA' }, '3412', { v: 1234 }], [{ name: 'v', type: 'bits', length: 2, bit: 4, bits: 8 }, '0ff0', { v: 255 }], [{ name: 'v', type: 'bool', bit: 1 }, '02', { v: true }],
    [{ name: 'v', type: 'string', length: 4 }, '41420000', { v: 'AB' }],
  ])('%j', async (row, hex, out) => {
    expect(await value(layout(row), bytes(hex))).toEqual(out)
    expect(await value(layout(row), hex)).toEqual(out)
    expect(await value({ ...layout(row), encoding: 'base64' }, Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('base64'))).toEqual(out)
    expect(await value({ ...layout(row), path: 'v' }, bytes(hex))).toEqual(out.v)
  })
  test('a NaN is missing, and the record bad', async () => {
    expect(await value(layout({ name: 'v', type: 'float32' }, { name: 'w', type: 'uint8' }), bytes('7fc00000'))).toEqual([{ v: null, w: 127 }, 'BadSensorFailure'])
    expect(await value({ ...layout({ name: 'v', type: 'float32' }), path: 'v' }, bytes('7fc00000'))).toEqual([{ $number: 'NaN' }, 'BadSensorFailure'])
  })
  test.each([
    ['00', 'it has 1 bytes; 2 are needed'], ['0g', "'0g' is not hexadecimal"], ['000', "'000' is not hexadecimal"], ['', 'it has 0 bytes; 2 are needed'],
  ])('%j fails in words', async (text, reason) => expect(await value(layout({ name: 'v', type: 'uint16' }), text)).toBe(`failed: ${reason}`))
  test('a half byte that is no digit is no number', async () => expect(await value(layout({ name: 'v', type: 'bcd' }), bytes('1a'))).toBe("failed: 'v' is no BCD number: 1a"))
})

describe('time and tag', () => {
  test.each([
    ['"1970-01-01T00:00:01Z"', 1000, undefined], ['"1970-01-01T00:00:01"', 1000, undefined], ['2500', 2500, undefined], ['1e300', 1_000_000, 'Uncertain'], ['-1e300', 1_000_000, 'Uncertain'],
    ['1004999', 1_004_999, undefined], ['1005001', 1_000_000, 'Uncertain'], ['"yesterday"', 1_000_000, 'Uncertain'], ['"12"', 1_000_000, 'Uncertain'], ['null', 1_000_000, 'Uncertain'],
  ] as [string, number, string | undefined][])('%s', async (t, time, quality) => {
    const { out } = await run({ path: 'v', timePath: 't' }, `{"v":1,"t":${t}}`)
    expect(out).toEqual([{ at: 'value', value: 1, time, ...(quality ? { quality } : {}) }])
  })
  test('a tag that is not there is a failure: the value would be called by a wrong name', async () => {
    expect(await value({ tagPath: 'id' }, '{"v":1}')).toBe("failed: there is no tag at 'id'")
    expect((await run({ path: 'v', tagPath: 'id' }, '{"v":1,"id":7}')).out[0]).toMatchObject({ tag: '7' })
  })
})

describe('failures', () => {
  test('are counted as failed where chosen, with the cause', async () => {
    const { out, ledger, issues } = await run({ failure: 'fail' }, '{')
    expect(out).toEqual([])
    expect(ledger.failed).toBe(1)
    expect(issues[0]).toMatchObject({ code: 'DECODE', text: "A message could not be read: it is no JSON: '{'" })
  })
  test('keep the sample as it was', async () => {
    const { out } = await run({}, '{', { quality: 'Uncertain', tag: 'T' })
    expect(out[0]).toEqual({ at: 'failed', tag: 'T', value: '{', time: 1_000_000, quality: 'Uncertain' })
  })
  test('what is too long, or neither text nor bytes', async () => {
    expect(await value({ maxBytes: 3 }, '1234')).toBe('failed: it is longer than 3 bytes')
    expect(await value({ maxBytes: 3 }, '123')).toBe(123)
    expect(await value({}, 5)).toBe('failed: it is neither text nor bytes: 5')
    expect(await value({}, [1])).toBe('failed: it is neither text nor bytes: a record or a list')
  })
  test('no text or bytes make the node throw or a NaN good', async () => {
    const over = fc.constantFrom<object>({}, { format: 'number' }, { format: 'csv', header: true }, { format: 'pattern', pattern: '(?P<a>.)' }, { format: 'binary', layout: [{ name: 'a', type: 'float32' }] })
    await fc.assert(fc.asyncProperty(over, fc.oneof(fc.string(), fc.uint8Array({ maxLength: 12 }).map((b) => bytes(Buffer.from(b).toString('hex')))), async (o, v) => {
      const { out, ledger } = await run(o, v)
      expect(ledger).toMatchObject({ in: 1, failed: 0, passed: 1 })
      for (const s of out) if (s.at === 'value' && (s.value === null || (typeof s.value === 'object' && '$number' in s.value))) expect(s.quality).toMatch(/^Bad/)
    }), { numRuns: 150 })
  })
})

describe('settings', () => {
  test('ports say what is known', () => {
    const type = (over: object) => node.ports!(config(over), { model: () => undefined }).outputs!['value']
    expect(type({ format: 'number', unit: 'kg' })).toMatchObject({ kind: 'number', unit: 'kg' })
    expect(type({ kind: 'text', unit: 'kg' })).toEqual({ kind: 'text', title: 'Value' })
    const layout = [{ name: 'a', type: 'int8', unit: 'bar' }, { name: 'b', type: 'bool' }]
    expect(type({ format: 'binary', layout })).toMatchObject({ kind: 'record', fields: { a: { kind: 'number', unit: 'bar' }, b: { kind: 'boolean' } } })
    expect(type({ format: 'binary', layout, path: 'a' })).toMatchObject({ kind: 'number', unit: 'bar' })
    expect(type({ format: 'csv', header: true })).toEqual({ kind: 'record', title: 'Value' })
  })
  test('that cannot be are named', () => {
    expect(faults({})).toEqual([])
    expect(faults({ path: 'a..b', timePath: '.', tagPath: '[x]' })).toEqual(['/path', '/timePath', '/tagPath'])
    expect(faults({ format: 'csv' })).toEqual(['/columns'])
    expect(faults({ format: 'csv', header: true, decimal: ',' })).toEqual(['/delimiter'])
    expect(faults({ format: 'csv', columns: [{ name: 'a' }, { name: 'a', unit: 'blob' }] })).toEqual(['/columns/1/name', '/columns/1/unit'])
    expect(faults({ format: 'pattern', pattern: '(' })).toEqual(['/pattern'])
    expect(faults({ format: 'pattern', pattern: 'a' })).toEqual(['/pattern'])
    expect(faults({ format: 'pattern', pattern: '(?P<a>b)', columns: [{ name: 'c' }] })).toEqual(['/columns/0/name'])
    expect(faults({ format: 'binary' })).toEqual(['/layout'])
    expect(faults({ format: 'binary', layout: [{ name: 'a', type: 'bits', length: 7 }, { name: 'b', type: 'bcd', length: 8 }, { name: 'c', type: 'bool', bit: 8 }, { name: 'd', type: 'bits', bit: 5, bits: 4 }, { name: 'e', type: 'int24', order: 'CDAB' }] })).toEqual(['/layout/0/length', '/layout/1/length', '/layout/2/bit', '/layout/3/bit', '/layout/4/order'])
    expect(faults({ format: 'binary', layout: [{ name: 'a', type: 'int32', order: 'CDAB' }, { name: 'b', type: 'int8', order: 'BADC' }] })).toEqual([])
  })
})
