import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BrowseItem } from '#kit'
import { driverIo, openDriver, until, type TestDriverIo } from '../../../test/io.ts'
import { startModbusServer, type ModbusServer } from '../../../test/peers.ts'
import type { ModbusConnection } from './connection.ts'
import driver from './index.ts'

let device: ModbusServer
let dio: TestDriverIo
let connection: ModbusConnection
const { signal } = new AbortController()
const look = (path: string | null) => driver.browse!(connection, { path, signal })
const titles = (items: readonly BrowseItem[]): string[] => items.map((i) => i.title)

beforeEach(async () => {
  device = await startModbusServer()
  dio = driverIo()
  connection = await openDriver<ModbusConnection>(driver, { host: '127.0.0.1', port: device.port, timeoutMs: 2000 }, dio)
  await until('connected', () => connection.connected)
})
afterEach(async () => {
  await connection.close()
  await device.kill()
  dio.remove()
})

describe('a device as a tree', () => {
  it('unit, table, range: registers in one request each 125, as the type that is asked for', async () => {
    expect(titles((await look(null)).items)).toEqual(['Unit 1', 'Another unit', 'Find units'])
    const areas = (await look('unit/7')).items
    expect(titles(areas)).toEqual(['Holding registers', 'Input registers', 'Coils', 'Discrete inputs'])
    expect(areas[0]).toMatchObject({ path: 'unit/7/holding', ask: [{ name: 'from' }, { name: 'count' }, { name: 'as', default: 'uint16' }] })
    device.holding.set([0x41ac, 0x0000, 0xffff])
    const plain = (await look('unit/7/holding/0/130/uint16')).items
    expect(plain).toHaveLength(130)
    expect(plain[0]).toMatchObject({ title: '0', detail: '41AC', value: 0x41ac, row: { name: 'holding_0', address: 0, function: 'holding', type: 'uint16', order: 'ABCD' }, node: { unitId: 7 } })
    expect(device.log).toEqual(['holding 0 x 125', 'holding 125 x 5'])
    const floats = (await look('unit/7/holding/0/2/float32:ABCD')).items
    expect(floats.map((i) => [i.title, i.value])).toEqual([['0', 21.5], ['2', 'NaN']])
    expect(floats[1]!.quality).toBe('BadSensorFailure')
    expect((await look('unit/7/holding/2/1/int16')).items[0]!.value).toBe(-1)
    expect((await look(plain[0]!.path)).items.find((i) => i.title === 'float32 ABCD')).toMatchObject({ value: 21.5, detail: '41AC 0000', row: { type: 'float32', order: 'ABCD' } })
    device.coils[3] = 1
    expect((await look('unit/7/coil/2/2')).items).toMatchObject([{ title: '2', value: false }, { title: '3', value: true, row: { function: 'coil', type: 'bool' } }])
  })

  it('an address that is refused takes no neighbour down, and is not asked for at every look', async () => {
    device.refuse = (address) => (address === 5 ? 2 : 0)
    const items = (await look('unit/1/input/0/8/uint16')).items
    expect(items.filter((i) => i.row === null).map((i) => [i.title, i.detail, i.value])).toEqual([['5', 'the device has no such address', undefined]])
    device.log.length = 0
    await look('unit/1/input/0/8/uint16')
    expect(device.log).toEqual(['input 0 x 5', 'input 6 x 2'])
  })

  it('a scan goes on while somebody looks; a device that answers for every unit is one device', async () => {
    await until('all alike', async () => (await look('scan')).items.at(-1)!.detail.includes('one device'))
    expect(titles((await look(null)).items)).toEqual(['Unit 1', 'Another unit', 'Find units'])
  })

  it('units that are silent are passed over, and the connection is not doubted for them', async () => {
    device.silent = true
    await until('five are asked', async () => /^([5-9]|\d\d) of 247/.test((await look('scan')).items.at(-1)!.detail))
    expect(connection.health()).toEqual({ state: 'ok', text: '' })
    device.silent = false
  })

  it('what is no place, table or range is said in words', async () => {
    await expect(look('unit/999')).rejects.toThrow('no place')
    await expect(look('unit/1/flags/0/1')).rejects.toThrow("no table 'flags'")
    await expect(look('unit/1/holding/0/501/uint16')).rejects.toThrow('count up to 500')
    await expect(look('unit/1/holding/0/1/int12')).rejects.toThrow("'int12'")
  })
})
