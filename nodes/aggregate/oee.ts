// OEE of one machine on source time: readings of all inputs wait for late ones, are sorted, and then what happened is
// gone through in order, so that the same readings give the same numbers however they arrived.
// Longer than 300 lines with its examples.
import { Quality, Type, assetOf, defineNode, field, isBad, isGood, isUsable, port, repeats, sample as make, truthful, worse, type Context, type Sample } from '#kit'
import { insertByTime } from '#math/by-time'
import { clockTime, fixedGrid, renewalGrid, zoneFault, type Cell } from '#math/calendar'
import { perConfig } from '#math/remember'

const Config = Type.Object(
  {
    idealCycleS: Type.Number({ title: 'Ideal cycle', description: 'Planned run time for one item. A line of 120 items a minute: 0.5 s.', unit: 's', exclusiveMinimum: 0, default: 1 }),
    counts: field.choice(['counter', 'increment'], { title: 'Items come as', labels: ['A counter that rises', 'New ones each time'], default: 'counter' }),
    rollover: Type.Number({ title: 'Counter rolls over at', description: 'One more than its highest number: 65536 of a 16-bit register. 0: it does not, and a smaller number is a restart from 0.', minimum: 0, default: 0, when: { field: 'counts', is: ['counter'] } }),
    qualityBy: field.choice(['good', 'scrap'], { title: 'Quality by', labels: ['Good items', 'Scrap'], default: 'good', description: 'Which of the two inputs is wired.' }),
    plannedBy: field.choice(['always', 'input'], { title: 'Planned time', labels: ['All of the period', 'By the input'], default: 'always', description: 'By the input: planned while it is true, as from a schedule or a switch.' }),
    period: field.choice(['window', 'day', 'shift'], { title: 'Per', labels: ['Window', 'Day', 'Shift'], default: 'shift' }),
    sizeS: Type.Number({ title: 'Window', description: 'Windows begin at whole multiples since 1970-01-01 UTC.', unit: 's', minimum: 1, maximum: 31 * 86_400, default: 3600, when: { field: 'period', is: ['window'] } }),
    zone: field.zone({ when: { field: 'period', is: ['day', 'shift'] } }),
    shifts: Type.Array(Type.String({ title: 'Start', pattern: clockTime }), { title: 'Shifts begin at', description: "'06:00'. Each lasts until the next one.", minItems: 1, maxItems: 24, default: ['06:00', '14:00', '22:00'], when: { field: 'period', is: ['shift'] } }),
    dayStart: Type.String({ title: 'A day begins at', description: 'HH:MM in that zone: 06:00 where the first shift begins.', pattern: clockTime, default: '00:00', when: { field: 'period', is: ['day'] } }),
    everyS: Type.Number({ title: 'Show every', description: 'The running period shows this often. 0: only ended ones show.', unit: 's', minimum: 0, maximum: 86_400, default: 60 }),
    staleAfterS: Type.Number({ title: 'Stale after', description: "After this long without a reading of 'running' its time is unknown. 0: never.", unit: 's', minimum: 0, maximum: 31 * 86_400, default: 0 }),
    latenessS: Type.Number({ title: 'Wait for late readings', description: 'Results come this much later.', unit: 's', minimum: 0, maximum: 3600, default: 1, advanced: true }),
    join: field.choice(['all', 'asset'], { title: 'Belong together', labels: ['All tags', 'Tags of one asset'], default: 'all', advanced: true, description: "Of one asset: the tag's text before its last dot or slash is the same." }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly idealCycleS: number
  readonly counts: 'counter' | 'increment'
  readonly rollover: number
  readonly qualityBy: 'good' | 'scrap'
  readonly plannedBy: 'always' | 'input'
  readonly period: 'window' | 'day' | 'shift'
  readonly sizeS: number
  readonly zone: string
  readonly shifts: readonly string[]
  readonly dayStart: string
  readonly everyS: number
  readonly staleAfterS: number
  readonly latenessS: number
  readonly join: 'all' | 'asset'
}

interface Waiting {
  readonly time: number
  readonly port: string
  readonly sample: Sample
}
/** Of the running period: ms and items. */
interface Account {
  planned: number
  run: number
  unknown: number
  total: number
  good: number
  scrap: number
  /** The worst quality that it rests on. */
  quality: number
}
interface Memory {
  pending: Waiting[]
  /** Up to here all is accounted for; null before the first reading. */
  at: number | null
  /** null: unknown. */
  running: boolean | null
  planned: boolean | null
  /** Time of the last reading of 'running'. */
  heard: number
  /** Last usable number of each counter. */
  counters: Record<string, number>
  /** Counters whose newest reading was bad. */
  lost: Record<string, boolean>
  period: Cell
  whole: boolean
  account: Account
  mark: number
  tag: string
  previous: Record<string, Sample>
}
type Ctx = Context<Config, Memory>

const MAX_PENDING = 10_000
/** Marks and periods in one silence; what is longer is passed over. */
const MAX_STEPS = 1000
const empty = (): Account => ({ planned: 0, run: 0, unknown: 0, total: 0, good: 0, scrap: 0, quality: Quality.good })
const gridOf = perConfig(renewalGrid)
const periodOf = (config: Config, time: number): Cell => gridOf(config).at(time)
const marksOf = perConfig((config: Config) => fixedGrid(config.everyS * 1000, 0))
/** The first mark behind a time. */
const markOf = (config: Config, time: number): number => (config.everyS > 0 ? marksOf(config).at(time).end : Number.POSITIVE_INFINITY)

function begin(m: Memory, config: Config, time: number, whole: boolean): void {
  m.period = periodOf(config, time)
  m.whole = whole && m.period.start === time
  m.account = empty()
}

/** Time that nobody knows to be planned is planned time of an unknown state: it can only lower the result. */
function account(m: Memory, time: number): void {
  const ms = time - m.at!
  m.at = time
  if (m.planned === false) return
  m.account.planned += ms
  if (m.planned === null || m.running === null) m.account.unknown += ms
  else if (m.running) m.account.run += ms
}

/** ISO 22400-2: availability = APT / PBT, effectiveness = PRI * PQ / APT, quality ratio = GQ / PQ. */
function show(ctx: Ctx, time: number, portOf: (name: string) => string, finished: boolean): void {
  const { state: m, config, emit } = ctx
  const a = m.account
  const tag = ctx.tag === '' ? m.tag : ctx.tag
  const doubt = a.unknown > 0 || !m.whole || !finished || Object.values(m.lost).some(Boolean)
  const quality = doubt ? worse(a.quality, Quality.uncertainSubNormal) : a.quality
  const good = config.qualityBy === 'good' ? a.good : a.total - a.scrap
  const ideal = config.idealCycleS * 1000
  const share = (part: number, of: number): number | null => (of > 0 ? (100 * part) / of : null)
  const values = {
    oee: share(ideal * good, a.planned),
    availability: share(a.run, a.planned),
    performance: share(ideal * a.total, a.run),
    quality: share(good, a.total),
    unknown: share(a.unknown, a.planned),
  }
  if (portOf === running) for (const [name, value] of Object.entries(values)) emit[name]!(truthful(make(tag, value, time, quality)))
  else emit['period']!(make(tag, { ...values, plannedS: a.planned / 1000, runS: a.run / 1000, downS: (a.planned - a.run - a.unknown) / 1000, unknownS: a.unknown / 1000, total: a.total, good }, time, a.planned > 0 ? quality : Quality.badNoData))
}
const running = (name: string): string => name
const ended = (): string => 'period'

function count(ctx: Ctx, { sample: s, port: at }: Waiting): void {
  const { state: m, config } = ctx
  if (!isUsable(s)) {
    m.lost[at] = true
    // A counter goes on counting while it is not read; what increments were lost nobody knows.
    if (config.counts === 'increment') m.account.quality = worse(m.account.quality, Quality.uncertainSubNormal)
    return
  }
  if (!isGood(s.quality)) m.account.quality = worse(m.account.quality, Quality.uncertainSubNormal)
  m.lost[at] = false
  const before = m.counters[at]
  m.counters[at] = s.value
  let items = s.value
  if (config.counts === 'counter') {
    if (before === undefined) return
    items = s.value - before
    if (items < 0) {
      items = config.rollover > 0 ? items + config.rollover : s.value
      // What was made between the last reading and a restart is not known.
      if (config.rollover === 0) m.account.quality = worse(m.account.quality, Quality.uncertainSubNormal)
    }
  }
  if (items < 0 || items > 1e15) {
    m.account.quality = worse(m.account.quality, Quality.uncertainSubNormal)
    return
  }
  if (m.planned !== false) m.account[at as 'total' | 'good' | 'scrap'] += items
}

function take(ctx: Ctx, w: Waiting): void {
  const { state: m, config } = ctx
  const { sample: s, time } = w
  if (m.at === null) {
    m.at = time
    begin(m, config, time, true)
    m.mark = markOf(config, time)
    m.planned = config.plannedBy === 'always' ? true : null
    m.heard = time
  }
  if (w.port === 'running' || w.port === 'planned') {
    const known = !isBad(s.quality) && typeof s.value === 'boolean'
    if (known && !isGood(s.quality)) m.account.quality = worse(m.account.quality, Quality.uncertainSubNormal)
    if (w.port === 'planned') m.planned = config.plannedBy === 'always' ? true : known ? (s.value as boolean) : null
    else {
      m.running = known ? (s.value as boolean) : null
      m.heard = time
      m.tag = s.tag
    }
  } else count(ctx, w)
  if (m.tag === '') m.tag = s.tag
}

const silentAt = (config: Config, m: Memory): number => (config.staleAfterS > 0 && m.running !== null ? m.heard + config.staleAfterS * 1000 : Number.POSITIVE_INFINITY)

/** Silence, ends of periods and marks up to and at a time, in their order. What follows the last of them is accounted for by the next. */
function pass(ctx: Ctx, until: number): void {
  const { config, state: m } = ctx
  if (m.at === null) return
  for (let steps = 0; ; steps++) {
    const silent = silentAt(config, m)
    const next = Math.min(silent, m.period.end, m.mark)
    if (next > until) break
    if (steps >= MAX_STEPS) {
      m.at = until
      begin(m, config, until, false)
      m.mark = markOf(config, until)
      break
    }
    if (next > m.at) account(m, next)
    if (next === silent) m.running = null
    else if (next === m.period.end) {
      show(ctx, m.period.start, ended, true)
      begin(m, config, next, true)
    } else {
      m.mark = markOf(config, next)
      show(ctx, next, running, true)
    }
  }
}

function wake(ctx: Ctx): void {
  const { config, state: m } = ctx
  const next = m.at === null ? Number.POSITIVE_INFINITY : Math.min(silentAt(config, m), m.period.end, m.mark)
  ctx.wakeAtWatermark(Math.min(next, m.pending[0]?.time ?? Number.POSITIVE_INFINITY) + config.latenessS * 1000)
}

function run(ctx: Ctx): void {
  const { config, state: m } = ctx
  const horizon = ctx.watermark - config.latenessS * 1000
  while (m.pending.length > 0 && (m.pending[0]!.time <= horizon || m.pending.length > MAX_PENDING)) {
    const w = m.pending.shift()!
    pass(ctx, w.time)
    if (m.at !== null && w.time > m.at) account(m, w.time)
    take(ctx, w)
  }
  if (ctx.watermark === Number.POSITIVE_INFINITY) {
    if (m.at !== null) show(ctx, m.period.start, ended, false)
    return
  }
  if (m.at !== null && horizon > m.at) pass(ctx, horizon)
  wake(ctx)
}

export default defineNode({
  type: 'aggregate.oee',
  version: 1,
  title: 'OEE',
  summary: 'Tells availability, performance, quality and OEE of a machine per shift, day or window.',
  help: `As ISO 22400-2 defines them: **availability** is run time over planned time; **performance** (effectiveness) is ideal cycle × items over run time; **quality** is good items over all; **oee** is their product, which is ideal cycle × good items over planned time. In percent; performance above 100 % shows an ideal cycle that is too long, and nothing is cut off. They show for the running period at every mark of *show every*; **period** is everything of a period that has ended (shares, seconds, items), with the time of its start. A window behind a *period*, which comes when its time is long past, must wait for late readings as long as a period is.

**Inputs:** *running* true or false. *total* and *good* (or *scrap*) as counters that rise, whose rollover or restart is seen, or as new items each time. The first number of a counter is its beginning and counts none. *planned* where planned time is not all of the period: only time and items while it is true count. Without a value to divide by (nothing planned, nothing made) a share is missing and *BadNoData*.

**Bad readings, NaN, missing values** of *running*, and silence where a limit is set, are **unknown** time: planned, but not run time, so that it never flatters; **unknown** is its share, and results with any are *UncertainSubNormal*. So is planned time while *planned* is bad. Bad counters are left out: a counter catches up with its next number; lost increments make the period uncertain, and so does a restart. **Uncertain** readings make results uncertain, and so does a period that was not seen from start to end.

**Late and backward-time** readings within the wait are put in their place, across all inputs; later ones are dropped. **Duplicates** (of one input, repeated at once with the same time, value and quality) are dropped, so that new items never count twice.

Source: ISO 22400-2:2014, 9 (availability, effectiveness, quality ratio, OEE index).`,
  keywords: ['overall equipment effectiveness', 'availability', 'performance', 'quality', 'KPI', 'ISO 22400', 'downtime', 'shift', 'TPM', 'production', 'scrap', 'utilisation'],
  icon: 'factory',
  effects: 'none',
  config: Config,
  inputs: {
    running: port.boolean({ title: 'Running' }),
    total: port.number({ title: 'All items' }),
    good: port.number({ title: 'Good items', optional: true }),
    scrap: port.number({ title: 'Scrap', optional: true }),
    planned: port.boolean({ title: 'Planned', optional: true, help: 'True while production is planned.' }),
  },
  outputs: {
    oee: port.number({ title: 'OEE', unit: '%' }),
    availability: port.number({ title: 'Availability', unit: '%' }),
    performance: port.number({ title: 'Performance', unit: '%' }),
    quality: port.number({ title: 'Quality', unit: '%' }),
    unknown: port.number({ title: 'Unknown time', help: 'Share of the planned time.', unit: '%' }),
    period: port.record({
      title: 'Period',
      help: 'All of a period that has ended.',
      fields: {
        oee: port.number({ unit: '%' }), availability: port.number({ unit: '%' }), performance: port.number({ unit: '%' }), quality: port.number({ unit: '%' }), unknown: port.number({ unit: '%' }),
        plannedS: port.number({ unit: 's' }), runS: port.number({ unit: 's' }), downS: port.number({ unit: 's' }), unknownS: port.number({ unit: 's' }), total: port.number({ unit: '1' }), good: port.number({ unit: '1' }),
      },
    }),
  },
  drops: { late: 'That time is accounted for.', duplicate: 'The same reading again.' },
  state: (): Memory => ({
    pending: [], at: null, running: null, planned: null, heard: 0, counters: {}, lost: {}, period: { start: 0, end: Number.POSITIVE_INFINITY }, whole: true,
    account: empty(), mark: Number.POSITIVE_INFINITY, tag: '', previous: {},
  }),
  key: (config) => (config.join === 'asset' ? (s) => assetOf(s.tag) : () => ''),
  // The account is of times and items: an ideal cycle, a wait or a silence of another length does not change what it says.
  carries: (from, to) => from.counts === to.counts && from.plannedBy === to.plannedBy && from.join === to.join && (from.everyS === 0) === (to.everyS === 0),
  receive(sample, at, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    // A time that no calendar has fails here, before anything is remembered of it.
    if (m.at === null) periodOf(config, s.time)
    if (repeats(s, m.previous[at])) return ctx.drop('duplicate')
    m.previous[at] = s
    if ((m.at !== null && s.time < m.at) || s.time + config.latenessS * 1000 < ctx.watermark) return ctx.drop('late')
    insertByTime(m.pending, { time: s.time, port: at, sample: s })
    ctx.hold()
    // Results leave by the timer: in the order of time, also among assets.
    if (m.pending.length > MAX_PENDING) run(ctx)
    else wake(ctx)
  },
  // Of what shows while it runs; a period has the time of its start.
  complete({ latenessS }) {
    const wait = latenessS * 1000
    return (watermark) => watermark - wait
  },
  tick: run,
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const zone = config.period !== 'window' ? zoneFault(config.zone) : undefined
    if (zone !== undefined) faults.push({ field: '/zone', reason: zone })
    if (config.everyS > 0 && config.everyS < 1) faults.push({ field: '/everyS', reason: 'It must be 1 s or more, or 0.' })
    return faults
  },
  examples: [
    {
      title: 'Ten minutes: eight of them run, 96 items of 4 s ideal, 90 of them good',
      config: { idealCycleS: 4, period: 'window', sizeS: 600, everyS: 0, latenessS: 0 },
      in: [
        { at: 'running', tag: 'M-1.running', value: true, time: 0 },
        { at: 'total', tag: 'M-1.total', value: 1000, time: 0 },
        { at: 'good', tag: 'M-1.good', value: 900, time: 0 },
        { at: 'running', tag: 'M-1.running', value: false, time: 480_000 },
        { at: 'total', tag: 'M-1.total', value: 1096, time: 500_000 },
        { at: 'good', tag: 'M-1.good', value: 990, time: 500_000 },
        { at: 'running', tag: 'M-1.running', value: true, time: 600_000 },
      ],
      out: [
        { at: 'period', tag: 'M-1.running', value: { oee: 60, availability: 80, performance: 80, quality: 93.75, unknown: 0, plannedS: 600, runS: 480, downS: 120, unknownS: 0, total: 96, good: 90 }, time: 0 },
        { at: 'period', tag: 'M-1.running', value: { oee: null, availability: null, performance: null, quality: null, unknown: null, plannedS: 0, runS: 0, downS: 0, unknownS: 0, total: 0, good: 0 }, time: 600000, quality: 'BadNoData' },
      ],
    },
    {
      title: 'A bad state is unknown time: planned, but not run; a NaN counter is left out',
      config: { idealCycleS: 10, counts: 'increment', qualityBy: 'scrap', period: 'window', sizeS: 600, everyS: 50, latenessS: 0 },
      in: [
        { at: 'running', value: true, time: 0 },
        { at: 'total', value: 3, time: 10_000 },
        { at: 'scrap', value: 1, time: 10_000 },
        { at: 'running', value: true, time: 40_000, quality: 'BadCommunicationError' },
        { at: 'total', value: { $number: 'NaN' }, time: 45_000 },
        { at: 'running', value: true, time: 60_000 },
      ],
      out: [
        { at: 'oee', value: 40, time: 50000, quality: 'UncertainSubNormal' },
        { at: 'availability', value: 80, time: 50000, quality: 'UncertainSubNormal' },
        { at: 'performance', value: 75, time: 50000, quality: 'UncertainSubNormal' },
        { at: 'quality', value: 66.66666666666667, time: 50000, quality: 'UncertainSubNormal' },
        { at: 'unknown', value: 20, time: 50000, quality: 'UncertainSubNormal' },
        { at: 'period', value: { oee: 33.333333333333336, availability: 66.66666666666667, performance: 75, quality: 66.66666666666667, unknown: 33.333333333333336, plannedS: 60, runS: 40, downS: 0, unknownS: 20, total: 3, good: 2 }, time: 0, quality: 'UncertainSubNormal' },
      ],
    },
    {
      title: 'Only planned time counts, by an input that comes out of order',
      config: { idealCycleS: 1, plannedBy: 'input', period: 'window', sizeS: 60, everyS: 0, latenessS: 20 },
      in: [
        { at: 'planned', value: true, time: 0 },
        { at: 'running', value: true, time: 0 },
        { at: 'total', value: 0, time: 0 },
        { at: 'good', value: 0, time: 0 },
        { at: 'total', value: 15, time: 19_000 },
        { at: 'good', value: 15, time: 19_000 },
        { at: 'total', value: 20, time: 25_000 },
        { at: 'planned', value: false, time: 20_000 },
        { at: 'running', value: true, time: 90_000 },
      ],
      out: [
        { at: 'period', value: { oee: 75, availability: 100, performance: 75, quality: 100, unknown: 0, plannedS: 20, runS: 20, downS: 0, unknownS: 0, total: 15, good: 15 }, time: 0 },
        { at: 'period', value: { oee: null, availability: null, performance: null, quality: null, unknown: null, plannedS: 0, runS: 0, downS: 0, unknownS: 0, total: 0, good: 0 }, time: 60000, quality: 'BadNoData' },
      ],
    },
  ],
})
