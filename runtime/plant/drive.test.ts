// The drive over real TCP, with modbus-serial and with mbpoll (libmodbus), which shares no code with us, as its masters.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import path from 'node:path'
import { promisify } from 'node:util'
import modbus from 'modbus-serial'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from './clock.ts'
import { startDrive, type Drive } from './drive.ts'
import { random } from './vibration.ts'
import { World } from './world.ts'

// A CommonJS package: its default export is the module, whose default is the class.
const ModbusRTU = modbus.default
type Client = InstanceType<typeof ModbusRTU>

const clock = { current: new ManualClock() }
let world: World
let drive: Drive
let clients: Client[]

async function client(): Promise<Client> {
  const made = new ModbusRTU()
  await made.connectTCP('127.0.0.1', { port: drive.port })
  made.setID(1)
  made.setTimeout(5000)
  clients.push(made)
  return made
}

/** Real time passes on the plant's clock, and as much simulated time. */
function pass(ms: number): void {
  clock.current.advance(ms)
  world.advance(ms)
}

const pieces = [...Array.from({ length: 8 }, (_, i) => [10 + 125 * i, 125] as const), [1010, 24] as const]
const signed = (word: number) => (word << 16) >> 16
/** What the registers hold for a block; adding 0 makes a -0 of Math.round a 0. */
const scaled = (block: Float32Array) => Array.from(block, (v) => Math.round(v * 100) + 0)

beforeEach(async () => {
  clock.current = new ManualClock()
  clients = []
  world = new World(1)
  drive = await startDrive(world, clock.current, { wanted: 0, preferred: 0 })
})

afterEach(async () => {
  for (const made of clients) await new Promise<void>((resolve) => made.close(() => resolve()))
  await drive.close()
})

describe('the drive over Modbus TCP', () => {
  it('runs at 45 Hz after its start, with the watchdog off', async () => {
    const master = await client()
    expect((await master.readHoldingRegisters(0, 3)).data).toEqual([4500, 1, 0])
    pass(10_000)
    const { data, buffer } = await master.readInputRegisters(0, 7)
    expect(data[0]).toBe(4500)
    expect(data[1]! / 100).toBeCloseTo(world.pump.currentA, 2)
    expect(data[2]! / 10).toBeCloseTo(world.pump.bearingC, 1)
    expect(data[3]).toBe(0b011)
    const swapped = Buffer.from([buffer[10]!, buffer[11]!, buffer[8]!, buffer[9]!])
    expect(swapped.readFloatBE()).toBeCloseTo(world.pump.velocityMmS, 4)
    expect(data[6]).toBe(world.pump.blocks)
    expect((await master.readCoils(0, 1)).data[0]).toBe(true)
    expect((await master.readDiscreteInputs(0, 2)).data.slice(0, 2)).toEqual([true, false])
  })

  it('follows a written setpoint and stops when told', async () => {
    const master = await client()
    await master.writeRegister(0, 2500)
    world.advance(500)
    expect((await master.readInputRegisters(3, 1)).data[0]).toBe(0b001)
    world.advance(2500)
    expect((await master.readInputRegisters(0, 1)).data[0]).toBe(2500)
    expect((await master.readInputRegisters(3, 1)).data[0]).toBe(0b011)
    await master.writeCoil(0, false)
    world.advance(4000)
    expect((await master.readInputRegisters(0, 4)).data).toEqual([0, 0, expect.any(Number), 0])
    expect((await master.readHoldingRegisters(0, 2)).data).toEqual([2500, 0])
    await master.writeRegisters(0, [3000, 1])
    world.advance(4000)
    expect((await master.readInputRegisters(0, 1)).data[0]).toBe(3000)
  })

  it('answers an address that is not there with exception 2', async () => {
    const master = await client()
    const wrong = [
      () => master.readHoldingRegisters(3, 1),
      () => master.readHoldingRegisters(0, 4),
      () => master.readInputRegisters(7, 1),
      () => master.readInputRegisters(6, 2),
      () => master.readInputRegisters(9, 2),
      () => master.readInputRegisters(1034, 1),
      () => master.readInputRegisters(1000, 35),
      () => master.readCoils(1, 1),
      () => master.readDiscreteInputs(2, 1),
      () => master.writeCoil(1, true),
      () => master.writeRegister(3, 1),
      () => master.writeRegisters(2, [1, 1]),
    ]
    for (const attempt of wrong) await expect(attempt()).rejects.toMatchObject({ modbusCode: 2 })
  })

  it('answers a setpoint above 60 Hz with exception 3 and changes nothing', async () => {
    const master = await client()
    await expect(master.writeRegister(0, 6001)).rejects.toMatchObject({ modbusCode: 3 })
    await expect(master.writeRegister(1, 2)).rejects.toMatchObject({ modbusCode: 3 })
    await expect(master.writeRegisters(0, [3000, 7])).rejects.toMatchObject({ modbusCode: 3 })
    expect((await master.readHoldingRegisters(0, 3)).data).toEqual([4500, 1, 0])
    await master.writeRegister(0, 6000)
    expect((await master.readHoldingRegisters(0, 1)).data).toEqual([6000])
  })

  it('serves one client while another writes', async () => {
    const [reader, writer] = [await client(), await client()]
    const reads = Array.from({ length: 20 }, () => reader.readInputRegisters(0, 7))
    const writes = Array.from({ length: 20 }, (_, i) => writer.writeRegister(0, 3000 + i))
    for (const { data } of await Promise.all(reads)) expect(data).toHaveLength(7)
    await Promise.all(writes)
    expect((await reader.readHoldingRegisters(0, 1)).data).toEqual([3019])
  })

  it('ignores another unit id, garbage and a cut connection', async () => {
    const even = random(5)
    for (let i = 0; i < 60; i++) {
      const socket = connect(drive.port, '127.0.0.1')
      await once(socket, 'connect')
      const length = Math.floor(even() * 40)
      const bytes = Buffer.from(Array.from({ length }, () => Math.floor(even() * 256)))
      if (length > 8 && even() < 0.7) {
        // A frame whose header is right, so that the garbage reaches the request handlers.
        bytes.writeUInt16BE(0, 2)
        bytes.writeUInt16BE(length - 6, 4)
        bytes[6] = 1
        bytes[7] = [1, 2, 3, 4, 5, 6, 15, 16, 22, 43][Math.floor(even() * 10)]!
      }
      socket.on('error', () => undefined)
      socket.write(bytes)
      if (even() < 0.5) socket.resetAndDestroy()
      else socket.end()
    }
    const socket = connect(drive.port, '127.0.0.1')
    const answer = once(socket, 'data') as Promise<[Buffer]>
    socket.write(Buffer.from([0, 1, 0, 0, 0, 6, 9, 3, 0, 0, 0, 1]))
    socket.write(Buffer.from([0, 2, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1]))
    const [bytes] = await answer
    expect(bytes.readUInt16BE(0)).toBe(2)
    socket.destroy()
    expect((await (await client()).readInputRegisters(0, 7)).data).toHaveLength(7)
  })
})

describe("the drive's watchdog", () => {
  it('trips to 20 Hz two seconds after the last heartbeat, and recovers with the next', async () => {
    const master = await client()
    await master.writeRegister(2, 1)
    pass(1900)
    await master.writeRegister(2, 2)
    pass(1900)
    expect((await master.readInputRegisters(3, 1)).data[0]).toBe(0b011)
    pass(200)
    expect((await master.readInputRegisters(3, 1)).data[0]).toBe(0b101)
    expect((await master.readDiscreteInputs(1, 1)).data[0]).toBe(true)
    pass(5000)
    expect((await master.readInputRegisters(0, 1)).data[0]).toBe(2000)
    expect((await master.readHoldingRegisters(0, 1)).data).toEqual([4500])
    await master.writeRegister(2, 3)
    expect((await master.readInputRegisters(3, 1)).data[0]).toBe(0b001)
    pass(1500)
    await master.writeRegister(2, 4)
    pass(1500)
    expect((await master.readInputRegisters(0, 4)).data[0]).toBe(4500)
  })

  it('is released by writing 0: the drive keeps its setpoint', async () => {
    const master = await client()
    await master.writeRegisters(0, [4000, 1, 1])
    await master.writeRegister(2, 0)
    pass(10_000)
    expect((await master.readInputRegisters(0, 4)).data[0]).toBe(4000)
    expect((await master.readInputRegisters(3, 1)).data[0]).toBe(0b011)
  })

  it('is never fed by a read or by another register', async () => {
    const master = await client()
    await master.writeRegister(2, 1)
    for (let i = 0; i < 5; i++) {
      pass(450)
      await master.writeRegister(0, 4400)
      await master.readInputRegisters(0, 7)
    }
    expect((await master.readInputRegisters(3, 1)).data[0]! & 4).toBe(4)
  })
})

describe('the vibration block', () => {
  it('is never torn: reading its first register latches it until its last has been read', async () => {
    const master = await client()
    const expected = scaled(world.pump.block)
    const count = world.pump.blocks
    const read: number[] = []
    for (const [address, length] of pieces) {
      read.push(...(await master.readInputRegisters(address, length)).data.map(signed))
      world.advance(1100)
      if (read.length < 1024) expect((await master.readInputRegisters(6, 1)).data[0]).toBe(count)
    }
    expect(read).toEqual(expected)
    expect((await master.readInputRegisters(6, 1)).data[0]).toBe(world.pump.blocks)
    const next = (await master.readInputRegisters(10, 125)).data.map(signed)
    expect(next).toEqual(scaled(world.pump.block).slice(0, 125))
    expect(next).not.toEqual(expected.slice(0, 125))
  })

  it('is let go a second after a reader gave up', async () => {
    const master = await client()
    const first = (await master.readInputRegisters(10, 125)).data
    world.advance(1100)
    clock.current.advance(990)
    expect((await master.readInputRegisters(11, 124)).data).toEqual(first.slice(1))
    clock.current.advance(20)
    expect((await master.readInputRegisters(11, 124)).data.map(signed)).toEqual(scaled(world.pump.block).slice(1, 125))
  })

  it('is shared by readers that overlap, and torn for neither', async () => {
    const [a, b] = [await client(), await client()]
    const expected = scaled(world.pump.block)
    const readA: number[] = []
    const readB: number[] = []
    const read = async (master: Client, into: number[], piece: readonly [number, number]) => {
      into.push(...(await master.readInputRegisters(...piece)).data.map(signed))
    }
    for (const piece of pieces.slice(0, 4)) await read(a, readA, piece)
    world.advance(1100)
    for (let i = 0; i < pieces.length; i++) {
      await read(b, readB, pieces[i]!)
      if (pieces[i + 4]) await read(a, readA, pieces[i + 4]!)
      world.advance(1100)
    }
    expect(readA).toEqual(expected)
    expect(readB).toEqual(expected)
  })

  it('is never held for more than two seconds, however many readers come', async () => {
    const master = await client()
    for (let i = 0; i < 6; i++) {
      await master.readInputRegisters(10, 1)
      pass(450)
    }
    expect((await master.readInputRegisters(6, 1)).data[0]).toBeGreaterThan(1)
  })
})

describe('the drive as mbpoll sees it', () => {
  const mbpoll = (...args: string[]) => promisify(execFile)('mbpoll', ['-0', '-1', '-q', '-p', String(drive.port), ...args])
  const values = (text: string) => [...text.matchAll(/^\[(\d+)\]:\s+(-?[\d.]+)/gm)].map((m) => Number(m[2]))

  it('finds mbpoll', () => {
    const found = (process.env.PATH ?? '').split(path.delimiter).some((folder) => existsSync(path.join(folder, 'mbpoll')))
    expect(found, 'mbpoll is not installed: apt-get install mbpoll').toBe(true)
  })

  it('reads int16 and word-swapped float32 registers', async () => {
    expect(values((await mbpoll('-t', '3', '-r', '0', '-c', '4', '127.0.0.1')).stdout).slice(0, 1)).toEqual([4500])
    const [velocity] = values((await mbpoll('-t', '3:float', '-r', '4', '-c', '1', '127.0.0.1')).stdout)
    expect(velocity).toBeCloseTo(world.pump.velocityMmS, 3)
  })

  it('writes a setpoint, and is told of an illegal value and address', async () => {
    await mbpoll('-t', '4', '-r', '0', '127.0.0.1', '2500')
    expect(drive.registers.setpoint).toBe(2500)
    await expect(mbpoll('-t', '4', '-r', '0', '127.0.0.1', '6001')).rejects.toMatchObject({ stderr: expect.stringContaining('Illegal data value') })
    await expect(mbpoll('-t', '4', '-r', '7', '-c', '1', '127.0.0.1')).rejects.toMatchObject({ stderr: expect.stringContaining('Illegal data address') })
    expect(drive.registers.setpoint).toBe(2500)
  })
})
