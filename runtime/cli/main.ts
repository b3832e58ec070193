#!/usr/bin/env node
// `headgate`: reads the command and its options, loads only what that command needs. Exit codes: 0 done, 1 it found or met
// an error, 2 it was called wrongly.
import { formatIssue, IssueError, reasonOf } from '#kit'
import { UsageError, type Command } from './command.ts'

const commands: Readonly<Record<string, { readonly summary: string; load(): Promise<Command> }>> = {
  start: { summary: 'Start the gateway, its editor and the simulated plant', load: async () => (await import('./start.ts')).start },
  check: { summary: 'Print every issue of a flow', load: async () => (await import('./check.ts')).check },
  run: { summary: 'Run a flow over recorded samples', load: async () => (await import('./run.ts')).run },
  test: { summary: "Run a flow's recorded tests", load: async () => (await import('./test.ts')).test },
  nodes: { summary: 'List the node types', load: async () => (await import('./nodes.ts')).nodesCommand },
  reference: { summary: 'Print or write nodes/REFERENCE.md', load: async () => (await import('./reference.ts')).referenceCommand },
}

const usage = `Usage: headgate COMMAND [options]

${Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(11)}${summary}`).join('\n')}

  headgate COMMAND --help tells the options of a command.
`

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(usage)
    return name === undefined ? 2 : 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) throw new UsageError(`There is no command '${name}'.`, usage)
  const { usage: help, run } = await command.load()
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  try {
    return await run(rest)
  } catch (thrown) {
    // parseArgs says by its code that the options are wrong.
    if (thrown instanceof Error && String((thrown as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')) throw new UsageError(`${reasonOf(thrown).split('. ')[0]!}.`, help)
    if (thrown instanceof UsageError) throw new UsageError(thrown.message, help)
    throw thrown
  }
}

// `headgate nodes | head`: who reads has enough, that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (thrown) {
  if (thrown instanceof UsageError) {
    process.stderr.write(`headgate: ${thrown.message}\n\n${thrown.usage}`)
    process.exitCode = 2
  } else {
    process.stderr.write(thrown instanceof IssueError ? `${thrown.issues.map(formatIssue).join('\n')}\n` : `headgate: ${reasonOf(thrown)}\n`)
    process.exitCode = 1
  }
}
