// A finite state machine from a table. Comparisons are levels: they look at the latest value of their input, also when the
// state is entered. Texts are events: they count when they come. Time in a state is the gateway's.
// Longer than 300 lines: the tables of its settings, and examples that tell a whole run.
import { Type, defineNode, each, field, fromItem, isBad, isUsable, port, sample as make, truthful, type Context, type Sample, type Static, type Value } from '#kit'

const NAME = '^[A-Za-z][A-Za-z0-9_-]*$'
const State = Type.Object({ name: Type.String({ title: 'State', minLength: 1, maxLength: 40 }) }, { additionalProperties: false })
const Input = Type.Object(
  {
    name: Type.String({ title: 'Input', minLength: 1, maxLength: 40, pattern: NAME }),
    tag: Type.Optional(Type.String({ title: 'Tag', description: 'Samples of other tags are ignored. Empty: any.', maxLength: 200, default: '' })),
  },
  { additionalProperties: false },
)
const COMPARISONS = ['>', '>=', '<', '<=', '=', '!='] as const
const Transition = Type.Object(
  {
    from: Type.String({ title: 'From', description: 'A state; * is any.', minLength: 1, maxLength: 40, default: '*' }),
    when: field.choice([...COMPARISONS, 'true', 'false', 'text', 'bad', 'after'], { title: 'When', labels: ['above', 'at least', 'below', 'at most', 'equal to', 'not equal to', 'true', 'false', 'the event', 'bad', 'after'], default: '>' }),
    input: Type.Optional(Type.String({ title: 'Input', maxLength: 40, default: '', when: { field: 'when', is: [...COMPARISONS, 'true', 'false', 'text', 'bad'] } })),
    value: Type.Optional(Type.Number({ title: 'Value', default: 0, when: { field: 'when', is: [...COMPARISONS] } })),
    text: Type.Optional(Type.String({ title: 'Event', description: 'A text that comes at the input.', maxLength: 200, default: '', when: { field: 'when', is: ['text'] } })),
    afterS: Type.Optional(Type.Number({ title: 'Time in the state', unit: 's', minimum: 0, maximum: 31_536_000, default: 0, when: { field: 'when', is: ['after'] } })),
    to: Type.String({ title: 'To', minLength: 1, maxLength: 40, default: '' }),
  },
  { additionalProperties: false },
)
const Output = Type.Object(
  {
    name: Type.String({ title: 'Output', minLength: 1, maxLength: 40, pattern: NAME }),
    kind: field.choice(['number', 'boolean', 'text'], { title: 'Kind', default: 'number' }),
    unit: Type.Optional(field.unit({ title: 'Unit', default: '', when: { field: 'kind', is: ['number'] } })),
  },
  { additionalProperties: false },
)
const Entry = Type.Object(
  {
    state: Type.String({ title: 'On entering', minLength: 1, maxLength: 40, default: '' }),
    output: Type.String({ title: 'Output', minLength: 1, maxLength: 40, default: '' }),
    value: Type.String({ title: 'Value', description: 'A number, true or false, or a text, as the output is.', maxLength: 200, default: '' }),
  },
  { additionalProperties: false },
)
const Config = Type.Object(
  {
    states: Type.Array(State, { title: 'States', widget: 'table', minItems: 1, maxItems: 100, default: [] }),
    initial: Type.String({ title: 'Initial state', minLength: 1, maxLength: 40, default: 'off' }),
    inputs: Type.Array(Input, { title: 'Inputs', widget: 'table', minItems: 1, maxItems: 32, default: [] }),
    transitions: Type.Array(Transition, { title: 'Transitions', description: 'Tried in order; the first that holds is taken.', widget: 'table', maxItems: 300, default: [] }),
    outputs: Type.Array(Output, { title: 'Outputs', widget: 'table', maxItems: 32, default: [] }),
    entries: Type.Array(Entry, { title: 'Values given on entering a state', widget: 'table', maxItems: 500, default: [] }),
    tag: Type.String({ title: 'Tag of the results', minLength: 1, maxLength: 200, default: 'state' }),
  },
  { additionalProperties: false },
)
interface Transition {
  readonly from: string
  readonly when: (typeof COMPARISONS)[number] | 'true' | 'false' | 'text' | 'bad' | 'after'
  readonly input?: string
  readonly value?: number
  readonly text?: string
  readonly afterS?: number
  readonly to: string
}
interface Config {
  readonly states: readonly { readonly name: string }[]
  readonly initial: string
  readonly inputs: readonly { readonly name: string; readonly tag?: string }[]
  readonly transitions: readonly Transition[]
  readonly outputs: readonly { readonly name: string; readonly kind: 'number' | 'boolean' | 'text'; readonly unit?: string }[]
  readonly entries: readonly { readonly state: string; readonly output: string; readonly value: string }[]
  readonly tag: string
}
interface Memory {
  current: string
  /** The gateway's time. */
  entered: number
  /** The latest sample of each input. */
  readonly latest: Map<string, Sample>
}
type Ctx = Context<Config, Memory>

/** More states than this in one call are taken for a circle that does not end. */
const MAX_STEPS = 100

/** Undefined: the text is no value of this kind. */
function parse(kind: 'number' | 'boolean' | 'text', text: string): Value | undefined {
  if (kind === 'text') return text
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  const n = Number(text)
  return text.trim() !== '' && Number.isFinite(n) ? n : undefined
}

/** A bad value is neither above nor below, neither true nor false: only 'bad' takes it. */
function holds(ctx: Ctx, t: Transition, event: Sample | null, at: string): boolean {
  if (t.when === 'after') return ctx.now >= ctx.state.entered + (t.afterS ?? 0) * 1000
  if (t.when === 'text') return event !== null && at === t.input && event.value === t.text && !isBad(event.quality)
  const s = ctx.state.latest.get(t.input ?? '')
  if (s === undefined) return false
  const limit = t.value ?? 0
  switch (t.when) {
    case '>': return isUsable(s) && s.value > limit
    case '>=': return isUsable(s) && s.value >= limit
    case '<': return isUsable(s) && s.value < limit
    case '<=': return isUsable(s) && s.value <= limit
    case '=': return isUsable(s) && s.value === limit
    case '!=': return isUsable(s) && s.value !== limit
    case 'true': return s.value === true && !isBad(s.quality)
    case 'false': return s.value === false && !isBad(s.quality)
    case 'bad': return isBad(s.quality)
  }
}

function enter(ctx: Ctx, state: string, time: number): void {
  const { config, state: m } = ctx
  m.current = state
  m.entered = ctx.now
  ctx.emit['state']!(make(config.tag, state, time))
  for (const e of config.entries) {
    if (e.state !== state) continue
    for (const o of config.outputs) if (o.name === e.output) ctx.emit[o.name]!(make(config.tag, parse(o.kind, e.value) ?? null, time))
  }
}

/** Follows the transitions that hold; false: none did. An event is used up by the first that it brings. */
function run(ctx: Ctx, time: number, sample: Sample | null, at: string): boolean {
  const { config, state: m } = ctx
  let event = sample
  let steps = 0
  for (;;) {
    let taken: Transition | undefined
    for (const t of config.transitions) {
      if ((t.from !== '*' && t.from !== m.current) || (t.from === '*' && t.to === m.current) || !holds(ctx, t, event, at)) continue
      taken = t
      break
    }
    if (!taken) break
    if (++steps > MAX_STEPS) {
      ctx.log('error', `The state machine goes round without end, last to '${taken.to}': its conditions hold in every state of the circle. It stays in '${m.current}' until the next sample.`)
      break
    }
    if (taken.when === 'text') event = null
    enter(ctx, taken.to, time)
  }
  let next = Number.POSITIVE_INFINITY
  for (const t of config.transitions) {
    if (t.when !== 'after' || (t.from !== m.current && t.from !== '*') || (t.from === '*' && t.to === m.current)) continue
    const due = m.entered + (t.afterS ?? 0) * 1000
    if (due > ctx.now && due < next) next = due
  }
  ctx.wakeAt(next)
  return steps > 0
}

const pump: Static<typeof Config> = {
  states: [{ name: 'off' }, { name: 'filling' }, { name: 'full' }, { name: 'fault' }],
  initial: 'off',
  inputs: [{ name: 'level' }, { name: 'command' }],
  transitions: [
    { from: '*', when: 'bad', input: 'level', to: 'fault' },
    { from: 'off', when: 'text', input: 'command', text: 'start', to: 'filling' },
    { from: 'filling', when: '>=', input: 'level', value: 90, to: 'full' },
    { from: 'filling', when: 'after', afterS: 60, to: 'fault' },
    { from: 'full', when: 'after', afterS: 10, to: 'off' },
    { from: 'fault', when: 'text', input: 'command', text: 'reset', to: 'off' },
  ],
  outputs: [{ name: 'valve', kind: 'boolean' }],
  entries: [{ state: 'off', output: 'valve', value: 'false' }, { state: 'filling', output: 'valve', value: 'true' }, { state: 'full', output: 'valve', value: 'false' }, { state: 'fault', output: 'valve', value: 'false' }],
  tag: 'state',
}

export default defineNode({
  type: 'rule.state-machine',
  version: 1,
  title: 'State machine',
  summary: 'Goes from state to state by values, events and times, and gives the values that belong to each state.',
  help: `A table of states and of transitions between them. It begins in the initial state. **state** tells each state when it is entered, and the outputs get the values that the table gives for it, the initial one included.

**Transitions** are tried in order, and the first that holds is taken; from \`*\` means from any other state. *Comparisons*, *true*, *false* and *bad* are levels: they look at the latest value of their input, also when the state has just been entered. *The event* is a text that counts when it comes, and brings one transition. *After* is the time in the state, by the gateway's clock.

One sample may bring several transitions, one after the other. Where more than ${MAX_STEPS} follow each other, they are taken for a circle without end: the machine stays where it is until the next sample, and says so.

**Bad values, NaN and infinities** meet no comparison, and are neither true nor false: only *bad* takes them, so give every machine that moves something a transition on it. **Uncertain** values are compared like good ones. What the machine gives is its own decision and good.

**Late and backward-time** samples (older than the latest of their input) are left out. **Duplicates** are compared again; a repeated event is an event. A text for which there is no transition from this state, and a sample that no transition asks for, is *ignored* and counted.

**Not safety-rated:** interlocks that protect people belong in a safety system.

Source: Mealy and Moore machines as in IEC 61131-3, sequential function chart: levels as transition conditions, values on entry.`,
  keywords: ['sequence', 'SFC', 'FSM', 'step', 'phase', 'batch', 'mode', 'sequencer', 'workflow', 'timer'],
  icon: 'workflow',
  effects: 'none',
  scope: 'node',
  config: Config,
  starter: pump,
  inputs: { '*': each('inputs', 'name', port.any()) },
  outputs: {
    state: port.text({ title: 'State', help: 'Each state as it is entered.' }),
    '*': each('outputs', 'name', { kind: fromItem('kind'), unit: fromItem('unit') }),
  },
  drops: { ignored: 'No transition asks for it in this state.', late: 'Older than the latest sample of its input.' },
  state: (config): Memory => ({ current: config.initial, entered: 0, latest: new Map() }),
  // The state that it is in must still be there; which one that is, is not known here.
  carries: (from, to) => from.states.every((s) => to.states.some((t) => t.name === s.name)) && from.inputs.every((a) => to.inputs.some((b) => a.name === b.name && (a.tag ?? '') === (b.tag ?? ''))),
  start(ctx) {
    enter(ctx, ctx.config.initial, ctx.now)
    run(ctx, ctx.now, null, '')
  },
  receive(sample, name, ctx) {
    const { config, state } = ctx
    const s = truthful(sample)
    for (const i of config.inputs) {
      if (i.name !== name || (i.tag ?? '') === '' || i.tag === s.tag) continue
      ctx.drop('ignored')
      return
    }
    const before = state.latest.get(name)
    if (before !== undefined && s.time < before.time) {
      ctx.drop('late')
      return
    }
    state.latest.set(name, s)
    if (run(ctx, s.time, s, name)) return
    for (const t of config.transitions) {
      if (t.input !== name || t.when === 'after' || t.when === 'text') continue
      ctx.hold()
      return
    }
    ctx.drop('ignored')
  },
  tick(ctx) {
    run(ctx, ctx.now, null, '')
  },
  check(config) {
    const faults: { field: string; reason: string }[] = []
    const unique = (list: readonly { readonly name: string }[], path: string, what: string, taken: readonly string[] = []): ReadonlySet<string> => {
      const names = new Set(taken)
      for (const [i, { name }] of list.entries()) {
        if (names.has(name)) faults.push({ field: `/${path}/${i}/name`, reason: `There is ${what} '${name}' already.` })
        names.add(name)
      }
      return names
    }
    const states = unique(config.states, 'states', 'a state')
    const inputs = unique(config.inputs, 'inputs', 'an input')
    unique(config.outputs, 'outputs', 'an output', ['state'])
    if (states.has('*')) faults.push({ field: '/states', reason: "A state cannot be called '*': that is any state." })
    if (!states.has(config.initial)) faults.push({ field: '/initial', reason: `There is no state '${config.initial}'.` })
    for (const [i, t] of config.transitions.entries()) {
      const at = `/transitions/${i}`
      if (t.from !== '*' && !states.has(t.from)) faults.push({ field: `${at}/from`, reason: `There is no state '${t.from}'.` })
      if (!states.has(t.to)) faults.push({ field: `${at}/to`, reason: `There is no state '${t.to}'.` })
      if (t.when !== 'after' && !inputs.has(t.input ?? '')) faults.push({ field: `${at}/input`, reason: `There is no input '${t.input ?? ''}'.` })
      if (t.when === 'after' && !((t.afterS ?? 0) > 0)) faults.push({ field: `${at}/afterS`, reason: 'It must be more than 0.' })
    }
    for (const [i, e] of config.entries.entries()) {
      const output = config.outputs.find((o) => o.name === e.output)
      if (!states.has(e.state)) faults.push({ field: `/entries/${i}/state`, reason: `There is no state '${e.state}'.` })
      if (!output) faults.push({ field: `/entries/${i}/output`, reason: `There is no output '${e.output}'.` })
      else if (parse(output.kind, e.value) === undefined) faults.push({ field: `/entries/${i}/value`, reason: output.kind === 'number' ? `'${e.value}' is not a number.` : "Write 'true' or 'false'." })
    }
    return faults
  },
  examples: [
    {
      title: 'Fill on command until the level is reached, then rest',
      config: pump,
      in: [
        { at: 'level', value: 20, time: 0 },
        { at: 'command', value: 'start', time: 1000 },
        { at: 'level', value: 91, time: 5000 },
        { at: 'command', value: 'stop', time: 20000 },
      ],
      out: [
        { at: 'state', tag: 'state', value: 'off', time: 0 },
        { at: 'valve', tag: 'state', value: false, time: 0 },
        { at: 'state', tag: 'state', value: 'filling', time: 1000 },
        { at: 'valve', tag: 'state', value: true, time: 1000 },
        { at: 'state', tag: 'state', value: 'full', time: 5000 },
        { at: 'valve', tag: 'state', value: false, time: 5000 },
        { at: 'state', tag: 'state', value: 'off', time: 15000 },
        { at: 'valve', tag: 'state', value: false, time: 15000 },
      ],
    },
    {
      title: 'A bad level is a fault, whatever the state; a reset works once the level is good',
      config: pump,
      in: [
        { at: 'command', value: 'start', time: 0 },
        { at: 'level', value: 30, time: 1000, quality: 'BadSensorFailure' },
        { at: 'command', value: 'reset', time: 2000 },
        { at: 'level', value: 30, time: 3000 },
        { at: 'command', value: 'reset', time: 4000 },
      ],
      out: [
        { at: 'state', tag: 'state', value: 'off', time: 0 },
        { at: 'valve', tag: 'state', value: false, time: 0 },
        { at: 'state', tag: 'state', value: 'filling', time: 0 },
        { at: 'valve', tag: 'state', value: true, time: 0 },
        { at: 'state', tag: 'state', value: 'fault', time: 1000 },
        { at: 'valve', tag: 'state', value: false, time: 1000 },
        { at: 'state', tag: 'state', value: 'off', time: 2000 },
        { at: 'valve', tag: 'state', value: false, time: 2000 },
        { at: 'state', tag: 'state', value: 'fault', time: 2000 },
        { at: 'valve', tag: 'state', value: false, time: 2000 },
        { at: 'state', tag: 'state', value: 'off', time: 4000 },
        { at: 'valve', tag: 'state', value: false, time: 4000 },
      ],
    },
    {
      title: 'It fills for too long: time in the state is a condition of its own',
      config: pump,
      in: [
        { at: 'command', value: 'start', time: 0 },
        { at: 'level', value: 50, time: 100000 },
      ],
      out: [
        { at: 'state', tag: 'state', value: 'off', time: 0 },
        { at: 'valve', tag: 'state', value: false, time: 0 },
        { at: 'state', tag: 'state', value: 'filling', time: 0 },
        { at: 'valve', tag: 'state', value: true, time: 0 },
        { at: 'state', tag: 'state', value: 'fault', time: 60000 },
        { at: 'valve', tag: 'state', value: false, time: 60000 },
      ],
    },
  ],
})
