// A wire that is not drawn: the compiler makes it one (flows/format/expand.ts), and nothing of this node runs.
import { Type, defineNode, port } from '#kit'

export default defineNode({
  type: 'flow.link-out',
  version: 1,
  title: 'Link out',
  summary: 'Ends a wire here; it goes on at the links in of the same name.',
  help: `Everything that goes into the **Link out** nodes of a name comes out of all **Link in** nodes of that name, in this flow. It is the same as a wire: the same types, the same order, no cost.

**Bad, NaN, late, duplicate** and **backward-time** samples pass as along any wire, unchanged.`,
  keywords: ['wire', 'jump', 'connect', 'label', 'off-page', 'tunnel', 'go to'],
  icon: 'log-out',
  effects: 'none',
  config: Type.Object({ name: Type.String({ title: 'Name', description: 'The other end has the same.', maxLength: 64, default: 'link' }) }, { additionalProperties: false }),
  inputs: { value: port.any({ title: 'Value' }) },
  outputs: {},
  examples: [],
})
