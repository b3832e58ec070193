// The whole gateway with its real engine and plant: what a start makes, what it refuses, and what it survives.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { IssueError } from '#kit'
import { aimed, startGateway, type RunningGateway, type StartOptions } from './main.ts'

let folder: string
const running: RunningGateway[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-main-'))
})
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.close()
  await rm(folder, { recursive: true, force: true })
})

const options = (extra: Partial<StartOptions> = {}): StartOptions => ({
  data: join(folder, 'data'), port: 0, host: '127.0.0.1', plant: false, plantSpeed: 1, seed: 1, name: 'test', plantAnyPort: true, keyFile: join(folder, 'secrets.key'), ...extra,
})
const start = async (extra: Partial<StartOptions> = {}): Promise<RunningGateway> => {
  const gateway = await startGateway(options(extra))
  running.push(gateway)
  return gateway
}
const codes = async (act: Promise<unknown>): Promise<string[]> => {
  try {
    await act
  } catch (thrown) {
    if (thrown instanceof IssueError) return thrown.issues.map((i) => i.code)
    throw thrown
  }
  return []
}
const alive = (pid: number | null | undefined): boolean => {
  try {
    return pid !== null && pid !== undefined && process.kill(pid, 0)
  } catch {
    return false // ESRCH: that is the answer
  }
}
const enginePid = (gateway: RunningGateway): number => gateway.gateway.engineStatus()[0]!.pid!

test('a first start makes its data for its own user alone, and a claim token', async () => {
  const { url, claimToken } = await start()
  expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700)
  for (const file of ['claim-token', 'gateway.db', 'gateway.log']) expect((await stat(join(folder, 'data', file))).mode & 0o777, file).toBe(0o600)
  const token = (await readFile(join(folder, 'data/claim-token'), 'utf8')).trim()
  expect(claimToken()).toBe(token)
  const health = await (await fetch(`${url}/api/health`)).json()
  expect(health).toMatchObject({ claimed: false, flows: [] })

  const claim = await fetch(`${url}/api/claim`, { method: 'POST', headers: { origin: url, 'content-type': 'application/json' }, body: JSON.stringify({ token, user: 'ada', password: 'a long enough phrase' }) })
  expect(claim.status).toBe(200)
  const cookie = claim.headers.getSetCookie()[0]!.split(';')[0]!
  expect(await (await fetch(`${url}/api/session`, { headers: { cookie } })).json()).toMatchObject({ user: 'ada', role: 'admin' })
  expect(claimToken()).toBeUndefined()
  await expect(stat(join(folder, 'data/claim-token'))).rejects.toThrow('ENOENT')
})

describe('a start that cannot be', () => {
  test('on a port in use leaves nothing behind, and the data can be used again', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    expect(await codes(startGateway(options({ port })))).toEqual(['PORT_IN_USE'])
    await new Promise((resolve) => other.close(resolve))
    await start({ port })
  })

  test('twice on the same data is refused, and the first runs on', async () => {
    const first = await start()
    expect(await codes(startGateway(options()))).toEqual(['DATA_IN_USE'])
    expect((await fetch(`${first.url}/api/health`)).status).toBe(200)
  })

  test('on an open address before it is claimed is refused, but not behind a proxy', async () => {
    expect(await codes(startGateway(options({ host: '0.0.0.0' })))).toEqual(['HOST_OPEN'])
    const gateway = await start({ host: '0.0.0.0', behindProxy: 'https://gw.example.com' })
    expect(gateway.url).toBe('https://gw.example.com')
    expect((await fetch(`http://127.0.0.1:${gateway.port}/api/health`)).status).toBe(200)
    expect((await fetch(`http://127.0.0.1:${gateway.port}/api/session`)).status).toBe(401)
  })

  test('on an address that is not of this machine says so', async () => {
    const claimed = await start({ host: '127.0.0.1' })
    expect(await codes(startGateway(options({ data: join(folder, 'other'), host: '192.0.2.1', behindProxy: 'https://gw.example.com' })))).toEqual(['LISTEN'])
    await claimed.close()
  })
})

test('the example runs on the real plant, disarmed, on the ports that the plant has; the gateway outlives both', async () => {
  const first = await start({ plant: true })
  await first.settled
  const { gateway } = first
  expect(await readFile(join(folder, 'data/gateway.log'), 'utf8')).not.toContain('"level":50')
  expect(gateway.flows()).toMatchObject([{ id: 'pump-p101', version: 1, state: 'running', armed: false }])
  expect(gateway.flows()[0]!.actuators).toBeGreaterThan(0)
  await vi.waitFor(async () => expect((await gateway.connections()).map((c) => [c.name, c.health?.state])).toEqual([['plant-modbus', 'ok'], ['plant-mqtt', 'ok'], ['plant-opcua', 'ok']]), { timeout: 20_000 })
  // Data comes in over every protocol.
  await vi.waitFor(async () => {
    const { nodes } = await gateway.report('pump-p101')
    const sources = Object.entries(gateway.flow('pump-p101').flow.nodes).filter(([, n]) => n.type.startsWith('source.'))
    expect(sources.map(([id]) => [id, nodes[id]!.health.state])).toEqual(sources.map(([id]) => [id, 'ok']))
  }, { timeout: 25_000, interval: 200 })

  // The engine dies: it comes back with its flow, the API answers all along.
  const pid = enginePid(first)
  process.kill(pid, 'SIGKILL')
  await vi.waitFor(() => expect(gateway.health().engines[0]).toMatchObject({ restarts: 1 }))
  expect((await fetch(`${first.url}/api/health`)).status).toBe(200)
  await vi.waitFor(() => expect(gateway.flows()[0]!.state).toBe('running'), { timeout: 20_000 })

  // The plant dies: the log says so, the rest stays.
  process.kill(first.plantPid!, 'SIGKILL')
  await vi.waitFor(async () => expect(await readFile(join(folder, 'data/gateway.log'), 'utf8')).toContain('PLANT_DOWN'))
  expect((await fetch(`${first.url}/api/health`)).status).toBe(200)

  // A person removed the example: the next start does not bring it back.
  await gateway.remove('pump-p101', 'ada')
  const engine = enginePid(first)
  await first.close()
  expect([alive(engine), alive(first.plantPid)]).toEqual([false, false])
  const second = await start({ plant: true })
  await second.settled
  expect(second.gateway.flows()).toEqual([])
}, 120_000)

test("a connection is aimed at another port, whether it has a field or an address for it", () => {
  expect(aimed({ type: 'modbus', config: { host: '127.0.0.1', port: 502 } }, 7).config).toEqual({ host: '127.0.0.1', port: 7 })
  expect(aimed({ type: 'mqtt', config: { url: 'mqtt://127.0.0.1:1883', clientId: 'a:1' } }, 7).config).toEqual({ url: 'mqtt://127.0.0.1:7', clientId: 'a:1' })
  expect(aimed({ type: 'opcua', config: { endpoint: 'opc.tcp://127.0.0.1/plant' } }, 7).config).toEqual({ endpoint: 'opc.tcp://127.0.0.1:7/plant' })
})
