// `headgate test` as people call it: what it prints, what it writes, its exit code.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emptyFlow, formatFlow, parseFlow, type Flow } from '#format'

const bin = join(import.meta.dirname, 'headgate.mjs')
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
const headgate = (...args: string[]): Promise<{ code: number | null; out: string; err: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [bin, 'test', ...args], { cwd: folder }, (_error, out, err) => resolve({ code: child.exitCode, out, err }))
  })

const input = [0, 0.3, 0.6, 2].map((value, i) => ({ at: 'drive.speed', tag: 'P', value, time: 1000 * i }))
const flow = (tests: Flow['tests'], more: Partial<Flow> = {}): Flow => ({
  ...emptyFlow('small', 'Small'),
  connections: { plc: { type: 'modbus', config: { host: '127.0.0.1', port: 1 } } },
  nodes: {
    drive: { type: 'source.modbus', config: { connection: 'plc', tags: [{ name: 'speed', address: 0, type: 'float32', unit: 'Hz' }] }, at: [0, 0] },
    band: { type: 'filter.deadband', config: { threshold: 0.5 }, at: [200, 0] },
  },
  wires: ['drive.speed -> band.value'],
  ...(tests ? { tests } : {}),
  ...more,
})
const write = async (name: string, of: Flow): Promise<string> => {
  await writeFile(join(folder, name), formatFlow(of))
  return name
}
const right = [{ tag: 'P', value: 0, time: 0 }, { tag: 'P', value: 0.6, time: 2000 }, { tag: 'P', value: 2, time: 3000 }]
const wrong = [right[0]!, { tag: 'P', value: 0.7, time: 2000 }]
const both = { right: { input, expect: { 'band.value': right } }, wrong: { input, expect: { 'band.value': wrong } } }

test('what differs is told by port and place, and the exit code says so', async () => {
  const file = await write('both.flow.json', flow(both))
  expect(await headgate(file)).toEqual({
    code: 1, err: '',
    out: `ok      right
FAILED  wrong
  band.value, sample 2: another one came
    - {"tag":"P","value":0.7,"time":2000}
    + {"tag":"P","value":0.6,"time":2000}
  band.value, sample 3: one came that is not expected
    + {"tag":"P","value":2,"time":3000}
1 passed, 1 failed
`,
  })
})

test('one alone, by its name', async () => {
  const file = await write('only.flow.json', flow(both))
  expect(await headgate(file, '--only', 'right')).toMatchObject({ code: 0, out: 'ok      right\n1 passed, 0 failed\n' })
  expect(await headgate(file, '--only', 'best')).toMatchObject({ code: 1, err: expect.stringContaining("TEST_UNKNOWN: The flow has no test 'best'.") as unknown })
})

test('--json is for programs, several flows at once', async () => {
  const files = [await write('a.flow.json', flow({ right: both.right })), await write('b.flow.json', flow(both))]
  const { code, out } = await headgate(...files, '--json')
  const said = JSON.parse(out) as { file: string; results: Record<string, { passed: boolean; faults: { what: string; index: number }[] }> }[]
  expect(code).toBe(1)
  expect(said.map((s) => [s.file, Object.entries(s.results).map(([name, r]) => [name, r.passed])])).toEqual([['a.flow.json', [['right', true]]], ['b.flow.json', [['right', true], ['wrong', false]]]])
  expect(said[1]!.results['wrong']!.faults.map((f) => [f.what, f.index])).toEqual([['differs', 1], ['extra', 2]])
})

test('a flow without tests says so, and is no failure', async () => {
  const file = await write('none.flow.json', flow(undefined))
  expect(await headgate(file)).toEqual({ code: 0, out: 'none.flow.json: no tests\n', err: '' })
})

test('--update shows what differs, writes what leaves now, and touches nothing else', async () => {
  const file = await write('update.flow.json', flow(both))
  const { code, out } = await headgate(file, '--update')
  expect(code).toBe(0)
  expect(out).toContain('updated wrong\n  band.value, sample 2')
  const { flow: after } = parseFlow(await readFile(join(folder, file), 'utf8'))
  expect(after).toEqual(flow({ ...both, wrong: { input, expect: { 'band.value': right } } }))
  const text = await readFile(join(folder, file), 'utf8')
  expect(await headgate(file, '--update')).toMatchObject({ code: 0, out: 'ok      right\nok      wrong\n2 passed, 0 failed\n' })
  expect(await readFile(join(folder, file), 'utf8')).toBe(text)
})

test('recordings beside a flow are played, too, and compared byte by byte', async () => {
  const file = await write('side.flow.json', flow({ right: both.right }))
  const lines = (samples: readonly object[]): string => samples.map((s) => `${JSON.stringify(s)}\n`).join('')
  await writeFile(join(folder, 'side.warm.in.jsonl'), lines(input))
  await writeFile(join(folder, 'side.warm.out.jsonl'), lines(right.slice(0, 2).map((s) => ({ at: 'band.value', ...s, quality: 'Good' }))))
  expect(await headgate(file)).toMatchObject({ code: 1, out: 'ok      right\nFAILED  warm\n  band.value, sample 3: one came that is not expected\n    + {"tag":"P","value":2,"time":3000,"quality":"Good"}\n1 passed, 1 failed\n' })
  expect(await headgate(file, '--only', 'warm', '--update')).toMatchObject({ code: 0 })
  expect(await headgate(file)).toMatchObject({ code: 0, out: 'ok      right\nok      warm\n2 passed, 0 failed\n' })
})

test('a flow that does not compile, a port that is not there and garbage are issues with their place', async () => {
  const broken = await write('broken.flow.json', flow(both, { wires: ['drive.torque -> band.value'] }))
  expect(await headgate(broken)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('WIRE_PORT') as unknown })
  const lost = await write('lost.flow.json', flow({ lost: { input, expect: { 'band.none': [] } }, odd: { input: [{ at: 'drive.speed', tag: 'P', value: 1, time: 0, quality: 'Fine' }], expect: {} } }))
  const { code, out } = await headgate(lost)
  expect(code).toBe(1)
  expect(out).toContain("There is nothing to tap at 'band.none'")
  expect(out).toContain("Sample 1 of the input: unknown quality 'Fine'")
  await writeFile(join(folder, 'garbage.flow.json'), '{"headgate": 1')
  expect(await headgate('garbage.flow.json')).toMatchObject({ code: 1, err: expect.stringContaining('FLOW_JSON') as unknown })
})
