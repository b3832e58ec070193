// How long something was in each of its states. Account is kept on source time: readings wait for late ones, are sorted,
// and then what happened is gone through in order (readings, silence, ends of periods, marks), so that the same readings
// give the same results however they arrived. A silent source's event time goes on with the gateway's clock.
// Longer than 300 lines with its examples.
import { Quality, Type, defineNode, field, isBad, isGood, port, repeats, sample as make, truthful, worse, type Context, type ResolvedPorts, type Sample } from '#kit'
import { insertByTime } from '#math/by-time'
import { clockTime, fixedGrid, renewalGrid, zoneFault, type Cell } from '#math/calendar'
import { perConfig } from '#math/remember'

const Config = Type.Object(
  {
    states: Type.Array(
      Type.Object(
        {
          value: Type.String({ title: 'Value', description: "As it comes: 'true', '6', 'RUN'.", maxLength: 200, default: 'true' }),
          state: Type.String({ title: 'State', description: 'Several values may be one state.', pattern: '^[A-Za-z][A-Za-z0-9_-]*$', maxLength: 64, default: 'on' }),
        },
        { additionalProperties: false },
      ),
      { title: 'States', description: "A value that is not listed is 'other'; what is bad or silent is 'unknown'.", minItems: 1, maxItems: 64, widget: 'table', default: [{ value: 'true', state: 'on' }, { value: 'false', state: 'off' }] },
    ),
    period: field.choice(['none', 'window', 'day', 'shift'], { title: 'Begins anew', labels: ['Never', 'Every window', 'Every day', 'Every shift'], default: 'none' }),
    sizeS: Type.Number({ title: 'Window', description: 'Windows begin at whole multiples since 1970-01-01 UTC.', unit: 's', minimum: 1, maximum: 31 * 86_400, default: 3600, when: { field: 'period', is: ['window'] } }),
    zone: field.zone({ when: { field: 'period', is: ['day', 'shift'] } }),
    shifts: Type.Array(Type.String({ title: 'Start', pattern: clockTime }), { title: 'Shifts begin at', description: "'06:00'. Each lasts until the next one.", minItems: 1, maxItems: 24, default: ['06:00', '14:00', '22:00'], when: { field: 'period', is: ['shift'] } }),
    dayStart: Type.String({ title: 'A day begins at', description: 'HH:MM in that zone: 06:00 where the first shift begins.', pattern: clockTime, default: '00:00', when: { field: 'period', is: ['day'] } }),
    everyS: Type.Number({ title: 'Show every', description: 'A long state shows this often, besides every change. 0: only changes.', unit: 's', minimum: 0, maximum: 86_400, default: 60 }),
    staleAfterS: Type.Number({ title: 'Stale after', description: "After this long without a reading the state is 'unknown'. 0: never.", unit: 's', minimum: 0, maximum: 31 * 86_400, default: 0 }),
    latenessS: Type.Number({ title: 'Wait for late readings', description: 'Results come this much later.', unit: 's', minimum: 0, maximum: 3600, default: 0, advanced: true }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly states: readonly { readonly value: string; readonly state: string }[]
  readonly period: 'none' | 'window' | 'day' | 'shift'
  readonly sizeS: number
  readonly zone: string
  readonly shifts: readonly string[]
  readonly dayStart: string
  readonly everyS: number
  readonly staleAfterS: number
  readonly latenessS: number
}

interface Memory {
  /** Readings that wait, in the order of time. */
  pending: Sample[]
  /** Up to here all is accounted for; null before the first reading. */
  at: number | null
  state: string
  quality: number
  /** When the present state began. */
  since: number
  /** Time of the last reading. */
  heard: number
  period: Cell
  /** Whether the period was seen from its start. */
  whole: boolean
  /** ms and entries by state, of the period. */
  totals: Record<string, number>
  starts: Record<string, number>
  /** The worst quality that the period's account rests on. */
  rests: number
  /** The next time at which a long state shows. */
  mark: number
  /** Of the newest that came, to know a repeated one. */
  previous: Sample | null
}
type Ctx = Context<Config, Memory>

const gridOf = perConfig(renewalGrid)
const periodOf = (config: Config, time: number): Cell => gridOf(config).at(time)
const marksOf = perConfig((config: Config) => fixedGrid(config.everyS * 1000, 0))
/** The first mark behind a time. */
const markOf = (config: Config, time: number): number => (config.everyS > 0 ? marksOf(config).at(time).end : Number.POSITIVE_INFINITY)

const OTHER = 'other'
const UNKNOWN = 'unknown'
/** Readings that may wait; then the oldest is taken. */
const MAX_PENDING = 10_000
/** Marks and periods in one silence; what is longer is passed over. */
const MAX_STEPS = 1000
const namesOf = (config: Config): string[] => [...new Set([...config.states.map((s) => s.state), OTHER, UNKNOWN])]
const zeros = (config: Config): Record<string, number> => Object.fromEntries(namesOf(config).map((name) => [name, 0]))

function stateOf(config: Config, s: Sample): string {
  if (isBad(s.quality)) return UNKNOWN
  const text = String(s.value)
  for (const rule of config.states) if (rule.value === text) return rule.state
  return OTHER
}

function begin(m: Memory, config: Config, time: number, whole: boolean): void {
  m.period = periodOf(config, time)
  m.whole = whole && (config.period === 'none' || m.period.start === time)
  m.totals = zeros(config)
  m.starts = zeros(config)
  m.rests = isGood(m.quality) ? Quality.good : Quality.uncertainSubNormal
}

const seconds = (totals: Record<string, number>): Record<string, number> => Object.fromEntries(Object.entries(totals).map(([name, ms]) => [name, ms / 1000]))
const inDoubt = (m: Memory): number => (m.totals[UNKNOWN]! > 0 || !m.whole ? worse(m.rests, Quality.uncertainSubNormal) : m.rests)

function show(ctx: Ctx, time: number): void {
  const { state: m, tag, emit } = ctx
  emit['state']!(make(tag, m.state, time, m.quality))
  emit['current']!(make(tag, (time - m.since) / 1000, time, m.quality))
  emit['totals']!(make(tag, seconds(m.totals), time, worse(inDoubt(m), isBad(m.quality) ? Quality.uncertainSubNormal : m.quality)))
  emit['starts']!(make(tag, { ...m.starts }, time, m.rests))
}

const close = (ctx: Ctx, finished: boolean): void => ctx.emit['period']!(make(ctx.tag, seconds(ctx.state.totals), ctx.state.period.start, finished ? inDoubt(ctx.state) : worse(inDoubt(ctx.state), Quality.uncertainSubNormal)))

function account(m: Memory, time: number): void {
  m.totals[m.state] = (m.totals[m.state] ?? 0) + (time - m.at!)
  m.at = time
}

function enter(ctx: Ctx, state: string, quality: number, time: number): void {
  const { state: m } = ctx
  const changed = state !== m.state
  if (!isGood(quality)) m.rests = worse(m.rests, Quality.uncertainSubNormal)
  const same = m.quality === quality
  m.quality = quality
  if (!changed && same) return
  if (changed) {
    m.state = state
    m.since = time
    m.starts[state] = (m.starts[state] ?? 0) + 1
  }
  show(ctx, time)
}

function take(ctx: Ctx, s: Sample): void {
  const { config, state: m } = ctx
  m.heard = s.time
  if (m.at === null) {
    m.at = s.time
    m.state = '' // whatever it is, it begins now as far as anybody knows
    m.quality = s.quality
    begin(m, config, s.time, true)
    m.mark = markOf(config, s.time)
  }
  enter(ctx, stateOf(config, s), s.quality, s.time)
}

const silentAt = (config: Config, m: Memory): number => (config.staleAfterS > 0 && m.state !== UNKNOWN ? m.heard + config.staleAfterS * 1000 : Number.POSITIVE_INFINITY)

/** Ends of periods, silence and marks up to and at a time, in their order. What follows the last of them is accounted for by the next. */
function pass(ctx: Ctx, until: number): void {
  const { config, state: m } = ctx
  if (m.at === null) return
  for (let steps = 0; ; steps++) {
    const silent = silentAt(config, m)
    const next = Math.min(silent, m.period.end, m.mark)
    if (next > until) break
    if (steps >= MAX_STEPS && until - next > 0) {
      // Nobody waits for a thousand results of one silence: the account begins anew, in doubt.
      m.at = until
      begin(m, config, until, false)
      m.mark = markOf(config, until)
      break
    }
    if (next > m.at) account(m, next)
    if (next === silent) enter(ctx, UNKNOWN, Quality.badTimeout, next)
    else if (next === m.period.end) {
      close(ctx, true)
      begin(m, config, next, true)
    } else {
      m.mark = markOf(config, next)
      show(ctx, next)
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
  const ended = ctx.watermark === Number.POSITIVE_INFINITY
  const horizon = ctx.watermark - config.latenessS * 1000
  while (m.pending.length > 0 && (m.pending[0]!.time <= horizon || m.pending.length > MAX_PENDING)) {
    const s = m.pending.shift()!
    pass(ctx, s.time)
    if (m.at !== null && s.time > m.at) account(m, s.time)
    take(ctx, s)
  }
  if (ended) {
    if (m.at !== null && m.period.end !== Number.POSITIVE_INFINITY) close(ctx, false)
    return
  }
  if (m.at !== null && horizon > m.at) pass(ctx, horizon)
  wake(ctx)
}

export default defineNode({
  type: 'aggregate.duration',
  version: 1,
  title: 'State duration',
  summary: 'Tells how long something has been in each of its states, and how often it got there.',
  help: `Takes true and false, numbers or texts; the table says which value is which state. **state** and **current** tell the present state and for how many seconds it has lasted, **totals** the seconds in each state in the running period (or since the last reset), **starts** how often each was entered; all come with every change and, in a long state, at every mark of *show every*. **period** is the totals of a period that has ended, with the time of its *start*. Days and shifts go by the clock of the time zone and are as long as they really are. A window behind a *period*, which comes when its time is long past, must wait for late readings as long as a period is.

The account is kept on **source time**, to fractions of a millisecond. The event time of a silent source goes on with the gateway's clock, 10 s behind, so a long state shows also when nothing comes. The act *reset* sets totals and starts to 0.

**Bad readings, NaN, missing values** and, where a limit is set, **silence** are the state *unknown*, which has its own total: that time is in no other state. *state* and *current* are then bad, totals with unknown time in them *UncertainSubNormal*, and so are those of a period that was not seen from its start. **Uncertain** readings count and make results uncertain.

**Late and backward-time** readings within the wait are put in their place; later ones are dropped, since that time is accounted for. **Duplicates** (repeated at once with the same time, value and quality) are dropped.

Source: time in state as OPC 10000-13, 5.4.3.15 (DurationInStateZero, DurationInStateNonZero), for any number of states.`,
  keywords: ['runtime', 'operating hours', 'downtime', 'uptime', 'time in state', 'hours', 'PackML', 'stopwatch', 'utilisation', 'duty'],
  icon: 'hourglass',
  effects: 'none',
  config: Config,
  inputs: { value: port.any({ title: 'State', help: 'True and false, a number or a text.' }) },
  outputs: {
    state: port.text({ title: 'State' }),
    current: port.number({ title: 'In this state for', unit: 's' }),
    totals: port.record({ title: 'Totals', help: 'Seconds in each state.' }),
    starts: port.record({ title: 'Starts', help: 'How often each state was entered.' }),
    period: port.record({ title: 'Period', help: 'Totals of a period that has ended.' }),
  },
  drops: { late: 'That time is accounted for.', duplicate: 'The same reading again.' },
  state: (config): Memory => ({
    pending: [], at: null, state: '', quality: Quality.good, since: 0, heard: 0, period: { start: 0, end: Number.POSITIVE_INFINITY }, whole: true,
    totals: zeros(config), starts: zeros(config), rests: Quality.good, mark: Number.POSITIVE_INFINITY, previous: null,
  }),
  // Totals are by the names of states and a running period ends as it was begun: only the table gives them another meaning.
  carries: (from, to) => JSON.stringify(from.states) === JSON.stringify(to.states) && from.period === to.period && (from.everyS === 0) === (to.everyS === 0),
  receive(sample, _port, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    // A time that no calendar has fails here, before anything is remembered of it.
    if (m.at === null) periodOf(config, s.time)
    if (repeats(s, m.previous)) return ctx.drop('duplicate')
    m.previous = s
    if (m.at !== null && s.time < m.at) return ctx.drop('late')
    if (s.time + config.latenessS * 1000 < ctx.watermark) return ctx.drop('late')
    insertByTime(m.pending, s)
    ctx.hold()
    // Results leave by the timer: in the order of time, also among tags.
    if (m.pending.length > MAX_PENDING) run(ctx)
    else wake(ctx)
  },
  // Of what shows while it runs; a period has the time of its start.
  complete({ latenessS }) {
    const wait = latenessS * 1000
    return (watermark) => watermark - wait
  },
  tick: run,
  acts: {
    reset(ctx) {
      const { state: m, config } = ctx
      const reached = ctx.watermark - config.latenessS * 1000
      if (m.at !== null && reached > m.at && reached !== Number.POSITIVE_INFINITY) {
        run(ctx)
        account(m, reached)
      }
      m.totals = zeros(config)
      m.starts = zeros(config)
      m.rests = isGood(m.quality) ? Quality.good : Quality.uncertainSubNormal
      m.whole = config.period === 'none'
      if (m.at !== null) show(ctx, m.at)
    },
  },
  ports(config): { outputs: ResolvedPorts } {
    const record = (unit: string, title: string, help: string) => ({ kind: 'record', fields: Object.fromEntries(namesOf(config).map((name) => [name, { kind: 'number', unit } as const])), title, help }) as const
    return {
      outputs: {
        state: { kind: 'text', title: 'State' },
        current: { kind: 'number', unit: 's', title: 'In this state for' },
        totals: record('s', 'Totals', 'Seconds in each state.'),
        starts: record('1', 'Starts', 'How often each state was entered.'),
        period: record('s', 'Period', 'Totals of a period that has ended.'),
      },
    }
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const zone = config.period === 'day' || config.period === 'shift' ? zoneFault(config.zone) : undefined
    if (zone !== undefined) faults.push({ field: '/zone', reason: zone })
    for (const [i, rule] of config.states.entries()) {
      if (rule.state === OTHER || rule.state === UNKNOWN) faults.push({ field: `/states/${i}/state`, reason: `'${rule.state}' is the node's own: take another name.` })
      if (config.states.findIndex((r) => r.value === rule.value) < i) faults.push({ field: `/states/${i}/value`, reason: `The value '${rule.value}' is listed above.` })
    }
    if (config.everyS > 0 && config.everyS < 1) faults.push({ field: '/everyS', reason: 'It must be 1 s or more, or 0.' })
    return faults
  },
  examples: [
    {
      title: 'A pump runs for 10 s, stands, and its sensor fails',
      config: { everyS: 0 },
      in: [
        { at: 'value', value: true, time: 0 },
        { at: 'value', value: false, time: 10_000 },
        { at: 'value', value: null, time: 12_500, quality: 'BadCommunicationError' },
        { at: 'value', value: true, time: 13_500 },
      ],
      out: [
        { at: 'state', value: 'on', time: 0 },
        { at: 'current', value: 0, time: 0 },
        { at: 'totals', value: { on: 0, off: 0, other: 0, unknown: 0 }, time: 0 },
        { at: 'starts', value: { on: 1, off: 0, other: 0, unknown: 0 }, time: 0 },
        { at: 'state', value: 'off', time: 10000 },
        { at: 'current', value: 0, time: 10000 },
        { at: 'totals', value: { on: 10, off: 0, other: 0, unknown: 0 }, time: 10000 },
        { at: 'starts', value: { on: 1, off: 1, other: 0, unknown: 0 }, time: 10000 },
        { at: 'state', value: 'unknown', time: 12500, quality: 'BadCommunicationError' },
        { at: 'current', value: 0, time: 12500, quality: 'BadCommunicationError' },
        { at: 'totals', value: { on: 10, off: 2.5, other: 0, unknown: 0 }, time: 12500, quality: 'UncertainSubNormal' },
        { at: 'starts', value: { on: 1, off: 1, other: 0, unknown: 1 }, time: 12500, quality: 'UncertainSubNormal' },
        { at: 'state', value: 'on', time: 13500 },
        { at: 'current', value: 0, time: 13500 },
        { at: 'totals', value: { on: 10, off: 2.5, other: 0, unknown: 1 }, time: 13500, quality: 'UncertainSubNormal' },
        { at: 'starts', value: { on: 2, off: 1, other: 0, unknown: 1 }, time: 13500, quality: 'UncertainSubNormal' },
      ],
    },
    {
      title: 'States of a machine by minute; a long one shows every 30 s, and silence is unknown',
      config: { states: [{ value: '6', state: 'execute' }, { value: '4', state: 'idle' }, { value: '9', state: 'idle' }], period: 'window', sizeS: 60, everyS: 30, staleAfterS: 50 },
      in: [
        { at: 'value', value: 6, time: 0 },
        { at: 'value', value: 4, time: 45_000 },
        { at: 'value', value: 9, time: 46_000 },
        { at: 'value', value: 1, time: 100_000 },
        { at: 'value', value: { $number: 'NaN' }, time: 110_000 },
      ],
      out: [
        { at: 'state', value: 'execute', time: 0 },
        { at: 'current', value: 0, time: 0 },
        { at: 'totals', value: { execute: 0, idle: 0, other: 0, unknown: 0 }, time: 0 },
        { at: 'starts', value: { execute: 1, idle: 0, other: 0, unknown: 0 }, time: 0 },
        { at: 'state', value: 'execute', time: 30000 },
        { at: 'current', value: 30, time: 30000 },
        { at: 'totals', value: { execute: 30, idle: 0, other: 0, unknown: 0 }, time: 30000 },
        { at: 'starts', value: { execute: 1, idle: 0, other: 0, unknown: 0 }, time: 30000 },
        { at: 'state', value: 'idle', time: 45000 },
        { at: 'current', value: 0, time: 45000 },
        { at: 'totals', value: { execute: 45, idle: 0, other: 0, unknown: 0 }, time: 45000 },
        { at: 'starts', value: { execute: 1, idle: 1, other: 0, unknown: 0 }, time: 45000 },
        { at: 'period', value: { execute: 45, idle: 15, other: 0, unknown: 0 }, time: 0 },
        { at: 'state', value: 'idle', time: 60000 },
        { at: 'current', value: 15, time: 60000 },
        { at: 'totals', value: { execute: 0, idle: 0, other: 0, unknown: 0 }, time: 60000 },
        { at: 'starts', value: { execute: 0, idle: 0, other: 0, unknown: 0 }, time: 60000 },
        { at: 'state', value: 'idle', time: 90000 },
        { at: 'current', value: 45, time: 90000 },
        { at: 'totals', value: { execute: 0, idle: 30, other: 0, unknown: 0 }, time: 90000 },
        { at: 'starts', value: { execute: 0, idle: 0, other: 0, unknown: 0 }, time: 90000 },
        { at: 'state', value: 'unknown', time: 96000, quality: 'BadTimeout' },
        { at: 'current', value: 0, time: 96000, quality: 'BadTimeout' },
        { at: 'totals', value: { execute: 0, idle: 36, other: 0, unknown: 0 }, time: 96000, quality: 'UncertainSubNormal' },
        { at: 'starts', value: { execute: 0, idle: 0, other: 0, unknown: 1 }, time: 96000, quality: 'UncertainSubNormal' },
        { at: 'state', value: 'other', time: 100000 },
        { at: 'current', value: 0, time: 100000 },
        { at: 'totals', value: { execute: 0, idle: 36, other: 0, unknown: 4 }, time: 100000, quality: 'UncertainSubNormal' },
        { at: 'starts', value: { execute: 0, idle: 0, other: 1, unknown: 1 }, time: 100000, quality: 'UncertainSubNormal' },
        { at: 'state', value: 'unknown', time: 110000, quality: 'BadOutOfRange' },
        { at: 'current', value: 0, time: 110000, quality: 'BadOutOfRange' },
        { at: 'totals', value: { execute: 0, idle: 36, other: 10, unknown: 4 }, time: 110000, quality: 'UncertainSubNormal' },
        { at: 'starts', value: { execute: 0, idle: 0, other: 1, unknown: 2 }, time: 110000, quality: 'UncertainSubNormal' },
        { at: 'period', value: { execute: 0, idle: 36, other: 10, unknown: 4 }, time: 60000, quality: 'UncertainSubNormal' },
      ],
    },
  ],
})
