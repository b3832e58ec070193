import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRegistry, shippedModels, type Registry, type RegistryOptions } from '../../runtime/models/registry.ts'
import { openSession } from '../../runtime/models/session.ts'
import { floatTensor, node, tensorValue } from '../../models/onnx/proto.ts'
import { binary, identity, modelOf, putModel } from './build.ts'

let folder: string
const registries: Registry[] = []
const open = async (options: RegistryOptions): Promise<Registry> => {
  const registry = await openRegistry(options)
  registries.push(registry)
  return registry
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-registry-'))
})
afterEach(async () => {
  for (const r of registries.splice(0)) await r.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the model registry', () => {
  it('has the bearing model at once, from its card', async () => {
    const registry = await open({ folders: [shippedModels, join(folder, 'none')] })
    expect(registry.get('bearing')!.info).toMatchObject({ title: 'Bearing condition', inputs: [{ name: 'features', type: 'float32', shape: [-1, 75] }] })
    expect(registry.get('bearing')!.info.outputs.map((o) => o.name)).toEqual(['probabilities', 'fault', 'class'])
    expect(registry.list()).toMatchObject([{ name: 'bearing', bytes: expect.any(Number), outputs: [{ labels: ['healthy', 'outer_race', 'inner_race', 'imbalance'] }, {}, {}] }])
    expect(registry.issue('bearing')).toBeUndefined()
    expect(registry.issue('missing')).toMatchObject({ code: 'MODEL_UNKNOWN', remedy: 'Choose one of: bearing.' })
  })

  it('does not trust a card in another folder: the file itself is opened', async () => {
    const card = { hash: '', inputs: [{ name: 'features', labels: ['a'] }] }
    await putModel(folder, 'bearing', await readFile(join(shippedModels, 'bearing/model.onnx')), { 'card.json': JSON.stringify(card) })
    const registry = await open({ folders: [folder] })
    expect(registry.get('bearing')).toBeUndefined()
    await registry.refresh()
    expect(registry.issue('bearing')!.text).toContain("'features' has 75 elements and 1 labels")
  })

  it('tells what an input was trained with: from the card, or the baseline that has its labels', async () => {
    const shipped = await open({ folders: [shippedModels] })
    const [features] = shipped.get('bearing')!.info.inputs
    expect([features!.mean!.length, features!.std!.length, features!.min]).toEqual([75, 75, undefined])
    expect(features!.mean![features!.labels!.indexOf('crest')]).toBeGreaterThan(3)

    await putModel(folder, 'told', identity('float32', [1, 2]), { 'card.json': JSON.stringify({ inputs: [{ name: 'x', min: [0, 1], max: [2, 3] }] }) })
    await putModel(folder, 'short', identity('float32', [1, 2]), { 'card.json': JSON.stringify({ inputs: [{ name: 'x', mean: [0] }] }) })
    const other = { inputs: [{ name: 'x', labels: ['a', 'b'] }], baseline: { features: [{ feature: 'b', mean: 1, std: 1 }, { feature: 'a', mean: 1, std: 1 }] } }
    await putModel(folder, 'other', identity('float32', [1, 2]), { 'card.json': JSON.stringify(other) })
    const registry = await open({ folders: [folder] })
    await registry.refresh()
    expect(registry.get('told')!.info.inputs[0]).toMatchObject({ min: [0, 1], max: [2, 3] })
    expect(registry.issue('short')!.text).toContain("'x' has 2 elements, and 'mean' is not a number for each")
    expect(registry.get('other')!.info.inputs[0]!.mean).toBeUndefined()
  })

  it('lists what does not load, each with its reason, beside what does', async () => {
    const x = tensorValue('x', 'float32', [1, 2])
    const y = tensorValue('y', 'float32', [1, 2])
    await putModel(folder, 'good', binary('Add', 'float32', ['batch', 2]), { 'card.json': JSON.stringify({ title: 'Sum', summary: 'Adds.', outputs: [{ name: 'y', unit: 'bar', labels: ['left', 'right'] }] }) })
    await putModel(folder, 'garbage', new TextEncoder().encode('PK not a model'))
    await putModel(folder, 'sequence', modelOf({ nodes: [node('SequenceConstruct', ['x'], ['y'])], inputs: [x], outputs: [{ name: 'y', type: { sequence_type: { elem_type: x.type! } } }] }))
    const outside = { name: 'w', dims: [2], data_type: 1, data_location: 1, external_data: [{ key: 'location', value: 'w.bin' }] }
    await putModel(folder, 'external', modelOf({ nodes: [node('Add', ['x', 'w'], ['y'])], inputs: [x], outputs: [y], tensors: [outside] }), { 'w.bin': new Uint8Array(8) })
    await putModel(folder, 'bad-card', identity('float32', [1]), { 'card.json': '{ "title": ' })
    await putModel(folder, 'wrong-card', identity('float32', [1]), { 'card.json': JSON.stringify({ inputs: [{ name: 'z' }] }) })
    await putModel(folder, 'Not A Name', identity('float32', [1]))

    const registry = await open({ folders: [folder], cache: join(folder, 'cache.json') })
    await registry.refresh()
    const reasons = Object.fromEntries(registry.list().map((m) => [m.name, m.issue?.text.replace(/^.*does not load: /, '')]))
    expect(reasons).toEqual({
      good: undefined,
      garbage: 'the file is damaged or is not an ONNX model',
      sequence: expect.stringMatching(/^its output 'y' is a sequence or a map, not a tensor/),
      external: 'its weights lie in another file; export it as one file',
      'bad-card': expect.stringMatching(/^its card.json cannot be used/),
      'wrong-card': "its card.json does not fit: the model has no 'z'",
    })
    expect(registry.list().every((m) => m.issue === undefined || m.issue.code === 'MODEL_LOAD')).toBe(true)
    expect(registry.get('garbage')).toBeUndefined()
    expect(registry.get('good')!.info).toMatchObject({ title: 'Sum', outputs: [{ name: 'y', shape: [-1, 2], unit: 'bar', labels: ['left', 'right'] }] })
  })

  it('remembers by the hash of the file, and sees new, changed and removed ones', async () => {
    const cache = join(folder, 'kept', 'cache.json')
    await putModel(folder, 'm', identity('float32', [1, 3]))
    const first = await open({ folders: [folder], cache })
    expect(first.issue('m')!.text).toContain('still being checked')
    await first.refresh()
    expect(first.get('m')!.info.inputs[0]!.shape).toEqual([1, 3])

    const second = await open({ folders: [folder], cache })
    expect(second.get('m')!.info).toEqual(first.get('m')!.info)
    const before = second.get('m')!.info.hash
    await putModel(folder, 'm', identity('int64', [4]))
    await putModel(folder, 'n', identity('float32', [2]))
    await second.refresh()
    expect(second.get('m')!.info).toMatchObject({ inputs: [{ type: 'int64', shape: [4] }] })
    expect(second.get('m')!.info.hash).not.toBe(before)
    expect(second.list().map((m) => m.name)).toEqual(['m', 'n'])
    await rm(join(folder, 'n'), { recursive: true })
    await second.refresh()
    expect(second.list().map((m) => m.name)).toEqual(['m'])
  })

  it('probes again when what it remembered cannot be read', async () => {
    const cache = join(folder, 'cache.json')
    await writeFile(cache, '{"onnxruntime":"1.')
    await putModel(folder, 'm', identity('float32', [1]))
    const registry = await open({ folders: [folder], cache })
    await registry.refresh()
    expect(registry.get('m')).toBeDefined()
    expect(JSON.parse(await readFile(cache, 'utf8'))).toMatchObject({ models: expect.any(Object) })
  })

  it('gives up on a file that takes too long, and does not remember that', async () => {
    const cache = join(folder, 'cache.json')
    await putModel(folder, 'm', modelOf({ nodes: [node('Add', ['x', 'w'], ['y'])], inputs: [tensorValue('x', 'float32', [1])], outputs: [tensorValue('y', 'float32', [1])], tensors: [floatTensor('w', [1], [1])] }))
    const hasty = await open({ folders: [folder], cache, probeTimeoutMs: 1 })
    await hasty.refresh()
    expect(hasty.issue('m')!.text).toContain('it took longer than 0.001 s')
    const patient = await open({ folders: [folder], cache })
    await patient.refresh()
    expect(patient.get('m')).toBeDefined()
  })
})

describe('why a model does not load', () => {
  const x = tensorValue('x', 'float32', [1, 2])
  const y = tensorValue('y', 'float32', [1, 2])
  it.each([
    ['an empty file', new Uint8Array(), 'the file is empty'],
    ['half a file', identity('float32', [1, 2]).subarray(0, 30), 'the file is damaged or is not an ONNX model'],
    ['bfloat16', identity('bfloat16', [1, 2]), 'it uses bfloat16; export it with float32 or float16'],
    ['bfloat16 inside', binary('Add', 'bfloat16', [1, 2]), 'onnxruntime cannot compute its operator Add for the number types it is used with (bfloat16 is a common cause)'],
    ['operators of a maker', modelOf({ nodes: [{ ...node('Frobnicate', ['x'], ['y']), domain: 'com.acme' }], inputs: [x], outputs: [y] }), "it uses operators of 'com.acme', which are not installed"],
    ['an operator nobody knows', modelOf({ nodes: [node('Frobnicate', ['x'], ['y'])], inputs: [x], outputs: [y] }), 'it uses an operator that onnxruntime does not have (Frobnicate)'],
    ['a newer opset', modelOf({ nodes: [node('Identity', ['x'], ['y'])], inputs: [x], outputs: [y], opset: 99 }), 'it was made for a newer ONNX than this gateway knows'],
  ])('says it in plain words: %s', async (_what, bytes, reason) => {
    await expect(openSession(bytes)).rejects.toThrow(reason)
  })
})
