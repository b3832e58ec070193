// A Modbus device as a tree: unit ids, their four tables, and of a range the registers as they are now. Modbus tells
// nothing of itself, so a person says where to look and as what. Gentle: one request at a time, behind those of the
// flows, and a silent unit never makes the connection itself doubted.
import type { AskField, Browsed, BrowseItem, BrowseRequest } from '#kit'
import { plan, requestLimit, type Table } from './batch.ts'
import { decodeNumber, orders, registersOf, type Order, type RegisterType } from './codec.ts'
import { ModbusException, ModbusTimeout, type ModbusConnection } from './connection.ts'

type Numeric = Exclude<RegisterType, 'string'>
const LAST_UNIT = 247
/** So many unit ids in a row that answer: it is one device that does not look at them. */
const ALL_ALIKE = 16
const SCAN_PAUSE_MS = 50
/** Nobody asked for this long: the scan stands still. */
const UNWATCHED_MS = 10_000
const LONGEST = 500
/** An address that was refused is asked for again this often. */
const REFUSED_MS = 30_000
/** Requests that go into finding the refused addresses of one look. */
const REQUESTS = 40

interface Known {
  readonly units: Set<number>
  /** Next unit id to ask; 0: not begun. */
  next: number
  asked: number
  running: boolean
  alike: boolean
  fault: string
  /** 'unit/table/address' -> when it was refused. */
  readonly refused: Map<string, number>
}
const known = new WeakMap<ModbusConnection, Known>()

export async function browse(connection: ModbusConnection, { path, search, signal }: BrowseRequest): Promise<Browsed> {
  let k = known.get(connection)
  if (!k) known.set(connection, (k = { units: new Set([1]), next: 0, asked: 0, running: false, alike: false, fault: '', refused: new Map() }))
  if (search !== undefined && search !== '') throw new Error('registers have no names to search for; choose a table and a range')
  if (path === null) return whole(rootOf(k))
  const steps = path.split('/')
  if (steps[0] === 'scan') return whole(scanned(connection, k))
  const unit = Number(steps[1])
  if (steps[0] !== 'unit' || !Number.isInteger(unit) || unit < 0 || unit > 255) throw new Error(`there is no place '${path.slice(0, 60)}'`)
  const [table, from, count, as] = [steps[2], Number(steps[3]), steps[4] === '*' ? '*' as const : Number(steps[4]), steps[5] ?? '']
  if (table === undefined) return whole(tables.map(([name, title]) => ({ path: `unit/${unit}/${name}`, title, detail: '', row: null, ask: askOf(name) })))
  if (!isTable(table)) throw new Error(`there is no table '${table.slice(0, 40)}'`)
  if (steps[3] === undefined) return { items: [], cut: false }
  if (!Number.isInteger(from) || from < 0 || from > 65535 || (count !== '*' && !(Number.isInteger(count) && count >= 1 && count <= LONGEST))) throw new Error(`choose an address up to 65535 and a count up to ${LONGEST}`)
  const bus = { connection, known: k, unit, table, signal }
  if (table === 'coil' || table === 'discrete') return whole(await bits(bus, from, count === '*' ? 1 : count))
  if (count === '*') return whole(await readings(bus, from))
  const reading = readingNamed(as)
  return whole(await registers(bus, from, count, reading))
}

/** Connected says only that somebody takes the call: whether unit 1 is there, a question tells. */
export async function tell(connection: ModbusConnection, signal: AbortSignal): Promise<readonly string[]> {
  try {
    await connection.readRegisters(1, 'holding', 0, 1, { signal, quiet: true })
  } catch (thrown) {
    if (thrown instanceof ModbusTimeout) return ['Unit 1 does not answer; the device may have another unit id']
    if (!(thrown instanceof ModbusException)) throw thrown
    return thrown.code === 10 || thrown.code === 11 ? [`Unit 1: ${thrown.message}`] : ['Unit 1 answers']
  }
  return ['Unit 1 answers']
}

const whole = (items: readonly BrowseItem[]): Browsed => ({ items, cut: false })

const tables: readonly (readonly [Table, string])[] = [['holding', 'Holding registers'], ['input', 'Input registers'], ['coil', 'Coils'], ['discrete', 'Discrete inputs']]
const isTable = (text: string): text is Table => tables.some(([name]) => name === text)
const isBits = (table: Table): boolean => table === 'coil' || table === 'discrete'

interface Reading {
  readonly type: Numeric
  readonly order: Order
}
const wide: readonly Numeric[] = ['uint32', 'int32', 'float32', 'uint64', 'int64', 'float64']
const readingsOf: readonly Reading[] = [{ type: 'uint16', order: 'ABCD' }, { type: 'int16', order: 'ABCD' }, ...wide.flatMap((type) => orders.map((order) => ({ type, order })))]
const nameOf = ({ type, order }: Reading): string => (type === 'uint16' || type === 'int16' ? type : `${type}:${order}`)
const labelOf = ({ type, order }: Reading): string => (type === 'uint16' || type === 'int16' ? type : `${type} ${order}`)
function readingNamed(name: string): Reading {
  const found = readingsOf.find((r) => nameOf(r) === name)
  if (!found) throw new Error(`registers cannot be read as '${name.slice(0, 40)}'`)
  return found
}

function askOf(table: Table): readonly AskField[] {
  return [
    { name: 'from', title: 'From', minimum: 0, maximum: 65535, default: 0 },
    { name: 'count', title: 'Count', minimum: 1, maximum: LONGEST, default: 20 },
    ...(isBits(table) ? [] : [{ name: 'as', title: 'Read as', choices: readingsOf.map((r) => ({ value: nameOf(r), label: labelOf(r) })), default: 'uint16' }]),
  ]
}

function rootOf(k: Known): BrowseItem[] {
  return [
    ...[...k.units].toSorted((a, b) => a - b).map((unit): BrowseItem => ({ path: `unit/${unit}`, title: `Unit ${unit}`, detail: '', row: null })),
    { path: 'unit', title: 'Another unit', detail: '', row: null, ask: [{ name: 'unit', title: 'Unit id', minimum: 0, maximum: 255, default: 255 }], minor: true },
    { path: 'scan', title: 'Find units', detail: `asks 1 to ${LAST_UNIT}, one after the other`, row: null, minor: true },
  ]
}

// ---- unit ids ---------------------------------------------------------------------------------------------------------

const watched = new WeakMap<Known, number>()

/** Begins to ask, or goes on; what it has found so far. */
function scanned(connection: ModbusConnection, k: Known): BrowseItem[] {
  watched.set(k, Date.now())
  if (k.next === 0) k.next = 1
  if (!k.running && k.next <= LAST_UNIT && !k.alike) void scan(connection, k)
  const found = [...k.units].toSorted((a, b) => a - b).map((unit): BrowseItem => ({ path: `unit/${unit}`, title: `Unit ${unit}`, detail: '', row: null }))
  const say = k.alike ? `it answers for every unit id: one device` : k.next > LAST_UNIT ? `all ${LAST_UNIT} asked` : `${k.asked} of ${LAST_UNIT} asked${k.fault === '' ? '' : `: ${k.fault}`}`
  return [...found, { path: null, title: k.next > LAST_UNIT || k.alike ? 'Done' : 'Asking', detail: say, row: null }]
}

async function scan(connection: ModbusConnection, k: Known): Promise<void> {
  k.running = true
  let alike = 0
  try {
    while (k.next <= LAST_UNIT && !k.alike && Date.now() - (watched.get(k) ?? 0) < UNWATCHED_MS) {
      const unit = k.next
      let there = false
      try {
        await connection.readRegisters(unit, 'holding', 0, 1, { quiet: true })
        there = true
      } catch (thrown) {
        // A refusal is an answer, but not that of a gateway for a unit that is not there (exceptions 10 and 11).
        if (thrown instanceof ModbusException) there = thrown.code !== 10 && thrown.code !== 11
        else if (!(thrown instanceof ModbusTimeout)) {
          k.fault = thrown instanceof Error ? thrown.message : String(thrown)
          return
        }
      }
      k.fault = ''
      k.next++
      k.asked = unit
      if (there) k.units.add(unit)
      alike = there ? alike + 1 : 0
      if (alike >= ALL_ALIKE && unit === alike) {
        k.alike = true
        for (const u of k.units) if (u > 1) k.units.delete(u)
      }
      await new Promise((go) => setTimeout(go, SCAN_PAUSE_MS))
    }
  } finally {
    k.running = false
  }
}

// ---- registers ----------------------------------------------------------------------------------------------------------

interface Bus {
  readonly connection: ModbusConnection
  readonly known: Known
  readonly unit: number
  readonly table: Table
  readonly signal: AbortSignal
}

/** Bytes of each register, or the bit; a reason where the device refuses it. */
async function read(bus: Bus, from: number, length: number): Promise<Map<number, Uint8Array | boolean | string>> {
  const { connection, known: k, unit, table, signal } = bus
  const found = new Map<number, Uint8Array | boolean | string>()
  const end = Math.min(65536, from + length)
  const now = Date.now()
  const spans = []
  for (let address = from; address < end; address++) {
    const refused = k.refused.get(`${unit}/${table}/${address}`)
    if (refused !== undefined && now - refused < REFUSED_MS) found.set(address, REFUSED)
    else spans.push({ table, address, length: 1 })
  }
  const todo = plan(spans, 0).map(({ address, length: l }) => ({ address, length: l }))
  for (let asked = 0; todo.length > 0; asked++) {
    const block = todo.shift()!
    if (asked >= REQUESTS) {
      for (let i = 0; i < block.length; i++) found.set(block.address + i, 'not asked now: many addresses here are refused')
      continue
    }
    signal.throwIfAborted()
    try {
      if (table === 'coil' || table === 'discrete') (await connection.readBits(unit, table, block.address, block.length, { signal })).forEach((bit, i) => found.set(block.address + i, bit))
      else {
        const bytes = await connection.readRegisters(unit, table, block.address, block.length, { signal, quiet: true })
        for (let i = 0; i < block.length; i++) found.set(block.address + i, bytes.subarray(i * 2, i * 2 + 2))
      }
    } catch (thrown) {
      // Only a wrong address is looked for; what concerns the whole unit is the answer.
      if (!(thrown instanceof ModbusException) || (thrown.code !== 2 && thrown.code !== 3)) throw thrown
      if (block.length === 1) {
        found.set(block.address, REFUSED)
        if (k.refused.size > 20_000) k.refused.clear()
        k.refused.set(`${unit}/${table}/${block.address}`, now)
      } else {
        const half = block.length >> 1
        todo.unshift({ address: block.address, length: half }, { address: block.address + half, length: block.length - half })
      }
    }
  }
  return found
}
const REFUSED = 'the device has no such address'

async function registers(bus: Bus, from: number, count: number, reading: Reading): Promise<BrowseItem[]> {
  const size = registersOf(reading.type)
  const found = await read(bus, from, Math.min(count * size, requestLimit('holding') * 16))
  const items: BrowseItem[] = []
  for (let i = 0, address = from; i < count && address + size <= 65536; i++, address += size) items.push(item(bus, address, reading, found, `unit/${bus.unit}/${bus.table}/${address}/*`))
  return items
}

/** One register and those behind it, read as everything. */
async function readings(bus: Bus, address: number): Promise<BrowseItem[]> {
  const found = await read(bus, address, 4)
  return readingsOf.filter((r) => address + registersOf(r.type) <= 65536).map((r) => ({ ...item(bus, address, r, found, null), title: labelOf(r), detail: rawOf(found, address, registersOf(r.type)) }))
}

const rawOf = (found: ReadonlyMap<number, Uint8Array | boolean | string>, address: number, size: number): string => {
  const words = Array.from({ length: size }, (_, i) => found.get(address + i))
  return words.every((w) => w instanceof Uint8Array) ? words.map((w) => Buffer.from(w).toString('hex').toUpperCase()).join(' ') : ''
}

function item(bus: Bus, address: number, reading: Reading, found: ReadonlyMap<number, Uint8Array | boolean | string>, path: string | null): BrowseItem {
  const size = registersOf(reading.type)
  const words = Array.from({ length: size }, (_, i) => found.get(address + i))
  const refused = words.find((w) => typeof w === 'string')
  const bytes = words.every((w) => w instanceof Uint8Array) ? Uint8Array.from(words.flatMap((w) => [...w])) : undefined
  const value = bytes && decodeNumber(bytes, reading.type, reading.order)
  const finite = value !== undefined && Number.isFinite(value)
  return {
    path: bytes ? path : null,
    title: String(address),
    detail: refused ?? rawOf(found, address, size),
    ...(value === undefined ? {} : { value: finite ? value : String(value), quality: finite ? 'Good' : 'BadSensorFailure' }),
    row: bytes ? { name: `${bus.table}_${address}`, address, function: bus.table, type: reading.type, order: reading.order } : null,
    node: { unitId: bus.unit },
    trail: [`Unit ${bus.unit}`],
  }
}

async function bits(bus: Bus, from: number, count: number): Promise<BrowseItem[]> {
  const found = await read(bus, from, count)
  return [...found].toSorted(([a], [b]) => a - b).map(([address, bit]) => ({
    path: null,
    title: String(address),
    detail: typeof bit === 'string' ? bit : '',
    ...(typeof bit === 'boolean' ? { value: bit, quality: 'Good' } : {}),
    row: typeof bit === 'boolean' ? { name: `${bus.table}_${address}`, address, function: bus.table, type: 'bool' } : null,
    node: { unitId: bus.unit },
    trail: [`Unit ${bus.unit}`],
  }))
}
