// Nodes with many outputs show those that are wired and the first few; the others wait behind one row.
import { parseWire, type Flow } from '#format'

/** Outputs that a folded node shows, when no more are wired. */
export const SHOWN_OUTPUTS = 4
/** Fewer than this are not worth a row of their own. */
const LEAST_FOLDED = 3

const none: ReadonlySet<string> = new Set()
const cache = new WeakMap<Flow['wires'], ReadonlyMap<string, ReadonlySet<string>>>()
/** The outputs of a node that a wire leaves. */
export function wiredOutputs(wires: Flow['wires'], node: string): ReadonlySet<string> {
  let map = cache.get(wires)
  if (!map) {
    const found = new Map<string, Set<string>>()
    for (const text of wires) {
      const from = parseWire(text)?.from
      if (from) found.set(from.node, (found.get(from.node) ?? new Set()).add(from.port))
    }
    cache.set(wires, (map = found))
  }
  return map.get(node) ?? none
}

/** Which outputs are shown, in their order, and which are folded away. */
export function foldOutputs(outputs: readonly string[], wired: ReadonlySet<string>): { readonly shown: readonly string[]; readonly folded: readonly string[] } {
  let spare = SHOWN_OUTPUTS - outputs.filter((name) => wired.has(name)).length
  const shown = outputs.filter((name) => wired.has(name) || spare-- > 0)
  if (outputs.length - shown.length < LEAST_FOLDED) return { shown: outputs, folded: [] }
  const kept = new Set(shown)
  return { shown, folded: outputs.filter((name) => !kept.has(name)) }
}
