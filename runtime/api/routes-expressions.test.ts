import { afterAll, beforeAll, expect, test } from 'vitest'
import { schemaFaults, type TSchema } from '#kit'
import { testApi, testFlow, type TestApi } from './harness.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi()
})
afterAll(() => api.close())
const check = (body: object) => api.call('POST', '/api/expressions/check', 'viewer', body)

test('an expression gets its type, what can be written, and a result for the values at hand', async () => {
  const variables = { value: { kind: 'number', unit: 'Cel' }, load: { kind: 'record', fields: { share: { kind: 'number', unit: '%' } } } }
  const { status, body } = await check({ text: 'value + 1', variables, samples: { value: { value: 20 } } })
  expect(status).toBe(200)
  expect(body).toMatchObject({ type: { kind: 'number', unit: 'Cel' }, issues: [], result: { value: 21, quality: 'Good', reason: '' } })
  const offered = body.completions as { label: string; detail: string }[]
  expect(offered).toContainEqual(expect.objectContaining({ label: 'load.share', detail: 'number · %' }))
  expect(offered).toContainEqual(expect.objectContaining({ label: 'average', kind: 'stream', detail: 'average(x, n)' }))
  expect((await check({ text: 'value + 1', variables, samples: { value: { value: 20, quality: 'BadTimeout' } } })).body.result).toEqual({ value: null, quality: 'BadTimeout', reason: "'value' is bad." })
  expect((await check({ text: 'value' })).body.result).toBeNull()
})

test('what is wrong is said with its place', async () => {
  const { status, body } = await check({ text: 'value + pressure', variables: { value: { kind: 'number' } } })
  expect([status, body.type, body.result]).toEqual([200, null, null])
  expect(body.issues).toEqual([{ from: 8, to: 16, text: "'pressure' is not known here.", remedy: expect.stringContaining('value') }])
  expect((await check({ text: 'value', wants: 'boolean', variables: { value: { kind: 'number' } } })).body.issues).toHaveLength(1)
})

test('the inputs of a node of a draft are typed by its wires', async () => {
  const flow = testFlow()
  const drawn = { ...flow, nodes: { ...flow.nodes, drive: { ...flow.nodes['drive']!, config: { connection: 'plc', unit: 'bar' } } } }
  expect((await check({ text: 'value', flow: drawn, node: 'wear' })).body.type).toEqual({ kind: 'number', unit: 'bar' })
  expect((await check({ text: 'value', flow: drawn, node: 'nowhere' })).status).toBe(400)
})

test('the answer is as the OpenAPI document says, and a wrong request is refused', async () => {
  const { paths } = (await api.call('GET', '/api/openapi.json', 'admin')).body
  const schema = paths['/api/expressions/check'].post.responses['200'].content['application/json'].schema as TSchema
  for (const text of ['value', 'value +']) expect(schemaFaults(schema, (await check({ text, samples: { value: { value: [1, 2] } } })).body)).toEqual([])
  for (const wrong of [{ text: 1 }, { text: 'value', variables: { value: { kind: 'tensor' } } }, { text: 'value', variables: { value: { kind: 'record', fields: { a: null } } } }, { text: 'value', samples: { value: { value: { $series: 'x' } } } }, { text: 'value', samples: { value: { value: 1, quality: 'Fine' } } }]) {
    expect((await check(wrong)).status, JSON.stringify(wrong)).toBe(400)
  }
})
