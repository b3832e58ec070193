// Five filters against noise, each tag by itself, on source time. Sums and medians are those of the readings that are in
// the window now, reckoned anew, so that nothing drifts over months. All but the centred polynomial answer at once.
// Longer than 300 lines: a third of it is examples.
import { Quality, Type, defineNode, field, isGood, isUsable, port, same, sample as make, truthful, worse, type Context, type Sample, type Static } from '#kit'
import { follow, newTrack, type Track } from '#math/kalman'
import { perConfig } from '#math/remember'
import { smoothingWeights } from '#math/savitzky-golay'
import { insertInto, medianOf, newSorted, removeFrom, type Sorted } from '#math/sorted'
import { addToTrail, clearTrail, leaveTrail, meanOf, newTrail, timeOf, valueOf, type Trail } from '#math/trail'

/** Readings that a window of time keeps at most: beyond, the oldest go. */
const MOST = 10_000
/** A result is called uncertain while uncertain readings have this share of it (exponential and Kalman: none ever leaves them). */
const DOUBT = 0.01

const Config = Type.Object(
  {
    method: field.choice(['mean', 'median', 'exponential', 'savitzky-golay', 'kalman'], {
      title: 'Method',
      labels: ['Moving average', 'Moving median', 'Exponential', 'Savitzky-Golay', 'Kalman'],
      description: 'The median also takes single spikes away; Savitzky-Golay keeps the height of peaks; Kalman weighs by how noisy the sensor is.',
      default: 'exponential',
    }),
    over: field.choice(['readings', 'time'], { title: 'Over', labels: ['Several readings', 'A time'], default: 'readings', when: { field: 'method', is: ['mean', 'median'] } }),
    readings: Type.Integer({ title: 'Readings', description: 'Length of the window. Savitzky-Golay takes an odd number.', minimum: 1, maximum: 1001, default: 5, when: { field: 'method', is: ['mean', 'median', 'savitzky-golay'] } }),
    windowS: Type.Number({ title: 'Window', description: `Readings of this much time before the newest one, ${MOST} at most.`, unit: 's', exclusiveMinimum: 0, maximum: 31 * 86_400, default: 10, when: { field: 'over', is: ['time'] } }),
    tauS: Type.Number({ title: 'Time constant', description: 'After a step the result has gone 63 % of the way in this time.', unit: 's', exclusiveMinimum: 0, maximum: 31 * 86_400, default: 10, when: { field: 'method', is: ['exponential'] } }),
    order: Type.Integer({ title: 'Order', description: 'Of the polynomial: 0 is the average, 2 keeps peaks, more follows more.', minimum: 0, maximum: 6, default: 2, when: { field: 'method', is: ['savitzky-golay'] } }),
    position: field.choice(['newest', 'middle'], { title: 'Result for', labels: ['The newest reading', 'The middle one'], description: 'The middle smooths better, but comes half a window later.', default: 'newest', when: { field: 'method', is: ['savitzky-golay'] } }),
    model: field.choice(['walk', 'velocity'], { title: 'The quantity', labels: ['Wanders', 'Has a trend'], description: 'A trend is followed without lag.', default: 'walk', when: { field: 'method', is: ['kalman'] } }),
    measurementNoise: Type.Number({ title: 'Noise of a reading', description: 'Standard deviation of the sensor.', unitOf: 'value', exclusiveMinimum: 0, default: 1, when: { field: 'method', is: ['kalman'] } }),
    processNoise: Type.Number({ title: 'Change in a second', description: 'Standard deviation of what the quantity itself (with a trend: its change per second) moves in 1 s. Smaller is smoother.', unitOf: 'value', minimum: 0, default: 0.1, when: { field: 'method', is: ['kalman'] } }),
    maxGapS: Type.Number({ title: 'Longest gap', description: 'After a longer time without a usable reading it begins anew.', unit: 's', exclusiveMinimum: 0, maximum: 366 * 86_400, default: 3600, advanced: true }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Memory {
  /** The newest usable reading that was taken: its time, value and quality; null before the first. */
  last: Sample<number> | null
  /** The last result: what the next one goes on from, and what a bad reading shows. */
  estimate: number | null
  /** Share of uncertain readings in the estimate (exponential, Kalman). */
  doubt: number
  track: Track | null
  trail: Trail
  /** The same readings in order (median). */
  sorted: Sorted
  /** Readings of the middle position whose result is still to come: the newest of the trail. */
  waiting: number
}
type Ctx = Context<Config, Memory>

const usual: Config = { method: 'exponential', over: 'readings', readings: 5, windowS: 10, tauS: 10, order: 2, position: 'newest', model: 'walk', measurementNoise: 1, processNoise: 0.1, maxGapS: 3600 }

/** The weights that every reading needs again: of a full window, for its newest and its middle reading. */
const weightsOf = perConfig(({ readings, order }: Config) => ({
  newest: smoothingWeights(readings, Math.min(order, readings - 1), readings - 1),
  middle: smoothingWeights(readings, Math.min(order, readings - 1), (readings - 1) / 2),
}))

/** The polynomial's value at the reading `at` of the newest `length` (odd). */
function fitted({ config, state }: Ctx, length: number, at: number): number {
  const { trail } = state
  const { newest, middle } = weightsOf(config)
  const full = length === config.readings
  const weights = full && at === length - 1 ? newest : full && 2 * at === length - 1 ? middle : smoothingWeights(length, Math.min(config.order, length - 1), at)
  const from = trail.count - length
  let sum = 0
  for (let i = 0; i < length; i++) sum += weights[i]! * valueOf(trail, from + i)
  return sum
}

function restart(m: Memory): void {
  m.last = null
  m.doubt = 0
  m.track = null
  m.waiting = 0
  clearTrail(m.trail)
  m.sorted.count = 0
}

function emit(ctx: Ctx, value: number, time: number, quality: number): void {
  ctx.emit['value']!(truthful(make(ctx.tag, value, time, quality)))
}

/** The quality of a result of the window: no better than its worst reading. */
const ofWindow = (m: Memory, quality: number): number => (m.trail.doubtful > 0 ? worse(quality, Quality.uncertain) : quality)

/** The window of readings with the new one in it. */
function take({ config, state: m }: Ctx, s: Sample<number>): void {
  const { trail } = m
  const timed = config.over === 'time' && config.method !== 'savitzky-golay'
  const median = config.method === 'median'
  const most = timed ? MOST : config.readings
  while (trail.count > 0 && (trail.count >= most || (timed && timeOf(trail, 0) <= s.time - config.windowS * 1000))) {
    const left = leaveTrail(trail)
    if (median) removeFrom(m.sorted, left)
  }
  addToTrail(trail, s.time, s.value, !isGood(s.quality))
  if (median) insertInto(m.sorted, s.value)
}

/** `seconds` since the reading before; undefined for the first. */
function result(ctx: Ctx, s: Sample<number>, seconds: number | undefined): number {
  const { config, state: m } = ctx
  if (config.method === 'mean') return meanOf(m.trail)
  if (config.method === 'median') return medianOf(m.sorted)
  if (config.method === 'savitzky-golay') {
    const length = m.trail.count % 2 === 1 ? m.trail.count : m.trail.count - 1
    return fitted(ctx, length, length - 1)
  }
  let share = 1
  let value = s.value
  if (seconds !== undefined) {
    if (config.method === 'exponential') {
      share = -Math.expm1(-seconds / config.tauS)
      value = m.estimate! * (1 - share) + s.value * share
    } else share = follow(m.track!, s.value, seconds, config.processNoise, config.measurementNoise, config.model === 'velocity')
  }
  if (config.method === 'kalman') value = (m.track ??= newTrack(s.value, config.measurementNoise)).level
  m.doubt = m.doubt * (1 - share) + (isGood(s.quality) ? 0 : share)
  return value
}

// ---- the middle position --------------------------------------------------------------------------------------------

/** The first window that is full gives its first half too; after that each reading gives the one in the middle. */
function centred(ctx: Ctx): void {
  const { config, state: m } = ctx
  const { trail } = m
  m.waiting++
  ctx.hold()
  ctx.wakeAtWatermark(m.last!.time + config.maxGapS * 1000)
  if (trail.count < config.readings) return
  const half = (config.readings - 1) / 2
  for (let at = trail.count - m.waiting; at <= half; at++) {
    m.waiting--
    m.estimate = fitted(ctx, config.readings, at)
    emit(ctx, m.estimate, timeOf(trail, at), ofWindow(m, Quality.good))
  }
}

/** What still waits for readings that will not come: by the end of the last window, or as it is when there was none. */
function flush(ctx: Ctx): void {
  const { config, state: m } = ctx
  const { trail } = m
  const full = trail.count === config.readings
  for (let at = trail.count - m.waiting; at < trail.count; at++) {
    m.estimate = full ? fitted(ctx, config.readings, at) : valueOf(trail, at)
    emit(ctx, m.estimate, timeOf(trail, at), full ? ofWindow(m, Quality.good) : Quality.uncertainSubNormal)
  }
  restart(m)
  ctx.wakeAtWatermark(Number.POSITIVE_INFINITY)
}

export default defineNode({
  type: 'transform.smooth',
  version: 1,
  title: 'Smooth',
  summary: 'Takes noise off a reading: moving average, median, exponential, Savitzky-Golay or Kalman.',
  help: `**Moving average** and **moving median** are those of the readings in the window, by number or by source time; until it is full, of those that are there. **Exponential** is the first-order lag of a controller: *alpha = 1 − exp(−dt / time constant)*, right for readings at any spacing. **Savitzky-Golay** fits a polynomial to the window and gives its value at the newest reading, or, later but smoother, at the middle one; it takes readings as equally spaced (put a Resample node in front where they are not), and begins with shorter windows. **Kalman** tracks a quantity that wanders, or has a trend, through a sensor of known noise, at any spacing.

**Middle reading:** results carry the time of their reading, half a window back. The first half of the first window comes when it is full; what still waits when a bad reading, a gap or the end of the recording comes is given by the polynomial's end, or, if no window was ever full, unsmoothed as *UncertainSubNormal*. Windows behind this node wait for what may still come: *readings − 1* times the longest gap. Make that gap as short as your readings allow.

**Bad readings, NaN and infinities** never enter a result. They pass at once with their own quality and the last result as their value (missing before the first one). With the middle position they also end the window. After the *longest gap* without a usable reading it begins anew. **Uncertain** readings are used: a result is uncertain while one is in the window, or, where none ever leaves (exponential, Kalman), while uncertain ones have more than 1 % of the weight.

**Duplicates** (same time, value and quality) are left out. **Late and backward-time** readings, older than the newest one, are left out too: what was passed on cannot be smoothed again. One that is older by more than the longest gap means that the source's clock was set back: it begins anew.

Source: exponential smoothing as a sampled first-order lag (IEC 61131-3 libraries, PT1); Savitzky and Golay, Analytical Chemistry 36 (1964), 1627, with the corrections of Steinier et al. (1972), ends by Gorry, Analytical Chemistry 62 (1990), 570; Kalman, Trans. ASME J. Basic Eng. 82 (1960), 35.`,
  keywords: ['filter', 'moving average', 'running mean', 'low-pass', 'lowpass', 'PT1', 'EMA', 'EWMA', 'noise', 'denoise', 'rolling', 'damping', 'despike'],
  icon: 'audio-waveform',
  effects: 'none',
  config: Config,
  inputs: { value: port.number() },
  outputs: { value: same('value') },
  drops: { duplicate: 'The same reading again.', late: 'Older than the newest reading.' },
  state: (config): Memory => {
    const size = config.method === 'exponential' || config.method === 'kalman' ? 1 : config.over === 'time' && config.method !== 'savitzky-golay' ? 16 : config.readings
    return { last: null, estimate: null, doubt: 0, track: null, trail: newTrail(size), sorted: newSorted(config.method === 'median' ? size : 0), waiting: 0 }
  },
  receive(sample, _port, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    const middle = config.method === 'savitzky-golay' && config.position === 'middle'
    if (!isUsable(s)) {
      if (middle) flush(ctx)
      ctx.emit['value']!(make(s.tag, m.estimate, s.time, worse(s.quality, Quality.badTypeMismatch)))
      return
    }
    const { last } = m
    let seconds: number | undefined
    if (last !== null) {
      if (s.time === last.time && s.value === last.value && s.quality === last.quality) {
        ctx.drop('duplicate')
        return
      }
      const passed = (s.time - last.time) / 1000
      if (Math.abs(passed) > config.maxGapS) {
        if (middle) flush(ctx)
        else restart(m)
      } else if (passed < 0) {
        ctx.drop('late')
        return
      } else seconds = passed
    }
    m.last = s
    if (config.method !== 'exponential' && config.method !== 'kalman') take(ctx, s)
    if (middle) {
      centred(ctx)
      return
    }
    const estimate = result(ctx, s, seconds)
    m.estimate = estimate
    const doubtful = m.trail.doubtful > 0 || m.doubt > DOUBT
    if (estimate === s.value && !(doubtful && isGood(s.quality))) ctx.emit['value']!(s)
    else emit(ctx, estimate, s.time, doubtful ? worse(s.quality, Quality.uncertain) : isGood(s.quality) ? s.quality : Quality.good)
    if (!Number.isFinite(estimate)) {
      m.estimate = null
      restart(m)
    }
  },
  tick(ctx) {
    if (ctx.state.waiting > 0) flush(ctx)
  },
  // Before the first window is full all but one of its readings may wait, each a gap after the one before.
  complete({ method, position, readings, maxGapS }) {
    const back = (readings - 1) * maxGapS * 1000
    return method === 'savitzky-golay' && position === 'middle' ? (watermark) => watermark - back : undefined
  },
  check(config) {
    if (config.method !== 'savitzky-golay') return []
    const faults: { field: string; reason: string }[] = []
    if (config.readings % 2 === 0) faults.push({ field: '/readings', reason: 'Savitzky-Golay takes an odd number of readings.' })
    if (config.readings <= config.order) faults.push({ field: '/readings', reason: `A polynomial of order ${config.order} needs more than ${config.order} readings.` })
    return faults
  },
  // What is kept depends on how it is smoothed; only what is asked anew of every reading may change under it.
  carries: (from, to) => from.method === to.method && from.over === to.over && from.readings === to.readings && from.windowS === to.windowS && from.order === to.order && from.position === to.position && from.model === to.model && from.measurementNoise === to.measurementNoise,
  examples: [
    {
      title: 'Average of the last three readings',
      config: { ...usual, method: 'mean', readings: 3 },
      in: [
        { at: 'value', value: 3, time: 0 },
        { at: 'value', value: 5, time: 1000 },
        { at: 'value', value: 10, time: 2000 },
        { at: 'value', value: 6, time: 3000 },
      ],
      out: [
        { at: 'value', value: 3, time: 0 },
        { at: 'value', value: 4, time: 1000 },
        { at: 'value', value: 6, time: 2000 },
        { at: 'value', value: 7, time: 3000 },
      ],
    },
    {
      title: 'The median of 3 s takes a spike away',
      config: { ...usual, method: 'median', over: 'time', windowS: 3 },
      in: [
        { at: 'value', value: 20, time: 0 },
        { at: 'value', value: 21, time: 1000 },
        { at: 'value', value: 900, time: 2000 },
        { at: 'value', value: 22, time: 3000 },
        { at: 'value', value: 23, time: 4000 },
      ],
      out: [
        { at: 'value', value: 20, time: 0 },
        { at: 'value', value: 20.5, time: 1000 },
        { at: 'value', value: 21, time: 2000 },
        { at: 'value', value: 22, time: 3000 },
        { at: 'value', value: 23, time: 4000 },
      ],
    },
    {
      title: 'A step through a time constant of 10 s: 63 % after 10 s, however the readings are spaced',
      config: { ...usual, tauS: 10 },
      in: [
        { at: 'value', value: 0, time: 0 },
        { at: 'value', value: 100, time: 4000 },
        { at: 'value', value: 100, time: 10_000 },
        { at: 'value', value: 100, time: 30_000 },
      ],
      out: [
        { at: 'value', value: 0, time: 0 },
        { at: 'value', value: 32.96799539643607, time: 4000 },
        { at: 'value', value: 63.21205588285578, time: 10_000 },
        { at: 'value', value: 95.0212931632136, time: 30_000 },
      ],
    },
    {
      title: 'Savitzky-Golay for the middle reading: later, but a peak stays a peak',
      config: { ...usual, method: 'savitzky-golay', position: 'middle' },
      in: [
        { at: 'value', value: 0, time: 0 },
        { at: 'value', value: 0, time: 1000 },
        { at: 'value', value: 35, time: 2000 },
        { at: 'value', value: 0, time: 3000 },
        { at: 'value', value: 0, time: 4000 },
        { at: 'value', value: 0, time: 5000 },
      ],
      out: [
        { at: 'value', value: -2.999999999999999, time: 0 },
        { at: 'value', value: 12, time: 1000 },
        { at: 'value', value: 17, time: 2000 },
        { at: 'value', value: 12, time: 3000 },
        { at: 'value', value: 6, time: 4000 },
        { at: 'value', value: -5, time: 5000 },
      ],
    },
    {
      title: 'Kalman: a noisy level at rest',
      config: { ...usual, method: 'kalman', measurementNoise: 2, processNoise: 0 },
      in: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 14, time: 1000 },
        { at: 'value', value: 6, time: 2000 },
      ],
      out: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 12, time: 1000 },
        { at: 'value', value: 10, time: 2000 },
      ],
    },
    {
      title: 'Bad readings and NaN stay out, and pass as bad with the last result',
      config: { ...usual, method: 'mean', readings: 2 },
      in: [
        { at: 'value', value: 8, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: 4, time: 1000 },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
        { at: 'value', value: 6, time: 3000, quality: 'Uncertain' },
        { at: 'value', value: 8, time: 4000 },
        { at: 'value', value: 8, time: 5000 },
      ],
      out: [
        { at: 'value', value: null, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: 4, time: 1000 },
        { at: 'value', value: 4, time: 2000, quality: 'BadOutOfRange' },
        { at: 'value', value: 5, time: 3000, quality: 'Uncertain' },
        { at: 'value', value: 7, time: 4000, quality: 'Uncertain' },
        { at: 'value', value: 8, time: 5000 },
      ],
    },
    {
      title: 'After the longest gap it begins anew; what is late is left out',
      config: { ...usual, method: 'mean', readings: 4, maxGapS: 60 },
      in: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 20, time: 10_000 },
        { at: 'value', value: 99, time: 5000 },
        { at: 'value', value: 50, time: 71_000 },
      ],
      out: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 15, time: 10_000 },
        { at: 'value', value: 50, time: 71_000 },
      ],
    },
  ],
})
