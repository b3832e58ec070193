// One open ONNX model over onnxruntime-node: our tensors in and out, its errors in plain words. The library is loaded when
// the first model opens (it costs 40 MB). Always from bytes, never from a path: what was hashed is what runs, and a model
// that keeps weights in other files (which nothing has hashed) does not load.
import type { InferenceSession } from 'onnxruntime-node'
import { reasonOf, type ModelPort, type Tensor } from '#kit'

export interface Session {
  readonly inputs: readonly ModelPort[]
  readonly outputs: readonly ModelPort[]
  /** Blocks the calling thread while it runs. Rejects with a reason in plain words. */
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
  /** Only after all runs have ended. */
  release(): Promise<void>
}

const types: ReadonlySet<string> = new Set<Tensor['type']>(['float32', 'float64', 'float16', 'int64', 'int32', 'int16', 'int8', 'uint64', 'uint32', 'uint16', 'uint8', 'bool', 'string'])

/** Throws an Error whose message is a reason for MODEL_LOAD. */
export async function openSession(bytes: Uint8Array): Promise<Session> {
  const ort = await import('onnxruntime-node')
  let session: InferenceSession
  try {
    // One thread: a gateway has few cores, and spinning ones would take them from the flows. Level 4: only what is fatal is printed.
    session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all', logSeverityLevel: 4 })
  } catch (thrown) {
    throw new Error(explain(reasonOf(thrown)), { cause: thrown })
  }
  try {
    const inputs = session.inputMetadata.map((m) => portOf(m, 'input'))
    const outputs = session.outputMetadata.map((m) => portOf(m, 'output'))
    return {
      inputs,
      outputs,
      async run(given) {
        const feeds: Record<string, InstanceType<typeof ort.Tensor>> = {}
        for (const { name, type } of inputs) {
          const tensor = given[name]
          if (!tensor) throw new Error(`its input '${name}' is missing`)
          if (tensor.type !== type) throw new Error(`its input '${name}' takes ${type}, not ${tensor.type}`)
          if (type === 'float16') {
            // The binding reads no Float16Array (Node 24 has it, N-API not yet), and the constructor takes nothing else: give it the bits afterwards.
            const halves = new Float16Array(tensor.data as Float32Array)
            feeds[name] = Object.assign(new ort.Tensor('float16', halves as never, tensor.dims), { cpuData: new Uint16Array(halves.buffer) })
          } else feeds[name] = new ort.Tensor(type as 'float32', tensor.data as Float32Array, tensor.dims)
        }
        const results = await session.run(feeds)
        const out: Record<string, Tensor> = {}
        for (const { name, type } of outputs) {
          const { data, dims } = results[name]!
          out[name] = { type, dims, data: type === 'float16' ? Float32Array.from(data as unknown as Float32Array) : (data as Tensor['data']) }
        }
        return out
      },
      release: () => session.release(),
    }
  } catch (thrown) {
    await session.release()
    throw thrown
  }
}

// In Node 24, not yet in TypeScript's es2024.
declare const Float16Array: { new (data: Float32Array): { readonly buffer: ArrayBuffer } }

function portOf(m: InferenceSession.ValueMetadata, side: string): ModelPort {
  if (!m.isTensor) throw new Error(`its ${side} '${m.name}' is a sequence or a map, not a tensor (scikit-learn and LightGBM exports end so: export with the option zipmap off)`)
  if (!types.has(m.type)) throw new Error(`its ${side} '${m.name}' has the type ${m.type}, which cannot be passed`)
  return { name: m.name, type: m.type as Tensor['type'], shape: m.shape.map((d) => (typeof d === 'number' ? d : -1)) }
}

/** What onnxruntime says, for a plant engineer; its own words where we know no better ones. */
export function explain(message: string): string {
  const registered = /No Op registered for (\S+)/.exec(message)?.[1] ?? /Fatal error: (\S+?)\(/.exec(message)?.[1]
  const implemented = /implementation for (\w+)/i.exec(message)?.[1]
  const domain = /opset import for domain '([^']*)'/.exec(message)?.[1]
  if (/Unsupported data type: 16|bfloat16/i.test(message)) return 'it uses bfloat16; export it with float32 or float16'
  if (/Unsupported data type: \d+/.test(message)) return 'an input or output has a type that cannot be passed (complex, float8 or the like)'
  if (/Non tensor type/i.test(message)) return 'it gives a sequence or a map, not a tensor; export with the option zipmap off'
  if (/external (data|initializer)|external_data/i.test(message)) return 'its weights lie in another file; export it as one file'
  if (registered) return `it uses an operator that onnxruntime does not have (${registered})`
  if (domain) return `it uses operators of '${domain}', which are not installed`
  if (implemented) return `onnxruntime cannot compute its operator ${implemented} for the number types it is used with (bfloat16 is a common cause)`
  if (/protobuf|not be able to parse/i.test(message)) return 'the file is damaged or is not an ONNX model'
  if (/Model data pointer is null/.test(message)) return 'the file is empty'
  if (/opset|IR.?version/i.test(message)) return 'it was made for a newer ONNX than this gateway knows'
  return message
}

/** One run's worth of zeros, dynamic axes as 1; undefined when an input would be larger than 64 million elements. */
export function zeros(ports: readonly ModelPort[]): Record<string, Tensor> | undefined {
  const feeds: Record<string, Tensor> = {}
  for (const { name, type, shape } of ports) {
    const dims = shape.map((d) => (d < 0 ? 1 : d))
    const size = dims.reduce((a, b) => a * b, 1)
    if (size > 1 << 26) return undefined
    feeds[name] = { type, dims, data: type === 'string' ? Array.from({ length: size }, () => '') : new arrays[type](size) }
  }
  return feeds
}

/** What holds a tensor's elements here (see Tensor in kit). */
export const arrays = {
  float32: Float32Array, float64: Float64Array, float16: Float32Array, int64: BigInt64Array, int32: Int32Array, int16: Int16Array, int8: Int8Array,
  uint64: BigUint64Array, uint32: Uint32Array, uint16: Uint16Array, uint8: Uint8Array, bool: Uint8Array,
} as const
