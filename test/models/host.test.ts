import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { IssueError, type Model, type Tensor } from '#kit'
import { createModelHost, type ModelHost, type ModelHostOptions } from '../../runtime/models/host.ts'
import { arrays } from '../../runtime/models/session.ts'
import { node, tensorValue } from '../../models/onnx/proto.ts'
import { binary, infoOf, modelOf, putModel } from './build.ts'

let folder: string
const hosts: ModelHost[] = []
const hostOf = (options: ModelHostOptions): ModelHost => {
  const host = createModelHost(options)
  hosts.push(host)
  return host
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-host-'))
})
afterEach(async () => {
  for (const h of hosts.splice(0)) await h.close()
  await rm(folder, { recursive: true, force: true })
})
const put = async (name: string, bytes: Uint8Array) => ({ info: await infoOf(name, bytes), file: await putModel(folder, name, bytes) })
const floats = (dims: readonly number[], ...data: number[]): Tensor => ({ type: 'float32', dims, data: Float32Array.from(data) })
const codes = async (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no failure', (e: unknown) => (e as IssueError).issues.map((i) => `${i.code}: ${i.text}`).join())

// First of all, so that what was let go has ended long before this process does.
describe('a run that does not end in time', () => {
  it('is let go, and the model opens again', async () => {
    const host = hostOf({ inlineBelowMs: 0, runTimeoutMs: 250, threads: 1 })
    const square = modelOf({ nodes: [node('MatMul', ['x', 'x'], ['p']), node('MatMul', ['p', 'x'], ['q']), node('MatMul', ['q', 'x'], ['y'])], inputs: [tensorValue('x', 'float32', ['n', 'n'])], outputs: [tensorValue('y', 'float32', ['n', 'n'])] })
    const entry = await put('square', square)
    const model = await host.open(entry)
    const size = 2000
    expect(await codes(model.run({ x: { type: 'float32', dims: [size, size], data: new Float32Array(size * size).fill(0.5) } }))).toContain('it took longer than 0.25 s')
    expect(await codes(model.run({ x: floats([1, 1], 2) }))).toMatch(/^MODEL_RUN/)
    await host.release(model)
    expect((await (await host.open(entry)).run({ x: floats([1, 1], 2) }))['y']!.data).toEqual(Float32Array.of(16))
  })
})

describe.each([['inline', Number.POSITIVE_INFINITY], ['pool', 0]] as const)('a model %s', (where, inlineBelowMs) => {
  it('gives what the graph says, and says how quick it is', async () => {
    const model = await hostOf({ inlineBelowMs }).open(await put('sum', binary('Add', 'float32', ['batch', 2])))
    expect(model.where).toBe(where)
    expect(model.latencyMs).toBeGreaterThan(0)
    expect(model.inputs.map((i) => i.shape)).toEqual([[-1, 2], [-1, 2]])
    const out = await model.run({ a: floats([2, 2], 1, 2, 3, 4), b: floats([2, 2], 10, 20, 30, 40) })
    expect(out).toEqual({ y: floats([2, 2], 11, 22, 33, 44) })
  })

  it('rejects a run that fails, and goes on', async () => {
    const model = await hostOf({ inlineBelowMs }).open(await put('sum', binary('Add', 'float32', [1, 2])))
    expect(await codes(model.run({ a: floats([1, 2], 1, 2) }))).toBe("MODEL_RUN: The model 'sum' did not run: its input 'b' is missing")
    expect(await codes(model.run({ a: floats([1, 3], 1, 2, 3), b: floats([1, 2], 1, 2) }))).toMatch(/^MODEL_RUN: .*(dimension|shape)/i)
    expect(await codes(model.run({ a: { type: 'int64', dims: [1, 2], data: BigInt64Array.of(1n, 2n) }, b: floats([1, 2], 1, 2) }))).toContain("its input 'a' takes float32, not int64")
    expect(Array.from((await model.run({ a: floats([1, 2], 1, 2), b: floats([1, 2], 10, 20) }))['y']!.data as Float32Array)).toEqual([11, 22])
  })

  it('keeps the order of runs, and ends them before it closes', async () => {
    const host = hostOf({ inlineBelowMs })
    const model = await host.open(await put('sum', binary('Add', 'float32', [1])))
    const done: number[] = []
    const runs = Array.from({ length: 50 }, async (_, i) => {
      const out = await model.run({ a: floats([1], i), b: floats([1], 0) })
      done.push((out['y']!.data as Float32Array)[0]!)
    })
    await host.close()
    await Promise.all(runs)
    expect(done).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(await codes(model.run({ a: floats([1], 1), b: floats([1], 1) }))).toContain('it was released')
    expect(await codes(host.open(await put('late', binary('Add', 'float32', [1]))))).toContain('the engine is stopping')
  })

  it('takes and gives every type of tensor', async () => {
    const types = [...(Object.keys(arrays) as (keyof typeof arrays)[]), 'string' as const]
    const values = (type: Tensor['type']): Tensor['data'] => {
      if (type === 'string') return ['päß', '', '3']
      if (type === 'int64') return BigInt64Array.of(-1n, 2n ** 62n, 0n)
      if (type === 'uint64') return BigUint64Array.of(1n, 2n ** 63n, 0n)
      return arrays[type].from(type === 'bool' ? [1, 0, 1] : type.startsWith('float') ? [0.5, -2, 3] : [1, 2, 100])
    }
    const all = modelOf({ nodes: types.map((t) => node('Identity', [t], [`${t}_out`])), inputs: types.map((t) => tensorValue(t, t, [3])), outputs: types.map((t) => tensorValue(`${t}_out`, t, [3])) })
    const model = await hostOf({ inlineBelowMs }).open(await put('all', all))
    const out = await model.run(Object.fromEntries(types.map((type) => [type, { type, dims: [3], data: values(type) }])))
    for (const type of types) expect(out[`${type}_out`]).toEqual({ type, dims: [3], data: values(type) })
  })
})

describe('the model host', () => {
  it('shares one session of a file until its last user lets go', async () => {
    const host = hostOf({ inlineBelowMs: 0 })
    const entry = await put('sum', binary('Add', 'float32', [1]))
    const [one, two] = await Promise.all([host.open(entry), host.open({ ...entry, info: { ...entry.info, name: 'other' } })])
    expect(two.name).toBe('other')
    await host.release(one)
    await host.release(one)
    const run = (m: Model) => m.run({ a: floats([1], 1), b: floats([1], 1) })
    expect(await codes(run(one))).toContain('it was released')
    expect((await run(two))['y']!.data).toEqual(Float32Array.of(2))
    await host.release(two)
    expect((await run(await host.open(entry)))['y']!.data).toEqual(Float32Array.of(2))
  })

  it('refuses a file that is not the one that was checked, or is gone', async () => {
    const host = hostOf({})
    const entry = await put('sum', binary('Add', 'float32', [1]))
    await writeFile(entry.file, binary('Mul', 'float32', [1]))
    expect(await codes(host.open(entry))).toBe("MODEL_LOAD: The model 'sum' does not load: its file has changed since it was checked")
    await rm(entry.file)
    expect(await codes(host.open(entry))).toMatch(/^MODEL_LOAD: .*ENOENT/)
    await writeFile(entry.file, binary('Add', 'float32', [1]))
    expect((await host.open(entry)).name).toBe('sum')
    expect(await readFile(entry.file)).toBeDefined()
  })
})
