// The compiler puts the subflow's nodes in its place (flows/format/expand.ts): nothing of this node runs.
import { Type, defineNode } from '#kit'

export default defineNode({
  type: 'flow.subflow',
  version: 1,
  title: 'Subflow',
  summary: 'Stands for a group of nodes that is drawn once and used several times.',
  help: `The nodes of a subflow are drawn once, in the flow's document under *subflows*. Each instance has its own copy of them, with its own state, and may give other values for the subflow's parameters. Its inputs and outputs are those that the subflow names.

When the flow is deployed the nodes are put in place of the instance; they are called *instance/node* in the log and in issues. A subflow may contain others, not itself. **Bad, NaN, late, duplicate** and **backward-time** samples are treated as the nodes inside do.`,
  keywords: ['group', 'template', 'reuse', 'macro', 'component', 'function block', 'module', 'parameter'],
  icon: 'package',
  effects: 'none',
  config: Type.Object(
    {
      subflow: Type.String({ title: 'Subflow', maxLength: 64, default: '' }),
      parameters: Type.Record(Type.String(), Type.Unknown(), { title: 'Parameters', default: {} }),
    },
    { additionalProperties: false },
  ),
  inputs: {},
  outputs: {},
  examples: [],
})
