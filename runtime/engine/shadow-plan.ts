// What of a draft runs beside its live flow, and how: what is outward is muted, and what begins by itself in the live flow
// already (sources, what nodes with effects give, unchanged generators) is fed from there. Pure.
import { issue, type AnyNode, type Issue } from '#kit'
import { equalJson, type WireEnd } from '#format'
import type { Plan, PlanNode } from './contract.ts'
import { fateOf } from './fate.ts'

export interface ShadowPlan {
  /** Muted nodes have the type FED + their own. */
  readonly plan: Plan
  /** Outputs that get what the live ones of the same name give. */
  readonly fed: readonly WireEnd[]
  readonly notes: readonly Issue[]
  readonly onlyLive: readonly string[]
  readonly onlyDraft: readonly string[]
}
export const FED = 'fed:'

/** A node that is never opened and does nothing by itself: what it gives is fed, what it gets ends there. */
export function muted(def: AnyNode): AnyNode {
  const { receive: _receive, tick: _tick, start: _start, hear: _hear, hears: _hears, state: _state, queue: _queue, acts: _acts, ...rest } = def
  return { ...rest, effects: 'reads', open: () => Promise.reject(new Error('a muted node was opened')) }
}

/** `definition` throws where a type is not installed. */
export function planShadow(live: Plan, plan: Plan, definition: (type: string) => AnyNode, maxTags: number): ShadowPlan {
  const before = new Map(live.nodes.map((n) => [n.id, n]))
  const fed: WireEnd[] = []
  const notes: Issue[] = []
  const nodes = plan.nodes.map((node): PlanNode => {
    const def = definition(node.type)
    const was = before.get(node.id)
    const outputs = Object.keys(node.ports.outputs)
    const same = was !== undefined && unchanged(was, node, def, live, plan)
    // What begins by itself gives the same beside the flow only where it is the flow's own.
    const begins = Object.keys(node.ports.inputs).length === 0 && def.hears === undefined && same
    if (def.effects === 'none' && !begins) return node
    const found = outputs.filter((port) => was && feeds(was, node, port))
    for (const port of found) fed.push({ node: node.id, port })
    const place = { flow: plan.flow, node: node.id }
    if (found.length < outputs.length) notes.push(issue('SHADOW_SILENT', place, { node: node.title, ports: found.length === 0 ? '' : ` at ${outputs.filter((o) => !found.includes(o)).join(', ')}` }))
    if (found.length > 0 && !same) notes.push(issue('SHADOW_SOURCE', place, { node: node.title }))
    return { ...node, type: FED + node.type }
  })
  const ids = new Set(plan.nodes.map((n) => n.id))
  return {
    plan: { ...plan, nodes, settings: { ...plan.settings, maxTags: Math.min(plan.settings?.maxTags ?? maxTags, maxTags) } },
    fed, notes,
    onlyLive: live.nodes.map((n) => n.id).filter((id) => !ids.has(id)),
    onlyDraft: plan.nodes.map((n) => n.id).filter((id) => !before.has(id)),
  }
}

/** The same node with the same settings on the same connections. */
function unchanged(was: PlanNode, node: PlanNode, def: AnyNode, before: Plan, after: Plan): boolean {
  if (was.type !== node.type || fateOf(was, node, def) !== 'kept') return false
  const names = Object.values(node.config as object).filter((v) => typeof v === 'string')
  return names.every((name) => equalJson(before.connections[name], after.connections[name]))
}

/** Whether what the live output gives fits the draft's of this name. */
function feeds(was: PlanNode, node: PlanNode, port: string): boolean {
  const a = Object.hasOwn(was.ports.outputs, port) ? was.ports.outputs[port] : undefined
  const b = node.ports.outputs[port]!
  return a !== undefined && a.kind === b.kind && (a.unit ?? '') === (b.unit ?? '')
}
