// The view that shows a whole flow: every node inside the frame, none under the zoom bar, the overview or the banner.
import type { Rect, Viewport } from 'reactflow'

/** Free space at the edges, px; at the top the banner may stand. */
const EDGE = { top: 52, side: 28, bottom: 28 }
/** Between a node and what lies over the drawing, px. */
const CLEAR = 8
export const MIN_ZOOM = 0.15

/** Left for the drawing whatever stands over it, px. */
const LEAST_ROOM = 160

/** `nodes` in flow coordinates, `overlays` in pixels of the frame, `taken` of its upper edge. Null when there is nothing to show or no room. */
export function fitInto(nodes: readonly Rect[], frame: { readonly width: number; readonly height: number }, overlays: readonly Rect[], taken = 0): Viewport | null {
  const upper = Math.max(EDGE.top, Math.min(taken + CLEAR, frame.height - LEAST_ROOM))
  if (nodes.length === 0 || frame.width <= 0 || frame.height <= 0) return null
  const left = Math.min(...nodes.map((n) => n.x))
  const top = Math.min(...nodes.map((n) => n.y))
  const width = Math.max(...nodes.map((n) => n.x + n.width)) - left
  const height = Math.max(...nodes.map((n) => n.y + n.height)) - top
  const within = (bottom: number): Viewport => {
    const room = { width: Math.max(1, frame.width - 2 * EDGE.side), height: Math.max(1, frame.height - upper - bottom) }
    const zoom = Math.max(MIN_ZOOM, Math.min(1, room.width / Math.max(1, width), room.height / Math.max(1, height)))
    return { x: EDGE.side + (room.width - width * zoom) / 2 - left * zoom, y: upper + (room.height - height * zoom) / 2 - top * zoom, zoom }
  }
  const covered = ({ x, y, zoom }: Viewport): boolean =>
    nodes.some((n) => overlays.some((o) => n.x * zoom + x < o.x + o.width + CLEAR && (n.x + n.width) * zoom + x > o.x - CLEAR && n.y * zoom + y < o.y + o.height + CLEAR && (n.y + n.height) * zoom + y > o.y - CLEAR))
  // As large as it can be: an overlay takes its strip off the drawing only when a node would lie under it.
  const bottoms = [EDGE.bottom, ...overlays.map((o) => frame.height - o.y + CLEAR).filter((b) => b > EDGE.bottom && b < frame.height - upper).toSorted((a, b) => a - b)]
  const views = bottoms.map(within)
  return views.find((v) => !covered(v)) ?? views.at(-1)!
}

/** Nodes that can be read where they are: the view need not jump. */
export function inView(nodes: readonly Rect[], { x, y, zoom }: Viewport, frame: { readonly width: number; readonly height: number }): boolean {
  return zoom >= 0.5 && nodes.every((n) => n.x * zoom + x >= 0 && n.y * zoom + y >= 0 && (n.x + n.width) * zoom + x <= frame.width && (n.y + n.height) * zoom + y <= frame.height)
}
