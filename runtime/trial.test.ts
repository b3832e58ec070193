import { afterEach, describe, expect, test } from 'vitest'
import type { NodeStatus, ServerMessage, TrialBody } from '#format'
import type { FlowReport } from './engine/contract.ts'
import { testFlow, testGateway, status, type TestGateway } from './api/harness.ts'
import { baselineOf, createTrials, judge, lookAt, type KeptTrial, type TrialParts } from './trial.ts'

/** A source that has given `given`, a sink that took `taken`, and how often something failed. */
interface Now {
  given: number
  taken: number
  failed: number
  depth: number
  fresh: boolean
}
const node = (inputs: Record<string, number>, outputs: Record<string, number>, more: Partial<NodeStatus> = {}): NodeStatus => {
  const ports = (of: Record<string, number>) => Object.fromEntries(Object.entries(of).map(([name, count]) => [name, { count, rate: 0, last: null }]))
  return { ...status(0), inputs: ports(inputs), outputs: ports(outputs), ...more }
}
const report = (n: Now, version: number): FlowReport => ({
  version, totals: { inRate: 0, outRate: 0, loopP99Ms: 0, cpu: 0, memoryMb: 0 },
  nodes: {
    in: node({}, { value: n.given }, { health: n.fresh ? { state: 'ok', text: '' } : { state: 'stale', text: 'away' } }),
    mid: node({ value: n.given }, { value: n.given }, { ledger: { in: 0, passed: 0, held: 0, failed: n.failed, queued: 0, dropped: {} }, queue: { depth: n.depth, limit: 100, policy: 'block' } }),
    out: node({ value: n.taken }, {}),
  },
})

interface World {
  time: number
  /** The wall clock is off by this. */
  skew: number
  /** Of the last way back. */
  mayArm: boolean | undefined
  version: number
  state: 'running' | 'failed'
  restarts: number
  kept: readonly KeptTrial[]
  readonly told: TrialBody[]
  readonly notes: string[]
  readonly said: string[]
  readonly backs: string[]
  refuse: Error | undefined
  /** The way back waits for its turn. */
  turn: Promise<void> | undefined
  readonly now: Now
  /** Samples and failures a second. */
  readonly pace: { given: number; taken: number; failed: number }
}

function world() {
  const w: World = {
    time: 1_000_000, skew: 0, mayArm: undefined, version: 1, state: 'running', restarts: 0, kept: [], told: [], notes: [], said: [], backs: [],
    refuse: undefined, turn: undefined,
    now: { given: 0, taken: 0, failed: 0, depth: 0, fresh: true },
    pace: { given: 10, taken: 10, failed: 0 },
  }
  const parts: TrialParts = {
    report: async () => report(w.now, w.version), restarts: () => w.restarts, state: () => ({ version: w.version, state: w.state }), running: () => ['f'],
    async back(_flow, version, previous, reason, still) {
      await w.turn
      if (w.refuse) throw w.refuse
      if (w.version !== version) throw new Error('another one runs')
      w.mayArm = still()
      w.backs.push(`${previous}: ${reason}`)
      w.version++
    },
    keep: (kept) => (w.kept = structuredClone(kept)), now: () => w.time + w.skew, steady: () => w.time, tell: (m: ServerMessage) => void (m.type === 'trial' && w.told.push(m.trial)),
    note: (user, act, subject, detail) => void w.notes.push(`${user} ${act} ${subject} ${detail}`), say: (level, text) => void w.said.push(`${level} ${text}`),
  }
  let trials = createTrials(parts)
  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      w.time += 1000
      w.now.given += w.pace.given
      w.now.taken += w.pace.taken
      w.now.failed += w.pace.failed
      await trials.tick()
    }
  }
  const begin = async (criteria: object, minutes = 5): Promise<void> => {
    await pass(30)
    const baseline = await trials.baseline('f')
    w.version = 2
    trials.begin('f', 2, 1, { minutes, ...criteria }, baseline, 'ada')
  }
  const restart = (): void => {
    trials.close()
    trials = createTrials(parts)
    trials.start(w.kept)
    trials.close()
  }
  return { w, pass, begin, restart, get trials() { return trials } }
}

describe('a version under watch', () => {
  test('that keeps to its criteria passes and stays', async () => {
    const t = world()
    await t.begin({ errorsPerMin: 1, ratePart: 0.5, queuePart: 0.8, freshS: 5 }, 1)
    await t.pass(59)
    expect(t.trials.get('f')).toMatchObject({ state: 'watching', version: 2, previous: 1 })
    await t.pass(1)
    expect(t.trials.get('f')).toMatchObject({ state: 'passed' })
    expect([t.w.backs, t.w.kept]).toEqual([[], []])
    expect(t.w.told.at(-1)).toMatchObject({ state: 'passed' })
  })

  test.each([
    ['failures', { errorsPerMin: 5 }, (w: World): void => void (w.pace.failed = 1), /failures a minute, at most 5/, 13],
    ['a rate that falls', { ratePart: 0.5 }, (w: World): void => void (w.pace.taken = 1), /% of the rate before, at least 50 %/, 22],
    ['a queue that fills', { queuePart: 0.5 }, (w: World): void => void (w.now.depth = 51), /fullest queue \(mid\) at 51 %/, 13],
    ['a source that falls silent', { freshS: 8 }, (w: World): void => void (w.pace.given = 0), /longest silent source \(in\)/, 13],
    ['a source that gives old values', { freshS: 8 }, (w: World): void => void (w.now.fresh = false), /longest silent source \(in\)/, 13],
  ] as const)('goes back by %s, after the grace and not for a moment', async (_what, criteria, break_, reason, within) => {
    const t = world()
    await t.begin(criteria)
    break_(t.w)
    await t.pass(11)
    expect(t.w.backs, 'the grace').toEqual([])
    await t.pass(within - 11)
    expect(t.w.backs).toHaveLength(1)
    expect(t.w.backs[0]).toMatch(reason)
    expect(t.trials.get('f')).toMatchObject({ state: 'returned', previous: 1 })
    expect(t.trials.get('f')!.reason).toMatch(reason)
    expect(t.w.notes.some((n) => n.startsWith('gateway trial.return f version 2'))).toBe(true)
    expect(t.w.said.some((s) => s.startsWith('error') && s.includes('Version 1 runs again'))).toBe(true)
    await t.pass(20)
    expect(t.w.backs, 'once').toHaveLength(1)
  })

  test('a moment is no failure', async () => {
    const t = world()
    await t.begin({ queuePart: 0.5 })
    await t.pass(15)
    t.w.now.depth = 90
    await t.pass(2)
    t.w.now.depth = 0
    await t.pass(1)
    t.w.now.depth = 90
    await t.pass(2)
    expect(t.w.backs).toEqual([])
    await t.pass(1)
    expect(t.w.backs).toHaveLength(1)
  })

  test('a clock that is set neither ends the watch, nor makes sources silent, nor keeps it going', async () => {
    const t = world()
    await t.begin({ freshS: 5, ratePart: 0.5 }, 1)
    await t.pass(15)
    t.w.skew = 3_600_000
    await t.pass(15)
    expect(t.trials.get('f')).toMatchObject({ state: 'watching' })
    t.w.skew = -86_400_000
    await t.pass(29)
    expect(t.trials.get('f')).toMatchObject({ state: 'watching' })
    await t.pass(1)
    expect(t.trials.get('f')).toMatchObject({ state: 'passed' })
    expect(t.w.backs).toEqual([])
  })

  test('a gateway whose clock begins in another year after a power cut watches no longer than was asked for', async () => {
    const t = world()
    await t.begin({ freshS: 5 }, 2)
    t.w.skew = -30 * 365 * 86_400_000
    t.restart()
    expect(t.trials.get('f')!.until - (t.w.time + t.w.skew)).toBe(120_000)
    await t.pass(120)
    expect(t.trials.get('f')).toMatchObject({ state: 'passed' })
  })

  test('what a person disarmed meanwhile is not armed by going back, also over a restart; armed again it is', async () => {
    const t = world()
    await t.begin({ queuePart: 0.5 })
    t.trials.armed('f', false)
    t.restart()
    t.w.now.depth = 90
    await t.pass(13)
    expect([t.w.backs.length, t.w.mayArm]).toEqual([1, false])
    const u = world()
    await u.begin({ queuePart: 0.5 })
    u.trials.armed('f', false)
    u.trials.armed('f', true)
    u.w.now.depth = 90
    await u.pass(13)
    expect([u.w.backs.length, u.w.mayArm]).toEqual([1, true])
  })

  test('who keeps a version while its way back waits behind another deploy keeps it', async () => {
    const t = world()
    await t.begin({ queuePart: 0.5 })
    const turn = Promise.withResolvers<void>()
    t.w.turn = turn.promise
    const returning = t.trials.decide('f', 'return', 'bob')
    await t.trials.decide('f', 'keep', 'olga')
    turn.resolve()
    await returning
    expect(t.w.backs).toEqual([])
    expect(t.trials.get('f')).toMatchObject({ state: 'ended', reason: 'olga keeps version 2' })
    expect(t.w.said.filter((s) => s.startsWith('error'))).toEqual([])
  })

  test('what failed before counts as before, and a source that was silent before is not held against it', async () => {
    const t = world()
    t.w.pace.failed = 2
    t.w.now.fresh = false
    await t.begin({ errorsPerMin: 5, freshS: 5 })
    await t.pass(60)
    expect(t.w.backs).toEqual([])
    t.w.pace.failed = 4
    await t.pass(60)
    expect(t.w.backs[0]).toMatch(/failures a minute, at most 125/)
  })

  test('three restarts of the engine, and a flow that does not run', async () => {
    const t = world()
    await t.begin({})
    t.w.restarts = 2
    await t.pass(1)
    expect(t.w.backs).toEqual([])
    t.w.restarts = 3
    await t.pass(1)
    expect(t.w.backs[0]).toContain('restarted 3 times')
    const u = world()
    await u.begin({})
    u.w.state = 'failed'
    await u.pass(3)
    expect(u.w.backs[0]).toContain('it does not run')
  })

  test('a way back that the engine does not take is tried again; one that cannot be is said', async () => {
    const { IssueError, issue } = await import('#kit')
    const t = world()
    await t.begin({ queuePart: 0.5 })
    t.w.now.depth = 99
    t.w.refuse = new IssueError(issue('ENGINE_DOWN', {}, { reason: 'x' }))
    await t.pass(15)
    expect(t.trials.get('f')).toMatchObject({ state: 'watching' })
    expect(t.w.said.filter((s) => s.includes('could not go back')), 'said once').toHaveLength(1)
    t.w.refuse = undefined
    await t.pass(1)
    expect(t.trials.get('f')).toMatchObject({ state: 'returned' })
    const u = world()
    await u.begin({ queuePart: 0.5 })
    u.w.now.depth = 99
    u.w.refuse = new Error('its model is gone')
    await u.pass(13)
    expect(u.trials.get('f')).toMatchObject({ state: 'ended', reason: expect.stringContaining('its model is gone') as string })
  })

  test('a person ends it either way; another deploy ends it', async () => {
    const t = world()
    await t.begin({ queuePart: 0.5 })
    await t.pass(1)
    await t.trials.decide('f', 'keep', 'bob')
    expect(t.trials.get('f')).toMatchObject({ state: 'ended', reason: 'bob keeps version 2' })
    await expect(t.trials.decide('f', 'keep', 'bob')).rejects.toMatchObject({ issues: [{ code: 'TRIAL_NONE' }] })
    const u = world()
    await u.begin({ queuePart: 0.5 })
    await u.trials.decide('f', 'return', 'bob')
    expect(u.w.backs).toEqual(['1: Back to version 1: bob went back'])
    const v = world()
    await v.begin({ queuePart: 0.5 })
    v.w.version = 3
    v.w.now.depth = 99
    await v.pass(20)
    expect(v.w.backs, 'never over a newer one').toEqual([])
    expect(v.trials.get('f')).toMatchObject({ state: 'ended', reason: 'version 3 was deployed' })
  })

  test('a restart of the gateway goes on watching, with the same baseline', async () => {
    const t = world()
    await t.begin({ ratePart: 0.5 }, 1)
    await t.pass(5)
    t.w.time += 10 * 60_000
    t.restart()
    expect(t.trials.get('f')).toMatchObject({ state: 'watching', version: 2 })
    t.w.pace.given = t.w.pace.taken = 1
    await t.pass(22)
    expect(t.w.backs[0]).toMatch(/10 % of the rate before/)
    const u = world()
    await u.begin({ ratePart: 0.5 })
    u.w.version = 3
    u.restart()
    expect([u.trials.get('f'), u.w.kept], 'another version runs').toEqual([null, []])
  })
})

describe('what runs', () => {
  test('is measured over some seconds at least, not by its last one', async () => {
    const t = world()
    await t.pass(3)
    expect(t.trials.measured('f')).toBeUndefined()
    await t.pass(5)
    expect(t.trials.measured('f')!.nodes['in']!.outputs['value']!.rate).toBeCloseTo(10)
    t.w.pace.given = 30
    await t.pass(40)
    expect(t.trials.measured('f')!.nodes['in']!.outputs['value']!.rate).toBeGreaterThan(20)
    await t.pass(1200)
    expect(t.trials.measured('f')!.nodes['in']!.outputs['value']!.rate, 'what was long ago does not count any more').toBeCloseTo(30)
  })
})

describe('what a version is held against', () => {
  test('counts that began anew are growth, not a fall', () => {
    const look = (given: number, time: number) => lookAt(report({ given, taken: given, failed: 0, depth: 0, fresh: true }, 1), time)
    const looks = Array.from({ length: 11 }, (_, i) => look(i < 5 ? 1000 + 10 * i : 10 * (i - 5), i * 1000))
    const base = { failuresPerMin: 0, rates: { in: 10, out: 10 }, quiet: [] }
    expect(judge({ ratePart: 0.5 }, base, looks, new Map())[0]).toMatchObject({ ok: true })
    expect(judge({ ratePart: 0.95 }, base, looks, new Map())[0]!.now).toBeCloseTo(0.9)
  })
  test('without a rate before there is nothing to compare with, and that is said', () => {
    const looks = [lookAt(report({ given: 5, taken: 5, failed: 0, depth: 0, fresh: true }, 1), 0)]
    expect(baselineOf([])).toEqual({ failuresPerMin: 0, rates: {}, quiet: [] })
    expect(judge({ ratePart: 0.5 }, baselineOf(looks), looks, new Map())[0]).toMatchObject({ ok: true, now: null, text: 'the rate before is not known well enough' })
  })
})

describe('the gateway', () => {
  const made: TestGateway[] = []
  afterEach(async () => {
    for (const one of made.splice(0)) await one.close()
  })

  test('goes back by itself with the arming of before, and keeps the watch over a restart', async () => {
    let t = await testGateway()
    made.push(t)
    const watch = { minutes: 5, queuePart: 0.5 }
    await expect(t.gateway.deploy('pump', { flow: testFlow(), basedOn: null, comment: '', watch }, 'ada')).rejects.toMatchObject({ issues: [{ code: 'TRIAL_FIRST' }] })
    await t.gateway.deploy('pump', { flow: testFlow(), basedOn: null, comment: '' }, 'ada')
    await t.gateway.arm('pump', true, 'seen', 'ada')
    const changed = { ...testFlow(), nodes: { ...testFlow().nodes, slow: { ...testFlow().nodes['slow']!, config: { ...testFlow().nodes['slow']!.config, envelope: { ...(testFlow().nodes['slow']!.config['envelope'] as object), maximum: 40 } } } } }
    expect(t.gateway.check(changed).disarms).toEqual({ reason: "the actuator 'slow' changed", actuators: ['slow'] })
    expect((await t.gateway.deploy('pump', { flow: changed, basedOn: 1, comment: '', watch }, 'ada')).armed).toBe(false)
    expect(t.gateway.trialOf('pump')).toMatchObject({ state: 'watching', version: 2, previous: 1 })
    made.splice(0)
    t = await t.restart()
    made.push(t)
    expect(t.gateway.trialOf('pump')).toMatchObject({ state: 'watching', version: 2 })
    await t.gateway.decideTrial('pump', 'return', 'bob')
    expect(t.gateway.trialOf('pump')).toMatchObject({ state: 'returned', reason: 'bob went back' })
    expect(t.gateway.flow('pump')).toMatchObject({ version: 3, armed: true, flow: { nodes: testFlow().nodes } })
    expect(t.gateway.audit(3).map((a) => a.act)).toEqual(['rollback', 'trial.return', expect.any(String)])
    expect(t.store.trials()).toEqual([])
  })

  test('stays disarmed on its way back when a person disarmed it under watch', async () => {
    const t = await testGateway()
    made.push(t)
    await t.gateway.deploy('pump', { flow: testFlow(), basedOn: null, comment: '' }, 'ada')
    await t.gateway.arm('pump', true, 'seen', 'ada')
    expect((await t.gateway.deploy('pump', { flow: testFlow('pump', 7), basedOn: 1, comment: '', watch: { minutes: 5, queuePart: 0.5 } }, 'ada')).armed).toBe(true)
    await t.gateway.arm('pump', false, 'it smells', 'olga')
    await t.gateway.decideTrial('pump', 'return', 'gateway')
    expect(t.gateway.flow('pump')).toMatchObject({ version: 3, armed: false })
    expect(t.engines.running.get('pump')?.armed).toBe(false)
  })

  test('one draft a flow beside the live one; a deploy, a restart of the engine and a person end it, and say so', async () => {
    const t = await testGateway()
    made.push(t)
    const told: string[] = []
    t.gateway.listen((m) => void (m.type === 'shadow' && told.push(m.shadow === null ? m.reason : m.shadow.state)))
    await expect(t.gateway.shadow('pump', testFlow(), 'ada')).rejects.toMatchObject({ issues: [{ code: 'FLOW_UNKNOWN' }] })
    await t.gateway.deploy('pump', { flow: testFlow(), basedOn: null, comment: '' }, 'ada')
    const draft = testFlow('pump', 7)
    expect(await t.gateway.shadow('pump', draft, 'ada')).toMatchObject({ flow: 'pump', version: 1, by: 'ada', state: 'running', draft: { nodes: draft.nodes } })
    expect(t.engines.shadows.get('pump')).toMatchObject({ armed: false, secrets: {} })
    await t.gateway.endShadow('pump', 'bob')
    await expect(t.gateway.endShadow('pump', 'bob')).rejects.toMatchObject({ issues: [{ code: 'SHADOW_NONE' }] })
    await t.gateway.shadow('pump', draft, 'ada')
    await t.gateway.deploy('pump', { flow: draft, basedOn: 1, comment: '' }, 'ada')
    await t.gateway.shadow('pump', draft, 'ada')
    t.engines.say.flow('pump', 'restarting')
    expect(t.gateway.shadowOf('pump')).toBeNull()
    expect(told).toEqual(['running', 'bob ended it', 'running', 'version 2 was deployed', 'running', 'the engine was restarted'])
    await expect(t.gateway.shadow('pump', draft, 'ada'), 'it is restarting').rejects.toMatchObject({ issues: [{ code: 'REQUEST' }] })
  })
})
