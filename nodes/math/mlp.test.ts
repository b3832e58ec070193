import { describe, expect, it } from 'vitest'
import { predict, train, type Training } from './mlp.ts'

function numbers(seed: number): () => number {
  let s = seed
  return () => (s = (s * 16807) % 2147483647) / 2147483647
}
const xor = (): Training => ({ x: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), y: Uint8Array.of(0, 1, 1, 0), hidden: [12], classes: 2, epochs: 400, batch: 4, rate: 0.03, decay: 0, random: numbers(5) })

describe('train', () => {
  it('learns what no straight line divides', () => {
    const losses: number[] = []
    const net = train({ ...xor(), onEpoch: (_, loss) => losses.push(loss) })
    for (const [a, b, truth] of [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]] as const) expect(predict(net, Float32Array.of(a, b))[truth]).toBeGreaterThan(0.9)
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 5)
  })
  it('gives the same net for the same seed', () => {
    expect(train(xor())).toEqual(train(xor()))
  })
  it('gives probabilities that sum to one', () => {
    const p = predict(train({ ...xor(), epochs: 1 }), Float32Array.of(1e3, -1e3))
    expect(p[0]! + p[1]!).toBeCloseTo(1, 6)
  })
})
