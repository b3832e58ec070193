// `npm run bench [-- --json FILE] [--only CASE] [--quick] [--profile]`: measures, prints one table, and writes it as JSON. Nothing is
// asserted: a figure is a figure of this machine at this hour. Exit code 1 when a case could not be measured.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reasonOf } from '#kit'
import { code } from './cases/code.ts'
import { deploy } from './cases/deploy.ts'
import { growth } from './cases/growth.ts'
import { inference } from './cases/inference.ts'
import { journal } from './cases/journal.ts'
import { latency } from './cases/latency.ts'
import { mqtt } from './cases/mqtt.ts'
import { pipeline } from './cases/pipeline.ts'
import { shapesCase } from './cases/shapes.ts'
import { start } from './cases/start.ts'
import { views } from './cases/views.ts'
import { endAll } from './process.ts'
import { machine, table, type Case, type CaseResult } from './report.ts'

const cases: readonly Case[] = [pipeline, shapesCase, growth, deploy, latency, views, journal, code, mqtt, inference, start]
const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string', multiple: true }, quick: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false } } })
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
// As the gateway's command sets it: compiled code is kept from one process to the next.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../../node_modules/.cache/headgate')
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const before = machine()
const results: CaseResult[] = []
for (const one of cases) {
  if (values.only && !values.only.includes(one.name)) continue
  const began = performance.now()
  try {
    results.push({ case: one.name, rows: await one.run({ quick: values.quick, profile: values.profile, say: (text) => process.stderr.write(`${text}\n`) }) })
  } catch (thrown) {
    process.stderr.write(`bench: ${one.name}: ${thrown instanceof Error ? thrown.message : reasonOf(thrown)}\n`)
    results.push({ case: one.name, rows: [], failed: reasonOf(thrown) })
  }
  process.stderr.write(`${one.name}: ${Math.round((performance.now() - began) / 1000)} s\n`)
}
const after = machine()
process.stdout.write(table(before, after, results))
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine: before, loadAtEnd: after.loadAverage, quick: values.quick, results }, null, 2)}\n`)
process.exit(results.some((r) => r.failed !== undefined) ? 1 : 0)
