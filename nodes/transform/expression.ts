// One compiled expression a config; the state is the latest of each input and what its functions remember. With more than
// one input the latest values belong to all tags together, so the state is then one for the node, by tag of 'value' inside.
import { Quality, Type, defineNode, displayUnit, each, field, fromConfig, isBad, issue, port, relateUnits, sample as make, truthful, type Context, type PortType, type ResolvedPorts, type Sample } from '#kit'
import { builtins, compileExpression, issueReason, MAX_LENGTH, type Expression, type ExpressionState } from '#expression'
import { perConfig } from '#math/remember'

const Config = Type.Object(
  {
    expression: Type.String({ title: 'Expression', description: "For example 'value * 1.8 + 32', 'rate(value) > 2' or 'flow * density'.", widget: 'expression', maxLength: MAX_LENGTH, default: 'value' }),
    inputs: Type.Array(
      Type.Object({ name: Type.String({ title: 'Name', pattern: '^[a-z][A-Za-z0-9_]{0,31}$', description: 'How the expression calls it: a small letter, then letters, digits or _.' }) }, { additionalProperties: false }),
      { title: 'More inputs', description: 'Their latest values are kept.', maxItems: 16, widget: 'table', default: [] },
    ),
    trigger: field.choice(['value', 'any'], { title: 'Result for each', labels: ['Sample at value', 'Sample at any input'], description: "The other inputs' latest values are taken.", default: 'value' }),
    staleAfterS: Type.Number({ title: 'Stale after', description: 'A kept value older than this, by source time, counts as bad. 0: never.', unit: 's', minimum: 0, default: 0 }),
    tag: Type.String({ title: 'Tag of the results', description: "Empty: that of the sample at 'value'.", maxLength: 200, default: '' }),
    unit: field.unit({ title: 'Unit of the result', description: 'Empty: as the expression says; a product has none.', default: '' }),
  },
  { additionalProperties: false },
)
interface Config {
  readonly expression: string
  readonly inputs: readonly { readonly name: string }[]
  readonly trigger: 'value' | 'any'
  readonly staleAfterS: number
  readonly tag: string
  readonly unit: string
}

/** Of one tag of 'value'. */
interface OfTag {
  value: Sample
  state: ExpressionState
}
interface Memory {
  /** The latest at each further input, in the config's order. */
  readonly others: (Sample | null)[]
  readonly tags: Map<string, OfTag>
}
type Ctx = Context<Config, Memory>

/** Tags at 'value' beside other inputs: each of them gets a result when one of those changes. */
const MAX_TAGS = 1000

interface Made {
  readonly expression: Expression | undefined
  /** For the evaluation under way; kept to allocate nothing. */
  readonly inputs: (Sample | undefined)[]
  readonly slots: ReadonlyMap<string, number>
}
/** With types open: what runs checks every value itself, so the types of the wires make no difference to a result. */
const madeOf = perConfig((config: Config): Made => {
  const compiled = compileExpression(config.expression, variables(config))
  return { expression: compiled.ok ? compiled.expression : undefined, inputs: [], slots: new Map(config.inputs.map(({ name }, i) => [name, i])) }
})
function variables(config: Config, ports: ResolvedPorts = {}): Record<string, PortType> {
  return Object.fromEntries(['value', ...config.inputs.map((i) => i.name)].map((name) => [name, ports[name] ?? { kind: 'any' }]))
}

/** The latest of an input, as it counts at this time. */
function fresh(config: Config, s: Sample | null, time: number): Sample | undefined {
  if (s === null) return undefined
  return config.staleAfterS > 0 && time - s.time > config.staleAfterS * 1000 && !isBad(s.quality) ? make(s.tag, null, s.time, Quality.badTimeout) : s
}

function emit(ctx: Ctx, { expression, inputs }: Made, of: OfTag, time: number): void {
  const { config, state } = ctx
  const { value } = of
  inputs[0] = fresh(config, value, time)
  for (let i = 0; i < state.others.length; i++) inputs[i + 1] = fresh(config, state.others[i]!, time)
  const result = expression!.evaluate(inputs, value.tag, time, of.state)
  const tag = config.tag === '' ? value.tag : config.tag
  ctx.emit['value']!(result.value === value.value && result.quality === value.quality && time === value.time && tag === value.tag ? value : make(tag, result.value, time, result.quality))
}

export default defineNode({
  type: 'transform.expression',
  version: 1,
  title: 'Expression',
  summary: 'Calculates a result from one or several inputs by an expression.',
  help: `The expression is written in **CEL** (Common Expression Language), with all numbers as decimals: \`value * 1.8 + 32\`, \`value > 80 ? 'high' : 'low'\`, \`max(value, 0)\`, \`{'pump': tag, 'load': value / 50}\`. Known in it: *value*, each further input by its name, *tag*, *time* (ms), *quality* ('good', 'uncertain', 'bad') and *good*, *uncertain*, *bad*, which are those of *value*.

**Functions that remember:** \`previous(x, n)\`, \`delta(x)\`, \`rate(x)\` per second, \`hold(x, condition)\`, \`average(x, n)\`, \`minimum(x, n)\`, \`maximum(x, n)\`, \`count(condition)\` in a row, \`changed(x)\`, \`since(condition)\` in seconds, \`ema(x, tauS)\`. Each call remembers for itself and per tag, and sees every evaluation, whatever is decided around it. A bad value is not taken in: the result is bad, the memory stays.

**Several inputs.** The latest value of each is kept, in order of arrival. A result comes for each sample at *value*, or at any input; it has the tag of *value* and the time of the sample that caused it. With several tags at *value* each gets a result. Those older than *Stale after* are bad.

**Bad.** Where the expression reads a bad input the result is a missing value with that quality, unless it asks: \`good ? value : 0\`, \`isBad(flow)\`, \`orElse(flow, 0)\` (then uncertain). What does not matter does not count: \`false && bad\` is false, the side of a choice that is not taken is not read. **Uncertain** inputs that were read make the result uncertain.

**NaN and infinities**, also in between, a division by zero, a missing field of a record, an element that is not there: the result is missing and bad, never a number or a quiet *false*.

**Late, duplicate and backward-time** samples are handled as they come. \`rate\` is bad where no time has passed or time ran backward, and goes on from there; \`since\` is never below 0, \`ema\` stands still.

**Units.** Only values of the same unit can be added, subtracted, compared or chosen between; \`convert(x, 'kPa', 'bar')\` converts. A product has no unit: state the one of the result.

Source: the CEL specification (google/cel-spec), patterns RE2; *ema*: the exact discrete first-order low-pass 1 - exp(-dt/tau); sums after Neumaier, 1974.`,
  keywords: ['formula', 'calculate', 'math', 'arithmetic', 'CEL', 'function', 'script', 'combine', 'multiply', 'divide', 'compute', 'derive', 'moving average'],
  icon: 'square-function',
  effects: 'none',
  config: Config,
  inputs: { value: port.any(), '*': each('inputs', 'name', port.any()) },
  outputs: { value: port.any({ unit: fromConfig('unit') }) },
  drops: {},
  key: (config) => (config.inputs.length > 0 ? () => '' : undefined),
  state: (config): Memory => ({ others: config.inputs.map(() => null), tags: new Map() }),
  receive(sample, at, ctx) {
    const { config, state } = ctx
    const known = madeOf(config)
    const { expression, slots } = known
    if (expression === undefined) {
      ctx.fail('The expression does not compile.')
      return
    }
    const s = truthful(sample)
    const slot = at === 'value' ? undefined : slots.get(at)
    if (slot !== undefined) {
      state.others[slot] = s
      if (config.trigger === 'value' || state.tags.size === 0) ctx.hold()
      else for (const of of state.tags.values()) emit(ctx, known, of, s.time)
      return
    }
    let of = state.tags.get(s.tag)
    if (of === undefined) {
      if (state.tags.size >= MAX_TAGS) {
        ctx.fail(issue('NODE_KEYS', {}, { limit: MAX_TAGS }))
        return
      }
      of = { value: s, state: expression.newState() }
      state.tags.set(s.tag, of)
    } else of.value = s
    emit(ctx, known, of, s.time)
  },
  /** What is remembered belongs to the text and to the inputs' places; the rest is asked anew for each result. */
  carries: (from, to) => from.expression === to.expression && from.inputs.length === to.inputs.length && from.inputs.every((input, i) => input.name === to.inputs[i]!.name),
  typed(config, inputs) {
    const compiled = compileExpression(config.expression, variables(config, inputs))
    if (!compiled.ok) return { issues: compiled.issues.map((i) => ({ field: '/expression', reason: issueReason(config.expression, i) })) }
    const { type } = compiled.expression
    const { unit: _unit, ...shape } = type
    const unit = config.unit === '' ? type.unit : config.unit
    const measured = type.kind === 'number' || type.kind === 'vector' || type.kind === 'series' || type.kind === 'any'
    const issues = []
    if (config.unit !== '' && relateUnits(type.unit, config.unit) !== 'same') {
      issues.push({ field: '/unit', reason: `The result is in ${displayUnit(type.unit) || 'no unit'}, not in ${displayUnit(config.unit)}. Leave the unit empty, or write convert(x, '${type.unit}', '${config.unit}').` })
    }
    return { outputs: { value: measured && unit !== undefined ? { ...shape, unit } : shape }, issues }
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const seen = new Set(['value'])
    for (const [i, { name }] of config.inputs.entries()) {
      const field = `/inputs/${i}/name`
      if (seen.has(name)) faults.push({ field, reason: `There is an input '${name}' already.` })
      else if (builtins.has(name) || RESERVED.has(name)) faults.push({ field, reason: `'${name}' has a meaning of its own in expressions: choose another name.` })
      seen.add(name)
    }
    return faults
  },
  examples: [
    {
      title: 'Degrees Celsius in Fahrenheit',
      config: { expression: 'value * 1.8 + 32', inputs: [], trigger: 'value', staleAfterS: 0, tag: '', unit: '[degF]' },
      in: [
        { at: 'value', value: 100, time: 0 },
        { at: 'value', value: -40, time: 1000, quality: 'Uncertain' },
      ],
      out: [
        { at: 'value', value: 212, time: 0 },
        { at: 'value', value: -40, time: 1000, quality: 'Uncertain' },
      ],
    },
    {
      title: 'Power from voltage and current; a current that is too old is bad',
      config: { expression: 'value * current', inputs: [{ name: 'current' }], trigger: 'any', staleAfterS: 5, tag: 'M1.power', unit: 'W' },
      in: [
        { at: 'value', tag: 'M1.voltage', value: 230, time: 0 },
        { at: 'current', tag: 'M1.current', value: 2, time: 1000 },
        { at: 'value', tag: 'M1.voltage', value: 231, time: 2000 },
        { at: 'value', tag: 'M1.voltage', value: 230, time: 7000 },
      ],
      out: [
        { at: 'value', tag: 'M1.power', value: null, time: 0, quality: 'BadNoData' },
        { at: 'value', tag: 'M1.power', value: 460, time: 1000 },
        { at: 'value', tag: 'M1.power', value: 462, time: 2000 },
        { at: 'value', tag: 'M1.power', value: null, time: 7000, quality: 'BadTimeout' },
      ],
    },
    {
      title: 'The rate per second sees every sample, also where it is not asked for',
      config: { expression: "value > 10 && rate(value) > 2 ? 'surge' : 'calm'", inputs: [], trigger: 'value', staleAfterS: 0, tag: '', unit: '' },
      in: [
        { at: 'value', value: 5, time: 0 },
        { at: 'value', value: 11, time: 1000 },
        { at: 'value', value: 12, time: 2000 },
      ],
      out: [
        { at: 'value', value: 'calm', time: 0 },
        { at: 'value', value: 'surge', time: 1000 },
        { at: 'value', value: 'calm', time: 2000 },
      ],
    },
    {
      title: 'A moving average of three leaves a bad reading out',
      config: { expression: 'average(value, 3)', inputs: [], trigger: 'value', staleAfterS: 0, tag: '', unit: '' },
      in: [
        { at: 'value', value: 3, time: 0 },
        { at: 'value', value: 6, time: 1000 },
        { at: 'value', value: 900, time: 2000, quality: 'BadSensorFailure' },
        { at: 'value', value: 0, time: 3000 },
        { at: 'value', value: 9, time: 4000 },
      ],
      out: [
        { at: 'value', value: 3, time: 0 },
        { at: 'value', value: 4.5, time: 1000 },
        { at: 'value', value: null, time: 2000, quality: 'BadSensorFailure' },
        { at: 'value', value: 3, time: 3000 },
        { at: 'value', value: 5, time: 4000 },
      ],
    },
    {
      title: 'Bad, NaN and a division by zero give no number; asking for the quality does',
      config: { expression: "{'share': orElse(100 / value, 0), 'quality': quality}", inputs: [], trigger: 'value', staleAfterS: 0, tag: '', unit: '' },
      in: [
        { at: 'value', value: 50, time: 0 },
        { at: 'value', value: 0, time: 1000 },
        { at: 'value', value: { $number: 'NaN' }, time: 2000 },
      ],
      out: [
        { at: 'value', value: { share: 2, quality: 'good' }, time: 0 },
        { at: 'value', value: { share: 0, quality: 'good' }, time: 1000, quality: 'Uncertain' },
        { at: 'value', value: { share: 0, quality: 'bad' }, time: 2000, quality: 'Uncertain' },
      ],
    },
  ],
})

/** Words of the language that no input can be called. */
const RESERVED: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while', 'prototype', 'constructor'])
