// Every example flow has a recording beside it, and gives what is expected of it: `headgate test` run as a user would.
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const folder = import.meta.dirname
const flows = readdirSync(folder).filter((f) => f.endsWith('.flow.json'))
const headgate = (...args: string[]) => promisify(execFile)(process.execPath, [join(folder, '../../runtime/cli/headgate.mjs'), ...args]).then((r) => ({ code: 0, ...r }), (e: { code: number; stdout: string; stderr: string }) => e)

test('there are example flows', () => expect(flows).not.toEqual([]))

test.each(flows)('%s has no issue', async (flow) => {
  const { code, stdout } = await headgate('check', join(folder, flow), '--json')
  const files = JSON.parse(stdout) as { issues: unknown[] }[]
  expect({ code, issues: files.flatMap((f) => f.issues) }).toEqual({ code: 0, issues: [] })
})

test.each(flows)('%s gives what its recordings expect', async (flow) => {
  const { code, stdout } = await headgate('test', join(folder, flow))
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^ok .*\n(ok .*\n)*\d+ passed, 0 failed\n$/) as unknown })
})
