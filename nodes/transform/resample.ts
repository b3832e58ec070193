// Readings at any times become readings at fixed ones. The watermark says when a point is complete, so that the same
// recording gives the same points. Of the readings between two points only the first and the last are kept.
import { Quality, Type, defineNode, field, isUsable, port, repeats, same, sample as make, truthful, worse, type Context, type Sample, type Static } from '#kit'
import { onLine } from '#math/interpolate'

/** Missing points in a row that are given one by one. */
const MOST_MISSING = 1000
/** Readings that wait for the watermark, for each tag. */
const MOST_KEPT = 20_000

const Config = Type.Object(
  {
    periodS: Type.Number({ title: 'Every', description: 'Points lie at whole multiples since 1970-01-01 UTC: 60 s are the full minutes.', unit: 's', minimum: 0.001, maximum: 366 * 86_400, default: 1 }),
    interpolation: field.choice(['last', 'linear', 'nearest'], {
      title: 'Between readings',
      labels: ['The last reading', 'Straight line', 'The nearest reading'],
      description: 'The last reading holds until the next one (status, setpoints). The line waits for the next reading (temperatures, flows); it is for numbers only.',
      default: 'last',
    }),
    maxGapS: Type.Number({ title: 'Longest gap', description: 'A reading says nothing about points further away than this; no line is drawn between readings further apart.', unit: 's', minimum: 0.001, maximum: 366 * 86_400, default: 60 }),
    onGap: field.choice(['bad', 'nothing'], { title: 'Points in a longer gap', labels: ['Bad', 'None'], description: 'A missing value of quality BadNoData, or no sample.', default: 'bad' }),
    whileSilent: Type.Boolean({ title: 'Go on while silent', description: 'Points go on with event time when no reading comes. Off: a point waits for the reading after it.', default: true }),
    latenessS: Type.Number({ title: 'Wait for late readings', description: 'A point comes this much source time later, so that readings that are late count.', unit: 's', minimum: 0, maximum: 86_400, default: 0 }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Memory {
  /** By time. The first is the last one at or before the next point, or that of the points given last. */
  kept: Sample[]
  /** Number of the next point: times the period. */
  next: number
  /** Missing points in a row so far. */
  missing: number
}
type Ctx = Context<Config, Memory>

const usual: Config = { periodS: 1, interpolation: 'last', maxGapS: 60, onGap: 'bad', whileSilent: true, latenessS: 0 }
const never = Number.POSITIVE_INFINITY

const pointAt = (config: Config, i: number): number => i * (config.periodS * 1000)
/** The first point that is not before a time. */
function pointFrom(config: Config, time: number): number {
  const i = Math.ceil(time / (config.periodS * 1000))
  return pointAt(config, i) < time ? i + 1 : i
}

/** The watermark at which the next point can be told; Infinity: not before another reading. Lets go what no point needs. */
function dueOf({ config, state: m }: Ctx, ended: boolean): number {
  const { kept } = m
  const point = pointAt(config, m.next)
  let i = 0
  while (i + 1 < kept.length && kept[i + 1]!.time <= point) i++
  if (i > 0) kept.splice(0, i)
  const a = kept[0]
  if (a === undefined) return never
  const b = kept[1]
  const late = config.latenessS * 1000
  if (a.time === point) return point + late
  if (b === undefined && (!config.whileSilent || ended || inLongGap(config, m))) return never
  if (config.interpolation === 'last') return point + late
  const gap = config.maxGapS * 1000
  // A reading that comes later than this makes no difference to the point, wherever it lies.
  const settled = Math.max(point, config.interpolation === 'linear' ? a.time + gap : point + Math.min(gap, point - a.time))
  return Math.min(settled, b === undefined ? never : b.time) + late
}

/** Nothing more is said about a gap before a reading ends it. */
const inLongGap = (config: Config, m: Memory): boolean => m.missing >= (config.onGap === 'nothing' ? 1 : MOST_MISSING)

/** Undefined: nothing is known there. */
function valueAt(config: Config, a: Sample, b: Sample | undefined, point: number): Sample | undefined {
  const gap = config.maxGapS * 1000
  if (a.time === point) return a
  if (config.interpolation === 'linear') {
    if (b === undefined || b.time - a.time > gap) return undefined
    if (!isUsable(a) || !isUsable(b)) return make(a.tag, null, point, worse(worse(a.quality, b.quality), Quality.badTypeMismatch))
    return truthful(make(a.tag, onLine(a.time, a.value, b.time, b.value, point), point, worse(a.quality, b.quality)))
  }
  const from = config.interpolation === 'nearest' && b !== undefined && b.time - point < point - a.time ? b : a
  return Math.abs(point - from.time) > gap ? undefined : make(a.tag, from.value, point, from.quality)
}

function giveNext(ctx: Ctx): void {
  const { config, state: m } = ctx
  const point = pointAt(config, m.next)
  const b = m.kept[1]
  const found = valueAt(config, m.kept[0]!, b, point)
  m.next++
  if (found !== undefined) {
    m.missing = 0
    ctx.emit['value']!(found)
    return
  }
  const told = inLongGap(config, m)
  if (!told) m.missing++
  if (config.onGap === 'bad' && !told) ctx.emit['value']!(make(ctx.tag, null, point, Quality.badNoData))
  else if (b !== undefined) m.next = Math.max(m.next, pointFrom(config, config.interpolation === 'nearest' ? b.time - config.maxGapS * 1000 : b.time))
}

/** False: it is not taken, and why is said. */
function keep(ctx: Ctx, s: Sample): boolean {
  const { config, state: m } = ctx
  const { kept } = m
  const n = kept.length
  if (n === 0) {
    m.next = pointFrom(config, s.time)
    kept.push(s)
    return true
  }
  let i = n
  while (i > 0 && kept[i - 1]!.time > s.time) i--
  const before = kept[i - 1]
  if (before === undefined) {
    ctx.drop('late')
    return false
  }
  if (before.time === s.time) {
    if (repeats(s, before)) {
      ctx.drop('duplicate')
      return false
    }
    kept[i - 1] = s
    return true
  }
  const cell = pointFrom(config, s.time)
  if (i === n && n > 1 && pointFrom(config, kept[n - 2]!.time) === cell && pointFrom(config, before.time) === cell) {
    kept[n - 1] = s
    return true
  }
  if (n >= MOST_KEPT) {
    ctx.drop('full')
    return false
  }
  kept.splice(i, 0, s)
  return true
}

export default defineNode({
  type: 'transform.resample',
  version: 1,
  title: 'Resample',
  summary: 'Gives readings at a fixed rate: the last one, the nearest one, or the straight line between two.',
  help: `Points lie at whole multiples of the period since 1970-01-01 UTC, so points of different tags have the same times. A reading exactly at a point is the point. Else it is **the last reading** before it, **the nearest** one (of two, the earlier), or the **straight line** between the readings before and after it. What is shorter than a period is not averaged: for that use Window statistics.

Points come when source time has passed them, and a line or a nearest reading when the next reading is there. **While silent** points go on: with the last value until the *longest gap* is over, and then, of all methods, as missing and *BadNoData*, or not at all. Event time goes on with the gateway's clock when a source is silent for 10 s. A gap gives ${MOST_MISSING} bad points at most, then none until readings come again. At the end of a recording points end with the newest reading. Windows behind this node wait for its points: of the last reading by its wait for late readings, of the other methods by the *longest gap* more. Points that wait for the next reading (not *while silent*) may be of any age: a window behind them needs a wait of its own.

Every reading is **held**: it is part of the points that follow.

**Bad readings, NaN and infinities** are readings: the last or nearest one gives a bad point, and a line with a bad end is missing, with that quality. **Uncertain** ends make the line uncertain; nothing bad or uncertain is stepped over.

**Late and backward-time** readings count for points that have not been given, also between readings that came before; those older than the reading that the last point was taken from are left out. *Wait for late readings* makes points wait. **Duplicates** (same time, value and quality) are left out; of several readings of one time the last to come counts.

Source: interpolation as in OPC 10000-13, 5.4.3.4 (Interpolative: stepped and sloped).`,
  keywords: ['interpolate', 'fixed rate', 'align', 'grid', 'regular', 'equally spaced', 'downsample', 'upsample', 'synchronise', 'sample rate', 'hold', 'fill'],
  icon: 'align-horizontal-distribute-center',
  effects: 'none',
  config: Config,
  inputs: { value: port.any() },
  outputs: { value: same('value') },
  rates: (config, { value }) => ({ value: { perS: value!.tags / config.periodS, tags: value!.tags } }),
  drops: { duplicate: 'The same reading again.', late: 'Older than the reading that the last point was taken from.', full: 'Too many readings wait: source time of another tag stands still.' },
  state: (): Memory => ({ kept: [], next: 0, missing: 0 }),
  receive(sample, _port, ctx) {
    if (!keep(ctx, truthful(sample))) return
    ctx.hold()
    ctx.wakeAtWatermark(dueOf(ctx, false))
  },
  tick(ctx) {
    const { watermark } = ctx
    const ended = watermark === never
    let due = dueOf(ctx, ended)
    while (due !== never && due <= watermark) {
      giveNext(ctx)
      due = dueOf(ctx, ended)
    }
    ctx.wakeAtWatermark(due)
  },
  complete({ whileSilent, interpolation, latenessS, maxGapS }) {
    const back = (latenessS + (interpolation === 'last' ? 0 : maxGapS)) * 1000
    return whileSilent ? (watermark) => watermark - back : undefined
  },
  check: (config) => (config.maxGapS / config.periodS > 100_000 ? [{ field: '/maxGapS', reason: 'At most 100000 periods: one reading would give more points than that.' }] : []),
  // Readings wait in the same order for any method; only the numbers of the points are of one period.
  carries: (from, to) => from.periodS === to.periodS,
  examples: [
    {
      title: 'Every second the last reading',
      config: usual,
      in: [
        { at: 'value', value: 5, time: 300 },
        { at: 'value', value: 6, time: 1700 },
        { at: 'value', value: 7, time: 1900 },
        { at: 'value', value: 8, time: 4000 },
      ],
      out: [
        { at: 'value', value: 5, time: 1000 },
        { at: 'value', value: 7, time: 2000 },
        { at: 'value', value: 7, time: 3000 },
        { at: 'value', value: 8, time: 4000 },
      ],
    },
    {
      title: 'Every ten seconds on the straight line; none where readings are over a minute apart',
      config: { ...usual, periodS: 10, interpolation: 'linear', onGap: 'nothing' },
      in: [
        { at: 'value', value: 0, time: 5000 },
        { at: 'value', value: 20, time: 25_000 },
        { at: 'value', value: 50, time: 98_000 },
        { at: 'value', value: 54, time: 102_000 },
      ],
      out: [
        { at: 'value', value: 5, time: 10_000 },
        { at: 'value', value: 15, time: 20_000 },
        { at: 'value', value: 52, time: 100_000 },
      ],
    },
    {
      title: 'The nearest reading',
      config: { ...usual, interpolation: 'nearest', whileSilent: false },
      in: [
        { at: 'value', value: 'a', time: 900 },
        { at: 'value', value: 'b', time: 1400 },
        { at: 'value', value: 'c', time: 2200 },
        { at: 'value', value: 'd', time: 2900 },
      ],
      out: [
        { at: 'value', value: 'a', time: 1000 },
        { at: 'value', value: 'c', time: 2000 },
      ],
    },
    {
      title: 'A late reading still counts for a point that waits',
      config: { ...usual, latenessS: 2 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 4, time: 2500 },
        { at: 'value', value: 2, time: 900 },
        { at: 'value', value: 5, time: 5000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000 },
        { at: 'value', value: 2, time: 2000 },
        { at: 'value', value: 4, time: 3000 },
        { at: 'value', value: 4, time: 4000 },
        { at: 'value', value: 5, time: 5000 },
      ],
    },
    {
      title: 'Bad readings give bad points, and so does a gap',
      config: { ...usual, maxGapS: 2 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 1, time: 900, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 1500 },
        { at: 'value', value: 3, time: 1900, quality: 'Uncertain' },
        { at: 'value', value: 4, time: 6000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 1, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: 3, time: 2000, quality: 'Uncertain' },
        { at: 'value', value: 3, time: 3000, quality: 'Uncertain' },
        { at: 'value', value: null, time: 4000, quality: 'BadNoData' },
        { at: 'value', value: null, time: 5000, quality: 'BadNoData' },
        { at: 'value', value: 4, time: 6000 },
      ],
    },
  ],
})
