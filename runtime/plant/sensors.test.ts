// The sensors over real TCP, with mqtt.js as the client.
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ManualClock } from './clock.ts'
import { startSensors, type Sensors } from './sensors.ts'
import { random } from './vibration.ts'
import { World } from './world.ts'

let clock: ManualClock
let world: World
let sensors: Sensors
let clients: MqttClient[]

interface Message {
  readonly text: string
  readonly retain: boolean
}

async function client(): Promise<MqttClient> {
  const made = await connectAsync(`mqtt://127.0.0.1:${sensors.port}`, { protocolVersion: 4, reconnectPeriod: 0 })
  clients.push(made)
  return made
}

/** Subscribes and keeps all that comes, by topic. */
async function listenTo(filter: string): Promise<Map<string, Message[]>> {
  const heard = new Map<string, Message[]>()
  const made = await client()
  made.on('message', (topic, payload, packet) => {
    const message = { text: payload.toString(), retain: packet.retain }
    heard.set(topic, [...(heard.get(topic) ?? []), message])
  })
  await made.subscribeAsync(filter)
  return heard
}

function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 50) {
    world.advance(Math.min(50, left))
    clock.advance(Math.min(50, left))
  }
}

beforeEach(async () => {
  clock = new ManualClock()
  clients = []
  world = new World(1)
  sensors = await startSensors(world, clock, { wanted: 0, preferred: 0 }, 1)
})

afterEach(async () => {
  for (const made of clients) await made.endAsync(true)
  await sensors.close()
})

describe('the sensors over MQTT', () => {
  it('keep the slow readings for a client that comes later', async () => {
    const heard = await listenTo('plant/#')
    await vi.waitFor(() => expect([...heard.keys()].sort()).toEqual(['plant/door/open', 'plant/hall/humidity', 'plant/hall/temperature']))
    for (const messages of heard.values()) expect(messages[0]!.retain).toBe(true)
    expect(heard.get('plant/door/open')![0]!.text).toBe('false')
  })

  it('publish about once a second, JSON and plain', async () => {
    const heard = await listenTo('plant/#')
    pass(10_000)
    await vi.waitFor(() => expect(heard.get('plant/energy/power')?.length).toBeGreaterThanOrEqual(8))
    const last = (topic: string) => heard.get(topic)!.at(-1)!.text
    for (const topic of ['plant/hall/temperature', 'plant/compressor/pressure', 'plant/energy/power']) expect(heard.get(topic)!.length).toBeLessThanOrEqual(12)
    const temperature = JSON.parse(last('plant/hall/temperature'))
    expect(temperature).toEqual({ value: expect.any(Number), unit: 'Cel', time: expect.any(Number) })
    expect(Math.abs(temperature.time - clock.time())).toBeLessThan(1500)
    expect(last('plant/hall/humidity')).toMatch(/^\d\d\.\d$/)
    expect(JSON.parse(last('plant/compressor/pressure'))).toEqual({ bar: expect.any(Number), state: expect.stringMatching(/^(load|idle)$/) })
    expect(JSON.parse(last('plant/energy/power'))).toEqual({ kW: expect.any(Number), kWh: expect.any(Number) })
  })

  it('tell of the door only when it moves', async () => {
    const heard = await listenTo('plant/door/open')
    await vi.waitFor(() => expect(heard.get('plant/door/open')).toHaveLength(1))
    // By hand, without a step of the physics, which would shut it again.
    world.doorOpen = true
    world.timeMs += 1000
    clock.advance(50)
    world.timeMs += 1000
    clock.advance(50)
    await vi.waitFor(() => expect(heard.get('plant/door/open')!.map((m) => m.text)).toEqual(['false', 'true']))
  })

  it('share their broker: what one client publishes another hears, at QoS 1 too', async () => {
    const heard = await listenTo('site/#')
    const publisher = await client()
    await publisher.publishAsync('site/tank/mean', '1.62', { qos: 1 })
    await vi.waitFor(() => expect(heard.get('site/tank/mean')?.[0]?.text).toBe('1.62'))
  })

  it('survive garbage on their port, half a message and a cut connection', async () => {
    const heard = await listenTo('plant/#')
    const even = random(9)
    const connectPacket = Buffer.from([0x10, 0x0d, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 1, 0x61])
    for (let i = 0; i < 60; i++) {
      const socket = connectTcp(sensors.port, '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      const garbage = Buffer.from(Array.from({ length: 1 + Math.floor(even() * 60) }, () => Math.floor(even() * 256)))
      socket.write(i % 3 === 0 ? garbage : i % 3 === 1 ? Buffer.concat([connectPacket, garbage]) : connectPacket.subarray(0, 1 + Math.floor(even() * 13)))
      if (even() < 0.5) socket.resetAndDestroy()
      else socket.end()
    }
    const before = heard.get('plant/energy/power')?.length ?? 0
    pass(3000)
    await vi.waitFor(() => expect(heard.get('plant/energy/power')!.length).toBeGreaterThan(before))
    const late = await listenTo('plant/#')
    await vi.waitFor(() => expect(late.size).toBeGreaterThanOrEqual(3))
  })

  it('are silent once closed, with clients and half-open connections still there', async () => {
    await client()
    const half = connectTcp(sensors.port, '127.0.0.1')
    half.on('error', () => undefined)
    await once(half, 'connect')
    const gone = once(half, 'close')
    await sensors.close()
    await gone
    await expect(connectAsync(`mqtt://127.0.0.1:${sensors.port}`, { reconnectPeriod: 0 })).rejects.toThrow()
  })
})
