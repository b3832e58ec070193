// States as ANSI/ISA-18.2-2016, 5.3, without shelving and suppression. Delays run on source time; a timer of the
// gateway stands in for readings that do not come (report by exception), so a delay never waits for the next one.
import { Quality, Type, defineNode, field, isUsable, port, sample as make, truthful, type AlarmState, type Context } from '#kit'

const Config = Type.Object(
  {
    direction: field.choice(['high', 'low'], { title: 'Alarm when it is', labels: ['Above', 'Below'], default: 'high' }),
    limit: Type.Number({ title: 'Limit', description: 'The alarm is raised beyond this, not at it.', unitOf: 'value', default: 0 }),
    hysteresis: Type.Number({ title: 'Hysteresis', description: 'Back to normal only when it is this much on the good side of the limit.', unitOf: 'value', minimum: 0, default: 0 }),
    onDelayS: Type.Number({ title: 'On delay', description: 'It must stay beyond the limit for this long before the alarm is raised.', unit: 's', minimum: 0, maximum: 86_400, default: 0 }),
    offDelayS: Type.Number({ title: 'Off delay', description: 'It must stay back for this long before the alarm goes.', unit: 's', minimum: 0, maximum: 86_400, default: 0 }),
    latch: Type.Boolean({ title: 'Latch', description: "'active' stays true until the alarm has gone and somebody has acknowledged it.", default: false }),
    priority: field.choice(['low', 'medium', 'high', 'critical'], { title: 'Priority', labels: ['Low', 'Medium', 'High', 'Critical'], default: 'medium' }),
    message: Type.String({ title: 'Message', description: 'What the operator reads. {tag}, {value} and {limit} are filled in. Empty: a standard text.', maxLength: 500, default: '' }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly direction: 'high' | 'low'
  readonly limit: number
  readonly hysteresis: number
  readonly onDelayS: number
  readonly offDelayS: number
  readonly latch: boolean
  readonly priority: 'low' | 'medium' | 'high' | 'critical'
  readonly message: string
}
interface Memory {
  state: AlarmState
  /** Beyond the limit, hysteresis taken into account. */
  beyond: boolean
  /** The same after the delays. */
  raised: boolean
  /** Source time at which `raised` follows `beyond`; null when they agree. */
  turnAt: number | null
  /** Newest source time seen; null before the first reading. */
  newest: number | null
  /** The last usable value. */
  value: number | null
  quality: number
}
type Ctx = Context<Config, Memory>

const isActive = (ctx: Ctx): boolean => ctx.state.raised || (ctx.config.latch && ctx.state.state === 'returned')

function emitActive(ctx: Ctx, tag: string, time: number): void {
  ctx.emit['active']!(make(tag, isActive(ctx), time, ctx.state.quality))
}

function words({ config, state, tag }: Ctx): string {
  const template = config.message === '' ? `{tag} is ${config.direction === 'high' ? 'above' : 'below'} {limit}` : config.message
  const values: Record<string, string> = { tag, value: String(state.value), limit: String(config.limit) }
  return template.replace(/\{(tag|value|limit)\}/g, (_, name: string) => values[name]!)
}

function change(ctx: Ctx, to: AlarmState, time: number): void {
  const { state: m, config } = ctx
  m.state = to
  const message = words(ctx)
  ctx.alarm({ state: to, priority: config.priority, message, value: m.value, limit: config.limit })
  ctx.emit['event']!(make(ctx.tag, { state: to, message, value: m.value, limit: config.limit }, time, m.quality))
}

/** `raised` follows `beyond`. */
function turn(ctx: Ctx, time: number): void {
  const m = ctx.state
  m.turnAt = null
  ctx.wakeAt(Number.POSITIVE_INFINITY)
  m.raised = m.beyond
  if (m.raised) change(ctx, 'unacknowledged', time)
  else change(ctx, m.state === 'acknowledged' ? 'normal' : 'returned', time)
}

/** A delay that ended before this time ends first, also when its timer has not yet come. */
function settle(ctx: Ctx, time: number): void {
  const due = ctx.state.turnAt
  if (due === null || due > time) return
  turn(ctx, due)
  emitActive(ctx, ctx.tag, due)
}

export default defineNode({
  type: 'rule.alarm',
  version: 1,
  title: 'Alarm',
  summary: 'Raises an alarm when a reading is beyond its limit, with hysteresis, delays, latch and acknowledgement.',
  help: `**active** says for every reading, with its time and quality, whether the alarm stands: wire it to what must react. **event** tells each change: *unacknowledged* (raised), *acknowledged*, *returned* (back to normal, not yet acknowledged), *normal*. Each tag has an alarm of its own.

**Delays** run on source time. When no further reading comes, the last one counts for the rest of the delay. **Latch** keeps *active* true until the alarm has returned and is acknowledged.

**Bad readings, NaN and infinities** neither raise nor clear an alarm: *active* keeps its state and carries the bad quality on. They do not stop a running on delay; an off delay starts again with the next good reading. Before the first good reading *active* is false with bad quality, which is not "normal". **Uncertain** readings count like good ones.

**Late and backward-time** readings (older than the newest one): beyond the limit they count as if they had come with the newest time; inside they are left out, since what was normal earlier says nothing about now. **Duplicates** change nothing.

Source: ANSI/ISA-18.2-2016, alarm states; IEC 62682.`,
  keywords: ['limit', 'threshold', 'high', 'low', 'trip', 'warning', 'ISA-18.2', 'acknowledge', 'hysteresis', 'delay', 'comparator'],
  icon: 'bell-ring',
  effects: 'none',
  config: Config,
  inputs: { value: port.number() },
  outputs: {
    active: port.boolean({ title: 'Active', help: 'True while the alarm stands.' }),
    event: port.record({ title: 'Event', help: 'Each change of the alarm.', fields: { state: port.text(), message: port.text(), value: port.number(), limit: port.number() } }),
  },
  drops: { old: 'Inside the limit, but older than the newest reading.' },
  state: (): Memory => ({ state: 'normal', beyond: false, raised: false, turnAt: null, newest: null, value: null, quality: Quality.good }),
  receive(sample, _port, ctx) {
    const m = ctx.state
    const { limit, hysteresis, direction, onDelayS, offDelayS } = ctx.config
    const s = truthful(sample)
    const newest = m.newest ?? s.time
    const time = Math.max(s.time, newest)
    m.newest = time
    settle(ctx, time)
    if (!isUsable(s)) {
      if (m.raised && !m.beyond) {
        m.beyond = true // an off delay under way is broken
        m.turnAt = null
        ctx.wakeAt(Number.POSITIVE_INFINITY)
      }
      m.quality = s.quality
      emitActive(ctx, s.tag, time)
      return
    }
    const margin = m.beyond ? hysteresis : 0
    const beyond = direction === 'high' ? s.value > limit - margin : s.value < limit + margin
    if (s.time < newest && !beyond) {
      ctx.drop('old')
      return
    }
    m.value = s.value
    m.quality = s.quality
    m.beyond = beyond
    if (beyond === m.raised) {
      if (m.turnAt !== null) {
        m.turnAt = null
        ctx.wakeAt(Number.POSITIVE_INFINITY)
      }
    } else {
      const delay = (beyond ? onDelayS : offDelayS) * 1000
      if (m.turnAt === null) {
        m.turnAt = time + delay
        // The rest of the delay on the gateway's clock: the source's may be off.
        if (delay > 0) ctx.wakeAt(ctx.now + delay)
      }
      if (time >= m.turnAt) turn(ctx, time)
    }
    emitActive(ctx, s.tag, time)
  },
  tick(ctx) {
    if (ctx.state.turnAt !== null) settle(ctx, ctx.state.turnAt)
  },
  acts: {
    acknowledge(ctx) {
      const { state } = ctx.state
      if (state === 'unacknowledged') change(ctx, 'acknowledged', ctx.now)
      else if (state === 'returned') {
        change(ctx, 'normal', ctx.now)
        if (ctx.config.latch) emitActive(ctx, ctx.tag, ctx.now)
      }
    },
  },
  examples: [
    {
      title: 'Above 80, back below 75',
      config: { direction: 'high', limit: 80, hysteresis: 5, onDelayS: 0, offDelayS: 0, latch: false, priority: 'high', message: 'Bearing too warm' },
      in: [
        { at: 'value', value: 80, time: 0 },
        { at: 'value', value: 81, time: 1000 },
        { at: 'value', value: 78, time: 2000 },
        { at: 'value', value: 75, time: 3000 },
      ],
      out: [
        { at: 'active', value: false, time: 0 },
        { at: 'event', value: { state: 'unacknowledged', message: 'Bearing too warm', value: 81, limit: 80 }, time: 1000 },
        { at: 'active', value: true, time: 1000 },
        { at: 'active', value: true, time: 2000 },
        { at: 'event', value: { state: 'returned', message: 'Bearing too warm', value: 75, limit: 80 }, time: 3000 },
        { at: 'active', value: false, time: 3000 },
      ],
    },
    {
      title: 'On delay: a short peak raises nothing, a lasting one does, also when no reading of it follows',
      config: { direction: 'high', limit: 10, hysteresis: 0, onDelayS: 5, offDelayS: 0, latch: false, priority: 'medium', message: '' },
      in: [
        { at: 'value', tag: 'PT-7', value: 12, time: 0 },
        { at: 'value', tag: 'PT-7', value: 9, time: 3000 },
        { at: 'value', tag: 'PT-7', value: 13, time: 4000 },
        { at: 'value', tag: 'PT-8', value: 1, time: 20000 },
      ],
      out: [
        { at: 'active', tag: 'PT-7', value: false, time: 0 },
        { at: 'active', tag: 'PT-7', value: false, time: 3000 },
        { at: 'active', tag: 'PT-7', value: false, time: 4000 },
        { at: 'event', tag: 'PT-7', value: { state: 'unacknowledged', message: 'PT-7 is above 10', value: 13, limit: 10 }, time: 9000 },
        { at: 'active', tag: 'PT-7', value: true, time: 9000 },
        { at: 'active', tag: 'PT-8', value: false, time: 20000 },
      ],
    },
    {
      title: 'Off delay, and a bad reading that breaks it',
      config: { direction: 'low', limit: 2, hysteresis: 0, onDelayS: 0, offDelayS: 2, latch: false, priority: 'low', message: 'Low' },
      in: [
        { at: 'value', value: 1, time: 0 },
        { at: 'value', value: 3, time: 1000 },
        { at: 'value', value: 3, time: 2000, quality: 'BadSensorFailure' },
        { at: 'value', value: 3, time: 4000 },
        { at: 'value', value: 3, time: 7000 },
      ],
      out: [
        { at: 'event', value: { state: 'unacknowledged', message: 'Low', value: 1, limit: 2 }, time: 0 },
        { at: 'active', value: true, time: 0 },
        { at: 'active', value: true, time: 1000 },
        { at: 'active', value: true, time: 2000, quality: 'BadSensorFailure' },
        { at: 'active', value: true, time: 4000 },
        { at: 'event', value: { state: 'returned', message: 'Low', value: 3, limit: 2 }, time: 6000 },
        { at: 'active', value: false, time: 6000 },
        { at: 'active', value: false, time: 7000 },
      ],
    },
    {
      title: 'Bad and NaN neither raise nor clear',
      config: { direction: 'high', limit: 10, hysteresis: 0, onDelayS: 0, offDelayS: 0, latch: false, priority: 'medium', message: 'High' },
      in: [
        { at: 'value', value: 99, time: 0, quality: 'BadCommunicationError' },
        { at: 'value', value: 11, time: 1000 },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
        { at: 'value', value: 0, time: 3000, quality: 'BadTimeout' },
      ],
      out: [
        { at: 'active', value: false, time: 0, quality: 'BadCommunicationError' },
        { at: 'event', value: { state: 'unacknowledged', message: 'High', value: 11, limit: 10 }, time: 1000 },
        { at: 'active', value: true, time: 1000 },
        { at: 'active', value: true, time: 2000, quality: 'BadOutOfRange' },
        { at: 'active', value: true, time: 3000, quality: 'BadTimeout' },
      ],
    },
    {
      title: 'Latch: active until acknowledged; an old normal reading is left out',
      config: { direction: 'high', limit: 10, hysteresis: 0, onDelayS: 0, offDelayS: 0, latch: true, priority: 'critical', message: 'Trip' },
      in: [
        { at: 'value', value: 11, time: 1000 },
        { at: 'value', value: 5, time: 500 },
        { at: 'value', value: 5, time: 2000 },
      ],
      out: [
        { at: 'event', value: { state: 'unacknowledged', message: 'Trip', value: 11, limit: 10 }, time: 1000 },
        { at: 'active', value: true, time: 1000 },
        { at: 'event', value: { state: 'returned', message: 'Trip', value: 5, limit: 10 }, time: 2000 },
        { at: 'active', value: true, time: 2000 },
      ],
    },
  ],
})
