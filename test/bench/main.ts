// `npm run bench [-- --json FILE] [--only CASE] [--quick]`: measures, prints one table, and writes it as JSON. Nothing is
// asserted: a figure is a figure of this machine at this hour. Exit code 1 when a case could not be measured.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reasonOf } from '#kit'
import { inference } from './cases/inference.ts'
import { mqtt } from './cases/mqtt.ts'
import { pipeline } from './cases/pipeline.ts'
import { start } from './cases/start.ts'
import { endAll } from './process.ts'
import { machine, table, type Case, type CaseResult } from './report.ts'

const cases: readonly Case[] = [pipeline, mqtt, inference, start]
const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string', multiple: true }, quick: { type: 'boolean', default: false } } })
const unknown = (values.only ?? []).filter((name) => !cases.some((c) => c.name === name))
if (unknown.length > 0) {
  process.stderr.write(`bench: there is no case '${unknown.join("', '")}'; there are ${cases.map((c) => c.name).join(', ')}.\n`)
  process.exit(2)
}

// Whatever a contender leaves behind lies in one folder.
const folder = mkdtempSync(join(tmpdir(), 'headgate-bench-'))
process.env['TMPDIR'] = folder
process.on('exit', () => {
  endAll()
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const before = machine()
const results: CaseResult[] = []
for (const one of cases) {
  if (values.only && !values.only.includes(one.name)) continue
  try {
    results.push({ case: one.name, rows: await one.run({ quick: values.quick, say: (text) => process.stderr.write(`${text}\n`) }) })
  } catch (thrown) {
    process.stderr.write(`bench: ${one.name}: ${thrown instanceof Error ? thrown.message : reasonOf(thrown)}\n`)
    results.push({ case: one.name, rows: [], failed: reasonOf(thrown) })
  }
}
const after = machine()
process.stdout.write(table(before, after, results))
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine: before, loadAtEnd: after.loadAverage, quick: values.quick, results }, null, 2)}\n`)
process.exit(results.some((r) => r.failed !== undefined) ? 1 : 0)
