// Which wire of a large flow lies under the pointer from afar, where all are drawn as a few long paths. The one that does is
// given to React Flow as any wire is near by: it shows, it can be selected, opened, cut and moved by its ends.
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { FarWire } from './far-wires.ts'

/** As near as this to a wire points at it, px of the screen: with a mouse, with a finger. */
export const REACH = { mouse: 7, touch: 18 } as const
const STEPS = 16

interface At {
  readonly x: number
  readonly y: number
}
function distance(px: number, py: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay]
  const t = dx === 0 && dy === 0 ? 0 : Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)))
  return Math.hypot(px - ax - t * dx, py - ay - t * dy)
}

/** The wire nearest to a place of the flow, if it is within `reach`. The lines are those of farPaths. */
export function wireNear(wires: readonly FarWire[], { x, y }: At, reach: number, straight: boolean): string | undefined {
  let best = reach
  let found: string | undefined
  for (const { id, sourceX: x1, sourceY: y1, targetX: x2, targetY: y2 } of wires) {
    if (x < Math.min(x1, x2) - best || x > Math.max(x1, x2) + best || y < Math.min(y1, y2) - best || y > Math.max(y1, y2) + best) continue
    let far = Infinity
    if (straight || x2 < x1) far = distance(x, y, x1, y1, x2, y2)
    else {
      const middle = (x1 + x2) / 2
      let [ax, ay] = [x1, y1]
      for (let i = 1; i <= STEPS; i++) {
        const t = i / STEPS
        const u = 1 - t
        const bx = u * u * u * x1 + 3 * u * t * middle + t * t * t * x2
        const by = (u * u * u + 3 * u * u * t) * y1 + (3 * u * t * t + t * t * t) * y2
        far = Math.min(far, distance(x, y, ax, ay, bx, by))
        ;[ax, ay] = [bx, by]
      }
    }
    if (far > best) continue
    best = far
    found = id
  }
  return found
}

interface Shown {
  readonly wires: readonly FarWire[]
  readonly straight: boolean
}
let shown: Shown | null = null
/** What is drawn from afar now; null: nothing is. */
export function setFarShown(now: Shown | null): void {
  shown = now
  if (!now) pointTo(null)
}
/** `zoom`: reach is meant on the screen. */
export const farWireAt = (at: At, zoom: number, reach: number = REACH.mouse): string | null => (shown ? (wireNear(shown.wires, at, reach / zoom, shown.straight) ?? null) : null)

const pointed = createStore<{ readonly wire: string | null }>()(() => ({ wire: null }))
export const pointTo = (wire: string | null): void => {
  if (pointed.getState().wire !== wire) pointed.setState({ wire })
}
/** The wire that is pointed at from afar. */
export const useFarPointed = (): string | null => useStore(pointed, (s) => s.wire)
