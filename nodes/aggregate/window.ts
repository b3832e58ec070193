// Tumbling windows on event time: kept open in the state by tag, closed by the watermark plus the allowed lateness.
import { Quality, Type, defineNode, isGood, isUsable, port, same, sample as make, truthful, type Context, type Sample } from '#kit'
import { addTo, deviationOf, newRunning, sumOf, type Running } from '#math/running'

const Config = Type.Object(
  {
    sizeS: Type.Number({ title: 'Window', description: 'Length of one window. Windows begin at whole multiples since 1970-01-01 UTC: 60 s begin at the full minute.', unit: 's', minimum: 0.001, maximum: 31 * 86_400, default: 60 }),
    latenessS: Type.Number({ title: 'Wait for late readings', description: 'A window closes this much source time after its end. Results come that much later.', unit: 's', minimum: 0, maximum: 86_400, default: 1 }),
    minGoodPercent: Type.Number({ title: 'Good readings needed', description: 'With a smaller share of good readings the result is uncertain.', unit: '%', minimum: 0, maximum: 100, default: 100 }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly sizeS: number
  readonly latenessS: number
  readonly minGoodPercent: number
}

interface Window {
  readonly start: number
  stats: Running
  /** Readings of all qualities, and good ones. */
  all: number
  good: number
  first: number
  firstTime: number
  last: number
  lastTime: number
}
interface Memory {
  /** Not yet closed, by start. */
  open: Window[]
  /** The last reading taken, to know a repeated one. */
  previous: Sample | null
}
type Ctx = Context<Config, Memory>

const sizeOf = (config: Config): number => config.sizeS * 1000
const closesAt = (config: Config, start: number): number => start + sizeOf(config) + config.latenessS * 1000

function windowAt(open: Window[], start: number): Window {
  let i = open.length
  while (i > 0 && open[i - 1]!.start > start) i--
  const found = open[i - 1]
  if (found?.start === start) return found
  const made: Window = { start, stats: newRunning(), all: 0, good: 0, first: 0, firstTime: Number.POSITIVE_INFINITY, last: 0, lastTime: Number.NEGATIVE_INFINITY }
  open.splice(i, 0, made)
  return made
}

function close(ctx: Ctx, w: Window): void {
  const { stats } = w
  const goodPercent = (100 * w.good) / w.all
  const none = stats.count === 0
  const quality = none ? Quality.badNoData : goodPercent >= ctx.config.minGoodPercent ? Quality.good : Quality.uncertainSubNormal
  const emit = (name: string, value: number | null): void => ctx.emit[name]!(truthful(make(ctx.tag, value, w.start, quality)))
  emit('mean', none ? null : stats.mean)
  emit('min', none ? null : stats.min)
  emit('max', none ? null : stats.max)
  emit('range', none ? null : stats.max - stats.min)
  emit('stddev', none ? null : deviationOf(stats))
  emit('sum', none ? null : sumOf(stats))
  emit('first', none ? null : w.first)
  emit('last', none ? null : w.last)
  emit('count', stats.count)
  emit('goodPercent', goodPercent)
}

export default defineNode({
  type: 'aggregate.window',
  version: 1,
  title: 'Window statistics',
  summary: 'Mean, minimum, maximum, sum, deviation and more over fixed windows of time.',
  help: `Tumbling windows on source time, aligned to the epoch, for each tag by itself. A window takes readings with *start ≤ time < end* and closes when source time has passed its end and the wait for late readings. Each result has the time of the window's **start**, as in OPC UA. A window without readings gives no result.

Every reading counts the same, however long it stood. *Standard deviation* is that of a sample (n − 1), 0 of a single reading. *Range* and *standard deviation* are differences: of °C they are kelvins, so convert before this node, not after it.

**Bad readings, NaN and infinities** are left out of the values but counted in *good share*. When the share of good readings is below what is needed, all results are *UncertainSubNormal*; with no usable reading they are missing and *BadNoData*. **Uncertain** readings are reckoned with, but are not good ones.

**Late and backward-time** readings are put into their window while it is open; once it has closed they leave by **late**, unchanged. **Duplicates** (a reading repeated at once with the same time, value and quality) are left out.

Source: OPC 10000-13, 5.4.3.2 (status) and 5.4.3 (time of the result); mean and deviation by Welford, Technometrics 4 (1962).`,
  keywords: ['average', 'statistics', 'tumbling', 'aggregate', 'downsample', 'minute', 'hourly', 'rollup', 'event time', 'standard deviation'],
  icon: 'chart-column',
  effects: 'none',
  config: Config,
  inputs: { value: port.number() },
  outputs: {
    mean: same('value', { title: 'Mean' }),
    min: same('value', { title: 'Minimum' }),
    max: same('value', { title: 'Maximum' }),
    range: same('value', { title: 'Range' }),
    stddev: same('value', { title: 'Standard deviation' }),
    sum: same('value', { title: 'Sum' }),
    first: same('value', { title: 'First' }),
    last: same('value', { title: 'Last' }),
    count: port.number({ title: 'Count', help: 'Usable readings.', unit: '1' }),
    goodPercent: port.number({ title: 'Good share', unit: '%' }),
    late: same('value', { title: 'Late', help: 'Readings whose window has closed, unchanged.' }),
  },
  drops: { duplicate: 'The same reading again.' },
  state: (): Memory => ({ open: [], previous: null }),
  receive(sample, _port, ctx) {
    const { config, state } = ctx
    const s = truthful(sample)
    const before = state.previous
    if (before !== null && before.time === s.time && before.quality === s.quality && Object.is(before.value, s.value)) {
      ctx.drop('duplicate')
      return
    }
    state.previous = s
    const size = sizeOf(config)
    const start = Math.floor(s.time / size) * size
    if (closesAt(config, start) <= ctx.watermark) {
      ctx.emit['late']!(s)
      return
    }
    const w = windowAt(state.open, start)
    w.all++
    if (isUsable(s)) {
      if (isGood(s.quality)) w.good++
      addTo(w.stats, s.value)
      if (s.time < w.firstTime) {
        w.first = s.value
        w.firstTime = s.time
      }
      if (s.time >= w.lastTime) {
        w.last = s.value
        w.lastTime = s.time
      }
    }
    ctx.hold()
    ctx.wakeAtWatermark(closesAt(config, state.open[0]!.start))
  },
  tick(ctx) {
    const { open } = ctx.state
    while (open.length > 0 && closesAt(ctx.config, open[0]!.start) <= ctx.watermark) close(ctx, open.shift()!)
    if (open.length > 0) ctx.wakeAtWatermark(closesAt(ctx.config, open[0]!.start))
  },
  examples: [
    {
      title: 'Ten seconds of readings',
      config: { sizeS: 10, latenessS: 0, minGoodPercent: 100 },
      in: [
        { at: 'value', value: 2, time: 0 },
        { at: 'value', value: 4, time: 5000 },
        { at: 'value', value: 9, time: 9999 },
        { at: 'value', value: 7, time: 12000 },
      ],
      out: [
        { at: 'mean', value: 5, time: 0 },
        { at: 'min', value: 2, time: 0 },
        { at: 'max', value: 9, time: 0 },
        { at: 'range', value: 7, time: 0 },
        { at: 'stddev', value: 3.605551275463989, time: 0 },
        { at: 'sum', value: 15, time: 0 },
        { at: 'first', value: 2, time: 0 },
        { at: 'last', value: 9, time: 0 },
        { at: 'count', value: 3, time: 0 },
        { at: 'goodPercent', value: 100, time: 0 },
        { at: 'mean', value: 7, time: 10000 },
        { at: 'min', value: 7, time: 10000 },
        { at: 'max', value: 7, time: 10000 },
        { at: 'range', value: 0, time: 10000 },
        { at: 'stddev', value: 0, time: 10000 },
        { at: 'sum', value: 7, time: 10000 },
        { at: 'first', value: 7, time: 10000 },
        { at: 'last', value: 7, time: 10000 },
        { at: 'count', value: 1, time: 10000 },
        { at: 'goodPercent', value: 100, time: 10000 },
      ],
    },
    {
      title: 'A late reading still counts, one that is too late leaves by itself',
      config: { sizeS: 10, latenessS: 5, minGoodPercent: 100 },
      in: [
        { at: 'value', value: 1, time: 1000 },
        { at: 'value', value: 10, time: 12000 },
        { at: 'value', value: 3, time: 2000 },
        { at: 'value', value: 10, time: 15000 },
        { at: 'value', value: 99, time: 3000 },
      ],
      out: [
        { at: 'mean', value: 2, time: 0 },
        { at: 'min', value: 1, time: 0 },
        { at: 'max', value: 3, time: 0 },
        { at: 'range', value: 2, time: 0 },
        { at: 'stddev', value: 1.4142135623730951, time: 0 },
        { at: 'sum', value: 4, time: 0 },
        { at: 'first', value: 1, time: 0 },
        { at: 'last', value: 3, time: 0 },
        { at: 'count', value: 2, time: 0 },
        { at: 'goodPercent', value: 100, time: 0 },
        { at: 'late', value: 99, time: 3000 },
        { at: 'mean', value: 10, time: 10000 },
        { at: 'min', value: 10, time: 10000 },
        { at: 'max', value: 10, time: 10000 },
        { at: 'range', value: 0, time: 10000 },
        { at: 'stddev', value: 0, time: 10000 },
        { at: 'sum', value: 20, time: 10000 },
        { at: 'first', value: 10, time: 10000 },
        { at: 'last', value: 10, time: 10000 },
        { at: 'count', value: 2, time: 10000 },
        { at: 'goodPercent', value: 100, time: 10000 },
      ],
    },
    {
      title: 'Bad readings and NaN make the result uncertain, and a window of them bad',
      config: { sizeS: 1, latenessS: 0, minGoodPercent: 60 },
      in: [
        { at: 'value', value: 4, time: 0 },
        { at: 'value', value: 500, time: 500, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 1000 },
      ],
      out: [
        { at: 'mean', value: 4, time: 0, quality: 'UncertainSubNormal' },
        { at: 'min', value: 4, time: 0, quality: 'UncertainSubNormal' },
        { at: 'max', value: 4, time: 0, quality: 'UncertainSubNormal' },
        { at: 'range', value: 0, time: 0, quality: 'UncertainSubNormal' },
        { at: 'stddev', value: 0, time: 0, quality: 'UncertainSubNormal' },
        { at: 'sum', value: 4, time: 0, quality: 'UncertainSubNormal' },
        { at: 'first', value: 4, time: 0, quality: 'UncertainSubNormal' },
        { at: 'last', value: 4, time: 0, quality: 'UncertainSubNormal' },
        { at: 'count', value: 1, time: 0, quality: 'UncertainSubNormal' },
        { at: 'goodPercent', value: 50, time: 0, quality: 'UncertainSubNormal' },
        { at: 'mean', value: null, time: 1000, quality: 'BadNoData' },
        { at: 'min', value: null, time: 1000, quality: 'BadNoData' },
        { at: 'max', value: null, time: 1000, quality: 'BadNoData' },
        { at: 'range', value: null, time: 1000, quality: 'BadNoData' },
        { at: 'stddev', value: null, time: 1000, quality: 'BadNoData' },
        { at: 'sum', value: null, time: 1000, quality: 'BadNoData' },
        { at: 'first', value: null, time: 1000, quality: 'BadNoData' },
        { at: 'last', value: null, time: 1000, quality: 'BadNoData' },
        { at: 'count', value: 0, time: 1000, quality: 'BadNoData' },
        { at: 'goodPercent', value: 0, time: 1000, quality: 'BadNoData' },
      ],
    },
  ],
})
