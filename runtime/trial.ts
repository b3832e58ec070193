// A version under watch after its deploy: every second it is held against its criteria, which begin from what the version
// before did; when it fails, that one is deployed again, with nobody looking. Kept in the store, so that a restart of the
// gateway goes on watching. What counts as failing is pure (lookAt, baselineOf, judge). Longer than 300 lines: the
// criteria and their second-by-second course are read together.
import { issue, IssueError, reasonOf, type Issue } from '#kit'
import type { FlowState, NodeStatus, ServerMessage, TrialBody, TrialCriteria, TrialRequest } from '#format'
import type { FlowReport } from './engine/contract.ts'

/** What a version did before: rates by node, samples a second. */
export interface Baseline {
  readonly failuresPerMin: number
  /** Of each source and of each node that nothing leaves; absent where too little was seen. */
  readonly rates: { readonly [node: string]: number }
  /** Sources that were silent or stale then already. */
  readonly quiet: readonly string[]
}
/** As the store keeps it. */
export interface KeptTrial {
  readonly flow: string
  readonly version: number
  readonly previous: number
  readonly since: number
  readonly until: number
  readonly by: string
  readonly criteria: TrialCriteria
  readonly baseline: Baseline
  /** Of the engine and of the gateway, while it was watched. */
  readonly restarts: number
  /** A person disarmed it while it was watched: going back does not arm. */
  readonly disarmed?: boolean
}

const GRACE_MS = 10_000
/** A criterion must fail for so many seconds in a row; a rate is measured over ten and needs them. */
const IN_A_ROW = { errorsPerMin: 3, ratePart: 10, queuePart: 3, freshS: 3 } as const satisfies Record<keyof TrialCriteria, number>
const RATE_S = 10
const FAILURES_S = 60
const MAX_RESTARTS = 3
/** After the gateway itself was away it watches this long at least. */
const AGAIN_MS = 30_000
/** What is known of a running version: a report every so often, for so long. */
const KNOWN_EVERY_MS = 10_000
const KNOWN = 30

/** At its beginning a flow is looked at each second, so many times. */
const AT_ONCE = 8
/** Less says nothing. */
const LEAST_MS = 5000

interface Known {
  readonly version: number
  readonly looks: readonly Look[]
  /** Not older than the first look. */
  readonly first: { readonly report: FlowReport; readonly time: number }
  readonly last: { readonly report: FlowReport; readonly time: number }
  /** Of one second each. */
  readonly cpu: readonly number[]
}

function learnt(before: Known | undefined, report: FlowReport, time: number): Known {
  const last = { report, time }
  const looks = [...(before?.looks ?? []), lookAt(report, time)].slice(-KNOWN)
  // In the end it begins anew: what is said is of the last minutes, not of the whole time.
  const first = before && (before.looks.length < KNOWN || time - before.first.time < KNOWN * KNOWN_EVERY_MS) ? before.first : (before?.last ?? last)
  return { version: report.version, looks, first, last, cpu: [...(before?.cpu ?? []), report.totals.cpu].slice(-KNOWN) }
}

/** The last report with rates and load over the whole time; one second alone says little. */
function averaged({ first, last, cpu }: Known): FlowReport | undefined {
  const s = (last.time - first.time) / 1000
  if (s * 1000 < LEAST_MS) return undefined
  const nodes = Object.fromEntries(Object.entries(last.report.nodes).map(([id, node]) => {
    const outputs = Object.fromEntries(Object.entries(node.outputs).map(([name, port]) => [name, { ...port, rate: grown(first.report.nodes[id]?.outputs[name]?.count, port.count) / s }]))
    return [id, { ...node, outputs }]
  }))
  return { ...last.report, nodes, totals: { ...last.report.totals, cpu: cpu.reduce((sum, part) => sum + part, 0) / cpu.length } }
}

/** One look at a flow, by the steady clock. Counts begin anew with a node: only what they grew by says something. */
interface Look {
  readonly time: number
  readonly failed: ReadonlyMap<string, number>
  /** Of sources what left, of ends what came. */
  readonly moved: ReadonlyMap<string, number>
  readonly sources: ReadonlyMap<string, { readonly fresh: boolean; readonly count: number }>
  readonly queues: number
  readonly fullest: string
}

const sum = (ports: NodeStatus['inputs']): number => Object.values(ports).reduce((n, p) => n + p.count, 0)

export function lookAt(report: FlowReport, time: number): Look {
  const failed = new Map<string, number>()
  const moved = new Map<string, number>()
  const sources = new Map<string, { fresh: boolean; count: number }>()
  let queues = 0
  let fullest = ''
  for (const [id, node] of Object.entries(report.nodes)) {
    failed.set(id, node.ledger.failed)
    const [ins, outs] = [Object.keys(node.inputs).length, Object.keys(node.outputs).length]
    if (ins === 0 && outs > 0) {
      const count = sum(node.outputs)
      moved.set(id, count)
      sources.set(id, { fresh: node.health.state === 'ok', count })
    } else if (outs === 0 && ins > 0) moved.set(id, sum(node.inputs))
    const part = node.queue ? node.queue.depth / Math.max(1, node.queue.limit) : 0
    if (part > queues) [queues, fullest] = [part, id]
  }
  return { time, failed, moved, sources, queues, fullest }
}

/** How much a count grew; one that fell began anew. */
const grown = (before: number | undefined, now: number): number => (before === undefined || now < before ? now : now - before)

/** What a version did while it was looked at. */
export function baselineOf(looks: readonly Look[]): Baseline {
  const last = looks.at(-1)
  if (!last) return { failuresPerMin: 0, rates: {}, quiet: [] }
  const first = looks[0]!
  const s = (last.time - first.time) / 1000
  const quiet = [...last.sources].filter(([id, now]) => !now.fresh || (s >= KNOWN_EVERY_MS / 1000 && first.sources.get(id)?.count === now.count)).map(([id]) => id)
  if (s < 5) return { failuresPerMin: 0, rates: {}, quiet }
  let failures = 0
  for (const [id, now] of last.failed) failures += grown(first.failed.get(id), now)
  const rates = Object.fromEntries([...last.moved].map(([id, now]) => [id, grown(first.moved.get(id), now) / s]))
  return { failuresPerMin: (failures * 60) / s, rates, quiet }
}

interface Watched extends KeptTrial {
  looks: readonly Look[]
  /** By source: when it last gave something fresh. */
  readonly heard: Map<string, number>
  /** Seconds in a row that a criterion failed. */
  readonly row: Map<string, number>
  judged: TrialBody['criteria']
  /** By the steady clock: one that is set neither ends a watch nor makes a source silent. */
  readonly graceUntil: number
  readonly endsAt: number
  isDisarmed: boolean
  /** Restarts counted before, less those that the engines tell of. */
  readonly restartsFrom: number
  restartsNow: number
  notRunning: number
  /** Why it goes back; '' while it does not. */
  returning: string
  /** The way back is being tried. */
  busy: boolean
}

/** Each criterion as it is now. `now` is null where there is nothing to compare with. */
export function judge(criteria: TrialCriteria, baseline: Baseline, looks: readonly Look[], heard: ReadonlyMap<string, number>): TrialBody['criteria'] {
  const last = looks.at(-1)
  const out: TrialBody['criteria'][number][] = []
  if (!last) return out
  const since = (seconds: number): readonly Look[] => looks.filter((l) => last.time - l.time <= seconds * 1000)
  const { errorsPerMin, ratePart, queuePart, freshS } = criteria
  if (errorsPerMin !== undefined) {
    const window = since(FAILURES_S)
    let failures = 0
    for (let i = 1; i < window.length; i++) for (const [id, count] of window[i]!.failed) failures += grown(window[i - 1]!.failed.get(id), count)
    // A watch that has just begun counts a minute as ten seconds at the least.
    const now = (failures * 60) / Math.max(10, (last.time - window[0]!.time) / 1000)
    const limit = baseline.failuresPerMin + errorsPerMin
    out.push({ what: 'errorsPerMin', limit, now, ok: now <= limit, text: `${short(now)} failures a minute, at most ${short(limit)}` })
  }
  if (ratePart !== undefined) {
    const window = since(RATE_S)
    const s = (last.time - window[0]!.time) / 1000
    let least: number | null = null
    for (const isSource of [true, false]) {
      const ids = [...last.moved.keys()].filter((id) => last.sources.has(id) === isSource && (baseline.rates[id] ?? 0) > 0)
      const before = ids.reduce((n, id) => n + baseline.rates[id]!, 0)
      // Too slow to be told in ten seconds.
      if (s < RATE_S - 1 || before * RATE_S < 3) continue
      let count = 0
      for (const id of ids) for (let i = 1; i < window.length; i++) count += grown(window[i - 1]!.moved.get(id), window[i]!.moved.get(id) ?? 0)
      const part = count / s / before
      if (least === null || part < least) least = part
    }
    out.push({ what: 'ratePart', limit: ratePart, now: least, ok: least === null || least >= ratePart, text: least === null ? 'the rate before is not known well enough' : `${Math.round(least * 100)} % of the rate before, at least ${Math.round(ratePart * 100)} %` })
  }
  if (queuePart !== undefined) out.push({ what: 'queuePart', limit: queuePart, now: last.queues, ok: last.queues <= queuePart, text: `the fullest queue${last.fullest === '' ? '' : ` (${last.fullest})`} at ${Math.round(last.queues * 100)} %, at most ${Math.round(queuePart * 100)} %` })
  if (freshS !== undefined) {
    let oldest = 0
    let which = ''
    for (const id of last.sources.keys()) {
      if (baseline.quiet.includes(id)) continue
      const age = (last.time - (heard.get(id) ?? looks[0]!.time)) / 1000
      if (age > oldest) [oldest, which] = [age, id]
    }
    out.push({ what: 'freshS', limit: freshS, now: oldest, ok: oldest <= freshS, text: `${which === '' ? 'every source is fresh' : `the longest silent source (${which}): ${short(oldest)} s`}, at most ${short(freshS)} s` })
  }
  return out
}

const short = (n: number): string => String(Math.round(n * 10) / 10)

export interface TrialParts {
  report(flow: string): Promise<FlowReport>
  /** Of all engines together, since the gateway began. */
  restarts(): number
  state(flow: string): { readonly version: number; readonly state: FlowState } | undefined
  running(): readonly string[]
  /** Deploys `previous` again, unless another than `version` runs by then, or `still` throws then; armed as it was where it answers true. */
  back(flow: string, version: number, previous: number, reason: string, still: () => boolean): Promise<unknown>
  keep(trials: readonly KeptTrial[]): void
  now(): number
  /** ms that never step. */
  steady(): number
  tell(message: ServerMessage): void
  note(user: string, act: string, subject: string, detail: string): void
  say(level: 'error' | 'warning' | 'info', text: string, thrown?: unknown): void
}

export type Trials = ReturnType<typeof createTrials>

export function createTrials(parts: TrialParts) {
  const { now, steady } = parts
  const watched = new Map<string, Watched>()
  const over = new Map<string, TrialBody>()
  const known = new Map<string, Known>()
  let timer: NodeJS.Timeout | undefined
  let lastKnown = Number.NEGATIVE_INFINITY
  let asking = false

  const bodyOf = (w: Watched, state: TrialBody['state'], reason: string): TrialBody => ({ flow: w.flow, version: w.version, previous: w.previous, since: w.since, until: w.until, state, criteria: w.judged, reason })
  const keep = (): void => parts.keep([...watched.values()].map(({ flow, version, previous, since, until, by, criteria, baseline, restartsNow, isDisarmed }) => ({ flow, version, previous, since, until, by, criteria, baseline, restarts: restartsNow, ...(isDisarmed ? { disarmed: true } : {}) })))

  function watch(trial: KeptTrial): void {
    over.delete(trial.flow)
    const w: Watched = { ...trial, looks: [], heard: new Map(), row: new Map(), judged: [], graceUntil: steady() + GRACE_MS, endsAt: steady() + trial.until - now(), isDisarmed: trial.disarmed ?? false, restartsFrom: trial.restarts - parts.restarts(), restartsNow: trial.restarts, notRunning: 0, returning: '', busy: false }
    watched.set(trial.flow, w)
    parts.tell({ type: 'trial', trial: bodyOf(w, 'watching', '') })
  }

  function finish(w: Watched, state: TrialBody['state'], reason: string): void {
    if (watched.get(w.flow) !== w) return
    watched.delete(w.flow)
    const body = bodyOf(w, state, reason)
    over.set(w.flow, body)
    keep()
    parts.tell({ type: 'trial', trial: body })
  }

  /** Deploys the version before; tried again each second until it goes, somebody ends the watch, or another version runs. */
  async function goBack(w: Watched, reason: string, user = 'gateway'): Promise<void> {
    if (w.busy) return
    w.busy = true
    const first = w.returning === ''
    if (first) {
      w.returning = reason
      parts.note(user, 'trial.return', w.flow, `version ${w.version}: ${reason}`)
    }
    try {
      await parts.back(w.flow, w.version, w.previous, `Back to version ${w.previous}: ${w.returning}`, () => {
        if (watched.get(w.flow) !== w) throw new IssueError(issue('TRIAL_NONE', { flow: w.flow }, { id: w.flow }))
        return !w.isDisarmed
      })
      const found = issue('TRIAL_RETURNED', { flow: w.flow }, { version: w.version, flow: w.flow, previous: w.previous, reason: w.returning })
      parts.say('error', `${found.text} ${found.remedy}`)
      finish(w, 'returned', w.returning)
    } catch (thrown) {
      // Somebody kept it before its turn came.
      if (watched.get(w.flow) !== w) return
      const down = thrown instanceof IssueError && thrown.issues.some((i: Issue) => i.code === 'ENGINE_DOWN')
      if (first || !down) parts.say('error', `'${w.flow}' could not go back to version ${w.previous}: ${reasonOf(thrown)}`, thrown)
      // Without an engine it is tried again; a version that does not compile any more never comes back by itself.
      if (!down) finish(w, 'ended', `${w.returning}. It could not go back to version ${w.previous}: ${reasonOf(thrown)}`)
    } finally {
      w.busy = false
    }
  }

  async function second(w: Watched): Promise<void> {
    if (w.busy) return
    const at = steady()
    const state = parts.state(w.flow)
    if (!state || state.version !== w.version) return finish(w, 'ended', state ? `version ${state.version} was deployed` : 'the flow was removed')
    if (w.returning !== '') return goBack(w, w.returning)
    const restarts = parts.restarts() + w.restartsFrom
    if (restarts !== w.restartsNow) {
      w.restartsNow = restarts
      keep()
    }
    if (restarts >= MAX_RESTARTS) return goBack(w, `its engine was restarted ${restarts} times`)
    w.notRunning = state.state === 'failed' ? w.notRunning + 1 : 0
    if (w.notRunning >= 3) return goBack(w, 'it does not run')
    let report: FlowReport
    try {
      report = await parts.report(w.flow)
    } catch (thrown) {
      // Its engine is away: that is counted as a restart. Anything else is a fault of ours.
      if (!(thrown instanceof IssueError)) parts.say('error', `'${w.flow}' under watch cannot be read: ${reasonOf(thrown)}`, thrown)
      return
    }
    if (watched.get(w.flow) !== w || report.version !== w.version) return
    const look = lookAt(report, at)
    const before = w.looks.at(-1)
    for (const [id, source] of look.sources) if (source.fresh && source.count !== (before?.sources.get(id)?.count ?? 0)) w.heard.set(id, at)
    w.looks = [...w.looks.filter((l) => at - l.time <= FAILURES_S * 1000), look]
    w.judged = judge(w.criteria, w.baseline, w.looks, w.heard)
    if (at < w.graceUntil) return parts.tell({ type: 'trial', trial: bodyOf(w, 'watching', '') })
    for (const c of w.judged) {
      const row = c.ok ? 0 : (w.row.get(c.what) ?? 0) + 1
      w.row.set(c.what, row)
      if (row >= IN_A_ROW[c.what]) return goBack(w, c.text)
    }
    if (at >= w.endsAt) {
      parts.note('gateway', 'trial.passed', w.flow, `version ${w.version}`)
      parts.say('info', `Version ${w.version} of '${w.flow}' has kept to its criteria; it stays.`)
      return finish(w, 'passed', '')
    }
    parts.tell({ type: 'trial', trial: bodyOf(w, 'watching', '') })
  }

  async function learn(flow: string): Promise<void> {
    const state = parts.state(flow)
    if (!state || state.state !== 'running') return
    const report = await parts.report(flow)
    const before = known.get(flow)
    known.set(flow, learnt(before?.version === report.version ? before : undefined, report, steady()))
  }

  /** Each second. Exposed for tests, which have no time to wait. */
  async function tick(): Promise<void> {
    if (asking) return
    asking = true
    try {
      await Promise.all([...watched.values()].map(second))
      const running = parts.running()
      for (const flow of known.keys()) if (!running.includes(flow)) known.delete(flow)
      const due = steady() - lastKnown >= KNOWN_EVERY_MS
      if (due) lastKnown = steady()
      // Those that began to run at once. An engine that is away has nothing to say; it is asked again.
      await Promise.allSettled(running.filter((flow) => due || known.get(flow)?.version !== parts.state(flow)?.version || known.get(flow)!.looks.length < AT_ONCE).map(learn))
    } finally {
      asking = false
    }
  }

  return {
    tick,
    /** Begins to look, and goes on with what was watched before the gateway stopped. */
    start(kept: readonly KeptTrial[]): void {
      for (const trial of kept) {
        const state = parts.state(trial.flow)
        if (state?.version !== trial.version) {
          parts.say('info', `The watch over version ${trial.version} of '${trial.flow}' is over: ${state ? `version ${state.version} runs` : 'the flow is gone'}.`)
          continue
        }
        // A clock that begins wrong after a power cut makes it no longer than it was meant to be.
        const left = Math.max(GRACE_MS + AGAIN_MS, Math.min(trial.until - now(), trial.until - trial.since))
        watch({ ...trial, until: now() + left, restarts: trial.restarts + 1 })
      }
      if (kept.length > 0) keep()
      timer = setInterval(() => void tick(), 1000).unref()
    },
    /** The running version's ways, before another takes its place. */
    async baseline(flow: string): Promise<Baseline> {
      // As it is at this moment; an engine that is away is noticed by the deploy.
      await learn(flow).catch(() => undefined)
      return baselineOf(known.get(flow)?.looks ?? [])
    },
    begin(flow: string, version: number, previous: number, { minutes, ...criteria }: TrialRequest, baseline: Baseline, by: string): void {
      const since = now()
      watch({ flow, version, previous, since, until: since + minutes * 60_000, by, criteria, baseline, restarts: 0 })
      keep()
      parts.note(by, 'trial', flow, `version ${version} for ${minutes} min; back to version ${previous} when it fails`)
    },
    /** Another version runs, or the flow is gone. */
    ended(flow: string, reason: string): void {
      const w = watched.get(flow)
      // Its own way back is no end from outside.
      if (w && w.returning === '') finish(w, 'ended', reason)
    },
    /** A person armed or disarmed what runs. */
    armed(flow: string, armed: boolean): void {
      const w = watched.get(flow)
      if (!w || w.isDisarmed === !armed) return
      w.isDisarmed = !armed
      keep()
    },
    /** A person decides. */
    async decide(flow: string, act: 'keep' | 'return', user: string): Promise<void> {
      const w = watched.get(flow)
      if (!w) throw new IssueError(issue('TRIAL_NONE', { flow }, { id: flow }))
      if (act === 'return') return goBack(w, `${user} went back`, user)
      parts.note(user, 'trial.keep', flow, `version ${w.version}`)
      finish(w, 'ended', `${user} keeps version ${w.version}`)
    },
    /** Under watch, or how the last one ended since the gateway began. */
    get: (flow: string): TrialBody | null => {
      const w = watched.get(flow)
      return w ? bodyOf(w, 'watching', w.returning) : (over.get(flow) ?? null)
    },
    watching: (): readonly TrialBody[] => [...watched.values()].map((w) => bodyOf(w, 'watching', w.returning)),
    /** What a running flow did over the last minutes; undefined while that is too little to say. */
    measured(flow: string): FlowReport | undefined {
      const seen = known.get(flow)
      return seen && averaged(seen)
    },
    close: (): void => clearInterval(timer),
  }
}
