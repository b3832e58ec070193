// Silence is a matter of the gateway's clock, a value that stands still one of source time. The timer is set anew only
// when it fires, not with each reading.
import { Quality, Type, defineNode, field, isBad, port, same, sample as make, sameValue, truthful, worse, type Context, type Sample, type Static } from '#kit'

const Config = Type.Object(
  {
    staleAfterS: Type.Number({ title: 'Stale after', description: 'Without a reading of the tag for this long, by the clock of the gateway.', unit: 's', minimum: 0.01, maximum: 31 * 86_400, default: 60 }),
    as: field.choice(['bad', 'uncertain', 'missing'], { title: 'Then the value is', labels: ['Bad', 'Uncertain', 'Missing, bad'], default: 'bad' }),
    frozenS: Type.Number({ title: 'Frozen after', description: 'Readings come, but the value has not changed for this long by source time. 0: not watched.', unit: 's', minimum: 0, maximum: 31 * 86_400, default: 0 }),
    frozenBand: Type.Number({ title: 'Frozen within', description: 'A number that moves by no more than this has not changed.', unitOf: 'value', minimum: 0, default: 0, advanced: true }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Memory {
  last: Sample | null
  /** The gateway's time at which it came. */
  seenAt: number
  timer: boolean
  stale: boolean
  /** The last usable reading that was another than the one before. */
  moved: Sample | null
  frozen: boolean | null
}
type Ctx = Context<Config, Memory>

/** A value that is not to be trusted any more; what is bad already keeps its own reason. */
function doubt({ config }: Ctx, s: Sample, time: number, bad: number, uncertain: number): Sample {
  if (config.as === 'uncertain') return make(s.tag, s.value, time, worse(s.quality, uncertain))
  return make(s.tag, config.as === 'missing' ? null : s.value, time, isBad(s.quality) ? s.quality : bad)
}

/** Whether the value has stood still for too long. A bad reading says nothing of it, and leaves it as it was. */
function isFrozen({ config, state: m }: Ctx, s: Sample): boolean {
  if (isBad(s.quality)) return config.frozenS > 0 && m.frozen === true
  const { moved } = m
  const still = moved !== null && (typeof s.value === 'number' && typeof moved.value === 'number' ? Math.abs(s.value - moved.value) <= config.frozenBand : sameValue(s.value, moved.value))
  if (!still || moved === null) {
    m.moved = s
    return false
  }
  // An earlier reading of the same value: it has stood since then.
  if (s.time < moved.time) m.moved = make(s.tag, moved.value, s.time, moved.quality)
  return config.frozenS > 0 && s.time - m.moved!.time >= config.frozenS * 1000
}

export default defineNode({
  type: 'filter.stale',
  version: 1,
  title: 'Stale',
  summary: 'Notices a tag that has fallen silent, or whose value stands still, and says so in its quality.',
  help: `A source that dies says nothing: what follows would go on with its last value for ever. When no reading of a tag has come for the time given, its last value leaves once more by **value**, now *BadTimeout*, *UncertainLastUsableValue*, or missing and *BadTimeout*, and **stale** becomes true. With the next reading it is false again. Each tag is watched by itself, from its first reading on: a tag that never came is not known here.

Silence is measured by the **clock of the gateway**, from the arrival of the last reading. What leaves then has the time of the last reading plus the time allowed, so that source time goes on. In a replay the clock is that of the recording; a silence at its very end is not complete and not told. After a restart the silence of the gateway itself counts too.

**Frozen.** When set, a value that has not changed for that long *by source time while readings come* is a stuck sensor: its readings pass as *BadSensorFailure*, *Uncertain*, or missing and *BadSensorFailure*, and **frozen** is true until it changes by more than *frozen within*. Values that are not numbers are compared exactly. Use it only where the process or its noise never stands quite still.

**Bad readings, NaN and infinities** pass as bad; they are a sign of life, and say nothing about a frozen value. **Uncertain** readings count like good ones. **Late and backward-time** readings and **duplicates** are signs of life too, and pass; time is never taken as gone by when it runs backward.`,
  keywords: ['timeout', 'watchdog', 'heartbeat', 'dead', 'silent', 'stuck', 'flatline', 'frozen', 'lost', 'no data', 'offline', 'sensor failure'],
  icon: 'clock-alert',
  effects: 'none',
  config: Config,
  inputs: { value: port.any() },
  outputs: {
    value: same('value'),
    stale: port.boolean({ title: 'Stale', help: 'True while the tag is silent; its first reading and each change.' }),
    frozen: port.boolean({ title: 'Frozen', help: 'True while the value stands still; its first reading and each change. Nothing when it is not watched.' }),
  },
  state: (): Memory => ({ last: null, seenAt: 0, timer: false, stale: false, moved: null, frozen: null }),
  receive(sample, _port, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    const first = m.last === null
    const was = m.frozen
    const frozen = isFrozen(ctx, s)
    m.last = s
    m.seenAt = ctx.now
    ctx.emit['value']!(frozen ? doubt(ctx, s, s.time, Quality.badSensor, Quality.uncertain) : s)
    if (first || m.stale) {
      m.stale = false
      ctx.emit['stale']!(make(s.tag, false, s.time))
    }
    m.frozen = config.frozenS > 0 ? frozen : null
    if (m.frozen !== null && m.frozen !== was) ctx.emit['frozen']!(make(s.tag, m.frozen, s.time))
    if (!m.timer) {
      m.timer = true
      ctx.wakeAt(m.seenAt + config.staleAfterS * 1000)
    }
  },
  tick(ctx) {
    const { config, state: m } = ctx
    const { last } = m
    if (last === null) return
    const due = m.seenAt + config.staleAfterS * 1000
    if (due > ctx.now) {
      ctx.wakeAt(due)
      return
    }
    m.timer = false
    m.stale = true
    const time = last.time + config.staleAfterS * 1000
    ctx.emit['value']!(doubt(ctx, last, time, Quality.badTimeout, Quality.uncertainLastUsable))
    ctx.emit['stale']!(make(last.tag, true, time))
  },
  // The timer under way is that of the old time.
  carries: (from, to) => from.staleAfterS === to.staleAfterS,
  examples: [
    {
      title: 'Silent for 10 s, and back',
      config: { staleAfterS: 10, as: 'bad', frozenS: 0, frozenBand: 0 },
      in: [
        { at: 'value', tag: 'PT-1', value: 4.2, time: 0 },
        { at: 'value', tag: 'PT-1', value: 4.3, time: 8000 },
        { at: 'value', tag: 'PT-2', value: 1, time: 12000 },
        { at: 'value', tag: 'PT-2', value: 1.1, time: 20000 },
        { at: 'value', tag: 'PT-1', value: 4.4, time: 25000 },
      ],
      out: [
        { at: 'value', tag: 'PT-1', value: 4.2, time: 0 },
        { at: 'stale', tag: 'PT-1', value: false, time: 0 },
        { at: 'value', tag: 'PT-1', value: 4.3, time: 8000 },
        { at: 'value', tag: 'PT-2', value: 1, time: 12000 },
        { at: 'stale', tag: 'PT-2', value: false, time: 12000 },
        { at: 'value', tag: 'PT-1', value: 4.3, time: 18000, quality: 'BadTimeout' },
        { at: 'stale', tag: 'PT-1', value: true, time: 18000 },
        { at: 'value', tag: 'PT-2', value: 1.1, time: 20000 },
        { at: 'value', tag: 'PT-1', value: 4.4, time: 25000 },
        { at: 'stale', tag: 'PT-1', value: false, time: 25000 },
      ],
    },
    {
      title: 'A stuck sensor: the value stands still for 3 s',
      config: { staleAfterS: 60, as: 'uncertain', frozenS: 3, frozenBand: 0.1 },
      in: [
        { at: 'value', value: 20, time: 0 },
        { at: 'value', value: 20.05, time: 1500 },
        { at: 'value', value: 20, time: 3000 },
        { at: 'value', value: 20.08, time: 4500 },
        { at: 'value', value: 20.5, time: 6000 },
      ],
      out: [
        { at: 'value', value: 20, time: 0 },
        { at: 'stale', value: false, time: 0 },
        { at: 'frozen', value: false, time: 0 },
        { at: 'value', value: 20.05, time: 1500 },
        { at: 'value', value: 20, time: 3000, quality: 'Uncertain' },
        { at: 'frozen', value: true, time: 3000 },
        { at: 'value', value: 20.08, time: 4500, quality: 'Uncertain' },
        { at: 'value', value: 20.5, time: 6000 },
        { at: 'frozen', value: false, time: 6000 },
      ],
    },
    {
      title: 'Bad readings and NaN are signs of life; a missing value after the silence',
      config: { staleAfterS: 5, as: 'missing', frozenS: 0, frozenBand: 0 },
      in: [
        { at: 'value', tag: 'A', value: 'on', time: 0 },
        { at: 'value', tag: 'A', value: 'on', time: 4000, quality: 'BadCommunicationError' },
        { at: 'value', tag: 'B', value: { $number: 'NaN' }, time: 8000 },
        { at: 'value', tag: 'B', value: 1, time: 10000 },
      ],
      out: [
        { at: 'value', tag: 'A', value: 'on', time: 0 },
        { at: 'stale', tag: 'A', value: false, time: 0 },
        { at: 'value', tag: 'A', value: 'on', time: 4000, quality: 'BadCommunicationError' },
        { at: 'value', tag: 'B', value: { $number: 'NaN' }, time: 8000, quality: 'BadOutOfRange' },
        { at: 'stale', tag: 'B', value: false, time: 8000 },
        { at: 'value', tag: 'A', value: null, time: 9000, quality: 'BadCommunicationError' },
        { at: 'stale', tag: 'A', value: true, time: 9000 },
        { at: 'value', tag: 'B', value: 1, time: 10000 },
      ],
    },
  ],
})
