// The draft as a text for other gateways: always the whole flow, with copies of the connections that its nodes name, those in
// subflows too.
import { formatFlow, type Flow } from '#format'
import type { Core } from './editor.ts'

export function exporting(core: Core) {
  return {
    /** '' when no flow is open. */
    async exportText(): Promise<string> {
      const flow = core.get().document?.flow
      if (!flow) return ''
      return formatFlow(await withConnections(flow))
    },
  }

  async function withConnections(flow: Flow): Promise<Flow> {
    const used = new Set<string>()
    for (const node of [flow, ...Object.values(flow.subflows ?? {})].flatMap((of) => Object.values(of.nodes))) {
      const properties = (core.get().types.get(node.type)?.config as { properties?: Record<string, { widget?: string }> } | undefined)?.properties ?? {}
      for (const [name, schema] of Object.entries(properties)) {
        const value = node.config[name]
        if (schema.widget === 'connection' && typeof value === 'string') used.add(value)
      }
    }
    const known = await core.api.connections()
    const own = Object.fromEntries(Object.entries(flow.connections).filter(([name]) => used.has(name)))
    const gateways = Object.fromEntries(known.filter((c) => used.has(c.name)).map((c) => [c.name, { type: c.type, config: c.config }]))
    return { ...flow, connections: { ...own, ...gateways } }
  }
}
