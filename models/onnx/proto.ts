// Reading and writing ONNX files: the part of onnx.proto (ONNX 1.19, proto2) that models of ours and their tests use, as a
// table of field numbers over protobuf-es' wire reader and writer. Unknown fields are skipped on reading.
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** TensorProto.DataType. */
export const dataType = {
  float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, float64: 11, uint32: 12, uint64: 13, bfloat16: 16,
} as const
/** AttributeProto.AttributeType, of the kinds used here. */
export const attributeType = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const

export interface OnnxDimension { dim_value?: number; dim_param?: string }
export interface OnnxType {
  tensor_type?: { elem_type: number; shape?: { dim: OnnxDimension[] } }
  sequence_type?: { elem_type: OnnxType }
  map_type?: { key_type: number; value_type: OnnxType }
}
export interface OnnxTensor {
  dims: number[]
  data_type: number
  float_data?: number[]
  int32_data?: number[]
  string_data?: Uint8Array[]
  int64_data?: number[]
  name?: string
  /** Little endian, as the data type says. */
  raw_data?: Uint8Array
  external_data?: { key: string; value: string }[]
  /** 1: the data lies in another file. */
  data_location?: number
}
export interface OnnxAttribute { name: string; type: number; f?: number; i?: number; s?: Uint8Array; t?: OnnxTensor; floats?: number[]; ints?: number[]; strings?: Uint8Array[] }
export interface OnnxNode { input: string[]; output: string[]; name?: string; op_type: string; domain?: string; attribute?: OnnxAttribute[] }
export interface OnnxValue { name: string; type?: OnnxType; doc_string?: string }
export interface OnnxGraph { node: OnnxNode[]; name: string; initializer?: OnnxTensor[]; doc_string?: string; input: OnnxValue[]; output: OnnxValue[] }
export interface OnnxModel {
  ir_version: number
  opset_import: { domain?: string; version: number }[]
  producer_name?: string
  producer_version?: string
  model_version?: number
  doc_string?: string
  graph: OnnxGraph
  metadata_props?: { key: string; value: string }[]
}

type Scalar = 'int' | 'float' | 'string' | 'bytes'
/** Field number, type (a scalar or a message of the table), and whether it is repeated. */
type FieldRow = readonly [number: number, type: string, repeated?: true]
const messages: Readonly<Record<string, Readonly<Record<string, FieldRow>>>> = {
  Model: { ir_version: [1, 'int'], producer_name: [2, 'string'], producer_version: [3, 'string'], model_version: [5, 'int'], doc_string: [6, 'string'], graph: [7, 'Graph'], opset_import: [8, 'Opset', true], metadata_props: [14, 'Entry', true] },
  Opset: { domain: [1, 'string'], version: [2, 'int'] },
  Entry: { key: [1, 'string'], value: [2, 'string'] },
  Graph: { node: [1, 'Node', true], name: [2, 'string'], initializer: [5, 'Tensor', true], doc_string: [10, 'string'], input: [11, 'Value', true], output: [12, 'Value', true] },
  Node: { input: [1, 'string', true], output: [2, 'string', true], name: [3, 'string'], op_type: [4, 'string'], attribute: [5, 'Attribute', true], domain: [7, 'string'] },
  Attribute: { name: [1, 'string'], f: [2, 'float'], i: [3, 'int'], s: [4, 'bytes'], t: [5, 'Tensor'], floats: [7, 'float', true], ints: [8, 'int', true], strings: [9, 'bytes', true], type: [20, 'int'] },
  Tensor: { dims: [1, 'int', true], data_type: [2, 'int'], float_data: [4, 'float', true], int32_data: [5, 'int', true], string_data: [6, 'bytes', true], int64_data: [7, 'int', true], name: [8, 'string'], raw_data: [9, 'bytes'], external_data: [13, 'Entry', true], data_location: [14, 'int'] },
  Value: { name: [1, 'string'], type: [2, 'Type'], doc_string: [3, 'string'] },
  Type: { tensor_type: [1, 'TensorType'], sequence_type: [4, 'SequenceType'], map_type: [5, 'MapType'] },
  TensorType: { elem_type: [1, 'int'], shape: [2, 'Shape'] },
  SequenceType: { elem_type: [1, 'Type'] },
  MapType: { key_type: [1, 'int'], value_type: [2, 'Type'] },
  Shape: { dim: [1, 'Dimension', true] },
  Dimension: { dim_value: [1, 'int'], dim_param: [2, 'string'] },
}
const isScalar = (type: string): type is Scalar => !Object.hasOwn(messages, type)
const wireOf = { int: WireType.Varint, float: WireType.Bit32, string: WireType.LengthDelimited, bytes: WireType.LengthDelimited } as const
type Message = Record<string, unknown>

/** The bytes of a model.onnx. The same model gives the same bytes. */
export function writeModel(model: OnnxModel): Uint8Array {
  const writer = new BinaryWriter()
  write(writer, 'Model', model as unknown as Message)
  return writer.finish()
}

function write(writer: BinaryWriter, name: string, message: Message): void {
  for (const [key, [number, type, repeated]] of Object.entries(messages[name]!)) {
    const value = message[key]
    if (value === undefined) continue
    for (const item of repeated ? (value as unknown[]) : [value]) {
      if (!isScalar(type)) {
        writer.tag(number, WireType.LengthDelimited).fork()
        write(writer, type, item as Message)
        writer.join()
        continue
      }
      writer.tag(number, wireOf[type])
      if (type === 'int') writer.int64(item as number)
      else if (type === 'float') writer.float(item as number)
      else if (type === 'string') writer.string(item as string)
      else writer.bytes(item as Uint8Array)
    }
  }
}

/** Throws when the bytes are no ONNX model. Integers beyond 2^53 lose digits. */
export function readModel(bytes: Uint8Array): OnnxModel {
  const model = read(new BinaryReader(bytes), 'Model', bytes.length) as unknown as OnnxModel
  if (!(model.ir_version > 0) || model.graph === undefined) throw new Error('this is not an ONNX model: it has no graph')
  return model
}
/** A single tensor, as ONNX's test cases and published outputs are kept (.pb). */
export const readTensor = (bytes: Uint8Array): OnnxTensor => read(new BinaryReader(bytes), 'Tensor', bytes.length) as unknown as OnnxTensor

function read(reader: BinaryReader, name: string, end: number): Message {
  const rows = messages[name]!
  const byNumber = new Map(Object.entries(rows).map(([key, row]) => [row[0], [key, row] as const]))
  const message: Message = Object.fromEntries(Object.entries(rows).filter(([, row]) => row[2]).map(([key]) => [key, []]))
  while (reader.pos < end) {
    const [number, wire] = reader.tag()
    const known = byNumber.get(number)
    if (!known) {
      reader.skip(wire, number)
      continue
    }
    const [key, [, type, repeated]] = known
    const put = (value: unknown): void => {
      if (repeated) (message[key] as unknown[]).push(value)
      else message[key] = value
    }
    if (!isScalar(type)) {
      const length = reader.uint32()
      put(read(reader, type, reader.pos + length))
    } else if (repeated && wire === WireType.LengthDelimited && (type === 'int' || type === 'float')) {
      const last = reader.uint32() + reader.pos
      while (reader.pos < last) put(readScalar(reader, type))
    } else put(readScalar(reader, type))
  }
  return message
}

function readScalar(reader: BinaryReader, type: Scalar): number | string | Uint8Array {
  if (type === 'int') return Number(reader.int64())
  if (type === 'float') return reader.float()
  return type === 'string' ? reader.string() : reader.bytes()
}

// ---- building blocks --------------------------------------------------------------------------------------------------

export const floatTensor = (name: string, dims: readonly number[], data: ArrayLike<number>): OnnxTensor => ({ name, dims: [...dims], data_type: dataType.float32, raw_data: new Uint8Array(Float32Array.from(data).buffer) })
export const intTensor = (name: string, dims: readonly number[], data: readonly number[]): OnnxTensor => ({ name, dims: [...dims], data_type: dataType.int64, raw_data: new Uint8Array(BigInt64Array.from(data.map(BigInt)).buffer) })
/** A text is a dynamic axis of that name. */
export const tensorValue = (name: string, type: keyof typeof dataType, shape: readonly (number | string)[]): OnnxValue => ({
  name,
  type: { tensor_type: { elem_type: dataType[type], shape: { dim: shape.map((d) => (typeof d === 'number' ? { dim_value: d } : { dim_param: d })) } } },
})
export const node = (op: string, input: readonly string[], output: readonly string[], attribute: readonly OnnxAttribute[] = []): OnnxNode => ({ op_type: op, input: [...input], output: [...output], name: output[0]!, attribute: [...attribute] })
export const intAttribute = (name: string, i: number): OnnxAttribute => ({ name, type: attributeType.int, i })
