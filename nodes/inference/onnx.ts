// inference.onnx: runs a model of the registry. Its ports are the model's own inputs and outputs.
import { defineNode, field, isBad, isFiniteValue, issue, IssueError, Quality, sample, Type, worse, type ModelPort, type Opened, type Outcome, type ResolvedPort, type ResolvedPorts, type Sample, type Tensor, type Value } from '#kit'

const config = Type.Object({ model: field.model({ description: 'Of the models on this gateway.' }) }, { additionalProperties: false })

/** Times of which some inputs still miss, at most; then the oldest is given up. */
const waitingTimes = 64

export default defineNode({
  type: 'inference.onnx',
  version: 1,
  title: 'ONNX model',
  summary: 'Runs an ONNX model on what comes in.',
  help: `The ports are the model's own inputs and outputs, with units and labels from its card. A tensor of one element is a number (a truth value, a text), a longer one a vector in row-major order; a batch axis counts as 1. An output with labels also gives **NAME_label**: the label of its largest element.

With several inputs, the samples of the same time belong together: a sample is held until every input has one of that time. Of more than ${waitingTimes} incomplete times the oldest is given up.

A bad sample, one without a value, or one with NaN or infinity in it gives bad outputs without a value, and the model is not run; so does a result that is not finite. An uncertain one gives uncertain results. A wrong number of elements fails. Late, repeated and backward samples are computed like any other: the model remembers nothing. Results carry the input's tag and time.

Quick models (below about 0.2 ms) run with the flow, slower ones on a thread beside it; the order stays.`,
  keywords: ['ai', 'machine learning', 'neural network', 'classifier', 'model', 'predict', 'anomaly'],
  icon: 'brain-circuit',
  effects: 'none',
  config,
  starter: { model: 'bearing' },
  inputs: {},
  outputs: {},

  ports(config, resources) {
    const model = resources.model(config.model)
    if (!model) return {}
    return {
      inputs: Object.fromEntries(model.inputs.map((p) => [p.name, inputPort(p)])),
      outputs: outputPorts(model.outputs),
    }
  },

  async open(config, io): Promise<Opened> {
    const model = await io.model(config.model)
    const { inputs, outputs } = model
    const names = Object.keys(outputPorts(outputs))
    const bad = (s: Sample, quality: number): Outcome => ({ emit: names.map((name) => [name, sample<Value>(s.tag, null, s.time, quality)] as const) })
    /** Samples by time that wait for the other inputs' of that time. */
    const waiting = new Map<number, Map<string, Sample>>()
    let givenUp = 0

    const run = async (given: ReadonlyMap<string, Sample>): Promise<Outcome> => {
      const first = given.get(inputs[0]!.name)!
      let quality = first.quality
      for (const s of given.values()) quality = worse(quality, s.quality)
      if (isBad(quality)) return bad(first, quality)
      const feeds: Record<string, Tensor> = {}
      for (const input of inputs) {
        const { value } = given.get(input.name)!
        if (value === null) return bad(first, Quality.badNoData)
        if (!isFiniteValue(value)) return bad(first, Quality.badOutOfRange)
        feeds[input.name] = toTensor(input, value)
      }
      const results = await model.run(feeds)
      const emit: (readonly [string, Sample])[] = []
      for (const output of outputs) {
        const value = fromTensor(output, results[output.name]!)
        const good = isFiniteValue(value)
        emit.push([output.name, good ? sample(first.tag, value, first.time, quality) : sample<Value>(first.tag, null, first.time, Quality.badOutOfRange)])
        const label = labelName(output)
        if (label !== undefined) emit.push([label, good ? sample(first.tag, output.labels![largest(value)]!, first.time, quality) : sample<Value>(first.tag, null, first.time, Quality.badOutOfRange)])
      }
      return { emit }
    }

    return {
      health: () => ({ state: 'ok', text: givenUp === 0 ? '' : `${givenUp} times were given up: not every input had a sample` }),
      async receive(s, port): Promise<Outcome> {
        if (inputs.length === 1) return run(new Map([[port, s]]))
        let given = waiting.get(s.time)
        if (!given) waiting.set(s.time, (given = new Map()))
        given.set(port, s)
        if (given.size === inputs.length) {
          waiting.delete(s.time)
          return run(given)
        }
        if (waiting.size > waitingTimes) {
          waiting.delete(Math.min(...waiting.keys()))
          if (++givenUp === 1) io.log('warning', 'Samples of one input had no partner of the same time at another input; they are given up.')
        }
        return { hold: true }
      },
      async close() {
        waiting.clear()
      },
    }
  },

  examples: [
    {
      title: 'A bad input gives bad outputs; the model is not run',
      config: { model: 'bearing' },
      in: [{ at: 'features', value: null, time: 0, quality: 'BadSensorFailure' }],
      out: ['probabilities', 'probabilities_label', 'fault', 'class'].map((at) => ({ at, value: null, time: 0, quality: 'BadSensorFailure' })),
    },
  ],
})

/** Elements with the batch axis as 1; undefined when another axis is dynamic. */
function elements(shape: readonly number[]): number | undefined {
  const rest = shape[0] === -1 ? shape.slice(1) : shape
  return rest.some((d) => d < 0) ? undefined : rest.reduce((a, b) => a * b, 1)
}
/** An input [-1] takes what comes: one number or a list; that of an output is the batch. */
const inputElements = (shape: readonly number[]): number | undefined => (shape.length === 1 && shape[0] === -1 ? undefined : elements(shape))

function inputPort(p: ModelPort): ResolvedPort {
  const port = portOf(p)
  // Images and stacks of signals: a vector, a waveform or bytes of the right number of elements, checked as they come.
  const open = (port.kind === 'vector' && p.shape.length > 2) || inputElements(p.shape) !== elements(p.shape)
  return open ? { ...port, kind: 'any' } : port
}

function portOf(p: ModelPort): ResolvedPort {
  const extra = p.title === undefined ? {} : { title: p.title }
  const count = elements(p.shape)
  if (p.type === 'string') return { kind: count === 1 ? 'text' : 'any', ...extra }
  if (count === 1) return p.type === 'bool' ? { kind: 'boolean', ...extra } : { kind: 'number', ...(p.unit === undefined ? {} : { unit: p.unit }), ...extra }
  return { kind: 'vector', ...(count === undefined ? {} : { length: count }), ...(p.unit === undefined ? {} : { unit: p.unit }), ...(p.labels === undefined ? {} : { labels: p.labels }), ...extra }
}

/** The port of an output's label, when its card gives labels to several elements. */
const labelName = (p: ModelPort): string | undefined => (p.labels !== undefined && p.type !== 'string' && elements(p.shape) !== 1 ? `${p.name}_label` : undefined)

function outputPorts(outputs: readonly ModelPort[]): ResolvedPorts {
  const ports: Record<string, ResolvedPort> = {}
  for (const p of outputs) {
    ports[p.name] = portOf(p)
    const label = labelName(p)
    if (label !== undefined) ports[label] = { kind: 'text', title: `${p.title ?? p.name}: the most likely` }
  }
  return ports
}

/** Whole numbers a type can hold. Floats round, and beyond their range become infinite, which the model's results then show. */
const ranges: Partial<Record<Tensor['type'], readonly [number, number]>> = {
  int8: [-128, 127], uint8: [0, 255], int16: [-32768, 32767], uint16: [0, 65535], int32: [-(2 ** 31), 2 ** 31 - 1], uint32: [0, 2 ** 32 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER], uint64: [0, Number.MAX_SAFE_INTEGER], bool: [0, 1],
}
const arrays = {
  float32: Float32Array, float64: Float64Array, float16: Float32Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, uint32: Uint32Array, bool: Uint8Array,
} as const

/** Throws an IssueError when the value does not fit the input. */
function toTensor(p: ModelPort, value: Value): Tensor {
  const wrong = (expected: string, found: string): IssueError => new IssueError(issue('SAMPLE_TYPE', { port: p.name }, { port: p.name, expected, found }))
  if (p.type === 'string') {
    if (typeof value !== 'string') throw wrong('a text', typeof value)
    return { type: 'string', dims: dimsOf(p, 1, wrong), data: [value] }
  }
  const list = typeof value === 'number' ? [value] : typeof value === 'boolean' ? [Number(value)] : value instanceof Float64Array || value instanceof Float32Array || value instanceof Uint8Array ? value : undefined
  if (!list) throw wrong('a number or a vector', typeof value === 'object' ? 'a record' : `a ${typeof value}`)
  const dims = dimsOf(p, list.length, wrong)
  const range = ranges[p.type]
  if (range) {
    for (const v of list) if (!Number.isInteger(v) || v < range[0] || v > range[1]) throw wrong(`whole numbers from ${range[0]} to ${range[1]}`, String(v))
  }
  if (p.type === 'int64' || p.type === 'uint64') {
    const big = Array.from(list, BigInt)
    return { type: p.type, dims, data: p.type === 'int64' ? BigInt64Array.from(big) : BigUint64Array.from(big) }
  }
  return { type: p.type, dims, data: arrays[p.type].from(list) }
}

/** The shape with its dynamic axes filled: the first one takes what the others leave, as long as it comes out even; the batch stays 1 when it can. */
function dimsOf(p: ModelPort, length: number, wrong: (expected: string, found: string) => IssueError): number[] {
  const count = inputElements(p.shape)
  if (count !== undefined) {
    if (length !== count) throw wrong(`${count} elements`, `${length}`)
    return p.shape.map((d) => (d < 0 ? 1 : d))
  }
  const open = p.shape.findLastIndex((d) => d < 0)
  const fixed = p.shape.reduce((a, d) => (d < 0 ? a : a * d), 1)
  if (length === 0 || length % fixed !== 0) throw wrong(`a multiple of ${fixed} elements`, `${length}`)
  return p.shape.map((d, i) => (d >= 0 ? d : i === open ? length / fixed : 1))
}

/** Throws when the model gives another number of elements than it declares: the labels would be of something else. */
function fromTensor(p: ModelPort, { data, type }: Tensor): Value {
  const count = elements(p.shape) ?? p.labels?.length
  if (count !== undefined && data.length !== count) throw new IssueError(issue('SAMPLE_TYPE', { port: p.name }, { port: p.name, expected: `${count} elements`, found: `${data.length}` }))
  if (type === 'string') {
    const texts = data as readonly string[]
    return count === 1 ? texts[0]! : Object.fromEntries(texts.map((t, i) => [String(i), t]))
  }
  const numbers = Float64Array.from(data as ArrayLike<number | bigint>, Number)
  if (elements(p.shape) !== 1) return numbers
  return type === 'bool' ? numbers[0] !== 0 : numbers[0]!
}

function largest(value: Value): number {
  const list = value as Float64Array
  let best = 0
  for (let i = 1; i < list.length; i++) if (list[i]! > list[best]!) best = i
  return best
}
