// From definitions to the data that the editor, the reference and the palette are made of.
import type { AnyDriver, AnyNode, Catalogue, CatalogueNode } from './node.ts'
import { withDefaults } from './schema.ts'

/** What a new node of this type starts with. */
export function starterOf(node: AnyNode): Record<string, unknown> {
  return (node.starter ?? withDefaults(node.config, {})) as Record<string, unknown>
}

export function describeNode(node: AnyNode): CatalogueNode {
  return {
    type: node.type,
    version: node.version,
    title: node.title,
    summary: node.summary,
    help: node.help,
    keywords: node.keywords ?? [],
    icon: node.icon,
    effects: node.effects,
    config: node.config,
    starter: starterOf(node),
    inputs: node.inputs,
    outputs: node.outputs,
    drops: node.drops ?? {},
    delays: node.delays ?? false,
    acts: Object.keys(node.acts ?? {}),
    ...(node.actArguments === undefined ? {} : { actArguments: node.actArguments }),
    dynamic: node.ports !== undefined,
    ...(node.typed === undefined ? {} : { typed: true as const }),
    ...(node.envelope === undefined ? {} : { envelope: node.envelope }),
    examples: node.examples,
  }
}

export function describeCatalogue(nodes: Iterable<AnyNode>, drivers: Iterable<AnyDriver>): Catalogue {
  return {
    nodes: [...nodes].map(describeNode),
    drivers: [...drivers].map(({ type, title, summary, icon, config, browse, searches = true, source }) => ({ type, title, summary, icon, config, ...(browse ? { browses: true as const, ...(searches ? { searches: true as const } : {}) } : {}), ...(source ? { source } : {}) })),
  }
}
