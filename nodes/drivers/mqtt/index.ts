// An MQTT broker. MQTT.js is loaded when a flow opens it.
import { defineDriver, field, Type } from '#kit'
import { identityFields } from '../identity.ts'
import type { MqttConnection } from './connection.ts'

const config = Type.Object({
  url: field.text({ title: 'Broker', default: 'mqtt://127.0.0.1:1883', pattern: '^(mqtts?|wss?)://[^\\s@]+$', description: 'mqtt:// or ws://; mqtts:// and wss:// are encrypted. User and password have fields of their own.', examples: ['mqtt://192.168.0.5:1883', 'mqtts://broker.plant:8883'] }),
  version: field.choice(['3.1.1', '5'], { title: 'Version', default: '3.1.1' }),
  clientId: field.text({ title: 'Client id', default: '', maxLength: 200, advanced: true, description: 'Left empty, one that stays the same is derived. Two clients with one id throw each other out.' }),
  username: field.text({ title: 'User', default: '', maxLength: 200 }),
  passwordSecret: field.secret({ title: 'Password', default: '', description: 'The name of a stored secret.' }),
  ...identityFields('broker'),
  will: Type.Object(
    {
      topic: field.text({ title: 'Topic', default: '', maxLength: 1000, description: 'Left empty: none. The broker sends it when this connection breaks, and this gateway as it leaves.', examples: ['gateways/line-3/state'] }),
      payload: field.text({ title: 'Message', default: 'offline', maxLength: 4000 }),
      birth: field.text({ title: 'Message when connected', default: 'online', maxLength: 4000, description: 'To the same topic. Left empty: none.' }),
      qos: Type.Unsafe<0 | 1 | 2>(field.choice([0, 1, 2] as const, { title: 'QoS', default: 1 })),
      retain: field.flag({ title: 'Retained', default: true }),
    },
    { title: 'Last will', default: { topic: '', payload: 'offline', birth: 'online', qos: 1, retain: true }, advanced: true, additionalProperties: false },
  ),
  keepaliveS: field.integer({ title: 'Keep alive', unit: 's', default: 30, minimum: 5, maximum: 3600, advanced: true, description: 'A broker that is silent for longer counts as lost.' }),
  session: field.choice(['clean', 'keep'], { title: 'Session', default: 'clean', labels: ['New each time', 'Kept by the broker'], description: 'Kept: with QoS 1 and 2 the broker saves what comes while the gateway is away. Choose it where no message may be lost.' }),
  sessionExpiryS: field.integer({ title: 'Session kept for', unit: 's', default: 86_400, minimum: 1, maximum: 31_536_000, advanced: true, description: 'How long the broker keeps it (version 5; with 3.1.1 the broker decides).', when: { field: 'session', is: ['keep'] } }),
})

export default defineDriver<typeof config, MqttConnection>({
  type: 'mqtt',
  title: 'MQTT broker',
  summary: 'A broker that sensors publish to and other systems listen to.',
  icon: 'radio-tower',
  config,
  async open(settings, io) {
    const { MqttConnection } = await import('./connection.ts')
    return new MqttConnection(settings, io)
  },
  source: { type: 'source.mqtt', connectionField: 'connection', rowsField: 'tags', config: { topic: '' } },
  // '#' beside the subscriptions of flows would give some of them their messages twice, and one client id is for one client.
  apart: (settings) => ({ ...settings, clientId: '', session: 'clean' }),
  browse: async (connection, request) => (await import('./browse.ts')).browse(connection, request),
})
