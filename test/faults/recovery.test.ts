// An engine that is killed again and again between incremental checkpoints ends with the state, and has told what, one
// would that never was. The journal is a model: what was committed is there after a kill, and nothing else.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defineNode, port, sample, Type, type AnyDriver, type AnyNode, type Io, type Opened, type Outcome, type Sample } from '#kit'
import queue from '../../nodes/flow/queue.ts'
import window from '../../nodes/aggregate/window.ts'
import type { Checkpoint, Journal, JournalEntry, LogReport, StateItem, StateScope } from '../../runtime/engine/contract.ts'
import { EngineHost } from '../../runtime/engine/host.ts'
import { planOf } from './plan.ts'

const NOW = 1_000_000
const turn = (): Promise<void> => new Promise(setImmediate)

/** What survives a kill, and who writes to it. */
class Disk {
  position = 0
  at: Pick<Checkpoint, 'position' | 'time'> | undefined
  state: StateItem[] = []
  entries: JournalEntry[] = []
}
type Breakage = (checkpoint: Checkpoint) => Checkpoint
class ModelJournal implements Journal {
  position: number
  /** Handed over, not committed. */
  waiting: { readonly entry: JournalEntry; readonly resolve: () => void }[] = []
  /** What becomes of the next checkpoints; 'hangs': it is under way until the kill. */
  fate: 'written' | 'fails' | 'hangs' = 'written'
  private readonly disk: Disk
  private readonly breakage: Breakage
  private dead = false
  constructor(disk: Disk, breakage: Breakage) {
    this.disk = disk
    this.breakage = breakage
    this.position = disk.position
  }
  append(flow: string, node: string, port: string, s: Sample) {
    const position = ++this.position
    const { promise, resolve } = Promise.withResolvers<void>()
    if (!this.dead) this.waiting.push({ entry: { position, flow, node, port, sample: s }, resolve })
    return { position, committed: promise }
  }
  commit(count: number): void {
    for (const { entry, resolve } of this.waiting.splice(0, count)) {
      this.disk.position = entry.position
      if (entry.position > (this.disk.at?.position ?? 0)) this.disk.entries.push(entry)
      resolve()
    }
  }
  async checkpoint(checkpoint: Checkpoint): Promise<void> {
    if (this.dead) return
    if (this.fate === 'fails') throw new Error('the disk is full')
    if (this.fate === 'hangs') return new Promise(() => undefined)
    // What it contains counts as kept: acknowledged or not, it comes back.
    this.commit(this.waiting.length)
    const { drop, put, position, time } = structuredClone(this.breakage(checkpoint))
    const covers = (scope: StateScope, i: StateItem): boolean => (scope.flow ?? i.flow) === i.flow && (scope.node ?? i.node) === i.node && (scope.item ?? i.item) === i.item
    const { disk } = this
    disk.state = [...disk.state.filter((i) => !drop.some((d) => covers(d, i)) && !put.some((p) => p.flow === i.flow && p.node === i.node && p.item === i.item)), ...put]
    disk.at = { position, time }
    disk.position = Math.max(disk.position, position)
    disk.entries = disk.entries.filter((e) => e.position > position)
  }
  async recover() {
    const { at, state, entries } = structuredClone({ at: this.disk.at, state: this.disk.state, entries: this.disk.entries })
    return { checkpoint: at && { ...at, state }, entries }
  }
  stats() {
    return { entries: 0, commits: 0, bytes: 0, checkpoints: 0, rejected: 0 }
  }
  async close(): Promise<void> {}
  /** From here on nothing reaches the disk. */
  kill(): Sample[] {
    this.dead = true
    return this.waiting.splice(0).map((w) => w.entry.sample)
  }
}

const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [] } as const
const none = Type.Object({})

/** One run of the flow over one disk: source -> sums -> window, queue -> uplink that takes its time. */
class World {
  readonly disk = new Disk()
  journal: ModelJournal
  readonly log: LogReport[] = []
  readonly told: string[] = []
  /** Receives of the uplink that are under way: each ends once. */
  readonly sending: ((outcome: Outcome) => void)[] = []
  private io: Io | undefined
  private host: EngineHost | undefined
  private generation = 0
  private readonly breakage: Breakage

  constructor(breakage: Breakage) {
    this.breakage = breakage
    this.journal = new ModelJournal(this.disk, breakage)
  }

  private readonly nodes = (): ReadonlyMap<string, AnyNode> => {
    const generation = ++this.generation
    const idle: Opened = { health: () => ({ state: 'ok', text: '' }), close: async () => undefined }
    const source = defineNode({ ...about, type: 'source.test', effects: 'reads', config: none, inputs: {}, outputs: { value: port.number() }, open: async (_c, io) => ((this.io = io), idle) })
    const sums = defineNode({
      ...about, type: 'aggregate.sums', effects: 'none', config: none, inputs: { value: port.number() }, outputs: { value: port.number() }, state: () => ({ sum: 0, all: [] as number[] }),
      receive(s, _p, ctx) {
        const v = s.value as number
        ctx.state.sum += v
        ctx.state.all.push(v)
        ctx.emit['value']!({ ...s, value: ctx.state.sum * 1000 + ctx.state.all.length })
        if (v === 0) ctx.forget()
      },
    })
    const whole = defineNode({
      ...about, type: 'aggregate.whole', effects: 'none', scope: 'node', config: none, inputs: { value: port.number() }, outputs: { value: port.number() }, state: () => ({ order: 17 }),
      receive(s, _p, ctx) {
        ctx.state.order = (ctx.state.order * 31 + (s.value as number)) % 1_000_003
        ctx.emit['value']!({ ...s, tag: `order of ${s.tag}`, value: ctx.state.order })
      },
    })
    const uplink = defineNode({
      ...about, type: 'uplink.test', effects: 'notifies', inFlight: 3, config: none, inputs: { value: port.number() }, outputs: {},
      open: async () => ({
        ...idle,
        receive: (s) => {
          if (generation !== this.generation) return new Promise<Outcome>(() => undefined)
          this.told.push(`${s.tag} ${s.time} ${s.value as number} ${s.quality}`)
          return new Promise<Outcome>((go) => void this.sending.push(go))
        },
      }),
    })
    return new Map([source, sums, whole, uplink, queue, window].map((n) => [n.type, n as unknown as AnyNode]))
  }

  async start(): Promise<void> {
    const nodes = this.nodes()
    this.host = new EngineHost({ nodes, drivers: new Map<string, AnyDriver>(), journal: this.journal, folder: '/nowhere', safeMs: 10, alarm: () => undefined, log: (l) => void this.log.push(l), write: () => undefined, now: () => NOW })
    await this.host.start()
    const plan = planOf(
      nodes,
      { s: 'source.test', sums: 'aggregate.sums', whole: 'aggregate.whole', win: ['aggregate.window', { sizeS: 0.01, latenessS: 0.005, statistics: ['sum', 'count'] }], q: ['flow.queue', { limit: 30, policy: 'block' }], up: 'uplink.test' },
      ['s.value -> sums.value', 's.value -> whole.value', 's.value -> win.value', 'sums.value -> q.value', 'whole.value -> q.value', 'win.sum -> q.value', 'win.count -> q.value', 'q.value -> up.value'],
    )
    await this.host.deploy({ plan, armed: false, secrets: {}, models: {} })
  }

  /** Resolves when it is acknowledged. */
  deliver(s: Sample): Promise<void> {
    return this.io!.deliver('value', s)
  }
  checkpoint(): Promise<void> {
    return this.host!.checkpoint()
  }
  /** Gives what was not kept: its sender sends it again. */
  async kill(): Promise<Sample[]> {
    const unkept = this.journal.kill()
    this.generation++
    this.sending.length = 0
    const { host } = this
    this.journal = new ModelJournal(this.disk, this.breakage)
    await this.start()
    // Only its timers are left of it.
    void host!.close('killed')
    return unkept
  }
  async drain(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      while (this.sending.length > 0) {
        this.sending.shift()!(undefined)
        await turn()
        quiet = 0
      }
      await turn()
    }
  }
  /** All that a restart would begin with. */
  async end(): Promise<StateItem[]> {
    await this.drain()
    this.journal.fate = 'written'
    await this.checkpoint()
    await this.host!.close('the test is over')
    return this.disk.state.toSorted((a, b) => (`${a.node} ${a.item}` < `${b.node} ${b.item}` ? -1 : 1))
  }
}

const acts = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ do: fc.constant('deliver' as const), tag: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.integer({ min: 0, max: 2 }), step: fc.constantFrom(0, 1, 3, 12, -2) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 5 }) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), count: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('checkpoint' as const), fate: fc.constantFrom('written' as const, 'written' as const, 'written' as const, 'fails' as const, 'hangs' as const) }) },
    { weight: 2, arbitrary: fc.constant({ do: 'kill' as const }) },
  ),
  { maxLength: 80, size: 'max' },
)

type Act = typeof acts extends fc.Arbitrary<(infer A)[]> ? A : never

async function play(all: readonly Act[], killed: boolean, breakage: Breakage = (c) => c): Promise<{ state: StateItem[]; told: string[] }> {
  const world = new World(breakage)
  await world.start()
  let time = NOW - 100_000
  const deliver = (s: Sample): void => void world.deliver(s).catch(() => undefined) // a kill leaves it open
  for (const act of all) {
    if (act.do === 'deliver') deliver(sample(act.tag, act.value, (time += act.step)))
    else if (act.do === 'commit') world.journal.commit(act.count)
    else if (act.do === 'send') for (const go of world.sending.splice(0, act.count)) go(undefined)
    else if (!killed) continue
    else if (act.do === 'kill') for (const s of await world.kill()) deliver(s)
    else if (world.journal.fate !== 'hangs') {
      world.journal.fate = act.fate
      const written = world.checkpoint()
      if (act.fate !== 'hangs') await written
    }
    await turn()
  }
  if (killed) for (const s of await world.kill()) deliver(s)
  world.journal.commit(Number.POSITIVE_INFINITY)
  // What a full queue holds back goes on as the uplink does.
  await world.drain()
  world.journal.commit(Number.POSITIVE_INFINITY)
  const state = await world.end()
  return { state, told: world.told }
}

const byTag = (told: readonly string[]): Record<string, string[] | undefined> => Object.groupBy(new Set(told), (line) => line.replace(/ \d+ -?\d+ \d+$/, ''))

const holds = (breakage?: Breakage): Promise<void> =>
  fc.assert(
    fc.asyncProperty(acts, async (all) => {
      const expected = await play(all, false)
      const got = await play(all, true, breakage)
      expect(got.state).toEqual(expected.state)
      // At least once, nothing else, and of each tag in its order the first time.
      expect(byTag(got.told)).toEqual(byTag(expected.told))
    }),
    { numRuns: 300 },
  )

test('killed between checkpoints, written, failed or under way, it ends as if it never was, and has told the same', { timeout: 120_000 }, () => holds())

test.each<[string, Breakage]>([
  ['leaves out a key', (c) => ({ ...c, put: c.put.filter((i) => i.item !== 'key:b') })],
  ['does not forget', (c) => ({ ...c, drop: c.drop.filter((d) => d.item === undefined) })],
  ['leaves out what waits', (c) => ({ ...c, put: c.put.filter((i) => i.node !== 'up' && i.node !== 'q') })],
  ['says that it contains one less', (c) => ({ ...c, position: c.position - 1 })],
  ['says that it contains one more', (c) => ({ ...c, position: c.position + 1 })],
])('a checkpoint that %s is found out', { timeout: 120_000 }, (_what, breakage) => expect(holds(breakage)).rejects.toThrow('Property failed'))
