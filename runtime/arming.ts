// When arming survives a deploy. A person armed what they saw: the same actuators with the same settings, fed by the
// same wires, on the same devices, judged by the same models. Anything else starts disarmed.
import type { AnyNode } from '#kit'
import { equalJson, formatWire, type Disarming } from '#format'
import type { Plan, PlanNode } from './engine/contract.ts'

export type ModelHashes = Readonly<Record<string, string>>

/** Why the flow must be armed anew; undefined when arming may stay. */
export function disarms(before: { readonly plan: Plan; readonly models: ModelHashes }, after: { readonly plan: Plan; readonly models: ModelHashes }, nodes: ReadonlyMap<string, AnyNode>): string | undefined {
  const was = actuators(before.plan, nodes)
  for (const [id, node] of actuators(after.plan, nodes)) {
    const old = was.get(id)
    if (!old) return `the actuator '${id}' is new`
    if (old.type !== node.type || !equalJson(old.config, node.config)) return `the actuator '${id}' changed`
    if (!equalJson(feeding(before.plan, id), feeding(after.plan, id))) return `what feeds the actuator '${id}' changed`
    for (const name of connectionsOf(node, nodes)) {
      if (!equalJson(before.plan.connections[name], after.plan.connections[name])) return `the connection '${name}' of the actuator '${id}' changed`
    }
  }
  for (const [name, hash] of Object.entries(after.models)) if (before.models[name] !== hash) return `the model '${name}' changed`
  return undefined
}

/** Which outputs a deploy would stop, and why; undefined: none. Arming is one for the whole flow. */
export function disarming(before: Parameters<typeof disarms>[0], after: Parameters<typeof disarms>[1], nodes: Parameters<typeof disarms>[2]): Disarming | undefined {
  const reason = disarms(before, after, nodes)
  return reason === undefined ? undefined : { reason, actuators: [...actuators(after.plan, nodes).keys()] }
}

export function actuators(plan: Plan, nodes: ReadonlyMap<string, AnyNode>): Map<string, PlanNode> {
  return new Map(plan.nodes.filter((n) => nodes.get(n.type)?.envelope !== undefined).map((n) => [n.id, n]))
}

const feeding = (plan: Plan, id: string): string[] => plan.wires.filter((w) => w.to.node === id).map(formatWire).toSorted()

function connectionsOf(node: PlanNode, nodes: ReadonlyMap<string, AnyNode>): string[] {
  const properties = (nodes.get(node.type)?.config as { properties?: Record<string, { widget?: string }> } | undefined)?.properties ?? {}
  const config = node.config as Record<string, unknown>
  return Object.entries(properties).flatMap(([key, schema]) => (schema.widget === 'connection' && typeof config[key] === 'string' ? [config[key]] : []))
}
