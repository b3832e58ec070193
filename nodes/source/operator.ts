// A value that a person sets: a setpoint, a mode, a recipe. No device behind it: what it gives follows from its settings, the
// acts and the gateway's clock. Who set it, and to what, is in the audit trail.
import { IssueError, Type, defineNode, field, fromConfig, issue, sample as make, type Context } from '#kit'

const number = { field: 'kind', is: ['number'] }
const boolean = { field: 'kind', is: ['boolean'] }
const choice = { field: 'kind', is: ['choice'] }

const Config = Type.Object(
  {
    kind: field.choice(['number', 'boolean', 'choice'], { title: 'What is set', labels: ['Number', 'On or off', 'Choice'], default: 'number' }),
    tag: Type.String({ title: 'Tag', minLength: 1, maxLength: 200, default: 'setpoint' }),
    unit: field.unit({ default: '', when: number }),
    minimum: Type.Number({ title: 'Lowest', default: 0, when: number }),
    maximum: Type.Number({ title: 'Highest', default: 100, when: number }),
    step: Type.Number({ title: 'Step', description: 'Of the buttons. Any value within the limits can be typed.', exclusiveMinimum: 0, default: 1, when: number }),
    decimals: Type.Integer({ title: 'Decimals', description: 'As the value is shown.', minimum: 0, maximum: 9, default: 1, when: number }),
    initial: Type.Number({ title: 'Value at first', description: 'Until somebody sets another.', default: 0, when: number }),
    on: Type.String({ title: 'Word for on', minLength: 1, maxLength: 60, default: 'On', when: boolean }),
    off: Type.String({ title: 'Word for off', minLength: 1, maxLength: 60, default: 'Off', when: boolean }),
    initialOn: Type.Boolean({ title: 'On at first', default: false, when: boolean }),
    choices: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { title: 'Choices', description: 'The first one holds until somebody sets another.', maxItems: 100, default: ['Automatic', 'Manual'], when: choice }),
    repeatS: Type.Number({ title: 'Repeat every', description: 'So that what follows can tell a value that stands from one that is lost. 0: only when it is set.', unit: 's', minimum: 0, maximum: 86_400, default: 10 }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly kind: 'number' | 'boolean' | 'choice'
  readonly tag: string
  readonly unit: string
  readonly minimum: number
  readonly maximum: number
  readonly initial: number
  readonly on: string
  readonly off: string
  readonly initialOn: boolean
  readonly choices: readonly string[]
  readonly repeatS: number
}
type Set = number | boolean | string
interface Memory {
  value: Set
}
type Ctx = Context<Config, Memory>

const first = (c: Config): Set => (c.kind === 'number' ? c.initial : c.kind === 'boolean' ? c.initialOn : (c.choices[0] ?? ''))

/** Why this value cannot be set; undefined: it can. */
function refusal(c: Config, value: unknown): string | undefined {
  if (c.kind === 'boolean') return typeof value === 'boolean' ? undefined : `It is set to true (${c.on}) or false (${c.off}).`
  if (c.kind === 'choice') return typeof value === 'string' && c.choices.includes(value) ? undefined : `'${String(value)}' is none of its choices: ${c.choices.join(', ')}.`
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'It is set to a number.'
  return value >= c.minimum && value <= c.maximum ? undefined : `${value} is outside of ${c.minimum} to ${c.maximum}${c.unit === '' ? '' : ` ${c.unit}`}.`
}

function give(ctx: Ctx): void {
  const { config, state, now } = ctx
  ctx.emit['value']!(make(config.tag, state.value, now))
  if (config.repeatS > 0) ctx.wakeAt(now + config.repeatS * 1000)
}

const plain = {
  kind: 'number', tag: 'setpoint', unit: '', minimum: 0, maximum: 100, step: 1, decimals: 1, initial: 0, on: 'On', off: 'Off', initialOn: false, repeatS: 0,
} as const

export default defineNode({
  type: 'source.operator',
  version: 1,
  title: 'Operator input',
  summary: 'A value that an operator sets: a number within limits, on or off, or one of several choices.',
  help: `Gives its **value** when the flow begins, each time that somebody sets it, and again at the period of *repeat*, so that what follows can see that it still holds. It is set on the operator's view, in the Live tab of this node, or by the act *set* (\`value\`) of the API; the audit trail tells who set it to what.

A value **outside of the limits**, of another kind, or none of the choices is refused, and what was set before stays in force. *Step* is that of the buttons: any number within the limits can be typed.

What was set outlasts a restart of the gateway and a deploy. When its limits become narrower, a choice goes, or kind, unit or tag change, it begins anew with the value at first: nothing that the new settings refuse stays in force.

All it gives is good and has the gateway's time. It takes nothing in: **bad, NaN, late, duplicate** and **backward-time** samples cannot come to it.

**Not safety-rated:** what reaches a plant still goes through the actuator's envelope, and only while the flow is armed.`,
  keywords: ['setpoint', 'manual', 'hand', 'slider', 'button', 'switch', 'recipe', 'mode', 'HMI', 'dashboard', 'input', 'person', 'entry'],
  icon: 'pencil-line',
  effects: 'none',
  scope: 'node',
  config: Config,
  inputs: {},
  outputs: { value: { kind: fromConfig('kind', { number: 'number', boolean: 'boolean', choice: 'text' }), unit: fromConfig('unit'), title: 'Value', help: 'What was set last.' } },
  state: (config): Memory => ({ value: first(config) }),
  start: give,
  tick: give,
  carries: (from, to) =>
    from.kind === to.kind && from.tag === to.tag
    && (from.kind !== 'number' || (from.unit === to.unit && to.minimum <= from.minimum && to.maximum >= from.maximum))
    && (from.kind !== 'choice' || from.choices.every((c) => to.choices.includes(c))),
  acts: {
    set(ctx, call) {
      const { value } = call.args
      const reason = refusal(ctx.config, value)
      if (reason !== undefined) throw new IssueError(issue('ACT_REFUSED', {}, { reason, now: String(ctx.state.value) }))
      ctx.state.value = value as Set
      give(ctx)
      return ctx.state.value
    },
  },
  actArguments: {
    set: Type.Object({ value: Type.Union([Type.Number(), Type.Boolean(), Type.String({ maxLength: 200 })], { title: 'Value' }) }, { additionalProperties: false }),
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    if (config.kind === 'number') {
      if (!(config.maximum > config.minimum)) faults.push({ field: '/maximum', reason: "'Highest' must be above 'lowest'." })
      else if (config.initial < config.minimum || config.initial > config.maximum) faults.push({ field: '/initial', reason: `It must be within ${config.minimum} to ${config.maximum}.` })
    }
    if (config.kind === 'boolean' && config.on === config.off) faults.push({ field: '/off', reason: 'On and off need different words.' })
    if (config.kind === 'choice') {
      if (config.choices.length === 0) faults.push({ field: '/choices', reason: 'There is nothing to choose from.' })
      if (new Set(config.choices).size < config.choices.length) faults.push({ field: '/choices', reason: 'A choice is there twice.' })
    }
    return faults
  },
  examples: [
    {
      title: 'A speed between 20 and 50 Hz, 45 until somebody sets another',
      config: { ...plain, unit: 'Hz', minimum: 20, maximum: 50, initial: 45, tag: 'P-101.setpoint' },
      in: [],
      out: [{ at: 'value', tag: 'P-101.setpoint', value: 45, time: 0 }],
    },
    {
      title: 'A mode: the first of its choices',
      config: { ...plain, kind: 'choice', choices: ['Automatic', 'By hand', 'Service'], tag: 'P-101.mode' },
      in: [],
      out: [{ at: 'value', tag: 'P-101.mode', value: 'Automatic', time: 0 }],
    },
  ],
})
