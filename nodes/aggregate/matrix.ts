// What a model that looks at a stretch of time takes: the last rows of several signals as one vector. A row is made of
// what has one and the same time; put an Align node in front of signals that are not read together.
import { Quality, Type, assetOf, defineNode, each, field, fromItem, isBad, isFiniteValue, port, sample as make, truthful, worse, type Context, type ResolvedPorts, type Sample } from '#kit'
import { insertByTime, justAfter } from '#math/by-time'

const Config = Type.Object(
  {
    inputs: Type.Array(
      Type.Object(
        {
          name: Type.String({ title: 'Name', pattern: '^[A-Za-z][A-Za-z0-9_-]*$', maxLength: 64, default: 'a' }),
          unit: field.unit({ default: '' }),
        },
        { additionalProperties: false },
      ),
      { title: 'Inputs', description: 'Numbers, each a column of the matrix.', maxItems: 64, widget: 'table', default: [{ name: 'a', unit: '' }] },
    ),
    width: Type.Integer({ title: 'Width of the vector input', description: 'Its elements are further columns. 0: no vector input.', minimum: 0, maximum: 4096, default: 0 }),
    rows: Type.Integer({ title: 'Rows', description: 'How many readings back the matrix reaches.', minimum: 1, maximum: 4096, default: 16 }),
    hop: Type.Integer({ title: 'Every', description: 'A result comes after every so many rows.', minimum: 1, maximum: 4096, default: 1 }),
    order: field.choice(['rows', 'columns'], { title: 'Order', labels: ['Row after row', 'Column after column'], default: 'rows', description: 'Row after row: all columns of the oldest time first, as [time, feature] has it.' }),
    padding: field.choice(['wait', 'repeat', 'zero'], { title: 'While it fills', labels: ['Give nothing', 'Repeat the first row', 'Zeros'], default: 'wait', description: 'What stands for rows that are not there yet. Made up rows make the result uncertain.' }),
    onBad: field.choice(['bad', 'last', 'restart'], { title: 'A bad row', labels: ['Makes results bad', 'Is the row before it', 'Begins anew'], default: 'bad', description: 'As long as it is in the matrix. The row before it in its place makes results uncertain.' }),
    maxGapS: Type.Number({ title: 'Longest gap', description: 'After a longer gap between two rows the matrix begins anew. 0: no limit.', unit: 's', minimum: 0, maximum: 31 * 86_400, default: 0 }),
    waitS: Type.Number({ title: 'Wait for the rest of a row', description: 'A row that is not complete after this much source time is a bad one.', unit: 's', minimum: 0, maximum: 3600, default: 5, advanced: true }),
    join: field.choice(['all', 'asset'], { title: 'Belong together', labels: ['All tags', 'Tags of one asset'], default: 'all', advanced: true, description: "Of one asset: the tag's text before its last dot or slash is the same, and each asset has a matrix of its own." }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly inputs: readonly { readonly name: string; readonly unit: string }[]
  readonly width: number
  readonly rows: number
  readonly hop: number
  readonly order: 'rows' | 'columns'
  readonly padding: 'wait' | 'repeat' | 'zero'
  readonly onBad: 'bad' | 'last' | 'restart'
  readonly maxGapS: number
  readonly waitS: number
  readonly join: 'all' | 'asset'
}

interface Waiting {
  readonly time: number
  readonly values: Float64Array
  /** Inputs that came, by their index; the vector is one more. */
  readonly came: boolean[]
  missing: number
  quality: number
  /** Of the result: the asset, else that of the first column that came. */
  tag: string
  column: number
}
interface Memory {
  waiting: Waiting[]
  /** A ring of rows; `next` is where the next one goes. */
  readonly cells: Float64Array
  readonly qualities: Float64Array
  next: number
  filled: number
  since: number
  /** Time of the newest row. */
  newest: number
}
type Ctx = Context<Config, Memory>

/** Elements that one result may have. */
const LARGEST = 1 << 20
/** Rows that may be incomplete at once; then the oldest is taken as it is. */
const MAX_WAITING = 64
const columnsOf = (config: Config): number => config.inputs.length + config.width

function restart(m: Memory): void {
  m.next = 0
  m.filled = 0
  m.since = 0
}

/** Puts a row into the ring. */
function push(ctx: Ctx, w: Waiting): void {
  const { config, state: m } = ctx
  const columns = columnsOf(config)
  const gap = config.maxGapS > 0 && w.time - m.newest > config.maxGapS * 1000
  if (gap) restart(m)
  m.newest = w.time
  if (isBad(w.quality)) {
    if (config.onBad === 'restart') {
      restart(m)
      ctx.emit['value']!(make(w.tag, null, w.time, w.quality))
      return
    }
    if (config.onBad === 'last' && m.filled > 0) {
      const before = (m.next + config.rows - 1) % config.rows
      w.values.set(m.cells.subarray(before * columns, (before + 1) * columns))
      w.quality = worse(m.qualities[before]!, Quality.uncertainLastUsable)
    }
  }
  m.cells.set(w.values, m.next * columns)
  m.qualities[m.next] = w.quality
  m.next = (m.next + 1) % config.rows
  if (m.filled < config.rows) m.filled++
  m.since++
  if (m.filled < config.rows && config.padding === 'wait') {
    // Nothing yet is no "normal": what is bad shows at once.
    if (isBad(w.quality)) ctx.emit['value']!(make(w.tag, null, w.time, w.quality))
    return
  }
  if (m.since < config.hop) return
  m.since = 0
  give(ctx, w.time, w.tag)
}

function give(ctx: Ctx, time: number, tag: string): void {
  const { config, state: m } = ctx
  const columns = columnsOf(config)
  const { rows } = config
  let quality: number = m.filled < rows ? Quality.uncertainSubNormal : Quality.good
  const oldest = (m.next + rows - m.filled) % rows
  const missing = rows - m.filled
  for (let i = 0; i < m.filled; i++) quality = worse(quality, m.qualities[(oldest + i) % rows]!)
  if (isBad(quality)) {
    ctx.emit['value']!(make(tag, null, time, quality))
    return
  }
  const out = new Float64Array(rows * columns)
  for (let r = 0; r < rows; r++) {
    if (r < missing && config.padding === 'zero') continue
    const from = ((oldest + Math.max(0, r - missing)) % rows) * columns
    if (config.order === 'rows') out.set(m.cells.subarray(from, from + columns), r * columns)
    else for (let c = 0; c < columns; c++) out[c * rows + r] = m.cells[from + c]!
  }
  ctx.emit['value']!(make(tag, out, time, quality))
}

/** Complete rows in front go in; so does an incomplete one whose wait is over, as a bad row. */
function advance(ctx: Ctx): void {
  const { config, state: m } = ctx
  const wait = config.waitS * 1000
  for (let w = m.waiting[0]; w !== undefined; w = m.waiting[0]) {
    if (w.missing > 0 && m.waiting.length <= MAX_WAITING && justAfter(w.time + wait) > ctx.watermark) break
    m.waiting.shift()
    if (w.missing > 0) w.quality = worse(w.quality, Quality.badNoData)
    push(ctx, w)
  }
  ctx.wakeAtWatermark(m.waiting[0] === undefined ? Number.POSITIVE_INFINITY : justAfter(m.waiting[0].time + wait))
}

/** Puts a sample into its row; the quality that it adds. */
function place(config: Config, w: Waiting, s: Sample, column: number): number {
  if (column < config.inputs.length) {
    w.values[column] = typeof s.value === 'number' ? s.value : 0
    return typeof s.value === 'number' || isBad(s.quality) ? s.quality : Quality.badTypeMismatch
  }
  if (!(s.value instanceof Float64Array)) return isBad(s.quality) ? s.quality : Quality.badTypeMismatch
  if (s.value.length !== config.width) return Quality.badTypeMismatch
  w.values.set(s.value, column)
  return isBad(s.quality) || isFiniteValue(s.value) ? s.quality : Quality.badOutOfRange
}

export default defineNode({
  type: 'aggregate.matrix',
  version: 1,
  title: 'Matrix window',
  summary: 'Gives the last readings of several signals as one vector, as models of time series take it.',
  help: `The newest *rows* readings of all columns, oldest first, as one vector of *rows × columns* elements: row after row ([time, feature]) or column after column ([feature, time]). Its length comes from the settings, so that the wire to a model's input is checked before it runs. With *every* 1 each row gives a result, with *every* = *rows* no reading is in two results.

A **row** is made of the readings of **one and the same time**, one of each input. A row goes in once it is complete and no older one waits. What is incomplete when source time has passed it by the wait is a bad row: a signal that is missing shows. For signals that are not read together, make rows with an Align node in front: its vector is the vector input here. The result has the time of its newest row; its tag is that of the first column, or the asset where tags of one asset belong together.

**Bad readings, NaN, infinities** and vectors of another length make a bad row. By choice it makes results bad, without a value, for as long as it is inside; or the row before it stands in its place and results are *UncertainLastUsableValue*; or the matrix begins anew. While the matrix fills, a bad row gives a bad result at once. **Uncertain** readings make results uncertain, and so do rows that padding made up.

**Late and backward-time** readings, not newer than the newest row, are dropped. **Duplicates**, a second reading of one input for a row that still waits, are dropped; the first counts.`,
  keywords: ['sliding window', 'lookback', 'sequence', 'tensor', 'LSTM', 'time series', 'autoencoder', 'features', 'stack', 'buffer', 'history', 'lag'],
  icon: 'grid-3x3',
  effects: 'none',
  config: Config,
  inputs: {
    '*': each('inputs', 'name', port.number({ unit: fromItem('unit'), optional: true })),
    vector: port.vector({ length: { config: 'width' }, optional: true, title: 'Vector', help: 'Further columns, as a vector.' }),
  },
  outputs: { value: port.vector({ title: 'Matrix', help: 'Rows times columns elements.' }) },
  drops: { late: 'Not newer than the newest row.', duplicate: 'Its row has a reading of this input.', unused: 'The vector input has no width.' },
  state: (config): Memory => ({ waiting: [], cells: new Float64Array(config.rows * columnsOf(config)), qualities: new Float64Array(config.rows), next: 0, filled: 0, since: 0, newest: Number.NEGATIVE_INFINITY }),
  key: (config) => (config.join === 'asset' ? (s) => assetOf(s.tag) : () => ''),
  carries: (from, to) => from.rows === to.rows && from.width === to.width && from.join === to.join && from.inputs.length === to.inputs.length && from.inputs.every((i, n) => i.name === to.inputs[n]!.name && i.unit === to.inputs[n]!.unit),
  receive(sample, at, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    const named = config.inputs.findIndex((i) => i.name === at)
    const column = named >= 0 ? named : config.inputs.length
    if (named < 0 && config.width === 0) return ctx.drop('unused')
    if (s.time <= m.newest) return ctx.drop('late')
    let w = m.waiting.findLast((row) => row.time === s.time)
    if (w === undefined) {
      const count = config.inputs.length + (config.width > 0 ? 1 : 0)
      w = { time: s.time, values: new Float64Array(columnsOf(config)), came: Array.from({ length: count }, () => false), missing: count, quality: Quality.good, tag: ctx.tag, column: count }
      insertByTime(m.waiting, w)
    } else if (w.came[column]) return ctx.drop('duplicate')
    if (ctx.tag === '' && column < w.column) {
      w.tag = s.tag
      w.column = column
    }
    w.came[column] = true
    w.missing--
    w.quality = worse(w.quality, place(config, w, s, column))
    ctx.hold()
    advance(ctx)
  },
  complete({ waitS }) {
    const wait = waitS * 1000
    return (watermark) => watermark - wait
  },
  tick: advance,
  ports(config): { outputs: ResolvedPorts } {
    const columns = [...config.inputs.map((i) => i.name), ...Array.from({ length: config.width }, (_, i) => `vector ${i + 1}`)]
    const length = columns.length * config.rows
    // Labels for a model of ten thousand inputs would only be in the way.
    const named = length <= 1024
    const back = (r: number): string => (r === config.rows - 1 ? '' : ` −${config.rows - 1 - r}`)
    const rows = Array.from({ length: config.rows }, (_, r) => r)
    const labels = !named ? [] : config.order === 'rows' ? rows.flatMap((r) => columns.map((c) => c + back(r))) : columns.flatMap((c) => rows.map((r) => c + back(r)))
    const units = new Set([...config.inputs.map((i) => i.unit), ...(config.width > 0 ? [''] : [])])
    const unit = units.size === 1 ? [...units][0]! : ''
    return { outputs: { value: { kind: 'vector', length, ...(named ? { labels } : {}), ...(unit === '' ? {} : { unit }), title: 'Matrix', help: 'Rows times columns elements.' } } }
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    if (columnsOf(config) === 0) faults.push({ field: '/inputs', reason: 'Name an input, or give the vector input a width.' })
    if (columnsOf(config) * config.rows > LARGEST) faults.push({ field: '/rows', reason: `${config.rows} rows of ${columnsOf(config)} are more than ${LARGEST} elements.` })
    for (const [i, { name }] of config.inputs.entries()) {
      if (name === 'vector') faults.push({ field: `/inputs/${i}/name`, reason: "'vector' is the vector input." })
      else if (config.inputs.findIndex((other) => other.name === name) < i) faults.push({ field: `/inputs/${i}/name`, reason: `There is another input '${name}'.` })
    }
    return faults
  },
  examples: [
    {
      title: 'Two signals, two rows',
      config: { inputs: [{ name: 'flow', unit: 'm3/h' }, { name: 'pressure', unit: 'bar' }], rows: 2 },
      in: [
        { at: 'flow', value: 1, time: 0 },
        { at: 'pressure', value: 10, time: 0 },
        { at: 'pressure', value: 20, time: 1000 },
        { at: 'flow', value: 2, time: 1000 },
        { at: 'flow', value: 3, time: 2000 },
        { at: 'pressure', value: 30, time: 2000 },
        { at: 'flow', value: 9, time: 500 },
      ],
      out: [
        { at: 'value', value: [1, 10, 2, 20], time: 1000 },
        { at: 'value', value: [2, 20, 3, 30], time: 2000 },
      ],
    },
    {
      title: 'Vectors, column after column, padded while it fills',
      config: { inputs: [], width: 2, rows: 3, order: 'columns', padding: 'repeat', maxGapS: 10, waitS: 0 },
      in: [
        { at: 'vector', value: [1, 10], time: 0 },
        { at: 'vector', value: [2, 20], time: 1000 },
        { at: 'vector', value: [3, 30], time: 2000 },
        { at: 'vector', value: [4, 40], time: 60_000 },
      ],
      out: [
        { at: 'value', value: [1, 1, 1, 10, 10, 10], time: 0, quality: 'UncertainSubNormal' },
        { at: 'value', value: [1, 1, 2, 10, 10, 20], time: 1000, quality: 'UncertainSubNormal' },
        { at: 'value', value: [1, 2, 3, 10, 20, 30], time: 2000 },
        { at: 'value', value: [4, 4, 4, 40, 40, 40], time: 60000, quality: 'UncertainSubNormal' },
      ],
    },
    {
      title: 'A bad reading makes results bad while it is inside; NaN is one',
      config: { inputs: [{ name: 'a', unit: '' }], rows: 2 },
      in: [
        { at: 'a', value: 1, time: 0 },
        { at: 'a', value: { $number: 'NaN' }, time: 1000 },
        { at: 'a', value: 3, time: 2000 },
        { at: 'a', value: 4, time: 3000 },
      ],
      out: [
        { at: 'value', value: null, time: 1000, quality: 'BadOutOfRange' },
        { at: 'value', value: null, time: 2000, quality: 'BadOutOfRange' },
        { at: 'value', value: [3, 4], time: 3000 },
      ],
    },
    {
      title: 'The row before it in the place of a bad one; a signal that is missing is bad',
      config: { inputs: [{ name: 'a', unit: '' }, { name: 'b', unit: '' }], rows: 2, onBad: 'last', waitS: 1 },
      in: [
        { at: 'a', value: 1, time: 0 },
        { at: 'b', value: 2, time: 0 },
        { at: 'a', value: 3, time: 1000 },
        { at: 'a', value: 5, time: 5000 },
        { at: 'b', value: 6, time: 5000, quality: 'Bad' },
      ],
      out: [
        { at: 'value', value: [1, 2, 1, 2], time: 1000, quality: 'UncertainLastUsableValue' },
        { at: 'value', value: [1, 2, 1, 2], time: 5000, quality: 'UncertainLastUsableValue' },
      ],
    },
  ],
})
