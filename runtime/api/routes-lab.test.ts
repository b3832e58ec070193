// The recording and the lab over HTTP. The lab works in this process here; lab.test.ts has its processes.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { sample, schemaFaults, type TSchema } from '#kit'
import type { Flow, Trace } from '#format'
import type { Plan } from '../engine/contract.ts'
import { Segment, type SegmentData } from '../engine/segment.ts'
import type { RunJob } from '../lab/messages.ts'
import { testApi, testFlow, type TestApi } from './harness.ts'

let api: TestApi
let plan: Plan
beforeAll(async () => {
  api = await testApi()
  await api.call('PUT', '/api/secrets/pin', 'admin', { value: '4711' })
  await api.call('POST', '/api/flows', 'editor', { flow: testFlow() })
  plan = api.engines.running.get('pump')!.plan
})
afterAll(() => api.close())
beforeEach(() => {
  api.engines.pieces = []
  api.engines.recorded = {}
})

/** Pieces of one second each with three readings, beginning at these seconds; `joined` to the one before. */
function record(...begins: { readonly at: number; readonly joined: boolean }[]): void {
  const pieces: SegmentData[] = begins.map(({ at, joined }, i) => {
    const segment = new Segment(i + 1, { plan: { ...plan, secrets: ['pin'] }, models: {} }, at * 1000, joined, { nodes: {}, steady: at * 1000, arrivals: {}, eventTimes: {}, ties: [] })
    for (const ms of [100, 200, 300]) segment.sample(at * 1000 + ms, at * 1000 + ms, 'drive', 'value', sample('P-101 4711', at + ms / 1000, at * 1000 + ms))
    segment.act(at * 1000 + 400, at * 1000 + 400, 'wear', 'shelve', undefined, {})
    return segment.data(at * 1000 + 1000)
  })
  // As they come from another process: each with a plan of its own.
  api.engines.pieces = pieces.map((piece) => structuredClone(piece))
  api.engines.recorded = { from: pieces[0]!.from, to: pieces.at(-1)!.to, samples: 4 * pieces.length, segments: pieces.map(({ id, from, to, joined }) => ({ id, from, to, joined })) }
}
const run = (body: object, as: 'viewer' | 'editor' = 'viewer') => api.call('POST', '/api/lab/run', as, { flow: null, ...body })
const codes = (body: { issues?: { code: string }[] }): string[] => (body.issues ?? []).map((i) => i.code)

test('what is remembered is told, without what only the lab needs', async () => {
  record({ at: 10, joined: false })
  const { status, body } = await api.call('GET', '/api/flows/pump/recording?buckets=4', 'viewer')
  expect(status).toBe(200)
  expect(body).toMatchObject({ flow: 'pump', state: 'on', from: 10_000, to: 11_000, samples: 4 })
  expect(body).not.toHaveProperty('segments')
  expect((await api.call('GET', '/api/flows/pump/recording?buckets=0', 'viewer')).status).toBe(400)
  expect((await api.call('GET', '/api/flows/nowhere/recording', 'viewer')).status).toBe(404)
})

test('its inputs come as lines, of the time that was asked for, without secrets', async () => {
  record({ at: 10, joined: false }, { at: 11, joined: true })
  const { body, headers } = await api.call('GET', '/api/flows/pump/recording/samples?from=10200&to=11100', 'viewer')
  expect(headers['content-type']).toContain('application/x-ndjson')
  expect(headers['x-headgate-left-out']).toBe('0')
  expect(String(body).trim().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
    { at: 'drive.value', tag: 'P-101 •••', value: 10.2, time: 10_200, now: 10_200 },
    { at: 'drive.value', tag: 'P-101 •••', value: 10.3, time: 10_300, now: 10_300 },
    { act: 'shelve', node: 'wear', now: 10_400 },
    { at: 'drive.value', tag: 'P-101 •••', value: 11.1, time: 11_100, now: 11_100 },
  ])
  expect((await api.call('GET', '/api/flows/pump/recording/samples?from=now&to=1', 'viewer')).status).toBe(400)
})

test('clearing it is an act of an editor, and audited', async () => {
  expect((await api.call('DELETE', '/api/flows/pump/recording', 'viewer')).status).toBe(403)
  expect((await api.call('DELETE', '/api/flows/pump/recording', 'editor')).status).toBe(204)
  expect(api.engines.calls).toContain('forget pump')
  expect((await api.call('GET', '/api/audit', 'admin')).body).toContainEqual(expect.objectContaining({ user: 'editor', act: 'recording.clear', subject: 'pump' }))
})

test('a replay begins at the nearest known state and ends at a break; a viewer may', async () => {
  record({ at: 10, joined: false }, { at: 11, joined: true }, { at: 12, joined: true }, { at: 20, joined: false })
  const { status, body } = await run({ input: { recording: 'pump', from: 11_150, to: 30_000 }, show: { from: 11_150, to: 30_000 } })
  expect(status).toBe(200)
  const trace = body as Trace
  expect([trace.from, trace.to, trace.version]).toEqual([11_000, 13_000, 1])
  const { input: handed } = api.jobs.at(-1) as RunJob
  expect('segments' in handed && new Set(handed.segments.map((s) => s.plan)).size, 'one plan').toBe(1)
  expect(trace.steps.filter((s) => s.what === 'source').map((s) => s.now)).toEqual([11_200, 11_300, 12_100, 12_200, 12_300])
  expect(trace.steps.filter((s) => s.node === 'wear').map((s) => s.outcome)).toEqual(['done', 'done', 'fired', 'done', 'done', 'done', 'fired'])
  expect(trace.ledger['wear']).toMatchObject({ in: 6, passed: 6 })
  // '4711' is a secret: gone from texts, the JSON is whole.
  expect(JSON.stringify(trace)).not.toContain('4711')
})

test('a time of which nothing is known is an issue', async () => {
  record({ at: 10, joined: false })
  for (const input of [{ recording: 'pump', from: 50_000, to: 60_000 }, { recording: 'pump', from: 0, to: 5000 }]) {
    const { status, body } = await run({ input })
    expect([status, codes(body)]).toEqual([404, ['LAB_NOTHING']])
  }
  // It fell off between the two questions.
  api.engines.pieces = []
  expect(codes((await run({ input: { recording: 'pump', from: 10_000, to: 11_000 } })).body)).toEqual(['LAB_NOTHING'])
})

test('a draft over what came in needs the right to edit; what it has no port for is told', async () => {
  record({ at: 10, joined: false })
  const input = { recording: 'pump', from: 10_000, to: 11_000 }
  const draft = testFlow('pump', 9)
  const denied = await run({ flow: draft, input })
  expect([denied.status, codes(denied.body)]).toEqual([403, ['AUTH_DENIED']])
  const other = { ...draft, nodes: { wear: draft.nodes['wear']! }, wires: [] }
  const { body } = await run({ flow: other, input }, 'editor')
  expect(codes(body)).toEqual(['PORT_OPEN'])
  const renamed: Flow = { ...draft, nodes: { motor: draft.nodes['drive']!, wear: draft.nodes['wear']! }, wires: ['motor.value -> wear.value'] }
  const { body: trace } = await run({ flow: renamed, input }, 'editor')
  expect(trace.version).toBe(null)
  // The draft has no secret; what was recorded has.
  const { body: same } = await run({ flow: draft, input }, 'editor')
  expect([(same as Trace).steps.length > 0, JSON.stringify(same).includes('4711')]).toEqual([true, false])
  expect(trace.issues).toMatchObject([{ code: 'LAB_INPUT', text: "3 of the recorded inputs were left out: 'drive.value' is not in this flow." }])
})

test('given samples run through a draft; garbage is refused with its place', async () => {
  const samples = [{ at: 'drive.value', tag: 't', value: 1, time: 0 }, { at: 'drive.value', tag: 't', value: { $number: 'NaN' }, time: 10 }]
  const { body } = await run({ flow: testFlow(), input: { samples }, states: true }, 'editor')
  expect((body as Trace).steps.map((s) => [s.node, s.outcome])).toEqual([['drive', 'passed'], ['wear', 'done'], ['slow', 'muted'], ['drive', 'passed'], ['wear', 'done'], ['slow', 'muted']])
  // NaN is never good.
  expect((body as Trace).steps[4]!.sample).toEqual({ tag: 't', value: { $number: 'NaN' }, time: 10, quality: 'Bad' })
  const bad: [object, number, string][] = [
    [{ flow: testFlow(), input: { samples: [{ at: 'drive.none', tag: 't', value: 1, time: 0 }] } }, 400, "'drive' has no port 'none'"],
    [{ flow: testFlow(), input: { samples: [{ at: 'nowhere', tag: 't', value: 1, time: 0 }] } }, 400, "no port 'nowhere'"],
    [{ flow: testFlow(), input: { samples: [{ at: 'drive.value', tag: 't', value: 1, time: 0, quality: 'Fine' }] } }, 400, "unknown quality 'Fine'"],
    [{ flow: testFlow(), input: { samples: [{ act: 'jump', node: 'wear', now: 0 }] } }, 400, "no act 'jump'"],
    [{ flow: testFlow(), input: { samples: [{ at: 'drive.value', tag: 't', time: 0 }] } }, 400, 'input'],
    [{ flow: testFlow(), input: { samples: 'all' } }, 400, 'input'],
    [{ flow: null, input: { samples } }, 400, 'a flow is needed'],
    [{ flow: { headgate: 2 }, input: { samples } }, 422, 'format'],
    [{ flow: testFlow('pump', 'high' as unknown as number), input: { samples } }, 422, 'limit'],
  ]
  for (const [request, status, says] of bad) {
    const answer = await run(request, 'editor')
    expect([answer.status, JSON.stringify(answer.body)], says).toEqual([status, expect.stringContaining(says)])
  }
})

test('tests of a draft: all, or those that are named', async () => {
  const input = [{ at: 'drive.value', tag: 't', value: 7, time: 0, now: 5 }]
  const flow = { ...testFlow(), tests: { good: { input, expect: { 'drive.value': [{ tag: 't', value: 7, time: 0 }] } }, off: { input, expect: { 'wear.active': [{ tag: 't', value: true, time: 0 }], 'wear.value': [] } }, lost: { input, expect: { 'gone.value': [] } } } }
  const { status, body } = await api.call('POST', '/api/lab/tests', 'editor', { flow })
  expect(status).toBe(200)
  expect(body.results.good).toMatchObject({ passed: true, faults: [], issues: [], got: { 'drive.value': [{ tag: 't', value: 7, time: 0 }] } })
  expect(body.results.off.passed).toBe(false)
  expect(body.results.off.faults).toEqual([
    { at: 'wear.active', index: 0, what: 'missing', expected: { tag: 't', value: true, time: 0 } },
    { at: 'wear.value', index: 0, what: 'extra', got: { tag: 't', value: 7, time: 0 } },
  ])
  expect(body.results.lost).toMatchObject({ passed: false, issues: [{ code: 'REQUEST' }] })
  expect(Object.keys((await api.call('POST', '/api/lab/tests', 'editor', { flow, names: ['good'] })).body.results)).toEqual(['good'])
  expect(codes((await api.call('POST', '/api/lab/tests', 'editor', { flow, names: ['best'] })).body)).toEqual(['TEST_UNKNOWN'])
  const broken = await api.call('POST', '/api/lab/tests', 'editor', { flow: { ...flow, wires: ['drive.none -> wear.value'] } })
  expect(broken.body.results.good).toMatchObject({ passed: false, issues: expect.arrayContaining([expect.objectContaining({ code: 'WIRE_PORT' })]) as unknown })
})

test('an example of one node', async () => {
  const { status, body } = await api.call('POST', '/api/lab/example', 'viewer', { type: 'rule.test', config: {}, in: [{ at: 'value', value: 7, time: 0 }] })
  expect([status, body]).toMatchObject([200, { out: [], ledger: { in: 1, passed: 1 }, issues: [] }])
  for (const [type, config, code] of [['rule.none', {}, 'NODE_TYPE'], ['source.test', {}, 'REQUEST'], ['rule.test', { limit: 'high' }, 'NODE_CONFIG']] as const) {
    expect(codes((await api.call('POST', '/api/lab/example', 'viewer', { type, config, in: [] })).body)).toEqual([code])
  }
})

test('every answer is as the OpenAPI document says', async () => {
  record({ at: 10, joined: false })
  const { paths } = (await api.call('GET', '/api/openapi.json', 'admin')).body
  const asked: [string, string, string, unknown?][] = [
    ['GET', '/api/flows/{id}/recording', '/api/flows/pump/recording'],
    ['POST', '/api/lab/run', '/api/lab/run', { flow: null, input: { recording: 'pump', from: 10_000, to: 11_000 } }],
    ['POST', '/api/lab/tests', '/api/lab/tests', { flow: testFlow() }],
    ['POST', '/api/lab/example', '/api/lab/example', { type: 'rule.test', config: {}, in: [] }],
  ]
  for (const [method, described, url, body] of asked) {
    const answer = await api.call(method, url, 'admin', body)
    expect(answer.status, url).toBe(200)
    expect(schemaFaults(paths[described][method.toLowerCase()].responses['200'].content['application/json'].schema as TSchema, answer.body), url).toEqual([])
  }
})
