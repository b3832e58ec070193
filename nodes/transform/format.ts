// Values as text for people and other systems. A bad value is never written out as a number: the sample's quality
// ends where the text is copied on. Whole documents, with fields and lists, are Template's.
import { DateTime } from 'luxon'
import { Quality, Type, defineNode, displayUnit, field, fromConfig, isBad, port, qualityName, sample as make, truthful, valueToJson, type Sample, type Static, type Value } from '#kit'
import { zoneFault } from '#math/calendar'
import { hasGap, plainJson } from '#math/json'
import { writeNumeral, type NumeralStyle } from '#math/numeral'
import { parsePath, readPath } from '#math/path'
import { fill, parseTemplate, type Template } from '#math/placeholders'
import { perConfig } from '#math/remember'

const Config = Type.Object(
  {
    as: field.choice(['text', 'json', 'csv'], { title: 'As', labels: ['Text', 'JSON', 'CSV line'], default: 'text' }),
    template: Type.String({ title: 'Text', description: '{value}, {unit}, {tag}, {time} and {quality} are filled in; {{ and }} are braces.', widget: 'text', maxLength: 2000, default: '{value}', when: { field: 'as', is: ['text'] } }),
    json: field.choice(['sample', 'value'], { title: 'JSON of', labels: ['The sample', 'Its value'], description: 'The sample: tag, value, time, and its quality when it is not good.', default: 'sample', when: { field: 'as', is: ['json'] } }),
    columns: Type.Array(Type.String({ title: 'Column', maxLength: 300 }), { title: 'Columns', description: "time, tag, value, quality, or a path into a record: 'value.motor.speed'.", minItems: 1, maxItems: 500, default: ['time', 'tag', 'value', 'quality'], when: { field: 'as', is: ['csv'] } }),
    delimiter: field.choice([',', ';', '\t', '|'], { title: 'Separator', labels: ['Comma', 'Semicolon', 'Tabulator', 'Bar'], default: ',', when: { field: 'as', is: ['csv'] } }),
    digits: field.choice(['shortest', 'fixed', 'significant'], { title: 'Digits', labels: ['As needed', 'Decimals', 'Significant'], default: 'shortest', when: { field: 'as', is: ['text', 'csv'] } }),
    places: Type.Integer({ title: 'How many', description: 'Decimals 0 to 20, significant digits 1 to 15.', minimum: 0, maximum: 20, default: 2, when: { field: 'digits', is: ['fixed', 'significant'] } }),
    decimal: field.choice(['.', ','], { title: 'Decimal sign', labels: ['1.5', '1,5'], default: '.', when: { field: 'as', is: ['text', 'csv'] } }),
    group: field.choice(['', ',', '.', ' ', "'"], { title: 'Thousands', labels: ['1000', '1,000', '1.000', '1 000', "1'000"], default: '', when: { field: 'as', is: ['text', 'csv'] } }),
    unit: field.unit({ description: 'Shown for {unit}; it does not convert.', default: '', when: { field: 'as', is: ['text'] } }),
    bad: Type.String({ title: 'A bad value reads', description: 'In place of a value that is bad, missing or no number.', maxLength: 100, default: '---', when: { field: 'as', is: ['text', 'csv'] } }),
    time: field.choice(['ms', 'iso', 'pattern'], { title: 'Time as', labels: ['Milliseconds', 'ISO 8601', 'A pattern'], default: 'iso' }),
    pattern: Type.String({ title: 'Pattern of the time', description: 'yyyy year, MM month, dd day, HH hour, mm minute, ss second, SSS ms, ZZ offset, cccc weekday.', minLength: 1, maxLength: 100, default: 'yyyy-MM-dd HH:mm:ss', when: { field: 'time', is: ['pattern'] } }),
    zone: field.zone({ when: { field: 'time', is: ['iso', 'pattern'] } }),
    output: field.choice(['text', 'bytes'], { title: 'Give', labels: ['Text', 'Bytes (UTF-8)'], default: 'text', advanced: true }),
    end: field.choice(['', '\n', '\r\n'], { title: 'End of line', labels: ['None', 'LF', 'CR LF'], default: '', advanced: true }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

const names: ReadonlySet<string> = new Set(['value', 'unit', 'tag', 'time', 'quality'])
const known = (name: string): boolean => names.has(name)
const utf8 = new TextEncoder()
/** Names are English whatever the gateway's own language is: a replay gives the same text everywhere. */
const LOCALE = { locale: 'en' }

interface Prepared {
  readonly config: Config
  readonly template: Template
  readonly style: NumeralStyle
  readonly unit: string
  /** Path into the value; undefined: the column is named by what it shows. */
  readonly paths: readonly (readonly string[] | undefined)[]
}
const prepared = perConfig((config: Config): Prepared => ({
  config,
  template: parseTemplate(config.template, known) as Template,
  style: config,
  unit: displayUnit(config.unit),
  paths: config.columns.map(pathOf),
}))
/** Undefined for 'time', 'tag' and the other names. */
function pathOf(column: string): readonly string[] | undefined {
  const keys = known(column) ? undefined : parsePath(column)
  return keys?.[0] === 'value' ? keys.slice(1) : undefined
}

function timeText(time: number, { time: as, pattern, zone }: Config): string {
  if (as === 'ms') return String(time)
  const at = DateTime.fromMillis(Math.floor(time), { zone, ...LOCALE })
  return as === 'iso' ? (at.toISO() ?? '') : at.toFormat(pattern)
}

function valueText(value: Value, quality: number, { config, style }: Prepared): string {
  if (value === null || isBad(quality)) return config.bad
  if (typeof value === 'number') return Number.isFinite(value) ? writeNumeral(value, style) : config.bad
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(plainJson(valueToJson(value)))
}

interface Filling {
  readonly s: Sample
  readonly p: Prepared
}
function filling(name: string, { s, p }: Filling): string {
  switch (name) {
    case 'value': return valueText(s.value, s.quality, p)
    case 'unit': return p.unit
    case 'tag': return s.tag
    case 'time': return timeText(s.time, p.config)
    default: return qualityName(s.quality)
  }
}

/** RFC 4180: quoted where it must be. */
function csvField(text: string, delimiter: string): string {
  return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function csv(s: Sample, p: Prepared): string {
  const from = { s, p }
  const fields = p.config.columns.map((column, i) => {
    const path = p.paths[i]
    return path === undefined ? filling(column, from) : valueText((readPath(s.value, path) as Value | undefined) ?? null, s.quality, p)
  })
  return fields.map((text) => csvField(text, p.config.delimiter)).join(p.config.delimiter)
}

/** What JSON cannot say is null there, and the quality says so: also for who reads only the text. */
function json(s: Sample, config: Config): { readonly text: string; readonly quality: number } {
  const value = plainJson(valueToJson(s.value))
  const quality = hasGap(value) && !isBad(s.quality) ? Quality.badOutOfRange : s.quality
  if (config.json === 'value') return { text: JSON.stringify(isBad(quality) ? null : value), quality }
  const time = config.time === 'ms' ? s.time : timeText(s.time, config)
  return { text: JSON.stringify({ tag: s.tag, value, time, ...(quality === Quality.good ? {} : { quality: qualityName(quality) }) }), quality }
}

const base: Config = {
  as: 'text', template: '{value}', json: 'sample', columns: ['time', 'tag', 'value', 'quality'], delimiter: ',', digits: 'shortest', places: 2, decimal: '.', group: '', unit: '',
  bad: '---', time: 'iso', pattern: 'yyyy-MM-dd HH:mm:ss', zone: 'UTC', output: 'text', end: '',
}

export default defineNode({
  type: 'transform.format',
  version: 1,
  title: 'Format',
  summary: 'Writes a value as text: rounded numbers with their unit, a sentence, JSON, or a CSV line.',
  help: `**Text:** a sentence with places for {value}, {unit}, {tag}, {time} and {quality}. **JSON:** the sample or its value; a waveform is a list. **CSV line** (RFC 4180): columns of the sample, or of fields of a record; quotes where they are needed.

Numbers are rounded to what is nearest to the number itself (1.005, which is a little less, gives 1.00); one that rounds to zero has no sign. Records, vectors and waveforms stand as JSON in a text. For documents made of several fields use Template.

**Bad and missing values, NaN and infinities** are not written out: *A bad value reads* stands there, in JSON null (the sample's JSON keeps a bad value beside its quality). The text has the quality of the sample that came; a vector with NaN in it gives JSON of bad quality. **Uncertain** values are written like good ones; show {quality} where that matters. **Late, duplicate and backward-time** samples are handled as they come: nothing is remembered.

Source: RFC 4180 (CSV), RFC 8259 (JSON), ISO 8601; time zones of the IANA database.`,
  keywords: ['text', 'string', 'round', 'decimals', 'digits', 'print', 'message', 'stringify', 'serialize', 'JSON', 'CSV', 'time zone', 'bytes', 'thousands'],
  icon: 'letter-text',
  effects: 'none',
  config: Config,
  inputs: { value: port.any() },
  outputs: { value: { kind: fromConfig('output') } },
  receive(sample, _port, ctx) {
    const { config } = ctx
    const s = truthful(sample)
    const p = prepared(config)
    let { quality } = s
    let text: string
    if (config.as === 'json') ({ text, quality } = json(s, config))
    else text = config.as === 'csv' ? csv(s, p) : fill(p.template, filling, { s, p })!
    text += config.end
    ctx.emit['value']!(make(s.tag, config.output === 'bytes' ? utf8.encode(text) : text, s.time, quality))
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const template = parseTemplate(config.template, known)
    if (config.as === 'text' && typeof template === 'string') faults.push({ field: '/template', reason: `${template} There are {value}, {unit}, {tag}, {time} and {quality}.` })
    if (config.as === 'csv') {
      for (const [i, column] of config.columns.entries()) if (!known(column) && pathOf(column) === undefined) faults.push({ field: `/columns/${i}`, reason: "Write time, tag, value, unit, quality, or a path such as 'value.speed'." })
    }
    if (config.digits === 'significant' && (config.places < 1 || config.places > 15)) faults.push({ field: '/places', reason: 'Choose 1 to 15 significant digits.' })
    if (config.as !== 'json' && config.group === config.decimal) faults.push({ field: '/group', reason: 'It must differ from the decimal sign.' })
    const zone = config.time !== 'ms' ? zoneFault(config.zone) : undefined
    if (zone !== undefined) faults.push({ field: '/zone', reason: zone })
    return faults
  },
  examples: [
    {
      title: 'A sentence with one decimal, in the time of the plant',
      config: { ...base, template: '{tag} is {value} {unit} at {time}', digits: 'fixed', places: 1, decimal: ',', group: '.', unit: 'Cel', time: 'pattern', pattern: 'dd.MM.yyyy HH:mm:ss', zone: 'Europe/Berlin' },
      in: [
        { at: 'value', tag: 'TT-101', value: 1234.56, time: 0 },
        { at: 'value', tag: 'TT-101', value: 1234.56, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', tag: 'TT-101', value: { $number: 'NaN' }, time: 2000 },
      ],
      out: [
        { at: 'value', tag: 'TT-101', value: 'TT-101 is 1.234,6 °C at 01.01.1970 01:00:00', time: 0 },
        { at: 'value', tag: 'TT-101', value: 'TT-101 is --- °C at 01.01.1970 01:00:01', time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', tag: 'TT-101', value: 'TT-101 is --- °C at 01.01.1970 01:00:02', time: 2000, quality: 'BadOutOfRange' },
      ],
    },
    {
      title: 'JSON of the sample',
      config: { ...base, as: 'json', time: 'ms' },
      in: [
        { at: 'value', tag: 'TT-101', value: 20.5, time: 0 },
        { at: 'value', tag: 'TT-101', value: { $number: 'Infinity' }, time: 1000 },
        { at: 'value', tag: 'V-7', value: { $series: [0.1, 0.25] }, time: 2000, quality: 'Uncertain' },
      ],
      out: [
        { at: 'value', tag: 'TT-101', value: '{"tag":"TT-101","value":20.5,"time":0}', time: 0 },
        { at: 'value', tag: 'TT-101', value: '{"tag":"TT-101","value":null,"time":1000,"quality":"BadOutOfRange"}', time: 1000, quality: 'BadOutOfRange' },
        { at: 'value', tag: 'V-7', value: '{"tag":"V-7","value":[0.1,0.25],"time":2000,"quality":"Uncertain"}', time: 2000, quality: 'Uncertain' },
      ],
    },
    {
      title: 'A line of a CSV, from a record',
      config: { ...base, as: 'csv', columns: ['time', 'tag', 'value.speed', 'value.state', 'value.note', 'quality'], digits: 'significant', places: 3, delimiter: ';', end: '\n' },
      in: [{ at: 'value', tag: 'P-101', value: { speed: 48.5678, state: 'run; "auto"' }, time: 0 }],
      out: [{ at: 'value', tag: 'P-101', value: '1970-01-01T00:00:00.000Z;P-101;48.6;"run; ""auto""";---;Good\n', time: 0 }],
    },
    {
      title: 'Bytes for a display',
      config: { ...base, template: '{value}', digits: 'fixed', places: 0, output: 'bytes', end: '\r\n' },
      in: [{ at: 'value', value: 7.2, time: 0 }],
      out: [{ at: 'value', value: { $bytes: 'Nw0K' }, time: 0 }],
    },
  ],
})
