// Text and bytes into values. Whatever does not read as stated is a failure in words, never a guess and never a number.
// Patterns are RE2 (linear time), sizes and depths are bounded: no message can hang the flow.
// Longer than 300 lines: five formats share their settings, their times and their failures.
import { parse as parseCsv } from 'csv-parse/sync'
import { RE2JS } from 're2js'
import { Quality, Type, defineNode, field, isFiniteValue, issue, parseUnit, port, sample as make, truthful, worse, type Context, type PortType, type Sample, type Static, type Value } from '#kit'
import { numberTypes, orders, readBcd, readBits, readNumber, readText, sizes, type NumberType } from '#math/binary'
import { MAX_DEPTH, fromPlainJson, readTime } from '#math/json'
import { readNumeral, readTruth } from '#math/numeral'
import { parsePath, readPath } from '#math/path'
import { perConfig } from '#math/remember'

const name = Type.String({ title: 'Field', minLength: 1, maxLength: 100 })
const unit = field.unit({ description: 'Empty: not stated.', default: '' })
const Column = Type.Object(
  { name, kind: field.choice(['number', 'boolean', 'text'], { title: 'Kind', labels: ['Number', 'True or false', 'Text'], default: 'number' }), unit },
  { additionalProperties: false },
)
const Layout = Type.Object(
  {
    name,
    offset: Type.Integer({ title: 'Offset', description: 'Bytes from the beginning, counted from 0.', minimum: 0, maximum: 16_777_215, default: 0 }),
    type: field.choice([...numberTypes, 'bool', 'bits', 'bcd', 'string'], { title: 'Type', default: 'uint16' }),
    order: field.choice(orders, { title: 'Byte order', description: 'ABCD: big-endian. DCBA: little-endian. CDAB: 16-bit words swapped. BADC: bytes of each word swapped.', default: 'ABCD' }),
    length: Type.Integer({ title: 'Bytes', description: 'Of bool and bits (6 at most), BCD (7 at most) and string.', minimum: 1, maximum: 65_535, default: 1, when: { field: 'type', is: ['bool', 'bits', 'bcd', 'string'] } }),
    bit: Type.Integer({ title: 'Bit', description: 'The lowest one; 0 is the lowest of all.', minimum: 0, maximum: 47, default: 0, when: { field: 'type', is: ['bool', 'bits'] } }),
    bits: Type.Integer({ title: 'Bits', description: 'How many.', minimum: 1, maximum: 48, default: 1, when: { field: 'type', is: ['bits'] } }),
    scale: Type.Number({ title: 'Scale', description: 'value = number x scale + add', default: 1 }),
    add: Type.Number({ title: 'Add', default: 0, advanced: true }),
    unit,
  },
  { additionalProperties: false },
)
const Config = Type.Object(
  {
    format: field.choice(['json', 'number', 'csv', 'pattern', 'binary'], { title: 'Format', labels: ['JSON', 'Number', 'CSV', 'Text pattern', 'Binary'], default: 'json' }),
    path: Type.String({ title: 'Value', description: "Path of the value: 'data[0].value', or a field's name. Empty: all of it.", maxLength: 300, default: '', when: { field: 'format', is: ['json', 'csv', 'pattern', 'binary'] } }),
    kind: field.choice(['any', 'number', 'boolean', 'text', 'vector', 'record'], { title: 'Kind', labels: ['As it looks', 'Number', 'True or false', 'Text', 'Vector', 'Record'], description: 'What is of another kind is a failure.', default: 'any', when: { field: 'format', is: ['json'] } }),
    unit: field.unit({ description: 'Of a number or vector. Empty: not stated.', default: '', when: { field: 'format', is: ['json', 'number'] } }),
    decimal: field.choice(['.', ','], { title: 'Decimal sign', labels: ['1.5', '1,5'], default: '.' }),
    groups: Type.Boolean({ title: 'Thousands are grouped', description: 'Takes 1,234.5 (or 1.234,5). Without it a wrong sign is a failure and not a number 1000 times too large.', default: false, advanced: true }),
    delimiter: field.choice([',', ';', '\t', '|'], { title: 'Separator', labels: ['Comma', 'Semicolon', 'Tabulator', 'Bar'], default: ',', when: { field: 'format', is: ['csv'] } }),
    header: Type.Boolean({ title: 'First line has the names', default: false, when: { field: 'format', is: ['csv'] } }),
    pattern: Type.String({ title: 'Pattern', description: 'A regular expression (RE2) with named groups: T=(?P<temperature>[-.\\d]+)', maxLength: 1000, default: '', when: { field: 'format', is: ['pattern'] } }),
    columns: Type.Array(Column, { title: 'Columns', description: 'Of a CSV in order (with names in the first line: by name), or groups of the pattern. Those not listed are taken as they look.', widget: 'table', maxItems: 500, default: [], when: { field: 'format', is: ['csv', 'pattern'] } }),
    layout: Type.Array(Layout, { title: 'Layout', widget: 'table', maxItems: 500, default: [], when: { field: 'format', is: ['binary'] } }),
    encoding: field.choice(['hex', 'base64'], { title: 'A text is', labels: ['Hexadecimal', 'Base64'], default: 'hex', advanced: true, when: { field: 'format', is: ['binary'] } }),
    timePath: Type.String({ title: 'Time', description: 'Path of milliseconds since 1970 or an ISO 8601 time (UTC where it has no zone). Empty: the time of the sample.', maxLength: 300, default: '', when: { field: 'format', is: ['json', 'csv', 'pattern', 'binary'] } }),
    tagPath: Type.String({ title: 'Tag', description: 'Path of the tag. Empty: the tag of the sample.', maxLength: 300, default: '', advanced: true, when: { field: 'format', is: ['json', 'csv', 'pattern', 'binary'] } }),
    failure: field.choice(['port', 'fail'], { title: 'What cannot be read', labels: ["Leaves by 'failed'", 'Is counted as failed'], default: 'port' }),
    maxBytes: Type.Integer({ title: 'Largest input', description: 'A longer one is a failure.', unit: 'By', minimum: 1, maximum: 16_777_216, default: 65_536, advanced: true }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>
type Ctx = Context<Config>

/** Said to a person. */
class ParseFault extends Error {}
const shown = (text: string): string => `'${text.length > 60 ? `${text.slice(0, 60)}...` : text}'`

const utf8 = new TextDecoder('utf-8', { fatal: true })

const prepared = perConfig((config: Config) => ({
  path: parsePath(config.path) ?? [],
  timePath: config.timePath === '' ? undefined : parsePath(config.timePath),
  tagPath: config.tagPath === '' ? undefined : parsePath(config.tagPath),
  re: config.format === 'pattern' ? RE2JS.compile(config.pattern) : undefined,
  kinds: new Map(config.columns.map((c) => [c.name, c.kind])),
  size: Math.max(0, ...config.layout.map((l) => l.offset + bytesOf(l))),
}))

// ---- the formats: each gives the wholes that the paths lead into

function textOf(value: string | Uint8Array): string {
  if (typeof value === 'string') return value
  try {
    return utf8.decode(value)
  } catch {
    throw new ParseFault('it is no UTF-8 text')
  }
}

function bytesIn(value: string | Uint8Array, encoding: 'hex' | 'base64'): Uint8Array {
  if (typeof value !== 'string') return value
  const bare = value.replace(/\s/g, '')
  const right = encoding === 'hex' ? /^(?:[\da-f]{2})*$/i : /^[A-Za-z\d+/]*={0,2}$/
  if (!right.test(bare)) throw new ParseFault(`${shown(value)} is not ${encoding === 'hex' ? 'hexadecimal' : 'base64'}`)
  return Uint8Array.from(Buffer.from(bare, encoding))
}

function readWholes(value: string | Uint8Array, config: Config): Value[] {
  if (config.format === 'binary') return [binary(bytesIn(value, config.encoding), config)]
  const text = textOf(value)
  if (config.format === 'number') return [numberIn(text, config)]
  if (config.format === 'json') return [json(text)]
  return config.format === 'csv' ? csv(text, config) : [groupsOf(text, config)]
}

function json(text: string): Value {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new ParseFault(`it is no JSON: ${shown(text)}`)
  }
  const value = fromPlainJson(parsed)
  if (value === undefined) throw new ParseFault(`it is nested deeper than ${MAX_DEPTH} levels`)
  return value
}

function numberIn(text: string, { decimal, groups }: Config): number {
  return readNumeral(text.trim(), decimal, groups) ?? wrong(text, 'a number')
}
function truthIn(text: string): boolean {
  return readTruth(text) ?? wrong(text, 'true or false')
}
function wrong(found: string, wanted: string): never {
  throw new ParseFault(`${shown(found)} is not ${wanted}`)
}

/** Of a column or group; '' is a missing value. */
function cell(text: string, kind: 'number' | 'boolean' | 'text' | undefined, config: Config): Value {
  if (kind === 'text') return text
  const bare = text.trim()
  if (bare === '') return null
  if (kind === 'number') return numberIn(bare, config)
  if (kind === 'boolean') return truthIn(bare)
  return bare === 'true' ? true : bare === 'false' ? false : (readNumeral(bare, config.decimal, config.groups) ?? text)
}

function csv(text: string, config: Config): Value[] {
  let rows: string[][]
  try {
    rows = parseCsv(text, { bom: true, delimiter: config.delimiter, skip_empty_lines: true, max_record_size: config.maxBytes })
  } catch (thrown) {
    throw new ParseFault((thrown as Error).message)
  }
  const names = config.header ? rows.shift() : config.columns.map((c) => c.name)
  if (names === undefined || rows.length === 0) throw new ParseFault('it has no line')
  const repeated = names.find((name, i) => names.indexOf(name) < i)
  if (repeated !== undefined) throw new ParseFault(`two columns are called ${shown(repeated)}`)
  const { kinds } = prepared(config)
  return rows.map((row) => {
    if (row.length !== names.length) throw new ParseFault(`a line has ${row.length} fields, ${names.length} are set: ${shown(row.join(config.delimiter))}`)
    return Object.fromEntries(row.map((text, i) => [names[i]!, cell(text, kinds.get(names[i]!), config)]))
  })
}

function groupsOf(text: string, config: Config): Value {
  const { re, kinds } = prepared(config)
  const match = re!.exec(text) as { readonly groups?: Readonly<Record<string, string | undefined>> } | null
  if (match === null) throw new ParseFault(`the pattern is not in ${shown(text)}`)
  return Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, found]) => [name, found === undefined ? null : cell(found, kinds.get(name), config)]))
}

type Row = Static<typeof Layout>
const isNumber = (type: Row['type']): type is NumberType => type in sizes
const bytesOf = (row: Row): number => (isNumber(row.type) ? sizes[row.type] : row.length)
const kindOf = (row: Row): 'number' | 'boolean' | 'text' => (row.type === 'bool' ? 'boolean' : row.type === 'string' ? 'text' : 'number')

function binary(bytes: Uint8Array, config: Config): Value {
  const { size } = prepared(config)
  if (bytes.length < size) throw new ParseFault(`it has ${bytes.length} bytes; ${size} are needed`)
  return Object.fromEntries(config.layout.map((row) => [row.name, entry(bytes, row)]))
}

function entry(bytes: Uint8Array, row: Row): Value {
  if (isNumber(row.type)) return readNumber(bytes, row.offset, row.type, row.order) * row.scale + row.add
  const own = bytes.subarray(row.offset, row.offset + row.length)
  if (row.type === 'string') return readText(own, row.order)
  if (row.type === 'bool') return readBits(own, row.order, row.bit, 1) === 1
  const number = row.type === 'bcd' ? readBcd(own, row.order) : readBits(own, row.order, row.bit, row.bits)
  if (number === undefined) throw new ParseFault(`'${row.name}' is no BCD number: ${Buffer.from(own).toString('hex')}`)
  return number * row.scale + row.add
}

// ---- from a whole to a sample

function fit(found: Value, config: Config): Value {
  if (config.format !== 'json' || config.kind === 'any' || found === null) return found
  const scalar = typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean'
  const say = (): string => (scalar ? String(found) : ArrayBuffer.isView(found) ? 'a list of numbers' : 'a record')
  switch (config.kind) {
    case 'number': return typeof found === 'number' ? found : typeof found === 'string' ? numberIn(found, config) : wrong(say(), 'a number')
    case 'boolean': return typeof found === 'boolean' ? found : scalar ? truthIn(String(found)) : wrong(say(), 'true or false')
    case 'text': return scalar ? String(found) : wrong(say(), 'a text')
    case 'vector': return found instanceof Float64Array ? found : wrong(say(), 'a list of numbers')
    default: return typeof found === 'object' && !ArrayBuffer.isView(found) ? found : wrong(say(), 'a record')
  }
}

/** What is no finite number in a record is missing there, and the record bad: nobody looks for a NaN in it. */
function withoutBroken(value: Value): Value {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  const fields = Object.entries(value as Readonly<Record<string, Value>>)
  const clean = fields.map(([key, inner]) => [key, !isFiniteValue(inner) ? null : withoutBroken(inner)] as const)
  return clean.every(([, inner], i) => inner === fields[i]![1]) ? value : Object.fromEntries(clean)
}

/** A sample more than this ahead of the gateway has a wrong clock, as at a source, ms. */
const AHEAD_MS = 5000

function toSample(whole: Value, s: Sample, ctx: Ctx): Sample {
  const { config } = ctx
  const { path, timePath, tagPath } = prepared(config)
  const found = readPath(whole, path) as Value | undefined
  if (found === undefined) throw new ParseFault(`there is no '${config.path}'`)
  const fitted = fit(found, config)
  const clean = isFiniteValue(fitted) ? withoutBroken(fitted) : fitted
  let quality = !isFiniteValue(fitted) || clean !== fitted ? worse(s.quality, Quality.badSensor) : s.quality
  let { tag, time } = s
  if (tagPath !== undefined) {
    const named = readPath(whole, tagPath)
    if ((typeof named !== 'string' && typeof named !== 'number') || named === '') throw new ParseFault(`there is no tag at '${config.tagPath}'`)
    tag = String(named)
  }
  if (timePath !== undefined) {
    const own = readTime(readPath(whole, timePath))
    if (Number.isFinite(own) && own <= ctx.now + AHEAD_MS) time = own
    else quality = worse(quality, Quality.uncertain)
  }
  return truthful(make(tag, clean, time, quality))
}

function read(s: Sample, ctx: Ctx): Sample[] {
  const { value } = s
  const { maxBytes } = ctx.config
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) throw new ParseFault(`it is neither text nor bytes: ${typeof value === 'object' ? 'a record or a list' : String(value)}`)
  if (value.length > maxBytes) throw new ParseFault(`it is longer than ${maxBytes} bytes`)
  return readWholes(value, ctx.config).map((whole) => toSample(whole, s, ctx))
}

const base: Config = {
  format: 'json', path: '', kind: 'any', unit: '', decimal: '.', groups: false, delimiter: ',', header: false, pattern: '', columns: [], layout: [], encoding: 'hex',
  timePath: '', tagPath: '', failure: 'port', maxBytes: 65_536,
}
const row: Row = { name: 'x', offset: 0, type: 'uint16', order: 'ABCD', length: 1, bit: 0, bits: 1, scale: 1, add: 0, unit: '' }

export default defineNode({
  type: 'transform.parse',
  version: 1,
  title: 'Parse',
  summary: 'Reads values out of text or bytes: JSON, numbers, CSV, text patterns, binary layouts.',
  help: `**JSON:** the whole, or the value at a path. A list of numbers is a vector, any other list a record with the fields \`0\`, \`1\` ... **Number:** with a decimal point or comma, nothing else in the text. **CSV** (RFC 4180): each line is a record, and a sample of its own. **Text pattern:** the named groups of a regular expression, searched for anywhere in the text, are the fields of a record. **Binary:** a table of offsets and types gives a record; a text is taken as hexadecimal or base64. Bytes are UTF-8 where text is meant.

A column, group or JSON value *as it looks* is a number, true or false, or text; state a serial number such as 00123 as text. An empty column is null.

**What cannot be read** leaves by **failed**, unchanged, with the cause as text at **reason**; or it is counted as failed. A CSV with one wrong line, or a message shorter than its layout, is not read at all. **NaN, infinities** and gaps in a list make the result *BadSensorFailure*; in a record they are null. A JSON null is a missing value, *BadNoData*.

**Bad and uncertain** quality goes to the results; a sample without a value gives a missing value. **Time** comes from the sample, or from a path; where that has no time, or one more than 5 s ahead of the gateway, the sample's is kept and the result is uncertain. **Late, duplicate and backward-time** samples are read as they come: nothing is remembered. 64-bit integers above 2^53 are rounded.

Source: RFC 8259 (JSON), RFC 4180 (CSV), RE2 syntax, IEEE 754.`,
  keywords: ['JSON', 'CSV', 'decode', 'deserialize', 'regex', 'regular expression', 'binary', 'struct', 'payload', 'hex', 'base64', 'BCD', 'bytes', 'decimal comma', 'LoRaWAN'],
  icon: 'text-search',
  effects: 'none',
  config: Config,
  inputs: { value: port.any({ title: 'Text or bytes' }) },
  outputs: {
    value: port.any({ title: 'Value' }),
    failed: port.any({ title: 'Failed', help: 'What cannot be read, unchanged.' }),
    reason: port.text({ title: 'Reason', help: 'Why not, for each that failed.' }),
  },
  receive(sample, _port, ctx) {
    const s = truthful(sample)
    if (s.value === null) {
      ctx.emit['value']!(s)
      return
    }
    let results: Sample[]
    try {
      results = read(s, ctx)
    } catch (thrown) {
      if (!(thrown instanceof ParseFault)) throw thrown
      if (ctx.config.failure === 'fail') ctx.fail(issue('DECODE', { port: 'value' }, { reason: thrown.message }))
      else {
        ctx.emit['failed']!(s)
        ctx.emit['reason']!(make(s.tag, thrown.message, s.time, s.quality))
      }
      return
    }
    for (const result of results) ctx.emit['value']!(result)
  },
  ports(config) {
    const measured = (kind: PortType['kind'], unit: string): PortType => ({ kind, ...(unit !== '' && (kind === 'number' || kind === 'vector' || kind === 'any') ? { unit } : {}) })
    const rows = config.format === 'binary' ? config.layout.map((l) => ({ name: l.name, type: measured(kindOf(l), l.unit) })) : config.columns.map((c) => ({ name: c.name, type: measured(c.kind, c.unit) }))
    // With the names in the first line, or groups that are not listed, there may be more fields than are known.
    const whole = config.format === 'binary' || (config.format === 'csv' && !config.header) ? { fields: Object.fromEntries(rows.map((r) => [r.name, r.type])) } : {}
    const value: PortType =
      config.format === 'number' ? measured('number', config.unit)
      : config.format === 'json' ? measured(config.kind, config.unit)
      : config.path === '' ? { kind: 'record', ...whole }
      : (rows.find((r) => r.name === config.path)?.type ?? { kind: 'any' })
    return {
      outputs: {
        value: { ...value, title: 'Value' },
        failed: { kind: 'any', title: 'Failed', help: 'What cannot be read, unchanged.' },
        reason: { kind: 'text', title: 'Reason', help: 'Why not, for each that failed.' },
      },
    }
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const fault = (field: string, reason: string): void => void faults.push({ field, reason })
    for (const at of ['path', 'timePath', 'tagPath'] as const) if (parsePath(config[at]) === undefined) fault(`/${at}`, `'${config[at]}' is no path. Write 'data.value' or 'data[0].value'.`)
    if (config.format === 'csv' && config.decimal === config.delimiter) fault('/delimiter', 'The separator must differ from the decimal sign.')
    if (config.format === 'csv' && !config.header && config.columns.length === 0) fault('/columns', 'Name the columns, or set that the first line has the names.')
    if (config.format === 'pattern') checkPattern(config, fault)
    const list = config.format === 'binary' ? config.layout : config.format === 'csv' || config.format === 'pattern' ? config.columns : []
    const at = config.format === 'binary' ? '/layout' : '/columns'
    if (config.format === 'binary' && config.layout.length === 0) fault(at, 'It needs at least one row.')
    const names = new Set<string>()
    for (const [i, r] of list.entries()) {
      if (names.has(r.name)) fault(`${at}/${i}/name`, `There is a field '${r.name}' already.`)
      names.add(r.name)
      if (r.unit !== '' && parseUnit(r.unit) === undefined) fault(`${at}/${i}/unit`, `'${r.unit}' is not a unit.`)
    }
    if (config.format === 'binary') for (const [i, l] of config.layout.entries()) checkRow(l, (field, reason) => fault(`/layout/${i}${field}`, reason))
    return faults
  },
  examples: [
    {
      title: 'A value out of JSON, with its own time and tag',
      config: { ...base, path: 'data[0].value', kind: 'number', unit: 'Cel', timePath: 'ts', tagPath: 'id' },
      in: [
        { at: 'value', tag: 'topic', value: '{"id":"TT-7","ts":"1970-01-01T00:00:01.5Z","data":[{"value":21.5}]}', time: 2000 },
        { at: 'value', tag: 'topic', value: '{"id":"TT-7","data":[{"value":"22"}]}', time: 3000 },
      ],
      out: [
        { at: 'value', tag: 'TT-7', value: 21.5, time: 1500 },
        { at: 'value', tag: 'TT-7', value: 22, time: 3000, quality: 'Uncertain' },
      ],
    },
    {
      title: 'A scale that writes a decimal comma',
      config: { ...base, format: 'number', decimal: ',', unit: 'kg' },
      in: [
        { at: 'value', value: ' 25,02\r\n', time: 0 },
        { at: 'value', value: { $bytes: 'MSw1' }, time: 1000 },
        { at: 'value', value: 'overload', time: 2000 },
      ],
      out: [
        { at: 'value', value: 25.02, time: 0 },
        { at: 'value', value: 1.5, time: 1000 },
        { at: 'failed', value: 'overload', time: 2000 },
        { at: 'reason', value: "'overload' is not a number", time: 2000 },
      ],
    },
    {
      title: 'Lines of a data logger',
      config: { ...base, format: 'csv', delimiter: ';', decimal: ',', header: true, columns: [{ name: 'serial', kind: 'text', unit: '' }] },
      in: [{ at: 'value', value: 'serial;temp;ok\n00123;21,5;true\n00124;;false\n', time: 0 }],
      out: [
        { at: 'value', value: { serial: '00123', temp: 21.5, ok: true }, time: 0 },
        { at: 'value', value: { serial: '00124', temp: null, ok: false }, time: 0 },
      ],
    },
    {
      title: 'A pattern in a line of text',
      config: { ...base, format: 'pattern', pattern: 'T=(?P<temperature>[-.\\d]+)C\\s+H=(?P<humidity>\\d+)%', columns: [{ name: 'temperature', kind: 'number', unit: 'Cel' }, { name: 'humidity', kind: 'number', unit: '%' }] },
      in: [
        { at: 'value', value: '> T=21.5C  H=40%', time: 0 },
        { at: 'value', value: 'ERR 3', time: 1000 },
      ],
      out: [
        { at: 'value', value: { temperature: 21.5, humidity: 40 }, time: 0 },
        { at: 'failed', value: 'ERR 3', time: 1000 },
        { at: 'reason', value: "the pattern is not in 'ERR 3'", time: 1000 },
      ],
    },
    {
      title: 'A telegram of a sensor, as hexadecimal text',
      config: {
        ...base, format: 'binary',
        layout: [
          { ...row, name: 'temperature', type: 'int16', scale: 0.5, add: -40, unit: 'Cel' },
          { ...row, name: 'energy', offset: 2, type: 'float32', order: 'CDAB', unit: 'kWh' },
          { ...row, name: 'leak', offset: 6, type: 'bool', bit: 7 },
          { ...row, name: 'battery', offset: 6, type: 'bits', bits: 4 },
          { ...row, name: 'meter', offset: 7, type: 'bcd', length: 3 },
          { ...row, name: 'model', offset: 10, type: 'string', length: 4 },
        ],
      },
      in: [
        { at: 'value', value: '007B 0000 41AC 8C 001234 54483100', time: 0 },
        { at: 'value', value: '007B', time: 1000 },
      ],
      out: [
        { at: 'value', value: { temperature: 21.5, energy: 21.5, leak: true, battery: 12, meter: 1234, model: 'TH1' }, time: 0 },
        { at: 'failed', value: '007B', time: 1000 },
        { at: 'reason', value: 'it has 2 bytes; 14 are needed', time: 1000 },
      ],
    },
    {
      title: 'Bad, NaN and missing values',
      config: { ...base, path: 'v', kind: 'any' },
      in: [
        { at: 'value', value: '{"v":1}', time: 0, quality: 'BadCommunicationError' },
        { at: 'value', value: '{"v":null}', time: 1000 },
        { at: 'value', value: '{"v":[1,null]}', time: 2000 },
        { at: 'value', value: null, time: 3000 },
        { at: 'value', value: '{"w":1}', time: 4000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0, quality: 'BadCommunicationError' },
        { at: 'value', value: null, time: 1000, quality: 'BadNoData' },
        { at: 'value', value: [1, { $number: 'NaN' }], time: 2000, quality: 'BadSensorFailure' },
        { at: 'value', value: null, time: 3000, quality: 'BadNoData' },
        { at: 'failed', value: '{"w":1}', time: 4000 },
        { at: 'reason', value: "there is no 'v'", time: 4000 },
      ],
    },
  ],
})

type Fault = (field: string, reason: string) => void

function checkPattern(config: Config, fault: Fault): void {
  let names: string[]
  try {
    names = Object.keys(RE2JS.compile(config.pattern).namedGroups())
  } catch (thrown) {
    return fault('/pattern', `This is no regular expression: ${(thrown as Error).message.replace('error parsing regexp: ', '')}.`)
  }
  if (names.length === 0) fault('/pattern', 'It needs a named group: (?P<name>...).')
  for (const [i, { name }] of config.columns.entries()) if (!names.includes(name)) fault(`/columns/${i}/name`, `The pattern has no group '${name}'.`)
}

function checkRow(l: Row, fault: Fault): void {
  if ((l.type === 'bool' || l.type === 'bits') && l.length > 6) fault('/length', 'Bits are taken out of 6 bytes at most.')
  if (l.type === 'bcd' && l.length > 7) fault('/length', 'A BCD number has 7 bytes (14 digits) at most.')
  if ((l.type === 'bool' || l.type === 'bits') && l.bit + (l.type === 'bool' ? 1 : l.bits) > l.length * 8) fault('/bit', `There are ${l.length * 8} bits.`)
  if (bytesOf(l) % 2 === 1 && bytesOf(l) > 1 && l.type !== 'string' && (l.order === 'CDAB' || l.order === 'BADC')) fault('/order', `${bytesOf(l)} bytes are no whole words: choose ABCD or DCBA.`)
}
