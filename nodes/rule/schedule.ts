// A week, a calendar of holidays, or a cron expression, on the wall clock of a time zone. It is asked what holds now and
// until when; nothing is counted up, so that a restart and a jump of the clock cannot put it out of step.
import { Cron } from 'croner'
import { DateTime } from 'luxon'
import { Quality, Type, defineNode, field, fromConfig, isBad, port, sample as make, truthful, worse, type Context } from '#kit'
import { clockTime, instantOf, zoneFault } from '#math/calendar'

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const DAYS = ['daily', 'weekdays', 'weekend', ...WEEKDAYS, 'holidays'] as const
const CLOCK = `${clockTime}|^24:00$`

const Row = Type.Object(
  {
    days: field.choice(DAYS, { title: 'Days', labels: ['Every day', 'Monday to Friday', 'Saturday and Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday', 'Holidays'], default: 'weekdays' }),
    from: Type.String({ title: 'From', description: 'HH:MM', pattern: CLOCK, default: '06:00' }),
    to: Type.String({ title: 'To', description: 'HH:MM. Not after "From": of the next day.', pattern: CLOCK, default: '18:00' }),
    value: Type.Optional(Type.Number({ title: 'Value', default: 1 })),
  },
  { additionalProperties: false },
)
const Holiday = Type.Object(
  {
    date: Type.String({ title: 'Date', description: '2026-12-24, or 12-25 for every year.', pattern: '^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$', default: '01-01' }),
    name: Type.Optional(Type.String({ title: 'Name', maxLength: 100, default: '' })),
  },
  { additionalProperties: false },
)
const Config = Type.Object(
  {
    by: field.choice(['week', 'cron'], { title: 'By', labels: ['Week', 'Cron expression'], default: 'week' }),
    rows: Type.Array(Row, { title: 'Week', description: 'Where rows overlap, the first counts.', widget: 'schedule', maxItems: 200, default: [], when: { field: 'by', is: ['week'] } }),
    holidays: Type.Array(Holiday, { title: 'Holidays', description: 'On these dates only the rows for holidays hold, whatever the weekday.', widget: 'table', maxItems: 1000, default: [], when: { field: 'by', is: ['week'] } }),
    cron: Type.String({ title: 'Cron expression', description: 'Minute, hour, day, month, weekday; seconds may stand in front.', widget: 'cron', maxLength: 200, default: '0 6 * * MON-FRI', when: { field: 'by', is: ['cron'] } }),
    durationS: Type.Number({ title: 'Active for', description: 'So long from each time that the expression gives.', unit: 's', minimum: 1, maximum: 2_678_400, default: 60, when: { field: 'by', is: ['cron'] } }),
    value: Type.Number({ title: 'Value while active', default: 1, when: { field: 'by', is: ['cron'] } }),
    otherwise: Type.Number({ title: 'Value otherwise', default: 0 }),
    zone: field.zone(),
    tag: Type.String({ title: 'Tag of the results', minLength: 1, maxLength: 200, default: 'schedule' }),
    unit: field.unit({ title: 'Unit of the value', default: '' }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly by: 'week' | 'cron'
  readonly rows: readonly { readonly days: (typeof DAYS)[number]; readonly from: string; readonly to: string; readonly value?: number }[]
  readonly holidays: readonly { readonly date: string }[]
  readonly cron: string
  readonly durationS: number
  readonly value: number
  readonly otherwise: number
  readonly zone: string
  readonly tag: string
}
interface Memory {
  enabled: boolean
  /** Quality of what `enable` last said, and its source time. */
  quality: number
  enabledTime: number
  /** What was last told; null: nothing yet. */
  value: number | null
  active: boolean
  /** What the table said, and when it was asked. */
  held: Holding | null
  asked: number
}
type Ctx = Context<Config, Memory>

/** What holds, and until when at least, ms UTC; Infinity: for ever. */
interface Holding {
  readonly active: boolean
  readonly value: number
  readonly until: number
}

/** Longest that is looked ahead: a week without a change asks again. */
const AHEAD_DAYS = 8
/** The clock may have been set: looked at so often. */
const AGAIN_MS = 3_600_000

const instant = (date: DateTime, clock: string, zone: string): number => (clock === '24:00' ? instantOf(date.plus({ days: 1 }), '00:00', zone) : instantOf(date, clock, zone))

function falls(days: (typeof DAYS)[number], weekday: number, holiday: boolean): boolean {
  if (days === 'holidays' || holiday) return days === 'holidays' && holiday
  if (days === 'daily') return true
  if (days === 'weekdays') return weekday <= 5
  if (days === 'weekend') return weekday >= 6
  return WEEKDAYS[weekday - 1] === days
}

function byWeek(config: Config, now: number): Holding {
  const here = DateTime.fromMillis(now, { zone: config.zone })
  // Dates without a zone: a day more is always the next date.
  const today = DateTime.utc(here.year, here.month, here.day)
  const holidays = new Set(config.holidays.map((h) => h.date))
  let value: number | undefined
  let until = Number.POSITIVE_INFINITY
  let rank = Number.POSITIVE_INFINITY
  for (let ahead = -1; ahead <= AHEAD_DAYS; ahead++) {
    const date = today.plus({ days: ahead })
    const iso = date.toISODate()!
    const holiday = holidays.has(iso) || holidays.has(iso.slice(5))
    for (const [i, row] of config.rows.entries()) {
      if (!falls(row.days, date.weekday, holiday)) continue
      const from = instant(date, row.from, config.zone)
      const to = instant(row.to <= row.from ? date.plus({ days: 1 }) : date, row.to, config.zone)
      if (from <= now && now < to && i < rank) {
        rank = i
        value = row.value ?? 1
      }
      if (from > now && from < until) until = from
      if (to > now && to < until) until = to
    }
  }
  const asked = now + (AHEAD_DAYS - 1) * 86_400_000
  return { active: value !== undefined, value: value ?? config.otherwise, until: config.rows.length === 0 ? Number.POSITIVE_INFINITY : Math.min(until, asked) }
}

function byCron(config: Config, now: number): Holding {
  const ms = config.durationS * 1000
  // The first time after what could still be active: it is now, or it is the next one.
  const next = new Cron(config.cron, { timezone: config.zone, paused: true }).nextRun(new Date(now - ms))?.getTime() ?? Number.POSITIVE_INFINITY
  return next <= now ? { active: true, value: config.value, until: next + ms } : { active: false, value: config.otherwise, until: next }
}

/** Tells what holds now where it is another than before, and asks to be woken when that ends. True: it told. */
function follow(ctx: Ctx, time: number, always: boolean): boolean {
  const { config, state } = ctx
  const { now } = ctx
  let { held } = state
  if (held === null || now >= held.until || now < state.asked) {
    held = state.held = config.by === 'week' ? byWeek(config, now) : byCron(config, now)
    state.asked = now
  }
  ctx.wakeAt(Math.min(held.until, now + AGAIN_MS))
  const active = held.active && state.enabled
  const value = active ? held.value : config.otherwise
  if (!always && active === state.active && value === state.value) return false
  state.active = active
  state.value = value
  ctx.emit['value']!(make(config.tag, value, time, state.quality))
  ctx.emit['active']!(make(config.tag, active, time, state.quality))
  return true
}

const week = { by: 'week', cron: '0 6 * * MON-FRI', durationS: 60, value: 1, otherwise: 0, zone: 'UTC', tag: 'schedule', unit: '' } as const

export default defineNode({
  type: 'rule.schedule',
  version: 1,
  title: 'Schedule',
  summary: 'Gives a value by the wall clock: a weekly table with holidays, or a cron expression, in a time zone.',
  help: `**value** and **active** are given when the flow begins and at each change. **Week:** a row holds on its days from one time to another, over midnight where *to* is not after *from*; outside of all rows it is *otherwise*. On **holidays** only rows for holidays hold; what began on the day before goes on to its end. **Cron:** active for a while from each time of the expression; a time that comes while it is active begins that while anew.

**Daylight saving.** Times are those of the wall clock. One that comes twice in autumn counts the first time; one that is left out in spring is as much later as the clock jumps. A row of 24 h lasts 23 or 25 then. With cron, a time that is left out or comes twice counts once.

After a restart or a jump of the gateway's clock it gives at once what holds then: what was missed is not made up. It follows the gateway's clock; in a replay that of the recording.

**enable** (optional): while false, it is as outside of all rows. A **bad** enable, or **NaN**, changes nothing but the quality: the last good one holds, and the results are uncertain. **Uncertain** ones count. **Late and backward-time** samples at enable (older than the last) are left out; **duplicates** change nothing.

Source: RFC 5545, 3.3.5 (local times that come twice or not at all); IANA time zones; cron as in POSIX crontab, by way of croner.`,
  keywords: ['calendar', 'time', 'clock', 'cron', 'timer', 'weekly', 'holiday', 'shift', 'day', 'night', 'setback', 'time program', 'DST'],
  icon: 'calendar-clock',
  effects: 'none',
  scope: 'node',
  config: Config,
  starter: { ...week, holidays: [], rows: [{ days: 'weekdays', from: '06:00', to: '18:00', value: 1 }] },
  inputs: { enable: port.boolean({ title: 'Enable', help: 'While false, the schedule is not active.', optional: true }) },
  outputs: {
    value: port.number({ title: 'Value', unit: fromConfig('unit') }),
    active: port.boolean({ title: 'Active', help: 'True inside of a row, or after a time of the expression.' }),
  },
  drops: { unchanged: 'The schedule goes on as it was.', late: 'Older than what enable said last.' },
  state: (): Memory => ({ enabled: true, quality: Quality.good, enabledTime: Number.NEGATIVE_INFINITY, value: null, active: false, held: null, asked: 0 }),
  start(ctx) {
    follow(ctx, ctx.now, true)
  },
  tick(ctx) {
    follow(ctx, ctx.now, false)
  },
  receive(sample, _port, ctx) {
    const { state } = ctx
    const s = truthful(sample)
    if (s.time < state.enabledTime) {
      ctx.drop('late')
      return
    }
    state.enabledTime = s.time
    const quality = isBad(s.quality) || typeof s.value !== 'boolean' ? Quality.uncertainLastUsable : worse(Quality.good, s.quality)
    const another = quality !== state.quality
    state.quality = quality
    if (!isBad(s.quality) && typeof s.value === 'boolean') state.enabled = s.value
    if (!follow(ctx, s.time, another)) ctx.drop('unchanged')
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const zone = zoneFault(config.zone)
    if (zone !== undefined) faults.push({ field: '/zone', reason: zone })
    else if (config.by === 'cron') {
      try {
        if (new Cron(config.cron, { timezone: config.zone, paused: true }).nextRun(new Date(0)) === null) faults.push({ field: '/cron', reason: 'This never comes.' })
      } catch (thrown) {
        faults.push({ field: '/cron', reason: thrown instanceof Error ? thrown.message.replace(/^Cron\w+: /, '') : String(thrown) })
      }
    }
    for (const [i, row] of config.rows.entries()) if (row.from === '24:00') faults.push({ field: `/rows/${i}/from`, reason: "Write '00:00' and the next day." })
    for (const [i, h] of config.holidays.entries()) {
      // A leap year where no year is said, so that 29 February is a date.
      if (!DateTime.fromISO(h.date.length === 5 ? `2000-${h.date}` : h.date).isValid) faults.push({ field: `/holidays/${i}/date`, reason: 'There is no such date.' })
    }
    return faults
  },
  examples: [
    {
      title: 'A night setback in Berlin, from a Thursday on; times as they are on the clock',
      config: { ...week, zone: 'Europe/Berlin', otherwise: 16, unit: 'Cel', rows: [{ days: 'weekdays', from: '06:00', to: '20:00', value: 21 }] },
      in: [
        { at: 'enable', value: true, time: 0 },
        { at: 'enable', value: true, time: 86_400_000 },
      ],
      out: [
        { at: 'value', tag: 'schedule', value: 16, time: 0 },
        { at: 'active', tag: 'schedule', value: false, time: 0 },
        { at: 'value', tag: 'schedule', value: 21, time: 18_000_000 },
        { at: 'active', tag: 'schedule', value: true, time: 18_000_000 },
        { at: 'value', tag: 'schedule', value: 16, time: 68_400_000 },
        { at: 'active', tag: 'schedule', value: false, time: 68_400_000 },
      ],
    },
    {
      title: 'Every hour for 10 minutes by cron; enable ends it, and bad makes it uncertain',
      config: { ...week, by: 'cron', cron: '0 * * * *', durationS: 600 },
      in: [
        { at: 'enable', value: true, time: 0 },
        { at: 'enable', value: false, time: 300_000 },
        { at: 'enable', value: true, time: 300_000, quality: 'BadTimeout' },
        { at: 'enable', value: true, time: 3_500_000 },
        { at: 'enable', value: true, time: 4_300_000 },
      ],
      out: [
        { at: 'value', tag: 'schedule', value: 1, time: 0 },
        { at: 'active', tag: 'schedule', value: true, time: 0 },
        { at: 'value', tag: 'schedule', value: 0, time: 300_000 },
        { at: 'active', tag: 'schedule', value: false, time: 300_000 },
        { at: 'value', tag: 'schedule', value: 0, time: 300_000, quality: 'UncertainLastUsableValue' },
        { at: 'active', tag: 'schedule', value: false, time: 300_000, quality: 'UncertainLastUsableValue' },
        { at: 'value', tag: 'schedule', value: 0, time: 3_500_000 },
        { at: 'active', tag: 'schedule', value: false, time: 3_500_000 },
        { at: 'value', tag: 'schedule', value: 1, time: 3_600_000 },
        { at: 'active', tag: 'schedule', value: true, time: 3_600_000 },
        { at: 'value', tag: 'schedule', value: 0, time: 4_200_000 },
        { at: 'active', tag: 'schedule', value: false, time: 4_200_000 },
      ],
    },
    {
      title: 'A holiday: only its own row holds; the night row goes over midnight',
      config: { ...week, holidays: [{ date: '01-02', name: 'Second of January' }], rows: [{ days: 'daily', from: '22:00', to: '02:00', value: 2 }, { days: 'holidays', from: '10:00', to: '12:00', value: 5 }] },
      in: [
        { at: 'enable', value: true, time: 0 },
        { at: 'enable', value: true, time: 172_800_000 },
      ],
      out: [
        { at: 'value', tag: 'schedule', value: 2, time: 0 },
        { at: 'active', tag: 'schedule', value: true, time: 0 },
        { at: 'value', tag: 'schedule', value: 0, time: 7_200_000 },
        { at: 'active', tag: 'schedule', value: false, time: 7_200_000 },
        { at: 'value', tag: 'schedule', value: 2, time: 79_200_000 },
        { at: 'active', tag: 'schedule', value: true, time: 79_200_000 },
        { at: 'value', tag: 'schedule', value: 0, time: 93_600_000 },
        { at: 'active', tag: 'schedule', value: false, time: 93_600_000 },
        { at: 'value', tag: 'schedule', value: 5, time: 122_400_000 },
        { at: 'active', tag: 'schedule', value: true, time: 122_400_000 },
        { at: 'value', tag: 'schedule', value: 0, time: 129_600_000 },
        { at: 'active', tag: 'schedule', value: false, time: 129_600_000 },
      ],
    },
  ],
})
