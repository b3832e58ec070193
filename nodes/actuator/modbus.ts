// Writes one value into a Modbus device. Only the guard calls write, read and beat; this file knows registers, not rules.
import { defineNode, Envelope, field, guardDrops, fromConfig, issue, parseUnit, port, Type, type Health, type Io, type Opened, type Static } from '#kit'
import { decodeNumber, encodeNumber, orders, registersOf } from '../drivers/modbus/codec.ts'
import type { ModbusConnection } from '../drivers/modbus/connection.ts'

const types = ['int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64', 'float32', 'float64'] as const
const config = Type.Object({
  connection: field.connection('modbus'),
  unitId: field.integer({ title: 'Unit id', default: 1, minimum: 0, maximum: 255, description: 'Station number; 1 or 255 for most TCP devices.' }),
  address: field.integer({ title: 'Register', default: 0, minimum: 0, maximum: 65535, description: 'Holding register, counted from 0: 40001 of a manual is 0.' }),
  type: field.choice(types, { title: 'Type', default: 'uint16' }),
  order: field.choice(orders, { title: 'Byte order', default: 'ABCD', description: 'ABCD is the standard. CDAB: words swapped. BADC: bytes swapped. DCBA: both.' }),
  scale: field.number({ title: 'Scale', default: 1, description: 'register = (value - offset) / scale, as in the Modbus source.' }),
  offset: field.number({ title: 'Offset', default: 0, advanced: true }),
  unit: field.unit({ default: '', description: 'Of the value; the wire must carry the same.' }),
  envelope: Envelope,
  readBackAddress: Type.Optional(field.integer({ title: 'Read-back register', minimum: 0, maximum: 65535, advanced: true, description: 'Where the device shows what it holds. Without it, the register that is written.' })),
  readBackTable: field.choice(['holding', 'input'], { title: 'Read-back table', default: 'holding', labels: ['Holding register', 'Input register'], advanced: true }),
  multiple: field.flag({ title: 'Always write multiple', default: false, advanced: true, description: 'Function 16 also for one register; some devices know no function 6.' }),
  heartbeat: Type.Optional(
    Type.Object(
      {
        address: field.integer({ title: 'Register', minimum: 0, maximum: 65535 }),
        periodMs: field.integer({ title: 'Every', unit: 'ms', minimum: 50, maximum: 60_000, default: 500 }),
      },
      { title: 'Heartbeat', description: 'A counter (1 to 65535) written while armed with a good input, and 0 when disarmed, so that the device falls back by itself when Headgate is silent.', advanced: true },
    ),
  ),
})
type Config = Static<typeof config>

export default defineNode({
  type: 'actuator.modbus',
  version: 1,
  title: 'Modbus output',
  summary: 'Writes a setpoint into a register of a Modbus device, inside its envelope.',
  help: `The guard stands between this node and the device. It writes only while the flow is armed, only inside the range, never faster than the stated change per second (a larger step becomes a ramp, a newer command replaces it), and reads back what the device holds.

The first command after arming reads the device first, so that the ramp starts from the real value. A device that holds a value outside of the range is left alone until someone brings it inside by hand.

**Bad, NaN, stale** (older than the stated age, or of quality UncertainLastUsableValue) is never a command: the last value is held or the safe value is written, as the envelope says. Other uncertain values are commands.
**Late or backward**: a command older than the last one is dropped. **Duplicate**: an equal value is not written again; the device is read now and then to see that it still holds it.

A write that fails is not repeated blindly: the next command reads the device first. Headgate is not a safety-rated system.`,
  keywords: ['setpoint', 'register', 'write', 'drive', 'plc', 'output'],
  icon: 'sliders-horizontal',
  effects: 'writes',
  config,
  starter: {
    connection: 'drive', unitId: 1, address: 0, type: 'uint16', order: 'ABCD', scale: 0.1, offset: 0, unit: 'Hz', readBackTable: 'holding', multiple: false,
    envelope: { minimum: 20, maximum: 50, maxRatePerS: 5, onBad: 'hold', staleAfterMs: 10_000, safe: 25, readBackTolerance: 0.1 },
  },
  inputs: { value: port.number({ unit: fromConfig('unit'), title: 'Setpoint' }) },
  outputs: {},
  drops: guardDrops,
  envelope: 'envelope',
  heartbeatMs: (settings) => settings.heartbeat?.periodMs,
  check(settings) {
    const { envelope: e } = settings
    const faults: { field: string; reason: string }[] = []
    const integer = !settings.type.startsWith('float')
    if (!(e.minimum < e.maximum)) faults.push({ field: '/envelope/minimum', reason: 'The lowest value must be below the highest.' })
    else if (e.safe < e.minimum || e.safe > e.maximum) faults.push({ field: '/envelope/safe', reason: `The safe value must lie inside the range, ${e.minimum} to ${e.maximum}.` })
    if (settings.scale === 0) faults.push({ field: '/scale', reason: 'The scale cannot be 0.' })
    else {
      for (const end of ['minimum', 'maximum'] as const) {
        try {
          encodeNumber((e[end] - settings.offset) / settings.scale, settings.type, settings.order)
        } catch (thrown) {
          faults.push({ field: `/envelope/${end}`, reason: `The register cannot hold it: ${(thrown as Error).message}.` })
        }
      }
      const step = Math.abs(settings.scale) / 2
      if (integer && e.readBackTolerance < step - 1e-12) faults.push({ field: '/envelope/readBackTolerance', reason: `The register holds steps of ${Math.abs(settings.scale)}: the tolerance must be at least ${step}.` })
    }
    const span = registersOf(settings.type)
    const beat = settings.heartbeat
    if (beat && beat.address >= settings.address && beat.address < settings.address + span) faults.push({ field: '/heartbeat/address', reason: 'The heartbeat needs a register of its own.' })
    for (const [at, address] of [['/address', settings.address], ['/readBackAddress', settings.readBackAddress ?? 0]] as const) {
      if (address + span > 65536) faults.push({ field: at, reason: 'It reaches beyond the last register, 65535.' })
    }
    if (settings.unit !== '' && parseUnit(settings.unit) === undefined) faults.push({ field: '/unit', reason: `'${settings.unit}' is not a unit.` })
    return faults
  },
  // A command is written and read back.
  asks: (settings, into) => [
    { connection: settings.connection, perS: 2 * (into['value']?.perS ?? 0), bytes: 24 },
    ...(settings.heartbeat ? [{ connection: settings.connection, perS: 1000 / settings.heartbeat.periodMs, bytes: 24 }] : []),
  ],
  async open(settings, io) {
    return new RegisterOutput(settings, io, await io.connection<ModbusConnection>(settings.connection))
  },
  examples: [],
})

class RegisterOutput implements Opened {
  readonly #settings: Config
  readonly #io: Io
  readonly #connection: ModbusConnection
  readonly #closing = new AbortController()
  #beats = 0
  #fault = ''

  constructor(settings: Config, io: Io, connection: ModbusConnection) {
    this.#settings = settings
    this.#io = io
    this.#connection = connection
  }

  health(): Health {
    const device = this.#connection.health()
    if (device.state !== 'ok' || this.#fault === '') return device
    return { state: 'error', text: this.#fault, issue: issue('DEVICE_EXCEPTION', { node: this.#io.node }, { reason: this.#fault }) }
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the node was closed'))
  }

  async write(value: number, signal: AbortSignal): Promise<void> {
    const { unitId, address, type, order, scale, offset, multiple } = this.#settings
    const registers = encodeNumber((value - offset) / scale, type, order)
    await this.#noting(this.#connection.writeRegisters(unitId, address, registers, { multiple, signal: this.#until(signal) }))
  }

  async read(signal: AbortSignal): Promise<number> {
    const { unitId, address, readBackAddress, readBackTable, type, order, scale, offset } = this.#settings
    const table = readBackAddress === undefined ? 'holding' : readBackTable
    const registers = await this.#noting(this.#connection.readRegisters(unitId, table, readBackAddress ?? address, registersOf(type), { signal: this.#until(signal) }))
    return decodeNumber(registers, type, order) * scale + offset
  }

  async beat(alive: boolean): Promise<void> {
    const { heartbeat, unitId, multiple } = this.#settings
    if (!heartbeat) return
    // A counter that changes with every beat and is never 0: a device may watch for a change or for a value.
    this.#beats = alive ? (this.#beats % 65535) + 1 : 0
    await this.#connection.writeRegisters(unitId, heartbeat.address, [this.#beats], { multiple })
  }

  #until(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closing.signal])
  }

  async #noting<T>(request: Promise<T>): Promise<T> {
    try {
      const value = await request
      this.#fault = ''
      return value
    } catch (thrown) {
      this.#fault = thrown instanceof Error && thrown.name === 'ModbusException' ? thrown.message : ''
      throw thrown
    }
  }
}
