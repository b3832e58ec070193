// How often a value lay where: counts in bins, over windows of time, over a number of readings, or with old readings
// forgotten little by little. Bins and state have a fixed size; late readings are in, wherever that is still possible.
// Longer than 300 lines with its examples.
import { Quality, Type, defineNode, field, isGood, isUsable, port, repeats, sample as make, truthful, type Context, type ResolvedPorts, type Sample } from '#kit'
import { fixedGrid } from '#math/calendar'
import { onLine, pointBelow } from '#math/interpolate'
import { perConfig } from '#math/remember'

const Config = Type.Object(
  {
    bins: field.choice(['equal', 'edges'], { title: 'Bins', labels: ['Equally wide', 'By their edges'], default: 'equal' }),
    low: Type.Number({ title: 'From', unitOf: 'value', default: 0, when: { field: 'bins', is: ['equal'] } }),
    high: Type.Number({ title: 'To', unitOf: 'value', default: 100, when: { field: 'bins', is: ['equal'] } }),
    count: Type.Integer({ title: 'Number of bins', minimum: 1, maximum: 1024, default: 10, when: { field: 'bins', is: ['equal'] } }),
    edges: Type.Array(Type.Number({ title: 'Edge', unitOf: 'value' }), { title: 'Edges', description: 'Rising; one more than there are bins.', minItems: 2, maxItems: 1025, default: [0, 50, 100], when: { field: 'bins', is: ['edges'] } }),
    over: field.choice(['time', 'readings', 'forgetting'], { title: 'Over', labels: ['Windows of time', 'A number of readings', 'All, forgetting old ones'], default: 'time' }),
    sizeS: Type.Number({ title: 'Window', description: 'Windows begin at whole multiples since 1970-01-01 UTC.', unit: 's', minimum: 0.001, maximum: 31 * 86_400, default: 3600, when: { field: 'over', is: ['time'] } }),
    latenessS: Type.Number({ title: 'Wait for late readings', description: 'A window closes this much source time after its end.', unit: 's', minimum: 0, maximum: 86_400, default: 1, when: { field: 'over', is: ['time'] } }),
    readings: Type.Integer({ title: 'Readings', description: 'A result comes after every so many.', minimum: 1, maximum: 1_000_000, default: 1000, when: { field: 'over', is: ['readings', 'forgetting'] } }),
    halfLifeS: Type.Number({ title: 'Half-life', description: 'A reading of this age counts half.', unit: 's', minimum: 0.001, maximum: 366 * 86_400, default: 3600, when: { field: 'over', is: ['forgetting'] } }),
    show: field.choice(['counts', 'shares', 'density'], { title: 'Result', labels: ['Counts', 'Shares in %', 'Density'], default: 'counts', description: 'Shares are of all usable readings, also those outside. Density is the share over the width of the bin.' }),
    minGoodPercent: Type.Number({ title: 'Good readings needed', description: 'With a smaller share of good readings the result is uncertain.', unit: '%', minimum: 0, maximum: 100, default: 100 }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly bins: 'equal' | 'edges'
  readonly low: number
  readonly high: number
  readonly count: number
  readonly edges: readonly number[]
  readonly over: 'time' | 'readings' | 'forgetting'
  readonly sizeS: number
  readonly latenessS: number
  readonly readings: number
  readonly halfLifeS: number
  readonly show: 'counts' | 'shares' | 'density'
  readonly minGoodPercent: number
}

interface Bins {
  /** Of the window; of readings, the time of its first. */
  start: number
  /** Below, the bins, above. */
  readonly weights: Float64Array
  /** Readings of all qualities, and good ones, weighted like the rest. */
  all: number
  good: number
}
interface Memory {
  /** Windows not yet closed, by start; else at most one. */
  open: Bins[]
  /** Since the last result. */
  since: number
  newest: number
  previous: Sample | null
}
type Ctx = Context<Config, Memory>

const edgesOf = perConfig(({ bins, edges, low, high, count }: Config) =>
  // Exact at both ends.
  bins === 'edges' ? Float64Array.from(edges) : Float64Array.from({ length: count + 1 }, (_, i) => onLine(0, low, count, high, i)),
)

/** 0: below. A bin has its lower edge, the last one its upper edge too. */
function slotOf(edges: Float64Array, x: number): number {
  const last = edges.length - 1
  if (x >= edges[last]!) return x === edges[last] ? last : last + 1
  return pointBelow(edges, x) + 1
}

const gridOf = perConfig((config: Config) => fixedGrid(config.sizeS * 1000, 0))
const newBins = (config: Config, start: number): Bins => ({ start, weights: new Float64Array(edgesOf(config).length + 1), all: 0, good: 0 })

function windowAt(config: Config, open: Bins[], start: number): Bins {
  let i = open.length
  while (i > 0 && open[i - 1]!.start > start) i--
  const found = open[i - 1]
  if (found?.start === start) return found
  const made = newBins(config, start)
  open.splice(i, 0, made)
  return made
}

function add(config: Config, b: Bins, s: Sample, weight: number): void {
  b.all += weight
  if (!isUsable(s)) return
  if (isGood(s.quality)) b.good += weight
  const slot = slotOf(edgesOf(config), s.value)
  b.weights[slot]! += weight
}

/** `scale` brings weights that grow with time to what they are now. */
function give(ctx: Ctx, b: Bins, time: number, scale: number): void {
  const { config } = ctx
  const edges = edgesOf(config)
  let total = 0
  for (const w of b.weights) total += w
  const goodPercent = b.all > 0 ? (100 * b.good) / b.all : 0
  const none = !(total > 0)
  // Sums of fractions: all readings good may come out a hair below 100.
  const quality = none ? Quality.badNoData : goodPercent >= config.minGoodPercent - 1e-9 ? Quality.good : Quality.uncertainSubNormal
  const bins = new Float64Array(edges.length - 1)
  const unit = config.show === 'counts' ? scale : none ? 0 : config.show === 'shares' ? 100 / total : 1 / total
  for (let i = 0; i < bins.length; i++) bins[i] = (b.weights[i + 1]! * unit) / (config.show === 'density' ? edges[i + 1]! - edges[i]! : 1)
  ctx.emit['bins']!(make(ctx.tag, none ? null : bins, time, quality))
  ctx.emit['total']!(make(ctx.tag, total * scale, time, quality))
  ctx.emit['below']!(make(ctx.tag, b.weights[0]! * scale, time, quality))
  ctx.emit['above']!(make(ctx.tag, b.weights[edges.length]! * scale, time, quality))
  ctx.emit['goodPercent']!(make(ctx.tag, Math.min(100, goodPercent), time, quality))
}

const closesAt = (config: Config, start: number): number => start + (config.sizeS + config.latenessS) * 1000
/** Weights grow by 2 to the power of this; then all are scaled down. */
const GROWTH = 500

/** Forward decay: a reading weighs 2^(its age against `start` / half-life), so the order of arrival makes no difference. */
function forget(ctx: Ctx, s: Sample): void {
  const { config, state } = ctx
  const half = config.halfLifeS * 1000
  const b = (state.open[0] ??= newBins(config, s.time))
  state.newest = Math.max(state.newest, s.time)
  const grown = (state.newest - b.start) / half
  if (grown > GROWTH) {
    const down = 2 ** -grown
    for (let i = 0; i < b.weights.length; i++) b.weights[i]! *= down
    b.all *= down
    b.good *= down
    b.start = state.newest
  }
  add(config, b, s, 2 ** ((s.time - b.start) / half))
  if (++state.since < config.readings) return ctx.hold()
  state.since = 0
  give(ctx, b, state.newest, 2 ** ((b.start - state.newest) / half))
}

function collect(ctx: Ctx, s: Sample): void {
  const { config, state } = ctx
  const b = (state.open[0] ??= newBins(config, s.time))
  b.start = Math.min(b.start, s.time)
  add(config, b, s, 1)
  if (++state.since < config.readings) return ctx.hold()
  state.since = 0
  state.open.length = 0
  give(ctx, b, b.start, 1)
}

const round = (v: number): number => Number(v.toPrecision(6))

export default defineNode({
  type: 'aggregate.histogram',
  version: 1,
  title: 'Histogram',
  summary: 'Counts how often a value lies in each of its bins, over windows, readings or with forgetting.',
  help: `Each result is one vector, **bins**, an element for each bin. A bin holds *lower edge ≤ value < upper edge*, the last one its upper edge too. What lies outside is counted by **below** and **above**, never put into the first or last bin; **total** is all usable readings, inside and outside. Each tag has a histogram of its own.

**Windows of time** follow one another on source time, from whole multiples since 1970-01-01 UTC on; a result has the time of the window's start. **A number of readings:** a result after every so many, with the time of the oldest. **Forgetting:** each reading weighs half as much after the half-life; counts are then sums of weights, and a result comes after every so many readings with the time of the newest.

**Bad readings, NaN and infinities** are in no bin but lower **goodPercent**; below what is needed the result is *UncertainSubNormal*, and without any usable reading *bins* is missing and all is *BadNoData*. **Uncertain** readings are counted, but are not good ones.

**Late and backward-time** readings are put into their window while it is open, then dropped. Over readings the order makes no difference; with forgetting an older reading comes in with the weight of its age. **Duplicates** (a reading repeated at once with the same time, value and quality) are dropped.

Source: forgetting as forward decay, Cormode, Shkapenyuk, Srivastava and Xu, ICDE 2009.`,
  keywords: ['distribution', 'frequency', 'bins', 'buckets', 'classes', 'exposure', 'load spectrum', 'time at level', 'probability', 'vector'],
  icon: 'chart-column-big',
  effects: 'none',
  config: Config,
  inputs: { value: port.number() },
  outputs: {
    bins: port.vector({ title: 'Bins' }),
    total: port.number({ title: 'Total', help: 'Usable readings.', unit: '1' }),
    below: port.number({ title: 'Below', help: 'Readings below the first bin.', unit: '1' }),
    above: port.number({ title: 'Above', help: 'Readings above the last bin.', unit: '1' }),
    goodPercent: port.number({ title: 'Good share', unit: '%' }),
  },
  drops: { late: 'Its window has closed.', duplicate: 'The same reading again.' },
  state: (): Memory => ({ open: [], since: 0, newest: Number.NEGATIVE_INFINITY, previous: null }),
  // What is shown is computed from the counts: the counts stay. Also a window goes on when only the wait for late ones changed.
  carries: (from, to) => ['bins', 'low', 'high', 'count', 'over', 'sizeS', 'halfLifeS'].every((f) => from[f as keyof Config] === to[f as keyof Config]) && JSON.stringify(from.edges) === JSON.stringify(to.edges),
  receive(sample, _port, ctx) {
    const { config, state } = ctx
    const s = truthful(sample)
    if (repeats(s, state.previous)) return ctx.drop('duplicate')
    state.previous = s
    if (config.over === 'forgetting') return forget(ctx, s)
    if (config.over === 'readings') return collect(ctx, s)
    const { start } = gridOf(config).at(s.time)
    if (closesAt(config, start) <= ctx.watermark) return ctx.drop('late')
    add(config, windowAt(config, state.open, start), s, 1)
    ctx.hold()
    ctx.wakeAtWatermark(closesAt(config, state.open[0]!.start))
  },
  complete(config) {
    const { over, sizeS, latenessS } = config
    if (over !== 'time') return undefined
    const size = sizeS * 1000
    return (watermark) => {
      const start = Math.floor((watermark - latenessS * 1000) / size) * size
      // The difference is rounded, as the sum is that windows close by.
      return closesAt(config, start - size) > watermark ? start - size : start
    }
  },
  tick(ctx) {
    const { open } = ctx.state
    while (open.length > 0 && closesAt(ctx.config, open[0]!.start) <= ctx.watermark) {
      const b = open.shift()!
      give(ctx, b, b.start, 1)
    }
    if (open.length > 0) ctx.wakeAtWatermark(closesAt(ctx.config, open[0]!.start))
  },
  ports(config): { outputs: ResolvedPorts } {
    const edges = edgesOf(config)
    const labels = Array.from({ length: edges.length - 1 }, (_, i) => `${round(edges[i]!)} to ${round(edges[i + 1]!)}`)
    const one = (title: string, help: string) => ({ kind: 'number', unit: '1', title, help }) as const
    return {
      outputs: {
        bins: { kind: 'vector', length: labels.length, labels, ...(config.show === 'counts' ? { unit: '1' } : config.show === 'shares' ? { unit: '%' } : {}), title: 'Bins' },
        total: one('Total', 'Usable readings.'),
        below: one('Below', 'Readings below the first bin.'),
        above: one('Above', 'Readings above the last bin.'),
        goodPercent: { kind: 'number', unit: '%', title: 'Good share' },
      },
    }
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    if (config.bins === 'equal' && !(config.high > config.low)) faults.push({ field: '/high', reason: `It must be above 'From' (${config.low}).` })
    if (config.bins === 'edges') for (const [i, edge] of config.edges.entries()) if (i > 0 && !(edge > config.edges[i - 1]!)) faults.push({ field: `/edges/${i}`, reason: `It must be above the edge before (${config.edges[i - 1]}).` })
    return faults
  },
  examples: [
    {
      title: 'Ten seconds in four bins; the upper edge is in, beyond it is outside',
      config: { bins: 'equal', low: 0, high: 100, count: 4, edges: [0, 50, 100], over: 'time', sizeS: 10, latenessS: 0, readings: 1000, halfLifeS: 3600, show: 'counts', minGoodPercent: 100 },
      in: [
        { at: 'value', value: 0, time: 0 },
        { at: 'value', value: 25, time: 1000 },
        { at: 'value', value: 100, time: 2000 },
        { at: 'value', value: 101, time: 3000 },
        { at: 'value', value: -1, time: 4000 },
        { at: 'value', value: 60, time: 12_000 },
        { at: 'value', value: 60, time: 9000 },
      ],
      out: [
        { at: 'bins', value: [1, 1, 0, 1], time: 0 },
        { at: 'total', value: 5, time: 0 },
        { at: 'below', value: 1, time: 0 },
        { at: 'above', value: 1, time: 0 },
        { at: 'goodPercent', value: 100, time: 0 },
        { at: 'bins', value: [0, 0, 1, 0], time: 10000 },
        { at: 'total', value: 1, time: 10000 },
        { at: 'below', value: 0, time: 10000 },
        { at: 'above', value: 0, time: 10000 },
        { at: 'goodPercent', value: 100, time: 10000 },
      ],
    },
    {
      title: 'Shares of three readings, one of them bad and one NaN',
      config: { bins: 'edges', low: 0, high: 100, count: 4, edges: [0, 10, 100], over: 'readings', sizeS: 10, latenessS: 0, readings: 3, halfLifeS: 3600, show: 'shares', minGoodPercent: 50 },
      in: [
        { at: 'value', value: 5, time: 0 },
        { at: 'value', value: 50, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
      ],
      out: [
        { at: 'bins', value: [100, 0], time: 0, quality: 'UncertainSubNormal' },
        { at: 'total', value: 1, time: 0, quality: 'UncertainSubNormal' },
        { at: 'below', value: 0, time: 0, quality: 'UncertainSubNormal' },
        { at: 'above', value: 0, time: 0, quality: 'UncertainSubNormal' },
        { at: 'goodPercent', value: 33.333333333333336, time: 0, quality: 'UncertainSubNormal' },
      ],
    },
    {
      title: 'Forgetting: after one half-life a reading counts half',
      config: { bins: 'edges', low: 0, high: 100, count: 4, edges: [0, 10, 20], over: 'forgetting', sizeS: 10, latenessS: 0, readings: 1, halfLifeS: 60, show: 'counts', minGoodPercent: 100 },
      in: [
        { at: 'value', value: 5, time: 0 },
        { at: 'value', value: 15, time: 60_000 },
        { at: 'value', value: 5, time: 0 },
      ],
      out: [
        { at: 'bins', value: [1, 0], time: 0 },
        { at: 'total', value: 1, time: 0 },
        { at: 'below', value: 0, time: 0 },
        { at: 'above', value: 0, time: 0 },
        { at: 'goodPercent', value: 100, time: 0 },
        { at: 'bins', value: [0.5, 1], time: 60000 },
        { at: 'total', value: 1.5, time: 60000 },
        { at: 'below', value: 0, time: 60000 },
        { at: 'above', value: 0, time: 60000 },
        { at: 'goodPercent', value: 100, time: 60000 },
        { at: 'bins', value: [1, 1], time: 60000 },
        { at: 'total', value: 2, time: 60000 },
        { at: 'below', value: 0, time: 60000 },
        { at: 'above', value: 0, time: 60000 },
        { at: 'goodPercent', value: 100, time: 60000 },
      ],
    },
  ],
})
