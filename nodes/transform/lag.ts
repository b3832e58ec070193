// What a reading was some readings or some time ago, at the time of the newest one: for comparing now with then.
import { Quality, Type, defineNode, field, isUsable, port, repeats, same, sample as make, truthful, worse, type Context, type Sample, type Static } from '#kit'
import { onLine } from '#math/interpolate'

const Config = Type.Object(
  {
    by: field.choice(['readings', 'time'], { title: 'Ago by', labels: ['Readings', 'Time'], default: 'readings' }),
    readings: Type.Integer({ title: 'Readings ago', description: '1 is the reading before.', minimum: 1, maximum: 10_000, default: 1, when: { field: 'by', is: ['readings'] } }),
    agoS: Type.Number({ title: 'Time ago', description: 'Of source time.', unit: 's', exclusiveMinimum: 0, maximum: 366 * 86_400, default: 60, when: { field: 'by', is: ['time'] } }),
    interpolation: field.choice(['last', 'linear'], { title: 'Between readings', labels: ['The last reading', 'Straight line'], description: 'What the value was then. The line is for numbers only; of anything else it is the last reading.', default: 'last', when: { field: 'by', is: ['time'] } }),
    maxGapS: Type.Number({ title: 'Longest gap', description: 'Between readings further apart nothing is known, and the value of then is missing.', unit: 's', exclusiveMinimum: 0, maximum: 366 * 86_400, default: 3600, advanced: true, when: { field: 'by', is: ['time'] } }),
    maxReadings: Type.Integer({ title: 'Readings kept', description: 'At most, for each tag. With more in the time, its beginning is not known any more.', minimum: 2, maximum: 100_000, default: 10_000, advanced: true, when: { field: 'by', is: ['time'] } }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Memory {
  /** In order; those in front of `first` are gone. */
  kept: Sample[]
  first: number
  /** Readings were given up because there were too many. */
  lost: boolean
}
type Ctx = Context<Config, Memory>

const usual: Config = { by: 'readings', readings: 1, agoS: 60, interpolation: 'last', maxGapS: 3600, maxReadings: 10_000 }

function restart(m: Memory): void {
  m.kept.length = 0
  m.first = 0
  m.lost = false
}

/** Moves what is left to the front once half is gone: that costs each reading one step. */
function letGo(m: Memory): void {
  m.first++
  if (m.first < 32 || 2 * m.first < m.kept.length) return
  m.kept.copyWithin(0, m.first)
  m.kept.length -= m.first
  m.first = 0
}

/** What it was at a time: `a` is the last reading at or before it, `b` the first one after it. */
function valueThen(config: Config, a: Sample, b: Sample | undefined, then: number, now: Sample): Sample {
  const { tag, time } = now
  if (then > a.time && (b === undefined ? then : b.time) - a.time > config.maxGapS * 1000) return make(tag, null, time, Quality.badNoData)
  if (config.interpolation === 'linear' && b !== undefined && then > a.time && isUsable(a) && isUsable(b)) {
    return truthful(make(tag, onLine(a.time, a.value, b.time, b.value, then), time, worse(a.quality, b.quality)))
  }
  return make(tag, a.value, time, a.quality)
}

function byTime(ctx: Ctx, s: Sample): void {
  const { config, state: m } = ctx
  const then = s.time - config.agoS * 1000
  // The last reading at or before `then` stays: it says what the value was.
  while (m.kept.length - m.first > 1 && m.kept[m.first + 1]!.time <= then) {
    letGo(m)
    m.lost = false
  }
  if (m.kept.length - m.first > config.maxReadings) {
    letGo(m)
    m.lost = true
  }
  const a = m.kept[m.first]!
  if (a.time <= then) ctx.emit['value']!(valueThen(config, a, m.kept[m.first + 1], then, s))
  else if (m.lost) ctx.emit['value']!(make(s.tag, null, s.time, Quality.badNoData))
  else ctx.hold()
}

export default defineNode({
  type: 'transform.lag',
  version: 1,
  title: 'Lag',
  summary: 'Gives what a reading was some readings or some time ago, beside what it is now.',
  help: `Every reading gives the value of then with the time of now, so that an Expression or a Compare node can hold the two against each other. **By readings** it is the value so many readings before, of any kind. **By time** it is the value that much source time before: that of the last reading up to then, or, of numbers, of the straight line to the next one.

Readings are **held** until there is one that is old enough. Nothing is delayed: to let samples leave later than they come, use a Delay node.

**Quality** is that of then: **bad readings, NaN and infinities** come out as bad when their time has come, and the reading of now has no say. A line between two readings has the worse quality of the two; next to a bad reading there is no line, and the earlier reading counts. Where no reading is near enough (*longest gap*), or too many came to be kept, the value is missing and *BadNoData*. **Uncertain** stays uncertain.

**Duplicates** (a reading repeated at once with the same time, value and quality) are left out. **Late and backward-time** readings: by readings, the order of arrival counts. By time, a reading older than the newest one is left out; one that is older by more than the *longest gap* means that the source's clock was set back, and it begins anew.`,
  keywords: ['previous', 'shift', 'delay', 'history', 'before', 'ago', 'lookback', 'last value', 'difference', 'autoregressive', 'dead time'],
  icon: 'history',
  effects: 'none',
  config: Config,
  inputs: { value: port.any() },
  outputs: { value: same('value') },
  drops: { duplicate: 'The same reading again.', late: 'Older than the newest reading.' },
  state: (): Memory => ({ kept: [], first: 0, lost: false }),
  receive(sample, _port, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    const newest = m.kept[m.kept.length - 1]
    if (newest !== undefined) {
      if (repeats(s, newest)) {
        ctx.drop('duplicate')
        return
      }
      if (config.by === 'time' && s.time < newest.time) {
        if (newest.time - s.time <= config.maxGapS * 1000) {
          ctx.drop('late')
          return
        }
        restart(m)
      }
    }
    m.kept.push(s)
    if (config.by === 'time') {
      byTime(ctx, s)
      return
    }
    if (m.kept.length - m.first <= config.readings) {
      ctx.hold()
      return
    }
    const then = m.kept[m.first]!
    letGo(m)
    ctx.emit['value']!(make(s.tag, then.value, s.time, then.quality))
  },
  // What is kept is the newest readings in order: of fewer readings or a shorter time they are right too, after the surplus is gone.
  carries: (from, to) => from.by === to.by && (from.by === 'readings' ? from.readings === to.readings : from.agoS >= to.agoS && from.maxReadings <= to.maxReadings),
  examples: [
    {
      title: 'The reading before',
      config: usual,
      in: [
        { at: 'value', value: 3, time: 0 },
        { at: 'value', value: 5, time: 1000 },
        { at: 'value', value: 4, time: 2500 },
      ],
      out: [
        { at: 'value', value: 3, time: 1000 },
        { at: 'value', value: 5, time: 2500 },
      ],
    },
    {
      title: 'Ten seconds ago, on the line between two readings',
      config: { ...usual, by: 'time', agoS: 10, interpolation: 'linear' },
      in: [
        { at: 'value', value: 20, time: 0 },
        { at: 'value', value: 30, time: 8000 },
        { at: 'value', value: 40, time: 14_000 },
        { at: 'value', value: 40, time: 18_000 },
      ],
      out: [
        { at: 'value', value: 25, time: 14_000 },
        { at: 'value', value: 30, time: 18_000 },
      ],
    },
    {
      title: 'The state of a machine two readings ago, each machine by itself',
      config: { ...usual, readings: 2 },
      in: [
        { at: 'value', tag: 'M1', value: 'off', time: 0 },
        { at: 'value', tag: 'M2', value: 'on', time: 0 },
        { at: 'value', tag: 'M1', value: 'starting', time: 1000 },
        { at: 'value', tag: 'M1', value: 'on', time: 2000 },
      ],
      out: [{ at: 'value', tag: 'M1', value: 'off', time: 2000 }],
    },
    {
      title: 'Bad comes out as bad when its time has come; nothing is known within a long gap',
      config: { ...usual, by: 'time', agoS: 2, maxGapS: 5 },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
        { at: 'value', value: 4, time: 3000 },
        { at: 'value', value: 5, time: 4000 },
        { at: 'value', value: 6, time: 20_000 },
        { at: 'value', value: 7, time: 22_000 },
      ],
      out: [
        { at: 'value', value: 1, time: 2000 },
        { at: 'value', value: 2, time: 3000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 4000, quality: 'BadOutOfRange' },
        { at: 'value', value: null, time: 20_000, quality: 'BadNoData' },
        { at: 'value', value: 6, time: 22_000 },
      ],
    },
  ],
})
