// Documents out of records: the language is nodes/math/mustache.ts. Single values in a line are Format's.
import { DateTime } from 'luxon'
import { Quality, Type, defineNode, field, isBad, port, qualityName, sample as make, truthful, valueToJson, worse, type Sample, type Static, type Value } from '#kit'
import { zoneFault } from '#math/calendar'
import { plainJson, type Json } from '#math/json'
import { parseDocument, render, TooLong, type Document, type Filter, type FilterKinds } from '#math/mustache'
import { writeNumeral, type NumeralStyle } from '#math/numeral'
import { perConfig } from '#math/remember'

const Config = Type.Object(
  {
    template: Type.String({ title: 'Template', description: '{{field.path}}, {{#list}} ... {{/list}}, {{^field}} ... {{/field}} where it is not; {{@tag}}, {{@time}}, {{@quality}}.', widget: 'text', minLength: 1, maxLength: 50_000, default: '{{@tag}}: {{.}}' }),
    escape: field.choice(['none', 'json', 'html'], { title: 'Values are put into', labels: ['Plain text', 'JSON', 'HTML or XML'], description: 'So that no value can break the document.', default: 'none' }),
    missing: Type.String({ title: 'A missing value reads', maxLength: 200, default: 'null' }),
    whenBad: field.choice(['missing', 'write'], { title: 'Values of a bad sample', labels: ['Are missing', 'Are written'], default: 'missing' }),
    decimal: field.choice(['.', ','], { title: 'Decimal sign', labels: ['1.5', '1,5'], default: '.' }),
    zone: field.zone({ description: "Of the filters iso and time, by its IANA name: 'Europe/Berlin', 'America/Chicago', 'UTC'." }),
    maxLength: Type.Integer({ title: 'Longest document', description: 'A longer one is counted as failed.', minimum: 1, maximum: 4_194_304, default: 65_536, advanced: true }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

/** Of values and sections written, elements gone through: so much is done in some tens of milliseconds. */
const MAX_STEPS = 100_000
const filters: FilterKinds = { fixed: 'number', significant: 'number', upper: 'none', lower: 'none', trim: 'none', iso: 'none', time: 'text', json: 'none', raw: 'none', default: 'text' }
const names: ReadonlySet<string> = new Set(['tag', 'time', 'quality', 'value', 'index'])
const documents = perConfig((config: Config): Document & object => parseDocument(config.template, filters, names) as Document)

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
function escaped(text: string, how: Config['escape']): string {
  if (how === 'html') return text.replace(/[&<>"']/g, (c) => entities[c]!)
  return how === 'json' ? JSON.stringify(text).slice(1, -1) : text
}

const isMissing = (value: unknown): boolean => value === undefined || value === null || (typeof value === 'number' && !Number.isFinite(value))
const hasNull = (json: Json): boolean => json === null || (typeof json === 'object' && Object.values(json).some(hasNull))

function styled(x: number, digits: NumeralStyle['digits'], places: number, config: Config): string {
  return writeNumeral(x, { digits, places, decimal: config.decimal, group: '' })
}

function timeOf(ms: number, pattern: string | undefined, { zone }: Config): string {
  const at = DateTime.fromMillis(Math.floor(ms), { zone, locale: 'en' })
  return pattern === undefined ? (at.toISO() ?? '') : at.toFormat(pattern)
}

/** What a filter does not fit stays as it is: fixed(1) of a text is the text. */
function filtered(value: unknown, { name, argument }: Filter, config: Config): unknown {
  if (typeof value === 'number') {
    switch (name) {
      case 'fixed':
      case 'significant': return new Written(styled(value, name, argument as number, config))
      case 'iso': return timeOf(value, undefined, config)
      case 'time': return timeOf(value, argument as string, config)
    }
  }
  if (typeof value === 'string') {
    switch (name) {
      case 'upper': return value.toUpperCase()
      case 'lower': return value.toLowerCase()
      case 'trim': return value.trim()
    }
  }
  return value
}

/** A number that is text by now; it needs no escape. */
class Written {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

interface Page {
  readonly config: Config
  readonly s: Sample
  gaps: boolean
}

function write(found: unknown, list: readonly Filter[], page: Page): string {
  const { config } = page
  let value = found
  let raw = false
  let quoted = false
  for (const filter of list) {
    if (filter.name === 'raw') raw = true
    else if (filter.name === 'json') quoted = true
    else if (filter.name === 'default') value = isMissing(value) ? filter.argument : value
    else if (!isMissing(value)) value = filtered(value, filter, config)
  }
  if (isMissing(value)) {
    page.gaps = true
    return config.missing
  }
  if (value instanceof Written) return value.text
  if (typeof value === 'number' && !quoted) return styled(value, 'shortest', 0, config)
  // JSON put into JSON stands as it is.
  if (quoted || typeof value === 'object') {
    const json = plainJson(valueToJson(value as Value))
    page.gaps ||= hasNull(json)
    return raw || config.escape === 'json' ? JSON.stringify(json) : escaped(JSON.stringify(json), config.escape)
  }
  return raw ? String(value) : escaped(String(value), config.escape)
}

const base: Config = { template: '{{@tag}}: {{.}}', escape: 'none', missing: 'null', whenBad: 'missing', decimal: '.', zone: 'UTC', maxLength: 65_536 }

export default defineNode({
  type: 'transform.template',
  version: 1,
  title: 'Template',
  summary: 'Writes a text document out of a record or a value: a message, a page, a body of a request.',
  help: `\`{{motor.speed}}\` is a field, \`{{.}}\` the whole value, \`{{@tag}}\`, \`{{@time}}\` (milliseconds), \`{{@quality}}\` and \`{{@value}}\` tell of the sample. \`{{#list}} ... {{/list}}\` is repeated for each element of a vector, waveform or list (\`{{.}}\` is the element, \`{{@index}}\` its number); of a record it is written once, with its fields at hand; of anything else once, unless it is false, empty or missing. \`{{^field}} ... {{/field}}\` is written where the other is not. \`{{! ... }}\` is a comment. A section's tag alone in a line takes the line with it. There is no logic beyond this, and nothing is ever run as code.

**Filters:** \`{{speed | fixed(1)}}\`, \`significant(3)\`, \`upper\`, \`lower\`, \`trim\`, \`iso\` and \`time('HH:mm')\` of milliseconds, \`json\` (with quotes), \`raw\` (not escaped), \`default('n/a')\`. A filter that does not fit the value leaves it.

**Missing values, NaN and infinities** read as set here, and the document is then *Uncertain*, unless a \`default\` stands in. **Bad** samples give a document of their bad quality, in which all values are missing, or are written, as chosen (a record of Build record has nulls where its inputs were bad: choose *written*). **Uncertain** quality goes on. **Late, duplicate and backward-time** samples are handled as they come: nothing is remembered.

A document that grows beyond its length, or beyond ${MAX_STEPS} steps, is counted as failed.

Source: Mustache(5), a subset without partials, lambdas and set delimiters, with filters.`,
  keywords: ['mustache', 'handlebars', 'message', 'mail', 'report', 'HTML', 'XML', 'JSON', 'body', 'document', 'text', 'compose'],
  icon: 'scroll-text',
  effects: 'none',
  config: Config,
  inputs: { value: port.any() },
  outputs: { value: port.text({ title: 'Document' }) },
  receive(sample, _port, ctx) {
    const { config } = ctx
    const s = truthful(sample)
    const value = isBad(s.quality) && config.whenBad === 'missing' ? null : s.value
    const page: Page = { config, s, gaps: false }
    let text: string
    try {
      text = render(documents(config), value, {
        write: (found, list) => write(found, list, page),
        data: (name) => (name === 'tag' ? s.tag : name === 'time' ? s.time : name === 'quality' ? qualityName(s.quality) : value),
        maxLength: config.maxLength,
        maxSteps: MAX_STEPS,
      })
    } catch (thrown) {
      if (!(thrown instanceof TooLong)) throw thrown
      ctx.fail(`The document cannot be written: ${thrown.message}.`)
      return
    }
    ctx.emit['value']!(make(s.tag, text, s.time, page.gaps ? worse(s.quality, Quality.uncertain) : s.quality))
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const document = parseDocument(config.template, filters, names)
    if (typeof document === 'string') faults.push({ field: '/template', reason: document })
    else {
      const wrong = wrongArgument(document)
      if (wrong !== undefined) faults.push({ field: '/template', reason: wrong })
    }
    if (config.escape === 'json' && config.decimal === ',') faults.push({ field: '/decimal', reason: 'JSON has a decimal point.' })
    const zone = zoneFault(config.zone)
    if (zone !== undefined) faults.push({ field: '/zone', reason: zone })
    return faults
  },
  examples: [
    {
      title: 'A message with a list',
      config: { ...base, template: 'Pump {{@tag}} at {{@time | time(\'HH:mm\')}}: {{speed | fixed(1)}} Hz\n{{#phases}}\nL{{@index}} {{. | fixed(2)}} A\n{{/phases}}\n{{^fault}}\nNo fault.\n{{/fault}}\n', zone: 'Europe/Berlin' },
      in: [{ at: 'value', tag: 'P-101', value: { speed: 48.55, phases: [10.5, 11], fault: false }, time: 0 }],
      out: [{ at: 'value', tag: 'P-101', value: 'Pump P-101 at 01:00: 48.5 Hz\nL0 10.50 A\nL1 11.00 A\nNo fault.\n', time: 0 }],
    },
    {
      title: 'The body of a request: a quote in a text does not break the JSON',
      config: { ...base, template: '{"id":"{{@tag}}","t":"{{@time | iso}}","note":"{{note}}","speed":{{speed}},"all":{{phases | json}}}', escape: 'json' },
      in: [
        { at: 'value', tag: 'P-101', value: { speed: 48.5, note: 'said "stop"', phases: [1, 2] }, time: 0 },
        { at: 'value', tag: 'P-101', value: { note: 'none', phases: [1] }, time: 1000 },
      ],
      out: [
        { at: 'value', tag: 'P-101', value: '{"id":"P-101","t":"1970-01-01T00:00:00.000Z","note":"said \\"stop\\"","speed":48.5,"all":[1,2]}', time: 0 },
        { at: 'value', tag: 'P-101', value: '{"id":"P-101","t":"1970-01-01T00:00:01.000Z","note":"none","speed":null,"all":[1]}', time: 1000, quality: 'Uncertain' },
      ],
    },
    {
      title: 'Bad values and NaN are not written',
      config: { ...base, template: "{{@tag}}: {{. | fixed(1)}} ({{@quality}})", missing: '---' },
      in: [
        { at: 'value', value: 20, time: 0 },
        { at: 'value', value: 20, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
      ],
      out: [
        { at: 'value', value: 'x: 20.0 (Good)', time: 0 },
        { at: 'value', value: 'x: --- (BadSensorFailure)', time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: 'x: --- (BadOutOfRange)', time: 2000, quality: 'BadOutOfRange' },
      ],
    },
    {
      title: 'A table of HTML, with a word for what is missing',
      config: { ...base, template: "{{#rows}}<tr><td>{{name}}<td>{{value | default('-')}}</tr>{{/rows}}", escape: 'html' },
      in: [{ at: 'value', value: { rows: { 0: { name: 'a<b', value: 1 }, 1: { name: 'c' } } }, time: 0 }],
      out: [{ at: 'value', value: '<tr><td>a&lt;b<td>1</tr><tr><td>c<td>-</tr>', time: 0 }],
    },
  ],
})

/** Digits that a number cannot be written in. */
function wrongArgument(document: Document): string | undefined {
  for (const part of document) {
    if ('parts' in part) {
      const inner = wrongArgument(part.parts)
      if (inner !== undefined) return inner
    }
    if (!('filters' in part)) continue
    for (const { name, argument } of part.filters) {
      if (name === 'fixed' && (argument as number) > 20) return 'fixed takes 0 to 20 decimals.'
      if (name === 'significant' && ((argument as number) < 1 || (argument as number) > 15)) return 'significant takes 1 to 15 digits.'
    }
  }
  return undefined
}
