// The gateway process of kill.ts, which may be killed, too: `node kill-gateway.ts FOLDER FROM-URL TO-URL` runs the flow
// source -> tally -> uplink on a supervised engine and hands on what the engine tells and how it is.
import { FORMAT, type EngineStatus, type Flow } from '#format'
import { IssueError, type AnyDriver, type AnyNode } from '#kit'
import mqttDriver from '../../nodes/drivers/mqtt/index.ts'
import source from '../../nodes/source/mqtt.ts'
import uplink from '../../nodes/uplink/mqtt.ts'
import { compile } from '../../runtime/compile/index.ts'
import { createEngines } from '../../runtime/engine/supervisor.ts'
import { join } from 'node:path'
import { tally } from './tally.ts'
import { readTold, type Told } from './telling.ts'

export type FromGateway = { readonly told: Told } | { readonly log: string } | { readonly engine: EngineStatus } | { readonly flow: string }

const [folder, from, to] = process.argv.slice(2)
const connection = (url: string, clientId: string) => ({ type: 'mqtt', config: { url, clientId, session: 'keep' } })
const flow: Flow = {
  headgate: FORMAT, id: 'books', name: 'books', parameters: {}, connections: { from: connection(from!, 'taker'), to: connection(to!, 'giver') },
  nodes: {
    in: { type: 'source.mqtt', config: { connection: 'from', topic: 'in/#', qos: 1, payload: 'number' }, at: [0, 0] },
    tally: { type: 'aggregate.tally', config: {}, at: [0, 0] },
    up: { type: 'uplink.mqtt', config: { connection: 'to', topic: 'out', qos: 1, payload: 'json' }, at: [0, 0] },
  },
  wires: ['in.value -> tally.value', 'tally.value -> up.value'],
}
const nodes = new Map([source, uplink, tally].map((node) => [node.type, node as unknown as AnyNode]))
const drivers = new Map([[mqttDriver.type, mqttDriver as unknown as AnyDriver]])
const { plan, issues } = compile(flow, { nodes, drivers, resources: { model: () => undefined, models: () => [], issue: () => undefined }, connections: {}, secrets: new Set(), version: 1 })
if (!plan) throw new Error(issues.map((i) => i.text).join(' '))

// Tried again at once: a back-off would take the most of the time. A hang is noticed late enough for a busy machine.
const engines = createEngines({ folder: folder!, main: join(import.meta.dirname, 'told-engine.ts'), backOffMs: 0, pingMs: 500, hangMs: 4000 })
const say = (message: FromGateway): void => void process.send!(message, undefined, undefined, () => undefined) // without its parent it ends
process.on('disconnect', () => void engines.close().then(() => process.exit(0)))
engines.listen({
  log: (log) => {
    const told = readTold(log.text)
    say(told ? { told } : { log: log.text })
  },
  engine: (engine) => say({ engine }),
  flow: (_flow, state) => say({ flow: state }),
})
await engines.start()
for (;;) {
  try {
    await engines.deploy({ plan, armed: false, secrets: {}, models: {} })
    break
  } catch (thrown) {
    // It was killed while it was given its first flow: the next one is.
    if (!(thrown instanceof IssueError) || thrown.issues[0]?.code !== 'ENGINE_DOWN') throw thrown
    await new Promise((go) => setTimeout(go, 20))
  }
}
say({ flow: 'running' })
