// A wire that is not drawn: the compiler makes it one (flows/format/expand.ts), and nothing of this node runs.
import { Type, defineNode, port } from '#kit'

export default defineNode({
  type: 'flow.link-in',
  version: 1,
  title: 'Link in',
  summary: 'Goes on from the links out of the same name, without a wire across the canvas.',
  help: `Everything that goes into the **Link out** nodes of a name comes out of all **Link in** nodes of that name, in this flow. It is the same as a wire: the same types, the same order, no cost.

**Bad, NaN, late, duplicate** and **backward-time** samples pass as along any wire, unchanged.`,
  keywords: ['wire', 'jump', 'connect', 'label', 'off-page', 'tunnel', 'go to'],
  icon: 'log-in',
  effects: 'none',
  config: Type.Object({ name: Type.String({ title: 'Name', description: 'The other end has the same.', maxLength: 64, default: 'link' }) }, { additionalProperties: false }),
  inputs: {},
  outputs: { value: port.any({ title: 'Value' }) },
  examples: [],
})
