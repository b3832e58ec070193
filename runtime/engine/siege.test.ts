// Everything at once, in any order: samples, deploys that open, fail or take a device from its node, receives that end late or
// never, checkpoints and crashes. No sample may be lost or come twice unless it is told, and none may overtake another.
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { defineNode, port, same, sample, Type, type AnyNode, type Context, type Sample } from '#kit'
import type { Plan, StateItem, StateScope } from './contract.ts'
import type { SavedFlow, SavedNode } from './flow.ts'
import { prepareHops } from './hops.ts'
import { testFlow, testNodes, testPlan, type TestFlow } from './harness.ts'

const about = { version: 1, title: 'T', summary: 's', help: 'h', icon: 'x', examples: [], effects: 'none', config: Type.Object({ n: Type.Number({ default: 0 }) }), inputs: { value: port.any() }, outputs: { value: same('value') } } as const
let got: Sample[] = []
const nodes = [
  ...testNodes,
  defineNode({ ...about, type: 'filter.pass', receive: (s: Sample, _p: string, ctx: Context) => ctx.emit['value']!(s) }),
  defineNode({ ...about, type: 'flow.queue', queue: ({ n }: { n: number }) => ({ limit: 1 + n, policy: 'block' as const }), carries: () => true, receive: () => undefined }),
  defineNode({ ...about, type: 'flow.record', outputs: {}, receive: (s: Sample, _p: string, ctx: Context) => (got.push(s), ctx.done()) }),
] as unknown as AnyNode[]

interface Shape {
  readonly filter: number
  readonly queue: number | null
  readonly slow: number
  readonly limit: number
}
function planOf({ filter, queue, slow, limit }: Shape, version: number, extra: boolean): Plan {
  const of: Record<string, readonly [string, number]> = { s: ['source.test', 0], c: ['aggregate.count', 0], f: ['filter.pass', filter], ...(queue === null ? {} : { q: ['flow.queue', queue] as const }), slow: ['inference.test', slow], end: ['flow.record', 0], ...(extra ? { extra: ['source.test', 1] as const } : {}) }
  const wires = ['s -> c', 's -> f', ...(queue === null ? ['f -> slow'] : ['f -> q', 'q -> slow']), 'slow -> end']
  const base = testPlan(Object.fromEntries(Object.keys(of).map((id) => [id, 'filter.any'])), wires, version)
  return {
    ...base, settings: { queue: limit },
    nodes: base.nodes.map((node) => {
      const [type, n] = of[node.id]!
      const def = nodes.find((d) => d.type === type)!
      const ports = (names: object) => Object.fromEntries(Object.keys(names).map((name) => [name, { kind: 'any' as const }]))
      return { ...node, type, config: { n }, ports: { inputs: ports(def.inputs), outputs: ports(def.outputs) } }
    }),
  }
}

/** What a gateway would find in the engine's file. */
class Store {
  private readonly items = new Map<string, StateItem>()
  put(flow: TestFlow['flow'], whole: boolean): void {
    const { drop, put } = structuredClone(flow.takeChanges(whole))
    if (whole) this.items.clear()
    const covers = (scope: StateScope, i: StateItem): boolean => (scope.node ?? i.node) === i.node && (scope.item ?? i.item) === i.item
    for (const scope of drop) for (const [key, item] of this.items) if (covers(scope, item)) this.items.delete(key)
    for (const item of put) this.items.set(`${item.node} ${item.item}`, item)
  }
  read(): SavedFlow {
    const saved: Record<string, SavedNode & { keys: SavedNode['keys'][number][] }> = {}
    for (const { node, item, value } of this.items.values()) {
      const kept = (saved[node] ??= { type: '', config: undefined, inputs: {}, keys: [], pending: [], maxTime: Number.NEGATIVE_INFINITY })
      if (item === 'node') saved[node] = { ...(value as SavedNode), keys: kept.keys }
      else if (item !== 'reached') kept.keys.push(value as SavedNode['keys'][number])
    }
    return structuredClone(saved)
  }
}

const shape = fc.record({ filter: fc.nat(1), queue: fc.option(fc.nat(4), { nil: null }), slow: fc.nat(1), limit: fc.integer({ min: 1, max: 6 }) })
const act = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('say' as const), tag: fc.constantFrom('a', 'b'), times: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat(3), fails: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deploy' as const), shape, fate: fc.constantFrom('opens' as const, 'fails' as const, 'takes' as const, 'takes and fails' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('late' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('save' as const, 'save whole' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
)
const turn = (): Promise<void> => new Promise(setImmediate)

beforeAll(() => prepareHops(64))
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A source that keeps what it has to say while it must wait, as an acknowledging one's sender does. */
function sender(t: TestFlow): { waiting: Sample[]; sent(): Sample[]; say(s: Sample): void; attend(): void } {
  const waiting: Sample[] = []
  const sent: Sample[] = []
  let full = false
  let seen: unknown
  const give = (s: Sample): void => {
    sent.push(s)
    t.flow.inject(t.flow.runs.get('s')!, 'value', s)
  }
  return {
    waiting,
    sent: () => sent,
    say: (s) => void (full || waiting.length > 0 ? waiting.push(s) : give(s)),
    attend() {
      const attached = t.flow.attached.get(t.flow.runs.get('s')!)
      if (!attached || attached === seen) return
      seen = attached
      full = t.log.findLast((line) => line === 'pause s' || line === 'resume s') === 'pause s'
      ;(attached as { pause: (full: boolean) => void }).pause = (now) => {
        full = now
        while (!full && waiting.length > 0) give(waiting.shift()!)
      }
    },
  }
}

test('no sample is lost, doubled or overtaken without a word, however deploys, crashes and late ends fall together', async () => {
  await fc.assert(
    fc.asyncProperty(shape, fc.array(act, { maxLength: 60, size: 'max' }), async (first, acts) => {
      got = []
      const store = new Store()
      let version = 1
      let running = first
      let t = testFlow(false, nodes)
      await t.deploy(planOf(first, version, false))
      let source = sender(t)
      source.attend()
      let next = 0
      let saidBefore: Sample[] = []
      let failed = new Set<unknown>()
      const everFailed = new Set<unknown>()
      let discarded = 0
      let crashes = 0
      let deploying: Promise<unknown> | undefined
      const check = (): void => {
        for (const run of t.flow.runs.values()) {
          expect([run.plan.id, run.imbalance(), run.lost]).toEqual([run.plan.id, 0, 0])
          expect(run.ledger().dropped).toEqual({})
        }
        for (const tag of ['a', 'b']) {
          const order = got.filter((s) => s.tag === tag).map((s) => s.value as number)
          expect(order).toEqual(order.toSorted((x, y) => x - y))
        }
      }
      const quiet = async (): Promise<void> => {
        for (let i = 0; deploying; i++) {
          if (i > 3) await vi.advanceTimersByTimeAsync(1000)
          await turn()
        }
      }
      const told = (): number => t.log.reduce((sum, l) => sum + Number(/^warning \w+: (\d+) samples that waited/.exec(l)?.[1] ?? 0), 0)
      for (const a of acts) {
        if (a.do === 'say') for (let i = 0; i < a.times; i++) source.say(sample(a.tag, next++, 1000))
        else if (a.do === 'turn') await turn()
        else if (a.do === 'late') await vi.advanceTimersByTimeAsync(1000)
        else if (a.do === 'end') {
          const one = t.receiving[a.which % Math.max(1, t.receiving.length)]
          if (one && a.fails) {
            failed.add(one.sample.value)
            await one.fail('why')
          } else await one?.end()
        } else if (a.do === 'save' || a.do === 'save whole') {
          if (deploying) continue
          store.put(t.flow, a.do === 'save whole')
          saidBefore = [...source.sent()]
        } else if (a.do === 'deploy') {
          await quiet()
          const fails = a.fate.includes('fails')
          const taken = t
          if (fails) t.broken.add('extra')
          if (a.fate.includes('takes')) t.exclusive.add('slow')
          deploying = t.deploy(planOf(a.shape, ++version, fails)).then(() => (running = a.shape), (thrown: unknown) => expect(String(thrown)).toContain('NODE_OPEN')).then(() => {
            taken.broken.clear()
            taken.exclusive.clear()
            deploying = undefined
          })
        } else {
          await quiet()
          check()
          // What was sent since the last checkpoint is in the journal; what was not sent is with its sender.
          const journal = source.sent().slice(saidBefore.length)
          const waiting = [...source.waiting]
          discarded += told()
          for (const value of failed) everFailed.add(value)
          for (const s of got) everFailed.add(s.value)
          got = []
          failed = new Set()
          crashes++
          t = testFlow(false, nodes)
          const before = saidBefore
          await t.flow.deploy(planOf(running, version, false), store.read(), {
            linked: () => t.flow.again(() => {
              for (const s of journal) t.flow.inject(t.flow.runs.get('s')!, 'value', s)
            }),
          })
          source = sender(t)
          source.sent().push(...before, ...journal)
          source.attend()
          for (const s of waiting) source.say(s)
        }
        source.attend()
      }
      await quiet()
      for (let i = 0; i < 3; i++) {
        while (t.receiving.length > 0) {
          await t.receiving[0]!.end()
          await turn()
        }
        await turn()
      }
      check()
      expect(source.waiting).toEqual([])
      expect([...t.flow.runs.values()].map((run) => run.ledger().queued).every((n) => n === 0)).toBe(true)
      discarded += told()
      const seen = new Set([...got.map((s) => s.value), ...failed, ...everFailed])
      expect(next - seen.size).toBeLessThanOrEqual(discarded)
      if (crashes === 0) {
        expect(new Set(got.map((s) => s.value)).size).toBe(got.length)
        expect(got.length + failed.size + discarded).toBeGreaterThanOrEqual(next)
      }
      // A state that nothing touched has counted each sample once, over every deploy and crash.
      const counted = t.flow.runs.get('c')!.saveState().reduce((sum, k) => sum + (k.state as { count: number }).count, 0)
      expect(counted).toBe(next)
    }),
    { numRuns: Number(process.env['SIEGE'] ?? 60) },
  )
})
