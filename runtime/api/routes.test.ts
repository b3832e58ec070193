// The flow's life over HTTP, and every answer held against the schema that the OpenAPI document shows.
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schemaFaults, type TSchema } from '#kit'
import { HOST, testApi, testFlow, type TestApi } from './harness.ts'
import { COOKIE } from './security.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi()
})
afterAll(() => api.close())

const codes = (answer: { body: { issues: { code: string }[] } }): string[] => answer.body.issues.map((i) => i.code)

test('a flow from its creation to its removal', async () => {
  const created = await api.call('POST', '/api/flows', 'editor', { flow: testFlow() })
  expect(created).toMatchObject({ status: 200, body: { version: 1, armed: false } })
  const taken = await api.call('POST', '/api/flows', 'editor', { flow: testFlow() })
  expect([taken.status, codes(taken)]).toEqual([409, ['DEPLOY_CONFLICT']])

  const check = await api.call('POST', '/api/check', 'viewer', { flow: testFlow('pump', 7) })
  expect(check.body.changes).toEqual([{ what: 'node', how: 'changed', id: 'wear', field: '/limit', from: 5, to: 7 }])
  expect(check.body.ports.drive.outputs.value.kind).toBe('number')
  expect((await api.call('POST', '/api/check', 'viewer', { flow: { headgate: 2 } })).body).toMatchObject({ issues: [{ code: 'FLOW_VERSION' }] })

  const deployed = await api.call('POST', '/api/flows/pump/deploy', 'editor', { flow: testFlow('pump', 7), basedOn: 1, comment: 'less touchy' })
  expect(deployed).toMatchObject({ status: 200, body: { version: 2, kept: expect.arrayContaining(['drive', 'slow']), restarted: ['wear'] } })
  const stale = await api.call('POST', '/api/flows/pump/deploy', 'editor', { flow: testFlow('pump', 9), basedOn: 1 })
  expect([stale.status, codes(stale)]).toEqual([409, ['DEPLOY_CONFLICT']])
  const broken = await api.call('POST', '/api/flows/pump/deploy', 'editor', { flow: { ...testFlow('pump', 'high' as unknown as number), wires: ['drive.value -> wear.value', 'drive.gone -> slow.value'] }, basedOn: 2 })
  expect([broken.status, codes(broken).toSorted()]).toEqual([422, ['NODE_CONFIG', 'WIRE_PORT']])

  const unarmed = await api.call('POST', '/api/flows/pump/arm', 'operator', { armed: true, reason: '  ' })
  expect([unarmed.status, codes(unarmed)]).toEqual([400, ['REQUEST']])
  expect(await api.call('POST', '/api/flows/pump/arm', 'operator', { armed: true, reason: 'checked the valve' })).toMatchObject({ status: 200, body: { armed: true } })
  expect((await api.call('GET', '/api/audit', 'admin')).body).toContainEqual(expect.objectContaining({ user: 'operator', act: 'arm', subject: 'pump', detail: 'checked the valve' }))

  expect(await api.call('POST', '/api/flows/pump/rollback', 'editor', { version: 1 })).toMatchObject({ status: 200, body: { version: 3, armed: false } })
  expect((await api.call('GET', '/api/flows/pump', 'viewer')).body.flow.nodes.wear.config).toEqual({ limit: 5 })
  expect((await api.call('GET', '/api/flows/pump/versions/2', 'viewer')).body.nodes.wear.config).toEqual({ limit: 7 })
  expect((await api.call('POST', '/api/flows/pump/rollback', 'editor', { version: 99 })).status).toBe(404)

  const act = { flow: 'pump', node: 'wear', act: 'shelve', arguments: { durationS: 60 } }
  expect(await api.call('POST', '/api/acts', 'operator', act), 'an act tells what holds then').toMatchObject({ status: 200, body: { result: 60 } })
  expect((await api.call('POST', '/api/acts', 'operator', { ...act, act: 'acknowledge', arguments: {} })).status).toBe(204)

  expect((await api.call('DELETE', '/api/flows/pump', 'editor')).status).toBe(204)
  const gone = await api.call('GET', '/api/flows/pump', 'viewer')
  expect([gone.status, codes(gone)]).toEqual([404, ['FLOW_UNKNOWN']])
})

describe('drafts', () => {
  const save = (limit: number, revision: number, as: 'editor' | 'admin' | 'viewer' = 'editor', id = 'mixer') => api.call('PUT', `/api/drafts/${id}`, as, { flow: testFlow(id, limit), basedOn: null, revision })

  test('are saved against the revision they were made from; who comes late gets the present one', async () => {
    const first = await save(1, 0)
    expect(first).toMatchObject({ status: 200, body: { id: 'mixer', name: 'Pump', basedOn: null, author: 'editor', time: expect.any(Number) } })
    const late = await save(2, 0, 'admin')
    expect([late.status, codes(late), late.body.draft.flow.nodes.wear.config, late.body.draft.revision]).toEqual([409, ['DRAFT_CONFLICT'], { limit: 1 }, first.body.revision])
    const second = await save(2, first.body.revision, 'admin')
    expect(second.body.revision).toBeGreaterThan(first.body.revision)
    expect((await api.call('GET', '/api/drafts/mixer', 'viewer')).body).toMatchObject({ author: 'admin', revision: second.body.revision, flow: { nodes: { wear: { config: { limit: 2 } } } } })
    expect((await api.call('GET', '/api/drafts', 'viewer')).body).toEqual([second.body])

    expect((await api.call('DELETE', `/api/drafts/mixer?revision=${first.body.revision}`, 'editor')).status).toBe(409)
    expect((await api.call('DELETE', `/api/drafts/mixer?revision=${second.body.revision}`, 'editor')).status).toBe(204)
    expect((await api.call('GET', '/api/drafts/mixer', 'viewer')).status).toBe(404)
    const gone = await save(3, second.body.revision)
    expect([gone.status, gone.body.draft]).toEqual([409, null])
    expect((await save(3, 0)).body.revision, 'a revision is never used twice').toBeGreaterThan(second.body.revision)
  })

  test('who may not edit reads and does not save', async () => {
    expect((await save(1, 0, 'viewer', 'other')).status).toBe(403)
    expect((await api.call('DELETE', '/api/drafts/mixer?revision=1', 'viewer')).status).toBe(403)
  })

  test('what is no flow, or another one, is refused', async () => {
    expect(codes(await api.call('PUT', '/api/drafts/mixer', 'editor', { flow: { headgate: 1 }, basedOn: null, revision: 0 }))).toContain('FLOW_FORMAT')
    expect(codes(await api.call('PUT', '/api/drafts/mixer', 'editor', { flow: testFlow('pump'), basedOn: null, revision: 0 }))).toEqual(['REQUEST'])
  })

  test('outlive a restart and the removal of their flow; the deploy of exactly that draft ends it', async () => {
    const own = await testApi()
    await own.call('POST', '/api/flows', 'editor', { flow: testFlow() })
    const put = async (limit: number, revision: number): Promise<number> => (await own.call('PUT', '/api/drafts/pump', 'editor', { flow: testFlow('pump', limit), basedOn: 1, revision })).body.revision
    const revision = await put(7, 0)
    await own.call('POST', '/api/flows/pump/deploy', 'editor', { flow: testFlow('pump', 6), basedOn: 1 })
    expect(own.gateway.drafts.get('pump').revision, 'another one was deployed').toBe(revision)
    await own.call('POST', '/api/flows/pump/deploy', 'editor', { flow: testFlow('pump', 7), basedOn: 2 })
    expect(own.gateway.drafts.list()).toEqual([])
    await put(8, 0)
    await own.call('DELETE', '/api/flows/pump', 'editor')
    const again = await own.restart()
    expect(again.gateway.drafts.get('pump').flow.nodes['wear']!.config).toEqual({ limit: 8 })
    await again.close()
  })

  test('are at most two hundred', async () => {
    const own = await testApi()
    for (let i = 0; i < 200; i++) own.gateway.drafts.save(`f${i}`, { flow: testFlow(`f${i}`), basedOn: null, revision: 0 }, 'ada')
    const more = await own.call('PUT', '/api/drafts/more', 'editor', { flow: testFlow('more'), basedOn: null, revision: 0 })
    expect([more.status, codes(more)]).toEqual([409, ['DRAFT_LIMIT']])
    await own.close()
  })
})

describe('what is stored', () => {
  test('connections and secrets come, change and go; a secret never comes back out', async () => {
    expect((await api.call('PUT', '/api/connections/line-1', 'editor', { type: 'test', config: { port: 502 } })).body).toEqual({ name: 'line-1', type: 'test', config: { host: '127.0.0.1', port: 502 }, usedBy: [] })
    const wrong = await api.call('PUT', '/api/connections/line-1', 'editor', { type: 'test', config: { port: 0 } })
    expect([wrong.status, codes(wrong)]).toEqual([422, ['NODE_CONFIG']])
    expect((await api.call('DELETE', '/api/connections/line-1', 'editor')).status).toBe(204)

    expect((await api.call('PUT', '/api/secrets/plc', 'admin', { value: 'hunter2' })).status).toBe(204)
    const names = await api.call('GET', '/api/secrets', 'admin')
    expect(names.body).toEqual({ names: ['plc'] })
    expect(JSON.stringify((await api.call('GET', '/api/audit', 'admin')).body)).not.toContain('hunter2')
    const bad = await api.call('PUT', '/api/secrets/plc', 'admin', { value: 'hunter2', extra: 'hunter3' })
    expect(JSON.stringify(bad.body)).not.toMatch(/hunter/)
    expect((await api.call('DELETE', '/api/secrets/plc', 'admin')).status).toBe(204)
    expect((await api.call('DELETE', '/api/secrets/plc', 'admin')).status).toBe(404)
    expect((await api.call('GET', '/api/connections/line-1', 'viewer')).status).toBe(404)
  })
})

test('every answer is as the OpenAPI document says', async () => {
  await api.call('POST', '/api/flows', 'editor', { flow: testFlow('shown') })
  await api.call('PUT', '/api/connections/line-2', 'editor', { type: 'test', config: { port: 502 } })
  api.engines.say.alarm({ flow: 'shown', node: 'wear', tag: 't', state: 'unacknowledged', priority: 'high', message: 'Wear', value: null, limit: 5, time: 1 })
  await api.call('PUT', '/api/drafts/shown', 'editor', { flow: testFlow('shown', 9), basedOn: 1, revision: 0 })
  const { paths } = (await api.call('GET', '/api/openapi.json')).body
  const asked: [string, string, string, unknown?][] = [
    ['GET', '/api/health', '/api/health'], ['GET', '/api/session', '/api/session'], ['GET', '/api/catalogue', '/api/catalogue'], ['GET', '/api/flows', '/api/flows'],
    ['GET', '/api/flows/{id}', '/api/flows/shown'], ['GET', '/api/flows/{id}/versions', '/api/flows/shown/versions'], ['GET', '/api/flows/{id}/versions/{version}', '/api/flows/shown/versions/1'],
    ['POST', '/api/check', '/api/check', { flow: testFlow('shown', 8) }], ['POST', '/api/flows/{id}/deploy', '/api/flows/shown/deploy', { flow: testFlow('shown', 8), basedOn: 1 }],
    ['POST', '/api/flows/{id}/arm', '/api/flows/shown/arm', { armed: false }], ['GET', '/api/alarms', '/api/alarms'], ['GET', '/api/alarms/log', '/api/alarms/log?limit=5'], ['GET', '/api/connections', '/api/connections'], ['GET', '/api/connections/{name}', '/api/connections/line-2'],
    ['GET', '/api/models', '/api/models'], ['GET', '/api/users', '/api/users'], ['GET', '/api/secrets', '/api/secrets'], ['GET', '/api/audit', '/api/audit?limit=3'], ['GET', '/api/hold', '/api/hold'],
    ['GET', '/api/drafts', '/api/drafts'], ['GET', '/api/drafts/{id}', '/api/drafts/shown'],
  ]
  for (const [method, described, url, body] of asked) {
    const answer = await api.call(method, url, 'admin', body)
    expect(answer.status, url).toBe(200)
    const schema = paths[described][method.toLowerCase()].responses['200'].content['application/json'].schema as TSchema
    expect(schemaFaults(schema, answer.body), url).toEqual([])
  }
  const failed = await api.call('GET', '/api/flows/nowhere', 'admin')
  expect(schemaFaults(paths['/api/flows/{id}'].get.responses['default'].content['application/json'].schema as TSchema, failed.body)).toEqual([])
})

test('the catalogue is packed for who takes it packed, and not sent again to who has it', async () => {
  const plain = await api.call('GET', '/api/catalogue', 'viewer')
  expect([plain.status, plain.headers['content-encoding'], plain.headers['cache-control'], plain.headers['vary']]).toEqual([200, undefined, 'private, no-cache', 'accept-encoding'])
  const packed = await api.api.app.inject({ method: 'GET', url: '/api/catalogue', headers: { host: HOST, cookie: `${COOKIE}=viewer`, 'accept-encoding': 'br, gzip' } })
  expect(packed.headers['content-encoding']).toBe('gzip')
  expect(JSON.parse(gunzipSync(packed.rawPayload).toString())).toEqual(plain.body)
  const again = await api.call('GET', '/api/catalogue', 'viewer', undefined, { 'if-none-match': String(plain.headers['etag']) })
  expect([again.status, again.body]).toEqual([304, ''])
  expect((await api.call('GET', '/api/catalogue', null, undefined, { 'if-none-match': String(plain.headers['etag']) })).status, 'nor to who may not look').toBe(401)
})

test('whoever may look is given the example flows, as the document tells', async () => {
  const { status, body } = await api.call('GET', '/api/examples', 'viewer')
  expect(status).toBe(200)
  expect(body.length).toBeGreaterThan(8)
  expect(body.map((e: { flow: { id: string } }) => e.flow.id)).toEqual(body.map((e: { id: string }) => e.id))
  expect((await api.call('GET', '/api/examples')).status).toBe(401)
})
