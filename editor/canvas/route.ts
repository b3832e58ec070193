// The way of a wire that runs backwards (its input lies left of its output): out, through the gap between the two nodes
// or round the nearer side of both, and in again, instead of across them.
import { getBezierPath, getSmoothStepPath, Position, type Rect } from 'reactflow'

interface Ends {
  readonly sourceX: number
  readonly sourceY: number
  readonly targetX: number
  readonly targetY: number
}
/** How far it leaves a port before it turns, px. */
const OUT = 22
/** Least gap between two nodes that it can go through, px. */
const GAP = 14
const BESIDE = 18

export const isBackwards = (ends: Pick<Ends, 'sourceX' | 'targetX'>): boolean => ends.targetX < ends.sourceX + OUT

/** The height of the long way back, flow coordinates. */
export function wayBack(source: Rect, target: Rect, ends: Ends): number {
  const between = source.y + source.height + GAP <= target.y ? [source.y + source.height, target.y] : target.y + target.height + GAP <= source.y ? [target.y + target.height, source.y] : undefined
  if (between) return (between[0]! + between[1]!) / 2
  const above = Math.min(source.y, target.y) - BESIDE
  const below = Math.max(source.y + source.height, target.y + target.height) + BESIDE
  const length = (y: number): number => Math.abs(ends.sourceY - y) + Math.abs(ends.targetY - y)
  return length(above) < length(below) ? above : below
}

/** The path and the place of its label. */
export function routeWire(ends: Ends, source: Rect | undefined, target: Rect | undefined): readonly [path: string, x: number, y: number] {
  const sides = { sourcePosition: Position.Right, targetPosition: Position.Left }
  if (!isBackwards(ends) || !source || !target) {
    const [path, x, y] = getBezierPath({ ...ends, ...sides, curvature: 0.35 })
    return [path, x, y]
  }
  const y = wayBack(source, target, ends)
  const [path] = getSmoothStepPath({ ...ends, ...sides, centerY: y, offset: OUT, borderRadius: 12 })
  return [path, (ends.sourceX + ends.targetX) / 2, y]
}
