// The engine tells it of samples that failed in other nodes of the flow (runtime/engine/flow.ts, failed).
import { Type, defineNode, port, sample as make } from '#kit'

export default defineNode({
  type: 'flow.catch',
  version: 1,
  title: 'Catch',
  summary: 'Gives the samples that failed in other nodes, and why.',
  help: `**sample** is the sample that failed, as it came to the node that failed: repair it, keep it, send it on. **event** says what happened: the node, the port, the code and the reason. When a timer failed there is an event and no sample.

Failures of nodes behind a catch are not caught again, by none: what handles failures cannot go in circles. They are counted on their node, as every failure is. Several catches get each failure, each for the nodes it names.

**Bad, NaN, late, duplicate** and **backward-time** samples are no failures: they are carried by their quality. Only what a node cannot handle at all comes here, unchanged and with its own time.`,
  keywords: ['error', 'exception', 'dead letter', 'failure', 'try', 'handler'],
  icon: 'life-buoy',
  effects: 'none',
  config: Type.Object(
    { nodes: Type.String({ title: 'Of nodes', description: 'Their ids, with commas between. Empty: of all.', maxLength: 2000, default: '' }) },
    { additionalProperties: false },
  ),
  inputs: {},
  outputs: {
    sample: port.any({ title: 'Sample', help: 'What failed, unchanged.' }),
    event: port.record({ title: 'Event', fields: { node: port.text(), title: port.text(), port: port.text(), code: port.text(), reason: port.text() } }),
  },
  scope: 'node',
  carries: () => true,
  hears: 'failures',
  hear(heard, ctx) {
    if (heard.what !== 'failure' || !concerns(ctx.config.nodes, heard.node)) return
    const { node, title, issue, sample, port: name } = heard
    ctx.emit['event']!(make(sample?.tag ?? node, { node, title, port: name, code: issue.code, reason: issue.text }, sample?.time ?? ctx.now))
    if (sample) ctx.emit['sample']!(sample)
  },
  examples: [],
})

const concerns = (list: string, node: string): boolean => list.trim() === '' || list.split(',').some((id) => id.trim() === node)
