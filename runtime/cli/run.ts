// `headgate run FLOW`: a flow over a recording, its sources and outputs shut, event time at full speed.
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { formatIssue, type Sample } from '#kit'
import { nodes } from '../../nodes/index.ts'
import { outputLine, replay } from '../engine/replay.ts'
import { UsageError, type Command } from './command.ts'
import { compileFile } from './flow-file.ts'
import { openPure } from '../engine/open-pure.ts'
import { readRecording } from './recording.ts'

export const run: Command = {
  usage: `Usage: headgate run FLOW --in FILE --tap NODE.PORT [--tap ...] [--out FILE]

Runs a flow without opening its sources or writing to any plant. Each input line
  {"at":"node.port","tag":"P-101.speed","value":24.9,"time":1767225600000}
stands in for that source's output, or enters that input. Each output line is a sample at a tapped port.
The same input gives the same bytes.
  --in FILE        the recording; - is the standard input
  --tap NODE.PORT  a port to write out; may be given several times
  --out FILE       where to; the standard output unless given
`,
  async run(args) {
    const { values, positionals } = parseArgs({ args: [...args], options: { in: { type: 'string' }, out: { type: 'string' }, tap: { type: 'string', multiple: true } }, allowPositionals: true })
    const [file, ...more] = positionals
    if (file === undefined || more.length > 0) throw new UsageError('Name one flow to run.')
    if (values.in === undefined) throw new UsageError('Name the recording with --in.')
    const taps = values.tap ?? []
    if (taps.length === 0) throw new UsageError('Name at least one port with --tap.')
    const { plan, issues, model } = await compileFile(file)
    for (const i of issues) process.stderr.write(`${i.level}: ${formatIssue(i)}\n`)
    if (!plan) return 1

    const pure = openPure(model, (text) => void process.stderr.write(`${text}\n`))
    const out = values.out === undefined ? process.stdout : createWriteStream(values.out)
    // Opened before anything runs: a file that cannot be written fails at once.
    if (out !== process.stdout) await once(out, 'open')
    let lines: string[] = []
    const write = (at: string, sample: Sample): void => void lines.push(`${outputLine(at, sample)}\n`)
    const flush = async (): Promise<void> => {
      const text = lines.join('')
      lines = []
      if (text !== '' && !out.write(text)) await once(out, 'drain')
    }
    async function* recording() {
      for await (const line of readRecording(values.in!)) {
        yield line
        if (lines.length > 500) await flush()
      }
    }
    try {
      await replay(plan, { nodes, open: (node, flow) => pure.open(node, flow), log: (log) => void (log.level === 'info' || process.stderr.write(`${log.level}: ${log.node ?? ''}: ${log.text}\n`)) }, recording(), taps, write)
    } finally {
      await pure.close()
      await flush()
      if (out !== process.stdout) {
        out.end()
        await finished(out)
      }
    }
    return 0
  },
}
