// Monitored items of an OPC UA server: source time and the server's status code travel with each value.
import { defineNode, each, field, fromItem, issue, isBad, parseUnit, Quality, sample, Type, type Health, type Io, type Issue, type Opened, type ResolvedPort, type Static, type Value } from '#kit'
import { nodeIdFault, readingOf, type UaDataValue } from '../drivers/opcua/value.ts'
import type { OpcuaConnection } from '../drivers/opcua/connection.ts'

const Item = Type.Object(
  {
    name: field.text({ title: 'Name', description: "Of the output and, behind the prefix, of the tag: 'level'.", pattern: '^\\S+$', minLength: 1, maxLength: 64 }),
    nodeId: field.text({ title: 'Node id', minLength: 3, maxLength: 500, examples: ['ns=2;s=Tank.Level', 'nsu=urn:plant;s=Tank.Level'] }),
    kind: field.choice(['number', 'boolean', 'text', 'bytes', 'vector', 'any'], { title: 'Kind', default: 'number', description: 'What the variable holds. Another type gives BadTypeMismatch.' }),
    unit: Type.Optional(field.unit()),
    samplingMs: field.number({ title: 'Every', unit: 'ms', default: 1000, minimum: 10, maximum: 3_600_000, description: 'How often the server looks.' }),
  },
  { title: 'Item' },
)
const config = Type.Object({
  connection: field.connection('opcua'),
  tagPrefix: field.text({ title: 'Tag prefix', default: '', maxLength: 64, description: "'T-200' gives the tag 'T-200.level'. Left empty it is the node's id." }),
  items: Type.Array(Item, { title: 'Items', widget: 'table', minItems: 1, maxItems: 5000, default: [] }),
  queueSize: field.integer({ title: 'Queue', default: 10, minimum: 1, maximum: 1000, advanced: true, description: 'Changes of one item that the server keeps between two reports; the oldest go first.' }),
})
type Config = Static<typeof config>

export default defineNode({
  type: 'source.opcua',
  version: 1,
  title: 'OPC UA',
  summary: 'Receives changes of variables of an OPC UA server.',
  help: `Each row of the table is an output. The server samples the variable and reports changes of value or status.

**Time** is the source's time stamp, else the server's, else the gateway's. **Bad** and uncertain values keep the server's status code as their quality. When the server is lost, each item's last value is given once with BadCommunicationError; an item that the server refuses (no such node, no access) is given without a value and is an issue. After a reconnect all items are given anew.
**NaN** keeps its value and gets BadSensorFailure. A value of another type than stated is no value: BadTypeMismatch. **Late, duplicate, backward** samples pass as they come.

64-bit integers above 2^53 are rounded; times become ISO 8601 text. OPC UA Part 4, 5.12 and 5.13.`,
  keywords: ['subscription', 'monitored item', 'plc', 'scada', 'ua', 'tag'],
  icon: 'server',
  effects: 'reads',
  config,
  starter: { connection: 'tank', tagPrefix: '', queueSize: 10, items: [{ name: 'level', nodeId: 'ns=2;s=Tank.Level', kind: 'number', unit: 'm', samplingMs: 1000 }] },
  inputs: {},
  outputs: { '*': each('items', 'name', { kind: fromItem('kind'), unit: fromItem('unit') }) },
  ports(settings) {
    const outputs: Record<string, ResolvedPort> = {}
    for (const { name, kind, unit } of settings.items) outputs[name] = { kind, ...(unit === undefined || unit === '' || (kind !== 'number' && kind !== 'vector') ? {} : { unit }) }
    return { outputs }
  },
  check(settings) {
    const faults: { field: string; reason: string }[] = []
    const names = new Set<string>()
    settings.items.forEach((item, i) => {
      if (names.has(item.name)) faults.push({ field: `/items/${i}/name`, reason: `The item '${item.name}' is there twice.` })
      names.add(item.name)
      const wrong = nodeIdFault(item.nodeId)
      if (wrong) faults.push({ field: `/items/${i}/nodeId`, reason: wrong })
      if (item.unit !== undefined && item.unit !== '' && parseUnit(item.unit) === undefined) faults.push({ field: `/items/${i}/unit`, reason: `'${item.unit}' is not a unit.` })
    })
    return faults
  },
  // The server reports changes only: no more than it looks.
  rates: (settings) => Object.fromEntries(settings.items.map((item) => [item.name, { perS: 1000 / item.samplingMs, tags: 1 }])),
  async open(settings, io) {
    return new Monitoring(settings, io, await io.connection<OpcuaConnection>(settings.connection))
  },
  examples: [],
})

interface State {
  readonly tag: string
  last: Value
  heard: boolean
  issue: Issue | undefined
}

class Monitoring implements Opened {
  readonly #settings: Config
  readonly #io: Io
  readonly #connection: OpcuaConnection
  readonly #states: State[]
  readonly #end: () => Promise<void>
  #closed = false

  constructor(settings: Config, io: Io, connection: OpcuaConnection) {
    this.#settings = settings
    this.#io = io
    this.#connection = connection
    const prefix = settings.tagPrefix === '' ? io.node : settings.tagPrefix
    this.#states = settings.items.map((item) => ({ tag: `${prefix}.${item.name}`, last: null, heard: false, issue: undefined }))
    this.#end = connection.monitor(settings.items, settings.queueSize, {
      changed: (index, data) => this.#changed(index, data),
      refused: (index, reason) => this.#refused(index, reason),
      lost: () => this.#lost(),
    })
  }

  health(): Health {
    const server = this.#connection.health()
    if (server.state !== 'ok') return server
    const refused = this.#states.filter((s) => s.issue)
    const first = refused[0]?.issue
    if (first) return { state: 'error', text: refused.length === 1 ? first.text : `${first.text} (and ${refused.length - 1} more)`, issue: first }
    return this.#states.some((s) => s.heard) ? { state: 'ok', text: '' } : { state: 'connecting', text: 'waiting for the first value' }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#end()
  }

  #changed(index: number, data: UaDataValue): void {
    if (this.#closed) return
    const item = this.#settings.items[index]!
    const state = this.#states[index]!
    const { value, time, quality } = readingOf(data, item.kind)
    state.heard = true
    state.issue = undefined
    if (!isBad(quality)) state.last = value
    this.#io.emit(item.name, sample(state.tag, value, time ?? this.#io.now(), quality))
  }

  #refused(index: number, reason: string): void {
    if (this.#closed) return
    const item = this.#settings.items[index]!
    const state = this.#states[index]!
    const found = issue('DEVICE_EXCEPTION', { node: this.#io.node, port: item.name, field: `/items/${index}/nodeId` }, { reason: `'${item.name}': ${reason}` })
    if (state.issue?.text !== found.text) this.#io.fail(found)
    state.issue = found
    this.#io.emit(item.name, sample(state.tag, state.last, this.#io.now(), Quality.badNoData))
  }

  #lost(): void {
    if (this.#closed) return
    for (const [index, state] of this.#states.entries()) {
      if (state.heard) this.#io.emit(this.#settings.items[index]!.name, sample(state.tag, state.last, this.#io.now(), Quality.badCommunication))
    }
  }
}
