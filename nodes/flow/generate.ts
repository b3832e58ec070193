// A source without a device. All it gives follows from its settings and the gateway's clock: a replay gives the same.
import { parse } from 'csv-parse/sync'
import { Type, defineNode, field, fromConfig, reasonOf, sample as make, type Context, type Value } from '#kit'
import { nextState, normalOf, uniformOf } from '#math/random'
import { perConfig } from '#math/remember'

const Config = Type.Object(
  {
    shape: field.choice(['sine', 'square', 'triangle', 'ramp', 'noise', 'constant', 'csv'], {
      title: 'What it gives',
      labels: ['Sine', 'Square', 'Triangle', 'Ramp', 'Noise', 'One value', 'A recording (CSV)'],
      default: 'sine',
    }),
    tag: Type.String({ title: 'Tag', minLength: 1, maxLength: 200, default: 'test' }),
    unit: field.unit({ default: '' }),
    periodS: Type.Number({ title: 'Every', unit: 's', minimum: 0.001, maximum: 86_400, default: 1, when: { field: 'shape', is: ['sine', 'square', 'triangle', 'ramp', 'noise', 'constant'] } }),
    count: Type.Integer({ title: 'How many', description: '0: without end.', minimum: 0, default: 0, when: { field: 'shape', is: ['sine', 'square', 'triangle', 'ramp', 'noise', 'constant'] } }),
    low: Type.Number({ title: 'Lowest', default: 0, when: { field: 'shape', is: ['sine', 'square', 'triangle', 'ramp'] } }),
    high: Type.Number({ title: 'Highest', default: 1, when: { field: 'shape', is: ['sine', 'square', 'triangle', 'ramp'] } }),
    cycleS: Type.Number({ title: 'One cycle takes', unit: 's', minimum: 0.001, maximum: 31 * 86_400, default: 60, when: { field: 'shape', is: ['sine', 'square', 'triangle', 'ramp'] } }),
    mean: Type.Number({ title: 'Mean', default: 0, when: { field: 'shape', is: ['noise'] } }),
    deviation: Type.Number({ title: 'Noise', description: 'Standard deviation of normal noise that is added.', minimum: 0, default: 0, when: { field: 'shape', is: ['sine', 'square', 'triangle', 'ramp', 'noise'] } }),
    seed: Type.Integer({ title: 'Seed', description: 'The same seed gives the same noise.', default: 1, advanced: true, when: { field: 'shape', is: ['sine', 'square', 'triangle', 'ramp', 'noise'] } }),
    kind: field.choice(['number', 'boolean', 'text'], { title: 'Kind', labels: ['Number', 'True or false', 'Text'], default: 'number', when: { field: 'shape', is: ['constant'] } }),
    value: Type.String({ title: 'Value', description: 'A number, true or false, or a text.', maxLength: 10_000, default: '0', when: { field: 'shape', is: ['constant'] } }),
    csv: Type.String({ title: 'Recording', description: 'With a header. The columns time and value are needed, tag may be there. Time as ISO 8601, or as seconds.', widget: 'text', maxLength: 1_000_000, default: 'time,value\n0,1\n1,2\n', when: { field: 'shape', is: ['csv'] } }),
    speed: Type.Number({ title: 'Pace', description: '1: as recorded, 2: twice as fast.', minimum: 0.001, maximum: 10_000, default: 1, when: { field: 'shape', is: ['csv'] } }),
    repeat: Type.Boolean({ title: 'Again and again', default: true, when: { field: 'shape', is: ['csv'] } }),
  },
  { additionalProperties: false },
)
type Config = {
  readonly shape: 'sine' | 'square' | 'triangle' | 'ramp' | 'noise' | 'constant' | 'csv'
  readonly tag: string
  readonly periodS: number
  readonly count: number
  readonly low: number
  readonly high: number
  readonly cycleS: number
  readonly mean: number
  readonly deviation: number
  readonly seed: number
  readonly kind: 'number' | 'boolean' | 'text'
  readonly value: string
  readonly csv: string
  readonly speed: number
  readonly repeat: boolean
}
interface Memory {
  /** When it began, or when this round of the recording did; gateway's clock. */
  began: number
  /** Samples given; of a recording, in this round. */
  given: number
  random: number
}
type Ctx = Context<Config, Memory>

interface Row {
  /** ms after the first row. */
  readonly at: number
  readonly tag: string
  readonly value: number
}
type Recording = { readonly rows: readonly Row[]; readonly lengthMs: number } | { readonly fault: string }

/** Read once for each config; the rows are no part of the state. */
const recordingOf = perConfig(read)

function read({ csv, tag }: Pick<Config, 'csv' | 'tag'>): Recording {
  let records: Record<string, string>[]
  try {
    records = parse(csv, { columns: true, trim: true, skip_empty_lines: true, bom: true, delimiter: [',', ';', '\t'] })
  } catch (thrown) {
    return { fault: `This is not a table: ${reasonOf(thrown)}.` }
  }
  if (records.length === 0) return { fault: 'There are no rows below the header.' }
  const rows: Row[] = []
  let first = 0
  for (const [i, r] of records.entries()) {
    const { time, value } = r
    if (time === undefined || value === undefined) return { fault: "The header needs the columns 'time' and 'value'." }
    const at = /^-?[\d.]+$/.test(time) ? Number(time) * 1000 : Date.parse(time)
    if (!Number.isFinite(at)) return { fault: `Row ${i + 1}: '${time}' is not a time.` }
    if (value === '' || !Number.isFinite(Number(value))) return { fault: `Row ${i + 1}: '${value}' is not a number.` }
    if (i === 0) first = at
    if (at - first < (rows.at(-1)?.at ?? 0)) return { fault: `Row ${i + 1} is older than the one before.` }
    rows.push({ at: at - first, tag: r['tag'] || tag, value: Number(value) })
  }
  // The pause before it begins again: as long as the last one between two times.
  const last = rows.at(-1)!.at
  const before = rows.findLast((r) => r.at < last)?.at
  return { rows, lengthMs: last + (before === undefined ? 1000 : last - before) }
}

export default defineNode({
  type: 'flow.generate',
  version: 1,
  title: 'Generate',
  summary: 'Gives test signals: sine, ramp, noise, one value, or a recording at its own pace.',
  help: `For trying a flow without its devices. Samples come at whole steps from the moment the node begins; what was missed while the gateway was down is not made up. Noise comes from a seed, so that every run gives the same. **Inject** gives one sample at once.

A recording is a table with a header: *time* (ISO 8601, or seconds) and *value*, and *tag* where there are several. It is given with the time that it is **now**, at its own pace or faster.

All it gives is good. It takes nothing in: **bad, NaN, late, duplicate** and **backward-time** samples cannot come to it, and a recording whose times run backward is refused.

Source: normal noise by Box and Muller, Annals of Mathematical Statistics 29 (1958).`,
  keywords: ['inject', 'simulate', 'test', 'sine', 'ramp', 'noise', 'constant', 'signal', 'csv', 'replay', 'random', 'dummy', 'timer'],
  icon: 'audio-waveform',
  effects: 'none',
  config: Config,
  rates(config: Config) {
    if (config.shape !== 'csv') return { '*': { perS: 1 / config.periodS, tags: 1 } }
    const recording = recordingOf(config)
    if ('fault' in recording || recording.lengthMs === 0) return { '*': { perS: 0, tags: 1 } }
    return { '*': { perS: (recording.rows.length * 1000 * config.speed) / recording.lengthMs, tags: new Set(recording.rows.map((r) => r.tag)).size } }
  },
  inputs: {},
  outputs: {
    value: { kind: fromConfig('kind'), unit: fromConfig('unit'), title: 'Value' },
  },
  scope: 'node',
  state: (config): Memory => ({ began: 0, given: 0, random: config.seed | 0 }),
  start(ctx) {
    ctx.state.began = ctx.now
    due(ctx)
  },
  tick: due,
  acts: {
    inject: (ctx) => give(ctx, ctx.now),
  },
  // Its steps are counted from when it began: another period is another signal.
  carries: (from, to) => from.shape === to.shape && from.periodS === to.periodS && from.csv === to.csv && from.speed === to.speed && from.seed === to.seed,
  check(config) {
    const faults: { field: string; reason: string }[] = []
    if (config.shape === 'constant' && config.kind === 'number' && (config.value.trim() === '' || !Number.isFinite(Number(config.value)))) faults.push({ field: '/value', reason: `'${config.value}' is not a number.` })
    if (config.shape === 'constant' && config.kind === 'boolean' && !['true', 'false'].includes(config.value)) faults.push({ field: '/value', reason: "Write 'true' or 'false'." })
    if (config.shape !== 'constant' && config.kind !== 'number') faults.push({ field: '/kind', reason: 'Only one value can be of another kind than number.' })
    if (config.shape === 'csv') {
      const found = read(config)
      if ('fault' in found) faults.push({ field: '/csv', reason: found.fault })
    }
    return faults
  },
  examples: [
    {
      title: 'One value, three times',
      config: { shape: 'constant', value: '7', periodS: 2, count: 3, tag: 'x' },
      in: [],
      out: [
        { at: 'value', value: 7, time: 0 },
        { at: 'value', value: 7, time: 2000 },
        { at: 'value', value: 7, time: 4000 },
      ],
    },
    {
      title: 'A recording, once',
      config: { shape: 'csv', csv: 'time,tag,value\n0,x,1\n1,y,2.5\n4,x,3\n', repeat: false },
      in: [],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', tag: 'y', value: 2.5, time: 1000 },
        { at: 'value', value: 3, time: 4000 },
      ],
    },
  ],
  drains: (config) => (config.shape === 'csv' ? !config.repeat : config.count > 0),
})

/** Gives what is due, of several missed ones the last, and asks for the next. */
function due(ctx: Ctx): void {
  const { config, state: m, now } = ctx
  if (config.shape === 'csv') return recorded(ctx)
  const step = config.periodS * 1000
  const reached = Math.floor((now - m.began) / step + 1e-9)
  if (reached >= m.given && (config.count === 0 || m.given < config.count)) {
    if (config.count === 0) m.given = reached
    give(ctx, m.began + (config.count === 0 ? reached : m.given) * step)
    m.given++
  }
  if (config.count === 0 || m.given < config.count) ctx.wakeAt(m.began + m.given * step)
}

function recorded(ctx: Ctx): void {
  const { config, state: m, now } = ctx
  const found = recordingOf(config)
  if ('fault' in found) return ctx.fail(found.fault)
  const timeOf = (at: number): number => m.began + at / config.speed
  const round = found.lengthMs / config.speed
  if (config.repeat && now >= m.began + 2 * round) {
    // Whole rounds that were missed.
    m.began += Math.floor((now - m.began) / round) * round
    m.given = 0
  }
  for (;;) {
    const row = found.rows[m.given]
    if (row === undefined) {
      if (!config.repeat) return
      m.began += round
      m.given = 0
    } else if (timeOf(row.at) > now) return ctx.wakeAt(timeOf(row.at))
    else {
      ctx.emit['value']!(make(row.tag, row.value, timeOf(row.at)))
      m.given++
    }
  }
}

function give(ctx: Ctx, time: number): void {
  ctx.emit['value']!(make(ctx.config.tag, valueAt(ctx, time), time))
}

function valueAt({ config, state: m }: Ctx, time: number): Value {
  const { shape, low, high } = config
  if (shape === 'constant') return config.kind === 'number' ? Number(config.value) : config.kind === 'boolean' ? config.value === 'true' : config.value
  let noise = 0
  if (config.deviation > 0) {
    const draw = (): number => uniformOf((m.random = nextState(m.random)))
    noise = config.deviation * normalOf(draw(), draw())
  }
  const phase = (((time - m.began) / (config.cycleS * 1000)) % 1 + 1) % 1
  const span = high - low
  switch (shape) {
    case 'sine': return low + span * (0.5 + 0.5 * Math.sin(2 * Math.PI * phase)) + noise
    case 'square': return (phase < 0.5 ? high : low) + noise
    case 'triangle': return low + span * (phase < 0.5 ? 2 * phase : 2 - 2 * phase) + noise
    case 'ramp': return low + span * phase + noise
    default: return config.mean + noise
  }
}
