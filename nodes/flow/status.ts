// The engine tells it when the health of a node changes (runtime/engine/flow.ts, tellHealth).
import { Quality, Type, defineNode, port, sample as make } from '#kit'

export default defineNode({
  type: 'flow.status',
  version: 1,
  title: 'Status',
  summary: 'Says when a connection of this flow is lost and when it is back.',
  help: `Looks at the nodes of this flow that have a device, a model or a server behind them, once a second, and sends a sample when the health of one changes, and once for each at the start. **ok** is true while its data are fresh. **event** says which node, its state (*ok, connecting, stale, error*) and why. The tag is the node's id.

Wire it to an alarm, to a fallback, or to an uplink. **Bad, NaN, late, duplicate** and **backward-time** samples do not come here: this node hears of nodes, not of samples.`,
  keywords: ['health', 'connection', 'watchdog', 'offline', 'online', 'heartbeat', 'diagnostics'],
  icon: 'activity',
  effects: 'none',
  config: Type.Object(
    { nodes: Type.String({ title: 'Of nodes', description: 'Their ids, with commas between. Empty: of all.', maxLength: 2000, default: '' }) },
    { additionalProperties: false },
  ),
  inputs: {},
  outputs: {
    ok: port.boolean({ title: 'OK' }),
    event: port.record({ title: 'Event', fields: { node: port.text(), title: port.text(), state: port.text(), reason: port.text() } }),
  },
  scope: 'node',
  carries: () => true,
  hears: 'health',
  hear(heard, ctx) {
    if (heard.what !== 'health' || !concerns(ctx.config.nodes, heard.node)) return
    const { node, title, health } = heard
    // Not connected yet is neither fine nor a fault.
    ctx.emit['ok']!(make(node, health.state === 'ok', ctx.now, health.state === 'connecting' ? Quality.uncertain : Quality.good))
    ctx.emit['event']!(make(node, { node, title, state: health.state, reason: health.text }, ctx.now))
  },
  examples: [],
})

const concerns = (list: string, node: string): boolean => list.trim() === '' || list.split(',').some((id) => id.trim() === node)
