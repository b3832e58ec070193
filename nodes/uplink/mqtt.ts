// Publishes samples to an MQTT broker. While the broker is away each receive waits; the queue in front bounds them.
import { defineNode, field, port, Type, type Io, type Opened, type Outcome, type Sample, type Static } from '#kit'
import { encodeJson, encodeValue } from '../drivers/mqtt/payload.ts'
import { publishable } from '../drivers/mqtt/topic.ts'
import type { MqttConnection } from '../drivers/mqtt/connection.ts'

const config = Type.Object({
  connection: field.connection('mqtt'),
  topic: field.text({ title: 'Topic', default: 'headgate/{tag}', minLength: 1, maxLength: 500, description: '{tag}, {node} and {flow} are filled in.', examples: ['plant/{tag}'] }),
  qos: Type.Unsafe<0 | 1 | 2>(field.choice([0, 1, 2] as const, { title: 'QoS', default: 1 })),
  retain: field.flag({ title: 'Retain', default: false, description: 'The broker keeps the last value for those who come later.' }),
  payload: field.choice(['json', 'value'], { title: 'Payload', default: 'json', labels: ['JSON with time and quality', 'Bare value'] }),
})
type Config = Static<typeof config>

export default defineNode({
  type: 'uplink.mqtt',
  version: 1,
  title: 'MQTT publish',
  summary: 'Publishes each sample to an MQTT broker.',
  help: `JSON payload: \`{"tag": "P-101.speed", "value": 45.1, "time": 1764000000000, "quality": "BadTimeout"}\`; the quality is left out when Good, the time is in ms since 1970.

**NaN, infinite and missing** values are never published as a number: JSON has null and a bad quality; a bare value is dropped. **Bad** values are published with their quality in JSON, and dropped as a bare value, which could not say so. **Late, duplicate, backward** samples are published as they come.

While the broker is away nothing is lost here: up to 200 samples wait, and the queue in front of this node holds the rest by its policy. QoS 0 counts as delivered when it is sent.

Characters that a topic may not hold (+, # and NUL) become _.`,
  keywords: ['broker', 'publish', 'cloud', 'topic', 'send'],
  icon: 'cloud-upload',
  effects: 'notifies',
  config,
  starter: { connection: 'broker', topic: 'headgate/{tag}', qos: 1, retain: false, payload: 'json' },
  inputs: { value: port.any() },
  outputs: {},
  drops: { no_value: 'The value is missing, not a number, or bad: a bare payload cannot say so.' },
  inFlight: 200,
  check(settings) {
    if (/[+#\0]/.test(settings.topic)) return [{ field: '/topic', reason: '+ and # are for subscriptions only.' }]
    const unknown = /\{(?!tag\}|node\}|flow\})[^}]*\}/.exec(settings.topic)
    return unknown ? [{ field: '/topic', reason: `'${unknown[0]}' is not known: use {tag}, {node} or {flow}.` }] : []
  },
  async open(settings, io) {
    return new Publisher(settings, io, await io.connection<MqttConnection>(settings.connection))
  },
  examples: [],
})

class Publisher implements Opened {
  readonly #settings: Config
  readonly #connection: MqttConnection
  readonly #pattern: string
  readonly #topics = new Map<string, string>()
  readonly #waiting = new Set<(reason: Error) => void>()
  #closed = false

  constructor(settings: Config, io: Io, connection: MqttConnection) {
    this.#settings = settings
    this.#connection = connection
    this.#pattern = settings.topic.replaceAll('{node}', io.node).replaceAll('{flow}', io.flow)
  }

  health() {
    return this.#connection.health()
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const give of this.#waiting) give(new Error('the node was closed before the broker had it'))
    this.#waiting.clear()
  }

  receive(s: Sample): Promise<Outcome> | Outcome {
    if (this.#closed) throw new Error('the node was closed')
    const payload = this.#settings.payload === 'json' ? encodeJson(s) : encodeValue(s)
    if (payload === undefined) return { drop: 'no_value' }
    const { qos, retain } = this.#settings
    return new Promise<Outcome>((resolve, reject) => {
      this.#waiting.add(reject)
      this.#connection.publish(this.#topicOf(s.tag), payload, { qos, retain }).then(
        () => (this.#waiting.delete(reject), resolve()),
        (thrown: unknown) => (this.#waiting.delete(reject), reject(thrown as Error)),
      )
    })
  }

  #topicOf(tag: string): string {
    let topic = this.#topics.get(tag)
    if (topic === undefined) {
      if (this.#topics.size >= 10_000) this.#topics.clear()
      topic = publishable(this.#pattern.replaceAll('{tag}', () => tag))
      this.#topics.set(tag, topic)
    }
    return topic
  }
}
