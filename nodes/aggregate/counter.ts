// Counts what happens. Readings are taken in the order of their time as they come; a period closes by the watermark, so
// that it closes also when nothing comes any more. All tags share one state because one reset clears them.
import { Quality, Type, defineNode, field, fromConfig, isBad, isGood, port, sample as make, truthful, worse, type Context, type Sample, type Value } from '#kit'
import { clockTime, renewalGrid, zoneFault, type Cell } from '#math/calendar'
import { perConfig } from '#math/remember'

const Config = Type.Object(
  {
    counts: field.choice(['rising', 'falling', 'edges', 'changes', 'readings'], { title: 'Counts', labels: ['False to true', 'True to false', 'Both edges', 'Every change', 'Every reading'], default: 'rising', description: 'A change is that of any value: a number, a text.' }),
    period: field.choice(['none', 'window', 'day', 'shift'], { title: 'Begins anew', labels: ['Never', 'Every window', 'Every day', 'Every shift'], default: 'none' }),
    sizeS: Type.Number({ title: 'Window', description: 'Windows begin at whole multiples since 1970-01-01 UTC.', unit: 's', minimum: 1, maximum: 31 * 86_400, default: 3600, when: { field: 'period', is: ['window'] } }),
    zone: field.zone({ when: { field: 'period', is: ['day', 'shift'] } }),
    shifts: Type.Array(Type.String({ title: 'Start', pattern: clockTime }), { title: 'Shifts begin at', description: "'06:00'. Each lasts until the next one.", minItems: 1, maxItems: 24, default: ['06:00', '14:00', '22:00'], when: { field: 'period', is: ['shift'] } }),
    dayStart: Type.String({ title: 'A day begins at', description: 'HH:MM in that zone: 06:00 where the first shift begins.', pattern: clockTime, default: '00:00', when: { field: 'period', is: ['day'] } }),
    ratePer: field.choice(['s', 'min', 'h', 'd'], { title: 'Rate per', labels: ['Second', 'Minute', 'Hour', 'Day'], default: 'h' }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly counts: 'rising' | 'falling' | 'edges' | 'changes' | 'readings'
  readonly period: 'none' | 'window' | 'day' | 'shift'
  readonly sizeS: number
  readonly zone: string
  readonly shifts: readonly string[]
  readonly dayStart: string
  readonly ratePer: 's' | 'min' | 'h' | 'd'
}

interface Tally {
  /** The last usable value; undefined before the first. */
  last: Value | undefined
  /** Newest time taken. */
  newest: number
  lastQuality: number
  lastRaw: Value
  period: Cell
  /** Whether the period was seen from its start. */
  whole: boolean
  count: number
  total: number
  /** The worst quality that the period's count rests on. */
  quality: number
}
interface Memory {
  tags: Map<string, Tally>
  /** When the next period of any tag ends. */
  next: number
}
type Ctx = Context<Config, Memory>

const MAX_TAGS = 10_000
const perMs = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const

const gridOf = perConfig(renewalGrid)
const periodOf = (config: Config, time: number): Cell => gridOf(config).at(time)

const happened = (counts: Config['counts'], before: Value | undefined, value: Value): boolean => {
  if (counts === 'readings') return true
  if (before === undefined) return false
  if (counts === 'changes') return !Object.is(before, value)
  if (before === value) return false
  return counts === 'edges' || (counts === 'rising') === (value === true)
}

/** A single value can be compared; a list or an image only be counted. */
const countable = (counts: Config['counts'], s: Sample): boolean =>
  !isBad(s.quality) && (counts === 'readings' || (counts === 'changes' ? s.value === null || typeof s.value !== 'object' : typeof s.value === 'boolean'))

function begin(t: Tally, config: Config, time: number, whole: boolean): void {
  t.period = periodOf(config, time)
  t.whole = whole && t.period.start === time
  t.count = 0
  t.quality = Quality.good
}

/** The period's result, at its start; of an unfinished one uncertain. */
function close(ctx: Ctx, tag: string, t: Tally, finished: boolean): void {
  const quality = t.whole && finished ? t.quality : worse(t.quality, Quality.uncertainSubNormal)
  ctx.emit['period']!(make(tag, t.count, t.period.start, quality))
  ctx.emit['rate']!(make(tag, (t.count * perMs[ctx.config.ratePer]) / (t.period.end - t.period.start), t.period.start, quality))
}

/** Periods that end by `time` are closed; those without a reading count nothing, up to a point. */
function roll(ctx: Ctx, tag: string, t: Tally, time: number): void {
  for (let n = 0; time >= t.period.end; n++) {
    close(ctx, tag, t, true)
    // After a silence of a thousand periods nobody waits for the rest.
    if (n < 1000) begin(t, ctx.config, t.period.end, true)
    else begin(t, ctx.config, time, false)
  }
}

function wake(ctx: Ctx): void {
  let next = Number.POSITIVE_INFINITY
  for (const t of ctx.state.tags.values()) if (t.period.end < next) next = t.period.end
  ctx.state.next = next
  ctx.wakeAtWatermark(next)
}

/** Closes what has ended, of all tags, before anything later is told. */
function rollAll(ctx: Ctx): void {
  if (ctx.state.next > ctx.watermark) return
  for (const [tag, t] of ctx.state.tags) roll(ctx, tag, t, ctx.watermark)
  wake(ctx)
}

function show(ctx: Ctx, tag: string, t: Tally, time: number, quality: number): void {
  ctx.emit['count']!(make(tag, t.count, time, worse(quality, t.quality)))
  ctx.emit['total']!(make(tag, t.total, time, quality))
}

function reset(ctx: Ctx, time: number | null): void {
  for (const [tag, t] of ctx.state.tags) {
    t.count = 0
    t.total = 0
    t.quality = Quality.good
    t.whole = ctx.config.period === 'none'
    show(ctx, tag, t, time ?? t.newest, isBad(t.lastQuality) ? t.lastQuality : Quality.good)
  }
}

export default defineNode({
  type: 'aggregate.counter',
  version: 1,
  title: 'Counter',
  summary: 'Counts edges, changes or readings: in all, per shift or day, and as a rate.',
  help: `**count** is that of the running period and **total** that since the last reset; both come with each reading that counts. When a period ends, **period** says how many it had and **rate** how many that is per unit of time, with the time of the period's *start*. Periods without any reading count 0. Windows begin at whole multiples since 1970-01-01 UTC, days and shifts go by the clock of the time zone and are as long as they really are. A window behind a *period*, which comes when its time is long past, must wait for late readings as long as a period is.

**Reset:** true at the input *reset*, or the operator's act, sets count and total of all tags to 0.

**Bad readings, NaN** (as a change of a number) **and missing values** count nothing: *count* and *total* come with their present numbers and the bad quality. What the value was before them is compared with what it is after them, so an edge that happened meanwhile counts once, and the period's count is *UncertainSubNormal* because more may have happened. **Uncertain** readings count and make their period's count uncertain. A period that was not seen from its start to its end is uncertain.

**Late and backward-time** readings (older than the newest of their tag) are dropped: in a past order of things nothing can be counted. **Duplicates** (the same time, value and quality at once) are dropped, so that with *Every reading* none counts twice.

Source: IEC 61131-3:2013, table 46 (counters; edges by R_TRIG and F_TRIG).`,
  keywords: ['count', 'edge', 'pieces', 'strokes', 'cycles', 'starts', 'totalizer', 'rate', 'per hour', 'shift', 'CTU', 'tally', 'events'],
  icon: 'tally-5',
  effects: 'none',
  config: Config,
  inputs: {
    value: port.any({ title: 'Value', help: 'True and false for edges; anything for changes and readings.' }),
    reset: port.boolean({ optional: true, title: 'Reset', help: 'True sets all counts to 0.' }),
  },
  outputs: {
    count: port.number({ title: 'Count', help: 'Of the running period.', unit: '1' }),
    total: port.number({ title: 'Total', help: 'Since the last reset.', unit: '1' }),
    period: port.number({ title: 'Period', help: 'Count of a period that has ended.', unit: '1' }),
    rate: port.number({ title: 'Rate', help: 'The same per unit of time.', unit: fromConfig('ratePer', { s: '/s', min: '/min', h: '/h', d: '/d' }) }),
  },
  drops: {
    late: 'A newer reading of this tag was counted before.',
    duplicate: 'The same reading again.',
    no_reset: 'A reset that is not true, or is bad.',
  },
  scope: 'node',
  state: (): Memory => ({ tags: new Map(), next: Number.POSITIVE_INFINITY }),
  // Totals survive all but another meaning of what is counted; a running period ends as it was begun.
  carries: (from, to) => from.counts === to.counts,
  receive(sample, at, ctx) {
    const { config, state } = ctx
    const s = truthful(sample)
    if (at === 'reset') {
      if (s.value !== true || isBad(s.quality)) return ctx.drop('no_reset')
      ctx.hold()
      return reset(ctx, s.time)
    }
    let t = state.tags.get(s.tag)
    const fresh = t === undefined
    if (t === undefined) {
      if (state.tags.size >= MAX_TAGS) return ctx.fail(`More than ${MAX_TAGS} tags reach this node.`)
      t = { last: undefined, newest: Number.NEGATIVE_INFINITY, lastQuality: Quality.good, lastRaw: null, period: periodOf(config, s.time), whole: config.period === 'none', count: 0, total: 0, quality: Quality.good }
      t.whole ||= t.period.start === s.time
      state.tags.set(s.tag, t)
    } else if (s.time < t.newest || (ctx.watermark !== Number.POSITIVE_INFINITY && s.time < t.period.start)) return ctx.drop('late')
    else if (s.time === t.newest && s.quality === t.lastQuality && Object.is(s.value, t.lastRaw)) return ctx.drop('duplicate')
    // A tag may be ahead of the slowest source, whose time the watermark is.
    rollAll(ctx)
    const end = t.period.end
    roll(ctx, s.tag, t, s.time)
    if (t.period.end === Number.POSITIVE_INFINITY && config.period !== 'none') begin(t, config, s.time, false)
    t.newest = s.time
    t.lastQuality = s.quality
    t.lastRaw = typeof s.value === 'object' ? null : s.value
    if (fresh || t.period.end !== end) wake(ctx)
    if (!countable(config.counts, s)) {
      t.quality = worse(t.quality, Quality.uncertainSubNormal)
      return show(ctx, s.tag, t, s.time, isBad(s.quality) ? s.quality : Quality.badTypeMismatch)
    }
    if (!isGood(s.quality)) t.quality = worse(t.quality, s.quality)
    const counted = happened(config.counts, t.last, s.value)
    const first = t.last === undefined
    t.last = t.lastRaw
    if (counted) {
      t.count++
      t.total++
    }
    if (counted || first) show(ctx, s.tag, t, s.time, s.quality)
    else ctx.hold()
  },
  tick(ctx) {
    if (ctx.watermark !== Number.POSITIVE_INFINITY) return rollAll(ctx)
    for (const [tag, t] of ctx.state.tags) if (t.period.end !== Number.POSITIVE_INFINITY) close(ctx, tag, t, false)
  },
  acts: {
    reset: (ctx) => reset(ctx, null),
  },
  check(config) {
    const fault = config.period === 'day' || config.period === 'shift' ? zoneFault(config.zone) : undefined
    return fault === undefined ? [] : [{ field: '/zone', reason: fault }]
  },
  examples: [
    {
      title: 'Strokes of a press, and a reset',
      config: { counts: 'rising', period: 'none', sizeS: 3600, zone: 'UTC', shifts: ['06:00'], ratePer: 'h' },
      in: [
        { at: 'value', value: false, time: 0 },
        { at: 'value', value: true, time: 1000 },
        { at: 'value', value: true, time: 2000 },
        { at: 'value', value: false, time: 3000 },
        { at: 'value', value: true, time: 4000 },
        { at: 'reset', tag: 'button', value: true, time: 5000 },
      ],
      out: [
        { at: 'count', value: 0, time: 0 },
        { at: 'total', value: 0, time: 0 },
        { at: 'count', value: 1, time: 1000 },
        { at: 'total', value: 1, time: 1000 },
        { at: 'count', value: 2, time: 4000 },
        { at: 'total', value: 2, time: 4000 },
        { at: 'count', value: 0, time: 5000 },
        { at: 'total', value: 0, time: 5000 },
      ],
    },
    {
      title: 'Recipe changes per minute; the first minute was not seen from its start',
      config: { counts: 'changes', period: 'window', sizeS: 60, zone: 'UTC', shifts: ['06:00'], ratePer: 'h' },
      in: [
        { at: 'value', value: 'A', time: 30_000 },
        { at: 'value', value: 'B', time: 45_000 },
        { at: 'value', value: 'C', time: 61_000 },
        { at: 'value', value: 'C', time: 120_000 },
      ],
      out: [
        { at: 'count', value: 0, time: 30000 },
        { at: 'total', value: 0, time: 30000 },
        { at: 'count', value: 1, time: 45000 },
        { at: 'total', value: 1, time: 45000 },
        { at: 'period', value: 1, time: 0, quality: 'UncertainSubNormal' },
        { at: 'rate', value: 60, time: 0, quality: 'UncertainSubNormal' },
        { at: 'count', value: 1, time: 61000 },
        { at: 'total', value: 2, time: 61000 },
        { at: 'period', value: 1, time: 60000 },
        { at: 'rate', value: 60, time: 60000 },
        { at: 'period', value: 0, time: 120000, quality: 'UncertainSubNormal' },
        { at: 'rate', value: 0, time: 120000, quality: 'UncertainSubNormal' },
      ],
    },
    {
      title: 'A bad reading and NaN: the edge behind them counts once, the count is uncertain',
      config: { counts: 'edges', period: 'day', sizeS: 3600, zone: 'Europe/Berlin', shifts: ['06:00'], ratePer: 'd' },
      in: [
        { at: 'value', value: true, time: -3_600_000 },
        { at: 'value', value: null, time: 1000, quality: 'BadCommunicationError' },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
        { at: 'value', value: false, time: 3000 },
        { at: 'value', value: true, time: 2500 },
        { at: 'value', value: false, time: 3000 },
      ],
      out: [
        { at: 'count', value: 0, time: -3600000 },
        { at: 'total', value: 0, time: -3600000 },
        { at: 'count', value: 0, time: 1000, quality: 'BadCommunicationError' },
        { at: 'total', value: 0, time: 1000, quality: 'BadCommunicationError' },
        { at: 'count', value: 0, time: 2000, quality: 'BadOutOfRange' },
        { at: 'total', value: 0, time: 2000, quality: 'BadOutOfRange' },
        { at: 'count', value: 1, time: 3000, quality: 'UncertainSubNormal' },
        { at: 'total', value: 1, time: 3000 },
        { at: 'period', value: 1, time: -3600000, quality: 'UncertainSubNormal' },
        { at: 'rate', value: 1, time: -3600000, quality: 'UncertainSubNormal' },
      ],
    },
  ],
})
