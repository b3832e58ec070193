// Readings on a common scale, as models and comparisons want them: numbers, and vectors element by element. By given
// parameters, by those learned from the readings, or by those a model was trained with, which the compiler puts in.
// Longer than 300 lines: a third of it is examples.
import { Quality, Type, defineNode, field, isBad, isGood, port, repeats, same, sample as make, truthful, worse, type Context, type ModelPort, type Resources, type Sample, type Static, type Value } from '#kit'
import { addTo, deviationOf, newRunning, type Running } from '#math/running'
import { insertInto, medianOf, newSorted, quantileOf, removeFrom, type Sorted } from '#math/sorted'

const Config = Type.Object(
  {
    method: field.choice(['minmax', 'zscore', 'robust'], {
      title: 'To',
      labels: ['A range', 'Standard deviations', 'Interquartile ranges'],
      description: 'Lowest to highest onto a range; distance from the mean in standard deviations (z-score); distance from the median in interquartile ranges, which outliers do not move.',
      default: 'zscore',
    }),
    from: field.choice(['given', 'first', 'window', 'exponential', 'model'], {
      title: 'Measured by',
      labels: ['Given numbers', 'The first readings, then fixed', 'The last readings', 'All readings, older ones less', 'What a model was trained with'],
      default: 'given',
    }),
    ranges: Type.Array(
      Type.Object({ low: Type.Number({ title: 'Lowest', default: 0 }), high: Type.Number({ title: 'Highest', default: 100 }) }, { additionalProperties: false }),
      { title: 'Range', description: 'Given numbers. One row for all elements of a vector, or one for each.', widget: 'table', maxItems: 4096, default: [{ low: 0, high: 100 }], when: { field: 'method', is: ['minmax'] } },
    ),
    spreads: Type.Array(
      Type.Object({ centre: Type.Number({ title: 'Centre', default: 0 }), spread: Type.Number({ title: 'Spread', default: 1 }) }, { additionalProperties: false }),
      { title: 'Centre and spread', description: 'Given numbers: mean and standard deviation, or median and interquartile range. One row for all elements of a vector, or one for each.', widget: 'table', maxItems: 4096, default: [{ centre: 0, spread: 1 }], when: { field: 'method', is: ['zscore', 'robust'] } },
    ),
    readings: Type.Integer({ title: 'Readings', description: 'The first or the last so many. Of an exponential: weighs as much as an average of so many.', minimum: 2, maximum: 10_000, default: 100, when: { field: 'from', is: ['first', 'window', 'exponential'] } }),
    minReadings: Type.Integer({ title: 'Readings needed', description: 'Before the first result.', minimum: 2, maximum: 10_000, default: 10, when: { field: 'from', is: ['window', 'exponential'] } }),
    model: Type.String({ title: 'Model', description: 'Its card must give mean and deviation, or lowest and highest, of its input.', widget: 'model', default: '', when: { field: 'from', is: ['model'] } }),
    input: Type.String({ title: 'Input of the model', description: 'Empty: its first.', maxLength: 200, default: '', when: { field: 'from', is: ['model'] } }),
    outLow: Type.Number({ title: 'Lowest becomes', default: 0, when: { field: 'method', is: ['minmax'] } }),
    outHigh: Type.Number({ title: 'Highest becomes', default: 1, when: { field: 'method', is: ['minmax'] } }),
    clamp: Type.Boolean({ title: 'Keep inside', description: 'Results beyond the range are set to its end and become uncertain.', default: false, when: { field: 'method', is: ['minmax'] } }),
    flat: field.choice(['bad', 'centre'], { title: 'When nothing varies', labels: ['Bad', 'The centre, as uncertain'], description: 'All readings so far were equal: there is no spread to measure by.', default: 'bad', advanced: true, when: { field: 'from', is: ['first', 'window', 'exponential', 'model'] } }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

/** Numbers that the readings of one tag may take: elements times readings. */
const MOST_NUMBERS = 1_000_000

interface Memory {
  /** Elements; 0 before the first reading. */
  length: number
  /** Good readings that were learned from. */
  learned: number
  /** Of each element: lowest and highest, or centre and spread. */
  a: Float64Array
  b: Float64Array
  /** By method and source, else empty: statistics of each element; its readings in order; the last readings as they came. */
  running: Running[]
  sorted: Sorted[]
  ring: Float64Array
  /** The reading before, to know a repeated one. */
  last: Sample | null
}
type Ctx = Context<Config, Memory>
type Numbers = number | Float64Array

const usual: Config = { method: 'zscore', from: 'given', ranges: [{ low: 0, high: 100 }], spreads: [{ centre: 0, spread: 1 }], readings: 100, minReadings: 10, model: '', input: '', outLow: 0, outHigh: 1, clamp: false, flat: 'bad' }

const elements = (v: Numbers): number => (typeof v === 'number' ? 1 : v.length)
const element = (v: Numbers, i: number): number => (typeof v === 'number' ? v : v[i]!)

/** A number or a vector with something in it, all of it finite. */
function isNumbers(v: Value): v is Numbers {
  return typeof v === 'number' ? Number.isFinite(v) : v instanceof Float64Array && v.length > 0 && v.every(Number.isFinite)
}

const learns = ({ from }: Config): boolean => from === 'first' || from === 'window' || from === 'exponential'
const needed = (config: Config): number => (config.from === 'first' ? config.readings : config.from === 'window' ? Math.min(config.minReadings, config.readings) : config.minReadings)

function restart(config: Config, m: Memory, length: number): void {
  const { method, from, readings } = config
  m.length = length
  m.learned = 0
  m.a = new Float64Array(length)
  m.b = new Float64Array(length)
  const inOrder = method === 'robust' || (from === 'window' && method === 'minmax')
  m.sorted = inOrder ? Array.from({ length }, () => newSorted(Math.min(readings, 16))) : []
  m.running = from === 'first' && !inOrder ? Array.from({ length }, newRunning) : []
  m.ring = new Float64Array(from === 'window' ? length * readings : 0)
}

/** Takes a good reading into the statistics, and says what they are now. */
function learn(config: Config, m: Memory, v: Numbers): void {
  const { method, from, readings } = config
  if (from === 'first' && m.learned === readings) return
  const at = (m.learned % readings) * m.length
  const full = m.learned >= readings
  m.learned++
  for (let i = 0; i < m.length; i++) {
    const x = element(v, i)
    if (from === 'exponential') {
      // D. H. D. West, Comm. ACM 22 (1979), 532, with the weights of an average until it is `readings` long.
      const share = Math.max(1 / m.learned, 2 / (readings + 1))
      const miss = x - m.a[i]!
      const variance = (1 - share) * (m.b[i]! * m.b[i]! + share * miss * miss)
      // What is too large for a number would stay so: it begins with the reading.
      const sound = Number.isFinite(variance)
      m.a[i] = sound ? m.a[i]! + share * miss : x
      m.b[i] = sound ? Math.sqrt(variance) : 0
      continue
    }
    const sorted = m.sorted[i]
    if (from === 'window') {
      if (full && sorted) removeFrom(sorted, m.ring[at + i]!)
      m.ring[at + i] = x
    }
    if (sorted) {
      insertInto(sorted, x)
      m.a[i] = method === 'robust' ? medianOf(sorted) : quantileOf(sorted, 0)
      m.b[i] = method === 'robust' ? quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25) : quantileOf(sorted, 1)
    } else if (from === 'first') {
      const r = m.running[i]!
      addTo(r, x)
      m.a[i] = method === 'minmax' ? r.min : r.mean
      m.b[i] = method === 'minmax' ? r.max : deviationOf(r)
    } else ofWindow(m, i, Math.min(m.learned, readings))
  }
  if (from === 'first' && m.learned === readings) {
    m.sorted = []
    m.running = []
  }
}

/** Mean and deviation of the last `n` readings, anew each time: nothing drifts. */
function ofWindow(m: Memory, i: number, n: number): void {
  let mean = 0
  for (let k = 0; k < n; k++) mean += m.ring[k * m.length + i]! / n
  let squares = 0
  for (let k = 0; k < n; k++) squares += (m.ring[k * m.length + i]! - mean) ** 2
  m.a[i] = mean
  m.b[i] = n > 1 ? Math.sqrt(squares / (n - 1)) : 0
}

/** On the scale of one element; NaN when it has no spread, or one too large for a number. */
function onScale(config: Config, x: number, a: number, b: number): number {
  const minmax = config.method === 'minmax'
  const spread = minmax ? b - a : b
  if (!(spread > 0 && spread < Number.POSITIVE_INFINITY && Number.isFinite(a))) return Number.NaN
  if (!minmax) return (x - a) / spread
  const share = (x - a) / spread
  return config.outLow * (1 - share) + config.outHigh * share
}

function give(ctx: Ctx, s: Sample, v: Numbers): void {
  const { config, state: m } = ctx
  const { method, outLow, outHigh } = config
  const rows = learns(config) ? m.length : method === 'minmax' ? config.ranges.length : config.spreads.length
  const n = elements(v)
  if (rows !== 1 && rows !== n) {
    ctx.emit['value']!(make(s.tag, null, s.time, worse(s.quality, Quality.badTypeMismatch)))
    return
  }
  const out = typeof v === 'number' ? null : new Float64Array(n)
  let result = 0
  let quality = s.quality
  for (let i = 0; i < n; i++) {
    const row = rows === 1 ? 0 : i
    const given = learns(config) ? undefined : method === 'minmax' ? config.ranges[row]! : config.spreads[row]!
    const a = given === undefined ? m.a[row]! : 'low' in given ? given.low : given.centre
    const b = given === undefined ? m.b[row]! : 'low' in given ? given.high : given.spread
    let y = onScale(config, element(v, i), a, b)
    if (Number.isNaN(y)) {
      if (config.flat === 'bad') {
        ctx.emit['value']!(make(s.tag, null, s.time, worse(s.quality, Quality.badNoData)))
        return
      }
      y = method === 'minmax' ? outLow / 2 + outHigh / 2 : 0
      quality = worse(quality, Quality.uncertainSubNormal)
    } else if (method === 'minmax' && config.clamp) {
      const inside = Math.min(Math.max(y, Math.min(outLow, outHigh)), Math.max(outLow, outHigh))
      if (inside !== y) quality = worse(quality, Quality.uncertainUnitsExceeded)
      y = inside
    }
    if (!Number.isFinite(y)) {
      ctx.emit['value']!(make(s.tag, null, s.time, worse(quality, Quality.badOutOfRange)))
      return
    }
    if (out === null) result = y
    else out[i] = y
  }
  ctx.emit['value']!(make(s.tag, out ?? result, s.time, quality))
}

/** The input whose statistics are wanted, of a model that is there. */
function inputOf(config: Config, resources: Resources): ModelPort | undefined {
  const inputs = resources.model(config.model)?.inputs
  return config.input === '' ? inputs?.[0] : inputs?.find((p) => p.name === config.input)
}

export default defineNode({
  type: 'transform.normalise',
  version: 1,
  title: 'Normalise',
  summary: 'Puts numbers and vectors on a common scale: a range, z-scores, or distances from the median.',
  help: `**A range:** lowest to highest become *Lowest becomes* to *Highest becomes*. **Standard deviations:** (x − mean) ÷ deviation (of a sample, n − 1), the z-score. **Interquartile ranges:** (x − median) ÷ (upper − lower quartile). The result has no unit. Vectors are reckoned element by element.

**Measured by** given numbers; by the **first readings**, learned once and then fixed; by the **last readings**; by **all readings, older ones less**, of which the mean and deviation move by 2 ÷ (readings + 1) of the way (standard deviations only); or by what a **model** was trained with, as its card says when the flow is deployed. The reading itself is one of those that it is measured by, so of n last readings no z-score is beyond (n − 1) ÷ √n. Readings are **held** until there are enough.

**Only good readings are learned from.** **Bad** ones are put on the scale like others and stay bad, **uncertain** ones stay uncertain; before there is a scale both give a missing value of bad quality. **NaN and infinities**, also one in a vector, give a missing value, bad. Where *nothing varies*, there is no scale: the result is missing and *BadNoData*, or the centre and *UncertainSubNormal*.

**Duplicates** (same time, value and quality at once) are not learned from twice; while there are too few readings they are left out. **Late and backward-time** readings are taken in the order of arrival. A vector of another length begins anew; given numbers of another length give a missing value and *BadTypeMismatch*.

Source: running mean and deviation by Welford, Technometrics 4 (1962); exponential ones by West, Comm. ACM 22 (1979), 532; quartiles as type 7 of Hyndman and Fan, The American Statistician 50 (1996).`,
  keywords: ['normalize', 'standardise', 'standardize', 'z-score', 'min-max', 'scale', 'robust', 'feature scaling', 'baseline', 'anomaly', 'preprocessing', 'machine learning'],
  icon: 'chart-no-axes-gantt',
  effects: 'none',
  config: Config,
  inputs: { value: port.any({ help: 'Numbers or vectors.' }) },
  outputs: { value: same('value', { unit: '1' }) },
  drops: { duplicate: 'The same reading again, before there was a scale.' },
  state: (): Memory => ({ length: 0, learned: 0, a: new Float64Array(0), b: new Float64Array(0), running: [], sorted: [], ring: new Float64Array(0), last: null }),
  receive(sample, _port, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    const v = s.value
    if (!isNumbers(v)) {
      const kind = v === null || typeof v === 'number' || v instanceof Float64Array ? Quality.badOutOfRange : Quality.badTypeMismatch
      ctx.emit['value']!(make(s.tag, null, s.time, worse(s.quality, kind)))
      return
    }
    if (!learns(config)) {
      give(ctx, s, v)
      return
    }
    const n = elements(v)
    if (n * (config.from === 'first' && config.method !== 'robust' ? 1 : config.readings) > MOST_NUMBERS && config.from !== 'exponential') {
      ctx.fail(`A vector of ${n} elements over ${config.readings} readings is more than ${MOST_NUMBERS} numbers.`)
      return
    }
    const repeated = repeats(s, m.last)
    m.last = s
    if (isGood(s.quality) && !repeated) {
      if (n !== m.length) restart(config, m, n)
      learn(config, m, v)
    }
    if (m.learned >= needed(config) && n === m.length) give(ctx, s, v)
    else if (!isGood(s.quality)) ctx.emit['value']!(make(s.tag, null, s.time, isBad(s.quality) ? s.quality : Quality.badNoData))
    else if (repeated) ctx.drop('duplicate')
    else ctx.hold()
  },
  // The plan's copy of the config, never the document's, gets the numbers of the model's card.
  ports(config, resources) {
    if (config.from !== 'model') return {}
    const { mean, std, min, max } = inputOf(config, resources) ?? {}
    if (min && max) config.ranges = min.map((low, i) => ({ low, high: max[i]! }))
    if (mean && std) config.spreads = mean.map((centre, i) => ({ centre, spread: std[i]! }))
    return {}
  },
  check(config, resources) {
    const { method, from } = config
    if (from === 'exponential') return method === 'zscore' ? [] : [{ field: '/from', reason: 'Older readings can weigh less for standard deviations only.' }]
    if (from === 'window' && config.minReadings > config.readings) return [{ field: '/minReadings', reason: `Only ${config.readings} readings are kept.` }]
    if (from === 'given') {
      if (method === 'minmax') {
        if (config.ranges.length === 0) return [{ field: '/ranges', reason: 'It needs at least one row.' }]
        return config.ranges.flatMap((r, i) => (r.high > r.low ? [] : [{ field: `/ranges/${i}/high`, reason: "'Highest' must be above 'Lowest'." }]))
      }
      if (config.spreads.length === 0) return [{ field: '/spreads', reason: 'It needs at least one row.' }]
      return config.spreads.flatMap((r, i) => (r.spread > 0 ? [] : [{ field: `/spreads/${i}/spread`, reason: "'Spread' must be above 0." }]))
    }
    if (from !== 'model') return []
    if (config.model === '') return [{ field: '/model', reason: 'Choose a model.' }]
    if (method === 'robust') return [{ field: '/method', reason: "A model's card gives no quartiles." }]
    if (resources.model(config.model) === undefined) return [] // the compiler says so
    const input = inputOf(config, resources)
    if (input === undefined) return [{ field: '/input', reason: `The model has no input '${config.input}'.` }]
    const there = method === 'minmax' ? input.min && input.max : input.mean && input.std
    return there ? [] : [{ field: '/model', reason: `Its card does not say ${method === 'minmax' ? "'min' and 'max'" : "'mean' and 'std'"} of '${input.name}'.` }]
  },
  carries: (from, to) => from.method === to.method && from.from === to.from && from.readings === to.readings,
  examples: [
    {
      title: 'A temperature of 0 to 200 onto −1 to 1, kept inside',
      config: { ...usual, method: 'minmax', ranges: [{ low: 0, high: 200 }], outLow: -1, clamp: true },
      in: [
        { at: 'value', value: 50, time: 0 },
        { at: 'value', value: 200, time: 1000 },
        { at: 'value', value: 260, time: 2000 },
      ],
      out: [
        { at: 'value', value: -0.5, time: 0 },
        { at: 'value', value: 1, time: 1000 },
        { at: 'value', value: 1, time: 2000, quality: 'UncertainEngineeringUnitsExceeded' },
      ],
    },
    {
      title: 'A vector, each element by its own mean and deviation',
      config: { ...usual, spreads: [{ centre: 10, spread: 2 }, { centre: 0.5, spread: 0.25 }] },
      in: [
        { at: 'value', value: [14, 0.5], time: 0 },
        { at: 'value', value: [9, 1], time: 1000, quality: 'Uncertain' },
        { at: 'value', value: [9, 1, 3], time: 2000 },
      ],
      out: [
        { at: 'value', value: [2, 0], time: 0 },
        { at: 'value', value: [-0.5, 2], time: 1000, quality: 'Uncertain' },
        { at: 'value', value: null, time: 2000, quality: 'BadTypeMismatch' },
      ],
    },
    {
      title: 'The first five readings are the normal ones',
      config: { ...usual, from: 'first', readings: 5 },
      in: [
        { at: 'value', value: 2, time: 0 },
        { at: 'value', value: 4, time: 1000 },
        { at: 'value', value: 4, time: 2000 },
        { at: 'value', value: 4, time: 3000 },
        { at: 'value', value: 6, time: 4000 },
        { at: 'value', value: 4, time: 5000 },
        { at: 'value', value: 40, time: 6000 },
      ],
      out: [
        { at: 'value', value: 1.414213562373095, time: 4000 },
        { at: 'value', value: 0, time: 5000 },
        { at: 'value', value: 25.45584412271571, time: 6000 },
      ],
    },
    {
      title: 'By the median and quartiles of the last five: a spike does not move the scale',
      config: { ...usual, method: 'robust', from: 'window', readings: 5, minReadings: 5 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000 },
        { at: 'value', value: 3, time: 2000 },
        { at: 'value', value: 4, time: 3000 },
        { at: 'value', value: 900, time: 4000 },
        { at: 'value', value: 5, time: 5000 },
      ],
      out: [
        { at: 'value', value: 448.5, time: 4000 },
        { at: 'value', value: 0.5, time: 5000 },
      ],
    },
    {
      title: 'Bad readings and NaN are not learned from; without a spread there is no scale',
      config: { ...usual, from: 'window', readings: 3, minReadings: 2 },
      in: [
        { at: 'value', value: 7, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: 5, time: 1000 },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
        { at: 'value', value: 5, time: 3000 },
        { at: 'value', value: 8, time: 4000 },
        { at: 'value', value: 6, time: 5000, quality: 'BadTimeout' },
      ],
      out: [
        { at: 'value', value: null, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: null, time: 2000, quality: 'BadOutOfRange' },
        { at: 'value', value: null, time: 3000, quality: 'BadNoData' },
        { at: 'value', value: 1.1547005383792517, time: 4000 },
        { at: 'value', value: 0, time: 5000, quality: 'BadTimeout' },
      ],
    },
  ],
})
