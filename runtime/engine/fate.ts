// What a deploy does to a node: the engine does it, and the preview of a deploy tells it beforehand.
import type { AnyNode, ResolvedPorts } from '#kit'
import { equalJson, type Fates } from '#format'
import type { Plan, PlanNode } from './contract.ts'

/**
 * kept: untouched. carried: it goes on under its new settings, with its state and its counts. anew: another one takes its
 * place, without state. Connections, secrets and models that are others than before make it anew, too.
 */
export type Fate = 'kept' | 'carried' | 'anew'

export function fateOf(old: PlanNode, node: PlanNode, def: AnyNode): Fate {
  if (old.type !== node.type) return 'anew'
  if (equalJson(old.config, node.config) && equalJson(old.ports, node.ports)) return 'kept'
  const sameNames = equalJson(Object.keys(old.ports.inputs), Object.keys(node.ports.inputs))
  return !def.open && sameNames && holdsState({ config: old.config, inputs: old.ports.inputs }, { config: node.config, inputs: node.ports.inputs }, def) ? 'carried' : 'anew'
}

/** What a deploy of `next` would do to the nodes that run under `old`. `differs`: a connection or model that is another one now. */
export function fatesOf(old: Plan, next: Plan, definition: (type: string) => AnyNode | undefined, differs: (name: string) => boolean): Fates {
  const before = new Map(old.nodes.map((n) => [n.id, n]))
  const fates: Record<Fate, string[]> = { kept: [], carried: [], anew: [] }
  for (const node of next.nodes) {
    const was = before.get(node.id)
    const def = definition(node.type)
    if (!was || !def) continue
    const names = def.open ? Object.values(node.config as object).filter((v) => typeof v === 'string') : []
    fates[names.some(differs) ? 'anew' : foretold(was, node, def)].push(node.id)
  }
  return fates
}

/** A node whose own code cannot say begins anew, as it will when it is deployed. */
function foretold(was: PlanNode, node: PlanNode, def: AnyNode): Fate {
  try {
    return fateOf(was, node, def)
  } catch {
    return 'anew'
  }
}

/** What state was made under: the settings, and the types of what comes in (a reading in °C says nothing in kelvins). */
export interface Made {
  readonly config: unknown
  readonly inputs: ResolvedPorts
}

/** Whether state that was made under one is right under another. A node that keeps none has nothing that could be wrong. */
export function holdsState(from: Made, to: Made, def: AnyNode): boolean {
  if (def.state === undefined && def.tick === undefined && !def.open) return true
  return equalJson(typesOf(from.inputs), typesOf(to.inputs)) && (equalJson(from.config, to.config) || def.carries?.(from.config, to.config) === true)
}

const typesOf = (ports: ResolvedPorts): unknown => Object.entries(ports).map(([name, { kind, unit, length, periodMs }]) => [name, kind, unit ?? null, length ?? null, periodMs ?? null])
