// A real broker, a real engine process and its journal; the books are kept outside of all three. What the engine has
// acknowledged to the broker arrives, at least once. Many kills at any moment: kill.slow.test.ts.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FORMAT, type Flow } from '#format'
import { drivers, nodes } from '../../nodes/index.ts'
import { compile } from '../../runtime/compile/index.ts'
import { createEngines } from '../../runtime/engine/supervisor.ts'
import { until } from '../io.ts'
import { end, startMosquitto, startModbusServer, type Mosquitto } from '../peers.ts'
import { startRelay } from './relay.ts'

let folder: string
const closers: (() => unknown)[] = []
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'headgate-faults-'))))
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
  rmSync(folder, { recursive: true, force: true })
})

async function broker(): Promise<Mosquitto> {
  const made = await startMosquitto()
  closers.push(() => made.close())
  return made
}

/** source -> scale -> uplink, QoS 1 at both ends, sessions kept. */
async function run(from: string, to: string, main?: string) {
  const connection = (url: string, clientId: string) => ({ type: 'mqtt', config: { url, clientId, session: 'keep' } })
  const flow: Flow = {
    headgate: FORMAT, id: 'pass', name: 'pass', parameters: {}, connections: { from: connection(from, 'taker'), to: connection(to, 'giver') },
    nodes: {
      in: { type: 'source.mqtt', config: { connection: 'from', topic: 'in', qos: 1, payload: 'number' }, at: [0, 0] },
      twice: { type: 'transform.scale', config: { factor: 1, offset: 0 }, at: [0, 0] },
      out: { type: 'uplink.mqtt', config: { connection: 'to', topic: 'out', qos: 1, payload: 'value' }, at: [0, 0] },
    },
    wires: ['in.value -> twice.value', 'twice.value -> out.value'],
  }
  const { plan, issues } = compile(flow, { nodes, drivers, resources: { model: () => undefined, models: () => [], issue: () => undefined }, connections: {}, secrets: new Set(), version: 1 })
  if (!plan) throw new Error(issues.map((i) => i.text).join(' '))
  const engines = createEngines({ folder, backOffMs: 20, ...(main === undefined ? {} : { main }) })
  closers.push(() => engines.close())
  await engines.start()
  await engines.deploy({ plan, armed: false, secrets: {}, models: {} })
  return {
    engines,
    accepted: async () => (await engines.report('pass')).nodes['in']!.outputs['value']!.count,
    async kill(): Promise<void> {
      const { pid, restarts } = engines.status()[0]!
      process.kill(pid!, 'SIGKILL')
      await until('the engine is back', () => engines.status()[0]!.restarts > restarts && engines.status()[0]!.state === 'running')
    },
  }
}

async function client(url: string, clientId: string): Promise<mqtt.MqttClient> {
  const made = await mqtt.connectAsync(url, { clientId, clean: false })
  closers.push(() => made.endAsync(true))
  return made
}
/** Counts what arrives, by its number. */
async function counter(url: string): Promise<Map<number, number>> {
  const got = new Map<number, number>()
  const to = await client(url, 'counter')
  to.on('message', (_topic, payload) => {
    const id = Number(payload.toString())
    got.set(id, (got.get(id) ?? 0) + 1)
  })
  await to.subscribeAsync('out', { qos: 1 })
  return got
}
/** A first message goes lost where nobody has subscribed yet. */
const subscribed = (publisher: mqtt.MqttClient, got: ReadonlyMap<number, number>): Promise<unknown> =>
  until('the way is open', async () => {
    await publisher.publishAsync('in', '-1', { qos: 1 })
    return got.has(-1)
  })
/** The oracle: numbers that were taken and did not arrive. */
const lost = (sent: number, got: ReadonlyMap<number, number>): number[] => Array.from({ length: sent }, (_, i) => i).filter((i) => !got.has(i))

/** Accepted while the way out is shut, then killed, then the way out opens: does what was acknowledged arrive? */
async function killedWhileFull(main?: string): Promise<number[]> {
  const { url, port } = await broker()
  const got = await counter(url)
  const publisher = await client(url, 'publisher')
  const out = await startRelay(port)
  closers.push(() => out.close())
  const engine = await run(url, out.url, main)
  await subscribed(publisher, got)
  out.shut()
  const before = await engine.accepted()
  const sent = 300
  await Promise.all(Array.from({ length: sent }, (_, i) => publisher.publishAsync('in', String(i), { qos: 1 })))
  // A probe or two may still have been on the way; what the engine has not accepted is with the broker.
  await until('the engine has them', async () => (await engine.accepted()) >= before + sent)
  // When it has answered twice more, its acknowledgements are out of the process: a kill does not take them back.
  await engine.accepted()
  await engine.accepted()
  await engine.kill()
  out.open()
  await publisher.publishAsync('in', String(sent), { qos: 1 })
  await until('a new one has passed', () => got.has(sent))
  return lost(sent, got)
}

test('what waited for an uplink is there after a crash', { timeout: 60_000 }, async () => {
  expect(await killedWhileFull()).toEqual([])
})

test('an engine that acknowledges before the commit is found out', { timeout: 60_000 }, async () => {
  expect((await killedWhileFull(join(import.meta.dirname, 'early-engine.ts'))).length).toBeGreaterThan(200)
})

test('an engine whose gateway is killed writes its safe values and ends', { timeout: 60_000 }, async () => {
  const drive = await startModbusServer()
  closers.push(() => drive.kill())
  drive.holding[5] = 40
  drive.holding[10] = 3
  const gateway = fork(join(import.meta.dirname, 'gateway-child.ts'), [folder, String(drive.port)], { execArgv: [] })
  closers.push(() => end(gateway, 'SIGKILL'))
  const [{ pid }] = (await once(gateway, 'message')) as [{ pid: number }]
  await until('the drive is written', () => drive.holding[10] === 40)
  gateway.kill('SIGKILL')
  const alive = (): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  await until('the engine has ended', () => !alive())
  expect(drive.holding[10]).toBe(25)
})
