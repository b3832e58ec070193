// source.mqtt -> uplink.mqtt in a real engine process under its supervisor, as the gateway runs it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FORMAT, type Flow } from '#format'
import { drivers, nodes } from '../../../nodes/index.ts'
import { compile } from '../../../runtime/compile/index.ts'
import { createEngines } from '../../../runtime/engine/supervisor.ts'
import { task, tell } from '../process.ts'

const { url, qos, from, to } = task<{ url: string; qos: 0 | 1; from: string; to: string }>()
const flow: Flow = {
  headgate: FORMAT, id: 'bench', name: 'bench', parameters: {}, connections: { broker: { type: 'mqtt', config: { url, clientId: 'bench-headgate' } } },
  nodes: {
    in: { type: 'source.mqtt', config: { connection: 'broker', topic: from, qos, payload: 'number' }, at: [0, 0] },
    out: { type: 'uplink.mqtt', config: { connection: 'broker', topic: to, qos, payload: 'value' }, at: [0, 0] },
  },
  wires: ['in.value -> out.value'],
}
const { plan, issues } = compile(flow, { nodes, drivers, resources: { model: () => undefined, models: () => [], issue: () => undefined }, connections: flow.connections, secrets: new Set(), version: 1 })
if (!plan) throw new Error(issues.map((i) => i.text).join(' '))
const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-'))
const engines = createEngines({ folder })
await engines.start()
await engines.deploy({ plan, armed: false, secrets: {}, models: {} })

async function end(): Promise<void> {
  await engines.close()
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
}
process.once('SIGTERM', () => void end())
process.once('disconnect', () => void end())
tell({ ready: true })
