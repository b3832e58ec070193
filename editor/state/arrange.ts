// Aligning and distributing boxes: new places, nothing else. All in flow coordinates, px.

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
export type Boxes = { readonly [id: string]: Box }
export type Places = { readonly [id: string]: readonly [number, number] }

export const alignments = ['left', 'centre', 'right', 'top', 'middle', 'bottom'] as const
export type Alignment = (typeof alignments)[number]
export type Axis = 'horizontally' | 'vertically'
/** How many nodes it takes. */
export const LEAST = { align: 2, distribute: 3 } as const

/** The box around all; of nothing it is empty. */
export function around(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return { x: 0, y: 0, width: 0, height: 0 }
  const x = Math.min(...boxes.map((b) => b.x))
  const y = Math.min(...boxes.map((b) => b.y))
  return { x, y, width: Math.max(...boxes.map((b) => b.x + b.width)) - x, height: Math.max(...boxes.map((b) => b.y + b.height)) - y }
}

/** Their edges or middles on one line: that of the box around them. */
export function align(boxes: Boxes, how: Alignment): Places {
  const entries = Object.entries(boxes)
  if (entries.length < LEAST.align) return {}
  const all = around(entries.map(([, b]) => b))
  const place = (b: Box): readonly [number, number] => {
    switch (how) {
      case 'left': return [all.x, b.y]
      case 'right': return [all.x + all.width - b.width, b.y]
      case 'centre': return [Math.round(all.x + (all.width - b.width) / 2), b.y]
      case 'top': return [b.x, all.y]
      case 'bottom': return [b.x, all.y + all.height - b.height]
      case 'middle': return [b.x, Math.round(all.y + (all.height - b.height) / 2)]
    }
  }
  return Object.fromEntries(entries.map(([id, b]) => [id, place(b)]))
}

/** Between boxes that have no room among their ends, px. */
const GAP = 20

/** The same gap between each and the next; the first stays, and the last where there is room for all. */
export function distribute(boxes: Boxes, axis: Axis): Places {
  const entries = Object.entries(boxes)
  if (entries.length < LEAST.distribute) return {}
  const [at, size] = axis === 'horizontally' ? (['x', 'width'] as const) : (['y', 'height'] as const)
  const order = entries.toSorted(([, a], [, b]) => a[at] + a[size] / 2 - (b[at] + b[size] / 2))
  const all = around(entries.map(([, b]) => b))
  const free = all[size] - entries.reduce((sum, [, b]) => sum + b[size], 0)
  const gap = Math.max(GAP, free / (entries.length - 1))
  let next = all[at]
  return Object.fromEntries(order.map(([id, b]) => {
    const place = Math.round(next)
    next += b[size] + gap
    return [id, at === 'x' ? ([place, b.y] as const) : ([b.x, place] as const)]
  }))
}
