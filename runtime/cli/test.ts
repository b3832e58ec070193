// `headgate test FLOW`: plays every recording beside a flow and compares what leaves with what is expected, byte by byte.
// For pump.flow.json: pump.CASE.in.jsonl is played, pump.CASE.out.jsonl is expected; the ports that it names are tapped.
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatIssue, reasonOf, type Sample } from '#kit'
import { nodes } from '../../nodes/index.ts'
import { outputLine, replay } from '../engine/replay.ts'
import { writeDurably } from '../store/files.ts'
import { UsageError, type Command } from './command.ts'
import { compileFile } from './flow-file.ts'
import { openPure } from '../engine/open-pure.ts'
import { readLine, readRecording } from './recording.ts'

const FLOW = '.flow.json'
const IN = '.in.jsonl'

export const test: Command = {
  usage: `Usage: headgate test FLOW [--update]

Plays the recordings that lie beside NAME.flow.json: NAME.CASE.in.jsonl is the input, NAME.CASE.out.jsonl what must leave
(lines as 'headgate run' writes them; the ports that it names are tapped). Exit code 1 when one differs.
  --update  write what leaves now as what is expected, for the cases that have an output file already
`,
  async run(args) {
    const { values, positionals } = parseArgs({ args: [...args], options: { update: { type: 'boolean' } }, allowPositionals: true })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0) throw new UsageError('Name one flow to test.')
    if (!file.endsWith(FLOW)) throw new UsageError(`A flow with tests is named NAME${FLOW}.`)
    const stem = basename(file, FLOW)
    const folder = dirname(file)
    const cases = (await readdir(folder)).filter((f) => f.startsWith(`${stem}.`) && f.endsWith(IN)).map((f) => f.slice(stem.length + 1, -IN.length)).toSorted()
    if (cases.length === 0) {
      process.stderr.write(`No test lies beside ${file}: a case needs ${stem}.CASE${IN} and ${stem}.CASE.out.jsonl.\n`)
      return 1
    }
    let failed = 0
    for (const name of cases) {
      const expectedFile = join(folder, `${stem}.${name}.out.jsonl`)
      const difference = await play(file, join(folder, `${stem}.${name}${IN}`), expectedFile, values.update === true).catch((thrown: unknown) => reasonOf(thrown))
      if (difference !== undefined) failed++
      process.stdout.write(difference === undefined ? `ok      ${name}\n` : `FAILED  ${name}\n${difference}\n`)
    }
    process.stdout.write(`${cases.length - failed} passed, ${failed} failed\n`)
    return failed === 0 ? 0 : 1
  },
}

/** Plays one case; undefined when it is as expected, else what differs. */
async function play(flow: string, input: string, expectedFile: string, update: boolean): Promise<string | undefined> {
  const { plan, issues, model } = await compileFile(flow)
  if (!plan) return issues.map(formatIssue).join('\n')
  const expected = (await readFile(expectedFile, 'utf8')).split('\n').filter((line) => line.trim() !== '')
  const taps = [...new Set(expected.map((line, i) => readLine(line, `${expectedFile}, line ${i + 1}`).at))]
  if (taps.length === 0) return `${expectedFile} is empty: one line of the expected output tells which ports to watch.`
  const pure = openPure(model, (text) => void process.stderr.write(`${text}\n`))
  const found: string[] = []
  try {
    await replay(plan, { nodes, open: (node, run) => pure.open(node, run) }, readRecording(input), taps, (at, s: Sample) => void found.push(outputLine(at, s)))
  } finally {
    await pure.close()
  }
  if (update) {
    await writeDurably(expectedFile, `${found.join('\n')}\n`)
    return undefined
  }
  const at = expected.findIndex((line, i) => line !== found[i])
  if (at >= 0) return `  line ${at + 1}\n  expected ${expected[at]}\n  found    ${found[at] ?? 'nothing more'}`
  if (found.length > expected.length) return `  ${found.length - expected.length} more than expected, first:\n  ${found[expected.length]}`
  return undefined
}
