// Totals: of a rate over source time (flow to volume, power to energy), or of a meter's readings with its roll-overs.
// One state for all tags, since a reset comes by another tag than the readings; each tag has its own total in it.
// Longer than 300 lines: a third of it is examples.
import { Quality, Type, defineNode, field, fromConfig, isBad, isGood, isUsable, parseUnit, port, sample as make, truthful, worse, type Context, type Sample, type Static } from '#kit'
import { clockTime, renewalGrid, zoneFault, type Cell } from '#math/calendar'
import { perConfig } from '#math/remember'
import { addToSum, newSum, totalOf, type Sum } from '#math/sum'

/** Tags that one node keeps totals for. */
const MOST_TAGS = 100_000

const Config = Type.Object(
  {
    mode: field.choice(['rate', 'counter'], { title: 'The reading is', labels: ['A rate', 'A meter reading'], description: 'A rate (m³/h, kW) is integrated over time; of a meter the increments are added up.', default: 'rate' }),
    unit: field.unit({ title: 'Unit of the reading', description: 'Empty: that of the wire. Of a rate it gives the unit of the total: m3/h counted by the hour are m3.', default: '' }),
    per: field.choice(['s', 'min', 'h', 'd'], { title: 'The rate is per', labels: ['Second', 'Minute', 'Hour', 'Day'], description: 'A flow in m³/h: hour. A power in kW: hour, for kWh.', default: 'h', when: { field: 'mode', is: ['rate'] } }),
    interpolation: field.choice(['linear', 'last', 'next'], {
      title: 'Between readings',
      labels: ['Straight line', 'The last reading', 'The next reading'],
      description: 'What the rate was in between. The last reading: for sources that send when something changes.',
      default: 'linear',
      when: { field: 'mode', is: ['rate'] },
    }),
    maxGapS: Type.Number({ title: 'Longest gap', description: 'Between two usable readings further apart nothing is integrated, and the total is uncertain.', unit: 's', exclusiveMinimum: 0, maximum: 366 * 86_400, default: 300, when: { field: 'mode', is: ['rate'] } }),
    rollover: Type.Number({ title: 'Meter rolls over at', description: 'One more than its highest reading: 1000000 of six digits, 65536 of a 16-bit register. 0: it does not.', minimum: 0, default: 0, when: { field: 'mode', is: ['counter'] } }),
    maxIncrement: Type.Number({ title: 'Largest increment', description: 'More than this from one reading to the next is not believed: it is not counted, and the total is uncertain. 0: any.', minimum: 0, default: 0, when: { field: 'mode', is: ['counter'] } }),
    onLower: field.choice(['restart', 'ignore'], {
      title: 'A lower reading that is no roll-over',
      labels: ['The meter began at 0', 'Counts nothing'],
      description: 'A changed meter, or one that lost its reading. The total is uncertain in both cases.',
      default: 'restart',
      when: { field: 'mode', is: ['counter'] },
    }),
    initial: Type.Number({ title: 'Begin at', description: 'The total at first and after each reset, in its own unit.', default: 0 }),
    period: field.choice(['none', 'hour', 'day', 'week', 'month', 'year'], { title: 'Reset every', labels: ['Never', 'Hour', 'Day', 'Week', 'Month', 'Year'], description: 'The total of each period that ended leaves by "closed".', default: 'none' }),
    zone: field.zone({ when: { field: 'period', is: ['day', 'week', 'month', 'year'] } }),
    dayStart: Type.String({ title: 'A day begins at', description: 'HH:MM in that zone: 06:00 where the first shift begins.', pattern: clockTime, default: '00:00', when: { field: 'period', is: ['day', 'week', 'month', 'year'] } }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Total {
  sum: Sum
  /** When it began, and when its period ends; Infinity without one. */
  start: number
  end: number
  /** The period before was closed by the watermark; this one has no reading yet, and gives no total without one. */
  idle: boolean
  /** Something is missing, or was uncertain, since it began. */
  doubt: boolean
  /** The last usable reading. */
  time: number
  value: number
  quality: number
}
interface Memory {
  readonly totals: Map<string, Total>
  /** The watermark that is waited for. */
  wakeAt: number
}
type Ctx = Context<Config, Memory>

const usual: Config = { mode: 'rate', unit: '', per: 'h', interpolation: 'linear', maxGapS: 300, rollover: 0, maxIncrement: 0, onLower: 'restart', initial: 0, period: 'none', zone: 'UTC', dayStart: '00:00' }
const msPer = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const

const gridOf = perConfig((config: Config) => renewalGrid({ ...config, sizeS: 0, shifts: [] }))
const periodOf = (config: Config, time: number): Cell => gridOf(config).at(time)

/** 'm3/h' by the hour is 'm3'; a power by the hour 'kW.h'. Absent where the reading's unit is, or has no integral. */
function totalUnit({ mode, per }: Config, unit: string): string | undefined {
  const known = unit === '' ? undefined : parseUnit(unit)
  if (!known) return undefined
  if (mode === 'counter') return unit
  if (unit === '1') return per
  const stripped = unit.endsWith(`/${per}`) ? unit.slice(0, -per.length - 1) : `${unit}.${per}`
  return stripped === '' ? '1' : parseUnit(stripped) && stripped
}

const qualityOf = (t: Total): number => (t.doubt ? Quality.uncertainSubNormal : Quality.good)

function close(ctx: Ctx, tag: string, t: Total): void {
  if (!t.idle) ctx.emit['closed']!(truthful(make(tag, totalOf(t.sum), t.start, qualityOf(t))))
}

function begin(config: Config, t: Total, start: number, end: number): void {
  t.sum = newSum(config.initial)
  t.start = start
  t.end = end
  t.doubt = false
}

/** Adds the rate's integral from one time to another, both between the last reading and this one; gives what it added. */
function addArea({ interpolation, per, maxGapS }: Config, t: Total, s: Sample<number>, from: number, to: number): number {
  if (!(to > from)) return 0
  const whole = s.time - t.time
  if (!isGood(s.quality) || !isGood(t.quality)) t.doubt = true
  if (whole > maxGapS * 1000) {
    t.doubt = true
    return 0
  }
  let rate = interpolation === 'last' ? t.value : s.value
  if (interpolation === 'linear') {
    // The line's value halfway, weighted by both ends: no difference of two huge values.
    const share = (from - t.time + (to - t.time)) / (2 * whole)
    rate = t.value * (1 - share) + s.value * share
  }
  const added = rate * ((to - from) / msPer[per])
  addToSum(t.sum, added)
  return added
}

/** Counts a rate up to the reading, and ends every period that lies in front of it. */
function integrate(ctx: Ctx, t: Total, s: Sample<number>): number {
  const { config } = ctx
  if (s.time < t.end && !t.idle) return addArea(config, t, s, t.time, s.time)
  const whole = s.time - t.time <= config.maxGapS * 1000
  let from = t.idle ? Math.max(t.time, t.start) : t.time
  let added = 0
  while (s.time >= t.end) {
    const to = t.end
    added += addArea(config, t, s, from, to)
    close(ctx, s.tag, t)
    // In a gap the periods between had no reading: they have no total.
    const next = periodOf(config, whole ? to : s.time)
    begin(config, t, next.start, next.end)
    from = to
  }
  if (s.time >= t.start) t.idle = false
  return added + addArea(config, t, s, from, s.time)
}

/** Counts a meter's increment. What cannot be told counts nothing, and is in doubt. */
function count(ctx: Ctx, t: Total, s: Sample<number>): number {
  const { config } = ctx
  const { rollover, maxIncrement } = config
  if (s.time >= t.end) {
    close(ctx, s.tag, t)
    const next = periodOf(config, s.time)
    begin(config, t, next.start, next.end)
  }
  if (s.time >= t.start) t.idle = false
  let added = s.value - t.value
  if (added < 0) {
    // A meter that rolled over stands near 0 after it was near its end: less than half a turn.
    const turned = added + rollover
    if (rollover > 0 && t.value < rollover && s.value >= 0 && turned < rollover / 2 && !(maxIncrement > 0 && turned > maxIncrement)) added = turned
    else {
      added = config.onLower === 'restart' && s.value >= 0 ? s.value : 0
      t.doubt = true
    }
  }
  if (maxIncrement > 0 && added > maxIncrement) {
    added = 0
    t.doubt = true
  }
  if (!isGood(s.quality) || !isGood(t.quality)) t.doubt = true
  addToSum(t.sum, added)
  return added
}

/** A period ends without a reading once none that comes could still reach across its end. */
function wakeFor(ctx: Ctx, end: number): void {
  const time = end + ctx.config.maxGapS * 1000
  if (time >= ctx.state.wakeAt) return
  ctx.state.wakeAt = time
  ctx.wakeAtWatermark(time)
}

function reset(ctx: Ctx, time: number): void {
  for (const [tag, t] of ctx.state.totals) {
    close(ctx, tag, t)
    begin(ctx.config, t, time, t.end)
    ctx.emit['total']!(make(tag, ctx.config.initial, time, t.quality))
  }
}

function first(ctx: Ctx, s: Sample<number>): void {
  const { config, state } = ctx
  if (state.totals.size >= MOST_TAGS) {
    ctx.fail(`More than ${MOST_TAGS} tags: totals of the others are not kept.`)
    return
  }
  const { start, end } = config.period === 'none' ? { start: s.time, end: Number.POSITIVE_INFINITY } : periodOf(config, s.time)
  const t: Total = { sum: newSum(config.initial), start, end, idle: false, doubt: s.time > start, time: s.time, value: s.value, quality: s.quality }
  state.totals.set(s.tag, t)
  wakeFor(ctx, end)
  ctx.emit['total']!(make(s.tag, config.initial, s.time, worse(s.quality, qualityOf(t))))
}

function measured(ctx: Ctx, sample: Sample): void {
  const { config, state } = ctx
  const s = truthful(sample)
  const t = state.totals.get(s.tag)
  if (!isUsable(s)) {
    ctx.emit['total']!(make(s.tag, t ? totalOf(t.sum) : null, s.time, worse(s.quality, Quality.badTypeMismatch)))
    return
  }
  if (t === undefined) {
    first(ctx, s)
    return
  }
  const { mode, maxGapS } = config
  const passed = s.time - t.time
  const far = Math.abs(passed) > maxGapS * 1000
  if (passed <= 0 && (!far || (mode === 'counter' && s.value < t.value))) {
    ctx.drop(passed === 0 ? 'duplicate' : 'late')
    return
  }
  const before = t.quality
  let added = 0
  if (mode === 'counter') added = count(ctx, t, s)
  else if (passed > 0) added = integrate(ctx, t, s)
  else t.doubt = true
  t.time = s.time
  t.value = s.value
  t.quality = s.quality
  wakeFor(ctx, t.end)
  if (mode === 'rate' && far) ctx.emit['increment']!(make(s.tag, null, s.time, Quality.badNoData))
  else ctx.emit['increment']!(truthful(make(s.tag, added, s.time, worse(s.quality, before))))
  const total = totalOf(t.sum)
  ctx.emit['total']!(truthful(make(s.tag, total, s.time, worse(s.quality, qualityOf(t)))))
  if (!Number.isFinite(total)) {
    t.sum = newSum(config.initial)
    t.doubt = true
  }
}

export default defineNode({
  type: 'transform.integral',
  version: 1,
  title: 'Totaliser',
  summary: 'Adds a rate up over time, or the increments of a meter, to a total that can be reset by hand, by a signal or by the calendar.',
  help: `**A rate** is integrated over source time: a straight line between two readings (trapezoidal rule), or the last or the next one for all the time between. *The rate is per* says what it counts in: m³/h by the hour give m³, kW by the hour give kW·h.

**A meter reading** gives its increments. A lower reading is a roll-over where you say at what number the meter rolls over, and the increment across it is less than half of that; else the meter was changed or has lost its reading: it counts from 0, or not, and the total is uncertain. *Largest increment* keeps a wrong reading out.

**total** leaves with every reading, **increment** says what that reading added. **closed** is the total at each reset, with the time at which that total began: a window behind it must wait for late readings as long as a total runs. The total is reset by the calendar, by **reset** (while it is true; for all tags), and by the operator's act *reset*. A rate between two readings is divided where a period ends; an increment of a meter counts for the period in which it was read. A period ends with the first reading after it, or without one, once source time is the *longest gap* past its end; the part of it without readings is then missing, and its total uncertain. At the end of a recording the running period is closed so, too. After a reset by hand or signal, the time since the last reading counts for the new total.

**Bad readings, NaN and infinities** are not counted: *total* passes with its value and their quality. A time without usable readings that is no longer than the *longest gap* is bridged; a longer one is not integrated. What is missing (as in a period that began before the first reading), was **uncertain**, or was not believed makes the total *UncertainSubNormal* until the next reset. A bad *reset* resets nothing.

**Duplicates** and other readings of a time that was counted are left out. So are **late and backward-time** readings: that time has been counted. A reading that is older by more than the longest gap means that the source's clock was set back: a rate goes on from there, with the total uncertain; a meter's reading counts its increment, but a lower one is late.

Source: trapezoidal rule; sum by Neumaier, ZAMM 54 (1974), 39-51; increments over resets as counters in Prometheus (increase).`,
  keywords: ['integral', 'integrator', 'integrate', 'totalizer', 'accumulate', 'sum', 'energy', 'volume', 'kWh', 'consumption', 'meter', 'counter', 'pulse', 'rollover', 'operating hours', 'daily total'],
  icon: 'sigma',
  effects: 'none',
  config: Config,
  inputs: {
    value: port.number({ unit: fromConfig('unit') }),
    reset: port.boolean({ title: 'Reset', help: 'True: all totals begin anew.', optional: true }),
  },
  outputs: {
    total: port.number({ title: 'Total' }),
    increment: port.number({ title: 'Increment', help: 'What this reading added.' }),
    closed: port.number({ title: 'Closed', help: 'The total at a reset, with the time it began.' }),
  },
  typed(config, { value }) {
    const unit = totalUnit(config, config.unit === '' ? (value?.unit ?? '') : config.unit)
    const of = { kind: 'number' as const, ...(unit === undefined ? {} : { unit }) }
    return { outputs: { total: of, increment: of, closed: of } }
  },
  drops: { duplicate: 'A reading of this time is counted.', late: 'Older than what is counted.', no_reset: 'The reset signal is not true, or bad.' },
  scope: 'node',
  state: (): Memory => ({ totals: new Map(), wakeAt: Number.POSITIVE_INFINITY }),
  receive(sample, name, ctx) {
    if (name === 'value') measured(ctx, sample)
    else if (sample.value === true && !isBad(sample.quality)) {
      reset(ctx, sample.time)
      ctx.hold()
    } else ctx.drop('no_reset')
  },
  tick(ctx) {
    const { config, state, watermark } = ctx
    state.wakeAt = Number.POSITIVE_INFINITY
    for (const [tag, t] of state.totals) {
      if (t.idle) continue
      if (t.end + config.maxGapS * 1000 <= watermark) {
        // A meter's increments count when they are read; only a recording that ends cuts its period short.
        if (config.mode === 'rate' || watermark === Number.POSITIVE_INFINITY) t.doubt = true
        close(ctx, tag, t)
        const next = periodOf(config, t.end)
        begin(config, t, next.start, next.end)
        t.idle = true
      } else wakeFor(ctx, t.end)
    }
  },
  acts: {
    reset: (ctx) => reset(ctx, ctx.now),
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    if (config.unit !== '' && parseUnit(config.unit) === undefined) faults.push({ field: '/unit', reason: `'${config.unit}' is not a unit. Use a UCUM code such as 'm3/h', 'kW', 'l'.` })
    const zone = config.period !== 'none' && config.period !== 'hour' ? zoneFault(config.zone) : undefined
    if (zone !== undefined) faults.push({ field: '/zone', reason: zone })
    if (config.mode === 'counter' && config.rollover > 0 && config.maxIncrement >= config.rollover) faults.push({ field: '/maxIncrement', reason: 'An increment cannot be as large as the whole meter.' })
    return faults
  },
  // A total goes on under other rules for what is to come; not in another unit, nor with other periods.
  carries: (from, to) => from.mode === to.mode && from.unit === to.unit && from.per === to.per && from.period === to.period && from.zone === to.zone && from.dayStart === to.dayStart,
  examples: [
    {
      title: 'A flow in m³/h gives m³',
      config: { ...usual, unit: 'm3/h', per: 'h', maxGapS: 3600 },
      in: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 14, time: 1_800_000 },
        { at: 'value', value: 14, time: 3_600_000 },
      ],
      out: [
        { at: 'total', value: 0, time: 0 },
        { at: 'increment', value: 6, time: 1_800_000 },
        { at: 'total', value: 6, time: 1_800_000 },
        { at: 'increment', value: 7, time: 3_600_000 },
        { at: 'total', value: 13, time: 3_600_000 },
      ],
    },
    {
      title: 'A four-digit meter rolls over, then is changed',
      config: { ...usual, mode: 'counter', unit: 'kW.h', rollover: 10_000 },
      in: [
        { at: 'value', value: 9990, time: 0 },
        { at: 'value', value: 9998, time: 60_000 },
        { at: 'value', value: 3, time: 120_000 },
        { at: 'value', value: 4003, time: 180_000 },
        { at: 'value', value: 2, time: 240_000 },
      ],
      out: [
        { at: 'total', value: 0, time: 0 },
        { at: 'increment', value: 8, time: 60_000 },
        { at: 'total', value: 8, time: 60_000 },
        { at: 'increment', value: 5, time: 120_000 },
        { at: 'total', value: 13, time: 120_000 },
        { at: 'increment', value: 4000, time: 180_000 },
        { at: 'total', value: 4013, time: 180_000 },
        { at: 'increment', value: 2, time: 240_000 },
        { at: 'total', value: 4015, time: 240_000, quality: 'UncertainSubNormal' },
      ],
    },
    {
      title: 'Litres by the hour: a reading across the hour is divided',
      config: { ...usual, unit: 'l/min', per: 'min', interpolation: 'last', period: 'hour' },
      in: [
        { at: 'value', value: 2, time: 0 },
        { at: 'value', value: 2, time: 240_000 },
        { at: 'value', value: 2, time: 3_480_000 },
        { at: 'value', value: 5, time: 3_720_000 },
      ],
      out: [
        { at: 'total', value: 0, time: 0 },
        { at: 'increment', value: 8, time: 240_000 },
        { at: 'total', value: 8, time: 240_000 },
        { at: 'increment', value: null, time: 3_480_000, quality: 'BadNoData' },
        { at: 'total', value: 8, time: 3_480_000, quality: 'UncertainSubNormal' },
        { at: 'closed', value: 12, time: 0, quality: 'UncertainSubNormal' },
        { at: 'increment', value: 8, time: 3_720_000 },
        { at: 'total', value: 4, time: 3_720_000 },
        { at: 'closed', value: 4, time: 3_600_000, quality: 'UncertainSubNormal' },
      ],
    },
    {
      title: 'A signal ends a batch',
      config: { ...usual, unit: 'kg/s', per: 's' },
      in: [
        { at: 'value', tag: 'FT-7', value: 3, time: 0 },
        { at: 'value', tag: 'FT-7', value: 3, time: 10_000 },
        { at: 'reset', tag: 'batch.done', value: false, time: 10_000 },
        { at: 'reset', tag: 'batch.done', value: true, time: 12_000 },
        { at: 'value', tag: 'FT-7', value: 3, time: 14_000 },
      ],
      out: [
        { at: 'total', tag: 'FT-7', value: 0, time: 0 },
        { at: 'increment', tag: 'FT-7', value: 30, time: 10_000 },
        { at: 'total', tag: 'FT-7', value: 30, time: 10_000 },
        { at: 'closed', tag: 'FT-7', value: 30, time: 0 },
        { at: 'total', tag: 'FT-7', value: 0, time: 12_000 },
        { at: 'increment', tag: 'FT-7', value: 12, time: 14_000 },
        { at: 'total', tag: 'FT-7', value: 12, time: 14_000 },
      ],
    },
    {
      title: 'Bad readings are bridged while they are short; a longer gap leaves the total uncertain',
      config: { ...usual, per: 's', maxGapS: 10 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 500, time: 4000, quality: 'BadSensorFailure' },
        { at: 'value', value: 1, time: 8000 },
        { at: 'value', value: { $number: 'NaN' }, time: 12_000 },
        { at: 'value', value: 1, time: 20_000 },
        { at: 'value', value: 1, time: 21_000 },
      ],
      out: [
        { at: 'total', value: 0, time: 0 },
        { at: 'total', value: 0, time: 4000, quality: 'BadSensorFailure' },
        { at: 'increment', value: 8, time: 8000 },
        { at: 'total', value: 8, time: 8000 },
        { at: 'total', value: 8, time: 12_000, quality: 'BadOutOfRange' },
        { at: 'increment', value: null, time: 20_000, quality: 'BadNoData' },
        { at: 'total', value: 8, time: 20_000, quality: 'UncertainSubNormal' },
        { at: 'increment', value: 1, time: 21_000 },
        { at: 'total', value: 9, time: 21_000, quality: 'UncertainSubNormal' },
      ],
    },
  ],
})
