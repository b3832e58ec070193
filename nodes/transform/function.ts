// User JavaScript for what no node does. The code runs in a jail (runtime/script), never in the engine; its state is the
// node's, so that a checkpoint and a deploy keep it.
import { Type, defineNode, each, field, fromItem, newScriptState, port, type Opened } from '#kit'

const name = (title: string, description: string) => Type.String({ title, description, minLength: 1, maxLength: 40, pattern: '^[A-Za-z][A-Za-z0-9_-]*$' })

const Input = Type.Object({ name: name('Input', 'The code gets it as port.') }, { additionalProperties: false })
const Output = Type.Object(
  {
    name: name('Output', 'Its name in emit().'),
    kind: field.choice(['number', 'boolean', 'text', 'vector', 'series', 'record', 'bytes', 'image', 'any'], { title: 'Carries', default: 'number' }),
    unit: Type.Optional(field.unit({ title: 'Unit', description: 'Of numbers, vectors and series. Empty: not stated.', default: '' })),
  },
  { additionalProperties: false },
)

const settings = { inputs: [{ name: 'value' }], outputs: [{ name: 'value', kind: 'number' as const, unit: '' }], keep: 'tag' as const, timeLimitMs: 100, memoryLimitMb: 32 }
const repeated = (list: readonly { readonly name: string }[]): string | undefined => list.find((item, i) => list.findIndex((o) => o.name === item.name) < i)?.name

export default defineNode({
  type: 'transform.function',
  version: 1,
  title: 'Function',
  summary: 'Runs JavaScript of your own for each sample.',
  help: `For what no other node does: the code is the body of a function that is called for each sample, in strict mode.

**It gets** \`sample\` (\`tag\`, \`value\`, \`time\` in ms, \`quality\` as its name: 'Good', 'BadSensorFailure'), \`port\` (the input's name), \`state\` (an object to keep things in) and \`now\` (the gateway's time, ms). Vectors are Float64Array, waveforms Float32Array, bytes Uint8Array.

**It calls** \`emit(value)\` or \`emit('output', value)\`, as often as needed; \`drop('why')\`; \`fail('why')\`; \`log('text')\`. \`return value\` is short for \`emit(value)\`. To set more than the value, emit an object \`{ value, tag, time, quality }\`: what is left out is that of the input. None of them ends the call.

**State** is plain JSON, kept for each tag or for the whole node, and the only thing that is there at the next call: built-in objects cannot be changed. It survives restarts and deploys that leave the code as it is. A call that fails leaves it as it was. At most 64 KB of JSON for a tag, 10,000 tags and 4 MB for all.

**Not there:** files, network, timers, \`import\` and \`require\`, \`async\` and promises, \`eval\`, \`Intl\`. \`Date.now()\` is \`now\`, and \`Math.random()\` draws the same numbers in a replay.

**Limits:** a call longer than the time limit is stopped and its sample has failed; the next one runs. More than 100 samples or 1 MB of JSON out of one call fail it. Code that breaks its memory limit loses that sample only. A sample on which the jail's process ends runs once more, alone, and has failed if it ends again.

**Outcomes:** a sample from which nothing leaves is *held* when its call changed the state, else dropped as *silent*. A drop is counted by its reason (the first 20 different ones).

**Bad and uncertain** samples come like any other: what is emitted keeps the input's quality unless the code names another. **NaN and infinities** come as they are; emitted as good they become bad, as a missing value (null) does. **Late, duplicate and backward-time** samples come in the order of arrival; the code sees their time.

**Safety:** all function nodes of an engine share one process without environment, files and child processes, at low priority, and, on Linux with \`unshare\`, without a network; each code has an interpreter of its own in it (isolated-vm; QuickJS, which is slower, where that does not load). The log says which. Deploying code is for people whom you trust with the gateway all the same.`,
  keywords: ['javascript', 'js', 'code', 'script', 'custom', 'program', 'function node', 'user code'],
  icon: 'square-function',
  effects: 'none',
  config: Type.Object(
    {
      code: Type.String({ title: 'Code', description: 'The body of a function of sample, port, state, emit, drop, fail, log and now.', widget: 'code', maxLength: 100_000, default: 'emit(sample.value)' }),
      inputs: Type.Array(Input, { title: 'Inputs', widget: 'table', minItems: 1, maxItems: 20, default: settings.inputs, advanced: true }),
      outputs: Type.Array(Output, { title: 'Outputs', description: 'emit(value) goes to the first.', widget: 'table', maxItems: 20, default: settings.outputs }),
      keep: field.choice(['tag', 'node'], { title: 'Keep state', labels: ['For each tag', 'For the node'], default: settings.keep }),
      timeLimitMs: Type.Integer({ title: 'Time limit', description: 'For one call.', unit: 'ms', minimum: 1, maximum: 10_000, default: settings.timeLimitMs, advanced: true }),
      memoryLimitMb: Type.Integer({ title: 'Memory limit', description: 'In MB.', minimum: 16, maximum: 256, default: settings.memoryLimitMb, advanced: true }),
    },
    { additionalProperties: false },
  ),
  inputs: { '*': each('inputs', 'name', port.any()) },
  outputs: { '*': each('outputs', 'name', { kind: fromItem('kind'), unit: fromItem('unit') }) },
  drops: { silent: 'The code let nothing out.', dropped: 'The code dropped it.', other: 'The code dropped it, for one of many reasons.' },
  scope: 'node',
  state: () => newScriptState(),
  carries: (from, to) => from.code === to.code && from.keep === to.keep,
  inFlight: 512,
  async open({ code, keep, outputs, timeLimitMs, memoryLimitMb }, io): Promise<Opened> {
    const script = await io.script({ code, keep, outputs, timeLimitMs, memoryLimitMb })
    return {
      health: () => script.health(),
      receive: (sample, at) => script.run(sample, at),
      close: () => script.close(),
    }
  },
  check({ inputs, outputs }) {
    const faults: { field: string; reason: string }[] = []
    for (const [path, list] of [['/inputs', inputs], ['/outputs', outputs]] as const) {
      const twice = repeated(list)
      if (twice !== undefined) faults.push({ field: path, reason: `'${twice}' is there twice.` })
    }
    return faults
  },
  examples: [
    {
      title: 'The difference to the reading before',
      config: { ...settings, code: "if ('last' in state) emit(sample.value - state.last)\nstate.last = sample.value" },
      in: [
        { at: 'value', value: 10, time: 0 },
        { at: 'value', value: 12.5, time: 1000 },
        { at: 'value', tag: 'other', value: 100, time: 1000 },
        { at: 'value', value: 12, time: 2000 },
      ],
      out: [
        { at: 'value', value: 2.5, time: 1000 },
        { at: 'value', value: -0.5, time: 2000 },
      ],
    },
    {
      title: 'A record into two tags, one of them in a unit',
      config: {
        ...settings,
        outputs: [{ name: 'temperature', kind: 'number', unit: 'Cel' }, { name: 'door', kind: 'boolean', unit: '' }],
        code: "const { t, open } = sample.value\nemit('temperature', { tag: sample.tag + '.temperature', value: t / 10 })\nemit('door', { tag: sample.tag + '.door', value: open === 1 })",
      },
      in: [{ at: 'value', tag: 'cold-room', value: { t: -184, open: 1 }, time: 0 }],
      out: [
        { at: 'temperature', tag: 'cold-room.temperature', value: -18.4, time: 0 },
        { at: 'door', tag: 'cold-room.door', value: true, time: 0 },
      ],
    },
    {
      title: 'The power from two inputs, kept for the node',
      config: {
        ...settings,
        inputs: [{ name: 'volts' }, { name: 'amperes' }],
        outputs: [{ name: 'power', kind: 'number', unit: 'W' }],
        keep: 'node',
        code: "state[port] = sample.value\nconst { volts, amperes } = state\nif (volts == null || amperes == null) return\nemit({ tag: 'power', value: volts * amperes })",
      },
      in: [
        { at: 'volts', tag: 'U', value: 230, time: 0 },
        { at: 'amperes', tag: 'I', value: 2, time: 100 },
        { at: 'amperes', tag: 'I', value: 2.5, time: 200 },
      ],
      out: [
        { at: 'power', tag: 'power', value: 460, time: 100 },
        { at: 'power', tag: 'power', value: 575, time: 200 },
      ],
    },
    {
      title: 'A waveform in, its peak out',
      config: { ...settings, code: 'return Math.max(...sample.value.map(Math.abs))' },
      in: [{ at: 'value', value: { $series: [0.25, -1.5, 1] }, time: 0 }],
      out: [{ at: 'value', value: 1.5, time: 0 }],
    },
    {
      title: 'Bad stays bad, and a NaN is never good',
      config: { ...settings, code: "if (sample.quality === 'BadNoData') drop('no data')\nelse emit(Math.sqrt(sample.value))" },
      in: [
        { at: 'value', value: 9, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: -1, time: 1000 },
        { at: 'value', value: null, time: 2000, quality: 'BadNoData' },
      ],
      out: [
        { at: 'value', value: 3, time: 0, quality: 'BadSensorFailure' },
        { at: 'value', value: { $number: 'NaN' }, time: 1000, quality: 'BadOutOfRange' },
      ],
    },
  ],
})
