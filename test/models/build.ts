// Small ONNX models for the tests, written as bytes, and folders of models as the registry finds them.
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelInfo } from '#kit'
import { node, tensorValue, writeModel, type OnnxNode, type OnnxTensor, type OnnxValue } from '../../models/onnx/proto.ts'
import { openSession } from '../../runtime/models/session.ts'

export interface Graph {
  readonly nodes: OnnxNode[]
  readonly inputs: OnnxValue[]
  readonly outputs: OnnxValue[]
  readonly tensors?: OnnxTensor[]
  readonly opset?: number
}
export const modelOf = ({ nodes, inputs, outputs, tensors = [], opset = 17 }: Graph): Uint8Array =>
  writeModel({ ir_version: 8, opset_import: [{ domain: '', version: opset }], graph: { name: 'test', node: nodes, initializer: tensors, input: inputs, output: outputs } })

/** y = op(a, b), of one type and shape. */
export const binary = (op: string, type: Parameters<typeof tensorValue>[1], shape: readonly (number | string)[]): Uint8Array =>
  modelOf({ nodes: [node(op, ['a', 'b'], ['y'])], inputs: [tensorValue('a', type, shape), tensorValue('b', type, shape)], outputs: [tensorValue('y', type, shape)] })
export const identity = (type: Parameters<typeof tensorValue>[1], shape: readonly (number | string)[]): Uint8Array =>
  modelOf({ nodes: [node('Identity', ['x'], ['y'])], inputs: [tensorValue('x', type, shape)], outputs: [tensorValue('y', type, shape)] })

/** FOLDER/NAME/model.onnx, and what else lies there. */
export async function putModel(folder: string, name: string, bytes: Uint8Array, others: { readonly [file: string]: string | Uint8Array } = {}): Promise<string> {
  await mkdir(join(folder, name), { recursive: true })
  for (const [file, content] of Object.entries(others)) await writeFile(join(folder, name, file), content)
  await writeFile(join(folder, name, 'model.onnx'), bytes)
  return join(folder, name, 'model.onnx')
}

/** What the registry would say of these bytes. */
export async function infoOf(name: string, bytes: Uint8Array): Promise<ModelInfo> {
  const session = await openSession(bytes)
  await session.release()
  return { name, title: name, hash: createHash('sha256').update(bytes).digest('hex'), inputs: session.inputs, outputs: session.outputs }
}
