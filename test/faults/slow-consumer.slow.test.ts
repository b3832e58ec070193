// A real engine whose way out lets a thousandth through: its memory stays, what it has acknowledged arrives later, and
// the broker keeps the rest.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FORMAT, type Flow } from '#format'
import { drivers, nodes } from '../../nodes/index.ts'
import { compile } from '../../runtime/compile/index.ts'
import { createEngines } from '../../runtime/engine/supervisor.ts'
import { until } from '../io.ts'
import { startMosquitto } from '../peers.ts'
import { startRelay } from './relay.ts'

let folder: string
const closers: (() => unknown)[] = []
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'headgate-slow-'))))
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
  rmSync(folder, { recursive: true, force: true })
})

/** MB that are its own now, by the kernel. */
const memoryMb = (pid: number): number => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024

test('an engine whose uplink crawls stays small, makes its broker wait, and gives all of it on later', { timeout: 180_000 }, async () => {
  // As brokers come: so many messages may be unacknowledged.
  const broker = await startMosquitto(['max_inflight_messages 20'])
  closers.push(() => broker.close())
  const out = await startRelay(broker.port)
  closers.push(() => out.close())
  const client = await mqtt.connectAsync(broker.url, { clientId: 'test', clean: true })
  closers.push(() => client.endAsync(true))
  const got: number[] = []
  client.on('message', (_topic, payload) => void got.push(payload.readUInt32BE(0)))
  await client.subscribeAsync('out', { qos: 1 })
  const taker = await mqtt.connectAsync(broker.url, { clientId: 'taker', clean: false })
  await taker.subscribeAsync('in', { qos: 1 })
  await taker.endAsync()

  const kept = (url: string, clientId: string) => ({ type: 'mqtt', config: { url, clientId, session: 'keep' } })
  const flow: Flow = {
    headgate: FORMAT, id: 'pass', name: 'pass', parameters: {}, connections: { from: kept(broker.url, 'taker'), to: kept(out.url, 'giver') },
    nodes: {
      in: { type: 'source.mqtt', config: { connection: 'from', topic: 'in', qos: 1, payload: 'bytes' }, at: [0, 0] },
      out: { type: 'uplink.mqtt', config: { connection: 'to', topic: 'out', qos: 1, payload: 'value' }, at: [0, 0] },
    },
    wires: ['in.value -> out.value'],
  }
  const { plan, issues } = compile(flow, { nodes, drivers, resources: { model: () => undefined, models: () => [], issue: () => undefined }, connections: {}, secrets: new Set(), version: 1 })
  if (!plan) throw new Error(issues.map((i) => i.text).join(' '))
  const engines = createEngines({ folder })
  closers.push(() => engines.close())
  await engines.start()
  await engines.deploy({ plan, armed: false, secrets: {}, models: {} })

  let sent = 0
  const send = async (count: number): Promise<void> => {
    const batch: Promise<unknown>[] = []
    for (let i = 0; i < count; i++) {
      const body = Buffer.alloc(4000, 'x')
      body.writeUInt32BE(sent++, 0)
      batch.push(client.publishAsync('in', body, { qos: 1 }))
    }
    await Promise.all(batch)
  }
  await send(500)
  await until('the way is open', () => got.length === 500)
  const { pid } = engines.status()[0]!
  const before = memoryMb(pid!)
  out.slow(4000)
  for (let i = 0; i < 25; i++) await send(1000)
  const { nodes: report } = await engines.report('pass')
  const { ledger } = report['out']!
  expect(ledger.dropped).toEqual({})
  expect(ledger.queued).toBeGreaterThan(500)
  expect(ledger.queued).toBeLessThanOrEqual(1000 + 200 + 20)
  // 100 MB were sent, and 5 MB of them wait here; without a limit it would be all of them, twice over.
  expect(memoryMb(pid!) - before).toBeLessThan(90)
  out.slow(Number.POSITIVE_INFINITY)
  await until('all have arrived', () => new Set(got).size === sent, 90_000)
  expect(got).toEqual(got.toSorted((a, b) => a - b))
  expect(engines.status()[0]!.pid).toBe(pid)
})
