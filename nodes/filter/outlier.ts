// Judges each reading by those before it: readings enter the window as they came, outliers too, so that a lasting step
// is an outlier only until it has filled enough of the window. The window is kept in order of arrival and sorted.
import { Quality, Type, defineNode, field, isUsable, port, repeats, same, sample as make, truthful, worse, type Sample, type Static } from '#kit'
import { insertInto, medianOf, newSorted, placeOf, quantileOf, removeFrom, type Sorted } from '#math/sorted'

const Config = Type.Object(
  {
    method: field.choice(['hampel', 'zscore', 'iqr'], { title: 'Judge by', labels: ['Hampel (median)', 'z-score (mean)', 'Tukey fences (quartiles)'], default: 'hampel' }),
    readings: Type.Integer({ title: 'Readings', description: 'So many before this one it is judged by.', minimum: 3, maximum: 1000, default: 21 }),
    deviations: Type.Number({ title: 'Deviations', description: 'An outlier is farther than this many standard deviations from the middle.', exclusiveMinimum: 0, maximum: 100, default: 3, when: { field: 'method', is: ['hampel', 'zscore'] } }),
    fences: Type.Number({ title: 'Fences', description: 'An outlier is farther than this many interquartile ranges outside of the quartiles. 1.5: outside, 3: far out.', exclusiveMinimum: 0, maximum: 100, default: 1.5, when: { field: 'method', is: ['iqr'] } }),
    tolerance: Type.Number({ title: 'Never nearer than', description: 'A reading this near to the middle is no outlier, however quiet the window is. Set it to the resolution of the sensor or more.', unitOf: 'value', minimum: 0, default: 0 }),
    minReadings: Type.Integer({ title: 'Readings needed', description: 'Before there are so many, all pass.', minimum: 2, maximum: 1000, default: 5 }),
    action: field.choice(['reject', 'replace', 'mark'], { title: 'An outlier is', labels: ['Left out', 'Replaced', 'Marked uncertain'], default: 'reject' }),
    replacement: field.choice(['median', 'mean', 'last'], { title: 'Replaced by', labels: ['Median', 'Mean', 'Last one passed'], default: 'median', when: { field: 'action', is: ['replace'] } }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Memory {
  /** The last usable readings in order of arrival, a ring; `next` is the oldest one's place once it is full. */
  readonly ring: Float64Array
  readonly sorted: Sorted
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
  help: `Each reading is judged at once by the **readings before it** (a trailing window: nothing is delayed, and a peak is known when it comes). Each tag is judged by itself.

- **Hampel:** farther from the median than *deviations* × 1.4826 × MAD, the median distance from the median. Up to half of the window may be outliers: the right choice for most sensors.
- **z-score:** farther from the mean than *deviations* × the standard deviation (n − 1). For quiet signals with normal noise; one large outlier hides the next.
- **Tukey fences:** more than *fences* × the interquartile range below the first or above the third quartile. For skewed signals. Quartiles are interpolated linearly.

A window without any scatter makes every change an outlier: *never nearer than* says what is no outlier in any case. Distances are from the median, with the z-score from the mean.

All readings enter the window as they came, outliers too. A **lasting step** is therefore an outlier until about half of the window (Hampel), a quarter (fences) or a few readings of it (z-score) are new, and is normal after that.

An outlier always leaves by **outliers**, unchanged. *Left out*: nothing leaves by *value*. *Replaced*: the median or mean of the window, or the last reading that was no outlier, leaves in its place as *UncertainSubstituteValue* or *UncertainLastUsableValue*. *Marked*: it passes as *Uncertain*.

**Bad readings, NaN and infinities** pass as bad; they are not judged and do not enter the window. **Uncertain** readings are judged and enter like good ones. **Late and backward-time** readings are judged in order of arrival. **Duplicates** (a reading repeated at once with the same time, value and quality) are left out, since they would narrow the window.

Source: F. R. Hampel, J. Am. Stat. Assoc. 69 (1974), 383-393; R. K. Pearson, IEEE Trans. Control Syst. Technol. 10 (2002), 55-63; J. W. Tukey, Exploratory Data Analysis (1977); quartiles: R. J. Hyndman and Y. Fan, Am. Stat. 50 (1996), 361-365, definition 7.`,
  keywords: ['spike', 'despike', 'Hampel', 'MAD', 'z-score', 'sigma', 'IQR', 'Tukey', 'glitch', 'peak', 'anomaly', 'cleaning'],
  icon: 'chart-scatter',
  effects: 'none',
  config: Config,
  inputs: { value: port.number() },
  outputs: { value: same('value'), outliers: same('value', { title: 'Outliers', help: 'Readings that were found to be outliers, unchanged.' }) },
  drops: { duplicate: 'The same reading again.' },
  state: ({ readings }): Memory => ({ ring: new Float64Array(readings), sorted: newSorted(readings), next: 0, passed: null, previous: null }),
  receive(sample, _port, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    if (repeats(s, m.previous)) {
      ctx.drop('duplicate')
      return
    }
    m.previous = s
    if (!isUsable(s)) {
      ctx.emit['value']!(s)
      return
    }
    const outlier = m.sorted.count >= config.minReadings && isOutlier(config, m, s.value)
    if (!outlier) ctx.emit['value']!(s)
    else {
      ctx.emit['outliers']!(s)
      if (config.action === 'mark') ctx.emit['value']!(make(s.tag, s.value, s.time, worse(s.quality, Quality.uncertain)))
      else if (config.action === 'replace') {
        const last = config.replacement === 'last' ? m.passed : null
        ctx.emit['value']!(truthful(make(s.tag, last ?? replacementOf(config, m), s.time, last === null ? Quality.uncertainSubstitute : Quality.uncertainLastUsable)))
      }
    }
    if (!outlier) m.passed = s.value
    m.next = enter(m, s.value)
  },
  check: (config) => (config.minReadings > config.readings ? [{ field: '/minReadings', reason: "It must not be more than the readings it is judged by." }] : []),
  // The window is the same whatever it is asked.
  carries: (from, to) => from.readings === to.readings,
  examples: [
    {
      title: 'A spike leaves by another way, a lasting step becomes normal',
      config: { method: 'hampel', readings: 5, deviations: 3, fences: 1.5, tolerance: 0.5, minReadings: 3, action: 'reject', replacement: 'median' },
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
      config: { method: 'iqr', readings: 7, deviations: 3, fences: 1.5, tolerance: 0, minReadings: 4, action: 'replace', replacement: 'median' },
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
        { at: 'value', value: 3, time: 5000, quality: 'UncertainSubstituteValue' },
      ],
    },
    {
      title: 'z-score: marked',
      config: { method: 'zscore', readings: 10, deviations: 3, fences: 1.5, tolerance: 0, minReadings: 4, action: 'mark', replacement: 'median' },
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
      config: { method: 'hampel', readings: 5, deviations: 3, fences: 1.5, tolerance: 0, minReadings: 2, action: 'replace', replacement: 'last' },
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
        { at: 'value', value: 3, time: 4000, quality: 'UncertainLastUsableValue' },
      ],
    },
  ],
})

function isOutlier({ method, deviations, fences, tolerance }: Config, m: Memory, x: number): boolean {
  if (method === 'zscore') {
    const mean = meanOf(m.sorted)
    const distance = Math.abs(x - mean)
    return distance > tolerance && distance > deviations * deviationFrom(m.sorted, mean)
  }
  const median = medianOf(m.sorted)
  const distance = Math.abs(x - median)
  if (!(distance > tolerance)) return false
  if (method === 'hampel') return distance > deviations * MAD_TO_SIGMA * madFrom(m.sorted, median)
  const low = quantileOf(m.sorted, 0.25)
  const high = quantileOf(m.sorted, 0.75)
  const fence = fences * (high - low)
  return x < low - fence || x > high + fence
}

const replacementOf = ({ replacement }: Config, m: Memory): number => (replacement === 'mean' ? meanOf(m.sorted) : medianOf(m.sorted))

// Mean and deviation are reckoned anew from the window: a running sum would gather rounding over months.

function meanOf({ values, count }: Sorted): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += values[i]!
  if (Number.isFinite(sum)) return sum / count
  let mean = 0
  for (let i = 0; i < count; i++) mean += values[i]! / count
  return mean
}

function deviationFrom({ values, count }: Sorted, mean: number): number {
  let squares = 0
  for (let i = 0; i < count; i++) {
    const d = values[i]! - mean
    squares += d * d
  }
  return Math.sqrt(squares / (count - 1))
}

/** The median distance from the median: the distances to both sides of it ascend, and are merged up to the middle. */
function madFrom(sorted: Sorted, median: number): number {
  const { values, count } = sorted
  let right = placeOf(sorted, median)
  let left = right - 1
  const wanted = count >> 1
  let last = 0
  let distance = 0
  for (let taken = 0; taken <= wanted; taken++) {
    last = distance
    const toLeft = left >= 0 ? median - values[left]! : Number.POSITIVE_INFINITY
    const toRight = right < count ? values[right]! - median : Number.POSITIVE_INFINITY
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
function enter({ ring, sorted, next }: Memory, x: number): number {
  if (sorted.count === ring.length) removeFrom(sorted, ring[next]!)
  insertInto(sorted, x)
  ring[next] = x
  return (next + 1) % ring.length
}
