import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Quality, schemaFaults, type Opened } from '#kit'
import { driverIo, openDriver, openNode, TestIo, until, type TestDriverIo } from '../../test/io.ts'
import { mbpollWrite, startModbusServer, type ModbusServer } from '../../test/peers.ts'
import driver from '../drivers/modbus/index.ts'
import type { ModbusConnection } from '../drivers/modbus/connection.ts'
import { encodeNumber } from '../drivers/modbus/codec.ts'
import node from './modbus.ts'

let dio: TestDriverIo
let server: ModbusServer
let connection: ModbusConnection
let io: TestIo
let opened: Opened | undefined

const tag = (name: string, address: number, more: object = {}): object => ({ name, address, function: 'input', type: 'uint16', order: 'ABCD', scale: 1, offset: 0, count: 1, group: 'default', ...more })
const config = (tags: readonly object[], more: object = {}) => ({ connection: 'drive', unitId: 1, tagPrefix: 'P-101', maxGap: 8, groups: [{ name: 'default', periodMs: 20 }], tags, ...more }) as never

beforeEach(async () => {
  dio = driverIo()
  server = await startModbusServer()
  connection = await openDriver<ModbusConnection>(driver, { host: '127.0.0.1', port: server.port, timeoutMs: 150 }, dio)
  await until('connected', () => connection.connected)
  io = new TestIo('drive', { drive: connection })
})
afterEach(async () => {
  await opened?.close()
  await opened?.close()
  opened = undefined
  await connection.close()
  await server.kill()
  dio.remove()
})

describe('source.modbus', () => {
  it('gives scaled values, word-swapped floats, bits, texts, vectors and waveforms, neighbours in one request', async () => {
    server.input.set([450, 65529])
    server.input.set(encodeNumber(2.5, 'float32', 'CDAB'), 2)
    server.input.set([0b100, 0x5031, 0x3031], 4)
    server.input.set([1, 2, 3], 7)
    server.coils[3] = 1
    const wave = Array.from({ length: 1024 }, (_, i) => i - 512)
    server.input.set(wave.map((v) => v & 0xffff), 1000)
    await mbpollWrite(server.port, '4', 0, [4711])
    opened = await openNode(node, config([
      tag('speed', 0, { type: 'int16', scale: 0.1 }), tag('temperature', 1, { type: 'int16', scale: 0.5, offset: 10 }), tag('vibration', 2, { type: 'float32', order: 'CDAB' }),
      tag('tripped', 4, { type: 'bool', bit: 2 }), tag('name', 5, { type: 'string', count: 4 }), tag('three', 7, { count: 3 }), tag('coil', 3, { function: 'coil', type: 'bool' }),
      tag('wave', 1000, { type: 'int16', count: 1024, periodMs: 1, scale: 0.001 }), tag('setpoint', 0, { function: 'holding' }),
    ]), io)
    const first = await until('all tags', () => (['speed', 'temperature', 'vibration', 'tripped', 'name', 'three', 'coil', 'wave', 'setpoint'].every((p) => io.of(p).length > 0) ? io : undefined))
    expect(first.of('speed')[0]).toMatchObject({ tag: 'P-101.speed', value: 45, quality: 0 })
    expect(first.of('temperature')[0]!.value).toBe(6.5)
    expect(first.of('vibration')[0]!.value).toBe(2.5)
    expect(first.of('tripped')[0]!.value).toBe(true)
    expect(first.of('name')[0]!.value).toBe('P101')
    expect(first.of('three')[0]!.value).toEqual(Float64Array.of(1, 2, 3))
    expect(first.of('coil')[0]!.value).toBe(true)
    expect(first.of('setpoint')[0]!.value).toBe(4711)
    const series = first.of('wave')[0]!
    expect(series.value).toBeInstanceOf(Float32Array)
    expect((series.value as Float32Array)[0]).toBeCloseTo(-0.512, 6)
    expect(series.value).toHaveLength(1024)
    expect(Date.now() - series.time).toBeGreaterThanOrEqual(1023)
    // Ten registers with a gap in one request; the waveform in nine.
    expect(server.log.filter((l) => l === 'input 0 x 10').length).toBeGreaterThan(0)
    expect(server.log.filter((l) => /^input (1\d{3}|2000) /.test(l)).slice(0, 9)).toHaveLength(9)
    await until('healthy', () => opened!.health().state === 'ok')
  })

  it('a refused address takes no neighbour down and is an issue with its place', async () => {
    server.refuse = (a) => (a === 2 ? 2 : 0)
    server.input.set([10, 11, 12, 13])
    opened = await openNode(node, config([tag('a', 0), tag('b', 1), tag('c', 2), tag('d', 3)]), io)
    await until('neighbours twice', () => io.of('a').length > 1 && io.of('b').length > 1 && io.of('d').length > 1 && io.of('c').length > 1)
    expect(io.of('a')[0]).toMatchObject({ value: 10, quality: 0 })
    expect(io.of('d')[0]).toMatchObject({ value: 13, quality: 0 })
    expect(io.of('c')[0]).toMatchObject({ tag: 'P-101.c', value: null, quality: Quality.badNoData })
    expect(io.fails.map((f) => [f.code, f.port, f.field])).toEqual([['DEVICE_EXCEPTION', 'c', '/tags/2/address']])
    expect(opened.health()).toMatchObject({ state: 'error', text: expect.stringContaining("'c' (input 2)") as string })
    const asked = server.log.filter((l) => l === 'input 2 x 1').length
    await until('more polls', () => io.of('a').length > 5)
    expect(server.log.filter((l) => l === 'input 2 x 1')).toHaveLength(asked)
  })

  it('a lost device gives the last value as bad at each poll, says why, and comes back good', async () => {
    server.input[0] = 7
    opened = await openNode(node, config([tag('a', 0), tag('never', 900)], { groups: [{ name: 'default', periodMs: 20 }] }), io)
    await until('good', () => io.of('a').length > 0)
    await server.kill()
    const bad = await until('bad', () => io.of('a').find((s) => s.quality === Quality.badCommunication))
    expect(bad.value).toBe(7)
    await until('health says why', () => opened!.health().text === `127.0.0.1:${server.port} refuses the connection`)
    const at = io.emitted.length
    await server.restart()
    await until('good again', () => io.emitted.slice(at).some((e) => e.port === 'a' && e.sample.quality === 0))
  })

  it('a silent device is BadTimeout, never a value', async () => {
    server.silent = true
    opened = await openNode(node, config([tag('a', 0)]), io)
    const s = await until('timeout', () => io.of('a')[0])
    expect(s).toMatchObject({ value: null, quality: Quality.badTimeout })
  })

  it('NaN is a failed sensor', async () => {
    server.input.set([0x7fc0, 0], 0)
    opened = await openNode(node, config([tag('a', 0, { type: 'float32' })]), io)
    expect(await until('NaN', () => io.of('a')[0])).toMatchObject({ value: Number.NaN, quality: Quality.badSensor })
  })

  it('skips polls that it cannot keep up with, and stands still while paused', async () => {
    opened = await openNode(node, config(Array.from({ length: 40 }, (_, i) => tag(`t${i}`, i * 20)), { maxGap: 0, groups: [{ name: 'default', periodMs: 10 }] }), io)
    await until('logged', () => io.logs.some((l) => /longer than its period of 10 ms: \d+ skipped/.test(l)))
    opened.pause!()
    await until('the poll under way ends', () => {
      const before = connection.requests
      return new Promise<boolean>((resolve) => setTimeout(() => resolve(connection.requests === before), 60))
    })
    opened.resume!()
    const before = io.emitted.length
    await until('goes on', () => io.emitted.length > before)
  })

  it('emits nothing after close', async () => {
    opened = await openNode(node, config([tag('a', 0)]), io)
    await until('a sample', () => io.of('a').length > 0)
    await opened.close()
    const count = io.emitted.length
    await connection.readRegisters(1, 'input', 0, 1)
    await connection.readRegisters(1, 'input', 0, 1)
    expect(io.emitted).toHaveLength(count)
  })

  it('checks across fields, and types its outputs', () => {
    const faults = (tags: object[], more: object = {}) => node.check!(config(tags, more), { model: () => undefined }).map((f) => f.field)
    expect(faults([tag('a', 0), tag('a', 1)])).toEqual(['/tags/1/name'])
    expect(faults([tag('a', 0, { group: 'x' })])).toEqual(['/tags/0/group'])
    expect(faults([tag('a', 65535, { type: 'float32' })])).toEqual(['/tags/0/count'])
    expect(faults([tag('a', 0, { function: 'coil' })])).toEqual(['/tags/0/type'])
    expect(faults([tag('a', 0, { scale: 0 }), tag('b', 0, { unit: 'xyz' })])).toEqual(['/tags/0/scale', '/tags/1/unit'])
    expect(schemaFaults(node.config, node.starter)).toEqual([])
    expect(node.ports!(config([tag('w', 0, { count: 1024, periodMs: 1, unit: 'mm/s' }), tag('v', 0, { count: 3 }), tag('b', 0, { type: 'bool' }), tag('s', 0, { type: 'string' })]), { model: () => undefined }).outputs).toEqual({
      w: { kind: 'series', unit: 'mm/s', length: 1024, periodMs: 1 }, v: { kind: 'vector', length: 3 }, b: { kind: 'boolean' }, s: { kind: 'text' },
    })
  })
})
