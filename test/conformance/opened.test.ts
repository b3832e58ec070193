// What holds for every driver, and for every node that opens something, when the device is away: it opens all the
// same, says so in plain words, tells no secret, and closes as often as it is asked to.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { secretFields, starterOf, withDefaults, type AnyDriver, type AnyNode, type Connection, type Io, type Model, type Sample } from '#kit'
import { drivers, nodes } from '../../nodes/index.ts'

const SECRET = 'hunter2-Zaunkönig'
let folder = ''
/** A port of this machine that nobody listens on. */
let closedPort = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headgate-conformance-'))
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  closedPort = (server.address() as AddressInfo).port
  await new Promise((gone) => server.close(gone))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A driver's own defaults, aimed at nobody, with every secret named. */
function configOf(driver: AnyDriver): Record<string, unknown> {
  const config = withDefaults(driver.config, {}) as Record<string, unknown>
  for (const [name, value] of Object.entries(config)) {
    if (name === 'host') config[name] = '127.0.0.1'
    else if (name === 'port') config[name] = closedPort
    else if (name.startsWith('user')) config[name] = 'operator'
    else if (name === 'securityMode') config[name] = 'None' // making a certificate takes seconds and is not the matter here
    else if (typeof value === 'string' && value.includes('://')) config[name] = value.replace(/:\/\/.*$/, `://127.0.0.1:${closedPort}`)
  }
  const { properties } = driver.config as unknown as { properties: Record<string, { holds?: string }> }
  // A key is refused without its certificate: the drivers' own tests have both.
  for (const path of secretFields(driver.config)) if (properties[path]?.holds !== 'key') config[path] = 'door'
  return config
}

function openDriver(driver: AnyDriver, said: string[]): Promise<Connection> {
  return driver.open(configOf(driver), {
    now: () => Date.now(),
    secret: () => SECRET,
    log: (level: string, text: string) => void said.push(`${level}: ${text}`),
    folder,
  })
}

function expectNoSecret(...said: unknown[]): void {
  const text = JSON.stringify(said)
  expect(text).not.toContain(SECRET)
  expect(text).not.toContain(Buffer.from(SECRET).toString('base64'))
}

describe.each([...drivers])('the driver %s, its device away', (_type, driver) => {
  test('opens, says what is wrong, tells no secret, and closes twice', async () => {
    const said: string[] = []
    const connection = await openDriver(driver, said)
    try {
      await vi.waitFor(() => expect(connection.health().text).not.toBe(''), { timeout: 20_000, interval: 50 })
      const health = connection.health()
      expect(health.state).not.toBe('ok')
      expectNoSecret(said, health)
    } finally {
      await connection.close()
      await connection.close()
    }
    expect(connection.health().state).not.toBe('ok')
  })

  test('closed before it has tried, it stays closed', async () => {
    const said: string[] = []
    const connection = await openDriver(driver, said)
    await Promise.all([connection.close(), connection.close()])
    expect(connection.health().state).not.toBe('ok')
    expectNoSecret(said)
  })

  test('holds secrets by their names only', () => {
    const { properties } = driver.config as unknown as { properties: Record<string, { widget?: string }> }
    for (const [name, field] of Object.entries(properties)) if (/password|secret|token|passphrase|privatekey/i.test(name)) expect(field.widget, name).toBe('secret')
  })
})

const fakeModel: Model = {
  name: 'm', hash: '0', title: 'M', latencyMs: 0.1, where: 'inline',
  inputs: [{ name: 'x', type: 'float32', shape: [1, 4] }],
  outputs: [{ name: 'y', type: 'float32', shape: [1, 1] }],
  run: async () => ({ y: { type: 'float32', dims: [1, 1], data: Float32Array.of(0.5) } }),
}

function widgetOf(node: AnyNode, widget: string): { readonly name: string; readonly connection?: string } | undefined {
  const { properties } = node.config as unknown as { properties: Record<string, { widget?: string; connection?: string }> }
  const found = Object.entries(properties).find(([, f]) => f.widget === widget)
  return found && { name: found[0], ...(found[1].connection === undefined ? {} : { connection: found[1].connection }) }
}

describe.each([...nodes].filter(([, node]) => node.open !== undefined))('%s, its device away', (_type, node) => {
  test('opens all the same, is not ok, emits nothing good, and closes twice', async () => {
    const said: string[] = []
    const emitted: Sample[] = []
    const held: Connection[] = []
    const connection = widgetOf(node, 'connection')
    const model = widgetOf(node, 'model')
    const config = withDefaults(node.config, { ...starterOf(node), ...(connection ? { [connection.name]: 'c' } : {}), ...(model ? { [model.name]: 'm' } : {}) })
    const io: Io = {
      flow: 'f',
      node: 'n',
      now: () => Date.now(),
      emit: (_port, s) => void emitted.push(s),
      deliver: async (_port, s) => void emitted.push(s),
      connection: async <T extends Connection>() => {
        const opened = await openDriver(drivers.get(connection!.connection!)!, said)
        held.push(opened)
        return opened as T
      },
      secret: () => SECRET,
      model: async () => fakeModel,
      script: async () => ({ run: async () => undefined, health: () => ({ state: 'ok', text: '' }), close: async () => undefined }),
      fail: (what) => void said.push(JSON.stringify(what)),
      log: (_level, text) => void said.push(text),
    }
    const opened = await node.open!(config, io)
    try {
      if (connection) {
        expect(opened.health().state).not.toBe('ok')
        await vi.waitFor(() => expect(opened.health().text).not.toBe(''), { timeout: 20_000, interval: 50 })
        expect(held).toHaveLength(1)
      }
      expectNoSecret(said, opened.health())
    } finally {
      await opened.close()
      await opened.close()
      for (const c of held) await c.close()
    }
    for (const s of emitted) expect(s.quality >>> 30, JSON.stringify(s)).not.toBe(0)
    const count = emitted.length
    opened.resume?.()
    expect(emitted).toHaveLength(count)
  })
})
