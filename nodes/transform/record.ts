// The latest sample of each input is the state, in the order of the fields. Time that counts is the samples' own: a
// source that is silent stays silent here too, unless another input brings a record about.
import { Quality, Type, defineNode, each, field, fromItem, isBad, port, repeats, sample as make, truthful, worse, type Context, type ResolvedPort, type Sample, type Static, type Value } from '#kit'
import { perConfig } from '#math/remember'

const Field = Type.Object(
  {
    name: Type.String({ title: 'Field', description: 'The name of the field, and of its input.', minLength: 1, maxLength: 64, pattern: '^[A-Za-z][A-Za-z0-9_-]*$' }),
    kind: field.choice(['number', 'boolean', 'text', 'vector', 'series', 'record', 'any'], { title: 'Kind', labels: ['Number', 'True or false', 'Text', 'Vector', 'Waveform', 'Record', 'Any'], default: 'number' }),
    unit: field.unit({ description: 'Wires into this input must have it. Empty: not stated.', default: '', when: { field: 'kind', is: ['number', 'vector', 'series'] } }),
  },
  { additionalProperties: false },
)
const Config = Type.Object(
  {
    fields: Type.Array(Field, { title: 'Fields', description: 'Each is an input, and a field of the record.', widget: 'table', minItems: 1, maxItems: 200, default: [] }),
    emit: field.choice(['change', 'field', 'fresh'], { title: 'Give a record', labels: ['On every input', 'On one input', 'When all are new'], default: 'change' }),
    trigger: Type.String({ title: 'On this field', description: 'Only what comes here brings a record about.', maxLength: 64, default: '', when: { field: 'emit', is: ['field'] } }),
    staleAfterS: Type.Number({ title: 'Stale after', description: 'A field is missing when its reading is this much older than the newest one. 0: never.', unit: 's', minimum: 0, maximum: 31_536_000, default: 0 }),
    tag: Type.String({ title: 'Tag', description: 'Of the record. {tag} stands for the tag of the sample that brought it about.', minLength: 1, maxLength: 200, default: 'record' }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>
type FieldConfig = Static<typeof Field>
/** Both in the order of the fields. */
interface Memory {
  readonly latest: (Sample | null)[]
  /** Came since the last record. */
  readonly fresh: boolean[]
}
type Ctx = Context<Config, Memory>

function build(ctx: Ctx, tag: string): Sample {
  const { fields, staleAfterS } = ctx.config
  const { latest } = ctx.state
  let time = Number.NEGATIVE_INFINITY
  for (const s of latest) if (s !== null && s.time > time) time = s.time
  const limit = staleAfterS > 0 ? staleAfterS * 1000 : Number.POSITIVE_INFINITY
  const record: Record<string, Value> = {}
  let quality: number = Quality.good
  for (let i = 0; i < fields.length; i++) {
    const s = latest[i]!
    const found = s === null ? Quality.badNoData : time - s.time > limit ? Quality.badTimeout : s.quality
    // What is bad is missing in the record: the record has one quality, and only so can one see which field it is.
    record[fields[i]!.name] = isBad(found) ? null : s!.value
    quality = worse(quality, found)
  }
  return make(ctx.config.tag === '{tag}' ? tag : ctx.config.tag.replaceAll('{tag}', () => tag), record, time, quality)
}

/** Places of the fields by name. */
const places = perConfig((config: Config) => new Map(config.fields.map((f, i) => [f.name, i])))

const typeOf = ({ kind, unit }: FieldConfig): ResolvedPort => ({ kind, ...(unit !== '' && (kind === 'number' || kind === 'vector' || kind === 'series') ? { unit } : {}) })

const pump: Config = {
  fields: [{ name: 'speed', kind: 'number', unit: 'Hz' }, { name: 'running', kind: 'boolean', unit: '' }],
  emit: 'change', trigger: '', staleAfterS: 0, tag: 'P-101',
}

export default defineNode({
  type: 'transform.record',
  version: 1,
  title: 'Build record',
  summary: 'Puts the latest value of several inputs into one record.',
  help: `Each row is an input and a field. The record has the latest value of each, the **newest time** of them, and the **worst quality**.

**A record leaves** on every input, only on what comes at one chosen input, or when every input has brought something new since the last record. What brings no record about is kept for the next one.

**Missing fields:** an input that has brought nothing yet is null and *BadNoData*; one whose reading is older than the newest by more than *Stale after* is null and *BadTimeout*. **Bad readings, NaN and infinities** are null, too, and their bad quality is that of the record: so a record never shows a value that is none, and one sees which field it is. **Uncertain** values stand in an uncertain record. Into vectors and waveforms it does not look.

**Duplicates** (the same time, value and quality again at an input) and **late or backward-time** samples (older than the one in use at that input) are left out, so that the time of the records never runs backward. Samples of several tags may come to one input: the newest counts.`,
  keywords: ['join', 'merge', 'combine', 'struct', 'object', 'collect', 'bundle', 'zip', 'snapshot', 'row'],
  icon: 'rows-3',
  effects: 'none',
  config: Config,
  starter: pump,
  scope: 'node',
  inputs: { '*': each('fields', 'name', { kind: fromItem('kind'), unit: fromItem('unit') }) },
  outputs: { value: port.record({ title: 'Record' }) },
  drops: { duplicate: 'The same sample again.', late: 'It is older than the one in use.' },
  state: (config: Config): Memory => ({ latest: config.fields.map(() => null), fresh: config.fields.map(() => false) }),
  carries: (from, to) => from.fields.length === to.fields.length && from.fields.every((f, i) => f.name === to.fields[i]!.name && f.kind === to.fields[i]!.kind && f.unit === to.fields[i]!.unit),
  receive(sample, at, ctx) {
    const { config, state } = ctx
    const index = places(config).get(at)!
    const s = truthful(sample)
    const before = state.latest[index] ?? null
    if (before !== null && s.time < before.time) {
      ctx.drop('late')
      return
    }
    if (repeats(s, before)) {
      ctx.drop('duplicate')
      return
    }
    state.latest[index] = s
    state.fresh[index] = true
    if (config.emit === 'change' || (config.emit === 'field' ? config.trigger === at : state.fresh.every(Boolean))) {
      state.fresh.fill(false)
      ctx.emit['value']!(build(ctx, s.tag))
    } else ctx.hold()
  },
  ports(config) {
    return { outputs: { value: { kind: 'record', title: 'Record', fields: Object.fromEntries(config.fields.map((f) => [f.name, typeOf(f)])) } } }
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const names = new Set<string>()
    for (const [i, { name }] of config.fields.entries()) {
      if (names.has(name)) faults.push({ field: `/fields/${i}/name`, reason: `There is a field '${name}' already.` })
      names.add(name)
    }
    if (config.emit === 'field' && !names.has(config.trigger)) faults.push({ field: '/trigger', reason: `There is no field '${config.trigger}'. Choose one of: ${[...names].join(', ')}.` })
    return faults
  },
  examples: [
    {
      title: 'Speed and state of a pump, on every input',
      config: pump,
      in: [
        { at: 'speed', tag: 'P-101.speed', value: 48.5, time: 0 },
        { at: 'running', tag: 'P-101.run', value: true, time: 1000 },
        { at: 'speed', tag: 'P-101.speed', value: 0, time: 2000, quality: 'UncertainLastUsableValue' },
      ],
      out: [
        { at: 'value', tag: 'P-101', value: { speed: 48.5, running: null }, time: 0, quality: 'BadNoData' },
        { at: 'value', tag: 'P-101', value: { speed: 48.5, running: true }, time: 1000 },
        { at: 'value', tag: 'P-101', value: { speed: 0, running: true }, time: 2000, quality: 'UncertainLastUsableValue' },
      ],
    },
    {
      title: 'One record for each count of a scale, with the batch that runs',
      config: { ...pump, fields: [{ name: 'kg', kind: 'number', unit: 'kg' }, { name: 'batch', kind: 'text', unit: '' }], emit: 'field', trigger: 'kg', tag: '{tag}.record' },
      in: [
        { at: 'batch', tag: 'L1.batch', value: 'A-17', time: 0 },
        { at: 'kg', tag: 'L1.kg', value: 25.02, time: 1000 },
        { at: 'batch', tag: 'L1.batch', value: 'A-18', time: 2000 },
        { at: 'kg', tag: 'L1.kg', value: 24.97, time: 3000 },
      ],
      out: [
        { at: 'value', tag: 'L1.kg.record', value: { kg: 25.02, batch: 'A-17' }, time: 1000 },
        { at: 'value', tag: 'L1.kg.record', value: { kg: 24.97, batch: 'A-18' }, time: 3000 },
      ],
    },
    {
      title: 'When both are new; one that is too old is missing',
      config: { ...pump, emit: 'fresh', staleAfterS: 5 },
      in: [
        { at: 'speed', value: 10, time: 0 },
        { at: 'speed', value: 11, time: 1000 },
        { at: 'running', value: true, time: 2000 },
        { at: 'running', value: false, time: 3000 },
        { at: 'speed', value: 12, time: 9000 },
      ],
      out: [
        { at: 'value', tag: 'P-101', value: { speed: 11, running: true }, time: 2000 },
        { at: 'value', tag: 'P-101', value: { speed: 12, running: null }, time: 9000, quality: 'BadTimeout' },
      ],
    },
    {
      title: 'Bad, NaN, late and repeated readings',
      config: { ...pump, fields: [{ name: 'speed', kind: 'number', unit: 'Hz' }] },
      in: [
        { at: 'speed', value: 10, time: 5000 },
        { at: 'speed', value: 10, time: 5000 },
        { at: 'speed', value: 9, time: 4000 },
        { at: 'speed', value: 10, time: 6000, quality: 'BadSensorFailure' },
        { at: 'speed', value: { $number: 'NaN' }, time: 7000 },
      ],
      out: [
        { at: 'value', tag: 'P-101', value: { speed: 10 }, time: 5000 },
        { at: 'value', tag: 'P-101', value: { speed: null }, time: 6000, quality: 'BadSensorFailure' },
        { at: 'value', tag: 'P-101', value: { speed: null }, time: 7000, quality: 'BadOutOfRange' },
      ],
    },
  ],
})
