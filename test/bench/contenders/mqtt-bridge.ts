// The least that a bridge can be: MQTT.js subscribes and publishes the same payload.
import mqtt from 'mqtt'
import { task, tell } from '../process.ts'

const { url, qos, from, to } = task<{ url: string; qos: 0 | 1; from: string; to: string }>()
const client = await mqtt.connectAsync(url, { clientId: 'bench-bridge' })
client.on('message', (_topic, payload) => void client.publish(to, payload, { qos }))
await client.subscribeAsync(from, { qos })
process.on('disconnect', () => process.exit(0))
tell({ ready: true })
