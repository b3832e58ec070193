// A wait runs on source time; a timer of the gateway stands in for samples that do not come, as for an alarm's delays.
// When a wait ends is part of the state, so that one under way ends as it began, also under a new config.
import { Type, defineNode, isBad, port, same, sample as make, sameValue, truthful, worse, type Context, type Sample, type Static, type Value } from '#kit'

const Config = Type.Object(
  {
    delayS: Type.Number({ title: 'Stable for', description: 'A new value must stand for this long before it passes.', unit: 's', minimum: 0, maximum: 86_400, default: 0.5 }),
    separate: Type.Boolean({ title: 'Another delay for false', description: 'For on and off delays of true and false: the one above is then that of true.', default: false }),
    offDelayS: Type.Number({ title: 'False stable for', unit: 's', minimum: 0, maximum: 86_400, default: 0.5, when: { field: 'separate', is: [true] } }),
  },
  { additionalProperties: false },
)
type Config = Static<typeof Config>

interface Memory {
  /** The last value that had stood for long enough. */
  stable: Sample | null
  /** Another value, while it waits, with the worst quality since. */
  waiting: Sample | null
  /** Source time at which it will have stood for long enough. */
  passesAt: number
  newest: number
}
type Ctx = Context<Config, Memory>

const delayOf = (config: Config, value: Value): number => 1000 * (config.separate && value === false ? config.offDelayS : config.delayS)

function stopWaiting(ctx: Ctx): void {
  if (ctx.state.waiting === null) return
  ctx.state.waiting = null
  ctx.wakeAt(Number.POSITIVE_INFINITY)
}

/** A wait that ended before this time ends first, also when its timer has not yet come. */
function settle(ctx: Ctx, time: number): void {
  const { waiting: w, passesAt } = ctx.state
  if (w === null || passesAt > time) return
  stopWaiting(ctx)
  ctx.state.stable = make(w.tag, w.value, passesAt, w.quality)
  ctx.emit['value']!(ctx.state.stable)
}

export default defineNode({
  type: 'filter.debounce',
  version: 1,
  title: 'Debounce',
  summary: 'Passes a new value only when it has stood for a time, with on and off delays for true and false.',
  help: `For contacts that chatter, states that flicker and signals that must be sure. A value that differs from the one that stands waits; it leaves when it has stood for the time given, *with the time at which it had*. When another value comes before, the wait begins anew with that; when the old one comes back, nothing has happened. The first value waits too. Samples of the value that stands pass at once. Each tag waits by itself.

Values of any kind are compared exactly; measured numbers never stand still, so turn them into a decision first.

**Separate delays** make it the on and off delay of a switch: *stable for* is that of true. With 0 a value passes at once.

**Time** is source time. When no further sample comes, the last one counts as standing, and a timer of the gateway lets it pass. At the end of a recording a value that has not stood for long enough does not leave.

**Bad samples, NaN and infinities** pass at once, as bad, and end a wait: what a value does meanwhile is not known. The value that stood goes on standing. **Uncertain** samples count like good ones; a value has the worst quality that it had while it waited. **Late and backward-time** samples count as if they had come with the newest time. **Duplicates** change nothing.

Source: on-delay and off-delay timers TON and TOF, IEC 61131-3, 6.6.3.5.5.`,
  keywords: ['chatter', 'bounce', 'flicker', 'TON', 'TOF', 'on delay', 'off delay', 'settle', 'stable', 'switch', 'contact', 'glitch'],
  icon: 'square-activity',
  effects: 'none',
  config: Config,
  inputs: { value: port.any() },
  outputs: { value: same('value') },
  drops: {
    bounced: 'Another value came before it had stood for long enough.',
    waiting: 'It repeats a value that has not stood for long enough yet.',
  },
  state: (): Memory => ({ stable: null, waiting: null, passesAt: 0, newest: Number.NEGATIVE_INFINITY }),
  receive(sample, _port, ctx) {
    const { config, state: m } = ctx
    const s = truthful(sample)
    const time = Math.max(s.time, m.newest)
    m.newest = time
    settle(ctx, time)
    if (isBad(s.quality)) {
      stopWaiting(ctx)
      ctx.emit['value']!(s)
      return
    }
    if (m.stable !== null && sameValue(s.value, m.stable.value)) {
      stopWaiting(ctx)
      m.stable = s
      ctx.emit['value']!(s)
      return
    }
    const w = m.waiting
    if (w !== null && sameValue(s.value, w.value)) {
      if (worse(w.quality, s.quality) !== w.quality) m.waiting = make(w.tag, w.value, w.time, s.quality)
      ctx.drop('waiting')
      return
    }
    const delay = delayOf(config, s.value)
    if (delay === 0) {
      stopWaiting(ctx)
      m.stable = s
      ctx.emit['value']!(s)
      return
    }
    // One waits: of two the earlier has bounced.
    if (w === null) ctx.hold()
    else ctx.drop('bounced')
    m.waiting = s
    m.passesAt = time + delay
    // The wait on the gateway's clock: the source's may be off.
    ctx.wakeAt(ctx.now + delay)
  },
  tick: (ctx) => settle(ctx, ctx.state.passesAt),
  carries: () => true,
  examples: [
    {
      title: 'A contact that chatters; no sample follows the last change',
      config: { delayS: 2, separate: false, offDelayS: 0.5 },
      in: [
        { at: 'value', tag: 'LS-1', value: false, time: 0 },
        { at: 'value', tag: 'LS-1', value: false, time: 2000 },
        { at: 'value', tag: 'LS-1', value: true, time: 3000 },
        { at: 'value', tag: 'LS-1', value: false, time: 3100 },
        { at: 'value', tag: 'LS-1', value: true, time: 3200 },
        { at: 'value', tag: 'LS-2', value: true, time: 6000 },
      ],
      out: [
        { at: 'value', tag: 'LS-1', value: false, time: 2000 },
        { at: 'value', tag: 'LS-1', value: false, time: 2000 },
        { at: 'value', tag: 'LS-1', value: false, time: 3100 },
        { at: 'value', tag: 'LS-1', value: true, time: 5200 },
      ],
    },
    {
      title: 'On at once, off after 5 s',
      config: { delayS: 0, separate: true, offDelayS: 5 },
      in: [
        { at: 'value', value: true, time: 0 },
        { at: 'value', value: false, time: 1000 },
        { at: 'value', value: true, time: 4000 },
        { at: 'value', value: false, time: 5000 },
        { at: 'value', value: false, time: 12000 },
      ],
      out: [
        { at: 'value', value: true, time: 0 },
        { at: 'value', value: true, time: 4000 },
        { at: 'value', value: false, time: 10000 },
        { at: 'value', value: false, time: 12000 },
      ],
    },
    {
      title: 'Bad samples and NaN pass at once and end a wait',
      config: { delayS: 1, separate: false, offDelayS: 0.5 },
      in: [
        { at: 'value', value: 3, time: 0 },
        { at: 'value', value: 3, time: 500, quality: 'BadSensorFailure' },
        { at: 'value', value: 3, time: 900 },
        { at: 'value', value: { $number: 'NaN' }, time: 2500 },
        { at: 'value', value: 3, time: 2600 },
      ],
      out: [
        { at: 'value', value: 3, time: 500, quality: 'BadSensorFailure' },
        { at: 'value', value: 3, time: 1900 },
        { at: 'value', value: { $number: 'NaN' }, time: 2500, quality: 'BadOutOfRange' },
        { at: 'value', value: 3, time: 2600 },
      ],
    },
    {
      title: 'A state that flickers: of three values the last one stands; it was uncertain for a moment',
      config: { delayS: 1, separate: false, offDelayS: 0.5 },
      in: [
        { at: 'value', value: 'idle', time: 0 },
        { at: 'value', value: 'starting', time: 600 },
        { at: 'value', value: 'running', time: 1200 },
        { at: 'value', value: 'running', time: 1800, quality: 'Uncertain' },
        { at: 'value', value: 'running', time: 2500 },
      ],
      out: [
        { at: 'value', value: 'running', time: 2200, quality: 'Uncertain' },
        { at: 'value', value: 'running', time: 2500 },
      ],
    },
  ],
})
