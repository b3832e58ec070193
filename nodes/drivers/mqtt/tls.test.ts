// Mutual TLS and the last will against a real broker that wants certificates.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority, type Authority, type Signed } from '../../../test/certificates.ts'
import { driverIo, openDriver, until, type TestDriverIo } from '../../../test/io.ts'
import { freePort, startMosquitto, type Mosquitto } from '../../../test/peers.ts'
import type { MqttConnection } from './connection.ts'
import driver from './index.ts'

const DAY_MS = 86_400_000
let authority: Authority
let stranger: Authority
let client: Signed
let broker: Mosquitto
let url = ''
const opened: MqttConnection[] = []
const folders: TestDriverIo[] = []

beforeAll(async () => {
  authority = makeAuthority()
  stranger = makeAuthority('Somebody else')
  client = authority.sign('line-3', { days: 20 })
  const server = authority.sign('broker', { names: ['IP:127.0.0.1', 'DNS:localhost'] })
  const port = await freePort()
  broker = await startMosquitto([`listener ${port} 127.0.0.1`, `cafile ${authority.certificateFile}`, `certfile ${server.certificateFile}`, `keyfile ${server.keyFile}`, 'require_certificate true', 'use_identity_as_username true', 'user root'])
  url = `mqtts://127.0.0.1:${port}`
})
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close()
  for (const io of folders.splice(0)) io.remove()
})
afterAll(async () => {
  await broker.close()
  authority.remove()
  stranger.remove()
})

async function open(config: object, keys: Readonly<Record<string, string>> = { own: client.key }, now?: () => number): Promise<MqttConnection> {
  const io = driverIo(keys)
  folders.push(io)
  const connection = await openDriver<MqttConnection>(driver, { url, ...config }, now ? { ...io, now } : io)
  opened.push(connection)
  return connection
}
const ours = (): object => ({ ca: authority.certificate, certificate: client.certificate, key: 'own' })

describe('mutual TLS', () => {
  it.each(['3.1.1', '5'])('a broker that wants a certificate takes ours, and messages come and go, version %s', async (version) => {
    const c = await open({ ...ours(), version })
    await until('connected', () => c.connected)
    const sub = await broker.subscribe('plant/tls')
    await c.publish('plant/tls', 'safe', { qos: 1, retain: false })
    await until('it came', () => sub.lines.includes('plant/tls safe'))
    await sub.close()
  })

  it('without a certificate, and with one of another authority, the broker refuses in words', async () => {
    const bare = await open({ ca: authority.certificate })
    await until('refused', () => bare.health().text.includes('wants a certificate'))
    const other = stranger.sign('line-3')
    const foreign = await open({ ca: authority.certificate, certificate: other.certificate, key: 'own' }, { own: other.key })
    await until('refused', () => foreign.health().text.includes('does not trust the certificate of this connection'))
    expect([bare.connected, foreign.connected]).toEqual([false, false])
  })

  it('a broker whose authority is not trusted is not spoken to', async () => {
    for (const ca of ['', stranger.certificate]) {
      const c = await open({ ...ours(), ca })
      await until('not trusted', () => /certificate of 127\.0\.0\.1:\d+ is .*not trusted|is not trusted/.test(c.health().text))
      expect(c.connected).toBe(false)
    }
  })

  it('what does not fit together is said before anything opens', async () => {
    await expect(open({ ...ours(), key: '' })).rejects.toThrow('not the secret with its key')
    await expect(open({ ca: authority.certificate, key: 'own' })).rejects.toThrow('not its certificate')
    await expect(open(ours(), { own: authority.sign('another').key })).rejects.toThrow("the key 'own' does not belong to the certificate")
    await expect(open(ours(), { own: 'no key' })).rejects.toThrow('must be PEM text')
    await expect(open({ ...ours(), certificate: 'no certificate' })).rejects.toThrow('must be PEM text')
    for (const ca of ['no certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n']) await expect(open({ ...ours(), ca })).rejects.toThrow('the trusted authority cannot be read')
    await expect(open(ours(), { own: '' })).rejects.toThrow("the secret 'own' is empty")
    await expect(open(ours(), { own: '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA\n-----END ENCRYPTED PRIVATE KEY-----' })).rejects.toThrow('passphrase')
    await expect(open({ ...ours(), url: broker.url })).rejects.toThrow('mqtts://')
  })

  it('a certificate near its end is a warning of a connection that works; one that ended is said where it fails', async () => {
    const c = await open(ours())
    await until('connected', () => c.connected)
    expect(c.health()).toMatchObject({ state: 'ok', text: expect.stringMatching(/^The certificate of this connection ends on \d{4}-\d\d-\d\d, in 19 days\.$/) as string, issue: { code: 'CERTIFICATE_ENDS', level: 'warning' } })
    const early = await open(ours(), undefined, () => Date.now() - 20 * DAY_MS)
    await until('connected', () => early.connected)
    expect(early.health()).toEqual({ state: 'ok', text: '' })
    const over = authority.sign('old', { days: -1 })
    const old = await open({ ...ours(), certificate: over.certificate }, { own: over.key })
    await until('refused', () => old.health().text.includes('127.0.0.1'))
    expect(old.health()).toMatchObject({ state: 'error', issue: { code: 'CERTIFICATE_ENDED' } })
  })
})

describe('the last will', () => {
  const will = (payload = 'offline') => ({ topic: 'gateways/line-3', payload, birth: 'online', qos: 1, retain: true })

  it('comes from the broker when the connection breaks, and from us when we leave; we say when we come', async () => {
    const sub = await broker.subscribe('gateways/line-3')
    const c = await open({ url: broker.url, will: will() })
    await until('here', () => sub.lines.includes('gateways/line-3 online'))
    // The broker throws out the first client of an id: its connection breaks without a leave.
    const twin = await open({ url: broker.url, clientId: 'twin', will: will('torn') })
    await until('two', () => sub.lines.filter((l) => l.endsWith('online')).length === 2)
    await broker.publish('x', '1', ['-i', 'twin'])
    await until('broken', () => sub.lines.includes('gateways/line-3 torn'))
    await until('back', () => twin.connected && sub.lines.filter((l) => l.endsWith('online')).length === 3)
    await twin.close()
    await until('left', () => sub.lines.filter((l) => l.endsWith('torn')).length === 2)
    await c.close()
    await until('left, too', () => sub.lines.at(-1) === 'gateways/line-3 offline')
    await sub.close()
    const kept = await broker.subscribe('gateways/line-3')
    await until('retained', () => kept.lines.length === 1)
    expect(kept.lines).toEqual(['gateways/line-3 offline'])
    await kept.close()
  })
})
