import { afterAll, beforeAll, expect, test } from 'vitest'
import { schemaFaults } from '#kit'
import { makeAuthority, type Authority } from '../test/certificates.ts'
import { testApi, type TestApi } from './api/harness.ts'

let authority: Authority
let api: TestApi
beforeAll(async () => {
  authority = makeAuthority()
  api = await testApi()
})
afterAll(async () => {
  await api.close()
  authority.remove()
})
const inspect = (pem: string) => api.call('POST', '/api/certificates/inspect', 'viewer', { pem })

test('a certificate tells whose it is, who signed it, for what names and how long; several stay in their order', async () => {
  const signed = authority.sign('line-3', { names: ['DNS:line-3.plant', 'IP:192.168.0.5'], days: 90 })
  const { status, body } = await inspect(`${signed.certificate}\n${authority.certificate}`)
  expect(status).toBe(200)
  const [own, ca] = body.certificates
  expect(own).toMatchObject({ subject: 'CN=line-3, O=Headgate', issuer: 'CN=Test authority, O=Headgate', names: ['line-3.plant', '192.168.0.5'], keyType: 'EC prime256v1', authority: false, fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) })
  expect(Math.round((own.validUntil - Date.now()) / 86_400_000)).toBe(90)
  expect(ca).toMatchObject({ subject: own.issuer, issuer: own.issuer, authority: true, names: [] })
  const { paths } = (await api.call('GET', '/api/openapi.json')).body
  expect(schemaFaults(paths['/api/certificates/inspect'].post.responses['200'].content['application/json'].schema, body)).toEqual([])
})

test.each([
  ['hello', 'no PEM certificate'],
  ['-----BEGIN CERTIFICATE-----\nMIIB', 'its end is missing'],
  ['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', 'damaged'],
  ['-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----', 'private key'],
  ['-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----', 'request'],
])('%j is refused in words', async (pem, reason) => {
  const { status, body } = await inspect(pem)
  expect([status, body.issues[0].code, body.issues[0].text]).toEqual([422, 'CERTIFICATE_READ', expect.stringContaining(reason)])
})
