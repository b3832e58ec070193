// A starter names a connection that this gateway may not have: when it has just one of the kind, a node that only reads
// takes that, in the same step of history. Which device to write to is a person's choice.
import type { CatalogueNode } from '#kit'
import type { ConnectionBody } from '#format'
import type { Core } from './editor.ts'
import type { Screen } from './screen.ts'

export async function ownConnections(core: Core, screen: Screen, id: string, type: CatalogueNode): Promise<void> {
  const properties = (type.config as { readonly properties?: { readonly [name: string]: { readonly widget?: string; readonly connection?: string } } }).properties ?? {}
  const fields = Object.entries(properties).filter(([, schema]) => schema.widget === 'connection')
  if (fields.length === 0 || type.effects === 'writes') return
  let have: readonly ConnectionBody[]
  try {
    have = await core.api.connections()
  } catch (thrown) {
    // The node says itself that its connection is not there.
    screen.failed(thrown)
    return
  }
  for (const [name, schema] of fields) {
    const [only, another] = have.filter((c) => c.type === schema.connection)
    const { document: d } = core.get()
    const node = d && Object.hasOwn(d.flow.nodes, id) ? d.flow.nodes[id] : undefined
    if (!d || !node || !only || another || node.config[name] !== type.starter[name] || have.some((c) => c.name === node.config[name])) continue
    core.set({ document: { ...d, flow: { ...d.flow, nodes: { ...d.flow.nodes, [id]: { ...node, config: { ...node.config, [name]: only.name } } } } } })
    core.touched()
  }
}
