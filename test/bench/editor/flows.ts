// Flows of any size that really run: rows of one source and nine nodes that pass on what it gives, ten times a second.
import { emptyFlow, type Flow, type NodeEntry } from '#format'

/** Between cards, px. */
const STEP = { x: 280, y: 150 } as const
const KINDS = ['filter.deadband', 'transform.scale', 'filter.range', 'transform.clamp', 'filter.change', 'transform.lag'] as const
const ROW = 10

/** `nodes` cards in a block about as wide as it is high. */
export function wideFlow(id: string, nodes: number, periodS = 0.1): Flow {
  const entries: Record<string, NodeEntry> = {}
  const wires: string[] = []
  const rows = Math.ceil(nodes / ROW)
  const columns = Math.max(1, Math.round(Math.sqrt((rows * STEP.y) / (ROW * STEP.x))))
  for (let n = 0; n < nodes; n++) {
    const row = Math.floor(n / ROW)
    const k = n % ROW
    const at = [((row % columns) * ROW + k) * STEP.x, Math.floor(row / columns) * STEP.y] as const
    if (k === 0) entries[`s${row}`] = { type: 'flow.generate', config: { tag: `T-${row}`, periodS, low: 0, high: 100, cycleS: 7 + (row % 23), deviation: 1, seed: row + 1 }, at }
    else {
      const type = KINDS[(row + k) % KINDS.length]!
      entries[`n${row}_${k}`] = { type, config: type === 'transform.scale' ? { factor: 1 } : {}, at }
      wires.push(`${k === 1 ? `s${row}` : `n${row}_${k - 1}`}.value -> n${row}_${k}.value`)
    }
  }
  return { ...emptyFlow(id, `${nodes} nodes`), nodes: entries, wires }
}
