import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { driverIo, openDriver, until, type TestDriverIo } from '../../../test/io.ts'
import { freePort, mbpollRead, mbpollWrite, startModbusServer, startSilent, type ModbusServer } from '../../../test/peers.ts'
import driver from './index.ts'
import type { ModbusConnection } from './connection.ts'

let io: TestDriverIo
let server: ModbusServer
let connection: ModbusConnection
const open = (port: number, more: object = {}): Promise<ModbusConnection> => openDriver<ModbusConnection>(driver, { host: '127.0.0.1', port, timeoutMs: 200, ...more }, io)

beforeEach(async () => {
  io = driverIo()
  server = await startModbusServer()
  connection = await open(server.port)
  await until('connected', () => connection.connected)
})
afterEach(async () => {
  await connection.close()
  await connection.close()
  await server.kill()
  io.remove()
})

describe('a Modbus connection', () => {
  it('reads what mbpoll wrote, and mbpoll reads what it wrote', async () => {
    await mbpollWrite(server.port, '4', 10, [1234, 65535])
    expect(Array.from(await connection.readRegisters(1, 'holding', 10, 2))).toEqual([0x04, 0xd2, 0xff, 0xff])
    await connection.writeRegisters(1, 20, [777])
    await connection.writeRegisters(1, 21, [1, 2, 3])
    await connection.writeRegisters(1, 24, [9], { multiple: true })
    expect(await mbpollRead(server.port, '4', 20, 5)).toEqual([777, 1, 2, 3, 9])
    await mbpollWrite(server.port, '0', 3, [1])
    expect(await connection.readBits(1, 'coil', 2, 3)).toEqual([false, true, false])
    await connection.writeBits(1, 5, [true])
    await connection.writeBits(1, 6, [true, false, true])
    expect(await mbpollRead(server.port, '0', 5, 4)).toEqual([1, 1, 0, 1])
    server.input[7] = 42
    expect(Array.from(await connection.readRegisters(1, 'input', 7, 1))).toEqual([0, 42])
    expect(await connection.readBits(1, 'discrete', 3, 1)).toEqual([true])
  })

  it('says what an exception means', async () => {
    server.refuse = (a) => (a === 99 ? 2 : a === 98 ? 4 : 0)
    await expect(connection.readRegisters(1, 'holding', 99, 1)).rejects.toMatchObject({ name: 'ModbusException', code: 2, message: 'it has no such address (exception 2, illegal data address)' })
    await expect(connection.writeRegisters(1, 98, [1])).rejects.toThrow('it failed inside (exception 4, device failure)')
    expect(connection.health().state).toBe('ok')
  })

  it('times a silent device out, request by request, then doubts the connection and makes a new one', async () => {
    server.silent = true
    await expect(connection.readRegisters(1, 'holding', 0, 1)).rejects.toThrow(`127.0.0.1:${server.port} did not answer within 200 ms`)
    expect(connection.health()).toMatchObject({ state: 'stale', text: expect.stringContaining('did not answer') as string })
    await Promise.allSettled([connection.readRegisters(1, 'holding', 0, 1), connection.readRegisters(1, 'holding', 0, 1)])
    await until('the connection is given up', () => !connection.connected)
    server.silent = false
    await until('connected anew', () => connection.connected)
    expect(await connection.readRegisters(1, 'holding', 0, 1)).toHaveLength(2)
    expect(connection.health()).toEqual({ state: 'ok', text: '' })
  })

  it('fails what waits when the device goes, and comes back by itself', async () => {
    const changes: boolean[] = []
    connection.listen((connected) => changes.push(connected))
    server.silent = true
    const waiting = Array.from({ length: 5 }, () => connection.readRegisters(1, 'holding', 0, 1))
    const results = Promise.allSettled(waiting)
    await server.kill()
    for (const r of await results) expect(r).toMatchObject({ status: 'rejected' })
    await until('lost', () => !connection.connected)
    await until('refused', () => connection.health().text === `127.0.0.1:${server.port} refuses the connection`)
    expect(connection.health().state).toBe('stale')
    await expect(connection.readRegisters(1, 'holding', 0, 1)).rejects.toThrow('refuses the connection')
    server.silent = false
    await server.restart()
    await until('back', () => connection.connected)
    expect(changes).toEqual([false, true])
  })

  it('a device that is away is health, not a throw', async () => {
    const away = await open(await freePort())
    await until('refused', () => away.health().text.endsWith('refuses the connection'))
    expect(away.health().state).toBe('connecting')
    await away.close()
  })

  it('a device that accepts and never answers is given up and tried again', async () => {
    const silent = await startSilent()
    const hung = await open(silent.port, { timeoutMs: 50 })
    await until('connected', () => hung.connected)
    await until('tried again', async () => {
      await Promise.allSettled([hung.readRegisters(1, 'holding', 0, 1)])
      return silent.accepted() > 1
    })
    await hung.close()
    await silent.close()
  })

  it('an aborted request rejects at once; a write goes before waiting reads, in order', async () => {
    server.silent = true
    const first = connection.readRegisters(1, 'holding', 0, 2)
    await until('the server has it', () => server.log.includes('holding 0 x 2'))
    const stop = new AbortController()
    const second = connection.readRegisters(1, 'holding', 1, 1, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    const read = connection.readRegisters(1, 'holding', 5, 2)
    const writes = [connection.writeRegisters(1, 6, [1]), connection.writeRegisters(1, 6, [2])]
    server.silent = false
    await expect(first).rejects.toThrow('did not answer')
    await Promise.all([read, ...writes])
    expect(server.log.slice(-3)).toEqual(['write 6 = 1', 'write 6 = 2', 'holding 5 x 2'])
    expect(server.holding[6]).toBe(2)
  })
})

/** The answer to a request for registers, made wrong in one place. */
const answers: Readonly<Record<string, (request: Buffer) => Buffer>> = {
  'the number of another request': (r) => frame(r.readUInt16BE(0) + 1, r[6]!, registers(r.readUInt16BE(10))),
  'another unit': (r) => frame(r.readUInt16BE(0), r[6]! + 1, registers(r.readUInt16BE(10))),
  'fewer registers': (r) => frame(r.readUInt16BE(0), r[6]!, registers(r.readUInt16BE(10) - 1)),
  'more registers': (r) => frame(r.readUInt16BE(0), r[6]!, registers(r.readUInt16BE(10) + 3)),
  'a length that never comes': (r) => frame(r.readUInt16BE(0), r[6]!, registers(r.readUInt16BE(10)), 65_535),
  'another function': (r) => frame(r.readUInt16BE(0), r[6]!, [4, ...registers(r.readUInt16BE(10)).slice(1)]),
  'noise': () => Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i * 31) >> 3)),
}
const registers = (count: number): number[] => [3, count * 2, ...Array<number>(count * 2).fill(7)]
function frame(transaction: number, unit: number, pdu: readonly number[], length = pdu.length + 1): Buffer {
  const head = Buffer.alloc(7)
  head.writeUInt16BE(transaction, 0)
  head.writeUInt16BE(length, 4)
  head[6] = unit
  return Buffer.concat([head, Buffer.from(pdu)])
}

it.each(Object.entries(answers))('a device that answers with %s gives no value, and words', async (_what, answer) => {
  const hostile = createServer((socket) => void socket.on('error', () => socket.destroy()).on('data', (request) => socket.write(answer(request as Buffer)))).listen(0, '127.0.0.1')
  await once(hostile, 'listening')
  const { port } = hostile.address() as AddressInfo
  const asking = await open(port, { timeoutMs: 50 })
  await until('connected', () => asking.connected)
  await expect(asking.readRegisters(1, 'holding', 0, 2)).rejects.toThrow(`127.0.0.1:${port}`)
  await asking.close()
  hostile.close()
})
