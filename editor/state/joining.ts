// What follows from the wires alone: what lies before and after a node, and what is joined when nodes between are taken out.
import { parseWire, formatWire, type Flow, type Wire, type WireEnd } from '#format'
import { judgeWire, type Drawn } from './wiring.ts'

/** Everything that feeds these nodes, or that they feed, by any number of wires; they themselves included. */
export function reach(flow: Flow, ids: readonly string[], way: 'upstream' | 'downstream'): readonly string[] {
  const next = new Map<string, string[]>()
  for (const text of flow.wires) {
    const wire = parseWire(text)
    if (!wire) continue
    const [here, there] = way === 'downstream' ? [wire.from.node, wire.to.node] : [wire.to.node, wire.from.node]
    const list = next.get(here)
    if (list) list.push(there)
    else next.set(here, [there])
  }
  const found = new Set(ids.filter((id) => Object.hasOwn(flow.nodes, id)))
  for (const id of found) for (const there of next.get(id) ?? []) if (Object.hasOwn(flow.nodes, there)) found.add(there)
  return [...found]
}

/** What a node and a wire's bend beside it need, px. */
const [WIDTH, ROOM] = [200, 60]
/** Where a node goes that comes into a forward wire: clear of what feeds it; what it feeds, and all that follows from there, moves on as far as that takes. */
export function makeRoom(flow: Flow, from: string, to: string, wish: readonly [number, number]): { readonly at: readonly [number, number]; readonly moves: { readonly [id: string]: readonly [number, number] } } {
  const [a, b] = [flow.nodes[from]?.at, flow.nodes[to]?.at]
  if (!a || !b || b[0] <= a[0] + WIDTH) return { at: wish, moves: {} }
  const at = [Math.max(a[0] + WIDTH + ROOM, Math.min(wish[0], b[0])), wish[1]] as const
  const by = at[0] + WIDTH + ROOM - b[0]
  if (by <= 0) return { at, moves: {} }
  const follow = reach(flow, [to], 'downstream').filter((id) => flow.nodes[id]!.at[0] >= b[0])
  return { at, moves: Object.fromEntries(follow.map((id) => [id, [flow.nodes[id]!.at[0] + by, flow.nodes[id]!.at[1]] as const])) }
}

export interface Joined {
  /** New wires, as text. */
  readonly wires: readonly string[]
  /** Those that do not fit: what they would have been, and why. */
  readonly refused: readonly { readonly wire: string; readonly why: string }[]
}
/** What joins the neighbours of nodes that are taken out. An output stands for the input that it follows, else for the first one with a wire. */
export function joinAround(state: Drawn, ids: readonly string[]): Joined {
  const flow = state.document?.flow
  if (!flow) return { wires: [], refused: [] }
  const gone = new Set(ids)
  const all = flow.wires.flatMap((text) => parseWire(text) ?? [])
  const feedersOf = (node: string, input: string): readonly WireEnd[] => all.filter((w) => w.to.node === node && w.to.port === input).map((w) => w.from)
  const followed = (end: WireEnd): string | undefined => {
    const type = state.types.get(flow.nodes[end.node]?.type ?? '')
    const decl = type && Object.hasOwn(type.outputs, end.port) ? type.outputs[end.port] : undefined
    const same = decl && 'same' in decl && typeof decl.same === 'string' ? decl.same : undefined
    if (same !== undefined && feedersOf(end.node, same).length > 0) return same
    const wired = all.filter((w) => w.to.node === end.node).map((w) => w.to.port)
    return Object.keys(state.ports[end.node]?.inputs ?? {}).find((port) => wired.includes(port)) ?? wired[0]
  }
  /** What stays and feeds this output in the end. */
  const sources = (end: WireEnd, seen: ReadonlySet<string>): readonly WireEnd[] => {
    if (!gone.has(end.node)) return [end]
    const input = seen.has(end.node) ? undefined : followed(end)
    return input === undefined ? [] : feedersOf(end.node, input).flatMap((from) => sources(from, new Set([...seen, end.node])))
  }
  const touches = (w: Wire): boolean => gone.has(w.from.node) || gone.has(w.to.node)
  let around: Drawn = { ...state, document: { ...state.document!, flow: { ...flow, wires: flow.wires.filter((text) => { const w = parseWire(text); return !w || !touches(w) }) } } }
  const wires: string[] = []
  const refused: { wire: string; why: string }[] = []
  for (const { from, to } of all.filter((w) => gone.has(w.from.node) && !gone.has(w.to.node))) {
    for (const source of sources(from, new Set())) {
      const wire = formatWire({ from: source, to })
      if (around.document!.flow.wires.includes(wire)) continue
      const verdict = judgeWire(around, source, to)
      if (!verdict.ok) {
        refused.push({ wire, why: verdict.issue.text })
        continue
      }
      wires.push(wire)
      around = { ...around, document: { ...around.document!, flow: { ...around.document!.flow, wires: [...around.document!.flow.wires, wire] } } }
    }
  }
  return { wires, refused }
}
