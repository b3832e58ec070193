// The gateway that engine.slow.test.ts kills: `node gateway-child.ts FOLDER PORT` runs an armed flow that copies
// holding register 5 of a Modbus device into its register 10, and says the engine's process id.
import { FORMAT, type Flow } from '#format'
import { drivers, nodes } from '../../nodes/index.ts'
import { compile } from '../../runtime/compile/index.ts'
import { createEngines } from '../../runtime/engine/supervisor.ts'

const [folder, port] = process.argv.slice(2)
const flow: Flow = {
  headgate: FORMAT, id: 'copy', name: 'copy', parameters: {}, connections: { drive: { type: 'modbus', config: { host: '127.0.0.1', port: Number(port) } } },
  nodes: {
    in: { type: 'source.modbus', config: { connection: 'drive', tags: [{ name: 'command', address: 5, function: 'holding', type: 'uint16' }], groups: [{ name: 'default', periodMs: 20 }] }, at: [0, 0] },
    out: { type: 'actuator.modbus', config: { connection: 'drive', address: 10, envelope: { minimum: 0, maximum: 100, maxRatePerS: 100_000, onBad: 'hold', staleAfterMs: 5000, safe: 25, readBackTolerance: 0.5 } }, at: [0, 0] },
  },
  wires: ['in.command -> out.value'],
}
const { plan, issues } = compile(flow, { nodes, drivers, resources: { model: () => undefined, models: () => [], issue: () => undefined }, connections: {}, secrets: new Set(), version: 1 })
if (!plan) throw new Error(issues.map((i) => i.text).join(' '))
const engines = createEngines({ folder: folder! })
await engines.start()
await engines.deploy({ plan, armed: true, secrets: {}, models: {} })
process.send!({ pid: engines.status()[0]!.pid })
