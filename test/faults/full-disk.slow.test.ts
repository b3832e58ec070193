// The disk of a running engine is full: a limit on the size of its files stands in for it, as SQLite gets EFBIG like it
// would get ENOSPC. It acknowledges nothing that it does not keep, says so, goes on writing to the plant, and is well
// again by itself when there is room.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import mqtt from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FORMAT, type Flow } from '#format'
import { drivers, nodes } from '../../nodes/index.ts'
import { compile } from '../../runtime/compile/index.ts'
import type { EngineDeploy } from '../../runtime/engine/contract.ts'
import { createEngines } from '../../runtime/engine/supervisor.ts'
import { until } from '../io.ts'
import { startMosquitto, startModbusServer } from '../peers.ts'
import { startRelay } from './relay.ts'

const run = promisify(execFile)
let folder: string
const closers: (() => unknown)[] = []
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'headgate-full-'))))
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
  rmSync(folder, { recursive: true, force: true })
})

function deployOf(flow: Omit<Flow, 'headgate' | 'name' | 'parameters'>): EngineDeploy {
  const { plan, issues } = compile({ headgate: FORMAT, name: flow.id, parameters: {}, ...flow }, { nodes, drivers, resources: { model: () => undefined, models: () => [], issue: () => undefined }, connections: {}, secrets: new Set(), version: 1 })
  if (!plan) throw new Error(issues.map((i) => i.text).join(' '))
  return { plan, armed: true, secrets: {}, models: {} }
}

/** Messages by MQTT in and out, and a register of a drive that another follows. */
async function start(main?: string) {
  const broker = await startMosquitto()
  closers.push(() => broker.close())
  const out = await startRelay(broker.port)
  closers.push(() => out.close())
  const drive = await startModbusServer()
  closers.push(() => drive.kill())
  const engines = createEngines({ folder, backOffMs: 20, ...(main === undefined ? {} : { main }) })
  closers.push(() => engines.close())
  const log: string[] = []
  engines.listen({ log: (l) => void log.push(l.text) })
  const said = (what: RegExp): boolean => log.some((l) => what.test(l))

  const client = await mqtt.connectAsync(broker.url, { clientId: 'test', clean: true })
  closers.push(() => client.endAsync(true))
  /** How often each has arrived. */
  const got = new Map<number, number>()
  client.on('message', (_topic, payload) => {
    const n = payload.readUInt32BE(0)
    got.set(n, (got.get(n) ?? 0) + 1)
  })
  await client.subscribeAsync('out', { qos: 1 })
  const taker = await mqtt.connectAsync(broker.url, { clientId: 'taker', clean: false })
  await taker.subscribeAsync('in', { qos: 1 })
  await taker.endAsync()
  await engines.start()
  const kept = (url: string, clientId: string) => ({ type: 'mqtt', config: { url, clientId, session: 'keep' } })
  await engines.deploy(deployOf({
    id: 'pass', connections: { from: kept(broker.url, 'taker'), to: kept(out.url, 'giver') },
    nodes: {
      in: { type: 'source.mqtt', config: { connection: 'from', topic: 'in', qos: 1, payload: 'bytes' }, at: [0, 0] },
      out: { type: 'uplink.mqtt', config: { connection: 'to', topic: 'out', qos: 1, payload: 'value' }, at: [0, 0] },
    },
    wires: ['in.value -> out.value'],
  }))
  drive.holding[5] = 30
  await engines.deploy(deployOf({
    id: 'copy', connections: { drive: { type: 'modbus', config: { host: '127.0.0.1', port: drive.port } } },
    nodes: {
      in: { type: 'source.modbus', config: { connection: 'drive', tags: [{ name: 'command', address: 5, function: 'holding', type: 'uint16' }], groups: [{ name: 'default', periodMs: 50 }] }, at: [0, 0] },
      out: { type: 'actuator.modbus', config: { connection: 'drive', address: 10, envelope: { minimum: 0, maximum: 100, maxRatePerS: 100_000, onBad: 'hold', staleAfterMs: 5000, safe: 25, readBackTolerance: 0.5 } }, at: [0, 0] },
    },
    wires: ['in.command -> out.value'],
  }))
  await until('the drive is written', () => drive.holding[10] === 30)

  let sent = 0
  const send = async (count: number): Promise<void> => {
    const body = Buffer.alloc(2000, 'x')
    for (let i = 0; i < count; i++) {
      body.writeUInt32BE(sent++, 0)
      await client.publishAsync('in', Buffer.from(body), { qos: 1 })
    }
  }
  const missing = (): number[] => Array.from({ length: sent }, (_, i) => i).filter((i) => !got.has(i))
  const kill = async (): Promise<void> => {
    const { pid, restarts } = engines.status()[0]!
    process.kill(pid!, 'SIGKILL')
    await until('another engine runs', () => engines.status()[0]!.restarts > restarts && engines.status()[0]!.state === 'running', 30_000)
  }
  /** Sends until the engine says that it cannot keep it. */
  const fill = async (words = /not kept/): Promise<void> => {
    log.length = 0
    const size = Math.max(statSync(join(folder, 'engine-1.db-wal')).size, statSync(join(folder, 'engine-1.db')).size)
    await run('prlimit', [`--pid=${engines.status()[0]!.pid}`, `--fsize=${size}:`])
    await until('the disk is full', async () => (await send(20), said(words)), 30_000)
  }
  await send(100)
  await until('the first have passed', () => missing().length === 0)

  const arrived = (): Promise<unknown> => until('all of it arrives', () => missing().length === 0, 20_000).catch(() => undefined) // the list says what is missing
  return { engines, drive, out, log, said, send, sent: () => sent, missing, got, kill, fill, arrived }
}

test('an engine whose disk is full acknowledges nothing that is not kept, writes to the plant, says so, and recovers', { timeout: 120_000 }, async () => {
  const { engines, drive, out, log, said, send, missing, kill, fill, arrived } = await start()
  // Nothing leaves any more: what arrives after the kill is what was kept, or still with the broker.
  out.shut()
  await fill()
  expect(log.find((l) => /not kept/.test(l))).toMatch(/stays with the broker: .*JOURNAL_WRITE: Not stored.*the disk is full/)
  await until('the checkpoint is missed, too', () => said(/The checkpoint was not written: .*the disk is full/), 30_000)
  drive.holding[5] = 60
  await until('the plant is written all the same', () => drive.holding[10] === 60)
  await send(50)
  // A limit is of the process: the next engine has room.
  await kill()
  out.open()
  await arrived()
  expect(missing()).toEqual([])

  // Full once more, and then room, under the same engine.
  await fill()
  await run('prlimit', [`--pid=${engines.status()[0]!.pid}`, '--fsize=unlimited:'])
  await send(50)
  out.shut()
  log.length = 0
  await send(50)
  const { pid } = engines.status()[0]!
  await until('it keeps again what comes', async () => (await engines.report('pass')).nodes['out']!.ledger.queued >= 50, 30_000)
  expect(engines.status()[0]!.pid).toBe(pid)
  await kill()
  out.open()
  await arrived()
  expect(missing()).toEqual([])
})

test('one that acknowledges what it could not keep is found out', { timeout: 120_000 }, async () => {
  const { out, send, sent, missing, kill, fill } = await start(join(import.meta.dirname, 'heedless-engine.ts'))
  out.shut()
  await fill(/The checkpoint was not written/)
  await send(50)
  await kill()
  out.open()
  await send(1)
  await until('what comes after it has arrived', () => missing().at(-1) !== sent() - 1)
  expect(missing().length).toBeGreaterThan(40)
})

test('what could not be kept goes through the flow a few times at most, however long the disk is full', { timeout: 120_000 }, async () => {
  const { log, fill, got } = await start()
  await fill()
  await until('the broker has sent it again three times', () => log.filter((l) => /not kept/.test(l)).length > 100, 60_000)
  expect(Math.max(...got.values())).toBeLessThanOrEqual(2)
})
