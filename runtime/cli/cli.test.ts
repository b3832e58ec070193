// The command line as people call it: processes, their output and their exit codes.
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyFlow, formatFlow } from '#format'

const bin = join(import.meta.dirname, 'headgate.mjs')
const example = join(import.meta.dirname, '../../flows/examples/pump-p101.flow.json')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-cli-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Result {
  readonly code: number | null
  readonly out: string
  readonly err: string
}
const headgate = (...args: string[]): Promise<Result> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [bin, ...args], { cwd: folder, maxBuffer: 32 * 1024 * 1024 }, (_error, out, err) => resolve({ code: child.exitCode, out, err }))
  })

const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}
const small = () =>
  formatFlow({
    ...emptyFlow('small', 'Small'),
    connections: { plc: { type: 'modbus', config: { host: '127.0.0.1', port: 1 } } },
    nodes: {
      drive: { type: 'source.modbus', config: { connection: 'plc', tags: [{ name: 'speed', address: 0, type: 'float32', unit: 'Hz' }] }, at: [0, 0] },
      band: { type: 'filter.deadband', config: {}, at: [200, 0] },
    },
    wires: ['drive.speed -> band.value'],
  })

describe('being called wrongly', () => {
  test.each([
    [['launch'], "There is no command 'launch'."],
    [['start', '--prot', '1'], '--prot'],
    [['start', '--port', 'many'], "--port must be a whole number from 0 to 65535, not 'many'."],
    [['start', '--plant-speed', '0'], '--plant-speed'],
    [['start', '--behind-proxy', 'gw'], '--behind-proxy'],
    [['check'], 'Name the flow'],
    [['run', 'x.json'], '--in'],
    [['nodes', '--yaml'], '--yaml'],
  ])('%j is exit code 2, with what is right', async (args, says) => {
    const { code, err, out } = await headgate(...args)
    expect(code).toBe(2)
    expect(err).toContain(says)
    expect(err).toContain('Usage: headgate')
    expect(out).toBe('')
  })

  test.each([[['--help']], [['start', '--help']], [['check', '--help']], [['run', '-h']], [['test', '--help']], [['nodes', '--help']], [['reference', '--help']]])('%j shows the usage', async (args) => {
    const { code, out } = await headgate(...args)
    expect([code, out.startsWith('Usage: headgate')]).toEqual([0, true])
  })
})

describe('check', () => {
  test('the example has no errors', async () => {
    const { code, out } = await headgate('check', example)
    expect(out).toContain('no errors')
    expect(code).toBe(0)
  })

  test('every issue of a wrong flow, with its place, as text and as JSON', async () => {
    const bad = await file('bad.flow.json', small().replace('drive.speed ->', 'drive.gone ->').replace('filter.deadband', 'filter.magic'))
    const { code, out } = await headgate('check', bad)
    expect(code).toBe(1)
    expect(out).toContain("error: NODE_TYPE: No node type 'filter.magic' is installed. At small: band.")
    expect(out).toContain("error: WIRE_PORT: 'drive' has no output 'gone'.")
    const json = await headgate('check', '--json', bad)
    expect(json.code).toBe(1)
    expect(JSON.parse(json.out)[0].issues.map((i: { code: string }) => i.code).toSorted()).toEqual(['NODE_TYPE', 'WIRE_PORT'])
  })

  test('what is no flow, and what is not there, is an issue', async () => {
    expect(await headgate('check', await file('broken.json', '{"headgate":1,'))).toMatchObject({ code: 1, out: expect.stringContaining('FLOW_JSON') })
    expect(await headgate('check', join(folder, 'gone.json'))).toMatchObject({ code: 1, out: expect.stringContaining('ENOENT') })
  })
})

describe('run', () => {
  const line = (value: unknown, time: number): string => JSON.stringify({ at: 'drive.speed', tag: 'P-101.speed', value, time })

  test('puts a recording through the flow; the same input gives the same bytes', async () => {
    const flow = await file('small.flow.json', small())
    const input = await file('in.jsonl', `${[line(10, 1000), line(10, 2000), '', line(99, 3000), line(null, 4000)].join('\n')}\n`)
    const first = await headgate('run', flow, '--in', input, '--tap', 'drive.speed', '--tap', 'band.value', '--out', join(folder, 'a.jsonl'))
    expect(first).toMatchObject({ code: 0, out: '' })
    await headgate('run', flow, '--in', input, '--tap', 'drive.speed', '--tap', 'band.value', '--out', join(folder, 'b.jsonl'))
    const [a, b] = await Promise.all(['a.jsonl', 'b.jsonl'].map((f) => readFile(join(folder, f), 'utf8')))
    expect(a).toBe(b)
    const lines = a!.trim().split('\n').map((l) => JSON.parse(l) as { at: string; value: unknown })
    expect(lines.filter((l) => l.at === 'drive.speed').map((l) => l.value)).toEqual([10, 10, 99, null])
    expect(lines.filter((l) => l.at === 'band.value').map((l) => l.value)).toEqual(expect.arrayContaining([10, 99]))
  })

  test('a line that is wrong is named, a port that is not there too', async () => {
    const flow = await file('small.flow.json', small())
    const bad = await file('bad.jsonl', `${line(1, 1000)}\n{"at":"drive.speed"}\n`)
    expect(await headgate('run', flow, '--in', bad, '--tap', 'band.value')).toMatchObject({ code: 1, err: expect.stringContaining('bad.jsonl, line 2') })
    const input = await file('in.jsonl', line(10, 1000))
    expect(await headgate('run', flow, '--in', input, '--tap', 'band.gone')).toMatchObject({ code: 1, err: expect.stringContaining('band.gone') })
    expect(await headgate('run', flow, '--in', join(folder, 'nowhere.jsonl'), '--tap', 'band.value')).toMatchObject({ code: 1, err: expect.stringContaining('ENOENT') })
  })
})

describe('nodes and reference', () => {
  test('list the catalogue, as text and as JSON', async () => {
    expect((await headgate('nodes')).out).toMatch(/^filter\.deadband +Deadband +none +/m)
    const { nodes } = JSON.parse((await headgate('nodes', '--json')).out) as { nodes: { type: string }[] }
    expect(nodes.map((n) => n.type)).toContain('actuator.modbus')
  })

  test('the reference has every node, and is the same each time', async () => {
    const [{ reference }, { describeCatalogue }, { nodes, drivers }] = await Promise.all([import('./reference.ts'), import('#kit'), import('../../nodes/index.ts')])
    const make = () => reference(describeCatalogue(nodes.values(), drivers.values()))
    for (const type of nodes.keys()) expect(make()).toContain(`\n## ${type}\n`)
    expect(make()).toBe(make())
    expect(make()).not.toMatch(/undefined|\[object/)
  })
})

describe('start', () => {
  test('prints its address and the claim token, serves, and ends on SIGTERM with nothing left', async () => {
    const child = spawn(process.execPath, [bin, 'start', '--data', join(folder, 'data'), '--port', '0', '--no-plant', '--no-build'], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HEADGATE_KEY_FILE: join(folder, 'key') } })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', () => out.includes('Ctrl+C') && resolve())
      child.once('exit', (code) => reject(new Error(`exit ${code}: ${out}`)))
    })
    const url = /runs at (\S+)/.exec(out)![1]!
    const token = (await readFile(join(folder, 'data/claim-token'), 'utf8')).trim()
    expect(out).toContain(`${url}/#claim=${token}`)
    const health = (await (await fetch(`${url}/api/health`)).json()) as { engines: { pid: number }[] }
    const ended = new Promise<number | null>((resolve) => {
      child.removeAllListeners('exit')
      child.once('exit', resolve)
    })
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(() => process.kill(health.engines[0]!.pid, 0)).toThrow('ESRCH')
  })

  test('on a port in use is one clear line and exit code 1', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const { code, err } = await headgate('start', '--data', join(folder, 'data2'), '--port', String(port), '--no-plant', '--no-build')
    expect(err).toBe(`PORT_IN_USE: Port ${port} is in use on 127.0.0.1. Stop the other program, or start with --port.\n`)
    expect(code).toBe(1)
    other.close()
  })
})
