// Kills an engine, and its gateway, at moments drawn from a seed, while messages go through: MQTT in (QoS 1, kept session),
// a tally, MQTT out (QoS 1). This process is outside of both: it publishes, receives and keeps the books.
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { nextState, uniformOf } from '#math/random'
import type { EngineStatus } from '#format'
import { until } from '../io.ts'
import { end, startMosquitto } from '../peers.ts'
import { Books, type Contained } from './books.ts'
import { startRelay } from './relay.ts'
import type { FromGateway } from './kill-gateway.ts'
import type { Sabotage } from './telling.ts'

/** In which the engine is killed: while it runs, starts or writes a checkpoint; or its gateway is; or it hangs. */
const moments = ['running', 'starting', 'checkpoint', 'gateway', 'hang'] as const
type Moment = (typeof moments)[number]
const shares: Record<Moment, number> = { running: 0.5, starting: 0.2, checkpoint: 0.22, gateway: 0.06, hang: 0.02 }

export interface KillOptions {
  readonly kills: number
  readonly seed: number
  readonly sabotage?: Sabotage
  /** Only these moments, in turn. */
  readonly only?: readonly Moment[]
  /** Share of the kills before which the way out is shut, so that samples wait for it. */
  readonly shutShare?: number
  /** Called after each kill. */
  readonly progress?: (kill: number, books: Books) => void
}
export interface KillReport {
  readonly kills: Record<Moment, number>
  /** Of them, those with the way out shut. */
  readonly shut: number
  readonly findings: readonly string[]
  readonly acknowledged: number
  readonly lost: number
  readonly repeated: number
  readonly redelivered: number
  readonly retold: number
  readonly largestRepeat: number
  readonly oldestRepeatMs: number
  /** From each end of an engine to the next sample that is new, ms, ascending. */
  readonly recoveryMs: readonly number[]
  readonly checkpoints: number
  readonly recoveredEntries: number
}

const TAGS = 40
/** Published at a time, and how many of the tags speak then: the others' state stays as it is over several checkpoints. */
const BATCH = 6
const LOUD = 6
const PACE_MS = 20
/** The broker has not taken these yet. */
const UNDER_WAY = 200
/** Sent and not arrived: an engine that is killed too quickly to catch up is given time, not more to do. */
const BACKLOG = 3000
/** The books are closed when nothing new has come for this long. */
const QUIET_MS = 20_000

export async function killRun({ kills, seed, sabotage, only, shutShare = 0.2, progress }: KillOptions): Promise<KillReport> {
  let state = seed | 0
  const random = (): number => uniformOf((state = nextState(state)))
  const closers: (() => unknown)[] = []
  const books = new Books()
  const done: Record<Moment, number> = { running: 0, starting: 0, checkpoint: 0, gateway: 0, hang: 0 }
  const recoveryMs: number[] = []
  let durable: Contained = { counts: new Map(), waiting: new Set() }
  let checkpoints = 0
  let recoveredEntries = 0
  let began = 0
  let shut = 0
  let endedAt: number | undefined
  let newestAt = performance.now()
  let engine: EngineStatus | undefined
  let pid: number | null = null
  let ready = false
  let gateway: ChildProcess | undefined
  let over = false

  function heard(message: FromGateway): void {
    if ('engine' in message) {
      engine = message.engine
      if (engine.pid !== null && engine.pid !== pid) {
        pid = engine.pid
        ready = false
        books.begin(durable, performance.now())
      }
    } else if ('flow' in message) ready = message.flow === 'running'
    else if ('told' in message) {
      const { told } = message
      if (told.what === 'checkpoint begins') began++
      else if (told.what === 'kept') books.keep(told.samples)
      else if (told.what === 'recovery') recoveredEntries += told.entries
      else {
        checkpoints++
        durable = { counts: new Map([...durable.counts, ...told.counts]), waiting: new Set(told.waiting) }
      }
    }
  }

  try {
    const broker = await startMosquitto(['persistence false'])
    closers.push(() => broker.close())
    const out = await startRelay(broker.port)
    closers.push(() => out.close())
    const folder = mkdtempSync(join(tmpdir(), 'headgate-kill-'))
    closers.push(() => rmSync(folder, { recursive: true, force: true }))

    const subscriber = await mqtt.connectAsync(broker.url, { clientId: 'books', clean: true })
    closers.push(() => subscriber.endAsync(true))
    subscriber.on('message', (_topic, payload) => {
      const now = performance.now()
      if (!books.arrive(payload.toString(), now)) return
      newestAt = now
      if (endedAt === undefined) return
      recoveryMs.push(now - endedAt)
      endedAt = undefined
    })
    await subscriber.subscribeAsync('out', { qos: 1 })
    // The taker's session, before anything is published: the broker keeps what comes from now on.
    const taker = await mqtt.connectAsync(broker.url, { clientId: 'taker', clean: false })
    await taker.subscribeAsync('in/#', { qos: 1 })
    await taker.endAsync()
    const publisher = await mqtt.connectAsync(broker.url, { clientId: 'publisher', clean: true })
    closers.push(() => publisher.endAsync(true))

    const begin = (): void => {
      gateway = fork(join(import.meta.dirname, 'kill-gateway.ts'), [folder, broker.url, out.url], { execArgv: [], env: { ...process.env, ...(sabotage === undefined ? {} : { HEADGATE_SABOTAGE: sabotage }) } })
      gateway.on('message', heard)
    }
    begin()
    closers.push(() => gateway && end(gateway, 'SIGKILL'))
    await until('the first engine runs', () => ready, 60_000)

    const wait = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms))
    let round = 0
    const underWay = new Set<Promise<void>>()
    const publishing = (async () => {
      while (!over) {
        round++
        // A sixth of the tags at a time, another after a second or so.
        const first = Math.floor(round / 50) * LOUD
        for (let i = 0; i < BATCH && books.open < BACKLOG; i++) {
          const tag = `in/${(first + Math.floor(random() * LOUD)) % TAGS}`
          const n = books.send(tag)
          const taken = publisher.publishAsync(tag, String(n), { qos: 1 }).then(() => {
            books.acknowledge(tag, n)
            underWay.delete(taken)
          })
          underWay.add(taken)
        }
        if (underWay.size > UNDER_WAY) await Promise.race(underWay)
        await wait(PACE_MS)
      }
      await Promise.all(underWay)
    })()
    closers.push(async () => {
      over = true
      await publishing
    })

    const draw = (): Moment => {
      const at = random()
      let sum = 0
      return moments.find((m) => at < (sum += shares[m])) ?? 'running'
    }
    // What is found ends it: more kills would not make it better.
    for (let kill = 0; kill < kills && books.findings.length === 0; kill++) {
      const moment = only?.[kill % only.length] ?? draw()
      const delay = random()
      const wayOut = random() < shutShare
      if (moment === 'starting') {
        await until('an engine starts', () => engine?.pid !== null)
        await wait(delay * 500)
      } else {
        await until('the engine has its flow', () => ready, 60_000)
        // Every other one has time to recover first.
        if (kill % 2 === 0) await until('something new arrives', () => endedAt === undefined, 60_000)
        if (wayOut) {
          out.shut()
          shut++
        }
        await wait(delay * 700)
        if (moment === 'checkpoint') {
          const before = began
          await until('a checkpoint begins', () => began > before, 60_000)
          await wait(random() * 8)
        }
      }
      const victim = engine?.pid
      endedAt ??= performance.now()
      done[moment]++
      if (moment === 'gateway') {
        await end(gateway!, 'SIGKILL')
        ready = false
        begin()
        await until('another engine', () => engine?.pid !== victim, 60_000)
      } else if (victim !== null && victim !== undefined) {
        signal(victim, moment === 'hang' ? 'SIGSTOP' : 'SIGKILL')
        await until('it is noticed', () => engine?.pid !== victim, 60_000)
      }
      out.open()
      progress?.(kill + 1, books)
    }

    await until('the last engine has its flow', () => ready, 60_000)
    over = true
    await publishing
    newestAt = performance.now()
    while (books.findings.length === 0 && books.lost().length > 0 && performance.now() - newestAt < QUIET_MS) await wait(50)
  } finally {
    for (const close of closers.splice(0).toReversed()) await close()
  }
  const lost = books.findings.length > 0 ? [] : books.lost()
  const { acknowledged, repeated, redelivered, retold, largestRepeat, oldestRepeatMs } = books
  return {
    kills: done, shut, acknowledged, repeated, redelivered, retold, largestRepeat, oldestRepeatMs, checkpoints, recoveredEntries,
    findings: [...books.findings, ...lost.slice(0, 20).map((l) => `Acknowledged and lost: ${l}.`)],
    lost: lost.length,
    recoveryMs: recoveryMs.toSorted((a, b) => a - b),
  }
}

/** To a process that may have ended by now. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown
  }
}
