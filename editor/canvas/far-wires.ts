// All wires of a large flow from afar, as few long paths: one for each state and region, so that what is out of view is not
// painted. Pure: what is told of the nodes goes in, path data come out.
import type { WireCondition } from './wire-state.ts'

export interface FarWire {
  readonly id: string
  readonly sourceX: number
  readonly sourceY: number
  readonly targetX: number
  readonly targetY: number
}
export type FarState = WireCondition | 'broken'
/** Side of a region, flow px. */
const REGION = 3000

/** 'state x y' -> path data. Live wires look like resting ones that are believed: plain. */
export function farPaths(wires: readonly FarWire[], stateOf: (wire: string) => FarState, straight: boolean): ReadonlyMap<string, string> {
  const parts = new Map<string, string[]>()
  for (const { id, sourceX, sourceY, targetX, targetY } of wires) {
    const key = `${stateOf(id)} ${Math.floor(sourceX / REGION)} ${Math.floor(sourceY / REGION)}`
    const [x1, y1, x2, y2] = [Math.round(sourceX), Math.round(sourceY), Math.round(targetX), Math.round(targetY)]
    const middle = Math.round((x1 + x2) / 2)
    const path = straight || x2 < x1 ? `M${x1} ${y1}L${x2} ${y2}` : `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
    const known = parts.get(key)
    if (known) known.push(path)
    else parts.set(key, [path])
  }
  return new Map([...parts].map(([key, list]) => [key, list.join('')]))
}
