// The latest readings of two inputs, held against each other. Whether they are of one time is asked of their own times.
import { Quality, Type, defineNode, field, fromConfig, isBad, isUsable, port, same, sample as make, truthful, worse, type Context, type Sample } from '#kit'

const Config = Type.Object(
  {
    tolerance: Type.Number({ title: 'Tolerance', description: 'They are alike while they differ by no more than this.', minimum: 0, default: 0 }),
    toleranceIn: field.choice(['absolute', 'percent'], { title: 'Tolerance in', labels: ['The unit', '% of b'], default: 'absolute' }),
    hysteresis: Type.Number({ title: 'Hysteresis', description: 'Alike again only when they differ by this much less than the tolerance. In the same measure.', minimum: 0, default: 0 }),
    maxApartS: Type.Number({ title: 'At most apart', description: 'Readings whose times are further apart are not compared: the older one is stale. 0: no limit.', unit: 's', minimum: 0, default: 60 }),
    on: field.choice(['either', 'a'], { title: 'A result for each reading of', labels: ['Either input', 'a only'], default: 'either' }),
    tag: Type.String({ title: 'Tag of the results', description: 'Empty: that of the reading at a.', maxLength: 200, default: '' }),
    unit: field.unit({ title: 'Unit', description: 'Of both inputs. Empty: the unit is that of a, and that of b is not checked.', default: '' }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly tolerance: number
  readonly toleranceIn: 'absolute' | 'percent'
  readonly hysteresis: number
  readonly maxApartS: number
  readonly on: 'either' | 'a'
  readonly tag: string
}
interface Memory {
  a: Sample | null
  b: Sample | null
  alike: boolean
}
type Ctx = Context<Config, Memory>

function compare(ctx: Ctx, a: Sample, b: Sample): void {
  const { config, state } = ctx
  const tag = config.tag === '' ? a.tag : config.tag
  const time = Math.max(a.time, b.time)
  const stale = config.maxApartS > 0 && Math.abs(a.time - b.time) > config.maxApartS * 1000
  if (!isUsable(a) || !isUsable(b) || stale) {
    // A reading that is bad says why; of two that are good the older one is out of date.
    const quality = isBad(a.quality) ? a.quality : isBad(b.quality) ? b.quality : Quality.badTimeout
    for (const name of ['difference', 'ratio', 'larger', 'alike'] as const) ctx.emit[name]!(make(tag, null, time, quality))
    return
  }
  const quality = worse(a.quality, b.quality)
  const difference = a.value - b.value
  const measure = config.toleranceIn === 'percent' ? Math.abs(b.value) / 100 : 1
  const width = config.tolerance - (state.alike ? 0 : config.hysteresis)
  state.alike = Math.abs(difference) <= width * measure
  ctx.emit['difference']!(truthful(make(tag, difference, time, quality)))
  ctx.emit['ratio']!(truthful(make(tag, a.value / b.value, time, quality)))
  ctx.emit['larger']!(make(tag, state.alike ? 'neither' : difference > 0 ? 'a' : 'b', time, quality))
  ctx.emit['alike']!(make(tag, state.alike, time, quality))
}

const plain = { tolerance: 0, toleranceIn: 'absolute', hysteresis: 0, maxApartS: 60, on: 'either', tag: '', unit: '' } as const

export default defineNode({
  type: 'rule.compare',
  version: 1,
  title: 'Compare',
  summary: 'Holds the latest readings of two inputs against each other: difference, ratio, which is larger, and whether they are alike.',
  help: `**difference** is a − b, **ratio** a ÷ b, **larger** says *a*, *b* or *neither*, **alike** is true while they differ by no more than the tolerance. With a hysteresis they are alike again only when they have come closer than the tolerance by that much. Each input keeps its latest reading, whatever its tag; connect one tag to each.

A result has the later of the two times. There is none before both inputs have been heard. The difference of two temperatures in °C is in kelvins.

**Bad readings, NaN and infinities:** all four results are missing, with that quality: what is unknown is neither alike nor different. **Stale:** when the two are further apart in time than allowed, the results are missing and *BadTimeout*. **Uncertain** readings give uncertain results. A ratio to 0 is *BadOutOfRange*.

**Late and backward-time** readings (older than the latest of their input) are left out. **Duplicates** are compared again, with the same result.

**Not safety-rated:** for voting among redundant transmitters see Vote, and a safety system for what must be safe.

Source: IEC 61131-3, standard comparison functions; the hysteresis is that of a two-point controller.`,
  keywords: ['difference', 'ratio', 'delta', 'equal', 'greater', 'less', 'deviation', 'balance', 'leak', 'plausibility', 'redundant'],
  icon: 'scale',
  effects: 'none',
  scope: 'node',
  config: Config,
  inputs: { a: port.number({ title: 'a', unit: fromConfig('unit') }), b: port.number({ title: 'b', unit: fromConfig('unit') }) },
  outputs: {
    difference: same('a', { title: 'Difference', help: 'a − b' }),
    ratio: port.number({ title: 'Ratio', help: 'a ÷ b', unit: '1' }),
    larger: port.text({ title: 'Larger', help: 'a, b or neither.' }),
    alike: port.boolean({ title: 'Alike', help: 'They differ by no more than the tolerance.' }),
  },
  drops: { late: 'Older than the latest reading of this input.' },
  state: (): Memory => ({ a: null, b: null, alike: true }),
  // What is kept are readings; only the hysteresis remembers, and it is settled by the next pair.
  carries: () => true,
  receive(sample, name, ctx) {
    const { state } = ctx
    const s = truthful(sample)
    const before = name === 'a' ? state.a : state.b
    if (before !== null && s.time < before.time) {
      ctx.drop('late')
      return
    }
    if (name === 'a') state.a = s
    else state.b = s
    if (state.a === null || state.b === null || (name === 'b' && ctx.config.on === 'a')) {
      ctx.hold()
      return
    }
    compare(ctx, state.a, state.b)
  },
  check: (config) => (config.hysteresis > config.tolerance ? [{ field: '/hysteresis', reason: 'It must not be more than the tolerance: they would never be alike again.' }] : []),
  examples: [
    {
      title: 'Flow in and flow out, alike within 2',
      config: { ...plain, tolerance: 2 },
      in: [
        { at: 'a', tag: 'in', value: 50, time: 0 },
        { at: 'b', tag: 'out', value: 49, time: 0 },
        { at: 'b', tag: 'out', value: 40, time: 1000 },
      ],
      out: [
        { at: 'difference', tag: 'in', value: 1, time: 0 },
        { at: 'ratio', tag: 'in', value: 1.0204081632653061, time: 0 },
        { at: 'larger', tag: 'in', value: 'neither', time: 0 },
        { at: 'alike', tag: 'in', value: true, time: 0 },
        { at: 'difference', tag: 'in', value: 10, time: 1000 },
        { at: 'ratio', tag: 'in', value: 1.25, time: 1000 },
        { at: 'larger', tag: 'in', value: 'a', time: 1000 },
        { at: 'alike', tag: 'in', value: false, time: 1000 },
      ],
    },
    {
      title: 'Hysteresis, in percent of b, for each reading of a',
      config: { ...plain, tolerance: 10, toleranceIn: 'percent', hysteresis: 5, on: 'a', tag: 'balance' },
      in: [
        { at: 'b', value: 100, time: 0 },
        { at: 'a', value: 120, time: 0 },
        { at: 'a', value: 108, time: 1000 },
        { at: 'a', value: 105, time: 2000 },
      ],
      out: [
        { at: 'difference', tag: 'balance', value: 20, time: 0 },
        { at: 'ratio', tag: 'balance', value: 1.2, time: 0 },
        { at: 'larger', tag: 'balance', value: 'a', time: 0 },
        { at: 'alike', tag: 'balance', value: false, time: 0 },
        { at: 'difference', tag: 'balance', value: 8, time: 1000 },
        { at: 'ratio', tag: 'balance', value: 1.08, time: 1000 },
        { at: 'larger', tag: 'balance', value: 'a', time: 1000 },
        { at: 'alike', tag: 'balance', value: false, time: 1000 },
        { at: 'difference', tag: 'balance', value: 5, time: 2000 },
        { at: 'ratio', tag: 'balance', value: 1.05, time: 2000 },
        { at: 'larger', tag: 'balance', value: 'neither', time: 2000 },
        { at: 'alike', tag: 'balance', value: true, time: 2000 },
      ],
    },
    {
      title: 'A bad reading and a stale one are neither alike nor different; a ratio to 0 is bad',
      config: { ...plain, maxApartS: 10, on: 'a', tolerance: 1 },
      in: [
        { at: 'b', value: 0, time: 0 },
        { at: 'a', value: 3, time: 0, quality: 'BadSensorFailure' },
        { at: 'a', value: 3, time: 1000, quality: 'Uncertain' },
        { at: 'a', value: 3, time: 11000 },
      ],
      out: [
        { at: 'difference', value: null, time: 0, quality: 'BadSensorFailure' },
        { at: 'ratio', value: null, time: 0, quality: 'BadSensorFailure' },
        { at: 'larger', value: null, time: 0, quality: 'BadSensorFailure' },
        { at: 'alike', value: null, time: 0, quality: 'BadSensorFailure' },
        { at: 'difference', value: 3, time: 1000, quality: 'Uncertain' },
        { at: 'ratio', value: { $number: 'Infinity' }, time: 1000, quality: 'BadOutOfRange' },
        { at: 'larger', value: 'a', time: 1000, quality: 'Uncertain' },
        { at: 'alike', value: false, time: 1000, quality: 'Uncertain' },
        { at: 'difference', value: null, time: 11000, quality: 'BadTimeout' },
        { at: 'ratio', value: null, time: 11000, quality: 'BadTimeout' },
        { at: 'larger', value: null, time: 11000, quality: 'BadTimeout' },
        { at: 'alike', value: null, time: 11000, quality: 'BadTimeout' },
      ],
    },
  ],
})
