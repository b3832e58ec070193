// News of one node, for a card that shows little: a thousand cards are drawn from afar, and a status tells some of them. One
// listener asks what changed and tells those cards alone, in the place of a thousand that each ask for themselves.
import { useCallback, useSyncExternalStore } from 'react'
import type { State } from '../state/model.ts'
import { store } from '../state/here.ts'

const cards = new Map<string, Set<() => void>>()
let known: State | null = null
let stop: (() => void) | null = null

/** What every card may depend on. */
const common = (s: State): readonly unknown[] => [s.document?.flow.nodes, s.types, s.issues, s.flows, s.flowId, s.live.state, s.live.alarms, s.ports]

function look(): void {
  const before = known
  const now = (known = store.getState())
  if (before === now) return
  const [was, is] = [before ? common(before) : [], common(now)]
  const all = !before || is.some((part, i) => part !== was[i])
  if (!all && before.live.nodes === now.live.nodes) return
  for (const [id, tell] of cards) if (all || before.live.nodes[id] !== now.live.nodes[id]) for (const one of tell) one()
}

function subscribe(id: string, told: () => void): () => void {
  const of = cards.get(id) ?? new Set()
  of.add(told)
  cards.set(id, of)
  if (!stop) {
    known = store.getState()
    stop = store.subscribe(look)
  }
  return () => {
    of.delete(told)
    if (of.size === 0) cards.delete(id)
    if (cards.size > 0) return
    stop?.()
    stop = null
    known = null
  }
}

/** Of what lies in a node's entry, status, issues and alarms, and in the types. The same value for the same state. */
export const useNodeNews = <T>(id: string, selector: (state: State) => T): T => useSyncExternalStore(useCallback((told) => subscribe(id, told), [id]), () => selector(store.getState()))
