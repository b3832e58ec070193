// The order in which nodes run, and loops in the wires. A node that delays breaks a loop: what it sends leaves later.
import type { Flow, Wire } from '#format'

/** Of each node the nodes that it feeds, once each; without the wires that lead back through a node that delays. */
function successors(flow: Flow, wires: readonly Wire[], delays: (id: string) => boolean): Map<string, string[]> {
  const next = new Map(Object.keys(flow.nodes).map((id) => [id, new Set<string>()]))
  const feeders = new Map<string, string[]>()
  for (const { from, to } of wires) {
    const list = feeders.get(to.node)
    if (list) list.push(from.node)
    else feeders.set(to.node, [from.node])
  }
  const inFront = new Map<string, ReadonlySet<string>>()
  for (const id of next.keys()) if (delays(id)) inFront.set(id, reach(id, feeders))
  for (const { from, to } of wires) if (inFront.get(from.node)?.has(to.node) !== true) next.get(from.node)?.add(to.node)
  return new Map([...next].map(([id, nodes]) => [id, [...nodes]]))
}

/** A node and all that lead to it. */
function reach(id: string, feeders: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set([id])
  for (const one of seen) for (const from of feeders.get(one) ?? []) seen.add(from)
  return seen
}

/** Loops that are told; whoever has more begins with these. */
const MAX_CYCLES = 20

/** Each loop once, as the path of its nodes with the first repeated at the end. The first 20. */
export function findCycles(flow: Flow, wires: readonly Wire[], delays: (id: string) => boolean): string[][] {
  const next = successors(flow, wires, delays)
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[][] = []
  for (const start of next.keys()) {
    if (state.has(start)) continue
    // An explicit stack: a chain of 10,000 nodes must not overflow the call stack.
    const path: { id: string; at: number }[] = [{ id: start, at: 0 }]
    state.set(start, 'open')
    while (path.length > 0) {
      const top = path.at(-1)!
      const to = next.get(top.id)![top.at++]
      if (to === undefined) {
        state.set(top.id, 'done')
        path.pop()
      } else if (!state.has(to)) {
        state.set(to, 'open')
        path.push({ id: to, at: 0 })
      } else if (state.get(to) === 'open') {
        const ids = path.map((p) => p.id)
        cycles.push([...ids.slice(ids.indexOf(to)), to])
        if (cycles.length === MAX_CYCLES) return cycles
      }
    }
  }
  return cycles
}

/** Sources first; among equals by id, so that the same flow always runs in the same order. */
export function topological(flow: Flow, wires: readonly Wire[], delays: (id: string) => boolean): string[] {
  const next = successors(flow, wires, delays)
  const waits = new Map([...next.keys()].map((id) => [id, 0]))
  for (const list of next.values()) for (const to of list) waits.set(to, waits.get(to)! + 1)
  let ready = [...waits].filter(([, n]) => n === 0).map(([id]) => id).toSorted()
  const order: string[] = []
  while (ready.length > 0) {
    const freed: string[] = []
    for (const id of ready) {
      order.push(id)
      for (const to of next.get(id)!) {
        const left = waits.get(to)! - 1
        waits.set(to, left)
        if (left === 0) freed.push(to)
      }
    }
    ready = freed.toSorted()
  }
  return order
}
