// How fast a reading changes: between two readings, or the slope of a line through several. On source time, each tag by
// itself. The result's unit follows from the wire's, or from that of the config where the wire has none.
import { Quality, Type, defineNode, displayUnit, field, fromConfig, isGood, isUsable, parseUnit, port, sample as make, truthful, worse, type Context, type Static } from '#kit'
import { addToTrail, clearTrail, leaveTrail, newTrail, slopeOf, timeOf, valueOf, type Trail } from '#math/trail'

/** Readings that a window of time keeps at most: beyond, the oldest go. */
const MOST = 10_000

const Config = Type.Object(
  {
    unit: field.unit({ title: 'Unit of the reading', description: 'Empty: that of the wire. The result has this unit per second, minute, hour or day.', default: '' }),
    per: field.choice(['s', 'min', 'h', 'd'], { title: 'Change per', labels: ['Second', 'Minute', 'Hour', 'Day'], default: 's' }),
    over: field.choice(['two', 'readings', 'time'], { title: 'Over', labels: ['Two readings', 'Several readings', 'A time'], description: 'More than two: the slope of the straight line that fits best, which noise moves less.', default: 'two' }),
    readings: Type.Integer({ title: 'Readings', minimum: 2, maximum: 1000, default: 5, when: { field: 'over', is: ['readings'] } }),
    windowS: Type.Number({ title: 'Window', description: `Readings of this much time before the newest one, ${MOST} at most.`, unit: 's', exclusiveMinimum: 0, maximum: 31 * 86_400, default: 60, when: { field: 'over', is: ['time'] } }),
    tauS: Type.Number({ title: 'Smoothing', description: 'Time constant of an exponential smoothing of the result. 0: none.', unit: 's', minimum: 0, maximum: 86_400, default: 0, advanced: true }),
    maxGapS: Type.Number({ title: 'Longest gap', description: 'After a longer time without a usable reading it begins anew.', unit: 's', exclusiveMinimum: 0, maximum: 366 * 86_400, default: 3600, advanced: true }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Memory {
  /** Usable readings at rising times. */
  trail: Trail
  /** The smoothed result, per second; null before the first. */
  smoothed: number | null
  smoothedAt: number
}
type Ctx = Context<Config, Memory>

const usual: Config = { unit: '', per: 's', over: 'two', readings: 5, windowS: 60, tauS: 0, maxGapS: 3600 }
const seconds = { s: 1, min: 60, h: 3600, d: 86_400 } as const

/** Of a scale with an offset (°C, °F) a change is in kelvins: what one degree is of them, else 1. */
function degree(unit: string): number {
  const known = unit === '' ? undefined : parseUnit(unit)
  return known && known.offset !== 0 ? known.factor : 1
}

/** Absent where the reading's is absent or none that is known. */
function resultUnit(unit: string, per: Config['per']): string | undefined {
  const known = unit === '' ? undefined : parseUnit(unit)
  return known && `${known.offset === 0 ? unit : 'K'}/${per}`
}

function restart(m: Memory): void {
  clearTrail(m.trail)
  m.smoothed = null
}

/** Per second, of what is in the window; two readings at least. */
function slope({ trail }: Memory): number {
  if (trail.count > 2) return slopeOf(trail) * 1000
  const [t0, t1] = [timeOf(trail, 0), timeOf(trail, 1)]
  return ((valueOf(trail, 1) - valueOf(trail, 0)) * 1000) / (t1 - t0)
}

function smooth({ config, state: m }: Ctx, rate: number, time: number): number {
  if (config.tauS === 0) return rate
  const share = m.smoothed === null ? 1 : -Math.expm1((m.smoothedAt - time) / 1000 / config.tauS)
  m.smoothed = m.smoothed === null ? rate : m.smoothed * (1 - share) + rate * share
  m.smoothedAt = time
  if (Number.isFinite(m.smoothed)) return m.smoothed
  m.smoothed = null
  return rate
}

export default defineNode({
  type: 'transform.derivative',
  version: 1,
  title: 'Derivative',
  summary: 'Tells how fast a reading changes, per second, minute, hour or day.',
  help: `**Two readings:** the difference to the reading before, divided by the source time between them. **Several readings** and **a time**: the slope of the straight line through the readings in the window that fits best (least squares), which noise moves far less; until the window is full, through those that are there. The result carries the time of the newest reading, though it is the change over the whole window.

**Unit:** that of the reading per *s*, *min*, *h* or *d*. Changes of °C and °F are given in kelvins.

The **first reading** is held: one alone has no change. So is the first one after the *longest gap*.

**Bad readings, NaN and infinities** have no change: they give a missing value with their own quality, and the next usable reading is compared with the last usable one. **Uncertain** readings are used: a result is uncertain while one is in the window.

**Duplicates:** of several readings of one time the first counts; the others are left out, since a change in no time is none. **Late and backward-time** readings, older than the newest one, are left out too. One that is older by more than the longest gap means that the source's clock was set back: it begins anew.

Source: ordinary least squares about the means; smoothing as a sampled first-order lag.`,
  keywords: ['rate of change', 'slope', 'gradient', 'speed', 'trend', 'dx/dt', 'differentiate', 'velocity', 'ramp', 'heating rate'],
  icon: 'trending-up',
  effects: 'none',
  config: Config,
  inputs: { value: port.number({ unit: fromConfig('unit') }) },
  outputs: { value: port.number({ title: 'Change' }) },
  typed({ unit, per }, { value }) {
    const of = unit === '' ? (value?.unit ?? '') : unit
    // A running node does not see its wire: °F must stand in the config to be turned into kelvins.
    if (unit === '' && degree(of) !== 1) return { issues: [{ field: '/unit', reason: `Changes of ${displayUnit(of)} are given in kelvins: state the unit here.` }] }
    const result = resultUnit(of, per)
    return { outputs: { value: { kind: 'number', ...(result === undefined ? {} : { unit: result }) } } }
  },
  drops: { duplicate: 'There was a reading of this time.', late: 'Older than the newest reading.' },
  state: (config): Memory => ({ trail: newTrail(config.over === 'two' ? 2 : config.over === 'readings' ? config.readings : 16), smoothed: null, smoothedAt: 0 }),
  receive(sample, _port, ctx) {
    const { config, state: m } = ctx
    const { trail } = m
    const s = truthful(sample)
    if (!isUsable(s)) {
      ctx.emit['value']!(make(s.tag, null, s.time, worse(s.quality, Quality.badTypeMismatch)))
      return
    }
    if (trail.count > 0) {
      const passed = s.time - timeOf(trail, trail.count - 1)
      if (Math.abs(passed) > config.maxGapS * 1000) restart(m)
      else if (passed <= 0) {
        ctx.drop(passed === 0 ? 'duplicate' : 'late')
        return
      }
    }
    const most = config.over === 'two' ? 2 : config.over === 'readings' ? config.readings : MOST
    while (trail.count >= most) leaveTrail(trail)
    // The reading before is kept whatever its age: two are needed.
    if (config.over === 'time') while (trail.count > 1 && timeOf(trail, 0) < s.time - config.windowS * 1000) leaveTrail(trail)
    addToTrail(trail, s.time, s.value, !isGood(s.quality))
    if (trail.count === 1) {
      ctx.hold()
      return
    }
    const rate = smooth(ctx, slope(m), s.time) * seconds[config.per] * degree(config.unit)
    ctx.emit['value']!(truthful(make(s.tag, rate, s.time, trail.doubtful > 0 ? worse(s.quality, Quality.uncertain) : s.quality)))
  },
  check: (config) => (config.unit === '' || parseUnit(config.unit) !== undefined ? [] : [{ field: '/unit', reason: `'${config.unit}' is not a unit. Use a UCUM code such as 'Cel', 'bar', 'm3'.` }]),
  // The readings in the window are the same readings in another unit of the result; a window of another length is not.
  carries: (from, to) => from.unit === to.unit && from.over === to.over && from.readings === to.readings && from.windowS === to.windowS && from.tauS === to.tauS,
  examples: [
    {
      title: 'Litres in a tank: change per minute',
      config: { ...usual, unit: 'l', per: 'min' },
      in: [
        { at: 'value', value: 100, time: 0 },
        { at: 'value', value: 101, time: 30_000 },
        { at: 'value', value: 100.5, time: 40_000 },
        { at: 'value', value: 100.5, time: 60_000 },
      ],
      out: [
        { at: 'value', value: 2, time: 30_000 },
        { at: 'value', value: -3, time: 40_000 },
        { at: 'value', value: 0, time: 60_000 },
      ],
    },
    {
      title: 'The line through four readings hardly minds the noise',
      config: { ...usual, over: 'readings', readings: 4 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 3, time: 1000 },
        { at: 'value', value: 2, time: 3000 },
        { at: 'value', value: 6, time: 4000 },
      ],
      out: [
        { at: 'value', value: 2, time: 1000 },
        { at: 'value', value: 0.2142857142857143, time: 3000 },
        { at: 'value', value: 0.9, time: 4000 },
      ],
    },
    {
      title: 'A furnace in °F warms by kelvins an hour',
      config: { ...usual, unit: '[degF]', per: 'h' },
      in: [
        { at: 'value', value: 200, time: 0 },
        { at: 'value', value: 209, time: 600_000 },
      ],
      out: [{ at: 'value', value: 30, time: 600_000 }],
    },
    {
      title: 'Bad readings give bad results and are stepped over; one time counts once',
      config: { ...usual, over: 'two' },
      in: [
        { at: 'value', value: 5, time: 0 },
        { at: 'value', value: 5, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 1500 },
        { at: 'value', value: 9, time: 2000, quality: 'Uncertain' },
        { at: 'value', value: 10, time: 2000 },
        { at: 'value', value: 10, time: 3000 },
        { at: 'value', value: 12, time: 4000 },
      ],
      out: [
        { at: 'value', value: null, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: null, time: 1500, quality: 'BadOutOfRange' },
        { at: 'value', value: 2, time: 2000, quality: 'Uncertain' },
        { at: 'value', value: 1, time: 3000, quality: 'Uncertain' },
        { at: 'value', value: 2, time: 4000 },
      ],
    },
    {
      title: 'After the longest gap it begins anew',
      config: { ...usual, maxGapS: 60 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 500, time: 100_000 },
        { at: 'value', value: 503, time: 101_000 },
      ],
      out: [{ at: 'value', value: 3, time: 101_000 }],
    },
  ],
})
