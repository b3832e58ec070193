// May this output feed that input? Asked while a wire is dragged, so that the answer and its reason stand at the handle.
import { assignable, displayUnit, formatType, issue, relateUnits, type CatalogueNode, type Issue, type PortType } from '#kit'
import { formatWire, parseWire, type FlowPorts, type WireEnd } from '#format'
import { declaredInputs } from './derive.ts'
import { mendWith, type Mend } from './mending.ts'
import type { State } from './model.ts'

export type Verdict = { readonly ok: true; readonly checked: boolean } | { readonly ok: false; readonly issue: Issue; readonly insert?: string }

/** The node type that changes units, as `assignable` names it. */
const CONVERT = 'transform.convert'

export type Drawn = Pick<State, 'ports' | 'document' | 'types'>

/** The state as if a wire was not there: when one of its ends is moved, it does not stand in its own way. */
export function withoutWire<S extends Drawn>(state: S, wire: string): S {
  const { document } = state
  return document ? { ...state, document: { ...document, flow: { ...document.flow, wires: document.flow.wires.filter((w) => w !== wire) } } } : state
}

export function judgeWire(state: Drawn, from: WireEnd, to: WireEnd): Verdict {
  const wire = formatWire({ from, to })
  const out = portOf(state.ports, from, 'outputs')
  const flow = state.document?.flow
  const inputs = flow ? declaredInputs(flow, to.node, state.types, state.ports) : {}
  const into = Object.hasOwn(inputs, to.port) ? inputs[to.port] : undefined
  const names = (side: 'inputs' | 'outputs', node: string): string => Object.keys(state.ports[node]?.[side] ?? {}).join(', ') || 'none'
  if (!out) return { ok: false, issue: issue('WIRE_PORT', { wire, node: from.node, port: from.port }, { node: from.node, direction: 'output', port: from.port, ports: names('outputs', from.node) }) }
  if (!into) return { ok: false, issue: issue('WIRE_PORT', { wire, node: to.node, port: to.port }, { node: to.node, direction: 'input', port: to.port, ports: names('inputs', to.node) }) }
  if (flow?.wires.includes(wire)) return { ok: false, issue: issue('WIRE_DUPLICATE', { wire }, { wire }) }
  const loop = flow && loopThrough(state, from.node, to.node)
  if (loop) return { ok: false, issue: issue('WIRE_CYCLE', { wire }, { path: loop.join(' -> ') }) }
  return judgeTypes(state, out, into, to, wire)
}

/** By types alone: may this go into that input, beside what feeds it now? `wire` is the place of the issue. */
export function judgeTypes(state: Drawn, out: PortType, into: PortType, to: WireEnd, wire: string): Verdict {
  const fit = assignable(out, into)
  // Where nothing leaves and anything may come (an uplink, a log), each tag keeps its own unit: as in typeFlow.
  const takesAll = into.kind === 'any' && Object.keys(state.ports[to.node]?.outputs ?? {}).length === 0
  if (fit.ok) return (takesAll ? undefined : mixedWith(state, out, to)) ?? { ok: true, checked: fit.checked ?? false }
  return { ok: false, issue: issue(fit.code, { wire, node: to.node, port: to.port }, { from: formatType(out), to: formatType(into), hint: fit.hint }), ...(fit.insert === undefined ? {} : { insert: fit.insert }) }
}

/** One input takes one unit, whoever feeds it. */
function mixedWith(state: Drawn, out: PortType, to: WireEnd): Verdict | undefined {
  for (const text of state.document?.flow.wires ?? []) {
    const wire = parseWire(text)
    if (!wire || wire.to.node !== to.node || wire.to.port !== to.port) continue
    const other = portOf(state.ports, wire.from, 'outputs')
    const units = relateUnits(out.unit, other?.unit)
    if (units === 'same') continue
    const mixed = issue('PORT_MIXED', { wire: text, node: to.node, port: to.port }, { units: [other?.unit, out.unit].map((u) => displayUnit(u) || 'none').join(', ') })
    return { ok: false, issue: mixed, ...(units === 'convertible' ? { insert: CONVERT } : {}) }
  }
  return undefined
}

/** The loop a wire would close, as node ids; a node that delays breaks it. */
function loopThrough(state: Drawn, from: string, to: string): string[] | undefined {
  const flow = state.document!.flow
  const delays = (id: string): boolean => state.types.get(flow.nodes[id]?.type ?? '')?.delays ?? false
  if (delays(from) || delays(to)) return undefined
  const next = new Map<string, string[]>()
  for (const text of flow.wires) {
    const w = parseWire(text)
    if (w) next.set(w.from.node, [...(next.get(w.from.node) ?? []), w.to.node])
  }
  const before = new Map<string, string | null>([[to, null]])
  const queue = [to]
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    if (id === from) {
      const path: string[] = []
      for (let at: string | null = from; at !== null; at = before.get(at) ?? null) path.unshift(at)
      return [from, ...path]
    }
    for (const follower of next.get(id) ?? []) {
      if (before.has(follower) || delays(follower)) continue
      before.set(follower, id)
      queue.push(follower)
    }
  }
  return undefined
}

function portOf(ports: FlowPorts, end: WireEnd, side: 'inputs' | 'outputs'): PortType | undefined {
  const of = Object.hasOwn(ports, end.node) ? ports[end.node]![side] : undefined
  return of && Object.hasOwn(of, end.port) ? of[end.port] : undefined
}

/** All ends that could take a wire from this one, or that could feed it, best first: what the keyboard's list shows. */
export function partnersOf(state: Drawn, end: WireEnd, side: 'output' | 'input'): { readonly end: WireEnd; readonly type: PortType; readonly verdict: Verdict }[] {
  const found: { end: WireEnd; type: PortType; verdict: Verdict }[] = []
  for (const [node, ports] of Object.entries(state.ports)) {
    if (node === end.node) continue
    for (const [port, type] of Object.entries(side === 'output' ? ports.inputs : ports.outputs)) {
      const other = { node, port }
      found.push({ end: other, type, verdict: side === 'output' ? judgeWire(state, end, other) : judgeWire(state, other, end) })
    }
  }
  return found.toSorted((a, b) => Number(b.verdict.ok) - Number(a.verdict.ok))
}

/** What leaves there, and what goes in there as it is declared, whatever feeds it now. */
export const outputAt = (state: Drawn, end: WireEnd): PortType | undefined => portOf(state.ports, end, 'outputs')
export function inputAt(state: Drawn, end: WireEnd): PortType | undefined {
  const inputs = state.document ? declaredInputs(state.document.flow, end.node, state.types, state.ports) : {}
  return Object.hasOwn(inputs, end.port) ? inputs[end.port] : undefined
}

/** A node of a mending type, set up for these two ends; where the input gets several units, for the one that it has. */
export function mendBetween(state: Drawn, from: WireEnd, to: WireEnd, type: CatalogueNode): Mend | undefined {
  const [out, into] = [outputAt(state, from), inputAt(state, to)]
  const unit = into?.unit ?? portOf(state.ports, to, 'inputs')?.unit
  return mendWith(type, out, into && { ...into, ...(unit === undefined ? {} : { unit }) })
}
