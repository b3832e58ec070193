import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { floatTensor, intAttribute, intTensor, node, readModel, readTensor, tensorValue, writeModel, type OnnxModel } from './proto.ts'

const model: OnnxModel = {
  ir_version: 8,
  opset_import: [{ domain: '', version: 17 }],
  producer_name: 'test',
  graph: {
    name: 'g',
    node: [node('Gemm', ['x', 'w', 'b'], ['y'], [intAttribute('transB', 1), { name: 'alpha', type: 1, f: 0.5 }, { name: 'list', type: 7, ints: [1, -2, 3] }])],
    initializer: [floatTensor('w', [2, 2], [1, 2, 3, 4]), intTensor('b', [2], [-1, 2 ** 40])],
    input: [tensorValue('x', 'float32', ['batch', 2])],
    output: [tensorValue('y', 'float32', ['batch', 2])],
  },
  metadata_props: [{ key: 'k', value: 'v' }],
}

describe('ONNX files', () => {
  it('read back as they were written, and write the same bytes again', () => {
    const bytes = writeModel(model)
    const read = readModel(bytes)
    expect(read).toMatchObject(model)
    expect(writeModel(read)).toEqual(bytes)
  })
  it('keep the shipped model byte for byte', () => {
    const bytes = new Uint8Array(readFileSync(new URL('../bearing/model.onnx', import.meta.url)))
    expect(writeModel(readModel(bytes))).toEqual(bytes)
  })
  it('are as protobuf says: the known bytes of a small message', () => {
    const bytes = Uint8Array.of(0x08, 2, 0x10, 1, 0x22, 4, 0, 0, 0x80, 0x3f, 0x42, 1, 0x74) // dims 2, type float, packed float 1.0, name 't'
    expect(readTensor(bytes)).toMatchObject({ dims: [2], data_type: 1, float_data: [1], name: 't' })
  })
  it('skip fields of a newer ONNX', () => {
    const bytes = writeModel(model)
    expect(readModel(Uint8Array.of(...bytes, 0xfa, 0x06, 2, 1, 2))).toMatchObject(model)
  })
  it('refuse what is no model', () => {
    expect(() => readModel(new TextEncoder().encode('hello'))).toThrow()
    expect(() => readModel(new Uint8Array())).toThrow('no graph')
    expect(() => readModel(writeModel(model).subarray(0, 50))).toThrow()
  })
})
