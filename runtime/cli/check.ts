// `headgate check FLOW`: every issue of a flow, without a gateway.
import { parseArgs } from 'node:util'
import { formatIssue, hasErrors } from '#kit'
import { UsageError, type Command } from './command.ts'
import { compileFile } from './flow-file.ts'

export const check: Command = {
  usage: `Usage: headgate check FLOW... [--json]

Prints every issue of the flow documents. Works without a gateway: with the connections that the files carry and the
models that come with Headgate. Exit code 1 when there is an error.
  --json    a list of { file, issues }
`,
  async run(args) {
    const { values, positionals } = parseArgs({ args: [...args], options: { json: { type: 'boolean' } }, allowPositionals: true })
    if (positionals.length === 0) throw new UsageError('Name the flow to check.')
    const results = []
    for (const file of positionals) results.push({ file, issues: (await compileFile(file)).issues })
    if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
    else {
      for (const { file, issues } of results) {
        for (const i of issues) process.stdout.write(`${i.level}: ${formatIssue(i)}\n`)
        const errors = issues.filter((i) => i.level === 'error').length
        process.stdout.write(`${file}: ${errors === 0 ? 'no errors' : `${errors} error${errors === 1 ? '' : 's'}`}${issues.length > errors ? `, ${issues.length - errors} other` : ''}\n`)
      }
    }
    return results.some(({ issues }) => hasErrors(issues)) ? 1 : 0
  },
}
