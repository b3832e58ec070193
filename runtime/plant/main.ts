// The plant as a process of its own. Forked by the gateway it tells its ports over IPC and ends when that channel closes;
// started by hand it prints them. Ends on SIGTERM or SIGINT; exit code 1 with one line on stderr when it cannot start.
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import type { Plant } from './plant.ts'

// Memory before speed: 135 MB instead of 185 MB with the OPC UA server. It acts on what is loaded after it.
setFlagsFromString('--optimize-for-size')
const { startPlant } = await import('./plant.ts')

const usage = 'Usage: node runtime/plant/main.ts [--seed N] [--speed X] [--mqtt-port P] [--modbus-port P] [--opcua-port P]'

let plant: Plant | undefined
let leaving = false

function fail(error: unknown): never {
  process.stderr.write(`${(error instanceof Error ? error.message : String(error)).split('\n')[0]}\n`)
  process.exit(1)
}

async function leave(): Promise<void> {
  if (leaving) return
  leaving = true
  // A client that does not let go must not keep the plant alive.
  setTimeout(() => process.exit(0), 2000).unref()
  if (!plant) process.exit(0)
  try {
    await plant.close()
  } catch (error) {
    fail(error)
  }
  process.exit(0)
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new Error(`--${name} must be a number, not '${text}'. ${usage}`)
  return value
}

process.on('SIGTERM', () => void leave())
process.on('SIGINT', () => void leave())
process.on('disconnect', () => void leave())

try {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { seed: text, speed: text, 'mqtt-port': text, 'modbus-port': text, 'opcua-port': text } })
  const seed = number('seed', values.seed)
  const speed = number('speed', values.speed)
  plant = await startPlant({
    ...(seed !== undefined && { seed }),
    ...(speed !== undefined && { speed }),
    ports: { mqtt: number('mqtt-port', values['mqtt-port']), modbus: number('modbus-port', values['modbus-port']), opcua: number('opcua-port', values['opcua-port']) },
  })
} catch (error) {
  fail(error)
}

const { mqtt, modbus, opcua } = plant.ports
if (leaving) {
  process.exit(0)
} else if (process.send) {
  process.send({ type: 'ready', mqtt, modbus, opcua })
} else {
  process.stdout.write(`Simulated plant on 127.0.0.1: Modbus TCP ${modbus}, MQTT ${mqtt}, OPC UA opc.tcp://127.0.0.1:${opcua}/plant\n`)
}
