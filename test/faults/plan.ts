// A plan of any nodes, as the compiler would make it but for the types of its ports: those of a test carry anything.
import { withDefaults, type AnyNode, type ResolvedPorts } from '#kit'
import { parseWire } from '#format'
import type { Plan } from '../../runtime/engine/contract.ts'

/** `{ a: 'source.test', b: ['flow.queue', { limit: 3 }] }`: ids with their type and settings. */
export function planOf(nodes: ReadonlyMap<string, AnyNode>, list: Record<string, string | readonly [type: string, settings: object]>, wires: readonly string[], version = 1): Plan {
  const ported = wires.map((w) => parseWire(w)!)
  return {
    flow: 'f', name: 'f', version, connections: {}, secrets: [], models: [],
    nodes: Object.entries(list).map(([id, entry]) => {
      const [type, settings] = typeof entry === 'string' ? [entry, {}] : entry
      const def = nodes.get(type)!
      // What a config names has no declaration of its own: it is there when a wire leads to it.
      const named = (names: readonly string[]): ResolvedPorts => Object.fromEntries(names.filter((n) => n !== '*').map((n) => [n, { kind: 'any' as const }]))
      const inputs = named([...Object.keys(def.inputs), ...ported.filter((w) => w.to.node === id).map((w) => w.to.port)])
      const outputs = named([...Object.keys(def.outputs), ...ported.filter((w) => w.from.node === id).map((w) => w.from.port)])
      return { id, type, title: id, config: withDefaults(def.config, settings), ports: { inputs, outputs } }
    }),
    wires: ported.map((w) => ({ ...w, checked: false })),
  }
}
