// Where did it go: every sample that entered a node left it as passed, held, dropped for a reason or failed, or it waits.
// Counts begin with the node; the ones of the last minute or since a click are differences against a mark. Pure.
import type { CatalogueNode } from '#kit'
import type { Flow, Ledger, NodeStatus } from '#format'
import { standIns, typeAt } from './instances.ts'
import type { Counts, Live, Loss, Mark, State } from './model.ts'
import { titleOf } from './status.ts'

/** A mark each so many ms; as many as make a minute. */
export const MARK_MS = 5000
const MINUTE_MS = 60_000
const none: Loss = { dropped: 0, failed: 0 }

const sumOf = (numbers: Iterable<number>): number => {
  let sum = 0
  for (const n of numbers) sum += n
  return sum
}
export const droppedOf = (ledger: Ledger): number => sumOf(Object.values(ledger.dropped))

export function countsOf(status: NodeStatus): Counts {
  const counts = (ports: NodeStatus['inputs']): { readonly [port: string]: number } => Object.fromEntries(Object.entries(ports).map(([name, { count }]) => [name, count]))
  return { ledger: status.ledger, inputs: counts(status.inputs), outputs: counts(status.outputs) }
}

/** Every node now, as a mark. */
export const markOf = (time: number, nodes: Live['nodes']): Mark => ({ time, nodes: Object.fromEntries(Object.entries(nodes).map(([id, status]) => [id, countsOf(status)])) })

/** What a status changes of what is counted: nothing, but every few seconds. A loss that is as before keeps its identity. */
export function counted(live: Pick<Live, 'marks' | 'losses' | 'zero'>, time: number, nodes: Live['nodes']): Pick<Live, 'marks' | 'losses' | 'zero'> {
  const { marks, zero } = live
  const newest = marks.at(-1)
  // A clock that was set back begins anew.
  if (newest && time >= newest.time && time - newest.time < MARK_MS) return { marks, losses: live.losses, zero }
  const now = markOf(time, nodes)
  const kept = (newest && time < newest.time ? [] : marks).filter((m) => time - m.time <= MINUTE_MS)
  const oldest = kept[0]
  const losses: Record<string, Loss> = {}
  let changed = false
  for (const [id, counts] of Object.entries(now.nodes)) {
    const loss = oldest ? lossOf(since(counts, oldest.nodes[id])) : none
    const before = live.losses[id]
    if (loss.dropped === 0 && loss.failed === 0) continue
    const same = before !== undefined && before.dropped === loss.dropped && before.failed === loss.failed
    losses[id] = same ? before : loss
    if (!same) changed = true
  }
  const same = !changed && Object.keys(losses).length === Object.keys(live.losses).length
  return { marks: [...kept, now], losses: same ? live.losses : losses, zero }
}

export const lossOf = ({ ledger }: Counts): Loss => ({ dropped: droppedOf(ledger), failed: ledger.failed })

/** What came and went since a mark. A node that was not there, or started anew since, counts from its start. */
export function since(now: Counts, then: Counts | undefined): Counts {
  if (!then || now.ledger.in < then.ledger.in || Object.entries(now.outputs).some(([port, count]) => count < (then.outputs[port] ?? 0))) return now
  const { ledger: a } = now
  const { ledger: b } = then
  const less = (x: Readonly<Record<string, number>>, y: Readonly<Record<string, number>>): Record<string, number> => Object.fromEntries(Object.entries(x).map(([key, n]) => [key, n - (y[key] ?? 0)]))
  return {
    ledger: { in: a.in - b.in, passed: a.passed - b.passed, held: a.held - b.held, failed: a.failed - b.failed, queued: a.queued - b.queued, dropped: less(a.dropped, b.dropped) },
    inputs: less(now.inputs, then.inputs),
    outputs: less(now.outputs, then.outputs),
  }
}

/** Samples that the books do not account for: 0 when they balance. */
export const imbalance = (l: Ledger): number => l.in - l.passed - l.held - droppedOf(l) - l.failed - l.queued

export type Period = 'start' | 'minute' | 'zero'
export interface LedgerRow {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly counts: Counts
  readonly dropped: number
  /** Reasons in the node's own words, most first. */
  readonly reasons: readonly { readonly reason: string; readonly words: string; readonly count: number }[]
  readonly off: number
  readonly lost: boolean
  /** A source takes nothing in: there is nothing to balance. */
  readonly source: boolean
}

/** The mark that a period counts from; null: the start of each node. `fromStart` tells that there is no older one yet. */
export function markFor(live: Pick<Live, 'marks' | 'zero'>, period: Period): Mark | null {
  return period === 'start' ? null : period === 'minute' ? (live.marks[0] ?? null) : live.zero
}

/** One row a node that the engine runs: what stands behind an instance has its own, an instance none. */
export function ledgerRows(state: Pick<State, 'live' | 'document' | 'base' | 'types'>, period: Period): readonly LedgerRow[] {
  const { live, types } = state
  const flow: Flow | undefined = state.base.flow ?? state.document?.flow
  const made = new Set(flow ? standIns(flow) : [])
  const from = markFor(live, period)
  return Object.entries(live.nodes).filter(([id]) => !made.has(id)).map(([id, status]) => {
    const type = types.get(typeAt(flow, id) ?? '')
    return rowOf(id, titleOf(state.document?.flow.nodes, types, id), type, since(countsOf(status), from?.nodes[id]))
  })
}

export function rowOf(id: string, name: string, type: CatalogueNode | undefined, counts: Counts): LedgerRow {
  const { ledger } = counts
  const reasons = Object.entries(ledger.dropped).filter(([, n]) => n > 0).toSorted(([, a], [, b]) => b - a).map(([reason, count]) => ({ reason, words: (type?.drops[reason] ?? reason).replace(/\.$/, ''), count }))
  const dropped = droppedOf(ledger)
  const off = imbalance(ledger)
  return { id, name, title: type?.title ?? '', counts, dropped, reasons, off, lost: dropped > 0 || ledger.failed > 0 || off !== 0, source: Object.keys(counts.inputs).length === 0 && ledger.in === 0 }
}

export function totalOf(rows: readonly LedgerRow[]): Ledger & { readonly lost: number; readonly off: number } {
  const sum = (of: (l: Ledger) => number): number => sumOf(rows.map((r) => of(r.counts.ledger)))
  const dropped: Record<string, number> = {}
  for (const row of rows) for (const [reason, n] of Object.entries(row.counts.ledger.dropped)) dropped[reason] = (dropped[reason] ?? 0) + n
  return { in: sum((l) => l.in), passed: sum((l) => l.passed), held: sum((l) => l.held), failed: sum((l) => l.failed), queued: sum((l) => l.queued), dropped, lost: sumOf(Object.values(dropped)), off: sumOf(rows.map((r) => Math.abs(r.off))) }
}
