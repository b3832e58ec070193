// A real engine process, clock-engine.ts, on a clock that a test sets, and what goes through it: readings by MQTT into a
// delay and into windows.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterEach, beforeEach, expect } from 'vitest'
import { FORMAT, type Flow } from '#format'
import { compile } from '../../runtime/compile/index.ts'
import { createEngines } from '../../runtime/engine/supervisor.ts'
import { until } from '../io.ts'
import { startMosquitto } from '../peers.ts'
import { drivers, nodes } from './clock-engine.ts'

let folder: string
const closers: (() => unknown)[] = []
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'headgate-clock-'))))
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
  rmSync(folder, { recursive: true, force: true })
})

/** Whole at any moment: the engine may be reading it. */
export function setAhead(ms: number): void {
  writeFileSync(join(folder, 'clock.new'), String(ms))
  renameSync(join(folder, 'clock.new'), join(folder, 'clock'))
}

/** in -> a delay of 0.2 s -> 'late'; in -> windows of 0.5 s -> 'windows', their counts. */
export async function startClocked() {
  setAhead(0)
  const broker = await startMosquitto()
  closers.push(() => broker.close())
  const flow: Flow = {
    headgate: FORMAT, id: 'clock', name: 'clock', parameters: {}, connections: { broker: { type: 'mqtt', config: { url: broker.url, clientId: 'engine', session: 'keep' } } },
    nodes: {
      in: { type: 'source.mqtt', config: { connection: 'broker', topic: 'in', qos: 1, payload: 'number' }, at: [0, 0] },
      delay: { type: 'flow.delay', config: { delayS: 0.2 }, at: [0, 0] },
      window: { type: 'aggregate.window', config: { sizeS: 0.5, latenessS: 0.1, statistics: ['count'], minGoodPercent: 0 }, at: [0, 0] },
      late: { type: 'uplink.mqtt', config: { connection: 'broker', topic: 'late', qos: 1, payload: 'json' }, at: [0, 0] },
      windows: { type: 'uplink.mqtt', config: { connection: 'broker', topic: 'windows', qos: 1, payload: 'json' }, at: [0, 0] },
    },
    wires: ['in.value -> delay.value', 'delay.value -> late.value', 'in.value -> window.value', 'window.count -> windows.value'],
  }
  const { plan, issues } = compile(flow, { nodes, drivers, resources: { model: () => undefined, models: () => [], issue: () => undefined }, connections: {}, secrets: new Set(), version: 1 })
  if (!plan) throw new Error(issues.map((i) => i.text).join(' '))
  const engines = createEngines({ folder, main: join(import.meta.dirname, 'clock-engine.ts'), backOffMs: 0 })
  closers.push(() => engines.close())
  const log: string[] = []
  engines.listen({ log: (l) => void log.push(l.text) })
  const delayed: number[] = []
  /** By their start: a window that is told again is the same one. */
  const windows = new Map<number, number>()
  const client = await mqtt.connectAsync(broker.url, { clientId: 'test', clean: true })
  closers.push(() => client.endAsync(true))
  client.on('message', (topic, payload) => {
    const { value, time } = JSON.parse(payload.toString()) as { value: number; time: number }
    if (topic === 'late') delayed.push(value)
    else windows.set(time, value)
  })
  await client.subscribeAsync(['late', 'windows'], { qos: 1 })
  // The engine's session, before anything is published.
  const first = await mqtt.connectAsync(broker.url, { clientId: 'engine', clean: false })
  await first.subscribeAsync('in', { qos: 1 })
  await first.endAsync()
  await engines.start()
  await engines.deploy({ plan, armed: false, secrets: {}, models: {} })
  let sent = 0
  return {
    engines, log, delayed, windows,
    sent: () => sent,
    counted: () => [...windows.values()].reduce((sum, n) => sum + n, 0),
    /** So many readings, about fifty a second. */
    async read(count: number): Promise<void> {
      for (let i = 0; i < count; i++) {
        await client.publishAsync('in', String(sent++), { qos: 1 })
        await new Promise((go) => setTimeout(go, 20))
      }
    },
  }
}
export type Clocked = Awaited<ReturnType<typeof startClocked>>

export async function expectAllThrough(w: Clocked): Promise<void> {
  await until('every reading has left the delay', () => new Set(w.delayed).size === w.sent())
  // The last window closes by the clock, 10 s after its source fell silent.
  await until('every reading is in a window', () => w.counted() >= w.sent(), 30_000)
  expect(w.counted()).toBe(w.sent())
}
