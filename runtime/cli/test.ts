// `headgate test FLOW...`: runs the tests that a flow carries, and the recordings that lie beside it: for pump.flow.json
// pump.CASE.in.jsonl is played and pump.CASE.out.jsonl is expected, line by line.
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatIssue, issue, IssueError, reasonOf, type JsonSample, type Sample } from '#kit'
import { formatFlow, type Flow, type FlowTest, type TestFault, type TestResult } from '#format'
import { nodes } from '../../nodes/index.ts'
import type { Plan } from '../engine/contract.ts'
import { openPure, pureHosts, type PureNodes } from '../engine/open-pure.ts'
import { outputLine, replay } from '../engine/replay.ts'
import { compareOutputs } from '../lab/compare.ts'
import { runTests } from '../lab/jobs.ts'
import { writeDurably } from '../store/files.ts'
import { UsageError, type Command } from './command.ts'
import { compileFile } from './flow-file.ts'
import { readLine, readRecording } from './recording.ts'

const FLOW = '.flow.json'
const IN = '.in.jsonl'
/** Faults of one test that are printed. */
const MAX_SHOWN = 10

interface Options {
  readonly only?: string | undefined
  readonly update: boolean
}
interface Outcome {
  readonly result: TestResult
  /** What `--update` wrote. */
  readonly updated: boolean
}

export const test: Command = {
  usage: `Usage: headgate test FLOW... [--only NAME] [--update] [--json]

Runs the tests of flows: those that the document carries, and for NAME.flow.json the recordings that lie beside it
(NAME.CASE.in.jsonl is the input, NAME.CASE.out.jsonl what must leave, as 'headgate run' writes it). Sources and outputs
stay shut; models and functions run. Exit code 1 when one fails; a flow without tests is none.
  --only NAME  this test alone
  --update     show what differs, then write what leaves now as what is expected
  --json       a list of { file, results }
`,
  async run(args) {
    const { values, positionals } = parseArgs({ args: [...args], options: { only: { type: 'string' }, update: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } }, allowPositionals: true })
    if (positionals.length === 0) throw new UsageError('Name the flow to test.')
    const all: { readonly file: string; readonly outcomes: ReadonlyMap<string, Outcome> }[] = []
    for (const file of positionals) all.push({ file, outcomes: await testFile(file, values) })
    const names = all.flatMap(({ outcomes }) => [...outcomes.keys()])
    if (values.only !== undefined && names.length === 0) throw new IssueError(issue('TEST_UNKNOWN', {}, { name: values.only, tests: 'those that `headgate test` lists without --only' }))
    if (values.json) process.stdout.write(`${JSON.stringify(all.map(({ file, outcomes }) => ({ file, results: Object.fromEntries([...outcomes].map(([name, { result }]) => [name, result])) })), null, 2)}\n`)
    else for (const { file, outcomes } of all) process.stdout.write(`${positionals.length > 1 ? `${file}\n` : ''}${outcomes.size === 0 ? `${file}: no tests\n` : [...outcomes].map(([name, one]) => shown(name, one)).join('')}`)
    const failed = all.flatMap(({ outcomes }) => [...outcomes.values()]).filter(({ result, updated }) => !result.passed && !updated).length
    if (!values.json && names.length > 0) process.stdout.write(`${names.length - failed} passed, ${failed} failed\n`)
    return failed === 0 ? 0 : 1
  },
}

async function testFile(file: string, options: Options): Promise<Map<string, Outcome>> {
  const { flow, plan, issues, model } = await compileFile(file)
  if (!flow || !plan) throw new IssueError(...issues.filter((i) => i.level === 'error'))
  const outcomes = new Map<string, Outcome>()
  const hosts = pureHosts(true)
  const pure = openPure(model, (text) => void process.stderr.write(`${text}\n`), hosts)
  try {
    for (const [name, outcome] of await carried(file, flow, plan, pure, options)) outcomes.set(name, outcome)
    for (const name of await recordings(file, options)) outcomes.set(name, await played(file, name, plan, pure, options.update))
  } finally {
    await hosts.close()
  }
  return outcomes
}

// ---- tests that the document carries -----------------------------------------------------------------------------------

async function carried(file: string, flow: Flow, plan: Plan, pure: PureNodes, { only, update }: Options): Promise<[string, Outcome][]> {
  const tests = Object.fromEntries(Object.entries(flow.tests ?? {}).filter(([name]) => only === undefined || name === only))
  const results = Object.entries(await runTests({ plan, tests }, { nodes }, pure))
  const changed = results.filter(([, r]) => update && !r.passed && r.issues.length === 0)
  if (changed.length > 0) {
    const next: Record<string, FlowTest> = { ...flow.tests }
    for (const [name, { got }] of changed) next[name] = { ...tests[name]!, expect: Object.fromEntries(Object.entries(got).map(([at, samples]) => [at, [...samples]])) }
    await writeDurably(file, formatFlow({ ...flow, tests: next }))
  }
  return results.map(([name, result]) => [name, { result, updated: changed.some(([other]) => other === name) }])
}

// ---- recordings beside it ----------------------------------------------------------------------------------------------

async function recordings(file: string, { only }: Options): Promise<string[]> {
  if (!file.endsWith(FLOW)) return []
  const stem = basename(file, FLOW)
  const cases = (await readdir(dirname(file))).filter((f) => f.startsWith(`${stem}.`) && f.endsWith(IN)).map((f) => f.slice(stem.length + 1, -IN.length))
  return cases.filter((name) => only === undefined || name === only).toSorted()
}

/** Played line by line, however long it is. */
async function played(file: string, name: string, plan: Plan, pure: PureNodes, update: boolean): Promise<Outcome> {
  const beside = join(dirname(file), `${basename(file, FLOW)}.${name}`)
  const began = performance.now()
  const found: string[] = []
  const result = (passed: boolean, more: Partial<TestResult> = {}): TestResult => ({ passed, ms: Math.round(performance.now() - began), faults: [], issues: [], got: {}, ...more })
  try {
    const expected = (await readFile(`${beside}.out.jsonl`, 'utf8')).split('\n').filter((line) => line.trim() !== '')
    const taps = [...new Set(expected.map((line, i) => readLine(line, `${beside}.out.jsonl, line ${i + 1}`).at))]
    if (taps.length === 0) throw new IssueError(issue('REQUEST', {}, { reason: `${beside}.out.jsonl is empty: one line of the expected output tells which ports to watch.` }))
    await replay(plan, { nodes, open: (node, run) => pure.open(node, run) }, readRecording(`${beside}${IN}`), taps, (at, s: Sample) => void found.push(outputLine(at, s)))
    const passed = expected.length === found.length && expected.every((line, i) => line === found[i])
    if (passed) return { result: result(true), updated: false }
    // The same samples in another order or to another digit differ, too.
    const faults = compareOutputs(byPort(expected), byPort(found), 0)
    const first = expected.findIndex((line, i) => line !== found[i])
    const order: TestFault[] = faults.length > 0 ? [] : [{ at: taps[0]!, index: first, what: 'differs', expected: JSON.parse(expected[first]!) as JsonSample, got: JSON.parse(found[first]!) as JsonSample }]
    if (update) await writeDurably(`${beside}.out.jsonl`, `${found.join('\n')}\n`)
    return { result: result(false, { faults: [...faults, ...order] }), updated: update }
  } catch (thrown) {
    return { result: result(false, { issues: thrown instanceof IssueError ? thrown.issues : [issue('REQUEST', {}, { reason: reasonOf(thrown) })] }), updated: false }
  }
}

function byPort(lines: readonly string[]): Record<string, JsonSample[]> {
  const ports: Record<string, JsonSample[]> = {}
  for (const line of lines) {
    const { at, ...sample } = JSON.parse(line) as { readonly at: string } & JsonSample
    ;(ports[at] ??= []).push(sample)
  }
  return ports
}

// ---- shown -------------------------------------------------------------------------------------------------------------

function shown(name: string, { result, updated }: Outcome): string {
  if (result.passed) return `ok      ${name}\n`
  const faults = result.faults.slice(0, MAX_SHOWN).map(faultText)
  const more = result.faults.length > MAX_SHOWN ? [`  ${result.faults.length - MAX_SHOWN} more`] : []
  return [`${updated ? 'updated' : 'FAILED '} ${name}`, ...result.issues.map((i) => `  ${formatIssue(i)}`), ...faults, ...more, ''].join('\n')
}

function faultText({ at, index, what, expected, got }: TestFault): string {
  const place = `  ${at}, sample ${index + 1}: ${what === 'differs' ? 'another one came' : what === 'missing' ? 'it did not come' : 'one came that is not expected'}`
  return [place, ...(expected ? [`    - ${JSON.stringify(expected)}`] : []), ...(got ? [`    + ${JSON.stringify(got)}`] : [])].join('\n')
}
