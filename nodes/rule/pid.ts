// Position form with tracking: whatever the output really is (a limit, a hand, an actuator, another setting), the integral
// is put where it would have given that. So nothing winds up, and no change of mode or setting makes a step.
// Longer than 300 lines: its settings and its examples; the controller itself is one function.
import { Quality, Type, defineNode, field, fromConfig, isBad, isUsable, port, sample as make, truthful, worse, type Context, type Sample } from '#kit'

const Config = Type.Object(
  {
    form: field.choice(['standard', 'parallel'], { title: 'Form', labels: ['Standard (ISA)', 'Parallel'], default: 'standard' }),
    action: field.choice(['reverse', 'direct'], { title: 'Action', labels: ['Reverse: heating', 'Direct: cooling'], description: 'Reverse: the output rises when the value is below its setpoint.', default: 'reverse' }),
    gain: Type.Number({ title: 'Gain', description: 'Output per unit of the value.', minimum: 0, default: 1 }),
    integralS: Type.Number({ title: 'Integral time', description: '0: no integral action.', unit: 's', minimum: 0, default: 60, when: { field: 'form', is: ['standard'] } }),
    derivativeS: Type.Number({ title: 'Derivative time', description: '0: no derivative action.', unit: 's', minimum: 0, default: 0, when: { field: 'form', is: ['standard'] } }),
    integralGain: Type.Number({ title: 'Integral gain', description: 'A second. 0: no integral action.', minimum: 0, default: 0, when: { field: 'form', is: ['parallel'] } }),
    derivativeGain: Type.Number({ title: 'Derivative gain', description: 'Times seconds. 0: no derivative action.', minimum: 0, default: 0, when: { field: 'form', is: ['parallel'] } }),
    low: Type.Number({ title: 'Output, lowest', default: 0 }),
    high: Type.Number({ title: 'Output, highest', default: 100 }),
    start: Type.Number({ title: 'Output at the start', description: 'The controller begins here without a step; without integral action it is the output at no error.', default: 0 }),
    onBad: field.choice(['hold', 'value'], { title: 'Without a good value', labels: ['Hold the output', 'Give a value'], default: 'hold' }),
    badOutput: Type.Number({ title: 'Output then', default: 0, when: { field: 'onBad', is: ['value'] } }),
    intervalS: Type.Number({ title: 'Shortest interval', description: 'Values that come sooner after the last one are left out. 0: every value counts.', unit: 's', minimum: 0, default: 0 }),
    staleAfterS: Type.Number({ title: 'Stale after', description: "A value that does not come for longer, by the gateway's clock or by its own time, counts as bad. 0: never.", unit: 's', minimum: 0, maximum: 86_400, default: 30 }),
    weight: Type.Number({ title: 'Setpoint weight', description: 'How much of a setpoint step the proportional part sees. Less overshoots less.', minimum: 0, maximum: 1, default: 1, advanced: true }),
    filter: Type.Number({ title: 'Derivative filter', description: 'The derivative is smoothed over the derivative time divided by this.', minimum: 1, maximum: 100, default: 10, advanced: true }),
    windup: field.choice(['back', 'clamp'], { title: 'At a limit', labels: ['Track back', 'Stop integrating'], default: 'back', advanced: true }),
    trackS: Type.Number({ title: 'Tracking time', description: '0: the root of integral and derivative time, or the integral time.', unit: 's', minimum: 0, default: 0, advanced: true }),
    valueUnit: field.unit({ title: 'Unit of value and setpoint', description: 'Empty: not checked.', default: '' }),
    tag: Type.String({ title: 'Tag of the results', description: 'Empty: that of the value.', maxLength: 200, default: '' }),
    unit: field.unit({ title: 'Unit of the output', default: '%' }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly form: 'standard' | 'parallel'
  readonly action: 'reverse' | 'direct'
  readonly gain: number
  readonly integralS: number
  readonly derivativeS: number
  readonly integralGain: number
  readonly derivativeGain: number
  readonly low: number
  readonly high: number
  readonly start: number
  readonly onBad: 'hold' | 'value'
  readonly badOutput: number
  readonly intervalS: number
  readonly staleAfterS: number
  readonly weight: number
  readonly filter: number
  readonly windup: 'back' | 'clamp'
  readonly trackS: number
  readonly tag: string
}

interface Memory {
  mode: 'auto' | 'manual'
  setpoint: Sample | null
  /** The last good one; and whether it still is. */
  feedforward: number
  feedforwardQuality: number
  /** What the actuator really has. */
  tracking: Sample | null
  /** The output by hand. */
  manual: number | null
  /** The last value that was reckoned with; null: begin without a step. */
  value: number | null
  time: number
  tag: string
  integral: number
  derivative: number
  /** Before the limits, and after: null before the first. */
  wanted: number
  output: number | null
  /** Newest source time of each input. */
  readonly times: Record<string, number>
  /** The settings that the integral fits to. */
  kp: number
  ki: number
  kd: number
  weight: number
  /** The last output was given by hand: the integral does not yet fit to it. */
  byHand: boolean
  failed: boolean
}
type Ctx = Context<Config, Memory>

const clamp = (config: Config, u: number): number => Math.min(Math.max(u, config.low), config.high)

// The three gains with the sign of the action; the integral one a second, the derivative one times seconds.
const signOf = (c: Config): number => (c.action === 'reverse' ? 1 : -1)
const proportional = (c: Config): number => signOf(c) * c.gain
const integral = (c: Config): number => signOf(c) * (c.form === 'parallel' ? c.integralGain : c.integralS > 0 ? c.gain / c.integralS : 0)
const derivative = (c: Config): number => signOf(c) * (c.form === 'parallel' ? c.derivativeGain : c.gain * c.derivativeS)

function trackingTime(c: Config): number {
  if (c.trackS > 0) return c.trackS
  const ti = proportional(c) / integral(c)
  const td = c.gain === 0 ? 0 : derivative(c) / proportional(c)
  return td > 0 && ti > 0 ? Math.sqrt(ti * td) : ti > 0 ? ti : 1
}

/** What the actuator is known to have, heard since then; else what it was told. */
const actual = (m: Memory, since: number): number | null => (m.tracking !== null && isUsable(m.tracking) && m.tracking.time >= since ? m.tracking.value : m.output)

/** Puts the integral where the output `u` comes from it. Without integral action it is the output at no error, and stays. */
function settleAt(ctx: Ctx, u: number, y: number, setpoint: number): void {
  const { config, state: m } = ctx
  m.integral = integral(config) === 0 ? config.start : u - proportional(config) * (config.weight * setpoint - y) - m.derivative - m.feedforward
}

function give(ctx: Ctx, u: number, time: number, quality: number): void {
  const { config, state: m } = ctx
  m.output = u
  ctx.emit['output']!(truthful(make(config.tag === '' ? m.tag : config.tag, u, time, quality)))
}

/** Nothing is known: never a quiet number. The controller begins anew, from there and without a step. */
function giveUp(ctx: Ctx, time: number, quality: number): void {
  const { config, state: m } = ctx
  m.value = null
  m.failed = true
  if (config.onBad === 'value') give(ctx, clamp(config, config.badOutput), time, Quality.uncertainSubstitute)
  else give(ctx, m.output ?? clamp(config, config.start), time, isBad(quality) ? quality : Quality.badNoData)
}

function control(ctx: Ctx, y: number, time: number, quality: number): void {
  const { config, state: m } = ctx
  const setpoint = m.setpoint!.value as number
  const kp = proportional(config)
  const ki = integral(config)
  const kd = derivative(config)
  const h = m.value === null ? 0 : (time - m.time) / 1000
  const another = m.byHand || kp !== m.kp || ki !== m.ki || kd !== m.kd || config.weight !== m.weight
  if (m.value === null || another) {
    if (m.value === null || kd === 0) m.derivative = 0
    // From where the output is, and from here on with these settings.
    const since = m.value !== null ? m.time : config.staleAfterS > 0 ? time - config.staleAfterS * 1000 : Number.NEGATIVE_INFINITY
    settleAt(ctx, actual(m, since) ?? config.start, m.value ?? y, setpoint)
    m.kp = kp
    m.ki = ki
    m.kd = kd
    m.weight = config.weight
    m.byHand = false
  }
  if (h > 0) {
    // Derivative of the value, not of the error: a setpoint step gives no kick. Filtered with the pole at -N/Td.
    const tau = kp === 0 ? 0 : kd / kp / config.filter
    m.derivative = kd === 0 ? 0 : (tau * m.derivative - kd * (y - m.value!)) / (tau + h)
    // Not where it has just been put: that was for the value before.
    if (!another && ki !== 0) {
      const rise = ki * (setpoint - y)
      const excess = m.wanted - actual(m, m.time)!
      if (config.windup === 'back') m.integral += rise * h - Math.min(1, h / trackingTime(config)) * excess
      else if (excess === 0 || Math.sign(rise) !== Math.sign(excess)) m.integral += rise * h
    }
  }
  m.value = y
  m.time = time
  m.failed = false
  m.wanted = kp * (config.weight * setpoint - y) + m.integral + m.derivative + m.feedforward
  if (m.mode === 'auto') {
    give(ctx, clamp(config, m.wanted), time, worse(worse(quality, m.setpoint!.quality), m.feedforwardQuality))
    return
  }
  m.byHand = true
  give(ctx, clamp(config, m.manual ?? m.output ?? config.start), time, Quality.good)
}

/** To another mode: from the output that stands. */
function turnTo(ctx: Ctx, mode: 'auto' | 'manual'): void {
  const { state: m } = ctx
  if (mode === 'manual' && m.mode === 'auto') m.manual = m.output
  // A value that is not there any more must be noticed, too, when nobody waited for it.
  else if (mode === 'auto' && m.mode === 'manual' && m.tag !== '' && ctx.config.staleAfterS > 0) ctx.wakeAt(ctx.now + ctx.config.staleAfterS * 1000)
  m.mode = mode
}

function takeValue(ctx: Ctx, s: Sample): void {
  const { config, state: m } = ctx
  if (s.time <= m.time) {
    ctx.drop('late')
    return
  }
  const silent = config.staleAfterS > 0 && m.value !== null && s.time - m.time > config.staleAfterS * 1000
  if (isUsable(s) && m.value !== null && !silent && s.time - m.time < config.intervalS * 1000) {
    ctx.drop('sooner')
    return
  }
  m.tag = s.tag
  if (config.staleAfterS > 0) ctx.wakeAt(ctx.now + config.staleAfterS * 1000)
  // A gap is no time to integrate over.
  if (silent) m.value = null
  if (m.setpoint === null && m.mode === 'auto') {
    m.time = s.time
    ctx.hold()
    return
  }
  const usable = isUsable(s)
  if (m.mode === 'manual' && (!usable || m.setpoint === null || !isUsable(m.setpoint))) {
    // A hand needs neither; auto begins anew from there.
    m.value = null
    m.time = s.time
    give(ctx, clamp(config, m.manual ?? m.output ?? config.start), s.time, Quality.good)
    return
  }
  if (!usable || !isUsable(m.setpoint!)) {
    m.time = s.time
    giveUp(ctx, s.time, usable ? m.setpoint!.quality : s.quality)
    return
  }
  control(ctx, s.value, s.time, s.quality)
}

const plain = {
  form: 'standard', action: 'reverse', gain: 1, integralS: 60, derivativeS: 0, integralGain: 0, derivativeGain: 0, low: 0, high: 100, start: 0, onBad: 'hold', badOutput: 0,
  intervalS: 0, staleAfterS: 30, weight: 1, filter: 10, windup: 'back', trackS: 0, valueUnit: '', tag: '', unit: '%',
} as const

export default defineNode({
  type: 'rule.pid',
  version: 1,
  title: 'PID controller',
  summary: 'Keeps a value at its setpoint: PID with limits, anti-windup, manual and automatic without bumps.',
  help: `For each **value** an **output** within its limits, with the value's time. Time is the value's own; values that come sooner than the shortest interval are left out. Nothing is given before there is a setpoint.

**Standard form** (ISA): output = gain × (error + ∫ error / integral time + derivative time × slope). **Parallel form:** three gains of their own. The derivative is that of the value, not of the error, and filtered; *setpoint weight* softens the proportional part. **Feed-forward** is added to the output.

**No windup:** at a limit the integral is tracked back to what the output really is, or stops. Connect **tracking** to what the actuator really has (read back, or the output of another controller in charge): then its limits count too; it is used when it is newer than the last output. **No bumps:** from manual to auto, after a bad value, and when settings are changed by a deploy, the controller goes on from the output that stands. Without integral action nothing can take up the difference: the output is then *output at the start* plus the proportional part, and may step.

**Manual and auto:** the input **auto** or the acts *auto* and *manual* (\`output\`); the latest counts. In manual the output is **manual**, within the limits.

**Bad values, NaN and infinities**, values that do not come any more, and a bad setpoint: the output is held and *bad*, or the value that you give, *uncertain*; it is never a quiet number. In manual the output stays what the hand says. Of a bad feed-forward the last good one holds and the output is uncertain; a bad tracking is not used; a bad auto or manual changes nothing. **Uncertain** values and setpoints control, and the output is uncertain.

**Late, duplicate and backward-time** values (not newer than the last) are left out; so are older samples of the other inputs.

**Not safety-rated:** a limit that must hold belongs in the actuator's envelope, and what protects people in a safety system.

Source: Åström and Hägglund, Advanced PID Control (ISA, 2006), 3.2 to 3.5 (windup, tracking, bumpless transfer) and 13.4 (algorithm, filtered derivative).`,
  keywords: ['controller', 'loop', 'control', 'regulator', 'proportional', 'integral', 'derivative', 'anti-windup', 'bumpless', 'feed-forward', 'temperature', 'level', 'setpoint'],
  icon: 'sliders-horizontal',
  effects: 'none',
  scope: 'node',
  config: Config,
  inputs: {
    value: port.number({ title: 'Value', help: 'What is measured.', unit: fromConfig('valueUnit') }),
    setpoint: port.number({ title: 'Setpoint', help: 'In the unit of the value.', unit: fromConfig('valueUnit') }),
    feedforward: port.number({ title: 'Feed-forward', help: 'Added to the output.', unit: fromConfig('unit'), optional: true }),
    tracking: port.number({ title: 'Tracking', help: 'What the actuator really has.', unit: fromConfig('unit'), optional: true }),
    auto: port.boolean({ title: 'Auto', help: 'True: automatic. False: by hand.', optional: true }),
    manual: port.number({ title: 'Manual', help: 'The output by hand.', unit: fromConfig('unit'), optional: true }),
  },
  outputs: { output: port.number({ title: 'Output', unit: fromConfig('unit') }) },
  drops: { late: 'Not newer than the last one of its input.', sooner: 'Sooner than the shortest interval.' },
  state: (): Memory => ({
    mode: 'auto', setpoint: null, feedforward: 0, feedforwardQuality: Quality.good, tracking: null, manual: null, value: null, time: Number.NEGATIVE_INFINITY, tag: '', integral: 0, derivative: 0,
    wanted: 0, output: null, times: {}, kp: 0, ki: 0, kd: 0, weight: 0, byHand: false, failed: false,
  }),
  // New gains are taken over without a step; another unit is another output.
  carries: (from, to) => from.unit === to.unit && from.valueUnit === to.valueUnit && from.tag === to.tag,
  receive(sample, name, ctx) {
    const { state: m, config } = ctx
    const s = truthful(sample)
    if (name === 'value') {
      takeValue(ctx, s)
      return
    }
    if (s.time < (m.times[name] ?? Number.NEGATIVE_INFINITY)) {
      ctx.drop('late')
      return
    }
    m.times[name] = s.time
    if (name === 'setpoint') m.setpoint = s
    else if (name === 'feedforward') {
      if (isUsable(s)) m.feedforward = s.value
      m.feedforwardQuality = isUsable(s) ? s.quality : Quality.uncertainLastUsable
    } else if (name === 'tracking') m.tracking = s
    else if (name === 'auto') {
      if (typeof s.value === 'boolean' && !isBad(s.quality)) turnTo(ctx, s.value ? 'auto' : 'manual')
    } else if (isUsable(s)) {
      m.manual = s.value
      if (m.mode === 'manual' && m.tag !== '') {
        m.byHand = true
        give(ctx, clamp(config, s.value), s.time, s.quality)
        return
      }
    }
    ctx.hold()
  },
  tick(ctx) {
    const { state: m } = ctx
    if (m.mode === 'auto' && m.setpoint !== null && !m.failed) giveUp(ctx, ctx.now, Quality.badTimeout)
  },
  acts: {
    auto: (ctx) => turnTo(ctx, 'auto'),
    manual(ctx, call) {
      const { state: m, config } = ctx
      turnTo(ctx, 'manual')
      const output = call.args['output']
      if (typeof output !== 'number') return
      m.manual = output
      if (m.tag === '') return
      m.byHand = true
      give(ctx, clamp(config, output), ctx.now, Quality.good)
    },
  },
  actArguments: {
    manual: Type.Object({ output: Type.Optional(Type.Number({ title: 'Output', description: 'Without one it stays where it is.' })) }, { additionalProperties: false }),
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    if (!(config.high > config.low)) faults.push({ field: '/high', reason: "'Highest' must be above 'lowest'." })
    for (const name of ['start', 'badOutput'] as const) if (config[name] < config.low || config[name] > config.high) faults.push({ field: `/${name}`, reason: 'It must be within the limits of the output.' })
    if (config.staleAfterS > 0 && config.intervalS >= config.staleAfterS) faults.push({ field: '/staleAfterS', reason: 'It must be longer than the shortest interval.' })
    return faults
  },
  examples: [
    {
      title: 'Proportional only: twice the error, within 0 to 100',
      config: { ...plain, gain: 2, integralS: 0, start: 50 },
      in: [
        { at: 'setpoint', tag: 'SP', value: 60, time: 0 },
        { at: 'value', value: 50, time: 0 },
        { at: 'value', value: 60, time: 1000 },
        { at: 'value', value: 20, time: 2000 },
      ],
      out: [
        { at: 'output', value: 70, time: 0 },
        { at: 'output', value: 50, time: 1000 },
        { at: 'output', value: 100, time: 2000 },
      ],
    },
    {
      title: 'Integral: it begins where it is told to, and goes on as long as there is an error',
      config: { ...plain, gain: 1, integralS: 10, start: 20 },
      in: [
        { at: 'setpoint', tag: 'SP', value: 60, time: 0 },
        { at: 'value', value: 50, time: 0 },
        { at: 'value', value: 50, time: 1000 },
        { at: 'value', value: 50, time: 3000 },
        { at: 'value', value: 60, time: 4000 },
      ],
      out: [
        { at: 'output', value: 20, time: 0 },
        { at: 'output', value: 21, time: 1000 },
        { at: 'output', value: 23, time: 3000 },
        { at: 'output', value: 13, time: 4000 },
      ],
    },
    {
      title: 'A bad value holds the output and says so; it goes on from there',
      config: { ...plain, gain: 1, integralS: 10, start: 20 },
      in: [
        { at: 'setpoint', tag: 'SP', value: 60, time: 0 },
        { at: 'value', value: 50, time: 0 },
        { at: 'value', value: 50, time: 1000, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
        { at: 'value', value: 55, time: 3000 },
        { at: 'value', value: 55, time: 4000 },
      ],
      out: [
        { at: 'output', value: 20, time: 0 },
        { at: 'output', value: 20, time: 1000, quality: 'BadSensorFailure' },
        { at: 'output', value: 20, time: 2000, quality: 'BadOutOfRange' },
        { at: 'output', value: 20, time: 3000 },
        { at: 'output', value: 20.5, time: 4000 },
      ],
    },
    {
      title: 'A value that does not come any more: the output that was chosen, uncertain',
      config: { ...plain, gain: 1, integralS: 10, start: 20, onBad: 'value', badOutput: 5, staleAfterS: 10 },
      in: [
        { at: 'setpoint', tag: 'SP', value: 60, time: 0 },
        { at: 'value', value: 50, time: 0 },
        { at: 'setpoint', tag: 'SP', value: 60, time: 15000 },
      ],
      out: [
        { at: 'output', value: 20, time: 0 },
        { at: 'output', value: 5, time: 10000, quality: 'UncertainSubstituteValue' },
      ],
    },
    {
      title: 'By hand and back to auto without a bump',
      config: { ...plain, gain: 1, integralS: 10, start: 20 },
      in: [
        { at: 'setpoint', tag: 'SP', value: 60, time: 0 },
        { at: 'value', value: 60, time: 0 },
        { at: 'auto', tag: 'A', value: false, time: 0 },
        { at: 'manual', tag: 'M', value: 70, time: 500 },
        { at: 'value', value: 60, time: 1000 },
        { at: 'auto', tag: 'A', value: true, time: 1500 },
        { at: 'value', value: 60, time: 2000 },
      ],
      out: [
        { at: 'output', value: 20, time: 0 },
        { at: 'output', value: 70, time: 500 },
        { at: 'output', value: 70, time: 1000 },
        { at: 'output', value: 70, time: 2000 },
      ],
    },
  ],
})
