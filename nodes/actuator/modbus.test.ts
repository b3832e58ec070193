import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { schemaFaults, type Opened } from '#kit'
import { driverIo, openDriver, openNode, TestIo, until, type TestDriverIo } from '../../test/io.ts'
import { mbpollRead, mbpollWrite, startModbusServer, type ModbusServer } from '../../test/peers.ts'
import driver from '../drivers/modbus/index.ts'
import type { ModbusConnection } from '../drivers/modbus/connection.ts'
import node from './modbus.ts'

const starter = node.starter!
let dio: TestDriverIo
let server: ModbusServer
let connection: ModbusConnection
let opened: Opened

beforeEach(async () => {
  dio = driverIo()
  server = await startModbusServer()
  connection = await openDriver<ModbusConnection>(driver, { host: '127.0.0.1', port: server.port, timeoutMs: 150 }, dio)
  await until('connected', () => connection.connected)
})
afterEach(async () => {
  await opened.close()
  await opened.close()
  await connection.close()
  await server.kill()
  dio.remove()
})
const open = async (more: object = {}): Promise<Opened> => (opened = await openNode(node, { ...starter, ...more }, new TestIo('out', { drive: connection })))
const signal = (): AbortSignal => new AbortController().signal

describe('actuator.modbus', () => {
  it('writes what mbpoll reads, and reads what mbpoll writes', async () => {
    await open()
    await opened.write!(45.2, signal())
    expect(await mbpollRead(server.port, '4', 0)).toEqual([452])
    await mbpollWrite(server.port, '4', 0, [300])
    expect(await opened.read!(signal())).toBeCloseTo(30, 9)
    await opened.close()
    await open({ type: 'float32', order: 'CDAB', scale: 1, address: 10 })
    await opened.write!(2.5, signal())
    expect(Array.from(server.holding.subarray(10, 12))).toEqual([0, 0x4020])
    expect(await opened.read!(signal())).toBe(2.5)
  })

  it('beats with a counter, and ends with 0', async () => {
    await open({ heartbeat: { address: 2, periodMs: 500 } })
    await opened.beat!(true)
    await opened.beat!(true)
    expect(server.holding[2]).toBe(2)
    await opened.beat!(false)
    expect(server.holding[2]).toBe(0)
    expect(node.heartbeatMs!({ ...starter, heartbeat: { address: 2, periodMs: 500 } } as never)).toBe(500)
  })

  it('a refusal is in words, in the throw and in the health', async () => {
    await open()
    server.refuse = () => 3
    await expect(opened.write!(45, signal())).rejects.toThrow(/exception 3/)
    expect(opened.health()).toMatchObject({ state: 'error', issue: { code: 'DEVICE_EXCEPTION' } })
    server.refuse = () => 0
    await opened.write!(45, signal())
    expect(opened.health().state).toBe('ok')
  })

  it('an aborted write ends at once, a value that the register cannot hold is never sent', async () => {
    await open()
    server.silent = true
    const stop = new AbortController()
    const write = opened.write!(45, stop.signal)
    stop.abort(new Error('too late'))
    await expect(write).rejects.toThrow('too late')
    await expect(opened.write!(1e9, signal())).rejects.toThrow(/does not fit uint16/)
  })

  it('checks its envelope against range, safe value and register', async () => {
    await open()
    const faults = (more: object) => node.check!({ ...starter, ...more } as never, { model: () => undefined }).map((f) => f.field)
    const e = starter.envelope
    expect(faults({})).toEqual([])
    expect(schemaFaults(node.config, starter)).toEqual([])
    expect(faults({ envelope: { ...e, minimum: 50 } })).toEqual(['/envelope/minimum'])
    expect(faults({ envelope: { ...e, safe: 10 } })).toEqual(['/envelope/safe'])
    expect(faults({ envelope: { ...e, maximum: 7000 } })).toEqual(['/envelope/maximum'])
    expect(faults({ envelope: { ...e, readBackTolerance: 0.01 } })).toEqual(['/envelope/readBackTolerance'])
    expect(faults({ heartbeat: { address: 0, periodMs: 500 } })).toEqual(['/heartbeat/address'])
    expect(faults({ scale: 0 })).toEqual(['/scale'])
  })
})
