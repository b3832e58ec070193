import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { predict } from '#math/mlp'
import { openSession, type Session } from '../../runtime/models/session.ts'
import { faultFrequencies } from '../../runtime/plant/vibration.ts'
import { classes, drawGeometries, drawSet, preprocessing, testGeometries, trainGeometries } from './data.ts'
import { classify, confusion, fit, recalls, toOnnx } from './train.ts'

const file = new Uint8Array(readFileSync(new URL('model.onnx', import.meta.url)))
const card = JSON.parse(readFileSync(new URL('card.json', import.meta.url), 'utf8'))
let session: Session
beforeAll(async () => {
  session = await openSession(file)
})
afterAll(() => session.release())

async function answer(features: Float64Array, from: Session = session) {
  const out = await from.run({ features: { type: 'float32', dims: [1, features.length], data: Float32Array.from(features) } })
  return { probabilities: Array.from(out['probabilities']!.data as Float32Array), fault: (out['fault']!.data as Float32Array)[0]!, class: Number((out['class']!.data as BigInt64Array)[0]) }
}

describe('the bearing model', () => {
  it('tells at least 9 of 10 of every class right on bearings and signals that it never saw', async () => {
    const known = trainGeometries()
    const unseen = drawGeometries(9001, 24, known, 0.02)
    for (const g of unseen) {
      const { bpfo, bpfi } = faultFrequencies(g)
      for (const k of known) expect(Math.max(Math.abs(faultFrequencies(k).bpfo - bpfo), Math.abs(faultFrequencies(k).bpfi - bpfi))).toBeGreaterThanOrEqual(0.02)
    }
    const set = drawSet(9002, 1600, unseen)
    const answers = new Map<object, number>()
    for (const d of set) answers.set(d, (await answer(d.features)).class)
    const recall = recalls(confusion(set, (d) => answers.get(d)!))
    for (const [i, r] of recall.entries()) expect(r, classes[i]).toBeGreaterThanOrEqual(0.9)
  })

  it('gives probabilities, the probability of a fault, and the class, of each row of a batch', async () => {
    const set = drawSet(9003, 8, testGeometries())
    const width = set[0]!.features.length
    const rows = Float32Array.from(set.flatMap((d) => [...d.features]))
    const out = await session.run({ features: { type: 'float32', dims: [8, width], data: rows } })
    expect(out['probabilities']!.dims).toEqual([8, 4])
    for (const [i, d] of set.entries()) {
      const one = await answer(d.features)
      expect(one.probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
      expect(one.fault).toBeCloseTo(1 - one.probabilities[0]!, 6)
      expect(one.class).toBe(one.probabilities.indexOf(Math.max(...one.probabilities)))
      expect((out['fault']!.data as Float32Array)[i]).toBeCloseTo(one.fault, 5)
    }
  })

  it('is the file that its card describes', () => {
    expect(card.hash).toBe(createHash('sha256').update(file).digest('hex'))
    for (const side of ['inputs', 'outputs'] as const) expect(card[side].map(({ name, type, shape }: { name: string; type: string; shape: number[] }) => ({ name, type, shape }))).toEqual(session[side])
    expect(card.outputs[0].labels).toEqual(classes)
    expect(card.preprocessing.config).toEqual(preprocessing)
    expect(card.inputs[0].labels).toHaveLength(2 * preprocessing.bands + 3)
    expect(card.baseline.features.map((f: { feature: string }) => f.feature)).toEqual(card.inputs[0].labels)
  })

  it('says in its card what was tested: the confusion matrix gives the recalls', () => {
    expect(card.test.geometries).toBe(testGeometries().length)
    expect(card.test.confusion.flat().reduce((a: number, b: number) => a + b, 0)).toBe(card.test.signals)
    for (const [i, r] of recalls(card.test.confusion).entries()) {
      expect(card.test.recall[classes[i]!]).toBeCloseTo(r, 4)
      expect(r).toBeGreaterThanOrEqual(0.9)
    }
  })
})

describe('training', () => {
  it('learns again from little, the same each time, and the file computes what was learnt', async () => {
    const set = drawSet(77, 800, trainGeometries())
    const trained = fit(set, 15, 5, () => undefined)
    expect(fit(set, 15, 5, () => undefined)).toEqual(trained)
    const recall = recalls(confusion(set, (d) => classify(trained, d.features)))
    expect(Math.min(...recall)).toBeGreaterThan(0.7)

    const bytes = toOnnx(trained)
    expect(toOnnx(trained)).toEqual(bytes)
    const small = await openSession(bytes)
    for (const d of set.slice(0, 20)) {
      const own = predict(trained.mlp, Float32Array.from(d.features, (v, i) => (Math.log(v + 1e-6) - trained.mean[i]!) / trained.deviation[i]!))
      const { probabilities } = await answer(d.features, small)
      for (const [c, p] of own.entries()) expect(probabilities[c]).toBeCloseTo(p, 3)
    }
    await small.release()
  })
})
