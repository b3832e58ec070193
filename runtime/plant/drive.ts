// The drive of pump P-101: a Modbus TCP device, unit id 1. README.md has its register map. Its watchdog and the latch of
// its vibration block run on real time, because their peers do. One latch serves all connections, as in a real drive:
// readers that overlap share the latched block, and it is never held for more than 2 s.
import { createRequire } from 'node:module'
import type { IServiceVector, ServerTCP as Server } from 'modbus-serial'
import type { Clock } from './clock.ts'
import { host, listen, type PortChoice } from './listen.ts'
import { blockLength } from './pump.ts'
import type { World } from './world.ts'

// The package's entry would load the native serial port too; the server is a CommonJS file of its own.
const ServerTCP = createRequire(import.meta.url)('modbus-serial/servers/servertcp.js') as typeof Server

export const safeSpeedHz = 20
const maximumSetpoint = 6000
const watchdogMs = 2000
const latchMs = 1000
const latchLimitMs = 2000
const blockStart = 10
const blockEnd = blockStart + blockLength - 1

/** A Modbus exception as modbus-serial expects it thrown. 2: illegal data address, 3: illegal data value. */
class ModbusException extends Error {
  readonly modbusErrorCode: number

  constructor(modbusErrorCode: 2 | 3, message: string) {
    super(message)
    this.modbusErrorCode = modbusErrorCode
  }
}

interface Latch {
  readonly block: Int16Array
  readonly count: number
  readonly openedAt: number
  until: number
  readers: number
}

/** The registers of the drive, without the network. */
export class DriveRegisters {
  setpoint = 4500
  run = true
  heartbeat = 0
  tripped = false
  readonly #world: World
  readonly #clock: Clock
  #fedAt: number | undefined
  #latch: Latch | undefined

  constructor(world: World, clock: Clock) {
    this.#world = world
    this.#clock = clock
    this.update()
  }

  /** Looks at the watchdog and tells the motor what to do. To be called often; reads and writes call it too. */
  update(): void {
    if (this.#fedAt !== undefined && this.#clock.now() - this.#fedAt > watchdogMs) this.tripped = true
    this.#world.pump.targetHz = this.run ? (this.tripped ? safeSpeedHz : this.setpoint / 100) : 0
  }

  /** Throws a ModbusException for an address that is not there. */
  holding(address: number, count: number): number[] {
    this.update()
    const registers = [this.setpoint, this.run ? 1 : 0, this.heartbeat]
    if (address + count > registers.length) throw new ModbusException(2, `no holding register ${address + count - 1}`)
    return registers.slice(address, address + count)
  }

  /** Writes all or nothing. Throws a ModbusException for an address that is not there or a value out of range. */
  write(address: number, values: readonly number[]): void {
    if (values.length === 0) throw new ModbusException(3, 'no values')
    if (address + values.length > 3) throw new ModbusException(2, `no holding register ${address + values.length - 1}`)
    const staged = new Map(values.map((value, i) => [address + i, value]))
    const setpoint = staged.get(0)
    const run = staged.get(1)
    const heartbeat = staged.get(2)
    if (setpoint !== undefined && setpoint > maximumSetpoint) throw new ModbusException(3, `setpoint ${setpoint} is above ${maximumSetpoint}`)
    if (run !== undefined && run > 1) throw new ModbusException(3, `run is 0 or 1, not ${run}`)
    if (setpoint !== undefined) this.setpoint = setpoint
    if (run !== undefined) this.run = run === 1
    if (heartbeat !== undefined) {
      this.heartbeat = heartbeat
      this.tripped = false
      this.#fedAt = heartbeat === 0 ? undefined : this.#clock.now()
    }
    this.update()
  }

  writeCoil(address: number, value: boolean): void {
    if (address !== 0) throw new ModbusException(2, `no coil ${address}`)
    this.write(1, [value ? 1 : 0])
  }

  coil(address: number): boolean {
    if (address !== 0) throw new ModbusException(2, `no coil ${address}`)
    return this.run
  }

  discrete(address: number): boolean {
    this.update()
    if (address === 0) return this.#running
    if (address === 1) return this.tripped
    throw new ModbusException(2, `no discrete input ${address}`)
  }

  /** Throws a ModbusException for an address that is not there, among them the gap 7..9. */
  input(address: number, count: number): number[] {
    this.update()
    const last = address + count - 1
    if (count > 125) throw new ModbusException(3, `${count} registers in one request, 125 are allowed`)
    if (last > blockEnd || (address < blockStart && last > 6) || (address > 6 && address < blockStart)) throw new ModbusException(2, `no input register ${last}`)
    if (address < blockStart) return this.#measured().slice(address, last + 1)
    return this.#blockPart(address, last)
  }

  get #running(): boolean {
    return this.#world.pump.speedHz > 0.05
  }

  #measured(): number[] {
    const { pump } = this.#world
    const atSetpoint = this.run && !this.tripped && Math.abs(pump.speedHz - this.setpoint / 100) < 0.05
    const velocity = new DataView(new ArrayBuffer(4))
    velocity.setFloat32(0, pump.velocityMmS)
    return [
      word(pump.speedHz * 100),
      word(pump.currentA * 100),
      word(pump.bearingC * 10),
      (this.#running ? 1 : 0) | (atSetpoint ? 2 : 0) | (this.tripped ? 4 : 0),
      velocity.getUint16(2),
      velocity.getUint16(0),
      (this.#held()?.count ?? pump.blocks) & 0xffff,
    ]
  }

  #held(): Latch | undefined {
    if (this.#latch && this.#clock.now() > Math.min(this.#latch.until, this.#latch.openedAt + latchLimitMs)) this.#latch = undefined
    return this.#latch
  }

  #blockPart(first: number, last: number): number[] {
    const now = this.#clock.now()
    let latch = this.#held()
    if (first === blockStart) {
      latch ??= { block: this.#scaledBlock(), count: this.#world.pump.blocks, openedAt: now, until: now, readers: 0 }
      latch.until = now + latchMs
      latch.readers++
      this.#latch = latch
    }
    const block = latch?.block ?? this.#scaledBlock()
    if (latch && last === blockEnd && --latch.readers <= 0) this.#latch = undefined
    return Array.from(block.subarray(first - blockStart, last - blockStart + 1), (v) => v & 0xffff)
  }

  #scaledBlock(): Int16Array {
    return Int16Array.from(this.#world.pump.block, (v) => saturate(v * 100))
  }
}

/** Rounds into int16; a value beyond its range stays at its end, as an analogue input does. */
function saturate(value: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(value)))
}

/** An int16 as the register that carries it. */
function word(value: number): number {
  return saturate(value) & 0xffff
}

export interface Drive {
  readonly port: number
  readonly registers: DriveRegisters
  close(): Promise<void>
}

/** Starts the drive's Modbus TCP server. Throws an Error of one line when it cannot listen. */
export async function startDrive(world: World, clock: Clock, port: PortChoice): Promise<Drive> {
  const registers = new DriveRegisters(world, clock)
  const vector: IServiceVector = {
    getHoldingRegister: (address: number) => registers.holding(address, 1)[0]!,
    getMultipleHoldingRegisters: (address: number, count: number) => registers.holding(address, count),
    getInputRegister: (address: number) => registers.input(address, 1)[0]!,
    getMultipleInputRegisters: (address: number, count: number) => registers.input(address, count),
    getCoil: (address: number) => registers.coil(address),
    getDiscreteInput: (address: number) => registers.discrete(address),
    setRegister: (address: number, value: number) => registers.write(address, [value]),
    setRegisterArray: (address: number, values: number[]) => registers.write(address, values),
    setCoil: (address: number, value: boolean) => registers.writeCoil(address, value),
  }
  const started = await listen('Modbus drive', port, (number) => open(vector, number))
  const stop = clock.every(50, () => registers.update())
  return {
    port: started.port,
    registers,
    close() {
      stop()
      return new Promise<void>((resolve) => started.server.close(() => resolve()))
    },
  }
}

function open(vector: IServiceVector, port: number): Promise<{ server: Server }> {
  return new Promise((resolve, reject) => {
    const server = new ServerTCP(vector, { host, port, unitID: 1 })
    // Without a listener an 'error' would end the process. A broken connection is the client's matter, and it is closed.
    server.on('error', () => undefined)
    server.on('serverError', (error) => reject(error ?? new Error('unknown error')))
    ;(server as NodeJS.EventEmitter).once('initialized', () => resolve({ server }))
  })
}
