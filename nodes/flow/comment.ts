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
  config: Type.Object(
    {
      text: Type.String({ title: 'Text', description: 'Headings (#), lists (-), **bold**, *emphasis*, `code` and [links](https://...) are shown as such.', maxLength: 10_000, default: '' }),
      width: Type.Integer({ title: 'Width', description: 'On the canvas, px. Its right edge can be dragged.', minimum: 140, maximum: 800, default: 240, advanced: true }),
    },
    { additionalProperties: false },
  ),
  inputs: {},
  outputs: {},
  carries: () => true,
  examples: [],
})
