// Readings of several signals at one time each, as an as-of join. A result waits until event time has passed all that it
// could depend on, and only then looks at what has come: so the order of arrival makes no difference.
import { Quality, Type, assetOf, defineNode, each, field, fromConfig, fromItem, isBad, isFiniteValue, repeats, sample as make, truthful, worse, type Context, type ResolvedPorts, type Sample, type Value } from '#kit'
import { insertByTime, justAfter, lastUpTo } from '#math/by-time'

const kinds = ['number', 'boolean', 'text', 'any'] as const
const matches = ['', 'last', 'nearest', 'linear'] as const
const Config = Type.Object(
  {
    inputs: Type.Array(
      Type.Object(
        {
          name: Type.String({ title: 'Name', pattern: '^[A-Za-z][A-Za-z0-9_-]*$', maxLength: 64, default: 'a' }),
          kind: field.choice(kinds, { title: 'Kind', labels: ['Number', 'True or false', 'Text', 'Anything'], default: 'number' }),
          unit: field.unit({ default: '' }),
          match: field.choice(matches, { title: 'Takes', labels: ['As set below', 'The last reading', 'The nearest reading', 'Straight line'], default: '' }),
        },
        { additionalProperties: false },
      ),
      { title: 'Inputs', description: 'The first one leads, where one leads.', minItems: 1, maxItems: 64, widget: 'table', default: [{ name: 'a', kind: 'number', unit: '', match: '' }, { name: 'b', kind: 'number', unit: '', match: '' }] },
    ),
    at: field.choice(['lead', 'any', 'rate'], { title: 'A result', labels: ['For each reading of the first input', 'For each reading of any input', 'At a fixed rate'], default: 'lead' }),
    periodS: Type.Number({ title: 'Every', description: 'At whole multiples of this since 1970-01-01 UTC.', unit: 's', minimum: 0.001, maximum: 86_400, default: 1, when: { field: 'at', is: ['rate'] } }),
    match: field.choice(['last', 'nearest', 'linear'], { title: 'Of each input', labels: ['The last reading', 'The nearest reading', 'Straight line'], default: 'last', description: 'What is no number is never put on a line: of it the last one before is taken.' }),
    toleranceS: Type.Number({ title: 'At most this far away', description: 'A reading further from the time of the result is not taken.', unit: 's', minimum: 0, maximum: 86_400, default: 10 }),
    latenessS: Type.Number({ title: 'Wait for late readings', description: 'Results come this much later.', unit: 's', minimum: 0, maximum: 3600, default: 1 }),
    missing: field.choice(['null', 'bad', 'nothing'], { title: 'When an input has none', labels: ['Give the others', 'Give a bad result', 'Give nothing'], default: 'null', description: 'The result is BadNoData in the first two cases; with the others, or without any value.' }),
    as: field.choice(['record', 'vector'], { title: 'Result', labels: ['Record', 'Vector'], default: 'record', description: 'A vector is of the numbers, in the order of the inputs, as a model takes it.' }),
    join: field.choice(['all', 'asset'], { title: 'Belong together', labels: ['All tags', 'Tags of one asset'], default: 'all', advanced: true, description: "Of one asset: the tag's text before its last dot or slash is the same." }),
    limit: Type.Integer({ title: 'Readings that may wait', description: 'Of one input, at most; then the oldest result does not wait longer.', minimum: 10, maximum: 100_000, default: 10_000, advanced: true }),
  },
  { additionalProperties: false },
)
type Match = 'last' | 'nearest' | 'linear'
interface Config {
  readonly inputs: readonly { readonly name: string; readonly kind: string; readonly unit: string; readonly match: '' | Match }[]
  readonly at: 'lead' | 'any' | 'rate'
  readonly periodS: number
  readonly match: Match
  readonly toleranceS: number
  readonly latenessS: number
  readonly missing: 'null' | 'bad' | 'nothing'
  readonly as: 'record' | 'vector'
  readonly join: 'all' | 'asset'
  readonly limit: number
}
interface Mark {
  readonly time: number
}
interface Memory {
  /** Readings by input, in the order of time: those that a result may still need. */
  readings: Sample[][]
  /** Times of results to come; at a fixed rate only the next one is kept, in `next`. */
  due: Mark[]
  next: number | null
  /** Time of the newest result given: nothing before it will be. */
  given: number
}
type Ctx = Context<Config, Memory>

const matchOf = (config: Config, i: number): Match => config.inputs[i]!.match || config.match
/** How long after a result's time readings may come that it depends on. */
const waitMs = (config: Config): number => 1000 * (config.latenessS + (config.inputs.some((_, i) => matchOf(config, i) !== 'last') ? config.toleranceS : 0))

/** The reading of one input at a time; null when there is none near enough. */
function pick(list: readonly Sample[], time: number, match: Match, tolerance: number): Sample | null {
  const i = lastUpTo(list, time)
  const before = i >= 0 && time - list[i]!.time <= tolerance ? list[i]! : null
  if (before?.time === time || match === 'last') return before
  const after = list[i + 1] !== undefined && list[i + 1]!.time - time <= tolerance ? list[i + 1]! : null
  if (match === 'nearest') return before === null || (after !== null && after.time - time < time - before.time) ? after : before
  if (before !== null && typeof before.value !== 'number') return before
  if (before === null || after === null) return null
  const quality = worse(before.quality, after.quality)
  if (isBad(quality) || typeof after.value !== 'number') return make(before.tag, null, time, isBad(quality) ? quality : Quality.badTypeMismatch)
  const share = (time - before.time) / (after.time - before.time)
  return make(before.tag, (before.value as number) * (1 - share) + after.value * share, time, quality)
}

function give(ctx: Ctx, time: number): void {
  const { config, state: m } = ctx
  m.given = time
  const found = m.readings.map((list, i) => pick(list, time, matchOf(config, i), config.toleranceS * 1000))
  const gaps = found.filter((s) => s === null).length
  if (gaps === found.length || (gaps > 0 && config.missing === 'nothing')) return
  let quality: number = Quality.good
  for (const s of found) quality = worse(quality, s === null ? Quality.badNoData : s.quality)
  const tag = ctx.tag === '' ? found.find((s) => s !== null)!.tag : ctx.tag
  let value: Value = null
  if (gaps === 0 || config.missing === 'null') {
    if (config.as === 'record') value = Object.fromEntries(found.map((s, i) => [config.inputs[i]!.name, s === null ? null : s.value]))
    else {
      value = Float64Array.from(found, (s) => (typeof s?.value === 'number' ? s.value : typeof s?.value === 'boolean' ? Number(s.value) : Number.NaN))
      if (!isBad(quality) && !isFiniteValue(value)) quality = Quality.badTypeMismatch
    }
  }
  ctx.emit['value']!(make(tag, value, time, quality))
}

/** Forgets what no later result can need: all but the last reading up to the time of the newest result. */
function prune(m: Memory): void {
  for (const list of m.readings) {
    const i = lastUpTo(list, m.given)
    if (i > 0) list.splice(0, i)
  }
}

/** The next result at a fixed rate at or after a time; where no input has anything near, the one at the next reading. */
function nextMark(ctx: Ctx, from: number): number | null {
  const { config, state: m } = ctx
  const period = config.periodS * 1000
  const tolerance = config.toleranceS * 1000
  const reach = waitMs(config) > config.latenessS * 1000 ? tolerance : 0
  let next = Number.POSITIVE_INFINITY
  for (const list of m.readings) {
    const i = lastUpTo(list, from)
    if (i >= 0 && from - list[i]!.time <= tolerance) return from
    const after = list[i + 1]
    if (after !== undefined) next = Math.min(next, after.time - reach)
  }
  return next === Number.POSITIVE_INFINITY ? null : Math.max(from, Math.ceil(next / period) * period)
}

function wake(ctx: Ctx): void {
  const { config, state: m } = ctx
  const next = config.at === 'rate' ? m.next : (m.due[0]?.time ?? null)
  ctx.wakeAtWatermark(next === null ? Number.POSITIVE_INFINITY : justAfter(next + waitMs(config)))
}

function run(ctx: Ctx): void {
  const { config, state: m } = ctx
  const wait = waitMs(config)
  const { watermark } = ctx
  const before = m.given
  const ripe = (time: number): boolean => justAfter(time + wait) <= watermark || m.readings.some((list) => list.length > config.limit)
  if (config.at === 'rate') {
    const period = config.periodS * 1000
    let newest = Number.NEGATIVE_INFINITY
    for (const list of m.readings) newest = Math.max(newest, list.at(-1)?.time ?? newest)
    // At the end of a recording the last result is the one at or before the last reading.
    const end = watermark === Number.POSITIVE_INFINITY ? newest : Number.POSITIVE_INFINITY
    while (m.next !== null && m.next <= end && ripe(m.next)) {
      const mark = nextMark(ctx, m.next)
      if (mark === null) {
        m.given = m.next
        m.next = null
        break
      }
      m.next = mark
      if (mark > end || !ripe(mark)) break
      give(ctx, mark)
      m.next = mark + period
      prune(m)
    }
  } else {
    let i = 0
    for (; i < m.due.length && ripe(m.due[i]!.time); i++) {
      give(ctx, m.due[i]!.time)
      prune(m)
    }
    m.due.splice(0, i)
  }
  if (m.given !== before) prune(m)
  // An input that does not lead may come without end while no result is due.
  for (const list of m.readings) if (list.length > config.limit) list.splice(0, list.length - config.limit)
  if (watermark !== Number.POSITIVE_INFINITY) wake(ctx)
}

function enter(ctx: Ctx, s: Sample, index: number): void {
  const { config, state: m } = ctx
  insertByTime(m.readings[index]!, s)
  if (config.at === 'rate') {
    const period = config.periodS * 1000
    const from = s.time > m.given ? s.time : justAfter(m.given)
    const mark = Math.ceil(from / period) * period
    if (m.next === null || mark < m.next) m.next = mark
  } else if (config.at === 'any' || index === 0) {
    const i = lastUpTo(m.due, s.time)
    if (s.time > m.given && m.due[i]?.time !== s.time) m.due.splice(i + 1, 0, { time: s.time })
  }
}

export default defineNode({
  type: 'aggregate.align',
  version: 1,
  title: 'Align',
  summary: 'Joins readings of several signals into one record or vector at one time, whatever their order of arrival.',
  help: `One result has a value of each input at **one time**: that of each reading of the first input, of each reading of any input, or at a fixed rate. Of each input it takes the **last reading before** (or at) that time, the **nearest** one (of two as near, the earlier), or the point on the **line between** the readings before and after; none further away than the tolerance. An input may have its own rule.

A result is given only when source time has passed it by the wait for late readings (and by the tolerance, where later readings count): readings that arrive out of order within that wait give **the same results** in any order. A silent source holds nothing up for longer than 10 s. Where an input has none, the result is given without it, without any value (both *BadNoData*), or not at all; where no input has any, there is no result.

The quality of a result is the **worst** of what it took. **Bad readings, NaN and infinities** are readings: a bad one hides the good ones before it, its field has its value and the result its bad quality; on a line beside one there is no value. In a vector what is missing is NaN, and the result is bad. **Uncertain** ones make results uncertain.

**Late and backward-time** readings go in by their time; those behind the wait are dropped. **Duplicates** (of one input, with the same time, value and quality) are dropped; of two different readings of one time that arrived last counts.

The tag is that of the first input that has a value, or the asset where tags of one asset belong together.

Source: as-of join as in kdb+ (aj) and pandas (merge_asof: backward, nearest); event time and lateness as Akidau et al., The Dataflow Model, VLDB 2015.`,
  keywords: ['join', 'as-of', 'asof', 'merge', 'sensor fusion', 'synchronise', 'synchronize', 'combine', 'resample', 'interpolate', 'zip', 'record', 'vector', 'model input'],
  icon: 'combine',
  effects: 'none',
  config: Config,
  inputs: { '*': each('inputs', 'name', { kind: fromItem('kind'), unit: fromItem('unit'), optional: true }) },
  outputs: { value: { kind: fromConfig('as'), title: 'Together' } },
  rates(config: Config, into) {
    const all = Object.values(into)
    const perS = config.at === 'rate' ? 1 / config.periodS : config.at === 'lead' ? (into[config.inputs[0]?.name ?? '']?.perS ?? 0) : all.reduce((sum, r) => sum + r.perS, 0)
    return { value: { perS, tags: config.join === 'all' ? 1 : Math.max(1, ...all.map((r) => r.tags)) } }
  },
  drops: { late: 'It comes after the wait for late readings.', duplicate: 'The same reading again.' },
  state: (config): Memory => ({ readings: config.inputs.map(() => []), due: [], next: null, given: Number.NEGATIVE_INFINITY }),
  key: (config) => (config.join === 'asset' ? (s) => assetOf(s.tag) : () => ''),
  carries: (from, to) => from.at === to.at && from.periodS === to.periodS && from.join === to.join && from.inputs.length === to.inputs.length && from.inputs.every((i, n) => i.name === to.inputs[n]!.name && i.kind === to.inputs[n]!.kind && i.unit === to.inputs[n]!.unit),
  receive(sample, at, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    const index = config.inputs.findIndex((i) => i.name === at)
    const list = m.readings[index]!
    if (s.time + config.latenessS * 1000 < ctx.watermark) return ctx.drop('late')
    const i = lastUpTo(list, s.time)
    const there = list[i]
    if (there?.time === s.time) {
      if (repeats(s, there)) return ctx.drop('duplicate')
      list[i] = s
      return ctx.hold()
    }
    ctx.hold()
    enter(ctx, s, index)
    // Results leave by the timer: in the order of time, also among assets.
    if (list.length > config.limit) run(ctx)
    else wake(ctx)
  },
  complete(config) {
    const wait = waitMs(config)
    return (watermark) => watermark - wait
  },
  tick: run,
  ports(config): { outputs: ResolvedPorts } {
    const units = new Set(config.inputs.map((i) => i.unit))
    const unit = units.size === 1 ? [...units][0]! : ''
    if (config.as === 'vector') return { outputs: { value: { kind: 'vector', length: config.inputs.length, labels: config.inputs.map((i) => i.name), ...(unit === '' ? {} : { unit }), title: 'Together' } } }
    return { outputs: { value: { kind: 'record', fields: Object.fromEntries(config.inputs.map((i) => [i.name, { kind: i.kind as (typeof kinds)[number], ...(i.unit === '' || i.kind !== 'number' ? {} : { unit: i.unit }) }])), title: 'Together' } } }
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    for (const [i, input] of config.inputs.entries()) {
      if (config.inputs.findIndex((other) => other.name === input.name) < i) faults.push({ field: `/inputs/${i}/name`, reason: `There is another input '${input.name}'.` })
      if (config.as === 'vector' && (input.kind === 'text' || input.kind === 'any')) faults.push({ field: `/inputs/${i}/kind`, reason: 'A vector is of numbers.' })
    }
    if (config.at === 'rate' && config.toleranceS / config.periodS > 10_000) faults.push({ field: '/toleranceS', reason: `It may be ${config.periodS * 10_000} s at most: a silence would give more than 10 000 results.` })
    return faults
  },
  examples: [
    {
      title: 'At each reading of the flow, the last pressure before it',
      config: { inputs: [{ name: 'flow', kind: 'number', unit: 'm3/h', match: '' }, { name: 'pressure', kind: 'number', unit: 'bar', match: '' }], toleranceS: 5 },
      in: [
        { at: 'pressure', tag: 'P-1.pressure', value: 3, time: 0 },
        { at: 'flow', tag: 'P-1.flow', value: 10, time: 1000 },
        { at: 'flow', tag: 'P-1.flow', value: 12, time: 3000 },
        { at: 'pressure', tag: 'P-1.pressure', value: 4, time: 2500 },
        { at: 'flow', tag: 'P-1.flow', value: 14, time: 9000 },
      ],
      out: [
        { at: 'value', tag: 'P-1.flow', value: { flow: 10, pressure: 3 }, time: 1000 },
        { at: 'value', tag: 'P-1.flow', value: { flow: 12, pressure: 4 }, time: 3000 },
        { at: 'value', tag: 'P-1.flow', value: { flow: 14, pressure: null }, time: 9000, quality: 'BadNoData' },
      ],
    },
    {
      title: 'Every second on the line between readings, as a vector',
      config: { inputs: [{ name: 'a', kind: 'number', unit: '', match: '' }, { name: 'b', kind: 'number', unit: '', match: 'last' }], at: 'rate', match: 'linear', toleranceS: 2, as: 'vector', missing: 'nothing' },
      in: [
        { at: 'a', value: 0, time: 0 },
        { at: 'b', value: 7, time: 500 },
        { at: 'a', value: 15, time: 1500 },
        { at: 'a', value: 20, time: 2500 },
      ],
      out: [
        { at: 'value', value: [10, 7], time: 1000 },
        { at: 'value', value: [17.5, 7], time: 2000 },
      ],
    },
    {
      title: 'A bad reading hides the good one before it; NaN on a line gives no value',
      config: { inputs: [{ name: 'a', kind: 'number', unit: '', match: '' }, { name: 'b', kind: 'number', unit: '', match: '' }, { name: 'c', kind: 'number', unit: '', match: 'linear' }], latenessS: 0 },
      in: [
        { at: 'b', value: 1, time: 0 },
        { at: 'c', value: 1, time: 0 },
        { at: 'b', value: 2, time: 500, quality: 'BadSensorFailure' },
        { at: 'a', value: 5, time: 1000 },
        { at: 'c', value: { $number: 'NaN' }, time: 2000 },
      ],
      out: [
        { at: 'value', value: { a: 5, b: 2, c: null }, time: 1000, quality: 'BadSensorFailure' },
      ],
    },
  ],
})
