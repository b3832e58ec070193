import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { IssueError, Quality, sample, sampleFromJson, schemaFaults, type Io, type ModelInfo, type Opened, type Sample, type Value } from '#kit'
import inference from '../../nodes/inference/onnx.ts'
import { createModelHost, type ModelHost } from '../../runtime/models/host.ts'
import { openRegistry, shippedModels } from '../../runtime/models/registry.ts'
import { classes, drawSet, testGeometries } from '../../models/bearing/data.ts'
import { node, tensorValue } from '../../models/onnx/proto.ts'
import { binary, identity, infoOf, modelOf, putModel } from './build.ts'

let folder: string
let host: ModelHost
const opened: Opened[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-inference-'))
  host = createModelHost()
})
afterEach(async () => {
  for (const o of opened.splice(0)) await o.close()
  await host.close()
  await rm(folder, { recursive: true, force: true })
})

const notGranted = (): never => {
  throw new Error('not granted to a node without effects')
}
function ioOf(entry: { info: ModelInfo; file: string }, logs: string[] = []): Io {
  return {
    flow: 'f', node: 'n', now: () => 0, emit: notGranted, deliver: notGranted, connection: notGranted, secret: notGranted, script: notGranted, fail: notGranted,
    model: (name) => (name === entry.info.name ? host.open(entry) : Promise.reject(new Error(`asked for '${name}'`))),
    log: (_level, text) => void logs.push(text),
  }
}
async function start(entry: { info: ModelInfo; file: string }, logs: string[] = []) {
  const config = { model: entry.info.name }
  const node = await inference.open!(config, ioOf(entry, logs))
  opened.push(node)
  const ports = inference.ports!(config, { model: (name) => (name === entry.info.name ? entry.info : undefined) })
  const give = async (port: string, value: Value, time = 0, quality: number = Quality.good, tag = 'P-101'): Promise<Record<string, Sample> | 'held'> => {
    const outcome = await node.receive!(sample(tag, value, time, quality), port)
    if (outcome && 'hold' in outcome) return 'held'
    if (!outcome || !('emit' in outcome)) throw new Error('no emission')
    expect(outcome.emit.map(([p]) => p)).toEqual(Object.keys(ports.outputs!))
    return Object.fromEntries(outcome.emit)
  }
  return { give, ports, node }
}
const put = async (name: string, bytes: Uint8Array, more: Partial<ModelInfo> = {}) => ({ info: { ...(await infoOf(name, bytes)), ...more }, file: await putModel(folder, name, bytes) })
const bearing = async () => {
  const registry = await openRegistry({ folders: [shippedModels] })
  const entry = registry.get('bearing')!
  await registry.close()
  return entry
}
const issues = async (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no failure', (e: unknown) => (e as IssueError).issues.map((i) => `${i.code}: ${i.text}`).join())

describe('inference.onnx with the bearing model', () => {
  it('has the ports of the model, with units and labels from its card', async () => {
    const { ports } = await start(await bearing())
    expect(ports.inputs).toEqual({ features: expect.objectContaining({ kind: 'vector', length: 75 }) })
    expect(ports.outputs).toEqual({
      probabilities: expect.objectContaining({ kind: 'vector', length: 4, labels: classes, unit: '1' }),
      probabilities_label: expect.objectContaining({ kind: 'text' }),
      fault: expect.objectContaining({ kind: 'number', unit: '1' }),
      class: expect.objectContaining({ kind: 'number' }),
    })
  })
  it('has no ports while the model is unknown', () => {
    expect(inference.ports!({ model: 'x' }, { model: () => undefined })).toEqual({})
  })
  it('classifies, with the tag, time and quality of what came in', async () => {
    const { give } = await start(await bearing())
    const set = drawSet(5, 40, testGeometries())
    let right = 0
    for (const [i, d] of set.entries()) {
      const out = (await give('features', d.features, i, i % 2 ? Quality.good : Quality.uncertain)) as Record<string, Sample>
      if (out['probabilities_label']!.value === classes[d.label]) right++
      expect(out['class']!.value).toBe(classes.indexOf(out['probabilities_label']!.value as (typeof classes)[number]))
      for (const s of Object.values(out)) expect(s).toMatchObject({ tag: 'P-101', time: i, quality: i % 2 ? Quality.good : Quality.uncertain })
    }
    expect(right).toBeGreaterThanOrEqual(34)
  })
  it('never calls bad, missing or NaN features normal', async () => {
    const { give } = await start(await bearing())
    const features = drawSet(6, 1, testGeometries())[0]!.features
    const bad = async (value: Value, quality: number, expected: number) => {
      const out = (await give('features', value, 3, quality)) as Record<string, Sample>
      for (const s of Object.values(out)) expect(s).toEqual({ tag: 'P-101', value: null, time: 3, quality: expected })
    }
    await bad(features, Quality.badSensor, Quality.badSensor)
    await bad(null, Quality.good, Quality.badNoData)
    await bad(features.with(7, Number.NaN), Quality.good, Quality.badOutOfRange)
    await bad(features.with(7, Number.NEGATIVE_INFINITY), Quality.uncertain, Quality.badOutOfRange)
    const minus = (await give('features', features.with(7, -1))) as Record<string, Sample> // its logarithm is NaN inside the model
    expect(minus['fault']).toMatchObject({ value: null, quality: Quality.badOutOfRange })
    expect(minus['probabilities_label']).toMatchObject({ value: null, quality: Quality.badOutOfRange })
  })
  it('fails on a wrong number of elements and on text', async () => {
    const { give } = await start(await bearing())
    expect(await issues(give('features', new Float64Array(74)))).toBe("SAMPLE_TYPE: 'features' takes 75 elements; it got 74.")
    expect(await issues(give('features', 'seventy-five'))).toContain("'features' takes a number or a vector; it got a string")
  })
  it('does what its examples say', async () => {
    for (const example of inference.examples) {
      expect(schemaFaults(inference.config, example.config)).toEqual([])
      const { give } = await start(await bearing())
      for (const i of example.in) {
        const s = sampleFromJson({ tag: 'x', ...i })
        const out = (await give(i.at, s.value, s.time, s.quality, s.tag)) as Record<string, Sample>
        expect(Object.entries(out)).toEqual(example.out.map((o) => [o.at, sampleFromJson({ tag: 'x', ...o })]))
      }
    }
  })
})

describe('inference.onnx', () => {
  it('joins several inputs by the time of their samples', async () => {
    const { give } = await start(await put('sum', binary('Add', 'float32', [1])))
    expect(await give('a', 1, 10)).toBe('held')
    expect(await give('a', 2, 20)).toBe('held')
    expect(await give('b', 30, 20, Quality.uncertain)).toMatchObject({ y: { value: 32, time: 20, quality: Quality.uncertain } })
    expect(await give('b', 40, 10)).toMatchObject({ y: { value: 41, time: 10 } })
    expect(await give('a', 1, 30)).toBe('held')
    expect(await give('b', 1, 30, Quality.badTimeout)).toMatchObject({ y: { value: null, quality: Quality.badTimeout } })
  })
  it('gives up the oldest of too many incomplete times, and says so', async () => {
    const logs: string[] = []
    const { give, node } = await start(await put('sum', binary('Add', 'float32', [1])), logs)
    for (let time = 0; time < 70; time++) expect(await give('a', time, time)).toBe('held')
    expect(logs).toHaveLength(1)
    expect(node.health().text).toContain('6 times were given up')
    expect(await give('b', 1, 69)).toMatchObject({ y: { value: 70 } })
    expect(await give('b', 1, 0)).toBe('held')
  })
  it('takes whole numbers, truth and text by the type of the tensor', async () => {
    const whole = await start(await put('whole', identity('int64', [1])))
    expect(whole.ports.inputs!['x']).toMatchObject({ kind: 'number' })
    expect(await whole.give('x', -7)).toMatchObject({ y: { value: -7 } })
    expect(await issues(whole.give('x', 1.5))).toContain('whole numbers')
    const small = await start(await put('small', identity('uint8', [1])))
    expect(await issues(small.give('x', 256))).toContain('whole numbers from 0 to 255; it got 256')
    const truth = await start(await put('truth', identity('bool', [])))
    expect(truth.ports.outputs!['y']).toMatchObject({ kind: 'boolean' })
    expect(await truth.give('x', true)).toMatchObject({ y: { value: true } })
    const text = await start(await put('text', identity('string', [1])))
    expect(await text.give('x', 'auf')).toMatchObject({ y: { value: 'auf' } })
  })
  it('takes a waveform where the model has more axes, and fills dynamic ones', async () => {
    const image = await start(await put('image', identity('float32', ['n', 1, 2, 2])))
    expect(image.ports).toMatchObject({ inputs: { x: { kind: 'any', length: 4 } }, outputs: { y: { kind: 'vector', length: 4 } } })
    expect(await image.give('x', Float32Array.of(1, 2, 3, 4))).toMatchObject({ y: { value: Float64Array.of(1, 2, 3, 4) } })
    expect(await issues(image.give('x', Float32Array.of(1, 2, 3)))).toContain("'x' takes 4 elements; it got 3")
    const open = await start(await put('open', identity('float32', ['n', 'width'])))
    expect(open.ports.inputs!['x']).toEqual({ kind: 'vector' })
    expect(await open.give('x', Float64Array.of(1, 2, 3))).toMatchObject({ y: { value: Float64Array.of(1, 2, 3) } })
  })
  it('refuses to label what has another number of elements than its card says', async () => {
    const twice = modelOf({ nodes: [node('Concat', ['x', 'x'], ['y'], [{ name: 'axis', type: 2, i: 1 }])], inputs: [tensorValue('x', 'float32', [1, 'w'])], outputs: [tensorValue('y', 'float32', [1, 'v'])] })
    const entry = await put('twice', twice)
    const labelled = { ...entry, info: { ...entry.info, outputs: entry.info.outputs.map((o) => ({ ...o, labels: ['low', 'high'] })) } }
    const { give } = await start(labelled)
    expect(await give('x', Float64Array.of(5))).toMatchObject({ y_label: { value: 'low' } })
    expect(await issues(give('x', Float64Array.of(1, 2)))).toContain('2 elements; it got 4')
  })
  it('does not open with a model that does not load', async () => {
    const entry = await put('sum', binary('Add', 'float32', [1]))
    const broken = { ...entry, file: await putModel(folder, 'sum', (await readFile(entry.file)).subarray(0, 20)) }
    expect(await issues(inference.open!({ model: 'sum' }, ioOf(broken)))).toMatch(/^MODEL_LOAD/)
  })
})
