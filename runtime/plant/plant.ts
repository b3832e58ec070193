// The simulated plant: a pump with its drive (Modbus TCP), hall sensors (MQTT) and a tank (OPC UA), each with a real
// protocol server on 127.0.0.1, over one world of physics. See README.md.
import { systemClock, type Clock } from './clock.ts'
import { startDrive } from './drive.ts'
import { startSensors } from './sensors.ts'
import { startTank } from './tank.ts'
import { World } from './world.ts'

export const defaultPorts = { mqtt: 18830, modbus: 15020, opcua: 48400 } as const

export interface PlantOptions {
  /** Same seed, same plant. Default 1. */
  readonly seed?: number
  /** Simulated time over real time, above 0, at most 100. Default 1. */
  readonly speed?: number
  /** A number asks for that port, 0 for any free one; absent: the default or the next free one. */
  readonly ports?: { readonly mqtt?: number | undefined; readonly modbus?: number | undefined; readonly opcua?: number | undefined }
  readonly clock?: Clock
}

export interface Plant {
  readonly ports: { readonly mqtt: number; readonly modbus: number; readonly opcua: number }
  /** The physics: for tests that look behind the protocols. */
  readonly world: World
  close(): Promise<void>
}

const tickMs = 32

/** Starts all three devices; when one fails, none stays. Throws an Error of one line that says which and why. */
export async function startPlant(options: PlantOptions = {}): Promise<Plant> {
  const { seed = 1, speed = 1, ports = {}, clock = systemClock } = options
  if (!Number.isInteger(seed)) throw new Error(`The plant's seed must be a whole number, not ${seed}.`)
  if (!(speed > 0 && speed <= 100)) throw new Error(`The plant's speed must be above 0 and at most 100, not ${speed}.`)
  for (const [name, port] of Object.entries(ports)) {
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535)) throw new Error(`The plant's ${name} port must be a whole number from 0 to 65535, not ${port}.`)
  }
  const world = new World(seed)
  const closers: (() => Promise<void>)[] = []
  const closeAll = async () => {
    const results = await Promise.allSettled(closers.splice(0).map((close) => close()))
    const failed = results.find((r) => r.status === 'rejected')
    if (failed) throw failed.reason
  }
  const keep = <T extends { close(): Promise<void> }>(device: T): T => {
    closers.push(() => device.close())
    return device
  }
  try {
    const drive = keep(await startDrive(world, clock, { wanted: ports.modbus, preferred: defaultPorts.modbus }))
    const sensors = keep(await startSensors(world, clock, { wanted: ports.mqtt, preferred: defaultPorts.mqtt }, seed))
    const tank = keep(await startTank(world, clock, { wanted: ports.opcua, preferred: defaultPorts.opcua }, seed))
    // Starting took a while; the plant's time begins now, so that a seed gives the same first minute everywhere.
    let last = clock.now()
    const stop = clock.every(tickMs, () => {
      const now = clock.now()
      world.advance((now - last) * speed)
      last = now
    })
    closers.push(async () => stop())
    return { ports: { mqtt: sensors.port, modbus: drive.port, opcua: tank.port }, world, close: closeAll }
  } catch (error) {
    await closeAll()
    throw error
  }
}
