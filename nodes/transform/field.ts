// The other way round of Build record. Remembers nothing.
import { Quality, Type, defineNode, each, field, fromItem, hasKind, isBad, port, sample as make, truthful, type Sample, type Static, type Value } from '#kit'
import { parsePath, readPath } from '#math/path'
import { fill, parseTemplate, type Template } from '#math/placeholders'
import { perConfig, perTag } from '#math/remember'

const Field = Type.Object(
  {
    name: Type.String({ title: 'Output', description: 'The name of its output.', minLength: 1, maxLength: 64, pattern: '^[A-Za-z][A-Za-z0-9_-]*$' }),
    path: Type.String({ title: 'Path', description: "Where it lies: 'motor.speed', 'values[3]', '[0]'. Empty: the field of the output's name.", maxLength: 300, default: '' }),
    kind: field.choice(['number', 'boolean', 'text', 'bytes', 'vector', 'series', 'record', 'any'], { title: 'Kind', labels: ['Number', 'True or false', 'Text', 'Bytes', 'Vector', 'Waveform', 'Record', 'Any'], default: 'number' }),
    unit: field.unit({ description: 'States the unit; it does not convert. Empty: not stated.', default: '', when: { field: 'kind', is: ['number', 'vector', 'series'] } }),
  },
  { additionalProperties: false },
)
const Config = Type.Object(
  {
    fields: Type.Array(Field, { title: 'Fields', description: 'Each has an output of its own.', widget: 'table', minItems: 1, maxItems: 200, default: [] }),
    missing: field.choice(['bad', 'nothing'], { title: 'Where it is not there', labels: ['A missing value', 'Nothing'], description: 'A missing value has bad quality, so that what follows can see it.', default: 'bad' }),
    tag: Type.String({ title: 'Tag', description: '{tag} is the tag of the sample that came, {field} the name of the output.', minLength: 1, maxLength: 200, default: '{tag}.{field}' }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

const named = (name: string, { tag, field }: { readonly tag: string; readonly field: string }): string => (name === 'tag' ? tag : field)
const known = (name: string): boolean => name === 'tag' || name === 'field'
const pathOf = (f: Static<typeof Field>): readonly string[] | undefined => (f.path === '' ? [f.name] : parsePath(f.path))

const prepared = perConfig((config: Config) => {
  const template = parseTemplate(config.tag, known) as Template
  return {
    paths: config.fields.map((f) => pathOf(f) ?? []),
    tags: perTag((tag) => config.fields.map(({ name }) => fill(template, named, { tag, field: name })!), 1000),
  }
})

/** What was found, as the sample that leaves. */
function grade(found: Value, kind: Static<typeof Field>['kind'], tag: string, s: Sample): Sample {
  if (!hasKind(found, kind)) return make(tag, null, s.time, isBad(s.quality) ? s.quality : Quality.badTypeMismatch)
  return truthful(make(tag, found, s.time, s.quality))
}

const motor = [
  { name: 'speed', path: 'motor.speed', kind: 'number', unit: 'Hz' },
  { name: 'running', path: 'motor.run', kind: 'boolean', unit: '' },
] satisfies Config['fields']

export default defineNode({
  type: 'transform.field',
  version: 1,
  title: 'Pick fields',
  summary: 'Takes fields out of a record, or elements out of a vector, each to an output of its own.',
  help: `Each row is an output. **Path** names the place: fields with dots, elements with brackets from 0 (\`motor.speed\`, \`values[3]\`, \`[0]\` of a vector, \`["a.b"]\` for a name with a dot). Each result has the time and quality of the sample that came.

**Where nothing lies** there is a missing value, *BadNoData*, or nothing at all, as chosen; when a sample has none of the fields it is then counted as dropped. A field that is null is a missing value either way. A field of **another kind** than stated gives a missing value, *BadTypeMismatch*: a text is not read as a number here (use Parse).

**Bad and uncertain** quality goes to every output. A sample without a value (null) gives a missing value at every output, also where *nothing* is chosen. **NaN and infinities** are bad. **Late, duplicate and backward-time** samples are handled as they come: nothing is remembered.`,
  keywords: ['record', 'struct', 'object', 'JSON', 'property', 'member', 'element', 'index', 'extract', 'pluck', 'unpack', 'vector'],
  icon: 'list-tree',
  effects: 'none',
  config: Config,
  starter: { fields: [{ name: 'speed', path: '', kind: 'number', unit: '' }], missing: 'bad', tag: '{tag}.{field}' },
  inputs: { value: port.any({ title: 'Record or vector' }) },
  outputs: { '*': each('fields', 'name', { kind: fromItem('kind'), unit: fromItem('unit') }) },
  drops: { missing: 'It has none of the fields.' },
  receive(sample, _port, ctx) {
    const { fields, missing } = ctx.config
    const { paths, tags } = prepared(ctx.config)
    const s = truthful(sample)
    const names = tags(s.tag)
    let given = false
    for (let i = 0; i < fields.length; i++) {
      const { name, kind } = fields[i]!
      const found = s.value === null ? null : (readPath(s.value, paths[i]!) as Value | undefined)
      if (found === undefined && missing === 'nothing') continue
      given = true
      ctx.emit[name]!(grade(found ?? null, kind, names[i]!, s))
    }
    if (!given) ctx.drop('missing')
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const names = new Set<string>()
    for (const [i, f] of config.fields.entries()) {
      if (names.has(f.name)) faults.push({ field: `/fields/${i}/name`, reason: `There is an output '${f.name}' already.` })
      names.add(f.name)
      if (pathOf(f) === undefined) faults.push({ field: `/fields/${i}/path`, reason: `'${f.path}' is no path. Write 'motor.speed' or 'values[3]'.` })
    }
    const template = parseTemplate(config.tag, known)
    if (typeof template === 'string') faults.push({ field: '/tag', reason: `${template} There are {tag} and {field}.` })
    return faults
  },
  examples: [
    {
      title: 'Speed and state out of a record',
      config: { fields: motor, missing: 'bad', tag: '{tag}.{field}' },
      in: [{ at: 'value', tag: 'P-101', value: { motor: { speed: 48.5, run: true }, door: 'shut' }, time: 0 }],
      out: [
        { at: 'speed', tag: 'P-101.speed', value: 48.5, time: 0 },
        { at: 'running', tag: 'P-101.running', value: true, time: 0 },
      ],
    },
    {
      title: 'Bad, NaN, missing and wrong fields are never good',
      config: { fields: motor, missing: 'bad', tag: '{tag}.{field}' },
      in: [
        { at: 'value', value: { motor: { speed: 48.5, run: true } }, time: 0, quality: 'BadCommunicationError' },
        { at: 'value', value: { motor: { speed: { $number: 'NaN' } } }, time: 1000 },
        { at: 'value', value: { motor: { speed: '48', run: null } }, time: 2000, quality: 'Uncertain' },
        { at: 'value', value: null, time: 3000 },
      ],
      out: [
        { at: 'speed', tag: 'x.speed', value: 48.5, time: 0, quality: 'BadCommunicationError' },
        { at: 'running', tag: 'x.running', value: true, time: 0, quality: 'BadCommunicationError' },
        { at: 'speed', tag: 'x.speed', value: { $number: 'NaN' }, time: 1000, quality: 'BadOutOfRange' },
        { at: 'running', tag: 'x.running', value: null, time: 1000, quality: 'BadNoData' },
        { at: 'speed', tag: 'x.speed', value: null, time: 2000, quality: 'BadTypeMismatch' },
        { at: 'running', tag: 'x.running', value: null, time: 2000, quality: 'BadNoData' },
        { at: 'speed', tag: 'x.speed', value: null, time: 3000, quality: 'BadNoData' },
        { at: 'running', tag: 'x.running', value: null, time: 3000, quality: 'BadNoData' },
      ],
    },
    {
      title: 'Two elements of a vector, where they are there',
      config: { fields: [{ name: 'first', path: '[0]', kind: 'number', unit: 'mm/s' }, { name: 'fifth', path: '[4]', kind: 'number', unit: 'mm/s' }], missing: 'nothing', tag: '{field}' },
      in: [
        { at: 'value', value: [1.5, 2, 3, 4, 5.5], time: 0 },
        { at: 'value', value: [1.25, 2], time: 1000 },
        { at: 'value', value: [], time: 2000 },
      ],
      out: [
        { at: 'first', tag: 'first', value: 1.5, time: 0 },
        { at: 'fifth', tag: 'fifth', value: 5.5, time: 0 },
        { at: 'first', tag: 'first', value: 1.25, time: 1000 },
      ],
    },
  ],
})
