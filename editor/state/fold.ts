// Nodes with many outputs show those that are wired and the first few, and of several optional inputs those that are wired;
// the others wait behind one row.
import { parseWire, type Flow } from '#format'

/** Outputs that a folded node shows, when no more are wired. */
export const SHOWN_OUTPUTS = 4
/** Fewer than this are not worth a row of their own. */
const LEAST_FOLDED = 3

const none: ReadonlySet<string> = new Set()
interface Wired {
  readonly from: ReadonlyMap<string, ReadonlySet<string>>
  readonly to: ReadonlyMap<string, ReadonlySet<string>>
}
const cache = new WeakMap<Flow['wires'], Wired>()
function wiredIn(wires: Flow['wires']): Wired {
  let known = cache.get(wires)
  if (!known) {
    const [from, to] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()]
    for (const text of wires) {
      const wire = parseWire(text)
      if (!wire) continue
      from.set(wire.from.node, (from.get(wire.from.node) ?? new Set()).add(wire.from.port))
      to.set(wire.to.node, (to.get(wire.to.node) ?? new Set()).add(wire.to.port))
    }
    cache.set(wires, (known = { from, to }))
  }
  return known
}
/** The outputs of a node that a wire leaves. */
export const wiredOutputs = (wires: Flow['wires'], node: string): ReadonlySet<string> => wiredIn(wires).from.get(node) ?? none
/** The inputs of a node that a wire enters. */
export const wiredInputs = (wires: Flow['wires'], node: string): ReadonlySet<string> => wiredIn(wires).to.get(node) ?? none

/** Which outputs are shown, in their order, and which are folded away. */
export function foldOutputs(outputs: readonly string[], wired: ReadonlySet<string>): { readonly shown: readonly string[]; readonly folded: readonly string[] } {
  let spare = SHOWN_OUTPUTS - outputs.filter((name) => wired.has(name)).length
  const shown = outputs.filter((name) => wired.has(name) || spare-- > 0)
  if (outputs.length - shown.length < LEAST_FOLDED) return { shown: outputs, folded: [] }
  const kept = new Set(shown)
  return { shown, folded: outputs.filter((name) => !kept.has(name)) }
}

/** Ports of one side that a node shows when it is opened, when no more are wired or fit what is dragged. */
export const MOST_OPEN = 24
/** Of an opened node with hundreds of ports: what it shows folded (`shown`), what is `wanted`, and the first of the others. */
export function openPorts(names: readonly string[], shown: readonly string[], wanted: readonly string[] = []): readonly string[] {
  const kept = new Set([...shown, ...wanted])
  if (names.length - Math.max(kept.size, MOST_OPEN) < LEAST_FOLDED) return names
  let spare = MOST_OPEN - kept.size
  return names.filter((name) => kept.has(name) || spare-- > 0)
}

/** One optional input is not worth a row of its own. */
const LEAST_OPTIONAL = 2
/** The same of inputs: optional ones without a wire are folded away, but the last one of a node that has no other. */
export function foldInputs(inputs: { readonly [name: string]: { readonly optional?: boolean } }, wired: ReadonlySet<string>): { readonly shown: readonly string[]; readonly folded: readonly string[] } {
  const names = Object.keys(inputs)
  const spare = names.filter((name) => inputs[name]!.optional && !wired.has(name))
  const folded = spare.length === names.length ? spare.slice(1) : spare
  if (folded.length < LEAST_OPTIONAL) return { shown: names, folded: [] }
  const gone = new Set(folded)
  return { shown: names.filter((name) => !gone.has(name)), folded }
}
