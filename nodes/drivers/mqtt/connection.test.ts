import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { driverIo, openDriver, until, type TestDriverIo } from '../../../test/io.ts'
import { freePort, startMosquitto, startSilent, type Mosquitto } from '../../../test/peers.ts'
import driver from './index.ts'
import type { MqttConnection, MqttMessage } from './connection.ts'

let broker: Mosquitto
let io: TestDriverIo
const opened: MqttConnection[] = []
async function open(config: object = {}, wait = true): Promise<MqttConnection> {
  const connection = await openDriver<MqttConnection>(driver, { url: broker.url, ...config }, io)
  opened.push(connection)
  if (wait) await until('connected', () => connection.connected)
  return connection
}
const textOf = (m: MqttMessage): string => new TextDecoder().decode(m.payload)

beforeEach(async () => {
  io = driverIo({ pw: 'wrong' })
  broker = await startMosquitto()
})
afterEach(async () => {
  for (const c of opened.splice(0)) {
    await c.close()
    await c.close()
  }
  await broker.close()
  io.remove()
})

/** Collects messages and lets a test commit them one by one. */
function journal(connection: MqttConnection, filter: string, qos: 1 | 2) {
  const kept: { text: string; commit: () => void; refuse: () => void }[] = []
  connection.subscribe(filter, qos, (m) => new Promise<void>((resolve, reject) => kept.push({ text: textOf(m), commit: resolve, refuse: () => reject(new Error('disk full')) })))
  return kept
}

describe.each(['3.1.1', '5'] as const)('an MQTT connection, version %s', (version) => {
  it('gives each node what mosquitto_pub sends, and retained messages once', async () => {
    await broker.publish('plant/a', 'kept', ['-r'])
    const c = await open({ version })
    const first: string[] = []
    const second: string[] = []
    c.subscribe('plant/+', 0, (m) => void first.push(`${m.topic} ${textOf(m)} ${m.retain}`))
    await until('the retained one', () => first.length === 1)
    const stop = c.subscribe('plant/+', 1, (m) => void second.push(`${textOf(m)} ${m.retain}`))
    await until('the retained one again', () => second.length === 1)
    await broker.publish('plant/b', 'live')
    await until('both', () => first.length === 2 && second.length === 2)
    expect(first).toEqual(['plant/a kept true', 'plant/b live false'])
    expect(second).toEqual(['kept true', 'live false'])
    stop()
    await broker.publish('plant/b', 'more')
    await until('the first alone', () => first.length === 3)
    expect(second).toHaveLength(2)
  })

  it.each([1, 2] as const)('QoS %i is acknowledged only after the commit, while more messages keep coming', async (qos) => {
    const config = { version, session: 'keep', clientId: `keeper-${version}-${qos}` }
    const a = await open(config)
    const kept = journal(a, 'in/#', qos)
    await until('subscribed', async () => {
      await broker.publish('in/probe', 'probe', ['-q', String(qos)])
      return kept.some((k) => k.text === 'probe')
    })
    for (const k of kept) k.commit()
    const before = kept.length
    const sender = await open({ version })
    await Promise.all(Array.from({ length: 50 }, (_, i) => sender.publish('in/x', `m${i}`, { qos, retain: false })))
    // Not one of them is committed, and all have come: the acknowledgements do not hold up the stream.
    await until('all fifty', () => kept.length === before + 50)
    expect(kept.slice(before).map((k) => k.text)).toEqual(Array.from({ length: 50 }, (_, i) => `m${i}`))
    for (const k of kept.slice(before, before + 20)) k.commit()
    // Committed out of order, too.
    kept[before + 30]!.commit()
    await sender.publish('in/x', 'flush', { qos, retain: false })
    await until('acknowledged up to here', () => kept.at(-1)!.text === 'flush')
    kept.at(-1)!.commit()
    await until('quiet', () => new Promise<boolean>((resolve) => setImmediate(() => resolve(true))))
    await a.close()

    const b = await open(config, false)
    const again = journal(b, 'in/#', qos)
    await until('the rest again', () => again.length >= 29)
    expect(again.map((k) => k.text).toSorted()).toEqual(Array.from({ length: 50 }, (_, i) => `m${i}`).filter((_, i) => i >= 20 && i !== 30).toSorted())
    for (const k of again) k.commit()
  })

  it.each([1, 2] as const)('what QoS %i acknowledged stays acknowledged when it closes before a slow broker has read it', async (qos) => {
    const config = { version, session: 'keep', clientId: `closer-${version}-${qos}` }
    const a = await open(config)
    const kept = journal(a, 'in', qos)
    await until('subscribed', async () => {
      await broker.publish('in', 'probe', ['-q', String(qos)])
      return kept.some((k) => k.text === 'probe')
    })
    for (let i = 0; i < 20; i++) await broker.publish('in', `m${i}`, ['-q', String(qos)])
    await until('all came', () => kept.some((k) => k.text === 'm19'))
    const thaw = broker.freeze()
    for (const k of kept) k.commit()
    await new Promise((resolve) => setImmediate(resolve))
    const closed = a.close()
    setTimeout(thaw, 1000)
    await closed
    const b = await open(config, false)
    const again = journal(b, 'in', qos)
    await until('only what is new', async () => {
      await broker.publish('in', 'new', ['-q', String(qos)])
      return again.some((k) => k.text === 'new')
    })
    expect(again.filter((k) => k.text !== 'new')).toEqual([])
    for (const k of again) k.commit()
  })

  it('a message that is not kept comes again', async () => {
    const c = await open({ version, session: 'keep', clientId: `refuser-${version}` })
    const kept = journal(c, 'in', 1)
    await until('subscribed', async () => {
      await broker.publish('in', 'probe', ['-q', '1'])
      return kept.length > 0
    })
    for (const k of kept) k.commit()
    const before = kept.length
    await broker.publish('in', 'important', ['-q', '1'])
    await until('it came', () => kept.length > before && kept.at(-1)!.text === 'important')
    kept.at(-1)!.refuse()
    const count = kept.length
    await until('it comes again', () => kept.length > count && kept.at(-1)!.text === 'important')
    expect(io.logs.some((l) => /not kept.*disk full/.test(l))).toBe(true)
    kept.at(-1)!.commit()
  })

  it('comes back by itself after a killed broker, subscribed, and what was published meanwhile arrives', async () => {
    const c = await open({ version })
    const got: string[] = []
    const changes: boolean[] = []
    c.listen((connected) => changes.push(connected))
    c.subscribe('in', 0, (m) => void got.push(textOf(m)))
    await broker.kill()
    await until('lost', () => !c.connected)
    await until('words', () => c.health().text === `127.0.0.1:${broker.port} refuses the connection`)
    expect(c.health().state).toBe('stale')
    const offline = [0, 1, 2].map((qos) => c.publish('out', `q${qos}`, { qos: qos as 0 | 1 | 2, retain: true }))
    await broker.restart()
    await until('back', () => c.connected)
    await Promise.all(offline)
    await until('subscribed anew', async () => {
      await broker.publish('in', 'hello')
      return got.includes('hello')
    })
    expect(changes).toEqual([false, true])
    expect(c.health()).toEqual({ state: 'ok', text: '' })
  })
})

describe('an MQTT connection', () => {
  it('to nobody is health, not a throw; closing ends what waits', async () => {
    const port = await freePort()
    const c = await open({ url: `mqtt://127.0.0.1:${port}` }, false)
    await until('refused', () => c.health().text === `127.0.0.1:${port} refuses the connection`)
    expect(c.health().state).toBe('connecting')
    const waits = c.publish('x', 'y', { qos: 1, retain: false })
    const refused = expect(waits).rejects.toThrow('closed before the broker had it')
    await c.close()
    await refused
    await expect(c.publish('x', 'y', { qos: 0, retain: false })).rejects.toThrow('the connection was closed')
  })

  it('to a port that never answers closes all the same', async () => {
    const silent = await startSilent()
    const c = await open({ url: `mqtt://127.0.0.1:${silent.port}` }, false)
    await until('accepted', () => silent.accepted() > 0)
    expect(c.health().state).toBe('connecting')
    await c.close()
    await silent.close()
  })

  it('to something else than a broker says so, and closes', async () => {
    const other = createServer((socket) => void socket.on('error', () => socket.destroy()).write('220 mail.plant ESMTP\r\n')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const c = await open({ url: `mqtt://127.0.0.1:${port}` }, false)
    await until('said', () => c.health().text === `127.0.0.1:${port} does not answer as an MQTT broker`)
    await c.close()
    other.close()
  })

  it('with a wrong password says so, and keeps trying', async () => {
    const strict = await startMosquitto(['allow_anonymous false'])
    const c = await open({ url: strict.url, username: 'eve', passwordSecret: 'pw' }, false)
    await until('refused', () => c.health().text === `127.0.0.1:${strict.port} refuses user and password`)
    expect(c.health().state).toBe('error')
    await c.close()
    await strict.close()
  })
})
