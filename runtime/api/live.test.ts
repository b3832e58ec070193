// The live socket over real sockets: who gets in, what is watched and tapped, and what a bad or slow client cannot do.
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import type { ServerMessage } from '#format'
import { status, testApi, testFlow, type TestApi } from './harness.ts'
import { COOKIE } from './security.ts'

let made: TestApi
let port: number
const sockets: { terminate(): void }[] = []
beforeEach(async () => {
  made = await testApi()
  port = await made.api.listen(0)
  await made.gateway.deploy('pump', { flow: testFlow(), basedOn: null, comment: '' }, 'ada')
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await made.close()
})

interface Connected {
  readonly socket: WebSocket
  readonly messages: ServerMessage[]
  say(message: unknown): void
  /** Waits for a message of this kind, from now on or already come. */
  until<T extends ServerMessage['type']>(type: T, fits?: (message: Extract<ServerMessage, { type: T }>) => boolean): Promise<Extract<ServerMessage, { type: T }>>
}

async function connect(as = 'viewer', headers: Record<string, string> = {}, path = '/api/live'): Promise<Connected> {
  const options: ClientOptions = { headers: { origin: `http://127.0.0.1:${port}`, ...(as === '' ? {} : { cookie: `${COOKIE}=${as}` }), ...headers } }
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, options)
  sockets.push(socket)
  const messages: ServerMessage[] = []
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as ServerMessage))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
    socket.once('unexpected-response', (_request, answer) => reject(new Error(`refused with ${answer.statusCode}`)))
  })
  return {
    socket, messages,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    until: (type, fits = () => true) =>
      vi.waitFor(() => {
        const found = messages.find((m) => m.type === type && fits(m as never))
        if (!found) throw new Error(`no '${type}' among ${messages.map((m) => m.type).join(', ')}`)
        return found as never
      }, { timeout: 5000, interval: 10 }),
  }
}

describe('getting in', () => {
  test('a session at the own address is greeted with what there is', async () => {
    const client = await connect()
    expect(await client.until('hello')).toMatchObject({ session: { user: 'viewer', role: 'viewer', gateway: 'test' } })
    expect(await client.until('flow')).toMatchObject({ flow: { id: 'pump', version: 1 } })
    expect(await client.until('hold')).toEqual({ type: 'hold', held: false })
    await client.until('engine')
  })

  test.each([
    ['without a session', '', {}, '/api/live', 401],
    ['with a session that is none', 'stranger', {}, '/api/live', 401],
    ['from another site', 'admin', { origin: 'http://evil.example' }, '/api/live', 403],
    ['under another name', 'admin', { host: 'evil.example', origin: 'http://evil.example' }, '/api/live', 421],
    ['at another path', 'admin', {}, '/api/flows', 404],
  ])('%s it is refused', async (_what, as, headers, path, code) => {
    await expect(connect(as, headers as Record<string, string>, path)).rejects.toThrow(`refused with ${code}`)
    expect(made.api.live.clients).toBe(0)
  })

  test('who is refused is let go, also one that keeps its half of the connection open', async () => {
    const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true })
    sockets.push({ terminate: () => socket.destroy() })
    socket.write(`GET /api/live HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
    const server = made.api.app.server
    const open = () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
    await once(socket, 'data')
    await vi.waitFor(async () => expect(await open()).toBe(0))
  })

  test('one person cannot take every place', async () => {
    for (let i = 0; i < 16; i++) await connect('viewer')
    await expect(connect('viewer')).rejects.toThrow('refused with 429')
    await connect('operator')
  })

  test('signing out, and losing the account, closes it', async () => {
    const viewer = await connect('viewer')
    const operator = await connect('operator')
    const closed = (c: Connected) => new Promise<number>((resolve) => c.socket.once('close', resolve))
    const gone = [closed(viewer), closed(operator)]
    await made.call('POST', '/api/logout', 'viewer', undefined)
    await made.call('DELETE', '/api/users/operator', 'admin')
    expect(await Promise.all(gone)).toEqual([4401, 4401])
    await vi.waitFor(() => expect(made.api.live.clients).toBe(0))
  })
})

describe('watching', () => {
  test('the first frame has all nodes, the next only those that changed', async () => {
    const client = await connect()
    client.say({ type: 'watch', flow: 'pump' })
    expect(Object.keys((await client.until('status')).nodes)).toEqual(['drive', 'wear', 'slow'])
    made.engines.nodes = { ...made.engines.nodes, wear: status(2) }
    const next = await client.until('status', (m) => m.nodes['wear']?.ledger.in === 2)
    expect(Object.keys(next.nodes)).toEqual(['wear'])
  })

  test('what is looked at is told at once, any other node in its turn, and one that falls ill at once again', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`n${i}`, status(1)]))
    made.engines.nodes = many
    const client = await connect()
    client.say({ type: 'watch', flow: 'pump', nodes: ['n5'] })
    expect(Object.keys((await client.until('status')).nodes), 'the first has all').toHaveLength(40)
    made.engines.nodes = Object.fromEntries(Object.keys(many).map((id) => [id, status(2)]))
    const frames = (): Extract<ServerMessage, { type: 'status' }>[] => client.messages.filter((m) => m.type === 'status').filter((m) => Object.values(m.nodes).some((n) => n.ledger.in === 2))
    await vi.waitFor(() => expect(new Set(frames().flatMap((m) => Object.keys(m.nodes))).size).toBe(40), { timeout: 5000 })
    const first = frames()[0]!
    expect(Object.keys(first.nodes)).toContain('n5')
    expect(frames().length, 'they come in turns').toBeGreaterThanOrEqual(10)
    for (const frame of frames()) expect(Object.keys(frame.nodes).length).toBeLessThanOrEqual(5)

    const told = client.messages.length
    made.engines.nodes = { ...made.engines.nodes, n7: { ...status(3), health: { state: 'error', text: 'gone' } }, n17: status(3) }
    const ill = await vi.waitFor(() => {
      const found = client.messages.slice(told).find((m) => m.type === 'status' && Object.keys(m.nodes).length > 0)
      if (found?.type !== 'status') throw new Error('not yet')
      return found
    })
    expect(Object.keys(ill.nodes)).toContain('n7')

    client.say({ type: 'watch', flow: 'pump', nodes: ['n9'] })
    made.engines.nodes = { ...made.engines.nodes, n9: status(4) }
    const looked = await client.until('status', (m) => m.nodes['n9']?.ledger.in === 4)
    expect(Object.keys(looked.nodes).length, 'to look elsewhere tells nothing anew').toBeLessThan(10)
  })

  test('two watchers cost the engine one question, and none when nobody watches', async () => {
    const [one, two] = [await connect(), await connect('editor')]
    one.say({ type: 'watch', flow: 'pump' })
    two.say({ type: 'watch', flow: 'pump' })
    await Promise.all([one.until('status'), two.until('status')])
    one.say({ type: 'watch', flow: null })
    two.socket.close()
    await vi.waitFor(() => expect(made.api.live.clients).toBe(1))
    // Both are gone from the flow once the engine was not asked for three periods.
    await vi.waitFor(async () => {
      const before = made.engines.reports
      await new Promise((resolve) => setTimeout(resolve, 350))
      expect(made.engines.reports).toBe(before)
    }, { timeout: 10_000 })
  })

  test('a new version is shown whole', async () => {
    const client = await connect()
    client.say({ type: 'watch', flow: 'pump' })
    await client.until('status')
    await made.gateway.deploy('pump', { flow: testFlow('pump', 7), basedOn: 1, comment: '' }, 'ada')
    const frame = await client.until('status', (m) => m.version === 2 && Object.keys(m.nodes).length > 0)
    expect(Object.keys(frame.nodes)).toHaveLength(3)
  })

  test('an engine that does not answer ends nothing: frames come again when it does', async () => {
    const client = await connect()
    const report = made.engines.report
    made.engines.report = async () => Promise.reject(new Error('gone'))
    client.say({ type: 'watch', flow: 'pump' })
    await vi.waitFor(() => expect(made.logged.join()).toContain('gone'))
    made.engines.report = report
    await client.until('status')
  })

  test('everybody is told alarms, logs, holds and deploys', async () => {
    const client = await connect()
    made.engines.say.alarm({ flow: 'pump', node: 'wear', tag: 't', state: 'unacknowledged', priority: 'high', message: 'Wear', value: 9, limit: 5, time: 1 })
    made.engines.say.log({ time: 1, level: 'warning', flow: 'pump', node: 'wear', text: 'look' })
    await made.gateway.hold(true, '', 'olga')
    expect(await client.until('alarm')).toMatchObject({ alarm: { since: 1 } })
    expect(await client.until('log')).toMatchObject({ text: 'look' })
    await client.until('hold', (m) => m.held)
  })
})

describe('taps', () => {
  const tap = (id: string, node = 'drive') => ({ type: 'tap', id, flow: 'pump', node, port: 'value' })
  const sample = { tag: 't', value: 1, time: 1 }

  test('bring the samples of one port until they are given back', async () => {
    const client = await connect()
    client.say(tap('a'))
    const feed = await vi.waitFor(() => made.engines.taps.get('pump.drive.value') ?? Promise.reject(new Error('not yet')))
    feed([sample], 3)
    expect(await client.until('tap')).toEqual({ type: 'tap', id: 'a', samples: [sample], skipped: 3 })
    client.say({ type: 'untap', id: 'a' })
    await vi.waitFor(() => expect(made.engines.taps.size).toBe(0))
  })

  test('a client that asks without end keeps no engine busy', async () => {
    const client = await connect()
    let asked = 0
    const { tap: link } = made.engines
    made.engines.tap = (...args) => (asked++, link.apply(made.engines, args))
    for (let i = 0; i < 20_000; i++) client.say(tap('a'))
    const other = await connect('operator')
    other.say({ type: 'watch', flow: 'pump' })
    await other.until('status')
    // What lies in one read of the socket is still taken; the rest waits in the network.
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThan(5000)
  })

  test('end with the client', async () => {
    const client = await connect()
    client.say(tap('a'))
    await vi.waitFor(() => expect(made.engines.taps.size).toBe(1))
    client.socket.terminate()
    await vi.waitFor(() => expect(made.engines.taps.size).toBe(0))
  })

  test('one that is not there is said, and a client has so many', async () => {
    const client = await connect()
    client.say(tap('x', 'nowhere'))
    await client.until('log', (m) => m.text.includes('nowhere'))
    client.say({ ...tap('y'), flow: 'gone' })
    await client.until('log', (m) => m.text.includes("No flow 'gone'"))
    for (let i = 0; i < 40; i++) client.say(tap(`t${i}`))
    await client.until('log', (m) => m.text.includes('32 taps'))
  })

  test('a client that does not read gets less, and is told how much; the memory for it is bounded', async () => {
    const client = await connect()
    client.say(tap('a'))
    const feed = await vi.waitFor(() => made.engines.taps.get('pump.drive.value') ?? Promise.reject(new Error('not yet')))
    client.socket.pause()
    const block = Array.from({ length: 1000 }, () => ({ ...sample, tag: 'x'.repeat(100) }))
    const rounds = 400
    for (let i = 0; i < rounds; i++) {
      feed(block, 0)
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    client.socket.resume()
    const shown = () => client.messages.filter((m) => m.type === 'tap').reduce((sum, m) => sum + m.samples.length + m.skipped, 0)
    const left = () => client.messages.filter((m) => m.type === 'tap').reduce((sum, m) => sum + m.skipped, 0)
    await vi.waitFor(() => {
      feed([sample], 0)
      expect(left()).toBeGreaterThan(0)
    }, { timeout: 5000 })
    expect(shown()).toBeGreaterThanOrEqual(rounds * 1000)
  })
})

describe('people on one flow', () => {
  const here = (flow: string | null, selection: readonly string[] = [], pointer: readonly [number, number] | null = null) => ({ type: 'here', flow, selection, pointer })

  test('see each other, with what is selected, until one goes; nobody sees himself, and nobody on another flow is told', async () => {
    const [ada, bob, eve] = [await connect('editor'), await connect('operator'), await connect('viewer')]
    eve.say(here('tank'))
    ada.say(here('pump', ['drive'], [10, 20.5]))
    bob.say(here('pump'))
    expect((await bob.until('people', (m) => m.people.length === 1)).people).toMatchObject([{ user: 'editor', selection: ['drive'], pointer: [10, 20.5] }])
    expect((await ada.until('people', (m) => m.people.length === 1)).people).toMatchObject([{ user: 'operator', selection: [], pointer: null }])
    const id = (await bob.until('people', (m) => m.people.length === 1)).people[0]!.id
    ada.say(here('pump', ['wear']))
    expect((await bob.until('people', (m) => m.people[0]?.selection[0] === 'wear')).people[0]!.id).toBe(id)
    const before = bob.messages.length
    ada.socket.close()
    await vi.waitFor(() => expect(bob.messages.slice(before).findLast((m) => m.type === 'people')).toMatchObject({ flow: 'pump', people: [] }))
    expect(eve.messages.filter((m) => m.type === 'people').every((m) => m.flow === 'tank' && m.people.length === 0)).toBe(true)
  })

  test('who opens another flow leaves this one', async () => {
    const [ada, bob] = [await connect('editor'), await connect('operator')]
    ada.say(here('pump'))
    bob.say(here('pump'))
    await bob.until('people', (m) => m.people.length === 1)
    ada.say(here('tank'))
    await vi.waitFor(() => expect(bob.messages.findLast((m) => m.type === 'people')).toMatchObject({ people: [] }))
  })

  test('a hundred moves are few messages, and the last one is told', async () => {
    const [ada, bob] = [await connect('editor'), await connect('operator')]
    bob.say(here('pump'))
    for (let i = 0; i <= 100; i++) ada.say(here('pump', [], [i, 0]))
    await bob.until('people', (m) => m.people[0]?.pointer?.[0] === 100)
    expect(bob.messages.filter((m) => m.type === 'people').length).toBeLessThan(30)
  })

  test.each([
    ['a pointer that is none', here('pump', [], [1, null as unknown as number])],
    ['more than can be selected', here('pump', Array.from({ length: 201 }, (_, i) => `n${i}`))],
    ['a selection of something else', { ...here('pump'), selection: [1] }],
    ['no flow at all', { type: 'here', selection: [], pointer: null }],
  ])('%s is refused', async (_what, message) => {
    const client = await connect('editor')
    client.say(message)
    await client.until('log', (m) => m.text.includes('takes JSON messages'))
  })
})

test('a saved and a removed draft are told to everybody', async () => {
  const client = await connect('viewer')
  await client.until('hello')
  const { body } = await made.call('PUT', '/api/drafts/pump', 'editor', { flow: testFlow('pump', 9), basedOn: 1, revision: 0 })
  expect(await client.until('draft')).toEqual({ type: 'draft', flow: 'pump', revision: body.revision, author: 'editor' })
  await made.call('DELETE', `/api/drafts/pump?revision=${body.revision}`, 'admin')
  expect(await client.until('draft', (m) => m.revision === 0)).toMatchObject({ author: 'admin' })
})

test('what is no message of ours gets an error, and the socket stays', async () => {
  const client = await connect()
  for (const bad of ['{', 'null', '[]', '"watch"', '{"type":"watch"}', '{"type":"tap","id":1}', '{"type":"deploy"}', '{"type":"watch","flow":{"toString":1}}', '{"type":"watch","flow":"pump","nodes":[1]}', `{"type":"watch","flow":"pump","nodes":${JSON.stringify(Array.from({ length: 401 }, () => 'n'))}}`]) client.say(bad)
  client.socket.send(Buffer.from([1, 2, 3]))
  await vi.waitFor(() => expect(client.messages.filter((m) => m.type === 'log')).toHaveLength(11))
  client.say({ type: 'watch', flow: 'nowhere' })
  await client.until('log', (m) => m.text.includes("No flow 'nowhere'"))
  client.say({ type: 'watch', flow: 'pump' })
  await client.until('status')
  const closed = new Promise<number>((resolve) => client.socket.once('close', resolve))
  client.say('x'.repeat(100_000))
  expect(await closed).toBe(1009)
  await connect()
})

test('a port in use is an issue', async () => {
  const other = await testApi()
  await expect(other.api.listen(port)).rejects.toThrow(`PORT_IN_USE: Port ${port} is in use on 127.0.0.1.`)
  await other.close()
})
