// Messages of an MQTT broker as samples. What cannot be read is counted as failed; the source goes on.
import { defineNode, field, fromConfig, issue, parseUnit, port, Quality, sample, Type, type Health, type Io, type Kind, type Opened, type Static, type Value } from '#kit'
import { DecodeFault, decodePayload, payloadFormats, type Decoded, type PayloadFormat } from '../drivers/mqtt/payload.ts'
import { filterFault } from '../drivers/mqtt/topic.ts'
import type { MqttConnection, MqttMessage } from '../drivers/mqtt/connection.ts'

const config = Type.Object({
  connection: field.connection('mqtt'),
  topic: field.text({ title: 'Topic', default: 'plant/#', maxLength: 1000, description: 'With + for one level and # for all that follow.', examples: ['plant/+/temperature'] }),
  qos: Type.Unsafe<0 | 1 | 2>(field.choice([0, 1, 2] as const, { title: 'QoS', default: 0, description: '1 and 2: acknowledged to the broker after the sample is in the journal. Choose a kept session, too.' })),
  payload: field.choice(payloadFormats, { title: 'Payload', default: 'auto', labels: ['As it looks', 'Number', 'Boolean', 'Text', 'JSON', 'Bytes'] }),
  path: field.text({ title: 'Value in JSON', default: '', maxLength: 200, description: "Path of the value: 'data[0].value'. Empty: the whole payload." }),
  timePath: field.text({ title: 'Time in JSON', default: '', maxLength: 200, advanced: true, description: 'Path of milliseconds since 1970 or an ISO 8601 time (UTC where it has no zone). Empty: when the message came.' }),
  unit: Type.Optional(field.unit({ description: 'Of numbers.' })),
  tag: field.text({ title: 'Tag', default: '{topic}', minLength: 1, maxLength: 200, advanced: true, description: '{topic}, {1}, {2} ... (levels of the topic, from 1) and {node} are filled in.' }),
  staleAfterS: field.number({ title: 'Stale after', unit: 's', default: 0, minimum: 0, maximum: 31_536_000, description: 'A tag that is silent for longer is given again as uncertain. 0: never.' }),
})
type Config = Static<typeof config>

/** What a source remembers the last value of. */
const TAG_LIMIT = 10_000

const kinds: Readonly<Record<PayloadFormat, Kind>> = { auto: 'any', number: 'number', boolean: 'boolean', text: 'text', json: 'record', bytes: 'bytes' }
const kindOf = (c: Pick<Config, 'payload' | 'path'>): Kind => (c.payload === 'json' && c.path !== '' ? 'any' : kinds[c.payload])

export default defineNode({
  type: 'source.mqtt',
  version: 1,
  title: 'MQTT',
  summary: 'Receives messages of an MQTT broker.',
  help: `Each message is one sample; its tag is the topic unless said otherwise.

**Payload**: 'As it looks' takes true and false as booleans, decimal numbers as numbers, JSON objects as records, lists of numbers as vectors, other lists as records with the fields 0, 1 ... and the rest as text; the other choices insist. What cannot be read is a DECODE issue, counted as failed, and the source goes on.
**NaN** and infinities keep their value and get the quality BadSensorFailure; a JSON null is no value, BadNoData.
**Stale**: after the stated silence the tag's last value is given once more as UncertainLastUsableValue. When the broker is lost, every tag's last value is given once as BadCommunicationError.
**Time**: where the stated field has no time, the gateway's is taken and the sample is uncertain. **Late, duplicate, backward** messages pass as they come.

QoS 1 and 2 are acknowledged only when the journal has the sample: a crash repeats a message and loses none, provided the connection's session is kept. QoS 0 cannot be held back: what a full queue refuses is dropped by its policy.`,
  keywords: ['broker', 'subscribe', 'topic', 'sensor', 'zigbee2mqtt', 'sparkplug', 'iot'],
  icon: 'radio-tower',
  effects: 'reads',
  config,
  starter: { connection: 'broker', topic: 'plant/#', qos: 0, payload: 'auto', path: '', timePath: '', tag: '{topic}', staleAfterS: 0 },
  inputs: {},
  outputs: { value: port.any({ unit: fromConfig('unit') }) },
  ports(settings) {
    const kind = kindOf(settings)
    const unit = settings.unit === undefined || settings.unit === '' || (kind !== 'number' && kind !== 'any') ? {} : { unit: settings.unit }
    return { outputs: { value: { kind, ...unit } } }
  },
  check(settings) {
    const faults: { field: string; reason: string }[] = []
    const wrong = filterFault(settings.topic)
    if (wrong) faults.push({ field: '/topic', reason: wrong })
    if (settings.payload === 'bytes' && (settings.path !== '' || settings.timePath !== '')) faults.push({ field: settings.path === '' ? '/timePath' : '/path', reason: 'Bytes are not looked into: choose JSON or number.' })
    if (settings.unit !== undefined && settings.unit !== '' && parseUnit(settings.unit) === undefined) faults.push({ field: '/unit', reason: `'${settings.unit}' is not a unit.` })
    return faults
  },
  async open(settings, io) {
    return new Subscription(settings, io, await io.connection<MqttConnection>(settings.connection))
  },
  examples: [],
})

class Subscription implements Opened {
  readonly #settings: Config
  readonly #io: Io
  readonly #connection: MqttConnection
  readonly #kind: Kind
  readonly #end: (() => void)[]
  /** Last value of each tag, the longest silent first. `at`: gateway's time of arrival. */
  readonly #last = new Map<string, { value: Value; at: number; said: boolean }>()
  readonly #tags = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #full = false
  #messages = 0
  #closed = false

  constructor(settings: Config, io: Io, connection: MqttConnection) {
    this.#settings = settings
    this.#io = io
    this.#connection = connection
    this.#kind = kindOf(settings)
    this.#end = [
      connection.listen((connected) => {
        if (!connected) this.#lost()
      }),
      connection.subscribe(settings.topic, settings.qos, (message) => this.#received(message)),
    ]
  }

  health(): Health {
    const broker = this.#connection.health()
    if (broker.state !== 'ok') return broker
    if (this.#messages === 0) return { state: 'connecting', text: `waiting for the first message on '${this.#settings.topic}'` }
    const { staleAfterS } = this.#settings
    const newest = [...this.#last.values()].at(-1)
    if (staleAfterS > 0 && newest && this.#io.now() - newest.at > staleAfterS * 1000) {
      const ageS = Math.round((this.#io.now() - newest.at) / 1000)
      return { state: 'stale', text: `no message for ${ageS} s`, issue: issue('DATA_STALE', { node: this.#io.node }, { ageS }) }
    }
    return { state: 'ok', text: '' }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const end of this.#end.splice(0)) end()
  }

  #received(message: MqttMessage): void | Promise<void> {
    if (this.#closed) return
    const tag = this.#tagOf(message.topic)
    const now = this.#io.now()
    let decoded: Decoded
    try {
      decoded = decodePayload(message.payload, this.#settings)
      if (this.#kind === 'record' && (typeof decoded.value !== 'object' || decoded.value instanceof Float64Array)) throw new DecodeFault('it is no JSON object: state the path of the value')
    } catch (thrown) {
      if (!(thrown instanceof DecodeFault)) throw thrown
      this.#io.fail(issue('DECODE', { node: this.#io.node, port: 'value' }, { reason: `'${message.topic}': ${thrown.message}` }))
      return
    }
    this.#messages++
    this.#remember(tag, decoded.value, now)
    const s = sample(tag, decoded.value, decoded.time ?? now, decoded.quality)
    if (message.qos > 0) return this.#io.deliver('value', s)
    this.#io.emit('value', s)
  }

  #tagOf(topic: string): string {
    const { tag } = this.#settings
    if (tag === '{topic}') return topic
    let made = this.#tags.get(topic)
    if (made === undefined) {
      const levels = topic.split('/')
      made = tag.replaceAll(/\{(topic|node|\d+)\}/g, (_, name: string) => (name === 'topic' ? topic : name === 'node' ? this.#io.node : (levels[Number(name) - 1] ?? '')))
      if (this.#tags.size >= TAG_LIMIT) this.#tags.clear()
      this.#tags.set(topic, made)
    }
    return made
  }

  #remember(tag: string, value: Value, at: number): void {
    const { staleAfterS } = this.#settings
    const known = this.#last.get(tag)
    if (known && staleAfterS === 0) {
      known.value = value
      known.at = at
      known.said = false
      return
    }
    if (known) this.#last.delete(tag)
    else if (this.#last.size >= TAG_LIMIT) {
      if (!this.#full) this.#io.fail(issue('NODE_KEYS', { node: this.#io.node }, { limit: TAG_LIMIT }))
      this.#full = true
      return
    }
    this.#last.set(tag, { value, at, said: false })
    if (staleAfterS > 0) this.#timer ??= setTimeout(() => this.#lookForSilent(), staleAfterS * 1000)
  }

  #lookForSilent(): void {
    this.#timer = undefined
    const limit = this.#settings.staleAfterS * 1000
    const now = this.#io.now()
    let next = Infinity
    for (const [tag, entry] of this.#last) {
      if (entry.said) continue
      const due = entry.at + limit
      if (due > now) {
        next = due
        break
      }
      entry.said = true
      this.#io.emit('value', sample(tag, entry.value, now, Quality.uncertainLastUsable))
    }
    if (next < Infinity && !this.#closed) this.#timer = setTimeout(() => this.#lookForSilent(), next - now + 1)
  }

  #lost(): void {
    const now = this.#io.now()
    for (const [tag, entry] of this.#last) {
      entry.said = true
      this.#io.emit('value', sample(tag, entry.value, now, Quality.badCommunication))
    }
  }
}
