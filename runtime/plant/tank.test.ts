// The tank over real TCP, with node-opcua's client. The whole plant is started once, on a clock of the test's own.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  AttributeIds, ClientMonitoredItem, ClientSubscription, DataType, OPCUACertificateManager, OPCUAClient, StatusCodes, TimestampsToReturn,
  type ClientSession, type DataValue,
} from 'node-opcua'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ManualClock } from './clock.ts'
import { startPlant, type Plant } from './plant.ts'
import { levelIsOpen } from './tank.ts'
import { random } from './vibration.ts'

let clock: ManualClock
let plant: Plant
let client: OPCUAClient
let session: ClientSession
let folder: string
let ns: number

beforeAll(async () => {
  clock = new ManualClock()
  folder = await mkdtemp(path.join(tmpdir(), 'headgate-test-'))
  plant = await startPlant({ clock, ports: { mqtt: 0, modbus: 0, opcua: 0 } })
  client = OPCUAClient.create({
    endpointMustExist: false,
    connectionStrategy: { maxRetry: 1 },
    clientCertificateManager: new OPCUACertificateManager({ rootFolder: folder }),
  })
  await client.connect(`opc.tcp://127.0.0.1:${plant.ports.opcua}/plant`)
  session = await client.createSession()
  ns = (await session.readNamespaceArray()).indexOf('urn:headgate:plant')
})

afterAll(async () => {
  await session?.close()
  await client?.disconnect()
  await plant?.close()
  await rm(folder, { recursive: true, force: true })
})

const node = (name: string) => `ns=${ns};s=Tank.${name}`
const read = (name: string): Promise<DataValue> => session.read({ nodeId: node(name), attributeId: AttributeIds.Value })
const write = (name: string, value: unknown, dataType = DataType.Double) =>
  session.write({ nodeId: node(name), attributeId: AttributeIds.Value, value: { value: { dataType, value } } })

describe('the tank over OPC UA', () => {
  it('has its own namespace and can be browsed', async () => {
    expect(ns).toBe(1)
    const objects = await session.browse('ObjectsFolder')
    expect(objects.references?.map((r) => r.browseName.name)).toContain('Tank')
    const variables = await session.browse(`ns=${ns};s=Tank`)
    expect(variables.references?.map((r) => r.browseName.name).sort()).toEqual(['Level', 'Temperature', 'Valve'])
  })

  it('tells level and temperature as Double, with the time of the source', async () => {
    const level = await read('Level')
    expect(level.statusCode).toBe(StatusCodes.Good)
    expect(level.value.dataType).toBe(DataType.Double)
    expect(level.value.value).toBeCloseTo(plant.world.levelM, 1)
    expect(Math.abs(level.sourceTimestamp!.getTime() - clock.time())).toBeLessThanOrEqual(250)
    expect((await read('Temperature')).value.value).toBeCloseTo(plant.world.waterC, 1)
  })

  it('reports changes to a monitored item, and a bad level as BadSensorFailure until it heals', async () => {
    const subscription = ClientSubscription.create(session, { requestedPublishingInterval: 50, requestedMaxKeepAliveCount: 10, requestedLifetimeCount: 100, publishingEnabled: true, maxNotificationsPerPublish: 1000 })
    const item = ClientMonitoredItem.create(
      subscription,
      { nodeId: node('Level'), attributeId: AttributeIds.Value },
      { samplingInterval: 0, discardOldest: true, queueSize: 1000 },
      TimestampsToReturn.Both,
    )
    const seen: DataValue[] = []
    item.on('changed', (value: DataValue) => seen.push(value))
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(0), 10_000)

    const last = () => seen.at(-1)!
    // The server tells changes that come in a burst as one: the clock waits until each state was heard.
    while (!levelIsOpen(plant.world.timeMs)) clock.advance(250)
    clock.advance(500)
    expect((await read('Level')).statusCode).toBe(StatusCodes.BadSensorFailure)
    await vi.waitFor(() => expect(last().statusCode).toBe(StatusCodes.BadSensorFailure), 10_000)
    while (levelIsOpen(plant.world.timeMs)) clock.advance(250)
    clock.advance(500)
    await vi.waitFor(() => expect(last().statusCode).toBe(StatusCodes.Good), 10_000)
    const healed = last().value.value
    clock.advance(250)
    await vi.waitFor(() => expect(last().value.value).not.toBe(healed), 10_000)
    const times = seen.map((v) => v.sourceTimestamp!.getTime())
    expect(times).toEqual([...times].sort((a, b) => a - b))
    await subscription.terminate()
  })

  it('opens its valve when told, within 0 to 100 %, and drains through it', async () => {
    expect(await write('Valve', 80)).toBe(StatusCodes.Good)
    expect((await read('Valve')).value.value).toBe(80)
    expect(plant.world.valve).toBe(80)
    for (const outside of [100.1, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(await write('Valve', outside)).toBe(StatusCodes.BadOutOfRange)
    expect(await write('Valve', 'half', DataType.String)).toBe(StatusCodes.BadTypeMismatch)
    expect(plant.world.valve).toBe(80)
    const before = plant.world.levelM
    clock.advance(20_000)
    expect(plant.world.levelM).toBeLessThan(before)
  })

  it('refuses a write to a reading and a node that is not there', async () => {
    expect(await write('Level', 1)).toBe(StatusCodes.BadNotWritable)
    expect((await read('Colour')).statusCode).toBe(StatusCodes.BadNodeIdUnknown)
  })

  it('survives garbage on its port and a cut connection', async () => {
    const even = random(11)
    const closed: Promise<unknown>[] = []
    for (let i = 0; i < 9; i++) {
      const socket = connect(plant.ports.opcua, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.resume()
      await once(socket, 'connect')
      closed.push(once(socket, 'close'))
      const garbage = Buffer.from(Array.from({ length: 1 + Math.floor(even() * 60) }, () => Math.floor(even() * 256)))
      socket.write(i % 3 === 0 ? garbage : Buffer.concat([Buffer.from('HELF'), Buffer.from([12 + garbage.length, 0, 0, 0]), garbage]))
      if (i % 2 === 0) socket.resetAndDestroy()
      else socket.end()
    }
    await Promise.all(closed)
    expect((await read('Temperature')).statusCode).toBe(StatusCodes.Good)
  })
})

describe('the plant as a whole', () => {
  it('refuses to start on a port in use, in one line, and leaves no device behind', async () => {
    const attempt = startPlant({ ports: { mqtt: 0, modbus: plant.ports.modbus, opcua: 0 } })
    await expect(attempt).rejects.toThrow(`The plant's Modbus drive could not start: port ${plant.ports.modbus} on 127.0.0.1 is in use.`)
    await expect(startPlant({ ports: { mqtt: 0, modbus: 0, opcua: plant.ports.opcua } })).rejects.toThrow('OPC UA server could not start')
    await expect(startPlant({ ports: { mqtt: plant.ports.mqtt, modbus: 0, opcua: 0 } })).rejects.toThrow('MQTT broker could not start')
  })

  it('refuses a speed, a seed or a port that makes no sense', async () => {
    await expect(startPlant({ speed: 0 })).rejects.toThrow('speed must be above 0')
    await expect(startPlant({ speed: Number.NaN })).rejects.toThrow('speed must be above 0')
    await expect(startPlant({ seed: 1.5 })).rejects.toThrow('seed must be a whole number')
    await expect(startPlant({ ports: { mqtt: 70_000 } })).rejects.toThrow('mqtt port must be a whole number from 0 to 65535')
  })
})
