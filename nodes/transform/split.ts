// One sample becomes several. The state is what the last one was made of: when the whole is missing, each part is.
import { Type, defineNode, field, fromConfig, hasKind, isBad, issue, sample as make, truthful, type Context, type Sample, type Static, type Value } from '#kit'
import { fill, parseTemplate, type Template } from '#math/placeholders'
import { perConfig, perTag } from '#math/remember'

const Config = Type.Object(
  {
    of: field.choice(['vector', 'series', 'record', 'text'], { title: 'Split', labels: ['Vector', 'Waveform', 'Record', 'Text'], default: 'vector' }),
    tag: Type.String({ title: 'Tag', description: "Of each part. {tag} is the tag of the whole, {name} the field's or element's name, {index} its number.", minLength: 1, maxLength: 200, default: '{tag}.{name}', when: { field: 'of', is: ['vector', 'record', 'text'] } }),
    names: Type.Array(Type.String({ title: 'Name', minLength: 1, maxLength: 100 }), { title: 'Names', description: 'Of the elements, in order. An element without one is called by its number.', maxItems: 10_000, default: [], when: { field: 'of', is: ['vector', 'text'] } }),
    firstIndex: Type.Integer({ title: 'Count from', minimum: 0, maximum: 1, default: 0, advanced: true, when: { field: 'of', is: ['vector', 'text'] } }),
    samplePeriodMs: Type.Number({ title: 'Time between readings', description: 'As the device samples: 1 ms is 1000 readings a second.', unit: 'ms', exclusiveMinimum: 0, default: 1, when: { field: 'of', is: ['series'] } }),
    separator: Type.String({ title: 'Separator', description: '\\n stands for a new line, \\t for a tabulator.', minLength: 1, maxLength: 20, default: ',', when: { field: 'of', is: ['text'] } }),
    trim: Type.Boolean({ title: 'Without blanks at its ends', default: true, when: { field: 'of', is: ['text'] } }),
    skipEmpty: Type.Boolean({ title: 'Leave out empty parts', default: false, when: { field: 'of', is: ['text'] } }),
    unit: field.unit({ description: 'Of the elements; a vector or waveform that comes in must have it. Empty: not stated.', default: '', when: { field: 'of', is: ['vector', 'series'] } }),
    maxParts: Type.Integer({ title: 'Parts at most', description: 'A sample of more is counted as failed.', minimum: 1, maximum: 100_000, default: 10_000, advanced: true }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>
interface Memory {
  /** Names of the parts that the last sample had, or their number; not used for waveforms. */
  last: readonly string[] | number
}
type Ctx = Context<Config, Memory>
interface Part {
  readonly tag: string
  readonly name: string
  readonly index: string
}

const placeholder = (name: string, part: Part): string => part[name as keyof Part]
const known = (name: string): boolean => name === 'tag' || name === 'name' || name === 'index'
const separatorOf = (config: Config): string => config.separator.replaceAll('\\n', '\n').replaceAll('\\t', '\t')

/** Tags of so many parts are kept for each tag. */
const KEPT = 256

const prepared = perConfig((config: Config) => {
  const template = parseTemplate(config.tag, known) as Template
  const { names, firstIndex } = config
  const tagOf = (tag: string, name: string, i: number): string => fill(template, placeholder, { tag, name, index: String(i + firstIndex) })!
  const element = (tag: string, i: number): string => tagOf(tag, names[i] ?? String(i + firstIndex), i)
  const numbered = config.tag.includes('{index}')
  return {
    separator: separatorOf(config),
    /** Of the elements of a vector or a text. */
    elements: perTag((tag): ((i: number) => string) => {
      const made: string[] = []
      return (i) => (i < KEPT ? (made[i] ??= element(tag, i)) : element(tag, i))
    }, 1000),
    /** Of the fields of a record. */
    fields: perTag((tag): ((name: string, i: number) => string) => (numbered ? (name, i) => tagOf(tag, name, i) : perTag((name) => tagOf(tag, name, 0), KEPT)), 1000),
  }
})

/** The whole is missing: so is each part that is known. */
function missing(ctx: Ctx, tag: string, time: number, quality: number): void {
  const { of, names } = ctx.config
  const { last } = ctx.state
  const emit = ctx.emit['value']!
  const { elements, fields } = prepared(ctx.config)
  if (typeof last === 'object') {
    for (const [i, name] of last.entries()) emit(make(fields(tag)(name, i), null, time, quality))
    return
  }
  const count = of === 'series' ? 0 : Math.max(last, names.length)
  for (let i = 0; i < count; i++) emit(make(elements(tag)(i), null, time, quality))
  if (count === 0) emit(make(tag, null, time, quality))
}

/** False: there are too many parts, or none, and the sample has its outcome. */
function countable(ctx: Ctx, s: Sample, count: number): boolean {
  if (count > ctx.config.maxParts) ctx.fail(`It has more than ${ctx.config.maxParts} parts.`)
  else if (count > 0) return true
  else if (isBad(s.quality)) missing(ctx, s.tag, s.time, s.quality)
  else ctx.drop('empty')
  return false
}

function partsOf(text: string, config: Config): string[] {
  const parts = text === '' ? [] : text.split(prepared(config).separator, config.maxParts + 1)
  if (parts.length > config.maxParts) return parts // too many, also where most are empty
  const trimmed = config.trim ? parts.map((part) => part.trim()) : parts
  return config.skipEmpty ? trimmed.filter((part) => part !== '') : trimmed
}

const base: Config = { of: 'vector', tag: '{tag}.{name}', names: [], firstIndex: 0, samplePeriodMs: 1, separator: ',', trim: true, skipEmpty: false, unit: '', maxParts: 10_000 }

export default defineNode({
  type: 'transform.split',
  version: 1,
  title: 'Split',
  summary: 'Turns a vector, waveform, record or list in a text into one sample for each part.',
  help: `**Vector:** a sample for each element, with a tag of its own; all have the time of the vector. **Record:** one for each field (of a record in a record, one for the inner record). **Text:** one for each part between separators, as text (Parse makes numbers of them). **Waveform:** a sample for each reading, with the tag of the waveform and a time of its own: the first has the waveform's, each next is later by *Time between readings*.

\`{name}\` in the tag is the field's name or the element's from the list, else its number. A tag without \`{name}\` and \`{index}\` gives all parts one tag and one time: what follows may take them for corrections of each other.

**Bad and uncertain** quality goes to every part. A missing sample (null, or an empty one of bad quality) gives a missing value for every part that the list of names or the last sample of this tag had; when nothing is known of them, and for a waveform, one missing value with the tag of the whole. **NaN and infinities** are bad, each by itself. An empty sample of good quality has no parts and is dropped. **Late, duplicate and backward-time** samples are handled as they come; waveforms that overlap give readings that run backward.`,
  keywords: ['explode', 'expand', 'flatten', 'unpack', 'elements', 'fields', 'array', 'list', 'series', 'lines', 'separate'],
  icon: 'ungroup',
  effects: 'none',
  config: Config,
  inputs: { value: { kind: fromConfig('of'), unit: fromConfig('unit') } },
  outputs: { value: { kind: fromConfig('of', { vector: 'number', series: 'number', text: 'text', record: 'any' }), unit: fromConfig('unit') } },
  drops: { empty: 'It has no parts.' },
  state: (): Memory => ({ last: 0 }),
  carries: (from, to) => from.of === to.of,
  receive(sample, _port, ctx) {
    const { config, state } = ctx
    const { of } = config
    const s = truthful(sample)
    const { tag, value, time, quality } = s
    const emit = ctx.emit['value']!
    if (value === null) missing(ctx, tag, time, quality)
    else if (of === 'series' && value instanceof Float32Array) {
      if (!countable(ctx, s, value.length)) return
      for (let i = 0; i < value.length; i++) emit(truthful(make(tag, value[i]!, time + i * config.samplePeriodMs, quality)))
    } else if (of === 'vector' && value instanceof Float64Array) {
      if (!countable(ctx, s, value.length)) return
      state.last = value.length
      const tagOf = prepared(config).elements(tag)
      for (let i = 0; i < value.length; i++) emit(truthful(make(tagOf(i), value[i]!, time, quality)))
    } else if (of === 'text' && typeof value === 'string') {
      const parts = partsOf(value, config)
      if (!countable(ctx, s, parts.length)) return
      state.last = parts.length
      const tagOf = prepared(config).elements(tag)
      for (let i = 0; i < parts.length; i++) emit(make(tagOf(i), parts[i]!, time, quality))
    } else if (of === 'record' && hasKind(value, 'record')) {
      const names = Object.keys(value)
      if (!countable(ctx, s, names.length)) return
      state.last = names
      const tagOf = prepared(config).fields(tag)
      for (let i = 0; i < names.length; i++) emit(truthful(make(tagOf(names[i]!, i), (value as Readonly<Record<string, Value>>)[names[i]!]!, time, quality)))
    } else ctx.fail(issue('SAMPLE_TYPE', { port: 'value' }, { port: 'value', expected: of, found: typeof value }))
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const template = parseTemplate(config.tag, known)
    if (config.of !== 'series' && typeof template === 'string') faults.push({ field: '/tag', reason: `${template} There are {tag}, {name} and {index}.` })
    const repeated = config.names.findIndex((name, i) => config.names.indexOf(name) < i)
    if (repeated >= 0) faults.push({ field: `/names/${repeated}`, reason: `There is an element '${config.names[repeated]}' already.` })
    return faults
  },
  examples: [
    {
      title: 'Three phases of a vector',
      config: { ...base, names: ['L1', 'L2', 'L3'], unit: 'A' },
      in: [{ at: 'value', tag: 'Q1.current', value: [10.5, 11, 9.5], time: 0 }],
      out: [
        { at: 'value', tag: 'Q1.current.L1', value: 10.5, time: 0 },
        { at: 'value', tag: 'Q1.current.L2', value: 11, time: 0 },
        { at: 'value', tag: 'Q1.current.L3', value: 9.5, time: 0 },
      ],
    },
    {
      title: 'A waveform as single readings',
      config: { ...base, of: 'series', samplePeriodMs: 0.5 },
      in: [{ at: 'value', value: { $series: [1, -1, 0.5] }, time: 1000, quality: 'Uncertain' }],
      out: [
        { at: 'value', value: 1, time: 1000, quality: 'Uncertain' },
        { at: 'value', value: -1, time: 1000.5, quality: 'Uncertain' },
        { at: 'value', value: 0.5, time: 1001, quality: 'Uncertain' },
      ],
    },
    {
      title: 'The fields of a record; when it is missing, so are they',
      config: { ...base, of: 'record' },
      in: [
        { at: 'value', tag: 'P-101', value: { speed: 48.5, run: true, note: null }, time: 0 },
        { at: 'value', tag: 'P-101', value: null, time: 1000, quality: 'BadCommunicationError' },
      ],
      out: [
        { at: 'value', tag: 'P-101.speed', value: 48.5, time: 0 },
        { at: 'value', tag: 'P-101.run', value: true, time: 0 },
        { at: 'value', tag: 'P-101.note', value: null, time: 0, quality: 'BadNoData' },
        { at: 'value', tag: 'P-101.speed', value: null, time: 1000, quality: 'BadCommunicationError' },
        { at: 'value', tag: 'P-101.run', value: null, time: 1000, quality: 'BadCommunicationError' },
        { at: 'value', tag: 'P-101.note', value: null, time: 1000, quality: 'BadCommunicationError' },
      ],
    },
    {
      title: 'A list in a text, counted from 1',
      config: { ...base, of: 'text', separator: ';', tag: '{tag}[{index}]', firstIndex: 1, skipEmpty: true },
      in: [{ at: 'value', tag: 'scanner', value: 'A-17; B-4;;C-1', time: 0 }],
      out: [
        { at: 'value', tag: 'scanner[1]', value: 'A-17', time: 0 },
        { at: 'value', tag: 'scanner[2]', value: 'B-4', time: 0 },
        { at: 'value', tag: 'scanner[3]', value: 'C-1', time: 0 },
      ],
    },
    {
      title: 'Bad and NaN elements',
      config: { ...base, firstIndex: 1 },
      in: [
        { at: 'value', value: [1, { $number: 'NaN' }], time: 0 },
        { at: 'value', value: [1, 2], time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: null, time: 2000 },
      ],
      out: [
        { at: 'value', tag: 'x.1', value: 1, time: 0 },
        { at: 'value', tag: 'x.2', value: { $number: 'NaN' }, time: 0, quality: 'BadOutOfRange' },
        { at: 'value', tag: 'x.1', value: 1, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', tag: 'x.2', value: 2, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', tag: 'x.1', value: null, time: 2000, quality: 'BadNoData' },
        { at: 'value', tag: 'x.2', value: null, time: 2000, quality: 'BadNoData' },
      ],
    },
  ],
})
