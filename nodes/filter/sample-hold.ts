// One control holds every tag that comes, whatever the control's own tag is: so the state is of the node, not of a tag.
import { Quality, Type, defineNode, field, isBad, isGood, port, same, sample as make, truthful, worse, type Context, type Sample, type Static } from '#kit'

const Config = Type.Object(
  {
    quality: field.choice(['uncertain', 'same'], { title: 'Quality while it holds', labels: ['Uncertain', 'As it was'], default: 'uncertain' }),
    onBad: field.choice(['keep', 'hold'], { title: 'When the control is bad', labels: ['Go on as before', 'Hold'], default: 'keep' }),
    initially: field.choice(['pass', 'hold'], { title: 'Before the control has spoken', labels: ['Pass', 'Hold'], default: 'pass' }),
    atRelease: Type.Boolean({ title: 'Catch up at the release', description: 'The newest reading that came meanwhile leaves at once, not only the next one.', default: true }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Tag {
  /** The last one that passed: what is repeated. */
  passed: Sample | null
  /** The newest one that came while it held. */
  waiting: Sample | null
}
interface Memory {
  /** Null until the control has said true or false. */
  holding: boolean | null
  /** Quality of the newest control reading. */
  control: number
  tags: Map<string, Tag>
}
type Ctx = Context<Config, Memory>

/** As the engine has it for tags. */
const MAX_TAGS = 100_000

const isHolding = ({ state, config }: Ctx): boolean => state.holding ?? config.initially === 'hold'

/** What passes under a control that is not sure of itself is not sure either. */
function under(control: number, s: Sample): Sample {
  if (isGood(control) || !isGood(s.quality)) return s
  return make(s.tag, s.value, s.time, Quality.uncertain)
}

function command(ctx: Ctx, sample: Sample): void {
  const { state: m, config } = ctx
  const held = isHolding(ctx)
  const c = truthful(sample)
  if (isBad(c.quality) || typeof c.value !== 'boolean') {
    m.control = isBad(c.quality) ? c.quality : Quality.badTypeMismatch
    if (config.onBad === 'hold') m.holding = true
  } else {
    m.control = c.quality
    m.holding = c.value
  }
  ctx.hold()
  if (!held || isHolding(ctx)) return
  for (const tag of m.tags.values()) {
    const s = tag.waiting
    tag.waiting = null
    if (s === null || !config.atRelease) continue
    tag.passed = s
    ctx.emit['value']!(under(m.control, s.time >= c.time ? s : make(s.tag, s.value, c.time, s.quality)))
  }
}

export default defineNode({
  type: 'filter.sample-hold',
  version: 1,
  title: 'Sample and hold',
  summary: 'Passes readings, or repeats the last one while a control is true.',
  help: `To freeze a value on purpose: during a calibration, a rinse, a change of product. While **hold** is false, readings pass. While it is true, each reading that comes lets the last value before the hold leave once more, with the new reading's time. The one control holds all tags at *value*.

**Quality while it holds.** *Uncertain* marks what is repeated as *UncertainLastUsableValue*; *as it was* repeats the quality too, as long as the readings that come are not bad themselves. A tag that has not passed before the hold has nothing to repeat and gives a missing value, *BadNoData*.

**At the release** the newest reading that came during the hold leaves by itself, at the time of the release; without that the next reading is the first to pass.

**A bad control**, also one that is neither true nor false, changes nothing or holds, by choice. As long as the newest control reading is bad or uncertain, what passes is at least uncertain: it might be a reading that should not.

**Bad readings, NaN and infinities** pass as bad; what was bad before the hold is repeated as bad. While it holds they make what is repeated uncertain. **Late, duplicate and backward-time** readings, of both inputs, count in the order in which they come.`,
  keywords: ['freeze', 'latch', 'track and hold', 'calibration', 'inhibit', 'maintenance', 'gate', 'enable', 'S&H'],
  icon: 'circle-pause',
  effects: 'none',
  scope: 'node',
  config: Config,
  inputs: { value: port.any({ title: 'Value' }), hold: port.boolean({ title: 'Hold', help: 'True holds, false passes.' }) },
  outputs: { value: same('value') },
  state: (): Memory => ({ holding: null, control: Quality.good, tags: new Map() }),
  receive(sample, at, ctx) {
    if (at === 'hold') {
      command(ctx, sample)
      return
    }
    const { state: m, config } = ctx
    const s = truthful(sample)
    let tag = m.tags.get(s.tag)
    if (tag === undefined) {
      if (m.tags.size >= MAX_TAGS) {
        ctx.fail(`it keeps values of ${MAX_TAGS} tags, and this is one more`)
        return
      }
      tag = { passed: null, waiting: null }
      m.tags.set(s.tag, tag)
    }
    if (!isHolding(ctx)) {
      tag.passed = s
      ctx.emit['value']!(under(m.control, s))
      return
    }
    tag.waiting = s
    const { passed } = tag
    if (passed === null) {
      ctx.emit['value']!(make(s.tag, null, s.time, Quality.badNoData))
      return
    }
    const asItWas = config.quality === 'same' && !isBad(s.quality) && isGood(m.control)
    ctx.emit['value']!(make(s.tag, passed.value, s.time, asItWas ? passed.quality : worse(passed.quality, Quality.uncertainLastUsable)))
  },
  carries: () => true,
  examples: [
    {
      title: 'Held during a calibration; the control has a tag of its own',
      config: { quality: 'uncertain', onBad: 'keep', initially: 'pass', atRelease: true },
      in: [
        { at: 'value', tag: 'AT-5', value: 7.1, time: 0 },
        { at: 'hold', tag: 'AT-5.cal', value: true, time: 1000 },
        { at: 'value', tag: 'AT-5', value: 4, time: 2000 },
        { at: 'value', tag: 'AT-5', value: 10, time: 3000 },
        { at: 'hold', tag: 'AT-5.cal', value: false, time: 4000 },
        { at: 'value', tag: 'AT-5', value: 7.2, time: 5000 },
      ],
      out: [
        { at: 'value', tag: 'AT-5', value: 7.1, time: 0 },
        { at: 'value', tag: 'AT-5', value: 7.1, time: 2000, quality: 'UncertainLastUsableValue' },
        { at: 'value', tag: 'AT-5', value: 7.1, time: 3000, quality: 'UncertainLastUsableValue' },
        { at: 'value', tag: 'AT-5', value: 10, time: 4000 },
        { at: 'value', tag: 'AT-5', value: 7.2, time: 5000 },
      ],
    },
    {
      title: 'Quality as it was, nothing before the next reading',
      config: { quality: 'same', onBad: 'keep', initially: 'pass', atRelease: false },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'hold', value: true, time: 1000 },
        { at: 'value', value: 2, time: 2000 },
        { at: 'value', value: 3, time: 3000, quality: 'BadSensorFailure' },
        { at: 'hold', value: false, time: 4000 },
        { at: 'value', value: 4, time: 5000 },
      ],
      out: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 1, time: 2000 },
        { at: 'value', value: 1, time: 3000, quality: 'UncertainLastUsableValue' },
        { at: 'value', value: 4, time: 5000 },
      ],
    },
    {
      title: 'A bad control holds; bad readings and NaN pass as bad',
      config: { quality: 'uncertain', onBad: 'hold', initially: 'pass', atRelease: false },
      in: [
        { at: 'value', value: { $number: 'NaN' }, time: 0 },
        { at: 'value', value: 1, time: 1000 },
        { at: 'hold', value: false, time: 2000, quality: 'BadCommunicationError' },
        { at: 'value', value: 2, time: 3000 },
        { at: 'hold', value: false, time: 4000 },
        { at: 'value', value: 3, time: 5000 },
      ],
      out: [
        { at: 'value', value: { $number: 'NaN' }, time: 0, quality: 'BadOutOfRange' },
        { at: 'value', value: 1, time: 1000 },
        { at: 'value', value: 1, time: 3000, quality: 'UncertainLastUsableValue' },
        { at: 'value', value: 3, time: 5000 },
      ],
    },
    {
      title: 'A bad control that changes nothing makes what passes uncertain; a tag without a value has none to hold',
      config: { quality: 'uncertain', onBad: 'keep', initially: 'hold', atRelease: false },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'hold', value: false, time: 1000 },
        { at: 'hold', value: null, time: 2000 },
        { at: 'value', value: 2, time: 3000 },
      ],
      out: [
        { at: 'value', value: null, time: 0, quality: 'BadNoData' },
        { at: 'value', value: 2, time: 3000, quality: 'Uncertain' },
      ],
    },
  ],
})
