// A small multi-layer perceptron and its trainer: dense layers, ReLU between them, softmax at the end; Adam on the cross
// entropy. Float32Arrays and plain loops: for nets of some thousand weights this beats tensor libraries (see docs).

export interface Dense {
  readonly inputs: number
  readonly outputs: number
  /** Row-major [outputs][inputs]. */
  readonly weights: Float32Array
  readonly bias: Float32Array
}
export type Mlp = readonly Dense[]

export interface Training {
  /** Row-major [rows][inputs], already normalised. */
  readonly x: Float32Array
  readonly y: Uint8Array
  readonly hidden: readonly number[]
  readonly classes: number
  readonly epochs: number
  readonly batch: number
  /** First step size; it falls to zero along a cosine. */
  readonly rate: number
  /** Decoupled weight decay (AdamW: Loshchilov & Hutter 2019). */
  readonly decay: number
  /** Numbers in [0, 1): the same ones give the same net. */
  readonly random: () => number
  onEpoch?(epoch: number, loss: number): void
}

const beta1 = 0.9
const beta2 = 0.999

/** He initialisation (He et al. 2015), Adam (Kingma & Ba 2015). */
export function train(t: Training): Mlp {
  const rows = t.y.length
  const inputs = t.x.length / rows
  const widths = [inputs, ...t.hidden, t.classes]
  const layers = widths.slice(1).map((outputs, i) => ({ inputs: widths[i]!, outputs, weights: new Float32Array(widths[i]! * outputs), bias: new Float32Array(outputs) }))
  for (const layer of layers) for (let i = 0; i < layer.weights.length; i++) layer.weights[i] = (t.random() * 2 - 1) * Math.sqrt(6 / layer.inputs)
  const like = () => layers.map((l) => ({ weights: new Float32Array(l.weights.length), bias: new Float32Array(l.bias.length) }))
  const gradients = like()
  const first = like()
  const second = like()
  const values = widths.map((w) => new Float32Array(w))
  const deltas = widths.map((w) => new Float32Array(w))
  const order = Uint32Array.from({ length: rows }, (_, i) => i)
  const steps = t.epochs * Math.ceil(rows / t.batch)
  let step = 0

  for (let epoch = 1; epoch <= t.epochs; epoch++) {
    for (let i = rows - 1; i > 0; i--) {
      const j = Math.floor(t.random() * (i + 1))
      const swap = order[i]!
      order[i] = order[j]!
      order[j] = swap
    }
    let loss = 0
    for (let start = 0; start < rows; start += t.batch) {
      const end = Math.min(rows, start + t.batch)
      for (const g of gradients) {
        g.weights.fill(0)
        g.bias.fill(0)
      }
      for (let b = start; b < end; b++) {
        const row = order[b]!
        values[0]!.set(t.x.subarray(row * inputs, (row + 1) * inputs))
        forward(layers, values)
        const p = values.at(-1)!
        const truth = t.y[row]!
        loss -= Math.log(Math.max(1e-12, p[truth]!))
        const top = deltas.at(-1)!
        for (let c = 0; c < t.classes; c++) top[c] = (p[c]! - (c === truth ? 1 : 0)) / (end - start)
        backward(layers, values, deltas, gradients)
      }
      step++
      const rate = t.rate * 0.5 * (1 + Math.cos((Math.PI * step) / steps))
      const scale = Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step)
      for (const [i, layer] of layers.entries()) {
        adam(layer.weights, gradients[i]!.weights, first[i]!.weights, second[i]!.weights, rate * scale, rate * t.decay)
        adam(layer.bias, gradients[i]!.bias, first[i]!.bias, second[i]!.bias, rate * scale, 0)
      }
    }
    t.onEpoch?.(epoch, loss / rows)
  }
  return layers
}

function adam(w: Float32Array, g: Float32Array, m: Float32Array, v: Float32Array, rate: number, decay: number): void {
  for (let i = 0; i < w.length; i++) {
    m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!
    v[i] = beta2 * v[i]! + (1 - beta2) * g[i]! * g[i]!
    w[i]! -= (rate * m[i]!) / (Math.sqrt(v[i]!) + 1e-8) + decay * w[i]!
  }
}

/** Fills values[1..]; the last are the probabilities. */
function forward(layers: Mlp, values: readonly Float32Array[]): void {
  for (const [l, layer] of layers.entries()) {
    const input = values[l]!
    const output = values[l + 1]!
    const inner = l < layers.length - 1
    for (let o = 0, w = 0; o < layer.outputs; o++) {
      let sum = layer.bias[o]!
      for (let i = 0; i < layer.inputs; i++) sum += layer.weights[w++]! * input[i]!
      output[o] = inner && sum < 0 ? 0 : sum
    }
  }
  const p = values.at(-1)!
  const top = Math.max(...p)
  let sum = 0
  for (let c = 0; c < p.length; c++) sum += p[c] = Math.exp(p[c]! - top)
  for (let c = 0; c < p.length; c++) p[c]! /= sum
}

function backward(layers: Mlp, values: readonly Float32Array[], deltas: readonly Float32Array[], gradients: readonly { weights: Float32Array; bias: Float32Array }[]): void {
  for (let l = layers.length - 1; l >= 0; l--) {
    const { inputs, outputs, weights } = layers[l]!
    const input = values[l]!
    const delta = deltas[l + 1]!
    const below = deltas[l]!
    const g = gradients[l]!
    below.fill(0)
    for (let o = 0; o < outputs; o++) {
      const d = delta[o]!
      if (d === 0) continue
      g.bias[o]! += d
      const row = o * inputs
      for (let i = 0; i < inputs; i++) {
        g.weights[row + i]! += d * input[i]!
        below[i]! += d * weights[row + i]!
      }
    }
    if (l > 0) for (let i = 0; i < inputs; i++) if (input[i]! <= 0) below[i] = 0
  }
}

/** Class probabilities of one normalised row. */
export function predict(mlp: Mlp, row: Float32Array): Float32Array {
  const values = [row, ...mlp.map((l) => new Float32Array(l.outputs))]
  forward(mlp, values)
  return values.at(-1)!
}
