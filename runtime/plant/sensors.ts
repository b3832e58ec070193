// The plant's MQTT broker and the sensors that publish to it. README.md has the topics. Any client on this machine may
// publish and subscribe. Thin on purpose: MQTT 3.1.1 only, no passwords, nothing kept over a restart.
import { Aedes } from 'aedes'
import { createServer, type Server, type Socket } from 'node:net'
import type { Clock } from './clock.ts'
import { host, listen, type PortChoice } from './listen.ts'
import { random } from './vibration.ts'
import type { World } from './world.ts'

interface Sensor {
  readonly topic: string
  /** Simulated time between two readings, about. */
  readonly everyMs: number
  readonly retain: boolean
  /** Undefined: nothing to say now. */
  read(world: World, timeMs: number): string | undefined
}

function sensors(): Sensor[] {
  let door: boolean | undefined
  const fixed = (value: number, digits: number) => Number(value.toFixed(digits))
  return [
    { topic: 'plant/hall/temperature', everyMs: 1000, retain: true, read: (w, time) => JSON.stringify({ value: fixed(w.hallC, 1), unit: 'Cel', time }) },
    { topic: 'plant/hall/humidity', everyMs: 1200, retain: true, read: (w) => w.humidity.toFixed(1) },
    {
      topic: 'plant/compressor/pressure',
      everyMs: 1000,
      retain: false,
      read: (w) => JSON.stringify({ bar: fixed(w.compressorBar, 2), state: w.compressorLoaded ? 'load' : 'idle' }),
    },
    {
      topic: 'plant/door/open',
      everyMs: 200,
      retain: true,
      read(w) {
        if (w.doorOpen === door) return undefined
        door = w.doorOpen
        return String(door)
      },
    },
    { topic: 'plant/energy/power', everyMs: 1000, retain: false, read: (w) => JSON.stringify({ kW: fixed(w.powerKw, 2), kWh: fixed(w.energyKwh, 3) }) },
  ]
}

export interface Sensors {
  readonly port: number
  close(): Promise<void>
}

/** Starts the broker and its sensors. Throws an Error of one line when it cannot listen. */
export async function startSensors(world: World, clock: Clock, port: PortChoice, seed: number): Promise<Sensors> {
  const broker = await Aedes.createBroker()
  const sockets = new Set<Socket>()
  const open = (number: number) =>
    new Promise<{ server: Server }>((resolve, reject) => {
      const server = createServer((socket) => {
        sockets.add(socket)
        socket.once('close', () => sockets.delete(socket))
        // Aedes closes a client that breaks the protocol; a reset connection must not end the process either.
        socket.on('error', () => socket.destroy())
        broker.handle(socket)
      })
      server.once('error', reject)
      server.listen({ port: number, host }, () => resolve({ server }))
    })
  let started: { server: Server; port: number }
  try {
    started = await listen('MQTT broker', port, open)
  } catch (error) {
    await new Promise<void>((resolve) => broker.close(resolve))
    throw error
  }

  const jitter = random(seed ^ 0x7f4a7c15)
  const due = sensors().map((sensor) => ({ sensor, at: world.timeMs }))
  const publish = () => {
    for (const entry of due) {
      if (world.timeMs < entry.at) continue
      entry.at = world.timeMs + entry.sensor.everyMs * (0.95 + 0.1 * jitter())
      const text = entry.sensor.read(world, clock.time())
      if (text === undefined) continue
      broker.publish({ cmd: 'publish', topic: entry.sensor.topic, payload: Buffer.from(text), qos: 0, retain: entry.sensor.retain, dup: false }, (error) => {
        if (error) process.emitWarning(`The plant could not publish ${entry.sensor.topic}: ${error.message}`)
      })
    }
  }
  publish()
  const stop = clock.every(50, publish)
  return {
    port: started.port,
    async close() {
      stop()
      await new Promise<void>((resolve) => broker.close(resolve))
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => started.server.close(() => resolve()))
    },
  }
}
