// mqtt in -> mqtt out, Node-RED's core nodes.
import { task, tell } from '../process.ts'
import { startNodeRed } from '../node-red.ts'

const { url, qos, from, to } = task<{ url: string; qos: 0 | 1; from: string; to: string }>()
const { hostname, port } = new URL(url)
await startNodeRed({
  flow: [
    { id: 'tab', type: 'tab', label: 'bench' },
    { id: 'broker', type: 'mqtt-broker', broker: hostname, port, clientid: 'bench-node-red', autoConnect: true, usetls: false, protocolVersion: '4', keepalive: '60', cleansession: true },
    { id: 'in', type: 'mqtt in', z: 'tab', topic: from, qos: String(qos), datatype: 'auto-detect', broker: 'broker', inputs: 0, wires: [['out']] },
    { id: 'out', type: 'mqtt out', z: 'tab', topic: to, qos: String(qos), retain: 'false', broker: 'broker', wires: [] },
  ],
})
process.on('disconnect', () => process.exit(0))
tell({ ready: true })
