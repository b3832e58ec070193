// The recording of a flow, and what is run over it in the lab: replays, tests, examples. Nothing of it touches a plant.
// Who may only look replays what ran; to run a draft is to run its code, and needs the right to edit.
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { issue, IssueError, Type, type ExampleSample, type JsonValue } from '#kit'
import { MAX_FLOW_BYTES, may, RecordedSchema, type ExampleBody, type LabRequest, type Recorded, type RecordingBody, type TestsBody, type Trace } from '#format'
import { Scrubber } from '../engine/scrub.ts'
import { inputsIn, recordedOf, type SegmentData } from '../engine/segment.ts'
import type { Gateway } from '../gateway.ts'
import type { Lab } from '../lab/lab.ts'
import type { Job, RunJob } from '../lab/messages.ts'
import { ErrorSchema, FlowDocument, FlowId, FlowParams, Nothing } from './schemas.ts'
import { userOf } from './security.ts'
import type { ApiApp } from './server.ts'

/** Runs of an address in a minute. */
const rateLimit = { max: 120, timeWindow: 60_000 }
const MAX_INPUTS = 50_000
/** Lines of one answer. */
const MAX_LINES = 100_000
const MAX_EXAMPLE = 1000

const closed = { additionalProperties: false } as const
const ms = Type.Number({ description: 'ms since the Unix epoch, UTC' })
const span = Type.Object({ from: ms, to: ms }, closed)
const anything = { additionalProperties: true } as const
const RunRequest = Type.Object(
  {
    flow: Type.Union([FlowDocument, Type.Null()], { description: 'Null, with a recording: the version that ran then' }),
    input: Type.Unsafe<LabRequest['input']>(Type.Union([Type.Object({ recording: FlowId, from: ms, to: ms }, closed), Type.Object({ samples: Type.Array(RecordedSchema, { maxItems: MAX_INPUTS }) }, closed)])),
    show: Type.Optional(span),
    states: Type.Optional(Type.Boolean({ description: 'Tell what each node keeps, after every step' })),
  },
  closed,
)
const TestsRequest = Type.Object({ flow: FlowDocument, names: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 1000 })) }, closed)
const ExampleSampleSchema = Type.Unsafe<ExampleSample>(Type.Object({ at: Type.String({ maxLength: 200 }), tag: Type.Optional(Type.String({ maxLength: 1000 })), value: Type.Unsafe<JsonValue>({}), time: Type.Number(), quality: Type.Optional(Type.String({ maxLength: 100 })) }, closed))
const ExampleRequest = Type.Object({ type: Type.String({ maxLength: 64 }), config: Type.Record(Type.String(), Type.Unsafe<JsonValue>({})), in: Type.Array(ExampleSampleSchema, { maxItems: MAX_EXAMPLE }) }, closed)

const RecordingAnswer = Type.Unsafe<RecordingBody>(
  Type.Object({
    flow: Type.String(), state: Type.Unsafe<RecordingBody['state']>({ type: 'string', enum: ['on', 'off', 'overrun'] }), from: Type.Union([ms, Type.Null()]), to: Type.Union([ms, Type.Null()]), samples: Type.Integer(), bytes: Type.Integer(),
    limitBytes: Type.Integer(), limitMs: Type.Number(), activity: Type.Array(Type.Integer(), { description: 'Inputs in equal parts of from..to' }), breaks: Type.Array(Type.Object({ time: ms, reason: Type.String() })),
  }),
)
const SamplesAnswer = Type.Unsafe<Readable>(Type.String({ description: 'JSON lines, each an input as it came' }))
const text = <T>(schema: ReturnType<typeof Type.Object>) => Type.Unsafe<T | string>(schema)
const TraceAnswer = text<Trace>(Type.Object({ steps: Type.Array(Type.Object({ id: Type.Integer(), node: Type.String() }, anything)), skipped: Type.Integer(), version: Type.Union([Type.Integer(), Type.Null()]), from: ms, to: ms, ledger: Type.Record(Type.String(), Type.Object({}, anything)), issues: Type.Array(Type.Object({ code: Type.String() }, anything)) }))
const TestsAnswer = text<TestsBody>(Type.Object({ results: Type.Record(Type.String(), Type.Object({ passed: Type.Boolean(), ms: Type.Number(), faults: Type.Array(Type.Object({}, anything)), issues: Type.Array(Type.Object({}, anything)), got: Type.Record(Type.String(), Type.Array(Type.Object({}, anything))) })) }))
const ExampleAnswer = text<ExampleBody>(Type.Object({ out: Type.Array(Type.Object({ at: Type.String() }, anything)), ledger: Type.Object({}, anything), issues: Type.Array(Type.Object({}, anything)) }))

export function labRoutes(app: ApiApp, gateway: Gateway, lab: Lab): void {
  app.get(
    '/api/flows/:id/recording',
    { config: { permission: 'view' }, schema: { summary: 'What is remembered of the last minutes', params: FlowParams, querystring: Type.Object({ buckets: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) }, closed), response: { 200: RecordingAnswer, default: ErrorSchema } } },
    async (request) => {
      const { segments: _, ...body } = await gateway.recording(request.params.id, request.query.buckets ?? 120)
      return body
    },
  )

  app.get(
    '/api/flows/:id/recording/samples',
    {
      config: { permission: 'view', rateLimit },
      schema: { summary: 'The inputs of some of the last minutes', description: `One a line. At most ${MAX_LINES}; the header x-headgate-left-out tells how many are not there.`, params: FlowParams, querystring: span, produces: ['application/x-ndjson'], response: { 200: SamplesAnswer, default: ErrorSchema } },
    },
    async (request, reply) => {
      const { from, to } = request.query
      const { segments } = await gateway.recording(request.params.id, 1)
      const pieces = await take(gateway, request.params.id, segments.filter((s) => s.from <= to && s.to >= from))
      const count = pieces.reduce((a, p) => a + inputsIn(p, from, to), 0)
      const scrubber = scrubberOf(gateway, pieces.flatMap((p) => p.plan.secrets))
      void reply.header('content-type', 'application/x-ndjson').header('x-headgate-left-out', String(Math.max(0, count - MAX_LINES)))
      return reply.send(Readable.from(lines(pieces, from, to, scrubber)))
    },
  )

  app.delete(
    '/api/flows/:id/recording',
    { config: { permission: 'edit' }, schema: { summary: 'Forget the recording of a flow', description: 'It goes on from now.', params: FlowParams, response: { 204: Nothing, default: ErrorSchema } } },
    async (request, reply) => {
      await gateway.forgetRecording(request.params.id, userOf(request).user)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/lab/run',
    {
      config: { permission: 'view', rateLimit },
      bodyLimit: 2 * MAX_FLOW_BYTES,
      schema: {
        summary: 'Run a flow over recorded input, away from the plant, and tell every step',
        description: 'Without a flow: the version that ran when it was recorded, as it ran. With one, which needs the permission edit: what it would have done.', body: RunRequest, response: { 200: TraceAnswer, default: ErrorSchema },
      },
    },
    async (request, reply) => {
      const { flow, input, show, states } = request.body
      if (flow !== null) mayRunCode(request)
      if (flow === null && !('recording' in input)) throw new IssueError(issue('REQUEST', { field: '/flow' }, { reason: 'Without a recording a flow is needed.' }))
      const plan = flow === null ? null : gateway.prepare(flow).plan
      const draft: RunJob['draft'] = plan === null ? null : { plan, models: gateway.modelFiles(plan.models) }
      const given: RunJob['input'] = 'recording' in input ? { segments: await stretch(gateway, input), to: input.to } : input
      const job: RunJob = { what: 'run', draft, input: given, ...(show ? { show } : {}), ...(states === undefined ? {} : { states }) }
      // A draft that names no secret reads what came in for one that did.
      const secrets = [...(draft?.plan.secrets ?? []), ...('segments' in given ? given.segments.flatMap((s) => s.plan.secrets) : [])]
      return answer(reply, lab, job, scrubberOf(gateway, secrets))
    },
  )

  app.post(
    '/api/lab/tests',
    {
      config: { permission: 'edit', rateLimit },
      bodyLimit: MAX_FLOW_BYTES,
      schema: { summary: 'Run the tests of a flow', description: 'All, or those that are named. A flow that does not compile fails them with its issues.', body: TestsRequest, response: { 200: TestsAnswer, default: ErrorSchema } },
    },
    async (request, reply) => {
      const { names } = request.body
      const document = gateway.read(request.body.flow)
      const all = document.tests ?? {}
      for (const name of names ?? []) if (!Object.hasOwn(all, name)) throw new IssueError(issue('TEST_UNKNOWN', { flow: document.id }, { name, tests: Object.keys(all).join(', ') || 'none yet' }))
      const tests = Object.fromEntries(Object.entries(all).filter(([name]) => names === undefined || names.includes(name)))
      try {
        const { plan } = gateway.prepare(document)
        return await answer(reply, lab, { what: 'tests', plan, models: gateway.modelFiles(plan.models), tests }, scrubberOf(gateway, plan.secrets))
      } catch (thrown) {
        if (!(thrown instanceof IssueError) || thrown.issues.some((i) => i.code === 'LAB_BUSY' || i.code === 'LAB_STOPPED')) throw thrown
        return { results: Object.fromEntries(Object.keys(tests).map((name) => [name, { passed: false, ms: 0, faults: [], issues: thrown.issues, got: {} }])) }
      }
    },
  )

  app.post(
    '/api/lab/example',
    {
      config: { permission: 'view', rateLimit },
      schema: { summary: 'Run one node by itself', description: 'Inputs in, all that leaves out. A node with code or a model needs the permission edit.', body: ExampleRequest, response: { 200: ExampleAnswer, default: ErrorSchema } },
    },
    (request, reply) => {
      const { type, config } = request.body
      const node = gateway.typeOf(type)
      if (!node) throw new IssueError(issue('NODE_TYPE', {}, { type }))
      if (node.effects !== 'none') throw new IssueError(issue('REQUEST', { field: '/type' }, { reason: `'${type}' reaches outside: it cannot be run by itself.` }))
      if (node.open) mayRunCode(request)
      return answer(reply, lab, { what: 'example', type, config, in: request.body.in, models: node.open ? gateway.modelFiles() : {} }, scrubberOf(gateway, []))
    },
  )
}

function mayRunCode(request: FastifyRequest): void {
  const { role } = userOf(request)
  if (!may(role, 'edit')) throw new IssueError(issue('AUTH_DENIED', {}, { role }))
}

function scrubberOf(gateway: Gateway, names: readonly string[]): Scrubber {
  const scrubber = new Scrubber()
  scrubber.keep(gateway.secretValues([...new Set(names)]))
  return scrubber
}

/** Who goes away while it runs cancels it. */
async function answer(reply: FastifyReply, lab: Lab, job: Job, scrubber: Scrubber): Promise<never> {
  const gone = new AbortController()
  const left = (): void => {
    if (!reply.raw.writableFinished) gone.abort()
  }
  reply.raw.once('close', left)
  try {
    const text = await lab.run(job, gone.signal)
    return (await reply.header('content-type', 'application/json; charset=utf-8').send(scrubber.json(text))) as never
  } finally {
    reply.raw.off('close', left)
  }
}

/** The pieces that a replay of this time goes through: from the nearest known state before it to the next break. */
async function stretch(gateway: Gateway, { recording, from, to }: { readonly recording: string; readonly from: number; readonly to: number }): Promise<SegmentData[]> {
  const { segments } = await gateway.recording(recording, 1)
  const first = segments.findIndex((s) => s.to >= from && s.from <= to)
  const rest = segments.slice(first + 1)
  const end = rest.findIndex((s) => !s.joined || s.from > to)
  const wanted = first < 0 ? [] : [segments[first]!, ...(end < 0 ? rest : rest.slice(0, end))]
  const pieces = await take(gateway, recording, wanted)
  const [begin] = pieces
  if (begin?.id !== wanted[0]?.id || begin === undefined) throw new IssueError(issue('LAB_NOTHING', { flow: recording }))
  // What is joined is of one deploy: its plan goes to the lab once, not with each piece.
  return pieces.map((piece) => ({ ...piece, plan: begin.plan, models: begin.models }))
}

/** One by one: an engine is not kept from its flows by all of them at once. What has fallen off meanwhile is left out. */
async function take(gateway: Gateway, id: string, wanted: readonly { readonly id: number }[]): Promise<SegmentData[]> {
  const pieces: SegmentData[] = []
  for (const { id: segment } of wanted) {
    const piece = await gateway.segment(id, segment)
    if (piece) pieces.push(piece)
  }
  return pieces
}

function* lines(pieces: readonly SegmentData[], from: number, to: number, scrubber: Scrubber): Generator<string> {
  let left = MAX_LINES
  for (const piece of pieces) {
    for (const one of recordedOf(piece, from, to) as Iterable<Recorded>) {
      if (left-- === 0) return
      yield `${scrubber.json(JSON.stringify(one))}\n`
    }
  }
}
