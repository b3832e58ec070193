// What is done in the lab: a replay that is traced, the tests of a flow, an example of one node. Models and functions run,
// connections and secrets stay shut. Each gives the JSON of its answer.
import { issue, IssueError, qualityName, reasonOf, sampleFromJson, schemaFaults, valueToJson, withDefaults, type AnyNode, type Issue, type JsonSample, type Sample } from '#kit'
import type { ExampleBody, FlowTest, Ledger, Recorded, TestResult, TestsBody, Trace } from '#format'
import type { EngineDeploy, Plan } from '../engine/contract.ts'
import { runExample } from '../engine/example.ts'
import { openPure, type PureHosts, type PureNodes } from '../engine/open-pure.ts'
import { Replay, type ReplayOptions } from '../engine/replay.ts'
import { standingOf, stimuliOf, type SegmentData, type Stimulus } from '../engine/segment.ts'
import { compareOutputs } from './compare.ts'
import type { ExampleJob, Job, RunJob, TestsJob } from './messages.ts'
import { Tracer, type TracerOptions } from './tracer.ts'

export interface LabOptions extends Pick<TracerOptions, 'maxSteps' | 'maxBytes'> {
  readonly nodes: ReadonlyMap<string, AnyNode>
  /** Called now and then: says that it goes on, and lets others have their turn. */
  readonly alive?: () => Promise<void>
  /** Kept from job to job. */
  readonly hosts?: PureHosts
}

export async function perform(job: Job, options: LabOptions): Promise<string> {
  const { models } = job.what === 'run' ? (job.draft ?? first(job.input)) : job
  const pure = openPure((name) => (Object.hasOwn(models, name) ? models[name] : undefined), () => undefined, options.hosts)
  try {
    switch (job.what) {
      case 'run': return await trace(job, options, pure)
      case 'tests': return JSON.stringify({ results: await runTests(job, options, pure) } satisfies TestsBody)
      case 'example': return JSON.stringify(await example(job, options, pure))
    }
  } finally {
    await pure.close()
  }
}

function first(input: RunJob['input']): { readonly plan: Plan; readonly models: EngineDeploy['models'] } {
  const segment = 'segments' in input ? input.segments[0] : undefined
  if (!segment) throw new IssueError(issue('LAB_NOTHING'))
  return segment
}

const beat = (options: LabOptions): (() => Promise<void>) => {
  let count = 0
  return async () => {
    if ((++count & 63) === 0) await options.alive?.()
  }
}
const setUp = (options: LabOptions, pure: PureNodes): ReplayOptions => ({ nodes: options.nodes, open: (run, flow) => pure.open(run, flow) })

// ---- a replay, every step told ----------------------------------------------------------------------------------------

async function trace(job: RunJob, options: LabOptions, pure: PureNodes): Promise<string> {
  const { input } = job
  const tracer = new Tracer({ ...options, ...(job.show ? { show: job.show } : {}), ...(job.states === undefined ? {} : { states: job.states }) })
  const plan = job.draft?.plan ?? first(input).plan
  const alive = beat(options)
  const issues: Issue[] = []
  let run: Replay
  let from: number
  if ('segments' in input) {
    const [segment] = input.segments as readonly [SegmentData, ...SegmentData[]]
    from = segment.from
    run = await Replay.open(plan, { ...setUp(options, pure), start: from, steadyStart: segment.steadyFrom, exact: job.draft === null, standing: standingOf(segment), visits: tracer })
    try {
      issues.push(...(await (job.draft === null ? followAll(run, input, alive) : feedAll(run, input, alive))))
    } catch (thrown) {
      await run.close()
      throw thrown
    }
  } else {
    from = momentOf(input.samples[0])
    run = await Replay.open(plan, { ...setUp(options, pure), start: from, visits: tracer })
    try {
      await putAll(run, input.samples, alive)
      tracer.ending = true
      await run.end()
    } catch (thrown) {
      await run.close()
      throw thrown
    }
  }
  const ledger: Record<string, Ledger> = {}
  for (const [id, node] of run.flow.runs) {
    ledger[id] = node.ledger()
    issues.push(...run.flow.issuesOf(node, run.now))
  }
  const { now } = run
  await run.close()
  const rest: Omit<Trace, 'steps'> = { skipped: 0, version: job.draft === null ? plan.version : null, from, to: 'segments' in input ? Math.max(now, Math.min(input.to, input.segments.at(-1)!.to)) : now, ledger, issues }
  const steps = tracer.steps()
  return `{"steps":${steps},${JSON.stringify({ ...rest, skipped: tracer.skipped } satisfies Omit<Trace, 'steps'>).slice(1)}`
}

function* until(input: { readonly segments: readonly SegmentData[]; readonly to: number }): Generator<Stimulus> {
  for (const segment of input.segments) {
    for (const stimulus of stimuliOf(segment)) {
      if (stimulus.now > input.to) return
      yield stimulus
    }
  }
}

/** The flow that ran, as it ran. */
async function followAll(run: Replay, input: { readonly segments: readonly SegmentData[]; readonly to: number }, alive: () => Promise<void>): Promise<Issue[]> {
  let strayed = 0
  for (const stimulus of until(input)) {
    if (!(await run.follow(stimulus))) strayed++
    await alive()
  }
  return strayed > 0 ? [issue('LAB_STRAYED', {}, { count: strayed })] : []
}

/** Another flow, over what came in then. */
async function feedAll(run: Replay, input: { readonly segments: readonly SegmentData[]; readonly to: number }, alive: () => Promise<void>): Promise<Issue[]> {
  const leftOut = new Map<string, number>()
  for (const s of until(input)) {
    await alive()
    if (s.what === 'sample') await orCount(leftOut, s.at, () => run.put({ at: s.at, sample: s.sample, now: s.now }))
    else if (s.what === 'act') await orCount(leftOut, `${s.node}: ${s.act.act}`, () => run.act(s.node, s.act, s.now))
    else if (s.what === 'silence') await run.advance(s.now)
  }
  await run.advance(Math.min(input.to, input.segments.at(-1)!.to))
  return [...leftOut].map(([at, count]) => issue('LAB_INPUT', {}, { at, count }))
}

async function orCount(leftOut: Map<string, number>, at: string, put: () => Promise<void>): Promise<void> {
  try {
    await put()
  } catch (thrown) {
    if (!(thrown instanceof IssueError) || thrown.issues[0]?.code !== 'REQUEST') throw thrown
    leftOut.set(at, (leftOut.get(at) ?? 0) + 1)
  }
}

// ---- samples as people write them --------------------------------------------------------------------------------------

/** When it came; 0 without one. */
const momentOf = (one: Recorded | undefined): number => (one === undefined ? 0 : (one.now ?? ('act' in one ? 0 : one.time)))

async function putAll(run: Replay, recorded: readonly Recorded[], alive: () => Promise<void>): Promise<void> {
  for (const [i, one] of recorded.entries()) {
    await alive()
    if ('act' in one) await run.act(one.node, { act: one.act, args: one.arguments ?? {}, ...(one.tag === undefined ? {} : { tag: one.tag }) }, one.now)
    else await run.put({ at: one.at, sample: sampleOf(one, i), ...(one.now === undefined ? {} : { now: one.now }) })
  }
}

function sampleOf(json: JsonSample, index: number): Sample {
  try {
    return sampleFromJson(json)
  } catch (thrown) {
    throw new IssueError(issue('REQUEST', { field: `/input/${index}` }, { reason: `Sample ${index + 1} of the input: ${reasonOf(thrown)}.` }))
  }
}

// ---- tests -------------------------------------------------------------------------------------------------------------

export async function runTests({ plan, tests }: Pick<TestsJob, 'plan' | 'tests'>, options: LabOptions, pure: PureNodes): Promise<Record<string, TestResult>> {
  const results: Record<string, TestResult> = {}
  for (const [name, test] of Object.entries(tests)) {
    const began = performance.now()
    const ms = (): number => Math.round(performance.now() - began)
    try {
      const got = await outputsOf(plan, test, options, pure)
      const faults = compareOutputs(test.expect, got, test.tolerance)
      results[name] = { passed: faults.length === 0, ms: ms(), faults, issues: [], got }
    } catch (thrown) {
      const issues = thrown instanceof IssueError ? thrown.issues : [issue('INTERNAL', {}, { reason: reasonOf(thrown) })]
      results[name] = { passed: false, ms: ms(), faults: [], issues, got: {} }
    }
  }
  return results
}

async function outputsOf(plan: Plan, { input, expect }: FlowTest, options: LabOptions, pure: PureNodes): Promise<Record<string, JsonSample[]>> {
  const got: Record<string, JsonSample[]> = Object.fromEntries(Object.keys(expect).map((at) => [at, []]))
  const show = (at: string, s: Sample): void => void got[at]!.push({ tag: s.tag, value: valueToJson(s.value), time: s.time, ...(s.quality === 0 ? {} : { quality: qualityName(s.quality) }) })
  const run = await Replay.open(plan, { ...setUp(options, pure), start: momentOf(input[0]) }, Object.keys(expect), show)
  try {
    await putAll(run, input, beat(options))
    await run.end()
  } finally {
    await run.close()
  }
  return got
}

// ---- one node ----------------------------------------------------------------------------------------------------------

async function example(job: ExampleJob, options: LabOptions, pure: PureNodes): Promise<ExampleBody> {
  const node = options.nodes.get(job.type)
  if (!node) throw new IssueError(issue('NODE_TYPE', {}, { type: job.type }))
  const faults = schemaFaults(node.config, withDefaults(node.config, job.config))
  if (faults.length > 0) throw new IssueError(...faults.map(({ field, reason }) => issue('NODE_CONFIG', { field: `/config${field}` }, { reason })))
  const resources = { model: (name: string) => (Object.hasOwn(job.models, name) ? job.models[name]!.info : undefined) }
  const { out, ledger, issues } = await runExample(node, { title: 'The example', config: job.config, in: job.in, out: [] }, { open: (run, flow) => pure.open(run, flow), resources, after: beat(options) })
  return { out, ledger, issues }
}
