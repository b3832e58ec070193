// The example flow on a real engine with its recorder, then the same minutes in the lab: every port gives what it gave.
import { afterEach, expect, test, vi } from 'vitest'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sample, type AnyNode, type Io } from '#kit'
import { parseFlow, type Flow, type Step, type Trace } from '#format'
import { drivers, nodes } from '../../nodes/index.ts'
import { compile } from '../compile/index.ts'
import { readRecording } from '../cli/recording.ts'
import { EngineHost } from '../engine/host.ts'
import type { EngineDeploy, Journal, Plan } from '../engine/contract.ts'
import type { Standing } from '../engine/flow.ts'
import { openPure } from '../engine/open-pure.ts'
import { outputLine, Replay } from '../engine/replay.ts'
import { recordedOf, standingOf, stimuliOf, type SegmentData } from '../engine/segment.ts'
import { openRegistry, shippedModels } from '../models/registry.ts'
import { perform } from './jobs.ts'
import { Tracer } from './tracer.ts'

const example = join(import.meta.dirname, '../../flows/examples/pump-p101')
const START = 1_767_592_800_000

const journal: Journal = {
  position: 0,
  append: () => ({ position: 1, committed: Promise.resolve() }),
  checkpoint: async () => undefined,
  recover: async () => ({ checkpoint: undefined, entries: [] }),
  stats: () => ({ entries: 0, commits: 0, bytes: 0, checkpoints: 0, rejected: 0 }),
  close: async () => undefined,
}

/** Nodes with effects are the test's; the others are what they are. */
function bench() {
  const ios = new Map<string, Io>()
  const opened = { health: () => ({ state: 'ok' as const, text: '' }), close: async () => undefined }
  const stood = new Map<string, AnyNode>()
  for (const [type, def] of nodes) {
    const { envelope: _, ...free } = def
    const open = async (_config: unknown, io: Io) => {
      ios.set(io.node, io)
      return { ...opened, receive: async () => undefined }
    }
    stood.set(type, def.open && def.effects !== 'none' ? { ...free, open } : def)
  }
  return { ios, nodes: stood }
}

/** The example, and what else time, queues and user code do. */
async function flow(): Promise<{ plan: Plan; models: EngineDeploy['models'] }> {
  const { flow: read } = parseFlow(await readFile(`${example}.flow.json`, 'utf8'))
  const code = "state.n = (state.n ?? 0) + 1\nemit(state.n + Math.random())"
  const wide: Flow = {
    ...read!,
    nodes: {
      ...read!.nodes,
      noise: { type: 'flow.generate', config: { shape: 'noise', deviation: 1, periodS: 0.7 }, at: [0, 0] },
      later: { type: 'flow.delay', config: { delayS: 3.3 }, at: [0, 0] },
      line: { type: 'flow.queue', config: { limit: 2, policy: 'oldest' }, at: [0, 0] },
      code: { type: 'transform.function', config: { code }, at: [0, 0] },
      // What an operator sets, and what is refused to him.
      hand: { type: 'source.operator', config: { tag: 'hand', repeatS: 7 }, at: [0, 0] },
      both: { type: 'flow.merge', config: {}, at: [0, 0] },
      minute: { type: 'aggregate.window', version: 2, config: { sizeS: 5, latenessS: 0, statistics: ['mean'] }, at: [0, 0] },
    },
    wires: [...read!.wires, 'noise.value -> later.value', 'drive.temperature -> line.value', 'line.value -> code.value', 'code.value -> both.value', 'later.value -> both.value', 'both.value -> minute.value', 'hand.value -> both.value', 'drive.speed -> both.value'],
  }
  const registry = await openRegistry({ folders: [shippedModels] })
  await registry.refresh()
  const resources = { model: (name: string) => registry.get(name)?.info, models: () => registry.list().map((m) => m.name), issue: (name: string) => registry.issue(name) }
  const { plan, issues } = compile(wide, { nodes, drivers, resources, connections: {}, secrets: new Set(), version: 3 })
  expect(issues.filter((i) => i.level === 'error')).toEqual([])
  const models = Object.fromEntries(resources.models().map((name) => [name, registry.get(name)!]))
  await registry.close()
  return { plan: plan!, models }
}

afterEach(() => void vi.useRealTimers())

/** Runs for a minute of its own clock, watching every port. `jitter` makes calls late, as they are. */
async function live(): Promise<{ seen: Map<string, string[]>; pieces: SegmentData[]; plan: Plan; models: EngineDeploy['models']; end: Standing }> {
  const { plan, models } = await flow()
  const { ios, nodes: stood } = bench()
  let now = START
  const tick = (): number => (now += 0.001)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  const host = new EngineHost({
    nodes: stood, drivers, journal, folder: '/nowhere', alarm: () => undefined, log: () => undefined, write: () => undefined,
    // Each reading is a little later than the one before: what is not taken down shows.
    now: tick, steady: () => tick() - START + 7.25,
    recording: { segmentMs: 5000, stateShare: 1 },
  })
  await host.start()
  await host.deploy({ plan: { ...plan, connections: {} }, armed: true, secrets: {}, models })
  const seen = new Map<string, string[]>()
  const run = (host as unknown as { flows: Map<string, { run: Replay['flow'] }> }).flows.get(plan.flow)!.run
  for (const [id, node] of run.runs) for (const port of node.outputs.keys()) run.tap(id, port, (s) => (seen.get(`${id}.${port}`) ?? seen.set(`${id}.${port}`, []).get(`${id}.${port}`)!).push(outputLine('', s)))
  const turns = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) await new Promise(setImmediate)
    // User code runs in real time: some of it may be under way, not all of it.
    while (run.runs.get('code')!.boundary!.pending > 2) await new Promise(setImmediate)
  }
  const until = async (due: number): Promise<void> => {
    while (now < due) {
      const step = Math.min(137, due - now)
      now += step
      vi.advanceTimersByTime(step)
      await turns()
    }
  }
  let n = 0
  for await (const { at, sample: s } of readRecording(`${example}.wear.in.jsonl`)) {
    const [node, port] = at.split('.') as [string, string]
    await until(s.time + 3)
    ios.get(node)?.emit(port, s)
    // A burst: the queue in front of the function drops some of it.
    if (n++ % 7 === 0) for (let i = 0; i < 5; i++) ios.get('drive')!.emit('temperature', sample('P-101.temperature', i, s.time + i))
    if (n === 9) host.act(plan.flow, 'wear', 'acknowledge', undefined)
    if (n === 10) expect(host.act(plan.flow, 'hand', 'set', undefined, { value: 42 })).toBe(42)
    if (n === 12) expect(() => host.act(plan.flow, 'hand', 'set', undefined, { value: 1000 })).toThrow()
    if (n === 14) host.act(plan.flow, 'hand', 'set', undefined, { value: 43 })
    await turns()
  }
  // Sources fall silent, and event time goes on without them.
  await until(now + 25_000)
  // What user code has not answered yet would be in the replay's state and not in this one.
  while (run.runs.get('code')!.boundary!.pending > 0) await new Promise(setImmediate)
  const { segments } = host.recording(plan.flow, 10)
  const pieces = segments.map((s) => host.segment(plan.flow, s.id)!)
  const end = structuredClone(run.standing())
  vi.useRealTimers()
  await host.close('the test is over')
  return { seen, pieces, plan, models, end }
}

async function replayed(pieces: readonly SegmentData[], models: EngineDeploy['models'], visits?: Tracer): Promise<{ seen: Map<string, string[]>; strayed: number; end: Standing }> {
  const pure = openPure((name) => models[name], () => undefined)
  const [first] = pieces
  const seen = new Map<string, string[]>()
  const taps = first!.plan.nodes.flatMap((n) => Object.keys(n.ports.outputs).map((port) => `${n.id}.${port}`))
  const run = await Replay.open(
    first!.plan,
    { nodes, open: (node, flow) => pure.open(node, flow), start: first!.from, steadyStart: first!.steadyFrom, exact: true, standing: standingOf(first!), ...(visits ? { visits } : {}) },
    taps, (at, s) => void (seen.get(at) ?? seen.set(at, []).get(at)!).push(outputLine('', s)),
  )
  let strayed = 0
  for (const piece of pieces) for (const stimulus of stimuliOf(piece)) if (!(await run.follow(stimulus))) strayed++
  const end = structuredClone(run.flow.standing())
  await run.close()
  await pure.close()
  return { seen, strayed, end }
}

const sorted = (m: Map<string, string[]>): [string, string[]][] => [...m].toSorted(([a], [b]) => (a < b ? -1 : 1))

test('a replay gives at every port what the engine gave, timers, queues, models and user code included; traced or not', async () => {
  const { seen, pieces, models, end } = await live()
  expect(pieces.length).toBeGreaterThan(2)
  expect([...seen.keys()]).toEqual(expect.arrayContaining(['bearing.fault', 'wear.active', 'later.value', 'code.value', 'minute.mean', 'level.mean', 'line.value', 'noise.value']))
  const plain = await replayed(pieces, models)
  expect(plain.strayed).toBe(0)
  expect(sorted(plain.seen)).toEqual(sorted(seen))
  // Not only what left: every node holds what it held, to the fraction of a millisecond at which it was asked.
  expect(plain.end.nodes).toEqual(end.nodes)
  const tracer = new Tracer()
  const traced = await replayed(pieces, models, tracer)
  expect(sorted(traced.seen)).toEqual(sorted(plain.seen))

  // From any state in the middle it is the rest.
  for (let i = 1; i < pieces.length; i++) {
    const rest = await replayed(pieces.slice(i), models)
    expect(rest.strayed).toBe(0)
    for (const [at, lines] of rest.seen) expect([at, lines]).toEqual([at, seen.get(at)!.slice(-lines.length)])
    for (const [id, node] of Object.entries(rest.end.nodes)) expect([i, id, node]).toEqual([i, id, end.nodes[id]])
  }

  // The steps tell the same: every sample that left is of a step, every cause is a step before.
  const steps = JSON.parse(tracer.steps()) as Step[]
  const out = steps.flatMap((s) => s.out.map((o) => `${s.node}.${o.port}`))
  for (const [at, lines] of seen) expect([at, out.filter((o) => o === at).length]).toEqual([at, lines.length])
  const byId = new Map(steps.map((s) => [s.id, s]))
  for (const s of steps) {
    if (s.cause === null) continue
    const cause = byId.get(s.cause)!
    expect(s.cause).toBeLessThan(s.id)
    // What came in is what left there.
    expect(cause.out.map((o) => JSON.stringify(o.sample))).toContain(JSON.stringify(s.sample))
  }
  const judged = steps.find((s) => s.node === 'wear' && s.what === 'receive')!
  const path = [judged.node]
  for (let s = byId.get(judged.cause!); s; s = byId.get(s.cause ?? -1)) path.push(s.node)
  expect(path).toEqual(['wear', 'bearing', 'spectrum', 'drive'])
  expect(steps.filter((s) => s.node === 'setpoint').every((s) => s.outcome === 'muted')).toBe(true)
  expect(steps.some((s) => s.node === 'line' && s.outcome === 'dropped' && s.reason === 'The queue in front of it was full.')).toBe(true)
}, 60_000)

test('the same minutes under another flow: what came in is given to it, what it has no port for is told', async () => {
  const { pieces, plan, models } = await live()
  const other: Plan = { ...plan, nodes: plan.nodes.filter((n) => n.id !== 'tank' && n.id !== 'level'), wires: plan.wires.filter((w) => ![w.from.node, w.to.node].some((n) => n === 'tank' || n === 'level')) }
  const job = { what: 'run', draft: { plan: other, models }, input: { segments: pieces, to: Number.POSITIVE_INFINITY } } as const
  const trace = JSON.parse(await perform(job, { nodes })) as Trace
  expect(trace.version).toBe(null)
  expect(trace.issues).toContainEqual(expect.objectContaining({ code: 'LAB_INPUT', text: expect.stringContaining("'tank.level'") as unknown }))
  expect(trace.ledger['wear']!.in).toBeGreaterThan(10)
  // The inputs as people read them, put in again, are the same inputs.
  const samples = pieces.flatMap((p) => [...recordedOf(p, 0, Number.POSITIVE_INFINITY)])
  const again = JSON.parse(await perform({ what: 'run', draft: { plan, models }, input: { samples } }, { nodes })) as Trace
  expect(again.ledger['spectrum']!.in).toBe(samples.filter((s) => 'at' in s && (s.at === 'drive.waveform' || s.at === 'drive.speed')).length)
  expect(again.steps.some((s) => s.what === 'end')).toBe(true)
}, 60_000)
