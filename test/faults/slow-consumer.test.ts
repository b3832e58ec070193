// Ten minutes of a consumer that is a thousand times too slow, on the real host with a clock of the test: what waits is
// bounded, who can wait is made to, nothing acknowledged is lost, and what is dropped is counted.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import { defineNode, port, sample, Type, type AnyDriver, type AnyNode, type Io, type Opened, type Outcome, type Sample } from '#kit'
import queue from '../../nodes/flow/queue.ts'
import type { Ledger } from '#format'
import type { Journal, JournalEntry } from '../../runtime/engine/contract.ts'
import { EngineHost } from '../../runtime/engine/host.ts'
import { planOf } from './plan.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void
const heapMb = (): number => (gc(), process.memoryUsage().heapUsed / 1048576)

const turn = (): Promise<void> => new Promise(setImmediate)
const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [] } as const
const none = Type.Object({})
const SECONDS = 600
const RATE = 1000
/** In front of an asynchronous node, and in one. */
const WAITING = 1000
const UNDER_WAY = 200

let host: EngineHost | undefined
afterEach(async () => host?.close('the test is over'))

/** source -> (a queue ->) uplink, whose receives end when the test says so. */
async function world(policy?: string) {
  let io: Io | undefined
  const w = { now: 1_000_000, paused: false, sending: [] as ((outcome?: Outcome) => void)[], got: [] as number[] }
  const idle: Opened = { health: () => ({ state: 'ok', text: '' }), close: async () => undefined }
  const nodes = new Map(
    [
      defineNode({ ...about, type: 'source.test', effects: 'reads', config: none, inputs: {}, outputs: { value: port.number() }, open: async (_c, given) => ((io = given), { ...idle, pause: () => void (w.paused = true), resume: () => void (w.paused = false) }) }),
      defineNode({ ...about, type: 'uplink.test', effects: 'notifies', inFlight: UNDER_WAY, config: none, inputs: { value: port.number() }, outputs: {}, open: async () => ({ ...idle, receive: (s: Sample) => (w.got.push(s.value as number), new Promise<Outcome>((go) => void w.sending.push(go))) }) }),
      queue,
    ].map((n) => [n.type, n as unknown as AnyNode]),
  )
  let position = 0
  const entries: JournalEntry[] = []
  const journal: Journal = {
    get position() {
      return position
    },
    append: () => ({ position: ++position, committed: Promise.resolve() }),
    checkpoint: async () => undefined,
    recover: async () => ({ checkpoint: undefined, entries }),
    stats: () => ({ entries: position, commits: 0, bytes: 0, checkpoints: 0, rejected: 0 }),
    close: async () => undefined,
  }
  host = new EngineHost({ nodes, drivers: new Map<string, AnyDriver>(), journal, folder: '/nowhere', alarm: () => undefined, log: () => undefined, write: () => undefined, now: () => w.now })
  await host.start()
  const plan = policy === undefined ? planOf(nodes, { s: 'source.test', up: 'uplink.test' }, ['s.value -> up.value']) : planOf(nodes, { s: 'source.test', q: ['flow.queue', { limit: 500, policy }], up: 'uplink.test' }, ['s.value -> q.value', 'q.value -> up.value'])
  await host.deploy({ plan, armed: false, secrets: {}, models: {} })
  return {
    w,
    io: io!,
    ledger: (node: string): Ledger => host!.report('f').nodes[node]!.ledger,
    waiting: (): number => Object.values(host!.report('f').nodes).reduce((sum, n) => sum + n.ledger.queued, 0),
    /** The consumer takes so many. */
    async take(count: number): Promise<void> {
      for (const go of w.sending.splice(0, count)) go()
      await turn()
    },
  }
}
const total = ({ passed, held, failed, queued, dropped }: Ledger): number => passed + held + failed + queued + Object.values(dropped).reduce((a, b) => a + b, 0)

test.each([undefined, 'block'])('a sender that waits for acknowledgements is made to wait, and all that was acknowledged arrives (queue: %s)', { timeout: 60_000 }, async (policy) => {
  const { w, io, take, waiting } = await world(policy)
  // As a broker: so many may be unacknowledged.
  const unacknowledged = 20
  let underWay = 0
  let sent = 0
  let acknowledged = 0
  let most = 0
  const before = heapMb()
  const offer = async (count: number): Promise<void> => {
    for (let i = 0; i < count && underWay < unacknowledged; i++) {
      underWay++
      void io.deliver('value', sample(`t${sent % 10}`, sent++, w.now)).then(() => (underWay--, acknowledged++))
      if (underWay === unacknowledged) await turn()
    }
  }
  for (let s = 0; s < SECONDS; s++) {
    w.now += 1000
    await offer(RATE)
    await take(RATE / 1000)
    most = Math.max(most, waiting())
  }
  expect(w.paused).toBe(true)
  const room = WAITING + UNDER_WAY + (policy === undefined ? 0 : 500 + 64)
  expect(most).toBeLessThanOrEqual(room + unacknowledged)
  expect(acknowledged).toBeLessThanOrEqual(SECONDS + room + unacknowledged)
  expect(heapMb() - before).toBeLessThan(10)
  // It is quick again: what was acknowledged has arrived, all of it, in its order, and the sender goes on.
  const then = acknowledged
  for (let i = 0; i < 1000 && (w.sending.length > 0 || waiting() > 0); i++) await take(UNDER_WAY)
  expect(w.got.length).toBeGreaterThanOrEqual(then)
  expect(w.got).toEqual(Array.from({ length: w.got.length }, (_, i) => i))
  expect(w.paused).toBe(false)
  await offer(1)
  await turn()
  expect(acknowledged).toBe(sent)
})

test.each([undefined, 'block', 'oldest', 'newest', 'latest'])('of a sender that does not wait what is too much is dropped, and every one is counted (queue: %s)', { timeout: 120_000 }, async (policy) => {
  const { w, io, take, ledger, waiting } = await world(policy)
  let sent = 0
  let most = 0
  const before = heapMb()
  for (let s = 0; s < SECONDS; s++) {
    w.now += 1000
    for (let i = 0; i < RATE; i++) {
      io.emit('value', sample(`t${sent % 10}`, sent++, w.now))
      if (i % 100 === 99) await turn()
    }
    await take(RATE / 1000)
    if (s % 20 === 0) most = Math.max(most, waiting())
  }
  const limit = policy === undefined ? 2 * WAITING + UNDER_WAY : 2 * 500 + 64 + 2 * WAITING + UNDER_WAY
  expect(most).toBeLessThanOrEqual(limit)
  expect(heapMb() - before).toBeLessThan(10)
  const first = policy === undefined ? 'up' : 'q'
  expect(ledger(first).in).toBe(sent)
  expect(total(ledger(first))).toBe(sent)
  expect(total(ledger('up'))).toBe(ledger('up').in)
  expect(ledger(first).passed + (policy === undefined ? 0 : ledger(first).queued)).toBeLessThan(SECONDS + limit)
  for (let i = 0; i < 1000 && (w.sending.length > 0 || waiting() > 0); i++) await take(UNDER_WAY)
  const dropped = (node: string): number => Object.values(ledger(node).dropped).reduce((a, b) => a + b, 0)
  expect(w.got.length + dropped('up') + (first === 'q' ? dropped('q') : 0)).toBe(sent)
  expect(w.got.length).toBeGreaterThan(SECONDS / 2)
  // By the policy: the newest are those that came last.
  if (policy === 'oldest' || policy === 'latest') expect(w.got.at(-1)).toBe(sent - 1)
})

test('behind messages that wait for their acknowledgement what is dropped is counted, too', async () => {
  const { w, io, take, ledger, waiting } = await world()
  let sent = 0
  for (let i = 0; i < 3000; i++) void io.deliver('value', sample('t', sent++, w.now))
  for (let i = 0; i < 30_000; i++) io.emit('value', sample('t', sent++, w.now))
  for (let i = 0; i < 1000 && (w.sending.length > 0 || waiting() > 0); i++) await take(UNDER_WAY)
  const { in: into, dropped } = ledger('up')
  const { dropped: atSource } = ledger('s')
  const counted = [...Object.values(dropped), ...Object.values(atSource)].reduce((a, b) => a + b, 0)
  expect(into).toBeGreaterThan(3000)
  expect(w.got.length + counted).toBe(sent)
})
