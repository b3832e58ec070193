// The path of a wire: a curve; round nodes in its way by the detour that was found for it; and backwards (its input lies
// left of its output) out, through the gap between the two nodes or round the nearer side of both, and in again.
import { getBezierPath, getSmoothStepPath, Position, type Rect } from 'reactflow'
import type { Detour } from './detours.ts'

export interface Ends {
  readonly sourceX: number
  readonly sourceY: number
  readonly targetX: number
  readonly targetY: number
}
/** How far it leaves a port before it turns, px. */
export const OUT = 22
/** Least gap between two nodes that it can go through, px. */
const GAP = 14
const BESIDE = 18
/** Between two wires side by side, px. */
export const LANE = 6

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

const CURVATURE = 0.35
const RADIUS = 12
/** The x of both control points of a forward wire's curve, as getBezierPath has them. */
export const middleOf = ({ sourceX, targetX }: Pick<Ends, 'sourceX' | 'targetX'>): number => (sourceX + targetX) / 2

/** Straight lines with round corners through these points. */
export function roundPath(points: readonly (readonly [number, number])[], radius = RADIUS): string {
  const way = points.filter(([x, y], i) => i === 0 || Math.abs(x - points[i - 1]![0]) + Math.abs(y - points[i - 1]![1]) > 0.5)
  let path = `M${way[0]![0]},${way[0]![1]}`
  for (let i = 1; i < way.length - 1; i++) {
    const [[px, py], [x, y], [nx, ny]] = [way[i - 1]!, way[i]!, way[i + 1]!]
    const [a, b] = [Math.hypot(x - px, y - py), Math.hypot(nx - x, ny - y)]
    const r = Math.min(radius, a / 2, b / 2)
    path += ` L${x - ((x - px) / a) * r},${y - ((y - py) / a) * r} Q${x},${y} ${x + ((nx - x) / b) * r},${y + ((ny - y) / b) * r}`
  }
  return `${path} L${way.at(-1)![0]},${way.at(-1)![1]}`
}

/** The path and the place of its label. `lane` keeps wires between the same two nodes apart. */
export function routeWire(ends: Ends, source: Rect | undefined, target: Rect | undefined, detour?: Detour, lane = 0): readonly [path: string, x: number, y: number] {
  const sides = { sourcePosition: Position.Right, targetPosition: Position.Left }
  const { sourceX, sourceY, targetX, targetY } = ends
  // While an end is dragged, its detour may be that of a moment ago: only one that still lies between the ends is gone.
  if (detour && detour.x1 >= sourceX && detour.x2 <= targetX && detour.x1 <= detour.x2) {
    const { x1, x2, y } = detour
    const upright = Math.abs(y - sourceY) < 1 ? x2 : x1
    const long = x2 - x1 > 40
    return [roundPath([[sourceX, sourceY], [x1, sourceY], [x1, y], [x2, y], [x2, targetY], [targetX, targetY]]), long ? (x1 + x2) / 2 : upright, long ? y : (sourceY + targetY) / 2]
  }
  if (!isBackwards(ends) || !source || !target) {
    const [path, x, y] = getBezierPath({ ...ends, ...sides, curvature: CURVATURE })
    return [path, x, y]
  }
  const y = wayBack(source, target, ends) + lane * (LANE / 2)
  const [path] = getSmoothStepPath({ ...ends, ...sides, centerY: y, offset: OUT + lane * LANE, borderRadius: RADIUS })
  return [path, (sourceX + targetX) / 2, y]
}
