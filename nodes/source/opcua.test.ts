import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ChildProcess } from 'node:child_process'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Quality, schemaFaults, type Opened } from '#kit'
import { driverIo, openDriver, openNode, TestIo, until, type TestDriverIo } from '../../test/io.ts'
import { end, freePort, startChild, startSilent } from '../../test/peers.ts'
import type { SetMessage } from '../../test/opcua-server.ts'
import driver from '../drivers/opcua/index.ts'
import type { OpcuaConnection } from '../drivers/opcua/connection.ts'
import { nodeIdFault, readingOf, type UaDataValue } from '../drivers/opcua/value.ts'
import node from './opcua.ts'

const file = path.join(import.meta.dirname, '../../test/opcua-server.ts')
let port: number
let folder: string
let server: ChildProcess
const start = async (): Promise<void> => {
  server = (await startChild(file, [String(port), folder])).child
}
const set = (message: Partial<SetMessage>): void => void server.send({ name: 'Level', value: 2, status: 'Good', time: 1_700_000_001_000, ...message })

let dio: TestDriverIo
let io: TestIo
const opened: (Opened | OpcuaConnection)[] = []
const endpoint = (): string => `opc.tcp://127.0.0.1:${port}`
async function connect(config: object = {}): Promise<OpcuaConnection> {
  const connection = await openDriver<OpcuaConnection>(driver, { endpoint: endpoint(), securityMode: 'None', ...config }, dio)
  opened.unshift(connection)
  return connection
}
async function source(connection: OpcuaConnection, items: readonly object[]): Promise<Opened> {
  io = new TestIo('tank', { tank: connection })
  const made = await openNode(node, { connection: 'tank', tagPrefix: 'T-200', queueSize: 10, items }, io)
  opened.unshift(made)
  return made
}
const level = { name: 'level', nodeId: 'ns=1;s=Level', kind: 'number', unit: 'm', samplingMs: 50 }

beforeAll(async () => {
  port = await freePort()
  folder = mkdtempSync(path.join(tmpdir(), 'headgate-opcua-'))
  await start()
}, 60_000)
afterAll(async () => {
  await end(server, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  dio = driverIo({ good: 'pw', bad: 'no' })
})
afterEach(async () => {
  for (const o of opened.splice(0)) {
    await o.close()
    await o.close()
  }
  dio.remove()
})

describe('source.opcua', () => {
  it('gives values with source time and status; what is refused or of another type is bad and said', async () => {
    const made = await source(await connect(), [
      level, { name: 'text', nodeId: 'nsu=urn:headgate:test;s=Name', kind: 'text', samplingMs: 100 }, { name: 'big', nodeId: 'ns=1;s=Big', kind: 'number', samplingMs: 100 },
      { name: 'wrong', nodeId: 'ns=1;s=Name', kind: 'number', samplingMs: 50 }, { name: 'none', nodeId: 'ns=1;s=Nothing', kind: 'number', samplingMs: 50 }, { name: 'nowhere', nodeId: 'nsu=urn:other;s=X', kind: 'any', samplingMs: 50 },
    ])
    await until('all items', () => ['level', 'text', 'big', 'wrong', 'none', 'nowhere'].every((p) => io.of(p).length > 0))
    expect(io.of('level')[0]).toEqual({ tag: 'T-200.level', value: 1.5, time: 1_700_000_000_000, quality: 0 })
    expect(io.of('text')[0]!.value).toBe('tank')
    expect(io.of('big')[0]!.value).toBe(2 ** 32 + 2)
    expect(io.of('wrong')[0]).toMatchObject({ value: null, quality: Quality.badTypeMismatch })
    expect(io.of('none')[0]).toMatchObject({ value: null, quality: Quality.badNoData })
    expect(io.fails.map((f) => [f.code, f.port]).toSorted()).toEqual([['DEVICE_EXCEPTION', 'none'], ['DEVICE_EXCEPTION', 'nowhere']])
    expect(made.health()).toMatchObject({ state: 'error', text: expect.stringMatching(/BadNodeIdUnknown.*and 1 more/) as string })
    set({ value: -1, status: 'BadSensorFailure', time: 1_700_000_005_000 })
    const bad = await until('bad', () => io.of('level').find((s) => s.quality === Quality.badSensor))
    expect(bad).toMatchObject({ value: -1, time: 1_700_000_005_000 })
    set({ value: 1.5, status: 'Good' })
  })

  it('a killed server makes items bad and says why; after its restart all are subscribed anew', async () => {
    const connection = await connect()
    const made = await source(connection, [level])
    await until('good', () => io.of('level').some((s) => s.quality === 0) && made.health().state === 'ok')
    await end(server, 'SIGKILL')
    const lost = await until('bad', () => io.of('level').find((s) => s.quality === Quality.badCommunication))
    expect(lost.value).toBe(io.of('level')[0]!.value)
    await until('words', () => connection.health().text === `127.0.0.1:${port} refuses the connection`, 30_000)
    expect(connection.health().state).toBe('stale')
    const count = io.of('level').length
    await start()
    await until('again', () => io.of('level').slice(count).some((s) => s.quality === 0), 60_000)
    set({ value: 3.25 })
    await until('live', () => io.of('level').some((s) => s.value === 3.25), 30_000)
    expect(made.health().state).toBe('ok')
  }, 120_000)
})

describe('an OPC UA connection', () => {
  it('with security never trusts an unknown server by itself; a person who moves its certificate does', async () => {
    const connection = await connect({ securityMode: 'SignAndEncrypt' })
    await until('refused', () => connection.health().state === 'error', 60_000)
    expect(connection.health().text).toMatch(/the certificate of 127\.0\.0\.1:\d+ is not trusted/)
    const pki = path.join(dio.folder, 'pki')
    const rejected = await until('the rejected certificate', () => readdirSync(path.join(pki, 'rejected'))[0])
    renameSync(path.join(pki, 'rejected', rejected), path.join(pki, 'trusted', 'certs', rejected))
    await until('trusted', () => connection.connected, 60_000)
    await source(connection, [level])
    await until('a value', () => io.of('level').length > 0)
  }, 120_000)

  it('says what is wrong with user and password', async () => {
    const wrong = await connect({ user: 'op', passwordSecret: 'bad' })
    await until('refused', () => wrong.health().state === 'error', 30_000)
    expect(wrong.health().text).toBe(`127.0.0.1:${port} refuses user and password`)
    const right = await connect({ user: 'op', passwordSecret: 'good' })
    await until('connected', () => right.connected, 30_000)
  }, 90_000)

  it('to nobody, or to one who never answers, is health, and closes all the same', async () => {
    const away = await freePort()
    const nobody = await connect({ endpoint: `opc.tcp://127.0.0.1:${away}` })
    await until('refused', () => nobody.health().text === `127.0.0.1:${away} refuses the connection`, 30_000)
    expect(nobody.health().state).toBe('connecting')
    const silent = await startSilent()
    const hung = await connect({ endpoint: `opc.tcp://127.0.0.1:${silent.port}` })
    await until('accepted', () => silent.accepted() > 0, 30_000)
    await hung.close()
    await silent.close()
  }, 90_000)
})

describe('OPC UA values', () => {
  const data = (dataType: number, value: unknown, status = 0, arrayType = 0): UaDataValue => ({ value: { dataType, arrayType, value }, statusCode: { value: status }, sourceTimestamp: new Date(5), serverTimestamp: new Date(6) })
  it('become ours, and what is missing or broken is never good', () => {
    expect(readingOf(data(11, 2.5), 'number')).toEqual({ value: 2.5, time: 5, quality: 0 })
    expect(readingOf(data(8, [-1, 0xffffffff]), 'number').value).toBe(-1)
    expect(readingOf(data(9, [0, 7]), 'number').value).toBe(7)
    expect(readingOf(data(10, new Float32Array([1, 2]), 0, 1), 'vector').value).toEqual(Float64Array.of(1, 2))
    expect(readingOf(data(13, new Date(0)), 'text').value).toBe('1970-01-01T00:00:00.000Z')
    expect(readingOf(data(15, Buffer.from([1])), 'bytes').value).toEqual(Uint8Array.of(1))
    expect(readingOf(data(21, { text: 'Pumpe', locale: 'de' }), 'text').value).toBe('Pumpe')
    expect(readingOf(data(11, Number.NaN), 'number')).toEqual({ value: Number.NaN, time: 5, quality: Quality.badSensor })
    expect(readingOf(data(0, null), 'number')).toEqual({ value: null, time: 5, quality: Quality.badNoData })
    expect(readingOf(data(12, 'x'), 'number')).toEqual({ value: null, time: 5, quality: Quality.badTypeMismatch })
    expect(readingOf(data(11, 1, 0x808c0000), 'number').quality).toBe(Quality.badSensor)
    expect(readingOf({ statusCode: { value: 0x800a0000 } }, 'number')).toEqual({ value: null, time: undefined, quality: Quality.badTimeout })
  })
  it('node ids are checked in words, and the starter is valid', () => {
    for (const good of ['i=2258', 'ns=2;s=Tank.Level', 'nsu=urn:plant;s=a b', 'ns=1;g=09087e75-8e5e-499b-954f-f2a9603db28a']) expect(nodeIdFault(good)).toBeUndefined()
    for (const bad of ['Level', 'ns=2', 'ns=x;i=1', 'i=abc']) expect(nodeIdFault(bad)).toMatch(/Write it as/)
    expect(schemaFaults(node.config, node.starter)).toEqual([])
    const check = (items: object[]) => node.check!({ ...node.starter!, items } as never, { model: () => undefined }).map((f) => f.field)
    expect(check([level, level])).toEqual(['/items/1/name'])
    expect(check([{ ...level, nodeId: 'x', unit: '??' }])).toEqual(['/items/0/nodeId', '/items/0/unit'])
    expect(node.ports!({ ...node.starter!, items: [level, { ...level, name: 't', kind: 'text' }] } as never, { model: () => undefined }).outputs).toEqual({ level: { kind: 'number', unit: 'm' }, t: { kind: 'text' } })
  })
})
