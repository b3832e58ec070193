// Judges each sample by an expression. Delays run on source time as in rule.alarm: a timer of the gateway stands in for
// readings that do not come, so a delay never waits for the next one.
import { Quality, Type, defineNode, isBad, port, same, sample as make, truthful, type Context, type ResolvedPort, type Sample } from '#kit'
import { compileExpression, issueReason, MAX_LENGTH, type Expression, type ExpressionState } from '#expression'
import { perConfig } from '#math/remember'

const Config = Type.Object(
  {
    expression: Type.String({ title: 'Condition', description: "True or false for each sample, for example 'value > 80 && rate(value) > 0'.", widget: 'expression', minLength: 1, maxLength: MAX_LENGTH, default: 'value > 0' }),
    onDelayS: Type.Number({ title: 'On delay', description: 'The condition must hold for this long before the result is true.', unit: 's', minimum: 0, maximum: 86_400, default: 0 }),
    offDelayS: Type.Number({ title: 'Off delay', description: 'It must not hold for this long before the result is false again.', unit: 's', minimum: 0, maximum: 86_400, default: 0 }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly expression: string
  readonly onDelayS: number
  readonly offDelayS: number
}
interface Memory {
  /** The condition of the last sample that told it, and the same after the delays. */
  holds: boolean
  on: boolean
  /** Source time at which `on` follows `holds`; null when they agree. */
  turnAt: number | null
  /** Newest source time seen; null before the first sample. */
  newest: number | null
  quality: number
  readonly expression: ExpressionState
}
type Ctx = Context<Config, Memory>

const madeOf = perConfig((config: Config) => compileExpression(config.expression, { value: { kind: 'any' } }, { wants: 'boolean' }))
/** Null where it does not compile: `check` has said why. */
function expressionOf(config: Config): Expression | null {
  const made = madeOf(config)
  return made.ok ? made.expression : null
}
const inputs: Sample[] = []

function cancel(ctx: Ctx): void {
  if (ctx.state.turnAt === null) return
  ctx.state.turnAt = null
  ctx.wakeAt(Number.POSITIVE_INFINITY)
}

/** A delay that ended before this time ends first, also when its timer has not yet come. */
function settle(ctx: Ctx, time: number): void {
  const { state: m } = ctx
  const due = m.turnAt
  if (due === null || due > time) return
  cancel(ctx)
  m.on = m.holds
  ctx.emit['result']!(make(ctx.tag, m.on, due, m.quality))
}

export default defineNode({
  type: 'rule.condition',
  version: 1,
  title: 'Condition',
  summary: 'Sends each sample one way or the other, by an expression that is true or false.',
  help: `**result** says for every sample whether the condition holds, after the delays; the sample itself leaves at **true** or **false** accordingly, and at **unknown** when the condition cannot be told. The expression is written in **CEL** as in the Expression node: *value*, *tag*, *time*, *quality*, \`value > 80\`, \`tag.startsWith('P-')\`, \`value.state == 'alarm'\`, \`count(value > 80) >= 3\`, \`since(value < 1) > 60\`. Each tag is judged for itself.

**Delays** run on source time. When no further sample comes, the last one counts for the rest of the delay, and *result* alone changes.

**Bad readings, NaN and infinities** are neither true nor false: *result* is missing with bad quality, the sample leaves at *unknown*. So does a sample whose field is missing, or where the expression divides by zero. They do not stop a running on delay; an off delay starts again with the next good sample. A condition that asks for the quality (\`bad\`, \`quality != 'good'\`, \`isBad(value)\`) is told by it. **Uncertain** readings are judged, the result is uncertain.

**Late and backward-time** samples are judged as they come, delays count from the newest time; **duplicates** change nothing but what functions that remember count.

Source: the CEL specification (google/cel-spec); IEC 61131-3, TON and TOF, for the delays.`,
  keywords: ['if', 'when', 'branch', 'route', 'gate', 'expression', 'CEL', 'logic', 'filter', 'comparator', 'debounce', 'TON', 'TOF'],
  icon: 'split',
  effects: 'none',
  config: Config,
  inputs: { value: port.any() },
  outputs: {
    true: same('value', { title: 'True', help: 'Samples for which it holds.' }),
    false: same('value', { title: 'False', help: 'Samples for which it does not.' }),
    unknown: same('value', { title: 'Unknown', help: 'Samples that cannot be judged.' }),
    result: port.boolean({ title: 'Result', help: 'Whether it holds, for each sample.' }),
  },
  drops: {},
  state: (config): Memory => ({ holds: false, on: false, turnAt: null, newest: null, quality: Quality.good, expression: expressionOf(config)?.newState() ?? [] }),
  receive(sample, _port, ctx) {
    const { config, state: m } = ctx
    const expression = expressionOf(config)
    if (expression === null) {
      ctx.fail('The condition does not compile.')
      return
    }
    const s = truthful(sample)
    const time = m.newest === null ? s.time : Math.max(s.time, m.newest)
    m.newest = time
    settle(ctx, time)
    inputs[0] = s
    const { value, quality } = expression.evaluate(inputs, s.tag, s.time, m.expression)
    if (typeof value !== 'boolean') {
      if (m.on && !m.holds) {
        m.holds = true // an off delay under way is broken
        cancel(ctx)
      }
      ctx.emit['result']!(make(s.tag, null, s.time, isBad(quality) ? quality : Quality.badTypeMismatch))
      ctx.emit['unknown']!(s)
      return
    }
    m.quality = quality
    m.holds = value
    if (value === m.on) cancel(ctx)
    else {
      const delay = (value ? config.onDelayS : config.offDelayS) * 1000
      if (delay === 0) {
        cancel(ctx)
        m.on = value
      } else if (m.turnAt === null) {
        m.turnAt = time + delay
        // The rest of the delay on the gateway's clock: the source's may be off.
        ctx.wakeAt(ctx.now + delay)
      }
    }
    ctx.emit['result']!(make(s.tag, m.on, s.time, quality))
    ctx.emit[m.on ? 'true' : 'false']!(s)
  },
  tick(ctx) {
    if (ctx.state.turnAt !== null) settle(ctx, ctx.state.turnAt)
  },
  carries: (from, to) => from.expression === to.expression,
  typed(config, ports) {
    const value: ResolvedPort = ports['value'] ?? { kind: 'any' }
    const compiled = compileExpression(config.expression, { value }, { wants: 'boolean' })
    return compiled.ok ? {} : { issues: compiled.issues.map((i) => ({ field: '/expression', reason: issueReason(config.expression, i) })) }
  },
  examples: [
    {
      title: 'Above 80 and rising',
      config: { expression: 'value > 80 && orElse(delta(value), 0) >= 0', onDelayS: 0, offDelayS: 0 },
      in: [
        { at: 'value', value: 75, time: 0 },
        { at: 'value', value: 82, time: 1000 },
        { at: 'value', value: 81, time: 2000 },
      ],
      out: [
        { at: 'result', value: false, time: 0 },
        { at: 'false', value: 75, time: 0 },
        { at: 'result', value: true, time: 1000 },
        { at: 'true', value: 82, time: 1000 },
        { at: 'result', value: false, time: 2000 },
        { at: 'false', value: 81, time: 2000 },
      ],
    },
    {
      title: 'On delay of 5 s, also when no further reading comes',
      config: { expression: 'value > 10', onDelayS: 5, offDelayS: 0 },
      in: [
        { at: 'value', tag: 'PT-7', value: 12, time: 0 },
        { at: 'value', tag: 'PT-8', value: 1, time: 20000 },
      ],
      out: [
        { at: 'result', tag: 'PT-7', value: false, time: 0 },
        { at: 'false', tag: 'PT-7', value: 12, time: 0 },
        { at: 'result', tag: 'PT-7', value: true, time: 5000 },
        { at: 'result', tag: 'PT-8', value: false, time: 20000 },
        { at: 'false', tag: 'PT-8', value: 1, time: 20000 },
      ],
    },
    {
      title: 'A state in a record',
      config: { expression: "value.state == 'unacknowledged' && value.limit >= 80", onDelayS: 0, offDelayS: 0 },
      in: [
        { at: 'value', value: { state: 'unacknowledged', limit: 80 }, time: 0 },
        { at: 'value', value: { state: 'returned', limit: 80 }, time: 1000 },
        { at: 'value', value: { limit: 80 }, time: 2000 },
      ],
      out: [
        { at: 'result', value: true, time: 0 },
        { at: 'true', value: { state: 'unacknowledged', limit: 80 }, time: 0 },
        { at: 'result', value: false, time: 1000 },
        { at: 'false', value: { state: 'returned', limit: 80 }, time: 1000 },
        { at: 'result', value: null, time: 2000, quality: 'BadNoData' },
        { at: 'unknown', value: { limit: 80 }, time: 2000 },
      ],
    },
    {
      title: 'Bad and NaN are neither true nor false',
      config: { expression: 'value > 10', onDelayS: 0, offDelayS: 0 },
      in: [
        { at: 'value', value: 99, time: 0, quality: 'BadCommunicationError' },
        { at: 'value', value: { $number: 'NaN' }, time: 1000 },
        { at: 'value', value: 11, time: 2000, quality: 'Uncertain' },
      ],
      out: [
        { at: 'result', value: null, time: 0, quality: 'BadCommunicationError' },
        { at: 'unknown', value: 99, time: 0, quality: 'BadCommunicationError' },
        { at: 'result', value: null, time: 1000, quality: 'BadOutOfRange' },
        { at: 'unknown', value: { $number: 'NaN' }, time: 1000, quality: 'BadOutOfRange' },
        { at: 'result', value: true, time: 2000, quality: 'Uncertain' },
        { at: 'true', value: 11, time: 2000, quality: 'Uncertain' },
      ],
    },
  ],
})
