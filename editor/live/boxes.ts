// Detections as boxes on a picture, however a model's record calls them: pixels or parts of the picture, corners or a
// corner with width and height, one record a detection or lists side by side.
import type { JsonValue } from '#kit'
import type { Picture } from './buffer.ts'

export interface Box {
  /** Parts of the picture, 0 to 1. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly label: string
  /** 0 to 1; null: not told. */
  readonly score: number | null
}
export const MAX_BOXES = 200

type Fields = { readonly [name: string]: JsonValue }
const isFields = (v: JsonValue | undefined): v is Fields => typeof v === 'object' && v !== null && !Array.isArray(v)
const first = (of: Fields, ...names: readonly string[]): JsonValue | undefined => names.map((n) => of[n]).find((v) => v !== undefined && v !== null)
const numbers = (v: JsonValue | undefined): readonly number[] | undefined => (Array.isArray(v) && v.length > 0 && v.every((n) => typeof n === 'number') ? (v as readonly number[]) : undefined)

export function boxesOf(value: JsonValue, picture: Pick<Picture, 'width' | 'height'>): readonly Box[] {
  const found: Box[] = []
  collect(value, picture, found, 0)
  return found.slice(0, MAX_BOXES)
}

function collect(value: JsonValue, picture: Pick<Picture, 'width' | 'height'>, into: Box[], depth: number): void {
  if (depth > 3 || into.length >= MAX_BOXES || typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const v of value as readonly JsonValue[]) collect(v, picture, into, depth + 1)
    return
  }
  const of = value as Fields
  if ('$image' in of) return
  const one = single(of)
  if (one) return void into.push(scaled(one, picture))
  const flat = numbers(first(of, 'boxes', 'bboxes'))
  if (flat && flat.length % 4 === 0) {
    const scores = numbers(first(of, 'scores', 'confidences'))
    const classes = numbers(first(of, 'classes', 'class_ids', 'labels'))
    for (let i = 0; i < flat.length / 4; i++) {
      const [a, b, c, d] = flat.slice(i * 4, i * 4 + 4) as [number, number, number, number]
      into.push(scaled({ x: a, y: b, width: c - a, height: d - b, label: classes?.[i] === undefined ? '' : String(classes[i]), score: scores?.[i] ?? null }, picture))
    }
    return
  }
  for (const v of Object.values(of)) collect(v, picture, into, depth + 1)
}

function single(of: Fields): Box | undefined {
  const box = first(of, 'box', 'bbox')
  const at = isFields(box) ? box : of
  const n = (...names: readonly string[]): number | undefined => { const v = first(at, ...names); return typeof v === 'number' && Number.isFinite(v) ? v : undefined }
  const corners = numbers(box)
  const x = corners?.[0] ?? n('x', 'left', 'x1', 'xmin')
  const y = corners?.[1] ?? n('y', 'top', 'y1', 'ymin')
  if (x === undefined || y === undefined) return undefined
  const right = corners?.[2] ?? n('x2', 'right', 'xmax')
  const bottom = corners?.[3] ?? n('y2', 'bottom', 'ymax')
  const width = n('width', 'w') ?? (right === undefined ? undefined : right - x)
  const height = n('height', 'h') ?? (bottom === undefined ? undefined : bottom - y)
  if (width === undefined || height === undefined || width <= 0 || height <= 0) return undefined
  const label = first(of, 'label', 'class', 'name')
  const score = first(of, 'score', 'confidence', 'probability')
  return { x, y, width, height, label: typeof label === 'string' || typeof label === 'number' ? String(label) : '', score: typeof score === 'number' && Number.isFinite(score) ? score : null }
}

/** Numbers of 1 and less are parts already. */
function scaled(b: Box, { width, height }: Pick<Picture, 'width' | 'height'>): Box {
  if (Math.max(b.x + b.width, b.y + b.height) <= 1.0001) return b
  return { ...b, x: b.x / width, y: b.y / height, width: b.width / width, height: b.height / height }
}
