import { expect, test } from 'vitest'
import { defineDriver, field, IssueError, Type, type AnyDriver, type Connection } from '#kit'
import { testApi } from './api/harness.ts'
import { createDevices } from './devices.ts'
import type { DeviceRequest } from './engine/contract.ts'

const driver = defineDriver<ReturnType<typeof Type.Object>, Connection>({
  type: 'plc', title: 'T', summary: 's', icon: 'x', config: Type.Object({ host: Type.String({ default: 'here' }), port: Type.Integer({ minimum: 1 }), passwordSecret: field.secret({ default: '' }) }),
  open: async () => expect.fail('not here'),
}) as AnyDriver
function devices() {
  const asked: DeviceRequest[] = []
  const notes: string[] = []
  const made = createDevices({
    connections: () => ({ drive: { type: 'plc', config: { port: 5, passwordSecret: 'door' } } }), secret: (name) => (name === 'door' ? 'hunter2' : undefined), drivers: new Map([['plc', driver]]),
    engines: {
      browse: async (of) => (asked.push(of), { items: [], cut: true }),
      testConnection: async (of) => (asked.push(of), { ok: true, health: { state: 'ok', text: '' }, ms: 1, lines: [], issues: [] }),
      trust: async (of) => void asked.push(of),
    },
    note: (...all) => void notes.push(all.join(' ')),
  })
  return { ...made, asked, notes }
}
const codeOf = async (work: Promise<unknown>): Promise<string> => work.then(() => 'went well', (thrown: unknown) => (thrown instanceof IssueError ? `${thrown.issues[0]!.code} ${thrown.issues[0]!.field ?? ''}`.trim() : 'other'))

test('a stored connection goes out with its defaults and the secrets that it names; one just written is meant as written', async () => {
  const d = devices()
  expect(await d.browse({ name: 'drive' }, null)).toEqual({ items: [], cut: true, source: null })
  expect(d.asked[0]).toEqual({ name: 'drive', entry: { type: 'plc', config: { host: 'here', port: 5, passwordSecret: 'door' } }, secrets: { door: 'hunter2' } })
  await d.testConnection({ name: 'drive', type: 'plc', config: { port: 7 } })
  await d.testConnection({ type: 'plc', config: { port: 8 } })
  expect(d.asked.slice(1).map((a) => [a.name, a.entry.config['port'], a.secrets])).toEqual([['drive', 7, {}], [null, 8, {}]])
})

test('what is unknown or wrong is said at its field, and nothing is asked', async () => {
  const d = devices()
  expect(await codeOf(d.browse({ name: 'nobody' }, null))).toBe('CONNECTION_UNKNOWN')
  expect(await codeOf(d.testConnection({ type: 'nothing', config: {} }))).toBe('CONNECTION_DRIVER')
  expect(await codeOf(d.testConnection({ type: 'plc', config: { port: 0 } }))).toBe('NODE_CONFIG /config/port')
  expect(await codeOf(d.testConnection({ type: 'plc', config: { port: 1, passwordSecret: 'gate' } }))).toBe('SECRET_UNKNOWN /config/passwordSecret')
  expect(await codeOf(d.trustCertificate({ name: '../x', type: 'plc', config: { port: 1 } }, 'AA', 'anna'))).toBe('CONNECTION_NAME')
  expect(d.asked).toEqual([])
})

test('trusting a certificate is in the audit trail with its fingerprint', async () => {
  const d = devices()
  await d.trustCertificate({ name: 'drive' }, 'AA:BB', 'anna')
  expect(d.notes).toEqual(['anna connection.trust drive AA:BB'])
})

test('the routes are for people who edit; no secret is in an answer', async () => {
  const a = await testApi()
  try {
    await a.call('PUT', '/api/connections/plc', 'editor', { type: 'test', config: { port: 502 } })
    const fingerprint = Array.from({ length: 32 }, () => 'AB').join(':')
    for (const [url, body] of [['/api/connections/browse', { name: 'plc', path: null }], ['/api/connections/test', { name: 'plc' }], ['/api/connections/plc/trust', { fingerprint }]] as const) {
      expect((await a.call('POST', url, 'operator', body)).status).toBe(403)
      expect([200, 204]).toContain((await a.call('POST', url, 'editor', body)).status)
    }
    expect(await a.call('POST', '/api/connections/browse', 'editor', { name: 'plc', path: null })).toMatchObject({ status: 200, body: { cut: false, items: [{ title: 'speed' }], source: null } })
    expect((await a.call('POST', '/api/connections/browse', 'editor', { name: 'nobody', path: null })).status).toBe(404)
    expect((await a.call('POST', '/api/connections/plc/trust', 'editor', { fingerprint: 'x' })).status).toBe(400)
    expect((await a.call('GET', '/api/audit', 'admin')).body).toContainEqual(expect.objectContaining({ act: 'connection.trust', subject: 'plc', user: 'editor', detail: fingerprint }))
  } finally {
    await a.close()
  }
})
