// The ways of forward wires that would pass behind another node: out of the port, up or down to a free level, along it, and
// in. Worked out for a wire when one of its ends, or a node near its way, came, went or moved; else the answer of before.
import type { Rect } from 'reactflow'
import { isBackwards, LANE, middleOf, OUT, type Ends } from './route.ts'

/** Out to x1, to the height y, along to x2, to the input. Between [x1, x2] and y lies nothing. */
export interface Detour {
  readonly x1: number
  readonly y: number
  readonly x2: number
}
export interface Wired extends Ends {
  readonly source: string
  readonly target: string
  /** Wires of one node keep apart by this: 0, 1, 2... */
  readonly lane: number
}
/** Between a wire and a node it goes round, px. */
const CLEAR = 14
/** A curve that comes no nearer than this is left alone, px. */
const NEAR = 4
/** How far above and below its ends a way is looked for, px. */
const REACH = 420
/** What a level of its own costs against one of the ends', px. */
const LEVEL = 40
/** More nodes in the way than this, and it stays a curve. */
const CROWD = 14
const CELL = 512

/** Nodes by the cells of a grid that they touch, so that a wire looks at its neighbourhood only. */
class Grid {
  readonly #cells = new Map<string, Map<string, Rect>>()
  #each(box: Rect, visit: (key: string) => void): void {
    for (let x = Math.floor(box.x / CELL); x <= Math.floor((box.x + box.width) / CELL); x++) {
      for (let y = Math.floor(box.y / CELL); y <= Math.floor((box.y + box.height) / CELL); y++) visit(`${x},${y}`)
    }
  }
  add(id: string, box: Rect): void {
    this.#each(box, (key) => {
      const cell = this.#cells.get(key)
      if (cell) cell.set(id, box)
      else this.#cells.set(key, new Map([[id, box]]))
    })
  }
  remove(id: string, box: Rect): void {
    this.#each(box, (key) => void this.#cells.get(key)?.delete(id))
  }
  within(area: Rect): ReadonlyMap<string, Rect> {
    const found = new Map<string, Rect>()
    this.#each(area, (key) => {
      for (const [id, box] of this.#cells.get(key) ?? []) if (overlap(box, area)) found.set(id, box)
    })
    return found
  }
}

const overlap = (a: Rect, b: Rect): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
const sameBox = (a: Rect, b: Rect): boolean => a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height
const sameEnds = (a: Wired, b: Wired): boolean => a.sourceX === b.sourceX && a.sourceY === b.sourceY && a.targetX === b.targetX && a.targetY === b.targetY && a.lane === b.lane
/** Where a wire's way may lie. */
const areaOf = (w: Ends): Rect => ({ x: w.sourceX, y: Math.min(w.sourceY, w.targetY) - REACH, width: Math.max(1, w.targetX - w.sourceX), height: Math.abs(w.targetY - w.sourceY) + 2 * REACH })

/** Does a level or upright line come closer to a box than `clear`? */
const hits = (box: Rect, x1: number, y1: number, x2: number, y2: number, clear: number): boolean =>
  Math.min(x1, x2) < box.x + box.width + clear && Math.max(x1, x2) > box.x - clear && Math.min(y1, y2) < box.y + box.height + clear && Math.max(y1, y2) > box.y - clear

const SAMPLES = 20
/** Does the plain curve pass behind one of the boxes? */
function crosses(ends: Ends, boxes: readonly Rect[]): boolean {
  const { sourceX: x0, sourceY: y0, targetX: x3, targetY: y3 } = ends
  const x1 = middleOf(ends)
  let [px, py] = [x0, y0]
  for (let i = 1; i <= SAMPLES; i++) {
    const t = i / SAMPLES
    const u = 1 - t
    const x = u * u * u * x0 + 3 * u * u * t * x1 + 3 * u * t * t * x1 + t * t * t * x3
    const y = (u * u * u + 3 * u * u * t) * y0 + (3 * u * t * t + t * t * t) * y3
    if (boxes.some((b) => hits(b, px, py, x, y, NEAR))) return true
    ;[px, py] = [x, y]
  }
  return false
}

/** Undefined: the plain curve is free, or there is no better way. The same for the same places. */
export function detourOf(wire: Wired, near: ReadonlyMap<string, Rect>): Detour | undefined {
  if (isBackwards(wire) || wire.targetX - wire.sourceX < 2 * OUT) return undefined
  const others = [...near].filter(([id]) => id !== wire.source && id !== wire.target).map(([, box]) => box)
  if (others.length === 0 || !crosses(wire, others)) return undefined
  const boxes = [...near.values()]
  if (boxes.length > CROWD * 3) return undefined
  const { sourceX: sx, sourceY: sy, targetX: tx, targetY: ty } = wire
  const shift = wire.lane * LANE
  const levels = [sy, ty]
  const [outs, ins] = [[sx + OUT + shift], [tx - OUT - shift]]
  for (const b of others.slice(0, CROWD)) {
    levels.push(b.y - CLEAR - shift, b.y + b.height + CLEAR + shift)
    outs.push(b.x - CLEAR - shift, b.x + b.width + CLEAR + shift)
    ins.push(b.x + b.width + CLEAR + shift, b.x - CLEAR - shift)
  }
  const free = (x1: number, y1: number, x2: number, y2: number): boolean => !others.some((b) => hits(b, x1, y1, x2, y2, CLEAR - 1))
  // The ends' own nodes are left and entered, but a level or an upright must not run behind them.
  const own = boxes.filter((b) => !others.includes(b))
  const clear = (x1: number, y1: number, x2: number, y2: number): boolean => free(x1, y1, x2, y2) && !own.some((b) => hits(b, x1, y1, x2, y2, 2))
  const cost = (y: number): number => Math.abs(y - sy) + Math.abs(ty - y) + (y === sy || y === ty ? 0 : LEVEL)
  // Left as soon and entered as late as can be: a short upright beside the node is seen to belong to it.
  const leave = [...new Set(outs)].filter((x) => x >= sx + OUT && x <= tx - OUT && free(sx + 2, sy, x, sy)).toSorted((a, b) => a - b)
  const enter = [...new Set(ins)].filter((x) => x >= sx + OUT && x <= tx - OUT && free(x, ty, tx - 2, ty)).toSorted((a, b) => b - a)
  // What lies beyond was not looked at.
  const area = areaOf(wire)
  const seen = [...new Set(levels)].filter((y) => y > area.y + CLEAR && y < area.y + area.height - CLEAR)
  for (const y of seen.toSorted((a, b) => cost(a) - cost(b) || a - b)) {
    const from = leave.filter((x) => clear(x, sy, x, y))
    const to = enter.filter((x) => clear(x, y, x, ty))
    for (const x1 of from) {
      const x2 = to.find((x) => x >= x1 && clear(x1, y, x, y))
      if (x2 !== undefined) return { x1, y, x2 }
    }
  }
  return undefined
}

/** Keeps the ways of all wires. `update` answers the same map while nothing changed. */
export class Detours {
  readonly #grid = new Grid()
  readonly #boxes = new Map<string, Rect>()
  readonly #wires = new Map<string, { readonly wire: Wired; readonly area: Rect }>()
  #found: ReadonlyMap<string, Detour> = new Map()
  /** Wires worked out by the last update: what it cost. */
  worked = 0

  update(boxes: ReadonlyMap<string, Rect>, wires: ReadonlyMap<string, Wired>): ReadonlyMap<string, Detour> {
    const stirred: Rect[] = []
    for (const [id, old] of this.#boxes) {
      const now = boxes.get(id)
      if (now && sameBox(old, now)) continue
      stirred.push(old)
      this.#grid.remove(id, old)
      this.#boxes.delete(id)
    }
    for (const [id, box] of boxes) {
      if (this.#boxes.has(id)) continue
      stirred.push(box)
      this.#grid.add(id, box)
      this.#boxes.set(id, box)
    }
    let next: Map<string, Detour> | undefined
    const put = (id: string, detour: Detour | undefined): void => {
      const before = (next ?? this.#found).get(id)
      if (detour ? before && before.x1 === detour.x1 && before.y === detour.y && before.x2 === detour.x2 : !before) return
      next ??= new Map(this.#found)
      if (detour) next.set(id, detour)
      else next.delete(id)
    }
    this.worked = 0
    for (const id of this.#wires.keys()) {
      if (wires.has(id)) continue
      this.#wires.delete(id)
      put(id, undefined)
    }
    for (const [id, wire] of wires) {
      const old = this.#wires.get(id)
      const same = old !== undefined && sameEnds(old.wire, wire)
      const area = same ? old.area : areaOf(wire)
      if (same && !stirred.some((b) => overlap(b, area))) continue
      this.#wires.set(id, { wire, area })
      this.worked++
      put(id, detourOf(wire, this.#grid.within(area)))
    }
    if (next) this.#found = next
    return this.#found
  }
}
