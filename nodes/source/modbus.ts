// Polls a table of registers and coils. Adjacent ones are read in one request; a wrong address costs only its own tag.
import { defineNode, each, field, fromItem, isBad, isFiniteValue, issue, parseUnit, Quality, sample, Type, type Io, type Issue, type Opened, type ResolvedPort, type Sample, type Static, type Value } from '#kit'
import { plan, requests, split, type Batch, type Span, type Table } from '../drivers/modbus/batch.ts'
import { decodeNumber, decodeNumbers, decodeText, orders, registersOf, registerTypes, type RegisterType } from '../drivers/modbus/codec.ts'
import type { ModbusConnection } from '../drivers/modbus/connection.ts'

const Tag = Type.Object(
  {
    name: field.text({ title: 'Name', description: "Of the output and, behind the prefix, of the tag: 'speed'.", pattern: '^\\S+$', minLength: 1, maxLength: 64 }),
    address: field.integer({ title: 'Address', minimum: 0, maximum: 65535, description: 'Counted from 0: register 40001 of a manual is holding 0.' }),
    function: field.choice(['holding', 'input', 'coil', 'discrete'], { title: 'Table', default: 'holding', labels: ['Holding register', 'Input register', 'Coil', 'Discrete input'] }),
    type: field.choice(registerTypes, { title: 'Type', default: 'uint16' }),
    order: field.choice(orders, { title: 'Byte order', default: 'ABCD', description: 'ABCD is the standard. CDAB: words swapped, as many drives do. BADC: bytes swapped. DCBA: both.', when: { field: 'function', is: ['holding', 'input'] } }),
    bit: Type.Optional(field.integer({ title: 'Bit', minimum: 0, maximum: 15, advanced: true, description: 'For a bool in a register: which bit, 0 is the lowest. Without it any value but 0 is true.', when: { field: 'type', is: ['bool'] } })),
    scale: field.number({ title: 'Scale', default: 1, description: 'value = register x scale + offset' }),
    offset: field.number({ title: 'Offset', default: 0, advanced: true }),
    unit: Type.Optional(field.unit()),
    count: field.integer({ title: 'Count', default: 1, minimum: 1, maximum: 16384, advanced: true, description: 'Values one behind the other, given as one vector; of a text: its characters.' }),
    periodMs: Type.Optional(field.number({ title: 'Period', unit: 'ms', exclusiveMinimum: 0, advanced: true, description: 'Time between the values of a block, which makes it a waveform (series). The last value is the newest.' })),
    group: field.text({ title: 'Poll group', default: 'default', maxLength: 64 }),
  },
  { title: 'Tag' },
)
const config = Type.Object({
  connection: field.connection('modbus'),
  unitId: field.integer({ title: 'Unit id', default: 1, minimum: 0, maximum: 255, description: 'Station number; 1 or 255 for most TCP devices.' }),
  tagPrefix: field.text({ title: 'Tag prefix', default: '', maxLength: 64, description: "'P-101' gives the tag 'P-101.speed'. Left empty it is the node's id." }),
  tags: Type.Array(Tag, { title: 'Tags', widget: 'table', minItems: 1, maxItems: 2000, default: [] }),
  groups: Type.Array(
    Type.Object({ name: field.text({ title: 'Name', minLength: 1, maxLength: 64 }), periodMs: field.integer({ title: 'Every', unit: 'ms', minimum: 10, maximum: 86_400_000, default: 1000 }) }),
    { title: 'Poll groups', widget: 'table', minItems: 1, maxItems: 32, default: [{ name: 'default', periodMs: 1000 }] },
  ),
  maxGap: field.integer({ title: 'Largest gap', default: 8, minimum: 0, maximum: 100, advanced: true, description: 'Unused registers between two tags that are read along to save a request.' }),
})
type Config = Static<typeof config>
type TagConfig = Static<typeof Tag>

/** A refused address is asked for again this often. */
const REFUSED_RETRY_MS = 30_000

const isSeries = (tag: TagConfig): boolean => tag.count > 1 && tag.periodMs !== undefined && tag.type !== 'string'
const isBits = (table: Table): table is 'coil' | 'discrete' => table === 'coil' || table === 'discrete'
const kindOf = (tag: TagConfig): ResolvedPort['kind'] => (tag.type === 'string' ? 'text' : isSeries(tag) ? 'series' : tag.count > 1 ? 'vector' : tag.type === 'bool' ? 'boolean' : 'number')
const lengthOf = (tag: TagConfig): number => (isBits(tag.function) ? tag.count : registersOf(tag.type, tag.count))

export default defineNode({
  type: 'source.modbus',
  version: 1,
  title: 'Modbus',
  summary: 'Reads registers and coils of a Modbus device at a fixed period.',
  help: `Each row of the table is an output. Rows of one poll group are read together, adjacent registers in one request (125 registers at most; a longer block in several).

**Time** is the gateway's, when the answer came; of a waveform, the time of its first value, counted back from then by the period.

**Bad**: when the device is away, silent or refuses an address, each tag concerned gives its last value with a bad quality at every poll (no value when there never was one), never a silent old value. An address that the device refuses takes no neighbour down; it is asked for again every 30 s.
**NaN**: a register that holds NaN gives NaN with the quality BadSensorFailure; so does a block with a NaN in it.
**Late, duplicate, backward**: polls are in order, so there are none. A poll that takes longer than its period is not piled up: the missed ones are skipped and logged.

64-bit integers above 2^53 are rounded. Modbus Application Protocol 1.1b3.`,
  keywords: ['register', 'coil', 'plc', 'drive', 'poll', 'rtu', 'tcp', 'waveform'],
  icon: 'cable',
  effects: 'reads',
  config,
  starter: {
    connection: 'drive', unitId: 1, tagPrefix: '', maxGap: 8,
    tags: [{ name: 'speed', address: 0, function: 'input', type: 'int16', order: 'ABCD', scale: 0.1, offset: 0, unit: 'Hz', count: 1, group: 'default' }],
    groups: [{ name: 'default', periodMs: 1000 }],
  },
  inputs: {},
  outputs: { '*': each('tags', 'name', { kind: fromItem('type', { bool: 'boolean', string: 'text', '*': 'number' }), unit: fromItem('unit') }) },
  ports(settings) {
    const outputs: Record<string, ResolvedPort> = {}
    for (const tag of settings.tags) {
      const kind = kindOf(tag)
      outputs[tag.name] = {
        kind,
        ...(tag.unit === undefined || tag.unit === '' || kind === 'text' || kind === 'boolean' ? {} : { unit: tag.unit }),
        ...(kind === 'vector' ? { length: tag.count } : {}),
        ...(kind === 'series' ? { length: tag.count, periodMs: tag.periodMs! } : {}),
      }
    }
    return { outputs }
  },
  check(settings) {
    const faults: { field: string; reason: string }[] = []
    const groups = new Set<string>()
    settings.groups.forEach((g, i) => {
      if (groups.has(g.name)) faults.push({ field: `/groups/${i}/name`, reason: `The poll group '${g.name}' is there twice.` })
      groups.add(g.name)
    })
    const names = new Set<string>()
    settings.tags.forEach((tag, i) => {
      const at = `/tags/${i}`
      if (names.has(tag.name)) faults.push({ field: `${at}/name`, reason: `The tag '${tag.name}' is there twice.` })
      names.add(tag.name)
      if (!groups.has(tag.group)) faults.push({ field: `${at}/group`, reason: `There is no poll group '${tag.group}'.` })
      if (tag.address + lengthOf(tag) > 65536) faults.push({ field: `${at}/count`, reason: 'It reaches beyond the last address, 65535.' })
      if (isBits(tag.function) && tag.type !== 'bool') faults.push({ field: `${at}/type`, reason: 'Coils and discrete inputs are of type bool.' })
      if (tag.type === 'bool' && tag.count > 1) faults.push({ field: `${at}/count`, reason: 'A bool is one value: give each its own row.' })
      if (tag.periodMs !== undefined && tag.count === 1) faults.push({ field: `${at}/periodMs`, reason: 'A waveform needs a count above 1.' })
      if (tag.scale === 0) faults.push({ field: `${at}/scale`, reason: 'With the scale 0 every value would be the offset.' })
      if (tag.unit !== undefined && tag.unit !== '' && parseUnit(tag.unit) === undefined) faults.push({ field: `${at}/unit`, reason: `'${tag.unit}' is not a unit.` })
    })
    return faults
  },
  rates: (settings) => Object.fromEntries(settings.tags.map((tag) => [tag.name, { perS: 1000 / (settings.groups.find((g) => g.name === tag.group)?.periodMs ?? 1000), tags: 1 }])),
  asks(settings) {
    const spans = (group: string): Span[] => settings.tags.filter((t) => t.group === group).map((t) => ({ table: t.function, address: t.address, length: lengthOf(t) }))
    // Asked as it is polled: neighbours in one request, long blocks in several. 21 bytes of frames, then the data.
    return settings.groups.flatMap(({ name, periodMs }) => plan(spans(name), settings.maxGap).flatMap(requests).map(({ table, length }) => ({ connection: settings.connection, perS: 1000 / periodMs, bytes: 21 + (isBits(table) ? Math.ceil(length / 8) : 2 * length) })))
  },
  async open(settings, io) {
    return new Polling(settings, io, await io.connection<ModbusConnection>(settings.connection))
  },
  examples: [],
})

interface TagSpan extends Span {
  readonly tag: TagConfig
  readonly name: string
  last: Value
  fault: { readonly text: string; readonly issue?: Issue } | undefined
  /** A refused address is left alone until then, ms. */
  askAgain: number
}

class Polling implements Opened {
  readonly #settings: Config
  readonly #io: Io
  readonly #connection: ModbusConnection
  readonly #spans: TagSpan[]
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #running = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  #paused = false
  #lastGood = -Infinity
  #opened: number

  constructor(settings: Config, io: Io, connection: ModbusConnection) {
    this.#settings = settings
    this.#io = io
    this.#connection = connection
    this.#opened = io.now()
    const prefix = settings.tagPrefix === '' ? io.node : settings.tagPrefix
    this.#spans = settings.tags.map((tag) => ({ table: tag.function, address: tag.address, length: lengthOf(tag), tag, name: `${prefix}.${tag.name}`, last: null, fault: undefined, askAgain: 0 }))
    for (const group of settings.groups) {
      const spans = this.#spans.filter((s) => s.tag.group === group.name)
      if (spans.length > 0) this.#poll(group, plan(spans, settings.maxGap), performance.now(), true)
    }
  }

  health() {
    const device = this.#connection.health()
    if (device.state !== 'ok') return device
    const faulty = this.#spans.filter((s) => s.fault)
    const first = faulty[0]?.fault
    if (first) return { state: 'error' as const, text: faulty.length === 1 ? first.text : `${first.text} (and ${faulty.length - 1} more)`, ...(first.issue ? { issue: first.issue } : {}) }
    const ageS = Math.round((this.#io.now() - Math.max(this.#lastGood, this.#opened)) / 1000)
    const slowest = Math.max(...this.#settings.groups.map((g) => g.periodMs))
    if (this.#lastGood === -Infinity) return { state: 'connecting' as const, text: 'waiting for the first answer' }
    if (!this.#paused && ageS * 1000 > slowest * 3 + 5000) return { state: 'stale' as const, text: `no fresh data for ${ageS} s`, issue: issue('DATA_STALE', { node: this.#io.node }, { ageS }) }
    return { state: 'ok' as const, text: '' }
  }

  pause(): void {
    this.#paused = true
  }
  resume(): void {
    this.#paused = false
  }

  async close(): Promise<void> {
    if (!this.#abort.signal.aborted) this.#abort.abort(new Error('the node was closed'))
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    await Promise.allSettled(this.#running)
  }

  /** One poll now, and the next on the grid of the period. The first also waits for the device to connect: it is never late. */
  #poll(group: Config['groups'][number], batches: readonly Batch<TagSpan>[], due: number, first = false): void {
    if (this.#abort.signal.aborted) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (this.#paused) return this.#poll(group, batches, performance.now() + group.periodMs)
      const run = this.#read(batches).then(
        (next) => {
          const late = performance.now() - due
          const skipped = Math.floor(late / group.periodMs)
          if (skipped > 0 && !first) this.#io.log('warning', `Poll group '${group.name}' took ${Math.round(late)} ms, longer than its period of ${group.periodMs} ms: ${skipped} skipped.`)
          this.#poll(group, next, due + (skipped + 1) * group.periodMs)
        },
        (thrown: unknown) => {
          this.#io.fail(thrown instanceof Error ? thrown.message : String(thrown))
          this.#poll(group, batches, performance.now() + group.periodMs)
        },
      )
      this.#running.add(run)
      void run.finally(() => this.#running.delete(run))
    }, Math.max(0, due - performance.now()))
    this.#timers.add(timer)
  }

  /** Reads all batches; gives them back for the next time, those split that the device refused. */
  async #read(batches: readonly Batch<TagSpan>[]): Promise<Batch<TagSpan>[]> {
    const next: Batch<TagSpan>[] = []
    const queue = [...batches]
    while (queue.length > 0 && !this.#abort.signal.aborted) {
      const batch = queue.shift()!
      const only = batch.spans.length === 1 ? batch.spans[0]! : undefined
      if (only && this.#io.now() < only.askAgain) {
        next.push(batch)
        this.#bad([only], Quality.badNoData)
        continue
      }
      try {
        const { data, startedAt } = await this.#fetch(batch)
        if (this.#abort.signal.aborted) break
        next.push(batch)
        this.#good(batch, data, startedAt)
      } catch (thrown) {
        if (this.#abort.signal.aborted) break
        const code = (thrown as { code?: unknown }).code
        const refused = thrown instanceof Error && thrown.name === 'ModbusException'
        // Some devices say 'failure' (4) where others say 'no such address' (2).
        const parts = refused && typeof code === 'number' && code <= 4 ? split(batch, this.#settings.maxGap) : undefined
        if (parts) {
          queue.unshift(...parts)
          continue
        }
        next.push(batch)
        this.#failed(batch, thrown as Error, refused)
      }
    }
    return next
  }

  async #fetch(batch: Batch<TagSpan>): Promise<{ data: Uint8Array | boolean[]; startedAt: number }> {
    const { unitId } = this.#settings
    const startedAt = this.#io.now()
    const signal = this.#abort.signal
    if (isBits(batch.table)) {
      const bits: boolean[] = []
      for (const r of requests(batch)) bits.push(...(await this.#connection.readBits(unitId, batch.table, r.address, r.length, { signal })))
      return { data: bits, startedAt }
    }
    const data = new Uint8Array(batch.length * 2)
    for (const r of requests(batch)) data.set(await this.#connection.readRegisters(unitId, batch.table, r.address, r.length, { signal }), (r.address - batch.address) * 2)
    return { data, startedAt }
  }

  #good(batch: Batch<TagSpan>, data: Uint8Array | boolean[], startedAt: number): void {
    const now = this.#io.now()
    this.#lastGood = now
    for (const span of batch.spans) {
      const { tag } = span
      const from = span.address - batch.address
      const value: Value = Array.isArray(data) ? data[from]! : decode(tag, data.subarray(from * 2, (from + span.length) * 2))
      // The last value of a block was there when its first request was answered, at the latest.
      const time = isSeries(tag) ? startedAt - (tag.count - 1) * tag.periodMs! : now
      if (span.fault) this.#io.log('info', `'${tag.name}' is read again.`)
      span.fault = undefined
      span.askAgain = 0
      const quality = isFiniteValue(value) ? Quality.good : Quality.badSensor
      if (!isBad(quality)) span.last = value
      this.#emit(span, sample(span.name, value, time, quality))
    }
  }

  #failed(batch: Batch<TagSpan>, thrown: Error, refused: boolean): void {
    const { node } = this.#io
    if (!refused && this.#connection.connected && batch.spans.some((s) => s.fault === undefined)) this.#io.log('warning', thrown.message)
    for (const span of batch.spans) {
      const at = this.#settings.tags.indexOf(span.tag)
      const reason = `'${span.tag.name}' (${span.table} ${span.address}): ${thrown.message}`
      const first = span.fault === undefined
      const found = refused ? issue('DEVICE_EXCEPTION', { node, port: span.tag.name, field: `/tags/${at}/address` }, { reason }) : undefined
      span.fault = { text: refused ? reason : thrown.message, ...(found ? { issue: found } : {}) }
      if (refused && (thrown as { code?: number }).code! <= 3) span.askAgain = this.#io.now() + REFUSED_RETRY_MS
      if (first && found) this.#io.fail(found)
    }
    this.#bad(batch.spans, refused ? Quality.badNoData : thrown.name === 'ModbusTimeout' ? Quality.badTimeout : Quality.badCommunication)
  }

  #bad(spans: readonly TagSpan[], quality: number): void {
    for (const span of spans) this.#emit(span, sample(span.name, span.last, this.#io.now(), quality))
  }

  #emit(span: TagSpan, s: Sample): void {
    if (!this.#abort.signal.aborted) this.#io.emit(span.tag.name, s)
  }
}

function decode(tag: TagConfig, registers: Uint8Array): Value {
  const type: RegisterType = tag.type
  if (type === 'string') return decodeText(registers, tag.count, tag.order)
  if (isSeries(tag)) return decodeNumbers(registers, type, tag.order, new Float32Array(tag.count), tag.scale, tag.offset)
  if (tag.count > 1) return decodeNumbers(registers, type, tag.order, new Float64Array(tag.count), tag.scale, tag.offset)
  const raw = decodeNumber(registers, type, tag.order, tag.bit)
  return type === 'bool' ? raw !== 0 : raw * tag.scale + tag.offset
}
