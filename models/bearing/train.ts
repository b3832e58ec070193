// Trains the bearing model and writes model.onnx and card.json beside itself: `node models/bearing/train.ts`. Seeded: the
// same code gives the same files. About a minute on one core.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { predict, train, type Mlp } from '#math/mlp'
import { random } from '../../runtime/plant/vibration.ts'
import { floatTensor, intAttribute, intTensor, node, tensorValue, writeModel, type OnnxNode, type OnnxTensor } from '../onnx/proto.ts'
import { apart, blockLength, classes, draw, drawSet, preprocessing, ranges, seeds, testGeometries, trainGeometries, type Drawn } from './data.ts'

/** Keeps the logarithm finite for an empty band; far below any real sensor's noise. */
const floor = 1e-6

export interface Trained {
  readonly mean: Float32Array
  readonly deviation: Float32Array
  readonly mlp: Mlp
}

/** Learns from features; the logarithm and the normalisation are part of what it gives. */
export function fit(set: readonly Drawn[], epochs: number, seed: number, progress: (text: string) => void): Trained {
  const width = set[0]!.features.length
  const logs = set.map((d) => d.features.map((v) => Math.log(v + floor)))
  const mean = new Float32Array(width)
  const deviation = new Float32Array(width)
  for (let i = 0; i < width; i++) {
    let sum = 0
    for (const row of logs) sum += row[i]!
    const m = sum / logs.length
    let square = 0
    for (const row of logs) square += (row[i]! - m) ** 2
    mean[i] = m
    deviation[i] = Math.sqrt(square / logs.length) + 1e-6
  }
  const x = new Float32Array(set.length * width)
  for (const [r, row] of logs.entries()) for (let i = 0; i < width; i++) x[r * width + i] = (row[i]! - mean[i]!) / deviation[i]!
  const mlp = train({ x, y: Uint8Array.from(set, (d) => d.label), hidden: [48, 24], classes: classes.length, epochs, batch: 64, rate: 2e-3, decay: 0.02, random: random(seed), onEpoch: (epoch, loss) => progress(`epoch ${epoch}: loss ${loss.toFixed(4)}\n`) })
  return { mean, deviation, mlp }
}

export function classify({ mean, deviation, mlp }: Trained, features: Float64Array): number {
  const p = predict(mlp, Float32Array.from(features, (v, i) => (Math.log(v + floor) - mean[i]!) / deviation[i]!))
  return p.indexOf(Math.max(...p))
}

/** The net with its logarithm and normalisation as an ONNX graph: raw features in; probabilities, fault, class out. */
export function toOnnx({ mean, deviation, mlp }: Trained): Uint8Array {
  const width = mean.length
  const nodes: OnnxNode[] = [node('Add', ['features', 'floor'], ['floored']), node('Log', ['floored'], ['log']), node('Sub', ['log', 'mean'], ['centred']), node('Div', ['centred', 'deviation'], ['layer0'])]
  const tensors: OnnxTensor[] = [floatTensor('floor', [], [floor]), floatTensor('mean', [width], mean), floatTensor('deviation', [width], deviation)]
  for (const [i, layer] of mlp.entries()) {
    const last = i === mlp.length - 1
    tensors.push(floatTensor(`weights${i}`, [layer.outputs, layer.inputs], layer.weights), floatTensor(`bias${i}`, [layer.outputs], layer.bias))
    const sum = last ? 'logits' : `sum${i}`
    nodes.push(node('Gemm', [`layer${i}`, `weights${i}`, `bias${i}`], [sum], [intAttribute('transB', 1)]))
    if (!last) nodes.push(node('Relu', [sum], [`layer${i + 1}`]))
  }
  tensors.push(intTensor('first', [1], [0]), floatTensor('one', [], [1]))
  nodes.push(
    node('Softmax', ['logits'], ['probabilities'], [intAttribute('axis', 1)]),
    node('Gather', ['probabilities', 'first'], ['healthy'], [intAttribute('axis', 1)]),
    node('Sub', ['one', 'healthy'], ['fault']),
    node('ArgMax', ['probabilities'], ['class'], [intAttribute('axis', 1), intAttribute('keepdims', 0)]),
  )
  return writeModel({
    ir_version: 8,
    opset_import: [{ domain: '', version: 17 }],
    producer_name: 'headgate models/bearing/train.ts',
    doc_string: 'Bearing condition of a pump from the features of aggregate.spectrum. See card.json.',
    graph: {
      name: 'bearing',
      node: nodes,
      initializer: tensors,
      input: [tensorValue('features', 'float32', ['batch', width])],
      output: [tensorValue('probabilities', 'float32', ['batch', classes.length]), tensorValue('fault', 'float32', ['batch', 1]), tensorValue('class', 'int64', ['batch'])],
    },
  })
}

/** Rows: the truth. Columns: what the model says. */
export function confusion(set: readonly Drawn[], answer: (d: Drawn) => number): number[][] {
  const matrix = classes.map(() => classes.map(() => 0))
  for (const d of set) matrix[d.label]![answer(d)]!++
  return matrix
}
export const recalls = (matrix: readonly (readonly number[])[]): number[] => matrix.map((row, i) => row[i]! / row.reduce((a, b) => a + b, 0))

const short = (v: number): number => Number(v.toPrecision(5))
const quantiles = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
const quantile = (sorted: Float64Array, q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!

/** JSON with everything short on one line: a baseline of 75 features stays readable, and its diff too. */
function layOut(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value)
  if (value === null || typeof value !== 'object' || flat.length < 150 || (Array.isArray(value) && value.every((v) => typeof v !== 'object'))) return flat
  const inner = `${indent}  `
  const items = Array.isArray(value) ? value.map((v) => inner + layOut(v, inner)) : Object.entries(value).map(([k, v]) => `${inner}${JSON.stringify(k)}: ${layOut(v, inner)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return `${open}\n${items.join(',\n')}\n${indent}${close}`
}

function featureNames(): string[] {
  const width = (preprocessing.high - preprocessing.low) / preprocessing.bands
  const bands = Array.from({ length: preprocessing.bands }, (_, i) => `${short(preprocessing.low + (i + 0.5) * width)}x`)
  return [...bands, ...bands.map((b) => `envelope ${b}`), 'rms', 'crest', 'kurtosis']
}

if (import.meta.main) {
  const say = (text: string): void => void process.stdout.write(text)
  const began = performance.now()
  const counts = { trainSignals: 24_000, testSignals: 4000, epochs: 20 }
  const known = trainGeometries()
  const unseen = testGeometries()
  say(`simulating ${counts.trainSignals} + ${counts.testSignals} waveforms\n`)
  const training = drawSet(seeds.trainSignals, counts.trainSignals, known)
  const test = drawSet(seeds.testSignals, counts.testSignals, unseen)
  const trained = fit(training, counts.epochs, seeds.weights, say)
  const matrix = confusion(test, (d) => classify(trained, d.features))

  const r = random(seeds.wearCurve)
  const wearCurve = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1].map((wear) => {
    const rate = (label: number): number => {
      let found = 0
      for (let i = 0; i < 200; i++) if (classify(trained, draw(r, unseen[i % unseen.length]!, label, wear).features) !== 0) found++
      return found / 200
    }
    return { wear, outer_race: rate(1), inner_race: rate(2), imbalance: rate(3) }
  })

  const bytes = toOnnx(trained)
  const names = featureNames()
  const healthy = training.filter((d) => d.label === 0)
  const baseline = names.map((name, i) => {
    const values = Float64Array.from(healthy, (d) => d.features[i]!).sort()
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length)
    return { feature: name, mean: short(mean), std: short(std), quantiles: quantiles.map((q) => short(quantile(values, q))) }
  })
  const recall = recalls(matrix)
  const card = {
    name: 'bearing',
    title: 'Bearing condition',
    summary: 'Tells a healthy pump bearing from outer race damage, inner race damage and imbalance, by the spectrum of its vibration.',
    hash: createHash('sha256').update(bytes).digest('hex'),
    license: 'Apache-2.0',
    inputs: [{ name: 'features', type: 'float32', shape: [-1, names.length], title: 'Features', labels: names }],
    outputs: [
      { name: 'probabilities', type: 'float32', shape: [-1, classes.length], title: 'Probabilities', unit: '1', labels: classes },
      { name: 'fault', type: 'float32', shape: [-1, 1], title: 'Probability of a fault', unit: '1' },
      { name: 'class', type: 'int64', shape: [-1], title: 'Class', unit: '1' },
    ],
    preprocessing: { node: 'aggregate.spectrum', port: 'features', config: preprocessing, blockLength },
    limits: [
      'Trained on simulated signals (runtime/plant/vibration.ts) only: check it on your machine before anything depends on it.',
      `Wear and imbalance up to ${ranges.mild[1]} (of 1, must be stopped) count as healthy; faults are trained and tested from ${ranges.fault[0]}. See wearCurve for what lies between.`,
      `Shaft speed ${ranges.speedHz.join(' to ')} Hz, steady over a waveform. One fault at a time.`,
    ],
    training: { signals: counts.trainSignals, geometries: known.length, epochs: counts.epochs, hidden: [48, 24], ranges, seeds },
    test: {
      signals: counts.testSignals,
      geometries: unseen.length,
      unseen: `No test geometry has both BPFO and BPFI within ${apart} orders of one trained on. The simulated plant's pump (SKF 6205) is one of them.`,
      classes,
      confusion: matrix,
      recall: Object.fromEntries(classes.map((c, i) => [c, short(recall[i]!)])),
    },
    wearCurve: { what: 'Share of 200 signals called faulty, by the size of the damage or imbalance', points: wearCurve },
    baseline: { of: 'healthy training signals', quantiles, features: baseline },
  }
  writeFileSync(new URL('model.onnx', import.meta.url), bytes)
  writeFileSync(new URL('card.json', import.meta.url), `${layOut(card)}\n`)
  for (const [i, row] of matrix.entries()) say(`${classes[i]!.padEnd(12)}${row.map((n) => String(n).padStart(6)).join('')}   recall ${recall[i]!.toFixed(3)}\n`)
  for (const w of wearCurve) say(`wear ${w.wear}: called faulty outer ${w.outer_race}, inner ${w.inner_race}, imbalance ${w.imbalance}\n`)
  say(`${bytes.length} bytes, ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
}
