// Compression with a bound on the error: the pivot is the last point that left, the held one the last that could be its
// other end. Of all readings between them only the range of slopes is kept that stays near enough to each of them.
import { Type, defineNode, field, isBad, port, repeats, same, truthful, type Context, type Sample, type Static } from '#kit'

const Config = Type.Object(
  {
    mode: field.choice(['absolute', 'percent'], { title: 'Deviation in', labels: ['The unit', '% of range'], default: 'absolute' }),
    deviation: Type.Number({ title: 'Deviation', description: 'No reading that is left out is farther from the straight line between the points that leave.', unitOf: 'value', minimum: 0, default: 0.5, when: { field: 'mode', is: ['absolute'] } }),
    percent: Type.Number({ title: 'Deviation', description: 'Of the range below.', unit: '%', minimum: 0, maximum: 100, default: 0.5, when: { field: 'mode', is: ['percent'] } }),
    low: Type.Number({ title: 'Range from', unitOf: 'value', default: 0, when: { field: 'mode', is: ['percent'] } }),
    high: Type.Number({ title: 'Range to', unitOf: 'value', default: 100, when: { field: 'mode', is: ['percent'] } }),
    maxSilenceS: Type.Number({ title: 'Longest silence', description: 'The held reading leaves at the latest this long after the last point that left. 0: no limit.', unit: 's', minimum: 0, default: 3600 }),
    minIntervalS: Type.Number({ title: 'Shortest interval', description: 'Readings closer than this to the last point that left are left out, however far they are from the line.', unit: 's', minimum: 0, default: 0, advanced: true }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Memory {
  /** The last point that left. */
  pivot: Sample | null
  /** The last reading, while it has not left. */
  held: Sample | null
  /** Slopes from the pivot that pass every reading since near enough, in the unit per ms. */
  least: number
  most: number
}
type Ctx = Context<Config, Memory>

const deviationOf = (config: Config): number => (config.mode === 'absolute' ? config.deviation : (config.percent / 100) * (config.high - config.low))

/** A point leaves, and the door opens anew from it. */
function archive(ctx: Ctx, s: Sample): void {
  const m = ctx.state
  m.pivot = s
  m.held = null
  m.least = Number.NEGATIVE_INFINITY
  m.most = Number.POSITIVE_INFINITY
  ctx.emit['value']!(s)
}

export default defineNode({
  type: 'filter.swinging-door',
  version: 1,
  title: 'Swinging door',
  summary: 'Compresses a trend to the points between which straight lines keep within a deviation of every reading.',
  help: `For storage and uplinks: a slow ramp of a thousand readings becomes two points. Between two points that leave, the straight line is nowhere farther than the **deviation** from a reading that was left out. Each tag is compressed by itself.

**A point leaves when the door closes.** The latest reading is always held: whether it is needed shows only with the next one. When the next one cannot be reached from the last point by a line that keeps within the deviation of all readings between, *the held one* leaves, with its own time and quality. So the output runs behind by one reading of the compressed trend, and this node is not for alarms.

**Nothing stays behind.** After the *longest silence* the held reading leaves also when none follows: a timer of the gateway stands in for the source's time, unless event time gets there first. So windows behind this node wait for the longest silence. At the end of a recording it leaves as well. Without a longest silence, the last reading of a tag that falls silent waits for the next one, or for that end, and may be late for a window behind this node.

**Shortest interval.** Readings closer than this to the last point that left are left out unseen: the deviation does not hold for them.

**Bad readings, NaN and infinities** all pass, and so does each reading whose quality is another than that of the last one; the held reading leaves before it, so that the trend ends where it was last good. **Uncertain** readings are compressed like good ones among themselves.

**Late and backward-time** readings (not newer than the last one) pass at once, as they are, and leave the door alone: an archive puts them in their place. **Duplicates** (the same time, value and quality as the last reading) are left out.

Source: E. H. Bristol, US patent 4,669,097 (1987, expired) and *Swinging door trending*, ISA 1990; with the stricter closing of historians, which tests the new reading itself against the slopes allowed so far, so that the deviation is kept and not its double.`,
  keywords: ['compression', 'historian', 'archive', 'trend', 'SDT', 'data reduction', 'piecewise linear', 'downsample', 'exception'],
  icon: 'door-open',
  effects: 'none',
  config: Config,
  inputs: { value: port.number() },
  outputs: { value: same('value') },
  drops: {
    compressed: 'It lies on the line between its neighbours, within the deviation.',
    soon: 'It is closer than the shortest interval to the last point that left.',
    duplicate: 'The same reading again.',
  },
  state: (): Memory => ({ pivot: null, held: null, least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY }),
  receive(sample, _port, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    const last = m.held ?? m.pivot
    if (last === null) {
      archive(ctx, s)
      return
    }
    if (repeats(s, last)) {
      ctx.drop('duplicate')
      return
    }
    if (s.time <= last.time) {
      ctx.emit['value']!(s)
      return
    }
    if (s.quality !== last.quality || isBad(s.quality)) {
      if (m.held !== null) archive(ctx, m.held)
      archive(ctx, s)
      return
    }
    const deviation = deviationOf(config)
    const limit = config.maxSilenceS > 0 ? config.maxSilenceS * 1000 : Number.POSITIVE_INFINITY
    let pivot = m.pivot!
    if (s.time - pivot.time < config.minIntervalS * 1000) {
      ctx.drop('soon')
      return
    }
    let slope = slopeOf(pivot, s)
    const { held } = m
    let full = held !== null
    if (held !== null && (!(slope >= m.least && slope <= m.most) || s.time - pivot.time >= limit)) {
      archive(ctx, held)
      full = false
      pivot = held
      if (s.time - pivot.time < config.minIntervalS * 1000) {
        ctx.drop('soon')
        return
      }
      slope = slopeOf(pivot, s)
    }
    if (s.time - pivot.time >= limit) {
      archive(ctx, s)
      return
    }
    const reach = deviation / (s.time - pivot.time)
    // A slope too large for a number bounds nothing: NaN closes the door on whatever follows.
    m.least = Math.max(m.least, Number.isFinite(slope) ? slope - reach : Number.NaN)
    m.most = Math.min(m.most, slope + reach)
    m.held = s
    // In the one place of the held reading, whose outcome this is: it is not needed any more.
    if (full) {
      ctx.drop('compressed')
      return
    }
    ctx.hold()
    // The rest of the silence on the gateway's clock and in event time: the tag's own clock may be off. Event time gets
    // there when a recording ends, too.
    const rest = pivot.time + limit - s.time
    if (limit < Number.POSITIVE_INFINITY) ctx.wakeAt(ctx.now + rest)
    ctx.wakeAtWatermark(Math.min(Math.max(s.time, ctx.watermark) + rest, Number.MAX_VALUE))
  },
  tick(ctx) {
    const { held } = ctx.state
    if (held !== null) archive(ctx, held)
  },
  check: (config) => (config.mode === 'percent' && !(config.high > config.low) ? [{ field: '/high', reason: "'Range to' must be above 'Range from'." }] : []),
  complete: ({ maxSilenceS }) => (maxSilenceS > 0 ? (watermark) => watermark - maxSilenceS * 1000 : undefined),
  // The slopes were made with the deviation, and the timer with the longest silence.
  carries: (from, to) => deviationOf(from) === deviationOf(to) && from.maxSilenceS === to.maxSilenceS,
  examples: [
    {
      title: 'A ramp and a step: the corners leave, each when the reading after it comes',
      config: { mode: 'absolute', deviation: 0.5, percent: 0.5, low: 0, high: 100, maxSilenceS: 0, minIntervalS: 0 },
      in: [
        { at: 'value', value: 0, time: 0 },
        { at: 'value', value: 1.2, time: 1000 },
        { at: 'value', value: 1.9, time: 2000 },
        { at: 'value', value: 3, time: 3000 },
        { at: 'value', value: 3, time: 4000 },
        { at: 'value', value: 3.1, time: 5000 },
        { at: 'value', value: 9, time: 6000 },
      ],
      out: [
        { at: 'value', value: 0, time: 0 },
        { at: 'value', value: 3, time: 3000 },
        { at: 'value', value: 3.1, time: 5000 },
        { at: 'value', value: 9, time: 6000 },
      ],
    },
    {
      title: 'At least one point in 10 s, also when no reading follows',
      config: { mode: 'absolute', deviation: 1, percent: 0.5, low: 0, high: 100, maxSilenceS: 10, minIntervalS: 0 },
      in: [
        { at: 'value', tag: 'TT-1', value: 20, time: 0 },
        { at: 'value', tag: 'TT-1', value: 20.1, time: 4000 },
        { at: 'value', tag: 'TT-1', value: 20.2, time: 8000 },
        { at: 'value', tag: 'TT-2', value: 5, time: 11000 },
        { at: 'value', tag: 'TT-1', value: 20.3, time: 30000 },
      ],
      out: [
        { at: 'value', tag: 'TT-1', value: 20, time: 0 },
        { at: 'value', tag: 'TT-1', value: 20.2, time: 8000 },
        { at: 'value', tag: 'TT-2', value: 5, time: 11000 },
        { at: 'value', tag: 'TT-1', value: 20.3, time: 30000 },
      ],
    },
    {
      title: '2 % of a range of 0 to 50; a peak closer than the shortest interval is not seen',
      config: { mode: 'percent', deviation: 0.5, percent: 2, low: 0, high: 50, maxSilenceS: 0, minIntervalS: 5 },
      in: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 40, time: 1000 },
        { at: 'value', value: 10, time: 6000 },
        { at: 'value', value: 13, time: 12000 },
        { at: 'value', value: 10, time: 18000 },
      ],
      out: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 10, time: 6000 },
        { at: 'value', value: 13, time: 12000 },
        { at: 'value', value: 10, time: 18000 },
      ],
    },
    {
      title: 'Bad readings pass, after the last good one; a late reading passes as it is',
      config: { mode: 'absolute', deviation: 5, percent: 0.5, low: 0, high: 100, maxSilenceS: 0, minIntervalS: 0 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000 },
        { at: 'value', value: 2, time: 2000 },
        { at: 'value', value: 7, time: 500 },
        { at: 'value', value: 2, time: 3000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 4000 },
        { at: 'value', value: 3, time: 5000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 7, time: 500 },
        { at: 'value', value: 2, time: 2000 },
        { at: 'value', value: 2, time: 3000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 4000, quality: 'BadOutOfRange' },
        { at: 'value', value: 3, time: 5000 },
      ],
    },
  ],
})

/** From an earlier reading to a later one, both good or uncertain: in the unit per ms. */
function slopeOf(from: Sample, to: Sample): number {
  return ((to.value as number) - (from.value as number)) / (to.time - from.time)
}
