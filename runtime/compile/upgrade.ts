// Settings of older versions of node types, brought to the ones that this gateway has.
import { issue, IssueError, reasonOf, type AnyNode } from '#kit'
import type { Flow, NodeEntry } from '#format'

/** Throws NODE_VERSION when the type is older than the settings or a step is missing, NODE_CONFIG when a step fails. */
export function migrate(node: AnyNode, from: number, config: unknown): unknown {
  if (from > node.version) throw new IssueError(issue('NODE_VERSION', {}, { type: node.type, found: from, known: node.version }))
  let out = config
  for (let v = from; v < node.version; v++) {
    const step = node.migrations?.[v]
    if (!step) throw new IssueError(issue('NODE_VERSION', {}, { type: node.type, found: from, known: node.version }))
    try {
      out = step(out)
    } catch (thrown) {
      throw new IssueError(issue('NODE_CONFIG', {}, { reason: `These settings of version ${v} cannot be brought to version ${node.version}: ${reasonOf(thrown)}.` }))
    }
  }
  return out
}

/** The document as it is written today; the very same when nothing in it is older. What cannot be brought up to date stays: compiling says why. */
export function upgradeFlow(flow: Flow, types: ReadonlyMap<string, AnyNode>): Flow {
  const nodes = upgradeNodes(flow.nodes, types)
  const subflows = Object.entries(flow.subflows ?? {}).map(([name, sub]) => [name, sub, upgradeNodes(sub.nodes, types)] as const)
  if (nodes === flow.nodes && subflows.every(([, sub, now]) => now === sub.nodes)) return flow
  return { ...flow, nodes, ...(flow.subflows ? { subflows: Object.fromEntries(subflows.map(([name, sub, now]) => [name, { ...sub, nodes: now }])) } : {}) }
}

function upgradeNodes(nodes: Flow['nodes'], types: ReadonlyMap<string, AnyNode>): Flow['nodes'] {
  let changed = false
  const all = Object.entries(nodes).map(([id, entry]): [string, NodeEntry] => {
    const type = types.get(entry.type)
    const from = entry.version ?? 1
    if (!type || from >= type.version) return [id, entry]
    try {
      const config = migrate(type, from, entry.config) as NodeEntry['config']
      changed = true
      return [id, { ...entry, version: type.version, config }]
    } catch (thrown) {
      if (thrown instanceof IssueError) return [id, entry]
      throw thrown
    }
  })
  return changed ? Object.fromEntries(all) : nodes
}
