// Messages of an MQTT broker as samples. What cannot be read is counted as failed; the source goes on.
import { defineNode, each, field, fromConfig, fromItem, issue, parseUnit, port, Quality, sample, Type, type Health, type Io, type Kind, type Opened, type ResolvedPort, type Static, type Value } from '#kit'
import { DecodeFault, decodePayload, payloadFormats, type Decoded, type PayloadFormat } from '../drivers/mqtt/payload.ts'
import { filterFault } from '../drivers/mqtt/topic.ts'
import type { MqttConnection, MqttMessage } from '../drivers/mqtt/connection.ts'

const Tag = Type.Object(
  {
    name: field.text({ title: 'Name', description: "Of the output and, behind the node's id, of the tag: 'hall_temperature'.", pattern: '^\\S+$', minLength: 1, maxLength: 64 }),
    topic: field.text({ title: 'Topic', minLength: 1, maxLength: 1000, examples: ['plant/hall/temperature'] }),
    payload: field.choice(payloadFormats, { title: 'Payload', default: 'auto', labels: ['As it looks', 'Number', 'Boolean', 'Text', 'JSON', 'Bytes'] }),
    path: field.text({ title: 'Value in JSON', default: '', maxLength: 200, description: "Path of the value: 'data[0].value'. Empty: the whole payload." }),
    timePath: field.text({ title: 'Time in JSON', default: '', maxLength: 200, advanced: true, description: 'Empty: when the message came.' }),
    unit: Type.Optional(field.unit({ description: 'Of numbers.' })),
  },
  { title: 'Tag' },
)
const config = Type.Object({
  connection: field.connection('mqtt'),
  topic: field.text({ title: 'Topic', default: 'plant/#', maxLength: 1000, description: 'With + for one level and # for all that follow. One output for all of them; left empty where the table below names what is wanted.', examples: ['plant/+/temperature'] }),
  tags: Type.Array(Tag, { title: 'Tags', widget: 'table', maxItems: 2000, default: [], description: 'Single topics, and fields of their JSON, each with an output of its own.' }),
  qos: Type.Unsafe<0 | 1 | 2>(field.choice([0, 1, 2] as const, { title: 'QoS', default: 0, description: '1 and 2: acknowledged to the broker after the sample is in the journal. Choose a kept session, too.' })),
  payload: field.choice(payloadFormats, { title: 'Payload', default: 'auto', labels: ['As it looks', 'Number', 'Boolean', 'Text', 'JSON', 'Bytes'] }),
  path: field.text({ title: 'Value in JSON', default: '', maxLength: 200, description: "Path of the value: 'data[0].value'. Empty: the whole payload." }),
  timePath: field.text({ title: 'Time in JSON', default: '', maxLength: 200, advanced: true, description: 'Path of milliseconds since 1970 or an ISO 8601 time (UTC where it has no zone). Empty: when the message came.' }),
  unit: Type.Optional(field.unit({ description: 'Of numbers.' })),
  tag: field.text({ title: 'Tag', default: '{topic}', minLength: 1, maxLength: 200, advanced: true, description: '{topic}, {1}, {2} ... (levels of the topic, from 1) and {node} are filled in.' }),
  staleAfterS: field.number({ title: 'Stale after', unit: 's', default: 0, minimum: 0, maximum: 31_536_000, description: 'A tag that is silent for longer is given again as uncertain. 0: never.' }),
})
type Config = Static<typeof config>
type TagConfig = Static<typeof Tag>

/** What a source remembers the last value of. */
const TAG_LIMIT = 10_000

const kinds: Readonly<Record<PayloadFormat, Kind>> = { auto: 'any', number: 'number', boolean: 'boolean', text: 'text', json: 'record', bytes: 'bytes' }
const kindOf = (c: Pick<Config, 'payload' | 'path'>): Kind => (c.payload === 'json' && c.path !== '' ? 'any' : kinds[c.payload])
const typeOf = (c: Pick<Config, 'payload' | 'path' | 'unit'>): ResolvedPort => {
  const kind = kindOf(c)
  return { kind, ...(c.unit === undefined || c.unit === '' || (kind !== 'number' && kind !== 'any') ? {} : { unit: c.unit }) }
}

export default defineNode({
  type: 'source.mqtt',
  version: 1,
  title: 'MQTT',
  summary: 'Receives messages of an MQTT broker.',
  help: `Each message is one sample; its tag is the topic unless said otherwise. Each row of the table is an output of its own, for one topic or one field of its JSON; its tag is the node's id and the row's name.

**Payload**: 'As it looks' takes true and false as booleans, decimal numbers as numbers, JSON objects as records, lists of numbers as vectors, other lists as records with the fields 0, 1 ... and the rest as text; the other choices insist. What cannot be read is a DECODE issue, counted as failed, and the source goes on.
**NaN** and infinities keep their value and get the quality BadSensorFailure; a JSON null is no value, BadNoData.
**Stale**: after the stated silence the tag's last value is given once more as UncertainLastUsableValue. When the broker is lost, every tag's last value is given once as BadCommunicationError.
**Time**: where the stated field has no time, the gateway's is taken and the sample is uncertain. **Late, duplicate, backward** messages pass as they come.

QoS 1 and 2 are acknowledged only when the journal has the sample: a crash repeats a message and loses none, provided the connection's session is kept. QoS 0 cannot be held back: what a full queue refuses is dropped by its policy.`,
  keywords: ['broker', 'subscribe', 'topic', 'sensor', 'zigbee2mqtt', 'sparkplug', 'iot'],
  icon: 'radio-tower',
  effects: 'reads',
  config,
  starter: { connection: 'broker', topic: 'plant/#', tags: [], qos: 0, payload: 'auto', path: '', timePath: '', tag: '{topic}', staleAfterS: 0 },
  inputs: {},
  outputs: { value: port.any({ unit: fromConfig('unit') }), '*': each('tags', 'name', { kind: fromItem('payload', { number: 'number', boolean: 'boolean', text: 'text', bytes: 'bytes', '*': 'any' }), unit: fromItem('unit') }) },
  ports(settings) {
    const outputs: Record<string, ResolvedPort> = {}
    if (settings.topic !== '' || settings.tags.length === 0) outputs['value'] = typeOf(settings)
    for (const tag of settings.tags) outputs[tag.name] = typeOf(tag)
    return { outputs }
  },
  check(settings) {
    const faults: { field: string; reason: string }[] = []
    const wrong = settings.topic === '' && settings.tags.length > 0 ? undefined : filterFault(settings.topic)
    if (wrong) faults.push({ field: '/topic', reason: wrong })
    const names = new Set(settings.topic === '' ? [] : ['value'])
    settings.tags.forEach((tag, i) => {
      const at = `/tags/${i}`
      if (names.has(tag.name)) faults.push({ field: `${at}/name`, reason: tag.name === 'value' ? "'value' is the output of the topic above." : `The tag '${tag.name}' is there twice.` })
      names.add(tag.name)
      const topic = filterFault(tag.topic)
      if (topic) faults.push({ field: `${at}/topic`, reason: topic })
      if (tag.payload === 'bytes' && (tag.path !== '' || tag.timePath !== '')) faults.push({ field: `${at}/path`, reason: 'Bytes are not looked into: choose JSON or number.' })
      if (tag.unit !== undefined && tag.unit !== '' && parseUnit(tag.unit) === undefined) faults.push({ field: `${at}/unit`, reason: `'${tag.unit}' is not a unit.` })
    })
    if (settings.payload === 'bytes' && (settings.path !== '' || settings.timePath !== '')) faults.push({ field: settings.path === '' ? '/timePath' : '/path', reason: 'Bytes are not looked into: choose JSON or number.' })
    if (settings.unit !== undefined && settings.unit !== '' && parseUnit(settings.unit) === undefined) faults.push({ field: '/unit', reason: `'${settings.unit}' is not a unit.` })
    return faults
  },
  async open(settings, io) {
    return new Subscription(settings, io, await io.connection<MqttConnection>(settings.connection))
  },
  examples: [],
})

/** What one output reads out of a message. */
interface Reader {
  readonly port: string
  readonly settings: Pick<TagConfig, 'payload' | 'path' | 'timePath'>
  readonly kind: Kind
  readonly tagOf: (topic: string) => string
}

class Subscription implements Opened {
  readonly #settings: Config
  readonly #io: Io
  readonly #connection: MqttConnection
  readonly #end: (() => void)[]
  /** Last value of each tag, the longest silent first. `at`: gateway's time of arrival. */
  readonly #last = new Map<string, { port: string; value: Value; at: number; said: boolean }>()
  readonly #tags = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #full = false
  #messages = 0
  #closed = false

  constructor(settings: Config, io: Io, connection: MqttConnection) {
    this.#settings = settings
    this.#io = io
    this.#connection = connection
    const readers: { filter: string; reader: Reader }[] = settings.topic === '' ? [] : [{ filter: settings.topic, reader: { port: 'value', settings, kind: kindOf(settings), tagOf: (topic) => this.#tagOf(topic) } }]
    for (const tag of settings.tags) readers.push({ filter: tag.topic, reader: { port: tag.name, settings: tag, kind: kindOf(tag), tagOf: () => `${io.node}.${tag.name}` } })
    this.#end = [
      connection.listen((connected) => {
        if (!connected) this.#lost()
      }),
      ...[...Map.groupBy(readers, (r) => r.filter)].map(([filter, of]) => connection.subscribe(filter, settings.qos, (message) => this.#received(message, of.map((r) => r.reader)))),
    ]
  }

  health(): Health {
    const broker = this.#connection.health()
    if (broker.state !== 'ok') return broker
    const { topic, tags } = this.#settings
    if (this.#messages === 0) return { state: 'connecting', text: `waiting for the first message on '${topic === '' ? tags[0]!.topic : topic}'` }
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

  /** Acknowledged when what each of the readers made of it is in the journal. */
  #received(message: MqttMessage, readers: readonly Reader[]): void | Promise<void> {
    if (this.#closed) return
    if (readers.length === 1) return this.#read(message, readers[0]!)
    const kept = readers.map((reader) => this.#read(message, reader)).filter((k) => k !== undefined)
    return kept.length === 0 ? undefined : Promise.all(kept).then(() => undefined)
  }

  #read(message: MqttMessage, { port: out, settings, kind, tagOf }: Reader): void | Promise<void> {
    const now = this.#io.now()
    let decoded: Decoded
    try {
      decoded = decodePayload(message.payload, settings)
      if (kind === 'record' && (typeof decoded.value !== 'object' || decoded.value instanceof Float64Array)) throw new DecodeFault('it is no JSON object: state the path of the value')
    } catch (thrown) {
      if (!(thrown instanceof DecodeFault)) throw thrown
      this.#io.fail(issue('DECODE', { node: this.#io.node, port: out }, { reason: `'${message.topic}': ${thrown.message}` }))
      return
    }
    const tag = tagOf(message.topic)
    this.#messages++
    this.#remember(tag, out, decoded.value, now)
    const s = sample(tag, decoded.value, decoded.time ?? now, decoded.quality)
    if (message.qos > 0) return this.#io.deliver(out, s)
    this.#io.emit(out, s)
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

  #remember(tag: string, out: string, value: Value, at: number): void {
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
    this.#last.set(tag, { port: out, value, at, said: false })
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
      this.#io.emit(entry.port, sample(tag, entry.value, now, Quality.uncertainLastUsable))
    }
    if (next < Infinity && !this.#closed) this.#timer = setTimeout(() => this.#lookForSilent(), next - now + 1)
  }

  #lost(): void {
    const now = this.#io.now()
    for (const [tag, entry] of this.#last) {
      entry.said = true
      this.#io.emit(entry.port, sample(tag, entry.value, now, Quality.badCommunication))
    }
  }
}
