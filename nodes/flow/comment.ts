// Words on the canvas: nothing runs.
import { Type, defineNode } from '#kit'

export default defineNode({
  type: 'flow.comment',
  version: 1,
  title: 'Comment',
  summary: 'Holds words for those who read the flow.',
  help: `What a colleague should know: why a limit is what it is, who to call, what to check. It takes no wires, so that no sample reaches it: **bad, NaN, late, duplicate** and **backward-time** ones do not concern it.`,
  keywords: ['note', 'text', 'documentation', 'remark', 'sticky'],
  icon: 'sticky-note',
  effects: 'none',
  config: Type.Object({ text: Type.String({ title: 'Text', maxLength: 10_000, default: '' }) }, { additionalProperties: false }),
  inputs: {},
  outputs: {},
  carries: () => true,
  examples: [],
})
