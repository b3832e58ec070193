// Inputs of the inference case: features of the bearing model, drawn within what its card gives as normal.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = new URL('../../models/bearing/', import.meta.url)
export const MODEL_FILE = fileURLToPath(new URL('model.onnx', folder))

interface Card {
  readonly hash: string
  readonly title: string
  readonly inputs: readonly { readonly name: string; readonly type: 'float32'; readonly shape: readonly number[] }[]
  readonly outputs: readonly { readonly name: string; readonly type: 'float32' | 'int64'; readonly shape: readonly number[] }[]
  readonly baseline: { readonly features: readonly { readonly quantiles: readonly number[] }[] }
}
export const card = JSON.parse(readFileSync(new URL('card.json', folder), 'utf8')) as Card

/** 64 vectors, the same in every process. */
export const features: readonly Float64Array[] = Array.from({ length: 64 }, (_, i) => Float64Array.from(card.baseline.features, ({ quantiles }, f) => quantiles[(i * 7 + f * 3) % quantiles.length]!))
