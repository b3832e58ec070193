// Case 2: messages per second from one MQTT topic to another, through mosquitto: the publisher and the counting subscriber
// are processes of their own, and so is each contender. All contenders stay up; one at a time is spoken to.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { cpuMs } from '../proc.ts'
import { startContender, startProgram, type Started } from '../process.ts'
import { median } from '../measure.ts'
import type { Case, CaseOptions, Row } from '../report.ts'
import type { CounterAnswer } from '../contenders/mqtt-counter.ts'
import type { PublisherAnswer } from '../contenders/mqtt-publisher.ts'

const LIMIT_MS = 110_000
/** Messages under way, from publisher to subscriber. */
const WINDOW = 500
/** What has not arrived this long after the last message was sent is lost. */
const DRAIN_MS = 15_000

const contenders = { headgate: 'Headgate engine', bridge: 'bare MQTT.js bridge', 'node-red': 'Node-RED 5' } as const
type Key = keyof typeof contenders

async function startBroker(folder: string): Promise<{ readonly broker: Started; readonly url: string }> {
  const free = createServer()
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
  const { port } = free.address() as AddressInfo
  await new Promise((resolve) => free.close(resolve))
  const file = join(folder, 'mosquitto.conf')
  // Its usual limits drop bursts of QoS 0 and hold back QoS 1.
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\nmax_inflight_messages 0\nlog_type error\n`)
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` }
  const broker = startProgram('mosquitto', ['-c', file], LIMIT_MS * 2, env)
  const listens = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => (socket.destroy(), resolve(true)))
      socket.once('error', () => resolve(false))
    })
  while (!(await Promise.race([listens(), broker.failed]))) await wait(20)
  return { broker, url: `mqtt://127.0.0.1:${port}` }
}

interface Measured {
  readonly perSecond: number
  /** CPU time of the contender for one message, µs: steadier than the rate on a busy machine. */
  readonly cpuUs: number
  readonly sent: number
  readonly lost: number
  readonly repeated: number
}

async function measureQos(qos: 0 | 1, url: string, { quick, say }: CaseOptions): Promise<Record<Key, Measured[]>> {
  const started: Started[] = []
  const start = (name: string, task: object): Started => {
    const one = startContender(name, { url, qos, ...task }, LIMIT_MS)
    started.push(one)
    return one
  }
  const results: Record<Key, Measured[]> = { headgate: [], bridge: [], 'node-red': [] }
  try {
    const publisher = start('mqtt-publisher', {})
    const counter = start('mqtt-counter', { topic: 'out/#' })
    const keys = Object.keys(contenders) as Key[]
    const bridges = Object.fromEntries(keys.map((key) => [key, start(`mqtt-${key}`, { from: `in/${key}`, to: `out/${key}` })])) as Record<Key, Started>
    await Promise.all(started.map((one) => one.next()))

    const measure = async (key: Key, ms: number): Promise<Measured> => {
      const { pid } = bridges[key]
      const used = cpuMs(pid)
      counter.send({ begin: true })
      publisher.send({ begin: { topic: `in/${key}`, ms, window: WINDOW } })
      let done: PublisherAnswer | undefined
      const told = publisher.next<PublisherAnswer>().then((answer) => void (done = answer))
      let seen: CounterAnswer = { count: 0, repeated: 0, lastAt: 0 }
      let count = counter.next<CounterAnswer>()
      let deadline = Number.POSITIVE_INFINITY
      // The counter speaks at least every 20 ms, so this comes round.
      while (done === undefined || seen.count < done.sent) {
        seen = await count
        count = counter.next<CounterAnswer>()
        publisher.send({ arrived: seen.count })
        if (done !== undefined) deadline = Math.min(deadline, performance.now() + DRAIN_MS)
        if (performance.now() > deadline) break
      }
      count.catch(() => undefined) // the next measurement asks for its own
      counter.send({ end: true })
      for (let rest = await count; !rest.ended; rest = await counter.next<CounterAnswer>()) seen = rest.count > 0 ? rest : seen
      await told
      const { sent, firstAt } = done!
      return { perSecond: seen.count / ((seen.lastAt - firstAt) / 1000), cpuUs: (1000 * (cpuMs(pid) - used)) / seen.count, sent, lost: sent - seen.count, repeated: seen.repeated }
    }

    // Until one message comes through, the contender is still subscribing; then it runs warm.
    for (const key of keys) {
      say(`mqtt, QoS ${qos}: ${contenders[key]} warms up`)
      publisher.send({ probe: `in/${key}` })
      counter.send({ probe: true })
      await counter.next()
      publisher.send({ probe: null })
      await publisher.next()
      await measure(key, quick ? 700 : 1500)
    }
    const rounds = quick ? 1 : 4
    for (let round = 0; round < rounds; round++) {
      say(`mqtt, QoS ${qos}, round ${round + 1} of ${rounds}`)
      for (const key of keys) results[key].push(await measure(key, quick ? 700 : 1500))
    }
  } finally {
    await Promise.all(started.map((one) => one.end()))
  }
  return results
}

export const mqtt: Case = {
  name: 'mqtt',
  async run(options) {
    const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-mqtt-'))
    const { broker, url } = await startBroker(folder)
    const rows: Row[] = []
    try {
      for (const qos of [0, 1] as const) {
        const results = await measureQos(qos, url, options)
        const ratio = (to: Key): number => median(results.headgate.map((r, i) => r.perSecond / results[to][i]!.perSecond))
        for (const [key, name] of Object.entries(contenders) as [Key, string][]) {
          const sum = (of: 'sent' | 'lost' | 'repeated'): number => results[key].reduce((a, r) => a + r[of], 0)
          rows.push({
            contender: `${name}, QoS ${qos}${key === 'headgate' && qos === 1 ? ', journalled' : ''}`,
            rate: median(results[key].map((r) => r.perSecond)),
            unit: 'messages/s',
            ratios: key !== 'headgate' ? [] : [{ to: 'bare bridge', value: ratio('bridge'), expected: qos === 0 ? 0.9 : 0.6 }, { to: 'Node-RED', value: ratio('node-red') }],
            note: `${Math.round(median(results[key].map((r) => r.cpuUs)))} µs of CPU time a message; ${sum('sent')} sent, ${sum('lost')} lost${sum('repeated') > 0 ? `, ${sum('repeated')} twice` : ''}`,
            rounds: results[key].map((r) => r.perSecond),
            cpuUs: results[key].map((r) => r.cpuUs),
          })
        }
      }
    } finally {
      await broker.end()
      rmSync(folder, { recursive: true, force: true })
    }
    return rows
  },
}
