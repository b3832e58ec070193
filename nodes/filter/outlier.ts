// Judges each reading by those before it: readings enter the window as they came, outliers too, so that a lasting step
// is an outlier only until it has filled enough of the window. The window is kept in order of arrival and sorted.
import { Quality, Type, defineNode, field, isUsable, port, same, sample as make, truthful, worse, type Sample, type Static } from '#kit'

const Config = Type.Object(
  {
    method: field.choice(['hampel', 'zscore', 'iqr'], { title: 'Judge by', labels: ['Hampel (median)', 'z-score (mean)', 'Tukey fences (quartiles)'], default: 'hampel' }),
    n: Type.Integer({ title: 'Window', description: 'Readings before this one that it is judged by.', minimum: 3, maximum: 1000, default: 21 }),
    k: Type.Number({ title: 'Deviations', description: 'An outlier is farther than this many standard deviations from the middle.', exclusiveMinimum: 0, maximum: 100, default: 3, when: { field: 'method', is: ['hampel', 'zscore'] } }),
    fences: Type.Number({ title: 'Fences', description: 'An outlier is farther than this many interquartile ranges outside of the quartiles. 1.5: outside, 3: far out.', exclusiveMinimum: 0, maximum: 100, default: 1.5, when: { field: 'method', is: ['iqr'] } }),
    tolerance: Type.Number({ title: 'Never nearer than', description: 'A reading this near to the middle is no outlier, however quiet the window is. Set it to the resolution of the sensor or more.', unitOf: 'value', minimum: 0, default: 0 }),
    minReadings: Type.Integer({ title: 'Readings before judging', description: 'Until the window has this many, all readings pass.', minimum: 2, maximum: 1000, default: 5 }),
    action: field.choice(['reject', 'replace', 'mark'], { title: 'An outlier is', labels: ['Left out', 'Replaced', 'Marked uncertain'], default: 'reject' }),
    replacement: field.choice(['median', 'mean', 'last'], { title: 'Replaced by', labels: ['Median', 'Mean', 'Last one passed'], default: 'median', when: { field: 'action', is: ['replace'] } }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Memory {
  /** The last n usable readings in order of arrival, a ring; `next` is the oldest one's place once it is full. */
  readonly ring: Float64Array
  /** The same, ascending. */
  readonly sorted: Float64Array
  count: number
  next: number
  /** The last usable reading that was no outlier. */
  passed: number | null
  /** To know a repeated one. */
  previous: Sample | null
}

/** MAD to standard deviation of a normal distribution: 1 / Φ⁻¹(3/4). */
const MAD_TO_SIGMA = 1.482602218505602

export default defineNode({
  type: 'filter.outlier',
  version: 1,
  title: 'Outliers',
  summary: 'Takes out, replaces or marks single readings that stand far off from those before them.',
  help: `Each reading is judged at once by the **n readings before it** (a trailing window: nothing is delayed, and a peak is known when it comes). Each tag is judged by itself.

- **Hampel:** farther than *k* × 1.4826 × MAD from the median, MAD being the median distance from it. Up to half of the window may be outliers: the right choice for most sensors.
- **z-score:** farther than *k* standard deviations (n − 1) from the mean. For quiet signals with normal noise; one large outlier hides the next.
- **Tukey fences:** more than *k* interquartile ranges below the first or above the third quartile. For skewed signals. Quartiles are interpolated linearly.

A window without any scatter makes every change an outlier: *never nearer than* says what is no outlier in any case. Distances are from the median, with the z-score from the mean.

All readings enter the window as they came, outliers too. A **lasting step** is therefore an outlier until about half of the window (Hampel), a quarter (fences) or a few readings of it (z-score) are new, and is normal after that.

An outlier always leaves by **outliers**, unchanged. *Left out*: nothing leaves by *value*. *Replaced*: the median or mean of the window, or the last reading that was none, leaves in its place as *uncertain*. *Marked*: it passes as uncertain.

**Bad readings, NaN and infinities** pass as bad; they are not judged and do not enter the window. **Uncertain** readings are judged and enter like good ones. **Late and backward-time** readings are judged in order of arrival. **Duplicates** (a reading repeated at once with the same time, value and quality) are left out, since they would narrow the window.

Source: F. R. Hampel, J. Am. Stat. Assoc. 69 (1974), 383-393; R. K. Pearson, IEEE Trans. Control Syst. Technol. 10 (2002), 55-63; J. W. Tukey, Exploratory Data Analysis (1977); quartiles: R. J. Hyndman and Y. Fan, Am. Stat. 50 (1996), 361-365, definition 7.`,
  keywords: ['spike', 'despike', 'Hampel', 'MAD', 'z-score', 'sigma', 'IQR', 'Tukey', 'glitch', 'peak', 'anomaly', 'cleaning'],
  icon: 'chart-scatter',
  effects: 'none',
  config: Config,
  inputs: { value: port.number() },
  outputs: { value: same('value'), outliers: same('value', { title: 'Outliers', help: 'Readings that were found to be outliers, unchanged.' }) },
  drops: { duplicate: 'The same reading again.' },
  state: ({ n }): Memory => ({ ring: new Float64Array(n), sorted: new Float64Array(n), count: 0, next: 0, passed: null, previous: null }),
  receive(sample, _port, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    const before = m.previous
    if (before !== null && before.time === s.time && before.quality === s.quality && Object.is(before.value, s.value)) {
      ctx.drop('duplicate')
      return
    }
    m.previous = s
    if (!isUsable(s)) {
      ctx.emit['value']!(s)
      return
    }
    const outlier = m.count >= config.minReadings && isOutlier(config, m, s.value)
    if (!outlier) ctx.emit['value']!(s)
    else {
      ctx.emit['outliers']!(s)
      const quality = worse(s.quality, Quality.uncertain)
      if (config.action === 'mark') ctx.emit['value']!(make(s.tag, s.value, s.time, quality))
      else if (config.action === 'replace') ctx.emit['value']!(truthful(make(s.tag, replacementOf(config, m), s.time, quality)))
    }
    if (!outlier) m.passed = s.value
    enter(m, s.value)
  },
  check: (config) => (config.minReadings > config.n ? [{ field: '/minReadings', reason: "'Readings before judging' must not be more than the window." }] : []),
  // The window is the same whatever it is asked.
  carries: (from, to) => from.n === to.n,
  examples: [
    {
      title: 'A spike leaves by another way, a lasting step becomes normal',
      config: { method: 'hampel', n: 5, k: 3, fences: 1.5, tolerance: 0.5, minReadings: 3, action: 'reject', replacement: 'median' },
      in: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 10.1, time: 1000 },
        { at: 'value', value: 9.9, time: 2000 },
        { at: 'value', value: 55, time: 3000 },
        { at: 'value', value: 10, time: 4000 },
        { at: 'value', value: 20, time: 5000 },
        { at: 'value', value: 20.1, time: 6000 },
        { at: 'value', value: 20, time: 7000 },
      ],
      out: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 10.1, time: 1000 },
        { at: 'value', value: 9.9, time: 2000 },
        { at: 'outliers', value: 55, time: 3000 },
        { at: 'value', value: 10, time: 4000 },
        { at: 'outliers', value: 20, time: 5000 },
        { at: 'outliers', value: 20.1, time: 6000 },
        { at: 'value', value: 20, time: 7000 },
      ],
    },
    {
      title: 'Tukey fences: replaced by the median, and uncertain',
      config: { method: 'iqr', n: 7, k: 3, fences: 1.5, tolerance: 0, minReadings: 4, action: 'replace', replacement: 'median' },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000 },
        { at: 'value', value: 3, time: 2000 },
        { at: 'value', value: 4, time: 3000 },
        { at: 'value', value: 5.5, time: 4000 },
        { at: 'value', value: 50, time: 5000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 2, time: 1000 },
        { at: 'value', value: 3, time: 2000 },
        { at: 'value', value: 4, time: 3000 },
        { at: 'value', value: 5.5, time: 4000 },
        { at: 'outliers', value: 50, time: 5000 },
        { at: 'value', value: 3, time: 5000, quality: 'Uncertain' },
      ],
    },
    {
      title: 'z-score: marked',
      config: { method: 'zscore', n: 10, k: 3, fences: 1.5, tolerance: 0, minReadings: 4, action: 'mark', replacement: 'median' },
      in: [
        { at: 'value', value: 4, time: 0 },
        { at: 'value', value: 6, time: 1000 },
        { at: 'value', value: 4, time: 2000 },
        { at: 'value', value: 6, time: 3000 },
        { at: 'value', value: 8.5, time: 4000 },
      ],
      out: [
        { at: 'value', value: 4, time: 0 },
        { at: 'value', value: 6, time: 1000 },
        { at: 'value', value: 4, time: 2000 },
        { at: 'value', value: 6, time: 3000 },
        { at: 'outliers', value: 8.5, time: 4000 },
        { at: 'value', value: 8.5, time: 4000, quality: 'Uncertain' },
      ],
    },
    {
      title: 'Bad readings and NaN pass as bad and are no part of the window',
      config: { method: 'hampel', n: 5, k: 3, fences: 1.5, tolerance: 0, minReadings: 2, action: 'replace', replacement: 'last' },
      in: [
        { at: 'value', value: 900, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: 1, time: 1000 },
        { at: 'value', value: 3, time: 2000 },
        { at: 'value', value: { $number: 'NaN' }, time: 3000 },
        { at: 'value', value: 90, time: 4000 },
      ],
      out: [
        { at: 'value', value: 900, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: 1, time: 1000 },
        { at: 'value', value: 3, time: 2000 },
        { at: 'value', value: { $number: 'NaN' }, time: 3000, quality: 'BadOutOfRange' },
        { at: 'outliers', value: 90, time: 4000 },
        { at: 'value', value: 3, time: 4000, quality: 'Uncertain' },
      ],
    },
  ],
})

function isOutlier({ method, k, fences, tolerance }: Config, m: Memory, x: number): boolean {
  if (method === 'zscore') {
    const mean = meanOf(m)
    const distance = Math.abs(x - mean)
    return distance > tolerance && distance > k * deviationFrom(m, mean)
  }
  const median = quantileOf(m, 0.5)
  const distance = Math.abs(x - median)
  if (!(distance > tolerance)) return false
  if (method === 'hampel') return distance > k * MAD_TO_SIGMA * madFrom(m, median)
  const low = quantileOf(m, 0.25)
  const high = quantileOf(m, 0.75)
  const fence = fences * (high - low)
  return x < low - fence || x > high + fence
}

function replacementOf({ replacement }: Config, m: Memory): number {
  if (replacement === 'mean') return meanOf(m)
  return replacement === 'last' && m.passed !== null ? m.passed : quantileOf(m, 0.5)
}

// Mean and deviation are reckoned anew from the window: a running sum would gather rounding over months.

function meanOf({ sorted, count }: Memory): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += sorted[i]!
  if (Number.isFinite(sum)) return sum / count
  let mean = 0
  for (let i = 0; i < count; i++) mean += sorted[i]! / count
  return mean
}

function deviationFrom({ sorted, count }: Memory, mean: number): number {
  let squares = 0
  for (let i = 0; i < count; i++) {
    const d = sorted[i]! - mean
    squares += d * d
  }
  return Math.sqrt(squares / (count - 1))
}

/** Linear between the two nearest; halves are added as halves, so that the largest numbers do not overflow. */
function quantileOf({ sorted, count }: Memory, share: number): number {
  const at = share * (count - 1)
  const below = Math.floor(at)
  const part = at - below
  return part === 0 ? sorted[below]! : sorted[below]! * (1 - part) + sorted[below + 1]! * part
}

/** The median distance from the median: the distances to both sides of it ascend, and are merged up to the middle. */
function madFrom({ sorted, count }: Memory, median: number): number {
  let right = 0
  let end = count
  while (right < end) {
    const middle = (right + end) >> 1
    if (sorted[middle]! < median) right = middle + 1
    else end = middle
  }
  let left = right - 1
  const wanted = count >> 1
  let last = 0
  let distance = 0
  for (let taken = 0; taken <= wanted; taken++) {
    last = distance
    const toLeft = left >= 0 ? median - sorted[left]! : Number.POSITIVE_INFINITY
    const toRight = right < count ? sorted[right]! - median : Number.POSITIVE_INFINITY
    if (right >= count || (left >= 0 && toLeft < toRight)) {
      distance = toLeft
      left--
    } else {
      distance = toRight
      right++
    }
  }
  return count % 2 === 1 ? distance : last / 2 + distance / 2
}

/** Into both orders; the oldest leaves a full window. */
function enter(m: Memory, x: number): void {
  const { ring, sorted } = m
  if (m.count === ring.length) {
    const out = placeOf(m, ring[m.next]!)
    sorted.copyWithin(out, out + 1, m.count)
    m.count--
  }
  const into = placeOf(m, x)
  sorted.copyWithin(into + 1, into, m.count)
  sorted[into] = x
  m.count++
  ring[m.next] = x
  m.next = (m.next + 1) % ring.length
}

/** Index of the first that is not below x. */
function placeOf({ sorted, count }: Memory, x: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < x) low = middle + 1
    else high = middle
  }
  return low
}
