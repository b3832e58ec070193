// The product as it is started (`headgate start`): engines and gateways are killed in turn while messages go through, and
// come back by themselves with the deployed flow and its state.
import mqtt from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import { FORMAT, type Flow } from '#format'
import { password, startGateway, user } from '../e2e/harness.ts'
import { until } from '../io.ts'
import { startMosquitto } from '../peers.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

test('a gateway whose engine and which itself is killed comes back, with its flow, its state and all that was acknowledged', { timeout: 180_000 }, async () => {
  const broker = await startMosquitto()
  closers.push(() => broker.close())
  const gateway = await startGateway(['--no-plant', '--no-build'])
  closers.push(() => gateway.close())
  const post = async (path: string, body: object, cookie = ''): Promise<Response> => {
    const answer = await fetch(gateway.url + path, { method: 'POST', headers: { 'content-type': 'application/json', origin: gateway.url, cookie }, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }
  const claimed = await post('/api/claim', { token: gateway.token, user, password })
  const cookie = claimed.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ')

  const client = await mqtt.connectAsync(broker.url, { clientId: 'test', clean: true })
  closers.push(() => client.endAsync(true))
  const raw = new Set<number>()
  const accepted = new Set<string>()
  const totals = new Set<number>()
  client.on('message', (topic, payload) => {
    const { value, time } = JSON.parse(payload.toString()) as { value: number; time: number }
    if (topic === 'total') totals.add(value)
    else {
      raw.add(value)
      accepted.add(`${value} ${time}`)
    }
  })
  await client.subscribeAsync(['raw', 'total'], { qos: 1 })
  const taker = await mqtt.connectAsync(broker.url, { clientId: 'taker', clean: false })
  await taker.subscribeAsync('in', { qos: 1 })
  await taker.endAsync()
  const flow: Flow = {
    headgate: FORMAT, id: 'count', name: 'Count', parameters: {}, connections: { broker: { type: 'mqtt', config: { url: broker.url, clientId: 'taker', session: 'keep' } } },
    nodes: {
      in: { type: 'source.mqtt', config: { connection: 'broker', topic: 'in', qos: 1, payload: 'number' }, at: [0, 0] },
      count: { type: 'aggregate.counter', config: { counts: 'readings' }, at: [0, 0] },
      raw: { type: 'uplink.mqtt', config: { connection: 'broker', topic: 'raw', qos: 1, payload: 'json' }, at: [0, 0] },
      total: { type: 'uplink.mqtt', config: { connection: 'broker', topic: 'total', qos: 1, payload: 'json' }, at: [0, 0] },
    },
    wires: ['in.value -> raw.value', 'in.value -> count.value', 'count.total -> total.value'],
  }
  await post('/api/flows/count/deploy', { flow, basedOn: null }, cookie)

  let sent = 0
  let over = false
  const publishing = (async () => {
    while (!over) {
      await client.publishAsync('in', String(sent++), { qos: 1 })
      await new Promise((go) => setTimeout(go, 2))
    }
  })()
  closers.push(async () => {
    over = true
    await publishing
  })
  const more = async (): Promise<void> => {
    const from = sent
    await until('new ones pass', () => raw.has(from), 60_000)
  }
  await more()
  for (const victim of ['engine', 'gateway', 'engine', 'gateway'] as const) {
    if (victim === 'gateway') {
      await gateway.kill()
      await gateway.restart()
    } else {
      const { pid } = (await gateway.health()).engines[0]!
      process.kill(pid!, 'SIGKILL')
      await until('another engine', async () => {
        const { engines } = await gateway.health()
        return engines[0]!.state === 'running' && engines[0]!.pid !== pid
      }, 60_000)
    }
    await more()
  }
  over = true
  await publishing
  const missing = (): number[] => Array.from({ length: sent }, (_, i) => i).filter((i) => !raw.has(i))
  await until('all have passed', () => missing().length === 0 && totals.has(sent), 30_000).catch(() => undefined) // the lists say what is missing
  expect(missing()).toEqual([])
  // Counted once each: all numbers are there, and no more than there were samples.
  const last = Math.max(...totals)
  expect(totals.size).toBe(last)
  expect(last).toBeGreaterThanOrEqual(sent)
  expect(last).toBeLessThanOrEqual(accepted.size)
})
