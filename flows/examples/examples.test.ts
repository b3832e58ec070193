// Every example flow carries tests or has a recording beside it, and gives what is expected of it: `headgate test` run as
// a user would. The gallery tells of each.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { ExampleFlow, Flow } from '#format'

const folder = import.meta.dirname
const flows = readdirSync(folder).filter((f) => f.endsWith('.flow.json'))
const headgate = (...args: string[]) => promisify(execFile)(process.execPath, [join(folder, '../../runtime/cli/headgate.mjs'), ...args]).then((r) => ({ code: 0, ...r }), (e: { code: number; stdout: string; stderr: string }) => e)

const read = <T>(file: string): T => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T

test('the gallery tells of every example, and of no other', () => {
  const about = read<Omit<ExampleFlow, 'flow'>[]>('about.json')
  expect(about.map((a) => `${a.id}.flow.json`).toSorted()).toEqual(flows.toSorted())
  expect(flows.length).toBeGreaterThanOrEqual(9)
  for (const { summary, shows } of about) expect([summary.length > 40 && summary.length < 200, shows.length > 1 && shows.length < 5]).toEqual([true, true])
})

test('examples of one connection agree on it: those of the simulated plant', () => {
  const plant = read<Flow>('pump-p101.flow.json').connections
  for (const file of flows) for (const [name, entry] of Object.entries(read<Flow>(file).connections)) expect([file, name, entry]).toEqual([file, name, plant[name]])
})

test.each(flows)('%s has a test that expects something', (file) => {
  const tests = Object.values(read<Flow>(file).tests ?? {})
  expect(tests.length).toBeGreaterThan(0)
  for (const t of tests) expect(Object.values(t.expect).flat().length).toBeGreaterThan(0)
})

test.each(flows)('%s has no issue', async (flow) => {
  const { code, stdout } = await headgate('check', join(folder, flow), '--json')
  const files = JSON.parse(stdout) as { issues: unknown[] }[]
  expect({ code, issues: files.flatMap((f) => f.issues) }).toEqual({ code: 0, issues: [] })
})

test.each(flows)('%s gives what its recordings expect', async (flow) => {
  const { code, stdout } = await headgate('test', join(folder, flow))
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^ok .*\n(ok .*\n)*\d+ passed, 0 failed\n$/) as unknown })
})
