// A token bucket without a bucket: the one number kept is when it would be full again (virtual scheduling), so nothing
// drifts. Runs on source time; a timer of the gateway stands in when the source falls silent while a reading waits.
import { Quality, Type, defineNode, field, port, same, truthful, type Context, type Sample, type Static } from '#kit'

const Config = Type.Object(
  {
    readings: Type.Integer({ title: 'Readings', description: 'At most this many of each tag in the period below.', minimum: 1, maximum: 1_000_000, default: 1 }),
    periodS: Type.Number({ title: 'In', unit: 's', minimum: 0.001, maximum: 31 * 86_400, default: 1 }),
    burst: Type.Integer({ title: 'At once', description: 'So many may pass one straight after the other when there was a pause before. 1: evenly spaced.', minimum: 1, maximum: 1_000_000, default: 1, advanced: true }),
    keep: field.choice(['latest', 'first'], { title: 'Of those too many', labels: ['The latest waits', 'All are left out'], default: 'latest' }),
    qualityAtOnce: Type.Boolean({ title: 'Changes of quality pass at once', description: 'Also over the limit: what follows learns at once that a sensor failed.', default: true }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Memory {
  /** Source time at which all of the burst would be free again; null before the first reading. */
  full: number | null
  newest: number
  /** The gateway's time at which the next one may pass. */
  freeAt: number
  /** The latest of those that were too many. */
  held: Sample | null
  quality: number
}
type Ctx = Context<Config, Memory>

const spacingOf = ({ readings, periodS }: Config): number => (periodS * 1000) / readings
/** Source time from which the next reading may pass. */
const freeFrom = (config: Config, full: number): number => full - (config.burst - 1) * spacingOf(config)

/** A reading leaves at a source time; over the limit the bucket is left empty, no more. */
function pass(ctx: Ctx, s: Sample, time: number): void {
  const { config, state: m } = ctx
  const spacing = spacingOf(config)
  const full = Math.min(Math.max(m.full ?? time, time) + spacing, time + config.burst * spacing)
  m.freeAt = ctx.now + freeFrom(config, full) - time
  // Turns that only timers gave do not run ahead of a source whose clock stands still or was set back.
  m.full = Math.min(full, m.newest + (config.burst + 1) * spacing)
  ctx.emit['value']!(s)
}

/** The held reading leaves at the time at which it may. */
function release(ctx: Ctx): void {
  const m = ctx.state
  const { held } = m
  if (held === null) return
  m.held = null
  pass(ctx, held, freeFrom(ctx.config, m.full!))
}

export default defineNode({
  type: 'filter.rate-limit',
  version: 1,
  title: 'Rate limit',
  summary: 'Passes at most so many readings of each tag in a period.',
  help: `A limit on how much is sent on, such as one reading in ten seconds over a metered uplink. Each tag has its own. With *At once* above 1 unused turns are saved up to that number (a token bucket): in any time *T* no more than *at once* + *T* × *readings* / *period* pass.

**The latest waits:** of the readings that are too many the latest is held and leaves, with its own time, when its turn comes; those before it are left out. So what follows always ends with the newest value. **All are left out:** what passes, passes without delay.

**Time** is source time. When no further reading comes, a timer of the gateway lets the one that waits go; at the end of a recording it goes too.

**Bad and uncertain.** A reading whose quality is another than that of the last one passes at once, after the one that waits, also when it is over the limit, and uses up a turn. Further bad readings of the same quality are limited like others. With the setting off they all are: a short failure may then go unseen. **NaN and infinities** are bad.

**Late and backward-time** readings count as if they had come with the newest time; when the gateway's clock has seen a whole turn go by, the source's clock was set back and counts from there. **Duplicates** are readings like others.

Source: ITU-T I.371 (2004), Annex A, generic cell rate algorithm (virtual scheduling).`,
  keywords: ['throttle', 'token bucket', 'downsample', 'decimate', 'minimum interval', 'slow down', 'sample rate', 'traffic', 'bandwidth'],
  icon: 'traffic-cone',
  effects: 'none',
  config: Config,
  inputs: { value: port.any() },
  outputs: { value: same('value') },
  rates: (config, { value }) => ({ value: { perS: Math.min(value!.perS, (value!.tags * config.readings) / config.periodS), tags: value!.tags } }),
  drops: { excess: 'There were more readings than the limit lets pass.' },
  state: (): Memory => ({ full: null, newest: Number.NEGATIVE_INFINITY, freeAt: Number.NEGATIVE_INFINITY, held: null, quality: Quality.good }),
  receive(sample, _port, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    if (m.full === null) {
      m.newest = s.time
      m.quality = s.quality
      pass(ctx, s, s.time)
      return
    }
    if (s.time < m.newest && m.held === null && ctx.now >= m.freeAt) {
      m.newest = s.time
      m.full = s.time
    } else if (s.time > m.newest) m.newest = s.time
    const time = m.newest
    if (m.held !== null && time >= freeFrom(config, m.full)) release(ctx)
    const changed = s.quality !== m.quality
    m.quality = s.quality
    if (changed && config.qualityAtOnce) {
      release(ctx)
      pass(ctx, s, time)
      return
    }
    if (time >= freeFrom(config, m.full)) {
      pass(ctx, s, time)
      return
    }
    if (config.keep === 'first') {
      ctx.drop('excess')
      return
    }
    // One waits: of two the earlier is left out.
    if (m.held !== null) ctx.drop('excess')
    else {
      ctx.hold()
      ctx.wakeAt(m.freeAt)
      ctx.wakeAtWatermark(Number.MAX_VALUE) // the end of a recording
    }
    m.held = s
  },
  tick: release,
  // Turns are counted in the spacing; one that waits has its timer.
  carries: (from, to) => spacingOf(from) === spacingOf(to) && from.burst === to.burst,
  examples: [
    {
      title: 'One in 10 s: the latest waits for its turn',
      config: { readings: 1, periodS: 10, burst: 1, keep: 'latest', qualityAtOnce: true },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 4000 },
        { at: 'value', value: 3, time: 8000 },
        { at: 'value', value: 4, time: 12000 },
        { at: 'value', value: 5, time: 31000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 3, time: 8000 },
        { at: 'value', value: 4, time: 12000 },
        { at: 'value', value: 5, time: 31000 },
      ],
    },
    {
      title: 'Three in 3 s, two of them at once; others are left out',
      config: { readings: 3, periodS: 3, burst: 2, keep: 'first', qualityAtOnce: true },
      in: [
        { at: 'value', value: 'a', time: 0 },
        { at: 'value', value: 'b', time: 100 },
        { at: 'value', value: 'c', time: 200 },
        { at: 'value', value: 'd', time: 1000 },
        { at: 'value', value: 'e', time: 1500 },
      ],
      out: [
        { at: 'value', value: 'a', time: 0 },
        { at: 'value', value: 'b', time: 100 },
        { at: 'value', value: 'd', time: 1000 },
      ],
    },
    {
      title: 'A sensor that fails shows at once, and so does its return',
      config: { readings: 1, periodS: 60, burst: 1, keep: 'latest', qualityAtOnce: true },
      in: [
        { at: 'value', value: 20, time: 0 },
        { at: 'value', value: 21, time: 1000 },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
        { at: 'value', value: { $number: 'NaN' }, time: 3000 },
        { at: 'value', value: 22, time: 4000 },
      ],
      out: [
        { at: 'value', value: 20, time: 0 },
        { at: 'value', value: 21, time: 1000 },
        { at: 'value', value: { $number: 'NaN' }, time: 2000, quality: 'BadOutOfRange' },
        { at: 'value', value: { $number: 'NaN' }, time: 3000, quality: 'BadOutOfRange' },
        { at: 'value', value: 22, time: 4000 },
      ],
    },
    {
      title: 'Bad quality limited like the rest',
      config: { readings: 1, periodS: 10, burst: 1, keep: 'first', qualityAtOnce: false },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 1, time: 1000, quality: 'BadTimeout' },
        { at: 'value', value: 1, time: 10000, quality: 'BadTimeout' },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 1, time: 10000, quality: 'BadTimeout' },
      ],
    },
  ],
})
